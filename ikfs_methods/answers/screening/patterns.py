"""Which rows are alike: patterns of missing answers, and rows that are equal cell by cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# A key that grows past this is renumbered, so that the next column (at most 2^31 codes) cannot overflow 64 bits.
_KEY_LIMIT = 1 << 31

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class MissingPatterns:
    """The distinct patterns of missing answers, most frequent first (ties: fewest gaps, then item order).

    `gaps`: patterns by items, True where the answer is missing. `counts`: rows of each pattern. `of_row`: the pattern
    of each row.
    """

    gaps: Bools
    counts: Integers
    of_row: Integers

    @property
    def missing(self) -> Integers:
        """Missing answers of each pattern."""
        return np.asarray(self.gaps.sum(axis=1), dtype=np.int64)

    @property
    def answered(self) -> Bools:
        """Patterns with at least one answer."""
        return np.asarray(~self.gaps.all(axis=1))

    @property
    def n(self) -> int:
        """Rows with at least one answer."""
        return int(self.counts[self.answered].sum())

    def to_frame(self, items: pd.Index[Any]) -> pd.DataFrame:
        """One row a pattern: a column per item (True: missing), `n` rows and their share of all rows."""
        frame = pd.DataFrame(self.gaps, columns=items)
        return frame.assign(n=self.counts, share=self.counts / max(int(self.counts.sum()), 1))


def row_groups(columns: Iterable[tuple[Integers, int]], rows: int) -> Integers:
    """The group of each row, numbered by first appearance; rows are together when all their codes are equal.

    `columns`: codes from 0 to below the size that stands beside them. The comparison is exact: the codes make one
    number, which is renumbered by its distinct values before it can overflow.
    """
    key = np.zeros(rows, dtype=np.int64)
    size = 1
    for codes, levels in columns:
        if size * levels > _KEY_LIMIT:
            key, distinct = pd.factorize(key)
            size = len(distinct)
        key = key * levels + codes
        size *= levels
    groups: Integers = pd.factorize(key)[0].astype(np.int64)
    return groups


def equal_rows(values: Floats) -> Integers:
    """The group of each row (rows, items) of exactly the same answers; a missing answer equals a missing answer."""
    coded = (pd.factorize(column) for column in values.T)  # -1 for a missing answer
    return row_groups(((codes.astype(np.int64) + 1, len(distinct) + 1) for codes, distinct in coded), len(values))


def missing_patterns(gaps: Bools) -> MissingPatterns:
    """The patterns in a table of gaps (rows, items; True: missing)."""
    rows, items = gaps.shape
    group = row_groups(((column.astype(np.int64), 2) for column in gaps.T), rows)
    count = int(group.max()) + 1 if rows else 0
    first = np.empty(count, dtype=np.int64)
    first[group[::-1]] = np.arange(rows)[::-1]
    distinct, counts = gaps[first], np.bincount(group, minlength=count)
    # the last key of lexsort counts most
    order = np.lexsort([*distinct.T[::-1], distinct.sum(axis=1), -counts]) if items else np.arange(count)
    place = np.empty(count, dtype=np.int64)
    place[order] = np.arange(count)
    return MissingPatterns(distinct[order], counts[order], place[group])
