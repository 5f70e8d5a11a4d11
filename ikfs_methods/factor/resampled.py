"""Correlation matrices of many bootstrap samples at once: cross-products weighted by how often each row was drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import complete_rows, numeric_frame
from ikfs_methods.correlation import correlation_matrix
from ikfs_methods.errors import IkfsError

Floats = npt.NDArray[np.float64]

_CELLS = 4_000_000  # of one table in memory: 32 MB of doubles
_MOST_AT_ONCE = 250  # draws in one batch; larger ones leave the processor's cache and are no faster
_LEAST_VARIANCE = 1e-10  # of items with variance 1 in the full sample; a constant leaves about 1e-16


def resampled_correlations(
    answers: pd.DataFrame, *, method: str, missing: str, draws: int, rng: np.random.Generator
) -> Iterator[Floats]:
    """Batches of correlation matrices (draws, items, items) of rows drawn with replacement; NaN where undefined.

    Listwise draws come from the complete rows, pairwise ones from all. Each draw takes `rng.integers(n, size=n)`.
    Pearson matrices come in one multiplication a batch; other kinds are computed draw by draw by `correlation_matrix`,
    at its cost each.
    """
    frame = complete_rows(answers, min_rows=3) if missing == "listwise" else numeric_frame(answers, min_rows=3)
    n, p = frame.shape
    correlate = _pearson(frame, missing) if method == "pearson" else None
    size = max(1, min(_MOST_AT_ONCE, 2 * _CELLS // n, _CELLS // (p * p)))
    for first in range(0, draws, size):
        rows = rng.integers(n, size=(min(size, draws - first), n))
        yield correlate(_counts(rows, n)) if correlate else _one_by_one(frame, rows, method, missing)


def _counts(rows: npt.NDArray[np.int64], n: int) -> Floats:
    """How often each draw (row) took each respondent (column)."""
    rows += np.arange(len(rows))[:, None] * n
    return np.bincount(rows.ravel(), minlength=len(rows) * n).reshape(len(rows), n).astype(np.float64)


def _pearson(frame: pd.DataFrame, missing: str) -> Callable[[Floats], Floats]:
    values = frame.to_numpy()
    answered = ~np.isnan(values)
    # centred and of unit size, so that sums of squares lose no digits whatever the items' units
    standard = values - np.nanmean(values, axis=0)
    standard /= np.nanmax(np.abs(standard), axis=0)
    standard /= np.sqrt(np.nanmean(standard**2, axis=0))
    standard[~answered] = 0.0
    if missing == "listwise":
        return lambda counts: _of_all_rows(standard, counts)
    return lambda counts: _of_shared_rows(standard, answered.astype(np.float64), counts)


def _summed(counts: Floats, columns: Callable[[slice], Floats], width: int) -> Floats:
    """Counts (draws, n) times columns (n, width), which are made for as many rows at a time as memory allows."""
    n, step = counts.shape[1], max(1, _CELLS // width)
    total = np.zeros((len(counts), width))
    for first in range(0, n, step):
        part = slice(first, min(first + step, n))
        total += counts[:, part] @ columns(part)
    return total


def _of_all_rows(standard: Floats, counts: Floats) -> Floats:
    n, p = standard.shape
    i, j = np.triu_indices(p)
    sums = _summed(
        counts, lambda rows: np.hstack([standard[rows], standard[rows][:, i] * standard[rows][:, j]]), p + len(i)
    )
    means = sums[:, :p] / n
    covariance = _symmetric(sums[:, p:] / n, p) - means[:, :, None] * means[:, None, :]
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    deviation = np.sqrt(np.where(variance > _LEAST_VARIANCE, variance, np.nan))
    return _correlations(covariance, deviation[:, :, None] * deviation[:, None, :])


def _of_shared_rows(standard: Floats, answered: Floats, counts: Floats) -> Floats:
    """Each pair by the rows in which both are answered."""
    p = standard.shape[1]
    i, j = np.triu_indices(p)
    rows_of, columns_of = np.divmod(np.arange(p * p), p)

    def products(left: Floats, right: Floats) -> Floats:
        made = _summed(counts, lambda rows: left[rows][:, rows_of] * right[rows][:, columns_of], p * p)
        return made.reshape(-1, p, p)

    shared = _symmetric(_summed(counts, lambda rows: answered[rows][:, i] * answered[rows][:, j], len(i)), p)
    crossed = _symmetric(_summed(counts, lambda rows: standard[rows][:, i] * standard[rows][:, j], len(i)), p)
    shared = np.where(shared >= 3, shared, np.nan)  # fewer rows are no correlation, as in `correlation_matrix`
    means = products(standard, answered) / shared
    variance = products(standard**2, answered) / shared - means**2
    deviation = np.sqrt(np.where(variance > _LEAST_VARIANCE, variance, np.nan))
    return _correlations(crossed / shared - means * means.transpose(0, 2, 1), deviation * deviation.transpose(0, 2, 1))


def _symmetric(upper: Floats, p: int) -> Floats:
    place = np.zeros((p, p), dtype=np.intp)
    i, j = np.triu_indices(p)
    place[i, j] = place[j, i] = np.arange(len(i))
    return np.asarray(upper[:, place])


def _correlations(covariance: Floats, deviations: Floats) -> Floats:
    matrices = np.clip(covariance / deviations, -1.0, 1.0)
    defined = np.isfinite(matrices).all(axis=(1, 2))
    diagonal = np.arange(matrices.shape[1])
    matrices[:, diagonal, diagonal] = 1.0
    matrices[~defined] = np.nan
    return np.asarray(matrices)


def _one_by_one(frame: pd.DataFrame, rows: npt.NDArray[np.int64], method: str, missing: str) -> Floats:
    matrices = np.full((len(rows), frame.shape[1], frame.shape[1]), np.nan)
    for draw, chosen in enumerate(rows):
        sample = frame.iloc[chosen].reset_index(drop=True)
        try:
            matrices[draw] = correlation_matrix(sample, method=method, missing=missing).matrix.to_numpy()
        except IkfsError:  # an item that does not vary in this draw: counted among the failed ones
            continue
    return matrices
