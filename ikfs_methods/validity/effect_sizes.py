"""How far groups differ in one indicator, as effect sizes with intervals; from group moments or from tables of counts.

Every function takes numbers of respondents that need not be whole: under weights they are Kish's effective numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri, gammaln, ncfdtr, nctdtr, ndtr, ndtri

from ikfs_methods.labels import Floats

_MOST_DOUBLINGS = 60
_MOST_HALVINGS = 120
# Beyond this t, the noncentral distributions take milliseconds a value and then overflow. Groups of 600 are 58 standard
# deviations apart there.
_FARTHEST = 1000.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """An effect and its interval."""

    value: float
    low: float
    high: float


def hedges_g(difference: float, pooled_sd: float, n: tuple[float, float], *, level: float) -> Estimate:
    """Standardised mean difference without its small-sample bias (Hedges 1981, doi:10.3102/10769986006002107).

    g = J difference / pooled sd, J = Gamma(f/2) / (sqrt(f/2) Gamma((f-1)/2)), f = n1 + n2 - 2. The interval inverts the
    noncentral t distribution of the equal-variance t statistic (Steiger & Fouladi 1997) and is multiplied by J.
    """
    first, second = n
    f = first + second - 2
    j = float(np.exp(gammaln(f / 2) - gammaln((f - 1) / 2)) / np.sqrt(f / 2))
    d, per_unit = difference / pooled_sd, np.sqrt(first * second / (first + second))
    t, tail = d * per_unit, (1 - level) / 2
    if abs(t) > _FARTHEST:
        ends = sorted(float(np.sign(t)) * _far_out(abs(t), f, chance) for chance in (1 - tail, tail))
    else:
        ends = [_inverted(lambda nc: float(nctdtr(f, nc, t)), chance, near=t) for chance in (1 - tail, tail)]
    low, high = (j * end / per_unit for end in ends)
    return Estimate(j * d, low, high)


def eta_squared(f_statistic: float, df: tuple[float, float], *, level: float) -> Estimate:
    """Share of the variance between groups, from the equal-variance F = (SSb/df1) / (SSw/df2).

    eta² = F df1 / (F df1 + df2). The interval inverts the noncentral F distribution; a noncentrality L stands for the
    share L / (L + df1 + df2 + 1) (Steiger 2004, doi:10.1037/1082-989X.9.2.164). Its low end is 0 when the groups may
    be equal; eta² itself then lies above by chance alone.
    """
    df1, df2 = df
    tail, n = (1 - level) / 2, df1 + df2 + 1

    def chance(nc: float) -> float:
        return float(ncfdtr(df1, df2, nc, f_statistic))

    def end(target: float) -> float:
        if f_statistic * df1 > _FARTHEST**2:
            return _far_out(float(np.sqrt(f_statistic * df1)), df2, target) ** 2
        return 0.0 if chance(0.0) <= target else _inverted(chance, target, near=f_statistic * df1, least=0.0)

    low, high = (nc / (nc + n) for nc in (end(1 - tail), end(tail)))
    return Estimate(f_statistic * df1 / (f_statistic * df1 + df2), low, high)


def omega_squared(f_statistic: float, df: tuple[float, float]) -> float:
    """Share of the population's variance between groups (Hays 1963): df1 (F - 1) / (df1 (F - 1) + n).

    Nearly unbiased, therefore below 0 about half the times when the groups do not differ.
    """
    df1, df2 = df
    excess = df1 * (f_statistic - 1)
    return float(excess / (excess + df1 + df2 + 1))


def _inverted(chance: Callable[[float], float], target: float, *, near: float, least: float = -np.inf) -> float:
    """The noncentrality at which a chance that falls with it equals `target`, by halving.

    scipy's own inverses stop at 1e-5 of the chance and at a noncentrality of 10,000.
    """
    step = 1.0 + abs(near) / 8
    low, high = max(near - step, least), near + step
    for _ in range(_MOST_DOUBLINGS):
        if low <= least or not chance(low) < target:
            break
        low, step = max(low - step, least), 2 * step
    for _ in range(_MOST_DOUBLINGS):
        if not chance(high) > target:
            break
        high, step = high + step, 2 * step
    for _ in range(_MOST_HALVINGS):
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        low, high = (middle, high) if chance(middle) > target else (low, middle)
    return (low + high) / 2


def _far_out(t: float, f: float, target: float) -> float:
    """The same for a huge t: t times the sd's own spread, chi / sqrt(f), widened by the unit spread of the mean."""
    at, middle = (t * float(np.sqrt(chdtri(f, chance) / f)) for chance in (target, 0.5))
    return middle + (at - middle) * float(np.sqrt(1 + 2 * f / t**2))


