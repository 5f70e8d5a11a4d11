"""Unrotated loadings of many correlation matrices at once, from one start: minres, maximum likelihood, components.

The minima are those of `extraction`; all matrices move in one batch, and each leaves it when it has settled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ikfs_methods.factor.extraction import LEAST_UNIQUENESS, smallest_uniquenesses

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Truths = npt.NDArray[np.bool_]

# Newton's steps shrink quadratically: the one after a step of 1e-7 would be about 1e-13.
_STEP = 1e-7
_SLOPE = 1e-12  # for flat directions, where steps stay long: rounding error of the slope itself is about 1e-15
_SMALLEST = 1e-8  # of what a factor explains; its loadings would be below .0001
_LONGEST = 2.0  # a uniqueness that changes by more than e^2 at once has left the region that Newton's step knows
_ROUNDS = 100
_HALVINGS = 30
_PSYCH_STILL, _PSYCH_ROUNDS = 0.001, 50  # where psych's principal axis stops


@dataclass(frozen=True, slots=True)
class ManyLoadings:
    """Loadings (draws, items, factors), NaN for a draw that did not settle or has a factor that explains nothing."""

    loadings: Floats
    converged: Truths


@dataclass(frozen=True, slots=True)
class _Model:
    """A discrepancy of the uniquenesses, by the eigenvalues of the matrices that they leave.

    `parameter` turns uniquenesses into what is moved; `reduced` makes the matrices, `loss` and `slopes` their
    discrepancy with its first and second derivatives by the parameter; `explained` turns the largest eigenvalues into
    what the factors explain, and `stretch` the parameter into what multiplies the rows of the loadings.
    """

    parameter: Callable[[Floats], Floats]
    reduced: Callable[[Floats, Floats], Floats]
    loss: Callable[[Floats], Floats]
    slopes: Callable[[Floats, Floats, int], tuple[Floats, Floats]]
    explained: Callable[[Floats], Floats]
    stretch: Callable[[Floats], Floats]


@dataclass(slots=True)
class _Place:
    """Where each draw stands; rows are overwritten as the draws move."""

    at: Floats
    loss: Floats
    values: Floats
    vectors: Floats

    def take(self, rows: Places, other: _Place, chosen: Truths) -> None:
        for name in ("at", "loss", "values", "vectors"):
            getattr(self, name)[rows] = getattr(other, name)[chosen]


def principal_many(matrices: Floats, n_factors: int) -> ManyLoadings:
    """Component loadings of correlation matrices (draws, items, items): `extraction.principal` of each."""
    return _largest(*np.linalg.eigh(matrices), n_factors)


def minres_many(matrices: Floats, n_factors: int, start: Floats) -> ManyLoadings:
    """Minimum-residual loadings of positive definite correlation matrices (draws, items, items).

    The same minimum as `extraction.minres` (Newton steps with the exact Hessian over the uniquenesses, these at least
    .005), from the common `start`, uniquenesses (items,) that lie near all of them, as the full sample's do.
    """
    return _extracted(matrices, n_factors, start, _MINRES)


def ml_many(matrices: Floats, n_factors: int, start: Floats) -> ManyLoadings:
    """Maximum-likelihood loadings of positive definite correlation matrices (draws, items, items).

    Minimises sum(theta - ln theta - 1) over the p - m smallest eigenvalues theta of U^-1/2 R U^-1/2 by Newton steps
    with the exact Hessian over the logarithms of the uniquenesses U, these at least .005 (Joreskog 1967, Psychometrika
    32, 443-482; derivatives as in Clarke 1970, British Journal of Mathematical and Statistical Psychology 23, 43-52).
    """
    return _extracted(matrices, n_factors, start, _ML)


def principal_axis_many(matrices: Floats, n_factors: int) -> ManyLoadings:
    """Principal-axis loadings of positive definite correlation matrices, stopped by psych's rule.

    `extraction.principal_axis` with stop="psych" of each: from squared multiple correlations until the sum of the
    communalities moves by .001 or less, at most 50 rounds. (The converged principal axis is the minres solution.)
    """
    diagonal = np.arange(matrices.shape[-1])
    communalities = 1 - smallest_uniquenesses(matrices)
    found = np.full((*matrices.shape[:2], n_factors), np.nan)
    converged = np.zeros(len(matrices), dtype=bool)
    active = np.arange(len(matrices))
    for _ in range(_PSYCH_ROUNDS):
        reduced = matrices[active]
        reduced[:, diagonal, diagonal] = communalities[active]
        once = _largest(*np.linalg.eigh(reduced), n_factors)
        found[active], converged[active] = once.loadings, once.converged
        new = (once.loadings**2).sum(axis=2)
        moved = np.abs(new.sum(axis=1) - communalities[active].sum(axis=1))
        communalities[active] = new
        active = active[moved > _PSYCH_STILL]  # a draw without a solution has NaN here and leaves as well
        if len(active) == 0:
            break
    return ManyLoadings(found, converged)


@dataclass(frozen=True, slots=True)
class _Task:
    """What is solved: matrices (draws, items, items), by how many factors, which discrepancy and which bound."""

    matrices: Floats
    n_factors: int
    model: _Model
    low: float

    def placed(self, draws: Places, at: Floats) -> _Place:
        """The draws at these parameters."""
        values, vectors = np.linalg.eigh(self.model.reduced(self.matrices[draws], at))
        return _Place(at, self.model.loss(values[:, : -self.n_factors]), values, vectors)


def _extracted(matrices: Floats, n_factors: int, start: Floats, model: _Model) -> ManyLoadings:
    low = float(model.parameter(np.array(LEAST_UNIQUENESS)))
    task = _Task(matrices, n_factors, model, low)
    first = np.maximum(model.parameter(np.maximum(start, LEAST_UNIQUENESS)), low)
    here = task.placed(np.arange(len(matrices)), np.tile(first, (len(matrices), 1)))
    settled = np.zeros(len(matrices), dtype=bool)
    for _ in range(_ROUNDS):
        active = np.flatnonzero(~settled)
        if len(active) == 0:
            break
        gradient, hessian = model.slopes(here.values[active], here.vectors[active], n_factors)
        free = (here.at[active] > low) | (gradient < 0)
        gradient = np.where(free, gradient, 0.0)
        step = _newton_steps(gradient, hessian, free)
        moving = np.abs(gradient).max(axis=1) >= _SLOPE
        settled[active[~moving]] = True
        settled[active[moving]] = _moved(task, here, active[moving], gradient[moving], step[moving]) < _STEP
    found = _largest(here.values, here.vectors, n_factors, model.explained)
    converged = settled & found.converged
    stretched = model.stretch(here.at)[:, :, None] * found.loadings
    return ManyLoadings(np.where(converged[:, None, None], stretched, np.nan), converged)


def _moved(task: _Task, here: _Place, draws: Places, gradient: Floats, step: Floats) -> Floats:
    """Moves the draws along their steps, shortened until the loss falls; returns how far each moved."""
    moved = np.zeros(len(draws))
    pending, share = np.arange(len(draws)), 1.0
    for _ in range(_HALVINGS):
        if len(pending) == 0:
            break
        old = here.at[draws[pending]]
        trial = task.placed(draws[pending], np.maximum(old + share * step[pending], task.low))
        change = trial.at - old
        expected = 1e-4 * (gradient[pending] * change).sum(axis=1)
        # the slack is rounding error of the loss; without it the last steps would be refused
        better = trial.loss <= here.loss[draws[pending]] + expected + 1e-14
        moved[pending[better]] = np.abs(change[better]).max(axis=1)
        here.take(draws[pending[better]], trial, better)
        pending, share = pending[~better], share / 2
    return moved


def _newton_steps(gradient: Floats, hessian: Floats, free: Truths) -> Floats:
    """Downward steps (draws, items); parameters held at their bound stay there."""
    fixed = ~free
    hessian = np.where(fixed[:, :, None] | fixed[:, None, :], 0.0, hessian)
    diagonal = np.arange(hessian.shape[-1])
    hessian[:, diagonal, diagonal] += fixed
    try:
        # only asked whether it exists: near the minimum all curvatures are positive and the plain step is right
        np.linalg.cholesky(hessian - 1e-6 * np.eye(len(diagonal)))
    except np.linalg.LinAlgError:
        # Curvatures are turned positive and kept off zero: away from the minimum the step must still lead downwards.
        values, vectors = np.linalg.eigh(hessian)
        along = np.einsum("dij,di->dj", vectors, gradient) / np.maximum(np.abs(values), 1e-6)
        step = -np.einsum("dij,dj->di", vectors, along)
    else:
        step = -np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
    longest = np.abs(step).max(axis=1, keepdims=True)
    return np.asarray(step * np.minimum(1.0, _LONGEST / np.maximum(longest, _STEP)))


def _largest(
    values: Floats, vectors: Floats, n_factors: int, explained: Callable[[Floats], Floats] = np.asarray
) -> ManyLoadings:
    """Loadings of the largest eigenvalues, largest first, and whether each explains something."""
    largest = slice(None, -n_factors - 1, -1)
    kept = explained(values[:, largest])
    converged = kept[:, -1] > _SMALLEST
    loadings = vectors[:, :, largest] * np.sqrt(np.maximum(kept, 0.0))[:, None, :]
    return ManyLoadings(np.where(converged[:, None, None], loadings, np.nan), converged)


def _crossed(left_vectors: Floats, kept_vectors: Floats, ratio: Floats) -> Floats:
    """Sum over left k and kept n of ratio[k, n] v_ik v_jk v_in v_jn, a factor at a time to spare memory."""
    total = np.zeros((len(ratio), left_vectors.shape[1], left_vectors.shape[1]))
    for factor in range(kept_vectors.shape[-1]):
        among = (left_vectors * ratio[:, None, :, factor]) @ left_vectors.transpose(0, 2, 1)
        kept = kept_vectors[:, :, factor]
        total += among * kept[:, :, None] * kept[:, None, :]
    return total


def _parts(values: Floats, vectors: Floats, n_factors: int) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    left, kept = values[:, :-n_factors], values[:, -n_factors:]
    gaps = np.maximum(kept[:, None, :] - left[:, :, None], 1e-10)  # tied eigenvalues leave the curvature undefined
    return left, kept, gaps, vectors[:, :, :-n_factors], vectors[:, :, -n_factors:]


def _minres_slopes(values: Floats, vectors: Floats, n_factors: int) -> tuple[Floats, Floats]:
    left, _, gaps, left_vectors, kept_vectors = _parts(values, vectors, n_factors)
    gradient = -(left_vectors**2 @ left[:, :, None])[:, :, 0]
    among = left_vectors @ left_vectors.transpose(0, 2, 1)
    return gradient, among**2 - 2 * _crossed(left_vectors, kept_vectors, left[:, :, None] / gaps)


def _ml_slopes(values: Floats, vectors: Floats, n_factors: int) -> tuple[Floats, Floats]:
    left, kept, gaps, left_vectors, kept_vectors = _parts(values, vectors, n_factors)
    gradient = (left_vectors**2 @ (1 - left)[:, :, None])[:, :, 0]
    turned = left_vectors.transpose(0, 2, 1)
    among = (left_vectors @ turned) * ((left_vectors * left[:, None, :]) @ turned)
    ratio = (1 - left)[:, :, None] * (kept[:, None, :] + left[:, :, None]) / gaps
    return gradient, among + _crossed(left_vectors, kept_vectors, ratio)


def _without(matrices: Floats, unique: Floats) -> Floats:
    reduced = matrices.copy()
    diagonal = np.arange(matrices.shape[-1])
    reduced[:, diagonal, diagonal] -= unique
    return reduced


def _weighed(matrices: Floats, log_unique: Floats) -> Floats:
    root = np.exp(-log_unique / 2)
    return np.asarray(matrices * root[:, :, None] * root[:, None, :])


def _likelihood_loss(left: Floats) -> Floats:
    positive = np.maximum(left, 1e-300)  # a matrix that is not definite: the loss is then too large to be taken
    return np.asarray((positive - np.log(positive) - 1).sum(axis=1))


_MINRES = _Model(
    parameter=lambda unique: unique,
    reduced=_without,
    loss=lambda left: np.asarray(0.5 * (left**2).sum(axis=1)),
    slopes=_minres_slopes,
    explained=lambda kept: kept,
    stretch=np.ones_like,
)
_ML = _Model(
    parameter=np.log,
    reduced=_weighed,
    loss=_likelihood_loss,
    slopes=_ml_slopes,
    explained=lambda kept: kept - 1,
    stretch=lambda log_unique: np.exp(log_unique / 2),
)
