"""What is known of respondents beside their answers (groups, a measure, weights), brought to the answers by label."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import listed, weight_numbers
from ikfs_methods.errors import ColumnError, ParameterError, TooFewError

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

MISSING = ("listwise", "pairwise")


def by_label(values: pd.Series, index: pd.Index, *, what: str) -> pd.Series:
    """The values in the order of `index`; missing for a respondent who has none.

    Raises ParameterError when it is no Series, ColumnError for repeated labels (unless both sides carry the same
    index) and when not one label is shared, which is a wrong index and not a gap.
    """
    if not isinstance(values, pd.Series):
        raise ParameterError(
            f"{what} must be a pandas Series by respondent; found {type(values).__name__}. Give one column."
        )
    if values.index.equals(index):
        return values
    repeated = [*values.index[values.index.duplicated()], *index[index.duplicated()]]
    if repeated:
        raise ColumnError(
            f"{what} and the answers must name each respondent once; repeated: {listed(repeated)}. "
            "Remove the repeats, or give both the same index."
        )
    if len(index) and not index.isin(values.index).any():
        raise ColumnError(
            f"{what} must have the respondents' labels; none of the {len(index)} labels of the answers, "
            f"the first {listed(index[:3])}, is among its own, the first {listed(values.index[:3])}. "
            "Give both the same index."
        )
    return values.reindex(index)


def group_codes(groups: pd.Series, index: pd.Index, *, what: str = "groups") -> tuple[Codes, pd.Index]:
    """Number of each respondent's group (-1: none) and the groups, in the order of the category, else sorted."""
    category = by_label(groups, index, what=what).astype("category").cat.remove_unused_categories()
    if not len(category.cat.categories):
        raise TooFewError(
            f"{what} must name the group of at least one respondent; all {len(index)} are missing. Check the column."
        )
    return category.cat.codes.to_numpy().astype(np.intp), pd.Index(category.cat.categories, name=groups.name)


def row_weights(weights: pd.Series | None, index: pd.Index) -> Floats:
    """Weights in the order of `index`, all 1 without weights; a respondent of weight 0 counts for nothing.

    Raises WeightError for a weight that is missing, negative or not finite, ColumnError for a respondent without one.
    """
    if weights is None:
        return np.ones(len(index))
    number = weight_numbers(weights)
    lacking = index[~index.isin(number.index)]
    if len(lacking):
        raise ColumnError(
            f"weights must name every respondent; {len(lacking)} of {len(index)} have none: {listed(lacking)}. "
            "Give both the same index."
        )
    found = number.reindex(index).to_numpy(dtype=np.float64)
    greatest = float(found.max(initial=0.0))
    # Only ratios of weights matter; the greatest as unit keeps squares from overflowing.
    return found / greatest if greatest > 0 else found


def effective_number(weights: Floats) -> float:
    """Kish's effective number of respondents, (sum w)² / sum w² (Kish 1965); the plain number when all weigh alike."""
    total = float(weights.sum())
    return total**2 / float((weights**2).sum()) if total > 0 else 0.0


def within_reach(values: npt.NDArray[Any]) -> Floats:
    """The values divided by the greatest size among them (per column), so that squares neither overflow nor vanish.

    Gaps stay gaps. Only for what does not depend on the unit: correlations, test statistics, effect sizes.
    """
    size = np.nanmax(np.abs(values), axis=0, initial=0.0)
    return np.asarray(values / np.where(size > 0, size, 1.0), dtype=np.float64)


def holm(p_values: pd.Series) -> pd.Series:
    """Holm's step-down adjustment of the p values that exist (Holm 1979); undefined ones stay so and do not count.

    The jth smallest of m is multiplied by m - j + 1 and never falls below the one before. statsmodels' multipletests
    gives the same, after a collection of all garbage that takes a hundred times as long.
    """
    known = p_values.dropna().sort_values()
    steps = np.maximum.accumulate(known.to_numpy() * np.arange(len(known), 0, -1))
    return pd.Series(np.minimum(steps, 1.0), index=known.index, dtype="float64").reindex(p_values.index)
