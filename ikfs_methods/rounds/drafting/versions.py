"""One question under two headings: a survey whose form was changed while it ran."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from ikfs_methods.checks import listed
from ikfs_methods.reading import Table, folded
from ikfs_methods.rounds.drafting.questions import Question

_TICKED = {"0", "1", "true", "false"}  # what the choices of a question with several answers hold


def about_versions(table: Table) -> list[Question]:
    """What is asked when headings end in the same question's name and never fill the same row."""
    pairs = [" + ".join(names) for names in _apart(table)]
    if not pairs:
        return []
    return [
        Question(
            "inputs.answers.file",
            "Kolom berikut memuat nama pertanyaan yang sama dan tidak pernah terisi di baris yang sama, seperti pada "
            f"formulir yang punya beberapa versi: {listed(pairs, 20)}. Apakah itu satu pertanyaan? Jika ya, gabungkan "
            "kolomnya di berkas data dan buat draf ulang; sementara ini jawabannya terpisah.",
            "These headings end in the same question name and never fill the same row, as in a form with several "
            f"versions: {listed(pairs, 20)}. Is that one question? If so, put its columns together in the data file "
            "and draft again; for now its answers are apart.",
        )
    ]


def _apart(table: Table) -> Iterator[list[str]]:
    alike: dict[str, list[str]] = {}
    for name in table.columns:
        if not _option(table, name):
            alike.setdefault(folded(_last(name)), []).append(name)
    for names in alike.values():
        filled = [name for name in names if table.filled(name).any()]
        if len(filled) > 1 and pd.DataFrame({name: table.filled(name) for name in filled}).sum(axis=1).max() == 1:
            yield filled


def _last(name: str) -> str:
    """The question behind its groups, which Kobo puts before a slash and ODK before a hyphen."""
    return re.split(r"/|(?<=\S)-(?=\S)", name)[-1]


def _option(table: Table, name: str) -> bool:
    """Whether the column is one choice of a question with several answers."""
    parent = name.rpartition("/")[0]
    ticked = {text.casefold() for text in table.distinct(name)[1]} <= _TICKED
    return bool(parent) and (parent in table.columns or ticked)
