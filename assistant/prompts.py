"""The prompts, one text file each: `prompts/<task>.<role>.md`, checked when they are read."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Template

from assistant.errors import PromptError

# The placeholders of each prompt; a file with others, or without one of them, is refused.
EXPECTED: dict[str, frozenset[str]] = {
    "answer.system": frozenset({"language", "words"}),
    "answer.user": frozenset({"passages", "situation", "question"}),
    "language.user": frozenset({"language"}),
    "plan-summary.system": frozenset({"language", "words"}),
    "plan-summary.user": frozenset({"situation", "passages"}),
    "rewrite.system": frozenset({"language"}),
    "rewrite.user": frozenset({"conversation", "question"}),
}
_LONGEST = 40


def folder() -> Path:
    """The prompts beside the package in a checkout, or the copy inside an installed wheel."""
    package = Path(__file__).resolve().parent
    checkout = package.parent / "prompts"
    return checkout if checkout.is_dir() else package / "data" / "prompts"


@cache
def read(name: str, within: Path | None = None) -> Template:
    """Return a prompt by its task and role, such as "answer.system".

    Args:
        name: the file's, without its ending.
        within: another folder than the shipped one.

    Raises:
        PromptError: the file is missing, too long, or has other placeholders than expected.
    """
    file = (within or folder()) / f"{name}.md"
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"prompts/{name}.md: cannot be read; put the file back") from error
    if len(text.splitlines()) > _LONGEST:
        raise PromptError(f"prompts/{name}.md: longer than {_LONGEST} lines; shorten it")
    template = Template(text)
    found, expected = set(template.get_identifiers()), EXPECTED[name]
    if not template.is_valid() or found != expected:
        named = ", ".join(f"${one}" for one in sorted(expected))
        wrong = ", ".join(f"${one}" for one in sorted(found ^ expected)) or "a stray $"
        raise PromptError(f"prompts/{name}.md: {wrong} does not fit; expected {named}")
    return template


def fill(name: str, **values: str) -> str:
    """Return a prompt with its placeholders filled; a value is never read as a template."""
    return read(name).substitute(values)


def check() -> None:
    """Read every prompt, so that a broken one is found at the start.

    Raises:
        PromptError: one of them cannot be used.
    """
    for name in EXPECTED:
        read(name)
