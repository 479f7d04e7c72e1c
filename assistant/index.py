"""The index: vectors in Chroma, a collection a language, kept equal to the corpus.

A sync writes what is new, then the manifest, then removes what vanished. Only
what the manifest lists is ever found, so a sync interrupted anywhere leaves the
old index whole, and the next one clears what was left over.

Vectors are stored with their language's mean subtracted, which makes similarities
comparable between languages (measured: Recall@5 for what exists only in another
language rises from 23 to 80 percent). The mean stays as it is until the number of
passages has changed by a fifth; then that language is written anew. Of fewer than
five passages it would say nothing, and is zero.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from assistant.errors import IndexMismatch, ModelError
from assistant.settings import Settings
from assistant.types import Language, Passage
from assistant.vectors import Piece, VectorStore, fingerprint, pieces

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

FORMAT = 1
_MANIFEST = "cx-manifest"
_BATCH = 64
_DELETED = 1000
_NEAREST = 300
_MEAN_TOLERANCE = 0.2
_FEWEST = 5
_SHORTEST = 1e-3


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A piece of a passage near a question.

    `cosine` is the raw similarity (exact where the piece is in the question's
    language), `centred` the one after the means are subtracted, which alone
    compares between languages.
    """

    passage: Passage
    piece: Piece
    cosine: float
    centred: float


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, in passages (of one language each), and how long it took."""

    added: int
    removed: int
    unchanged: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Mean:
    """A language's mean vector, and the number of passages it was taken over."""

    vector: np.ndarray
    passages: int

    @property
    def tag(self) -> str:
        return hashlib.sha256(self.vector.tobytes()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A passage in the manifest: its content hash, and each vector's length once centred."""

    hash: str
    lengths: tuple[float, ...]


class Index:
    """The vectors of all passages, in a Chroma folder or on a Chroma server.

    Args:
        settings: where Chroma is.
        store: where vectors come from.
        model: the embedding model's name; an index of another one is refused.

    Raises:
        IndexMismatch: on `sync`, when another model or format built the index.
    """

    def __init__(self, settings: Settings, store: VectorStore, model: str) -> None:
        settings.make_data_folder()
        self._store = store
        self._model = model
        self._lock = FileLock(settings.data / "index.lock")
        # Stands from before the first write of a sync until all is tidy: looking for
        # leftovers takes half a second, which a start that changes nothing can save.
        self._unfinished = settings.data / "index.unfinished"
        self._client = _connect(settings)
        self._generation = ""
        self._means: dict[Language, _Mean] = {}
        self._entries: dict[Language, dict[str, _Entry]] = {}
        self._collections: dict[Language, Collection] = {}
        self._cut: dict[tuple[Language, str], tuple[Passage, list[Piece]]] = {}
        self._shown: dict[str, tuple[Passage, list[Piece], _Entry]] = {}

    def sync(
        self,
        passages: Iterable[Passage],
        *,
        rebuild: bool = False,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> SyncReport:
        """Make the index equal to `passages`; `progress` is told (done, total) passages.

        Raises:
            IndexMismatch: another model or format built the index and `rebuild` is off.
        """
        start = time.perf_counter()
        by_language: dict[Language, list[Passage]] = {}
        for passage in passages:
            by_language.setdefault(passage.language, []).append(passage)
        with self._lock:
            before = (self._generation, self._means, self._entries, self._collections)
            try:
                self._read_manifest(rebuild=rebuild)
                old_entries = self._entries
                if rebuild or not self._generation:
                    self._generation = uuid.uuid4().hex[:8]
                    self._means, self._entries, self._collections = {}, {}, {}
                added = self._write(by_language, progress)
            except BaseException:
                self._generation, self._means, self._entries, self._collections = before
                raise
            if self._unfinished.exists():
                self._tidy()
                self._unfinished.unlink()
        self._store.forget()
        self._show(by_language)
        kept = {entry.hash for entries in self._entries.values() for entry in entries.values()}
        gone = [
            e for entries in old_entries.values() for e in entries.values() if e.hash not in kept
        ]
        total = sum(len(group) for group in by_language.values())
        seconds = round(time.perf_counter() - start, 3)
        return SyncReport(added, len(gone), total - added, seconds)

    def _write(
        self, by_language: dict[Language, list[Passage]], progress: Callable[[int, int], None]
    ) -> int:
        """Store what is new and write the manifest; return the number of new passages."""
        self._means = dict(self._means)
        for language, group in by_language.items():
            mean = self._means.get(language)
            if mean is None or abs(len(group) - mean.passages) > _MEAN_TOLERANCE * mean.passages:
                self._means[language] = self._mean(group)
        wanted = {
            language: {passage.id: (self._hash(passage), passage) for passage in group}
            for language, group in by_language.items()
        }
        new = [
            (key, passage)
            for language, items in wanted.items()
            for identity, (key, passage) in items.items()
            if (known := self._entries.get(language, {}).get(identity)) is None or known.hash != key
        ]
        listed = sum(len(entries) for entries in self._entries.values())
        if not new and listed == sum(len(items) for items in wanted.values()):
            return 0
        self._unfinished.touch()
        lengths: dict[str, tuple[float, ...]] = {}
        for start in range(0, len(new), _BATCH):
            batch = new[start : start + _BATCH]
            lengths |= self._add(batch)
            progress(start + len(batch), len(new))
        self._entries = {
            language: {
                identity: _Entry(key, lengths[key])
                if key in lengths
                else self._entries[language][identity]
                for identity, (key, _) in items.items()
            }
            for language, items in wanted.items()
        }
        self._means = {language: self._means[language] for language in by_language}
        self._write_manifest()
        return len(new)

    def _hash(self, passage: Passage) -> str:
        texts = (piece.text for piece in self._pieces_of(passage))
        return fingerprint(self._model, self._means[passage.language].tag, passage.id, *texts)

    def _mean(self, passages: Sequence[Passage]) -> _Mean:
        import numpy as np

        wholes = [vectors[0] for vectors in self._store.vectors(passages)]
        if len(passages) < _FEWEST:
            return _Mean(np.zeros_like(wholes[0]), len(passages))
        mean = np.stack(wholes).mean(axis=0)
        return _Mean(np.asarray(np.round(mean, 6), dtype=np.float32), len(passages))

    def _add(self, batch: Sequence[tuple[str, Passage]]) -> dict[str, tuple[float, ...]]:
        """Store a batch of passages; return each one's lengths by its hash."""
        import numpy as np

        rows: dict[Language, tuple[list[str], list[np.ndarray]]] = {}
        lengths: dict[str, tuple[float, ...]] = {}
        stored = self._store.vectors([passage for _, passage in batch])
        for (key, passage), vectors in zip(batch, stored, strict=True):
            centred = np.stack(vectors) - self._means[passage.language].vector
            norms = np.maximum(np.linalg.norm(centred, axis=1), _SHORTEST)
            lengths[key] = tuple(round(float(norm), 5) for norm in norms)
            ids, units = rows.setdefault(passage.language, ([], []))
            ids += [f"{key}:{position}" for position in range(len(vectors))]
            units += list(centred / norms[:, None])
        for language, (ids, units) in rows.items():
            self._collection(language).upsert(ids=ids, embeddings=units)
        return lengths

    def _show(self, by_language: dict[Language, list[Passage]]) -> None:
        """Remember what each stored vector stands for."""
        self._shown = {
            (entry := self._entries[language][passage.id]).hash: (
                passage,
                self._pieces_of(passage),
                entry,
            )
            for language, group in by_language.items()
            for passage in group
        }
        self._cut.clear()

    def _pieces_of(self, passage: Passage) -> list[Piece]:
        """Return a passage's pieces, cut once a sync."""
        key = passage.language, passage.id
        if key not in self._cut or self._cut[key][0] is not passage:
            self._cut[key] = passage, pieces(passage)
        return self._cut[key][1]

    @property
    def model(self) -> str:
        """The name of the embedding model."""
        return self._model

    @property
    def dimension(self) -> int:
        """The length of a vector; 0 while nothing is indexed."""
        return next((len(mean.vector) for mean in self._means.values()), 0)

    @property
    def languages(self) -> tuple[Language, ...]:
        return tuple(language for language, entries in self._entries.items() if entries)

    def nearest(self, vector: np.ndarray, spoken: Language, language: Language) -> list[Neighbour]:
        """Return the pieces in `language` nearest to a question, nearest first.

        Args:
            vector: the question's unit vector.
            spoken: the question's language, whose mean is subtracted from it.
            language: whose passages are searched.
        """
        import numpy as np

        if not self._entries.get(language):
            return []
        mean = self._means[language].vector
        spoken_mean = self._means[spoken].vector if spoken in self._means else mean
        offset = vector - spoken_mean
        reach = float(np.linalg.norm(offset))
        result = self._collection(language).query(
            query_embeddings=[offset / reach], n_results=_NEAREST, include=["distances"]
        )
        # For a stored unit vector u = (d - m) / n:  q·d = q·m + n (q·u), and
        # q·u = reach · centred + s·u with s the spoken mean, where m·u = (1 - m·m - n²) / 2n.
        at_mean, length = float(vector @ mean), float(mean @ mean)
        found: list[Neighbour] = []
        distances = (result["distances"] or [[]])[0]
        for identity, distance in zip(result["ids"][0], distances, strict=True):
            key, _, position = identity.partition(":")
            shown = self._shown.get(key)
            if shown is None:
                continue
            passage, parts, entry = shown
            centred, norm = 1.0 - float(distance), entry.lengths[int(position)]
            cosine = at_mean + norm * reach * centred + (1.0 - length - norm * norm) / 2.0
            found.append(Neighbour(passage, parts[int(position)], cosine, centred))
        return found

    def _collection(self, language: Language) -> Collection:
        if language not in self._collections:
            self._collections[language] = self._client.get_or_create_collection(
                f"cx-{self._generation}-{language}",
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine", "ef_search": 400}},
            )
        return self._collections[language]

    def _read_manifest(self, *, rebuild: bool) -> None:
        import numpy as np

        record = self._manifest().get(ids=["manifest"], include=["documents"])
        if not record["documents"]:
            self._generation = ""
            return
        stored: dict[str, Any] = json.loads(record["documents"][0])
        built, needed = f"format {stored['format']}", f"format {FORMAT}"
        if built == needed:
            built, needed = stored["model"], self._model
        if built != needed and not rebuild:
            raise IndexMismatch(
                f"the index was built with {built}, but {needed} is configured; "
                "build it anew with 'cx-assistant index --rebuild'"
            )
        if stored["generation"] != self._generation:
            self._generation, self._collections = stored["generation"], {}
        if built != needed:
            return
        self._means = {
            language: _Mean(np.asarray(vector, dtype=np.float32), passages)
            for language, (vector, passages) in stored["means"].items()
        }
        self._entries = {
            language: {key: _Entry(value[0], tuple(value[1])) for key, value in entries.items()}
            for language, entries in stored["passages"].items()
        }

    def _write_manifest(self) -> None:
        stored = {
            "format": FORMAT,
            "model": self._model,
            "generation": self._generation,
            "means": {
                language: ([round(float(value), 6) for value in mean.vector], mean.passages)
                for language, mean in self._means.items()
            },
            "passages": {
                language: {key: (entry.hash, entry.lengths) for key, entry in entries.items()}
                for language, entries in self._entries.items()
            },
        }
        self._manifest().upsert(ids=["manifest"], documents=[json.dumps(stored)], embeddings=[1.0])

    def _manifest(self) -> Collection:
        return self._client.get_or_create_collection(_MANIFEST, embedding_function=None)

    def _tidy(self) -> None:
        """Remove what the manifest does not list, whoever left it."""
        for language, entries in self._entries.items():
            collection = self._collection(language)
            if collection.count() == sum(len(entry.lengths) for entry in entries.values()):
                continue
            current = {entry.hash for entry in entries.values()}
            ids = collection.get(include=[])["ids"]
            strays = [identity for identity in ids if identity.partition(":")[0] not in current]
            for start in range(0, len(strays), _DELETED):
                collection.delete(ids=strays[start : start + _DELETED])
        named = {_MANIFEST, *(f"cx-{self._generation}-{code}" for code in self._entries)}
        for collection in self._client.list_collections():
            if collection.name.startswith("cx-") and collection.name not in named:
                self._client.delete_collection(collection.name)


def _connect(settings: Settings) -> ClientAPI:
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    quiet = ChromaSettings(anonymized_telemetry=False)
    if not settings.chroma_host:
        return chromadb.PersistentClient(str(settings.index_path), settings=quiet)
    try:
        return chromadb.HttpClient(settings.chroma_host, settings.chroma_port, settings=quiet)
    except ValueError as error:
        raise ModelError(
            f"no Chroma server answers at {settings.chroma_host}:{settings.chroma_port}; "
            "start it, or unset CX_CHROMA_HOST"
        ) from error
