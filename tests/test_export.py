"""Exports: the suffix chooses the format, and what cannot be done is said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from export_plans import plan_of

from assistant.errors import InputError
from assistant.export import KINDS, render, save
from assistant.types import LANGUAGES, Language

SIGNATURES = {
    "word": b"PK",
    "excel": b"PK",
    "calendar": b"BEGIN:VCALENDAR",
    "pdf": b"%PDF-",
    "markdown": b"# Nordwind",
    "picture": b"\x89PNG",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_written_by_its_suffix_in_any_case(kind: str, tmp_path: Path) -> None:
    file = tmp_path / f"plan{KINDS[kind].suffix.upper()}"  # type: ignore[index]
    save(plan_of("en"), file)
    assert file.read_bytes().startswith(SIGNATURES[kind])


@pytest.mark.parametrize("name", ["plan.odt", "plan", "plan.docx.exe"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_unknown_suffix_is_refused_with_those_that_are_known(
    language: Language, name: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"\.docx, \.xlsx, \.ics, \.pdf, \.md, \.png"):
        save(plan_of(language), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"plan\.md cannot be written \(No such file"):
        save(plan_of("en"), tmp_path / "nowhere" / "plan.md")


def test_unknown_kind_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="spreadsheet"):
        render(plan_of("en"), "spreadsheet")  # type: ignore[arg-type]


def test_import_of_the_exports_loads_no_format_and_no_foreign_library() -> None:
    code = (
        "import sys, assistant.export; "
        "print(sorted({'docx', 'PIL', 'openpyxl', 'icalendar'} & set(sys.modules)), "
        "[m for m in sys.modules if m.startswith('assistant.export.')])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[0] == "[] []"
