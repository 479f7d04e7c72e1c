"""Read a leader's situation from what they type, and what they want changed in a plan.

The expressions stand in `data/situation.yaml`, by language and field. What is denied
is looked for first, and taken out of the text before anything else is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from dateutil.relativedelta import relativedelta

from assistant import analysis
from assistant.types import Language

_CHOICES = ("reports_to", "business", "budget", "maturity")
_SWITCHES = (
    "first_hire",
    "has_team",
    "feedback",
    "journey_maps",
    "governance",
    "central_data",
    "voe",
)
_WISHES = ("move", "why", "with", "without")
_DENIED = ("false", "none")
# Bounded on every side: a long row of digits is read through in no time.
_DIGITS = r"(?<!\d)\d{1,9}(?:[ .,\u00a0]\d{3}){0,3}(?:[.,]\d{1,3})?"
_WORDS_UP_TO = 20
_ISO = re.compile(r"(?<!\d)(20\d\d)[-/](\d\d?)[-/](\d\d?)(?!\d)")
_POINTED = re.compile(r"\b(\d\d?)\.\s?(\d\d?)\.\s?(20\d\d)\b")
_SLASHED = re.compile(r"\b(\d\d?)/(\d\d?)/(20\d\d)\b")
_HAN_DATE = re.compile(r"(?:(20\d\d)年)?(\d{1,2})月(?:(\d{1,2})[日号號])?")
_MONTHS = 12
_HAN_DIGITS = {character: n for n, character in enumerate("零一二三四五六七八九")} | {"两": 2}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_HAN_NUMBER = re.compile(
    r"(?<!星期)(?<![周第统单唯同])(?:(?<!\d)\d{1,9}(?:\.\d{1,3})?(?=[百千万])|[零一二两三四五六七八九十百千万])"
    r"[零一二两三四五六七八九十百千万]*"
)


@cache
def _patterns(key: str) -> dict[str, Any]:
    text = files("assistant").joinpath("data/situation.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return {name: _compiled(one, key) for name, one in loaded[key].items()}


def _compiled(value: Any, key: str) -> Any:  # noqa: ANN401 - a tree of lists
    if isinstance(value, dict):
        return {str(name): _compiled(one, key) for name, one in value.items()}
    number = _DIGITS if key == "zh" else rf"{_DIGITS}|{'|'.join(_number_words(key))}"
    return [re.compile(pattern.replace("{n}", f"({number})")) for pattern in value]


@cache
def _number_words(key: str) -> dict[str, int]:
    """Return the words for 1 to 20 of a language, the longest first."""
    from num2words import num2words

    said = {num2words(n, lang=key).casefold(): n for n in range(1, _WORDS_UP_TO + 1)}
    said |= {word: n for n, words in enumerate(_inflected(key), 1) for word in words.split()}
    said |= {analysis.fold(word): n for word, n in said.items()}
    return dict(sorted(said.items(), key=lambda pair: -len(pair[0])))


def _inflected(key: str) -> list[str]:
    """Return the inflected and collective forms of 1, 2, … of a language."""
    text = files("assistant").joinpath("data/situation.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    found: list[str] = loaded["numbers"].get(key, [])
    return found


def read_situation(text: str, language: Language, today: date) -> dict[str, Any]:
    """Return the fields of a profile that a text tells, as `Profile.of` takes them."""
    patterns, text = _prepared(text, language)
    found: dict[str, Any] = {}
    for counted, expressions in patterns["counts"].items():
        value, text = _counted(text, expressions, language)
        if value is not None:
            found[counted] = value
    started = read_day(text, language, today)
    if started:
        found["start"] = started.isoformat()
    if _taken(text, patterns["no_metrics"]):
        found["metrics"] = {}
    for field in (*_SWITCHES, *_CHOICES):
        choice, text = _chosen(text, patterns[field])
        if choice:
            found[field] = {"true": True, "false": False}.get(choice, choice)
    goals = _all(text, patterns["goals"])
    if goals:
        found["goals"] = goals
    metrics = _all(text, patterns["metrics"])
    if metrics:
        found["metrics"] = metrics
    industries = _all(text, patterns["industry"])
    if industries:  # a retail bank is a bank
        found["industry"] = min(industries, key=lambda name: name == "retail")
    return found


def read_day(text: str, language: Language, today: date) -> date | None:
    """Return the first date in a text; a day without a year is the next one to come."""
    patterns, text = _prepared(text, language)
    for pattern, order in ((_ISO, (1, 2, 3)), (_POINTED, (3, 2, 1)), (_SLASHED, (3, 2, 1))):
        match = pattern.search(text)
        if match:
            return _valid(*(int(match.group(group)) for group in order))
    if language.startswith("zh"):
        match = _HAN_DATE.search(text)
        if match:
            year, month, day = (int(group) if group else 0 for group in match.groups())
            return _coming(year, month, day, today)
    else:
        named = _named_month(text, patterns["months"], today)
        if named:
            return named
    return _relative(text, patterns, today)


def wants(kind: str, text: str, language: Language) -> bool:
    """Whether a text asks to "move", asks "why", or wants something "with" or "without"."""
    patterns, text = _prepared(text, language)
    return _taken(text, patterns[kind])


def subject(text: str, language: Language) -> str:
    """Return a text without the words of its wish: of "leave the training out" "the training"."""
    if language.startswith("zh"):
        return text
    patterns, text = _prepared(text, language)
    for kind in _WISHES:
        for expression in patterns[kind]:
            text = expression.sub(lambda match: " ".join(match.group().split()[1:-1]), text)
    return text


def _prepared(text: str, language: Language) -> tuple[dict[str, Any], str]:
    if language.startswith("zh"):
        plain = analysis.simplify(text, language).casefold()
        return _patterns("zh"), _HAN_NUMBER.sub(_in_digits, plain)
    return _patterns(language), text.casefold()


def _in_digits(match: re.Match[str]) -> str:
    """Write a Chinese number in digits: 两百 is 200, 3千 3000, 1.2万 12000, 十五 15."""
    text = match.group()
    if not set(text) & set(_HAN_UNITS) and len(text) > 1:
        return text  # digits one by one, as in a year, or "two or three"
    total, section, digit = 0.0, 0.0, ""
    for character in text:
        if character == "万":
            total, section, digit = (total + section + float(digit or 0)) * 10_000, 0.0, ""
        elif character in _HAN_UNITS:
            section += float(digit or 1) * _HAN_UNITS[character]
            digit = ""
        else:
            digit += str(_HAN_DIGITS[character]) if character in _HAN_DIGITS else character
    return f"{total + section + float(digit or 0):.0f}"


def _counted(
    text: str, expressions: list[re.Pattern[str]], language: Language
) -> tuple[int | None, str]:
    for expression in expressions:
        match = expression.search(text)
        if match:
            said = next(group for group in match.groups() if group)
            value = _number_words(language).get(said) if not said[0].isdigit() else None
            if value is None:
                value = _figure(said)
            return value, text[: match.start()] + " ; " + text[match.end() :]
    return None, text


def _figure(said: str) -> int:
    """Read digits: "12,000" and "12 000" are grouped, "7.5" is seven."""
    grouped = re.sub(r"[ .,\u00a0](?=\d{3}(?!\d))", "", said)
    return int(re.match(r"\d+", grouped).group())  # type: ignore[union-attr]


def _chosen(text: str, choices: Mapping[str, list[re.Pattern[str]]]) -> tuple[str, str]:
    """Return the choice that a text tells, and the text without the denial that was read."""
    order = sorted(choices, key=lambda value: (value != "small", value not in _DENIED))
    for value in order:
        for expression in choices[value]:
            match = expression.search(text)
            if match:
                if value in _DENIED:
                    text = text[: match.start()] + " ; " + text[match.end() :]
                return value, text
    return "", text


def _all(text: str, choices: Mapping[str, list[re.Pattern[str]]]) -> list[str]:
    """Return every value that a text tells, in the order of their mention."""
    places = {}
    for value, expressions in choices.items():
        starts = [match.start() for one in expressions if (match := one.search(text))]
        if starts:
            places[value] = min(starts)
    return sorted(places, key=lambda value: places[value])


def _taken(text: str, expressions: list[re.Pattern[str]]) -> bool:
    return any(expression.search(text) for expression in expressions)


def _named_month(text: str, months: list[re.Pattern[str]], today: date) -> date | None:
    """Return the date of the first month that a text names, with the day and year beside it."""
    found: list[tuple[int, date]] = []
    for number, month in enumerate(months, start=1):
        name = rf"(?:{month.pattern})"
        match = re.search(rf"\b(20\d\d)\.? {name}\b\.?(?: (\d\d?)\.?(?!\d))?", text)
        match = match or re.search(
            rf"\b(?:(\d\d?)(?:st|nd|rd|th|\.|-?го)?(?: of)? )?{name}\b\.?"
            rf"(?: (\d\d?)(?:st|nd|rd|th|\.)?(?!\d))?(?:[ ,]+(20\d\d))?",
            text,
        )
        if match is None:
            continue
        numbers = [int(group) for group in match.groups() if group]
        year = next((n for n in numbers if n > 31), 0)
        day = next((n for n in numbers if n <= 31), 0)
        coming = _coming(year, number, day, today)
        if coming:
            found.append((match.start(), coming))
    return min(found)[1] if found else None


def _relative(text: str, patterns: Mapping[str, Any], today: date) -> date | None:
    if _taken(text, patterns["tomorrow"]):
        return today + timedelta(days=1)
    for weekday, name in enumerate(patterns["weekdays"]):
        if re.search(rf"(?<!\w)(?:{name.pattern})", text):
            return today + relativedelta(days=1, weekday=weekday)
    if _taken(text, patterns["next_week"]):
        return today + relativedelta(days=1, weekday=0)
    if _taken(text, patterns["next_month"]):
        return (today + relativedelta(months=1)).replace(day=1)
    return None


def _coming(year: int, month: int, day: int, today: date) -> date | None:
    """Return a day of a month; without a year the next such day that is not over."""
    if not 1 <= month <= _MONTHS:
        return None
    if year:
        return _valid(year, month, day or 1)
    this = _valid(today.year, month, day or 1)
    over = this is None or (this < today and (day or month != today.month))
    return _valid(today.year + 1, month, day or 1) if over else this


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
