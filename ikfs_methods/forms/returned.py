"""A returned form as it stands in its file: whose it is, what it asked, its cells by the keys of rows and columns."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from ikfs_methods.errors import InputFileError
from ikfs_methods.forms.asked import Asked, read_asked
from ikfs_methods.forms.layout import marked
from ikfs_methods.forms.saying import shown_name
from ikfs_methods.forms.workbook import FORM
from ikfs_methods.reading.archive import refuse_bomb

Cells = Mapping[str, Any]
# A form has some 100 kB of XML; one with pictures pasted into it may have more.
_LARGEST = 200_000_000
_MOST_ROWS, _MOST_COLUMNS = 20_000, 200
# Where a mark may have moved to when rows and columns were inserted.
_SEARCHED = 60
_OLE = b"\xd0\xcf\x11\xe0"
_REMEDY = "Ask the expert for the file once more, or copy the answers into a fresh form"


@dataclass(frozen=True, slots=True, eq=False)
class SheetCells:
    """The cells of one sheet by row key, then by column key; `doubled` names row keys that stand twice and differ."""

    rows: Mapping[str, Cells]
    doubled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ReturnedForm:
    """One returned file; `sheets` by what each is: ("ratings",), ("budget", "KD")."""

    name: str
    expert: str
    asked: Asked
    sheets: Mapping[tuple[str, ...], SheetCells]


def returned_form(path: Path) -> ReturnedForm:
    """The form in a file, as Excel, LibreOffice or Google Sheets left it.

    Raises InputFileError, in plain words, for a file that is damaged, locked by a password, or none of our forms. The
    message does not name the file: its caller does.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start == _OLE:
        raise InputFileError("a form must be readable; it is protected by a password, or saved as an old .xls. "
                             "Save it as .xlsx without a password")  # fmt: skip
    if start[:2] != b"PK":
        raise InputFileError(f"a form must be an XLSX workbook; it is empty, damaged or of another kind. {_REMEDY}")
    try:
        refuse_bomb(path, limit=_LARGEST, remedy="It is no form of ours")
        grids = _grids(path)
    except InputFileError:
        raise
    # openpyxl meets damage with errors of every kind: nothing but its own calls stands in `_grids`.
    except Exception as error:
        raise InputFileError(
            f"a form must be a whole XLSX workbook; it is damaged ({type(error).__name__}). {_REMEDY}"
        ) from error
    return _known(path, grids)


def _grids(path: Path) -> list[list[tuple[Any, ...]]]:
    """The stored values of every sheet, row by row."""
    with warnings.catch_warnings(), path.open("rb") as file:
        # openpyxl tells of drop-down lists and formats that it leaves aside; no answer depends on them.
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        grids = []
        with contextlib.closing(book):
            for sheet in book.worksheets:
                # What a sheet says of its own size is often wrong.
                sheet.reset_dimensions()
                rows = sheet.iter_rows(values_only=True, max_row=_MOST_ROWS, max_col=_MOST_COLUMNS)
                grids.append([tuple(row) for row in rows])
    return grids


def _known(path: Path, grids: list[list[tuple[Any, ...]]]) -> ReturnedForm:
    facts: list[tuple[str, str]] = []
    sheets: dict[tuple[str, ...], SheetCells] = {}
    for grid in grids:
        told = [(str(row[0]).strip(), _text(row[1])) for row in grid if len(row) > 1 and row[0] is not None]
        if told and told[0][0] == FORM:
            facts = told
        elif (found := _keyed(grid)) is not None:
            sheets.setdefault(*found)
    if not facts:
        raise InputFileError(
            "a form must come from `ikfs forms`; this workbook does not (its hidden sheet is not there). Take it out "
            f"of the folder, or, if an expert's answers stand in it, {_REMEDY[0].lower()}{_REMEDY[1:]}"
        )
    named = dict(facts)
    try:
        asked = read_asked("".join(value for name, value in facts if name == "asked"))
    except ValueError:
        raise InputFileError(f"a form's hidden sheet must be left as it is; it was changed. {_REMEDY}") from None
    expert = named.get("expert", "")
    if named.get("round") != asked.round or asked.fingerprint != named.get("fingerprint") or not expert:
        raise InputFileError(f"a form's hidden sheet must be left as it is; it was changed. {_REMEDY}")
    return ReturnedForm(shown_name(path.name), expert, asked, sheets)


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _keyed(grid: list[tuple[Any, ...]]) -> tuple[tuple[str, ...], SheetCells] | None:
    """What a sheet is and its cells by their keys; None for a sheet that somebody added."""
    places = (
        (row, column, kind)
        for row, cells in enumerate(grid[:_SEARCHED])
        for column, value in enumerate(cells[:_SEARCHED])
        if (kind := marked(value)) is not None
    )
    found = next(places, None)
    if found is None:
        return None
    top, side, kind = found
    columns = {column: _text(value) for column, value in enumerate(grid[top]) if column != side and _text(value)}
    rows: dict[str, Cells] = {}
    doubled = []
    for row in grid[top + 1 :]:
        key = _text(row[side]) if len(row) > side else ""
        if not key:
            continue
        cells = {name: row[column] for column, name in columns.items() if column < len(row)}
        if key in rows and rows[key] != cells:
            doubled.append(key)
        rows.setdefault(key, cells)
    return kind, SheetCells(rows, tuple(dict.fromkeys(doubled)))
