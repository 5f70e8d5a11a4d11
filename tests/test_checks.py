"""The gate refuses what is no number, in plain words, whatever library a value comes from."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ikfs_methods.checks import (
    complete_rows,
    fraction,
    generator,
    listed,
    numeric_frame,
    one_of,
    plain,
    quoted,
    real_numbers,
    sum_to_one,
    weight_numbers,
    within_scale,
)
from ikfs_methods.errors import NotNumericError, ParameterError, ScaleError, TooFewError, WeightError

DAYS = pd.to_datetime(["2020-03-26", "2020-03-27", "2020-03-28"])
GOOD = pd.Series([1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("column", "found"),
    [
        (pd.Series(DAYS), "no number (Timestamp) in 3 row(s), the first 2020-03-26 00:00:00 in row 0"),
        (pd.Series(DAYS).dt.tz_localize("UTC"), "no number (Timestamp) in 3 row(s)"),
        (pd.Series(DAYS.to_period("D")), "no number (Period) in 3 row(s), the first 2020-03-26 in row 0"),
        (pd.Series(DAYS - DAYS[0]), "no number (Timedelta) in 3 row(s), the first 0 days 00:00:00 in row 0"),
        (pd.Series([1 + 2j, 2, 3]), "no number (complex128) in 3 row(s), the first (1+2j) in row 0"),
        (pd.Series([1, 2 + 0j, 3], dtype=object), "no number (complex) in 1 row(s), the first (2+0j) in row 1"),
        (pd.Series([1, 2, date(2020, 3, 26)], dtype=object), "no number (date) in 1 row(s), the first 2020-03-26"),
        (pd.Series(["1", "often", "3"]), "text in 1 row(s), the first 'often' in row 1"),
    ],
)
def test_what_is_no_real_number_is_refused(column, found):
    with pytest.raises(NotNumericError, match=re.escape(f"column 'b' has {found}")):
        numeric_frame(pd.DataFrame({"a": GOOD, "b": column}))


def test_numbers_of_every_kind_pass():
    frame = pd.DataFrame(
        {
            "text": ["1", "2.5", None],
            "nullable": pd.array([1, None, 3], dtype="Int64"),
            "category": pd.Categorical([1, 2, 1]),
            "truth": [True, False, True],
        }
    )
    found = numeric_frame(frame)
    assert (found.dtypes == np.float64).all()
    assert found.fillna(-1).to_numpy().tolist() == [[1, 1, 1, 1], [2.5, -1, 2, 0], [-1, 3, 1, 1]]
    # of a column with one complex number the real ones stay what they are
    assert real_numbers(pd.Series([1.5, 2j, 3], dtype=object)).fillna(-1).tolist() == [1.5, -1, 3]


def test_too_few_rows_speak_of_gaps_only_where_there_are_some():
    with pytest.raises(TooFewError) as without:
        complete_rows(pd.DataFrame({"a": [1.0], "b": [2.0]}))
    said = "answers must have at least 2 rows without a missing answer; found 1 of 1. Supply more data."
    assert str(without.value) == said
    with pytest.raises(TooFewError, match=r"found 1 of 2\. Answers are missing in: b \(1\)\. Use missing="):
        complete_rows(pd.DataFrame({"a": [1.0, 2.0], "b": [2.0, np.nan]}))


def test_messages_show_plain_numbers():
    assert quoted(np.int64(3)) == "3"
    assert quoted(np.float32(0.5)) == "0.5"
    assert quoted(np.str_("a")) == "'a'"
    assert plain((np.int64(1), "a")) == (1, "a")
    assert plain(np.datetime64("2020-03-26")) == "2020-03-26"
    assert listed([(np.int64(1), "a"), np.float64(2.0)]) == "(1, 'a'), 2.0"


def test_rows_and_columns_with_whole_number_labels_are_named_plainly():
    # rows 5, 6, 9: what is left of a table that was filtered; pandas hands such labels out as numpy's numbers
    numbered = pd.DataFrame([[1.0, 2.0, 2.0], [3.0, 9.0, 9.0], [1.0, 2.0, 1.0]], index=[5, 6, 9], columns=[2, 3, 7])
    for found in (
        lambda: within_scale(numbered, 1, 5),
        lambda: numeric_frame(numbered.replace(9.0, np.inf)),
        lambda: numeric_frame(numbered.astype(object).replace(9.0, "x")),
    ):
        with pytest.raises((ScaleError, NotNumericError)) as raised:
            found()
        assert re.search(r"column 3\b.*row 6\b", str(raised.value))
        assert "np." not in str(raised.value)
    with pytest.raises(WeightError, match=r"found 0=-1\.0\. Correct"):
        weight_numbers(pd.Series([np.float64(-1)], dtype=object))
    with pytest.raises(ParameterError, match=r"found -1\. Give rng="):
        generator(np.int64(-1))


def test_options_and_shares_say_what_to_do():
    with pytest.raises(ParameterError, match=r"kind must be one of a, b; found 'zz'\. Give one of them\."):
        one_of("zz", ("a", "b"), name="kind")
    for unhashable in (["a"], {"a": 1}, 3):
        with pytest.raises(ParameterError, match="kind must be one of a, b; found"):
            one_of(unhashable, {"a": 1, "b": 2}, name="kind")
    with pytest.raises(ParameterError, match=r"found 95\. Give it as a share: 0\.95 means 95 %"):
        fraction(np.int64(95), name="level")
    with pytest.raises(ParameterError, match="level must be a number between 0 and 1"):
        fraction(True, name="level")
    assert fraction(np.float32(0.5), name="level") == 0.5


def test_dates_are_no_weights():
    with pytest.raises(WeightError, match="weights must be numbers of at least 0"):
        weight_numbers(pd.Series(DAYS, index=list("abc")))


def test_weights_of_one_parent_sum_to_one():
    sum_to_one({"a": 0.3333333333, "b": 0.3333333333, "c": 0.3333333333}, "A")  # ten digits, as from a table
    with pytest.raises(WeightError, match=r"those of A sum to 1\.1: a=0\.6, b=0\.5\. Correct them"):
        sum_to_one({"a": 0.6, "b": 0.5}, "A")
    with pytest.raises(WeightError, match=r"those of the unnamed parent sum to 0\.5: a=0\.5"):
        sum_to_one({"a": 0.5}, "")
