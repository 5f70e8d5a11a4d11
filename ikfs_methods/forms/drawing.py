"""A sheet of a form under the pen: locked texts, cells to fill with their drop-downs, colours, protection, print."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from copy import copy
from typing import Any

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from ikfs_methods.forms.layout import KEYS_COLUMN, KEYS_ROW, marker

HIDDEN = "ikfs"
_LINE = Side(style="thin", color="BFBFBF")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
TO_FILL, DONE, WRONG, BAND, HEAD = (
    PatternFill("solid", start_color=colour, end_color=colour)
    for colour in ("FFF2CC", "E2EFDA", "F8CBAD", "DDEBF7", "1F4E78")
)
# Of conditional formats, whose fill is the background colour.
_DYED = {fill: PatternFill("solid", bgColor=fill.start_color.rgb) for fill in (TO_FILL, DONE, WRONG)}


class Lists:
    """The hidden sheet: what the form is, and the options of its drop-downs (names may hold commas)."""

    def __init__(self, book: Workbook, facts: Sequence[tuple[str, str]]) -> None:
        self.sheet = book.create_sheet(HIDDEN)
        self.sheet.sheet_state = "hidden"
        self.sheet.protection.sheet = True
        for row, (name, value) in enumerate(facts, 1):
            put(self.sheet.cell(row, 1), name)
            put(self.sheet.cell(row, 2), value)
        self._next = 1
        self._known: dict[tuple[object, ...], str] = {}

    def reference(self, options: Sequence[object]) -> str:
        """Where the options stand, as a drop-down refers to them."""
        key = tuple(options)
        if key not in self._known:
            for place, option in enumerate(options):
                put(self.sheet.cell(self._next, 4 + place), option)
            last = get_column_letter(3 + len(options))
            self._known[key] = f"{HIDDEN}!$D${self._next}:${last}${self._next}"
            self._next += 1
        return self._known[key]


class Page:
    """One visible sheet; column A and row 1 hold the keys by which a returned form is read, and are hidden."""

    def __init__(self, book: Workbook, title: str, kind: Sequence[str], keys: Sequence[str], *, footer: str) -> None:
        self.sheet = book.create_sheet(_title(title, book.sheetnames))
        self.row = KEYS_ROW
        self._styles: dict[tuple[bool, ...], Any] = {}
        put(self.sheet.cell(KEYS_ROW, KEYS_COLUMN), marker(*kind))
        self.columns = {key: KEYS_COLUMN + place for place, key in enumerate(keys, 1)}
        for key, column in self.columns.items():
            put(self.sheet.cell(KEYS_ROW, column), key)
        self.sheet.row_dimensions[KEYS_ROW].hidden = True
        self.sheet.column_dimensions[get_column_letter(KEYS_COLUMN)].hidden = True
        self._print(footer)
        protection = self.sheet.protection
        # Against slips, not against people: no password; columns may be widened and rows made higher.
        protection.sheet, protection.formatColumns, protection.formatRows = True, False, False

    def _print(self, footer: str) -> None:
        setup = self.sheet.page_setup
        setup.paperSize, setup.orientation = self.sheet.PAPERSIZE_A4, self.sheet.ORIENTATION_LANDSCAPE
        setup.fitToWidth, setup.fitToHeight = 1, 0
        self.sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        margins = self.sheet.page_margins
        margins.left = margins.right = 0.4
        margins.top, margins.bottom, margins.footer = 0.6, 0.7, 0.3
        self.sheet.oddFooter.left.text = footer.replace("&", "&&")
        self.sheet.oddFooter.right.text = "&P / &N"

    def cell(self, key: str) -> Any:
        """The cell of a column in the present row."""
        return self.sheet.cell(self.row, self.columns[key])

    def at(self, key: str, row: int | None = None, *, fixed: str = "") -> str:
        """The address of a cell: D7; with `fixed` "column", "row" or "both" $ before those parts."""
        letter, number = get_column_letter(self.columns[key]), self.row if row is None else row
        return f"{'$' * (fixed in ('column', 'both'))}{letter}{'$' * (fixed in ('row', 'both'))}{number}"

    def widths(self, **widths: float) -> None:
        """Column widths in characters."""
        for key, width in widths.items():
            self.width(key, width)

    def width(self, key: str, width: float) -> None:
        """The width of one column, in characters."""
        self.sheet.column_dimensions[get_column_letter(self.columns[key])].width = width

    def line(self, text: str, *, bold: bool = False, size: int = 11) -> None:
        """A line of text across the sheet, wrapped within all of its columns."""
        self.row += 1
        lines = _lines(text, self._room() * 11 / size)
        first, last = min(self.columns.values()), max(self.columns.values())
        cell = self.sheet.cell(self.row, first)
        put(cell, text, font(bold=bold, size=size))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if last > first:
            self.sheet.merge_cells(start_row=self.row, end_row=self.row, start_column=first, end_column=last)
        self._high(lines, size)

    def headings(self, texts: Sequence[str], *, freeze: str | None = None) -> None:
        """The headings of the columns, repeated on every printed page; what stands left of `freeze` stays in sight."""
        self.row += 1
        for column, text in zip(self.columns.values(), texts, strict=True):
            cell = self.sheet.cell(self.row, column)
            put(cell, text, font(bold=True, color="FFFFFF"))
            cell.fill, cell.border = HEAD, _BOX
            cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        pairs = zip(self.columns.values(), texts, strict=True)
        # Bold letters are wider.
        self._high(max(_lines(text, self._wide(column) * 0.85) for column, text in pairs))
        self.sheet.print_title_rows = f"{self.row}:{self.row}"
        if freeze is not None:
            self.sheet.freeze_panes = f"{get_column_letter(self.columns[freeze])}{self.row + 1}"

    def _wide(self, column: int) -> float:
        return float(self.sheet.column_dimensions[get_column_letter(column)].width)

    def band(self, text: str) -> None:
        """A row that opens a group of rows."""
        self.row += 1
        for column in self.columns.values():
            self.sheet.cell(self.row, column).fill = BAND
        first, last = min(self.columns.values()), max(self.columns.values())
        cell = self.sheet.cell(self.row, first)
        put(cell, text, font(bold=True))
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        self.sheet.merge_cells(start_row=self.row, end_row=self.row, start_column=first, end_column=last)
        self._high(_lines(text, self._room() * 0.9))

    def _room(self) -> float:
        """The width of all columns, in characters."""
        return sum(self._wide(column) for column in self.columns.values())

    def _high(self, lines: int, size: int = 11) -> None:
        """Makes the row high enough; programs do not do so by themselves for a file that they did not write."""
        row = self.sheet.row_dimensions[self.row]
        row.height = max(row.height or 0, lines * size * 1.36 + 4)

    def start(self, key: str) -> None:
        """A new row, with the key by which its answers are read."""
        self.row += 1
        put(self.sheet.cell(self.row, KEYS_COLUMN), key)

    def text(self, key: str, value: object, *, bold: bool = False, centred: bool = False) -> None:
        """A locked text or number in a boxed cell."""
        cell = self.cell(key)
        self._dress(cell, bold=bold, centred=centred, locked=True)
        put(cell, value)
        self._high(_lines(str(value), self._wide(self.columns[key])))

    def fill(self, key: str, value: object = None, *, centred: bool = True, lines: int = 1) -> None:
        """An unlocked cell for an answer, with room for some lines."""
        cell = self.cell(key)
        self._high(lines)
        self._dress(cell, bold=False, centred=centred, locked=False)
        if value is not None:
            put(cell, value)

    def _dress(self, cell: Any, **how: bool) -> None:
        """Boxes a cell; openpyxl takes its time over each style, so that cells dressed alike share one."""
        key = tuple(how.values())
        if key in self._styles:
            cell._style = copy(self._styles[key])  # noqa: SLF001 - openpyxl's own way to dress cells alike
            return
        cell.font, cell.border, cell.protection = font(bold=how["bold"]), _BOX, Protection(locked=how["locked"])
        horizontal = "center" if how["centred"] else None
        cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal=horizontal)
        self._styles[key] = cell._style  # noqa: SLF001

    def formula(self, key: str, formula: str, *, bold: bool = True) -> None:
        """A cell that the spreadsheet computes."""
        cell = self.cell(key)
        cell.value, cell.font = f"={formula}", font(bold=bold)

    def offer(self, cells: str, reference: str, words: tuple[str, str], *, strict: bool = True) -> None:
        """A drop-down for a range; `words`: title and text of the message for anything else."""
        rule = DataValidation(type="list", formula1=reference, allow_blank=True, showErrorMessage=strict)
        rule.errorTitle, rule.error = words
        rule.add(cells)
        self.sheet.add_data_validation(rule)

    def whole(self, cells: str, low: int, high: int, words: tuple[str, str]) -> None:
        """Whole numbers from low to high in a range."""
        rule = DataValidation(
            type="whole", operator="between", formula1=str(low), formula2=str(high), allow_blank=True,
            showErrorMessage=True,
        )  # fmt: skip
        rule.errorTitle, rule.error = words
        rule.add(cells)
        self.sheet.add_data_validation(rule)

    def dye(self, cells: str, formula: str, fill: PatternFill) -> None:
        """Colours the cells of a range for which a formula is true; the first rule that is decides."""
        self.sheet.conditional_formatting.add(cells, FormulaRule([formula], fill=_DYED[fill], stopIfTrue=True))

    def empty(self, cells: str, first: str) -> None:
        """Colours the cells of a range that are still to be filled; `first` is the address of its first cell."""
        self.dye(cells, f"LEN(TRIM({first}))=0", TO_FILL)


def font(**how: Any) -> Font:
    """The letters of a form; without a name each program takes another kind."""
    return Font(**{"name": "Calibri", "size": 11, **how})


def put(cell: Any, value: object, letters: Font | None = None) -> None:
    """Writes a value; a text is a text, whatever it begins with, and never a formula."""
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", value)
        cell.data_type = "s"
        # What a spreadsheet shows as an apostrophe in front: the text stays one when somebody edits the cell.
        if value.startswith(("=", "+", "-", "@")):
            cell.quotePrefix = True
    else:
        cell.value = value
    if letters is not None:
        cell.font = letters


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of so many characters."""
    return sum(max(1, len(textwrap.wrap(line, max(4, int(width))))) for line in text.split("\n"))


def spoken(text: str) -> str:
    """A text inside a formula."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _title(wanted: str, taken: Sequence[str]) -> str:
    """A name that a sheet may have: up to 31 characters, no marks of addresses, once in the workbook."""
    plain = "".join(" " if character in "[]:*?/\\'" else character for character in wanted).strip()[:31] or "form"
    known, title, number = {name.casefold() for name in taken}, plain, 2
    while title.casefold() in known:
        title, number = f"{plain[:27]} {number}", number + 1
    return title
