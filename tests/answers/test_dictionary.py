"""What columns, labels and codes mean is said by the round's dictionary alone; what it does not explain is an error."""

from __future__ import annotations

import numpy as np
import pytest

from ikfs_methods.answers import load
from ikfs_methods.answers.dictionary import Entry, Scale, decode
from ikfs_methods.errors import (
    ColumnError,
    ConstantItemError,
    DictionaryError,
    InputProblemsError,
    NotNumericError,
    ParameterError,
    ScaleError,
)
from ikfs_methods.reading import folded, read

HEAD = "column,indicator,scale,missing,question,status,note\n"
SCALES = (
    "scale,code,label\n"
    "setuju,1,Sangat tidak setuju\nsetuju,1,STS\nsetuju,2,Tidak setuju\nsetuju,2,TS\nsetuju,3,Netral\n"
    "setuju,4,Setuju\nsetuju,4,S\nsetuju,5,Sangat setuju\nsetuju,5,SS\nsetuju,,Tidak tahu\n"
)
ANSWERS = "Saya makan cukup,q2\nsetuju,6\n SANGAT  TIDAK setuju ,0\nTS,3\nTidak tahu,2\n,1\nsangat setuju,5\n"


@pytest.fixture
def given(put):
    """Loads answers with a dictionary whose first row is the item with labels."""

    def make(tree, answers=ANSWERS, entry="Saya makan cukup,a1,setuju,,,confirmed,", scales=SCALES, more="", **options):
        return load(
            put("answers.csv", answers),
            tree,
            dictionary=put("dictionary.csv", HEAD + entry + "\n" + more),
            scales=put("scales.csv", scales),
            **options,
        )

    return make


def test_labels_become_codes_by_the_dictionary(pair, given):
    answers = given(pair)
    assert answers.items["a1"].fillna(-1).tolist() == [4, 1, 2, -1, -1, 5]
    # the item that the dictionary does not name is read from the column of indicators.csv
    assert answers.items["a2"].tolist() == [0, 6, 3, 4, 5, 1]
    told = answers.log.set_index(["step", "column"])
    assert told.loc[("label", "a1"), "cells"] == 5
    assert "Tidak tahu = missing" in told.loc[("label", "a1"), "detail"]
    assert told.loc[("reverse", "a2"), "cells"] == 6


def test_numbers_on_a_labelled_scale_must_be_its_codes(pair, given):
    assert given(pair, ANSWERS.replace("TS,3", "2,3")).items["a1"].tolist()[2] == 2
    with pytest.raises(DictionaryError, match=r"row 4, column 'Saya makan cukup': a label of the dictionary .* '2.5'"):
        given(pair, ANSWERS.replace("TS,3", "2.5,3"))


def test_an_unknown_label_is_named_with_its_rows_and_the_nearest_known(pair, given):
    text = ANSWERS.replace("TS,3", "Sangat setju,3").replace(",1\n", "Sangat setju,1\n")
    with pytest.raises(DictionaryError) as caught:
        given(pair, text)
    said = str(caught.value)
    assert "rows 4, 6, column 'Saya makan cukup'" in said
    assert "found 'Sangat setju' (2 such cells)" in said
    assert "Did you mean 'Sangat setuju'?" in said
    assert "or add the label to scales.csv" in said


def test_a_label_without_a_scale_is_not_guessed(pair, put):
    with pytest.raises(NotNumericError, match=r"row 2, column 'q1': a number must stand here; found 'setuju'.*declare"):
        load(put("answers.csv", "q1,q2\nsetuju,1\n2,2\n"), pair)


@pytest.mark.parametrize("code", ["9", "99", "TT", "-", 99, 9.0])
def test_declared_codes_mean_no_answer(pair, put, code):
    shown = f"{code:g}" if isinstance(code, float) else code
    answers = load(put("answers.csv", f"q1,q2\n1,2\n{shown},3\n2,4\n{shown},6\n"), pair, missing=[code])
    assert answers.items["a1"].fillna(-1).tolist() == [1, -1, 2, -1]
    row = answers.log.set_index("step").loc["missing code"]
    assert (row["column"], row["cells"], row["detail"]) == ("a1", 2, str(shown))


def test_an_undeclared_code_is_off_the_scale(pair, put):
    with pytest.raises(ScaleError, match=r"row 3, column 'q1': an answer must lie between 1 and 5; found '9'.*declare"):
        load(put("answers.csv", "q1,q2\n1,2\n9,3\n2,4\n"), pair)


def test_a_missing_code_for_the_whole_file_may_not_be_an_answer(pair, put, given):
    # 6 is an answer to q2 (0 to 6) and means nothing on q1 (1 to 5)
    path = put("answers.csv", "q1,q2\n1,2\n6,6\n2,4\n")
    with pytest.raises(
        ParameterError, match=r"column 'q2': a missing code must lie outside the scale \(0 to 6\); 6 is"
    ):
        load(path, pair, missing=[6])
    # said for one item it holds there alone
    answers = given(pair, "q1,q2\n1,2\n6,6\n2,4\n3,5\n", entry="q1,a1,,6|TT,,confirmed,")
    assert answers.items["a1"].fillna(-1).tolist() == [1, -1, 2, 3]
    assert answers.items["a2"].tolist() == [4, 0, 2, 1]


