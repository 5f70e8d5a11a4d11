"""Intervals of alpha: from the F distribution, from the log of 1 - alpha, and from resampled respondents."""

from __future__ import annotations

from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtri, ndtri

from ikfs_methods.checks import generator, quoted
from ikfs_methods.errors import ParameterError, TooFewError
from ikfs_methods.reliability.covariance import NO_VARIANCE

# Cells (draws times respondents) held at once: 32 MB an array, whatever the number of respondents.
BLOCK = 4_000_000


def feldt(alpha: float, *, n: int, k: int, level: float) -> tuple[float, float]:
    """1 - (1 - alpha) F at both tails, F with n-1 and (n-1)(k-1) degrees of freedom (Feldt 1965).

    Psychometrika 30, 357-370; also Feldt, Woodruff & Salih 1987, doi:10.1177/014662168701100107. Exact when the items
    are parallel and normal; n respondents, k items.
    """
    tail = (1 - level) / 2
    low, high = (1 - (1 - alpha) * float(fdtri(n - 1, (n - 1) * (k - 1), 1 - share)) for share in (tail, 1 - tail))
    return low, high


def bonett(alpha: float, *, n: int, k: int, level: float) -> tuple[float, float]:
    """1 - exp{ln(1 - alpha) - ln(n/(n-1)) +/- z sqrt(2k/((k-1)(n-2)))} (Bonett & Wright 2015); needs n > 2."""
    step = -float(ndtri((1 - level) / 2)) * sqrt(2 * k / ((k - 1) * (n - 2)))
    # The logarithms are multiplied out, so that a perfect alpha of 1 needs no exception.
    centre = (1 - alpha) * (n - 1) / n
    return 1 - centre * exp(step), 1 - centre * exp(-step)


def bootstrap(
    values: NDArray[np.float64], *, level: float, draws: int, rng: np.random.Generator | int | None
) -> tuple[float, float]:
    """Percentiles of alpha over `draws` resamples of the rows of `values` (respondents by items, NaN = no answer).

    Raises ParameterError without a Generator or seed, and TooFewError when alpha is undefined in some resamples.
    """
    if not (isinstance(draws, int | np.integer) and draws >= 2):
        raise ParameterError(f"draws must be a whole number of at least 2; found {quoted(draws)}. 1000 is usual.")
    chance, n = generator(rng), len(values)
    size = max(1, BLOCK // n)
    blocks = [min(size, draws - start) for start in range(0, draws, size)]
    alphas = np.concatenate([resampled_alphas(values, chance.integers(0, n, (block, n))) for block in blocks])
    undefined = int(np.isnan(alphas).sum())
    if undefined:
        raise TooFewError(
            f"alpha must exist in every resample; it is undefined in {undefined} of {draws} resamples of {n} "
            'respondents, whose answers do not vary. Use interval="feldt", or supply more respondents.'
        )
    low, high = np.quantile(alphas, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return low, high


def resampled_alphas(values: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Alpha of each resample: `values` (n, k), `rows` (draws, n) row numbers; NaN where a resample has none.

    A resample is a vector of counts, so that all moments are matrix products. Gaps are treated pairwise.
    """
    draws, n = rows.shape
    k = values.shape[1]
    flat = (rows + np.arange(draws)[:, None] * n).ravel()
    counts = np.bincount(flat, minlength=draws * n).reshape(draws, n).astype(np.float64)
    centred = values - np.nanmean(values, axis=0)  # alpha ignores the origin; centring keeps digits
    trace, total = _pairwise(counts, centred) if np.isnan(values).any() else _complete(counts, centred)
    alphas = np.full(draws, np.nan)
    defined = (total > NO_VARIANCE * trace) & (total <= k * trace * (1 + NO_VARIANCE))
    alphas[defined] = k / (k - 1) * (1 - trace[defined] / total[defined])
    return alphas


def _complete(
    counts: NDArray[np.float64], centred: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum of item variances and variance of the sum, each times n, per resample."""
    n, k = centred.shape
    sums = counts @ np.column_stack([centred, (centred**2).sum(axis=1), centred.sum(axis=1) ** 2])
    means = sums[:, :k]
    trace = sums[:, k] - (means**2).sum(axis=1) / n
    total = sums[:, k + 1] - means.sum(axis=1) ** 2 / n
    return trace, total


def _pairwise(
    counts: NDArray[np.float64], centred: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Trace and sum of the pairwise covariances per resample; NaN where a pair has fewer than two rows."""
    answered = (~np.isnan(centred)).astype(np.float64)
    filled = np.nan_to_num(centred)
    trace, total = np.zeros(len(counts)), np.zeros(len(counts))
    for item in range(centred.shape[1]):
        here, own = answered[:, [item]], filled[:, [item]]
        pairs = counts @ (here * answered)
        pairs = np.where(pairs < 2, np.nan, pairs)
        products = counts @ (own * filled)
        sums = (counts @ (own * answered)) * (counts @ (here * filled))
        covariances = (products - sums / pairs) / (pairs - 1)
        trace += covariances[:, item]
        total += covariances.sum(axis=1)
    return trace, total
