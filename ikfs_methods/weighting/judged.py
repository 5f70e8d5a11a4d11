"""The long tables in which experts judge: columns, blanks, and which row to look at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ikfs_methods.checks import listed, quoted, real_numbers
from ikfs_methods.errors import ColumnError, JudgementError, ParameterError


def long_table(table: pd.DataFrame, columns: Sequence[str], number: str, *, what: str) -> pd.DataFrame:
    """Those columns of a judgement table: text stripped, `number` as a float, no blank cell.

    Raises ColumnError for a missing column and JudgementError for a blank or a number that is none, naming the row.
    """
    if not isinstance(table, pd.DataFrame):
        raise ParameterError(f"{what} must be a pandas DataFrame; found {type(table).__name__}.")
    lacking = [name for name in columns if name not in table.columns]
    if lacking:
        raise ColumnError(
            f"{what} must have the columns {listed(columns)}; missing: {listed(lacking)}. "
            "Supply them, or rename the columns that hold them."
        )
    if not len(table):
        raise JudgementError(f"{what} must have at least one row; found none. Supply what the experts judged.")
    used = table[list(columns)].copy()
    for name in columns:
        if name == number:
            used[name] = real_numbers(used[name])
            wrong = ~np.isfinite(used[name].to_numpy())
        else:
            blank = used[name].isna()
            used[name] = used[name].astype(str).str.strip()
            wrong = (blank | (used[name] == "")).to_numpy()
        if wrong.any():
            row = table.index[wrong][0]
            kind = "a number" if name == number else "filled in"
            raise JudgementError(
                f"{what}: {name} must be {kind} in every row; {int(wrong.sum())} row(s) are not, "
                f"the first is row {quoted(row)} with {quoted(table[name][wrong].tolist()[0])}. Correct or remove it."
            )
    return used


def one_parent_each(pairs: pd.DataFrame, *, what: str) -> pd.Series:
    """Parent by element (columns element and parent, repeats allowed); JudgementError for an element under two."""
    found = pairs[["element", "parent"]].drop_duplicates()
    twice = found[found["element"].duplicated(keep=False)]
    if len(twice):
        element = twice["element"].iloc[0]
        parents = twice.loc[twice["element"] == element, "parent"]
        raise JudgementError(
            f"{what}: an element must have one parent; {element} stands under {listed(parents)}. Correct the table."
        )
    return found.set_index("element")["parent"]
