"""The index: counts, refusals, similarities, and syncs that are interrupted anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings as ChromaSettings
from helpers import HashedWords, InterruptedHere, corpus_of

from assistant.corpus import Corpus
from assistant.errors import AssistantError, IndexMismatch, ModelError
from assistant.index import Index, SyncReport
from assistant.settings import Settings
from assistant.types import Language
from assistant.vectors import VectorStore, pieces

OLD = {
    "rivers": "Rivers carry water to the sea. They rise in the mountains.",
    "bread": "Bread is baked from flour and water. It needs time.",
    "clocks": "Clocks measure time by counting. Some count drops of water.",
    "bridges": "Bridges cross rivers. They carry people and bread.",
    "paper": "Paper is made from wood. It keeps what people write.",
    "glass": "Glass is molten sand. It lets light through.",
}
EDITED = {**OLD, "bread": "Bread is baked from rye. It keeps for a week."}
GROWN = {**OLD, "iron": "Iron rusts.", "salt": "Salt keeps food.", "silk": "Silk is spun by worms."}
CHANGED = {
    **{name: text for name, text in EDITED.items() if name != "paper"},
    "iron": "Iron rusts in water.",
}
QUESTIONS = ("where do rivers go", "what is bread made of", "how is time measured")
Found = dict[tuple[str, str], tuple[str, float, float]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(data=tmp_path / "data")


def small(folder: Path, sections: Mapping[str, str], languages: Iterable[str] = ("en",)) -> Corpus:
    """A corpus of one document with a passage for each section, other words in each language."""
    return corpus_of(
        folder,
        {
            f"guide/{code}.md": "\n\n".join(
                f"## {name} {code} {{#{name}}}\n\n{text}" for name, text in sections.items()
            )
            for code in languages
        },
    )


def opened(settings: Settings, embeddings: HashedWords | None = None) -> Index:
    embeddings = embeddings or HashedWords()
    store = VectorStore(embeddings, embeddings.name, settings.data / "no-vectors")
    return Index(settings, store, embeddings.name)


def counts(report: SyncReport) -> tuple[int, int, int]:
    return report.added, report.removed, report.unchanged


def found(index: Index, language: Language = "en") -> Found:
    """What some questions find: by question and piece, its passage and its similarities."""
    return {
        (question, n.piece.text): (n.passage.id, n.cosine, n.centred)
        for question in QUESTIONS
        for n in index.nearest(vector_of(question), language, language)
    }


def passages_in(found: Found) -> set[str]:
    return {passage for passage, *_ in found.values()}


def agree(first: Found, second: Found) -> bool:
    """Whether two searches found the same passages, at the same similarities.

    A piece may be missing in one: Chroma's graph does not reach every vector
    while others lie beside it that are to be deleted.
    """
    return passages_in(first) == passages_in(second) and all(
        first[key][1:] == pytest.approx(second[key][1:], abs=1e-3)
        for key in first.keys() & second.keys()
    )


def vector_of(question: str) -> np.ndarray:
    return np.asarray(HashedWords().embed_query(question), dtype=np.float32)


def chroma(settings: Settings) -> Any:
    """Chroma itself, past our index."""
    quiet = ChromaSettings(anonymized_telemetry=False)
    return chromadb.PersistentClient(str(settings.index_path), settings=quiet)


def stored(settings: Settings) -> dict[str, set[str]]:
    """Every collection of vectors in Chroma, and what lies in it."""
    return {
        collection.name: set(collection.get(include=[])["ids"])
        for collection in chroma(settings).list_collections()
        if collection.name != "cx-manifest"
    }


def vectors_of(corpus: Corpus) -> int:
    return sum(len(pieces(passage)) for passage in corpus)


# --- the counts


def test_first_sync_adds_every_passage(settings: Settings, tmp_path: Path) -> None:
    report = opened(settings).sync(small(tmp_path, OLD, ("en", "pl")))
    assert counts(report) == (12, 0, 0)


def test_second_sync_of_the_same_corpus_touches_and_embeds_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    corpus = small(tmp_path, OLD)
    opened(settings).sync(corpus)
    before = stored(settings)
    embeddings = HashedWords()
    assert counts(opened(settings, embeddings).sync(corpus)) == (0, 0, 6)
    assert embeddings.embedded == []
    assert stored(settings) == before


def test_edited_passage_counts_as_added_and_removed(settings: Settings, tmp_path: Path) -> None:
    opened(settings).sync(small(tmp_path, OLD))
    assert counts(opened(settings).sync(small(tmp_path, EDITED))) == (1, 1, 5)


def test_only_what_was_edited_is_embedded_again(settings: Settings, tmp_path: Path) -> None:
    opened(settings).sync(small(tmp_path, OLD))
    embeddings = HashedWords()
    edited = small(tmp_path, EDITED)
    opened(settings, embeddings).sync(edited)
    bread = edited.get("guide/bread", "en")
    assert bread is not None
    assert sorted(embeddings.embedded) == sorted(piece.text for piece in pieces(bread))


def test_removed_passage_is_counted_and_no_longer_found(settings: Settings, tmp_path: Path) -> None:
    opened(settings).sync(small(tmp_path, OLD))
    index = opened(settings)
    kept = {name: text for name, text in OLD.items() if name != "bread"}
    assert counts(index.sync(small(tmp_path, kept))) == (0, 1, 5)
    assert passages_in(found(index)) == {f"guide/{name}" for name in kept}


def test_growth_by_a_fifth_writes_that_language_anew_and_no_other(
    settings: Settings, tmp_path: Path
) -> None:
    both = small(tmp_path, OLD, ("en", "pl"))
    opened(settings).sync(both)
    grown = [*small(tmp_path, GROWN, ("en",)), *both.passages("pl")]
    assert counts(opened(settings).sync(grown)) == (9, 6, 6)


def test_language_that_vanished_is_removed(settings: Settings, tmp_path: Path) -> None:
    opened(settings).sync(small(tmp_path, OLD, ("en", "pl")))
    index = opened(settings)
    assert counts(index.sync(small(tmp_path, OLD, ("en",)))) == (0, 6, 6)
    assert index.languages == ("en",)
    assert index.nearest(vector_of("bread"), "pl", "pl") == []
    assert [name.rpartition("-")[2] for name in stored(settings)] == ["en"]


def test_corpus_that_became_empty_leaves_an_empty_index(settings: Settings, tmp_path: Path) -> None:
    opened(settings).sync(small(tmp_path, OLD))
    index = opened(settings)
    assert counts(index.sync([])) == (0, 6, 0)
    assert index.languages == ()
    assert index.nearest(vector_of("bread"), "en", "en") == []


def test_progress_ends_with_all_that_was_to_do(settings: Settings, tmp_path: Path) -> None:
    many = {f"section-{n}": f"Text number {n} of many." for n in range(130)}
    told: list[tuple[int, int]] = []
    opened(settings).sync(
        small(tmp_path, many), progress=lambda done, total: told.append((done, total))
    )
    assert [total for _, total in told] == [130] * len(told)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (130, 130)


# --- what is found


@pytest.mark.parametrize(("spoken", "language"), [("en", "en"), ("pl", "pl")])
def test_nearest_gives_the_raw_cosine_of_each_piece(
    settings: Settings, tmp_path: Path, spoken: Language, language: Language
) -> None:
    index = opened(settings)
    index.sync(small(tmp_path, OLD, ("en", "pl")))
    question = vector_of(QUESTIONS[0])
    neighbours = index.nearest(question, spoken, language)
    assert neighbours
    for neighbour in neighbours:
        true = float(vector_of(neighbour.piece.text) @ question)
        assert neighbour.cosine == pytest.approx(true, abs=2e-3)


def test_nearest_comes_first_and_every_piece_is_reached(settings: Settings, tmp_path: Path) -> None:
    corpus = small(tmp_path, OLD)
    index = opened(settings)
    index.sync(corpus)
    neighbours = index.nearest(vector_of("bread bread bread"), "en", "en")
    centred = [neighbour.centred for neighbour in neighbours]
    assert centred == sorted(centred, reverse=True)
    assert neighbours[0].passage.id == "guide/bread"
    assert len(neighbours) == vectors_of(corpus)


def test_language_without_passages_finds_nothing(settings: Settings, tmp_path: Path) -> None:
    index = opened(settings)
    index.sync(small(tmp_path, OLD))
    assert index.nearest(vector_of("bread"), "en", "hu") == []


def test_what_is_found_is_the_same_after_opening_anew(settings: Settings, tmp_path: Path) -> None:
    corpus = small(tmp_path, OLD)
    first, second = opened(settings), opened(settings)
    first.sync(corpus)
    second.sync(corpus)
    assert agree(found(first), found(second))


def test_language_of_a_single_passage_can_be_searched(settings: Settings, tmp_path: Path) -> None:
    index = opened(settings)
    index.sync(small(tmp_path, {"bread": OLD["bread"]}))
    neighbours = index.nearest(vector_of("bread"), "en", "en")
    assert {neighbour.passage.id for neighbour in neighbours} == {"guide/bread"}
    assert all(np.isfinite((neighbour.cosine, neighbour.centred)).all() for neighbour in neighbours)


# --- refusals


def test_index_of_another_model_is_refused_with_both_names_and_the_command(
    settings: Settings, tmp_path: Path
) -> None:
    corpus = small(tmp_path, OLD)
    opened(settings, HashedWords("model one")).sync(corpus)
    with pytest.raises(IndexMismatch) as refused:
        opened(settings, HashedWords("model two")).sync(corpus)
    for told in ("model one", "model two", "cx-assistant index --rebuild"):
        assert told in str(refused.value)


def test_refused_index_still_serves_its_own_model(settings: Settings, tmp_path: Path) -> None:
    corpus = small(tmp_path, OLD)
    opened(settings, HashedWords("model one")).sync(corpus)
    with pytest.raises(IndexMismatch):
        opened(settings, HashedWords("model two")).sync(corpus)
    assert counts(opened(settings, HashedWords("model one")).sync(corpus)) == (0, 0, 6)


def test_index_of_another_format_is_refused_with_both_formats(
    settings: Settings, tmp_path: Path
) -> None:
    corpus = small(tmp_path, OLD)
    opened(settings).sync(corpus)
    manifest = chroma(settings).get_collection("cx-manifest")
    record = json.loads(manifest.get(ids=["manifest"])["documents"][0])
    changed = json.dumps({**record, "format": 99})
    manifest.update(ids=["manifest"], documents=[changed], embeddings=[[1.0]])
    with pytest.raises(IndexMismatch, match=rf"format 99.*format {record['format']}.*--rebuild"):
        opened(settings).sync(corpus)


def test_rebuild_takes_over_an_index_of_another_model(settings: Settings, tmp_path: Path) -> None:
    corpus = small(tmp_path, OLD, ("en", "pl"))
    opened(settings, HashedWords("model one")).sync(corpus)
    index = opened(settings, HashedWords("model two"))
    assert index.sync(corpus, rebuild=True).added == 12
    assert sum(map(len, stored(settings).values())) == vectors_of(corpus)
    assert counts(opened(settings, HashedWords("model two")).sync(corpus)) == (0, 0, 12)


def test_rebuild_with_the_same_model_finds_the_same(settings: Settings, tmp_path: Path) -> None:
    corpus = small(tmp_path, OLD)
    first, second = opened(settings), opened(settings)
    first.sync(corpus)
    before = found(first)
    assert second.sync(corpus, rebuild=True).added == 6
    assert agree(found(second), before)
    assert sum(map(len, stored(settings).values())) == vectors_of(corpus)


def test_chroma_server_that_does_not_answer_is_named_with_the_remedy(tmp_path: Path) -> None:
    settings = Settings.load(data=tmp_path, chroma_host="127.0.0.1", chroma_port=9)
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:9.*CX_CHROMA_HOST"):
        opened(settings)


def test_data_folder_that_cannot_be_made_is_an_error_that_can_be_mended(tmp_path: Path) -> None:
    occupied = tmp_path / "occupied"
    occupied.write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(AssistantError, match="occupied"):
        opened(Settings.load(data=occupied / "data"))


# --- interruptions


class FragileCollection:
    """A Chroma collection whose writes pass through the counter of its client."""

    def __init__(self, real: Any, count: Callable[[str], None]) -> None:
        self._real = real
        self._count = count
        self.name = real.name

    def upsert(self, **what: Any) -> None:
        self._count(f"upsert {self.name}")
        self._real.upsert(**what)

    def delete(self, **what: Any) -> None:
        self._count(f"delete {self.name}")
        self._real.delete(**what)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class FragileChroma:
    """A real Chroma client that is interrupted just before its write number `at`."""

    def __init__(self, real: Any, at: int | None) -> None:
        self._real = real
        self._at = at
        self.writes: list[str] = []

    def _count(self, what: str) -> None:
        if self._at is not None and len(self.writes) == self._at:
            raise InterruptedHere
        self.writes.append(what)

    def get_or_create_collection(self, name: str, **how: Any) -> FragileCollection:
        self._count(f"create {name}")
        real = self._real.get_or_create_collection(name, **how)
        return FragileCollection(real, self._count)

    def delete_collection(self, name: str) -> None:
        self._count(f"drop {name}")
        self._real.delete_collection(name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class FragileIndex(Index):
    """An index whose Chroma is interrupted before write number `at`, or never."""

    def __init__(self, settings: Settings, at: int | None = None) -> None:
        embeddings = HashedWords()
        store = VectorStore(embeddings, embeddings.name, settings.data / "no-vectors")
        super().__init__(settings, store, embeddings.name)
        self.chroma = FragileChroma(self._client, at)
        self._client = self.chroma  # type: ignore[assignment]


def positions(folder: Path, old: Corpus | None, new: Corpus, *, rebuild: bool) -> tuple[int, int]:
    """Return after how many writes the new manifest stands, and how many writes there are."""
    settings = Settings.load(data=folder / "counting")
    if old is not None:
        opened(settings).sync(old)
    index = FragileIndex(settings)
    index.sync(new, rebuild=rebuild)
    return index.chroma.writes.index("upsert cx-manifest") + 1, len(index.chroma.writes)


def interrupt(settings: Settings, new: Corpus, at: int, *, rebuild: bool) -> None:
    with pytest.raises(InterruptedHere):
        FragileIndex(settings, at).sync(new, rebuild=rebuild)


@dataclass(frozen=True)
class Change:
    """What a corpus of `OLD` in English and Polish becomes."""

    sections: Mapping[str, str]
    languages: tuple[str, ...] = ("en", "pl")
    rebuild: bool = False


CHANGES = [
    pytest.param(Change(CHANGED), id="edit, removal and addition"),
    pytest.param(Change(GROWN), id="growth with new means"),
    pytest.param(Change(OLD, languages=("en",)), id="a language vanishes"),
    pytest.param(Change(OLD, rebuild=True), id="rebuild"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_sync_interrupted_before_its_manifest_leaves_what_was_found_before(
    tmp_path: Path, change: Change
) -> None:
    old = small(tmp_path, OLD, ("en", "pl"))
    new = small(tmp_path, change.sections, change.languages)
    manifest, _ = positions(tmp_path, old, new, rebuild=change.rebuild)
    assert manifest > 1
    for at in range(manifest):
        settings = Settings.load(data=tmp_path / f"at-{at}")
        reader = opened(settings)
        reader.sync(old)
        before = {language: found(reader, language) for language in reader.languages}
        assert set(before) == {"en", "pl"}
        interrupt(settings, new, at, rebuild=change.rebuild)
        for language, earlier in before.items():
            assert agree(found(reader, language), earlier), f"write {at}"
        nothing_to_embed = HashedWords(allowed=0)
        anew = opened(settings, nothing_to_embed)
        assert counts(anew.sync(old)) == (0, 0, 12), f"write {at}"
        for language, earlier in before.items():
            assert agree(found(anew, language), earlier), f"write {at}"


@dataclass(frozen=True)
class Outcome:
    """What a sync finds by language, and how many vectors it leaves in Chroma."""

    found: dict[Language, Found]
    stored: int


@pytest.fixture(scope="module", params=CHANGES)
def outcomes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[int, Outcome], Outcome]:
    """Return the outcome after an interruption at each write, and without any."""
    change: Change = request.param
    folder = tmp_path_factory.mktemp("interrupted")
    old = small(folder, OLD, ("en", "pl"))
    new = small(folder, change.sections, change.languages)
    _, total = positions(folder, old, new, rebuild=change.rebuild)
    assert total > 1
    after = {}
    for at in range(total):
        settings = Settings.load(data=folder / f"at-{at}")
        opened(settings).sync(old)
        interrupt(settings, new, at, rebuild=change.rebuild)
        after[at] = outcome(settings, new)
    settings = Settings.load(data=folder / "whole")
    opened(settings).sync(old)
    return after, outcome(settings, new)


def outcome(settings: Settings, corpus: Corpus) -> Outcome:
    index = opened(settings)
    index.sync(corpus)
    return Outcome(
        {language: found(index, language) for language in index.languages},
        sum(map(len, stored(settings).values())),
    )


def test_sync_interrupted_anywhere_is_completed_by_the_next(
    outcomes: tuple[dict[int, Outcome], Outcome],
) -> None:
    interrupted, whole = outcomes
    for at, each in interrupted.items():
        assert set(each.found) == set(whole.found), f"write {at}"
        for language in whole.found:
            assert agree(each.found[language], whole.found[language]), f"write {at}"


def test_what_an_interrupted_sync_left_over_is_cleared_by_the_next(
    outcomes: tuple[dict[int, Outcome], Outcome],
) -> None:
    interrupted, whole = outcomes
    assert {at: each.stored for at, each in interrupted.items()} == dict.fromkeys(
        interrupted, whole.stored
    )


def test_interrupted_first_build_is_completed_and_leaves_nothing_over(tmp_path: Path) -> None:
    corpus = small(tmp_path, OLD, ("en", "pl"))
    _, total = positions(tmp_path, None, corpus, rebuild=False)
    left = {}
    for at in range(total):
        settings = Settings.load(data=tmp_path / f"at-{at}")
        interrupt(settings, corpus, at, rebuild=False)
        assert counts(opened(settings).sync(corpus)) == (12, 0, 0)
        left[at] = sum(map(len, stored(settings).values()))
    assert left == dict.fromkeys(range(total), vectors_of(corpus))


def test_embeddings_that_fail_midway_leave_what_was_found_before(
    settings: Settings, tmp_path: Path
) -> None:
    """The first batch of passages is stored already when the model fails in the second."""
    many = {f"section-{n}": f"Text number {n} of many." for n in range(130)}
    old = small(tmp_path, many)
    new = small(tmp_path, {name: text.replace("Text", "Prose") for name, text in many.items()})
    opened(settings).sync(old)
    before = stored(settings)
    embeddings = HashedWords(allowed=300)
    with pytest.raises(InterruptedHere):
        opened(settings, embeddings).sync(new)
    assert sum(map(len, stored(settings).values())) > sum(map(len, before.values()))
    anew = opened(settings, HashedWords(allowed=0))
    assert counts(anew.sync(old)) == (0, 0, 130)
    shown = found(anew)
    assert shown
    assert not any("Prose" in text for _, text in shown)


@pytest.mark.parametrize("change", CHANGES)
def test_index_whose_own_sync_was_interrupted_still_finds_what_it_found_before(
    tmp_path: Path, change: Change
) -> None:
    old = small(tmp_path, OLD, ("en", "pl"))
    new = small(tmp_path, change.sections, change.languages)
    settings = Settings.load(data=tmp_path / "data")
    embeddings = HashedWords()
    index = opened(settings, embeddings)
    index.sync(old)
    before = found(index), found(index, "pl")
    fragile = FragileChroma(index._client, at=1)
    index._client = fragile  # type: ignore[assignment]
    with pytest.raises(InterruptedHere):
        index.sync(new, rebuild=change.rebuild)
    assert agree(found(index), before[0])
    assert agree(found(index, "pl"), before[1])
