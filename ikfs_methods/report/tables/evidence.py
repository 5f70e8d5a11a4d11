"""Tables of the evidence on each indicator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from ikfs_methods.checks import one_of
from ikfs_methods.evidence import EvidenceResult
from ikfs_methods.report.language import N_, NONE, Words
from ikfs_methods.report.layout import NUMBER, Columns, Laid
from ikfs_methods.report.tables.base import dimension, lay_out, named
from ikfs_methods.rounds import Round

# What each number of the evidence is called, and with how many decimals it is written; None: as a p value.
NUMBERS = {
    "aiken_v": (N_("Aiken's V"), 2),
    "aiken_p": (N_("p of Aiken's V"), None),
    "cvr": (N_("CVR"), 2),
    "i_cvi": (N_("I-CVI"), 2),
    "cvi_kappa": (N_("kappa of the I-CVI"), 2),
    "clarity_v": (N_("V of clarity"), 2),
    "item_rest": (N_("r item-rest"), 2),
    "key": (N_("r item-rest (key)"), 2),
    "alpha": (N_("alpha"), 2),
    "alpha_if_dropped": (N_("alpha without it"), 2),
    "msa": (N_("MSA"), 2),
    "loading": (N_("Loading"), 2),
    "gap": (N_("gap to the next loading"), 2),
    "communality": (N_("Communality"), 2),
    "nearest_r": (N_("r with the nearest item"), 2),
    "dif_r2": (N_("DIF (change of R²)"), 3),
    "criterion_r": (N_("r with the outside measure"), 2),
    "retest_r": (N_("r of two occasions"), 2),
}
_SIGNS = {">=": "≥", "<=": "≤"}
_WHY = (
    N_("no rule"), N_("no value"), N_("not counted"), N_("formative"), N_("panel too small"), N_("better twin"),
    N_("not significant"),
)  # fmt: skip


@lay_out.register
def _(result: EvidenceResult, words: Words, opened: Round, *, view: str = "candidates") -> Laid:
    """`candidates`: a row each; `rules`: a row per rule; `failing`: the numbers by which candidates fall short."""
    views = {"candidates": _candidates, "rules": _rules, "failing": _failing}
    return views[one_of(view, list(views), name="view")](result, words, opened)


def _candidates(result: EvidenceResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = named(result.indicators, opened)
    frame["failed"] = [", ".join(words(name) for name in failed) for failed in frame["failed"]]
    beyond = result.failing
    falls = set(zip(beyond["indicator"], beyond["number"], strict=True))
    rules = result.rules.content_rules
    # What does not count stands in chapter 02 and in the file; here it would leave the names no room.
    counted = [c.number(name, head) for name, head in (("cvr", "CVR"), ("i_cvi", "I-CVI")) if name in rules]
    numbers = (
        c.number("aiken_v", "V"),
        c.number("clarity_v", words("V clear")),
        *counted,
        c.number("item_rest", words("r item-rest")),
        c.number("alpha_if_dropped", words("Alpha without")),
        c.number("msa", "MSA"),
        c.number("loading", words("Loading")),
        c.number("communality", "h²"),
        c.number("dif_r2", words("DIF"), 3),
    )
    told = tuple(column for column in numbers if frame[column.name].notna().any())
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        *told,
        c.text("failed", words("Falls short on")),
        c.translated("verdict", words("Evidence proposes")),
    )
    shades: dict[str, Callable[[Any], str]] = {column.name: partial(_beyond, falls, column.name) for column in told}
    shades["verdict"] = lambda row: {"keep": "good", "revise": "warn", "drop": "bad"}[row["verdict"]]
    note = words(
        "V: Aiken's V of {criterion}; V clear: of clarity; alpha without: of the dimension without the indicator; h²: "
        "communality; DIF: change of R² by group. Shaded: falls short of a rule that counts.",
        criterion=words(opened.parameters.rating_criterion),
    )
    return Laid(frame, columns, "parent_code", dimension(opened), shades, note)


def _beyond(falls: set[tuple[str, str]], number: str, row: Mapping[str, Any]) -> str:
    also = {"aiken_v": "aiken_p", "item_rest": "key"}.get(number)
    return "bad" if (row["code"], number) in falls or (row["code"], also) in falls else ""


def _rules(result: EvidenceResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = result.by_rule()
    frame["asked"] = [_asked(row, words) for row in frame.to_dict("records")]
    frame["said"] = [words(text or "set by the round") for text in frame["source"]]
    frame["short"] = [
        words(row["why"]) if row["why"] else ", ".join(row["failed"]) or words("none")
        for row in frame.to_dict("records")
    ]
    columns = (
        c.translated("ground", words("Ground")),
        c.text("asked", words("Rule")),
        c.text("parameter", words("Parameter")),
        c.text("said", words("Source of the cut-off")),
        c.integer("judged", words("Judged")),
        c.text("short", words("Falls short")),
    )
    full = frame.drop(columns=["asked", "said", "short"]).assign(failed=frame["failed"].map(", ".join))
    shades = {"short": lambda row: "bad" if row["failing"] else ""}
    notes = [words("Redundancy counts against the weaker of two items, DIF where it is significant as well.")]
    if (frame["why"] == "not counted").any():
        notes.append(words("Not counted: shown without bearing on the proposal (parameter content_rules)."))
    return Laid(frame, columns, shades=shades, note=" ".join(notes), full=full)


def _failing(result: EvidenceResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = result.failing.copy()
    rows = frame.to_dict("records")
    frame["called"] = [words(NUMBERS[row["number"]][0]) for row in rows]
    frame["shown"] = [_written(row["value"], row["number"], words) for row in rows]
    frame["interval"] = [
        NONE if pd.isna(row["low"]) else f"{words.number(row['low'])}–{words.number(row['high'])}" for row in rows
    ]
    frame["asked"] = [f"{_SIGNS[row['operator']]}\u00a0{_written(row['cutoff'], row['number'], words)}" for row in rows]
    frame["said"] = [words(text or "set by the round") for text in frame["source"]]
    columns = (
        c.translated("ground", words("Ground")),
        c.text("called", words("Measure")),
        replace(c.text("shown", words("Value")), align=NUMBER),
        replace(c.text("interval", words("Interval")), align=NUMBER),
        replace(c.text("asked", words("Asked")), align=NUMBER),
        c.text("said", words("Source of the cut-off")),
    )
    decided = {entry.indicator: entry.decision for entry in opened.file.decisions}
    verdicts = result.indicators["verdict"]

    def heading(code: Any) -> str:
        return words(
            "{code} {name}: evidence proposes {verdict}, decision {decision}",
            code=code,
            name=opened.framework.label(code, opened.language),
            verdict=words(verdicts[code]),
            decision=words(decided.get(code) or "not decided yet"),
        )

    note = words("The file of this table holds every number of every candidate with its rule.")
    return Laid(frame, columns, "indicator", heading, note=note, full=result.long)


def _asked(row: Mapping[Any, Any], words: Words) -> str:
    """A rule in words: V of clarity ≥ 0.50; a range where the cut-off differs between candidates."""
    low, high = (_written(row[f"cutoff_{end}"], row["number"], words) for end in ("low", "high"))
    cut = low if low == high else f"{low}–{high}"
    return f"{words(NUMBERS[row['number']][0])} {_SIGNS[row['operator']]}\u00a0{cut}"


def _written(value: Any, number: str, words: Words) -> str:
    digits = NUMBERS[number][1]
    return words.p_value(value) if digits is None else words.number(value, digits)
