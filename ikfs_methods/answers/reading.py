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
    try:
        table = pd.read_csv(place, dtype=str, keep_default_na=False, encoding="utf-8-sig", header=None)
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputFileError(f"{place} must be a comma-separated table in UTF-8: {error}. Save it so.") from error
    header = [name.strip() for name in table.iloc[0]]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise ColumnError(f"{place}: column names must be unique; repeated: {listed(repeated)}. Rename or drop them.")
    for name in columns:
        if name not in header:
            raise ColumnError(
                f"{place} must have a column {name!r}; found {listed(header, 40)}."
                f"{did_you_mean(name, header)} Correct round.yaml, indicators.csv or the file's first line."
            )
    body = table.iloc[1:]
    if body.empty:
        raise TooFewError(f"{place} must hold at least one row below its first line; found none.")
    # The first line of the file is line 1, so that a message's row is the one a spreadsheet shows.
    body = body.set_axis(header, axis=1).set_axis(range(2, len(body) + 2), axis=0)
    trimmed: pd.DataFrame = body.apply(lambda column: column.str.strip())
    return trimmed


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
