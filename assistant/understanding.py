"""Understand a question: its language, what it names, what it continues.

Facets come from the corpus: a heading that carries one (`stage=year-3-4`) names
it by its title and aliases in each language, numerals and ordinals included, so
a new document brings its own without any code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from assistant import analysis
from assistant.corpus import Corpus
from assistant.errors import InputError
from assistant.hostile import is_hostile
from assistant.language import LanguageDetector
from assistant.messages import message
from assistant.spelling import Spelling
from assistant.types import LANGUAGES, Language, Query, Question, Turn

LONGEST_QUESTION = 20_000
_SEARCHED = 1_000
_ELLIPSIS_WORDS = 5
_TERSE, _TERSE_HAN = 8, 14
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
_DIGITS = re.compile(r"\d+")
_SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？]*")


@dataclass(frozen=True, slots=True)
class _Name:
    """One way of naming a facet's value: stems that stand together, or Chinese text."""

    facet: str
    value: str
    stems: tuple[str, ...]


class Understanding:
    """Turns questions into queries, knowing the corpus's words and facets."""

    def __init__(self, corpus: Corpus) -> None:
        self._detector = LanguageDetector(corpus.vocabulary)
        self._spelling = {
            language: Spelling(corpus.vocabulary[language], language) for language in LANGUAGES
        }
        self._names = {language: _names(corpus, language) for language in LANGUAGES}

    def understand(self, question: Question, fallback: Language) -> Query:
        """Return the query of a question.

        A question too short to stand alone ("and in year five?") takes over what
        the last turn asked for, except the facets that it names itself.

        Args:
            question: with the language chosen by the person, if any.
            fallback: the language of messages where none can be told.

        Raises:
            InputError: the question is empty or too long.
        """
        text = clean(question.text, question.language or fallback)
        preferred = question.language or fallback
        language = question.language or self._detector.detect(text, preferred)
        if language is None:
            return Query(text[:_SEARCHED], preferred, route="other_language")
        if is_hostile(text, language):
            return Query(text[:_SEARCHED], language, route="refuse")
        text = self._spelling[language].mend(text)
        own = self._facets(text, language)
        topic = _searched(text)
        if question.history and self._continues(text, language, own):
            earlier = question.history[-1]
            inherited = self._facets(earlier.question, language)
            topic = _merge(earlier, topic, own, inherited)
            own = {**{k: v for k, v in inherited.items() if k not in own}, **own}
        return Query(topic, language, MappingProxyType(own), unknown=self._unknown(text, language))

    def _facets(self, text: str, language: Language) -> dict[str, frozenset[str]]:
        stems = analysis.normalise_numbers(text, language)
        found: dict[str, set[str]] = {}
        for name in self._names[language]:
            if _stands_in(name.stems, stems, chinese=language.startswith("zh")):
                found.setdefault(name.facet, set()).add(name.value)
        return {facet: frozenset(values) for facet, values in found.items()}

    def _unknown(self, text: str, language: Language) -> tuple[str, ...]:
        """Return the facets that a question numbers beyond the corpus ("year ten").

        In a long question such a number is a circumstance, not what is asked.
        """
        chinese = language.startswith("zh")
        if len(analysis.content_words(text, language)) > (_TERSE_HAN if chinese else _TERSE):
            return ()
        stems = analysis.normalise_numbers(text, language)
        known = {name.stems: name for name in self._names[language]}
        found = []
        for pattern, facet in _numbered(self._names[language]):
            for stand, number in _instances(pattern, stems, chinese=chinese):
                if stand not in known and int(number) not in _covered(facet, known.values()):
                    found.append(facet)
        return tuple(dict.fromkeys(found))

    def _continues(self, text: str, language: Language, own: Mapping[str, frozenset[str]]) -> bool:
        """Whether a question leans on the one before: it has hardly a word of its own."""
        content = analysis.content_words(text, language)
        facet_words = sum(len(values) for values in own.values())
        opener = _OPENERS[language].match(text.strip().casefold()) is not None
        if opener:
            return len(content) - facet_words <= _ELLIPSIS_WORDS
        return len(content) - 2 * facet_words <= 0


