"""Unrotated loadings of a correlation matrix: minimum residuals (minres) and principal components.

An extraction takes the matrix as an array and the number of factors, and returns loadings (items, factors).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ikfs_methods.errors import ConvergenceError

Floats = npt.NDArray[np.float64]

# psych keeps uniquenesses at or above this value, and so do we: results of a Heywood case stay comparable.
LEAST_UNIQUENESS = 0.005
_STEP = 1e-10  # Newton's steps shrink quadratically: one below this leaves an error of about 1e-16
_SLOPE = 1e-12  # for flat directions, where steps stay long: rounding error of the slope itself is about 1e-15
_SMALLEST = 1e-8  # of an eigenvalue that is not rounding: its loadings are below .0001
_ROUNDS = 200


def principal(matrix: Floats, n_factors: int) -> Floats:
    """Component loadings: eigenvectors times the roots of the largest eigenvalues, largest first."""
    values, vectors = np.linalg.eigh(matrix)
    largest = slice(None, -n_factors - 1, -1)
    return np.asarray(vectors[:, largest] * np.sqrt(np.maximum(values[largest], 0.0)))


def minres(matrix: Floats, n_factors: int) -> Floats:
    """Minimum-residual (unweighted least squares) loadings of a positive definite correlation matrix.

    Half the squared residuals, (1/2) sum of the squared p - m smallest eigenvalues of R - U, is minimised over the
    uniquenesses U by Newton steps with the exact Hessian (Harman & Jones 1966; Joreskog 1977 gives the eigenvalue
    form), starting from one minus the squared multiple correlations. Raises ConvergenceError.
    """
    unique = np.maximum(1.0 / np.diag(np.linalg.inv(matrix)), LEAST_UNIQUENESS)
    loss, values, vectors = _loss(matrix, unique, n_factors)
    moved = np.inf
    for _ in range(_ROUNDS):
        gradient, hessian = _slopes(values, vectors, n_factors)
        free = (unique > LEAST_UNIQUENESS) | (gradient < 0)
        if not free.any() or np.abs(gradient[free]).max() < _SLOPE or moved < _STEP:
            return _loadings(values, vectors, n_factors)
        step = np.zeros_like(unique)
        step[free] = _newton_step(gradient[free], hessian[np.ix_(free, free)])
        share = 1.0
        while True:
            trial = np.maximum(unique + share * step, LEAST_UNIQUENESS)
            new_loss, new_values, new_vectors = _loss(matrix, trial, n_factors)
            # the slack is rounding error of the loss; without it the last steps would be refused
            if new_loss <= loss + 1e-4 * gradient @ (trial - unique) + 1e-15 or share < 1e-9:
                break
            share /= 2
        moved = float(np.abs(trial - unique).max())
        unique, loss, values, vectors = trial, new_loss, new_values, new_vectors
    raise ConvergenceError(
        f"minres must settle within {_ROUNDS} steps; with {len(matrix)} items and {n_factors} factors the uniquenesses "
        f"still moved by {moved:.2g}. Ask for fewer factors, or drop items that nearly repeat each other."
    )


def _loss(matrix: Floats, unique: Floats, n_factors: int) -> tuple[float, Floats, Floats]:
    values, vectors = np.linalg.eigh(matrix - np.diag(unique))
    return 0.5 * float((values[:-n_factors] ** 2).sum()), values, vectors


def _slopes(values: Floats, vectors: Floats, n_factors: int) -> tuple[Floats, Floats]:
    """First and second derivatives of the loss by the uniquenesses."""
    left, left_vectors = values[:-n_factors], vectors[:, :-n_factors]
    kept, kept_vectors = values[-n_factors:], vectors[:, -n_factors:]
    gradient = -(left_vectors**2) @ left
    gaps = np.maximum(kept[None, :] - left[:, None], 1e-10)  # tied eigenvalues leave the curvature undefined
    ratio = -left[:, None] / gaps
    crossed = np.einsum(
        "ik,in,kn,jk,jn->ij", left_vectors, kept_vectors, ratio, left_vectors, kept_vectors, optimize=True
    )
    return gradient, (left_vectors @ left_vectors.T) ** 2 + 2 * crossed


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
