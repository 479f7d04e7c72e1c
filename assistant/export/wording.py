"""What the formats share in putting a plan on paper: clean lines, labels, marks, sources."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.corpus import plain
from assistant.library import DOCUMENT
from assistant.plan_text import WrittenAction, WrittenPlan
from assistant.types import Citation

# What no file format can hold, and what would turn the direction of the text around it.
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_QUOTES = {"zh-Hant": ("「", "」"), "pl": ("„", "”"), "hu": ("„", "”"), "ru": ("«", "»")}


def clean(text: str) -> str:
    """Return a text as one line without control characters."""
    return " ".join(_UNFIT.sub("", text).split())


def capital(text: str) -> str:
    """Return a text that stands alone with a capital at its start."""
    return text[:1].upper() + text[1:]


def owner(action: WrittenAction) -> str:
    """Return who does an action, without the stop that ends it in a list."""
    return capital(action.owner.rstrip(".。"))


def colon(plan: WrittenPlan) -> str:
    """Return what separates a label from its text."""
    return "：" if plan.language.startswith("zh") else ": "


def listed(plan: WrittenPlan, texts: Iterable[str]) -> str:
    """Return texts as an enumeration."""
    return ("、" if plan.language.startswith("zh") else "; ").join(texts)


def marks(citations: Iterable[int]) -> str:
    """Return the numbers of citations as they follow a text."""
    return " ".join(f"[{number}]" for number in citations)


def period(plan: WrittenPlan, one: WrittenAction | WrittenPlan) -> str:
    """Return the first and the last day in words."""
    return plan.say("plan_period", first=plan.day(one.start), last=plan.day(one.end))


def when(plan: WrittenPlan, action: WrittenAction) -> str:
    """Return when an action is, and that it is done where it is."""
    done = plan.say("plan_status_done") if action.done else ""
    return " · ".join(filter(None, (period(plan, action), done)))


def facts(plan: WrittenPlan, action: WrittenAction) -> list[tuple[str, str]]:
    """Return what is said of an action beside its purpose and steps, each with its label."""
    sentences = "" if plan.language.startswith("zh") else " "
    found = [
        ("plan_deliverable", capital(action.deliverable)),
        ("plan_done_when", capital(action.done_when)),
        ("plan_owner", owner(action)),
        ("plan_involve", capital(action.involve)),
        ("plan_why", sentences.join(action.because)),
        ("plan_needs", listed(plan, action.needs)),
    ]
    return [(plan.say(key), text) for key, text in found if text]


def documents(plan: WrittenPlan) -> list[tuple[str, str]]:
    """Return the documents that are cited, in order, each with where it is from."""
    found: dict[str, tuple[str, str]] = {}
    for one in plan.sources:
        passage = one.passage
        ours = passage.document == DOCUMENT
        origin = plan.say("plan_ours") if ours else passage.source
        found.setdefault(passage.document, (passage.document_title, origin))
    return list(found.values())


def cited(plan: WrittenPlan, citation: Citation) -> list[str]:
    """Return the title of a source, its document, and what of it the plan does not show itself."""
    passage = citation.passage
    found = [passage.title, passage.document_title]
    if passage.document != DOCUMENT:
        opening, closing = _QUOTES.get(plan.language, ("“", "”"))
        found.append(f"{opening}{plain(citation.quote)}{closing}")
        if passage.authored:
            found.append(plan.say("source_authored"))
    return found
