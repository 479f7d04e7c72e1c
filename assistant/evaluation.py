"""Measure the assistant on golden questions: retrieval, answers, citations, refusals, follow-ups.

A golden question names the passages any of which answers it (a section stands
for the sections below it too), the key facts that an answer must contain, the
route it should take, and whether it must be refused. Refusals and routes are
judged by what the assistant did, everything else by what it found and wrote.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

from assistant import analysis
from assistant.conversation import turn
from assistant.corpus import Corpus, plain
from assistant.errors import InputError
from assistant.types import LANGUAGES, Answer, Hit, Language, Question, Turn
from assistant.verification import MARK, is_verbatim

if TYPE_CHECKING:
    from assistant.conversation import Assistant

DEPTH = 10
_LISTS = ("turns", "passages", "related", "terms", "missing", "instead")
ALL = "all"
HELD_BACK = "held back"
# Each: how it is written in a table's head, and whether more of it is better.
MEASURES: Mapping[str, tuple[str, bool]] = {
    "recall@1": ("R@1", True),
    "recall@5": ("R@5", True),
    "ndcg@10": ("nDCG", True),
    "mrr": ("MRR", True),
    "answered": ("answered", True),
    "key_facts": ("facts", True),
    "citation_precision": ("cit. P", True),
    "citation_recall": ("cit. R", True),
    "quotes_verbatim": ("verbatim", True),
    "language": ("language", True),
    "route": ("route", True),
    "followups": ("follow-ups", True),
    "refusal_precision": ("refusal P", True),
    "refusal_recall": ("refusal R", True),
    "worded": ("by model", True),
    "unsupported": ("flagged", False),
    "tokens": ("tokens", False),
    "milliseconds": ("ms", False),
}


@dataclass(frozen=True, slots=True)
class Golden:
    """A question with what its answer must be.

    `turns` end in what is asked, and `answer_language` is the one it asks for, if any.
    Any of `passages` answers it, and citing `related` ones is fine too; each of `facts`
    is a list of wordings. `terms` are those that it wants defined, `missing` the part
    that the corpus lacks, and `instead` what a refusal may point to.
    """

    id: str
    language: Language
    kind: str
    turns: tuple[str, ...]
    route: str = "ask"
    answer_language: Language | None = None
    passages: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    facts: tuple[tuple[str, ...], ...] = ()
    terms: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    refuse: bool = False
    held_back: bool = False

    @property
    def spoken_to(self) -> Language:
        """The language that the answer should be in."""
        return self.answer_language or self.language


@dataclass(frozen=True)
class Outcome:
    """What the assistant did with a golden question."""

    golden: Golden
    answer: Answer
    ancestors: Mapping[str, tuple[str, ...]] = field(repr=False)
    seconds: float = 0.0
    tokens: int = 0

    @property
    def refused(self) -> bool:
        return self.answer.mode == "refusal"

    @property
    def rank(self) -> int:
        """The rank of the first right passage, from 1; 0 where none was found."""
        for position, hit in enumerate(self._hits, start=1):
            if self._fits(hit.passage.id, self.golden.passages):
                return position
        return 0

    @property
    def ndcg(self) -> float:
        """Normalised discounted cumulative gain at 10 with binary gains (Järvelin & Kekäläinen).

        A listed section counts once, whether itself or one below it is found.
        """
        wanted = list(self.golden.passages)
        gain = 0.0
        for position, hit in enumerate(self._hits, start=1):
            found = next((w for w in wanted if self._fits(hit.passage.id, (w,))), None)
            if found is not None:
                wanted.remove(found)
                gain += 1 / math.log2(position + 1)
        best = min(len(self.golden.passages), DEPTH)
        return gain / sum(1 / math.log2(position + 1) for position in range(1, best + 1))

    @property
    def has_facts(self) -> bool:
        """Whether the answer contains every key fact in one of its wordings."""
        return not self.missing_facts

    @cached_property
    def missing_facts(self) -> list[tuple[str, ...]]:
        text = comparable(self.answer.text)
        return [
            fact
            for fact in self.golden.facts
            if not any(comparable(wording) in text for wording in fact)
        ]

    @property
    def cited(self) -> list[str]:
        return list(dict.fromkeys(citation.passage.id for citation in self.answer.citations))

    @property
    def citation_precision(self) -> float:
        """The share of the cited passages that answer the question or are related to it."""
        fitting = (*self.golden.passages, *self.golden.related)
        return fmean(self._fits(key, fitting) for key in self.cited)

    @property
    def cites_right(self) -> bool:
        """Whether a passage that answers the question is cited."""
        return any(self._fits(key, self.golden.passages) for key in self.cited)

    @property
    def is_verbatim(self) -> bool:
        return not self.answer.problems and all(map(is_verbatim, self.answer.citations))

    @property
    def in_language(self) -> bool:
        return self.answer.language == self.golden.spoken_to

    @property
    def routed(self) -> bool:
        """Whether it took its route; what is refused may be found out on the way of an answer."""
        if self.golden.refuse:
            return self.refused
        reasons = self.answer.reasons
        return reasons is not None and reasons.query.route == self.golden.route

    @property
    def followed(self) -> bool:
        """Whether a conversation's last turn was understood: answered rightly, or refused."""
        if self.golden.refuse:
            return self.refused
        return not self.refused and self.in_language and self.cites_right

    @property
    def _hits(self) -> Sequence[Hit]:
        return self.answer.reasons.hits[:DEPTH] if self.answer.reasons else ()

    def _fits(self, key: str, listed: Iterable[str]) -> bool:
        return not {key, *self.ancestors.get(key, ())}.isdisjoint(listed)


