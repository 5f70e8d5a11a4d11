"""XLSX: stored values only, one sheet, faults named with their cells, archives that do not blow up."""

from __future__ import annotations

import datetime as dt
import random
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from ikfs_methods.errors import ColumnError, IkfsError, InputFileError, NotNumericError, ParameterError, TooFewError
from ikfs_methods.reading import archive, read, workbook

CALCULATED = Path(__file__).parents[1] / "formats" / "libreoffice_calculated.xlsx"


@pytest.fixture
def saved(tmp_path):
    """A workbook with these rows on its sheet, changed by `change`, and read."""

    def save(rows: list[list[Any]], change=lambda _sheet: None, **options: Any):
        book = openpyxl.Workbook()
        sheet: Worksheet = book.active
        sheet.title = "Data"
        for row in rows:
            sheet.append(row)
        change(sheet)
        book.save(tmp_path / "a.xlsx")
        return read(tmp_path / "a.xlsx", **options)

    return save


def rezipped(path: Path, change) -> Path:
    """The workbook with its parts changed: `change` gives the bytes of a part by its name."""
    with zipfile.ZipFile(path) as given:
        parts = {name: given.read(name) for name in given.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, change(name, content))
    return path


def test_columns_are_numbers_or_text(saved):
    rows = [
        ["id", "n", "t", "b"],
        ["R1", 1, "x", True],
        ["R2", 2.5, 3, False],
        ["R3", None, " ", None],
        ["R4", 7, 4.5, None],
    ]
    table = saved(rows)
    assert table.cells["n"].tolist()[:2] == [1.0, 2.5]
    assert table.cells["n"].isna().tolist() == [False, False, True, False]
    assert table.cells["t"].tolist() == ["x", "3", "", "4.5"]
    assert table.cells["b"].tolist()[:2] == [1.0, 0.0]
    assert table.cells.index.tolist() == [2, 3, 4, 5]
    assert table.format == "xlsx"


def test_rows_keep_their_number_in_the_sheet(saved):
    table = saved([[], ["id", "n"], ["R1", 1], [None, None], ["R2", 2]])
    assert table.cells.index.tolist() == [3, 5]
    assert table.log.set_index("step")["cells"]["blank rows"] == 1


def test_dates_become_text_and_are_no_numbers(saved):
    when = dt.datetime(2020, 3, 26, 10, 30)  # noqa: DTZ001
    rows = [
        ["d", "t", "span", "mixed"],
        [when.date(), when, dt.timedelta(hours=26), 3],
        [None, None, None, when.date()],
    ]
    table = saved(rows)
    assert table.cells.loc[2].tolist() == ["2020-03-26", "2020-03-26T10:30:00", "26:00:00", "3"]
    with pytest.raises(NotNumericError, match=r"a\.xlsx, row 3, column 'mixed': .*found '2020-03-26'"):
        table.numbers("mixed")


def test_formulas_give_the_value_that_was_stored_with_them():
    # LibreOffice calculated: twice B, and a text of no length where B is not above 1.
    table = read(CALCULATED)
    assert table.cells["ganda"].tolist() == [2, 4, 6]
    assert table.cells["teks"].tolist() == ["", "lebih", "lebih"]
    assert table.cells["waktu"].tolist()[0] == "2020-03-26T10:30:00"
    assert table.cells["tanggal"].tolist()[0] == "2020-03-26"
    assert table.cells["benar"].tolist() == [1, 0, 0]
    steps = table.log.groupby("step")["detail"].apply(list).to_dict()
    assert table.log.set_index("step")["cells"]["formulas"] == 9
    assert len(steps["hidden"]) == 3
    assert "Tersembunyi" in steps["hidden"][0]
    assert "1 hidden row(s)" in steps["hidden"][1]
    assert "columns read like the others: B" in steps["hidden"][2]


def test_formulas_without_a_value_are_named(saved):
    with pytest.raises(InputFileError, match=r"stored with its value; none is stored in B2, B3 \(2 of 2 formulas\)"):
        saved([["id", "n"], ["R1", "=1+1"], ["R2", "=B2*2"]])


