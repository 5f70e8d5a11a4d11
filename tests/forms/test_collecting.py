"""Returned forms read back: the tables are what was filled, and what is missing or differs is told."""

from __future__ import annotations

import random
import shutil

import openpyxl
import pandas as pd
import pytest
from filled_forms import Sheets, fill, tables_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ikfs_methods import forms
from ikfs_methods.forms.layout import marked
from ikfs_methods.rounds import open_round

TABLES = ("panel", "judgements", "budget", "best_worst", "comments")


def test_tables_come_back_byte_by_byte(handed):
    folder = handed(keep=True)
    before = {name: (folder / f"{name}.csv").read_text().splitlines() for name in TABLES}
    for name in TABLES:
        (folder / f"{name}.csv").unlink()
    assert forms.collect(folder).settled
    panel = [line.removesuffix(",1") for line in before["panel"] if line.endswith(",1")]
    before["panel"] = [before["panel"][0].removesuffix(",delphi_round"), *panel]
    for name in TABLES:
        wanted = [line for line in before[name] if line.startswith(("expert,", "E01,", "E02,"))]
        assert (folder / f"{name}.csv").read_text() == "".join(f"{line}\n" for line in wanted)


@pytest.mark.slow
def test_the_shipped_tables_come_back_byte_by_byte(asking, tmp_path):
    before = {name: (asking / f"{name}.csv").read_bytes() for name in (*TABLES, "experts")}
    tables = tables_of(asking)
    made = forms.make_forms(asking, output=tmp_path / "one")
    for expert, path in made.files.items():
        fill(path, tables, expert, asking / "returned" / path.name)
    for name in TABLES:
        (asking / f"{name}.csv").unlink()
    found = forms.collect(asking)
    assert found.settled
    assert dict(found.read) == {"panel": 1152, "comments": 6, "judgements": 36, "budget": 48, "best_worst": 12}
    # what the table says of its first round, without the column that a second one needs
    assert "delphi_round" not in (asking / "panel.csv").read_text().splitlines()[0]
    again = forms.make_forms(asking, output=tmp_path / "two", delphi=2, criteria=["clarity"])
    for expert, path in again.files.items():
        fill(path, tables, expert, tmp_path / "second" / path.name, delphi=2)
    assert forms.collect(asking, source=tmp_path / "second").settled
    assert {name: (asking / f"{name}.csv").read_bytes() for name in before} == before
    assert open_round(asking).criteria == ["relevance", "clarity", "essential", "congruence"]


def test_collecting_twice_changes_nothing(handed):
    folder = handed()
    forms.collect(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    again = forms.collect(folder)
    assert (again.settled, dict(again.written)) == (True, {})
    assert "nothing new: every table stays as it was." in "\n".join(again.lines())
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_the_order_of_the_files_does_not_matter(handed, tmp_path):
    folder = handed()
    forms.collect(folder)
    panel = (folder / "panel.csv").read_bytes()
    (folder / "panel.csv").unlink()
    shutil.copytree(folder / "returned", tmp_path / "named")
    (tmp_path / "named" / "E01.xlsx").rename(tmp_path / "named" / "z kiriman pertama.xlsx")
    forms.collect(folder, source=tmp_path / "named")
    assert (folder / "panel.csv").read_bytes() == panel


def test_new_tables_are_named_in_round_yaml(handed):
    folder = handed()
    path = folder / "round.yaml"
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith(("  panel:", "  comments:"))]
    path.write_text("".join(lines), encoding="utf-8")
    assert forms.collect(folder).settled
    assert sorted(path.read_text(encoding="utf-8").splitlines()) == sorted(text.splitlines())


def test_gaps_are_named_cell_by_cell(handed):
    folder = handed()
    form = Sheets(folder / "returned" / "E01.xlsx")
    form.put(("ratings",), "KD4", "relevance", None)
    form.put(("ratings",), "PM8", "relevance", "   ")
    form.put(("ahp", "IKFS"), '["KD", "PM"]', "#favours", None)
    form.put(("best_worst", "IKFS"), "#worst", "#answer", None)
    form.save(form.path)
    (folder / "returned" / "E02.xlsx").unlink()
    found = forms.collect(folder)
    assert found.gaps == (
        "E01 (E01.xlsx), ratings, relevance: empty for KD4, PM8.",
        "E01 (E01.xlsx), pairs of IKFS: not filled: KD or PM (how much more is filled, which of the two is not).",
        "E01 (E01.xlsx), best and worst of IKFS: the least important must be chosen; empty.",
        "no form came back from E02.",
    )
    assert (found.n_gaps, found.conflicts) == (5, ())
    assert dict(found.read) == {"panel": 94, "comments": 0, "judgements": 2, "budget": 4, "best_worst": 0}
    assert next(found.lines()) == "1 form: 94 ratings, 2 pairs, 4 budgets; 5 gaps; 0 conflicts."


