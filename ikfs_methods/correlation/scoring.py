"""The likelihood's maximum in one correlation, for many pairs at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ikfs_methods.errors import ConvergenceError

Floats = npt.NDArray[np.float64]
Places = slice | npt.NDArray[np.int64]
Score = Callable[[Floats, Places], tuple[Floats, Floats]]

# The largest correlation looked for (polycor's maxcor): where the likelihood still rises there, it is 1.
LARGEST = 0.9999
# Steps shrink faster than in proportion near the maximum: what is left after one this small is below 1e-12.
FINE = 1e-8
# Perfectly ordered answers make the likelihood flat before the bound: with no more than this left to gain, go there.
_NOTHING = 1e-10
# Bisection alone would need 28 to halve 2 down to 1e-8.
_MOST_STEPS = 200


def largest_likelihood(score: Score, start: Floats, *, tolerance: float = FINE) -> Floats:
    """The correlations (pairs,) at which the derivative of each likelihood is 0; 1 or -1 where it rises to the bound.

    `score(rho, places)` gives that derivative and the information at rho for the pairs at those places. The first
    step is Fisher's, the next ones take the curvature from the change of the derivative (secant); a step that leaves
    the interval in which the sign changes is replaced by half the way to its end, so that the search cannot run away.
    """
    rho = np.clip(np.nan_to_num(start), -LARGEST / 1.02, LARGEST / 1.02)
    low, high = np.full(len(rho), -LARGEST), np.full(len(rho), LARGEST)
    places: Places = slice(None)
    before = slope_before = np.full(len(rho), np.nan)
    for _ in range(_MOST_STEPS):
        now = rho[places].copy()  # no view: rho is written below
        slope, information = score(now, places)
        low[places] = np.where(slope > 0, now, low[places])
        high[places] = np.where(slope < 0, now, high[places])
        with np.errstate(divide="ignore", invalid="ignore"):
            curvature = (slope_before - slope) / (now - before)
            curvature = np.where(curvature > 0, curvature, information)
            new = now + slope / curvature
        outside = ~((new > low[places]) & (new < high[places]))  # NaN counts as outside
        end = np.where(slope > 0, high[places], low[places])
        new = np.where(slope == 0, now, np.where(outside, (now + end) / 2, new))
        going = np.abs(new - now) > tolerance
        flat = going & (np.abs(end) == LARGEST) & (np.abs(slope * (end - now)) < _NOTHING)
        rho[places] = np.where(flat, end, new)
        going &= ~flat
        if not going.any():
            return np.where(LARGEST - np.abs(rho) < 10 * tolerance, np.sign(rho), rho)
        before, slope_before = now[going], slope[going]
        places = np.arange(len(rho))[places][going] if not going.all() else places
    raise ConvergenceError(
        f"the likelihood of {int(going.sum())} correlation(s) did not settle in {_MOST_STEPS} steps. "
        "Check the codes of the items, or use method='pearson'."
    )
