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
from assistant.types import LANGUAGES, Hit, Language, Query, Route
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


# --- what else the query knows: where it points, what it wishes for, what it crosses


TABLE = {
    "table/en.md": """\
## Plan {#plan route=plan}

Begin with the harvest.

## North {#north side=north}

The north is cold.

### Winter up there {#north-winter season=winter}

Snow lies long.

### Summer up there {#north-summer season=summer}

Nights are bright.

## South {#south side=south}

The south is warm.

### Winter down there {#south-winter season=winter}

Rain falls often.
""",
    "other/en.md": "## Harvest {#harvest}\n\nThe harvest is late. Grain is dry.\n",
}


@pytest.fixture
def table(tmp_path: Path) -> Retriever:
    return opened(tmp_path, corpus_of(tmp_path / "table", TABLE))


def scores(retriever: Retriever, text: str, **rest: object) -> dict[str, float]:
    return {hit.passage.id: hit.score for hit in retriever.search(query(text, **rest), k=20)}


def values(**facets: str) -> dict[str, frozenset[str]]:
    return {facet: frozenset(named.split()) for facet, named in facets.items()}


def lifted(after: dict[str, float], before: dict[str, float]) -> set[str]:
    return {key for key in after if after[key] > before[key]}


def test_parts_of_a_score_add_up_to_it(table: Retriever) -> None:
    asked = query(
        "where does snow lie in winter",
        facets=values(side="north", season="winter"),
        route="plan",
        focus="other/harvest",
        document="table",
    )
    hits = table.search(asked, k=20)
    assert {name for hit in hits for name in hit.via} == {"meaning", "words", "facet", "focus"}
    for hit in hits:
        assert set(hit.parts) == {"meaning", "words", "facet", "focus", "detail"}
        assert hit.score == pytest.approx(sum(hit.parts.values()), abs=1e-3)
        assert set(hit.via) == {name for name, given in hit.parts.items() if given > 0}


def test_passage_that_a_follow_up_points_at_comes_first_whatever_its_words(
    table: Retriever,
) -> None:
    for focus in ("other/harvest", "table/south-winter"):
        first, *rest = table.search(query("snow lies long", focus=focus), k=20)
        assert first.passage.id == focus
        assert "focus" in first.via
        assert all("focus" not in hit.via for hit in rest)


@pytest.mark.parametrize(("route", "sections"), [("plan", {"table/plan"}), ("vet", set())])
def test_sections_of_a_route_are_lifted_on_it_alone(
    table: Retriever, route: Route, sections: set[str]
) -> None:
    before = scores(table, "the grain is dry")
    assert lifted(scores(table, "the grain is dry", route=route), before) == sections


def test_document_of_the_answer_before_is_lifted(table: Retriever) -> None:
    before, after = scores(table, "the harvest"), scores(table, "the harvest", document="table")
    assert lifted(after, before) == {key for key in before if key.startswith("table/")}
    assert after["other/harvest"] == before["other/harvest"]


def test_cell_that_two_facets_cross_in_is_lifted_beyond_either(table: Retriever) -> None:
    hits = table.search(query("anything", facets=values(side="north", season="winter")), k=20)
    facet = {hit.passage.id: hit.parts["facet"] for hit in hits}
    assert max(facet, key=lambda key: facet[key]) == "table/north-winter"
    sides = facet["table/north"], facet["table/south-winter"]
    assert facet["table/north-winter"] > sum(sides)
    assert facet["table/south"] == facet["other/harvest"] == 0


def test_one_facet_alone_crosses_nothing(table: Retriever) -> None:
    hits = table.search(query("anything", facets=values(side="north south")), k=20)
    facet = {hit.passage.id: hit.parts["facet"] for hit in hits}
    assert facet["table/north-winter"] == facet["table/north"] == facet["table/south"] > 0


def test_facet_of_few_passages_says_more_than_one_of_many(tmp_path: Path) -> None:
    body = "".join(
        f"## Part {n} {{#p{n} {'rare=yes' if n == 0 else 'common=yes' if n < 10 else ''}}}\n\n"
        f"Text number {n}.\n\n"
        for n in range(12)
    )
    retriever = opened(tmp_path, corpus_of(tmp_path / "many", {"guide/en.md": body}))
    found = retriever.search(query("text", facets=values(rare="yes", common="yes")), k=12)
    facet = {hit.passage.id: hit.parts["facet"] for hit in found}
    assert facet["guide/p0"] > facet["guide/p1"] == facet["guide/p9"] > facet["guide/p10"] == 0


def test_unasked_detail_of_a_table_and_another_value_are_held_back(table: Retriever) -> None:
    def held_back(**rest: object) -> set[str]:
        found = table.search(query("snow", **rest), k=20)
        return {hit.passage.id for hit in found if hit.parts["detail"] < 0}

    cells = {"table/north-winter", "table/north-summer", "table/south-winter"}
    assert held_back() == cells
    assert held_back(facets=values(side="north")) == {*cells, "table/south"}
    assert held_back(facets=values(season="winter")) == {"table/north-summer"}


# --- the same each time, however small


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
