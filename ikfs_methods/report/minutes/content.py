"""What stands on the record, part by part, from the round."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ikfs_methods.report.grid import Row
from ikfs_methods.report.language import Words
from ikfs_methods.report.minutes import indonesian, wording
from ikfs_methods.report.minutes.attendance import attendance, is_total
from ikfs_methods.report.minutes.decided import indicator_decisions, method_decisions
from ikfs_methods.report.minutes.parts import Part, cell, facts, heading, listing, note, paragraph, signatures, table
from ikfs_methods.rounds import Round
from ikfs_methods.rounds.meeting import Meeting


def record_parts(opened: Round) -> list[Part]:
    """The record of an opened round (in Indonesian) from its first sentence to the attendance list."""
    meeting = opened.file.meeting or Meeting()
    day = indonesian.date_in_words(opened.file.date)
    return [
        paragraph(wording.OPENING.format(date=day, title=opened.file.title.id)),
        facts(_facts(opened, meeting)),
        heading(wording.PARTICIPANTS),
        *_participants(opened),
        heading(wording.AGENDA),
        listing([text.id for text in meeting.agenda]),
        heading(wording.POINTS),
        listing([text.id for text in meeting.points]),
        heading(wording.DECISIONS),
        *indicator_decisions(opened),
        heading(wording.METHODS),
        *method_decisions(opened),
        heading(wording.AGREEMENTS),
        listing([text.id for text in meeting.agreements]),
        heading(wording.FOLLOW_UP),
        _follow_up(opened, meeting),
        _signatures(opened, meeting),
        *([note(wording.UNVERIFIED)] if opened.file.invented else []),
        *attendance(opened, meeting),
    ]


def _facts(opened: Round, meeting: Meeting) -> list[tuple[str, str]]:
    tree = opened.framework
    named = wording.VERSION.format(name=tree.name["id"], version=tree.version)
    opener = [(wording.OPENED_BY, opened.called(meeting.opened_by))] if meeting.opened_by.strip() else []
    return [
        (wording.DAY, f"{indonesian.weekday(opened.file.date)}, {indonesian.long_date(opened.file.date)}"),
        (wording.TIME, _time(meeting)),
        (wording.PLACE, meeting.place.id if meeting.place else ""),
        *opener,
        (wording.LEADER, opened.called(meeting.leader)),
        (wording.RAPPORTEUR, opened.called(meeting.rapporteur)),
        (wording.FRAMEWORK, named),
    ]


def _time(meeting: Meeting) -> str:
    start, end = (
        indonesian.time_of_day(text) if text.strip() else wording.SHORT_BLANK for text in (meeting.start, meeting.end)
    )
    said = wording.CLOCK.format(start=start, end=end) + (f" {meeting.zone}" if meeting.zone else "")
    if meeting.hours is None or (meeting.start.strip() and meeting.end.strip()):
        return said
    return f"{said} ({wording.LASTED.format(hours=Words('id').plain(meeting.hours))})"


def _participants(opened: Round) -> Iterator[Part]:
    people = opened.participants
    if people is None or people.empty:
        yield paragraph(wording.NO_PARTICIPANTS)
        return
    words = Words("id")
    counts = [wording.UNKNOWN if pd.isna(number) else words.integer(number) for number in people["number"]]
    told = people.assign(count=counts, institution=people["institution"].map(opened.called))
    total = is_total(people)
    own = told[~total]
    rows = [
        Row([cell(str(place), "num"), cell(name), cell(opened.called(role)), cell(count, "num")], [])
        for place, (name, role, count) in enumerate(zip(own["institution"], own["role"], own["count"], strict=True), 1)
    ]
    sums = list(zip(told["institution"][total], told["count"][total], strict=True))
    known = own["number"].notna()
    if not sums and known.all():
        sums = [(wording.TOTAL, words.integer(own["number"].sum()))]
    for name, count in sums:
        rows.append(Row([cell(""), cell(name, "strong", columns=2), cell(count, "num", "strong")], []))
    below = [] if sums else [wording.INCOMPLETE.format(count=words.integer(int((~known).sum())))]
    sources = list(dict.fromkeys(name for name in people["source"] if name)) if "source" in people else []
    below += [wording.SOURCE.format(names=", ".join(sources))] if sources else []
    head = (wording.NO, wording.INSTITUTION, wording.ROLE, wording.PEOPLE)
    yield table(head, rows, widths=(7, 54, 22, 17), below=" ".join(below))


def _follow_up(opened: Round, meeting: Meeting) -> Part:
    rows = [
        Row(
            [
                cell(str(place), "num"),
                cell(entry.task.id),
                cell(opened.called(entry.responsible)),
                cell(wording.SHORT_BLANK if entry.due is None else indonesian.long_date(entry.due)),
            ],
            [],
        )
        for place, entry in enumerate(meeting.follow_up, 1)
    ]
    empty = [Row([cell(str(place), "num"), *(cell("") for _ in range(3))], []) for place in range(1, wording.LINES + 1)]
    head = (wording.NO, wording.TASK, wording.RESPONSIBLE, wording.DUE)
    return table(head, rows or empty, widths=(7, 48, 26, 19), by_hand=not rows)


def _signatures(opened: Round, meeting: Meeting) -> Part:
    offices = [opened.called(office) for office in meeting.signatories]
    day = wording.SIGNED_AT.format(place=wording.SHORT_BLANK, date=indonesian.long_date(opened.file.date))
    # Without offices two places to sign stay open.
    return signatures(closing=wording.CLOSING, day=day, offices=offices or [wording.SHORT_BLANK] * 2)
