"""Validity of content and beyond it, and how items behave."""

from __future__ import annotations

from ikfs_methods.validity.categories import CategoryUseResult, category_use
from ikfs_methods.validity.content import AikenResult, aiken_v
from ikfs_methods.validity.criterion import CriterionResult, criterion
from ikfs_methods.validity.differential import DifResult, dif
from ikfs_methods.validity.extremes import ExtremeGroupsResult, extreme_groups
from ikfs_methods.validity.intervals import SuccessiveIntervals, successive_intervals
from ikfs_methods.validity.items import ItemAnalysisResult, item_analysis
from ikfs_methods.validity.known_groups import KnownGroupsResult, known_groups
from ikfs_methods.validity.retest import TestRetestResult, test_retest

__all__ = [
    "AikenResult",
    "CategoryUseResult",
    "CriterionResult",
    "DifResult",
    "ExtremeGroupsResult",
    "ItemAnalysisResult",
    "KnownGroupsResult",
    "SuccessiveIntervals",
    "TestRetestResult",
    "aiken_v",
    "category_use",
    "criterion",
    "dif",
    "extreme_groups",
    "item_analysis",
    "known_groups",
    "successive_intervals",
    "test_retest",
]
