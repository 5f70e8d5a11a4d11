"""Parquet: every plain kind of column, and what is none."""

from __future__ import annotations

import datetime as dt
import decimal
import random
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from ikfs_methods.errors import ColumnError, IkfsError, InputFileError, NotNumericError, TooFewError
from ikfs_methods.reading import columnar, read

FILE = Path(__file__).parents[1] / "formats" / "answers.parquet"
WHEN = dt.datetime(2020, 3, 26, 10, 30)  # noqa: DTZ001


def stored(folder: Path, **columns: pa.Array) -> Path:
    parquet.write_table(pa.table(columns), folder / "a.parquet")
    return folder / "a.parquet"


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([" x ", None]), ["x", ""]),
        (pa.array(["x", None]).dictionary_encode(), ["x", ""]),
        (pa.array(["x", None], pa.large_string()), ["x", ""]),
        (pa.array([None, None]), ["", ""]),
        (pa.array([2**53 + 1, None]), ["9007199254740993", ""]),
        (pa.array([decimal.Decimal("12345678901234567.89"), None]), ["12345678901234567.89", ""]),
        (pa.array([WHEN.date(), None]), ["2020-03-26", ""]),
        (pa.array([WHEN, None], pa.timestamp("ns")), ["2020-03-26T10:30:00", ""]),
        (pa.array([WHEN, None], pa.timestamp("s", tz="UTC")), ["2020-03-26T10:30:00Z", ""]),
        (pa.array([WHEN.time(), None]), ["10:30:00", ""]),
        (pa.array([dt.timedelta(minutes=90), None]), ["01:30:00", ""]),
    ],
)
def test_columns_that_become_text(tmp_path, column, expected):
    table = read(stored(tmp_path, a=column))
    assert table.cells["a"].tolist() == expected
    assert str(table.cells["a"].dtype) == "str"
    assert table.cells.index.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([7, None], pa.int8()), 7.0),
        (pa.array([2**53, None]), 2.0**53),
        (pa.array([0.5, None]), 0.5),
        (pa.array([0.5, None], pa.float32()), 0.5),
        (pa.array([True, None]), 1.0),
        (pa.array([decimal.Decimal("1.25"), None]), 1.25),
        (pa.array([3, None]).dictionary_encode(), 3.0),
    ],
)
def test_columns_that_are_numbers(tmp_path, column, expected):
    cells = read(stored(tmp_path, a=column)).cells["a"]
    assert cells.dtype == "float64"
    assert cells.iloc[0] == expected
    assert pd.isna(cells.iloc[1])


@pytest.mark.parametrize("column", [pa.array([[1], [2]]), pa.array([{"x": 1}, None]), pa.array([b"\0", b"x"])])
def test_nested_columns_are_refused(tmp_path, column):
    with pytest.raises(ColumnError, match=r"a\.parquet, column 'A1': a column must hold text, numbers"):
        read(stored(tmp_path, A1=column))


def test_the_index_of_pandas_is_no_column_and_a_named_one_is(tmp_path):
    frame = pd.DataFrame({"a": [1, 2]}, index=[5, 9])
    frame.to_parquet(tmp_path / "a.parquet")
    table = read(tmp_path / "a.parquet")
    assert table.columns == ["a"]
    assert table.cells.index.tolist() == [1, 2]
    assert table.log["step"].tolist() == ["index"]
    frame.rename_axis("respondent").to_parquet(tmp_path / "a.parquet")
    assert set(read(tmp_path / "a.parquet").columns) == {"a", "respondent"}


def test_what_is_not_finite_is_refused_where_numbers_are_needed(tmp_path):
    table = read(stored(tmp_path, a=pa.array([1.0, float("inf"), 1e308])))
    with pytest.raises(NotNumericError, match=r"a\.parquet, row 2, column 'a': a number must be finite; found 'inf'"):
        table.numbers("a")


def test_dates_outside_the_calendar_are_named(tmp_path):
    path = stored(tmp_path, d=pa.array([0, 2**30], pa.int32()).cast(pa.date32()))
    with pytest.raises(InputFileError, match=r"column 'd', row 2: a date must lie in the years 1 to 9999"):
        read(path)


def test_headings_and_rows(tmp_path):
    with pytest.raises(TooFewError, match=r"a\.parquet must hold at least one row"):
        read(stored(tmp_path, a=pa.array([], pa.string())))
    double = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a "])
    parquet.write_table(double, tmp_path / "a.parquet")
    with pytest.raises(ColumnError, match=r"unique; repeated: 'a'"):
        read(tmp_path / "a.parquet")


def test_more_cells_than_memory_holds_are_refused(monkeypatch):
    monkeypatch.setattr(columnar, "LARGEST_TABLE", 100)
    message = "it claims 200 records of 11 columns, too many .* Leave out columns"
    with pytest.raises(InputFileError, match=message) as told:
        read(FILE)
    assert "damaged" not in str(told.value)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_files_cut_off_are_refused(tmp_path, share):
    content = FILE.read_bytes()
    (tmp_path / "cut.parquet").write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputFileError, match=r"cut\.parquet must be a whole Parquet file"):
        read(tmp_path / "cut.parquet")


@pytest.mark.parametrize("seed", range(60))
def test_damaged_bytes_are_read_or_refused_by_name(tmp_path, seed):
    rng = random.Random(seed)  # noqa: S311
    content = bytearray(FILE.read_bytes())
    for _ in range(rng.randint(1, 3)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    try:
        table = read(path)
    except IkfsError as error:
        assert "a.parquet" in str(error)  # noqa: PT017
    else:
        assert len(table.cells) > 0
