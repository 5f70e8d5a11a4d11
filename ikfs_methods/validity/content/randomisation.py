"""The exact randomisation test of two panels: what if it had made no difference when, or in which group, one rated."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
from scipy.special import gammaln, ndtr, xlog1py, xlogy

from ikfs_methods.validity.content.panel import Counts, Floats

# Beyond this many additions an item takes a good part of a second. It needs over seventy experts on a scale of a
# thousand points, and more on a shorter one, where the sum of so many ratings is as good as normal.
MOST_ADDITIONS = 1e8


@dataclass(frozen=True, slots=True, eq=False)
class Randomised:
    """The ratings of one item, in whole points: of experts who rated both times, and of those who rated once."""

    pairs_first: Counts
    pairs_second: Counts
    only_first: Counts
    only_second: Counts


def randomisation_p(ratings: Randomised) -> tuple[float, bool]:
    """Two-sided chance of a difference of means at least this far from its expectation, and whether it is exact.

    Whoever rated both times may exchange the two ratings; whoever rated once may change places with another who
    rated once. Every such arrangement is equally likely if first and second are alike. The difference of the means
    rises with T, the sum of the second ratings, so T stands for it; |T - E(T)| is compared in whole numbers.
    """
    steps = np.abs(ratings.pairs_second - ratings.pairs_first)
    once = np.concatenate([ratings.only_first, ratings.only_second])
    least = int(once.min()) if len(once) else 0
    common = max(1, gcd(*(int(step) for step in steps), *(int(value - least) for value in once)))
    steps, once = steps // common, (once - least) // common
    n, chosen = len(once), len(ratings.only_second)
    # T counted from the sum of the lesser rating of each pair
    observed = int(steps[ratings.pairs_second > ratings.pairs_first].sum() + once[n - chosen :].sum())
    twice = int(steps.sum()) * max(1, n) + (2 * chosen * int(once.sum()) if n else 0)
    centre_scale = 2 * max(1, n)  # both sides times this are whole numbers
    far = abs(centre_scale * observed - twice)
    fewer = min(chosen, n - chosen)
    width = int(np.sort(once)[n - fewer :].sum()) if fewer else 0
    if n * (fewer + 1.0) * (width + 1.0) + len(steps) * (steps.sum() + 1.0) > MOST_ADDITIONS:
        return _normal(steps, once, chosen, far / centre_scale), False
    sums, offset = _chosen_sums(once, chosen)
    chances = np.convolve(_flipped_sums(steps), sums)
    distance = np.abs(centre_scale * (np.arange(len(chances), dtype=np.int64) + offset) - twice)
    return min(1.0, float(chances[distance >= far].sum())), True


def _flipped_sums(steps: Counts) -> Floats:
    """Chances of the sum of the steps of which each is taken or not by the toss of a coin."""
    chances = np.ones(1)
    for step in steps[steps > 0]:
        wider = np.zeros(len(chances) + int(step))
        wider[: len(chances)] = chances
        wider[int(step) :] += chances
        chances = wider / 2
    return chances


def _chosen_sums(values: Counts, chosen: int) -> tuple[Floats, int]:
    """Chances of the sums of `chosen` values, drawn without replacement, and the sum that the first stands for."""
    n = len(values)
    if chosen in {0, n}:
        return np.ones(1), int(values.sum()) if chosen else 0
    fewer = min(chosen, n - chosen)
    width = int(np.sort(values)[n - fewer :].sum())
    # Each value is drawn by itself with the chance fewer/n; given that `fewer` are drawn, all sets are equally likely.
    # The tilt keeps every number within the range of doubles, which numbers of subsets would leave.
    table = np.zeros((fewer + 1, width + 1))
    table[0, 0] = 1.0
    rows = reach = 0  # of the table, what is not 0 yet
    for value, count in zip(*np.unique(values, return_counts=True), strict=True):
        after = np.zeros_like(table)
        for taken, chance in enumerate(_binomial(int(count), fewer / n)[: fewer + 1]):
            move = taken * int(value)
            if move <= width:
                r, c = min(rows, fewer - taken) + 1, min(reach, width - move) + 1
                after[taken : taken + r, move : move + c] += chance * table[:r, :c]
        rows = min(fewer, rows + int(count))
        reach = min(width, reach + min(fewer, int(count)) * int(value))
        table = after
    chances = table[fewer] / table[fewer].sum()
    if chosen == fewer:
        return chances, 0
    return chances[::-1], int(values.sum()) - width


def _binomial(n: int, share: float) -> Floats:
    taken = np.arange(n + 1)
    logs = gammaln(n + 1) - gammaln(taken + 1) - gammaln(n - taken + 1)
    chances: Floats = np.exp(logs + xlogy(taken, share) + xlog1py(n - taken, -share))
    return chances


def _normal(steps: Counts, once: Counts, chosen: int, far: float) -> float:
    """The same chance by the normal distribution with the randomisation's own variance."""
    n = len(once)
    variance = float((steps.astype(np.float64) ** 2).sum()) / 4
    if n > 1:
        variance += chosen * (n - chosen) / n * float(once.astype(np.float64).var(ddof=1))
    return float(2 * ndtr(-far / np.sqrt(variance))) if variance > 0 else 1.0
