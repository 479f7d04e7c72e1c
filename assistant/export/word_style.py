"""How a Word document of ours looks: page, fonts by script, styles, tables, page numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.export.wording import clean
from assistant.types import Language

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.styles.style import ParagraphStyle
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

# What Word checks the spelling of, and the fonts that Word has for each script.
_TAGS = {"en": "en-GB", "pl": "pl-PL", "hu": "hu-HU", "ru": "ru-RU"}
_EAST = {"zh-Hans": ("zh-CN", "Microsoft YaHei"), "zh-Hant": ("zh-TW", "Microsoft JhengHei")}
_LATIN = "Calibri"
_INK, _ACCENT, _PALE = "22303A", "23506B", "5F6F7A"
_RULE, _FILL, _BAND = "C9D3DA", "E6EDF1", "F3F6F8"
_A4 = (21.0, 29.7)
_MARGIN = 2.0
WIDTH = _A4[0] - 2 * _MARGIN

# name: points, colour, bold, points before and after, kept with what follows.
_STYLES: dict[str, tuple[float, str, bool, float, float, bool]] = {
    "Normal": (10, _INK, False, 0, 4, False),
    "Title": (20, _ACCENT, True, 0, 2, True),
    "Subtitle": (11, _PALE, False, 0, 2, False),
    "Heading 1": (15, _ACCENT, True, 12, 4, True),
    "Heading 2": (12, _ACCENT, True, 8, 2, True),
    "Heading 3": (11, _INK, True, 9, 1, True),
    "List Bullet": (10, _INK, False, 0, 2, False),
    "List Number": (10, _INK, False, 0, 2, False),
    "Header": (8.5, _PALE, False, 0, 0, False),
    "Footer": (8.5, _PALE, False, 0, 0, False),
}
# Our own: the style it is based on, then as above.
_OWN: dict[str, tuple[str, float, str, bool, float, float, bool]] = {
    "Action days": ("Normal", 9, _PALE, False, 0, 3, True),
    "Fact": ("Normal", 10, _INK, False, 0, 2, False),
    "Brief": ("Normal", 9, _INK, False, 0, 2, False),
    "Cell": ("Normal", 9, _INK, False, 1, 1, False),
    "Numbered cell": ("Cell", 8.5, _INK, False, 0, 0.5, False),
    "Source": ("Normal", 8.5, _INK, False, 0, 2, False),
}


def new_document(language: Language) -> Document:
    """Return an empty A4 document with our styles and the fonts and tags of a language."""
    from docx import Document as new
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Cm

    document = new()
    _drop_styles(document)
    _speak(document, language)
    for name, look in _STYLES.items():
        _style(document.styles[name], *look)
    for name, (base, *own) in _OWN.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles[base]
        _style(style, *own)  # type: ignore[arg-type]
    for name, room in (("Source", 1.0), ("Numbered cell", 0.55)):
        hanging = document.styles[name].paragraph_format
        hanging.left_indent, hanging.first_line_indent = Cm(room), Cm(-room)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(_A4[0]), Cm(_A4[1])
    section.left_margin = section.right_margin = Cm(_MARGIN)
    section.top_margin, section.bottom_margin = Cm(1.6), Cm(1.8)
    section.footer_distance = Cm(0.9)
    return document


def _drop_styles(document: Document) -> None:
    """Drop the template's styles that we do not use: each use of a style searches them all."""
    kept = [one for one in document.styles if one.name in _STYLES or one.element.default]
    linked = {one.element.find(_name("w:link")) for one in kept} - {None}
    ids = {one.style_id for one in kept} | {link.get(_name("w:val")) for link in linked}
    for one in list(document.styles):
        if one.style_id not in ids:
            one.delete()


def _speak(document: Document, language: Language) -> None:
    """Set fonts and languages where every style has them from."""
    from docx.oxml.ns import qn

    root = document.styles.element
    defaults = root.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    east, font = _EAST.get(language, _EAST["zh-Hans"])
    found = defaults.find(qn("w:lang"))
    found.set(qn("w:val"), _TAGS.get(language, "en-GB"))
    found.set(qn("w:eastAsia"), east)
    # The template's headings name the fonts of its theme, which would win.
    for fonts in root.iter(qn("w:rFonts")):
        fonts.attrib.clear()
        for script in ("ascii", "hAnsi", "cs"):
            fonts.set(qn(f"w:{script}"), _LATIN)
        fonts.set(qn("w:eastAsia"), font)


def _style(
    style: ParagraphStyle,
    size: float,
    colour: str,
    bold: bool,
    before: float,
    after: float,
    kept: bool,
) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    style.font.color.rgb = RGBColor.from_string(colour)
    form = style.paragraph_format
    form.space_before, form.space_after, form.keep_with_next = Pt(before), Pt(after), kept
    form.line_spacing, form.widow_control = 1.0, True
    # The template rules a line below its title and spreads the letters.
    for name in ("w:pBdr", "w:contextualSpacing"):
        for found in style.element.findall(f"{qn('w:pPr')}/{qn(name)}"):
            found.getparent().remove(found)
    for name in ("w:spacing", "w:kern"):
        for found in style.element.findall(f"{qn('w:rPr')}/{qn(name)}"):
            found.getparent().remove(found)


