"""Which columns of a table hold personal data, by what their headings say and by what their cells look like."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ikfs_methods.checks import listed
from ikfs_methods.errors import PrivacyError
from ikfs_methods.privacy import degrees, headings, patterns
from ikfs_methods.reading.table import Table

# Of what has the outer shape (16 digits; 10 to 14 digits), this share is enough; and of many, any more than chance
# explains: random numbers of 16 digits are built as a NIK in 2.17 % of the cases, of 10 to 13 as a phone number in 1 %.
OF_ITS_SHAPE = 0.2
CHANCE = {"nik": 0.0217, "phone": 0.01}
_STANDARD_ERRORS = 3  # above chance; 5 NIK among 50 numbers are more
_SHARE_AT_LEAST = 0.06  # ids are not random: of those that all begin like a province 5.7 % are built as a NIK
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
_BLANKS = re.compile(r"[^\S\n ]|  ")
_FIVE_DIGITS = re.compile(r"(?:\d[ .\-]?){5}", re.ASCII)
# Of a phone number without its zero: ten digits are a turnover as often, and only a heading tells.
_BARE_DIGITS = 11
_DATE = re.compile(
    r"\d{1,2}[ ./-](?:\d{1,2}|[A-Za-z]{3,9})[ ./-](?:19|20)?\d\d|(?:19|20)\d\d[ ./-]\d{1,2}[ ./-]\d{1,2}.*|"
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])|(?:[0-2]?[1-9]|[123]0|31)(?:0[1-9]|1[0-2])(?:19|20)\d\d",
    re.ASCII,
)
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
    Indonesia (also of two columns side by side), a link to a map, a picture or recording, an IP address; the labels of
    its codes are searched like cells. One such cell in a column of comments is enough; among numbers of the same length
    a share of 0.2 must fit, or more than chance explains, and a shape that other things have, too, must be that of half
    of the different values. Names of persons are found by the heading only, together with what the cells look like.

    Answers the question: which columns may not come in as they are (UU 27/2022)? An empty column holds nothing.
    """
    return {finding.column: finding.kind for finding in findings(table)}


def findings(table: Table) -> list[Finding]:
    """The columns with personal data, each with its kind and the reason; see `personal_columns`."""
    columns = [_Column(table, name) for name in table.columns]
    found = {column.name: finding for column in columns if (finding := _finding(column)) is not None}
    why = "it and a column beside it hold degrees of latitude and longitude in Indonesia"
    for place in degrees.pairs([column.degrees() for column in columns]):
        found.setdefault(columns[place].name, Finding(columns[place].name, "position", why))
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


class _Texts:
    """Different texts, and those of them that could hold personal data, as the patterns read them."""

    def __init__(self, texts: Sequence[str], size: int) -> None:
        self.texts, self.size = texts, size
        known = [text if text.isascii() else patterns.plain(text) for text in texts]
        hints = pc.match_substring_regex(pa.array(known, pa.string()), patterns.HINT)
        self.places = np.flatnonzero(hints.to_numpy(zero_copy_only=False))
        suspects = [known[place] for place in self.places]
        self.joined = "\n".join(suspects)
        if _BLANKS.search(self.joined):
            suspects = [patterns.plain(text) if _BLANKS.search(text) else text for text in suspects]
            self.joined = "\n".join(suspects)
        self.starts = np.cumsum([0, *(len(text) + 1 for text in suspects)])[:-1]

    def cells(self, matches: Iterable[re.Match[str]]) -> set[int]:
        """Positions of the different values in which something was found, but not in the tail of a decimal number."""
        at = [found.start() for found in matches if not self._in_decimals(found.start())]
        return set(self.places[np.searchsorted(self.starts, at, side="right") - 1].tolist()) if at else set()

    def _in_decimals(self, start: int) -> bool:
        before = self.joined[max(start - 2, 0) : start]
        return len(before) == 2 and before[0].isdigit() and before[1] == ","


@lru_cache(maxsize=64)  # many columns share one scale
def _of_labels(labels: tuple[str, ...]) -> _Texts:
    return _Texts(labels, len(labels))


