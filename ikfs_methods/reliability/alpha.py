"""Cronbach's alpha, raw and standardised, with its interval and the alpha of the items that remain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from ikfs_methods.checks import fraction, one_of
from ikfs_methods.errors import TooFewError
from ikfs_methods.reliability.covariance import (
    ItemCovariance,
    Missing,
    alpha_of,
    alphas_without_each,
    correlation_of,
    item_covariance,
)
from ikfs_methods.reliability.interval import bonett, bootstrap, feldt
from ikfs_methods.result import Shown

Interval = Literal["feldt", "bonett", "bootstrap"]


@dataclass(frozen=True, slots=True, eq=False)
class AlphaResult(Shown):
    """Alpha of one set of items and what it was computed from."""

    alpha: float
    standardized_alpha: float
    ci_low: float
    ci_high: float
    average_r: float  # mean correlation between items
    level: float
    interval: Interval
    missing: Missing
    n_items: int
    n_respondents: int  # rows used; the interval takes this n
    n_dropped: int  # rows given but not used
    draws: int = 0  # resamples behind a bootstrap interval
    if_dropped: pd.Series = field(default_factory=lambda: pd.Series(dtype="float64", name="if_dropped"))

    def to_frame(self) -> pd.DataFrame:
        """One row per coefficient: coefficient, item (empty for the whole set), estimate."""
        names = ("alpha", "ci_low", "ci_high", "standardized_alpha", "average_r")
        rows = [(name, "", float(getattr(self, name))) for name in names]
        rows += [("alpha_if_dropped", str(item), float(value)) for item, value in self.if_dropped.items()]
        return pd.DataFrame(rows, columns=["coefficient", "item", "estimate"])


def cronbach_alpha(
    answers: pd.DataFrame,
    *,
    level: float = 0.95,
    interval: Interval = "feldt",
    draws: int = 1000,
    rng: np.random.Generator | int | None = None,
    missing: Missing = "listwise",
) -> AlphaResult:
    """Raw and standardised alpha of keyed answers (respondents by items, in scale points), with an interval.

    alpha = k/(k-1) (1 - sum of item variances / variance of the sum), Cronbach 1951; the standardised one takes the
    correlations in place of the covariances. Answers the question: how much of the variance of the sum score do the
    items share, if they all measure one thing equally well. Alpha is negative when the items oppose each other,
    most often because an item was not reversed; that is reported as it is, not refused.

    interval: `feldt` (F distribution, Feldt 1965; Feldt, Woodruff & Salih 1987, doi:10.1177/014662168701100107),
    `bonett` (Bonett & Wright 2015, doi:10.1002/job.1960) or `bootstrap` (percentiles of `draws` resamples of
    respondents, chance from `rng`: a Generator or a seed, which must be given).

    missing: `listwise` uses rows without a gap. `pairwise` uses pairwise covariances, as the R package psych does; the
    interval's n is then the number of respondents with at least one answer, so it is somewhat too narrow.

    `if_dropped` is the alpha of the other items; it is empty with two items, where nothing remains to correlate.

    Raises TooFewError (rows, items), ConstantItemError (an item does not vary), MatrixError (the sum does not vary,
    or pairwise covariances contradict each other), ParameterError, and what `checks.numeric_frame` raises.
    """
    fraction(level, name="level")
    one_of(interval, ("feldt", "bonett", "bootstrap"), name="interval")
    items = item_covariance(answers, missing=missing)
    covariance = items.matrix.to_numpy()
    correlation = correlation_of(covariance)
    alpha = alpha_of(covariance)
    n, k = items.used.shape
    low, high = _interval(alpha, items, level=level, interval=interval, draws=draws, rng=rng)
    return AlphaResult(
        alpha=alpha,
        standardized_alpha=alpha_of(correlation),
        ci_low=low,
        ci_high=high,
        average_r=float((correlation.sum() - k) / (k * (k - 1))),
        level=level,
        interval=interval,
        missing=missing,
        n_items=k,
        n_respondents=n,
        n_dropped=items.n_dropped,
        draws=draws if interval == "bootstrap" else 0,
        if_dropped=alphas_without_each(items.matrix),
    )


def _interval(
    alpha: float,
    items: ItemCovariance,
    *,
    level: float,
    interval: Interval,
    draws: int,
    rng: np.random.Generator | int | None,
) -> tuple[float, float]:
    n, k = items.used.shape
    if interval == "feldt":
        return feldt(alpha, n=n, k=k, level=level)
    if interval == "bootstrap":
        return bootstrap(items.used.to_numpy(), level=level, draws=draws, rng=rng)
    if n < 3:
        raise TooFewError(f'Bonett\'s interval needs at least 3 respondents; found {n}. Use interval="feldt".')
    return bonett(alpha, n=n, k=k, level=level)
