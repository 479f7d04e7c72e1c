"""Write a first-year plan to a file that people work with: Word, Excel, PDF, a calendar.

`save` chooses the format by the file's suffix, `render` by the name of its kind. Every
format is a module with one function of the written plan, imported when it is first
asked for. What a person typed (a company, an owner, a problem) is data in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

from assistant.errors import InputError
from assistant.plan_text import WrittenPlan

Kind = Literal["word", "excel", "calendar", "pdf", "markdown", "picture"]


@dataclass(frozen=True, slots=True)
class Format:
    """What a kind of file is called: its suffix with the dot, and its media type."""

    suffix: str
    media: str


_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS: Mapping[Kind, Format] = MappingProxyType(
    {
        "word": Format(".docx", f"{_OFFICE}.wordprocessingml.document"),
        "excel": Format(".xlsx", f"{_OFFICE}.spreadsheetml.sheet"),
        "calendar": Format(".ics", "text/calendar; charset=utf-8"),
        "pdf": Format(".pdf", "application/pdf"),
        "markdown": Format(".md", "text/markdown; charset=utf-8"),
        "picture": Format(".png", "image/png"),
    }
)
assert tuple(KINDS) == get_args(Kind)


def render(plan: WrittenPlan, kind: Kind) -> bytes:
    """Return a plan as the bytes of a file; an unknown kind is a KeyError."""
    if kind not in KINDS:
        raise KeyError(kind)
    # Each format is a module with a function of its own name.
    made: bytes = getattr(import_module(f"{__name__}.{kind}"), kind)(plan)
    return made


def save(plan: WrittenPlan, file: Path) -> None:
    """Write a plan to a file in the format that its suffix names.

    Raises:
        InputError: the suffix names no format, or the file cannot be written.
    """
    suffix = file.suffix.lower()
    kind = next((kind for kind, form in KINDS.items() if form.suffix == suffix), None)
    if kind is None:
        known = ", ".join(form.suffix for form in KINDS.values())
        raise InputError(plan.say("plan_format", file=file.name, suffix=file.suffix, known=known))
    made = render(plan, kind)
    try:
        file.write_bytes(made)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(plan.say("plan_unwritable", file=file.name, reason=reason)) from error
