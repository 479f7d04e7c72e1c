"""What can go wrong that a person can mend.

    AssistantError
    ├── CorpusError      a corpus file breaks the conventions
    ├── IndexMismatch    the index was made by another model or format
    ├── InputError       a question, batch line or option cannot be used
    ├── ModelError       an embedding or chat model cannot be loaded or used
    │   └── ChatError    a chat model failed while it was asked
    ├── PromptError      a prompt file is missing or has other placeholders
    └── SettingsError    a setting is unknown or has an impossible value

Every message says what is wrong with its value, and then what to do.
"""

from __future__ import annotations


class AssistantError(Exception):
    """The root of the tree; the command line and the page show its message as it is."""


class CorpusError(AssistantError):
    """A corpus file breaks the conventions; the message starts with file and line."""


class IndexMismatch(AssistantError):
    """The index was built with another embedding model or format than configured."""


class InputError(AssistantError):
    """A question, batch line or option cannot be used as it is."""


class ModelError(AssistantError):
    """An embedding or chat model cannot be loaded or used."""


class ChatError(ModelError):
    """A chat model failed while it was asked.

    `kind` tells how: "key", "unknown", "busy", "slow", "unreachable" or "broken".
    """

    def __init__(self, text: str, kind: str) -> None:
        super().__init__(text)
        self.kind = kind


class PromptError(AssistantError):
    """A prompt file is missing or has other placeholders than its task fills."""


class SettingsError(AssistantError):
    """A setting is unknown or has an impossible value."""
