"""Cells that leave the project in a CSV or XLSX: text that a spreadsheet would run is made plain text."""

from __future__ import annotations

import pandas as pd

from ikfs_methods.reading.numerals import NUMBER

# What spreadsheets take for the start of a formula. The wide forms are what Asian keyboards type and Excel folds.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would run it as a formula; a number stays as it is.

    To be called on every text that goes into a CSV or XLSX meant for people: the tables of a report, drafted
    dictionaries and forms, logs and flags that quote cells of the answers. A respondent may have typed
    `=HYPERLINK(...)` or `=cmd|...`, and whoever opens the table would run it. Not to be called on files that only
    programs read again. Rule: OWASP, CSV Injection.
    """
    if text.lstrip(" ").startswith(_STARTS) and not NUMBER.fullmatch(text.strip().removesuffix("%")):
        return f"'{text}"
    return text


def bare_cell(text: str) -> str:
    """The text that `safe_cell` made safe: without the apostrophe that it put in front.

    For tables that people edit and the program reads back, where a column's name or a label must match the data.
    """
    return text[1:] if text.startswith("'") and safe_cell(text[1:]) == text else text


def safe_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with `safe_cell` applied to its texts, its column names and its index; numbers are untouched."""
    cells = {position: _safe(frame.iloc[:, position]) for position in range(frame.shape[1])}
    escaped = pd.DataFrame(cells, index=frame.index)
    escaped.columns = _safe_labels(frame.columns)
    escaped.index = _safe_labels(frame.index)
    return escaped


def _safe(column: pd.Series) -> pd.Series:
    if column.dtype.kind in "iufbcmM":
        return column
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    return column.map(_safe_object)


def _safe_labels(labels: pd.Index) -> pd.Index:
    if isinstance(labels, pd.MultiIndex):
        tuples = [tuple(_safe_object(part) for part in label) for label in labels]
        return pd.MultiIndex.from_tuples(tuples, names=labels.names)
    return labels if labels.dtype.kind in "iufbcmM" else labels.map(_safe_object)


def _safe_object(value: object) -> object:
    return safe_cell(value) if isinstance(value, str) else value
