"""A plan in a language: what the page, the chat, the command line and every export show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assistant.corpus import Corpus, plain
from assistant.library import Entry, words
from assistant.messages import clause, message
from assistant.planning import PHASES, LeftOut, Measure, Plan, Planned, Reason
from assistant.types import Citation, Language, Passage

_LOCALES = {"zh-Hans": "zh_Hans_CN", "zh-Hant": "zh_Hant_TW"}
_EARLY = 3
_SHOWN_REASONS = 4
_ASSUMPTIONS = (
    "first-hire",
    "team",
    "budget",
    "feedback",
    "maps",
    "governance",
    "central-data",
    "voe",
    "assessed",
    "goal-retention",
)


@dataclass(frozen=True, slots=True)
class WrittenAction:
    """An action in words. `because` says why it is in the plan, the strongest reason first."""

    id: str
    number: int
    title: str
    purpose: str
    steps: tuple[str, ...]
    deliverable: str
    done_when: str
    owner: str
    involve: str
    start: date
    end: date
    phase: int
    hours: float
    because: tuple[str, ...]
    needs: tuple[str, ...]
    citations: tuple[int, ...]
    done: bool
    moved: bool


@dataclass(frozen=True, slots=True)
class WrittenPhase:
    """A phase with the actions that begin in it."""

    number: int
    title: str
    start: date
    end: date
    actions: tuple[WrittenAction, ...]


@dataclass(frozen=True, slots=True)
class WrittenEntry:
    """A measure, risk or stakeholder: a title, its point, and labelled lines.

    `days` are those on which a measure is read.
    """

    id: str
    title: str
    point: str
    lines: tuple[tuple[str, str], ...]
    citations: tuple[int, ...]
    days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenPlan:
    """A whole plan in one language; numbers in `citations` point into `sources`."""

    language: Language
    title: str
    summary: tuple[str, ...]
    assumptions: tuple[str, ...]
    phases: tuple[WrittenPhase, ...]
    measures: tuple[WrittenEntry, ...]
    stakeholders: tuple[WrittenEntry, ...]
    risks: tuple[WrittenEntry, ...]
    left_out: tuple[tuple[str, str, str], ...]
    ahead: tuple[WrittenEntry, ...]
    sources: tuple[Citation, ...]
    start: date
    end: date

    @property
    def actions(self) -> tuple[WrittenAction, ...]:
        return tuple(action for phase in self.phases for action in phase.actions)

    def say(self, key: str, **values: object) -> str:
        return message(key, self.language, **values)

    def day(self, day: date) -> str:
        return day_in_words(day, self.language)


@dataclass(slots=True)
class _Sources:
    """The citations of a plan: a passage is cited once, whoever rests on it."""

    corpus: Corpus
    language: Language
    found: dict[str, Citation] = field(default_factory=dict)

    def cite(self, passages: Iterable[Passage]) -> tuple[int, ...]:
        numbers = []
        for passage in passages:
            if passage.id not in self.found:
                number = len(self.found) + 1
                self.found[passage.id] = Citation(number, passage, passage.lead)
            numbers.append(self.found[passage.id].number)
        return tuple(dict.fromkeys(numbers))

    def rests(self, key: str, rests: Sequence[str]) -> tuple[int, ...]:
        """Cite the library's passage and those it is drawn from."""
        named = (self.corpus.get(rest, self.language) for rest in rests)
        own = words(key, self.corpus, self.language)
        return self.cite([own, *(passage for passage in named if passage is not None)])


def day_in_words(day: date, language: Language) -> str:
    """Return a date as the language writes it in a text, such as "11 Jan 2027"."""
    from babel.dates import format_date

    form = "d MMM y" if language == "en" else "medium"
    return format_date(day, format=form, locale=_LOCALES.get(language, language))


def write(plan: Plan, corpus: Corpus, language: Language) -> WrittenPlan:
    """Put a plan into words; every statement about an action is its passage's own."""
    sources = _Sources(corpus, language)
    numbers = {one.action.id: n for n, one in enumerate(plan.actions, start=1)}
    actions = [_action(one, plan, sources, numbers[one.action.id]) for one in plan.actions]
    phases = tuple(
        WrittenPhase(
            number,
            message(f"plan_phase_{number}", language),
            *plan.year.phases[number - 1],
            tuple(one for one in actions if one.phase == number),
        )
        for number in range(1, PHASES + 1)
    )
    return WrittenPlan(
        language,
        _title(plan, language),
        _summary(plan, actions, language),
        _assumptions(plan, language),
        phases,
        tuple(_measure(one, sources) for one in plan.measures),
        tuple(
            _entry(one, sources, ("plan_wants", "plan_offer", "plan_ask"))
            for one in plan.stakeholders
        ),
        tuple(
            _entry(one, sources, ("plan_sign", "plan_answer"), reasons)
            for one, reasons in plan.risks
        ),
        tuple(_left_out(one, corpus, language) for one in plan.left_out),
        tuple(_ahead(key, sources) for key in plan.ahead),
        tuple(sources.found.values()),
        plan.year.start,
        plan.year.end,
    )


