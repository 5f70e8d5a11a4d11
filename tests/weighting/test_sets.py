import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods.errors import ParameterError, WeightError
from ikfs_methods.framework import Framework
from ikfs_methods.weighting import WeightSet, combine, equal

WEIGHTS = pd.Series({"a": 0.5, "b": 0.3, "c": 0.2, "k": 0.4, "l": 0.6})
PARENTS = pd.Series({"a": "A", "b": "A", "c": "A", "k": "K", "l": "K"})
JUDGED = WeightSet(WEIGHTS, PARENTS, "budget allocation", n_judges=7)


def test_dropping_hands_weight_to_siblings_only():
    # without b: 5/7 and 2/7 within A, K untouched
    left = JUDGED.without(["b"])
    assert left.weights.to_dict() == pytest.approx({"a": 5 / 7, "c": 2 / 7, "k": 0.4, "l": 0.6}, rel=1e-15)
    assert (left.method, left.n_judges) == ("budget allocation", 7)
    assert JUDGED.without(["k", "l"]).weights.index.tolist() == ["a", "b", "c"]


@given(kept=st.sets(st.sampled_from(list(WEIGHTS.index)), min_size=1))
def test_what_is_left_sums_to_1_and_keeps_its_ratios(kept):
    left = JUDGED.within(kept)
    # five weights at most: rounding stays within a few units in the last place
    np.testing.assert_allclose(left.weights.groupby(left.parents).sum(), 1, rtol=1e-14)
    for parent, own in left.weights.groupby(left.parents):
        before = WEIGHTS[own.index]
        np.testing.assert_allclose(own / own.iloc[0], before / before.iloc[0], rtol=1e-14, err_msg=parent)
    other = JUDGED.without(set(WEIGHTS.index) - kept) if kept != set(WEIGHTS.index) else JUDGED
    pd.testing.assert_series_equal(left.weights, other.weights)


def test_equal_weights_of_codes_and_of_a_framework():
    assert equal(["p", "q", "r", "s"]).weights.tolist() == [0.25] * 4
    nodes = pd.DataFrame({"parent": ["", "I", "I", "X", "X", "X"]}, index=["I", "X", "y", "x1", "x2", "x3"])
    found = equal(Framework("t", {}, "1", "proposed", "", nodes))
    assert found.weights.to_dict() == {"X": 0.5, "y": 0.5, "x1": 1 / 3, "x2": 1 / 3, "x3": 1 / 3}
    assert found.parents.to_dict() == {"X": "I", "y": "I", "x1": "X", "x2": "X", "x3": "X"}
    assert found.to_frame().columns.tolist() == ["parent", "weight", "method"]
    assert "<table" in found._repr_html_()


def test_sets_of_different_parents_combine():
    top = WeightSet(pd.Series({"A": 0.9, "K": 0.1}), pd.Series({"A": "I", "K": "I"}), "ahp")
    whole = combine(top, JUDGED)
    assert whole.method == "ahp + budget allocation"
    assert whole.weights.to_dict() == {"A": 0.9, "K": 0.1, **WEIGHTS.to_dict()}
    assert whole.diagnostics["methods"].to_dict() == {"I": "ahp", "A": "budget allocation", "K": "budget allocation"}
    with pytest.raises(WeightError, match="weighted by one set; weighted more than once: A, K"):
        combine(JUDGED, top, JUDGED)
    with pytest.raises(WeightError, match="at least one set"):
        combine()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"a": 0.6}, r"must sum to 1 within their parent; those of A sum to 1\.1: a=0\.6, b=0\.3, c=0\.2\. Correct"),
        ({"a": 0.5 + 1e-6}, r"those of A sum to 1\.000001: "),
        ({"k": -0.4, "l": 1.4}, r"numbers of at least 0; found k=-0\.4"),
        ({"c": np.nan}, "numbers of at least 0; found c=nan"),
        ({"c": np.inf}, "numbers of at least 0; found c=inf"),
    ],
)
def test_weights_that_are_no_set_are_refused(change, said):
    with pytest.raises(WeightError, match=said):
        WeightSet(pd.Series({**WEIGHTS, **change}), PARENTS, "typed")


def test_rounding_is_no_reason_to_refuse():
    thirds = pd.Series([0.3333333333, 0.3333333333, 0.3333333333], index=list("abc"))  # ten digits, as from a table
    assert WeightSet(thirds, pd.Series("A", index=list("abc")), "typed").weights.tolist() == [0.3333333333] * 3


def test_labels_that_do_not_fit_are_refused():
    with pytest.raises(WeightError, match="each label once; repeated: a"):
        WeightSet(pd.Series([0.5, 0.5], index=["a", "a"]), pd.Series(["A", "A"], index=["a", "a"]), "typed")
    with pytest.raises(WeightError, match="a parent for each code in the same order; found codes a, b"):
        WeightSet(pd.Series({"a": 0.5, "b": 0.5}), pd.Series({"a": "A"}), "typed")
    with pytest.raises(WeightError, match="found codes none"):
        WeightSet(pd.Series(dtype=float), pd.Series(dtype=str), "typed")
    with pytest.raises(ParameterError, match="pandas Series by label; found dict"):
        WeightSet({"a": 1.0}, PARENTS, "typed")
    with pytest.raises(WeightError, match="each weight must have a parent; none is given for b"):
        WeightSet(pd.Series({"a": 1.0, "b": 1.0}), pd.Series({"a": "A", "b": None}, dtype=object), "typed")


def test_nodes_that_cannot_be_kept_are_refused():
    with pytest.raises(WeightError, match="only nodes with a weight can be named; found z"):
        JUDGED.without(["z"])
    with pytest.raises(WeightError, match="at least one node must keep its weight"):
        JUDGED.within([])
    zeros = WeightSet(pd.Series({"a": 1.0, "b": 0.0}), pd.Series({"a": "A", "b": "A"}), "typed")
    with pytest.raises(WeightError, match="only zeros are left within A"):
        zeros.without(["a"])
    with pytest.raises(WeightError, match="at least one code, each once; found p, p"):
        equal(["p", "p"])
    with pytest.raises(ParameterError, match=r"a list of codes; found the text 'KD1'\. Give a list"):
        equal("KD1")


@pytest.mark.parametrize("wrong", [3, None, [["a"]], [{"a": 1}]])
def test_what_is_no_list_of_codes_is_refused(wrong):
    with pytest.raises(ParameterError, match="must be a framework or a list of codes; found .*Read the framework with"):
        equal(wrong)


def test_a_frame_is_no_list_of_codes():
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [4, 5, 6]})
    with pytest.raises(
        ParameterError, match=r"found a DataFrame of 3 rows and 2 columns\..* give list\(frame\.columns\)"
    ):
        equal(frame)
    assert equal(list(frame.columns)).weights.to_dict() == {"a": 0.5, "b": 0.5}
