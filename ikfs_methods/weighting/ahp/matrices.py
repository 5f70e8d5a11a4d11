"""Stacks of reciprocal matrices in logarithms: priorities, largest eigenvalue, the best completion of what is missing.

Everywhere `logs` (..., n, n) holds ln a_ij, antisymmetric, with 0 where no comparison is known, and `known` (same
shape) says where one is; the diagonal is known. The known comparisons of each matrix connect its elements.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ikfs_methods.errors import ConvergenceError

Floats = np.ndarray[Any, np.dtype[np.float64]]
Counts = np.ndarray[Any, np.dtype[np.intp]]
Truths = np.ndarray[Any, np.dtype[np.bool_]]

# Relative width of the bracket min (Ax)_i/x_i <= lambda_max <= max (Ax)_i/x_i (Collatz 1942) at which x is accepted;
# products of ten doubles are themselves off by about 1e-15, and the quotient taken from both sides is exact far below.
BRACKET = 1e-13
# ... and refused: what is wider than this after all squarings is no eigenvector.
BRACKET_REFUSED = 1e-9
# Each squaring doubles the power of the matrix; the most circular judgements on the usual scale (9, 9, 1/9) need eight.
SQUARINGS = 40
# A completion is accepted when no derivative of lambda_max by ln a_ij exceeds this share of lambda_max, ...
GRADIENT = 1e-12
# ... refused when rounding or a failed search leaves more than this, which moves a priority by about as much.
GRADIENT_REFUSED = 1e-8
NEWTON_STEPS = 60
HALVINGS = 40


class Solved(NamedTuple):
    """Of each matrix: ln of the priorities by least squares and by eigenvector, and the largest eigenvalue."""

    least_squares: Floats
    eigenvector: Floats
    lambda_max: Floats


def least_squares(logs: Floats, known: Truths) -> Floats:
    """Logarithms of the priorities (..., n), mean 0, that minimise the sum over known pairs of (ln a_ij - v_i + v_j)².

    The normal equations are those of the Laplacian of the known comparisons (Bozóki, Fülöp & Rónyai 2010,
    doi:10.1016/j.mcm.2010.02.047); of a complete matrix the solution is the row geometric mean.
    """
    if known.all():
        means: Floats = logs.mean(axis=-1)
        return means
    n = logs.shape[-1]
    # 1/n added everywhere makes the singular Laplacian regular and keeps the solution whose mean is 0.
    right = np.where(known, logs, 0.0).sum(axis=-1)
    solution: Floats = np.linalg.solve(laplacian(known) + 1 / n, right[..., None])[..., 0]
    return solution


def laplacian(known: Truths) -> Floats:
    """Degree on the diagonal, -1 for a known comparison (..., n, n)."""
    links = known.astype(np.float64)
    links[..., np.arange(links.shape[-1]), np.arange(links.shape[-1])] = 0
    found: Floats = np.eye(links.shape[-1]) * links.sum(axis=-1)[..., None, :] - links
    return found


def solved(logs: Floats, known: Truths) -> Solved:
    """Priorities by both methods and lambda_max of a stack (matrices, n, n).

    What is missing takes the values that make lambda_max least (Shiraishi, Obata & Daigo 1998; convex in the
    logarithms and unique for connected comparisons: Bozóki, Fülöp & Rónyai 2010).
    """
    fit = least_squares(logs, known)
    # What the fit leaves over is near 0 whatever the priorities are, and has the same largest eigenvalue.
    rest = np.where(known, logs - (fit[:, :, None] - fit[:, None, :]), 0.0)
    gaps = ~known.all(axis=(1, 2))
    if gaps.any():
        rest[gaps] = _completed(rest[gaps], known[gaps])
    lambda_max, right, _ = perron(np.exp(rest))
    return Solved(fit, fit + np.log(right), lambda_max)


def shares(logs: Floats) -> Floats:
    """Priorities (..., n) from their logarithms, each row summing to 1."""
    raw = np.exp(logs - logs.max(axis=-1, keepdims=True))
    share: Floats = raw / raw.sum(axis=-1, keepdims=True)
    return share


def perron(matrices: Floats) -> tuple[Floats, Floats, Floats]:
    """Largest eigenvalue, right and left eigenvector (left . right = 1) of positive matrices (stack, n, n).

    By repeated squaring, which treats the whole stack at once and keeps every number positive. Raises ConvergenceError
    when the judgements are too far apart for it (a scale in the thousands, used to contradict oneself).
    """
    power = matrices / matrices.max(axis=(1, 2), keepdims=True)
    for _ in range(SQUARINGS):
        right = power.sum(axis=2)
        image = (matrices @ right[:, :, None])[:, :, 0]
        ratio = image / right
        width = (1 - ratio.min(axis=1) / ratio.max(axis=1)).max()
        if width <= BRACKET:
            break
        power = power @ power
        power /= power.max(axis=(1, 2), keepdims=True)
    if not width <= BRACKET_REFUSED:
        raise ConvergenceError(
            "judgements must not contradict each other so far that the eigenvector of their matrix cannot be computed; "
            f"none was found in {SQUARINGS} squarings. Look for a judgement at the wrong end of the scale."
        )
    left = power.sum(axis=1)
    norm = (left * right).sum(axis=1)
    # With both vectors slightly off, the quotient is off by the product of the two errors only.
    return (left * image).sum(axis=1) / norm, right, left / norm[:, None]


def _completed(logs: Floats, known: Truths) -> Floats:
    """The stack with its missing pairs filled so that lambda_max is least; Newton's method with halved steps.

    With A x = lambda x, y A = lambda y, y . x = 1, the derivative of lambda by ln a_ij is y_i a_ij x_j - y_j a_ji x_i;
    the second derivatives follow from those of x and y (Magnus 1985, doi:10.1017/S0266466600011129).
    """
    i, j = np.triu_indices(logs.shape[1], 1)
    missing = ~known[:, i, j]
    # Pairs that every matrix knows need no place in the equations.
    open_pairs = missing.any(axis=0)
    i, j, missing = i[open_pairs], j[open_pairs], missing[:, open_pairs]
    values = logs.copy()
    lambda_max, right, left = perron(np.exp(values))
    for _ in range(NEWTON_STEPS):
        gradient, step = _newton(np.exp(values), lambda_max, right, left, (i, j, missing))
        slope = np.abs(gradient).max(axis=1) / lambda_max
        if (slope <= GRADIENT).all():
            return values
        trial, found = _shortened(values, step, lambda_max, (i, j))
        if np.array_equal(trial, values):
            break
        values, (lambda_max, right, left) = trial, found
    if (slope > GRADIENT_REFUSED).any():
        raise ConvergenceError(
            "the comparisons that were left out must have values that make the largest eigenvalue least; none were "
            f"found in {NEWTON_STEPS} steps. Ask the experts for the pairs left out, or take priority='geometric'."
        )
    return values


def _newton(
    matrices: Floats, lambda_max: Floats, right: Floats, left: Floats, pairs: tuple[Any, Any, Truths]
) -> tuple[Floats, Floats]:
    """Gradient and Newton step (matrices, pairs) of lambda_max in the missing logarithms; 0 for what is known."""
    i, j, missing = pairs
    count, n = right.shape
    forth = left[:, i] * matrices[:, i, j] * right[:, j]
    back = left[:, j] * matrices[:, j, i] * right[:, i]
    gradient: Floats = np.where(missing, forth - back, 0.0)
    # Columns dA x and rows y dA for each pair: two numbers each.
    place = np.arange(len(i))
    sides = np.zeros((count, n, len(i)))
    sides[:, i, place], sides[:, j, place] = matrices[:, i, j] * right[:, j], -matrices[:, j, i] * right[:, i]
    ends = np.zeros((count, len(i), n))
    ends[:, place, j], ends[:, place, i] = left[:, i] * matrices[:, i, j], -left[:, j] * matrices[:, j, i]
    outer = right[:, :, None] * left[:, None, :]
    scale = lambda_max[:, None, None]
    # The reduced resolvent: inverse of (lambda - A) beside the eigenvector, 0 on it.
    resolvent = np.linalg.inv(scale * (np.eye(n) + outer) - matrices) - outer / scale
    mixed = ends @ resolvent @ sides
    hessian = mixed + mixed.transpose(0, 2, 1)
    hessian[:, place, place] += forth + back
    both = missing[:, :, None] & missing[:, None, :]
    hessian = np.where(both, hessian, np.eye(len(i)))
    step: Floats = -np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0].astype(np.float64)
    # Far from the least value rounding may turn the step uphill; the gradient never points there.
    uphill = (step * gradient).sum(axis=1) > 0
    step[uphill] = -gradient[uphill]
    return gradient, step


def _shortened(
    values: Floats, step: Floats, lambda_max: Floats, pairs: tuple[Any, Any]
) -> tuple[Floats, tuple[Floats, Floats, Floats]]:
    """The stack after the step, halved wherever lambda_max would grow, with its eigenvalues and vectors."""
    i, j = pairs
    length = np.ones(len(values))
    for _ in range(HALVINGS):
        trial = values.copy()
        trial[:, i, j] += length[:, None] * step
        trial[:, j, i] -= length[:, None] * step
        found = perron(np.exp(trial))
        # Rounding of lambda_max itself is no growth.
        worse = found[0] > lambda_max * (1 + 1e-14)
        if not worse.any():
            return trial, found
        length[worse] /= 2
    trial[worse] = values[worse]
    return trial, perron(np.exp(trial))
