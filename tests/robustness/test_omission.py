import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ikfs_methods import index, weighting
from ikfs_methods.errors import ParameterError, TooFewError, WeightError
from ikfs_methods.robustness import leave_one_out

VALUES = pd.DataFrame(
    {"a": [10.0, 40.0, 70.0, 90.0], "b": [80.0, 20.0, 60.0, 50.0], "c": [30.0, 30.0, 90.0, 10.0]}, index=list("wxyz")
)


@pytest.fixture
def flat(tree):
    return tree(("I", ""), *((code, "I", 0, 100) for code in "abc"))


def test_leaving_one_out_worked_by_hand(flat):
    # full: 40, 30, 220/3, 50 (ranks 3 4 1 2), mean 145/3; without a: 55, 25, 75, 30 (ranks 2 4 1 3), mean 46.25
    table = leave_one_out(flat, VALUES).to_frame()
    assert table.loc["a", "change"] == pytest.approx(46.25 - 145 / 3, rel=1e-13)
    assert table.loc["a", "max_change"] == pytest.approx(20, rel=1e-13)
    assert table.loc["a", ["max_rank_change", "mean_rank_change", "n_units"]].tolist() == [1, 0.5, 4]
    # Spearman by the sum of squared rank differences: 1 - 6 x 2 / (4 x 15)
    assert table.loc["a", "rank_correlation"] == pytest.approx(0.8, rel=1e-14)
    assert table["parent"].tolist() == ["I", "I", "I"]
    assert (table["also_removed"] == "").all()


def test_rank_correlation_agrees_with_scipy_also_with_ties(flat):
    values = VALUES.replace(90.0, 70.0).assign(b=VALUES["b"].round(-2))
    full = index.build(flat, values).scores["I"]
    table = leave_one_out(flat, values).table
    for code in "abc":
        less = index.build(flat.without([code]), values).scores["I"]
        theirs = stats.spearmanr(full, less).statistic
        assert table.loc[code, "rank_correlation"] == pytest.approx(theirs, rel=1e-12)  # one correlation of four ranks


def test_each_row_is_the_index_built_without_it(small):
    answers = pd.DataFrame({"x1": [1, 3, 5, 2], "x2": [3, 1, 5, 4], "y1": [2, 4, 1, 5]}, dtype=float)
    unit, design = pd.Series(["p", "p", "q", "q"]), pd.Series([1.0, 3.0, 1.0, 2.0])
    weights = pd.Series({"X": 0.7, "Y": 0.3, "x1": 0.25, "x2": 0.75, "y1": 1.0})
    for order in ("respondent-first", "unit-first"):
        found = leave_one_out(small, answers, weights=weights, by=unit, design_weights=design, order=order)
        rest = pd.Series({"X": 0.7, "Y": 0.3, "x2": 1.0, "y1": 1.0})
        less = index.build(small.without(["x1"]), answers, weights=rest, by=unit, design_weights=design, order=order)
        one = {"by": pd.Series("all", index=answers.index), "design_weights": design, "order": order}
        whole = index.build(small, answers, weights=weights, **one).scores["I"].iloc[0]
        gap = index.build(small.without(["x1"]), answers, weights=rest, **one).scores["I"].iloc[0] - whole
        assert found.table.loc["x1", "change"] == pytest.approx(gap, rel=1e-12)
        moved = (less.scores["I"] - found.full.scores["I"]).abs().max()
        assert found.table.loc["x1", "max_change"] == pytest.approx(moved, rel=1e-12)


def test_the_change_of_the_whole_is_that_of_all_rows_as_one_unit(tree):
    # u has a 90 three times over (weight 3), v 30 once: means a 75, b 30, c 60 of the whole, and not the means of
    # the units 60, 45, 60. Geometric: with all three (75 x 30 x 60)^(1/3), without b (75 x 60)^(1/2)
    framework = tree(("I", ""), *((code, "I", 0, 100) for code in "abc"), aggregation=("geometric",))
    answers = pd.DataFrame({"a": [90.0, 30.0], "b": [20.0, 60.0], "c": [60.0, 60.0]})
    unit, design = pd.Series(["u", "v"]), pd.Series([3.0, 1.0])
    for by in (unit, None):
        table = leave_one_out(framework, answers, by=by, design_weights=design, order="unit-first").table
        expected = (75 * 60) ** (1 / 2) - (75 * 30 * 60) ** (1 / 3)
        assert table.loc["b", "change"] == pytest.approx(expected, rel=1e-12)  # logs and powers of doubles


def test_a_row_without_a_unit_counts_in_the_whole(flat):
    unit = pd.Series(["p", "p", "q", None], index=VALUES.index)
    # all four rows: 145/3 with a, 46.25 without it, as by hand above
    for order in ("respondent-first", "unit-first"):
        table = leave_one_out(flat, VALUES, by=unit, order=order).table
        assert table.loc["a", "change"] == pytest.approx(46.25 - 145 / 3, rel=1e-13)


def test_minmax_of_units_has_no_whole(flat):
    table = leave_one_out(flat, VALUES, normalisation="minmax", order="unit-first").table
    assert table["change"].isna().all()
    assert table.drop(columns="change").notna().all(axis=None)
    assert leave_one_out(flat, VALUES, normalisation="minmax").table["change"].notna().all()


def test_an_only_child_takes_its_parent_along(small):
    answers = pd.DataFrame({"x1": [1, 3, 5], "x2": [3, 1, 5], "y1": [2, 4, 1]}, dtype=float)
    weights = weighting.WeightSet(pd.Series({"X": 0.7, "Y": 0.3}), pd.Series({"X": "I", "Y": "I"}), "ahp")
    found = leave_one_out(small, answers, weights=weights)
    assert found.table["also_removed"].to_dict() == {"x1": "", "x2": "", "y1": "Y"}
    gap = (found.full.scores["X"] - found.full.scores["I"]).abs().max()  # what is left is X
    assert found.table.loc["y1", "max_change"] == pytest.approx(gap, rel=1e-14)


def test_an_indicator_that_repeats_the_rest_changes_nothing(flat):
    same = pd.DataFrame(dict.fromkeys("abc", VALUES["a"]))
    table = leave_one_out(flat, same).table
    np.testing.assert_allclose(table["max_change"], 0, atol=1e-12)  # thirds and halves of scores up to 90
    assert table["rank_correlation"].tolist() == pytest.approx([1.0] * 3, rel=1e-14)


def test_one_unit_has_no_rank_correlation(flat):
    table = leave_one_out(flat, VALUES, by=pd.Series("all", index=VALUES.index)).table
    assert table["rank_correlation"].isna().all()
    assert (table["max_rank_change"] == 0).all()


def test_what_cannot_be_left_out_is_refused(flat, tree):
    with pytest.raises(TooFewError, match="needs at least 2 indicators; framework 'test' has 1"):
        leave_one_out(tree(("I", ""), ("a", "I", 0, 100)), VALUES)
    with pytest.raises(WeightError, match="without a only zero weights are left within I: b, c"):
        leave_one_out(flat, VALUES, weights=pd.Series({"a": 1.0, "b": 0.0, "c": 0.0}))
    with pytest.raises(TooFewError, match="with and without the indicator; found none"):
        leave_one_out(flat, VALUES.assign(a=np.nan), minimum_answered=1.0)
    with pytest.raises(ParameterError, match=r"framework must be a Framework; found None\. Read it"):
        leave_one_out(None, VALUES)
    with pytest.raises(ParameterError, match="order must be one of"):
        leave_one_out(flat, VALUES, order="unit")
