import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ikfs_methods import index, weighting
from ikfs_methods.errors import (
    ColumnError,
    ConstantItemError,
    NotNumericError,
    ParameterError,
    ScaleError,
    WeightError,
)

PUBLISHED = json.loads((Path(__file__).parents[1] / "reference" / "index_published.json").read_text(encoding="utf-8"))
ANSWERS = pd.DataFrame(
    {"x1": [1.0, 3.0, 5.0, 2.0], "x2": [3.0, np.nan, 5.0, 4.0], "y1": [2.0, 4.0, np.nan, 5.0]}, index=list("abcd")
)
UNITS = pd.Series(["p", "p", "q", "q"], index=list("abcd"), name="province")
DESIGN = pd.Series([1.0, 3.0, 1.0, 2.0], index=list("abcd"))
LIKERT = arrays(np.float64, (8, 3), elements=st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0]))
# A framework never changes, so that examples may share it; 40 builds take about a second.
frameworks_stay = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


@pytest.mark.parametrize("year", sorted(PUBLISHED["happiness"]["years"]))
def test_happiness_index_comes_out(tree, year):
    # The published index and its three parts have two decimals: half a hundredth on each side.
    parts = PUBLISHED["happiness"]["years"][year]
    weights = pd.Series(PUBLISHED["happiness"]["weights"])
    framework = tree(("IKH", ""), *((code, "IKH", 0, 100) for code in weights.index))
    built = index.build(framework, pd.DataFrame([parts]), weights=weights)
    assert built.scores["IKH"].iloc[0] == pytest.approx(parts["index"], abs=0.005)


@pytest.mark.parametrize("year", sorted(PUBLISHED["ipm"]["years"]))
def test_human_development_index_comes_out(tree, year):
    # .01: inputs are rounded to two decimals, expenditure to three digits
    facts = dict(PUBLISHED["ipm"]["years"][year])
    posts = pd.DataFrame(PUBLISHED["ipm"]["goalposts"], index=["low", "high"], dtype=float).T
    posts.loc["pengeluaran"] = np.log(posts.loc["pengeluaran"])
    facts["pengeluaran"] = np.log(facts["pengeluaran"])
    framework = tree(
        ("IPM", ""), ("uhh", "IPM", 0, 1), ("pendidikan", "IPM"), ("pengeluaran", "IPM", 0, 1),
        ("hls", "pendidikan", 0, 1), ("rls", "pendidikan", 0, 1),
        aggregation=("arithmetic", "geometric"), normalisation="goalposts", order="unit-first",
    )  # fmt: skip
    built = index.build(framework, pd.DataFrame([facts]), goalposts=posts)
    assert built.scores["IPM"].iloc[0] == pytest.approx(facts["index"], abs=0.01)
    parts = index.normalise(pd.DataFrame([facts])[list(posts.index)], method="goalposts", goalposts=posts)
    three = parts[["uhh", "pengeluaran"]].assign(pendidikan=index.aggregate(parts[["hls", "rls"]]))
    by_hand = index.aggregate(three, method="geometric")
    assert built.scores["IPM"].iloc[0] == pytest.approx(by_hand.iloc[0], rel=1e-14)


def test_respondent_first_worked_by_hand(small):
    # scores 0-100: x1 0, 50, 100, 25; x2 50, -, 100, 75; y1 25, 75, -, 100
    # X: 25, 50 (half is enough), 100, 50; Y: 25, 75, -, 100; I: 25, 62.5, - (needs both), 75
    built = index.build(small, ANSWERS, by=UNITS, design_weights=DESIGN)
    assert built.scores.columns.tolist() == ["I", "X", "Y", "x1", "x2", "y1"]
    assert built.respondent_scores["X"].tolist() == [25.0, 50.0, 100.0, 50.0]
    assert built.respondent_scores["I"].iloc[[0, 1, 3]].tolist() == [25.0, 62.5, 75.0]
    # p: (25 + 3 x 62.5)/4; q: d alone at the root, (100 + 2 x 50)/3 at X
    assert built.scores["I"].tolist() == pytest.approx([53.125, 75.0], rel=1e-15)
    assert built.scores.loc["q", "X"] == pytest.approx(200 / 3, rel=1e-15)
    assert built.n["I"].tolist() == [2, 1]
    assert built.n.loc["q"].tolist() == [1, 2, 1, 2, 2, 1]
    whole = index.build(small, ANSWERS, by=pd.Series("all", index=ANSWERS.index), design_weights=DESIGN)
    assert whole.scores["I"].tolist() == pytest.approx([(25 + 3 * 62.5 + 2 * 75) / 6], rel=1e-15)


