"""Correlations of the normal variables behind ordered items, with each other and with continuous items."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import listed
from ikfs_methods.correlation.categories import categories, distinct_values
from ikfs_methods.correlation.moments import pearson, refuse_constant
from ikfs_methods.correlation.polychoric import Polychoric, polychoric
from ikfs_methods.correlation.serial import serial_correlations
from ikfs_methods.errors import ColumnError

Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


@dataclass(slots=True, eq=False)
class Latent:
    """What `correlation_matrix` needs of one: filled block by block."""

    matrix: Floats
    errors: Floats
    thresholds: dict[str, Floats] = field(default_factory=dict)
    empty_cells: pd.DataFrame | None = None
    notes: list[str] = field(default_factory=list)

    def put(self, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], rho: Floats, errors: Floats) -> None:
        """Sets the correlations of these pairs, on both sides of the diagonal."""
        for target, values in ((self.matrix, rho), (self.errors, errors)):
            target[rows, columns] = target[columns, rows] = values


def ordered_items(frame: pd.DataFrame, most: int, named: list[str] | None) -> Marks:
    """Which items (k,) count as ordered: those named, else those with at most `most` different answers.

    An item in which no two respondents answered alike is continuous, however few they are.
    """
    if named is not None:
        strange = [name for name in named if name not in frame.columns]
        if strange:
            raise ColumnError(
                f"ordinal must name items of the answers; not among them: {listed(strange)}. "
                f"The items are {listed(frame.columns)}."
            )
        return np.asarray(frame.columns.isin(named))
    count = distinct_values(frame)
    return np.asarray((count <= most) & (count < frame.notna().sum().to_numpy()))


def latent(frame: pd.DataFrame, ordered: Marks, weights: Floats | None) -> Latent:
    """Polychoric, polyserial and Pearson correlations of ordered and continuous items (respondents, items)."""
    k = frame.shape[1]
    found = Latent(np.eye(k), np.zeros((k, k)))
    places, others = np.nonzero(ordered)[0], np.nonzero(~ordered)[0]
    if len(others) > 1:
        block = np.ix_(others, others)
        found.matrix[block], found.errors[block] = pearson(frame.iloc[:, others], weights)
    if not len(places):
        return found
    coded = categories(frame.iloc[:, places])
    scaled = None if weights is None else weights * (len(weights) / weights.sum())
    pairs = polychoric(coded, scaled)
    i, j = (places[index] for index in np.triu_indices(len(places), 1))
    found.put(i, j, pairs.rho, pairs.errors)
    found.thresholds = {
        name: cuts[: count - 1].copy() for name, cuts, count in zip(coded.names, pairs.cuts, coded.counts, strict=True)
    }
    _say_empty(found, pairs, frame.columns, i, j)
    if len(others):
        _refuse_constant_parts(frame, places, others)
        rho, errors = serial_correlations(frame.iloc[:, others].to_numpy(), coded.codes, pairs.cuts, scaled)
        found.put(np.repeat(others, len(places)), np.tile(places, len(others)), rho, errors)
    return found


def _say_empty(
    found: Latent, pairs: Polychoric, names: pd.Index, i: npt.NDArray[np.int64], j: npt.NDArray[np.int64]
) -> None:
    hollow = pairs.empty > 0
    found.empty_cells = pd.DataFrame(
        {"first": names[i[hollow]], "second": names[j[hollow]], "empty": pairs.empty[hollow]}
        | {"cells": pairs.cells[hollow]}
    )
    if hollow.any():
        found.notes.append(
            f"{int(hollow.sum())} of {len(hollow)} pairs of ordered items have combinations of answers that nobody "
            "gave."
        )
    if pairs.filled.any():
        named = listed(f"{names[a]} with {names[b]}" for a, b in zip(i[pairs.filled], j[pairs.filled], strict=True))
        found.notes.append(f"An empty cell of a table of two by two answers counts as one half: {named}.")


def _refuse_constant_parts(frame: pd.DataFrame, places: npt.NDArray[np.int64], others: npt.NDArray[np.int64]) -> None:
    values = frame.to_numpy()
    answered = ~np.isnan(values)
    if answered.all():
        return
    constant = []
    for item in places:
        shared = answered[:, others] & answered[:, [item]]
        for part in (values[:, others], values[:, [item]]):
            high = np.where(shared, part, -np.inf).max(axis=0)
            low = np.where(shared, part, np.inf).min(axis=0)
            constant += [(int(item), int(others[at])) for at in np.nonzero(high <= low)[0]]
    refuse_constant(frame.columns, sorted(set(constant)))
