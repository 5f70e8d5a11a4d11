"""What people and spreadsheets leave in a cell, read as the answer that it stands for; else said what it is."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Mapping

# A number with words behind it that hold no further digit: 4, "4,0", "4 - sangat relevan", "3 – sedikit lebih penting".
_NUMBER = re.compile(
    r"(?P<number>[+-]?\d{1,6}(?:[.,]\d{1,6})?)(?:\s*[^\w\s.,][^\d]*|\s+[^\d]*|[.,:)][^\d]*)?", re.ASCII
)
_SIGNS = str.maketrans({"−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "\u00a0": " ", "\u202f": " ", "\u200b": ""})
_YES = frozenset(["ya", "y", "yes", "iya", "true", "benar", "esensial", "essential", "✓", "✔", "√"])
_NO = frozenset(["tidak", "tdk", "no", "n", "bukan", "false", "salah"]) | {"tidak esensial", "not essential"}
_EQUAL = frozenset(("equal", "equally important", "sama", "sama penting", "sama saja", "keduanya sama"))
# A number of a person may stand in the wrong cell; no answer has so many digits.
_LONG_NUMBER = re.compile(r"\d(?:[ .\-]?\d){7,}", re.ASCII)
_SHOWN = 40


class NotReadError(ValueError):
    """A cell holds what is no answer; the message says what was found."""


def text_of(value: object) -> str:
    """The text of a cell, without blanks at its ends; "" for an empty one. Line breaks become one kind."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "").strip()


def is_empty(value: object) -> bool:
    """Whether a cell holds nothing that anybody would see."""
    return not text_of(value).replace("\u200b", "").replace("\u00a0", " ").strip()


def folded(value: object) -> str:
    """A text for comparison: one kind of dash and blank, no case."""
    plain = unicodedata.normalize("NFKC", text_of(value)).translate(_SIGNS)
    return " ".join(plain.casefold().split())


def number(value: object) -> float:
    """The number in a cell, also as text and with words behind it; NotReadError for anything else."""
    if isinstance(value, bool | dt.date | dt.time | dt.timedelta):
        raise NotReadError(found(value))
    if isinstance(value, int | float):
        if not math.isfinite(value):
            raise NotReadError(found(value))
        return float(value)
    match = _NUMBER.fullmatch(folded(value))
    if match is None:
        raise NotReadError(found(value))
    return float(match["number"].replace(",", "."))


def point(value: object, low: int, high: int) -> int:
    """A point of a scale of whole numbers; NotReadError for anything off it."""
    given = number(value)
    if not (low <= given <= high and given.is_integer()):
        raise NotReadError(found(value))
    return int(given)


def yes_or_no(value: object) -> int:
    """1 for yes, 0 for no, in Indonesian or English, as words, numbers or truth values."""
    if isinstance(value, bool):
        return int(value)
    word = folded(value).rstrip(" .!")
    if word in _YES or word in _NO:
        return int(word in _YES)
    if (isinstance(value, int | float) or word.isdigit()) and number(value) in (0, 1):
        return int(number(value))
    raise NotReadError(found(value))


def is_equal_choice(value: object) -> bool:
    """Whether a cell says that two things matter equally."""
    return folded(value).rstrip(" .!") in _EQUAL


def chosen(value: object, names: Mapping[str, frozenset[str]]) -> str:
    """The code whose option, code or name a cell holds; `names`: the folded ways to call each code."""
    word = folded(value)
    exact = [code for code, ways in names.items() if word in ways]
    if len(exact) == 1:
        return exact[0]
    # The option as it was written when the form was made, whatever the name is today.
    begun = [code for code in names if word.startswith(f"{folded(code)} - ")]
    if len(begun) == 1:
        return begun[0]
    raise NotReadError(found(value))


def found(value: object) -> str:
    """What a cell holds, for a message."""
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return f"a date or time ({value})"
    said = _LONG_NUMBER.sub("(a long number)", " ".join(text_of(value).split()))
    return repr(said if len(said) <= _SHOWN else f"{said[:_SHOWN]}...")
