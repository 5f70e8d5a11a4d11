"""Survey answers in: reading, checking and keying, province codes, simulation of invented rounds."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ikfs_methods.answers.keying import Answers, load
from ikfs_methods.answers.reading import numbers, read
from ikfs_methods.answers.regions import SYSTEMS, provinces, region_names

if TYPE_CHECKING:
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


def __getattr__(name: str) -> Any:
    # Only who makes invented rounds needs the simulation, which is also run as a program of its own.
    if name in ("SimulatedRound", "simulate"):
        return getattr(importlib.import_module("ikfs_methods.answers.simulation"), name)
    raise AttributeError(f"module 'ikfs_methods.answers' has no attribute {name!r}")
