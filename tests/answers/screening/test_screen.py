"""Flags, one rule after the other, and the tables of what is missing."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby, pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.answers.screening import notes, screen
from ikfs_methods.errors import ColumnError, NotNumericError, ParameterError, ScaleError, TooFewError

NAN = np.nan
ITEMS = list("abcdef")
RULES = ["missing", "duplicate_id", "duplicate_answers", "longest_run", "low_spread", "too_fast", "outlier"]


def frame_of(*rows, items=ITEMS) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=items, index=[f"R{j}" for j in range(len(rows))], dtype=np.float64)


HAND = frame_of(
    [1, 2, 3, 4, 5, 1],
    [1, NAN, NAN, NAN, 5, 2],  # half unanswered
    [3, 3, 3, 3, 3, 3],  # one answer throughout
    [2, 4, 4, 4, NAN, 4],  # four in a row, the gap aside
    [1, 2, 3, 4, 5, 1],  # as R0
    [NAN, NAN, NAN, NAN, NAN, NAN],
    [3, 3, 3, 3, 3, 3],  # as R2, but straight-lined
    [5, 1, 5, 1, 4, NAN],
)


def test_missing_worked_by_hand():
    found = screen(HAND, low=1, high=5)
    assert list(found.flagged("missing")) == ["R1", "R5"]
    assert found.respondents["missing_share"].tolist() == [0, 0.5, 0, 1 / 6, 0, 1, 0, 1 / 6]
    assert found.rules.loc["missing"].tolist() == [0.5, 8, 2, 0.25, ""]
    assert list(screen(HAND, missing_share=1.0).flagged("missing")) == ["R5"]


def test_share_that_is_reached_counts_as_reached():
    # 0.7 of 10 and 0.3 of 10 are no exact numbers in binary
    frame = frame_of([NAN] * 7 + [1, 2, 1], [1] * 7 + [2, 3, 4], [1] * 6 + [2, 3, 4, 5], items=list("abcdefghij"))
    found = screen(frame, missing_share=0.7, run=0.7)
    assert list(found.flagged("missing")) == ["R0"]
    assert list(found.flagged("longest_run")) == ["R1"]


def test_longest_run_worked_by_hand():
    found = screen(HAND, low=1, high=5)
    assert found.respondents["longest_run"].tolist() == [1, 1, 6, 4, 1, 0, 6, 1]
    assert list(found.flagged("longest_run")) == ["R2", "R3", "R6"]
    flags = found.flags[found.flags["rule"] == "longest_run"]
    assert flags["value"].tolist() == [1, 4 / 6, 1]
    assert set(flags["threshold"]) == {0.5}
    rule = found.rules.loc["longest_run"]
    assert (rule["n_checked"], rule["n_flagged"]) == (7, 3)
    assert rule["note"] == "Weak: with 6 items, 3 equal answers in a row are common among careful people too."


def test_run_of_two_is_none():
    found = screen(frame_of([1, 1, 2, 3], [1, 2, 3, 4], items=list("abcd")))
    assert found.rules.loc["longest_run", "n_checked"] == 0
    assert found.rules.loc["longest_run", "note"] == (
        "Did not run: 2 equal answers in a row among 4 items are no sign of carelessness."
    )
    assert found.respondents["longest_run"].tolist() == [2, 1]


def test_spread_worked_by_hand():
    found = screen(HAND, low=1, high=5)
    # 1 2 3 4 5 1: mean 8/3, squares around it 56 - 6 * 64/9 = 40/3; divided by 5, root, over the range 4
    assert found.respondents["spread"]["R0"] == pytest.approx(np.sqrt(40 / 3 / 5) / 4, rel=1e-14)
    assert found.respondents["spread"]["R2"] == 0
    # 1 5 2: three answers are enough
    assert found.respondents["spread"]["R1"] == pytest.approx(np.std([1, 5, 2], ddof=1) / 4, rel=1e-14)
    assert np.isnan(found.respondents["spread"]["R5"])
    assert list(found.flagged("low_spread")) == ["R2", "R6"]
    assert found.rules.loc["low_spread", "n_checked"] == 7
    assert found.rules.loc["low_spread", "note"] == ""


def test_two_answers_have_no_spread_worth_telling():
    assert np.isnan(screen(frame_of([1, 1, NAN], [1, 2, 3], items=list("abc"))).respondents["spread"]["R0"])


def test_items_of_different_scales_are_compared_as_shares_of_them():
    frame = frame_of([1, 5, 0, 10, 5], [3, 3, 5, 5, 5], items=list("abcde"))
    low, high = pd.Series([1, 1, 0, 0, 0], index=list("abcde")), pd.Series([5, 5, 10, 10, 10], index=list("abcde"))
    found = screen(frame, low=low, high=high)
    # 0, 1, 0, 1, .5 as shares
    assert found.respondents["spread"].tolist() == [pytest.approx(0.5, rel=1e-14), 0]
    # the bounds may name items that were not asked, in any order
    more = pd.concat([high, pd.Series({"z": 3})])[::-1]
    assert screen(frame, low=low.reindex(more.index, fill_value=0), high=more).respondents["spread"]["R1"] == 0


def test_scale_that_was_seen_is_said():
    found = screen(HAND)
    assert found.rules.loc["low_spread", "note"] == (
        "The scale was taken to run from 1 to 5, the lowest and the highest answer given."
    )
    assert found.respondents["spread"].equals(screen(HAND, low=1, high=5).respondents["spread"])


def test_duplicate_answers_worked_by_hand():
    found = screen(HAND, low=1, high=5)
    # R2 and R6 coincide as straight-lined rows do; R5 has no answers
    assert list(found.flagged("duplicate_answers")) == ["R0", "R4"]
    rule = found.rules.loc["duplicate_answers"]
    assert (rule["n_checked"], rule["n_flagged"], rule["note"]) == (5, 2, "")
    assert np.isnan(rule["threshold"])
    assert found.flags[found.flags["rule"] == "duplicate_answers"]["value"].tolist() == [2, 2]


def test_a_gap_makes_answers_differ():
    frame = frame_of([1, 2, 3, 4, 5, NAN], [1, 2, 3, 4, 5, 1], [1, 2, 3, 4, 5, NAN])
    assert list(screen(frame).flagged("duplicate_answers")) == ["R0", "R2"]


def test_chance_coincidences_are_told():
    # four respondents, two items of two answers, each answer given twice: two agree on an item with chance 1/3, on both
    # with 1/9, and there are six pairs
    frame = frame_of([1, 2], [2, 1], [1, 2], [2, 1], items=list("ab"))
    assert screen(frame).rules.loc["duplicate_answers", "note"] == (
        "Weak: about 0.7 pairs of equal answers are to be expected by chance alone, and more where the items go "
        "together; there are 2."
    )


def test_expected_coincidences_are_those_of_independent_answers():
    # by simulation: 400 respondents, 4 unrelated items of 4 answers with unequal chances
    rng = np.random.default_rng(5)
    pairs, told = [], []
    for _ in range(40):
        values = rng.choice([1.0, 2, 3, 4], size=(400, 4), p=[0.1, 0.2, 0.3, 0.4])
        note = screen(pd.DataFrame(values), mcar=False).rules.loc["duplicate_answers", "note"]
        found = re.search(r"about ([\d.]+) pairs.* there are (\d+)\.", note)
        told.append(float(found[1]))
        pairs.append(int(found[2]))
    # Rows of one answer (.1^4 + .2^4 + .3^4 + .4^4 = 3.5 %) are not compared, which makes the other items less than
    # independent: the chance that two of the rest agree is (.3^4 - .1^8 - .2^8 - .3^8 - .4^8) / .9646^2 = .00792, told
    # is about .0075. The standard error of the mean of 40 draws is 1.5 %.
    assert np.mean(pairs) == pytest.approx(0.00792 * 386 * 385 / 2, rel=0.05)
    assert np.mean(told) == pytest.approx(np.mean(pairs), rel=0.1)


def test_duplicate_ids():
    ids = pd.Series(["x", "y", "x", None, "", "y", "z", "x"], index=HAND.index)
    found = screen(HAND, ids=ids)
    assert list(found.flagged("duplicate_id")) == ["R0", "R1", "R2", "R5", "R7"]
    rule = found.rules.loc["duplicate_id"]
    assert (rule["n_checked"], rule["note"]) == (6, "Respondents without an id, not compared: 2.")
    assert found.flags[found.flags["rule"] == "duplicate_id"]["value"].tolist() == [3, 2, 3, 2, 3]
    assert screen(HAND).rules.loc["duplicate_id", "note"].startswith("Did not run: no ids were given.")


def test_too_fast_worked_by_hand():
    seconds = pd.Series([11.9, 6, 12, NAN, -1, 3, 600, 10], index=HAND.index)
    found = screen(HAND, duration=seconds)
    # per answer: 11.9/6, 6/3, 12/6, unknown, -1/6, no answers, 100, 10/5
    assert list(found.flagged("too_fast")) == ["R0", "R4"]
    np.testing.assert_allclose(found.respondents["seconds"], [11.9 / 6, 2, 2, NAN, -1 / 6, NAN, 100, 2], rtol=1e-15)
    rule = found.rules.loc["too_fast"]
    assert (rule["threshold"], rule["n_checked"]) == (2, 6)
    assert rule["note"] == "Respondents without a time: 1; with a negative one: 1."
    # the order of the series does not matter
    assert list(screen(HAND, duration=seconds[::-1]).flagged("too_fast")) == ["R0", "R4"]
    assert screen(HAND).rules.loc["too_fast", "note"] == "Did not run: no times were given."


def test_impossible_patterns():
    declared = pd.DataFrame({"young pensioner": HAND["a"] == 1, "none": False}, index=HAND.index)
    found = screen(HAND, impossible=declared)
    assert list(found.rules.index[-2:]) == ["impossible: young pensioner", "impossible: none"]
    assert list(found.flagged("impossible: young pensioner")) == ["R0", "R1", "R4"]
    assert found.rules.loc["impossible: none", ["n_checked", "n_flagged"]].tolist() == [8, 0]


def test_what_is_missing():
    found = screen(HAND)
    assert found.items.loc["a"].tolist() == [7, 1, 1 / 8]
    assert found.items["missing"].tolist() == [1, 2, 2, 2, 2, 2]
    assert found.patterns["n"].tolist() == [4, 1, 1, 1, 1]
    assert found.patterns["share"].sum() == 1
    # ties: fewest gaps first
    assert found.patterns[ITEMS].sum(axis=1).tolist() == [0, 1, 1, 3, 6]
    assert found.patterns.loc[3, ITEMS].tolist() == [False, True, True, True, False, False]


def test_empty_categories_worked_by_hand():
    frame = frame_of([1, 1], [2, 2], [3, 1], [1, 2], items=list("ab"))
    groups = pd.Series(["p", "q", "p", None], index=frame.index, dtype="category").cat.add_categories(["unused"])
    found = screen(frame, low=1, high=3, groups=groups)
    assert found.empty_categories.to_numpy().tolist() == [
        ["p", "a", 2], ["q", "a", 1], ["q", "a", 3], ["p", "b", 2], ["p", "b", 3], ["q", "b", 1], ["q", "b", 3],
    ]  # fmt: skip
    assert found.empty_note == ""
    # without groups all are one
    assert screen(frame, low=1, high=3).empty_categories.to_numpy().tolist() == [["", "b", 3]]


def test_long_and_broken_scales_are_no_categories():
    frame = frame_of([1, 0, 1.5, 0], [2, 100, 2, 10], items=["short", "amount", "half", "eleven"])
    low, high = pd.Series([1, 0, 1, 0], index=frame.columns), pd.Series([2, 100, 3, 10], index=frame.columns)
    found = screen(frame, low=low, high=high)
    assert found.empty_note == (
        "Not looked at, because their scale has more than 11 points or is not of whole points: amount, half."
    )
    assert set(found.empty_categories["item"]) == {"eleven"}
    assert len(found.empty_categories) == 9


def test_the_base_answers(answers):
    found = screen(answers, low=1, high=5)
    assert list(found.rules.index) == RULES
    assert found.n == 200
    assert found.patterns["n"].sum() == 200
    assert found.items["n"].tolist() == answers.notna().sum().tolist()
    assert found.to_frame() is found.rules
    assert "<table" in found._repr_html_()
    # every flag is one of its rule, and tells the value that is there
    counts = found.flags.groupby("rule").size().reindex(RULES, fill_value=0)
    assert counts.tolist() == found.rules["n_flagged"].tolist()


def test_screening_changes_nothing(answers):
    before = answers.copy()
    screen(answers)
    pd.testing.assert_frame_equal(answers, before)


# Oracles by brute force

cells = st.sampled_from([1.0, 2.0, 3.0, NAN])
tables = st.lists(st.lists(cells, min_size=7, max_size=7), min_size=1, max_size=12)


def longest_in(row) -> int:
    given_answers = [value for value in row if not np.isnan(value)]
    return max((len(list(run)) for _, run in groupby(given_answers)), default=0)


@settings(max_examples=150)
@given(rows=tables)
def test_runs_spreads_and_copies_as_by_brute_force(rows):
    frame = frame_of(*rows, items=list("abcdefg"))
    found = screen(frame, low=1, high=3, mcar=False)
    assert found.respondents["longest_run"].tolist() == [longest_in(row) for row in rows]
    for row, value in zip(rows, found.respondents["spread"], strict=True):
        given_answers = [answer for answer in row if not np.isnan(answer)]
        if len(given_answers) < 3:
            assert np.isnan(value)
        else:
            # two ways of summing at most seven squares
            assert value == pytest.approx(np.std(given_answers, ddof=1) / 2, abs=1e-15)
    told = [tuple("-" if np.isnan(value) else value for value in row) for row in rows]
    compared = [len(row) - row.count("-") >= 3.5 and len(set(row) - {"-"}) > 1 for row in told]
    times = Counter(row for row, yes in zip(told, compared, strict=True) if yes)
    expected = [yes and times[row] > 1 for row, yes in zip(told, compared, strict=True)]
    assert list(found.flagged("duplicate_answers")) == list(frame.index[expected])
    assert found.rules.loc["duplicate_answers", "n_checked"] == sum(compared)
    patterns = Counter(tuple(value == "-" for value in row) for row in told)
    assert sorted(patterns.values(), reverse=True) == found.patterns["n"].tolist()
    for _, row in found.patterns.iterrows():
        assert patterns[tuple(row[list("abcdefg")])] == row["n"]


@settings(max_examples=30)
@given(rows=tables, seed=st.integers(0, 99))
def test_order_of_rows_does_not_matter(rows, seed):
    frame = frame_of(*rows, items=list("abcdefg"))
    other = frame.iloc[np.random.default_rng(seed).permutation(len(frame))]
    one, two = screen(frame, low=1, high=3), screen(other, low=1, high=3)
    for rule in ("missing", "duplicate_answers", "longest_run", "low_spread"):
        assert set(one.flagged(rule)) == set(two.flagged(rule))
    pd.testing.assert_frame_equal(one.patterns, two.patterns)


def test_many_items_and_values_between_whole_points():
    # more columns than bits of a number, and answers that are no codes
    rng = np.random.default_rng(3)
    values = rng.normal(size=(50, 150))
    values[40:] = values[:10]
    values[rng.random(values.shape) < 0.1] = NAN
    values[49] = values[48]
    frame = pd.DataFrame(values)
    expected = frame.index[frame.duplicated(keep=False)]
    found = screen(frame)
    assert list(found.flagged("duplicate_answers")) == list(expected) == [48, 49]
    assert len(found.patterns) == len(frame.isna().drop_duplicates())


def test_every_note_has_a_form(answers, airquality):
    forms = [re.compile(re.sub(r"\\{\w+\\}", "(.+)", re.escape(form))) for form in notes.FORMS]
    results = [screen(answers), screen(airquality), screen(HAND), screen(HAND, mcar=False)]
    said = [text for found in results for text in (*found.rules["note"], found.mcar_note, found.empty_note) if text]
    assert len(said) > 15
    assert [text for text in said if not any(form.fullmatch(text) for form in forms)] == []


@pytest.mark.parametrize("rows", [[[NAN] * 3] * 2, [[1, NAN, 2]], [[1, 1, 1]] * 3])
def test_hardly_any_answers(rows):
    found = screen(frame_of(*rows, items=list("abc")))
    assert found.n == len(rows)
    assert found.rules.loc["outlier", "n_checked"] == 0
    assert found.mcar is None


def test_no_answer_at_all_has_no_spread():
    found = screen(frame_of([NAN, NAN, NAN], items=list("abc")))
    assert found.rules.loc["low_spread", "note"] == "Did not run: all answers are the same."
    assert found.rules["n_flagged"].sum() == 1  # missing


@pytest.mark.parametrize(
    ("options", "message", "error"),
    [
        ({"missing_share": 0}, "missing_share must be a number above 0 and at most 1; found 0", ParameterError),
        ({"run": 1.5}, "run must be a number above 0 and at most 1; found 1.5", ParameterError),
        ({"spread": "x"}, "spread must be a number above 0 and at most 1; found 'x'", ParameterError),
        ({"seconds_per_item": -2}, "seconds_per_item must be a number above 0; found -2", ParameterError),
        ({"outlier_p": 1}, "outlier_p must be a number between 0 and 1", ParameterError),
        ({"low": 1}, "low and high must be given together", ParameterError),
        ({"low": 5, "high": 1}, "low must be below high; found 5 and 1 for 'a'", ParameterError),
        ({"low": 1, "high": np.inf}, "high must be a finite number, or one for each item", ParameterError),
        (
            {"low": 1, "high": pd.Series({"a": 5})},
            "high must name each item once; lacking: b, c, d, e, f",
            ParameterError,
        ),
        (
            {"low": 1, "high": 4},
            "answers to 'a' must lie between 1 and 4; 1 answer(s) do not, the first 5 in row 'R7'. Correct it",
            ScaleError,
        ),
        ({"ids": ["x"] * 8}, "ids must be a pandas Series by respondent; found list", ParameterError),
        (
            {"duration": pd.Series([1.0], index=["R0"])},
            "duration must have the rows of the answers, each once; 7 of 8 are lacking (R1, R2, R3, R4, R5, R6, R7)",
            ParameterError,
        ),
        (
            {"duration": pd.Series("fast", index=HAND.index)},
            "duration must be in seconds, as finite numbers; 8 cell(s) are not, the first 'fast' in row 'R0'",
            NotNumericError,
        ),
        (
            {"duration": pd.Series(pd.to_timedelta(5, unit="s"), index=HAND.index)},
            "duration must be in seconds, as finite numbers; 8 cell(s) are not",
            NotNumericError,
        ),
        (
            {"impossible": HAND["a"] == 1},
            "impossible must be a pandas DataFrame of truth values; found Series",
            ParameterError,
        ),
        (
            {"impossible": HAND[["a"]]},
            "impossible must hold True or False only; the column 'a' holds float64",
            ParameterError,
        ),
        ({"groups": pd.Series(["x"] * 9, index=range(9))}, "and 9 are not among them (0, 1, 2,", ParameterError),
    ],
)
def test_arguments_that_do_not_fit(options, message, error):
    with pytest.raises(error, match=re.escape(message)):
        screen(HAND, **options)


def test_frames_that_do_not_fit():
    with pytest.raises(ColumnError, match=r"label of its own; repeated: R0\. Label the rows by number"):
        screen(HAND.rename({"R1": "R0"}))
    with pytest.raises(ColumnError, match="an item must not be called n, which are columns of the result"):
        screen(HAND.rename(columns={"a": "n"}))
    with pytest.raises(NotNumericError, match="column 'a' has text in 8 row"):
        screen(HAND.assign(a="x"))
    with pytest.raises(TooFewError, match="at least 1 rows and 1 columns"):
        screen(HAND.head(0))


def test_an_unknown_rule_is_named():
    with pytest.raises(
        ParameterError, match="the rule of the screening must be one of missing, .* Did you mean 'outlier'"
    ):
        screen(HAND).flagged("outliers")


def test_notes_differ_from_each_other():
    assert all(one != two for one, two in pairwise(sorted(notes.FORMS)))
