"""Items that run against the others of their dimension: worded in reverse, or a mistake; people decide which."""

from __future__ import annotations

import numpy as np
import pandas as pd

_CLEAR = -0.1  # a weaker correlation may have many causes
_Z = 2.576  # 99 % interval: some draft is made of dozens of items
_FEWEST = 20


def against_the_rest(answers: pd.DataFrame) -> dict[str, float]:
    """Pearson correlation with the mean of the other items, for the items that clearly run against them.

    `answers`: respondents x items of one dimension, in codes, NaN missing. The first eigenvector of the pairwise
    correlations splits the items into two sides; the smaller one is asked about, each of its items only when its
    correlation with the standardised mean of the larger side is below -0.1 and its 99 % interval (Fisher's z) stays
    below 0. Of two sides of the same size, the one without the first item is asked about. Answers the question: which
    items may be worded in reverse?
    """
    varying = answers.loc[:, answers.max() > answers.min()]
    if varying.shape[1] < 2:
        return {}
    matrix = varying.corr().fillna(0.0).to_numpy()
    first = np.linalg.eigh(matrix)[1][:, -1]
    sides = first >= 0
    # Of two equal sides the one with the first item counts as the larger, so that the order of the file decides.
    larger = sides if sides.sum() * 2 > len(sides) or (sides.sum() * 2 == len(sides) and sides[0]) else ~sides
    standard = (varying - varying.mean()) / varying.std(ddof=1)
    rest = standard.loc[:, larger].mean(axis=1)
    found = {}
    for name in varying.columns[~larger]:
        both = varying[name].notna() & rest.notna()
        n, r = int(both.sum()), float(varying.loc[both, name].corr(rest[both]))
        if n >= _FEWEST and r < _CLEAR and np.tanh(np.arctanh(max(r, -1 + 1e-12)) + _Z / np.sqrt(n - 3)) < 0:
            found[str(name)] = r
    return found
