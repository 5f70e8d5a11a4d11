"""An HTML table as a grid of cells, with the width and the alignment that each column needs on an A4 page.

Pandoc reads HTML tables itself, but takes the number of columns from `<col>` and the first row, so that cells of a
wider row vanish without a word; and no output format but HTML finds widths from content. Both are done here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from math import ceil
from typing import Any

from ikfs_methods.report import fonts

TEXT_WIDTH = 453.5  # points between the margins of an A4 page: 210 mm less twice 25 mm
PADDING = 12.0  # points to the left and right of a cell's text together; the page template has the same
SIZES = (9.5, 8.5, 7.5)  # points; the first at which no word has to be broken
COST = {9.5: 1.0, 8.5: 1.1, 7.5: 1.6}  # a height in that size counts so many times; the size alone saves a tenth
FILLED = 0.93  # share of a broken line that words fill on average
SHORT = 95.0  # points; text up to this width is not broken when there is room for all such text
NUMBER = re.compile(r"[-−–+±<>≤≥=≈]?\s*[\d.,  ]*\d\s*%?(\s*[*†]+)?|[-–—−]|")
BREAKS = re.compile(r"<br\s*/?>", re.IGNORECASE)
TAGS = re.compile(r"<[^>]*>")
WIDTH = re.compile(r"width:\s*([\d.]+)%")


@dataclass(slots=True)
class Cell:
    """One cell: its inner HTML, its span and what it was marked as."""

    html: str
    header: bool
    classes: list[str] = field(default_factory=list)
    scope: str = ""
    columns: int = 1
    rows: int = 1

    @property
    def lines(self) -> list[str]:
        """The cell's text, one entry a forced line."""
        return [unescape(TAGS.sub("", line)).strip() for line in BREAKS.split(self.html)]


@dataclass(slots=True)
class Row:
    """One row; `group` marks a heading row inside the body."""

    cells: list[Cell]
    classes: list[str]


