"""Indicators of any unit onto one scale from 0 to 100."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.checks import is_number, listed, numeric_frame, one_of, plain, quoted, varying, within_scale
from ikfs_methods.errors import ColumnError, ParameterError
from ikfs_methods.framework import NORMALISATIONS

Floats = np.ndarray[Any, np.dtype[np.float64]]
Truths = np.ndarray[Any, np.dtype[np.bool_]]


def normalise(
    values: pd.DataFrame,
    *,
    method: str = "minmax",
    direction: int | pd.Series | Mapping[str, int] = 1,
    goalposts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Values (rows units or respondents, columns indicators, each in its own unit) as scores from 0 to 100.

    100 (x - low) / (high - low), turned to 100 minus that where direction is -1 (OECD/JRC 2008, Handbook on
    Constructing Composite Indicators, section 5). The methods differ in the bounds and in what lies outside them:
    "minmax" takes the least and greatest value among the rows, so that scores depend on who is in the data;
    "goalposts" takes declared bounds and caps what lies outside at 0 or 100; "scale" takes declared bounds that
    nothing may leave (an answer scale). `goalposts`: frame by indicator with columns low and high, for the latter two
    and refused with "minmax". `direction`: 1 or -1 for all, or a series or mapping by indicator. Missing values stay
    missing.

    Raises ConstantItemError when an indicator does not vary ("minmax"), ScaleError for a value outside its bounds
    ("scale"), ColumnError and ParameterError for bounds or directions that are missing or not possible.
    Answers the question: where does each value stand between its worst and its best?
    """
    one_of(method, NORMALISATIONS, name="method")
    frame = numeric_frame(values, what="values", min_rows=1, min_columns=1)
    if method == "minmax" and goalposts is not None:
        raise ParameterError(
            'goalposts must go with method="goalposts" or "scale": "minmax" takes its bounds from the values. '
            "Choose one of them, or leave goalposts out."
        )
    sign = _directions(direction, frame)
    bounds = observed_bounds(frame) if method == "minmax" else declared_bounds(goalposts, list(frame.columns))
    if method == "scale":
        refuse_outside(frame, bounds)
    score = rescaled(frame.to_numpy(), bounds, cap=method == "goalposts")
    return pd.DataFrame(np.where(sign.to_numpy() > 0, score, 100 - score), index=frame.index, columns=frame.columns)


def rescaled(x: Floats, bounds: pd.DataFrame, *, cap: bool) -> Floats:
    """100 (x - low) / (high - low) by column; with `cap`, nothing below 0 or above 100."""
    low, high = bounds["low"].to_numpy(), bounds["high"].to_numpy()
    score: Floats = 100 * (x - low) / (high - low)
    return score.clip(0, 100) if cap else score


def declared_bounds(goalposts: pd.DataFrame | None, indicators: list[str]) -> pd.DataFrame:
    """Columns low and high as floats for those indicators; ColumnError or ParameterError when they cannot serve."""
    if goalposts is None:
        raise ParameterError(
            'methods "goalposts" and "scale" need bounds: goalposts= a frame by indicator with columns low and high.'
        )
    if not isinstance(goalposts, pd.DataFrame):
        raise ParameterError(
            f"goalposts must be a pandas DataFrame by indicator; found {type(goalposts).__name__}. "
            "Make one with the columns low and high."
        )
    lacking = [name for name in ("low", "high") if name not in goalposts.columns]
    if lacking:
        raise ColumnError(f"goalposts must have the columns low and high; missing: {listed(lacking)}. Supply them.")
    table = numeric_frame(goalposts[["low", "high"]], what="goalposts", min_rows=1)
    unknown = [name for name in indicators if name not in table.index]
    twice = table.index[table.index.duplicated()]
    if unknown or len(twice):
        raise ColumnError(
            "goalposts must have one row for each indicator; "
            f"missing: {listed(unknown) or 'none'}; repeated: {listed(twice) or 'none'}. "
            "Supply or remove those rows."
        )
    used = table.loc[indicators]
    wrong = used[~(used["low"] < used["high"])]
    if len(wrong):
        raise ParameterError(
            "goalposts must have low below high, both given; not so for "
            + listed(f"{name} ({row.low:g} to {row.high:g})" for name, row in wrong.iterrows())
            + ". A reversed indicator is declared by direction, not by its bounds."
        )
    return used


def outside(x: Floats, bounds: pd.DataFrame) -> Truths:
    """True where a value lies outside its indicator's bounds."""
    return (x < bounds["low"].to_numpy()) | (x > bounds["high"].to_numpy())


def refuse_outside(frame: pd.DataFrame, bounds: pd.DataFrame) -> None:
    """ScaleError for the first indicator with a value outside its bounds."""
    wrong = np.logical_or.reduce(outside(frame.to_numpy(), bounds), axis=0)
    for label, low, high in zip(frame.columns[wrong], bounds["low"][wrong], bounds["high"][wrong], strict=True):
        within_scale(frame[[label]], low, high, what="values")


def observed_bounds(frame: pd.DataFrame) -> pd.DataFrame:
    """Least and greatest value by indicator; ConstantItemError where they are the same."""
    varying(frame)
    return pd.DataFrame({"low": frame.min(), "high": frame.max()})


def _directions(direction: object, frame: pd.DataFrame) -> pd.Series:
    if isinstance(direction, Mapping):
        direction = pd.Series(dict(direction), dtype=object)
    elif is_number(direction):
        direction = pd.Series(direction, index=frame.columns)
    if not isinstance(direction, pd.Series):
        raise ParameterError(
            f"direction must be 1 or -1, or a series or mapping by indicator; found {quoted(direction)}. "
            'Name the indicators, e.g. {"a": 1, "b": -1}.'
        )
    lacking = [name for name in frame.columns if name not in direction.index]
    repeated = direction.index[direction.index.duplicated()]
    if lacking or len(repeated):
        raise ColumnError(
            f"direction must be given once for each indicator; missing: {listed(lacking) or 'none'}; "
            f"repeated: {listed(repeated) or 'none'}. Give each indicator 1 or -1."
        )
    sign = direction[list(frame.columns)]
    wrong = sign[~sign.isin([1, -1])]
    if len(wrong):
        found = listed(f"{quoted(value)} for {plain(name)}" for name, value in wrong.items())
        raise ParameterError(
            f"direction must be 1 or -1; found {found}. -1 turns an indicator whose high values are bad."
        )
    return sign
