"""Which weight sets a round's inputs support, and which one its people chose for each parent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ikfs_methods import weighting
from ikfs_methods.checks import listed
from ikfs_methods.errors import DecisionError
from ikfs_methods.framework import Framework
from ikfs_methods.result import Shown
from ikfs_methods.rounds.decisions import moves
from ikfs_methods.rounds.opened import Opened
from ikfs_methods.weighting import WeightSet


@dataclass(frozen=True, slots=True)
class WeightChoice(Shown):
    """The weights in force: `table` has a row per node below the index: parent, weight, method, decided_by."""

    table: pd.DataFrame

    @property
    def weights(self) -> pd.Series:
        """Weight by code, summing to 1 within each parent."""
        return self.table["weight"]

    @property
    def parents(self) -> pd.Series:
        """Parent by code."""
        return self.table["parent"]

    @property
    def method(self) -> str:
        """The methods in force, each once."""
        return " + ".join(dict.fromkeys(self.table["method"]))

    def to_frame(self) -> pd.DataFrame:
        """Parent, weight, method and who decided, a row per node."""
        return self.table


def weight_sets(
    opened: Opened, expert_sets: Mapping[str, WeightSet], factor_sets: list[WeightSet]
) -> dict[str, WeightSet]:
    """Equal weights, and those from people and from data for which the round has the input."""
    tree = opened.structure
    sets = {"equal": weighting.equal(tree), **expert_sets}
    if factor_sets:
        sets["factor"] = weighting.combine(*factor_sets)
    # People weigh all candidates; what was dropped or moved away hands its weight to its siblings in proportion.
    return {name: _kept(found, tree) for name, found in sets.items()}


def _kept(found: WeightSet, tree: Framework) -> WeightSet:
    there = tree.nodes["parent"].to_dict()
    parents = found.parents.items()
    return found.within([str(code) for code, parent in parents if code in there and parent in ("", there[code])])


def choose_weights(opened: Opened, sets: Mapping[str, WeightSet]) -> WeightChoice:
    """The weights in force for every parent.

    A weight set given for this run comes first where it covers the parent, then a decision of the round on that parent,
    then one on all parents, then the parameter `weights` where that set covers the parent, then equal weights. Raises
    DecisionError when a decided set does not exist there.
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
    given = sets.get(opened.overrides.get("weights", ""))
    for parent in tree.parents:
        covered = _within(given, parent, tree) is not None
        entry = None if covered else decided.get(parent) or decided.get(None)
        name = str(entry.choice) if entry else opened.parameters.weights
        by = entry.decided_by if entry else ""
        found = _within(sets.get(name), parent, tree)
        if found is None and entry is not None:
            raise DecisionError(
                f"{opened.folder / 'round.yaml'}: the decision for {parent} asks for weights by {name!r}, which the "
                f"round cannot give; it has {_available(sets, parent, tree)}. {_remedy(opened, parent)}"
            )
        if found is None:
            name, found = "equal", _within(sets["equal"], parent, tree)
        rows += [(code, parent, weight, name, by) for code, weight in found.items()] if found is not None else []
    table = pd.DataFrame(rows, columns=["code", "parent", "weight", "method", "decided_by"]).set_index("code")
    return WeightChoice(table.reindex([code for code in tree.nodes.index if code in table.index]))


def _within(found: WeightSet | None, parent: str, tree: Framework) -> pd.Series | None:
    """The part of a set that weighs one parent's children, or None when it does not weigh all of them."""
    if found is None:
        return None
    part = found.weights[found.parents == parent]
    return part if set(part.index) == set(tree.children(parent)) else None


def _remedy(opened: Opened, parent: str) -> str:
    arrived = [code for code, new in moves(opened.file.decisions).items() if new == parent]
    if not arrived:
        return "Supply the input or change the decision."
    return (
        f"{listed(arrived)} moved to {parent} by decision and was weighed under another parent. Decide one of these "
        f"for {parent}, or have {parent} weighed again in a round whose framework has {listed(arrived)} there."
    )


def _available(sets: Mapping[str, WeightSet], parent: str, tree: Framework) -> str:
    return listed(name for name, found in sets.items() if _within(found, parent, tree) is not None)
