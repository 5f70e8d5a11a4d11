"""One column compared between groups: the test, the effect sizes, the moments behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from ikfs_methods.checks import listed
from ikfs_methods.labels import Codes, Floats, effective_number
from ikfs_methods.validity.effect_sizes import cliff_delta, eta_squared, hedges_g, omega_squared, trend

# The measures of a row, in their order; a row without a value for one of them says why in its note.
_OF_TWO = (
    *("difference", "difference_low", "difference_high", "hedges_g", "g_low", "g_high"),
    *("cliff_delta", "delta_low", "delta_high", "superiority"),
)
_OF_MORE = ("eta_squared", "eta_low", "eta_high", "omega_squared", "lowest", "highest")
_OF_ORDER = ("trend", "trend_z", "trend_p", "in_order")


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Who is compared with whom: group number and weight of each respondent, and the groups in their order."""

    codes: Codes
    weights: Floats
    groups: pd.Index
    ordered: bool
    level: float


@dataclass(frozen=True, slots=True, eq=False)
class ColumnContrast:
    """The row of one column, and its mean, standard deviation and number of respondents by group."""

    row: dict[str, object]
    means: Floats
    sds: Floats
    counts: Codes


@dataclass(frozen=True, slots=True, eq=False)
class _Moments:
    """Of the groups compared: mean, variance (divisor n - 1) and effective number, in units of the greatest answer."""

    mean: Floats
    variance: Floats
    n: Floats


def column_contrast(values: Floats, how: Comparison) -> ColumnContrast:
    """The column compared between the groups, over the respondents who have it; NaN and a note where undefined."""
    k = len(how.groups)
    rows = ~np.isnan(values)
    unit = float(np.abs(values[rows]).max()) or 1.0
    x, codes, weights = values[rows] / unit, how.codes[rows], how.weights[rows]
    counts = np.bincount(codes, minlength=k)
    moments = _moments(x, codes, weights, k)
    row: dict[str, object] = {"n": int(rows.sum()), "test": "", "statistic": np.nan, "df1": np.nan, "df2": np.nan}
    row["p_value"] = np.nan
    row |= dict.fromkeys((*(_OF_TWO if k == 2 else _OF_MORE), *(_OF_ORDER if how.ordered else ())), np.nan)
    notes = []
    there = (counts >= 2) & (moments.n >= 2)
    if not there.all():
        notes.append(f"too few answers in {listed(how.groups[~there])}")
    if there.sum() >= 2:
        table = _table(x, codes, weights, moments.n)[there]
        kept = _Moments(moments.mean[there], moments.variance[there], moments.n[there])
        found, said = _of_two(kept, table, unit, how.level) if k == 2 else _of_more(kept, how.groups[there], how.level)
        row |= found
        notes += said
        if how.ordered and (table.sum(axis=0) > 0).sum() > 1:
            row |= _of_order(kept, table)
        elif how.ordered:
            # every pair of respondents is tied, so that neither the share nor its variance says anything
            notes.append("all answers compared are the same: no trend")
    row["note"] = "; ".join(notes)
    return ColumnContrast(row, moments.mean * unit, np.sqrt(moments.variance) * unit, counts)


def _moments(x: Floats, codes: Codes, weights: Floats, k: int) -> _Moments:
    n = np.array([effective_number(weights[codes == group]) for group in range(k)])
    mass = np.bincount(codes, weights, minlength=k)
    low, high = np.full(k, np.inf), np.full(k, -np.inf)
    np.minimum.at(low, codes, x)
    np.maximum.at(high, codes, x)
    mean = np.divide(np.bincount(codes, weights * x, minlength=k), mass, out=np.full(k, np.nan), where=mass > 0)
    one_answer = low == high
    mean[one_answer] = low[one_answer]  # exactly, so that rounding gives the group no variance
    squares = np.bincount(codes, weights * (x - mean[codes]) ** 2, minlength=k)
    variance = np.divide(squares * n, mass * (n - 1), out=np.full(k, np.nan), where=n > 1)
    return _Moments(mean, variance, n)


