"""What a search for differential item functioning found."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ikfs_methods.result import Shown


@dataclass(frozen=True, slots=True, eq=False)
class DifResult(Shown):
    """Items that function differently for groups of equal standing, and how the search went.

    `items` has a row per item: n, chi2_total, df, p_total, chi2_uniform, df_uniform, p_uniform, chi2_nonuniform,
    p_nonuniform (df_uniform again), delta_r2, delta_r2_uniform, delta_r2_nonuniform, size (negligible, moderate,
    large), flagged, dif_kind (uniform or nonuniform, of a flagged item), group and direction (the group that stands
    out most, and whether it finds the item harder or easier), tested, note. What cannot be estimated is NaN, with
    tested False or a note that says why.

    `effects` (items x groups): log odds of a higher answer, against the mean of the groups, at the same standing.
    `purification` has a row per round: round, n_anchors, n_flagged, flagged (the names).
    """

    items: pd.DataFrame
    effects: pd.DataFrame
    purification: pd.DataFrame
    anchors: tuple[str, ...]  # items behind the last round's matching scores; none where the score was given
    groups: pd.Series  # respondents used, by group
    left_out: pd.Series  # respondents of the groups too small to be compared
    match: str  # rest, total or given
    kind: str
    r2: str
    alpha: float
    effect: float
    classes: str
    missing: str
    n: int  # respondents used
    n_dropped: int  # respondents given but not used
    n_without_group: int  # of these, those who have no group
    settled: bool  # the last round flagged the items that the round before did; True without purification
    least: int
    indicative: bool  # a group has fewer than `least` respondents

    @property
    def flagged(self) -> tuple[str, ...]:
        """The names of the flagged items."""
        return tuple(str(name) for name in self.items.index[self.items["flagged"]])

    def to_frame(self) -> pd.DataFrame:
        """The items, one row each."""
        return self.items.copy()
