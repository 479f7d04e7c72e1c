"""The plan's page and its endpoints, without a browser."""

from __future__ import annotations

import gc
import json
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from assistant import Answer, Assistant
from assistant.corpus import Corpus
from assistant.messages import message
from assistant.plan_text import plan_json
from assistant.profile import Profile
from assistant.storage import Storage, new_code
from assistant.types import LANGUAGES, Language
from assistant.ui import build_site
from assistant.ui.chat import _history, _to_plan
from assistant.ui.plan import LARGEST, plan_page

START = {"start": "2026-12-01"}
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=http://example.com/x onerror=alert(1)>",
    'a\r\nSet-Cookie: x=1"; filename="evil.exe',
    "../../etc/passwd\\..\\x",
    "=cmd|' /C calc'!A0",
)


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, name: str) -> list[str]:
        return [
            value or "" for _, found in self.found for key, value in found.items() if key == name
        ]


@pytest.fixture(scope="module")
def client(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("plan")
    with closing(Storage(f"sqlite:///{folder / 'plans.sqlite3'}")) as storage:
        with warnings.catch_warnings():
            # Gradio makes an event loop for each of a page's events and closes none of them.
            warnings.simplefilter("ignore", ResourceWarning)
            site = build_site(assistant, storage)
            gc.collect()
        with TestClient(site, follow_redirects=False) as opened:
            yield opened


def asked(client: TestClient, profile: object, language: Language = "en") -> Any:
    return client.post(f"/{language}/plan.json", json=profile)


def problem(response: Any) -> str:
    """The one sentence that a refusal consists of."""
    assert list(response.json()) == ["error"]
    return str(response.json()["error"])


# --- the page


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_exists_in_each_language(client: TestClient, language: Language) -> None:
    response = client.get(f"/{language}/plan")
    page = Elements(response.text)
    assert response.status_code == 200
    assert page.found[0] == ("html", {"lang": language})
    assert message("plan_page_title", language) in response.text
    assets = [a for a in (*page.all("href"), *page.all("src")) if a.startswith("/assets/")]
    assert {"/assets/plan.mjs", "/assets/plan.css"} <= set(assets)
    assert {client.get(asset).status_code for asset in assets} == {200}


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_names_every_control_and_uses_no_id_twice(corpus: Corpus, language: Language) -> None:
    page = Elements(plan_page(corpus, language))
    ids = page.all("id")
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    referred = {*page.all("for"), *page.all("aria-describedby"), *page.all("aria-labelledby")}
    assert {name for names in referred for name in names.split()} <= set(ids)
    assert not {tag for tag, _ in page.found} & {"select", "iframe", "img"}


def test_form_asks_for_every_field_of_a_profile(corpus: Corpus) -> None:
    questions = {
        name[4:] for name in Elements(plan_page(corpus, "en")).all("id") if name[:4] == "ask-"
    }
    within = {"has_team": "team", "channels": "feedback", "survey_tools": "feedback"}
    fields = {within.get(name, name) for name in Profile.model_fields}
    assert fields - questions == {"aspects", "changes"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_of_the_script_can_be_read(corpus: Corpus, language: Language) -> None:
    html = plan_page(corpus, language)
    (texts,) = re.findall(r'<script type="application/json" id="cx-texts">(.*?)</script>', html)
    read = json.loads(texts)
    assert read["undo"] == message("plan_page_undo", language)
    assert all("$" not in text for text in read.values())


def test_script_says_nothing_that_the_page_does_not_hold(corpus: Corpus) -> None:
    html = plan_page(corpus, "en")
    known = set(json.loads(re.findall(r'id="cx-texts">(.*?)</script>', html)[0]))
    scripts = Path("assistant/ui/assets").glob("plan*.mjs")
    text = "".join(script.read_text(encoding="utf-8") for script in scripts)
    said = set(re.findall(r'\b(?:say|point)\("(\w+)"', text))
    assert said
    assert said <= known


def test_scripts_put_no_markup_into_the_page() -> None:
    for script in Path("assistant/ui/assets").glob("plan*.mjs"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", text)


# --- a plan


@pytest.mark.parametrize("language", LANGUAGES)
def test_start_date_alone_makes_a_plan(client: TestClient, language: Language) -> None:
    response = asked(client, START, language)
    plan = response.json()
    assert response.status_code == 200
    assert plan["language"] == language
    assert sum(len(phase["actions"]) for phase in plan["phases"]) > 20
    assert len(plan["asks"]) == len(plan["assumptions"])
    assert all(plan["asks"])


def test_plan_is_the_one_that_the_assistant_makes(client: TestClient, assistant: Assistant) -> None:
    profile = {**START, "business": "b2b", "goals": ["growth"], "problems": "Late deliveries"}
    shown = asked(client, profile, "pl").json()
    made = plan_json(*assistant.plan(Profile.of(profile, "pl"), "pl"))
    assert {key: shown[key] for key in made} == made


def test_assumption_is_gone_once_its_question_is_answered(client: TestClient) -> None:
    before = asked(client, START).json()
    after = asked(client, {**START, "budget": "none"}).json()
    assert "budget" in before["asks"]
    assert "budget" not in after["asks"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("profile", "key", "values"),
    [
        ({}, "profile_start", {}),
        ([], "profile_shape", {}),
        ("2026-12-01", "profile_shape", {}),
        ({**START, "team": 3, "has_team": False}, "profile_team", {}),
        ({**START, "changes": {"done": ["x"]}}, "plan_no_action", {"action": "x"}),
        ({"start": "soon"}, "profile_date", {"field": "start", "value": "soon"}),
    ],
)
def test_impossible_profile_is_refused_in_the_readers_language(
    client: TestClient, language: Language, profile: object, key: str, values: dict[str, str]
) -> None:
    response = asked(client, profile, language)
    assert response.status_code == 400
    assert problem(response) == message(key, language, **values)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"start": "2026-12-01", "metrics": {"nps": NaN}}',
        b'{"start": "2026-12-01", "metrics": {"nps": 1e999}}',
        b'{"start": "2026-12-01", "company": "\\ud800"}',
    ],
)
@pytest.mark.parametrize("path", ["plan.json", "plan/export/md", "plan/save"])
def test_what_cannot_be_read_is_refused_in_a_sentence(
    client: TestClient, path: str, body: bytes
) -> None:
    response = client.post(f"/hu/{path}", content=body)
    assert response.status_code == 400
    assert problem(response) == message("plan_page_malformed", "hu")


