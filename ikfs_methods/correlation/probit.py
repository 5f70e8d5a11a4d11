"""Polyserial correlation by full maximum likelihood: an ordered probit model of the item on the z-scores."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from ikfs_methods.correlation.moments import standardised
from ikfs_methods.errors import ConvergenceError

Floats = npt.NDArray[np.float64]

_MOST_STEPS = 100
# Newton steps double the correct digits: the step after one of this size is below the rounding.
_FINE = 1e-9
_LEAST = 1e-290


def fit_ordered_probit(x: Floats, codes: npt.NDArray[np.int16], largest: float) -> tuple[float, float, Floats]:
    """Correlation, standard error and thresholds of the bivariate normal model of x (n,) and codes (n,) from 0.

    Given x, the item follows an ordered probit model with slope b and cuts c, concave in both: rho is
    b / sqrt(1 + b^2), the thresholds are c / sqrt(1 + b^2). Where rho leaves [-largest, largest], it is 1 or -1.
    """
    n, k = len(x), int(codes.max()) + 1
    # z-scores with the divisor n - 1, as polycor's
    z = standardised(x[:, None])[:, 0] * np.sqrt((n - 1) / n)
    upper = np.zeros((n, k))
    upper[codes < k - 1, codes[codes < k - 1]] = 1.0
    lower = np.zeros((n, k))
    lower[codes > 0, codes[codes > 0] - 1] = 1.0
    upper[:, -1] = lower[:, -1] = -z
    shares = np.cumsum(np.bincount(codes, minlength=k))[:-1] / n
    at = np.r_[ndtri(shares), 0.0]
    steepest = largest / np.sqrt(1 - largest**2)
    value, gradient, curvature = _likelihood(at, upper, lower, codes)
    for _ in range(_MOST_STEPS):
        step = np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        size = 1.0
        while size > _FINE:
            new = _likelihood(at + size * step, upper, lower, codes)
            if new[0] >= value - 1e-12 * abs(value):
                break
            size /= 2
        at = at + size * step
        value, gradient, curvature = new
        slope = at[-1]
        if abs(slope) > steepest:
            return float(np.sign(slope)), float("nan"), np.asarray(at[:-1] / np.sqrt(1 + slope**2))
        if np.abs(step).max() < _FINE:
            break
    else:
        raise ConvergenceError(f'the likelihood did not settle in {_MOST_STEPS} steps. Use method="two-step".')
    scale = 1 / np.sqrt(1 + slope**2)
    rho = float(slope * scale)
    # the standard deviation of x is an estimate too: its variance adds rho^2 (1 - rho^2)^2 / (2 (n - 1))
    variance = scale**6 * np.linalg.pinv(curvature)[-1, -1] + rho**2 * (1 - rho**2) ** 2 / (2 * (n - 1))
    return rho, float(np.sqrt(variance)), np.asarray(at[:-1] * scale)


def _likelihood(at: Floats, upper: Floats, lower: Floats, codes: npt.NDArray[np.int16]) -> tuple[float, Floats, Floats]:
    """Log-likelihood, its gradient and the negative of its second derivatives at (cuts, slope)."""
    k = len(at)
    a = np.where(codes < k - 1, upper @ at, np.inf)
    b = np.where(codes > 0, lower @ at, -np.inf)
    turned = b > 0  # differences of the upper tail, where the distribution is 1 within rounding
    likely = np.where(turned, ndtr(-b) - ndtr(-a), ndtr(a) - ndtr(b))
    if not (likely > _LEAST).all():
        return -np.inf, np.zeros(k), np.eye(k)
    p = np.exp(-(a**2) / 2) / np.sqrt(2 * np.pi) / likely
    q = np.exp(-(b**2) / 2) / np.sqrt(2 * np.pi) / likely
    ap = np.where(np.isfinite(a), a, 0.0) * p
    bq = np.where(np.isfinite(b), b, 0.0) * q
    cross = (upper * (p * q)[:, None]).T @ lower
    curvature = (upper * (ap + p**2)[:, None]).T @ upper + (lower * (q**2 - bq)[:, None]).T @ lower
    return float(np.log(likely).sum()), p @ upper - q @ lower, curvature - cross - cross.T
