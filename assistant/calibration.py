"""Fit what is learnt from examples: the routes, and how sure to be before answering.

The routes come from the corpus's phrasings and `data/examples/`; the confidence from
the golden questions that are not held back and from `data/calibration/`, questions
that are only known to be answered by the corpus or not. Both are deterministic, so
that the same inputs give the same files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from assistant import confidence, routing
from assistant.confidence import Evidence
from assistant.evaluation import Golden, Outcome, evaluate
from assistant.types import LANGUAGES, Language

if TYPE_CHECKING:
    import numpy as np

    from assistant.conversation import Assistant

DATA = Path(__file__).resolve().parent / "data"
_BINS = 10
# The questions of `data/calibration/`: as many of each, which nobody asks.
_UNMIXED = ("covered", "outside")
_SOCIAL = ("meta", "greet", "thank")


def fit_routes(
    assistant: Assistant, progress: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Fit the routes anew and store them."""
    given = routing.samples(assistant.corpus)
    done = 0

    def embed(text: str) -> np.ndarray:
        nonlocal done
        done += 1
        progress(done, len(given))
        return assistant.vector(text)

    routing.save(routing.fit(given, embed), assistant.index.model)


def fit_confidence(assistant: Assistant, goldens: Sequence[Golden]) -> None:
    """Fit how sure to be on the golden questions that are not held back, and store it.

    Args:
        assistant: asked each of them.
        goldens: those of `questions` may be among them.
    """
    open_part = [golden for golden in goldens if not golden.held_back]
    samples: dict[Language, list[tuple[Evidence, bool]]] = {}
    usual: dict[Language, list[tuple[Evidence, bool]]] = {}
    for outcome in evaluate(assistant, open_part):
        reasons = outcome.answer.reasons
        if reasons is None or reasons.confidence is None or outcome.golden.route in _SOCIAL:
            continue
        evidence = Evidence(**reasons.evidence)
        row = (evidence, not outcome.golden.refuse)
        samples.setdefault(reasons.query.spoken, []).append(row)
        if outcome.golden.kind not in _UNMIXED:
            usual.setdefault(reasons.query.spoken, []).append(row)
    text = confidence.save(confidence.fit(samples, usual))
    (DATA / "confidence.json").write_text(text, encoding="utf-8")


def questions() -> list[Golden]:
    """Return the questions of `data/calibration/`, as golden ones without any label but one."""
    found = []
    for language in LANGUAGES:
        text = (DATA / "calibration" / f"{language}.yaml").read_text(encoding="utf-8")
        loaded: dict[str, list[str]] = yaml.load(text, Loader=yaml.CSafeLoader)
        for kind, asked in loaded.items():
            found += [
                Golden(f"{language}-{kind}-{n}", language, kind, (one,), refuse=kind == "outside")
                for n, one in enumerate(asked, start=1)
            ]
    return found


def curve(outcomes: Sequence[Outcome]) -> list[dict[str, float]]:
    """Return the calibration curve: in each tenth of confidence, how much was covered.

    Returns:
        for each tenth that occurs its number of questions, their mean confidence and
        the share of them that the corpus answers.
    """
    bins: dict[int, list[tuple[float, bool]]] = {}
    for outcome in outcomes:
        reasons = outcome.answer.reasons
        if reasons is not None and reasons.confidence is not None:
            tenth = min(_BINS - 1, int(reasons.confidence * _BINS))
            bins.setdefault(tenth, []).append((reasons.confidence, not outcome.golden.refuse))
    return [
        {
            "questions": len(rows),
            "confidence": round(sum(sure for sure, _ in rows) / len(rows), 3),
            "covered": round(sum(covered for _, covered in rows) / len(rows), 3),
        }
        for _, rows in sorted(bins.items())
    ]
