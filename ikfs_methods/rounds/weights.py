"""Which weight sets a round's inputs support, and which one its people chose for each parent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ikfs_methods import weighting
from ikfs_methods.checks import listed
from ikfs_methods.errors import DecisionError
from ikfs_methods.result import Shown
from ikfs_methods.weighting import AhpResult, WeightSet

if TYPE_CHECKING:
    from ikfs_methods.rounds.round import Round


@dataclass(frozen=True, slots=True)
class WeightChoice(Shown):
    """The weights in force: `table` has a row per node below the index: parent, weight, method, decided_by."""

    table: pd.DataFrame

    @property
    def weights(self) -> pd.Series:
        """Weight by code, summing to 1 within each parent."""
        return self.table["weight"]

    def to_frame(self) -> pd.DataFrame:
        """Parent, weight, method and who decided, a row per node."""
        return self.table


def weight_sets(opened: Round) -> dict[str, WeightSet]:
    """Equal weights, and those from people and from data for which the round has the input."""
    tree, p = opened.structure, opened.parameters
    sets = {"equal": weighting.equal(tree)}
    if isinstance(opened.ahp, AhpResult):
        sets["ahp"] = opened.ahp
    if opened.budget is not None:
        sets["budget"] = weighting.budget_allocation(opened.budget)
    factor_sets = [
        weighting.factor_weights(
            opened.items(code, retained=True), minimum_eigenvalue=p.minimum_eigenvalue, parent=code
        )
        for code in tree.dimensions
        if len(tree.children(code)) > 1
    ]
    if factor_sets:
        sets["factor"] = weighting.combine(*factor_sets)
    # People weigh all candidates; what was dropped hands its weight to its siblings in proportion.
    return {name: _kept(found, list(tree.nodes.index)) for name, found in sets.items()}


def _kept(found: WeightSet, codes: list[str]) -> WeightSet:
    return found.within([code for code in found.weights.index if code in codes])


def choose_weights(opened: Round) -> WeightChoice:
    """The weights in force for every parent.

    A decision of the round on that parent comes first, then a decision on all parents, then the parameter `weights`
    where that set covers the parent, then equal weights. Raises DecisionError when a decided set does not exist there.
    """
    tree = opened.structure
    decided = {entry.parent: entry for entry in opened.file.method_decisions if entry.topic == "weights"}
    for parent in decided:
        if parent is not None and parent not in opened.framework.parents:
            raise DecisionError(
                f"{opened.folder / 'round.yaml'}: a decision on weights must name a parent of the framework "
                f"({listed(opened.framework.parents)}); found {parent!r}. Correct the entry."
            )
    rows = []
    explicit = "weights" in opened.overrides
    for parent in tree.parents:
        entry = None if explicit else decided.get(parent) or decided.get(None)
        name = str(entry.choice) if entry else opened.parameters.weights
        by = entry.decided_by if entry else ""
        found = _within(opened.weight_sets.get(name), parent)
        if found is None and entry is not None:
            raise DecisionError(
                f"{opened.folder / 'round.yaml'}: the decision for {parent} asks for weights by {name!r}, which the "
                f"round cannot give; it has {_available(opened, parent)}. Supply the input or change the decision."
            )
        if found is None:
            name, found = "equal", _within(opened.weight_sets["equal"], parent)
        rows += [(code, parent, weight, name, by) for code, weight in found.items()] if found is not None else []
    table = pd.DataFrame(rows, columns=["code", "parent", "weight", "method", "decided_by"]).set_index("code")
    return WeightChoice(table.reindex([code for code in tree.nodes.index if code in table.index]))


def _within(found: WeightSet | None, parent: str) -> pd.Series | None:
    """The part of a set that weighs one parent's children, or None."""
    if found is None:
        return None
    part = found.weights[found.parents == parent]
    return None if part.empty else part


def _available(opened: Round, parent: str) -> str:
    return listed(name for name, found in opened.weight_sets.items() if _within(found, parent) is not None)
