"""Fit and measure the check of `support` on labelled sentences: `tests/data/support/`.

`pairs.jsonl` has sentences with the passage they cite and whether it supports them, a
third of them held back. The other files there train `entailment`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import support
from assistant.errors import InputError
from assistant.types import Language

if TYPE_CHECKING:
    from assistant.corpus import Corpus
    from assistant.support import Support, Verdict

_DATA = Path(__file__).resolve().parent / "data"
Record = dict[str, dict[str, dict[str, dict[str, float]]]]


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and a passage; the label says whether the passage supports it, or why not.

    The labels are "supported", "misattributed", "altered" (a figure), "negated" (turned
    round) and "invented".
    """

    language: Language
    passage: str
    sentence: str
    label: str
    held_back: bool

    @property
    def supported(self) -> bool:
        return self.label == "supported"


def read_pairs(folder: Path) -> list[Pair]:
    """Read `pairs.jsonl`.

    Raises:
        InputError: the file is missing, or a line is not a pair.
    """
    return [Pair(**row) for row in read_rows(folder / "pairs.jsonl", Pair.__slots__)]


def fit(
    judge: Support,
    corpus: Corpus,
    pairs: Sequence[Pair],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Fit anew how it is told whether a passage supports a sentence, and store it.

    Only the pairs that are not held back are learned from.
    """
    samples = []
    learned = [pair for pair in pairs if not pair.held_back]
    for done, pair in enumerate(learned):
        progress(done, len(learned))
        passage = corpus.get(pair.passage, pair.language)
        assert passage is not None
        claim = judge.claim(pair.sentence, pair.language)
        signs = judge.signs(claim, [passage])
        if not support.denied(signs):
            signs = replace(signs, turned=judge.turned(claim, [passage]))
        samples.append((signs, pair.supported))
    text = json.dumps(support.fit(samples), indent=1)
    (_DATA / "support.json").write_text(text + "\n", encoding="utf-8")


def check(
    judge: Support,
    corpus: Corpus,
    pairs: Sequence[Pair],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[tuple[Pair, Verdict]]:
    """Return what the check says of each pair."""
    found = []
    for done, pair in enumerate(pairs):
        progress(done, len(pairs))
        passage = corpus.get(pair.passage, pair.language)
        assert passage is not None
        found.append((pair, judge.judge(judge.claim(pair.sentence, pair.language), [passage])))
    return found


def record(judged: Sequence[tuple[Pair, Verdict]]) -> Record:
    """Return the shares that were judged rightly: by part, by language, by label.

    Returns:
        for "tuned" and "held back", for "all" and each language, for each label and
        "unsupported", all of those but "supported", the number and the share.
    """
    rights: dict[tuple[str, str, str], list[bool]] = {}
    for pair, verdict in judged:
        part = "held back" if pair.held_back else "tuned"
        labels = (pair.label,) if pair.supported else ("unsupported", pair.label)
        for language in ("all", pair.language):
            for label in labels:
                right = verdict.supported == pair.supported
                rights.setdefault((part, language, label), []).append(right)
    found: Record = {}
    for (part, language, label), rows in rights.items():
        value = {"pairs": len(rows), "right": round(sum(rows) / len(rows), 3)}
        found.setdefault(part, {}).setdefault(language, {})[label] = value
    return found


def read_rows(file: Path, keys: Collection[str]) -> list[dict[str, Any]]:
    """Read objects with exactly these keys, one a line.

    Raises:
        InputError: the file cannot be read, or a line is something else.
    """
    try:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise InputError(f"{file.name}: cannot be read; give the folder that holds it") from error
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or set(row) != set(keys):
            raise InputError(f"{file.name}, line {number}: expected {', '.join(sorted(keys))}")
    return rows
