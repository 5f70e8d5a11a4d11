"""One call for every table file that a round is given."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from pathlib import Path

from ikfs_methods.errors import ParameterError, TooFewError
from ikfs_methods.reading.formats import DTA, PARQUET, SAV, TEXT, XLSX, format_of
from ikfs_methods.reading.table import Table

# Where each format is read: the module is loaded with the first file of its kind, since some libraries load slowly.
_READERS = {
    TEXT: ("delimited", "delimited_table"),
    XLSX: ("workbook", "workbook_table"),
    SAV: ("labelled", "sav_table"),
    DTA: ("labelled", "dta_table"),
    PARQUET: ("columnar", "parquet_table"),
}
# What a file does not say of itself, and may therefore be told, by format; `decimal` bears on text in any of them.
_TOLD = {TEXT: ("encoding", "delimiter"), XLSX: ("sheet",), SAV: ("encoding",), DTA: ("encoding",), PARQUET: ()}
REMEDY = "Correct round.yaml, indicators.csv or the file's first line."


def read(
    path: str | Path,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    columns: Iterable[str] = (),
) -> Table:
    """The table in a file, its format found by content: CSV, XLSX, SPSS .sav, Stata .dta or Parquet.

    `sheet` names the sheet of a workbook with several; `encoding` and `delimiter` replace what is found in a delimited
    text (`encoding` also in SPSS and Stata files); `decimal` is the decimal mark of numbers stored as text. `columns`
    must be there; others are kept. Cells stay as they stand: codes, not labels; nothing is dropped but rows and columns
    that are empty altogether, and what was decided stands in the table's `log`. Raises InputFileError for a file that
    is missing, damaged or no table, ColumnError for a missing, repeated or empty heading, TooFewError for a table
    without rows, ParameterError for an option that does not fit the format. Answers the question: what does the file
    hold?
    """
    place = Path(path)
    if decimal not in (None, ".", ","):
        raise ParameterError(f"decimal must be '.' or ','; found {decimal!r}. Give the mark that the file uses.")
    kind = format_of(place)
    given = {"sheet": sheet, "encoding": encoding, "delimiter": delimiter}
    for name, value in given.items():
        if value is not None and name not in _TOLD[kind]:
            raise ParameterError(
                f"{place}: {name} must be left out for a file of the format {kind}; found {value!r}. Take it out of "
                "round.yaml, or correct the file's name."
            )
    module, function = _READERS[kind]
    load = getattr(importlib.import_module(f"ikfs_methods.reading.{module}"), function)
    table: Table = load(place, decimal=decimal, **{name: given[name] for name in _TOLD[kind]})
    if table.cells.empty:
        raise TooFewError(f"{place} must hold at least one row and one column; found {table.cells.shape}.")
    table.require(columns, remedy=REMEDY).raise_any()
    return table
