"""Find the passages that answer a query: meaning and words together, one hit a passage."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from assistant.corpus import Corpus
from assistant.glossary import DOCUMENT
from assistant.keywords import Keywords
from assistant.library import DOCUMENT as LIBRARY
from assistant.types import Hit, Language, Passage, Query

if TYPE_CHECKING:
    import numpy as np
    from langchain_core.embeddings import Embeddings

    from assistant.index import Index, Neighbour

# Fitted by softmax over the candidates of 619 golden questions not held back: over five parts of
# them, Recall@1 is 0.880 on the part left out, where the weights set by hand before had 0.843. What
# no single question tells was set by its effect on cases: what is pointed at goes first, a route's
# sections nearly so, and a follow-up's facets need more weight than a question's own words leave.
MEANING, WORDS = 0.5, 0.5
NEAREST_PIECE = 0.8
OWN_LANGUAGE = 0.3
FACET = 0.05
DETAIL = 0.12
CELL = 0.14
FOCUS = 2.0
ROUTED = 0.5
TERM = 0.1
ACTION = 0.05
OTHER_VALUE = 0.14
SAME_DOCUMENT = 0.07
_HANDFUL = 7
_REMEMBERED = 32


class Retriever:
    """Searches the index and the words of a corpus."""

    def __init__(self, corpus: Corpus, index: Index, embeddings: Embeddings) -> None:
        self._corpus = corpus
        self._index = index
        self._embeddings = embeddings
        self.keywords = Keywords(corpus)
        self.vector = lru_cache(maxsize=_REMEMBERED)(self._vector)

    def _vector(self, text: str) -> np.ndarray:
        """Return the unit vector of a question."""
        import numpy as np

        return np.asarray(self._embeddings.embed_query(text), dtype=np.float32)

    def search(self, query: Query, k: int = 10) -> list[Hit]:
        """Return up to k hits, best first, in the query's language where a passage has it.

        Meaning is how near a passage and its nearest piece are, in the query's
        language and, since the variants of a passage say the same, on average in
        the others. Words are BM25 in the query's language. Each is brought to 0..1
        before they are mixed. Passages whose facets the query names are lifted, and held back
        are details that it does not ask for, and what is about another year or level than its.
        """
        nearest = self._nearest(query)
        meaning = _scaled(_meaning(nearest, query.spoken), from_zero=False)
        words = self._words(query)
        facets = self._facets(query)
        routed = {p.id for p in self._corpus.passages(query.language) if p.route == query.route}
        parts = {
            key: {
                "meaning": MEANING * meaning.get(key, 0.0),
                "words": WORDS * words.get(key, 0.0),
                "facet": FACET * facets.get(key, 0.0) + CELL * self._is_cell(key, query),
                "focus": FOCUS * (key == query.focus)
                + ROUTED * (key in routed)
                + SAME_DOCUMENT * (key.partition("/")[0] == query.document),
                "detail": -DETAIL * self._is_unasked_detail(key, query)
                - OTHER_VALUE * self._is_about_another(key, query)
                - TERM * key.startswith(f"{DOCUMENT}/")
                - ACTION * key.startswith(f"{LIBRARY}/"),
            }
            for key in {*meaning, *words, *facets, *routed, *filter(None, (query.focus,))}
        }
        scores = {key: sum(given.values()) for key, given in parts.items()}
        best = sorted(scores, key=lambda key: (-scores[key], key))[:k]
        return [self._hit(key, query, parts[key], nearest.get(key, {})) for key in best]

    def _words(self, query: Query) -> dict[str, float]:
        """Return the BM25 scores of the query, and of its parts in another script."""
        found = _scaled(self.keywords[query.spoken].scores(query.text), from_zero=True)
        for language, part in query.foreign:
            for key, score in _scaled(self.keywords[language].scores(part), from_zero=True).items():
                found[key] = max(found.get(key, 0.0), score)
        return found

    def _nearest(self, query: Query) -> dict[str, dict[Language, list[Neighbour]]]:
        """Return the pieces near the query by passage id and language."""
        vector = self.vector(query.text)
        found: dict[str, dict[Language, list[Neighbour]]] = {}
        for language in self._index.languages:
            for neighbour in self._index.nearest(vector, query.spoken, language):
                by_language = found.setdefault(neighbour.passage.id, {})
                by_language.setdefault(language, []).append(neighbour)
        return found

    def _facets(self, query: Query) -> dict[str, float]:
        """Return how much of what the query names each passage has, 0..1.

        A facet that few passages have (the third aspect) says more than one that
        many have (an area), so each counts by its squared rarity.
        """
        lifts: dict[str, float] = {}
        for facet, values in query.facets.items():
            having = [
                passage.id
                for passage in self._corpus.passages(query.language)
                if passage.facets.get(facet) in values
            ]
            weight = self._rarity(len(having), query.language) ** 2 / len(query.facets)
            for key in having:
                lifts[key] = lifts.get(key, 0.0) + weight
        return lifts

    def _is_cell(self, key: str, query: Query) -> bool:
        """Whether a passage has a value of every one of several facets that the query names."""
        facets = self._shown(key, query.language).facets
        return len(query.facets) > 1 and all(
            facets.get(facet) in values for facet, values in query.facets.items()
        )

    def _is_about_another(self, key: str, query: Query) -> bool:
        """Whether a passage has another value of a facet than the query names: year three for one.

        Questions that differ in a number alone are near in meaning.
        """
        facets = self._shown(key, query.language).facets
        return any(
            facet in facets and facets[facet] not in values
            for facet, values in query.facets.items()
        )

    def _is_unasked_detail(self, key: str, query: Query) -> bool:
        """Whether a passage is one cell of a table that the query does not ask for.

        Such are the four levels of an aspect and the topics of an interview guide:
        alike among themselves, they would crowd out what says it in general.
        """
        passage = self._shown(key, query.language)
        within = len(passage.facets) > len(passage.own_facets) > 0
        return within and not any(facet in query.facets for facet in passage.own_facets)

    def _rarity(self, having: int, language: Language) -> float:
        """Return 1 for a facet of a handful of passages, towards 0 for one of nearly all."""
        total = len(self._corpus.passages(language))
        if having <= _HANDFUL:
            return 1.0
        return math.log(total / having) / math.log(max(total, 2 * _HANDFUL) / _HANDFUL)

    def _hit(
        self,
        key: str,
        query: Query,
        parts: Mapping[str, float],
        nearest: Mapping[Language, list[Neighbour]],
    ) -> Hit:
        passage = self._shown(key, query.language)
        spoken = nearest.get(query.spoken, [])
        own = nearest.get(passage.language, [])
        top = max(own, key=lambda neighbour: neighbour.centred, default=None)
        return Hit(
            passage=passage,
            score=round(sum(parts.values()), 4),
            via=tuple(name for name, given in parts.items() if given > 0),
            similarity=max((neighbour.cosine for neighbour in spoken or own), default=0.0),
            statement=top.piece.statement if top else "",
            parts=MappingProxyType({name: round(given, 4) for name, given in parts.items()}),
        )

    def _shown(self, key: str, language: Language) -> Passage:
        variants = self._corpus.variants(key)
        return variants.get(language) or next(iter(variants.values()))


def _meaning(
    nearest: Mapping[str, Mapping[Language, list[Neighbour]]], spoken: Language
) -> dict[str, float]:
    """Fold the variants of each passage into one similarity.

    A question is nearer to text of its own language. So that a passage of one
    language only is neither favoured nor held back, each other language is first
    moved by the mean difference over the passages that exist in both. A variant
    out of reach counts as the farthest of its language.
    """
    values: dict[Language, dict[str, float]] = {}
    for language in {language for by_language in nearest.values() for language in by_language}:
        near = {key: by[language] for key, by in nearest.items() if language in by}
        floor = min(neighbour.centred for found in near.values() for neighbour in found)
        values[language] = {key: _nearness(found, floor) for key, found in near.items()}
    own = values.pop(spoken, {})
    folded: dict[str, list[float]] = {}
    for scores in values.values():
        both = scores.keys() & own.keys()
        shift = sum(own[key] - scores[key] for key in both) / len(both) if both else 0.0
        for key, score in scores.items():
            folded.setdefault(key, []).append(score + shift)
    means = {key: sum(scores) / len(scores) for key, scores in folded.items()}
    return {
        key: OWN_LANGUAGE * own.get(key, means.get(key, 0.0))
        + (1 - OWN_LANGUAGE) * means.get(key, own.get(key, 0.0))
        for key in own.keys() | means.keys()
    }


def _nearness(near: Sequence[Neighbour], floor: float) -> float:
    """Mix how near the nearest piece and the whole passage are."""
    piece = max((n.centred for n in near if n.piece.kind != "passage"), default=floor)
    whole = next((n.centred for n in near if n.piece.kind == "passage"), floor)
    return NEAREST_PIECE * piece + (1 - NEAREST_PIECE) * whole


def _scaled(scores: Mapping[str, float], *, from_zero: bool) -> dict[str, float]:
    """Bring scores to 0..1, the lowest (or zero) to 0 and the highest to 1."""
    if not scores:
        return {}
    lowest = 0.0 if from_zero else min(scores.values())
    reach = max(scores.values()) - lowest or 1.0
    return {key: (score - lowest) / reach for key, score in scores.items()}
