"""The tables of a round beside the answers: panel ratings, judgements, budget points, participants, review.

Each is read from a file of any format that `reading.read` takes. `framework` and `parameters` are None where those of
the round are broken; the table is then checked for all that needs neither. Every function raises whatever is wrong
with its table: one problem as itself, several as InputProblemsError, each with file, rows and column.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import ColumnError, JudgementError, ParameterError, ScaleError
from ikfs_methods.framework import Framework
from ikfs_methods.rounds.parameters import Parameters
from ikfs_methods.rounds.roundfile import TableInput
from ikfs_methods.rounds.sheet import Sheet
from ikfs_methods.weighting.budget import check_points
from ikfs_methods.weighting.hierarchy import check_pairs

PANEL = ("expert", "institution", "indicator", "criterion", "rating")
JUDGEMENTS = ("expert", "parent", "left", "right", "favours", "strength")
BUDGET = ("expert", "parent", "indicator", "points")
PARTICIPANTS = ("institution", "role", "number")
REVIEW = ("anchor", "institution", "comment", "response", "status")
# Of a comment: not looked at yet; answered without a change; taken up; declined.
REVIEW_STATUSES = ("open", "answered", "accepted", "rejected")


def panel(path: Path, entry: TableInput, framework: Framework | None, parameters: Parameters | None) -> pd.DataFrame:
    """The panel's ratings, long: expert, institution, indicator, criterion, rating (NaN where not rated).

    `essential` is rated 0 or 1; every other criterion on the scale of the parameters rating_low and rating_high.
    """
    sheet = Sheet(path, entry, PANEL)
    sheet.filled(*PANEL[:4])
    sheet.number("rating")
    if framework is not None:
        sheet.known("indicator", framework.indicators)
    named = ["expert", "indicator", "criterion"]
    again = sheet.rows[sheet.sound(*named)].duplicated(named, keep=False).reindex(sheet.rows.index, fill_value=False)
    if again.any():
        first = sheet.rows[again].iloc[0]
        sheet.problems.add(
            JudgementError(
                f"{path}: an expert must rate an indicator once on a criterion; repeated in row(s) "
                f"{listed(sheet.rows.index[again])}: {first['expert']}, {first['indicator']}, {first['criterion']}. "
                "Keep one."
            )
        )
    if parameters is not None:
        _check_ratings(sheet, parameters)
    return sheet.checked()


def _check_ratings(sheet: Sheet, parameters: Parameters) -> None:
    criteria = list(dict.fromkeys(sheet.rows["criterion"][sheet.sound("criterion")]))
    if criteria and parameters.rating_criterion not in criteria:
        sheet.problems.add(
            ParameterError(
                f"{sheet.path}: the criterion of the verdict (rating_criterion) must be one that was rated "
                f"({listed(criteria)}); found {parameters.rating_criterion!r}."
                f"{did_you_mean(parameters.rating_criterion, criteria)} "
                "Correct the parameter, or the criterion in the file."
            )
        )
    for criterion in criteria:
        low, high = (0, 1) if criterion == "essential" else (parameters.rating_low, parameters.rating_high)
        rating = sheet.rows["rating"]
        outside = (sheet.rows["criterion"] == criterion) & ((rating < low) | (rating > high))
        if outside.any():
            found = listed(f"{value:g}" for value in dict.fromkeys(rating[outside]))
            sheet.problems.add(
                ScaleError(
                    f"{sheet.table.at('rating', outside)}: a rating on {criterion!r} must lie between {low:g} and "
                    f"{high:g}; found {found} ({int(outside.sum())} such cell(s)). Correct the cells"
                    + (", or the parameters rating_low and rating_high." if criterion != "essential" else ".")
                )
            )


def judgements(path: Path, entry: TableInput, framework: Framework | None) -> pd.DataFrame:
    """The pairwise judgements, long: expert, parent, left, right, favours, strength."""
    sheet = Sheet(path, entry, JUDGEMENTS)
    sheet.filled(*JUDGEMENTS[:5])
    sheet.number("strength", needed=True)
    skip = set[str]() if framework is None else _weighed(sheet, ["left", "right"], framework)
    sheet.asked(lambda judged: check_pairs(judged, skip=skip))
    return sheet.checked()


def budget(path: Path, entry: TableInput, framework: Framework | None) -> pd.DataFrame:
    """The budget points, long: expert, parent, indicator, points."""
    sheet = Sheet(path, entry, BUDGET)
    sheet.filled(*BUDGET[:3])
    sheet.number("points", needed=True)
    skip = set[str]() if framework is None else _weighed(sheet, ["indicator"], framework)
    sheet.asked(lambda judged: check_points(judged, skip=skip))
    return sheet.checked()


def _weighed(sheet: Sheet, elements: list[str], framework: Framework) -> set[str]:
    """Checks parents and their children against the tree; the parents that lack children are returned."""
    sheet.known("parent", framework.parents)
    for name in elements:
        sheet.children(name, framework)
    return sheet.incomplete(elements, framework)


def participants(path: Path, entry: TableInput) -> pd.DataFrame:
    """The institutions at the table, their role and how many people came (NaN where it is not known)."""
    sheet = Sheet(path, entry, PARTICIPANTS)
    sheet.filled("institution")
    sheet.number("number")
    number = sheet.rows["number"]
    sheet.refuse(
        "number",
        number.notna() & ~((number >= 0) & (number % 1 == 0)),
        ScaleError,
        "a number of people must be a whole number of at least 0",
        "Correct the cells, or leave them empty when the number is not known.",
    )
    others = [name for name in sheet.table.columns if name not in PARTICIPANTS]
    whole: pd.DataFrame = pd.concat([sheet.checked(), sheet.table.texts(others)], axis=1)
    return whole


def review(path: Path, entry: TableInput) -> pd.DataFrame:
    """What reviewers wrote: anchor, institution, comment, response, status.

    `anchor` names the part of the report that a comment is about (a section, table or figure); empty: the whole.
    `status` is open (not looked at yet), answered (explained, nothing changed), accepted (taken up) or rejected
    (declined); all but an open comment have a response.
    """
    sheet = Sheet(path, entry, REVIEW)
    sheet.filled("institution", "comment", "status")
    status = sheet.rows["status"]
    wrong = ~status.isin(REVIEW_STATUSES) & ~sheet.told["status"]
    near = did_you_mean(str(status[wrong].iloc[0]), REVIEW_STATUSES).lstrip() if wrong.any() else ""
    sheet.refuse(
        "status", wrong, JudgementError, f"status must be one of {listed(REVIEW_STATUSES)}",
        f"{near} Correct the cells.".lstrip(),
    )  # fmt: skip
    silent = (sheet.rows["response"] == "") & (status != "open") & sheet.sound("response", "status")
    if silent.any():
        sheet.problems.add(
            ColumnError(
                f"{sheet.table.at('response', silent)}: a comment that is no longer open must have a response; empty "
                f"in {int(silent.sum())} row(s). Write what was done and why, or set the status to open."
            )
        )
    return sheet.checked()