@dataclass(slots=True)
class Grid:
    """Header rows and body rows, all with the same number of columns."""

    head: list[Row]
    body: list[Row]
    columns: int
    given: list[float | None]  # widths from <col>, in per cent

    def layout(self) -> dict[str, Any]:
        """The grid for the page: rows as plain data, `align` and `share` by column, `size` in points, `whole`.

        `share` are fractions of the text width; `narrow` says that the table needs less than that width.
        """
        align = [self._alignment(column) for column in range(self.columns)]
        size, widths, narrow = self._widths()
        return {
            "head": [_row(row) for row in self.head],
            "body": [_row(row) for row in self.body],
            "align": align,
            "share": [width / TEXT_WIDTH for width in widths],
            "narrow": narrow,
            "size": size,
            "rows": len(self.body),
        }

    def column_cells(self, rows: list[Row], column: int) -> list[Cell]:
        """Cells that stand in that column alone."""
        return [cell for row in placed(rows) for start, cell in row if start == column and cell.columns == 1]

    def _alignment(self, column: int) -> str:
        cells = [cell for cell in self.column_cells(self.body, column) if not cell.header]
        marked = [named for cell in cells if (named := _marked(cell))]
        if marked:
            return max(set(marked), key=lambda name: (marked.count(name), name))
        text = [line for cell in cells for line in cell.lines]
        return "right" if any(text) and all(NUMBER.fullmatch(line) for line in text) else "left"

    def _widths(self) -> tuple[float, list[float], bool]:
        """Type size and widths that give the lowest table; a smaller size must earn itself."""
        ways: list[tuple[float, list[float]]] = []
        for size in SIZES:
            needs = (self._needs(column, size) for column in range(self.columns))
            least, body, fair, wish, full = zip(*needs, strict=True)
            if any(self.given):
                return size, self._as_given(list(wish)), False
            if sum(full) <= TEXT_WIDTH and not ways:
                return size, list(full), True
            if ways and size == SIZES[-1]:
                break
            if sum(wish) <= TEXT_WIDTH:
                ways.append((size, [width * TEXT_WIDTH / sum(wish) for width in wish]))
            for need, more in ((fair, wish), (least, body)):
                if sum(need) <= TEXT_WIDTH:
                    ways.append((size, _shared(list(need), list(more))))
        if not ways:
            return size, [width * TEXT_WIDTH / sum(least) for width in least], False
        size, widths = min(ways, key=lambda way: self._height(*way) * COST[way[0]])
        return size, widths, False

    def _height(self, size: float, widths: list[float]) -> float:
        """Height of the table in points, broken lines counted from their lengths."""
        total = 0.0
        for rows in (self.head, self.body):
            for line in placed(rows):
                lines = [
                    sum(
                        max(ceil(fonts.text_width(text, size) / (FILLED * (widths[at] - PADDING))), 1)
                        for text in cell.lines
                    )
                    for at, cell in line
                    if cell.columns == 1
                ]
                total += 1.25 * size * max(lines, default=1) + 7.6
        return total

    def _needs(self, column: int, size: float) -> tuple[float, float, float, float, float]:
        """Widths of a column at which these stay unbroken.

        Every word; every line of the body; short text, numbers, and headers of two lines; these and every line of the
        body; every line of body and header.
        """
        body, head = self.column_cells(self.body, column), self.column_cells(self.head, column)

        def width(text: str, *, bold: bool) -> float:
            return fonts.text_width(text, size, bold=bold) + PADDING + 0.5

        lines = [(line, cell.header or "strong" in cell.classes) for cell in body for line in cell.lines]
        titles = [line for cell in head for line in cell.lines]
        words = [(word, bold) for line, bold in [*lines, *((line, True) for line in titles)] for word in _words(line)]
        least = max((width(word, bold=bold) for word, bold in words), default=PADDING)
        inside = [width(line, bold=bold) for line, bold in lines]
        halves = [width(half, bold=True) for line in titles for half in _halves(line)]
        fair = max([least, *halves, *(one for one in inside if one <= SHORT)])
        wish = max([fair, *inside])
        return least, max([least, *inside]), fair, wish, max([wish, *(width(line, bold=True) for line in titles)])

    def _as_given(self, wish: list[float]) -> list[float]:
        known = [None if width is None else width * TEXT_WIDTH / 100 for width in self.given]
        left = max(TEXT_WIDTH - sum(width for width in known if width), 0.0)
        open_wish = sum(width for width, own in zip(wish, known, strict=True) if own is None)
        widths = [
            width * left / open_wish if own is None else own for width, own in zip(wish, known, strict=True)
        ]  # fmt: skip
        return [width * TEXT_WIDTH / sum(widths) for width in widths]


def read_grid(html: str) -> list[Grid]:
    """The tables in a piece of HTML, short rows filled with empty cells; an empty list when there is no table."""
    parser = _Parser()
    parser.feed(BREAKS.sub("<br />", html))
    parser.close()
    return [_grid(head, body, columns) for head, body, columns in parser.tables]


def placed(rows: list[Row]) -> list[list[tuple[int, Cell]]]:
    """Each row's cells with the column at which they start, row spans counted."""
    result, busy = [], {}  # type: list[list[tuple[int, Cell]]], dict[int, int]
    for row in rows:
        column, line, begun = 0, [], {}
        for cell in row.cells:
            while busy.get(column, 0):
                column += 1
            line.append((column, cell))
            begun.update({column + i: cell.rows for i in range(cell.columns)})
            column += cell.columns
        busy = {place: left - 1 for place, left in {**busy, **begun}.items() if left > 1}
        result.append(line)
    return result


def _marked(cell: Cell) -> str:
    names = {"num": "right", "center": "center", "left": "left"}
    return next((side for name, side in names.items() if name in cell.classes), "")


def _row(row: Row) -> dict[str, Any]:
    cells = []
    for cell in row.cells:
        own = _marked(cell) or ("center" if cell.header and cell.columns > 1 and "group" not in row.classes else "")
        cells.append(
            {
                "html": cell.html.strip(),
                "header": cell.header,
                "classes": cell.classes,
                "scope": cell.scope,
                "columns": cell.columns,
                "rows": cell.rows,
                "align": own,
            }
        )
    return {"cells": cells, "classes": row.classes}


