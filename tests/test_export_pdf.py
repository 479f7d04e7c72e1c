"""The exported PDF: everything in it, words that are no markup, and what it asks for."""

from __future__ import annotations

import io
import sys

import pytest
from export_plans import BREAKING_OUT, hostile, written

from assistant.errors import InputError
from assistant.export.pdf import _families, pdf
from assistant.plan_text import WrittenPlan
from assistant.types import Language

pytest.importorskip("typst")
pypdf = pytest.importorskip("pypdf")


def text_of(plan: WrittenPlan) -> str:
    """Return the text of a plan's PDF without spaces: lines and fonts break at will."""
    read = pypdf.PdfReader(io.BytesIO(pdf(plan)))
    return squeezed("".join(page.extract_text() for page in read.pages))


def squeezed(text: str) -> str:
    return "".join(text.split())


def said(plan: WrittenPlan) -> list[str]:
    found = [*plan.summary, *plan.assumptions]
    for one in plan.actions:
        found += [one.title, one.purpose, *one.steps, *one.because]
    for entry in (*plan.measures, *plan.stakeholders, *plan.risks, *plan.ahead):
        found += [entry.title, entry.point, *(text[1:] for _, text in entry.lines)]
    found += [text for _, title, why in plan.left_out for text in (title, why)]
    return found + [f"[{one.number}]{one.passage.title}" for one in plan.sources]


@pytest.mark.parametrize("language", ["en", "pl", "ru"])
def test_nothing_of_the_plan_is_missing(language: Language) -> None:
    plan = written(language)
    text = text_of(plan)
    assert [one for one in said(plan) if squeezed(one) not in text] == []


def test_chinese_is_set_where_a_font_has_it() -> None:
    plan = written("zh-Hans")
    try:
        text = text_of(plan)
    except InputError as error:
        assert "Noto Sans CJK SC" in str(error)  # noqa: PT017 - one of the two has to hold
        return
    assert all(squeezed(one.title) in text for one in plan.actions)


def test_pdf_knows_its_title_and_is_tagged() -> None:
    plan = written("en")
    read = pypdf.PdfReader(io.BytesIO(pdf(plan)))
    assert read.metadata.title == plan.title
    assert read.trailer["/Root"]["/Lang"] == "en"
    assert "/StructTreeRoot" in read.trailer["/Root"]
    assert (round(read.pages[0].mediabox.width), round(read.pages[0].mediabox.height)) == (595, 842)


def test_text_of_a_person_is_no_markup() -> None:
    text = text_of(hostile(BREAKING_OUT, "en"))
    assert squeezed("#panic() $x^2$ *b* [c] <d> @e &amp;") in text
    assert squeezed('=HYPERLINK("http://x.invalid")') in text


def test_text_of_a_person_is_no_link() -> None:
    read = pypdf.PdfReader(io.BytesIO(pdf(hostile(BREAKING_OUT, "en"))))
    links = [a for page in read.pages for a in page.get("/Annots", [])]
    assert links == []


def test_typst_that_is_missing_is_an_error_that_names_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(InputError, match=r"pip install 'cx-assistant\[pdf\]'"):
        pdf(written("en"))


@pytest.mark.parametrize(
    ("language", "font"), [("zh-Hans", "Noto Sans CJK SC"), ("zh-Hant", "Noto Sans CJK TC")]
)
def test_chinese_without_a_font_for_it_is_an_error_that_names_one(
    language: Language, font: str
) -> None:
    with pytest.raises(InputError, match=font):
        pdf(written(language), system_fonts=False)


@pytest.mark.parametrize("language", ["en", "pl", "hu", "ru"])
def test_other_languages_need_no_font_of_the_machine(language: Language) -> None:
    assert pdf(written(language), system_fonts=False).startswith(b"%PDF-")


def test_chinese_characters_come_after_latin_letters_of_their_own_font() -> None:
    installed = ["Libertinus Serif", "Microsoft YaHei", "Noto Sans", "SimHei"]
    assert _families(written("zh-Hans"), installed) == ["Noto Sans", "Microsoft YaHei"]
    assert _families(written("en"), installed) == ["Noto Sans"]
