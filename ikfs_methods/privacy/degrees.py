"""Columns of degrees: which of them, side by side, are latitudes and longitudes of homes in Indonesia."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ikfs_methods.privacy import patterns

SHARE = 0.5  # of a column's values, whole numbers (0, -99) aside: one typo must not hide 300 homes
APART = 2  # columns: a height or an accuracy may stand between the two
_DECIMAL = re.compile(r"(-?\d{1,3})[.,](\d+) ?°?", re.ASCII)
_WHOLE = re.compile(r"-?\d+(?:[.,]0+)?", re.ASCII)
_LOOKED_AT = 200  # texts, evenly spread, that tell a column of decimals from one of words


def stored(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The values that are no whole numbers, and how many decimals each has: at most 4 are counted."""
    values = values[values != np.floor(values)]
    decimals = np.zeros(len(values))
    if len(values) and np.mean(np.abs(values) <= 180) >= SHARE:
        for power in (1, 10, 100, 1000):
            # 1e-6 is above what a double of three digits before the point loses when it is multiplied by 1000
            decimals += np.abs(values * power - np.round(values * power)) > 1e-6
    return values, decimals


def written(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The same of values that are text, with a point or a comma; words count as values without decimals."""
    some = texts[:: max(1, len(texts) // _LOOKED_AT)]
    if sum(_DECIMAL.fullmatch(text) is not None for text in some) < SHARE / 2 * len(some):
        return np.empty(0), np.empty(0)
    found = [_DECIMAL.fullmatch(text) for text in texts if not _WHOLE.fullmatch(text)]
    values = [float(f"{match[1]}.{match[2]}") if match else np.nan for match in found]
    return np.array(values), np.array([len(match[2]) if match else 0 for match in found], dtype=float)


def pairs(columns: Sequence[tuple[np.ndarray, np.ndarray]]) -> set[int]:
    """Places of the columns (values, decimals) that hold latitude or longitude, each beside the other.

    At least half of the values lie in Indonesia with three decimals or more; of latitudes that are all north of the
    equator with four, since small measures beside larger ones are many.
    """
    south = [_share(column, patterns.LATITUDES, 3) and bool((column[0] < 0).any()) for column in columns]
    north = [_share(column, patterns.LATITUDES, 4) for column in columns]
    found: set[int] = set()
    for place, column in enumerate(columns):
        if not _share(column, patterns.LONGITUDES, 3):
            continue
        near = [other for other in range(place - APART, place + APART + 1) if 0 <= other < len(columns)]
        fine = _share(column, patterns.LONGITUDES, 4)
        partners = [other for other in near if south[other]] or [other for other in near if north[other] and fine]
        closest = min((abs(other - place) for other in partners), default=0)
        found |= {other for other in partners if abs(other - place) == closest}
        found |= {place} if partners else set()
    return found


def _share(column: tuple[np.ndarray, np.ndarray], limits: tuple[float, float], least: int) -> bool:
    values, decimals = column
    fits = (decimals >= least) & (values >= limits[0]) & (values <= limits[1])
    return bool(len(values)) and bool(fits.mean() >= SHARE)
