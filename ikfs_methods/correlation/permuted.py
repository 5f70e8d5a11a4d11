"""Correlations of answers permuted item by item: what unrelated items with these margins would show."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import complete_rows, generator, numeric_frame, one_of, varying, whole
from ikfs_methods.correlation.categories import Categories, categories, count_tables, cross_tables, margins, thresholds
from ikfs_methods.correlation.moments import standardised
from ikfs_methods.correlation.polychoric import filled_tables, first_guess, latent_correlations, varied
from ikfs_methods.correlation.shape import refuse_matrix
from ikfs_methods.errors import ParameterError, TooFewError

Floats = npt.NDArray[np.float64]

METHODS = ("polychoric", "pearson", "spearman")
# A step this small near 0 leaves an error below 1e-7, far less than draws differ by.
_ENOUGH = 1e-5
# Variance of z-scores in some of their rows: below this it is the rounding of none.
_VARIES = 1e-10
# Beyond, the matrices would not fit into the memory.
_MOST_DRAWS = 100_000
# Tables held at a time, in cells: small enough to stay in the processor's cache.
_CELLS = 100_000


def permuted_correlations(
    answers: pd.DataFrame,
    *,
    method: str = "polychoric",
    draws: int = 100,
    rng: np.random.Generator | int | None,
    missing: str = "listwise",
) -> Floats:
    """Correlations (draws, k, k) of answers (respondents, items), each item permuted over the respondents by itself.

    Margins, and under `missing="pairwise"` the numbers of gaps, stay what they are; every relation is gone. This is
    the null distribution of parallel analysis for ordered items: normal draws would be too regular for polychoric
    correlations. Matrices are not smoothed; where gaps leave an item constant in the rows that a draw lets it share
    with another, their correlation is 0. Spearman's is for listwise rows only. Raises ParameterError for fewer
    than one draw, and what `correlation_matrix` raises for the answers.
    Answers the question: which correlations would chance alone produce here?
    """
    refuse_matrix(answers)
    one_of(method, METHODS, name="method")
    one_of(missing, ("listwise", "pairwise"), name="missing")
    whole(draws, _MOST_DRAWS, name="draws", remedy="Give the count.")
    if method == "spearman" and missing == "pairwise":
        raise ParameterError(
            'missing must be "listwise" for permuted ranks, which gaps would change; found "pairwise". '
            'Use method="pearson", or the rows without a gap.'
        )
    random = generator(rng)
    if missing == "listwise":
        used = varying(complete_rows(answers, min_rows=3))
    else:
        used = varying(numeric_frame(answers, min_rows=3))
    if method == "polychoric":
        return _polychoric(categories(used), int(draws), random)
    ranked = used.rank() if method == "spearman" else used
    return _pearson(ranked.to_numpy(dtype=np.float64), int(draws), random)


def _permuted(values: npt.NDArray[np.generic], draws: int, random: np.random.Generator) -> npt.NDArray[np.generic]:
    """Values (k, n) as (draws, k, n), every row of every draw in an order of its own."""
    repeated = np.repeat(values[None], draws, axis=0)
    return random.permuted(repeated.reshape(-1, values.shape[1]), axis=1).reshape(repeated.shape)


def _pearson(values: Floats, draws: int, random: np.random.Generator) -> Floats:
    k, n = values.shape[1], values.shape[0]
    z = np.ascontiguousarray(standardised(values).T)
    z[np.isnan(values.T)] = np.nan
    gaps = bool(np.isnan(z).any())
    each = max(1, 2_000_000 // (k * n))
    result = np.empty((draws, k, k))
    for begin in range(0, draws, each):
        count = min(each, draws - begin)
        drawn = np.asarray(_permuted(z, count, random), dtype=np.float64)
        result[begin : begin + count] = _shared(drawn) if gaps else drawn @ drawn.transpose(0, 2, 1) / n
    result[:, np.arange(k), np.arange(k)] = 1.0
    return np.clip(result, -1.0, 1.0)


def _shared(z: Floats) -> Floats:
    """Pearson correlations (draws, k, k) from the rows in which both are answered."""
    known = (~np.isnan(z)).astype(np.float64)
    z = np.nan_to_num(z)
    turned = known.transpose(0, 2, 1)
    total = known @ turned
    _enough(total)
    mean = z @ turned / total
    variance = z**2 @ turned / total - mean**2
    variance = np.where(variance > _VARIES, variance, np.inf)
    covariance = z @ z.transpose(0, 2, 1) / total - mean * mean.transpose(0, 2, 1)
    return np.asarray(covariance / np.sqrt(variance) / np.sqrt(variance.transpose(0, 2, 1)))


def _enough(shared: Floats) -> None:
    if shared.min() < 3:
        raise TooFewError(
            f"each pair of permuted items must share at least 3 answered rows; found {int(shared.min())}. "
            "Leave out the items with most gaps."
        )


def _polychoric(coded: Categories, draws: int, random: np.random.Generator) -> Floats:
    k, most = len(coded.counts), coded.most
    i, j = np.triu_indices(k, 1)
    own = margins(cross_tables(coded))
    cuts = thresholds(own, coded.counts)
    codes = np.ascontiguousarray(coded.codes.T.astype(np.int8))
    each = max(1, _CELLS // max(len(i) * most**2, 1))
    result = np.empty((draws, k, k))
    result[:, np.arange(k), np.arange(k)] = 1.0
    for begin in range(0, draws, each):
        count = min(each, draws - begin)
        drawn = _permuted(codes, count, random)
        tables = np.concatenate([count_tables(draw.T, most)[i, j] for draw in drawn])
        _enough(tables.sum(axis=(1, 2)))
        related = varied(tables)
        first, second = np.tile(i, count), np.tile(j, count)
        tables, _, _ = filled_tables(tables, coded.counts[first], coded.counts[second])
        guess = first_guess(tables, own, cuts, first, second)
        rho = latent_correlations(tables, cuts[first], cuts[second], start=guess, tolerance=_ENOUGH)
        rho[~related] = 0.0
        result[begin : begin + count, i, j] = result[begin : begin + count, j, i] = rho.reshape(count, -1)
    return result
