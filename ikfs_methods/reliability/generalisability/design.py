"""The ratings of a generalisability study: checked, numbered by factor, and their effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ikfs_methods.checks import is_number, listed, numeric_frame, quoted, within_scale
from ikfs_methods.errors import ColumnError, JudgementError, ParameterError, ScaleError, TooFewError
from ikfs_methods.reliability.intraclass import LARGEST

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Effect = tuple[int, ...]  # positions of the factors that meet in it: 0 is the object, then the facets
RESIDUAL = "residual"


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Ratings as numbers, with the level of each factor at which each was given."""

    names: tuple[str, ...]  # the object, then the facets
    codes: Codes  # (factors, ratings)
    levels: tuple[int, ...]
    values: Floats  # (ratings,), in units of `unit`, less their mean
    mean: float
    unit: float  # a power of two, so that squares stay within the doubles and no digit is lost
    n_missing: int
    dropped: tuple[str, ...]  # facets of one level, which make no effect

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Main effects, then what meets of them; the last, where all meet, is the residual."""
        factors = range(len(self.names))
        return tuple(effect for size in range(1, len(self.names) + 1) for effect in combinations(factors, size))

    @property
    def labels(self) -> tuple[str, ...]:
        """The effects' names: indicator, expert, indicator:expert and so on, the last `residual`."""
        return (*(":".join(self.names[at] for at in effect) for effect in self.effects[:-1]), RESIDUAL)

    @property
    def complete(self) -> bool:
        """Whether every object was rated at every combination of the facets."""
        return len(self.values) == prod(self.levels)

    @property
    def mean_square(self) -> float:
        """Mean squared distance of the ratings from their mean."""
        ratings: Floats = self.values
        return float((ratings**2).mean())

    def numbered(self, effect: Effect) -> tuple[Codes, int]:
        """The level of an effect at which each rating stands, and how many levels were met."""
        if len(effect) == 1:
            return self.codes[effect[0]], self.levels[effect[0]]
        joint = np.ravel_multi_index(tuple(self.codes[list(effect)]), tuple(self.levels[at] for at in effect))
        met, codes = np.unique(joint, return_inverse=True)
        return codes, len(met)


def designed(
    table: pd.DataFrame,
    names: Sequence[str],
    value: str,
    *,
    low: float | None,
    high: float | None,
) -> Design:
    """The design of a long table: one row per rating, a column for each factor and one for the rating."""
    factors = _named(table, names, value)
    numbers = numeric_frame(table[[value]].rename(columns={value: "rating"}), what="ratings", min_rows=1, min_columns=1)
    bottom, top = _ends(low, high)
    ratings = within_scale(numbers, bottom, top)["rating"].to_numpy()
    rated = ~np.isnan(ratings)
    if not rated.any():
        raise TooFewError(f"the table must hold ratings; all {len(table)} in {quoted(value)} are missing. Supply them.")
    columns = [_codes(table[name][rated], name) for name in factors]
    _refuse_repeats(table[rated], factors, columns)
    if low is None or high is None:
        _refuse_two_scales(table[rated], factors, ratings[rated])
    used = [at for at, (_, count) in enumerate(columns) if at < 2 or count > 1]
    for at in used:
        _enough(factors[at], columns[at][1], "objects rated" if at == 0 else "levels of a facet")
    values = ratings[rated]
    unit = float(np.ldexp(1.0, int(np.frexp(np.abs(values).max())[1])))
    mean = float((values / unit).mean())
    return Design(
        names=tuple(factors[at] for at in used),
        codes=np.array([columns[at][0] for at in used]),
        levels=tuple(columns[at][1] for at in used),
        values=values / unit - mean,
        mean=mean * unit,
        unit=unit,
        n_missing=int((~rated).sum()),
        dropped=tuple(factors[at] for at in range(len(factors)) if at not in used),
    )


def _named(table: pd.DataFrame, names: Sequence[str], value: str) -> list[str]:
    if not isinstance(table, pd.DataFrame):
        raise ParameterError(f"the ratings must be a pandas DataFrame; found {type(table).__name__}.")
    asked = [*names, value]
    if len(set(asked)) < len(asked) or RESIDUAL in asked:
        raise ParameterError(
            f"object, facets and value must be different columns, none named {RESIDUAL!r}; found {listed(asked)}. "
            "Name each once."
        )
    absent = [name for name in asked if name not in table.columns]
    if absent:
        raise ColumnError(
            f"the table must have the columns {listed(asked)}; missing: {listed(absent)}; found "
            f"{listed(table.columns)}. Give a long table, one row per rating, or name its columns."
        )
    twice = [name for name in asked if (table.columns == name).sum() > 1]
    if twice:
        raise ColumnError(f"the table must have each column once; repeated: {listed(twice)}. Rename or drop them.")
    return list(names)


def _ends(low: float | None, high: float | None) -> tuple[float, float]:
    """The ends of the scale; those that are not given are where squares stop to exist."""
    for name, end in (("low", low), ("high", high)):
        if end is not None and not (is_number(end) and abs(end) <= LARGEST):
            raise ParameterError(f"{name} must be a finite number, an end of the scale; found {quoted(end)}.")
    return -LARGEST if low is None else float(low), LARGEST if high is None else float(high)


def _codes(column: pd.Series, name: str) -> tuple[Codes, int]:
    try:
        codes, labels = pd.factorize(column)
    except TypeError:
        raise ParameterError(f"column {quoted(name)} must hold names or numbers; found lists. Correct it.") from None
    if (codes < 0).any():
        rows = column.index[codes < 0]
        raise ColumnError(
            f"column {quoted(name)} must name a level for every rating; empty in {len(rows)} row(s), the first "
            f"{quoted(rows[0])}. Fill it in."
        )
    return codes.astype(np.intp), len(labels)


def _refuse_repeats(table: pd.DataFrame, names: list[str], columns: list[tuple[Codes, int]]) -> None:
    again = pd.DataFrame({at: codes for at, (codes, _) in enumerate(columns)}).duplicated(keep=False).to_numpy()
    if again.any():
        cell = ", ".join(f"{name} {table[name][again].iloc[0]}" for name in names)
        raise JudgementError(
            f"each combination of {listed(names)} must be rated once; {int(again.sum())} rows repeat one, the first "
            f"{cell}. Keep one of them (the rows of one round, say), or name a further facet that tells them apart."
        )


def _refuse_two_scales(table: pd.DataFrame, names: list[str], values: Floats) -> None:
    """Marks (0 or 1; -1, 0 or 1) pooled with points of a scale from 1 would make variance out of the two scales."""
    if len(names) < 3:
        return
    ends = pd.Series(values, index=table.index).groupby(table[names[2]].to_numpy(), sort=False).agg(["min", "max"])
    marks = ends.index[(ends["min"] < 1) & (ends["max"] <= 1)]
    points = ends.index[(ends["min"] >= 1) & (ends["max"] > 1)]
    if len(marks) and len(points):
        raise ScaleError(
            f"all ratings must be on one scale; those on {names[2]} {listed(marks)} run from "
            f"{ends.loc[marks, 'min'].min():g} to {ends.loc[marks, 'max'].max():g}, those on {listed(points)} from "
            f"{ends.loc[points, 'min'].min():g} to {ends.loc[points, 'max'].max():g}. "
            "Leave one kind out, or give low and high if it is one scale."
        )


def _enough(name: str, count: int, what: str) -> None:
    if count < 2:
        raise TooFewError(
            f"there must be at least two {what}; column {quoted(name)} has {count} with a rating. "
            "A variance needs two: supply more ratings."
        )
