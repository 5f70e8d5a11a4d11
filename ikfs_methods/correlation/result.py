"""The one result that reliability, factor and validity take: a correlation matrix and what it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.result import Shown


def _no_empty_cells() -> pd.DataFrame:
    return pd.DataFrame({"first": [], "second": [], "empty": [], "cells": []})


def _no_bounds() -> pd.DataFrame:
    return pd.DataFrame({"first": [], "second": [], "correlation": []})


@dataclass(frozen=True, slots=True, eq=False)
class CorrelationResult(Shown):
    """A correlation matrix and what it was made from.

    `n` is the number of rows behind it: the complete rows (listwise), or the smallest number of rows behind any one
    pair of items (pairwise); None for a matrix that came without it. `n_dropped` counts the rows that bear on no
    correlation; a row of weight 0 is one of them. `thresholds`: by ordered item, the cuts of the normal variable
    behind it, one fewer than its categories. `pair_n`: the rows behind each pair, and on the diagonal each item's
    own. `standard_errors`: of each correlation, NaN where it has none (see `at_bound`); None where the method has
    none. `empty_cells`: pairs of ordered items with answers that no respondent combined (empty) out of the cells of
    their table. `at_bound`: pairs whose likelihood rises up to a correlation of 1 or -1, which is then what they get.
    `kinds`: by item, "ordinal" or "continuous". `least_eigenvalue`: before smoothing; `smoothed` says whether the
    matrix was changed so that it has none below 0, `largest_change` how far its correlations moved at most.
    `weighted`: whether respondents count by survey weights; `effective_n` is then Kish's number of equally weighted
    respondents that would say as much (pairwise: of the poorest pair), None without weights or where `n` was given.
    `notes`: what a reader must know, in sentences.
    """

    matrix: pd.DataFrame
    n: int | None
    n_rows: int | None
    n_dropped: int | None
    method: str
    missing: str
    thresholds: Mapping[str, npt.NDArray[np.float64]] | None = None
    smoothed: bool = False
    pair_n: pd.DataFrame | None = None
    standard_errors: pd.DataFrame | None = None
    empty_cells: pd.DataFrame = field(default_factory=_no_empty_cells)
    at_bound: pd.DataFrame = field(default_factory=_no_bounds)
    kinds: pd.Series | None = None
    least_eigenvalue: float | None = None
    largest_change: float = 0.0
    weighted: bool = False
    notes: tuple[str, ...] = ()
    effective_n: float | None = None

    def to_frame(self) -> pd.DataFrame:
        """The matrix, items by items."""
        return self.matrix.copy()
