"""The glossary: every term is found by all that it is called, and no question is taken over."""

from __future__ import annotations

import ast
import operator
import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence

import pytest
from glossary_words import (
    ABBREVIATIONS_WITH_ENDINGS,
    DEFINITIONS,
    DIFFERENCES,
    INFLECTED,
    LEVEL,
    ORDINARY,
)

from assistant.corpus import Corpus
from assistant.glossary import DOCUMENT, Glossary, Term
from assistant.types import LANGUAGES, Language

ALPHABETS: dict[Language, str] = {
    "en": "abcdefghijklmnopqrstuvwxyz",
    "pl": "aąbcćdeęfghijklłmnńoóprsśtuwyzźż",
    "hu": "aábcdeéfghiíjklmnoóöőpqrstuúüűvwxyz",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
}
LEAST_FOUND = 0.95
LEAST_LETTERS = 5


@pytest.fixture(scope="module")
def glossary(corpus: Corpus) -> Glossary:
    return Glossary(corpus)


def missed(
    glossary: Glossary, language: Language, wanted: Iterable[tuple[str, str]]
) -> list[tuple[str, str, list[str]]]:
    """Return each text that does not find its term first, with what it finds instead."""
    failures = []
    for text, key in wanted:
        found = [term.id.partition("/")[2] for term in glossary.find(text, language).terms]
        if found[:1] != [key.removeprefix(f"{DOCUMENT}/")]:
            failures.append((text, key, found))
    return failures


def bare(text: str) -> str:
    """Return a text as it is typed on a keyboard without the language's marks."""
    text = text.translate(str.maketrans("łŁ", "lL"))
    apart = unicodedata.normalize("NFD", text.replace("й", "\0").replace("Й", "\1"))
    kept = "".join(c for c in apart if not unicodedata.combining(c))
    return kept.replace("\0", "й").replace("\1", "Й")


# --- looking up


@pytest.mark.parametrize("language", LANGUAGES)
def test_term_is_found_by_everything_it_is_called(glossary: Glossary, language: Language) -> None:
    wanted = [
        (name, term.id) for term in glossary.terms(language) for name in (*term.names, *term.forms)
    ]
    assert len(wanted) > 5 * len(glossary.terms(language)) > 500
    assert missed(glossary, language, wanted) == []


@pytest.mark.parametrize("language", INFLECTED)
def test_term_is_found_by_an_inflected_form(glossary: Glossary, language: Language) -> None:
    assert len(INFLECTED[language]) >= 30
    assert missed(glossary, language, INFLECTED[language].items()) == []


@pytest.mark.parametrize("language", ABBREVIATIONS_WITH_ENDINGS)
def test_term_is_found_by_its_abbreviation_with_an_ending(
    glossary: Glossary, language: Language
) -> None:
    assert missed(glossary, language, ABBREVIATIONS_WITH_ENDINGS[language].items()) == []


@pytest.mark.parametrize("change", [str.upper, str.casefold, bare])
@pytest.mark.parametrize("language", LANGUAGES)
def test_case_and_diacritics_are_ignored(
    glossary: Glossary, language: Language, change: Callable[[str], str]
) -> None:
    wanted = [
        (change(name), t.id) for t in glossary.terms(language) for name in (t.title, *t.forms)
    ]
    assert missed(glossary, language, wanted) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_space_and_punctuation_around_a_name_are_ignored(
    glossary: Glossary, language: Language
) -> None:
    wanted = [(f'  "{term.title}"? ', term.id) for term in glossary.terms(language)]
    assert missed(glossary, language, wanted) == []


