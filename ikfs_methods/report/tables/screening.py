"""Tables of the screening: rules and flags, their overlap, empty categories, and what people left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from ikfs_methods.answers.screening import rules
from ikfs_methods.report.language import N_, NONE, Words
from ikfs_methods.report.layout import NUMBER, Column, Columns, Laid
from ikfs_methods.report.phrases import retold
from ikfs_methods.report.tables.base import covered, dimension, lay_out
from ikfs_methods.rounds import Round, views

RULES = {
    rules.MISSING: N_("Missing answers"),
    rules.DUPLICATE_ID: N_("Repeated id"),
    rules.DUPLICATE_ANSWERS: N_("Repeated answers"),
    rules.LONGEST_RUN: N_("Straight-lining: longest run"),
    rules.LOW_SPREAD: N_("Straight-lining: little spread"),
    rules.TOO_FAST: N_("Too fast"),
    rules.OUTLIER: N_("Outlier"),
    rules.IMPOSSIBLE: N_("Impossible answers"),
}
MEANINGS = {
    rules.MISSING: N_("Left this share of the items or more unanswered."),
    rules.DUPLICATE_ID: N_("The id stands in more than one row: a form sent twice, or an id given twice."),
    rules.DUPLICATE_ANSWERS: N_(
        "All answers are those of another respondent: a copied form, or chance if items are few."
    ),
    rules.LONGEST_RUN: N_("Gave the same answer to this share of the items or more, one after the other."),
    rules.LOW_SPREAD: N_(
        "The answers differ from each other by less than this share of the scale (standard deviation)."
    ),
    rules.TOO_FAST: N_("Took fewer seconds for an item than this: hardly the time to read it."),
    rules.OUTLIER: N_(
        "The combination of answers is rarer than this by its Mahalanobis distance; it may be an error or a rare truth."
    ),
    rules.IMPOSSIBLE: N_("The answers contradict each other by a rule that the round declares."),
}
SHARES = (rules.MISSING, rules.LONGEST_RUN, rules.LOW_SPREAD)
LONGEST = 40  # rows of the table of empty categories; the file has all


def rule_name(rule: str, words: Words) -> str:
    """What readers call a rule; an impossible pattern under the name that the round gives it."""
    kind, _, name = rule.partition(": ")
    return words(RULES.get(kind, kind)) + (f": {name}" if name else "")


@lay_out.register
def _(result: views.ScreeningRules, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    table = result.table
    names = [rule_name(rule, words) for rule in table["rule"]]
    frame = table.assign(
        name=names,
        meaning=[words(MEANINGS.get(rule.partition(":")[0], "")) for rule in table["rule"]],
        limit=[_limit(row, words) for row in table.to_dict("records")],
        n_flagged=table["n_flagged"].where(table["n_checked"] > 0),
        share=table["share"].where(table["n_checked"] > 0),
    )
    columns = (
        c.text("name", words("Rule")),
        c.text("meaning", words("What a flag means")),
        Column("limit", words("Threshold"), align=NUMBER),
        c.integer("n_checked", words("Checked")),
        c.integer("n_flagged", words("Flagged")),
        c.percent("share", words("Share")),
    )
    notes = [f"{name}: {retold(str(note), words)}" for name, note in zip(names, table["note"], strict=True) if note]
    laid = Laid(frame, columns, note=" ".join(notes), full=table)
    return _withheld(laid, result.hidden, words, opened, few=result.few)


def _withheld(
    laid: Laid, hidden: pd.DataFrame, words: Words, opened: Round, *, few: pd.DataFrame | None = None
) -> Laid:
    """The table with its withheld cells marked, and its file as it was but for a column that names them."""
    found = covered(laid, hidden, words, minimum=opened.parameters.minimum_count, few=few)
    if found is laid or found.full is None or laid.full is None:
        return laid
    return replace(found, full=laid.full.assign(withheld=found.full["withheld"]))


def _limit(row: Mapping[Any, Any], words: Words) -> str:
    value, rule = row["threshold"], row["rule"]
    if pd.isna(value):
        return NONE
    if rule in SHARES:
        return words.percent(value, 0)
    if rule == rules.OUTLIER:
        return f"p\u202f<\u202f{words.plain(value)}"
    return words("{seconds} s", seconds=words.plain(value)) if rule == rules.TOO_FAST else words.plain(value)


@lay_out.register
def _(result: views.FlagOverlap, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    names = [words("none"), words("one"), words("two"), words("three or more")]
    frame = result.table.assign(called=[names[flags] for flags in result.table["flags"]])
    columns = (
        c.text("called", words("Rules that flag the respondent")),
        c.integer("n", words("Respondents")),
        c.percent("share", words("Share")),
    )
    return _withheld(Laid(frame, columns, full=result.table), result.hidden, words, opened)


@lay_out.register
def _(result: views.EmptyCategories, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    table, tree = result.table, opened.framework
    frame = table.assign(
        name=[tree.label(code, words.language) for code in table["indicator"]],
        parent=[tree.parent(code) for code in table["indicator"]],
        called=[
            ", ".join(opened.called(name) if name else words("all respondents") for name in names)
            for names in table["groups"]
        ],
        shown=[words.plain(value) for value in table["category"]],
    )
    columns = (
        c.text("indicator", words("Code")),
        c.text("name", words("Indicator")),
        Column("shown", words("Category"), align=NUMBER),
        c.text("called", words("Groups without this answer")),
    )
    note = ""
    if len(frame) > LONGEST:
        note = words("The first {n} of {all} rows; the table's file has all.", n=LONGEST, all=words.integer(len(frame)))
    full = table.assign(groups=[", ".join(map(str, names)) for names in table["groups"]])
    return Laid(frame.head(LONGEST), columns, "parent", dimension(opened), note=note, full=full)


@lay_out.register
def _(result: views.Exclusions, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = result.table.assign(
        called=[rule_name(rule, words) if rule else words("named respondents") for rule in result.table["rule"]]
    )
    columns = (
        c.text("called", words("Left out")),
        c.integer("n", words("Respondents")),
        c.text("reason", words("Reason")),
        c.called("decided_by", words("Decided by"), opened.called),
    )
    few = result.hidden if len(frame) == 1 else None
    return _withheld(Laid(frame, columns, full=result.table), result.hidden, words, opened, few=few)
