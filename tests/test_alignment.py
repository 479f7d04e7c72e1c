"""The shipped corpus: the same in every language, with a source, and questions to offer."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from assistant.corpus import Corpus, check_alignment
from assistant.settings import Settings
from assistant.types import LANGUAGES, Language

DETAILS = {"abbreviation", "forms", "related", "versus", "uses", "formula", "example"}


@pytest.fixture(scope="module")
def folder() -> Path:
    return Settings.load().corpus


def test_corpus_has_documents_and_passages(corpus: Corpus) -> None:
    assert corpus.passages("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_is_aligned_with_english(corpus: Corpus, language: Language) -> None:
    assert check_alignment(corpus, [language]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_document_exists_in_the_language(folder: Path, language: Language) -> None:
    documents = sorted(each.name for each in folder.iterdir() if each.is_dir())
    assert documents
    assert sorted(file.parent.name for file in folder.glob(f"*/{language}.md")) == documents


def test_every_passage_has_a_source(corpus: Corpus) -> None:
    for passage in corpus:
        publisher, _, title = passage.source.partition(": ")
        assert publisher.strip(), f"{passage.language} {passage.id}"
        assert title.strip(), f"{passage.language} {passage.id}"


def test_source_is_named_alike_in_every_language(corpus: Corpus) -> None:
    for passage in corpus.passages("en"):
        assert {variant.source for variant in corpus.variants(passage.id).values()} == {
            passage.source
        }, passage.id


def test_every_heading_has_a_question(corpus: Corpus) -> None:
    """The glossary's topics only group its terms."""
    asking = [p for p in corpus if p.document != "glossary" or p.parent]
    assert [f"{p.language} {p.id}" for p in asking if not p.question] == []


def test_every_question_ends_like_one(corpus: Corpus) -> None:
    assert [f"{p.language} {p.question}" for p in corpus if p.question[-1:] not in "?？"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_headings_ask_the_same_question(corpus: Corpus, language: Language) -> None:
    """A term may be asked for as a heading is: the definition goes first."""
    asked = [p.question.casefold() for p in corpus.passages(language) if p.document != "glossary"]
    counts = Counter(asked)
    assert [question for question, count in counts.items() if count > 1] == []


def test_heading_asked_about_in_other_words_is_so_in_every_language(corpus: Corpus) -> None:
    phrased = {code: {p.id for p in corpus.passages(code) if p.asked} for code in LANGUAGES}
    assert phrased["en"]
    for language, ids in phrased.items():
        assert ids ^ phrased["en"] == set(), language


def test_no_text_holds_what_only_the_reader_of_markdown_should_see(corpus: Corpus) -> None:
    """Braces, citation marks and raw HTML would reach an answer as they are."""
    for passage in corpus:
        for mark in ("{", "}", "<", "](", "[1]", "\u200b", "\ufeff"):
            for text in (passage.title, passage.text, passage.question):
                assert mark not in text, f"{passage.language} {passage.id}: {mark}"


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
def test_chinese_text_is_in_its_own_characters(corpus: Corpus, language: Language) -> None:
    from assistant import analysis

    for passage in corpus.passages(language):
        text = "".join(analysis.HAN.findall(passage.text))
        own, other = analysis.simplify(text), analysis.to_traditional(text)
        changed_to_simplified = sum(a != b for a, b in zip(text, own, strict=False))
        changed_to_traditional = sum(a != b for a, b in zip(text, other, strict=False))
        if language == "zh-Hans":
            assert changed_to_simplified < changed_to_traditional, passage.id
        else:
            assert changed_to_simplified > changed_to_traditional, passage.id


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("route", ["plan", "vet", "diagnose"])
def test_route_leads_to_the_same_sections_in_every_language(
    corpus: Corpus, route: str, language: Language
) -> None:
    english = [passage.id for passage in corpus.passages("en") if passage.route == route]
    assert english
    assert [p.id for p in corpus.passages(language) if p.route == route] == english


def test_route_of_a_section_is_one_that_questions_can_take(corpus: Corpus) -> None:
    assert {passage.route for passage in corpus if passage.route} <= {"plan", "vet", "diagnose"}


def test_details_of_a_term_are_no_facets(corpus: Corpus) -> None:
    for passage in corpus:
        assert not DETAILS & set(passage.facets), f"{passage.language} {passage.id}"
        assert set(passage.details) <= DETAILS, f"{passage.language} {passage.id}"


def test_term_points_at_passages_and_terms_that_exist(corpus: Corpus) -> None:
    wrong = []
    for passage in corpus:
        for name in ("related", "versus", "uses"):
            for key in filter(None, map(str.strip, passage.details.get(name, "").split(";"))):
                target = key if name == "uses" else f"{passage.document}/{key}"
                if corpus.get(target, passage.language) is None or target == passage.id:
                    wrong.append(f"{passage.language} {passage.id}: {name} {key}")
    assert wrong == []


def test_term_points_alike_in_every_language(corpus: Corpus) -> None:
    for passage in corpus.passages("en"):
        for variant in corpus.variants(passage.id).values():
            for name in ("related", "versus", "uses"):
                where = f"{variant.language} {passage.id}: {name}"
                assert variant.details.get(name) == passage.details.get(name), where
