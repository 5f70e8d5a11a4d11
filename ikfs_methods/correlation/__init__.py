"""Correlations of items, in one result that reliability and factor both take."""

from __future__ import annotations

from ikfs_methods.correlation.choice import CorrelationChoice, recommended
from ikfs_methods.correlation.given import as_correlation, nonnegative_definite, positive_definite
from ikfs_methods.correlation.matrix import correlation_matrix
from ikfs_methods.correlation.permuted import permuted_correlations
from ikfs_methods.correlation.polyserial import PolyserialResult, polyserial
from ikfs_methods.correlation.result import CorrelationResult
from ikfs_methods.correlation.shape import is_matrix, refuse_matrix
from ikfs_methods.correlation.weights import respondent_weights

__all__ = [
    "CorrelationChoice",
    "CorrelationResult",
    "PolyserialResult",
    "as_correlation",
    "correlation_matrix",
    "is_matrix",
    "nonnegative_definite",
    "permuted_correlations",
    "polyserial",
    "positive_definite",
    "recommended",
    "refuse_matrix",
    "respondent_weights",
]
