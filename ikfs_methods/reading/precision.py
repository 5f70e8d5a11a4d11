"""Numbers with more digits than a double keeps: identity numbers that a program stored as quantities."""

from __future__ import annotations

import pandas as pd

from ikfs_methods.reading.headings import Step

# Excel keeps 15 digits and fills up with zeros; a double holds every whole number up to 9,007,199,254,740,992.
_FIRST_OF_16_DIGITS = 1e15


def long_numbers(column: pd.Series, name: str) -> list[Step]:
    """A step for the log, when a column of stored numbers holds whole ones of 16 digits or more."""
    if column.dtype.kind != "f":
        return []
    count = int((column.abs() >= _FIRST_OF_16_DIGITS).sum())
    note = (
        "numbers of 16 digits or more, stored as quantities: their last digits may have been lost before the file was "
        "written (identity numbers must be stored as text)"
    )
    return [("digits", name, count, note)] if count else []
