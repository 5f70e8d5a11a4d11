from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ikfs_methods.errors import ColumnError, IkfsError, NotNumericError, ParameterError, ScaleError, TooFewError
from ikfs_methods.validity.agreement.fleiss import fleiss_kappa
from ikfs_methods.validity.agreement.gwet import gwet_ac
from ikfs_methods.validity.agreement.kendall import kendall_w
from ikfs_methods.validity.agreement.krippendorff import krippendorff_alpha
from ikfs_methods.validity.agreement.percent import percent_agreement
from ikfs_methods.validity.agreement.rated import rated

TWO = pd.DataFrame({"a": [1, 2, 3, 4, 2], "b": [1, 2, 3, 1, 2]})


def test_worked_by_hand() -> None:
    # pairs of four ratings 1 1 1 2: three of six agree; of three ratings 2 2 2: all; of one rating: none to ask
    frame = pd.DataFrame([[1, 1, 1, 2], [2, 2, 2, np.nan], [3, np.nan, np.nan, np.nan]])
    ours = percent_agreement(frame)
    assert ours.estimate == ours.percent_agreement == ours.observed == pytest.approx(0.75)
    assert (ours.n_things, ours.n_raters, ours.n_ratings, ours.n_dropped) == (3, 4, 8, 0)
    assert "Rated by one rater only, and so without a pair: 1 thing(s)." in ours.notes
    assert percent_agreement(TWO).estimate == pytest.approx(0.8)


@settings(max_examples=40)
@given(
    hnp.arrays(
        np.float64, st.tuples(st.integers(1, 8), st.integers(2, 6)), elements=st.sampled_from([1.0, 2.0, 3.0, np.nan])
    )
)
def test_is_the_mean_over_things_of_their_pairs(values: np.ndarray) -> None:
    shares = []
    for row in values:
        known = row[~np.isnan(row)]
        if len(known) > 1:
            i, j = np.triu_indices(len(known), 1)
            shares.append((known[i] == known[j]).mean())
    try:
        ours = percent_agreement(pd.DataFrame(values))
    except TooFewError:
        assert not shares
        return
    assert ours.estimate == pytest.approx(np.mean(shares), abs=1e-12)
    assert ours.n_dropped == np.isnan(values).all(axis=1).sum()


def test_interval_is_that_of_a_mean() -> None:
    from scipy.stats import sem, t

    frame = pd.DataFrame(np.random.default_rng(1).integers(1, 3, size=(12, 3)))
    each = [(row[[0, 0, 1]] == row[[1, 2, 2]]).mean() for row in frame.to_numpy()]
    ours = percent_agreement(frame)
    low, high = t.interval(0.95, 11, loc=np.mean(each), scale=sem(each))
    assert (ours.se, ours.ci_low, ours.ci_high) == pytest.approx((sem(each), low, high), abs=1e-12)
    assert np.isnan(ours.p_value)
    assert "No test is made of percent agreement" in ours.notes[0]


def test_names_numbers_and_gaps() -> None:
    names = pd.DataFrame({"a": ["yes", None, "no"], "b": ["yes", "no", "yes"], "c": [None, None, None]})
    table = rated(names)
    assert table.categories == ("no", "yes")
    assert table.places.tolist() == [[1, 1], [-1, 0], [0, 1]]
    assert table.notes == ("Without any rating and not counted: c.",)
    assert rated(TWO * 1.0).categories == (1, 2, 3, 4)
    assert rated(TWO / 2).categories == (0.5, 1, 1.5, 2)
    assert rated(TWO.astype(str)).categories == (1, 2, 3, 4)  # numbers written as text
    assert rated(TWO.astype("category"), categories=[4, 3, 2, 1, 5]).categories == (1, 2, 3, 4, 5)
    assert rated(TWO > 2).categories == (0, 1)
    order = rated(pd.DataFrame({"a": ["low", "high"], "b": ["mid", "low"]}), categories=["low", "mid", "high"])
    assert order.places.tolist() == [[0, 1], [2, 0]]
    levels = TWO.set_axis(pd.MultiIndex.from_tuples([("x", "a"), ("x", "b")]), axis=1)
    assert percent_agreement(levels).estimate == pytest.approx(0.8)


