"""The page in a browser: asking, sources, languages, phones, and what it must never do."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from itertools import count
from urllib.parse import parse_qs, urlsplit

import pytest
from driving import SECURITY_HEADERS, Server, Visitor, Watch, send
from playwright.sync_api import Browser, Locator, expect

from assistant.corpus import Corpus, plain
from assistant.messages import message
from assistant.storage import Feedback, Storage
from assistant.types import LANGUAGES, Language, Passage

Visit = Callable[..., Visitor]

TEAM_SIZE = "playbook/team-size"
QUESTION = "How big is a typical CX team?"
PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True}
HOSTILE = [
    "<img src=http://example.com/x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "![x](http://example.com/x.png)",
    "<iframe src=http://example.com/></iframe>",
    "[click](javascript:alert(1))",
    "**bold** _slanted_ `code` $x$ # heading &lt;b&gt;",
]
MADE_OF_MARKUP = ":is(img, script, iframe, strong, b, em, code, h1, [href^=javascript])"
# What people read and press; the languages in the header may be scrolled by themselves.
BEYOND_THE_SCREEN = """() => {
  const width = document.documentElement.clientWidth;
  const scrolls = document.documentElement.scrollWidth > width ? ["the document"] : [];
  const needed = "h1, .cx-welcome, .example, [data-testid=user], [data-testid=bot] :is(p, li), "
    + ".options button, #cx-question :is(textarea, button), #cx-new, #cx-panel article";
  const cut = [...document.querySelectorAll(needed)].filter((element) => {
    const {left, right, width: own} = element.getBoundingClientRect();
    return own > 0 && (left < -1 || right > width + 1);
  });
  return scrolls.concat(cut.map((element) => element.outerHTML.slice(0, 80)));
}"""
# The contrast of an element's text with what lies behind it, as WCAG 2 defines it.
CONTRAST = """(element) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext("2d", {willReadFrequently: true});
  const layers = [];
  for (let at = element; at; at = at.parentElement) {
    layers.unshift(getComputedStyle(at).backgroundColor);
  }
  const paint = (colour) => { pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); };
  const luminance = () => {
    const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3)
      .map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  paint("white");
  layers.forEach(paint);
  const behind = luminance();
  paint(getComputedStyle(element).color);
  const text = luminance();
  return (Math.max(text, behind) + 0.05) / (Math.min(text, behind) + 0.05);
}"""


def passage(corpus: Corpus, identity: str, language: Language) -> Passage:
    found = corpus.get(identity, language)
    assert found is not None
    return found


def words(text: str) -> str:
    """A text for comparing: no emphasis, one space between words, no closing punctuation."""
    return re.sub(r"\s+", " ", plain(text)).strip().rstrip(".:…。：!?！？")


def quoted_statements(citation: Locator, corpus: Corpus) -> list[str]:
    """The statements of a passage that a citation's address asks to be marked."""
    address = urlsplit(citation.get_attribute("href") or "")
    _, language, _, identity = address.path.split("/", 3)
    asked = parse_qs(address.query)
    span = slice(int(asked["from"][0]), int(asked["to"][0]) + 1)
    return list(passage(corpus, identity, language).statements[span])  # type: ignore[arg-type]


def marked(visitor: Visitor) -> list[str]:
    return visitor.passage.locator("mark").all_inner_texts()


# --- asking


@pytest.mark.parametrize("language", LANGUAGES)
def test_question_is_answered_in_its_language_with_citations(
    visit: Visit, corpus: Corpus, language: Language
) -> None:
    expected = passage(corpus, TEAM_SIZE, language)
    visitor = visit()
    visitor.open(f"/{language}/")
    answer = visitor.ask(expected.question)
    assert words(expected.lead) in words(visitor.text_of(answer))
    addresses = [link.get_attribute("href") or "" for link in visitor.citations.all()]
    assert addresses
    assert all(address.startswith(f"/{language}/passages/") for address in addresses)


