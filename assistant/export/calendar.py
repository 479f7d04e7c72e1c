"""A plan as an iCalendar file (RFC 5545), which Outlook, Google and Apple Calendar take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from assistant.export.wording import capital, clean, colon, facts
from assistant.plan_text import WrittenAction, WrittenEntry, WrittenPlan

if TYPE_CHECKING:
    from icalendar import Alarm, Event

_DOMAIN = "cx-assistant"
_REASSESSMENT = "repeat-assessment"
_DAY = timedelta(days=1)
# A week before, at nine: whole days begin at midnight.
_AHEAD = timedelta(weeks=1, hours=-9)


def calendar(plan: WrittenPlan, made: datetime | None = None) -> bytes:
    """Return an .ics file: an all-day event for each action and each day of reading measures.

    An event keeps its UID when the plan is made anew, so that a second import moves it
    and adds none. Nobody is busy because of it. A week before the measures are read
    and before the maturity is assessed again, there is a reminder.

    Args:
        plan: what to write.
        made: when the file is made; now without it.
    """
    from icalendar import Calendar

    book = Calendar()
    title = clean(plan.title)
    book.add("prodid", f"-//CX assistant//First-year plan//{plan.language.upper()}")
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    book.add("method", "PUBLISH")
    book.add("x-wr-calname", title)
    stamp = made or datetime.now(UTC)
    for event in (*_actions(plan), *_readings(plan)):
        event.add("dtstamp", stamp)
        book.add_component(event)
    written: bytes = book.to_ical()
    return written


def _actions(plan: WrittenPlan) -> Iterator[Event]:
    for action in plan.actions:
        title = clean(action.title)
        summary = f"✓ {title}" if action.done else title
        event = _event(plan, action.id, summary, action.start, action.end)
        event.add("description", "\n".join(_told(plan, action)))
        event.add("categories", [clean(plan.phases[action.phase - 1].title)])
        if action.id == _REASSESSMENT:
            event.add_component(_reminder(summary))
        yield event


def _told(plan: WrittenPlan, action: WrittenAction) -> Iterator[str]:
    """Return the lines of an action's description."""
    yield clean(action.purpose)
    yield ""
    yield plan.say("plan_steps")
    for number, step in enumerate(action.steps, start=1):
        yield f"{number}. {clean(step)}"
    yield ""
    for label, text in facts(plan, action):
        yield f"{label}{colon(plan)}{clean(text)}"


def _readings(plan: WrittenPlan) -> Iterator[Event]:
    """Return an event for each day on which measures are read, with what is read then."""
    read: dict[date, list[WrittenEntry]] = {}
    for measure in plan.measures:
        for day in measure.days:
            read.setdefault(day, []).append(measure)
    summary = plan.say("plan_read_measures")
    for number, day in enumerate(sorted(read), start=1):
        event = _event(plan, f"read-measures-{number}", summary, day, day)
        event.add("description", "\n\n".join(_measured(plan, one) for one in read[day]))
        event.add("categories", [plan.say("plan_measures")])
        event.add_component(_reminder(summary))
        yield event


def _measured(plan: WrittenPlan, measure: WrittenEntry) -> str:
    """Return what is read of a measure, a line each."""
    lines = (f"– {label}{colon(plan)}{capital(clean(text))}" for label, text in measure.lines)
    return "\n".join((clean(measure.title), *lines))


def _event(plan: WrittenPlan, key: str, summary: str, first: date, last: date) -> Event:
    """Return an event of whole days; its end is the day after, as RFC 5545 has it."""
    from icalendar import Event

    event = Event()
    event.add("uid", f"{key}-{plan.start:%Y%m%d}@{_DOMAIN}")
    event.add("summary", summary)
    event.add("dtstart", first)
    event.add("dtend", last + _DAY)
    event.add("transp", "TRANSPARENT")
    # Outlook takes this where others take TRANSP.
    event.add("x-microsoft-cdo-busystatus", "FREE")
    return event


def _reminder(text: str) -> Alarm:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", -_AHEAD)
    return alarm
