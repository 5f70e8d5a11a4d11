"""Components of a table with gaps by restricted maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from ikfs_methods.errors import ConvergenceError
from ikfs_methods.reliability.generalisability.design import Design, Floats
from ikfs_methods.reliability.generalisability.equations import Equations, equations

# The dense system takes a second or so an iteration at this width; beyond it the estimates without iteration serve.
WIDEST = 1500
_ITERATIONS = 60
# Half the squared distance to the maximum in standard errors: the components are then right to about 1e-7 of theirs.
_CLOSE = 1e-14
# Where the likelihood is all but flat a step may be of any length; this one, in variances of the ratings, goes far.
_LONGEST = 10.0
# What rounding alone leaves of that distance where the likelihood is flat.
_CLOSE_ENOUGH = 1e-9
# A residual below this share of the variance would be rounding: the ratings are explained without one (too few of them
# for so many effects), and the likelihood rises without end.
LEAST_RESIDUAL = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Components at the maximum in the order of the effects, and the covariance matrix of their estimates.

    A component at its bound of 0 has no covariance (NaN).
    """

    components: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    log_likelihood: float
    gradient: Floats
    information: Floats  # average information: between observed and expected


def width(design: Design) -> int:
    """Columns of the dense system of a design, or a bound of it, before it is built."""
    counts = {effect: design.numbered(effect)[1] for effect in design.effects[:-1]}
    largest = max((count for effect, count in counts.items() if len(effect) == 2), default=0)
    return 1 + sum(counts.values()) - largest


def restricted(design: Design, start: Floats) -> Fit:
    """The maximum of the restricted likelihood (Patterson & Thompson 1971, doi:10.1093/biomet/58.3.545), none below 0.

    Average-information steps (Gilmour, Thompson & Cullis 1995, doi:10.2307/2533274), halved while the likelihood
    falls, and a step of the EM algorithm where that does not help.

    Raises ConvergenceError.
    """
    system = equations(design)
    scale = design.mean_square
    theta = np.maximum(start, 0.02 * scale)
    state = _state(system, theta)
    for _ in range(_ITERATIONS):
        free = (theta > 0) | (state.gradient > 0)
        step = np.zeros_like(theta)
        step[free] = np.linalg.lstsq(state.information[np.ix_(free, free)], state.gradient[free], rcond=1e-13)[0]
        gain = float(state.gradient[free] @ step[free])
        moved = _forward(system, theta, state, step, scale) if gain >= _CLOSE else None
        if moved is None and gain < _CLOSE_ENOUGH:
            return _fit(theta, state)
        if moved is None or moved[0][-1] <= LEAST_RESIDUAL * scale:
            break
        theta, state = moved
    raise ConvergenceError(
        "the restricted likelihood of the components must have a maximum; none was found after "
        f'{_ITERATIONS} steps at most. Give method="anova".'
    )


def _forward(
    system: Equations, theta: Floats, state: _State, step: Floats, scale: float
) -> tuple[Floats, _State] | None:
    """The next components, at which the likelihood is higher; None when neither kind of step finds any."""
    least = np.zeros_like(theta)
    least[-1] = LEAST_RESIDUAL * scale
    longest = float(np.abs(step).max())
    step = step * min(1.0, _LONGEST * scale / longest) if longest > 0 else step
    levels = np.array([*(_levels(system)), len(system.values)], dtype=float)
    expectation = 2 * theta**2 / levels * state.gradient
    for change in (*(step / 2**halving for halving in range(12)), expectation):
        trial = np.maximum(theta + change, least)
        try:
            found = _state(system, trial)
        except np.linalg.LinAlgError:  # so far out that rounding leaves no positive definite system
            continue
        if found.log_likelihood > state.log_likelihood:
            return trial, found
    return None


def _levels(system: Equations) -> list[int]:
    counts = dict(zip(system.kept, np.diff(system.bounds)[1:].tolist(), strict=True))
    if system.absorbed is not None:
        counts[system.absorbed] = len(system.sizes)
    return [counts[at] for at in sorted(counts)]


