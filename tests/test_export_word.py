"""A plan in Word: complete, well formed, in its language, and safe from what was typed."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from docx import Document
from docx.document import Document as Opened
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from export_plans import CONTROLS, CONTROLS_CLEAN, MARKUP, hostile, missing, plan_of, texts_of
from lxml import etree

from assistant.export.word import word
from assistant.plan_text import WrittenPlan
from assistant.types import Language

EAST = {
    "zh-Hans": ("zh-CN", "Microsoft YaHei"),
    "zh-Hant": ("zh-TW", "Microsoft JhengHei"),
}


def opened(plan: WrittenPlan) -> Opened:
    return Document(io.BytesIO(word(plan)))


def lines_of(document: Opened) -> list[str]:
    """Return paragraphs and cells in reading order."""
    found = []
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            found.append(block.text)
        elif isinstance(block, Table):
            found += [cell.text for row in block.rows for cell in row.cells]
    return found


def headings(document: Opened, level: int) -> list[str]:
    style = f"Heading {level}"
    return [one.text for one in document.paragraphs if one.style and one.style.name == style]


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant", "pl", "hu", "ru"])
def test_everything_of_the_plan_is_in_the_document(language: Language) -> None:
    plan = plan_of(language)
    assert missing(texts_of(plan), "\n".join(lines_of(opened(plan)))) == []


@pytest.mark.parametrize("language", ["en", "pl", "zh-Hans"])
def test_summary_comes_first_and_the_timeline_begins_a_page(language: Language) -> None:
    plan = plan_of(language)
    document = opened(plan)
    first, second, *_ = headings(document, 1)
    assert (first, second) == (plan.say("plan_summary_title"), plan.say("plan_timeline"))
    names = ("plan_ninety", "plan_measures", "plan_leadership", "plan_risks")
    assert headings(document, 2)[:4] == [plan.say(name) for name in names]
    timeline = next(one for one in document.paragraphs if one.text == second)
    assert timeline.paragraph_format.page_break_before


def test_first_page_names_what_begins_in_the_first_ninety_days() -> None:
    plan = plan_of("en")
    columns = opened(plan).tables[0].rows[1].cells
    for column, phase in zip(columns, plan.phases[:3], strict=True):
        assert column.text.splitlines() == [f"{one.number}.\t{one.title}" for one in phase.actions]


def test_actions_are_headings_in_order() -> None:
    plan = plan_of("en")
    titles = [f"{one.number}. {one.title}" for one in plan.actions]
    assert headings(opened(plan), 3)[: len(titles)] == titles


def test_steps_of_each_action_are_numbered_from_one() -> None:
    plan = plan_of("en")
    document = opened(plan)
    steps = [one for one in document.paragraphs if one.style and one.style.name == "List Number"]
    lists = [one._p.pPr.numPr.numId.val for one in steps]
    assert len(steps) == sum(len(one.steps) for one in plan.actions)
    assert len(set(lists)) == len(plan.actions)


def test_timeline_is_a_picture_with_words_for_those_who_do_not_see_it() -> None:
    plan = plan_of("en")
    (shape,) = opened(plan).inline_shapes
    described = shape._inline.docPr.get("descr")
    assert described.startswith("Timeline: ")
    assert plan.summary[0] in described


def test_header_of_every_table_is_repeated_and_no_row_is_torn() -> None:
    for table in opened(plan_of("en")).tables:
        first, *rest = table._tbl.tr_lst
        assert first.trPr.find(qn("w:tblHeader")) is not None
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in rest)


@pytest.mark.parametrize("language", ["en", "pl", "hu", "ru", "zh-Hans", "zh-Hant"])
def test_document_speaks_its_language(language: Language) -> None:
    plan = plan_of(language)
    document = opened(plan)
    east, font = EAST.get(language, EAST["zh-Hans"])
    said = document.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    if language not in EAST:
        assert said.get(qn("w:val")).partition("-")[0] == language
    assert said.get(qn("w:eastAsia")) == east
    fonts = list(document.styles.element.iter(qn("w:rFonts")))
    assert {one.get(qn("w:eastAsia")) for one in fonts} == {font}
    assert not any("Theme" in name for one in fonts for name in one.attrib)
    assert document.core_properties.language == language
    assert document.core_properties.title == plan.title


def test_pages_are_a4_and_numbered() -> None:
    section = opened(plan_of("en")).sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    fields = section.footer._element.iter(qn("w:fldSimple"))
    assert [one.get(qn("w:instr")) for one in fields] == ["PAGE", "NUMPAGES"]


@pytest.mark.parametrize("typed", [MARKUP, "</w:t><w:fldSimple/>", '=HYPERLINK("x")', "X" * 120])
def test_what_a_person_typed_is_text(typed: str) -> None:
    document = opened(hostile(typed))
    whole = "\n".join(lines_of(document))
    assert whole.count(typed) >= 4
    tags = {element.tag for element in document.element.iter()}
    assert tags == {element.tag for element in opened(hostile("Ann")).element.iter()}


def test_characters_that_no_file_can_hold_are_dropped() -> None:
    made = word(hostile(CONTROLS))
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        for name in parts.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(parts.read(name))
    assert any(CONTROLS_CLEAN in line for line in lines_of(Document(io.BytesIO(made))))


def test_plan_without_actions_says_so() -> None:
    plan = plan_of("en")
    phases = tuple(replace(phase, actions=()) for phase in plan.phases)
    empty = replace(plan, phases=phases, summary=(plan.say("plan_nothing"),))
    document = opened(empty)
    assert plan.say("plan_nothing") in lines_of(document)
    assert not document.inline_shapes
