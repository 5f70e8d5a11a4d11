from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import ConvergenceError, ParameterError
from ikfs_methods.factor import exploratory, extraction, one_factor
from ikfs_methods.factor.extraction import (
    LEAST_UNIQUENESS,
    likelihood_ends,
    maximum_likelihood,
    minres,
    minres_ends,
    principal,
    principal_axis,
    smallest_uniquenesses,
)

FITS = Path(__file__).resolve().parents[1] / "reference" / "factor_fits_holzinger.json"
REFERENCE: dict[str, Any] = json.loads(FITS.read_text(encoding="utf-8"))


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


def test_maximum_likelihood_as_psych_and_factanal(holzinger_matrix, matched):
    reference = np.array(REFERENCE["fits"]["ml_none"]["loadings"])
    found = maximum_likelihood(holzinger_matrix.to_numpy(), 3)
    # both programs' optimisers stop about 1e-5 from the minimum; largest deviations seen 1.3e-6 and 8.4e-6
    np.testing.assert_allclose(found @ matched(found, reference), reference, rtol=0, atol=1e-5)
    np.testing.assert_allclose(1 - (found**2).sum(axis=1), REFERENCE["factanal"]["uniquenesses"], rtol=0, atol=3e-5)


def test_maximum_likelihood_solves_its_equations(holzinger_matrix):
    # Lawley's: R U^-1 L = L (I + L'U^-1 L), and the model's diagonal is that of R
    matrix = holzinger_matrix.to_numpy()
    found = maximum_likelihood(matrix, 3)
    weighted = found / (1 - (found**2).sum(axis=1))[:, None]
    # the slope is brought below 1e-12 or the step below 1e-10
    np.testing.assert_allclose(matrix @ weighted, found @ (np.eye(3) + found.T @ weighted), rtol=0, atol=1e-8)


def test_principal_axis_as_psych(holzinger_matrix, matched):
    reference = np.array(REFERENCE["fits"]["pa_none"]["loadings"])
    found = principal_axis(holzinger_matrix.to_numpy(), 3, stop="psych")
    # the same rounds to the same stop; largest deviation seen 1.8e-15
    np.testing.assert_allclose(found @ matched(found, reference), reference, rtol=0, atol=1e-11)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_principal_axis_converged_is_minres(seed):
    rng = np.random.default_rng(seed)
    matrix = np.corrcoef(
        rng.normal(size=(300, 3)) @ rng.uniform(0.2, 0.8, (3, 12)) + rng.normal(size=(300, 12)), rowvar=False
    )
    axis, residual = principal_axis(matrix, 2), minres(matrix, 2)
    assume((axis**2).sum(axis=1).max() < 0.99)  # at the bound of uniqueness there is no fixed point
    # the same minimum from two starts, each to 1e-10 in the uniquenesses
    np.testing.assert_allclose(axis @ axis.T, residual @ residual.T, rtol=0, atol=1e-7)
    # and it is the fixed point: communalities on the diagonal give themselves again
    again = matrix.copy()
    np.fill_diagonal(again, (axis**2).sum(axis=1))
    np.testing.assert_allclose(principal(again, 2) ** 2, axis**2, rtol=0, atol=1e-7)


def test_smallest_uniquenesses_of_two_items():
    # the squared multiple correlation of one predictor is its squared correlation
    np.testing.assert_allclose(smallest_uniquenesses(np.array([[1, 0.6], [0.6, 1]])), [0.64, 0.64], rtol=1e-14)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), solve=st.sampled_from([minres, maximum_likelihood, principal_axis]))
def test_an_exact_model_is_found_again(seed, solve):
    loadings = np.random.default_rng(seed).uniform(0.3, 0.7, (9, 2))
    loadings[:4, 0] = loadings[5:, 1] = 0
    found = solve(model_matrix(loadings), 2)
    # the slope is brought below 1e-12 or the step below 1e-10, over curvatures of about .01
    np.testing.assert_allclose(found @ found.T, loadings @ loadings.T, rtol=0, atol=1e-7)


def test_three_items_have_the_triad_solution():
    # squared loadings r12 r13 / r23 and so on
    matrix = np.array([[1, 0.56, 0.48], [0.56, 1, 0.42], [0.48, 0.42, 1]])
    np.testing.assert_allclose(np.abs(minres(matrix, 1)[:, 0]), [0.8, 0.7, 0.6], rtol=0, atol=1e-9)


