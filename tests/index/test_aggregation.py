import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from ikfs_methods.errors import ParameterError, ScaleError, TooFewError, WeightError
from ikfs_methods.index import aggregate

HAND = pd.DataFrame(
    {"a": [20.0, 50.0, np.nan], "b": [80.0, np.nan, 40.0], "c": [40.0, 100.0, np.nan]}, index=list("uvw")
)
WEIGHTS = pd.Series({"a": 0.5, "b": 0.25, "c": 0.25})
SCORES = arrays(np.float64, (6, 3), elements=st.floats(0.5, 100))
SHARES = st.lists(st.floats(0.01, 1), min_size=3, max_size=3)


def test_means_worked_by_hand():
    # 20/2 + 80/4 + 40/4 = 40; geometric 20^(1/2) 80^(1/4) 40^(1/4) = 2^(21/4) x ... by logs below
    assert aggregate(HAND, weights=WEIGHTS)["u"] == 40.0
    geometric = aggregate(HAND, weights=WEIGHTS, method="geometric")
    assert geometric["u"] == pytest.approx((20**2 * 80 * 40) ** (1 / 4), rel=1e-14)
    assert geometric.drop("u").isna().all()


def test_weights_are_scaled_up_to_the_answered_columns():
    # v: a and c answered, weights 2/3 and 1/3; w: one of three columns, below the half that is asked for
    found = aggregate(HAND, weights=WEIGHTS, minimum_answered=0.5)
    assert found["v"] == pytest.approx(50 * 2 / 3 + 100 / 3, rel=1e-15)
    assert np.isnan(found["w"])
    assert aggregate(HAND, weights=WEIGHTS, minimum_answered=1 / 3)["w"] == 40.0


def test_geometric_mean_agrees_with_scipy():
    # Both sum weighted logs; a few units in the last place.
    rng = np.random.default_rng(11)
    frame = pd.DataFrame(rng.uniform(1, 100, (50, 4)), columns=list("abcd"))
    weight = pd.Series(rng.dirichlet(np.ones(4)), index=list("abcd"))
    theirs = stats.gmean(frame.to_numpy(), axis=1, weights=weight.to_numpy())
    np.testing.assert_allclose(aggregate(frame, weights=weight, method="geometric"), theirs, rtol=1e-13)


@given(x=SCORES, shares=SHARES, method=st.sampled_from(["arithmetic", "geometric"]))
def test_a_mean_lies_between_its_parts(x, shares, method):
    frame = pd.DataFrame(x, columns=list("abc"))
    found = aggregate(frame, weights=pd.Series(shares, index=list("abc")), method=method)
    # exp and log of numbers up to 100 round to about 1e-14 of the value
    assert (found >= frame.min(axis=1) * (1 - 1e-12)).all()
    assert (found <= frame.max(axis=1) * (1 + 1e-12)).all()


@given(x=SCORES, shares=SHARES)
def test_the_geometric_mean_is_never_above_the_arithmetic(x, shares):
    frame, weight = pd.DataFrame(x, columns=list("abc")), pd.Series(shares, index=list("abc"))
    gap = aggregate(frame, weights=weight) - aggregate(frame, weights=weight, method="geometric")
    assert (gap >= -1e-12 * 100).all()  # equal parts leave only rounding at a size of 100


@given(x=SCORES, shares=SHARES, factor=st.floats(0.01, 100))
def test_only_relative_weights_count_and_columns_may_come_in_any_order(x, shares, factor):
    frame, weight = pd.DataFrame(x, columns=list("abc")), pd.Series(shares, index=list("abc"))
    again = aggregate(frame[["c", "a", "b"]], weights=weight * factor)
    np.testing.assert_allclose(again, aggregate(frame, weights=weight), rtol=1e-12)  # another order of summation


def test_no_weights_are_equal_weights():
    full = HAND.dropna()
    equal = aggregate(full, weights=pd.Series(1 / 3, index=full.columns))
    np.testing.assert_allclose(aggregate(full), equal, rtol=1e-15)


def test_a_row_whose_answers_have_no_weight_is_missing():
    found = aggregate(HAND, weights=pd.Series({"a": 1.0, "b": 0.0, "c": 0.0}), minimum_answered=1 / 3)
    assert found[["u", "v"]].tolist() == [20.0, 50.0]
    assert np.isnan(found["w"])


def test_geometric_needs_positive_values_or_a_floor():
    zero = HAND.assign(a=[0.0, -1.0, np.nan])
    with pytest.raises(ScaleError, match=r"above 0; found 2 at or below 0: a \(2\)\. Declare a floor"):
        aggregate(zero, method="geometric")
    raised = aggregate(zero, method="geometric", floor=1, minimum_answered=0.5)
    assert raised["u"] == pytest.approx((1 * 80 * 40) ** (1 / 3), rel=1e-14)
    assert raised["v"] == pytest.approx(10.0, rel=1e-14)


def test_a_share_of_columns_is_not_pushed_up_by_rounding():
    # .7 x 10 is 7.000000000000001 in doubles on some paths; seven answers of ten must do
    row = pd.DataFrame([[1.0] * 7 + [np.nan] * 3])
    assert aggregate(row, minimum_answered=0.7).tolist() == [1.0]
    assert aggregate(row, minimum_answered=0.7 + 1e-6).isna().all()


def test_what_cannot_be_aggregated_is_refused():
    with pytest.raises(
        WeightError, match="must name each column; missing: c; not among the columns: d. Give each column one weight"
    ):
        aggregate(HAND, weights=WEIGHTS.rename({"c": "d"}))
    with pytest.raises(WeightError, match=r"numbers of at least 0; found b=-0\.25"):
        aggregate(HAND, weights=WEIGHTS.mask(WEIGHTS.index == "b", -0.25))
    with pytest.raises(WeightError, match="each label once; repeated: a"):
        aggregate(HAND, weights=pd.Series([1, 1, 1, 1], index=["a", "b", "c", "a"]))
    with pytest.raises(WeightError, match="must not all be 0; found only zeros for a, b, c"):
        aggregate(HAND, weights=WEIGHTS * 0)
    with pytest.raises(ParameterError, match="weights must be a pandas Series by label; found list"):
        aggregate(HAND, weights=[0.5, 0.25, 0.25])
    with pytest.raises(
        ParameterError, match=r"method must be one of arithmetic, geometric; found 'geometrik'\. Did you"
    ):
        aggregate(HAND, method="geometrik")
    with pytest.raises(ParameterError, match="share above 0 and at most 1; found 0"):
        aggregate(HAND, minimum_answered=0)
    with pytest.raises(ParameterError, match="share above 0 and at most 1; found 2. 0.5 means"):
        aggregate(HAND, minimum_answered=np.int64(2))
    with pytest.raises(ParameterError, match='a floor must go with method="geometric".* found floor=1. Leave'):
        aggregate(HAND, floor=1)
    with pytest.raises(ParameterError, match="floor must be a number above 0, or None; found -1"):
        aggregate(HAND, method="geometric", floor=-1)
    with pytest.raises(TooFewError, match="at least 1 rows and 1 columns"):
        aggregate(HAND.iloc[:0])