def test_text_that_looks_like_a_formula_stays_text(saved):
    def as_text(sheet: Worksheet) -> None:
        sheet["B3"].value = "=cmd|' /C calc'!A0"
        sheet["B3"].data_type = "s"

    table = saved([["id", "n"], ["R1", 1], ["R2", 2]], as_text)
    assert table.cells["n"].tolist() == ["1", "=cmd|' /C calc'!A0"]
    with pytest.raises(NotNumericError, match=r"row 3, column 'n': a number must stand here; found \"=cmd"):
        table.numbers("n")


def test_error_values_are_named(saved):
    with pytest.raises(InputFileError, match=r"2 hold\(s\) an error: B2 \(#N/A\), B4 \(#REF!\)"):
        saved([["id", "n"], ["R1", "#N/A"], ["R2", 1], ["R3", "#REF!"]])


def test_merged_cells_of_the_table_are_named(saved):
    rows = [["id", "n"], ["R1", 1], [None, 2]]
    with pytest.raises(InputFileError, match=r"sheet 'Data': cells of the table must not be merged; merged: A2:A3"):
        saved(rows, lambda sheet: sheet.merge_cells("A2:A3"))
    # Beside the table nobody is misled.
    assert len(saved(rows, lambda sheet: sheet.merge_cells("F10:G12")).cells) == 2


@pytest.mark.parametrize(
    ("rows", "kind", "message"),
    [
        ([], ParameterError, r"sheets that hold something: none that is visible"),
        ([["id", "n"]], TooFewError, r"must hold at least one row"),
        ([["id", "n", "id"], ["R1", 1, 2]], ColumnError, r"unique; repeated: 'id' \(columns A, C\)"),
        ([["id", None], ["R1", 1]], ColumnError, r"row 1, column B: every filled column must have a heading"),
        ([["Survei 2020"], ["id", "n"], ["R1", 1]], ColumnError, r"row 1, column B.*take titles above the table out"),
    ],
)
def test_headings_and_rows_must_be_there(saved, rows, kind, message):
    with pytest.raises(kind, match=message):
        saved(rows)


def test_one_sheet_is_taken_several_must_be_named(saved):
    def second(sheet: Worksheet) -> None:
        sheet.parent.create_sheet("Lain").append(["x", 2])
        sheet.parent["Lain"].append([1, 2])
        sheet.parent.create_sheet("Kosong")

    rows = [["id", "n"], ["R1", 1]]
    with pytest.raises(
        ParameterError, match=r"one sheet must hold the table; sheets that hold something: Data, Lain\."
    ):
        saved(rows, second)
    assert saved(rows, second, sheet="Data").columns == ["id", "n"]
    with pytest.raises(
        ParameterError, match=r"sheet must be one of Data, Lain, Kosong; found 'data'\. Did you mean 'Data'"
    ):
        saved(rows, second, sheet="data")
    with pytest.raises(TooFewError, match="sheet 'Kosong': a table must stand here; the sheet is empty"):
        saved(rows, second, sheet="Kosong")

    def hidden(sheet: Worksheet) -> None:
        second(sheet)
        sheet.parent["Lain"].sheet_state = "hidden"

    assert "hidden sheets passed over: Lain" in saved(rows, hidden).log["detail"].tolist()


def test_identity_numbers_stored_as_numbers_are_noticed(saved):
    table = saved([["nik", "n"], [3201234567890123, 1], [3201234567890124, 2]])
    assert table.log.set_index("step")["column"]["digits"] == "nik"
    assert table.log.set_index("step")["cells"]["digits"] == 2
    assert table.text("nik").tolist() == ["3201234567890123", "3201234567890124"]


def test_numbers_beyond_a_double_are_refused(saved, tmp_path):
    saved([["id", "n"], ["R1", 123454321], ["R2", 1e308]])
    table = read(rezipped(tmp_path / "a.xlsx", lambda _, part: part.replace(b"123454321", b"9" * 400)))
    assert table.cells["n"].tolist()[1] == 1e308
    with pytest.raises(NotNumericError, match=r"row 2, column 'n': a number must be finite"):
        table.numbers("n")


def test_dates_outside_the_calendar_are_errors(saved):
    def change(sheet: Worksheet) -> None:
        sheet["B2"].number_format = "yyyy-mm-dd"

    with pytest.raises(InputFileError, match=r"hold\(s\) an error: B2 \(#VALUE!\)"):
        saved([["id", "n"], ["R1", 99999999]], change)


