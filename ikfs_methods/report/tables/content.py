"""Tables of content validity: Aiken's V, CVR, I-CVI, item-objective congruence, and what their rules say together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from ikfs_methods.checks import one_of
from ikfs_methods.report.language import N_, NONE, Words
from ikfs_methods.report.layout import NUMBER, Columns, Laid
from ikfs_methods.report.tables.base import dimension, lay_out, named
from ikfs_methods.rounds import Round, views
from ikfs_methods.validity import (
    AikenResult,
    CongruenceIndexResult,
    ContentIndexResult,
    ContentRatioResult,
)

# Key words that these results hold.
KEYWORDS = (N_("congruence"), N_("poor"), N_("fair"), N_("good"), N_("excellent"))
# What each measure asks, and how its rule is written; {cutoff} is the number, or a range of it.
MEASURES = {
    "aiken": ("V", N_("Are the ratings near the top of the scale?"), N_("V ≥ {cutoff}, and more than chance gives")),
    "cvr": ("CVR", N_("Do more than half call it essential?"), N_("CVR ≥ {cutoff} (exact, for the panel's size)")),
    "i_cvi": ("I-CVI", N_("Do nearly all hold it relevant?"), N_("I-CVI ≥ {cutoff} (by the panel's size)")),
    "congruence": ("IOC", N_("Does it measure the dimension that it stands in?"), N_("IOC ≥ {cutoff}")),
}


@lay_out.register
def _(result: AikenResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    cutoff, alpha = opened.parameters.aiken_cutoff, result.alpha
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        c.integer("n_experts", words("Experts")),
        c.number("v", "V"),
        c.number("ci_low", words("Low")),
        c.number("ci_high", words("High")),
        c.p_value("p_value", "p"),
        c.number("critical_v", words("Critical V")),
    )
    note = words(
        "Low and high: {level} score interval. Critical V: least V with p of at most {alpha}. Shaded red: V below the "
        "cut-off {cutoff}, or p above {alpha}.",
        level=words.percent(result.level, 0),
        alpha=words.number(alpha),
        cutoff=words.number(cutoff),
    )
    shades = {
        "v": lambda row: "bad" if row["v"] < cutoff else "good",
        "p_value": lambda row: "bad" if row["p_value"] > alpha else "",
    }
    return Laid(named(result.items, opened), columns, "parent_code", dimension(opened), shades, note)


def _together(items: pd.DataFrame, keys: list[str], opened: Round) -> pd.DataFrame:
    """Indicators with equal counts as one row, highest first: all other numbers follow from the counts."""
    rows = []
    order = [code for code in opened.framework.indicators if code in items.index]
    for _, part in items.loc[order].groupby(keys, sort=False, dropna=False):
        rows.append({**part.iloc[0].to_dict(), "indicators": ", ".join(str(code) for code in part.index)})
    return pd.DataFrame(rows).sort_values(keys, ascending=False, kind="stable", ignore_index=True)


def _of(frame: pd.DataFrame, count: str, words: Words) -> list[str]:
    """How many of how many: 10 of 12."""
    return [
        words("{count} of {all}", count=words.integer(row[count]), all=words.integer(row["n_experts"]))
        for row in frame.to_dict("records")
    ]


@lay_out.register
def _(result: ContentRatioResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = _together(result.items, ["cvr", "n_essential", "n_experts"], opened)
    frame["said"] = _of(frame, "n_essential", words)
    columns = (
        replace(c.text("said", words("Call it essential")), align=NUMBER),
        c.integer("critical_n", words("Needed")),
        c.number("cvr", "CVR"),
        c.number("ci_low", words("Low")),
        c.number("ci_high", words("High")),
        c.p_value("p_value", "p"),
        c.text("indicators", words("Indicators")),
    )
    note = words(
        "Needed: fewest experts whose agreement is more than the toss of a coin gives (exact binomial test, "
        "p of at most {alpha}). Low and high: exact {level} interval. Shaded red: fewer.",
        alpha=words.number(result.alpha),
        level=words.percent(result.level, 0),
    )
    shades = {"cvr": lambda row: "" if pd.isna(row["critical_n"]) else "good" if row["kept"] else "bad"}
    return Laid(frame, columns, shades=shades, note=note, full=named(result.items, opened))


@lay_out.register
def _(result: ContentIndexResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = _together(result.items, ["i_cvi", "n_relevant", "n_experts"], opened)
    frame["said"] = _of(frame, "n_relevant", words)
    columns = (
        replace(c.text("said", words("Hold it relevant")), align=NUMBER),
        c.number("cutoff", words("Asked")),
        c.number("i_cvi", "I\u2011CVI"),
        c.number("ci_low", words("Low")),
        c.number("ci_high", words("High")),
        c.number("kappa", "κ*"),
        c.translated("kappa_band", words("Band of κ*")),
        c.text("indicators", words("Indicators")),
    )
    note = words(
        "Relevant: a rating of {ratings}. κ*: I-CVI less what chance alone gives. Low and high: exact {level} "
        "interval. Shaded red: below what is asked of a panel of that size.",
        ratings=words.listing([words.integer(point) for point in result.relevant]),
        level=words.percent(result.level, 0),
    )
    shades = {"i_cvi": lambda row: "" if pd.isna(row["passes"]) else "good" if row["passes"] else "bad"}
    return Laid(frame, columns, shades=shades, note=note, full=named(result.items, opened))


@lay_out.register
def _(result: CongruenceIndexResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    numbers = (
        c.number("ioc", "IOC"),
        c.number("ci_low", words("Low")),
        c.number("ci_high", words("High")),
        c.p_value("p_value", "p"),
    )
    note = words(
        "Low and high: {level} score interval. Shaded red: below the cut-off {cutoff}.",
        level=words.percent(result.level, 0),
        cutoff=words.number(result.cutoff),
    )
    shades = {"ioc": lambda row: "" if pd.isna(row["passes"]) else "good" if row["passes"] else "bad"}
    every = named(result.items, opened)
    if result.objectives is None:
        frame = _together(result.items, ["ioc", "n_experts"], opened)
        columns = (c.integer("n_experts", words("Experts")), *numbers, c.text("indicators", words("Indicators")))
        return Laid(frame, columns, shades=shades, note=note, full=every)
    own = (c.text("code", words("Code")), c.text("name", words("Indicator")))
    shades["nearest"] = lambda row: "bad" if row["nearest"] not in (row["objective"], None) else ""
    nearest = c.text("nearest", words("Nearest dimension"))
    return Laid(every, (*own, *numbers, nearest), "parent_code", dimension(opened), shades, note)


@lay_out.register
def _(result: views.ContentRules, words: Words, opened: Round, *, view: str = "indicators") -> Laid:
    """`indicators`: a row each, shaded by the measures' rules; `rules`: a row per measure."""
    layouts = {"indicators": _by_indicator, "rules": _by_measure}
    return layouts[one_of(view, list(layouts), name="view")](result, words, opened)


