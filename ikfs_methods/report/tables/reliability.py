"""Tables of reliability: of dimensions, of differences between respondents, of the index and of means."""

from __future__ import annotations

import pandas as pd

from ikfs_methods.privacy import suppress_counts
from ikfs_methods.reliability import (
    AlphaByGroupResult,
    AlphaDifferenceResult,
    AlphaResult,
    MeansReliabilityResult,
    MeasurementErrorResult,
    WeightedCompositeResult,
)
from ikfs_methods.report.language import Words
from ikfs_methods.report.layout import Columns, Laid
from ikfs_methods.report.tables.base import covered, dimension, judged, lay_out, lay_out_each
from ikfs_methods.rounds import ByDimension, Round, views


def _node(code: str, opened: Round) -> dict[str, object]:
    """The first columns of a row of a dimension."""
    return {
        "code": code,
        "name": opened.framework.label(code, opened.language),
        "judged": opened.framework.nodes["measurement"][code] != "formative",
    }


@lay_out_each.register
def _(kind: AlphaResult, result: ByDimension, words: Words, opened: Round, *, after: ByDimension | None = None) -> Laid:
    c = Columns(words)
    cutoff = opened.parameters.alpha_cutoff
    rows = []
    for stage, part in (("all", result), ("retained", after)):
        for code, found in (part.results if part else {}).items():
            rows.append(
                {
                    **_node(code, opened),
                    "stage": words("all candidates") if stage == "all" else words("retained"),
                    "n_items": found.n_items,
                    "n_respondents": found.n_respondents,
                    "n_dropped": found.n_dropped,
                    "alpha": found.alpha,
                    "ci_low": found.ci_low,
                    "ci_high": found.ci_high,
                    "standardized": found.standardized_alpha,
                }
            )
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Dimension")),
        c.integer("n_items", words("Items")),
        c.integer("n_respondents", "n"),
        c.number("alpha", words("Alpha"), 3),
        c.number("ci_low", words("Low"), 3),
        c.number("ci_high", words("High"), 3),
        c.number("standardized", words("Standardised"), 3),
    )
    shades = {"alpha": lambda row: judged(row, row["alpha"] >= cutoff)}
    note = words(
        "Low and high: {level} Feldt interval. Shaded: alpha below or at least {cutoff}.",
        level=words.percent(opened.parameters.level, 0),
        cutoff=words.number(cutoff),
    )
    return Laid(pd.DataFrame(rows), columns, "stage" if after else None, str, shades, note)


