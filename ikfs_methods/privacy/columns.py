"""Which columns of a table hold personal data, by what their headings say and by what their cells look like."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ikfs_methods.checks import listed
from ikfs_methods.errors import PrivacyError
from ikfs_methods.privacy import headings, patterns
from ikfs_methods.reading.table import Table

# Of what has the outer shape (16 digits; 10 to 14 digits), this share must be built as a NIK or a phone number: random
# numbers of that length are so by chance in 2 % and 1 % of the cases, ten times less.
OF_ITS_SHAPE = 0.2
# Shapes that other things have, too (an IP address, a phone number without its zero), must be what the column is about.
OF_THE_COLUMN = 0.5
# A heading alone does not make a column of these kinds: a number of at least five digits must stand in it.
_OF_DIGITS = frozenset({"nik", "kk", "phone", "account", "identity number"})
_SENTENCE = 5  # words; a heading of so many is a question, whose answers may be a handful of labels
_LABELS_AT_MOST = 11

_ANSWER_WORDS = headings.word_set(
    """sangat amat tidak tdk kurang cukup agak netral ragu biasa saja setuju puas pernah hampir jarang kadang sering
    selalu ya iya ada tiada baik buruk penting mudah sulit sesuai yakin tahu tau jawab menjawab belum sudah punya
    memiliki bisa mampu benar salah sts ts n s ss tp j sl yes no y t agree disagree strongly neutral never rarely seldom
    sometimes often always very somewhat not satisfied dissatisfied do don know nor neither either true false na tt"""
)
_SMALL_NUMBER = re.compile(r"-?\d{1,3}(?:[.,]0+)?", re.ASCII)
_FIVE_DIGITS = re.compile(r"(?:\d[ .\-]?){5}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,3}[.,]\d{4,}", re.ASCII)
# Two to six words of letters: Siti Aminah, R. A. Kartini. Words for a function mean that no person is named.
_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.,'’-]*){1,5}")
_FUNCTION = re.compile(
    r"\b(?:ahli|pakar|dosen|kepala|staf|psikolog\w*|statisti\w*|expert|staff|petugas|dinas|biro|bidang|seksi|"
    r"universitas|kementerian|direktorat|anggota|tim|kesejahteraan|sosial|social|tidak|rumah|anak|lainnya)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One column that holds personal data: the kind, and why one thinks so, without quoting any cell."""

    column: str
    kind: str
    reason: str


def personal_columns(table: Table) -> dict[str, str]:
    """Kind of personal data by column, for the columns that hold any; in the order of the file.

    Kinds: nik, kk (family card), phone, email, name, identity number (NIP, NPWP, passport ...), account, device, user,
    position, birth date, attachment, address. A column is named by its heading or question text, word by word, unless
    its cells show that it is something else (answers of a scale, small numbers, no digits where a number is announced);
    or by its cells: a NIK or KK number by its structure, an Indonesian phone number, an e-mail address, a position in
    Indonesia (also of two neighbouring columns), a link to a map, a picture or recording, an IP address. One such cell
    in a column of comments is enough; among numbers of the same length a share of 0.2 must fit, and a shape that other
    things have, too, must be that of half of the different values. Names of persons are found by the heading only.

    Answers the question: which columns may not come in as they are (UU 27/2022)? An empty column holds nothing.
    """
    return {finding.column: finding.kind for finding in findings(table)}


def findings(table: Table) -> list[Finding]:
    """The columns with personal data, each with its kind and the reason; see `personal_columns`."""
    columns = [_Column(table, name) for name in table.columns]
    found = {column.name: finding for column in columns if (finding := _finding(column)) is not None}
    for left, right in pairwise(columns):
        if _is_pair(left, right) or _is_pair(right, left):
            for column in (left, right):
                why = "it and its neighbour hold degrees of latitude and longitude in Indonesia"
                found.setdefault(column.name, Finding(column.name, "position", why))
    return [found[name] for name in table.columns if name in found]


