"""The letters of a text file: its encoding declared, marked, or found; never guessed twice."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from ikfs_methods.errors import InputFileError, ParameterError
from ikfs_methods.reading.quotes import row_at
from ikfs_methods.reading.table import Step

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# Letters of UTF-8 seen as bytes: in a text that is really cp1252 such a sequence would be two or three odd signs.
_UTF8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_ASSUMED = "cp1252"


def as_utf8(data: bytes, *, declared: str | None, source: Path) -> tuple[bytes, list[Step]]:
    """The text in UTF-8 without a mark in front, and what was decided about its encoding.

    Declared, it is taken as declared. Else a byte-order mark decides (UTF-8, UTF-16), then strict UTF-8, then cp1252,
    the encoding of Western Windows programs, which is logged. Raises InputFileError with the row where the bytes do
    not fit, or where a text is partly UTF-8 and partly not; ParameterError for an encoding that does not exist.
    """
    if declared is not None:
        text = _decoded(data, _known(declared), source)
        return text.removeprefix("\ufeff").encode("utf-8", "surrogatepass"), [
            ("encoding", "", 0, f"{declared}, as declared")
        ]
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            if encoding == "utf-8-sig":
                _decoded(data, "utf-8", source)
                return data[len(mark) :], [("encoding", "", 0, "UTF-8, by its mark")]
            return _decoded(data, encoding, source).encode(), [("encoding", "", 0, "UTF-16, by its mark")]
    if data.isascii():
        return data, []
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _from_cp1252(data, error.start, source)
    return data, [("encoding", "", 0, "UTF-8")]


def _from_cp1252(data: bytes, wrong: int, source: Path) -> tuple[bytes, list[Step]]:
    letter = _UTF8_LETTER.search(data)
    if letter:
        raise InputFileError(
            f"{source}, row {row_at(data, wrong)}: a text must be in one encoding; byte 0x{data[wrong]:02x} is not "
            f"UTF-8, and row {row_at(data, letter.start())} is. Save the file as CSV UTF-8 again, or declare what it "
            "is (`encoding: cp1252` in round.yaml)."
        )
    text = _decoded(data, _ASSUMED, source)
    letters = len(data) - len(data.translate(None, bytes(range(0x80, 0x100))))
    note = f"not UTF-8: read as cp1252 (Western Windows), {letters} letters beyond ASCII"
    return text.encode(), [("encoding", "", letters, note)]


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        b"".decode(name)
    except (LookupError, UnicodeError, TypeError) as error:
        raise ParameterError(
            f"encoding must be one that Python knows; found {encoding!r}. Give for example utf-8, cp1252 or utf-16."
        ) from error
    return name


def _decoded(data: bytes, encoding: str, source: Path) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputFileError(
            f"{source}, row {row_at(data, error.start)}: the text must be {encoding}; byte 0x{data[error.start]:02x} "
            f"is none of its letters. Save the file as CSV UTF-8, or declare its encoding (`encoding:` in round.yaml)."
        ) from error
