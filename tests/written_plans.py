"""Plans in words that the tests of the exports write to files."""

from __future__ import annotations

from functools import cache
from typing import Any

from assistant.corpus import Corpus
from assistant.library import Library
from assistant.plan_text import WrittenPlan, write
from assistant.planning import plan
from assistant.profile import Profile
from assistant.settings import Settings
from assistant.types import Language

START = "2027-01-11"
HOSTILE = (
    '=HYPERLINK("http://x.invalid")\r\nEND:VEVENT\nBEGIN:VEVENT\x85DTSTART:2;a,b\\n\u2028'
    "#panic() $x^2$ *b* [c] <d> @e &amp; \x00\x07\ufffe"
)


@cache
def _read() -> tuple[Corpus, Library]:
    corpus = Corpus.read(Settings.load().corpus)
    return corpus, Library.read(Settings.load().corpus, corpus)


def written(language: Language, **more: Any) -> WrittenPlan:
    """Return the plan of a small company in a language; `more` are fields of its profile."""
    return _written(language) if not more else _made(language, more)


@cache
def _written(language: Language) -> WrittenPlan:
    return _made(language, {})


def _made(language: Language, more: dict[str, Any]) -> WrittenPlan:
    corpus, library = _read()
    values = {
        "start": START,
        "company": "Acme",
        "business": "b2b",
        "goals": ["retention", "cost"],
        "metrics": {"nps": 31},
        "hours": 14,
        "changes": {"done": ["read-vision"], "owners": {"map-stakeholders": "Ann, Bo; Cy"}},
    }
    profile = Profile.of(values | more, language)
    return write(plan(profile, library, language=language), corpus, language)


@cache
def hostile(language: Language) -> WrittenPlan:
    """Return a plan whose company, owner and problem try to be more than text."""
    corpus, library = _read()
    changes = {"owners": {"map-stakeholders": HOSTILE}}
    values = {"start": START, "company": HOSTILE, "problems": HOSTILE, "changes": changes}
    profile = Profile.of(values, language)
    made = plan(profile, library, told={"collect-known-problems": HOSTILE}, language=language)
    return write(made, corpus, language)
