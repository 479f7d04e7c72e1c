"""The catalogue: complete in six languages, with the same placeholders in each."""

from __future__ import annotations

import re
from importlib.resources import files
from string import Template

import pytest

from assistant.messages import catalogue, message
from assistant.types import LANGUAGES, Language

KEYS = sorted(catalogue())


@pytest.mark.parametrize("key", KEYS)
def test_message_exists_in_every_language_and_no_other(key: str) -> None:
    assert set(catalogue()[key]) == set(LANGUAGES)


@pytest.mark.parametrize("key", KEYS)
def test_message_says_something_in_every_language(key: str) -> None:
    for language, text in catalogue()[key].items():
        assert isinstance(text, str), language
        assert text.strip() == text, language
        assert text, language


@pytest.mark.parametrize("key", KEYS)
def test_message_has_the_same_placeholders_in_every_language(key: str) -> None:
    english = sorted(Template(catalogue()[key]["en"]).get_identifiers())
    for language, text in catalogue()[key].items():
        assert Template(text).is_valid(), language
        assert sorted(Template(text).get_identifiers()) == english, language


@pytest.mark.parametrize("key", [key for key in KEYS if key != "language_name"])
def test_message_is_in_the_script_of_its_language(key: str) -> None:
    texts = catalogue()[key]
    assert re.search("[\u0400-\u04ff]", texts["ru"])
    for chinese in ("zh-Hans", "zh-Hant"):
        assert re.search("[\u4e00-\u9fff]", texts[chinese])


def test_placeholders_are_filled() -> None:
    text = message("too_long", "en", length="30,000", limit="20,000")
    assert "30,000" in text
    assert "20,000" in text
    assert "$" not in text


def test_missing_placeholder_is_an_error() -> None:
    with pytest.raises(KeyError, match="limit"):
        message("too_long", "en", length=1)


def test_every_message_that_the_code_asks_for_exists() -> None:
    asked: set[str] = set()
    for folder in (files("assistant"), files("assistant").joinpath("ui")):
        for file in folder.iterdir():
            if file.name.endswith(".py"):
                text = file.read_text(encoding="utf-8")
                asked |= set(re.findall(r"""\b(?:message|say)\(\s*["'](\w+)["']""", text))
    assert asked
    assert asked - set(KEYS) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_missing_part_quotes_the_part_as_it_was_asked(language: Language) -> None:
    part = "What costs $5, “rye” or 100%?"
    text = message("missing_part", language, part=part)
    assert part in text
    assert text != message("missing_part", language, part="")
    assert not text.startswith(message("refusal", language))


def test_message_that_the_catalogue_lacks_is_an_error() -> None:
    with pytest.raises(KeyError, match="no_such_message"):
        message("no_such_message", "en")
