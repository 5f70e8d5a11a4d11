"""Headings of a table: every filled column has a name of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ikfs_methods.checks import listed
from ikfs_methods.errors import ColumnError
from ikfs_methods.reading.table import Step


def column_letters(position: int) -> str:
    """How a spreadsheet calls a column, by its position from 0: A, B, ..., Z, AA."""
    letters, number = "", position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def kept_columns(
    headings: Sequence[str], first_filled: Callable[[int], object | None], *, source: Path, row: int
) -> tuple[dict[int, str], list[Step]]:
    """The columns that bear a name, by position, and what was passed over.

    `first_filled` gives the row of the first filled cell of a column, or None; `row` is that of the headings. An empty
    heading over an empty column is what spreadsheets leave behind where cells were cleared. Raises ColumnError for one
    over a filled column, and for a name that stands twice.
    """
    names = [heading.strip() for heading in headings]
    steps: list[Step] = []
    for position, name in enumerate(names):
        if name:
            continue
        letters, filled = column_letters(position), first_filled(position)
        if filled is not None:
            raise ColumnError(
                f"{source}, row {row}, column {letters}: every filled column must have a heading in the table's first "
                f"line; this one is empty, and the column holds something in row {filled}. Name the column or empty "
                "it, and take titles above the table out."
            )
        steps.append(("empty column", letters, 0, "no heading and no cells: passed over"))
    refuse_repeats(names, source=source)
    return {position: name for position, name in enumerate(names) if name}, steps


def refuse_repeats(names: Iterable[str], *, source: Path) -> None:
    """ColumnError for a name that stands twice, with the columns that bear it."""
    places: dict[str, list[str]] = {}
    for position, name in enumerate(names):
        places.setdefault(name, []).append(column_letters(position))
    repeated = [f"{name!r} (columns {listed(where)})" for name, where in places.items() if name and len(where) > 1]
    if repeated:
        raise ColumnError(f"{source}: column names must be unique; repeated: {listed(repeated)}. Rename or drop them.")
