"""Spearman's coefficient: Pearson's of mid-ranks, ranked anew in the rows of each pair."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.correlation.moments import pearson, refuse_constant

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


def spearman(frame: pd.DataFrame, weights: Floats | None = None) -> Floats:
    """Rank correlations (k, k), each pair from the rows in which both are answered.

    With weights, the mid-rank of an answer is the weight of all lower ones and half that of its equals, which is
    what a respondent repeated as often as the weight would have (but for the half that moves all ranks alike).
    Raises ConstantItemError for an item constant in the rows of a pair.
    """
    values = frame.to_numpy(dtype=np.float64)
    answered = ~np.isnan(values)
    own = np.ones(len(values)) if weights is None else weights
    order, begin, end = _tied(values)
    if answered.all():
        ranks = _mid_ranks(np.broadcast_to(own[:, None], values.shape), order, begin, end)
        return pearson(pd.DataFrame(ranks, columns=frame.columns), weights)[0]
    rows = answered * own[:, None]
    matrix = np.eye(values.shape[1])
    constant = []
    for i in range(values.shape[1] - 1):
        later = slice(i + 1, None)
        shared = rows[:, later] * answered[:, [i]]
        theirs = _mid_ranks(shared, order[:, later], begin[:, later], end[:, later])
        same = (np.broadcast_to(part[:, [i]], shared.shape) for part in (order, begin, end))
        mine = _mid_ranks(shared, *same)
        total = shared.sum(axis=0)
        mine -= (shared * mine).sum(axis=0) / total
        theirs -= (shared * theirs).sum(axis=0) / total
        spread = (shared * mine**2).sum(axis=0) * (shared * theirs**2).sum(axis=0)
        # ranks of a constant item are equal within rounding; whether it is one, the answers say
        for j in np.nonzero(spread <= (1e-9 * total**3) ** 2)[0]:
            part = values[shared[:, j] > 0][:, [i, i + 1 + int(j)]]
            if (part.max(axis=0) == part.min(axis=0)).any():
                constant.append((i, i + 1 + int(j)))
        matrix[i, later] = (shared * mine * theirs).sum(axis=0) / np.sqrt(np.where(spread > 0, spread, 1.0))
    refuse_constant(frame.columns, constant)
    return np.clip(np.triu(matrix) + np.triu(matrix, 1).T, -1.0, 1.0)


def _tied(values: Floats) -> tuple[Whole, Whole, Whole]:
    """For each column its sorted order, and for each sorted place where its ties begin and end."""
    order = np.argsort(values, axis=0, kind="stable")
    ranked = np.take_along_axis(values, order, axis=0)
    places = np.arange(len(values))[:, None]
    new = np.ones(values.shape, dtype=bool)
    new[1:] = ranked[1:] != ranked[:-1]
    begin = np.maximum.accumulate(np.where(new, places, 0), axis=0)
    last = np.ones(values.shape, dtype=bool)
    last[:-1] = new[1:]
    end = np.minimum.accumulate(np.where(last, places + 1, len(values))[::-1], axis=0)[::-1]
    return order, begin, end


def _mid_ranks(weights: Floats, order: Whole, begin: Whole, end: Whole) -> Floats:
    summed = np.zeros((len(weights) + 1, weights.shape[1]))
    np.cumsum(np.take_along_axis(weights, order, axis=0), axis=0, out=summed[1:])
    middle = (np.take_along_axis(summed, begin, axis=0) + np.take_along_axis(summed, end, axis=0)) / 2
    ranks = np.empty_like(middle)
    np.put_along_axis(ranks, order, middle, axis=0)
    return ranks
