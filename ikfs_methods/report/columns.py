"""How wide each column of a table is on an A4 page, at which type size, and to which side its text goes.

No output format but HTML finds widths from content, so they are found here for all, from the letters' own widths.
"""

from __future__ import annotations

import re
from math import ceil
from typing import Any

from ikfs_methods.report import fonts
from ikfs_methods.report.grid import Cell, Grid, Row, placed

TEXT_WIDTH = 453.5  # points between the margins of an A4 page: 210 mm less twice 25 mm
PADDING = 12.0  # points to the left and right of a cell's text together; the page template has the same
SIZES = (9.5, 8.5, 7.5)  # points; the last only when nothing else fits
COST = {9.5: 1.0, 8.5: 1.1, 7.5: 1.6}  # a height in that size counts so many times; the size alone saves a tenth
FILLED = 0.93  # share of a broken line that words fill on average
SHORT = 95.0  # points; text up to this width is not broken when there is room for all such text
NUMBER = re.compile(r"[-−–+±<>≤≥=≈]?\s*[\d.,  ]*\d\s*%?(\s*[*†]+)?|[-–—−]|")


def lay_out(grid: Grid) -> dict[str, Any]:
    """The grid for the page: rows as plain data, `align` and `share` by column, `size` in points.

    `share` are fractions of the text width; `narrow` says that the table needs less than that width.
    """
    align = [_alignment(grid, column) for column in range(grid.columns)]
    size, widths, narrow = _widths(grid)
    return {
        "head": [_row(row) for row in grid.head],
        "body": [_row(row) for row in grid.body],
        "align": align,
        "share": [width / TEXT_WIDTH for width in widths],
        "narrow": narrow,
        "size": size,
        "rows": len(grid.body),
    }


def _alignment(grid: Grid, column: int) -> str:
    cells = [cell for cell in grid.column_cells(grid.body, column) if not cell.header]
    marked = [named for cell in cells if (named := _marked(cell))]
    if marked:
        return max(set(marked), key=lambda name: (marked.count(name), name))
    text = [line for cell in cells for line in cell.lines]
    return "right" if any(text) and all(NUMBER.fullmatch(line) for line in text) else "left"


def _widths(grid: Grid) -> tuple[float, list[float], bool]:
    """Type size and widths that give the lowest table; a smaller size must earn itgrid."""
    ways: list[tuple[float, list[float]]] = []
    for size in SIZES:
        needs = (_needs(grid, column, size) for column in range(grid.columns))
        least, body, fair, wish, full = zip(*needs, strict=True)
        if any(grid.given):
            return size, _as_given(grid, list(wish)), False
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
    size, widths = min(ways, key=lambda way: _height(grid, *way) * COST[way[0]])
    return size, widths, False


def _height(grid: Grid, size: float, widths: list[float]) -> float:
    """Height of the table in points, broken lines counted from their lengths."""
    total = 0.0
    for rows in (grid.head, grid.body):
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


def _needs(grid: Grid, column: int, size: float) -> tuple[float, float, float, float, float]:
    """Widths of a column at which these stay unbroken.

    Every word; every line of the body; short text, numbers, and headers of two lines; these and every line of the
    body; every line of body and header.
    """
    body, head = grid.column_cells(grid.body, column), grid.column_cells(grid.head, column)

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


def _as_given(grid: Grid, wish: list[float]) -> list[float]:
    known = [None if width is None else width * TEXT_WIDTH / 100 for width in grid.given]
    left = max(TEXT_WIDTH - sum(width for width in known if width), 0.0)
    open_wish = sum(width for width, own in zip(wish, known, strict=True) if own is None)
    widths = [
        width * left / open_wish if own is None else own for width, own in zip(wish, known, strict=True)
    ]  # fmt: skip
    return [width * TEXT_WIDTH / sum(widths) for width in widths]


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