def test_a_gap_that_the_table_fills_is_none(handed):
    folder = handed()
    forms.collect(folder)
    form = Sheets(folder / "returned" / "E01.xlsx")
    form.put(("ratings",), "KD4", "relevance", None)
    form.put(("budget", "KD"), "KD1", "#points", None)
    for code in ("KD2", "KD3", "KD4", "KD5", "KD6", "KD7", "KD8"):
        form.put(("budget", "KD"), code, "#points", None)
    form.save(form.path)
    assert forms.collect(folder).settled


def test_an_earlier_answer_stays_unless_it_is_to_be_replaced(handed):
    folder = handed()
    forms.collect(folder)
    before = {name: (folder / f"{name}.csv").read_bytes() for name in TABLES}
    own = pd.read_csv(folder / "panel.csv").query("expert == 'E01' and criterion == 'clarity'")
    was = own.set_index("indicator")["rating"]
    form = Sheets(folder / "returned" / "E01.xlsx")
    new = {code: 1 if was[code] != 1 else 2 for code in ("KD4", "PM2")}
    for code, rating in new.items():
        form.put(("ratings",), code, "clarity", rating)
    form.put(("budget", "IKFS"), "KD", "#points", 30)
    form.put(("budget", "IKFS"), "PS", "#points", 30)
    form.put(("ratings",), "KD1", "#comment", "baru")
    form.save(form.path)
    told = f"KD4 {was['KD4']} -> {new['KD4']}, PM2 {was['PM2']} -> {new['PM2']}"
    found = forms.collect(folder)
    points, tail = "KD 40 -> 30, PS 20 -> 30", "the earlier stays (--replace takes the form's)."
    assert found.conflicts == (
        f"E01, clarity: panel.csv holds another answer than the form: {told}; {tail}",
        f"E01, points of IKFS: budget.csv holds another answer than the form: {points}; {tail}",
    )
    # the comment is new, and nothing else was written
    assert [path.name for path in found.written] == ["comments.csv"]
    assert {name: (folder / f"{name}.csv").read_bytes() for name in TABLES if name != "comments"} == {
        name: content for name, content in before.items() if name != "comments"
    }
    taken = forms.collect(folder, replace=True)
    assert taken.settled
    assert taken.replaced == (
        f"E01, clarity (panel.csv): {told}.",
        f"E01, points of IKFS (budget.csv): {points}.",
    )
    # rows keep their places: only the three lines differ
    lines = zip(before["panel"].decode().splitlines(), (folder / "panel.csv").read_text().splitlines(), strict=True)
    assert sum(old != new for old, new in lines) == 2
    assert forms.collect(folder, replace=True).replaced == ()


def test_points_that_do_not_sum_to_100_are_not_taken(handed):
    folder = handed(["E01"])
    form = Sheets(folder / "returned" / "E01.xlsx")
    form.put(("budget", "IKFS"), "KD", "#points", None)
    form.put(("budget", "KD"), "KD1", "#points", "tiga puluh")
    form.put(("budget", "PS"), "PS1", "#points", -5)
    form.save(form.path)
    found = forms.collect(folder)
    who, rule, end = "E01 (E01.xlsx), points of", "points must be a number from 0 to 100", "The cell was not read."
    assert found.conflicts == (
        f"{who} IKFS: the points must sum to 100; they sum to 60; empty: KD. None was taken.",
        f"{who} KD: KD1: {rule}; found 'tiga puluh'. {end}",
        f"{who} PS: PS1: {rule}; found '-5'. {end}",
    )
    assert list(pd.read_csv(folder / "budget.csv")["parent"].unique()) == ["PM"]


def test_an_empty_cell_beside_100_points_is_0(handed):
    folder = handed(["E01"])
    form = Sheets(folder / "returned" / "E01.xlsx")
    for code, points in (("KD", 60), ("PS", "40 poin"), ("PM", None)):
        form.put(("budget", "IKFS"), code, "#points", points)
    form.save(form.path)
    found = forms.collect(folder)
    assert found.settled
    assert found.notes == (
        "E01 (E01.xlsx), points of IKFS: PM left empty and read as 0, since all 100 points were given.",
    )
    assert pd.read_csv(folder / "budget.csv").query("parent == 'IKFS'")["points"].tolist() == [60, 40, 0]


