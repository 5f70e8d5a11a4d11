"""The one-factor minres solutions of many correlation matrices at once, for parallel analysis of factors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ikfs_methods.errors import ConvergenceError
from ikfs_methods.factor.extraction import LEAST_UNIQUENESS, unexplained

Floats = npt.NDArray[np.float64]

_ROUNDS = 200
_SETTLED = 1e-9  # slope; Newton's steps shrink quadratically, so that the loadings are then good to about 1e-10
# Slope at which a creeping one-factor solution counts as settled: moving a loading by 1 would gain less than this.
_FLAT = 1e-4
_BENT = 1e-6  # curvature of a true saddle; a flat valley's is within rounding error of 0
_PUSH = 1e-2  # along a saddle's way down: enough for a slope far above rounding error
_LEAST_DAMPING = 1e-12  # keeps an exactly singular table of curvatures soluble, and moves no step by more than that


def one_factor_uniquenesses(matrices: Floats) -> Floats:
    """Uniquenesses (draws, items) of the one-factor minres solutions of many correlation matrices at once.

    The same minimum as `minres` with one factor, found over the loadings instead: half the squared residuals off the
    diagonal, plus those of communalities beyond the bound, by damped Newton steps (Levenberg 1944) that leave a saddle
    as fast as they reach a minimum, all draws in one batch. Raises ConvergenceError.
    """
    hollow, loadings = _start(matrices)
    active = np.arange(len(matrices))
    damping = np.full(len(matrices), 1e-3)
    bowl = np.zeros(len(matrices), dtype=bool)  # draws whose curvatures were all positive when last looked at
    for _ in range(_ROUNDS):
        current, table = loadings[active], hollow[active]
        loss, gradient = _one_factor_loss(current, table)
        moving = np.abs(gradient).max(axis=1) > _SETTLED
        if not moving.all():
            pushed = _off_saddles(current[~moving], table[~moving])
            saddle = active[~moving][np.abs(pushed).max(axis=1) > 0]
            loadings[active[~moving]] += pushed
            bowl[saddle] = False
            active = np.sort(np.concatenate([active[moving], saddle]))
            current, table = loadings[active], hollow[active]
            loss, gradient = _one_factor_loss(current, table)
        if len(active) == 0:
            break
        hessian = _curvatures(current, table)
        step, bowl[active] = _downhill(hessian, gradient, damping[active], bowl[active])
        new_loss, _ = _one_factor_loss(current + step, table)
        # the slack is rounding error of the loss; without it the last steps would be refused
        better = ((step * gradient).sum(axis=1) < 0) & (new_loss <= loss + 1e-14)
        loadings[active[better]] += step[better]
        bowl[active[~better]] = False
        damping[active] = np.where(
            better, np.maximum(damping[active] / 10, _LEAST_DAMPING), np.maximum(damping[active] * 10, 1e-6)
        )
    # A draw that still creeps lies in a flat valley, as three nearly unrelated items do: any point there is as good.
    if len(active) == 0 or np.abs(_one_factor_loss(loadings[active], hollow[active])[1]).max() < _FLAT:
        return np.asarray(np.maximum(1.0 - loadings**2, LEAST_UNIQUENESS))
    raise ConvergenceError(
        f"the one-factor solution must settle within {_ROUNDS} steps; {len(active)} of {len(matrices)} did not. "
        'Use kind="component".'
    )


def _start(matrices: Floats) -> tuple[Floats, Floats]:
    """The correlations with a zero diagonal, and loadings on the first axis of those with SMCs on it."""
    diagonal = np.arange(matrices.shape[-1])
    reduced, hollow = matrices.copy(), matrices.copy()
    reduced[:, diagonal, diagonal] = 1.0 - unexplained(matrices)
    hollow[:, diagonal, diagonal] = 0.0
    values, vectors = np.linalg.eigh(reduced)
    return hollow, np.asarray(vectors[:, :, -1] * np.sqrt(np.maximum(values[:, -1:], 1e-3)))


def _curvatures(loadings: Floats, hollow: Floats) -> Floats:
    """Second derivatives (draws, items, items) of the loss."""
    diagonal = np.arange(loadings.shape[-1])
    squares = loadings**2
    hessian = (4 * loadings)[:, :, None] * loadings[:, None, :]
    hessian -= 2 * hollow
    bent = np.where(squares > 1 - LEAST_UNIQUENESS, 6 * squares - 2 * (1 - LEAST_UNIQUENESS), 0.0)
    hessian[:, diagonal, diagonal] = 2 * (squares.sum(axis=1, keepdims=True) - squares) + bent
    return np.asarray(hessian)


def _downhill(
    hessian: Floats, gradient: Floats, damping: Floats, bowl: npt.NDArray[np.bool_]
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Damped Newton steps (draws, items), and which draws lie in a bowl.

    Unrelated items often start near a saddle, where plain Newton steps point the wrong way and damped ones crawl: there
    the size of each curvature stands in place of the curvature. A draw once seen in a bowl is trusted to stay there
    until a step fails, which spares it the eigenvectors.
    """
    step = np.empty_like(gradient)
    diagonal = np.arange(hessian.shape[-1])
    if bowl.any():
        damped = hessian[bowl]
        damped[:, diagonal, diagonal] += damping[bowl, None]
        try:
            step[bowl] = -np.linalg.solve(damped, gradient[bowl][:, :, None])[:, :, 0]
        except np.linalg.LinAlgError:  # one of them is flat after all
            bowl = np.zeros_like(bowl)
    elsewhere = ~bowl
    if elsewhere.any():
        values, vectors = np.linalg.eigh(hessian[elsewhere])
        size = np.abs(values) + damping[elsewhere, None]
        along = (gradient[elsewhere][:, None, :] @ vectors)[:, 0, :] / size
        step[elsewhere] = -(vectors @ along[:, :, None])[:, :, 0]
        bowl = bowl.copy()
        bowl[elsewhere] = values[:, 0] > 0
    return step, bowl


def _off_saddles(loadings: Floats, hollow: Floats) -> Floats:
    """What to add to settled loadings (draws, items): nothing at a minimum, a push downwards at a saddle."""
    hessian = _curvatures(loadings, hollow)
    push = np.zeros_like(loadings)
    try:  # a factorisation of all of them tells in a tenth of the time of eigenvalues that none is a saddle
        np.linalg.cholesky(hessian)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(hessian)
        saddle = values[:, 0] < -_BENT
        push[saddle] = _PUSH * vectors[saddle, :, 0]
    return push


def _one_factor_loss(loadings: Floats, hollow: Floats) -> tuple[Floats, Floats]:
    """Loss up to a constant, and its gradient, by draw; `hollow` are correlations with a zero diagonal."""
    squares = loadings**2
    total = squares.sum(axis=1)
    pulled = (hollow @ loadings[:, :, None])[:, :, 0]
    excess = np.maximum(squares - (1 - LEAST_UNIQUENESS), 0.0)
    loss = (total**2 - (squares**2).sum(axis=1) + (excess**2).sum(axis=1)) / 2 - (loadings * pulled).sum(axis=1)
    gradient = 2 * (loadings * (total[:, None] - squares + excess) - pulled)
    return loss, gradient
