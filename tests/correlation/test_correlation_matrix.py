from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.correlation import correlation_matrix
from ikfs_methods.errors import ConstantItemError, NotNumericError, ParameterError, TooFewError

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
PILOT = json.loads((REFERENCE / "factor_pilot.json").read_text(encoding="utf-8"))
HAND = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 2, 4, 4], "c": [1, 3, 3, 5]})
GAPS = pd.DataFrame(
    {"a": [1, 2, 3, 4, np.nan, 3], "b": [2, np.nan, 4, 4, 1, 1], "c": [1, 3, np.nan, 5, 2, 2], "d": [1, 2, 2, 3, 3, 1]}
)


@pytest.fixture(scope="module")
def pilot() -> pd.DataFrame:
    answers = pd.read_csv(REFERENCE / "pilot.csv")[PILOT["items"]]
    return answers.assign(PS8=6 - answers["PS8"])


def test_pearson_pairwise_as_r(pilot):
    found = correlation_matrix(pilot, missing="pairwise")
    # printed at 15 digits; largest deviation seen 1.4e-15
    np.testing.assert_allclose(found.matrix, PILOT["pearson_pairwise"]["values"], rtol=0, atol=1e-13)


def test_spearman_listwise_as_r(pilot):
    found = correlation_matrix(pilot, method="spearman")
    # printed at 15 digits; largest deviation seen 3.7e-15
    np.testing.assert_allclose(found.matrix, PILOT["spearman"]["values"], rtol=0, atol=1e-13)
    assert (found.n, found.n_rows, found.n_dropped) == (745, 1200, 455)


def test_pearson_by_hand():
    # deviations a: -3/2 -1/2 1/2 3/2, b: -1 -1 1 1, c: -2 0 0 2; sums of squares 5, 4, 8; products 4, 6, 4
    found = correlation_matrix(HAND).matrix
    assert found.loc["a", "b"] == pytest.approx(4 / np.sqrt(20), rel=1e-14)
    assert found.loc["a", "c"] == pytest.approx(6 / np.sqrt(40), rel=1e-14)
    assert found.loc["b", "c"] == pytest.approx(4 / np.sqrt(32), rel=1e-14)


def test_spearman_by_hand():
    # mid-ranks b: 1.5 1.5 3.5 3.5, c: 1 2.5 2.5 4; sums of squares 4, 4.5; product of deviations 3
    found = correlation_matrix(HAND, method="spearman").matrix
    assert found.loc["b", "c"] == pytest.approx(3 / np.sqrt(18), rel=1e-14)


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_pairwise_is_listwise_of_each_pair(method):
    found = correlation_matrix(GAPS, method=method, missing="pairwise")
    counts = []
    for i, first in enumerate(GAPS):
        for second in list(GAPS)[i + 1 :]:
            pair = correlation_matrix(GAPS[[first, second]], method=method)
            counts.append(pair.n)
            # the same sums in another order
            assert found.matrix.loc[first, second] == pytest.approx(pair.matrix.iloc[0, 1], abs=1e-14)
    assert found.n == min(counts)


def test_pairwise_drops_only_rows_that_bear_on_no_pair():
    more = pd.concat([GAPS, pd.DataFrame({"a": [5.0, np.nan]})], ignore_index=True)
    found = correlation_matrix(more, missing="pairwise")
    assert (found.n_rows, found.n_dropped) == (8, 2)
    # the same rows, two of them without a partner
    np.testing.assert_allclose(found.matrix, correlation_matrix(GAPS, missing="pairwise").matrix, rtol=0, atol=1e-14)


def test_listwise_row_with_a_gap_changes_nothing():
    with_gap = pd.concat([HAND, pd.DataFrame({"a": [9], "b": [1], "c": [np.nan]})], ignore_index=True)
    found = correlation_matrix(with_gap)
    pd.testing.assert_frame_equal(found.matrix, correlation_matrix(HAND).matrix)
    assert (found.n, found.n_dropped) == (4, 1)


@settings(max_examples=30, deadline=None)
@given(shift=st.integers(-50, 50), scale=st.floats(0.1, 10))
def test_origin_and_unit_do_not_matter(shift, scale):
    # rounding of values up to 100: relative error 1e-14 in the deviations
    np.testing.assert_allclose(
        correlation_matrix(HAND * scale + shift).matrix, correlation_matrix(HAND).matrix, atol=1e-11
    )


@settings(max_examples=30, deadline=None)
@given(power=st.sampled_from([0.5, 2.0, 3.0]))
def test_spearman_sees_order_only(power):
    pd.testing.assert_frame_equal(
        correlation_matrix(HAND**power, method="spearman").matrix, correlation_matrix(HAND, method="spearman").matrix
    )


def test_shows_as_a_table():
    found = correlation_matrix(HAND)
    shown = found.to_frame()
    shown.iloc[0, 1] = 99
    assert found.matrix.iloc[0, 1] != 99
    assert "<table" in found._repr_html_()


def test_unknown_method_names_what_exists():
    with pytest.raises(
        ParameterError, match=r"method must be one of pearson, .*mixed; found 'polycoric'.*'polychoric'"
    ):
        correlation_matrix(HAND, method="polycoric")
    with pytest.raises(ParameterError, match=r"missing must be one of listwise, pairwise.*Did you mean 'pairwise'"):
        correlation_matrix(HAND, missing="pairwis")


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_constant_item(missing):
    with pytest.raises(ConstantItemError, match="items must vary; constant over 4 respondents: c"):
        correlation_matrix(HAND.assign(c=3), missing=missing)


def test_too_few_rows():
    with pytest.raises(TooFewError, match="at least 3 rows without a missing answer; found 2 of 2"):
        correlation_matrix(HAND[:2])
    apart = pd.DataFrame({"a": [1, 2, 3, np.nan, np.nan], "b": [np.nan, np.nan, 1, 2, 3]})
    with pytest.raises(TooFewError, match=r"share at least 3 answered rows; found a with b \(1\)"):
        correlation_matrix(apart, missing="pairwise")


def test_constant_within_a_pair():
    answers = pd.DataFrame({"a": [1, 1, 1, 2, 3], "b": [1, 2, 3, np.nan, np.nan]})
    with pytest.raises(ConstantItemError, match="vary in the rows that a pair shares; one does not in a with b"):
        correlation_matrix(answers, missing="pairwise")


def test_text_is_refused():
    with pytest.raises(NotNumericError, match="column 'a' has text in 1 row"):
        correlation_matrix(HAND.astype(object).assign(a=[1, 2, 3, "often"]))
