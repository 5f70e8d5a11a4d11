"""SPSS and Stata: codes, labels, declared missing codes, dates; files cut off or damaged."""

from __future__ import annotations

import datetime as dt
import random
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from ikfs_methods.errors import IkfsError, InputFileError, TooFewError
from ikfs_methods.reading import formats, labelled, read, spss_records
from ikfs_methods.reading.iso_text import clock_text

FOLDER = Path(__file__).parents[1] / "formats"


def test_missing_codes_ranges_and_texts_are_emptied(tmp_path):
    frame = pd.DataFrame({"a": [1.0, 9, 5], "b": [97.0, 98, 2], "s": ["ya", "TT", " tidak "], "free": [9.0, np.nan, 8]})
    pyreadstat.write_sav(
        frame,
        tmp_path / "a.sav",
        column_labels={"a": " Saya puas? "},
        variable_value_labels={"a": {1: "tidak", 5: "ya", 9: "TT"}, "b": {98: "lupa", 2: "dua"}},
        missing_ranges={"a": [9], "b": [{"lo": 97, "hi": 99}], "s": ["TT"]},
    )
    table = read(tmp_path / "a.sav")
    assert table.cells["a"].tolist()[::2] == [1, 5]
    assert table.cells["a"].isna().tolist() == [False, True, False]
    assert table.cells["b"].isna().tolist() == [True, True, False]
    assert table.cells["s"].tolist() == ["ya", "", "tidak"]
    assert table.cells["free"].isna().tolist() == [False, True, False]
    assert table.labels == {"a": "Saya puas?"}
    assert table.value_labels == {"a": {"1": "tidak", "5": "ya"}, "b": {"2": "dua"}}
    log = table.log[["column", "cells", "detail"]].to_numpy().tolist()
    assert log == [
        ["a", 1, "9 (TT) emptied"],
        ["b", 1, "97 emptied"],
        ["b", 1, "98 (lupa) emptied"],
        ["s", 1, "'TT' emptied"],
    ]


def test_dates_become_iso_text(tmp_path):
    when = dt.datetime(2020, 3, 26, 10, 30, 15)  # noqa: DTZ001
    frame = pd.DataFrame({"d": [when.date(), None], "t": [when, pd.NaT], "c": [when.time(), None], "n": [1.0, 2.0]})
    pyreadstat.write_sav(frame, tmp_path / "a.sav")
    pyreadstat.write_dta(frame[["d", "t"]], tmp_path / "a.dta")
    table = read(tmp_path / "a.sav")
    assert table.cells.loc[1].tolist() == ["2020-03-26", "2020-03-26T10:30:15", "10:30:15", 1.0]
    assert table.cells.loc[2].tolist()[:3] == ["", "", ""]
    assert read(tmp_path / "a.dta").cells.loc[1].tolist() == ["2020-03-26", "2020-03-26T10:30:15"]


def test_days_are_counted_from_each_programs_own_beginning():
    # SPSS counts seconds from 14 October 1582, the eve of the Gregorian calendar: 0 and a day. Stata counts days from
    # 1960-01-01; 29 February 2020 is day 60 * 365 + 15 leap days + 59 = 21974.
    day = labelled._spss_dates(pd.Series([0.0, 86400.0, np.nan]), "DATE11", "x")
    assert day.tolist() == ["1582-10-14", "1582-10-15", ""]
    assert labelled._stata_dates(pd.Series([0.0, 21974.0]), "%td", "x").tolist() == ["1960-01-01", "2020-02-29"]
    assert labelled._stata_dates(pd.Series([-1.0, 13.0]), "%tm", "x").tolist() == ["1959-12", "1961-02"]
    assert labelled._stata_dates(pd.Series([1.0]), "%tq", "x") is None
    assert labelled._spss_dates(pd.Series([1.0]), "F8.2", "x") is None
    assert clock_text(93_784.5) == "26:03:04.500"  # 26 * 3600 + 3 * 60 + 4.5


def test_a_date_outside_the_calendar_is_named():
    with pytest.raises(InputFileError, match=r"x, row 2: a date must lie in the years 1 to 9999; found 99999999999999"):
        labelled._spss_dates(pd.Series([0.0, 99999999999999.0]), "DATE11", "x")


def test_letters_of_stata_are_missing(tmp_path):
    frame = pd.DataFrame({"b": [1.0, "a", 2.0, "z", "a"]})
    pyreadstat.write_dta(frame, tmp_path / "a.dta", missing_user_values={"b": ["a", "z"]},
                         variable_value_labels={"b": {1: "ya", "a": "menolak"}})  # fmt: skip
    table = read(tmp_path / "a.dta")
    assert table.cells["b"].isna().tolist() == [False, True, False, True, True]
    assert sorted(table.log["detail"]) == [".a (menolak) emptied", ".z emptied"]
    assert table.value_labels == {"b": {"1": "ya"}}


