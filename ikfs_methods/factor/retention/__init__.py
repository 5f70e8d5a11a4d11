"""How many factors to keep: each criterion by itself, and all of them with a recommendation."""

from __future__ import annotations

from ikfs_methods.factor.fit import most_factors
from ikfs_methods.factor.retention.comparison import ComparisonResult, comparison_data
from ikfs_methods.factor.retention.hull import HullResult, hull
from ikfs_methods.factor.retention.kaiser import KaiserResult, empirical_kaiser, kaiser
from ikfs_methods.factor.retention.parallel import (
    KINDS,
    ParallelResult,
    parallel_analysis,
    unrelated_correlations,
)
from ikfs_methods.factor.retention.partial import MapResult, minimum_average_partial
from ikfs_methods.factor.retention.recommendation import RetentionReason, RetentionResult, retention

__all__ = [
    "KINDS",
    "ComparisonResult",
    "HullResult",
    "KaiserResult",
    "MapResult",
    "ParallelResult",
    "RetentionReason",
    "RetentionResult",
    "comparison_data",
    "empirical_kaiser",
    "hull",
    "kaiser",
    "minimum_average_partial",
    "most_factors",
    "parallel_analysis",
    "retention",
    "unrelated_correlations",
]
