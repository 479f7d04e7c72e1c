"""Find the passages that answer a query: meaning and words together, one hit a passage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from assistant.corpus import Corpus
from assistant.keywords import KeywordIndex
from assistant.types import LANGUAGES, Hit, Language, Passage, Query

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from assistant.index import Index, Neighbour

# Chosen on the development questions (tests/data): see the README's evaluation.
MEANING, WORDS = 0.6, 0.4
FACET = 0.35
OTHER_LANGUAGE = 0.9


class Retriever:
    """Searches the index and the words of a corpus."""

    def __init__(self, corpus: Corpus, index: Index, embeddings: Embeddings) -> None:
        self._corpus = corpus
        self._index = index
        self._embeddings = embeddings
        self.keywords: Mapping[Language, KeywordIndex] = {
            language: KeywordIndex(corpus.passages(language), language) for language in LANGUAGES
        }

    def search(self, query: Query, k: int = 10) -> list[Hit]:
        """Return up to k hits, best first, in the query's language where a passage has it.

        Meaning is the mean of a passage's own similarity and that of its nearest
        piece, best language first; words are BM25 in the query's language. Each
        is brought to 0..1 before they are mixed. Passages whose facets the query
        names are lifted.
        """
        nearest = self._nearest(query)
        meaning = _scaled({key: _meaning(found) for key, found in nearest.items()}, from_zero=False)
        words = _scaled(self.keywords[query.language].scores(query.text), from_zero=True)
        facets = self._facets(query)
        scores = {
            key: MEANING * meaning.get(key, 0.0)
            + WORDS * words.get(key, 0.0)
            + FACET * facets.get(key, 0.0)
            for key in meaning.keys() | words.keys() | facets.keys()
        }
        best = sorted(scores, key=lambda key: (-scores[key], key))[:k]
        hits = []
        for key in best:
            via = tuple(
                name
                for name, found in (("meaning", meaning), ("words", words), ("facet", facets))
                if found.get(key, 0.0) > 0
            )
            hits.append(self._hit(key, query.language, scores[key], via, nearest.get(key, {})))
        return hits

    def _nearest(self, query: Query) -> dict[str, dict[Language, list[Neighbour]]]:
        """Return the pieces near the query by passage id and language."""
        import numpy as np

        vector = np.asarray(self._embeddings.embed_query(query.text), dtype=np.float32)
        found: dict[str, dict[Language, list[Neighbour]]] = {}
        for language in self._index.languages:
            for neighbour in self._index.nearest(vector, query.language, language):
                by_language = found.setdefault(neighbour.passage.id, {})
                by_language.setdefault(language, []).append(neighbour)
        return {
            key: {
                **({query.language: own} if (own := by.get(query.language)) else {}),
                **{code: near for code, near in by.items() if code != query.language},
            }
            for key, by in found.items()
        }

    def _facets(self, query: Query) -> dict[str, float]:
        """Return the share of the query's facets that each passage has."""
        if not query.facets:
            return {}
        shares = {}
        for passage in self._corpus.passages(query.language):
            named = sum(passage.facets.get(f) in values for f, values in query.facets.items())
            if named:
                shares[passage.id] = named / len(query.facets)
        return shares

    def _hit(
        self,
        key: str,
        language: Language,
        score: float,
        via: tuple[str, ...],
        nearest: Mapping[Language, list[Neighbour]],
    ) -> Hit:
        passage = self._shown(key, language)
        own = nearest.get(passage.language, [])
        top = max(own, key=lambda neighbour: neighbour.centred, default=None)
        return Hit(
            passage=passage,
            score=round(score, 4),
            via=via,
            similarity=max((neighbour.cosine for neighbour in own), default=0.0),
            statement=top.piece.statement if top else "",
        )

    def _shown(self, key: str, language: Language) -> Passage:
        variants = self._corpus.variants(key)
        return variants.get(language) or next(iter(variants.values()))


def _meaning(by_language: Mapping[Language, list[Neighbour]]) -> float:
    """Fold a passage's variants: its own language's similarity, or a better foreign one's.

    The first language is the question's own where the passage has it.
    """
    folded = []
    for position, near in enumerate(by_language.values()):
        best = max(neighbour.centred for neighbour in near)
        whole = next((n.centred for n in near if n.piece.kind == "passage"), 0.0)
        folded.append((best + whole) / 2 * (1.0 if position == 0 else OTHER_LANGUAGE))
    return max(folded)


def _scaled(scores: Mapping[str, float], *, from_zero: bool) -> dict[str, float]:
    """Bring scores to 0..1, the lowest (or zero) to 0 and the highest to 1."""
    if not scores:
        return {}
    lowest = 0.0 if from_zero else min(scores.values())
    reach = max(scores.values()) - lowest or 1.0
    return {key: (score - lowest) / reach for key, score in scores.items()}
