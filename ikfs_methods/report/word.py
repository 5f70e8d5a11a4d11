"""The Word file: pandoc writes its text and structure, python-docx then dresses it: styles, tables, header, footer."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import docx
from docx.document import Document as WordDocument

from ikfs_methods.report import word_contents, word_styles, word_tables
from ikfs_methods.report.document import Document

Run = Callable[[str, str, Sequence[str]], None]


def make(document: Document, work: Path, run: Run) -> bytes:
    """The bytes of report.docx: A4, real styles, numbered headings, contents, header, footer, fixed dates."""
    run("docx", "report.docx", [])
    word = docx.Document(str(work / "report.docx"))
    word_styles.apply(word, document)
    word_contents.number_headings(word, document)
    word_contents.fill_contents(word)
    word_tables.dress(word)
    _properties(word, document)
    file = io.BytesIO()
    word.save(file)
    return _same_bytes(file.getvalue())


def _properties(word: WordDocument, document: Document) -> None:
    moment = dt.datetime.combine(document.date, dt.time())
    facts = word.core_properties
    facts.title, facts.subject, facts.author = document.title, document.kicker, document.author
    facts.language, facts.last_modified_by, facts.comments = document.locale, document.author, document.footer
    facts.created = facts.modified = moment
    facts.revision = 1


def _same_bytes(content: bytes) -> bytes:
    """The package with its members in the order of their names and without the clock of this run."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        # [Content_Types].xml sorts first, where readers expect it
        for name in sorted(old.namelist()):
            member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            new.writestr(member, old.read(name))
    return target.getvalue()
