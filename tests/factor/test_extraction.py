from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import ConvergenceError
from ikfs_methods.factor import extraction, one_factor
from ikfs_methods.factor.extraction import minres, principal


def model_matrix(loadings: np.ndarray) -> np.ndarray:
    matrix = loadings @ loadings.T
    np.fill_diagonal(matrix, 1)
    return matrix


def test_minres_as_psych(holzinger, holzinger_matrix, matched):
    reference = np.array(holzinger["exploratory"]["none"]["loadings"])
    found = minres(holzinger_matrix.to_numpy(), 3)
    # psych's optimiser stops about 1e-5 from the minimum; largest deviation seen 6.2e-6
    np.testing.assert_allclose(found @ matched(found, reference), reference, rtol=0, atol=2e-5)
    # and ours leaves no larger residuals
    below = np.tril_indices(9, -1)
    ours, theirs = (
        (((holzinger_matrix.to_numpy() - table @ table.T)[below]) ** 2).sum() for table in (found, reference)
    )
    assert ours <= theirs


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_an_exact_model_is_found_again(seed):
    loadings = np.random.default_rng(seed).uniform(0.3, 0.7, (9, 2))
    loadings[:4, 0] = loadings[5:, 1] = 0
    found = minres(model_matrix(loadings), 2)
    # the slope is brought below 1e-12 or the step below 1e-10, over curvatures of about .01
    np.testing.assert_allclose(found @ found.T, loadings @ loadings.T, rtol=0, atol=1e-7)


def test_three_items_have_the_triad_solution():
    # squared loadings r12 r13 / r23 and so on
    matrix = np.array([[1, 0.56, 0.48], [0.56, 1, 0.42], [0.48, 0.42, 1]])
    np.testing.assert_allclose(np.abs(minres(matrix, 1)[:, 0]), [0.8, 0.7, 0.6], rtol=0, atol=1e-9)


def test_derivatives_by_differences(holzinger_matrix):
    matrix, unique, width = holzinger_matrix.to_numpy(), np.linspace(0.3, 0.8, 9), 1e-5
    _, values, vectors = extraction._loss(matrix, unique, 2)
    gradient, hessian = extraction._slopes(values, vectors, 2)
    for i in range(9):
        bump = width * np.eye(9)[i]
        up, down = (extraction._loss(matrix, unique + sign * bump, 2) for sign in (1, -1))
        # central differences: error about width squared
        assert gradient[i] == pytest.approx((up[0] - down[0]) / (2 * width), abs=1e-8)
        change = extraction._slopes(up[1], up[2], 2)[0] - extraction._slopes(down[1], down[2], 2)[0]
        np.testing.assert_allclose(hessian[i], change / (2 * width), rtol=0, atol=1e-7)


def test_uniquenesses_stop_at_the_bound():
    # r12 r13 / r23 = .81 / .7 > 1: without a bound the first communality would pass 1
    found = minres(np.array([[1, 0.9, 0.9], [0.9, 1, 0.7], [0.9, 0.7, 1]]), 1)
    # at the bound the loading is free in what the other two leave: R - U has the loadings as its first eigenvector
    reduced = np.array([[0.995, 0.9, 0.9], [0.9, found[1, 0] ** 2, 0.7], [0.9, 0.7, found[2, 0] ** 2]])
    np.testing.assert_allclose(reduced @ found, found * (found**2).sum(), rtol=0, atol=1e-9)


def test_more_factors_than_the_items_identify():
    # 4 items and 2 factors: many exact solutions, one of which is returned
    matrix = model_matrix(np.array([[0.8, 0.1], [0.7, 0.2], [0.2, 0.6], [0.1, 0.7]]))
    found = minres(matrix, 2)
    below = np.tril_indices(4, -1)
    np.testing.assert_allclose((found @ found.T)[below], matrix[below], rtol=0, atol=1e-8)


def test_principal_is_the_eigen_decomposition(holzinger_matrix):
    matrix = holzinger_matrix.to_numpy()
    found = principal(matrix, 2)
    np.testing.assert_allclose(matrix @ found, found * (found**2).sum(axis=0), rtol=0, atol=1e-13)


def test_errors(holzinger_matrix, monkeypatch):
    # with unrelated items there is nothing for a second factor to explain
    with pytest.raises(ConvergenceError, match="every factor must explain something; the last of 2 has the eigenvalue"):
        minres(np.eye(4), 2)
    monkeypatch.setattr(extraction, "_ROUNDS", 1)
    with pytest.raises(ConvergenceError, match="minres must settle within 1 steps; with 9 items and 3 factors"):
        minres(holzinger_matrix.to_numpy(), 3)
    monkeypatch.setattr(one_factor, "_ROUNDS", 1)
    with pytest.raises(ConvergenceError, match="1 of 1 did not"):
        one_factor.one_factor_uniquenesses(holzinger_matrix.to_numpy()[None])
