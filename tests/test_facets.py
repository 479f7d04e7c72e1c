"""Facets that a question names, as the headings of a corpus introduce them."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import corpus_of

from assistant.corpus import Corpus
from assistant.facets import FacetNames, merged
from assistant.types import LANGUAGES, Language

BODY = """\
## First and second year {#early stage=year-1-2 aliases="year 1; year 2; first year; second year"}

Learn.

### First steps {#steps stage=year-1-2}

Go slowly.

## Year three {#later stage=year-3 aliases="third year; 3rd year"}

Grow.

## The finance chief {#cfo executive=cfo aliases="CFO; chief financial officer"}

Count.
"""
LEVEL = "## {0} {{#nascent level=nascent}}\n\nText.\n\n## {1} {{#mature level=mature}}\n\nText.\n\n"
TECHNOLOGY = (
    "## {0} {{#tools area=technology}}\n\nText.\n\n## {1} {{#cto executive=cto}}\n\nText.\n"
)
LEVELS = {
    "guide/en.md": LEVEL.format("Nascent level", "Mature level")
    + TECHNOLOGY.format("Technology", "Technology chief"),
    "guide/zh-Hans.md": LEVEL.format("初级", "成熟级") + TECHNOLOGY.format("技术", "首席技术官"),
    "guide/zh-Hant.md": LEVEL.format("初級", "成熟級"),
    "guide/pl.md": LEVEL.format("Poziom początkujący", "Poziom dojrzały"),
    "guide/hu.md": LEVEL.format("Kezdő szint", "Érett szint"),
    "guide/ru.md": LEVEL.format("Начальный уровень", "Зрелый уровень"),
}


@pytest.fixture
def names(tmp_path: Path) -> FacetNames:
    return FacetNames(corpus_of(tmp_path, {"guide/en.md": BODY}), "en")


@pytest.mark.parametrize(
    "text",
    [
        "What do I do in year three?",
        "year 3",
        "my third year in the job",
        "the 3rd year",
        "YEAR THREE",
    ],
)
def test_facet_is_named_by_title_and_alias_in_words_and_digits(
    names: FacetNames, text: str
) -> None:
    assert names.find(text) == {"stage": frozenset({"year-3"})}


def test_question_may_name_several_values_and_several_facets(names: FacetNames) -> None:
    found = names.find("How does the CFO differ between the first year and year three?")
    assert found == {
        "stage": frozenset({"year-1-2", "year-3"}),
        "executive": frozenset({"cfo"}),
    }


@pytest.mark.parametrize(
    "text", ["What does a year bring?", "three colleagues", "officer", "a chief", ""]
)
def test_words_apart_from_a_name_are_no_facet(names: FacetNames, text: str) -> None:
    assert names.find(text) == {}


def test_heading_further_in_does_not_name_the_facet_again(names: FacetNames) -> None:
    assert names.find("What are first steps?") == {}


@pytest.mark.parametrize("text", ["What about year ten?", "year 12", "the tenth year"])
def test_number_beyond_the_corpus_is_unknown(names: FacetNames, text: str) -> None:
    assert names.find(text) == {}
    assert names.unknown(text) == ("stage",)


@pytest.mark.parametrize("text", ["year three", "year 1", "What does the CFO want?", "ten people"])
def test_what_the_corpus_has_is_not_unknown(names: FacetNames, text: str) -> None:
    assert names.unknown(text) == ()


def test_number_in_a_long_question_is_a_circumstance(names: FacetNames) -> None:
    text = (
        "Our company has sold garden furniture since year 12 of my grandmother's long reign, "
        "so which customers should a newly hired leader visit before winter comes?"
    )
    assert names.unknown(text) == ()


def test_bare_number_of_a_follow_up_is_one_of_the_facets_before(names: FacetNames) -> None:
    assert names.renumbered("and in the third?", ["stage"]) == (
        {"stage": frozenset({"year-3"})},
        (),
    )


def test_bare_number_beyond_the_corpus_is_told(names: FacetNames) -> None:
    assert names.renumbered("and in the tenth?", ["stage"]) == ({}, ("stage",))


def test_bare_number_is_nothing_to_a_facet_without_numbers(names: FacetNames) -> None:
    assert names.renumbered("and the third?", ["executive"]) == ({}, ())


# --- values without their numbers or shared words


@pytest.fixture
def levels(tmp_path: Path) -> dict[Language, FacetNames]:
    corpus = corpus_of(tmp_path, LEVELS)
    return {language: FacetNames(corpus, language) for language in LANGUAGES}


def test_facets_named_by_number_are_told_from_those_named_in_words(names: FacetNames) -> None:
    assert names.numbered("the CFO in the third year") == {"stage"}
    assert names.numbered("CFO") == names.numbered("three people") == frozenset()


def test_step_moves_a_level_in_the_order_of_the_corpus(levels: dict[Language, FacetNames]) -> None:
    nascent, mature = frozenset({"nascent"}), frozenset({"mature"})
    for names in levels.values():
        assert names.stepped({"level": nascent}, 1) == ({"level": mature}, ())
        assert names.stepped({"level": mature}, -1) == ({"level": nascent}, ())
        assert names.stepped({"level": mature}, 1) == ({}, ("level",))
        assert names.stepped({"level": nascent | mature}, 1) == ({}, ())
        assert names.stepped({"executive": frozenset({"cfo"})}, 1) == ({}, ())


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "and at the mature one?"),
        ("zh-Hans", "那成熟的呢？"),
        ("zh-Hant", "那成熟的呢？"),
        ("pl", "A na dojrzałym?"),
        ("hu", "És az érettnél?"),
        ("ru", "А на зрелом?"),
    ],
)
def test_what_tells_a_value_from_the_others_names_it_in_a_follow_up(
    levels: dict[Language, FacetNames], language: Language, text: str
) -> None:
    assert levels[language].revalued(text, ["level"]) == {"level": {"mature"}}


@pytest.mark.parametrize("text", ["and the level?", "nascent or mature?", "and the finance?", ""])
def test_shared_word_and_several_values_name_none(
    levels: dict[Language, FacetNames], text: str
) -> None:
    assert levels["en"].revalued(text, ["level"]) == {}


def test_value_of_a_facet_that_was_not_talked_of_is_no_follow_up(
    levels: dict[Language, FacetNames],
) -> None:
    assert levels["en"].revalued("and the mature one?", ["stage", "executive"]) == {}


@pytest.mark.parametrize(
    ("language", "text", "rest"),
    [
        ("en", "What do I do at the nascent level?", "What do I do at the level?"),
        ("zh-Hans", "初级该做什么？", "该做什么？"),
        ("zh-Hant", "初級該做什麼？", "该做什么？"),
        ("pl", "Co robić na poziomie początkującym teraz?", "Co robić na poziomie teraz?"),
        ("ru", "Что делать на начальном уровне?", "Что делать на уровне?"),
    ],
)
def test_words_that_name_a_value_are_taken_out(
    levels: dict[Language, FacetNames], language: Language, text: str, rest: str
) -> None:
    assert levels[language].without(text, {"level": frozenset({"nascent"})}) == rest


def test_number_that_names_a_value_is_taken_out(names: FacetNames) -> None:
    stage = {"stage": frozenset({"year-3"})}
    assert names.without("What helps in year three there?", stage) == "What helps in year there?"


def test_words_of_values_that_stay_are_kept(
    names: FacetNames, levels: dict[Language, FacetNames]
) -> None:
    text = "What does a team of 16 do in year three at the nascent level?"
    assert levels["en"].without(text, {"level": frozenset({"mature"})}) == text
    assert names.without(text, {}) == text


# --- names that meet others


def test_name_inside_one_of_another_facet_is_not_named(
    levels: dict[Language, FacetNames],
) -> None:
    assert levels["en"].find("What does the technology chief want?") == {"executive": {"cto"}}
    assert levels["en"].find("Which technology helps?") == {"area": {"technology"}}
    assert levels["zh-Hans"].find("首席技术官想要什么？") == {"executive": {"cto"}}
    assert levels["zh-Hans"].find("技术有什么用？") == {"area": {"technology"}}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pl", "dojrzały zespół"),
        ("pl", "w dojrzałym zespole"),
        ("pl", "dojrzałego zespołu"),
    ],
)
def test_stems_of_a_word_that_its_stemmer_leaves_apart_meet(
    tmp_path: Path, language: Language, text: str
) -> None:
    body = '## Zespół {#team level=mature aliases="dojrzały zespół; dojrzały"}\n\nTekst.\n'
    names = FacetNames(corpus_of(tmp_path, {f"guide/{language}.md": body}), language)
    assert names.find(text) == {"level": {"mature"}}


@pytest.mark.parametrize(
    ("name", "text"), [("CTO", "CTOX"), ("plan", "planetary"), ("plan", "pla")]
)
def test_short_or_unlike_stems_do_not_meet(tmp_path: Path, name: str, text: str) -> None:
    body = f'## Heading {{#aid area=aid aliases="{name}"}}\n\nText.\n'
    names = FacetNames(corpus_of(tmp_path, {"guide/en.md": body}), "en")
    assert names.find(name) == {"area": {"aid"}}
    assert names.find(text) == {}


def test_follow_up_keeps_the_facets_that_it_does_not_name_anew() -> None:
    own = {"stage": frozenset({"year-3"})}
    before = {"stage": frozenset({"year-1-2"}), "executive": frozenset({"cfo"})}
    assert merged(own, before) == {
        "stage": frozenset({"year-3"}),
        "executive": frozenset({"cfo"}),
    }


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "What should I do in year three?"),
        ("zh-Hans", "第三年该做什么？"),
        ("zh-Hant", "第三年該做什麼？"),
        ("pl", "Co robić w trzecim roku?"),
        ("hu", "Mit tegyek a harmadik évben?"),
        ("ru", "Что делать на третий год?"),
    ],
)
def test_third_year_is_named_in_every_language(
    corpus: Corpus, language: Language, text: str
) -> None:
    assert FacetNames(corpus, language).find(text)["stage"] == frozenset({"year-3-4"})


@pytest.mark.parametrize(
    ("language", "thirteenth", "twenty_eighth"),
    [
        ("en", "the thirteenth aspect", "What is the twenty-eighth aspect?"),
        ("zh-Hans", "第十三个方面", "第二十八个方面是什么？"),
        ("zh-Hant", "第十三個面向", "第二十八個面向是什麼？"),
        ("pl", "trzynasty aspekt", "Jak brzmi dwudziesty ósmy aspekt?"),
        ("hu", "a tizenharmadik szempont", "Mi a huszonnyolcadik szempont?"),
        ("ru", "тринадцатый аспект", "Какие критерии у двадцать восьмого аспекта?"),
    ],
)
def test_aspect_is_named_by_its_ordinal_and_one_beyond_is_unknown(
    corpus: Corpus, language: Language, thirteenth: str, twenty_eighth: str
) -> None:
    names = FacetNames(corpus, language)
    assert names.find(thirteenth)["aspect"] == frozenset({"13"})
    assert names.unknown(thirteenth) == ()
    assert names.unknown(twenty_eighth) == ("aspect",)


@pytest.mark.parametrize(
    ("language", "text", "facet", "values"),
    [
        ("en", "from the bottom level to the top level", "level", {"nascent", "optimized"}),
        ("zh-Hans", "最低级和最高级差在哪里", "level", {"nascent", "optimized"}),
        ("zh-Hant", "最低一級跟最高一級差在哪", "level", {"nascent", "optimized"}),
        ("pl", "na samym dole skali i na samym szczycie", "level", {"nascent", "optimized"}),
        ("hu", "a legalsó és a legfelső szinten", "level", {"nascent", "optimized"}),
        ("ru", "на самой нижней ступени и на самой верхней", "level", {"nascent", "optimized"}),
        ("pl", "w latach 1–2 i w latach 3–4", "stage", {"year-1-2", "year-3-4"}),
        ("zh-Hant", "第1-2年和第3-4年", "stage", {"year-1-2", "year-3-4"}),
    ],
)
def test_both_ends_and_both_spans_are_named(
    corpus: Corpus, language: Language, text: str, facet: str, values: set[str]
) -> None:
    assert FacetNames(corpus, language).find(text)[facet] == values


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_of_a_facet_is_named_by_its_own_heading(
    corpus: Corpus, language: Language
) -> None:
    names = FacetNames(corpus, language)
    depth: dict[tuple[str, str], int] = {}
    for passage in corpus.passages(language):
        for pair in passage.own_facets.items():
            depth[pair] = min(depth.get(pair, len(passage.path)), len(passage.path))
    missed = [
        (passage.id, facet, value)
        for passage in corpus.passages(language)
        for facet, value in passage.own_facets.items()
        if len(passage.path) == depth[facet, value]
        and value not in names.find(passage.title).get(facet, frozenset())
    ]
    assert missed == []
