"""Misspelt words are mended towards the corpus, and nothing else is touched."""

from __future__ import annotations

import pytest

from assistant.corpus import Corpus
from assistant.spelling import Spelling
from assistant.types import LANGUAGES, Language

WORDS = frozenset(
    {"customer", "interview", "picking", "journey", "metrics", "cx", "team", "satisfaction"}
)


@pytest.fixture
def spelling() -> Spelling:
    return Spelling(WORDS, "en")


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("custommer jorney", "customer journey"),
        ("intervew questions?", "interview questions?"),
        ("my CUSTMER", "my CUSTMER"),
    ],
)
def test_misspelt_word_becomes_the_known_word_nearest_to_it(
    spelling: Spelling, typed: str, mended: str
) -> None:
    assert spelling.mend(typed) == mended


@pytest.mark.parametrize(
    "text",
    [
        "customers interviewed",
        "pricing",
        "teem",
        "Momentiv",
        "We visited Custmer Ltd",
        "2022 metrics",
        "the twenty-eighth",
        "",
    ],
)
def test_known_short_distant_and_proper_words_stay_as_typed(spelling: Spelling, text: str) -> None:
    assert spelling.mend(text) == text


def test_form_of_a_known_word_stays_as_typed_where_another_form_is_near() -> None:
    words = Spelling(frozenset({"ceg", "cegunkkel"}), "hu")
    assert words.mend("a cégünknél") == "a cégünknél"
    assert words.mend("a cégunkkkel") == "a cegunkkel"


def test_first_letter_is_never_mended(spelling: Spelling) -> None:
    assert spelling.mend("satisfactoin") == "satisfaction"
    assert spelling.mend("zatisfaction") == "zatisfaction"


@pytest.mark.parametrize(
    ("language", "known", "typed", "mended"),
    [
        ("pl", "doswiadczenie", "dosswiadczenie", "doswiadczenie"),
        ("hu", "visszajelzes", "viszajelzés", "visszajelzes"),
        ("ru", "исследование", "иследование", "исследование"),
    ],
)
def test_every_alphabet_is_mended(language: Language, known: str, typed: str, mended: str) -> None:
    assert Spelling(frozenset({known}), language).mend(typed) == mended


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
def test_chinese_is_left_alone(language: Language) -> None:
    assert Spelling(frozenset({"customer"}), language).mend("custommer体验") == "custommer体验"


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_without_a_corpus_mends_nothing(language: Language) -> None:
    assert Spelling(frozenset(), language).mend("custommer клиентт") == "custommer клиентт"


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_the_corpus_itself_are_never_changed(corpus: Corpus, language: Language) -> None:
    spelling = Spelling(corpus.vocabulary[language], language)
    changed = [
        text
        for passage in corpus.passages(language)
        for text in (passage.title, passage.question)
        if spelling.mend(text) != text
    ]
    assert changed == []
