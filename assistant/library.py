"""The action library of the first year: what the planner may choose from, and when.

The words stand in the corpus document `first-year`, aligned in every language; what
does not depend on a language stands once, in `plan.yaml` beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from assistant.corpus import Corpus
from assistant.errors import CorpusError
from assistant.types import Language, Passage

DOCUMENT = "first-year"
_FILE = "plan.yaml"
_CHOICE = " | "


@dataclass(frozen=True, slots=True)
class Action:
    """What is known of an action beside its words.

    Attributes:
        phase: the earliest phase it starts in, 1 to 6.
        by: the phase it should be finished in.
        hours: the leader's work in all.
        days: working days it spreads over.
        when: alternatives, of which one must hold, for each of its conditions.
        last: placed as late in the year as it fits.
    """

    id: str
    phase: int
    by: int
    hours: float
    days: int
    core: bool
    last: bool
    needs: tuple[str, ...]
    when: tuple[tuple[str, ...], ...]
    more: tuple[str, ...]
    aspects: tuple[int, ...]
    rests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A measure, a risk or a stakeholder: for whom it is, and what it rests on."""

    id: str
    when: tuple[tuple[str, ...], ...]
    rests: tuple[str, ...]
    metric: str


@dataclass(frozen=True)
class Library:
    """Actions by id in the order of the library, and what stands beside them in a plan."""

    actions: Mapping[str, Action]
    measures: Mapping[str, Entry]
    risks: Mapping[str, Entry]
    stakeholders: Mapping[str, Entry]
    ahead: tuple[str, ...]

    @classmethod
    def read(cls, folder: Path, corpus: Corpus) -> Library:
        """Read the rules and check them against the corpus.

        Raises:
            CorpusError: a rule names a passage or an action that does not exist, or
                actions wait for each other.
        """
        try:
            text = (folder / DOCUMENT / _FILE).read_text(encoding="utf-8")
            read: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
            library = cls(
                {key: _action(key, values) for key, values in read["actions"].items()},
                _entries(read["measures"]),
                _entries(read["risks"]),
                _entries(read["stakeholders"]),
                tuple(read["ahead"]),
            )
        except (OSError, UnicodeDecodeError, yaml.YAMLError, LookupError) as error:
            raise CorpusError(f"{DOCUMENT}/{_FILE}: cannot be read ({error!r})") from error
        except (AttributeError, TypeError) as error:  # a list where fields are expected
            raise CorpusError(f"{DOCUMENT}/{_FILE}: cannot be read ({error!r})") from error
        library._check(corpus)
        return library

    def _check(self, corpus: Corpus) -> None:
        entries = (self.actions, self.measures, self.risks, self.stakeholders)
        named = [f"{DOCUMENT}/{key}" for part in entries for key in part]
        rests = [key for part in entries for one in part.values() for key in one.rests]
        for key in (*named, *rests, *self.ahead):
            if corpus.get(key, "en") is None:
                raise CorpusError(f"{DOCUMENT}/{_FILE}: no passage {key}; write it or remove it")
        for action in self.actions.values():
            for need in action.needs:
                if need not in self.actions:
                    raise CorpusError(
                        f"{DOCUMENT}/{_FILE}: {action.id} needs {need}, not an action"
                    )
        self.order  # noqa: B018 - fails where actions wait for each other

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The actions so that each stands after those it needs, else in library order."""
        found: dict[str, None] = {}

        def add(key: str, above: tuple[str, ...]) -> None:
            if key in above:
                raise CorpusError(f"{DOCUMENT}/{_FILE}: {' needs '.join((*above, key))}; break it")
            for need in self.actions[key].needs:
                add(need, (*above, key))
            found[key] = None

        for key in self.actions:
            add(key, ())
        return tuple(found)


def words(key: str, corpus: Corpus, language: Language) -> Passage:
    """Return the passage with the words of an action, measure, risk or stakeholder."""
    passage = corpus.get(f"{DOCUMENT}/{key}", language) or corpus.get(f"{DOCUMENT}/{key}", "en")
    if passage is None:
        raise KeyError(key)
    return passage


def _action(key: str, values: Mapping[str, Any]) -> Action:
    return Action(
        key,
        values["phase"],
        values.get("by", 6),
        values["hours"],
        values["days"],
        values.get("core", False),
        values.get("at") == "end",
        tuple(values.get("needs", ())),
        _conditions(values),
        tuple(values.get("more", ())),
        tuple(values.get("aspects", ())),
        tuple(values["rests"]),
    )


def _entries(values: Mapping[str, Mapping[str, Any]]) -> dict[str, Entry]:
    return {key: _entry(key, one) for key, one in values.items()}


def _entry(key: str, values: Mapping[str, Any]) -> Entry:
    rests = tuple(values.get("rests", ()))
    return Entry(key, _conditions(values), rests, values.get("metric", ""))


def _conditions(values: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(one.split(_CHOICE)) for one in values.get("when", ()))
