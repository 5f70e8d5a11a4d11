"""Which factors of two solutions are the same: cosines of their columns, and the best pairing."""

from __future__ import annotations

from typing import Protocol, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import listed, numeric_frame
from ikfs_methods.errors import ColumnError, ParameterError

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


class HasLoadings(Protocol):
    """Any result with loadings (items, factors)."""

    @property
    def loadings(self) -> pd.DataFrame:
        """Items by factors."""


def unit_columns(values: Floats) -> Floats:
    """The columns (..., items, factors) divided by their lengths; a column of zeros stays so.

    Divided by the largest size first, because squares of numbers above 1e154 or below 1e-162 are none in doubles.
    """
    largest = np.abs(values).max(axis=-2, keepdims=True)
    scaled = values / np.where(largest == 0, 1.0, largest)
    length = np.sqrt((scaled**2).sum(axis=-2, keepdims=True))
    return np.asarray(scaled / np.where(length == 0, 1.0, length))


def cosines(first: Floats, second: Floats) -> Floats:
    """Tucker's congruence of each column of `first` with each of `second`: sum(xy) / sqrt(sum(x^2) sum(y^2))."""
    return np.asarray(np.clip(np.swapaxes(unit_columns(first), -1, -2) @ unit_columns(second), -1.0, 1.0))


def best_pairs(strength: Floats) -> Places:
    """Column that goes with each row, by draw, so that the sizes of strengths (draws, m, m) sum to the most.

    Where the largest sizes of the rows lie in different columns, these are the best pairing; only the other draws need
    an assignment (Kuhn 1955).
    """
    sizes = np.abs(strength)
    pairs = sizes.argmax(axis=2)
    conflict = (np.sort(pairs, axis=1) != np.arange(pairs.shape[1])).any(axis=1)
    for draw in np.flatnonzero(conflict):
        pairs[draw] = best_pairing(sizes[draw])[1]
    return np.asarray(pairs)


def best_pairing(strength: Floats) -> tuple[Places, Places]:
    """Rows and columns of the one-to-one pairs whose sizes of strength (first's, second's factors) sum to the most."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - heavy to import, and rarely needed

    rows, columns = linear_sum_assignment(-np.abs(strength))
    return np.asarray(rows), np.asarray(columns)


def matched_to(loadings: Floats, target: Floats) -> tuple[Places, Floats]:
    """Order and signs, both (draws, factors), that bring loadings (draws, items, factors) nearest to the target."""
    found = cosines(np.broadcast_to(target, loadings.shape), loadings)
    order = best_pairs(found)
    signs = np.where(np.take_along_axis(found, order[:, :, None], axis=2)[:, :, 0] < 0, -1.0, 1.0)
    return order, signs


def loading_frame(given: pd.DataFrame | HasLoadings, *, what: str) -> pd.DataFrame:
    """The loadings of a frame or result as floats, when items are unique, nothing is missing and no factor is empty."""
    table = given if isinstance(given, pd.DataFrame) else getattr(given, "loadings", given)
    frame = numeric_frame(cast("pd.DataFrame", table), what=what, min_rows=1, min_columns=1)
    twice = frame.index[frame.index.duplicated()]
    if len(twice):
        raise ColumnError(f"{what} must name each item once; repeated: {listed(twice)}. Rename or drop them.")
    if frame.isna().to_numpy().any():
        gaps = [name for name, row in frame.isna().iterrows() if row.any()]
        raise ParameterError(f"{what} must have no gaps; missing for: {listed(gaps)}. Supply the complete table.")
    empty = frame.columns[(frame == 0).all().to_numpy()]
    if len(empty):
        raise ParameterError(
            f"each factor must have a loading that is not zero; all are zero in {what} for: {listed(empty)}. Drop it."
        )
    return frame


def same_items(first: pd.DataFrame, second: pd.DataFrame, *, what: tuple[str, str]) -> pd.DataFrame:
    """The second in the order of the first's items, when both have the same; else a ColumnError naming the others."""
    only_first = first.index.difference(second.index, sort=False)
    only_second = second.index.difference(first.index, sort=False)
    if len(only_first) or len(only_second):
        parts = [
            f"only in {where}: {listed(names)}"
            for where, names in zip(what, (only_first, only_second), strict=True)
            if len(names)
        ]
        raise ColumnError(
            f"{what[0]} and {what[1]} must have the same items; {'; '.join(parts)}. "
            "Select the common items of both, or analyse both anew with these alone."
        )
    return second.loc[first.index]
