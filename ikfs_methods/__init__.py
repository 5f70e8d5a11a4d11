"""Validity, reliability, factors, weights, aggregation and robustness of candidate indicators, and their FGD report.

`import ikfs_methods as ikfs`, then `ikfs.reliability.cronbach_alpha(...)`. Submodules load when first used, so that the
import itself stays under half a second.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ikfs_methods import (
        answers,
        correlation,
        evidence,
        factor,
        forms,
        framework,
        index,
        privacy,
        reading,
        reliability,
        report,
        robustness,
        rounds,
        survey,
        validity,
        weighting,
        witness,
    )
    from ikfs_methods.rounds import compare_variants, open_round

__version__ = "0.1.0"

_SUBMODULES = (
    "answers",
    "correlation",
    "errors",
    "evidence",
    "factor",
    "forms",
    "framework",
    "index",
    "privacy",
    "reading",
    "reliability",
    "report",
    "robustness",
    "rounds",
    "survey",
    "validity",
    "weighting",
    "witness",
)
_SHORTCUTS = {"open_round": "rounds", "compare_variants": "rounds"}

__all__ = [
    "answers",
    "compare_variants",
    "correlation",
    "errors",
    "evidence",
    "factor",
    "forms",
    "framework",
    "index",
    "open_round",
    "privacy",
    "reading",
    "reliability",
    "report",
    "robustness",
    "rounds",
    "survey",
    "validity",
    "weighting",
    "witness",
]


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return importlib.import_module(f"ikfs_methods.{name}")
    if name in _SHORTCUTS:
        return getattr(importlib.import_module(f"ikfs_methods.{_SHORTCUTS[name]}"), name)
    raise AttributeError(f"module 'ikfs_methods' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_SUBMODULES, *_SHORTCUTS})
