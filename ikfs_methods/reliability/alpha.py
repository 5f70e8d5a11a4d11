"""Cronbach's alpha, raw and standardised, with its interval and the alpha of the items that remain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from ikfs_methods.checks import fraction, generator, one_of
from ikfs_methods.correlation.weights import Weights
from ikfs_methods.errors import TooFewError
from ikfs_methods.reliability.covariance import (
    ItemCovariance,
    Missing,
    alpha_of,
    alphas_without_each,
    correlation_of,
    item_covariance,
)
from ikfs_methods.reliability.interval import BootstrapEnds, bonett, bootstrap, feldt
from ikfs_methods.result import Shown

Interval = Literal["feldt", "bonett", "bootstrap"]
INTERVALS = ("feldt", "bonett", "bootstrap")


def _none_by_item(name: str) -> pd.Series:
    return pd.Series(dtype="float64", name=name)


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
    if_dropped: pd.Series = field(default_factory=lambda: _none_by_item("if_dropped"))
    if_dropped_low: pd.Series = field(default_factory=lambda: _none_by_item("if_dropped_low"))  # bootstrap only
    if_dropped_high: pd.Series = field(default_factory=lambda: _none_by_item("if_dropped_high"))
    effective_n: float | None = None  # in place of n_respondents where respondents are weighted

    def to_frame(self) -> pd.DataFrame:
        """One row per coefficient: coefficient, item (empty for the whole set), estimate."""
        names = ("alpha", "ci_low", "ci_high", "standardized_alpha", "average_r")
        rows = [(name, "", float(getattr(self, name))) for name in names]
        for values in (self.if_dropped, self.if_dropped_low, self.if_dropped_high):
            name = str(values.name).replace("if_dropped", "alpha_if_dropped")
            rows += [(name, str(item), float(value)) for item, value in values.items()]
        return pd.DataFrame(rows, columns=["coefficient", "item", "estimate"])


def cronbach_alpha(
    answers: pd.DataFrame,
    *,
    level: float = 0.95,
    interval: Interval = "feldt",
    draws: int = 1000,
    rng: np.random.Generator | int | None = None,
    missing: Missing = "listwise",
    weights: Weights | None = None,
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

    weights: survey weights by respondent, of any sum; covariances are then weighted. `feldt` and `bonett` take Kish's
    effective number (sum w)²/sum w² in place of n, the bootstrap draws respondents evenly, each with the own weight.
    None of them knows strata or clusters of the sample.

    `if_dropped` is the alpha of the other items; it is empty with two items, where nothing remains to correlate.
    `if_dropped_low` and `if_dropped_high` are its percentiles over the same resamples (bootstrap only; an item is
    left out where some resample has no such alpha).

    Raises TooFewError (rows, items), ConstantItemError (an item does not vary), MatrixError (the sum does not vary,
    or pairwise covariances contradict each other), ScaleError (a spread beyond computer numbers), WeightError,
    ParameterError, and what `checks.numeric_frame` raises.
    """
    fraction(level, name="level")
    one_of(interval, INTERVALS, name="interval")
    if rng is not None:
        rng = generator(rng)  # a wrong seed is refused also where no chance is needed
    items = item_covariance(answers, missing=missing, weights=weights)
    covariance = items.matrix.to_numpy()
    correlation = correlation_of(covariance)
    alpha, k = alpha_of(covariance), len(covariance)
    ends = _ends(alpha, items, level=level, interval=interval, draws=draws, rng=rng)
    return AlphaResult(
        alpha=alpha,
        standardized_alpha=alpha_of(correlation),
        ci_low=ends.low,
        ci_high=ends.high,
        average_r=float((correlation.sum() - k) / (k * (k - 1))),
        level=level,
        interval=interval,
        missing=missing,
        n_items=k,
        n_respondents=len(items.used),
        n_dropped=items.n_dropped,
        draws=draws if interval == "bootstrap" else 0,
        if_dropped=alphas_without_each(items.matrix),
        if_dropped_low=_by_item(ends.dropped_low, items, "if_dropped_low"),
        if_dropped_high=_by_item(ends.dropped_high, items, "if_dropped_high"),
        effective_n=None if weights is None else items.effective_n,
    )


def _ends(
    alpha: float,
    items: ItemCovariance,
    *,
    level: float,
    interval: Interval,
    draws: int,
    rng: np.random.Generator | int | None,
) -> BootstrapEnds:
    n, k = items.effective_n, items.used.shape[1]
    if interval == "bootstrap":
        return bootstrap(items.used.to_numpy(), level=level, draws=draws, rng=rng, weights=items.weights)
    if interval == "bonett" and n <= 2:
        counted = "respondents" if items.weights is None else "respondents' worth of weights"
        raise TooFewError(f'Bonett\'s interval needs more than 2 {counted}; found {n:g}. Use interval="feldt".')
    low, high = (feldt if interval == "feldt" else bonett)(alpha, n=n, k=k, level=level)
    return BootstrapEnds(low, high, np.empty(0), np.empty(0))


def _by_item(values: np.ndarray, items: ItemCovariance, name: str) -> pd.Series:
    if not len(values):
        return _none_by_item(name)
    return pd.Series(values, index=items.matrix.columns, name=name).dropna()