def test_question_is_answered_in_its_own_language_on_any_page(visit: Visit, corpus: Corpus) -> None:
    visitor = visit()
    visitor.open("/ru/")
    answer = visitor.ask(passage(corpus, TEAM_SIZE, "pl").question)
    expected = words(passage(corpus, TEAM_SIZE, "pl").lead)
    assert expected in words(visitor.text_of(answer))


@pytest.mark.parametrize("language", ["hu", "zh-Hant"])
def test_word_of_no_language_is_answered_in_the_language_of_the_page(
    visit: Visit, language: Language
) -> None:
    visitor = visit()
    visitor.open(f"/{language}/")
    visitor.ask("VoC")
    address = visitor.citations.first.get_attribute("href") or ""
    assert address.startswith(f"/{language}/passages/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_asked_is_explained_in_the_language_of_the_page(
    visit: Visit, language: Language
) -> None:
    visitor = visit()
    visitor.open(f"/{language}/")
    expect(visitor.ask_in_vain("?!")).to_have_text(message("empty_question", language))


def test_starter_question_is_asked_by_a_click(visitor: Visitor) -> None:
    question = visitor.starters.first.inner_text()
    visitor.starters.first.click()
    visitor.answered(1)
    expect(visitor.questions).to_have_text([question])
    expect(visitor.citations.first).to_be_visible()


def test_suggestion_is_asked_by_a_click(visitor: Visitor) -> None:
    visitor.ask(QUESTION)
    question = visitor.suggestions.first.inner_text()
    visitor.suggestions.first.click()
    visitor.answered(2)
    expect(visitor.questions).to_have_text([QUESTION, question])


def test_follow_up_leans_on_the_question_before_it(visitor: Visitor) -> None:
    visitor.ask("What should I do in year three?")
    answer = visitor.ask("and in year five?")
    first = answer.locator("a.cx-cite").first.get_attribute("href") or ""
    assert first.startswith("/en/passages/playbook/year-5")


def test_retry_answers_the_last_question_again(visitor: Visitor) -> None:
    given = visitor.ask(QUESTION).inner_text()
    visitor.retry()
    expect(visitor.questions).to_have_text([QUESTION])
    expect(visitor.answers).to_have_text([given], use_inner_text=True)


def test_retry_of_what_could_not_be_answered_leaves_the_answer_before_it(
    visitor: Visitor,
) -> None:
    given = visitor.ask(QUESTION).inner_text()
    visitor.ask_in_vain("?!")
    # Retrying is three events for Gradio; the last one answers.
    events = count(1)
    with visitor.page.expect_request(lambda r: "/queue/join" in r.url and next(events) == 3):
        visitor.page.get_by_role("button", name="Retry", exact=True).click()
    expect(visitor.box).to_have_value("?!")
    expect(visitor.questions).to_have_text([QUESTION, "?!"])
    expect(visitor.answers).to_have_text(
        [given, message("empty_question", "en")], use_inner_text=True
    )


# --- sources


def test_citation_opens_its_passage_with_the_quoted_words_marked(
    visitor: Visitor, corpus: Corpus
) -> None:
    answer = visitor.ask(QUESTION)
    citation = visitor.citations.first
    citation.click()
    expect(visitor.passage.locator("h2")).to_have_text(passage(corpus, TEAM_SIZE, "en").title)
    quoted = [words(statement) for statement in quoted_statements(citation, corpus)]
    assert [words(text) for text in marked(visitor)] == quoted
    told = words(visitor.text_of(answer))
    assert all(quote in told for quote in quoted)


