"""How the answer categories of each item were used, and whether they run in their intended order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import fraction, listed
from ikfs_methods.errors import ScaleError
from ikfs_methods.result import Shown
from ikfs_methods.validity.scale import MOST_CATEGORIES, Coded, Floats, coded, computable, scale_ends, scale_points


@dataclass(frozen=True, slots=True, eq=False)
class CategoryUseResult(Shown):
    """Use of the categories, items by categories.

    `items` has a row per item: n, n_missing, missing (share of respondents), categories (points of its scale), used,
    unused, sparse (numbers of categories), largest (share of the most used one), evenness (0: one category only, 1: all
    equally often), effective (number of equally used categories with the same entropy), ordered (True, False, or <NA>
    where fewer than two categories can be compared) and reversals (steps between neighbouring used categories at which
    the mean rest score does not rise). `counts`, `shares` and `rest_means` are items by categories, NaN where a
    category is none of the item's scale. `unused` and `sparse` list the categories by item.
    """

    items: pd.DataFrame
    counts: pd.DataFrame
    shares: pd.DataFrame
    rest_means: pd.DataFrame
    unused: Mapping[str, tuple[float, ...]]
    sparse: Mapping[str, tuple[float, ...]]
    sparse_below: float
    n_rows: int

    def to_frame(self) -> pd.DataFrame:
        """One row per item and category of its scale: item, category, count, share, rest_mean, status.

        rest_mean is <NA> where nobody who chose the category answered another item.
        """
        pairs = pd.MultiIndex.from_product([self.counts.index, self.counts.columns])
        tables = {"count": self.counts, "share": self.shares, "rest_mean": self.rest_means}
        long = pd.DataFrame({name: table.to_numpy().ravel() for name, table in tables.items()}, index=pairs)
        long = long.dropna(subset="count").astype({"count": "int64", "rest_mean": "Float64"})
        status = np.where(long["share"] < self.sparse_below, "sparse", "used")
        return long.assign(status=np.where(long["count"] == 0, "unused", status)).reset_index()


def category_use(
    answers: pd.DataFrame,
    *,
    low: float | pd.Series | None = None,
    high: float | pd.Series | None = None,
    sparse: float = 0.05,
) -> CategoryUseResult:
    """Use of the answer categories of each item (keyed answers, respondents by items, gaps allowed).

    `low` and `high`, numbers or series by item, are the ends of the scale: with whole ends every whole number between
    them is a category; without them the codes that occur in any item are. A used category is `sparse` when its share of
    the item's answers is below that value. evenness is the entropy -sum p ln p over its greatest value, ln of the
    number of categories. rest_means is, for those who chose the category, the mean of their answers to the other items:
    it should rise from each category to the next (Linacre 2002, Journal of Applied Measurement 3, 85-106, guideline 4;
    his guideline 1 asks for ten answers per category). Answers the question: do respondents use and understand the
    categories as offered, or should some be merged or reworded.

    A constant item is described, not refused. Raises TooFewError (an item without answers), ScaleError (an answer off
    the scale; more than 200 categories), ParameterError, ColumnError, and what `checks.numeric_frame` raises.
    """
    fraction(sparse, name="sparse")
    frame = computable(answers, min_rows=1, min_columns=1)
    found, offered = _offered(frame, low, high)
    counts = np.where(offered, found.counts, np.nan)
    n = found.counts.sum(axis=1)
    shares = counts / n[:, None]
    rest = _rest_means(frame.to_numpy(), found)
    ordered, reversals = _order(rest)
    columns, items = pd.Index(found.codes, name="category"), frame.columns.rename("item")
    thin = (counts > 0) & (shares < sparse)
    return CategoryUseResult(
        items=_items(frame, counts, shares, thin).assign(ordered=ordered, reversals=reversals),
        counts=pd.DataFrame(counts, index=items, columns=columns),
        shares=pd.DataFrame(shares, index=items, columns=columns),
        rest_means=pd.DataFrame(rest, index=items, columns=columns),
        unused=_named(frame.columns, found.codes, counts == 0),
        sparse=_named(frame.columns, found.codes, thin),
        sparse_below=sparse,
        n_rows=len(frame),
    )


def _offered(
    frame: pd.DataFrame, low: float | pd.Series | None, high: float | pd.Series | None
) -> tuple[Coded, np.ndarray]:
    """The answers as codes, and which codes (items, codes) belong to each item's scale."""
    found = coded(frame)  # refuses items without answers, before the ends of a scale are sought in them
    given = low is not None and high is not None
    if low is None and high is None:
        return found, np.ones(found.counts.shape, dtype=bool)
    bottom, top = scale_ends(frame, low, high)
    points = scale_points(frame, bottom, top, given=given)
    wide = [name for name, own in zip(frame.columns, points, strict=True) if not len(own)]
    if wide:
        raise ScaleError(
            f"a scale must have at most {MOST_CATEGORIES} categories; {listed(wide)} has more. "
            "Leave out the items that were measured, or correct the ends of their scale."
        )
    found = coded(frame, more=np.concatenate(points))
    return found, np.array([np.isin(found.codes, own) for own in points])


