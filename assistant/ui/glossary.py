"""The glossary as a page of its own, and its terms marked in answers."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache, partial
from html import escape

from assistant import analysis
from assistant.corpus import Corpus, plain
from assistant.glossary import DOCUMENT, Glossary, Term
from assistant.messages import message
from assistant.types import LANGUAGES, Language
from assistant.ui.passage import inline, language_links, plain_page

LATIN = "A–Z"
_HUNGARIAN = [
    "A",
    "B",
    "C",
    "Cs",
    "D",
    "Dz",
    "Dzs",
    "E",
    "F",
    "G",
    "Gy",
    "H",
    "I",
    "J",
    "K",
    "L",
    "Ly",
    "M",
    "N",
    "Ny",
    "O",
    "Ö",
    "P",
    "Q",
    "R",
    "S",
    "Sz",
    "T",
    "Ty",
    "U",
    "Ü",
    "V",
    "W",
    "X",
    "Y",
    "Z",
    "Zs",
]
_ALPHABETS: Mapping[Language, Sequence[str]] = {
    "en": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "pl": "AĄBCĆDEĘFGHIJKLŁMNŃOÓPQRSŚTUVWXYZŹŻ",
    "hu": _HUNGARIAN,
    "ru": "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ",
}
# Letters that dictionaries of the language file as one.
_AS_ONE = {
    "hu": str.maketrans("ÁÉÍÓŐÚŰ", "AEIOÖUÜ"),
    "ru": str.maketrans("Ё", "Е"),
}
_ARTICLE = {"hu": re.compile(r"(?:az?|egy) ", re.IGNORECASE)}
_BOPOMOFO = range(0x3105, 0x3130)
_LONGEST_LETTER = 3
_AFTER_ALPHABET = 1000
_LABELLED = re.compile(r"\*\*(?P<label>[^*]+?)[.。]?\*\*[:：]?\s*(?P<text>.+)", re.DOTALL)
_LINK_ICON = (
    '<svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true" focusable="false">'
    '<path d="M8.2 11.8a3 3 0 0 0 4.3 0l3-3a3 3 0 0 0-4.3-4.3l-1 1M11.8 8.2a3 3 0 0 0-4.3 0l-3 3'
    'a3 3 0 0 0 4.3 4.3l1-1" fill="none" stroke="currentColor" stroke-width="1.7" '
    'stroke-linecap="round"/></svg>'
)

_MOST_MARKS = 8
_SHORTEST_CHINESE_ALIAS = 4
# Tags, links, headings, bold labels and code: nothing is marked within them.
_UNTOUCHED = re.compile(
    r"<a\b[^>]*>.*?</a>|<[^>]*>|^#{1,6} [^\n]*|!?\[[^\]]*\]\([^)]*\)|\*\*[^*\n]+\*\*|`[^`]*`",
    re.MULTILINE | re.DOTALL,
)


def short_id(term: Term) -> str:
    """Return a term's anchor on the page: "nps" for "glossary/nps"."""
    return term.id.partition("/")[2]


def term_address(term: Term) -> str:
    """Return the address of a term's card in its language, which can be shared."""
    return f"/{term.passage.language}/{DOCUMENT}#{short_id(term)}"


# --- the order of terms


def by_letter(terms: Iterable[Term], language: Language) -> list[tuple[str, list[Term]]]:
    """Group terms as a dictionary of their language does, and sort them.

    Polish, Hungarian and Russian have their own alphabets; in Hungarian, Cs or Sz is
    one letter, and an article does not count. Simplified Chinese goes by pinyin,
    traditional by the first zhuyin symbol. What is written in Latin letters among
    others comes last, as "A–Z", but by its own letter among pinyin.
    """
    place: Callable[[str], tuple[str, tuple[object, ...]]]
    place = _by_sound(language) if language.startswith("zh") else _by_alphabet(language)
    placed = sorted(
        ((*place(term.title), term) for term in terms),
        key=lambda found: (found[1], found[2].title),
    )
    groups: dict[str, list[Term]] = {}
    for letter, _, term in placed:
        groups.setdefault(letter, []).append(term)
    return list(groups.items())


def _by_alphabet(language: Language) -> Callable[[str], tuple[str, tuple[object, ...]]]:
    positions = {letter.upper(): n for n, letter in enumerate(_ALPHABETS[language])}
    shown = {letter.upper(): letter for letter in _ALPHABETS[language]}

    def place(title: str) -> tuple[str, tuple[object, ...]]:
        article = _ARTICLE.get(language)
        text = (article.sub("", title, count=1) if article else title).upper()
        text = text.translate(_AS_ONE.get(language, {}))
        letters = _split(text, positions)
        key = tuple(
            positions.get(letter, _AFTER_ALPHABET + ord(letter[0]) if letter.isalpha() else -1)
            for letter in letters
        )
        return shown.get(letters[0], LATIN), key

    return place


