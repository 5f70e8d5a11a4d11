"""Factor scores: what to multiply standardised answers with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ikfs_methods.checks import one_of
from ikfs_methods.errors import ParameterError

Floats = npt.NDArray[np.float64]

METHODS = ("regression", "bartlett", "tenberge", "anderson")

_DEPENDENT = 1e8  # condition of the loadings, squared in their products: beyond, no digit of an inverse is right


def score_weights(matrix: Floats, loadings: Floats, phi: Floats, *, method: str = "regression") -> Floats:
    """Weights (items, factors) that turn standardised answers into factor scores.

    `matrix` is the items' correlation matrix R, positive definite; `loadings` L the pattern; U the uniquenesses.
    regression: R^-1 S, S the structure (Thurstone 1935), the most precise estimate; bartlett: U^-1 L (L'U^-1 L)^-1
    (Bartlett 1937), unbiased; tenberge: scores that correlate as the factors do (ten Berge et al. 1999); anderson:
    U^-1 L (L'U^-1 R U^-1 L)^-1/2, uncorrelated scores (Anderson & Rubin 1956), meant for uncorrelated factors.
    Raises ParameterError for another method, for Bartlett's or Anderson's with a uniqueness that is not above zero, and
    where a factor has no loadings.
    """
    one_of(method, METHODS, name="method")
    if method == "regression":
        return np.asarray(np.linalg.solve(matrix, loadings @ phi))
    if np.linalg.cond(loadings) > _DEPENDENT:
        raise ParameterError(
            f"{method} scores need loadings of their own for each factor; one of {loadings.shape[1]} has none, or "
            'follows from the others. Use method="regression", or fewer factors.'
        )
    if method == "tenberge":
        return _ten_berge(matrix, loadings, phi)
    unique = 1 - (loadings @ phi * loadings).sum(axis=1)
    if (unique <= 0).any():
        raise ParameterError(
            f"{method.capitalize()} scores need uniquenesses above zero; "
            f'{int((unique <= 0).sum())} of {len(unique)} are not (a Heywood case). Use method="regression".'
        )
    weighted = loadings / unique[:, None]
    if method == "bartlett":
        return np.asarray(weighted @ np.linalg.inv(loadings.T @ weighted))
    return np.asarray(weighted @ _power(weighted.T @ matrix @ weighted, -0.5))


def _ten_berge(matrix: Floats, loadings: Floats, phi: Floats) -> Floats:
    root = _power(phi, 0.5)
    narrow = _power(matrix, -0.5)
    turned = narrow @ loadings @ root
    return np.asarray(narrow @ turned @ _power(turned.T @ turned, -0.5) @ root)


def _power(matrix: Floats, exponent: float) -> Floats:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * values**exponent) @ vectors.T)
