"""A table of a round from its file, as text: what each cell means is decided at the gate, not by the reader."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import ColumnError, InputFileError, NotNumericError, TooFewError


def read(path: str | Path, *, columns: Sequence[str] = ()) -> pd.DataFrame:
    """The cells of a comma-separated UTF-8 file as trimmed text (rows, columns); the index is the line in the file.

    An empty cell is an empty string here. `columns` must be there; others are kept. Raises InputFileError for a file
    that is missing or no such table, ColumnError for a missing or repeated column, TooFewError for a file without rows.
    """
    place = Path(path)
    if not place.is_file():
        raise InputFileError(f"the file must exist: {place}. Correct its name in round.yaml or put the file there.")
    _refuse_workbook(place)
    try:
        # Blank lines are kept for a moment, so that the row in a message is the row that a spreadsheet shows; only this
        # engine tells a cell that was empty from one that was cut off.
        table = pd.read_csv(
            place,
            dtype=str,
            keep_default_na=False,
            encoding="utf-8-sig",
            header=None,
            skip_blank_lines=False,
            engine="python",
        )
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputFileError(f"{place} must be a comma-separated table in UTF-8: {error}. Save it so.") from error
    header = [name.strip() for name in table.iloc[0]]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise ColumnError(f"{place}: column names must be unique; repeated: {listed(repeated)}. Rename or drop them.")
    if len(header) == 1 and ";" in header[0]:
        raise InputFileError(f"{place} must be separated by commas; its first line has semicolons. Save it so.")
    for name in columns:
        if name not in header:
            raise ColumnError(
                f"{place} must have a column {name!r}; found {listed(header, 40)}."
                f"{did_you_mean(name, header)} Correct round.yaml, indicators.csv or the file's first line."
            )
    body = table.iloc[1:].set_axis(header, axis=1).set_axis(range(2, len(table) + 1), axis=0)
    body = body[~(body.isna() | (body == "")).all(axis=1)]
    if body.empty:
        raise TooFewError(f"{place} must hold at least one row below its first line; found none.")
    # An empty cell is text of no length here; what the reader left missing was not in the line at all.
    short = body.isna().any(axis=1)
    if short.any():
        raise InputFileError(
            f"{place}, row {body.index[short][0]}: every line must have {len(header)} cells, empty ones included; "
            f"found fewer in {int(short.sum())} line(s). Complete them; a cell that is cut off is no missing answer."
        )
    trimmed: pd.DataFrame = body.apply(lambda column: column.str.strip())
    return trimmed


def _refuse_workbook(place: Path) -> None:
    with place.open("rb") as file:
        start = file.read(4)
    if start.startswith(b"PK") or start == b"\xd0\xcf\x11\xe0":
        raise InputFileError(f"{place} must be a comma-separated table; it is an Excel workbook. Save it as CSV UTF-8.")


def numbers(table: pd.DataFrame, name: str, *, path: Path, needed: bool = False) -> pd.Series:
    """A column as floats, empty cells as NaN.

    Raises NotNumericError with file, row and column for text, or for an empty cell where `needed`.
    """
    text = table[name]
    number = pd.to_numeric(text.where(text != ""), errors="coerce").astype("float64")
    wrong = number.isna() & (text != "") if not needed else number.isna()
    if wrong.any():
        line = int(table.index[wrong.to_numpy()][0])
        raise NotNumericError(
            f"{path}, row {line}, column {name!r}: a number must stand here; found {text[line]!r} "
            f"({int(wrong.sum())} such cell(s) in this column). Correct the cell"
            + ("." if needed else ", or leave it empty when the answer is missing.")
        )
    return number
