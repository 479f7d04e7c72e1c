"""Turn text into the terms that are matched: one analysis a language.

Words are case-folded, stemmed by the language's Snowball stemmer and stripped of
diacritics, so that "klientów", "klienta" and a hasty "klientow" meet. Chinese is
brought to simplified characters (Taiwan's vocabulary included, OpenCC's tw2sp)
and cut into single characters and pairs.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import yaml

from assistant.types import Language

if TYPE_CHECKING:
    from opencc import OpenCC
    from Stemmer import Stemmer

_HAN_RANGES = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
HAN = re.compile(f"[{_HAN_RANGES}]+")
_LETTER = rf"(?:(?![{_HAN_RANGES}])[^\W_])"
_TOKEN = re.compile(rf"[{_HAN_RANGES}]+|{_LETTER}+(?:['\u2019]{_LETTER}+)?")
_NUMBERED = re.compile(
    r"\d+(?:st|nd|rd|th|-?(?:й|м|го|му|ый|ой|ом|ik|ban|ben))\b|\d+\.(?=\s+\w)|[^\W_]+"
)
_ORDINAL = re.compile(r"(\d+)\D+$")
_HAN_NUMERAL = re.compile("[一二三四五六七八九十两]+")
_SNOWBALL = {"en": "english", "pl": "polish", "hu": "hungarian", "ru": "russian"}
_TENS = re.compile(r"[2-9]0\.?\Z")
_UNIT = re.compile(r"[1-9]\.?\Z")
_LARGEST_NUMERAL = 60
_REMEMBERED_WORDS = 100_000
_HAN_DIGITS = "零一二三四五六七八九"
# Forms of cardinals that stemming does not bring to the nominative.
_OTHER_NUMERALS: Mapping[Language, Mapping[int, str]] = {
    "pl": {
        2: "dwie dwaj dwóch dwu dwoma dwiema dwoje",
        3: "trzech trzej trzema troje",
        4: "czterech czterej czterema czworo",
        5: "pięciu pięcioma",
        6: "sześciu",
        7: "siedmiu",
        8: "ośmiu",
        9: "dziewięciu",
        10: "dziesięciu",
    },
    "hu": {2: "két"},
    "ru": {
        2: "две двух двум двумя двое",
        3: "трёх трех трём трем тремя трое",
        4: "четырёх четырех четырём четырем четырьмя четверо",
        5: "пяти пятью",
        6: "шести",
        7: "семи",
        8: "восьми",
        9: "девяти",
        10: "десяти",
    },
}


@cache
def function_words() -> dict[str, frozenset[str]]:
    """Return the function words of the answered languages ("zh" for both Chinese), folded."""
    return _word_lists("answered")


@cache
def foreign_function_words() -> dict[str, frozenset[str]]:
    """Return the function words of some languages that are not answered, folded."""
    return _word_lists("others")


def _word_lists(key: str) -> dict[str, frozenset[str]]:
    text = files("assistant").joinpath("data/function_words.yaml").read_text(encoding="utf-8")
    lists = yaml.load(text, Loader=yaml.CSafeLoader)[key]
    return {language: frozenset(words.casefold().split()) for language, words in lists.items()}


@cache
def _stemmer(language: Language) -> Stemmer:
    from Stemmer import Stemmer

    return Stemmer(_SNOWBALL[language])


@cache
def _converter(conversion: str) -> OpenCC:
    from opencc import OpenCC

    return OpenCC(conversion)


def simplify(text: str, language: Language = "zh-Hans") -> str:
    """Bring Chinese text to simplified characters, from Taiwan's words for zh-Hant."""
    return str(_converter("tw2sp" if language == "zh-Hant" else "t2s").convert(text))


def to_traditional(text: str) -> str:
    """Bring Chinese text to the characters of Taiwan."""
    return str(_converter("s2tw").convert(text))


@lru_cache(maxsize=_REMEMBERED_WORDS)
def fold(text: str) -> str:
    """Case-fold and strip diacritics: "Ügyfélélmény" and "ugyfelelmeny" become one."""
    text = text.casefold().replace("ł", "l").replace("ё", "е").replace("й", "\ue000")
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.replace("\ue000", "й")


def words(text: str, language: Language) -> list[str]:
    """Split into case-folded words; a run of Han characters is one word."""
    text = unicodedata.normalize("NFKC", text)
    if language.startswith("zh"):
        text = simplify(text, language)
    return [token.casefold() for token in _TOKEN.findall(text)]


@lru_cache(maxsize=_REMEMBERED_WORDS)
def stem(word: str, language: Language) -> str:
    """Stem and strip diacritics; Chinese text borrows English stems for its Latin words."""
    stemmer = _stemmer("en" if language.startswith("zh") else language)
    return fold(stemmer.stemWord(word.replace("ё", "е").split("'")[0].split("\u2019")[0]))


