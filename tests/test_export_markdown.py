"""A plan in Markdown: complete, and read by a parser as the text it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from export_plans import CONTROLS, CONTROLS_CLEAN, MARKUP, hostile, missing, plan_of, texts_of
from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.export.markdown import escaped, markdown
from assistant.types import Language

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
KNOWN = {
    "inline", "text", "softbreak", "strong", "em", "heading", "paragraph", "bullet_list",
    "ordered_list", "list_item", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def tokens_of(text: str) -> Iterator[Token]:
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def shown(text: str) -> str:
    """Return what a reader sees, a space between the blocks."""
    return " ".join(
        "".join(child.content for child in token.children or ())
        for token in PARSER.parse(text)
        if token.type == "inline"
    )


def kinds_in(text: str) -> set[str]:
    return {re.sub("_(open|close)$", "", token.type) for token in tokens_of(text)}


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant", "pl", "hu", "ru"])
def test_everything_of_the_plan_is_shown(language: Language) -> None:
    plan = plan_of(language)
    text = markdown(plan).decode()
    assert missing(texts_of(plan), shown(text)) == []
    assert "**" not in shown(text)
    assert kinds_in(text) <= KNOWN


@pytest.mark.parametrize("language", ["en", "pl", "zh-Hans"])
def test_headings_and_table_have_the_actions_in_order(language: Language) -> None:
    plan = plan_of(language)
    text = markdown(plan).decode()
    headings = re.findall(r"^### (\d+)\. ", text, re.MULTILINE)
    assert [int(number) for number in headings] == [one.number for one in plan.actions]
    assert sum(token.type == "tr_open" for token in PARSER.parse(text)) == len(plan.actions) + 1


def test_our_own_library_is_marked_as_ours_once_and_others_are_quoted() -> None:
    plan = plan_of("pl")
    text = shown(markdown(plan).decode())
    assert text.count(plan.say("plan_ours")) == 1
    quote = next(one.quote for one in plan.sources if one.passage.document == "playbook")
    assert f"„{quote}”" in text


@pytest.mark.parametrize("typed", [MARKUP, CONTROLS])
def test_what_a_person_typed_is_text_and_nothing_else(typed: str) -> None:
    text = markdown(hostile(typed)).decode()
    harmless = markdown(hostile("Ann")).decode()
    assert kinds_in(text) == kinds_in(harmless)
    assert len(list(PARSER.parse(text))) == len(list(PARSER.parse(harmless)))


def test_bare_addresses_do_not_become_links_where_a_reader_makes_them() -> None:
    typed = "http://a.example WWW.b.example c@d.example"
    text = markdown(hostile(typed)).decode()
    assert typed in shown(text)
    assert not re.search(r"\w://|www\.|\w@", text, re.IGNORECASE)


def test_what_a_person_typed_is_shown_as_typed() -> None:
    text = shown(markdown(hostile(MARKUP)).decode())
    # Title, the owner in the overview and beside the action, and why of the four on problems.
    assert text.count(MARKUP) == 7
    assert CONTROLS_CLEAN in shown(markdown(hostile(CONTROLS)).decode())


@pytest.mark.parametrize("line", ["- a", "+ a", "# a", "1. a", "12) a", "> a", "===", "---", "* a"])
def test_start_of_a_line_is_no_mark(line: str) -> None:
    assert kinds_in(escaped(line)) == {"paragraph", "inline", "text"}
    assert shown(escaped(line)) == line
