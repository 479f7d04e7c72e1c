"""The chat page of one language: ask, read with sources beside, follow up."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, TypedDict

import gradio as gr

from assistant.errors import AssistantError
from assistant.messages import message
from assistant.types import LANGUAGES, Answer, Language, Question, Turn
from assistant.ui.passage import passage_address
from assistant.understanding import LONGEST_QUESTION
from assistant.verification import MARK

if TYPE_CHECKING:
    from assistant.conversation import Assistant
    from assistant.storage import Storage

_STORAGE_KEY = "cx-assistant-conversation"
_STORAGE_SECRET = "cx-assistant"  # noqa: S105 - fixed so that a restart can read what it wrote
_KEPT = 40
_REMEMBERED = 3
_log = logging.getLogger(__name__)


class Entry(TypedDict):
    """A question and its shown answer, as kept in the person's browser."""

    question: str
    language: str
    shown: str
    passages: list[str]
    suggestions: list[str]


def chat_page(assistant: Assistant, storage: Storage, language: Language) -> gr.Blocks:
    """Build the chat page of a language."""

    def say(key: str, **values: object) -> str:
        return message(key, language, **values)

    with gr.Blocks(title=say("title"), fill_height=True, analytics_enabled=False) as page:
        entries = gr.BrowserState([], storage_key=_STORAGE_KEY, secret=_STORAGE_SECRET)
        pending = gr.State("")
        gr.HTML(_header(language), elem_id="cx-header")
        with gr.Row(elem_id="cx-main", equal_height=False):
            with gr.Column(scale=3, min_width=320, elem_id="cx-chat"):
                chat = gr.Chatbot(
                    label=say("conversation"),
                    show_label=False,
                    elem_id="cx-conversation",
                    buttons=["copy"],
                    placeholder=_welcome(language),
                    examples=[{"text": q} for q in starters(assistant, language)],
                    layout="bubble",
                    height="100%",
                    feedback_options=("Like", "Dislike"),
                    group_consecutive_messages=False,
                    line_breaks=False,
                    autoscroll=False,
                )
                with gr.Row(elem_id="cx-ask"):
                    box = gr.Textbox(
                        label=say("ask_label"), placeholder=say("ask_placeholder"),
                        show_label=False, lines=1, max_lines=6, scale=6, autofocus=True,
                        max_length=LONGEST_QUESTION + 1, submit_btn=say("send"),
                        elem_id="cx-question",
                        html_attributes=gr.InputHTMLAttributes(enterkeyhint="send"),
                    )
                clear = gr.Button(say("new_chat"), size="sm", variant="secondary",
                                  elem_id="cx-new")
            with gr.Column(scale=2, min_width=300, elem_id="cx-side"):
                gr.HTML(_panel(language), elem_id="cx-panel-slot")

        def begin(text: str, kept: list[Entry]) -> tuple[str, str, list[gr.ChatMessage]]:
            return "", text, [*_messages(kept), gr.ChatMessage(content=_plain(text), role="user")]

        def respond(
            text: str, kept: list[Entry]
        ) -> Iterator[tuple[list[gr.ChatMessage], list[Entry], str]]:
            shown = _messages(kept)
            asked = gr.ChatMessage(content=_plain(text), role="user")
            try:
                for answer in assistant.stream(Question(text, None, _history(kept))):
                    entry = _entry(text, answer)
                    yield [*shown, asked, _reply(entry)], kept, ""
            except AssistantError as error:
                yield [*shown, asked, gr.ChatMessage(content=_plain(str(error)))], kept, text
                return
            kept = [*kept, entry][-_KEPT:]
            yield _messages(kept), kept, ""

        def drop_last(kept: list[Entry]) -> tuple[list[Entry], str]:
            return (kept[:-1], kept[-1]["question"]) if kept else (kept, "")

        def note(kept: list[Entry], data: gr.LikeData) -> None:
            position = _position(data.index) // 2
            if 0 <= position < len(kept):
                entry = kept[position]
                storage.add_feedback(language=entry["language"], question=entry["question"],
                                     answer=entry["shown"], liked=bool(data.liked))
                gr.Info(say("thanks_feedback"), duration=3)

        def option(data: gr.SelectData) -> str:
            return str(data.value)

        def example(data: gr.SelectData) -> str:
            return str(data.value["text"])

        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        answering = {"fn": respond, "inputs": [pending, entries], "outputs": [chat, entries, box]}
        first = {"fn": begin, "inputs": [box, entries], "outputs": [box, pending, chat]}
        page.load(lambda kept: _messages(kept), entries, chat, **quiet)
        box.submit(**first, **quiet).then(**answering, **quiet)
        for event, pick in ((chat.option_select, option), (chat.example_select, example)):
            event(pick, None, box, **quiet).then(**first, **quiet).then(**answering, **quiet)
        chat.retry(drop_last, entries, [entries, box], **quiet).then(**first, **quiet).then(
            **answering, **quiet
        )
        chat.like(note, entries, None, **quiet)
        for emptied in (clear.click, chat.clear):
            emptied(lambda: ([], [], ""), None, [chat, entries, box], js="cxClosePanel", **quiet)
    return page