def test_pairs_must_connect_what_they_compare(handed):
    folder = handed(["E01"])
    form = Sheets(folder / "returned" / "E01.xlsx")
    for key in ('["KD", "PM"]', '["PS", "PM"]'):
        form.put(("ahp", "IKFS"), key, "#favours", None)
        form.put(("ahp", "IKFS"), key, "#strength", None)
    form.save(form.path)
    (told,) = forms.collect(folder).conflicts
    assert told == (
        "E01 (E01.xlsx), pairs of IKFS: the 1 pair(s) given must connect all of KD, PS, PM; they do not. None was "
        "taken: ask for the others (not filled: KD or PM, PS or PM)."
    )
    assert not (folder / "judgements.csv").exists()


@pytest.mark.parametrize(
    ("favours", "strength", "wanted"),
    [
        ("sama penting", None, ("left", 1)),
        ("equally important", "1 – sama penting", ("left", 1)),
        (None, 1, ("left", 1)),
        ("PS", 3, ("right", 3)),
        ("kd - apa pun", "9 – mutlak", ("left", 9)),
        ("Pelaksanaan tugas dan peranan sosial", "5", ("right", 5)),
        ("PS", 1, ("right", 1)),
    ],
)
def test_a_pair_however_it_was_chosen(handed, favours, strength, wanted):
    folder = handed(["E01"])
    form = Sheets(folder / "returned" / "E01.xlsx")
    form.put(("ahp", "IKFS"), '["KD", "PS"]', "#favours", favours)
    form.put(("ahp", "IKFS"), '["KD", "PS"]', "#strength", strength)
    form.save(form.path)
    assert forms.collect(folder).settled
    first = pd.read_csv(folder / "judgements.csv").iloc[0]
    assert (first["left"], first["right"], first["favours"], first["strength"]) == ("KD", "PS", *wanted)


@pytest.mark.parametrize(
    ("favours", "strength", "message"),
    [
        ("sama penting", 3, "both matter equally, and one matters 3 times as much"),
        ("PM", 3, "one of the two must be chosen; found 'PM'"),
        ("KD", "1/9", "how much more must be a number from 1 to 9; found '1/9'"),
        ("KD", 0.2, "how much more must be a number from 1 to 9; found '0.2'"),
    ],
)
def test_a_pair_that_says_two_things_is_told(handed, favours, strength, message):
    folder = handed(["E01"])
    form = Sheets(folder / "returned" / "E01.xlsx")
    form.put(("ahp", "IKFS"), '["KD", "PS"]', "#favours", favours)
    form.put(("ahp", "IKFS"), '["KD", "PS"]', "#strength", strength)
    form.save(form.path)
    found = forms.collect(folder)
    assert [message in text for text in found.conflicts] == [True]
    assert len(pd.read_csv(folder / "judgements.csv")) == 2


def test_a_comparison_that_is_known_need_not_be_filled(handed):
    folder = handed(["E01"])
    wanted = tables_of_best_worst(folder)
    form = Sheets(folder / "returned" / "E01.xlsx")
    kind = ("best_worst", "IKFS")
    # E01 chose PM over PS: each with itself, and the same pair seen from the other end
    for row, column in (("PM", "#best_over"), ("PS", "#over_worst"), ("PM", "#over_worst")):
        form.put(kind, row, column, None)
    form.save(form.path)
    assert forms.collect(folder).settled
    assert (folder / "best_worst.csv").read_text() == wanted


def tables_of_best_worst(folder):
    forms.collect(folder)
    text = (folder / "best_worst.csv").read_text()
    (folder / "best_worst.csv").unlink()
    return text


@pytest.mark.parametrize(
    ("row", "column", "value", "message"),
    [
        ("#worst", "#answer", "PM", "the most and the least important must differ; both are PM"),
        ("#best", "#answer", "XX", "one of the list must be chosen as the most important; found 'XX'"),
        ("PS", "#best_over", 9, "PM over PS is answered twice and differently (3, 9)"),
        ("PM", "#best_over", 4, "PM is compared with itself and can only be 1"),
        ("KD", "#best_over", 12, "a degree must be a number from 1 to 9; found '12'"),
    ],
)
def test_a_best_worst_judgement_that_cannot_be_is_told(handed, row, column, value, message):
    folder = handed(["E01"])
    form = Sheets(folder / "returned" / "E01.xlsx")
    form.put(("best_worst", "IKFS"), row, column, value)
    form.save(form.path)
    found = forms.collect(folder)
    (told,) = found.conflicts
    assert message in told
    assert not (folder / "best_worst.csv").exists()


