"""Best-worst method: weights from comparisons with the best and the worst element only, and their consistency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd

from ikfs_methods.checks import listed
from ikfs_methods.errors import ParameterError
from ikfs_methods.weighting.best_worst_table import (
    COLUMNS,
    ENDS,
    SAME,
    Comparisons,
    Floats,
    check_best_worst,
    comparisons,
    one_judge,
)
from ikfs_methods.weighting.judge_means import JudgeMeans, consensus, group_mean, single_notes, spread
from ikfs_methods.weighting.judged import long_table

UNNAMED_JUDGE = "judge"
# Largest acceptable input-based ratio by a_BW (key) for 3, 4 ... 9 elements: found by its authors in simulations that
# they do not describe closely enough to be run again, so that here the published table stands, with their name.
THRESHOLDS: Mapping[int, tuple[float, ...]] = MappingProxyType(
    {
        2: (0.0,) * 7,
        3: (0.1667,) * 7,
        4: (0.1121, 0.1529, 0.1898, 0.2206, 0.2527, 0.2577, 0.2683),
        5: (0.1354, 0.1994, 0.2306, 0.2546, 0.2716, 0.2844, 0.2960),
        6: (0.1330, 0.1990, 0.2643, 0.3044, 0.3144, 0.3221, 0.3262),
        7: (0.1294, 0.2457, 0.2819, 0.3029, 0.3144, 0.3251, 0.3403),
        8: (0.1309, 0.2521, 0.2958, 0.3154, 0.3408, 0.3620, 0.3657),
        9: (0.1359, 0.2681, 0.3062, 0.3337, 0.3517, 0.3620, 0.3662),
    }
)
THRESHOLDS_SOURCE = "Liang, Brunelli & Rezaei 2020, table 3"


@dataclass(frozen=True, slots=True, eq=False)
class BestWorstResult(JudgeMeans):
    """Weights of the group (mean of its judges' weights), and how consistent each judge is.

    `judges`: frame by (expert, parent): n (elements), best, worst, best_over_worst, xi (largest deviation |w_B - a_Bj
    w_j|, |w_j - a_jW w_W| of the linear model, in shares; 0 is consistent), cr_input, threshold, acceptable (cr_input
    <= threshold; missing where no threshold was published), cr_output, ordinal_ratio, ordinal_consistent, look_again
    (the element whose two judgements contradict best over worst most; empty when consistent). `judge_weights`: frame
    expert x code. `threshold_source`: whose thresholds.
    """

    judges: pd.DataFrame = field(default_factory=pd.DataFrame)
    threshold_source: str = THRESHOLDS_SOURCE


def best_worst(
    best_to_others: pd.Series | pd.DataFrame,
    others_to_worst: pd.Series | None = None,
    *,
    best: object = None,
    worst: object = None,
) -> BestWorstResult:
    """Weights from comparisons with best and worst: linear model (Rezaei 2016, doi:10.1016/j.omega.2015.12.001).

    Either two series by code, of one judge: a_Bj, how many times the best outweighs each element, and a_jW, how many
    times each outweighs the worst (1 to 9; 1 for best and worst themselves), with the codes `best` and `worst` where
    several could be it, which the judgements alone then do not tell. Or one long table: a row per expert and
    indicator, columns expert, parent, indicator, best_over (a_Bj), over_worst (a_jW), and best and worst, which name
    the two in each row; the latter may be left out where the judgements tell them.
    A judge's weights minimise xi, where |w_B - a_Bj w_j| <= xi, |w_j - a_jW w_W| <= xi, sum w = 1, w >= 0. The group's
    are the arithmetic mean over the judges. Consistency: cr_input = max_j |a_Bj a_jW - a_BW| / (a_BW² - a_BW) is the
    one behind `acceptable`, with the thresholds of Liang, Brunelli & Rezaei (2020, doi:10.1016/j.omega.2019.102175);
    ordinal_ratio, theirs too, is the largest share of elements whose order with one element differs between the two
    lists (tied in one only: half); cr_output is that of the nonlinear model (Rezaei 2015,
    doi:10.1016/j.omega.2014.11.009), its least deviation of ratios over `consistency_index(a_BW)`.

    Raises JudgementError, naming expert, parent, indicator and row, for judgements off 1 to 9, given twice or left out,
    a best or worst that is missing, is not compared with itself as 1, or is judged differently in the two lists;
    ColumnError for columns or codes that are missing, TooFewError for one element, ParameterError for another input.
    Answers the question: what does each element weigh when experts make only 2n - 3 comparisons?
    """
    if isinstance(best_to_others, pd.DataFrame):
        given = {"others_to_worst": others_to_worst, "best": best, "worst": worst}
        beside = [name for name, value in given.items() if value is not None]
        if beside:
            raise ParameterError(
                f"a long table holds both comparisons; found {listed(beside)} beside it. Give the table alone; its "
                "columns best and worst name the two."
            )
        columns = [*COLUMNS, *(ENDS if set(ENDS) & set(best_to_others.columns) else ())]
        judged = long_table(best_to_others, columns, "best_over", "over_worst", what="best-worst judgements")
        parents = check_best_worst(judged)
        judged.raise_any("best-worst judgements")
        stacks = comparisons(judged, parents)
        experts = list(dict.fromkeys(judged.rows["expert"]))
    else:
        stacks = [one_judge(best_to_others, others_to_worst, UNNAMED_JUDGE, best=best, worst=worst)]
        experts = [UNNAMED_JUDGE]
    return _result(stacks, experts)


def _result(stacks: list[Comparisons], experts: list[str]) -> BestWorstResult:
    solved = [linear_weights(part) for part in stacks]
    own = [
        pd.DataFrame(weights, index=pd.Index(part.judges, name="expert"), columns=part.codes)
        for part, (weights, _) in zip(stacks, solved, strict=True)
    ]
    judge_weights = pd.concat(own, axis=1).reindex(experts)
    parents = pd.Series({code: part.parent for part in stacks for code in part.codes}, name="parent", dtype=object)
    group = group_mean(judge_weights, parents, np.ones((1, len(experts))))[0]
    judges = pd.concat([_consistency(part, xi) for part, (_, xi) in zip(stacks, solved, strict=True)])
    return BestWorstResult(
        weights=pd.Series(group, parents.index, name="weight"),
        parents=parents,
        method="best-worst",
        n_judges=len(experts),
        diagnostics={
            "spread": spread(judge_weights, parents),
            "judges": pd.Series({part.parent: len(part.judges) for part in stacks}, name="judges"),
        },
        judge_weights=judge_weights,
        notes=(*single_notes(consensus(judge_weights, parents)), *_unjudged_notes(judges)),
        judges=judges,
    )


def linear_weights(part: Comparisons) -> tuple[Floats, Floats]:
    """Weights (judges, codes) of the linear model and its xi (judges,), solved in closed form.

    With deviations measured in xi (xi = 1), the least xi for a sum of 1 is the largest sum. Whatever w_B and w_W, the
    best w_j is the smaller of (w_B + 1)/a_Bj and a_jW w_W + 1, and it exists when |w_B - P_j w_W| <= c_j, where
    P_j = a_Bj a_jW, c_j = a_Bj + 1 (best over worst itself: c = 1). The sum grows with w_B and with w_W, and all these
    lines rise, so that the only maximum is where the upper and lower ones first meet: w_W is the least
    (c_j + c_l)/(P_j - P_l). Without two different P nothing limits the sum: xi is 0 and w_j is as 1/a_Bj.
    """
    a, b = part.best_over, part.over_worst
    product = a * b
    slack = a + 1
    rows = np.arange(len(a))
    for end in (part.best, part.worst):
        slack[rows, end] = 1
    gap = product[:, :, None] - product[:, None, :]
    meeting = np.where(gap > 0, (slack[:, :, None] + slack[:, None, :]) / np.where(gap > 0, gap, 1), np.inf)
    low = meeting.min(axis=(1, 2))
    consistent = np.isinf(low)
    low = np.where(consistent, 1, low)
    high = (product * low[:, None] + slack).min(axis=1)
    raw = np.minimum((high[:, None] + 1) / a, b * low[:, None] + 1)
    raw[rows, part.best], raw[rows, part.worst] = high, low
    raw = np.where(consistent[:, None], 1 / a, raw)
    total = raw.sum(axis=1)
    return raw / total[:, None], np.where(consistent, 0, 1 / total)


def consistency_index(best_over_worst: Floats | float) -> Floats:
    """Largest deviation of ratios that judgements with this a_BW can have (Rezaei 2015, table 1).

    The smaller root of x² - (1 + 2 a) x + a² - a = 0: both judgements on an element are then a_BW itself.
    """
    a = np.asarray(best_over_worst, dtype=np.float64)
    return np.asarray((1 + 2 * a - np.sqrt(1 + 8 * a)) / 2)


def ratio_deviation(part: Comparisons) -> Floats:
    """The nonlinear model's xi (judges,): the least bound of |w_B/w_j - a_Bj|, |w_j/w_W - a_jW| and |w_B/w_W - a_BW|.

    w_B/w_W must lie in every interval (a_Bj - xi)(a_jW - xi) to (a_Bj + xi)(a_jW + xi) and in a_BW - xi to a_BW + xi;
    intervals have a common point when every two have, so that xi is the largest that any two of them ask for.
    """
    product, total = part.best_over * part.over_worst, part.best_over + part.over_worst
    rows = np.arange(len(product))
    direct = part.best_over[rows, part.worst][:, None]
    inner = np.ones(product.shape, dtype=bool)
    inner[rows, part.best] = inner[rows, part.worst] = False
    two = (product[:, :, None] - product[:, None, :]) / (total[:, :, None] + total[:, None, :])
    two = np.where(inner[:, :, None] & inner[:, None, :], two, 0).max(axis=(1, 2))
    above, below = np.maximum(product - direct, 0), np.maximum(direct - product, 0)
    # The smaller root of x² - (total + 1) x + above = 0 and the positive one of x² + (total + 1) x - below = 0, in the
    # form that loses no digits.
    down = 2 * above / (total + 1 + np.sqrt((total + 1) ** 2 - 4 * above))
    up = 2 * below / (total + 1 + np.sqrt((total + 1) ** 2 + 4 * below))
    least: Floats = np.maximum(two, np.where(inner, np.maximum(down, up), 0).max(axis=1))
    return least


def ordinal_ratio(part: Comparisons) -> Floats:
    """Share of elements out of order with one element, the largest over the elements (judges,)."""
    in_best = part.best_over[:, None, :] - part.best_over[:, :, None]
    in_worst = part.over_worst[:, :, None] - part.over_worst[:, None, :]
    reversed_, tied_once = in_best * in_worst < 0, (in_best == 0) != (in_worst == 0)
    share: Floats = (reversed_ + 0.5 * tied_once).mean(axis=2).max(axis=1)
    return share


def _consistency(part: Comparisons, xi: Floats) -> pd.DataFrame:
    n, rows = len(part.codes), np.arange(len(part.judges))
    over = part.best_over[rows, part.worst]
    off = np.abs(part.best_over * part.over_worst - over[:, None])
    largest = np.where(off.max(axis=1) <= SAME * over, 0, off.max(axis=1))
    # Best and worst weigh alike, yet an element lies between them: no ratio measures that.
    impossible = (over == 1) & (largest > 0)
    cr_input = np.where(impossible, np.nan, largest / np.where(over > 1, over**2 - over, 1))
    index = consistency_index(over)
    cr_output = np.where(impossible, np.nan, ratio_deviation(part) / np.where(index > 0, index, 1))
    threshold = np.array([_threshold(value, n) for value in over])
    known = ~np.isnan(threshold) | (largest == 0) | impossible
    acceptable = pd.array(np.where(largest == 0, True, cr_input <= np.nan_to_num(threshold)), dtype="boolean")  # noqa: FBT003
    acceptable[~known] = pd.NA
    ordinal = ordinal_ratio(part)
    codes = np.array(part.codes, dtype=object)
    table = {
        "n": n,
        "best": codes[part.best],
        "worst": codes[part.worst],
        "best_over_worst": over,
        "xi": xi,
        "cr_input": cr_input,
        "threshold": threshold,
        "acceptable": acceptable,
        "cr_output": cr_output,
        "ordinal_ratio": ordinal,
        "ordinal_consistent": ordinal == 0,
        "look_again": np.where(largest > 0, codes[off.argmax(axis=1)], ""),
    }
    index_ = pd.MultiIndex.from_product([part.judges, [part.parent]], names=["expert", "parent"])
    return pd.DataFrame(table, index=index_)


def _threshold(best_over_worst: float, n: int) -> float:
    row = THRESHOLDS.get(int(best_over_worst)) if best_over_worst == int(best_over_worst) else None
    return row[n - 3] if row is not None and 3 <= n < 3 + len(row) else np.nan


def _unjudged_notes(judges: pd.DataFrame) -> tuple[str, ...]:
    def said(wrong: pd.Series) -> str:
        return listed(f"{expert}, {parent or '(unnamed)'}" for expert, parent in judges.index[wrong])

    notes = []
    impossible = judges["cr_input"].isna()
    if impossible.any():
        notes.append(
            f"Best and worst weigh alike, yet others differ from them: {said(impossible)}. No consistency ratio "
            "exists; the judgements are not acceptable."
        )
    open_ = judges["acceptable"].isna()
    if open_.any():
        notes.append(
            "No threshold of the consistency ratio was published for the number of elements and best over worst of: "
            f"{said(open_)}. Their ratio stands without a verdict."
        )
    return tuple(notes)
