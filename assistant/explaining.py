"""Say why an answer is as it is: what was understood, what matched, what was passed over."""

from __future__ import annotations

from dataclasses import dataclass

from assistant import analysis
from assistant.corpus import Corpus, searchable
from assistant.messages import message
from assistant.types import Answer, Hit, Passage, Query

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Reason:
    """A passage that was found: the words of the question that it holds, and if it was used."""

    hit: Hit
    words: tuple[str, ...]
    used: bool


def reasons(answer: Answer, corpus: Corpus) -> list[Reason]:
    """Return the passages found for an answer, best first, those passed over included."""
    if answer.reasons is None:
        return []
    query = answer.reasons.query
    used = {citation.passage.id for citation in answer.citations}
    return [
        Reason(hit, matched(query, hit, corpus), hit.passage.id in used)
        for hit in answer.reasons.hits[:_SHOWN]
    ]


def explained(answer: Answer, corpus: Corpus) -> list[str]:
    """Return the reasons as lines in the answer's language: confidence, facets, passages."""
    given, language = answer.reasons, answer.language
    if given is None or given.confidence is None:
        return []
    lines = [message("why_confidence", language, percent=round(100 * given.confidence))]
    named = [
        passage.title
        for facet, values in given.query.facets.items()
        for passage in _naming(facet, values, corpus, answer)
    ]
    if named:
        lines.append(message("why_named", language, names=", ".join(dict.fromkeys(named))))
    for reason in reasons(answer, corpus):
        key = "why_used" if reason.used else "why_passed_over"
        line = message(
            key, language, title=reason.hit.passage.title, score=f"{reason.hit.score:.2f}"
        )
        if reason.words:
            line += " " + message("why_words", language, words=", ".join(reason.words))
        lines.append(line)
    return lines


def _naming(facet: str, values: frozenset[str], corpus: Corpus, answer: Answer) -> list[Passage]:
    """Return the outermost passages that introduce the values of a facet."""
    found = [p for p in corpus.passages(answer.language) if p.own_facets.get(facet) in values]
    outermost = min((len(passage.path) for passage in found), default=0)
    return [passage for passage in found if len(passage.path) == outermost][:_SHOWN]


def matched(query: Query, hit: Hit, corpus: Corpus) -> tuple[str, ...]:
    """Return the words of a question that a passage holds, as they were typed."""
    passage = corpus.get(hit.passage.id, query.spoken)
    if passage is None:
        return ()
    held = set(analysis.terms(searchable(passage), query.spoken))
    stop = analysis.function_words()["zh" if query.spoken.startswith("zh") else query.spoken]
    found = []
    for run in analysis.HAN.findall(query.text):
        pairs = [run[i : i + 2] for i in range(len(run) - 1)]
        found += [pair for pair in pairs if held & {analysis.simplify(pair, query.spoken)} - stop]
    for word in analysis.words(analysis.HAN.sub(" ", query.text), query.spoken):
        if word not in stop and not held.isdisjoint(analysis.terms(word, query.spoken)):
            found.append(word)
    return tuple(dict.fromkeys(found))
