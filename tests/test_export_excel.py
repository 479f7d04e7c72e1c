"""The exported workbook: everything in it, text that stays text, and bars that follow days."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from export_plans import BREAKING_OUT, hostile, plan_of, written
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from assistant.corpus import plain
from assistant.export.excel import excel
from assistant.plan_text import WrittenPlan
from assistant.types import LANGUAGES, Language

SOME: tuple[Language, ...] = ("en", "pl", "zh-Hans")
COMMAND = re.compile("^[=+@-]")


@cache
def made_of(language: Language) -> bytes:
    return excel(written(language))


def opened(plan: WrittenPlan) -> Workbook:
    usual = plan is written(plan.language)
    return load_workbook(io.BytesIO(made_of(plan.language) if usual else excel(plan)))


def sheet(book: Workbook, plan: WrittenPlan, key: str) -> Worksheet:
    return book[plan.say(key)]


def rows(sheet: Worksheet) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


def texts(book: Workbook) -> str:
    cells = (cell.value for each in book for row in each.iter_rows() for cell in row)
    return "\n".join(" ".join(value.split()) for value in cells if isinstance(value, str))


@pytest.mark.parametrize("language", LANGUAGES)
def test_sheets_are_named_in_the_language_of_the_plan(language: Language) -> None:
    plan = written(language)
    names = (
        "plan_summary_title plan_actions plan_timeline plan_details plan_measures "
        "plan_stakeholders plan_risks plan_left_out plan_ahead plan_sources"
    )
    assert opened(plan).sheetnames == [plan.say(key) for key in names.split()]


@pytest.mark.parametrize("language", SOME)
def test_table_of_actions_has_each_with_its_days_status_and_owner(language: Language) -> None:
    plan = written(language)
    table = rows(sheet(opened(plan), plan, "plan_actions"))
    states = {True: plan.say("plan_status_done"), False: plan.say("plan_status_open")}
    assert [(row[0], row[1], row[3].date(), row[4].date(), row[5], row[7]) for row in table] == [
        (one.number, one.title, one.start, one.end, states[one.done], one.hours)
        for one in plan.actions
    ]
    assert states[True] in [row[5] for row in table]
    assert "Ann, Bo; Cy" in [row[6] for row in table]


@pytest.mark.parametrize("language", SOME)
def test_nothing_of_the_plan_is_missing(language: Language) -> None:
    plan = written(language)
    found = texts(opened(plan))
    said = [*plan.summary, *plan.assumptions, plan.title]
    for one in plan.actions:
        said += [one.title, one.purpose, *one.steps, *one.because, *one.needs]
    for entry in (*plan.measures, *plan.stakeholders, *plan.risks, *plan.ahead):
        said += [entry.title, entry.point, *(text[1:] for _, text in entry.lines)]
    said += [text for _, title, why in plan.left_out for text in (title, why)]
    said += [one.passage.title for one in plan.sources]
    said += [plain(one.quote) for one in plan.sources if one.passage.document != "first-year"]
    assert [text for text in said if " ".join(text.split()) not in found] == []


def test_every_citation_is_a_row_of_the_sources() -> None:
    plan = written("en")
    book = opened(plan)
    numbers = {str(row[0]) for row in rows(sheet(book, plan, "plan_sources"))}
    assert numbers == {str(one.number) for one in plan.sources}
    assert set(re.findall(r"\[(\d+)\]", texts(book))) <= numbers


def test_no_text_of_a_person_is_a_formula() -> None:
    book = opened(hostile(BREAKING_OUT, "en"))
    for each in book:
        for cell in (cell for row in each.iter_rows() for cell in row):
            if isinstance(cell.value, str) and "HYPERLINK" in cell.value:
                assert cell.data_type == "s"
    owner = book["Actions"]["G3"]
    assert owner.value.startswith('=HYPERLINK("http://x.invalid") END:VEVENT')
    assert owner.quotePrefix


@pytest.mark.parametrize("begin", ["=1+1", "+1", "-1", "@SUM(1)", "#N/A", "1", "TRUE"])
def test_owner_is_text_whatever_it_begins_with(begin: str) -> None:
    plan = plan_of("en", changes={"owners": {"read-vision": begin}})
    cell = opened(plan)["Actions"]["G2"]
    assert (cell.value, cell.data_type) == (begin, "s")
    assert bool(cell.quotePrefix) is bool(COMMAND.match(begin))


def test_formulas_are_only_those_of_the_timeline() -> None:
    book = opened(hostile(BREAKING_OUT, "en"))
    found = {
        each.title
        for each in book
        for row in each.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
    assert found == {"Timeline"}


def test_no_file_in_the_workbook_points_outside_it() -> None:
    with zipfile.ZipFile(io.BytesIO(excel(hostile(BREAKING_OUT, "en")))) as packed:
        parts = [packed.read(name) for name in packed.namelist()]
    assert not [part for part in parts if b'TargetMode="External"' in part or b"<hyperlink" in part]


@pytest.mark.parametrize("language", SOME)
def test_status_is_picked_from_two_words(language: Language) -> None:
    plan = written(language)
    made = sheet(opened(plan), plan, "plan_actions")
    choices = made.data_validations.dataValidation[0]
    words = [plan.say("plan_status_open"), plan.say("plan_status_done")]
    assert choices.formula1 == f'"{",".join(words)}"'
    assert str(choices.sqref) == f"F2:F{len(plan.actions) + 1}"


def test_actions_are_a_table_with_filters_below_a_header_that_stays() -> None:
    plan = written("en")
    made = sheet(opened(plan), plan, "plan_actions")
    table = made.tables["Actions"]
    assert table.ref == table.autoFilter.ref == f"A1:J{len(plan.actions) + 1}"
    assert made.freeze_panes == "C2"
    assert made.print_title_rows == "$1:$1"


def test_every_sheet_is_printed_landscape_and_as_wide_as_a_page() -> None:
    for each in opened(written("en")):
        assert each.page_setup.orientation == "landscape"
        assert (each.page_setup.fitToWidth, each.page_setup.fitToHeight) == (1, 0)
        assert each.sheet_properties.pageSetUpPr.fitToPage


# --- the bars


def bars_of(made: Worksheet, starts: dict[str, date], ends: dict[str, date]) -> dict[str, set[int]]:
    """Work out, from the rules alone, the columns that are filled for each action."""
    found = {}
    for area in made.conditional_formatting:
        (_, low, _, high), rules = range_boundaries(str(area.sqref)), area.rules
        assert rules[1].formula == [f"AND($C{low}<F$3+7,$D{low}>=F$3)"]
        for row in range(low, high + 1):
            title = made.cell(row, 2).value
            found[title] = {
                cell.column
                for cell in made[3][5:]
                if isinstance(cell.value, datetime)
                and starts[title] < cell.value.date() + timedelta(days=7)
                and ends[title] >= cell.value.date()
            }
    return found


@pytest.mark.parametrize("language", SOME)
def test_bar_fills_the_weeks_from_the_first_to_the_last_day(language: Language) -> None:
    plan = written(language)
    made = sheet(opened(plan), plan, "plan_timeline")
    starts = {one.title: one.start for one in plan.actions}
    ends = {one.title: one.end for one in plan.actions}
    monday = plan.start - timedelta(days=plan.start.weekday())
    for title, columns in bars_of(made, starts, ends).items():
        first, last = ((day - monday).days // 7 + 6 for day in (starts[title], ends[title]))
        assert columns == set(range(first, last + 1))


@pytest.mark.parametrize("language", SOME)
def test_bar_reads_its_days_from_the_sheet_of_the_actions(language: Language) -> None:
    plan = written(language)
    book = opened(plan)
    made, name = sheet(book, plan, "plan_timeline"), plan.say("plan_actions")
    last = len(plan.actions) + 1
    numbered = {row[0].value: row for row in made.iter_rows(min_row=4) if row[0].value}
    assert list(numbered) == [one.number for one in plan.actions]
    for number, row in numbered.items():
        assert row[1].value == plan.actions[number - 1].title
        for cell, column in zip(row[2:5], "DEF", strict=True):
            sought = f"MATCH($A{cell.row},'{name}'!$A$2:$A${last},0)"
            assert cell.value == f"=INDEX('{name}'!${column}$2:${column}${last},{sought})"


def test_weeks_reach_from_the_first_to_the_last_day_of_the_plan() -> None:
    plan = written("en")
    weeks = [cell.value.date() for cell in sheet(opened(plan), plan, "plan_timeline")[3][5:]]
    assert weeks[0] <= plan.start
    assert weeks[-1] <= plan.end < weeks[-1] + timedelta(days=7)
    assert {(b - a).days for a, b in pairwise(weeks)} == {7}
