"""One FGD round: its folder, parameters, decisions, results, and variants of it."""

from ikfs_methods.rounds import views
from ikfs_methods.rounds.checking import RoundCheck, check_round
from ikfs_methods.rounds.opened import Absent, ByCriterion, ByDimension, BySet, Several
from ikfs_methods.rounds.opening import open_round
from ikfs_methods.rounds.parameters import Parameters
from ikfs_methods.rounds.parameters import table as parameter_table
from ikfs_methods.rounds.round import Round
from ikfs_methods.rounds.variants import VariantComparison, compare_variants, variant_of
from ikfs_methods.rounds.weights import WeightChoice

__all__ = [
    "Absent",
    "ByCriterion",
    "ByDimension",
    "BySet",
    "Parameters",
    "Round",
    "RoundCheck",
    "Several",
    "VariantComparison",
    "WeightChoice",
    "check_round",
    "compare_variants",
    "open_round",
    "parameter_table",
    "variant_of",
    "views",
]
