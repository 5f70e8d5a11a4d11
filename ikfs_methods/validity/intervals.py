"""Method of successive intervals (MSI): a scale value for every answer category, beside the raw codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from ikfs_methods.checks import varying
from ikfs_methods.result import Shown
from ikfs_methods.validity.scale import coded, computable


@dataclass(frozen=True, slots=True, eq=False)
class SuccessiveIntervals(Shown):
    """Scale values of the categories and the answers expressed in them.

    `scale_values` and `counts` are items by categories (columns the codes that occur in any item); a category that
    nobody chose has no scale value (NaN) and the count 0. `values` are the answers (respondents, items) as scale
    values, gaps staying gaps. `items` has a row per item: n, n_missing, categories_used, correlation (of the raw and
    the scaled answers).
    """

    scale_values: pd.DataFrame
    counts: pd.DataFrame
    values: pd.DataFrame
    items: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """One row per item and used category: item, category, count, share, scale_value."""
        pairs = pd.MultiIndex.from_product([self.counts.index, self.counts.columns])
        count, value = (table.to_numpy().ravel() for table in (self.counts, self.scale_values))
        long = pd.DataFrame({"count": count, "scale_value": value}, index=pairs)
        used = long[long["count"] > 0].reset_index()
        share = used["count"] / used.groupby("item", sort=False)["count"].transform("sum")
        used.insert(3, "share", share)
        return used


def successive_intervals(answers: pd.DataFrame) -> SuccessiveIntervals:
    """Scale values by the method of successive intervals (answers: respondents by items, ordered codes, gaps allowed).

    The answers to an item are taken for cuts of a normal distribution, and a category gets the mean of the piece it
    holds: (density at its lower bound - density at its upper bound) / its share of the answers (Thurstone's successive
    intervals; Edwards 1957, Techniques of Attitude Scale Construction, chapter 5). Each item is then shifted so that
    its least scale value is 1. Categories that nobody chose are passed over; the unit is the item's own standard
    deviation. The values depend on this sample, so the raw answers stay the record. Answers the question: does
    treating the codes 1, 2, 3 ... as equally spaced matter here.

    Raises ConstantItemError (one category only), TooFewError (an item without answers), ScaleError (more than 200
    different codes), and what `checks.numeric_frame` raises.
    """
    frame = computable(answers, min_rows=2, min_columns=1)
    found = coded(frame)
    varying(frame)
    counts = found.counts
    n = counts.sum(axis=1, keepdims=True)
    bounds = ndtri(np.cumsum(counts, axis=1) / n)  # infinite at both ends, where the density is 0
    density = np.exp(-(bounds**2) / 2) / np.sqrt(2 * np.pi)
    before = np.column_stack([np.zeros(len(n)), density[:, :-1]])
    piece = np.divide((before - density) * n, counts, out=np.full(counts.shape, np.nan), where=counts > 0)
    scale = piece - np.nanmin(piece, axis=1, keepdims=True) + 1
    columns = pd.Index(found.codes, name="category")
    items = frame.columns.rename("item")
    gaps = found.places < 0
    scaled = np.where(gaps, np.nan, scale[np.arange(len(items)), found.places])
    values = pd.DataFrame(scaled, index=frame.index, columns=frame.columns)
    table = {
        "n": n.ravel(),
        "n_missing": gaps.sum(axis=0),
        "categories_used": (counts > 0).sum(axis=1),
        "correlation": _correlations(found.codes, counts, scale),
    }
    return SuccessiveIntervals(
        pd.DataFrame(scale, index=items, columns=columns),
        pd.DataFrame(counts, index=items, columns=columns),
        values,
        pd.DataFrame(table, index=items),
    )


def _correlations(codes: np.ndarray, counts: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Correlation of code and scale value over the answers, item by item, from the counts alone."""
    share = counts / counts.sum(axis=1, keepdims=True)
    filled = np.nan_to_num(scale)
    # The codes at unit range per item: their squares are then of one size whatever the unit.
    used = np.where(counts > 0, codes, np.nan)
    least = np.nanmin(used, axis=1, keepdims=True)
    unit = np.nan_to_num((used - least) / (np.nanmax(used, axis=1, keepdims=True) - least))
    x = unit - (share * unit).sum(axis=1, keepdims=True)
    y = filled - (share * filled).sum(axis=1, keepdims=True)
    together = (share * x * y).sum(axis=1)
    size = np.sqrt((share * x**2).sum(axis=1) * (share * y**2).sum(axis=1))
    return np.asarray(np.clip(together / size, -1.0, 1.0))
