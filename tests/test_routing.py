"""Routes: what sure scores lead to, what contradicts them, and how the classifier is fitted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from helpers import corpus_of

from assistant import Assistant
from assistant.corpus import Corpus
from assistant.routing import KINDS, Kind, Router, examples, fit, route, samples, save
from assistant.types import LANGUAGES, Language, Query, Route

GUIDE = """\
## The first years {#first route=plan stage=early question="What comes first?"}

Years begin with a plan.

## The last years {#last stage=late question="What comes last?"}

Years end with a harvest.

## Taking a job {#job route=vet question="Is the job good?"}

Jobs differ.
"""
DIMENSION = len(KINDS) + len(LANGUAGES)
ROUTES: tuple[Route, ...] = ("plan", "vet", "diagnose", "meta", "greet", "thank")
SECTIONS: tuple[Route, ...] = ("plan", "vet", "diagnose")
CONVERSATION: tuple[Route, ...] = ("meta", "greet", "thank")


@pytest.fixture
def guide(tmp_path: Path) -> Corpus:
    return corpus_of(tmp_path / "corpus", {"guide/en.md": GUIDE})


def query(**facets: str) -> Query:
    named = {facet: frozenset({value}) for facet, value in facets.items()}
    return Query("anything", "en", "en", named)


def scores(**given: float) -> dict[Kind, float]:
    """Scores of all kinds, far from each where none is given."""
    return {kind: given.get(kind, -5.0) for kind in KINDS}


# --- from scores to a route


@pytest.mark.parametrize("name", ROUTES)
def test_route_is_taken_where_the_scores_are_sure_of_it(name: Route, guide: Corpus) -> None:
    assert route(query(), scores(**{name: 6.0}), guide) == name


@pytest.mark.parametrize("name", ROUTES)
def test_low_score_is_no_route_even_where_it_is_the_best(name: Route, guide: Corpus) -> None:
    assert route(query(), scores(**{name: 0.5}), guide) == "ask"


@pytest.mark.parametrize("name", ROUTES)
def test_high_score_is_no_route_where_a_plain_question_is_as_likely(
    name: Route, guide: Corpus
) -> None:
    assert route(query(), scores(**{name: 6.0, "ask": 5.5}), guide) == "ask"


@pytest.mark.parametrize("name", SECTIONS)
def test_plan_for_something_else_is_not_ours(name: Route, guide: Corpus) -> None:
    assert route(query(), scores(**{name: 3.0, "outside": 1.5}), guide) == "ask"


@pytest.mark.parametrize("name", CONVERSATION)
def test_greeting_may_sound_as_if_it_came_from_outside(name: Route, guide: Corpus) -> None:
    assert route(query(), scores(**{name: 6.0, "outside": 1.5}), guide) == name


def test_best_of_two_sure_routes_is_taken(guide: Corpus) -> None:
    assert route(query(), scores(plan=5.0, vet=6.0), guide) == "vet"
    assert route(query(), scores(plan=6.0, vet=5.0), guide) == "plan"


def test_question_like_nothing_is_a_plain_question(guide: Corpus) -> None:
    assert route(query(), scores(), guide) == "ask"
    assert route(query(), dict.fromkeys(KINDS, 0.0), guide) == "ask"


@pytest.mark.parametrize("facet", ["aspect", "sfia"])
def test_question_that_names_a_detail_wants_to_know_it(facet: str, guide: Corpus) -> None:
    assert route(query(**{facet: "1"}), scores(plan=4.5, ask=1.0), guide) == "ask"


@pytest.mark.parametrize("facet", ["aspect", "sfia"])
def test_detail_of_a_situation_told_with_a_clear_wish_does_not_hide_it(
    facet: str, guide: Corpus
) -> None:
    assert route(query(**{facet: "1"}), scores(plan=8.0, ask=1.0), guide) == "plan"


def test_stage_that_the_sections_of_a_route_are_about_keeps_it(guide: Corpus) -> None:
    assert route(query(stage="early"), scores(plan=6.0), guide) == "plan"


def test_stage_that_the_sections_of_a_route_are_not_about_contradicts_it(guide: Corpus) -> None:
    assert route(query(stage="late"), scores(plan=6.0), guide) == "ask"


def test_facet_that_the_sections_of_a_route_do_not_have_says_nothing(guide: Corpus) -> None:
    assert route(query(stage="late"), scores(vet=6.0), guide) == "vet"
    assert route(query(area="kitchen"), scores(plan=6.0), guide) == "plan"


@pytest.mark.parametrize("name", CONVERSATION)
def test_greeting_that_names_a_facet_is_a_question(name: Route, guide: Corpus) -> None:
    assert route(query(stage="early"), scores(**{name: 6.0}), guide) == "ask"


# --- fitting


def vector(language: Language, kind: Kind, turn: int = 0) -> np.ndarray:
    """A unit vector that has mostly its language, a little of its kind, and a trace of its own."""
    values = np.zeros(DIMENSION)
    values[len(KINDS) + LANGUAGES.index(language)] = 3.0
    values[KINDS.index(kind)] = 1.0
    values[(KINDS.index(kind) + turn) % len(KINDS)] += 0.1
    return np.asarray(values / np.linalg.norm(values))


def embed(text: str) -> np.ndarray:
    language, kind, turn = text.split()
    return vector(language, kind, int(turn))  # type: ignore[arg-type]


def told(keep: Callable[[Language, Kind], bool]) -> list[tuple[Language, Kind, str]]:
    return [
        (language, kind, f"{language} {kind} {turn}")
        for language in LANGUAGES
        for kind in KINDS
        for turn in range(4)
        if keep(language, kind)
    ]


@pytest.fixture(scope="module")
def router() -> Router:
    return fit(told(lambda language, kind: True), embed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_fitted_router_tells_the_kinds_apart(router: Router, language: Language) -> None:
    for kind in KINDS:
        found = router.scores(vector(language, kind, turn=6), language)
        assert list(found) == list(KINDS)
        assert max(found, key=lambda name: found[name]) == kind


def test_what_is_learnt_in_one_language_is_recognised_in_another() -> None:
    taught = fit(told(lambda language, kind: language == "en" or kind in ("ask", "meta")), embed)
    # The mean of a language with all kinds, which the real examples have in all of them.
    means = {**taught.means, "pl": fit(told(lambda *_: True), embed).means["pl"]}
    found = Router(means, taught.weights, taught.outside).scores(vector("pl", "vet"), "pl")
    assert max(found, key=lambda name: found[name]) == "vet"


def test_stored_router_is_read_back_for_its_model(router: Router, tmp_path: Path) -> None:
    file = tmp_path / "routes.npz"
    save(router, "a model", file)
    loaded = Router.load("a model", DIMENSION, file)
    for language in LANGUAGES:
        for kind in KINDS:
            asked = vector(language, kind)
            assert loaded.scores(asked, language) == pytest.approx(
                router.scores(asked, language), abs=0.02
            )
            assert loaded.strayness(asked, language) == pytest.approx(
                router.strayness(asked, language), abs=0.02
            )


@pytest.mark.parametrize("language", LANGUAGES)
def test_question_like_examples_from_outside_strays_most(
    router: Router, language: Language
) -> None:
    strays = {kind: router.strayness(vector(language, kind, turn=6), language) for kind in KINDS}
    assert max(strays, key=lambda kind: strays[kind]) == "outside"
    assert strays["outside"] > 0.9


def test_what_was_fitted_for_another_model_routes_nothing(
    router: Router, guide: Corpus, tmp_path: Path
) -> None:
    file = tmp_path / "routes.npz"
    save(router, "a model", file)
    other = Router.load("another model", 5, file)
    found = other.scores(np.ones(5), "ru")
    assert found == dict.fromkeys(KINDS, 0.0)
    assert other.strayness(np.ones(5), "ru") == 0
    assert route(query(), found, guide) == "ask"


def test_only_the_direction_from_the_mean_of_its_language_counts(router: Router) -> None:
    away = np.arange(DIMENSION) - 4.0
    found = router.scores(router.means["en"] + away, "en")
    assert router.scores(router.means["en"] + away / 100, "en") == pytest.approx(found, abs=0.02)
    assert router.scores(router.means["ru"] + away, "ru") == pytest.approx(found, abs=0.02)
    assert router.scores(router.means["en"] - away, "en") != pytest.approx(found, abs=0.02)


def test_vector_at_the_mean_of_its_language_has_finite_scores(router: Router) -> None:
    found = router.scores(router.means["hu"], "hu")
    assert np.isfinite(list(found.values())).all()


def test_phrasings_of_the_corpus_are_plain_questions_to_fit_on(guide: Corpus) -> None:
    asked = [text for language, kind, text in samples(guide) if (language, kind) == ("en", "ask")]
    assert asked == [
        *("What comes first?", "What comes last?", "Is the job good?"),
        *examples("en")["ask"],
    ]


# --- what is shipped


@pytest.mark.parametrize("language", LANGUAGES)
def test_examples_of_every_kind_exist(language: Language) -> None:
    found = examples(language)
    assert set(found) == set(KINDS)
    for texts in found.values():
        assert len(texts) >= 10
        assert all(text == text.strip() != "" for text in texts)
    everything = [text for texts in found.values() for text in texts]
    assert len(everything) == len(set(everything))


@pytest.mark.parametrize("language", LANGUAGES)
def test_examples_in_one_language_are_as_many_as_in_another(language: Language) -> None:
    counts = {kind: len(texts) for kind, texts in examples(language).items()}
    assert counts == {kind: len(texts) for kind, texts in examples("en").items()}


WISHES: dict[Language, dict[Route, str]] = {
    "en": {
        "plan": "Make me a plan for my first year as a CX leader",
        "vet": "I have an offer for a CX job. Should I accept it?",
        "diagnose": "Assess where our company stands in CX",
        "ask": "How big is a typical CX team?",
    },
    "zh-Hans": {
        "plan": "我刚当上客户体验负责人，帮我做一个头一百天的计划",
        "vet": "我收到一份客户体验岗位的录用通知，该不该接受？",
        "diagnose": "帮我评估一下我们公司的CX现在处在什么水平",
        "ask": "CX团队一般有多大？",
    },
    "zh-Hant": {
        "plan": "幫我制定一份CX主管第一年的計畫",
        "vet": "我收到一份客戶體驗職位的錄取通知，該不該接受？",
        "diagnose": "幫我評估一下我們公司的CX現在在什麼程度",
        "ask": "CX團隊一般有多大？",
    },
    "pl": {
        "plan": "Przygotuj mi plan na pierwszy rok w roli lidera CX",
        "vet": "Dostałem ofertę pracy w CX, czy powinienem ją przyjąć?",
        "diagnose": "Pomóż mi ocenić, na jakim poziomie CX jest nasza firma",
        "ask": "Jak duży jest typowy zespół CX?",
    },
    "hu": {
        "plan": "Készíts nekem tervet az első évemre CX-vezetőként",
        "vet": "Ajánlatot kaptam ügyfélélmény-vezetőnek. Hogyan ellenőrizzem, mielőtt aláírom?",
        "diagnose": "Segíts felmérni a cégünk CX-érettségét",
        "ask": "Mekkora egy átlagos CX-csapat?",
    },
    "ru": {
        "plan": "Мне нужен план на первые сто дней в роли руководителя CX",
        "vet": "Мне предложили работу в CX, стоит ли соглашаться?",
        "diagnose": "Помоги оценить, на каком уровне CX в нашей компании",
        "ask": "Какого размера обычно команда CX?",
    },
}


@pytest.mark.parametrize("name", ["plan", "vet", "diagnose", "ask"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_wish_takes_its_route_in_each_language(
    assistant: Assistant, language: Language, name: Route
) -> None:
    answer = assistant.ask(WISHES[language][name], language=language)
    assert answer.reasons is not None
    assert answer.reasons.query.route == name
    assert answer.grounded


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Help me assess our CX maturity"),
        ("pl", "Pomóż mi ocenić dojrzałość CX w naszej firmie"),
        ("hu", "Segíts felmérni a cégünk CX-érettségét"),
        ("ru", "Помоги оценить зрелость CX в нашей компании"),
        ("en", "How mature is our CX? I want to assess where we stand"),
        ("zh-Hant", "幫我評估我們公司的CX成熟度"),
        ("pl", "Chcę ocenić, jak dojrzałe jest u nas CX"),
    ],
)
def test_maturity_at_large_is_diagnosed(
    assistant: Assistant, language: Language, question: str
) -> None:
    answer = assistant.ask(question, language=language)
    assert answer.reasons is not None
    assert answer.reasons.query.route == "diagnose"


def test_detail_among_many_facts_of_a_situation_does_not_hide_a_wish_for_a_plan(
    guide: Corpus,
) -> None:
    asked = query(aspect="1")
    assert route(asked, scores(plan=4.5, ask=1.0), guide, told=5) == "plan"
    assert route(asked, scores(plan=4.5, ask=1.0), guide, told=1) == "ask"
