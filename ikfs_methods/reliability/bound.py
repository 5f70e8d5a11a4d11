"""The greatest lower bound of reliability, by an own solver of its semidefinite program."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ikfs_methods.correlation import CorrelationResult
from ikfs_methods.errors import ConvergenceError, MatrixError
from ikfs_methods.factor.extraction import unexplained
from ikfs_methods.reliability.covariance import Missing, alpha_of, correlation_of
from ikfs_methods.reliability.moments import LEAST_EIGENVALUE, item_moments
from ikfs_methods.result import Shown

Floats = NDArray[np.float64]

_GAP = 1e-10  # wanted width of the certificate, in units of the bound; ten digits below what is ever reported
_ENOUGH = 1e-7  # rounding may stop the iteration earlier; a wider certificate than this is no answer
_ROUNDS = 100
# A matrix whose least eigenvalue is below this gets a ridge up to it, so that an interior point exists. Errors may take
# the ridge too, which would put the bound too low; what they took is given back (see `largest_errors`).
_RIDGE = 1e-10
# An item takes part in a null vector from this squared share on; rounding leaves about 1e-30 of it to the others.
_PART = 1e-6
_SMALL_SAMPLE = 1000


@dataclass(frozen=True, slots=True, eq=False)
class BoundResult(Shown):
    """The greatest lower bound (`glb`) of one set of items and its certificate.

    `errors` are the error variances that make up the bound, as shares of each item's variance. The bound of the given
    matrix lies between `glb` - `gap` and `glb`, up to the rounding of the matrix itself (eigenvalues of 1e-10).
    `tenberge` holds mu0 (alpha), mu1 (lambda2), mu2 and mu3.
    """

    glb: float
    gap: float
    errors: pd.Series
    tenberge: pd.Series
    standardized: bool  # of correlations
    missing: str  # as the correlations were made; "given" for a matrix
    n_items: int
    n_respondents: int | None  # None for a matrix
    n_dropped: int | None
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per coefficient: coefficient, estimate."""
        rows = [("glb", self.glb), *((str(name), float(value)) for name, value in self.tenberge.items())]
        return pd.DataFrame(rows, columns=["coefficient", "estimate"])


def greatest_lower_bound(
    answers_or_matrix: pd.DataFrame | CorrelationResult, *, standardized: bool = False, missing: Missing = "listwise"
) -> BoundResult:
    """The greatest lower bound of reliability of keyed answers (respondents by items), or of a matrix of them.

    The errors of the items can take no more variance than leaves the covariances possible: with C the covariance
    matrix, the trace of T is maximised over diagonal T between 0 and the variances such that C - T has no eigenvalue
    below 0, and glb = 1 - trace(T) / sum of C (Jackson & Agunwamba 1977, doi:10.1007/BF02295979; Woodhouse & Jackson
    1977). No assumption on the items is needed beyond uncorrelated errors. The primal-dual interior point method of
    Helmberg, Rendl, Vanderbei & Wolkowicz (1996, doi:10.1137/0806020) finds it together with a proof: `gap` is the
    distance to a bound from the other side. `tenberge` is the series mu0 to mu3 of ten Berge & Zegers (1978,
    doi:10.1007/BF02293815), lower bounds that rise from alpha.

    In samples the bound profits from chance and lies too high (ten Berge & Socan 2004, doi:10.1007/BF02289858); a
    note says so below 1,000 respondents. `standardized` takes correlations in place of covariances.

    Answers the question: what is the most that can be said with certainty about the reliability of the sum?

    Raises MatrixError (the sum does not vary; covariances that cannot occur together), ConvergenceError, and whatever
    `item_covariance` raises.
    """
    given = item_moments(answers_or_matrix, standardized=standardized, missing=missing)
    matrix = given.array
    alpha_of(matrix)  # refuses a sum that does not vary
    variances, total = np.diag(matrix), float(matrix.sum())
    errors, gap = largest_errors(correlation_of(matrix), variances / total)
    return BoundResult(
        glb=1 - float(errors @ variances) / total,
        gap=gap,
        errors=pd.Series(errors, index=given.matrix.columns, name="errors"),
        tenberge=_tenberge(matrix),
        standardized=given.standardized,
        missing=given.missing,
        n_items=len(matrix),
        n_respondents=given.n,
        n_dropped=given.n_dropped,
        notes=_notes(given.n),
    )


