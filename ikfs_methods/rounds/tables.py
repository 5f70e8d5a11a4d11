"""The tables of a round beside the answers: panel ratings, judgements, budget points, participants."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from ikfs_methods import weighting
from ikfs_methods.answers import numbers, read
from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import ColumnError, JudgementError, ParameterError, ScaleError
from ikfs_methods.framework import Framework
from ikfs_methods.rounds.parameters import Parameters

PANEL = ("expert", "institution", "indicator", "criterion", "rating")
JUDGEMENTS = ("expert", "parent", "left", "right", "favours", "strength")
BUDGET = ("expert", "parent", "indicator", "points")
PARTICIPANTS = ("institution", "role", "number")


def panel(path: Path, framework: Framework) -> pd.DataFrame:
    """The panel's ratings, long: expert, institution, indicator, criterion, rating (NaN where not rated)."""
    table = _filled(read(path, columns=PANEL), PANEL[:4], path)
    table["rating"] = numbers(table, "rating", path=path)
    _known(table, "indicator", framework.indicators, path)
    twice = table.duplicated(["expert", "indicator", "criterion"], keep=False)
    if twice.any():
        first = table[twice].iloc[0]
        raise JudgementError(
            f"{path}: an expert must rate an indicator once on a criterion; repeated in row(s) "
            f"{listed(table.index[twice])}: {first['expert']}, {first['indicator']}, {first['criterion']}. Keep one."
        )
    return table[list(PANEL)]


def judgements(path: Path, framework: Framework) -> pd.DataFrame:
    """The pairwise judgements, long: expert, parent, left, right, favours, strength."""
    table = _filled(read(path, columns=JUDGEMENTS), JUDGEMENTS[:5], path)
    table["strength"] = numbers(table, "strength", path=path, needed=True)
    _known(table, "parent", framework.parents, path)
    for side in ("left", "right"):
        _child(table, side, framework, path)
    for parent, part in table.groupby("parent", sort=False):
        _complete(str(parent), {*part["left"], *part["right"]}, framework, path)
    _computable(path, weighting.ahp, table)
    return table[list(JUDGEMENTS)]


def budget(path: Path, framework: Framework) -> pd.DataFrame:
    """The budget points, long: expert, parent, indicator, points."""
    table = _filled(read(path, columns=BUDGET), BUDGET[:3], path)
    table["points"] = numbers(table, "points", path=path, needed=True)
    _known(table, "parent", framework.parents, path)
    _child(table, "indicator", framework, path)
    for parent, part in table.groupby("parent", sort=False):
        _complete(str(parent), set(part["indicator"]), framework, path)
    _computable(path, weighting.budget_allocation, table)
    return table[list(BUDGET)]


def check_ratings(path: Path, ratings: pd.DataFrame, parameters: Parameters) -> None:
    """Every rating on its scale, and the criterion of the verdict among those rated.

    `essential` is answered 0 or 1; every other criterion on the scale of the parameters rating_low and rating_high.
    Raises ScaleError with file and row, ParameterError for a criterion that was not rated.
    """
    criteria = list(dict.fromkeys(ratings["criterion"]))
    if parameters.rating_criterion not in criteria:
        raise ParameterError(
            f"{path}: the criterion of the verdict (rating_criterion) must be one that was rated ({listed(criteria)}); "
            f"found {parameters.rating_criterion!r}.{did_you_mean(parameters.rating_criterion, criteria)} "
            "Correct the parameter, or the criterion in the file."
        )
    essential = ratings["criterion"] == "essential"
    low = (~essential) * parameters.rating_low
    high = essential.map({True: 1, False: parameters.rating_high})
    outside = (ratings["rating"] < low) | (ratings["rating"] > high)
    if outside.any():
        row = ratings.index[outside][0]
        raise ScaleError(
            f"{path}, row {row}, column 'rating': a rating on {ratings['criterion'][row]!r} must lie between "
            f"{low[row]:g} and {high[row]:g}; found {ratings['rating'][row]:g} ({int(outside.sum())} such cell(s)). "
            "Correct the cell, or the parameters rating_low and rating_high."
        )


def participants(path: Path) -> pd.DataFrame:
    """The institutions at the table, their role and how many people came (NaN where it is not known)."""
    table = _filled(read(path, columns=PARTICIPANTS), PARTICIPANTS[:1], path)
    table["number"] = numbers(table, "number", path=path)
    return table


def _filled(table: pd.DataFrame, columns: tuple[str, ...], path: Path) -> pd.DataFrame:
    for name in columns:
        empty = table[name] == ""
        if empty.any():
            raise ColumnError(
                f"{path}, row {table.index[empty][0]}, column {name!r}: a value must stand here; empty in "
                f"{int(empty.sum())} row(s). Fill the cells or take the rows out."
            )
    return table


def _child(table: pd.DataFrame, column: str, framework: Framework, path: Path) -> None:
    """Every code of the column is a child of the parent in its row."""
    _known(table, column, list(framework.nodes.index), path)
    wrong = table[column].map(framework.nodes["parent"]) != table["parent"]
    if wrong.any():
        row = table.index[wrong][0]
        parent, code = str(table["parent"][row]), str(table[column][row])
        raise JudgementError(
            f"{path}, row {row}, column {column!r}: a child of {parent} must stand here "
            f"({listed(framework.children(parent))}); found {code!r}, which belongs to {framework.parent(code)!r} "
            f"({int(wrong.sum())} such cell(s)). Correct the code or the parent."
        )


def _complete(parent: str, judged: set[str], framework: Framework, path: Path) -> None:
    lacking = [code for code in framework.children(parent) if code not in judged]
    if lacking:
        raise JudgementError(
            f"{path}: all children of {parent} must be weighed together; missing: {listed(lacking)}. "
            f"Add their rows, or take the rows of {parent} out."
        )


def _computable(path: Path, method: Callable[[pd.DataFrame], object], table: pd.DataFrame) -> None:
    """Lets the method say what is wrong with the table, and says in which file it is."""
    try:
        method(table)
    except JudgementError as error:
        raise JudgementError(f"{path}: {error}") from None


def _known(table: pd.DataFrame, column: str, codes: list[str], path: Path) -> None:
    wrong = ~table[column].isin(codes)
    if wrong.any():
        row = table.index[wrong][0]
        found = str(table.loc[row, column])
        raise JudgementError(
            f"{path}, row {row}, column {column!r}: a code of the framework must stand here; found {found!r} "
            f"({int(wrong.sum())} such cell(s)).{did_you_mean(found, codes)} Correct the code, or add it to "
            "indicators.csv."
        )
