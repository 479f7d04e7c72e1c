"""The exported calendar: valid lines, an event an action, and no way to break out of one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from export_plans import BREAKING_OUT, hostile, plan_of, written
from icalendar import Calendar, Event

from assistant.export.calendar import calendar
from assistant.plan_text import WrittenPlan
from assistant.types import LANGUAGES, Language

MADE = datetime(2027, 1, 4, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def unfolded(made: bytes) -> list[str]:
    """Return the content lines of a calendar as RFC 5545, 3.1 reads them, without a library."""
    return made.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def events(plan: WrittenPlan) -> dict[str, Event]:
    read = Calendar.from_ical(calendar(plan, MADE))
    return {str(event["uid"]): event for event in read.walk("VEVENT")}


def uid(plan: WrittenPlan, key: str) -> str:
    return f"{key}-{plan.start:%Y%m%d}@cx-assistant"


def test_calendar_says_what_it_is() -> None:
    plan = written("en")
    lines = unfolded(calendar(plan, MADE))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    head = lines[1 : lines.index("BEGIN:VEVENT")]
    assert set(head) == {
        "VERSION:2.0",
        "PRODID:-//CX assistant//First-year plan//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{plan.title}",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_are_short_end_as_they_must_and_split_no_character(language: Language) -> None:
    made = calendar(written(language), MADE)
    assert made.endswith(b"\r\n")
    for line in made.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        assert b"\r" not in line
        line.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_action_is_an_event_from_its_first_day_to_the_day_after_its_last(
    language: Language,
) -> None:
    plan = written(language)
    found = events(plan)
    for one in plan.actions:
        event = found[uid(plan, one.id)]
        assert type(event.start) is type(event.end) is date
        assert (event.start, event.end) == (one.start, one.end + DAY)
        assert str(event["summary"]) == f"✓ {one.title}" if one.done else one.title
        assert event["transp"] == "TRANSPARENT"
        assert event["dtstamp"].dt == MADE
        assert event.categories == [plan.phases[one.phase - 1].title]


@pytest.mark.parametrize("language", ["en", "pl", "zh-Hans"])
def test_description_has_purpose_steps_and_reasons(language: Language) -> None:
    plan = written(language)
    found = events(plan)
    for one in plan.actions:
        text = str(found[uid(plan, one.id)]["description"])
        for said in (one.purpose, *one.steps, *one.because):
            assert said in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_day_of_reading_is_an_event_with_every_measure(language: Language) -> None:
    plan = written(language)
    readings = [event for key, event in events(plan).items() if key.startswith("read-measures-")]
    assert len(readings) == 4
    for event in readings:
        text = str(event["description"])
        assert " ".join(plan.day(event.start).split()) in text
        assert event.end == event.start + DAY
        assert all(one.title in text for one in plan.measures)


def test_reminder_comes_a_week_before_reading_and_before_the_reassessment() -> None:
    plan = written("en")
    for key, event in events(plan).items():
        reminders = event.walk("VALARM")
        if key.startswith(("read-measures-", "repeat-assessment-")):
            (alarm,) = reminders
            assert alarm["action"] == "DISPLAY"
            assert alarm["description"]
            midnight = datetime.combine(event.start, datetime.min.time())
            assert (midnight + alarm["trigger"].dt).date() == event.start - 7 * DAY
        else:
            assert reminders == []
    assert uid(plan, "repeat-assessment") in events(plan)


def test_events_keep_their_names_when_days_and_language_change() -> None:
    plan = written("en")
    moved = plan_of("pl", days_off=["2027-02-01"], hours=14)
    again = events(moved)
    assert set(events(plan)) == set(again)


def test_no_two_events_share_a_name() -> None:
    plan = written("en")
    uids = [line for line in unfolded(calendar(plan, MADE)) if line.startswith("UID:")]
    assert len(uids) == len(set(uids)) == len(plan.actions) + 4


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_text_of_a_person_cannot_break_out_of_its_line(language: Language) -> None:
    plan = hostile(BREAKING_OUT, language)
    lines = unfolded(calendar(plan, MADE))
    starts = [line.partition(":")[0].partition(";")[0] for line in lines]
    assert starts.count("BEGIN") == starts.count("END")
    assert lines.count("BEGIN:VEVENT") == len(plan.actions) + 4
    assert set(starts) == {
        *("BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "METHOD", "X-WR-CALNAME"),
        *("UID", "SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "DESCRIPTION", "CATEGORIES", "TRANSP"),
        *("X-MICROSOFT-CDO-BUSYSTATUS", "ACTION", "TRIGGER"),
    }
    assert not [c for line in lines for c in line if c < " " or c in "\x7f\x85\u2028\u2029"]


def test_text_of_a_person_reads_back_as_it_was_typed() -> None:
    owner = r"Ann, Bo; \n Cy: \\ d"
    plan = plan_of("en", company="A, B; C", changes={"owners": {"read-vision": owner}})
    made = calendar(plan, MADE)
    assert Calendar.from_ical(made)["x-wr-calname"].startswith("A, B; C: ")
    description = str(events(plan)[uid(plan, "read-vision")]["description"])
    assert f"Owner: {owner}" in description.split("\n")
