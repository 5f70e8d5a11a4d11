"""Congruence of factors: how alike two solutions are, factor by factor and item by item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.factor.matching import (
    HasLoadings,
    best_pairing,
    cosines,
    loading_frame,
    same_items,
    unit_columns,
)
from ikfs_methods.result import Shown

# Lorenzo-Seva & ten Berge (2006), lower end of each band
VERDICTS = ((0.95, "equal"), (0.85, "fair"))


def congruence_verdict(value: float) -> str:
    """Verdict on a congruence: equal from .95 on, fair (similar) from .85 on, else different.

    Lorenzo-Seva & ten Berge (2006), Methodology 2, 57-64: factor analysts took factors for the same from .95 on, for
    fairly similar from .85 to .94, and below that for no longer alike.
    """
    return next((name for low, name in VERDICTS if value >= low), "different")


@dataclass(frozen=True, slots=True, eq=False)
class CongruenceResult(Shown):
    """Tucker's congruence of the factors of two solutions.

    `matrix` (first's factors, second's factors) has each pair; `matched` a row a factor of the best one-to-one pairing:
    factor, other, sign (-1: the other is reflected), congruence (after that sign), verdict (equal, fair, different).
    `items` is the congruence of each item's loadings over the paired factors; an item without any loading has none.
    """

    matrix: pd.DataFrame
    matched: pd.DataFrame
    items: pd.Series

    def to_frame(self) -> pd.DataFrame:
        """One row a paired factor: factor, other, sign, congruence, verdict."""
        return self.matched.copy()


def congruence(first: pd.DataFrame | HasLoadings, second: pd.DataFrame | HasLoadings) -> CongruenceResult:
    """Tucker's coefficient of congruence between the factors of two loading tables (items, factors) or results.

    sum(xy) / sqrt(sum(x^2) sum(y^2)) over the same items (Burt 1948; Tucker 1951), from -1 to 1; loadings are taken as
    they are, not as deviations from their mean. The pairing makes the sum of sizes largest; where one table has more
    factors, some of its stay without a partner. Raises ColumnError when the items differ (naming them), ParameterError
    for gaps and for a factor with no loading at all.
    Answers the question: did the same factors come out of another sample, group or round?
    """
    one, other = loading_frame(first, what="first"), loading_frame(second, what="second")
    other = same_items(one, other, what=("first", "second"))
    found = cosines(one.to_numpy(), other.to_numpy())
    rows, columns = best_pairing(found)
    signs = np.where(found[rows, columns] < 0, -1.0, 1.0)
    sizes = np.abs(found[rows, columns])
    matched = pd.DataFrame(
        {
            "factor": one.columns[rows],
            "other": other.columns[columns],
            "sign": signs.astype(np.int64),
            "congruence": sizes,
            "verdict": [congruence_verdict(float(size)) for size in sizes],
        }
    )
    return CongruenceResult(
        pd.DataFrame(found, index=one.columns, columns=other.columns),
        matched,
        item_congruence(one.iloc[:, rows], other.iloc[:, columns] * signs),
    )


def item_congruence(first: pd.DataFrame, second: pd.DataFrame) -> pd.Series:
    """Congruence of each item's loadings over the factors, column by column the same; no entry without loadings."""
    one, other = unit_columns(first.to_numpy().T), unit_columns(second.to_numpy().T)
    loaded = (one != 0).any(axis=0) & (other != 0).any(axis=0)
    values = np.clip((one * other).sum(axis=0), -1.0, 1.0)
    return pd.Series(values[loaded], index=first.index[loaded], name="congruence")
