"""The attendance list: an empty form to be signed on paper, with a row for each participant that is known of."""

from __future__ import annotations

import pandas as pd

from ikfs_methods.report.grid import Row
from ikfs_methods.report.minutes import indonesian, wording
from ikfs_methods.report.minutes.parts import Part, cell, facts, heading, new_page, note, table
from ikfs_methods.rounds import Round
from ikfs_methods.rounds.meeting import Meeting

TOTALS = ("jumlah", "total")  # roles that mark a row as a sum of others
SPARE = 5  # empty rows for participants whom nobody expected
MOST = 200  # rows; a larger meeting has its lists by institution


def is_total(people: pd.DataFrame) -> pd.Series:
    """Which rows of the participants are sums of others, by their role."""
    return people["role"].str.strip().str.lower().isin(TOTALS)


def attendance(opened: Round, meeting: Meeting) -> list[Part]:
    """The list on a page of its own: number, name, institution, position, signature; names are never printed."""
    institutions = _seats(opened)
    rows = [
        Row([cell(str(place), "num"), cell(""), cell(name), cell(""), cell("")], [])
        for place, name in enumerate(institutions[:MOST], 1)
    ]
    head = (wording.NO, wording.NAME, wording.INSTITUTION, wording.POSITION, wording.SIGNATURE)
    day = f"{indonesian.weekday(opened.file.date)}, {indonesian.long_date(opened.file.date)}"
    more = [wording.MORE_ROWS.format(count=MOST)] if len(institutions) > MOST else []
    return [
        new_page(),
        heading(wording.ATTENDANCE, numbered=False),
        facts([(wording.DAY, day), (wording.PLACE, meeting.place.id if meeting.place else "")]),
        note(" ".join([wording.ATTENDANCE_NOTE, *more])),
        table(head, rows, widths=(7, 25, 31, 17, 20), by_hand=True),
    ]


def _seats(opened: Round) -> list[str]:
    """The institution of every row: as many as came from it, one where that is unknown; then rows left open."""
    people = opened.participants
    if people is None or people.empty:
        return [""] * (4 * SPARE)
    total = is_total(people)
    own, sums = people[~total], people["number"][total].dropna()
    seats = []
    # A number beyond any meeting is a slip of the pen: no more rows than the list has.
    for institution, count in zip(own["institution"], own["number"].fillna(1).clip(upper=MOST + 1), strict=True):
        seats += [opened.called(institution)] * int(count)
    # A sum counts those whom no row counts; a few come unannounced.
    open_rows = max(int(min(sums.sum(), MOST)) - len(seats), 0)
    return seats + [""] * (open_rows + SPARE)
