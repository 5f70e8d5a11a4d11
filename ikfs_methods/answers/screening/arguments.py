"""What the screening asks of its arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from ikfs_methods.answers.screening.patterns import Floats
from ikfs_methods.checks import is_number, listed, numeric_frame, quoted, real_numbers
from ikfs_methods.errors import ColumnError, NotNumericError, ParameterError, ScaleError

_LARGEST = 1e100  # sums of squares of 300,000 such answers are still far from the end of the doubles
TAKEN = ("n", "share")  # columns of the table of patterns beside the items


def checked(frame: pd.DataFrame) -> pd.DataFrame:
    """The answers as floats, one row a respondent with a label of its own."""
    if isinstance(frame, pd.DataFrame) and frame.columns.nlevels > 1:
        raise ColumnError(f"items must have one name each; found {frame.columns.nlevels} levels. Join them first.")
    answers = numeric_frame(frame, min_rows=1, min_columns=1)
    twice = answers.index[answers.index.duplicated()]
    if len(twice):
        raise ColumnError(
            f"each row of the answers must have a label of its own; repeated: {listed(twice.unique())}. "
            "Label the rows by number and give the ids that may repeat as ids=..."
        )
    taken = [name for name in TAKEN if name in answers.columns]
    if taken:
        raise ColumnError(f"an item must not be called {listed(taken)}, which are columns of the result. Rename it.")
    return of_usable_size(answers)


def of_usable_size(answers: pd.DataFrame) -> pd.DataFrame:
    """The answers, when the squares of each item exist as numbers; else a NotNumericError."""
    largest = answers.abs().max()
    wrong = answers.columns[(largest > _LARGEST) | ((largest > 0) & (largest < 1 / _LARGEST))]
    if len(wrong):
        raise NotNumericError(
            f"answers must be numbers whose squares exist (largest from {1 / _LARGEST:g} to {_LARGEST:g}); found "
            f"others in {listed(wrong)}. Correct the cells, or give the item in another unit."
        )
    return answers


def share(value: float, *, name: str, most: float = 1.0) -> None:
    """ParameterError, unless the value is a number above 0 and at most `most`."""
    if not (is_number(value) and 0 < value <= most and np.isfinite(value)):
        upper = f" and at most {most:g}" if np.isfinite(most) else ""
        raise ParameterError(f"{name} must be a number above 0{upper}; found {quoted(value)}.")


def aligned(values: pd.Series | None, index: pd.Index[Any], name: str) -> pd.Series | None:
    """The series in the order of the answers; ParameterError unless it has exactly their rows."""
    if values is None:
        return None
    if not isinstance(values, pd.Series):
        raise ParameterError(f"{name} must be a pandas Series by respondent; found {type(values).__name__}.")
    _same_rows(values.index, index, name)
    return values if values.index.equals(index) else values.reindex(index)


def _same_rows(rows: pd.Index[Any], index: pd.Index[Any], name: str) -> None:
    if rows.equals(index):
        return
    lacking, beyond = index.difference(rows, sort=False), rows.difference(index, sort=False)
    if len(rows) != len(index) or len(lacking) or len(beyond):
        raise ParameterError(
            f"{name} must have the rows of the answers, each once; {len(lacking)} of {len(index)} are lacking "
            f"({listed(lacking) or 'none'}) and {len(beyond)} are not among them ({listed(beyond) or 'none'})."
        )


def durations(values: pd.Series | None, index: pd.Index[Any]) -> pd.Series | None:
    """Seconds by respondent, NaN where unknown; NotNumericError for anything but numbers."""
    given = aligned(values, index, "duration")
    if given is None:
        return None
    seconds = real_numbers(given)
    wrong = (seconds.isna() & given.notna()) | np.isinf(seconds)
    if wrong.any():
        raise NotNumericError(
            f"duration must be in seconds, as finite numbers; {int(wrong.sum())} cell(s) are not, the "
            f"first "
            f"{quoted(given[wrong].iloc[0])} in row {quoted(given.index[wrong.to_numpy()][0])}. Convert them."
        )
    return seconds


def declared(values: pd.DataFrame | None, index: pd.Index[Any]) -> pd.DataFrame | None:
    """Truth values by respondent and pattern; ParameterError for anything else."""
    if values is None:
        return None
    if not isinstance(values, pd.DataFrame):
        raise ParameterError(f"impossible must be a pandas DataFrame of truth values; found {type(values).__name__}.")
    repeated = values.columns[values.columns.duplicated()]
    if len(repeated):
        raise ParameterError(f"each impossible pattern must have a name of its own; repeated: {listed(repeated)}.")
    for name, kind in values.dtypes.items():
        if not types.is_bool_dtype(kind) or values[name].isna().any():
            raise ParameterError(f"impossible must hold True or False only; the column {quoted(name)} holds {kind}.")
    _same_rows(values.index, index, "impossible")
    return values if values.index.equals(index) else values.reindex(index)


def bounds(answers: pd.DataFrame, low: object, high: object) -> tuple[Floats, Floats, bool]:
    """Ends of the scale by item, and whether they are only those of the answers seen.

    Raises ScaleError for an answer outside them, ParameterError when they do not fit the items.
    """
    if (low is None) != (high is None):
        raise ParameterError("low and high must be given together, or neither: found one of them. Give both.")
    values, items = answers.to_numpy(), len(answers.columns)
    with_answers = not np.isnan(values).all()
    if low is None:
        # one scale for all: by item, five equal answers would stand at five different places of what was seen
        ends = (float(np.nanmin(values)), float(np.nanmax(values))) if with_answers else (np.nan, np.nan)
        return np.full(items, ends[0]), np.full(items, ends[1]), True
    lowest, highest = (_by_item(end, answers, name) for end, name in ((low, "low"), (high, "high")))
    if not (lowest < highest).all():
        place = int(np.flatnonzero(~(lowest < highest))[0])
        raise ParameterError(
            f"low must be below high; found {lowest[place]:g} and {highest[place]:g} "
            f"for {quoted(answers.columns[place])}."
        )
    _refuse_outside(answers, lowest, highest)
    return lowest, highest, False


def _by_item(end: object, answers: pd.DataFrame, name: str) -> Floats:
    if isinstance(end, pd.Series):
        lacking = answers.columns.difference(end.index, sort=False)
        if len(lacking) or end.index.has_duplicates:
            raise ParameterError(f"{name} must name each item once; lacking: {listed(lacking) or 'none'}.")
        found = real_numbers(end.reindex(answers.columns)).to_numpy(dtype=np.float64)
    else:
        found = np.full(len(answers.columns), float(end) if is_number(end) else np.nan)  # type: ignore[arg-type]
    if not np.isfinite(found).all():
        raise ParameterError(f"{name} must be a finite number, or one for each item; found {quoted(end)[:200]}.")
    return found


def _refuse_outside(answers: pd.DataFrame, low: Floats, high: Floats) -> None:
    values = answers.to_numpy()
    for place, name in enumerate(answers.columns):
        outside = (values[:, place] < low[place]) | (values[:, place] > high[place])
        if outside.any():
            row = int(np.flatnonzero(outside)[0])
            raise ScaleError(
                f"answers to {quoted(name)} must lie between {low[place]:g} and {high[place]:g}; {int(outside.sum())} "
                f"answer(s) do not, the first {values[row, place]:g} in row {quoted(answers.index[row])}. "
                "Correct it, declare it as missing, or correct the scale."
            )
