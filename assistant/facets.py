"""Facets that a question names: year three, the CFO, aspect 13, the nascent level.

The headings that introduce a facet (`stage=year-3-4`) name it by their titles and
aliases in each language, numerals and ordinals included, so a new document brings
its own without any code. Where headings of several levels introduce the same one,
the outermost name it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from assistant import analysis
from assistant.corpus import Corpus
from assistant.types import Language, Passage

_DIGITS = re.compile(r"\d+")
_NUMBERED_HAN = re.compile(r"([\u3400-\u9fff]+)(\d+)")
_PAIR = 2
_COUNTED_HAN = re.compile(r"第?\d+[级年层]?")
_TERSE, _TERSE_HAN = 8, 14
_ALIKE, _ENDING = 4, 2
_SAME_WORD = 75.0
# Facets whose values follow one another, the one meant by "one higher" first.
_ORDERED = ("level", "sfia", "stage")


@dataclass(frozen=True, slots=True)
class _Name:
    """One way of naming a facet's value: stems that stand together, or Chinese text."""

    facet: str
    value: str
    stems: tuple[str, ...]
    title: bool = False
    word: str = ""


class FacetNames:
    """How one language names the facets of a corpus."""

    def __init__(self, corpus: Corpus, language: Language) -> None:
        self._language = language
        self._chinese = language.startswith("zh")
        self._names = _names(corpus, language)
        self._known = {name.stems: name for name in self._names}
        self._numbered = _numbered(self._names)

    def find(self, text: str) -> dict[str, frozenset[str]]:
        """Return the facets that a text names, with the values it names of each."""
        stems = analysis.normalise_numbers(text, self._language)
        words = {} if self._chinese else _by_stem(text, self._language)
        standing = [
            name
            for name in self._names
            if self._stands_in(name.stems, stems) and _is_same_word(name, words)
        ]
        found: dict[str, set[str]] = {}
        for name in standing:
            if not any(self._is_part(name, other) for other in standing):
                found.setdefault(name.facet, set()).add(name.value)
        return {facet: frozenset(values) for facet, values in found.items()}

    def _is_part(self, name: _Name, other: _Name) -> bool:
        """Whether a name only stands within one of another facet: the CTO's technology."""
        if name.facet == other.facet or name.stems == other.stems:
            return False
        if self._chinese:
            return name.stems[0] in other.stems[0]
        return set(name.stems) < set(other.stems)

    def without(self, text: str, facets: Mapping[str, frozenset[str]]) -> str:
        """Return a text without the words that name these values, so that others may take over."""
        if not facets:
            return text
        counted = any(
            name.facet in facets and _DIGITS.search("".join(name.stems)) for name in self._names
        )
        if self._chinese:
            (plain,) = analysis.normalise_numbers(text, self._language)
            for name in self._names:
                if name.value in facets.get(name.facet, ()):
                    plain = plain.replace(name.stems[0], "")
            return (_COUNTED_HAN.sub("", plain) if counted else plain).replace("?", "？")
        telling = {
            stem
            for facet, values in facets.items()
            for value, rest in self._distinct(facet)
            if value in values
            for stem in rest
        }
        kept = []
        for word in text.split():
            stems = analysis.normalise_numbers(word, self._language)
            named = any(_alike(stem, one) for stem in stems for one in telling)
            if not named and not (counted and any(_DIGITS.search(stem) for stem in stems)):
                kept.append(word)
        return " ".join(kept)

    def numbered(self, text: str) -> frozenset[str]:
        """Return the facets that a text names by number: "year 3", "aspect 16"."""
        stems = analysis.normalise_numbers(text, self._language)
        return frozenset(
            name.facet
            for name in self._names
            if _DIGITS.search("".join(name.stems)) and self._stands_in(name.stems, stems)
        )

    def stepped(
        self, facets: Mapping[str, frozenset[str]], step: int
    ) -> tuple[dict[str, frozenset[str]], tuple[str, ...]]:
        """Move the first facet of an order ("level") by some steps, in the order of the corpus.

        Returns:
            the facet with its new value, or the facet as one that has no such value.
        """
        for facet in _ORDERED:
            if len(facets.get(facet, ())) == 1:
                order = list(dict.fromkeys(n.value for n in self._names if n.facet == facet))
                (value,) = facets[facet]
                position = order.index(value) + step if value in order else -1
                if 0 <= position < len(order):
                    return {facet: frozenset((order[position],))}, ()
                return {}, (facet,)
        return {}, ()

    def revalued(self, text: str, facets: Iterable[str]) -> dict[str, frozenset[str]]:
        """Read what tells a value from the others as that value ("and at the mature one?").

        Words that names of several values share ("level") need not be repeated.
        """
        stems = analysis.normalise_numbers(text, self._language)
        found: dict[str, frozenset[str]] = {}
        for facet in facets:
            rests = self._distinct(facet)
            values = {value for value, rest in rests if self._stands_in(rest, stems)}
            if len(values) == 1:
                found[facet] = frozenset(values)
        return found

    def _distinct(self, facet: str) -> list[tuple[str, tuple[str, ...]]]:
        """Return, for each title that names a facet, its value and the stems no other has."""
        names = [name for name in self._names if name.facet == facet and name.title]
        if self._chinese:
            return [(name.value, (name.stems[0].rstrip("级級层次阶段"),)) for name in names]
        having: dict[str, set[str]] = {}
        for name in names:
            for stem in name.stems:
                having.setdefault(stem, set()).add(name.value)
        return [
            (name.value, rest)
            for name in names
            if (rest := tuple(stem for stem in name.stems if len(having[stem]) == 1))
            and not _DIGITS.search("".join(rest))
        ]

    def unknown(self, text: str) -> tuple[str, ...]:
        """Return the facets that a question numbers beyond the corpus ("year ten").

        In a long question such a number is a circumstance, not what is asked.
        """
        words = analysis.content_words(text, self._language)
        if len(words) > (_TERSE_HAN if self._chinese else _TERSE):
            return ()
        stems = analysis.normalise_numbers(text, self._language)
        found = []
        for pattern, facet in self._numbered:
            for stand, number in self._instances(pattern, stems):
                if stand not in self._known and int(number) not in self._covered(facet):
                    found.append(facet)
        return tuple(dict.fromkeys(found))

    def renumbered(
        self, text: str, facets: Iterable[str]
    ) -> tuple[dict[str, frozenset[str]], tuple[str, ...]]:
        """Read a bare number of a follow-up ("and in the fifth?") as one of the facets before.

        Returns:
            the facets it names so, and those it numbers beyond the corpus.
        """
        stems = analysis.normalise_numbers(text, self._language)
        numbers = {n for stem in stems for n in re.findall(r"\d+\.?", stem)}
        named: dict[str, frozenset[str]] = {}
        beyond: list[str] = []
        for facet in facets:
            patterns = [pattern for pattern, owner in self._numbered if owner == facet]
            for number in sorted(numbers):
                values = {
                    known.value
                    for pattern in patterns
                    if (known := self._known.get(_filled(pattern, number))) and known.facet == facet
                }
                if values:
                    named[facet] = named.get(facet, frozenset()) | values
                elif patterns:
                    beyond.append(facet)
        return named, tuple(facet for facet in beyond if facet not in named)

    def _covered(self, facet: str) -> set[int]:
        """Return the numbers that a facet's names and values stand for."""
        return {
            int(digits)
            for name in self._names
            if name.facet == facet
            for digits in _DIGITS.findall(" ".join((*name.stems, name.value)))
        }

    def _stands_in(self, name: tuple[str, ...], stems: list[str]) -> bool:
        """Whether all stems of a name stand close together in a text."""
        if self._chinese:
            # 成熟度 is maturity as such, not the level 成熟.
            return any(re.search(f"{re.escape(name[0])}(?!度)", text) for text in stems)
        window = len(name) + (1 if len(name) > 1 else 0)
        return any(
            all(any(_alike(part, stem) for stem in stems[i : i + window]) for part in name)
            for i in range(len(stems))
        )

    def _instances(
        self, pattern: tuple[str, ...], stems: list[str]
    ) -> list[tuple[tuple[str, ...], str]]:
        """Return where a numbered name stands in a text, with the number it has there."""
        parts = [re.escape(part).replace(r"\#", r"(\d+)") for part in pattern]
        if self._chinese:
            regex, text = re.compile(parts[0]), stems[0]
        else:
            regex, text = re.compile(r"(?<!\S)" + " ".join(parts) + r"(?!\S)"), " ".join(stems)
        return [
            ((match.group(),) if self._chinese else tuple(match.group().split(" ")), match.group(1))
            for match in regex.finditer(text)
        ]


