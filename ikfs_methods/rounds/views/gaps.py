"""Missing answers as tables that are safe to publish: by pattern, by group, and the test of chance alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.answers.screening import notes
from ikfs_methods.privacy.suppression import suppress_counts
from ikfs_methods.rounds.opened import Absent, uncounted
from ikfs_methods.rounds.round import Round
from ikfs_methods.rounds.views.base import View
from ikfs_methods.rounds.views.telling import complete_by_group, gap_totals

ROWS = 30  # patterns with a row of their own: with the bands and the axis they fill a page
REST = "\0rest"  # groups too small to be shown, taken together
ITEMS = 15  # items in the figure by group
BANDS = ((1, 1), (2, 2), (3, 5), (6, 10), (11, None))  # numbers of missing answers that share a row
# Classes of the share of a row's respondents without an answer to an item: none, up to a tenth, a quarter, a half,
# more, all. Classes and not shares, so that a band tells no count of a few respondents.
SHARE_CLASSES = (0.0, 0.10, 0.25, 0.50, 1.0)


@dataclass(frozen=True, slots=True)
class MissingPatterns(View):
    """Patterns of missing answers, most frequent first, then bands of rare patterns.

    `table`: low, high (missing answers of a respondent in the row), n_patterns, n, share; `classes`: a row of the same
    number by item, from 0 (nobody's answer is missing) to 5 (everybody's); `items`: share missing by item, NaN
    where it is withheld. `n_patterns` counts all patterns, `n_complete` the respondents without a gap (None: withheld);
    `too_few` says that so few respondents have gaps that no pattern is told.
    """

    classes: pd.DataFrame
    items: pd.Series
    n_patterns: int
    n_complete: int | None
    n: int
    too_few: bool


@dataclass(frozen=True, slots=True)
class MissingByGroup(View):
    """Share of missing answers by item (rows) and group (columns); NaN where `hidden`: too few to be published.

    `overall`: the item's share over all groups, NaN where it is withheld too. `quiet`: nothing can be said of the
    highest share, because a withheld one is as high, or because none shown is above 0.
    """

    hidden: pd.DataFrame
    overall: pd.Series
    quiet: bool

    @property
    def most(self) -> pd.DataFrame:
        """The items with the highest shares in any group, at most 15, in the order of the table."""
        highest = self.table.max(axis=1).dropna().nlargest(ITEMS)
        if highest.empty:
            return self.table.head(ITEMS)
        return self.table[self.table.index.isin(highest.index)]


@dataclass(frozen=True, slots=True)
class Mcar(View):
    """Little's test as one row, or none; `note`: the reason, or what weakens the test.

    `withheld`: it is not told because its numbers would tell of few respondents; `rough`: many patterns are of one.
    """

    note: str
    withheld: bool = False
    rough: bool = False


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
    may = gap_totals(opened)
    return MissingPatterns(
        table if missing[[place for row in rows for place in row]].any() else table.iloc[:0],
        pd.DataFrame(classes.reshape(len(rows), gaps.shape[1]), columns=found.items.index),
        found.items["share"].where(may.items["told"]),
        len(counts),
        complete if may.complete_told else None,
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
    gaps = gaps.loc[gaps[large].sum(axis=1) > 0]
    totals = gap_totals(opened).items.loc[gaps.index]
    overall = (totals["came"] / given.n).where(totals["told"])
    if gaps.empty:
        return MissingByGroup(gaps[large].astype(float), gaps[large].astype(bool), overall, quiet=True)
    # The groups that are left out, together: what the item's total leaves when the others are taken from it.
    asked = pd.DataFrame({**{group: sizes[group] for group in large}, REST: given.n - sizes[large].sum()}, gaps.index)
    cells = gaps[large].assign(**{REST: totals["came"] - gaps[large].sum(axis=1)})
    if not asked[REST].any():
        asked, cells = asked[large], cells[large]
    hidden = suppress_counts(cells, minimum=p.minimum_count).hidden
    hidden |= suppress_counts(asked - cells, minimum=p.minimum_count).hidden
    # A total that cannot be told before and after people were left out must not follow from its parts.
    hidden[~totals["told"] & (totals["came"] != totals["used"])] = True
    # A share of a group whose size is not told would tell it: its denominator can be guessed from a few shares.
    unsized = uncounted(given.group, p.minimum_count)
    hidden[[group for group in large if str(group) in unsized]] = True
    hidden = hidden[large]
    if opened.answers.group is not None:
        # Where nearly all gaps are in one item, the complete respondents by group tell the same numbers.
        withheld = complete_by_group(opened).hidden.any(axis=1)
        for group in hidden.columns.intersection(withheld.index[withheld]):
            hidden[group] |= hidden.any(axis=1)
    shares = (gaps[large] / sizes[large]).rename_axis("indicator")
    told = shares.mask(hidden)
    highest = float(np.nanmax(told.to_numpy(), initial=0.0))
    quiet = highest == 0 or bool((shares.where(hidden) >= highest).to_numpy().any())
    return MissingByGroup(told, hidden, overall, quiet)


def mcar(opened: Round) -> Mcar:
    """Little's test of whether the gaps depend on nothing at all."""
    found: Any = opened.screening.mcar
    if found is None:
        return Mcar(pd.DataFrame(), opened.screening.mcar_note or "")
    may = gap_totals(opened)
    if may.few_gaps or not may.complete_told:
        return Mcar(pd.DataFrame(), "", withheld=True)
    note = opened.screening.mcar_note or ""
    # The numbers of this note count single respondents.
    ending = notes.SINGLE_PATTERNS.partition("{patterns}")[2]
    rough, note = note.endswith(ending), "" if note.endswith(ending) else note
    names = ("chi2", "df", "p_value", "n", "n_patterns", "n_items")
    return Mcar(pd.DataFrame([{name: getattr(found, name) for name in names}]), note, rough=rough)
