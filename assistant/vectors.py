"""The vectors of texts, looked up by content hash before any is computed.

Those of the shipped corpus lie in `data/vectors/<document>.<language>.npz`, eight
bits a value: indexing five thousand texts takes minutes, reading their vectors a
moment. An edited text has another hash and is embedded anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.corpus import plain
from assistant.types import Language, Passage

if TYPE_CHECKING:
    import numpy as np
    from langchain_core.embeddings import Embeddings

SHIPPED = Path(__file__).resolve().parent / "data" / "vectors"
_SHORT = 40
_SHORT_HAN = 12


@dataclass(frozen=True, slots=True)
class Piece:
    """A text of a passage that gets a vector: the whole, a heading, or a statement.

    `statement` is the verbatim statement, "" for the whole and for headings.
    """

    kind: str
    text: str
    statement: str = ""


def pieces(passage: Passage) -> list[Piece]:
    """Return the texts of a passage that are embedded, the whole passage first.

    Short points ("scalability") are embedded below their title, without which
    they could mean anything.
    """
    found = [Piece("passage", f"{passage.title}\n{plain(passage.text)}")]
    found += [
        Piece("heading", text) for text in (passage.title, passage.question, *passage.asked) if text
    ]
    short = _SHORT_HAN if passage.language.startswith("zh") else _SHORT
    for statement in passage.statements:
        text = plain(statement)
        if len(text) < short:
            text = f"{passage.title}: {text}"
        found.append(Piece("statement", text, statement))
    return found


def fingerprint(model: str, *texts: str) -> str:
    """Hash texts for a model: equal only when every text and the model are equal."""
    return hashlib.sha256("\0".join((model, *texts)).encode()).hexdigest()[:24]


class VectorStore:
    """Shipped vectors by fingerprint; computes those that are not shipped.

    Args:
        embeddings: the model, whose `name` is part of every fingerprint.
        folder: where the shipped vectors lie.
    """

    def __init__(self, embeddings: Embeddings, model: str, folder: Path = SHIPPED) -> None:
        self._embeddings = embeddings
        self._model = model
        self._folder = folder
        self._loaded: dict[tuple[str, str], dict[str, np.ndarray]] = {}
        self._computed: dict[str, np.ndarray] = {}

    def vectors(self, passages: Sequence[Passage]) -> list[list[np.ndarray]]:
        """Return the vectors of each passage's pieces, computing those that are not shipped."""
        keyed = [
            [(fingerprint(self._model, piece.text), piece.text) for piece in pieces(passage)]
            for passage in passages
        ]
        known: dict[str, np.ndarray] = dict(self._computed)
        for passage in passages:
            known |= self._shipped(passage.document, passage.language)
        missing = {key: text for row in keyed for key, text in row if key not in known}
        if missing:
            fresh = dict(zip(missing, self.compute(list(missing.values())), strict=True))
            self._computed |= fresh
            known |= fresh
        return [[known[key] for key, _ in row] for row in keyed]

    def compute(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Embed texts as unit vectors, float32 of the model's dimension."""
        import numpy as np

        vectors = np.asarray(self._embeddings.embed_documents(list(texts)), dtype=np.float32)
        return list(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    def forget(self) -> None:
        """Drop what was read and computed, once it is in the index."""
        self._loaded.clear()
        self._computed.clear()

    def _shipped(self, document: str, language: str) -> dict[str, np.ndarray]:
        if (document, language) not in self._loaded:
            self._loaded[document, language] = load(self._folder / f"{document}.{language}.npz")
        return self._loaded[document, language]


def load(file: Path) -> dict[str, np.ndarray]:
    """Read a vector file as unit vectors by fingerprint; empty where the file is missing."""
    import numpy as np

    if not file.is_file():
        return {}
    with np.load(file, allow_pickle=False) as stored:
        vectors = stored["vectors"].astype(np.float32)
        keys = stored["keys"]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return dict(zip(keys.tolist(), vectors, strict=True))


def ship(
    passages: Iterable[Passage],
    store: VectorStore,
    model: str,
    folder: Path = SHIPPED,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[int, int]:
    """Write the vector files of the passages; return how many were computed and reused."""
    import numpy as np

    groups: dict[tuple[str, Language], list[Passage]] = {}
    for passage in passages:
        groups.setdefault((passage.document, passage.language), []).append(passage)
    folder.mkdir(parents=True, exist_ok=True)
    computed = reused = 0
    for (document, language), group in sorted(groups.items()):
        texts = {fingerprint(model, p.text): p.text for passage in group for p in pieces(passage)}
        file = folder / f"{document}.{language}.npz"
        known = {key: vector for key, vector in load(file).items() if key in texts}
        fresh = [key for key in texts if key not in known]
        reused += len(known)
        for start in range(0, len(fresh), 32):
            batch = fresh[start : start + 32]
            known |= dict(zip(batch, store.compute([texts[key] for key in batch]), strict=True))
            computed += len(batch)
            progress(len(batch))
        if fresh or len(load(file)) != len(known):
            keys = sorted(known)
            matrix = np.stack([known[key] for key in keys])
            scale = np.abs(matrix).max(axis=1, keepdims=True) / 127
            np.savez(file, keys=np.array(keys), vectors=np.round(matrix / scale).astype(np.int8))
    return computed, reused
