"""Tables of the Word file: rules, shading, alignment, repeated headers. The filter left a mark in each cell."""

from __future__ import annotations

from typing import Any

from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph

CELL_STYLE = "TableCell"
MARK = "_ikfs_cell_"
BARE = f"{MARK}bare"
FILLS = {"good": "DFF0E6", "warn": "FBECC4", "bad": "F3CFC6", "group": "EEF2F6", "head": "F5F7F9"}
SIDES = {
    "num": WD_ALIGN_PARAGRAPH.RIGHT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "left": WD_ALIGN_PARAGRAPH.LEFT,
}
WIDTH = 9071  # twentieths of a point between the margins (160 mm)
MARGIN = 100  # twentieths of a point to the left and right of a cell's text
ROOM = 490  # twentieths of a point; the least height of a row that is filled in by hand
WHOLE = 12  # rows; a table up to this length stays on one page
GREY = RGBColor(0x5F, 0x5F, 0x5F)


def dress(word: WordDocument) -> None:
    """Dresses every table; the first without marks is the fact block below the title."""
    facts_seen = False
    for table in word.tables:
        marked = any(name.startswith(MARK) for name in _names(table))
        if BARE in _names(table):
            _bare(table)
            continue
        if not marked and not facts_seen:
            facts_seen = True
            _facts(table, word)
            continue
        measured = any("_size" in name for name in _names(table))
        by_hand = any("_form" in name for name in _names(table))
        _rules(table, top=8, bottom=8, inside=3, fixed=measured, sides=3 if by_hand else 0)
        _rows(table, word)
        _described(table)


def _names(table: Table) -> list[str]:
    return [mark.get(qn("w:name")) or "" for mark in table._tbl.iter(qn("w:bookmarkStart"))]  # noqa: SLF001


def _facts(table: Table, word: WordDocument) -> None:
    _rules(table, top=0, bottom=8, inside=0, color="0B3C5D")
    for row in table.rows:
        for i, cell in enumerate(row.cells):
            for paragraph in cell.paragraphs:
                paragraph.style = word.styles["Table Cell"]
                for run in paragraph.runs if i == 0 else ():
                    run.font.color.rgb = GREY
    _grid(table, [1700, WIDTH - 1700])


def _bare(table: Table) -> None:
    """A table without rules (facts, places to sign), whose paragraphs have styles of their own."""
    _rules(table, top=0, bottom=0, inside=0)
    for row in table._tbl.tr_lst:  # noqa: SLF001
        row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell in row.tc_lst:
            _take_mark(cell)


def _rows(table: Table, word: WordDocument) -> None:
    rows = table._tbl.tr_lst  # noqa: SLF001
    for i, row in enumerate(rows):
        properties = row.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        marks: set[str] = set()
        for cell in row.tc_lst:
            own = _take_mark(cell)
            marks |= own
            _cell(cell, own, word)
        if "head" in marks and properties.find(qn("w:tblHeader")) is None:
            properties.append(OxmlElement("w:tblHeader"))
        if "form" in marks and "head" not in marks:
            properties.append(parse_xml(f'<w:trHeight {nsdecls("w")} w:val="{ROOM}" w:hRule="atLeast"/>'))
        together = len(rows) <= WHOLE + 2 or "head" in marks or "group" in marks
        for paragraph in row.iter(qn("w:p")) if together and i < len(rows) - 1 else ():
            Paragraph(paragraph, table).paragraph_format.keep_with_next = True


def _cell(cell: Any, marks: set[str], word: WordDocument) -> None:
    properties = cell.get_or_add_tcPr()
    fill = next((FILLS[name] for name in FILLS if name in marks), None)
    if fill:
        properties.append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{fill}"/>'))
    if marks & {"head", "form"}:
        side = "bottom" if "head" in marks else "center"
        properties.append(parse_xml(f'<w:vAlign {nsdecls("w")} w:val="{side}"/>'))
    size = next((int(name.removeprefix("size")) / 10 for name in marks if name.startswith("size")), 9.5)
    for element in cell.iter(qn("w:p")):
        paragraph = Paragraph(element, word._body)  # noqa: SLF001
        named = next((name for name in SIDES if name in marks), None)
        element.style = CELL_STYLE  # by its id: looking the style up by name takes a second a report
        if {"head", "span"} <= marks:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif named:
            paragraph.alignment = SIDES[named]
        for run in paragraph.runs:
            if size != 9.5:
                run.font.size = Pt(size)
            if marks & {"head", "group", "strong"}:
                run.font.bold = True


def _take_mark(cell: Any) -> set[str]:
    for mark in list(cell.iter(qn("w:bookmarkStart"))):
        name = mark.get(qn("w:name")) or ""
        if name.startswith(MARK):
            mark.getparent().remove(mark)
            return set(name.removeprefix(MARK).split("_"))
    return set()


def _described(table: Table) -> None:
    """The table's title for screen readers: its caption, number and all."""
    before = table._tbl.getprevious()  # noqa: SLF001
    title = table._tbl.tblPr.find(qn("w:tblCaption"))  # noqa: SLF001
    if title is not None and before is not None:
        title.set(qn("w:val"), "".join(text.text or "" for text in before.iter(qn("w:t"))))


def _grid(table: Table, widths: list[int]) -> None:
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=False):  # noqa: SLF001
        column.set(qn("w:w"), str(width))


def _rules(
    table: Table, *, top: int, bottom: int, inside: int, color: str = "333333", fixed: bool = True, sides: int = 0
) -> None:
    properties = table._tbl.tblPr  # noqa: SLF001
    for tag in ("w:tblBorders", "w:tblCellMar", "w:tblLayout", "w:tblInd"):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
    inner = "777777" if sides else "DDDDDD"
    edges = {
        "top": (top, color),
        "left": (sides, inner),
        "bottom": (bottom, color),
        "right": (sides, inner),
        "insideH": (inside, inner),
        "insideV": (sides, inner),
    }
    lines = "".join(
        f'<w:{side} w:val="{"single" if size else "nil"}" w:sz="{size}" w:space="0" w:color="{shade}"/>'
        for side, (size, shade) in edges.items()
        if sides or side in ("top", "bottom", "insideH")
    )
    margins = "".join(f'<w:{side} w:w="{MARGIN}" w:type="dxa"/>' for side in ("left", "right"))
    pieces = (
        f"<w:tblBorders {nsdecls('w')}>{lines}</w:tblBorders>",
        f'<w:tblLayout {nsdecls("w")} w:type="{"fixed" if fixed else "autofit"}"/>',
        f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>",
    )
    if not fixed:
        width = properties.find(qn("w:tblW"))
        width.set(qn("w:type"), "auto")
        width.set(qn("w:w"), "0")
    look = properties.find(qn("w:tblLook"))
    for piece in pieces:
        if look is None:
            properties.append(parse_xml(piece))
        else:
            look.addprevious(parse_xml(piece))