def cliff_delta(table: Floats, *, level: float) -> Estimate:
    """Cliff's delta of the second group over the first: P(second > first) - P(second < first) (Cliff 1993).

    table: two rows (groups) by values in rising order, how many respondents of each group have each value. Interval:
    Cliff's asymmetric one, with the unbiased variance of delta (doi:10.1037/0033-2909.114.3.494). When no respondent
    of one group reaches into the other, that variance is 0, and the interval runs from (m - z²)/(m + z²) to 1,
    m the smaller group: Wilson's interval of a share of m that is 1.
    """
    first, second = table
    n1, n2 = float(first.sum()), float(second.sum())
    over_first = _balance(first)  # of a respondent of the second group at each value
    over_second = _balance(second)
    delta = float(second @ over_first) / (n1 * n2)
    z = -float(ndtri((1 - level) / 2))
    if abs(delta) >= 1:
        m = min(n1, n2)
        inner = (m - z**2) / (m + z**2)
        return Estimate(delta, inner, 1.0) if delta > 0 else Estimate(delta, -1.0, -inner)
    of_second = float(second @ (over_first / n1 - delta) ** 2)
    of_first = float(first @ (over_second / n2 + delta) ** 2)
    ties = float(first @ second)
    pairs = n1 * n2 - ties - n1 * n2 * delta**2  # sum over pairs of (d - delta)², d being -1, 0 or 1
    variance = (n1**2 * of_second + n2**2 * of_first - pairs) / (n1 * n2 * (n1 - 1) * (n2 - 1))
    variance = max(variance, (1 - delta**2) / (n1 * n2 - 1))  # Cliff's floor: the difference above may fall below 0
    spread = z * np.sqrt(variance) * np.sqrt((1 - delta**2) ** 2 + z**2 * variance)
    whole = 1 - delta**2 + z**2 * variance
    middle = delta - delta**3
    return Estimate(delta, max(-1.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole))


def _balance(counts: Floats) -> Floats:
    """At each value: how many respondents lie below less how many lie above."""
    below = np.cumsum(counts) - counts
    return np.asarray(below - (counts.sum() - below - counts))


@dataclass(frozen=True, slots=True)
class Trend:
    """How an indicator rises along the groups' expected order: share of pairs, z and two-sided p value."""

    share: float
    z: float
    p_value: float


def trend(table: Floats) -> Trend:
    """Jonckheere and Terpstra's test against the groups' order (Jonckheere 1954, doi:10.1093/biomet/41.1-2.133).

    table: groups in their expected order, low to high, by values in rising order. share = (pairs of respondents of
    two groups that follow the order - pairs that contradict it) / all such pairs, from -1 to 1; with two groups it is
    Cliff's delta. z has the variance under ties of Kendall's S (Kendall 1970, chapter 4), without continuity
    correction.
    """
    sizes, values = table.sum(axis=1), table.sum(axis=0)
    n = float(sizes.sum())
    lower = np.cumsum(table, axis=0) - table  # respondents of the groups before, by value
    s = float(sum(row @ _balance(before) for row, before in zip(table, lower, strict=True)))
    pairs = float((n**2 - (sizes**2).sum()) / 2)

    def ties(counts: Floats) -> tuple[float, float, float]:
        two = counts * (counts - 1)
        return float((two * (2 * counts + 5)).sum()), float((two * (counts - 2)).sum()), float(two.sum())

    (five_g, three_g, two_g), (five_v, three_v, two_v) = ties(sizes), ties(values)
    variance = (n * (n - 1) * (2 * n + 5) - five_g - five_v) / 18 + two_g * two_v / (2 * n * (n - 1))
    variance += three_g * three_v / (9 * n * (n - 1) * (n - 2))
    z = s / float(np.sqrt(variance))
    return Trend(s / pairs, z, float(2 * ndtr(-abs(z))))
