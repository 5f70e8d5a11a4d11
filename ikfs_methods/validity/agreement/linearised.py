"""Standard error, interval and test of 0 from what each thing contributes (Gwet's linearisation)."""

from __future__ import annotations

from math import sqrt

import numpy as np
from scipy.special import stdtr, stdtrit

from ikfs_methods.validity.agreement.result import FEWEST_THINGS, NO_VARIANCE, Interval, held
from ikfs_methods.validity.scale import Floats

TOO_FEW = (
    f"With fewer than {FEWEST_THINGS} things no standard error, interval or test is given: "
    "all three rest on how much the things differ."
)
NO_SPREAD = (
    "Every thing contributes alike, so that the standard error is 0 and the interval a point: "
    "this says that the things do not differ, not that the coefficient is known exactly."
)
NO_TEST = "With a standard error of 0 there is no t test."


def contributions(agreement: Floats, paired: Floats, expected: float, chance: Floats, estimate: float) -> Floats:
    """(things,): contributions whose mean is the coefficient and whose spread is that of its linear approximation.

    Gwet (2008, doi:10.1348/000711006X126600; 2014, chapter 5): agreement of each thing, corrected for chance and
    scaled to the things that have a pair, less what the thing adds to agreement by chance. `chance` is that addition,
    the derivative of chance agreement in the thing's weight, with mean 0.
    """
    seen = len(paired) / paired.sum() * (agreement - expected * paired)
    return np.asarray((seen - (1 - estimate) * chance) / (1 - expected))


def from_contributions(values: Floats, estimate: float, *, level: float, lowest: float = -1.0) -> Interval:
    """Interval and test by the t distribution with one degree of freedom less than there are things.

    The ends are held within what the coefficient can be.
    """
    n = len(values)
    if n < FEWEST_THINGS or not np.isfinite(estimate):
        return Interval()
    variance = float(((values - values.mean()) ** 2).sum()) / (n * (n - 1))
    if variance <= NO_VARIANCE:
        return Interval(0.0, held(estimate, lowest), held(estimate, lowest), "analytic")
    se = sqrt(variance)
    step = float(stdtrit(n - 1, (1 + level) / 2)) * se
    t = estimate / se
    return Interval(
        se,
        held(estimate - step, lowest),
        held(estimate + step, lowest),
        "analytic",
        t,
        float(n - 1),
        float(2 * stdtr(n - 1, -abs(t))),
        "t",
    )


def remarks(interval: Interval, estimate: float, n: int) -> str | None:
    """Why there is no interval, or one without width."""
    if not np.isfinite(estimate):
        return None
    if n < FEWEST_THINGS:
        return TOO_FEW
    return NO_SPREAD if interval.se == 0 else None


def untested(interval: Interval) -> str | None:
    """Why there is no t test, where only the standard error is in its way."""
    return NO_TEST if interval.se == 0 and interval.test == "none" else None
