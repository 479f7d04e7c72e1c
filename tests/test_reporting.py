"""Records of measures as tables: every measure in its column, and changes told by colour."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from importlib.metadata import version

import pytest
from rich.console import Console

from assistant.evaluation import MEASURES
from assistant.reporting import tables, versions

Groups = Mapping[str, Mapping[str, float]]
EVERY = {"questions": 12.0, **dict.fromkeys(MEASURES, 0.5), "milliseconds": 41.6}


def cells(groups: Groups, earlier: Groups | None = None, part: str = "all") -> dict[str, list[str]]:
    """Return the cells of the one table of a record by its columns' heads, as rich writes them."""
    before = None if earlier is None else {part: earlier}
    (table,) = tables({part: groups}, before)
    return {str(column.header): [str(cell) for cell in column.cells] for column in table.columns}


def change(key: str, now: float, then: float) -> str:
    """Return how a measure that went from one value to another is shown."""
    shown = cells({"en": {"questions": 1.0, key: now}}, {"en": {"questions": 1.0, key: then}})
    return shown[MEASURES[key][0]][0]


# --- tables


def test_table_has_a_row_a_group_and_a_column_a_measure() -> None:
    shown = cells({"all": EVERY, "en": EVERY, "narrow": EVERY})
    assert list(shown) == ["", "n", *(head for head, _ in MEASURES.values())]
    assert shown[""] == ["all", "en", "narrow"]
    assert shown["n"] == ["12"] * 3


def test_each_part_of_a_record_has_a_table_under_its_name() -> None:
    found = list(tables({"all": {"en": EVERY}, "held back": {"en": EVERY, "pl": EVERY}}))
    assert [(table.title, table.row_count) for table in found] == [("all", 1), ("held back", 2)]


def test_record_without_parts_has_no_table() -> None:
    assert list(tables({})) == []


def test_shares_have_three_digits_and_milliseconds_none() -> None:
    shown = cells({"en": {**EVERY, "recall@1": 2 / 3}})
    assert shown["R@1"] == ["0.667"]
    assert shown["MRR"] == ["0.500"]
    assert shown["ms"] == ["42"]


def test_measure_that_the_questions_do_not_allow_is_blank() -> None:
    shown = cells({"chat": {"questions": 3.0, "route": 1.0}})
    assert {head for head, (cell,) in shown.items() if cell} == {"", "n", "route"}


def test_measure_of_zero_is_shown() -> None:
    assert cells({"en": {"questions": 3.0, "route": 0.0}})["route"] == ["0.000"]


# --- changes


@pytest.mark.parametrize("key", MEASURES)
def test_gain_is_green_and_loss_is_red(key: str) -> None:
    low, high = (10.0, 20.0) if key == "milliseconds" else (0.25, 0.75)
    better, worse = (high, low) if MEASURES[key][1] else (low, high)
    assert "[green]" in change(key, better, worse)
    assert "[red]" in change(key, worse, better)


def test_change_is_told_with_its_sign() -> None:
    assert change("mrr", 0.75, 0.5) == "0.750 [green]+0.250[/]"
    assert change("mrr", 0.5, 0.75) == "0.500 [red]-0.250[/]"
    assert change("milliseconds", 30.0, 42.0) == "30 [green]-12[/]"
    assert change("milliseconds", 42.0, 30.0) == "42 [red]+12[/]"


@pytest.mark.parametrize(
    ("key", "now", "then"),
    [("mrr", 0.5, 0.5), ("mrr", 0.5004, 0.5), ("milliseconds", 30.4, 30.0)],
)
def test_change_too_small_for_its_digits_is_not_told(key: str, now: float, then: float) -> None:
    assert "[" not in change(key, now, then)


def test_what_the_earlier_record_lacks_is_shown_without_a_change() -> None:
    now = {"en": {"questions": 1.0, "mrr": 0.5}, "pl": {"questions": 1.0, "mrr": 0.5}}
    earlier = {"en": {"questions": 1.0, "route": 1.0}}
    assert cells(now, earlier)["MRR"] == ["0.500", "0.500"]
    (table,) = tables({"held back": now}, {"all": now})
    assert [str(cell) for cell in table.columns[2].cells] == ["0.500", "0.500"]


def test_printed_table_holds_what_the_record_holds() -> None:
    out = io.StringIO()
    for table in tables({"all": {"zh-Hans": EVERY}}, {"all": {"zh-Hans": {**EVERY, "mrr": 0.25}}}):
        Console(file=out, width=250).print(table)
    text = out.getvalue()
    assert "+0.250" in text
    assert "[green]" not in text
    for expected in ("all", "zh-Hans", "12", "0.500", "42"):
        assert expected in text


# --- versions


def test_record_tells_when_and_with_what_it_was_made() -> None:
    made = versions()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", made["date"])
    assert re.match(r"3\.\d+", made["python"])
    assert made["chromadb"] == version("chromadb")
    assert all(made.values())
