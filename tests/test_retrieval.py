"""Finding passages: meaning and words together, one hit a passage, facets lifted."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import HashedWords, corpus_of

from assistant import Assistant
from assistant.corpus import Corpus
from assistant.index import Index
from assistant.retrieval import Retriever
from assistant.settings import Settings
from assistant.types import LANGUAGES, Hit, Language, Query
from assistant.vectors import VectorStore

BODIES = {
    "guide/en.md": """\
## Rivers {#rivers part=nature}

Rivers carry water slowly towards the distant sea. Mountains feed rivers with melting snow.

## Bread {#bread part=kitchen}

Bread is baked from flour.

## Clocks {#clocks part=kitchen}

Clocks count hours. Zanzibar has its own hours.

## Paper {#paper part=nature}

Paper is made from wood.
""",
    "guide/pl.md": """\
## Rzeki {#rivers part=nature}

Rzeki niosą wodę do morza. Góry zasilają rzeki śniegiem.

## Chleb {#bread part=kitchen}

Chleb piecze się z mąki.

## Zegary {#clocks part=kitchen}

Zegary liczą godziny.

## Papier {#paper part=nature}

Papier robi się z drewna.

## Bursztyn {#amber}

Bursztyn pochodzi z żywicy. Bałtyk wyrzuca bursztyn na brzeg.
""",
    "guide/zh-Hans.md": """\
## 河流 {#rivers part=nature}

河流带着水。

## 面包 {#bread part=kitchen}

面包用面粉烤。
""",
}


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return corpus_of(tmp_path / "corpus", BODIES)


def opened(folder: Path, corpus: Corpus) -> Retriever:
    """A retriever over an index of the corpus, without shipped vectors."""
    embeddings = HashedWords()
    store = VectorStore(embeddings, embeddings.name, folder / "no-vectors")
    index = Index(Settings.load(data=folder / "data"), store, embeddings.name)
    index.sync(corpus)
    return Retriever(corpus, index, embeddings)


@pytest.fixture
def retriever(tmp_path: Path, corpus: Corpus) -> Retriever:
    return opened(tmp_path, corpus)


def query(text: str, language: Language = "en", **rest: object) -> Query:
    return Query(text, language, rest.pop("spoken", language), **rest)  # type: ignore[arg-type]


def ids(hits: list[Hit]) -> list[str]:
    return [hit.passage.id.removeprefix("guide/") for hit in hits]


@pytest.fixture
def english(tmp_path: Path) -> Retriever:
    """Over the English file alone: hashed words know nothing of other languages."""
    only = {name: body for name, body in BODIES.items() if name == "guide/en.md"}
    return opened(tmp_path, corpus_of(tmp_path / "english", only))


def test_passage_that_says_it_comes_first(english: Retriever) -> None:
    first, *_ = english.search(query("how is bread baked from flour"))
    assert first.passage.id == "guide/bread"
    assert set(first.via) == {"meaning", "words"}


def test_variants_of_a_passage_are_one_hit_in_the_language_of_the_answer(
    retriever: Retriever, corpus: Corpus
) -> None:
    for language in ("en", "pl"):
        hits = retriever.search(query("rivers carry water", language, spoken="en"))
        assert ids(hits)[0] == "rivers"
        assert sorted(ids(hits)) == sorted({p.id.removeprefix("guide/") for p in corpus})
        shown = {hit.passage.id: hit.passage.language for hit in hits}
        assert shown["guide/rivers"] == language


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_passage_of_one_language_is_found_and_shown_in_that_language(
    retriever: Retriever, language: Language
) -> None:
    hits = retriever.search(query("Bałtyk wyrzuca bursztyn na brzeg", language, spoken="en"))
    assert (hits[0].passage.id, hits[0].passage.language) == ("guide/amber", "pl")


def test_hits_are_in_order_and_no_more_than_asked_for(retriever: Retriever) -> None:
    hits = retriever.search(query("rivers and bread and paper"), k=3)
    assert len(hits) == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert retriever.search(query("rivers and bread and paper"), k=2) == hits[:2]


def test_facet_that_is_named_lifts_its_passages(retriever: Retriever) -> None:
    plain = retriever.search(query("rivers carry water"))
    lifted = retriever.search(query("rivers carry water", facets={"part": frozenset({"kitchen"})}))
    before = {hit.passage.id: hit for hit in plain}
    for hit in lifted:
        kitchen = hit.passage.facets.get("part") == "kitchen"
        assert (hit.score > before[hit.passage.id].score) == kitchen
        assert ("facet" in hit.via) == kitchen


def test_all_values_of_a_facet_that_are_named_are_lifted(retriever: Retriever) -> None:
    both = frozenset({"kitchen", "nature"})
    hits = retriever.search(query("something", facets={"part": both}))
    assert {hit.passage.id for hit in hits if "facet" in hit.via} == {
        "guide/rivers",
        "guide/bread",
        "guide/clocks",
        "guide/paper",
    }


def test_words_vote_only_on_the_language_that_is_spoken(retriever: Retriever) -> None:
    hits = retriever.search(query("chleb piecze", "pl", spoken="pl"))
    assert "words" in hits[0].via
    assert (hits[0].passage.id, hits[0].passage.language) == ("guide/bread", "pl")
    assert all("words" not in hit.via for hit in retriever.search(query("chleb piecze")))


def test_part_in_another_script_finds_by_its_own_words(retriever: Retriever) -> None:
    without = retriever.search(query("what is 河流"))
    assert all("words" not in hit.via for hit in without)
    hits = retriever.search(query("what is 河流", foreign=(("zh-Hans", "河流"),)))
    (found,) = (hit for hit in hits if "words" in hit.via)
    assert (found.passage.id, found.passage.language) == ("guide/rivers", "en")


def test_hit_names_the_statement_nearest_to_the_question(english: Retriever) -> None:
    sentence = "Mountains feed rivers with melting snow."
    (first, *_) = english.search(query(sentence))
    assert (first.passage.id, first.statement) == ("guide/rivers", sentence)
    assert first.similarity == pytest.approx(1.0, abs=1e-3)
    (heading, *_) = english.search(query("Clocks"))
    assert (heading.passage.id, heading.statement) == ("guide/clocks", "")


def test_statement_is_of_the_passage_that_is_shown(retriever: Retriever) -> None:
    for language in ("en", "pl"):
        hits = retriever.search(query("rivers carry water", language, spoken="en"))
        assert all(hit.statement in ("", *hit.passage.statements) for hit in hits)


def test_same_question_finds_the_same_each_time(retriever: Retriever) -> None:
    asked = query("which hours does paper count")
    assert retriever.search(asked) == retriever.search(asked)


def test_language_with_a_single_passage_can_be_searched(tmp_path: Path) -> None:
    only = {"guide/en.md": "## Rivers {#rivers}\n\nRivers carry water.\n"}
    alone = opened(tmp_path, corpus_of(tmp_path / "corpus", only))
    assert ids(alone.search(query("where do rivers go"))) == ["rivers"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_shipped_passages_are_found_once_and_in_the_language(
    assistant: Assistant, language: Language
) -> None:
    for passage in assistant.corpus.passages(language)[::40]:
        hits = assistant.search(passage.question, 10, language=language)
        assert len(hits) == len(set(ids(hits))) == 10
        assert {hit.passage.language for hit in hits} == {language}
