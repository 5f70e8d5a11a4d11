"""Screening of answers: what looks careless, impossible or outlying, each a flag with its rule; and what is missing."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ikfs_methods.answers.screening.flagging import screen
    from ikfs_methods.answers.screening.missingness import McarResult, little_mcar
    from ikfs_methods.answers.screening.result import ScreenResult

__all__ = ["McarResult", "ScreenResult", "little_mcar", "screen"]

# Loaded when first asked for: conditions are read with every round, the arithmetic needs scipy. Submodules have names
# of their own, so that none of them can stand in for a function that is not yet loaded.
_HOME = {
    "McarResult": "missingness",
    "ScreenResult": "result",
    "little_mcar": "missingness",
    "screen": "flagging",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"ikfs_methods.answers.screening.{_HOME[name]}"), name)
    raise AttributeError(f"module 'ikfs_methods.answers.screening' has no attribute {name!r}")