def test_unit_first_worked_by_hand(small):
    # p: x1 (0 + 3 x 50)/4 = 37.5, x2 50 (a alone), y1 (25 + 3 x 75)/4 = 62.5; X 43.75, I 53.125
    built = index.build(small, ANSWERS, by=UNITS, design_weights=DESIGN, order="unit-first")
    assert built.scores.loc["p"].tolist() == pytest.approx([53.125, 43.75, 62.5, 37.5, 50.0, 62.5], rel=1e-15)
    assert built.n.loc["p"].tolist() == [1, 1, 2, 2, 1, 2]
    assert built.respondent_scores is None
    with pytest.raises(ParameterError, match="built unit-first"):
        built.means(UNITS)


def test_a_geometric_mean_of_means_is_not_a_mean_of_geometric_means(tree):
    # scores 25, 100 and 100, 25: each respondent has 50, while both unit means are 62.5
    framework = tree(("I", ""), ("a", "I", 0, 100), ("b", "I", 0, 100), aggregation=("geometric",))
    values = pd.DataFrame({"a": [25, 100], "b": [100, 25]})
    unit = pd.Series(["u", "u"])
    first = index.build(framework, values, by=unit)
    second = index.build(framework, values, by=unit, order="unit-first")
    assert first.scores["I"].tolist() == pytest.approx([50.0], rel=1e-14)
    assert second.scores["I"].tolist() == pytest.approx([62.5], rel=1e-14)


@frameworks_stay
@given(x=LIKERT)
def test_both_orders_agree_when_all_is_linear_and_complete(small, x):
    values, unit = pd.DataFrame(x, columns=["x1", "x2", "y1"]), pd.Series(list("ppppqqqq"))
    first = index.build(small, values, by=unit)
    second = index.build(small, values, by=unit, order="unit-first")
    np.testing.assert_allclose(first.scores, second.scores, atol=1e-11)  # sums of 8 scores of at most 100
    pd.testing.assert_frame_equal(first.n, second.n)


@frameworks_stay
@given(x=LIKERT, share=st.floats(0, 1))
def test_every_node_lies_between_its_children_and_between_0_and_100(small, x, share):
    values = pd.DataFrame(x, columns=["x1", "x2", "y1"])
    weights = pd.Series({"X": share, "Y": 1 - share, "x1": 0.25, "x2": 0.75, "y1": 1.0})
    scores = index.build(small, values, weights=weights).scores
    for parent in ("I", "X", "Y"):
        parts = scores[small.children(parent)]
        assert (scores[parent] >= parts.min(axis=1) - 1e-11).all()  # rounding at a size of 100
        assert (scores[parent] <= parts.max(axis=1) + 1e-11).all()
    assert scores.to_numpy().min() >= 0
    assert scores.to_numpy().max() <= 100 + 1e-11


@frameworks_stay
@given(x=LIKERT)
def test_reversing_all_answers_mirrors_the_index(small, x):
    values = pd.DataFrame(x, columns=["x1", "x2", "y1"])
    one, other = index.build(small, values).scores, index.build(small, 6 - values).scores
    np.testing.assert_allclose(100 - other, one, atol=1e-11)


def test_one_build_serves_other_groupings_and_the_rows_themselves(small):
    built = index.build(small, ANSWERS, by=UNITS, design_weights=DESIGN)
    rows = index.build(small, ANSWERS, design_weights=DESIGN)
    pd.testing.assert_frame_equal(built.respondent_scores, rows.scores)
    other = pd.Series(["k", "l", "k", "l"], index=ANSWERS.index)
    again = index.build(small, ANSWERS, by=other, design_weights=DESIGN)
    pd.testing.assert_frame_equal(built.means(other).scores, again.scores)
    pd.testing.assert_frame_equal(built.means(other).n, again.n)
    assert rows.n.loc["c"].tolist() == [0, 1, 0, 1, 1, 0]


def test_a_mean_of_fives_stays_on_the_scale(small):
    # weighted sums of fives can come out a hair above 5: no reason to refuse them
    values = pd.DataFrame(5.0, index=range(300), columns=["x1", "x2", "y1"])
    design = pd.Series(np.random.default_rng(1).gamma(2, 0.37, 300))
    built = index.build(small, values, by=pd.Series(["u"] * 300), design_weights=design, order="unit-first")
    assert built.scores.to_numpy().max() <= 100
    wrong = values.mask((values.index == 7)[:, None] & (values.columns == "x2"), 6)
    said = r"between 1 and 5; 1 value\(s\) do not, the first 6 in column 'x2', row 7"
    with pytest.raises(ScaleError, match=said):
        index.build(small, wrong, by=pd.Series(["u"] * 300), order="unit-first")


