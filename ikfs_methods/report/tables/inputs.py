"""Tables of what came in and what was decided."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ikfs_methods.answers import Answers
from ikfs_methods.report.language import Words
from ikfs_methods.report.layout import Columns, Laid
from ikfs_methods.report.tables.base import covered, dimension, lay_out, named
from ikfs_methods.rounds import Round, views


@lay_out.register
def _(result: Answers, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        c.integer("n", words("Answers")),
        c.percent("missing", words("Missing")),
        c.number("mean", words("Mean")),
        c.number("sd", words("SD")),
        c.mark("reversed", words("Turned")),
    )
    frame = named(result.to_frame(), opened)
    may = views.gap_totals(opened).items.loc[list(frame["code"])].reset_index(drop=True)
    least = opened.parameters.minimum_count
    gone = ~may["told"]
    # Their full precision would tell how many answers they are of.
    frame[["mean", "sd"]] = frame[["mean", "sd"]].where(may["told"], frame[["mean", "sd"]].round(2))
    if gone.any():
        frame[["n", "missing"]] = frame[["n", "missing"]].astype(float).mask(gone)
    laid = Laid(
        frame,
        columns,
        "parent_code",
        dimension(opened),
        {"missing": lambda row: "warn" if row["missing"] > 0.05 else ""},
    )
    few = pd.DataFrame({"missing": (may["used"] > 0) & (may["used"] < least)})
    return covered(laid, pd.DataFrame({"n": gone, "missing": gone}), words, minimum=least, few=few)


@lay_out.register
def _(result: views.Sample, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    columns = (
        c.called("group", words("Group"), opened.called),
        c.integer("n", words("Respondents")),
        c.percent("share", words("Share")),
        c.percent("weighted_share", words("Weighted share")),
        c.integer("complete", words("Without a gap")),
    )
    return covered(Laid(result.table, columns), result.hidden, words, minimum=opened.parameters.minimum_count)


@lay_out.register
def _(result: views.Participants, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    columns = [
        c.called("institution", words("Institution"), opened.called),
        c.called("role", words("Role"), opened.called),
        c.integer("number", words("Number")),
    ]
    return Laid(result.table, tuple(columns), note=words("A dash: the number is not public."))


@lay_out.register
def _(result: views.Decisions, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    columns = (
        c.text("indicator", words("Code")),
        c.text("name", words("Indicator")),
        c.translated("verdict", words("Evidence proposes")),
        c.translated("decision", words("Decision")),
        c.text("reason", words("Reason")),
    )
    by = ", ".join(dict.fromkeys(opened.called(name) for name in result.table["decided_by"] if name))
    shades = {"decision": lambda row: "warn" if row["differs"] else "strong"}
    note = words("Decided by: {by}. Shaded: the decision differs from what the evidence proposes.", by=by) if by else ""
    return Laid(result.table, columns, "parent", dimension(opened), shades, note)


@lay_out.register
def _(result: views.MethodDecisions, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    columns = (
        c.translated("topic", words("Topic")),
        c.text("parent", words("Node")),
        c.translated("choice", words("Choice")),
        c.text("reason", words("Reason")),
        c.called("decided_by", words("Decided by"), opened.called),
    )
    return Laid(result.table, columns)


@lay_out.register
def _(result: views.ParameterTable, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = result.table.assign(
        shown=[_value(value, words) for value in result.table["value"]],
        standard=[_value(value, words) for value in result.table["default"]],
        meaning=[words(text) for text in result.table["meaning"]],
        source=[words(text) for text in result.table["source"]],
    )
    columns = (
        c.text("parameter", words("Parameter")),
        c.text("meaning", words("Meaning")),
        c.text("shown", words("Value")),
        c.text("standard", words("Default")),
        c.text("source", words("Source")),
    )
    shades = {"shown": lambda row: "warn" if row["shown"] != row["standard"] else ""}
    return Laid(frame, columns, shades=shades, note=words("Shaded: the value differs from the default."))


def _value(value: Any, words: Words) -> str:
    if value is None or value == []:
        return words("none")
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, list):
        return ", ".join(value)
    return str(value) if isinstance(value, int) else words.number(value, 2)


@lay_out.register
def _(result: views.InputFiles, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = result.table.assign(short=[text[:16] + "…" for text in result.table["sha256"]])
    columns = (c.text("file", words("File")), c.integer("bytes", words("Bytes")), c.text("short", "SHA-256"))
    return Laid(frame, columns, note=words("The whole fingerprints stand in record.json."))