@lru_cache(maxsize=100_000)
def _alike(first: str, second: str) -> bool:
    """Whether two stems are of the same word, as far as stemmers leave them apart.

    Snowball's Polish makes "dojrz" of "dojrzały" and "dojrzal" of "dojrzałym".
    """
    if first == second:
        return True
    short, long = sorted((first, second), key=len)
    return len(short) >= _ALIKE and long.startswith(short) and len(long) - len(short) <= _ENDING


def _by_stem(text: str, language: Language) -> dict[str, list[str]]:
    """Return the folded words of a text by their stems."""
    found: dict[str, list[str]] = {}
    for word in analysis.words(text, language):
        found.setdefault(analysis.stem(word, language), []).append(analysis.fold(word))
    return found


def _is_same_word(name: _Name, words: Mapping[str, list[str]]) -> bool:
    """Whether a name of one word stands in a text as more than a word of its family.

    "Maturity" has the stem of "mature" and is no level.
    """
    if len(name.stems) > 1 or name.stems[0] not in words or not name.word:
        return True
    return any(fuzz.ratio(word, name.word) >= _SAME_WORD for word in words[name.stems[0]])


def _filled(pattern: tuple[str, ...], number: str) -> tuple[str, ...]:
    """Put a number, or an ordinal ("5."), into a numbered name."""
    text = "\0".join(pattern)
    if "#." in text:
        return tuple(text.replace("#.", f"{number.rstrip('.')}.").split("\0"))
    return tuple(text.replace("#", number.rstrip(".")).split("\0"))


