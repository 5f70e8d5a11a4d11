from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.factor import resampled
from ikfs_methods.factor.resampled import resampled_correlations


def made(answers: pd.DataFrame, *, missing: str, draws: int, seed: int, method: str = "pearson") -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.concatenate(list(resampled_correlations(answers, method=method, missing=missing, draws=draws, rng=rng)))


@given(seed=st.integers(0, 2**16), n=st.integers(8, 60), p=st.integers(2, 6), share=st.sampled_from([0.0, 0.1]))
@settings(max_examples=30, deadline=None)
def test_as_pandas_on_the_drawn_rows(seed, n, p, share):
    rng = np.random.default_rng(seed)
    answers = pd.DataFrame(rng.normal(size=(n, p)) * 10.0 ** rng.integers(-3, 4, size=p) + 5).add_prefix("i")
    answers = answers.mask(rng.random(answers.shape) < share)
    found = made(answers, missing="pairwise", draws=4, seed=seed)
    again = np.random.default_rng(seed)
    for matrix in found:
        plain = answers.iloc[again.integers(n, size=n)].corr(min_periods=3).to_numpy()
        if np.isnan(matrix).any():  # too few shared rows, or constant in them: pandas' rounding may hide the latter
            continue
        # rounding of sums in another order, over variances of at least 1e-4 of the whole sample's
        np.testing.assert_allclose(matrix, plain, rtol=0, atol=1e-9)


def test_listwise_draws_come_from_the_complete_rows():
    rng = np.random.default_rng(0)
    answers = pd.DataFrame(rng.integers(1, 6, size=(40, 3)).astype(float), columns=list("abc"))
    answers.loc[3, "a"] = answers.loc[17, "c"] = np.nan
    found = made(answers, missing="listwise", draws=5, seed=1)
    used, again = answers.dropna(), np.random.default_rng(1)
    for matrix in found:
        plain = used.iloc[again.integers(38, size=38)].corr().to_numpy()
        np.testing.assert_allclose(matrix, plain, rtol=0, atol=1e-12)


def test_batches_and_blocks_change_nothing(monkeypatch):
    answers = pd.DataFrame(np.random.default_rng(2).normal(size=(50, 4)), columns=list("abcd"))
    whole = {missing: made(answers, missing=missing, draws=30, seed=3) for missing in ("listwise", "pairwise")}
    monkeypatch.setattr(resampled, "_CELLS", 160)  # six draws a batch, ten rows a block or so
    for missing, matrices in whole.items():
        np.testing.assert_allclose(made(answers, missing=missing, draws=30, seed=3), matrices, rtol=0, atol=1e-13)


def test_a_draw_in_which_an_item_does_not_vary_is_undefined():
    answers = pd.DataFrame({"a": [0.0] * 9 + [1.0], "b": np.arange(10.0), "c": np.arange(10.0) ** 2})
    for method in ("pearson", "spearman"):
        found = made(answers, missing="listwise", draws=40, seed=4, method=method)
        rng = np.random.default_rng(4)
        constant = np.array([(rng.integers(10, size=10) != 9).all() for _ in range(40)])
        assert constant.any()
        np.testing.assert_array_equal(np.isnan(found).any(axis=(1, 2)), constant)


@pytest.mark.parametrize("unit", [1e-300, 1e300])
def test_extreme_units(unit):
    answers = pd.DataFrame(np.random.default_rng(5).normal(size=(30, 3)), columns=list("abc"))
    plain = made(answers, missing="listwise", draws=5, seed=6)
    np.testing.assert_allclose(made(answers * unit, missing="listwise", draws=5, seed=6), plain, rtol=0, atol=1e-12)