_OPENERS: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(r"(and|but|so|what about|how about|why|then|what if|also)\b"),
    "pl": re.compile(r"(a|i|ale|co z|dlaczego|czemu|więc|też)\b"),
    "hu": re.compile(r"(és|de|s|mi a helyzet|miért|akkor|na és|mi van)\b"),
    "ru": re.compile(r"(а|и|но|почему|зачем|что насчёт|что насчет|тогда|а что)\b"),
    "zh-Hans": re.compile(r"(那|那么|还有|为什么|而|但|换成|如果是)"),
    "zh-Hant": re.compile(r"(那|那麼|還有|為什麼|而|但|換成|如果是)"),
}


def clean(text: str, language: Language) -> str:
    """Drop invisible characters and check the length.

    Raises:
        InputError: nothing is left to answer, or the text is too long.
    """
    if len(text) > LONGEST_QUESTION:
        raise InputError(
            message("too_long", language, length=f"{len(text):,}", limit=f"{LONGEST_QUESTION:,}")
        )
    kept = "".join(
        " " if c in "\n\r\t\v\f" else c
        for c in text
        if c in "\n\r\t\v\f" or unicodedata.category(c) not in _INVISIBLE
    )
    kept = re.sub(r"<[^<>]{0,500}>", " ", kept)
    kept = re.sub(r"\s+", " ", kept).strip()
    if not any(character.isalnum() for character in kept):
        raise InputError(message("empty_question", language))
    return kept


def _searched(text: str) -> str:
    """Keep of a long text what fits a search: its questions, then its beginning."""
    if len(text) <= _SEARCHED:
        return text
    asked = " ".join(s.strip() for s in _SENTENCE.findall(text) if s.rstrip().endswith(("?", "？")))
    return f"{asked[: _SEARCHED // 2]} {text}"[:_SEARCHED] if asked else text[:_SEARCHED]


def _merge(
    earlier: Turn,
    text: str,
    own: Mapping[str, frozenset[str]],
    inherited: Mapping[str, frozenset[str]],
) -> str:
    """Join a follow-up with the question it leans on, the follow-up first.

    Where it names another value of the same facet ("and in year five?"), the
    earlier question would only pull back to the old value, so it stays out.
    """
    if set(own) & set(inherited):
        return text
    return f"{text} {earlier.question}"


def _names(corpus: Corpus, language: Language) -> list[_Name]:
    """Collect how headings name the facets that they introduce."""
    found = []
    for passage in corpus.passages(language):
        for facet, value in passage.own_facets.items():
            for phrase in (passage.title, *passage.aliases):
                stems = tuple(analysis.normalise_numbers(phrase, language))
                if stems:
                    found.append(_Name(facet, value, stems))
    return found


def _numbered(names: Iterable[_Name]) -> list[tuple[tuple[str, ...], str]]:
    """Return how facets are named by number: ("year", "#"), "stage"."""
    patterns: dict[tuple[str, ...], str] = {}
    for name in names:
        text = "\0".join(name.stems)
        if len(_DIGITS.findall(text)) == 1:
            patterns[tuple(_DIGITS.sub("#", text).split("\0"))] = name.facet
    return [(pattern, facet) for pattern, facet in patterns.items() if len("".join(pattern)) > 2]


def _instances(
    pattern: tuple[str, ...], stems: list[str], *, chinese: bool
) -> list[tuple[tuple[str, ...], str]]:
    """Return where a numbered name stands in a text, with the number it has there."""
    parts = [re.escape(part).replace(r"\#", r"(\d+)") for part in pattern]
    if chinese:
        regex, text = re.compile(parts[0]), stems[0]
    else:
        regex, text = re.compile(r"(?<!\S)" + " ".join(parts) + r"(?!\S)"), " ".join(stems)
    return [
        (tuple(match.group().split(" ")) if not chinese else (match.group(),), match.group(1))
        for match in regex.finditer(text)
    ]


def _covered(facet: str, names: Iterable[_Name]) -> set[int]:
    """Return the numbers that a facet's names and values stand for."""
    return {
        int(digits)
        for name in names
        if name.facet == facet
        for digits in _DIGITS.findall(" ".join((*name.stems, name.value)))
    }


def _stands_in(name: tuple[str, ...], stems: list[str], *, chinese: bool) -> bool:
    """Whether all stems of a name stand close together in a text."""
    if chinese:
        return any(name[0] in text for text in stems)
    wanted = set(name)
    if not wanted <= set(stems):
        return False
    window = len(name) + (1 if len(name) > 1 else 0)
    return any(wanted <= set(stems[i : i + window]) for i in range(len(stems)))
