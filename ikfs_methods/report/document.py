"""What a document is made from: its chapters in order and the words around them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ikfs_methods.errors import RenderError
from ikfs_methods.framework import check_language

WORDS = {
    "id": {
        "table": "Tabel",
        "figure": "Gambar",
        "appendix": "Lampiran",
        "page": "Halaman",
        "skip": "Langsung ke isi",
        "absent": "tidak tersedia",
    },
    "en": {
        "table": "Table",
        "figure": "Figure",
        "appendix": "Appendix",
        "page": "Page",
        "skip": "Skip to content",
        "absent": "not available",
    },
}
LOCALES = {"id": "id-ID", "en": "en-GB"}


@dataclass(frozen=True, slots=True)
class Written:
    """A chapter that no notebook holds: its parts as `assemble` would give them (prose, table, facts ...), in order."""

    name: str
    parts: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A report, or another document in its typography, before it is rendered.

    `chapters` are executed notebooks, or what was written without one, in reading order; `facts` stand as a block below
    the title and may hold inline Markdown, as `notice` may not: it is a plain sentence that appears on every page (""
    for none). `date` is the only clock of the document: it goes to the metadata of the files and to every time stamp in
    them, so that the same chapters give the same bytes. `form` chooses the page description (templates/<form>.typ) and
    what stands before the chapters: a report has a list of contents, minutes have their title in the middle with
    `below` (plain lines) under it.
    """

    chapters: tuple[Path | Written, ...]
    language: str  # id | en
    title: str
    date: dt.date
    kicker: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    short_title: str = ""
    round_id: str = ""
    notice: str = ""
    footer: str = ""
    bibliography: Path | None = None
    toc_title: str = ""
    references_title: str = ""
    author: str = ""
    form: Literal["report", "minutes"] = "report"
    below: tuple[str, ...] = ()
    words: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Checks what can be checked before any work is done; raises RenderError or ParameterError."""
        check_language(self.language)
        if not self.chapters:
            raise RenderError("a report must have at least one chapter; found none. Name the executed notebooks.")
        if not self.title.strip():
            raise RenderError("a report must have a title; found an empty one.")
        if self.bibliography is not None and not self.bibliography.is_file():
            raise RenderError(
                f"the bibliography must be a .bib file; not found: {self.bibliography}. "
                "Correct its path or leave it out."
            )
        contents, references = ("Daftar isi", "Daftar pustaka") if self.language == "id" else ("Contents", "References")
        own = {
            "short_title": self.short_title or self.title,
            "toc_title": self.toc_title or contents,
            "references_title": self.references_title or references,
            "words": WORDS[self.language],
        }
        for name, value in own.items():
            object.__setattr__(self, name, value)

    @property
    def locale(self) -> str:
        """Language tag of the files, with the region that the dates and the bibliography follow."""
        return LOCALES[self.language]

    @property
    def moment(self) -> int:
        """Midnight (UTC) of the report's date in seconds: the one time stamp of every file."""
        start = dt.datetime.combine(self.date, dt.time(), dt.UTC)
        return int(start.timestamp())
