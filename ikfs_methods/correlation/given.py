"""Correlations from whatever a method was given: answers, a matrix, or a result made before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import listed, numeric_frame, whole
from ikfs_methods.correlation.matrix import correlation_matrix
from ikfs_methods.correlation.result import CorrelationResult
from ikfs_methods.correlation.shape import SAME, is_matrix, refuse_matrix
from ikfs_methods.correlation.weights import Weights
from ikfs_methods.errors import MatrixError, ParameterError

__all__ = ["as_correlation", "is_matrix", "nonnegative_definite", "positive_definite", "refuse_matrix"]

_MOST = 10**10  # more respondents than there are people; far beyond, numbers leave the doubles
# A repeated item leaves an eigenvalue of about 1e-16; twelve-digit collinearity leaves the inverse no correct digit.
_DEFINITE = 1e-12
# Weight of an item in a combination of items without variance, of the largest: those that do not take part have
# rounding errors of about 1e-8 there, the root of what is left of the eigenvalue.
_BEARS = 1e-4
# Correlations printed with two decimals err by up to .005 each, and such errors move an eigenvalue of k items by about
# .006 sqrt(k) (the largest eigenvalue of a symmetric matrix of k x k independent errors, Wigner 1955; at three items
# also the most possible). An eigenvalue further below 0 is no rounding.
_ROUNDED = 0.006


def as_correlation(
    answers_or_matrix: pd.DataFrame | CorrelationResult,
    *,
    n: int | None = None,
    method: str = "pearson",
    missing: str = "listwise",
    weights: Weights | None = None,
) -> CorrelationResult:
    """Correlations of whatever was given: a CorrelationResult, a correlation matrix (frame), or answers (frame).

    A frame is a matrix when its rows and columns carry the same labels, in any order, or when it is symmetric with unit
    diagonal; everything else is answers (respondents, items), correlated by `method` under the policy `missing`, with
    survey `weights`; a matrix or result has its own method and policy, and weights with it raise ParameterError. `n` is
    the number of respondents behind a matrix; given with answers or a result it replaces their own n (psych, for one,
    counts all rows behind a pairwise matrix) and the effective number of weighted ones. Raises MatrixError for a matrix
    that is no correlation matrix, one with an eigenvalue clearly below 0 among them (see `nonnegative_definite`), and
    whatever `correlation_matrix` raises.
    """
    count = _respondents(n)
    if isinstance(answers_or_matrix, CorrelationResult):
        _unweighted(weights)
        found = answers_or_matrix
    else:
        frame = numeric_frame(answers_or_matrix, what="answers or correlation matrix")
        if is_matrix(frame):
            _unweighted(weights)
            return CorrelationResult(_checked(frame), count, None, None, "given", "given")
        found = correlation_matrix(frame, method=method, missing=missing, weights=weights)
    return found if count is None else replace(found, n=count, effective_n=None)


def _unweighted(weights: Weights | None) -> None:
    if weights is not None:
        raise ParameterError(
            "weights must come with answers; found weights with correlations made before. "
            "Give the answers, or make the correlations with the weights."
        )


def positive_definite(matrix: pd.DataFrame, *, n: int | None = None) -> npt.NDArray[np.float64]:
    """The matrix as an array, when it can be inverted; else a MatrixError that says why not.

    It names too few respondents, where `n` is given and does not exceed the items, or the items that follow from each
    other: those with a weight in the combination of least variance. Answers the question: does every item say something
    that the others together do not?
    """
    values = matrix.to_numpy(dtype=np.float64)
    least = float(np.linalg.eigvalsh(values)[0])
    if least <= _DEFINITE:
        raise MatrixError(_why_not(matrix, least, n))
    return values


def _why_not(matrix: pd.DataFrame, least: float, n: int | None) -> str:
    said = f"the correlation matrix must be positive definite; {_least_and_closest(matrix, least)}."
    if n is not None and n <= len(matrix) and least >= -_DEFINITE:
        return (
            f"{said} {n} respondents cannot determine the correlations of {len(matrix)} items. "
            "Collect more answers or analyse fewer items."
        )
    if least >= -_DEFINITE:
        weight = np.abs(np.linalg.eigh(matrix.to_numpy(dtype=np.float64))[1][:, 0])
        together = matrix.columns[weight > _BEARS * weight.max()]
        said += f" These items follow from each other: {listed(together)}."
    return f'{said} Drop an item that repeats others, or use missing="listwise" where the matrix was made pairwise.'


def nonnegative_definite(matrix: pd.DataFrame) -> npt.NDArray[np.float64]:
    """The matrix as an array, when answers can have such correlations; else a MatrixError as `positive_definite`'s.

    Correlations of one set of rows have no eigenvalue below 0; those of pairs with rows of their own, or typed wrongly,
    can have one, and a component would then explain a negative share. Down to -.006 sqrt(k), for k items, is taken for
    the rounding of a printed matrix. Answers the question: can these correlations occur together?
    """
    values = matrix.to_numpy(dtype=np.float64)
    least = float(np.linalg.eigvalsh(values)[0])
    if least < -_ROUNDED * np.sqrt(len(values)):
        raise MatrixError(
            f"the correlations must be able to occur together, without an eigenvalue below 0; "
            f"{_least_and_closest(matrix, least)}. "
            'Correct a matrix that was typed; use missing="listwise" where it was made pairwise.'
        )
    return values


def _least_and_closest(matrix: pd.DataFrame, least: float) -> str:
    values = matrix.to_numpy(dtype=np.float64)
    strength = np.abs(np.tril(values, -1))
    i, j = (int(place) for place in np.unravel_index(int(strength.argmax()), strength.shape))
    return (
        f"its smallest eigenvalue is {least:.3g}. The most correlated pair is {matrix.columns[j]} and "
        f"{matrix.columns[i]} (r = {values[i, j]:.4f})"
    )


def _respondents(n: int | None) -> int | None:
    if n is None:
        return None
    return whole(n, _MOST, name="n", least=3, remedy="Give the number of respondents.")


def _checked(frame: pd.DataFrame) -> pd.DataFrame:
    if list(frame.index) != list(frame.columns):
        raise MatrixError(
            "a correlation matrix must carry the same labels, in the same order, on rows and columns; "
            f"rows: {listed(frame.index, 5)}; columns: {listed(frame.columns, 5)}. Set the index to the columns."
        )
    values = frame.to_numpy()
    for wrong, rule in (
        (np.isnan(values), "have no gaps"),
        (np.abs(values - values.T) > SAME, "be symmetric"),
        (np.eye(len(values), dtype=bool) & (np.abs(values - 1) > SAME), "have ones on the diagonal"),
        (np.abs(values) > 1 + SAME, "lie between -1 and 1"),
    ):
        if wrong.any():
            i, j = np.argwhere(wrong)[0]
            raise MatrixError(
                f"a correlation matrix must {rule}; found {values[i, j]} for {frame.index[i]} and {frame.columns[j]}. "
                "Correct it; divide a covariance matrix by the standard deviations first."
            )
    clean = np.clip((values + values.T) / 2, -1.0, 1.0)
    np.fill_diagonal(clean, 1.0)
    matrix = pd.DataFrame(clean, index=frame.index, columns=frame.columns)
    nonnegative_definite(matrix)
    return matrix
