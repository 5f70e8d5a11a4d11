"""Correlation of a column with a measure, raw and with other columns held constant; weighted where asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtr

from ikfs_methods.errors import ConstantItemError, TooFewError
from ikfs_methods.labels import Floats, effective_number
from ikfs_methods.validity.alongside import within_reach

# What the controls leave of a column is rounding when it is below this share of the column; doubles carry 1e-16, and a
# projection over thousands of rows loses two or three digits of it.
_NOTHING_LEFT = 1e-12
_RAW = ("r", "ci_low", "ci_high", "p_value")
_PARTIAL = ("partial_r", "partial_low", "partial_high", "partial_p")


@dataclass(frozen=True, slots=True, eq=False)
class Against:
    """What columns are held against: outside measure, controls (rows x columns), weights; and how."""

    outside: Floats
    held: Floats
    weight: Floats
    method: str
    level: float


def row_means(values: Floats) -> tuple[float, Floats]:
    """A unit near the greatest answer (a power of two), and the mean of each respondent's answers in it."""
    exponent = int(np.frexp(np.nanmax(np.abs(values), initial=0.0))[1]) - 1
    sized = np.ldexp(values, -exponent)
    answered = ~np.isnan(sized)
    means = np.where(answered, sized, 0.0).sum(axis=1) / answered.sum(axis=1)
    return float(np.ldexp(1.0, exponent)), np.asarray(means)


def correlation_row(values: Floats, name: str, against: Against) -> dict[str, object]:
    """Raw and partial correlation of one column with the outside measure, over the rows that have it."""
    rows = ~np.isnan(values)
    weight, held = against.weight[rows], against.held[rows]
    columns = [values[rows], against.outside[rows]]
    if against.method == "spearman":
        columns = [_ranks(column, weight) for column in columns]
        held = np.column_stack([held[:, :0], *(_ranks(column, weight) for column in held.T)])
    g = rank(held, weight)
    number = effective_number(weight)
    if number < 4 + g:
        controlled = f" with {g} independent controls" if g else ""
        raise TooFewError(
            f"at least {4 + g} respondents must have {name}, the outside measure and the controls{controlled}; "
            f"found {number:.4g}. Supply more data, or hold fewer controls."
        )
    pair = np.column_stack([_centred(column, weight) for column in columns])
    for column, what in zip(pair.T, (name, "the outside measure"), strict=True):
        if not column.any():
            raise ConstantItemError(
                f"{what} must vary over the {int(rows.sum())} respondents compared; it does not. "
                "Leave it out, or check its coding."
            )
    found: dict[str, object] = {
        "n": int(rows.sum()),
        **dict(zip(_RAW, _inference(pair, number, 0, against), strict=True)),
    }
    if not against.held.shape[1]:
        return found | {"note": ""}
    basis = _basis(held, weight)
    left = pair - basis @ (basis.T @ pair)
    sizes = np.sqrt((left**2).sum(axis=0))
    if (sizes > _NOTHING_LEFT).all():
        partial = _inference(left / sizes, number, g, against)
        return found | dict(zip(_PARTIAL, partial, strict=True)) | {"note": ""}
    gone = name if sizes[0] <= _NOTHING_LEFT else "the outside measure"
    return found | dict.fromkeys(_PARTIAL, np.nan) | {"note": f"no partial correlation: the controls determine {gone}"}


def _inference(pair: Floats, number: float, g: int, against: Against) -> tuple[float, float, float, float]:
    """Correlation of two columns of unit length, interval and p value, with `number` respondents and g controls."""
    r = min(1.0, max(-1.0, float(pair[:, 0] @ pair[:, 1])))
    df = number - 2 - g
    if abs(r) == 1:
        return r, r, r, 0.0
    variance = (1 + r**2 / 2 if against.method == "spearman" else 1.0) / (number - 3 - g)
    half = -float(ndtri((1 - against.level) / 2)) * np.sqrt(variance)
    t = abs(r) * np.sqrt(df / (1 - r**2))
    return r, float(np.tanh(np.arctanh(r) - half)), float(np.tanh(np.arctanh(r) + half)), float(2 * stdtr(df, -t))


def _centred(column: Floats, weight: Floats) -> Floats:
    """Deviations from the mean times the root of the weight, at unit length; zeros when the column does not vary."""
    sized = within_reach(column)
    sized = within_reach(sized - sized[0])  # a large common part would take digits from the deviations
    deviation = np.sqrt(weight) * (sized - np.average(sized, weights=weight))
    length = np.sqrt((deviation**2).sum())
    return np.asarray(deviation / length if sized.any() and length > 0 else np.zeros(len(column)))


def _basis(held: Floats, weight: Floats) -> Floats:
    """Orthonormal columns that span the centred controls; dependent ones drop out."""
    varying = [column for column in held.T if column.max() > column.min()]
    if not varying:
        return np.empty((len(held), 0))
    left, size, _ = np.linalg.svd(
        np.column_stack([_centred(column, weight) for column in varying]), full_matrices=False
    )
    return np.asarray(left[:, size > _NOTHING_LEFT * size[0] * np.sqrt(len(held))])


def rank(held: Floats, weight: Floats) -> int:
    """How many of the controls are independent of each other and of a constant."""
    return _basis(held, weight).shape[1] if len(held) and held.shape[1] else 0


def _ranks(column: Floats, weight: Floats) -> Floats:
    """Mid-ranks; with weights, the weight below plus half the weight at the value (the same ranks when all are 1)."""
    _, place = np.unique(column, return_inverse=True)
    mass = np.bincount(place, weights=weight)
    return np.asarray((np.cumsum(mass) - mass / 2)[place])
