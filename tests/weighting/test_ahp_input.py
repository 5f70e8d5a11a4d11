"""AHP and bad input: a plain error or finite numbers, whatever comes."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import ColumnError, IkfsError, JudgementError, ParameterError
from ikfs_methods.weighting.ahp import ahp, check_pairs
from ikfs_methods.weighting.judged import long_table

COLUMNS = ["expert", "parent", "left", "right", "favours", "strength"]
ODD: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([None, np.nan, np.inf, -np.inf, 1e300, -1e300, 0, -3, "", " ", "three", "1/9", True, False, 1j]),
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-2, 12),
)
NAMES = st.sampled_from(["A", "B", "C", "D", " A", 1, 1.0, None, ""])
ROW = st.tuples(
    st.sampled_from(["E1", "E2", None, 7]), st.sampled_from(["I", "J", None]), NAMES, NAMES,
    st.sampled_from(["left", "right", "Left", "both", None, 1]), st.one_of(st.integers(1, 9), ODD),
)  # fmt: skip


# Found nothing more in ten times as many.
FEW = settings(max_examples=40)


def finite(frame: pd.DataFrame) -> bool:
    return bool(np.isfinite(frame.select_dtypes("number").to_numpy(dtype=float)).all())


@FEW
@given(rows=st.lists(ROW, max_size=8))
def test_any_long_table_gives_finite_numbers_or_a_plain_error(rows):
    with contextlib.suppress(IkfsError):
        found = ahp(pd.DataFrame(rows, columns=COLUMNS))
        for frame in (found.to_frame(), found.judges, found.groups, found.triads, found.suspects):
            assert finite(frame)


@FEW
@given(n=st.integers(0, 4), data=st.data())
def test_any_matrix_gives_finite_numbers_or_a_plain_error(n, data):
    cells = [[data.draw(ODD) for _ in range(n)] for _ in range(n)]
    with contextlib.suppress(IkfsError):
        found = ahp(pd.DataFrame(cells, index=list("ABCD")[:n], columns=list("ABCD")[:n]))
        assert finite(found.to_frame())
        assert finite(found.judges)


@FEW
@given(strengths=st.lists(st.sampled_from([1.0, 9.0]), min_size=15, max_size=15), data=st.data())
def test_the_wildest_judgements_have_finite_answers(strengths, data):
    pairs = [(i, j) for i in range(6) for j in range(i)]
    # A chain connects them all.
    kept = data.draw(st.sets(st.sampled_from(pairs))) | {(i + 1, i) for i in range(5)}
    rows = [
        ("E1", "I", f"e{i}", f"e{j}", data.draw(st.sampled_from(["left", "right"])), strength)
        for (i, j), strength in zip(pairs, strengths, strict=True)
        if (i, j) in kept
    ]
    found = ahp(pd.DataFrame(rows, columns=COLUMNS))
    assert finite(found.to_frame())
    assert finite(found.judges)
    assert (found.judges["cr"] >= 0).all()


def test_reciprocal_rows_that_contradict_are_named():
    rows = [("E1", "I", "KD", "PS", "left", 3), ("E1", "I", "PS", "KD", "left", 3)]
    with pytest.raises(
        JudgementError,
        match="a pair must be judged once by an expert; found 1 row.s., the first is row 1: expert E1, parent I, PS or "
        "KD, favours left, strength 3, which contradicts row 0: KD or PS, favours left, strength 3. Correct",
    ):
        ahp(pd.DataFrame(rows, columns=COLUMNS))
    rows[1] = ("E1", "I", "PS", "KD", "right", 3)
    with pytest.raises(JudgementError, match="PS or KD, favours right, strength 3, which repeats row 0: KD or PS"):
        ahp(pd.DataFrame(rows, columns=COLUMNS))
    with pytest.raises(JudgementError, match="found 3 for A over B and 3 for the reverse, which do not match"):
        ahp(pd.DataFrame([[1, 3], [3, 1]], index=["A", "B"], columns=["A", "B"]))


@pytest.mark.parametrize(("strength", "shown"), [(0, "0"), (-3, "-3"), (1e300, r"1e\+300"), (1 / 3, r"0\.333333")])
def test_strengths_off_the_scale_are_named(strength, shown):
    table = pd.DataFrame([("E1", "I", "A", "B", "left", strength)], columns=COLUMNS)
    with pytest.raises(
        JudgementError, match=f"from 1 to 9; .* row 0: expert E1, parent I, A or B, .* strength {shown}"
    ):
        ahp(table)


@pytest.mark.parametrize("value", [np.inf, "three", None, 2 + 1j])
def test_strengths_that_are_no_numbers_are_named(value):
    table = pd.DataFrame([("E1", "I", "A", "B", "left", value)], columns=COLUMNS).astype({"strength": object})
    with pytest.raises(JudgementError, match=r"strength must be a number in every row; 1 row.s. are not, .* row 0"):
        ahp(table)


def test_text_in_a_matrix_is_not_taken_for_a_gap():
    table = pd.DataFrame([[1, "3", "a"], ["1/3", 1, 2], ["b", 0.5, 1]], index=list("ABC"), columns=list("ABC"))
    with pytest.raises(JudgementError, match="found 3 for A over B and '1/3' for the reverse"):
        ahp(table)


def test_tables_of_another_shape_are_refused():
    with pytest.raises(JudgementError, match="found rows none and columns none. A long table has the columns expert"):
        ahp(pd.DataFrame())
    with pytest.raises(JudgementError, match="judgements must have at least one row; found none"):
        ahp(pd.DataFrame(columns=COLUMNS))
    table = pd.DataFrame([("E1", "I", "A", "B", "left", 3)], columns=COLUMNS)
    with pytest.raises(ColumnError, match="must have each column once, under one heading; repeated: strength. Rename"):
        ahp(pd.concat([table, table[["strength"]]], axis=1))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"scale": 1}, "scale must be a number above 1 and at most 1e\\+06"),
        ({"scale": np.inf}, "scale must be a number above 1 .*found inf"),
        ({"scale": "9"}, "scale must be a number above 1 .*found '9'"),
        ({"random_index": [0.58]}, "random_index must be a mapping .*found list"),
        ({"random_index": {3: 0.5, 5: 1.1}, "random_index_source": "x"}, "for 3, 4 and so on elements, without a gap"),
        ({"random_index": {}, "random_index_source": "x"}, "without a gap; found values for \\[\\]"),
        ({"random_index": {3: 0.0}, "random_index_source": "x"}, "numbers above 0; found 0.0 for 3 elements"),
        ({"random_index": {3: 0.5}}, "must be named with its source; none was given"),
    ],
)
def test_options_off_their_values_are_refused(options, said):
    with pytest.raises(ParameterError, match=said):
        ahp(pd.DataFrame([("E1", "I", "A", "B", "left", 3)], columns=COLUMNS), **options)


def test_a_longer_scale_is_a_choice():
    table = pd.DataFrame([("E1", "I", "A", "B", "left", 19.0)], columns=COLUMNS)
    assert ahp(table, scale=20).weights.tolist() == pytest.approx([0.95, 0.05], rel=1e-13)
    with pytest.raises(JudgementError, match="from 1 to 9"):
        ahp(table)


def test_parents_of_which_something_is_missing_are_passed_over():
    rows = [("E1", "I", "A", "B", "left", 3), ("E1", "I", "C", "D", "left", 3), ("E1", "J", "a", "b", "left", 10)]
    table = pd.DataFrame(rows, columns=COLUMNS)

    def told(**options: Any) -> list[str]:
        judged = long_table(table, COLUMNS, "strength", what="judgements")
        assert check_pairs(judged, **options).to_dict() == dict.fromkeys("ABCD", "I") | {"a": "J", "b": "J"}
        return [str(error).split(" ")[0] for error in judged.problems]

    assert told() == ["strength", "the"]
    assert told(skip={"I"}) == ["strength"]
    assert told(incomplete="refuse") == ["strength", "expert"]
    assert told(scale=10.0, skip={"I"}) == []
    assert told(most=3, scale=10.0) == ["a"]
