"""The evaluation: each measure on small answers made by hand, and the shipped golden questions."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from helpers import by_id, corpus_of

from assistant.corpus import Corpus
from assistant.errors import InputError
from assistant.evaluation import (
    ALL,
    HELD_BACK,
    MEASURES,
    Golden,
    Outcome,
    below,
    comparable,
    evaluate,
    measures,
    read_golden,
    record,
)
from assistant.types import (
    LANGUAGES,
    Answer,
    Citation,
    Hit,
    Language,
    Query,
    Question,
    Reasons,
    Route,
)

BODY = """\
## Kitchen {#kitchen}

A kitchen is warm.

### Bread {#bread}

Bread needs 40 minutes.

### Soup {#soup}

Soup needs **patience**.

## Garden {#garden}

Gardens grow herbs.
"""
GOLDEN = Path(__file__).parent / "data" / "golden.jsonl"
ANCESTORS = {"guide/bread": ("guide/kitchen",), "guide/soup": ("guide/kitchen",)}


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return corpus_of(tmp_path_factory.mktemp("guide"), {"guide/en.md": BODY})


class Maker:
    """Makes outcomes from the names of what was found and cited."""

    def __init__(self, corpus: Corpus) -> None:
        self._passages = by_id(corpus.passages("en"))

    def answer(
        self,
        found: str = "",
        cited: str = "",
        text: str = "",
        language: Language = "en",
        route: Route = "ask",
    ) -> Answer:
        hits = tuple(Hit(self._passages[name], 1.0, ()) for name in found.split())
        shown = [self._passages[name] for name in cited.split()]
        citations = tuple(Citation(n, p, p.lead) for n, p in enumerate(shown, start=1))
        marked = " ".join(f"{c.quote[:-1]} [{c.number}]." for c in citations)
        reasons = Reasons(Query("asked", language, language, route=route), hits)
        return Answer("asked", language, text or marked, citations, reasons=reasons)

    def __call__(
        self, wanted: str = "", found: str = "", cited: str = "", **rest: object
    ) -> Outcome:
        given = {name: rest.pop(name) for name in ("text", "language", "route") if name in rest}
        refused, seconds = rest.pop("refused", False), rest.pop("seconds", 0.0)
        answer = self.answer(found, cited, **given)  # type: ignore[arg-type]
        if refused:
            answer = replace(answer, mode="refusal", citations=())
        return Outcome(golden(wanted, **rest), answer, ANCESTORS, seconds)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def made(guide: Corpus) -> Maker:
    return Maker(guide)


def golden(wanted: str = "", related: str = "", kind: str = "narrow", **rest: object) -> Golden:
    def keys(names: str) -> tuple[str, ...]:
        return tuple(f"guide/{name}" for name in names.split())

    name, route = rest.pop("id", "en-1"), rest.pop("expected", "ask")
    spoken, turns = rest.pop("asked_in", "en"), rest.pop("turns", ("asked",))
    return Golden(
        name,  # type: ignore[arg-type]
        spoken,  # type: ignore[arg-type]
        kind,
        turns,  # type: ignore[arg-type]
        route,  # type: ignore[arg-type]
        passages=keys(wanted),
        related=keys(related),
        **rest,  # type: ignore[arg-type]
    )


# --- what was found


@pytest.mark.parametrize(
    ("wanted", "found", "rank"),
    [
        ("bread", "bread soup", 1),
        ("bread", "garden soup bread", 3),
        ("bread garden", "soup garden bread", 2),
        ("kitchen", "garden soup", 2),
        ("bread", "kitchen soup", 0),
        ("bread", "", 0),
        ("bread", "garden " * 9 + "bread", 10),
        ("bread", "garden " * 10 + "bread", 0),
    ],
)
def test_rank_is_that_of_the_first_right_passage_among_ten(
    made: Maker, wanted: str, found: str, rank: int
) -> None:
    assert made(wanted, found).rank == rank


@pytest.mark.parametrize(
    ("wanted", "found", "ndcg"),
    [
        ("bread", "bread soup", 1.0),
        ("bread", "soup bread", 1 / math.log2(3)),
        ("bread garden", "garden soup bread", (1 + 0.5) / (1 + 1 / math.log2(3))),
        ("bread garden", "garden bread", 1.0),
        ("bread", "soup garden", 0.0),
        ("bread", "", 0.0),
    ],
)
def test_gain_is_discounted_by_rank_and_taken_against_the_best_order(
    made: Maker, wanted: str, found: str, ndcg: float
) -> None:
    assert made(wanted, found).ndcg == pytest.approx(ndcg)


def test_section_gains_once_however_many_below_it_are_found(made: Maker) -> None:
    assert made("kitchen", "bread soup kitchen").ndcg == 1.0
    assert made("kitchen garden", "bread soup garden").ndcg < 1.0


# --- what was answered


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Bread **needs** 40 minutes [1].", "bread needs 40 MINUTES."),
        ("Żółć", "zołc"),
        ("16\u00a0%", "16 %"),
        ("one\n\ntwo", "one two"),
        ("ещё", "еще"),
    ],
)
def test_marks_case_diacritics_and_spaces_do_not_tell_texts_apart(first: str, second: str) -> None:
    assert comparable(first) == comparable(second)


def test_every_fact_must_be_told_in_one_of_its_wordings(made: Maker) -> None:
    facts = (("40 minutes", "forty minutes"), ("patience",))
    both = made("bread", text="It needs **Forty** minutes [1] and patience.", facts=facts)
    assert both.has_facts
    assert both.missing_facts == []
    one = made("bread", text="Only patience.", facts=facts)
    assert not one.has_facts
    assert one.missing_facts == [("40 minutes", "forty minutes")]
    assert made("bread", text="Whatever.").has_facts


@pytest.mark.parametrize(
    ("cited", "precision", "right"),
    [
        ("bread", 1.0, True),
        ("garden", 1.0, False),
        ("soup", 0.0, False),
        ("bread garden", 1.0, True),
        ("bread soup", 0.5, True),
        ("soup soup soup bread", 0.5, True),
    ],
)
def test_cited_passages_are_right_related_or_wrong(
    made: Maker, cited: str, precision: float, right: bool
) -> None:
    outcome = made("bread", cited=cited, related="garden")
    assert outcome.citation_precision == precision
    assert outcome.cites_right == right


def test_citing_what_stands_below_a_listed_section_is_right(made: Maker) -> None:
    assert made("kitchen", cited="soup").cites_right
    assert not made("soup", cited="kitchen").cites_right


def test_quote_that_is_not_in_its_passage_is_not_verbatim(made: Maker) -> None:
    outcome = made("soup", cited="soup bread")
    assert outcome.is_verbatim
    first, second = outcome.answer.citations
    bent = replace(outcome.answer, citations=(replace(first, quote="Soup is quick."), second))
    assert not replace(outcome, answer=bent).is_verbatim
    faulty = replace(outcome.answer, problems=("[3] points at nothing",))
    assert not replace(outcome, answer=faulty).is_verbatim


def test_answer_is_due_in_the_language_wished_for_else_in_that_of_the_question(made: Maker) -> None:
    assert made("bread", language="en").in_language
    assert not made("bread", language="pl").in_language
    assert made("bread", language="pl", answer_language="pl").in_language
    assert made("bread", language="hu", asked_in="hu").in_language


def test_route_is_the_one_expected(made: Maker) -> None:
    assert made(route="plan", expected="plan").routed
    assert not made(route="ask", expected="plan").routed
    unknown = made(expected="ask")
    assert not replace(unknown, answer=replace(unknown.answer, reasons=None)).routed


def test_refusal_is_a_route_however_it_is_found(made: Maker) -> None:
    assert made(expected="refuse", refuse=True, refused=True, route="ask").routed
    assert not made(expected="refuse", refuse=True, route="refuse").routed


def test_follow_up_is_understood_where_its_answer_is_right(made: Maker) -> None:
    assert made("bread", cited="bread").followed
    assert not made("bread", cited="soup").followed
    assert not made("bread", cited="bread", language="pl").followed
    assert not made("bread", refused=True).followed
    assert made(refuse=True, refused=True).followed
    assert not made(cited="bread", refuse=True).followed


# --- measures, records, floors


def test_measures_are_taken_over_what_they_concern(made: Maker) -> None:
    found = measures(
        [
            made("bread", "bread soup", "bread", facts=(("40",),), seconds=0.1),
            made("bread", "soup bread", "soup", facts=(("40",),), seconds=0.2),
            made("garden", "soup", refused=True, seconds=0.9),
            made("bread", "soup", refuse=True, refused=True, expected="refuse", seconds=0.3),
            made(cited="soup", refuse=True, expected="refuse", seconds=0.3),
            made(route="greet", expected="greet", seconds=0.3),
        ]
    )
    assert found == {
        "recall@1": 0.333,
        "recall@5": 0.667,
        "ndcg@10": 0.544,
        "mrr": 0.5,
        "answered": 0.75,
        "key_facts": 0.5,
        "citation_precision": 0.5,
        "citation_recall": 0.333,
        "quotes_verbatim": 1.0,
        "language": 1.0,
        "route": 0.833,
        "refusal_precision": 0.5,
        "refusal_recall": 0.5,
        "milliseconds": 300.0,
    }


def test_measure_that_nothing_allows_is_left_out(made: Maker) -> None:
    assert measures([]) == {}
    assert set(measures([made(route="meta", expected="meta")])) == {
        "answered",
        "language",
        "route",
        "milliseconds",
    }
    assert measures([made("bread", cited="bread", kind="followup")])["followups"] == 1.0


def test_every_measure_has_a_heading(made: Maker) -> None:
    told = made("bread", "bread", "bread", kind="followup", facts=(("40",),))
    refused = made(refuse=True, refused=True)
    assert set(measures([told, refused])) == set(MEASURES) - {"worded", "unsupported", "tokens"}


def test_record_is_by_part_language_and_kind(made: Maker) -> None:
    found = record(
        [
            made("bread", "bread"),
            made("bread", "soup", asked_in="pl", kind="broad", held_back=True),
            made("bread", "bread", asked_in="pl", kind="broad"),
        ]
    )
    assert {
        part: {name: row["questions"] for name, row in found[part].items()} for part in found
    } == {
        ALL: {ALL: 3, "en": 1, "pl": 2, "narrow": 1, "broad": 2},
        HELD_BACK: {ALL: 1, "pl": 1, "broad": 1},
    }
    assert found[ALL]["pl"]["recall@1"] == found[ALL]["broad"]["recall@1"] == 0.5
    assert found[HELD_BACK][ALL]["recall@1"] == 0.0
    assert record([])[HELD_BACK] == {}


def test_only_what_is_under_its_floor_is_a_problem() -> None:
    found = {
        ALL: {ALL: {"mrr": 0.9}, "pl": {"mrr": 0.7}, "hu": {"mrr": 0.8}, "broad": {"mrr": 0.1}},
        HELD_BACK: {ALL: {"mrr": 0.5}},
    }
    assert below(found, {ALL: {"mrr": 0.8}}) == [f"{ALL}, pl: mrr 0.700 is under 0.800"]
    assert below(found, {HELD_BACK: {"mrr": 0.6, "route": 1.0}}) == [
        f"{HELD_BACK}, {ALL}: mrr 0.500 is under 0.600"
    ]
    assert below(found, {ALL: {"mrr": 0.7}}) == below({}, {ALL: {"mrr": 0.7}}) == []


# --- asking


class Scripted:
    """Stands for the assistant: answers from its script, and records what it was asked."""

    def __init__(self, corpus: Corpus, answers: dict[str, Answer]) -> None:
        self.corpus = corpus
        self.generator = None
        self.answers = answers
        self.asked: list[tuple[Question, Language]] = []

    def stream(self, question: Question, *, fallback: Language) -> Iterator[Answer]:
        self.asked.append((question, fallback))
        answer = replace(self.answers[question.text], question=question.text)
        yield replace(answer, text="…", citations=())
        yield answer


def test_conversation_is_asked_turn_by_turn_and_its_last_answer_counts(
    guide: Corpus, made: Maker
) -> None:
    script = {"first": made.answer(cited="garden"), "then": made.answer("soup", "soup bread")}
    scripted = Scripted(guide, script)
    seen: list[tuple[int, int]] = []
    goldens = [
        golden("kitchen", turns=("first", "then"), asked_in="hu", kind="followup"),
        golden("garden", turns=("first",)),
    ]
    talk, single = evaluate(scripted, goldens, lambda done, total: seen.append((done, total)))  # type: ignore[arg-type]
    assert [(question.text, fallback) for question, fallback in scripted.asked] == [
        ("first", "hu"),
        ("then", "hu"),
        ("first", "en"),
    ]
    histories = [question.history for question, _ in scripted.asked]
    assert [len(history) for history in histories] == [0, 1, 0]
    assert (histories[1][0].question, histories[1][0].passages) == ("first", ("guide/garden",))
    assert (talk.golden, talk.answer.question, talk.cited) == (
        goldens[0],
        "then",
        ["guide/soup", "guide/bread"],
    )
    assert talk.cites_right
    assert talk.rank == 1
    assert single.cites_right
    assert seen == [(1, 2), (2, 2)]


# --- golden questions


ITEM = {"id": "en-1", "language": "en", "kind": "narrow", "turns": ["How?"]}


def test_golden_question_is_read_with_all_its_fields(tmp_path: Path) -> None:
    file = tmp_path / "golden.jsonl"
    rest = {"passages": ["a/b"], "facts": [["x", "y"], ["z"]], "answer_language": "pl"}
    lines = [ITEM, {**ITEM, **rest, "turns": ["Mi?", "És?"], "language": "hu", "held_back": True}]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    plain, full = read_golden(file)
    assert plain == Golden("en-1", "en", "narrow", ("How?",))
    assert (plain.spoken_to, full.spoken_to) == ("en", "pl")
    assert (full.turns, full.passages, full.held_back) == (("Mi?", "És?"), ("a/b",), True)
    assert full.facts == (("x", "y"), ("z",))


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "",
        json.dumps({**ITEM, "language": "de"}),
        json.dumps({**ITEM, "turns": []}),
        json.dumps({**ITEM, "turns": 3}),
        json.dumps({**ITEM, "facts": [3]}),
        json.dumps({**ITEM, "colour": "red"}),
        json.dumps({"language": "en", "turns": ["How?"]}),
        "[]",
        json.dumps({**ITEM, "turns": "How?"}),
    ],
)
def test_line_that_is_no_golden_question_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "golden.jsonl"
    file.write_text(f"{json.dumps(ITEM)}\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"^golden\.jsonl:2: "):
        read_golden(file)


def test_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl: no such file"):
        read_golden(tmp_path / "none.jsonl")


@pytest.fixture(scope="module")
def goldens() -> list[Golden]:
    return read_golden(GOLDEN)


def of(goldens: Sequence[Golden], language: Language) -> list[Golden]:
    return [golden for golden in goldens if golden.language == language]


def test_ids_of_the_shipped_questions_are_unique_and_name_their_language(
    goldens: list[Golden],
) -> None:
    assert [key for key, count in Counter(g.id for g in goldens).items() if count > 1] == []
    assert [g.id for g in goldens if not g.id.startswith(f"{g.language}-")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_enough_of_each_sort(goldens: list[Golden], language: Language) -> None:
    own = of(goldens, language)
    single = [g for g in own if not g.refuse and len(g.turns) == 1 and g.passages]
    assert len({g.turns for g in single}) >= 60
    assert len([g for g in own if g.kind == "followup"]) >= 12
    assert len([g for g in own if g.refuse]) >= 20
    assert Counter(g.kind for g in own) == Counter(g.kind for g in of(goldens, "en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_third_of_each_language_is_held_back(goldens: list[Golden], language: Language) -> None:
    own = of(goldens, language)
    held = [g for g in own if g.held_back]
    assert len(held) / len(own) == pytest.approx(1 / 3, abs=0.04)
    for kept in ([g for g in held if g.refuse], [g for g in held if g.kind == "followup"]):
        assert len(kept) >= 4


def test_every_passage_that_a_golden_question_names_exists(
    goldens: list[Golden], corpus: Corpus
) -> None:
    named = {(g.id, key) for g in goldens for key in (*g.passages, *g.related, *g.instead)}
    assert sorted(pair for pair in named if not corpus.variants(pair[1])) == []


def test_what_is_refused_has_no_answer_and_what_is_searched_has_one(
    goldens: list[Golden],
) -> None:
    for each in goldens:
        assert each.refuse == (each.route == "refuse"), each.id
        assert (len(each.turns) > 1) == (each.kind == "followup"), each.id
        if each.refuse:
            assert (each.passages, each.facts) == ((), ()), each.id
        elif each.route not in ("meta", "greet", "thank"):
            assert each.passages or each.terms, each.id


def test_facts_stand_in_the_passages_that_answer(goldens: list[Golden], corpus: Corpus) -> None:
    for each in (g for g in goldens if g.passages):
        listed = {*each.passages, *each.related}
        text = "\n".join(
            f"{p.title} {p.text}"
            for p in corpus.passages(each.spoken_to)
            if not listed.isdisjoint(above(p.id, corpus, each.spoken_to))
        )
        for fact in each.facts:
            told = [w for w in fact if comparable(w) and comparable(w) in comparable(text)]
            assert told, (each.id, fact)


def above(key: str | None, corpus: Corpus, language: Language) -> set[str]:
    """Return a passage's id and those of the headings above it."""
    found = set()
    while key is not None:
        found.add(key)
        passage = corpus.get(key, language)
        key = passage.parent if passage else None
    return found