def check_impersonal(table: Table) -> Table:
    """The table, when it holds no personal data; else a PrivacyError that names every such column.

    For the tables of a round other than the answers (panel, judgements, budget, participants, review): they need no
    person, only a code (E01) and an institution or a field.
    """
    found = findings(table)
    if found:
        told = listed((f"{finding.column!r} ({finding.kind}: {finding.reason})" for finding in found), 20)
        raise PrivacyError(
            f"{table.source} must hold no personal data (UU 27/2022); found {told}. Take the column out of the file, "
            "or write codes in place of persons (E01, E02 ...); an institution or a field may be named."
        )
    return table


class _Column:
    """The different values of one column as text, and those of them that could hold personal data."""

    def __init__(self, table: Table, name: str) -> None:
        self.table, self.name = table, name
        self.label = str(table.labels.get(name, ""))
        self.stored = table.is_number(name)
        self.numbers = np.empty(0)
        self.texts: list[str] = []
        if self.stored:
            # Only long whole numbers can be ids: to write 300,000 weights out as text would take a second.
            values = table.cells[name].to_numpy()
            self.numbers = np.unique(values[~np.isnan(values)])
            self.size = len(self.numbers)
            long = self.numbers[(self.numbers >= 1e9) & (self.numbers < 1e16)]
            self.texts = [str(int(value)) for value in long[long == np.floor(long)]]
        else:
            self.texts = table.distinct(name)[1]
            self.size = len(self.texts)
        hints = pc.match_substring_regex(pa.array(self.texts, pa.string()), patterns.HINT)
        self.places = np.flatnonzero(hints.to_numpy(zero_copy_only=False))
        suspects = [self.texts[place] for place in self.places]
        self.joined = "\n".join(suspects)
        self.starts = np.cumsum([0, *(len(text) + 1 for text in suspects)])[:-1]

    def cells(self, matches: Iterable[re.Match[str]]) -> set[int]:
        """Positions of the different values in which something was found, but not in the tail of a decimal number."""
        at = [found.start() for found in matches if not self._in_decimals(found.start())]
        return set(self.places[np.searchsorted(self.starts, at, side="right") - 1].tolist()) if at else set()

    def _in_decimals(self, start: int) -> bool:
        before = self.joined[max(start - 2, 0) : start]
        return len(before) == 2 and before[0].isdigit() and before[1] == ","

    def is_answers(self) -> bool:
        """Whether the cells are answers of a scale: value labels, numbers below 1000, or only words of answers."""
        if self.stored:
            return bool(np.all((np.abs(self.numbers) < 1000) & (self.numbers == np.floor(self.numbers))))
        known = self.table.value_labels.get(self.name, {})
        if self.size <= 200 and all(text in known or _is_answer(text) for text in self.texts):
            return True
        rows = int(self.table.filled(self.name).sum())
        long = max(len(headings.words(self.name)), len(headings.words(self.label))) >= _SENTENCE
        return long and self.size <= _LABELS_AT_MOST and rows >= 2 * self.size

    def first_row(self, cells: set[int]) -> object:
        """The row in the file of the first cell among those different values."""
        if self.stored:
            wanted = [float(self.texts[cell]) for cell in cells]
            hit = np.isin(self.table.cells[self.name].to_numpy(), wanted)
        else:
            hit = np.isin(self.table.distinct(self.name)[0], list(cells))
        return self.table.cells.index[hit][0]


def _is_answer(text: str) -> bool:
    if _SMALL_NUMBER.fullmatch(text) or not re.search(r"\w", text):
        return True
    said = headings.words_of(text)
    return bool(said) and not re.search(r"\d{3}", text) and all(word in _ANSWER_WORDS for word in said)


def _finding(column: _Column) -> Finding | None:
    if not column.size:
        return None
    by_heading, by_cells = _by_heading(column), _by_cells(column)
    if by_cells is None:
        return Finding(column.name, by_heading, "its heading says so") if by_heading else None
    kind, cells = by_cells
    reason = f"{len(cells)} of {column.size} different values look like it, the first in row {column.first_row(cells)}"
    # A family card's number is built like a NIK: only the heading tells them apart.
    if by_heading and (by_heading == "kk" or kind != "nik"):
        kind, reason = by_heading, f"its heading says so; {reason}" if by_heading == kind else "its heading says so"
    return Finding(column.name, kind, reason)


