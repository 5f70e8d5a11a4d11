"""Composite reliability: the reliability of a sum of items, from the loadings on their one factor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ikfs_methods.checks import is_number, listed, numeric_frame, plain
from ikfs_methods.errors import MatrixError, ParameterError, ScaleError


def composite_reliability(loadings: pd.Series | pd.DataFrame | NDArray[np.float64] | Sequence[float]) -> float:
    """(sum l)² / ((sum l)² + sum(1 - l²)), l the standardised loadings of two or more items on one factor.

    Between 0 and 1 (Joreskog 1971, Psychometrika 36, 109-133; Fornell & Larcker 1981, doi:10.2307/3151312, equation
    10). Answers the question: what share of the variance of the sum of standardised items is due to their factor? It
    supposes that the errors of the items are uncorrelated. Opposed signs reduce it, as they reduce the sum: reverse
    such items first, if the sum is to be taken of reversed ones. A frame must have one column.

    Raises ParameterError (no one-column loadings), TooFewError (one item), ScaleError (a loading beyond -1 to 1, a
    Heywood case), MatrixError (all loadings 1 in size and summing to 0), and what `checks.numeric_frame` raises.
    """
    numbers = _one_column(loadings)
    values = numbers.to_numpy()
    beyond = ~(np.abs(values) <= 1)
    if beyond.any():
        found = listed(f"{plain(name)} ({value:.4g})" for name, value in numbers[beyond].items())
        raise ScaleError(
            f"standardised loadings must lie between -1 and 1, without gaps; found {found}. "
            "Standardise them; a larger one is a Heywood case, so that its item or factor does not fit."
        )
    shared, error = float(values.sum()) ** 2, float((1 - values**2).sum())
    if shared + error <= 0:
        raise MatrixError(
            f"the sum of the {len(values)} items must vary; loadings of 1 and -1 cancel each other. "
            "Reverse the items with negative loadings."
        )
    return shared / (shared + error)


def _one_column(loadings: object) -> pd.Series:
    if isinstance(loadings, pd.DataFrame):
        frame = loadings
    elif isinstance(loadings, pd.Series):
        frame = loadings.to_frame("loading")
    elif isinstance(loadings, np.ndarray | Sequence) and not isinstance(loadings, str):
        nested = [type(value).__name__ for value in loadings if not is_number(value)]
        if nested:
            raise ParameterError(f"loadings must be numbers, one per item; found {listed(nested)}. Give a flat list.")
        frame = pd.DataFrame({"loading": list(loadings)})
    else:
        raise ParameterError(
            f"loadings must be a series, a list or a frame of one column; found {type(loadings).__name__}. "
            "Give one factor's loadings at a time."
        )
    if frame.shape[1] != 1:
        raise ParameterError(
            f"loadings must be of one factor; found {frame.shape[1]} columns: {listed(frame.columns)}. "
            "Give one factor's loadings at a time."
        )
    return numeric_frame(frame, what="loadings", min_rows=2, min_columns=1).iloc[:, 0]
