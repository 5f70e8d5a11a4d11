"""Analytic hierarchy process: weights from paired comparisons, their consistency, and what to look at again."""

from ikfs_methods.weighting.ahp.consistency import RANDOM_INDEX, RANDOM_INDEX_SOURCE
from ikfs_methods.weighting.ahp.groups import AhpGroupsResult, ahp_by_group
from ikfs_methods.weighting.ahp.pairs import check_pairs
from ikfs_methods.weighting.ahp.process import ahp
from ikfs_methods.weighting.ahp.result import AhpResult

__all__ = [
    "RANDOM_INDEX",
    "RANDOM_INDEX_SOURCE",
    "AhpGroupsResult",
    "AhpResult",
    "ahp",
    "ahp_by_group",
    "check_pairs",
]
