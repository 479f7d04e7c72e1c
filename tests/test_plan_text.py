"""A plan in words: each statement its source's own, each number one that is listed."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from typing import Any

import pytest
from export_plans import MARKUP, corpus, hostile, library, plan_of

from assistant.corpus import plain
from assistant.plan_text import (
    WrittenAction,
    WrittenEntry,
    WrittenPlan,
    because,
    day_in_words,
    items_of,
    plan_json,
    write,
)
from assistant.planning import PHASES, Plan, plan
from assistant.profile import Profile
from assistant.types import LANGUAGES, Language
from assistant.verification import is_verbatim

PROFILES: list[dict[str, Any]] = [
    {},
    {"first_hire": True, "budget": "none", "team": 0, "metrics": ["nps"]},
    {
        "first_hire": False,
        "employees": 12_000,
        "business": "b2c",
        "budget": "sufficient",
        "team": 8,
        "metrics": {"nps": 31, "csat": 4.2},
        "maturity": "developing",
        "aspects": {"9": "nascent"},
        "goals": ["recovery", "culture", "growth"],
        "survey_tools": 4,
    },
    {"hours": 1},
]


def made(language: Language, **more: Any) -> tuple[Plan, WrittenPlan]:
    one = plan(Profile.of({"start": "2027-01-11", **more}, language), library(), language=language)
    return one, write(one, corpus(), language)


def entries(written: WrittenPlan) -> list[WrittenEntry]:
    return [*written.measures, *written.stakeholders, *written.risks, *written.ahead]


@pytest.fixture(params=PROFILES, ids=["nothing", "alone", "large", "an-hour"])
def more(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What is told beside the start date."""
    found: dict[str, Any] = request.param
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_citations_are_verbatim_and_in_the_language(
    language: Language, more: dict[str, Any]
) -> None:
    _, written = made(language, **more)
    assert written.sources
    for source in written.sources:
        assert is_verbatim(source)
        assert source.passage.language == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_point_at_sources_and_every_source_is_pointed_at(
    language: Language, more: dict[str, Any]
) -> None:
    _, written = made(language, **more)
    assert [source.number for source in written.sources] == list(range(1, len(written.sources) + 1))
    assert len({source.passage.id for source in written.sources}) == len(written.sources)
    cited = [
        *(one.citations for one in written.actions),
        *(one.citations for one in entries(written)),
    ]
    assert all(numbers and len(set(numbers)) == len(numbers) for numbers in cited)
    assert {n for numbers in cited for n in numbers} == {s.number for s in written.sources}


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_an_action_are_those_of_its_first_source(
    language: Language, more: dict[str, Any]
) -> None:
    _, written = made(language, **more)
    for one in written.actions:
        passage = written.sources[one.citations[0] - 1].passage
        assert passage.id == f"first-year/{one.id}"
        assert one.title == passage.title
        text = plain(passage.text)
        told = (one.purpose, *one.steps, one.deliverable, one.done_when, one.owner, one.involve)
        assert [part for part in told if not part or part not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_plan_and_words_agree_on_days_and_numbers(language: Language, more: dict[str, Any]) -> None:
    one, written = made(language, **more)
    assert [(w.id, w.start, w.end, w.phase) for w in written.actions] == [
        (p.action.id, p.start, p.end, p.phase) for p in one.actions
    ]
    assert [w.number for w in written.actions] == list(range(1, len(one.actions) + 1))
    assert [phase.number for phase in written.phases] == list(range(1, PHASES + 1))
    assert str(len(one.actions)) in written.summary[0]
    titles = {w.title for w in written.actions}
    assert all(set(w.needs) <= titles for w in written.actions)
    assert len(written.left_out) == len(one.left_out)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_to_fill_in(language: Language, more: dict[str, Any]) -> None:
    one, written = made(language, **more)
    text = json.dumps(plan_json(one, written), ensure_ascii=False)
    assert not re.search(r"\$\w|\*\*|\{#|\bNone\b", text)
    for entry in entries(written):
        assert entry.title
        assert entry.point
        assert all(label and line for label, line in entry.lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_assumptions_are_what_was_not_said(language: Language) -> None:
    _, nothing = made(language)
    _, told = made(language, first_hire=True, budget="none", goals=["cost"])
    assert len(nothing.assumptions) == len(told.assumptions) + 3
    assert set(told.assumptions) < set(nothing.assumptions)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_a_sentence(language: Language) -> None:
    one, _ = made(language, **PROFILES[2], changes={"added": ["map-first-journey"]})
    told = {because(r, one, corpus(), language) for p in one.actions for r in p.reasons}
    kinds = {reason.kind for planned in one.actions for reason in planned.reasons}
    assert {"condition", "needed", "aspect"} <= kinds
    assert all(sentence.endswith((".", "。")) for sentence in told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_metric_given_is_the_starting_value(language: Language) -> None:
    _, given = made(language, goals=["retention"], metrics={"nps": 12.5})
    lines = {one.id: dict(one.lines) for one in given.measures}["measure-loyalty"]
    assert any("12.5" in line for line in lines.values())


# --- JSON


@pytest.mark.parametrize("language", LANGUAGES)
def test_json_holds_the_whole_plan(language: Language, more: dict[str, Any]) -> None:
    one, written = made(language, **more)
    found = json.loads(json.dumps(plan_json(one, written)))
    assert set(found) == {
        "language", "title", "start", "end", "hours", "summary", "assumptions", "profile", "phases",
        "measures", "stakeholders", "risks", "left_out", "ahead", "citations",
    }  # fmt: skip
    assert (found["language"], found["start"], found["end"]) == (
        language,
        "2027-01-11",
        "2028-01-10",
    )
    actions = [action for phase in found["phases"] for action in phase["actions"]]
    assert [action["id"] for action in actions] == [action.id for action in written.actions]
    assert all(set(action) == {field.name for field in fields(WrittenAction)} for action in actions)
    for part in ("measures", "stakeholders", "risks", "ahead"):
        assert [one["id"] for one in found[part]] == [one.id for one in getattr(written, part)]
    for citation, source in zip(found["citations"], written.sources, strict=True):
        assert (citation["number"], citation["passage"]) == (source.number, source.passage.id)
        assert citation["quote"] == source.quote
    assert Profile.of(found["profile"], language) == one.profile


# --- what a person typed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("company", ["Nordwind & Sons", "$title ${company}", MARKUP])
def test_company_is_kept_as_it_was_typed(language: Language, company: str) -> None:
    one, written = made(language, company=company)
    assert company in written.title
    assert plan_json(one, written)["profile"]["company"] == company


@pytest.mark.parametrize("language", LANGUAGES)
def test_plan_without_a_company_has_a_title_of_its_own(language: Language) -> None:
    assert "Nordwind" in plan_of(language).title
    assert made(language)[1].title not in plan_of(language).title.split("Nordwind")


def test_owner_and_problem_stay_data() -> None:
    written = hostile(MARKUP)
    actions = {action.id: action for action in written.actions}
    assert actions["map-stakeholders"].owner == MARKUP
    assert any(MARKUP in reason for reason in actions["win-quickly"].because)
    assert all(is_verbatim(source) for source in written.sources)


# --- parts


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "11 Jan 2027"),
        ("pl", "11 sty 2027"),
        ("hu", "2027. jan. 11."),
        ("ru", "11 янв. 2027 г."),
        ("zh-Hans", "2027年1月11日"),
        ("zh-Hant", "2027年1月11日"),
    ],
)
def test_day_is_written_as_the_language_does(language: Language, text: str) -> None:
    assert day_in_words(made("en")[1].start, language).replace("\u202f", " ") == text


def test_items_are_found_without_their_labels() -> None:
    passage = corpus().get("first-year/read-vision", "en")
    assert passage is not None
    items = items_of(passage)
    assert items["owner"] == "CX leader."
    assert items["deliverable"].startswith("a one-page summary")
