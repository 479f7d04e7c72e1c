"""A server for the whole session, a Chromium to visit it with, and a check of every visit."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from driving import Server, Visitor, send
from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The web page as `python app.py` serves it, with data of its own."""
    running = Server(tmp_path_factory.mktemp("server"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server that the test may stop and start again."""
    running = Server(tmp_path)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The installed Chromium; on CI its absence is a failure."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium is installed; install the Debian package 'chromium'")
        pytest.skip("no chromium is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Send visitors; whatever a browser met that it should not have met fails the test."""
    sent: list[Visitor] = []

    def one(to: Server | None = None, **options: object) -> Visitor:
        somebody = send(chromium, to or request.getfixturevalue("server"), **options)
        sent.append(somebody)
        return somebody

    yield one
    for somebody in sent:
        somebody.context.close()
    assert [problem for somebody in sent for problem in somebody.watch.problems] == []


@pytest.fixture
def visitor(visit: Visit) -> Visitor:
    """Somebody at a desk, at the English page."""
    somebody = visit()
    somebody.open()
    return somebody
