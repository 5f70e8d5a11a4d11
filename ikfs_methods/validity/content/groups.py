"""Aiken's V by group of experts: whether institutions or fields of expertise see an item alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import fraction, listed
from ikfs_methods.labels import flat_index, group_codes
from ikfs_methods.result import Shown
from ikfs_methods.validity.content.aiken import aiken_rows, too_small
from ikfs_methods.validity.content.panel import Counts, on_scale, panel_frame, rated_items, rating_scale


@dataclass(frozen=True, slots=True, eq=False)
class AikenGroupsResult(Shown):
    """Aiken's V of every item in every group of experts.

    `items` is indexed by (item, group) and has the columns of `AikenResult`; a group that did not rate an item has
    n_experts 0 and NaN, and `notes` says so. `groups` counts the experts with at least one rating by group.
    """

    items: pd.DataFrame
    groups: pd.Series
    low: int
    high: int
    level: float
    alpha: float
    n_experts: int  # experts with at least one rating and a group
    n_without_group: int  # experts with at least one rating and no group
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """One row per item and group."""
        return self.items.copy()


def aiken_by_group(
    ratings: pd.DataFrame, groups: pd.Series, *, low: float, high: float, level: float = 0.95, alpha: float = 0.05
) -> AikenGroupsResult:
    """Aiken's V by group from ratings (experts by items) and `groups` (a series by expert: institution, field ...).

    Each group is a panel of its own: V, score interval, exact p and critical V as in `aiken_v`, for its own number
    of experts, down to one. An expert without a group counts nowhere. The groups come in the order of the category,
    else sorted. Answers the question: is it the whole panel that wants this item, or one institution; whether two
    groups differ is asked by `aiken_difference`.

    Raises what `aiken_v` raises, ColumnError when `groups` names an expert twice or none of the experts, and
    TooFewError when nobody has a group.
    """
    scale = rating_scale(low, high)
    fraction(level, name="level")
    fraction(alpha, name="alpha")
    frame = on_scale(panel_frame(ratings), scale)
    rated_items(frame)
    codes, names = group_codes(groups, frame.index, what="the experts' groups")
    member = codes == np.arange(len(names))[:, None]
    rated = frame.notna().to_numpy()
    n: Counts = (rated.T.astype(np.int64) @ member.T.astype(np.int64)).ravel()
    above = np.where(rated, frame.to_numpy() - scale.low, 0).astype(np.int64)
    scores: Counts = (above.T @ member.T.astype(np.int64)).ravel()
    names = flat_index(names, "group")
    place = pd.MultiIndex.from_product([flat_index(frame.columns, "item"), names], names=["item", "group"])
    items = aiken_rows(scores, n, scale, level=level, alpha=alpha).set_index(place)
    present = rated.any(axis=1)
    alone = frame.index[present & (codes < 0)]
    sizes = pd.Series((member & present).sum(axis=1), index=names, name="n_experts")
    return AikenGroupsResult(
        items=items,
        groups=sizes,
        low=scale.low,
        high=scale.high,
        level=level,
        alpha=alpha,
        n_experts=int(sizes.sum()),
        n_without_group=len(alone),
        notes=(*_gaps(items, alone), *too_small(items, alpha)),
    )


def _gaps(items: pd.DataFrame, alone: pd.Index) -> tuple[str, ...]:
    silent = items.index[(items["n_experts"] == 0).to_numpy()]
    notes = []
    if len(silent):
        found = listed(f"{item} ({group})" for item, group in silent)
        notes.append(f"No rating of the item in the group, so no V: {found}.")
    if len(alone):
        notes.append(f"Left out, as they have no group: {listed(alone)}.")
    return tuple(notes)
