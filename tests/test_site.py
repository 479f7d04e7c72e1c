"""The site without a browser: passages by address, redirects, headers, and what is escaped."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant import Answer, Assistant, Citation
from assistant.corpus import Corpus, plain
from assistant.messages import message
from assistant.storage import Storage
from assistant.types import LANGUAGES, Block, Language, Passage
from assistant.ui import build_site
from assistant.ui.chat import linked, starters
from assistant.ui.guard import in_language
from assistant.ui.pages import Pages
from assistant.ui.passage import missing_page, passage_address, passage_fragment, passage_page
from assistant.ui.site import preferred_language

TEAM_SIZE = "playbook/team-size"
HOSTILE = (
    '"><script>alert(1)</script>',
    "<img src=http://example.com/x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "![x](http://example.com/x.png)",
    "[x](javascript:alert(1))",
    "<javascript:alert(1)>",
)
MADE_BY_A_PASSAGE = {
    *("html", "head", "meta", "title", "link", "body", "header", "main", "article"),
    *("h2", "p", "ul", "li", "nav", "span", "a", "mark", "strong"),
}


@dataclass
class Page(HTMLParser):
    """The elements of a page, each with its attributes, and its text."""

    html: str
    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}

    @property
    def addresses(self) -> list[str]:
        """Everything that a browser may load or follow."""
        return [
            attributes[name] or ""
            for _, attributes in self.elements
            for name in ("href", "src", "action")
            if name in attributes
        ]

    @property
    def scripted(self) -> list[str]:
        """Attributes and addresses that hold a script."""
        handlers = [name for _, found in self.elements for name in found if name.startswith("on")]
        return handlers + [a for a in self.addresses if a.casefold().startswith("javascript")]

    def texts_of(self, tag: str) -> list[str]:
        """The text of each element of a kind that holds no other of its kind."""
        parts = self.html.split(f"<{tag}>")[1:]
        return [Page(part.split(f"</{tag}>")[0]).text for part in parts]


@pytest.fixture(scope="session")
def client(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of the whole site, which follows no redirect by itself."""
    folder = tmp_path_factory.mktemp("site")
    with closing(Storage(f"sqlite:///{folder / 'feedback.sqlite3'}")) as storage:
        with warnings.catch_warnings():
            # Gradio makes an event loop for each of a page's events and closes none of them.
            warnings.simplefilter("ignore", ResourceWarning)
            site = build_site(assistant, storage)
            gc.collect()
        with TestClient(site, follow_redirects=False) as opened:
            yield opened


@pytest.fixture(scope="session")
def team_size(corpus: Corpus) -> Passage:
    found = corpus.get(TEAM_SIZE, "en")
    assert found is not None
    return found


def spoiled(passage: Passage, text: str) -> Passage:
    """A passage with hostile text wherever a corpus file can hold text."""
    return replace(
        passage,
        document_title=text,
        path=(text,),
        title=text,
        source=text,
        text=text,
        blocks=(Block("paragraph", (text, text)), Block("list", (text,), ("",))),
    )


# --- passages


@pytest.mark.parametrize("language", LANGUAGES)
def test_passage_has_a_page_in_each_language(
    client: TestClient, corpus: Corpus, language: Language
) -> None:
    found = corpus.get(TEAM_SIZE, language)
    assert found is not None
    response = client.get(f"/{language}/passages/{TEAM_SIZE}")
    page = Page(response.text)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert dict(page.elements)["html"] == {"lang": language}
    assert all(plain(statement) in page.text for statement in found.statements)
    assert found.title in page.text
    assert message("source_from", language, source=found.source) in page.text


def test_every_passage_of_the_corpus_can_be_shown(client: TestClient, corpus: Corpus) -> None:
    addresses = [f"/{passage.language}/passages/{passage.id}" for passage in corpus]
    assert [address for address in addresses if client.get(address).status_code != 200] == []


