"""Ordered categories of items: their codes, cross tables and thresholds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from ikfs_methods.checks import listed, varying
from ikfs_methods.errors import ParameterError

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

# Beyond this many categories a table is mostly empty cells, and Pearson's coefficient loses next to nothing.
MOST_CATEGORIES = 15
# Whole-number codes within this range are counted, which is much faster than sorting.
_COUNTED = 64
# Rows turned into indicators at a time: bounds the memory, and up to 2^24 of them single precision counts exactly.
_ROWS = 16_384
# Where normal probabilities round to 0 and 1: a threshold no further out than this stays finite.
_FAR = 38.0


@dataclass(frozen=True, slots=True, eq=False)
class Categories:
    """Answers as places among their item's categories.

    `codes` (respondents, items) from 0, -1 where missing; `counts` (items,) categories; `names` the items.
    """

    codes: npt.NDArray[np.int16]
    counts: Whole
    names: pd.Index

    @property
    def most(self) -> int:
        """The largest number of categories: tables are padded to it."""
        return int(self.counts.max(initial=1))


def distinct_values(frame: pd.DataFrame) -> Whole:
    """How many different answers each item has (items,)."""
    ranked = np.sort(frame.to_numpy(dtype=np.float64), axis=0)
    new = ranked[1:] != ranked[:-1]
    return np.asarray((new & ~np.isnan(ranked[1:])).sum(axis=0) + (~np.isnan(ranked[:1])).sum(axis=0))


def categories(frame: pd.DataFrame) -> Categories:
    """The answers (respondents, items) as ordered categories: any numbers, of which only the order counts.

    A category is a value that occurs. Raises ConstantItemError for an item without two of them, ParameterError for
    one with more than 15.
    """
    values = varying(frame).to_numpy(dtype=np.float64)
    counted = _counted(values)
    codes, counts = _sorted(values) if counted is None else counted
    many = counts > MOST_CATEGORIES
    if many.any():
        found = listed(f"{name} ({count})" for name, count in zip(frame.columns[many], counts[many], strict=True))
        raise ParameterError(
            f"an item of ordered categories must have at most {MOST_CATEGORIES} of them; found {found}. "
            'Use method="mixed", which takes such an item as continuous, or method="pearson".'
        )
    return Categories(codes, counts, frame.columns)


def _counted(values: Floats) -> tuple[npt.NDArray[np.int16], Whole] | None:
    low = np.fmin.reduce(values, axis=0)
    with np.errstate(over="ignore"):  # the range of huge values
        shifted = values - low
    missing = np.isnan(shifted)
    shifted[missing] = -1
    if shifted.max() >= _COUNTED:
        return None
    places = shifted.astype(np.int16)
    if (places != shifted).any():
        return None
    k = values.shape[1]
    # one count of (item, value), with a place for the missing in front
    at = places + np.arange(1, k * (_COUNTED + 1), _COUNTED + 1)
    used = np.bincount(at.ravel(), minlength=k * (_COUNTED + 1)).reshape(k, -1) > 0
    used[:, 0] = False
    order = np.cumsum(used, axis=1) - 1
    order[:, 0] = -1
    return order.ravel()[at].astype(np.int16), used.sum(axis=1)


def _sorted(values: Floats) -> tuple[npt.NDArray[np.int16], Whole]:
    codes = np.full(values.shape, -1, dtype=np.int16)
    counts = np.zeros(values.shape[1], dtype=np.int64)
    for item, column in enumerate(values.T):
        answered = ~np.isnan(column)
        kept, places = np.unique(column[answered], return_inverse=True)
        codes[answered, item] = np.minimum(places, np.iinfo(np.int16).max)
        counts[item] = len(kept)
    return codes, counts


def cross_tables(coded: Categories, weights: Floats | None = None) -> Floats:
    """Tables of every two items (items, items, most, most): how many respondents, or how much weight, in each cell."""
    return count_tables(coded.codes, coded.most, weights)


def count_tables(codes: npt.NDArray[np.integer], most: int, weights: Floats | None = None) -> Floats:
    """Cross tables (items, items, most, most) of codes (respondents, items): products of indicators."""
    n, k = codes.shape
    total = np.zeros((k * most, k * most))
    # Weights have digits to keep; counts are whole numbers, exact in single precision and twice as fast.
    kind = np.float32 if weights is None else np.float64
    for begin in range(0, n, _ROWS):
        part = codes[begin : begin + _ROWS]
        indicators = (part[:, :, None] == np.arange(most, dtype=codes.dtype)).reshape(len(part), -1).astype(kind)
        if weights is None:
            total += indicators.T @ indicators
        else:
            total += (indicators * weights[begin : begin + _ROWS, None]).T @ indicators
    return total.reshape(k, most, k, most).transpose(0, 2, 1, 3)


def margins(tables: Floats) -> Floats:
    """Each item's own answers by category (items, most), missing answers of the others notwithstanding."""
    return np.asarray(np.einsum("iiaa->ia", tables))


def thresholds(own: Floats, counts: Whole) -> Floats:
    """Cuts of the normal variable behind each item (items, most - 1) from its margins; far out where padded."""
    shares = np.cumsum(own, axis=1)
    shares = shares[:, :-1] / shares[:, -1:]
    cuts = np.clip(ndtri(np.clip(shares, 0.0, 1.0)), -_FAR, _FAR)
    cuts[np.arange(cuts.shape[1]) >= counts[:, None] - 1] = _FAR
    return np.asarray(cuts)


def pair_counts(answered: npt.NDArray[np.bool_]) -> Whole:
    """Rows in which both are answered (items, items), each item's own rows on the diagonal."""
    if answered.all():
        return np.full((answered.shape[1],) * 2, len(answered), dtype=np.int64)
    ones = answered.astype(np.float64)
    return np.rint(ones.T @ ones).astype(np.int64)
