"""BM25 over the passages of one language, with that language's analysis.

Headings, aliases and the question a passage answers count twice. BM25 votes only
on its own language: across languages it would favour whatever shares a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import bm25s
import numpy as np

from assistant import analysis
from assistant.corpus import Corpus, plain
from assistant.types import Language, Passage


class KeywordIndex:
    """BM25 (Lucene's variant, k1 1.2, b 0.75) over the passages of one language.

    Args:
        passages: all of one language.
        language: whose analysis is applied to them and to questions.
    """

    def __init__(self, passages: Sequence[Passage], language: Language) -> None:
        self._passages = passages
        self._language = language
        documents = [self._document(passage) for passage in passages]
        self._bm25 = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        if passages:
            self._bm25.index(documents, show_progress=False)
        self._terms = [frozenset(document) for document in documents]

    def _document(self, passage: Passage) -> list[str]:
        heading = "\n".join((passage.title, passage.question, *passage.aliases))
        rest = "\n".join((*passage.path, *passage.asked, plain(passage.text)))
        return 2 * analysis.terms(heading, self._language) + analysis.terms(rest, self._language)

    def scores(self, question: str) -> dict[str, float]:
        """Return the BM25 score of each passage that shares a term, by passage id."""
        known = [term for term in analysis.terms(question, self._language) if term in self.rarity]
        if not known:
            return {}
        values = self._bm25.get_scores(known)
        return {
            passage.id: float(value)
            for passage, value in zip(self._passages, values, strict=True)
            if value > 0
        }

    @cached_property
    def rarity(self) -> Mapping[str, float]:
        """The inverse document frequency of every term: ln(1 + (N - n + .5) / (n + .5))."""
        counts: dict[str, int] = {}
        for document in self._terms:
            for term in document:
                counts[term] = counts.get(term, 0) + 1
        total = len(self._terms)
        return {
            term: float(np.log(1 + (total - count + 0.5) / (count + 0.5)))
            for term, count in counts.items()
        }

    @cached_property
    def terms_of(self) -> Mapping[str, frozenset[str]]:
        """The terms of each passage, by id."""
        return {p.id: terms for p, terms in zip(self._passages, self._terms, strict=True)}


class Keywords(dict[Language, KeywordIndex]):
    """The keyword index of each language, built when it is first asked for."""

    def __init__(self, corpus: Corpus) -> None:
        super().__init__()
        self._corpus = corpus

    def __missing__(self, language: Language) -> KeywordIndex:
        self[language] = KeywordIndex(self._corpus.passages(language), language)
        return self[language]
