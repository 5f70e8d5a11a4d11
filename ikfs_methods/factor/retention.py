"""How many factors to keep: Horn's parallel analysis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import generator, is_number, one_of, quoted
from ikfs_methods.correlation import CorrelationResult, as_correlation, nonnegative_definite, positive_definite
from ikfs_methods.errors import ParameterError, TooFewError
from ikfs_methods.factor.components import whole
from ikfs_methods.factor.one_factor import one_factor_uniquenesses
from ikfs_methods.factor.suitability import known_n
from ikfs_methods.result import Shown

Floats = npt.NDArray[np.float64]

KINDS = ("component", "factor")
_MOST_DRAWS = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class ParallelResult(Shown):
    """Eigenvalues of the answers beside those of unrelated items, numbered from 1, largest first.

    `simulated` is the chosen percentile over the draws, `simulated_mean` their mean; `n_factors` counts the leading
    eigenvalues above `simulated`, up to the first that is not.
    """

    observed: pd.Series
    simulated: pd.Series
    simulated_mean: pd.Series
    n_factors: int
    kind: str
    draws: int
    percentile: float
    n: int
    n_dropped: int | None
    missing: str

    def to_frame(self) -> pd.DataFrame:
        """One row an eigenvalue: observed, simulated, simulated_mean, retained."""
        table = pd.concat([self.observed, self.simulated, self.simulated_mean], axis=1)
        return table.assign(retained=[i < self.n_factors for i in range(len(table))])


def parallel_analysis(
    answers_or_matrix: pd.DataFrame | CorrelationResult,
    *,
    n: int | None = None,
    kind: str = "component",
    draws: int = 500,
    percentile: float = 95,
    rng: np.random.Generator | int | None = None,
    missing: str = "listwise",
) -> ParallelResult:
    """Horn's parallel analysis: observed eigenvalues against those of as many unrelated normal items.

    `kind`: component takes the eigenvalues of the correlations (Horn 1965, Psychometrika 30, 179-185); factor those
    with the communalities of a one-factor minres solution on the diagonal, observed and drawn alike (psych's
    fa.parallel). Matrices of unrelated items come straight from the Wishart distribution with n - 1 degrees of freedom
    (Bartlett's decomposition), so the null fits Pearson and Spearman correlations and is refused for others. `n` is
    needed with a matrix; `rng` is a Generator or a seed and always needed. Raises ParameterError, and TooFewError when
    n does not exceed the number of items.
    One minres factor of unrelated items is often a Heywood case (one draw in five at 10 items), which puts their first
    factor eigenvalue near 1; `simulated_mean` shows how far the percentile is driven by that.
    Answers the question: how many directions hold more than chance would give them at this n?
    """
    one_of(kind, KINDS, name="kind")
    count_draws = whole(draws, _MOST_DRAWS, name="draws")
    if not (is_number(percentile) and 0 < percentile < 100):
        raise ParameterError(
            f"percentile must be a number between 0 and 100, both excluded; found {quoted(percentile)}. 95 is usual."
        )
    random = generator(rng)
    given = as_correlation(answers_or_matrix, n=n, missing=missing)
    values, count = _comparable(given, kind)
    drawn = _eigenvalues(unrelated_correlations(count, len(values), count_draws, random), kind)
    observed = _eigenvalues(values[None], kind)[0]
    simulated = np.percentile(drawn, percentile, axis=0)
    above = observed > simulated
    numbers = pd.RangeIndex(1, len(values) + 1, name=kind)
    return ParallelResult(
        pd.Series(observed, index=numbers, name="observed"),
        pd.Series(simulated, index=numbers, name="simulated"),
        pd.Series(drawn.mean(axis=0), index=numbers, name="simulated_mean"),
        len(above) if above.all() else int(above.argmin()),
        kind,
        count_draws,
        float(percentile),
        count,
        given.n_dropped,
        given.missing,
    )


def _comparable(given: CorrelationResult, kind: str) -> tuple[Floats, int]:
    """The correlations and their n, when drawn matrices can stand beside them."""
    if given.method not in ("pearson", "spearman", "given"):
        raise ParameterError(
            f"parallel analysis draws the null of Pearson correlations; found a {given.method} matrix, whose "
            "eigenvalues spread more by chance. Give the answers, or their Pearson correlations."
        )
    count = known_n(given, "parallel analysis")
    values = nonnegative_definite(given.matrix) if kind == "component" else positive_definite(given.matrix)
    if count <= len(values):
        raise TooFewError(
            f"parallel analysis needs more respondents than items; found {count} respondents and {len(values)} items. "
            "Collect more answers or analyse fewer items."
        )
    return values, count


def unrelated_correlations(n: int, n_items: int, draws: int, rng: np.random.Generator) -> Floats:
    """Correlation matrices (draws, items, items) of samples of n from unrelated normal items.

    The cross-products of such a sample are TT', T lower triangular with independent standard normals below the diagonal
    and the roots of chi-squares with n - 1, n - 2 ... degrees of freedom on it (Bartlett 1933).
    """
    below = np.tril_indices(n_items, -1)
    diagonal = np.arange(n_items)
    root = np.zeros((draws, n_items, n_items))
    root[:, diagonal, diagonal] = np.sqrt(rng.chisquare(n - 1 - diagonal, size=(draws, n_items)))
    root[:, below[0], below[1]] = rng.standard_normal((draws, len(below[0])))
    root /= np.sqrt((root**2).sum(axis=2, keepdims=True))
    matrices = root @ root.transpose(0, 2, 1)
    matrices[:, diagonal, diagonal] = 1.0
    return np.asarray(matrices)


def _eigenvalues(matrices: Floats, kind: str) -> Floats:
    """Eigenvalues (draws, items), largest first; of the reduced matrices where kind is factor."""
    reduced = matrices
    if kind == "factor":
        diagonal = np.arange(matrices.shape[-1])
        reduced = matrices.copy()
        reduced[:, diagonal, diagonal] -= one_factor_uniquenesses(matrices)
    return np.asarray(np.linalg.eigvalsh(reduced)[:, ::-1])
