from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ikfs_methods.correlation import correlation_matrix, respondent_weights
from ikfs_methods.errors import TooFewError, WeightError

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
VALUES = json.loads((REFERENCE / "correlation_pilot.json").read_text(encoding="utf-8"))
HAND = pd.DataFrame({"a": [1, 2, 3, 4, 2], "b": [2, 2, 4, 4, 5], "c": [1, 3, 3, 5, 1]}, index=list("vwxyz"))


def test_weighted_pearson_as_r(pilot):
    found = correlation_matrix(pilot[VALUES["items"]], weights=pilot["weight"])
    # printed at 15 digits; largest deviation seen 1.1e-15
    np.testing.assert_allclose(found.matrix, VALUES["weighted_pearson"]["rho"]["values"], rtol=0, atol=1e-13)
    assert found.weighted


@pytest.mark.parametrize("method", ["pearson", "spearman"])
@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_weights_are_repeated_rows(pilot, method, missing):
    rng = np.random.default_rng(1)
    answers = pilot[VALUES["items"]][:200]
    times = rng.integers(0, 4, 200)
    found = correlation_matrix(answers, method=method, missing=missing, weights=times)
    repeated = correlation_matrix(answers.loc[answers.index.repeat(times)], method=method, missing=missing)
    # the same sums in another order
    np.testing.assert_allclose(found.matrix, repeated.matrix, rtol=0, atol=1e-12)


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_spearman_is_pearson_of_ranks_pair_by_pair(pilot, missing):
    answers = pilot[["KD1", "PM6", "weight"]]
    found = correlation_matrix(answers, method="spearman", missing=missing).matrix
    used = answers.dropna() if missing == "listwise" else answers
    for first, second in [("KD1", "PM6"), ("KD1", "weight"), ("PM6", "weight")]:
        pair = used[[first, second]].dropna().rank()
        assert found.loc[first, second] == pytest.approx(np.corrcoef(pair.T)[0, 1], abs=1e-13)


def test_equal_weights_leave_everything_but_the_pearson_errors():
    found = correlation_matrix(HAND, weights=[7.0] * 5)
    plain = correlation_matrix(HAND)
    np.testing.assert_allclose(found.matrix, plain.matrix, rtol=0, atol=1e-14)
    assert plain.standard_errors.loc["a", "b"] == pytest.approx((1 - plain.matrix.loc["a", "b"] ** 2) / 2, rel=1e-14)


def test_linearised_error_written_out(pilot):
    answers, w = pilot[["KD1", "PM6", "total"]] if "total" in pilot else pilot[["KD1", "PM6", "PM7"]], pilot["weight"]
    found = correlation_matrix(answers, missing="pairwise", weights=w)
    rows = answers[["KD1", "PM6"]].notna().all(axis=1)
    x, y, w = answers["KD1"][rows], answers["PM6"][rows], w[rows] / w[rows].sum()
    x, y = x - (w * x).sum(), y - (w * y).sum()
    x, y = x / np.sqrt((w * x**2).sum()), y / np.sqrt((w * y**2).sum())
    r = (w * x * y).sum()
    added = w * (x * y - r * (x**2 + y**2) / 2)
    expected = np.sqrt((added**2).sum() * len(x) / (len(x) - 1))
    assert found.matrix.loc["KD1", "PM6"] == pytest.approx(r, abs=1e-13)
    # fourth moments about 0 instead of the mean: a digit or two are lost
    assert found.standard_errors.loc["KD1", "PM6"] == pytest.approx(expected, rel=1e-11)


def test_a_series_is_brought_into_the_order_of_the_answers():
    weights = pd.Series([1.0, 2, 3, 4, 0], index=list("zyxwv"))
    np.testing.assert_allclose(respondent_weights(weights, HAND.index), [0, 1, 0.75, 0.5, 0.25])
    found = correlation_matrix(HAND, weights=weights)
    assert (found.n, found.n_rows, found.n_dropped) == (4, 5, 1)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, 2, np.nan, 1, 1], "must be numbers of at least 0; 1 are not, by row 'x': nan"),
        ([1, -2, 1, np.inf, 1], "2 are not, by row 'w': -2.0, 'y': inf"),
        (["a", "b", 1, 1, 1], "2 are not"),
        ([0, 0, 0, 0, 0], "at least one weight must be above 0; all 5 are 0"),
        ([1, 1], "must be one per respondent; found 2 for 5 rows"),
        (pd.Series(1.0, index=list("vwxyq")), "name the same respondents.*without a weight: z"),
        (pd.Series(1.0, index=list("vwxyy")), "each once; a respondent stands twice"),
        ([1, 1e-15, 1, 1, 1], "within twelve powers of ten of each other; found 1e-15 and 1"),
        (None, None),
    ],
)
def test_what_are_no_weights(weights, message):
    if message is None:
        assert not correlation_matrix(HAND, weights=weights).weighted
        return
    with pytest.raises(WeightError, match=message):
        correlation_matrix(HAND, weights=weights)


def test_too_few_with_a_weight():
    with pytest.raises(TooFewError, match="answers of respondents with a weight must have at least 3 rows"):
        correlation_matrix(HAND, weights=[1, 1, 0, 0, 0])
