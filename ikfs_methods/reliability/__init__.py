"""How consistently a set of items measures: alpha and its kin, bounds, omega, intraclass correlation, composites."""

from __future__ import annotations

from ikfs_methods.reliability.alpha import AlphaResult, cronbach_alpha
from ikfs_methods.reliability.bound import BoundResult, greatest_lower_bound
from ikfs_methods.reliability.composite import composite_reliability
from ikfs_methods.reliability.covariance import ItemCovariance, item_covariance
from ikfs_methods.reliability.dichotomous import KuderRichardsonResult, kuder_richardson
from ikfs_methods.reliability.difference import AlphaDifferenceResult, alpha_difference
from ikfs_methods.reliability.generalisability import GeneralisabilityResult, generalisability
from ikfs_methods.reliability.groups import AlphaByGroupResult, alpha_by_group
from ikfs_methods.reliability.guttman import GuttmanResult, guttman_lambdas
from ikfs_methods.reliability.halves import SplitHalfResult, split_half
from ikfs_methods.reliability.intraclass import IntraclassResult, intraclass_correlation
from ikfs_methods.reliability.means import MeansReliabilityResult, reliability_of_means
from ikfs_methods.reliability.measurement_error import MeasurementErrorResult, standard_error_of_measurement
from ikfs_methods.reliability.omega import OmegaResult, mcdonald_omega
from ikfs_methods.reliability.ordinal import OrdinalAlphaResult, ordinal_alpha
from ikfs_methods.reliability.stratified import StratifiedAlphaResult, stratified_alpha
from ikfs_methods.reliability.weighted import WeightedCompositeResult, weighted_composite

__all__ = [
    "AlphaByGroupResult",
    "AlphaDifferenceResult",
    "AlphaResult",
    "BoundResult",
    "GeneralisabilityResult",
    "GuttmanResult",
    "IntraclassResult",
    "ItemCovariance",
    "KuderRichardsonResult",
    "MeansReliabilityResult",
    "MeasurementErrorResult",
    "OmegaResult",
    "OrdinalAlphaResult",
    "SplitHalfResult",
    "StratifiedAlphaResult",
    "WeightedCompositeResult",
    "alpha_by_group",
    "alpha_difference",
    "composite_reliability",
    "cronbach_alpha",
    "generalisability",
    "greatest_lower_bound",
    "guttman_lambdas",
    "intraclass_correlation",
    "item_covariance",
    "kuder_richardson",
    "mcdonald_omega",
    "ordinal_alpha",
    "reliability_of_means",
    "split_half",
    "standard_error_of_measurement",
    "stratified_alpha",
    "weighted_composite",
]
