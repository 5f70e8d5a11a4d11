"""Budget allocation: every expert hands out the same number of points among a parent's children."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ikfs_methods.checks import is_number, listed, quoted
from ikfs_methods.errors import JudgementError, ParameterError
from ikfs_methods.weighting.judged import long_table, one_parent_each
from ikfs_methods.weighting.sets import WeightSet

# Points typed as decimals sum with an error near 1e-14 of the total; a point forgotten is far more than this.
POINTS_TOLERANCE = 1e-9


def budget_allocation(points: pd.DataFrame, *, total: float = 100) -> WeightSet:
    """Mean share of the points that experts gave each indicator (OECD/JRC 2008, section 6: budget allocation).

    `points`: one row per expert and indicator, columns expert, parent, indicator, points; 0 is written, not left out.
    Each expert's points must sum to `total` within each parent judged; w_i = mean over its experts of points / total.
    `diagnostics`: "spread", frame by indicator (parent, mean, sd with n - 1, min, max, all as shares, n_judges; sd is
    missing with one expert); "experts", frame of shares (expert x indicator, missing where that expert did not judge
    the parent).

    Raises ColumnError for a missing column, JudgementError, naming expert, parent and row or sum, for points that are
    negative, given twice, left out or do not sum to the total.
    Answers the question: how would the panel spend a common budget, and how far do its members differ?
    """
    if not (is_number(total) and 0 < total < np.inf):
        raise ParameterError(
            f"total must be a finite number of points above 0; found {quoted(total)}. "
            "Give the points that each expert had to hand out, e.g. 100."
        )
    table = long_table(points, ("expert", "parent", "indicator", "points"), "points", what="points")
    _refuse_rows(table)
    parents = one_parent_each(table.rename(columns={"indicator": "element"}), what="points")
    # One row per expert and indicator was made sure of above, so that "first" picks the only one.
    experts = table.pivot_table(index="expert", columns="indicator", values="points", aggfunc="first", sort=False)
    experts = experts[list(parents.index)]
    _refuse_sums(table, experts, parents, total)
    shares = experts / total
    spread = pd.DataFrame(
        {
            "parent": parents,
            "mean": shares.mean(),
            "sd": shares.std(ddof=1),
            "min": shares.min(),
            "max": shares.max(),
            "n_judges": shares.notna().sum(),
        }
    )
    mean = shares.mean()
    # Takes away what rounding of the points left between their sum and the total.
    weights = (mean / mean.groupby(parents).transform("sum")).rename("weight")
    return WeightSet(
        weights.rename_axis(None),
        parents.rename_axis(None),
        "budget allocation",
        n_judges=len(shares),
        diagnostics={"spread": spread.rename_axis("indicator"), "experts": shares, "total": float(total)},
    )


def _refuse_rows(table: pd.DataFrame) -> None:
    for wrong, rule in (
        (table["points"] < 0, "points must not be negative"),
        (table.duplicated(["expert", "indicator"], keep=False), "an expert must give an indicator points once"),
    ):
        if wrong.any():
            row = table[wrong].iloc[0]
            raise JudgementError(
                f"{rule}; found {int(wrong.sum())} row(s), the first is row {quoted(table.index[wrong][0])}: expert "
                f"{row['expert']}, parent {row['parent']}, indicator {row['indicator']}, {row['points']:g} points. "
                "Correct the table."
            )


def _refuse_sums(table: pd.DataFrame, experts: pd.DataFrame, parents: pd.Series, total: float) -> None:
    for (expert, parent), given in table.groupby(["expert", "parent"], sort=False)["points"]:
        own = experts.loc[[str(expert)], parents.index[parents == parent]]
        lacking = own.columns[own.isna().any()]
        if len(lacking):
            raise JudgementError(
                f"expert {expert} must give every indicator of parent {parent} points, 0 included; "
                f"missing: {listed(lacking)}. Ask the expert, or leave that expert's rows of the parent out."
            )
        if abs(given.sum() - total) > POINTS_TOLERANCE * total:
            raise JudgementError(
                f"the points of each expert must sum to {total:g} within each parent; those of expert {expert} within "
                f"{parent} sum to {given.sum():g}. Ask the expert, or correct the table."
            )
