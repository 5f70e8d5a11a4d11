"""Correlations of items, in one result that reliability and factor both take."""

from __future__ import annotations

from ikfs_methods.correlation.given import as_correlation, nonnegative_definite, positive_definite
from ikfs_methods.correlation.matrix import CorrelationResult, correlation_matrix

__all__ = ["CorrelationResult", "as_correlation", "correlation_matrix", "nonnegative_definite", "positive_definite"]
