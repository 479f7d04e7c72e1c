"""Decide whether the corpus covers a question, per language and from measured evidence.

Three signals feed a logistic regression: the raw similarity of the nearest piece
("is it about this at all"), the share of the question's content words, weighed by
rarity, that the best passages hold, and the share that the whole corpus has never
seen, which betrays names and topics from elsewhere. The weights are fitted on the
development questions by `fit` and stored in `data/confidence.json`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from assistant import analysis, dialogue
from assistant.types import Hit, Language, Query

if TYPE_CHECKING:
    from assistant.keywords import KeywordIndex

_CONSIDERED = 3
_UNSEEN_RARITY = 5.0


@dataclass(frozen=True, slots=True)
class Weights:
    """One language's regression: what each signal adds to the log-odds of being covered."""

    bias: float
    similarity: float
    coverage: float
    unseen: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a question being covered; each between 0 and 1."""

    similarity: float
    coverage: float
    unseen: float

    @property
    def signals(self) -> Mapping[str, float]:
        return MappingProxyType({name: round(value, 3) for name, value in asdict(self).items()})


@dataclass(frozen=True, slots=True)
class Judgement:
    """How sure the evidence makes it that the corpus answers a query."""

    evidence: Evidence
    log_odds: float

    @property
    def covered(self) -> bool:
        return self.log_odds > 0

    @property
    def probability(self) -> float:
        return round(1 / (1 + math.exp(-self.log_odds)), 3)


class Confidence:
    """Judges by a language's weights whether hits answer a query."""

    def __init__(
        self, keywords: Mapping[Language, KeywordIndex], weights: Mapping[Language, Weights]
    ) -> None:
        self._keywords = keywords
        self._weights = weights

    @classmethod
    def load(cls, keywords: Mapping[Language, KeywordIndex]) -> Confidence:
        text = files("assistant").joinpath("data/confidence.json").read_text(encoding="utf-8")
        stored = json.loads(text)
        return cls(keywords, {language: Weights(**values) for language, values in stored.items()})

    def judge(self, query: Query, hits: Sequence[Hit]) -> Judgement:
        """Return the log-odds that the corpus answers the query, and what speaks for it."""
        weights = self._weights[query.spoken]
        evidence = self.evidence(query, hits)
        log_odds = (
            weights.bias
            + weights.similarity * evidence.similarity
            + weights.coverage * evidence.coverage
            + weights.unseen * evidence.unseen
        )
        return Judgement(evidence, log_odds)

    def evidence(self, query: Query, hits: Sequence[Hit]) -> Evidence:
        own = query.own if dialogue.own_words(query.own, query.spoken) else query.text
        parts = [(query.spoken, own), *query.foreign]
        total = covered = unseen = 0.0
        for language, text in parts:
            keywords = self._keywords[language]
            together: set[str] = set()
            for hit in hits[:_CONSIDERED]:
                together |= keywords.terms_of.get(hit.passage.id, frozenset())
            for variants in analysis.content_words(_own_script(text, query, language), language):
                known = [term for term in variants if term in keywords.rarity]
                weight = max((keywords.rarity[term] for term in known), default=_UNSEEN_RARITY)
                total += weight
                covered += weight * any(term in together for term in known)
                unseen += weight * (not known)
        similarity = max((hit.similarity for hit in hits), default=0.0)
        share = total or 1.0
        return Evidence(similarity, covered / share, unseen / share)


def _own_script(text: str, query: Query, language: Language) -> str:
    """Drop from a mixed question what is judged in the language of its script."""
    if language == query.spoken and query.foreign:
        return "".join(c for c in text if c.isascii() or not c.isalpha())
    return text


def fit(samples: Mapping[Language, Sequence[tuple[Evidence, bool]]]) -> dict[Language, Weights]:
    """Fit each language's weights by ridge-regularised logistic regression (Newton's method).

    Args:
        samples: for each language, the evidence of questions and whether they are covered.
    """
    import numpy as np

    fitted = {}
    for language, rows in samples.items():
        x = np.array([[1.0, e.similarity, e.coverage, e.unseen] for e, _ in rows])
        y = np.array([float(covered) for _, covered in rows])
        centre, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
        centre[0], spread[0] = 0.0, 1.0
        z = (x - centre) / spread
        weights = np.zeros(4)
        ridge = np.diag([1e-3, 0.5, 0.5, 0.5])
        sizes = np.where(y == 1, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
        for _ in range(50):
            p = 1 / (1 + np.exp(-z @ weights))
            gradient = z.T @ (sizes * (p - y)) + ridge @ weights
            hessian = (z * (sizes * p * (1 - p))[:, None]).T @ z + ridge
            weights -= np.linalg.solve(hessian, gradient)
        raw = weights / spread
        raw[0] -= float((weights[1:] * centre[1:] / spread[1:]).sum())
        fitted[language] = Weights(*(round(float(value), 4) for value in raw))
    return fitted


def save(weights: Mapping[Language, Weights]) -> str:
    """Return the weights as the text of `data/confidence.json`."""
    return json.dumps({code: asdict(values) for code, values in weights.items()}, indent=2) + "\n"