def write(paragraph: Paragraph, text: str, *, bold: bool = False, pale: bool = False) -> Run:
    """Add a text as it is: one line, no field, no character that a file cannot hold."""
    from docx.shared import RGBColor

    run = paragraph.add_run(clean(text))
    # The spaces around a text are ours, and say where it joins the one before.
    run.text = f"{' ' * text.startswith(' ')}{run.text}{' ' * text.endswith(' ')}"
    if bold:
        run.bold = True
    if pale:
        run.font.color.rgb = RGBColor.from_string(_PALE)
    return run


def table(document: Document, header: Sequence[str], widths: Sequence[float]) -> Table:
    """Return a ruled table of these widths in cm whose header is repeated on every page."""
    from docx.shared import Cm

    made: Table = document.add_table(rows=1, cols=len(header))
    made.autofit = False
    _rules(made)
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Cm(width)
    for cell, text in zip(made.rows[0].cells, header, strict=True):
        fill(cell, text, bold=True)
        _shade(cell, _FILL)
    _row_property(made, "w:tblHeader")
    return made


def add_row(made: Table, texts: Sequence[str]) -> Sequence[_Cell]:
    """Add a row that stays on one page."""
    from docx.oxml.ns import qn

    cells: Sequence[_Cell] = made.add_row().cells  # type: ignore[no-untyped-call]
    grid = made._tbl.tblGrid.findall(qn("w:gridCol"))
    for cell, column, text in zip(cells, grid, texts, strict=True):
        cell.width = column.w
        fill(cell, text)
    _row_property(made, "w:cantSplit")
    return cells


def add_band(made: Table, text: str) -> None:
    """Add a row that is a heading of those below it."""
    cells = made.add_row().cells  # type: ignore[no-untyped-call]
    joined = cells[0].merge(cells[-1])
    fill(joined, text, bold=True)
    joined.paragraphs[0].paragraph_format.keep_with_next = True
    _shade(joined, _BAND)
    _row_property(made, "w:cantSplit")


def fill(cell: _Cell, text: str, *, bold: bool = False) -> None:
    """Write a text into an empty cell."""
    cell.paragraphs[0].style = "Cell"
    write(cell.paragraphs[0], text, bold=bold)


def _shade(cell: _Cell, colour: str) -> None:
    shade = _element("w:shd", val="clear", color="auto", fill=colour)
    cell._tc.get_or_add_tcPr().append(shade)


def _rules(made: Table) -> None:
    """Rule thin lines between the rows, and give the cells room."""
    properties = made._tbl.tblPr
    borders = _element("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        borders.append(_element(f"w:{side}", val="single", sz="4", space="0", color=_RULE))
    layout = properties.find(_name("w:tblLayout"))
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w="85", type="dxa"))
    # The schema has these in a fixed order.
    layout.addprevious(borders)
    layout.addnext(margins)


def _row_property(made: Table, name: str) -> None:
    made.rows[-1]._tr.get_or_add_trPr().append(_element(name))


def number_pages(document: Document, text: str) -> None:
    """Put a text and the page's number of all pages at the foot of each page."""
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Cm

    foot = document.sections[0].footer.paragraphs[0]
    stops = document.styles["Footer"].paragraph_format.tab_stops
    stops.clear_all()
    foot.paragraph_format.tab_stops.add_tab_stop(Cm(WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    write(foot, text)
    foot.add_run("\t")
    _field(foot, "PAGE")
    foot.add_run(" / ")
    _field(foot, "NUMPAGES")


def _field(paragraph: Paragraph, code: str) -> None:
    field = _element("w:fldSimple", instr=code)
    run = paragraph.add_run("1")
    field.append(run._r)
    paragraph._p.append(field)


def restart_numbers(document: Document) -> int:
    """Return the id of a new numbered list that begins at 1."""
    numbering = document.part.numbering_part.element
    style = document.styles["List Number"].element
    used = style.pPr.numPr.numId.val
    abstract = next(one.abstractNumId.val for one in numbering.num_lst if one.numId == used)
    new = numbering.add_num(abstract)
    new.add_lvlOverride(ilvl=0).add_startOverride(1)
    number: int = new.numId
    return number


def number_by(paragraph: Paragraph, list_id: int) -> None:
    """Make a paragraph an item of a numbered list."""
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = 0
    properties.get_or_add_numId().val = list_id


def describe(document: Document, text: str) -> None:
    """Give the last picture its alternative text."""
    shape = document.inline_shapes[len(document.inline_shapes) - 1]
    shape._inline.docPr.set("descr", clean(text))


def _name(tag: str) -> str:
    from docx.oxml.ns import qn

    return qn(tag)


def _element(tag: str, **attributes: str) -> BaseOxmlElement:
    from docx.oxml import OxmlElement

    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(_name(f"w:{name}"), value)
    return made
