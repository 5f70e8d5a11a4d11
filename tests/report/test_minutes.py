"""The official record: what stands on it comes from the round, what the round does not say stays open."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn
from docx.table import Table
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods.errors import ParameterError, RenderError
from ikfs_methods.report import minutes, pdf, run
from ikfs_methods.report.document import Document, Written
from ikfs_methods.report.minutes import indonesian, wording
from ikfs_methods.report.minutes.content import record_parts
from ikfs_methods.report.minutes.parts import literal
from ikfs_methods.report.render import FORMATS, render
from ikfs_methods.rounds import Round, open_round
from ikfs_methods.rounds.entries import Bilingual
from ikfs_methods.rounds.meeting import FollowUp, Meeting
from ikfs_methods.rounds.roundfile import Decision

pytestmark = pytest.mark.report
BLANK, SHORT = wording.BLANK, wording.SHORT_BLANK


@pytest.fixture(scope="module")
def opened() -> Round:
    """The shipped round."""
    return open_round("fgd-2020-03-26")


@pytest.fixture(scope="module")
def made(opened: Round, tmp_path_factory: pytest.TempPathFactory) -> minutes.MinutesResult:
    """Its record."""
    return minutes.write(opened, tmp_path_factory.mktemp("record"))


@pytest.fixture
def changed(opened: Round) -> Callable[..., Round]:
    """The round with other entries of round.yaml, participants or parameters."""

    def make(participants: pd.DataFrame | None = None, parameters: Any = None, **entries: Any) -> Round:
        people = opened.participants if participants is None else participants
        used = opened.parameters.model_copy(update=parameters or {})
        file = opened.file.model_copy(update=entries)
        variant = replace(opened, file=file, participants=people, parameters=used)
        # What is not touched by the change need not be computed anew, which takes seconds.
        decided = {"decisions", "method_decisions"} & set(entries)
        kept = {"evidence", "ahp"} if decided else set(vars(opened)) - set(type(opened).__dataclass_fields__)
        vars(variant).update({name: value for name, value in vars(opened).items() if name in kept})
        return variant

    return make


@pytest.fixture
def word(changed: Callable[..., Round], tmp_path: Path) -> Callable[..., Any]:
    """The record of a changed round as a Word file."""

    def make(**changes: Any) -> Any:
        return docx.Document(str(minutes.write(changed(**changes), tmp_path, ["docx"]).files["docx"]))

    return make


@pytest.fixture
def parts(changed: Callable[..., Round]) -> Callable[..., list[dict[str, Any]]]:
    """The record of a changed round before it is rendered."""
    return lambda **changes: record_parts(changed(**changes))


def rows_of(parts: list[dict[str, Any]], *head: str) -> list[list[str]]:
    """The rows of the part that is a table whose header begins so."""
    tables = [[[cell["text"] for cell in row["cells"]] for row in (*part["head"], *part["body"])]
              for part in parts if part["kind"] == "table"]  # fmt: skip
    (found,) = [rows for rows in tables if tuple(rows[0][: len(head)]) == head]
    return found[1:]


def prose_of(parts: list[dict[str, Any]]) -> str:
    return "\n".join(f"{part.get('text', '')}{part.get('note', '')}" for part in parts)


def said(text: str) -> Bilingual:
    return Bilingual(id=text, en="-")


def texts(word: Any) -> list[str]:
    return [paragraph.text for paragraph in word.paragraphs]


def table(word: Any, *head: str) -> list[list[str]]:
    """The rows of the table whose header begins so."""
    (found,) = [one for one in word.tables if tuple(_cells(one)[0][: len(head)]) == head]
    return _cells(found)[1:]


def _cells(one: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in one.rows]


def facts(word: Any) -> dict[str, str]:
    return {row[0]: row[2] for row in _cells(word.tables[0])}


def after(word: Any, heading: str) -> list[str]:
    """The paragraphs below a heading up to the next one."""
    found: list[str] = []
    within = False
    for paragraph in word.paragraphs:
        if paragraph.style.name.startswith("Heading"):
            within = paragraph.text == heading
        elif within:
            found.append(paragraph.text)
    return found


# Numbers and days in words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"), (1, "satu"), (10, "sepuluh"), (11, "sebelas"), (12, "dua belas"), (20, "dua puluh"),
        (26, "dua puluh enam"), (100, "seratus"), (111, "seratus sebelas"), (345, "tiga ratus empat puluh lima"),
        (1000, "seribu"), (1998, "seribu sembilan ratus sembilan puluh delapan"), (2020, "dua ribu dua puluh"),
        (11_000, "sebelas ribu"), (100_001, "seratus ribu satu"),
    ],
)  # fmt: skip
def test_numbers_in_words(number: int, words: str) -> None:
    assert indonesian.spelled(number) == words


def value_of(words: str) -> int:
    """The number that the words stand for, by the grammar: se- is one; puluh, ratus, ribu multiply, belas adds ten."""
    whole = part = digit = 0
    for word in words.replace("sepuluh", "satu puluh").replace("sebelas", "satu belas").split():
        one = word.startswith("se") and word[2:] in ("ratus", "ribu")
        digit = 1 if one else digit
        match word.removeprefix("se") if one else word:
            case "belas":
                part, digit = part + digit + 10, 0
            case "puluh" | "ratus" as size:
                part, digit = part + digit * {"puluh": 10, "ratus": 100}[size], 0
            case "ribu":
                whole, part, digit = (part + digit) * 1000, 0, 0
            case name:
                digit = indonesian.DIGITS.index(name)
    return whole + part + digit


@given(number=st.integers(0, indonesian.LARGEST))
def test_words_say_the_number_again(number: int) -> None:
    assert value_of(indonesian.spelled(number)) == number


@pytest.mark.parametrize("number", [-1, 1_000_000])
def test_other_numbers_have_no_words(number: int) -> None:
    with pytest.raises(ValueError, match="a number from 0 to 999999 must be given"):
        indonesian.spelled(number)


def test_day_in_words() -> None:
    day = dt.date(2020, 3, 26)
    words = "Kamis, tanggal dua puluh enam bulan Maret tahun dua ribu dua puluh (26-03-2020)"
    assert indonesian.date_in_words(day) == words
    assert indonesian.long_date(day) == "26 Maret 2020"
    assert indonesian.date_in_words(dt.date(1, 1, 1)).endswith("Januari tahun satu (01-01-0001)")


@given(day=st.dates())
def test_days_of_the_week(day: dt.date) -> None:
    names = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
    assert indonesian.weekday(day) == names[day.weekday()]


@pytest.mark.parametrize(("text", "shown"), [("9:00", "09.00"), ("09.30", "09.30"), (" 12:05 ", "12.05"), ("x", "x")])
def test_times_of_day(text: str, shown: str) -> None:
    assert indonesian.time_of_day(text) == shown


# The shipped record


def test_record_tells_the_meeting(made: minutes.MinutesResult, opened: Round) -> None:
    word = docx.Document(str(made.files["docx"]))
    assert [p.text for p in word.paragraphs if p.style.name in ("Title", "Title Line", "Title Number")] == [
        "Berita acara diskusi kelompok terfokus",
        opened.file.title.id,
        f"Nomor: {BLANK}",
    ]
    assert any(text.startswith("Pada hari ini, Kamis, tanggal dua puluh enam bulan Maret") for text in texts(word))
    assert facts(word) == {
        "Hari, tanggal": "Kamis, 26 Maret 2020",
        "Waktu": f"pukul {SHORT} s.d. {SHORT} (lama pertemuan 3 jam)",
        "Tempat/media": "Telekonferensi",
        "Dibuka oleh": "Bappenas, Direktorat Penanggulangan Kemiskinan dan Kesejahteraan Sosial",
        "Pimpinan rapat": BLANK,
        "Notulis": BLANK,
        "Kerangka": f"Indeks Keberfungsian Sosial, versi {opened.framework.version}",
    }
    assert len(after(word, "Agenda")) == 3
    assert all(text.startswith("(Rekaan) ") for name in ("Pokok bahasan", "Kesepakatan") for text in after(word, name))
    assert [row[3] for row in table(word, "No.", "Tindak lanjut")] == ["9 April 2020", "15 Mei 2020", SHORT]
    assert made.blank == (
        "meeting.number", "meeting.start", "meeting.end", "meeting.leader", "meeting.rapporteur",
        "meeting.follow_up[3].due",
    )  # fmt: skip


def test_participants_by_institution_and_an_unknown_number_says_so(made: minutes.MinutesResult, opened: Round) -> None:
    rows = table(docx.Document(str(made.files["docx"])), "No.", "Instansi", "Peran")
    assert opened.participants is not None
    assert [row[1] for row in rows[:-1]] == list(opened.participants["institution"][:-1])
    assert {row[3] for row in rows[:-1]} == {"tidak diketahui"}
    assert rows[-1][1:] == ["Seluruh peserta dari lembaga di atas selain pemrakarsa"] * 2 + ["44"]


def test_every_candidate_and_every_topic_stand_there(made: minutes.MinutesResult, opened: Round) -> None:
    word = docx.Document(str(made.files["docx"]))
    rows = {row[0]: row for row in table(word, "Kode", "Indikator", "Keputusan")}
    decided = {entry.indicator: entry for entry in opened.file.decisions}
    assert [code for code in rows if code in decided] == opened.framework.indicators
    for code, entry in decided.items():
        assert rows[code][2].split("\n")[0] == wording.DECIDED[entry.decision]
        assert rows[code][3] == entry.reason.id
    methods = table(word, "Topik", "Simpul", "Pilihan")
    assert [row[:2] for row in methods[:4]] == [["bobot", code] for code in ("IKFS", "KD", "PS", "PM")]
    assert {row[0]: row[2].split("\n")[0] for row in methods[4:]} == {
        "jumlah faktor": "belum diputuskan",
        "normalisasi": "batas skala jawaban",
        "agregasi": "rata-rata hitung",
    }


def test_invented_record_says_so_on_every_page_and_a_real_one_does_not(
    made: minutes.MinutesResult, word: Callable[..., Any]
) -> None:
    invented = docx.Document(str(made.files["docx"]))
    assert [section.header.paragraphs[0].text for section in invented.sections] == [wording.NOTICE]
    assert wording.UNVERIFIED in texts(invented)
    real = word(invented=None)
    assert [section.header.paragraphs[0].text.split("\t")[1] for section in real.sections] == ["fgd-2020-03-26"]
    assert not {wording.NOTICE, wording.UNVERIFIED} & set(texts(real))


def test_attendance_list_has_empty_places_and_no_names(made: minutes.MinutesResult) -> None:
    rows = table(docx.Document(str(made.files["docx"])), "No.", "Nama", "Instansi", "Jabatan", "Tanda tangan")
    # 44 are told of, and a few may come unannounced
    assert [row[0] for row in rows] == [str(place) for place in range(1, 50)]
    assert [row[2] != "" for row in rows] == [True] * 12 + [False] * 37
    assert {row[place] for row in rows for place in (1, 3, 4)} == {""}


def test_files_are_dressed_like_the_report(made: minutes.MinutesResult) -> None:
    word = docx.Document(str(made.files["docx"]))
    decisions = next(one for one in word.tables if one.cell(0, 0).text == "Kode")
    assert decisions.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert decisions._tbl.tblPr.find(qn("w:tblLayout")).get(qn("w:type")) == "fixed"
    attendance = next(one for one in word.tables if one.cell(0, 1).text == "Nama")
    assert attendance._tbl.tblPr.find(qn("w:tblBorders")).find(qn("w:insideV")).get(qn("w:val")) == "single"
    assert attendance.rows[1]._tr.trPr.find(qn("w:trHeight")) is not None
    assert not any("_ikfs" in (b.get(qn("w:name")) or "") for b in word.element.iter(qn("w:bookmarkStart")))
    assert word.core_properties.title == wording.TITLE
    printed = made.files["pdf"].read_bytes()
    assert b"<pdfuaid:part>1</pdfuaid:part>" in printed
    assert b"2020-03-26T00:00:00" in printed


def test_same_round_same_bytes_whatever_the_language(
    made: minutes.MinutesResult, opened: Round, tmp_path: Path
) -> None:
    again = minutes.write(replace(opened, language="en"), tmp_path)
    assert {name: path.read_bytes() for name, path in again.files.items()} == {
        name: path.read_bytes() for name, path in made.files.items()
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["berita-acara.docx", "berita-acara.pdf"]
    with zipfile.ZipFile(again.files["docx"]) as package:
        assert {member.date_time for member in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


# Other rounds


def test_without_a_meeting_everything_about_it_is_open(word: Callable[..., Any]) -> None:
    empty = word(meeting=None)
    assert set(list(facts(empty).values())[2:5]) == {BLANK}
    for name in ("Agenda", "Pokok bahasan", "Kesepakatan"):
        assert after(empty, name) == [BLANK] * wording.LINES
    assert [row[1:] for row in table(empty, "No.", "Tindak lanjut")] == [[""] * 3] * wording.LINES
    offices = [cell for one in empty.tables for row in _cells(one) for cell in row if wording.SIGN_HERE in cell]
    assert offices == [f"{SHORT}\n{wording.SIGN_HERE}"] * 2


def test_full_meeting(word: Callable[..., Any]) -> None:
    meeting = Meeting(
        number="BA-1/2020", start="9:00", end="12.30", zone="WITA", place=said("Ruang A"), leader="Direktorat X",
        rapporteur="Sekretariat", agenda=[said("satu")], points=[said("dua")], agreements=[said("tiga")],
        follow_up=[FollowUp(task=said("empat"), responsible="Tim", due=dt.date(2021, 1, 2))],
        signatories=["A", "B", "C", "D"],
    )  # fmt: skip
    full = word(meeting=meeting)
    assert "Nomor: BA-1/2020" in texts(full)
    told = facts(full)
    assert (told["Waktu"], told["Tempat/media"]) == ("pukul 09.00 s.d. 12.30 WITA", "Ruang A")
    assert (told["Pimpinan rapat"], told["Notulis"]) == ("Direktorat X", "Sekretariat")
    assert [after(full, name) for name in ("Agenda", "Pokok bahasan")] == [["satu"], ["dua"]]
    assert table(full, "No.", "Tindak lanjut") == [["1", "empat", "Tim", "2 Januari 2021"]]
    signed = [_cells(one) for one in full.tables if wording.SIGN_HERE in one.cell(0, 0).text]
    assert [[cell.split("\n")[0] for cell in row] for row in signed[0]] == [["A", "B"], ["C", "D"]]
    assert meeting.blank == ()


@pytest.mark.parametrize(
    ("count", "places"), [(1, [["", "1"]]), (3, [["1", "2", "3"]]), (5, [["1", "2"], ["3", "4"], ["", "5"]])]
)
def test_an_office_alone_in_its_row_signs_on_the_right(
    word: Callable[..., Any], count: int, places: list[list[str]]
) -> None:
    made = word(meeting=Meeting(signatories=[str(place) for place in range(1, count + 1)]))
    signed = next(_cells(one) for one in made.tables if wording.SIGN_HERE in one.cell(0, -1).text)
    assert [[cell.split("\n")[0] for cell in row] for row in signed] == places


def test_undecided_moved_added_and_against_the_evidence(word: Callable[..., Any], opened: Round) -> None:
    verdicts = opened.evidence.indicators["verdict"]
    (kept, *_) = verdicts.index[verdicts == "keep"]
    (useless, *_) = verdicts.index[verdicts == "drop"]
    moved = next(code for code in opened.framework.indicators_of("PM") if code not in (kept, useless))
    shared: dict[str, Any] = {"reason": said("alasan"), "decided_by": "Rapat"}
    entries = [
        Decision(indicator=kept, decision="drop", **shared),
        Decision(indicator=useless, decision="keep", reason=said("alasan"), decided_by="Panitia"),
        Decision(indicator=moved, decision="move", parent="PS", **shared),
        Decision(indicator="KD9", decision="add", parent="KD", name=said("Air bersih"), **shared),
    ]
    made = word(decisions=entries, method_decisions=[])
    rows = {row[0]: row for row in table(made, "Kode", "Indikator", "Keputusan", "Alasan", "Diputuskan oleh")}
    assert rows[kept][2] == "digugurkan\n(bukti: pertahankan)"
    assert rows[useless][2:] == ["dipertahankan\n(bukti: gugurkan)", "alasan", "Panitia"]
    assert rows[moved][2].split("\n")[0] == "dipindahkan ke PS"
    assert rows["KD9"] == ["KD9", "Air bersih", "ditambahkan di bawah KD", "alasan", "Rapat"]
    open_codes = [code for code in opened.framework.indicators if code not in (kept, useless, moved)]
    assert {tuple(rows[code][2:]) for code in open_codes} == {("belum diputuskan", SHORT, SHORT)}
    (sentence,) = after(made, "Keputusan tentang indikator")
    assert "Dari 24 indikator kandidat: 1 dipertahankan, 1 digugurkan, 1 dipindahkan, 21 belum diputuskan." in sentence
    assert f"Belum diputuskan: {', '.join(open_codes)}. Diusulkan ditambahkan: KD9." in sentence
    assert "Tidak sejalan dengan bukti (2): " in sentence


def test_nothing_decided_on_the_method(parts: Callable[..., Any]) -> None:
    rows = rows_of(parts(method_decisions=[]), "Topik", "Simpul", "Pilihan", "Alasan")
    assert {row[2].split("\n")[0] for row in rows} == {"belum diputuskan"}
    assert {row[3] for row in rows} == {SHORT}


def test_weights_against_the_evidence_are_marked(parts: Callable[..., Any]) -> None:
    # a cut-off that no group of judges meets
    assert "Tidak sejalan dengan bukti: bobot IKFS." in prose_of(parts(parameters={"consistency_cutoff": 1e-9}))
    assert "Tidak sejalan dengan bukti: bobot" not in prose_of(parts())


def people(*rows: tuple[str, str, float | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["institution", "role", "number"]).astype({"number": float})


@pytest.mark.parametrize(
    ("rows", "last", "seats"),
    [
        ([("A", "peserta", 3), ("B", "", 2)], ["", "Jumlah", "5"], ["A"] * 3 + ["B"] * 2 + [""] * 5),
        ([("A", "peserta", None), ("B", "", 2)], ["2", "B", "", "2"], ["A"] + ["B"] * 2 + [""] * 5),
        ([("A", "", 1), ("Semua", "Jumlah", 4)], ["", "Semua", "4"], ["A"] + [""] * 8),
        ([("A", "", 1e9)], ["", "Jumlah", "1.000.000.000"], ["A"] * 200),
    ],
)  # fmt: skip
def test_attendance_follows_the_numbers_that_are_known(
    parts: Callable[..., Any], rows: Sequence[tuple[str, str, float | None]], last: list[str], seats: list[str]
) -> None:
    made = parts(participants=people(*rows))
    assert rows_of(made, "No.", "Instansi", "Peran")[-1] == last
    assert [row[2] for row in rows_of(made, "No.", "Nama")] == seats
    unsaid = "Jumlah peserta dari 1 instansi tidak diketahui." in prose_of(made)
    assert unsaid == (rows[0][2] is None)
    assert ("Baris dibatasi 200" in prose_of(made)) == (len(seats) == 200)


def test_without_participants_the_attendance_list_is_empty(parts: Callable[..., Any]) -> None:
    made = parts(participants=people())
    assert wording.NO_PARTICIPANTS in prose_of(made)
    assert {row[2] for row in rows_of(made, "No.", "Nama")} == {""}


AWKWARD = (
    "Biaya $5 dan $6 serta @anggaran ^2^ ~x~ `kode` \\(x\\)", "1. satu", "- tiga", "(4) empat", "a) lima", "# enam",
    "::: tujuh", "| a | b |", "2020. Tahun", "[^1] <b>x</b> https://a.b/c_d_e &amp; {.kelas}", "*a* _b_ \\newpage",
    "= judul", "/ istilah: x", "+ tambah", "![x](y.png)", "<!-- -->", "a --- ...", "% d", "\\",
)  # fmt: skip


def test_what_people_wrote_is_taken_word_for_word(word: Callable[..., Any]) -> None:
    meeting = Meeting(
        number=AWKWARD[0],
        agenda=[said(text) for text in AWKWARD],
        leader="X_y_z $a$ *b*",
        follow_up=[FollowUp(task=said(text), responsible="Tim $a$ <b>") for text in AWKWARD],
        signatories=["1. A_b_", "$x$ #y"],
    )
    made = word(meeting=meeting)
    # typographic dashes and dots are the one change
    typed = {"---": "—", "--": "–", "...": "…"}
    shown = [re.sub("-{2,3}|\\.{3}", lambda found: typed[found[0]], text) for text in AWKWARD]
    assert after(made, "Agenda") == shown
    assert f"Nomor: {AWKWARD[0]}" in texts(made)
    assert facts(made)["Pimpinan rapat"] == "X_y_z $a$ *b*"
    assert [row[1] for row in table(made, "No.", "Tindak lanjut")] == list(AWKWARD)
    signed = next(_cells(one) for one in made.tables if wording.SIGN_HERE in one.cell(0, 0).text)
    assert [cell.split("\n")[0] for cell in signed[0]] == ["1. A_b_", "$x$ #y"]


def test_line_breaks_are_kept_in_tables_and_not_in_sentences() -> None:
    assert literal("a\n\n  b") == "a b"


def test_a_list_like_text_begins_no_list_in_the_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = ({"kind": "prose", "text": "1. &#49;. satu\n2. &#45; dua"},)
    document = Document((Written("a", parts),), "id", "T", dt.date(2020, 1, 2), form="minutes", below=("B",))
    sources: list[str] = []
    set_page = pdf._set

    def seen(source: Path, text: str, *rest: Any) -> None:
        sources.append(text)
        set_page(source, text, *rest)

    monkeypatch.setattr(pdf, "_set", seen)
    assert render(document, tmp_path, ["pdf"], name="a")["pdf"].read_bytes().startswith(b"%PDF")
    # typst takes 1. for an entry only at the beginning of a line or of a cell
    assert "+ #[]1. satu" in sources[0]
    assert "+ #[]- dua" in sources[0]


# Where it is made


def test_formats_are_asked_for_by_name(opened: Round, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="format must be one of docx, pdf; found 'html'"):
        minutes.write(opened, tmp_path, ["html"])


def test_without_an_output_it_goes_to_the_folder_of_the_reports(
    made: minutes.MinutesResult, opened: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    places: list[Path] = []
    monkeypatch.setattr("ikfs_methods.report.minutes.making.open_round", lambda *_, **__: opened)
    monkeypatch.setattr("ikfs_methods.report.minutes.making._document", lambda _: None)
    monkeypatch.setattr(
        "ikfs_methods.report.minutes.making.render", lambda _, folder, *__, **___: places.append(folder) or {}
    )
    minutes.minutes("fgd-2020-03-26")
    assert [place.parts[-2:] for place in places] == [("outputs", "fgd-2020-03-26")]
    assert list(made.to_frame()["format"]) == ["docx", "pdf"]


@pytest.mark.parametrize(
    ("whole", "formats", "written"),
    [
        (True, FORMATS, ["pdf", "docx"]),
        (True, ("html", "pdf"), ["pdf"]),
        (True, ("html",), None),
        (False, FORMATS, None),
    ],
)
def test_whole_report_has_the_record_beside_it(
    opened: Round, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: bool, formats: Sequence[str], written: Any
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(run, "_document", lambda *_: None)
    monkeypatch.setattr(run, "render", lambda *_: {})
    monkeypatch.setattr(run.record, "write", lambda *_, **__: None)
    monkeypatch.setattr(run.minutes, "write", lambda _, __, wanted: asked.append(list(wanted)))
    run._finish(opened, [], tmp_path, formats, whole=whole)
    assert asked == ([written] if written else [])
    asked.clear()
    silent = replace(opened, file=opened.file.model_copy(update={"meeting": None}))
    run._finish(silent, [], tmp_path, formats, whole=whole)
    assert asked == []


def test_a_document_needs_a_chapter() -> None:
    with pytest.raises(RenderError, match="a report must have at least one chapter"):
        Document((), "id", "T", dt.date(2020, 1, 2), form="minutes")
