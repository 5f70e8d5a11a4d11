"""The exact distribution of Kendall's W: every order of the things under each rater equally likely."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from ikfs_methods.validity.scale import Floats

Whole = NDArray[np.int64]

# Rank sums times orders of one rater: sorted and merged a second at most, and, for the last rater, only added up.
MOST_MERGED = 1_000_000
MOST_ADDED = 20_000_000
BLOCK = 2_000_000  # numbers held at once


def exact_p(ranks: Floats) -> float | None:
    """Chance of rank sums at least as far apart as seen (things, raters), ties as they are; None if too many to count.

    Raters are added one by one. Since a rater's orders are all equally likely, only the rank sums matter, not which
    thing has which, so that equal sets of sums are merged: the count grows with the panel far more slowly than the
    n!^(m-1) orders.
    """
    doubled = np.rint(2 * ranks).astype(np.int64)  # middle ranks are halves
    n, m = doubled.shape
    if n > 8:  # 9! orders of a single rater pass the bound already
        return None
    seen = int((doubled.sum(axis=1) ** 2).sum())
    columns = [np.sort(doubled[:, rater]) for rater in range(m)]
    sums, chances = columns[0][None], np.ones(1)
    for number, column in enumerate(columns[1:], 2):
        orders = np.array(sorted(set(permutations(column.tolist()))), dtype=np.int64)
        if len(sums) * len(orders) > (MOST_ADDED if number == m else MOST_MERGED):
            return None
        if number == m:
            return _beyond(sums, chances, orders, seen)
        added = (sums[:, None] + orders).reshape(-1, n)
        sums, chances = _merged(np.sort(added, axis=1), np.repeat(chances / len(orders), len(orders)))
    return None


def _beyond(sums: Whole, chances: Floats, orders: Whole, seen: int) -> float:
    """Chance that the last rater's order brings the rank sums at least that far apart.

    |s + o|² = |s|² + 2 s·o + |o|², and |o|² is the same for every order.
    """
    own, added = (sums**2).sum(axis=1), int((orders[0] ** 2).sum())
    step, total = max(1, BLOCK // len(orders)), 0.0
    for start in range(0, len(sums), step):
        part = slice(start, start + step)
        apart = own[part, None] + 2 * (sums[part] @ orders.T) + added
        total += float(chances[part] @ (apart >= seen).sum(axis=1)) / len(orders)
    return min(1.0, total)


def _merged(sums: Whole, weight: Floats) -> tuple[Whole, Floats]:
    """Equal rows as one, with their chances added; all rows have the same total, so the last entry is not needed."""
    base = int(sums.max()) + 1
    key = np.zeros(len(sums), dtype=np.int64)
    # at most 8 things and sums up to 2 · 8 · m stay within 63 bits for every m that passes the bound on states
    for column in sums[:, :-1].T:
        key = key * base + column
    _, first, where = np.unique(key, return_index=True, return_inverse=True)
    return np.asarray(sums[first]), np.asarray(np.bincount(where, weights=weight), dtype=np.float64)


def permutation_p(ranks: Floats, rng: np.random.Generator, draws: int) -> float:
    """The same chance from random orders, the observed one counted among them: (1 + as far apart) / (1 + draws)."""
    n, m = ranks.shape
    doubled = np.rint(2 * ranks).astype(np.int64)
    seen = int((doubled.sum(axis=1) ** 2).sum())
    step, beyond = max(1, BLOCK // (n * m)), 0
    for start in range(0, draws, step):
        size = min(step, draws - start)
        orders = rng.permuted(np.broadcast_to(doubled.T, (size, m, n)), axis=2)
        beyond += int(((orders.sum(axis=1) ** 2).sum(axis=1) >= seen).sum())
    return (1 + beyond) / (1 + draws)