def test_an_institution_comes_from_the_form_and_is_one(handed):
    folder = handed()
    (folder / "experts.csv").write_text("expert,institution\nE01,\nE02,statistika\n", encoding="utf-8")
    for expert, said in (("E01", "  Statistika "), ("E02", "psikologi")):
        form = Sheets(folder / "returned" / f"{expert}.xlsx")
        form.put(("readme",), "#institution", "#answer", said)
        form.save(form.path)
    found = forms.collect(folder)
    # the spelling that is known is kept
    assert (folder / "experts.csv").read_text() == "expert,institution\nE01,statistika\nE02,statistika\n"
    assert found.conflicts == (
        "E02 (E02.xlsx): the institution is 'statistika' in the tables and 'psikologi' on the form; the earlier stays.",
    )
    forms.collect(folder, replace=True)
    assert tables_of(folder)["panel"].groupby("expert")["institution"].unique().map(list).to_dict() == {
        "E01": ["statistika"],
        "E02": ["psikologi"],
    }


def test_an_institution_that_nobody_gave_is_a_gap(handed):
    folder = handed(["E01"])
    (folder / "experts.csv").write_text("expert,institution\nE01,\n", encoding="utf-8")
    form = Sheets(folder / "returned" / "E01.xlsx")
    form.put(("readme",), "#institution", "#answer", None)
    form.save(form.path)
    found = forms.collect(folder)
    (told,) = found.gaps
    assert told == (
        "E01 (E01.xlsx): no institution or field is given; 'tidak disebutkan' stands in the panel. Write it into "
        "experts.csv and collect again."
    )
    (folder / "experts.csv").write_text("expert,institution\nE01,statistika\n", encoding="utf-8")
    assert forms.collect(folder).settled
    assert set(pd.read_csv(folder / "panel.csv")["institution"]) == {"statistika"}


@pytest.mark.parametrize(
    "text",
    [
        "Hubungi saya 0812-3456-7890",
        "lihat ani@example.org",
        "NIK " + "317401" + "550190" + "0001",
        "NIP " + "19850101" + "201001" + "2" + "011",
    ],
)
def test_personal_data_in_a_comment_are_refused_and_not_shown(handed, text):
    folder = handed(["E01"])
    form = Sheets(folder / "returned" / "E01.xlsx")
    form.put(("ratings",), "KD3", "#comment", text)
    form.put(("readme",), "#institution", "#answer", text)
    form.save(form.path)
    found = forms.collect(folder)
    said = "\n".join(found.lines())
    assert "E01 (E01.xlsx), comment on KD3: it holds what looks like personal data" in said
    assert "E01 (E01.xlsx), institution: what was written looks like personal data" in said
    assert text not in said
    assert not (folder / "comments.csv").exists()
    assert not any(text.encode() in path.read_bytes() for path in folder.glob("*.csv"))


@pytest.mark.parametrize("text", ["=1+1", "+62 bukan nomor", "-tidak jelas", "@semua", 'a,b;c\n"d"', "'sudah"])
def test_a_comment_is_text_wherever_it_is_opened(handed, text):
    folder = handed(["E01"])
    form = Sheets(folder / "returned" / "E01.xlsx")
    cell = form.cell(("ratings",), "KD3", "#comment")
    cell.value, cell.data_type = text, "s"
    form.save(form.path)
    assert forms.collect(folder).settled
    written = tables_of(folder)["comments"].set_index("indicator")["comment"]["KD3"]
    assert written == (f"'{text}" if text[0] in "=+-@" else text)
    assert dict(forms.collect(folder).written) == {}


def test_half_of_the_forms_first_and_the_others_later(handed, tmp_path):
    folder = handed()
    late = tmp_path / "late"
    late.mkdir()
    (folder / "returned" / "E01.xlsx").rename(late / "E01.xlsx")
    assert forms.collect(folder).gaps == ("no form came back from E01.",)
    first = (folder / "panel.csv").read_text()
    assert forms.collect(folder, source=late).settled
    assert (folder / "panel.csv").read_text().startswith(first)


