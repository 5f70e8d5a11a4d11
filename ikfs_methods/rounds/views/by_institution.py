"""Aiken's V by the experts' institution or field, without the ratings of a single expert."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.rounds.opened import Absent
from ikfs_methods.rounds.round import Round
from ikfs_methods.rounds.views.base import View

LEAST_TOLD = 2  # experts of a group from which its V is told; V of one expert is that expert's rating


@dataclass(frozen=True, slots=True)
class AikenByInstitution(View):
    """V of every indicator in every group of experts: indicators by groups, NaN where nobody of the group rated it.

    NaN also where `hidden`: one expert's rating, or what would give it away beside the published V of the whole panel.
    `groups` counts the experts by group. `step` is what one point of one expert moves V by in the smallest group that
    is told (NaN where none is).
    """

    hidden: pd.DataFrame
    groups: pd.Series
    cutoff: float
    step: float

    def spread(self) -> pd.DataFrame:
        """By indicator: lowest and highest V of a group, which groups (lowest_group, highest_group), range and split.

        split: the cut-off lies between them. Indicators with fewer than two groups told are left out.
        """
        wide = self.table
        wide = wide[wide.notna().sum(axis=1) > 1]
        found = pd.DataFrame(
            {
                "lowest": wide.min(axis=1),
                "lowest_group": wide.idxmin(axis=1),
                "highest": wide.max(axis=1),
                "highest_group": wide.idxmax(axis=1),
            }
        )
        found["range"] = found["highest"] - found["lowest"]
        found["split"] = (found["lowest"] < self.cutoff) & (found["highest"] >= self.cutoff)
        return found


def aiken_by_institution(opened: Round, criterion: str | None = None) -> AikenByInstitution | Absent:
    """Aiken's V by institution or field on a criterion (None: the one of the verdict), as it may be shown.

    Answers the question: is it the whole panel that wants an indicator, or one institution.
    """
    found, whole = opened.aiken_by_institution(criterion), opened.aiken(criterion)
    if isinstance(found, Absent) or isinstance(whole, Absent):
        return found if isinstance(found, Absent) else Absent("panel")
    order = [code for code in opened.framework.indicators if code in whole.items.index]
    sizes = found.items["n_experts"].unstack().loc[order, found.groups.index]  # noqa: PD010 - nothing to aggregate
    v = found.items["v"].unstack().loc[order, found.groups.index]  # noqa: PD010
    hidden = _withheld(sizes, whole.items["n_experts"].loc[order])
    told = sizes.to_numpy()[(v.notna() & ~hidden).to_numpy()]
    step = 1 / (int(told.min()) * (found.high - found.low)) if told.size else float("nan")
    v = v.mask(hidden).rename_axis("indicator")
    return AikenByInstitution(v, hidden, found.groups, opened.parameters.aiken_cutoff, step)


def _withheld(sizes: pd.DataFrame, whole: pd.Series) -> pd.DataFrame:
    """Cells of one expert; and where they, with the experts of no group, are one in all, the smallest other group's.

    Otherwise the whole panel's V less that of the groups would be the one expert's.
    """
    n = sizes.to_numpy()
    hidden = (n > 0) & (n < LEAST_TOLD)
    nowhere = whole.to_numpy() - n.sum(axis=1)
    unseen = (n * hidden).sum(axis=1) + nowhere
    others = np.where((n > 0) & ~hidden, n, np.iinfo(np.int64).max)
    alone = (unseen > 0) & (unseen < LEAST_TOLD)
    hidden[alone, others.argmin(axis=1)[alone]] = True
    return pd.DataFrame(hidden & (n > 0), index=sizes.index, columns=sizes.columns)
