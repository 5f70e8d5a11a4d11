"""Styles, page, header and footer of the Word file; sizes and colours are those of templates/report.typ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from ikfs_methods.report import word_fonts
from ikfs_methods.report.document import Document
from ikfs_methods.report.fonts import FAMILY

NAVY, BLUE, GREY, ALARM, INK = "0B3C5D", "0B5394", "5F5F5F", "9C3D00", "000000"
TEXT_MM = 160


@dataclass(frozen=True)
class Look:
    """Type and spacing of one paragraph style, in points."""

    size: float
    before: float = 0
    after: float = 6
    line: float = 1.15
    color: str = INK
    bold: bool = False
    italic: bool = False
    keep: bool = False
    justify: bool = False
    indent: float = 0
    caps: bool = False
    side: Literal["left", "center", "right"] = "left"


LOOKS = {
    "Normal": Look(10.5),
    "Body Text": Look(10.5, after=7, justify=True),
    "First Paragraph": Look(10.5, after=7, justify=True),
    "Compact": Look(10.5, after=2),
    "Title": Look(22, after=8, line=1.0, color=NAVY, bold=True),
    "Kicker": Look(9, after=4, color=BLUE, bold=True, caps=True),
    "Notice": Look(9.5, before=2, after=8, color=ALARM, bold=True),
    "Heading 1": Look(15.5, before=22, after=7, line=1.05, color=NAVY, bold=True, keep=True),
    "Heading 2": Look(12.5, before=15, after=5, line=1.05, color=NAVY, bold=True, keep=True),
    "Heading 3": Look(10.8, before=12, after=4, line=1.05, color=NAVY, bold=True, keep=True),
    "Heading 4": Look(10.5, before=10, after=3, line=1.05, color=NAVY, bold=True, keep=True),
    "TOC Heading": Look(14, before=14, after=5, color=NAVY, bold=True, keep=True),
    "TOC 1": Look(10, before=4, after=1, bold=True),
    "TOC 2": Look(10, after=1, indent=14),
    "Table Caption": Look(9.5, before=10, after=4, line=1.05, keep=True),
    "Image Caption": Look(9.5, before=3, after=12, line=1.05),
    "Captioned Figure": Look(10.5, before=8, after=2, line=1.0, keep=True),
    "Table Note": Look(8.5, before=3, after=10, line=1.05, color=GREY),
    "Table Cell": Look(9.5, before=2, after=2, line=1.0),
    "Source Code": Look(8, before=4, after=8, line=1.0),
    "Footnote Text": Look(8.8, after=2, line=1.05),
    "Bibliography": Look(10.5, after=5),
    "Header": Look(8.5, after=0, line=1.0, color=GREY),
    "Footer": Look(8.5, after=0, line=1.0, color=GREY),
}

# What the official record of a meeting has of its own (templates/minutes.typ).
MINUTES_LOOKS = LOOKS | {
    "Title": Look(15, after=5, line=1.0, color=NAVY, bold=True, caps=True, side="center"),
    "Title Line": Look(12, after=6, line=1.05, bold=True, side="center"),
    "Title Number": Look(10.5, after=10, line=1.05, side="center"),
    "Fact": Look(10.5, after=2, line=1.05),
    "First Paragraph": Look(10.5, before=5, after=7, justify=True),
    "Body Text": Look(10.5, before=5, after=7, justify=True),
    "Heading 1": Look(12, before=14, after=5, line=1.05, color=NAVY, bold=True, keep=True),
    "Closing": Look(10.5, before=14, after=7, justify=True, keep=True),
    "Signature Day": Look(10.5, after=4, keep=True, side="right"),
    "Signature Office": Look(10.5, after=0, line=1.05, keep=True, side="center"),
    "Signature Line": Look(10.5, before=50, after=18, line=1.0, side="center"),
}
SIDES = {"left": WD_ALIGN_PARAGRAPH.LEFT, "center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}


def apply(word: WordDocument, document: Document) -> None:
    """Gives the file its styles, its A4 page, its header and footer, and its language."""
    for name, look in (LOOKS if document.form == "report" else MINUTES_LOOKS).items():
        _style(word, name, look)
    for name, color, bold in (("Hyperlink", BLUE, False), ("Caption Label", NAVY, True)):
        known = {style.name: style for style in word.styles}
        style = known.get(name) or word.styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
        _font(style, 0, color)
        style.font.bold = bold or None
    _language(word, document.locale)
    word_fonts.embed(word)
    for section in word.sections:
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(25)
        section.top_margin, section.bottom_margin = Mm(26), Mm(24)
        section.header_distance, section.footer_distance = Mm(12), Mm(12)
        for part, name, fill in ((section.header, "Header", _header), (section.footer, "Footer", _footer)):
            part.paragraphs[0].style = word.styles[name]
            fill(part, document)


def field(paragraph: Any, instruction: str, shown: str) -> None:
    """A field (PAGE, NUMPAGES) with the text to show until it is updated."""
    simple = OxmlElement("w:fldSimple")
    simple.set(qn("w:instr"), instruction)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = shown
    run.append(text)
    simple.append(run)
    paragraph._p.append(simple)  # noqa: SLF001  (python-docx offers no fields)


def _style(word: WordDocument, name: str, look: Look) -> None:
    known = {style.name: style for style in word.styles}
    style = known.get(name)
    if style is None:
        style = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = word.styles["Normal"]
    if not isinstance(style, ParagraphStyle):
        return
    _font(style, look.size, look.color)
    style.font.bold, style.font.italic, style.font.all_caps = look.bold, look.italic, look.caps or None
    shape = style.paragraph_format
    shape.space_before, shape.space_after, shape.line_spacing = Pt(look.before), Pt(look.after), look.line
    shape.keep_with_next = look.keep
    shape.left_indent = Pt(look.indent)
    shape.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY if look.justify else SIDES[look.side]
    shape.widow_control = True


def _font(style: Any, size: float, color: str) -> None:
    if size:
        style.font.size = Pt(size)
    style.font.color.rgb = RGBColor.from_string(color)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    family = "Consolas" if style.name == "Source Code" else FAMILY
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), family)


def _language(word: WordDocument, locale: str) -> None:
    defaults = word.styles.element.find(qn("w:docDefaults"))
    for tag in defaults.iter(qn("w:lang")) if defaults is not None else ():
        tag.set(qn("w:val"), locale)


def _header(header: Any, document: Document) -> None:
    first = header.paragraphs[0]
    if document.notice:
        first.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = first.add_run(document.notice)
        run.font.bold, run.font.size, run.font.color.rgb = True, Pt(8), RGBColor.from_string(ALARM)
        first.paragraph_format.space_after = Pt(2)
        first = header.add_paragraph(style=first.style)
    _two_sides(first)
    first.add_run(f"{document.short_title}\t{document.round_id}")
    _rule(first, "bottom")


def _footer(footer: Any, document: Document) -> None:
    line = footer.paragraphs[0]
    _two_sides(line)
    line.add_run(f"{document.footer}\t")
    field(line, " PAGE ", "1")
    line.add_run(" / ")
    field(line, " NUMPAGES ", "1")


def _two_sides(paragraph: Any) -> None:
    stops = paragraph.paragraph_format.tab_stops
    for stop in list(paragraph.style.paragraph_format.tab_stops):
        stops.add_tab_stop(stop.position, WD_TAB_ALIGNMENT.CLEAR)
    stops.add_tab_stop(Mm(TEXT_MM), WD_TAB_ALIGNMENT.RIGHT)


def _rule(paragraph: Any, side: str) -> None:
    borders = OxmlElement("w:pBdr")
    edge = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", "4"), ("space", "3"), ("color", "B4B4B4")):
        edge.set(qn(f"w:{name}"), value)
    borders.append(edge)
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")
