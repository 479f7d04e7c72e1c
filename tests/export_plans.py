"""Written plans that the tests of the exports share, and a person who types markup into theirs."""

from __future__ import annotations

from functools import cache
from typing import Any

from assistant.corpus import Corpus
from assistant.library import Library
from assistant.plan_text import WrittenEntry, WrittenPlan, write
from assistant.planning import plan
from assistant.profile import Profile
from assistant.settings import Settings
from assistant.types import Language

SITUATION = {
    "start": "2027-01-11",
    "company": "Nordwind",
    "business": "b2b",
    "budget": "none",
    "metrics": {"nps": 31},
    "goals": ["retention", "growth"],
    "hours": 14,
    "changes": {"done": ["read-vision"], "owners": {"map-stakeholders": "Ann, Bo; Cy"}},
}
MARKUP = '<b>Ann</b> & **Co** | [x](http://evil.example) `rm` # =1+1 {{7}} $a$ "q"'
BREAKING_OUT = (
    '=HYPERLINK("http://x.invalid")\r\nEND:VEVENT\nBEGIN:VEVENT\x85DTSTART:2;a,b\\n\u2028'
    "#panic() $x^2$ *b* [c] <d> @e &amp; \x00\x07\ufffe"
)
CONTROLS = "Ann\x00 \x1b[31m\u202eCo\ud800\n# Owned\r\n\n| a | b |\t\ufffe"
CONTROLS_CLEAN = "Ann [31mCo # Owned | a | b |"


@cache
def corpus() -> Corpus:
    return Corpus.read(Settings().corpus)


@cache
def library() -> Library:
    return Library.read(Settings().corpus, corpus())


def plan_of(language: Language, **fields: Any) -> WrittenPlan:
    profile = Profile.of({**SITUATION, **fields}, language)
    return write(plan(profile, library()), corpus(), language)


@cache
def written(language: Language) -> WrittenPlan:
    """Return the plan of the situation above, made once for all tests."""
    return plan_of(language)


def hostile(text: str, language: Language = "en") -> WrittenPlan:
    """Return a plan with this text wherever a person's own words may stand."""
    typed = {"company": text, "problems": text}
    profile = Profile.of(SITUATION, language).model_copy(update=typed)
    changes = profile.changes.model_copy(update={"owners": {"map-stakeholders": text}})
    made = plan(profile.model_copy(update={"changes": changes}), library())
    return write(made, corpus(), language)


def texts_of(plan: WrittenPlan) -> list[str]:
    """Return everything that a document of a plan has to say."""
    found = [plan.title, *plan.summary, *plan.assumptions]
    for one in plan.actions:
        found += [one.title, one.purpose, *one.steps, *one.because, *one.needs, one.involve]
        found += [one.deliverable, one.done_when, plan.day(one.start), plan.day(one.end)]
    for entry in (*plan.measures, *plan.stakeholders, *plan.risks, *plan.ahead):
        found += texts_of_entry(entry)
    for _, title, why in plan.left_out:
        found += [title, why]
    for source in plan.sources:
        found += [source.passage.title, source.passage.document_title, f"[{source.number}]"]
    return found


def texts_of_entry(entry: WrittenEntry) -> list[str]:
    return [entry.title, entry.point, *(part for line in entry.lines for part in line)]


def missing(texts: list[str], document: str) -> list[str]:
    """Return the texts that a document lacks; the first letter may be a capital in it."""
    found = " ".join(document.split())
    return [text for text in texts if " ".join(text.split())[1:] not in found]
