"""Tables of validity beyond content: outside measures, known groups, two occasions, fairness."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from ikfs_methods.report.language import N_, NONE, Words
from ikfs_methods.report.layout import Column, Columns, Laid
from ikfs_methods.report.tables.base import covered, dimension, lay_out, lay_out_each, named
from ikfs_methods.rounds import ByDimension, Round
from ikfs_methods.validity import CriterionResult, DifResult, KnownGroupsResult, TestRetestResult

MODERATE, LARGE = 0.035, 0.070  # gains in Nagelkerke's R² (Jodoin & Gierl 2001, doi:10.1207/S15324818AME1404_2)
# Key words that results hold; listed here so that the catalogues have them.
KEYWORDS = (
    N_("negligible"), N_("moderate"), N_("large"), N_("uniform"), N_("nonuniform"), N_("harder"), N_("easier"),
)  # fmt: skip


def with_total(table: pd.DataFrame, total: pd.Series, words: Words, opened: Round) -> pd.DataFrame:
    """The indicators' rows, and below them that of the mean of all."""
    frame = named(table, opened)
    last = {**total.to_dict(), "code": "", "name": words("Mean of all indicators"), "parent_code": ""}
    return pd.concat([frame, pd.DataFrame([last])], ignore_index=True)[list(frame.columns)]


def _headed(total: str, opened: Round) -> Callable[[Any], str]:
    label = dimension(opened)
    return lambda code: label(code) if code else total


