"""Check an answer's citations: deterministically, and against the passages shown only."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.corpus import figures, plain, sentences
from assistant.numerals import numbers
from assistant.types import Answer, Citation, Language

MARK = re.compile(r"\s?\[(\d+)\]")
_LABEL = re.compile(r"^\s*(?:[-*]\s+)?(?:\*\*.+?\*\*[：:]?\s*)?")


def verify(answer: Answer) -> tuple[str, ...]:
    """Return what is wrong with an answer's citations, a line each; nothing when all hold.

    Every mark has a citation and every citation a mark; each quote stands
    verbatim in its passage (emphasis aside); each figure of a cited sentence
    stands in a passage that the sentence cites.
    """
    by_number = {citation.number: citation for citation in answer.citations}
    problems = [
        f"[{citation.number}] is not a quote from {citation.passage.id}"
        for citation in answer.citations
        if not is_verbatim(citation)
    ]
    used: set[int] = set()
    for line in answer.text.splitlines():
        for sentence in _cited_sentences(line, answer.language):
            numbers = [int(number) for number in MARK.findall(sentence)]
            used.update(numbers)
            problems += [f"[{n}] points at nothing" for n in numbers if n not in by_number]
            shown = [by_number[n] for n in numbers if n in by_number]
            if shown:
                problems += _figure_problems(sentence, shown, answer.language)
    problems += [f"[{number}] is never used" for number in by_number if number not in used]
    return tuple(problems)


def is_verbatim(citation: Citation) -> bool:
    """Whether the quote stands in its passage, Markdown emphasis aside."""
    quote = plain(citation.quote)
    return bool(quote.strip()) and quote in plain(citation.passage.text)


def _figure_problems(sentence: str, citations: Sequence[Citation], language: Language) -> list[str]:
    texts = [f"{citation.passage.title}\n{citation.passage.text}" for citation in citations]
    known = {figure for text in texts for figure in figures(text)}
    marks = "".join(f"[{citation.number}]" for citation in citations)
    stated = set(figures(MARK.sub("", _LABEL.sub("", sentence)))) - known
    if stated:  # what a passage has in words may be said in digits
        stated -= {number for text in texts for number in numbers(text, language)}
    return [f"the figure {figure} is not in {marks}" for figure in sorted(stated)]


def _cited_sentences(line: str, language: Language) -> list[str]:
    """Split a line into sentences, each with the marks that stand before its full stop."""
    return sentences(line, language) if line.strip() else []
