"""The table that every reader gives, and the numbers that its texts stand for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods.errors import NotNumericError
from ikfs_methods.reading import AMBIGUOUS, Table, as_text, parse_numbers, read


def table(delimiter: str | None = None, decimal: str | None = None, **columns: list[str] | list[float]) -> Table:
    cells = pd.DataFrame({name: pd.Series(values) for name, values in columns.items()})
    cells.index = pd.RangeIndex(2, len(cells) + 2)
    return Table(cells, Path("a.csv"), "csv", delimiter=delimiter, decimal=decimal)


def test_frame_has_numbers_where_a_whole_column_is_numbers():
    frame = table(a=["1", "", "2.5"], code=["01", "02", ""], nik=["3201234567890123"] * 3, f=[1.0, np.nan, 3]).frame
    assert frame["a"].tolist()[::2] == [1.0, 2.5]
    assert frame["a"].isna().tolist() == [False, True, False]
    assert frame["code"].tolist()[:2] == ["01", "02"]
    assert pd.isna(frame["code"].iloc[2])
    assert frame["nik"].iloc[0] == "3201234567890123"
    assert frame["f"].dtype == "float64"


def test_distinct_values_carry_the_column():
    given_table = table(a=["x", "", "y", "x"], f=[1.0, np.nan, 2.5, 1.0])
    for name, expected in (("a", ["x", "", "y", "x"]), ("f", ["1", "", "2.5", "1"])):
        codes, texts = given_table.distinct(name)
        assert [texts[code] if code >= 0 else "" for code in codes] == expected
        assert given_table.text(name).tolist() == expected


@pytest.mark.parametrize(
    ("values", "delimiter", "decimal", "expected"),
    [
        (["1", "2,5", ""], ";", None, [1, 2.5]),
        (["1.234", "2"], ",", None, [1.234, 2]),
        (["1,234", "2"], ";", None, [1.234, 2]),
        (["1,234", "2"], ",", ",", [1.234, 2]),
        (["1,25", "2"], ",", None, [1.25, 2]),
        (["+1", "-.5", "1e3"], ",", None, [1, -0.5, 1000]),
    ],
)
def test_decimal_marks(values, delimiter, decimal, expected):
    assert table(delimiter, decimal, a=values).numbers("a").dropna().tolist() == expected


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        (["1,234", "2"], {"delimiter": ","}, r"a\.csv, column 'a': a number must have one decimal mark.*found 1,234"),
        (["1,5", "2.5"], {}, r"must have one decimal mark.*found 2\.5, 1,5"),
        (["1.5", "2"], {"decimal": ","}, r"a\.csv, row 2, column 'a': a number must stand here; found '1\.5' \(1 such"),
        (["1", "x", "x", "TT"], {}, r"rows 3, 4, 5, column 'a': a number must stand here; found 'x', 'TT' \(3 such"),
        ([1.0, np.inf], {}, r"row 3, column 'a': a number must be finite; found 'inf'"),
    ],
)
def test_what_is_no_number_is_named(values, options, message):
    with pytest.raises(NotNumericError, match=message):
        table(a=values, **options).numbers("a")


def test_needed_numbers():
    with pytest.raises(NotNumericError, match=r"row 3, column 'a': a number must stand here; found an empty cell"):
        table(a=["1", ""]).numbers("a", needed=True)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_and_its_text_are_the_same_double(value):
    parsed = parse_numbers([as_text(value)])
    assert parsed.numbers.tolist() == [value]
    assert not parsed.trouble


@given(st.integers(-(10**16) + 2, 10**16 - 2))
def test_whole_numbers_of_sixteen_digits_are_written_as_such(value):
    assert as_text(float(value)) == str(int(float(value)))


def test_both_marks_are_ambiguous():
    assert parse_numbers(["1.234,5"]).trouble == "wrong"
    assert parse_numbers(["1.5", "1,5"]).trouble == AMBIGUOUS


def test_other_cells_keep_the_log_growing():
    first = table(a=["1"], b=["2"])
    second = first.with_cells(first.cells[["a"]], ("drop", "b", 1, "left out"))
    assert second.columns == ["a"]
    assert second.log["step"].tolist() == ["drop"]
    assert first.log.empty
    assert "<table" in second._repr_html_()


def test_points_between_thousands_beside_decimal_commas_are_not_read_as_decimals(tmp_path):
    # Excel in Indonesian: decimal commas, points between thousands
    path = tmp_path / "t.csv"
    path.write_text("w;fpc\n0,624;12.345\n1,528;8.210\n0,700;120.500\n", encoding="utf-8")
    table = read(path)
    assert table.numbers("w").tolist() == [0.624, 1.528, 0.7]
    with pytest.raises(NotNumericError, match=r"column 'fpc': a number must have one decimal mark.* found 12.345"):
        table.numbers("fpc")
    assert table.frame["fpc"].tolist() == ["12.345", "8.210", "120.500"]
    # declared, or without such a neighbour, it is what it says
    assert read(path, decimal=".").numbers("fpc").tolist() == [12.345, 8.21, 120.5]
    path.write_text("w;fpc\n1;12.345\n2;8.210\n", encoding="utf-8")
    assert read(path).numbers("fpc").tolist() == [12.345, 8.21]


def test_what_a_double_cannot_hold_is_no_number_and_block_codes_are_no_powers(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,block,tiny\n1e-400,1E5,1e-05\n0e0,2E3,2.5\n", encoding="utf-8")
    table = read(path)
    with pytest.raises(NotNumericError, match="row 2, column 'a': a number must stand here; found '1e-400'"):
        table.numbers("a")
    assert table.frame["block"].tolist() == ["1E5", "2E3"]
    assert table.frame["tiny"].tolist() == [1e-05, 2.5]
