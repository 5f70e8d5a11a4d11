"""What each result says, in sentences made from its numbers: dispatches on the result's type."""

from ikfs_methods.report.text import (
    composite,
    evidence,
    factors,
    gaps,
    gate,
    inputs,
    items,
    reliability,
    screening,
    solutions,
    stability,
    validity,
    witness,
)
from ikfs_methods.report.text.base import describe, notice, say

__all__ = [
    "composite",
    "describe",
    "evidence",
    "factors",
    "gaps",
    "gate",
    "inputs",
    "items",
    "notice",
    "reliability",
    "say",
    "screening",
    "solutions",
    "stability",
    "validity",
    "witness",
]
