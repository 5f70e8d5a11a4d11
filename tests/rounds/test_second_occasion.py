"""Answers of a second occasion: through the same gate, matched by id, and every problem told once."""

from __future__ import annotations

import pandas as pd
import pytest

import ikfs_methods as ikfs
from ikfs_methods.errors import ColumnError, InputFileError, ScaleError
from ikfs_methods.rounds import Absent, check_round


def test_the_second_occasion_is_keyed_as_the_first():
    opened = ikfs.open_round("fgd-2020-03-26")
    raw = pd.read_csv(opened.folder / "retest.csv", index_col="respondent")
    assert opened.retest.items.index.tolist() == raw.index.tolist()
    pd.testing.assert_series_equal(opened.retest.items["PS8"], 6 - raw["PS8"], check_names=False, check_dtype=False)
    assert set(raw.index) <= set(opened.answers.items.index)
    assert opened.test_retest["KD"].n_matched == len(raw)


def test_a_round_without_one_says_so(spoil):
    folder = spoil("round.yaml", "  retest: {file: retest.csv, id: respondent}\n", "")
    assert ikfs.open_round(folder).test_retest == Absent("retest")


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ("retest.csv, id: respondent", "again.csv, id: respondent", InputFileError, "again.csv"),
        ("retest.csv, id: respondent", "retest.csv, id: person", ColumnError, "person"),
        ("answers.csv, id: respondent", "answers.csv, id: null", ColumnError, "need to be matched to the first"),
    ],
)
def test_what_is_wrong_with_it_is_told(spoil, old, new, error, message):
    with pytest.raises(error, match=message):
        ikfs.open_round(spoil("round.yaml", old, new))


def test_an_answer_off_its_scale_names_the_file(round_copy):
    path = round_copy / "retest.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.loc[3, "KD3"] = "8"
    table.to_csv(path, index=False)
    with pytest.raises(ScaleError, match=r"retest.csv, row 5, column 'KD3'.*between 1 and 5; found '8'"):
        ikfs.open_round(round_copy)
    assert len(check_round(round_copy).problems) == 1


def test_means_of_a_single_region_have_no_reliability(round_copy):
    path = round_copy / "answers.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.assign(province="32").to_csv(path, index=False)
    opened = ikfs.open_round(round_copy)
    assert opened.means_reliability("region") == Absent("means")
    assert opened.means_reliability("group").table.loc["IKFS", "icc1"] > 0
