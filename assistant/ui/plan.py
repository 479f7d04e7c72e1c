"""The page of a first-year plan, and what its script asks the server for.

The profile is kept in the person's own browser; the server stores it only when the
person saves it under a code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from assistant.corpus import Corpus
from assistant.errors import InputError
from assistant.messages import clause, message
from assistant.plan_text import plan_json
from assistant.profile import Profile
from assistant.types import Language
from assistant.ui.passage import language_links, plain_page
from assistant.ui.plan_form import QUESTIONS, situation_form, texts

if TYPE_CHECKING:
    from assistant.conversation import Assistant
    from assistant.plan_text import WrittenPlan
    from assistant.planning import Plan
    from assistant.storage import Storage

PAGE = "plan"
LARGEST = 100_000
_LONGEST_NAME = 80
_EXPORTS = (
    ("docx", "Word"),
    ("pdf", "PDF"),
    ("xlsx", "Excel"),
    ("ics", ""),
    ("md", "Markdown"),
)
_PARTS = (
    "timeline",
    "actions",
    "left_out",
    "measures",
    "stakeholders",
    "risks",
    "ahead",
    "sources",
)
_UNFOLDED = ("timeline", "actions")


async def _body(request: Request) -> bytes:
    """Read what was sent, and no more than shows that it is too large."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            break
    return body


Body = Annotated[bytes, Depends(_body)]


def plan_routes(assistant: Assistant, storage: Storage) -> APIRouter:
    """Return the page of every language and its endpoints."""
    router = APIRouter()
    desk = _Desk(assistant, storage)
    router.add_api_route("/{language}/plan", desk.page, response_class=HTMLResponse)
    for path, asked in (
        ("/{language}/plan.json", desk.plan),
        ("/{language}/plan/export/{kind}", desk.export),
        ("/{language}/plan/save", desk.save),
    ):
        router.add_api_route(path, asked, methods=["POST"])
    router.add_api_route("/{language}/plan/saved/{code}", desk.saved)
    return router


class _Desk:
    """Answers what the page asks for; plain functions, so that each runs in a thread."""

    def __init__(self, assistant: Assistant, storage: Storage) -> None:
        self._assistant = assistant
        self._storage = storage
        self._page = cache(lambda language: plan_page(assistant.corpus, language))

    def page(self, language: Language) -> HTMLResponse:
        return HTMLResponse(self._page(language))

    def plan(self, language: Language, body: Body) -> Response:
        return _answered(lambda: self._planned(_values(body, language), language))

    def export(self, language: Language, kind: str, body: Body) -> Response:
        return _answered(lambda: self._exported(_values(body, language), language, kind))

    def save(self, language: Language, body: Body) -> Response:
        return _answered(lambda: self._saved(_values(body, language), language))

    def saved(self, language: Language, code: str) -> Response:
        found = self._storage.saved_plan(code)
        if found is None:
            return _no_code(language)
        return JSONResponse({"profile": json.loads(found)})

    def _planned(self, values: object, language: Language) -> Response:
        plan, written = self._assistant.plan(Profile.of(values, language), language)
        return JSONResponse({**plan_json(plan, written), "asks": _asks(plan, written)})

    def _exported(self, values: object, language: Language, kind: str) -> Response:
        _, written = self._assistant.plan(Profile.of(values, language), language)
        return _file(written, kind)

    def _saved(self, values: object, language: Language) -> Response:
        if not isinstance(values, Mapping):
            raise InputError(message("profile_shape", language))
        profile = Profile.of(values.get("profile"), language)
        kept = profile.model_dump_json(exclude_defaults=True)
        code = self._storage.save_plan(kept, str(values.get("code") or ""))
        return JSONResponse({"code": code}) if code else _no_code(language)


def _answered(made: Callable[[], Response]) -> Response:
    """Return what was made, or the one sentence on why it was not."""
    try:
        return made()
    except InputError as error:
        return JSONResponse({"error": str(error)}, status_code=400)


def _no_code(language: Language) -> Response:
    return JSONResponse({"error": message("plan_page_no_code", language)}, status_code=404)