def _fit(theta: Floats, state: _State) -> Fit:
    inside = theta > 0
    covariance = np.full((len(theta), len(theta)), np.nan)
    covariance[np.ix_(inside, inside)] = np.linalg.pinv(state.information[np.ix_(inside, inside)], rcond=1e-12)
    return Fit(theta, covariance)


def _state(system: Equations, theta: Floats) -> _State:
    """Likelihood, gradient and average information at the components `theta`.

    With V the covariance of the ratings and P = V⁻¹ - V⁻¹1(1'V⁻¹1)⁻¹1'V⁻¹: the gradient is
    -(tr P Vi - y'P Vi P y)/2, the average information y'P Vi P Vj P y / 2.
    """
    residual = theta[-1]
    block = 0.0 if system.absorbed is None else theta[system.absorbed]
    pull = block / (residual + block * system.sizes)  # of a block's sum on each of its ratings
    roots = np.concatenate([[1.0], *_by_column(system, np.sqrt(theta))])
    inverse = system.cross.copy()  # W'V0⁻¹W, V0 being the covariance within blocks
    for size, products in system.by_size.items():
        inverse -= block / (residual + block * size) * products
    inverse /= residual
    left = roots[:, None] * inverse
    middle = left * roots + np.diag(np.arange(len(roots)) > 0).astype(float)
    factor, _ = cho_factor(middle, lower=True)
    half = solve_triangular(factor, left, lower=True)

    def projected(ratings: Floats) -> Floats:
        first = system.within(ratings, pull) / residual
        solution = cho_solve((factor, True), roots[:, None] * system.gathered(first))
        answer: Floats = first - system.within(system.spread(roots[:, None] * solution), pull) / residual
        return answer

    py = projected(system.values[:, None])
    pulled = np.concatenate([_pulled(system, py), py], axis=1)
    diagonal = np.diag(inverse) - (half**2).sum(axis=0)
    traces = _traces(system, theta, diagonal, cho_solve((factor, True), np.diag(roots)) * roots[:, None])
    logs = float(((system.sizes - 1) * np.log(residual) + np.log(residual + block * system.sizes)).sum())
    logs += 2 * float(np.log(np.diag(factor)).sum())
    twice = projected(pulled)
    return _State(
        log_likelihood=-(logs + float(system.values @ py[:, 0])) / 2,
        gradient=(system.values @ twice - traces) / 2,
        information=pulled.T @ twice / 2,
    )


def _by_column(system: Equations, theta: Floats) -> list[Floats]:
    widths = np.diff(system.bounds)[1:]
    return [np.full(count, theta[at]) for at, count in zip(system.kept, widths, strict=True)]


def _pulled(system: Equations, py: Floats) -> Floats:
    """V_i P y of each effect but the residual: the sum of P y over the ratings of the same level."""
    made = {}
    sums = system.gathered(py)[:, 0]
    for place, at in enumerate(system.kept, start=1):
        made[at] = sums[system.columns[place]]
    if system.absorbed is not None:
        made[system.absorbed] = system.block_sums(py)[system.blocks, 0]
    pulled: Floats = np.array([made[at] for at in sorted(made)]).T
    return pulled


def _traces(system: Equations, theta: Floats, diagonal: Floats, solved: Floats) -> Floats:
    """The trace of P V_i of every effect; that of the residual from tr P V = ratings - 1."""
    traces = np.zeros(len(theta))
    for at, start, end in zip(system.kept, system.bounds[1:-1], system.bounds[2:], strict=True):
        traces[at] = diagonal[start:end].sum()
    if system.absorbed is not None:
        residual, block = theta[-1], theta[system.absorbed]
        for size, products in system.by_size.items():
            weight = 1 / (residual + block * size)
            count = int((system.sizes == size).sum())
            traces[system.absorbed] += count * size * weight - weight**2 * float((solved * products).sum())
    traces[-1] = (len(system.values) - 1 - float(theta[:-1] @ traces[:-1])) / theta[-1]
    return traces
