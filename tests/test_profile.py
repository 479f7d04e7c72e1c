"""A leader's situation: what is wrong with it is said in one sentence, whoever wrote it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import InputError
from assistant.profile import Profile, facts, schema
from assistant.types import LANGUAGES, Language

START = {"start": "2027-01-11"}
# What is given beside the start date, and what the sentence names: the field and the value.
WRONG: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"start": "2027-02-30"}, ("start", "2027-02-30")),
    ({"start": "soon"}, ("start", "soon")),
    ({"start": "1999-12-31"}, ("start", "1999-12-31", "2000", "2099")),
    ({"start": "2100-01-01"}, ("start", "2100-01-01")),
    ({"start": 20270111}, ("start", "20270111")),
    ({"start": None}, ("start",)),
    ({"colour": "red"}, ("colour", "company", "budget", "changes")),
    ({"changes": {"dropped": []}}, ("changes.dropped", "moved", "left_out")),
    ({"business": "b3b"}, ("business", "b3b", "b2b, b2c, both")),
    ({"reports_to": "king"}, ("reports_to", "king", "ceo, coo")),
    ({"maturity": "ripe"}, ("maturity", "ripe", "nascent")),
    ({"goals": ["growth", "fame"]}, ("goals", "fame", "retention")),
    ({"goals": "growth"}, ("goals", "growth")),
    ({"channels": ["telegraph"]}, ("channels", "telegraph", "survey")),
    ({"metrics": ["nps", "iq"]}, ("metrics", "iq", "csat")),
    ({"metrics": {"nps": "high"}}, ("metrics.nps", "high")),
    ({"metrics": {"nps": float("nan")}}, ("metrics.nps", "nan")),
    ({"employees": 0}, ("employees", "0", "1", "5000000")),
    ({"employees": "many"}, ("employees", "many")),
    ({"team": -1}, ("team", "-1", "10000")),
    ({"team": 1.5}, ("team", "1.5")),
    ({"hours": 61}, ("hours", "61", "60")),
    ({"hours": float("inf")}, ("hours", "inf")),
    ({"survey_tools": 501}, ("survey_tools", "501", "500")),
    ({"first_hire": "maybe"}, ("first_hire", "maybe")),
    ({"company": "A" * 121}, ("company", "AAAA")),
    ({"company": ["Acme"]}, ("company", "Acme")),
    ({"aspects": {"9": "great"}}, ("aspects.9", "great", "optimized")),
    ({"aspects": {"nine": "mature"}}, ("aspects", "nine")),
    ({"days_off": ["2027-13-01"]}, ("days_off", "2027-13-01")),
    ({"changes": {"moved": {"teach-cx": "later"}}}, ("changes.moved.teach-cx", "later")),
    ({"changes": []}, ("changes", "[]")),
]
CONTRADICTIONS: list[dict[str, Any]] = [
    {"has_team": False, "team": 2},
    {"has_team": True, "team": 0},
    {"employees": 10, "team": 10},
    {"feedback": False, "channels": ["survey"]},
    {"feedback": False, "survey_tools": 1},
    {"aspects": {"28": "mature"}},
    {"aspects": {"0": "mature"}},
]
BROKEN = {
    "brace": b"start: {",
    "binary": b"\x89PNG\r\n\x00\xff\xfe",
    "utf-16": "start: 2027-01-11".encode("utf-16"),
    "huge": b"# " + b"x" * 100_000,
    "deep": b"[" * 50_000,
    "endless": b"start: &start [*start]",
    "growing": b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "code": b"start: !!python/object/apply:os.getcwd []",
    "two documents": b"start: 2027-01-11\n---\nstart: 2027-01-11",
    "key": b"? [start]\n: 2027-01-11",
    "digits": b"start: 2027-01-11\nteam: " + b"9" * 5000,
    "hexadecimal": b"start: 2027-01-11\nteam: 0x" + b"f" * 5000,
}


def refused(values: object, language: Language) -> str:
    """Return the one line that refuses values."""
    with pytest.raises(InputError) as told:
        Profile.of(values, language)
    (line,) = str(told.value).splitlines()
    return line


@pytest.mark.parametrize(("fields", "named"), WRONG)
@pytest.mark.parametrize("language", LANGUAGES)
def test_impossible_value_is_told_with_its_field(
    language: Language, fields: dict[str, Any], named: tuple[str, ...]
) -> None:
    line = refused({**START, **fields}, language)
    assert [part for part in named if part not in line] == []
    assert "$" not in line
    assert len(line) < 500


@pytest.mark.parametrize("fields", [*CONTRADICTIONS, *(fields for fields, _ in WRONG)])
def test_each_language_says_it_in_its_own_words(fields: dict[str, Any]) -> None:
    lines = {refused({**START, **fields}, language) for language in LANGUAGES}
    assert len(lines) == len(LANGUAGES)


@pytest.mark.parametrize("values", [None, [], "start", 7, [START], {}])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_fields_at_all_is_told_with_the_form_of_a_date(
    language: Language, values: object
) -> None:
    line = refused(values, language)
    assert any(
        form in line for form in ("2027-01-11", "YYYY-MM-DD", "ÉÉÉÉ", "РРРР", "RRRR", "ГГГГ")
    )


@pytest.mark.parametrize("text", ["one\ntwo", "x" * 5000, "a\u2028b\r\nc", "$value ${field}"])
def test_value_of_any_shape_is_shown_short_on_one_line(text: str) -> None:
    for fields in ({"business": text}, {text: 1}, {"metrics": {text: 1}}):
        assert len(refused({**START, **fields}, "en")) < 500


@pytest.mark.parametrize("fields", CONTRADICTIONS)
def test_one_half_of_a_contradiction_is_accepted(fields: dict[str, Any]) -> None:
    if len(fields) > 1:
        for key, value in fields.items():
            assert Profile.of({**START, key: value}, "en")


def test_bare_list_of_metrics_is_metrics_without_a_value() -> None:
    assert Profile.of({**START, "metrics": ["nps", "ces"]}, "en").metrics == {
        "nps": None,
        "ces": None,
    }


# --- files


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("situation.yaml", "start: 2027-01-11\nmetrics: [nps]\naspects: {9: mature}\n"),
        (
            "situation.json",
            '{"start": "2027-01-11", "metrics": ["nps"], "aspects": {"9": "mature"}}',
        ),
        ("notepad.yaml", "\ufeffstart: 2027-01-11\r\nmetrics: {nps: }\r\naspects: {'9': mature}"),
    ],
)
def test_yaml_and_json_tell_the_same(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8", newline="")
    expected = {**START, "metrics": {"nps": None}, "aspects": {9: "mature"}}
    assert Profile.read(file, "en") == Profile.of(expected, "en")


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("language", LANGUAGES)
def test_file_that_is_no_profile_is_named(tmp_path: Path, language: Language, kind: str) -> None:
    file = tmp_path / "situation.yaml"
    file.write_bytes(BROKEN[kind])
    with pytest.raises(InputError, match=r"situation\.yaml"):
        Profile.read(file, language)


def test_missing_file_and_folder_and_endless_device_are_named(tmp_path: Path) -> None:
    for file in (tmp_path / "none.yaml", tmp_path, Path("/dev/zero")):
        with pytest.raises(InputError, match=file.name):
            Profile.read(file, "en")


def test_impossible_day_in_a_file_is_told_like_any_other(tmp_path: Path) -> None:
    file = tmp_path / "situation.yaml"
    file.write_text("start: 2027-02-30", encoding="utf-8")
    with pytest.raises(InputError, match="2027-02-30"):
        Profile.read(file, "en")


def test_empty_file_is_told_what_it_needs(tmp_path: Path) -> None:
    file = tmp_path / "situation.yaml"
    file.write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="start: 2027-01-11"):
        Profile.read(file, "en")


def test_profile_survives_its_own_json() -> None:
    values = {
        **START,
        "company": "Acme",
        "metrics": {"nps": 12.5, "ces": None},
        "aspects": {"9": "nascent"},
        "days_off": ["2027-05-03"],
        "changes": {"moved": {"teach-cx": "2027-06-07"}, "done": ["read-vision"]},
    }
    profile = Profile.of(values, "en")
    assert Profile.of(json.loads(profile.model_dump_json(exclude_unset=True)), "en") == profile


# --- the schema


def test_schema_describes_every_field_and_requires_the_start_alone() -> None:
    found = schema()
    assert set(found["properties"]) == set(Profile.model_fields)
    assert found["required"] == ["start"]
    assert found["additionalProperties"] is False
    assert all(field["description"] for field in found["properties"].values())
    assert json.loads(json.dumps(found)) == found


# --- what is said and what is assumed


@pytest.mark.parametrize(
    ("fields", "condition", "holds", "stated"),
    [
        ({}, "first-hire", True, False),
        ({"first_hire": False}, "first-hire", False, True),
        ({}, "large", False, False),
        ({"employees": 999}, "large", False, True),
        ({"employees": 1000}, "large", True, True),
        ({}, "b2b", True, False),
        ({}, "b2c", True, False),
        ({"business": "b2c"}, "b2b", False, True),
        ({"business": "both"}, "b2c", True, True),
        ({}, "team", False, False),
        ({"team": 0}, "team", False, True),
        ({"has_team": True}, "team", True, True),
        ({}, "budget", False, False),
        ({"budget": "small"}, "budget", True, True),
        ({}, "feedback", False, False),
        ({"metrics": ["nps"]}, "feedback", True, True),
        ({"channels": ["phone"]}, "feedback", True, True),
        ({"feedback": False, "metrics": ["churn"]}, "feedback", False, True),
        ({"survey_tools": 1}, "many-tools", False, True),
        ({"survey_tools": 2}, "many-tools", True, True),
        ({"metrics": {}}, "metrics", False, True),
        ({"metrics": ["nps", "ces"]}, "only-nps", False, True),
        ({}, "assessed", False, False),
        ({"aspects": {"3": "mature"}}, "assessed", True, True),
        ({"maturity": "developing"}, "advanced", False, True),
        ({"maturity": "mature"}, "advanced", True, True),
        ({"problems": "  "}, "problems", False, False),
        ({"problems": "late parcels"}, "problems", True, True),
        ({}, "goal-retention", True, False),
        ({"goals": ["cost"]}, "goal-retention", False, True),
        ({"goals": ["cost"]}, "goal-cost", True, True),
    ],
)
def test_fact_tells_what_was_said_from_what_is_assumed(
    fields: dict[str, Any], condition: str, *, holds: bool, stated: bool
) -> None:
    fact = facts(Profile.of({**START, **fields}, "en"))[condition]
    assert (fact.holds, fact.stated) == (holds, stated)
