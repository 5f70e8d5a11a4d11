"""Agreement through variances: Kendall's W and the intraclass correlations, for many reweighted panels at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from ikfs_methods.validity.agreement.pairs import over
from ikfs_methods.validity.scale import Floats

# Below this share of a rater's own squared ratings a variance is rounding.
NOTHING = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Of each draw: mean variance of a rater over things, mean covariance of two raters, variance of raters' means.

    The covariance is over pairs of different raters; copies of one rater in a draw are none.
    """

    variance: Floats
    covariance: Floats
    raters: Floats


def of_raters(values: Floats, counts: Floats) -> Spread:
    """Spread of complete ratings (things, raters), raters counting as each draw holds them (draws, raters)."""
    n = len(values)
    means = values.mean(axis=0)
    centred = values - means
    moments = centred.T @ centred / (n - 1)
    own = np.diag(moments)
    total = counts.sum(axis=1)
    squares = counts**2
    pairs = total**2 - squares.sum(axis=1)
    shift = means - means.mean()
    apart = total * (counts @ shift**2) - (counts @ shift) ** 2
    return Spread(
        counts @ own / total,
        over(((counts @ moments) * counts).sum(axis=1) - squares @ own, pairs, np.nan),
        over(apart, pairs, np.nan),
    )


def of_things(values: Floats, times: Floats) -> Spread:
    """Spread of complete ratings (things, raters), or (draws, things, raters), things counting as in `times`."""
    m = values.shape[-1]
    n = times.sum(axis=1)
    stacked = values if values.ndim == 3 else values[None]
    means = np.einsum("dn,dnm->dm", times, np.broadcast_to(stacked, (len(times), *stacked.shape[1:]))) / n[:, None]
    second = np.einsum("dn,dnm->dm", times, np.broadcast_to(stacked**2, (len(times), *stacked.shape[1:])))
    own = (second / n[:, None] - means**2).sum(axis=1)
    rows = np.broadcast_to(stacked.sum(axis=2), times.shape)
    total = (times * rows**2).sum(axis=1) / n - means.sum(axis=1) ** 2
    whole = n / (n - 1)
    return Spread(own / m * whole, (total - own) / (m * (m - 1)) * whole, means.var(axis=1, ddof=1))


def kendall_from(spread: Spread, m: int) -> Floats:
    """W of m raters, {1 + (m - 1) r} / m, r the mean covariance of their ranks over the mean variance; tie-corrected.

    Kendall's own formula, 12 S / (m² (n³ - n) - m T), is the same number.
    """
    ratio = over(spread.covariance, spread.variance, np.nan)
    return np.asarray((1 + (m - 1) * ratio) / m)


def intraclass_from(spread: Spread, n: Floats | float, m: int) -> dict[str, Floats]:
    """The intraclass correlations of n things and k = m raters (McGraw & Wong 1996), from the same moments."""
    variance, covariance = spread.variance, spread.covariance
    raters = spread.raters - (variance - covariance) / n
    things = variance + (m - 1) * covariance
    forms = {
        "ICC(C,1)": (covariance, variance),
        "ICC(A,1)": (covariance, variance + raters),
        "ICC(A,k)": (m * covariance, things + raters),
        "ICC(C,k)": (m * covariance, things),
    }
    floor = NOTHING * (np.abs(variance) + np.abs(spread.raters))
    return {form: over(top, np.where(bottom > floor, bottom, 0.0), np.nan) for form, (top, bottom) in forms.items()}


def middle_ranks(values: Floats, times: Floats | None = None) -> Floats:
    """Ranks of the things under each rater (things, raters), equal ratings sharing their middle rank.

    With `times` (draws, things): ranks when each thing stands that often, (draws, things, raters).
    """
    if times is None:
        return np.asarray(rankdata(values, axis=0), dtype=np.float64)
    ranks = np.empty((len(times), *values.shape))
    for rater, own in enumerate(values.T):
        points, place = np.unique(own, return_inverse=True)
        counts = times @ (place[:, None] == np.arange(len(points))).astype(np.float64)
        middle = np.cumsum(counts, axis=1) - counts / 2 + 0.5
        ranks[:, :, rater] = middle[:, place]
    return ranks
