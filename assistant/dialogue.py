"""How people continue a conversation: what leans on what was said, and wishes for a language.

A turn leans on the one before if it has hardly a word of its own: words that carry
grammar, point back ("those", "its") or ask for more of the same ("in more detail")
do not count, nor do those that name a facet. One that opens like a continuation
("and", "what about") may have a word of its own, one that points back a few.
Everything else is a change of topic and takes over nothing.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from assistant import analysis
from assistant.types import Language

_OWN_WORDS, _OWN_WORDS_HAN = 1, 3
_POINTING_WORDS, _POINTING_WORDS_HAN = 4, 7
_BARE, _BARE_HAN = 3, 6
_PART_WORDS, _PART_WORDS_HAN, _TWO = 2, 2, 2
_ASKS = {
    "en": r"(?:(?:of those|for|with|in|by|to|at|from|on) )?"
    r"(?:what|how|who|which|when|where|why|is|are|do|does|did|can|could|should|tell)\b",
    "pl": r"(?:(?:z|ze|w|we|na|do|od|o|po|dla|przez|za) )?"
    r"(?:jak\w*|il[eu]|kto|kogo|komu|gdzie|kiedy|co|czego|czy|czym|któr\w*|dlaczego|podaj)\b",
    "hu": r"(?:(?:ebből|abból|ezekből) )?(?:mi|mit|mik|mivel|milyennel|miért|mikor|mire|kik?|kit"
    r"|hol|hogyan|menny\w*|mekkora|hány\w*|mely\w*|milyen)\b",
    "ru": r"(?:(?:с|со|в|во|на|о|об|от|до|по|к|для|из|у|за) )?"
    r"(?:как\w*|сколько|кто|кого|где|когда|что|чего|чем|почему|зачем|котор\w*|подскаж\w*)\b",
}
_ASKS_HAN = "怎|如何|什[么麼]|[吗嗎]|多少|[哪谁誰]|[为為]何"
_TELLS_HAN = "告[诉訴]|[说說讲講]|解[释釋]|介[绍紹]|回?答|描述|[总總][结結]"
_AND = {
    "en": "and(?: also)?|also|plus|oh and|by the way",
    "pl": "a|i|oraz|a przy okazji|przy okazji|a także|a poza tym|poza tym",
    "hu": "és|meg|valamint|illetve|továbbá|mellesleg",
    "ru": "и|а|а также|а ещё|а еще|кстати|заодно",
}
_PARTS = {
    code: re.compile(rf"(?<=\?)\s+|[,;]?\s+(?:{_AND[code]}),?\s+(?={_ASKS[code]})", re.IGNORECASE)
    for code in _ASKS
} | {"zh": re.compile("(?<=[?？])|[，,；;](?:另外|顺便|順便|还有|還有|以及|还想|還想|再问|再問)")}
_REPLY = re.compile(
    r"\b(?:answer|reply|respond|response|translat\w+|odpowie\w+|odpowiad\w+|odpisz\w*|przetłumacz\w*|válasz\w*"
    r"|fordít\w*|ответ\w*|отвеч\w*|перевед\w*)\b|回答|回复|回覆|作答|翻译|翻譯|[写寫]给我|[写寫]給我",
    re.IGNORECASE,
)
_SAYS_SOMETHING = re.compile(r"\w{3}|[\u3400-\u9fff]")
_CLAUSE = re.compile(r"[^,;:.!?，；：。！？、—–]+[,;:.!?，；：。！？、—–]*\s*")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s*")


@cache
def _lists() -> dict[str, dict[str, Any]]:
    text = files("assistant").joinpath("data/dialogue.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


def _key(language: Language) -> str:
    return "zh" if language.startswith("zh") else language


@cache
def _words(kind: str, language: Language) -> frozenset[str]:
    listed = frozenset(_lists()[kind][_key(language)].split())
    return listed | {analysis.fold(word) for word in listed}


@cache
def _pattern(kind: str, language: Language) -> re.Pattern[str]:
    return re.compile(_lists()[kind][_key(language)])


def leans(text: str, language: Language, named: int) -> bool:
    """Whether a turn leans on the one before.

    Args:
        text: the turn.
        language: it is in.
        named: the number of facet values that it names itself.
    """
    asked = _asked_part(text, language)
    if step(asked, language):
        asked, named = without_step(asked, language), 0
    chinese = language.startswith("zh")
    own = own_words(asked, language) - 2 * named
    length = len("".join(analysis.words(asked, language)) if chinese else asked.split())
    if points_back(asked, language):
        return own <= (_POINTING_WORDS_HAN if chinese else _POINTING_WORDS)
    if opens_as_continuation(asked, language):
        return own <= (_OWN_WORDS_HAN if chinese else _OWN_WORDS)
    return own <= 0 and (not named or length <= (_BARE_HAN if chinese else _BARE))


def step(text: str, language: Language) -> int:
    """Return 1 where a turn asks for the next of an order ("one level up"), -1 for the one before.

    0 stands for neither, or for both.
    """
    plain = _matched(text, language)
    directions = (("up", 1), ("down", -1))
    return sum(sign for kind, sign in directions if _pattern(kind, language).search(plain))


def without_step(text: str, language: Language) -> str:
    """Return a text without what `step` looks for."""
    plain = _matched(text, language)
    for kind in ("up", "down"):
        plain = _pattern(kind, language).sub(" ", plain)
    return plain


def _matched(text: str, language: Language) -> str:
    """Return a text as the lists' expressions are written for."""
    return (analysis.simplify(text, language) if language.startswith("zh") else text).casefold()


