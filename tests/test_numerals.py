"""Numbers in digits and in words, in six languages."""

from __future__ import annotations

import pytest

from assistant.numerals import numbers, stated
from assistant.types import Language


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Half of 1,200 people, and three surveys", "en", {"1/2", "1200", "3"}),
        ("Twelve-month plan of 2.5 steps", "en", {"12", "2.5"}),
        ("háromféle felmérés és tizenkét hónapos terv", "hu", {"3", "12"}),
        ("pięciostopniowa skala i trzy etapy", "pl", {"5", "3"}),
        ("двухуровневая модель и семь шагов", "ru", {"2", "7"}),
        ("三个步骤，一半的公司", "zh-Hans", {"3", "1/2"}),
        ("三個步驟，一半的公司", "zh-Hant", {"3", "1/2"}),
    ],
)
def test_numbers_are_read_in_digits_and_words(
    text: str, language: Language, expected: set[str]
) -> None:
    assert stated(text, language) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("one in three companies", "en"),
        ("co trzecia firma", "pl"),
        ("a cégek harmada", "hu"),
        ("каждая третья компания", "ru"),
        ("三分之一的公司", "zh-Hans"),
    ],
)
def test_share_is_one_number_however_it_is_worded(text: str, language: Language) -> None:
    assert "1/3" in stated(text, language)


def test_small_numbers_in_words_are_read_but_not_stated() -> None:
    assert "1" in numbers("one of them", "en")
    assert stated("one of them", "en") == set()
    assert stated("1 of them", "en") == {"1"}
