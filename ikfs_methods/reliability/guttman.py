"""Guttman's six lower bounds of the reliability of a sum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ikfs_methods.checks import one_of
from ikfs_methods.correlation import CorrelationResult
from ikfs_methods.reliability.covariance import Missing, alpha_of
from ikfs_methods.reliability.halves import MOST_ITEMS, Odd, all_splits, halves_of, split_coefficients
from ikfs_methods.reliability.moments import item_moments, smallest_errors
from ikfs_methods.result import Shown

Floats = NDArray[np.float64]

_SEARCH_ROUNDS = 500  # exchanges per start; a search of 60 items ends after about 20


@dataclass(frozen=True, slots=True, eq=False)
class GuttmanResult(Shown):
    """Guttman's lambda 1 to 6 of one set of items; `lambda3` is alpha, `halves` the split behind `lambda4`."""

    lambda1: float
    lambda2: float
    lambda3: float
    lambda4: float
    lambda5: float
    lambda6: float
    lambda4_exact: bool  # all splits were tried
    halves: tuple[tuple[str, ...], tuple[str, ...]]
    standardized: bool  # of correlations
    missing: str  # as the correlations were made; "given" for a matrix
    n_items: int
    n_respondents: int | None  # None for a matrix
    n_dropped: int | None
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per coefficient: coefficient, estimate."""
        rows = [(f"lambda{i}", float(getattr(self, f"lambda{i}"))) for i in range(1, 7)]
        return pd.DataFrame(rows, columns=["coefficient", "estimate"])


def guttman_lambdas(
    answers_or_matrix: pd.DataFrame | CorrelationResult,
    *,
    standardized: bool = False,
    missing: Missing = "listwise",
    odd: Odd = "all",
) -> GuttmanResult:
    """Six lower bounds of reliability of keyed answers (respondents by items) or of their covariances or correlations.

    With C the covariances of k items and V the sum of all their entries (Guttman 1945, Psychometrika 10, 255-282,
    doi:10.1007/BF02288892): lambda1 = 1 - trace/V; lambda2 = lambda1 + sqrt(k/(k-1) sum of squared covariances)/V;
    lambda3 = k/(k-1) lambda1, Cronbach's alpha; lambda4 the best split half; lambda5 = lambda1 + 2 sqrt(largest column
    sum of squared covariances)/V; lambda6 = 1 - sum of the errors of each item's regression on the others / V. The
    greatest of them is the best bound, but lambda4 and lambda6 profit from chance in small samples.

    lambda4 takes halves of equal size (of k // 2 and k - k // 2 items; `odd` as in `split_half`): all splits up to 16
    items; beyond, the best one found by exchanging items from many starts, which may fall short of the best of all and
    is then said in `notes`. `standardized` takes correlations; with missing="pairwise" these are the pairwise
    correlations themselves. The R package psych always takes correlations and, of an odd number of items, only half of
    the splits: its numbers are those of `standardized=True` with `odd="psych"`.

    Answers the question: how reliable is the sum at least, without assuming that the items are equally good?

    Raises MatrixError (the sum does not vary; the correlations contradict each other), ConstantItemError, and whatever
    `item_covariance` raises.
    """
    one_of(odd, ("all", "psych"), name="odd")
    given = item_moments(answers_or_matrix, standardized=standardized, missing=missing, correlated=True)
    matrix = given.array
    k = len(matrix)
    alpha = alpha_of(matrix)
    total = float(matrix.sum())
    off = matrix - np.diag(np.diag(matrix))
    lambda1 = (k - 1) / k * alpha
    exact = k <= MOST_ITEMS
    signs = all_splits(k, odd) if exact else searched_split(matrix)[None, :]
    halves = split_coefficients(matrix, signs)
    best = int(halves.argmax())
    return GuttmanResult(
        lambda1=lambda1,
        lambda2=lambda1 + float(np.sqrt(k / (k - 1) * (off**2).sum())) / total,
        lambda3=alpha,
        lambda4=float(halves[best]),
        lambda5=lambda1 + 2 * float(np.sqrt((off**2).sum(axis=0).max())) / total,
        lambda6=1 - float(smallest_errors(matrix).sum()) / total,
        lambda4_exact=exact,
        halves=halves_of(signs[best], given.matrix.columns),
        standardized=given.standardized,
        missing=given.missing,
        n_items=k,
        n_respondents=given.n,
        n_dropped=given.n_dropped,
        notes=()
        if exact
        else (f"lambda4 is the best split half found by search; the splits of {k} items are too many to try all.",),
    )


def searched_split(matrix: Floats) -> Floats:
    """A split into equal halves (1 and -1, by item) that no exchange of two items improves, the best of 2k starts.

    The sum of the two halves does not depend on the split, so the best split has the least s'Cs. Each start deals the
    items out in turn by their place along one eigenvector: neighbours there are alike and should face each other. Every
    round makes the exchange that gains most, for all starts at once; no chance is involved.
    """
    k = len(matrix)
    _, vectors = np.linalg.eigh(matrix)
    places = np.argsort(np.argsort(np.concatenate([vectors.T, np.abs(vectors.T)]), axis=1, kind="stable"), axis=1)
    signs = np.where(places % 2 == 1, 1.0, -1.0)
    variances = np.diag(matrix)
    active = np.arange(len(signs))
    for _ in range(_SEARCH_ROUNDS):
        mine = signs[active]
        pull = mine * (mine @ matrix) - variances
        # Exchanging i of A with j of B changes s'Cs by -4 (pull_i + pull_j + 2 C_ij)
        out = np.where(mine > 0, pull, -np.inf)[:, :, None]
        into = np.where(mine < 0, pull, -np.inf)[:, None, :]
        gain = (out + into + 2 * matrix).reshape(len(active), -1)
        chosen = gain.argmax(axis=1)
        better = gain[np.arange(len(active)), chosen] > 1e-12 * float(variances.sum())  # a smaller gain is rounding
        active = active[better]
        if len(active) == 0:
            break
        leaving, coming = np.divmod(chosen[better], k)
        signs[active, leaving] = -1.0
        signs[active, coming] = 1.0
    return np.asarray(signs[np.einsum("si,si->s", signs @ matrix, signs).argmin()])
