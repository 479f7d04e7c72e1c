"""A chat assistant for customer experience leaders, with checked citations.

`from assistant import Assistant, Settings` is the whole surface for programs;
nothing heavy is imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "Answer": "types",
    "Assistant": "conversation",
    "AssistantError": "errors",
    "Citation": "types",
    "Hit": "types",
    "LANGUAGES": "types",
    "Passage": "types",
    "Question": "types",
    "Settings": "settings",
    "Turn": "types",
}

__all__ = [
    "LANGUAGES",
    "Answer",
    "Assistant",
    "AssistantError",
    "Citation",
    "Hit",
    "Passage",
    "Question",
    "Settings",
    "Turn",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the types of a module's exports differ
    if name not in _HOME:
        raise AttributeError(f"module 'assistant' has no attribute {name!r}")
    return getattr(import_module(f"assistant.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
