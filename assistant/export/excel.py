"""A plan as an Excel workbook to work with: filters, a status to pick, bars that move."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from assistant.corpus import plain
from assistant.export.wording import capital, clean, facts, marks, owner
from assistant.library import DOCUMENT
from assistant.plan_text import WrittenAction, WrittenEntry, WrittenPhase, WrittenPlan
from assistant.types import Language

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.formatting.rule import Rule
    from openpyxl.styles import Font
    from openpyxl.worksheet.worksheet import Worksheet

_LARGEST_TEXT = 32_767  # characters that a cell holds
_LONGEST_NAME = 31  # characters in the name of a sheet
_UNFIT_FOR_A_NAME = re.compile(r"[\[\]:*?/\\']")
_FORMULA = ("=", "+", "-", "@")
# A locale before a date makes its month speak the plan's language on every machine.
_DATES: dict[Language, str] = {
    "en": "[$-409]d mmm yyyy",
    "pl": "[$-415]d mmm yyyy",
    "ru": "[$-419]d mmm yyyy",
    "hu": "[$-40E]yyyy. mmm d.",
    "zh-Hans": 'yyyy"年"m"月"d"日"',
    "zh-Hant": 'yyyy"年"m"月"d"日"',
}
_MONTHS: dict[Language, str] = {
    "en": "[$-409]mmm yyyy",
    "pl": "[$-415]mmm yyyy",
    "ru": "[$-419]mmm yyyy",
    "hu": "[$-40E]yyyy. mmm",
    "zh-Hans": 'yyyy"年"m"月"',
    "zh-Hant": 'yyyy"年"m"月"',
}
_INK, _PALE_INK, _PAPER, _BAND, _LINE = "2F3E48", "5F6F7A", "FFFFFF", "E6EDF1", "C9D3DA"
_HEAD, _DONE, _TODAY = "35637F", "A9B8B0", "FFF2CC"
_WRONG = "F8CBAD"
_BARS = ("35637F", "5B87A0")
# Heights in points, and how much of a line the words that fit in it fill.
_ROW, _LINE_HEIGHT, _PADDING, _HIGHEST_ROW, _FILLED = 16, 16, 3, 409, 1.0
_WEEK = timedelta(days=7)

# Columns of the actions, which the bars read.
_NUMBER, _STARTS, _ENDS, _STATUS = "A", "D", "E", "F"


def excel(plan: WrittenPlan) -> bytes:
    """Return an .xlsx workbook in the plan's language.

    The bars of the timeline are computed from the days in the sheet of the actions,
    found by the action's number: editing a day moves the bar, sorting does not.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.properties.title = clean(plan.title)
    book.properties.creator = "CX assistant"
    book.properties.language = plan.language
    _summary(book, plan)
    if plan.actions:
        name = _actions(book, plan)
        _timeline(book, plan, name)
        _details(book, plan)
    _entries(book, plan, "plan_measures", "plan_measure", plan.measures)
    _entries(book, plan, "plan_stakeholders", "plan_stakeholder", plan.stakeholders)
    _entries(book, plan, "plan_risks", "plan_risk", plan.risks)
    _left_out(book, plan)
    _ahead(book, plan)
    _sources(book, plan)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _summary(book: Workbook, plan: WrittenPlan) -> None:
    sheet = book.worksheets[0]
    _set_up(sheet, plan, "plan_summary_title", (34, 32, 12, 12, 46))
    row = _heading(sheet, 1, clean(plan.title), size=20)
    for line in plan.summary:
        row = _line(sheet, row, line)
    columns = ("plan_phase", "plan_when", "plan_actions", "plan_hours")
    row = _header(sheet, row + 1, [plan.say(key) for key in columns])
    for phase in plan.phases:
        hours = sum(action.hours for action in phase.actions)
        when = plan.say("plan_period", first=plan.day(phase.start), last=plan.day(phase.end))
        _fill(sheet, row, (phase.title, when, len(phase.actions), hours))
        row += 1
    if plan.assumptions:
        row = _heading(sheet, row + 1, plan.say("plan_assumptions"), size=14)
        row = _line(sheet, row, plan.say("plan_assumptions_text"), pale=True)
        for line in plan.assumptions:
            row = _line(sheet, row, line)


