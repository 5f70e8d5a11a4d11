"""Congruence of items with several objectives, from a long table of ratings."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import lcm

import numpy as np
import pandas as pd

from ikfs_methods.checks import did_you_mean, listed, numeric_frame
from ikfs_methods.errors import ColumnError, JudgementError, ParameterError, TooFewError
from ikfs_methods.labels import flat_index
from ikfs_methods.validity.content.exact import score_limits
from ikfs_methods.validity.content.panel import Counts, Floats, RatingScale, on_scale

CONGRUENCE_SCALE = RatingScale(-1, 1)
COLUMNS = ("expert", "item", "objective", "rating")
# The index then lies on a lattice of so many steps that counting it takes seconds an item. Numbers of experts that
# differ by one or two between objectives stay far below.
MOST_STEPS = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class ObjectiveRows:
    """Rows of the items, the index of each item on each objective, the number of experts, and notes."""

    items: pd.DataFrame
    objectives: pd.DataFrame
    n_experts: int
    notes: tuple[str, ...]


def objective_rows(
    ratings: pd.DataFrame, intended: pd.Series | Mapping[Hashable, Hashable], *, level: float, alpha: float
) -> ObjectiveRows:
    """The congruence of each item with the objective it was written for; see `item_objective_congruence`."""
    table = _long(ratings)
    wanted = _intended(intended, table)
    names = pd.Index(table["objective"].unique(), name="objective")
    sums, n = _by_objective(table, wanted.index, names)
    count = len(names)
    mean = np.divide(sums, n, out=np.full(sums.shape, np.nan), where=n > 0)
    index = count / (2 * count - 2) * (mean - mean.mean(axis=1, keepdims=True))
    rows, place = np.arange(len(wanted)), names.get_indexer(pd.Index(wanted))
    ioc, fewest = index[rows, place], n.min(axis=1)
    full = fewest > 0
    low, high = score_limits((ioc + 1) / 2, fewest.astype(np.float64), level)
    tested = [_tested(sums[row], n[row], int(place[row]), alpha) if full[row] else (np.nan, None) for row in rows]
    items = pd.DataFrame({"objective": wanted.to_numpy(), "ioc": ioc, "ci_low": 2 * low - 1, "ci_high": 2 * high - 1})
    items["p_value"] = [p for p, _ in tested]
    items["critical_ioc"] = pd.array([critical for _, critical in tested], dtype="Float64")
    items["n_experts"] = fewest
    items["mean_intended"] = mean[rows, place]
    items["mean_others"] = mean[rows, place] - 2 * ioc
    best = np.where(np.isnan(index), -np.inf, index).argmax(axis=1)
    items["nearest"] = [names[at] if there else None for at, there in zip(best, full, strict=True)]
    items.index = flat_index(wanted.index, "item")
    frame = pd.DataFrame(index, index=items.index, columns=names)
    untested = items.index[full & items["p_value"].isna().to_numpy()]
    notes = _remarks(items.index[~full], untested)
    return ObjectiveRows(items, frame, table["expert"].nunique(), notes)


def _long(ratings: pd.DataFrame) -> pd.DataFrame:
    """The rows with a rating, when the table has its columns, whole names and no expert twice."""
    if not isinstance(ratings, pd.DataFrame):
        raise ParameterError(f"ratings must be a pandas DataFrame; found {type(ratings).__name__}.")
    missing = [name for name in COLUMNS if name not in ratings.columns]
    if missing:
        near = did_you_mean(missing[0], [str(name) for name in ratings.columns])
        raise ColumnError(
            f"ratings with `intended` must be a long table with the columns {listed(COLUMNS)}; missing: "
            f"{listed(missing)}.{near} Rename or supply them."
        )
    repeated = list(ratings.columns[ratings.columns.duplicated()])
    if repeated:
        raise ColumnError(f"ratings must have unique column names; repeated: {listed(repeated)}. Rename or drop them.")
    values = numeric_frame(ratings[["rating"]], min_rows=1, min_columns=1)
    table = ratings[list(COLUMNS[:3])].assign(rating=on_scale(values, CONGRUENCE_SCALE)["rating"])
    table = table[table["rating"].notna().to_numpy()]
    if table.empty:
        raise TooFewError("ratings must hold at least one rating; all are missing. Supply them.")
    for name in COLUMNS[:3]:
        empty = table[name].isna().to_numpy()
        if empty.any():
            raise ColumnError(
                f"each rating must name its {name}; {int(empty.sum())} do not, the first in row "
                f"{table.index[empty][0]}. Supply the {name}."
            )
    twice = table[table.duplicated(list(COLUMNS[:3]), keep=False).to_numpy()]
    if len(twice):
        expert, item, objective = twice.iloc[0][list(COLUMNS[:3])]
        raise JudgementError(
            f"each expert must rate an item on an objective once; {len(twice)} rows do so more than once, the first "
            f"{expert} on {item} ({objective}). Remove the repeats."
        )
    return table


def _intended(intended: pd.Series | Mapping[Hashable, Hashable], table: pd.DataFrame) -> pd.Series:
    """The objective of each item, when every rated item has one that was rated, and no other item is named."""
    if not isinstance(intended, pd.Series | Mapping):
        raise ParameterError(
            f"intended must be a series or dictionary from item to objective; found {type(intended).__name__}."
        )
    wanted = intended if isinstance(intended, pd.Series) else pd.Series(dict(intended), dtype="object")
    twice = wanted.index[wanted.index.duplicated()]
    if len(twice):
        raise ColumnError(f"intended must name each item once; repeated: {listed(twice)}. Remove the repeats.")
    rated, names = table["item"].unique(), list(table["objective"].unique())
    without = [item for item in rated if item not in wanted.index or pd.isna(wanted[item])]
    if without:
        raise ColumnError(f"intended must give the objective of each rated item; none for {listed(without)}. Add it.")
    unrated = [item for item in wanted.index if item not in set(rated)]
    if unrated:
        raise ColumnError(f"each item of intended must be rated; no rating for {listed(unrated)}. Leave it out.")
    unknown = [name for name in wanted.unique() if name not in names]
    if unknown:
        near = did_you_mean(str(unknown[0]), [str(name) for name in names])
        raise ColumnError(
            f"intended must name objectives that were rated ({listed(names)}); not among them: {listed(unknown)}."
            f"{near} Correct it."
        )
    if len(names) < 2:
        raise TooFewError(
            f"the index of several objectives must have at least two; found only {names[0]}. Give a frame of experts "
            "by items without `intended`."
        )
    return wanted


def _by_objective(table: pd.DataFrame, items: pd.Index, names: pd.Index) -> tuple[Counts, Counts]:
    """Sums and numbers of the ratings, items by objectives."""
    cell = items.get_indexer(pd.Index(table["item"])) * len(names) + names.get_indexer(pd.Index(table["objective"]))
    shape = (len(items), len(names))
    sums = np.bincount(cell, table["rating"].to_numpy(), minlength=len(items) * len(names)).reshape(shape)
    n = np.bincount(cell, minlength=len(items) * len(names)).reshape(shape)
    return np.rint(sums).astype(np.int64), n.astype(np.int64)


def _tested(sums: Counts, n: Counts, place: int, alpha: float) -> tuple[float, float | None]:
    """The chance of an index at least this high at random, and the least index that is significant.

    In units of 1/(2(N-1)L), L the least common multiple of the numbers of experts, the index is the whole number
    (N-1) L/n_k S_k - sum over the others of L/n_j S_j, S being the sums of ratings.
    """
    whole = lcm(*(int(size) for size in n))
    others = len(n) - 1
    steps = 2 * others * whole
    if steps > MOST_STEPS:
        return np.nan, None
    weights = np.array([-(whole // int(size)) for size in n])
    weights[place] *= -others
    rest = sorted(int(size) for size in np.delete(n, place))
    tails, possible = _random_index(int(n[place]), tuple(rest))
    observed = int((weights * sums).sum())
    enough = possible[tails[possible] <= alpha]
    return float(tails[observed + steps]), None if not len(enough) else float(enough[0] - steps) / steps


@lru_cache(maxsize=64)
def _random_index(n: int, others: tuple[int, ...]) -> tuple[Floats, Counts]:
    """Upper tails of the index under random ratings, from its least value on, and which of the values can occur."""
    whole = lcm(n, *others)
    chances = np.ones(1)
    for size, weight in ((n, len(others) * (whole // n)), *((size, whole // size) for size in others)):
        for _ in range(size):
            wider = np.zeros(len(chances) + 2 * weight)
            for move in (0, weight, 2 * weight):
                wider[move : move + len(chances)] += chances
            chances = wider / 3
    return chances[::-1].cumsum()[::-1], np.flatnonzero(chances > 0)


def _remarks(unrated: pd.Index, untested: pd.Index) -> tuple[str, ...]:
    notes = []
    if len(unrated):
        notes.append(f"Not rated on every objective, so no index: {listed(unrated)}.")
    if len(untested):
        notes.append(f"Too unequal numbers of experts for the exact chance, so no p: {listed(untested)}.")
    return tuple(notes)