def _items(frame: pd.DataFrame, counts: Floats, shares: Floats, thin: np.ndarray) -> pd.DataFrame:
    """The columns that follow from the counts alone."""
    n = np.nansum(counts, axis=1).astype(np.int64)
    categories = (~np.isnan(counts)).sum(axis=1)
    used = (counts > 0).sum(axis=1)
    logs = np.log(shares, out=np.zeros(shares.shape), where=shares > 0)
    entropy = -np.nansum(shares * logs, axis=1)
    whole = np.log(categories)
    table = {
        "n": n,
        "n_missing": len(frame) - n,
        "missing": 1 - n / len(frame),
        "categories": categories,
        "used": used,
        "unused": categories - used,
        "sparse": thin.sum(axis=1),
        "largest": np.nanmax(shares, axis=1),
        # a scale of one category is used to the full and says nothing
        "evenness": np.divide(entropy, whole, out=np.zeros(len(n)), where=whole > 0),
        "effective": np.exp(entropy),
    }
    return pd.DataFrame(table, index=frame.columns.rename("item"))


def _rest_means(values: Floats, found: Coded) -> Floats:
    """Mean answer to the other items, by item and category (items, codes); NaN where nobody gave both."""
    answered = found.places >= 0
    filled = np.where(answered, values, 0.0)
    others = answered.sum(axis=1, keepdims=True) - answered
    rest = np.divide(filled.sum(axis=1, keepdims=True) - filled, others, out=np.zeros(values.shape), where=others > 0)
    k, m = found.counts.shape
    both = answered & (others > 0)
    flat = (found.places + m * np.arange(k))[both]
    sums = np.bincount(flat, weights=rest[both], minlength=k * m).reshape(k, m)
    many = np.bincount(flat, minlength=k * m).reshape(k, m)
    return np.asarray(np.divide(sums, many, out=np.full((k, m), np.nan), where=many > 0))


def _order(rest: Floats) -> tuple[pd.arrays.BooleanArray, np.ndarray]:
    """Whether the rest means rise with the categories, and at how many steps they do not."""
    verdicts: list[bool | None] = []
    reversals = np.zeros(len(rest), dtype=np.int64)
    # Sums of thousands of answers lose about 1e-13 of their size.
    slack = 1e-12 * np.fmax.reduce(np.abs(rest), axis=None, initial=0.0)
    for item, means in enumerate(rest):
        steps = np.diff(means[~np.isnan(means)])
        reversals[item] = (steps <= slack).sum()
        verdicts.append(bool(reversals[item] == 0) if len(steps) else None)
    return pd.array(verdicts, dtype="boolean"), reversals


def _named(items: pd.Index, codes: Floats, chosen: np.ndarray) -> dict[str, tuple[float, ...]]:
    return {name: tuple(codes[row].tolist()) for name, row in zip(items, chosen, strict=True) if row.any()}
