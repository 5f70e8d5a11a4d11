"""Files that come back and are not what they should be: each is named, and the others are read."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from filled_forms import Sheets

from ikfs_methods import cli, forms
from ikfs_methods.errors import IkfsError, InputFileError
from ikfs_methods.forms.returned import returned_form


@pytest.fixture
def spoiled(handed):
    """The round with the sound form of E01, a folder beside it, and what is told of one more file in it."""
    folder = handed(["E01"])

    def told(name: str, make) -> str:
        path = folder / "returned" / name
        make(path)
        found = forms.collect(folder)
        assert found.read["panel"] == 96
        return " | ".join((*found.conflicts, *found.notes))

    return told


def locked(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)


def cut_off(path: Path) -> None:
    whole = (path.parent / "E01.xlsx").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def rotten(path: Path) -> None:
    with zipfile.ZipFile(path.parent / "E01.xlsx") as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<worksheet><sheetData><row" if "sheet2" in name else old.read(name))


def another_book(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "daftar hadir"
    book.save(path)


def without_hidden_sheet(path: Path) -> None:
    book = openpyxl.load_workbook(path.parent / "E01.xlsx")
    del book["ikfs"]
    book.save(path)


def changed_hidden_sheet(path: Path) -> None:
    book = openpyxl.load_workbook(path.parent / "E01.xlsx")
    book["ikfs"]["B3"], book["ikfs"]["B7"] = "E01", book["ikfs"]["B7"].value.replace("KD1", "KDX", 1)
    book.save(path)


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        (
            "E02.xlsx",
            locked,
            "E02.xlsx: a form must be readable; it is protected by a password, or saved as an old .xls",
        ),
        ("E02.xlsx", lambda path: path.write_bytes(b""), "it is empty, damaged or of another kind"),
        ("E02.xlsx", lambda path: path.write_text("a,b\n1,2\n"), "it is empty, damaged or of another kind"),
        ("E02.xlsx", cut_off, "a form must be a whole XLSX workbook; it is damaged"),
        ("E02.xlsx", rotten, "a form must be a whole XLSX workbook; it is damaged"),
        ("absen.xlsx", another_book, "absen.xlsx: a form must come from `ikfs forms`; this workbook does not"),
        ("E02.xlsx", without_hidden_sheet, "its hidden sheet is not there"),
        ("E02.xlsx", changed_hidden_sheet, "a form's hidden sheet must be left as it is; it was changed"),
        (
            "E02.ods",
            lambda path: path.write_bytes(b"PK"),
            "E02.ods: a form must be an XLSX file; open it, save it as .xlsx",
        ),
        ("~$E01.xlsx", lambda path: path.write_bytes(b"x"), "~$E01.xlsx: the lock of a program that has the form open"),
    ],
)
def test_a_file_that_is_no_form_is_named(spoiled, name, make, message):
    assert message in spoiled(name, make)


@pytest.mark.parametrize("name", ["catatan.txt", "E03", "E04.docx", "foto.jpg", "E05.gsheet"])
def test_files_of_other_kinds_are_told(spoiled, name):
    said = spoiled(name, lambda path: path.write_text("x"))
    assert f"{name}: not read; a form is a file that ends in .xlsx." in said


def test_a_folder_among_the_forms_is_told(spoiled):
    assert "E09.xlsx: a folder; nothing in it was read. Move the forms" in spoiled("E09.xlsx", Path.mkdir)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Formulir 0812-3456-7890.docx", "Formulir ....docx"), ("E03 2020-03-26 (2).docx", "E03 2020-03-26 (2).docx")],
)
def test_a_telephone_number_in_a_file_s_name_is_masked(spoiled, name, shown):
    assert f"{shown}: not read" in spoiled(name, lambda path: path.write_text("x"))


def test_a_file_in_place_of_the_folder_is_called_one(few):
    with pytest.raises(InputFileError, match=r"must exist; panel.csv is a file\. Put"):
        forms.collect(few, source=few / "panel.csv")


def test_an_expert_who_was_not_listed_is_told(handed):
    folder = handed()
    (folder / "experts.csv").write_text("expert,institution\nE01,statistika\n", encoding="utf-8")
    found = forms.collect(folder)
    (told,) = found.notes
    assert told.startswith("E02 (E02.xlsx): E02 was not in experts.csv and was added there.")


@pytest.mark.parametrize("columns", [True, False])
def test_a_sheet_whose_keys_were_deleted_is_not_called_missing_alone(handed, columns):
    folder = handed(["E01"])
    form = Sheets(folder / "returned" / "E01.xlsx")
    sheet = form.by_kind["ratings",]
    (sheet.delete_cols if columns else sheet.delete_rows)(1)
    form.save(form.path)
    assert "or its hidden first row or column was deleted" in forms.collect(folder).conflicts[0]


def test_an_answer_that_was_withdrawn_is_told_and_stays(handed):
    folder = handed(["E01"])
    forms.collect(folder)
    before = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    rating = pd.read_csv(folder / "panel.csv").query("indicator == 'KD8' and criterion == 'clarity'")["rating"].item()
    form = Sheets(folder / "returned" / "E01.xlsx")
    form.put(("ratings",), "KD8", "clarity", None)
    form.put(("best_worst", "IKFS"), "#worst", "#answer", None)
    form.save(form.path)
    for again in (False, True):
        found = forms.collect(folder, replace=again)
        assert [text.partition(";")[0] for text in found.notes] == [
            f"E01 (E01.xlsx): panel.csv holds clarity KD8 {rating}",
            "E01 (E01.xlsx): best_worst.csv holds answers (best_worst) on IKFS",
        ]
        assert found.settled
    assert {path.name: path.read_bytes() for path in folder.glob("*.csv")} == before


def test_a_comment_that_was_withdrawn_is_told_and_a_refused_one_is_not_called_empty(handed):
    folder = handed(["E02"])
    forms.collect(folder)
    code = pd.read_csv(folder / "comments.csv")["indicator"].item()
    form = Sheets(folder / "returned" / "E02.xlsx")
    form.put(("ratings",), code, "#comment", None)
    form.save(form.path)
    (told,) = forms.collect(folder).notes
    assert told.startswith(f"E02 (E02.xlsx): comments.csv holds comments on {code}; the form is empty there")
    form.put(("ratings",), code, "#comment", "Hubungi saya 0812-3456-7890")
    form.save(form.path)
    assert forms.collect(folder).notes == ()


def test_a_form_under_another_s_name_is_not_read(handed):
    folder = handed(["E01", "E02"])
    shutil.copy(folder / "returned" / "E01.xlsx", folder / "returned" / "E02.xlsx")
    found = forms.collect(folder)
    (told,) = found.conflicts
    assert told == (
        "E02.xlsx: the file bears the code of E02, its sheets are the form of E01; whose answers they are must be "
        "known. Nothing was read from it: give E02 a form of their own, or name the file E01.xlsx."
    )
    assert found.gaps == ("no form came back from E02.",)


def test_a_form_of_another_round_is_not_read(handed):
    folder = handed(["E01"])
    path = folder / "round.yaml"
    path.write_text(path.read_text().replace("id: fgd-2020-03-26", "id: fgd-2021-01-01", 1))
    found = forms.collect(folder)
    assert (found.forms, dict(found.written)) == (0, {})
    assert "E01.xlsx: a form of round 'fgd-2020-03-26'; this is round 'fgd-2021-01-01'." in found.conflicts[0]


def test_what_the_framework_no_longer_asks_is_named_and_the_rest_read(handed):
    folder = handed(["E01"])
    path = folder.parents[1] / "frameworks" / "ikfs" / "indicators.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    # KD8 is gone, KD9 is new, PS1 is worded differently
    lines = [line.replace("KD8,KD,", "KD9,KD,").replace(",KD8,1,5", ",KD9,1,5") for line in lines]
    lines = [line.replace("Peran dalam keluarga", "Peran di keluarga") for line in lines]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = forms.collect(folder)
    assert found.conflicts == (
        "E01 (E01.xlsx): not on the form: KD9.",
        "E01 (E01.xlsx): no longer in the framework, not read: KD8.",
        "E01 (E01.xlsx): reworded since, not read: PS1.",
        "E01 (E01.xlsx): what belongs to KD has changed: its answers on the sheet budget were not read.",
        "E01 (E01.xlsx): what belongs to PS has changed: its answers on the sheet budget were not read.",
    )
    assert (found.read["panel"], found.read["budget"], found.read["judgements"]) == (88, 2, 3)
    assert {"KD8", "PS1"}.isdisjoint(pd.read_csv(folder / "panel.csv")["indicator"])


def test_ratings_on_another_scale_are_not_read(handed, spoil):
    folder = handed(["E01"])
    spoil("round.yaml", "parameters: {}", "parameters: {rating_high: 5}")
    found = forms.collect(folder)
    assert (
        "the scale was 1 to 4 on the form and is 1 to 5 now: ratings on clarity, relevance were not read"
        in (found.conflicts[0])
    )
    assert set(pd.read_csv(folder / "panel.csv")["criterion"]) == {"essential", "congruence"}


def test_a_deleted_sheet_is_named(handed):
    folder = handed(["E01"])
    form = Sheets(folder / "returned" / "E01.xlsx")
    for kind in (("ratings",), ("budget", "KD")):
        del form.book[form.by_kind[kind].title]
    form.save(form.path)
    found = forms.collect(folder)
    gone = "is not in the file, or its hidden first row or column was deleted"
    copy = "Copy the answers into a fresh form, or ask for the file once more."
    assert found.conflicts == (
        f"E01 (E01.xlsx), ratings: the sheet {gone}, so that none of its answers could be read. {copy}",
        f"E01 (E01.xlsx): the sheet on which KD is weighed (budget) {gone}. {copy}",
    )
    assert (found.gaps, found.read["budget"]) == ((), 3)


def test_rows_sorted_without_their_keys_are_not_read(handed):
    folder = handed(["E01"])
    form = Sheets(folder / "returned" / "E01.xlsx")
    one, other = (form.cell(("ratings",), code, "#code") for code in ("KD1", "KD2"))
    one.value, other.value = other.value, one.value
    form.save(form.path)
    found = forms.collect(folder)
    assert [text.partition(": part of")[0] for text in found.conflicts] == [
        "E01 (E01.xlsx), ratings: the row of KD1 shows 'KD2'",
        "E01 (E01.xlsx), ratings: the row of KD2 shows 'KD1'",
    ]
    assert (found.gaps, found.read["panel"]) == ((), 88)


def test_values_off_the_scale_are_named_all_at_once(handed):
    folder = handed(["E01"])
    form = Sheets(folder / "returned" / "E01.xlsx")
    for code, criterion, value in (("KD1", "relevance", 5), ("KD2", "clarity", "baik"), ("KD3", "essential", "mungkin"),
                                   ("KD4", "congruence", 2)):  # fmt: skip
        form.put(("ratings",), code, criterion, value)
    form.save(form.path)
    found = forms.collect(folder)
    assert [text.removeprefix("E01 (E01.xlsx), ") for text in found.conflicts] == [
        "KD1, relevance: a whole number from 1 to 4 must stand here; found '5'. The cell was not read.",
        "KD2, clarity: a whole number from 1 to 4 must stand here; found 'baik'. The cell was not read.",
        "KD3, essential: yes or no (ya or tidak) must stand here; found 'mungkin'. The cell was not read.",
        "KD4, congruence: a whole number from -1 to 1 must stand here; found '2'. The cell was not read.",
    ]
    assert (found.gaps, found.read["panel"]) == ((), 92)


def test_a_form_handed_back_empty_is_told(few):
    made = forms.make_forms(few, output=few / "returned")
    found = forms.collect(few)
    assert "E01 (E01.xlsx): nothing is filled. Is it the right file?" in found.conflicts
    assert len(made.files) == 2


def test_there_must_be_something_to_collect(few):
    with pytest.raises(InputFileError, match="the folder of returned forms must exist; not found"):
        forms.collect(few)
    (few / "returned").mkdir()
    with pytest.raises(InputFileError, match="must hold XLSX files that `ikfs forms` made; found none"):
        forms.collect(few)


def test_a_table_that_is_no_csv_is_not_written(handed):
    folder = handed(["E01"], keep=True)
    panel = pd.read_csv(folder / "panel.csv")
    panel[panel["indicator"] != "KD1"].to_excel(folder / "panel.xlsx", index=False)
    path = folder / "round.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("{file: panel.csv}", "{file: panel.xlsx}"), encoding="utf-8"
    )
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    with pytest.raises(InputFileError, match="panel.xlsx: answers can be entered into a CSV alone"):
        forms.collect(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_a_broken_table_stops_before_anything_is_written(handed):
    folder = handed(["E01"])
    (folder / "budget.csv").write_text("expert,parent,points\nE01,IKFS,100\n", encoding="utf-8")
    with pytest.raises(IkfsError, match="budget.csv must have a column 'indicator'"):
        forms.collect(folder)
    assert not (folder / "panel.csv").exists()


def test_a_table_with_its_headings_alone_is_filled(handed):
    folder = handed(["E01"])
    (folder / "budget.csv").write_text("expert;parent;indicator;points;catatan\n", encoding="utf-8-sig")
    assert forms.collect(folder).settled
    lines = (folder / "budget.csv").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["\ufeffexpert;parent;indicator;points;catatan", "E01;IKFS;KD;40;"]
    assert len(lines) == 28


def test_the_command_says_what_needs_a_person(handed, capsys):
    folder = handed(["E01"])
    assert cli.main(["collect", str(folder)]) == 0
    assert capsys.readouterr().out.startswith("1 form: 96 ratings, 3 pairs, 4 budgets, 1 best-worst comparison; 0 gaps")
    form = Sheets(folder / "returned" / "E01.xlsx")
    form.put(("ratings",), "KD1", "relevance", 1)
    form.save(form.path)
    assert cli.main(["collect", str(folder)]) == 2
    assert "Conflicts:\n  1. E01, relevance: panel.csv holds another answer" in capsys.readouterr().out
    assert cli.main(["collect", str(folder), "--replace"]) == 0
    assert "Replaced:\n  1. E01, relevance (panel.csv): KD1 3 -> 1." in capsys.readouterr().out


def test_the_command_makes_forms(few, tmp_path, capsys):
    assert cli.main(["forms", str(few), "--language", "en", "--output", str(tmp_path), "--criterion", "clarity"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == [f"2 forms in {tmp_path}", "  ratings: 24 candidate indicators on clarity"]
    assert cli.main(["forms", str(few), "--delphi", "7"]) == 2
    assert "Delphi round 7 needs the ratings of round 6" in capsys.readouterr().err


NASTY = [
    None, "", " ", 0, -1, 1e300, 3.5, "4 – kata", "1/9", "ya", "#REF!", True, False, "a" * 5000, dt.date(2020, 4, 3),
    dt.time(3, 4), "\u200b", "KD", "KD – x", "sama penting", "[1]", '["ikfs", "ratings"]', "100", 100,
]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_whatever_stands_in_the_cells_nothing_breaks(handed, seed):
    chance = random.Random(seed)  # noqa: S311 - what an expert types
    folder = handed(["E01"])
    form = Sheets(folder / "returned" / "E01.xlsx")
    share = chance.choice([0.1, 1.0])
    for sheet in form.book:
        for cell in (cell for row in sheet.iter_rows() for cell in row if not cell.protection.locked):
            if chance.random() < share:
                cell.value = chance.choice(NASTY)
    form.save(form.path)
    found = forms.collect(folder)
    assert not found.settled
    assert len(found.to_frame()) >= len(found.conflicts) + len(found.gaps)
    again = forms.collect(folder)
    assert (again.conflicts, again.gaps, dict(again.written)) == (found.conflicts, found.gaps, {})


def test_a_file_of_which_bytes_are_wrong_is_read_or_refused(handed):
    folder = handed(["E01"])
    whole = (folder / "returned" / "E01.xlsx").read_bytes()
    chance = random.Random(1)  # noqa: S311 - where a disk fails
    path = folder / "broken.xlsx"
    for _ in range(60):
        spoiled = bytearray(whole)
        for _ in range(chance.choice([1, 20])):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        path.write_bytes(bytes(spoiled[: chance.choice([len(whole), chance.randrange(len(whole))])]))
        try:
            assert returned_form(path).expert == "E01"
        except InputFileError as error:
            assert str(error)  # noqa: PT017 - either is right
