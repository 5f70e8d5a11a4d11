"""Item analysis: how each item behaves by itself and with the rest of its dimension."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betainc, stdtrit

from ikfs_methods.checks import fraction, listed
from ikfs_methods.errors import ConstantItemError, MatrixError, TooFewError
from ikfs_methods.reliability.covariance import (
    NO_VARIANCE,
    ItemCovariance,
    Missing,
    alpha_of,
    alphas_without_each,
    correlation_of,
    item_covariance,
)
from ikfs_methods.result import Shown
from ikfs_methods.validity.extremes import By, checked_share, compared
from ikfs_methods.validity.scale import Floats, computable, scale_ends, scale_points

# Correlations with a smaller eigenvalue than this leave their inverse no correct digit.
_SINGULAR = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class ItemAnalysisResult(Shown):
    """The items of one dimension, a row each.

    `items` has, of each item by itself: n, n_missing and missing (gaps among all rows given, their share), mean, sd,
    skewness, kurtosis, floor, ceiling, difficulty, categories (points of its scale, <NA> where it was measured rather
    than chosen from up to 200), categories_used; and with the others: item_total, item_total_p, item_rest, item_rest_p,
    critical_r, total_standardized, total_corrected, discrimination, discrimination_t, discrimination_p,
    alpha_if_dropped (this last column only with three items or more). low and high are the scale points of floor and
    ceiling, by item. `notes` says in a sentence each why a cell is NaN.
    """

    items: pd.DataFrame
    n: int  # rows used
    n_dropped: int  # rows given but not used
    level: float
    missing: Missing
    low: pd.Series
    high: pd.Series
    extreme_share: float = 0.27
    extreme_by: By = "total"
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """The items, one row each."""
        return self.items.copy()


def item_analysis(
    answers: pd.DataFrame,
    *,
    low: float | pd.Series | None = None,
    high: float | pd.Series | None = None,
    level: float = 0.95,
    missing: Missing = "listwise",
    extreme_share: float = 0.27,
    extreme_by: By = "total",
) -> ItemAnalysisResult:
    """Item statistics of keyed answers (respondents by items of one dimension, in scale points).

    Each item by itself: mean, sd (divisor n - 1), skewness and kurtosis (bias-corrected G1 = g1 sqrt(n(n-1))/(n-2) and
    excess G2 = (n-1)/((n-2)(n-3)) ((n+1) g2 + 6), Joanes & Gill 1998, The Statistician 47, 183-189; SPSS prints the
    same; kurtosis needs four answers); floor and ceiling, the shares of answers at `low` and `high` (numbers, or series
    by item; by default the least and the greatest answer given to any item); difficulty, (mean - low)/(high - low).

    With the others: item_total and item_rest, the correlations with the sum of all items and of the other items (the
    corrected one, Nunnally & Bernstein 1994), each with its two-sided p; critical_r, the two-sided critical correlation
    at 1 - level, t/sqrt(df + t²) with df = n - 2. In Indonesian practice one of the two correlations is "r hitung",
    item_total as Pearson's product moment or item_rest as SPSS's "corrected item-total correlation", and critical_r is
    "r tabel"; say which one is meant. total_standardized is the correlation with the sum of standardised items,
    total_corrected the same with each item's squared multiple correlation in place of its own variance (psych's std.r
    and r.cor). discrimination is the item's mean in the upper less that in the lower `extreme_share` of respondents,
    as a share of the scale, with Welch's t and its p: see `extreme_groups` for the groups, their ties, and
    `extreme_by`. alpha_if_dropped is alpha of the other items.

    Answers the questions: which items separate respondents, and which do not go along with their dimension.

    missing: `listwise` uses rows without a gap. `pairwise` uses each item's own answers and follows the R package
    psych: item_total correlates the item with the mean of the answers a respondent gave; item_rest and
    alpha_if_dropped come from the pairwise covariances.

    Raises TooFewError (fewer than 3 rows or 2 items), ConstantItemError (an item, or the sum of the others, does not
    vary), MatrixError, ScaleError (an answer off a given scale), ColumnError (a scale end that lacks an item), and
    what `checks.numeric_frame` raises.
    """
    fraction(level, name="level")
    checked_share(extreme_share, extreme_by)
    frame = computable(answers, min_rows=3)
    covariance = item_covariance(frame, missing=missing, min_rows=3)
    bottom, top = scale_ends(frame, low, high)
    used = covariance.used
    items = _alone(frame, used, bottom, top)
    points = scale_points(frame, bottom, top, given=low is not None and high is not None)
    items["categories"] = pd.array([len(own) or None for own in points], dtype="Int64")
    items["categories_used"] = used.nunique()
    notes = _with_others(items, covariance, level=level) + _too_few_for_kurtosis(used)
    groups, said = compared(used, share=extreme_share, by=extreme_by)
    items["discrimination"] = groups["difference"] / (top - bottom)
    items["discrimination_t"], items["discrimination_p"] = groups["t"], groups["p_value"]
    if len(items) > 2:
        items["alpha_if_dropped"] = alphas_without_each(covariance.matrix)
        _refuse_impossible(items["alpha_if_dropped"].isna(), "alpha without the item must exist")
    return ItemAnalysisResult(
        items=items,
        n=len(used),
        n_dropped=covariance.n_dropped,
        level=level,
        missing=missing,
        low=bottom,
        high=top,
        extreme_share=extreme_share,
        extreme_by=extreme_by,
        notes=notes + said,
    )


def _alone(frame: pd.DataFrame, used: pd.DataFrame, bottom: pd.Series, top: pd.Series) -> pd.DataFrame:
    """What describes each item without the others."""
    values = used.to_numpy()
    n = (~np.isnan(values)).sum(axis=0)
    if (n < 3).any():
        raise TooFewError(
            f"each item must have at least 3 answers; found fewer for {listed(used.columns[n < 3])}. "
            "Leave the item out."
        )
    mean = np.nanmean(values, axis=0)
    centred = values - mean
    # Deviations in units of the largest one: their fourth powers then stay within doubles whatever the scale's unit.
    unit = np.fmax.reduce(np.abs(centred), axis=0)
    deviation = centred / unit
    squares = deviation * deviation
    m2, m3, m4 = (np.nansum(power, axis=0) / n for power in (squares, squares * deviation, squares * squares))
    with np.errstate(divide="ignore", invalid="ignore"):
        g2 = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (m4 / m2**2 - 3) + 6)
    lowest, highest = bottom.to_numpy(), top.to_numpy()
    n_missing = frame.isna().sum().to_numpy()
    table = {
        "n": n,
        "n_missing": n_missing,
        "missing": n_missing / len(frame),
        "mean": mean,
        "sd": unit * np.sqrt(m2 * n / (n - 1)),
        "skewness": m3 / m2**1.5 * np.sqrt(n * (n - 1)) / (n - 2),
        "kurtosis": np.where(n > 3, g2, np.nan),
        "floor": (values == lowest).sum(axis=0) / n,
        "ceiling": (values == highest).sum(axis=0) / n,
        "difficulty": (mean - lowest) / (highest - lowest),
    }
    return pd.DataFrame(table, index=used.columns.rename("item"))


def _too_few_for_kurtosis(used: pd.DataFrame) -> tuple[str, ...]:
    few = used.columns[used.count() < 4]
    return (f"kurtosis needs four answers; there are fewer for {listed(few)}.",) if len(few) else ()


def _with_others(items: pd.DataFrame, covariance: ItemCovariance, *, level: float) -> tuple[str, ...]:
    """Adds the correlations with the totals; returns notes on those that do not exist."""
    matrix = covariance.matrix.to_numpy()
    alpha_of(matrix)  # refuses a total that does not vary
    degrees = (items["n"] - 2).to_numpy()
    for name, r in (("item_total", _item_total(covariance)), ("item_rest", _item_rest(covariance))):
        items[name] = r
        # the two-sided p of t = r sqrt(df/(1 - r²)), written so that r = 1 needs no exception
        items[f"{name}_p"] = betainc(degrees / 2, 0.5, 1 - r**2)
    critical = -stdtrit(degrees, (1 - level) / 2)
    items["critical_r"] = critical / np.sqrt(degrees + critical**2)
    correlation = correlation_of(matrix)
    notes: tuple[str, ...] = ()
    for name, values, why in (
        ("total_standardized", correlation, "the sum of the standardised items does not vary"),
        ("total_corrected", _shared_only(correlation), "the squared multiple correlations of the items do not exist"),
    ):
        total = values.sum()
        exists = np.isfinite(total) and total > NO_VARIANCE * len(values)
        items[name] = values.sum(axis=0) / np.sqrt(total) if exists else np.nan
        notes += () if exists else (f"{name} is undefined: {why}.",)
    return notes


def _item_total(covariance: ItemCovariance) -> Floats:
    """Correlation of each item with the mean of a respondent's answers, over those who answered it."""
    values = covariance.used.to_numpy()
    answered = ~np.isnan(values)
    # Correlations ignore a common unit, and in units of the largest deviation no square leaves the doubles.
    spread = np.fmax.reduce(np.abs(values - np.nanmean(values, axis=0)), axis=None)
    filled = np.where(answered, values / spread, 0.0)
    total = filled.sum(axis=1, keepdims=True) / answered.sum(axis=1, keepdims=True)
    n = answered.sum(axis=0)
    item = np.where(answered, filled - filled.sum(axis=0) / n, 0.0)
    mean = np.where(answered, total - np.where(answered, total, 0.0).sum(axis=0) / n, 0.0)
    variances = (item**2).sum(axis=0), (mean**2).sum(axis=0)
    flat = variances[1] <= NO_VARIANCE**2 * n
    _refuse_impossible(
        pd.Series(flat, index=covariance.used.columns),
        "the mean of a respondent's answers must vary where the item is answered",
    )
    return np.asarray(np.clip((item * mean).sum(axis=0) / np.sqrt(variances[0] * variances[1]), -1.0, 1.0))


