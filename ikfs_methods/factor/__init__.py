"""Factor analysis: suitability, number of factors, extraction, rotation, fit, scores, stability."""

from __future__ import annotations

from ikfs_methods.factor.bootstrap import BootstrapResult, bootstrap_loadings
from ikfs_methods.factor.comparison import SolutionComparison, compare_solutions
from ikfs_methods.factor.components import PcaResult, principal_components
from ikfs_methods.factor.congruence import CongruenceResult, congruence, congruence_verdict
from ikfs_methods.factor.exploratory import ExploratoryResult, exploratory
from ikfs_methods.factor.procrustes import ProcrustesResult, procrustes
from ikfs_methods.factor.retention import (
    ComparisonResult,
    HullResult,
    KaiserResult,
    MapResult,
    ParallelResult,
    RetentionReason,
    RetentionResult,
    comparison_data,
    empirical_kaiser,
    hull,
    kaiser,
    minimum_average_partial,
    parallel_analysis,
    retention,
)
from ikfs_methods.factor.rotation import RotationResult, rotate
from ikfs_methods.factor.suitability import (
    BartlettResult,
    KmoResult,
    MsaDeletionResult,
    bartlett_sphericity,
    kmo,
    kmo_band,
    msa_deletion,
)

__all__ = [
    "BartlettResult",
    "BootstrapResult",
    "ComparisonResult",
    "CongruenceResult",
    "ExploratoryResult",
    "HullResult",
    "KaiserResult",
    "KmoResult",
    "MapResult",
    "MsaDeletionResult",
    "ParallelResult",
    "PcaResult",
    "ProcrustesResult",
    "RetentionReason",
    "RetentionResult",
    "RotationResult",
    "SolutionComparison",
    "bartlett_sphericity",
    "bootstrap_loadings",
    "compare_solutions",
    "comparison_data",
    "congruence",
    "congruence_verdict",
    "empirical_kaiser",
    "exploratory",
    "hull",
    "kaiser",
    "kmo",
    "kmo_band",
    "minimum_average_partial",
    "msa_deletion",
    "parallel_analysis",
    "principal_components",
    "procrustes",
    "retention",
    "rotate",
]
