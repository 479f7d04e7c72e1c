"""The glossary's page and the terms marked in answers, without a browser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from types import MappingProxyType
from urllib.parse import urlsplit

import pytest

from assistant.corpus import Corpus, plain
from assistant.glossary import Glossary, Term
from assistant.messages import message
from assistant.types import LANGUAGES, Block, Language
from assistant.ui.glossary import LATIN, TermMarks, by_letter, glossary_page, short_id

HOSTILE = (
    '"><script>alert(1)</script>',
    "<img src=http://example.com/x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "![x](http://example.com/x.png)",
    "[x](javascript:alert(1))",
)
FIRST_LETTERS = {
    "en": ["A", "B", "C", "D", "E"],
    "zh-Hans": ["B", "C", "D", "F", "G"],
    "zh-Hant": ["ㄅ", "ㄆ", "ㄇ", "ㄈ", "ㄉ"],
    "pl": ["A", "B", "C", "D", "E"],
    "hu": ["A", "B", "C", "Cs", "D"],
    "ru": ["А", "Б", "В", "Г", "Д"],
}


@dataclass
class Card:
    """A term's card: its attributes, the addresses in it, and its text."""

    attributes: dict[str, str]
    addresses: list[str] = field(default_factory=list)
    text: str = ""


class Page(HTMLParser):
    """The cards of a page, the ids it has, and every element with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.cards: dict[str, Card] = {}
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._card: Card | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag == "article":
            self._card = self.cards[attributes["id"]] = Card(attributes)
        if self._card is not None and "href" in attributes:
            self._card.addresses.append(attributes["href"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self._card = None

    def handle_data(self, data: str) -> None:
        if self._card is not None:
            self._card.text += data

    @property
    def ids(self) -> list[str]:
        return [found["id"] for _, found in self.elements if "id" in found]

    @property
    def addresses(self) -> list[str]:
        return [
            found[name] for _, found in self.elements for name in ("href", "src") if name in found
        ]


@pytest.fixture(scope="module")
def glossary(corpus: Corpus) -> Glossary:
    return Glossary(corpus)


@pytest.fixture(scope="module")
def pages(corpus: Corpus, glossary: Glossary) -> dict[Language, Page]:
    return {language: Page(glossary_page(glossary, corpus, language)) for language in LANGUAGES}


def term(glossary: Glossary, name: str, language: Language) -> Term:
    found = glossary.get(f"glossary/{name}", language)
    assert found is not None
    return found


# --- the cards


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_has_a_card_with_its_words(
    pages: dict[Language, Page], glossary: Glossary, language: Language
) -> None:
    cards = pages[language].cards
    terms = glossary.terms(language)
    assert sorted(cards) == sorted(map(short_id, terms))
    for each in terms:
        card = cards[short_id(each)]
        assert each.title in card.text
        assert all(plain(s) in card.text for s in each.passage.blocks[0].statements)
        assert all(abbreviation in card.text for abbreviation in each.abbreviations)


@pytest.mark.parametrize("language", LANGUAGES)
def test_points_of_a_term_are_shown_with_their_labels_apart(
    pages: dict[Language, Page], glossary: Glossary, language: Language
) -> None:
    card = pages[language].cards["nps"]
    points = [s for b in term(glossary, "nps", language).passage.blocks[1:] for s in b.statements]
    assert len(points) == 4
    for point in points:
        label, text = plain(point.replace("**", "|", 2)).split("|")[1:]
        assert label.rstrip(".") in card.text
        assert text.lstrip(" ：:") in card.text
    assert "**" not in card.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_card_can_be_found_by_everything_the_term_is_called(
    pages: dict[Language, Page], glossary: Glossary, language: Language
) -> None:
    for each in glossary.terms(language):
        names = pages[language].cards[short_id(each)].attributes["data-names"].split("|")
        assert {*each.names, *each.forms} <= set(names)
        others = [glossary.get(each.id, code) for code in LANGUAGES]
        assert {other.title for other in others if other} <= set(names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_id_is_used_twice(pages: dict[Language, Page], language: Language) -> None:
    assert [name for name, count in Counter(pages[language].ids).items() if count > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_leads_to_something_that_exists(
    pages: dict[Language, Page], corpus: Corpus, language: Language
) -> None:
    ids = {code: set(page.ids) for code, page in pages.items()}
    lost = []
    for address in pages[language].addresses:
        parts = urlsplit(address)
        code, _, rest = parts.path.strip("/").partition("/")
        if not parts.path:
            known = parts.fragment in ids[language]
        elif rest == "glossary":
            known = not parts.fragment or parts.fragment in ids[code]  # type: ignore[index]
        elif rest.startswith("passages/"):
            known = corpus.get(rest.removeprefix("passages/"), code) is not None  # type: ignore[arg-type]
        else:
            known = parts.path.startswith("/assets/") or (
                code in LANGUAGES and rest in ("", "plan")
            )
        lost += [] if known else [address]
    assert lost == []


def test_card_leads_to_sources_related_terms_and_other_languages(
    pages: dict[Language, Page], glossary: Glossary
) -> None:
    nps = term(glossary, "nps", "pl")
    addresses = set(pages["pl"].cards["nps"].addresses)
    assert {f"/pl/passages/{use}" for use in nps.uses} <= addresses
    assert {f"#{key.partition('/')[2]}" for key in (*nps.related, *nps.versus)} <= addresses
    assert {f"/{code}/glossary#nps" for code in LANGUAGES if code != "pl"} <= addresses


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_names_its_controls_and_counts_its_terms(
    pages: dict[Language, Page], glossary: Glossary, language: Language
) -> None:
    page, total = pages[language], len(glossary.terms(language))
    assert page.elements[0] == ("html", {"lang": language})
    pressed = [found["aria-pressed"] for _, found in page.elements if "aria-pressed" in found]
    topics = {card.attributes["data-topic"] for card in page.cards.values()}
    assert pressed == ["true"] + ["false"] * len(topics)
    status = next(found for _, found in page.elements if found.get("id") == "cx-count")
    assert status["aria-live"] == "polite"
    assert status["data-text"] == message("glossary_count", language, count="{}", total=total)
    assert any(tag == "label" and found["for"] == "cx-find" for tag, found in page.elements)


def test_page_holds_no_script_but_its_own_file(pages: dict[Language, Page]) -> None:
    scripts = [found for tag, found in pages["en"].elements if tag == "script"]
    assert scripts == [{"src": "/assets/glossary.js", "defer": ""}]


# --- letters


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_follow_the_alphabet_of_the_language(
    glossary: Glossary, language: Language
) -> None:
    groups = by_letter(glossary.terms(language), language)
    assert [letter for letter, _ in groups][:5] == FIRST_LETTERS[language]
    assert len({letter for letter, _ in groups}) == len(groups)
    grouped = [each.id for _, found in groups for each in found]
    assert sorted(grouped) == sorted(each.id for each in glossary.terms(language))


@pytest.mark.parametrize(
    ("language", "name", "letter"),
    [
        ("pl", "aht", "Ś"),  # Średni czas obsługi
        ("hu", "channel", "Cs"),  # Csatorna
        ("hu", "aht", "A"),  # Átlagos kezelési idő, among A
        ("hu", "segmentation", "Sz"),
        ("hu", "voc", "Ü"),  # Az ügyfél hangja: the article does not count
        ("zh-Hans", "customer-experience", "K"),
        ("zh-Hans", "cx-strategy", "C"),
        ("zh-Hant", "customer-experience", "ㄍ"),
        ("zh-Hant", "cx-strategy", LATIN),
        ("ru", "nps", "И"),
        ("ru", "cx-champion", LATIN),
    ],
)
def test_term_stands_where_a_reader_looks_for_it(
    glossary: Glossary, language: Language, name: str, letter: str
) -> None:
    wanted = term(glossary, name, language)
    groups = by_letter(glossary.terms(language), language)
    assert [found for found, terms in groups if wanted in terms] == [letter]


def test_polish_letters_come_after_their_plain_ones(glossary: Glossary) -> None:
    letters = [letter for letter, _ in by_letter(glossary.terms("pl"), "pl")]
    assert letters.index("S") + 1 == letters.index("Ś")
    assert letters.index("Ś") < letters.index("T")


def test_latin_titles_come_last_among_other_letters(glossary: Glossary) -> None:
    assert by_letter(glossary.terms("zh-Hant"), "zh-Hant")[-1][0] == LATIN
    assert by_letter(glossary.terms("ru"), "ru")[-1][0] == LATIN


# --- escaping


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_of_a_term_stays_text(corpus: Corpus, text: str) -> None:
    spoiled = [
        replace(
            passage,
            document_title=text,
            path=(text,) if passage.parent else (),
            title=text,
            aliases=(text,),
            details=MappingProxyType({**passage.details, "abbreviation": text, "forms": text}),
            blocks=(Block("paragraph", (text,)), Block("list", (text, f"**{text}** {text}"))),
        )
        for passage in corpus.passages("en")
        if passage.document == "glossary"
    ]
    hostile = Corpus(spoiled)
    page = Page(glossary_page(Glossary(hostile), hostile, "en"))
    assert not {tag for tag, _ in page.elements} & {"img", "iframe", "object"}
    assert sum(tag == "script" for tag, _ in page.elements) == 1
    assert not [name for _, found in page.elements for name in found if name.startswith("on")]
    assert all(address.startswith(("/", "#")) for address in page.addresses)
    assert text in page.cards["nps"].text


# --- terms in an answer


@pytest.fixture(scope="module")
def marks(glossary: Glossary) -> TermMarks:
    return TermMarks(glossary)


def marked(html: str) -> Iterator[str]:
    """The texts of a text's marked terms."""
    for part in html.split('<abbr class="cx-term"')[1:]:
        yield part.split(">", 1)[1].split("</abbr>", 1)[0]


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "Agree on the journey map before the customer journey.", 2),
        ("en", "The NPS is a number, and nps is none.", 1),
        ("pl", "Zacznij od doświadczenia klienta.", 1),
        ("hu", "A CX-ben az ügyfélélményt mérik.", 1),
        ("ru", "Речь о клиентском опыте.", 1),
        ("zh-Hans", "先统一客户体验的定义。", 1),
        ("zh-Hant", "先統一顧客體驗的定義。", 1),
    ],
)
def test_terms_of_an_answer_are_marked_in_any_form(
    marks: TermMarks, language: Language, text: str, found: int
) -> None:
    html = marks.mark(text, language)
    assert len(list(marked(html))) == found
    assert Page(html).elements[0][1]["tabindex"] == "0"


