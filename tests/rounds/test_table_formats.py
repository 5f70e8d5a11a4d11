"""Every table of a round in any format: the same cells in, the same round out."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import ikfs_methods as ikfs

ROUND = "fgd-2020-03-26"
TABLES = ("panel", "judgements", "budget", "participants")
REVIEW = "anchor,institution,comment,response,status\ntbl-alpha,BPS,Kenapa?,Lihat bab 3.,answered\n,BPS,Ya.,,open\n"


def to_workbook(path: Path) -> Path:
    """The table as a workbook that stores numbers as numbers, on its second sheet."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    book = openpyxl.Workbook()
    book.active.title = "notes"
    book.active["A1"] = "not here"
    sheet = book.create_sheet("data")
    sheet.append(list(table.columns))
    for row in table.itertuples(index=False):
        sheet.append([float(cell) if cell.replace(".", "", 1).isdigit() else cell or None for cell in row])
    target = path.with_suffix(".xlsx")
    book.save(target)
    return target


def to_semicolons(path: Path) -> Path:
    """The table as a spreadsheet set to Indonesian saves it: semicolons, decimal commas, cp1252."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    plain = table.replace(r"^(\d+)\.(\d+)$", r"\1,\2", regex=True)
    target = path.with_name(f"{path.stem}_semicolon.csv")
    plain.to_csv(target, sep=";", index=False, encoding="cp1252", lineterminator="\r\n")
    return target


def to_parquet(path: Path) -> Path:
    target = path.with_suffix(".parquet")
    pd.read_csv(path).to_parquet(target, index=False)
    return target


@pytest.mark.parametrize(
    ("made_by", "options"),
    [(to_workbook, ", sheet: data"), (to_semicolons, ""), (to_parquet, "")],
    ids=["workbook", "semicolons", "parquet"],
)
def test_tables_of_other_formats_make_the_same_round(round_copy, made_by, options):
    (round_copy / "review.csv").write_text(REVIEW, encoding="utf-8")
    plain = round_copy / "round.yaml"
    text = plain.read_text(encoding="utf-8").replace("  budget:", "  review: {file: review.csv}\n  budget:")
    plain.write_text(text, encoding="utf-8")
    expected = ikfs.open_round(round_copy)
    for name in (*TABLES, "review", "answers"):
        made = made_by(round_copy / f"{name}.csv")
        assert f"{{file: {name}.csv" in text
        text = text.replace(f"file: {name}.csv", f"file: {made.name}{options}")
        (round_copy / f"{name}.csv").unlink()
    plain.write_text(text, encoding="utf-8")
    found = ikfs.open_round(round_copy)
    for name in (*TABLES, "review"):
        # A file of records alone counts its rows from 1, one with a heading from 2.
        ours, theirs = (getattr(opened, name).reset_index(drop=True) for opened in (found, expected))
        pd.testing.assert_frame_equal(ours, theirs)
    pd.testing.assert_frame_equal(found.answers.items, expected.answers.items)
    pd.testing.assert_series_equal(found.answers.weight, expected.answers.weight)
    pd.testing.assert_series_equal(found.weights.weights, expected.weights.weights)


@pytest.mark.parametrize("made_by", [to_semicolons], ids=["semicolons"])
def test_indicators_may_be_saved_by_a_spreadsheet(round_copy, made_by):
    expected = ikfs.open_round(round_copy).framework
    path = round_copy.parent.parent / "frameworks" / "ikfs" / "indicators.csv"
    made_by(path).replace(path)
    pd.testing.assert_frame_equal(ikfs.open_round(round_copy).framework.nodes, expected.nodes)


def test_a_mistake_in_a_workbook_names_its_row(round_copy):
    made = to_workbook(round_copy / "panel.csv")
    book = openpyxl.load_workbook(made)
    book["data"]["E5"] = "x"
    book.save(made)
    plain = round_copy / "round.yaml"
    text = plain.read_text(encoding="utf-8").replace("{file: panel.csv}", "{file: panel.xlsx, sheet: data}")
    plain.write_text(text, encoding="utf-8")
    found = ikfs.rounds.check_round(round_copy).problems
    assert len(found) == 1
    assert "panel.xlsx, row 5, column 'rating': a number must stand here; found 'x'" in found[0]


def test_personal_data_have_no_place_in_the_tables(round_copy):
    path = round_copy / "participants.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table["email"] = "siti@contoh.example"
    table.to_csv(path, index=False)
    found = ikfs.rounds.check_round(round_copy).problems
    assert len(found) == 1
    assert "participants.csv must hold no personal data" in found[0]
    assert "'email'" in found[0]
    assert "siti" not in found[0]
