"""The nearest of its kind to a matrix that no answers can have: its eigenvalues below 0 are raised."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Below this an eigenvalue is negative, or 0 within rounding, and the matrix is smoothed; those below the second are
# then set to the third. All three as psych's cor.smooth, so that both programs go on from the same matrix.
_NEGATIVE = np.finfo(np.float64).eps
_SMALL = 1e-12
_RAISED = 1e-10


def smoothed(matrix: Floats, eigenvalues: Floats) -> Floats:
    """The matrix (k, k) with its small eigenvalues raised to 1e-10; itself when none of them is below 0.

    The eigenvalues are rescaled to the sum k and the result to a unit diagonal (psych, cor.smooth; the idea is
    Knol & ten Berge 1989, Psychometrika 54, 53-61). Such matrices come from correlations estimated pair by pair.
    """
    if eigenvalues.min() >= _NEGATIVE:
        return matrix
    values, vectors = np.linalg.eigh(matrix)
    values = np.where(values < _SMALL, _RAISED, values)
    values *= len(values) / values.sum()
    raised = (vectors * values) @ vectors.T
    scale = 1 / np.sqrt(np.diag(raised))
    result = np.clip(raised * np.outer(scale, scale), -1.0, 1.0)
    np.fill_diagonal(result, 1.0)
    return np.asarray((result + result.T) / 2)


def smoothed_many(matrices: Floats) -> tuple[Floats, int]:
    """Matrices (draws, k, k), each as `smoothed` leaves it, and how many of them that changed."""
    try:  # a factorisation tells in a tenth of the time of eigenvalues that all are far from the limit
        np.linalg.cholesky(matrices - 2 * _SMALL * np.eye(matrices.shape[-1]))
        return matrices, 0
    except np.linalg.LinAlgError:
        eigenvalues = np.linalg.eigvalsh(matrices)
    poor = np.flatnonzero(eigenvalues[:, 0] < _NEGATIVE)
    mended = matrices.copy()
    for draw in poor:
        mended[draw] = smoothed(matrices[draw], eigenvalues[draw])
    return mended, len(poor)