def _actions(book: Workbook, plan: WrittenPlan) -> str:
    """Write the table of the actions; return the name of its sheet."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    keys = ("number", "action", "phase", "first_day", "last_day", "status", "owner", "hours")
    names = [plan.say(f"plan_{key}") for key in (*keys, "why", "sources")]
    sheet = book.create_sheet()
    _set_up(sheet, plan, "plan_actions", (8, 40, 16, 14, 14, 12, 24, 9, 62, 18))
    _header(sheet, 1, names)
    for row, action in enumerate(plan.actions, start=2):
        _fill(sheet, row, _action_row(plan, action))
        for column in (_STARTS, _ENDS):
            sheet[f"{column}{row}"].number_format = _DATES[plan.language]
    last = len(plan.actions) + 1
    _table(sheet, "Actions", last, len(names))
    # A list's choices stand between commas, which no choice may hold.
    states = [plan.say(key).replace(",", " ") for key in ("plan_status_open", "plan_status_done")]
    choices = DataValidation("list", formula1=_quoted(",".join(states)), allow_blank=False)
    choices.error = plan.say("plan_status_pick")
    choices.add(f"{_STATUS}2:{_STATUS}{last}")
    sheet.add_data_validation(choices)
    area = f"A2:{get_column_letter(len(names))}{last}"
    done = _rule(f"${_STATUS}2={_quoted(states[1])}", font=Font(color=_PALE_INK))
    wrong = _rule(f"${_ENDS}2<${_STARTS}2", fill=_WRONG)
    sheet.conditional_formatting.add(area, done)
    sheet.conditional_formatting.add(f"{_STARTS}2:{_ENDS}{last}", wrong)
    title: str = sheet.title
    return title


def _action_row(plan: WrittenPlan, action: WrittenAction) -> tuple[str | float | date, ...]:
    gap = "" if plan.language.startswith("zh") else " "
    return (
        action.number,
        action.title,
        plan.phases[action.phase - 1].title,
        action.start,
        action.end,
        plan.say("plan_status_done" if action.done else "plan_status_open"),
        clean(owner(action)),
        action.hours,
        clean(gap.join(action.because)),
        marks(action.citations),
    )


def _timeline(book: Workbook, plan: WrittenPlan, actions: str) -> None:
    """Draw a column a week and, by conditional formatting, a bar an action."""
    from openpyxl.utils import get_column_letter

    weeks = _weeks(plan)
    sheet = book.create_sheet()
    _set_up(sheet, plan, "plan_timeline", (7, 44, 14, 14, 11, *(2.7 for _ in weeks)), wrap=False)
    sheet.freeze_panes = "F4"
    sheet.print_title_rows = "1:3"
    _heading(sheet, 1, clean(plan.title), size=14)
    _calendar_head(sheet, plan, weeks)
    last = get_column_letter(5 + len(weeks))
    row = 4
    for phase in plan.phases:
        _band(sheet, row, phase, plan, last)
        for offset, action in enumerate(phase.actions, start=1):
            _timeline_row(sheet, row + offset, action, plan, actions)
        if phase.actions:
            area = f"F{row + 1}:{last}{row + len(phase.actions)}"
            _bars(sheet, area, row + 1, _BARS[(phase.number + 1) % 2], plan)
        row += len(phase.actions) + 1


def _weeks(plan: WrittenPlan) -> list[date]:
    """Return the Mondays from the first to the last week."""
    monday = plan.start - timedelta(days=plan.start.weekday())
    return [monday + n * _WEEK for n in range((plan.end - monday).days // 7 + 1)]


def _calendar_head(sheet: Worksheet, plan: WrittenPlan, weeks: Sequence[date]) -> None:
    """Write the months above the Mondays of their weeks."""
    from openpyxl.styles import Alignment, Border, PatternFill, Side

    keys = ("number", "action", "first_day", "last_day", "status")
    _header(sheet, 3, [plan.say(f"plan_{key}") for key in keys])
    ink, line = _font(size=8, color=_PALE_INK), Border(left=Side("thin", color=_LINE))
    months = [n for n, week in enumerate(weeks) if not n or week.month != weeks[n - 1].month]
    for first, after in zip(months, [*months[1:], len(weeks)], strict=True):
        cell = sheet.cell(2, 6 + first, weeks[first])
        cell.number_format, cell.border = _MONTHS[plan.language], line
        cell.font = _font(size=9, bold=True, color=_INK)
        cell.alignment = Alignment(horizontal="left", shrink_to_fit=after - first < 3)
        if after - first > 1:
            sheet.merge_cells(start_row=2, end_row=2, start_column=6 + first, end_column=5 + after)
    for n, week in enumerate(weeks):
        cell = sheet.cell(3, 6 + n, week)
        cell.number_format, cell.font = "d", ink
        cell.alignment = Alignment(horizontal="center", vertical="center")
        cell.fill = PatternFill("solid", fgColor=_BAND)


def _band(sheet: Worksheet, row: int, phase: WrittenPhase, plan: WrittenPlan, last: str) -> None:
    """Write a phase's title and days across the width of the timeline."""
    from openpyxl.styles import PatternFill

    _put(sheet, row, 2, phase.title).font = _font(bold=True, color=_INK)
    when = plan.say("plan_period", first=plan.day(phase.start), last=plan.day(phase.end))
    _put(sheet, row, 3, when).font = _font(color=_PALE_INK)
    for cell in sheet[f"A{row}:{last}{row}"][0]:
        cell.fill = PatternFill("solid", fgColor=_BAND)


