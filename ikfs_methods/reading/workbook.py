"""XLSX workbooks: one sheet, its stored values, never a formula run and never a macro."""

from __future__ import annotations

import datetime as dt
import math
import sys
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.cell.cell import ERROR_CODES

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import InputFileError, ParameterError, TooFewError
from ikfs_methods.reading.archive import SheetMarks, refuse_bomb, refuse_merged, sheet_marks
from ikfs_methods.reading.formats import XLSX
from ikfs_methods.reading.headings import column_letters, kept_columns
from ikfs_methods.reading.iso_text import clock_text, iso_texts
from ikfs_methods.reading.numerals import as_text, long_numbers
from ikfs_methods.reading.table import Step, Table, log_of

# A sheet may hold a cell in its last column and last row, and 17 thousand million empty ones before it.
MOST_CELLS = 100_000_000
Rows = dict[int, tuple[Any, ...]]
# What the standard library raises about an archive; RuntimeError is for a part behind a password.
_BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, RuntimeError, UnicodeError)


def workbook_table(path: Path, *, sheet: str | None = None, decimal: str | None = None) -> Table:
    """The cells of one sheet: text, or numbers where a whole column is numbers; the index is the row in the sheet.

    The first row with anything in it holds the headings. Dates become ISO text, truth values 1 and 0, formulas the
    value that was stored with them. Raises InputFileError for a damaged or oversized workbook, for merged cells, for
    error values (#N/A) and for formulas without a stored value, each with its cells; ParameterError for a sheet that
    is not there, and where several hold something and none is named.
    """
    with _named_errors(path, *_BROKEN_ARCHIVE):
        refuse_bomb(path)
    with warnings.catch_warnings(), path.open("rb") as file:
        # openpyxl tells of styles, drop-down lists and print settings that it leaves aside; no cell depends on them.
        warnings.simplefilter("ignore", UserWarning)
        workbook = _opened(file, path)
        try:
            chosen, steps = _chosen(workbook, sheet, path)
            with _named_errors(path, *_BROKEN_ARCHIVE), zipfile.ZipFile(path) as archive:
                # openpyxl keeps the name of the sheet's part to itself.
                marks = sheet_marks(archive, chosen._worksheet_path)  # noqa: SLF001
            rows = _rows(chosen, path)
        finally:
            workbook.close()
        if not rows:
            raise TooFewError(f"{path}, sheet {chosen.title!r}: a table must stand here; the sheet is empty.")
        width = max(map(len, rows.values()))
        refuse_merged(marks, source=path, sheet=chosen.title, first=min(rows), last=max(rows), width=width)
        if marks.formulas:
            steps.append(_formulas(path, chosen.title))
    _refuse_error_values(rows, path, chosen.title)
    cells, more = _cells(rows, width, path)
    return Table(cells, path, XLSX, decimal=decimal, log=log_of(*steps, *_hidden(marks), *more))


@contextmanager
def _named_errors(path: Path, *kinds: type[Exception]) -> Iterator[None]:
    """What a library raises about a damaged workbook, as one error of ours."""
    try:
        yield
    except kinds as error:
        raise InputFileError(
            f"{path} must be a whole XLSX workbook; it cannot be read ({type(error).__name__}: {str(error)[:200]}). It "
            "is damaged or was written by an unusual program: open it in Excel or LibreOffice and save it again."
        ) from error


# openpyxl meets damage with errors of every kind, TypeError and KeyError among them: here stand its own calls alone, so
# that a mistake of ours is not told as a damaged file.
def _opened(file: BinaryIO, path: Path, *, values: bool = True) -> Any:
    """The workbook with its stored values, or with its formulas. Given a name, openpyxl would look at its ending."""
    with _named_errors(path, Exception):
        return openpyxl.load_workbook(file, read_only=True, data_only=values)


def _read(sheet: Any, path: Path, *, plain: bool = True) -> Iterator[tuple[Any, ...]]:
    """The rows of a sheet, as values or as cells."""
    with _named_errors(path, Exception):
        yield from sheet.iter_rows(values_only=plain)


def _chosen(workbook: Any, sheet: str | None, path: Path) -> tuple[Any, list[Step]]:
    names = [each.title for each in workbook.worksheets]
    hidden = [each.title for each in workbook.worksheets if each.sheet_state != "visible"]
    for each in workbook.worksheets:
        # What a sheet says of its own size is often wrong.
        each.reset_dimensions()
    if sheet is not None:
        if sheet not in names:
            raise ParameterError(
                f"{path}: sheet must be one of {listed(names)}; found {sheet!r}.{did_you_mean(sheet, names)} Correct "
                "it in round.yaml."
            )
        note = f"{sheet!r}, as declared" + (" (hidden in the workbook)" if sheet in hidden else "")
        return workbook.worksheets[names.index(sheet)], [("sheet", "", 0, note)]
    filled = [
        each
        for each in workbook.worksheets
        if each.title not in hidden and any(_holds(row) for row in _read(each, path))
    ]
    if len(filled) != 1:
        found = listed(each.title for each in filled) if filled else "none that is visible"
        raise ParameterError(
            f"{path}: one sheet must hold the table; sheets that hold something: {found}"
            f"{f' (hidden: {listed(hidden)})' if hidden else ''}. Name the right one (`sheet:` in round.yaml)."
        )
    steps = [("sheet", "", 0, f"{filled[0].title!r}, the only visible one that holds something")]
    if hidden:
        steps.append(("hidden", "", 0, f"hidden sheets passed over: {listed(hidden)}"))
    return filled[0], steps


