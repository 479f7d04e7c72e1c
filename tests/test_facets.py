"""Facets that a question names, as the headings of a corpus introduce them."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import corpus_of

from assistant.corpus import Corpus
from assistant.facets import FacetNames, merged
from assistant.types import LANGUAGES, Language

BODY = """\
## First and second year {#early stage=year-1-2 aliases="year 1; year 2; first year; second year"}

Learn.

### First steps {#steps stage=year-1-2}

Go slowly.

## Year three {#later stage=year-3 aliases="third year; 3rd year"}

Grow.

## The finance chief {#cfo executive=cfo aliases="CFO; chief financial officer"}

Count.
"""


@pytest.fixture
def names(tmp_path: Path) -> FacetNames:
    return FacetNames(corpus_of(tmp_path, {"guide/en.md": BODY}), "en")


@pytest.mark.parametrize(
    "text",
    [
        "What do I do in year three?",
        "year 3",
        "my third year in the job",
        "the 3rd year",
        "YEAR THREE",
    ],
)
def test_facet_is_named_by_title_and_alias_in_words_and_digits(
    names: FacetNames, text: str
) -> None:
    assert names.find(text) == {"stage": frozenset({"year-3"})}


def test_question_may_name_several_values_and_several_facets(names: FacetNames) -> None:
    found = names.find("How does the CFO differ between the first year and year three?")
    assert found == {
        "stage": frozenset({"year-1-2", "year-3"}),
        "executive": frozenset({"cfo"}),
    }


@pytest.mark.parametrize(
    "text", ["What does a year bring?", "three colleagues", "officer", "a chief", ""]
)
def test_words_apart_from_a_name_are_no_facet(names: FacetNames, text: str) -> None:
    assert names.find(text) == {}


def test_heading_further_in_does_not_name_the_facet_again(names: FacetNames) -> None:
    assert names.find("What are first steps?") == {}


@pytest.mark.parametrize("text", ["What about year ten?", "year 12", "the tenth year"])
def test_number_beyond_the_corpus_is_unknown(names: FacetNames, text: str) -> None:
    assert names.find(text) == {}
    assert names.unknown(text) == ("stage",)


@pytest.mark.parametrize("text", ["year three", "year 1", "What does the CFO want?", "ten people"])
def test_what_the_corpus_has_is_not_unknown(names: FacetNames, text: str) -> None:
    assert names.unknown(text) == ()


def test_number_in_a_long_question_is_a_circumstance(names: FacetNames) -> None:
    text = (
        "Our company has sold garden furniture since year 12 of my grandmother's long reign, "
        "so which customers should a newly hired leader visit before winter comes?"
    )
    assert names.unknown(text) == ()


def test_bare_number_of_a_follow_up_is_one_of_the_facets_before(names: FacetNames) -> None:
    assert names.renumbered("and in the third?", ["stage"]) == (
        {"stage": frozenset({"year-3"})},
        (),
    )


def test_bare_number_beyond_the_corpus_is_told(names: FacetNames) -> None:
    assert names.renumbered("and in the tenth?", ["stage"]) == ({}, ("stage",))


def test_bare_number_is_nothing_to_a_facet_without_numbers(names: FacetNames) -> None:
    assert names.renumbered("and the third?", ["executive"]) == ({}, ())


def test_follow_up_keeps_the_facets_that_it_does_not_name_anew() -> None:
    own = {"stage": frozenset({"year-3"})}
    before = {"stage": frozenset({"year-1-2"}), "executive": frozenset({"cfo"})}
    assert merged(own, before) == {
        "stage": frozenset({"year-3"}),
        "executive": frozenset({"cfo"}),
    }


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "What should I do in year three?"),
        ("zh-Hans", "第三年该做什么？"),
        ("zh-Hant", "第三年該做什麼？"),
        ("pl", "Co robić w trzecim roku?"),
        ("hu", "Mit tegyek a harmadik évben?"),
        ("ru", "Что делать на третий год?"),
    ],
)
def test_third_year_is_named_in_every_language(
    corpus: Corpus, language: Language, text: str
) -> None:
    assert FacetNames(corpus, language).find(text)["stage"] == frozenset({"year-3-4"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_of_a_facet_is_named_by_its_own_heading(
    corpus: Corpus, language: Language
) -> None:
    names = FacetNames(corpus, language)
    depth: dict[tuple[str, str], int] = {}
    for passage in corpus.passages(language):
        for pair in passage.own_facets.items():
            depth[pair] = min(depth.get(pair, len(passage.path)), len(passage.path))
    missed = [
        (passage.id, facet, value)
        for passage in corpus.passages(language)
        for facet, value in passage.own_facets.items()
        if len(passage.path) == depth[facet, value]
        and value not in names.find(passage.title).get(facet, frozenset())
    ]
    assert missed == []