def test_quoted_statements_are_marked_and_no_others(client: TestClient, team_size: Passage) -> None:
    page = Page(client.get(f"/en/passages/{TEAM_SIZE}?from=1&to=1").text)
    assert page.texts_of("mark") == [plain(team_size.statements[1])]


@pytest.mark.parametrize("query", ["", "?from=1", "?from=3&to=1", "?from=9999&to=99999"])
def test_nothing_is_marked_where_no_statement_is_quoted(client: TestClient, query: str) -> None:
    response = client.get(f"/en/passages/{TEAM_SIZE}{query}")
    assert response.status_code == 200
    assert "mark" not in Page(response.text).tags


def test_address_of_a_quote_marks_exactly_the_quote(corpus: Corpus) -> None:
    wrong = [
        f"{passage.language} {passage.id}: {statement}"
        for passage in corpus
        for position, statement in enumerate(passage.statements)
        if not passage_address(passage, statement).endswith(f"?from={position}&to={position}")
    ]
    assert wrong == []


def test_fragment_is_the_passage_without_the_page_around_it(client: TestClient) -> None:
    page = Page(client.get(f"/en/passages/{TEAM_SIZE}?fragment=true").text)
    assert page.elements[0] == ("article", {"class": "cx-passage", "lang": "en"})
    assert page.tags.isdisjoint({"html", "head", "body", "link"})


def test_passage_leads_to_itself_in_every_other_language(client: TestClient) -> None:
    page = Page(client.get(f"/pl/passages/{TEAM_SIZE}?fragment=true").text)
    linked_to = {a["hreflang"]: a["href"] for tag, a in page.elements if tag == "a"}
    others = [language for language in LANGUAGES if language != "pl"]
    assert linked_to == {code: f"/{code}/passages/{TEAM_SIZE}" for code in others}
    assert {client.get(address or "").status_code for address in linked_to.values()} == {200}


def test_passage_of_one_language_alone_offers_no_other(team_size: Passage) -> None:
    assert "a" not in Page(passage_fragment(team_size, [])).tags


def test_text_beyond_the_source_is_told_apart(team_size: Passage) -> None:
    note = message("source_authored", "en")
    assert note not in Page(passage_page(replace(team_size, authored=False), [])).text
    assert note in Page(passage_page(replace(team_size, authored=True), [])).text


def test_everything_that_a_passage_page_loads_or_links_exists(client: TestClient) -> None:
    page = Page(client.get(f"/hu/passages/{TEAM_SIZE}").text)
    assert len(page.addresses) > 5
    statuses = {address: client.get(address).status_code for address in page.addresses}
    assert set(statuses.values()) == {200}


@pytest.mark.parametrize("language", LANGUAGES)
def test_unknown_passage_is_not_found_in_the_language_of_its_address(
    client: TestClient, language: Language
) -> None:
    response = client.get(f"/{language}/passages/playbook/no-such-passage")
    page = Page(response.text)
    assert response.status_code == 404
    assert dict(page.elements)["html"] == {"lang": language}
    assert message("no_passage", language) in page.text
    assert f"/{language}/" in page.addresses


