"""Small cells hidden before anything is published, and others with them, so that subtraction gives none back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.checks import listed, numeric_frame, plain
from ikfs_methods.errors import ColumnError, ParameterError, ScaleError
from ikfs_methods.privacy.ranges import Grid, grid_of, ranges, unprotected
from ikfs_methods.result import Shown

Bools = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True, eq=False)
class Suppressed(Shown):
    """What may be published: `frame` with NaN where a cell is hidden.

    `primary` (True where the cell itself is small) and `secondary` (hidden only so that another cannot be had by
    subtraction) have the shape of `frame`; readers are not told which is which. `minimum` is the threshold.
    """

    frame: pd.DataFrame
    primary: pd.DataFrame
    secondary: pd.DataFrame
    minimum: int

    def to_frame(self) -> pd.DataFrame:
        """The publishable cells."""
        return self.frame

    @property
    def hidden(self) -> pd.DataFrame:
        """True where a cell is hidden, for whatever reason."""
        return self.primary | self.secondary


@dataclass(frozen=True, slots=True, eq=False)
class SuppressedCounts(Suppressed):
    """Publishable counts with the totals to publish beside them; a total that is hidden too is NaN.

    `row_totals` and `column_totals` are empty, and `total` is NaN, where they were declared not to be published.
    """

    row_totals: pd.Series
    column_totals: pd.Series
    total: float
    grid: Grid

    def ranges(self) -> pd.DataFrame:
        """What a reader can know of each hidden cell: row, column, low, high, a row per hidden cell of `frame`.

        The least and the greatest count that fit everything published (whole numbers of at least 0; a cell that
        nothing bounds is inf). Answers the question: does the table still give a hidden count away?
        """
        columns = self.frame.shape[1]
        hidden = np.argwhere(self.hidden.to_numpy())
        place = [int(r * (columns + 1) + c) for r, c in hidden]
        low, high = ranges(self.grid, place)
        return pd.DataFrame(
            {
                "row": [self.frame.index[r] for r, _ in hidden],
                "column": [self.frame.columns[c] for _, c in hidden],
                "low": low,
                "high": high,
            }
        )


@dataclass(frozen=True, slots=True, eq=False)
class SuppressedMeans(Suppressed):
    """Publishable means (units, variables), and `n` behind each, NaN where the n is hidden as well."""

    n: pd.DataFrame


def suppress_counts(
    counts: pd.DataFrame | pd.Series, *, minimum: int = 5, margins: bool | str = True
) -> SuppressedCounts:
    """The counts (rows x columns, or a series) that can be published when none from 1 to minimum - 1 may be known.

    `margins` says which totals stand beside the table: of rows and columns (True), only of `rows` or only of `columns`,
    or none (False); a series is one column with its total. A total is a cell like any other: a small one is hidden.
    Zeros stay, unless nothing else can protect a cell. First every line with a hidden cell gets a second one, until the
    hidden cells of a line with a published total come to at least `minimum` (the smallest cells first, and those whose
    other line has hidden cells already). Then linear programs find the least and the greatest value of each small cell
    that fit all that is published; further cells go until greatest minus least is at least `minimum` for every one. A
    reader who also knows some of the hidden counts (his own, for instance), or this rule, can know more.

    Source: Hundepool et al. (2024), Handbook on Statistical Disclosure Control, chapters 4 and 5; the frequency rule of
    sdcTable. Raises ParameterError for the options, ScaleError for what is no count, and what `numeric_frame` raises.
    Answers the question: which counts of a table may go into a report?
    """
    table, margins = _table(counts, margins)
    least = _whole(minimum, "minimum")
    values = _counts(table, "counts")
    grid = grid_of(values, margins)
    small = grid.published & (grid.counts > 0) & (grid.counts < least)
    hidden = small.copy()
    _fill_lines(grid, hidden, least)
    known = grid.counts, grid.counts
    while True:
        weak, known = unprotected(grid.hiding(hidden), np.flatnonzero(small).tolist(), least, known)
        cell = _next_cell(grid, hidden, weak)
        if cell is None:
            break
        hidden[cell] = True
        _fill_lines(grid, hidden, least)
    return _result(table, grid.hiding(hidden), small, least)


def _table(counts: pd.DataFrame | pd.Series, margins: bool | str) -> tuple[pd.DataFrame, str]:  # noqa: FBT001 - handed on
    """The counts as a frame, and the margins by name."""
    names = {True: "both", False: "none", "rows": "rows", "columns": "columns"}
    if not isinstance(margins, bool | str) or margins not in names:
        raise ParameterError(f"margins must be True, False, 'rows' or 'columns'; found {margins!r}.")
    if not isinstance(counts, pd.Series):
        return counts, names[margins]
    name = "count" if counts.name is None else counts.name
    return counts.to_frame(name), "columns" if margins in (True, "columns") else "none"


def _whole(value: int, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ParameterError(f"{name} must be a whole number of at least 1; found {value!r}. 1 hides nothing.")
    return int(value)


def _counts(table: pd.DataFrame, what: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    frame = numeric_frame(table, what=what, min_rows=1, min_columns=1)
    values = frame.to_numpy()
    wrong = ~((values >= 0) & (values == np.round(values)))
    if wrong.any():
        row, column = (int(place[0]) for place in np.nonzero(wrong))
        raise ScaleError(
            f"{what} must be whole numbers of at least 0; {int(wrong.sum())} cell(s) are not, the first "
            f"{values[row, column]:g} in row {plain(frame.index[row])!r}, column {plain(frame.columns[column])!r}. "
            "Give 0 where there is nobody."
        )
    return values


def _fill_lines(grid: Grid, hidden: Bools, minimum: int) -> None:
    """Hides cells until no line has only one hidden cell, or hidden cells of too small a sum."""
    changed = True
    while changed:
        changed = False
        for number, line in enumerate(grid.lines):
            while _lacking(grid, hidden, line, minimum):
                free = [cell for cell in line if not hidden[cell]]
                if not free:
                    break
                hidden[min(free, key=lambda cell: _cost(grid, hidden, cell, number))] = True
                changed = True


def _lacking(grid: Grid, hidden: Bools, line: tuple[int, ...], minimum: int) -> bool:
    """Whether a line (its cells, then its total) gives its hidden cells away."""
    gone = [cell for cell in line if hidden[cell]]
    if len(gone) < 2:
        return bool(gone)
    return not hidden[line[-1]] and sum(grid.counts[cell] for cell in gone) < minimum


def _cost(grid: Grid, hidden: Bools, cell: int, line: int = -1) -> tuple[float, ...]:
    """What hiding a cell costs: totals most, then zeros (they protect least), then what opens another line, by size."""
    bare = sum(not any(hidden[other] for other in grid.lines[at]) for at in grid.lines_of[cell] if at != line)
    value = grid.counts[cell]
    return grid.rank[cell], value == 0, bare, value, cell


def _next_cell(grid: Grid, hidden: Bools, weak: Sequence[int]) -> int | None:
    """A further cell to hide (None: none needed, or left): near an unprotected cell, else linked to it, else any."""
    if not weak:
        return None
    near = {cell for start in weak for at in grid.lines_of[start] for cell in grid.lines[at]}
    linked = {cell for start in near if hidden[start] for at in grid.lines_of[start] for cell in grid.lines[at]}
    for choice in (near, linked, set(np.flatnonzero(grid.published).tolist())):
        free = [cell for cell in choice if not hidden[cell]]
        if free:
            return min(free, key=lambda cell: _cost(grid, hidden, cell))
    return None


def _result(table: pd.DataFrame, grid: Grid, small: Bools, minimum: int) -> SuppressedCounts:
    rows, columns = table.shape

    def framed(cells: np.ndarray[Any, Any]) -> pd.DataFrame:
        inner = cells.reshape(rows + 1, columns + 1)[:rows, :columns]
        return pd.DataFrame(inner.copy(), index=table.index, columns=table.columns)

    shown = np.where(grid.published & ~grid.hidden, grid.counts, np.nan).reshape(rows + 1, columns + 1)
    has_rows, has_columns = grid.published.reshape(rows + 1, columns + 1)[[0, -1], [-1, 0]]
    return SuppressedCounts(
        frame=framed(shown.ravel()),
        primary=framed(small),
        secondary=framed(grid.hidden & ~small),
        minimum=minimum,
        row_totals=pd.Series(shown[:-1, -1], index=table.index)[: rows if has_rows else 0],
        column_totals=pd.Series(shown[-1, :-1], index=table.columns)[: columns if has_columns else 0],
        total=float(shown[-1, -1]),
        grid=grid,
    )


def suppress_means(
    means: pd.DataFrame,
    n: pd.Series | pd.DataFrame,
    *,
    minimum: int = 10,
    minimum_count: int = 5,
    total: bool = True,
    together: Sequence[Sequence[str]] = (),
) -> SuppressedMeans:
    """The means (units, variables) that can be published when none may stand for fewer than `minimum` respondents.

    `n`: respondents behind each mean, by unit, or by unit and variable; a unit without any (n 0) is missing, not
    hidden. `total`: the mean of all stands beside them, so that one hidden unit could be had by subtraction: in every
    variable with exactly one hidden unit, or whose hidden units have fewer than `minimum` respondents together, the
    unit with the next smallest n goes too. `together` names variables that give each other away within a unit, a mean
    first and then its parts (a dimension and its indicators): where exactly one of them is hidden, the part with the
    smallest n goes too. An n below `minimum_count` is hidden, and others with it as in `suppress_counts`.

    Source: the minimum number of contributors in Hundepool et al. (2024), Handbook on Statistical Disclosure Control,
    chapter 4. Raises ParameterError, ColumnError where `n` has other labels, ScaleError for an n that is no count.
    Answers the question: which units' scores may go into a report?
    """
    frame = numeric_frame(means, what="means", min_rows=1, min_columns=1)
    least, count = _whole(minimum, "minimum"), _whole(minimum_count, "minimum_count")
    behind = _behind(frame, n)
    size = _counts(behind, "n")
    small = (size > 0) & (size < least)
    hidden = small.copy()
    groups = [_places(frame, names) for names in together]
    changed = True
    while changed:
        changed = total and _more_units(hidden, size, least)
        for places in groups:
            changed = _more_parts(hidden, size, places) or changed
    told = suppress_counts(behind, minimum=count, margins="columns" if total else False)
    return SuppressedMeans(
        frame=frame.mask(hidden),
        primary=pd.DataFrame(small, index=frame.index, columns=frame.columns),
        secondary=pd.DataFrame(hidden & ~small, index=frame.index, columns=frame.columns),
        minimum=least,
        n=told.frame,
    )


def _behind(frame: pd.DataFrame, n: pd.Series | pd.DataFrame) -> pd.DataFrame:
    if not isinstance(n, pd.Series | pd.DataFrame):
        raise ParameterError(f"n must be a Series by unit, or a DataFrame like the means; found {type(n).__name__}.")
    wide = pd.DataFrame(dict.fromkeys(frame.columns, n)) if isinstance(n, pd.Series) else n
    same = wide.index.is_unique and set(wide.index) == set(frame.index) and set(wide.columns) == set(frame.columns)
    if not (same and frame.index.is_unique):
        raise ColumnError("n must have the units (and variables) of the means, each once; it does not. Align them.")
    return wide.loc[frame.index, frame.columns]


def _places(frame: pd.DataFrame, names: Sequence[str]) -> list[int]:
    unknown = [name for name in names if name not in frame.columns]
    if unknown:
        raise ColumnError(f"together must name variables of the means; unknown: {listed(unknown)}. Correct the names.")
    return [int(place) for place in frame.columns.get_indexer(pd.Index(names))]


def _more_units(hidden: Bools, size: np.ndarray[Any, Any], minimum: int) -> bool:
    """Hides further units, variable by variable; whether any was hidden."""
    # By a unit's size over all variables: the same unit goes everywhere, and few are lost.
    order, changed = np.argsort(size.max(axis=1), kind="stable"), False
    for column in range(hidden.shape[1]):
        gone, n = hidden[:, column], size[:, column]
        while gone.any() and (gone.sum() == 1 or n[gone].sum() < minimum):
            free = [unit for unit in order if not gone[unit] and n[unit] > 0]
            if not free:
                break
            gone[free[0]] = changed = True
    return changed


def _more_parts(hidden: Bools, size: np.ndarray[Any, Any], places: list[int]) -> bool:
    """Hides a second variable in each unit where exactly one of those is hidden; whether any was hidden."""
    changed = False
    for unit in np.flatnonzero(hidden[:, places].sum(axis=1) == 1):
        parts = [place for place in places[1:] if not hidden[unit, place] and size[unit, place] > 0]
        free = parts or [place for place in places[:1] if not hidden[unit, place]]
        if free:
            hidden[unit, min(free, key=lambda place: (size[unit, place], places.index(place)))] = changed = True
    return changed