def test_weight_sets_follow_the_framework(small):
    chosen = weighting.WeightSet(
        pd.Series({"X": 0.7, "Y": 0.3}), pd.Series({"X": "I", "Y": "I"}), "ahp"
    )  # fmt: skip
    built = index.build(small, ANSWERS, weights=chosen)
    assert built.weights.to_dict() == {"X": 0.7, "Y": 0.3, "x1": 0.5, "x2": 0.5, "y1": 1.0}
    log = built.log[built.log["step"] == "weights"].set_index("node")
    assert log.loc["I", "method"] == "ahp"
    assert log.loc["X", "reason"] == "no weights were given for this node"
    whole = weighting.equal(small)
    pd.testing.assert_frame_equal(index.build(small, ANSWERS, weights=whole).scores, index.build(small, ANSWERS).scores)


def test_weights_of_dropped_nodes_go_to_their_siblings_and_the_log_says_so(tree):
    framework = tree(("I", ""), *((code, "I", 0, 100) for code in "abc"))
    chosen = weighting.WeightSet(pd.Series({"a": 0.5, "b": 0.3, "c": 0.2}), pd.Series("I", index=list("abc")), "budget")
    built = index.build(framework.without(["c"]), pd.DataFrame({"a": [80.0], "b": [0.0]}), weights=chosen)
    assert built.scores["I"].iloc[0] == pytest.approx(80 * 0.5 / 0.8, rel=1e-15)
    said = built.log[built.log["step"] == "weights"].iloc[0]
    assert (said["changed"], said["count"]) == ("renormalised without c", 1)


def test_the_log_tells_every_step_with_its_counts(small):
    built = index.build(small, ANSWERS.assign(age=30), by=UNITS)
    assert built.log["step"].tolist() == [
        "select", "missing", *["weights"] * 3, "normalise", *["aggregate"] * 3, "means",
    ]  # fmt: skip
    counts = built.log.set_index(["step", "node"])["count"]
    assert counts["missing", ""] == 2
    assert counts["aggregate", "I"] == 1  # respondent c has no score at Y
    assert counts["select", ""] == 1


def test_capped_and_raised_values_are_counted(tree):
    framework = tree(("I", ""), ("a", "I", 0, 10), ("b", "I", 0, 10), normalisation="goalposts")
    values = pd.DataFrame({"a": [-1.0, 5.0], "b": [12.0, 5.0]})
    built = index.build(framework, values, aggregation="geometric", floor=1)
    log = built.log.set_index("step")
    assert log.loc["normalise", "count"] == 2
    assert log.loc["floor", "count"] == 1
    assert built.scores["I"].tolist() == pytest.approx([10.0, 50.0], rel=1e-14)  # root of 1 x 100


def test_what_had_nothing_to_act_on_is_logged(small):
    plain = index.build(small, ANSWERS)
    for floor in (None, 1):
        levels = index.build(small, ANSWERS, floor=floor, aggregation=["arithmetic", "arithmetic", "geometric"])
        pd.testing.assert_frame_equal(levels.scores, plain.scores)  # the tree has two levels, none of them geometric
        idle = levels.log[levels.log["step"] == "floor"]
        assert idle["reason"].tolist() == ["the floor was not used: no level is a geometric mean"] * bool(floor)
        assert idle["count"].sum() == 0
    used = index.build(small, ANSWERS, floor=30, aggregation=["arithmetic", "geometric"]).log
    # at the root: a has 25 and 25, which are raised
    assert used.loc[used["step"] == "floor", ["node", "count"]].to_numpy().tolist() == [["I", 2]]
    bounds = pd.DataFrame({"low": 0.0, "high": 10.0}, index=["x1", "x2", "y1"])
    scaled = index.build(small, ANSWERS, normalisation="minmax", goalposts=bounds)
    pd.testing.assert_frame_equal(scaled.scores, index.build(small, ANSWERS, normalisation="minmax").scores)
    assert "the goalposts were not used: min-max takes no bounds" in scaled.log["reason"].tolist()


def test_what_is_no_framework_is_refused():
    for wrong, found in ((None, "None"), ("ikfs", "'ikfs'")):
        said = re.escape(f"framework must be a Framework; found {found}. Read it with framework.read(folder)")
        with pytest.raises(ParameterError, match=said):
            index.build(wrong, ANSWERS)


def test_minmax_runs_over_respondents_or_over_units(small):
    full = ANSWERS.fillna(3.0)
    first = index.build(small, full, by=UNITS, normalisation="minmax")
    second = index.build(small, full, by=UNITS, normalisation="minmax", order="unit-first")
    assert first.scores["x1"].tolist() == [25.0, 62.5]
    assert second.scores["x1"].tolist() == [0.0, 100.0]
    with pytest.raises(ConstantItemError, match="constant over 4 respondents: y1"):
        index.build(small, full.assign(y1=2.0), normalisation="minmax")


