"""The exported term list: a table and TBX that other programs read back as they were."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from helpers import corpus_of

from assistant.corpus import Corpus
from assistant.errors import InputError
from assistant.glossary import Glossary, Term
from assistant.termlist import write_terms
from assistant.types import LANGUAGES

TBX = "{urn:iso:std:iso:30042:ed-2}"
XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
ENGLISH = """\
## Field {#field}

What the kitchen talks about.

### Bread, "fresh" {#bread abbreviation="BR; BD" aliases="loaf; bread & butter"}

Bread is flour, water; and salt. It keeps for "days".

### =SUM(A1) {#sum abbreviation="-X" aliases="+plus; last"}

@mention is a definition. Costs -5.
"""
POLISH = """\
## Dziedzina {#field}

O czym mówi kuchnia.

### Chleb {#bread abbreviation="CHL" aliases="bochenek"}

Chleb to mąka, woda i sól.
"""


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A glossary of two terms, one of which Polish lacks."""
    bodies = {"glossary/en.md": ENGLISH, "glossary/pl.md": POLISH}
    return corpus_of(tmp_path_factory.mktemp("kitchen"), bodies)


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def concepts_of(file: Path) -> dict[str, ET.Element]:
    root = ET.fromstring(file.read_text(encoding="utf-8"))
    return {each.attrib["id"]: each for each in root.iter(f"{TBX}conceptEntry")}


def sections_of(concept: ET.Element) -> dict[str, ET.Element]:
    return {each.attrib[XML_LANGUAGE]: each for each in concept.findall(f"{TBX}langSec")}


def names_of(section: ET.Element) -> list[tuple[str | None, str | None]]:
    """Return the terms of a language with their types, in their order."""
    return [
        (each.findtext(f"{TBX}termNote"), each.findtext(f"{TBX}term"))
        for each in section.findall(f"{TBX}termSec")
    ]


def expected_names(term: Term) -> list[tuple[str, str]]:
    return [
        ("fullForm", term.title),
        *(("abbreviation", short) for short in term.abbreviations),
        *(("variant", other) for other in term.passage.aliases),
    ]


# --- the table


def test_table_of_the_shipped_glossary_reads_back_as_it_was(corpus: Corpus, tmp_path: Path) -> None:
    glossary, file = Glossary(corpus), tmp_path / "terms.csv"
    assert write_terms(corpus, file) == len(glossary.terms("en"))
    rows = rows_of(file)
    assert [row["id"] for row in rows] == [t.id.partition("/")[2] for t in glossary.terms("en")]
    for row in rows:
        for code in LANGUAGES:
            term = glossary.get(f"glossary/{row['id']}", code)
            assert term is not None
            assert row[f"{code} term"] == term.title
            assert row[f"{code} abbreviation"] == "; ".join(term.abbreviations)
            assert row[f"{code} synonyms"] == "; ".join(term.passage.aliases)
            assert row[f"{code} definition"] == term.definition


def test_table_opens_in_a_spreadsheet_as_utf8(kitchen: Corpus, tmp_path: Path) -> None:
    file = tmp_path / "terms.csv"
    write_terms(kitchen, file)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")


def test_commas_quotes_and_semicolons_stay_in_their_cells(kitchen: Corpus, tmp_path: Path) -> None:
    file = tmp_path / "terms.csv"
    assert write_terms(kitchen, file) == 2
    bread = rows_of(file)[0]
    assert bread["en term"] == 'Bread, "fresh"'
    assert bread["en abbreviation"] == "BR; BD"
    assert bread["en synonyms"] == "loaf; bread & butter"
    assert bread["en definition"] == 'Bread is flour, water; and salt. It keeps for "days".'
    assert bread["pl term"] == "Chleb"


def test_cells_that_look_like_formulas_are_escaped(kitchen: Corpus, tmp_path: Path) -> None:
    file = tmp_path / "terms.csv"
    write_terms(kitchen, file)
    row = rows_of(file)[1]
    assert row["en term"] == "'=SUM(A1)"
    assert row["en abbreviation"] == "'-X"
    assert row["en synonyms"] == "'+plus; last"
    assert row["en definition"] == "'@mention is a definition. Costs -5."


def test_language_that_lacks_a_term_has_empty_cells(kitchen: Corpus, tmp_path: Path) -> None:
    file = tmp_path / "terms.csv"
    write_terms(kitchen, file)
    row = rows_of(file)[1]
    assert len(row) == 1 + 4 * len(LANGUAGES)
    assert {text for name, text in row.items() if name.startswith("pl ")} == {""}


def test_no_cell_of_the_shipped_table_starts_a_formula(corpus: Corpus, tmp_path: Path) -> None:
    file = tmp_path / "terms.csv"
    write_terms(corpus, file)
    cells = [cell for row in rows_of(file) for cell in row.values()]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


# --- TBX


def test_tbx_of_the_shipped_glossary_reads_back_as_it_was(corpus: Corpus, tmp_path: Path) -> None:
    glossary, file = Glossary(corpus), tmp_path / "terms.tbx"
    assert write_terms(corpus, file) == len(glossary.terms("en"))
    concepts = concepts_of(file)
    assert list(concepts) == [term.id.partition("/")[2] for term in glossary.terms("en")]
    for key, concept in concepts.items():
        sections = sections_of(concept)
        assert tuple(sections) == LANGUAGES
        for code in LANGUAGES:
            term = glossary.get(f"glossary/{key}", code)
            assert term is not None
            assert sections[code].findtext(f"{TBX}descrip") == term.definition
            assert names_of(sections[code]) == expected_names(term)


def test_tbx_says_what_it_is(kitchen: Corpus, tmp_path: Path) -> None:
    file = tmp_path / "terms.tbx"
    write_terms(kitchen, file)
    root = ET.fromstring(file.read_text(encoding="utf-8"))
    assert root.tag == f"{TBX}tbx"
    assert root.attrib == {"type": "TBX-Basic", "style": "dca", XML_LANGUAGE: "en"}


def test_tbx_keeps_signs_of_markup_and_escapes_no_formula(kitchen: Corpus, tmp_path: Path) -> None:
    file = tmp_path / "terms.tbx"
    write_terms(kitchen, file)
    concepts = concepts_of(file)
    assert ("variant", "bread & butter") in names_of(sections_of(concepts["bread"])["en"])
    assert ("fullForm", "=SUM(A1)") in names_of(sections_of(concepts["sum"])["en"])
    assert list(sections_of(concepts["sum"])) == ["en"]


# --- what cannot be written


@pytest.mark.parametrize("name", ["terms.xlsx", "terms", "terms.csv.gz", ".csv"])
def test_unknown_ending_is_an_error_that_names_those_known(
    kitchen: Corpus, tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    with pytest.raises(InputError, match=r"use \.csv or \.tbx") as raised:
        write_terms(kitchen, file)
    assert str(raised.value).startswith(f"{name}: ")
    assert not file.exists()


@pytest.mark.parametrize("name", ["terms.csv", "terms.tbx"])
def test_folder_that_is_missing_is_an_error(kitchen: Corpus, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=f"{name}: cannot be written"):
        write_terms(kitchen, tmp_path / "missing" / name)
