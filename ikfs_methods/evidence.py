"""One row per candidate indicator: every number that bears on keeping it, the rule, and what the rules say together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from ikfs_methods.framework import Framework
from ikfs_methods.result import Shown

GROUNDS = ("content", "key", "item_rest", "msa", "loading", "gap", "communality", "redundancy")


@dataclass(frozen=True, slots=True)
class Rules:
    """The cut-offs, each the least acceptable value except `redundancy`, above which two items repeat each other."""

    content: float = 0.70
    item_rest: float = 0.30
    msa: float = 0.50
    loading: float = 0.40
    gap: float = 0.20
    communality: float = 0.30
    redundancy: float = 0.90


@dataclass(frozen=True, slots=True)
class EvidenceResult(Shown):
    """The evidence on each candidate.

    `indicators` has a row per candidate: parent, aiken_v, item_rest, critical_r, alpha, alpha_if_dropped, msa,
    loading (largest absolute), factor, gap (to the next loading), communality, nearest_r and nearest (the item of the
    same dimension that it resembles most), failed (tuple of grounds) and verdict. A number that no input supports is
    NaN and its rule is not applied. `applied` names the grounds that could be judged at all.
    """

    indicators: pd.DataFrame
    rules: Rules
    applied: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """The evidence, a row per candidate, with the failed grounds as text."""
        return self.indicators.assign(failed=self.indicators["failed"].map(", ".join))

    def rule_frame(self) -> pd.DataFrame:
        """The cut-off of each ground."""
        rows = {field.name: getattr(self.rules, field.name) for field in fields(self.rules)}
        return pd.DataFrame({"cutoff": pd.Series(rows)}).rename_axis("ground")


def indicators(
    framework: Framework,
    *,
    items: pd.DataFrame,
    alphas: Mapping[str, float],
    matrix: pd.DataFrame,
    msa: pd.Series,
    loadings: pd.DataFrame,
    communalities: pd.Series,
    aiken_v: pd.Series | None = None,
    rules: Rules | None = None,
) -> EvidenceResult:
    """Which candidates the evidence supports, which it questions, and on what ground.

    `items` is the item analysis of all candidates (rows indicators: item_rest, critical_r, alpha_if_dropped), `alphas`
    the alpha by dimension, `matrix` the correlations of all candidates, `msa`, `loadings` and `communalities` those of
    one factor solution over all of them, `aiken_v` the panel's validity if there is a panel.

    The verdict is a proposal to the meeting, by one declared rule: `keep` when nothing fails; `drop` when an item
    neither goes with its dimension (item_rest) nor loads on any factor, or when it repeats another item of its
    dimension that goes better with the rest; `revise` otherwise. In a formative dimension only content and redundancy
    count, since its indicators need not correlate.
    """
    cut = rules or Rules()
    codes = framework.indicators
    table = pd.DataFrame(index=pd.Index(codes, name="indicator"))
    table["parent"] = [framework.parent(code) for code in codes]
    table["aiken_v"] = np.nan if aiken_v is None else aiken_v.reindex(codes)
    for name in ("item_rest", "critical_r", "alpha_if_dropped"):
        table[name] = items[name].reindex(codes)
    table["alpha"] = table["parent"].map(alphas)
    table["msa"] = msa.reindex(codes)
    table = table.join(_loadings(loadings.reindex(codes)))
    table["communality"] = communalities.reindex(codes)
    table = table.join(_nearest(matrix, table["parent"]))
    failures = _failures(framework, table, cut)
    table["failed"] = [tuple(name for name in GROUNDS if failures.loc[code, name]) for code in codes]
    table["verdict"] = table["failed"].map(_verdict)
    judged = {"content": "aiken_v", "key": "item_rest", "redundancy": "nearest_r"}
    applied = tuple(name for name in GROUNDS if table[judged.get(name, name)].notna().any())
    return EvidenceResult(table, cut, applied)


def _loadings(loadings: pd.DataFrame) -> pd.DataFrame:
    size = loadings.abs()
    ordered = np.sort(size.to_numpy(), axis=1)
    gap = ordered[:, -1] - ordered[:, -2] if size.shape[1] > 1 else np.full(len(size), np.nan)
    return pd.DataFrame({"loading": ordered[:, -1], "factor": size.idxmax(axis=1), "gap": gap}, index=loadings.index)


def _nearest(matrix: pd.DataFrame, parent: pd.Series) -> pd.DataFrame:
    rows = {}
    for code in parent.index:
        others = [other for other in parent.index[parent == parent[code]] if other != code]
        size = matrix.loc[code, others].abs()
        rows[code] = (size.max(), size.idxmax()) if others else (np.nan, "")
    return pd.DataFrame.from_dict(rows, orient="index", columns=["nearest_r", "nearest"])


def _failures(framework: Framework, table: pd.DataFrame, cut: Rules) -> pd.DataFrame:
    failed = pd.DataFrame(index=table.index)
    failed["content"] = table["aiken_v"] < cut.content
    # Clearly negative, not merely weak: the item runs against its own dimension, as a forgotten reverse key does.
    failed["key"] = table["item_rest"] < -table["critical_r"]
    for name in ("item_rest", "msa", "loading", "gap", "communality"):
        failed[name] = table[name] < getattr(cut, name)
    twin_rest = table["item_rest"].reindex(table["nearest"]).to_numpy()
    failed["redundancy"] = (table["nearest_r"] > cut.redundancy) & (table["item_rest"].to_numpy() < twin_rest)
    formative = table["parent"].map(framework.nodes["measurement"]) == "formative"
    failed.loc[formative, ["key", "item_rest", "msa", "loading", "gap", "communality"]] = False
    return failed


def _verdict(failed: tuple[str, ...]) -> str:
    if not failed:
        return "keep"
    if "redundancy" in failed or {"item_rest", "loading"} <= set(failed):
        return "drop" if "key" not in failed else "revise"
    return "revise"
