"""How each result is laid out as a table: dispatches on the result's type."""

from ikfs_methods.report.tables import (
    agreement,
    composite,
    content,
    delphi,
    evidence,
    expert_weights,
    factors,
    gate,
    inputs,
    items,
    rated,
    reliability,
    screening,
    solutions,
    validity,
    weights,
    witness,
)
from ikfs_methods.report.tables.base import lay_out

__all__ = [
    "agreement",
    "composite",
    "content",
    "delphi",
    "evidence",
    "expert_weights",
    "factors",
    "gate",
    "inputs",
    "items",
    "lay_out",
    "rated",
    "reliability",
    "screening",
    "solutions",
    "validity",
    "weights",
    "witness",
]
