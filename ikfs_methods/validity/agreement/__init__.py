"""Agreement of raters on categories, ranks and scales, and of a whole panel."""

from __future__ import annotations

from ikfs_methods.validity.agreement.cohen import CohenResult, cohen_kappa
from ikfs_methods.validity.agreement.fleiss import FleissResult, fleiss_kappa
from ikfs_methods.validity.agreement.gwet import brennan_prediger, gwet_ac
from ikfs_methods.validity.agreement.kendall import KendallResult, kendall_w
from ikfs_methods.validity.agreement.krippendorff import KrippendorffResult, krippendorff_alpha
from ikfs_methods.validity.agreement.panel import PanelAgreementResult, panel_agreement
from ikfs_methods.validity.agreement.percent import percent_agreement
from ikfs_methods.validity.agreement.result import AgreementResult

__all__ = [
    "AgreementResult",
    "CohenResult",
    "FleissResult",
    "KendallResult",
    "KrippendorffResult",
    "PanelAgreementResult",
    "brennan_prediger",
    "cohen_kappa",
    "fleiss_kappa",
    "gwet_ac",
    "kendall_w",
    "krippendorff_alpha",
    "panel_agreement",
    "percent_agreement",
]
