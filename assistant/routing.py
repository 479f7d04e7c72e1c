"""Tell by its meaning what a question wants: an answer, a plan, a vetted offer, or nothing of ours.

A linear classifier over the question's centred vector, one language for all of them:
with each language's mean subtracted, what is asked in one language is near the same
question in another. It was fitted on the corpus's own phrasings, which are all
answered, and on the examples in `data/examples/`, by `cx-assistant eval --fit`. A line
cannot fence in all that lies outside, so a question's nearness to the examples from there
is told as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import yaml

from assistant.regression import fit_logistic
from assistant.types import LANGUAGES, Language, Query, Route

if TYPE_CHECKING:
    import numpy as np

    from assistant.corpus import Corpus

Wish = Literal["plan", "vet", "diagnose", "meta", "greet", "thank"]
Kind = Literal["ask", "outside", "plan", "vet", "diagnose", "meta", "greet", "thank"]
KINDS: tuple[Kind, ...] = get_args(Kind)
STORED = Path(__file__).resolve().parent / "data" / "routes.npz"
_RIDGE = 3.0
_NEAREST = 3
_EIGHT_BITS = 127
# A route is taken where its log-odds are at least this much, and this much above those of "ask".
_SURE: Mapping[Wish, tuple[float, float]] = {
    "plan": (2.0, 2.5),
    "vet": (1.5, 1.4),
    "diagnose": (1.5, 1.5),
    "meta": (2.0, 2.0),
    "greet": (3.0, 3.0),
    "thank": (3.0, 3.0),
}
# A question that names one of these wants to know something, however it is put.
_DETAILS = frozenset({"aspect", "sfia"})
_CLEARLY = 2.0
# So far above "ask", or among so many facts, a detail is part of the situation told and not what
# is asked about.
_BEYOND_DOUBT = 5.0
_SITUATION = 3
_ALIKE = 1.5
_PLAN_WORDS = {
    "en": r"\b(?:plan|roadmap|schedule|timetable|timeline)\b",
    "pl": r"\b(?:plan\w*|harmonogram\w*|rozpis\w*|roadmap\w*)",
    "hu": r"terv|ütemez|utemez|menetrend|roadmap",
    "ru": r"план|график|дорожн\w+ карт|распиши",
    "zh": "计划|計[畫劃]|规划|規劃|路线图|路線圖|时间表|時程",
}


@dataclass(frozen=True, slots=True)
class Router:
    """Scores a question for each kind.

    Args:
        means: each language's mean question vector.
        weights: kinds by dimensions and bias; all zero where the model is another.
        outside: the centred unit vectors of the examples from outside, a row each.
    """

    means: Mapping[Language, np.ndarray]
    weights: np.ndarray
    outside: np.ndarray

    @classmethod
    def load(cls, model: str, dimension: int, file: Path = STORED) -> Router:
        """Read what was fitted for a model; for another model every score is 0."""
        import numpy as np

        with np.load(file, allow_pickle=False) as stored:
            if str(stored["model"]) == model:
                means = dict(zip(LANGUAGES, stored["means"].astype(np.float32), strict=True))
                outside = stored["outside"].astype(np.float32) / _EIGHT_BITS
                return cls(means, stored["weights"].astype(np.float32), outside)
        nothing = np.zeros(dimension, dtype=np.float32)
        weights = np.zeros((len(KINDS), dimension + 1))
        return cls(dict.fromkeys(LANGUAGES, nothing), weights, np.zeros((0, dimension)))

    def scores(self, vector: np.ndarray, language: Language) -> dict[Kind, float]:
        """Return the log-odds of each kind for a question's unit vector."""
        features = _centred(vector, self.means[language])
        values = self.weights[:, :-1] @ features + self.weights[:, -1]
        return {kind: round(float(value), 2) for kind, value in zip(KINDS, values, strict=True)}

    def strayness(self, vector: np.ndarray, language: Language) -> float:
        """Return a question's mean cosine to the three nearest examples from outside."""
        import numpy as np

        near = self.outside @ _centred(vector, self.means[language])
        return float(np.sort(near)[-_NEAREST:].mean()) if len(near) else 0.0


