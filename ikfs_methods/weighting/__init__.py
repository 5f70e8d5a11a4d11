"""Weights as named sets: equal, from expert judgement (AHP, budget allocation), from the data (factor weights)."""

from ikfs_methods.weighting.ahp import RANDOM_INDEX, AhpGroupsResult, AhpResult, ahp, ahp_by_group
from ikfs_methods.weighting.best_worst import BestWorstResult, best_worst
from ikfs_methods.weighting.budget import BudgetResult, budget_allocation
from ikfs_methods.weighting.components import factor_weights, weights_from_loadings
from ikfs_methods.weighting.experts import ExpertUncertaintyResult, expert_uncertainty
from ikfs_methods.weighting.sets import WeightSet, combine, equal

__all__ = [
    "RANDOM_INDEX",
    "AhpGroupsResult",
    "AhpResult",
    "BestWorstResult",
    "BudgetResult",
    "ExpertUncertaintyResult",
    "WeightSet",
    "ahp",
    "ahp_by_group",
    "best_worst",
    "budget_allocation",
    "combine",
    "equal",
    "expert_uncertainty",
    "factor_weights",
    "weights_from_loadings",
]
