from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from ikfs_methods.errors import ColumnError, ParameterError, TooFewError
from ikfs_methods.labels import by_label, effective_number, flat_index, group_codes, holm

INDEX = pd.Index(["r1", "r2", "r3"])


def test_values_come_in_the_order_of_the_answers_and_gaps_stay_gaps() -> None:
    values = pd.Series([3.0, 1.0, 9.0], index=["r3", "r1", "other"])
    assert by_label(values, INDEX, what="x").tolist()[::2] == [1, 3]
    assert np.isnan(by_label(values, INDEX, what="x")["r2"])


@given(order=st.permutations(range(6)))
def test_the_order_of_the_values_does_not_matter(order: list[int]) -> None:
    values = pd.Series(range(6), index=list("abcdef"))
    assert by_label(values.iloc[order], values.index, what="x").tolist() == list(range(6))


def test_the_same_index_may_repeat_labels() -> None:
    index = pd.Index([1, 1, 2])
    assert by_label(pd.Series([5, 6, 7], index=index), index, what="x").tolist() == [5, 6, 7]


@pytest.mark.parametrize(
    ("values", "error", "text"),
    [
        ([1, 2, 3], ParameterError, "x must be a pandas Series by respondent; found list"),
        (pd.Series([1, 2], index=["r1", "r1"]), ColumnError, "must name each respondent once; repeated: r1"),
        (pd.Series([1, 2, 3]), ColumnError, "none of the 3 labels of the answers, the first r1, r2, r3"),
    ],
)
def test_labels_that_do_not_go_together_are_refused(values: pd.Series, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        by_label(values, INDEX, what="x")


def test_groups_are_sorted_or_in_the_order_of_the_category() -> None:
    groups = pd.Series(["b", "a", None], index=INDEX, name="g")
    codes, names = group_codes(groups, INDEX)
    assert (codes.tolist(), names.tolist(), names.name) == ([1, 0, -1], ["a", "b"], "g")
    codes, names = group_codes(groups.astype(pd.CategoricalDtype(["b", "c", "a"])), INDEX)
    assert (codes.tolist(), names.tolist()) == ([0, 1, -1], ["b", "a"])  # c is nobody's


def test_groups_must_exist_and_be_names() -> None:
    with pytest.raises(TooFewError, match="at least one respondent; all 3 are missing"):
        group_codes(pd.Series([None] * 3, index=INDEX), INDEX)
    with pytest.raises(ParameterError, match="groups must be names or numbers; found a dict for a respondent"):
        group_codes(pd.Series(["a", {}, {}], index=INDEX), INDEX)


def test_effective_number_by_hand_and_for_equal_weights() -> None:
    assert effective_number(np.array([3.0, 1.0])) == pytest.approx(16 / 10)
    assert effective_number(np.full(7, 0.3)) == pytest.approx(7)
    assert effective_number(np.zeros(3)) == 0


def test_labels_of_several_levels_become_tuples() -> None:
    flat = flat_index(pd.MultiIndex.from_tuples([("A", 1), ("A", 2)]), "item")
    assert (flat.nlevels, flat.name, list(flat)) == (1, "item", [("A", 1), ("A", 2)])
    assert list(flat_index(pd.Index(["a"]), "item")) == ["a"]


@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=30))
@settings(max_examples=6)  # statsmodels collects garbage at each call
def test_holm_agrees_with_statsmodels(p: list[float]) -> None:
    assert holm(pd.Series(p)).tolist() == pytest.approx(multipletests(p, method="holm")[1].tolist(), abs=1e-15)


def test_holm_passes_over_what_is_undefined() -> None:
    found = holm(pd.Series([0.04, np.nan, 0.01], index=["a", "b", "c"]))
    assert found.loc[["a", "c"]].tolist() == pytest.approx([0.04, 0.02])
    assert np.isnan(found["b"])
