"""A plan as a complete Markdown document (CommonMark with tables)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from assistant.export.wording import cited, clean, colon, documents, facts, marks, owner, when
from assistant.plan_text import WrittenAction, WrittenEntry, WrittenPhase, WrittenPlan

# What is markup within a line: also for the Markdown of GitHub, which links bare addresses.
_WITHIN = re.compile(r"([\\`*_\[\]<>|~&#$@]|(?<=www)\.|:(?=//))", re.IGNORECASE)
_AT_START = re.compile(r"^([-+=]|\d+(?=[.)]))")
_SEPARATOR = " · "


def markdown(plan: WrittenPlan) -> bytes:
    """Return the plan with all its parts as UTF-8; no text in it can become markup.

    Every block is a paragraph, a heading, a list or a table of one or more lines.
    """
    return ("\n\n".join(_blocks(plan)) + "\n").encode()


def escaped(text: str) -> str:
    """Return a text as one line of Markdown that shows it as it is."""
    line = _WITHIN.sub(r"\\\1", clean(text))
    # A number keeps its digits: the dot after it is what would begin a list.
    return _AT_START.sub(lambda m: f"{m[0]}\\" if m[0].isdigit() else f"\\{m[0]}", line)


def _blocks(plan: WrittenPlan) -> Iterator[str]:
    yield f"# {escaped(plan.title)}"
    yield from map(escaped, plan.summary)
    yield from _overview(plan)
    for phase in plan.phases:
        yield from _phase(plan, phase)
    for key, entries in (
        ("plan_measures", plan.measures),
        ("plan_stakeholders", plan.stakeholders),
        ("plan_risks", plan.risks),
    ):
        yield from _section(plan, key, entries)
    yield from _left_out(plan)
    yield from _assumptions(plan)
    yield from _section(plan, "plan_ahead", plan.ahead)
    yield from _sources(plan)


def _overview(plan: WrittenPlan) -> Iterator[str]:
    if not plan.actions:
        return
    keys = ("plan_action", "plan_owner", "plan_first_day", "plan_last_day", "plan_status")
    rows = [("", *map(plan.say, keys))]
    for one in plan.actions:
        status = plan.say("plan_status_done" if one.done else "plan_status_open")
        days = plan.day(one.start), plan.day(one.end)
        rows.append((str(one.number), one.title, owner(one), *days, status))
    yield f"## {escaped(plan.say('plan_actions'))}"
    yield _table(rows)


def _table(rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(map(escaped, row)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def _phase(plan: WrittenPlan, phase: WrittenPhase) -> Iterator[str]:
    if not phase.actions:
        return
    days = plan.say("plan_period", first=plan.day(phase.start), last=plan.day(phase.end))
    yield f"## {escaped(phase.title)}{_SEPARATOR}{escaped(days)}"
    for action in phase.actions:
        yield from _action(plan, action)


def _action(plan: WrittenPlan, action: WrittenAction) -> Iterator[str]:
    yield f"### {action.number}. {escaped(action.title)}"
    yield f"*{escaped(when(plan, action))}*"
    yield _cited(action.purpose, action.citations)
    yield "\n".join(f"{n}. {escaped(step)}" for n, step in enumerate(action.steps, start=1))
    yield _labelled(plan, facts(plan, action))


def _section(plan: WrittenPlan, key: str, entries: Sequence[WrittenEntry]) -> Iterator[str]:
    if not entries:
        return
    yield f"## {escaped(plan.say(key))}"
    for entry in entries:
        yield f"### {escaped(entry.title)}"
        yield _cited(entry.point, entry.citations)
        yield _labelled(plan, entry.lines)


def _left_out(plan: WrittenPlan) -> Iterator[str]:
    if plan.left_out:
        yield f"## {escaped(plan.say('plan_left_out'))}"
        yield _labelled(plan, [(title, why) for _, title, why in plan.left_out])


def _assumptions(plan: WrittenPlan) -> Iterator[str]:
    if plan.assumptions:
        yield f"## {escaped(plan.say('plan_assumptions'))}"
        yield escaped(plan.say("plan_assumptions_text"))
        yield "\n".join(f"- {escaped(one)}" for one in plan.assumptions)


def _sources(plan: WrittenPlan) -> Iterator[str]:
    if plan.sources:
        yield f"## {escaped(plan.say('plan_sources'))}"
        yield _labelled(plan, documents(plan))
        yield "\n".join(
            f"- [{one.number}] {_SEPARATOR.join(map(escaped, cited(plan, one)))}"
            for one in plan.sources
        )


def _cited(text: str, citations: Iterable[int]) -> str:
    return f"{escaped(text)} {marks(citations)}".rstrip()


def _labelled(plan: WrittenPlan, lines: Iterable[tuple[str, str]]) -> str:
    """Return a list; its bold ends before the colon, where CommonMark sees it in any script.

    A label that ends with its own mark, such as a question's, takes no colon.
    """
    found = []
    for label, text in lines:
        after = " " if label.endswith(("?", "？")) else colon(plan)
        found.append(f"- **{escaped(label)}**{after}{escaped(text)}")
    return "\n".join(found)