def _by_heading(column: _Column) -> str:
    kinds = list(dict.fromkeys([*headings.kinds(column.name), *headings.kinds(column.label)]))
    if not kinds:
        return ""
    answers = column.is_answers()
    for kind in kinds:
        if kind in _OF_DIGITS:
            if any(map(_FIVE_DIGITS.search, column.texts)) or (column.stored and (column.numbers >= 1e4).any()):
                return kind
        elif kind == "perhaps name":
            if not answers and _holds_names(column.texts):
                return "name"
        elif not answers:
            return kind
    return ""


def _holds_names(texts: Sequence[str]) -> bool:
    shaped = sum(bool(_NAME.fullmatch(text)) and not _FUNCTION.search(text) for text in texts)
    return shaped > 0 and shaped >= OF_THE_COLUMN * len(texts)


def _by_cells(column: _Column) -> tuple[str, set[int]] | None:
    """The first kind that the cells look like, and which of the different values do."""
    if column.joined:
        for kind, find in _SHAPES:
            if cells := find(column):
                return kind, cells
    return None


def _identity_numbers(column: _Column) -> set[int]:
    found = column.cells(patterns.identity_numbers(column.joined))
    outer = column.cells(patterns.SIXTEEN_DIGITS.finditer(column.joined)) if found else found
    return found if len(found) >= OF_ITS_SHAPE * len(outer) else set()


def _phones(column: _Column) -> set[int]:
    found = column.cells(patterns.PHONE.finditer(column.joined))
    outer = column.cells(patterns.LONG_NUMBER.finditer(column.joined)) | found if found else found
    return found if len(found) >= OF_ITS_SHAPE * len(outer) else set()


def _any(find: Callable[[str], Iterable[re.Match[str]]]) -> Callable[[_Column], set[int]]:
    return lambda column: column.cells(find(column.joined))


def _most(find: Callable[[str], Iterable[re.Match[str]]]) -> Callable[[_Column], set[int]]:
    def found(column: _Column) -> set[int]:
        cells = column.cells(find(column.joined))
        return cells if len(cells) >= OF_THE_COLUMN * column.size else set()

    return found


_SHAPES: tuple[tuple[str, Callable[[_Column], set[int]]], ...] = (
    ("nik", _identity_numbers),
    ("nik", _any(patterns.EXPONENT.finditer)),
    ("email", _any(lambda text: patterns.EMAIL.finditer(text) if "@" in text else ())),
    ("phone", _phones),
    ("position", _any(patterns.points)),
    ("position", _any(patterns.MAP_LINK.finditer)),
    ("attachment", _any(patterns.MEDIA.finditer)),
    ("phone", _most(patterns.BARE_PHONE.finditer)),
    ("device", _most(patterns.IP_ADDRESS.finditer)),
)


def _is_pair(latitude: _Column, longitude: _Column) -> bool:
    """Whether two columns are degrees of latitude and longitude in Indonesia, with four decimals or more."""
    low, high = _degrees(longitude), _degrees(latitude)
    if low is None or high is None:
        return False
    (south, north), (west, east) = patterns.LATITUDES, patterns.LONGITUDES
    return bool(((west <= low) & (low <= east)).all() and ((south <= high) & (high <= north)).all())


def _degrees(column: _Column) -> np.ndarray | None:
    """The values of a column of decimals that all lie within 180, most with four decimals; None for another column."""
    if column.stored:
        values = column.numbers
        if not len(values) or np.abs(values).max() > 180:
            return None
        fine = np.abs(values * 1e3 - np.round(values * 1e3)) > 1e-6
        return values if fine.mean() >= OF_THE_COLUMN else None
    if not column.texts or not all(_DECIMAL.fullmatch(text) for text in column.texts[:50]):
        return None
    if not all(_DECIMAL.fullmatch(text) or _SMALL_NUMBER.fullmatch(text) for text in column.texts):
        return None
    return np.array([float(text.replace(",", ".")) for text in column.texts])
