"""The term list is kept: a term is rendered the same way throughout the corpus."""

from __future__ import annotations

import math
import re

import pytest
import yaml

from assistant import analysis
from assistant.corpus import Corpus, plain
from assistant.settings import Settings
from assistant.types import LANGUAGES, Language, Passage

# Now and then a sentence says it with a pronoun, or the word means something else.
KEPT = 0.9

SETTINGS = Settings()
TERMS: dict[str, dict[Language, list[str]]] = yaml.safe_load(
    (SETTINGS.corpus / "terms.yaml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus.read(SETTINGS.corpus)


def text_of(passage: Passage) -> str:
    return f"{passage.title}\n{plain(passage.text)}".casefold()


def says(text: str, rendering: str, language: Language) -> bool:
    """Whether every word of a rendering stands in a text, whatever its ending."""
    if language.startswith("zh"):
        return rendering.casefold() in text
    words = analysis.words(text, language)
    stems = [
        word[: max(3, math.ceil(0.6 * len(word)))] for word in analysis.words(rendering, language)
    ]
    return all(any(word.startswith(stem) for word in words) for stem in stems)


def test_every_term_has_a_rendering_in_every_language() -> None:
    others = set(LANGUAGES) - {"en"}
    assert {term: others - set(row) for term, row in TERMS.items() if others - set(row)} == {}


@pytest.mark.parametrize("term", TERMS)
def test_term_is_rendered_the_same_way_throughout(term: str, corpus: Corpus) -> None:
    pattern = re.compile(rf"\b{re.escape(term)}(s|es)?\b")
    passages = [p for p in corpus.passages("en") if pattern.search(text_of(p))]
    assert passages, f"{term!r} stands nowhere in English; remove it from terms.yaml"
    for language, renderings in TERMS[term].items():
        elsewhere = [
            other.id
            for passage in passages
            if (other := corpus.get(passage.id, language))
            and not any(says(text_of(other), r, language) for r in renderings)
        ]
        assert len(elsewhere) <= round((1 - KEPT) * len(passages), 6), (
            language,
            renderings,
            elsewhere,
        )