def terms(text: str, language: Language) -> list[str]:
    """Return the content terms of `text`, in order, function words left out.

    A word whose diacritics-free form stems differently yields both stems, since
    people leave the diacritics out when they type.
    """
    stop = function_words()["zh" if language.startswith("zh") else language]
    found: list[str] = []
    for word in words(text, language):
        if HAN.match(word):
            found += _han_terms(word, stop)
        elif word not in stop:
            first, second = stem(word, language), stem(fold(word), language)
            found.append(first)
            if second != first:
                found.append(second)
    return found


def _han_terms(run: str, stop: frozenset[str]) -> list[str]:
    """Characters and pairs of a run of Han, without single function characters."""
    # Interned, since the index keeps each of them for every passage that has it.
    pairs = [sys.intern(run[i : i + 2]) for i in range(len(run) - 1)]
    singles = [character for character in run if character not in stop]
    return singles + [pair for pair in pairs if pair not in stop and not set(pair) <= stop]


def content_words(text: str, language: Language) -> list[tuple[str, ...]]:
    """Return the content words of a question, each as the terms that may stand for it.

    A Chinese run counts by its pairs of characters.
    """
    stop = function_words()["zh" if language.startswith("zh") else language]
    found: list[tuple[str, ...]] = []
    for word in words(text, language):
        if HAN.match(word):
            pairs = [word[i : i + 2] for i in range(len(word) - 1)] or [word]
            found += [(p,) for p in pairs if not set(p) & stop and p not in stop]
        elif word not in stop:
            found.append(tuple(dict.fromkeys((stem(word, language), stem(fold(word), language)))))
    return found


@cache
def _numerals(language: Language) -> tuple[dict[str, str], dict[str, str]]:
    """Map the number words 1 to 60 to digits, of ordinals with a full stop.

    Returns:
        them by their folded form, and by those stems that only one number has.
    """
    from num2words import num2words

    forms: dict[str, str] = {}
    for number in range(_LARGEST_NUMERAL, 0, -1):
        for form, mark in (("cardinal", ""), ("ordinal", ".")):
            word = num2words(number, to=form, lang=language)
            if " " not in word:
                forms[fold(word.replace("-", ""))] = f"{number}{mark}"
    meant: dict[str, set[str]] = {}
    for form, digits in forms.items():
        meant.setdefault(stem(form, language), set()).add(digits)
    # Cardinals are known by every form, so a stem of both is an ordinal's ("пятого").
    stems = {
        key: max(found, key=len)
        for key, found in meant.items()
        if len({digits.rstrip(".") for digits in found}) == 1
    }
    for number, others in _OTHER_NUMERALS.get(language, {}).items():
        forms |= {fold(form): str(number) for form in others.split()}
    return forms, stems


def number(word: str, language: Language) -> str:
    """Return what a number word stands for, "" for any other word."""
    forms, stems = _numerals(language)
    return forms.get(fold(word)) or stems.get(stem(fold(word), language), "")


def normalise_numbers(text: str, language: Language) -> list[str]:
    """Return the stems of all words with number words as digits: "third year" → 3., year.

    Ordinals keep a full stop, since "the third year" is not "three years", and
    "twenty-eighth" is 28., in one word or in two. In
    Chinese, numerals become digits inside the text, which is returned whole.
    """
    if language.startswith("zh"):
        plain = simplify(unicodedata.normalize("NFKC", text), language).casefold()
        return [_HAN_NUMERAL.sub(_han_number, plain).replace(" ", "")]
    found: list[str] = []
    for word in _NUMBERED.findall(unicodedata.normalize("NFKC", text).casefold()):
        ordinal = _ORDINAL.match(word)
        if ordinal:
            found.append(f"{ordinal.group(1)}.")
            continue
        digits = number(word, language)
        if digits and _UNIT.match(digits) and found and _TENS.match(found[-1]):
            found[-1] = f"{int(found[-1].rstrip('.')) + int(digits.rstrip('.'))}{digits[1:]}"
        else:
            found.append(digits or stem(word, language))
    return found


def _han_number(match: re.Match[str]) -> str:
    """Read a Chinese numeral below 100; "一两年", a year or two, stays as it is."""
    numeral = match.group().replace("两", "二")
    if "十" not in numeral:
        return str(_HAN_DIGITS.index(numeral)) if len(numeral) == 1 else match.group()
    tens, _, units = numeral.partition("十")
    if len(tens) > 1 or len(units) > 1:
        return numeral
    return str((_HAN_DIGITS.index(tens) if tens else 1) * 10 + _HAN_DIGITS.index(units or "零"))
