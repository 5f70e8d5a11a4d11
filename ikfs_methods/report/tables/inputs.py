"""Tables of what came in and what was decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from ikfs_methods.answers import Answers
from ikfs_methods.checks import one_of
from ikfs_methods.framework import ROLES, ResponsibilityMatrix
from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.layout import CENTER, Column, Columns, Laid
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
    rows = result.table.to_dict("records")
    frame = result.table.assign(
        proposed_by_evidence=[_proposed(row, words) for row in rows],
        decided=[_decided(row, words) for row in rows],
        grounds=[", ".join(row["grounds"]) for row in rows],
    )
    # What is proposed anew stands with the dimension that it is proposed for.
    order = {parent: place for place, parent in enumerate(dict.fromkeys(frame["parent"]))}
    frame = frame.sort_values("parent", key=lambda parents: parents.map(order), kind="stable", ignore_index=True)
    columns = (
        c.text("indicator", words("Code")),
        c.text("name", words("Indicator")),
        c.text("proposed_by_evidence", words("Evidence proposes")),
        c.text("decided", words("Decision")),
        c.text("reason", words("Reason")),
    )
    by = ", ".join(dict.fromkeys(opened.called(name) for name in frame["decided_by"] if name))
    note = words("Decided by: {by}. Shaded: not decided yet, or decided otherwise than the evidence proposes.", by=by)
    shades = {"decided": _decision_shade}
    full = frame.drop(columns=["proposed_by_evidence", "decided"])
    return Laid(frame, columns, "parent", dimension(opened), shades, note if by else "", full)


# How a decision stands to the evidence, in words.
_STANDINGS = {
    "against": N_("against the evidence"),
    "stricter": N_("stricter than the evidence"),
    "milder": N_("milder than the evidence"),
}


def _proposed(row: Mapping[Any, Any], words: Words) -> str:
    """The verdict and its grounds: revise (DIF)."""
    if row["proposed"]:
        return words("no data yet")
    grounds = ", ".join(words(name) for name in row["grounds"])
    return f"{words(row['verdict'])} ({grounds})" if grounds else words(row["verdict"])


def _decided(row: Mapping[Any, Any], words: Words) -> str:
    """The decision, where to, and how it stands to the evidence."""
    if not row["decision"]:
        return words("not decided yet")
    said = words(row["decision"])
    if row["moved_to"]:
        said = words("move to {parent}", parent=row["moved_to"])
    return f"{said}, {words(_STANDINGS[row['standing']])}" if row["standing"] else said


def _decision_shade(row: Mapping[Any, Any]) -> str:
    if row["against"]:
        return "bad"
    return "warn" if row["standing"] or not row["decision"] else "strong"


@lay_out.register
def _(result: views.MethodDecisions, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    rows = result.table.to_dict("records")
    frame = result.table.assign(
        used=[in_words(row["in_force"], words) for row in rows],
        says=[_says(row, words, opened) for row in rows],
        named=[", ".join(row["named"]) for row in rows],
    )
    columns = (
        c.translated("topic", words("Topic")),
        c.text("parent", words("Node")),
        c.text("used", words("In force")),
        c.text("says", words("Who says so")),
        c.text("reason", words("Reason")),
    )
    shades = {
        "used": lambda row: "bad" if row["against"] else "",
        "says": lambda row: "" if row["decided"] else "warn",
    }
    note = words("Shaded: not decided yet, or against what the evidence says.")
    marked = bool(frame["against"].any() or not frame["decided"].all())
    return Laid(frame, columns, shades=shades, note=note if marked else "", full=frame.drop(columns=["used", "says"]))


def in_words(choice: str, words: Words) -> str:
    """A choice of method: once where it holds for all levels, else level by level."""
    levels = choice.split(", ")
    if len(set(levels)) == 1:
        return words(levels[0])
    return words("{methods} (lowest level first)", methods=", ".join(words(level) for level in levels))


# Who says what is in force where no decision does.
_ORIGINS = (
    N_("given for this run"), N_("parameter"), N_("default"), N_("framework"), N_("parallel analysis"),
    N_("not available"),
)  # fmt: skip


def _says(row: Mapping[Any, Any], words: Words, opened: Round) -> str:
    if row["origin"] == "decision":
        return opened.called(row["decided_by"])
    if row["decided"]:
        choice = in_words(row["choice"], words)
        return words("{origin}; decided: {choice}", origin=words(row["origin"]), choice=choice)
    return words("not decided yet ({origin})", origin=words(row["origin"]))


# More units than this do not fit beside each other on a page.
_WIDEST = 8


@lay_out.register
def _(result: ResponsibilityMatrix, words: Words, opened: Round, *, view: str = "matrix") -> Laid:
    """`matrix`: indicators by units, as a list where there are many units; `units`: how many indicators each has."""
    if one_of(view, ["matrix", "units"], name="view") == "units":
        return _by_unit(result, words)
    return _matrix(result, words, opened) if len(result.units) <= _WIDEST else _roles(result, words, opened)


def _matrix(result: ResponsibilityMatrix, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    letters = {role: words(_LETTERS[role]) for role in ROLES}
    frame = result.matrix.copy()
    for unit in result.units:
        frame[unit] = [
            "".join(letters[role] for role in cell) + ("*" if cell and code in result.inherited else "")
            for code, cell in frame[unit].items()
        ]
    # Units get short names of their own, because they may be called as the table's other columns are.
    keys = {unit: f"unit_{number}" for number, unit in enumerate(result.units)}
    shown = _led(frame.rename(columns=keys), opened)
    columns = [c.text("code", words("Code")), c.text("name", words("Indicator"))]
    columns += [Column(keys[unit], result.names[unit][words.language], str, CENTER) for unit in result.units]
    full = _led(result.to_frame(), opened)
    return Laid(shown, tuple(columns), "parent_code", dimension(opened), _nobody(result), _key(result, words), full)


def _roles(result: ResponsibilityMatrix, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    calls = {unit: name[words.language] for unit, name in result.names.items()}
    told = result.roles.assign(called=result.roles["unit"].map(calls))
    cells = told.groupby(["indicator", "role"])["called"].agg(", ".join).to_dict()
    rows = {code: {role: cells.get((code, role), "") for role in ROLES} for code in result.indicators}
    for code in result.inherited:
        rows[code] = {role: f"{names}*" if names else "" for role, names in rows[code].items()}
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(ROLES)).rename_axis("indicator")
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        *(c.text(role, words(_ROLE_NAMES[role])) for role in ROLES),
    )
    full = _led(result.to_frame(), opened)
    return Laid(
        _led(frame, opened), columns, "parent_code", dimension(opened), _nobody(result), _star(result, words), full
    )


def _by_unit(result: ResponsibilityMatrix, words: Words) -> Laid:
    c = Columns(words)
    frame = result.by_unit.reset_index()
    frame["unit"] = [result.names[unit][words.language] for unit in frame["unit"]]
    columns = (c.text("unit", words("Unit")), *(c.integer(role, words(_ROLE_NAMES[role])) for role in ROLES))
    return Laid(frame, columns)


_LETTERS = {"lead": N_("L"), "data": N_("D"), "support": N_("S")}
_ROLE_NAMES = {"lead": N_("Lead"), "data": N_("Data source"), "support": N_("Support")}


def _led(frame: pd.DataFrame, opened: Round) -> pd.DataFrame:
    """The rows with code, name and dimension, after moves."""
    found = named(frame, opened)
    return found.assign(parent_code=[opened.structure.parent(code) for code in found["code"]])


def _key(result: ResponsibilityMatrix, words: Words) -> str:
    letters = words.listing([f"{words(_LETTERS[role])} = {words(_ROLE_NAMES[role]).lower()}" for role in ROLES])
    return f"{letters}. {_star(result, words)}".strip()


def _star(result: ResponsibilityMatrix, words: Words) -> str:
    star = words("*: taken over from the dimension.") if result.inherited else ""
    nobody = words("Shaded: nobody is named yet.") if result.unassigned else ""
    return f"{star} {nobody}".strip()


def _nobody(result: ResponsibilityMatrix) -> dict[str, Callable[[Any], str]]:
    return {"name": lambda row: "warn" if row["code"] in result.unassigned else ""}


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
