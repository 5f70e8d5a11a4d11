"""Declared corrections change exactly what they name, are logged with their reason, and fail when they do not apply."""

from __future__ import annotations

import pytest

from ikfs_methods.answers import load
from ikfs_methods.errors import CorrectionError, InputFileError, InputProblemsError

ANSWERS = "who,q1,q2\nx,1,6\ny,44,\nz,2,0\ny,3,2\n"
DROP = "- {row: 5, drop: true, reason: sent twice, by: field office}\n"
MEND = "- {respondent: y, row: 3, column: q1, from: 44, to: 4, reason: key pressed twice, by: field office}\n"


@pytest.fixture
def after(pair, put):
    def make(text: str, answers: str = ANSWERS):
        return load(put("answers.csv", answers), pair, respondent="who", corrections=put("corrections.yml", text))

    return make


def test_a_cell_is_changed_and_a_record_taken_out(after):
    answers = after(MEND + DROP)
    assert list(answers.items.index) == ["x", "y", "z"]
    assert answers.items["a1"].tolist() == [1, 4, 2]
    told = answers.log.set_index("step")
    assert told.loc["correction", "detail"] == "row 3: 44 -> 4: key pressed twice (field office)"
    assert told.loc["record taken out", "detail"] == "row 5: sent twice (field office)"


def test_a_cell_is_emptied_and_filled(after):
    text = (
        "- {row: 2, column: q1, from: 1, to: null, reason: r, by: b}\n"
        "- {row: 3, column: q2, from: null, to: 5, reason: r, by: b}\n"
    )
    answers = after(MEND + DROP + text)
    assert answers.items["a1"].fillna(-1).tolist() == [-1, 4, 2]
    assert answers.items["a2"].tolist() == [0, 1, 6]


def test_two_entries_on_one_cell_chain(after):
    chain = "- {row: 3, column: q1, from: 4, to: 5, reason: r, by: b}\n"
    assert after(MEND + chain + DROP).items["a1"].tolist() == [1, 5, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            MEND.replace("44", "43"),
            r"entry 1: row 3, column 'q1' must hold '43' \(`from`\); found '44'.*no longer applies",
        ),
        (
            MEND.replace("respondent: y, row: 3", "respondent: y"),
            r"respondent 'y' must stand once .* rows 3, 5. Name the",
        ),
        (
            MEND.replace("respondent: y, row: 3", "respondent: n"),
            r"respondent 'n' must stand once .* nowhere.*no longer",
        ),
        (MEND.replace("row: 3", "row: 9"), r"row 9 must be a record of .*; it has 2 to 5. The entry no longer applies"),
        (MEND.replace("column: q1", "column: q7"), r"'q7' must be a column of .* Did you mean 'q"),
        (MEND.replace("reason: key pressed twice, ", ""), r"entry 1: 'reason' is required and missing"),
        (MEND.replace("reason:", "reasn: x, reason:"), r"'reasn' is no entry of a correction. Did you mean 'reason'"),
        (MEND.replace("from: 44, ", ""), r"`column`, `from` and `to` must be given"),
        (DROP.replace("drop: true", "drop: true, column: q1"), r"with `drop: true` no column, from or to may stand"),
        (DROP.replace("row: 5, ", ""), r"the record must be named by `respondent` or `row`"),
        (MEND.replace("row: 3", "row: x"), r"entry 1: 'row' is of the wrong kind; found 'x'"),
        (MEND.replace("to: 4", "to: yes"), r"entry 1: 'to' is of the wrong kind; found True. Put words such as yes"),
        (MEND.replace("to: 4", "to: 44"), r"`from` and `to` must differ; both are '44'"),
        (MEND.replace("key pressed twice", "''"), r"'reason' must say something"),
        (
            "- {row: 3, colum: q1, frm: 1}\n",
            r"'reason' is required and missing. 'by' is required .* 'colum' is no entry",
        ),
        ("- x\n", r"entry 1: it must hold `name: value` lines; found 'x'"),
        ("row: 3\n", r"must hold a list of entries .* found a mapping"),
    ],
)
def test_an_entry_that_does_not_apply_is_named(after, text, message):
    with pytest.raises((CorrectionError, InputProblemsError), match=message):
        after(text)


def test_all_entries_that_do_not_apply_are_named_together(after):
    with pytest.raises(InputProblemsError) as caught:
        after(MEND.replace("44", "43") + MEND.replace("row: 3", "row: 9"))
    said = str(caught.value)
    assert "entry 1: row 3" in said
    assert "entry 2: row 9" in said


def test_broken_yaml_and_no_file(after, pair, put, tmp_path):
    with pytest.raises(InputFileError, match="must be YAML in UTF-8"):
        after("- {row: 3\n", "who,q1,q2\nx,1,6\ny,2,3\n")
    with pytest.raises(InputFileError, match="the file of corrections .* must exist; not found"):
        load(put("answers.csv", "q1,q2\n1,2\n2,3\n"), pair, corrections=tmp_path / "none.yml")


def test_an_empty_file_of_corrections_changes_nothing(pair, put):
    path = put("answers.csv", "q1,q2\n1,2\n2,3\n")
    plain = load(path, pair)
    same = load(path, pair, corrections=put("corrections.yml", "# none yet\n"))
    assert plain.items.equals(same.items)
    assert plain.log.equals(same.log)
