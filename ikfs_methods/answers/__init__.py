"""Survey answers in: reading, dictionary, keying, screening, province codes, simulation of invented rounds."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ikfs_methods.answers.keyed import Answers
from ikfs_methods.answers.keying import load
from ikfs_methods.answers.reading import read
from ikfs_methods.answers.regions import SYSTEMS, convert, provinces
from ikfs_methods.reading import Table

if TYPE_CHECKING:
    from ikfs_methods.answers.screening import McarResult, ScreenResult, little_mcar, screen
    from ikfs_methods.answers.simulation import SimulatedRound, simulate

__all__ = [
    "SYSTEMS",
    "Answers",
    "McarResult",
    "ScreenResult",
    "SimulatedRound",
    "Table",
    "convert",
    "little_mcar",
    "load",
    "provinces",
    "read",
    "screen",
    "simulate",
]

# Loaded when first asked for: scipy for the screening, the simulation for those who make invented rounds.
_LATER = {
    "McarResult": "screening",
    "ScreenResult": "screening",
    "little_mcar": "screening",
    "screen": "screening",
    "SimulatedRound": "simulation",
    "simulate": "simulation",
}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(importlib.import_module(f"ikfs_methods.answers.{_LATER[name]}"), name)
    raise AttributeError(f"module 'ikfs_methods.answers' has no attribute {name!r}")
