"""Tell whether a sentence repeats a statement but for a negation or an opposite.

One that repeats a statement nearly word for word has nearly its vector too, so there the
words decide: a negation more or less, or a word whose opposite the statement has
(`data/negation.yaml`). What turns a statement round in words of its own is for `entailment`.

Measured on `tests/data/support/turned.jsonl`: the words catch 0.65 of 1,260 turns that change
little else, and 0.004 of what keeps its meaning.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from assistant import analysis
from assistant.types import Language

# From this share of common words the shorter of two texts repeats the other.
_REPEATS = 0.85
# One word of so few may differ too.
_LEAST = 4
_UNIT = re.compile(r"[\u3400-\u9fff]|\w+")


@dataclass(frozen=True, slots=True)
class _Lists:
    harmless: re.Pattern[str]
    negators: re.Pattern[str]
    opposites: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]


def contradicts(sentence: str, statement: str, language: Language) -> bool:
    """Whether a sentence repeats a statement but for a negation or an opposite."""
    one, two = _comparable(sentence, language), _comparable(statement, language)
    words, others = Counter(_UNIT.findall(one)), Counter(_UNIT.findall(two))
    shorter = min(words.total(), others.total())
    changed = shorter - (words & others).total()
    if changed > max((1 - _REPEATS) * shorter, shorter >= _LEAST):
        return False
    lists = _lists("zh" if language.startswith("zh") else language)
    turns = [len(lists.negators.findall(lists.harmless.sub(" ", text))) for text in (one, two)]
    return (turns[0] - turns[1]) % 2 == 1 or _opposed(one, two, lists)


def _opposed(one: str, two: str, lists: _Lists) -> bool:
    """Whether a text has a word for which the other has only the opposite."""
    return any(
        first.search(one)
        and second.search(two)
        and not second.search(one)
        and not first.search(two)
        for pair in lists.opposites
        for first, second in (pair, pair[::-1])
    )


@cache
def _lists(key: str) -> _Lists:
    text = files("assistant").joinpath("data/negation.yaml").read_text(encoding="utf-8")
    own = yaml.load(text, Loader=yaml.CSafeLoader)[key]
    return _Lists(
        re.compile("|".join(own["harmless"]) or r"(?!)"),
        re.compile("|".join(own["negators"])),
        tuple((re.compile(one), re.compile(two)) for one, two in own["opposites"]),
    )


def _comparable(text: str, language: Language) -> str:
    return (analysis.simplify(text, language) if language.startswith("zh") else text).casefold()
