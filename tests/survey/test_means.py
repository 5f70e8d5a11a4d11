import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.weightstats import DescrStatsW

from ikfs_methods.errors import ColumnError, NotNumericError, ParameterError, TooFewError, WeightError
from ikfs_methods.survey import weighted_means

HAND = pd.DataFrame({"a": [1.0, 3.0, 10.0, np.nan], "b": [2.0, 2.0, 4.0, 8.0]}, index=list("wxyz"))
WEIGHTS = pd.Series([1.0, 3.0, 1.0, 2.0], index=list("wxyz"))
GROUPS = pd.Series(["p", "p", "q", "q"], index=list("wxyz"), name="province")


def test_means_worked_by_hand():
    # group p: a (1 + 3 x 3)/4, b 2; group q: a 10 (one row), b (4 + 2 x 8)/3
    found = weighted_means(HAND, weights=WEIGHTS, by=GROUPS)
    expected = pd.DataFrame({"a": [2.5, 10.0], "b": [2.0, 20 / 3]}, index=pd.Index(["p", "q"], name="province"))
    pd.testing.assert_frame_equal(found.means, expected, rtol=1e-15, check_index_type=False)
    assert found.n.to_numpy().tolist() == [[2, 2], [1, 2]]
    assert found.n_rows == 4
    assert found.n_without_group == 0


def test_one_group_without_by_and_equal_weights_without_weights():
    found = weighted_means(HAND)
    assert found.means.loc["all"].tolist() == pytest.approx([14 / 3, 4.0], rel=1e-15)
    assert found.n.loc["all"].tolist() == [3, 4]
    assert not found.weighted


def test_agrees_with_statsmodels():
    # Both sum 400 doubles: the orders of summation differ by some 1e-15 of the value.
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(rng.normal(50, 10, (400, 3)), columns=list("abc"))
    weight = pd.Series(rng.gamma(5, 0.2, 400))
    group = pd.Series(rng.choice(list("klm"), 400))
    found = weighted_means(frame, weights=weight, by=group)
    for name in "klm":
        own = (group == name).to_numpy()
        theirs = DescrStatsW(frame[own].to_numpy(), weights=weight[own].to_numpy()).mean
        np.testing.assert_allclose(found.means.loc[name], theirs, rtol=1e-13)


@given(
    weights=st.lists(st.floats(0.01, 100), min_size=4, max_size=4),
    factor=st.floats(0.01, 100),
)
def test_only_relative_weights_count_and_means_lie_between_their_values(weights, factor):
    series = pd.Series(weights, index=HAND.index)
    one, two = weighted_means(HAND, weights=series), weighted_means(HAND, weights=series * factor)
    np.testing.assert_allclose(one.means, two.means, rtol=1e-12)  # a common factor rounds each product once more
    assert ((one.means >= HAND.min() - 1e-12) & (one.means <= HAND.max() + 1e-12)).to_numpy().all()


def test_groups_come_in_the_order_of_the_category_and_unused_ones_do_not_appear():
    ordered = GROUPS.astype(pd.CategoricalDtype(["q", "r", "p"]))
    assert weighted_means(HAND, by=ordered).means.index.tolist() == ["q", "p"]
    assert weighted_means(HAND, by=GROUPS).means.index.tolist() == ["p", "q"]


def test_rows_without_a_group_are_counted_and_enter_none():
    found = weighted_means(HAND, by=pd.Series(["p", None, "q", "q"], index=HAND.index))
    assert found.n_without_group == 1
    assert found.means.loc["p", "a"] == 1.0


def test_a_group_without_an_answer_is_missing_with_n_0_and_left_out_of_the_table():
    found = weighted_means(HAND, by=pd.Series(["p", "p", "p", "q"], index=HAND.index))
    assert np.isnan(found.means.loc["q", "a"])
    assert found.n.loc["q", "a"] == 0
    assert ("q", "a") not in list(zip(found.to_frame()["group"], found.to_frame()["variable"], strict=True))


def test_labels_not_positions_join_rows_and_weights():
    shuffled = weighted_means(HAND, weights=WEIGHTS[::-1], by=GROUPS[["x", "z", "w", "y"]])
    pd.testing.assert_frame_equal(shuffled.means, weighted_means(HAND, weights=WEIGHTS, by=GROUPS).means)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_weights_must_be_finite_and_positive(bad):
    with pytest.raises(WeightError, match=r"finite numbers above 0; 1 of 4 are not, in rows x\."):
        weighted_means(HAND, weights=WEIGHTS.where(WEIGHTS.index != "x", bad))


def test_labels_that_do_not_fit_are_refused():
    with pytest.raises(ColumnError, match="1 of 4 rows have none: z"):
        weighted_means(HAND, weights=WEIGHTS.drop("z"))
    with pytest.raises(ColumnError, match="some repeated"):
        weighted_means(HAND, by=GROUPS.set_axis(["w", "w", "x", "y"]))
    with pytest.raises(ParameterError, match="must be a pandas Series by row; found list"):
        weighted_means(HAND, weights=[1, 2, 3, 4])
    with pytest.raises(TooFewError, match="none of 4 rows has one"):
        weighted_means(HAND, by=pd.Series([None] * 4, index=HAND.index, dtype=object))
    with pytest.raises(NotNumericError, match="column 'a' has text"):
        weighted_means(HAND.astype(object).replace(10.0, "ten"))