def test_mark_holds_the_definition_and_leaves_the_text(
    marks: TermMarks, glossary: Glossary
) -> None:
    ((_, attributes),) = Page(html := marks.mark("Ask for the NPS first.", "en")).elements
    assert attributes["title"] == plain(term(glossary, "nps", "en").definition)
    assert html.startswith("Ask for the <abbr")
    assert html.endswith(">NPS</abbr> first.")


def test_longest_name_is_marked_once(marks: TermMarks) -> None:
    html = marks.mark("Customer experience management is not customer experience management.", "en")
    assert list(marked(html)) == ["Customer experience management"]


def test_part_of_a_word_is_not_marked(marks: TermMarks) -> None:
    assert list(marked(marks.mark("Pilots fly; a test-pilot and NPSX too.", "en"))) == []


def test_links_tags_headings_and_labels_are_left_alone(marks: TermMarks) -> None:
    text = (
        "## NPS\n\n**CSAT.** [CES](/x) `eNPS`\n\n"
        '<a class="cx-cite" href="/y" title="Touchpoint">Persona</a>'
    )
    assert marks.mark(text, "en") == text


def test_at_most_eight_terms_are_marked(marks: TermMarks, glossary: Glossary) -> None:
    text = ". ".join(each.title for each in glossary.terms("en"))
    assert len(list(marked(marks.mark(text, "en")))) == 8


def test_term_that_the_answer_is_about_is_not_marked(marks: TermMarks) -> None:
    assert marks.mark("The NPS.", "en", without={"glossary/nps"}) == "The NPS."


def test_definition_begins_no_formula_and_ends_no_attribute(corpus: Corpus) -> None:
    nps = corpus.get("glossary/nps", "en")
    assert nps is not None
    text = 'costs $5 and $6" onfocus="alert(1)'
    hostile = Corpus([replace(nps, blocks=(Block("paragraph", (text,)),))])
    html = TermMarks(Glossary(hostile)).mark("The NPS.", "en")
    ((_, attributes),) = Page(html).elements
    assert "$" not in html
    assert set(attributes) == {"class", "tabindex", "title"}
    assert attributes["title"] == text
