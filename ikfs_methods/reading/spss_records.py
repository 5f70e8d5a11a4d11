"""The records that describe an SPSS system file, looked over before the library reads them.

The library trusts what these records say of themselves, and a damaged one can end the whole program without an error.
Layout: PSPP Developers Guide, System File Format.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from ikfs_methods.errors import InputFileError
from ikfs_methods.reading.formats import LARGEST_TABLE, refuse_too_large

_HEADER, _LAYOUT_CODE, _CASES = 176, 64, 80
_VARIABLE, _LABELS, _LABELLED, _DOCUMENT, _EXTENSION, _END = 2, 3, 4, 6, 7, 999
_CONTINUATION = -1
_LONGEST_TEXT = 255
_UNIT = 8
# A compressed element takes a byte or more, and zlib makes of 1,032 bytes no less than one.
_MOST_PER_BYTE = 1032


class _BrokenError(Exception):
    """What a record says that none can say."""


def refuse_damaged(path: Path) -> None:
    """InputFileError, when the header or a record before the data of a .sav or .zsav says what none can say.

    Also for one that claims more cells than any memory holds.
    """
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            records = _Records(file, size)
            elements = _look_over(records)
    except _BrokenError as error:
        raise InputFileError(
            f"{path} must be a whole SPSS file; {error}. It was cut off or damaged: export or copy it again."
        ) from None
    refuse_too_large(path, records.cases, elements, of="elements", most=LARGEST_TABLE)


class _Records:
    """The file as whole numbers in its own byte order."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file, self.size = file, size
        header = file.read(_HEADER)
        if len(header) < _HEADER:
            raise _BrokenError("it ends within its header")
        self.order = "<" if header[_LAYOUT_CODE] in (2, 3) else ">"
        layout = struct.unpack_from(f"{self.order}i", header, _LAYOUT_CODE)[0]
        self.cases = struct.unpack_from(f"{self.order}i", header, _CASES)[0]
        if layout not in (2, 3) or self.cases < -1:
            raise _BrokenError("its header is broken")

    def whole(self, count: int = 1) -> list[int]:
        """The next whole numbers."""
        data = self.file.read(4 * count)
        if len(data) < 4 * count:
            raise _BrokenError("it ends within the description of its variables")
        return list(struct.unpack(f"{self.order}{count}i", data))

    def skip(self, count: int) -> None:
        """Passes over bytes that must be there."""
        if not 0 <= count <= self.size - self.file.tell():
            raise _BrokenError("a record claims to be longer than the file")
        self.file.seek(count, 1)


def _look_over(records: _Records) -> int:
    """The number of elements of a case."""
    # True for the first element of a variable, False for the others, which hold the rest of a long text.
    elements: list[bool] = []
    owed = 0
    while (kind := records.whole()[0]) != _END:
        if kind == _VARIABLE:
            owed = _variable(records, owed, len(elements) + 1)
            elements.append(owed >= 0)
            owed = abs(owed) - 1
        elif owed:
            raise _BrokenError("a text variable is shorter than it says")
        elif kind == _LABELS:
            _value_labels(records, elements)
        elif kind == _DOCUMENT:
            records.skip(80 * records.whole()[0])
        elif kind == _EXTENSION:
            _, size, count = records.whole(3)
            records.skip(size * count)
        else:
            raise _BrokenError(f"it has a record of an unknown kind ({kind})")
    if not any(elements):
        raise _BrokenError("it has no variable")
    if records.cases * len(elements) > _MOST_PER_BYTE * records.size:
        raise _BrokenError(
            f"it claims {records.cases:,} cases of {len(elements):,} elements, more than it has room for"
        )
    return len(elements)


def _variable(records: _Records, owed: int, number: int) -> int:
    """The elements that the variable has in all; for a continuation those still owed with itself, negative."""
    width, labelled, missing, _, _ = records.whole(5)
    if labelled not in (0, 1) or not -3 <= missing <= 3 or not _CONTINUATION <= width <= _LONGEST_TEXT:
        raise _BrokenError(f"the record of variable {number} is broken")
    if (width == _CONTINUATION) != (owed > 0):
        raise _BrokenError(f"the record of variable {number} says another length than its text has")
    records.skip(_UNIT)
    if labelled:
        records.skip(-(-records.whole()[0] // 4) * 4)
    records.skip(_UNIT * abs(missing))
    return -owed if width == _CONTINUATION else max(1, -(-width // _UNIT))


def _value_labels(records: _Records, elements: list[bool]) -> None:
    for _ in range(_count(records)):
        records.skip(_UNIT)
        length = records.file.read(1)
        # A label's length and its letters fill whole units together.
        records.skip(-(-(1 + (length[0] if length else 0)) // _UNIT) * _UNIT - 1)
    if records.whole()[0] != _LABELLED:
        raise _BrokenError("value labels belong to no variable")
    for position in records.whole(_count(records)):
        if not (1 <= position <= len(elements) and elements[position - 1]):
            raise _BrokenError(f"value labels belong to a variable that is not there ({position})")


def _count(records: _Records) -> int:
    count = records.whole()[0]
    if not 0 <= count <= records.size:
        raise _BrokenError("a record claims to be longer than the file")
    return count