def comparable(text: str) -> str:
    """Return text as key facts are compared: no marks, case, diacritics, or special spaces."""
    text = analysis.fold(MARK.sub("", plain(text)))
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


def read_golden(file: Path) -> list[Golden]:
    """Read golden questions, one JSON object a line.

    Raises:
        InputError: the file is missing, or a line is not a golden question.
    """
    if not file.is_file():
        raise InputError(f"{file}: no such file; give a file of golden questions")
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{file.name}: not UTF-8 at byte {error.start}") from error
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            item: dict[str, Any] = dict(json.loads(line))
            for name in _LISTS:
                item[name] = _listed(item.get(name, []))
            item["facts"] = tuple(_listed(fact) for fact in item.get("facts", ()))
            golden = Golden(**item)
        except (ValueError, TypeError) as error:
            raise InputError(f"{file.name}:{number}: not a golden question ({error})") from error
        if golden.language not in LANGUAGES or not golden.turns:
            raise InputError(f"{file.name}:{number}: needs a language of ours and at least a turn")
        found.append(golden)
    return found


def chosen(
    goldens: Sequence[Golden], language: Language | None = None, limit: int | None = None
) -> list[Golden]:
    """Return the questions of a language, or all; at most `limit` of each, evenly spread."""
    found: list[Golden] = []
    for code in LANGUAGES:
        own = [one for one in goldens if one.language == code and language in (None, code)]
        step = max(1, len(own) // limit) if limit else 1
        found += own[::step][:limit]
    return found


def _listed(value: object) -> tuple[str, ...]:
    """Return a JSON list of texts as a tuple.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError(f"{value!r} is not a list of texts")
    return tuple(value)


def evaluate(
    assistant: Assistant,
    goldens: Sequence[Golden],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Outcome]:
    """Ask every question, each conversation turn by turn; only the last turn is timed.

    Each is asked as on the page of its language, which a bare "NPS?" takes on.
    """
    ancestors = _ancestors(assistant.corpus)
    outcomes = []
    for done, golden in enumerate(goldens, start=1):
        history: list[Turn] = []
        for earlier in golden.turns[:-1]:
            question = Question(earlier, None, tuple(history))
            *_, answer = assistant.stream(question, fallback=golden.language)
            history.append(turn(answer))
        used = assistant.generator.used if assistant.generator else 0
        start = time.perf_counter()
        question = Question(golden.turns[-1], None, tuple(history))
        *_, answer = assistant.stream(question, fallback=golden.language)
        seconds = time.perf_counter() - start
        spent = assistant.generator.used - used if assistant.generator else 0
        outcomes.append(Outcome(golden, answer, ancestors, seconds, spent))
        progress(done, len(goldens))
    return outcomes


def measures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return each measure that the outcomes allow, rounded to three places.

    Retrieval, facts and citations are taken over what must be answered and has
    golden passages; refusal over everything. Of what a chat model worded: the share of
    the answers, its sentences flagged as not in the sources an answer, and its tokens.
    """
    searched = [o for o in outcomes if o.golden.passages and not o.golden.refuse]
    answered = [o for o in searched if o.cited]
    refused = [o for o in outcomes if o.refused]
    to_refuse = [o for o in outcomes if o.golden.refuse]
    values: dict[str, Sequence[float]] = {
        "recall@1": [o.rank == 1 for o in searched],
        "recall@5": [1 <= o.rank <= 5 for o in searched],
        "ndcg@10": [o.ndcg for o in searched],
        "mrr": [1 / o.rank if o.rank else 0.0 for o in searched],
        "answered": [not o.refused for o in outcomes if not o.golden.refuse],
        "key_facts": [o.has_facts for o in searched if o.golden.facts],
        "citation_precision": [o.citation_precision for o in answered],
        "citation_recall": [o.cites_right for o in searched],
        "quotes_verbatim": [o.is_verbatim for o in answered],
        "language": [o.in_language for o in outcomes],
        "route": [o.routed for o in outcomes],
        "followups": [o.followed for o in outcomes if o.golden.kind == "followup"],
        "refusal_precision": [o.golden.refuse for o in refused],
        "refusal_recall": [o.refused for o in to_refuse],
    }
    found = {name: round(fmean(given), 3) for name, given in values.items() if given}
    worded = [o.answer for o in outcomes if o.answer.model]
    if worded:
        found["worded"] = round(len(worded) / len(outcomes), 3)
        found["unsupported"] = round(fmean(answer.unsupported for answer in worded), 3)
    if any(o.tokens for o in outcomes):
        found["tokens"] = sum(o.tokens for o in outcomes)
    if outcomes:
        found["milliseconds"] = round(1000 * median(o.seconds for o in outcomes), 1)
    return found


def record(outcomes: Sequence[Outcome]) -> dict[str, dict[str, dict[str, float]]]:
    """Return the measures by part, by language and by kind, with the number of questions."""
    parts = {ALL: list(outcomes), HELD_BACK: [o for o in outcomes if o.golden.held_back]}
    found: dict[str, dict[str, dict[str, float]]] = {}
    for part, chosen in parts.items():
        groups = {ALL: chosen}
        for outcome in chosen:
            groups.setdefault(outcome.golden.language, []).append(outcome)
        for outcome in chosen:
            groups.setdefault(outcome.golden.kind, []).append(outcome)
        found[part] = {
            name: {"questions": len(group), **measures(group)}
            for name, group in groups.items()
            if group
        }
    return found


def below(
    found: Mapping[str, Mapping[str, Mapping[str, float]]],
    floors: Mapping[str, Mapping[str, float]],
) -> list[str]:
    """Return what falls under its floor, a line each.

    Args:
        found: a record.
        floors: by part, the least value of each measure, for every language.
    """
    problems = []
    for part, least in floors.items():
        for group in (ALL, *LANGUAGES):
            for name, floor in least.items():
                value = found.get(part, {}).get(group, {}).get(name)
                if value is not None and value < floor:
                    problems.append(f"{part}, {group}: {name} {value:.3f} is under {floor:.3f}")
    return problems


def _ancestors(corpus: Corpus) -> dict[str, tuple[str, ...]]:
    """Return the ids of the headings above each passage, whatever its language."""
    parents = {passage.id: passage.parent for passage in corpus}
    found: dict[str, tuple[str, ...]] = {}
    for key in parents:
        above, current = [], parents[key]
        while current is not None:
            above.append(current)
            current = parents.get(current)
        found[key] = tuple(above)
    return found
