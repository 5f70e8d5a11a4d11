"""Survey weights of respondents, brought beside their answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import listed, quoted, real_numbers
from ikfs_methods.errors import WeightError

Floats = npt.NDArray[np.float64]
Weights = pd.Series | npt.NDArray[np.float64] | Sequence[float]

# A smaller share of the largest weight cannot be told from rounding in a sum.
_LEAST = 1e-12


def respondent_weights(weights: Weights, index: pd.Index) -> Floats:
    """The weights (respondents) as numbers in the order of the answers' index, the largest of them 1.

    A series must name the same respondents as the answers, in any order; anything else must have one weight per
    row, in their order. Only the weights' proportions count. Raises WeightError for other respondents or another
    number of them, a weight that is missing, negative or no number, for weights that are all 0, and for weights so
    far apart that the smaller ones drown in rounding.
    """
    number = _beside(weights, index)
    values = number.to_numpy(dtype=np.float64)
    bad = ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        found = listed(f"{quoted(row)}: {value}" for row, value in zip(index[bad], values[bad], strict=True))
        raise WeightError(
            f"weights of respondents must be numbers of at least 0; {int(bad.sum())} are not, by row {found}. "
            "Correct them, or give 0 to a respondent who does not count."
        )
    if not values.any():
        raise WeightError(
            f"at least one weight must be above 0; all {len(values)} are 0. Supply the weights of the survey."
        )
    least = values[values > 0].min()
    if least < values.max() * _LEAST:
        raise WeightError(
            f"weights above 0 must be within twelve powers of ten of each other; found {least:g} and "
            f"{values.max():g}. Give 0 to a respondent who does not count."
        )
    return np.asarray(values / values.max())


def _beside(weights: Weights, index: pd.Index) -> pd.Series:
    if not isinstance(weights, pd.Series):
        try:
            weights = pd.Series(weights)
        except (TypeError, ValueError):
            raise WeightError(
                f"weights must be one number per respondent; found {type(weights).__name__}. Give a pandas Series."
            ) from None
        if len(weights) == len(index):
            weights.index = index
    if len(weights) != len(index):
        raise WeightError(
            f"weights must be one per respondent; found {len(weights)} for {len(index)} rows of answers. "
            "Give the weights of exactly these respondents."
        )
    if not weights.index.equals(index):
        twice = index.has_duplicates or weights.index.has_duplicates
        strange = index.difference(weights.index)
        if twice or len(strange):
            what = "a respondent stands twice" if twice else f"without a weight: {listed(strange)}"
            raise WeightError(
                f"weights must name the same respondents as the answers, each once; {what}. "
                "Give them with the answers' index, or as an array in the order of the rows."
            )
        weights = weights.reindex(index)
    return real_numbers(weights)
