"""The meeting of a round: what may not stand there is named, what is missing is left open."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods.errors import IkfsError, InputProblemsError, ParameterError, PrivacyError
from ikfs_methods.rounds.meeting import Meeting, check_meeting
from ikfs_methods.rounds.partial import read_partial

DAY = dt.date(2020, 3, 26)
SAID = {"id": "a", "en": "b"}
TASK = {"task": {"id": "Merumuskan ulang KD5", "en": "Reword KD5"}, "responsible": "Tim", "due": dt.date(2020, 4, 9)}
FULL: dict[str, Any] = {
    "number": "BA-1/2020",
    "start": "09.00",
    "end": "12:00",
    "zone": "WIB",
    "place": SAID,
    "leader": "Direktorat Kesehatan Ibu dan Anak",
    "rapporteur": "Sekretariat",
    "agenda": [SAID],
    "points": [SAID],
    "agreements": [SAID],
    "follow_up": [TASK],
    "signatories": ["Pimpinan rapat", "Notulis"],
}


def checked(**entries: Any) -> list[str]:
    """What is wrong with the full meeting once these entries are changed."""
    try:
        check_meeting(Path("round.yaml"), Meeting.model_validate({**FULL, **entries}), DAY)
    except InputProblemsError as error:
        return [text.removeprefix("round.yaml: ") for text in error.problems]
    except IkfsError as error:
        return [str(error).removeprefix("round.yaml: ")]
    return []


def said(folder: Path, meeting: object) -> list[str]:
    """What the reader of round.yaml says of a meeting."""
    answers = {"answers": {"file": "a.csv"}}
    sound = {"id": "t", "title": SAID, "date": DAY, "framework": "f", "inputs": answers, "meeting": meeting}
    path = folder / "round.yaml"
    path.write_text(yaml.safe_dump(sound), encoding="utf-8")
    return [str(problem).split("round.yaml: ", 1)[-1] for problem in read_partial(path).problems]


def test_a_full_meeting_has_nothing_to_mend_and_nothing_open():
    assert checked() == []
    assert Meeting.model_validate(FULL).blank == ()


def test_an_empty_meeting_is_all_open():
    assert Meeting().blank == (
        "number", "start", "end", "place", "leader", "rapporteur", "agenda", "points", "agreements", "follow_up",
        "signatories",
    )  # fmt: skip
    undated = Meeting.model_validate({**FULL, "number": " ", "follow_up": [TASK, {**TASK, "due": None}]})
    assert undated.blank == ("number", "follow_up[2].due")
    check_meeting(Path("round.yaml"), None, DAY)


CLOCK = (
    'must be a time of day such as "09.00", from 00.00 to 23.59; found {!r}. Correct the entry; the time zone belongs '
    "in `zone`."
)
ORDER = "'meeting.end' must be after 'meeting.start'; found {!r} after a start at '09.00'. Correct one of them."
HOURS = "'meeting.hours' must be a number of hours above 0 and up to 24; found {}. Correct the entry."
EMPTY = "must hold a text; found nothing. Write it, or take the entry out."
TASKED = "'meeting.follow_up[1]' ('Merumuskan ulang KD5') must"
DATED = "Correct `due`, or the date of the round."
MISTAKES = [
    ({"start": "9 pagi"}, f"'meeting.start' {CLOCK.format('9 pagi')}"),
    ({"end": "24.00"}, f"'meeting.end' {CLOCK.format('24.00')}"),
    ({"end": "8.30"}, ORDER.format("8.30")),
    ({"end": "09:00"}, ORDER.format("09:00")),
    (
        {"hours": 2},
        "'meeting.hours' must be the time from start to end (3 hours); found 2. Correct it, or take it out.",
    ),
    ({"hours": float("inf"), "end": ""}, HOURS.format("inf")),
    ({"hours": 1e300, "end": ""}, HOURS.format("1e+300")),
    ({"hours": 0, "end": ""}, HOURS.format("0")),
    ({"agenda": [SAID, {"id": " ", "en": "b"}]}, f"'meeting.agenda[2].id' {EMPTY}"),
    ({"place": {"id": "a", "en": ""}}, f"'meeting.place.en' {EMPTY}"),
    ({"signatories": ["Notulis", " "]}, f"'meeting.signatories[2]' {EMPTY.replace('hold a text', 'be an office')}"),
    (
        {"signatories": ["Notulis", "Notulis "]},
        "'meeting.signatories' must name an office once; found 'Notulis' again. Keep one, or tell them apart.",
    ),
    (
        {"follow_up": [{**TASK, "responsible": ""}]},
        f"{TASKED} name the unit responsible; found nothing. Write it under `responsible`.",
    ),
    (
        {"follow_up": [{**TASK, "due": dt.date(2020, 3, 25)}]},
        f"{TASKED} be due on the day of the meeting (2020-03-26) or later; found 2020-03-25. {DATED}",
    ),
]


@pytest.mark.parametrize(("entries", "message"), MISTAKES)
def test_each_mistake_in_its_words(entries, message):
    assert checked(**entries) == [message]


def test_what_is_due_on_the_day_itself_and_a_length_that_fits_are_sound():
    assert checked(follow_up=[{**TASK, "due": DAY}], hours=3) == []
    assert checked(start="", hours=3.5) == []


@pytest.mark.parametrize(
    "name", ["Dr. Ani Wijaya", "Budi Santoso, M.Si.", "Bapak Budi", "Prof Ani", "Ani, S.Sos", "NIP 1"]
)
@pytest.mark.parametrize("entry", ["leader", "rapporteur", "opened_by", "signatories", "responsible"])
def test_persons_are_refused_where_offices_belong(entry, name):
    changed = {"signatories": ["Notulis", name], "follow_up": [{**TASK, "responsible": name}]}
    place = {"signatories": "signatories[2]", "responsible": "follow_up[1].responsible"}.get(entry, entry)
    entry = "follow_up" if entry == "responsible" else entry
    (message,) = checked(**{entry: changed.get(entry, name)})
    assert message.startswith(f"'meeting.{place}' must be an office or institution, not a person")
    assert name not in message  # an error is read by many


@pytest.mark.parametrize(
    "office",
    ["Kepala Biro Perencanaan, Sekretariat Jenderal", "Direktur Drainase", "Irjen", "Hakim, Makassar", "Dra", "H"],
)
def test_offices_are_not_taken_for_persons(office):
    assert checked(leader=office) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hubungi 0812-3456-7890", "a phone number"),
        ("NIK " + "317101" + "450890" + "0001", "an identity number"),
        ("kirim ke ani@example.go.id", "an e-mail address"),
    ],
)
def test_personal_data_in_any_text_is_refused(text, kind):
    for entry in ("place", "agenda"):
        given = {"id": "x", "en": text}
        (message,) = checked(**{entry: [given] if entry == "agenda" else given})
        where = "agenda[1]" if entry == "agenda" else entry
        assert message == f"'meeting.{where}' must hold no personal data; found {kind}. Take it out."
    with pytest.raises(PrivacyError, match="found a phone number"):
        check_meeting(Path("round.yaml"), Meeting(number="0812-3456-7890"), DAY)


def test_several_mistakes_come_together():
    with pytest.raises(InputProblemsError, match=r"(?s)2 problems.*meeting\.start.*meeting\.signatories"):
        check_meeting(Path("round.yaml"), Meeting(start="x", signatories=[""]), DAY)


KNOWN = (
    "number, start, end, zone, hours, place, opened_by, leader, rapporteur, agenda, points, agreements, follow_up, "
    "signatories"
)


CLOCK = 'a time of day in quotes (write "{}"; without them it is read as a number)'


@pytest.mark.parametrize(
    ("meeting", "message"),
    [
        ({"agend": []}, f"'meeting.agend' is no entry of round.yaml. Did you mean 'agenda'? Known there: {KNOWN}."),
        ({"agenda": "Indikator"}, "'meeting.agenda' must be a list; found 'Indikator'. Correct the entry."),
        ({"start": 5000}, "'meeting.start' must be text; found 5000. Write it in quotes."),
        ({"start": 840}, f"'meeting.start' must be {CLOCK.format('14.00')}; found 840. Correct the entry."),
        ({"end": 14.3}, f"'meeting.end' must be {CLOCK.format('14.30')}; found 14.3. Correct the entry."),
        ({"hours": True}, "'meeting.hours' must be a whole number or a number; found True. Correct the entry."),
        ({"zone": "WIBB"}, "'meeting.zone' must be 'WIB', 'WITA' or 'WIT'; found 'WIBB'. Correct the entry."),
        ({"points": [SAID, {"id": "a"}]}, "the entry 'meeting.points[2].en' is required and missing. Add it."),
        ({"follow_up": [{"task": SAID, "due": None}]},
         "the entry 'meeting.follow_up[1].responsible' is required and missing. Add it."),
        ({"follow_up": [{**TASK, "due": "besok"}]},
         "'meeting.follow_up[1].due' must be a date such as 2020-03-26; found 'besok'. Correct the entry."),
        ({"signatories": "Notulis"}, "'meeting.signatories' must be a list; found 'Notulis'. Correct the entry."),
        ("telekonferensi", "'meeting' must be `name: value` lines; found 'telekonferensi'. Correct the entry."),
    ],
)  # fmt: skip
def test_the_reader_of_the_file_names_the_place(tmp_path, meeting, message):
    assert said(tmp_path, meeting) == [message]


@given(start=st.times(), minutes=st.integers(1, 24 * 60))
def test_a_meeting_ends_after_it_starts(start, minutes):
    first = 60 * start.hour + start.minute
    last = (first + minutes) % (24 * 60)
    found = checked(start=f"{first // 60}.{first % 60:02d}", end=f"{last // 60:02d}:{last % 60:02d}")
    assert bool(found) == (last <= first)


@given(text=st.text(max_size=40), other=st.text(max_size=12), hours=st.one_of(st.integers(), st.floats()))
def test_any_text_is_taken_or_refused_in_plain_words(text, other, hours):
    given_texts = {"id": text, "en": other}
    task = {"task": given_texts, "responsible": other}
    meeting = Meeting.model_validate(
        {"number": text, "start": other, "end": text, "hours": hours, "place": given_texts, "leader": text,
         "agenda": [given_texts], "follow_up": [task], "signatories": [text, other]}
    )  # fmt: skip
    try:
        check_meeting(Path("round.yaml"), meeting, DAY)
    except (ParameterError, PrivacyError, InputProblemsError) as error:
        problems = error.problems if isinstance(error, InputProblemsError) else [str(error)]
        assert problems
        assert all(problem.startswith("round.yaml: ") for problem in problems)
    else:
        # what passes has every text that it needs, and an end that follows the start
        assert text.strip()
        assert other.strip()
        assert text.strip() != other.strip()
