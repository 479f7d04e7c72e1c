"""Understand a question: its language, what it wants, what it names, what it continues."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from assistant import analysis
from assistant.corpus import Corpus
from assistant.errors import InputError
from assistant.facets import FacetNames, merged
from assistant.intents import intent
from assistant.language import LanguageDetector, requested_language
from assistant.messages import message
from assistant.spelling import Spelling
from assistant.types import Language, Query, Question

LONGEST_QUESTION = 20_000
_SEARCHED = 1_000
_TURNS = 3
_ELLIPSIS_WORDS, _ELLIPSIS_WORDS_HAN = 1, 3
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
_CYRILLIC = re.compile(r"[\u0400-\u04ff]{3,}")
_SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？]*")


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a turn is about: its words with those it leans on, and the facets in force."""

    topic: str
    facets: Mapping[str, frozenset[str]]
    beyond: tuple[str, ...] = ()


class Understanding:
    """Turns questions into queries, knowing the corpus's words and facets."""

    def __init__(self, corpus: Corpus) -> None:
        self._detector = LanguageDetector(corpus.vocabulary)
        self._spelling = cache(lambda language: Spelling(corpus.vocabulary[language], language))
        self._facets = cache(lambda language: FacetNames(corpus, language))

    def understand(self, question: Question, fallback: Language) -> Query:
        """Return the query of a question.

        The language of the answer is the one chosen, else one asked for ("in
        Polish, please"), else the question's own.

        Args:
            question: with the language chosen by the person, if any.
            fallback: the language of messages where none can be told.

        Raises:
            InputError: the question is empty or too long.
        """
        preferred = question.language or fallback
        text = clean(question.text, preferred)
        wanted, rest = requested_language(text)
        text = rest or _asked_before(question) or text
        spoken = self._detector.detect(text, preferred)
        if spoken is None:
            return Query(text[:_SEARCHED], preferred, preferred, route="other_language")
        language = question.language or wanted or spoken
        route = intent(text, spoken)
        if route != "ask":
            return Query(text[:_SEARCHED], language, spoken, route=route)
        text = self._spelling(spoken).mend(text)
        return self._query(text, language, spoken, question)

    def _query(self, text: str, language: Language, spoken: Language, question: Question) -> Query:
        """Find the facets of a question, and what it takes over from the turns before."""
        standing: _Standing | None = None
        for turn in question.history[-_TURNS:]:
            if requested_language(turn.question)[1]:
                standing = self._standing(turn.question, spoken, standing)
        now = self._standing(text, spoken, standing)
        return Query(
            now.topic[:_SEARCHED],
            language,
            spoken,
            MappingProxyType(dict(now.facets)),
            unknown=(*self._facets(spoken).unknown(text), *now.beyond),
            foreign=_foreign(text, spoken),
        )

    def _standing(self, text: str, spoken: Language, before: _Standing | None) -> _Standing:
        """Return what a turn is about, given what the one before was about.

        A turn too short to stand alone takes over the facets before, except those
        it names itself; a bare number is read as one of them ("and in the fifth?").
        Where it names another value of the same facet, the earlier words stay out,
        since they would only pull back to the old value.
        """
        names = self._facets(spoken)
        own, topic = names.find(text), _searched(text)
        beyond: tuple[str, ...] = ()
        if before is None or not self._leans(text, spoken, own):
            return _Standing(topic, own)
        if not own:
            own, beyond = names.renumbered(text, before.facets)
        if not beyond and not set(own) & set(before.facets):
            topic = f"{topic} {before.topic}"
        return _Standing(topic, merged(own, before.facets), beyond)

    def _leans(self, text: str, spoken: Language, own: Mapping[str, frozenset[str]]) -> bool:
        """Whether a question has hardly a word of its own, and so leans on the one before.

        Words that name a facet do not count. A question that opens like a
        continuation ("and", "what about") may have one more word.
        """
        words = len(analysis.content_words(text, spoken)) - 2 * sum(map(len, own.values()))
        allowed = _ELLIPSIS_WORDS_HAN if spoken.startswith("zh") else _ELLIPSIS_WORDS
        opens = _OPENERS[spoken].match(text.strip().casefold()) is not None
        return words <= (allowed if opens else 0)


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
    kept = re.sub(r"</?[a-zA-Z!][^<>]{0,500}>", " ", kept)
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


def _asked_before(question: Question) -> str:
    """Return the last earlier question that asks for more than another language."""
    asked = (requested_language(turn.question)[1] for turn in reversed(question.history))
    return next((text for text in asked if text), "")


def _foreign(text: str, spoken: Language) -> tuple[tuple[Language, str], ...]:
    """Return the parts of a question in another script: "what is 客户之声?"."""
    found: list[tuple[Language, str]] = []
    if not spoken.startswith("zh"):
        han = " ".join(analysis.HAN.findall(text))
        if han:
            found.append(("zh-Hans", analysis.simplify(han)))
    if spoken != "ru":
        cyrillic = " ".join(_CYRILLIC.findall(text))
        if cyrillic:
            found.append(("ru", cyrillic))
    return tuple(found)