@lay_out.register
def _(result: views.ReliabilityTable, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = pd.DataFrame([{**_node(row["code"], opened), **row} for row in result.table.to_dict("records")])
    columns = (
        c.text("code", words("Code")),
        c.integer("n_items", words("Items")),
        c.number("alpha", words("Alpha"), 3),
        c.number("standardized", words("Standardised"), 3),
        c.number("ordinal_alpha", words("Ordinal"), 3),
        c.number("lambda2", "λ2", 3),
        c.number("lambda4", "λ4", 3),
        c.number("lambda6", "λ6", 3),
        c.number("mean_half", words("Mean half"), 3),
        c.number("glb", "GLB", 3),
        c.number("omega_total", "ω", 3),
    )
    note = words(
        "λ2, λ4, λ6: Guttman's bounds, λ4 the best split half; mean half: mean over all splits; GLB: greatest lower "
        "bound; ω: McDonald's omega total of one factor. A dash: not defined for so few items or respondents."
    )
    return Laid(frame, columns, None, str, {}, note)


@lay_out_each.register
def _(kind: MeasurementErrorResult, result: ByDimension, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    rows = [
        {**_node(code, opened), "reliability": found.reliability, **found.scores.loc["mean"].to_dict()}
        for code, found in result.results.items()
    ]
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Dimension")),
        c.number("reliability", words("Alpha"), 3),
        c.number("sd", words("SD")),
        c.number("sem", words("Standard error")),
        c.number("half_width", words("One score, ±")),
        c.number("mdc", words("Difference of two scores")),
    )
    note = words(
        "In points of the mean of the items. One score: half the width of its {level} interval. Difference: what two "
        "scores must differ by to be more than error at that level.",
        level=words.percent(kind.level, 0),
    )
    return Laid(pd.DataFrame(rows), columns, None, str, {}, note)


@lay_out_each.register
def _(kind: AlphaByGroupResult, result: ByDimension, words: Words, opened: Round) -> Laid:
    c, p = Columns(words), opened.parameters
    frame = pd.concat({code: found.groups for code, found in result.results.items()}, names=["code", "group"])
    frame = frame.reset_index()
    frame["group"] = [opened.called(name) for name in frame["group"]]
    frame["judged"] = frame["code"].map(opened.framework.nodes["measurement"]) != "formative"
    hidden = pd.DataFrame(data=False, index=frame.index, columns=list(frame.columns))
    for code in result.results:
        # Group sizes are told elsewhere, so that the rows used would tell the rows with a gap; the interval, with
        # alpha beside it, tells the rows used.
        rows = frame.index[frame["code"] == code]
        cells = frame.loc[rows, ["n", "n_dropped"]].set_axis(["used", "gap"], axis=1)
        told = suppress_counts(cells, minimum=p.minimum_count).hidden.to_numpy()
        # The rows that all groups together lack are told with the alpha of all, be they ever so few.
        closed = told.any(axis=1) | (0 < cells["gap"].sum() < p.minimum_count)
        for name in ("n", "n_dropped", "ci_low", "ci_high"):
            hidden.loc[rows, name] = closed.tolist()
    columns = (
        c.text("group", words("Group")),
        c.integer("n", "n"),
        c.number("alpha", words("Alpha"), 3),
        c.number("ci_low", words("Low"), 3),
        c.number("ci_high", words("High"), 3),
    )
    shades = {"alpha": lambda row: judged(row, row["alpha"] >= p.alpha_cutoff)}
    note = words(
        "Low and high: {level} Feldt interval. Shaded: alpha below or at least {cutoff}.",
        level=words.percent(p.level, 0),
        cutoff=words.number(p.alpha_cutoff),
    )
    laid = Laid(frame.mask(hidden), columns, "code", dimension(opened), shades, note)
    return covered(laid, hidden, words, minimum=p.minimum_count)


@lay_out_each.register
def _(kind: AlphaDifferenceResult, result: ByDimension, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    rows = [
        {
            **_node(code, opened),
            "before": found.first_alpha,
            "now": found.second_alpha,
            # As readers expect it: what has been gained.
            "change": -found.difference,
            "ci_low": -found.ci_high,
            "ci_high": -found.ci_low,
            "p_value": found.p_value,
        }
        for code, found in result.results.items()
    ]
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Dimension")),
        c.number("before", words("Round before"), 3),
        c.number("now", words("This round"), 3),
        c.number("change", words("Change"), 3),
        c.number("ci_low", words("Low"), 3),
        c.number("ci_high", words("High"), 3),
        c.p_value("p_value", "p"),
    )
    shades = {"p_value": lambda row: "warn" if row["p_value"] < 1 - kind.level else ""}
    note = words(
        "Low and high: {level} interval of the change. p: Feldt's test that both alphas are equal.",
        level=words.percent(kind.level, 0),
    )
    return Laid(pd.DataFrame(rows), columns, None, str, shades, note)


@lay_out.register
def _(result: WeightedCompositeResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    rows = [{**_node(str(code), opened), **row} for code, row in result.parts.T.to_dict().items()]
    root = opened.structure.root
    rows.append({**_node(root, opened), "weight": 1.0, "sd": result.sd, "reliability": result.reliability})
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Score")),
        c.percent("weight", words("Weight")),
        c.number("sd", words("SD"), 1),
        c.number("reliability", words("Reliability"), 3),
        c.percent("error_share", words("Share of the error"), 0),
    )
    shades = {name: lambda row: "strong" if row["code"] == root else "" for name in ("code", "name", "reliability")}
    note = words(
        "Standard error of the index of one respondent: {error} points of 100. Reliability of the dimensions: alpha.",
        error=words.number(result.standard_error, 1),
    )
    return Laid(pd.DataFrame(rows), columns, None, str, shades, note)


@lay_out.register
def _(result: MeansReliabilityResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    cutoff = opened.parameters.alpha_cutoff
    table = result.table.rename_axis("code").reset_index()
    enough = result.means["reliability"].ge(cutoff).groupby(result.means["score"]).sum()
    rows = [{**_node(row["code"], opened), **row, "enough": enough[row["code"]]} for row in table.to_dict("records")]
    frame = pd.DataFrame(rows).drop(columns=["n", "n_dropped", "df2"])
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Score")),
        c.number("icc1", "ICC(1)", 3),
        c.number("icc1_low", words("Low"), 3),
        c.number("icc1_high", words("High"), 3),
        c.number("icc2", "ICC(2)", 2),
        c.p_value("p_value", "p"),
        c.integer("n_groups", words("Units")),
        c.integer("enough", words("Reliable")),
    )
    note = words(
        "ICC(1): share of the differences between respondents that lies between units, with its {level} interval; "
        "ICC(2): reliability of the mean of a unit of average size; p: of the test that units do not differ. Reliable: "
        "units whose own mean reaches {cutoff}.",
        level=words.percent(result.level, 0),
        cutoff=words.number(cutoff),
    )
    return Laid(frame, columns, None, str, {}, note)
