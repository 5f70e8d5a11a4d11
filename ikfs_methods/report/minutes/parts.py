"""The kinds of parts that a record is made of, from plain text: what people wrote is taken word for word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from ikfs_methods.report.columns import lay_out
from ikfs_methods.report.grid import Cell, Grid, Row
from ikfs_methods.report.minutes import wording

Part = dict[str, Any]
# What pandoc could take for markup in prose; as a character reference it cannot.
_MARKS = re.compile(r"[\\`*_{}\[\]<>#@$^~|&]")
# A line that would begin a list of its own.
_NUMBERED = re.compile(r"^(\(?\w{1,5})([.)])(?=\s|$)")
_BULLET = re.compile(r"^[-+:%]")


def literal(text: str) -> str:
    """The text on one line, for Markdown, without anything in it that Markdown would take for a mark."""
    plain = _MARKS.sub(_reference, " ".join(text.split()))
    plain = _NUMBERED.sub(lambda found: f"{found[1]}&#{ord(found[2])};", plain)
    return _BULLET.sub(_reference, plain)


def _reference(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def heading(text: str, *, numbered: bool = True) -> Part:
    """A heading of the record."""
    return {"kind": "prose", "text": f"# {literal(text)}{'' if numbered else ' {.unnumbered}'}"}


def paragraph(text: str) -> Part:
    """A paragraph."""
    return {"kind": "prose", "text": literal(text)}


def note(text: str) -> Part:
    """A paragraph that is not part of what was agreed, in italics."""
    return {"kind": "prose", "text": f"*{literal(text)}*"}


def listing(texts: Sequence[str]) -> Part:
    """A numbered list; ruled lines to write on where it is empty."""
    lines = texts or [wording.BLANK] * wording.LINES
    return {"kind": "prose", "text": "\n".join(f"{place}. {literal(text)}" for place, text in enumerate(lines, 1))}


def facts(rows: Sequence[tuple[str, str]]) -> Part:
    """Names and values side by side; a value that is empty is left open."""
    return {"kind": "facts", "rows": [{"key": key, "value": value.strip() or wording.BLANK} for key, value in rows]}


def signatures(*, closing: str, day: str, offices: Sequence[str]) -> Part:
    """The last sentence, place and date, and a place to sign for each office."""
    return {
        "kind": "signatures", "closing": closing, "day": day, "offices": list(offices), "line": wording.SIGN_HERE,
    }  # fmt: skip


def new_page() -> Part:
    """What follows begins on a new page."""
    return {"kind": "page"}


def cell(text: str, *classes: str, header: bool = False, columns: int = 1) -> Cell:
    """One cell of a table, from plain text; its line breaks stay."""
    return Cell(escape(text).replace("\n", "<br />"), header, list(classes), columns=columns)


def table(
    head: Sequence[str],
    body: Sequence[Row],
    *,
    widths: Sequence[float] | None = None,
    by_hand: bool = False,
    below: str = "",
) -> Part:
    """A table without a number; `widths` in per cent of the line, `by_hand` with rules and room to write."""
    shown = [Row([cell(text, header=True) for text in head], []), *body]
    if by_hand:
        for row in shown:
            for one in row.cells:
                one.classes.append("form")
    given: list[float | None] = [None] * len(head) if widths is None else [*widths]
    made = lay_out(Grid([shown[0]], shown[1:], len(head), given))
    for row in (*made["head"], *made["body"]):
        for one in row["cells"]:
            # The reader would look for formulas in HTML, where a text with two dollar signs has none.
            one["text"] = "\n".join(Cell(one["html"], header=False).lines)
    return {"kind": "table", "note": literal(below), **made}
