"""Look terms up: by name, abbreviation, inflected form, another language's name, typo, meaning.

A term is a passage of the glossary document; its heading's attributes carry its
abbreviation, other names, inflected forms, related and often confused terms, and
where the corpus uses it. Look-ups go from the surest way to the least sure, and
stop at the first that finds anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal

from rapidfuzz import fuzz, process

from assistant import analysis, dialogue
from assistant.corpus import Corpus
from assistant.types import LANGUAGES, Language, Passage

DOCUMENT = "glossary"
FIELD = f"{DOCUMENT}/customer-experience"
How = Literal["name", "form", "language", "part", "typo", "meaning", ""]
_ABBREVIATION = re.compile(r"[A-Z]{3,6}\Z")
# Similarity of 100 from which a name is misspelt: a letter weighs less in a long one.
_NEAR, _NEAR_LONG, _NEAR_HAN, _SHORT = 80.0, 90.0, 60.0, 12
_TYPO_LENGTH = 4
_LONGEST_NAME = 8
_CLAUSES = re.compile(r"[,，;；—–]\s*|[.。!！]\s+")
_LONGEST_ENDING = 5  # letters, as in "NPS-ünket"
_LONGEST_QUESTION = 200  # characters; what is longer wants more than a definition
_SHORT_ABBREVIATION = 4
_TYPED_SMALL = 3
_NEAREST = 3
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Term:
    """A term in one language: its passage, and everything it is called."""

    passage: Passage

    @property
    def id(self) -> str:
        return self.passage.id

    @property
    def title(self) -> str:
        return self.passage.title

    @property
    def abbreviations(self) -> tuple[str, ...]:
        return self._listed("abbreviation")

    @property
    def names(self) -> tuple[str, ...]:
        """The title, the abbreviations and the other names."""
        return (self.title, *self.abbreviations, *self.passage.aliases)

    @property
    def forms(self) -> tuple[str, ...]:
        """Inflected forms of the names."""
        return self._listed("forms")

    @property
    def definition(self) -> str:
        return " ".join(self.passage.blocks[0].statements)

    @property
    def related(self) -> tuple[str, ...]:
        """The ids of related terms."""
        return tuple(f"{DOCUMENT}/{name}" for name in self._listed("related"))

    @property
    def versus(self) -> tuple[str, ...]:
        """The ids of terms that it is often confused with."""
        return tuple(f"{DOCUMENT}/{name}" for name in self._listed("versus"))

    @property
    def uses(self) -> tuple[str, ...]:
        """The ids of passages that use it, the best first."""
        return self._listed("uses")

    def _listed(self, key: str) -> tuple[str, ...]:
        text = self.passage.details.get(key, "")
        return tuple(part.strip() for part in text.split(";") if part.strip())


@dataclass(frozen=True, slots=True)
class LookUp:
    """What a look-up found: one term, a choice of several, or the nearest ones.

    `how` is the way it was found, "" for a miss, whose `nearest` may help.
    """

    terms: tuple[Term, ...]
    how: How
    nearest: tuple[Term, ...] = ()


class Glossary:
    """The terms of a corpus in every language."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    def terms(self, language: Language) -> list[Term]:
        """Return all terms in reading order."""
        return list(self._languages[language].terms.values())

    def get(self, key: str, language: Language) -> Term | None:
        """Return a term, or another heading that an abbreviation names, by its id."""
        own = self._languages[language]
        return own.terms.get(key) or own.headings.get(key)

    def find(self, text: str, language: Language) -> LookUp:
        """Look a term up by what somebody typed for it, without its meaning.

        Args:
            text: a name, abbreviation or form, in any language, perhaps misspelt.
            language: the one to look in first, and to answer in.
        """
        own = self._languages[language]
        ways: tuple[tuple[How, Callable[[str], list[str]]], ...] = (
            ("name", own.named),
            ("form", own.formed),
            ("language", partial(self._elsewhere, language=language)),
            ("form", own.suffixed),
            ("part", own.containing),
            ("typo", own.misspelt),
        )
        for how, look in ways:
            found = tuple(term for key in look(text) if (term := self.get(key, language)))
            if found:
                return LookUp(found, how)
        nearest = tuple(own.terms[key] for key in own.alike(text))
        return LookUp((), "", nearest)

    def asked_for(self, text: str, language: Language) -> tuple[str, ...]:
        """Return the terms whose definition or difference a question asks for, mostly none.

        It asks for one when nothing is left of it besides the term and words of
        defining, so that no question is taken over by a term that it contains. A term
        alone does if it is an abbreviation or ends in a question mark. What follows a
        comma and asks nothing only says what the definition is for.
        """
        if len(text) > _LONGEST_QUESTION:
            return ()
        found = self._wanted(text, language)
        first, *rest = _CLAUSES.split(text, maxsplit=1)
        if found or not rest or dialogue.asks(rest[0], language):
            return found
        return self._wanted(first, language) if dialogue.names_defining(first, language) else ()

    def _wanted(self, text: str, language: Language) -> tuple[str, ...]:
        """Return the terms that a text asks for and nothing else."""
        own = self._languages[language]
        found = self._alone(text, language, *own.mentions(text))
        return found or self._alone(text, language, *self._mentions_elsewhere(text, language))

    def _alone(self, text: str, language: Language, found: list[str], rest: str) -> tuple[str, ...]:
        """Return the terms found where nothing is left but words of defining, else none."""
        if len(found) > 1 and FIELD in found and not dialogue.compares(text, language):
            found = [key for key in found if key != FIELD]  # "… in CX" only says where
        if not 1 <= len(found) <= _PAIR or not dialogue.only_defines(rest, language):
            return ()
        short = self._languages[language].is_short(text)
        asks = bool(rest.strip()) or text.rstrip().endswith(("?", "？")) or short
        return tuple(found) if asks else ()

    def _elsewhere(self, text: str, language: Language) -> list[str]:
        others = (code for code in LANGUAGES if code != language)
        return next((keys for code in others if (keys := self._languages[code].named(text))), [])

    def _mentions_elsewhere(self, text: str, language: Language) -> tuple[list[str], str]:
        for code in LANGUAGES:
            if code != language:
                found, rest = self._languages[code].mentions(text)
                if found:
                    return found, rest
        return [], text

    @cached_property
    def _languages(self) -> Mapping[Language, _Names]:
        return {code: _Names(self._corpus, code) for code in LANGUAGES}


