"""Validity of content and beyond it, and how items behave."""

from __future__ import annotations

from ikfs_methods.validity.agreement import (
    AgreementResult,
    CohenResult,
    FleissResult,
    KendallResult,
    KrippendorffResult,
    PanelAgreementResult,
    brennan_prediger,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
    kendall_w,
    krippendorff_alpha,
    panel_agreement,
    percent_agreement,
)
from ikfs_methods.validity.categories import CategoryUseResult, category_use
from ikfs_methods.validity.content import (
    AikenDifferenceResult,
    AikenGroupsResult,
    AikenResult,
    CongruenceIndexResult,
    ContentIndexResult,
    ContentRatioResult,
    aiken_by_group,
    aiken_difference,
    aiken_v,
    content_validity_index,
    content_validity_ratio,
    item_objective_congruence,
)
from ikfs_methods.validity.criterion import CriterionResult, criterion
from ikfs_methods.validity.delphi import ConsensusRule, DelphiResult, delphi
from ikfs_methods.validity.differential import DifResult, dif
from ikfs_methods.validity.extremes import ExtremeGroupsResult, extreme_groups
from ikfs_methods.validity.intervals import SuccessiveIntervals, successive_intervals
from ikfs_methods.validity.items import ItemAnalysisResult, item_analysis
from ikfs_methods.validity.known_groups import KnownGroupsResult, known_groups
from ikfs_methods.validity.retest import TestRetestResult, test_retest

__all__ = [
    "AgreementResult",
    "AikenDifferenceResult",
    "AikenGroupsResult",
    "AikenResult",
    "CategoryUseResult",
    "CohenResult",
    "CongruenceIndexResult",
    "ConsensusRule",
    "ContentIndexResult",
    "ContentRatioResult",
    "CriterionResult",
    "DelphiResult",
    "DifResult",
    "ExtremeGroupsResult",
    "FleissResult",
    "ItemAnalysisResult",
    "KendallResult",
    "KnownGroupsResult",
    "KrippendorffResult",
    "PanelAgreementResult",
    "SuccessiveIntervals",
    "TestRetestResult",
    "aiken_by_group",
    "aiken_difference",
    "aiken_v",
    "brennan_prediger",
    "category_use",
    "cohen_kappa",
    "content_validity_index",
    "content_validity_ratio",
    "criterion",
    "delphi",
    "dif",
    "extreme_groups",
    "fleiss_kappa",
    "gwet_ac",
    "item_analysis",
    "item_objective_congruence",
    "kendall_w",
    "known_groups",
    "krippendorff_alpha",
    "panel_agreement",
    "percent_agreement",
    "successive_intervals",
    "test_retest",
]
