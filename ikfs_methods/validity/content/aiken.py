"""Aiken's V: how near to the top of the scale a panel rates each item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import fraction, listed
from ikfs_methods.labels import flat_index
from ikfs_methods.result import Shown
from ikfs_methods.validity.content.exact import at_least, critical_sums, random_tails, score_limits
from ikfs_methods.validity.content.panel import Counts, RatingScale, on_scale, panel_frame, rated_items, rating_scale


@dataclass(frozen=True, slots=True, eq=False)
class AikenResult(Shown):
    """Aiken's V of every item of a panel.

    `items` has a row per item: v, ci_low, ci_high, p_value, critical_v, n_experts, mean. critical_v is a nullable
    column: it is <NA> where the panel is too small for any V to reach `alpha`, and `notes` names these items.
    """

    items: pd.DataFrame
    low: int
    high: int
    level: float
    alpha: float
    n_experts: int  # experts with at least one rating
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """The items, one row each."""
        return self.items.copy()


def aiken_v(ratings: pd.DataFrame, *, low: float, high: float, level: float = 0.95, alpha: float = 0.05) -> AikenResult:
    """Aiken's V of each item from ratings (experts by items, whole points from `low` to `high`; gaps allowed).

    V = (mean - low) / (high - low), from 0 to 1 (Aiken 1985, doi:10.1177/0013164485451012), over the n experts who
    rated that item. Interval: the score interval of Penfield & Giacobbi 2004 (doi:10.1207/s15327841mpee0804_3),
    [2nkV + z² -/+ z sqrt(4nkV(1-V) + z²)] / [2(nk + z²)], k = high - low; it takes a rating to vary as the heads of
    k tosses of a coin do, and is too short where experts are divided between the ends of a scale of many points.
    p_value is the exact chance of a sum of ratings at least this high if the n experts rated independently and at
    random, each point being equally likely; critical_v is the least V whose p_value is at most `alpha`, and <NA>
    where even unanimous top ratings do not reach it. Answers the question: do the experts agree that this item
    belongs.

    Raises ParameterError (scale, level, alpha), ScaleError (a rating off the scale or between its points),
    ColumnError (an item or an expert twice), TooFewError (an item that nobody rated), and what
    `checks.numeric_frame` raises.
    """
    scale = rating_scale(low, high)
    fraction(level, name="level")
    fraction(alpha, name="alpha")
    frame = on_scale(panel_frame(ratings), scale)
    n = rated_items(frame)
    scores = rating_sums(frame, scale)
    items = aiken_rows(scores, n, scale, level=level, alpha=alpha).set_index(flat_index(frame.columns, "item"))
    experts = int(frame.notna().to_numpy().any(axis=1).sum())
    return AikenResult(items, scale.low, scale.high, level, alpha, experts, too_small(items, alpha))


def rating_sums(frame: pd.DataFrame, scale: RatingScale) -> Counts:
    """The sum of each item's ratings, counted from the scale's low end."""
    sums: Counts = np.nansum(frame.to_numpy() - scale.low, axis=0).astype(np.int64)
    return sums


def aiken_rows(scores: Counts, n: Counts, scale: RatingScale, *, level: float, alpha: float) -> pd.DataFrame:
    """The rows of an `AikenResult`, one for each sum of n ratings; NaN where nobody rated."""
    trials = (n * (scale.points - 1)).astype(np.float64)
    some = np.where(n > 0, trials, np.nan)
    v = scores / some
    low, high = score_limits(v, trials, level)
    tails = random_tails(n, scale.points)
    rows = pd.DataFrame({"v": v, "ci_low": low, "ci_high": high, "p_value": at_least(tails, scores, n)})
    rows["critical_v"] = pd.array(critical_sums(tails, n, alpha) / some, dtype="Float64")
    rows["n_experts"] = n
    rows["mean"] = scale.low + v * (scale.points - 1)
    return rows


def too_small(items: pd.DataFrame, alpha: float) -> tuple[str, ...]:
    """A note on the rated rows in which no V can be significant."""
    small = items.index[(items["critical_v"].isna() & (items["n_experts"] > 0)).to_numpy()]
    if not len(small):
        return ()
    named = (f"{label[0]} ({label[1]})" for label in small) if isinstance(small, pd.MultiIndex) else small
    return (f"Too few experts for any V to be significant at {alpha:g}: no critical V for {listed(named)}.",)
