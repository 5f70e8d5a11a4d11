"""Pearson and Spearman correlations of answers, with the number of rows behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import complete_rows, listed, numeric_frame, one_of, varying
from ikfs_methods.errors import ConstantItemError, TooFewError
from ikfs_methods.result import Shown

METHODS = ("pearson", "spearman")
MISSING = ("listwise", "pairwise")


@dataclass(frozen=True, slots=True, eq=False)
class CorrelationResult(Shown):
    """A correlation matrix and what it was made from.

    `n` is the number of rows behind it: the complete rows (listwise), or the smallest number of rows behind any one
    pair of items (pairwise); None for a matrix that came without it. `n_dropped` counts the rows that bear on no
    correlation. `thresholds` and `smoothed` are for correlations of ordered categories.
    """

    matrix: pd.DataFrame
    n: int | None
    n_rows: int | None
    n_dropped: int | None
    method: str
    missing: str
    thresholds: Mapping[str, npt.NDArray[np.float64]] | None = None
    smoothed: bool = False

    def to_frame(self) -> pd.DataFrame:
        """The matrix, items by items."""
        return self.matrix


def correlation_matrix(
    answers: pd.DataFrame, *, method: str = "pearson", missing: str = "listwise"
) -> CorrelationResult:
    """Correlations between items of answers (respondents, items).

    `method`: pearson, or spearman (Pearson's formula on mid-ranks). `missing`: listwise uses the rows without a gap;
    pairwise uses for each pair the rows in which both are answered (ranked anew for that pair), and its `n` is the
    smallest of those numbers. Raises ParameterError for an unknown option, ConstantItemError for an item that does
    not vary (or not in the rows that it shares with another), TooFewError below three rows.
    Answers the question: how strongly do the items go together, two by two?
    """
    one_of(method, METHODS, name="method")
    one_of(missing, MISSING, name="missing")
    if missing == "listwise":
        used = varying(complete_rows(answers, min_rows=3))
        ranked = used.rank() if method == "spearman" else used
        matrix = _pearson(ranked)
        return CorrelationResult(matrix, len(used), len(answers), len(answers) - len(used), method, missing)
    frame = varying(numeric_frame(answers, min_rows=3))
    pairs = _pair_counts(frame)
    matrix = _pairwise(frame, method)
    used_rows = int((frame.notna().sum(axis=1) >= 2).sum())
    return CorrelationResult(matrix, int(pairs.min()), len(frame), len(frame) - used_rows, method, missing)


def _pearson(used: pd.DataFrame) -> pd.DataFrame:
    values = used.to_numpy()
    centred = values - values.mean(axis=0)
    unit = centred / np.sqrt((centred**2).sum(axis=0))
    matrix = np.clip(unit.T @ unit, -1.0, 1.0)
    np.fill_diagonal(matrix, 1.0)
    return pd.DataFrame((matrix + matrix.T) / 2, index=used.columns, columns=used.columns)


def _pair_counts(frame: pd.DataFrame) -> npt.NDArray[np.int64]:
    answered = frame.notna().to_numpy().astype(np.int64)
    counts = answered.T @ answered
    poor = [(i, j) for i, j in zip(*np.nonzero(counts < 3), strict=True) if i < j]
    if poor:
        names = [f"{frame.columns[i]} with {frame.columns[j]} ({counts[i, j]})" for i, j in poor]
        raise TooFewError(
            f"each pair of items must share at least 3 answered rows; found {listed(names)}. "
            "Leave out one item of each pair."
        )
    off_diagonal = ~np.eye(len(counts), dtype=bool)
    return counts[off_diagonal]


def _pairwise(frame: pd.DataFrame, method: str) -> pd.DataFrame:
    # pandas ranks each pair's shared rows anew, as R's cor(use="pairwise") does
    matrix = frame.corr(method="spearman" if method == "spearman" else "pearson").to_numpy(copy=True)
    undefined = [(i, j) for i, j in zip(*np.nonzero(np.isnan(matrix)), strict=True) if i < j]
    if undefined:
        names = [f"{frame.columns[i]} with {frame.columns[j]}" for i, j in undefined]
        raise ConstantItemError(
            f"items must vary in the rows that a pair shares; one does not in {listed(names)}. Leave out that item."
        )
    np.fill_diagonal(matrix, 1.0)
    return pd.DataFrame((matrix + matrix.T) / 2, index=frame.columns, columns=frame.columns)
