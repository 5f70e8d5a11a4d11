"""The bivariate normal distribution on grids of thresholds, for many correlations at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, owens_t

Floats = npt.NDArray[np.float64]

# Gauss-Legendre nodes by the largest correlation that they serve (Genz 2004, Statistics and Computing 14, 251-260);
# each keeps the error near 1e-15. Beyond the last, the integrand is too steep and Owen's T takes over.
_NODES = tuple((largest, *np.polynomial.legendre.leggauss(count)) for largest, count in ((0.3, 6), (0.75, 12)))
_MOST_NODES = (0.925, *np.polynomial.legendre.leggauss(20))
# A threshold of 0 would divide 0 by 0 in Owen's T; one this small gives the same probability to the last digit.
_NEARLY_ZERO = 1e-150


def cell_probabilities(first: Floats, second: Floats, rho: Floats) -> Floats:
    """Probabilities (pairs, K, L) of the cells cut by thresholds (pairs, K - 1) and (pairs, L - 1), correlation rho.

    They may be 1e-16 below 0 where a cell is impossible.
    """
    corners = np.zeros((len(rho), first.shape[1] + 2, second.shape[1] + 2))
    corners[:, 1:-1, 1:-1] = distribution(first, second, rho)
    corners[:, 1:-1, -1] = ndtr(first)
    corners[:, -1, 1:-1] = ndtr(second)
    corners[:, -1, -1] = 1.0
    return _between(corners)


def cell_slopes(first: Floats, second: Floats, rho: Floats) -> Floats:
    """Derivatives of `cell_probabilities` by rho (pairs, K, L): differences of the density at the thresholds."""
    corners = np.zeros((len(rho), first.shape[1] + 2, second.shape[1] + 2))
    corners[:, 1:-1, 1:-1] = density(first, second, rho)
    return _between(corners)


def _between(corners: Floats) -> Floats:
    rows = corners[:, 1:] - corners[:, :-1]
    return rows[:, :, 1:] - rows[:, :, :-1]


def distribution(first: Floats, second: Floats, rho: Floats) -> Floats:
    """P(X <= h, Y <= k) of standard normal X and Y with correlation rho (pairs,), for all h in first, k in second.

    Plackett's integral of the density over the correlation (1954, Biometrika 41, 351-360), written in the arcsine of
    rho; Owen's T (1956, Annals of Mathematical Statistics 27, 1075-1090) near correlations of 1 and -1.
    """
    steep = np.abs(rho) > _MOST_NODES[0]
    if not steep.any():
        return _by_quadrature(first, second, rho)
    result = np.empty((len(rho), first.shape[1], second.shape[1]))
    result[steep] = _by_owen(first[steep], second[steep], rho[steep])
    if not steep.all():
        result[~steep] = _by_quadrature(first[~steep], second[~steep], rho[~steep])
    return result


def density(first: Floats, second: Floats, rho: Floats) -> Floats:
    """Density (pairs, K - 1, L - 1) of the standard bivariate normal distribution, every h with every k."""
    rest = (1 / (1 - rho**2))[:, None, None]
    exponent = _product(first, second) * rho[:, None, None]
    exponent -= _half_squares(first, second)
    exponent *= rest
    np.exp(exponent, out=exponent)
    exponent *= np.sqrt(rest) / (2 * np.pi)
    return exponent


def _product(first: Floats, second: Floats) -> Floats:
    return first[:, :, None] * second[:, None, :]


def _half_squares(first: Floats, second: Floats) -> Floats:
    return (first**2 / 2)[:, :, None] + (second**2 / 2)[:, None, :]


def _by_quadrature(first: Floats, second: Floats, rho: Floats) -> Floats:
    largest = np.abs(rho).max(initial=0.0)
    _, places, node_weights = next((rule for rule in _NODES if largest <= rule[0]), _MOST_NODES)
    product, squares = _product(first, second), _half_squares(first, second)
    angle = np.arcsin(rho)
    sines = np.sin(angle * (1 + places[:, None]) / 2)  # (nodes, pairs)
    rests = 1 / (1 - sines**2)
    total, term = np.zeros_like(product), np.empty_like(product)
    for sine, rest, weight in zip(sines, rests, node_weights, strict=True):
        np.multiply(product, sine[:, None, None], out=term)
        term -= squares
        term *= rest[:, None, None]
        np.exp(term, out=term)
        term *= weight
        total += term
    total *= (angle / (4 * np.pi))[:, None, None]
    total += ndtr(first)[:, :, None] * ndtr(second)[:, None, :]
    return total


def _by_owen(first: Floats, second: Floats, rho: Floats) -> Floats:
    first = np.where(first == 0, _NEARLY_ZERO, first)
    second = np.where(second == 0, _NEARLY_ZERO, second)
    h, k, r = first[:, :, None], second[:, None, :], rho[:, None, None]
    rest = np.sqrt(1 - r**2)
    halves = (ndtr(first) / 2)[:, :, None] + (ndtr(second) / 2)[:, None, :]
    opposite = np.where((h < 0) != (k < 0), 0.5, 0.0)
    result: Floats = halves - owens_t(h, (k - r * h) / (h * rest)) - owens_t(k, (h - r * k) / (k * rest)) - opposite
    return result