def test_ranks_come_before_rounding(tree):
    framework = tree(("I", ""), ("a", "I", 0, 100))
    close = pd.DataFrame({"a": [50.0000001, 50.0, 50.0000002, 50.0]}, index=list("wxyz"))
    assert index.build(framework, close).ranks().to_dict() == {"w": 2.0, "x": 3.0, "y": 1.0, "z": 3.0}
    with pytest.raises(ParameterError, match="need a node of the tree; found 'J'. Give one of I, a"):
        index.build(framework, close).ranks("J")


def test_rows_without_a_unit_are_left_out_and_counted(small):
    unit = UNITS.mask(UNITS.index == "a")
    built = index.build(small, ANSWERS, by=unit)
    assert built.n_without_unit == 1
    assert built.scores.loc["p", "I"] == 62.5
    assert built.log.iloc[-1][["step", "count"]].tolist() == ["means", 1]


def test_the_result_shows_as_a_table(small):
    built = index.build(small, ANSWERS, by=UNITS)
    assert "<table" in built._repr_html_()
    assert built.to_frame().equals(built.scores)
    assert built.means(UNITS).to_frame().equals(built.scores)


def test_values_that_do_not_fit_are_refused(small):
    with pytest.raises(ColumnError, match=r"column for each indicator; missing: x2\. Did you mean 'x_2'\?"):
        index.build(small, ANSWERS.rename(columns={"x2": "x_2"}))
    with pytest.raises(NotNumericError, match="column 'x2' has text"):
        index.build(small, ANSWERS.astype(object).fillna("none"))
    with pytest.raises(ScaleError, match="between 1 and 5"):
        index.build(small, ANSWERS.replace(5.0, 9.0))
    with pytest.raises(ScaleError, match=r"found 1 at or below 0: x1 in X \(1\)"):
        index.build(small, ANSWERS, aggregation="geometric")
    with pytest.raises(ParameterError, match="values must be a pandas DataFrame; found dict"):
        index.build(small, ANSWERS.to_dict())


def test_options_that_do_not_exist_are_refused(small):
    for option, value, said in (
        ("normalisation", "zscore", "normalisation must be one of scale"),
        ("aggregation", "harmonic", "aggregation must be one of arithmetic"),
        ("aggregation", [], "at least one method, lowest level first"),
        ("aggregation", 3, "one method or a list of them, lowest level first; found 3"),
        ("aggregation", [["arithmetic"]], "aggregation must be one of arithmetic"),
        ("normalisation", "", "normalisation must be one of scale"),
        ("order", "", "order must be one of respondent-first"),
        ("order", "respondents", "order must be one of respondent-first"),
        ("minimum_answered", 1.5, "share above 0 and at most 1; found 1.5"),
        ("floor", 0, "floor must be a number above 0"),
        ("floor", True, "floor must be a number above 0"),
        ("weights", {"X": 1}, "must be a WeightSet, a pandas Series by code, or None; found dict"),
    ):
        with pytest.raises(ParameterError, match=said):
            index.build(small, ANSWERS, **{option: value})


def test_weights_that_do_not_fit_are_refused(small):
    good = {"X": 0.6, "Y": 0.4, "x1": 0.5, "x2": 0.5, "y1": 1.0}
    for change, said in (
        ({"Y": 0.5}, "must sum to 1 within their parent; those of I sum to 1.1: X=0.6, Y=0.5"),
        ({"x1": -0.5, "x2": 1.5}, "numbers of at least 0; found x1=-0.5"),
        ({"x1": np.nan}, "numbers of at least 0; found x1=nan"),
        ({"y11": 0.1}, "must name nodes below I; found y11. Did you mean 'y1'?"),
        ({"x1": 0.0, "x2": 0.0}, "within X must not all be 0"),
    ):
        with pytest.raises(WeightError, match=re.escape(said)):
            index.build(small, ANSWERS, weights=pd.Series(good | change))
    with pytest.raises(WeightError, match="cover all children of X or none; missing: x2"):
        index.build(small, ANSWERS, weights=pd.Series(good).drop("x2"))
    moved = weighting.WeightSet(pd.Series({"x1": 0.5, "x2": 0.5}), pd.Series({"x1": "Y", "x2": "Y"}), "ahp")
    with pytest.raises(WeightError, match="x1 was weighted within Y, but its parent is X"):
        index.build(small, ANSWERS, weights=moved)
    with pytest.raises(WeightError, match="name nodes of the framework; found only p, q"):
        index.build(small, ANSWERS, weights=weighting.equal(["p", "q"]))
    with pytest.raises(WeightError, match="design weights must be finite numbers above 0"):
        index.build(small, ANSWERS, design_weights=DESIGN * 0)
