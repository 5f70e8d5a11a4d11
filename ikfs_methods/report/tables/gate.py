"""Tables of what happened to the delivered file before anything was counted, and of what is still a guess."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.layout import Columns, Laid
from ikfs_methods.report.phrases import listed_again, retold
from ikfs_methods.report.tables.base import lay_out
from ikfs_methods.rounds import Round, views

# Headings of the steps that the readers and the gate write into the log; another step stands under its own name.
STEPS = {
    **dict.fromkeys(
        (
            "encoding",
            "labels",
            "delimiter",
            "sheet",
            "hidden",
            "formulas",
            "blanks",
            "blank rows",
            "empty column",
            "index",
            "date",
            "digits",
        ),
        N_("Reading the file"),
    ),
    "missing in the file": N_("Codes that the file itself declares missing"),
    "form": N_("Columns named by the form"),
    "survey tool": N_("Columns named by the survey tool"),
    "privacy": N_("Personal data dropped or replaced"),
    "correction": N_("Declared corrections"),
    "record taken out": N_("Records taken out by declared corrections"),
    "missing code": N_("Declared codes that mean no answer"),
    "label": N_("Labels turned into codes by the dictionary"),
    "between points": N_("Answers between two points of the scale"),
    "reverse": N_("Reverse-keyed items, turned once"),
    "region": N_("Province codes"),
}
NAMED = 6  # columns that a cell of the log names; of more it tells the number
_MISSING = re.compile(r"= missing(?=;|$)")
LONGEST = 6  # rows of a step; the table's file has all
OWN = ("correction", "record taken out", "missing code", "reverse")  # told in words or cells of the round's own
WHOLE = ("correction", "record taken out", "privacy")  # steps that people declared are told to the end


@lay_out.register
def _(result: views.GateLog, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    table = result.table
    place = table.groupby("step", sort=False).cumcount()
    shown = table[(place < LONGEST) | table["step"].isin(WHOLE)]
    frame = shown.assign(
        heading=[words(STEPS.get(step, step)) for step in shown["step"]],
        touched=shown["cells"].astype(float).where(shown["cells"] > 0),
        named=[_named(names, words) for names in shown["columns"]],
        told=[_told(row, words) for row in shown.to_dict("records")],
    )
    columns = (
        c.text("named", words("Column")),
        c.integer("touched", words("Cells")),
        c.text("told", words("What was done")),
    )
    note = ""
    if len(shown) < len(table):
        note = words(
            "{n} more entries of the same kinds stand in the table's file.", n=words.integer(len(table) - len(shown))
        )
    return Laid(frame, columns, "heading", note=note, full=table)


def _told(row: Mapping[Any, Any], words: Words) -> str:
    detail = str(row["detail"])
    if row["step"] == "label":
        return _MISSING.sub(f"= {words('missing')}", detail)
    if row["step"] == "between points":
        return listed_again(detail, words)
    return detail if row["step"] in OWN else retold(detail, words)


def _named(names: str, words: Words) -> str:
    parts = names.split(", ") if names else [words("whole file")]
    if len(parts) <= NAMED:
        return ", ".join(parts)
    return words("{first} to {last} ({n} columns)", first=parts[0], last=parts[-1], n=words.integer(len(parts)))


@lay_out.register
def _(result: views.OpenQuestions, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = result.table.assign(told=[retold(text, words) for text in result.table["question"]])
    return Laid(frame, (c.text("about", words("About")), c.text("told", words("Question"))), full=result.table)
