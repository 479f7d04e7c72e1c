"""What can go wrong that a person can mend.

    AssistantError
    ├── CorpusError      a corpus file breaks the conventions
    ├── IndexMismatch    the index was made by another model or format
    ├── InputError       a question, batch line or option cannot be used
    ├── ModelError       an embedding model cannot be loaded or used
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
    """An embedding model cannot be loaded or used."""


class SettingsError(AssistantError):
    """A setting is unknown or has an impossible value."""
