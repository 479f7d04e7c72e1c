"""Measure answers without a model: how long they take, and what they find next to three peers.

    python tests/benchmarks/answers.py [--out FILE] [--repeats N]
    python tests/benchmarks/answers.py --xquad FILE [--language L]
        [--documents FILE2 --document-language L2] [--out FILE]

Needs `pip install -e '.[benchmark]'`; nothing is downloaded while it runs. The peers are
described in `peers.py`. Without `--xquad`, it runs on the golden questions that have an answer
and prints, for all of them and for the held-back third,

- Recall@1, Recall@5, nDCG@10 and MRR (of the first ten) per language, where a listed section
  stands also for the sections below it. Peers get the questions of one turn only; ours is
  shown on those, and with the follow-ups too;
- each peer's figures over ours;
- the median time of `ask` over that of the bare embedding of the same question, warm and
  alternating, so that a busy machine slows both.

The peers are told the question's language; we find it out, and fall back on it, as on the page
of that language. The corpus carries other phrasings of what its passages answer: ours and
BM25 have them, while the vectors of the peers are of the plain text. The golden questions that
are not held back also fitted how sure we must be to answer, so the held-back third counts most.

With `--xquad`, paragraphs are the passages, and Recall@1, Recall@5 and MRR are printed;
`--documents` takes the paragraphs from another file, aligned by order, for questions in one
language and documents in another. The format is that of XQuAD and SQuAD:

    {"data": [{"title": "Bees", "paragraphs": [
        {"context": "Bees dance to tell where flowers are.",
         "qas": [{"id": "1", "question": "How do bees tell where flowers are?"}]}]}]}
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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import peers
import xquad
from figures import OURS, figures, ratios, table, versions

from assistant import LANGUAGES, Assistant, Settings
from assistant.errors import AssistantError
from assistant.evaluation import Golden, Outcome, evaluate, read_golden
from assistant.models import load_embeddings

QUESTIONS = Path(__file__).resolve().parents[1] / "data" / "golden.jsonl"
BAR = 4.0
MEASURED = ("recall@1", "recall@5", "ndcg@10", "mrr")
WITH_FOLLOWUPS = "ours, with follow-ups"
_WARM_UP = 12


@dataclass(frozen=True, slots=True)
class Latency:
    """Median milliseconds over `samples` pairs of one answer and one bare embedding."""

    ask: float
    embed: float
    samples: int

    @property
    def ratio(self) -> float:
        return self.ask / self.embed


def measure_latency(
    assistant: Assistant, goldens: Sequence[Golden], repeats: int
) -> dict[str, Latency]:
    """Time `ask` and `embed_query` in turns, each first every other time; "all" is over all."""
    embed = load_embeddings(assistant.settings).embed_query
    for golden in goldens[:: max(1, len(goldens) // _WARM_UP)]:
        embed(golden.turns[-1])
        assistant.ask(golden.turns[-1])
    asks: dict[str, list[float]] = defaultdict(list)
    embeds: dict[str, list[float]] = defaultdict(list)
    for turn, golden in enumerate(list(goldens) * repeats):
        steps: list[tuple[dict[str, list[float]], Callable[[str], object]]] = [
            (embeds, embed),
            (asks, assistant.ask),
        ]
        for taken, step in steps if turn % 2 else reversed(steps):
            start = time.perf_counter()
            step(golden.turns[-1])
            milliseconds = 1000 * (time.perf_counter() - start)
            taken[golden.language].append(milliseconds)
            taken["all"].append(milliseconds)
    return {
        name: Latency(
            statistics.median(asks[name]), statistics.median(embeds[name]), len(asks[name])
        )
        for name in ("all", *LANGUAGES)
        if name in asks
    }


def search_golden(
    assistant: Assistant, answerable: Sequence[Golden], single: Sequence[Golden]
) -> dict[str, list[Outcome]]:
    """Return the outcomes of ours and of each peer."""
    both = evaluate(assistant, answerable)
    ancestors = both[0].ancestors
    corpus = assistant.corpus
    embeddings = load_embeddings(assistant.settings)
    words = {code: peers.keywords(corpus.passages(code), code) for code in LANGUAGES}
    mixed = {
        code: peers.fused(peers.meaning(corpus.passages(code), embeddings), words[code])
        for code in LANGUAGES
    }
    searches = {
        "tutorial": peers.tutorial(corpus),
        "BM25": peers.by_language(words),
        "e5 + BM25": peers.by_language(mixed),
    }
    return {
        OURS: [outcome for outcome in both if len(outcome.golden.turns) == 1],
        **{peer: peers.outcomes(search, single, ancestors) for peer, search in searches.items()},
        WITH_FOLLOWUPS: both,
    }


def golden_report(repeats: int) -> dict[str, Any]:
    """Measure on the golden questions that have an answer."""
    answerable = [g for g in read_golden(QUESTIONS) if g.passages and not g.refuse]
    single = [golden for golden in answerable if len(golden.turns) == 1]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        assistant = Assistant.open(Settings.load(data=Path(folder)))
        # Before torch is loaded, whose threads would be in the way.
        latency = measure_latency(assistant, single, repeats)
        found = search_golden(assistant, answerable, single)
        passages = {code: len(assistant.corpus.passages(code)) for code in LANGUAGES}
    return {
        "questions_from": QUESTIONS.name,
        "passages": passages,
        "latency": {
            name: {**asdict(taken), "ratio": taken.ratio} for name, taken in latency.items()
        },
        "bar": BAR,
        **compared(found, MEASURED),
    }


def xquad_report(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure on the paragraphs of an XQuAD file, or of two aligned ones."""
    asked = xquad.read(arguments.xquad)
    searched = xquad.read(arguments.documents) if arguments.documents else asked
    language = arguments.language
    document_language = arguments.document_language or language
    found = xquad.measure(asked, searched, language, document_language)
    return {
        "questions_from": arguments.xquad.name,
        "documents_from": (arguments.documents or arguments.xquad).name,
        "language": language,
        "document_language": document_language,
        "passages": {document_language: len(searched)},
        **compared(found, xquad.MEASURED),
    }


