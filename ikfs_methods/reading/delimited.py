"""Delimited text: comma, semicolon or tab between the cells, every cell as text."""

from __future__ import annotations

import io
from csv import reader
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute, csv

from ikfs_methods.checks import listed
from ikfs_methods.errors import InputFileError, TooFewError
from ikfs_methods.reading.encodings import as_utf8
from ikfs_methods.reading.formats import KNOWN, TEXT
from ikfs_methods.reading.headings import kept_columns
from ikfs_methods.reading.quotes import lines_within_quotes, row_at
from ikfs_methods.reading.separators import NAMES, separator, spoken_separator
from ikfs_methods.reading.table import Step, Table, log_of

# pyarrow's own choice; a longer row makes it try again with one block for the whole text.
_BLOCK = 1 << 20
_LARGEST_BLOCK = (1 << 31) - 1
# More columns than any survey has, and as many as a spreadsheet can show.
MOST_COLUMNS = 16_384
_LOOKED_AT = 20


def delimited_table(
    path: Path, *, encoding: str | None = None, delimiter: str | None = None, decimal: str | None = None
) -> Table:
    """The cells of a delimited text file as text; the index is the row that a spreadsheet shows.

    A row of empty cells is left out and counted. Raises InputFileError with the row for letters outside the encoding,
    NUL bytes, quotation marks that do not close and lines with too few or too many cells; ColumnError for headings that
    are repeated or empty; TooFewError when no row follows them.
    """
    data, steps = as_utf8(path.read_bytes(), declared=encoding, source=path)
    nul = data.find(b"\0")
    if nul >= 0:
        raise InputFileError(
            f"{path}, row {row_at(data, nul)}: a text must hold no NUL byte; found {data.count(0)}. The file is "
            f"damaged or no text: export it again. {KNOWN}"
        )
    spoken, skipped = spoken_separator(data)
    data = data[skipped:]
    table = data.lstrip(b"\r\n")
    if not table:
        raise InputFileError(f"{path} must hold a table; the file holds nothing but blank lines. Export it again.")
    mark = separator(table, declared=delimiter or spoken, source=path)
    steps.append(("delimiter", "", 0, f"cells separated by {NAMES.get(mark, repr(mark))}"))
    multiline = lines_within_quotes(data, mark, source=path)
    # Blank lines above the headings count, so that the row in a message is the row that a spreadsheet shows.
    first = row_at(data, len(data) - len(table))
    cells, more = _cells(_parsed(table, mark, path, multiline=multiline, first=first), first, path)
    return Table(cells, path, TEXT, decimal=decimal, delimiter=mark, log=log_of(*steps, *more))


def _parsed(data: bytes, mark: str, source: Path, *, multiline: bool, first: int) -> pa.Table:
    """All lines, the headings among them, as columns of text; `first` is the row of the headings."""
    wrong: list[csv.InvalidRow] = []

    def keep(row: csv.InvalidRow) -> str:
        wrong.append(row)
        return "skip"

    def parse(block: int, *, threads: bool) -> pa.Table:
        wrong.clear()
        return csv.read_csv(
            pa.BufferReader(data),
            read_options=csv.ReadOptions(autogenerate_column_names=True, block_size=block, use_threads=threads),
            parse_options=csv.ParseOptions(
                delimiter=mark, newlines_in_values=multiline, ignore_empty_lines=False, invalid_row_handler=keep
            ),
            convert_options=_all_text(),
        )

    whole = min(len(data) + 1, _LARGEST_BLOCK)
    try:
        try:
            table = parse(min(_BLOCK, whole), threads=True)
        except pa.ArrowInvalid:
            table = parse(whole, threads=True)
        if wrong:
            # Only without threads are the rows counted.
            table = parse(whole, threads=False)
    except (pa.ArrowException, OSError) as error:
        raise InputFileError(
            f"{source} must be a table with cells separated by {NAMES.get(mark, repr(mark))}; it cannot be read "
            f"({error}). Save it again as CSV UTF-8 or XLSX."
        ) from error
    if wrong:
        raise _uneven(wrong, table.num_rows - 1, mark, source, first)
    if table.num_columns > MOST_COLUMNS:
        raise InputFileError(f"{source} must have at most {MOST_COLUMNS} columns; found {table.num_columns}.")
    return table


@cache
def _all_text() -> csv.ConvertOptions:
    """Every column as text, whatever it is called when the headings are taken for a line like the others."""
    return csv.ConvertOptions(column_types={f"f{at}": pa.large_string() for at in range(MOST_COLUMNS)})


def _uneven(wrong: list[csv.InvalidRow], even: int, mark: str, source: Path, first: int) -> InputFileError:
    """What to say of lines that have not as many cells as the headings."""
    width = wrong[0].expected_columns
    rows = [row.number + first - 1 for row in wrong]
    found = listed(dict.fromkeys(row.actual_columns for row in wrong))
    remedy = "Complete them, and put a cell that holds the separator itself in quotation marks."
    for other in NAMES:
        if other != mark and all(_width(row.text, other) == width for row in wrong[:_LOOKED_AT]):
            remedy = f"They are separated by {NAMES[other]}: separate all lines in the same way."
    if even < len(wrong):
        remedy = (
            "Most lines differ from the headings: check the first line. If it is a title, delete it and what stands "
            f"between it and the headings. {remedy}"
        )
    return InputFileError(
        f"{source}, row{'s' if len(rows) > 1 else ''} {listed(rows)}: every line must have {width} cells, empty ones "
        f"included, as the headings have, separated by {NAMES.get(mark, repr(mark))}; found {found}. {remedy}"
    )


def _width(text: str, mark: str) -> int:
    return len(next(reader(io.StringIO(text, newline=""), delimiter=mark), []))


def _cells(lines: pa.Table, first: int, source: Path) -> tuple[pd.DataFrame, list[Step]]:
    """The cells below the headings, without blanks at their ends and without rows that hold nothing."""
    headings = [column[0].as_py() for column in lines.columns]
    given = lines.slice(1)
    rows = np.arange(first + 1, first + 1 + given.num_rows)
    trimmed = [compute.utf8_trim_whitespace(column) for column in given.columns]
    filled = [compute.not_equal(column, "") for column in trimmed]
    kept, steps = kept_columns(headings, lambda at: _first(rows, filled[at]), source=source, row=first)
    blank = np.ones(len(rows), dtype=bool)
    for column in filled:
        # The first column is seldom empty, so that this ends early.
        if not blank.any():
            break
        blank &= ~column.to_numpy()
    for at, name in kept.items():
        changed = compute.sum(compute.not_equal(given.column(at), trimmed[at])).as_py() or 0
        if changed:
            steps.append(("blanks", name, changed, "blanks at the ends of cells taken away"))
    if blank.any():
        steps.append(("blank rows", "", int(blank.sum()), "rows without any cell filled: passed over"))
    if blank.all():
        raise TooFewError(f"{source} must hold at least one row below its headings; found none. Export it again.")
    table = pa.table({name: trimmed[at] for at, name in kept.items()})
    cells = (table.filter(pa.array(~blank)) if blank.any() else table).to_pandas()
    return cells.set_axis(pd.Index(rows[~blank]), axis=0), steps


def _first(rows: np.ndarray, filled: pa.ChunkedArray) -> object | None:
    at = compute.index(filled, value=True).as_py()
    return None if at < 0 else int(rows[at])
