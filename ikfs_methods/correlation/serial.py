"""Two-step polyserial correlations of every continuous with every ordered item at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from ikfs_methods.correlation.moments import standardised
from ikfs_methods.correlation.scoring import Places, largest_likelihood

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int16]

# Beyond any z-score: no sample of a million has one above 1,000.
_BEYOND = 1e6
# Below this a probability is about to leave the doubles, and its logarithm is taken from the tail's leading term.
_TINY = 1e-290
# Numbers held at a time, respondents by pairs: small enough to stay in the processor's cache.
_HELD = 50_000


def serial_correlations(
    values: Floats, codes: Codes, cuts: Floats, weights: Floats | None = None, *, less: int = 0
) -> tuple[Floats, Floats]:
    """Correlations and standard errors (continuous, ordered, flattened) of values (n, c) with codes (n, o).

    Missing values are NaN, missing codes -1; a pair uses the rows with both, z-scores and `cuts` (o, most - 1) all rows
    of the item. The variance of the z-scores divides by n - `less`. Olsson, Drasgow & Dorans (1982, Psychometrika 47,
    337-347), the two-step estimator.
    """
    n, c = values.shape
    rows = np.ones(n) if weights is None else weights
    answered = ~np.isnan(values)
    count = answered.sum(axis=0)
    z = standardised(values, weights) * np.sqrt((count - less) / count)
    first, second = (grid.ravel() for grid in np.indices((c, codes.shape[1])))
    each = max(1, _HELD // n)
    parts = [
        _of_pairs(z[:, i], answered[:, i], codes[:, j], cuts[j], rows)
        for i, j in ((first[at : at + each], second[at : at + each]) for at in range(0, len(first), each))
    ]
    return np.concatenate([rho for rho, _ in parts]), np.concatenate([error for _, error in parts])


def _of_pairs(
    z: Floats, answered: npt.NDArray[np.bool_], codes: Codes, cuts: Floats, rows: Floats
) -> tuple[Floats, Floats]:
    edges = np.pad(cuts, ((0, 0), (1, 1)), constant_values=_BEYOND)
    edges[:, 0] = -_BEYOND
    edges[edges > 30] = _BEYOND  # the padding of items with fewer categories
    pairs = np.arange(codes.shape[1])
    known = np.maximum(codes, 0)
    upper, lower = edges[pairs, known + 1], edges[pairs, known]
    both = answered & (codes >= 0)
    share = both * rows[:, None]
    share /= share.sum(axis=0)

    def score(rho: Floats, places: Places) -> tuple[Floats, Floats]:
        _, slope = _likelihood(rho, z[:, places], upper[:, places], lower[:, places])[:2]
        part = share[:, places]
        return (part * slope).sum(axis=0), (part * slope**2).sum(axis=0)

    rho = largest_likelihood(score, _first_guess(z, upper, lower, share))
    return rho, _errors(rho, z, upper, lower, share=share, codes=codes, answered=answered, edges=edges, rows=rows)


def _first_guess(z: Floats, upper: Floats, lower: Floats, share: Floats) -> Floats:
    """One scoring step from 0: z-scores against the mean of the normal variable within each category."""
    slope = _likelihood(np.zeros(z.shape[1]), z, upper, lower)[1]
    return np.asarray((share * slope).sum(axis=0) / (share * slope**2).sum(axis=0))


def _likelihood(rho: Floats, z: Floats, upper: Floats, lower: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """By respondent and pair: the probability of the category given z, the slope of its logarithm, both densities."""
    rest = np.sqrt(1 - rho**2)
    high, low = (upper - rho * z) / rest, (lower - rho * z) / rest
    # the difference is taken in the lower tail, where the distribution keeps its digits
    side = np.where(low > 0, -1.0, 1.0)
    likely = side * (ndtr(side * high) - ndtr(side * low))
    at_high = np.exp(-(high**2) / 2) / np.sqrt(2 * np.pi)
    at_low = np.exp(-(low**2) / 2) / np.sqrt(2 * np.pi)
    move_high, move_low = (upper * rho - z) / rest**3, (lower * rho - z) / rest**3
    far = likely < _TINY
    likely = np.where(far, _TINY, likely)
    slope = (at_high * move_high - at_low * move_low) / likely
    if far.any():
        slope = np.where(far, np.where(side < 0, -low * move_low, -high * move_high), slope)
    return likely, slope, at_high, at_low


def _errors(
    rho: Floats,
    z: Floats,
    upper: Floats,
    lower: Floats,
    *,
    share: Floats,
    codes: Codes,
    answered: npt.NDArray[np.bool_],
    edges: Floats,
    rows: Floats,
) -> Floats:
    """Standard errors by linearisation: what a respondent adds through the score, the thresholds, mean and spread."""
    safe = np.where(np.abs(rho) < 1, rho, 0.0)
    likely, slope, at_high, at_low = _likelihood(safe, z, upper, lower)
    rest = np.sqrt(1 - safe**2)
    information = (share * slope**2).sum(axis=0)
    pull = share * slope / likely
    influence = share * slope
    # thresholds: an answer in category a moves the one above category t by (1 if a <= t else 0) less its share
    held = (codes >= 0) * rows[:, None]
    held /= held.sum(axis=0)
    for t in range(1, edges.shape[1] - 1):
        dense = np.exp(-(edges[:, t] ** 2) / 2) / np.sqrt(2 * np.pi)
        through = ((pull * at_high * (codes == t - 1)).sum(axis=0) - (pull * at_low * (codes == t)).sum(axis=0)) / rest
        below = (codes < t) & (codes >= 0)
        moved = held * (below - (held * below).sum(axis=0))
        influence -= moved * np.divide(through, dense, out=np.zeros_like(through), where=dense > 0)
    # mean and standard deviation of the continuous item
    given = answered * rows[:, None]
    given /= given.sum(axis=0)
    by_z = -pull * (at_high - at_low) * safe / rest
    influence += given * (by_z.sum(axis=0) * z + (by_z * z).sum(axis=0) * (z**2 - 1) / 2)
    count = (share > 0).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt((influence**2).sum(axis=0) * count / (count - 1)) / information
    return np.where((np.abs(rho) < 1) & (information > 0), error, np.nan)