@lay_out.register
def _(result: CriterionResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = with_total(result.indicators, result.total, words, opened)
    partial = "partial_r" in frame
    columns = [
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        c.number("r", "r"),
        c.number("ci_low", words("Low")),
        c.number("ci_high", words("High")),
        c.p_value("p_adjusted", words("p (Holm)")),
    ]
    if partial:
        columns += [
            c.number("partial_r", words("Partial r")),
            c.number("partial_low", words("Low")),
            c.number("partial_high", words("High")),
        ]
    alpha = 1 - result.level
    shades = {"p_adjusted": lambda row: "warn" if row["p_adjusted"] >= alpha else ""}
    note = words(
        "n = {n} respondents without a gap. Low and high: {level} interval. Holm: p adjusted for the number of "
        "indicators; shaded where it is not below {alpha}.",
        n=words.integer(result.n),
        level=words.percent(result.level, 0),
        alpha=words.number(alpha),
    )
    if partial:
        note += " " + words("Partial r: among respondents of the same group.")
    frame = frame.drop(columns=["n", "note"])
    return Laid(frame, tuple(columns), "parent_code", _headed(words("All dimensions"), opened), shades, note)


@lay_out.register
def _(result: KnownGroupsResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = with_total(result.indicators, result.total, words, opened)
    two = "hedges_g" in frame
    names, digits = (("hedges_g", "g_low", "g_high"), 2) if two else (("eta_squared", "eta_low", "eta_high"), 3)
    heads = ("g" if two else "η²", words("Low"), words("High"))
    effect = [c.number(name, head, digits) for name, head in zip(names, heads, strict=True)]
    if two:
        first, second = (str(name) for name in result.means.columns[:2])
        rises = frame["difference"] > 0
        frame["lowest"], frame["highest"] = (
            [one if up else other for up in rises] for one, other in ((first, second), (second, first))
        )
    columns = (
        c.text("code", words("Code")),
        *effect,
        c.p_value("p_adjusted", words("p (Holm)")),
        c.called("lowest", words("Lowest mean"), opened.called),
        c.called("highest", words("Highest mean"), opened.called),
    )
    alpha = 1 - result.level
    shades = {"p_adjusted": lambda row: "strong" if row["p_adjusted"] < alpha else ""}
    kind = (
        words("Hedges' g: difference of two means in standard deviations")
        if two
        else words("η²: share of the differences between respondents that lies between groups")
    )
    note = words(
        "n = {n} respondents without a gap. {kind}; low and high: its {level} interval. p by Welch's test, adjusted "
        "for the number of indicators by Holm's steps; bold below {alpha}.",
        n=words.integer(result.n),
        kind=kind,
        level=words.percent(result.level, 0),
        alpha=words.number(alpha),
    )
    shown = ["code", "name", "parent_code", *(column.name for column in columns[1:])]
    return Laid(frame[shown], columns, "parent_code", _headed(words("Mean of all indicators"), opened), shades, note)


@lay_out_each.register
def _(kind: TestRetestResult, result: ByDimension, words: Words, opened: Round) -> Laid:
    c, p = Columns(words), opened.parameters
    parts, gaps = [], []
    for code, found in result.results.items():
        frame = named(found.items, opened)
        last = {**found.total.to_dict(), "code": code, "name": words("Sum of the items"), "parent_code": code}
        parts.append(pd.concat([frame, pd.DataFrame([last])], ignore_index=True))
        gaps += list(found.n_matched - parts[-1]["n"])
    frame = pd.concat(parts, ignore_index=True)
    shown = ["r", "icc_agreement", "icc_agreement_low", "icc_agreement_high", "change", "p_value", "sem", "mdc"]
    frame = frame[["code", "name", "parent_code", "n", *shown]]
    hidden = pd.DataFrame(data=False, index=frame.index, columns=list(frame.columns))
    # The number answered twice is told: what an item lacks of it is too, by its n or by the width of an interval.
    few = [0 < gap < p.minimum_count for gap in gaps]
    for name in ("n", "icc_agreement_low", "icc_agreement_high", "p_value"):
        hidden[name] = few
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        c.integer("n", "n"),
        c.number("r", "r"),
        c.number("icc_agreement", "ICC"),
        c.number("icc_agreement_low", words("Low")),
        c.number("icc_agreement_high", words("High")),
        c.number("change", words("Change")),
        c.number("mdc", words("Least change")),
    )
    totals = set(result.results)
    shades = {
        "icc_agreement": lambda row: "bad" if row["icc_agreement"] < opened.parameters.retest_cutoff else "",
        "name": lambda row: "strong" if row["code"] in totals else "",
    }
    note = words(
        "ICC: agreement of single answers, ICC(A,1), with its {level} interval; shaded below {cutoff}. Change: second "
        "less first mean. Least change of one respondent that is more than error. Points of the scale; of the sum in "
        "its row.",
        level=words.percent(kind.level, 0),
        cutoff=words.number(opened.parameters.retest_cutoff),
    )
    laid = Laid(frame.mask(hidden), columns, "parent_code", dimension(opened), shades, note)
    return covered(laid, hidden, words, minimum=p.minimum_count)


@lay_out_each.register
def _(kind: DifResult, result: ByDimension, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = named(pd.concat([found.items for found in result.results.values()]), opened)
    frame["judged"] = frame["parent_code"].map(opened.framework.nodes["measurement"]) != "formative"
    frame["told"] = frame["flagged"].fillna(value=False).astype(bool) & frame["judged"]
    frame["who"] = [
        f"{opened.called(group)}: {words(str(direction))}" if told else NONE
        for told, group, direction in zip(frame["told"], frame["group"], frame["direction"], strict=True)
    ]
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        c.number("chi2_total", "χ²", 1),
        c.p_value("p_total", "p"),
        c.number("delta_r2", "ΔR²", 3),
        c.translated("size", words("Size")),
        Column("dif_kind", words("Kind"), lambda value: words(str(value)) if value else NONE),
        c.text("who", words("For whom")),
    )
    shades = {
        name: lambda row: {"moderate": "warn", "large": "bad"}.get(str(row["size"]), "warn") if row["told"] else ""
        for name in ("delta_r2", "size")
    }
    note = words(
        "χ²: both parts of the test together; ΔR²: gain in Nagelkerke's R²; flagged where p is below {alpha} and ΔR² "
        "at least {effect}. Size after Jodoin and Gierl: moderate from {moderate}, large from {large}.",
        alpha=words.plain(kind.alpha),
        effect=words.plain(kind.effect),
        moderate=words.number(MODERATE, 3),
        large=words.number(LARGE, 3),
    )
    if any(found.indicative for found in result.results.values()):
        few = words("Indicative only: a group has fewer than {least} respondents.", least=words.integer(kind.least))
        note = f"{note} {few}"
    names = [
        "code", "name", "parent_code", "chi2_total", "df", "p_total", "p_uniform", "p_nonuniform", "delta_r2",
        "delta_r2_uniform", "delta_r2_nonuniform", "size", "flagged", "dif_kind", "who", "told",
    ]  # fmt: skip
    return Laid(frame[names], columns, "parent_code", dimension(opened), shades, note)
