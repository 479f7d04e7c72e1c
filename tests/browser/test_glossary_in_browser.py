"""The glossary in a browser: search, topics, letters, sharing, phones, and marks in answers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from driving import Visitor
from playwright.sync_api import Locator, expect

from assistant.messages import message
from assistant.types import LANGUAGES, Language

Visit = Callable[..., Visitor]

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True}
BEYOND_THE_SCREEN = """() => {
  const width = document.documentElement.clientWidth;
  const scrolls = document.documentElement.scrollWidth > width ? ["the document"] : [];
  const needed = "h1, h3, .cx-card, .cx-card :is(p, li, dd, .cx-share), #cx-find, .cx-none *";
  const cut = [...document.querySelectorAll(needed)].filter((element) => {
    const {left, right, width: own} = element.getBoundingClientRect();
    return own > 0 && (left < -1 || right > width + 1);
  });
  return scrolls.concat(cut.map((element) => element.outerHTML.slice(0, 80)));
}"""


@pytest.fixture
def reader(visit: Visit) -> Visitor:
    """Somebody at a desk, at the English glossary."""
    somebody = visit(permissions=["clipboard-read", "clipboard-write"])
    somebody.open("/en/glossary")
    return somebody


def search(reader: Visitor, text: str) -> None:
    reader.page.locator("#cx-find").fill(text)


def cards(reader: Visitor) -> Locator:
    return reader.page.locator(".cx-card:visible")


def names(reader: Visitor) -> Locator:
    return cards(reader).locator(".cx-name")


def told(shown: int, language: Language = "en") -> str:
    return message("glossary_count", language, count=shown, total=129)


# --- search


@pytest.mark.parametrize(
    ("language", "typed", "first"),
    [
        ("en", "nps", "Net Promoter Score"),
        ("en", "Net-Promoter", "Net Promoter Score"),
        ("en", "client experience", "Customer experience"),
        ("en", "отток клиентов", "Customer churn"),
        ("pl", "doswiadczenia klienta", "Doświadczenie klienta"),
        ("pl", "glos klienta", "Głos klienta"),
        ("hu", "ugyfelelmeny", "Ügyfélélmény"),
        ("ru", "КЛИЕНТСКОГО ОПЫТА", "Клиентский опыт"),
        ("zh-Hans", "顧客體驗", "客户体验"),
        ("zh-Hant", "客户体验", "顧客體驗"),
    ],
)
def test_term_is_found_by_its_names_whatever_their_marks(
    visit: Visit, language: Language, typed: str, first: str
) -> None:
    reader = visit()
    reader.open(f"/{language}/glossary")
    search(reader, typed)
    expect(names(reader).first).to_have_text(first)
    expect(reader.page.locator("#cx-count")).to_have_text(told(cards(reader).count(), language))
    assert cards(reader).count() < 129


def test_term_is_found_by_words_of_its_definition(reader: Visitor) -> None:
    search(reader, "percentage satisfied")
    expect(names(reader)).to_contain_text(["Customer satisfaction score"])


def test_emptied_search_brings_every_term_back_in_order(reader: Visitor) -> None:
    before = names(reader).all_inner_texts()
    search(reader, "journey")
    expect(reader.page.locator("#cx-count")).not_to_have_text(told(129))
    reader.page.keyboard.press("Escape")
    expect(reader.page.locator("#cx-count")).to_have_text(told(129))
    assert names(reader).all_inner_texts() == before


def test_search_that_finds_nothing_names_the_nearest_terms(reader: Visitor) -> None:
    search(reader, "net promotr skore")
    expect(cards(reader)).to_have_count(0)
    expect(reader.page.locator("#cx-count")).to_have_text(told(0))
    expect(reader.page.locator(".cx-none p").first).to_have_text(
        message("glossary_none", "en", query="net promotr skore")
    )
    reader.page.locator(".cx-none li a").first.click()
    expect(reader.page.locator("#nps")).to_be_in_viewport()
    expect(reader.page.locator("#nps")).to_be_focused()
    expect(cards(reader)).to_have_count(129)


def test_hostile_search_is_shown_as_typed(reader: Visitor) -> None:
    typed = "<img src=http://example.com/x onerror=alert(1)> $&"
    search(reader, typed)
    expect(reader.page.locator(".cx-none p").first).to_contain_text(typed)
    assert reader.page.locator(".cx-none img").count() == 0


def test_slash_goes_to_the_search(reader: Visitor) -> None:
    reader.page.keyboard.press("/")
    expect(reader.page.locator("#cx-find")).to_be_focused()


# --- topics and letters


def test_topic_shows_its_terms_alone(reader: Visitor) -> None:
    button = reader.page.locator(".cx-topics button[data-topic=measures]")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(reader.page.locator(".cx-topics button[aria-pressed=true]")).to_have_count(1)
    expect(cards(reader)).to_have_count(26)
    topics = {card.get_attribute("data-topic") for card in cards(reader).all()}
    assert topics == {"measures"}
    expect(reader.page.locator("#cx-count")).to_have_text(told(26))
    search(reader, "customer journey")
    expect(reader.page.locator(".cx-none li a").first).to_have_text("Customer journey")
    reader.page.locator(".cx-all").click()
    expect(cards(reader)).to_have_count(129)


@pytest.mark.parametrize("language", LANGUAGES)
def test_letter_leads_to_its_terms(visit: Visit, language: Language) -> None:
    reader = visit()
    reader.open(f"/{language}/glossary")
    letter = reader.page.locator(".cx-letters a").nth(6)
    letter.click()
    heading = reader.page.locator(f".cx-letter h2{letter.get_attribute('href')}")
    expect(heading).to_have_text(letter.inner_text())
    expect(heading).to_be_in_viewport()


def test_letter_brings_back_what_a_topic_hid(reader: Visitor) -> None:
    reader.page.locator(".cx-topics button[data-topic=people]").click()
    reader.page.locator(".cx-letters a", has_text="Q").click()
    expect(reader.page.get_by_role("heading", name="Quick win")).to_be_visible()


# --- links


def test_link_to_a_term_can_be_shared(reader: Visitor, visit: Visit) -> None:
    reader.page.locator("#nps .cx-share").click()
    expect(reader.page.locator(".cx-said")).to_have_text(message("glossary_copied", "en"))
    copied = reader.page.evaluate("() => navigator.clipboard.readText()")
    assert copied == f"{reader.server.url}/en/glossary#nps"
    other = visit()
    other.open("/en/glossary#nps")
    expect(other.page.locator("#nps h3")).to_be_in_viewport()
    expect(other.page.locator("#nps")).to_be_focused()


def test_related_term_is_reached_out_of_a_search(reader: Visitor) -> None:
    search(reader, "nps")
    reader.page.locator("#nps .glossary-related a").first.click()
    expect(reader.page.locator("#promoter h3")).to_be_in_viewport()
    expect(reader.page.locator("#cx-find")).to_have_value("")


def test_language_switch_stays_at_the_term(reader: Visitor) -> None:
    reader.page.goto(f"{reader.server.url}/en/glossary#ces")
    reader.page.locator("header nav a[hreflang=hu]").click()
    reader.page.wait_for_url("**/hu/glossary#ces")
    expect(reader.page.locator("#ces h3")).to_be_in_viewport()


def test_chat_and_passages_lead_to_the_glossary(visit: Visit) -> None:
    visitor = visit()
    for address in ("/pl/", "/pl/passages/playbook/team-size"):
        visitor.open(address)
        visitor.page.get_by_role("link", name=message("glossary", "pl"), exact=True).click()
        expect(visitor.page).to_have_url(re.compile("/pl/glossary$"))


# --- reading it: no script, phone, dark


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_there_without_script(visit: Visit, language: Language) -> None:
    reader = visit(java_script_enabled=False)
    reader.open(f"/{language}/glossary#nps")
    expect(cards(reader)).to_have_count(129)
    expect(reader.page.locator("#cx-find")).to_be_hidden()
    expect(reader.page.locator("#nps h3")).to_be_in_viewport()


@pytest.mark.parametrize("language", LANGUAGES)
def test_phone_shows_the_glossary_in_its_whole_width(visit: Visit, language: Language) -> None:
    reader = visit(**PHONE)
    reader.open(f"/{language}/glossary")
    assert reader.page.evaluate(BEYOND_THE_SCREEN) == []
    search(reader, "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq")
    assert reader.page.evaluate(BEYOND_THE_SCREEN) == []
    search(reader, "nps")
    expect(cards(reader).first).to_be_in_viewport()
    expect(reader.page.locator("#cx-find")).to_be_in_viewport()


def test_dark_browser_gets_a_dark_glossary(visit: Visit) -> None:
    reader = visit(color_scheme="dark")
    reader.open("/en/glossary")
    light = "() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3)"
    assert max(int(value) for value in reader.page.evaluate(light)) < 80


# --- terms in an answer


def test_term_of_an_answer_shows_its_definition_when_it_has_the_focus(visitor: Visitor) -> None:
    answer = visitor.ask("How big is a typical CX team?")
    term = answer.locator("abbr.cx-term").first
    expect(term).to_have_attribute("title", re.compile("\\w{3}"))
    term.focus()
    expect(term).to_be_focused()
    shown = term.evaluate("(element) => getComputedStyle(element, '::after').content")
    assert str(term.get_attribute("title"))[:20] in shown