def _item_rest(covariance: ItemCovariance) -> Floats:
    """Correlation of each item with the sum of the other items, from the covariances."""
    matrix, labels = covariance.matrix.to_numpy(), covariance.matrix.columns
    variances = np.diag(matrix)
    others = 1 - np.eye(len(matrix))
    # Summed over the others directly: taking the item's part off the whole sum would lose the digits of small items.
    rest = ((others @ matrix) * others).sum(axis=1)
    flat = rest <= NO_VARIANCE * (others @ variances)
    if flat.any():
        raise ConstantItemError(
            f"the sum of the other items must vary; it does not without {listed(labels[flat])}. "
            "Check the direction of the items."
        )
    r = (others * matrix).sum(axis=1) / (np.sqrt(variances) * np.sqrt(rest))
    if covariance.missing == "pairwise":
        _refuse_impossible(pd.Series(np.abs(r) > 1 + NO_VARIANCE, index=labels), "item-rest correlations must be -1..1")
    return np.asarray(np.clip(r, -1.0, 1.0))


def _shared_only(correlation: Floats) -> Floats:
    """The correlations with squared multiple correlations on the diagonal; NaN there when they cannot be inverted."""
    shared = correlation.copy()
    definite = float(np.linalg.eigvalsh(correlation)[0]) > _SINGULAR
    smc = 1 - 1 / np.diag(np.linalg.inv(correlation)) if definite else np.nan
    np.fill_diagonal(shared, smc)
    return shared


def _refuse_impossible(broken: pd.Series, rule: str) -> None:
    """Only answers with many gaps, taken pairwise, can contradict each other in these ways."""
    if broken.any():
        raise MatrixError(
            f"{rule}; the pairwise answers contradict this for {listed(broken.index[broken])}. "
            'Use missing="listwise", or leave out the items with most gaps.'
        )
