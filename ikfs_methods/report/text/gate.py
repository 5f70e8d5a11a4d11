"""Sentences on the delivered file and on what happened to it before anything was counted."""

from __future__ import annotations

from typing import Any

from ikfs_methods.report.language import Words
from ikfs_methods.report.text.base import say
from ikfs_methods.rounds import Round, views

FORMATS = {"csv": "CSV", "xlsx": "XLSX", "sav": "SPSS .sav", "dta": "Stata .dta", "parquet": "Parquet"}


@say.register
def _(result: views.Delivery, words: Words, opened: Round) -> str:
    row = result.table.iloc[0]
    parts = [
        words(
            "The answers were delivered as `{file}` ({format}): **{n} respondents**, {items} items.",
            file=row["file"],
            format=FORMATS[row["format"]],
            n=words.integer(row["respondents"]),
            items=words.integer(row["items"]),
        )
    ]
    if row["others"]:
        names = words.listing([f"`{name}`" for name in str(row["others"]).split(", ")])
        parts.append(words("Used besides the items: the columns {names}.", names=names))
    return " ".join(parts)


@say.register
def _(result: views.GateLog, words: Words, opened: Round) -> str:
    if not result.table["cells"].any():
        return words(
            "Nothing had to be recoded, corrected, replaced or left out: the cells of the file are the answers."
        )
    return words("What was decided and changed between the file and the first number is listed below.")


@say.register
def _(result: views.OpenQuestions, words: Words, opened: Round, **context: Any) -> str:
    if result.table.empty:
        return words("Nothing about the file is guessed: every column was declared or confirmed.")
    return words.plural(
        "**{n} question is still open**; until somebody answers it, what rests on it is a guess.",
        "**{n} questions are still open**; until somebody answers them, what rests on them is a guess.",
        len(result.table),
    )
