"""The questions of the plan's page: three short steps, everything but the date optional."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import get_args

from assistant.corpus import Corpus
from assistant.messages import catalogue, clause, message
from assistant.profile import GOALS, LEVELS, METRICS, Channel, Metric
from assistant.types import Language

STEPS = 3
# Where the answer to what a plan assumes is given.
QUESTIONS: Mapping[str, str] = {
    "first-hire": "first_hire",
    "team": "team",
    "budget": "budget",
    "feedback": "feedback",
    "maps": "journey_maps",
    "governance": "governance",
    "central-data": "central_data",
    "voe": "voe",
    "assessed": "maturity",
    "goal-retention": "goals",
}
_ASSUMED = {
    "first_hire": "first-hire",
    "employees": "no-large",
    "team": "no-team",
    "budget": "no-budget",
    "feedback": "no-feedback",
    "metrics": "no-metrics",
    "journey_maps": "no-maps",
    "governance": "no-governance",
    "central_data": "no-central-data",
    "voe": "no-voe",
    "maturity": "no-assessed",
}
_TERMS: Mapping[Metric, str] = {
    "nps": "nps",
    "csat": "csat",
    "ces": "ces",
    "churn": "churn-rate",
    "fcr": "fcr",
    "clv": "clv",
    "complaints": "complaint-rate",
    "enps": "enps",
}
_PLAN_TEXTS = (
    "steps",
    "deliverable",
    "done_when",
    "owner",
    "involve",
    "why",
    "needs",
    "action",
    "first_day",
    "last_day",
    "hours",
    "moved_later",
    "ours",
)
_REPORTS = ("ceo", "coo", "cmo", "cfo", "service", "product", "other")


def situation_form(corpus: Corpus, language: Language) -> str:
    """Render the form; assets/plan-form.mjs reads it and fills it in."""
    form = _Form(corpus, language)
    steps = (form.who(), form.existing(), form.aims())
    tabs = "".join(
        f'<li><button type="button" data-step="{n}" aria-controls="cx-step-{n}">'
        f"<span>{n}</span> {form.text(f'step_{n}')}</button></li>"
        for n in range(1, STEPS + 1)
    )
    fields = "".join(form.step(n, asked) for n, asked in enumerate(steps, start=1))
    return (
        '<form id="cx-situation" aria-labelledby="cx-situation-title" novalidate '
        'autocomplete="off"><details open><summary>'
        f'<h2 id="cx-situation-title">{form.text("situation")}</h2></summary>'
        f'<ol class="cx-steps">{tabs}</ol>{fields}</details></form>'
    )


class _Form:
    """Renders fields in one language. A field's id is "ask-" and its name in the profile."""

    def __init__(self, corpus: Corpus, language: Language) -> None:
        self.corpus = corpus
        self.language = language

    def text(self, key: str) -> str:
        return escape(message(f"plan_page_{key}", self.language))

    def step(self, number: int, fields: Iterable[str]) -> str:
        back = f'<button type="button" class="cx-back-step">{self.text("back")}</button>'
        onward = (
            f'<button type="button" class="cx-next-step">{self.text("next")}</button>'
            if number < STEPS
            else ""
        )
        see = f'<a class="cx-see" href="#cx-plan">{self.text("see")}</a>'
        return (
            f'<section class="cx-step" id="cx-step-{number}" tabindex="-1" '
            f'aria-label="{self.text(f"step_{number}")}">'
            f'<p class="cx-error" role="alert" hidden></p>{"".join(fields)}'
            f'<div class="cx-step-end">{back if number > 1 else ""}{see}{onward}</div>'
            "</section>"
        )

    def who(self) -> Iterable[str]:
        yield self._input(
            "start", "date", 'min="2000-01-01" max="2099-01-01" required', "start_hint"
        )
        yield self._input("company", "text", 'maxlength="120"', "company_hint")
        yield self._input("role", "text", 'maxlength="120"')
        yield self._choice("reports_to", {one: f"reports_{one}" for one in _REPORTS})
        yield self._yes_no("first_hire")
        yield self._input("employees", "number", 'min="1" max="5000000" step="1"')
        yield self._input("industry", "text", 'maxlength="120"')
        kinds = {one: f"business_{one}" for one in ("b2b", "b2c", "both")}
        yield self._choice("business", kinds, hint="business_hint")

    def existing(self) -> Iterable[str]:
        yield self._yes_no("team", self._number("team_size", 'min="1" max="10000" step="1"'))
        sizes = {one: f"budget_{one}" for one in ("none", "small", "sufficient")}
        yield self._choice("budget", sizes, unknown="unknown")
        yield self._input("hours", "number", 'min="1" max="60" step="any"', "hours_hint")
        channels = self._checks(
            "channels",
            {one: self.text(f"channel_{one.replace('-', '_')}") for one in get_args(Channel)},
        )
        tools = self._number("survey_tools", 'min="0" max="500" step="1"')
        yield self._yes_no("feedback", channels + tools)
        yield self._metrics()
        yield from map(self._yes_no, ("journey_maps", "governance", "central_data", "voe"))
        yield self._maturity()

    def aims(self) -> Iterable[str]:
        goals = {goal: escape(message(f"goal_{goal}", self.language)) for goal in GOALS}
        boxes = "".join(self._option("checkbox", "goals", *one) for one in goals.items())
        rank = '<ol class="cx-rank" hidden></ol>'
        yield self._group("goals", f'<div class="cx-options">{boxes}</div>{rank}', "goals_hint")
        yield self._labelled(
            "problems",
            '<textarea id="in-problems" name="problems" rows="4" maxlength="2000"{described}>'
            "</textarea>",
            "problems_hint",
        )
        add = f'<button type="button" class="cx-add-day">{self.text("day_add")}</button>'
        yield self._labelled(
            "days_off",
            '<div class="cx-day"><input id="in-days_off" type="date" min="2000-01-01" '
            f'max="2100-12-31"{{described}}>{add}</div><ul class="cx-days"></ul>',
            "days_off_hint",
        )

    def _assumed(self, field: str, hint: str = "") -> str:
        """Return what stands beside a field: what it is for, or what holds without an answer."""
        if hint:
            return self.text(hint)
        if field not in _ASSUMED:
            return ""
        assumed = clause(_ASSUMED[field], self.language)
        return escape(message("because_assumed", self.language, clause=assumed))

    def _hint(self, field: str, hint: str = "") -> tuple[str, str]:
        """Return a hint's paragraph and the attribute that refers to it."""
        text = self._assumed(field, hint)
        if not text:
            return "", ""
        kind = "" if hint else " cx-assumed"
        return (
            f'<p class="cx-hint{kind}" id="hint-{field}">{text}</p>',
            f' aria-describedby="hint-{field}"',
        )

    def _labelled(self, field: str, control: str, hint: str = "") -> str:
        """Put a label above a control and its hint below; {described} refers to the hint."""
        shown, described = self._hint(field, hint)
        return (
            f'<div class="cx-field" id="ask-{field}">'
            f'<label for="in-{field}">{self.text(field)}</label>'
            f"{control.replace('{described}', described)}{shown}</div>"
        )

    def _input(self, field: str, kind: str, more: str, hint: str = "") -> str:
        control = f'<input id="in-{field}" name="{field}" type="{kind}" {more}{{described}}>'
        return self._labelled(field, control, hint)

    def _number(self, field: str, more: str) -> str:
        return (
            f'<div class="cx-inner"><label for="in-{field}">{self.text(field)}</label>'
            f'<input id="in-{field}" name="{field}" type="number" {more}></div>'
        )

    def _group(self, field: str, controls: str, hint: str = "") -> str:
        shown, described = self._hint(field, hint)
        return (
            f'<fieldset class="cx-field" id="ask-{field}"{described}>'
            f"<legend>{self.text(field)}</legend>{controls}{shown}</fieldset>"
        )

    def _option(self, kind: str, field: str, value: str, shown: str) -> str:
        """Render a radio button or check box; what is shown is HTML."""
        chosen = " checked" if kind == "radio" and not value else ""
        return (
            f'<label class="cx-option"><input type="{kind}" name="{field}" value="{value}"{chosen}>'
            f"<span>{shown}</span></label>"
        )

    def _radios(self, field: str, shown: Mapping[str, str], unknown: str) -> str:
        options = {**shown, "": self.text(unknown)}
        return "".join(self._option("radio", field, *one) for one in options.items())

    def _choice(
        self, field: str, keys: Mapping[str, str], *, hint: str = "", unknown: str = "unknown"
    ) -> str:
        shown = {value: self.text(key) for value, key in keys.items()}
        radios = self._radios(field, shown, unknown)
        return self._group(field, f'<div class="cx-options">{radios}</div>', hint)

    def _yes_no(self, field: str, inner: str = "") -> str:
        """Render a question, and what is asked on only after a yes."""
        radios = self._radios(
            field, {"true": self.text("yes"), "false": self.text("no")}, "unknown"
        )
        more = f'<div class="cx-if-yes" data-if="{field}" hidden>{inner}</div>' if inner else ""
        return self._group(field, f'<div class="cx-options">{radios}</div>{more}')

    def _checks(self, field: str, shown: Mapping[str, str]) -> str:
        boxes = "".join(self._option("checkbox", field, *one) for one in shown.items())
        return (
            f'<fieldset class="cx-inner"><legend>{self.text(field)}</legend>'
            f'<div class="cx-options">{boxes}</div></fieldset>'
        )

    def _metrics(self) -> str:
        none = self._option("checkbox", "no_metrics", "none", self.text("metrics_none"))
        rows = "".join(map(self._metric, METRICS))
        return self._group("metrics", f'<div class="cx-metrics">{rows}{none}</div>')

    def _metric(self, metric: Metric) -> str:
        """Render a metric under its names in the glossary, with room for its present value."""
        passage = self.corpus.get(f"glossary/{_TERMS[metric]}", self.language)
        title = passage.title if passage else metric.upper()
        short = passage.details.get("abbreviation", "").partition(";")[0] if passage else ""
        shown = f"<b>{escape(short)}</b> <small>{escape(title)}</small>" if short else escape(title)
        value = self.text("metrics_value")
        return (
            f'<div class="cx-metric">{self._option("checkbox", "metrics", metric, shown)}'
            f'<input type="number" step="any" name="value_{metric}" placeholder="{value}" '
            f'aria-label="{escape(short or title)}: {value}" hidden></div>'
        )

    def _maturity(self) -> str:
        found = {one: self.corpus.get(f"scorecard/level-{one}", self.language) for one in LEVELS}
        shown: dict[str, str] = {
            one: escape(level.title) if level else one for one, level in found.items()
        }
        return self._group(
            "maturity",
            f'<div class="cx-options">{self._radios("maturity", shown, "unknown")}</div>',
        )


def texts(language: Language) -> dict[str, str]:
    """Return what the page's script says; {names} in them are filled in there."""
    names = ("action", "wished", "first", "last", "kinds")
    fill = {name: f"{{{name}}}" for name in names}
    page = "plan_page_"
    keys = {key.removeprefix(page): key for key in catalogue() if key.startswith(page)}
    keys |= {key: f"plan_{key}" for key in _PLAN_TEXTS}
    return {short: message(key, language, **fill) for short, key in keys.items()}
