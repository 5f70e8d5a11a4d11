"""Pearson's coefficient of every two items, whichever rows a pair shares, with or without survey weights."""

from __future__ import annotations

from math import comb

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import listed
from ikfs_methods.errors import ConstantItemError

Floats = npt.NDArray[np.float64]
Answered = npt.NDArray[np.bool_]

# Where the rows of a pair hold less than this share of an item's variance, sums over all rows have lost digits, or
# the item is constant there: these few pairs are computed from their own rows.
_LITTLE = 1e-6


def standardised(values: Floats, weights: Floats | None = None) -> Floats:
    """Columns with mean 0 and variance 1 (divisor: the weights' sum) over their answers; 0 where missing.

    Values are brought to a common size first, so that the squares of 1e300 or 1e-300 do not leave the doubles.
    """
    answered = ~np.isnan(values)
    share = answered.astype(np.float64) if weights is None else answered * weights[:, None]
    share /= share.sum(axis=0)
    z = np.where(answered, values, 0.0)
    for _ in range(2):  # the second time, a mean far from 0 has been taken off and costs no more digits
        z /= np.abs(z).max(axis=0)
        z -= (share * z).sum(axis=0)
        z[~answered] = 0.0
    z /= np.abs(z).max(axis=0)
    return np.asarray(z / np.sqrt((share * z**2).sum(axis=0)))


def pearson(frame: pd.DataFrame, weights: Floats | None = None) -> tuple[Floats, Floats]:
    """Correlations and their standard errors (k, k), each pair from the rows in which both are answered.

    Errors: (1 - r^2) / sqrt(n - 1), of normal variables; with weights, by linearisation from what each respondent
    adds to r, whatever the distribution. Raises ConstantItemError for an item constant in the rows of a pair.
    """
    values = frame.to_numpy(dtype=np.float64)
    answered = ~np.isnan(values)
    complete = bool(answered.all())
    plain = _plain(values) if complete and weights is None else None
    if plain is not None:
        return plain, _normal(plain, np.float64(len(values)))
    z = standardised(values, weights)
    rows = answered.astype(np.float64) if weights is None else answered * weights[:, None]
    matrix, poor = (z.T @ (rows * z) / rows.sum(axis=0), None) if complete else _pairwise(z, answered, rows)
    matrix = np.clip((matrix + matrix.T) / 2, -1.0, 1.0)
    np.fill_diagonal(matrix, 1.0)
    counts = answered.T.astype(np.float64) @ answered
    errors = _normal(matrix, counts) if weights is None else _linearised(z, answered, weights, counts)
    if poor is not None:
        _mend(frame, weights, poor, (matrix, errors))
    return matrix, errors


def _plain(values: Floats) -> Floats | None:
    """Correlations of complete rows in few passes; None where squares would leave the doubles."""
    with np.errstate(over="ignore", invalid="ignore"):
        z = values - values.mean(axis=0)
        z -= z.mean(axis=0)  # what rounding left of a mean far from 0
        squares = np.einsum("ij,ij->j", z, z)
    if not ((squares > 1e-200) & (squares < 1e200)).all():
        return None
    z /= np.sqrt(squares)
    matrix = np.clip(z.T @ z, -1.0, 1.0)
    np.fill_diagonal(matrix, 1.0)
    return np.asarray((matrix + matrix.T) / 2)


def _normal(matrix: Floats, counts: Floats | np.float64) -> Floats:
    return np.asarray((1 - matrix**2) / np.sqrt(counts - 1))


def _pairwise(z: Floats, answered: Answered, rows: Floats) -> tuple[Floats, Answered]:
    """Correlations from sums over the rows of each pair, and where these sums have too few digits."""
    total = rows.T @ answered
    mean = (rows * z).T @ answered / total  # of the first item, in the rows of the pair
    variance = (rows * z**2).T @ answered / total - mean**2
    covariance = (rows * z).T @ z / total - mean * mean.T
    poor = (variance < _LITTLE) | (variance.T < _LITTLE)
    safe = np.where(poor, 1.0, variance)
    return np.asarray(covariance / np.sqrt(safe * safe.T)), poor


def _mend(frame: pd.DataFrame, weights: Floats | None, poor: Answered, found: tuple[Floats, Floats]) -> None:
    """Puts in what the few poor pairs give in their own rows alone; refuses those in which an item is constant."""
    constant = []
    for i, j in zip(*np.nonzero(np.triu(poor, 1)), strict=True):
        part = frame.iloc[:, [i, j]]
        both = part.notna().all(axis=1).to_numpy()
        part = part[both]
        if (part.nunique() < 2).any():
            constant.append((int(i), int(j)))
            continue
        for target, own in zip(found, pearson(part, None if weights is None else weights[both]), strict=True):
            target[i, j] = target[j, i] = own[0, 1]
    refuse_constant(frame.columns, constant)


def refuse_constant(names: pd.Index, pairs: list[tuple[int, int]]) -> None:
    """ConstantItemError that names the pairs in whose rows an item is constant; nothing without any."""
    if pairs:
        found = listed(f"{names[i]} with {names[j]}" for i, j in pairs)
        raise ConstantItemError(
            f"items must vary in the rows that a pair shares; one does not in {found}. Leave out that item."
        )


def _linearised(z: Floats, answered: Answered, weights: Floats, counts: Floats) -> Floats:
    # A respondent of weight w moves r by w (x y - r (x^2 + y^2) / 2), x and y standardised in the pair's rows. Its
    # squares summed are moments up to the fourth, which are products of matrices for all pairs at once.
    powers = [np.where(answered, z**power, 0.0) for power in range(5)]

    def central(factor: Floats, most: int) -> dict[tuple[int, int], Floats]:
        raw = {
            (a, b): (factor[:, None] * powers[a]).T @ powers[b] for a in range(most + 1) for b in range(most + 1 - a)
        }
        return {key: _about(raw, mean, key) for key in raw}

    total = (weights[:, None] * powers[0]).T @ powers[0]
    mean = (weights[:, None] * powers[1]).T @ powers[0] / total
    first, second = central(weights, 2), central(weights**2, 4)
    tiny = np.finfo(np.float64).tiny  # for pairs whose sums have lost their digits: these are mended later
    vx, vy = np.maximum(first[2, 0] / total, tiny), np.maximum(first[0, 2] / total, tiny)
    cov = first[1, 1] / total
    sums = (
        second[2, 2]
        - cov * (second[3, 1] / vx + second[1, 3] / vy)
        + cov**2 / 4 * (second[4, 0] / vx**2 + 2 * second[2, 2] / (vx * vy) + second[0, 4] / vy**2)
    ) / (vx * vy)
    errors = np.sqrt(np.maximum(sums, 0) * counts / (counts - 1)) / total
    np.fill_diagonal(errors, 0.0)
    return np.asarray((errors + errors.T) / 2)


def _about(raw: dict[tuple[int, int], Floats], mean: Floats, key: tuple[int, int]) -> Floats:
    """Moments about the means of each pair from those about 0 (binomial theorem)."""
    total = np.zeros_like(mean)
    for a in range(key[0] + 1):
        for b in range(key[1] + 1):
            shift = comb(key[0], a) * comb(key[1], b) * (-mean) ** (key[0] - a) * (-mean.T) ** (key[1] - b)
            total += shift * raw[a, b]
    return total