@pytest.mark.parametrize(
    "address",
    [
        "/en/passages/..%2f..%2fpyproject.toml/x",
        "/en/passages/playbook/..%2f..%2fsettings",
        "/en/passages/%3Cscript%3E/alert(1)",
        "/assets/..%2fsite.py",
        "/assets/../site.py",
        "/de/",
        "/docs",
        "/openapi.json",
    ],
)
def test_what_the_site_does_not_have_is_not_found(client: TestClient, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert "<script" not in response.text
    assert "import" not in response.text


# --- the glossary


@pytest.mark.parametrize("language", LANGUAGES)
def test_glossary_has_a_page_in_each_language(client: TestClient, language: Language) -> None:
    response = client.get(f"/{language}/glossary")
    page = Page(response.text)
    assert response.status_code == 200
    assert dict(page.elements)["html"] == {"lang": language}
    assets = {address for address in page.addresses if address.startswith("/assets/")}
    assert "/assets/glossary.js" in assets
    assert {client.get(address).status_code for address in assets} == {200}


# --- redirects


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("hu", "hu"),
        ("hu-HU,hu;q=0.9,en;q=0.8", "hu"),
        ("en;q=0.1, pl", "pl"),
        ("ru;q=0.5,pl;q=0.9", "pl"),
        ("zh-TW,zh;q=0.9", "zh-Hant"),
        ("zh-Hant-HK", "zh-Hant"),
        ("zh-hk", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("zh-Hans-HK", "zh-Hans"),
        ("de-DE,de;q=0.9,ru;q=0.3", "ru"),
        ("de, hu; q=0.9", "hu"),
        ("de", "en"),
        ("de, *;q=0.5", "en"),
        ("", "en"),
        ("hu;q=very", "en"),
        (",;,;q=", "en"),
    ],
)
def test_start_leads_to_the_language_that_is_wanted_most(
    client: TestClient, header: str, language: Language
) -> None:
    response = client.get("/", headers={"accept-language": header})
    assert response.is_redirect
    assert response.headers["location"] == f"/{language}/"


def test_start_without_a_wish_leads_to_the_configured_language() -> None:
    assert preferred_language("", "hu") == "hu"
    assert preferred_language("de,fr;q=0.9", "zh-Hant") == "zh-Hant"


def test_address_of_a_language_without_its_slash_stays_on_this_host(client: TestClient) -> None:
    response = client.get("/hu")
    assert response.is_redirect
    target = urlsplit(response.headers["location"])
    assert (target.netloc or "testserver", target.path) == ("testserver", "/hu/")


# --- headers


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/en",
        "/en/",
        "/zh-Hant/",
        "/hu/config",
        "/hu/gradio_api/info",
        "/assets/site.css",
        "/assets/site.js",
        "/favicon.ico",
        "/en/glossary",
        f"/en/passages/{TEAM_SIZE}",
        "/en/passages/no/such",
        "/en/passages/playbook/team-size?from=x",
        "/no-such-page",
    ],
)
def test_every_kind_of_response_carries_the_security_headers(
    client: TestClient, address: str
) -> None:
    headers = client.get(address).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["img-src"] == "'self' data: blob:"
    assert policy["form-action"] == "'self'"
    assert policy["base-uri"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]


def test_policy_allows_no_other_host(client: TestClient) -> None:
    policy = client.get("/en/").headers["content-security-policy"]
    allowed = {word for part in policy.split("; ") for word in part.split(" ")[1:]}
    quoted = {"'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'"}
    assert allowed <= {*quoted, "data:", "blob:"}


# --- the chat pages


@pytest.mark.parametrize("language", LANGUAGES)
def test_chat_page_says_its_language_before_any_other_script(
    client: TestClient, language: Language
) -> None:
    response = client.get(f"/{language}/")
    head = response.text.split("<head>", 1)[1].lstrip()
    assert response.status_code == 200
    assert int(response.headers["content-length"]) == len(response.content)
    assert head.startswith("<script>")
    first = head.split("</script>", 1)[0]
    assert f"'{language}'" in first
    code = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW"}.get(language, language)
    assert f"'{code}'" in first


def test_chat_page_loads_nothing_from_any_other_host(client: TestClient) -> None:
    hosts = {urlsplit(address).netloc for address in Page(client.get("/en/").text).addresses}
    assert hosts <= {"", "testserver"}


def test_only_the_head_of_a_page_is_told_its_language() -> None:
    page = b"<html><head><title>x</title></head><body>&lt;head> <head></body></html>"
    assert in_language(page, "hu").count(b"<script>") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_starter_questions_are_four_that_the_corpus_answers(
    assistant: Assistant, language: Language
) -> None:
    questions = starters(assistant, language)
    asked = {passage.question for passage in assistant.corpus.passages(language)}
    assert len(set(questions)) == 4
    assert set(questions) <= asked