def ordinal(text: str, language: Language) -> int:
    """Return the ordinal that a turn has ("the second one"), 0 without one or with several."""
    stems = analysis.normalise_numbers(text, language)
    if language.startswith("zh"):
        found = re.findall(r"第(\d+)", stems[0])
    else:
        found = [stem[:-1] for stem in stems if re.fullmatch(r"\d+\.", stem)]
    return int(found[0]) if len(found) == 1 else 0


def own_words(text: str, language: Language) -> int:
    """Return the number of content words that do not merely ask for more of the same.

    Chinese is counted by pairs of characters.
    """
    if language.startswith("zh"):
        plain = analysis.simplify(text, language)
        for kind in ("more", "pointing", "opens"):
            plain = _pattern(kind, language).sub(" ", plain)
        pairs = " ".join(run for run in analysis.HAN.findall(plain) if len(run) > 1)
        latin = re.sub(r"\d+", " ", analysis.HAN.sub(" ", plain))
        return len(analysis.content_words(f"{pairs} {latin}", "zh-Hans"))
    more, pointing = _words("more", language), _words("pointing", language)
    stop = analysis.function_words()[language]
    return sum(
        word not in stop and word not in more and word not in pointing and not word.isdigit()
        for word in analysis.words(text, language)
    )


def points_back(text: str, language: Language) -> bool:
    """Whether a turn has a word that points at what was said before."""
    if language.startswith("zh"):
        return bool(_pattern("pointing", language).search(analysis.simplify(text, language)))
    return not _words("pointing", language).isdisjoint(analysis.words(text, language))


def opens_as_continuation(text: str, language: Language) -> bool:
    """Whether a turn begins like "and", "what about", "why"."""
    if language.startswith("zh"):
        text = analysis.simplify(text, language)
    return _pattern("opens", language).match(text.strip().casefold()) is not None


def _asked_part(text: str, language: Language) -> str:
    """Return the last sentence of a short turn, where what is asked stands, without an "ok,"."""
    sentences = [part for part in _SENTENCE_END.split(text) if part.strip()]
    if 1 < len(sentences) <= 3 and "?" not in "".join(sentences[:-1]):
        text = sentences[-1]
    first, comma, rest = re.sub("，", ",", text).partition(",")
    return rest.strip() if comma and rest.strip() and own_words(first, language) == 0 else text


@cache
def _names() -> dict[Language, re.Pattern[str]]:
    """Return how each language is named where an answer in it is wished for."""
    named = _lists()["named"]
    return {
        language: re.compile(named[language].replace(" |", "|"), re.IGNORECASE)
        for language in ("en", "pl", "hu", "ru", "zh-Hant", "zh-Hans")
    }


def parts(text: str, language: Language, *, leaning: bool = False) -> list[str]:
    """Return the questions that a question is made of, itself where it is one.

    It is split where one question ends and after a conjunction that a question word
    follows. A part of hardly a word ("and why?") is none of its own, nor is one that
    points back ("and who offers it?"), unless `leaning`.
    """
    pattern = _PARTS["zh" if language.startswith("zh") else language]
    found = [
        part.strip(" ,，;；") for part in pattern.split(text) if part and part.strip(" ,，;；")
    ]
    least = _PART_WORDS_HAN if language.startswith("zh") else _PART_WORDS
    points = any(points_back(part.partition(" ")[2] or part, language) for part in found[1:])
    alone = all(own_words(part, language) >= least for part in found) and (leaning or not points)
    return found if alone and len(found) == _TWO else [text]


def asks(text: str, language: Language) -> bool:
    """Whether a piece of a question asks something itself: a mark, or a question word in front."""
    if "?" in text or "？" in text:
        return True
    if language.startswith("zh"):
        return re.search(_ASKS_HAN, text) is not None
    opening = rf"(?:(?:{_AND[language]})\s+)?(?:{_ASKS[language]})"
    return re.match(opening, text.strip(), re.IGNORECASE) is not None


