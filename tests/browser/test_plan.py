"""The plan's page in a browser: from a date to a plan, changed, kept, taken along."""

from __future__ import annotations

import base64
import json
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
  const needed = "h1, h2, h3, .cx-field, .cx-option, .cx-action, .cx-entry, .cx-bar button, svg";
  const cut = [...document.querySelectorAll(needed)].filter((element) => {
    const {left, right, width: own} = element.getBoundingClientRect();
    return own > 0 && (left < -1 || right > width + 1);
  });
  return scrolls.concat(cut.map((element) => element.outerHTML.slice(0, 80)));
}"""


@pytest.fixture
def planner(visit: Visit) -> Visitor:
    """Somebody at a desk whose English plan begins on 4 January 2027."""
    somebody = visit(accept_downloads=True)
    somebody.open("/en/plan")
    begin(somebody)
    return somebody


def begin(planner: Visitor, day: str = "2027-01-04") -> None:
    planner.page.locator("#in-start").fill(day)
    expect(planner.page.locator("#cx-plan-made")).to_be_visible()


def version(planner: Visitor, number: int, total: int, language: Language = "en") -> None:
    """Wait until a version is shown."""
    told = message("plan_page_version", language).format(number=number, total=total)
    expect(planner.page.locator("#cx-version")).to_have_text(told)
    expect(planner.page.locator("#cx-plan")).not_to_have_attribute("aria-busy", "true")


def row(planner: Visitor, key: str) -> Locator:
    return planner.page.locator(f'[data-row="{key}"]')


def to_table(planner: Visitor) -> None:
    planner.page.locator("[data-view=table]").click()


def link(profile: dict[str, object]) -> str:
    coded = base64.urlsafe_b64encode(json.dumps(profile).encode()).decode().rstrip("=")
    return f"#p={coded}"


# --- a plan from answers


def test_plan_appears_with_the_date_and_follows_the_answers(planner: Visitor) -> None:
    page = planner.page
    version(planner, 1, 1)
    expect(page.locator(".cx-action")).not_to_have_count(0)
    page.locator("#in-company").fill("Nordwind <b>& Co</b>")
    expect(page.locator("#cx-plan-made h2")).to_contain_text("Nordwind <b>& Co</b>")
    version(planner, 2, 2)
    page.locator("#cx-step-1 .cx-next-step").click()
    page.locator("#ask-team").get_by_text("Yes", exact=True).click()
    page.locator("#in-team_size").fill("4")
    expect(page.locator(".cx-summary")).to_contain_text("36 hours a week")
    page.locator("#cx-step-2 .cx-next-step").click()
    page.locator("#ask-goals input[value=growth]").check()
    page.locator("#ask-goals input[value=cost]").check()
    page.locator(".cx-rank button").click()
    expect(page.locator(".cx-summary")).to_contain_text("lower cost, growth")
    expect(page.locator("#cx-changes")).to_be_visible()


def test_empty_page_invites_and_plans_from_monday(visit: Visit) -> None:
    planner = visit()
    planner.open("/en/plan")
    expect(planner.page.locator("#cx-plan-empty")).to_be_visible()
    planner.page.locator("#cx-monday").click()
    expect(planner.page.locator("#cx-plan-made")).to_be_visible()


def test_contradiction_is_said_beside_its_step_and_mended(planner: Visitor) -> None:
    page = planner.page
    page.locator("#in-employees").fill("3")
    page.locator(".cx-steps [data-step='2']").click()
    page.locator("#ask-team").get_by_text("Yes", exact=True).click()
    page.locator("#in-team_size").fill("9")
    error = page.locator("#cx-step-2 > .cx-error")
    expect(error).to_have_text(message("profile_company", "en"))
    planner.watch.missing.add(f"{planner.server.url}/en/plan.json")
    page.locator("#in-team_size").fill("2")
    expect(error).to_be_hidden()
    expect(page.locator(".cx-summary")).to_contain_text("28 hours")


def test_assumption_leads_to_its_question(planner: Visitor) -> None:
    page = planner.page
    page.locator("#cx-assumptions summary").click()
    page.locator("#cx-assumptions a[data-ask=budget]").click()
    expect(page.locator("#ask-budget")).to_be_in_viewport()
    assert planner.focused("#ask-budget input")


# --- changes


def test_action_is_moved_and_moved_back(planner: Visitor) -> None:
    to_table(planner)
    first = row(planner, "align-with-sponsor").locator("[data-move]")
    first.fill("2027-02-15")
    expect(first).to_have_value("2027-02-15")
    version(planner, 2, 2)
    expect(planner.page.locator("#cx-changes")).to_be_visible()
    planner.page.locator("#cx-undo").click()
    version(planner, 1, 2)
    expect(row(planner, "align-with-sponsor").locator("[data-move]")).not_to_have_value(
        "2027-02-15"
    )
    planner.page.locator("#cx-redo").click()
    version(planner, 2, 2)
    expect(row(planner, "align-with-sponsor").locator("[data-move]")).to_have_value("2027-02-15")
    row(planner, "align-with-sponsor").locator("[data-unmove]").click()
    version(planner, 3, 3)


def test_owner_done_and_left_out_are_kept_over_a_reload(planner: Visitor) -> None:
    page = planner.page
    to_table(planner)
    owner = row(planner, "read-vision").locator("[data-owner]")
    owner.fill('Ana "A" <i>Kowalska</i>')
    owner.press("Enter")
    version(planner, 2, 2)
    row(planner, "read-vision").locator("[data-done]").check()
    version(planner, 3, 3)
    row(planner, "win-quickly").locator("[data-leave]").click()
    version(planner, 4, 4)
    expect(row(planner, "win-quickly")).to_have_count(0)
    page.reload()
    version(planner, 4, 4)
    to_table(planner)
    expect(row(planner, "read-vision").locator("[data-done]")).to_be_checked()
    expect(row(planner, "read-vision").locator("[data-owner]")).to_have_value(
        'Ana "A" <i>Kowalska</i>'
    )
    expect(page.locator("#cx-progress-text")).to_contain_text("1 of")
    page.locator("#cx-left_out summary").click()
    page.locator('[data-add="win-quickly"]').click()
    expect(row(planner, "win-quickly")).to_have_count(1)


def test_action_that_the_rules_leave_out_can_be_added(planner: Visitor) -> None:
    planner.page.locator("#cx-left_out summary").click()
    planner.page.locator('[data-add="use-governance"]').click()
    expect(planner.page.locator("#action-use-governance")).to_have_count(1)


def test_starting_over_asks_first(planner: Visitor) -> None:
    page = planner.page
    page.locator("#cx-keeping > summary").click()
    page.locator("#cx-over").click()
    page.locator("#cx-sure button[value=no]").click()
    expect(page.locator("#cx-plan-made")).to_be_visible()
    page.locator("#cx-over").click()
    page.locator("#cx-sure button[value=yes]").click()
    expect(page.locator("#cx-plan-empty")).to_be_visible()
    page.reload()
    expect(page.locator("#cx-plan-empty")).to_be_visible()


# --- looking at it


def test_bar_of_the_timeline_leads_to_its_card(planner: Visitor) -> None:
    page = planner.page
    page.locator(".cx-bar-link").nth(3).click()
    card = page.locator("details.cx-action[open]")
    expect(card).to_have_count(1)
    expect(card).to_be_in_viewport()
    assert planner.focused("details.cx-action[open] > summary")


def test_timeline_shows_one_phase(planner: Visitor) -> None:
    whole = planner.page.locator(".cx-bar-link").count()
    planner.page.locator("[data-zoom='1']").click()
    assert 0 < planner.page.locator(".cx-bar-link").count() < whole
    expect(planner.page.locator("[data-zoom='1']")).to_have_attribute("aria-pressed", "true")


def test_sources_of_an_action_exist(planner: Visitor) -> None:
    page = planner.page
    page.locator("#action-read-vision > summary").click()
    address = page.locator("#action-read-vision a.cx-cite").first.get_attribute("href")
    assert page.request.get(f"{planner.server.url}{address}").status == 200


# --- taking it along


@pytest.mark.parametrize("kind", ["md", "docx", "xlsx", "ics", "pdf"])
def test_plan_is_downloaded_under_its_title(planner: Visitor, kind: str) -> None:
    with planner.page.expect_download() as waiting:
        planner.page.locator(f"[data-export={kind}]").click()
    assert waiting.value.suggested_filename == f"{message('plan_title', 'en')}.{kind}"


def test_plan_saved_under_a_code_is_opened_elsewhere(planner: Visitor, visit: Visit) -> None:
    page = planner.page
    page.locator("#in-company").fill("Nordwind")
    version(planner, 2, 2)
    page.locator("#cx-keeping > summary").click()
    page.locator("#cx-save").click()
    expect(page.locator("#cx-code output")).to_have_text(re.compile(r"^\w{5}(-\w{5}){3}$"))
    code = page.locator("#cx-code output").inner_text()
    other = visit()
    other.open("/pl/plan")
    begin(other)
    other.page.locator("#cx-keeping > summary").click()
    other.page.locator("#cx-open-code").fill("babab babab")
    other.page.locator("#cx-open-code").press("Enter")
    expect(other.page.locator("#cx-open-error")).to_have_text(message("plan_page_no_code", "pl"))
    other.watch.missing.add(f"{other.server.url}/pl/plan/saved/babab%20babab")
    other.page.locator("#cx-open-code").fill(code.upper())
    other.page.locator("#cx-open-code").press("Enter")
    expect(other.page.locator("#cx-plan-made h2")).to_contain_text("Nordwind")


def test_link_opens_a_plan_without_losing_the_one_before(planner: Visitor) -> None:
    page = planner.page
    profile: dict[str, object] = {"start": "2027-05-03", "company": "Żółw <i>", "team": 3}
    page.goto(f"{planner.server.url}/en/plan{link(profile)}")
    expect(page.locator("#cx-plan-made h2")).to_contain_text("Żółw <i>")
    expect(page.locator("#in-start")).to_have_value("2027-05-03")
    assert page.evaluate("location.hash") == ""
    page.locator("#cx-undo").click()
    expect(page.locator("#in-start")).to_have_value("2027-01-04")


def test_link_that_holds_no_plan_says_so(visit: Visit) -> None:
    planner = visit()
    planner.open("/hu/plan#p=bm90IGpzb24")
    expect(planner.page.locator("#cx-step-1 > .cx-error")).to_have_text(
        message("plan_page_bad_link", "hu")
    )


def test_language_switch_keeps_the_plan(planner: Visitor) -> None:
    planner.page.locator("header nav a[hreflang=ru]").click()
    planner.page.wait_for_url("**/ru/plan")
    version(planner, 1, 1, "ru")
    expect(planner.page.locator("#in-start")).to_have_value("2027-01-04")


def test_answer_in_the_chat_leads_to_the_whole_plan(visitor: Visitor) -> None:
    answer = visitor.ask("I start on 1 March 2027 as the first CX hire, draw up a plan for my year")
    with visitor.context.expect_page() as opened:
        answer.locator(".cx-open-plan a").click()
    expect(opened.value.locator("#in-start")).to_have_value("2027-03-01")
    expect(opened.value.locator("#cx-plan-made")).to_be_visible()


# --- reading it: keyboard, phone, dark, paper


def test_keyboard_alone_makes_a_plan_and_reaches_it(visit: Visit) -> None:
    planner = visit()
    planner.open("/en/plan")
    page = planner.page
    page.locator("header nav a").last.focus()
    page.keyboard.press("Tab")
    assert planner.focused(".cx-skip")
    page.locator("#in-start").focus()
    page.keyboard.type("01042027")
    expect(page.locator("#cx-plan-made")).to_be_visible()
    page.locator("#cx-step-1 .cx-next-step").focus()
    page.keyboard.press("Enter")
    assert planner.focused("#cx-step-2")
    page.locator("#action-read-vision > summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#action-read-vision .cx-purpose")).to_be_visible()
    page.locator('[data-key="card-done-read-vision"]').focus()
    page.keyboard.press("Space")
    version(planner, 2, 2)
    assert planner.focused('[data-key="card-done-read-vision"]')


@pytest.mark.parametrize("language", LANGUAGES)
def test_phone_shows_the_plan_in_its_whole_width(visit: Visit, language: Language) -> None:
    planner = visit(**PHONE)
    planner.open(f"/{language}/plan")
    assert planner.page.evaluate(BEYOND_THE_SCREEN) == []
    begin(planner)
    planner.page.locator("#cx-fold").click()
    assert planner.page.evaluate(BEYOND_THE_SCREEN) == []
    to_table(planner)
    planner.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert planner.page.evaluate(BEYOND_THE_SCREEN) == []


def test_dark_browser_gets_a_dark_plan(visit: Visit) -> None:
    planner = visit(color_scheme="dark")
    planner.open("/en/plan")
    light = "() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3)"
    assert max(int(value) for value in planner.page.evaluate(light)) < 80


def test_paper_shows_the_plan_without_its_controls(planner: Visitor) -> None:
    planner.page.emulate_media(media="print")
    expect(planner.page.locator("#cx-situation")).to_be_hidden()
    expect(planner.page.locator(".cx-bar")).to_be_hidden()
    expect(planner.page.locator("#cx-plan-made h2")).to_be_visible()
