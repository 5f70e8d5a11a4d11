"""Answers of the scale that nobody in a group gave."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ikfs_methods.answers.screening import notes
from ikfs_methods.answers.screening.patterns import Floats
from ikfs_methods.checks import listed

MOST_POINTS = 11  # longer scales are amounts rather than categories


def empty_categories(
    answers: pd.DataFrame, low: Floats, high: Floats, groups: pd.Series | None
) -> tuple[pd.DataFrame, str]:
    """Group, item, category: one row for each whole point of an item's scale that nobody in the group chose.

    Without groups all respondents are one, called "". Respondents without a group are left out. The note names the
    items that were left out: scales of more than 11 points, or with answers between whole points.
    """
    number, names = _codes(answers, groups)
    chosen = number >= 0
    rows, odd = [], []
    for place, item in enumerate(answers.columns):
        column, bottom, top = answers[item].to_numpy(), low[place], high[place]
        given = chosen & ~np.isnan(column)
        whole = np.isfinite(bottom) and float(bottom).is_integer() and float(top).is_integer()
        points = int(top - bottom) + 1 if whole else 0
        step = column[given] - bottom
        if not 0 < points <= MOST_POINTS or (step != np.floor(step)).any():
            odd.append(item)
            continue
        counts = np.bincount(number[given] * points + step.astype(np.int64), minlength=len(names) * points).reshape(
            -1, points
        )
        rows += [(names[group], item, bottom + point) for group, point in np.argwhere(counts == 0)]
    note = notes.LEFT_OUT.format(most=MOST_POINTS, names=listed(odd)) if odd else ""
    return pd.DataFrame(rows, columns=["group", "item", "category"]), note


def _codes(answers: pd.DataFrame, groups: pd.Series | None) -> tuple[np.ndarray, list[object]]:
    """Number of each respondent's group (-1: none) and the groups' names, in sorted order."""
    if groups is None:
        return np.zeros(len(answers), dtype=np.int64), [""]
    present = groups.cat.remove_unused_categories() if isinstance(groups.dtype, pd.CategoricalDtype) else groups
    found = pd.Categorical(present)
    return found.codes.astype(np.int64), list(found.categories)
