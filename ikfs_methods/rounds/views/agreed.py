"""How large a panel is enough, criterion by criterion, as one small typed table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, prod

import pandas as pd

from ikfs_methods.reliability import GeneralisabilityResult
from ikfs_methods.rounds.criteria import has_own_scale
from ikfs_methods.rounds.opened import Absent
from ikfs_methods.rounds.round import Round
from ikfs_methods.rounds.views.base import View

SIZES = (3, 5, 8, 12, 20)  # panels whose reliability is foreseen
TOGETHER = ""  # the row of all criteria that share the panel's scale, averaged


@dataclass(frozen=True, slots=True)
class PanelSizes(View):
    """Reliability of the panel's mean now, and how many experts would reach the cut-off.

    `table`, a row per criterion and, where several share the panel's scale, one for their mean (criterion ""):
    n_experts, n_items, g and phi with their ends (of the mean rating as the panel gave it), needed (experts; missing
    where no number is enough or phi is undefined) and needed_low (the same, were phi at the low end of its interval).
    `curve`: criterion, experts (1 to the largest shown), g, phi. `together`: the criteria that share the panel's scale.
    """

    curve: pd.DataFrame
    together: tuple[str, ...]
    cutoff: float
    level: float

    def foreseen(self) -> pd.DataFrame:
        """Phi by criterion for panels of `SIZES` experts."""
        part = self.curve[self.curve["experts"].isin(SIZES)]
        wide = part.pivot_table(index="criterion", columns="experts", values="phi", sort=False, dropna=False)
        return wide.reindex(index=self.table["criterion"], columns=list(SIZES))


def panel_sizes(opened: Round) -> PanelSizes | Absent:
    """How many experts are enough for the mean rating of each criterion, by the parameter dependability_cutoff."""
    studied = list(_studied(opened))
    if not studied:
        return Absent("panel" if opened.panel is None else "generalisability")
    cutoff = opened.parameters.dependability_cutoff
    table = pd.DataFrame([_row(name, found, cutoff) for name, found in studied])
    table = table.astype({"needed": "Int64", "needed_low": "Int64"})
    most = max(*SIZES, int(table["n_experts"].max()))
    shown = {"expert": "experts", "g_coefficient": "g", "phi": "phi"}
    curves = {name: found.decision(range(1, most + 1))[list(shown)].rename(columns=shown) for name, found in studied}
    curve = pd.concat(curves, names=["criterion"]).reset_index("criterion")
    return PanelSizes(
        table,
        curve=curve[["criterion", "experts", "g", "phi"]].reset_index(drop=True),
        together=tuple(name for name in opened.criteria if not has_own_scale(name)),
        cutoff=cutoff,
        level=opened.parameters.level,
    )


def _studied(opened: Round) -> Iterator[tuple[str, GeneralisabilityResult]]:
    alone, together = opened.generalisability_by_criterion, opened.generalisability
    if not isinstance(alone, Absent):
        yield from alone.results.items()
    if isinstance(together, GeneralisabilityResult) and "criterion" in together.n_levels:
        yield TOGETHER, together


def _row(name: str, found: GeneralisabilityResult, cutoff: float) -> dict[str, object]:
    return {
        "criterion": name,
        "n_experts": int(found.n_levels["expert"]),
        "n_items": int(found.n_levels.iloc[0]),
        "g": found.g_coefficient,
        "g_low": found.g_low,
        "g_high": found.g_high,
        "phi": found.phi,
        "phi_low": found.phi_low,
        "phi_high": found.phi_high,
        "needed": found.needed(cutoff),
        "needed_low": _needed(found.phi_low, _received(found), cutoff),
    }


def _received(found: GeneralisabilityResult) -> float:
    """Experts behind the mean of an indicator: fewer than the panel where ratings are missing."""
    return found.n_ratings / prod(int(n) for name, n in found.n_levels.items() if name != "expert")


def _needed(phi: float, n_experts: float, cutoff: float) -> int | None:
    """Experts for the cut-off when so many reach `phi`: the odds of phi grow as their number (Brennan 2001).

    That holds since every error here is one of experts, and the criteria are the same whoever rates.
    """
    if pd.isna(phi) or phi <= 0:
        return None
    if phi >= 1:
        return 1
    # less what rounding may add, so that a panel that meets the cut-off exactly is taken
    return max(1, ceil(n_experts * (1 - phi) / phi * cutoff / (1 - cutoff) - 1e-9))
