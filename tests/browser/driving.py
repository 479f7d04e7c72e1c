"""A server to browse, a browser page to drive as a person would, and a watch over its traffic."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import expect

from assistant.settings import PREFIX

if TYPE_CHECKING:
    from playwright.sync_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Dialog,
        Locator,
        Page,
        Request,
        Response,
    )

ROOT = Path(__file__).resolve().parents[2]
KEPT_UNDER = "cx-assistant-conversation"
SECURITY_HEADERS = {
    "content-security-policy": "default-src 'self'",
    "permissions-policy": "camera=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_START_SECONDS = 240
_STOP_SECONDS = 20
_STREAM_SECONDS = 20
# Gradio closes the first two when an answer is whole or a page is left; the icon is
# fetched after a page has loaded, when the visitor may have left it again.
# A plan that is being made is given up when another answer comes.
_MAY_BE_ABORTED = ("/queue/data", "/heartbeat/", "/assets/icon.svg", "/plan.json")
# Gradio complains in the console when a page is left before these have ended.
_STREAM = "/queue/data"
_STREAM_ENDED = """() => performance.getEntriesByType("resource")
  .some((entry) => entry.name.includes("/queue/data"))"""
_ANSWERED = """([count, size, key]) => {
  const said = (who) => document.querySelectorAll(`#cx-conversation [data-testid=${who}]`).length;
  return said("user") === count && said("bot") === count
    && (localStorage.getItem(key) ?? "").length > size;
}"""
_WITHOUT_MARKS = """(message) => {
  const copy = message.cloneNode(true);
  copy.querySelectorAll("a.cx-cite").forEach((mark) => mark.remove());
  return copy.textContent;
}"""


class Server:
    """`python app.py` as a process of its own, on a free loopback port.

    Args:
        folder: for its data and its log; a second `start` finds both again.
        settings: more of them, without their prefix.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self._settings = settings
        self.data = folder / "data"
        self._log = folder / "server.log"
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.data / 'assistant.sqlite3'}"

    def start(self) -> None:
        """Start it and wait until it answers; an index built before makes that quick."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        given = {"DATA": str(self.data), "HOST": "127.0.0.1", "PORT": str(self._port)}
        given |= self._settings
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "app.py"],
                cwd=ROOT,
                env={**kept, **{PREFIX + name: value for name, value in given.items()}},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                tail = self._log.read_text(encoding="utf-8", errors="replace")[-3000:]
                raise AssertionError(f"app.py does not serve {self.url}; it said:\n{tail}")
            time.sleep(0.2)

    def stop(self) -> bool:
        """Ask it to end; return whether it did, or had to be killed."""
        process, self._process = self._process, None
        if process is None:
            return True
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return False
        return True

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/favicon.ico", timeout=5) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False


@dataclass
class Watch:
    """What a browser context asked for, was answered and complained about."""

    host: str
    requests: list[str] = field(default_factory=list)
    responses: list[tuple[str, int, Mapping[str, str]]] = field(default_factory=list)
    console: list[tuple[str, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    exceptions: list[str] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    streams: set[str] = field(default_factory=set)

    def over(self, context: BrowserContext) -> None:
        """Begin to watch a context and all its pages."""
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("requestfinished", self._ended)
        context.on("requestfailed", self._failure)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.exceptions.append(str(error.error)))
        context.on("page", self._page)

    @property
    def elsewhere(self) -> list[str]:
        """Requests to any host but the server's own; what a page holds itself is none."""
        return [
            url
            for url in self.requests
            if not url.startswith(("data:", "blob:", "about:"))
            and urlsplit(url).netloc != self.host
        ]

    @property
    def errors(self) -> list[str]:
        """Console errors and uncaught exceptions, but not of addresses known to be missing."""
        return [text for url, text in self.console if url not in self.missing] + self.exceptions

    @property
    def unguarded(self) -> list[str]:
        """Responses that lack a security header."""
        return [
            f"{status} {url} lacks {name}"
            for url, status, headers in self.responses
            for name, value in SECURITY_HEADERS.items()
            if value not in headers.get(name, "")
        ]

    @property
    def problems(self) -> list[str]:
        return [
            *(f"asked elsewhere: {url}" for url in self.elsewhere),
            *(f"console: {text}" for text in self.errors),
            *(f"failed: {text}" for text in self.failed),
            *(f"dialog: {text}" for text in self.dialogs),
            *(f"unguarded: {text}" for text in self.unguarded),
        ]

    def forget(self) -> None:
        """Drop what was met, because a test brought it about on purpose."""
        for met in (self.requests, self.responses, self.console, self.failed, self.dialogs):
            met.clear()
        self.exceptions.clear()

    def _page(self, page: Page) -> None:
        page.on("dialog", self._dialog)
        page.on("websocket", lambda socket: self.requests.append(socket.url))

    def _dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        if _STREAM in request.url:
            self.streams.add(request.url)

    def _ended(self, request: Request) -> None:
        self.streams.discard(request.url)

    def _response(self, response: Response) -> None:
        if response.url.startswith("http"):
            self.responses.append((response.url, response.status, response.headers))

    def _failure(self, request: Request) -> None:
        self._ended(request)
        abortable = any(part in request.url for part in _MAY_BE_ABORTED)
        if not (abortable and request.failure == "net::ERR_ABORTED"):
            self.failed.append(f"{request.url} ({request.failure})")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.console.append((message.location.get("url", ""), message.text))