@pytest.mark.parametrize("path", ["plan.json", "plan/export/md", "plan/save"])
def test_what_is_too_large_is_refused(client: TestClient, path: str) -> None:
    body = json.dumps({**START, "company": "x" * LARGEST}).encode()
    response = client.post(f"/ru/{path}", content=body)
    assert response.status_code == 400
    assert problem(response) == message("plan_page_too_large", "ru")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_company_is_only_text_in_json(client: TestClient, text: str) -> None:
    response = asked(client, {**START, "company": text})
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert text in response.json()["title"]


# --- exports


@pytest.mark.parametrize("kind", ["md", "docx", "xlsx", "ics", "pdf"])
def test_plan_can_be_downloaded_in_each_format(client: TestClient, kind: str) -> None:
    response = client.post(f"/zh-Hans/plan/export/{kind}", json=START)
    assert response.status_code == 200
    assert len(response.content) > 1000
    name = unquote(response.headers["content-disposition"].rpartition("''")[2])
    assert name == f"{message('plan_title', 'zh-Hans')}.{kind}"


@pytest.mark.parametrize("text", HOSTILE)
def test_file_name_of_a_hostile_company_is_harmless(client: TestClient, text: str) -> None:
    response = client.post("/en/plan/export/md", json={**START, "company": text})
    header = response.headers["content-disposition"]
    name = unquote(header.rpartition("''")[2])
    assert response.status_code == 200
    assert "set-cookie" not in response.headers
    assert header.startswith("attachment; filename=\"plan.md\"; filename*=UTF-8''")
    assert re.fullmatch(r"[\w -]+\.md", name)
    assert len(name) < 90


