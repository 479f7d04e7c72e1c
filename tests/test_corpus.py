"""The corpus reader: what it reads, how it refuses, and how languages are compared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from helpers import by_id, corpus_of, read, write

from assistant.corpus import (
    Corpus,
    check_alignment,
    figures,
    plain,
    read_document,
    searchable,
    sentences,
)
from assistant.errors import CorpusError
from assistant.types import LANGUAGES, Language

GUIDE = """\
## Baking {#baking aliases="bread; loaves" question="How do I bake?" area=kitchen}

Bake slowly. A loaf needs 40 minutes.

### Flour {#flour grain=rye}

Choose among:

- **Rye** keeps long. {#rye}
- Wheat rises

## Cooling {#cooling authored=true note="the source breaks off"}

Let it rest.
"""
HEADING = "## Baking {#baking}\n\n"


def raw(folder: Path, text: str, name: str = "guide/en.md") -> Path:
    """Write a file that has just this text."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def matter(**changes: str | None) -> str:
    """Front matter with some lines changed, or left out by None."""
    lines: dict[str, str | None] = {
        "title": "title: A guide",
        "language": "language: en",
        "source": "source: {publisher: P, title: T, language: en}",
    }
    lines |= changes
    kept = "\n".join(line for line in lines.values() if line is not None)
    return f"---\n{kept}\n---\n\n{HEADING}Bake slowly.\n"


# --- what is read


def test_passage_has_id_title_text_and_source(tmp_path: Path) -> None:
    baking = by_id(read(tmp_path, "guide/en.md", GUIDE))["baking"]
    assert baking.id == "guide/baking"
    assert (baking.document, baking.document_title) == ("guide", "A guide")
    assert (baking.title, baking.language) == ("Baking", "en")
    assert baking.text == "Bake slowly. A loaf needs 40 minutes."
    assert baking.source == "A publisher: A handbook"


def test_passages_stand_in_reading_order(tmp_path: Path) -> None:
    assert list(by_id(read(tmp_path, "guide/en.md", GUIDE))) == ["baking", "flour", "cooling"]


def test_heading_below_another_knows_its_path_and_parent(tmp_path: Path) -> None:
    found = by_id(read(tmp_path, "guide/en.md", GUIDE))
    assert found["flour"].path == ("Baking",)
    assert found["flour"].parent == "guide/baking"
    assert found["flour"].label == "A guide › Baking › Flour"
    assert (found["cooling"].path, found["cooling"].parent) == ((), None)


def test_facets_are_inherited_by_the_headings_below_and_not_by_those_after(tmp_path: Path) -> None:
    found = by_id(read(tmp_path, "guide/en.md", GUIDE))
    assert dict(found["baking"].facets) == {"area": "kitchen"}
    assert dict(found["flour"].facets) == {"area": "kitchen", "grain": "rye"}
    assert dict(found["flour"].own_facets) == {"grain": "rye"}
    assert dict(found["cooling"].facets) == {}


def test_aliases_and_question_are_read_and_are_no_facets(tmp_path: Path) -> None:
    baking = by_id(read(tmp_path, "guide/en.md", GUIDE))["baking"]
    assert baking.aliases == ("bread", "loaves")
    assert baking.question == "How do I bake?"


def test_route_is_read_and_is_neither_a_facet_nor_inherited(tmp_path: Path) -> None:
    body = "## Offers {#offers route=vet area=jobs}\n\nRead.\n\n### Signs {#signs}\n\nLook.\n"
    found = by_id(read(tmp_path, "guide/en.md", body))
    assert (found["offers"].route, found["signs"].route) == ("vet", "")
    assert dict(found["offers"].own_facets) == {"area": "jobs"}
    assert dict(found["signs"].facets) == {"area": "jobs"}


DETAILS = {
    "abbreviation": "CX; CExp",
    "forms": "of customer experience",
    "related": "journey; loyalty",
    "versus": "service",
    "uses": "playbook/maturity",
    "formula": "a / b",
    "example": "30 of 40",
}


@pytest.mark.parametrize(("name", "value"), DETAILS.items())
def test_detail_of_a_term_is_kept_as_written_and_is_no_facet(
    tmp_path: Path, name: str, value: str
) -> None:
    body = (
        f'## Experience {{#cx {name}="{value}" field=customers}}\n\nAll of it.\n\n'
        "### Below {#below}\n\nMore.\n"
    )
    found = by_id(read(tmp_path, "terms/en.md", body))
    assert dict(found["cx"].details) == {name: value}
    assert dict(found["cx"].facets) == {"field": "customers"}
    assert dict(found["below"].details) == {}
    assert dict(found["below"].facets) == {"field": "customers"}


def test_heading_without_details_or_route_has_none(tmp_path: Path) -> None:
    baking = by_id(read(tmp_path, "guide/en.md", GUIDE))["baking"]
    assert (dict(baking.details), baking.route) == ({}, "")


def test_authored_is_inherited_from_the_heading_above_and_from_the_document(tmp_path: Path) -> None:
    body = "## A {#a authored=true}\n\nOne.\n\n### B {#b}\n\nTwo.\n\n## C {#c}\n\nThree.\n"
    found = by_id(read(tmp_path, "guide/en.md", body))
    assert [p.authored for p in found.values()] == [True, True, False]
    file = raw(tmp_path, matter(authored="authored: true"), "own/en.md")
    assert [passage.authored for passage in read_document(file)] == [True]


def test_paragraph_becomes_sentences_and_list_becomes_points(tmp_path: Path) -> None:
    flour = by_id(read(tmp_path, "guide/en.md", GUIDE))["flour"]
    assert [block.kind for block in flour.blocks] == ["paragraph", "list"]
    assert flour.blocks[1].statements == ("**Rye** keeps long.", "Wheat rises")
    assert flour.blocks[1].anchors == ("rye", "")
    assert flour.lead == "Choose among:"
    assert flour.text == "Choose among:\n\n- **Rye** keeps long.\n- Wheat rises"


def test_numbered_list_is_read_as_points(tmp_path: Path) -> None:
    (baking,) = read(tmp_path, "guide/en.md", HEADING + "First:\n\n1. knead\n2. rest\n")
    assert baking.blocks[1].statements == ("knead", "rest")


def test_line_breaks_inside_a_paragraph_are_spaces(tmp_path: Path) -> None:
    (baking,) = read(tmp_path, "guide/en.md", HEADING + "Bake\nslowly and\n  well.\n")
    assert baking.text == "Bake slowly and well."


def test_phrasings_beside_the_file_are_read_by_heading(tmp_path: Path) -> None:
    file = write(tmp_path, "guide/en.md", GUIDE)
    raw(tmp_path, "flour:\n  - which flour?\n  - 'rye: or wheat?'\n", "guide/en.asked.yaml")
    found = by_id(read_document(file))
    assert found["flour"].asked == ("which flour?", "rye: or wheat?")
    assert found["baking"].asked == ()


def test_search_reaches_headings_aliases_questions_and_text(tmp_path: Path) -> None:
    file = write(tmp_path, "guide/en.md", GUIDE)
    raw(tmp_path, "baking:\n  - how long in the oven\n", "guide/en.asked.yaml")
    text = searchable(by_id(read_document(file))["baking"])
    for part in ("Baking", "loaves", "How do I bake?", "how long in the oven", "40 minutes"):
        assert part in text


def test_corpus_finds_passages_by_id_language_and_place(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, {"guide/en.md": GUIDE, "guide/pl.md": GUIDE, "other/en.md": GUIDE})
    baking = corpus.get("guide/baking", "en")
    assert baking is not None
    assert corpus.get("guide/baking", "hu") is None
    assert corpus.get("guide/nothing", "en") is None
    assert set(corpus.variants("guide/baking")) == {"en", "pl"}
    assert [p.id for p in corpus.children(baking)] == ["guide/flour"]
    assert [p.id for p in corpus.siblings(baking)] == ["guide/baking", "guide/cooling"]
    assert len(list(corpus)) == 9


def test_folder_is_read_whole(tmp_path: Path) -> None:
    for name in ("guide/en.md", "guide/pl.md", "other/en.md"):
        write(tmp_path, name, GUIDE)
    (tmp_path / "README.md").write_text("Notes that are no document.", encoding="utf-8")
    corpus = Corpus.read(tmp_path)
    assert len(corpus.passages("en")) == 6
    assert len(corpus.passages("pl")) == 3


def test_vocabulary_holds_the_folded_words_of_each_language(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, {"guide/en.md": GUIDE, "guide/hu.md": "## Ő {#o}\n\nŰr Élmény.\n"})
    assert {"baking", "loaves", "40"} <= corpus.vocabulary["en"]
    assert {"ur", "elmeny"} <= corpus.vocabulary["hu"]
    assert corpus.vocabulary["ru"] == frozenset()


# --- what is refused, each with name, line and remedy


def test_folder_without_documents_is_refused_with_the_setting_to_check(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"^empty: no <document>/<language>\.md.*CX_CORPUS"):
        Corpus.read(tmp_path / "empty")


REFUSED = {
    "no front matter": (
        f"{HEADING}Bake slowly.\n",
        1,
        "no front matter",
        "start with ---, title, language, source and ---",
    ),
    "an empty file": ("", 1, "no front matter", "start with ---"),
    "front matter that is no YAML": (
        matter(title="title: A guide: to bread"),
        2,
        "front matter is not YAML",
        "quote values that contain a colon",
    ),
    "front matter without keys": (
        "---\njust words\n---\n\n## A {#a}\n\nOne.\n",
        2,
        "front matter has no keys",
        "it needs title, language and source",
    ),
    "no title": (matter(title=None), 2, "front matter lacks 'title'", ""),
    "no language": (matter(language=None), 2, "front matter lacks 'language'", ""),
    "no source": (matter(source=None), 2, "front matter lacks 'source'", ""),
    "a language of nobody": (
        matter(language="language: de"),
        2,
        "unknown language 'de'",
        "known: en, zh-Hans, zh-Hant, pl, hu, ru",
    ),
    "a language other than the file's": (
        matter(language="language: pl"),
        2,
        "language is 'pl' but the file is named 'en'",
        "make them equal",
    ),
    "a source without publisher": (
        matter(source="source: {title: T, language: en}"),
        2,
        "source lacks 'publisher'",
        "it needs publisher, title, language",
    ),
    "a source that is only words": (
        matter(source="source: a book"),
        2,
        "source lacks 'publisher'",
        "it needs publisher, title, language",
    ),
    "text before the first heading": (
        matter().replace("## Baking {#baking}\n\n", ""),
        7,
        "text before the first heading",
        "put it below a ## heading",
    ),
    "no heading at all": (
        matter().partition("## ")[0],
        1,
        "no heading",
        "write at least one '## Title {#id}' with text below it",
    ),
    "a heading without braces": (
        matter().replace(" {#baking}", ""),
        7,
        "heading 'Baking' has no id",
        "end it with {#some-id}",
    ),
    "a heading with braces and no id": (
        matter().replace("{#baking}", "{area=kitchen}"),
        7,
        "has no id",
        "add #some-id to its braces",
    ),
    "an id in capitals": (
        matter().replace("{#baking}", "{#Baking_Bread}"),
        7,
        "id #Baking_Bread is not lower-case words joined by hyphens",
        "",
    ),
    "a heading without a title": (
        matter().replace("## Baking {#baking}", "## {#baking}"),
        7,
        "heading #baking has no title",
        "write one before the braces",
    ),
    "attributes that cannot be read": (
        matter().replace("{#baking}", '{#baking aliases="bread}'),
        7,
        'attributes {#baking aliases="bread} cannot be read',
        'write {#id key="value"}',
    ),
    "an id used twice": (
        matter() + "\n## Again {#baking}\n\nOnce more.\n",
        11,
        "id #baking is already used on line 7",
        "give this heading an id of its own",
    ),
    "a title above the second level": (
        matter().replace("## Baking", "# Baking"),
        7,
        "heading level 1 has no heading of level 0 above it",
        "start at ## and skip none",
    ),
    "a level that is skipped": (
        matter() + "\n#### Deep {#deep}\n\nToo deep.\n",
        11,
        "heading level 4 has no heading of level 3 above it",
        "start at ## and skip none",
    ),
    "a heading without text": (
        matter() + "\n## Bare {#bare}\n",
        11,
        "heading #bare has no text of its own",
        "write at least one sentence below it",
    ),
    "a heading with text only further below": (
        matter() + "\n## Bare {#bare}\n\n### Deep {#deep}\n\nText.\n",
        11,
        "heading #bare has no text of its own",
        "write at least one sentence below it",
    ),
    "a list in a list": (
        matter() + "\n- one\n  - two\n",
        11,
        "a list within a list",
        "give the inner list a heading of its own",
    ),
    "a list item with more than an id": (
        matter() + "\n- one\n- two {#two area=x}\n",
        12,
        "a list item may end with {#some-id} and nothing else in braces",
        "",
    ),
    "a list item with an id in capitals": (
        matter() + "\n- one {#One}\n",
        11,
        "a list item may end with {#some-id} and nothing else in braces",
        "",
    ),
    "HTML": (matter() + "\n<div>x</div>\n", 11, "HTML is not allowed", "use paragraphs and lists"),
    "a fence": (
        matter() + "\n```\nx\n```\n",
        11,
        "a code block is not allowed",
        "use paragraphs and lists",
    ),
    "indented code": (
        matter() + "\n    x\n",
        11,
        "a code block is not allowed",
        "use paragraphs and lists",
    ),
    "a quotation": (
        matter() + "\n> x\n",
        11,
        "a quotation block is not allowed",
        "use paragraphs and lists",
    ),
    "a rule": (matter() + "\n***\n", 11, "a rule is not allowed", "use paragraphs and lists"),
}


@pytest.mark.parametrize(("text", "line", "problem", "remedy"), REFUSED.values(), ids=list(REFUSED))
def test_file_that_breaks_a_convention_is_refused_with_name_line_and_remedy(
    tmp_path: Path, text: str, line: int, problem: str, remedy: str
) -> None:
    with pytest.raises(CorpusError) as refused:
        read_document(raw(tmp_path, text))
    told = str(refused.value)
    assert told.startswith(f"guide/en.md:{line}: ")
    assert problem in told
    assert remedy in told
    assert "\n" not in told


def test_file_that_is_not_utf8_is_refused_with_the_byte(tmp_path: Path) -> None:
    file = tmp_path / "guide" / "en.md"
    file.parent.mkdir()
    file.write_bytes(b"---\ntitle: Caf\xe9\n---\n")
    with pytest.raises(CorpusError, match=r"^guide/en\.md:1: not UTF-8 at byte 14; save"):
        read_document(file)


@pytest.mark.parametrize("second", ["    code", "and a second paragraph", "> a quotation"])
def test_list_item_of_more_than_a_paragraph_is_refused(tmp_path: Path, second: str) -> None:
    """Read as it is, a second paragraph becomes a point of its own, and code is lost."""
    body = f"{HEADING}Choose:\n\n- one\n\n  {second}\n- two\n"
    with pytest.raises(CorpusError, match=r"^guide/en\.md:\d+: "):
        read(tmp_path, "guide/en.md", body)


def test_phrasings_of_an_unknown_heading_are_refused_with_the_remedy(tmp_path: Path) -> None:
    file = write(tmp_path, "guide/en.md", GUIDE)
    raw(tmp_path, "icing:\n  - how?\n", "guide/en.asked.yaml")
    with pytest.raises(
        CorpusError, match=r"^guide/en\.asked\.yaml: no heading #icing in en\.md; rename or remove"
    ):
        read_document(file)


@pytest.mark.parametrize("text", ["- how?\n", "flour: how?\n", "flour: [how?\n"])
def test_phrasings_in_another_form_are_refused_with_their_file(tmp_path: Path, text: str) -> None:
    file = write(tmp_path, "guide/en.md", GUIDE)
    raw(tmp_path, text, "guide/en.asked.yaml")
    with pytest.raises(CorpusError, match=r"^guide/en\.asked\.yaml: ") as refused:
        read_document(file)
    assert "\n" not in str(refused.value)


# --- text


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "One. Two? Three!", ["One.", "Two?", "Three!"]),
        ("en", "Teams of 1.8 grow. Others do not.", ["Teams of 1.8 grow.", "Others do not."]),
        ("zh-Hans", "第一句。第二句？第三句！", ["第一句。", "第二句？", "第三句！"]),
        ("zh-Hant", "第一句。第二句。", ["第一句。", "第二句。"]),
        ("ru", "Раз. Два! Три?", ["Раз.", "Два!", "Три?"]),
        ("pl", "Raz. Dwa.", ["Raz.", "Dwa."]),
        ("hu", "Egy. Kettő.", ["Egy.", "Kettő."]),
    ],
)
def test_paragraph_is_split_into_its_sentences(
    language: Language, text: str, expected: list[str]
) -> None:
    assert sentences(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "They say “We try. We fail.” and mean it."),
        ("zh-Hans", "他们说“我们试过。没有成功。”，然后离开。"),
        ("pl", "Mówią „Próbujemy. Nie wychodzi.” i wracają."),
        ("ru", "Они говорят «Мы пробуем. Не выходит.» и уходят."),
    ],
)
def test_quotation_stays_whole_with_its_sentence(language: Language, text: str) -> None:
    assert sentences(text, language) == [text]