def test_each_citation_of_an_outline_marks_words_of_the_answer(
    visitor: Visitor, corpus: Corpus
) -> None:
    answer = visitor.ask("How do I vet a CX job?")
    told = words(visitor.text_of(answer))
    addresses = [link.get_attribute("href") or "" for link in visitor.citations.all()]
    assert len(set(addresses)) > 3
    for position in (0, len(addresses) // 2, len(addresses) - 1):
        visitor.citations.nth(position).click()
        opened = visitor.panel.locator("a.cx-open")
        expect(opened).to_have_attribute("href", visitor.server.url + addresses[position])
        first = quoted_statements(visitor.citations.nth(position), corpus)[0]
        expect(visitor.passage.locator("mark").first).to_have_text(
            re.compile(re.escape(words(first)))
        )
        assert all(words(text) in told for text in marked(visitor))


def test_citation_opens_by_keyboard_and_escape_returns_to_it(visitor: Visitor) -> None:
    visitor.ask(QUESTION)
    visitor.tab_back_to("a.cx-cite")
    visitor.page.keyboard.press("Enter")
    expect(visitor.passage.locator("mark").first).to_be_visible()
    expect(visitor.panel).to_be_focused()
    visitor.page.keyboard.press("Escape")
    expect(visitor.citations.last).to_be_focused()
    expect(visitor.page.locator(".cx-panel-open")).to_have_count(0)


def test_close_button_returns_to_the_citation(visitor: Visitor) -> None:
    visitor.ask(QUESTION)
    visitor.citations.first.click()
    visitor.panel.get_by_role("button", name=message("close", "en")).click()
    expect(visitor.citations.first).to_be_focused()
    expect(visitor.page.locator(".cx-panel-open")).to_have_count(0)


def test_passage_is_shown_in_another_language_beside_the_same_answer(
    visitor: Visitor, corpus: Corpus
) -> None:
    visitor.ask(QUESTION)
    visitor.citations.first.click()
    visitor.passage.locator("nav a[hreflang=zh-Hant]").click()
    expect(visitor.passage).to_have_attribute("lang", "zh-Hant")
    title = passage(corpus, TEAM_SIZE, "zh-Hant").title
    expect(visitor.passage.locator("h2")).to_have_text(title)
    assert visitor.page.url.endswith("/en/")
    visitor.page.keyboard.press("Escape")
    expect(visitor.citations.first).to_be_focused()


def test_citation_in_a_new_tab_is_a_page_of_its_own(visitor: Visitor, corpus: Corpus) -> None:
    visitor.ask(QUESTION)
    with visitor.context.expect_page() as opened:
        visitor.citations.first.click(modifiers=["Control"])
    expect(opened.value.locator("h2")).to_have_text(passage(corpus, TEAM_SIZE, "en").title)
    expect(opened.value.locator("mark").first).to_be_visible()


def test_panel_offers_its_passage_as_a_page(visitor: Visitor) -> None:
    visitor.ask(QUESTION)
    visitor.citations.first.click()
    with visitor.context.expect_page() as opened:
        visitor.panel.get_by_role("link", name=message("open_as_page", "en")).click()
    expect(opened.value.locator("mark").first).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_passage_opens_on_its_own_and_leads_to_the_chat(
    visit: Visit, corpus: Corpus, language: Language
) -> None:
    visitor = visit()
    visitor.open(f"/{language}/passages/{TEAM_SIZE}?from=0&to=0")
    shown = passage(corpus, TEAM_SIZE, language)
    expect(visitor.page.locator("html")).to_have_attribute("lang", language)
    expect(visitor.page.locator("h2")).to_have_text(shown.title)
    expect(visitor.page.locator("mark")).to_have_text([plain(shown.lead)])
    visitor.page.get_by_role("link", name=message("back_to_chat", language)).click()
    visitor.ready()
    assert visitor.page.url == f"{visitor.server.url}/{language}/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_unknown_passage_is_not_found_in_the_language_of_its_address(
    visit: Visit, language: Language
) -> None:
    visitor = visit()
    address = f"{visitor.server.url}/{language}/passages/playbook/no-such-passage"
    visitor.watch.missing.add(address)
    response = visitor.page.goto(address)
    assert response is not None
    assert response.status == 404
    expect(visitor.page.locator("main")).to_contain_text(message("no_passage", language))


