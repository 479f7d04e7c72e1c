"""The assistant: from a question to a verified answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Self

from assistant.answering import compose, compose_parts, converse, define, growing, refuse
from assistant.confidence import Confidence, Judgement
from assistant.corpus import Corpus
from assistant.errors import InputError
from assistant.glossary import DOCUMENT, Glossary, LookUp, Term
from assistant.index import Index, SyncReport
from assistant.library import DOCUMENT as LIBRARY
from assistant.library import Library
from assistant.models import load_embeddings
from assistant.plan_chat import Planner
from assistant.plan_text import WrittenPlan, write
from assistant.planning import Plan
from assistant.profile import Profile
from assistant.retrieval import Retriever
from assistant.routing import Kind, Router, route
from assistant.settings import Settings
from assistant.situation import read_situation
from assistant.types import Answer, Hit, Language, Query, Question, Reasons, Turn
from assistant.understanding import Understanding
from assistant.vectors import VectorStore

if TYPE_CHECKING:
    import numpy as np

    from assistant.generation import Generator

_CONSIDERED = 10
_UNCOVERED = 0.35
# Part of a question is answered alone only where it is covered this surely.
_SURELY = 0.75
# Routes whose own sections answer them, whatever else the question's words are.
_ANSWERED_FIRST = ("vet", "diagnose")
_ALL, _WIDE, _NEAREST = 10_000, 60, 3
# Of 15 descriptions of terms in six languages that no name matched, all were this near to one, of
# 10 of other things 4. Four led so clearly, 3 of them rightly; 8 of the other 11 choices had it.
_MEANT, _CLEARLY = 0.85, 0.02


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search found for a query, and how sure that makes an answer."""

    query: Query
    hits: tuple[Hit, ...]
    judged: Judgement

    @property
    def covered(self) -> bool:
        if not self.hits or self.query.unknown:
            return False
        return self.judged.covered or self.query.route in _ANSWERED_FIRST

    @property
    def is_missing(self) -> bool:
        """Whether it surely is not covered, and not only perhaps."""
        unsure = not self.query.unknown and self.judged.probability >= _UNCOVERED
        return not self.covered and not unsure


