"""Table files in: the format found by content, the cells as they stand, what the file says about its columns."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ikfs_methods.reading.cells import bare_cell, safe_cell, safe_frame
from ikfs_methods.reading.numerals import AMBIGUOUS, as_text, parse_numbers
from ikfs_methods.reading.reader import read
from ikfs_methods.reading.surveys.form import Form, folded
from ikfs_methods.reading.surveys.tools import named_by_form, named_by_survey_tool
from ikfs_methods.reading.table import LOG, Step, Table, log_of
from ikfs_methods.reading.times import seconds, times

if TYPE_CHECKING:
    from ikfs_methods.reading.surveys.xlsform import read_form

__all__ = [
    "AMBIGUOUS",
    "LOG",
    "Form",
    "Step",
    "Table",
    "as_text",
    "bare_cell",
    "folded",
    "log_of",
    "named_by_form",
    "named_by_survey_tool",
    "parse_numbers",
    "read",
    "read_form",
    "safe_cell",
    "safe_frame",
    "seconds",
    "times",
]


def __getattr__(name: str) -> Any:
    # pyxform takes as long to load as pandas, and only rounds with a form need it.
    if name == "read_form":
        return importlib.import_module("ikfs_methods.reading.surveys.xlsform").read_form
    raise AttributeError(f"module 'ikfs_methods.reading' has no attribute {name!r}")
