"""The assistant's own words in every language: one catalogue, `data/messages.yaml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template

import yaml

from assistant.types import Language


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return all messages: key, then language, then text with $placeholders."""
    text = files("assistant").joinpath("data/messages.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


def message(key: str, language: Language, **values: object) -> str:
    """Return a message with its placeholders filled; a missing one is a KeyError."""
    return Template(catalogue()[key][language]).substitute(values)


@cache
def _clauses() -> dict[str, dict[str, str]]:
    text = files("assistant").joinpath("data/conditions.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


def clause(condition: str, language: Language) -> str:
    """Return what a condition of the plan says, as a clause to follow "because"."""
    return _clauses()[condition][language]