class Assistant:
    """Answers questions from a corpus; open one with `Assistant.open()`.

    Safe to share between threads: a question leaves no trace in it.
    """

    def __init__(
        self,
        settings: Settings,
        corpus: Corpus,
        index: Index,
        retriever: Retriever,
        report: SyncReport,
    ) -> None:
        self.settings = settings
        self.corpus = corpus
        self.index = index
        self.sync_report = report
        self._retriever = retriever
        self._understanding = Understanding(corpus)
        self._confidence = Confidence.load(corpus, retriever.keywords)
        self._plans = any(passage.document == LIBRARY for passage in corpus)
        self._router = Router.load(index.model, index.dimension)
        self.today: Callable[[], date] = date.today
        self.generator: Generator | None = None

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        rebuild: bool = False,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Self:
        """Read the corpus and bring the index up to date with it.

        Raises:
            AssistantError: the corpus, the index or the model cannot be used as it is.
        """
        settings = settings or Settings.load()
        corpus = Corpus.read(settings.corpus)
        embeddings = load_embeddings(settings)
        index = Index(settings, VectorStore(embeddings, embeddings.name), embeddings.name)
        report = index.sync(corpus, rebuild=rebuild, progress=progress)
        retriever = Retriever(corpus, index, embeddings)
        assistant = cls(settings, corpus, index, retriever, report)
        if settings.chat_model:
            from assistant.generation import Generator

            assistant.generator = Generator.load(settings, corpus, retriever.keywords, embeddings)
        return assistant

    def stream(self, question: Question, *, fallback: Language | None = None) -> Iterator[Answer]:
        """Yield growing answers, the last one complete.

        Args:
            question: what was typed, with the turns before it.
            fallback: the language to speak where the question does not tell one.

        Raises:
            InputError: the question is empty or too long.
        """
        query = self._understanding.understand(question, fallback or self.settings.language)
        changed = self._follow_up(question, query)
        answer = replace(changed or self._answered(question, query), question=question.text)
        if self.generator is None or changed or not _is_to_be_worded(answer):
            yield from growing(answer)
        else:
            yield from self.generator.stream(answer, _profile(question), anew=question.anew)

    def _answered(self, question: Question, query: Query) -> Answer:
        """Answer a query, a follow-up as a chat model words it where one is configured."""
        if self.generator and question.history and query.text != query.own:
            text = self.generator.rewrite(query, question.history)
            if text:
                alone = Question(text, query.language)
                rewritten = self._understanding.understand(alone, query.language)
                answer = self._answer(replace(rewritten, spoken=query.spoken))
                if answer.mode == "composed":
                    return answer
        return self._answer(query)

    def _follow_up(self, question: Question, query: Query) -> Answer | None:
        """Answer a turn that changes or questions the plan of the turn before."""
        before = self._plan_before(question, query.language)
        if before is None or query.route not in ("ask", "plan"):
            return None
        text = query.own or query.text
        answer = self.planner.follow_up(text, query.spoken, query.language, before, self.today())
        return replace(answer, reasons=Reasons(replace(query, route="plan"))) if answer else None

    def _plan_before(self, question: Question, language: Language) -> Plan | None:
        """Return the last plan of the turns before; one that cannot be made any more is none."""
        told = _profile(question)
        if not (told and self._plans):
            return None
        try:
            return self.planner.make(Profile.of(json.loads(told), language), language)
        except (ValueError, InputError):
            return None

    def _answer(self, query: Query) -> Answer:
        """Answer a query by its route: a conversation, a composed answer or a refusal."""
        query, kinds = self._routed(query)
        if query.route in ("greet", "thank", "meta"):
            return replace(converse(query, self.corpus), reasons=Reasons(query))
        if query.route == "define":
            hits = tuple(
                Hit(term.passage, 1.0, ("words",))
                for key in query.terms
                if (term := self.glossary.get(key, query.language))
            )
            answer = define(query, self.glossary, self.corpus)
            return replace(answer, reasons=Reasons(query, hits))
        if query.route in ("refuse", "other_language"):
            return replace(refuse(query, (), self.corpus), reasons=Reasons(query))
        if query.route == "plan" and self._plans:
            made = self.planner.answer(query.own, query.spoken, query.language, self.today())
            cited = tuple(Hit(one.passage, 1.0, ("meaning",)) for one in made.citations)
            return replace(made, reasons=Reasons(query, cited))
        found = self._found(query, kinds)
        answer = (
            self._by_parts(query)
            or (compose(query, found.hits, self.corpus) if found.covered else None)
            or self._by_parts(query, refused=True)
            or refuse(query, found.hits, self.corpus)
        )
        judged = found.judged
        reasons = Reasons(query, found.hits, judged.probability, judged.evidence.signals)
        return replace(answer, reasons=reasons)

    def _by_parts(self, query: Query, *, refused: bool = False) -> Answer | None:
        """Answer the parts of a query that are covered, and name the rest.

        Where the whole of it is not `refused`, the rest must surely not be covered, and no part
        may lean on another.
        """
        parts = self._understanding.parts(query, leaning=refused)
        found = [self._found(*self._routed(part)) for part in parts]
        covered = [part for part in found if part.covered]
        missing = [part for part in found if not part.covered]
        if not covered or not (refused or all(part.is_missing for part in missing)):
            return None
        if missing and max(part.judged.probability for part in covered) < _SURELY:
            return None
        told = [(part.query, part.hits) for part in covered]
        return compose_parts(told, self.corpus, [part.query.own for part in missing])

    def _found(self, query: Query, kinds: Mapping[Kind, float]) -> _Found:
        """Search for a query and judge whether what is found answers it."""
        hits = tuple(self._retriever.search(query, _CONSIDERED))
        strayness = (
            self._router.strayness(self._retriever.vector(query.text), query.spoken) if kinds else 0
        )
        return _Found(query, hits, self._confidence.judge(query, hits, kinds, strayness))

    def _routed(self, query: Query) -> tuple[Query, Mapping[Kind, float]]:
        """Return the query on the route that its meaning asks for, and how much for each."""
        if query.route != "ask":
            return query, {}
        kinds = self._router.scores(self._retriever.vector(query.text), query.spoken)
        if query.own == query.text:
            told = (
                read_situation(query.own, query.spoken, self.today()) if kinds["plan"] > 0 else {}
            )
            query = replace(query, route=route(query, kinds, self.corpus, len(told)))
        return query, kinds

    def ask(
        self,
        text: str,
        *,
        language: Language | None = None,
        history: Sequence[Turn] = (),
    ) -> Answer:
        """Answer a question, in `language` or its own."""
        *_, answer = self.stream(Question(text, language, tuple(history)))
        return answer

    @property
    def glossary(self) -> Glossary:
        return self._understanding.glossary

    @cached_property
    def planner(self) -> Planner:
        """Makes first-year plans from the corpus's library of actions."""
        library = Library.read(self.settings.corpus, self.corpus)
        return Planner(library, self.corpus, self._actions_near)

    def plan(self, profile: Profile, language: Language) -> tuple[Plan, WrittenPlan]:
        """Plan a first year, and put it into words.

        Raises:
            InputError: a change in the profile is not possible.
        """
        made = self.planner.make(profile, language)
        return made, write(made, self.corpus, language)

    def _actions_near(self, text: str, language: Language) -> list[str]:
        """Return the library's actions by nearness to a text, the nearest first."""
        hits = self._retriever.search(Query(text, language, language, own=text), _ALL)
        keys = (hit.passage.id.removeprefix(f"{LIBRARY}/") for hit in hits)
        return [key for key in keys if key in self.planner.library.actions]

    def define(self, text: str, *, language: Language | None = None) -> LookUp:
        """Look a term up by its name in any language, its forms, or its meaning."""
        spoken = self.spoken(text, language)
        found = self.glossary.find(text, spoken)
        return found if found.terms else self._by_meaning(text, spoken, found)

    def spoken(self, text: str, language: Language | None = None) -> Language:
        """Return the language chosen, or that of a text."""
        return language or self._understanding.spoken(text, self.settings.language)

    def card(self, term: Term) -> Answer:
        """Return a term's definition as an answer."""
        language = term.passage.language
        query = Query(term.title, language, language, route="define", terms=(term.id,))
        return define(query, self.glossary, self.corpus)

    def _by_meaning(self, text: str, spoken: Language, missed: LookUp) -> LookUp:
        """Return the terms near what somebody describes: one only where it stands out clearly."""
        hits = self._retriever.search(Query(text, spoken, spoken, own=text), _WIDE)
        near = [hit for hit in hits if hit.passage.document == DOCUMENT and hit.passage.parent]
        terms = tuple(Term(hit.passage) for hit in near[:_NEAREST])
        if near and near[0].similarity >= _MEANT:
            lead = near[0].similarity - max((hit.similarity for hit in near[1:_NEAREST]), default=0)
            return LookUp(terms[:1] if lead >= _CLEARLY else terms, "meaning")
        nearest = {term.id: term for term in (*missed.nearest, *terms)}
        return LookUp((), "", tuple(nearest.values())[:_NEAREST])

    def vector(self, text: str) -> np.ndarray:
        """Return the unit vector of a question."""
        return self._retriever.vector(text)

    def search(self, text: str, k: int = 10, *, language: Language | None = None) -> list[Hit]:
        """Return the k passages that fit a query best."""
        query = self._understanding.understand(Question(text, language), self.settings.language)
        return self._retriever.search(query, k)


def _profile(question: Question) -> str:
    """Return the situation last told in a conversation, as JSON, "" for none."""
    return next((turn.profile for turn in reversed(question.history) if turn.profile), "")


def _is_to_be_worded(answer: Answer) -> bool:
    """Whether a model may word an answer: guidance and plans, no definitions, no refusals."""
    defined = answer.reasons is not None and answer.reasons.query.route == "define"
    return answer.mode == "composed" and bool(answer.citations) and not defined


def turn(answer: Answer) -> Turn:
    """Return what a follow-up question needs to know of an answer."""
    cited = tuple(dict.fromkeys(citation.passage.id for citation in answer.citations))
    return Turn(answer.question, cited, answer.profile)
