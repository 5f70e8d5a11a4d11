"""What is known of respondents beside their answers (groups, a measure, weights), by label; Holm's adjustment."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import listed
from ikfs_methods.errors import ColumnError, ParameterError, TooFewError

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


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
    column = by_label(groups, index, what=what)
    try:
        category = column.astype("category").cat.remove_unused_categories()
    except TypeError:
        kind = next(type(value).__name__ for value in column if not isinstance(value, Hashable))
        raise ParameterError(
            f"{what} must be names or numbers; found a {kind} for a respondent. Give one name for each group."
        ) from None
    if not len(category.cat.categories):
        raise TooFewError(
            f"{what} must name the group of at least one respondent; all {len(index)} are missing. Check the column."
        )
    return category.cat.codes.to_numpy().astype(np.intp), pd.Index(category.cat.categories, name=groups.name)


def effective_number(weights: Floats) -> float:
    """Kish's effective number of respondents, (sum w)² / sum w² (Kish 1965); the plain number when all weigh alike."""
    total = float(weights.sum())
    return total**2 / float((weights**2).sum()) if total > 0 else 0.0


def holm(p_values: pd.Series) -> pd.Series:
    """Holm's step-down adjustment of the p values that exist (Holm 1979); undefined ones stay so and do not count.

    The jth smallest of m is multiplied by m - j + 1 and never falls below the one before. statsmodels' multipletests
    gives the same, after a collection of all garbage that takes a hundred times as long.
    """
    known = p_values.dropna().sort_values()
    steps = np.maximum.accumulate(known.to_numpy() * np.arange(len(known), 0, -1))
    return pd.Series(np.minimum(steps, 1.0), index=known.index, dtype="float64").reindex(p_values.index)


def flat_index(labels: pd.Index, name: str) -> pd.Index:
    """The labels in one level and with one name; those of several levels become tuples.

    Several levels cannot be renamed as one, and their frames answer other questions than a table of items.
    """
    flat: pd.Index = pd.Index(list(labels), tupleize_cols=False, name=name)
    return flat
