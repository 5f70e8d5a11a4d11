"""What every result shares: it shows as a table in JupyterLab, and what must be known of it below."""

from __future__ import annotations

from html import escape
from typing import Protocol, runtime_checkable

import pandas as pd


@runtime_checkable
class Result(Protocol):
    """Anything that a method returns: it can be laid out as one frame."""

    def to_frame(self) -> pd.DataFrame:
        """The result as a frame, unrounded."""
        ...


class Shown:
    """Mix-in for the frozen results: JupyterLab draws `to_frame()`, and the result's `notes` where it has any."""

    __slots__ = ()

    def _repr_html_(self: Result) -> str:
        notes = "".join(f"<p>{escape(str(note))}</p>" for note in getattr(self, "notes", ()))
        return self.to_frame().to_html(border=0) + notes
