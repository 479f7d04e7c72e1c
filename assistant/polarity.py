"""Tell whether one sentence turns another round: by a negation, an opposite, another sense.

Two checks, for two kinds of sentences. One that repeats a statement nearly word for word
has nearly its vector too, so there the words decide: a negation more or less, or a word
whose opposite the statement has (`data/negation.yaml`). For one in words of its own a
logistic regression over the two vectors weighs how it departs from the statement. It is
fitted on statements of the corpus put in other words, their meaning kept or turned.

Measured on `tests/data/support/turned.jsonl`: the words catch 0.65 of 1,260 turns that change
little else, and 0.004 of what keeps its meaning. Over five parts by passage, the regression
tells 0.68 of the turns in other words, with 0.05 of false alarms; turns by other writers
(`pairs.jsonl`, held back) are caught by the whole check in 0.39 only.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from assistant import analysis
from assistant.regression import fit_logistic
from assistant.types import Language

if TYPE_CHECKING:
    import numpy as np

STORED = Path(__file__).resolve().parent / "data" / "polarity.npz"
_RIDGE = 1_000.0
# From this share of common words the shorter of two texts repeats the other.
_REPEATS = 0.85
# One word of so few may differ too.
_LEAST = 4
_UNIT = re.compile(r"[\u3400-\u9fff]|\w+")


@dataclass(frozen=True, slots=True)
class _Lists:
    harmless: re.Pattern[str]
    negators: re.Pattern[str]
    opposites: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]


@dataclass(frozen=True, slots=True)
class Polarity:
    """Scores how likely a sentence says the opposite of something in a statement.

    Args:
        weights: one for each feature, and the bias last; empty where none were fitted for
            the embedding model, and every score is 0.
    """

    weights: np.ndarray

    @classmethod
    def load(cls, model: str, file: Path = STORED) -> Polarity:
        """Read what was fitted for a model."""
        import numpy as np

        with np.load(file, allow_pickle=False) as stored:
            known = str(stored["model"]) == model
            return cls(stored["weights"].astype(np.float32) if known else np.zeros(0))

    def score(self, sentence: np.ndarray, statement: np.ndarray) -> float:
        """Return the log-odds, from two unit vectors, that the one turns the other round."""
        if not len(self.weights):
            return 0.0
        row = features(sentence[None], statement[None])[0]
        return float(row @ self.weights[:-1] + self.weights[-1])


def contradicts(sentence: str, statement: str, language: Language) -> bool:
    """Whether a sentence repeats a statement but for a negation or an opposite."""
    one, two = _comparable(sentence, language), _comparable(statement, language)
    words, others = Counter(_UNIT.findall(one)), Counter(_UNIT.findall(two))
    shorter = min(words.total(), others.total())
    changed = shorter - (words & others).total()
    if changed > max((1 - _REPEATS) * shorter, shorter >= _LEAST):
        return False
    lists = _lists("zh" if language.startswith("zh") else language)
    turns = [len(lists.negators.findall(lists.harmless.sub(" ", text))) for text in (one, two)]
    return (turns[0] - turns[1]) % 2 == 1 or _opposed(one, two, lists)


def _opposed(one: str, two: str, lists: _Lists) -> bool:
    """Whether a text has a word for which the other has only the opposite."""
    return any(
        first.search(one)
        and second.search(two)
        and not second.search(one)
        and not first.search(two)
        for pair in lists.opposites
        for first, second in (pair, pair[::-1])
    )


@cache
def _lists(key: str) -> _Lists:
    text = files("assistant").joinpath("data/negation.yaml").read_text(encoding="utf-8")
    own = yaml.load(text, Loader=yaml.CSafeLoader)[key]
    return _Lists(
        re.compile("|".join(own["harmless"]) or r"(?!)"),
        re.compile("|".join(own["negators"])),
        tuple((re.compile(one), re.compile(two)) for one, two in own["opposites"]),
    )


def _comparable(text: str, language: Language) -> str:
    return (analysis.simplify(text, language) if language.startswith("zh") else text).casefold()


def features(sentences: np.ndarray, statements: np.ndarray) -> np.ndarray:
    """Return what the regression sees: distances, products and differences.

    Args:
        sentences: unit vectors, a row each.
        statements: those that they are compared with, as many.

    Returns:
        a row for each, three times as long.
    """
    import numpy as np

    apart = sentences - statements
    return np.hstack([np.abs(apart), sentences * statements, apart])


def fit(sentences: np.ndarray, statements: np.ndarray, turned: np.ndarray) -> np.ndarray:
    """Fit the weights on pairs of vectors and whether the one turns the other round.

    Every statement is a sample of itself too: repeating it turns nothing.
    """
    import numpy as np

    x = np.vstack([features(sentences, statements), features(statements, statements)])
    y = np.append(turned, np.zeros(len(statements)))
    centre, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-4)
    weights = fit_logistic((x - centre) / spread, y, _RIDGE)
    raw = weights[:-1] / spread
    return np.append(raw, weights[-1] - float(raw @ centre)).astype(np.float32)


def save(weights: np.ndarray, model: str, file: Path = STORED) -> None:
    """Write fitted weights for `load`."""
    import numpy as np

    np.savez_compressed(file, model=np.array(model), weights=weights.astype(np.float32))