def _timeline_row(
    sheet: Worksheet, row: int, action: WrittenAction, plan: WrittenPlan, actions: str
) -> None:
    from openpyxl.styles import Alignment, Border, Side

    last = len(plan.actions) + 1
    _put(sheet, row, 1, action.number).alignment = Alignment(horizontal="center")
    _put(sheet, row, 2, action.title).alignment = Alignment(shrink_to_fit=True)
    for column, wanted in ((3, _STARTS), (4, _ENDS), (5, _STATUS)):
        found, sought = (f"'{actions}'!${c}$2:${c}${last}" for c in (wanted, _NUMBER))
        formula = sheet.cell(row, column, f"=INDEX({found},MATCH($A{row},{sought},0))")
        formula.number_format = "General" if wanted == _STATUS else _DATES[plan.language]
        formula.alignment = Alignment(horizontal="left")
    for cell in sheet[row]:
        cell.border = Border(bottom=Side("hair", color=_LINE))


def _bars(sheet: Worksheet, area: str, row: int, colour: str, plan: WrittenPlan) -> None:
    """Fill the weeks that an action touches; today's week is shaded behind them."""
    touched = f"$C{row}<F$3+7,$D{row}>=F$3"
    done = _quoted(plan.say("plan_status_done"))
    rules = (
        (f"AND({touched},$E{row}={done})", _DONE),
        (f"AND({touched})", colour),
        ("AND(TODAY()>=F$3,TODAY()<F$3+7)", _TODAY),
    )
    for formula, fill in rules:
        sheet.conditional_formatting.add(area, _rule(formula, fill=fill))


def _details(book: Workbook, plan: WrittenPlan) -> None:
    """Write what each action is for, its steps and results: one row an action."""
    labels = [plan.say(f"plan_{key}") for key in ("deliverable", "done_when", "involve", "needs")]
    names = [plan.say(f"plan_{key}") for key in ("number", "action", "purpose", "steps")]
    sheet = book.create_sheet()
    _set_up(sheet, plan, "plan_details", (8, 28, 42, 64, 32, 32, 26, 26))
    _header(sheet, 1, [*names, *labels])
    for row, action in enumerate(plan.actions, start=2):
        steps = "\n".join(f"{n}. {clean(step)}" for n, step in enumerate(action.steps, start=1))
        told = dict(facts(plan, action))
        rest = [told.get(label, "") for label in labels]
        _fill(sheet, row, (action.number, action.title, action.purpose, steps, *rest))
    _table(sheet, "Details", len(plan.actions) + 1, len(names) + len(labels))


