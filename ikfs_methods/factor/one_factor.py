"""The one-factor minres solutions of many correlation matrices at once, for parallel analysis of factors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ikfs_methods.errors import ConvergenceError
from ikfs_methods.factor.extraction import LEAST_UNIQUENESS

Floats = npt.NDArray[np.float64]

_ROUNDS = 200
# Slope at which a creeping one-factor solution counts as settled: moving a loading by 1 would gain less than this.
_FLAT = 1e-4


def one_factor_uniquenesses(matrices: Floats) -> Floats:
    """Uniquenesses (draws, items) of the one-factor minres solutions of many correlation matrices at once.

    The same minimum as `minres` with one factor, found over the loadings instead: half the squared residuals off the
    diagonal, plus those of communalities beyond the bound, by damped Newton steps (Levenberg 1944) that leave a saddle
    as fast as they reach a minimum, all draws in one batch. Raises ConvergenceError.
    """
    p = matrices.shape[-1]
    diagonal = np.arange(p)
    start = matrices.copy()
    start[:, diagonal, diagonal] = 1.0 - 1.0 / np.linalg.inv(matrices)[:, diagonal, diagonal]
    values, vectors = np.linalg.eigh(start)
    loadings = vectors[:, :, -1] * np.sqrt(np.maximum(values[:, -1:], 1e-3))
    hollow = matrices.copy()
    hollow[:, diagonal, diagonal] = 0.0
    active, damping = np.arange(len(matrices)), np.full(len(matrices), 1e-3)
    for _ in range(_ROUNDS):
        current, table = loadings[active], hollow[active]
        loss, gradient = _one_factor_loss(current, table)
        hessian = 4 * current[:, :, None] * current[:, None, :] - 2 * table
        beyond = current**2 > 1 - LEAST_UNIQUENESS
        total = (current**2).sum(axis=1, keepdims=True)
        bent = np.where(beyond, 6 * current**2 - 2 * (1 - LEAST_UNIQUENESS), 0.0)
        hessian[:, diagonal, diagonal] = 2 * (total - current**2) + bent
        step = -_downhill(hessian, gradient, damping[active])
        new_loss, _ = _one_factor_loss(current + step, table)
        better = ((step * gradient).sum(axis=1) < 0) & (new_loss <= loss + 1e-14)
        loadings[active[better]] += step[better]
        damping[active] = np.where(better, damping[active] / 10, np.maximum(damping[active] * 10, 1e-6))
        active = active[np.abs(gradient).max(axis=1) > 1e-9]
        if len(active) == 0:
            break
    # A draw that still creeps lies in a flat valley, as three nearly unrelated items do: any point there is as good.
    slope = np.abs(_one_factor_loss(loadings[active], hollow[active])[1])
    if len(active) == 0 or slope.max() < _FLAT:
        return np.asarray(np.maximum(1.0 - loadings**2, LEAST_UNIQUENESS))
    raise ConvergenceError(
        f"the one-factor solution must settle within {_ROUNDS} steps; {len(active)} of {len(matrices)} did not. "
        'Use kind="component".'
    )


def _downhill(hessian: Floats, gradient: Floats, damping: Floats) -> Floats:
    """Newton steps (draws, items) with the size of each curvature in place of the curvature, plus the damping.

    Unrelated items often start near a saddle, where plain Newton steps point the wrong way and damped ones crawl.
    """
    values, vectors = np.linalg.eigh(hessian)
    size = np.abs(values) + damping[:, None]
    along = np.einsum("dij,di->dj", vectors, gradient) / size
    return np.asarray(np.einsum("dij,dj->di", vectors, along))


def _one_factor_loss(loadings: Floats, hollow: Floats) -> tuple[Floats, Floats]:
    """Loss up to a constant, and its gradient, by draw; `hollow` are correlations with a zero diagonal."""
    squares = loadings**2
    total = squares.sum(axis=1)
    pulled = np.einsum("dij,dj->di", hollow, loadings)
    excess = np.maximum(squares - (1 - LEAST_UNIQUENESS), 0.0)
    loss = (total**2 - (squares**2).sum(axis=1) + (excess**2).sum(axis=1)) / 2 - (loadings * pulled).sum(axis=1)
    gradient = 2 * (loadings * (total[:, None] - squares + excess) - pulled)
    return loss, gradient
