"""What all views share."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ikfs_methods.result import Shown


@dataclass(frozen=True, slots=True)
class View(Shown):
    """A table of the round."""

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.table
