"""Forms filled as an expert fills them: cells found by what stands on the sheet, written by openpyxl."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from ikfs_methods.forms.layout import marked

ASKED = """forms:
  criteria: [relevance, clarity, essential, congruence]
  ahp: [IKFS]
  budget: [IKFS, KD, PS, PM]
  best_worst: [IKFS]
"""


class Sheets:
    """A form in openpyxl: `sheets["budget", "KD"]["KD1", "#points"] = 30`, by the keys of row and column."""

    def __init__(self, path: Path) -> None:
        self.path, self.book = path, openpyxl.load_workbook(path)
        self.by_kind = {kind: sheet for sheet in self.book if (kind := marked(sheet["A1"].value)) is not None}

    def cell(self, kind: tuple[str, ...], row: str, column: str) -> Any:
        sheet = self.by_kind[kind]
        at_row = next(cell.row for cell in sheet["A"] if cell.value == row)
        at_column = next(cell.column for cell in sheet[1] if cell.value == column)
        return sheet.cell(at_row, at_column)

    def put(self, kind: tuple[str, ...], row: str, column: str, value: object) -> None:
        cell = self.cell(kind, row, column)
        assert not cell.protection.locked, f"{row} {column} is locked"
        cell.value = value

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.book.save(path)


def tables_of(folder: Path) -> dict[str, pd.DataFrame]:
    names = ("panel", "judgements", "budget", "best_worst", "comments", "experts")
    return {name: pd.read_csv(folder / f"{name}.csv", keep_default_na=False) for name in names}


def fill(path: Path, tables: Mapping[str, pd.DataFrame], expert: str, target: Path, *, delphi: int = 1) -> None:
    """Fills one expert's form from the long tables of a round."""
    sheets = Sheets(path)
    own = {name: table[table["expert"] == expert] for name, table in tables.items()}
    panel = own["panel"]
    if "delphi_round" in panel:
        panel = panel[panel["delphi_round"] == delphi]
    for row in panel.itertuples():
        value: object = int(row.rating)
        if row.criterion == "essential":
            value = "ya" if value else "tidak"
        sheets.put(("ratings",), row.indicator, row.criterion, value)
    if delphi == 1:
        for row in own["comments"].itertuples():
            sheets.put(("ratings",), row.indicator, "#comment", row.comment)
        _weigh(sheets, own)
    sheets.save(target)


def _weigh(sheets: Sheets, own: Mapping[str, pd.DataFrame]) -> None:
    for row in own["judgements"].itertuples():
        kind, key = ("ahp", row.parent), f'["{row.left}", "{row.right}"]'
        favoured = sheets.cell(kind, key, f"#{row.favours}").value
        sheets.put(kind, key, "#favours", favoured)
        sheets.put(kind, key, "#strength", f"{row.strength} – kata")
    for row in own["budget"].itertuples():
        sheets.put(("budget", row.parent), row.indicator, "#points", row.points)
    for row in own["best_worst"].itertuples():
        kind = ("best_worst", row.parent)
        for end, code in (("#best", row.best), ("#worst", row.worst)):
            sheets.put(kind, end, "#answer", sheets.cell(kind, code, "#text").value)
        sheets.put(kind, row.indicator, "#best_over", row.best_over)
        sheets.put(kind, row.indicator, "#over_worst", row.over_worst)
