"""Plan a leader's first year: which actions, when, and why each, by rules alone.

Every action whose conditions hold is a candidate. Those that somebody moved come first,
then those of the core, with what they need, then the others by weight: what the person
said counts twice as much as what is assumed, goals by their rank, a low score besides.
Each is put where it first fits (serial schedule generation, Kolisch and Hartmann, 1999):
not before its phase, after what it needs, within the hours of each day, and never too
many at once. What finds no room in time is left out, and said to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from typing import TYPE_CHECKING, Literal

from assistant.errors import InputError
from assistant.library import Action, Entry, Library
from assistant.messages import message
from assistant.profile import Fact, Profile, facts
from assistant.types import Language
from assistant.workdays import Year

if TYPE_CHECKING:
    import numpy as np

PHASES = 6
_WORKDAYS = 5
DEFAULT_HOURS = 20.0
# What people who report to the leader add: half a day a week each.
_HOURS_OF_A_MEMBER = 4.0
_LARGEST_TEAM = 10
# Actions that a leader can keep moving at once; each who reports to the leader adds one more.
_AT_ONCE = 5
_STATED, _ASSUMED = 2.0, 1.0
_GOAL_RANKS = (3.0, 2.0, 1.0)
_ASKED = 2.0
_LOW = {"nascent": 3.0, "developing": 1.0}
# An action may be late by one phase before it is left out; one of the core by any.
_LATE = 1
_LAST_OF_NINETY = 3
_NEARLY = 1e-9
# The condition that customer problems were told; of these words so many characters are shown.
_PROBLEMS, _SHOWN = "problems", 160


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an action is in a plan, or not.

    `kind` is "condition" (`key` names it, "no-" before it turns it round; `stated`
    where the person said so), "aspect" (a low score), "problem" (the person's words),
    "needed" (by the action `key`), "core", "asked" (somebody changed the plan so),
    "hours" (no room in time) or "useful" (for anybody).
    """

    kind: Literal["condition", "aspect", "problem", "needed", "core", "asked", "hours", "useful"]
    key: str = ""
    stated: bool = True


@dataclass(frozen=True, slots=True)
class Planned:
    """An action with its days, both working days, and its reasons, the strongest first."""

    action: Action
    start: date
    end: date
    phase: int
    reasons: tuple[Reason, ...]
    owner: str = ""
    done: bool = False
    moved: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An action that is not in the plan, and why."""

    action: Action
    reason: Reason


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured: its first value where known, when that is taken, when it is read."""

    entry: Entry
    value: float | None
    baseline: date
    reads: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A first year; `actions` in order of their start."""

    profile: Profile
    facts: Mapping[str, Fact]
    year: Year
    hours: float
    actions: tuple[Planned, ...]
    left_out: tuple[LeftOut, ...]
    measures: tuple[Measure, ...]
    risks: tuple[tuple[Entry, tuple[Reason, ...]], ...]
    stakeholders: tuple[Entry, ...]
    ahead: tuple[str, ...]

    def get(self, key: str) -> Planned | None:
        return next((one for one in self.actions if one.action.id == key), None)


@dataclass(slots=True)
class _Schedule:
    """What has been placed so far, and the hours and actions on each working day."""

    year: Year
    hours: float
    at_once: int
    load: np.ndarray
    running: np.ndarray
    placed: dict[str, tuple[int, int]] = field(default_factory=dict)
    tried: set[str] = field(default_factory=set)


def plan(
    profile: Profile,
    library: Library,
    *,
    language: Language = "en",
) -> Plan:
    """Return the plan of a profile; the same profile always gets the same one.

    Args:
        profile: the situation, and the changes made to earlier plans of it.
        library: what to choose from.
        language: of the message where a change is not possible.

    Raises:
        InputError: a change names no action of the library or a day outside the year.
    """
    import numpy as np

    year = Year(profile.start, profile.days_off)
    _check_changes(profile, library, year, language)
    held = facts(profile)
    hours = _hours(profile)
    free = np.zeros(len(year.days))
    schedule = _Schedule(year, hours / _WORKDAYS, _at_once(profile), free, free.copy())
    wanted, left_out = _candidates(profile, library, held)
    weights = {key: _weight(wanted[key], profile, held) for key in wanted}
    for key in profile.changes.moved:
        if key in wanted:
            _place(schedule, wanted, key, profile)
    _place_last(schedule, [wanted[key] for key in reversed(library.order) if key in wanted])
    core = [key for key in library.order if key in wanted and wanted[key].core]
    others = sorted((key for key in wanted if not wanted[key].core), key=lambda k: -weights[k])
    for key in (*core, *others):
        _place(schedule, wanted, key, profile)
    actions = [
        _planned(wanted[key], span, schedule, profile, held, wanted)
        for key, span in schedule.placed.items()
    ]
    no_room = (wanted[key] for key in wanted if key not in schedule.placed)
    left_out += [LeftOut(action, Reason("hours")) for action in no_room]
    order = {key: place for place, key in enumerate(library.order)}
    return Plan(
        profile,
        held,
        year,
        hours,
        tuple(sorted(actions, key=lambda one: (one.start, one.end, order[one.action.id]))),
        tuple(sorted(left_out, key=lambda one: order[one.action.id])),
        _measures(profile, library, held, year, schedule),
        _risks(library, held),
        tuple(one for one in library.stakeholders.values() if _failed(one.when, held) is None),
        library.ahead,
    )


def holds(condition: str, held: Mapping[str, Fact]) -> Fact:
    """Return whether a condition holds; "no-" before it turns it round.

    Raises:
        KeyError: there is no such condition.
    """
    if condition.startswith("no-"):
        fact = held[condition.removeprefix("no-")]
        return Fact(not fact.holds, fact.stated)
    return held[condition]


def _hours(profile: Profile) -> float:
    """Return the hours a week: the leader's own and what the team adds."""
    own = profile.hours if profile.hours is not None else DEFAULT_HOURS
    members = min(profile.team or int(bool(profile.has_team)), _LARGEST_TEAM)
    return own + members * _HOURS_OF_A_MEMBER


