"""From indicators to the index: normalisation, weighted aggregation, and the build of the whole tree."""

from ikfs_methods.index.aggregation import aggregate
from ikfs_methods.index.building import build
from ikfs_methods.index.composite import IndexResult, UnitScores
from ikfs_methods.index.normalisation import normalise

__all__ = ["IndexResult", "UnitScores", "aggregate", "build", "normalise"]
