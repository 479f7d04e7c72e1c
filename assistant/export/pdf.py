"""A plan as a PDF on A4, set by typst; both it and its font are the extra `pdf`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

from assistant.errors import InputError
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
from assistant.types import Citation, Language

_TEMPLATE = "data/plan.typ"
_FONT_PACKAGE = "fontpkg_noto_sans"
# Typst brings the last of them, which has Latin and Cyrillic letters.
_FONTS = ("Noto Sans", "Arial", "Liberation Sans", "DejaVu Sans", "Libertinus Serif")
# The first is what is asked for where none is installed; the others come with systems.
_CHINESE: dict[Language, tuple[str, ...]] = {
    "zh-Hans": (
        "Noto Sans CJK SC",
        "Noto Sans SC",
        "Source Han Sans SC",
        "Microsoft YaHei",
        "PingFang SC",
        "Hiragino Sans GB",
        "WenQuanYi Micro Hei",
        "SimHei",
        "Noto Serif CJK SC",
        "SimSun",
    ),
    "zh-Hant": (
        "Noto Sans CJK TC",
        "Noto Sans TC",
        "Source Han Sans TC",
        "Microsoft JhengHei",
        "PingFang TC",
        "Heiti TC",
        "Noto Serif CJK TC",
        "PMingLiU",
    ),
}
# What the first page has room for, and which line of each entry stands there.
_MEASURES, _ASKED, _RISKS = 4, 3, 3
_TARGET, _ASK, _ANSWER = 1, 2, 1
_LABELS = (
    "actions",
    "ninety",
    "timeline",
    "timeline_text",
    "measures",
    "stakeholders",
    "risks",
    "left_out",
    "assumptions",
    "assumptions_text",
    "ahead",
    "sources",
)


def pdf(plan: WrittenPlan, *, system_fonts: bool = True) -> bytes:
    """Return the plan as a PDF; its words reach typst as data, so that none is markup.

    Args:
        plan: what to set.
        system_fonts: use the machine's fonts too; without them only those of packages.

    Raises:
        InputError: typst is not installed, or no font has the language's characters.
    """
    try:
        import typst
    except ImportError as error:
        raise InputError(plan.say("plan_pdf_extra")) from error
    fonts = typst.Fonts(include_system_fonts=system_fonts, font_paths=_package_fonts())
    data = _data(plan) | {"fonts": _families(plan, fonts.families())}
    made = typst.compile(
        files("assistant").joinpath(_TEMPLATE).read_bytes(),
        font_paths=fonts,
        sys_inputs={"plan": json.dumps(data)},
    )
    assert isinstance(made, bytes)
    return made


def _package_fonts() -> list[Any]:
    """Return the folder of the font package, where it is installed."""
    found = find_spec(_FONT_PACKAGE)
    return [] if found is None else list(found.submodule_search_locations or ())


def _families(plan: WrittenPlan, installed: Sequence[str]) -> list[str]:
    """Return the fonts to use, in their order.

    Raises:
        InputError: none of those for the language is installed.
    """
    families = [family for family in _FONTS if family in installed][:1]
    wanted = _CHINESE.get(plan.language)
    if wanted:
        chinese = [family for family in wanted if family in installed][:1]
        if not chinese:
            raise InputError(plan.say("plan_pdf_font", font=wanted[0]))
        families += chinese
    return families


def _data(plan: WrittenPlan) -> dict[str, Any]:
    """Return the plan as the template reads it, every text a clean line."""
    lang, _, script = plan.language.partition("-")
    return {
        "lang": lang,
        "region": {"Hans": "CN", "Hant": "TW"}.get(script),
        "labels": {key: plan.say(f"plan_{key}") for key in _LABELS}
        | {"summary": plan.say("plan_summary_title"), "colon": colon(plan)},
        "title": clean(plan.title),
        "period": period(plan, plan),
        "days": (plan.end - plan.start).days + 1,
        "months": _months(plan),
        "summary": [clean(line) for line in plan.summary],
        "count": len(plan.actions),
        "phases": [_phase(plan, phase) for phase in plan.phases],
        "brief": _brief(plan),
        "measures": [_entry(one) for one in plan.measures],
        "stakeholders": [_entry(one) for one in plan.stakeholders],
        "risks": [_entry(one) for one in plan.risks],
        "left_out": [(clean(title), clean(why)) for _, title, why in plan.left_out],
        "assumptions": [clean(line) for line in plan.assumptions],
        "ahead": [_entry(one) for one in plan.ahead],
        "sources": [_source(plan, one) for one in plan.sources],
        "documents": documents(plan),
    }


def _brief(plan: WrittenPlan) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what the leadership reads first: targets, what is asked of it, answers to risks."""
    parts = (
        ("plan_measures", plan.measures[:_MEASURES], _TARGET),
        ("plan_leadership", plan.stakeholders[:_ASKED], _ASK),
        ("plan_risks", plan.risks[:_RISKS], _ANSWER),
    )
    return [
        (plan.say(key), [(clean(one.title), capital(clean(one.lines[line][1]))) for one in some])
        for key, some, line in parts
        if some
    ]


def _months(plan: WrittenPlan) -> list[dict[str, object]]:
    """Return the first of each month: its short name, and the days before it in the plan."""
    from babel import Locale
    from babel.dates import format_date

    locale = Locale.parse(plan.language, sep="-")
    found = []
    day = plan.start.replace(day=1)
    while day <= plan.end:
        if day >= plan.start:
            found.append({"day": (day - plan.start).days, "name": format_date(day, "LLL", locale)})
        day = (day + timedelta(days=31)).replace(day=1)
    return found


def _phase(plan: WrittenPlan, phase: WrittenPhase) -> dict[str, object]:
    return {
        "number": phase.number,
        "title": clean(phase.title),
        "when": _from_to(plan, phase.start, phase.end),
        "actions": [_action(plan, action) for action in phase.actions],
    }


def _from_to(plan: WrittenPlan, first: date, last: date) -> str:
    return plan.say("plan_period", first=plan.day(first), last=plan.day(last))


def _action(plan: WrittenPlan, action: WrittenAction) -> dict[str, object]:
    hours = f"{plan.say('plan_hours')}{colon(plan)}{action.hours:g}"
    return {
        "number": action.number,
        "title": clean(action.title),
        "purpose": clean(action.purpose),
        "marks": marks(action.citations),
        "when": " · ".join((when(plan, action), clean(owner(action)), hours)),
        "steps": [clean(step) for step in action.steps],
        "lines": [(label, clean(text)) for label, text in facts(plan, action)],
        "from": (action.start - plan.start).days,
        "length": (action.end - action.start).days + 1,
        "done": action.done,
    }


def _entry(one: WrittenEntry) -> dict[str, object]:
    return {
        "title": clean(one.title),
        "point": clean(one.point),
        "marks": marks(one.citations),
        "lines": [(clean(label), capital(clean(text))) for label, text in one.lines],
    }


def _source(plan: WrittenPlan, citation: Citation) -> dict[str, object]:
    title, *more = cited(plan, citation)
    return {"number": citation.number, "title": clean(title), "more": [clean(one) for one in more]}
