"""What JupyterLab shows of a result: its table, and below it what must be known of it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ikfs_methods.result import Shown


@dataclass(frozen=True, slots=True)
class _Noted(Shown):
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        return pd.DataFrame({"value": [1.5]})


def test_notes_stand_below_the_table_as_text():
    shown = _Noted(("a < b: the matrix was smoothed",))._repr_html_()
    assert shown.index("<table") < shown.index("<p>a &lt; b: the matrix was smoothed</p>")
    assert "<p>" not in _Noted()._repr_html_()