def _table(x: Floats, codes: Codes, weights: Floats, n: Floats) -> Floats:
    """Respondents of each group (rows) by value; under weights each group sums to its effective number."""
    points, place = np.unique(x, return_inverse=True)
    shape = (len(n), len(points))
    table = np.bincount(codes * shape[1] + place, weights, minlength=shape[0] * shape[1]).reshape(shape)
    mass = table.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(table, mass, out=np.zeros_like(table), where=mass > 0) * n[:, None])


def _of_two(moments: _Moments, table: Floats, unit: float, level: float) -> tuple[dict[str, object], list[str]]:
    """Welch's t and the effect sizes of the second group against the first."""
    delta = cliff_delta(table, level=level)
    row: dict[str, object] = {"cliff_delta": delta.value, "delta_low": delta.low, "delta_high": delta.high}
    row["superiority"] = (1 + delta.value) / 2
    difference = float(moments.mean[1] - moments.mean[0])
    row["difference"] = difference * unit
    share = moments.variance / moments.n
    error = float(np.sqrt(share.sum()))
    if not error > 0:
        return row, ["neither group varies: no test"]
    df = float(share.sum() ** 2 / (share**2 / (moments.n - 1)).sum())
    half = -float(stdtrit(df, (1 - level) / 2)) * error
    row |= {"test": "welch_t", "statistic": difference / error, "df1": 1.0, "df2": df}
    row["p_value"] = float(2 * stdtr(df, -abs(difference / error)))
    row |= {"difference_low": (difference - half) * unit, "difference_high": (difference + half) * unit}
    freedom = moments.n - 1
    pooled = float(np.sqrt((freedom * moments.variance).sum() / freedom.sum()))
    g = hedges_g(difference, pooled, (float(moments.n[0]), float(moments.n[1])), level=level)
    return row | {"hedges_g": g.value, "g_low": g.low, "g_high": g.high}, []


def _of_more(moments: _Moments, groups: pd.Index, level: float) -> tuple[dict[str, object], list[str]]:
    """Welch's F, or Brown and Forsythe's where a group does not vary, and the shares of variance."""
    from statsmodels.stats.oneway import anova_generic  # noqa: PLC0415  slow to import

    lowest, highest = int(moments.mean.argmin()), int(moments.mean.argmax())
    row: dict[str, object] = {}
    if moments.mean[lowest] < moments.mean[highest]:
        row |= {"lowest": groups[lowest], "highest": groups[highest]}
    flat = moments.variance <= 0
    if flat.all():
        return row, ["no group varies: no test"]
    unlike = "bf" if flat.any() else "unequal"
    found = anova_generic(moments.mean, moments.variance, moments.n, use_var=unlike, welch_correction=True)
    row |= {"test": "brown_forsythe" if flat.any() else "welch_f", "statistic": float(found.statistic)}
    row |= {"df1": float(found.df_num), "df2": float(found.df_denom), "p_value": float(found.pvalue)}
    n = float(moments.n.sum())
    df1, df2 = len(groups) - 1, n - len(groups)
    grand = float(moments.n @ moments.mean) / n
    between = float(moments.n @ (moments.mean - grand) ** 2) / df1
    within = float((moments.n - 1) @ moments.variance) / df2
    eta = eta_squared(between / within, (df1, df2), level=level)
    row |= {"eta_squared": eta.value, "eta_low": eta.low, "eta_high": eta.high}
    row["omega_squared"] = omega_squared(between / within, (df1, df2))
    return row, [f"{listed(groups[flat])} gave one and the same answer: F* in place of Welch's F"] if flat.any() else []


def _of_order(moments: _Moments, table: Floats) -> dict[str, object]:
    found = trend(table)
    rising = bool((np.diff(moments.mean) > 0).all())
    return {"trend": found.share, "trend_z": found.z, "trend_p": found.p_value, "in_order": rising}
