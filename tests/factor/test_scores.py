from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ikfs_methods.errors import ParameterError
from ikfs_methods.factor import exploratory
from ikfs_methods.factor.scores import score_weights


@pytest.mark.parametrize("rotation", ["varimax", "oblimin"])
@pytest.mark.parametrize("method", ["regression", "bartlett", "tenberge"])
def test_weights_as_psych(holzinger, holzinger_matrix, rotation, method):
    block = holzinger["exploratory"][rotation]
    loadings = np.array(block["loadings"])
    phi = np.eye(3) if block["phi"] is None else np.array(block["phi"])
    found = score_weights(holzinger_matrix.to_numpy(), loadings, phi, method=method)
    # the same formula on psych's own loadings of 15 digits
    np.testing.assert_allclose(found, holzinger["score_weights"][f"{rotation}_{method}"]["weights"], rtol=0, atol=1e-9)


@pytest.fixture
def solution(holzinger_matrix):
    found = exploratory(holzinger_matrix, n_factors=3)
    return holzinger_matrix.to_numpy(), found.loadings.to_numpy(), found.phi.to_numpy()


def test_bartlett_scores_are_unbiased(solution):
    matrix, loadings, phi = solution
    weights = score_weights(matrix, loadings, phi, method="bartlett")
    np.testing.assert_allclose(weights.T @ loadings, np.eye(3), rtol=0, atol=1e-13)


def test_tenberge_scores_correlate_as_the_factors(solution):
    matrix, loadings, phi = solution
    weights = score_weights(matrix, loadings, phi, method="tenberge")
    np.testing.assert_allclose(weights.T @ matrix @ weights, phi, rtol=0, atol=1e-12)


def test_anderson_scores_are_uncorrelated(solution):
    matrix, loadings, phi = solution
    weights = score_weights(matrix, loadings, phi, method="anderson")
    np.testing.assert_allclose(weights.T @ matrix @ weights, np.eye(3), rtol=0, atol=1e-12)


def test_anderson_weights_as_psych(holzinger_matrix):
    path = Path(__file__).resolve().parents[1] / "reference" / "factor_fits_holzinger.json"
    block = json.loads(path.read_text(encoding="utf-8"))["anderson"]
    found = score_weights(holzinger_matrix.to_numpy(), np.array(block["loadings"]), np.eye(3), method="anderson")
    # the same formula on psych's own loadings of 15 digits
    np.testing.assert_allclose(found, block["weights"], rtol=0, atol=1e-9)


def test_regression_scores_follow_the_normal_equations(solution):
    matrix, loadings, phi = solution
    weights = score_weights(matrix, loadings, phi)
    np.testing.assert_allclose(matrix @ weights, loadings @ phi, rtol=0, atol=1e-13)


def test_one_factor_methods_differ_in_scale_only():
    # under an exact one-factor model all three weigh items by loading / uniqueness (closed form of the inverse)
    loadings = np.array([[0.8], [0.7], [0.6]])
    unique = 1 - loadings**2
    matrix = loadings @ loadings.T + np.diag(unique[:, 0])
    for method in ("regression", "bartlett", "tenberge", "anderson"):
        weights = score_weights(matrix, loadings, np.eye(1), method=method)
        np.testing.assert_allclose(weights / weights[0], (loadings / unique) / (loadings[0] / unique[0]), rtol=1e-12)


def test_errors(solution):
    matrix, loadings, phi = solution
    with pytest.raises(ParameterError, match="must be one of regression, bartlett, tenberge, anderson; found 'sum'"):
        score_weights(matrix, loadings, phi, method="sum")
    for method in ("bartlett", "tenberge", "anderson"):
        with pytest.raises(
            ParameterError, match=f"{method} scores need loadings of their own for each factor; one of 2"
        ):
            score_weights(np.eye(3), np.array([[0.5, 0], [0.4, 0], [0.3, 0]]), np.eye(2), method=method)
    with pytest.raises(ParameterError, match=r"Bartlett scores need uniquenesses above zero; 1 of 2 are not"):
        score_weights(np.eye(2), np.array([[1.1], [0.2]]), np.eye(1), method="bartlett")
