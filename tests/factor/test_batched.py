from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ikfs_methods.factor import extraction
from ikfs_methods.factor.batched import minres_many, ml_many, principal_axis_many, principal_many
from ikfs_methods.factor.batched_rotation import project_many
from ikfs_methods.factor.criteria import geomin, quartimin, varimax
from ikfs_methods.factor.rotation import rotate

SIMPLE = np.kron(np.eye(3), np.array([[0.8], [0.7], [0.6], [0.5]]))


def sampled(draws: int, n: int = 200, *, seed: int = 3) -> np.ndarray:
    """Correlation matrices of samples from three factors with four items each."""
    model = SIMPLE @ SIMPLE.T
    np.fill_diagonal(model, 1.0)
    answers = np.random.default_rng(seed).standard_normal((draws, n, 12)) @ np.linalg.cholesky(model).T
    return np.array([np.corrcoef(sample.T) for sample in answers])


START = 1 - (SIMPLE**2).sum(axis=1)


@pytest.mark.parametrize(
    ("many", "single"),
    [
        (lambda r: minres_many(r, 3, START), extraction.minres),
        (lambda r: ml_many(r, 3, START), extraction.maximum_likelihood),
        (lambda r: principal_axis_many(r, 3), lambda r, m: extraction.principal_axis(r, m, stop="psych")),
        (lambda r: principal_many(r, 3), extraction.principal),
    ],
)
def test_each_draw_as_if_alone(many, single):
    matrices = sampled(25)
    found = many(matrices)
    assert found.converged.all()
    for loadings, matrix in zip(found.loadings, matrices, strict=True):
        alone = single(matrix, 3)
        # two starts, one minimum: both end within about 1e-12 of it; loadings times their transpose have no signs
        np.testing.assert_allclose(loadings @ loadings.T, alone @ alone.T, rtol=0, atol=1e-9)


@pytest.mark.parametrize("many", [minres_many, ml_many])
def test_heywood_cases_end_at_the_bound(many):
    # small samples: some have a uniqueness at .005, where the derivatives are not zero
    matrices = sampled(40, n=40, seed=1)
    found = many(matrices, 3, START)
    single = extraction.minres_ends if many is minres_many else extraction.likelihood_ends
    unique = 1 - (found.loadings[found.converged] ** 2).sum(axis=2)
    assert (unique.min(axis=1) <= 0.0051).any()
    for loadings, matrix in zip(found.loadings[found.converged], matrices[found.converged], strict=True):
        # Small samples may have several minima at the bound: the draw's is one of those that several starts find, and
        # none of them is left for a worse one.
        ends = single(matrix, 3)
        reached = discrepancy(matrix, loadings, many is ml_many)
        assert np.abs(ends.losses - reached).min() < 1e-8
        assert discrepancy(matrix, ends.loadings, many is ml_many) <= reached + 1e-8
    assert found.converged.all()


def discrepancy(matrix: np.ndarray, loadings: np.ndarray, likelihood: bool) -> float:
    unique = np.maximum(1 - (loadings**2).sum(axis=1), 0.005)
    if not likelihood:
        return float((np.linalg.eigvalsh(matrix - np.diag(unique))[:-3] ** 2).sum() / 2)
    left = np.linalg.eigvalsh(matrix / np.sqrt(np.outer(unique, unique)))[:-3]
    return float((left - np.log(left) - 1).sum())


@pytest.mark.parametrize("many", [minres_many, ml_many])
def test_perfect_model_gives_back_its_loadings(many):
    model = SIMPLE @ SIMPLE.T
    np.fill_diagonal(model, 1.0)
    found = many(model[None], 3, np.full(12, 0.5))
    # the start is .3 away from the end; rounding error alone is left
    np.testing.assert_allclose(found.loadings[0] @ found.loadings[0].T, SIMPLE @ SIMPLE.T, rtol=0, atol=1e-8)


def test_factor_that_explains_nothing_is_no_solution():
    one = np.full((1, 4), 0.7)
    matrix = one.T @ one
    np.fill_diagonal(matrix, 1.0)
    found = principal_many(np.array([np.ones((4, 4)), matrix]), 2)
    assert list(found.converged) == [False, True]
    assert np.isnan(found.loadings[0]).all()


@pytest.mark.parametrize(
    ("method", "criterion", "oblique", "normalize"),
    [
        ("oblimin", quartimin, True, False),
        ("oblimin", quartimin, True, True),
        ("geomin", geomin(0.01), True, False),
        ("varimax", varimax, False, True),
    ],
)
def test_each_rotation_as_if_alone(method, criterion, oblique, normalize, matched):
    raw = minres_many(sampled(15), 3, START).loadings
    left, _, right = np.linalg.svd(raw.transpose(0, 2, 1) @ SIMPLE)
    starts = np.tile(np.eye(3), (len(raw), 1, 1))
    found = project_many(raw @ (left @ right), starts, criterion, oblique=oblique, normalize=normalize)
    assert found.converged.all()
    for draw, values in enumerate(raw):
        alone = rotate(pd.DataFrame(values), method=method, normalize=normalize, starts=5, rng=draw)
        turn = matched(alone.loadings, found.loadings[draw])
        # slopes of 1e-8 and 1e-9 over curvatures of about .1; largest deviation seen 2e-8
        np.testing.assert_allclose(alone.loadings @ turn, found.loadings[draw], rtol=0, atol=1e-6)
        np.testing.assert_allclose(turn.T @ alone.phi @ turn, found.phi[draw], rtol=0, atol=1e-6)


def test_rotation_keeps_what_the_factors_explain():
    raw = minres_many(sampled(10), 3, START).loadings
    end = project_many(raw, np.tile(np.eye(3), (10, 1, 1)), quartimin, oblique=True)
    model = end.loadings @ end.phi @ end.loadings.transpose(0, 2, 1)
    np.testing.assert_allclose(model, raw @ raw.transpose(0, 2, 1), rtol=0, atol=1e-12)
    np.testing.assert_allclose(np.einsum("dii->di", end.phi), 1.0, rtol=0, atol=1e-14)
