"""Small real stand-ins and builders that several test modules use."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

from assistant.corpus import Corpus, read_document
from assistant.types import Passage

DIMENSION = 16
MATTER = """\
---
title: "{title}"
language: {language}
source:
  publisher: A publisher
  title: A handbook
  language: en
---

"""


class InterruptedHere(Exception):
    """Stands for whatever ends a process in the middle of its work."""


class HashedWords(Embeddings):
    """A bag of words: each word has a fixed direction, a text the direction of their sum.

    Texts that share words are near each other. What it was given is in
    `embedded`; after `allowed` texts it raises `InterruptedHere`.
    """

    def __init__(self, name: str = "hashed words", allowed: int | None = None) -> None:
        self.name = name
        self.allowed = allowed
        self.embedded: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors = []
        for text in texts:
            if self.allowed is not None and len(self.embedded) >= self.allowed:
                raise InterruptedHere
            self.embedded.append(text)
            vectors.append(self.embed_query(text))
        return vectors

    def embed_query(self, text: str) -> list[float]:
        total = sum((_direction(word) for word in re.findall(r"\w+", text.casefold())), _NOWHERE)
        return [float(value) for value in total / np.linalg.norm(total)]


_NOWHERE = np.full(DIMENSION, 1e-3)


def _direction(word: str) -> np.ndarray:
    digest = hashlib.blake2b(word.encode(), digest_size=DIMENSION).digest()
    return np.frombuffer(digest, dtype=np.uint8).astype(np.float64) - 127.5


def write(folder: Path, name: str, body: str, *, title: str = "A guide") -> Path:
    """Write `<document>/<language>.md` below `folder`, with front matter above `body`."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    matter = MATTER.format(title=title, language=file.stem)
    file.write_text(matter + body, encoding="utf-8")
    return file


def read(folder: Path, name: str, body: str, *, title: str = "A guide") -> list[Passage]:
    """Write a document and read its passages."""
    return read_document(write(folder, name, body, title=title))


def corpus_of(folder: Path, bodies: dict[str, str]) -> Corpus:
    """Write and read a corpus, given as bodies by `<document>/<language>.md`."""
    return Corpus(p for name, body in bodies.items() for p in read(folder, name, body))


def by_id(passages: Iterable[Passage]) -> dict[str, Passage]:
    """Return passages of one language by the last part of their id."""
    return {passage.id.partition("/")[2]: passage for passage in passages}
