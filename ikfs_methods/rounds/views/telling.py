"""Which counts of respondents chapter 01 tells: one rule for its sentences, tables, figures and files.

Sample sizes are always told: respondents delivered, used, and checked by a rule. Of every other count of respondents:

1. None from 1 to `minimum_count` - 1 is told, as a number or as a share; it is "fewer than" the minimum. Zero stays.
2. A count whose rest, up to the sample size beside it, is that small is not told either: 118 of 120 tells 2.
3. A total gives way before its parts do: it is not told where its parts would complete one that is withheld.
4. Cells with totals that are told (groups, numbers of flags) are withheld together, zeros too where nothing else
   protects, so that no subtraction gives one back; readers are not told which of them are small. Two tables by group
   withhold the same groups, so that one does not complete the other.
5. Where the round left respondents out, a number is told before and after only if the difference may be told as well.

So a reader learns of a withheld count no more than that it is fewer than the minimum, or less. Numbers that only bound
others (an item's gaps and the respondents with a gap) narrow what is possible but leave more than one value. Not
covered: an item's mean and standard deviation in full precision, which tell how its few answers at an end are spread.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ikfs_methods.errors import ParameterError
from ikfs_methods.privacy.suppression import SuppressedCounts, suppress_counts
from ikfs_methods.rounds.round import Round

NOBODY = ""  # the row of respondents without a group


def few(counts: pd.Series, minimum: int) -> pd.Series:
    """True where a count is of somebody, but of fewer than the minimum."""
    return (counts > 0) & (counts < minimum)


def unsafe(counts: pd.Series, of: pd.Series | int, minimum: int) -> pd.Series:
    """True where a count, or what is left of the sample size `of` without it, is of too few."""
    return few(counts, minimum) | few(of - counts, minimum)


@dataclass(frozen=True, slots=True)
class Gaps:
    """Whether totals of missing answers may be told.

    `items`: by item, gaps as it `came` and of the `used`, and whether they may be `told`. `complete_told`: whether the
    number of complete respondents may be; `few_gaps`: that somebody used has a gap, but fewer than the minimum.
    """

    items: pd.DataFrame
    complete_told: bool
    few_gaps: bool


def gap_totals(opened: Round) -> Gaps:
    """Which totals of missing answers the chapter tells, by the rule of this module."""
    least = opened.parameters.minimum_count
    came, used = opened.delivered.items.isna(), opened.answers.items.isna()
    items = pd.DataFrame({"came": came.sum(), "used": used.sum()})
    out = len(came) - len(used)
    bad = unsafe(items["came"], len(came), least) | unsafe(items["used"], len(used), least)
    items["told"] = ~(bad | (unsafe(items["came"] - items["used"], out, least) & (out > 0)))
    whole = pd.Series({"came": int((~came.any(axis=1)).sum()), "used": int((~used.any(axis=1)).sum())})
    hidden = unsafe(whole, pd.Series({"came": len(came), "used": len(used)}), least).any()
    if out:
        hidden |= unsafe(pd.Series([whole["came"] - whole["used"]]), out, least).any()
    if opened.answers.group is not None:
        hidden |= bool(complete_by_group(opened).column_totals.isna().any())
    with_gap = len(used) - whole["used"]
    return Gaps(items, not hidden, 0 < with_gap < least)


def complete_by_group(opened: Round) -> SuppressedCounts:
    """Respondents used without a gap and with one, by group, as far as they may be told beside their totals.

    Those of no group are a row of their own, so that the totals are of all.
    """
    group, complete = opened.answers.group, opened.answers.items.notna().all(axis=1)
    if group is None:
        raise ParameterError("complete respondents by group need a group of each respondent; the round declares none.")
    place = group.astype(object).where(group.notna(), NOBODY)
    names = [*group.cat.categories, *([NOBODY] if group.isna().any() else [])]
    n = place.value_counts().reindex(names, fill_value=0)
    full = place[complete].value_counts().reindex(names, fill_value=0)
    cells = pd.DataFrame({"complete": full, "gap": n - full})
    return suppress_counts(cells, minimum=opened.parameters.minimum_count)
