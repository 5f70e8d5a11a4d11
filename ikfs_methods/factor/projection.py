"""Gradient projection: the turn of the axes at which a criterion is least, from many starts at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ikfs_methods.factor.criteria import Criterion, inverses

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SETTLED = 1e-9  # slope; the criterion is then known to about the square of this, the loadings to about 1e-8
ENOUGH = 1e-5  # where GPArotation stops; what creeps in a flat valley for all the rounds may end there
_ROUGH = 0.05  # slope down to which steps are Jennrich's, so that a start leads into the same valley as in GPArotation
_ROUNDS = 5000
_R_ROUNDS = 1000  # after which GPArotation gives up
_SHORTEST, _LONGEST = 1e-12, 1e6
_BOTTOMLESS = -1e6  # of 60 items and 10 factors no criterion is below -1500, unless two axes are about to be one


@dataclass(frozen=True, slots=True)
class Ends:
    """Where each start (s) ended: `matrices` (s, factors, factors) with rotated = loadings @ matrix.

    `reached` is the criterion's value, `sizes` the length of its slope within the allowed directions; `rounds` taken.
    """

    matrices: Floats
    reached: Floats
    sizes: Floats
    rounds: npt.NDArray[np.int64]

    @property
    def settled(self) -> Bools:
        """Whether the slope is small enough and the axes have not fallen together."""
        return np.asarray((self.sizes < ENOUGH) & np.isfinite(self.reached))


@dataclass(slots=True)
class _Stand:
    """Where the starts stand that still move: turns of the axes, criterion, slope within the allowed directions."""

    turns: Floats
    matrices: Floats
    values: Floats
    slopes: Floats
    squared: Floats  # lengths of the slopes, squared

    def __init__(self, loadings: Floats, turns: Floats, criterion: Criterion, *, oblique: bool) -> None:
        self.turns = turns
        across = np.swapaxes(turns, -1, -2)
        if oblique:
            self.matrices = np.swapaxes(inverses(turns), -1, -2)
            rotated = loadings @ self.matrices
            self.values, slopes = criterion(rotated)
            free = -self.matrices @ (np.swapaxes(slopes, -1, -2) @ rotated)
            self.slopes = free - turns * (turns * free).sum(axis=-2, keepdims=True)
        else:
            self.matrices = turns
            self.values, slopes = criterion(loadings @ turns)
            free = loadings.T @ slopes
            along = across @ free
            self.slopes = free - turns @ (along + np.swapaxes(along, -1, -2)) / 2
        self.squared = np.einsum("...ij,...ij->...", self.slopes, self.slopes)

    def keep(self, which: Bools) -> None:
        """Leaves the other starts out."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name)[which])

    def take(self, there: _Stand, which: Bools) -> None:
        """Moves these starts there."""
        for name in self.__slots__:
            new = getattr(there, name)
            setattr(self, name, np.where(_spread(which, new), new, getattr(self, name)))


def project(loadings: Floats, criterion: Criterion, starts: Floats, *, oblique: bool, stop: str = "converged") -> Ends:
    """The turns at which the criterion is least, from `starts` (s, factors, factors), all of them in one batch.

    Jennrich (2001, 2002, Psychometrika 66 and 67): steps down the slope, projected onto unit columns (oblique) or
    orthogonal matrices, halved until the criterion falls enough; doubled before each step, as GPArotation does, and,
    nearer the minimum, of Barzilai & Borwein's (1988) length. `stop`: converged, or r, with GPArotation's steps and its
    end at a slope of 1e-5.
    """
    settled, near, most = (SETTLED, _ROUGH, _ROUNDS) if stop == "converged" else (ENOUGH, 0.0, _R_ROUNDS)
    if len(starts) == 1:
        return _alone(loadings, criterion, starts[0], oblique=oblique, settled=settled, near=near, most=most)
    n_starts = len(starts)
    ends = Ends(np.empty_like(starts), np.empty(n_starts), np.empty(n_starts), np.empty(n_starts, dtype=np.int64))
    active, step = np.arange(n_starts), np.full(n_starts, 2.0)
    here = _Stand(loadings, starts, criterion, oblique=oblique)
    for rounds in range(most + 1):
        # also where the criterion does not exist
        done = ~(here.squared >= settled**2) | (here.values < _BOTTOMLESS) | (rounds == most)
        if done.any():
            _write(ends, active[done], here, done, rounds)
            if done.all():
                break
            active, step = active[~done], step[~done]
            here.keep(~done)
        turns = allowed(here.turns - _spread(step, here.slopes) * here.slopes, oblique=oblique)
        there = _Stand(loadings, turns, criterion, oblique=oblique)
        rough = here.squared > near**2
        # the slack is rounding error of the criterion; without it the last steps would be refused
        slack = 1e-14 * np.maximum(1.0, np.abs(here.values))
        fallen = there.values <= here.values - np.where(rough, 0.5, 1e-4) * step * here.squared + slack
        fallen |= (step < _SHORTEST) & np.isfinite(there.values)
        if not fallen.any():
            step = step / 2
            continue
        longer = np.where(rough, 2 * step, _barzilai_borwein(here, there))
        if fallen.all():
            here, step = there, longer
        else:
            step = np.where(fallen, longer, step / 2)
            here.take(there, fallen)
    return ends


