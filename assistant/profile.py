"""The situation of a leader: what a first-year plan is tailored to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import InputError
from assistant.messages import message
from assistant.types import Language

Goal = Literal["retention", "growth", "cost", "recovery", "culture"]
Level = Literal["nascent", "developing", "mature", "optimized"]
Metric = Literal["nps", "csat", "ces", "churn", "fcr", "clv", "complaints", "enps"]
Channel = Literal["survey", "phone", "web", "app", "social", "contact-centre", "interviews"]
LEVELS: tuple[Level, ...] = get_args(Level)
METRICS: tuple[Metric, ...] = get_args(Metric)
GOALS: tuple[Goal, ...] = get_args(Goal)
_ASPECTS = 27
_LARGE = 1000
_SEVERAL = 2
_SHOWN = 60
_LARGEST_FILE = 100_000
_DEEPEST_FILE = 20


class _Loader(yaml.CSafeLoader):
    """YAML whose dates stay text: an impossible day is then a value that can be named."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {  # type: ignore[misc]
        first: [one for one in resolvers if one[0] != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


class Changes(BaseModel):
    """What somebody changed in a plan: it stays when the plan is made anew."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    moved: dict[str, date] = Field(
        default_factory=dict, description="action id: the day it is to start, or the next it can"
    )
    left_out: tuple[str, ...] = Field(default=(), description="actions not wanted")
    added: tuple[str, ...] = Field(
        default=(), description="actions wanted although the rules leave them"
    )
    owners: dict[str, Annotated[str, Field(max_length=120)]] = Field(
        default_factory=dict, description="action id: who does it"
    )
    done: tuple[str, ...] = Field(default=(), description="actions that are done")


class Profile(BaseModel):
    """A leader's situation. Everything but the start date may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    start: date = Field(
        description="first day in the role, as YYYY-MM-DD", ge=date(2000, 1, 1), le=date(2099, 1, 1)
    )
    company: str = Field("", max_length=120, description="name of the company, for the documents")
    role: str = Field("", max_length=120, description="title of the role")
    reports_to: Literal["ceo", "coo", "cmo", "cfo", "service", "product", "other"] | None = Field(
        None, description="whom the leader reports to"
    )
    first_hire: bool | None = Field(None, description="whether nobody had the role before")
    employees: int | None = Field(
        None, ge=1, le=5_000_000, strict=True, description="people in the company"
    )
    industry: str = Field("", max_length=120, description="what the company does")
    business: Literal["b2b", "b2c", "both"] | None = Field(
        None, description="whom it sells to: businesses, consumers or both"
    )
    has_team: bool | None = Field(None, description="whether people report to the leader")
    team: int | None = Field(
        None, ge=0, le=10_000, strict=True, description="people who report to the leader"
    )
    budget: Literal["none", "small", "sufficient"] | None = Field(
        None, description="money of its own for CX"
    )
    feedback: bool | None = Field(None, description="whether customer feedback is collected")
    channels: tuple[Channel, ...] = Field((), description="where feedback is collected")
    survey_tools: int | None = Field(
        None, ge=0, le=500, strict=True, description="number of survey tools in use"
    )
    metrics: dict[Metric, float | None] | None = Field(
        None, description="metrics in use, each with its present value or null; {} for none"
    )
    journey_maps: bool | None = Field(None, description="whether journey maps exist")
    governance: bool | None = Field(None, description="whether a CX council or the like exists")
    central_data: bool | None = Field(None, description="whether customer data has one home")
    voe: bool | None = Field(None, description="whether employees are asked regularly")
    maturity: Level | None = Field(None, description="CX maturity level where it is known")
    aspects: dict[int, Level] = Field(
        default_factory=dict, description="an assessment's result: aspect 1 to 27, its level"
    )
    goals: tuple[Goal, ...] = Field((), max_length=5, description="the first matters most")
    problems: str = Field("", max_length=2_000, description="known customer problems, in words")
    hours: float | None = Field(
        None,
        ge=1,
        le=60,
        strict=True,
        description="the leader's hours a week for the plan's actions",
    )
    days_off: tuple[date, ...] = Field(
        (), max_length=200, description="days without work, such as public holidays"
    )
    changes: Changes = Field(
        default_factory=lambda: Changes(), description="changes made to the plan"
    )

    @classmethod
    def of(cls, values: object, language: Language) -> Self:
        """Check what somebody gave.

        Raises:
            InputError: with the field, what is wrong with it and what is possible.
        """
        if not isinstance(values, Mapping):
            raise InputError(message("profile_shape", language))
        try:
            profile = cls.model_validate(_listed_metrics(values))
        except ValidationError as error:
            raise InputError(_problem(error, language)) from error
        contradiction = profile._contradiction()
        if contradiction:
            raise InputError(message(contradiction, language))
        return profile

    @classmethod
    def read(cls, file: Path, language: Language) -> Self:
        """Read a profile from a YAML or JSON file.

        Raises:
            InputError: the file cannot be read, or what it says is not possible.
        """
        try:
            with file.open("rb") as opened:
                text = opened.read(_LARGEST_FILE + 1)
            if len(text) > _LARGEST_FILE or not _is_plain(text.decode("utf-8-sig")):
                raise InputError(message("profile_file", language, file=file.name))
            values = yaml.load(text.decode("utf-8-sig"), Loader=_Loader)  # noqa: S506 - a safe one
            return cls.of(values, language)
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise InputError(message("profile_file", language, file=file.name)) from error

    def _contradiction(self) -> str:
        """Return the message of the first contradiction, "" without one."""
        people = self.team or 0
        checks = {
            "profile_team": (self.has_team is False and people > 0)
            or (self.has_team is True and self.team == 0),
            "profile_company": self.employees is not None and people >= self.employees,
            "profile_feedback": self.feedback is False
            and (bool(self.channels) or (self.survey_tools or 0) > 0),
            "profile_aspects": any(not 1 <= aspect <= _ASPECTS for aspect in self.aspects),
        }
        return next((key for key, wrong in checks.items() if wrong), "")