def _values(body: bytes, language: Language) -> object:
    """Read JSON, but none that could not be written again: NaN, infinity, half a character.

    Raises:
        InputError: it is too large or no such JSON.
    """
    if len(body) > LARGEST:
        raise InputError(message("plan_page_too_large", language))
    try:
        values = json.loads(body)
        json.dumps(values, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise InputError(message("plan_page_malformed", language)) from error
    return values


def _asks(plan: Plan, written: WrittenPlan) -> list[str]:
    """Return for each assumption of a plan the question whose answer takes its place."""
    fields = {}
    for name, field in QUESTIONS.items():
        said = clause(name if plan.facts[name].holds else f"no-{name}", written.language)
        fields[written.say("because_assumed", clause=said)] = field
    return [fields.get(assumption, "") for assumption in written.assumptions]


def _file(written: WrittenPlan, kind: str) -> Response:
    """Return a plan as a file to be kept under its title.

    Raises:
        InputError: there is no such kind of file.
    """
    from assistant.export import KINDS, render

    formats = {form.suffix.removeprefix("."): (key, form) for key, form in KINDS.items()}
    if kind not in formats:
        raise InputError(written.say("plan_page_no_kind", kinds=", ".join(formats)))
    key, form = formats[kind]
    name = quote(f"{_file_name(written.title)}.{kind}", safe="")
    disposition = f"attachment; filename=\"plan.{kind}\"; filename*=UTF-8''{name}"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return Response(render(written, key), media_type=form.media, headers=headers)


def _file_name(title: str) -> str:
    """Return a title without what a file system or a header could take for something else."""
    words = re.sub(r"[^\w-]+", " ", title).split()
    return " ".join(words)[:_LONGEST_NAME].strip() or PAGE


# --- the page


def plan_page(corpus: Corpus, language: Language) -> str:
    """Render the questions and an empty plan; assets/plan.mjs fills it."""

    def text(key: str) -> str:
        return escape(message(f"plan_page_{key}", language))

    main = (
        f'<a class="cx-skip" href="#cx-plan">{text("skip")}</a>'
        f'<div class="cx-glossary-title"><h1>{text("title")}</h1><p>{text("intro")}</p></div>'
        f"<noscript><p>{text('no_script')}</p></noscript>"
        f'<div class="cx-plan-layout cx-live"><aside>{situation_form(corpus, language)}</aside>'
        f'<div id="cx-plan" tabindex="-1">{_empty(text)}{_made(text, language)}</div></div>'
        f"{_start_over(text)}"
        '<p class="cx-said" role="status" aria-live="polite"></p>'
        f'<script type="application/json" id="cx-texts">{_as_data(texts(language))}</script>'
    )
    return plain_page(
        language,
        message("plan_page_title", language),
        f'<main class="cx-wide">{main}</main>',
        beside=language_links(language, PAGE),
        here=PAGE,
        scripts=("plan.mjs",),
        styles=("plan.css",),
    )


def _as_data(values: Mapping[str, str]) -> str:
    """Return JSON that nothing within can end the element of."""
    return json.dumps(values, ensure_ascii=False).replace("<", "\\u003c")


def _empty(text: Callable[[str], str]) -> str:
    return (
        f'<section id="cx-plan-empty"><h2>{text("empty_title")}</h2><p>{text("empty_text")}</p>'
        '<button type="button" class="cx-primary" id="cx-monday"></button></section>'
        f'<section id="cx-plan-failed" role="alert" hidden><p></p>'
        f'<button type="button" class="cx-primary" id="cx-again">{text("again")}</button></section>'
    )


def _made(text: Callable[[str], str], language: Language) -> str:
    """Render the frame of a plan, each part with its heading."""

    def named(part: str) -> str:
        return escape(message(f"plan_{part}", language))

    links = "".join(f'<a href="#cx-{part}">{named(part)}</a>' for part in _PARTS)
    parts = "".join(_part(part, named(part), _within(part, text, named)) for part in _PARTS)
    return (
        '<div id="cx-plan-made" hidden><div class="cx-plan-head"><h2></h2><div class="cx-summary">'
        '</div><div class="cx-progress"><progress max="1" value="0" '
        f'aria-labelledby="cx-progress-text"></progress><span id="cx-progress-text"></span></div>'
        f"</div>{_toolbar(text)}{_keeping(text)}"
        '<div id="cx-changes" aria-live="polite" hidden></div>'
        f'<details id="cx-assumptions"><summary>{named("assumptions")}</summary>'
        f"<p>{named('assumptions_text')}</p><ul></ul></details>"
        f'<nav class="cx-parts" aria-label="{text("contents")}">{links}</nav>{parts}</div>'
    )


def _part(part: str, title: str, within: str) -> str:
    """Render a part of the plan; what is not the plan itself can be folded away."""
    heading = f'<h3 id="cx-{part}-title">{title}</h3>'
    body = f'{within}<div class="cx-part-body"></div>'
    whole = part in _UNFOLDED
    shown = f"{heading}{body}" if whole else _folded(heading, body)
    return (
        f'<section class="cx-part" id="cx-{part}" aria-labelledby="cx-{part}-title" '
        f'tabindex="-1">{shown}</section>'
    )


def _folded(heading: str, body: str) -> str:
    count = '<span class="cx-part-count"></span>'
    return f"<details><summary>{heading}{count}</summary>{body}</details>"


def _within(part: str, text: Callable[[str], str], named: Callable[[str], str]) -> str:
    if part == "timeline":
        return (
            f'<p class="cx-part-text">{named("timeline_text")}</p>'
            f'<div class="cx-zoom" role="group" aria-label="{text("zoom")}"></div>'
        )
    if part == "actions":
        views = "".join(
            f'<button type="button" data-view="{view}" aria-pressed="{pressed}">'
            f"{text(view)}</button>"
            for view, pressed in (("cards", "true"), ("table", "false"))
        )
        return (
            f'<div class="cx-views"><div class="cx-switch" role="group">{views}</div>'
            f'<button type="button" class="cx-plain" id="cx-fold">{text("open_all")}</button></div>'
        )
    return f'<p class="cx-part-text">{text("left_hint")}</p>' if part == "left_out" else ""


def _toolbar(text: Callable[[str], str]) -> str:
    exports = "".join(
        f'<button type="button" data-export="{kind}">{name or text("calendar")}</button>'
        for kind, name in _EXPORTS
    )
    return (
        '<div class="cx-bar"><div class="cx-history">'
        f'<button type="button" id="cx-undo">{text("undo")}</button>'
        f'<button type="button" id="cx-redo">{text("redo")}</button>'
        '<span id="cx-version"></span></div>'
        f'<div class="cx-exports" role="group" aria-label="{text("export")}">'
        f'<span aria-hidden="true">{text("export")}</span>{exports}'
        f'<button type="button" id="cx-print">{text("print")}</button></div></div>'
    )


def _keeping(text: Callable[[str], str]) -> str:
    return (
        f'<details id="cx-keeping"><summary>{text("keep")}</summary><p>{text("keep_text")}</p>'
        f'<div class="cx-keep"><button type="button" class="cx-primary" id="cx-save">{text("save")}'
        '</button><p id="cx-code" role="status" hidden><span></span> <output></output> '
        f'<button type="button" class="cx-plain" id="cx-copy">{text("copy")}</button></p></div>'
        f'<form class="cx-keep" id="cx-open"><label for="cx-open-code">{text("code")}</label>'
        '<input id="cx-open-code" autocomplete="off" autocapitalize="off" spellcheck="false" '
        f'maxlength="60" aria-describedby="cx-open-error"><button>{text("open")}</button>'
        '<p class="cx-error" id="cx-open-error" role="alert" hidden></p></form>'
        f'<div class="cx-keep"><button type="button" class="cx-plain" id="cx-over">{text("over")}'
        "</button></div></details>"
    )


def _start_over(text: Callable[[str], str]) -> str:
    return (
        '<dialog id="cx-sure" aria-labelledby="cx-sure-text"><form method="dialog">'
        f'<p id="cx-sure-text">{text("over_question")}</p><div>'
        f'<button value="no" class="cx-primary" autofocus>{text("over_no")}</button>'
        f'<button value="yes" class="cx-danger">{text("over")}</button></div></form></dialog>'
    )
