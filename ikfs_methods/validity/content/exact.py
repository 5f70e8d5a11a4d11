"""Exact chances of a small panel: sums of ratings given at random, and shares of experts."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate

import numpy as np
from scipy.special import betaincinv, ndtri

from ikfs_methods.validity.content.panel import Counts, Floats


def random_tails(sizes: Counts, points: int) -> dict[int, Floats]:
    """By panel size n: the chance that n ratings, 0 .. points-1 being equally likely, sum to 0, 1, 2 ... or more.

    With two points it is the upper tail of the binomial distribution at .5.
    """
    return _tails(tuple(sorted({int(n) for n in sizes})), points)


def at_least(tails: dict[int, Floats], scores: Counts, n: Counts) -> Floats:
    """The chance of a sum at least as great as each score, NaN for a panel of nobody."""
    return np.array([tails[int(k)][int(s)] if k else np.nan for s, k in zip(scores, n, strict=True)])


def critical_sums(tails: dict[int, Floats], n: Counts, alpha: float) -> Floats:
    """The least sum whose chance is at most `alpha`, NaN where even the greatest sum is more likely than that."""
    least = {k: float(np.count_nonzero(chance > alpha)) for k, chance in tails.items()}
    return np.array([least[int(k)] if k and least[int(k)] < len(tails[int(k)]) else np.nan for k in n])


def score_limits(share: Floats, trials: Floats, level: float) -> tuple[Floats, Floats]:
    """Ends of the score interval of shares (Wilson 1927) of so many trials, from 0 to 1; NaN where there are none."""
    z = -float(ndtri((1 - level) / 2))
    whole = np.where(trials > 0, 2 * (trials + z**2), np.nan)
    centre, spread = 2 * trials * share + z**2, z * np.sqrt(4 * trials * share * (1 - share) + z**2)
    # the ends are 0 and 1 up to rounding at shares of 0 and 1
    return np.clip((centre - spread) / whole, 0, share), np.clip((centre + spread) / whole, share, 1)


def exact_limits(count: Counts, n: Counts, level: float) -> tuple[Floats, Floats]:
    """Ends of the exact interval of shares count/n (Clopper & Pearson 1934): never less than `level` at any n."""
    tail = (1 - level) / 2
    low, high = np.zeros(len(n)), np.ones(len(n))
    some, not_all = count > 0, count < n
    low[some] = betaincinv(count[some], (n - count + 1)[some], tail)
    high[not_all] = betaincinv((count + 1)[not_all], (n - count)[not_all], 1 - tail)
    return low, high


@lru_cache(maxsize=16)
def _tails(sizes: tuple[int, ...], points: int) -> dict[int, Floats]:
    """The tails of `random_tails`, for all sizes in one run over the experts.

    Outcomes are counted in whole numbers, so that a chance that equals alpha exactly is not lost to rounding. Adding
    one rating replaces each count by the sum of `points` neighbours, taken as a difference of running sums.
    """
    tails, counts = {}, [1]
    for n in range(max(sizes, default=0) + 1):
        if n in sizes:
            outcomes = points**n
            above = list(accumulate(reversed(counts)))[::-1]
            tails[n] = np.array([count / outcomes for count in above])
        running = [0, *accumulate(counts)]
        length = len(counts) + points - 1
        counts = [running[min(s + 1, len(counts))] - running[max(0, s + 1 - points)] for s in range(length)]
    return tails
