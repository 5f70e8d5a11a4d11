"""Mean and covariance of answers with gaps, by maximum likelihood of the normal distribution (EM), and distances."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ikfs_methods.answers.screening import notes
from ikfs_methods.answers.screening.condensed import Block, Rows, Standardised
from ikfs_methods.answers.screening.patterns import Floats
from ikfs_methods.checks import listed
from ikfs_methods.errors import ConvergenceError, MatrixError

# EM has arrived when a step moves no mean and no covariance by more than this, in standard deviations of the items.
# Sums over hundreds of thousands of rows carry about 1e-13, so it can be reached; the error left is of the same order.
TOLERANCE = 1e-10
MAX_STEPS = 2000
# Smallest eigenvalue of a correlation matrix that counts as above zero: its inverse still keeps half the digits.
SINGULAR = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class NormalFit:
    """Maximum-likelihood mean and covariance (divisor n), on the scale of `Standardised`, after `iterations` steps."""

    mean: Floats
    covariance: Floats
    iterations: int
    log_likelihood: float  # of the answers in their own units


@dataclass(frozen=True, slots=True, eq=False)
class Completed:
    """A block of rows as residuals from the mean, gaps filled with their expectation given the answers.

    `distance`: squared Mahalanobis distance of what was answered. `spare`: covariance of the missing answers given the
    others, by pattern (patterns, gaps, gaps). `log_volume`: log determinant of its inverse, by pattern.
    """

    residual: Floats
    distance: Floats
    spare: Floats
    log_volume: Floats


def completed(rows: Rows, block: Block, mean: Floats, precision: Floats) -> Completed:
    """The rows of a block under a mean and a precision matrix (the inverse covariance) K.

    With r the residual, zero at the gaps m: the gaps' expectation is -K_mm^-1 (K r)_m, their covariance K_mm^-1, and
    the distance of the answers r'K r - (K r)_m' K_mm^-1 (K r)_m (partitioned inverse).
    """
    chosen, gaps, local = block
    at = gaps[local]
    residual = rows.cells[chosen] - rows.weight[chosen, None] * mean
    np.put_along_axis(residual, at, 0.0, axis=1)
    pulled = residual @ precision
    distance = np.einsum("ij,ij->i", residual, pulled)
    inner = precision[gaps[:, :, None], gaps[:, None, :]]
    spare: Floats = np.asarray(np.linalg.inv(inner), dtype=np.float64)
    log_volume = np.linalg.slogdet(inner)[1]
    if gaps.shape[1]:
        tension = np.take_along_axis(pulled, at, axis=1)
        shift = np.einsum("nij,nj->ni", spare[local], tension)
        distance -= np.einsum("ij,ij->i", tension, shift)
        np.put_along_axis(residual, at, -shift, axis=1)
    return Completed(residual, distance, spare, log_volume)


def squared_distances(rows: Rows, mean: Floats, covariance: Floats) -> Floats:
    """Squared Mahalanobis distance of each row over its answers; NaN for a row without any."""
    precision: Floats = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
    distances = np.full(len(rows.cells), np.nan)
    for block in rows.blocks():
        # rounding may put the distance of a row at the mean a little below zero
        distances[block[0]] = np.maximum(completed(rows, block, mean, precision).distance, 0.0)
    return distances


def normal_fit(data: Standardised, rows: Rows, *, max_steps: int = MAX_STEPS) -> NormalFit:
    """Maximum-likelihood mean and covariance of the answers, their gaps being missing at random.

    EM (Dempster, Laird & Rubin 1977, Journal of the Royal Statistical Society B 39, 1-38), accelerated by SQUAREM with
    its third step length (Varadhan & Roland 2008, Scandinavian Journal of Statistics 35, 335-353); a leap that does not
    raise the likelihood is not taken. It has arrived when a plain EM step moves nothing by more than 1e-10 standard
    deviations of the items. Without gaps the first step gives the sample mean and covariance (divisor n).

    Raises MatrixError when items determine each other, ConvergenceError after `max_steps` steps.
    """
    width = len(data.items)
    blocks = list(rows.blocks())
    point = _pack(np.zeros(width), np.eye(width))
    steps = 0
    while steps < max_steps:
        one, _ = _em_step(point, rows, blocks, data)
        two, before = _em_step(one, rows, blocks, data)
        steps += 2
        if np.abs(two - one).max() <= TOLERANCE:
            _, likelihood = _em_step(two, rows, blocks, data)
            return NormalFit(*_unpack(two, width), steps, likelihood)
        change, bend = one - point, two - 2 * one + point
        length = float(np.linalg.norm(change) / max(np.linalg.norm(bend), np.finfo(float).tiny))
        point = two
        if length > 1:
            leap = one - change + 2 * length * change + length**2 * bend
            landed = _leap(leap, rows, blocks, data, before)
            steps += 1
            point = two if landed is None else landed
    raise ConvergenceError(notes.UNSETTLED.format(steps=max_steps, change=f"{np.abs(two - one).max():.1e}"))


def _leap(leap: Floats, rows: Rows, blocks: list[Block], data: Standardised, floor: float) -> Floats | None:
    """One EM step from an extrapolated point, or None when that point is no covariance or less likely than `floor`."""
    if np.linalg.eigvalsh(_unpack(leap, len(data.items))[1])[0] <= 0:
        return None
    try:
        landed, likelihood = _em_step(leap, rows, blocks, data)
    except MatrixError:
        return None
    return landed if likelihood >= floor else None


def _em_step(point: Floats, rows: Rows, blocks: list[Block], data: Standardised) -> tuple[Floats, float]:
    """The next point, and the log-likelihood of the given one."""
    width = len(data.items)
    mean, covariance = _unpack(point, width)
    log_volume = _checked_log_volume(covariance, data.items)
    precision: Floats = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
    first, second = np.zeros(width), np.zeros((width, width))
    counts, n = data.patterns.counts, data.patterns.n
    deviance = n * log_volume
    for block in blocks:
        done = completed(rows, block, mean, precision)
        chosen, gaps, local = block
        weight = rows.weight[chosen]
        first += weight @ done.residual
        second += done.residual.T @ done.residual
        # the squared weights of a pattern's rows sum to its number of respondents, whatever blocks they fell into
        number = np.bincount(local, weight**2, minlength=len(gaps))
        deviance += float(done.distance.sum() + number @ done.log_volume)
        cell = (gaps[:, :, None] * width + gaps[:, None, :]).ravel()
        spare = (done.spare * number[:, None, None]).ravel()
        second += np.bincount(cell, spare, minlength=width * width).reshape(width, width)
    cells = counts[data.patterns.answered] @ (~data.patterns.gaps[data.patterns.answered])
    likelihood = -0.5 * (deviance + float(cells.sum()) * math.log(2 * math.pi)) - float(cells @ np.log(data.sd))
    first /= n
    return _pack(mean + first, second / n - np.outer(first, first)), likelihood


def _checked_log_volume(covariance: Floats, items: tuple[str, ...]) -> float:
    """Log determinant of the covariance; MatrixError, naming the items at fault, when it is singular."""
    sd = np.sqrt(np.maximum(np.diag(covariance), np.finfo(float).tiny))
    roots, vectors = np.linalg.eigh(covariance / np.outer(sd, sd))
    if roots[0] < SINGULAR:
        part = np.abs(vectors[:, 0])
        guilty = [items[number] for number in np.argsort(-part) if part[number] > 0.1]
        raise MatrixError(notes.SINGULAR.format(names=listed(guilty), root=f"{roots[0]:.1e}"))
    return float(np.log(roots).sum() + 2 * np.log(sd).sum())


def _pack(mean: Floats, covariance: Floats) -> Floats:
    packed: NDArray[np.float64] = np.concatenate([mean, covariance.ravel()])
    return packed


def _unpack(point: Floats, width: int) -> tuple[Floats, Floats]:
    return point[:width], point[width:].reshape(width, width)
