"""The nouns of the assistant: what flows from the corpus to an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

Language = Literal["en", "zh-Hans", "zh-Hant", "pl", "hu", "ru"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

Route = Literal[
    "ask",
    "define",
    "plan",
    "vet",
    "diagnose",
    "greet",
    "thank",
    "meta",
    "refuse",
    "other_language",
]
Mode = Literal["composed", "generated", "refusal", "conversation"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of sentences or a list of points, in reading order.

    `statements` are verbatim pieces of the passage: a paragraph's sentences or
    a list's items. `anchors` are the items' own ids ("" where an item has none)
    and are empty for a paragraph.
    """

    kind: Literal["paragraph", "list"]
    statements: tuple[str, ...]
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """The text directly under one heading of a document, in one language.

    The same `id` ("document/heading-id") names the passage in every language it
    exists in. `path` holds the titles of the headings above it, outermost
    first; `facets` include those inherited from them. `question` is the question
    it answers, fit to be shown; `asked` are other ways people put it. `route` is the
    wish that it answers first, "" for most; `details` are what a glossary term has.
    """

    id: str
    language: Language
    document: str
    document_title: str
    path: tuple[str, ...]
    title: str
    text: str
    blocks: tuple[Block, ...]
    facets: Mapping[str, str]
    source: str
    parent: str | None = None
    own_facets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    aliases: tuple[str, ...] = ()
    question: str = ""
    asked: tuple[str, ...] = ()
    authored: bool = False
    route: str = ""
    details: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def statements(self) -> tuple[str, ...]:
        return tuple(statement for block in self.blocks for statement in block.statements)

    @property
    def lead(self) -> str:
        """The first sentence, which states the passage's point and stands alone."""
        return self.blocks[0].statements[0]

    @property
    def label(self) -> str:
        """Where the passage stands: document, headings above it, its own title."""
        return " › ".join((self.document_title, *self.path, self.title))


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the same conversation and the passages its answer cited.

    `profile` is the situation of the plan that the answer made or changed, as JSON.
    """

    question: str
    passages: tuple[str, ...] = ()
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person typed; `language` is their choice or the page's, None when unknown.

    `anew` asks a chat model again for an answer that it gave before.
    """

    text: str
    language: Language | None = None
    history: tuple[Turn, ...] = ()
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A question understood: what to search for, and the language to answer in.

    `spoken` is the language of `text`, `language` that of the answer. `facets`
    maps a facet to the values that the question names, such as
    {"stage": {"year-3-4"}}. `unknown` holds facets that it numbers beyond the
    corpus, such as "stage" for "year ten"; `foreign` are its parts in another
    language's script. Of a follow-up, `text` has the words of earlier turns too and
    `own` only its own; `focus` is the passage that it points at ("the second one"), and
    `document` the one that the answer before was from. `terms` are the glossary's
    terms that it wants defined or told apart.
    """

    text: str
    language: Language
    spoken: Language
    facets: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    route: Route = "ask"
    unknown: tuple[str, ...] = ()
    foreign: tuple[tuple[Language, str], ...] = ()
    own: str = ""
    focus: str = ""
    document: str = ""
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, in the language to answer in where it exists in it.

    `score` orders the hits of one query and compares with nothing else.
    `similarity` is the raw cosine between the question and the nearest vector
    of the passage, which compares between queries of one language. `statement`
    is the passage's piece nearest to the question, "" where its whole or its
    heading is nearer. `via` names what found it: "meaning", "words", "facet";
    `parts` is what each of these gave to the score, "detail" what was taken away.
    """

    passage: Passage
    score: float
    via: tuple[str, ...]
    similarity: float = 0.0
    statement: str = ""
    parts: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why an answer is as it is: what was understood and found, and how sure that made it.

    `confidence` is the calibrated probability that the corpus answers the query,
    and `evidence` the signals it comes from, each between 0 and 1.
    """

    query: Query
    hits: tuple[Hit, ...] = ()
    confidence: float | None = None
    evidence: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered quote: verbatim text of a passage, Markdown emphasis aside."""

    number: int
    passage: Passage
    quote: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in Markdown whose marks [1], [2] point at its citations.

    `profile` is the situation that a plan was made for, as JSON, "" for other answers.
    `missing` are the parts of the question that the corpus does not cover. `model` is the
    chat model that wrote it, "" where none did, and `unsupported` the number of its
    sentences that are shown as not in the sources.
    """

    question: str
    language: Language
    text: str
    citations: tuple[Citation, ...] = ()
    mode: Mode = "composed"
    suggestions: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    reasons: Reasons | None = None
    profile: str = ""
    missing: tuple[str, ...] = ()
    model: str = ""
    unsupported: int = 0

    @property
    def grounded(self) -> bool:
        """Whether it states something, all of it from the sources, and every check held."""
        return bool(self.citations) and not self.problems and not self.unsupported
