"""Factor analysis: suitability, number of factors, extraction, rotation, fit and scores."""

from __future__ import annotations

from ikfs_methods.factor.components import PcaResult, principal_components
from ikfs_methods.factor.exploratory import ExploratoryResult, exploratory
from ikfs_methods.factor.retention import ParallelResult, parallel_analysis
from ikfs_methods.factor.rotation import RotationResult, rotate
from ikfs_methods.factor.suitability import BartlettResult, KmoResult, bartlett_sphericity, kmo, kmo_band

__all__ = [
    "BartlettResult",
    "ExploratoryResult",
    "KmoResult",
    "ParallelResult",
    "PcaResult",
    "RotationResult",
    "bartlett_sphericity",
    "exploratory",
    "kmo",
    "kmo_band",
    "parallel_analysis",
    "principal_components",
    "rotate",
]
