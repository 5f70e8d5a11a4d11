"""The gate for answers: every cell checked, reverse items turned once, each problem with file, row and column."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

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


def file(folder: Path, text: str) -> Path:
    path = folder / "answers.csv"
    path.write_text(text, encoding="utf-8")
    return path


GOOD = "who,q1,q2,w,g,p\nx,1,6,1.5,k,31\ny,5,,0.5,m,94\nz,2,0,1,k,31\n"


def test_reverse_items_are_turned_about_their_own_scale(tmp_path, pair):
    answers = load(file(tmp_path, GOOD), pair, respondent="who", weight="w", group="g")
    assert answers.items["a1"].tolist() == [1, 5, 2]
    # 0 + 6 - x, and a missing answer stays missing
    assert answers.items["a2"].fillna(-1).tolist() == [0, -1, 6]
    assert answers.reversed_items == ("a2",)
    assert (answers.n, answers.n_complete) == (3, 2)
    assert answers.weight.tolist() == [1.5, 0.5, 1]
    assert list(answers.items.index) == ["x", "y", "z"]


def test_answers_as_given_are_the_keyed_ones_turned_back(tmp_path, pair):
    answers = load(file(tmp_path, "q2,q1\n6,1\n,5\n0,2\n"), pair)
    assert list(answers.as_given.columns) == ["a2", "a1"]  # in the order of the file
    assert answers.as_given.fillna(-1).to_numpy().tolist() == [[6, 1], [-1, 5], [0, 2]]
    assert list(answers.items.columns) == ["a1", "a2"]  # in the order of the framework


def test_leaving_respondents_out(tmp_path, pair):
    answers = load(file(tmp_path, GOOD), pair, respondent="who", weight="w", group="g")
    rest = answers.without(["y"])
    assert list(rest.items.index) == list(rest.weight.index) == ["x", "z"]
    assert rest.rows.tolist() == [2, 4]
    assert rest.group.tolist() == ["k", "k"]
    assert answers.n == 3
    with pytest.raises(ColumnError, match=r"one of the 3 that answered; not found: n"):
        answers.without(["n"])
    with pytest.raises(TooFewError, match="at least one respondent must stay"):
        answers.without(["x", "y", "z"])


def test_interview_times(tmp_path, pair):
    text = "q1,q2,from,to,took\n1,6,2020-03-26T09:00:00+07:00,2020-03-26T09:05:00+07:00,300\n"
    text += "2,5,2020-03-26T09:00:00+07:00,2020-03-26T03:10:00+01:00,0:10:00\n"
    path = file(tmp_path, text)
    assert load(path, pair, started="from", ended="to").duration.tolist() == [300, 600]
    assert load(path, pair, duration="took").duration.tolist() == [300, 600]
    assert load(path, pair).duration is None
    with pytest.raises(ParameterError, match="`started` and `ended` must be given together"):
        load(path, pair, started="from")
    with pytest.raises(ParameterError, match="must be given once; found `duration` beside"):
        load(path, pair, started="from", ended="to", duration="took")
    with pytest.raises(ScaleError, match=r"column 'from': an interview must end after it started; found 2"):
        load(path, pair, started="to", ended="from")


def test_declared_impossible_patterns(tmp_path, pair):
    answers = load(
        file(tmp_path, GOOD), pair, respondent="who", impossible={"early": "a2 == 6 and w > 1", "both": "a1 > a2"}
    )
    assert answers.impossible.to_numpy().tolist() == [[True, False], [False, False], [False, True]]
    with pytest.raises(ParameterError, match="a7"):
        load(file(tmp_path, GOOD), pair, impossible={"typo": "a7 > 1"})


def test_without_a_framework_everything_else_is_checked(tmp_path):
    rest = load(file(tmp_path, GOOD), None, respondent="who", weight="w", group="g")
    assert rest.items.shape == (3, 0)
    with pytest.raises(InputProblemsError) as caught:
        load(file(tmp_path, GOOD.replace("0.5", "-1").replace("z,", "y,")), None, respondent="who", weight="w")
    assert len(caught.value.problems) == 2


def test_several_kinds_of_problems_in_one_column_are_all_told(tmp_path, pair):
    with pytest.raises(InputProblemsError) as caught:
        load(file(tmp_path, "q1,q2\n1,2\nlima,3\n8,3\nlima,4\n2,1\n"), pair)
    assert "rows 3, 5, column 'q1': a number must stand here; found 'lima' (2 such cells)" in caught.value.problems[0]
    assert "row 4, column 'q1': an answer must lie between 1 and 5; found '8' (1 such cell)" in caught.value.problems[1]


def test_half_points_are_logged(tmp_path, pair):
    log = load(file(tmp_path, "q1,q2\n1,2\n2.5,3\n"), pair).log.set_index("step")
    assert (log.loc["between points", "column"], log.loc["between points", "detail"]) == ("a1", "2.5")


def test_province_codes_are_read_under_the_declared_system(tmp_path, pair):
    path = file(tmp_path, GOOD)
    bps = load(path, pair, region="p", region_codes="bps-2020")
    assert bps.region.tolist() == ["DKI Jakarta", "Papua", "DKI Jakarta"]
    # the same 94 is no province in the Home Ministry's codes of 2020
    with pytest.raises(ScaleError, match=r"row 3, column 'p': .*94.*bps-2020"):
        load(path, pair, region="p", region_codes="kemendagri-2020")
    with pytest.raises(ParameterError, match="Did you mean 'bps-2022'"):
        load(path, pair, region="p", region_codes="bps-2002")


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ("y,5,", "y,7,", ScaleError, r"answers.csv, row 3, column 'q1': an answer must lie between 1 and 5; found '7'"),
        ("y,5,", "y,lima,", NotNumericError, r"row 3, column 'q1': a number must stand here; found 'lima'"),
        ("q2,", "q3,", ColumnError, r"must have a column 'q2'; found who, q1, q3.* Did you mean 'q3'"),
        (
            "z,2",
            "y,2",
            ColumnError,
            r"column 'who': every respondent must have an id of its own; repeated in row\(s\) 3, 4",
        ),
        ("0.5", "-1", WeightError, r"row 3, column 'w': a design weight must be above 0; found '-1'"),
        ("0.5", "", NotNumericError, r"row 3, column 'w': a number must stand here; found an empty cell"),
        (",m,", ",,", ColumnError, r"row 3, column 'g': every respondent must have a value here"),
    ],
)
def test_each_bad_cell_is_named(tmp_path, pair, old, new, error, message):
    assert old in GOOD
    with pytest.raises(error, match=message):
        load(file(tmp_path, GOOD.replace(old, new, 1)), pair, respondent="who", weight="w", group="g")


def test_constant_item_is_named_with_its_answers(tmp_path, pair):
    with pytest.raises(ConstantItemError, match=r"column 'q1': an item must vary; all 2 answers are the same \(3\)"):
        load(file(tmp_path, "q1,q2\n3,1\n3,2\n,4\n"), pair)


def test_all_problems_are_told_at_once(tmp_path, pair):
    text = GOOD.replace("y,5,", "y,9,").replace("0.5", "none").replace(",m,", ",,")
    with pytest.raises(InputProblemsError) as caught:
        load(file(tmp_path, text), pair, respondent="who", weight="w", group="g")
    assert len(caught.value.problems) == 3
    assert "3 problems in the inputs" in str(caught.value)


def test_missing_and_empty_files(tmp_path, pair):
    with pytest.raises(InputFileError, match=r"the file must exist: .*nowhere.csv"):
        load(tmp_path / "nowhere.csv", pair)
    with pytest.raises(TooFewError, match="at least one row"):
        load(file(tmp_path, "q1,q2\n"), pair)


def test_blank_lines_do_not_shift_the_rows_of_messages(tmp_path, pair):
    with pytest.raises(ScaleError, match="row 5, column 'q1'"):
        load(file(tmp_path, "q1,q2\n1,2\n\n2,3\n9,4\n"), pair)


def test_regions_without_a_declared_system(tmp_path, pair):
    def region(*cells: str):
        rows = "".join(f"{1 + i},{2 + i},{cell}\n" for i, cell in enumerate(cells))
        return load(file(tmp_path, "q1,q2,p\n" + rows), pair, region="p")

    # names and aliases are provinces, codes too where all systems agree, and other regions stand as they are
    assert region("Jakarta", "jawa barat").region.tolist() == ["DKI Jakarta", "Jawa Barat"]
    assert region("31", "32").region.tolist() == ["DKI Jakarta", "Jawa Barat"]
    assert region("Garut", "Ciamis").region.tolist() == ["Garut", "Ciamis"]
    assert "no provinces' names" in region("Garut", "Ciamis").log["detail"].iloc[-1]
    with pytest.raises(ScaleError, match=r"row 3, column 'p': .*91.*region_codes"):
        region("31", "91")


def test_one_misspelt_province_among_others_is_a_mistake_and_no_region(tmp_path, pair):
    def region(*cells: str, codes: str | None = None):
        rows = "".join(f"{1 + i % 5},{2 + i % 5},{cell}\n" for i, cell in enumerate(cells))
        return load(file(tmp_path, "q1,q2,p\n" + rows), pair, region="p", region_codes=codes)

    names = ["NTT", "Nusa Tenggara Timur", "Aceh", "Acehh"]
    with pytest.raises(ScaleError, match=r"row 5, column 'p': .*Acehh"):
        region(*names)
    with pytest.raises(ScaleError, match=r"row 4, column 'p': .*94"):
        region("Jawa Barat", "Jabar", "94")
    # said to be something else, they stand as they are
    assert region(*names, codes="none").region.tolist() == names


def test_codes_that_the_file_labels_are_read_by_their_labels_unless_declared(tmp_path, pair):
    path = tmp_path / "own.sav"
    frame = pd.DataFrame({"q1": [1.0, 2, 3], "q2": [1.0, 2, 3], "p": [11.0, 12, 13]})
    labels = {11.0: "DKI Jakarta", 12.0: "Jawa Barat", 13.0: "Jawa Tengah"}
    pyreadstat.write_sav(frame, path, variable_value_labels={"p": labels})
    assert load(path, pair, region="p").region.tolist() == list(labels.values())
    with pytest.raises((ScaleError, InputProblemsError), match=r"'11' is Aceh in bps-2020, but the file labels it"):
        load(path, pair, region="p", region_codes="bps-2020")


def test_a_half_point_among_whole_answers_is_a_slip(tmp_path, pair):
    rows = "".join(f"{1 + i % 5},{i % 6}\n" for i in range(60))
    with pytest.raises(ScaleError, match=r"row 62, column 'q1': an answer must be one of the scale's points .*'2,5'"):
        load(file(tmp_path, "q1,q2\n" + rows + '"2,5",3\n'), pair)


def test_respondents_in_corrections_are_named_as_in_the_file_even_where_ids_are_replaced(tmp_path, pair, monkeypatch):
    monkeypatch.setenv("IKFS_HMAC_KEY", "a key of the tests, long enough")
    entries = tmp_path / "corrections.yml"
    entries.write_text("- {respondent: y, column: q1, from: 5, to: 4, reason: r, by: b}\n", encoding="utf-8")
    answers = load(file(tmp_path, GOOD), pair, respondent="who", corrections=entries, private={"who": "hmac"})
    assert answers.items["a1"].tolist() == [1, 4, 2]
    assert not {"x", "y", "z"} & set(answers.items.index)