class _Column:
    """One column: its heading, its different values, the labels of its codes."""

    def __init__(self, table: Table, name: str) -> None:
        self.table, self.name = table, name
        self.label = str(table.labels.get(name, ""))
        self.labels = tuple(dict.fromkeys(str(label) for label in table.value_labels.get(name, {}).values()))
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
        self.values = _Texts(self.texts, self.size)

    def degrees(self) -> tuple[np.ndarray, np.ndarray]:
        """The values as degrees, and how many decimals they have."""
        return degrees.stored(self.numbers) if self.stored else degrees.written(self.texts)

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
    if not column.size and not column.labels:
        return None
    by_heading, by_cells, looked_at = _by_heading(column), _by_cells(column.values), "different values"
    if by_cells is None and column.labels:
        by_cells, looked_at = _by_cells(_of_labels(column.labels)), "labels of its codes"
    if by_cells is None:
        return Finding(column.name, by_heading, "its heading says so") if by_heading else None
    kind, cells = by_cells
    if looked_at == "different values":
        reason = f"{len(cells)} of {column.size} {looked_at} look like it, the first in row {column.first_row(cells)}"
    else:
        reason = f"{len(cells)} of {len(column.labels)} {looked_at} look like it"
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
            fits = any(map(_FIVE_DIGITS.search, column.texts)) or (column.stored and (column.numbers >= 1e4).any())
        elif kind == "perhaps birth date":
            fits = _holds_dates(column)
        elif kind == "perhaps name":
            fits = _labels_name(column) or (not answers and _holds_names(column.texts))
        else:
            fits = (column.size and not answers) or (kind == "name" and _labels_name(column))
        if fits:
            return kind.removeprefix("perhaps ")
    return ""


def _holds_names(texts: Sequence[str]) -> bool:
    shaped = sum(bool(_NAME.fullmatch(text)) and not _FUNCTION.search(text) for text in texts)
    return shaped > 0 and shaped >= OF_THE_COLUMN * len(texts)


def _labels_name(column: _Column) -> bool:
    """Whether the labels of the codes are persons' names; the answers to a question about names are not."""
    long = max(len(headings.words(column.name)), len(headings.words(column.label))) >= _SENTENCE
    return not long and not any(map(_is_answer, column.labels)) and _holds_names(column.labels)


def _holds_dates(column: _Column) -> bool:
    """Whether most values are whole dates, written (15-01-1990, 15 Januari 1990) or as eight digits."""
    texts = [f"{value:.0f}" for value in column.numbers] if column.stored else column.texts
    return sum(_DATE.fullmatch(text) is not None for text in texts) > OF_THE_COLUMN * len(texts)


def _by_cells(values: _Texts) -> tuple[str, set[int]] | None:
    """The first kind that the texts look like, and which of them do."""
    if values.joined:
        for kind, find in _SHAPES:
            if cells := find(values):
                return kind, cells
    return None


def _beyond_chance(kind: str, found: set[int], outer: set[int]) -> set[int]:
    """What was found, when it is enough of the outer shape for a column of that kind; else nothing."""
    n, chance = len(outer), CHANCE[kind]
    expected = max(n * _SHARE_AT_LEAST, n * chance + _STANDARD_ERRORS * (n * chance * (1 - chance)) ** 0.5)
    return found if len(found) >= min(OF_ITS_SHAPE * n, expected) else set()


def _identity_numbers(values: _Texts) -> set[int]:
    found = values.cells(patterns.identity_numbers(values.joined))
    outer = values.cells(patterns.SIXTEEN_DIGITS.finditer(values.joined)) if found else found
    return _beyond_chance("nik", found, outer)


def _phones(values: _Texts) -> set[int]:
    found = values.cells(patterns.phones(values.joined))
    outer = values.cells(patterns.LONG_NUMBER.finditer(values.joined)) | found if found else found
    return _beyond_chance("phone", found, outer)


def _bare_phones(values: _Texts) -> set[int]:
    """Phone numbers that lost their zero, when half of the values have eleven digits or more and are no round sums."""
    numbers = [found for found in patterns.BARE_PHONE.finditer(values.joined) if not found.group().endswith("000")]
    long = values.cells(found for found in numbers if len(found.group()) >= _BARE_DIGITS)
    return values.cells(numbers) if len(long) >= OF_THE_COLUMN * values.size else set()


def _any(find: Callable[[str], Iterable[re.Match[str]]]) -> Callable[[_Texts], set[int]]:
    return lambda values: values.cells(find(values.joined))


def _addresses(values: _Texts) -> set[int]:
    cells = values.cells(patterns.IP_ADDRESS.finditer(values.joined))
    return cells if len(cells) >= OF_THE_COLUMN * values.size else set()


_SHAPES: tuple[tuple[str, Callable[[_Texts], set[int]]], ...] = (
    ("nik", _identity_numbers),
    ("nik", _any(patterns.EXPONENT.finditer)),
    ("identity number", _any(patterns.civil_servant_numbers)),
    ("email", _any(lambda text: patterns.EMAIL.finditer(text) if "@" in text else ())),
    ("phone", _phones),
    ("position", _any(patterns.points)),
    ("position", _any(patterns.MAP_LINK.finditer)),
    ("attachment", _any(patterns.MEDIA.finditer)),
    ("phone", _bare_phones),
    ("device", _addresses),
)
