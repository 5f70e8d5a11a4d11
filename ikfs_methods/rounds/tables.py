"""The tables of a round beside the answers: panel ratings, judgements, budget points, participants."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ikfs_methods.answers import numbers, read
from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import ColumnError, JudgementError
from ikfs_methods.framework import Framework

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
        _known(table, side, list(framework.nodes.index), path)
    return table[list(JUDGEMENTS)]


def budget(path: Path, framework: Framework) -> pd.DataFrame:
    """The budget points, long: expert, parent, indicator, points."""
    table = _filled(read(path, columns=BUDGET), BUDGET[:3], path)
    table["points"] = numbers(table, "points", path=path, needed=True)
    _known(table, "parent", framework.parents, path)
    _known(table, "indicator", list(framework.nodes.index), path)
    return table[list(BUDGET)]


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