def route(query: Query, scores: Mapping[Kind, float], corpus: Corpus, told: int = 0) -> Route:
    """Return the route that the scores are sure of, "ask" without one.

    Args:
        query: the question understood.
        scores: the log-odds of each kind.
        corpus: whose sections a route has.
        told: the number of facts of their situation that the person tells.
    """
    best: Wish = max(_SURE, key=lambda name: scores[name])
    if best == "diagnose" and scores["plan"] >= scores[best] - _ALIKE and _names_plan(query):
        best = "plan"
    value = scores[best]
    least, lead = _SURE[best]
    inside = (
        best in ("meta", "greet", "thank")
        or scores["outside"] < 0
        or value - scores["outside"] >= _CLEARLY
        or (best == "plan" and "stage" in query.facets and _names_plan(query))
    )
    sure = value >= least and value - scores["ask"] >= lead and inside
    told_much = best == "plan" and told >= _SITUATION
    clear = told_much or value - scores["ask"] >= _BEYOND_DOUBT
    return best if sure and not _contradicts(query, best, corpus, clear=clear) else "ask"


def _names_plan(query: Query) -> bool:
    """Whether a question has a word for a plan: a situation told at length reads like a finding."""
    words = _PLAN_WORDS["zh" if query.spoken.startswith("zh") else query.spoken]
    return re.search(words, query.text.casefold()) is not None


def _contradicts(query: Query, best: Route, corpus: Corpus, *, clear: bool) -> bool:
    """Whether a question names what the sections of a route are not about, such as year five."""
    if best in ("meta", "greet", "thank"):
        return bool(query.facets)
    if not _DETAILS.isdisjoint(query.facets) and not clear:
        return True
    return any(
        facet in passage.facets and passage.facets[facet] not in values
        for passage in corpus.passages(query.language)
        if passage.route == best
        for facet, values in query.facets.items()
    )


def examples(language: Language) -> dict[Kind, list[str]]:
    """Return the example questions of a language by kind."""
    text = files("assistant").joinpath(f"data/examples/{language}.yaml").read_text("utf-8")
    loaded: dict[Kind, list[str]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


def samples(corpus: Corpus) -> list[tuple[Language, Kind, str]]:
    """Return everything to fit on: the corpus's phrasings as "ask", and the examples."""
    found: list[tuple[Language, Kind, str]] = []
    for language in LANGUAGES:
        for passage in corpus.passages(language):
            asked = (passage.question, *passage.asked)
            found += [(language, "ask", text) for text in asked if text]
        for kind, texts in examples(language).items():
            found += [(language, kind, text) for text in texts]
    return found


def fit(given: Iterable[tuple[Language, Kind, str]], embed: Callable[[str], np.ndarray]) -> Router:
    """Fit the classifier, one kind against the rest."""
    import numpy as np

    rows = [(language, kind, embed(text)) for language, kind, text in given]
    means = {
        language: np.mean([v for code, _, v in rows if code == language], axis=0)
        for language in LANGUAGES
    }
    x = np.stack([_centred(vector, means[language]) for language, _, vector in rows])
    weights = [
        fit_logistic(x, np.array([float(kind == one) for _, kind, _ in rows]), _RIDGE)
        for one in KINDS
    ]
    outside = np.stack(
        [row for row, (_, kind, _) in zip(x, rows, strict=True) if kind == "outside"]
    )
    return Router(means, np.stack(weights), outside)


def save(router: Router, model: str, file: Path = STORED) -> None:
    """Write a fitted router for `load`."""
    import numpy as np

    means: Any = np.stack([router.means[language] for language in LANGUAGES])
    np.savez_compressed(
        file,
        model=np.array(model),
        means=means.astype(np.float32),
        weights=router.weights.astype(np.float32),
        outside=np.round(router.outside * _EIGHT_BITS).astype(np.int8),
    )


def _centred(vector: np.ndarray, mean: np.ndarray) -> np.ndarray:
    import numpy as np

    offset = vector - mean
    return np.asarray(offset / max(float(np.linalg.norm(offset)), 1e-6))
