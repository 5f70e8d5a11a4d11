"""Weights as named sets: equal, from expert judgement (AHP, budget allocation), from the data (factor weights)."""

from ikfs_methods.weighting.budget import budget_allocation
from ikfs_methods.weighting.components import factor_weights, weights_from_loadings
from ikfs_methods.weighting.hierarchy import RANDOM_INDEX, AhpResult, ahp
from ikfs_methods.weighting.sets import WeightSet, combine, equal

__all__ = [
    "RANDOM_INDEX",
    "AhpResult",
    "WeightSet",
    "ahp",
    "budget_allocation",
    "combine",
    "equal",
    "factor_weights",
    "weights_from_loadings",
]