def _at_once(profile: Profile) -> int:
    """Return how many actions may run at once: attention is as short as time."""
    return _AT_ONCE + min(profile.team or int(bool(profile.has_team)), _AT_ONCE)


def _check_changes(profile: Profile, library: Library, year: Year, language: Language) -> None:
    changes = profile.changes
    named = (*changes.moved, *changes.left_out, *changes.added, *changes.owners, *changes.done)
    for key in named:
        if key not in library.actions:
            raise InputError(message("plan_no_action", language, action=key[:60]))
    for day in changes.moved.values():
        if not year.start <= day <= year.end or year.position(day) >= len(year.days):
            raise InputError(
                message("plan_outside", language, day=day, first=year.start, last=year.end)
            )


def _candidates(
    profile: Profile, library: Library, held: Mapping[str, Fact]
) -> tuple[dict[str, Action], list[LeftOut]]:
    """Return the actions whose conditions hold or that are asked for, and the others."""
    wanted: dict[str, Action] = {}
    left_out = []
    for key, action in library.actions.items():
        failed = _failed(action.when, held)
        if key in profile.changes.left_out:
            left_out.append(LeftOut(action, Reason("asked")))
        elif failed is None or key in profile.changes.added:
            wanted[key] = action
        else:
            stated = all(holds(one, held).stated for one in failed)
            left_out.append(LeftOut(action, Reason("condition", _turned(failed[0]), stated)))
    return wanted, left_out


def _failed(when: tuple[tuple[str, ...], ...], held: Mapping[str, Fact]) -> tuple[str, ...] | None:
    """Return the first of the conditions that does not hold, None where all do."""
    return next((one for one in when if not any(holds(c, held).holds for c in one)), None)


def _turned(condition: str) -> str:
    return condition[3:] if condition.startswith("no-") else f"no-{condition}"


def _conditions_met(
    when: tuple[tuple[str, ...], ...], held: Mapping[str, Fact], more: tuple[str, ...] = ()
) -> tuple[Reason, ...]:
    """Return the conditions that hold as reasons, what was stated first."""
    named = dict.fromkeys([c for one in when for c in one] + list(more))
    met = [Reason("condition", c, fact.stated) for c in named if (fact := holds(c, held)).holds]
    return tuple(sorted(met, key=lambda reason: not reason.stated))


def _weight(action: Action, profile: Profile, held: Mapping[str, Fact]) -> float:
    """Return how much an action matters in this situation; above 0 only for this situation."""
    weight = 0.0
    for reason in _conditions_met(action.when, held, action.more):
        weight += _STATED if reason.stated else _ASSUMED
        goal = reason.key.removeprefix("goal-")
        if goal in profile.goals[: len(_GOAL_RANKS)]:
            weight += _GOAL_RANKS[profile.goals.index(goal)]
    weight += sum(_LOW.get(profile.aspects.get(aspect, ""), 0.0) for aspect in action.aspects)
    return weight + _ASKED * (action.id in profile.changes.added)


def _place(schedule: _Schedule, wanted: Mapping[str, Action], key: str, profile: Profile) -> None:
    """Place an action where it first fits, what it needs before it; leave it where nothing does."""
    if key in schedule.placed or key in schedule.tried:
        return
    schedule.tried.add(key)
    action = wanted[key]
    for need in action.needs:
        if need in wanted:
            _place(schedule, wanted, need, profile)
    earliest, latest = _window(schedule, wanted, action, profile)
    length, rate = _pace(action, schedule)
    for first in range(earliest, latest - length + 2):
        if _fits(schedule, first, length, rate):
            _take(schedule, action, first, length, rate)
            return


def _window(
    schedule: _Schedule, wanted: Mapping[str, Action], action: Action, profile: Profile
) -> tuple[int, int]:
    """Return the positions of the days that an action may begin and end on."""
    year, placed = schedule.year, schedule.placed
    moved = profile.changes.moved.get(action.id)
    begins = [year.position(moved or year.phases[action.phase - 1][0])]
    begins += [placed[need][1] + 1 for need in action.needs if need in placed]
    ends = [len(year.days) - 1]
    ends += [
        placed[one.id][0] - 1
        for one in wanted.values()
        if action.id in one.needs and one.id in placed
    ]
    if not (action.core or moved or action.id in profile.changes.added):
        by = min(action.by + _LATE, PHASES)
        ends.append(_last_position(year, year.phases[by - 1][1]))
    return max(begins), min(ends)


