"""What a published table with hidden cells still tells about them: the least and the greatest value of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

Floats = np.ndarray[Any, np.dtype[np.float64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]

# The programs' tables are whole numbers up to the solver's feasibility tolerance of 1e-7, so half a count is ample.
NEAR = 0.5


@dataclass(frozen=True, eq=False)
class Grid:
    """A table of counts with its margins as one flat row of cells, row by row, the margins last in each direction.

    `lines`: cells that add up to the last one named, where that total is published at all. `rank`: 0 for a cell of the
    table, 1 for a total of a row or column, 2 for the total of all.
    """

    counts: Floats
    published: Bools
    hidden: Bools
    lines: tuple[tuple[int, ...], ...]
    rank: np.ndarray[Any, Any]
    columns: int

    def shaped(self, cells: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Something told of each cell as rows and columns, margins last."""
        return cells.reshape(-1, self.columns + 1)

    @cached_property
    def lines_of(self) -> list[list[int]]:
        """The lines through each cell."""
        found: list[list[int]] = [[] for _ in self.counts]
        for number, line in enumerate(self.lines):
            for cell in line:
                found[cell].append(number)
        return found

    def hiding(self, hidden: Bools) -> Grid:
        """The same table with other cells hidden."""
        return replace(self, hidden=hidden.copy())


def grid_of(values: Floats, margins: str) -> Grid:
    """The table with its totals; `margins`: both, rows, columns or none are published."""
    rows, columns = values.shape
    full = np.zeros((rows + 1, columns + 1))
    full[:rows, :columns] = values
    full[:rows, columns] = values.sum(axis=1)
    full[rows] = full[:rows].sum(axis=0)
    published = np.zeros(full.shape, dtype=bool)
    published[:rows, :columns] = True
    published[:rows, columns] = margins in ("both", "rows")
    published[rows, :columns] = margins in ("both", "columns")
    published[rows, columns] = margins == "both"
    place = [[row * (columns + 1) + column for column in range(columns + 1)] for row in range(rows + 1)]
    lines = [tuple(line) for line in (*place, *zip(*place, strict=True)) if published.flat[line[-1]]]
    rank = np.zeros(full.shape, dtype=int)
    rank[rows] += 1
    rank[:, columns] += 1
    return Grid(full.ravel(), published.ravel(), np.zeros(full.size, dtype=bool), tuple(lines), rank.ravel(), columns)


def ranges(grid: Grid, cells: Sequence[int]) -> tuple[Floats, Floats]:
    """Least and greatest value of those hidden cells, given all that is published; inf where nothing bounds one."""
    low, high = grid.counts.copy(), grid.counts.copy()
    for part in _parts(grid):
        for cell in part.among(cells):
            part.stretch(cell, low, high, -1)
            part.stretch(cell, low, high, 1)
    high[high > grid.counts.sum()] = np.inf
    return low[list(cells)], high[list(cells)]


def unprotected(
    grid: Grid, cells: Sequence[int], minimum: int, known: tuple[Floats, Floats]
) -> tuple[list[int], tuple[Floats, Floats]]:
    """Those of the hidden cells that can be pinned down to within less than `minimum`, of one part of the table.

    `known`: least and greatest values found so far, which stay possible when more cells are hidden; comes back wider.
    """
    low, high = known[0].copy(), known[1].copy()
    for part in _parts(grid):
        mine = part.among(cells)
        for cell in mine:
            if high[cell] - low[cell] < minimum - NEAR:
                _exchange(grid, cell, low, high)
        narrow = [cell for cell in mine if high[cell] - low[cell] < minimum - NEAR]
        # Every table that a program finds shows what is possible for all cells at once, so most need none of their own.
        part.widen(narrow, low, high)
        weak = []
        for cell in narrow:
            for sign in (1, -1):
                if high[cell] - low[cell] < minimum - NEAR:
                    part.stretch(cell, low, high, sign)
            if high[cell] - low[cell] < minimum - NEAR:
                weak.append(cell)
        if weak:
            return weak, (low, high)
    return [], (low, high)


