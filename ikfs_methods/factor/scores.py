"""Factor scores: what to multiply standardised answers with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ikfs_methods.checks import one_of
from ikfs_methods.errors import ParameterError

Floats = npt.NDArray[np.float64]

METHODS = ("regression", "bartlett", "tenberge")


def score_weights(matrix: Floats, loadings: Floats, phi: Floats, *, method: str = "regression") -> Floats:
    """Weights (items, factors) that turn standardised answers into factor scores.

    `matrix` is the items' correlation matrix, positive definite; `loadings` the pattern. regression: R^-1 S, S the
    structure (Thurstone 1935), the most precise estimate; bartlett: U^-1 L (L'U^-1 L)^-1, U the uniquenesses
    (Bartlett 1937), unbiased; tenberge: scores that correlate as the factors do (ten Berge et al. 1999).
    Raises ParameterError for another method, or for Bartlett's with a uniqueness that is not above zero.
    """
    one_of(method, METHODS, name="method")
    if method == "regression":
        return np.asarray(np.linalg.solve(matrix, loadings @ phi))
    if method == "bartlett":
        unique = 1 - (loadings @ phi * loadings).sum(axis=1)
        if (unique <= 0).any():
            raise ParameterError(
                "Bartlett scores need uniquenesses above zero; "
                f'{int((unique <= 0).sum())} of {len(unique)} are not (a Heywood case). Use method="regression".'
            )
        weighted = loadings / unique[:, None]
        return np.asarray(weighted @ np.linalg.inv(loadings.T @ weighted))
    root = _power(phi, 0.5)
    narrow = _power(matrix, -0.5)
    turned = narrow @ loadings @ root
    return np.asarray(narrow @ turned @ _power(turned.T @ turned, -0.5) @ root)


def _power(matrix: Floats, exponent: float) -> Floats:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * values**exponent) @ vectors.T)