def _place_last(schedule: _Schedule, actions: list[Action]) -> None:
    """Place what closes the year as late as it fits, from the end backwards."""
    latest = len(schedule.year.days) - 1
    for action in (one for one in actions if one.last and one.id not in schedule.tried):
        schedule.tried.add(action.id)
        length, rate = _pace(action, schedule)
        needed = (schedule.placed[need][1] for need in action.needs if need in schedule.placed)
        first = latest - length + 1
        if first > max(needed, default=-1) and _fits(schedule, first, length, rate):
            _take(schedule, action, first, length, rate)
            latest = first - 1


def _pace(action: Action, schedule: _Schedule) -> tuple[int, float]:
    """Return the working days that an action takes here, and its hours on each."""
    length = max(action.days, ceil(action.hours / schedule.hours - _NEARLY))
    return length, action.hours / length


def _fits(schedule: _Schedule, first: int, length: int, rate: float) -> bool:
    span = slice(first, first + length)
    load, running = schedule.load[span], schedule.running[span]
    if len(load) < length or running.max() >= schedule.at_once:
        return False
    return float(load.max()) + rate <= schedule.hours + _NEARLY


def _take(schedule: _Schedule, action: Action, first: int, length: int, rate: float) -> None:
    schedule.load[first : first + length] += rate
    schedule.running[first : first + length] += 1
    schedule.placed[action.id] = (first, first + length - 1)


def _last_position(year: Year, day: date) -> int:
    """Return the position of the last working day up to a day."""
    position = year.position(day)
    inside = position < len(year.days) and year.day(position) == day
    return position if inside else position - 1


def _planned(
    action: Action,
    span: tuple[int, int],
    schedule: _Schedule,
    profile: Profile,
    held: Mapping[str, Fact],
    wanted: Mapping[str, Action],
) -> Planned:
    start, end = schedule.year.day(span[0]), schedule.year.day(span[1])
    changes = profile.changes
    return Planned(
        action,
        start,
        end,
        schedule.year.phase(start),
        _reasons(action, profile, held, [k for k in wanted if k in schedule.placed], wanted),
        changes.owners.get(action.id, ""),
        action.id in changes.done,
        action.id in changes.moved,
    )


def _reasons(
    action: Action,
    profile: Profile,
    held: Mapping[str, Fact],
    placed: list[str],
    wanted: Mapping[str, Action],
) -> tuple[Reason, ...]:
    found = []
    if action.id in profile.changes.added:
        found.append(Reason("asked"))
    if _PROBLEMS in action.more and held[_PROBLEMS].holds:
        found.append(Reason("problem", _first_line(profile.problems)))
    found += [
        Reason("aspect", str(aspect))
        for aspect in action.aspects
        if profile.aspects.get(aspect) in _LOW
    ]
    met = _conditions_met(action.when, held, action.more)
    found += [reason for reason in met if reason.key != _PROBLEMS]
    if action.core:
        found.append(Reason("core"))
    found += [Reason("needed", key) for key in placed if action.id in wanted[key].needs]
    return tuple(found) or (Reason("useful"),)


def _first_line(text: str) -> str:
    line = next(line for line in text.splitlines() if line.strip()).strip()
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1].rstrip()}…"


def _risks(
    library: Library, held: Mapping[str, Fact]
) -> tuple[tuple[Entry, tuple[Reason, ...]], ...]:
    """Return the risks of this situation with why they are, those that were told first."""
    found = [
        (entry, _conditions_met(entry.when, held))
        for entry in library.risks.values()
        if _failed(entry.when, held) is None
    ]
    return tuple(sorted(found, key=lambda risk: not any(reason.stated for reason in risk[1])))


def _measures(
    profile: Profile,
    library: Library,
    held: Mapping[str, Fact],
    year: Year,
    schedule: _Schedule,
) -> tuple[Measure, ...]:
    """Return what is measured: read at the end of the first ninety days and of each quarter."""
    taken = schedule.placed.get("set-baselines")
    baseline = year.day(taken[1] if taken else _last_position(year, year.phases[2][1]))
    ends = [_last_position(year, last) for _, last in year.phases[_LAST_OF_NINETY - 1 :]]
    reads = tuple(year.day(position) for position in ends)
    values = profile.metrics or {}
    return tuple(
        Measure(entry, values.get(entry.metric), baseline, reads)  # type: ignore[call-overload]
        for entry in library.measures.values()
        if _failed(entry.when, held) is None
    )


def differences(before: Plan, after: Plan) -> tuple[list[str], list[str], list[str]]:
    """Return the actions that came, that went, and whose days changed, by id."""
    old = {one.action.id: (one.start, one.end) for one in before.actions}
    new = {one.action.id: (one.start, one.end) for one in after.actions}
    return (
        [key for key in new if key not in old],
        [key for key in old if key not in new],
        [key for key in new if key in old and new[key] != old[key]],
    )
