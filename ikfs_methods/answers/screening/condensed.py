"""Answers with gaps on one scale, and condensed to what their mean and covariance depend on.

Within a pattern of missing answers the likelihood of the normal distribution depends on the rows through their sum and
cross-products alone, so n rows are replaced by their mean, weighted n, and by rows that hold the scatter around it. The
work of an estimate then grows with the number of different patterns, not with that of respondents.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.answers.screening import notes
from ikfs_methods.answers.screening.patterns import Bools, Floats, Integers, MissingPatterns, missing_patterns
from ikfs_methods.checks import listed, varying
from ikfs_methods.errors import TooFewError

# Doubles that one block of rows may take (16 MB), so that memory does not grow with the number of respondents.
_BLOCK = 2_000_000

Block = tuple[Integers, Integers, Integers]


@dataclass(frozen=True, slots=True, eq=False)
class Standardised:
    """Answers in standard deviations from their items' means; a gap holds zero. `patterns` says where the gaps are."""

    cells: Floats
    patterns: MissingPatterns
    mean: Floats
    sd: Floats
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows on the standard scale, zero at gaps.

    `cells` (rows, items); `weight`: how often the mean is in each row (1 for a respondent, 0 for a row of scatter);
    `pattern`: the row of `gaps` that says what is missing in it.
    """

    cells: Floats
    weight: Floats
    pattern: Integers
    gaps: Bools

    def blocks(self) -> Iterator[Block]:
        """Rows with equally many gaps: their positions, where the gaps of their patterns are, which pattern is whose.

        Rows without any answer are left out.
        """
        missing = self.gaps.sum(axis=1)
        order = np.lexsort((self.pattern, missing[self.pattern]))
        bounds = np.searchsorted(missing[self.pattern[order]], np.arange(self.gaps.shape[1] + 1))
        for gaps, (start, stop) in enumerate(itertools.pairwise(bounds)):
            step = max(1, _BLOCK // (self.gaps.shape[1] + 2 * gaps * gaps))
            for first in range(start, stop, step):
                chosen = order[first : min(first + step, stop)]
                patterns, local = np.unique(self.pattern[chosen], return_inverse=True)
                yield chosen, np.nonzero(self.gaps[patterns])[1].reshape(len(patterns), gaps), local


def standardised(frame: pd.DataFrame, patterns: MissingPatterns | None = None) -> Standardised:
    """The answers in standard deviations, when their covariance can exist. `patterns`: theirs, where already known.

    Raises ConstantItemError for items that do not vary, TooFewError when there are not more respondents with an answer
    than items, or when fewer than two respondents answered two of the items together.
    """
    raw = frame.to_numpy(dtype=np.float64)
    gaps = np.isnan(raw)
    patterns = missing_patterns(gaps) if patterns is None else patterns
    items = tuple(str(name) for name in frame.columns)
    if patterns.n <= len(items):
        raise TooFewError(notes.FEW_RESPONDENTS.format(items=len(items), n=patterns.n))
    varying(frame)  # an item without any answer varies no more than a constant one
    _refuse_thin_pairs(patterns, items)
    values = raw.copy()
    values[gaps] = 0.0
    count = len(values) - gaps.sum(axis=0)
    mean = values.sum(axis=0) / count
    values -= mean
    values[gaps] = 0.0
    sd = np.sqrt(np.einsum("ij,ij->j", values, values) / count)
    values /= sd
    return Standardised(values, patterns, mean, sd, items)


def _refuse_thin_pairs(patterns: MissingPatterns, items: tuple[str, ...]) -> None:
    answered = (~patterns.gaps).astype(np.float64)
    together = (answered * patterns.counts[:, None]).T @ answered
    thin = np.argwhere(np.triu(together < 2, k=1))
    if len(thin):
        pairs = (f"{items[i]} with {items[j]} ({together[i, j]:.0f})" for i, j in thin)
        raise TooFewError(notes.THIN_PAIRS.format(pairs=listed(pairs)))


def condensed(data: Standardised) -> Rows:
    """The answers as one mean row per pattern, times the root of its n, and rows with the same scatter around it.

    The mean rows come first, in the order of the patterns with an answer.
    """
    patterns, width = data.patterns, len(data.items)
    order = np.argsort(patterns.of_row, kind="stable")
    stops = np.cumsum(patterns.counts)
    starts = stops - patterns.counts
    # Patterns come most frequent first: those with far more rows than items are condensed to as many rows as items.
    frequent = int(np.searchsorted(-patterns.counts, -4 * width))
    means = np.empty((len(patterns.counts), width))
    scatter, owner = [np.empty((0, width))], [np.empty(0, dtype=np.int64)]
    for number in range(frequent):
        means[number], rows = _mean_and_scatter(data.cells, order[starts[number] : stops[number]])
        scatter.append(rows)
        owner.append(np.full(len(rows), number))
    if frequent < len(starts):
        rest = data.cells[order[starts[frequent] :]]
        means[frequent:] = np.add.reduceat(rest, starts[frequent:] - starts[frequent], axis=0)
        means[frequent:] /= patterns.counts[frequent:, None]
        whose = np.repeat(np.arange(frequent, len(starts)), patterns.counts[frequent:])
        several = patterns.counts[whose] > 1
        scatter.append(rest[several] - means[whose[several]])
        owner.append(whose[several])
    some = np.flatnonzero(patterns.answered)
    root = np.sqrt(patterns.counts[some].astype(np.float64))
    values = np.vstack([means[some] * root[:, None], *scatter])
    weight = np.concatenate([root, np.zeros(len(values) - len(root))])
    return Rows(values, weight, np.concatenate([some, *owner]), patterns.gaps)


def _mean_and_scatter(values: Floats, chosen: Integers) -> tuple[Floats, Floats]:
    """Mean of the chosen rows and rows R with R'R their scatter around it."""
    width = values.shape[1]
    total, products = np.zeros(width), np.zeros((width, width))
    step = max(1, _BLOCK // width)
    for first in range(0, len(chosen), step):
        block = values[chosen[first : first + step]]
        total += block.sum(axis=0)
        products += block.T @ block
    mean = total / len(chosen)
    roots, vectors = np.linalg.eigh(products - len(chosen) * np.outer(mean, mean))
    # rounding may put a zero a little below zero
    rows: Floats = np.sqrt(np.maximum(roots, 0.0))[:, None] * vectors.T
    return mean, rows
