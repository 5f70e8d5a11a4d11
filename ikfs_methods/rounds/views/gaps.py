"""Missing answers as tables that are safe to publish: by pattern, by group, and the test of chance alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.privacy.suppression import suppress_counts
from ikfs_methods.rounds.opened import Absent
from ikfs_methods.rounds.round import Round
from ikfs_methods.rounds.views.base import View

ROWS = 30  # patterns with a row of their own: with the bands and the axis they fill a page
ITEMS = 15  # items in the figure by group
BANDS = ((1, 1), (2, 2), (3, 5), (6, 10), (11, None))  # numbers of missing answers that share a row
# Classes of the share of a row's respondents without an answer to an item: none, up to a tenth, a quarter, a half,
# more, all. Classes and not shares, so that a band tells no count of a few respondents.
SHARE_CLASSES = (0.0, 0.10, 0.25, 0.50, 1.0)


@dataclass(frozen=True, slots=True)
class MissingPatterns(View):
    """Patterns of missing answers, most frequent first, then bands of rare patterns.

    `table`: low, high (missing answers of a respondent in the row), n_patterns, n, share; `classes`: a row of the same
    number by item, from 0 (nobody's answer is missing) to 5 (everybody's); `items`: share missing by item.
    `n_patterns` counts all patterns, `n_complete` the respondents without a gap; `too_few` says that so few respondents
    have gaps that no pattern is told.
    """

    classes: pd.DataFrame
    items: pd.Series
    n_patterns: int
    n_complete: int
    n: int
    too_few: bool


@dataclass(frozen=True, slots=True)
class MissingByGroup(View):
    """Share of missing answers by item (rows) and group (columns); NaN where `hidden`: too few to be published."""

    hidden: pd.DataFrame

    @property
    def most(self) -> pd.DataFrame:
        """The items with the highest shares in any group, at most 15, in the order of the table."""
        highest = self.table.max(axis=1).dropna().nlargest(ITEMS)
        return self.table[self.table.index.isin(highest.index)]


@dataclass(frozen=True, slots=True)
class Mcar(View):
    """Little's test as one row, or none; `note`: the reason, or what weakens the test."""

    note: str


def missing_patterns(opened: Round) -> MissingPatterns:
    """Which items are missing together, in rows that each stand for at least `minimum_count` respondents.

    Answers the questions: are gaps scattered, or do whole blocks fail, and for how many? Rare patterns are put
    together by the number of missing answers, so that no row describes a single respondent.
    """
    found, minimum = opened.screening, opened.parameters.minimum_count
    gaps = found.patterns[list(found.items.index)].to_numpy(dtype=bool)
    counts = found.patterns["n"].to_numpy(dtype=int)
    missing = gaps.sum(axis=1)
    rows = [[int(place)] for place in np.flatnonzero(counts >= minimum)[:ROWS]]
    rare = [place for place in range(len(counts)) if [place] not in rows]
    while 0 < counts[rare].sum() < minimum and any(missing[row[0]] for row in rows):
        # Too few to be a row: the rarest pattern that has gaps joins them.
        last = max(place for place, row in enumerate(rows) if missing[row[0]])
        rare += rows.pop(last)
    too_few = 0 < counts[rare].sum() < minimum
    rows += [] if too_few else _bands(rare, missing, counts, minimum)
    table = pd.DataFrame(
        {
            "low": [int(missing[row].min()) for row in rows],
            "high": [int(missing[row].max()) for row in rows],
            "n_patterns": [len(row) for row in rows],
            "n": [int(counts[row].sum()) for row in rows],
        }
    )
    table["share"] = table["n"] / found.n
    shares = [counts[row] @ gaps[row] / counts[row].sum() for row in rows]
    classes = np.array(
        [np.where(share >= 1, len(SHARE_CLASSES), np.searchsorted(SHARE_CLASSES, share)) for share in shares]
    )
    complete = int(counts[missing == 0].sum())
    return MissingPatterns(
        table if missing[[place for row in rows for place in row]].any() else table.iloc[:0],
        pd.DataFrame(classes.reshape(len(rows), gaps.shape[1]), columns=found.items.index),
        found.items["share"],
        len(counts),
        complete,
        found.n,
        too_few,
    )


def _bands(rare: list[int], missing: np.ndarray, counts: np.ndarray, minimum: int) -> list[list[int]]:
    """Rare patterns by their number of missing answers; a band of too few respondents joins the one before it."""
    bands: list[list[int]] = []
    for low, high in ((0, 0), *BANDS):
        part = [place for place in rare if low <= missing[place] and (high is None or missing[place] <= high)]
        if part and bands and min(counts[part].sum(), counts[bands[-1]].sum()) < minimum:
            bands[-1] += part
        elif part:
            bands.append(part)
    if len(bands) > 1 and counts[bands[-1]].sum() < minimum:
        bands[-2] += bands.pop()
    return bands


def missing_by_group(opened: Round) -> MissingByGroup | Absent:
    """Share of missing answers to every item in every group.

    Groups of fewer than `minimum_respondents` are left out; counts below `minimum_count` are hidden, and others with
    them, so that totals do not reveal them. Answers the question: is an item left out where it does not apply?
    """
    given, p = opened.delivered, opened.parameters
    if given.group is None:
        return Absent("group")
    sizes = given.group.value_counts(sort=False)
    gaps = given.items.isna().groupby(given.group, observed=True).sum().T.astype(int)
    large = [group for group in gaps.columns if sizes[group] >= p.minimum_respondents]
    gaps = gaps.loc[gaps.sum(axis=1) > 0, large]
    if gaps.empty:
        return MissingByGroup(gaps.astype(float), gaps.astype(bool))
    told = suppress_counts(gaps, minimum=p.minimum_count).frame
    return MissingByGroup((told / sizes[large]).rename_axis("indicator"), told.isna())


def mcar(opened: Round) -> Mcar:
    """Little's test of whether the gaps depend on nothing at all."""
    found: Any = opened.screening.mcar
    if found is None:
        return Mcar(pd.DataFrame(), opened.screening.mcar_note or "")
    names = ("chi2", "df", "p_value", "n", "n_patterns", "n_items")
    return Mcar(pd.DataFrame([{name: getattr(found, name) for name in names}]), opened.screening.mcar_note or "")
