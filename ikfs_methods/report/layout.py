"""A result laid out for readers: which columns, under which words, with how many decimals; and its HTML.

The frame keeps full precision; only the HTML is rounded. What JupyterLab shows is what the report prints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from ikfs_methods.reading import safe_frame
from ikfs_methods.report.language import NONE, Words

LEFT, NUMBER, CENTER = "left", "num", "center"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the frame, its translated heading, how a cell is written, and how it is aligned."""

    name: str
    heading: str
    write: Callable[[Any], str] = field(default=lambda value: NONE if _nothing(value) else str(value))
    align: str = LEFT


@dataclass(frozen=True, slots=True)
class Laid:
    """A table ready to be shown. `group` names the column whose changes start a new block of rows.

    `shades` maps column names to a function of the row that gives `good`, `warn`, `bad`, `strong` or nothing.
    `full` holds the rows for the file where the table shows only some of them.
    """

    frame: pd.DataFrame
    columns: tuple[Column, ...]
    group: str | None = None
    group_heading: Callable[[Any], str] = str
    shades: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    note: str = ""
    full: pd.DataFrame | None = None

    def html(self, caption: str = "") -> str:
        """The table as plain HTML, rounded for reading."""
        head = "".join(
            f'<th scope="col" class="{column.align}">{escape(column.heading)}</th>' for column in self.columns
        )
        body: list[str] = []
        previous: object = None
        for row in self.frame.to_dict("records"):
            if self.group is not None and row[self.group] != previous:
                previous = row[self.group]
                title = escape(self.group_heading(previous))
                body.append(f'<tr class="group"><th scope="colgroup" colspan="{len(self.columns)}">{title}</th></tr>')
            body.append(f"<tr>{''.join(self._cell(column, row) for column in self.columns)}</tr>")
        top = f"<caption>{escape(caption)}</caption>" if caption else ""
        return f'<table class="ikfs">{top}<thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table>'

    def csv(self) -> str:
        """The table's numbers in full precision, under the frame's own column names.

        Text that a spreadsheet would run as a formula is escaped: names of groups and indicators come from outside.
        """
        frame = self.frame if self.full is None else self.full
        return safe_frame(frame).to_csv(index=False, lineterminator="\n")

    def _cell(self, column: Column, row: Mapping[Any, Any]) -> str:
        shade = self.shades.get(column.name)
        classes = " ".join(name for name in (column.align, shade(row) if shade else "") if name)
        return f'<td class="{classes}">{escape(column.write(row[column.name]))}</td>'


class Columns:
    """Writes columns in one language: `c.number("v", "Aiken V", 3)`."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def text(self, name: str, heading: str) -> Column:
        """Text as it stands."""
        return Column(name, heading)

    def translated(self, name: str, heading: str) -> Column:
        """A short key word of the package, translated."""
        return Column(name, heading, lambda value: NONE if _nothing(value) else self.words(str(value)))

    def called(self, name: str, heading: str, label: Callable[[object], str]) -> Column:
        """A key of the round under the label that the round gives it."""
        return Column(name, heading, lambda value: NONE if _nothing(value) else label(value))

    def number(self, name: str, heading: str, digits: int = 2) -> Column:
        """A number with that many decimals."""
        return Column(name, heading, lambda value: self.words.number(value, digits), NUMBER)

    def integer(self, name: str, heading: str) -> Column:
        """A whole number."""
        return Column(name, heading, self.words.integer, NUMBER)

    def percent(self, name: str, heading: str, digits: int = 1) -> Column:
        """A share as per cent."""
        return Column(name, heading, lambda value: self.words.percent(value, digits), NUMBER)

    def p_value(self, name: str, heading: str) -> Column:
        """A p-value."""
        return Column(name, heading, self.words.p_value, NUMBER)

    def small(self, name: str, heading: str) -> Column:
        """A tiny number in powers of ten."""
        return Column(name, heading, self.words.small, NUMBER)

    def mark(self, name: str, heading: str) -> Column:
        """Yes or no, as a word."""
        return Column(name, heading, lambda value: self.words("yes") if value else self.words("no"), CENTER)


def _nothing(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and pd.isna(value))
