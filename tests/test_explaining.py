"""Why an answer is as it is: confidence, names, passages used and passed over, shared words."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from helpers import corpus_of

from assistant.corpus import Corpus
from assistant.explaining import explained, matched, reasons
from assistant.messages import message
from assistant.types import LANGUAGES, Answer, Citation, Hit, Language, Query, Reasons

NAMES = ("bread", "soup", "tea", "jam", "salt", "oil", "rice")
ENGLISH = """\
## Years one and two {#year-1 stage=year-1}

The first years are for learning.

### Baking at home {#baking}

Bakers measure the flour before they bake.
""" + "".join(f"\n## {name.title()} {{#{name}}}\n\nIt is {name}.\n" for name in NAMES)
BODIES = {
    "guide/en.md": ENGLISH,
    "guide/pl.md": "## Chleb {#bread}\n\nPiekarze mierzą mąkę.\n",
    "guide/hu.md": "## Kenyér {#bread}\n\nA pékek kimérik a lisztet.\n",
    "guide/ru.md": "## Хлеб {#bread}\n\nПекари отмеряют муку.\n",
    "guide/zh-Hans.md": "## 面包 {#bread}\n\n面包师先称面粉。\n",
    "guide/zh-Hant.md": "## 麵包 {#bread}\n\n麵包師先秤麵粉。\n",
}


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return corpus_of(tmp_path_factory.mktemp("guide"), BODIES)


def hit(corpus: Corpus, name: str, language: Language = "en", score: float = 1.0) -> Hit:
    passage = corpus.get(f"guide/{name}", language)
    assert passage is not None
    return Hit(passage, score, ("meaning",))


def answered(
    corpus: Corpus,
    found: str,
    cited: str = "",
    *,
    text: str = "asked",
    language: Language = "en",
    confidence: float | None = 0.87,
    facets: dict[str, frozenset[str]] | None = None,
) -> Answer:
    """An answer to `text` for which some passages were found and some of them cited."""
    query = Query(text, language, language, facets=MappingProxyType(facets or {}))
    scores = (1 - position / 10 for position in range(10))
    hits = tuple(
        hit(corpus, name, language, score)
        for name, score in zip(found.split(), scores, strict=False)
    )
    citations = tuple(
        Citation(number, passage, passage.lead)
        for number, name in enumerate(cited.split(), start=1)
        if (passage := corpus.get(f"guide/{name}", language))
    )
    return Answer(text, language, "…", citations, reasons=Reasons(query, hits, confidence))


# --- passages


def test_what_was_found_is_told_in_order_with_what_was_used(guide: Corpus) -> None:
    found = reasons(answered(guide, "soup bread tea", "bread"), guide)
    assert [(each.hit.passage.title, each.used) for each in found] == [
        ("Soup", False),
        ("Bread", True),
        ("Tea", False),
    ]


def test_five_passages_are_told_of_many(guide: Corpus) -> None:
    found = reasons(answered(guide, " ".join(NAMES)), guide)
    assert [each.hit.passage.title.lower() for each in found] == list(NAMES[:5])


def test_answer_without_reasons_has_none(guide: Corpus) -> None:
    bare = Answer("Hello", "en", "Hello.")
    assert reasons(bare, guide) == []
    assert explained(bare, guide) == []


def test_answer_that_was_not_judged_is_not_explained(guide: Corpus) -> None:
    given = answered(guide, "bread", "bread", confidence=None)
    assert explained(given, guide) == []
    assert len(reasons(given, guide)) == 1


# --- words


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("pl", "Jak Piekarz mierzy MĄKI?", ("piekarz", "mierzy", "mąki")),
        ("hu", "Hogyan méri ki a lisztet a szakács?", ("lisztet",)),
        ("ru", "Как отмерять муки для супа?", ("отмерять", "муки")),
        ("zh-Hans", "面粉是什么？", ("面粉",)),
        ("zh-Hant", "麵粉是什麼？", ("麵粉",)),
    ],
)
def test_words_shared_with_a_passage_are_told(
    guide: Corpus, language: Language, text: str, words: tuple[str, ...]
) -> None:
    found = matched(Query(text, language, language), hit(guide, "bread", language), guide)
    assert found == words


def test_words_are_told_once_and_as_they_were_typed(guide: Corpus) -> None:
    query = Query("Does a baker measure flours, and which flours does the baker eat?", "en", "en")
    assert matched(query, hit(guide, "baking"), guide) == ("baker", "measure", "flours")


def test_words_of_the_question_are_sought_in_its_own_language(guide: Corpus) -> None:
    query = Query("Ile mąki?", "en", "pl")
    assert "mąki" in matched(query, hit(guide, "bread", "en"), guide)


def test_passage_that_the_language_of_the_question_lacks_shares_no_words(guide: Corpus) -> None:
    assert matched(Query("soup", "en", "pl"), hit(guide, "soup", "en"), guide) == ()


def test_words_that_carry_only_grammar_are_not_shared(guide: Corpus) -> None:
    assert matched(Query("is it the", "en", "en"), hit(guide, "bread"), guide) == ()


# --- lines


def test_lines_tell_confidence_then_names_then_passages(guide: Corpus) -> None:
    answer = answered(
        guide,
        "baking soup",
        "baking",
        text="how much flour",
        confidence=0.874,
        facets={"stage": frozenset({"year-1"})},
    )
    used = message("why_used", "en", title="Baking at home", score="1.00")
    words = message("why_words", "en", words="flour")
    assert explained(answer, guide) == [
        message("why_confidence", "en", percent=87),
        message("why_named", "en", names="Years one and two"),
        f"{used} {words}",
        message("why_passed_over", "en", title="Soup", score="0.90"),
    ]


def test_facet_that_nothing_introduces_is_not_named(guide: Corpus) -> None:
    answer = answered(guide, "soup", facets={"stage": frozenset({"year-9"})})
    assert len(explained(answer, guide)) == 2


@pytest.mark.parametrize(("confidence", "shown"), [(0.0, 0), (0.005, 0), (0.996, 100), (1.0, 100)])
def test_confidence_is_told_in_whole_percents(guide: Corpus, confidence: float, shown: int) -> None:
    (line,) = explained(answered(guide, "", confidence=confidence), guide)
    assert line == message("why_confidence", "en", percent=shown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_are_in_the_language_of_the_answer(guide: Corpus, language: Language) -> None:
    answer = answered(guide, "bread", "bread", language=language, confidence=0.5)
    first, second = explained(answer, guide)
    assert first == message("why_confidence", language, percent=50)
    title = answer.citations[0].passage.title
    assert second.startswith(message("why_used", language, title=title, score="1.00"))
