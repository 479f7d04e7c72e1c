"""Calibration: how sure is compared with how often right, and what is fitted is what is read."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from helpers import corpus_of

from assistant import calibration, confidence
from assistant.calibration import curve, fit_confidence
from assistant.confidence import Confidence, Evidence
from assistant.corpus import Corpus
from assistant.evaluation import Golden, Outcome
from assistant.keywords import Keywords
from assistant.types import LANGUAGES, Answer, Hit, Language, Query, Question, Reasons

BODY = "## Rivers {#rivers}\n\nRivers carry water.\n"
STRAY = Evidence(similarity=-9.0, coverage=-9.0, unseen=9.0)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return corpus_of(tmp_path / "corpus", {"guide/en.md": BODY})


class Judged:
    """Stands for the assistant: each question is found with the evidence that a table gives."""

    def __init__(self, corpus: Corpus, table: dict[str, Evidence | None]) -> None:
        self.corpus = corpus
        self.generator = None
        self.table = table
        self.asked: list[str] = []

    def stream(self, question: Question, *, fallback: Language) -> Iterator[Answer]:
        self.asked.append(question.text)
        evidence = self.table[question.text]
        query = Query(question.text, fallback, fallback)
        (passage,) = self.corpus.passages("en")
        reasons = Reasons(query)
        if evidence is not None:
            reasons = Reasons(query, (Hit(passage, 1.0, ()),), 0.5, evidence.signals)
        yield Answer(question.text, fallback, "Rivers.", reasons=reasons)


def golden(name: str, language: Language = "en", *, refuse: bool = False, **rest: object) -> Golden:
    return Golden(name, language, "narrow", (name,), refuse=refuse, **rest)  # type: ignore[arg-type]


def known(i: int) -> Evidence:
    return Evidence(0.85 + i / 100, 0.8 + i / 100, 0.0, margin=0.2, outside=-2.0 - i / 10)


def strange(i: int) -> Evidence:
    return Evidence(0.75 + i / 100, 0.1 + i / 100, 0.6, margin=0.1, outside=1.0 + i / 10)


def table_and_goldens() -> tuple[dict[str, Evidence | None], list[Golden]]:
    table: dict[str, Evidence | None] = {}
    goldens = []
    for language in LANGUAGES:
        for i in range(6):
            table |= {f"{language} known {i}": known(i), f"{language} strange {i}": strange(i)}
            goldens += [
                golden(f"{language} known {i}", language),
                golden(f"{language} strange {i}", language, refuse=True),
            ]
    return table, goldens


def fitted(
    corpus: Corpus,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    extra: dict[str, Evidence | None],
    more: list[Golden],
) -> str:
    """Fit on the table and what is added to it, and return the text that is stored."""
    table, goldens = table_and_goldens()
    monkeypatch.setattr(calibration, "DATA", folder)
    fit_confidence(Judged(corpus, table | extra), [*goldens, *more])  # type: ignore[arg-type]
    return (folder / "confidence.json").read_text(encoding="utf-8")


# --- fitting


def test_what_is_fitted_is_stored_where_it_is_read() -> None:
    assert Path(str(files("assistant").joinpath("data"))) == calibration.DATA
    assert (calibration.DATA / "confidence.json").is_file()


def test_what_is_stored_is_read_and_judges_by_what_was_fitted(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "package" / "data"
    folder.mkdir(parents=True)
    fitted(corpus, folder, monkeypatch, {}, [])
    monkeypatch.setattr(confidence, "files", lambda package: folder.parent)
    loaded = Confidence.load(corpus, Keywords(corpus))
    hits = [Hit(passage, 1.0, (), 0.9) for passage in corpus.passages("en")]
    for language in LANGUAGES:
        asked = Query("water", language, language)
        assert loaded.judge(asked, hits, {"outside": -2.0}).covered
        nothing = Query("kubernetes", language, language)
        assert not loaded.judge(nothing, [], {"outside": 1.0}).covered


def test_same_goldens_give_the_same_file(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fitted(corpus, tmp_path, monkeypatch, {}, [])
    assert fitted(corpus, tmp_path, monkeypatch, {}, []) == first


def test_evidence_of_any_other_question_does_change_the_file(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = fitted(corpus, tmp_path, monkeypatch, {}, [])
    assert fitted(corpus, tmp_path, monkeypatch, {"stray": STRAY}, [golden("stray")]) != plain


def test_question_that_is_held_back_is_not_even_asked(corpus: Corpus, tmp_path: Path) -> None:
    table, goldens = table_and_goldens()
    judged = Judged(corpus, {**table, "stray": STRAY})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibration, "DATA", tmp_path)
        fit_confidence(judged, [*goldens, golden("stray", held_back=True)])  # type: ignore[arg-type]
    assert "stray" not in judged.asked
    assert len(judged.asked) == len(goldens)


@pytest.mark.parametrize(
    ("evidence", "route"),
    [(None, "ask"), (None, "greet"), (STRAY, "meta")],
    ids=["never judged", "a greeting", "what it can do"],
)
def test_what_needs_no_passages_teaches_nothing(
    corpus: Corpus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    evidence: Evidence | None,
    route: str,
) -> None:
    plain = fitted(corpus, tmp_path, monkeypatch, {}, [])
    more = [golden("stray", route=route)]
    assert fitted(corpus, tmp_path, monkeypatch, {"stray": evidence}, more) == plain


# --- the curve


def outcome(sure: float | None, covered: bool) -> Outcome:
    reasons = Reasons(Query("a", "en", "en"), confidence=sure)
    answer = Answer("a", "en", "A.", reasons=reasons)
    return Outcome(golden("a", refuse=not covered), answer, {})


def test_curve_tells_for_each_tenth_how_sure_and_how_often_covered() -> None:
    outcomes = [outcome(0.91, True), outcome(0.97, True), outcome(0.94, False)]
    outcomes += [outcome(0.12, False), outcome(0.18, True)]
    assert curve(outcomes) == [
        {"questions": 2, "confidence": 0.15, "covered": 0.5},
        {"questions": 3, "confidence": 0.94, "covered": 0.667},
    ]


def test_tenth_begins_with_its_lower_end_and_the_last_holds_certainty() -> None:
    found = curve(
        [outcome(0.5, True), outcome(0.499, True), outcome(1.0, True), outcome(0.9, True)]
    )
    assert [(row["questions"], row["confidence"]) for row in found] == [
        (1, 0.499),
        (1, 0.5),
        (2, 0.95),
    ]


def test_answer_that_was_never_judged_is_not_on_the_curve() -> None:
    unsearched = Outcome(golden("a"), Answer("a", "en", "Hello."), {})
    assert curve([outcome(None, True), unsearched]) == []
    assert curve([]) == []


def test_calibration_questions_are_as_many_of_each_kind_in_every_language() -> None:
    asked = calibration.questions()
    for language in LANGUAGES:
        own = [one for one in asked if one.language == language]
        assert sum(one.refuse for one in own) == len(own) / 2 >= 50
        assert len({one.turns for one in own}) == len(own)


def test_threshold_is_chosen_on_questions_mixed_as_people_ask() -> None:
    rows = [(known(i), True) for i in range(6)] + [(strange(i), False) for i in range(6)]
    odd = [*rows, *[(strange(9), True)] * 3]
    both = confidence.fit({"en": odd}, {"en": rows})["en"]
    assert not any(both.log_odds(evidence) > 0 for evidence, covered in rows if not covered)
