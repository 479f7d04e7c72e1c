"""A small OpenAI-compatible server whose models behave, misbehave and break by their names."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

_NUMBERED = re.compile(r"^\[(\d+)\] .*\n((?:.+\n?)+)", re.MULTILINE)
_SENTENCE = re.compile(r".+?(?:[.!?](?=\s|$)|[。！？]|$)")
# A sentence in each language of what no source says, without a figure.
INVENTED = {
    "en": "Penguins in the marketing department settle every complaint with a bowl of soup.",
    "zh-Hans": "市场部的企鹅会用一碗热汤解决所有投诉，这是行业里公认的做法。",
    "zh-Hant": "行銷部的企鵝會用一碗熱湯解決所有客訴，這是業界公認的做法。",
    "pl": "Pingwiny z działu marketingu rozwiązują każdą reklamację miską gorącej zupy.",
    "hu": "A marketingosztály pingvinjei minden panaszt egy tányér forró levessel oldanak meg.",
    "ru": "Пингвины из отдела маркетинга улаживают каждую жалобу тарелкой горячего супа.",
}
_NAMES = {
    "English": "en",
    "Simplified Chinese": "zh-Hans",
    "Traditional Chinese": "zh-Hant",
    "Polish": "pl",
    "Hungarian": "hu",
    "Russian": "ru",
}


@dataclass
class Asked:
    """What a request to a model told it."""

    messages: list[dict[str, str]]

    @property
    def language(self) -> str:
        system = self.messages[0]["content"]
        return next(code for name, code in _NAMES.items() if f"in {name}" in system)

    @property
    def user(self) -> str:
        return self.messages[1]["content"]

    @property
    def sentences(self) -> list[tuple[int, str]]:
        """The first sentence of each numbered passage, with its number."""
        found = []
        for number, text in _NUMBERED.findall(self.user):
            first = _SENTENCE.match(text.strip())
            assert first
            whole = first.group().strip().rstrip(":：")
            stop = "" if whole[-1] in ".!?。！？" else "。" if whole[-1] > "\u2e80" else "."
            found.append((int(number), whole + stop))
        return found


def cited(asked: Asked) -> str:
    return " ".join(_with_mark(text, number) for number, text in asked.sentences[:3])


def first_cited(asked: Asked) -> str:
    return _with_mark(asked.sentences[0][1], asked.sentences[0][0])


def uncited(asked: Asked) -> str:
    return " ".join(text for _, text in asked.sentences[:3])


def wrongly_cited(asked: Asked) -> str:
    """Cite for each passage the next one, and numbers that were never shown."""
    told = asked.sentences[:3]
    turned = [told[-1][0], *(number for number, _ in told[:-1])]
    texts = [_with_mark(text, number) for (_, text), number in zip(told, turned, strict=True)]
    return " ".join(texts) + " [99]"


def altered(asked: Asked) -> str:
    """State every figure higher than it is."""
    told = [(number, text) for number, text in asked.sentences if re.search(r"\d", text)]
    raised = [
        (number, re.sub(r"\d+", lambda m: str(int(m.group()) + 11), text)) for number, text in told
    ]
    return f"{cited(asked)} " + " ".join(_with_mark(text, number) for number, text in raised)


def invented(asked: Asked) -> str:
    return f"{_with_mark(INVENTED[asked.language], 1)} {_with_mark(asked.sentences[0][1], 1)}"


def only_invented(asked: Asked) -> str:
    return _with_mark(INVENTED[asked.language], 1)


def foreign(asked: Asked) -> str:
    return INVENTED["pl" if asked.language == "en" else "en"]


def foreign_once(asked: Asked) -> str:
    return cited(asked) if len(asked.messages) > 2 else foreign(asked)


def with_code(asked: Asked) -> str:
    """Wrap the answer in whatever could lead out of the page or run on it."""
    return (
        f"<script>alert(1)</script>{cited(asked)}\n\n"
        f"![{INVENTED['en']}](https://evil.example/a.png) [press here](https://evil.example) "
        f"<img src=x onerror=alert(1)> https://evil.example/?q=secret www.evil.example "
        f"[more](javascript:alert(1)) mail@evil.example"
    )


def sorry(asked: Asked) -> str:
    return "I'm sorry, but I can't help with that." if asked.language == "en" else ""


def obeying(asked: Asked) -> str:
    """Do what the text in doubled angle quotes demands, wherever it stands, and then answer."""
    payloads = re.findall("«« ?(.+?) ?»»", "\n".join(one["content"] for one in asked.messages))
    return f"{' '.join(payloads)}\n{cited(asked)}"


def reciting(asked: Asked) -> str:
    return asked.messages[0]["content"]


def endless(asked: Asked) -> str:
    return f"{_with_mark(asked.sentences[0][1], 1)} " * 2_000


SCRIPTS: dict[str, Callable[[Asked], str]] = {
    "cites": cited,
    "cites-first": first_cited,
    "uncited": uncited,
    "wrongly-cited": wrongly_cited,
    "altered": altered,
    "invents": invented,
    "only-invents": only_invented,
    "foreign": foreign,
    "foreign-once": foreign_once,
    "code": with_code,
    "sorry": sorry,
    "obeys": obeying,
    "recites": reciting,
    "endless": endless,
    "empty": lambda asked: "",
    "drops": cited,
    "garbage": cited,
    "slow": cited,
    "paced": cited,
}
# Seconds between two pieces of the model "paced": forty a second, as a good server gives.
PACE = 0.025


@dataclass
class ChatServer:
    """What the server was asked so far, and where it is."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    failures: dict[int, int] = field(default_factory=dict)

    def application(self) -> FastAPI:
        app = FastAPI()

        @app.post("/v1/chat/completions")
        async def complete(request: Request) -> Response:
            body = await request.json()
            self.asked.append(body | {"key": request.headers.get("authorization", "")})
            name = body["model"]
            status, _, times = name.partition("-")
            if status.isdigit():
                self.failures[int(status)] = self.failures.get(int(status), 0) + 1
                if not times or self.failures[int(status)] <= int(times):
                    problem = {"error": {"message": "no: sk-secret", "type": "x"}}
                    return JSONResponse(problem, status_code=int(status))
                name = "cites"
            return StreamingResponse(_events(name, body), media_type="text/event-stream")

        return app


