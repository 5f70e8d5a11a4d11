"""What separates the cells of a delimited text: the character that splits the heading line and the lines alike."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from ikfs_methods.checks import listed
from ikfs_methods.errors import InputFileError, ParameterError

NAMES = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a vertical bar"}
# Enough to see how a file is built; what differs further down is found when all of it is read.
_SAMPLE_BYTES, _SAMPLE_ROWS = 65_536, 50
# Excel writes and reads this line above the table, and shows the table without it.
_SPOKEN = re.compile(rb'"?sep=([,;|\t])"?(?:\r\n|\r|\n)', re.IGNORECASE)
_REMEDY = "Save the table as XLSX, or with semicolons throughout, or name the mark (`delimiter` in round.yaml)."


def spoken_separator(data: bytes) -> tuple[str | None, int]:
    """The separator that a first line `sep=;` gives, and the length of that line; None and 0 without one."""
    found = _SPOKEN.match(data)
    return (found[1].decode(), found.end()) if found else (None, 0)


def separator(data: bytes, *, declared: str | None, source: Path) -> str:
    """The separator of the cells: as declared, else the one that splits headings and lines into as many cells.

    Raises ParameterError for a declared one that can separate nothing, InputFileError where two would fit or where
    headings and lines are separated differently.
    """
    if declared is not None:
        if len(declared) != 1 or declared.isalnum() or not declared.isascii() or declared in "\"'\r\n\0. ":
            raise ParameterError(
                f"delimiter must be one character that separates cells ({listed(NAMES.values())}); found {declared!r}. "
                "Give one of them."
            )
        return declared
    rows = {mark: _sample(data, mark) for mark in NAMES}
    widths = {mark: [len(row) for row in found] for mark, found in rows.items()}
    splitting = [mark for mark, counts in widths.items() if counts[0] > 1]
    alike = [mark for mark in splitting if len(set(widths[mark])) == 1]
    # No program writes a blank behind a separator: "saya merasa, kadang-kadang" is one heading with a comma in it.
    alike = [mark for mark in alike if not all(cell.startswith(" ") for cell in rows[mark][0][1:])] or alike
    if len(alike) > 1:
        raise InputFileError(
            f"{source}: cells must be separated in one way; the headings and the lines can be split by "
            f"{' and by '.join(f'{NAMES[mark]} ({widths[mark][0]} cells)' for mark in alike)}. {_REMEDY}"
        )
    if alike:
        return alike[0]
    if splitting:
        return max(splitting, key=lambda mark: widths[mark].count(widths[mark][0]))
    for mark, counts in widths.items():
        if len(counts) > 1 and min(counts[1:]) > 1:
            raise InputFileError(
                f"{source}: headings and lines must be separated alike; separated by {NAMES[mark]}, row 1 has 1 cell "
                f"and the lines have {max(counts)}. {_REMEDY}"
            )
    return ","


def _sample(data: bytes, mark: str) -> list[list[str]]:
    """The cells that the mark makes of each of the first rows that are not blank."""
    text = data[:_SAMPLE_BYTES].decode("utf-8", "ignore")
    rows = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark):
        if any(row):
            rows.append(row)
        if len(rows) > _SAMPLE_ROWS:
            break
    # The last row of the sample may be cut off in its middle.
    return rows[:-1] if len(data) > _SAMPLE_BYTES and 1 < len(rows) <= _SAMPLE_ROWS else rows or [[]]