def test_sentences_of_the_corpus_join_to_their_paragraphs_again(corpus: Corpus) -> None:
    for passage in corpus:
        gap = "" if passage.language.startswith("zh") else " "
        for block in passage.blocks:
            if block.kind == "paragraph":
                assert gap.join(block.statements) in passage.text, passage.id


def test_no_sentence_of_the_corpus_is_the_rest_of_another(corpus: Corpus) -> None:
    """A sentence that begins in lower case or with a comma was cut from the one before."""
    openers = re.compile(r"[^\W_]|[“„«「『《（(*\"‘]")
    for passage in corpus:
        for block in passage.blocks:
            if block.kind == "paragraph":
                for sentence in block.statements:
                    assert openers.match(sentence), f"{passage.language} {passage.id}: {sentence}"
                    assert not sentence[0].islower(), f"{passage.language} {passage.id}: {sentence}"


def test_every_statement_of_the_corpus_stands_in_its_passage(corpus: Corpus) -> None:
    for passage in corpus:
        for statement in passage.statements:
            assert statement.strip(), passage.id
            assert statement in passage.text, passage.id


def test_plain_text_has_no_emphasis_and_no_list_marks() -> None:
    assert plain("**Rye** keeps.\n\n- one - two\n- **three**") == "Rye keeps.\n\none - two\nthree"


