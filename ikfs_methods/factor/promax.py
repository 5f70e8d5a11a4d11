"""Varimax by R's own iteration, and promax, which starts from varimax."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ikfs_methods.errors import ConvergenceError
from ikfs_methods.factor.criteria import inverses

Floats = npt.NDArray[np.float64]

_R_GAIN, _R_ROUNDS = 1e-5, 1000  # where R's stats::varimax stops


def r_varimax(loadings: Floats) -> tuple[Floats, int]:
    """The turn at which R's stats::varimax stops, and its rounds, of loadings whose rows are scaled already.

    The iteration of singular value decompositions (Horst 1965; Nevels 1986) ends when the singular values gain less
    than a share of 1e-5, a little short of the maximum: loadings are within about .001 of it.
    """
    turn, reached, rounds = np.eye(loadings.shape[1]), 0.0, 0
    while rounds < _R_ROUNDS:
        rounds += 1
        now = loadings @ turn
        left, values, right = np.linalg.svd(loadings.T @ (now**3 - now * (now**2).mean(axis=0)))
        turn = left @ right
        before, reached = reached, float(values.sum())
        if reached < before * (1 + _R_GAIN):
            break
    return np.asarray(turn), rounds


def promax_matrix(loadings: Floats, power: float) -> Floats:
    """Matrix that turns varimax loadings to promax ones (Hendrickson & White 1964): a regression on their powers.

    Raises ConvergenceError when a factor has no loadings of its own.
    """
    target = loadings * np.abs(loadings) ** (power - 1)
    turn = np.linalg.lstsq(loadings, target)[0]
    size = np.diag(inverses(turn.T @ turn))
    matrix = turn * np.sqrt(np.maximum(size, 0.0))
    # beyond, two factors correlate more than .99999999, or one is empty
    if not np.isfinite(matrix).all() or np.linalg.cond(matrix) > 1e8:
        raise ConvergenceError(
            f"promax needs loadings on each of the {loadings.shape[1]} factors; one has none, or follows from the "
            "others. Ask for fewer factors or another rotation."
        )
    return np.asarray(matrix)
