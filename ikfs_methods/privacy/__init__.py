"""Personal data recognised before they come in, and small cells hidden before anything goes out.

Names load when first used: the check before a commit imports `privacy.patterns` with the standard library alone.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ikfs_methods.privacy.columns import Finding, check_impersonal, findings, personal_columns
    from ikfs_methods.privacy.pseudonyms import KEY_VARIABLE, keyed_pseudonyms, protect
    from ikfs_methods.privacy.suppression import suppress_counts, suppress_means

_HOME = {
    "Finding": "columns",
    "check_impersonal": "columns",
    "findings": "columns",
    "personal_columns": "columns",
    "KEY_VARIABLE": "pseudonyms",
    "protect": "pseudonyms",
    "keyed_pseudonyms": "pseudonyms",
    "suppress_counts": "suppression",
    "suppress_means": "suppression",
}

__all__ = [
    "KEY_VARIABLE",
    "Finding",
    "check_impersonal",
    "findings",
    "keyed_pseudonyms",
    "personal_columns",
    "protect",
    "suppress_counts",
    "suppress_means",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"ikfs_methods.privacy.{_HOME[name]}"), name)
    raise AttributeError(f"module 'ikfs_methods.privacy' has no attribute {name!r}")
