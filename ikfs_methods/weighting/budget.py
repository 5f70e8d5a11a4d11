"""Budget allocation: every expert hands out the same number of points among a parent's children."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import is_number, listed, quoted
from ikfs_methods.errors import JudgementError, ParameterError
from ikfs_methods.weighting.judge_means import JudgeMeans, consensus, group_mean, single_notes, spread
from ikfs_methods.weighting.judged import Judged, long_table

# Points typed as decimals sum with an error near 1e-14 of the total; a point forgotten is far more than this.
POINTS_TOLERANCE = 1e-9
# Shares rounded to two digits, three or four of them, miss 1 by up to .02.
_NEAR_ONE = 0.02
COLUMNS = ("expert", "parent", "indicator", "points")


@dataclass(frozen=True, slots=True, eq=False)
class BudgetResult(JudgeMeans):
    """Mean shares of the experts' points; `judge_weights`: the shares (expert x code), `total`: points of each."""

    total: float = 100.0


def budget_allocation(points: pd.DataFrame, *, total: float = 100) -> BudgetResult:
    """Mean share of the points that experts gave each indicator (OECD/JRC 2008, section 6: budget allocation).

    `points`: one row per expert and indicator, columns expert, parent, indicator, points; 0 is written, not left out.
    Each expert's points must sum to `total` within each parent judged; w_i = mean over its experts of points / total.
    `diagnostics`: "spread", frame by indicator (parent, mean, sd with n - 1, cv, min, max, all as shares, n_judges; sd
    is missing with one expert); "experts", the shares (expert x indicator, missing where that expert did not judge
    the parent), also `judge_weights`; "total". `consensus` says by parent how alike the experts share out.

    Raises ColumnError for a missing column, JudgementError, naming expert, parent and row or sum, for points that are
    negative, given twice, left out or do not sum to the total, ParameterError for a total that is none.
    Answers the question: how would the panel spend a common budget, and how far do its members differ?
    """
    if not (is_number(total) and 0 < total < np.inf):
        raise ParameterError(
            f"total must be a finite number of points above 0; found {quoted(total)}. "
            "Give the points that each expert had to hand out, e.g. 100."
        )
    judged = long_table(points, COLUMNS, "points", what="points")
    parents = check_points(judged, total=total)
    judged.raise_any("points")
    # One row per expert and indicator was made sure of above, so that "first" picks the only one.
    experts = judged.rows.pivot_table(index="expert", columns="indicator", values="points", aggfunc="first", sort=False)
    experts = experts[list(parents.index)]
    shares = experts / total
    weights = pd.Series(group_mean(shares, parents, np.ones((1, len(shares))))[0], parents.index, name="weight")
    return BudgetResult(
        weights.rename_axis(None),
        parents.rename_axis(None),
        "budget allocation",
        n_judges=len(shares),
        diagnostics={"spread": spread(shares, parents), "experts": shares, "total": float(total)},
        judge_weights=shares,
        notes=single_notes(consensus(shares, parents)),
        total=float(total),
    )


def check_points(judged: Judged, *, total: float = 100, skip: Collection[str] = ()) -> pd.Series:
    """Parent by indicator of a long table of points; its problems gain whatever is wrong with the points.

    Every wrong row, every indicator under two parents, and every expert whose points within a parent are left out or
    do not sum to the total (but for the parents in `skip`, of which it is known that something is missing).
    """
    rows = judged.rows
    judged.refuse(rows["points"] < 0, ["points"], "points must not be negative", _gift)
    named = ["expert", "indicator"]
    again = rows[judged.sound(named)].duplicated(named, keep=False).reindex(rows.index, fill_value=False)
    judged.refuse(again, named[1:], "an expert must give an indicator points once", _gift)
    parents = judged.parents_of(["indicator"], what="points")
    indicators, given = rows["indicator"].to_numpy(), rows["points"].to_numpy(dtype=np.float64)
    shares: list[str] = []
    for expert, parent, own in judged.groups():
        if parent in skip:
            continue
        lacking = [code for code in parents.index[parents == parent] if code not in set(indicators[own])]
        with np.errstate(over="ignore"):  # points too large for a sum are not the total either
            points = float(given[own].sum())
        if lacking:
            judged.problems.add(
                JudgementError(
                    f"expert {expert} must give every indicator of parent {parent} points, 0 included; "
                    f"missing: {listed(lacking)}. Ask the expert, or leave that expert's rows of the parent out."
                )
            )
        elif total != 1 and abs(points - 1) <= _NEAR_ONE:
            shares.append(f"{expert} within {parent} ({points:g})")
        elif not abs(points - total) <= POINTS_TOLERANCE * total:
            judged.problems.add(
                JudgementError(
                    f"the points of each expert must sum to {total:g} within each parent; those of expert {expert} "
                    f"within {parent} sum to {points:g}. Ask the expert, or correct the table."
                )
            )
    if shares:
        judged.problems.add(
            JudgementError(
                f"the points of each expert must sum to {total:g} within each parent; those of {listed(shares)} sum to "
                f"about 1. Are they shares? Write {total / 8:g} for 12.5 %."
            )
        )
    return parents


def _gift(row: pd.Series) -> str:
    return f"expert {row['expert']}, parent {row['parent']}, indicator {row['indicator']}, {row['points']:g} points"
