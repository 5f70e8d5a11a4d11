import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods.errors import ConstantItemError, ParameterError, TooFewError, WeightError
from ikfs_methods.weighting import factor_weights, weights_from_loadings

REFERENCE = Path(__file__).parents[1] / "reference"
PUBLISHED = json.loads((REFERENCE / "weighting_published.json").read_text(encoding="utf-8"))


def with_correlations(matrix: np.ndarray, n: int = 50) -> pd.DataFrame:
    """Values whose sample correlations are that matrix, up to rounding."""
    raw = np.random.default_rng(4).normal(size=(n, len(matrix)))
    raw -= raw.mean(axis=0)
    white = np.linalg.qr(raw)[0]
    return pd.DataFrame(white @ np.linalg.cholesky(matrix).T, columns=[f"v{i}" for i in range(len(matrix))])


def test_handbook_example_comes_out():
    # Weights are published with two decimals: they must agree when rounded to as many.
    tai = PUBLISHED["technology_achievement"]
    found = weights_from_loadings(pd.DataFrame(tai["loadings"], index=tai["indicators"]))
    assert found.weights.round(2).tolist() == tai["weights"]
    np.testing.assert_allclose(found.shares, np.array(tai["explained"]) / np.sum(tai["explained"]), atol=0.005)
    assert found.component["exports"] == 0  # its loading is larger on component 0, its scaled square on 1
    np.testing.assert_allclose(found.scaled, tai["scaled"], atol=0.011)  # printed with two decimals, a few truncated
    assert found.scaled.sum().tolist() == pytest.approx([1.0] * 4, rel=1e-14)


def test_two_blocks_have_a_closed_form():
    # Three indicators with r = .6 (component of 2.2) and two with r = .5 (1.5), none across: within a block all weigh
    # the same, between blocks as the explained variance. Varimax stops at a slope near 1e-8, its square is what enters.
    matrix = np.eye(5)
    matrix[:3, :3], matrix[3:, 3:] = np.where(np.eye(3), 1, 0.6), np.where(np.eye(2), 1, 0.5)
    found = factor_weights(with_correlations(matrix), parent="D")
    np.testing.assert_allclose(found.weights, [2.2 / 3.7 / 3] * 3 + [1.5 / 3.7 / 2] * 2, atol=1e-9)
    assert found.diagnostics["n_components"] == 2
    assert set(found.parents) == {"D"}
    rules = found.diagnostics["rules"]
    assert rules["found"].tolist() == pytest.approx([1.5, 0.3, 0.74], abs=1e-9)
    assert rules["met"].all()


@given(r=st.floats(0.05, 0.95), k=st.integers(2, 6))
def test_equally_correlated_indicators_weigh_the_same(r, k):
    found = factor_weights(with_correlations(np.where(np.eye(k), 1, r)))
    np.testing.assert_allclose(found.weights, 1 / k, atol=1e-9)  # eigenvectors of close eigenvalues at small r


def test_weights_ignore_the_unit_and_the_sign_of_indicators():
    values = with_correlations(np.array([[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]]))
    other = values * [10, -3, 0.1] + [5, 100, -2]
    np.testing.assert_allclose(factor_weights(other).weights, factor_weights(values).weights, rtol=1e-9)


def test_eigenvalues_agree_with_r():
    # R and numpy solve the same symmetric 24 x 24 problem: about 1e-14 apart.
    pilot = pd.read_csv(REFERENCE / "pilot.csv")
    items = [name for name in pilot.columns if name[:2] in ("KD", "PS", "PM")]
    found = factor_weights(pilot[items])
    np.testing.assert_allclose(found.diagnostics["eigenvalues"], PUBLISHED["pilot_eigenvalues"]["values"], rtol=1e-11)
    assert (found.n, found.diagnostics["n_dropped"]) == (745, 455)
    assert found.diagnostics["n_components"] == 4
    assert found.weights.sum() == pytest.approx(1, rel=1e-14)


