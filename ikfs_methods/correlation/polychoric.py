"""Polychoric correlations in two steps: thresholds from each item's margins, then one likelihood per pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from ikfs_methods.correlation.binormal import cell_probabilities, cell_slopes
from ikfs_methods.correlation.categories import Categories, cross_tables, margins, pair_counts, thresholds
from ikfs_methods.correlation.moments import refuse_constant
from ikfs_methods.correlation.scoring import FINE, Places, largest_likelihood

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

# Cell probabilities are differences of numbers up to 1 and err by about 1e-16: a smaller one carries no digit.
LEAST_PROBABILITY = 1e-15
# What an empty cell of a 2 x 2 table counts as, the margins of the thresholds left as they are: psych::tetrachoric's
# default. The form that keeps the table's margins as well (Brown & Benedetti 1977, Psychometrika 42, 347-355), and
# lavaan's, which takes the half from or gives it to the other cells too, end at another correlation.
EMPTY_CELL = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Polychoric:
    """Estimates for pairs of items: arrays by pair, in the order of `numpy.triu_indices`."""

    rho: Floats
    errors: Floats
    cuts: Floats  # (items, most - 1)
    empty: Whole
    cells: Whole
    filled: npt.NDArray[np.bool_]  # 2 x 2 tables whose empty cells were counted as one half


def polychoric(coded: Categories, weights: Floats | None = None) -> Polychoric:
    """Two-step maximum likelihood (Olsson 1979, Psychometrika 44, 443-460) for all pairs of items at once."""
    i, j = np.triu_indices(len(coded.counts), 1)
    tables = cross_tables(coded, weights)
    own = margins(tables)
    cuts = thresholds(own, coded.counts)
    pairs, empty, filled = filled_tables(tables[i, j], coded.counts[i], coded.counts[j])
    refuse_constant(coded.names, [(int(i[p]), int(j[p])) for p in np.nonzero(~varied(tables[i, j]))[0]])
    rho = latent_correlations(pairs, cuts[i], cuts[j], start=first_guess(pairs, own, cuts, i, j))
    squared, own_squared = pairs, own
    if weights is not None:
        squares = cross_tables(coded, weights**2)
        squared, own_squared = squares[i, j], margins(squares)
    errors = two_step_errors(
        pairs, (cuts[i], cuts[j]), rho, own=(own[i], own[j]), squares=(squared, own_squared[i], own_squared[j])
    )
    count = pair_counts(coded.codes >= 0)[i, j]
    return Polychoric(
        rho, errors * np.sqrt(count / (count - 1)), cuts, empty, coded.counts[i] * coded.counts[j], filled
    )


def varied(tables: Floats) -> npt.NDArray[np.bool_]:
    """Whether both items of each table (pairs, K, L) have answers in more than one category."""
    first, second = ((tables.sum(axis=axis) > 0).sum(axis=1) > 1 for axis in (2, 1))
    return np.asarray(first & second)


def filled_tables(tables: Floats, rows: Whole, columns: Whole) -> tuple[Floats, Whole, npt.NDArray[np.bool_]]:
    """The tables (pairs, most, most), their numbers of empty cells, and which of them got .5 in these (2 x 2 only)."""
    place = np.arange(tables.shape[-1])
    real = (place < rows[:, None])[:, :, None] & (place < columns[:, None])[:, None, :]
    hollow = real & (tables == 0)
    empty = hollow.sum(axis=(1, 2))
    filled = (empty > 0) & (rows == 2) & (columns == 2)
    if filled.any():
        tables = tables + EMPTY_CELL * (hollow & filled[:, None, None])
    return tables, empty, filled


def normal_scores(own: Floats, cuts: Floats) -> Floats:
    """Mean of the normal variable within each category (items, most); 0 where no one answered."""
    edges = np.zeros((len(cuts), cuts.shape[1] + 2))
    edges[:, 1:-1] = np.exp(-(cuts**2) / 2) / np.sqrt(2 * np.pi)
    share = own / own.sum(axis=1, keepdims=True)
    scores = np.zeros_like(share)
    np.divide(edges[:, :-1] - edges[:, 1:], share, out=scores, where=share > 0)
    return np.asarray(scores)


def first_guess(tables: Floats, own: Floats, cuts: Floats, i: Whole, j: Whole) -> Floats:
    """One scoring step from 0, where the likelihood's derivative is the product moment of normal scores (pairs,)."""
    scores = normal_scores(own, cuts)
    spread = (own * scores**2).sum(axis=1) / own.sum(axis=1)
    moment = (tables @ scores[j][:, :, None])[:, :, 0]
    moment = (moment * scores[i]).sum(axis=1) / tables.sum(axis=(1, 2))
    return np.asarray(moment / (spread[i] * spread[j]))


