"""The gate for answers: every cell checked, reverse items turned once, each problem with file, row and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from ikfs_methods import framework
from ikfs_methods.answers import load
from ikfs_methods.errors import (
    ColumnError,
    ConstantItemError,
    InputFileError,
    InputProblemsError,
    NotNumericError,
    ParameterError,
    ScaleError,
    TooFewError,
    WeightError,
)

HEAD = ",".join(framework.COLUMNS)


@pytest.fixture
def tree(tmp_path: Path) -> framework.Framework:
    rows = [
        "I,,n,n,d,d,,,,,reflective,o,s,proposed",
        "A,I,n,n,d,d,,,,,reflective,o,s,proposed",
        "a1,A,n,n,d,d,q1,1,5,1,,o,s,unverified",
        "a2,A,n,n,d,d,q2,0,6,-1,,o,s,unverified",
    ]
    (tmp_path / "framework.yaml").write_text(
        "id: t\nname: {id: Uji, en: Test}\nversion: '1'\nstatus: proposed\nsource: invented\n", encoding="utf-8"
    )
    (tmp_path / "indicators.csv").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return framework.read(tmp_path)


def file(folder: Path, text: str) -> Path:
    path = folder / "answers.csv"
    path.write_text(text, encoding="utf-8")
    return path


GOOD = "who,q1,q2,w,g,p\nx,1,6,1.5,k,31\ny,5,,0.5,m,94\nz,2,0,1,k,31\n"


def test_reverse_items_are_turned_about_their_own_scale(tmp_path, tree):
    answers = load(file(tmp_path, GOOD), tree, respondent="who", weight="w", group="g")
    assert answers.items["a1"].tolist() == [1, 5, 2]
    # 0 + 6 - x, and a missing answer stays missing
    assert answers.items["a2"].fillna(-1).tolist() == [0, -1, 6]
    assert answers.reversed_items == ("a2",)
    assert (answers.n, answers.n_complete) == (3, 2)
    assert answers.weight.tolist() == [1.5, 0.5, 1]
    assert list(answers.items.index) == ["x", "y", "z"]


def test_province_codes_are_read_under_the_declared_system(tmp_path, tree):
    path = file(tmp_path, GOOD)
    bps = load(path, tree, region="p", region_codes="bps-2020")
    assert bps.region.tolist() == ["DKI Jakarta", "Papua", "DKI Jakarta"]
    # the same 94 is no province in the Home Ministry's codes of 2020
    with pytest.raises(ScaleError, match=r"row 3, column 'p': a province code of kemendagri-2020 .* found '94'"):
        load(path, tree, region="p", region_codes="kemendagri-2020")
    with pytest.raises(ParameterError, match="Did you mean 'bps-2022'"):
        load(path, tree, region="p", region_codes="bps-2002")


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ("y,5,", "y,7,", ScaleError, r"answers.csv, row 3, column 'q1': an answer must lie between 1 and 5; found '7'"),
        ("y,5,", "y,lima,", NotNumericError, r"row 3, column 'q1': a number must stand here; found 'lima'"),
        ("q2,", "q3,", ColumnError, r"must have a column 'q2'; found who, q1, q3.* Did you mean 'q3'"),
        ("z,2", "y,2", ColumnError, r"column 'who': every respondent must have an id of its own.*3, 4"),
        ("0.5", "-1", WeightError, r"row 3, column 'w': a design weight must be above 0; found '-1'"),
        ("0.5", "", NotNumericError, r"row 3, column 'w': a number must stand here; found ''"),
        (",m,", ",,", ColumnError, r"row 3, column 'g': every respondent must have a value here"),
    ],
)
def test_each_bad_cell_is_named(tmp_path, tree, old, new, error, message):
    assert old in GOOD
    with pytest.raises(error, match=message):
        load(file(tmp_path, GOOD.replace(old, new, 1)), tree, respondent="who", weight="w", group="g")


def test_constant_item_is_named_with_its_answers(tmp_path, tree):
    with pytest.raises(ConstantItemError, match=r"column 'q1': an item must vary; all 2 answers are the same \(3\)"):
        load(file(tmp_path, "q1,q2\n3,1\n3,2\n,4\n"), tree)


def test_all_problems_are_told_at_once(tmp_path, tree):
    text = GOOD.replace("y,5,", "y,9,").replace("0.5", "none").replace(",m,", ",,")
    with pytest.raises(InputProblemsError) as caught:
        load(file(tmp_path, text), tree, respondent="who", weight="w", group="g")
    assert len(caught.value.problems) == 3
    assert "3 problems in the inputs" in str(caught.value)


def test_missing_and_empty_files(tmp_path, tree):
    with pytest.raises(InputFileError, match=r"the file must exist: .*nowhere.csv"):
        load(tmp_path / "nowhere.csv", tree)
    with pytest.raises(TooFewError, match="at least one row"):
        load(file(tmp_path, "q1,q2\n"), tree)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"q1;q2\n1;2\n3;4\n", "must be separated by commas; its first line has semicolons"),
        (b"PK\x03\x04rest of a workbook", "it is an Excel workbook. Save it as CSV UTF-8"),
        (b"q1,q2\n1,2\n3\n5,6\n", r"row 3: every line must have 2 cells, .*; found fewer in 1 line"),
        (b"q1,q2\n1,2\n3,4,5\n", "must be a comma-separated table in UTF-8"),
        ("q1,q2\n1,d\u00e9\n".encode("cp1252"), "must be a comma-separated table in UTF-8"),
    ],
)
def test_files_of_another_kind_say_what_to_do(tmp_path, tree, content, message):
    path = tmp_path / "answers.csv"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=message):
        load(path, tree)


def test_blank_lines_do_not_shift_the_rows_of_messages(tmp_path, tree):
    with pytest.raises(ScaleError, match="row 5, column 'q1'"):
        load(file(tmp_path, "q1,q2\n1,2\n\n2,3\n9,4\n"), tree)