def test_guesses_are_kept_as_questions(pair, given):
    entry = "Saya makan cukup,a1,setuju,,,guessed,five points from the labels seen"
    assert given(pair, entry=entry).guessed == ("column 'Saya makan cukup': five points from the labels seen",)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            "Saya makan cukup,a1,setuju,,,open,4 or 5 points?",
            r"row 2: still open, column 'Saya makan cukup': 4 or 5 points\?. Decide",
        ),
        ("Saya makan cukup,a1,stuju,,,confirmed,", r"column 'scale': a scale .* found 'stuju'. Did you mean 'setuju'"),
        ("Saya makan cukup,a9,setuju,,,confirmed,", r"column 'indicator': an indicator .*found 'a9'.* Did you mean 'a"),
        ("Saya makan cukup,a1,setuju,,,sure,", r"column 'status': one of confirmed, guessed, open .* found 'sure'"),
        (",a1,setuju,,,confirmed,", r"row 2, column 'column': a value must stand here"),
    ],
)
def test_each_broken_row_of_the_dictionary_is_named(pair, given, entry, message):
    with pytest.raises((DictionaryError, InputProblemsError), match=message):
        given(pair, entry=entry)


def test_one_column_and_one_indicator_a_row(pair, given):
    with pytest.raises(InputProblemsError, match=r"rows 2, 3, column 'column': each column must stand once") as caught:
        given(pair, more="Saya makan cukup,a1,setuju,,,confirmed,\n")
    assert "each indicator must stand once; 'a1' stands 2 times" in str(caught.value)


def test_a_label_has_one_code(pair, given):
    with pytest.raises(InputProblemsError, match=r"a label must have one code on its scale; 'ts' .* has 2, 3"):
        given(pair, scales=SCALES + "setuju,3,ts\n")


def test_a_column_that_is_not_there(pair, given):
    with pytest.raises(ColumnError, match=r"must have a column 'Saya makan'; .* Did you mean 'Saya makan cukup'"):
        given(pair, entry="Saya makan,a1,setuju,,,confirmed,")


def test_an_item_whose_answers_are_all_missing_by_declaration_is_constant(pair, put):
    with pytest.raises(ConstantItemError, match=r"column 'q1': an item must vary; all 0 answers .*no answer at all"):
        load(put("answers.csv", "q1,q2\n9,2\n9,3\n"), pair, missing=[9])


def test_words_are_compared_without_case_blanks_and_width():
    # a full-width letter and a no-break space are what copying out of a PDF leaves
    assert folded(" SANGAT\u00a0 setuju") == folded("sangat \uff53etuju") == "sangat setuju"


def test_a_label_is_the_same_whichever_quotation_marks_stand_in_it(put):
    # Word writes Don’t know where a form has Don't know
    scale = Scale.of("s", [("Agree", 1.0), ("Don't know", np.nan), ("Can’t say", 2.0)])
    found = decode(["Agree", "Don’t know", "can't say"], Entry("q", scale), read(put("t.csv", "q\n1\n")))
    assert found.unknown == ()
    assert found.points.tolist()[::2] == [1, 2]
    assert np.isnan(found.points[1])


def test_decoding_takes_missing_codes_before_labels_and_labels_before_numbers(put):
    table = read(put("t.csv", "q\n1\n"))
    scale = Scale.of("s", [("1", 5.0), ("tidak tahu", np.nan)])
    found = decode(["1", "5", "tidak tahu", "9", "x"], Entry("q", scale, missing=("9",)), table)
    # the label "1" means 5 here; 5 is a code; 9 was declared missing; x is unknown
    assert found.points.tolist()[:2] == [5, 5]
    assert np.isnan(found.points[2:]).all()
    assert (found.unknown, found.by_code, found.by_label) == ((4,), (3,), (0, 2))


def test_an_open_question_is_told_once_for_all_its_columns(pair, given):
    with pytest.raises(DictionaryError) as caught:
        given(pair, entry="Saya makan cukup,a1,setuju,,,open,4 or 5?", more="q2,a2,,,,open,4 or 5?\n")
    assert "rows 2, 3: still open, columns 'Saya makan cukup', 'q2': 4 or 5?." in str(caught.value)


def test_the_cells_of_an_open_question_are_not_judged(pair, given):
    # one problem, not two: nobody can say yet whether these words are answers
    with pytest.raises(DictionaryError, match="still open"):
        given(pair, entry="Saya makan cukup,a1,,,,open,what do these words mean?")


def test_two_indicators_cannot_share_a_column(pair, given):
    with pytest.raises(
        DictionaryError, match="column 'q2': each indicator must have a column of its own; a1, a2 share"
    ):
        given(pair, "q1,q2\n1,2\n2,3\n", entry="q2,a1,,,,confirmed,")


def test_a_suggestion_is_near_in_earnest():
    short = Scale.of("short", [("STS", 1.0), ("TS", 2.0), ("S", 3.0), ("SS", 4.0)])
    assert "Did you mean" not in short.nearest("Stuju")
    long = Scale.of("long", [("Tidak pernah", 1.0), ("Jarang", 2.0), ("Kadang-kadang", 3.0), ("Sering", 4.0)])
    assert "Did you mean 'Kadang-kadang'?" in long.nearest("Kadang2")
    assert "Did you mean 'Jarang'?" in long.nearest("jarrang")
