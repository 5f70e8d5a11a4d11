"""Exports of survey tools: with their form in every style, and without it."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from ikfs_methods.errors import ColumnError, DictionaryError, InputProblemsError
from ikfs_methods.reading import Table, read
from ikfs_methods.reading.surveys.form import Choice, Form, Question
from ikfs_methods.reading.surveys.tools import named_by_form, named_by_survey_tool
from ikfs_methods.reading.surveys.xlsform import read_form
from ikfs_methods.reading.times import seconds, times

FORMATS = Path(__file__).parents[2] / "formats"
ITEMS = ["A1", "A2", "A3", "A4", "B1", "B2", "B3"]
MAKER = runpy.run_path(str(FORMATS / "make_forms.py"))


def table(rows: list[list[str]], name: str = "export.csv") -> Table:
    heading, *body = rows
    cells = pd.DataFrame(body, columns=heading, index=range(2, len(body) + 2), dtype="str")
    return Table(cells, Path(name), "csv")


def small(*questions: Question, **choices: dict[str, dict[str, str]]) -> Form:
    lists = {name: tuple(Choice(code, words) for code, words in entries.items()) for name, entries in choices.items()}
    named = tuple(
        Question(one.name, one.path, one.type, one.labels, one.list_name, one.group_labels, one.repeat, one.name)
        for one in questions
    )
    return Form("Kecil", "id", ("id", "en"), named, lists, Path("form.xlsx"))


def ask(path: str, kind: str, label: str = "", list_name: str = "", english: str = "") -> Question:
    *groups, name = path.split("/")
    words = {language: text for language, text in (("id", label), ("en", english)) if text}
    around = tuple({"": group, "id": f"Kelompok {group}", "en": f"Group {group}"} for group in groups)
    return Question(name, path, kind, words, list_name, around)


AGREE = {"1": {"id": "Tidak", "en": "No"}, "2": {"id": "Ya", "en": "Yes"}}
AID = {"u": {"id": "Uang", "en": "Cash"}, "m": {"id": "Makanan pokok", "en": "Food"}, "l": {"id": "Lain", "en": "Else"}}
FORM = small(
    ask("A/a1", "select_one", "Setuju satu?", "agree", "Agree one?"),
    ask("A/a2", "select_one", "Setuju dua?", "agree", "Agree two?"),
    ask("umur", "integer", "Umur", english="Age"),
    ask("B/aid", "select_multiple", "Bantuan", "aid", "Aid"),
    ask("rumah", "geopoint", "Rumah", english="House"),
    ask("catatan", "note", "Terima kasih"),
    agree=AGREE,
    aid=AID,
)


# --- the fixtures -----------------------------------------------------------------------------------------------------


def test_the_fixtures_are_what_their_maker_makes(tmp_path):
    MAKER["write"](tmp_path)
    for name in ("kobo_values.csv", "google.csv"):
        assert (tmp_path / name).read_bytes() == (FORMATS / name).read_bytes()
    for name in ("form.xlsx", "kobo_labels.xlsx"):
        books = [load_workbook(folder / name) for folder in (tmp_path, FORMATS)]
        one, other = ([list(page.iter_rows(values_only=True)) for page in book] for book in books)
        assert one == other


def test_both_kobo_styles_give_the_answers_of_the_base_file():
    form = read_form(FORMATS / "form.xlsx")
    values = named_by_form(read(FORMATS / "kobo_values.csv"), form)
    labels = named_by_form(read(FORMATS / "kobo_labels.xlsx"), form)
    assert values.columns == labels.columns
    for column in set(values.columns) - {"weight", "_id", "_index"}:
        pd.testing.assert_series_equal(values.cells[column], labels.cells[column])
    for column in ("weight", "_id", "_index"):  # numbers in the workbook, text in the CSV
        np.testing.assert_array_equal(values.numbers(column), labels.numbers(column))
    base = pd.read_csv(FORMATS / "answers.csv", dtype=str, keep_default_na=False)
    for column in ["respondent", "province", "weight", *ITEMS]:
        assert values.cells[column].tolist() == base[column].tolist()
    assert values.cells["cluster"].map(values.value_labels["cluster"]).tolist() == base["cluster"].tolist()
    assert values.value_labels["A1"]["1"] == "sangat tidak setuju"
    assert values.labels["A3"] == labels.labels["A3"] == "Petugas sulit ditemui"


def test_an_export_of_kobo_without_its_form():
    plain = named_by_survey_tool(read(FORMATS / "kobo_values.csv"))
    named = named_by_form(read(FORMATS / "kobo_values.csv"), read_form(FORMATS / "form.xlsx"))
    assert plain.columns == named.columns
    assert plain.cells[ITEMS].equals(named.cells[ITEMS])
    assert "group cut off the heading 'A/A1'" in plain.log.set_index("column").loc["A1", "detail"]
    assert "by its own columns: start, end, _id, _uuid" in plain.log["detail"].iloc[-1]


def test_google_forms_answers_are_the_base_file_in_words():
    named = named_by_survey_tool(read(FORMATS / "google.csv"))
    base = pd.read_csv(FORMATS / "answers.csv", dtype=str, keep_default_na=False)
    words = ["", "sangat tidak setuju", "tidak setuju", "netral", "setuju", "sangat setuju"]
    item = "Seberapa setuju Anda dengan pernyataan berikut? [Petugas sulit ditemui]"
    assert named.cells[item].tolist() == [words[int(code or 0)] for code in base["A3"]]
    assert "Kelompok" in named.columns
    assert "Saya dapat mengurus diri sendiri (pilih satu)" in named.columns
    told = named.log["detail"].tolist()
    assert "Google Forms, by its first column 'Stempel waktu'" in told
    assert "grid 'Seberapa setuju Anda dengan pernyataan berikut?' of 4 rows" in told


def test_the_same_moments_in_both_tools():
    kobo = named_by_form(read(FORMATS / "kobo_values.csv"), read_form(FORMATS / "form.xlsx"))
    google = named_by_survey_tool(read(FORMATS / "google.csv"))
    ended = times(kobo.text("end")).dt.floor("s")
    assert (ended == times(google.text("Stempel waktu"))).all()
    took = (times(kobo.text("end")) - times(kobo.text("start"))).dt.total_seconds()
    # make_forms.py: 240 s and 37 s more per row, modulo 600; two respondents took 40 s.
    assert took.tolist()[:7] == [277, 314, 351, 388, 425, 462, 40]
    assert (took == 40).sum() == 2


# --- small cases, worked by hand --------------------------------------------------------------------------------------


def test_labels_of_a_language_become_names():
    named = named_by_form(
        table([["Agree one?", "Agree two?", "Age", "extra"], ["yes", "No ", "31", "x"], ["", "Yes", "", "y"]]), FORM
    )
    assert named.cells.to_dict("list") == {
        "a1": ["2", ""],
        "a2": ["1", "2"],
        "umur": ["31", ""],
        "extra": ["x", "y"],
    }
    assert named.labels == {"a1": "Setuju satu?", "a2": "Setuju dua?", "umur": "Umur"}
    assert named.value_labels["a1"] == {"1": "Tidak", "2": "Ya"}
    log = named.log.set_index("column")
    assert (
        log.loc["a1", "detail"] == "column 'Agree one?' is question 'A/a1' of the form; labels of choices became names"
    )
    assert log.loc["a1", "cells"] == 1
    assert log.loc["extra", "detail"] == "not in the form; kept as it is"
    assert log.loc["aid", "detail"] == "question 'B/aid' of the form is not in this file: no such column"
    assert "catatan" not in log.index  # a note asks nothing


def test_codes_that_a_workbook_stores_as_numbers():
    cells = pd.DataFrame({"A/a1": [1.0, np.nan, 2.0]}, index=[2, 3, 4])
    named = named_by_form(Table(cells, Path("export.xlsx"), "xlsx"), FORM)
    assert named.cells["a1"].tolist() == ["1", "", "2"]


@pytest.mark.parametrize(
    "heading",
    ["a1", "A/a1", "A-a1", "A:a1", "A.a1", "A_a1", "Setuju satu?", "Kelompok A/Setuju satu?", "Group A / Agree one?",
     "setuju  SATU?", "lama/a1"],
)  # fmt: skip
def test_a_heading_in_every_style(heading):
    assert named_by_form(table([[heading], ["1"]]), FORM).columns == ["a1"]


def test_the_tools_own_columns_keep_their_plain_names():
    headings = ["meta/instanceID", "formhub/uuid", "_uuid", "meta/rootUuid", "start", "a1"]
    named = named_by_form(table([headings, list("abcde1")]), FORM)
    assert named.columns == ["instanceID", "uuid", "_uuid", "rootUuid", "start", "a1"]
    told = named.log.set_index("column").loc["uuid", "detail"]
    assert told == "column 'formhub/uuid' is the survey tool's own record; kept"


def test_own_columns_that_would_share_a_plain_name_keep_their_long_ones():
    named = named_by_form(table([["meta/uuid", "formhub/uuid", "a1"], ["x", "y", "1"]]), FORM)
    assert named.columns == ["meta/uuid", "formhub/uuid", "a1"]


@pytest.mark.parametrize("style", ["_rumah_{}", "rumah-{}", "_Rumah_{}", "House/{}"])
def test_the_parts_of_a_position(style):
    odk = "-" in style or "/" in style
    words = (
        ["Latitude", "Longitude", "Altitude", "Accuracy"] if odk else ["latitude", "longitude", "altitude", "precision"]
    )
    named = named_by_form(table([[style.format(word) for word in words], ["1", "2", "3", "4"]]), FORM)
    assert named.columns == ["_rumah_latitude", "_rumah_longitude", "_rumah_altitude", "_rumah_precision"]


CHOSEN = {"aid": ["u m", "l", ""], "aid/u": [1, 0, None], "aid/m": [1, 0, None], "aid/l": [0, 1, None]}
SAME = {
    "summary of names": [["B/aid"], ["m u"], ["l"], [""]],
    "summary of labels": [["Bantuan"], ["Makanan pokok Uang"], ["lain"], [""]],
    "summary of labels with commas": [["Aid"], ["Cash, Food"], ["Else"], [""]],
    "options as 1 and 0": [["aid/u", "aid/m", "aid/l"], ["1", "1", "0"], ["0", "0", "1"], ["", "", ""]],
    "options as truth values": [
        ["B/aid/l", "B/aid/m", "B/aid/u"], ["False", "True", "TRUE"], ["True", "False", "FALSE"], ["", "", ""]
    ],
    "options as labels": [["Aid/Cash", "Aid/Food", "Aid/Else"], ["Cash", "Food", ""], ["", "", "Else"], ["", "", ""]],
    "both": [["aid", "aid/u", "aid/m", "aid/l"], ["u m", "1", "1", "0"], ["l", "0", "0", "1"], ["", "", "", ""]],
    "both, options first": [["aid/u", "aid/m", "aid/l", "aid"], ["1", "1", "0", "u m"], ["", "", "1", "l"], [""] * 4],
}  # fmt: skip


@pytest.mark.parametrize("case", SAME)
def test_several_choices_are_the_same_in_every_style(case):
    if case == "both, options first":
        # An empty option beside zeros was not offered, so that it stays missing.
        named = named_by_form(table(SAME[case]), FORM)
        assert named.cells["aid/u"].isna().tolist() == [False, True, True]
        assert named.cells["aid"].tolist() == CHOSEN["aid"]
        return
    cells = named_by_form(table(SAME[case]), FORM).cells
    expected = pd.DataFrame(CHOSEN, index=[2, 3, 4]).astype({"aid": "str"} | dict.fromkeys(list(CHOSEN)[1:], "float64"))
    pd.testing.assert_frame_equal(cells, expected)


def test_a_row_of_zeros_is_an_answer_even_beside_an_empty_summary():
    for rows in ([["aid/u", "aid/m"], ["0", "0"]], [["aid", "aid/u", "aid/m"], ["", "0", "0"]]):
        cells = named_by_form(table(rows), FORM).cells
        assert cells[["aid/u", "aid/m"]].to_numpy().tolist() == [[0, 0]]
        assert cells["aid"].tolist() == [""]


def test_options_that_only_say_what_was_chosen_are_completed_and_logged():
    named = named_by_form(table([["aid/u", "aid/m", "aid/l"], ["1", "", ""], ["", "", ""]]), FORM)
    assert named.cells.loc[2, ["aid/u", "aid/m", "aid/l"]].tolist() == [1, 0, 0]
    assert named.cells.loc[3, ["aid/u", "aid/m", "aid/l"]].isna().all()
    last = named.log[named.log["detail"].str.contains("writes only what was chosen")]
    assert last["cells"].tolist() == [2]


def test_questions_of_a_repeat_group_are_said_to_be_elsewhere():
    form = small(ask("a1", "select_one", "Satu", "agree"), agree=AGREE)
    member = Question("usia", "anak/usia", "integer", {}, repeat="anak", column="usia")
    form = Form(form.title, "id", ("id",), (*form.questions, member), form.choices, form.source)
    told = named_by_form(table([["a1"], ["1"]]), form).log["detail"].tolist()
    assert told == ["question 'anak/usia' of the form is not in this file: in the sheet of the repeat group 'anak'"]


# --- one style for the whole file decides what one cell leaves open ---------------------------------------------------

COUNT = {"1": {"id": "0", "en": "0"}, "2": {"id": "1", "en": "1"}, "3": {"id": "2", "en": "2"}}
SHIFTED = small(
    ask("n", "select_one", "Anak", "count"), ask("a1", "select_one", "Satu", "agree"), count=COUNT, agree=AGREE
)


def test_the_other_columns_say_whether_a_number_is_a_name_or_a_label():
    # "2" is the name of the choice "1 child" and the label of the choice 3.
    assert named_by_form(table([["n", "a1"], ["2", "1"]]), SHIFTED).cells["n"].tolist() == ["2"]
    assert named_by_form(table([["n", "a1"], ["2", "Ya"]]), SHIFTED).cells["n"].tolist() == ["3"]
    assert named_by_form(table([["n"], ["0"], ["2"]]), SHIFTED).cells["n"].tolist() == ["1", "3"]


def test_an_answer_that_stays_open_is_refused():
    with pytest.raises(DictionaryError, match=r"row 2, column 'n': .*'1' means two choices here: '1', '2'. Export"):
        named_by_form(table([["n"], ["1"]]), SHIFTED)


# --- bad input --------------------------------------------------------------------------------------------------------


def test_an_unknown_answer_names_rows_and_the_nearest_choice():
    with pytest.raises(
        DictionaryError,
        match=r"csv, rows 3, 4, column 'Setuju satu\?': an answer to 'A/a1' must be a choice of the list 'agree'; "
        r"'Tidka' is none \(2 such cells\)\. The nearest is 'tidak' \(choice '1'\)\. Correct the cells, or add",
    ):
        named_by_form(table([["Setuju satu?"], ["Ya"], ["Tidka"], ["Tidka"]]), FORM)


def test_an_unknown_answer_that_is_near_nothing_lists_the_choices():
    with pytest.raises(DictionaryError, match=r"'qqqqq' is none \(1 such cell\)\. The choices are '1', '2'\."):
        named_by_form(table([["a1"], ["qqqqq"]]), FORM)


def test_the_wrong_form_is_told_briefly():
    rows = [["a1"], *([f"x{number}"] for number in range(500))]
    with pytest.raises(
        InputProblemsError, match=r"492 more values are none: .*Is this the form of these data\?"
    ) as error:
        named_by_form(table(rows), FORM)
    assert len(error.value.problems) == 9


def test_every_column_with_unknown_answers_is_told_at_once():
    with pytest.raises(InputProblemsError, match=r"(?s)column 'a1'.*column 'aid'") as error:
        named_by_form(table([["a1", "aid", "aid/u"], ["7", "x", "1"]]), FORM)
    assert len(error.value.problems) == 2


def test_summary_and_options_that_contradict_each_other():
    for options in (["1", "0", "0"], ["1", "1", "1"], ["0", "0", "0"]):
        with pytest.raises(
            ColumnError,
            match=r"row 2, column 'aid': the summary of 'B/aid' and the columns of its options must agree; they differ "
            r"where the summary says 'u m' \(1 such cell\)",
        ):
            named_by_form(table([["aid", "aid/u", "aid/m", "aid/l"], ["u m", *options]]), FORM)
    with pytest.raises(ColumnError, match="where the summary says an empty cell"):
        named_by_form(table([["aid", "aid/u"], ["", "1"], ["u", "1"]]), FORM)


def test_an_option_that_is_neither_yes_nor_no():
    with pytest.raises(
        DictionaryError, match=r"column 'aid/u': an option of 'B/aid' must be 1 or 0, True or False, .* found 'x', '2'"
    ):
        named_by_form(table([["aid/u", "aid/m"], ["x", "1"], ["2", "0"]]), FORM)


TWINS = {"a": {"id": "satu"}, "b": {"id": "dua"}, "c": {"id": "satu dua"}}


def test_labels_that_can_be_cut_in_two_ways():
    form = small(ask("m", "select_multiple", "Mana?", "twins"), twins=TWINS)
    with pytest.raises(DictionaryError, match=r"row 2, column 'm': .*readable in one way; 'satu dua' .* 'a b', 'c'"):
        named_by_form(table([["m"], ["satu dua"]]), form)
    # The columns of the options settle it, row by row.
    rows = [["m", "m/a", "m/b", "m/c"], ["satu dua", "0", "0", "1"], ["satu dua", "1", "1", "0"]]
    assert named_by_form(table(rows), form).cells["m"].tolist() == ["c", "a b"]


def test_a_heading_of_two_questions_names_both():
    form = small(ask("A/x", "integer", "Umur"), ask("B/y", "integer", "Umur"))
    with pytest.raises(
        ColumnError,
        match=r"column 'Umur': a heading must belong to one question; this one fits question 'A/x', question 'B/y'",
    ):
        named_by_form(table([["Umur"], ["3"]]), form)
    # With the groups in the headings nothing is open.
    named = named_by_form(table([["Kelompok B/Umur", "Kelompok A/Umur"], ["3", "4"]]), form)
    assert named.cells.to_dict("list") == {"y": ["3"], "x": ["4"]}
    # Nor where the other question is found under a heading of its own.
    assert named_by_form(table([["Kelompok B/Umur", "Umur"], ["3", "4"]]), form).columns == ["y", "x"]


def test_a_heading_that_stands_twice_in_the_file():
    with pytest.raises(
        ColumnError, match=r"column 'a1': .* fits question 'A/a1', and stands in the file more than once"
    ):
        named_by_form(table([["a1", "a1"], ["1", "2"]]), FORM)
    with pytest.raises(ColumnError, match=r"column 'z': .* fits no question of the form, and stands"):
        named_by_form(table([["z", "z"], ["1", "2"]]), FORM)


def test_two_columns_of_one_question():
    with pytest.raises(
        ColumnError,
        match=r"a question must stand in one column; 'A/a1', 'a1' are both question 'A/a1'. Keep the column",
    ):
        named_by_form(table([["A/a1", "a1"], ["1", "2"]]), FORM)


def test_a_name_that_is_also_a_label_goes_with_the_other_headings():
    form = small(ask("x", "integer", "Umur"), ask("umur", "text", "Nama"), ask("z", "text", "Zat"))
    assert named_by_form(table([["umur", "Nama"], ["1", "2"]]), form).columns == ["x", "umur"]
    assert named_by_form(table([["umur", "z"], ["1", "2"]]), form).columns == ["umur", "z"]
    with pytest.raises(ColumnError, match="this one fits question 'umur', question 'x'"):
        named_by_form(table([["umur"], ["1"]]), form)


@pytest.mark.parametrize("inner", ["_parent_index", "PARENT_KEY"])
def test_the_sheet_of_a_repeat_group(inner):
    export = table([["a1", "_id", "_uuid", inner], ["1", "2", "3", "4"]])
    message = rf"one row a respondent is needed; the column '{inner}' shows that this is the sheet of a repeat group"
    with pytest.raises(ColumnError, match=message):
        named_by_form(export, FORM)
    with pytest.raises(ColumnError, match=message):
        named_by_survey_tool(export)


# --- without a form ---------------------------------------------------------------------------------------------------


def test_a_table_of_no_survey_tool_comes_back_as_it_is():
    for rows in ([["A/a1", "b"], ["1", "2"]], [["_id", "A/x"], ["1", "2"]], [["Timestamp", "b "], ["early", "2"]]):
        plain = table(rows)
        assert named_by_survey_tool(plain) is plain


def test_groups_are_kept_where_the_rest_names_two_columns():
    named = named_by_survey_tool(table([["_id", "_uuid", "A/x", "B/x", "B/C/y", "x/z"], list("123456")]))
    assert named.columns == ["_id", "_uuid", "A/x", "B/x", "y", "z"]
    assert (
        named.log.set_index("column").loc["A/x", "detail"].startswith("group kept in the heading: 'x' would name two")
    )


def test_options_keep_their_question():
    rows = [["_id", "_uuid", "A/aid", "A/aid/u", "A/aid/m", "B/pet/cat", "B/pet/dog"]]
    rows += [["1", "2", "u", "1", "0", "0", "1"], ["2", "3", "", "", "", "True", "False"]]
    assert named_by_survey_tool(table(rows)).columns == ["_id", "_uuid", "aid", "aid/u", "aid/m", "pet/cat", "pet/dog"]


def test_an_export_of_odk_central():
    rows = [["SubmissionDate", "meta-instanceID", "A-a1", "A-B-b1", "KEY"], list("12345")]
    assert named_by_survey_tool(table(rows)).columns == ["SubmissionDate", "instanceID", "a1", "b1", "KEY"]


def test_headings_of_google_that_differ_in_blanks_alone():
    with pytest.raises(ColumnError, match=r"these differ in blanks or line breaks alone: 'Umur'. Rename one"):
        named_by_survey_tool(table([["Timestamp", "Umur", "Umur "], ["26/03/2020 9:15:02", "1", "2"]]))


# --- every style, by chance -------------------------------------------------------------------------------------------


@given(
    answers=st.lists(
        st.tuples(*[st.sampled_from(["", "1", "2"])] * 2, st.sets(st.sampled_from(list(AID)))), min_size=1, max_size=6
    ),
    headings=st.sampled_from(["", "id", "en"]),
    words=st.sampled_from(["", "id", "en"]),
    grouped=st.booleans(),
    several=st.sampled_from(["summary", "details", "both"]),
)
def test_any_mixture_of_styles_gives_the_same_answers(answers, headings, words, grouped, several):
    def heading(question: Question) -> str:
        groups = [labels[headings] for labels in question.group_labels] if grouped else []
        return "/".join([*groups, question.labels[headings] if headings else question.name])

    def said(name: str, entries: dict[str, dict[str, str]]) -> str:
        return entries[name][words] if words and name else name

    one, two, aid = (FORM.question(name) for name in ("a1", "a2", "aid"))
    rows = []
    for first, second, chosen in answers:
        row = {heading(one): said(first, AGREE), heading(two): said(second, AGREE)}
        if several != "details":
            row[heading(aid)] = " ".join(said(name, AID) for name in sorted(chosen))
        if several != "summary":
            for name, labels in AID.items():
                row[f"{heading(aid)}/{labels[headings] if headings else name}"] = (
                    str(int(name in chosen)) if chosen else ""
                )
        rows.append(row)
    named = named_by_form(table([list(rows[0]), *(list(row.values()) for row in rows)]), FORM).cells
    assert named["a1"].tolist() == [first for first, _, _ in answers]
    assert named["a2"].tolist() == [second for _, second, _ in answers]
    assert named["aid"].tolist() == [" ".join(name for name in AID if name in chosen) for _, _, chosen in answers]
    for name in AID:
        expected = [float(name in chosen) if chosen else np.nan for _, _, chosen in answers]
        np.testing.assert_array_equal(named[f"aid/{name}"], expected)


@given(rows=st.lists(st.lists(st.sampled_from(["1", "Ya", "yes", "u m", "Cash", "", "x", "0"]), min_size=4, max_size=4),
                     min_size=1, max_size=4),
       headings=st.permutations(["a1", "Agree two?", "aid", "aid/u", "Umur", "Setuju satu?", "_id", "zz"]))  # fmt: skip
def test_any_table_is_read_or_refused_by_a_named_error(rows, headings):
    try:
        named = named_by_form(table([headings[:4], *rows]), FORM)
    except (ColumnError, DictionaryError, InputProblemsError):
        return
    assert len(named.cells) == len(rows)
    for column in {"a1", "a2"} & set(named.columns):
        assert set(named.cells[column]) <= {"", "1", "2"}


def test_times_and_durations_are_read_through_the_tables_text():
    plain = table([["start", "took"], ["2020-03-26T09:15:02.123+07:00", "0:12:34"]])
    assert times(plain.text("start")).iloc[0] == pd.Timestamp("2020-03-26 02:15:02.123", tz="UTC")
    assert seconds(plain.text("took")).iloc[0] == 754
