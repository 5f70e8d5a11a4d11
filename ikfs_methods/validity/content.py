"""Content validity: what a panel of experts says about each item."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import sqrt

import numpy as np
import pandas as pd
from scipy.special import ndtri

from ikfs_methods.checks import fraction, listed, numeric_frame, quoted, within_scale
from ikfs_methods.errors import ParameterError, ScaleError, TooFewError
from ikfs_methods.result import Shown

_MOST_POINTS = 1001  # 0 to 1000; the exact distribution of a panel's sum is then still counted in seconds


@dataclass(frozen=True, slots=True, eq=False)
class AikenResult(Shown):
    """Aiken's V of every item of a panel.

    `items` has a row per item: v, ci_low, ci_high, p_value, critical_v, n_experts, mean. critical_v is a nullable
    column: it is <NA> where the panel is too small for any V to reach `alpha`.
    """

    items: pd.DataFrame
    low: int
    high: int
    level: float
    alpha: float
    n_experts: int  # experts with at least one rating

    def to_frame(self) -> pd.DataFrame:
        """The items, one row each."""
        return self.items.copy()


def aiken_v(ratings: pd.DataFrame, *, low: float, high: float, level: float = 0.95, alpha: float = 0.05) -> AikenResult:
    """Aiken's V of each item from ratings (experts by items, whole points from `low` to `high`; gaps allowed).

    V = (mean - low) / (high - low), from 0 to 1 (Aiken 1985, doi:10.1177/0013164485451012), over the n experts who
    rated that item. Interval: the score interval of Penfield & Giacobbi 2004 (doi:10.1207/s15327841mpee0804_3),
    [2nkV + z² -/+ z sqrt(4nkV(1-V) + z²)] / [2(nk + z²)], k = high - low. p_value is the exact chance of a sum of
    ratings at least this high if the n experts rated independently and at random, each point being equally likely;
    critical_v is the least V whose p_value is at most `alpha`, and <NA> where even unanimous top ratings
    do not reach it. Answers the question: do the experts agree that this item belongs.

    Raises ParameterError (scale, level, alpha), ScaleError (a rating off the scale or between its points),
    TooFewError (an item that nobody rated), and what `checks.numeric_frame` raises.
    """
    bottom, top = _whole(low, "low"), _whole(high, "high")
    fraction(level, name="level")
    fraction(alpha, name="alpha")
    frame = within_scale(numeric_frame(ratings, what="ratings", min_rows=1, min_columns=1), bottom, top)
    _refuse_between_points(frame)
    n = frame.notna().sum()
    if (n == 0).any():
        raise TooFewError(
            f"each item must be rated by at least one expert; no rating for {listed(n.index[n == 0])}. "
            "Leave the item out, or supply its ratings."
        )
    points = top - bottom + 1
    if points > _MOST_POINTS:
        raise ScaleError(
            f"a rating scale must have at most {_MOST_POINTS} points, or the exact test counts for hours; found "
            f"{points} from {bottom} to {top}. Check low and high, or divide the ratings by a common step."
        )
    scores = (frame - bottom).sum()
    rows = [_item(int(score), int(count), points, level, alpha) for score, count in zip(scores, n, strict=True)]
    items = pd.DataFrame(rows, index=frame.columns).astype({"critical_v": "Float64"})
    items["mean"] = frame.mean()
    items.index.name = "item"
    return AikenResult(items, bottom, top, level, alpha, int(frame.notna().any(axis=1).sum()))


def _item(score: int, n: int, points: int, level: float, alpha: float) -> dict[str, float | None]:
    """One row: `score` is the sum of the ratings counted from the scale's low end."""
    width = n * (points - 1)
    v, z = score / width, -float(ndtri((1 - level) / 2))
    centre, spread = 2 * width * v + z**2, z * sqrt(4 * width * v * (1 - v) + z**2)
    whole = 2 * (width + z**2)
    tails = _tail_counts(n, points)
    least = next((s for s, count in enumerate(tails) if count / points**n <= alpha), None)
    return {
        "v": v,
        "ci_low": max(0.0, (centre - spread) / whole),  # the ends are 0 and 1 up to rounding at V = 0 and V = 1
        "ci_high": min(1.0, (centre + spread) / whole),
        "p_value": tails[score] / points**n,
        "critical_v": None if least is None else least / width,
        "n_experts": n,
    }


@lru_cache(maxsize=256)
def _tail_counts(n: int, points: int) -> tuple[int, ...]:
    """In how many of the points**n outcomes the sum of n ratings (each 0 .. points-1) is at least 0, 1, 2 ...

    Whole numbers, so that a chance that equals alpha exactly is not lost to rounding. Adding one rating replaces each
    count by the sum of `points` neighbours, taken as a difference of running sums.
    """
    counts = [1]
    for _ in range(n):
        running = [0, *accumulate(counts)]
        length = len(counts) + points - 1
        counts = [running[min(s + 1, len(counts))] - running[max(0, s + 1 - points)] for s in range(length)]
    return tuple(accumulate(reversed(counts)))[::-1]


def _whole(value: float, name: str) -> int:
    if not (isinstance(value, int | float | np.integer | np.floating) and float(value).is_integer()):
        raise ParameterError(
            f"{name} must be a whole number, an end of the rating scale; found {quoted(value)}. Give 1 and 4, say."
        )
    return int(value)


def _refuse_between_points(frame: pd.DataFrame) -> None:
    between = frame.notna() & (frame != frame.round())
    if between.to_numpy().any():
        label = next(name for name in frame.columns if between[name].any())
        first = frame.loc[between[label].to_numpy(), label].head(1)
        raise ScaleError(
            f"ratings must be whole points of the scale; {int(between.to_numpy().sum())} value(s) are not, "
            f"the first {first.iloc[0]:g} in column {quoted(label)}, row {quoted(first.index[0])}. "
            "Correct it or declare it as missing."
        )
