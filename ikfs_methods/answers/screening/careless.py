"""Signs of careless answering in one respondent's answers: equal answers in a row, little spread, copied rows."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from ikfs_methods.answers.screening.patterns import Bools, Floats, Integers, equal_rows

_SAMPLE = 20_000  # rows that are enough for the frequencies of answers, in a number that is told to one decimal


def longest_run(values: Floats) -> Integers:
    """Longest run of equal answers by respondent (Johnson 2005, Journal of Research in Personality 39, 103-129).

    `values` (respondents, items) in the order of the questionnaire, NaN missing. A gap neither breaks a run nor adds to
    it: the run is that of the answers given. 0 without any answer.
    """
    rows = len(values)
    last = np.full(rows, np.nan)
    run, longest = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    for column in values.T:
        answered = ~np.isnan(column)
        run = np.where(answered, np.where(column == last, run + 1, 1), run)
        last = np.where(answered, column, last)
        np.maximum(longest, run, out=longest)
    return longest


def spread(values: Floats, low: Floats, high: Floats, *, fewest: int) -> Floats:
    """Standard deviation of a respondent's answers (divisor answers - 1), each item as a share of its scale's range.

    The intra-individual response variability of Dunn, Heggestad, Shanock & Theilgard (2018, Journal of Business and
    Psychology 33, 105-121); `low`, `high`: bounds by item. NaN with fewer than `fewest` answers.
    """
    rows = len(values)
    first = np.full(rows, np.nan)
    count, total, squares = np.zeros(rows), np.zeros(rows), np.zeros(rows)
    for column, bottom, top in zip(values.T, low, high, strict=True):
        share = (column - bottom) / (top - bottom)
        # Deviations from the first answer: a respondent whose answers are all the same has a spread of exactly zero.
        first = np.where(np.isnan(first), share, first)
        away = np.where(np.isnan(share), 0.0, share - first)
        count += ~np.isnan(share)
        total += away
        squares += away * away
    enough = count >= fewest
    n = np.where(enough, count, np.nan)
    found: Floats = np.sqrt(np.maximum(squares - total * total / n, 0.0) / (n - 1))
    return found


def copies(values: Floats, compared: Bools) -> tuple[Integers, float, float]:
    """How many of the compared respondents gave exactly these answers, gaps included (0: not compared).

    With it, the number of coincident pairs, and the number to be expected if respondents drew their answers to each
    item, or the gap, independently from those given to it: pairs of respondents times the chance that two of them
    agree on every item. Items that go together make coincidences more frequent than that.
    """
    chosen = values.T[:, compared].T
    rows = len(chosen)
    number = np.zeros(rows, dtype=np.int64)
    # Equal rows have equal sums of weighted answers; only rows whose sum stands twice are compared cell by cell.
    candidates = np.flatnonzero(pd.Index(_weighted_sums(chosen)).duplicated(keep=False))
    group = equal_rows(chosen[candidates])
    sizes = np.bincount(group)
    number[candidates] = sizes[group]
    number[number == 0] = 1
    found = np.zeros(len(values), dtype=np.int64)
    found[compared] = number
    return found, float((sizes * (sizes - 1) / 2).sum()), _expected_pairs(chosen)


def _weighted_sums(values: Floats) -> Floats:
    total = np.zeros(len(values))
    for place, column in enumerate(values.T):
        # sines of whole numbers are linearly independent over them: two sums hardly ever coincide by accident
        total += math.sin(place + 1) * np.where(np.isnan(column), math.e, column)
    return total


def _expected_pairs(values: Floats) -> float:
    """Coincident pairs under independence, from the frequencies of answers in at most 20,000 rows, evenly spaced."""
    sample = values[:: max(1, math.ceil(len(values) / _SAMPLE))]
    rows = len(sample)
    expected = len(values) * (len(values) - 1) / 2
    for column in sample.T:
        counts = np.bincount(pd.factorize(column, use_na_sentinel=False)[0]).astype(np.float64)
        expected *= float((counts * (counts - 1)).sum()) / max(rows * (rows - 1), 1)
    return expected
