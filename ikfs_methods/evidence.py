"""One row per candidate indicator: every number that bears on keeping it, the rule, and what the rules say together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.framework import Framework
from ikfs_methods.result import Shown

# Item-rest correlations of two items alone are equal but for rounding, about 1e-15; a real difference is far larger.
_TIE = 1e-9
GROUNDS = ("content", "key", "item_rest", "msa", "loading", "gap", "communality", "redundancy", "dif")


@dataclass(frozen=True, slots=True)
class Rules:
    """The cut-offs: the least acceptable value, except for two.

    `content_alpha` is the largest p of the exact test of Aiken's V; `redundancy` is the correlation above which two
    items repeat each other.
    """

    content: float = 0.70
    content_alpha: float = 0.05
    item_rest: float = 0.30
    msa: float = 0.50
    loading: float = 0.40
    gap: float = 0.20
    communality: float = 0.30
    redundancy: float = 0.90


@dataclass(frozen=True, slots=True)
class EvidenceResult(Shown):
    """The evidence on each candidate.

    `indicators` has a row per candidate: parent, aiken_v, aiken_p, item_rest, critical_r, alpha, alpha_if_dropped, msa,
    loading (largest absolute), factor, gap (to the next loading), communality, nearest_r and nearest (the item of the
    same dimension that it resembles most), criterion_r (with an outside measure), retest_r (with itself on a second
    occasion), dif_r2 and dif (what the group adds to the prediction of the answers, and whether it counts), failed
    (tuple of grounds) and verdict. A number that no input supports is NaN and its rule is not applied. criterion_r and
    retest_r are shown without a rule. `applied` names the grounds that could be judged at all.
    """

    indicators: pd.DataFrame
    rules: Rules
    applied: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """The evidence, a row per candidate, with the failed grounds as text."""
        return self.indicators.assign(failed=self.indicators["failed"].map(", ".join))


def indicators(
    framework: Framework,
    *,
    items: pd.DataFrame,
    alphas: Mapping[str, float],
    matrix: pd.DataFrame,
    msa: pd.Series | None = None,
    loadings: pd.DataFrame | None = None,
    communalities: pd.Series | None = None,
    aiken: pd.DataFrame | None = None,
    criterion: pd.Series | None = None,
    retest: pd.Series | None = None,
    dif: pd.DataFrame | None = None,
    rules: Rules | None = None,
) -> EvidenceResult:
    """Which candidates the evidence supports, which it questions, and on what ground.

    `items` is the item analysis of all candidates (rows indicators: item_rest, critical_r, alpha_if_dropped), `alphas`
    the alpha by dimension, `matrix` the correlations of all candidates, `msa`, `loadings` and `communalities` those of
    one factor solution over all of them (None where there is none), `aiken` the panel's ratings by indicator (v,
    p_value) if there is a panel; `criterion` and `retest` correlations by indicator, `dif` (delta_r2, flagged) by
    indicator.

    The verdict is a proposal to the meeting, by one declared rule: `keep` when nothing fails; `drop` when an item
    neither goes with its dimension (item_rest) nor loads on any factor, or when it repeats another item of its
    dimension that goes better with the rest; `revise` otherwise. Of two items that repeat each other and go equally
    well with the rest (of two items alone they always do), both are to be revised. In a formative dimension only
    content and redundancy count, since its indicators need not correlate, and nothing says which twin is better.
    """
    cut = rules or Rules()
    codes = framework.indicators
    table = pd.DataFrame(index=pd.Index(codes, name="indicator"))
    table["parent"] = [framework.parent(code) for code in codes]
    for name, column in (("aiken_v", "v"), ("aiken_p", "p_value")):
        table[name] = np.nan if aiken is None else aiken[column].reindex(codes)
    # A dimension of one indicator has no item analysis, one of two no alpha without either.
    table = table.join(items.reindex(index=codes, columns=["item_rest", "critical_r", "alpha_if_dropped"]))
    table["alpha"] = table["parent"].map(alphas)
    table["msa"] = np.nan if msa is None else msa.reindex(codes)
    if loadings is None:
        table = table.assign(loading=np.nan, factor="", gap=np.nan)
    else:
        table = table.join(_loadings(loadings.reindex(codes)))
    table["communality"] = np.nan if communalities is None else communalities.reindex(codes)
    table = table.join(_nearest(matrix, table["parent"]))
    table["criterion_r"] = np.nan if criterion is None else criterion.reindex(codes)
    table["retest_r"] = np.nan if retest is None else retest.reindex(codes)
    table["dif_r2"] = np.nan if dif is None else dif["delta_r2"].reindex(codes)
    table["dif"] = False if dif is None else dif["flagged"].reindex(codes, fill_value=False).astype(bool)
    formative = table["parent"].map(framework.nodes["measurement"]) == "formative"
    worse = table["item_rest"] - table["item_rest"].reindex(table["nearest"]).to_numpy()
    failures = _failures(table, cut, worse, formative)
    table["failed"] = [tuple(name for name in GROUNDS if failures.loc[code, name]) for code in codes]
    weaker = (worse < -_TIE) & ~formative
    table["verdict"] = [_verdict(failed, weaker=weaker[code]) for code, failed in table["failed"].items()]
    judged = {"content": "aiken_v", "key": "item_rest", "redundancy": "nearest_r", "dif": "dif_r2"}
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


def _failures(table: pd.DataFrame, cut: Rules, worse: pd.Series, formative: pd.Series) -> pd.DataFrame:
    failed = pd.DataFrame(index=table.index)
    # With few experts a V may pass the cut-off by chance, so it must be significant as well.
    failed["content"] = (table["aiken_v"] < cut.content) | (table["aiken_p"] > cut.content_alpha)
    # Clearly negative, not merely weak: the item runs against its own dimension, as a forgotten reverse key does.
    failed["key"] = table["item_rest"] < -table["critical_r"]
    for name in ("item_rest", "msa", "loading", "gap", "communality"):
        failed[name] = table[name] < getattr(cut, name)
    failed["redundancy"] = (table["nearest_r"] > cut.redundancy) & ((worse <= _TIE) | formative)
    failed["dif"] = table["dif"]
    failed.loc[formative, ["key", "item_rest", "msa", "loading", "gap", "communality", "dif"]] = False
    return failed


def _verdict(failed: tuple[str, ...], *, weaker: bool) -> str:
    if not failed:
        return "keep"
    useless = {"item_rest", "loading"} <= set(failed)
    repeats = "redundancy" in failed and weaker
    return "drop" if (useless or repeats) and "key" not in failed else "revise"
