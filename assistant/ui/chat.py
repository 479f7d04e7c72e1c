"""The chat page of one language: ask, read with sources beside, follow up."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from html import escape, unescape
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import gradio as gr

from assistant.corpus import Corpus
from assistant.errors import AssistantError
from assistant.explaining import explained
from assistant.messages import message
from assistant.types import Answer, Language, Question, Turn
from assistant.ui.glossary import TermMarks
from assistant.ui.passage import language_links, page_links, passage_address
from assistant.understanding import LONGEST_QUESTION
from assistant.verification import MARK

if TYPE_CHECKING:
    from assistant.conversation import Assistant
    from assistant.storage import Storage

_STORAGE_KEY = "cx-assistant-conversation"
_STORAGE_SECRET = "cx-assistant"  # noqa: S105 - fixed so that a restart can read what it wrote
_KEPT = 40
_REMEMBERED = 3


class Entry(TypedDict):
    """A question and its shown answer, as kept in the person's browser.

    `profile` is that of a plan; entries of earlier versions have none.
    """

    question: str
    language: str
    shown: str
    passages: list[str]
    suggestions: list[str]
    profile: NotRequired[str]


def chat_page(assistant: Assistant, storage: Storage, language: Language) -> gr.Blocks:
    """Build the chat page of a language."""

    def say(key: str) -> str:
        return message(key, language)

    page = gr.Blocks(title=say("title"), fill_height=True, analytics_enabled=False)
    with page:
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
                    examples=[{"text": question} for question in starters(assistant, language)],
                    layout="bubble",
                    height="100%",
                    group_consecutive_messages=False,
                    line_breaks=False,
                    autoscroll=False,
                )
                with gr.Row(elem_id="cx-ask"):
                    box = gr.Textbox(
                        label=say("ask_label"),
                        placeholder=say("ask_placeholder"),
                        show_label=False,
                        max_lines=6,
                        autofocus=True,
                        max_length=LONGEST_QUESTION + 1,
                        submit_btn=say("send"),
                        elem_id="cx-question",
                        html_attributes=gr.InputHTMLAttributes(enterkeyhint="send"),
                    )
                clear = gr.Button(say("new_chat"), size="sm", elem_id="cx-new")
            with gr.Column(scale=2, min_width=300, elem_id="cx-side"):
                gr.HTML(_panel(language), elem_id="cx-panel-slot")

        talk = _Talk(assistant, storage, language)
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

        def answer_after(step: Any, respond: Any = talk.respond) -> Any:  # noqa: ANN401 - Gradio's
            begun = step.then(talk.begin, [box, entries], [box, pending, chat], **quiet)
            return begun.then(respond, [pending, entries], [chat, entries, box], **quiet)

        page.load(_messages, entries, chat, **quiet)
        running = [
            answer_after(box.submit(None, None, None, **quiet)),
            answer_after(chat.option_select(_chosen_option, None, box, **quiet)),
            answer_after(chat.example_select(_chosen_example, None, box, **quiet)),
            answer_after(
                chat.retry(_again, [entries, box], [entries, box], **quiet), talk.respond_anew
            ),
        ]
        if assistant.generator:
            box.stop(talk.stopped, [pending, entries], [chat, box], cancels=running, **quiet)
        chat.like(talk.note, entries, None, **quiet)
        for emptied in (clear.click, chat.clear):
            emptied(_emptied, None, [chat, entries, box], js="() => cxClosePanel()", **quiet)
    return page


class _Talk:
    """What happens on the page of one language when somebody asks or judges."""

    def __init__(self, assistant: Assistant, storage: Storage, language: Language) -> None:
        self._assistant = assistant
        self._storage = storage
        self._language = language
        self._marks = TermMarks(assistant.glossary)

    def begin(self, text: str, kept: list[Entry]) -> tuple[Any, str, list[gr.ChatMessage]]:
        """Show the question at once and free the box; a model at work can be stopped."""
        return self._box("", busy=True), text, [*_messages(kept), _asked(text)]

    def respond(
        self, text: str, kept: list[Entry], *, anew: bool = False
    ) -> Iterator[tuple[list[gr.ChatMessage], list[Entry], Any]]:
        """Stream the answer; a question that cannot be answered returns to the box.

        What a model has written so far is kept at each step, so that stopping loses nothing.
        """
        shown = [*_messages(kept), _asked(text)]
        entry: Entry | None = None
        try:
            question = Question(text, None, _history(kept), anew)
            for answer in self._assistant.stream(question, fallback=self._language):
                if not answer.text:
                    waiting = message("model_writing", answer.language, model=answer.model)
                    yield [*shown, gr.ChatMessage(content=_plain(waiting))], kept, gr.skip()
                    continue
                entry = _entry(text, answer, self._assistant.corpus, self._marks)
                so_far = [*kept, entry][-_KEPT:] if answer.model else kept
                yield [*shown, _reply(entry)], so_far, gr.skip()
        except AssistantError as error:
            yield [*shown, gr.ChatMessage(content=_plain(str(error)))], kept, self._box(text)
            return
        if entry is not None:
            kept = [*kept, entry][-_KEPT:]
            yield _messages(kept), kept, self._box("")

    def respond_anew(
        self, text: str, kept: list[Entry]
    ) -> Iterator[tuple[list[gr.ChatMessage], list[Entry], Any]]:
        """Stream the answer, with a model's words that were not remembered."""
        yield from self.respond(text, kept, anew=True)

    def stopped(self, text: str, kept: list[Entry]) -> tuple[list[gr.ChatMessage], Any]:
        """Keep what was written; a question that nothing was written to returns to the box."""
        answered = bool(kept) and kept[-1]["question"] == text
        return _messages(kept), self._box("" if answered else text)

    def _box(self, text: str, *, busy: bool = False) -> Any:  # noqa: ANN401 - a Gradio update
        """Return the box with its text; while a model writes, it has Stop instead of Send."""
        if self._assistant.generator is None:
            return text
        send, stop = message("send", self._language), message("stop", self._language)
        return gr.update(value=text, submit_btn=not busy and send, stop_btn=busy and stop)

    def note(self, kept: list[Entry], data: gr.LikeData) -> None:
        """Keep a thumb up or down."""
        index = data.index if isinstance(data.index, int) else data.index[0]
        if 0 <= index // 2 < len(kept):
            entry = kept[index // 2]
            self._storage.add_feedback(
                language=entry["language"],
                question=entry["question"],
                answer=entry["shown"],
                liked=bool(data.liked),
            )
            gr.Info(message("thanks_feedback", self._language), duration=3)


def _again(kept: list[Entry], text: str, data: gr.RetryData) -> tuple[list[Entry], str]:
    """Drop the answer to be given anew; a question that got none is still in the box."""
    position = data.index if isinstance(data.index, int) else data.index[0]
    if position // 2 >= len(kept):
        return kept, text or unescape(_words_of(data.value))
    return kept[: position // 2], kept[position // 2]["question"]


def _words_of(value: object) -> str:
    """Return the text of a message, in whichever of its forms the page sends it."""
    if isinstance(value, list):
        return "".join(_words_of(part) for part in value)
    return str(value.get("text", "")) if isinstance(value, dict) else str(value)


def _chosen_option(data: gr.SelectData) -> str:
    return str(data.value)


def _chosen_example(data: gr.SelectData) -> str:
    return str(data.value["text"])


def _emptied() -> tuple[list[gr.ChatMessage], list[Entry], str]:
    return [], [], ""


def _asked(text: str) -> gr.ChatMessage:
    return gr.ChatMessage(content=_plain(text), role="user")


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
        label = escape(
            message(
                "source_number",
                answer.language,
                number=citation.number,
                title=citation.passage.title,
            )
        )
        return (
            f'<a class="cx-cite" href="{address}" aria-label="{label}" title="{label}">'
            f"{citation.number}</a>"
        )

    return MARK.sub(link, answer.text)


def _entry(question: str, answer: Answer, corpus: Corpus, marks: TermMarks) -> Entry:
    told = {citation.passage.id for citation in answer.citations}
    shown = marks.mark(linked(answer), answer.language, without=told) + _to_plan(answer)
    if answer.citations:
        key = "unverified" if answer.problems else "checked"
        note = message(key, answer.language, count=len(answer.citations))
        if answer.unsupported:
            note = message("marked_sentences", answer.language, count=answer.unsupported)
        if answer.model:
            note = f"{note} {message('model_wrote', answer.language, model=answer.model)}"
        shown += f'\n\n<p class="cx-checked">{escape(note)}</p>'
    why = explained(answer, corpus)
    if why:
        lines = "".join(f"<li>{escape(line)}</li>" for line in why)
        summary = escape(message("why", answer.language))
        shown += (
            f'\n\n<details class="cx-why"><summary>{summary}</summary><ul>{lines}</ul></details>'
        )
    return {
        "question": question,
        "language": answer.language,
        "shown": shown,
        "passages": list(dict.fromkeys(c.passage.id for c in answer.citations)),
        "suggestions": list(answer.suggestions),
        "profile": answer.profile,
    }


def _to_plan(answer: Answer) -> str:
    """Return a link to the whole plan that an answer tells of in short."""
    if not answer.profile:
        return ""
    profile = urlsafe_b64encode(answer.profile.encode()).decode().rstrip("=")
    label = escape(message("plan_open", answer.language))
    address = f"/{answer.language}/plan#p={profile}"
    return f'\n\n<p class="cx-open-plan"><a href="{address}">{label}</a></p>'


def _messages(kept: Sequence[Entry]) -> list[gr.ChatMessage]:
    """Return the conversation; only the last answer offers its follow-up questions."""
    found = []
    for position, entry in enumerate(kept):
        found.append(_asked(entry["question"]))
        found.append(_reply(entry, last=position == len(kept) - 1))
    return found


def _reply(entry: Entry, *, last: bool = True) -> gr.ChatMessage:
    options = [{"value": question} for question in entry["suggestions"]] if last else []
    return gr.ChatMessage(content=entry["shown"], role="assistant", options=options)  # type: ignore[arg-type]


def _history(kept: Sequence[Entry]) -> tuple[Turn, ...]:
    return tuple(
        Turn(entry["question"], tuple(entry["passages"]), entry.get("profile", ""))
        for entry in kept[-_REMEMBERED:]
    )


def _plain(text: str) -> str:
    """Return what a person typed so that it is shown as typed, whatever marks it holds."""
    return re.sub(r"[^\w\s]|_", lambda match: f"&#{ord(match.group())};", text)


def _header(language: Language) -> str:
    return (
        f'<a class="cx-skip" href="#cx-question">{escape(message("skip", language))}</a>'
        f'<header class="cx-header"><div class="cx-brand"><h1>{escape(message("title", language))}'
        f"</h1><p>{escape(message('tagline', language))}</p></div>"
        f"{page_links(language)}{language_links(language)}</header>"
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
        f'<section id="cx-panel" aria-label="{say("source_panel")}" aria-live="polite" '
        f'tabindex="-1" data-failed="{say("source_failed")}">'
        f'<div class="cx-panel-bar"><span class="cx-panel-title">{say("source_panel")}</span>'
        f'<span class="cx-panel-actions"><a class="cx-open" href="#" target="_blank" hidden>'
        f'{say("open_as_page")}</a><button type="button" class="cx-close" '
        f'aria-label="{say("close")}">×</button></span></div>'
        f'<div class="cx-panel-body"><p class="cx-empty">{say("source_empty")}</p></div></section>'
    )
