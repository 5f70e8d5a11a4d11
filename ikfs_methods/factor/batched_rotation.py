"""Rotations of many loading matrices at once, from a start near all of them, by gradient projection."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from ikfs_methods.factor.criteria import Criterion, inverses
from ikfs_methods.factor.projection import allowed

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Truths = npt.NDArray[np.bool_]

_SLOPE = 1e-8  # the loadings are then known to about 1e-7
_ROUNDS = 2000
_HALVINGS = 40


@dataclass(frozen=True, slots=True)
class ManyRotations:
    """Rotated loadings (draws, items, factors), factor correlations, rotation matrices, the criterion reached."""

    loadings: Floats
    phi: Floats
    matrices: Floats
    values: Floats
    converged: Truths


@dataclass(slots=True)
class _State:
    """Where each draw stands: directions, rotation matrix, criterion, its slope within the allowed directions."""

    turn: Floats
    matrix: Floats
    value: Floats
    slope: Floats

    def take(self, rows: Places, other: _State, chosen: Truths) -> None:
        """Moves the draws `rows` to where `other` stands."""
        for field in fields(self):
            getattr(self, field.name)[rows] = getattr(other, field.name)[chosen]


def project_many(
    loadings: Floats, starts: Floats, criterion: Criterion, *, oblique: bool, normalize: bool = False
) -> ManyRotations:
    """Loadings (draws, items, factors) turned to a minimum of the criterion (Jennrich 2001, 2002).

    As `projection.project`, but each draw has loadings of its own and starts near its minimum: `starts` are directions
    (draws, factors, factors), unit columns where oblique, else orthogonal matrices. Steps have Barzilai & Borwein's
    (1988) lengths, each halved until its draw's criterion falls; draws that have settled leave. `normalize`: Kaiser's
    scaling of each item to communality 1 while rotating.
    """
    scaled = loadings
    if normalize:
        length = np.sqrt((loadings**2).sum(axis=2, keepdims=True))
        scaled = loadings / np.where(length == 0, 1.0, length)  # an item without loadings stays where it is
    end = _state(scaled, starts, criterion, oblique=oblique)
    step = np.ones(len(scaled))
    active = np.arange(len(scaled))
    for _ in range(_ROUNDS):
        active = active[_size(end.slope[active]) >= _SLOPE]
        if len(active) == 0:
            break
        active = _stepped(scaled, end, active, step, criterion, oblique=oblique)
    m = loadings.shape[2]
    phi = end.turn.transpose(0, 2, 1) @ end.turn if oblique else np.tile(np.eye(m), (len(loadings), 1, 1))
    return ManyRotations(loadings @ end.matrix, phi, end.matrix, end.value, _size(end.slope) < _SLOPE)


def _stepped(
    loadings: Floats, end: _State, active: Places, step: Floats, criterion: Criterion, *, oblique: bool
) -> Places:
    """Moves the active draws one step each and sets their next step lengths; returns those that could move."""
    pending = active
    for _ in range(_HALVINGS):
        slope = end.slope[pending]
        turn = allowed(end.turn[pending] - step[pending, None, None] * slope, oblique=oblique)
        there = _state(loadings[pending], turn, criterion, oblique=oblique)
        # the slack is rounding error of the criterion; without it the last steps would be refused
        slack = 1e-14 * np.maximum(1.0, np.abs(end.value[pending]))
        better = there.value <= end.value[pending] - 1e-4 * step[pending] * _size(slope) ** 2 + slack
        rows = pending[better]
        shift, bend = there.turn[better] - end.turn[rows], there.slope[better] - slope[better]
        end.take(rows, there, better)
        along = np.abs((shift * bend).sum(axis=(1, 2)))
        step[rows] = np.clip((shift**2).sum(axis=(1, 2)) / np.maximum(along, 1e-300), 1e-6, 1e6)
        pending = pending[~better]
        if len(pending) == 0:
            return active
        step[pending] /= 2
    return active[~np.isin(active, pending)]


def _state(loadings: Floats, turn: Floats, criterion: Criterion, *, oblique: bool) -> _State:
    if not oblique:
        value, slope = criterion(loadings @ turn)
        free = loadings.transpose(0, 2, 1) @ slope
        along = turn.transpose(0, 2, 1) @ free
        return _State(turn, turn.copy(), value, free - turn @ (along + along.transpose(0, 2, 1)) / 2)
    # a step so long that two directions became one gives NaN, and is halved like any that climbs
    matrix = np.ascontiguousarray(inverses(turn).transpose(0, 2, 1))
    rotated = loadings @ matrix
    value, slope = criterion(rotated)
    free = -(matrix @ (slope.transpose(0, 2, 1) @ rotated))
    return _State(turn, matrix, value, free - turn * (turn * free).sum(axis=1, keepdims=True))


def _size(slope: Floats) -> Floats:
    return np.asarray(np.sqrt((slope**2).sum(axis=(1, 2))))