def compared(found: Mapping[str, Sequence[Outcome]], measured: Sequence[str]) -> dict[str, Any]:
    absolute = figures(found, measured)
    rivals = [system for system in found if system not in (OURS, WITH_FOLLOWUPS)]
    relative = ratios(absolute, rivals)
    return {"measured": list(measured), "figures": absolute, "relative_to_ours": relative}


def show(report: Mapping[str, Any]) -> None:
    """Print a report: what it was made with, the latency where it was taken, a table a part."""
    print(f"{report['date']}, {report['machine']}")
    print(", ".join(f"{package} {number}" for package, number in report["versions"].items()))
    print(f"{report['questions_from']}, passages: {report['passages']}")
    for part, systems in report["figures"].items():
        shown = table(systems, report["relative_to_ours"][part], report["measured"])
        print(f"\n{part.capitalize()}\n\n{shown}")
    if "latency" not in report:
        return
    print()
    for name, taken in report["latency"].items():
        print(
            f"{name:8} ask {taken['ask']:6.1f} ms, bare embedding {taken['embed']:6.1f} ms, "
            f"ratio {taken['ratio']:.2f}"
        )
    ratio = report["latency"]["all"]["ratio"]
    verdict = "within" if ratio <= report["bar"] else "ABOVE"
    print(f"\nratio {ratio:.2f}, {verdict} the bar of {report['bar']:g}")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the run as JSON here")
    parser.add_argument("--repeats", type=int, default=2, help="times each question is timed")
    parser.add_argument("--xquad", type=Path, metavar="FILE", help="questions in XQuAD's format")
    parser.add_argument("--documents", type=Path, metavar="FILE", help="paragraphs, aligned")
    parser.add_argument("--language", choices=LANGUAGES, help="of the questions of --xquad")
    parser.add_argument("--document-language", choices=LANGUAGES, help="of --documents")
    arguments = parser.parse_args()
    if arguments.repeats < 1:
        parser.error("--repeats must be at least 1")
    if bool(arguments.xquad) != bool(arguments.language):
        parser.error("give --xquad and --language together")
    if bool(arguments.documents) != bool(arguments.document_language):
        parser.error("give --documents and --document-language together")
    if arguments.documents and not arguments.xquad:
        parser.error("--documents needs the questions, --xquad")
    return arguments


def main() -> None:
    """Measure, print, and write JSON where a file is given."""
    arguments = parse()
    if missing := peers.missing_packages():
        sys.exit(f"error: {', '.join(missing)} not installed; pip install -e '.[benchmark]'")
    if arguments.out and not arguments.out.parent.is_dir():
        sys.exit(f"error: {arguments.out.parent}: no such folder; make it, or change --out")
    os.environ.update(HF_HUB_OFFLINE="1", TQDM_DISABLE="1")
    try:
        found = xquad_report(arguments) if arguments.xquad else golden_report(arguments.repeats)
    except (AssistantError, xquad.FileError) as error:
        sys.exit(f"error: {error}")
    report = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "versions": versions(),
        **found,
    }
    if arguments.out:
        text = json.dumps(report, indent=2, ensure_ascii=False)
        arguments.out.write_text(text + "\n", encoding="utf-8")
    show(report)


if __name__ == "__main__":
    main()
