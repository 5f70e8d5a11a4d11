"""Lawshe's content validity ratio: whether more than half of the experts call an item essential."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import fraction, listed, quoted
from ikfs_methods.errors import ScaleError
from ikfs_methods.labels import flat_index
from ikfs_methods.result import Shown
from ikfs_methods.validity.content.exact import at_least, critical_sums, exact_limits, random_tails
from ikfs_methods.validity.content.panel import panel_frame, rated_items

_TABLES = (
    "Critical values are computed for each item's own panel by the exact one-tailed binomial test (Ayre & Scally "
    "2014); the printed tables of Lawshe 1975 and of Wilson, Pan & Schumsky 2012 differ from them and from each other."
)


@dataclass(frozen=True, slots=True, eq=False)
class ContentRatioResult(Shown):
    """Lawshe's ratio of every item of a panel.

    `items` has a row per item: cvr, ci_low, ci_high, n_essential, n_experts, critical_cvr, critical_n, p_value and
    kept (cvr of at least critical_cvr). critical_cvr and critical_n are nullable: <NA> where the panel is too small
    for any ratio to reach `alpha`; such an item is not kept. `cvi_lawshe` is the mean ratio of the items kept, NaN
    when there is none.
    """

    items: pd.DataFrame
    cvi_lawshe: float
    n_kept: int
    level: float
    alpha: float
    n_experts: int  # experts with at least one answer
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """The items, one row each."""
        return self.items.copy()


def content_validity_ratio(essential: pd.DataFrame, *, level: float = 0.95, alpha: float = 0.05) -> ContentRatioResult:
    """Lawshe's content validity ratio from a True/False (or 1/0) frame, experts by items; gaps allowed.

    CVR = (n_e - N/2) / (N/2), from -1 to 1 (Lawshe 1975, doi:10.1111/j.1744-6570.1975.tb01393.x), n_e of the N
    experts who judged the item calling it essential. p_value is the exact chance of n_e or more if each expert tossed
    a coin, critical_n the least n_e whose p is at most `alpha` and critical_cvr its ratio (Ayre & Scally 2014,
    doi:10.1177/0748175613513808). It is not monotone in N, and for N below 5 no n_e reaches .05. Interval: the exact
    one of Clopper & Pearson 1934 for n_e/N, carried over to the ratio, because it covers at least `level` at any N;
    it is two-sided, so that at .95 it may hold 0 where the one-tailed test at .05 rejects it. `cvi_lawshe` is
    Lawshe's content validity index of the whole. Answers the question: does more than half of the field hold this
    item to be essential.

    Raises ScaleError (a value that is neither yes nor no), ColumnError (an item or an expert twice), TooFewError (an
    item that nobody judged), ParameterError (level, alpha), and what `checks.numeric_frame` raises.
    """
    fraction(level, name="level")
    fraction(alpha, name="alpha")
    frame = _yes_or_no(panel_frame(essential, what="essential"))
    n = rated_items(frame)
    yes = np.nansum(frame.to_numpy(), axis=0).astype(np.int64)
    tails = random_tails(n, 2)
    critical = critical_sums(tails, n, alpha)
    low, high = exact_limits(yes, n, level)
    items = pd.DataFrame({"cvr": 2 * yes / n - 1, "ci_low": 2 * low - 1, "ci_high": 2 * high - 1})
    items["n_essential"], items["n_experts"] = yes, n
    items["critical_cvr"] = pd.array(2 * critical / n - 1, dtype="Float64")
    items["critical_n"] = pd.array(critical, dtype="Float64").astype("Int64")
    items["p_value"] = at_least(tails, yes, n)
    items["kept"] = yes >= np.where(np.isnan(critical), np.inf, critical)
    items.index = flat_index(frame.columns, "item")
    kept = items.loc[items["kept"], "cvr"]
    index = float(kept.mean()) if len(kept) else np.nan
    experts = int(frame.notna().to_numpy().any(axis=1).sum())
    return ContentRatioResult(items, index, len(kept), level, alpha, experts, (_TABLES, *_remarks(items, alpha)))


def _yes_or_no(frame: pd.DataFrame) -> pd.DataFrame:
    other = frame.notna() & (frame != 0) & (frame != 1)
    if other.to_numpy().any():
        label = next(name for name in frame.columns if other[name].any())
        first = frame.loc[other[label].to_numpy(), label].head(1)
        raise ScaleError(
            f"essential must be True or False (1 or 0); {int(other.to_numpy().sum())} value(s) are neither, the first "
            f"{first.iloc[0]:g} in column {quoted(label)}, row {quoted(first.index[0])}. From three categories, of "
            "which 3 means essential, say, make it by `ratings.eq(3).where(ratings.notna())`."
        )
    return frame


def _remarks(items: pd.DataFrame, alpha: float) -> list[str]:
    notes = []
    small = items.index[items["critical_n"].isna().to_numpy()]
    if len(small):
        notes.append(
            f"Too few experts for any ratio to be significant at {alpha:g}: no critical CVR for {listed(small)}."
        )
    if not items["kept"].any():
        notes.append("No item reaches its critical ratio, so Lawshe's index of the whole (cvi_lawshe) is undefined.")
    return notes
