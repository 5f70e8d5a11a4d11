"""The one gate for input: shape, labels, numbers, missing answers, options.

Methods call these before they compute, so that a wrong argument is refused in the same words everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

import numpy as np
import pandas as pd

from ikfs_methods.errors import (
    ColumnError,
    ConstantItemError,
    NotNumericError,
    ParameterError,
    ScaleError,
    TooFewError,
    WeightError,
)


def listed(names: Iterable[object], limit: int = 8) -> str:
    """Names for a message: the first `limit` of them, then how many more."""
    shown = [str(name) for name in names]
    tail = f" and {len(shown) - limit} more" if len(shown) > limit else ""
    return ", ".join(shown[:limit]) + tail


def did_you_mean(name: str, options: Iterable[str]) -> str:
    """' Did you mean X?' for the nearest option, or nothing."""
    by_lower = {option.lower(): option for option in options}
    near = get_close_matches(name.lower(), list(by_lower), n=1, cutoff=0.5)
    return f" Did you mean {by_lower[near[0]]!r}?" if near else ""


def one_of(value: str, options: Collection[str], *, name: str) -> str:
    """The value, when it is one of the options; else a ParameterError that names them."""
    if value not in options:
        raise ParameterError(
            f"{name} must be one of {listed(options, 20)}; found {value!r}.{did_you_mean(str(value), options)}"
        )
    return value


def fraction(value: float, *, name: str) -> float:
    """The value, when it lies strictly between 0 and 1 (a level, a share); else a ParameterError."""
    if not (isinstance(value, int | float) and 0 < value < 1):
        raise ParameterError(f"{name} must be a number between 0 and 1, both excluded; found {value!r}.")
    return float(value)


def numeric_frame(
    values: pd.DataFrame, *, what: str = "answers", min_rows: int = 2, min_columns: int = 2
) -> pd.DataFrame:
    """The values as a float frame with unique labels; missing cells stay NaN.

    Raises ParameterError when it is no frame, ColumnError for repeated columns, NotNumericError for text (with its
    column and row), TooFewError when there are fewer than `min_rows` rows or `min_columns` columns.
    """
    if not isinstance(values, pd.DataFrame):
        raise ParameterError(f"{what} must be a pandas DataFrame; found {type(values).__name__}.")
    repeated = list(values.columns[values.columns.duplicated()])
    if repeated:
        raise ColumnError(f"{what} must have unique column names; repeated: {listed(repeated)}. Rename or drop them.")
    if values.shape[1] < min_columns or values.shape[0] < min_rows:
        raise TooFewError(
            f"{what} must have at least {min_rows} rows and {min_columns} columns; "
            f"found {values.shape[0]} and {values.shape[1]}. Supply more data or fewer restrictions."
        )
    if all(isinstance(kind, np.dtype) and kind.kind in "iuf" for kind in values.dtypes):
        # Nothing to convert and nothing to name: one pass over all columns is far faster than column by column.
        numbers = pd.DataFrame(values.to_numpy(dtype=np.float64), index=values.index, columns=values.columns)
    else:
        numbers = pd.DataFrame({name: _numbers(values[name], what) for name in values.columns}, index=values.index)
    infinite = np.isinf(numbers.to_numpy())
    if infinite.any():
        label = numbers.columns[infinite.any(axis=0)][0]
        rows = infinite[:, numbers.columns.get_loc(label)]
        raise NotNumericError(
            f"{what} must be finite numbers; column {label!r} has {int(rows.sum())} infinite value(s), "
            f"the first in row {values.index[rows][0]!r}. Correct it or declare it as missing."
        )
    return numbers


def _numbers(column: pd.Series, what: str) -> pd.Series:
    number = pd.to_numeric(column, errors="coerce").astype("float64")
    text = number.isna() & column.notna()
    if text.any():
        row = column.index[text.to_numpy()][0]
        raise NotNumericError(
            f"{what} must be numbers; column {column.name!r} has text in {int(text.sum())} row(s), "
            f"the first {column[text].iloc[0]!r} in row {row!r}. Correct it or declare it as missing."
        )
    return number


def complete_rows(
    values: pd.DataFrame, *, what: str = "answers", min_rows: int = 2, min_columns: int = 2
) -> pd.DataFrame:
    """The rows without a missing answer (listwise), as floats; raises as `numeric_frame` does."""
    frame = numeric_frame(values, what=what, min_rows=1, min_columns=min_columns)
    gaps = np.isnan(frame.to_numpy()).any(axis=1)
    used = frame[~gaps] if gaps.any() else frame
    if len(used) < min_rows:
        raise TooFewError(
            f"{what} must have at least {min_rows} rows without a missing answer; found {len(used)} of {len(frame)}. "
            "Answers are missing in: "
            + listed(f"{name} ({count})" for name, count in frame.isna().sum().items() if count)
            + '. Use missing="pairwise" where it is offered, or leave out the items with most gaps.'
        )
    return used


def varying(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame, when every column varies; else a ConstantItemError with the names."""
    values = frame.to_numpy(dtype="float64")
    # fmax and fmin pass over missing answers; a column without any answer gives NaN, which does not vary either.
    spread = np.fmax.reduce(values, axis=0) > np.fmin.reduce(values, axis=0)
    constant = [str(name) for name in frame.columns[~spread]]
    if constant:
        raise ConstantItemError(
            f"items must vary; constant over {len(frame)} respondents: {listed(constant)}. "
            "Drop them, or check their coding in the framework table."
        )
    return frame


def within_scale(frame: pd.DataFrame, low: float, high: float, *, what: str = "ratings") -> pd.DataFrame:
    """The frame, when every value lies in [low, high]; else a ScaleError with column, row and value."""
    if not low < high:
        raise ParameterError(f"the scale's low end must be below its high end; found low={low}, high={high}.")
    outside = (frame < low) | (frame > high)
    if outside.to_numpy().any():
        label = next(name for name in frame.columns if outside[name].any())
        row = frame.index[outside[label].to_numpy()][0]
        raise ScaleError(
            f"{what} must lie between {low:g} and {high:g}; {int(outside.to_numpy().sum())} value(s) do not, "
            f"the first {frame.loc[row, label]:g} in column {label!r}, row {row!r}. "
            "Correct it, declare it as missing, or correct the scale."
        )
    return frame


def generator(rng: np.random.Generator | int | None) -> np.random.Generator:
    """The random generator, or one from a whole-number seed (0 is a seed); else a ParameterError.

    A bit stream is never drawn from the clock: without a seed no result could be made again.
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0:
        return np.random.default_rng(int(rng))
    raise ParameterError(
        f"rng must be a numpy random Generator or a seed (a whole number from 0); found {rng!r}. "
        "Give rng=numpy.random.default_rng(seed), so that the result can be made again."
    )


def weight_numbers(weights: pd.Series) -> pd.Series:
    """The weights as floats, when each label stands once with a finite number of at least 0; else a WeightError."""
    if not isinstance(weights, pd.Series):
        raise ParameterError(f"weights must be a pandas Series by label; found {type(weights).__name__}.")
    twice = weights.index[weights.index.duplicated()]
    if len(twice):
        raise WeightError(f"weights must name each label once; repeated: {listed(twice)}. Remove the repeats.")
    number = pd.to_numeric(weights, errors="coerce").astype("float64")
    bad = ~(np.isfinite(number) & (number >= 0))
    if bad.any():
        found = listed(f"{label}={value!r}" for label, value in weights[bad].items())
        raise WeightError(f"weights must be numbers of at least 0; found {found}. Correct or supply them.")
    return number
