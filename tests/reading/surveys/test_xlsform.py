"""XLSForms: what pyxform gives, as questions and choices; every broken form with its message."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from ikfs_methods.errors import ColumnError, DictionaryError, InputFileError
from ikfs_methods.reading.surveys.form import folded
from ikfs_methods.reading.surveys.xlsform import read_form

FORMATS = Path(__file__).parents[2] / "formats"
ID, EN = "Bahasa Indonesia (id)", "English (en)"
HEAD = ["type", "name", "label"]
LIST = [["list_name", "name", "label"], ["yn", "y", "Ya"], ["yn", "t", "Tidak"]]


def book(path: Path, **sheets: list[list[Any]]) -> Path:
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def test_the_form_of_the_fixtures():
    form = read_form(FORMATS / "form.xlsx")
    assert form.title == "Survei contoh (data karangan)"
    assert form.default_language == ID
    assert form.languages == (ID, EN)
    # The order and the lists are those of make_forms.py, which wrote the workbook.
    assert [question.path for question in form.questions] == [
        "start", "end", "respondent", "weight", "cluster", "province", "A/A1", "A/A2", "A/A3", "A/A4", "B/B1", "B/B2",
        "B/B3", "B/bantuan", "posisi",
    ]  # fmt: skip
    a1 = form.question("A1")
    assert (a1.path, a1.type, a1.list_name, a1.column) == ("A/A1", "select_one", "likert", "A1")
    assert a1.labels == {ID: "Saya mudah mencapai layanan sosial", EN: "I can easily reach social services"}
    assert a1.group_labels == ({"": "A", ID: "Layanan", EN: "Services"},)
    assert [choice.name for choice in form.choices_of(a1)] == ["1", "2", "3", "4", "5"]
    assert form.choices_of(a1)[0].labels == {ID: "sangat tidak setuju", EN: "strongly disagree"}
    assert form.question("B/bantuan").type == "select_multiple"
    assert form.question("posisi").type == "geopoint"
    assert form.choices_of(form.question("start")) == ()


def test_the_form_as_a_frame():
    frame = read_form(FORMATS / "form.xlsx").to_frame()
    assert frame.loc["A3"].to_dict() == {
        "path": "A/A3",
        "type": "select_one",
        "list_name": "likert",
        "label": "Petugas sulit ditemui",
        "choices": 5,
    }


def test_a_question_that_is_not_there():
    with pytest.raises(ColumnError, match=r"must have a question 'bantuam'; found .* Did you mean 'bantuan'\?"):
        read_form(FORMATS / "form.xlsx").question("bantuam")


def test_a_form_without_languages_and_with_a_repeat_and_one_name_in_two_groups(tmp_path):
    place = book(
        tmp_path / "f.xlsx",
        survey=[HEAD, ["begin_group", "A", "Ibu"], ["integer", "umur", "Umur"], ["end_group"],
                ["begin_group", "B", "Ayah"], ["integer", "umur", "Umur"], ["end_group"],
                ["begin_repeat", "anak", "Anak"], ["select_one yn", "sekolah", "Sekolah?"], ["end_repeat"],
                ["select_one_from_file desa.csv", "desa", "Desa"]],
        choices=LIST,
    )  # fmt: skip
    form = read_form(place)
    assert form.title == "f"
    assert form.languages == ("default",)
    assert [question.column for question in form.questions] == ["A/umur", "B/umur", "sekolah", "desa"]
    assert [question.repeat for question in form.questions] == ["", "", "anak", ""]
    assert form.label(form.question("A/umur")) == "Umur"
    # A list in a file of its own is no part of the form.
    assert form.choices_of(form.question("desa")) == ()


def test_a_label_falls_back_to_another_language_and_to_the_name(tmp_path):
    place = book(
        tmp_path / "g.xlsx",
        survey=[["type", "name", "label", f"label::{EN}", "calculation"], ["text", "a", None, "Only English"],
                ["calculate", "b", None, None, "1 + 1"], ["text", "c", "Tanpa bahasa", "With"]],
    )  # fmt: skip
    form = read_form(place)
    assert [form.label(question) for question in form.questions] == ["Only English", "b", "Tanpa bahasa"]
    assert form.languages == ("default", EN)


def test_a_form_as_csv_reads_as_the_workbook(tmp_path):
    text = '"survey",,,\n,"type","name","label"\n,"select_one yn","q","Punya KTP?"\n"choices",,,\n'
    text += ',"list_name","name","label"\n,"yn","y","Ya"\n,"yn","t","Tidak"\n'
    (tmp_path / "f.csv").write_text(text, encoding="utf-8")
    sheet = book(tmp_path / "f.xlsx", survey=[HEAD, ["select_one yn", "q", "Punya KTP?"]], choices=LIST)
    one, other = read_form(tmp_path / "f.csv"), read_form(sheet)
    assert one.questions == other.questions
    assert one.choices == other.choices


BROKEN = {
    "no survey sheet": ({"data": [["a"]], "more": [["b"]]}, "You must have a sheet named 'survey'"),
    "one sheet that is no form": ({"Sheet1": [["x", "y"], [1, 2]]}, "required column headers were not found: 'type'"),
    "unknown list": ({"survey": [HEAD, ["select_one yo", "q", "Q"]], "choices": LIST}, "Row 2: .*not in choices.*: yo"),
    "no choices": ({"survey": [HEAD, ["select_one yo", "q", "Q"]]}, "There should be a choices sheet"),
    "a name twice": ({"survey": [HEAD, ["text", "q", "Q"], ["text", "q", "R"]]}, "Row 3: .*'q' is invalid"),
    "a choice twice": (
        {"survey": [HEAD, ["select_one yn", "q", "Q"]], "choices": [*LIST, ["yn", "y", "Ya!"]]},
        "Row 4: .*Choice names must be unique",
    ),
    "an open group": ({"survey": [HEAD, ["begin_group", "A", "A"], ["text", "q", "Q"]]}, "No matching 'end_group'"),
    "unknown type": ({"survey": [HEAD, ["wibble", "q", "Q"]]}, "Unknown question type 'wibble'"),
    "no name": ({"survey": [HEAD, ["text", None, "Q"]]}, "Row 2: Question or group with no name"),
    "a name with a blank": ({"survey": [HEAD, ["text", "a b", "Q"]]}, "Names must begin with a letter"),
    "a heading twice": ({"survey": [[*HEAD, "label"], ["text", "q", "Q", "R"]]}, "Duplicate column header: label"),
    "no questions": ({"survey": [HEAD]}, "must be an XLSForm with questions in its sheet 'survey'; found none"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_form_is_told_in_words(tmp_path, case):
    sheets, message = BROKEN[case]
    place = book(tmp_path / "form.xlsx", **sheets)
    with pytest.raises(DictionaryError, match=message) as error:
        read_form(place)
    assert str(place) in str(error.value)
    assert "Learn more" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("form.xlsx", b""),
        ("form.xlsx", b"type,name,label\n"),
        ("form.csv", b"a,b\n1,2\n"),
        ("form.png", b"\x89PNG\r\n\x1a\n\x00\xff\xfe"),
        ("form.xlsx", (FORMATS / "form.xlsx").read_bytes()[:3000]),
        ("form.xlsx", (FORMATS / "form.xlsx").read_bytes().replace(b"xl/work", b"xx/work")),
    ],
)
def test_a_file_that_is_no_form(tmp_path, name, content):
    place = tmp_path / name
    place.write_bytes(content)
    with pytest.raises(InputFileError, match=r"must be an XLSForm: a workbook .* cannot be read as one of these"):
        read_form(place)


@pytest.mark.parametrize(
    "part", ["[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"]
)
@pytest.mark.parametrize("content", [b"", b"<x", b"no markup"])
def test_a_workbook_with_a_part_that_is_no_xml(tmp_path, part, content):
    place = tmp_path / "form.xlsx"
    with zipfile.ZipFile(FORMATS / "form.xlsx") as whole, zipfile.ZipFile(place, "w") as broken:
        assert part in whole.namelist()
        for name in whole.namelist():
            broken.writestr(name, content if name == part else whole.read(name))
    with pytest.raises(InputFileError, match=r"must be an XLSForm: a workbook .* cannot be read as one of these"):
        read_form(place)


def test_damage_anywhere_in_the_workbook_gives_a_named_error_or_the_form(tmp_path):
    whole = (FORMATS / "form.xlsx").read_bytes()
    place = tmp_path / "form.xlsx"
    for start in range(0, len(whole), 97):
        damaged = bytearray(whole)
        damaged[start : start + 24] = bytes(255 - byte for byte in damaged[start : start + 24])
        place.write_bytes(bytes(damaged))
        try:
            with warnings.catch_warnings():
                # Damage to the clock of an archive's entry makes zipfile warn, which is no fault of ours.
                warnings.simplefilter("ignore")
                form = read_form(place)
        except (InputFileError, DictionaryError):
            continue
        assert len(form.questions) == 15


def test_a_form_that_is_missing(tmp_path):
    with pytest.raises(InputFileError, match=r"the form must exist: .*nowhere.xlsx. Correct its name in round.yaml"):
        read_form(tmp_path / "nowhere.xlsx")


def test_a_workbook_that_would_fill_the_memory(tmp_path):
    place = tmp_path / "form.xlsx"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", bytes(65 * 2**20))
    with pytest.raises(
        InputFileError, match="must unpack to at most 67,108,864 bytes .* it claims 68,157,440 bytes .* No form is that"
    ):
        read_form(place)


@pytest.mark.parametrize(
    ("one", "other"),
    [("SANGAT  setuju ", "sangat setuju"), ("ﬁsik", "fisik"), ("Apa\n“itu”?", 'apa "itu"?'), ("a\u00a0b", "A B")],
)
def test_wordings_are_the_same_whatever_their_case_blanks_and_quotation_marks(one, other):
    assert folded(one) == folded(other)
