"""Procrustes rotation: loadings turned as near as they come to a target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import flag
from ikfs_methods.errors import ConvergenceError, MatrixError, ParameterError
from ikfs_methods.factor.batched_rotation import project_many
from ikfs_methods.factor.criteria import towards
from ikfs_methods.factor.matching import HasLoadings, cosines, loading_frame, same_items, unit_columns
from ikfs_methods.factor.projection import nearest_orthogonal
from ikfs_methods.result import Shown

Floats = npt.NDArray[np.float64]

_DISTINCT = 1e-10  # least singular value over the largest; below it the axes cannot be told apart by these items


@dataclass(frozen=True, slots=True, eq=False)
class ProcrustesResult(Shown):
    """Loadings turned to a target: loadings = given loadings @ rotation, with the factor correlations `phi`.

    `residual` is target less loadings (items, factors), `rms` its root mean square; `congruence` (by factor) is
    Tucker's, of the turned loadings and the target.
    """

    loadings: pd.DataFrame
    rotation: pd.DataFrame
    phi: pd.DataFrame
    residual: pd.DataFrame
    rms: float
    congruence: pd.Series
    oblique: bool

    def to_frame(self) -> pd.DataFrame:
        """The turned loadings, items by factors."""
        return self.loadings.copy()


def procrustes(
    loadings: pd.DataFrame | HasLoadings, target: pd.DataFrame | HasLoadings, *, oblique: bool = False
) -> ProcrustesResult:
    """Loadings (items, factors) on uncorrelated factors, turned as near to the target as least squares allows.

    Orthogonal: the orthogonal T that makes the sum of squares of (target - loadings T) least, UV' of the singular
    value decomposition of loadings' target (Schonemann 1966, Psychometrika 31, 1-10); reflections are allowed. Oblique:
    the same sum over all turns to factors of variance 1 (Browne 1967, Psychometrika 32, 125-132), by gradient
    projection, the better end of two starts: the regression of Hurley & Cattell (1962), with factors scaled to variance
    1 afterwards, and the orthogonal solution. Oblique loadings may be given for the target; turning them is meant for
    loadings on uncorrelated factors, since `phi` follows from the rotation alone. Raises ColumnError when the items
    differ, ParameterError when the numbers of factors do, MatrixError where the axes are not distinct (oblique).
    Answers the question: how near do these loadings come to what was expected, or to those of another group?
    """
    given, wanted = loading_frame(loadings, what="loadings"), loading_frame(target, what="target")
    wanted = same_items(given, wanted, what=("loadings", "target"))
    if given.shape[1] != wanted.shape[1]:
        raise ParameterError(
            f"loadings and target must have as many factors; found {given.shape[1]} and {wanted.shape[1]}. "
            "Extract the same number of factors from both."
        )
    oblique = flag(oblique, name="oblique")
    # in the unit of the largest number, so that squares are numbers whatever the unit
    unit = float(max(np.abs(given.to_numpy()).max(), np.abs(wanted.to_numpy()).max()))
    values, goal = given.to_numpy() / unit, wanted.to_numpy() / unit
    matrix = orthogonal_turn(values, goal)
    phi = np.eye(len(matrix))
    if oblique:
        matrix, phi = _oblique_turn(values, goal, matrix)
    turned = values @ matrix
    names = wanted.columns
    return ProcrustesResult(
        pd.DataFrame(turned * unit, index=given.index, columns=names),
        pd.DataFrame(matrix, index=given.columns, columns=names),
        pd.DataFrame(phi, index=names, columns=names),
        pd.DataFrame((goal - turned) * unit, index=given.index, columns=names),
        float(np.sqrt(((goal - turned) ** 2).mean())) * unit,
        pd.Series(np.diag(cosines(turned, goal)), index=names, name="congruence"),
        oblique,
    )


def orthogonal_turn(loadings: Floats, target: Floats) -> Floats:
    """The orthogonal matrices (..., factors, factors) that bring loadings (..., items, factors) nearest the target."""
    return nearest_orthogonal(np.swapaxes(loadings, -1, -2) @ target)


def _oblique_turn(values: Floats, goal: Floats, orthogonal: Floats) -> tuple[Floats, Floats]:
    """Matrix and factor correlations of the oblique least-squares turn."""
    size = np.linalg.svd(values, compute_uv=False)
    if size[-1] <= _DISTINCT * size[0] or len(values) < len(orthogonal):
        raise MatrixError(
            f"an oblique rotation needs factors that are not made of each other; the singular values of the loadings "
            f"run from {size[0]:.3g} to {size[-1]:.3g}. Ask for fewer factors, or turn orthogonally."
        )
    starts = [orthogonal]
    regressed = np.linalg.lstsq(values, goal)[0]
    spread = np.linalg.svd(regressed, compute_uv=False)
    if spread[-1] > _DISTINCT * spread[0]:  # otherwise the target's factors are made of each other: no such start
        starts.append(unit_columns(np.linalg.inv(regressed / spread[0]).T))
    end = project_many(np.tile(values, (len(starts), 1, 1)), np.array(starts), towards(goal), oblique=True)
    if not end.converged.any():
        raise ConvergenceError(
            "the oblique rotation must settle on directions; here they run into each other. Turn orthogonally."
        )
    best = int(np.where(end.converged, end.values, np.inf).argmin())
    phi = end.phi[best]
    np.fill_diagonal(phi, 1.0)
    return end.matrices[best], phi
