"""Tables of the index, its robustness, variants."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ikfs_methods.checks import one_of
from ikfs_methods.index import IndexResult
from ikfs_methods.report.language import Words
from ikfs_methods.report.layout import NUMBER, Columns, Laid
from ikfs_methods.report.tables.base import MARK, covered, dimension, lay_out, named
from ikfs_methods.robustness import LeaveOneOutResult
from ikfs_methods.rounds import Round, VariantComparison

# Decimals of what variants compare, by subject or quantity; three for the rest.
_DIGITS = {
    "items": 0,
    "n_factors": 0,
    "score": 2,
    "score_group": 2,
    "score_region": 2,
    "rank_group": 0,
    "rank_region": 0,
}


@lay_out.register
def _(result: IndexResult, words: Words, opened: Round, *, what: str = "scores") -> Laid:
    layouts = {"scores": _score_table, "nodes": _node_table, "log": _log_table}
    return layouts[one_of(what, layouts, name="what")](result, words, opened)


def _score_table(result: IndexResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    root = opened.structure.root
    nodes = list(dict.fromkeys([root, *opened.structure.dimensions]))
    frame = result.scores[nodes].rename_axis("unit").reset_index().astype({"unit": str})
    frame["n"] = result.n[root].to_numpy()
    frame["rank"] = frame[root].rank(ascending=False, method="min")
    columns = (
        c.integer("rank", words("Rank")),
        c.called("unit", words("Unit"), opened.called),
        c.integer("n", "n"),
        *(c.number(node, node) for node in nodes),
    )
    laid = Laid(frame.sort_values("rank", kind="stable"), columns, shades={root: lambda _: "strong"})
    if result.hidden is None:
        return laid
    hidden = result.hidden[nodes].reset_index(drop=True)
    hidden = hidden.assign(rank=hidden[root], n=frame["n"].isna())
    return covered(laid, hidden, words, minimum=opened.parameters.minimum_respondents)


def _node_table(result: IndexResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    tree = opened.structure
    order = tree.walk()
    scores = result.scores.iloc[0][order].rename("score").rename_axis("code").to_frame()
    frame = named(scores, opened).assign(n=result.n.iloc[0][order].to_numpy())
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Name")),
        c.integer("n", "n"),
        c.number("score", words("Score")),
    )
    return Laid(frame, columns, shades={"score": lambda row: "strong" if row["code"] in tree.parents else ""})


def _log_table(result: IndexResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    columns = (
        c.translated("step", words("Step")),
        c.text("node", words("Node")),
        c.translated("method", words("Method")),
        c.integer("count", words("Changed")),
        c.integer("total", words("Of")),
    )
    note = words("Changed: cells, rows or nodes that the step altered or left out. Reasons stand in the table's file.")
    return Laid(result.log, columns, note=note)


@lay_out.register
def _(result: LeaveOneOutResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = named(result.table, opened)
    columns = (
        c.text("code", words("Without")),
        c.text("name", words("Indicator")),
        c.number("change", words("Change of the index")),
        c.number("max_change", words("Largest change of a unit")),
        c.integer("max_rank_change", words("Largest rank change")),
        c.number("mean_rank_change", words("Mean rank change")),
        c.number("rank_correlation", words("Rank correlation"), 3),
    )
    return Laid(frame, columns, "parent_code", dimension(opened))


@lay_out.register
def _(result: VariantComparison, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    full = result.to_frame().reset_index()
    tree = opened.framework
    numbers = [name for name in full.columns if name not in ("quantity", "subject")]
    gone = _withheld(full, opened)
    digits = [_DIGITS.get(row["subject"], _DIGITS.get(row["quantity"], 3)) for _, row in full.iterrows()]
    frame = full.astype(dict.fromkeys(numbers, object))
    for name in numbers:
        frame[name] = [
            MARK if hidden and pd.isna(value) else words.number(value, places)
            for value, places, hidden in zip(full[name], digits, gone, strict=True)
        ]
    frame["quantity"] = [words(text) for text in full["quantity"]]
    frame["subject"] = [
        f"{text} {tree.label(text, opened.language)}" if text in tree.nodes.index else words(opened.called(text))
        for text in full["subject"]
    ]
    headings = {"difference": words("Difference")}
    columns = [c.text("subject", words("Subject"))]
    columns += [replace(c.text(name, headings.get(name, name)), align=NUMBER) for name in numbers]
    note = words("Difference: the last variant minus the first.")
    return Laid(frame, tuple(columns), "quantity", str, note=note, full=full)


def _withheld(full: pd.DataFrame, opened: Round) -> list[bool]:
    """Whether each row is the score or rank of a unit, whose number is missing only where it is withheld."""
    units = {
        f"{what}_{by}": set(unit.astype(str))
        for by in ("group", "region")
        if isinstance(unit := opened.units(by), pd.Series)
        for what in ("score", "rank")
    }
    pairs = zip(full["quantity"], full["subject"], strict=True)
    return [subject in units.get(quantity, ()) for quantity, subject in pairs]