def _words(line: str) -> list[str]:
    """What a line must not be broken within: a number with its sign and spaces counts as one word."""
    return [line] if NUMBER.fullmatch(line) else re.split(r"(?<=-)| ", line)


def _halves(line: str) -> tuple[str, str]:
    """A header line broken where its two halves are nearest in length."""
    breaks = [match.end() for match in re.finditer(r"-| ", line)]
    cut = min(breaks, key=lambda place: abs(2 * place - len(line)), default=len(line))
    return line[:cut].strip(), line[cut:]


def _shared(least: list[float], wish: list[float]) -> list[float]:
    """Room beyond the least widths goes to the columns by the root of what they lack: long text gets most, not all."""
    lacking = [max(want - need, 0.0) ** 0.5 for want, need in zip(wish, least, strict=True)]
    spare = TEXT_WIDTH - sum(least)
    widths = [need + spare * part / (sum(lacking) or 1.0) for need, part in zip(least, lacking, strict=True)]
    over = sum(max(width - want, 0.0) for width, want in zip(widths, wish, strict=True))
    capped = [min(width, want) for width, want in zip(widths, wish, strict=True)]
    short = [want - width for want, width in zip(wish, capped, strict=True)]
    return [width + over * gap / (sum(short) or 1.0) for width, gap in zip(capped, short, strict=True)]


def _grid(head: list[Row], body: list[Row], columns: list[float | None]) -> Grid:
    ends = [start + cell.columns for part in (head, body) for row in placed(part) for start, cell in row]
    count = max(ends, default=1)
    for part in (head, body):
        for row, line in zip(part, placed(part), strict=True):
            covered = max((start + cell.columns for start, cell in line), default=0)
            reach = _reach(part, row, covered)
            row.cells.extend(Cell("", header=part is head) for _ in range(count - reach))
    return Grid(head, body, count, (columns + [None] * count)[:count])


def _reach(rows: list[Row], row: Row, covered: int) -> int:
    """Column up to which a row is filled, cells that reach down from above included."""
    spans, reach = placed(rows), covered
    at = next(i for i, other in enumerate(rows) if other is row)
    for above in range(at):
        for start, cell in spans[above]:
            if above + cell.rows > at:
                reach = max(reach, start + cell.columns)
    return reach


class _Parser(HTMLParser):
    """Collects the rows of every table; a table inside a cell stays part of that cell's text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.tables: list[tuple[list[Row], list[Row], list[float | None]]] = []
        self.part = "body"
        self.cell: Cell | None = None
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.tables.append(([], [], []))
                self.part = "body"
        elif self.depth != 1:
            return
        elif tag in ("thead", "tbody", "tfoot"):
            self.part = "head" if tag == "thead" else "body"
        elif tag == "col":
            width = WIDTH.search(given.get("style", ""))
            self.tables[-1][2].append(float(width[1]) if width else None)
        elif tag == "tr":
            self._rows().append(Row([], given.get("class", "").split()))
        elif tag in ("th", "td") and self._rows():
            self.cell = Cell(
                "", tag == "th", given.get("class", "").split(), given.get("scope", ""),
                _span(given.get("colspan")), _span(given.get("rowspan")),
            )  # fmt: skip
            self._rows()[-1].cells.append(self.cell)
        elif self.cell is not None:
            self.cell.html += self.get_starttag_text() or ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "col":
            self.handle_starttag(tag, attrs)
        elif self.cell is not None:
            self.cell.html += self.get_starttag_text() or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self.depth -= 1
            self.cell = None
        elif tag in ("th", "td", "tr"):
            self.cell = None
        elif self.cell is not None:
            self.cell.html += f"</{tag}>"

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.html += data

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def _rows(self) -> list[Row]:
        head, body, _ = self.tables[-1]
        return head if self.part == "head" else body


def _span(value: str | None) -> int:
    return max(int(value), 1) if value and value.isdigit() else 1