def test_unknown_format_is_refused_with_the_known_ones(client: TestClient) -> None:
    response = client.post("/en/plan/export/exe", json=START)
    assert response.status_code == 400
    assert "docx" in problem(response)


# --- saving


def test_saved_plan_is_opened_by_its_code_however_that_is_typed(client: TestClient) -> None:
    profile = {**START, "company": "Nordwind", "goals": ["culture"]}
    code = client.post("/pl/plan/save", json={"profile": profile}).json()["code"]
    for typed in (code, code.upper(), code.replace("-", " "), f" {code} "):
        assert client.get(f"/hu/plan/saved/{typed}").json() == {"profile": profile}


def test_second_save_under_a_code_replaces_the_first(client: TestClient) -> None:
    code = client.post("/en/plan/save", json={"profile": START}).json()["code"]
    changed = {**START, "hours": 8}
    again = client.post("/en/plan/save", json={"profile": changed, "code": code.upper()})
    assert again.json() == {"code": code}
    assert client.get(f"/en/plan/saved/{code}").json()["profile"] == changed


@pytest.mark.parametrize("language", LANGUAGES)
def test_unknown_code_is_not_found(client: TestClient, language: Language) -> None:
    told = message("plan_page_no_code", language)
    for code in ("babab-babab-babab-babab", "x", "%27%20OR%201=1", "密码"):
        response = client.get(f"/{language}/plan/saved/{code}")
        assert (response.status_code, problem(response)) == (404, told)
    saved = client.post(f"/{language}/plan/save", json={"profile": START, "code": "none-such"})
    assert (saved.status_code, problem(saved)) == (404, told)


@pytest.mark.parametrize("values", [{}, [], {"profile": {}}, {"profile": []}, {"code": "x"}])
def test_nothing_impossible_is_saved(client: TestClient, values: object) -> None:
    assert client.post("/en/plan/save", json=values).status_code == 400


def test_plan_is_stored_only_when_it_is_saved(assistant: Assistant, tmp_path: Path) -> None:
    with closing(Storage(f"sqlite:///{tmp_path / 'plans.sqlite3'}")) as storage:
        assert storage.saved_plan("") is None
        code = storage.save_plan("{}")
        assert storage.saved_plan(code) == "{}"
        assert storage.save_plan("{}", "unknown") == ""


def test_codes_are_long_and_can_be_read_aloud() -> None:
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    word = "[bdfghjklmnprstvz][aiou]" * 2 + "[bdfghjklmnprstvz]"
    assert all(re.fullmatch(f"{word}(-{word}){{3}}", code) for code in codes)


# --- from the chat


def test_answer_with_a_plan_links_to_the_whole_of_it(assistant: Assistant) -> None:
    answer = assistant.ask("I start on 1 March 2027 as first CX hire, draw up a plan for my year")
    assert answer.profile
    html = _to_plan(answer)
    (address,) = Elements(html).all("href")
    assert re.fullmatch(r"/en/plan#p=[\w-]+", address)
    assert message("plan_open", "en") in html


def test_answer_without_a_plan_has_no_such_link() -> None:
    assert _to_plan(Answer("a question", "en", "An answer.", ())) == ""


def test_conversation_of_an_earlier_version_can_be_continued() -> None:
    old: Any = {
        "question": "a question",
        "language": "en",
        "shown": "An answer.",
        "passages": [],
        "suggestions": [],
    }
    (before, now) = _history([old, {**old, "profile": '{"start":"2026-12-01"}'}])
    assert before.profile == ""
    assert now.profile == '{"start":"2026-12-01"}'
