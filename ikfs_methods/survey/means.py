"""Weighted means of many columns by group, in one pass over the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.checks import listed, numeric_frame, real_numbers
from ikfs_methods.errors import ColumnError, ParameterError, TooFewError, WeightError
from ikfs_methods.result import Shown

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, eq=False)
class WeightedMeans(Shown):
    """Means and the numbers behind them, a row per group and a column per variable.

    `means` holds NaN where no row of the group answered; `n` counts the rows used (0 there); `n_without_group` counts
    rows whose group is missing: they enter no group.
    """

    means: pd.DataFrame
    n: pd.DataFrame
    n_rows: int
    n_without_group: int
    weighted: bool

    def to_frame(self) -> pd.DataFrame:
        """One row per group and variable: mean and n; groups without an answer are left out."""
        table = pd.DataFrame(
            {
                "group": np.repeat(self.means.index.to_numpy(), self.means.shape[1]),
                "variable": np.tile(self.means.columns.to_numpy(), len(self.means)),
                "mean": self.means.to_numpy().ravel(),
                "n": self.n.to_numpy().ravel(),
            }
        )
        return table[table["n"] > 0].reset_index(drop=True)


def weighted_means(
    values: pd.DataFrame, *, weights: pd.Series | None = None, by: pd.Series | None = None
) -> WeightedMeans:
    """Means of every column (rows x variables, any unit), of all rows or by group.

    mean = sum(w x) / sum(w) over the rows of the group that have a value in that column (available cases, column by
    column: each mean carries its own n), the Hájek estimator of a population mean (Särndal, Swensson & Wretman 1992,
    section 5.7). `weights`: design weights by row, None = equal; `by`: group of each row, None = one group named "all".
    Groups come in the order of the category, else sorted; a row without a group enters no group and is counted.

    Raises WeightError for a weight that is missing, not finite or not above 0, ColumnError where labels do not fit,
    and what `checks.numeric_frame` raises. Answers the question: what is the mean of the population and its parts?
    Standard errors under the sampling design are no part of this result.
    """
    frame = numeric_frame(values, what="values", min_rows=1, min_columns=1)
    return means_of_checked(frame, weights=weights, by=by)


def means_of_checked(frame: pd.DataFrame, *, weights: pd.Series | None, by: pd.Series | None) -> WeightedMeans:
    """`weighted_means` of a frame that has passed the gate already: the gate costs more than the means."""
    weight = aligned_weights(weights, frame.index)
    codes, groups = unit_codes(by, frame.index)
    means, n = grouped_means(frame.to_numpy(), weight, codes, len(groups))
    return WeightedMeans(
        means=pd.DataFrame(means, index=groups, columns=frame.columns),
        n=pd.DataFrame(n, index=groups, columns=frame.columns),
        n_rows=len(frame),
        n_without_group=int((codes < 0).sum()),
        weighted=weights is not None,
    )


def grouped_means(
    x: Floats, weight: Floats | None, codes: np.ndarray[Any, Any], n_groups: int
) -> tuple[Floats, np.ndarray[Any, Any]]:
    """Means and counts (groups x columns) of x (rows x columns); codes -1 are left out."""
    order = np.argsort(codes, kind="stable")
    order = order[np.searchsorted(codes[order], 0) :]
    # Rows sorted by group make each group one run, so that one sum over runs serves all columns at once.
    starts = np.searchsorted(codes[order], np.arange(n_groups))
    rows = x[order]
    answered = ~np.isnan(rows)
    n = np.add.reduceat(answered, starts, axis=0, dtype=np.int64)
    share = answered if weight is None else answered * weight[order, None]
    total = np.add.reduceat(np.where(answered, rows, 0.0) * share, starts, axis=0)
    mass = np.add.reduceat(share, starts, axis=0, dtype=np.float64)
    means = np.full(total.shape, np.nan)
    np.divide(total, mass, out=means, where=n > 0)
    return means, n


def aligned_weights(weights: pd.Series | None, index: pd.Index) -> Floats | None:
    """Design weights as an array in the order of `index`; None stays None.

    Raises WeightError when a row has no weight, or one that is not a finite number above 0, naming the rows.
    """
    if weights is None:
        return None
    number = real_numbers(_aligned(weights, index, "design weights")).to_numpy(dtype=np.float64)
    bad = ~(np.isfinite(number) & (number > 0))
    if bad.any():
        raise WeightError(
            f"design weights must be finite numbers above 0; {int(bad.sum())} of {len(number)} are not, "
            f"in rows {listed(index[bad])}. Correct them, or leave those rows out."
        )
    return number


def unit_codes(by: pd.Series | None, index: pd.Index) -> tuple[np.ndarray[Any, Any], pd.Index]:
    """Number of each row's group (-1: none) and the groups that occur, in the order of the category, else sorted."""
    if by is None:
        return np.zeros(len(index), dtype=np.intp), pd.Index(["all"])
    category = _aligned(by, index, "the units of the rows").astype("category").cat.remove_unused_categories()
    if not len(category.cat.categories):
        raise TooFewError(f"at least one row must have a unit; none of {len(index)} rows has one. Check the column.")
    groups = pd.Index(category.cat.categories, name=by.name)
    return category.cat.codes.to_numpy().astype(np.intp), groups


def _aligned(series: pd.Series, index: pd.Index, what: str) -> pd.Series:
    if not isinstance(series, pd.Series):
        raise ParameterError(f"{what} must be a pandas Series by row; found {type(series).__name__}.")
    if series.index.equals(index):
        return series
    if series.index.has_duplicates or index.has_duplicates:
        raise ColumnError(
            f"{what} must have the row labels of the values, each once; found {len(series)} labels for {len(index)} "
            "rows, some repeated and in another order. Give both the same index."
        )
    lacking = index.difference(series.index)
    if len(lacking):
        raise ColumnError(
            f"{what} must have the row labels of the values; {len(lacking)} of {len(index)} rows have none: "
            f"{listed(lacking)}. Give both the same index."
        )
    return series.reindex(index)
