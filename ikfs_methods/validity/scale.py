"""The answers and the scale they were given on: ends, points, and answers as numbers of categories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ikfs_methods.checks import is_number, listed, numeric_frame, quoted, within_scale
from ikfs_methods.correlation import refuse_matrix
from ikfs_methods.errors import ColumnError, ParameterError, ScaleError, TooFewError
from ikfs_methods.labels import flat_index

Floats = NDArray[np.float64]

# Squares, and sums of a million of them, must stay within doubles (1e-308 to 1e308) on both sides.
_LARGEST = 1e120
_NARROWEST = 1e-120
# A slider from 0 to 100 has 101 points; what has more is measured rather than sorted into categories.
MOST_CATEGORIES = 200


def computable(values: pd.DataFrame, *, what: str = "answers", min_rows: int = 2, min_columns: int = 2) -> pd.DataFrame:
    """The values as a float frame whose squares a double can hold; else a ScaleError with the column and the value.

    Column labels of several levels become tuples. Raises further ParameterError for a correlation matrix, and what
    `checks.numeric_frame` raises.
    """
    refuse_matrix(values)
    frame = numeric_frame(values, what=what, min_rows=min_rows, min_columns=min_columns)
    if frame.columns.nlevels > 1:
        frame.columns = flat_index(frame.columns, "item")
    cells = frame.to_numpy()
    top, bottom = np.fmax.reduce(cells, axis=0), np.fmin.reduce(cells, axis=0)
    size = np.fmax(np.abs(top), np.abs(bottom))
    wrong = (size > _LARGEST) | ((top > bottom) & (top / 2 - bottom / 2 < _NARROWEST))
    if wrong.any():
        place = int(wrong.argmax())
        raise ScaleError(
            f"{what} must be of a size that can be squared (up to {_LARGEST:g}, spread of at least {_NARROWEST:g}); "
            f"column {quoted(frame.columns[place])} runs from {bottom[place]:g} to {top[place]:g}. "
            "Correct it, or change its unit."
        )
    return frame


def scale_ends(
    frame: pd.DataFrame, low: float | pd.Series | None, high: float | pd.Series | None
) -> tuple[pd.Series, pd.Series]:
    """Lowest and highest scale point of every item; None takes the least and greatest answer to any of the items.

    Raises ScaleError for an answer off its scale, ParameterError for an end that is no number or a low end that is not
    below the high end, ColumnError for a series that lacks an item.
    """
    values = frame.to_numpy()
    bottom = _scale_end(low, frame.columns, float(np.fmin.reduce(values, axis=None)), "low")
    top = _scale_end(high, frame.columns, float(np.fmax.reduce(values, axis=None)), "high")
    least, most = bottom.to_numpy(), top.to_numpy()
    wrong = ~(least < most) | (values < least).any(axis=0) | (values > most).any(axis=0)
    for item in frame.columns[wrong]:
        within_scale(frame[[item]], float(bottom[item]), float(top[item]), what="answers")
    return bottom, top


def _scale_end(end: float | pd.Series | None, items: pd.Index, seen: float, name: str) -> pd.Series:
    """The scale's end for every item."""
    if end is None:
        return pd.Series(seen, index=items, name=name)
    if isinstance(end, pd.Series):
        repeated = end.index[end.index.duplicated()]
        if len(repeated):
            raise ColumnError(f"{name} must name each item once; repeated: {listed(repeated)}. Remove the repeats.")
        lacking = [item for item in items if item not in end.index]
        if lacking:
            raise ColumnError(f"{name} must be given for every item; missing: {listed(lacking)}. Supply it.")
        column = end.reindex(items).rename(name).to_frame()
        return numeric_frame(column, what=name, min_rows=1, min_columns=1)[name]
    try:
        number = float(end) if is_number(end) else np.nan
    except OverflowError:  # a whole number may have more digits than a double can hold
        number = np.inf
    if not abs(number) <= _LARGEST:
        raise ParameterError(
            f"{name} must be a number or a series by item; found {quoted(end)}. "
            f"Give a scale point, e.g. 1, of size up to {_LARGEST:g}."
        )
    return pd.Series(number, index=items, name=name)


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """Answers as places in the list of codes: `places` (respondents, items), -1 for a gap; `counts` (items, codes)."""

    codes: Floats
    places: NDArray[np.int64]
    counts: NDArray[np.int64]


def coded(frame: pd.DataFrame, *, more: Floats | None = None) -> Coded:
    """The codes that occur in any item (and in `more`), rising, and the answers as places among them.

    Raises TooFewError for an item without any answer, ScaleError for more than 200 different codes.
    """
    values = frame.to_numpy()
    answered = ~np.isnan(values)
    empty = frame.columns[~answered.any(axis=0)]
    if len(empty):
        raise TooFewError(f"each item must have an answer; none for {listed(empty)}. Leave the item out.")
    found = values[answered]
    codes = np.unique(found if more is None else np.concatenate([found, more]))
    if len(codes) > MOST_CATEGORIES:
        raise ScaleError(
            f"answers must be ordered categories, at most {MOST_CATEGORIES} different ones; found {len(codes)} "
            f"between {codes[0]:g} and {codes[-1]:g}. Group the answers, or leave out the items that were measured."
        )
    places = np.where(answered, np.searchsorted(codes, np.where(answered, values, codes[0])), -1)
    k, m = values.shape[1], len(codes)
    flat = (places + m * np.arange(k))[answered]
    return Coded(codes, places, np.bincount(flat, minlength=k * m).reshape(k, m))


def scale_points(frame: pd.DataFrame, bottom: pd.Series, top: pd.Series, *, given: bool) -> list[Floats]:
    """The points of each item's scale.

    With both ends `given` and whole, every whole number between them (an item with answers between whole numbers has
    the codes that occur in it); else the codes that occur in any item. An item that offers more than 200 has none.
    """
    values = frame.to_numpy()
    if not given:
        seen = np.unique(values[~np.isnan(values)])
        return [seen if len(seen) <= MOST_CATEGORIES else np.empty(0)] * frame.shape[1]
    points = []
    for column, low, high in zip(values.T, bottom.to_numpy(), top.to_numpy(), strict=True):
        used = column[~np.isnan(column)]
        if high - low >= MOST_CATEGORIES:
            points.append(np.empty(0))
        elif low == round(low) and high == round(high) and (used == np.round(used)).all():
            points.append(np.arange(low, high + 1))
        else:
            codes = np.unique(used)
            points.append(codes if len(codes) <= MOST_CATEGORIES else np.empty(0))
    return points