def _split(text: str, known: Collection[str]) -> list[str]:
    """Split into letters, the longest known first: "CSATORNA" into "CS", "A" and so on."""
    found: list[str] = []
    while text:
        for length in range(_LONGEST_LETTER, 1, -1):
            if text[:length] in known and len(text) >= length:
                break
        else:
            length = 1
        found.append(text[:length])
        text = text[length:]
    return found


def _by_sound(language: Language) -> Callable[[str], tuple[str, tuple[object, ...]]]:
    # Readings of phrases would take 44 MB, and change none of the initials needed here.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, lazy_pinyin

    def pinyin(title: str) -> tuple[str, tuple[object, ...]]:
        syllables = lazy_pinyin(title, style=Style.TONE3)
        letter = syllables[0][0].upper()
        return letter, (letter, *(syllable.casefold() for syllable in syllables))

    def zhuyin(title: str) -> tuple[str, tuple[object, ...]]:
        syllables = lazy_pinyin(title, style=Style.BOPOMOFO)
        first = syllables[0][0]
        spoken = ord(first) in _BOPOMOFO
        return first if spoken else LATIN, (not spoken, *(s.casefold() for s in syllables))

    return zhuyin if language == "zh-Hant" else pinyin


# --- the page


def glossary_page(glossary: Glossary, corpus: Corpus, language: Language) -> str:
    """Render all terms; assets/glossary.js searches them, and without it all are shown."""

    def say(key: str, **values: object) -> str:
        return escape(message(key, language, **values))

    terms = glossary.terms(language)
    groups = by_letter(terms, language)
    title = next((t.passage.document_title for t in terms), message("glossary", language))
    letters = "".join(
        f'<li><a href="#letter-{n}">{escape(letter)}</a></li>'
        for n, (letter, _) in enumerate(groups, start=1)
    )
    sections = "".join(
        f'<section class="cx-letter" aria-labelledby="letter-{n}">'
        f'<h2 id="letter-{n}" tabindex="-1">{escape(letter)}</h2>'
        f"{''.join(_card(term, glossary, corpus) for term in found)}</section>"
        for n, (letter, found) in enumerate(groups, start=1)
    )
    shown = say("glossary_count", count=len(terms), total=len(terms))
    body = (
        f'<a class="cx-skip" href="#cx-terms">{say("glossary_skip")}</a>'
        f'<div class="cx-glossary-title"><h1>{escape(title)}</h1>'
        f"<p>{say('glossary_intro')}</p></div>"
        f'<div class="cx-glossary"><aside class="cx-tools">'
        f'<div class="cx-search cx-live" role="search">'
        f'<label for="cx-find">{say("glossary_search")}</label>'
        f'<input id="cx-find" type="search" placeholder="{say("glossary_hint")}" '
        f'autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="search" '
        f'aria-controls="cx-terms" aria-describedby="cx-count">'
        f'<p id="cx-count" role="status" aria-live="polite" '
        f'data-text="{say("glossary_count", count="{}", total=len(terms))}">{shown}</p></div>'
        f"{_topics(terms, language)}"
        f'<nav class="cx-letters" aria-labelledby="cx-letters-title">'
        f'<h2 id="cx-letters-title">{say("glossary_letters")}</h2><ul>{letters}</ul></nav></aside>'
        f'<div id="cx-terms" tabindex="-1" data-copied="{say("glossary_copied")}" '
        f'data-not-copied="{say("glossary_not_copied")}">'
        f'<section class="cx-none" hidden><p data-text="{say("glossary_none", query="{}")}"></p>'
        f'<p class="cx-near">{say("glossary_nearest")}</p><ul></ul>'
        f'<button type="button" class="cx-all">{say("glossary_show_all")}</button></section>'
        f'<div id="cx-found" hidden></div>{sections}</div></div>'
        '<p class="cx-said" role="status" aria-live="polite"></p>'
    )
    return plain_page(
        language,
        title,
        f'<main class="cx-wide">{body}</main>',
        beside=language_links(language, DOCUMENT),
        here=DOCUMENT,
        scripts=("glossary.js",),
    )


