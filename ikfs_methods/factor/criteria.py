"""What a rotation makes small: criteria of simple structure, with their slopes.

A criterion takes loadings (..., items, factors) and returns its values (...) and its slopes (..., items, factors), so
that many starts of one rotation, or the draws of a bootstrap, are turned at once.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Criterion = Callable[[Floats], tuple[Floats, Floats]]


def quartimin(loadings: Floats) -> tuple[Floats, Floats]:
    """Products of squared loadings on different factors (Carroll 1953); direct oblimin with gamma 0."""
    squares = loadings**2
    others = squares.sum(axis=-1, keepdims=True) - squares
    return _product(squares, others) / 4, loadings * others


def oblimin(gamma: float) -> Criterion:
    """Direct oblimin (Jennrich & Sampson 1966): quartimin less gamma times what the columns' means make of it.

    gamma 0 is quartimin, 1/2 biquartimin, 1 covarimin; the more below 0, the less the factors correlate.
    """
    if gamma == 0:
        return quartimin

    def criterion(loadings: Floats) -> tuple[Floats, Floats]:
        squares = loadings**2
        others = squares.sum(axis=-1, keepdims=True) - squares
        others -= gamma * others.mean(axis=-2, keepdims=True)
        return _product(squares, others) / 4, loadings * others

    return criterion


def crawford_ferguson(kappa: float) -> Criterion:
    """Complexity of rows, (1 - kappa), and of columns, kappa (Crawford & Ferguson 1970).

    With p items and m factors kappa 0 is quartimax (oblique: quartimin), 1/p varimax, m/(2p) equamax.
    """

    def criterion(loadings: Floats) -> tuple[Floats, Floats]:
        squares = loadings**2
        in_row = squares.sum(axis=-1, keepdims=True) - squares
        in_column = squares.sum(axis=-2, keepdims=True) - squares
        mixed = (1 - kappa) * in_row + kappa * in_column
        return _product(squares, mixed) / 4, loadings * mixed

    return criterion


def varimax(loadings: Floats) -> tuple[Floats, Floats]:
    """Minus the variance of the squared loadings within factors (Kaiser 1958)."""
    squares = loadings**2
    centred = squares - squares.mean(axis=-2, keepdims=True)
    return -_product(centred, centred) / 4, -loadings * centred


def quartimax(loadings: Floats) -> tuple[Floats, Floats]:
    """Minus the fourth powers of the loadings (Neuhaus & Wrigley 1954)."""
    cubes = loadings**3
    return -_product(cubes, loadings) / 4, -cubes


def geomin(delta: float) -> Criterion:
    """Geometric means of the squared loadings of each item, each raised by delta (Yates 1987; Browne 2001)."""

    def criterion(loadings: Floats) -> tuple[Floats, Floats]:
        raised = loadings**2 + delta
        product = np.exp(np.log(raised).mean(axis=-1, keepdims=True))
        return product.sum(axis=(-2, -1)), 2 / loadings.shape[-1] * loadings / raised * product

    return criterion


def bentler(loadings: Floats) -> tuple[Floats, Floats]:
    """How far the squared loadings of different factors go together, -ln(|M| / |diag M|)/4, M their products.

    Bentler (1977). It does not exist where a factor has no loading, or two have the same squared ones: NaN.
    """
    squares = loadings**2
    products = np.swapaxes(squares, -1, -2) @ squares
    size = np.einsum("...ii->...i", products)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log(size).sum(axis=-1) - np.linalg.slogdet(products)[1]
        inverse = inverses(products) - np.eye(size.shape[-1]) / size[..., None, :]
    return np.where(np.isfinite(value), value, np.nan) / 4, -loadings * (squares @ inverse)


def towards(target: Floats) -> Criterion:
    """Squared distances from the target (items, factors) where it is given; NaN leaves a loading free.

    Browne (1972, 2001).
    """
    wanted, given = np.nan_to_num(target), np.isfinite(target)

    def criterion(loadings: Floats) -> tuple[Floats, Floats]:
        away = (loadings - wanted) * given
        return _product(away, away), 2 * away

    return criterion


def inverses(matrices: Floats) -> Floats:
    """Inverses of square matrices (..., m, m); NaN for a singular one, where numpy would refuse them all."""
    try:
        return np.asarray(np.linalg.inv(matrices), dtype=np.float64)
    except np.linalg.LinAlgError:
        found = np.full_like(matrices, np.nan)
        regular = np.linalg.slogdet(matrices)[0] != 0  # a zero pivot, which is what numpy refuses
        found[regular] = np.linalg.inv(matrices[regular])
        return found


def _product(first: Floats, second: Floats) -> Floats:
    """Sum over items and factors of the products of two tables."""
    return np.asarray(np.einsum("...ij,...ij->...", first, second))
