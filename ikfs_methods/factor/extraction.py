"""Unrotated loadings of a correlation matrix: minimum residuals, maximum likelihood, principal axis, components.

An extraction takes the matrix as an array and the number of factors, and returns loadings (items, factors).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ikfs_methods.checks import one_of
from ikfs_methods.errors import ConvergenceError

Floats = npt.NDArray[np.float64]
Point = tuple[float, Floats, Floats]  # the loss with the eigenvalues and eigenvectors behind it
End = tuple[Floats, float, Floats]  # uniquenesses, loss, loadings

# psych and R's factanal keep uniquenesses at or above this value, and so do we: Heywood cases stay comparable.
LEAST_UNIQUENESS = 0.005
PAF_STOPS = ("converged", "psych")
_STEP = 1e-10  # Newton's steps shrink quadratically: one below this leaves an error of about 1e-16
_SLOPE = 1e-12  # for flat directions, where steps stay long: rounding error of the slope itself is about 1e-15
_SMALLEST = 1e-8  # of an eigenvalue that is not rounding: its loadings are below .0001
_LEAST_EIGENVALUE = 1e-14  # of a matrix that was found positive definite; anything less is rounding
_LONGEST = 2.0  # a uniqueness that changes by more than e^2 at once has left the region that Newton's step knows
_ROUNDS = 200
_PSYCH_STILL, _PSYCH_ROUNDS = 0.001, 50  # where psych's principal axis stops
_AT_BOUND = 1e-6  # share of the bound: a logarithm taken and undone moves it by 1e-16
_SAME_LOSS = 1e-9  # losses of one minimum differ by the square of a slope of at most 1e-9; other minima by far more


@dataclass(frozen=True, slots=True)
class Ends:
    """The loadings kept, and the loss that each start reached, the usual start first."""

    loadings: Floats
    losses: Floats

    @property
    def differ(self) -> bool:
        """Whether the starts ended in different minima."""
        return bool(np.ptp(self.losses) > _SAME_LOSS)


def principal(matrix: Floats, n_factors: int) -> Floats:
    """Component loadings: eigenvectors times the roots of the largest eigenvalues, largest first."""
    values, vectors = np.linalg.eigh(matrix)
    largest = slice(None, -n_factors - 1, -1)
    return np.asarray(vectors[:, largest] * np.sqrt(np.maximum(values[largest], 0.0)))


def minres(matrix: Floats, n_factors: int) -> Floats:
    """Minimum-residual (unweighted least squares) loadings of a positive definite correlation matrix.

    Half the squared residuals, (1/2) sum of the squared p - m smallest eigenvalues of R - U, is minimised over the
    uniquenesses U by Newton steps with the exact Hessian (Harman & Jones 1966; Joreskog 1977 gives the eigenvalue
    form), starting from one minus the squared multiple correlations, and from further points where that ends in a
    Heywood case. Raises ConvergenceError.
    Answers the question: which loadings leave the least of the correlations over?
    """
    return minres_ends(matrix, n_factors).loadings


def minres_ends(matrix: Floats, n_factors: int) -> Ends:
    """`minres` with the minima that its starts reached."""
    return _minres_from(matrix, n_factors, smallest_uniquenesses(matrix), "minres")


def maximum_likelihood(matrix: Floats, n_factors: int) -> Floats:
    """Maximum-likelihood loadings (Lawley 1940) of a positive definite correlation matrix.

    Over the logarithms of the uniquenesses U, F = sum of (e - ln e - 1) of the p - m smallest eigenvalues e of
    U^-1/2 R U^-1/2 is minimised by Newton steps with the exact Hessian (Joreskog 1967, Psychometrika 32; Clarke 1970).
    Raises ConvergenceError.
    Answers the question: which loadings make the correlations of a sample of normal answers most likely?
    """
    return likelihood_ends(matrix, n_factors).loadings


def likelihood_ends(matrix: Floats, n_factors: int) -> Ends:
    """`maximum_likelihood` with the minima that its starts reached."""

    def at(logs: Floats) -> Point:
        scale = np.exp(-logs / 2)
        values, vectors = np.linalg.eigh(matrix * scale[:, None] * scale)
        values = np.maximum(values, _LEAST_EIGENVALUE)
        left = values[:-n_factors]
        return float((left - np.log(left) - 1).sum()), values, vectors

    def slopes(values: Floats, vectors: Floats) -> tuple[Floats, Floats]:
        left, kept = values[:-n_factors], values[-n_factors:]
        own = vectors[:, :-n_factors]
        ratio = (1 - left)[:, None] * (kept + left[:, None]) / _gaps(kept, left)
        return (own**2) @ (1 - left), (own * left) @ own.T * (own @ own.T) + _crossed(vectors, ratio)

    def settled(start: Floats) -> End:
        logs, loss, values, vectors = _least(
            at, slopes, np.log(start), floor=np.log(LEAST_UNIQUENESS), called="maximum likelihood", n_factors=n_factors
        )
        return np.exp(logs), loss, np.exp(logs / 2)[:, None] * _loadings(values - 1, vectors, n_factors)

    return _best(settled, smallest_uniquenesses(matrix), matrix)


def principal_axis(matrix: Floats, n_factors: int, *, stop: str = "converged") -> Floats:
    """Principal-axis loadings of a positive definite correlation matrix, from squared multiple correlations on.

    Communalities on the diagonal give loadings, and these the next communalities. `stop`: converged goes on to the
    fixed point, which is the minres solution, by Newton steps (with uniquenesses of at least .005); psych stops as
    psych's fm="pa" does, when the sum of communalities moves less than .001, at most 50 rounds, and lets a communality
    pass 1. Raises ParameterError for another stop, ConvergenceError.
    Answers the question: as minres; with stop="psych": what would psych's principal axis have given?
    """
    return principal_axis_ends(matrix, n_factors, stop=stop).loadings


def principal_axis_ends(matrix: Floats, n_factors: int, *, stop: str = "converged") -> Ends:
    """`principal_axis` with the minima that its starts reached."""
    one_of(stop, PAF_STOPS, name="paf_stop")
    reduced, communalities = matrix.copy(), 1 - smallest_uniquenesses(matrix)
    diagonal = np.arange(len(matrix))
    total, moved = communalities.sum(), np.inf
    for _ in range(_PSYCH_ROUNDS):
        reduced[diagonal, diagonal] = communalities
        values, vectors = np.linalg.eigh(reduced)
        if stop == "converged" and values[-n_factors] <= _SMALLEST:
            break  # Newton's steps may still find what plain rounds cannot
        loadings = _loadings(values, vectors, n_factors)
        communalities = (loadings**2).sum(axis=1)
        total, moved = communalities.sum(), abs(communalities.sum() - total)
        if moved <= _PSYCH_STILL:
            break
    if stop == "psych":
        return Ends(loadings, np.zeros(1))
    return _minres_from(matrix, n_factors, np.maximum(1 - communalities, LEAST_UNIQUENESS), "principal axis")


def unexplained(matrices: Floats) -> Floats:
    """One minus the squared multiple correlation of each item with the others, of correlations (..., items, items)."""
    return np.asarray(1.0 / np.diagonal(np.linalg.inv(matrices), axis1=-2, axis2=-1))


def smallest_uniquenesses(matrices: Floats) -> Floats:
    """`unexplained`, at least the bound: the usual start."""
    return np.maximum(unexplained(matrices), LEAST_UNIQUENESS)


def _best(settled: Callable[[Floats], End], start: Floats, matrix: Floats) -> Ends:
    """The end of the usual start; where that is a Heywood case, the best end of several starts.

    Near the most factors that items can tell apart, solutions on the bound are often minima of their neighbourhood
    alone: a start at one half, and one with each item at the bound, find better ones.
    """
    unique, loss, loadings = settled(start)
    if unique.min() > LEAST_UNIQUENESS * (1 + _AT_BOUND):
        return Ends(loadings, np.array([loss]))
    ends = [(loss, loadings)]
    usual = smallest_uniquenesses(matrix)
    single = np.where(np.eye(len(usual), dtype=bool), LEAST_UNIQUENESS, usual)
    for other in (np.full(len(usual), 0.5), *single):
        try:
            _, loss, loadings = settled(other)
        except ConvergenceError:  # the usual start has an end all the same
            continue
        ends.append((loss, loadings))
    losses = np.array([loss for loss, _ in ends])
    # the usual start is kept among equals, which differ by rounding
    best = 0 if losses[0] <= losses.min() + _SAME_LOSS else int(losses.argmin())
    return Ends(ends[best][1], losses)


def _minres_from(matrix: Floats, n_factors: int, start: Floats, called: str) -> Ends:
    diagonal = np.arange(len(matrix))

    def at(unique: Floats) -> Point:
        reduced = matrix.copy()
        reduced[diagonal, diagonal] -= unique
        values, vectors = np.linalg.eigh(reduced)
        return 0.5 * float((values[:-n_factors] ** 2).sum()), values, vectors

    def slopes(values: Floats, vectors: Floats) -> tuple[Floats, Floats]:
        left, own = values[:-n_factors], vectors[:, :-n_factors]
        ratio = -2 * left[:, None] / _gaps(values[-n_factors:], left)
        return -(own**2) @ left, (own @ own.T) ** 2 + _crossed(vectors, ratio)

    def settled(first: Floats) -> End:
        unique, loss, values, vectors = _least(
            at, slopes, first, floor=LEAST_UNIQUENESS, called=called, n_factors=n_factors
        )
        return unique, loss, _loadings(values, vectors, n_factors)

    return _best(settled, start, matrix)


def _gaps(kept: Floats, left: Floats) -> Floats:
    """Kept less left eigenvalues (left, kept), off zero: tied eigenvalues leave the curvature undefined."""
    return np.maximum(kept - left[:, None], 1e-10)


def _crossed(vectors: Floats, ratio: Floats) -> Floats:
    """Sum over left k and kept n of ratio[k, n] v_ik v_jk v_in v_jn: how the two sets of eigenvectors turn together."""
    n_left = len(ratio)
    own, other = vectors[:, :n_left], vectors.T[n_left:]
    curved = (own * ratio.T[:, None, :]) @ own.T  # (kept, items, items)
    return np.asarray((curved * (other[:, :, None] * other[:, None, :])).sum(axis=0))


def _least(
    at: Callable[[Floats], Point],
    slopes: Callable[[Floats, Floats], tuple[Floats, Floats]],
    start: Floats,
    *,
    floor: float,
    called: str,
    n_factors: int,
) -> tuple[Floats, float, Floats, Floats]:
    """Where the loss is least, nowhere below the floor, by damped Newton steps; with what `at` found there."""
    here, (loss, values, vectors) = start, at(start)
    moved = np.inf
    for _ in range(_ROUNDS):
        gradient, hessian = slopes(values, vectors)
        free = (here > floor) | (gradient < 0)
        if not free.any() or np.abs(gradient[free]).max() < _SLOPE or moved < _STEP:
            return here, loss, values, vectors
        step = np.zeros_like(here)
        step[free] = _newton_step(gradient[free], hessian[np.ix_(free, free)])
        share = min(1.0, _LONGEST / np.abs(step).max())
        while True:
            trial = np.maximum(here + share * step, floor)
            new_loss, new_values, new_vectors = at(trial)
            # the slack is rounding error of the loss; without it the last steps would be refused
            if new_loss <= loss + 1e-4 * gradient @ (trial - here) + 1e-15 or share < 1e-9:
                break
            share /= 2
        moved = float(np.abs(trial - here).max())
        here, loss, values, vectors = trial, new_loss, new_values, new_vectors
    raise ConvergenceError(
        f"{called} must settle within {_ROUNDS} steps; with {len(start)} items and {n_factors} factors the "
        f"uniquenesses still moved by {moved:.2g}. Ask for fewer factors, or drop items that nearly repeat each other."
    )


def _newton_step(gradient: Floats, hessian: Floats) -> Floats:
    # Curvatures are turned positive and kept off zero: away from the minimum the step must still lead downwards.
    curvature, directions = np.linalg.eigh(hessian)
    curvature = np.maximum(np.abs(curvature), 1e-6)
    return np.asarray(-directions @ ((directions.T @ gradient) / curvature))


def _loadings(values: Floats, vectors: Floats, n_factors: int) -> Floats:
    kept = values[: -n_factors - 1 : -1]
    if kept[-1] <= _SMALLEST:
        raise ConvergenceError(
            f"every factor must explain something; the last of {n_factors} has the eigenvalue {kept[-1]:.3g}. "
            "Ask for fewer factors."
        )
    return np.asarray(vectors[:, : -n_factors - 1 : -1] * np.sqrt(kept))