def because(reason: Reason, plan: Plan, corpus: Corpus, language: Language) -> str:
    """Return a reason as a sentence."""
    if reason.kind == "condition":
        key = "because_stated" if reason.stated else "because_assumed"
        return message(key, language, clause=clause(reason.key, language))
    if reason.kind == "needed":
        return message("because_needed", language, action=words(reason.key, corpus, language).title)
    if reason.kind == "problem":
        return message("because_problem", language, problem=reason.key)
    if reason.kind == "aspect":
        aspect, level = int(reason.key), plan.profile.aspects[int(reason.key)]
        named = {passage.id: passage.title for passage in corpus.passages(language)}
        return message(
            "because_aspect",
            language,
            aspect=named[f"scorecard/aspect-{aspect}"],
            level=named[f"scorecard/level-{level}"],
        )
    return message(f"because_{reason.kind}", language)


def _action(one: Planned, plan: Plan, sources: _Sources, number: int) -> WrittenAction:
    language, corpus = sources.language, sources.corpus
    passage = words(one.action.id, corpus, language)
    items = items_of(passage)
    steps = next(block.statements for block in passage.blocks if block.kind == "list")
    needs = [need for need in one.action.needs if plan.get(need)]
    return WrittenAction(
        one.action.id,
        number,
        passage.title,
        " ".join(plain(s) for s in passage.blocks[0].statements)
        if not language.startswith("zh")
        else "".join(plain(s) for s in passage.blocks[0].statements),
        tuple(plain(step) for step in steps),
        items["deliverable"],
        items["done"],
        one.owner or items["owner"],
        items["involve"],
        one.start,
        one.end,
        one.phase,
        one.action.hours,
        tuple(because(r, plan, corpus, language) for r in one.reasons[:_SHOWN_REASONS]),
        tuple(words(need, corpus, language).title for need in needs),
        sources.rests(one.action.id, one.action.rests),
        one.done,
        one.moved,
    )


def items_of(passage: Passage) -> dict[str, str]:
    """Return the list items that have an id, by it, without their bold labels."""
    found = {}
    for block in passage.blocks:
        for statement, anchor in zip(block.statements, block.anchors, strict=False):
            if anchor:
                text = statement.partition("**")[2].partition("**")[2] or statement
                found[anchor] = plain(text).lstrip(" :：")
    return found


def _title(plan: Plan, language: Language) -> str:
    if plan.profile.company:
        return message("plan_title_company", language, company=plan.profile.company)
    return message("plan_title", language)


def _summary(plan: Plan, actions: list[WrittenAction], language: Language) -> tuple[str, ...]:
    if not actions:
        return (message("plan_nothing", language),)
    lines = [
        message(
            "plan_summary",
            language,
            count=len(actions),
            first=day_in_words(plan.year.start, language),
            last=day_in_words(plan.year.end, language),
            hours=f"{plan.hours:g}",
            early=sum(one.phase <= _EARLY for one in actions),
        )
    ]
    if plan.profile.goals:
        lines.append(goals_in_words(plan.profile.goals, language))
    return tuple(lines)


def goals_in_words(goals: Sequence[str], language: Language) -> str:
    """Return a sentence that names the goals."""
    named = [message(f"goal_{goal}", language) for goal in goals]
    joined = "、".join(named) if language.startswith("zh") else ", ".join(named)
    return message("plan_goals", language, goals=joined)


def _assumptions(plan: Plan, language: Language) -> tuple[str, ...]:
    """Return what the person did not say and the plan rests on."""
    found = []
    for name in _ASSUMPTIONS:
        fact = plan.facts[name]
        if not fact.stated:
            condition = name if fact.holds else f"no-{name}"
            found.append(message("because_assumed", language, clause=clause(condition, language)))
    return tuple(found)


