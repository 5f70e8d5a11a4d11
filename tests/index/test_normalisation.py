import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import MinMaxScaler

from ikfs_methods.errors import ColumnError, ConstantItemError, ParameterError, ScaleError
from ikfs_methods.index import normalise

HAND = pd.DataFrame({"a": [1.0, 2.0, 5.0], "b": [10.0, np.nan, 30.0]}, index=["u", "v", "w"])
POSTS = pd.DataFrame({"low": [1.0, 0.0], "high": [5.0, 20.0]}, index=["a", "b"])
FRAMES = arrays(np.float64, (5, 3), elements=st.floats(1, 5).map(lambda x: round(x, 3)))


def test_minmax_worked_by_hand():
    # a: (2 - 1)/4 of the way; b runs from 10 to 30 and its gap stays a gap
    found = normalise(HAND)
    assert found["a"].tolist() == [0.0, 25.0, 100.0]
    assert found["b"].iloc[[0, 2]].tolist() == [0.0, 100.0]
    assert np.isnan(found.loc["v", "b"])


def test_minmax_agrees_with_scikit_learn():
    # Both take two differences and a quotient: a few units in the last place.
    frame = pd.DataFrame(np.random.default_rng(3).normal(size=(40, 4)), columns=list("abcd"))
    theirs = MinMaxScaler((0, 100)).fit_transform(frame.to_numpy())
    np.testing.assert_allclose(normalise(frame), theirs, rtol=1e-13, atol=1e-13)


def test_goalposts_cap_and_scale_refuses():
    assert normalise(HAND, method="goalposts", goalposts=POSTS)["b"].iloc[[0, 2]].tolist() == [50.0, 100.0]
    with pytest.raises(
        ScaleError, match=r"between 0 and 20; 1 value\(s\) do not, the first .*30 in column 'b', row 'w'"
    ):
        normalise(HAND, method="scale", goalposts=POSTS)


def test_scale_takes_likert_answers_by_their_bounds():
    answers = pd.DataFrame({"a": [2, 3, 4]})
    posts = pd.DataFrame({"low": [1], "high": [5]}, index=["a"])
    assert normalise(answers, method="scale", goalposts=posts)["a"].tolist() == [25.0, 50.0, 75.0]


@given(x=FRAMES)
def test_reversing_twice_changes_nothing(x):
    # 100 minus a score rounds twice at a size of 100: within 1e-13.
    frame = pd.DataFrame(x, columns=list("abc"))
    posts = pd.DataFrame({"low": 1.0, "high": 5.0}, index=list("abc"))
    forward = normalise(frame, method="scale", goalposts=posts)
    backward = normalise(frame, method="scale", goalposts=posts, direction=-1)
    np.testing.assert_allclose(100 - backward, forward, atol=1e-13)
    np.testing.assert_allclose(normalise(6 - frame, method="scale", goalposts=posts), backward, atol=1e-11)


@given(shift=st.floats(-100, 100), scale=st.floats(0.1, 10))
def test_minmax_ignores_origin_and_unit(shift, scale):
    # A shift of up to 100 costs the values of 1 to 30 two or three of their sixteen digits.
    np.testing.assert_allclose(normalise(HAND * scale + shift), normalise(HAND), atol=1e-9)


def test_direction_by_indicator():
    found = normalise(HAND, direction=pd.Series({"b": -1, "a": 1}))
    assert found["a"].tolist() == [0.0, 25.0, 100.0]
    assert found["b"].iloc[[0, 2]].tolist() == [100.0, 0.0]


def test_direction_may_be_a_mapping():
    pd.testing.assert_frame_equal(
        normalise(HAND, direction={"b": -1, "a": 1}), normalise(HAND, direction=pd.Series({"a": 1, "b": -1}))
    )


def test_what_cannot_be_normalised_is_refused():
    with pytest.raises(ConstantItemError, match="constant over 3 respondents: b"):
        normalise(HAND.assign(b=4.0))
    with pytest.raises(ParameterError, match="method must be one of scale, minmax, goalposts; found 'min-max'"):
        normalise(HAND, method="min-max")
    with pytest.raises(ParameterError, match="need bounds: goalposts="):
        normalise(HAND, method="scale")
    with pytest.raises(ParameterError, match="must be a pandas DataFrame by indicator; found dict"):
        normalise(HAND, method="scale", goalposts={"a": (1, 5)})
    with pytest.raises(ColumnError, match="columns low and high; missing: high"):
        normalise(HAND, method="scale", goalposts=POSTS[["low"]])
    with pytest.raises(ColumnError, match="one row for each indicator; missing: b; repeated: none"):
        normalise(HAND, method="scale", goalposts=POSTS.loc[["a"]])
    with pytest.raises(ParameterError, match=r"low below high, both given; not so for a \(5 to 1\)"):
        normalise(HAND, method="goalposts", goalposts=POSTS.assign(low=[5.0, 0.0], high=[1.0, 20.0]))
    with pytest.raises(ParameterError, match="direction must be 1 or -1; found 0 for b"):
        normalise(HAND, direction=pd.Series({"a": 1, "b": 0}))
    for lacking in (pd.Series({"a": 1}), {"a": -1}):
        with pytest.raises(ColumnError, match="given once for each indicator; missing: b; repeated: none"):
            normalise(HAND, direction=lacking)
    with pytest.raises(ColumnError, match="given once for each indicator; missing: none; repeated: a"):
        normalise(HAND, direction=pd.Series([1, -1, 1], index=["a", "a", "b"]))
    for nameless in ([1, -1], "down", None):
        with pytest.raises(ParameterError, match=r"a series or mapping by indicator; found .*Name the indicators"):
            normalise(HAND, direction=nameless)
    with pytest.raises(ParameterError, match="direction must be 1 or -1; found 0 for a, 0 for b"):
        normalise(HAND, direction=np.int64(0))
    with pytest.raises(ParameterError, match='goalposts must go with method="goalposts" or "scale"'):
        normalise(HAND, goalposts=POSTS)