def test_two_files_of_one_expert(handed):
    folder = handed(["E01"])
    form = Sheets(folder / "returned" / "E01.xlsx")
    form.put(("ratings",), "KD1", "relevance", None)
    form.save(folder / "returned" / "E01 (1).xlsx")
    found = forms.collect(folder)
    assert found.settled
    assert found.notes == (
        "E01 (E01 (1).xlsx, E01.xlsx): several files of one expert, read together; they do not contradict each other.",
    )
    (folder / "panel.csv").unlink()
    form.put(("ratings",), "KD1", "relevance", 1)
    form.put(("ratings",), "KD2", "essential", "tidak")
    form.save(folder / "returned" / "E01 (1).xlsx")
    found = forms.collect(folder)
    (told,) = found.conflicts
    assert told == (
        "E01 (E01 (1).xlsx, E01.xlsx): two files of the same expert must agree; they differ in KD1 relevance (1; 3), "
        "KD2 essential (0; 1). None of these was read: keep the right file."
    )
    assert found.gaps == ()
    assert len(pd.read_csv(folder / "panel.csv")) == 94


RATINGS = st.dictionaries(
    st.tuples(st.sampled_from([f"{part}{number}" for part in ("KD", "PS", "PM") for number in range(1, 9)]),
              st.sampled_from(["relevance", "clarity"])),
    st.integers(1, 4), min_size=1, max_size=48,
)  # fmt: skip
WAYS = [lambda r: r, float, str, lambda r: f" {r} ", lambda r: f"{r} – kata", lambda r: f"{r},0"]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ratings=RATINGS, seed=st.integers(0, 99))
def test_whatever_was_rated_is_what_the_table_holds(few, tmp_path_factory, ratings, seed):
    chance = random.Random(seed)  # noqa: S311 - how a number is typed
    place, blank = tmp_path_factory.mktemp("any"), few / "blank"
    if not blank.exists():  # the form is the same for all examples
        forms.make_forms(few, output=blank, criteria=["relevance", "clarity"])
    form = Sheets(blank / "E05.xlsx")
    for (code, criterion), rating in ratings.items():
        form.put(("ratings",), code, criterion, chance.choice(WAYS)(rating))
    form.save(place / "back" / "E05.xlsx")
    (few / "panel.csv").unlink(missing_ok=True)
    forms.collect(few, source=place / "back")
    panel = pd.read_csv(few / "panel.csv").set_index(["indicator", "criterion"])["rating"]
    assert panel.to_dict() == ratings


def test_half_a_pair_is_told_where_too_few_are_whole(handed):
    folder = handed(["E01"])
    form = Sheets(folder / "returned" / "E01.xlsx")
    form.put(("ahp", "IKFS"), '["KD", "PM"]', "#favours", None)
    form.put(("ahp", "IKFS"), '["KD", "PS"]', "#strength", None)
    form.save(form.path)
    (told,) = forms.collect(folder).conflicts
    assert told.endswith(
        "None was taken: ask for the others (not filled: KD or PS (which of the two is filled, how much more is not), "
        "KD or PM (how much more is filled, which of the two is not))."
    )


def test_shares_in_place_of_points_are_recognised(handed):
    folder = handed(["E01"])
    form = Sheets(folder / "returned" / "E01.xlsx")
    for number in range(1, 9):
        form.put(("budget", "KD"), f"KD{number}", "#points", 0.125)
    form.save(form.path)
    (told,) = forms.collect(folder).conflicts
    assert told.endswith("the points must sum to 100; they sum to 1. None was taken. Shares? Write 12.5 for 12.5 %.")


def test_rows_sorted_and_inserted_and_text_around_do_not_matter(handed):
    folder = handed(["E01"])
    wanted = forms.collect(folder)
    panel = (folder / "panel.csv").read_bytes()
    (folder / "panel.csv").unlink()
    path = folder / "returned" / "E01.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = next(one for one in book if marked(one["A1"].value) == ("ratings",))
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=7, max_row=14)]
    for row, values in zip(range(7, 15), reversed(rows), strict=True):
        for column, value in enumerate(values, 1):
            sheet.cell(row, column).value = value
    sheet.insert_rows(9, 2)
    sheet.insert_rows(1)
    sheet.insert_cols(1)
    sheet.insert_cols(5)
    sheet["A3"] = "catatan tambahan"
    book.create_sheet("coretan")["A1"] = "bebas"
    book.save(path)
    again = forms.collect(folder)
    assert (again.settled, again.read) == (True, wanted.read)
    assert (folder / "panel.csv").read_bytes() == panel