def test_old_stata_files_are_utf8_or_cp1252(tmp_path):
    content = (FOLDER / "stata.dta").read_bytes()
    assert "disabilitas – fisik" in set(read(FOLDER / "stata.dta").cells["cluster"])
    path = tmp_path / "a.dta"
    path.write_bytes(content.replace("–".encode(), b"\x96  "))
    table = read(path)
    assert "disabilitas –   fisik" in set(table.cells["cluster"])
    assert "read as cp1252" in table.log.set_index("step")["detail"]["encoding"]


def test_identity_numbers_stored_as_numbers_are_noticed(tmp_path):
    pyreadstat.write_sav(pd.DataFrame({"nik": [3201234567890123.0, 1.0]}), tmp_path / "a.sav")
    table = read(tmp_path / "a.sav")
    assert table.log[["step", "column", "cells"]].to_numpy().tolist() == [["digits", "nik", 1]]
    assert table.text("nik").tolist() == ["3201234567890123", "1"]


def test_a_file_without_records_has_too_few(tmp_path):
    pyreadstat.write_sav(pd.DataFrame({"a": pd.Series([], dtype="float64")}), tmp_path / "a.sav")
    with pytest.raises(TooFewError, match=r"a\.sav must hold at least one row"):
        read(tmp_path / "a.sav")


@pytest.mark.parametrize("name", ["pspp.sav", "haven.sav", "haven.dta", "stata.dta"])
@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.8, 0.9])
def test_files_cut_off_are_refused(tmp_path, name, share):
    content = (FOLDER / name).read_bytes()
    path = tmp_path / f"cut{Path(name).suffix}"
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputFileError, match=r"cut\.(sav|dta) must be a whole .* file; .*It was cut off or damaged"):
        read(path)


def test_an_old_stata_file_that_lost_its_last_labels_says_so(tmp_path):
    # Such a file ends with its labels, and nothing in it says how many there are.
    content = (FOLDER / "stata.dta").read_bytes()
    (tmp_path / "a.dta").write_bytes(content[:-20])
    table = read(tmp_path / "a.dta")
    assert "value labels for B3 and holds none" in table.log.set_index("step")["detail"]["labels"]
    assert "B3" not in table.value_labels


def patched(tmp_path: Path, change: dict[int, bytes]) -> Path:
    content = bytearray((FOLDER / "pspp.sav").read_bytes())
    for position, new in change.items():
        content[position : position + len(new)] = new
    path = tmp_path / "a.sav"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({64: b"\x09\x09\x09\x09"}, "its header is broken"),
        ({80: struct.pack("<i", 10**9)}, "it claims 1,000,000,000 cases"),
        ({176: struct.pack("<i", 5)}, "record of an unknown kind"),
        ({180: struct.pack("<i", 300)}, "record of variable 1 is broken"),
        ({180: struct.pack("<i", 40)}, "says another length than its text has"),
        ({180: struct.pack("<i", -1)}, "says another length than its text has"),
        ({188: struct.pack("<i", 7)}, "record of variable 1 is broken"),
        ({184: struct.pack("<i", 1), 208: struct.pack("<i", 10**8)}, "claims to be longer than the file"),
    ],
)
def test_records_that_would_end_the_program_are_refused_first(tmp_path, change, message):
    with pytest.raises(InputFileError, match=rf"a\.sav must be a whole SPSS file; .*{message}"):
        read(patched(tmp_path, change))


def test_more_cells_than_memory_holds_are_refused(monkeypatch):
    monkeypatch.setattr(spss_records, "LARGEST_TABLE", 100)
    with pytest.raises(InputFileError, match="too many for any memory. Leave out columns") as told:
        read(FOLDER / "pspp.sav")
    assert "damaged" not in str(told.value)
    monkeypatch.setattr(labelled, "LARGEST_TABLE", 100)
    message = "it claims 200 records of 11 variables, too many .* Leave out columns"
    with pytest.raises(InputFileError, match=message) as told:
        read(FOLDER / "haven.dta")
    assert "damaged" not in str(told.value)
    assert formats.LARGEST_TABLE > 300_000 * 60


@pytest.mark.parametrize("name", ["pspp.sav", "haven.sav", "haven.dta", "stata.dta"])
@pytest.mark.parametrize("seed", range(40))
def test_damaged_bytes_are_read_or_refused_by_name(tmp_path, name, seed):
    # The description of the variables is where damage does most; the cells have no checksum.
    rng = random.Random(seed)  # noqa: S311
    content = bytearray((FOLDER / name).read_bytes())
    for _ in range(rng.randint(1, 3)):
        content[rng.randrange(3000)] = rng.randrange(256)
    path = tmp_path / f"a{Path(name).suffix}"
    path.write_bytes(content)
    try:
        table = read(path)
    except IkfsError as error:
        assert path.name in str(error)  # noqa: PT017
    else:
        assert len(table.cells) > 0