@pytest.mark.parametrize("other", LANGUAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_title_of_another_language_finds_the_term_in_ones_own(
    glossary: Glossary, language: Language, other: Language
) -> None:
    wanted = [(term.title, term.id) for term in glossary.terms(other)]
    assert missed(glossary, language, wanted) == []
    (term, *_) = glossary.find(glossary.terms(other)[0].title, language).terms
    assert term.passage.language == language


def misspelt(name: str, alphabet: str, random_: random.Random) -> Iterable[str]:
    """Yield a name with a letter replaced, with one left out, and with two swapped."""
    letters = [i for i, c in enumerate(name) if c.isalpha()]
    at = random_.choice(letters)
    yield name[:at] + random_.choice(alphabet.replace(name[at].lower(), "")) + name[at + 1 :]
    at = random_.choice(letters)
    yield name[:at] + name[at + 1 :]
    pairs = [i for i in letters if i + 1 in letters and name[i].lower() != name[i + 1].lower()]
    at = random_.choice(pairs)
    yield name[:at] + name[at + 1] + name[at] + name[at + 2 :]


@pytest.mark.parametrize("language", ALPHABETS)
def test_term_is_found_in_spite_of_a_typo(glossary: Glossary, language: Language) -> None:
    random_ = random.Random(20)
    wanted = [
        (typo, term.id)
        for term in glossary.terms(language)
        for name in (term.title, *term.passage.aliases)
        if sum(map(str.isalpha, name)) >= LEAST_LETTERS
        for typo in misspelt(name, ALPHABETS[language], random_)
    ]
    failures = missed(glossary, language, wanted)
    rate = 1 - len(failures) / len(wanted)
    print(f"{language}: {rate:.4f} of {len(wanted)} typos found; not {failures}")  # noqa: T201
    assert rate >= LEAST_FOUND, failures


@pytest.mark.parametrize("language", LEVEL)
def test_word_of_several_titles_gives_a_choice(glossary: Glossary, language: Language) -> None:
    found = glossary.find(LEVEL[language], language)
    assert found.how == "part"
    keys = {term.id for term in found.terms}
    assert {f"{DOCUMENT}/maturity-level", f"{DOCUMENT}/sfia-level"} <= keys
    assert len(found.terms) == len(keys)


@pytest.mark.parametrize("text", ["zebra stripes", "quarterly weather", "jourmetric"])
def test_miss_offers_the_nearest_terms(glossary: Glossary, text: str) -> None:
    found = glossary.find(text, "en")
    assert (found.terms, found.how) == ((), "")
    assert 1 <= len(found.nearest) <= 3
    assert all(isinstance(term, Term) for term in found.nearest)


@pytest.mark.parametrize("text", ["", " ", "?!", "—"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_finds_nothing(glossary: Glossary, language: Language, text: str) -> None:
    assert glossary.find(text, language).terms == ()
    assert glossary.asked_for(text, language) == ()


# --- what is asked for


def asked_for(glossary: Glossary, language: Language, text: str) -> list[str]:
    return sorted(key.partition("/")[2] for key in glossary.asked_for(text, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_question_for_a_definition_asks_for_its_term(
    glossary: Glossary, language: Language
) -> None:
    assert len(DEFINITIONS[language]) >= 8
    found = {text: asked_for(glossary, language, text) for text in DEFINITIONS[language]}
    assert found == {text: [key] for text, key in DEFINITIONS[language].items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_question_for_a_difference_asks_for_both(glossary: Glossary, language: Language) -> None:
    found = {text: asked_for(glossary, language, text) for text in DIFFERENCES[language]}
    assert found == {text: sorted(keys) for text, keys in DIFFERENCES[language].items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_ordinary_question_that_contains_a_term_asks_for_none(
    glossary: Glossary, language: Language
) -> None:
    assert len(ORDINARY[language]) >= 8
    taken = {text: asked_for(glossary, language, text) for text in ORDINARY[language]}
    assert {text: keys for text, keys in taken.items() if keys} == {}


# --- what a term tells

OPERATORS: Mapping[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def worked_out(formula: str, values: Mapping[str, float]) -> float:
    """Work a formula out; anything but arithmetic on the values is a TypeError."""

    def value(node: ast.expr) -> float:
        match node:
            case ast.BinOp(left, sign, right):
                return OPERATORS[type(sign)](value(left), value(right))
            case ast.Name(name):
                return values[name]
            case ast.Constant(int() | float() as number):
                return float(number)
        raise TypeError(ast.dump(node))

    return value(ast.parse(formula, mode="eval").body)


def example_of(term: Term) -> dict[str, str]:
    pairs = (pair.strip().partition("=") for pair in term.passage.details["example"].split(";"))
    return {name: number for name, _, number in pairs}


@pytest.fixture(scope="module")
def calculated(glossary: Glossary) -> Sequence[Term]:
    found = [term for term in glossary.terms("en") if "formula" in term.passage.details]
    assert len(found) >= 20
    return found


def test_formula_gives_the_result_of_its_example(calculated: Sequence[Term]) -> None:
    for term in calculated:
        values = {name: float(number) for name, number in example_of(term).items()}
        result = values.pop("result")
        names = {
            n.id
            for n in ast.walk(ast.parse(term.passage.details["formula"], mode="eval"))
            if isinstance(n, ast.Name)
        }
        assert names == set(values), term.id
        assert worked_out(term.passage.details["formula"], values) == pytest.approx(result), term.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_of_an_example_stand_in_its_text(
    glossary: Glossary, calculated: Sequence[Term], language: Language
) -> None:
    comma = language in ("pl", "hu", "ru")
    absent = []
    for english in calculated:
        term = glossary.get(english.id, language)
        assert term is not None
        for key in ("formula", "example"):
            assert term.passage.details[key] == english.passage.details[key], term.id
        items = [
            statement
            for block in term.passage.blocks
            for statement, anchor in zip(block.statements, block.anchors, strict=False)
            if anchor == "example"
        ]
        for number in example_of(english).values():
            shown = number.replace(".", ",") if comma else number
            pattern = rf"(?<![\d.,]){re.escape(shown)}(?!\d|[.,]\d)"
            if not any(re.search(pattern, item) for item in items):
                absent.append((term.id, number))
    assert absent == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_related_and_confused_terms_are_terms(glossary: Glossary, language: Language) -> None:
    keys = {term.id for term in glossary.terms(language)}
    for term in glossary.terms(language):
        assert set(term.related) | set(term.versus) <= keys - {term.id}, term.id
        assert term.definition
