"""The index built again without each indicator in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.checks import listed
from ikfs_methods.errors import TooFewError, WeightError
from ikfs_methods.framework import Framework
from ikfs_methods.index import IndexResult, build
from ikfs_methods.index.tree import Weights
from ikfs_methods.result import Shown


@dataclass(frozen=True, slots=True, eq=False)
class LeaveOneOutResult(Shown):
    """What each indicator does to the index: a row per indicator left out.

    `table`, indexed by the indicator: parent; also_removed (parents that lost their only child with it, separated by
    commas, "" for none); change (overall score without minus with it, NaN for min-max of units, which has no overall
    score); max_change (largest absolute change among
    units); max_rank_change, mean_rank_change (absolute, places); rank_correlation (Spearman, with the full index; NaN
    where all units tie, or there is one); n_units (units with a score in both).
    `full`: the index with all indicators.
    """

    table: pd.DataFrame
    full: IndexResult

    def to_frame(self) -> pd.DataFrame:
        """The table, one row per indicator left out."""
        return self.table


def leave_one_out(
    framework: Framework,
    values: pd.DataFrame,
    *,
    weights: Weights = None,
    normalisation: str | None = None,
    aggregation: str | Sequence[str] | None = None,
    order: str | None = None,
    by: pd.Series | None = None,
    design_weights: pd.Series | None = None,
    minimum_answered: float = 0.5,
    goalposts: pd.DataFrame | None = None,
    floor: float | None = None,
) -> LeaveOneOutResult:
    """The index without each indicator in turn, compared with the full index (OECD/JRC 2008, step 7).

    Arguments as in `index.build`. The weights of the others are scaled up to sum to 1 within the parent; an only child
    takes its parent along, and the parent's siblings are scaled up in the same way. The overall
    score is that of all rows as one unit: the root of `index.build` with the same options and one unit in `by`, rows
    without a unit included. Unit-first it is no mean of the units' scores, and under min-max it does not exist, because
    one unit has no others to be compared with. Ranks (1 = highest,
    ties share the best of their places) are taken among the units that have a score in both indices, at full precision.

    Raises TooFewError for fewer than two indicators or no unit with a score, WeightError when only zero weights would
    be left within a parent, and what `index.build` raises.
    Answers the question: on which single indicators do the index and its ranking rest?
    """
    options: dict[str, Any] = {
        "normalisation": normalisation,
        "aggregation": aggregation,
        "order": order,
        "by": by,
        "design_weights": design_weights,
        "minimum_answered": minimum_answered,
        "goalposts": goalposts,
        "floor": floor,
    }
    full = build(framework, values, weights=weights, **options)
    whole = _overall(framework, values, full.weights, full, options)
    if len(framework.indicators) < 2:
        raise TooFewError(
            f"leaving one out needs at least 2 indicators; framework {framework.id!r} has {len(framework.indicators)}. "
            "Add indicators to the framework, or build the index alone."
        )
    rows = {}
    for code in framework.indicators:
        rest = framework.without([code])
        left = _scaled_up(full.weights, rest, code)
        less = build(rest, values, weights=left, **options)
        change = _overall(rest, values, left, less, options) - whole
        removed = [node for node in framework.parents if node not in rest.nodes.index]
        rows[code] = {"parent": framework.parent(code), "also_removed": ", ".join(removed), "change": change}
        rows[code] |= _compared(full, less)
    return LeaveOneOutResult(pd.DataFrame.from_dict(rows, orient="index").rename_axis("indicator"), full)


def _overall(
    framework: Framework, values: pd.DataFrame, weights: pd.Series, built: IndexResult, options: dict[str, Any]
) -> float:
    """The root's score of all rows as one unit, under the options that `built` was built with."""
    one = pd.Series("all", index=values.index)
    if built.respondent_scores is not None:
        return float(built.means(one).scores[framework.root].iloc[0])
    if built.normalisation == "minmax":
        return np.nan
    return float(build(framework, values, weights=weights, **{**options, "by": one}).scores[framework.root].iloc[0])


def _scaled_up(weights: pd.Series, rest: Framework, gone: str) -> pd.Series:
    """The weights of what is left, summing to 1 within each parent again."""
    parents = rest.nodes["parent"].drop(rest.root)
    kept = weights[list(parents.index)]
    total = kept.groupby(parents).transform("sum")
    if not (total > 0).all():
        parent = parents[total <= 0].iloc[0]
        raise WeightError(
            f"without {gone} only zero weights are left within {parent}: {listed(parents.index[parents == parent])}. "
            "Give one of them some weight, or take them out of the framework."
        )
    return kept / total


def _compared(full: IndexResult, less: IndexResult) -> dict[str, float | int]:
    root = full.scores.columns[0]
    pair = pd.DataFrame({"full": full.scores[root], "less": less.scores[root]}).dropna()
    if pair.empty:
        raise TooFewError(
            "the index can be compared for units that have a score with and without the indicator; found none. "
            "Lower minimum_answered, or look at the missing answers."
        )
    ranks = pair.rank(ascending=False, method="min")
    moved = (ranks["less"] - ranks["full"]).abs()
    shared = pair.rank(method="average")  # Spearman's coefficient takes mean ranks of ties
    tied = bool((shared.nunique() < 2).any())
    return {
        "max_change": float((pair["less"] - pair["full"]).abs().max()),
        "max_rank_change": float(moved.max()),
        "mean_rank_change": float(moved.mean()),
        "rank_correlation": np.nan if tied else float(np.corrcoef(shared["full"], shared["less"])[0, 1]),
        "n_units": len(pair),
    }