# --- pages on demand


@pytest.fixture
def built() -> list[Language]:
    """The languages whose page was built, in that order."""
    return []


@pytest.fixture
def on_demand(built: list[Language]) -> Iterator[TestClient]:
    """A client of pages that hold nothing but their language."""
    import gradio as gr

    def build(language: Language) -> gr.Blocks:
        built.append(language)
        with gr.Blocks(title=f"Page in {language}", analytics_enabled=False) as page:
            gr.Markdown(language)
        return page

    pages = Pages(build)
    site = FastAPI(lifespan=pages.lifespan)
    site.router.default = pages
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        with TestClient(site, follow_redirects=False) as opened:
            yield opened
        gc.collect()


def test_page_is_built_when_it_is_first_asked_for_and_no_other(
    on_demand: TestClient, built: list[Language]
) -> None:
    assert built == []
    assert "Page in hu" in on_demand.get("/hu/").text
    assert built == ["hu"]
    assert "Page in en" in on_demand.get("/en/").text
    assert built == ["hu", "en"]


def test_page_that_is_built_stays(on_demand: TestClient, built: list[Language]) -> None:
    for address in ("/en/", "/en/config", "/en/", "/en/gradio_api/info", "/en/no-such-page"):
        on_demand.get(address)
    assert built == ["en"]


@pytest.mark.parametrize("address", ["/", "/de/", "/EN/", "/zh/", "/en-GB/", "/no/en/", "//en/"])
def test_address_of_no_language_is_not_found_and_builds_nothing(
    on_demand: TestClient, built: list[Language], address: str
) -> None:
    # A second slash at the start would be read as a host, so it is sent with one of ours.
    response = on_demand.get(f"http://testserver{address}")
    assert response.status_code == 404
    assert built == []


# --- escaping


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_of_a_passage_stays_text(team_size: Passage, text: str) -> None:
    page = Page(passage_page(spoiled(team_size, text), LANGUAGES[1:], quoted=range(3)))
    assert page.tags <= MADE_BY_A_PASSAGE
    assert page.scripted == []
    assert all(address.startswith("/") for address in page.addresses)
    assert page.texts_of("mark") == [text, text, text]
    assert page.texts_of("h2") == [text]


def test_emphasis_of_a_passage_is_shown_as_such(team_size: Passage) -> None:
    bold = replace(team_size, blocks=(Block("paragraph", ("A **strong** point.",)),))
    assert Page(passage_page(bold, [])).texts_of("strong") == ["strong"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_title_stays_within_the_label_of_its_citation(
    team_size: Passage, text: str
) -> None:
    shown = replace(team_size, title=text)
    citation = Citation(1, shown, shown.lead)
    page = Page(linked(Answer("a question", "en", "Said so [1].", (citation,))))
    (tag, attributes), *others = page.elements
    assert (tag, others) == ("a", [])
    assert set(attributes) == {"class", "href", "aria-label", "title"}
    assert attributes["title"] == message("source_number", "en", number=1, title=text)
    assert attributes["href"] == f"/en/passages/{TEAM_SIZE}?from=0&to=0"
    assert page.text == "Said so1."


def test_mark_without_a_citation_becomes_no_link(team_size: Passage) -> None:
    answer = Answer(
        "a question", "en", "Said [1] so [7].", (Citation(1, team_size, team_size.lead),)
    )
    page = Page(linked(answer))
    assert [tag for tag, _ in page.elements] == ["a"]
    assert page.text == "Said1 so."


@pytest.mark.parametrize("language", LANGUAGES)
def test_missing_page_holds_nothing_but_its_message(language: Language) -> None:
    page = Page(missing_page(language))
    assert page.tags <= MADE_BY_A_PASSAGE
    assert page.scripted == []
