"""The check of a sentence against its passages: each sign alone, and the stored pairs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant import support_pairs
from assistant.corpus import Corpus, plain
from assistant.entailment import load_entailment
from assistant.errors import InputError
from assistant.keywords import Keywords
from assistant.models import load_embeddings
from assistant.polarity import contradicts
from assistant.settings import Settings
from assistant.support import Support
from assistant.types import LANGUAGES, Language
from assistant.vectors import VectorStore

PAIRS = Path(__file__).parent / "data" / "support"
# What the check reaches, less about two pairs of each label.
LEAST = {"supported": 0.88, "unsupported": 0.8, "misattributed": 0.94, "invented": 0.94}


@pytest.fixture(scope="module")
def support(corpus: Corpus) -> Support:
    embeddings = load_embeddings(Settings.load())
    store = VectorStore(embeddings, embeddings.name)
    return Support(corpus, Keywords(corpus), store, load_entailment())


def supported(
    support: Support, corpus: Corpus, text: str, passage_id: str, language: Language = "en"
) -> bool:
    passage = corpus.get(passage_id, language)
    assert passage
    return support.judge(support.claim(text, language), [passage]).supported


@pytest.mark.parametrize("language", LANGUAGES)
def test_statement_of_a_passage_is_supported_by_it_word_for_word(
    support: Support, corpus: Corpus, language: Language
) -> None:
    passages = corpus.passages(language)[::40]
    kept = [supported(support, corpus, p.lead, p.id, language) for p in passages]
    assert sum(kept) / len(kept) > 0.9


def test_pairs_are_judged_as_well_as_when_the_check_was_fitted(
    support: Support, corpus: Corpus
) -> None:
    pairs = [pair for pair in support_pairs.read_pairs(PAIRS) if pair.held_back]
    record = support_pairs.record(support_pairs.check(support, corpus, pairs))
    shares = {label: row["right"] for label, row in record["held back"]["all"].items()}
    assert shares["altered"] == 1
    assert {label: share for label, share in shares.items() if share < LEAST.get(label, 0)} == {}


def test_pairs_are_of_every_language_and_label_and_a_third_is_held_back() -> None:
    pairs = support_pairs.read_pairs(PAIRS)
    assert len(pairs) >= 300
    for language in LANGUAGES:
        own = [pair for pair in pairs if pair.language == language]
        labels = {"supported", "misattributed", "altered", "negated", "invented"}
        assert {pair.label for pair in own} == labels
        assert 0.3 < sum(pair.held_back for pair in own) / len(own) < 0.36


@pytest.mark.parametrize(("file", "least"), [("turned", 2_000), ("claims", 800)])
def test_no_passage_of_a_held_back_pair_was_used_to_train_what_turns(
    corpus: Corpus, file: str, least: int
) -> None:
    lines = (PAIRS / f"{file}.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    held = {pair.passage for pair in support_pairs.read_pairs(PAIRS) if pair.held_back}
    assert len(rows) > least
    assert not held & {row["passage"] for row in rows}
    assert all(corpus.get(row["passage"], row["language"]) for row in rows)


def test_without_the_trained_model_no_sentence_counts_as_turned(corpus: Corpus) -> None:
    embeddings = load_embeddings(Settings.load())
    store = VectorStore(embeddings, embeddings.name)
    judge = Support(corpus, Keywords(corpus), store, None)
    passage = corpus.get("playbook/team-size", "en")
    assert passage
    verdict = judge.judge(judge.claim(passage.lead, "en"), [passage])
    assert verdict.supported
    assert verdict.signs.turned == 0


def test_premise_is_the_nearest_statements_in_their_order(support: Support, corpus: Corpus) -> None:
    passage = corpus.get("playbook/team-size", "en")
    assert passage
    premise = support.premise(support.claim(passage.statements[-1], "en"), [passage])
    places = [premise.find(plain(one)) for one in passage.statements if plain(one) in premise]
    assert plain(passage.statements[-1]) in premise
    assert 1 < len(places) <= 3
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("passage_id", "language", "kept", "turned"),
    [
        (
            "glossary/quick-win",
            "en",
            "A quick win is an improvement that customers notice soon and that costs little.",
            "A quick win is a large investment whose effect customers feel only after years.",
        ),
    ],
)
def test_sentence_that_says_the_opposite_in_other_words_is_told(
    support: Support, corpus: Corpus, passage_id: str, language: Language, kept: str, turned: str
) -> None:
    passage = corpus.get(passage_id, language)
    assert passage
    scores = [support.turned(support.claim(one, language), [passage]) for one in (kept, turned)]
    assert scores[0] < 0 < scores[1]


@pytest.mark.parametrize(
    ("sentence", "statement", "language", "expected"),
    [
        ("Never ask for more budget.", "Ask for more budget.", "en", True),
        ("Ask for less budget first.", "Ask for more budget first.", "en", True),
        ("Ask for more budget.", "Ask for more budget.", "en", False),
        ("Interview the chief financial officer.", "Ask for more budget.", "en", False),
        ("Nie zaczynaj od ankiety z klientami.", "Zaczynaj od ankiety z klientami.", "pl", True),
        ("Ne kezdje felméréssel a munkát.", "Kezdje felméréssel a munkát.", "hu", True),
        ("Не начинайте с опроса клиентов.", "Начинайте с опроса клиентов.", "ru", True),
        ("不要先做客户调查再访谈。", "要先做客户调查再访谈。", "zh-Hans", True),
        ("不要先做顧客調查再訪談。", "要先做顧客調查再訪談。", "zh-Hant", True),
    ],
)  # fmt: skip
def test_repeated_statement_with_a_negation_or_an_opposite_contradicts_it(
    sentence: str, statement: str, language: Language, expected: bool
) -> None:
    assert contradicts(sentence, statement, language) is expected


def test_figure_that_the_passage_has_of_something_else_does_not_support(
    support: Support, corpus: Corpus
) -> None:
    passage = corpus.get("skills/progression", "en")
    assert passage
    levels = [text for text in passage.statements if "level 3" in text.casefold()]
    assert levels
    swapped = levels[0].replace("level 3", "level 9").replace("Level 3", "Level 9")
    assert not supported(support, corpus, swapped, "skills/progression")


def test_name_that_the_passage_lacks_counts(support: Support, corpus: Corpus) -> None:
    passage = corpus.get("playbook/red-flags", "en")
    assert passage
    claim = support.claim("According to Gartner and Brindle, most are at level two of five.", "en")
    assert support.signs(claim, [passage]).names == 2


def test_quote_is_the_statement_nearest_to_the_sentence(support: Support, corpus: Corpus) -> None:
    passage = corpus.get("playbook/team-size", "en")
    assert passage
    for statement in passage.statements:
        assert support.quote(support.claim(statement, "en"), passage) == statement


@pytest.mark.parametrize("line", ["{}", "not json", "[]", '{"language": "en"}'])
def test_file_of_pairs_that_is_none_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "pairs.jsonl").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"^pairs\.jsonl"):
        support_pairs.read_pairs(tmp_path)


def test_folder_without_pairs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"pairs\.jsonl: cannot be read"):
        support_pairs.read_pairs(tmp_path)
