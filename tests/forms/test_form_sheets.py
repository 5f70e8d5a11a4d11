"""The forms as they are handed out: what they ask, what is locked, and when they are refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from filled_forms import ASKED, Sheets, fill, tables_of

from ikfs_methods import forms
from ikfs_methods.errors import IkfsError, InputFileError, JudgementError, ParameterError


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> forms.FormsResult:
    return forms.make_forms("fgd-2020-03-26", language="en", output=tmp_path_factory.mktemp("forms"))


def test_every_expert_has_a_form(made):
    assert [path.name for path in made.files.values()] == [f"E{number:02d}.xlsx" for number in range(1, 13)]
    assert list(made.to_frame().index) == [f"E{number:02d}" for number in range(1, 13)]


def test_the_round_s_decisions_say_how_each_parent_is_weighed(made):
    assert list(made.asked.criteria) == ["relevance", "clarity", "essential"]
    assert (list(made.asked.ahp), list(made.asked.budget)) == (["IKFS"], ["KD", "PS", "PM"])
    assert made.lines()[2:] == ["  in pairs: IKFS", "  100 points: KD, PS, PM"]


def test_all_candidates_are_asked_about_in_the_language(made):
    sheets = Sheets(made.files["E01"])
    shown = [sheets.cell(("ratings",), code, "#text").value for code in made.asked.indicators]
    assert len(shown) == 24
    assert shown[0] == "Enough to eat\nIn the past month, I have had enough to eat every day."


def test_only_answers_may_be_written_and_no_password_is_needed(made):
    book = openpyxl.load_workbook(made.files["E01"])
    unlocked = {
        sheet.title: sum(not cell.protection.locked for row in sheet.iter_rows() for cell in row) for sheet in book
    }
    # 24 indicators x (3 criteria + comment); 8 points a dimension; 3 pairs with choice and degree; the institution
    points = {"points KD": 8, "points PS": 8, "points PM": 8}
    assert unlocked == {"read me": 1, "ratings": 96, **points, "pairs IKFS": 6, "ikfs": 0}
    assert all(sheet.protection.sheet and sheet.protection.password is None for sheet in book)
    assert book["ikfs"].sheet_state == "hidden"


def test_drop_downs_offer_the_scale(made):
    book = openpyxl.load_workbook(made.files["E01"])
    offered = {}
    for rule in book["ratings"].data_validations.dataValidation:
        place = rule.formula1.partition("!")[2].replace("$", "")
        offered[str(rule.sqref)[:2]] = [cell.value for cell in book["ikfs"][place][0]]
    assert offered == {"D6": [1, 2, 3, 4], "E6": [1, 2, 3, 4], "F6": ["yes", "no"]}


def test_the_sheet_prints_on_one_width_with_its_headings(made):
    sheet = openpyxl.load_workbook(made.files["E01"])["ratings"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$5:$5"
    assert sheet.freeze_panes == "C6"


def test_the_points_are_counted_while_they_are_given(made):
    sheet = openpyxl.load_workbook(made.files["E01"])["points KD"]
    assert sheet["C4"].value == (
        '=IF(SUM(D6:D13)=100,"All 100 points are given.",IF(SUM(D6:D13)<100,"Still to give: "&(100-SUM(D6:D13))&"",'
        '"Too many: "&(SUM(D6:D13)-100)&""))'
    )


def test_the_same_round_gives_the_same_bytes(made, tmp_path):
    again = forms.make_forms("fgd-2020-03-26", language="en", output=tmp_path)
    assert all(path.read_bytes() == made.files[expert].read_bytes() for expert, path in again.files.items())
    with zipfile.ZipFile(made.files["E01"]) as archive:
        assert {member.date_time[0] for member in archive.infolist()} == {1980}
        assert b"2020-03-26T00:00:00Z" in archive.read("docProps/core.xml")


def test_forms_that_lie_there_already_are_left(made):
    again = forms.make_forms("fgd-2020-03-26", language="en", output=made.folder)
    assert again.unchanged == 12


def test_a_filled_form_is_not_written_over(few, tmp_path):
    made = forms.make_forms(few, output=tmp_path / "out")
    sheets = Sheets(made.files["E05"])
    sheets.put(("ratings",), "KD1", "#comment", "lihat KD2")
    sheets.save(made.files["E05"])
    before = made.files["E01"].read_bytes()
    with pytest.raises(InputFileError, match=r"not be written over answers; in the folder of forms E05.xlsx hold"):
        forms.make_forms(few, output=tmp_path / "out", language="en")
    assert made.files["E01"].read_bytes() == before


def test_an_empty_form_of_another_language_is_written_over(few, tmp_path):
    forms.make_forms(few, output=tmp_path / "out")
    assert forms.make_forms(few, output=tmp_path / "out", language="en").unchanged == 0


def test_what_is_no_form_is_not_written_over(few, tmp_path):
    (tmp_path / "E01.xlsx").write_text("notulen", encoding="utf-8")
    with pytest.raises(InputFileError, match=r"E01.xlsx hold\(s\) answers already, or is no empty form"):
        forms.make_forms(few, output=tmp_path)


def without_experts(folder: Path) -> Path:
    path = folder / "round.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    gone = ("  panel:", "  judgements:", "  budget:", "  best_worst:", "  experts:", "  comments:")
    path.write_text("".join(line for line in lines if not line.startswith(gone)), encoding="utf-8")
    for name in ("panel", "experts"):
        (folder / f"{name}.csv").unlink()
    return folder


def test_experts_are_numbered_when_nobody_has_named_them(round_copy, tmp_path):
    folder = without_experts(round_copy)
    with pytest.raises(ParameterError, match="Say how many there are"):
        forms.make_forms(folder, output=tmp_path / "out")
    made = forms.make_forms(folder, experts=3, output=tmp_path / "out")
    assert list(made.files) == ["E01", "E02", "E03"]
    assert (folder / "experts.csv").read_text() == "expert,institution\nE01,\nE02,\nE03,\n"
    assert "  experts: {file: experts.csv}\n" in (folder / "round.yaml").read_text(encoding="utf-8")
    assert forms.make_forms(folder, output=tmp_path / "out").unchanged == 3
    with pytest.raises(ParameterError, match="experts.csv: 3, not 4. Leave --experts out"):
        forms.make_forms(folder, experts=4, output=tmp_path / "out")


@pytest.mark.parametrize("count", [0, -1, 101, True, 2.5])
def test_the_number_of_experts_must_be_possible(round_copy, tmp_path, count):
    with pytest.raises(ParameterError, match="the number of experts must be a whole number from 1 to 100"):
        forms.make_forms(without_experts(round_copy), experts=count, output=tmp_path)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{ahp: [IKSF]}", "forms.ahp must name parents with two or more children .*'IKSF'. Did you mean 'IKFS'"),
        ("{budget: [KD1]}", "forms.budget must name parents .*'KD1'"),
        ("{criteria: []}", "forms.criteria must name at least one criterion"),
        ("{criteria: ['congruence:KX']}", "what follows the colon of a criterion must be a parent"),
        ("{criterion: [clarity]}", "'forms.criterion' is no entry of round.yaml. Did you mean 'criteria'"),
    ],
)
def test_a_wrong_entry_is_named(spoil, tmp_path, entry, message):
    folder = spoil("round.yaml", "parameters: {}", f"forms: {entry}\nparameters: {{}}")
    with pytest.raises(ParameterError, match=message):
        forms.make_forms(folder, output=tmp_path)


def test_ways_left_open_take_the_parents_that_nobody_named(few, spoil, tmp_path):
    assert few == spoil("round.yaml", "parameters: {}", "forms: {best_worst: [KD], ahp: [PS]}\nparameters: {}")
    asked = forms.make_forms(few, output=tmp_path).asked
    # IKFS was decided to be weighed by AHP, but the list of ahp does not name it
    assert (list(asked.ahp), list(asked.budget), list(asked.best_worst)) == (["PS"], ["PM"], ["KD"])


def test_a_formula_in_the_framework_stays_text(few, tmp_path):
    path = few.parents[1] / "frameworks" / "ikfs" / "indicators.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Kecukupan makan", '"=HYPERLINK(""http://x"";""y"")"', 1), encoding="utf-8")
    made = forms.make_forms(few, output=tmp_path)
    cell = Sheets(made.files["E01"]).cell(("ratings",), "KD1", "#text")
    assert (cell.data_type, cell.value[:10]) == ("s", "=HYPERLINK")


def test_codes_that_give_one_file_are_refused(round_copy, tmp_path):
    (round_copy / "experts.csv").write_text("expert,institution\nE/1,a\nE-1,b\n", encoding="utf-8")
    with pytest.raises(ParameterError, match="these codes give the same name: E/1, E-1"):
        forms.make_forms(round_copy, output=tmp_path)


def test_an_expert_listed_twice_is_refused(round_copy, tmp_path):
    (round_copy / "experts.csv").write_text("expert,institution\nE1,a\nE1,b\n", encoding="utf-8")
    with pytest.raises(JudgementError, match="a code of its own in the column expert; empty or repeated: 'E1'"):
        forms.make_forms(round_copy, output=tmp_path)


def test_names_of_persons_are_no_codes(round_copy, tmp_path):
    (round_copy / "experts.csv").write_text("expert,institution\nSiti Aminah,a\nBudi Santoso,b\n", encoding="utf-8")
    with pytest.raises(IkfsError, match="name"):
        forms.make_forms(round_copy, output=tmp_path)


def test_a_second_delphi_round_shows_the_first(few, tmp_path):
    panel = pd.read_csv(few / "panel.csv")
    first = panel[panel["delphi_round"] == 1].drop(columns="delphi_round")
    first.to_csv(few / "panel.csv", index=False)
    made = forms.make_forms(few, output=tmp_path, language="en", delphi=2, criteria=["clarity", "essential"])
    assert not made.asked.ahp
    assert not made.asked.budget
    sheets = Sheets(made.files["E05"])
    own = first[(first["expert"] == "E05") & (first["indicator"] == "KD3")].set_index("criterion")["rating"]
    assert sheets.cell(("ratings",), "KD3", "clarity #own").value == str(own["clarity"])
    clarity = first[(first["criterion"] == "clarity") & (first["indicator"] == "KD3")]["rating"]
    low, middle, high = (f"{clarity.quantile(share):g}" for share in (0.25, 0.5, 0.75))
    assert sheets.cell(("ratings",), "KD3", "clarity #group").value == f"{middle} ({low}–{high})"
    said = int(first[(first["criterion"] == "essential") & (first["indicator"] == "KD3")]["rating"].sum())
    assert sheets.cell(("ratings",), "KD3", "essential #group").value == f"yes: {said} of 12"
    assert sheets.cell(("ratings",), "KD3", "clarity").value is None


def test_a_delphi_round_needs_the_one_before(round_copy, tmp_path):
    said = r"Delphi round 4 needs the ratings of round 3; .*has those of round\(s\) 1, 2"
    with pytest.raises(ParameterError, match=said):
        forms.make_forms(round_copy, output=tmp_path, delphi=4)
    with pytest.raises(ParameterError, match="found no rating on feasibility"):
        forms.make_forms(round_copy, output=tmp_path, delphi=2, criteria=["feasibility"])
    with pytest.raises(ParameterError, match="delphi must be a whole number of at least 1"):
        forms.make_forms(round_copy, output=tmp_path, delphi=0)


def test_a_third_round_asks_what_the_second_asked(few, tmp_path):
    assert list(forms.make_forms(few, output=tmp_path, delphi=3).asked.criteria) == ["clarity"]


def test_a_form_needs_no_answers_of_the_survey(few, tmp_path):
    (few / "answers.csv").unlink()
    assert len(forms.make_forms(few, output=tmp_path).files) == 2


def test_every_mistake_of_the_round_is_told(spoil, tmp_path):
    spoil("round.yaml", "date: 2020-03-26", "date: kemarin")
    folder = spoil("round.yaml", "parameters: {}", "parameters: {rating_hihg: 5}")
    with pytest.raises(IkfsError, match=r"(?s)'date' must be a date.*'rating_hihg' is no parameter"):
        forms.make_forms(folder, output=tmp_path)


def test_filled_from_the_tables_a_form_holds_them(asking, tmp_path):
    assert ASKED.startswith("forms:")
    made = forms.make_forms(asking, output=tmp_path / "forms")
    fill(made.files["E04"], tables_of(asking), "E04", tmp_path / "filled.xlsx")
    assert Sheets(tmp_path / "filled.xlsx").cell(("ratings",), "PS8", "#comment").value.startswith("Kalimat negatif")
