"""An HTML table as a grid of cells.

Pandoc reads HTML tables itself, but takes the number of columns from `<col>` and the first row, so that cells of a
wider row vanish without a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

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

    def column_cells(self, rows: list[Row], column: int) -> list[Cell]:
        """Cells that stand in that column alone."""
        return [cell for row in placed(rows) for start, cell in row if start == column and cell.columns == 1]


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