@pytest.mark.parametrize("solve", [minres, maximum_likelihood])
def test_derivatives_by_differences(holzinger_matrix, monkeypatch, solve):
    taken: dict[str, Any] = {}

    def catch(at, slopes, start, **_rest):
        taken.update(at=at, slopes=slopes)
        return start, *at(start)

    monkeypatch.setattr(extraction, "_least", catch)
    solve(holzinger_matrix.to_numpy(), 2)
    at, slopes, width = taken["at"], taken["slopes"], 1e-5
    here = np.linspace(0.3, 0.8, 9) if solve is minres else np.log(np.linspace(0.3, 0.8, 9))
    gradient, hessian = slopes(*at(here)[1:])
    for i in range(9):
        bump = width * np.eye(9)[i]
        up, down = (at(here + sign * bump) for sign in (1, -1))
        # central differences: error about width squared
        assert gradient[i] == pytest.approx((up[0] - down[0]) / (2 * width), abs=1e-8)
        change = slopes(*up[1:])[0] - slopes(*down[1:])[0]
        np.testing.assert_allclose(hessian[i], change / (2 * width), rtol=0, atol=1e-7)


def test_uniquenesses_stop_at_the_bound():
    # r12 r13 / r23 = .81 / .7 > 1: without a bound the first communality would pass 1
    found = minres(np.array([[1, 0.9, 0.9], [0.9, 1, 0.7], [0.9, 0.7, 1]]), 1)
    # at the bound the loading is free in what the other two leave: R - U has the loadings as its first eigenvector
    reduced = np.array([[0.995, 0.9, 0.9], [0.9, found[1, 0] ** 2, 0.7], [0.9, 0.7, found[2, 0] ** 2]])
    np.testing.assert_allclose(reduced @ found, found * (found**2).sum(), rtol=0, atol=1e-9)


@pytest.mark.parametrize("solve", [minres, maximum_likelihood, principal_axis])
def test_an_item_at_the_bound_shares_at_least_what_the_bound_leaves(solve):
    # there the loss would fall further with a smaller uniqueness: the model's diagonal is at or beyond that of R
    found = solve(np.array([[1, 0.9, 0.9], [0.9, 1, 0.7], [0.9, 0.7, 1]]), 1)
    assert found[0, 0] ** 2 >= 0.995 - 1e-12


def test_psychs_principal_axis_may_pass_one():
    found = principal_axis(np.array([[1, 0.9, 0.9], [0.9, 1, 0.7], [0.9, 0.7, 1]]), 1, stop="psych")
    # the triad's own solution is .81/.7 = 1.157; psych's rounds creep towards it
    assert 1 < (found[0, 0] ** 2) < 0.81 / 0.7


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
    with pytest.raises(ConvergenceError, match="every factor must explain something; the last of 2 has the eigenvalue"):
        maximum_likelihood(np.eye(4), 2)
    with pytest.raises(ParameterError, match="paf_stop must be one of converged, psych; found 'soon'"):
        principal_axis(holzinger_matrix.to_numpy(), 2, stop="soon")
    monkeypatch.setattr(extraction, "_ROUNDS", 1)
    with pytest.raises(ConvergenceError, match="minres must settle within 1 steps; with 9 items and 3 factors"):
        minres(holzinger_matrix.to_numpy(), 3)
    with pytest.raises(ConvergenceError, match="maximum likelihood must settle within 1 steps"):
        maximum_likelihood(holzinger_matrix.to_numpy(), 3)
    monkeypatch.setattr(one_factor, "_ROUNDS", 1)
    with pytest.raises(ConvergenceError, match="1 of 1 did not"):
        one_factor.one_factor_uniquenesses(holzinger_matrix.to_numpy()[None])


def tangled(seed: int) -> np.ndarray:
    """Correlations of 60 respondents in six items: three factors are then all that can be told apart."""
    rng = np.random.default_rng(seed)
    return np.corrcoef((rng.standard_normal((60, 2)) @ rng.uniform(0.3, 0.8, (2, 6)) + rng.standard_normal((60, 6))).T)


@pytest.mark.parametrize("ends", [minres_ends, likelihood_ends])
def test_a_heywood_case_is_the_best_of_several_starts(ends):
    better = 0
    for seed in range(12):
        matrix = tangled(seed)
        found = ends(matrix, 3)
        unique = np.maximum(1 - (found.loadings**2).sum(axis=1), LEAST_UNIQUENESS)
        if ends is minres_ends:
            loss = 0.5 * (np.linalg.eigvalsh(matrix - np.diag(unique))[:-3] ** 2).sum()
        else:
            left = np.linalg.eigvalsh(matrix / np.sqrt(np.outer(unique, unique)))[:-3]
            loss = (left - np.log(left) - 1).sum()
        # the loadings kept have the least loss of all starts, by the discrepancy's own formula
        assert loss == pytest.approx(found.losses.min(), abs=1e-8)
        # a proper solution takes one start, a Heywood case eight: the usual, one half, each item at the bound
        assert len(found.losses) == 1 or len(found.losses) <= 8
        better += found.losses.min() < found.losses[0] - 1e-6
    assert better >= 1


def test_different_minima_are_said():
    for seed in range(12):
        matrix = pd.DataFrame(tangled(seed), list("abcdef"), list("abcdef"))
        said = "The extraction has several minima" in " ".join(exploratory(matrix, n_factors=3, n=60).notes)
        assert said == minres_ends(matrix.to_numpy(), 3).differ