def starters(assistant: Assistant, language: Language) -> list[str]:
    """Return the questions of the corpus's first sections, to begin with."""
    tops = [p for p in assistant.corpus.passages(language) if p.parent is None and p.question]
    sections = [p for p in tops if assistant.corpus.children(p)]
    years = [p for p in assistant.corpus.passages(language) if "stage" in p.own_facets][1:2]
    return [p.question for p in (*sections[:2], *years, *sections[2:])][:4]


def linked(answer: Answer) -> str:
    """Return an answer's Markdown with its marks as links to the passages they quote."""
    by_number = {citation.number: citation for citation in answer.citations}

    def link(match: re.Match[str]) -> str:
        citation = by_number.get(int(match.group(1)))
        if citation is None:
            return ""
        address = escape(passage_address(citation.passage, citation.quote))
        label = escape(message("source_number", answer.language, number=citation.number,
                               title=citation.passage.title))
        return (f'<a class="cx-cite" href="{address}" aria-label="{label}" title="{label}">'
                f"{citation.number}</a>")

    return MARK.sub(link, answer.text)


def _entry(question: str, answer: Answer) -> Entry:
    shown = linked(answer)
    if answer.citations:
        key = "checked" if answer.grounded else "unverified"
        note = message(key, answer.language, count=len(answer.citations))
        shown += f'\n\n<p class="cx-checked">{escape(note)}</p>'
    return {
        "question": question,
        "language": answer.language,
        "shown": shown,
        "passages": list(dict.fromkeys(c.passage.id for c in answer.citations)),
        "suggestions": list(answer.suggestions),
    }


def _messages(kept: Sequence[Entry]) -> list[gr.ChatMessage]:
    """Return the conversation; only the last answer offers its follow-up questions."""
    found = []
    for position, entry in enumerate(kept):
        found.append(gr.ChatMessage(content=_plain(entry["question"]), role="user"))
        found.append(_reply(entry, last=position == len(kept) - 1))
    return found


def _reply(entry: Entry, *, last: bool = True) -> gr.ChatMessage:
    options = [{"value": question} for question in entry["suggestions"]] if last else []
    return gr.ChatMessage(content=entry["shown"], role="assistant", options=options)  # type: ignore[arg-type]


def _history(kept: Sequence[Entry]) -> tuple[Turn, ...]:
    return tuple(Turn(entry["question"], tuple(entry["passages"])) for entry in kept[-_REMEMBERED:])


def _plain(text: str) -> str:
    """Return what a person typed so that it is shown as typed, whatever marks it holds."""
    return re.sub(r"([\\`*_{}\[\]()#+!|~$-])", r"\\\1", escape(text, quote=False))


def _position(index: int | Sequence[int]) -> int:
    return index if isinstance(index, int) else index[0]


def _header(language: Language) -> str:
    links = "".join(
        f'<a href="/{code}/" hreflang="{code}" lang="{code}"'
        f'{" aria-current=page" if code == language else ""}>'
        f"{escape(message('language_name', code))}</a>"
        for code in LANGUAGES
    )
    return (
        f'<a class="cx-skip" href="#cx-question">{escape(message("skip", language))}</a>'
        f'<header class="cx-header"><div class="cx-brand"><h1>{escape(message("title", language))}'
        f"</h1><p>{escape(message('tagline', language))}</p></div>"
        f'<nav aria-label="{escape(message("choose_language", language))}">{links}</nav></header>'
    )


def _welcome(language: Language) -> str:
    return (
        f'<div class="cx-welcome"><h2>{escape(message("welcome", language))}</h2>'
        f"<p>{escape(message('welcome_text', language))}</p></div>"
    )


def _panel(language: Language) -> str:
    """Return the empty side panel; assets/site.js fills it."""
    def say(key: str) -> str:
        return escape(message(key, language))

    return (
        f'<section id="cx-panel" aria-label="{say("source_panel")}" aria-live="polite" tabindex="-1" '
        f'data-failed="{say("source_failed")}">'
        f'<div class="cx-panel-bar"><span class="cx-panel-title">{say("source_panel")}</span>'
        f'<span class="cx-panel-actions"><a class="cx-open" href="#" target="_blank" hidden>'
        f'{say("open_as_page")}</a><button type="button" class="cx-close" '
        f'aria-label="{say("close")}">×</button></span></div>'
        f'<div class="cx-panel-body"><p class="cx-empty">{say("source_empty")}</p></div></section>'
    )
