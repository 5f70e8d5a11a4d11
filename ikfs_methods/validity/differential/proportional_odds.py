"""Maximum likelihood of the proportional-odds model on a table of counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit, xlogy

Floats = npt.NDArray[np.float64]
Chances = tuple[Floats, Floats, Floats]
Outcome = Literal["converged", "separated", "failed"]

_MOST_STEPS = 80
_LEAST_SIZE = 1e-12  # of a Newton step
_WAVER = 1e-13  # share by which rounding moves the likelihood at its maximum
# The log likelihood is still short of its maximum by about half the decrement of a Newton step; the step that follows
# squares that, so that far less than 1e-10 is lost.
_DECREMENT = 1e-10
# At a maximum the last step is tiny, since steps shrink quadratically. Under separation the maximum lies at infinity
# and each step moves the diverging log odds by about 1 for ever, however little the likelihood gains.
_STILL_MOVING = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class OddsFit:
    """A fitted model: log likelihood, thresholds (categories - 1), slopes (predictors), and how it ended."""

    log_likelihood: float
    thresholds: Floats
    slopes: Floats
    outcome: Outcome


def proportional_odds(counts: Floats, predictors: Floats, *, start: OddsFit | None = None) -> OddsFit:
    """Ordered answers by predictors: log odds of category j or lower = threshold_j - predictors @ slopes.

    McCullagh 1980 (JRSS B 42, 109). counts: cells x categories, how many respondents of each cell gave each answer
    (every category given by somebody); predictors: cells x predictors, their values, on a scale near 1. Two categories
    make it logistic regression. The likelihood is concave (Pratt 1981, JASA 76, 103), so that
    Newton steps with the exact Hessian, halved while they lose, reach its only maximum. The table is all it needs: its
    cost does not grow with the respondents. `start`: a fitted model whose predictors are the first of these.
    `outcome` is "separated" when the predictors tell categories apart without exception, so that a slope would be
    infinite; nothing is raised.

    statsmodels' OrderedModel finds the same maximum by general optimisation over the respondents, which takes a
    hundred times as long and more; the tests hold the two against each other.
    """
    at = np.concatenate([_thresholds_alone(counts), np.zeros(predictors.shape[1])])
    if start is not None:
        known = np.concatenate([start.thresholds, start.slopes])
        at[: len(known)] = known
    best, chances = _likelihood(counts, predictors, at)
    for _ in range(_MOST_STEPS):
        gradient, hessian = _derivatives(counts, predictors, chances)
        try:
            step: Floats = np.asarray(np.linalg.solve(-hessian, gradient), dtype=np.float64)
        except np.linalg.LinAlgError:
            break
        decrement = float(gradient @ step)
        if not np.isfinite(decrement):
            break
        size = 1.0
        found, nearby = _likelihood(counts, predictors, at + step)
        while not found >= best - _WAVER * abs(best) and size > _LEAST_SIZE:
            size /= 2
            found, nearby = _likelihood(counts, predictors, at + size * step)
        if size <= _LEAST_SIZE:
            break
        at, best, chances = at + size * step, found, nearby
        if decrement < _DECREMENT:
            return _fit(counts, at, best, "separated" if _moved(counts, predictors, step) else "converged")
    return _fit(counts, at, best, "failed")


def log_likelihood_alone(counts: Floats) -> float:
    """The maximal log likelihood without any predictor: every cell has the shares of the whole."""
    totals = counts.sum(axis=0)
    return float(xlogy(totals, totals / totals.sum()).sum())


def _thresholds_alone(counts: Floats) -> Floats:
    below = np.cumsum(counts.sum(axis=0))
    return np.asarray(np.log(below[:-1]) - np.log(below[-1] - below[:-1]))


def _fit(counts: Floats, at: Floats, log_likelihood: float, outcome: Outcome) -> OddsFit:
    k = counts.shape[1] - 1
    return OddsFit(log_likelihood, at[:k], at[k:], outcome)


def _moved(counts: Floats, predictors: Floats, step: Floats) -> bool:
    """Whether a step still moves a log odds of some cell."""
    k = counts.shape[1] - 1
    return bool(np.abs((predictors @ step[k:])[:, None] - step[:k]).max() > _STILL_MOVING)


def _chances(counts: Floats, predictors: Floats, at: Floats) -> Chances:
    """Cells x thresholds: chance of an answer at or below it and of one above; cells x categories: of each answer."""
    k = counts.shape[1] - 1
    thresholds = at[:k]
    above = (predictors @ at[k:])[:, None] - thresholds
    lower, upper = expit(-above), expit(above)
    shares = np.empty(counts.shape)
    shares[:, 0], shares[:, -1] = lower[:, 0], upper[:, -1]
    # F(b) - F(a) = F(b) (1 - F(a)) (1 - exp(a - b)) for the logistic F: no digits cancel, however far out. Thresholds
    # out of order leave their category no chance, so that its answers make the likelihood 0.
    shares[:, 1:-1] = lower[:, 1:] * upper[:, :-1] * -np.expm1(np.minimum(thresholds[:-1] - thresholds[1:], 0))
    return lower, upper, shares


def _likelihood(counts: Floats, predictors: Floats, at: Floats) -> tuple[float, Chances]:
    """The log likelihood and the chances behind it."""
    chances = _chances(counts, predictors, at)
    return float(xlogy(counts, chances[2]).sum()), chances


def _derivatives(counts: Floats, predictors: Floats, chances: Chances) -> tuple[Floats, Floats]:
    """Gradient and Hessian of the log likelihood in thresholds and slopes.

    A cell's likelihood depends on z_j = threshold_j - predictors @ slopes alone, and its Hessian in z is tridiagonal,
    since category j has z_(j-1) and z_j as its only bounds.
    """
    lower, upper, shares = chances
    density = lower * upper
    given = counts > 0
    ratio = np.divide(counts, shares, out=np.zeros_like(shares), where=given)
    curve = np.divide(ratio, shares, out=np.zeros_like(shares), where=given)
    first = density * (ratio[:, :-1] - ratio[:, 1:])
    diagonal = first * (upper - lower) - density**2 * (curve[:, :-1] + curve[:, 1:])
    beside = density[:, :-1] * density[:, 1:] * curve[:, 1:-1]
    rows = diagonal.copy()  # row sums of each cell's tridiagonal matrix
    rows[:, :-1] += beside
    rows[:, 1:] += beside
    k = rows.shape[1]
    hessian = np.empty((k + predictors.shape[1],) * 2)
    hessian[:k, :k] = np.diag(diagonal.sum(axis=0)) + sum(np.diag(beside.sum(axis=0), side) for side in (-1, 1))
    hessian[:k, k:] = -rows.T @ predictors
    hessian[k:, :k] = hessian[:k, k:].T
    hessian[k:, k:] = predictors.T @ (rows.sum(axis=1)[:, None] * predictors)
    return np.concatenate([first.sum(axis=0), -predictors.T @ first.sum(axis=1)]), hessian
