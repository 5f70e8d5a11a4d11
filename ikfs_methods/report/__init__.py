"""From executed chapters to the report: what they show, how they run, and the document made of them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ikfs_methods.report.display import Page
    from ikfs_methods.report.run import report

__all__ = ["Page", "report"]

_HOMES = {"Page": "display", "report": "run"}


def __getattr__(name: str) -> Any:
    # A chapter needs the page, not papermill, and a run needs papermill, not the page: each is loaded when asked for.
    if name in _HOMES:
        return getattr(importlib.import_module(f"ikfs_methods.report.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'ikfs_methods.report' has no attribute {name!r}")
