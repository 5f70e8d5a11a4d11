"""The format of a table file by its content: what a file is called says little about what it is."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import NoReturn

from ikfs_methods.errors import InputFileError

TEXT, XLSX, SAV, DTA, PARQUET = "csv", "xlsx", "sav", "dta", "parquet"
KNOWN = "Formats that can be read: CSV, XLSX, SPSS .sav, Stata .dta and Parquet."
AS_XLSX = "Open it in Excel or LibreOffice and save it as XLSX or as CSV UTF-8."
# As doubles they take 2 GB; 300,000 respondents could answer 800 questions. What claims more is damaged or malicious.
LARGEST_TABLE = 250_000_000
_START = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What is no table that we read, by its first bytes: what it is, and what to do.
_REFUSED = {
    b"\x1f\x8b": ("a compressed file (gzip)", "Unpack it first."),
    b"7z\xbc\xaf\x27\x1c": ("a compressed file (7z)", "Unpack it first."),
    b"Rar!": ("a compressed file (RAR)", "Unpack it first."),
    b"%PDF": ("a PDF document", "Ask for the table itself, as XLSX or CSV."),
    b"SQLite format 3": ("an SQLite database", "Export the table as CSV."),
    b"ARROW1": ("an Arrow (Feather) file", "Save it as Parquet or CSV."),
    b"PARE": ("an encrypted Parquet file", "Save it without encryption."),
    b"RDX": ("an R workspace", "In R, write the data frame with write.csv() or haven::write_sav()."),
    b"HEADER RECORD*******": ("a SAS transport file", "Save it as CSV or SPSS .sav."),
    b"\x09\x08": ("an old Excel workbook (.xls)", AS_XLSX),
    b"\x09\x04": ("an old Excel workbook (.xls)", AS_XLSX),
    b"\x09\x02": ("an old Excel workbook (.xls)", AS_XLSX),
    b"{\\rtf": ("a word processor's document (RTF)", "Ask for the table itself, as XLSX or CSV."),
}
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<body", b"<meta", b"<style")


def format_of(path: Path) -> str:
    """csv, xlsx, sav, dta or parquet, by content.

    Raises InputFileError for a path that is missing, a folder, unreadable or empty, and for a file of another kind,
    with what it is and what to do.
    """
    start = _start_of(path)
    if start.startswith(b"PK"):
        return _zip_kind(path)
    if start.startswith(_OLE):
        _refuse_compound(path)
    if start[:4] in (b"$FL2", b"$FL3"):
        return SAV
    if start.startswith(b"PAR1"):
        return PARQUET
    if _is_stata(start):
        return DTA
    for signature, (what, remedy) in _REFUSED.items():
        if start.startswith(signature):
            refuse(path, what, remedy)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        refuse(path, "a web page or XML under the name of a table", AS_XLSX)
    if path.suffix.lower() == ".dbf" and b"\0" in start:
        refuse(path, "a dBase table (.dbf)", "Open it in LibreOffice and save it as XLSX or as CSV UTF-8.")
    if b"SPSS PORT FILE" in start or path.suffix.lower() == ".por":
        refuse(path, "an SPSS portable file", "Open it in SPSS or PSPP and save it as .sav.")
    return TEXT


def refuse(path: Path, what: str, remedy: str) -> NoReturn:
    """InputFileError: the file is something else than a table that we read."""
    raise InputFileError(f"{path} must be a table; it is {what}. {remedy} {KNOWN}")


def _start_of(path: Path) -> bytes:
    if path.is_dir():
        raise InputFileError(f"a file must stand at {path}; it is a folder. Name the table inside it.")
    if not path.exists():
        raise InputFileError(f"the file must exist: {path}. Correct its name in round.yaml or put the file there.")
    try:
        with path.open("rb") as file:
            start = file.read(_START)
    except OSError as error:
        raise InputFileError(
            f"{path} must be readable; the system refuses it ({error.strerror}). Close the program that holds it, or "
            "change its permissions."
        ) from error
    if not start:
        raise InputFileError(f"{path} must hold a table; the file is empty (0 bytes). Export or copy it again.")
    return start


def _is_stata(start: bytes) -> bool:
    # Until version 12 a file starts with its version, its byte order and the number 1, from 13 on with a tag.
    old = len(start) > 3 and 104 <= start[0] <= 115 and start[1] in (1, 2) and start[2] == 1
    return old or start.startswith(b"<stata_dta>")


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            locked = any(member.flag_bits & 1 for member in archive.infolist())
            kind = archive.read("mimetype")[:100] if "mimetype" in names and not locked else b""
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise InputFileError(
            f"{path} must be a whole XLSX workbook; it begins like one and cannot be unpacked ({error}). It was cut "
            "off or damaged: export or copy it again."
        ) from error
    if locked:
        refuse(path, "locked with a password", "Save it without a password.")
    if "xl/workbook.xml" in names:
        return XLSX
    if "xl/workbook.bin" in names:
        refuse(path, "a binary Excel workbook (.xlsb)", AS_XLSX)
    if b"opendocument" in kind:
        refuse(path, "an OpenDocument file (.ods)", AS_XLSX)
    held = f"a zip archive with {len(names)} file(s), {', '.join(names[:3]) or 'none'}, and no XLSX workbook"
    refuse(path, held, "Unpack it and name the table inside.")


def _refuse_compound(path: Path) -> NoReturn:
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        refuse(path, "an Excel workbook locked with a password", "Save it without a password.")
    refuse(path, "an old Excel workbook (.xls) or another old Office document", AS_XLSX)


def refuse_too_large(path: Path, rows: int, columns: int, *, most: int, of: str = "columns") -> None:
    """InputFileError, when a file claims more cells than `most`: it is whole, and too large."""
    if rows * columns > most:
        raise InputFileError(
            f"{path} must hold at most {most:,} cells; it claims {rows:,} records of {columns:,} {of}, too many for "
            "any memory. Leave out columns that no indicator needs, in the program that made it."
        )
