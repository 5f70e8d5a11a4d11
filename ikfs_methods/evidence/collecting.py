"""The numbers of every source beside each other, a row per candidate indicator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import listed
from ikfs_methods.errors import ParameterError
from ikfs_methods.evidence.judging import judge, long_table, verdict, weaker_twins
from ikfs_methods.evidence.result import EvidenceResult
from ikfs_methods.evidence.rules import BESIDE, CONTENT_RULES, Rules
from ikfs_methods.framework import Framework


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """The item tables of a panel, by indicator, each None where the panel was not asked.

    `aiken` and `clarity`: v, p_value, ci_low, ci_high, critical_v; `ratio`: cvr, critical_cvr, ci_low, ci_high;
    `index`: i_cvi, kappa, n_experts, ci_low, ci_high.
    """

    aiken: pd.DataFrame | None = None
    clarity: pd.DataFrame | None = None
    ratio: pd.DataFrame | None = None
    index: pd.DataFrame | None = None


# Column of the evidence: the table of the panel, and its column there.
_OF_PANEL = {
    "aiken_v": ("aiken", "v"),
    "aiken_p": ("aiken", "p_value"),
    "v_low": ("aiken", "ci_low"),
    "v_high": ("aiken", "ci_high"),
    "clarity_v": ("clarity", "v"),
    "cvr": ("ratio", "cvr"),
    "critical_cvr": ("ratio", "critical_cvr"),
    "i_cvi": ("index", "i_cvi"),
    "cvi_kappa": ("index", "kappa"),
    "cvr_low": ("ratio", "ci_low"),
    "cvr_high": ("ratio", "ci_high"),
    "i_cvi_low": ("index", "ci_low"),
    "i_cvi_high": ("index", "ci_high"),
    "clarity_low": ("clarity", "ci_low"),
    "clarity_high": ("clarity", "ci_high"),
    "n_experts": ("index", "n_experts"),
}


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
    clarity: pd.DataFrame | None = None,
    content_ratio: pd.DataFrame | None = None,
    content_index: pd.DataFrame | None = None,
    criterion: pd.Series | None = None,
    retest: pd.Series | None = None,
    dif: pd.DataFrame | None = None,
    rules: Rules | None = None,
    sources: Mapping[str, str] | None = None,
) -> EvidenceResult:
    """Which candidates the evidence supports, which it questions, and on what ground.

    `items` is the item analysis of all candidates (rows indicators: item_rest, critical_r, alpha_if_dropped), `alphas`
    the alpha by dimension, `matrix` the correlations of all candidates, `msa`, `loadings` and `communalities` those of
    one factor solution over all of them (None where there is none). Of the panel, by indicator, where it was asked:
    `aiken` and `clarity` (Aiken's V of relevance and of clarity: v, p_value, ci_low, ci_high, critical_v),
    `content_ratio` (cvr, critical_cvr), `content_index` (i_cvi, kappa, n_experts). `criterion` and `retest` are
    correlations by indicator, `dif` (delta_r2, flagged) by indicator. `sources` says where the cut-off of each
    parameter comes from.

    The verdict is a proposal to the meeting, by one declared rule: `keep` when nothing fails; `drop` when an item
    neither goes with its dimension (item_rest) nor loads on any factor, or when it repeats another item of its
    dimension that goes better with the rest; `revise` otherwise. Of two items that repeat each other and go equally
    well with the rest (of two items alone they always do), both are to be revised. In a formative dimension only
    content, clarity and redundancy count, since its indicators need not correlate, and nothing says which twin is
    better. Of the panel's numbers those count that `rules.content_rules` names. Raises ParameterError for a rule there
    that does not exist.
    """
    cut = rules or Rules()
    unknown = [name for name in cut.content_rules if name not in CONTENT_RULES]
    if unknown:
        raise ParameterError(f"content_rules must be among {listed(CONTENT_RULES)}; found {listed(unknown)}.")
    codes = framework.indicators
    table = pd.DataFrame(index=pd.Index(codes, name="indicator"))
    table["parent"] = [framework.parent(code) for code in codes]
    told = _of_panel(Panel(aiken, clarity, content_ratio, content_index), table.index)
    table = table.join(told.drop(columns=list(BESIDE)))
    table = table.join(_of_items(items, table["parent"], alphas))
    table["msa"] = np.nan if msa is None else msa.reindex(codes)
    table = table.join(_loadings(None if loadings is None else loadings.reindex(codes), table.index))
    table["communality"] = np.nan if communalities is None else communalities.reindex(codes)
    table = table.join(_nearest(matrix, table["parent"]))
    table["criterion_r"] = np.nan if criterion is None else criterion.reindex(codes)
    table["retest_r"] = np.nan if retest is None else retest.reindex(codes)
    table["dif_r2"] = np.nan if dif is None else dif["delta_r2"].reindex(codes)
    table["dif"] = False if dif is None else dif["flagged"].reindex(codes, fill_value=False).astype(bool)
    formative = table["parent"].map(framework.nodes["measurement"]) == "formative"
    beside = told[list(BESIDE)]
    judged = judge(table, beside, cut, formative)
    table["failed"] = judged.failed(codes)
    weaker = weaker_twins(table, formative)
    table["verdict"] = [verdict(failed, weaker=gone) for failed, gone in zip(table["failed"], weaker, strict=True)]
    return EvidenceResult(table, cut, judged.applied, long_table(table, beside, judged, sources or {}))


def _of_panel(panel: Panel, codes: pd.Index) -> pd.DataFrame:
    """The panel's numbers; `reachable` is False where no rating of so few experts could be significant."""
    told = pd.DataFrame(index=codes)
    for name, (part, column) in _OF_PANEL.items():
        items: pd.DataFrame | None = getattr(panel, part)
        known = items is not None and column in items
        told[name] = items[column].reindex(codes).astype("float64") if items is not None and known else np.nan
    told["reachable"] = True
    if panel.aiken is not None and "critical_v" in panel.aiken:
        told["reachable"] = panel.aiken["critical_v"].notna().reindex(codes, fill_value=True)
    return told


def _of_items(items: pd.DataFrame, parent: pd.Series, alphas: Mapping[str, float]) -> pd.DataFrame:
    """The item analysis; a dimension of one indicator has none, one of two no alpha without either."""
    table = items.reindex(index=parent.index, columns=["item_rest", "critical_r", "alpha", "alpha_if_dropped"])
    return table.assign(alpha=parent.map(alphas)).astype("float64")


def _loadings(loadings: pd.DataFrame | None, codes: pd.Index) -> pd.DataFrame:
    if loadings is None:
        return pd.DataFrame({"loading": np.nan, "factor": "", "gap": np.nan}, index=codes)
    size = loadings.abs()
    ordered = np.sort(size.to_numpy(), axis=1)
    gap = ordered[:, -1] - ordered[:, -2] if size.shape[1] > 1 else np.full(len(size), np.nan)
    return pd.DataFrame({"loading": ordered[:, -1], "factor": size.idxmax(axis=1), "gap": gap}, index=codes)


def _nearest(matrix: pd.DataFrame, parent: pd.Series) -> pd.DataFrame:
    rows = {}
    for code in parent.index:
        others = [other for other in parent.index[parent == parent[code]] if other != code]
        size = matrix.loc[code, others].abs()
        rows[code] = (size.max(), size.idxmax()) if others else (np.nan, "")
    return pd.DataFrame.from_dict(rows, orient="index", columns=["nearest_r", "nearest"])
