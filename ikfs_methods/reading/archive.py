"""The zip archive of a workbook, looked at before anything is unpacked; and what its sheets say beside their cells."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ikfs_methods.checks import listed
from ikfs_methods.errors import InputFileError
from ikfs_methods.reading.headings import column_letters

# 300,000 respondents x 60 columns unpack to some 0.7 GB of XML. An archive of a few kB can claim far more than any
# memory holds, and repeat it in each of its parts.
LARGEST_UNPACKED = 1 << 30
_MOST_MEMBERS = 10_000
_SO_LARGE = "If the table is really so large, save it as CSV or Parquet."
_CHUNK = 1 << 20
# The few marks that are sought beside the cells. openpyxl gives them only with the whole sheet in memory.
_MARK = re.compile(rb"<(?:\w+:)?(mergeCell|row|col|f)(?:\s[^<>]*)?/?>")
_ATTRIBUTE = re.compile(rb'\b(ref|hidden|min|max)="([^"]*)"')
_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")


@dataclass(slots=True)
class SheetMarks:
    """What a sheet says beside its cells: merged ranges, hidden rows and columns, whether it has formulas."""

    merged: list[str] = field(default_factory=list)
    hidden_rows: int = 0
    hidden_columns: list[str] = field(default_factory=list)
    formulas: bool = False


def refuse_bomb(path: Path, *, limit: int | None = None, remedy: str = _SO_LARGE) -> None:
    """InputFileError, when the archive claims to unpack to more bytes than the limit, without one LARGEST_UNPACKED.

    A part that holds more than it claims is cut off there by Python's zipfile, fails its checksum and is an error too.
    """
    most = LARGEST_UNPACKED if limit is None else limit
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if unpacked > most or len(members) > _MOST_MEMBERS:
        raise InputFileError(
            f"{path} must unpack to at most {most:,} bytes in {_MOST_MEMBERS:,} parts; it claims "
            f"{unpacked:,} bytes in {len(members):,}. {remedy}"
        )


def sheet_marks(archive: zipfile.ZipFile, member: str) -> SheetMarks:
    """The marks of one sheet, read as a stream."""
    marks = SheetMarks()
    for kind, attributes in _found(archive, member):
        given = {name.decode(): value.decode("ascii", "replace") for name, value in _ATTRIBUTE.findall(attributes)}
        hidden = given.get("hidden") in ("1", "true")
        if kind == b"f":
            marks.formulas = True
        elif kind == b"mergeCell":
            marks.merged.append(given.get("ref", ""))
        elif kind == b"row" and hidden:
            marks.hidden_rows += 1
        elif kind == b"col" and hidden and given.get("min", "").isdigit():
            marks.hidden_columns.append(column_letters(int(given["min"]) - 1))
    return marks


def _found(archive: zipfile.ZipFile, member: str) -> Iterator[tuple[bytes, bytes]]:
    rest = b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            text = rest + chunk
            # A tag may go on in the next chunk.
            whole = text.rfind(b">") + 1
            for found in _MARK.finditer(text, 0, whole):
                yield found[1], found[0]
            rest = text[whole:][-_CHUNK:]


def refuse_merged(marks: SheetMarks, *, source: Path, sheet: str, first: int, last: int, width: int) -> None:
    """InputFileError for merged cells within the table: a merged cell leaves all but its first cell empty."""
    touching = []
    for reference in marks.merged:
        found = _RANGE.fullmatch(reference)
        if found and int(found[2]) <= last and int(found[4]) >= first and _position(found[1]) < width:
            touching.append(reference)
    if touching:
        raise InputFileError(
            f"{source}, sheet {sheet!r}: cells of the table must not be merged; merged: {listed(touching)}. Unmerge "
            "them and fill each cell, with one line of headings; delete the rows of a title above the headings."
        )


def _position(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1
