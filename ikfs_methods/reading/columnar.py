"""Parquet files: each column as it is stored, numbers as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute, parquet, types

from ikfs_methods.errors import ColumnError, InputFileError
from ikfs_methods.reading.formats import LARGEST_TABLE, PARQUET, refuse_too_large
from ikfs_methods.reading.headings import refuse_repeats
from ikfs_methods.reading.iso_text import clock_text, in_calendar, iso_texts
from ikfs_methods.reading.numerals import long_numbers
from ikfs_methods.reading.table import Step, Table, log_of

_PANDAS_INDEX = r"__index_level_\d+__"
# Whole numbers beyond this are no longer all doubles.
_EXACT = 1 << 53
_DIGITS = 15


def parquet_table(path: Path, *, decimal: str | None = None) -> Table:
    """The cells of a Parquet file; records are counted from 1, an index without a name of pandas is left out.

    Whole numbers that a double cannot hold, and decimals of more than 15 digits, become text with all their digits;
    truth values 1 and 0, dates ISO text. Raises InputFileError for a file that is damaged or too large, ColumnError for
    a column of lists, structures or bytes.
    """
    with _named_errors(path):
        about = parquet.read_metadata(path)
    refuse_too_large(path, about.num_rows, about.num_columns, most=LARGEST_TABLE)
    with _named_errors(path):
        table = parquet.read_table(path, use_pandas_metadata=False)
        table.validate(full=True)
    names = [name.strip() for name in table.column_names]
    refuse_repeats(names, source=path)
    index = pd.RangeIndex(1, table.num_rows + 1)
    cells: dict[str, pd.Series] = {}
    steps: list[Step] = []
    for name, column in zip(names, table.columns, strict=True):
        if pd.Series([name]).str.fullmatch(_PANDAS_INDEX).item():
            steps.append(("index", name, 0, "the row numbers of pandas: left out"))
            continue
        cells[name] = _cells(column, f"{path}, column {name!r}").set_axis(index)
        steps += long_numbers(cells[name], name)
    return Table(pd.DataFrame(cells, index=index), path, PARQUET, decimal=decimal, log=log_of(*steps))


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    """What the library raises about a damaged file, as one error of ours."""
    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputFileError(
            f"{path} must be a whole Parquet file; it cannot be read ({str(error)[:200]}). It was cut off or damaged: "
            "export or copy it again."
        ) from error


def _cells(column: pa.ChunkedArray, place: str) -> pd.Series:
    kind = column.type
    if types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if types.is_null(kind) or types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return _text(column)
    if types.is_integer(kind) or types.is_decimal(kind):
        return _exact(column)
    if types.is_boolean(kind) or types.is_floating(kind):
        return _numbers(column)
    if types.is_date(kind) or types.is_timestamp(kind):
        return _dates(column, place)
    if types.is_time(kind):
        return _written(column.cast(pa.time64("us"), safe=False).cast(pa.int64()), 1e6)
    if types.is_duration(kind):
        return _written(column.cast(pa.duration("us"), safe=False).cast(pa.int64()), 1e6)
    raise ColumnError(
        f"{place}: a column must hold text, numbers, truth values or dates; this one holds {kind}. Split it into plain "
        "columns, or leave it out."
    )


def _text(column: pa.ChunkedArray) -> pd.Series:
    trimmed = compute.utf8_trim_whitespace(compute.fill_null(column.cast(pa.large_string()), ""))
    text: pd.Series = pa.table({"text": trimmed}).to_pandas()["text"]
    return text


def _numbers(column: pa.ChunkedArray) -> pd.Series:
    return pd.Series(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype="float64")


def _exact(column: pa.ChunkedArray) -> pd.Series:
    """Whole numbers and decimals as floats, or as text when floats would lose a digit."""
    kind = column.type
    if types.is_decimal(kind):
        return _text(column.cast(pa.large_string())) if kind.precision > _DIGITS else _numbers(column)
    ends = compute.min_max(column).as_py()
    if ends["max"] is not None and max(abs(ends["min"]), abs(ends["max"])) > _EXACT:
        return _text(column.cast(pa.large_string()))
    return _numbers(column)


def _dates(column: pa.ChunkedArray, place: str) -> pd.Series:
    zone = getattr(column.type, "tz", None)
    try:
        moments = column.cast(pa.timestamp("ms", tz=zone), safe=False).cast(pa.int64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid as error:
        raise InputFileError(f"{place}: dates must lie in the years 1 to 9999; {error}. Correct them.") from error
    there = ~np.isnan(moments.astype("float64"))
    stamps = np.where(there, np.nan_to_num(moments), 0).astype("int64").astype("M8[ms]")
    stamps[~there] = np.datetime64("NaT")
    wrong = ~in_calendar(stamps)
    if wrong.any():
        raise InputFileError(
            f"{place}, row {int(np.flatnonzero(wrong)[0]) + 1}: a date must lie in the years 1 to 9999; "
            f"{int(wrong.sum())} do(es) not. Correct the dates."
        )
    texts = iso_texts(stamps, timed=types.is_timestamp(column.type))
    return pd.Series([f"{text}Z" if zone and text else text for text in texts], dtype="str")


def _written(column: pa.ChunkedArray, unit: float) -> pd.Series:
    texts = ["" if value is None else clock_text(value / unit) for value in column.to_pylist()]
    return pd.Series(texts, dtype="str")
