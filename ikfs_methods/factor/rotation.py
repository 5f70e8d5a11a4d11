"""Rotation of loadings by gradient projection, orthogonal and oblique.

A criterion takes loadings and returns its value and its gradient; another rotation is another criterion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import numeric_frame, one_of
from ikfs_methods.errors import ConvergenceError, ParameterError
from ikfs_methods.result import Shown

Floats = npt.NDArray[np.float64]
Criterion = Callable[[Floats], tuple[float, Floats]]

_SLOPE = 1e-9  # the criterion is then known to about the square of this, the loadings to about 1e-8
_ROUNDS = 5000


def quartimin(loadings: Floats) -> tuple[float, Floats]:
    """Products of squared loadings on different factors (Carroll 1953); direct oblimin with gamma 0."""
    squares = loadings**2
    others = squares.sum(axis=1, keepdims=True) - squares
    return float((squares * others).sum()) / 4, loadings * others


def varimax(loadings: Floats) -> tuple[float, Floats]:
    """Minus the variance of the squared loadings within factors (Kaiser 1958)."""
    squares = loadings**2
    centred = squares - squares.mean(axis=0)
    return -float((centred**2).sum()) / 4, -loadings * centred


def quartimax(loadings: Floats) -> tuple[float, Floats]:
    """Minus the fourth powers of the loadings (Neuhaus & Wrigley 1954)."""
    return -float((loadings**4).sum()) / 4, -(loadings**3)


def indifferent(loadings: Floats) -> tuple[float, Floats]:
    """No preference: loadings stay as they are, but for order and signs."""
    return 0.0, np.zeros_like(loadings)


CRITERIA: dict[str, tuple[Criterion, bool]] = {  # name: (criterion, oblique)
    "oblimin": (quartimin, True),
    "quartimin": (quartimin, True),
    "varimax": (varimax, False),
    "quartimax": (quartimax, False),
    "none": (indifferent, False),
}


@dataclass(frozen=True, slots=True, eq=False)
class RotationResult(Shown):
    """Rotated loadings (pattern), factor correlations `phi`, and `rotation` with loadings = given loadings @ rotation.

    `criterion` is the value reached and `gradient` the length of its slope there; a rotation that does not converge
    raises, so `converged` is True in every result.
    """

    loadings: pd.DataFrame
    phi: pd.DataFrame
    rotation: pd.DataFrame
    method: str
    oblique: bool
    normalize: bool
    criterion: float
    gradient: float
    iterations: int
    converged: bool = True

    def to_frame(self) -> pd.DataFrame:
        """The rotated loadings, items by factors."""
        return self.loadings


def rotate(loadings: pd.DataFrame, *, method: str = "oblimin", normalize: bool = False) -> RotationResult:
    """Loadings (items, factors) turned to simple structure by gradient projection (Jennrich 2001, 2002).

    `method`: oblimin (direct, gamma 0, which is quartimin), quartimin, varimax, quartimax, none. `normalize`: Kaiser's
    scaling of each item to communality 1 while rotating (R's varimax does so, GPArotation does not). It starts from
    the loadings as given, psych's single start. Factors come in order of their sums of squares, with positive column
    sums. Raises ParameterError for an unknown method or gaps, ConvergenceError.
    Answers the question: seen from which directions does each item belong to few factors?
    """
    one_of(method, CRITERIA, name="method")
    given = numeric_frame(loadings, what="loadings", min_columns=1)
    if given.isna().to_numpy().any():
        raise ParameterError("loadings must have no gaps; found missing values. Supply the complete table.")
    values = given.to_numpy()
    criterion, oblique = CRITERIA[method]
    length = np.sqrt((values**2).sum(axis=1, keepdims=True)) if normalize else np.ones((len(values), 1))
    length[length == 0] = 1.0  # an item without loadings stays where it is
    end = _project(values / length, criterion, oblique=oblique)
    matrix = end.matrix @ _order_and_signs(values @ end.matrix, _phi(end.matrix))
    names = [f"F{i + 1}" for i in range(values.shape[1])]
    return RotationResult(
        pd.DataFrame(values @ matrix, index=given.index, columns=names),
        pd.DataFrame(_phi(matrix) if oblique else np.eye(len(names)), index=names, columns=names),
        pd.DataFrame(matrix, index=given.columns, columns=names),
        method,
        oblique,
        normalize,
        end.value,
        end.size,
        end.rounds,
    )


def sign_of_columns(loadings: Floats) -> Floats:
    """1 or -1 for each column, so that column sums become positive."""
    return np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)


def sums_of_squares(loadings: Floats, phi: Floats) -> Floats:
    """Variance that goes with each factor: the diagonal of phi L'L; its sum is the sum of communalities."""
    return np.asarray((phi * (loadings.T @ loadings)).sum(axis=0))


def _phi(matrix: Floats) -> Floats:
    """Factor correlations that go with a rotation matrix: the inverse of M'M, with ones on the diagonal."""
    phi = np.linalg.inv(matrix.T @ matrix)
    np.fill_diagonal(phi, 1.0)
    return np.asarray((phi + phi.T) / 2)


def _order_and_signs(loadings: Floats, phi: Floats) -> Floats:
    """The signed permutation that puts the factors in order of their sums of squares, column sums positive."""
    order = np.argsort(-sums_of_squares(loadings, phi), kind="stable")
    return np.asarray(np.eye(len(phi))[:, order] * sign_of_columns(loadings[:, order]))


@dataclass(frozen=True, slots=True)
class _State:
    """Where a projection stands: directions, criterion, its slope within the allowed directions."""

    turn: Floats
    matrix: Floats
    value: float
    slope: Floats
    rounds: int

    @property
    def size(self) -> float:
        return float(np.sqrt((self.slope**2).sum()))


def _project(loadings: Floats, criterion: Criterion, *, oblique: bool) -> _State:
    """Gradient projection from the given loadings, with Barzilai & Borwein's (1988) step lengths."""
    here = _state(loadings, np.eye(loadings.shape[1]), criterion, oblique=oblique, rounds=0)
    step = 1.0
    for rounds in range(1, _ROUNDS + 1):
        if here.size < _SLOPE:
            return here
        while True:
            turn = _allowed(here.turn - step * here.slope, oblique=oblique)
            there = _state(loadings, turn, criterion, oblique=oblique, rounds=rounds)
            # the slack is rounding error of the criterion; without it the last steps would be refused
            if there.value <= here.value - 1e-4 * step * here.size**2 + 1e-14 or step < 1e-12:
                break
            step /= 2
        moved, bent = there.turn - here.turn, there.slope - here.slope
        step = float(np.clip((moved**2).sum() / max(abs((moved * bent).sum()), 1e-300), 1e-6, 1e6))
        here = there
    raise ConvergenceError(
        f"the rotation must settle within {_ROUNDS} steps; the slope of its criterion is still {here.size:.2g}. "
        "Ask for fewer factors or another rotation."
    )


def _state(loadings: Floats, turn: Floats, criterion: Criterion, *, oblique: bool, rounds: int) -> _State:
    if not oblique:
        value, slope = criterion(loadings @ turn)
        free = loadings.T @ slope
        along = turn.T @ free
        return _State(turn, turn, value, free - turn @ (along + along.T) / 2, rounds)
    inverse = np.asarray(np.linalg.inv(turn), dtype=np.float64)
    rotated = loadings @ inverse.T
    value, slope = criterion(rotated)
    free = -(rotated.T @ slope @ inverse).T
    return _State(turn, inverse.T, value, free - turn * (turn * free).sum(axis=0), rounds)


def _allowed(turn: Floats, *, oblique: bool) -> Floats:
    """The nearest allowed directions: unit columns (oblique), an orthogonal matrix (orthogonal)."""
    if oblique:
        return np.asarray(turn / np.sqrt((turn**2).sum(axis=0)))
    left, _, right = np.linalg.svd(turn)
    return np.asarray(left @ right)
