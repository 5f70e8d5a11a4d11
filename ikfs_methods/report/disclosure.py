"""Respondents kept out of a report: their rows are not displayed while it is made, and nothing that names one is kept.

Two safeguards. In the kernels of a report run, a frame, series or array with a row per respondent displays as a notice
(`veil`). And before anything is written beside the data, every executed chapter is searched for ids of the round's
respondents, and for tables as pandas prints them with a row per respondent (`refuse_respondents`).

What they see: ids of at least four characters with a letter in them; ids of at least six digits where they are at least
half of the long whole numbers of an output; any id under the name of the id column; and tables of as many rows as there
are respondents, from sixty on. What they cannot see: rows that lost both their ids and their number (a part of the
answers with a new index, one person's answers in a list), short numbers as ids elsewhere than in such a table, ids that
were changed or drawn as a picture, and files that a chapter writes elsewhere. They catch a slip, not an intent: a
chapter should show results of the package, which hold no respondents.
"""

from __future__ import annotations

import csv
import html
import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.checks import listed
from ikfs_methods.errors import ChapterError, PrivacyError
from ikfs_methods.report.language import Words
from ikfs_methods.result import Shown
from ikfs_methods.rounds import Round

VARIABLE = "IKFS_REPORT_RUN"  # set in the kernels of a report run, so that work by hand in JupyterLab stays as it is
_LONG = 60  # from so many rows on, an array or frame with a row per respondent is known by its length alone
_WORD = re.compile(r"[^\W_]+")
_WHOLE = re.compile(r"(?<![\w.,])(\d{6,})(?:\.0+)?(?!\w|[.,]\d)")
_ROWS = re.compile(r"\b(\d+) rows [x×] \d+ columns\b|\bLength: (\d+)\b")
_HEADING_CELL = re.compile(r"<th[^>]*>(.*?)</th>", flags=re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_COMMENT = re.compile(r"<!--(.*?)-->", flags=re.DOTALL)  # matplotlib keeps there what it draws as outlines


@dataclass(frozen=True)
class Respondents:
    """The ids of a round's respondents as text, the name of their column, and how many rows their tables have."""

    ids: frozenset[str]
    name: str
    sizes: frozenset[int]
    notice: str = field(default="", compare=False)

    @classmethod
    def of(cls, opened: Round) -> Respondents:
        """Those of all delivered answers and of the answers that are used."""
        index = opened.delivered.items.index
        words = Words(opened.language)
        notice = words("Rows of respondents are not shown while a report is made.")
        sizes = frozenset(size for size in (opened.delivered.n, opened.answers.n) if size >= _LONG)
        return cls(frozenset(map(str, index)), str(index.name), sizes, notice)

    @cached_property
    def lettered(self) -> dict[str, list[str]]:
        """Ids that a search can tell from other text, by one word: the longest with a digit, else the longest.

        Looked up word by word, a text costs the same for 200 respondents as for 300,000.
        """
        found: dict[str, list[str]] = {}
        for name in self.ids:
            if len(name) >= 4 and any(letter.isalpha() for letter in name):
                found.setdefault(max(_WORD.findall(name), key=_telling), []).append(name)
        return found

    @cached_property
    def numbered(self) -> frozenset[str]:
        """Ids that are long whole numbers."""
        return frozenset(name for name in self.ids if len(name) >= 6 and name.isascii() and name.isdigit())

    @cached_property
    def distinctive(self) -> frozenset[str]:
        """All ids that can be told from other text."""
        return self.numbered.union(*self.lettered.values())

    def named_in(self, text: str, *, numbers: bool = True) -> bool:
        """Whether the text holds an id that can be told from other text."""
        for word in set(_WORD.findall(text)) & self.lettered.keys():
            for name in self.lettered[word]:
                if name in text and re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", text):
                    return True
        long = _WHOLE.findall(text) if numbers and self.numbered else []
        return bool(long) and 2 * sum(number in self.numbered for number in long) >= len(long)

    def rows_in(self, text: str) -> bool:
        """Whether the text holds a table as pandas prints it, with a row per respondent."""
        if any(int(one or other) in self.sizes for one, other in _ROWS.findall(text)):
            return True
        lines = [line.strip() for line in text.splitlines()]
        places = [place for place, line in enumerate(lines) if line == self.name and self.name]
        return any(self._is_id(part) for place in places for part in _starts(lines[place + 1 : place + 2]))

    def headings_in(self, page: str) -> bool:
        """Whether the HTML holds a table whose row headings are respondents."""
        cells = [html.unescape(_TAG.sub("", cell)).strip() for cell in _HEADING_CELL.findall(page)]
        return self.name in cells and any(map(self._is_id, cells[cells.index(self.name) :]))

    def column_in(self, table: str) -> bool:
        """Whether the CSV holds a column of ids: under their name, or long whole numbers most of which are ids."""
        head, *rows = list(csv.reader(io.StringIO(table))) or [[]]
        for place, name in enumerate(head):
            cells = [row[place] for row in rows if place < len(row) and row[place]]
            if name == self.name and any(map(self._is_id, cells)):
                return True
            known = sum(cell.removesuffix(".0") in self.numbered for cell in cells) if self.numbered else 0
            if known > 1 and 2 * known >= len(cells):
                return True
        return False

    def _is_id(self, text: str) -> bool:
        return text in self.ids or text.removesuffix(".0") in self.ids

    def fill(self, shown: Any) -> bool:
        """Whether an object has a row (or a column) per respondent, or a column of their ids."""
        if isinstance(shown, Shown) and not isinstance(shown, Round):
            shown = shown.to_frame()  # type: ignore[attr-defined]
        if isinstance(shown, np.ndarray):
            return shown.ndim > 0 and shown.shape[0] in self.sizes
        if isinstance(shown, pd.Index):
            return self._labels(shown)
        if isinstance(shown, pd.Series):
            return len(shown) in self.sizes or self._labels(shown.index) or self._cells(shown)
        if isinstance(shown, pd.DataFrame):
            cells = (shown.iloc[:, place] for place in range(shown.shape[1]))
            long = len(shown) in self.sizes or shown.shape[1] in self.sizes
            return long or self._labels(shown.index) or self._labels(shown.columns) or any(map(self._cells, cells))
        return False

    def _labels(self, index: pd.Index) -> bool:
        for level in range(index.nlevels):
            labels = index.get_level_values(level)
            if labels.name == self.name and len(labels) and all(str(label) in self.ids for label in labels):
                return True
            if self._cells(labels.to_series()):
                return True
        return False

    def _cells(self, column: pd.Series) -> bool:
        if pd.api.types.is_float_dtype(column.dtype):
            return False
        return any(str(value) in self.distinctive for value in column.unique())


def _telling(word: str) -> tuple[bool, int]:
    """How well a word tells one id from another: a prefix that all share has no digit."""
    return any(letter.isdigit() for letter in word), len(word)


def _starts(lines: Iterable[str]) -> Iterator[str]:
    """What the first column of each line may be: up to the first blank, or up to the first two."""
    for line in lines:
        yield from (re.split(r"\s+", line)[0], re.split(r"\s{2,}", line)[0])


def veil(opened: Round) -> None:
    """Has this kernel display a notice in place of rows of the round's respondents, when it belongs to a report run."""
    from IPython import get_ipython  # noqa: PLC0415 - only a kernel has one

    shell = get_ipython() if os.environ.get(VARIABLE) else None
    if shell is None:
        return
    people, plain = Respondents.of(opened), shell.display_formatter.format

    def format_(shown: Any, *args: Any, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return ({"text/plain": people.notice}, {}) if people.fill(shown) else plain(shown, *args, **options)

    # One gate for all forms of display; those of a type (HTML, plain text) would each need a rule of their own.
    shell.display_formatter.format = format_


def refuse_respondents(executed: Iterable[Path], opened: Round) -> None:
    """Raises PrivacyError, naming chapters and cells, when an executed chapter holds ids or rows of respondents."""
    import nbformat  # noqa: PLC0415 - three seconds to load, and the kernels, which import this module, do not need it

    people, faults = Respondents.of(opened), []
    for path in executed:
        notebook = nbformat.read(path, as_version=4)
        heading, number = "start", 0
        for cell in notebook.cells:
            # Numbered as in the chapter's own notebook, which has no cell of injected parameters.
            number += "injected-parameters" not in cell.metadata.get("tags", [])
            if cell.cell_type == "markdown":
                heading = (re.findall(r"^#+\s+(.+?)(?:\s*\{.*\})?$", cell.source, flags=re.MULTILINE) or [heading])[-1]
            kinds = dict.fromkeys(_found(cell, people))
            if kinds:
                faults.append(f"chapter {path.stem}, cell {number} (section {heading!r}): {listed(kinds)}")
        if people.named_in(json.dumps(notebook.metadata), numbers=False):
            faults.append(f"chapter {path.stem}: the notebook's own metadata")
    if faults:
        raise PrivacyError(
            "a report must hold no respondent's id and no row per respondent; found in "
            f"{'; '.join(faults[:8])}{f'; and {len(faults) - 8} more' if len(faults) > 8 else ''}. Show a summary "
            "there (a table, figure or sentence of the package), or take the cell out. Nothing was written; a former "
            "report stays."
        )


def _found(cell: Any, people: Respondents) -> Iterator[str]:
    """In what of a cell respondents show."""
    if people.named_in(cell.source, numbers=False):
        yield "the cell's own text"
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            if people.named_in(output.text) or people.rows_in(output.text):
                yield "printed text"
        elif output.output_type == "error":
            if people.named_in("\n".join([output.ename, output.evalue, *output.traceback])):
                yield "an error message"
        else:
            about = output.metadata.get("ikfs", {})
            yield from _in_table(about, people)
            yield from _in_data(output.get("data", {}), people, from_table=about.get("kind") == "table")


def _in_table(about: Mapping[str, Any], people: Respondents) -> Iterator[str]:
    table = str(about.get("csv", ""))
    # Its numbers are judged by columns, where they have a meaning.
    if table and (people.column_in(table) or people.named_in(table, numbers=False)):
        yield "a table's file"
    said = " ".join(str(about.get(name, "")) for name in ("caption", "note", "alt"))
    if people.named_in(said, numbers=False):
        yield "a caption, note or description"


def _in_data(data: Mapping[str, Any], people: Respondents, *, from_table: bool) -> Iterator[str]:
    for kind, value in data.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if kind == "image/svg+xml":
            said = html.unescape(" ".join(_COMMENT.findall(text)) + " " + _TAG.sub(" ", _COMMENT.sub(" ", text)))
            seen = people.named_in(said, numbers=False)
        elif kind.startswith("image/"):
            seen = False
        elif kind == "text/html":
            plain = html.unescape(_TAG.sub(" ", text))
            seen = people.named_in(plain, numbers=not from_table) or people.headings_in(text)
            seen = seen or any(int(one or other) in people.sizes for one, other in _ROWS.findall(plain))
        else:
            seen = people.named_in(text) or people.rows_in(text)
        if seen:
            yield "a figure" if kind.startswith("image/") else "what it displays"


def without_respondents(error: ChapterError, opened: Round) -> ChapterError:
    """The error of a chapter, without its message where that names a respondent."""
    people, said = Respondents.of(opened), str(error)
    if not people.named_in(said):
        return error
    where, mark, _ = said.partition("': ")
    told = f"{where}'" if mark and not people.named_in(where) else "a chapter"
    return ChapterError(
        f"{told}: a cell failed, and its message is withheld because it holds the id of a respondent. "
        "Run the chapter in JupyterLab to see it."
    )
