"""Kendall's W: whether raters put the things in the same order."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from scipy.special import chdtrc, stdtrit

from ikfs_methods.checks import fraction, generator, listed, plain, whole
from ikfs_methods.errors import NotNumericError, TooFewError
from ikfs_methods.validity.agreement.drawn import FEWEST_DRAWS, MOST_DRAWS, by_label, multinomial, quantile_ends
from ikfs_methods.validity.agreement.moments import kendall_from, middle_ranks, of_raters
from ikfs_methods.validity.agreement.rank_test import exact_p, permutation_p
from ikfs_methods.validity.agreement.rated import rating_frame
from ikfs_methods.validity.agreement.result import AgreementResult, held, told
from ikfs_methods.validity.scale import Floats

# The chi-square of W is meant for more than seven things (Siegel & Castellan 1988, Nonparametric Statistics for the
# Behavioral Sciences, section 9.3); below, the chance is counted.
FEWEST_FOR_CHI2 = 8
# The interval rests on how the raters differ: the spread of fewer than five numbers says next to nothing.
FEWEST_RATERS = 5


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class KendallResult(AgreementResult):
    """Kendall's W (`estimate` with the correction for ties, `uncorrected` without).

    `statistic` is m(n - 1)W with n - 1 degrees of freedom and `p_chi2` its chance under the chi-square distribution,
    given whatever n is; `p_value` is that one only from eight things on. `mean_rho` is the plain mean of the Spearman
    correlations of all pairs of raters that have one; R's irr::meanrho averages them by Fisher's z instead, which gives
    a slightly larger number.
    """

    uncorrected: float
    p_chi2: float
    mean_rho: float


def kendall_w(
    ratings: pd.DataFrame,
    *,
    level: float = 0.95,
    draws: int = 1000,
    rng: np.random.Generator | int | None = None,
) -> KendallResult:
    """Kendall's W of ratings or ranks (rows the things rated, columns the raters); things with a gap are left out.

    W = 12 S / (m² (n³ - n) - m T) over n things and m raters, S the squared deviations of the rank sums, T the sum of
    t³ - t over each rater's groups of t equal ratings (Kendall & Babington Smith 1939, doi:10.1214/aoms/1177732186;
    R: irr's kendall(correct=TRUE)). W = {1 + (m - 1) r} / m, r the mean of Spearman's rho over pairs of raters where
    no ratings tie, so that W of m raters without any agreement is about 1/m, not 0.

    p_value tests that each rater orders the things at random: by chi-square m(n - 1)W from eight things on; with fewer
    it is counted exactly, ties as they are, or, where there are too many orders, drawn (`draws`, with `rng`; without
    it NaN with a note). The interval at `level` speaks of other raters of these things, since the indicators of a
    panel are what they are and its experts could be others: jackknife over raters, t with m - 1 degrees of freedom,
    or, with `rng`, bootstrap over raters in which copies of one rater never count as two that agree (see
    `panel_agreement`); not below 5 raters. Answers the question: do the raters rank the things alike, whatever their
    level.

    Where every rater rates all things alike it is NaN with a note. Raises NotNumericError for names, TooFewError below
    two things with all ratings or two raters, ParameterError, ColumnError, and what `checks.numeric_frame` raises.
    """
    fraction(level, name="level")
    whole(draws, MOST_DRAWS, name="draws", least=FEWEST_DRAWS)
    source = None if rng is None else generator(rng)
    used, silent = ranked(ratings)
    n, m = used.shape
    ranks = middle_ranks(used.to_numpy()[np.ix_(by_label(used.index), by_label(used.columns))])
    spread = of_raters(ranks, np.ones((1, m)))
    w = float(kendall_from(spread, m)[0])
    deviation = ranks.sum(axis=1) - m * (n + 1) / 2
    p_value, p_chi2, test, untested = _tested(ranks, w, source, draws)
    ends, ends_note = _interval(ranks, w, level, source, draws)
    return KendallResult(
        coefficient="Kendall W",
        estimate=w,
        ci_low=ends[1],
        ci_high=ends[2],
        se=ends[0],
        interval="none" if np.isnan(ends[0]) else "bootstrap" if source else "jackknife",
        level=level,
        statistic=m * (n - 1) * w,
        df=float(n - 1),
        p_value=p_value,
        test=test,
        percent_agreement=_equal_pairs(used.to_numpy()),
        observed=w,
        expected=1 / m,
        weights="ranks",
        categories=(),
        n_things=n,
        n_raters=m,
        n_ratings=n * m,
        n_dropped=len(ratings) - n,
        notes=told(_flat(used), untested, ends_note, *_left_out(len(ratings) - n, silent)),
        uncorrected=float(12 * (deviation**2).sum() / (m**2 * (n**3 - n))),
        p_chi2=p_chi2,
        mean_rho=_mean_rho(ranks),
    )


def _left_out(dropped: int, silent: pd.Index) -> tuple[str | None, str | None]:
    return (
        f"Left out because a rating is missing: {dropped} thing(s)." if dropped else None,
        f"Without any rating and not counted: {listed(silent)}." if len(silent) else None,
    )


def ranked(ratings: pd.DataFrame) -> tuple[pd.DataFrame, pd.Index]:
    """The things that all raters rated, and the raters without any rating, who are left out."""
    frame, names = rating_frame(ratings)
    if names:
        raise NotNumericError("Kendall's W needs ratings or ranks as numbers; found names. Give their ranks.")
    empty = frame.isna().all()
    kept = frame.loc[:, ~empty.to_numpy()] if (~empty).sum() >= 2 else frame
    used = kept[kept.notna().all(axis=1).to_numpy()]
    if len(used) < 2:
        gaps = kept.isna().sum().sort_values(ascending=False, kind="stable")
        most = listed(f"{plain(rater)} ({count})" for rater, count in gaps.items() if count)
        raise TooFewError(
            f"at least two things must be rated by every rater; found {len(used)} of {len(kept)}. "
            + (f"Leave out the raters with most gaps: {most}." if most else "Supply more things.")
        )
    return used, frame.columns[empty.to_numpy()]


def _tested(
    ranks: Floats, w: float, rng: np.random.Generator | None, draws: int
) -> tuple[float, float, str, str | None]:
    """p_value, the chi-square's p, the test's name, and why there is none."""
    n, m = ranks.shape
    if np.isnan(w):
        return np.nan, np.nan, "none", None
    p_chi2 = float(chdtrc(n - 1, m * (n - 1) * w))
    if n >= FEWEST_FOR_CHI2:
        return p_chi2, p_chi2, "chi2", None
    counted = exact_p(ranks)
    if counted is not None:
        return counted, p_chi2, "exact", None
    if rng is not None:
        return permutation_p(ranks, rng, draws), p_chi2, "permutation", None
    why = (
        f"With {n} things the chi-square of W is no good approximation (its p would be {p_chi2:.2g}; {FEWEST_FOR_CHI2} "
        f"things are needed), and {m} raters have too many orders to count. Give rng=..., and the p value is drawn."
    )
    return np.nan, p_chi2, "none", why


def _interval(
    ranks: Floats, w: float, level: float, rng: np.random.Generator | None, draws: int
) -> tuple[tuple[float, float, float], str | None]:
    """Standard error and ends over raters, and why there are none."""
    none = (np.nan, np.nan, np.nan)
    m = ranks.shape[1]
    if np.isnan(w):
        return none, None
    if m < FEWEST_RATERS:
        return none, (
            f"With fewer than {FEWEST_RATERS} raters no interval is given: it rests on how much the raters differ."
        )
    counts = 1 - np.eye(m) if rng is None else multinomial(rng, draws, m)
    values = kendall_from(of_raters(ranks, counts), m)
    values = values[np.isfinite(values)]
    if len(values) < (m if rng is None else FEWEST_DRAWS):
        return none, "No interval is given: W is undefined without some of the raters."
    if rng is not None:
        low, high = quantile_ends(values, m, level)
        return (float(values.std(ddof=1)), held(low, 0.0), held(high, 0.0)), None
    se = sqrt((m - 1) / m * float(((values - values.mean()) ** 2).sum()))
    step = float(stdtrit(m - 1, (1 + level) / 2)) * se
    return (se, held(w - step, 0.0), held(w + step, 0.0)), None


def _equal_pairs(values: Floats) -> float:
    """Share of pairs of raters that give a thing the same rating."""
    m = values.shape[1]
    same = (values[:, :, None] == values[:, None]).sum(axis=(1, 2)) - m
    return float((same / (m * (m - 1))).mean())


def _mean_rho(ranks: Floats) -> float:
    """Mean of Spearman's correlations over the pairs of raters who both tell things apart; NaN without such a pair."""
    centred = ranks - ranks.mean(axis=0)
    size = np.sqrt((centred**2).sum(axis=0))
    able = size > 0
    if able.sum() < 2:
        return np.nan
    unit = centred[:, able] / size[able]
    k = unit.shape[1]
    return float(((unit.sum(axis=1) ** 2).sum() - k) / (k * (k - 1)))


def _flat(used: pd.DataFrame) -> str | None:
    """The note on raters who tell no two things apart."""
    values = used.to_numpy()
    flat = used.columns[(values == values[0]).all(axis=0)]
    if len(flat) == values.shape[1]:
        return "No rater tells any two things apart, so that W is undefined; percent agreement is given."
    return f"Rate all things alike, so that their order says nothing: {listed(flat)}." if len(flat) else None
