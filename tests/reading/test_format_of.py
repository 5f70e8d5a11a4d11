"""A file is what it holds, whatever it is called; what is no table is told by name, with what to do."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from ikfs_methods.errors import InputFileError
from ikfs_methods.reading import read
from ikfs_methods.reading.formats import format_of

FOLDER = Path(__file__).parents[1] / "formats"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("answers.csv", "csv"),
        ("answers_tab.txt", "csv"),
        ("libreoffice.xlsx", "xlsx"),
        ("pspp.sav", "sav"),
        ("haven.dta", "dta"),
        ("stata.dta", "dta"),
        ("answers.parquet", "parquet"),
    ],
)
def test_the_ending_does_not_matter(tmp_path, name, kind):
    for ending in ("csv", "xlsx", "xls", "data"):
        path = tmp_path / f"a.{ending}"
        shutil.copy(FOLDER / name, path)
        assert format_of(path) == kind
    assert len(read(path).cells) == 200


def zipped(path: Path, **members: bytes) -> None:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/"), content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, r"it is an old Excel workbook \(\.xls\).*save it as XLSX"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "locked with a password. Save it without a password",
        ),
        (b"\x09\x08\x10\x00\x00\x06", "an old Excel workbook"),
        (b"<html><body><table>", "a web page or XML under the name of a table"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<Workbook>', "a web page or XML under the name of a table"),
        (b"%PDF-1.4", "a PDF document. Ask for the table itself"),
        (b"\x1f\x8b\x08", r"a compressed file \(gzip\). Unpack it first"),
        (b"PK\x03\x04 and no more", r"begins like one and cannot be unpacked"),
        (b"PK\x05\x06" + b"\0" * 18, r"a zip archive with 0 file\(s\), none, and no XLSX workbook"),
        (b"RDX3\nX\n", "an R workspace"),
    ],
)
def test_other_kinds_are_refused(tmp_path, content, message):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=rf"a\.xlsx must be .*{message}"):
        read(path)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"data.csv": b"a,b"}, r"a zip archive with 1 file\(s\), data\.csv, and no XLSX workbook. Unpack it"),
        ({"xl__workbook.bin": b""}, r"a binary Excel workbook \(\.xlsb\)"),
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, r"an OpenDocument file \(\.ods\)"),
        ({"word__document.xml": b""}, "no XLSX workbook"),
        ({"xl__workbook.xml": b"<workbook/>"}, "must be a whole XLSX workbook; it cannot be read"),
    ],
)
def test_archives_that_are_no_workbook(tmp_path, members, message):
    zipped(tmp_path / "a.xlsx", **members)
    with pytest.raises(InputFileError, match=message):
        read(tmp_path / "a.xlsx")


def test_old_dbase_and_portable_files_are_told(tmp_path):
    (tmp_path / "a.dbf").write_bytes(b"\x03\x70\x01\x01" + b"\0" * 60)
    with pytest.raises(InputFileError, match=r"a dBase table \(\.dbf\)\. Open it in LibreOffice"):
        read(tmp_path / "a.dbf")
    (tmp_path / "a.por").write_bytes(b"C1234 ASCII SPSS PORT FILE")
    with pytest.raises(InputFileError, match=r"an SPSS portable file\. Open it in SPSS or PSPP"):
        read(tmp_path / "a.por")


def test_paths_that_hold_no_file(tmp_path):
    with pytest.raises(InputFileError, match=r"the file must exist: .*none\.csv\. Correct its name"):
        read(tmp_path / "none.csv")
    with pytest.raises(InputFileError, match=r"a file must stand at .*; it is a folder\. Name the table inside it"):
        read(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may read everything")
def test_a_file_without_permission(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    path.chmod(0)
    with pytest.raises(InputFileError, match="must be readable; the system refuses it"):
        read(path)
