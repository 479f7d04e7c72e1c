"""What people type of their situation: fields, dates and numbers in six languages."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.profile import Profile
from assistant.situation import read_day, read_situation, wants
from assistant.types import LANGUAGES, Language

TODAY = date(2026, 11, 22)  # a Sunday
SITUATIONS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "situations.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
LONG = 20_000
SECONDS = 20


def comparable(fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields without the order of metrics and without what a team's size implies."""
    found = dict(fields)
    if found.get("metrics") is not None:
        found["metrics"] = set(found["metrics"])
    if "team" in found:
        found.pop("has_team", None)
    return found


@pytest.mark.parametrize("case", SITUATIONS, ids=lambda case: case["text"][:50])
def test_situation_is_read_as_it_was_meant(case: dict[str, Any]) -> None:
    found = read_situation(case["text"], case["language"], TODAY)
    assert comparable(found) == comparable(case["expected"])


def test_every_language_has_situations() -> None:
    counts = [sum(case["language"] == language for case in SITUATIONS) for language in LANGUAGES]
    assert min(counts) >= 15


# --- dates

DAYS: dict[Language, dict[str, str | None]] = {
    "en": {
        "from 2027-03-01": "2027-03-01",
        "on 1 March 2027": "2027-03-01",
        "March 1st, 2027": "2027-03-01",
        "the 3rd of May": "2027-05-03",
        "Dec 7": "2026-12-07",
        "in February": "2027-02-01",
        "in November": "2026-11-01",
        "15.04.2027": "2027-04-15",
        "15/04/2027": "2027-04-15",
        "tomorrow": "2026-11-23",
        "next month": "2026-12-01",
        "next week": "2026-11-23",
        "on Friday": "2026-11-27",
        "30 February 2027": None,
        "2027-13-45": None,
        "no day at all": None,
    },
    "pl": {
        "1 marca 2027": "2027-03-01",
        "7 grudnia": "2026-12-07",
        "w lutym": "2027-02-01",
        "15.04.2027": "2027-04-15",
        "jutro": "2026-11-23",
        "w przyszłym miesiącu": "2026-12-01",
        "w piątek": "2026-11-27",
        "kiedyś": None,
    },
    "hu": {
        "2027. március 1-jén": "2027-03-01",
        "december 7-én": "2026-12-07",
        "februárban": "2027-02-01",
        "2027-04-15": "2027-04-15",
        "holnap": "2026-11-23",
        "a jövő hónapban": "2026-12-01",
        "pénteken": "2026-11-27",
        "egyszer": None,
    },
    "ru": {
        "1 марта 2027 года": "2027-03-01",
        "с 7 декабря": "2026-12-07",
        "в феврале": "2027-02-01",
        "15.04.2027": "2027-04-15",
        "завтра": "2026-11-23",
        "в следующем месяце": "2026-12-01",
        "в пятницу": "2026-11-27",
        "когда-нибудь": None,
    },
    "zh-Hans": {
        "2027年3月1日": "2027-03-01",
        "12月7日入职": "2026-12-07",
        "二月入职": "2027-02-01",
        "十二月七号": "2026-12-07",
        "2027-04-15": "2027-04-15",
        "明天": "2026-11-23",
        "下个月": "2026-12-01",
        "2027年13月1日": None,
        "以后": None,
    },
    "zh-Hant": {
        "2027年3月1日": "2027-03-01",
        "12月7號到職": "2026-12-07",
        "二月到職": "2027-02-01",
        "明天": "2026-11-23",
        "下個月": "2026-12-01",
        "以後": None,
    },
}


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [(language, text, day) for language, days in DAYS.items() for text, day in days.items()],
)
def test_day_is_read_in_any_form(language: Language, text: str, day: str | None) -> None:
    found = read_day(text, language, TODAY)
    assert (found and found.isoformat()) == day


