"""The meeting of a round, as its official record (berita acara) tells it, and what may not stand there."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictFloat, StrictInt
from pydantic_core import PydanticCustomError

from ikfs_methods.errors import ParameterError, PrivacyError, Problems
from ikfs_methods.privacy import patterns
from ikfs_methods.rounds.entries import Bilingual, Date, Entry

_TIME = re.compile(r"([01]?\d|2[0-3])[.:]([0-5]\d)")
# A title before or a degree behind a name: offices and institutions have neither.
_PERSON = re.compile(
    r"^(?:Bapak|Bpk|Prof|Dr|Drs|Dra|Ir|H|Hj|KH)\b\.?\s+(?=[A-Z])|,\s*(?:[SMD]\.\s?[A-Z]|S(?:Sos|Psi|Stat|Si|E|H|T)\b|"
    r"M(?:Si|Psi|Sc|Pd|M|A)\b|Ph\.?\s?D|A\.?Md)|\bNIP\b"
)
_LISTS = ("agenda", "points", "agreements", "follow_up", "signatories")
_SHOWN = 60  # letters of a text that a message quotes


def _no_number(value: object) -> object:
    # YAML reads 14:00 without quotes as 14 x 60 + 0, and 14.00 as 14.
    if isinstance(value, int | float) and not isinstance(value, bool):
        of_minutes = isinstance(value, int) and 60 <= value < 24 * 60
        said = f"{value // 60:02.0f}.{value % 60:02.0f}" if of_minutes else f"{value:05.2f}"
        if _TIME.fullmatch(said):
            raise PydanticCustomError(
                "time_of_day", f'a time of day in quotes (write "{said}"; without them it is read as a number)'
            )
    return value


Clock = Annotated[str, BeforeValidator(_no_number)]


class FollowUp(Entry):
    """What is to be done after the meeting, which unit is responsible, and by when (None: no date was set)."""

    task: Bilingual
    responsible: str
    due: Date | None = None


class Meeting(Entry):
    """When and where the meeting was, what was on the agenda, what was said, agreed and is to follow.

    `number` is the record's own number; `start` and `end` are times of day as written ("09.00", in quotes), `zone`
    their time zone; `hours` is how long it took where these are not known. `leader`, `opened_by`, `rapporteur` and
    `signatories` are offices or institutions, never persons. Everything may be empty: what is not known is left open
    on the record.
    """

    number: str = ""
    start: Clock = ""
    end: Clock = ""
    zone: Literal["WIB", "WITA", "WIT"] | None = None
    hours: StrictInt | StrictFloat | None = None
    place: Bilingual | None = None
    opened_by: str = ""
    leader: str = ""
    rapporteur: str = ""
    agenda: list[Bilingual] = Field(default_factory=list)
    points: list[Bilingual] = Field(default_factory=list)
    agreements: list[Bilingual] = Field(default_factory=list)
    follow_up: list[FollowUp] = Field(default_factory=list)
    signatories: list[str] = Field(default_factory=list)

    @property
    def blank(self) -> tuple[str, ...]:
        """Entries that hold nothing and are left open on the record, by their names in round.yaml.

        `zone`, `hours` and `opened_by` are only printed where they are given.
        """
        asked = ("number", "start", "end", "place", "leader", "rapporteur", *_LISTS)
        due = [f"follow_up[{place}].due" for place, entry in enumerate(self.follow_up, 1) if entry.due is None]
        return (*(name for name in asked if not _filled(getattr(self, name))), *due)


def check_meeting(path: Path, meeting: Meeting | None, date: dt.date) -> None:
    """Raises for what cannot be in the meeting of the round.yaml at `path`; several come together.

    ParameterError: a time that is no time of day, an end before the start, a length that is no number of hours, a text
    that is empty, a task without a unit or due before the meeting (`date`), an office that is to sign twice.
    PrivacyError: the name of a person where an office belongs, a phone, identity number or e-mail address anywhere.
    """
    if meeting is None:
        return
    problems = Problems()
    for fault in (*_times(meeting), *_texts(meeting), *_tasks(meeting, date)):
        problems.add(ParameterError(f"{path}: {fault}"))
    for fault in _personal(meeting):
        problems.add(PrivacyError(f"{path}: {fault}"))
    problems.raise_any()


def _times(meeting: Meeting) -> Iterator[str]:
    minutes = {}
    for name in ("start", "end"):
        given = getattr(meeting, name).strip()
        found = _TIME.fullmatch(given)
        if found:
            minutes[name] = 60 * int(found[1]) + int(found[2])
        elif given:
            yield (
                f"'meeting.{name}' must be a time of day such as \"09.00\", from 00.00 to 23.59; found {given!r}. "
                "Correct the entry; the time zone belongs in `zone`."
            )
    hours = meeting.hours
    if hours is not None and not (math.isfinite(hours) and 0 < hours <= 24):
        yield f"'meeting.hours' must be a number of hours above 0 and up to 24; found {hours:g}. Correct the entry."
    elif len(minutes) == 2:
        length = minutes["end"] - minutes["start"]
        if length <= 0:
            yield (
                f"'meeting.end' must be after 'meeting.start'; found {meeting.end!r} after a start at "
                f"{meeting.start!r}. Correct one of them."
            )
        elif hours is not None and not math.isclose(60 * hours, length, abs_tol=0.5):
            yield (
                f"'meeting.hours' must be the time from start to end ({length / 60:g} hours); found {hours:g}. "
                "Correct it, or take it out."
            )


def _bilingual(meeting: Meeting) -> list[tuple[str, Bilingual]]:
    """Every text in two languages, with its place in the entry."""
    where = [] if meeting.place is None else [("place", meeting.place)]
    for name in ("agenda", "points", "agreements"):
        where += [(f"{name}[{place}]", text) for place, text in enumerate(getattr(meeting, name), 1)]
    return where + [(f"follow_up[{place}].task", entry.task) for place, entry in enumerate(meeting.follow_up, 1)]


def _texts(meeting: Meeting) -> Iterator[str]:
    """Texts that hold nothing although their entry is there."""
    for name, text in _bilingual(meeting):
        empty = [language for language in ("id", "en") if not text[language].strip()]
        if empty:
            yield f"'meeting.{name}.{empty[0]}' must hold a text; found nothing. Write it, or take the entry out."
    for place, office in enumerate(meeting.signatories, 1):
        if not office.strip():
            yield f"'meeting.signatories[{place}]' must be an office; found nothing. Write it, or take the entry out."
    offices = [office.strip() for office in meeting.signatories if office.strip()]
    for office in dict.fromkeys(office for office in offices if offices.count(office) > 1):
        yield f"'meeting.signatories' must name an office once; found {office!r} again. Keep one, or tell them apart."


def _tasks(meeting: Meeting, date: dt.date) -> Iterator[str]:
    for place, entry in enumerate(meeting.follow_up, 1):
        # The task is quoted: where an entry above was mistaken and set aside, the place alone would mislead.
        about = f"'meeting.follow_up[{place}]' ({_short(entry.task.id)!r})"
        if not entry.responsible.strip():
            yield f"{about} must name the unit responsible; found nothing. Write it under `responsible`."
        if entry.due is not None and entry.due < date:
            yield (
                f"{about} must be due on the day of the meeting ({date}) or later; found {entry.due}. "
                "Correct `due`, or the date of the round."
            )


def _personal(meeting: Meeting) -> Iterator[str]:
    offices = [("opened_by", meeting.opened_by), ("leader", meeting.leader), ("rapporteur", meeting.rapporteur)]
    offices += [(f"signatories[{place}]", office) for place, office in enumerate(meeting.signatories, 1)]
    units = [(f"follow_up[{place}].responsible", entry.responsible) for place, entry in enumerate(meeting.follow_up, 1)]
    offices += units
    for name, office in offices:
        if _PERSON.search(office.strip()):
            yield (
                f"'meeting.{name}' must be an office or institution, not a person: a title or degree was found there. "
                "Write the office; names and signatures are put on the printed record by hand."
            )
    texts = [(name, f"{text.id}\n{text.en}") for name, text in _bilingual(meeting)]
    for name, given in [("number", meeting.number), *offices, *texts]:
        text = patterns.plain(given)
        kinds = {
            "identity number": next(patterns.identity_numbers(text), None)
            or next(patterns.civil_servant_numbers(text), None),
            "phone number": next(patterns.phones(text), None),
            "e-mail address": patterns.EMAIL.search(text),
        }
        for kind in (kind for kind, found in kinds.items() if found):
            yield f"'meeting.{name}' must hold no personal data; found {_article(kind)}. Take it out."


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _filled(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
