"""Whether the corpus covers a question: the evidence, its weights, and their fit."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest
from helpers import corpus_of

from assistant.confidence import Confidence, Evidence, Judgement, Weights, fit, save
from assistant.corpus import Corpus
from assistant.keywords import Keywords
from assistant.types import LANGUAGES, Hit, Language, Query

ENGLISH = """\
## Rivers {#rivers part=nature}

Rivers carry water.

## Bread {#bread part=kitchen}

Bread needs flour.

## Clocks {#clocks}

Clocks count hours.

## Paper {#paper}

Paper keeps stories.

## Prices {#prices}

A loaf is 4 dollars.
"""
CHINESE = "## 河流 {#rivers}\n\n河流带着水。\n"
EVEN = Weights(-1.0, {"similarity": 1.0, "coverage": 2.0, "unseen": -4.0})
SIGNALS = tuple(field.name for field in fields(Evidence))


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return corpus_of(tmp_path, {"guide/en.md": ENGLISH, "guide/zh-Hans.md": CHINESE})


@pytest.fixture
def confidence(corpus: Corpus) -> Confidence:
    return Confidence(corpus, Keywords(corpus), dict.fromkeys(LANGUAGES, EVEN))


def hits(corpus: Corpus, *names: str, similarity: float = 0.9, score: float = 1.0) -> list[Hit]:
    passages = [corpus.get(f"guide/{name}", "en") for name in names]
    return [Hit(p, score, ("meaning",), similarity) for p in passages if p is not None]


def query(text: str, language: Language = "en", **rest: object) -> Query:
    return Query(text, language, language, **rest)  # type: ignore[arg-type]


# --- words


def test_question_whose_words_the_hits_hold_is_covered(
    confidence: Confidence, corpus: Corpus
) -> None:
    judged = confidence.judge(query("Do rivers carry water?"), hits(corpus, "rivers"))
    assert judged.evidence == Evidence(similarity=0.9, coverage=1.0, unseen=0.0)
    assert judged.covered


def test_question_whose_words_the_corpus_never_saw_is_not_covered(
    confidence: Confidence, corpus: Corpus
) -> None:
    judged = confidence.judge(query("Kubernetes helm charts?"), hits(corpus, "rivers"))
    assert judged.evidence == Evidence(similarity=0.9, coverage=0.0, unseen=1.0)
    assert not judged.covered


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
    evidence = confidence.evidence(query("water kubernetes"), hits(corpus, "rivers"))
    assert evidence.unseen > 0.5 > evidence.coverage > 0
    assert evidence.unseen + evidence.coverage == pytest.approx(1.0)


def test_follow_up_is_judged_by_its_own_words(confidence: Confidence, corpus: Corpus) -> None:
    asked = query("rivers water kubernetes", own="kubernetes")
    assert confidence.evidence(asked, hits(corpus, "rivers")).unseen == 1.0


def test_follow_up_without_a_word_of_its_own_is_judged_by_those_before(
    confidence: Confidence, corpus: Corpus
) -> None:
    asked = query("rivers carry water and why?", own="and why?")
    assert confidence.evidence(asked, hits(corpus, "rivers")).coverage == 1.0


def test_part_in_another_script_is_judged_by_the_words_of_its_language(
    confidence: Confidence, corpus: Corpus
) -> None:
    known = query("what is 河流?", foreign=(("zh-Hans", "河流"),))
    assert confidence.evidence(known, hits(corpus, "rivers")).coverage == 1.0
    unknown = query("what is 汽车?", foreign=(("zh-Hans", "汽车"),))
    assert confidence.evidence(unknown, hits(corpus, "rivers")).unseen == 1.0


@pytest.mark.parametrize("language", ["pl", "hu"])
def test_english_word_of_the_corpus_is_understood_in_another_language(
    confidence: Confidence, corpus: Corpus, language: Language
) -> None:
    held = confidence.evidence(query("water", language), hits(corpus, "rivers"))
    assert (held.coverage, held.unseen) == (1.0, 0.0)
    elsewhere = confidence.evidence(query("flour", language), hits(corpus, "rivers"))
    assert (elsewhere.coverage, elsewhere.unseen) == (0.0, 0.0)
    strange = confidence.evidence(query("kubernetes", language), hits(corpus, "rivers"))
    assert (strange.coverage, strange.unseen) == (0.0, 1.0)


# --- names, prices, facets


STRANGERS: dict[Language, tuple[str, str]] = {
    "en": ("Do we buy Zendesk?", "Zendesk?"),
    "zh-Hans": ("我们要买Zendesk吗", "我们要买吗"),
    "zh-Hant": ("我們要買Zendesk嗎", "我們要買嗎"),
    "pl": ("Czy kupić Zendesk?", "Zendesk?"),
    "hu": ("Megvegyük a Zendesk rendszerét?", "Zendesk?"),
    "ru": ("Покупать ли нам Аэрофлот?", "Аэрофлот?"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_unknown_name_inside_a_sentence_is_a_stranger(
    confidence: Confidence, language: Language
) -> None:
    named, without = STRANGERS[language]
    assert confidence.evidence(query(named, language), []).stranger == 1.0
    assert confidence.evidence(query(without, language), []).stranger == 0.0


def test_name_that_the_corpus_knows_is_no_stranger(confidence: Confidence) -> None:
    assert confidence.evidence(query("do our Rivers carry it"), []).stranger == 0.0
    assert confidence.evidence(query("Co to jest Water?", "pl"), []).stranger == 0.0


def test_what_stands_behind_a_word_is_no_price(confidence: Confidence) -> None:
    for text in ("Стоит ли мерить реку?", "Что за этим стоит?"):
        assert confidence.evidence(query(text, "ru"), []).unpriced == 0.0


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "What was our water level last quarter?"),
        ("zh-Hans", "我们上个季度的水位是多少？"),
        ("zh-Hant", "我們公司上一季的水位是多少？"),
        ("pl", "Jaki mieliśmy poziom wody w zeszłym kwartale?"),
        ("hu", "Mennyi volt a vízszintünk tavaly?"),
        ("ru", "Какой у нас был уровень воды за прошлый квартал?"),
    ],
)
def test_figure_of_ones_own_is_refused_however_well_it_fits(
    confidence: Confidence, corpus: Corpus, language: Language, text: str
) -> None:
    judged = confidence.judge(query(text, language), hits(corpus, "rivers", "prices"))
    assert judged.evidence.ours == 1.0
    assert not judged.covered
    story = query(f"{text} " + "…" * 120, language)
    assert confidence.evidence(story, []).ours == 0.0


PRICED: dict[Language, tuple[str, str]] = {
    "en": ("how much is a river", "how long is a river"),
    "zh-Hans": ("一条河多少钱", "一条河多长"),
    "zh-Hant": ("一條河多少錢", "一條河多長"),
    "pl": ("ile kosztuje rzeka", "jak długa jest rzeka"),
    "hu": ("mennyibe kerül egy folyó", "milyen hosszú egy folyó"),
    "ru": ("сколько стоит река", "какой длины река"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_price_is_missed_only_where_one_is_asked_and_no_good_hit_has_an_amount(
    confidence: Confidence, corpus: Corpus, language: Language
) -> None:
    priced, other = (query(text, language) for text in PRICED[language])
    without = hits(corpus, "rivers", "bread", "clocks")
    assert confidence.evidence(priced, without).unpriced == 1.0
    assert confidence.evidence(other, without).unpriced == 0.0
    assert confidence.evidence(priced, hits(corpus, "rivers", "prices")).unpriced == 0.0
    assert confidence.evidence(priced, [*without, *hits(corpus, "prices")]).unpriced == 1.0


def test_share_of_the_facets_named_that_the_best_hit_has(
    confidence: Confidence, corpus: Corpus
) -> None:
    part, other = {"part": frozenset({"nature", "sea"})}, {"size": frozenset({"big"})}
    for facets, share in ((part, 1.0), (other, 0.0), (part | other, 0.5), ({}, 0.0)):
        asked = query("water", facets=facets)
        assert confidence.evidence(asked, hits(corpus, "rivers", "bread")).named == share
    assert confidence.evidence(query("water", facets=part), hits(corpus, "bread")).named == 0.0


# --- hits and kinds


def test_similarity_is_that_of_the_nearest_hit(confidence: Confidence, corpus: Corpus) -> None:
    near = hits(corpus, "bread", similarity=0.7) + hits(corpus, "rivers", similarity=0.8)
    assert confidence.evidence(query("water"), near).similarity == 0.8


def test_margin_is_how_far_the_best_hit_stands_out_from_the_fifth(
    confidence: Confidence, corpus: Corpus
) -> None:
    names = ("rivers", "bread", "clocks", "paper", "prices")
    level = hits(corpus, *names, score=0.8)
    assert confidence.evidence(query("water"), level).margin == 0.0
    apart = [*level[:4], replace(level[4], score=0.2)]
    assert confidence.evidence(query("water"), apart).margin == pytest.approx(0.75)
    below_zero = [*level[:4], replace(level[4], score=-0.2)]
    assert confidence.evidence(query("water"), below_zero).margin == 1.0
    assert confidence.evidence(query("water"), apart[:4]).margin == 0.0
    assert confidence.evidence(query("water"), hits(corpus, *names, score=0.0)).margin == 0.0


def test_kinds_that_the_router_scored_are_evidence(confidence: Confidence) -> None:
    evidence = confidence.evidence(query("water"), [], {"ask": 1.5, "outside": -2.0, "plan": 9.0})
    assert (evidence.inside, evidence.outside) == (1.5, -2.0)


def test_question_without_content_words_and_hits_has_no_evidence(confidence: Confidence) -> None:
    judged = confidence.judge(query("what is it?"), [])
    assert judged.evidence == Evidence(0.0, 0.0, 0.0)
    assert not judged.covered


def test_signals_name_every_piece_of_evidence_to_three_places() -> None:
    signals = Evidence(0.12345, 1.0, 0.0, outside=-2.34567).signals
    assert tuple(signals) == SIGNALS
    assert (signals["similarity"], signals["outside"]) == (0.123, -2.346)


# --- judging and fitting


def test_log_odds_add_up_the_weights_of_the_language_that_is_spoken(corpus: Corpus) -> None:
    own = Weights(-0.5, {"similarity": 2.0, "coverage": 3.0, "unseen": -1.0, "outside": -0.1})
    confidence = Confidence(corpus, Keywords(corpus), {"pl": EVEN, "en": own})
    known = confidence.judge(Query("rivers", "pl", "en"), hits(corpus, "rivers"), {"outside": 2.0})
    assert known.log_odds == pytest.approx(-0.5 + 1.8 + 3.0 - 0.2)
    strange = confidence.judge(Query("kubernetes", "pl", "en"), hits(corpus, "rivers"))
    assert strange.log_odds == pytest.approx(-0.5 + 1.8 - 1.0)


def test_probability_is_even_where_the_log_odds_are_nothing() -> None:
    nothing = Evidence(0.0, 0.0, 0.0)
    judged = [Judgement(nothing, odds) for odds in (-30.0, -1.0, 0.0, 1.0, 30.0)]
    assert [one.probability for one in judged] == [0.0, 0.269, 0.5, 0.731, 1.0]
    assert [one.covered for one in judged] == [False, False, False, True, True]


@pytest.mark.parametrize("language", LANGUAGES)
def test_shipped_weights_reward_what_is_known_and_punish_what_is_not(
    corpus: Corpus, language: Language
) -> None:
    confidence = Confidence.load(corpus, Keywords(corpus))
    asked, found = query("water", language), hits(corpus, "rivers", "bread")
    known = confidence.judge(asked, found).log_odds
    assert known > confidence.judge(query("kubernetes", language), found).log_odds
    assert known > confidence.judge(asked, hits(corpus, "rivers", similarity=0.2)).log_odds
    assert known > confidence.judge(asked, found, {"outside": 3.0}).log_odds


SAMPLES = [(Evidence(0.8 + i / 100, 0.6 + i / 50, 0.1), True) for i in range(10)] + [
    (Evidence(0.7 + i / 100, 0.1 + i / 50, 0.5), False) for i in range(10)
]
SHIFTED = [(replace(evidence, similarity=evidence.similarity / 2), c) for evidence, c in SAMPLES]


def test_fitted_weights_tell_covered_questions_from_others() -> None:
    weights = fit({"en": SAMPLES})["en"]
    assert [weights.log_odds(evidence) > 0 for evidence, _ in SAMPLES] == [c for _, c in SAMPLES]
    assert weights.signals["coverage"] > 0 > weights.signals["unseen"]


def test_signal_that_never_changes_weighs_nothing() -> None:
    signals = fit({"en": SAMPLES})["en"].signals
    assert tuple(signals) == SIGNALS
    assert (signals["stranger"], signals["outside"]) == (0.0, 0.0)


def test_each_language_has_a_threshold_of_its_own_for_a_signal() -> None:
    fitted = fit({"en": SAMPLES, "hu": SHIFTED})
    for language, rows in (("en", SAMPLES), ("hu", SHIFTED)):
        odds = [fitted[language].log_odds(evidence) for evidence, _ in rows]
        assert [value > 0 for value in odds] == [covered for _, covered in rows]
    apart, near = fitted["en"].signals["similarity"], fitted["hu"].signals["similarity"]
    assert near == pytest.approx(2 * apart, rel=1e-3)


def test_scale_of_a_signal_does_not_matter() -> None:
    plain, halved = fit({"en": SAMPLES})["en"], fit({"en": SHIFTED})["en"]
    odds = [plain.log_odds(evidence) for evidence, _ in SAMPLES]
    assert [halved.log_odds(e) for e, _ in SHIFTED] == pytest.approx(odds, abs=0.01)


def test_what_a_signal_is_worth_is_learnt_from_all_languages() -> None:
    turned = [(evidence, not covered) for evidence, covered in SAMPLES]
    fitted = fit({"en": SAMPLES, "hu": turned})
    assert fitted["en"] == fitted["hu"]
    assert fitted["en"].signals["coverage"] == pytest.approx(0.0, abs=1e-3)


def test_more_ridge_makes_for_smaller_weights() -> None:
    gentle, strict = (fit({"en": SAMPLES}, ridge=ridge)["en"].signals for ridge in (0.1, 100.0))
    assert gentle["coverage"] > strict["coverage"] > 0


def test_saved_weights_are_read_back_as_they_were() -> None:
    fitted = fit({"en": SAMPLES, "hu": SHIFTED})
    stored = json.loads(save(fitted))
    assert {code: Weights(**values) for code, values in stored.items()} == fitted
