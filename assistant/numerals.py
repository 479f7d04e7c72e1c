"""Read the numbers of a text in six languages: in digits, in words, as shares and multiples."""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant import analysis
from assistant.corpus import figures
from assistant.types import Language

# Shares and multiples in words.
_SHARES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "1/2": r"\bhal(?:f|ves)\b|\bevery (?:second|other)\b|\bone in two\b",
        "1/3": r"\b(?:a|one|two) thirds?\b|\bevery third\b|\bone in three\b",
        "1/4": r"\bquarters? of\b|\bthree.quarters\b|\bevery fourth\b|\bone in four\b",
        "x2": r"\btwice\b|\bdoubl\w+",
        "x3": r"\bthree times\b|\btripl\w+|\bthreefold\b",
        "x4": r"\bfour times\b",
    },
    "pl": {
        "1/2": r"\bpoł[oó]w\w*|\bpolow\w*|\bco drug",
        "1/3": r"jedn[aąeęi]\w* trzeci|\btrzeci[aą] część|dwie trzecie|\bco trzeci",
        "1/4": r"ćwier[ćc]|jedn[aąeęi]\w* czwart|trzy czwarte",
        "x2": r"\bdwukrotn\w*|\bdwa razy|\bpodw[oó]\w*",
        "x3": r"\btrzykrotn\w*|\btrzy razy|\bpotr[oó]\w*",
        "x4": r"\bczterokrotn\w*|\bcztery razy",
    },
    "hu": {
        "1/2": r"\bfel[eéi]\b|\bfélen\b|\bfelének\b",
        "1/3": r"\bharmad\w*",
        "1/4": r"\bnegyed(?:e|ét|ének|rész\w*)\b|háromnegyed",
        "x2": r"\bkétszer\w*|\bdupl\w*",
        "x3": r"\bháromszor\w*|\btripl\w*",
        "x4": r"\bnégyszer\w*",
    },
    "ru": {
        "1/2": r"\bполовин\w*",
        "1/3": r"\bтреть\w*|\bтрети\b|дв[еу]\w* трет",
        "1/4": r"\bчетверт[ьи]\w*",
        "x2": r"\bвдвое\b|\bдва раза|\bудв\w+|\bдвукратн",
        "x3": r"\bвтрое\b|\bтри раза|\bутр[оа]\w+|\bтр[её]хкратн",
        "x4": r"\bвчетверо\b|\bчетыре раза",
    },
    "zh": {
        "1/2": "一半|半数|二分之一",
        "1/3": "三分之[一二]",
        "1/4": "四分之[一三]",
        "x2": "[两2]倍|翻一?番|翻倍",
        "x3": "[三3]倍",
        "x4": "[四4]倍",
    },
}
# Numbers as the first part of a word: "háromféle", "trzyetapowy", "двухуровневый".
_COMPOUNDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "hu": (
        "féle|fajta|sz[eoö]r|szint|fok|nap|hónap|hét|het|év|fős|lép|elem|rész|tag|pont|szakasz",
        {
            "két": "2", "három": "3", "négy": "4", "öt": "5", "hat": "6", "hét": "7",
            "nyolc": "8", "kilenc": "9", "tíz": "10", "tizenegy": "11", "tizenkét": "12",
        },
    ),
    "pl": (
        "stopn|etap|poziom|miesięczn|tygodn|dniow|letn|punkt|krotn|osob|element|częśc",
        {
            "dwu": "2", "trzy": "3", "trój": "3", "cztero": "4", "pięcio": "5", "sześcio": "6",
            "siedmio": "7", "ośmio": "8", "dziewięcio": "9", "dziesięcio": "10",
            "dwunasto": "12",
        },
    ),
    "ru": (
        "уровн|бал|этап|ступен|месячн|недел|дневн|летн|кратн|пункт|част",
        {
            "двух": "2", "трёх": "3", "трех": "3", "четырёх": "4", "четырех": "4", "пяти": "5",
            "шести": "6", "семи": "7", "восьми": "8", "девяти": "9", "десяти": "10",
            "двенадцати": "12",
        },
    ),
}  # fmt: skip
# Hungarian has another "two" before a noun.
_BEFORE_A_NOUN = re.compile(r"\b(\w*)két\b")
_DIGITS = re.compile(r"\d[\d.,\u00a0\u202f]*")
_NUMBER = re.compile(r"\d+\.?\Z")


_ORDINALS = {"1/2": "2", "1/3": "3", "1/4": "4"}


def stated(text: str, language: Language) -> set[str]:
    """Return the numbers that a text states: not the "third" in "a third", nor a worded 0 or 1."""
    found, literal = numbers(text, language), set(figures(text))
    worded = {"0", "1"} | {value for share, value in _ORDINALS.items() if share in found}
    return (found - worded) | literal


def numbers(text: str, language: Language) -> set[str]:
    """Return the numbers of a text as digits; shares as "1/3", multiples as "x2"."""
    found = set(figures(text))
    if language.startswith("zh"):
        found |= set(figures(analysis.normalise_numbers(text, language)[0]))
        key, lowered = "zh", analysis.simplify(text, language)
    else:
        worded = _BEFORE_A_NOUN.sub(r"\1kettő", text) if language == "hu" else text
        stems = analysis.normalise_numbers(_DIGITS.sub(" ", worded), language)
        found |= {stem.rstrip(".") for stem in stems if _NUMBER.match(stem)}
        key, lowered = language, text.casefold()
    found |= {name for name, words in _SHARES[key].items() if re.search(words, lowered)}
    endings, prefixes = _COMPOUNDS.get(language, ("", {}))
    return found | {
        value
        for prefix, value in prefixes.items()
        if re.search(rf"\b{prefix}(?:{endings})", lowered)
    }