def _holds(row: tuple[Any, ...]) -> bool:
    return any(value is not None and str(value).strip() for value in row)


def _rows(sheet: Any, path: Path) -> Rows:
    """The rows that hold anything, by their number in the sheet."""
    rows, cells = {}, 0
    for number, row in enumerate(_read(sheet, path), 1):
        cells += len(row)
        if cells > MOST_CELLS:
            raise InputFileError(
                f"{path}, row {number}: a sheet must have at most {MOST_CELLS:,} cells up to its last filled ones. "
                "Delete the empty rows and columns around the table, or save it as CSV."
            )
        if _holds(row):
            rows[number] = row
    return rows


def _formulas(path: Path, title: str) -> Step:
    """How many formulas gave their stored value; InputFileError where one has none."""
    count, lacking = 0, []
    with path.open("rb") as one, path.open("rb") as other:
        values = _read(_opened(one, path)[title], path, plain=False)
        formulas = _read(_opened(other, path, values=False)[title], path, plain=False)
        for stored, written in zip(values, formulas, strict=False):
            for value, cell in zip(stored, written, strict=False):
                if cell.data_type != "f":
                    continue
                count += 1
                # A formula whose result is text of no length has the type of a text and no value.
                if value.value is None and value.data_type not in ("str", "s"):
                    lacking.append(str(cell.coordinate))
    if lacking:
        raise InputFileError(
            f"{path}, sheet {title!r}: a formula must be stored with its value; none is stored in {listed(lacking)} "
            f"({len(lacking)} of {count} formulas). Open the workbook in Excel or LibreOffice, recalculate and save "
            "it, or paste the cells as values."
        )
    return ("formulas", "", count, "formulas: the values stored with them were taken")


def _refuse_error_values(rows: Rows, path: Path, title: str) -> None:
    errors = set(ERROR_CODES)
    found = {
        f"{column_letters(position)}{number}": value
        for number, row in rows.items()
        for position, value in enumerate(row)
        if isinstance(value, str) and value in errors
    }
    if found:
        shown = listed(f"{place} ({value})" for place, value in found.items())
        raise InputFileError(
            f"{path}, sheet {title!r}: cells must hold values; {len(found)} hold(s) an error: {shown}. Correct the "
            "formulas or dates behind them, or empty the cells."
        )


def _hidden(marks: SheetMarks) -> list[Step]:
    steps: list[Step] = []
    if marks.hidden_rows:
        steps.append(("hidden", "", 0, f"{marks.hidden_rows} hidden row(s) of the sheet were read like the others"))
    if marks.hidden_columns:
        steps.append(("hidden", "", 0, f"hidden columns read like the others: {listed(marks.hidden_columns)}"))
    return steps


def _cells(rows: Rows, width: int, path: Path) -> tuple[pd.DataFrame, list[Step]]:
    first, *numbers = rows
    columns = [_tidy(row[at] if at < len(row) else None for row in rows.values()) for at in range(width)]
    headings = [_heading(column[0]) for column in columns]
    kept, steps = kept_columns(
        headings,
        lambda at: next((row for row, value in zip(numbers, columns[at][1:], strict=True) if value is not None), None),
        source=path,
        row=first,
    )
    index = pd.Index(numbers, dtype="int64")
    cells = {}
    for at, name in kept.items():
        cells[name] = _column(columns[at][1:], index)
        steps += long_numbers(cells[name], name)
    gaps = (max(rows) - first) - len(numbers)
    if gaps:
        steps.append(("blank rows", "", gaps, "rows without any cell filled: passed over"))
    return pd.DataFrame(cells, index=index), steps


def _tidy(values: Iterator[Any]) -> list[Any]:
    """The values with blanks at the ends of texts gone, and None for a cell that holds nothing else."""
    return [
        (value.strip() or None)
        if isinstance(value, str)
        # A whole number that no double holds is refused where a number is needed, as any infinite one is.
        else math.inf * (1 if value > 0 else -1)
        if isinstance(value, int) and abs(value) > sys.float_info.max
        else value
        for value in values
    ]


def _heading(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else _texts([value])[0]


def _column(values: list[Any], index: pd.Index) -> pd.Series:
    kinds = {type(value) for value in values if value is not None}
    # Truth values among numbers stay TRUE and FALSE: an answer of 1 is not to be invented.
    if kinds and (kinds <= {int, float} or kinds == {bool}):
        return pd.Series([np.nan if value is None else float(value) for value in values], index=index)
    return pd.Series(_texts(values), index=index, dtype="str")


def _texts(values: list[Any]) -> list[str]:
    """Each value as text; a moment at midnight is a date only where the whole column is dates."""
    moments = [value for value in values if isinstance(value, dt.datetime)]
    dated = dict(zip(moments, iso_texts(np.array(moments, "M8[ms]")), strict=True))
    texts = []
    for value in values:
        if value is None:
            texts.append("")
        elif isinstance(value, bool):
            texts.append(str(value).upper())
        elif isinstance(value, dt.datetime):
            texts.append(dated[value])
        elif isinstance(value, dt.timedelta):
            texts.append(clock_text(value.total_seconds()))
        elif isinstance(value, dt.date | dt.time):
            texts.append(value.isoformat())
        else:
            texts.append(as_text(value) if isinstance(value, int | float) else str(value))
    return texts