def _alone(
    loadings: Floats, criterion: Criterion, start: Floats, *, oblique: bool, settled: float, near: float, most: int
) -> Ends:
    """The same from one start, without what it costs to keep many apart: a third of the time."""
    here, step = _Stand(loadings, start, criterion, oblique=oblique), 2.0
    for rounds in range(most + 1):
        value, squared = float(here.values), float(here.squared)
        if not squared >= settled**2 or value < _BOTTOMLESS or rounds == most:
            break
        there = _Stand(loadings, allowed(here.turns - step * here.slopes, oblique=oblique), criterion, oblique=oblique)
        rough, reached = squared > near**2, float(there.values)
        if reached <= value - (0.5 if rough else 1e-4) * step * squared + 1e-14 * max(1.0, abs(value)) or (
            step < _SHORTEST and np.isfinite(reached)
        ):
            step = 2 * step if rough else float(_barzilai_borwein(here, there))
            here = there
        else:
            step /= 2
    value = np.nan if value < _BOTTOMLESS else value
    return Ends(here.matrices[None], np.array([value]), np.array([np.sqrt(squared)]), np.array([rounds]))


def random_starts(n_starts: int, n_factors: int, rng: np.random.Generator) -> Floats:
    """Random orthogonal matrices (starts, factors, factors), every turn as likely as every other (Stewart 1980)."""
    turns, upper = np.linalg.qr(rng.normal(size=(n_starts, n_factors, n_factors)))
    return np.asarray(turns * np.sign(np.einsum("sii->si", upper))[:, None, :])


def nearest_orthogonal(matrices: Floats) -> Floats:
    """The orthogonal matrix nearest each square matrix (..., m, m), by the singular value decomposition."""
    left, _, right = np.linalg.svd(matrices)
    return np.asarray(left @ right)


def allowed(turns: Floats, *, oblique: bool) -> Floats:
    """The nearest allowed directions: unit columns (oblique), an orthogonal matrix (orthogonal)."""
    if oblique:
        return np.asarray(turns / np.sqrt((turns**2).sum(axis=-2, keepdims=True)))
    return nearest_orthogonal(turns)


def _barzilai_borwein(here: _Stand, there: _Stand) -> Floats:
    moved, bent = there.turns - here.turns, there.slopes - here.slopes
    along = np.abs(np.einsum("...ij,...ij->...", moved, bent))
    length = np.einsum("...ij,...ij->...", moved, moved) / np.maximum(along, 1e-300)
    return np.asarray(np.minimum(np.maximum(length, 1e-6), _LONGEST))


def _spread(values: npt.NDArray[Any], like: Floats) -> npt.NDArray[Any]:
    """One value a start, shaped to go with an array of starts."""
    return values.reshape(-1, *[1] * (like.ndim - 1))


def _write(ends: Ends, places: npt.NDArray[np.int64], here: _Stand, which: Bools, rounds: int) -> None:
    ends.matrices[places] = here.matrices[which]
    ends.reached[places] = np.where(here.values < _BOTTOMLESS, np.nan, here.values)[which]
    ends.sizes[places] = np.sqrt(here.squared[which])
    ends.rounds[places] = rounds