def test_day_without_a_year_that_is_over_is_next_years() -> None:
    assert read_day("on 21 November", "en", TODAY) == date(2027, 11, 21)
    assert read_day("on 22 November", "en", TODAY) == TODAY
    assert read_day("on 29 February", "en", date(2027, 3, 1)) == date(2028, 2, 29)


# --- numbers

NUMBERS: dict[Language, dict[str, tuple[str, int]]] = {
    "en": {
        "we have 12,000 employees": ("employees", 12_000),
        "a team of twelve": ("team", 12),
        "10 hours a week": ("hours", 10),
    },
    "pl": {"zatrudniamy 12 000 osób": ("employees", 12_000), "mam zespół pięciu osób": ("team", 5)},
    "hu": {"12 000 alkalmazott": ("employees", 12_000), "öt fős csapatom van": ("team", 5)},
    "ru": {
        "12 000 сотрудников": ("employees", 12_000),
        "у меня команда из пяти человек": ("team", 5),
    },
    "zh-Hans": {
        "公司有1.2万名员工": ("employees", 12_000),
        "公司有三千两百名员工": ("employees", 3200),
        "公司有十五名员工": ("employees", 15),
    },
    "zh-Hant": {"公司有1.2萬名員工": ("employees", 12_000), "公司有兩百名員工": ("employees", 200)},
}


@pytest.mark.parametrize(
    ("language", "text", "field", "value"),
    [(lang, text, *told) for lang, texts in NUMBERS.items() for text, told in texts.items()],
)
def test_number_is_read_in_digits_and_words(
    language: Language, text: str, field: str, value: int
) -> None:
    assert read_situation(text, language, TODAY)[field] == value


# --- wishes


@pytest.mark.parametrize(
    ("language", "kind", "text"),
    [
        ("en", "move", "move the roadmap to June"),
        ("en", "why", "why the roadmap?"),
        ("en", "without", "leave out the training"),
        ("en", "with", "add hiring an analyst"),
        ("pl", "move", "przesuń mapę drogową na czerwiec"),
        ("pl", "without", "pomiń szkolenie"),
        ("hu", "move", "tedd át az ütemtervet júniusra"),
        ("hu", "without", "hagyd ki a képzést"),
        ("ru", "move", "перенеси дорожную карту на июнь"),
        ("ru", "without", "убери обучение"),
        ("zh-Hans", "move", "把路线图移到6月"),
        ("zh-Hans", "why", "为什么要画路线图？"),
        ("zh-Hant", "move", "把路線圖移到6月"),
        ("zh-Hant", "without", "去掉訓練"),
    ],
)
def test_wish_is_recognised(language: Language, kind: str, text: str) -> None:
    assert wants(kind, text, language)
    assert not wants(kind, "NPS", language)


# --- any text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00\u202e\ufffe",
        "{n} (?P<n>x) $goals \\",
        "'; DROP TABLE plans; --",
        "we have " + "9" * 5000 + " employees",
        "公司有" + "9" * 400 + "万名员工",
        "万" * 400,
        "2027-99-99 99/99/2027 99月99日",
    ],
    ids=repr,
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_text_is_only_text(language: Language, text: str) -> None:
    found = read_situation(text, language, TODAY)
    assert set(found) <= set(Profile.model_fields)
    assert "start" not in found


@pytest.mark.parametrize(
    "phrase",
    ["1", "1 ", "111 ", "a", " ", "no ", "first customer experience ", "report to the ", "万十"],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_long_text_is_read_quickly(language: Language, phrase: str) -> None:
    text = (phrase * LONG)[:LONG]
    before = time.perf_counter()
    read_situation(text, language, TODAY)
    assert time.perf_counter() - before < SECONDS


@pytest.mark.parametrize("language", LANGUAGES)
def test_many_situations_in_one_text_are_read_quickly(language: Language) -> None:
    texts = " ".join(case["text"] for case in SITUATIONS if case["language"] == language)
    before = time.perf_counter()
    read_situation((texts * 50)[:LONG], language, TODAY)
    assert time.perf_counter() - before < SECONDS
