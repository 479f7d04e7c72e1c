"""The planner: substance for contrasting situations, and rules that hold for any."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.corpus import Corpus
from assistant.errors import InputError
from assistant.library import Library
from assistant.plan_text import write
from assistant.planning import Plan, differences, holds, plan
from assistant.profile import GOALS, LEVELS, METRICS, Profile, facts
from assistant.settings import Settings
from assistant.types import LANGUAGES
from assistant.verification import is_verbatim

CORPUS = Corpus.read(Settings().corpus)
LIBRARY = Library.read(Settings().corpus, CORPUS)
START = "2027-01-11"


def made(**fields: Any) -> Plan:
    return plan(Profile.of({"start": START, **fields}, "en"), LIBRARY)


def phases(one: Plan) -> dict[str, int]:
    return {planned.action.id: planned.phase for planned in one.actions}


def why_not(one: Plan) -> dict[str, str]:
    return {left.action.id: left.reason.key or left.reason.kind for left in one.left_out}


# --- eight situations


def test_first_hire_alone_without_budget_borrows_and_recruits() -> None:
    one = made(
        first_hire=True, employees=200, business="b2b", budget="none", team=0, metrics=["nps"]
    )
    found = phases(one)
    assert {"borrow-analyst", "recruit-champions", "widen-metrics", "talk-to-accounts"} <= set(
        found
    )
    assert not {"hire-analyst", "write-charter", "launch-survey", "take-over"} & set(found)
    assert why_not(one)["hire-analyst"] == "no-budget"
    assert found["borrow-analyst"] <= 3
    assert {entry.id for entry, _ in one.risks} >= {"risk-no-resources", "risk-nps-for-cx"}


def test_successor_in_a_large_bank_takes_over_and_builds_on_what_exists() -> None:
    one = made(
        first_hire=False,
        employees=12_000,
        business="b2c",
        team=8,
        budget="sufficient",
        feedback=True,
        survey_tools=5,
        metrics=["nps", "csat"],
        journey_maps=True,
        governance=True,
        voe=True,
        maturity="mature",
        goals=["growth", "culture"],
        reports_to="ceo",
    )
    found = phases(one)
    assert found["take-over"] == found["inventory-feedback"] == found["audit-tools"] == 1
    assert {"merge-surveys", "use-governance", "answer-employees", "write-charter"} <= set(found)
    assert {"pilot-value-offer", "pilot-personalisation", "compare-with-others"} <= set(found)
    assert not {"set-up-governance", "start-voe", "map-first-journey", "assess-maturity"} & set(
        found
    )
    assert why_not(one)["map-first-journey"] == "maps"
    assert why_not(one)["assess-maturity"] == "assessed"


def test_crisis_comes_first_and_is_measured_by_recovery() -> None:
    one = made(goals=["recovery"], business="b2c", team=2)
    found = phases(one)
    assert found["contain-crisis"] == 1
    assert "set-service-standards" in found
    assert {"measure-recovery", "measure-effort"} <= {m.entry.id for m in one.measures}
    assert "risk-crisis-takes-over" in {entry.id for entry, _ in one.risks}
    assert "contain-crisis" not in phases(made(goals=["growth"]))


def test_cost_goal_cuts_repeat_contacts_with_finance() -> None:
    one = made(goals=["cost"], business="b2c", feedback=True)
    found = phases(one)
    assert found["cut-repeat-contacts"] >= 4
    assert "work-with-finance" in found
    assert "measure-resolution" in {m.entry.id for m in one.measures}
    assert why_not(one)["pilot-value-offer"] == "no-goal-growth"


def test_culture_goal_brings_employees_in() -> None:
    one = made(goals=["culture"], team=3, budget="small")
    assert {"start-voe", "teach-cx", "recognise-people", "map-employee-journey"} <= set(phases(one))
    assert "stakeholder-chro" in {entry.id for entry in one.stakeholders}


def test_retention_in_b2b_watches_churn_and_onboards_customers() -> None:
    one = made(goals=["retention"], business="b2b", feedback=True, journey_maps=True)
    found = phases(one)
    assert {"watch-churn", "redesign-onboarding", "talk-to-accounts"} <= set(found)
    assert found["review-journey-maps"] in (2, 3)
    assert "interview-customers" not in found


def test_company_without_feedback_launches_a_survey_only_after_designing_it() -> None:
    one = made(feedback=False, budget="small", business="b2c")
    design, launch = one.get("design-listening"), one.get("launch-survey")
    assert design is not None
    assert launch is not None
    assert design.end < launch.start
    assert one.get("inventory-feedback") is None


def test_four_hours_a_week_keep_the_core_and_name_what_found_no_room() -> None:
    one = made(hours=4)
    assert {"align-with-sponsor", "define-success", "draw-roadmap"} <= set(phases(one))
    assert len(one.actions) < len(made(hours=30).actions)
    assert "hours" in why_not(one).values()


# --- reasons, changes, measures


def test_what_was_said_is_told_apart_from_what_is_assumed() -> None:
    said = made(first_hire=True).get("build-alliances")
    assumed = made().get("build-alliances")
    assert said is not None
    assert assumed is not None
    assert [r.stated for r in said.reasons if r.key == "first-hire"] == [True]
    assert [r.stated for r in assumed.reasons if r.key == "first-hire"] == [False]


def test_low_score_in_an_assessment_is_a_reason() -> None:
    one = made(maturity="developing", aspects={9: "nascent"}).get("map-first-journey")
    assert one is not None
    assert any(reason.kind == "aspect" and reason.key == "9" for reason in one.reasons)


def test_moved_action_begins_on_the_day_or_after_what_it_needs() -> None:
    freely = made(changes={"moved": {"teach-cx": "2027-06-07"}}).get("teach-cx")
    held = made(changes={"moved": {"draw-roadmap": START}})
    assert freely is not None
    assert freely.start == date(2027, 6, 7)
    assert freely.moved
    roadmap, goals = held.get("draw-roadmap"), held.get("link-goals")
    assert roadmap is not None
    assert goals is not None
    assert roadmap.start > goals.end


def test_left_out_and_added_actions_follow_the_person() -> None:
    one = made(changes={"left_out": ["teach-cx"], "added": ["hire-analyst"]})
    assert one.get("teach-cx") is None
    assert why_not(one)["teach-cx"] == "asked"
    assert one.get("hire-analyst") is not None


def test_differences_name_what_came_went_and_moved() -> None:
    came, went, shifted = differences(made(budget="none"), made(budget="sufficient"))
    assert "hire-analyst" in came
    assert "borrow-analyst" in went
    assert set(shifted).isdisjoint({*came, *went})


@pytest.mark.parametrize(
    "changes",
    [{"moved": {"no-such-action": START}}, {"moved": {"teach-cx": "2031-01-01"}}, {"done": ["x"]}],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_impossible_change_is_refused_in_one_sentence(changes: Any, language: Any) -> None:
    profile = Profile.of({"start": START, "changes": changes}, language)
    with pytest.raises(InputError):
        plan(profile, LIBRARY, language=language)


def test_metric_given_is_the_baseline_and_reads_are_quarterly() -> None:
    one = made(goals=["retention"], metrics={"nps": 12})
    loyalty = next(m for m in one.measures if m.entry.id == "measure-loyalty")
    assert loyalty.value == 12
    assert len(loyalty.reads) == 4
    assert list(loyalty.reads) == sorted(loyalty.reads)


def test_year_end_has_no_working_day() -> None:
    one = made(start="2026-11-02")
    off = {date(2026, 12, 24) + timedelta(days=n) for n in range(9)}
    assert not off & {day for planned in one.actions for day in (planned.start, planned.end)}


@pytest.mark.parametrize("start", ["2027-01-16", "2027-01-17", "2026-12-24", "2028-02-29"])
def test_any_start_day_begins_on_the_next_working_day(start: str) -> None:
    first = made(start=start).actions[0].start
    assert first >= date.fromisoformat(start)
    assert first.weekday() < 5


def test_same_profile_is_the_same_plan_in_every_language() -> None:
    one = made(first_hire=True, goals=["retention", "cost"])
    written = {language: write(one, CORPUS, language) for language in LANGUAGES}
    days = {
        language: [(a.id, a.start, a.end) for a in text.actions]
        for language, text in written.items()
    }
    assert all(found == days["en"] for found in days.values())
    assert len({text.title for text in written.values()}) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_condition_is_worded_and_every_citation_verbatim(language: Any) -> None:
    one = write(made(), CORPUS, language)
    assert all(is_verbatim(citation) for citation in one.sources)
    assert all(action.because and action.citations for action in one.actions)


# --- any situation

_MAYBE = st.sampled_from([None, True, False])
PROFILES = st.fixed_dictionaries(
    {"start": st.dates(date(2024, 1, 1), date(2040, 12, 31)).map(str)},
    optional={
        "first_hire": _MAYBE,
        "employees": st.integers(50, 100_000),
        "business": st.sampled_from([None, "b2b", "b2c", "both"]),
        "team": st.integers(0, 30),
        "budget": st.sampled_from([None, "none", "small", "sufficient"]),
        "journey_maps": _MAYBE,
        "governance": _MAYBE,
        "central_data": _MAYBE,
        "voe": _MAYBE,
        "metrics": st.lists(st.sampled_from(METRICS), unique=True),
        "maturity": st.sampled_from([None, *LEVELS]),
        "aspects": st.dictionaries(st.integers(1, 27), st.sampled_from(LEVELS), max_size=5),
        "goals": st.lists(st.sampled_from(GOALS), unique=True, max_size=5),
        "hours": st.floats(1, 60),
        "reports_to": st.sampled_from([None, "ceo", "cmo", "service"]),
    },
)


@settings(max_examples=150, deadline=None)
@given(PROFILES)
def test_rules_of_a_plan_hold_for_any_situation(fields: dict[str, Any]) -> None:
    one = plan(Profile.of(fields, "en"), LIBRARY)
    by_id = {planned.action.id: planned for planned in one.actions}
    load = np.zeros(len(one.year.days))
    for planned in one.actions:
        first, last = one.year.position(planned.start), one.year.position(planned.end)
        assert one.year.start <= planned.start <= planned.end <= one.year.end
        assert one.year.day(first) == planned.start
        assert one.year.day(last) == planned.end
        assert planned.reasons
        assert planned.action.last or planned.phase >= planned.action.phase
        for need in planned.action.needs:
            assert need not in by_id or by_id[need].end < planned.start
        load[first : last + 1] += planned.action.hours / (last - first + 1)
    assert load.max(initial=0) <= one.hours / 5 + 1e-6
    assert len(one.actions) + len(one.left_out) == len(LIBRARY.actions)
    held = facts(one.profile)
    for left in one.left_out:
        if left.reason.kind == "condition":
            assert holds(left.reason.key, held).holds


def test_reassessment_that_somebody_moved_begins_then_and_the_next_year_is_planned_after() -> None:
    one = made(changes={"moved": {"repeat-assessment": "2027-09-06"}})
    again, after = one.get("repeat-assessment"), one.get("plan-second-year")
    assert again is not None
    assert after is not None
    assert again.start == date(2027, 9, 6)
    assert after.start > again.end


def test_moved_action_gets_the_hours_before_what_nobody_moved() -> None:
    one = made(hours=6, changes={"moved": {"agree-segments": "2027-02-01"}}).get("agree-segments")
    assert one is not None
    assert one.start == date(2027, 2, 1)


def test_year_of_hardly_any_working_day_or_hour_is_planned_without_breaking() -> None:
    off = [str(date(2027, 1, 11) + timedelta(days=n)) for n in range(200)]
    for more in ({"days_off": off}, {"hours": 1}, {"days_off": off, "hours": 1}):
        one = made(**more)
        assert all(planned.end <= one.year.end for planned in one.actions)