def _exchange(grid: Grid, cell: int, low: Floats, high: Floats) -> None:
    """Widens a cell's range by moving counts round one rectangle of hidden cells: far cheaper than a linear program."""
    values, hidden = (grid.shaped(part)[:-1, :-1] for part in (grid.counts, grid.hidden))
    row, column = divmod(cell, grid.columns + 1)
    if grid.rank[cell]:
        return
    rows = np.flatnonzero(hidden[:, column] & (np.arange(len(hidden)) != row))
    columns = np.flatnonzero(hidden[row] & (np.arange(grid.columns) != column))
    corners = np.ix_(rows, columns)
    whole = hidden[corners]
    if whole.any():
        up = np.minimum(values[row, columns][None, :], values[rows, column][:, None])[whole].max()
        down = min(values[row, column], values[corners][whole].max())
        low[cell] = min(low[cell], values[row, column] - down)
        high[cell] = max(high[cell], values[row, column] + up)


@dataclass(frozen=True, eq=False)
class _Part:
    """Hidden cells that hang together through their lines, and what the published cells say of their sums."""

    cells: np.ndarray[Any, Any]
    sums: csr_array[Any]
    known: Floats
    limit: float

    def among(self, cells: Sequence[int]) -> list[int]:
        return [int(cell) for cell in self.cells[np.isin(self.cells, np.asarray(cells, dtype=int))]]

    def widen(self, cells: list[int], low: Floats, high: Floats) -> None:
        """Lets the tables with the greatest and the least sum of those cells count for the range of each."""
        if len(cells) > 1:
            for sign in (1, -1):
                self._solve(np.where(np.isin(self.cells, cells), float(sign), 0.0), low, high)

    def stretch(self, cell: int, low: Floats, high: Floats, sign: int) -> None:
        """Finds the cell's greatest (sign 1) or least (-1) value."""
        self._solve(np.where(self.cells == cell, float(sign), 0.0), low, high)

    def _solve(self, wish: Floats, low: Floats, high: Floats) -> None:
        if not self.sums.shape[0]:
            low[self.cells], high[self.cells] = 0.0, self.limit
            return
        from scipy.optimize import linprog  # noqa: PLC0415 - half a second to import; few tables need a program

        found = linprog(-wish, A_eq=self.sums, b_eq=self.known, bounds=(0.0, self.limit), method="highs")  # type: ignore[call-overload]
        # The true table fits what is published, so there always is a solution.
        table = np.round(found.x)
        low[self.cells] = np.minimum(low[self.cells], table)
        high[self.cells] = np.maximum(high[self.cells], table)


def _parts(grid: Grid) -> list[_Part]:
    """The hidden cells, split where no line joins them."""
    gone = np.flatnonzero(grid.hidden)
    if not len(gone):
        return []
    at = {int(cell): place for place, cell in enumerate(gone)}
    entries = [
        (number, at[cell], -1.0 if cell == line[-1] else 1.0)
        for number, line in enumerate(grid.lines)
        for cell in line
        if grid.hidden[cell]
    ]
    line_of, cell_of, sign = np.array(entries).reshape(-1, 3).T
    at_lines = line_of.astype(int), cell_of.astype(int)
    sums = csr_array(coo_array((sign, at_lines), shape=(len(grid.lines), len(gone))))
    known = sums @ grid.counts[gone]
    count, label = connected_components(abs(sums.T) @ abs(sums), directed=False)
    parts = []
    for number in range(count):
        mine = np.flatnonzero(label == number)
        touched = np.unique(sums[:, mine].nonzero()[0])
        # Above any possible value, so that a cell which nothing bounds is seen to be one.
        limit = 2 * float(grid.counts.sum()) + 1
        parts.append(_Part(gone[mine], csr_array(sums[touched][:, mine]), known[touched], limit))
    return parts
