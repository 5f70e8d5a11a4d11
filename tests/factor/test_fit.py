from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, ncx2

from ikfs_methods.factor.fit import degrees_of_freedom, fit_indices, residual_size, rmsea_interval


def test_indices_as_psych_on_psychs_own_loadings(holzinger, holzinger_matrix):
    block = holzinger["exploratory"]["none"]
    loadings = np.array(block["loadings"])
    found = fit_indices(holzinger_matrix.to_numpy(), loadings @ loadings.T, 3, 301)
    # the same formulas on loadings of 15 digits; psych finds the interval's ends to about 1e-8
    for name in ("chi2", "df", "p_value", "rmsea", "tli", "srmr", "bic"):
        assert found[name] == pytest.approx(block["fit"][name], rel=1e-8), name
    assert found["rmsea_low"] == pytest.approx(block["fit"]["rmsea_low"], abs=1e-6)
    assert found["rmsea_high"] == pytest.approx(block["fit"]["rmsea_high"], abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(value=st.floats(1, 3000), df=st.integers(1, 300), level=st.sampled_from([0.8, 0.9, 0.95]))
def test_interval_puts_chi2_at_the_tails(value, df, level):
    n = 400
    low, high = rmsea_interval(value, df, n, level=level)
    tail = (1 - level) / 2
    for end, share in ((low, 1 - tail), (high, tail)):
        if end == 0:
            assert chi2.cdf(value, df) <= share
        else:
            # the root is found to about 1e-12; the distribution function itself is good to about 1e-9
            assert ncx2.cdf(value, df, end**2 * df * (n - 1)) == pytest.approx(share, abs=1e-7)
    assert low <= high


def test_exact_model_leaves_nothing():
    loadings = np.array([[0.8], [0.7], [0.6], [0.5]])
    matrix = loadings @ loadings.T
    np.fill_diagonal(matrix, 1)
    found = fit_indices(matrix, loadings @ loadings.T, 1, 200)
    # rounding of a logarithm times n
    assert found["chi2"] == pytest.approx(0, abs=1e-11)
    assert found["p_value"] == pytest.approx(1)
    assert (found["df"], found["srmr"], found["rmsea"], found["rmsea_low"], found["rmsea_high"]) == (2, 0, 0, 0, 0)
    assert found["bic"] == pytest.approx(-2 * np.log(200), abs=1e-10)


def test_discrepancy_of_two_items_without_a_factor():
    # M = I: F = -ln(1 - r^2); k = n - 1 - (2p + 5)/6 - 2m/3 with m taken as 0
    matrix = np.array([[1, 0.6], [0.6, 1]])
    found = fit_indices(matrix, np.zeros((2, 2)), 0, 100)
    assert found["chi2"] == pytest.approx(-(99 - 1.5) * np.log(0.64), rel=1e-13)
    assert found["srmr"] == pytest.approx(0.6, rel=1e-15)
    assert found["df"] == 1


@pytest.mark.parametrize(("p", "m", "df"), [(9, 3, 12), (10, 2, 26), (3, 1, 0), (4, 2, -1), (6, 3, 0), (22, 3, 168)])
def test_degrees_of_freedom(p, m, df):
    # correlations less loadings, plus what a rotation may fix
    assert degrees_of_freedom(p, m) == df == p * (p - 1) // 2 - p * m + m * (m - 1) // 2


def test_what_does_not_exist_is_left_out():
    loadings = np.array([[0.8], [0.7], [0.6]])
    matrix = loadings @ loadings.T
    np.fill_diagonal(matrix, 1)
    assert list(fit_indices(matrix, loadings @ loadings.T, 1, 100).index) == [
        "chi2",
        "df",
        "srmr",
        "null_chi2",
        "null_df",
    ]
    assert list(fit_indices(matrix, loadings @ loadings.T, 1, None).index) == ["df", "srmr"]
    impossible = np.array([[1.2], [0.9], [0.9]])
    assert list(fit_indices(matrix, impossible @ impossible.T, 1, 100).index) == ["df", "srmr"]


def test_null_model_and_corrected_residuals():
    # three items, no factor: the null model is the model, so that chi2 and its residuals are those of R itself
    matrix = np.array([[1, 0.5, 0.2], [0.5, 1, 0.1], [0.2, 0.1, 1]])
    found = fit_indices(matrix, np.zeros((3, 3)), 0, 100)
    assert found["null_chi2"] == pytest.approx(-(99 - 11 / 6) * np.log(np.linalg.det(matrix)), rel=1e-13)
    assert found["chi2"] == pytest.approx(found["null_chi2"], rel=1e-12)
    assert found["null_df"] == found["df"] == 3
    assert found["srmr_corrected"] == pytest.approx(found["srmr"], rel=1e-14)  # p(p - 1) = 2 df here
    assert found["tli"] == pytest.approx(0, abs=1e-12)


def test_residuals_by_hand():
    matrix = np.array([[1, 0.5, 0.2], [0.5, 1, 0.1], [0.2, 0.1, 1]])
    model = np.array([[0, 0.4, 0.4], [0.4, 0, 0.0], [0.4, 0.0, 0]])
    assert residual_size(matrix, model) == pytest.approx(np.sqrt((0.01 + 0.04 + 0.01) / 3), rel=1e-14)
