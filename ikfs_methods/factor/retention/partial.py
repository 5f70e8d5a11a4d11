"""Velicer's minimum average partial correlation (MAP)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.correlation import CorrelationResult, as_correlation, nonnegative_definite
from ikfs_methods.result import Shown

# What is left of an item's variance when the components explain all of it is rounding error of about 1e-15; partial
# correlations of such remains mean nothing.
_LEFT = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class MapResult(Shown):
    """Mean squared (`criterion`) and mean fourth-power (`criterion_fourth`) partial correlations of the items.

    Both by the number of components removed, 0, 1, 2 ...; they end where an item has no variance left. `n_factors` and
    `n_factors_fourth` are the numbers at which they are least.
    """

    criterion: pd.Series
    criterion_fourth: pd.Series
    n_factors: int
    n_factors_fourth: int
    n: int | None
    n_dropped: int | None
    missing: str

    def to_frame(self) -> pd.DataFrame:
        """One row a number of components removed: criterion, criterion_fourth, and where each is least."""
        table = pd.concat([self.criterion, self.criterion_fourth], axis=1)
        return table.assign(
            least=table.index == self.n_factors,
            least_fourth=table.index == self.n_factors_fourth,
        )


def minimum_average_partial(
    answers_or_matrix: pd.DataFrame | CorrelationResult,
    *,
    n: int | None = None,
    correlation: str = "pearson",
    missing: str = "listwise",
) -> MapResult:
    """Velicer's MAP: the number of components that, taken out, leave the items least correlated.

    Partial correlations of the items given the first m principal components; their mean square off the diagonal, from
    m = 0 on, is least where what is left holds no common direction any more (Velicer 1976, Psychometrika 41, 321-327).
    The revised form takes fourth powers (Velicer, Eaton & Fava 2000; the single correlations are raised, as in
    O'Connor 2000, Behavior Research Methods 32, 396-402). It can find no component at all. `n` does not enter the
    criterion and is kept for the record. Raises what `as_correlation` raises, MatrixError for correlations that cannot
    occur together. Answers the question: after how many components is the rest of no common kind?
    """
    given = as_correlation(answers_or_matrix, n=n, method=correlation, missing=missing)
    squares, fourths = _means(nonnegative_definite(given.matrix))
    numbers = pd.RangeIndex(len(squares), name="removed")
    return MapResult(
        pd.Series(squares, index=numbers, name="criterion"),
        pd.Series(fourths, index=numbers, name="criterion_fourth"),
        int(np.argmin(squares)),
        int(np.argmin(fourths)),
        given.n,
        given.n_dropped,
        given.missing,
    )


def _means(matrix: np.ndarray) -> tuple[list[float], list[float]]:
    values, vectors = np.linalg.eigh(matrix)
    loadings = (vectors * np.sqrt(np.maximum(values, 0.0)))[:, ::-1]
    above = np.triu_indices(len(matrix), 1)
    rest, squares, fourths = matrix.copy(), [], []
    for removed in range(len(matrix)):
        if removed:
            rest -= np.outer(loadings[:, removed - 1], loadings[:, removed - 1])
        left = np.diag(rest)
        if left.min() <= _LEFT:
            break
        partial = (rest / np.sqrt(np.outer(left, left)))[above] ** 2
        squares.append(float(partial.mean()))
        fourths.append(float((partial**2).mean()))
    return squares, fourths