def largest_errors(correlations: Floats, worth: Floats) -> tuple[Floats, float]:
    """The t (k) with 0 <= t and R - diag(t) without an eigenvalue below 0 that maximises worth't, and the gap.

    The dual is: minimise trace(RY) over Y without an eigenvalue below 0 and with diagonal at least `worth`. Both
    sides stay feasible throughout, so that the difference of their values is a certificate whenever one stops.

    Where Rv = 0, v'(R - diag(t))v = -sum of t v², so that an item with a part in v has no error. The errors of the
    other items are those that C - diag(t) allows, C what is left of R when these items are taken out by regression
    (Schur's complement). On the dual side Y grows by a multiple of the projector on such v, which costs nothing.
    """
    least = float(np.linalg.eigvalsh(correlations)[0])
    if least < -_RIDGE:
        raise MatrixError(
            f"the greatest lower bound needs covariances that can occur together; the smallest eigenvalue of the "
            f'correlations is {least:.3g}. Use missing="listwise", or a matrix that was smoothed.'
        )
    values, vectors = np.linalg.eigh(correlations)
    null = vectors[:, values < LEAST_EIGENVALUE * len(values)]
    part = np.asarray((null**2).sum(axis=1))
    bound = part > _PART
    share = np.zeros(len(worth))
    # The projector must lift the dual's diagonal to `worth`; the eigenvalues that count as 0 make it cost this much.
    cost = float((worth[bound] / part[bound]).max(initial=0.0)) * float(np.maximum(values[: null.shape[1]], 0.0).sum())
    gap = 0.0
    if not bound.all():
        left, size = _without(correlations, bound)
        share[~bound], gap = _enclosed(left, worth[~bound] * size)
        share[~bound] *= size
    if gap + cost > _ENOUGH:
        raise ConvergenceError(
            f"the greatest lower bound must be enclosed to {_ENOUGH:g}; the two sides still differ by "
            f"{gap + cost:.3g}. Leave out items that repeat others, or bring the items to similar variances."
        )
    return share, gap + cost


