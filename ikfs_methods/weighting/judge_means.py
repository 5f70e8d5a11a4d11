"""Weights of a group as the mean of its judges' weights: who differs, how far they agree, other judges drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.errors import ParameterError
from ikfs_methods.weighting.sets import WeightSet

Floats = np.ndarray[Any, np.dtype[np.float64]]
# Shares are sums of a few doubles near 1: equal shares differ by some 1e-16, shares that differ by far more.
SAME_SHARE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class JudgeMeans(WeightSet):
    """Weights that are the arithmetic mean of the weights of single experts.

    `judge_weights`: frame expert x code, each row summing to 1 within a parent, missing where the expert did not judge
    the parent. `notes`: what must be known of the weights, in sentences.
    """

    judge_weights: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[str, ...] = ()

    @property
    def experts(self) -> tuple[str, ...]:
        """All experts behind the set, in the order of the table."""
        return tuple(str(name) for name in self.judge_weights.index)

    @property
    def consensus(self) -> pd.DataFrame:
        """How alike the experts weigh, by parent; see `consensus`."""
        return consensus(self.judge_weights, self.parents)

    def reweighted(self, counts: Floats) -> Floats:
        """The group's weights (draws, codes) when each expert counts as often as `counts` says (draws, experts).

        Codes in the order of `weights`. Missing for the codes of a parent that no expert of the draw has judged.
        Raises ParameterError for counts of another shape, negative or not finite.
        """
        return group_mean(self.judge_weights, self.parents, checked_counts(counts, len(self.experts)))


def checked_counts(counts: Floats, n_experts: int) -> Floats:
    """The counts as floats, when there is a finite one of at least 0 per draw and expert; else a ParameterError."""
    try:
        numbers = np.asarray(counts, dtype=np.float64)
    except (TypeError, ValueError):
        numbers = np.full((1, 1), np.nan)
    if numbers.ndim != 2 or numbers.shape[1] != n_experts or not (np.isfinite(numbers) & (numbers >= 0)).all():
        raise ParameterError(
            f"counts must be an array of one row per draw and {n_experts} columns (experts), numbers of at least 0; "
            f"found shape {numbers.shape}. Give how many times each expert counts, 1 for once."
        )
    return numbers


def group_mean(judge_weights: pd.DataFrame, parents: pd.Series, counts: Floats) -> Floats:
    """Mean of the judges' weights (expert x code) by count (draws, experts): (draws, codes), 1 within each parent."""
    values = judge_weights.to_numpy(dtype=np.float64)
    judged = np.isfinite(values)
    weight = counts @ judged
    mean = (counts @ np.where(judged, values, 0)) / np.where(weight > 0, weight, 1)
    inside = pd.get_dummies(parents, dtype=np.float64).to_numpy()
    # Takes away what rounding of the points left between their sum and the total.
    total = (mean @ inside) @ inside.T
    return np.where(weight > 0, mean / np.where(total > 0, total, 1), np.nan)


def spread(judge_weights: pd.DataFrame, parents: pd.Series) -> pd.DataFrame:
    """How far the experts' weights of each code lie apart: parent, mean, sd (n - 1), cv (sd/mean), min, max, n_judges.

    sd is missing with one expert, cv also where the mean is 0.
    """
    mean, sd = judge_weights.mean(), judge_weights.std(ddof=1)
    table = {
        "parent": parents,
        "mean": mean,
        "sd": sd,
        "cv": sd / mean.where(mean > 0),
        "min": judge_weights.min(),
        "max": judge_weights.max(),
        "n_judges": judge_weights.notna().sum(),
    }
    return pd.DataFrame(table).rename_axis("indicator")


def consensus(judge_weights: pd.DataFrame, parents: pd.Series) -> pd.DataFrame:
    """How alike the experts weigh the children of each parent: n_judges, mean_distance, consensus, kendall_w.

    The distance of two experts is the share of the whole weight that one would have to move to arrive at the other's
    weights: half the sum of the absolute differences (total variation), 0 to 1. `mean_distance` is its mean over all
    pairs of experts, `consensus` 1 minus that. `kendall_w`: Kendall's coefficient of concordance of the experts' orders
    with ties (Kendall & Babington Smith 1939), 1 when all have the same order, missing where no expert prefers one
    element to another. Both are missing for fewer than two experts.
    """
    rows = {}
    for parent in parents.unique():
        own = judge_weights[parents.index[parents == parent]].dropna()
        distance = _mean_distance(own.to_numpy(dtype=np.float64))
        rows[parent] = (len(own), distance, 1 - distance, _concordance(own))
    columns = ["n_judges", "mean_distance", "consensus", "kendall_w"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("parent")


def _mean_distance(shares: Floats) -> float:
    m = len(shares)
    if m < 2:
        return np.nan
    # Sorted, the sum of |a - b| over all pairs is sum (2 i - m - 1) a_(i), without a table of all pairs.
    factor = 2 * np.arange(1, m + 1) - m - 1
    total = float((np.sort(shares, axis=0) * factor[:, None]).sum()) / 2
    return max(total, 0.0) / (m * (m - 1) / 2)


def _concordance(shares: pd.DataFrame) -> float:
    if len(shares) < 2:
        return np.nan
    ranks = (shares / SAME_SHARE).round().rank(axis=1).to_numpy()
    deviation = ranks - ranks.mean(axis=1, keepdims=True)
    # The largest sum of squares that these ranks allow, ties included: m times the sum over experts of their own.
    largest = len(ranks) * float((deviation**2).sum())
    return float((deviation.sum(axis=0) ** 2).sum()) / largest if largest > 0 else np.nan


def single_notes(table: pd.DataFrame) -> tuple[str, ...]:
    """A sentence on the parents whose agreement is missing, of a table by `consensus`."""
    alone = [str(parent) or "(unnamed)" for parent in table.index[table["n_judges"] < 2]]
    if not alone:
        return ()
    return (f"One expert only weighed the children of {', '.join(alone)}: how experts differ there is not known.",)