def latent_correlations(
    tables: Floats, first: Floats, second: Floats, *, start: Floats, tolerance: float = FINE
) -> Floats:
    """The correlations (pairs,) under which tables (pairs, K, L) are most likely, given both items' thresholds."""
    total = tables.sum(axis=(1, 2))

    def score(rho: Floats, places: Places) -> tuple[Floats, Floats]:
        h, k = first[places], second[places]
        likely = np.maximum(cell_probabilities(h, k, rho), LEAST_PROBABILITY)
        change = cell_slopes(h, k, rho)
        relative = change / likely
        slope = np.einsum("pab,pab->p", tables[places], relative)
        return slope, np.einsum("pab,pab->p", change, relative) * total[places]

    return largest_likelihood(score, start, tolerance=tolerance)


def two_step_errors(
    tables: Floats,
    cuts: tuple[Floats, Floats],
    rho: Floats,
    *,
    own: tuple[Floats, Floats],
    squares: tuple[Floats, Floats, Floats],
) -> Floats:
    """Standard errors of rho (pairs,) that count in that the thresholds are estimates; NaN at 1 and -1.

    By linearisation (Muthen 1984, Psychometrika 49, 115-132): a respondent's influence on rho is the score of the
    cell less what the categories moved the thresholds by. It depends on the cell alone, so that tables of (squared)
    weights suffice; respondents who answered one item of the pair moved its thresholds too.
    """
    inside = np.abs(rho) < 1
    safe = np.where(inside, rho, 0.0)
    likely = np.maximum(cell_probabilities(*cuts, safe), LEAST_PROBABILITY)
    total = tables.sum(axis=(1, 2))
    relative = cell_slopes(*cuts, safe) / likely
    share = tables / total[:, None, None]
    information = (share * relative**2).sum(axis=(1, 2))
    weighed = share * relative / likely
    first = _through_thresholds(weighed, cuts, safe, own[0])
    second = _through_thresholds(weighed.transpose(0, 2, 1), cuts[::-1], safe, own[1])
    first /= own[0].sum(axis=1, keepdims=True)
    second /= own[1].sum(axis=1, keepdims=True)
    both, all_first, all_second = squares
    influence = relative / total[:, None, None] - first[:, :, None] - second[:, None, :]
    variance = (both * influence**2).sum(axis=(1, 2))
    variance += (np.maximum(all_first - both.sum(axis=2), 0) * first**2).sum(axis=1)
    variance += (np.maximum(all_second - both.sum(axis=1), 0) * second**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(inside & (information > 0), np.sqrt(variance) / information, np.nan)


def _through_thresholds(weighed: Floats, cuts: tuple[Floats, Floats], rho: Floats, own: Floats) -> Floats:
    """What an answer in each category of the first item (pairs, K) moves rho by through that item's thresholds."""
    first, second = cuts
    above = np.zeros((len(rho), first.shape[1], second.shape[1] + 2))
    above[:, :, -1] = 1.0
    rest = np.sqrt(1 - rho**2)[:, None, None]
    above[:, :, 1:-1] = ndtr((second[:, None, :] - rho[:, None, None] * first[:, :, None]) / rest)
    # chance of each category of the second item for someone who stands exactly on the threshold
    there = above[:, :, 1:] - above[:, :, :-1]
    pull = (there * (weighed[:, :-1] - weighed[:, 1:])).sum(axis=2)  # (pairs, K - 1)
    share = np.cumsum(own, axis=1)
    share = share[:, :-1] / share[:, -1:]
    below = np.arange(own.shape[1])[None, None, :] <= np.arange(first.shape[1])[None, :, None]
    return np.asarray((pull[:, :, None] * (below - share[:, :, None])).sum(axis=1))
