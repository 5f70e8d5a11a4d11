"""Intervals of alpha: from the F distribution, from the log of 1 - alpha, and from resampled respondents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtri, ndtri

from ikfs_methods.checks import generator, whole
from ikfs_methods.errors import TooFewError
from ikfs_methods.reliability.covariance import NO_VARIANCE, alphas_from

Floats = NDArray[np.float64]
Moments = Callable[[Floats], tuple[Floats, Floats]]

# Cells (draws times respondents) held at once: 16 MB an array, whatever the number of respondents.
BLOCK = 2_000_000
MOST_DRAWS = 100_000  # more would change no digit that is ever told


def feldt(alpha: float, *, n: float, k: int, level: float) -> tuple[float, float]:
    """1 - (1 - alpha) F at both tails, F with n-1 and (n-1)(k-1) degrees of freedom (Feldt 1965).

    Psychometrika 30, 357-370; also Feldt, Woodruff & Salih 1987, doi:10.1177/014662168701100107. Exact when the items
    are parallel and normal; n respondents (or their effective number, under weights), k items.
    """
    tail = (1 - level) / 2
    low, high = (1 - (1 - alpha) * float(fdtri(n - 1, (n - 1) * (k - 1), 1 - share)) for share in (tail, 1 - tail))
    return low, high


def bonett(alpha: float, *, n: float, k: int, level: float) -> tuple[float, float]:
    """1 - exp{ln(1 - alpha) - ln(n/(n-1)) +/- z sqrt(2k/((k-1)(n-2)))} (Bonett & Wright 2015); needs n > 2."""
    step = -float(ndtri((1 - level) / 2)) * sqrt(2 * k / ((k - 1) * (n - 2)))
    # The logarithms are multiplied out, so that a perfect alpha of 1 needs no exception.
    centre = (1 - alpha) * (n - 1) / n
    return 1 - centre * exp(step), 1 - centre * exp(-step)


@dataclass(frozen=True, slots=True, eq=False)
class BootstrapEnds:
    """Ends of the bootstrap interval of alpha, and of alpha without each item (NaN where some draw has none)."""

    low: float
    high: float
    dropped_low: Floats  # (k,), empty with two items
    dropped_high: Floats


def bootstrap(
    values: Floats,
    *,
    level: float,
    draws: int,
    rng: np.random.Generator | int | None,
    weights: Floats | None = None,
) -> BootstrapEnds:
    """Percentiles of alpha over `draws` resamples of the rows of `values` (respondents by items, NaN = no answer).

    A drawn respondent brings his weight. Raises ParameterError without a Generator or seed, and TooFewError when alpha
    is undefined in some resamples.
    """
    of = resampled_alphas(values, weights)
    parts = [of(counts) for counts in resamples(len(values), draws=draws, rng=rng)]
    alphas = defined(np.concatenate([alpha for alpha, _ in parts]), n=len(values))
    without = np.concatenate([dropped for _, dropped in parts], axis=1)
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(alphas, tails).tolist()
    dropped_low, dropped_high = np.quantile(without, tails, axis=1)
    return BootstrapEnds(low, high, dropped_low, dropped_high)


def defined(alphas: Floats, *, n: int) -> Floats:
    """The alphas of all draws, when each exists; else a TooFewError: percentiles of the rest would be too narrow."""
    undefined = int(np.isnan(alphas).sum())
    if undefined:
        raise TooFewError(
            f"alpha must exist in every resample; it is undefined in {undefined} of {len(alphas)} resamples of {n} "
            'respondents, whose answers do not vary. Use interval="feldt", or supply more respondents.'
        )
    return alphas


def resamples(n: int, *, draws: int, rng: np.random.Generator | int | None) -> Iterator[Floats]:
    """Resamples of n respondents with replacement, as counts (block of draws, n), in blocks of bounded memory.

    Counts make every moment of a resample a matrix product. Raises ParameterError at the first block.
    """
    whole(draws, MOST_DRAWS, name="draws", least=2, remedy="1000 is usual.")
    chance, size = generator(rng), max(1, BLOCK // n)
    for start in range(0, draws, size):
        block = min(size, draws - start)
        rows = chance.integers(0, n, (block, n))
        rows += np.arange(block)[:, None] * n  # each draw counts in a range of its own
        yield np.bincount(rows.ravel(), minlength=block * n).reshape(block, n).astype(np.float64)


def resampled_alphas(values: Floats, weights: Floats | None = None) -> Callable[[Floats], tuple[Floats, Floats]]:
    """From counts (draws, n) of how often each row was drawn: alpha (draws,) and alpha without each item (k, draws).

    `values` (n, k); NaN where a resample has no such alpha. Gaps are treated pairwise. Only the item variances and
    the covariances of the items with the total are needed: 3k moments, not k(k+1)/2. What does not depend on the
    draws is computed once, before the blocks.
    """
    k = values.shape[1]
    centred = values - np.nanmean(values, axis=0)  # alpha ignores the origin; centring keeps digits
    moments = (_pairwise if np.isnan(values).any() else _complete)(centred, weights)

    def alphas(counts: Floats) -> tuple[Floats, Floats]:
        variances, with_total = moments(counts)
        trace, total = variances.sum(axis=0), with_total.sum(axis=0)
        if k == 2:
            return alphas_from(trace, total, k), np.empty((0, len(counts)))
        rest = total - 2 * with_total + variances
        return alphas_from(trace, total, k), alphas_from(trace - variances, rest, k - 1)

    return alphas


def _complete(centred: Floats, weights: Floats | None) -> Moments:
    """Item variances and covariances with the total (k, draws), up to a factor of the resample."""
    n, k = centred.shape
    w = np.ones(n) if weights is None else weights
    # Few rows times many columns: BLAS takes half the time that the transposed product takes (measured).
    rows = np.concatenate([centred, centred**2, centred * centred.sum(axis=1, keepdims=True)], axis=1).T * w

    def moments(counts: Floats) -> tuple[Floats, Floats]:
        sums, mass = rows @ counts.T, counts @ w
        means = sums[:k] / mass
        variances = _beyond_rounding(sums[k : 2 * k] - means * sums[:k], sums[k : 2 * k])
        return variances, sums[2 * k :] - means * sums[:k].sum(axis=0)

    return moments


def _pairwise(centred: Floats, weights: Floats | None) -> Moments:
    """As `_complete`, from the pairwise covariances; NaN where a pair of items has fewer than two rows."""
    k = centred.shape[1]
    w = np.ones((len(centred), 1)) if weights is None else weights[:, None]
    answered = (~np.isnan(centred)).astype(np.float64)
    filled = np.nan_to_num(centred)

    def moments(counts: Floats) -> tuple[Floats, Floats]:
        variances, with_total = np.empty((k, len(counts))), np.zeros((k, len(counts)))
        for item in range(k):  # each takes the pairs with itself and the items after it
            here, own = w * answered[:, [item]], w * filled[:, [item]]
            others, others_filled = answered[:, item:], filled[:, item:]
            pairs = (here * others).T @ counts.T
            squares = pairs if weights is None else (w * here * others).T @ counts.T
            pairs = np.where(pairs**2 > squares * (1 + NO_VARIANCE), pairs, np.nan)
            products = (own * others_filled).T @ counts.T
            sums = ((own * others).T @ counts.T) * ((here * others_filled).T @ counts.T)
            covariances = products - sums / pairs
            covariances[0] = _beyond_rounding(covariances[0], products[0])
            covariances /= pairs - squares / pairs
            variances[item] = covariances[0]
            with_total[item] += covariances.sum(axis=0)
            with_total[item + 1 :] += covariances[1:]
        return variances, with_total

    return moments


def _beyond_rounding(spread: Floats, squares: Floats) -> Floats:
    """The spread, 0 where it is rounding left of the squares: one respondent drawn n times would seem to vary."""
    return np.where(spread <= NO_VARIANCE * squares, 0.0, spread)