def _by_indicator(result: views.ContentRules, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = named(result.table.set_index("indicator"), opened)
    fails = [[MEASURES[name][0] for name in told] for told in result.failing()]
    frame["falls_short"] = [", ".join(told) or NONE for told in fails]
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        *(c.number(name, MEASURES[name][0]) for name in result.measures),
        c.text("falls_short", words("Falls short on")),
    )
    shades: dict[str, Callable[[Any], str]] = {name: partial(_verdict, name=name) for name in result.measures}
    note = words("Shaded: green where the measure's own rule is met, red where it is not.")
    return Laid(frame, columns, "parent_code", dimension(opened), shades, note)


def _verdict(row: Mapping[str, Any], *, name: str) -> str:
    passes = row[f"{name}_passes"]
    return "" if pd.isna(passes) else "good" if passes else "bad"


def _by_measure(result: views.ContentRules, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = result.rules.copy()
    rows = frame.to_dict("records")
    frame["called"] = [MEASURES[row["measure"]][0] for row in rows]
    frame["asks"] = [words(MEASURES[row["measure"]][1]) for row in rows]
    frame["rule"] = [_rule(row, words) for row in rows]
    frame["said"] = [words(row["source"]) if row["source"] else words("set by the round") for row in rows]
    frame["short"] = [", ".join(row["failing"]) or (words("none") if row["judged"] else NONE) for row in rows]
    columns = (
        c.text("called", words("Measure")),
        c.text("asks", words("What it asks")),
        c.text("rule", words("Rule")),
        c.text("said", words("Source of the cut-off")),
        c.mark("counts", words("Counts")),
        c.text("short", words("Falls short")),
    )
    shades = {"short": lambda row: "bad" if row["failing"] else ""}
    note = words("Counts: bears on what the evidence proposes (parameter content_rules).")
    full = result.rules.assign(failing=result.rules["failing"].map(", ".join))
    return Laid(frame, columns, shades=shades, note=note, full=full)


def _rule(row: Mapping[Any, Any], words: Words) -> str:
    """The rule with its cut-off; a range where it depends on how many experts rated an indicator."""
    if pd.isna(row["cutoff_low"]):
        return words("the panel is too small for this rule")
    low, high = words.number(row["cutoff_low"]), words.number(row["cutoff_high"])
    return words(MEASURES[row["measure"]][2], cutoff=low if low == high else f"{low}–{high}")
