"""Second witness: our coefficients beside those of other programs, from the same answers.

`comparison` gives the other program our settings, so that both must agree; `defaults` leaves each program its own, and
says why the numbers differ.
"""

from __future__ import annotations

from ikfs_methods.witness.comparison import (
    COLUMNS,
    COMPONENTS,
    EXACT,
    LOADINGS,
    OPTIMISER,
    PRINTED,
    ROTATION,
    ROUNDING,
    THREE_DECIMALS,
    WitnessResult,
    WitnessRow,
    alpha,
    compare,
    components,
    eigenvalues,
    item_rest,
    loadings,
    suitability,
    weighted_mean,
)
from ikfs_methods.witness.defaults import DEFAULT_COLUMNS, WHY, DefaultRow, DefaultsResult, defaults

__all__ = [
    "COLUMNS",
    "COMPONENTS",
    "DEFAULT_COLUMNS",
    "EXACT",
    "LOADINGS",
    "OPTIMISER",
    "PRINTED",
    "ROTATION",
    "ROUNDING",
    "THREE_DECIMALS",
    "WHY",
    "DefaultRow",
    "DefaultsResult",
    "WitnessResult",
    "WitnessRow",
    "alpha",
    "compare",
    "components",
    "defaults",
    "eigenvalues",
    "item_rest",
    "loadings",
    "suitability",
    "weighted_mean",
]