def _topics(terms: Sequence[Term], language: Language) -> str:
    """Render a button per section, pressed or not, with the number of its terms."""
    counts: dict[str, int] = {}
    titles: dict[str, str] = {}
    for term in terms:
        counts[_topic(term)] = counts.get(_topic(term), 0) + 1
        titles[_topic(term)] = term.passage.path[-1]
    every = {"": message("glossary_all_topics", language), **titles}
    buttons = "".join(
        f'<button type="button" data-topic="{escape(topic)}" '
        f'aria-pressed="{"false" if topic else "true"}">{escape(title)} '
        f"<span>{counts.get(topic, len(terms))}</span></button>"
        for topic, title in every.items()
    )
    name = escape(message("glossary_topics", language))
    return (
        f'<div class="cx-topics cx-live" role="group" aria-labelledby="cx-topics-title">'
        f'<h2 id="cx-topics-title">{name}</h2><div>{buttons}</div></div>'
    )


def _topic(term: Term) -> str:
    return (term.passage.parent or "").partition("/")[2]


def _card(term: Term, glossary: Glossary, corpus: Corpus) -> str:
    language, name = term.passage.language, short_id(term)
    copy = escape(message("glossary_copy", language, term=term.title))
    short = "".join(
        f' <span class="cx-short">{escape(abbreviation)}</span>'
        for abbreviation in term.abbreviations
    )
    return (
        f'<article class="cx-card" id="{escape(name)}" tabindex="-1" '
        f'aria-labelledby="{escape(name)}-title" data-topic="{escape(_topic(term))}" '
        f'data-names="{escape("|".join(_findable(term, glossary)))}">'
        f'<p class="cx-topic">{escape(term.passage.path[-1])}</p>'
        f'<div class="cx-card-head"><h3 id="{escape(name)}-title"><span class="cx-name">'
        f"{escape(term.title)}</span>{short}</h3>"
        f'<a class="cx-share" href="#{escape(name)}" aria-label="{copy}" title="{copy}">'
        f"{_LINK_ICON}</a></div>"
        f"{_text(term)}{_more(term, glossary, corpus)}</article>"
    )


def _findable(term: Term, glossary: Glossary) -> list[str]:
    """Return everything a term is called, its title first; other languages' titles last."""
    language = term.passage.language
    names = [*term.names, *term.forms]
    for code in LANGUAGES:
        other = glossary.get(term.id, code) if code != language else None
        if other is not None:
            both_chinese = code.startswith("zh") and language.startswith("zh")
            names += other.names if both_chinese else (other.title, *other.abbreviations)
    return list(dict.fromkeys(names))


def _text(term: Term) -> str:
    """Render the definition, and the points with their labels set apart."""
    gap = "" if term.passage.language.startswith("zh") else " "
    html: list[str] = []
    for block in term.passage.blocks:
        if block.kind == "paragraph":
            kind = "" if html else ' class="cx-definition"'
            html.append(f"<p{kind}>{gap.join(map(inline, block.statements))}</p>")
            continue
        anchors = block.anchors or ("",) * len(block.statements)
        points = (_point(*point) for point in zip(block.statements, anchors, strict=True))
        html.append(f'<ul class="cx-points">{"".join(points)}</ul>')
    return "".join(html)


def _point(statement: str, anchor: str) -> str:
    match = _LABELLED.fullmatch(statement)
    if match is None:
        return f"<li><span>{inline(statement)}</span></li>"
    kind = f' class="cx-is-{escape(anchor)}"' if anchor else ""
    return f"<li{kind}><b>{inline(match['label'])}</b> <span>{inline(match['text'])}</span></li>"


def _more(term: Term, glossary: Glossary, corpus: Corpus) -> str:
    """Render what leads on: related and confused terms, the sources, other languages."""
    language = term.passage.language

    def to_terms(keys: Iterable[str]) -> list[str]:
        found = (glossary.get(key, language) for key in dict.fromkeys(keys))
        return [
            f'<a href="#{escape(short_id(other))}">{escape(other.title)}</a>'
            for other in found
            if other is not None
        ]

    versus = set(term.versus)
    uses = (corpus.get(key, language) for key in term.uses)
    others = ((code, glossary.get(term.id, code)) for code in LANGUAGES if code != language)
    rows = {
        "glossary_related": to_terms(key for key in term.related if key not in versus),
        "glossary_versus": to_terms(term.versus),
        "glossary_uses": [
            f'<a href="/{language}/passages/{escape(use.id)}">{escape(use.title)}</a> '
            f"<small>{escape(use.document_title)}</small>"
            for use in uses
            if use is not None
        ],
        "glossary_languages": [
            f"<small>{escape(message('language_name', code))}</small> "
            f'<a href="{escape(term_address(other))}" hreflang="{code}" lang="{code}">'
            f"{escape(other.title)}</a>"
            for code, other in others
            if other is not None
        ],
    }
    return (
        '<dl class="cx-more">'
        + "".join(
            f'<div class="{key.replace("_", "-")}"><dt>{escape(message(key, language))}</dt>'
            + "".join(f"<dd>{link}</dd>" for link in links)
            + "</div>"
            for key, links in rows.items()
            if links
        )
        + "</dl>"
    )


