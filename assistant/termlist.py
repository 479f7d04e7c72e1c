"""Export the glossary for translators: a table of terms, or TBX (ISO 30042)."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from pathlib import Path

from assistant.corpus import Corpus
from assistant.errors import InputError
from assistant.glossary import Glossary, Term
from assistant.types import LANGUAGES, Language

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NAMESPACE = "urn:iso:std:iso:30042:ed-2"
_XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def write_terms(corpus: Corpus, file: Path) -> int:
    """Write all terms in every language; return their number.

    Args:
        corpus: with the glossary.
        file: its ending decides the format, `.csv` or `.tbx`.

    Raises:
        InputError: another ending, or the file cannot be written.
    """
    glossary = Glossary(corpus)
    rows = [_variants(glossary, term) for term in glossary.terms("en")]
    if file.suffix == ".csv":
        text = as_csv(rows)
    elif file.suffix == ".tbx":
        text = as_tbx(rows)
    else:
        raise InputError(f"{file.name}: unknown format {file.suffix!r}; use .csv or .tbx")
    try:
        file.write_text(text, encoding="utf-8-sig" if file.suffix == ".csv" else "utf-8")
    except OSError as error:
        raise InputError(f"{file.name}: cannot be written ({error.strerror})") from error
    return len(rows)


def as_csv(rows: list[dict[Language, Term]]) -> str:
    """Return a table with a row a term: id, then name, abbreviation and definition a language."""
    out = io.StringIO()
    writer = csv.writer(out)
    columns = ("term", "abbreviation", "synonyms", "definition")
    writer.writerow(["id", *(f"{code} {column}" for code in LANGUAGES for column in columns)])
    for variants in rows:
        row = [next(iter(variants.values())).id.partition("/")[2]]
        for code in LANGUAGES:
            term = variants.get(code)
            row += _cells(term) if term else [""] * len(columns)
        writer.writerow([_plain(cell) for cell in row])
    return out.getvalue()


def as_tbx(rows: list[dict[Language, Term]]) -> str:
    """Return the terms as TBX-Basic in the style of DCA, one concept a term."""
    root = ET.Element("tbx", {"type": "TBX-Basic", "style": "dca", _XML_LANGUAGE: "en"})
    root.set("xmlns", _NAMESPACE)
    header = ET.SubElement(ET.SubElement(root, "tbxHeader"), "fileDesc")
    source = ET.SubElement(ET.SubElement(header, "sourceDesc"), "p")
    source.text = "Glossary of customer experience"
    body = ET.SubElement(ET.SubElement(root, "text"), "body")
    for variants in rows:
        key = next(iter(variants.values())).id.partition("/")[2]
        concept = ET.SubElement(body, "conceptEntry", {"id": key})
        for code, term in variants.items():
            section = ET.SubElement(concept, "langSec", {_XML_LANGUAGE: code})
            ET.SubElement(section, "descrip", {"type": "definition"}).text = term.definition
            _add_term(section, term.title, "fullForm")
            for short in term.abbreviations:
                _add_term(section, short, "abbreviation")
            for other in term.passage.aliases:
                _add_term(section, other, "variant")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _add_term(section: ET.Element, name: str, kind: str) -> None:
    entry = ET.SubElement(section, "termSec")
    ET.SubElement(entry, "term").text = name
    ET.SubElement(entry, "termNote", {"type": "termType"}).text = kind


def _variants(glossary: Glossary, term: Term) -> dict[Language, Term]:
    found = ((code, glossary.get(term.id, code)) for code in LANGUAGES)
    return {code: other for code, other in found if other is not None}


def _cells(term: Term) -> list[str]:
    return [
        term.title,
        "; ".join(term.abbreviations),
        "; ".join(term.passage.aliases),
        term.definition,
    ]


def _plain(cell: str) -> str:
    """Keep a cell from being read as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
