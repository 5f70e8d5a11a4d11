"""How far the judges of a parent agree on its priorities."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ikfs_methods.weighting.ahp.matrices import Floats

# Priorities that are equal but for rounding share a rank; they come from sums of ten logarithms, off by 1e-15.
RANK_DECIMALS = 10


def consensus_row(priorities: Floats, scale: float) -> dict[str, float]:
    """n_judges, s_star, mean_distance and kendall_w of priorities (judges x elements); missing where undefined."""
    judges = len(priorities)
    if judges < 2:
        return {"n_judges": judges, "s_star": np.nan, "mean_distance": np.nan, "kendall_w": np.nan}
    return {
        "n_judges": judges,
        "s_star": _s_star(priorities, scale),
        "mean_distance": _mean_distance(priorities),
        "kendall_w": _kendall_w(priorities),
    }


def consensus_table(rows: dict[str, dict[str, float]]) -> pd.DataFrame:
    """The rows by parent, the number of judges as a whole number."""
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("parent")
    return table.astype({"n_judges": int})


def _s_star(priorities: Floats, scale: float) -> float:
    """1 for the same priorities of all judges, 0 when each puts another element first as far as the scale allows.

    Goepel 2018 (International Journal of the AHP 10(3)): with D = exp(H), H Shannon's entropy, D_alpha from the mean
    entropy of the judges and D_gamma from the entropy of their mean priorities, (D_alpha/D_gamma - d)/(1 - d), where d
    stands for judges who each call one element `scale` times as important as each other one and whose mean priorities
    are equal (D_gamma = n). Priorities more uneven than that can give less than 0.
    """
    n = priorities.shape[1]
    alpha = _entropy(priorities).mean()
    gamma = _entropy(priorities.mean(axis=0))
    extreme = np.append(np.ones(n - 1), scale) / (n - 1 + scale)
    least = np.exp(_entropy(extreme)) / n
    return float((np.exp(alpha - gamma) - least) / (1 - least))


def _entropy(shares: Floats) -> Floats:
    # 0 ln 0 = 0: a share too small for a double adds nothing.
    found: Floats = -(shares * np.log(np.where(shares > 0, shares, 1.0))).sum(axis=-1)
    return found


def _mean_distance(priorities: Floats) -> float:
    """Mean over pairs of judges of half the summed absolute differences: the share of weight that one would move."""
    judges = len(priorities)
    # Sorted by element, the kth of m values is larger than k others and smaller than m - 1 - k.
    order = np.sort(priorities, axis=0)
    signs = 2 * np.arange(judges) - (judges - 1)
    return float((signs[:, None] * order).sum() / (judges * (judges - 1)))


def _kendall_w(priorities: Floats) -> float:
    """Kendall's W of the rank orders, corrected for ties; NaN when every judge weighs all elements alike."""
    shown = np.round(priorities, RANK_DECIMALS)
    below = (shown[:, :, None] > shown[:, None, :]).sum(axis=2)
    tied = (shown[:, :, None] == shown[:, None, :]).sum(axis=2)
    ranks = below + (tied + 1) / 2
    spread = ((ranks - ranks.mean(axis=1, keepdims=True)) ** 2).sum()
    if spread == 0:
        return float("nan")
    # The tie-corrected denominator m²(n³ - n) - m sum T is 12 m times the judges' own sums of squares.
    totals = ranks.sum(axis=0)
    return float(((totals - totals.mean()) ** 2).sum() / (len(ranks) * spread))
