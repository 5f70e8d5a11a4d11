"""What an expert rated and wrote: the institution on the first sheet, ratings and comments on the second."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from ikfs_methods.checks import listed
from ikfs_methods.forms import cells
from ikfs_methods.forms.answers import Reader
from ikfs_methods.forms.layout import ANSWER, CODE, COMMENT, INSTITUTION, RATINGS, README
from ikfs_methods.forms.saying import COPY, NO_SHEET
from ikfs_methods.privacy import patterns, personal_columns
from ikfs_methods.reading.formats import TEXT as TEXT_FORMAT
from ikfs_methods.reading.table import Table
from ikfs_methods.rounds.criteria import ABOUT, CONGRUENCE, ESSENTIAL


def kind_of_person(text: str) -> str:
    """Which kind of personal data a text holds; "" for none. Asked text by text, so that none hides among others."""
    if next(patterns.civil_servant_numbers(patterns.plain(text)), None):
        return "identity number"
    table = Table(pd.DataFrame({"comment": pd.Series([text], dtype="str")}), Path("comment"), TEXT_FORMAT)
    return next(iter(personal_columns(table).values()), "")


def read_institution(reader: Reader) -> None:
    """The institution or field that the expert wrote."""
    sheet = reader.form.sheets.get((README,))
    if sheet is None:
        return
    text = " ".join(cells.text_of(sheet.rows.get(INSTITUTION, {}).get(ANSWER)).split())
    if kind := kind_of_person(text) if text else "":
        reader.fault("institution", f"what was written looks like personal data ({kind}) and was not read. Ask for the "
                   "institution or field alone.")  # fmt: skip
        return
    reader.made.institution = text


def read_ratings(reader: Reader) -> None:
    """The ratings and comments on every indicator that is still asked about."""
    asked, made = reader.form.asked, reader.made
    if not asked.criteria:
        return
    sheet = reader.form.sheets.get((RATINGS,))
    codes = [code for code in asked.indicators if code in reader.use.indicators]
    criteria = [name for name in asked.criteria if name in reader.use.criteria]
    made.rated = criteria, codes
    if sheet is None:
        cells_of_it = [(name, code) for name in (*criteria, COMMENT) for code in codes]
        reader.fault("ratings", f"the sheet {NO_SHEET}, so that none of its answers could be read. {COPY}",
                     *cells_of_it)  # fmt: skip
        return
    lacking = [name for name in criteria if not any(name in row for row in sheet.rows.values())]
    if lacking:
        reader.fault("ratings", f"the column(s) of {listed(lacking)} are not in the sheet.",
                     *((name, code) for name in lacking for code in codes))  # fmt: skip
    for code in codes:
        row, told = sheet.rows.get(code), [(name, code) for name in (*criteria, COMMENT)]
        if row is None:
            reader.fault("ratings", f"the row of {code} is not in the sheet.", *told)
        elif reader.right_row(row, CODE, code, "ratings", *told):
            _rated(reader, row, code, criteria)


def _rated(reader: Reader, row: Mapping[str, Any], code: str, criteria: Sequence[str]) -> None:
    for criterion in criteria:
        read, rule = _scale(reader, criterion)
        answer = reader.tried(read, row.get(criterion), f"{code}, {criterion}", rule, (criterion, code))
        if answer is not None:
            reader.made.ratings[criterion, code] = answer
    comment = cells.text_of(row.get(COMMENT))
    if comment and (kind := kind_of_person(comment)):
        reader.fault(f"comment on {code}", f"it holds what looks like personal data ({kind}) and was not written down. "
                   "Ask for another wording.", (COMMENT, code))  # fmt: skip
    elif comment:
        reader.made.comments[code] = comment


def _scale(reader: Reader, criterion: str) -> tuple[Callable[[Any], int], str]:
    """How a rating on a criterion is read, and the rule that it must meet."""
    if criterion == ESSENTIAL:
        return cells.yes_or_no, "yes or no (ya or tidak) must stand here"
    own = criterion.partition(ABOUT)[0] == CONGRUENCE
    low, high = (-1, 1) if own else (reader.form.asked.low, reader.form.asked.high)
    return partial(cells.point, low=low, high=high), f"a whole number from {low} to {high} must stand here"
