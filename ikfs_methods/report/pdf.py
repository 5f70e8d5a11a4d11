"""The PDF: pandoc writes typst markup, typst sets it; figures that leave a gap are then let float to the next page."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import typst

from ikfs_methods.errors import RenderError
from ikfs_methods.report import fonts
from ikfs_methods.report.document import Document

Run = Callable[[str, str, Sequence[str]], None]
FOOT = 773.0  # points from the paper's upper edge to the end of the text: 297 mm less the margin of 24 mm
GAP = 45.0  # points; three lines of text left empty are no gap yet
GROUP = re.compile(r"^(\s*)(table\.cell\([^\n]*fill: group-fill[^\n]*\]),$", re.MULTILINE)
ROUNDS = 40  # passes at most; each settles one figure or table
TOC_ENTRIES = 42  # with more, the contents show chapters alone, so that they stay on one page


def make(document: Document, work: Path, run: Run) -> bytes:
    """The bytes of report.pdf (tagged, with title, language, date, and alternative texts)."""
    template = Path(__file__).parent / "templates" / f"{document.form}.typ"
    region = document.locale.partition("-")[2]
    day = document.date
    variables = {"language": document.language, "region": region, "year": day.year, "month": day.month, "day": day.day,
                 "author": document.author, "toc-depth": 2}  # fmt: skip
    options = [f"--variable={name}={value}" for name, value in variables.items() if value != ""]
    # Unwrapped, so that a cell is one line of the source, whatever the length of its text.
    run("typst-smart", "report.typ", [f"--template={template}", "--wrap=none", *options])
    source = work / "report.typ"
    text = source.read_text(encoding="utf-8")
    if len(re.findall(r"^==? |^#heading\(level: [12],", text, re.MULTILINE)) > TOC_ENTRIES:
        text = text.replace("depth: 2, indent", "depth: 1, indent")
    # rows that head a group are kept with the row that follows, and read out as headers
    text = GROUP.sub(r"\1table.header(level: 2, repeat: false, \2),", text)
    folder = fonts.copy_fonts(work / "fonts")
    target = work / "report.pdf"
    _set(source, text, folder, document, target)
    return target.read_bytes()


def _set(source: Path, text: str, folder: Path, document: Document, target: Path) -> None:
    compiler = typst.Compiler(str(source), root=str(source.parent), font_paths=[str(folder)], ignore_system_fonts=True)
    floated: list[str] = []
    kept: list[str] = []  # what must stay where it is called for, whatever gap it leaves
    stamp = dt.datetime.combine(document.date, dt.time(), dt.UTC)
    try:
        for _ in range(ROUNDS):
            names = "".join(f'"{name}", ' for name in floated)
            source.write_text(
                re.sub(r"#let floated = \(.*\)", f"#let floated = ({names})", text, count=1), encoding="utf-8"
            )
            places = json.loads(compiler.query("<ikfs-place>", field="value"))
            between = _splitting(places, floated)
            if between is not None:
                kept.append(between)
                floated.remove(between)
                continue
            found = _pushed(places, [*floated, *kept]) or _overtaking(places, [*floated, *kept])
            if found is None:
                break
            floated.append(found)
        _compile(compiler, target, stamp)
    except RuntimeError as error:  # what a query raises; the base of what a compilation raises
        raise RenderError(f"typst could not set report.pdf: {_last_words(error)}") from error


def _compile(compiler: typst.Compiler, target: Path, stamp: dt.datetime) -> None:
    """Writes the PDF: as PDF/UA-1 where the chapters allow it (no heading level left out, say), else just tagged."""
    try:
        compiler.compile(output=str(target), format="pdf", timestamp=stamp, pdf_standards=["ua-1"])
    except RuntimeError:
        compiler.compile(output=str(target), format="pdf", timestamp=stamp)


def _pushed(places: list[dict[str, Any]], floated: list[str]) -> str | None:
    """The first figure or unbreakable table that went to the next page and left a gap where it was called for."""
    before = {place["id"]: place for place in places if place["part"] == "before"}
    for place in places:
        start = before.get(place["id"])
        if place["part"] != "self" or start is None or place["id"] in floated:
            continue
        pages = place["page"] - start["page"]
        if pages > 1 or (pages == 1 and FOOT - start["y"] > GAP):  # a page passed over holds floats and emptiness
            return str(place["id"])
    return None


def _splitting(places: list[dict[str, Any]], floated: list[str]) -> str | None:
    """The first floating part that stands on a page onto which a long table runs, and so between its two halves."""
    first = {place["id"]: place["page"] for place in places if place["part"] == "before"}
    long = [(first.get(place["id"], 0), place["page"]) for place in places if place["part"] == "end"]
    for place in places:
        splits = any(start < place["page"] <= end for start, end in long)
        if place["part"] == "self" and place["id"] in floated and splits:
            return str(place["id"])
    return None


def _overtaking(places: list[dict[str, Any]], floated: list[str]) -> str | None:
    """The first table or figure that stands before one of its kind that floated from above it: it floats after it."""
    # "self" comes after "before"
    ends = {place["id"]: (place["page"], place["y"]) for place in places if place["part"] != "end"}
    last: dict[str, tuple[int, float]] = {}
    for name in dict.fromkeys(place["id"] for place in places if place["part"] == "before"):
        kind = name.partition("-")[0]
        if name not in floated and ends[name] < last.get(kind, (0, 0.0)):
            return str(name)
        last[kind] = max(ends[name], last.get(kind, (0, 0.0)))
    return None


def _last_words(error: Exception) -> str:
    message = getattr(error, "message", None) or str(error)
    return " ".join(str(message).split())[:400]
