"""Heading numbers that Word keeps, and a contents field that is already filled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docx.document import Document as WordDocument
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph

from ikfs_methods.report.document import Document

CHAPTERS, APPENDICES = 801, 802  # numbering ids clear of pandoc's, which count from 1000
UNNUMBERED, APPENDIX = "_ikfs_unnumbered", "_ikfs_appendix"
CONTENTS = "ikfs-contents"


def number_headings(word: WordDocument, document: Document) -> None:
    """Numbers the heading styles 1, 1.1, 1.1.1 and the appendices A, A.1; the marks of the filter are taken away."""
    _definitions(word, document.words["appendix"])
    for level in (1, 2, 3):
        _numbered(word.styles[f"Heading {level}"].element.get_or_add_pPr(), CHAPTERS, level - 1)
    _numbered(word.styles["TOC Heading"].element.get_or_add_pPr(), 0, 0)  # it descends from Heading 1
    for paragraph in headings(word):
        marks = _marks(paragraph)
        if UNNUMBERED in marks:
            _numbered(paragraph._p.get_or_add_pPr(), 0, 0)  # noqa: SLF001
        elif APPENDIX in marks:
            _numbered(paragraph._p.get_or_add_pPr(), APPENDICES, _level(paragraph) - 1)  # noqa: SLF001


def fill_contents(word: WordDocument) -> None:
    """Puts a contents field of two levels at its place, filled with links; Word adds page numbers on update (F9)."""
    place = next((p for p in word.paragraphs if p.text == CONTENTS), None)
    if place is None:
        return
    entries = [
        (paragraph, name) for paragraph in headings(word) if _level(paragraph) <= 2 and (name := _bookmark(paragraph))
    ]
    numbers = list(_numbers(entries, word))
    last = place
    for i, ((paragraph, name), number) in enumerate(zip(entries, numbers, strict=True)):
        line = place if i == 0 else _after(last)
        line.style = word.styles[f"TOC {_level(paragraph)}"]
        if i == 0:
            line.text = ""
            _field_start(line)
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), name)
        run = OxmlElement("w:r")
        text = OxmlElement("w:t")
        text.set(qn("xml:space"), "preserve")
        text.text = f"{number}  {paragraph.text}" if number else paragraph.text
        run.append(text)
        link.append(run)
        line._p.append(link)  # noqa: SLF001
        last = line
    _field_char(last, "end")


def headings(word: WordDocument) -> Iterator[Paragraph]:
    """The heading paragraphs of levels 1 to 4, in order."""
    return (p for p in word.paragraphs if p.style is not None and str(p.style.name).startswith("Heading "))


def _level(paragraph: Paragraph) -> int:
    return int(str(paragraph.style.name if paragraph.style else "Heading 1").split()[-1])


def _definitions(word: WordDocument, appendix: str) -> None:
    numbering = word.part.numbering_part.element
    first_number = numbering.find(qn("w:num"))
    for identity, first, top in ((CHAPTERS, "decimal", "%1"), (APPENDICES, "upperLetter", f"{appendix} %1")):
        texts = (top, "%1.%2", "%1.%2.%3")
        levels = "".join(
            f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{first if i == 0 else "decimal"}"/>'
            + (f'<w:pStyle w:val="Heading{i + 1}"/>' if identity == CHAPTERS else "")
            + f'<w:suff w:val="space"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
            '<w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
            for i, text in enumerate(texts)
        )
        abstract = parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{identity}"><w:multiLevelType w:val="multilevel"/>{levels}'
            "</w:abstractNum>"
        )
        if first_number is None:
            numbering.append(abstract)
        else:
            first_number.addprevious(abstract)
    for identity in (CHAPTERS, APPENDICES):
        numbering.append(
            parse_xml(f'<w:num {nsdecls("w")} w:numId="{identity}"><w:abstractNumId w:val="{identity}"/></w:num>')
        )


def _numbered(properties: Any, identity: int, level: int) -> None:
    number = properties.get_or_add_numPr()
    number.get_or_add_ilvl().val = level
    number.get_or_add_numId().val = identity


def _marks(paragraph: Paragraph) -> set[str]:
    found = set()
    for mark in list(paragraph._p.iter(qn("w:bookmarkStart"))):  # noqa: SLF001
        name = mark.get(qn("w:name")) or ""
        if name in (UNNUMBERED, APPENDIX):
            found.add(name)
            mark.getparent().remove(mark)
    return found


def _bookmark(paragraph: Paragraph) -> str:
    """Name of the bookmark that pandoc set before or inside a heading."""
    inside = next(paragraph._p.iter(qn("w:bookmarkStart")), None)  # noqa: SLF001
    before = paragraph._p.getprevious()  # noqa: SLF001
    mark = before if inside is None and before is not None and before.tag == qn("w:bookmarkStart") else inside
    return str(mark.get(qn("w:name"))) if mark is not None else ""


def _numbers(entries: list[tuple[Paragraph, str]], word: WordDocument) -> Iterator[str]:
    """The numbers that Word will show, to stand in the contents before its first update."""
    words = {lvl.get(qn("w:val")) for lvl in word.part.numbering_part.element.iter(qn("w:lvlText"))}
    appendix = next((text.removesuffix(" %1") for text in words if text and text.endswith(" %1")), "")
    count, kind = [0, 0], CHAPTERS
    for paragraph, _ in entries:
        properties = paragraph._p.pPr  # noqa: SLF001
        own = properties.find(f"{qn('w:numPr')}/{qn('w:numId')}") if properties is not None else None
        identity = int(own.get(qn("w:val"), CHAPTERS)) if own is not None else CHAPTERS
        if identity == 0:
            yield ""
            continue
        if identity != kind:
            count, kind = [0, 0], identity
        level = _level(paragraph)
        count = [count[0] + 1, 0] if level == 1 else [count[0], count[1] + 1]
        first = str(count[0]) if kind == CHAPTERS else chr(64 + count[0])
        yield f"{first}.{count[1]}" if level == 2 else first if kind == CHAPTERS else f"{appendix} {first}"


def _after(paragraph: Paragraph) -> Paragraph:
    new = OxmlElement("w:p")
    paragraph._p.addnext(new)  # noqa: SLF001
    return Paragraph(new, paragraph._parent)  # noqa: SLF001


def _field_start(line: Paragraph) -> None:
    _field_char(line, "begin")
    run = OxmlElement("w:r")
    text = OxmlElement("w:instrText")
    text.set(qn("xml:space"), "preserve")
    text.text = ' TOC \\o "1-2" \\h \\z \\u '
    run.append(text)
    line._p.append(run)  # noqa: SLF001
    _field_char(line, "separate")


def _field_char(line: Paragraph, kind: str) -> None:
    run = OxmlElement("w:r")
    char = OxmlElement("w:fldChar")
    char.set(qn("w:fldCharType"), kind)
    run.append(char)
    line._p.append(run)  # noqa: SLF001
