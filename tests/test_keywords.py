"""BM25: which passages share words with a question, and how much that counts."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from helpers import read

from assistant.keywords import KeywordIndex
from assistant.types import LANGUAGES, Language

BODY = """\
## Baking {#baking aliases="loaf making"}

Dough rests before the oven. Water matters.

## Rivers {#rivers question="Where do rivers flow?"}

They carry water to the sea, past mills and towns.

## Mills {#mills}

A mill grinds grain. Its wheel turns in a stream.
"""


@pytest.fixture
def index(tmp_path: Path) -> KeywordIndex:
    return KeywordIndex(read(tmp_path, "guide/en.md", BODY), "en")


def best(index: KeywordIndex, question: str) -> str:
    scores = index.scores(question)
    return max(scores, key=scores.__getitem__)


def test_passage_with_the_words_of_the_question_scores(index: KeywordIndex) -> None:
    assert set(index.scores("How does dough rest?")) == {"guide/baking"}


def test_inflected_words_score_too(index: KeywordIndex) -> None:
    assert "guide/mills" in index.scores("grinding grains")


@pytest.mark.parametrize("question", ["", "the of and", "quantum chromodynamics", "?!"])
def test_question_without_a_shared_word_scores_nothing(index: KeywordIndex, question: str) -> None:
    assert index.scores(question) == {}


def test_every_score_is_above_zero(index: KeywordIndex) -> None:
    scores = index.scores("water of rivers and mills")
    assert len(scores) == 3
    assert all(score > 0 for score in scores.values())


def test_heading_outweighs_the_text_of_another_passage(tmp_path: Path) -> None:
    """Both passages have the word once, and are of the same length."""
    body = "## Mills {#a}\n\nWater turns wheels.\n\n## Wheels {#b}\n\nWater turns mills.\n"
    index = KeywordIndex(read(tmp_path, "guide/en.md", body), "en")
    assert best(index, "mills") == "guide/a"
    assert best(index, "wheels") == "guide/b"


def test_alias_and_question_are_found(index: KeywordIndex) -> None:
    assert best(index, "loaf") == "guide/baking"
    assert best(index, "flow") == "guide/rivers"


def test_rare_word_outweighs_a_common_one(index: KeywordIndex) -> None:
    assert index.rarity["oven"] > index.rarity["water"]
    assert best(index, "water oven") == "guide/baking"


def test_rarity_is_the_inverse_document_frequency(index: KeywordIndex) -> None:
    assert index.rarity["water"] == pytest.approx(math.log(1 + (3 - 2 + 0.5) / (2 + 0.5)))
    assert index.rarity["oven"] == pytest.approx(math.log(1 + (3 - 1 + 0.5) / (1 + 0.5)))


def test_terms_are_known_by_passage(index: KeywordIndex) -> None:
    assert set(index.terms_of) == {"guide/baking", "guide/rivers", "guide/mills"}
    assert "oven" in index.terms_of["guide/baking"]
    assert "oven" not in index.terms_of["guide/mills"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_without_passages_scores_nothing(language: Language) -> None:
    empty = KeywordIndex([], language)
    assert empty.scores("water 水 вода víz woda") == {}
    assert empty.rarity == {}
    assert empty.terms_of == {}


def test_taiwans_question_finds_the_taiwanese_passage_by_mainland_words(tmp_path: Path) -> None:
    body = "## 軟體 {#software}\n\n軟體要有品質。\n\n## 麵包 {#bread}\n\n麵包要慢慢烤。\n"
    index = KeywordIndex(read(tmp_path, "guide/zh-Hant.md", body), "zh-Hant")
    assert set(index.scores("软件质量")) >= {"guide/software"}
    assert best(index, "软件质量") == "guide/software"


def test_single_passage_can_be_searched(tmp_path: Path) -> None:
    index = KeywordIndex(read(tmp_path, "guide/en.md", "## Bread {#bread}\n\nBake it.\n"), "en")
    assert set(index.scores("bread")) == {"guide/bread"}