def _entries(
    book: Workbook, plan: WrittenPlan, name: str, what: str, entries: Sequence[WrittenEntry]
) -> None:
    """Write entries as a table with a column for each of their labels."""
    if not entries:
        return
    labels = list(dict.fromkeys(label for one in entries for label, _ in one.lines))
    heads = [plan.say(what), plan.say("plan_point"), *labels, plan.say("plan_sources")]
    sheet = book.create_sheet()
    _set_up(sheet, plan, name, (30, 46, *(46 for _ in labels), 12))
    _header(sheet, 1, heads)
    for row, one in enumerate(entries, start=2):
        told = dict(one.lines)
        lines = [capital(told.get(label, "")) for label in labels]
        _fill(sheet, row, (one.title, one.point, *lines, marks(one.citations)))
    _table(sheet, capital(name.removeprefix("plan_")), len(entries) + 1, len(heads))


def _left_out(book: Workbook, plan: WrittenPlan) -> None:
    if not plan.left_out:
        return
    sheet = book.create_sheet()
    _set_up(sheet, plan, "plan_left_out", (60, 90))
    _header(sheet, 1, [plan.say("plan_action"), plan.say("plan_why")])
    for row, (_, title, why) in enumerate(plan.left_out, start=2):
        _fill(sheet, row, (title, why))
    _table(sheet, "LeftOut", len(plan.left_out) + 1, 2)


def _ahead(book: Workbook, plan: WrittenPlan) -> None:
    if not plan.ahead:
        return
    sheet = book.create_sheet()
    _set_up(sheet, plan, "plan_ahead", (50, 110))
    row = 1
    for one in plan.ahead:
        row = _header(sheet, row, [one.title, f"{one.point} {marks(one.citations)}"])
        for line in one.lines:
            _fill(sheet, row, line)
            row += 1
        row += 1
    sheet.freeze_panes = None


def _sources(book: Workbook, plan: WrittenPlan) -> None:
    """List every source; what the plan itself shows, its own library, is named without a quote."""
    keys = ("number", "passage", "document", "quote", "source")
    sheet = book.create_sheet()
    _set_up(sheet, plan, "plan_sources", (9, 40, 36, 80, 50))
    _header(sheet, 1, [plan.say(f"plan_{key}") for key in keys])
    for row, one in enumerate(plan.sources, start=2):
        passage = one.passage
        quote, origin = plain(one.quote), passage.source
        if passage.document == DOCUMENT:
            quote, origin = "", plan.say("plan_ours")
        elif passage.authored:
            origin = f"{origin}\n{plan.say('source_authored')}"
        _fill(sheet, row, (one.number, passage.title, passage.document_title, quote, origin))
    _table(sheet, "Sources", len(plan.sources) + 1, len(keys))


