"""How each result is laid out as a table: dispatches on the result's type."""

from ikfs_methods.report.tables import (
    composite,
    evidence,
    factors,
    gate,
    inputs,
    items,
    reliability,
    screening,
    solutions,
    validity,
    witness,
)
from ikfs_methods.report.tables.base import lay_out

__all__ = [
    "composite",
    "evidence",
    "factors",
    "gate",
    "inputs",
    "items",
    "lay_out",
    "reliability",
    "screening",
    "solutions",
    "validity",
    "witness",
]
