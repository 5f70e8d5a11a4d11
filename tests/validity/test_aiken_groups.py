from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import ColumnError, ParameterError, TooFewError
from ikfs_methods.validity.content import aiken_by_group, aiken_v

COLUMNS = ["v", "ci_low", "ci_high", "p_value", "critical_v", "n_experts", "mean"]
RATINGS = pd.DataFrame(
    {"a": [4, 4, 3, 1, 2, 4], "b": [4, np.nan, 3, np.nan, np.nan, 2]}, index=["E1", "E2", "E3", "E4", "E5", "E6"]
)
GROUPS = pd.Series(["stat", "stat", "stat", "psy", "psy", None], index=RATINGS.index, name="field")


def test_groups_worked_by_hand() -> None:
    # on a, statisticians: (3 + 3 + 2)/9, 8 or more of 9 in 1 + 3 of 64 outcomes; psychologists: 1/6, all but 1 of 16
    result = aiken_by_group(RATINGS, GROUPS, low=1, high=4)
    assert result.items.index.names == ["item", "group"]
    assert list(result.items) == COLUMNS
    assert result.items.loc[("a", "stat"), "v"] == 8 / 9
    assert result.items.loc[("a", "stat"), "p_value"] == 4 / 64
    assert result.items.loc[("a", "stat"), "critical_v"] == 1
    assert result.items.loc[("a", "psy"), "p_value"] == 15 / 16
    assert result.groups.to_dict() == {"psy": 2, "stat": 3}
    assert (result.n_experts, result.n_without_group) == (5, 1)


def test_a_group_that_did_not_rate_an_item_is_there_and_named() -> None:
    result = aiken_by_group(RATINGS, GROUPS, low=1, high=4)
    silent = result.items.loc[("b", "psy")]
    assert silent["n_experts"] == 0
    assert silent.drop("n_experts").isna().all()
    assert result.notes[0] == "No rating of the item in the group, so no V: b (psy)."
    assert result.notes[1] == "Left out, as they have no group: E6."
    assert "no critical V for a (psy), b (stat)" in result.notes[2]


@settings(max_examples=12)
@given(
    ratings=st.lists(
        st.tuples(st.sampled_from("xyz"), st.sampled_from([1, 2, 3, 4, 5]), st.sampled_from([1.0, 5.0, np.nan])),
        min_size=1,
        max_size=20,
    )
)
def test_each_group_is_a_panel_of_its_own(ratings: list[tuple[str, int, float]]) -> None:
    ratings = [*ratings, ("x", 3, 4.0)]
    frame = pd.DataFrame([row[1:] for row in ratings], columns=["a", "b"])
    groups = pd.Series([row[0] for row in ratings])
    found = aiken_by_group(frame, groups, low=1, high=5).items
    for (item, group), row in found.iterrows():
        alone = frame.loc[groups == group, [item]].dropna()
        assert row["n_experts"] == len(alone)
        if len(alone):
            there = aiken_v(alone, low=1, high=5).items.loc[item]
            pd.testing.assert_series_equal(row, there, check_names=False, check_dtype=False)


def test_the_order_of_a_category_is_kept_and_one_group_is_the_panel() -> None:
    order = pd.Categorical(["u", "b", "u", "b", "u", "u"], categories=["u", "none", "b"])
    result = aiken_by_group(RATINGS, pd.Series(order, index=RATINGS.index), low=1, high=4)
    assert list(result.groups.index) == ["u", "b"]
    whole = aiken_by_group(RATINGS, pd.Series("all", index=RATINGS.index), low=1, high=4).items.droplevel("group")
    pd.testing.assert_frame_equal(whole, aiken_v(RATINGS, low=1, high=4).items)


@pytest.mark.parametrize(
    ("groups", "error", "text"),
    [
        (pd.Series(["x"], index=["E9"]), ColumnError, "none of the 6 labels"),
        (pd.Series(["x", "y"], index=["E1", "E1"]), ColumnError, "repeated: E1"),
        (pd.Series([None] * 6, index=RATINGS.index), TooFewError, "all 6 are missing"),
        (["x"] * 6, ParameterError, "must be a pandas Series"),
    ],
)
def test_bad_groups_are_refused_in_plain_words(groups: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        aiken_by_group(RATINGS, groups, low=1, high=4)
