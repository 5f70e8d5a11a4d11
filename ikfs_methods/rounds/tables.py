"""The tables of a round beside the answers: what experts rated, judged and wrote; participants, review.

Each is read from a file of any format that `reading.read` takes. `framework` and `parameters` are None where those of
the round are broken; the table is then checked for all that needs neither. Every function raises whatever is wrong
with its table: one problem as itself, several as InputProblemsError, each with file, rows and column.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import ColumnError, JudgementError, ParameterError, ScaleError
from ikfs_methods.framework import Framework
from ikfs_methods.reading import bare_cell
from ikfs_methods.rounds.criteria import ABOUT, CONGRUENCE, has_own_scale, meant, scale_of
from ikfs_methods.rounds.parameters import Parameters
from ikfs_methods.rounds.roundfile import TableInput
from ikfs_methods.rounds.sheet import Sheet
from ikfs_methods.weighting.ahp import check_pairs
from ikfs_methods.weighting.best_worst_table import check_best_worst
from ikfs_methods.weighting.budget import check_points

PANEL = ("expert", "institution", "indicator", "criterion", "rating")
JUDGEMENTS = ("expert", "parent", "left", "right", "favours", "strength")
BUDGET = ("expert", "parent", "indicator", "points")
BEST_WORST = ("expert", "parent", "best", "worst", "indicator", "best_over", "over_worst")
EXPERTS = ("expert", "institution")
COMMENTS = ("expert", "indicator", "comment")
# Which Delphi round a rating or comment belongs to; a table without this column holds the first.
DELPHI_ROUND = "delphi_round"
# Stands in the panel, where every rating needs an institution, until somebody says which it is: by language.
NOT_STATED = {"id": "tidak disebutkan", "en": "not stated"}
PARTICIPANTS = ("institution", "role", "number")
REVIEW = ("anchor", "institution", "comment", "response", "status")
# More rounds than any Delphi study has; a year or a code that slipped into the column is above.
MOST_ROUNDS = 50
# Of a comment: not looked at yet; answered without a change; taken up; declined.
REVIEW_STATUSES = ("open", "answered", "accepted", "rejected")


def stated(institution: str) -> str:
    """The institution or field that a cell tells, one blank between words; "" where it says that none was named."""
    plain = " ".join(institution.split())
    return "" if plain.casefold() in NOT_STATED.values() else plain


def panel(
    path: Path,
    entry: TableInput,
    framework: Framework | None,
    parameters: Parameters | None,
    *,
    criteria: Collection[str] = (),
) -> pd.DataFrame:
    """The panel's ratings, long: expert, institution, indicator, criterion, rating (NaN: not rated), delphi_round.

    Each criterion has the scale that `criteria.scale_of` gives it; delphi_round is 1 where the file lacks the column.
    `criteria`: those that the round asks for on its forms; a name that nearly is one of them, or of those that are
    known anyway, is refused, as it would be rated apart without a word.
    """
    sheet = Sheet(path, entry, PANEL, optional=[DELPHI_ROUND])
    sheet.rows["institution"] = sheet.rows["institution"].map(bare_cell)  # what was made safe for spreadsheets
    sheet.filled(*PANEL[:4])
    sheet.number("rating")
    _delphi_rounds(sheet)
    if framework is not None:
        sheet.known("indicator", framework.indicators)
    _check_rounds(sheet)
    _check_criteria(sheet, framework, [*criteria, *([parameters.rating_criterion] if parameters else [])])
    _one_institution(sheet)
    named = ["expert", "indicator", "criterion", DELPHI_ROUND]
    again = sheet.rows[sheet.sound(*named)].duplicated(named, keep=False).reindex(sheet.rows.index, fill_value=False)
    if again.any():
        first = sheet.rows[again].iloc[0]
        sheet.problems.add(
            JudgementError(
                f"{path}: an expert must rate an indicator once on a criterion; repeated in row(s) "
                f"{listed(sheet.rows.index[again])}: {first['expert']}, {first['indicator']}, {first['criterion']}. "
                f"Keep one, or tell Delphi rounds apart in a column {DELPHI_ROUND}."
            )
        )
    if parameters is not None:
        _check_ratings(sheet, parameters)
    return sheet.checked()


def _delphi_rounds(sheet: Sheet) -> None:
    """Makes the column whole numbers from 1, all 1 where the file has no such column."""
    if DELPHI_ROUND not in sheet.table.columns:
        sheet.rows[DELPHI_ROUND] = 1
        return
    sheet.number(DELPHI_ROUND, needed=True)
    number = sheet.rows[DELPHI_ROUND]
    wrong = number.notna() & ~((number >= 1) & (number % 1 == 0))
    sheet.refuse(
        DELPHI_ROUND, wrong, ScaleError, "a Delphi round must be a whole number from 1", "Number the rounds 1, 2, 3."
    )
    if sheet.sound(DELPHI_ROUND).all():
        sheet.rows[DELPHI_ROUND] = number.astype("int64")


def _check_rounds(sheet: Sheet) -> None:
    """Delphi rounds follow each other: a number that was mistyped would count as the last round."""
    if not sheet.sound(DELPHI_ROUND).all() or sheet.rows.empty:
        return
    number = sheet.rows[DELPHI_ROUND]
    held = sorted(set(number))
    most = int(held[-1])
    gone = [one for one in range(int(held[0]), most) if one not in held] if most < MOST_ROUNDS else []
    if gone or most >= MOST_ROUNDS:
        said = f"without {listed(gone)}" if gone else f"above {MOST_ROUNDS}"
        sheet.problems.add(
            ScaleError(
                f"{sheet.table.at(DELPHI_ROUND, number == most)}: Delphi rounds must follow each other without a gap; "
                f"found {listed(held)}, {said}. Correct the cells, or number the rounds 1, 2, 3."
            )
        )


def _check_criteria(sheet: Sheet, framework: Framework | None, known: Collection[str]) -> None:
    """Refuses names that nearly are a known criterion, differ in letter case alone, or name no dimension."""
    column = sheet.rows["criterion"]
    counts = column[sheet.sound("criterion")].value_counts()
    spelled: dict[str, str] = {}
    for criterion in map(str, counts.index):
        # The most frequent spelling of an invented criterion is the one that was meant.
        right = meant(criterion, known) or spelled.setdefault(criterion.casefold(), criterion)
        if right != criterion:
            sheet.refuse(
                "criterion", column == criterion, JudgementError, "a criterion must be written alike throughout",
                f"Did you mean {right!r}? Correct the cells; a criterion of the round's own needs a name unlike it.",
            )  # fmt: skip
            continue
        name, sign, about = criterion.partition(ABOUT)
        if framework is not None and sign and name == CONGRUENCE and about not in framework.parents:
            sheet.refuse(
                "criterion", column == criterion, JudgementError,
                f"what follows {CONGRUENCE}: must be a parent of the framework ({listed(framework.parents)})",
                f"{did_you_mean(about, framework.parents).lstrip()} Correct the cells.".lstrip(),
            )  # fmt: skip


def _one_institution(sheet: Sheet) -> None:
    """An expert speaks for one institution or field, or comparing them would count him twice."""
    sound = sheet.rows[sheet.sound("expert", "institution")].drop_duplicates(["expert", "institution"])
    several = sound[sound["expert"].duplicated(keep=False)].groupby("expert", sort=False)["institution"]
    if len(several):
        said = listed(f"{expert} ({', '.join(own)})" for expert, own in several)
        sheet.problems.add(
            JudgementError(
                f"{sheet.path}: an expert must have one institution throughout; found several for {said}. "
                "Correct the cells, or give two people codes of their own."
            )
        )


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
    rating = sheet.rows["rating"]
    for criterion in criteria:
        low, high = scale_of(criterion, parameters)
        outside = (sheet.rows["criterion"] == criterion) & ((rating < low) | (rating > high))
        if outside.any():
            found = listed(f"{value:g}" for value in dict.fromkeys(rating[outside]))
            sheet.problems.add(
                ScaleError(
                    f"{sheet.table.at('rating', outside)}: a rating on {criterion!r} must lie between {low:g} and "
                    f"{high:g}; found {found} ({int(outside.sum())} such cell(s)). Correct the cells"
                    + ("." if has_own_scale(criterion) else ", or the parameters rating_low and rating_high.")
                )
            )
            sheet.told.loc[outside, "rating"] = True
        sheet.refuse(
            "rating", (sheet.rows["criterion"] == criterion) & (rating % 1 > 0), ScaleError,
            f"a rating on {criterion!r} must be a whole number from {low:g} to {high:g}", "Correct the cells.",
        )  # fmt: skip


def experts(path: Path, entry: TableInput) -> pd.DataFrame:
    """The experts who are asked, by code, and the institution or field that each speaks for (may be empty)."""
    sheet = Sheet(path, entry, EXPERTS)
    sheet.rows["institution"] = sheet.rows["institution"].map(bare_cell)
    sheet.filled("expert")
    again = sheet.rows["expert"].duplicated(keep=False)
    sheet.refuse("expert", again, JudgementError, "an expert must be listed once", "Take the repeated rows out.")
    return sheet.checked()


def comments(path: Path, entry: TableInput, framework: Framework | None) -> pd.DataFrame:
    """What experts wrote on indicators: expert, indicator, comment, delphi_round."""
    sheet = Sheet(path, entry, COMMENTS, optional=[DELPHI_ROUND])
    sheet.rows["comment"] = sheet.rows["comment"].map(bare_cell)
    sheet.filled(*COMMENTS)
    _delphi_rounds(sheet)
    if framework is not None:
        sheet.known("indicator", framework.indicators)
    return sheet.checked()


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


def best_worst(path: Path, entry: TableInput, framework: Framework | None) -> pd.DataFrame:
    """The best-worst judgements, long: expert, parent, best, worst, indicator, best_over, over_worst."""
    sheet = Sheet(path, entry, BEST_WORST)
    sheet.filled(*BEST_WORST[:5])
    sheet.number("best_over", needed=True)
    sheet.number("over_worst", needed=True)
    skip = set[str]() if framework is None else _weighed(sheet, ["indicator"], framework)
    sheet.asked(lambda judged: check_best_worst(judged, skip=skip))
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
