"""Several scores of a row into one: weighted arithmetic or geometric mean."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.checks import is_number, listed, numeric_frame, one_of, quoted, weight_numbers
from ikfs_methods.errors import ParameterError, ScaleError, WeightError
from ikfs_methods.framework import AGGREGATIONS

Floats = np.ndarray[Any, np.dtype[np.float64]]


def aggregate(
    values: pd.DataFrame,
    *,
    weights: pd.Series | None = None,
    method: str = "arithmetic",
    minimum_answered: float = 1.0,
    floor: float | None = None,
) -> pd.Series:
    """One weighted mean per row of values (rows units or respondents, columns the parts, all on one scale).

    arithmetic: sum(w x) / sum(w); geometric: exp(sum(w ln x) / sum(w)) (OECD/JRC 2008, section 6). `weights`: by
    column, none negative, taken relative to their sum; None = equal. A row counts when at least `minimum_answered`
    of its columns (a share of their number, above 0 up to 1) are answered; its weights are then those of the answered
    columns, scaled up to sum to 1. Any other row is missing in the result, as is one whose answered columns have no
    weight.
    `floor` (refused with arithmetic): lower values are raised to it first; without it the geometric mean takes no
    value <= 0.

    Raises WeightError for weights that are missing, negative or all 0, ScaleError for values <= 0 in a geometric mean
    (with their number by column), ParameterError for an option off its range.
    Answers the question: what is the whole, given its parts and their weights?
    """
    frame = numeric_frame(values, what="values", min_rows=1, min_columns=1)
    share = _weights(weights, frame)
    needed = needed_columns(minimum_answered, frame.shape[1])
    one_of(method, AGGREGATIONS, name="method")
    labels = [str(name) for name in frame.columns]
    if method == "geometric":
        score = geometric_rows(frame.to_numpy(), share, needed, floor=positive_floor(floor), labels=labels)
    elif floor is not None:
        raise ParameterError(
            f'a floor must go with method="geometric": an arithmetic mean takes values as they are; found floor='
            f"{quoted(floor)}. Leave floor out."
        )
    else:
        score = arithmetic_rows(frame.to_numpy(), share, needed)
    return pd.Series(score, index=frame.index, name="score")


def arithmetic_rows(x: Floats, weight: Floats, needed: int) -> Floats:
    """Weighted means of the rows of x over their answered columns; NaN below `needed` answered columns."""
    answered = ~np.isnan(x)
    mass = answered @ weight
    usable = (answered.sum(axis=1) >= needed) & (mass > 0)
    score = np.full(len(x), np.nan)
    np.divide(np.where(answered, x, 0.0) @ weight, mass, out=score, where=usable)
    return score


def geometric_rows(x: Floats, weight: Floats, needed: int, *, floor: float | None, labels: list[str]) -> Floats:
    """Weighted geometric means of the rows of x, otherwise as `arithmetic_rows`; ScaleError for a value <= 0."""
    if floor is not None:
        x = np.where(x < floor, floor, x)  # a comparison with NaN is False: gaps stay gaps
    counts = (x <= 0).sum(axis=0)
    if counts.any():
        found = listed(f"{name} ({count})" for name, count in zip(labels, counts, strict=True) if count)
        raise ScaleError(
            f"a geometric mean must have values above 0; found {int(counts.sum())} at or below 0: {found}. "
            "Declare a floor, e.g. floor=1, or take the arithmetic mean."
        )
    return np.exp(arithmetic_rows(np.log(x), weight, needed))


def needed_columns(minimum_answered: float, n_columns: int) -> int:
    """The least number of answered columns that is at least that share of them."""
    if not (is_number(minimum_answered) and 0 < minimum_answered <= 1):
        raise ParameterError(
            f"minimum_answered must be a share above 0 and at most 1; found {quoted(minimum_answered)}. "
            "0.5 means at least half of the columns."
        )
    # Shares like .7 x 10 come out a hair above a whole number; 1e-9 is far below one column and far above that hair.
    return math.ceil(minimum_answered * n_columns - 1e-9)


def positive_floor(floor: float | None) -> float | None:
    """The floor, when it is None or a finite number above 0; else a ParameterError."""
    if floor is not None and not (is_number(floor) and 0 < floor < math.inf):
        raise ParameterError(
            f"floor must be a number above 0, or None; found {quoted(floor)}. "
            "Give the least value that may enter a geometric mean, e.g. floor=1."
        )
    return floor


def _weights(weights: pd.Series | None, frame: pd.DataFrame) -> Floats:
    if weights is None:
        return np.full(frame.shape[1], 1 / frame.shape[1])
    given = weight_numbers(weights)
    lacking = [name for name in frame.columns if name not in given.index]
    extra = [name for name in given.index if name not in frame.columns]
    if lacking or extra:
        raise WeightError(
            f"weights must name each column; missing: {listed(lacking) or 'none'}; "
            f"not among the columns: {listed(extra) or 'none'}. "
            "Give each column one weight, or leave the columns without a weight out of the values."
        )
    number = given[list(frame.columns)].to_numpy()
    if not number.sum() > 0:
        raise WeightError(
            f"weights must not all be 0; found only zeros for {listed(frame.columns)}. Give one of them some weight."
        )
    share: Floats = number / number.sum()
    return share