class _Names:
    """What the terms of one language are called."""

    def __init__(self, corpus: Corpus, language: Language) -> None:
        self._language = language
        self._chinese = language.startswith("zh")
        passages = corpus.passages(language)
        found = [p for p in passages if p.document == DOCUMENT and p.parent is not None]
        self.terms = {passage.id: Term(passage) for passage in found}
        self.headings = {
            passage.id: Term(passage)
            for passage in passages
            if passage.document != DOCUMENT
            and ("aspect" in passage.own_facets or any(map(_ABBREVIATION.match, passage.aliases)))
        }

    def named(self, text: str) -> list[str]:
        key = self._key(text)
        coded = self._coded.get(text.strip(" ?？.!"), [])
        return self._names.get(key) or self._titled.get(key) or coded

    @cached_property
    def _titled(self) -> dict[str, list[str]]:
        """The aspects of the scorecard that are no terms, such as brand promise alignment."""
        aspects = (t for t in self.headings.values() if "aspect" in t.passage.own_facets)
        found = self._collect((term.id, (term.title,)) for term in aspects)
        return {name: keys for name, keys in found.items() if name not in self._names}

    @cached_property
    def _coded(self) -> dict[str, list[str]]:
        """Abbreviations that only a heading of another document has, such as CEXP."""
        found: dict[str, list[str]] = {}
        for key, term in self.headings.items():
            for alias in term.passage.aliases:
                if _ABBREVIATION.match(alias) and self._key(alias) not in self._names:
                    found.setdefault(alias, []).append(key)
        return found

    def is_short(self, text: str) -> bool:
        """Whether a text is nothing but an abbreviation."""
        return self._key(text) in self._abbreviations

    def formed(self, text: str) -> list[str]:
        """Return the terms of which a text is an inflected form, listed or by its stems."""
        listed = self._forms.get(self._key(text), [])
        return listed or self._stems.get(self._stemmed(text), [])

    def containing(self, text: str) -> list[str]:
        """Return the terms with a text among the words of the title: a choice of "level".

        Several words may stand in any other name; in Chinese, what any name ends in counts.
        """
        wanted = set(self._stemmed(text))
        if not wanted:
            return []
        if self._chinese:
            key = self._key(text)
            ending = {i for name, ids in self._names.items() if name.endswith(key) for i in ids}
            return [
                i
                for i, term in self.terms.items()
                if len(key) > 1 and (i in ending or key in self._key(term.title))
            ]
        titled = [
            key for key, term in self.terms.items() if wanted <= set(self._stemmed(term.title))
        ]
        if titled or len(wanted) == 1:
            return titled
        named = (keys for stems, keys in self._stems.items() if wanted <= set(stems))
        return list(dict.fromkeys(key for keys in named for key in keys))

    def misspelt(self, text: str) -> list[str]:
        """Return the terms with a name that a text is a misspelling of."""
        key = self._key(text)
        if len(key) < (2 if self._chinese else _TYPO_LENGTH):
            return []
        every = {**self._forms, **self._names}
        cutoff = _NEAR_HAN if self._chinese else _NEAR if len(key) <= _SHORT else _NEAR_LONG
        best = process.extract(key, list(every), scorer=fuzz.ratio, score_cutoff=cutoff, limit=3)
        top = [name for name, score, _ in best if score == best[0][1]] if best else []
        return list(dict.fromkeys(key for name in top for key in every[name]))[:_NEAREST]

    def alike(self, text: str) -> list[str]:
        """Return the terms whose names look most like a text, for a miss."""
        best = process.extract(
            self._key(text), list(self._names), scorer=fuzz.WRatio, limit=_NEAREST, score_cutoff=50
        )
        return list(dict.fromkeys(key for name, _, _ in best for key in self._names[name]))[
            :_NEAREST
        ]

    def mentions(self, text: str) -> tuple[list[str], str]:
        """Return the terms that a text names, the longest names first, and the rest of it."""
        if self._chinese:
            return self._chinese_mentions(text)
        words = text.replace("/", " / ").split()
        found: list[str] = []
        rest: list[str] = []
        position = 0
        while position < len(words):
            for length in range(min(_LONGEST_NAME, len(words) - position), 0, -1):
                piece = " ".join(words[position : position + length]).strip(" ?!.,;:\"'„”“«»()–—-")
                keys = self._mentioned(piece, len(words))
                if keys:
                    found += [key for key in keys[:1] if key not in found]
                    position += length
                    break
            else:
                rest.append(words[position])
                position += 1
        return found, " ".join(rest)

    def _mentioned(self, piece: str, words: int) -> list[str]:
        """Return what a piece of a question names; short abbreviations must look like one."""
        if not piece:
            return []
        keys = self.named(piece) or self.formed(piece) or self.suffixed(piece)
        short = len(piece) <= _SHORT_ABBREVIATION and piece.isalpha() and " " not in piece
        if short and piece.islower() and words > 1:
            abbreviated = self._key(piece) in self._abbreviations
            common = piece in analysis.function_words()[self._language]
            if not abbreviated or common or len(piece) < _TYPED_SMALL:
                return [key for key in keys if not abbreviated]
        return keys

    def suffixed(self, piece: str) -> list[str]:
        """Return what an abbreviation with an ending names: "CX-ben", "NPS-u".

        "CX-vezető" is another word, not an ending.
        """
        base, _, ending = piece.partition("-")
        if not ending.isalpha() or len(ending) > _LONGEST_ENDING:
            return []
        return self.named(base) if self._key(base) in self._abbreviations else []

    def _chinese_mentions(self, text: str) -> tuple[list[str], str]:
        rest = self._key(text)
        found: list[str] = []
        for code, keys in self._coded.items():
            if re.search(rf"(?<![A-Za-z]){code}(?![A-Za-z])", text):
                found += keys[:1]
                rest = rest.replace(code.casefold(), " ")
        for name in self._by_length:
            if name in rest and (not name.isascii() or _stands_alone(name, rest)):
                keys = self._names.get(name) or self._titled[name]
                found += [key for key in keys[:1] if key not in found]
                rest = rest.replace(name, " ")
        return found, rest

    def _key(self, text: str) -> str:
        """Return a name as names are compared: folded, simplified, without hyphens."""
        if self._chinese:
            text = analysis.simplify(text, self._language)
        folded = analysis.fold(text.strip(" ?？!！.。,，;；:：\"'„”“«»「」"))
        return " ".join(folded.replace("-", " ").replace("\u2019", "'").split())

    def _stemmed(self, text: str) -> tuple[str, ...]:
        return tuple(analysis.stem(word, self._language) for word in self._key(text).split())

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        return self._collect((term.id, term.names) for term in self.terms.values())

    @cached_property
    def _forms(self) -> dict[str, list[str]]:
        return self._collect((term.id, term.forms) for term in self.terms.values())

    @cached_property
    def _abbreviations(self) -> frozenset[str]:
        return frozenset(self._key(a) for term in self.terms.values() for a in term.abbreviations)

    @cached_property
    def _by_length(self) -> list[str]:
        return sorted({*self._names, *self._titled}, key=lambda name: (-len(name), name))

    @cached_property
    def _stems(self) -> dict[tuple[str, ...], list[str]]:
        found: dict[tuple[str, ...], list[str]] = {}
        for name, keys in {**self._forms, **self._names}.items():
            listed = found.setdefault(self._stemmed(name), [])
            listed += [key for key in keys if key not in listed]
        return found

    def _collect(self, named: Iterable[tuple[str, Sequence[str]]]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key, names in named:
            for name in names:
                listed = found.setdefault(self._key(name), [])
                if key not in listed:
                    listed.append(key)
        return found


def _stands_alone(name: str, text: str) -> bool:
    """Whether a Latin name is not part of a longer Latin word."""
    start = text.index(name)
    around = text[max(0, start - 1) : start] + text[start + len(name) : start + len(name) + 1]
    return not any(c.isascii() and c.isalnum() for c in around)