def _numbered(names: Iterable[_Name]) -> list[tuple[tuple[str, ...], str]]:
    """Return how facets are named by number: ("year", "#"), "stage"."""
    patterns: dict[tuple[str, ...], str] = {}
    for name in names:
        text = "\0".join(name.stems)
        if len(_DIGITS.findall(text)) == 1:
            pattern = tuple(_DIGITS.sub("#", text).split("\0"))
            patterns[pattern] = name.facet
            if "#." in pattern:
                patterns[pattern[::-1]] = name.facet
    return [(pattern, facet) for pattern, facet in patterns.items() if len("".join(pattern)) > 2]


def _names(corpus: Corpus, language: Language) -> list[_Name]:
    """Collect how the outermost headings that introduce a facet name it."""
    introduced: dict[tuple[str, str], list[Passage]] = {}
    for passage in corpus.passages(language):
        for facet, value in passage.own_facets.items():
            introduced.setdefault((facet, value), []).append(passage)
    found = []
    for (facet, value), passages in introduced.items():
        outermost = min(len(passage.path) for passage in passages)
        for passage in passages:
            if len(passage.path) > outermost:
                continue
            for phrase in (passage.title, *passage.aliases):
                stems = tuple(analysis.normalise_numbers(phrase, language))
                if stems:
                    found.append(
                        _Name(facet, value, stems, phrase == passage.title, analysis.fold(phrase))
                    )
                    found += [_Name(facet, value, counted) for counted in _counted(stems)]
    return found


def _counted(stems: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the ordinals of what is named by number: "aspect 28" is the twenty-eighth aspect."""
    if len(stems) == _PAIR and stems[1].isdigit():
        return [(f"{stems[1]}.", stems[0])]
    match = _NUMBERED_HAN.fullmatch(stems[0]) if len(stems) == 1 else None
    return [(f"第{match[2]}{unit}{match[1]}",) for unit in ("", "个")] if match else []


def merged(
    own: Mapping[str, frozenset[str]], inherited: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """Return a follow-up's facets: its own, and those before that it does not name anew."""
    return {**{facet: v for facet, v in inherited.items() if facet not in own}, **own}