class Visitor:
    """A person at the page, with a browser profile of their own."""

    def __init__(self, server: Server, context: BrowserContext, watch: Watch) -> None:
        self.server = server
        self.context = context
        self.watch = watch
        self.page = context.new_page()

    def open(self, address: str = "/en/") -> None:
        """Open a page of the site; a chat page is ready when it can be typed into."""
        self.page.goto(self.server.url + address)
        if not any(part in address for part in ("/passages/", "/glossary", "/plan")):
            self.ready()

    def ready(self) -> None:
        """Wait until a chat page has started and shows what it kept."""
        expect(self.box).to_be_editable()
        self.page.wait_for_function("() => typeof window.cxClosePanel === 'function'")
        self.page.wait_for_function(_STREAM_ENDED)
        self._calm()

    def reload(self) -> None:
        self.page.reload()
        self.ready()

    def _calm(self) -> None:
        """Wait until no event stream is open, so that the page may be left."""
        end = time.monotonic() + _STREAM_SECONDS
        while self.watch.streams:
            assert time.monotonic() < end, f"still open: {self.watch.streams}"
            self.page.wait_for_timeout(20)

    @property
    def box(self) -> Locator:
        return self.page.locator("#cx-question textarea")

    @property
    def questions(self) -> Locator:
        return self.page.locator("#cx-conversation [data-testid=user]")

    @property
    def answers(self) -> Locator:
        return self.page.locator("#cx-conversation [data-testid=bot]")

    @property
    def citations(self) -> Locator:
        return self.page.locator("#cx-conversation a.cx-cite")

    @property
    def starters(self) -> Locator:
        return self.page.locator("#cx-conversation button.example")

    @property
    def suggestions(self) -> Locator:
        return self.page.locator("#cx-conversation .options button")

    @property
    def panel(self) -> Locator:
        return self.page.locator("#cx-panel")

    @property
    def passage(self) -> Locator:
        return self.panel.locator("article")

    @property
    def kept(self) -> str:
        """The conversation as the browser keeps it: enciphered, longer with every answer."""
        return str(self.page.evaluate("key => localStorage.getItem(key) ?? ''", KEPT_UNDER))

    def ask(self, question: str) -> Locator:
        """Type a question, press Enter, and return the whole answer once it is kept."""
        before, size = self.questions.count(), len(self.kept)
        self.box.fill(question)
        self.box.press("Enter")
        return self.answered(before + 1, size)

    def answered(self, count: int, size: int = 0) -> Locator:
        """Wait until `count` answers are shown and more than `size` characters kept."""
        self.page.wait_for_function(_ANSWERED, arg=[count, size, KEPT_UNDER])
        self._calm()
        return self.answers.nth(count - 1)

    def ask_in_vain(self, question: str) -> Locator:
        """Ask what cannot be answered; return what is said instead, the question in the box."""
        before = self.questions.count()
        self.box.fill(question)
        self.box.press("Enter")
        expect(self.answers).to_have_count(before + 1)
        expect(self.box).to_have_value(question)
        self._calm()
        return self.answers.last

    def start_anew(self) -> None:
        """Press "New conversation" and wait until the browser has forgotten the old one."""
        size = len(self.kept)
        self.page.locator("#cx-new").click()
        shorter = "([key, size]) => (localStorage.getItem(key) ?? '').length < size"
        self.page.wait_for_function(shorter, arg=[KEPT_UNDER, size])
        self._calm()

    def retry(self) -> Locator:
        """Press the retry button below the last answer, and return the answer given anew."""
        before, count = self.kept, self.questions.count()
        self.page.get_by_role("button", name="Retry", exact=True).click()
        another = "([key, before]) => localStorage.getItem(key) !== before"
        self.page.wait_for_function(another, arg=[KEPT_UNDER, before])
        return self.answered(count, len(before) - 1)

    def text_of(self, answer: Locator) -> str:
        """Return the text of an answer without its citation numbers."""
        return str(answer.evaluate(_WITHOUT_MARKS))

    def tab_back_to(self, selector: str, most: int = 40) -> None:
        """Press Shift+Tab until what has the focus matches."""
        for _ in range(most):
            self.page.keyboard.press("Shift+Tab")
            if self.focused(selector):
                return
        raise AssertionError(f"{selector} cannot be reached by the keyboard")

    def focused(self, selector: str) -> bool:
        """Whether what has the focus matches a selector."""
        has = "selector => document.activeElement?.matches(selector) ?? false"
        return bool(self.page.evaluate(has, selector))


def send(browser: Browser, server: Server, **options: object) -> Visitor:
    """Send a visitor with a fresh profile; options are those of a browser context."""
    usual: dict[str, object] = {"viewport": {"width": 1360, "height": 860}, "locale": "en-US"}
    context = browser.new_context(**{**usual, **options})  # type: ignore[arg-type]
    watch = Watch(urlsplit(server.url).netloc)
    watch.over(context)
    return Visitor(server, context, watch)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
