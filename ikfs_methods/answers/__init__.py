"""Survey answers in: reading, checking and keying, province codes, simulation of invented rounds."""

from ikfs_methods.answers.keying import Answers, load
from ikfs_methods.answers.reading import numbers, read
from ikfs_methods.answers.regions import SYSTEMS, provinces, region_names
from ikfs_methods.answers.simulation import SimulatedRound, simulate

__all__ = [
    "SYSTEMS",
    "Answers",
    "SimulatedRound",
    "load",
    "numbers",
    "provinces",
    "read",
    "region_names",
    "simulate",
]