def _set_up(
    sheet: Worksheet, plan: WrittenPlan, name: str, widths: Iterable[float], *, wrap: bool = True
) -> None:
    """Name a sheet, set its widths, and have it printed landscape, as wide as a page."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.title = _UNFIT_FOR_A_NAME.sub(" ", plan.say(name))[:_LONGEST_NAME]
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.sheet_view.showGridLines = False
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.footer = 0.5, 0.75, 0.35
    footer = sheet.oddFooter
    assert footer is not None
    footer.left.text = clean(plan.title).replace("&", "&&")
    footer.right.text = "&P / &N"
    if not wrap:
        sheet.sheet_format.defaultRowHeight = _ROW


def _heading(sheet: Worksheet, row: int, text: str, *, size: int) -> int:
    _put(sheet, row, 1, text).font = _font(size=size, bold=True, color=_HEAD)
    sheet.row_dimensions[row].height = size * 1.7
    return row + 1


def _line(sheet: Worksheet, row: int, text: str, *, pale: bool = False) -> int:
    """Write a sentence that runs on over the empty cells beside it."""
    _put(sheet, row, 1, text).font = _font(color=_PALE_INK if pale else _INK)
    return row + 1


def _header(sheet: Worksheet, row: int, names: Sequence[str]) -> int:
    """Write the names of columns; those above are kept in sight from the first row on."""
    from openpyxl.styles import Alignment, PatternFill

    for column, name in enumerate(names, start=1):
        cell = _put(sheet, row, column, name)
        cell.font = _font(bold=True, color=_PAPER)
        cell.fill = PatternFill("solid", fgColor=_HEAD)
        cell.alignment = Alignment(vertical="center", wrap_text=True)
    sheet.row_dimensions[row].height = _height(sheet, row) + _PADDING
    if row == 1:
        sheet.freeze_panes = "C2" if len(names) > 2 else "A2"
        sheet.print_title_rows = "1:1"
    return row + 1


def _fill(sheet: Worksheet, row: int, values: Sequence[str | float | date]) -> None:
    """Write a row of a table, as high as its longest text needs."""
    from openpyxl.styles import Alignment, Border, Side

    line = Border(bottom=Side("thin", color=_LINE))
    for column, value in enumerate(values, start=1):
        cell = _put(sheet, row, column, value)
        cell.font, cell.border = _font(color=_INK), line
        number = isinstance(value, int | float)
        cell.alignment = Alignment(
            horizontal="center" if number else "left", vertical="top", wrap_text=True
        )
    sheet.row_dimensions[row].height = _height(sheet, row)


def _height(sheet: Worksheet, row: int) -> float:
    """Return the height of a row: not every program finds it for itself on opening a file."""
    from openpyxl.utils import get_column_letter

    lines = 1
    for column, cell in enumerate(sheet[row], start=1):
        width = sheet.column_dimensions[get_column_letter(column)].width * _FILLED
        if isinstance(cell.value, str):
            parts = cell.value.split("\n")
            lines = max(lines, sum(max(1, ceil(_width(part) / width)) for part in parts))
    return float(min(lines * _LINE_HEIGHT + _PADDING, _HIGHEST_ROW))


def _width(text: str) -> int:
    """Return the width of a text in digits; a Chinese character is as wide as two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _font(*, color: str, size: float = 11, bold: bool = False) -> Font:
    from openpyxl.styles import Font

    return Font(name="Calibri", size=size, bold=bold, color=color)


def _table(sheet: Worksheet, name: str, last: int, columns: int) -> None:
    """Make a table with filters of what stands on the sheet; its header is its first row."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.table import Table, TableStyleInfo

    table = Table(displayName=name, ref=f"A1:{get_column_letter(columns)}{last}")
    table.tableStyleInfo = TableStyleInfo("TableStyleLight1", showRowStripes=False)
    sheet.add_table(table)


def _put(sheet: Worksheet, row: int, column: int, value: str | float | date) -> Cell:
    """Write a value; text is text, whatever it begins with, also once it is edited."""
    from openpyxl.cell import Cell

    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    if not isinstance(value, str):
        cell.value = value
        return cell
    text = "\n".join(clean(line) for line in value.split("\n"))[:_LARGEST_TEXT]
    cell.value = text
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(_FORMULA)
    return cell


def _rule(formula: str, *, font: Font | None = None, fill: str = "") -> Rule:
    """Return a rule of conditional formatting; none below it applies where it does."""
    from openpyxl.formatting.rule import Rule
    from openpyxl.styles import PatternFill
    from openpyxl.styles.differential import DifferentialStyle

    style = DifferentialStyle(font=font, fill=PatternFill(bgColor=fill) if fill else None)
    return Rule(type="expression", dxf=style, formula=[formula], stopIfTrue=True)


def _quoted(text: str) -> str:
    """Return a text as a formula writes it."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