@pytest.mark.parametrize("text", ["10,000", "10 000", "10.000", "10\u00a0000", "10\u202f000"])
def test_figure_is_the_same_however_its_thousands_are_grouped(text: str) -> None:
    assert figures(f"About {text}.") == ["10000"]


@pytest.mark.parametrize("text", ["1.8", "1,8"])
def test_figure_is_the_same_with_either_decimal_mark(text: str) -> None:
    assert figures(f"{text} times") == ["1.8"]


def test_range_is_two_figures_and_a_full_stop_is_none() -> None:
    assert figures("From 2 to 10, or 2–10. In 2022, 16% did.") == [
        "2",
        "10",
        "2",
        "10",
        "2022",
        "16",
    ]


# --- alignment


def differences(folder: Path, other: str, language: str = "pl", english: str = GUIDE) -> list[str]:
    corpus = corpus_of(folder, {"guide/en.md": english, f"guide/{language}.md": other})
    return check_alignment(corpus, [language])  # type: ignore[list-item]


def test_translation_with_the_same_shape_has_no_differences(tmp_path: Path) -> None:
    other = GUIDE.replace("Bake slowly. A loaf needs", "Piecz powoli. Bochenek potrzebuje")
    assert differences(tmp_path, other) == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("{#flour", "{#meal", "guide/flour is missing"),
        ("{#flour", "{#meal", "guide/meal is not in English"),
        ("grain=rye", "grain=oats", "guide/flour has facets"),
        (" authored=true", "", "guide/cooling differs in authored"),
        ("### Flour", "## Flour", "guide/flour stands below None, not guide/baking"),
        ("- Wheat rises\n", "", "guide/flour has other paragraphs, lists or points"),
        (" {#rye}", "", "guide/flour has other paragraphs, lists or points"),
        ("Let it rest.", "Let it rest.\n\nAnd wait.", "guide/cooling has other paragraphs"),
        ("40", "45", "guide/baking has figures ['45'], not ['40']"),
        (' question="How do I bake?"', "", "guide/baking differs in having a question"),
        ("bread; loaves", "bread", "guide/baking has 1 aliases; give at least two"),
    ],
)
def test_difference_is_told_with_language_and_passage(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    assert before in GUIDE
    found = differences(tmp_path, GUIDE.replace(before, after))
    assert any(problem.startswith(f"pl: {told}") for problem in found), found


def test_another_route_is_told_with_both(tmp_path: Path) -> None:
    english = HEADING.replace("}", " route=plan}") + "Bake.\n"
    for route, told in ((" route=vet", "'vet'"), ("", "''")):
        other = HEADING.replace("}", f"{route}}}") + "Bake.\n"
        assert differences(tmp_path, other, english=english) == [
            f"pl: guide/baking has route {told}, not 'plan'"
        ]


def test_details_of_a_term_may_differ_between_languages(tmp_path: Path) -> None:
    english = HEADING.replace("}", ' abbreviation="NPS"}') + "Bake.\n"
    other = HEADING.replace("}", ' abbreviation="WPK" forms="pieczenia"}') + "Piecz.\n"
    assert differences(tmp_path, other, english=english) == []


def test_another_order_of_passages_is_told(tmp_path: Path) -> None:
    first, _, second = GUIDE.partition("## Cooling")
    found = differences(tmp_path, f"## Cooling{second}\n{first}")
    assert "pl: passages stand in another order than in English" in found


def test_language_without_the_document_misses_every_passage(tmp_path: Path) -> None:
    found = check_alignment(corpus_of(tmp_path, {"guide/en.md": GUIDE}), ["hu"])
    assert [problem.partition(":")[0] for problem in found] == ["hu"] * 3
    assert all(problem.endswith("is missing") for problem in found)


def test_all_languages_are_compared_unless_some_are_chosen(tmp_path: Path) -> None:
    found = check_alignment(corpus_of(tmp_path, {"guide/en.md": GUIDE}))
    assert {problem.partition(":")[0] for problem in found} == set(LANGUAGES) - {"en"}


def test_figures_written_by_each_languages_rules_are_no_difference(tmp_path: Path) -> None:
    english = HEADING + "It grew 1.8 times to 10,000.\n"
    hungarian = HEADING + "1,8-szeresére, 10 000-re nőtt.\n"
    assert differences(tmp_path, hungarian, "hu", english) == []