def test_the_first_component_is_kept_in_any_case_and_the_result_says_so():
    values = with_correlations(np.array([[1, 0.3], [0.3, 1]]))
    found = factor_weights(values, minimum_eigenvalue=1.5, rows="units")
    assert found.diagnostics["first_kept_anyway"]
    assert found.diagnostics["rows"] == "units"
    assert found.diagnostics["rotation"] == "none"
    assert found.diagnostics["rules"]["met"].tolist() == [False, True, True]
    assert not factor_weights(values).diagnostics["first_kept_anyway"]


def test_without_rotation_the_components_stay_as_they_are():
    matrix = np.array([[1, 0.6, 0.2, 0.1], [0.6, 1, 0.1, 0.2], [0.2, 0.1, 1, 0.5], [0.1, 0.2, 0.5, 1]])
    found = factor_weights(with_correlations(matrix), rotation="none", minimum_eigenvalue=1)
    values, vectors = np.linalg.eigh(matrix)
    squares = (vectors * np.sqrt(values))[:, ::-1][:, : found.diagnostics["n_components"]] ** 2
    np.testing.assert_allclose(found.diagnostics["loadings"] ** 2, squares, atol=1e-12)


def test_pairwise_weights_are_those_of_the_correlations_of_each_pair():
    # Two indicators share the same rows whatever the third lacks, so pandas' correlations of the pairs must come out:
    # eigenvalues of the same symmetric matrix, a few units in the last place.
    pilot = pd.read_csv(REFERENCE / "pilot.csv")[["KD1", "KD2", "KD3", "KD4"]]
    found = factor_weights(pilot, missing="pairwise", rotation="none")
    values, vectors = np.linalg.eigh(pilot.corr().to_numpy())
    np.testing.assert_allclose(found.diagnostics["eigenvalues"], values[::-1], rtol=1e-12)
    assert found.diagnostics["n_components"] == 1
    # one component: each indicator weighs as its squared entry in the eigenvector, and these sum to 1
    np.testing.assert_allclose(found.weights, vectors[:, -1] ** 2, rtol=1e-11)
    answered = pilot.notna().astype(int)
    pairs = (answered.T @ answered).to_numpy()
    assert found.n == pairs[~np.eye(4, dtype=bool)].min()
    assert found.diagnostics["missing"] == "pairwise"
    assert found.diagnostics["n_dropped"] == (answered.sum(axis=1) < 2).sum()
    listwise = factor_weights(pilot, rotation="none")
    assert listwise.diagnostics["missing"] == "listwise"
    assert listwise.n == len(pilot.dropna())
    pd.testing.assert_series_equal(
        factor_weights(pilot.dropna(), missing="pairwise").weights, factor_weights(pilot.dropna()).weights, rtol=1e-11
    )


def test_values_that_have_no_weights_are_refused():
    values = with_correlations(np.eye(3) * 0.5 + 0.5)
    with pytest.raises(ConstantItemError, match=r"items must vary; constant .*: v1"):
        factor_weights(values.assign(v1=3.0))
    with pytest.raises(TooFewError, match="at least 3 rows without a missing answer; found 2 of 50"):
        factor_weights(values.where(values.index.to_series() < 2))
    with pytest.raises(ParameterError, match="rotation must be one of varimax, none"):
        factor_weights(values, rotation="oblimin")
    with pytest.raises(ParameterError, match="rows must be one of respondents, units"):
        factor_weights(values, rows="people")
    with pytest.raises(ParameterError, match="minimum_eigenvalue must be a number of at least 0; found -1"):
        factor_weights(values, minimum_eigenvalue=-1)
    with pytest.raises(ParameterError, match="missing must be one of listwise, pairwise; found 'drop'"):
        factor_weights(values, missing="drop")
    with pytest.raises(WeightError, match="every component must have a loading; all are 0 on F2"):
        weights_from_loadings(pd.DataFrame({"F1": [0.5, 0.6], "F2": [0.0, 0.0]}))
    with pytest.raises(WeightError, match="loadings must be complete; missing for 1"):
        weights_from_loadings(pd.DataFrame({"F1": [0.5, np.nan]}))
