"""The same 200 answers from every format, as other programs wrote them (tests/formats/README.md says which)."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from ikfs_methods.reading import read

FOLDER = Path(__file__).parents[1] / "formats"
ITEMS = ["A1", "A2", "A3", "A4", "B1", "B2", "B3"]
FILES = {
    "answers.csv": {},
    "answers_semicolon.csv": {},
    "answers_tab.txt": {},
    "answers_bom.csv": {},
    "answers.parquet": {},
    "openpyxl.xlsx": {"sheet": "Data"},
    "libreoffice.csv": {},
    "libreoffice.xlsx": {},
    "pspp.sav": {},
    "haven.sav": {},
    "haven.dta": {},
    "stata.dta": {},
}
LABELS = {"1": "Sangat tidak setuju", "2": "Tidak setuju", "3": "Ragu-ragu", "4": "Setuju", "5": "Sangat setuju"}


@pytest.fixture(scope="module")
def base() -> list[dict[str, str]]:
    """The answers by Python's own csv module."""
    with (FOLDER / "answers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float:
    return float(text) if text else math.nan


@pytest.mark.parametrize("name", FILES)
def test_every_format_holds_the_same_answers(name, base):
    table = read(FOLDER / name, **FILES[name])
    assert table.columns == list(base[0])
    assert len(table.cells) == 200
    for column in ("respondent", "cluster"):
        assert table.text(column).tolist() == [row[column] for row in base]
    # A stored number 31.0 is the code 31.
    assert table.text("province").tolist() == [row["province"] for row in base]
    # Exact: each program stores the double that is nearest to the text with its two decimals.
    for column in ("weight", *ITEMS):
        found, expected = table.numbers(column).tolist(), [number(row[column]) for row in base]
        assert all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(found, expected, strict=True))
    starts = {"csv": 2, "xlsx": 2, "sav": 1, "dta": 1, "parquet": 1}
    assert table.cells.index.tolist() == list(range(starts[table.format], starts[table.format] + 200))


@pytest.mark.parametrize("name", ["pspp.sav", "haven.sav", "haven.dta", "stata.dta"])
def test_labels_come_with_the_codes(name):
    table = read(FOLDER / name)
    assert {item: table.value_labels[item] for item in ITEMS} == dict.fromkeys(ITEMS, LABELS)
    if name != "stata.dta":  # write.dta gives each variable its name as its question
        assert {item: table.labels[item] for item in ITEMS} == {item: f"Pernyataan {item}" for item in ITEMS}


@pytest.mark.parametrize("name", ["pspp.sav", "haven.sav"])
def test_codes_that_spss_declares_missing_are_emptied_and_counted(name, base):
    emptied = read(FOLDER / name).log.query("step == 'missing in the file'").set_index("column")
    assert emptied["cells"].to_dict() == {item: sum(not row[item] for row in base) for item in ITEMS}
    assert set(emptied["detail"]) == {"9 (Tidak menjawab) emptied"}