# --- what is kept


def test_conversation_is_kept_when_the_language_is_switched(visitor: Visitor) -> None:
    given = visitor.ask(QUESTION).inner_text()
    visitor.page.locator("nav a[hreflang=pl]").first.click()
    visitor.page.wait_for_url("**/pl/")
    visitor.ready()
    expect(visitor.questions).to_have_text([QUESTION])
    expect(visitor.answers).to_have_text([given], use_inner_text=True)


def test_conversation_is_kept_when_the_page_is_loaded_again(visitor: Visitor) -> None:
    given = visitor.ask(QUESTION).inner_text()
    visitor.reload()
    expect(visitor.questions).to_have_text([QUESTION])
    expect(visitor.answers).to_have_text([given], use_inner_text=True)
    visitor.citations.first.click()
    expect(visitor.passage.locator("mark").first).to_be_visible()


def test_conversation_is_kept_when_the_server_starts_again(
    own_server: Server, visit: Visit
) -> None:
    visitor = visit(own_server)
    visitor.open()
    given = visitor.ask("What should I do in year three?").inner_text()
    visitor.page.goto("about:blank")
    own_server.stop()
    own_server.start()
    visitor.open()
    expect(visitor.answers).to_have_text([given], use_inner_text=True)
    follow_up = visitor.ask("and in year five?")
    first = follow_up.locator("a.cx-cite").first.get_attribute("href") or ""
    assert first.startswith("/en/passages/playbook/year-5")


def test_server_stops_when_told_to_although_a_page_is_open(
    own_server: Server, visit: Visit
) -> None:
    visitor = visit(own_server)
    visitor.open()
    stopped = own_server.stop()
    visitor.context.close()
    visitor.watch.forget()  # of a heartbeat that broke off
    assert stopped, "it had to be killed"


def test_new_conversation_is_empty_and_stays_so(visitor: Visitor) -> None:
    visitor.ask(QUESTION)
    visitor.citations.first.click()
    expect(visitor.passage).to_be_visible()
    visitor.start_anew()
    expect(visitor.questions).to_have_count(0)
    expect(visitor.answers).to_have_count(0)
    expect(visitor.starters.first).to_be_visible()
    expect(visitor.page.locator(".cx-panel-open")).to_have_count(0)
    visitor.reload()
    expect(visitor.starters.first).to_be_visible()
    expect(visitor.questions).to_have_count(0)


def test_conversations_of_two_people_are_their_own(visit: Visit) -> None:
    one, other = visit(), visit()
    one.open()
    one.ask(QUESTION)
    other.open()
    expect(other.starters.first).to_be_visible()
    expect(other.questions).to_have_count(0)


@pytest.mark.parametrize(("button", "liked"), [("Like", True), ("Dislike", False)])
def test_thumb_is_stored_with_the_answer_it_is_for(
    visitor: Visitor, button: str, liked: bool
) -> None:
    visitor.ask("What makes a great CX leader?")
    visitor.ask(QUESTION)
    before = len(_feedback(visitor.server))
    visitor.page.get_by_role("button", name=button, exact=True).nth(1).click()
    expect(visitor.page.get_by_text(message("thanks_feedback", "en"))).to_be_visible()
    newest, *earlier = _feedback(visitor.server)
    assert len(earlier) == before
    assert (newest.question, newest.language, newest.liked) == (QUESTION, "en", liked)
    assert f"/en/passages/{TEAM_SIZE}" in newest.answer


def _feedback(server: Server) -> list[Feedback]:
    with closing(Storage(server.database_url)) as storage:
        return storage.feedback()


# --- reading it: keyboard, screen reader, phone, dark


