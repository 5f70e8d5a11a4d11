"""From the cells of the answers file to keyed numbers: every cell checked, every reverse item turned once, here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.answers.reading import numbers, read
from ikfs_methods.answers.regions import region_names
from ikfs_methods.checks import listed
from ikfs_methods.errors import (
    ColumnError,
    ConstantItemError,
    IkfsError,
    InputProblemsError,
    ScaleError,
    WeightError,
)
from ikfs_methods.framework import Framework
from ikfs_methods.result import Shown


@dataclass(frozen=True, slots=True)
class Answers(Shown):
    """Checked and keyed answers; every series and frame has the respondents as rows.

    `items` holds a column per indicator code, in scale points, high meaning more of the trait; NaN is a missing
    answer. `weight` is the design weight (1 where none is declared). `group` and `region` are categories, or None
    where the round declares none; `region_code` holds the codes behind the region names.
    """

    items: pd.DataFrame
    weight: pd.Series
    group: pd.Series | None
    region: pd.Series | None
    region_code: pd.Series | None
    weighted: bool
    reversed_items: tuple[str, ...]
    source: Path

    @property
    def n(self) -> int:
        """Number of respondents."""
        return len(self.items)

    @property
    def n_complete(self) -> int:
        """Number of respondents without a missing answer."""
        return int(self.items.notna().all(axis=1).sum())

    def to_frame(self) -> pd.DataFrame:
        """One row an indicator: answers, missing answers, mean and standard deviation in scale points, keyed how."""
        return pd.DataFrame(
            {
                "n": self.items.notna().sum(),
                "missing": self.items.isna().mean(),
                "mean": self.items.mean(),
                "sd": self.items.std(ddof=1),
                "reversed": self.items.columns.isin(self.reversed_items),
            }
        ).rename_axis("indicator")


def load(
    path: str | Path,
    framework: Framework,
    *,
    respondent: str | None = None,
    weight: str | None = None,
    group: str | None = None,
    region: str | None = None,
    region_codes: str | None = None,
    design: Sequence[str] = (),
) -> Answers:
    """The answers of a round from their file, checked cell by cell against the framework and keyed.

    The named columns hold the respondent's id, the design weight, the group and the region; None means that the file
    has none. `design` names the columns of strata, clusters and population sizes, which must be there. A reverse-keyed
    item (direction -1) is turned once, here, to scale_min + scale_max - x. All problems are found in one pass: one is
    raised as itself, several as InputProblemsError. Each names file, row and column.
    """
    place = Path(path)
    named = [name for name in (respondent, weight, group, region, *design) if name]
    leaves = framework.nodes.loc[framework.indicators]
    table = read(place, columns=[*named, *leaves["column"]])
    problems: list[IkfsError] = []
    items: dict[str, pd.Series] = {}
    ids: pd.Index[Any] = table.index
    for code, row in leaves.iterrows():
        try:
            items[str(code)] = _item(table, row, path=place)
        except IkfsError as error:
            problems.append(error)
    try:
        ids = _ids(table, respondent, path=place)
    except IkfsError as error:
        problems.append(error)
    weights = pd.Series(1.0, index=table.index)
    try:
        weights = _weights(table, weight, path=place) if weight else weights
    except IkfsError as error:
        problems.append(error)
    groups = regions = codes = None
    try:
        groups = _labels(table, group, path=place) if group else None
        codes = _labels(table, region, path=place) if region else None
        if codes is not None:
            regions = region_names(codes.astype(str), system=region_codes, path=place) if region_codes else codes
            regions = regions.astype("category")
    except IkfsError as error:
        problems.append(error)
    if problems:
        raise problems[0] if len(problems) == 1 else InputProblemsError(problems)
    grouped, named_regions, region_ids = (
        None if part is None else part.set_axis(ids) for part in (groups, regions, codes)
    )
    return Answers(
        items=pd.DataFrame(items).set_axis(ids, axis=0),
        weight=weights.set_axis(ids),
        group=grouped,
        region=named_regions,
        region_code=region_ids,
        weighted=weight is not None,
        reversed_items=tuple(str(code) for code in leaves.index[leaves["direction"] == -1]),
        source=place,
    )


def _item(table: pd.DataFrame, row: pd.Series, *, path: Path) -> pd.Series:
    name, low, high = str(row["column"]), float(row["scale_min"]), float(row["scale_max"])
    values = numbers(table, name, path=path)
    outside = (values < low) | (values > high)
    if outside.any():
        line = int(table.index[outside.to_numpy()][0])
        raise ScaleError(
            f"{path}, row {line}, column {name!r}: an answer must lie between {low:g} and {high:g}; found "
            f"{table.loc[line, name]!r} ({int(outside.sum())} such cell(s) in this column). Correct the cell, leave it "
            "empty when the answer is missing, or correct the scale in indicators.csv."
        )
    if values.nunique() < 2:
        seen = listed(f"{value:g}" for value in values.dropna().unique()) or "no answer at all"
        raise ConstantItemError(
            f"{path}, column {name!r}: an item must vary; all {int(values.notna().sum())} answers are the same "
            f"({seen}). Check the column, or take the indicator {row.name!r} out of indicators.csv."
        )
    return low + high - values if row["direction"] == -1 else values


def _ids(table: pd.DataFrame, name: str | None, *, path: Path) -> pd.Index[Any]:
    if name is None:
        return table.index.rename("row")
    column = table[name]
    wrong = (column == "") | column.duplicated(keep=False)
    if wrong.any():
        lines = list(table.index[wrong.to_numpy()])
        raise ColumnError(
            f"{path}, column {name!r}: every respondent must have an id of its own; empty or repeated in row(s) "
            f"{listed(lines)}. Correct the ids, or set `id: null` in round.yaml."
        )
    ids: pd.Index[Any] = pd.Index(column.to_numpy(), name=name)
    return ids


def _weights(table: pd.DataFrame, name: str, *, path: Path) -> pd.Series:
    values = numbers(table, name, path=path, needed=True)
    wrong = ~(np.isfinite(values) & (values > 0))
    if wrong.any():
        line = int(table.index[wrong.to_numpy()][0])
        raise WeightError(
            f"{path}, row {line}, column {name!r}: a design weight must be above 0; found {table.loc[line, name]!r} "
            f"({int(wrong.sum())} such cell(s)). Correct the weight or take the row out."
        )
    return values


def _labels(table: pd.DataFrame, name: str, *, path: Path) -> pd.Series:
    column = table[name]
    if (column == "").any():
        line = int(table.index[(column == "").to_numpy()][0])
        raise ColumnError(
            f"{path}, row {line}, column {name!r}: every respondent must have a value here; empty in "
            f"{int((column == '').sum())} row(s). Fill the cells, or set the column to null in round.yaml."
        )
    return column.astype("category")
