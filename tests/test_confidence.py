"""Whether the corpus covers a question: the evidence, its weights, and their fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers import corpus_of

from assistant.confidence import Confidence, Evidence, Weights, fit, save
from assistant.corpus import Corpus
from assistant.keywords import KeywordIndex
from assistant.types import LANGUAGES, Hit, Language, Query

ENGLISH = """\
## Rivers {#rivers}

Rivers carry water.

## Bread {#bread}

Bread needs flour.

## Clocks {#clocks}

Clocks count hours.

## Paper {#paper}

Paper keeps stories.
"""
CHINESE = "## 河流 {#rivers}\n\n河流带着水。\n"
EVEN = Weights(bias=-1.0, similarity=1.0, coverage=2.0, unseen=-4.0)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return corpus_of(tmp_path, {"guide/en.md": ENGLISH, "guide/zh-Hans.md": CHINESE})


@pytest.fixture
def confidence(corpus: Corpus) -> Confidence:
    keywords = {code: KeywordIndex(corpus.passages(code), code) for code in LANGUAGES}
    return Confidence(keywords, dict.fromkeys(LANGUAGES, EVEN))


def hits(corpus: Corpus, *names: str, similarity: float = 0.9) -> list[Hit]:
    passages = [corpus.get(f"guide/{name}", "en") for name in names]
    return [Hit(p, 1.0, ("meaning",), similarity) for p in passages if p is not None]


def query(text: str, language: Language = "en", **rest: object) -> Query:
    return Query(text, language, language, **rest)  # type: ignore[arg-type]


def test_question_whose_words_the_hits_hold_is_covered(
    confidence: Confidence, corpus: Corpus
) -> None:
    asked = query("Do rivers carry water?")
    evidence = confidence.evidence(asked, hits(corpus, "rivers"))
    assert evidence == Evidence(similarity=0.9, coverage=1.0, unseen=0.0)
    assert confidence.covers(asked, hits(corpus, "rivers"))


def test_question_whose_words_the_corpus_never_saw_is_not_covered(
    confidence: Confidence, corpus: Corpus
) -> None:
    asked = query("Kubernetes helm charts?")
    evidence = confidence.evidence(asked, hits(corpus, "rivers"))
    assert evidence == Evidence(similarity=0.9, coverage=0.0, unseen=1.0)
    assert not confidence.covers(asked, hits(corpus, "rivers"))


def test_known_words_of_other_passages_are_neither_covered_nor_unseen(
    confidence: Confidence, corpus: Corpus
) -> None:
    evidence = confidence.evidence(query("flour hours"), hits(corpus, "rivers"))
    assert (evidence.coverage, evidence.unseen) == (0.0, 0.0)


def test_only_the_first_three_hits_speak_for_a_question(
    confidence: Confidence, corpus: Corpus
) -> None:
    order = ("rivers", "bread", "clocks", "paper")
    assert confidence.evidence(query("clocks"), hits(corpus, *order)).coverage == 1.0
    assert confidence.evidence(query("stories"), hits(corpus, *order)).coverage == 0.0


def test_name_from_elsewhere_weighs_more_than_a_known_word(
    confidence: Confidence, corpus: Corpus
) -> None:
    evidence = confidence.evidence(query("water Kubernetes"), hits(corpus, "rivers"))
    assert evidence.unseen > 0.5 > evidence.coverage > 0
    assert evidence.unseen + evidence.coverage == pytest.approx(1.0)


def test_similarity_is_that_of_the_nearest_hit(confidence: Confidence, corpus: Corpus) -> None:
    near = hits(corpus, "bread", similarity=0.7) + hits(corpus, "rivers", similarity=0.8)
    assert confidence.evidence(query("water"), near).similarity == 0.8


def test_question_without_content_words_and_hits_has_no_evidence(confidence: Confidence) -> None:
    assert confidence.evidence(query("what is it?"), []) == Evidence(0.0, 0.0, 0.0)
    assert not confidence.covers(query("what is it?"), [])


def test_part_in_another_script_is_judged_by_the_words_of_its_language(
    confidence: Confidence, corpus: Corpus
) -> None:
    known = query("what is 河流?", foreign=(("zh-Hans", "河流"),))
    assert confidence.evidence(known, hits(corpus, "rivers")).coverage == 1.0
    unknown = query("what is 汽车?", foreign=(("zh-Hans", "汽车"),))
    assert confidence.evidence(unknown, hits(corpus, "rivers")).unseen == 1.0


def test_log_odds_add_up_the_weights_of_the_language_that_is_spoken(corpus: Corpus) -> None:
    keywords = {code: KeywordIndex(corpus.passages(code), code) for code in LANGUAGES}
    weights = dict.fromkeys(LANGUAGES, EVEN)
    confidence = Confidence(keywords, {**weights, "en": Weights(-0.5, 2.0, 3.0, -1.0)})
    asked = Query("rivers", "pl", "en")
    assert confidence.log_odds(asked, hits(corpus, "rivers")) == pytest.approx(-0.5 + 1.8 + 3.0)
    strange = Query("Kubernetes", "pl", "en")
    assert confidence.log_odds(strange, hits(corpus, "rivers")) == pytest.approx(-0.5 + 1.8 - 1.0)


def test_shipped_weights_reward_what_is_known_and_punish_what_is_not(corpus: Corpus) -> None:
    keywords = {code: KeywordIndex(corpus.passages(code), code) for code in LANGUAGES}
    confidence = Confidence.load(keywords)
    found = hits(corpus, "rivers", "bread")
    known = confidence.log_odds(query("rivers carry water"), found)
    assert known > confidence.log_odds(query("rivers carry Kubernetes"), found)
    assert known > confidence.log_odds(
        query("rivers carry water"), hits(corpus, "rivers", "bread", similarity=0.2)
    )


# --- fitting


SAMPLES = [(Evidence(0.8 + i / 100, 0.6 + i / 50, 0.1), True) for i in range(10)] + [
    (Evidence(0.7 + i / 100, 0.1 + i / 50, 0.5), False) for i in range(10)
]


def log_odds(weights: Weights, evidence: Evidence) -> float:
    return (
        weights.bias
        + weights.similarity * evidence.similarity
        + weights.coverage * evidence.coverage
        + weights.unseen * evidence.unseen
    )


def test_fitted_weights_tell_covered_questions_from_others() -> None:
    weights = fit({"en": SAMPLES})["en"]
    assert [log_odds(weights, evidence) > 0 for evidence, _ in SAMPLES] == [
        covered for _, covered in SAMPLES
    ]
    assert weights.coverage > 0 > weights.unseen


def test_languages_are_fitted_apart() -> None:
    turned = [(evidence, not covered) for evidence, covered in SAMPLES]
    fitted = fit({"en": SAMPLES, "hu": turned})
    assert fitted["en"] == fit({"en": SAMPLES})["en"]
    assert fitted["hu"].coverage == pytest.approx(-fitted["en"].coverage, abs=1e-3)


def test_saved_weights_are_read_back_as_they_were() -> None:
    fitted = fit({"en": SAMPLES})
    stored = json.loads(save(fitted))
    assert {code: Weights(**values) for code, values in stored.items()} == fitted
