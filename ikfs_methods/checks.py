"""The one gate for input: shape, labels, numbers, missing answers, options.

Methods call these before they compute, so that a wrong argument is refused in the same words everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

import numpy as np
import pandas as pd
from pandas.api import types

from ikfs_methods.errors import (
    ColumnError,
    ConstantItemError,
    NotNumericError,
    ParameterError,
    ScaleError,
    TooFewError,
    WeightError,
)

# Shares computed in doubles miss 1 by about 1e-16 per term, and tables typed with ten digits by less than this; a
# weight that was mistyped or left out misses by far more.
SUM_TOLERANCE = 1e-9


def plain(value: object) -> object:
    """The value for a message: a number of numpy's as Python's own, also inside a tuple (a label of several levels)."""
    if isinstance(value, tuple):
        return tuple(plain(part) for part in value)
    if isinstance(value, np.generic):
        return str(value) if value.dtype.kind in "mM" else value.item()
    return value


def quoted(value: object) -> str:
    """The value for a message, text in quotes: 'often', 0, nan."""
    return repr(plain(value))


def listed(names: Iterable[object], limit: int = 8) -> str:
    """Names for a message: the first `limit` of them, then how many more."""
    shown = [str(plain(name)) for name in names]
    tail = f" and {len(shown) - limit} more" if len(shown) > limit else ""
    return ", ".join(shown[:limit]) + tail


def did_you_mean(name: str, options: Iterable[str]) -> str:
    """' Did you mean X?' for the nearest option, or nothing."""
    by_lower = {option.lower(): option for option in options}
    near = get_close_matches(name.lower(), list(by_lower), n=1, cutoff=0.5)
    return f" Did you mean {by_lower[near[0]]!r}?" if near else ""


def one_of(value: str, options: Collection[str], *, name: str) -> str:
    """The value, when it is one of the options; else a ParameterError that names them."""
    if not isinstance(value, str) or value not in options:
        raise ParameterError(
            f"{name} must be one of {listed(options, 20)}; found {quoted(value)}."
            f"{did_you_mean(str(value), options)} Give one of them."
        )
    return value


def is_number(value: object) -> bool:
    """True for one real number of Python or numpy, NaN and infinity among them; a truth value is none."""
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def fraction(value: float, *, name: str) -> float:
    """The value, when it lies strictly between 0 and 1 (a level, a share); else a ParameterError."""
    if not (is_number(value) and 0 < value < 1):
        raise ParameterError(
            f"{name} must be a number between 0 and 1, both excluded; found {quoted(value)}. "
            "Give it as a share: 0.95 means 95 %."
        )
    return float(value)


def flag(value: bool, *, name: str) -> bool:  # noqa: FBT001 - it is the value looked at
    """The value, when it is True or False; else a ParameterError, since the text "False" would count as true."""
    if not isinstance(value, bool | np.bool_):
        raise ParameterError(f"{name} must be True or False; found {quoted(value)}. Give one of them.")
    return bool(value)


def whole(value: int, most: int | None = None, *, name: str, least: int = 1, remedy: str = "Give one of these.") -> int:
    """The value, when it is a whole number from `least` to `most` (None: no end); else a ParameterError."""
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not is_whole or value < least or (most is not None and value > most):
        allowed = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise ParameterError(f"{name} must be a whole number {allowed}; found {quoted(value)}. {remedy}")
    return int(value)


def numeric_frame(
    values: pd.DataFrame, *, what: str = "answers", min_rows: int = 2, min_columns: int = 2
) -> pd.DataFrame:
    """The values as a float frame with unique labels; missing cells stay NaN.

    Raises ParameterError when it is no frame, ColumnError for repeated columns, NotNumericError for text (with its
    column and row), dates, durations and complex numbers, TooFewError when there are fewer than `min_rows` rows or
    `min_columns` columns.
    """
    if not isinstance(values, pd.DataFrame):
        raise ParameterError(f"{what} must be a pandas DataFrame; found {type(values).__name__}.")
    repeated = list(values.columns[values.columns.duplicated()])
    if repeated:
        raise ColumnError(f"{what} must have unique column names; repeated: {listed(repeated)}. Rename or drop them.")
    if values.shape[1] < min_columns or values.shape[0] < min_rows:
        more = f"{min_columns} columns (items)" if values.shape[1] < min_columns else f"{min_rows} rows"
        raise TooFewError(
            f"{what} must have at least {min_rows} rows and {min_columns} columns; "
            f"found {values.shape[0]} and {values.shape[1]}. Give at least {more}."
        )
    if all(isinstance(kind, np.dtype) and kind.kind in "iuf" for kind in values.dtypes):
        # Nothing to convert and nothing to name: one pass over all columns is far faster than column by column.
        numbers = pd.DataFrame(values.to_numpy(dtype=np.float64), index=values.index, columns=values.columns)
    else:
        numbers = pd.DataFrame({name: _checked(values[name], what) for name in values.columns}, index=values.index)
    infinite = np.isinf(numbers.to_numpy())
    if infinite.any():
        label = numbers.columns[infinite.any(axis=0)][0]
        rows = infinite[:, numbers.columns.get_loc(label)]
        raise NotNumericError(
            f"{what} must be finite numbers; column {quoted(label)} has {int(rows.sum())} infinite value(s), "
            f"the first in row {quoted(values.index[rows][0])}. Correct it or declare it as missing."
        )
    return numbers


def real_numbers(column: pd.Series) -> pd.Series:
    """The column as floats, NaN for whatever is no real number: text, dates, durations, complex numbers.

    pandas would take a date for its nanoseconds and drop the imaginary part of a complex number.
    """
    kind = column.dtype
    if types.is_datetime64_any_dtype(kind) or types.is_timedelta64_dtype(kind) or isinstance(kind, pd.PeriodDtype):
        return pd.Series(np.nan, index=column.index, name=column.name)
    number = pd.to_numeric(column, errors="coerce")
    if types.is_complex_dtype(number.dtype):
        real = np.array([not isinstance(value, complex | np.complexfloating) for value in column])
        number = number.where(real).map(np.real)
    return number.astype("float64")


def _checked(column: pd.Series, what: str) -> pd.Series:
    number = real_numbers(column)
    wrong = (number.isna() & column.notna()).to_numpy()
    if wrong.any():
        first, row = column[wrong].iloc[0], column.index[wrong][0]
        kind = "text" if isinstance(first, str) else f"no number ({type(first).__name__})"
        said = quoted(first) if isinstance(first, str) else str(first)
        raise NotNumericError(
            f"{what} must be numbers; column {quoted(column.name)} has {kind} in {int(wrong.sum())} row(s), "
            f"the first {said} in row {quoted(row)}. Correct it or declare it as missing."
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
        found = f"{what} must have at least {min_rows} rows without a missing answer; found {len(used)} of {len(frame)}"
        if not gaps.any():
            raise TooFewError(f"{found}. Supply more data.")
        missing = listed(f"{name} ({count})" for name, count in frame.isna().sum().items() if count)
        raise TooFewError(
            f"{found}. Answers are missing in: {missing}. "
            'Use missing="pairwise" where it is offered, or leave out the items with most gaps.'
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
            f"the first {frame.loc[row, label]:g} in column {quoted(label)}, row {quoted(row)}. "
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
        f"rng must be a numpy random Generator or a seed (a whole number from 0); found {quoted(rng)}. "
        "Give rng=numpy.random.default_rng(seed), so that the result can be made again."
    )


def weight_numbers(weights: pd.Series) -> pd.Series:
    """The weights as floats, when each label stands once with a finite number of at least 0; else a WeightError."""
    if not isinstance(weights, pd.Series):
        raise ParameterError(f"weights must be a pandas Series by label; found {type(weights).__name__}.")
    twice = weights.index[weights.index.duplicated()]
    if len(twice):
        raise WeightError(f"weights must name each label once; repeated: {listed(twice)}. Remove the repeats.")
    number = real_numbers(weights)
    bad = ~(np.isfinite(number) & (number >= 0))
    if bad.any():
        found = listed(f"{plain(label)}={quoted(value)}" for label, value in weights[bad].items())
        raise WeightError(f"weights must be numbers of at least 0; found {found}. Correct or supply them.")
    return number


def sum_to_one(weights: Mapping[str, float], parent: str) -> None:
    """WeightError, unless the weights of that parent's children sum to 1 within 1e-9."""
    total = sum(weights.values())
    if abs(total - 1) > SUM_TOLERANCE:
        raise WeightError(
            f"weights must sum to 1 within their parent; those of {parent or 'the unnamed parent'} sum to "
            f"{total:.12g}: "
            + listed(f"{code}={value:g}" for code, value in weights.items())
            + ". Correct them, or divide them by their sum."
        )