def test_first_tab_offers_to_skip_to_the_question(visitor: Visitor) -> None:
    visitor.reload()
    visitor.tab_back_to("a.cx-skip")
    visitor.page.keyboard.press("Enter")
    expect(visitor.box).to_be_focused()


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_tells_a_screen_reader_its_language(visit: Visit, language: Language) -> None:
    visitor = visit()
    visitor.open(f"/{language}/")
    expect(visitor.starters.first).to_be_visible()
    told = visitor.page.evaluate("() => document.documentElement.lang")
    assert told in {language, {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW"}.get(language)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_phone_shows_the_page_in_its_whole_width(
    visit: Visit, language: Language, corpus: Corpus
) -> None:
    visitor = visit(**PHONE)
    visitor.open(f"/{language}/")
    expect(visitor.starters.first).to_be_visible()
    assert _beyond_the_screen(visitor) == []
    visitor.ask(passage(corpus, "playbook/finding-job", language).question)
    assert _beyond_the_screen(visitor) == []
    visitor.citations.first.click()
    expect(visitor.passage).to_be_visible()
    assert _beyond_the_screen(visitor) == []


def _beyond_the_screen(visitor: Visitor) -> list[str]:
    """What is cut off at a side, or can only be reached by scrolling sideways."""
    found: list[str] = visitor.page.evaluate(BEYOND_THE_SCREEN)
    return found


def test_phone_opens_and_closes_a_source_within_its_screen(visit: Visit) -> None:
    visitor = visit(**PHONE)
    visitor.open()
    visitor.ask(QUESTION)
    visitor.citations.first.tap()
    expect(visitor.passage.locator("mark").first).to_be_in_viewport()
    place = visitor.panel.bounding_box()
    assert place is not None
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= 390
    close = visitor.panel.get_by_role("button", name=message("close", "en"))
    expect(close).to_be_in_viewport()
    close.tap()
    expect(visitor.panel).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(visit: Visit, scheme: str) -> None:
    visitor = visit(color_scheme=scheme)
    visitor.open()
    visitor.ask(QUESTION)
    visitor.citations.last.click()
    expect(visitor.passage).to_be_visible()
    visitor.box.fill("a question being typed")
    places = {
        "title": visitor.page.locator("header h1"),
        "language": visitor.page.locator("header nav a").last,
        "question": visitor.questions.locator("p").first,
        "answer": visitor.answers.locator("p").first,
        "citation": visitor.citations.first,
        "chosen citation": visitor.citations.last,
        "check": visitor.answers.locator(".cx-checked"),
        "suggestion": visitor.suggestions.first,
        "box": visitor.box,
        "passage": visitor.passage.locator("p:not(.cx-crumbs)").first,
        "marked": visitor.passage.locator("mark").first,
        "other language": visitor.passage.locator("nav a").first,
        "new conversation": visitor.page.locator("#cx-new"),
    }
    contrasts = {name: round(place.evaluate(CONTRAST), 1) for name, place in places.items()}
    assert {name: value for name, value in contrasts.items() if value < 4.5} == {}


def test_dark_browser_gets_a_dark_page(visit: Visit) -> None:
    visitor = visit(color_scheme="dark")
    visitor.open()
    light = "() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3)"
    assert max(int(value) for value in visitor.page.evaluate(light)) < 80


@pytest.mark.parametrize(
    ("locale", "language"),
    [("hu", "hu"), ("zh-TW", "zh-Hant"), ("zh-CN", "zh-Hans"), ("ru-RU", "ru"), ("de", "en")],
)
def test_start_page_speaks_the_language_of_the_browser(
    visit: Visit, locale: str, language: Language
) -> None:
    visitor = visit(locale=locale)
    visitor.open("/")
    assert visitor.page.url == f"{visitor.server.url}/{language}/"
    expect(visitor.page.locator("h1")).to_have_text(message("title", language))


# --- what it must never do


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_typed_and_does_nothing(visitor: Visitor, text: str) -> None:
    visitor.ask(f"{QUESTION} {text}")
    expect(visitor.questions).to_have_text([f"{QUESTION} {text}"])
    visitor.reload()
    expect(visitor.questions).to_have_text([f"{QUESTION} {text}"])
    visitor.ask(QUESTION)
    assert visitor.questions.first.locator(MADE_OF_MARKUP).count() == 0
    assert visitor.answers.first.locator(":is(img, script, iframe)").count() == 0
    assert visitor.watch.dialogs == []
    assert visitor.watch.elsewhere == []


def test_hostile_text_alone_is_shown_as_typed_and_does_nothing(visitor: Visitor) -> None:
    visitor.ask_in_vain(HOSTILE[0])
    expect(visitor.questions).to_have_text([HOSTILE[0]])
    assert visitor.questions.locator("img").count() == 0
    assert visitor.watch.dialogs == []
    assert visitor.watch.elsewhere == []


def test_copied_answer_holds_no_html(visit: Visit) -> None:
    visitor = visit(permissions=["clipboard-read", "clipboard-write"])
    visitor.open()
    visitor.ask(QUESTION)
    visitor.page.get_by_role("button", name="Copy message").last.click()
    copied = visitor.page.evaluate("() => navigator.clipboard.readText()")
    assert "2 to 10 people" in copied
    assert "<a " not in copied
    assert "<p " not in copied


@pytest.fixture(scope="module")
def journey(chromium: Browser, server: Server) -> Watch:
    """What a browser met on a walk through everything the site has."""
    visitor = send(chromium, server)
    visitor.open("/")
    visitor.ask(QUESTION)
    visitor.ask("How do I vet a CX job?")
    visitor.ask("Will it rain in Lisbon this weekend?")
    visitor.ask_in_vain("?!")
    visitor.citations.first.click()
    visitor.passage.locator("nav a[hreflang=hu]").click()
    expect(visitor.passage).to_have_attribute("lang", "hu")
    visitor.page.get_by_role("button", name="Like", exact=True).first.click()
    expect(visitor.page.get_by_text(message("thanks_feedback", "en"))).to_be_visible()
    for language in LANGUAGES:
        visitor.open(f"/{language}/")
        expect(visitor.questions.first).to_be_visible()
    visitor.start_anew()
    visitor.open(f"/ru/passages/{TEAM_SIZE}")
    missing = f"{server.url}/ru/passages/playbook/no-such-passage"
    visitor.watch.missing.add(missing)
    visitor.page.goto(missing)
    visitor.context.close()
    return visitor.watch


def test_nothing_is_asked_of_any_other_host(journey: Watch) -> None:
    assert len(journey.requests) > 100
    assert journey.elsewhere == []


def test_console_stays_without_errors(journey: Watch) -> None:
    assert journey.errors == []


def test_no_request_fails(journey: Watch) -> None:
    assert journey.failed == []
    wrong = [(url, status) for url, status, _ in journey.responses if status >= 400]
    assert wrong == [(url, 404) for url in journey.missing]


def test_every_response_carries_the_security_headers(journey: Watch) -> None:
    assert {status for _, status, _ in journey.responses} >= {200, 307, 404}
    assert journey.unguarded == []
    policies = {headers["content-security-policy"] for _, _, headers in journey.responses}
    assert all("frame-ancestors 'none'" in policy for policy in policies)
    assert set(SECURITY_HEADERS) <= set(journey.responses[0][2])


@pytest.mark.parametrize(
    "attempt",
    [
        "fetch('http://example.com/')",
        "new Promise((_, no) => Object.assign(new Image(), {onerror: no}).src = 'http://example.com/x')",
        "Promise.reject(new WebSocket('ws://example.com/'))",
    ],
    ids=["fetch", "image", "websocket"],
)
def test_script_on_the_page_cannot_reach_another_host(visitor: Visitor, attempt: str) -> None:
    outcome = f"() => ({attempt}).then(() => 'reached', () => 'refused')"
    assert visitor.page.evaluate(outcome) == "refused"
    assert any("Content Security Policy" in error for error in visitor.watch.errors)
    visitor.watch.forget()
