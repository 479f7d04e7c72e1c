"""The chat page with a model that writes: what grows, what is stopped, what is asked anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import chat_server
import pytest
from chat_server import ChatServer, serving
from conftest import Visit
from driving import KEPT_UNDER, Server, Visitor
from playwright.sync_api import expect

from assistant.messages import message

ASKED = "What do I do in year three?"


@pytest.fixture(scope="module")
def model() -> Iterator[ChatServer]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def writing(model: ChatServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The web page with a model that sends forty pieces a second."""
    folder = tmp_path_factory.mktemp("writing")
    running = Server(folder, CHAT_MODEL="paced", CHAT_URL=model.url)
    running.start()
    yield running
    running.stop()


def ask(visitor: Visitor, text: str) -> None:
    visitor.page.locator("#cx-question textarea").fill(text)
    visitor.page.keyboard.press("Enter")


def test_answer_grows_by_checked_sentences_and_says_who_worded_it(
    visit: Visit, writing: Server
) -> None:
    somebody = visit(writing)
    somebody.open()
    ask(somebody, ASKED)
    answer = somebody.page.locator("#cx-conversation [data-testid=bot]")
    expect(answer).to_contain_text(message("model_writing", "en", model="openai:paced"))
    wrote = message("model_wrote", "en", model="openai:paced")
    expect(answer.locator(".cx-checked")).to_contain_text(wrote, timeout=20_000)
    expect(answer.locator("a.cx-cite")).not_to_have_count(0)
    expect(somebody.page.get_by_role("button", name=message("send", "en"))).to_be_visible()


def test_stopping_keeps_what_was_written(
    visit: Visit, writing: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_server, "PACE", 0.1)
    somebody = visit(writing)
    somebody.open()
    before = len(somebody.kept)
    ask(somebody, "How do I vet a CX job?")
    answer = somebody.page.locator("#cx-conversation [data-testid=bot]")
    expect(answer.locator("a.cx-cite")).to_have_count(1, timeout=20_000)
    somebody.page.get_by_role("button", name=message("stop", "en")).click()
    expect(somebody.page.get_by_role("button", name=message("send", "en"))).to_be_visible()
    expect(answer.locator("a.cx-cite")).to_have_count(1)
    somebody.page.wait_for_function(
        "([key, size]) => (localStorage.getItem(key) ?? '').length > size",
        arg=[KEPT_UNDER, before + 500],
    )


def test_answer_asked_for_again_is_written_anew(
    visit: Visit, writing: Server, model: ChatServer
) -> None:
    somebody = visit(writing)
    somebody.open()
    ask(somebody, ASKED)
    checked = somebody.page.locator("#cx-conversation [data-testid=bot] .cx-checked")
    expect(checked).to_be_visible(timeout=20_000)
    before = len(model.asked)
    somebody.page.locator("#cx-conversation button[title=Retry]").click()
    expect(checked).to_be_hidden()
    expect(checked).to_be_visible(timeout=20_000)
    assert len(model.asked) == before + 1


def test_failing_model_leaves_the_composed_answer_with_a_line(
    visit: Visit, model: ChatServer, tmp_path: Path
) -> None:
    failing = Server(tmp_path, CHAT_MODEL="401", CHAT_URL=model.url)
    failing.start()
    try:
        somebody = visit(failing)
        somebody.open()
        ask(somebody, ASKED)
        answer = somebody.page.locator("#cx-conversation [data-testid=bot]")
        note = message("model_note", "en", why=message("model_key", "en"))
        expect(answer).to_contain_text(note, timeout=20_000)
        expect(answer.locator("a.cx-cite")).not_to_have_count(0)
        assert not re.search(r"sk-|Traceback", answer.inner_text())
    finally:
        failing.stop()