def _measure(one: Measure, sources: _Sources) -> WrittenEntry:
    language = sources.language
    passage = words(one.entry.id, sources.corpus, language)
    items = items_of(passage)
    if one.value is not None:
        start = message("plan_baseline_value", language, value=f"{one.value:g}")
    else:
        start = message("plan_baseline_by", language, day=day_in_words(one.baseline, language))
    gap = "" if language.startswith("zh") else " "
    days = (", " if gap else "、").join(day_in_words(day, language) for day in one.reads)
    lines = (
        (message("plan_baseline", language), f"{items['baseline']}{gap}{start}"),
        (message("plan_target", language), items["target"]),
        (message("plan_reads", language), f"{days}{' – ' if gap else '：'}{items['read']}"),
    )
    cited = sources.rests(one.entry.id, ())
    return WrittenEntry(one.entry.id, passage.title, plain(passage.lead), lines, cited, one.reads)


def _entry(
    entry: Entry, sources: _Sources, labels: Sequence[str], reasons: Sequence[Reason] = ()
) -> WrittenEntry:
    passage = words(entry.id, sources.corpus, sources.language)
    items = items_of(passage).values()
    lines = [
        (message(label, sources.language), text) for label, text in zip(labels, items, strict=True)
    ]
    for reason in reasons[:1]:
        key = "because_stated" if reason.stated else "because_assumed"
        why = message(key, sources.language, clause=clause(reason.key, sources.language))
        lines.append((message("plan_why", sources.language), why))
    cited = sources.rests(entry.id, entry.rests)
    return WrittenEntry(entry.id, passage.title, plain(passage.lead), tuple(lines), cited)


def _left_out(one: LeftOut, corpus: Corpus, language: Language) -> tuple[str, str, str]:
    """Return an action that is left out: its id, its title and why."""
    title = words(one.action.id, corpus, language).title
    if one.reason.kind == "condition":
        key = "left_stated" if one.reason.stated else "left_assumed"
        return one.action.id, title, message(key, language, clause=clause(one.reason.key, language))
    return one.action.id, title, message(f"left_{one.reason.kind}", language)


def _ahead(key: str, sources: _Sources) -> WrittenEntry:
    passage = sources.corpus.get(key, sources.language)
    assert passage is not None
    below = sources.corpus.children(passage)
    lines = tuple((child.title, plain(child.lead)) for child in below)
    cited = sources.cite([passage, *below])
    return WrittenEntry(key, passage.title, plain(passage.lead), lines, cited)


def plan_json(plan: Plan, written: WrittenPlan) -> dict[str, Any]:
    """Return a written plan as the JSON that `plan --json` prints and the page reads."""
    return {
        "language": written.language,
        "title": written.title,
        "start": written.start.isoformat(),
        "end": written.end.isoformat(),
        "hours": plan.hours,
        "summary": list(written.summary),
        "assumptions": list(written.assumptions),
        "profile": plan.profile.model_dump(mode="json", exclude_defaults=True),
        "phases": [
            {
                "number": phase.number,
                "title": phase.title,
                "start": phase.start.isoformat(),
                "end": phase.end.isoformat(),
                "actions": [_action_json(one) for one in phase.actions],
            }
            for phase in written.phases
        ],
        "measures": [_entry_json(one) for one in written.measures],
        "stakeholders": [_entry_json(one) for one in written.stakeholders],
        "risks": [_entry_json(one) for one in written.risks],
        "left_out": [
            {"id": key, "title": title, "because": why} for key, title, why in written.left_out
        ],
        "ahead": [_entry_json(one) for one in written.ahead],
        "citations": [
            {
                "number": one.number,
                "passage": one.passage.id,
                "document": one.passage.document,
                "title": one.passage.title,
                "language": one.passage.language,
                "quote": one.quote,
                "source": one.passage.source,
                "authored": one.passage.authored,
            }
            for one in written.sources
        ],
    }


def _action_json(one: WrittenAction) -> dict[str, Any]:
    return {
        "id": one.id,
        "number": one.number,
        "title": one.title,
        "purpose": one.purpose,
        "steps": list(one.steps),
        "deliverable": one.deliverable,
        "done_when": one.done_when,
        "owner": one.owner,
        "involve": one.involve,
        "start": one.start.isoformat(),
        "end": one.end.isoformat(),
        "phase": one.phase,
        "hours": one.hours,
        "because": list(one.because),
        "needs": list(one.needs),
        "citations": list(one.citations),
        "done": one.done,
        "moved": one.moved,
    }


def _entry_json(one: WrittenEntry) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "point": one.point,
        "lines": [{"label": label, "text": text} for label, text in one.lines],
        "citations": list(one.citations),
    }
