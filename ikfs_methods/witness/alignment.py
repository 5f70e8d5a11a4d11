"""Two tables of loadings of the same items, their factors brought into one order and direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.factor.matching import Floats, best_pairing, cosines


@dataclass(frozen=True, slots=True)
class WorstCell:
    """The cell in which two solutions differ most, and the least congruence of the factors that were matched."""

    item: str
    factor: str
    ours: float
    theirs: float
    congruence: float


def worst_cell(ours: pd.DataFrame, found: Floats) -> WorstCell:
    """The largest difference between `ours` (items by factors) and `found` (the same items by maybe other factors).

    Factors are paired so that the sizes of their congruences (Tucker 1951) sum to the most, and those found are turned
    to the direction of ours; factors without a partner are left out.
    """
    mine = ours.to_numpy(dtype=np.float64)
    congruence = cosines(mine, found)
    rows, order = best_pairing(congruence)
    signs = np.where(congruence[rows, order] < 0, -1.0, 1.0)
    mine, theirs = mine[:, rows], found[:, order] * signs
    row, column = (int(i) for i in np.unravel_index(np.abs(mine - theirs).argmax(), mine.shape))
    return WorstCell(
        str(ours.index[row]),
        str(ours.columns[rows[column]]),
        float(mine[row, column]),
        float(theirs[row, column]),
        float(np.abs(congruence[rows, order]).min()),
    )
