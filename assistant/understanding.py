"""Understand a question: its language, what it wants, what it names, what it continues."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from assistant import analysis
from assistant.corpus import Corpus, plain
from assistant.dialogue import (
    leans,
    opens_as_continuation,
    ordinal,
    parts,
    requested_language,
    step,
    without_step,
)
from assistant.errors import InputError
from assistant.facets import FacetNames, merged
from assistant.glossary import Glossary
from assistant.intents import intent
from assistant.language import LanguageDetector
from assistant.messages import message
from assistant.spelling import Spelling
from assistant.types import Language, Query, Question

LONGEST_QUESTION = 20_000
_SEARCHED = 1_000
_TURNS = 3
_SAME = 0.6
_BOLD = re.compile(r"\*\*(.+?)[.:：]?\*\*")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
_LATIN = re.compile(r"[A-Za-z]+(?:[ -][A-Za-z]+)*")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]{3,}")
_SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？]*")


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a turn is about: its words with those it leans on, and the facets in force."""

    topic: str
    facets: Mapping[str, frozenset[str]]
    numbered: frozenset[str] = frozenset()
    beyond: tuple[str, ...] = ()
    focus: str = ""
    document: str = ""


class Understanding:
    """Turns questions into queries, knowing the corpus's words and facets."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self.glossary = Glossary(corpus)
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
        text = clean(question.text, question.language or fallback)
        wanted, rest = requested_language(text)
        if not rest:
            text, question = _asked_again(question, text)
        else:
            text = rest
        preferred = question.language or self._spoken_before(question, fallback)
        spoken = self._detector.detect(text, preferred)
        if spoken is None:
            return Query(text[:_SEARCHED], preferred, preferred, route="other_language")
        language = question.language or wanted or spoken
        route = intent(text, spoken)
        if route != "ask":
            return Query(text[:_SEARCHED], language, spoken, route=route)
        names_more = question.history and opens_as_continuation(text, spoken)
        if names_more and self._facets(spoken).find(text):
            terms: tuple[str, ...] = ()
        else:
            terms = self.glossary.asked_for(text, spoken)
        text = self._spelling(spoken).mend(text)
        if terms:
            return Query(text[:_SEARCHED], language, spoken, route="define", terms=terms)
        return self._query(text, language, spoken, question)

    def spoken(self, text: str, fallback: Language) -> Language:
        """Return the language of a text, `fallback` where none can be told."""
        return self._detector.detect(clean(text, fallback), fallback) or fallback

    def parts(self, query: Query, *, leaning: bool = False) -> list[Query]:
        """Return the questions that a query is made of; none where it is one.

        With `leaning`, one that points back at another is a question too.
        """
        if query.own != query.text:
            return []
        texts = parts(query.text, query.spoken, leaning=leaning)
        return [
            replace(
                query,
                text=text,
                own=text,
                facets=MappingProxyType(self._named(text, query.spoken)),
                unknown=self._facets(query.spoken).unknown(text),
                foreign=_foreign(text, query.spoken),
            )
            for text in (texts if len(texts) > 1 else [])
        ]

    def _spoken_before(self, question: Question, fallback: Language) -> Language:
        """Return the language of the turns before, which settles that of a bare "NPS?"."""
        language = fallback
        for turn in question.history[-_TURNS:]:
            language = self._detector.detect(turn.question, language) or language
        return language

    def _query(self, text: str, language: Language, spoken: Language, question: Question) -> Query:
        """Find the facets of a question, and what it takes over from the turns before."""
        standing: _Standing | None = None
        shown: tuple[str, ...] = ()
        for turn in question.history[-_TURNS:]:
            if requested_language(turn.question)[1] and intent(turn.question, spoken) == "ask":
                standing = self._standing(turn.question, spoken, standing, shown)
            shown = turn.passages or shown
        now = self._standing(text, spoken, standing, shown)
        return Query(
            now.topic[:_SEARCHED],
            language,
            spoken,
            MappingProxyType(dict(now.facets)),
            unknown=(*self._facets(spoken).unknown(text), *now.beyond),
            foreign=_foreign(text, spoken),
            own=_searched(text),
            focus=now.focus,
            document=now.document,
        )

    def _standing(
        self, text: str, spoken: Language, before: _Standing | None, shown: tuple[str, ...]
    ) -> _Standing:
        """Return what a turn is about, given what the one before was about.

        A turn that leans takes over the facets before, except those it names itself;
        a bare value or number is read as one of them ("and in the fifth?"), or as a point of
        the answer shown ("the second one"). It takes over the words before too, but not
        those that name a value which it replaces: they would pull back to the old one.
        """
        names = self._facets(spoken)
        by = step(text, spoken) if before and leans(text, spoken, 0) else 0
        said = without_step(text, spoken) if by else text
        own, topic, numbered = self._named(said, spoken), _searched(said), names.numbered(said)
        if before is None or not leans(text, spoken, sum(map(len, own.values()))):
            return _Standing(topic, own, numbered)
        beyond: tuple[str, ...] = ()
        if not own and by:
            own, beyond = names.stepped(before.facets, by)
        if not own and not beyond:
            own, beyond = names.renumbered(text, before.numbered)
        if not own and not beyond:
            own = names.revalued(text, before.facets)
        numbered |= before.numbered
        document = shown[0].partition("/")[0] if shown else ""
        if not own and not beyond and (number := ordinal(text, spoken)):
            focus, named = self._point(number, shown, spoken)
            if focus:
                topic = f"{named} {before.topic}"
                return _Standing(topic, before.facets, numbered, focus=focus, document=document)
        inherited = {facet: v for facet, v in before.facets.items() if facet not in beyond}
        replaced = {facet: v for facet, v in before.facets.items() if facet in own}
        topic = f"{topic} {names.without(before.topic, replaced)}"
        beyond = () if own else beyond
        return _Standing(topic, merged(own, inherited), numbered, beyond, document=document)

    def _named(self, text: str, spoken: Language) -> dict[str, frozenset[str]]:
        """Return the facets that a question names, in its language or that of its other script."""
        found = self._facets(spoken).find(text)
        parts = list(_foreign(text, spoken))
        if spoken == "ru" or spoken.startswith("zh"):
            parts.append(("en", " ".join(_LATIN.findall(text))))
        for language, part in parts:
            found = {**self._facets(language).find(part), **found}
        return found

    def _point(self, number: int, shown: tuple[str, ...], spoken: Language) -> tuple[str, str]:
        """Return the passage that an answer's n-th point is about, and the point's words.

        The points are the sections below the passage shown first, else its list,
        whose points may name sections of the same document.
        """
        passage = self._corpus.get(shown[0], spoken) if shown else None
        if passage is None:
            return "", ""
        children = self._corpus.children(passage)
        if 0 < number <= len(children):
            return children[number - 1].id, children[number - 1].title
        lists = [b.statements for b in passage.blocks if b.kind == "list"]
        points = [statement for statements in lists for statement in statements]
        if not 0 < number <= len(points):
            return "", ""
        point = points[number - 1]
        label = _BOLD.match(point)
        named = set(analysis.terms(label.group(1) if label else plain(point), spoken))
        titled = {
            other.id: other.title
            for other in self._corpus.passages(spoken)
            if other.document == passage.document and other != passage
        }
        fits = {key: _overlap(named, set(analysis.terms(titled[key], spoken))) for key in titled}
        best = max(fits, key=lambda key: fits[key], default="")
        if best and fits[best] >= _SAME:
            return best, titled[best]
        point = plain(point)
        return passage.id, point


def _overlap(first: set[str], second: set[str]) -> float:
    """Return the Jaccard index of two sets of terms."""
    return len(first & second) / (len(first | second) or 1)


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


def _asked_again(question: Question, text: str) -> tuple[str, Question]:
    """Return the last earlier question that asks for more than another language, as asked then."""
    for position in range(len(question.history) - 1, -1, -1):
        asked = requested_language(question.history[position].question)[1]
        if asked:
            return asked, replace(question, history=question.history[:position])
    return text, question


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
