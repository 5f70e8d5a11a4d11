"""AHP weights by group of experts, to see whether fields or institutions weigh alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ikfs_methods.checks import listed, plain
from ikfs_methods.errors import ColumnError, ParameterError, TooFewError
from ikfs_methods.result import Shown
from ikfs_methods.weighting.ahp.process import checked_method, estimate, read_judgements
from ikfs_methods.weighting.ahp.result import AhpResult


@dataclass(frozen=True, slots=True, eq=False)
class AhpGroupsResult(Shown):
    """Weights of each group of experts.

    `weights`: frame code x group, missing where nobody of the group judged the parent; `groups`: frame by (group,
    parent): n_judges, n, n_pairs, n_judged, lambda_max, ci, ri, cr, acceptable of the group's geometric mean;
    `parents`: parent by code; `results`: the full result by group. `notes` name experts without a group.
    """

    weights: pd.DataFrame
    groups: pd.DataFrame
    parents: pd.Series
    results: Mapping[str, AhpResult]
    cutoff: float
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """One row per group and code that the group judged: group, parent, code, weight, n_judges, cr."""
        long = self.weights.rename_axis("code").melt(ignore_index=False, var_name="group", value_name="weight")
        long = long.reset_index().dropna(subset="weight")
        long["parent"] = long["code"].map(self.parents)
        told = self.groups[["n_judges", "cr"]].reset_index()
        shown = long.merge(told, on=["group", "parent"], how="left")
        return shown[["group", "parent", "code", "weight", "n_judges", "cr"]]


def ahp_by_group(
    judgements: pd.DataFrame,
    groups: pd.Series,
    *,
    priority: str = "eigenvector",
    aggregation: str = "aij",
    cutoff: float = 0.10,
    incomplete: str = "accept",
    scale: float = 9.0,
    random_index: Mapping[int, float] | None = None,
    random_index_source: str | None = None,
) -> AhpGroupsResult:
    """Weights of each group of experts, by itself, from the long table and with the options of `ahp`.

    `groups`: series by expert: field, institution or any other name; an expert without one is left out and named in a
    note. Groups stand in the order in which their first expert stands in the table.
    Raises what `ahp` raises; ParameterError when groups is no series, ColumnError when it names an expert twice with
    different groups, TooFewError when no expert of the table has a group.
    Answers the question: do groups of experts weigh the elements alike, or does the mix of the panel decide?
    """
    method = checked_method(
        priority, aggregation, incomplete, cutoff=cutoff, scale=scale, random_index=(random_index, random_index_source)
    )
    stacks, experts = read_judgements(judgements, method)
    members, notes = _members(groups, experts)
    results = {}
    for name, own in members.items():
        judged = tuple(part for stack in stacks if (part := stack.of(dict.fromkeys(own))) is not None)
        results[name] = estimate(judged, own, method)
    codes = [code for stack in stacks for code in stack.elements]
    weights = pd.DataFrame({name: result.weights.reindex(codes) for name, result in results.items()}, index=codes)
    table = pd.concat({name: _group_rows(result) for name, result in results.items()}, names=["group"])
    return AhpGroupsResult(
        weights=weights.rename_axis("code").rename_axis("group", axis=1),
        groups=table,
        parents=pd.Series({code: stack.parent for stack in stacks for code in stack.elements}, name="parent"),
        results=results,
        cutoff=method.rule.cutoff,
        notes=notes,
    )


def _group_rows(result: AhpResult) -> pd.DataFrame:
    rows = result.groups.copy()
    rows.insert(0, "n_judges", result.diagnostics["judges"].reindex(rows.index).to_numpy())
    return rows


def _members(groups: pd.Series, experts: tuple[str, ...]) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Experts by group, and a note on those without one."""
    if not isinstance(groups, pd.Series):
        raise ParameterError(
            f"groups must be a pandas Series by expert; found {type(groups).__name__}. Give one name for each expert."
        )
    named = pd.DataFrame(
        {"expert": [str(plain(expert)).strip() for expert in groups.index], "group": groups.to_numpy(dtype=object)}
    ).dropna()
    named["group"] = named["group"].map(lambda name: str(plain(name)).strip())
    named = named[named["group"] != ""].drop_duplicates()
    twice = named["expert"][named["expert"].duplicated() & named["expert"].isin(experts)]
    if len(twice):
        raise ColumnError(
            f"groups must give each expert one group; several are given for {listed(dict.fromkeys(twice))}. Keep one."
        )
    group_of = dict(zip(named["expert"], named["group"], strict=True))
    members: dict[str, tuple[str, ...]] = {}
    for expert in experts:
        if expert in group_of:
            members[group_of[expert]] = (*members.get(group_of[expert], ()), expert)
    if not members:
        raise TooFewError(
            f"groups must name the group of at least one expert of the table ({listed(experts)}); found groups of "
            f"{listed(groups.index) or 'nobody'}. Give both the same names."
        )
    without = [expert for expert in experts if expert not in group_of]
    note = f"Left out, since no group was given: {listed(without)}." if without else ""
    return members, (note,) if note else ()
