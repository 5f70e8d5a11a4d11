"""Covariances or correlations from whatever a coefficient of reliability was given: answers, a matrix, a result.

Coefficients of reliability do not change with the common unit of the items, so the unit is chosen here such that no
product of answers overflows or vanishes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ikfs_methods.checks import flag, listed, numeric_frame, one_of
from ikfs_methods.correlation import (
    CorrelationResult,
    as_correlation,
    correlation_matrix,
    is_matrix,
    nonnegative_definite,
)
from ikfs_methods.errors import MatrixError, ScaleError
from ikfs_methods.reliability.covariance import Missing, correlation_of, item_covariance

Floats = NDArray[np.float64]

_SAME = 1e-8  # a covariance matrix copied at ten digits is symmetric to about 1e-10 of its size
# Eigenvalues of an exactly singular correlation matrix come out at about 1e-15; from 1e-12 on an inverse has digits.
LEAST_EIGENVALUE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """What the coefficients need: covariances (up to a common unit) or correlations, and the rows behind them."""

    matrix: pd.DataFrame
    n: int | None  # rows used, where known
    n_dropped: int | None
    missing: str  # the policy that the matrix was made under; "given" of one that came without it
    standardized: bool  # correlations

    @property
    def array(self) -> Floats:
        """The matrix as an array."""
        return self.matrix.to_numpy(dtype=np.float64)


def item_moments(
    given: pd.DataFrame | CorrelationResult, *, standardized: bool, missing: Missing, correlated: bool = False
) -> Moments:
    """Covariances (correlations, when `standardized`) of answers, of a covariance or correlation matrix, or a result.

    A square frame with the same labels on rows and columns, or a symmetric one, is a matrix (`is_matrix`). `correlated`
    takes the pairwise correlations of answers with gaps as they are; otherwise they come from the pairwise covariances.
    Both are the same without gaps. Raises MatrixError for a matrix that no answers can have, ScaleError for items whose
    sizes are too far apart, and what `item_covariance` and `as_correlation` raise.
    """
    flag(standardized, name="standardized")
    one_of(missing, ("listwise", "pairwise"), name="missing")
    if isinstance(given, CorrelationResult):
        found = as_correlation(given)
        return Moments(found.matrix, found.n, found.n_dropped, found.missing, standardized=True)
    frame = numeric_frame(given, what="answers or matrix")
    if is_matrix(frame, covariances=True):
        matrix = _matrix(frame, standardized=standardized)
        return Moments(matrix, None, None, "given", standardized or bool((np.diag(frame) == 1).all()))
    scale = _units(frame)
    scaled = pd.DataFrame(frame.to_numpy() / scale, index=frame.index, columns=frame.columns)
    items = item_covariance(scaled, missing=missing)
    used, names = len(items.used), items.matrix.columns
    if standardized:
        if correlated and missing == "pairwise":
            values = correlation_matrix(scaled, missing="pairwise").matrix.to_numpy()
        else:
            values = correlation_of(items.matrix.to_numpy())
    else:
        relative = _commensurable(scale / scale.max(), names)
        values = items.matrix.to_numpy() * np.outer(relative, relative)
    return Moments(pd.DataFrame(values, index=names, columns=names), used, items.n_dropped, missing, standardized)


def smallest_errors(matrix: Floats) -> Floats:
    """Error variances of each item's regression on all others: variance times one minus the squared multiple R.

    An item that the others repeat has none. Raises MatrixError where correlations contradict each other.
    """
    deviations = np.sqrt(np.diag(matrix))
    values, vectors = np.linalg.eigh(correlation_of(matrix))
    if values[0] < -LEAST_EIGENVALUE * len(values):
        raise MatrixError(
            f"multiple correlations need correlations that can occur together; their smallest eigenvalue is "
            f'{values[0]:.3g}. Use missing="listwise", or a matrix that was smoothed.'
        )
    # The floor lets the inverse of a singular matrix exist; it leaves to a repeated item about 1e-12 of its variance.
    inverse = (vectors**2) @ (1.0 / np.maximum(values, LEAST_EIGENVALUE))
    return np.asarray(deviations**2 / inverse)


def _units(frame: pd.DataFrame) -> Floats:
    """A power of two near each column's largest size, so that dividing by it costs no digit."""
    largest = np.nan_to_num(np.nanmax(np.abs(frame.to_numpy()), axis=0, initial=0.0))
    _, exponent = np.frexp(largest)
    return np.asarray(np.ldexp(1.0, np.clip(exponent, -1000, 1000)), dtype=np.float64)


def _commensurable(relative: Floats, names: pd.Index) -> Floats:
    """The items' sizes as shares of the largest, when their squares are computer numbers; else a ScaleError."""
    lost = relative**2 < np.finfo(np.float64).tiny
    if lost.any():
        raise ScaleError(
            "items that are added up must have sizes within 1e150 of each other, or the smaller ones count for "
            f"nothing; found next to nothing beside {names[int(relative.argmax())]}: {listed(names[lost])}. "
            "Check the values, or take standardized=True."
        )
    return relative


def _matrix(frame: pd.DataFrame, *, standardized: bool) -> pd.DataFrame:
    values = frame.to_numpy()
    variances = np.diag(values)
    size = float(np.nanmax(np.abs(values), initial=0.0))
    if not frame.index.equals(frame.columns) and set(frame.index) == set(frame.columns):
        raise MatrixError(
            "a covariance or correlation matrix must have rows and columns in the same order; found "
            f"{listed(frame.index[:3])} and {listed(frame.columns[:3])} first. Sort them: matrix.loc[matrix.columns]."
        )
    for wrong, rule in (
        (np.isnan(values), "have no gaps"),
        (np.eye(len(values), dtype=bool) & ~(variances > 0), "have variances above 0 on its diagonal"),
        (np.abs(values - values.T) > _SAME * size, "be symmetric"),
    ):
        if wrong.any():
            i, j = np.argwhere(wrong)[0]
            raise MatrixError(
                f"a covariance or correlation matrix must {rule}; found {values[i, j]} for {frame.index[i]} and "
                f"{frame.columns[j]}. Correct it, or give answers with one row a respondent."
            )
    names = frame.columns
    deviations = np.sqrt(variances)
    correlations = values / deviations / deviations[:, None]
    clean = (correlations + correlations.T) / 2
    np.fill_diagonal(clean, 1.0)
    nonnegative_definite(pd.DataFrame(clean, index=names, columns=names))
    relative = np.ones(len(names)) if standardized else _commensurable(deviations / deviations.max(), names)
    return pd.DataFrame(clean * np.outer(relative, relative), index=names, columns=names)
