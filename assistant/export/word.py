"""A plan as a Word document: one page for who has one minute, then all of it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant.export import word_style as style
from assistant.export.picture import picture
from assistant.export.wording import (
    capital,
    cited,
    clean,
    colon,
    documents,
    facts,
    marks,
    owner,
    period,
    when,
)
from assistant.plan_text import WrittenAction, WrittenEntry, WrittenPhase, WrittenPlan

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

_LAST_OF_NINETY = 3
# What the first page has room for in every language.
_MEASURES, _ASKED, _RISKS = 4, 3, 3
_TARGET, _ASK, _ANSWER = 1, 2, 1
_HIGHEST_PICTURE = 22.0
_LONGEST_PROPERTY = 255


def word(plan: WrittenPlan) -> bytes:
    """Return the plan as a .docx file.

    The first page sums it up for those who lead the company. A person's own words are
    text in it and nothing else.
    """
    document = style.new_document(plan.language)
    _properties(document, plan)
    style.number_pages(document, plan.title)
    _first_page(document, plan)
    _timeline(document, plan)
    _actions(document, plan)
    _measures(document, plan)
    _section(document, plan, "plan_stakeholders", plan.stakeholders)
    _section(document, plan, "plan_risks", plan.risks)
    _left_out(document, plan)
    _assumptions(document, plan)
    _section(document, plan, "plan_ahead", plan.ahead)
    _sources(document, plan)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _properties(document: Document, plan: WrittenPlan) -> None:
    properties = document.core_properties
    properties.title = clean(plan.title)[:_LONGEST_PROPERTY]
    properties.subject = clean(plan.say("plan_title"))[:_LONGEST_PROPERTY]
    properties.author = properties.last_modified_by = "CX assistant"
    properties.language = plan.language
    properties.comments = clean(period(plan, plan))
    properties.keywords = ""
    properties.created = properties.modified = datetime.now(UTC).replace(tzinfo=None)


def _first_page(document: Document, plan: WrittenPlan) -> None:
    _add(document, plan.title, "Title")
    _add(document, period(plan, plan), "Subtitle")
    _heading(document, plan.say("plan_summary_title"), 1)
    for line in plan.summary:
        _add(document, line, "Normal")
    if not plan.actions:
        return
    _heading(document, plan.say("plan_ninety"), 2)
    _ninety(document, plan)
    _briefly(document, plan, "plan_measures", plan.measures[:_MEASURES], _TARGET)
    _briefly(document, plan, "plan_leadership", plan.stakeholders[:_ASKED], _ASK)
    _briefly(document, plan, "plan_risks", plan.risks[:_RISKS], _ANSWER)


def _briefly(
    document: Document, plan: WrittenPlan, key: str, entries: Sequence[WrittenEntry], shown: int
) -> None:
    """Add a heading and a line for each entry: its title, and the one of its texts shown."""
    if entries:
        _heading(document, plan.say(key), 2)
    for entry in entries:
        _labelled(document, plan, entry.title, entry.lines[shown][1], "Brief")


def _ninety(document: Document, plan: WrittenPlan) -> None:
    """Add a column for each of the three phases, with the actions that begin in it."""
    phases = plan.phases[:_LAST_OF_NINETY]
    widths = [style.WIDTH / len(phases)] * len(phases)
    made = style.table(document, [phase.title for phase in phases], widths)
    for cell, phase in zip(style.add_row(made, [""] * len(phases)), phases, strict=True):
        lines = [cell.paragraphs[0], *(cell.add_paragraph() for _ in phase.actions[1:])]
        for paragraph, action in zip(lines, phase.actions, strict=False):
            paragraph.style = "Numbered cell"
            style.write(paragraph, f"{action.number}.")
            paragraph.add_run("\t")
            style.write(paragraph, action.title)


def _timeline(document: Document, plan: WrittenPlan) -> None:
    """Add the picture, and the table that says the same in words."""
    if not plan.actions:
        return
    heading = _heading(document, plan.say("plan_timeline"), 1)
    heading.paragraph_format.page_break_before = True
    _add(document, plan.say("plan_timeline_text"), "Normal").paragraph_format.keep_with_next = True
    _picture(document, plan)
    keys = ("plan_action", "plan_owner", "plan_first_day", "plan_last_day")
    widths = (0.9, 6.2, 3.9, 3.0, 3.0)
    made = style.table(document, ["", *map(plan.say, keys)], widths)
    for phase in plan.phases:
        if phase.actions:
            style.add_band(made, _phase_title(plan, phase))
        for one in phase.actions:
            days = plan.day(one.start), plan.day(one.end)
            style.add_row(made, [str(one.number), one.title, owner(one), *days])


def _picture(document: Document, plan: WrittenPlan) -> None:
    from docx.shared import Cm

    document.add_picture(io.BytesIO(picture(plan)), width=Cm(style.WIDTH))
    shape = document.inline_shapes[0]
    highest = Cm(_HIGHEST_PICTURE)
    if shape.height > highest:
        shape.width, shape.height = int(shape.width * highest / shape.height), highest
    parts = (plan.say("plan_timeline"), plan.summary[0], plan.say("plan_timeline_text"))
    style.describe(document, colon(plan).join(parts[:2]) + " " + parts[2])


def _phase_title(plan: WrittenPlan, phase: WrittenPhase) -> str:
    days = plan.say("plan_period", first=plan.day(phase.start), last=plan.day(phase.end))
    return f"{phase.title} · {days}"


def _actions(document: Document, plan: WrittenPlan) -> None:
    if plan.actions:
        _heading(document, plan.say("plan_actions"), 1)
    for phase in plan.phases:
        if phase.actions:
            _heading(document, _phase_title(plan, phase), 2)
        for action in phase.actions:
            _action(document, plan, action)


def _action(document: Document, plan: WrittenPlan, action: WrittenAction) -> None:
    _heading(document, f"{action.number}. {action.title}", 3)
    _add(document, when(plan, action), "Action days")
    _point(document, action.purpose, action.citations)
    steps = style.restart_numbers(document)
    for step in action.steps:
        style.number_by(_add(document, step, "List Number"), steps)
    for label, text in facts(plan, action):
        _labelled(document, plan, label, text, "Fact")


def _measures(document: Document, plan: WrittenPlan) -> None:
    if not plan.measures:
        return
    _heading(document, plan.say("plan_measures"), 1)
    labels = [label for label, _ in plan.measures[0].lines]
    made = style.table(document, [plan.say("plan_measure"), *labels], (4.4, 4.2, 4.2, 4.2))
    for one in plan.measures:
        cells = style.add_row(made, ["", *(capital(text) for _, text in one.lines)])
        style.fill(cells[0], one.title, bold=True)
        point = cells[0].add_paragraph(style="Cell")
        style.write(point, one.point)
        style.write(point, f" {marks(one.citations)}", pale=True)


def _section(
    document: Document, plan: WrittenPlan, key: str, entries: Sequence[WrittenEntry]
) -> None:
    """Add a heading, and below it each entry with its point and its labelled lines."""
    if entries:
        _heading(document, plan.say(key), 1)
    for entry in entries:
        _heading(document, entry.title, 3)
        _point(document, entry.point, entry.citations)
        for label, text in entry.lines:
            _labelled(document, plan, label, capital(text), "Fact")


def _left_out(document: Document, plan: WrittenPlan) -> None:
    if plan.left_out:
        _heading(document, plan.say("plan_left_out"), 1)
    for _, title, why in plan.left_out:
        _labelled(document, plan, title, why, "Fact")


def _assumptions(document: Document, plan: WrittenPlan) -> None:
    if plan.assumptions:
        _heading(document, plan.say("plan_assumptions"), 1)
        _add(document, plan.say("plan_assumptions_text"), "Normal")
    for one in plan.assumptions:
        _add(document, one, "List Bullet")


def _sources(document: Document, plan: WrittenPlan) -> None:
    if not plan.sources:
        return
    _heading(document, plan.say("plan_sources"), 1)
    for title, origin in documents(plan):
        _labelled(document, plan, title, origin, "Brief")
    for one in plan.sources:
        title, *rest = cited(plan, one)
        paragraph = document.add_paragraph(style="Source")
        style.write(paragraph, f"[{one.number}]", pale=True)
        paragraph.add_run("\t")
        style.write(paragraph, title, bold=True)
        style.write(paragraph, "".join(f" · {text}" for text in rest))


def _heading(document: Document, text: str, level: int) -> Paragraph:
    return _add(document, text, f"Heading {level}")


def _add(document: Document, text: str, look: str) -> Paragraph:
    paragraph = document.add_paragraph(style=look)
    style.write(paragraph, text)
    return paragraph


def _point(document: Document, text: str, citations: Iterable[int]) -> None:
    style.write(_add(document, text, "Normal"), f" {marks(citations)}", pale=True)


def _labelled(document: Document, plan: WrittenPlan, label: str, text: str, look: str) -> None:
    """Add a text after its label; one that ends with a mark of its own takes no colon."""
    paragraph = document.add_paragraph(style=look)
    asks = label.endswith(("?", "？"))
    style.write(paragraph, label if asks else f"{label}{colon(plan)}", bold=True)
    style.write(paragraph, f" {text}" if asks else text)