@dataclass(frozen=True, slots=True)
class Fact:
    """Whether a condition holds; `stated` where the person said so, else it is assumed."""

    holds: bool
    stated: bool


def facts(profile: Profile) -> dict[str, Fact]:
    """Return every condition that the rules of the plan may name.

    What was not said is assumed so that a plan needs as little as possible: a first
    hire alone, without a budget or anything in place, in a company of under 1,000
    people that sells to businesses and consumers.
    """
    team = profile.team if profile.team is not None else int(bool(profile.has_team))
    feedback = profile.feedback
    if feedback is None and (profile.channels or profile.survey_tools or profile.metrics):
        feedback = True
    found = {
        "first-hire": _said(profile.first_hire, default=True),
        "reports-to-ceo": Fact(profile.reports_to == "ceo", profile.reports_to is not None),
        "large": Fact((profile.employees or 0) >= _LARGE, profile.employees is not None),
        "b2b": Fact(profile.business != "b2c", profile.business is not None),
        "b2c": Fact(profile.business != "b2b", profile.business is not None),
        "team": Fact(team > 0, profile.team is not None or profile.has_team is not None),
        "budget": Fact(profile.budget in ("small", "sufficient"), profile.budget is not None),
        "feedback": _said(feedback),
        "many-tools": Fact(
            (profile.survey_tools or 0) >= _SEVERAL, profile.survey_tools is not None
        ),
        "metrics": Fact(bool(profile.metrics), profile.metrics is not None),
        "only-nps": Fact(set(profile.metrics or ()) == {"nps"}, profile.metrics is not None),
        "maps": _said(profile.journey_maps),
        "governance": _said(profile.governance),
        "central-data": _said(profile.central_data),
        "voe": _said(profile.voe),
        "assessed": _said(bool(profile.maturity or profile.aspects) or None),
        "advanced": Fact(profile.maturity in LEVELS[2:], profile.maturity is not None),
        "problems": Fact(bool(profile.problems.strip()), bool(profile.problems.strip())),
        "goals": Fact(bool(profile.goals), bool(profile.goals)),
    }
    for goal in GOALS:
        wanted = goal in (profile.goals or ("retention",))
        found[f"goal-{goal}"] = Fact(wanted, bool(profile.goals))
    return found


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a profile."""
    return Profile.model_json_schema()


def _said(value: bool | None, *, default: bool = False) -> Fact:
    return Fact(default if value is None else value, value is not None)


def _listed_metrics(values: Mapping[Any, Any]) -> dict[Any, Any]:
    """Take a bare list of metrics as metrics without a value."""
    listed = values.get("metrics")
    if isinstance(listed, list) and all(isinstance(one, str) for one in listed):
        return {**values, "metrics": dict.fromkeys(listed)}
    return dict(values)


def _is_plain(text: str) -> bool:
    """Whether YAML neither refers to itself, which can grow without end, nor nests deeply."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > _DEEPEST_FILE:
            return False
    return True


def _problem(error: ValidationError, language: Language) -> str:
    """Return one sentence on the first thing that is wrong."""
    first = error.errors()[0]
    field = _cut(".".join(str(part) for part in first["loc"] if part != "[key]"))
    shown = _cut(str(first["input"]))
    context = first.get("ctx", {})
    kind = first["type"]
    if kind == "extra_forbidden":
        known = ", ".join(Changes.model_fields if "." in field else Profile.model_fields)
        return message("profile_unknown", language, field=field, known=known)
    if kind == "missing":
        return message("profile_start", language)
    if kind.startswith("date") or field == "start":
        return message("profile_date", language, field=field, value=shown)
    if kind == "literal_error":
        choices = str(context["expected"]).replace("'", "").replace(" or ", ", ")
        return message("profile_choice", language, field=field, value=shown, choices=choices)
    if kind in ("greater_than_equal", "less_than_equal"):
        least, most = _limits(str(first["loc"][0]))
        return message("profile_range", language, field=field, value=shown, least=least, most=most)
    return message("profile_value", language, field=field, value=shown)


def _cut(text: str) -> str:
    """Return the beginning of a text, on one line."""
    return " ".join(text.split())[:_SHOWN]


def _limits(field: str) -> tuple[object, object]:
    """Return the least and the greatest possible value of a field."""
    bounds: dict[str, object] = {}
    for one in Profile.model_fields[field].metadata:
        for key in ("ge", "le"):
            bounds[key] = getattr(one, key, bounds.get(key))
    return bounds.get("ge"), bounds.get("le")
