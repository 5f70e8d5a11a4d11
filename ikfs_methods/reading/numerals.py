"""Numbers as people and programs write them: with a decimal point or a decimal comma, never both in one column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from ikfs_methods.reading.table import Step

WRONG, AMBIGUOUS = "wrong", "ambiguous"
NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)
# 1,234 is a thousand and more to one reader and a little over one to another.
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
_CODE = re.compile(r"\d+[eE]\d+", re.ASCII)  # 1E5, 2E3: blocks and classes, hardly ever powers of ten
_DIGITS_OF_A_DOUBLE = 15
# Excel keeps 15 digits and fills up with zeros; a double holds every whole number up to 9,007,199,254,740,992.
_FIRST_OF_16_DIGITS = 1e15


@dataclass(frozen=True, slots=True)
class Parsed:
    """The numbers of distinct texts (NaN for what is no number), and what is wrong with them: "", wrong, ambiguous."""

    numbers: np.ndarray
    trouble: str = ""
    examples: tuple[str, ...] = ()


def looks_grouped(texts: Sequence[str]) -> bool:
    """Whether there are numbers with a point and each could be written with points between thousands."""
    points = [text for text in texts if "." in text and NUMBER.fullmatch(text)]
    return bool(points) and all(_GROUPED.fullmatch(text.replace(".", ",")) for text in points)


def parse_numbers(
    texts: Sequence[str], *, decimal: str | None = None, comma_separated: bool = False, commas_elsewhere: bool = False
) -> Parsed:
    """The numbers that distinct texts of one column stand for.

    `decimal` is the declared mark ("." or ","). Undeclared, the column's own mark is taken; it is ambiguous when both
    marks occur, when the file is separated by commas and every comma could be a thousands mark, or when every point
    could be one and other columns have decimal commas (`commas_elsewhere`).
    """
    shaped = [bool(NUMBER.fullmatch(text)) for text in texts]
    points = [text for text, number in zip(texts, shaped, strict=True) if number and "." in text]
    commas = [text for text, number in zip(texts, shaped, strict=True) if number and "," in text]
    if decimal is None and commas:
        if points:
            return Parsed(np.full(len(texts), np.nan), AMBIGUOUS, (points[0], commas[0]))
        if comma_separated and all(_GROUPED.fullmatch(text) for text in commas):
            return Parsed(np.full(len(texts), np.nan), AMBIGUOUS, tuple(commas[:3]))
    if decimal is None and commas_elsewhere and looks_grouped(texts):
        return Parsed(np.full(len(texts), np.nan), AMBIGUOUS, tuple(points[:3]))
    mark = decimal or ("," if commas else ".")
    other = "." if mark == "," else ","
    values = np.full(len(texts), np.nan)
    for position, (text, number) in enumerate(zip(texts, shaped, strict=True)):
        if number and other not in text:
            value = float(text.replace(",", "."))
            # 1e-400 is no zero: what a double cannot hold is no number here, as 1e400 is none
            values[position] = np.nan if value == 0 and re.search("[1-9]", text.lower().split("e")[0]) else value
    return Parsed(values, WRONG if np.isnan(values).any() else "")


def is_plain_number(text: str) -> bool:
    """Whether a text is a quantity and no code: no leading zero, no plus sign, no more digits than a double holds."""
    if not NUMBER.fullmatch(text) or text.startswith("+") or _CODE.fullmatch(text):
        return False
    whole = re.split("[.,eE]", text.lstrip("-"))[0]
    digits = sum(character.isdigit() for character in text)
    return digits <= _DIGITS_OF_A_DOUBLE and (whole in ("", "0") or not whole.startswith("0"))


def as_text(value: float) -> str:
    """A stored number as text: 11 for 11.0, else the shortest text that gives the same number again."""
    # From 1e16 on a double is written with an exponent; below, whole numbers of 16 digits (identity numbers) are not.
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e16 else repr(float(value))


def long_numbers(column: pd.Series, name: str) -> list[Step]:
    """A step for the log, when a column of stored numbers holds whole ones of 16 digits or more.

    Those are identity numbers that a program stored as quantities.
    """
    if column.dtype.kind != "f":
        return []
    count = int((column.abs() >= _FIRST_OF_16_DIGITS).sum())
    note = (
        "numbers of 16 digits or more, stored as quantities: their last digits may have been lost before the file was "
        "written (identity numbers must be stored as text)"
    )
    return [("digits", name, count, note)] if count else []
