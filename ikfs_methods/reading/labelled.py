"""SPSS and Stata files: codes as cells, the questions and labels beside them, declared missing codes emptied."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat

from ikfs_methods.checks import listed
from ikfs_methods.errors import InputFileError
from ikfs_methods.reading.formats import DTA, LARGEST_TABLE, SAV, refuse_too_large
from ikfs_methods.reading.headings import refuse_repeats
from ikfs_methods.reading.iso_text import clock_text, in_calendar, iso_texts
from ikfs_methods.reading.numerals import as_text, long_numbers
from ikfs_methods.reading.spss_records import refuse_damaged
from ikfs_methods.reading.table import Step, Table, log_of

# Where the programs begin to count: SPSS in seconds, Stata by the letter of the format.
_SPSS_ORIGIN = np.datetime64("1582-10-14T00:00:00.000")
_SPSS_DATES = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "QYR", "MOYR", "WKYR")
_SPSS_MOMENTS = ("DATETIME", "YMDHMS")
_SPSS_CLOCKS = ("TIME", "DTIME", "MTIME")
_STATA_DATE = re.compile(r"%-?(?:t([a-zC])|(d))")
_DAY, _THOUSANDTHS = 86_400_000, 1000


def sav_table(path: Path, *, encoding: str | None = None, decimal: str | None = None) -> Table:
    """The cells of an SPSS .sav or .zsav file as codes; records are counted from 1.

    Codes and ranges declared as missing in the file become empty, each with its count in the log; their labels leave
    `value_labels`. Dates become ISO text. Raises InputFileError for a file that is cut off or damaged.
    """
    refuse_damaged(path)
    data, about = _read(pyreadstat.read_sav, path, encoding)
    return _table(path, data, about, kind=SAV, decimal=decimal, dates=_spss_dates, steps=_letters(about))


def _letters(about: Any) -> list[Step]:
    known = about.file_encoding or "UTF-8"
    return [] if known.upper() in ("UTF-8", "UTF8", "ASCII") else [("encoding", "", 0, f"{known}, as the file says")]


def dta_table(path: Path, *, encoding: str | None = None, decimal: str | None = None) -> Table:
    """The cells of a Stata .dta file as codes; records are counted from 1.

    Missing values with a letter (.a to .z) become empty, each with its count in the log. Dates become ISO text; weeks,
    quarters and half-years stay numbers. Raises InputFileError for a file that is cut off or damaged.
    """
    release = _stata_release(path)
    unsaid = encoding is None and release < 118
    steps: list[Step] = []
    try:
        data, about = _read(pyreadstat.read_dta, path, "UTF-8" if unsaid else encoding)
    except InputFileError:
        if not unsaid:
            raise
        data, about = _read(pyreadstat.read_dta, path, "CP1252")
        steps.append(("encoding", "", 0, "an old Stata file that is not UTF-8: read as cp1252 (Western Windows)"))
    lost = [name for name, labels in about.variable_to_label.items() if labels not in about.value_labels]
    if lost:
        note = f"the file says that it has value labels for {listed(lost)} and holds none; it may have lost its end"
        steps.append(("labels", "", 0, note))
    return _table(path, data, about, kind=DTA, decimal=decimal, dates=_stata_dates, steps=steps)


def _stata_release(path: Path) -> int:
    """The release of the format: from 118 (Stata 14) on all text is UTF-8, from 117 on a tag ends the file."""
    with path.open("rb") as file:
        start = file.read(64)
        file.seek(-min(64, path.stat().st_size), os.SEEK_END)
        end = file.read()
    tagged = re.match(rb"<stata_dta><header><release>(\d{1,4})", start)
    if start.startswith(b"<") and not (tagged and end.rstrip().endswith(b"</stata_dta>")):
        raise _damaged(path, "its end is not there")
    return int(tagged[1]) if tagged else start[0]


def _read(read: Callable[..., Any], path: Path, encoding: str | None) -> tuple[pd.DataFrame, Any]:
    options = {"disable_datetime_conversion": True, "encoding": encoding}
    with _named_errors(path):
        _, about = read(path, metadataonly=True, **options)
    rows, columns = about.number_rows or 0, about.number_columns or 0
    refuse_too_large(path, rows, columns, of="variables", most=LARGEST_TABLE)
    with _named_errors(path):
        return read(path, user_missing=True, output_format="pandas", **options)  # type: ignore[no-any-return]


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    """What the library raises about a damaged file, as one error of ours; its warnings are not the user's.

    To be put around its own calls alone: it meets damage with errors of every kind, TypeError and SystemError among
    them, and a mistake of ours must not be told as a damaged file.
    """
    try:
        with warnings.catch_warnings():
            # Of names that stand twice, as no sound file has them, and of letters in the file's path.
            warnings.simplefilter("ignore", UserWarning)
            yield
    except Exception as error:
        raise _damaged(path, str(error)[:200]) from error


def _damaged(path: Path, why: str) -> InputFileError:
    return InputFileError(
        f"{path} must be a whole SPSS or Stata file; it cannot be read ({why}). It was cut off or damaged: export or "
        "copy it again. If its letters are the trouble, declare the encoding (`encoding: cp1252` in round.yaml)."
    )


def _table(
    path: Path,
    data: pd.DataFrame,
    about: Any,
    *,
    kind: str,
    decimal: str | None,
    dates: Callable[[pd.Series, str, str], pd.Series | None],
    steps: list[Step],
) -> Table:
    if list(data.columns) != about.column_names or not all(map(str.strip, map(str, about.column_names))):
        raise _damaged(path, "a variable has no name")
    refuse_repeats(about.column_names, source=path)
    index = pd.RangeIndex(1, len(data) + 1)
    cells: dict[str, pd.Series] = {}
    labels = {name: _codes(about.variable_value_labels.get(name, {})) for name in data.columns}
    for name in map(str, data.columns):
        column = data.pop(name)
        missing = about.missing_ranges.get(name, [])
        if about.readstat_variable_types[name] == "string":
            values, more = _text(column, name, missing)
        else:
            if _texts_in(column).str.len().gt(1).any():
                raise _damaged(path, f"variable {name!r} says that it is numbers and holds text")
            values, more = _numbers(column, name, missing, labels[name])
            written = dates(values, about.original_variable_types.get(name) or "", f"{path}, column {name!r}")
            if written is not None:
                more.append(("date", name, int(values.notna().sum()), "dates and times written as ISO 8601"))
                values = written
        cells[name] = values.set_axis(index)
        steps += [*more, *long_numbers(cells[name], name)]
    questions = {str(name): text.strip() for name, text in about.column_names_to_labels.items() if (text or "").strip()}
    return Table(
        pd.DataFrame(cells, index=index),
        path,
        kind,
        labels=questions,
        value_labels={name: codes for name, codes in labels.items() if codes},
        decimal=decimal,
        log=log_of(*steps),
    )


def _codes(labels: Mapping[Any, str]) -> dict[str, str]:
    return {
        as_text(code) if isinstance(code, int | float) else str(code).strip(): str(label).strip()
        for code, label in labels.items()
    }


def _text(column: pd.Series, name: str, missing: list[dict[str, Any]]) -> tuple[pd.Series, list[Step]]:
    values = column.astype("str").fillna("").str.strip().astype("str")
    steps: list[Step] = []
    for code in dict.fromkeys(str(each["lo"]).strip() for each in missing):
        found = values == code
        if found.any():
            steps.append(("missing in the file", name, int(found.sum()), f"{code!r} emptied"))
            values = values.mask(found, "")
    return values, steps


def _texts_in(column: pd.Series) -> pd.Series:
    """The texts that stand among the numbers of a column."""
    if column.dtype.kind in "iuf":
        return pd.Series(dtype="str")
    return column[column.map(lambda value: isinstance(value, str))].astype("str")


def _numbers(
    column: pd.Series, name: str, missing: list[dict[str, Any]], labels: dict[str, str]
) -> tuple[pd.Series, list[Step]]:
    steps: list[Step] = []
    if column.dtype.kind not in "iuf":
        # A missing value with a letter of its own stands among the numbers as that letter.
        letters = _texts_in(column)
        for letter, count in letters.value_counts().items():
            steps.append(("missing in the file", name, int(count), _emptied(f".{letter}", labels, str(letter))))
        column = column.mask(column.index.isin(letters.index))
    values = column.astype("float64")
    emptied = np.zeros(len(values), dtype=bool)
    for span in missing:
        emptied |= ((values >= span["lo"]) & (values <= span["hi"])).to_numpy()
    for code, count in values[emptied].value_counts(sort=False).sort_index().items():
        text = as_text(float(str(code)))
        steps.append(("missing in the file", name, int(count), _emptied(text, labels, text)))
    for text in [*labels]:
        if any(_within(text, span) for span in missing):
            del labels[text]
    return (values.mask(emptied) if emptied.any() else values), steps


def _emptied(shown: str, labels: dict[str, str], code: str) -> str:
    label = labels.pop(code, "")
    return f"{shown}{f' ({label})' if label else ''} emptied"


def _within(text: str, span: Mapping[str, Any]) -> bool:
    try:
        return bool(span["lo"] <= float(text) <= span["hi"])
    except ValueError:
        return False


def _spss_dates(values: pd.Series, shape: str, place: str) -> pd.Series | None:
    kind = shape.rstrip("0123456789.")
    if kind in _SPSS_CLOCKS:
        return _by_value(values, lambda numbers: [clock_text(number) for number in numbers])
    if kind not in (*_SPSS_DATES, *_SPSS_MOMENTS):
        return None
    return _dates(values, _SPSS_ORIGIN, _THOUSANDTHS, place, timed=kind in _SPSS_MOMENTS)


def _stata_dates(values: pd.Series, shape: str, place: str) -> pd.Series | None:
    found = _STATA_DATE.match(shape)
    unit = (found[1] or found[2]) if found else ""
    if unit == "m":
        months = np.datetime64("1960-01", "M")
        return _by_value(values, lambda numbers: [str(months + int(number)) for number in numbers])
    steps = {"d": _DAY, "c": 1}
    if unit not in steps:
        return None
    return _dates(values, np.datetime64("1960-01-01T00:00:00.000"), steps[unit], place, timed=unit == "c")


def _dates(values: pd.Series, origin: np.datetime64, step: int, place: str, *, timed: bool) -> pd.Series:
    # Further than any calendar reaches, and near enough for whole thousandths in 64 bits.
    far = (values.abs() * step > 1e15).to_numpy()
    thousandths = (values.mask(far) * step).round()
    moments = origin + thousandths.fillna(0).astype("int64").to_numpy().astype("m8[ms]")
    wrong = far | ~in_calendar(moments)
    if wrong.any():
        rows = np.flatnonzero(wrong) + 1
        raise InputFileError(
            f"{place}, row{'s' if len(rows) > 1 else ''} {listed(rows)}: a date must lie in the years 1 to 9999; found "
            f"{listed(as_text(float(value)) for value in values[wrong])} as stored numbers. Correct the dates, or give "
            "the variable another format in the program that made the file."
        )

    def written(numbers: np.ndarray) -> list[str]:
        return iso_texts(origin + np.round(numbers * step).astype("int64").astype("m8[ms]"), timed=timed)

    return _by_value(values, written)


def _by_value(values: pd.Series, written: Callable[[np.ndarray], list[str]]) -> pd.Series:
    """Text for each distinct number, "" where there is none."""
    codes, distinct = pd.factorize(values.to_numpy())
    texts = np.array([*written(distinct), ""], dtype=object)[codes]
    return pd.Series(texts, dtype="str")
