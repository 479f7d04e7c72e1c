"""Retrieval on an XQuAD or SQuAD file: each question's right passage is its paragraph.

Ours searches a temporary corpus of the paragraphs; the peers get the bare paragraphs. The
corpus wants headings, so each paragraph there repeats its first words as its own.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import peers

from assistant import Assistant, Passage, Settings
from assistant.evaluation import DEPTH, Golden, Outcome
from assistant.models import load_embeddings
from assistant.types import Language

MEASURED = ("recall@1", "recall@5", "mrr")
_DOCUMENT = "paragraphs"
_HEADING_WORDS, _HEADING_HAN = 8, 12
_CHUNKS = 60


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with the questions about it, each an id and a text."""

    text: str
    questions: tuple[tuple[str, str], ...]


class FileError(Exception):
    """A file is not what it should be; the message says which, and what to give."""


def read(file: Path) -> list[Paragraph]:
    """Read the paragraphs of a file in XQuAD's format, which is SQuAD's.

    Raises:
        FileError: it is missing, or of another format.
    """
    try:
        articles = json.loads(file.read_text(encoding="utf-8"))["data"]
        found = [
            Paragraph(
                " ".join(paragraph["context"].split()),
                tuple((str(qa["id"]), qa["question"].strip()) for qa in paragraph["qas"]),
            )
            for article in articles
            for paragraph in article["paragraphs"]
        ]
    except OSError as error:
        raise FileError(f"{file}: {error.strerror}; give a JSON file") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileError(
            f"{file}: not in SQuAD's format ({error!r}); it needs "
            "data[].paragraphs[] with context and qas[] of id and question"
        ) from error
    if not found or not all(paragraph.text for paragraph in found):
        raise FileError(f"{file}: no paragraphs, or an empty one; each needs a context")
    return found


def goldens(
    asked: Sequence[Paragraph], searched: Sequence[Paragraph], language: Language
) -> list[Golden]:
    """Pair each question with the paragraph of the same place, and with its doubles.

    Raises:
        FileError: the two have different numbers of paragraphs.
    """
    if len(asked) != len(searched):
        raise FileError(
            f"{len(asked)} paragraphs of questions, but {len(searched)} of documents; "
            "give two files that are aligned paragraph by paragraph"
        )
    places: dict[str, list[str]] = {}
    for number, paragraph in enumerate(searched, start=1):
        places.setdefault(paragraph.text, []).append(_key(number))
    return [
        Golden(identity, language, "xquad", (text,), passages=tuple(places[paragraph.text]))
        for questions, paragraph in zip(asked, searched, strict=True)
        for identity, text in questions.questions
        if text
    ]


def write_corpus(paragraphs: Sequence[Paragraph], language: Language, folder: Path) -> None:
    """Write the paragraphs as one document by the conventions of `corpus/README.md`."""
    source = f"  publisher: XQuAD\n  title: Paragraphs\n  language: {language}"
    parts = [f"---\ntitle: Paragraphs\nlanguage: {language}\nsource:\n{source}\n---"]
    for number, paragraph in enumerate(paragraphs, start=1):
        heading = f"## {_heading(paragraph.text, language)} {{#{_anchor(number)}}}"
        parts += [heading, _as_paragraph(paragraph.text)]
    file = folder / _DOCUMENT / f"{language}.md"
    file.parent.mkdir(parents=True)
    file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _anchor(number: int) -> str:
    return f"p-{number}"


def _key(number: int) -> str:
    return f"{_DOCUMENT}/{_anchor(number)}"


def _heading(text: str, language: Language) -> str:
    if language.startswith("zh"):
        return text[:_HEADING_HAN]
    return " ".join(text.split(" ")[:_HEADING_WORDS])


def _as_paragraph(text: str) -> str:
    """Keep Markdown from taking a paragraph for a list, a quotation or the like.

    A zero-width space does, where a backslash would be kept as written.
    """
    return f"\u200b{text}" if re.match(r"\d+[.)]|[^\w\s]|_", text) else text


def measure(
    asked: Sequence[Paragraph],
    searched: Sequence[Paragraph],
    language: Language,
    document_language: Language,
) -> dict[str, list[Outcome]]:
    """Return the outcomes of ours and of each peer.

    Ours finds the question's language out, and takes `language` where it cannot; the
    keywords of the peers are those of `document_language`.

    Raises:
        FileError: the files are not aligned.
    """
    questions = goldens(asked, searched, language)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        write_corpus(searched, document_language, folder / "corpus")
        settings = Settings.load(corpus=folder / "corpus", data=folder / "data", language=language)
        assistant = Assistant.open(settings, progress=_show_progress)

        def ours(golden: Golden) -> list[str]:
            return [hit.passage.id for hit in assistant.search(golden.turns[-1], DEPTH)]

        found = {"ours": peers.outcomes(ours, questions, {})}
        passages = [
            replace(passage, title="", text=paragraph.text)
            for passage, paragraph in zip(
                assistant.corpus.passages(document_language), searched, strict=True
            )
        ]
        for peer, ranking in rankings(passages, document_language, settings).items():
            found[peer] = peers.outcomes(peers.by_language({language: ranking}), questions, {})
    return found


def _show_progress(done: int, total: int) -> None:
    print(f"indexed {done} of {total} paragraphs", file=sys.stderr)


def rankings(
    passages: Sequence[Passage], language: Language, settings: Settings
) -> dict[str, peers.Ranking]:
    """Return how each peer ranks the paragraphs; the tutorial's by its best chunk."""
    nearest = peers.Chunks().nearest("paragraphs", {p.id: p.text for p in passages})

    def tutorial(text: str) -> list[str]:
        return list(dict.fromkeys(key for key, _ in nearest(text, _CHUNKS)))

    words = peers.keywords(passages, language)
    meaning = peers.meaning(passages, load_embeddings(settings))
    return {"tutorial": tutorial, "BM25": words, "e5 + BM25": peers.fused(meaning, words)}