# --- terms in an answer


class TermMarks:
    """Marks the glossary's terms in answers, so that a reader can look one up in place."""

    def __init__(self, glossary: Glossary) -> None:
        self._named = cache(lambda language: _Named(glossary, language))

    def mark(self, answer: str, language: Language, without: Collection[str] = ()) -> str:
        """Wrap the first occurrence of each term, at most eight, in its definition.

        Of names that begin at one place the longest counts. Tags, links, headings and
        bold labels stay as they are.

        Args:
            answer: Markdown with the HTML of citations in it.
            language: whose names are looked for.
            without: ids of terms to leave alone, such as those that the answer is about.
        """
        named = self._named(language)
        pattern = named.pattern(answer)
        seen = set(without)
        marks = 0

        def wrap(match: re.Match[str]) -> str:
            nonlocal marks
            term = named.term(match.group())
            if marks == _MOST_MARKS or term is None or term.id in seen:
                return match.group()
            seen.add(term.id)
            marks += 1
            # A dollar sign would begin a formula on the chat page.
            definition = escape(named.definition(term)).replace("$", "&#36;")
            return f'<abbr class="cx-term" tabindex="0" title="{definition}">{match.group()}</abbr>'

        parts, at = [], 0
        for kept in _UNTOUCHED.finditer(answer):
            parts += [pattern.sub(wrap, answer[at : kept.start()]), kept.group()]
            at = kept.end()
        return "".join((*parts, pattern.sub(wrap, answer[at:])))


class _Named:
    """The names to look for in answers of a language, and the terms they name.

    A name of several terms is none of them. Of other names than the title, only
    those of several words are looked for: one word alone ("recovery") often means
    something else. Abbreviations count only as they are written.
    """

    def __init__(self, glossary: Glossary, language: Language) -> None:
        chinese = language.startswith("zh")
        self._gap = "" if chinese else " "
        self._names: dict[str, Term | None] = {}
        self._abbreviations: dict[str, Term | None] = {}
        for term in glossary.terms(language):
            titles = {term.title, *term.forms, *term.passage.aliases}
            names = {n for n in titles if n == term.title or _telling(n, chinese=chinese)}
            for found, called in (
                (self._names, {" ".join(name.casefold().split()) for name in names}),
                (self._abbreviations, set(term.abbreviations)),
            ):
                for name in called:
                    found[name] = term if found.get(name, term) is term else None
        self._start = r"(?<![A-Za-z0-9])" if chinese else r"(?<![\w-])"
        self._end = r"(?![A-Za-z0-9])" if chinese else r"(?!\w|-\w)"
        self._ending = r"(?![A-Za-z0-9])" if chinese else r"(?!\w)"  # "CX-ben", "NPS-u"

    def pattern(self, text: str) -> re.Pattern[str]:
        """Return a pattern of the names that a text may hold; all of them would take long."""
        folded = " ".join(text.casefold().split())
        names = self._any((n for n in self._names if n in folded), self._end)
        short = self._any((a for a in self._abbreviations if a in text), self._ending)
        return re.compile(f"(?i:{names})|{short}")

    def _any(self, names: Iterable[str], end: str) -> str:
        """Return a pattern of any of some names, the longest first; of none, one that fails."""
        ordered = sorted(names, key=lambda name: (-len(name), name))
        return "|".join(map(partial(self._whole, end=end), ordered)) or r"(?!)"

    def _whole(self, name: str, end: str) -> str:
        """Return a pattern of a name as whole words; Chinese writes none apart."""
        words = re.escape(name).replace(r"\ ", r"\s+")
        start = "" if analysis.HAN.match(name[0]) else self._start
        return start + words + ("" if analysis.HAN.match(name[-1]) else end)

    def definition(self, term: Term) -> str:
        return plain(self._gap.join(term.passage.blocks[0].statements))

    def term(self, text: str) -> Term | None:
        return self._abbreviations.get(text) or self._names.get(" ".join(text.casefold().split()))


def _telling(name: str, *, chinese: bool) -> bool:
    if chinese and not name.isascii():
        return len(name) >= _SHORTEST_CHINESE_ALIAS
    return " " in name.strip() or "-" in name