def _events(name: str, body: dict[str, Any]) -> Iterator[str]:
    text = SCRIPTS[name](Asked(body["messages"]))
    if name == "slow":
        time.sleep(3)
    pieces = re.findall(r"\s*\S{1,7}", text)
    for position, piece in enumerate(pieces):
        if name in ("drops", "garbage") and position == len(pieces) // 2:
            if name == "drops":
                raise ConnectionResetError
            yield "data: {not json\n\n"
        if name == "paced":
            time.sleep(PACE)
        yield _event(body, {"choices": [_choice(piece)]})
    yield _event(body, {"choices": [_choice("", "stop")]})
    used = {"prompt_tokens": 100, "completion_tokens": len(pieces), "total_tokens": 0}
    yield _event(body, {"choices": [], "usage": used})
    yield "data: [DONE]\n\n"


def _choice(text: str, reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": reason}


def _event(body: dict[str, Any], values: dict[str, Any]) -> str:
    common = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": body["model"]}
    return f"data: {json.dumps(common | values)}\n\n"


def _with_mark(text: str, number: int) -> str:
    end = text[-1] if text[-1] in ".!?。！？" else ""
    return f"{text.removesuffix(end)} [{number}]{end}"


@contextmanager
def serving() -> Iterator[ChatServer]:
    """Serve on a free port of this machine."""
    state = ChatServer()
    config = uvicorn.Config(state.application(), host="127.0.0.1", port=0, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    state.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield state
    finally:
        server.should_exit = True
        thread.join()
