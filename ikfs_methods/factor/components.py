"""Principal components of a correlation matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import is_number, quoted, whole
from ikfs_methods.correlation import CorrelationResult, as_correlation, nonnegative_definite
from ikfs_methods.errors import MatrixError, ParameterError
from ikfs_methods.factor.extraction import principal
from ikfs_methods.factor.rotation import sign_of_columns
from ikfs_methods.result import Shown


@dataclass(frozen=True, slots=True, eq=False)
class PcaResult(Shown):
    """Principal components: all eigenvalues, the loadings of the kept ones.

    `eigenvalues` and `explained` (shares of the items' total variance, sum 1) have one entry a component C1, C2 ...,
    largest first; `loadings` (items, kept components) are correlations of item and component.
    """

    eigenvalues: pd.Series
    explained: pd.Series
    loadings: pd.DataFrame
    n_components: int
    minimum_eigenvalue: float | None
    n: int | None
    n_dropped: int | None
    missing: str

    @property
    def cumulative(self) -> pd.Series:
        """Shares of variance added up from the first component on."""
        return self.explained.cumsum().rename("cumulative")

    def to_frame(self) -> pd.DataFrame:
        """One row a component: eigenvalue, explained, cumulative, kept."""
        table = pd.concat([self.eigenvalues, self.explained, self.cumulative], axis=1)
        return table.assign(kept=[i < self.n_components for i in range(len(table))])


def principal_components(
    answers_or_matrix: pd.DataFrame | CorrelationResult,
    *,
    n_components: int | None = None,
    minimum_eigenvalue: float = 1.0,
    missing: str = "listwise",
) -> PcaResult:
    """Principal components of the items' correlations (Hotelling 1933): eigenvector times the root of its eigenvalue.

    Keeps `n_components`, or, without it, those with an eigenvalue above `minimum_eigenvalue` (Kaiser 1960: above 1).
    Signs are such that each column of loadings has a positive sum. Raises ParameterError when no or too many
    components would be kept, MatrixError when a kept component explains nothing, or when pairwise correlations cannot
    occur together.
    Answers the question: along how few directions do the answers spread, and how much of the spread is in each?
    """
    given = as_correlation(answers_or_matrix, missing=missing)
    values = nonnegative_definite(given.matrix)
    p = len(values)
    if not is_number(minimum_eigenvalue):
        raise ParameterError(
            f"minimum_eigenvalue must be a number; found {quoted(minimum_eigenvalue)}. 1 is Kaiser's rule."
        )
    eigenvalues = np.linalg.eigvalsh(values)[::-1]
    kept = (
        int((eigenvalues > minimum_eigenvalue).sum())
        if n_components is None
        else whole(n_components, p, name="n_components")
    )
    if kept == 0:
        raise ParameterError(
            f"at least one component must be kept; none has an eigenvalue above {minimum_eigenvalue:g} (the largest is "
            f"{eigenvalues[0]:.4f}). Lower minimum_eigenvalue or give n_components."
        )
    if eigenvalues[kept - 1] <= 1e-12:  # rounding error of an eigenvalue of zero is about 1e-15
        raise MatrixError(
            f"every kept component must explain something; component {kept} has the eigenvalue "
            f"{eigenvalues[kept - 1]:.3g}. Keep fewer components."
        )
    loadings = principal(values, kept)
    names = [f"C{i + 1}" for i in range(p)]
    return PcaResult(
        pd.Series(eigenvalues, index=names, name="eigenvalue"),
        pd.Series(eigenvalues / p, index=names, name="explained"),
        pd.DataFrame(loadings * sign_of_columns(loadings), index=given.matrix.columns, columns=names[:kept]),
        kept,
        minimum_eigenvalue if n_components is None else None,
        given.n,
        given.n_dropped,
        given.missing,
    )
