"""What criterion validity and known groups share: weights beside answers, and the row of the total."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.correlation.weights import Weights, respondent_weights
from ikfs_methods.labels import Floats

MISSING = ("listwise", "pairwise")


def row_weights(weights: Weights | None, index: pd.Index) -> Floats:
    """Weights in the order of `index`, all 1 without weights; raises what `respondent_weights` does."""
    return np.ones(len(index)) if weights is None else respondent_weights(weights, index)


def within_reach(values: npt.NDArray[Any]) -> Floats:
    """The values divided by the greatest size among them (per column), so that squares neither overflow nor vanish.

    Gaps stay gaps. Only for what does not depend on the unit: correlations, test statistics, effect sizes.
    """
    size = np.nanmax(np.abs(values), axis=0, initial=0.0)
    return np.asarray(values / np.where(size > 0, size, 1.0), dtype=np.float64)


def with_total(indicators: pd.DataFrame, total: Mapping[Any, object]) -> pd.DataFrame:
    """The indicators, one row each, and a last row `total`, which is adjusted for no other test."""
    # From records, because a frame to which a row is added forgets which columns were whole numbers or truth values.
    rows = [*indicators.to_dict("records"), dict(total)]
    index = pd.Index([*indicators.index, "total"], name=indicators.index.name, tupleize_cols=False)
    return pd.DataFrame(rows, index=index, columns=indicators.columns)
