"""Resampling: how often each rater or thing is drawn, and the ends of an interval from few of them."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

from ikfs_methods.checks import plain
from ikfs_methods.validity.scale import Floats

FEWEST_DRAWS = 20  # below this the ends at 95 % are the outermost draws, whatever the coefficient
MOST_DRAWS = 100_000
# Cells (draws times things times categories) held at once: 16 MB an array, whatever the panel.
BLOCK = 2_000_000


def by_label(labels: pd.Index) -> NDArray[np.intp]:
    """Positions of the labels in the order of their names.

    Cases are put in this order before any is drawn, so that the same draws fall to the same people and things in
    whatever order the table lists them.
    """
    names = [(str(plain(label)), type(plain(label)).__name__) for label in labels]
    return np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.intp)


def multinomial(rng: np.random.Generator, draws: int, size: int) -> Floats:
    """(draws, size): how often each of `size` is drawn in that many draws with replacement."""
    return rng.multinomial(size, np.full(size, 1 / size), size=draws).astype(np.float64)


def blocks(counts: Floats, cells: int) -> Iterator[Floats]:
    """The draws in blocks whose arrays of `cells` a draw stay small."""
    step = max(1, BLOCK // max(cells, 1))
    return (counts[start : start + step] for start in range(0, len(counts), step))


def quantile_ends(values: Floats, size: int, level: float) -> tuple[float, float]:
    """Ends of the percentile interval, widened for a sample of `size`.

    Resampling n cases yields a spread too small by sqrt((n - 1)/n) and ends as if it were known without error; the
    percentiles taken are those that give the t interval in the case of a mean: Phi(-sqrt(n/(n-1)) t) (Hesterberg
    2015, doi:10.1080/00031305.2015.1089789, section 5, "expanded percentile").
    """
    tail = float(ndtr(-sqrt(size / (size - 1)) * stdtrit(size - 1, (1 + level) / 2)))
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)