def test_errors_say_what_to_do() -> None:
    with pytest.raises(ParameterError, match="rows the things rated and columns the raters; found list"):
        percent_agreement([[1, 2]])  # type: ignore[arg-type]
    with pytest.raises(ColumnError, match="unique column names; repeated: a"):
        percent_agreement(TWO.set_axis(["a", "a"], axis=1))
    with pytest.raises(ColumnError, match="name each thing once; repeated rows: KD1"):
        percent_agreement(TWO.set_axis(["KD1", "KD1", "KD2", "KD3", "KD4"]))
    with pytest.raises(NotNumericError, match="all names or all numbers; column 'b' has 3 in row 1 while others"):
        percent_agreement(pd.DataFrame({"a": ["x", "y"], "b": ["x", 3]}))
    with pytest.raises(NotNumericError, match="column 'b' has 1 infinite value"):
        percent_agreement(pd.DataFrame({"a": [1, 2], "b": [1, np.inf]}))
    with pytest.raises(NotNumericError, match="no number"):
        percent_agreement(pd.DataFrame({"a": [1, 2], "b": pd.to_datetime(["2020-03-26", "2020-03-27"])}))
    with pytest.raises(
        TooFewError, match="at least one thing must be rated by two raters; found 2 things with at most 1"
    ):
        percent_agreement(pd.DataFrame({"a": [1, np.nan], "b": [np.nan, 2]}))
    with pytest.raises(TooFewError, match="at least 2 columns .raters.; found a. Give one column per rater"):
        percent_agreement(TWO[["a"]])
    with pytest.raises(TooFewError, match="at least 2 columns \\(raters\\); found a"):
        percent_agreement(pd.DataFrame({"a": ["x", "y"]}))
    with pytest.raises(TooFewError, match="found none"):
        percent_agreement(pd.DataFrame())
    with pytest.raises(ScaleError, match="at most 2000 categories; found 2200"):
        percent_agreement(pd.DataFrame(np.arange(2200.0).reshape(1100, 2)))
    with pytest.raises(ScaleError, match="they run from 1 to 1e\\+300. Correct them, or change their unit"):
        percent_agreement(pd.DataFrame({"a": [1, 2], "b": [1, 1e300]}))
    with pytest.raises(ScaleError, match="declared categories 'x', 'z'; 1 are not, the first 'y' in column 'a', row 1"):
        percent_agreement(pd.DataFrame({"a": ["x", "y"], "b": ["x", "x"]}), categories=["x", "z"])


def test_whatever_is_given_ends_in_numbers_or_a_named_error() -> None:
    finished = []
    cells = st.sampled_from([0, 1, 2.5, True, "x", "2", "", None, np.nan, np.inf, 1e300, 10**400, 1j, (1,), [1]])

    @settings(max_examples=150)
    @given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=5))
    def check(rows: list[list[object]]) -> None:
        try:
            ours = percent_agreement(pd.DataFrame(rows, dtype="object"))
        except IkfsError:
            return
        assert ours.notes
        assert 0 <= ours.estimate <= 1
        finished.append(True)

    check()
    assert finished


@pytest.mark.parametrize("function", [percent_agreement, fleiss_kappa, gwet_ac, krippendorff_alpha, kendall_w])
def test_one_rater_is_told_that_columns_are_raters(function: Callable[[pd.DataFrame], object]) -> None:
    for frame in (pd.DataFrame({"e0": [1, 2, 3]}), pd.DataFrame({"e0": ["x", "y", "x"]})):
        with pytest.raises(TooFewError, match=r"2 columns \(raters\); found e0. Give one column per rater"):
            function(frame)
