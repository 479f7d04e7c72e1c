"""The checks of an answer's citations, each by an answer that fails it."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import by_id, read

from assistant.types import Answer, Citation, Language, Passage
from assistant.verification import is_verbatim, verify

BODY = """\
## Teams of 16 {#teams}

Teams have **2 to 10** people. Larger ones report 16% more, or 10,000 a year.

- **Small** teams learn
- They grow 1.8 times
"""


@pytest.fixture
def passage(tmp_path: Path) -> Passage:
    return by_id(read(tmp_path, "guide/en.md", BODY))["teams"]


def answer(text: str, *citations: Citation, language: Language = "en") -> Answer:
    return Answer("How big?", language, text, citations)


def test_answer_whose_every_check_holds_has_no_problems(passage: Passage) -> None:
    quote = "Teams have **2 to 10** people."
    checked = answer("Teams have **2 to 10** people [1].", Citation(1, passage, quote))
    assert verify(checked) == ()
    assert checked.grounded


@pytest.mark.parametrize(
    "quote",
    [
        "Teams have **2 to 10** people.",
        "Teams have 2 to 10 people.",
        "Larger ones report 16% more",
        "Small teams learn",
    ],
)
def test_quote_is_verbatim_whatever_its_emphasis(passage: Passage, quote: str) -> None:
    assert is_verbatim(Citation(1, passage, quote))


@pytest.mark.parametrize(
    "quote",
    [
        "Teams have 2 to 12 people.",
        "teams have 2 to 10 people.",
        "Teams have people.",
        "Larger teams report 16% more",
        "",
        "  ",
        "**",
    ],
)
def test_changed_shortened_or_empty_quote_is_not_verbatim(passage: Passage, quote: str) -> None:
    assert not is_verbatim(Citation(1, passage, quote))


def test_quote_from_elsewhere_is_a_problem(passage: Passage) -> None:
    problems = verify(answer("Teams are small [1].", Citation(1, passage, "Teams are small.")))
    assert problems == ("[1] is not a quote from guide/teams",)


def test_number_that_was_never_shown_is_not_a_citation(passage: Passage) -> None:
    citation = Citation(1, passage, "Small teams learn")
    problems = verify(answer("Small teams learn [1]. Large ones too [2].", citation))
    assert problems == ("[2] points at nothing",)


def test_citation_that_no_mark_uses_is_a_problem(passage: Passage) -> None:
    first, second = (Citation(n, passage, "Small teams learn") for n in (1, 2))
    assert verify(answer("Small teams learn [1].", first, second)) == ("[2] is never used",)


def test_figure_that_its_passage_does_not_have_is_a_problem(passage: Passage) -> None:
    citation = Citation(1, passage, "Small teams learn")
    problems = verify(answer("Small teams of 7 learn [1].", citation))
    assert problems == ("the figure 7 is not in [1]",)


@pytest.mark.parametrize("figure", ["16%", "10 000", "10.000", "1,8", "from 2 to 10", "[1] of 16"])
def test_figure_may_be_written_by_another_languages_rules(passage: Passage, figure: str) -> None:
    citation = Citation(1, passage, "Small teams learn")
    assert verify(answer(f"It is {figure} [1].", citation)) == ()


def test_figure_may_stand_in_any_of_the_passages_that_the_sentence_cites(
    passage: Passage, tmp_path: Path
) -> None:
    (other,) = read(tmp_path, "more/en.md", "## More {#more}\n\nSome have 99.\n")
    both = Citation(1, passage, "Small teams learn"), Citation(2, other, "Some have 99.")
    assert verify(answer("Some have 99 or 16 [1] [2].", *both)) == ()
    assert verify(answer("Some have 16 [1]. Some have 16 [2].", *both)) == (
        "the figure 16 is not in [2]",
    )


def test_figure_of_a_sentence_without_marks_is_not_checked(passage: Passage) -> None:
    citation = Citation(1, passage, "Small teams learn")
    assert verify(answer("Here are 3 points. Small teams learn [1].", citation)) == ()


@pytest.mark.parametrize(
    ("language", "text", "figure"),
    [
        ("zh-Hans", "团队有99人[1]。", "99"),
        ("zh-Hans", "团队有人[1]。另有99人[2]。", "99"),
        ("ru", "В команде 99 человек [1].", "99"),
        ("hu", "A csapat 99 fős [1].", "99"),
    ],
)
def test_figures_are_checked_in_every_language(
    passage: Passage, language: Language, text: str, figure: str
) -> None:
    citations = [Citation(n, passage, "Small teams learn") for n in (1, 2) if f"[{n}]" in text]
    (problem,) = verify(answer(text, *citations, language=language))
    assert problem.startswith(f"the figure {figure} is not in ")


def test_label_of_a_point_is_not_part_of_the_cited_sentence(passage: Passage) -> None:
    citation = Citation(1, passage, "Small teams learn")
    assert verify(answer("- **7 kinds.** Small teams learn [1].", citation)) == ()
    assert verify(answer("- **7种：**Small teams learn [1]", citation, language="zh-Hans")) == ()


def test_mark_after_the_full_stop_cites_the_sentence_before_it(passage: Passage) -> None:
    citation = Citation(1, passage, "Small teams learn")
    assert verify(answer("Small teams of 7 learn. [1]", citation)) == (
        "the figure 7 is not in [1]",
    )


def test_answer_without_citations_is_not_grounded() -> None:
    assert verify(answer("I would rather not guess.")) == ()
    assert not answer("I would rather not guess.").grounded
