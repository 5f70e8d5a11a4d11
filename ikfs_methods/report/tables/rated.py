"""Tables of the panel: who rated what, V by criterion, by institution and since the round before, comments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from ikfs_methods.report.language import Words
from ikfs_methods.report.layout import NUMBER, Columns, Laid
from ikfs_methods.report.tables.base import MARK, covered, dimension, lay_out, named
from ikfs_methods.rounds import Round, views
from ikfs_methods.validity import AikenDifferenceResult

MOST_COLUMNS = 8  # columns of V that a page holds beside the names of the indicators
MOST_ROWS = 12  # indicators on which groups disagree that a meeting can talk through


@lay_out.register
def _(result: views.PanelTable, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = result.table.assign(
        called=[criterion_name(name, words) for name in result.table["criterion"]],
        scale=[f"{words.integer(row.low)} – {words.integer(row.high)}" for row in result.table.itertuples()],
    )
    columns = (
        c.text("called", words("Criterion")),
        replace(c.text("scale", words("Scale")), align=NUMBER),
        c.integer("n_experts", words("Experts")),
        c.integer("n_items", words("Indicators")),
        c.integer("n_ratings", words("Ratings")),
        c.integer("n_missing", words("Missing")),
        c.integer("delphi_rounds", words("Times asked")),
    )
    shades = {"n_missing": lambda row: "warn" if row["n_missing"] else ""}
    again = bool((result.table["delphi_rounds"] > 1).any())
    note = words("Asked more than once: the last rating of each indicator counts.") if again else ""
    return Laid(frame, columns, shades=shades, note=note, full=result.table)


@lay_out.register
def _(result: views.AikenByCriterion, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    wide = result.wide()
    wide = wide.reindex([code for code in opened.framework.indicators if code in wide.index])
    shown = result.criteria[:MOST_COLUMNS]
    frame = named(wide.add_prefix("v_").rename_axis("code"), opened)
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        *(c.number(f"v_{name}", criterion_name(name, words)) for name in shown),
    )
    shades: dict[str, Callable[[Any], str]] = {
        f"v_{name}": partial(_below, name=f"v_{name}", cutoff=result.cutoffs[name]) for name in shown
    }
    each = [f"{criterion_name(name, words)} {words.number(result.cutoffs[name])}" for name in shown]
    note = words("Shaded: V below the cut-off of its criterion ({cutoffs}).", cutoffs=words.listing(each))
    if len(shown) < len(result.criteria):
        note += " " + words("The file of this table holds all criteria.")
    return Laid(frame, columns, "parent_code", dimension(opened), shades, note, result.table)


def _below(row: Mapping[str, Any], *, name: str, cutoff: float) -> str:
    return "bad" if row[name] < cutoff else ""


@lay_out.register
def _(result: views.AikenByInstitution, words: Words, opened: Round) -> Laid:
    """The indicators on which groups would decide differently, most different first; the file holds all."""
    c = Columns(words)
    spread, groups = result.spread(), list(result.groups.index)
    frame = named(result.table.add_prefix("v_").rename_axis("code"), opened)
    frame["range"] = spread["range"].reindex(frame["code"]).to_numpy()
    shown = [f"v_{name}" for name in groups[:MOST_COLUMNS]]
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        *(c.number(f"v_{name}", opened.called(name)) for name in groups[:MOST_COLUMNS]),
        c.number("range", words("Distance")),
    )
    shades: dict[str, Callable[[Any], str]] = {name: partial(_below, name=name, cutoff=result.cutoff) for name in shown}
    hidden = result.hidden.add_prefix("v_").reset_index(drop=True)
    laid = covered(Laid(frame, columns, shades=shades), hidden, words, minimum=2)
    split = spread[spread["split"]].sort_values("range", ascending=False, kind="stable").index[:MOST_ROWS]
    place = pd.Series(laid.frame.index, index=frame["code"])
    note = words(
        "Only indicators on which the groups lie on both sides of the cut-off {cutoff}, at most {most}; the file of "
        "this table holds all. Shaded: V below the cut-off.",
        cutoff=words.number(result.cutoff),
        most=words.integer(MOST_ROWS),
    )
    if hidden.to_numpy().any():
        withheld = words("{mark}: withheld, because it would tell the rating of a single expert.", mark=MARK)
        note = f"{note} {withheld}"
    full = frame if laid.full is None else laid.full
    return replace(laid, frame=laid.frame.loc[place[split]], note=note, full=full)


@lay_out.register
def _(result: AikenDifferenceResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        c.number("v_first", words("V before")),
        c.number("v_second", words("V now")),
        c.number("difference", words("Change")),
        c.number("ci_low", words("Low")),
        c.number("ci_high", words("High")),
        c.p_value("p_adjusted", words("p (Holm)")),
    )
    alpha = 1 - result.level
    shades = {
        "difference": lambda row: "" if not row["p_adjusted"] < alpha else "good" if row["difference"] > 0 else "bad"
    }
    note = words(
        "Low and high: {level} interval of the change. p: exact, adjusted for the number of indicators by Holm's "
        "steps; shaded where it is below {alpha}.",
        level=words.percent(result.level, 0),
        alpha=words.number(alpha),
    )
    return Laid(named(result.items, opened), columns, "parent_code", dimension(opened), shades, note)


@lay_out.register
def _(result: views.Comments, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    tree, language = opened.framework, opened.language
    columns: tuple[Any, ...] = (
        c.called("indicator", words("Indicator"), lambda code: f"{code} {tree.label(str(code), language)}"),
        c.text("comment", words("Comment")),
    )
    if (result.table["institution"] != "").any():
        columns = (*columns, c.called("institution", words("Institution or field"), opened.called))
    if result.table["delphi_round"].max() > 1:
        columns = (*columns, c.integer("delphi_round", words("Delphi round")))
    return Laid(result.table, columns)


def criterion_name(criterion: str, words: Words) -> str:
    """A criterion as a heading: Relevance, Congruence: KD."""
    name, mark, about = criterion.partition(":")
    said = words(name)
    return said[:1].upper() + said[1:] + (f"{mark} {about}" if about else "")
