"""The command line: its JSON, its batches, and errors of one line."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant.cli import main
from assistant.corpus import Corpus, plain
from assistant.export import KINDS
from assistant.settings import Settings
from assistant.types import LANGUAGES, Language

DOCUMENT = "quality"
COVERED: dict[Language, str] = {
    "en": "What are the seven functions of a chief customer officer?",
    "zh-Hans": "首席客户官的七项职能是什么？",
    "zh-Hant": "顧客長的七項職能是什麼？",
    "pl": "Jakie jest siedem funkcji dyrektora ds. klienta?",
    "hu": "Mi az ügyfélélmény?",
    "ru": "Что такое клиентский опыт?",
}


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def result(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        (line,) = self.out.splitlines()
        read: dict[str, Any] = json.loads(line)
        return read

    @property
    def results(self) -> list[dict[str, Any]]:
        """The JSON objects on standard output, one a line."""
        return [json.loads(line) for line in self.out.split("\n") if line]


Run = Callable[..., Outcome]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of one shipped document, whose vectors are shipped too, and room for its index."""
    folder = tmp_path_factory.mktemp("cli")
    shutil.copytree(Settings.load().corpus / DOCUMENT, folder / "corpus" / DOCUMENT)
    return folder


@pytest.fixture(autouse=True)
def _at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CX_CORPUS", str(home / "corpus"))
    monkeypatch.setenv("CX_DATA", str(home / "data"))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process."""

    def command(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["cx-assistant", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        captured = capsys.readouterr()
        code = left.value.code
        assert isinstance(code, int)
        return Outcome(code, captured.out, captured.err)

    return command


def spawned(*arguments: str | bytes, **environment: str) -> Outcome:
    """Run the command as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "assistant", *arguments],
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
    )
    return Outcome(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


@pytest.fixture
def batch(run: Run, tmp_path: Path) -> Callable[..., Outcome]:
    """Run a batch of lines, given as objects or as text."""

    def command(*lines: object, options: tuple[str, ...] = ()) -> Outcome:
        file = tmp_path / "questions.jsonl"
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        file.write_text("\n".join(texts) + "\n", encoding="utf-8")
        return run("ask", "--batch", str(file), *options)

    return command


@pytest.fixture(scope="module")
def document(home: Path) -> Corpus:
    return Corpus.read(home / "corpus")


def assert_error(outcome: Outcome) -> str:
    """Check that an outcome is one error line and nothing else; return what it says."""
    assert outcome.code == 1
    assert outcome.out == ""
    (line,) = outcome.err.splitlines()
    assert line.startswith("error: ")
    told = line.removeprefix("error: ")
    assert re.search(r"\w", told.partition(";")[0])
    return told


def assert_answer(result: dict[str, Any], document: Corpus) -> None:
    """Check the JSON of an answer key by key."""
    kinds: dict[str, type] = {
        "question": str,
        "language": str,
        "text": str,
        "grounded": bool,
        "mode": str,
        "citations": list,
        "suggestions": list,
        "milliseconds": float,
    }
    for key, kind in kinds.items():
        assert isinstance(result[key], kind), key
    assert result["language"] in LANGUAGES
    assert result["text"]
    assert result["milliseconds"] >= 0
    assert all(isinstance(suggestion, str) for suggestion in result["suggestions"])
    marks = [int(number) for number in re.findall(r"\[(\d+)\]", result["text"])]
    assert list(dict.fromkeys(marks)) == [each["number"] for each in result["citations"]]
    for citation in result["citations"]:
        passage = document.get(citation["passage"], citation["language"])
        assert passage is not None
        assert citation["document"] == passage.document
        assert citation["title"] == passage.title
        assert citation["source"] == passage.source
        assert plain(citation["quote"]) in plain(passage.text)
        assert citation["quote"].strip()


def assert_refusal(result: dict[str, Any], document: Corpus) -> None:
    assert_answer(result, document)
    assert (result["mode"], result["grounded"], result["citations"]) == ("refusal", False, [])


# --- ask


def test_answer_as_json_keeps_the_contract(run: Run, document: Corpus) -> None:
    outcome = run("ask", COVERED["en"], "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert_answer(outcome.result, document)
    assert outcome.result["question"] == COVERED["en"]
    assert (outcome.result["language"], outcome.result["mode"]) == ("en", "composed")
    assert outcome.result["grounded"] is True
    assert len(outcome.result["citations"]) >= 7


def test_chosen_language_is_that_of_answer_and_citations(run: Run, document: Corpus) -> None:
    result = run("ask", COVERED["en"], "--language", "HU", "--json").result
    assert_answer(result, document)
    assert result["language"] == "hu"
    assert {citation["language"] for citation in result["citations"]} == {"hu"}


def test_answer_for_people_has_text_sources_and_suggestions(run: Run, document: Corpus) -> None:
    outcome = run("ask", COVERED["en"])
    assert (outcome.code, outcome.err) == (0, "")
    answer = run("ask", COVERED["en"], "--json").result
    assert outcome.out.startswith(answer["text"])
    for passage in {citation["passage"] for citation in answer["citations"]}:
        found = document.get(passage, "en")
        assert found is not None
        assert f"{found.label} ({found.source})" in outcome.out
    for suggestion in answer["suggestions"]:
        assert f"→ {suggestion}" in outcome.out


def test_language_of_the_settings_speaks_where_the_question_tells_none(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CX_LANGUAGE", "ru")
    assert re.search("[а-я]", assert_error(run("ask", "?!")))


# --- search and index


def test_search_as_json_keeps_the_contract(run: Run, document: Corpus) -> None:
    outcome = run("search", "chief customer officer", "-k", "3", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert set(outcome.result) == {"hits"}
    hits = outcome.result["hits"]
    assert len(hits) == 3
    for hit in hits:
        passage = document.get(hit["passage"], hit["language"])
        assert passage is not None
        assert (hit["document"], hit["title"]) == (passage.document, passage.title)
        assert hit["text"] == passage.text
        assert isinstance(hit["score"], float)
        assert set(hit["via"]) <= {"meaning", "words", "facet"}
    assert hits[0]["passage"] == f"{DOCUMENT}/chief-customer-officer"
    assert [hit["score"] for hit in hits] == sorted((h["score"] for h in hits), reverse=True)


def test_search_shows_titles_in_the_language_chosen(run: Run, document: Corpus) -> None:
    outcome = run("search", "chief customer officer", "-k", "1", "--language", "pl")
    assert outcome.code == 0
    passage = document.get(f"{DOCUMENT}/chief-customer-officer", "pl")
    assert passage is not None
    assert passage.title in outcome.out


def test_index_as_json_keeps_the_contract(
    run: Run, document: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CX_DATA", str(tmp_path))
    total = len(list(document))
    for arguments, counts in (
        ((), (total, 0, 0)),
        ((), (0, 0, total)),
        (("--rebuild",), (total, 0, 0)),
    ):
        result = run("index", *arguments, "--json").result
        assert set(result) == {"added", "removed", "unchanged", "seconds"}
        assert (result["added"], result["removed"], result["unchanged"]) == counts
        assert result["seconds"] >= 0


def test_index_tells_people_what_it_did(run: Run, document: Corpus) -> None:
    run("index")
    outcome = run("index")
    assert f"0 passages added, 0 removed, {len(list(document))} unchanged" in outcome.out


# --- batches


def test_each_line_of_a_batch_is_answered_with_its_id(
    batch: Callable[..., Outcome], document: Corpus
) -> None:
    ids = ["a", 2, None, {"any": ["thing"]}]
    outcome = batch(*({"id": each, "turns": [COVERED["en"]]} for each in ids))
    assert (outcome.code, outcome.err) == (0, "")
    assert [result["id"] for result in outcome.results] == ids
    for result in outcome.results:
        assert_answer(result, document)


def test_every_language_is_answered_in_one_batch(
    batch: Callable[..., Outcome], document: Corpus
) -> None:
    outcome = batch(*({"id": code, "turns": [text]} for code, text in COVERED.items()))
    assert outcome.code == 0
    for result in outcome.results:
        assert_answer(result, document)
        assert result["language"] == result["id"]
        assert result["grounded"], result["id"]


def test_last_turn_is_answered_in_the_light_of_those_before(
    batch: Callable[..., Outcome],
) -> None:
    alone, following = batch(
        {"id": 1, "turns": ["And why?"]}, {"id": 2, "turns": [COVERED["en"], "And why?"]}
    ).results
    assert following["question"] == "And why?"
    assert f"{DOCUMENT}/chief-customer-officer" in {c["passage"] for c in following["citations"]}
    assert alone["text"] != following["text"]


def test_language_of_a_line_wins_over_that_of_the_command(batch: Callable[..., Outcome]) -> None:
    first, second = batch(
        {"id": 1, "turns": [COVERED["en"]], "language": "ru"},
        {"id": 2, "turns": [COVERED["en"]]},
        options=("--language", "pl"),
    ).results
    assert (first["language"], second["language"]) == ("ru", "pl")


def test_batch_is_read_from_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps({"id": 7, "turns": [COVERED["en"]]})
    monkeypatch.setattr(sys, "stdin", io.StringIO(line + "\n"))
    assert run("ask", "--batch", "-").result["id"] == 7


BROKEN: dict[str, tuple[object, object, str]] = {
    "no JSON": ("no JSON", None, "not JSON"),
    "half an object": ('{"id": 1, "turns": ["What', None, "not JSON"),
    "a list": ("[1]", None, "no 'turns'"),
    "no turns": ({"id": 1}, 1, "no 'turns'"),
    "turns that are a text": ({"id": 1, "turns": "What is CX?"}, 1, "no 'turns'"),
    "no turn": ({"id": 1, "turns": []}, 1, "no 'turns'"),
    "a turn that is a number": ({"id": 1, "turns": [1]}, 1, "no 'turns'"),
    "an empty turn": ({"id": 1, "turns": [" "]}, 1, "empty"),
    "a turn that is too long": ({"id": 1, "turns": ["a" * 100_000]}, 1, "100,000"),
    "an unknown language": ({"id": 1, "turns": ["?"], "language": "de"}, 1, "language 'de'"),
    "a language that is a number": ({"id": 1, "turns": ["?"], "language": 3}, 1, "language 3"),
}


def test_broken_lines_are_told_and_the_others_answered(
    batch: Callable[..., Outcome], document: Corpus
) -> None:
    good = {"id": "good", "turns": [COVERED["en"]]}
    outcome = batch(good, *(line for line, _, _ in BROKEN.values()), "", good)
    assert outcome.code == 1
    first, *broken, last = outcome.results
    for result in (first, last):
        assert result["id"] == "good"
        assert_answer(result, document)
    assert len(broken) == len(BROKEN)
    expected = zip(broken, BROKEN.values(), strict=True)
    for number, (result, (_, identity, told)) in enumerate(expected, start=2):
        assert set(result) == {"id", "error"}
        assert result["id"] == identity
        assert result["error"].startswith(f"line {number}: ")
        assert told in result["error"]
    (line,) = outcome.err.splitlines()
    numbers = ", ".join(str(number) for number in range(2, 2 + len(BROKEN)))
    assert line.startswith(f"error: not answered: line {numbers};")


def test_line_separator_inside_a_question_does_not_end_the_line(
    batch: Callable[..., Outcome],
) -> None:
    """JSON may hold U+2028, U+0085 and the like as they are."""
    text = "What are the\u2028seven functions\u0085of a chief customer officer?"
    outcome = batch(json.dumps({"id": 1, "turns": [text]}, ensure_ascii=False))
    assert outcome.result["id"] == 1
    assert outcome.code == 0


def test_half_a_character_in_a_line_does_not_end_the_batch(
    batch: Callable[..., Outcome], document: Corpus
) -> None:
    """A lone surrogate is JSON, and no UTF-8 can write it."""
    good = {"id": "good", "turns": [COVERED["en"]]}
    outcome = batch(
        '{"id": 1, "turns": ["What is CX \\ud800?"]}',
        '{"id": "\\ud800", "turns": ["What is CX?"]}',
        good,
    )
    assert len(outcome.results) == 3
    assert_answer(outcome.results[-1], document)


def test_byte_order_mark_before_a_batch_is_skipped(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(json.dumps({"id": 1, "turns": [COVERED["en"]]}), encoding="utf-8-sig")
    outcome = run("ask", "--batch", str(file))
    assert outcome.code == 0
    assert outcome.result["id"] == 1


# --- strange questions

STRANGE = {
    "control characters": "What\x00 is\x07 customer\x1b[31m experience\x7f?",
    "marks of direction": "\u202eWhat is \u2067customer experience\u2069?\u200f",
    "emoji": "😀 What is customer experience? 👩‍👩‍👧‍👦",
    "script": "<script>alert(1)</script> What is <img src=x onerror=alert(1)> customer experience?",
    "a remote image": "What is customer experience? ![x](http://192.0.2.1/x.png)",
    "Markdown": "# What is **customer experience**? [1] [click](javascript:alert(1))",
    "a template": "What is customer experience? ${HOME} {{7*7}} $text %s {0}",
    "a formula": "=HYPERLINK(1) What is customer experience?",
    "mathematical letters": "𝐖𝐡𝐚𝐭 𝐢𝐬 𝐜𝐮𝐬𝐭𝐨𝐦𝐞𝐫 𝐞𝐱𝐩𝐞𝐫𝐢𝐞𝐧𝐜𝐞?",
    "many accents": "W" + "\u0301" * 300 + "hat is customer experience?",
    "one long word": "a" * 19_000,
    "many lines": "What is customer experience?\n" * 500,
}


def test_strange_question_is_answered_soundly_and_never_echoed_in_the_answer(
    batch: Callable[..., Outcome], document: Corpus
) -> None:
    outcome = batch(*({"id": name, "turns": [text]} for name, text in STRANGE.items()))
    assert outcome.code == 0
    assert [result["id"] for result in outcome.results] == list(STRANGE)
    for result in outcome.results:
        assert_answer(result, document)
        assert result["question"] == STRANGE[result["id"]]
        for part in ("<", "![", "](", "192.0.2.1", "\x1b", "\u202e", "aaaa", "HYPERLINK", "${"):
            assert part not in result["text"], result["id"]
            assert not any(part in each for each in result["suggestions"]), result["id"]


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "?!", "😀", "\u200b\u202e", "<b></b>"])
def test_question_without_words_is_an_error_of_one_line(run: Run, text: str) -> None:
    assert "empty" in assert_error(run("ask", text))


def test_question_of_a_hundred_thousand_characters_is_an_error_of_one_line(run: Run) -> None:
    told = assert_error(run("ask", "a " * 50_000, "--json"))
    assert "100,000" in told
    assert "20,000" in told


def test_question_in_another_language_is_refused_by_naming_the_six(
    batch: Callable[..., Outcome], document: Corpus
) -> None:
    texts = [
        "Comment mesurer la satisfaction des clients ?",
        "¿Cómo mido la satisfacción del cliente?",
        "顧客の声とは何ですか？",
        "ما هو صوت العميل؟",
    ]
    outcome = batch(*({"id": text, "turns": [text]} for text in texts))
    assert outcome.code == 0
    assert len(outcome.results) == len(texts)
    for result in outcome.results:
        assert_refusal(result, document)
        for name in ("English", "简体中文", "繁體中文", "polski", "magyar", "русский"):
            assert name in result["text"]


def test_question_that_the_corpus_does_not_cover_is_refused(run: Run, document: Corpus) -> None:
    outcome = run("ask", "Who won the football world cup in 1998?", "--json")
    assert outcome.code == 0
    assert_refusal(outcome.result, document)


# --- errors

ERRORS: dict[str, tuple[tuple[str, ...], str]] = {
    "no question": (("ask",), "no question"),
    "question and batch": (("ask", "x", "--batch", "y"), "--batch"),
    "two questions": (("ask", "x", "y"), "y"),
    "no such command": (("bogus",), "bogus"),
    "no such option": (("ask", "x", "--bogus"), "--bogus"),
    "no such batch": (("ask", "--batch", "/no/such/file"), "/no/such/file"),
    "a batch that is a folder": (("ask", "--batch", "/"), "/: cannot be read"),
    "no query": (("search",), "QUERY"),
    "an empty query": (("search", " "), "empty"),
    "no hits wanted": (("search", "x", "-k", "0"), "-k"),
    "hits that are no number": (("search", "x", "-k", "many"), "-k"),
    "unknown language for ask": (("ask", "x", "--language", "de"), "'de'; known: en,"),
    "unknown language for search": (("search", "x", "--language", "de"), "'de'; known: en,"),
    "unknown language for index": (("index", "--language", "de"), "'de'; known: en,"),
    "unknown language for define": (("define", "x", "--language", "de"), "'de'; known: en,"),
    "unknown language for eval": (("eval", "--language", "de"), "'de'; known: en,"),
    "no such corpus file": (("corpus", "check", "/no/such.md"), "/no/such.md"),
    "no such port": (("serve", "--port", "many"), "--port"),
}


@pytest.mark.parametrize(("arguments", "told"), ERRORS.values(), ids=list(ERRORS))
def test_error_is_one_line_that_names_what_is_wrong(
    run: Run, arguments: tuple[str, ...], told: str
) -> None:
    assert told.casefold() in assert_error(run(*arguments)).casefold()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("CX_BOGUS", "1", "CX_BOGUS"),
        ("CX_PORT", "many", "CX_PORT='many'"),
        ("CX_CORPUS", "/no/such/corpus", "CX_CORPUS"),
        ("CX_DATA", "/dev/null/data", "/dev/null"),
        ("CX_EMBEDDINGS", "/no/such/model", "/no/such/model"),
        ("CX_CHROMA_HOST", "127.0.0.1", "CX_CHROMA_HOST"),
    ],
)
def test_setting_that_cannot_be_used_is_one_line_that_names_it(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setenv("CX_CHROMA_PORT", "9")
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    assert told in assert_error(run("ask", "What is CX?"))


def test_batch_that_is_not_utf8_is_one_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_bytes(b'{"turns": ["\xff"]}')
    assert "UTF-8" in assert_error(run("ask", "--batch", str(file)))


@pytest.mark.parametrize("arguments", [(), ("corpus",)])
def test_command_alone_shows_its_help_and_no_empty_error(
    run: Run, arguments: tuple[str, ...]
) -> None:
    outcome = run(*arguments)
    assert "Usage:" in outcome.out + outcome.err
    assert not re.search(r"^error:\s*(;|$)", outcome.err, re.MULTILINE)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("ask",),
        ("search",),
        ("define",),
        ("plan",),
        ("index",),
        ("eval",),
        ("serve",),
        ("corpus",),
        ("corpus", "check"),
    ],
)
def test_every_command_has_help(run: Run, arguments: tuple[str, ...]) -> None:
    outcome = run(*arguments, "--help")
    assert outcome.code == 0
    assert "Usage:" in outcome.out
    if arguments and arguments != ("corpus",):
        assert "--language" in outcome.out


# --- corpus check


def test_corpus_that_is_aligned_has_no_problems(run: Run, document: Corpus) -> None:
    outcome = run("corpus", "check", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.result == {"passages": len(list(document)), "problems": []}


@pytest.fixture
def edited(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the corpus, to be edited; the Polish file of it."""
    shutil.copytree(home / "corpus", tmp_path / "corpus")
    monkeypatch.setenv("CX_CORPUS", str(tmp_path / "corpus"))
    return tmp_path / "corpus" / DOCUMENT / "pl.md"


def test_difference_from_english_is_told_and_exits_with_one(run: Run, edited: Path) -> None:
    text = edited.read_text(encoding="utf-8")
    edited.write_text(text + "\n## Nowy {#new}\n\nTekst.\n", encoding="utf-8")
    for arguments in ((), (str(edited),), ("--language", "pl")):
        outcome = run("corpus", "check", *arguments)
        assert outcome.code == 1, arguments
        assert f"pl: {DOCUMENT}/new is not in English" in outcome.out, arguments
        assert "1 problems" in outcome.out, arguments
    assert run("corpus", "check", "--language", "hu").code == 0


def test_file_that_breaks_a_convention_is_an_error_of_one_line(run: Run, edited: Path) -> None:
    edited.write_text("no front matter", encoding="utf-8")
    told = assert_error(run("corpus", "check", str(edited)))
    assert told.startswith(f"{DOCUMENT}/pl.md:1: no front matter")
    assert assert_error(run("ask", "What is CX?")) == told


def test_translation_without_its_english_file_is_an_error_of_one_line(
    run: Run, edited: Path
) -> None:
    edited.with_name("en.md").unlink()
    assert "en.md" in assert_error(run("corpus", "check", str(edited)))


# --- define


@pytest.fixture(scope="module")
def terms_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped glossary and the document above, and room for their index."""
    folder = tmp_path_factory.mktemp("terms")
    for name in (DOCUMENT, "glossary"):
        shutil.copytree(Settings.load().corpus / name, folder / "corpus" / name)
    return folder


@pytest.fixture
def defined(run: Run, terms_home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `define` where there is a glossary."""
    monkeypatch.setenv("CX_CORPUS", str(terms_home / "corpus"))
    monkeypatch.setenv("CX_DATA", str(terms_home / "data"))
    return lambda *arguments: run("define", *arguments)


@pytest.fixture(scope="module")
def terms(terms_home: Path) -> Corpus:
    return Corpus.read(terms_home / "corpus")


@pytest.mark.parametrize("language", LANGUAGES)
def test_definition_as_json_keeps_the_contract(
    defined: Run, terms: Corpus, language: Language
) -> None:
    outcome = defined("NPS", "--language", language, "--json")
    assert (outcome.code, outcome.err) == (0, "")
    result = outcome.result
    passage = terms.get("glossary/nps", language)
    assert passage is not None
    assert (result["term"], result["language"]) == (passage.title, language)
    assert result["abbreviation"] == "NPS"
    assert result["definition"] == " ".join(passage.blocks[0].statements)
    titles = {code: each.title for code in LANGUAGES if (each := terms.get(passage.id, code))}
    assert result["names"] == titles
    promoter = terms.get("glossary/promoter", language)
    assert promoter is not None
    assert promoter.title in result["related"]
    assert [each["number"] for each in result["citations"]] == [1, 2, 3, 4, 5]
    for citation in result["citations"]:
        assert (citation["passage"], citation["language"]) == ("glossary/nps", language)
        assert plain(citation["quote"]) in plain(passage.text)


def test_term_without_an_abbreviation_has_an_empty_one(defined: Run) -> None:
    result = defined("touchpoints", "--language", "en", "--json").result
    assert (result["term"], result["abbreviation"]) == ("Touchpoint", "")


def test_definition_for_people_is_the_text_with_its_source(defined: Run) -> None:
    outcome = defined("churn rate", "--language", "en")
    answer = defined("churn rate", "--language", "en", "--json").result
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(answer["text"])
    assert answer["citations"][0]["source"] in outcome.out


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_unknown_term_is_an_error_that_names_the_nearest(
    defined: Run, options: tuple[str, ...]
) -> None:
    told = assert_error(defined("zebra stripes", "--language", "en", *options))
    assert "zebra stripes" in told
    assert re.search(r"nearest.*: \w", told)


@pytest.mark.parametrize(
    ("term", "language", "choice"),
    [
        ("level", "en", ("Service level", "CX maturity level", "SFIA level")),
        ("poziom", "pl", ("Poziom obsługi", "Poziom dojrzałości CX", "Poziom SFIA")),
    ],
)
def test_ambiguous_term_is_an_error_that_names_the_choice(
    defined: Run, term: str, language: Language, choice: tuple[str, ...]
) -> None:
    told = assert_error(defined(term, "--language", language, "--json"))
    assert all(title in told for title in (term, *choice))


def test_no_term_is_an_error_of_one_line(defined: Run) -> None:
    for arguments in ((), (" ",)):
        assert "no term" in assert_error(defined(*arguments))


@pytest.mark.parametrize("name", ["terms.csv", "terms.tbx"])
def test_all_terms_are_exported(defined: Run, terms: Corpus, tmp_path: Path, name: str) -> None:
    outcome = defined("--export", str(tmp_path / name))
    assert (outcome.code, outcome.err) == (0, "")
    found = [p for p in terms.passages("en") if p.document == "glossary" and p.parent]
    assert outcome.out.strip() == f"{len(found)} terms written to {name}"
    text = (tmp_path / name).read_text(encoding="utf-8-sig")
    assert all(each.title in text for each in found)


def test_export_to_an_unknown_ending_is_an_error_of_one_line(defined: Run, tmp_path: Path) -> None:
    file = tmp_path / "terms.xlsx"
    assert ".csv or .tbx" in assert_error(defined("--export", str(file)))
    assert not file.exists()


# --- plan


@pytest.fixture
def planned(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Run `plan` with the shipped corpus on a profile, given as fields or as text."""
    monkeypatch.delenv("CX_CORPUS")

    def command(profile: object, *options: str) -> Outcome:
        file = tmp_path / "situation.yaml"
        text = profile if isinstance(profile, str) else json.dumps(profile)
        file.write_text(text, encoding="utf-8")
        return run("plan", "--profile", str(file), *options)

    return command


SITUATION = {"start": "2027-01-11", "company": "Nordwind", "goals": ["retention"]}


def test_schema_of_a_profile_is_one_json_object(run: Run) -> None:
    outcome = run("plan", "--schema")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.result["required"] == ["start"]
    assert set(SITUATION) < set(outcome.result["properties"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_plan_as_json_keeps_the_contract(
    planned: Callable[..., Outcome], language: Language
) -> None:
    outcome = planned(SITUATION, "--language", language, "--json")
    assert (outcome.code, outcome.err) == (0, "")
    result = outcome.result
    assert (result["language"], result["profile"]) == (language, SITUATION)
    assert "Nordwind" in result["title"]
    assert [phase["number"] for phase in result["phases"]] == [1, 2, 3, 4, 5, 6]
    known = {citation["number"] for citation in result["citations"]}
    for action in (action for phase in result["phases"] for action in phase["actions"]):
        assert action["because"]
        assert action["citations"]
        assert set(action["citations"]) <= known


def test_plan_for_people_is_a_document(planned: Callable[..., Outcome]) -> None:
    outcome = planned("start: 2027-01-11\ncompany: Nordwind\n", "--language", "en")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("# ")
    assert "Nordwind" in outcome.out.splitlines()[0]


@pytest.mark.parametrize("suffix", [form.suffix for form in KINDS.values()])
def test_plan_is_written_in_every_format(
    planned: Callable[..., Outcome], tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"plan{suffix}"
    outcome = planned(SITUATION, "--language", "en", "--out", str(file))
    assert (outcome.code, outcome.err) == (0, "")
    assert re.fullmatch(rf"\d+ actions written to plan\{suffix}", outcome.out.strip())
    assert file.stat().st_size > 1000


def test_plan_in_an_unknown_format_is_an_error_of_one_line(
    planned: Callable[..., Outcome], tmp_path: Path
) -> None:
    for name in ("plan.odt", "plan"):
        assert ".docx" in assert_error(planned(SITUATION, "--out", str(tmp_path / name)))
        assert not (tmp_path / name).exists()


def test_plan_without_a_profile_is_an_error_of_one_line(run: Run, tmp_path: Path) -> None:
    assert "no profile was given" in assert_error(run("plan"))
    missing = str(tmp_path / "none.yaml")
    assert "none.yaml" in assert_error(run("plan", "--profile", missing, "--language", "en"))


@pytest.mark.parametrize(
    ("profile", "told"),
    [
        ("", "start"),
        ("{", "situation.yaml"),
        ("start: 2027-02-30", "2027-02-30"),
        ({"start": "2027-01-11", "budget": "huge\nsum"}, "none, small, sufficient"),
        ({"start": "2027-01-11", "colour": "red"}, "colour"),
        ({"start": "2027-01-11", "team": 3, "has_team": False}, "team"),
        ({"start": "2027-01-11", "changes": {"left_out": ["dance"]}}, "dance"),
    ],
)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_bad_profile_is_an_error_of_one_line(
    planned: Callable[..., Outcome], options: tuple[str, ...], profile: object, told: str
) -> None:
    assert told in assert_error(planned(profile, "--language", "en", *options))


# --- why


def test_why_as_json_tells_what_the_answer_rests_on(run: Run, document: Corpus) -> None:
    outcome = run("ask", COVERED["en"], "--why", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert_answer(outcome.result, document)
    why = outcome.result["why"]
    assert set(why) == {"route", "searched", "facets", "confidence", "evidence", "found"}
    assert (why["route"], why["searched"]) == ("ask", COVERED["en"])
    assert 0.5 < why["confidence"] <= 1
    assert why["evidence"]
    assert all(isinstance(value, float) for value in why["evidence"].values())
    cited = {citation["passage"] for citation in outcome.result["citations"]}
    for found in why["found"]:
        passage = document.get(found["passage"], "en")
        assert passage is not None
        assert found["title"] == passage.title
        assert found["used"] is (passage.id in cited)
        assert {"meaning", "words", "facet"} <= set(found["parts"])
    first = why["found"][0]
    assert (first["passage"], first["used"]) == (f"{DOCUMENT}/chief-customer-officer", True)
    assert {"seven", "functions", "chief", "customer", "officer"} <= set(first["words"])


def test_without_why_the_json_does_not_tell_it(run: Run) -> None:
    assert "why" not in run("ask", COVERED["en"], "--json").result


def test_why_of_a_greeting_tells_its_route_and_nothing_found(run: Run) -> None:
    why = run("ask", "Hello!", "--why", "--json").result["why"]
    assert (why["route"], why["found"], why["confidence"]) == ("greet", [], None)


def test_why_for_people_comes_after_the_answer(run: Run) -> None:
    plainly, explained = run("ask", COVERED["hu"]), run("ask", COVERED["hu"], "--why")
    assert explained.out.startswith(plainly.out)
    why = run("ask", COVERED["hu"], "--why", "--json").result["why"]
    told = explained.out.removeprefix(plainly.out)
    assert f"{round(100 * why['confidence'])}%" in told
    assert all(found["title"] in told for found in why["found"])


# --- eval

GOLDEN = [
    {"id": "en-1", "language": "en", "kind": "narrow", "turns": [COVERED["en"]],
     "passages": [f"{DOCUMENT}/chief-customer-officer"], "facts": [["seven"]]},
    {"id": "ru-1", "language": "ru", "kind": "narrow", "turns": [COVERED["ru"]],
     "passages": [f"{DOCUMENT}/customer-experience"]},
    {"id": "en-2", "language": "en", "kind": "refusal", "route": "refuse", "refuse": True,
     "turns": ["Who won the football world cup in 1998?"]},
]  # fmt: skip


@pytest.fixture
def measured(run: Run, tmp_path: Path) -> Callable[..., Outcome]:
    """Run `eval` on three golden questions; what floors there are go to a file of theirs."""
    golden = tmp_path / "golden.jsonl"
    golden.write_text("\n".join(map(json.dumps, GOLDEN)) + "\n", encoding="utf-8")

    def command(*options: str, floors: object = None) -> Outcome:
        if floors is not None:
            file = tmp_path / "floors.json"
            file.write_text(json.dumps(floors), encoding="utf-8")
            options = (*options, "--floors", str(file))
        return run("eval", "--golden", str(golden), *options)

    return command


def test_evaluation_as_json_keeps_the_contract(measured: Callable[..., Outcome]) -> None:
    outcome = measured("--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert {"date", "python", "measures", "calibration"} <= set(outcome.result)
    everything = outcome.result["measures"]["all"]
    assert set(everything) == {"all", "en", "ru", "narrow", "refusal"}
    assert everything["all"]["questions"] == 3
    for name in ("recall@1", "answered", "key_facts", "quotes_verbatim", "refusal_recall"):
        assert everything["all"][name] == 1.0, name
    assert "refusal_recall" not in everything["ru"]


def test_evaluation_of_one_language_asks_no_other(measured: Callable[..., Outcome]) -> None:
    everything = measured("--language", "ru", "--json").result["measures"]["all"]
    assert set(everything) == {"all", "ru", "narrow"}
    assert everything["all"]["questions"] == 1


def test_values_at_their_floors_pass(measured: Callable[..., Outcome]) -> None:
    outcome = measured("--json", floors={"all": {"recall@1": 1.0, "refusal_recall": 1.0}})
    assert (outcome.code, outcome.err) == (0, "")


def test_value_under_its_floor_is_an_error_that_names_it(measured: Callable[..., Outcome]) -> None:
    outcome = measured("--json", floors={"all": {"recall@1": 1.01, "mrr": 0.5}})
    assert outcome.code == 1
    assert outcome.result["measures"]["all"]["all"]["questions"] == 3
    (line,) = outcome.err.splitlines()
    assert line.startswith("error: under the floors: all, all: recall@1 1.000 is under 1.010")
    assert "ru: recall@1" in line
    assert "mrr" not in line


def test_record_that_is_written_can_be_compared_with(
    measured: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    file = tmp_path / "record.json"
    first = measured("--json", "--out", str(file)).result
    assert json.loads(file.read_text(encoding="utf-8")) == first
    first["measures"]["all"]["all"]["recall@1"] = 0.25
    file.write_text(json.dumps(first), encoding="utf-8")
    outcome = measured("--compare", str(file))
    assert (outcome.code, outcome.err) == (0, "")
    assert "1.000 +0.750" in outcome.out


@pytest.mark.parametrize(
    ("text", "told"), [("{", "not JSON"), ("[]", "not a JSON object"), (None, "cannot be read")]
)
@pytest.mark.parametrize("option", ["--floors", "--compare"])
def test_file_that_is_no_record_is_an_error_of_one_line(
    measured: Callable[..., Outcome], tmp_path: Path, option: str, text: str | None, told: str
) -> None:
    file = tmp_path / "given.json"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    assert assert_error(measured(option, str(file))).startswith(f"given.json: {told}")


def test_golden_file_that_is_missing_or_broken_is_an_error_of_one_line(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "golden.jsonl"
    assert "no such file" in assert_error(run("eval", "--golden", str(file)))
    file.write_text('{"id": 1}\n', encoding="utf-8")
    assert "golden.jsonl:1: " in assert_error(run("eval", "--golden", str(file)))


# --- as a process


def test_process_prints_one_line_of_json_and_nothing_else(document: Corpus) -> None:
    outcome = spawned("ask", COVERED["zh-Hant"], "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert_answer(outcome.result, document)
    assert outcome.result["language"] == "zh-Hant"


def test_process_fails_with_one_line_and_code_one() -> None:
    assert "known: en" in assert_error(spawned("index", "--language", "de"))


@pytest.mark.parametrize("mode", ["utf-8:strict", "utf-8:surrogateescape"])
def test_question_that_is_not_utf8_does_not_break_the_json(mode: str, document: Corpus) -> None:
    outcome = spawned("ask", b"What is customer experience \xff?", "--json", PYTHONIOENCODING=mode)
    assert (outcome.code, outcome.err) == (0, "")
    assert_answer(outcome.result, document)