def _without(correlations: Floats, out: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Correlations of what the other items say beyond those taken `out`, and the variances of that."""
    if not out.any():
        return correlations, np.ones(len(correlations))
    inside, across = correlations[np.ix_(out, out)], correlations[np.ix_(out, ~out)]
    explained = across.T @ np.linalg.pinv(inside, rcond=LEAST_EIGENVALUE, hermitian=True) @ across
    left = correlations[np.ix_(~out, ~out)] - (explained + explained.T) / 2
    return correlation_of(left), np.diag(left)


def _enclosed(correlations: Floats, worth: Floats) -> tuple[Floats, float]:
    """The t and the gap where no item is determined by others.

    A nearly singular R is solved as R + ridge I. Less the ridge, the errors found there are errors for R: none falls
    below 0, so that R - diag(t) has no eigenvalue below -ridge. Y needs no change: trace(RY) bounds the errors of R.
    """
    least = float(np.linalg.eigvalsh(correlations)[0])
    ridge = max(0.0, _RIDGE - least)
    matrix = correlations + ridge * np.eye(len(correlations))
    # A start in the middle: with u the variances that the others leave unexplained R - diag(u)/2k is positive definite,
    # and the dual is a multiple of its inverse, so that all products start alike even where R is nearly singular.
    share = unexplained(matrix) / (2 * len(worth))
    inverse = np.linalg.inv(matrix - np.diag(share))
    dual = 2.0 * float((worth / np.diag(inverse)).max()) * (inverse + inverse.T) / 2
    here = _Point(matrix, worth, share, dual, np.diag(dual) - worth)
    for _ in range(_ROUNDS):
        gap = here.gap()
        if gap < _GAP or not here.step(0.05 * gap / (2 * len(worth))):
            break
    share = np.maximum(here.share - ridge, 0.0)
    return share, max(0.0, float((correlations * here.dual).sum() - share @ worth))


@dataclass(slots=True)
class _Point:
    """Where both sides stand: shares of error, the dual matrix, and by how much its diagonal exceeds `worth`."""

    matrix: Floats
    worth: Floats
    share: Floats
    dual: Floats
    slack: Floats

    def gap(self) -> float:
        """The dual's value less the primal's."""
        return float(((self.matrix - np.diag(self.share)) * self.dual).sum() + self.share @ self.slack)

    def step(self, target: float) -> bool:
        """One Newton step towards products of `target`, both sides kept inside; False where rounding ends the way."""
        left = self.matrix - np.diag(self.share)
        inverse = np.linalg.inv(left)
        inverse = (inverse + inverse.T) / 2
        curvature = self.dual * inverse + np.diag(self.slack / self.share)
        ascent = self.worth - target * np.diag(inverse) + target / self.share
        change = np.asarray(np.linalg.solve(curvature, ascent), dtype=np.float64)
        turned = (self.dual * change) @ inverse
        dual_change = target * inverse - self.dual + (turned + turned.T) / 2
        # Taken from the diagonal itself, so that the dual's constraint holds to the last digit
        slack_change = np.asarray(np.diag(self.dual + dual_change) - self.worth - self.slack, dtype=np.float64)
        primal = min(_longest(left, -np.diag(change)), _reach(self.share, change))
        other = min(_longest(self.dual, dual_change), _reach(self.slack, slack_change))
        if max(primal, other) < 1e-4 or not np.isfinite(dual_change).all():
            return False
        self.share = self.share + primal * change
        self.dual = self.dual + other * dual_change
        self.slack = self.slack + other * slack_change
        return True


def _longest(matrix: Floats, change: Floats) -> float:
    """The longest step, up to 1, that keeps a matrix positive definite, less a margin; 0 when it no longer is."""
    try:
        root = np.linalg.inv(np.linalg.cholesky(matrix))
    except np.linalg.LinAlgError:
        return 0.0
    least = float(np.linalg.eigvalsh(root @ change @ root.T)[0])
    return 1.0 if least >= 0 else min(1.0, -0.97 / least)


def _reach(values: Floats, change: Floats) -> float:
    """The longest step, up to 1, that keeps all values above 0, less a margin."""
    falling = np.asarray(change < 0)
    return min(1.0, 0.97 * float((-values[falling] / change[falling]).min())) if falling.any() else 1.0


def _tenberge(matrix: Floats) -> pd.Series:
    """mu0 to mu3: sums of the 2h-th powers of the covariances, nested under square roots."""
    k = len(matrix)
    off = matrix - np.diag(np.diag(matrix))
    size = float(np.abs(off).max()) or 1.0  # the powers are taken of numbers up to 1, so that none vanishes at once
    sums = [float((off / size).sum()), *(float(((off / size) ** (2**h)).sum()) for h in (1, 2, 3))]
    series = {}
    for last in range(4):
        nested = sums[last] * k / (k - 1)
        for h in range(last - 1, -1, -1):
            nested = sums[h] + np.sqrt(nested)
        series[f"mu{last}"] = size * float(nested) / float(matrix.sum())
    return pd.Series(series, name="tenberge")


def _notes(n: int | None) -> tuple[str, ...]:
    if n is not None and n >= _SMALL_SAMPLE:
        return ()
    behind = "an unknown number of" if n is None else f"{n:,}"
    said = f"the greatest lower bound profits from chance and lies too high in samples below about {_SMALL_SAMPLE:,}"
    return (f"{said}; here it rests on {behind} respondents.",)
