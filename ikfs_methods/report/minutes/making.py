"""The record of a round's meeting (berita acara) as Word and PDF files, from the same round as the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ikfs_methods.checks import one_of
from ikfs_methods.places import output_folder
from ikfs_methods.report import record
from ikfs_methods.report.document import Document, Written
from ikfs_methods.report.minutes import indonesian, wording
from ikfs_methods.report.minutes.content import record_parts
from ikfs_methods.report.render import render
from ikfs_methods.result import Shown
from ikfs_methods.rounds import Round, open_round
from ikfs_methods.rounds.meeting import Meeting

FORMATS = ("docx", "pdf")
NAME = "berita-acara"
UNVERIFIED = (
    "The form of the record follows common practice; it was not compared with the rules of correspondence of any "
    "office. Compare it before it is signed."
)


@dataclass(frozen=True, slots=True)
class MinutesResult(Shown):
    """The files of a record (format -> path) and what was left open on it, by its name in round.yaml."""

    files: Mapping[str, Path]
    blank: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """One row a file."""
        return pd.DataFrame({"format": list(self.files), "file": [str(path) for path in self.files.values()]})


def minutes(
    folder: str | Path,
    *,
    output: str | Path | None = None,
    formats: Sequence[str] = FORMATS,
    overrides: Mapping[str, Any] | None = None,
) -> MinutesResult:
    """The official record of a round's meeting, always in Indonesian: berita-acara.docx and .pdf in `output`.

    Without `output` they go to the folder that holds the reports of the round. Everything on it comes from the round:
    time, place, agenda, points, agreements and follow-up from `meeting` in round.yaml, the institutions from the table
    of participants, decisions with the mark of those that go against the evidence. What the round does not say stays a
    ruled blank, and is named in `blank`. Names and signatures of persons are never in a round: they are put on paper.
    The same round gives the same bytes. Raises what opening the round raises, ParameterError for an unknown format.
    """
    opened = open_round(folder, language="id", overrides=overrides)
    return write(opened, Path(output) if output else output_folder(opened.folder), formats)


def write(opened: Round, folder: Path, formats: Sequence[str] = FORMATS) -> MinutesResult:
    """The record of an opened round as files in the folder, in some of the formats docx and pdf."""
    for name in formats:
        one_of(name, FORMATS, name="format")
    spoken = opened if opened.language == "id" else replace(opened, language="id")
    files = render(_document(spoken), folder, formats, name=NAME)
    blank = (opened.file.meeting or Meeting()).blank
    return MinutesResult(files, tuple(f"meeting.{name}" for name in blank), _notes(opened))


def _notes(opened: Round) -> tuple[str, ...]:
    """What must be known before the record is signed."""
    told = [UNVERIFIED]
    if opened.file.meeting is None:
        told.insert(0, "round.yaml has no `meeting`, so that everything about the meeting itself is left open.")
    if opened.file.invented:
        told.insert(0, "The round is invented: every page of the record says so.")
    return tuple(told)


def _document(opened: Round) -> Document:
    file = opened.file
    number = (file.meeting.number if file.meeting else "").strip() or wording.BLANK
    return Document(
        chapters=(Written(NAME, tuple(record_parts(opened))),),
        language="id",
        form="minutes",
        title=wording.TITLE,
        below=(file.title.id, wording.NUMBER.format(number=number)),
        short_title=wording.SHORT_TITLE.format(date=indonesian.long_date(file.date)),
        round_id=opened.id,
        notice=wording.NOTICE if file.invented else "",
        footer=wording.FOOTER.format(id=opened.id, commit=record.commit()),
        date=file.date,
    )