def test_a_mistake_of_ours_is_not_told_as_a_damaged_file(saved, monkeypatch):
    def mistaken(_row: object) -> bool:
        raise TypeError("ours")

    monkeypatch.setattr(workbook, "_holds", mistaken)
    with pytest.raises(TypeError, match="ours"):
        saved([["id", "n"], ["R1", 1]])


def test_an_archive_that_claims_too_much_is_not_unpacked(saved, tmp_path):
    saved([["id", "n"], ["R1", 1]])
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/media/large.bin", b"0" * 1000)
        # The directory at the end of the archive is written on closing.
        file.infolist()[-1].file_size = 2**31
    with pytest.raises(InputFileError, match=r"must unpack to at most 1,073,741,824 bytes.*it claims 2,147,5"):
        read(path)


def test_a_part_that_holds_more_than_it_claims_is_refused(saved, tmp_path):
    saved([["id", "n"], ["R1", 1], *[[f"R{n}", n] for n in range(500)]])
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "a") as file:
        part = next(member for member in file.infolist() if member.filename.endswith("sheet1.xml"))
        part.file_size = 700
        file.writestr("new", b"")
    with pytest.raises(InputFileError, match=r"must be a whole XLSX workbook; it cannot be read"):
        read(path)


def test_the_limit_is_on_all_parts_together(saved, monkeypatch):
    monkeypatch.setattr(archive, "LARGEST_UNPACKED", 3000)
    with pytest.raises(InputFileError, match=r"must unpack to at most 3,000 bytes"):
        saved([["id", "n"], ["R1", 1]])


def test_a_cell_in_the_last_corner_is_no_trap(saved, monkeypatch):
    with pytest.raises(ColumnError, match=r"row 1, column XFD: .*holds something in row 1048576"):
        saved([["id"], ["R1"]], lambda sheet: sheet.cell(1048576, 16384, "x"))
    monkeypatch.setattr(workbook, "MOST_CELLS", 10)
    with pytest.raises(InputFileError, match=r"row 3: a sheet must have at most 10 cells"):
        saved([["a"] * 4] * 5)


def test_entities_do_not_multiply(saved, tmp_path):
    saved([["id", "n"], ["R1", 1]])
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 10}">' for n in range(10))
    laughs = f'<?xml version="1.0"?><!DOCTYPE w [{entities}]><worksheet>&e9;</worksheet>'.encode()
    path = rezipped(tmp_path / "a.xlsx", lambda name, part: laughs if name.endswith("sheet1.xml") else part)
    with pytest.raises(InputFileError, match="must be a whole XLSX workbook"):
        read(path)


def test_macros_are_never_run_and_do_not_disturb(saved, tmp_path):
    saved([["id", "n"], ["R1", 1]])
    with zipfile.ZipFile(tmp_path / "a.xlsx", "a") as file:
        file.writestr("xl/vbaProject.bin", b"\0" * 100)
    assert read(tmp_path / "a.xlsx").cells["n"].tolist() == [1.0]


@pytest.mark.parametrize("seed", range(60))
def test_broken_bytes_give_the_same_cells_or_a_named_error(tmp_path, seed):
    rng = random.Random(seed)  # noqa: S311
    sound = CALCULATED.read_bytes()
    content = bytearray(sound[: rng.randrange(1, len(sound))] if seed % 4 == 0 else sound)
    for _ in range(rng.randint(1, 3)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    try:
        table = read(path)
    except IkfsError as error:
        assert "a.xlsx" in str(error)  # noqa: PT017
    else:
        # A checksum guards each part of the archive: what passes is what was written.
        assert table.cells.equals(read(CALCULATED).cells)


def test_truth_values_among_numbers_are_no_answers(tmp_path):
    book = openpyxl.Workbook()
    for row in (["mixed", "truth"], [1, True], [True, False], [5, True]):
        book.active.append(row)
    path = tmp_path / "t.xlsx"
    book.save(path)
    table = read(path)
    with pytest.raises(NotNumericError, match="row 3, column 'mixed': a number must stand here; found 'TRUE'"):
        table.numbers("mixed")
    assert table.numbers("truth").tolist() == [1, 0, 1]
