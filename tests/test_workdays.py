"""The working days of a year, and the phases that it is planned in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.workdays import Year

STARTS = st.dates(date(2000, 1, 1), date(2099, 1, 1))


@settings(deadline=None)
@given(STARTS)
def test_phases_follow_each_other_and_fill_the_year(start: date) -> None:
    year = Year(start)
    assert len(year.phases) == 6
    assert (year.phases[0][0], year.phases[-1][1]) == (start, year.end)
    for (first, last), (after, _) in zip(year.phases, year.phases[1:], strict=False):
        assert first < last
        assert after == last + timedelta(days=1)


@settings(deadline=None)
@given(STARTS)
def test_working_days_are_no_weekend_and_not_the_turn_of_the_year(start: date) -> None:
    days = [day.item() for day in Year(start).days]
    assert days == sorted(set(days))
    assert all(start <= day <= Year(start).end and day.weekday() < 5 for day in days)
    assert not any(
        (day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1) for day in days
    )
    assert 250 <= len(days) <= 258


@settings(deadline=None)
@given(STARTS, st.integers(0, 249))
def test_position_of_a_working_day_is_where_it_stands(start: date, position: int) -> None:
    year = Year(start)
    assert year.position(year.day(position)) == position


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2027-01-11", "2028-01-10"),
        ("2028-02-29", "2029-02-27"),
        ("2027-03-01", "2028-02-29"),
        ("2026-12-31", "2027-12-30"),
    ],
)
def test_year_ends_the_day_before_it_comes_round(start: str, end: str) -> None:
    assert Year(date.fromisoformat(start)).end == date.fromisoformat(end)


def test_first_ninety_days_are_counted_and_then_months() -> None:
    phases = Year(date(2027, 1, 11)).phases
    assert [last.isoformat() for _, last in phases] == [
        "2027-02-09", "2027-03-11", "2027-04-10", "2027-07-10", "2027-10-10", "2028-01-10",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "phase"),
    [("2027-01-11", 1), ("2027-02-09", 1), ("2027-02-10", 2), ("2027-04-11", 4), ("2028-01-10", 6)],
)
def test_day_belongs_to_a_phase(day: str, phase: int) -> None:
    assert Year(date(2027, 1, 11)).phase(date.fromisoformat(day)) == phase


def test_day_off_is_no_working_day_and_the_next_one_stands_for_it() -> None:
    holiday = date(2027, 5, 3)
    plain, free = Year(date(2027, 1, 11)), Year(date(2027, 1, 11), (holiday, holiday))
    assert len(plain.days) == len(free.days) + 1
    assert plain.day(plain.position(holiday)) == holiday
    assert free.day(free.position(holiday)) == date(2027, 5, 4)


def test_position_after_the_year_is_behind_its_last_working_day() -> None:
    year = Year(date(2027, 1, 11))
    assert year.position(date(2030, 1, 1)) == len(year.days)