_COMPARES = {
    "en": r"\b(?:vs\.?|versus|against|compar\w+|differ\w*|distinguish\w*|than|apart|unlike)\b",
    "pl": r"\b(?:vs\.?|różni\w*|rozni\w*|porówn\w*|porown\w*|odróżni\w*|kontra|niż|a nie"
    r"|inacz\w+|zmienia\w*|przepaść)\b",
    "hu": r"\b(?:vs\.?|szemben|k[üu]l[öo]nb\w*|(?:[öo]ssze)?hasonl[íi]\w*|[öo]sszevet\w*|mint"
    r"|képest|máskén\w*|(?:mi(?:ben|től)?|miért) más|változ\w*)\b",
    "ru": r"\b(?:vs\.?|сравн\w*|отлич\w*|разниц\w*|против|чем|меняется|по-разному)\b",
    "zh": r"vs\.?|比|区别|區別|差别|差別|差异|差異|不同|差在|对照|對照|各[自要该該]|分[别別]",
}


def compares(text: str, language: Language) -> bool:
    """Whether a question sets two things against each other."""
    return re.search(_COMPARES[_key(language)], text.casefold()) is not None


def only_defines(text: str, language: Language) -> bool:
    """Whether what is left of a question beside its terms only asks what they are.

    "Why", "who", "when" and most of "how" ask for more than a definition.
    """
    plain = analysis.simplify(text, language) if language.startswith("zh") else text.casefold()
    asks_more = _pattern("more_than_defining", language).search(plain)
    if asks_more and not compares(text, language):
        return False
    if language.startswith("zh"):
        plain = analysis.simplify(text, language)
        for pattern in (_pattern("opens", language), _longest_first(language)):
            plain = pattern.sub(" ", plain)
        return not re.search(r"\w", plain)
    known = analysis.function_words()[language]
    known |= {analysis.fold(word) for word in known}
    for kind in ("defining", "wish", "pointing"):
        known |= _words(kind, language)
    return all(
        word in known or analysis.fold(word) in known for word in analysis.words(text, language)
    )


def names_defining(text: str, language: Language) -> bool:
    """Whether a text has a word of defining, such as "mean" or "definition"."""
    if language.startswith("zh"):
        return _longest_first(language).search(analysis.simplify(text, language)) is not None
    return not _words("defining", language).isdisjoint(analysis.words(text, language))


@cache
def _longest_first(language: Language) -> re.Pattern[str]:
    words = _lists()["defining"][_key(language)].split("|")
    return re.compile("|".join(sorted(filter(None, words), key=len, reverse=True)))


@cache
def known_words(language: Language) -> frozenset[str]:
    """Return the folded words of a conversation, which are no misspelt words of the corpus."""
    kinds = ("wish", "pointing", "more", "defining")
    return frozenset(analysis.fold(word) for kind in kinds for word in _words(kind, language))


def requested_language(text: str) -> tuple[Language | None, str]:
    """Return the language that a question asks to be answered in, and the rest of it.

    A wish is a clause that names a language and says hardly anything else ("in
    Polish, please") or asks for the answer in it, the very end of a question, or what
    leads up to it ("tell me in Polish what …"). The rest is empty where the wish is the
    whole of it.
    """
    clauses = [match.group() for match in _CLAUSE.finditer(text)]
    for position, clause in enumerate(clauses):
        for language, pattern in _names().items():
            match = pattern.search(clause)
            if match is None:
                continue
            before, after = clause[: match.start()], clause[match.end() :]
            if _is_wish(before) and _is_wish(after):
                rest = "".join(clauses[:position] + _without_wishes(clauses[position + 1 :]))
                return language, rest.strip(" ,;:，；：")
            if position == 0 and re.search(r"\w", before) and _is_wish(before) and _opens(after):
                return language, (after + "".join(clauses[1:])).strip(" ,;:，；：")
            others = clauses[:position] + clauses[position + 1 :]
            if _REPLY.search(clause) and any(map(_SAYS_SOMETHING.search, others)):
                return language, "".join(others).strip(" ,;:，；：")
            last = position == len(clauses) - 1
            if last and re.search(r"\w", after) and _is_wish(after):
                return language, ("".join(clauses[:position]) + before).strip()
    return None, text


def _opens(text: str) -> bool:
    """Whether a text opens with a question word of any language, or a Chinese word of telling."""
    if analysis.HAN.search(text):
        return re.match(_TELLS_HAN, text.strip()) is not None
    return any(re.match(asked, text.strip(), re.IGNORECASE) for asked in _ASKS.values())


def _is_wish(text: str) -> bool:
    """Whether a piece of text has only words that stand beside a wish for a language."""
    if analysis.HAN.search(text):
        allowed = set(_lists()["wish"]["zh"])
        return allowed.issuperset("".join(analysis.HAN.findall(analysis.simplify(text))))
    known = _wish_words()
    return all(word in known for word in re.findall(r"[^\W_]+", text.casefold()))


@cache
def _wish_words() -> frozenset[str]:
    lists = _lists()["wish"]
    return frozenset(word for code in lists if code != "zh" for word in lists[code].split())


def _without_wishes(clauses: list[str]) -> list[str]:
    """Drop what only completes a wish ("…, please")."""
    return [clause for clause in clauses if not _is_wish(clause)]
