"""Numbers as people and programs write them: with a decimal point or a decimal comma, never both in one column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WRONG, AMBIGUOUS = "wrong", "ambiguous"
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)
# 1,234 is a thousand and more to one reader and a little over one to another.
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
_DIGITS_OF_A_DOUBLE = 15


@dataclass(frozen=True, slots=True)
class Parsed:
    """The numbers of distinct texts (NaN for what is no number), and what is wrong with them: "", wrong, ambiguous."""

    numbers: np.ndarray
    trouble: str = ""
    examples: tuple[str, ...] = ()


def parse_numbers(texts: Sequence[str], *, decimal: str | None = None, comma_separated: bool = False) -> Parsed:
    """The numbers that distinct texts of one column stand for.

    `decimal` is the declared mark ("." or ","). Undeclared, the column's own mark is taken; it is ambiguous when both
    marks occur, or when the file is separated by commas and every comma could be a thousands mark.
    """
    shaped = [bool(_NUMBER.fullmatch(text)) for text in texts]
    points = [text for text, number in zip(texts, shaped, strict=True) if number and "." in text]
    commas = [text for text, number in zip(texts, shaped, strict=True) if number and "," in text]
    if decimal is None and commas:
        if points:
            return Parsed(np.full(len(texts), np.nan), AMBIGUOUS, (points[0], commas[0]))
        if comma_separated and all(_GROUPED.fullmatch(text) for text in commas):
            return Parsed(np.full(len(texts), np.nan), AMBIGUOUS, tuple(commas[:3]))
    mark = decimal or ("," if commas else ".")
    other = "." if mark == "," else ","
    values = np.full(len(texts), np.nan)
    for position, (text, number) in enumerate(zip(texts, shaped, strict=True)):
        if number and other not in text:
            values[position] = float(text.replace(",", "."))
    return Parsed(values, WRONG if np.isnan(values).any() else "")


def is_plain_number(text: str) -> bool:
    """Whether a text is a quantity and no code: no leading zero, no plus sign, no more digits than a double holds."""
    if not _NUMBER.fullmatch(text) or text.startswith("+"):
        return False
    whole = re.split("[.,eE]", text.lstrip("-"))[0]
    digits = sum(character.isdigit() for character in text)
    return digits <= _DIGITS_OF_A_DOUBLE and (whole in ("", "0") or not whole.startswith("0"))


def as_text(value: float) -> str:
    """A stored number as text: 11 for 11.0, else the shortest text that gives the same number again."""
    # From 1e16 on a double is written with an exponent; below, whole numbers of 16 digits (identity numbers) are not.
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e16 else repr(float(value))
