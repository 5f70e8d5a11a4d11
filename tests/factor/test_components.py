from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import MatrixError, ParameterError
from ikfs_methods.factor import exploratory, kmo, parallel_analysis, principal_components, rotate


def pair(r: float) -> pd.DataFrame:
    return pd.DataFrame([[1, r], [r, 1]], index=["a", "b"], columns=["a", "b"])


def test_eigenvalues_as_r(holzinger, holzinger_matrix, pilot, pilot_values):
    # eigenvalues of 15-digit correlations; largest deviation seen 1.3e-14
    np.testing.assert_allclose(
        principal_components(holzinger_matrix).eigenvalues, holzinger["eigenvalues"], rtol=0, atol=1e-12
    )
    found = principal_components(pilot)
    np.testing.assert_allclose(found.eigenvalues, pilot_values["eigenvalues"], rtol=0, atol=1e-12)
    assert (found.n, found.n_components) == (745, sum(value > 1 for value in pilot_values["eigenvalues"]))


def test_communalities_as_psych_principal(holzinger, holzinger_matrix, matched):
    found = principal_components(holzinger_matrix, n_components=3)
    expected = pd.Series(holzinger["principal_varimax"]["communalities"])
    # rotation leaves communalities alone, so these are exact to the printed digits
    np.testing.assert_allclose((found.loadings**2).sum(axis=1), expected, rtol=0, atol=1e-12)
    turned = rotate(found.loadings, method="varimax", normalize=True).loadings
    reference = np.array(holzinger["principal_varimax"]["loadings"])
    # stats::varimax stops at a relative gain of 1e-5; ours at the maximum. Largest deviation seen 4.6e-4
    np.testing.assert_allclose(turned @ matched(turned, reference), reference, rtol=0, atol=1e-3)


@settings(max_examples=30, deadline=None)
@given(r=st.floats(0.01, 0.99))
def test_two_items(r):
    # eigenvalues 1 + r and 1 - r, eigenvectors (1, 1) and (1, -1) over root 2
    found = principal_components(pair(r), n_components=2)
    np.testing.assert_allclose(found.eigenvalues, [1 + r, 1 - r], rtol=1e-12)
    np.testing.assert_allclose(found.loadings["C1"], np.sqrt((1 + r) / 2), rtol=1e-12)
    np.testing.assert_allclose(found.loadings["C2"].abs(), np.sqrt((1 - r) / 2), rtol=1e-12)


def test_all_components_give_the_correlations_back(holzinger_matrix):
    found = principal_components(holzinger_matrix, n_components=9)
    np.testing.assert_allclose(found.loadings @ found.loadings.T, holzinger_matrix, rtol=0, atol=1e-13)
    assert found.explained.sum() == pytest.approx(1, rel=1e-13)
    assert found.cumulative.iloc[-1] == pytest.approx(1, rel=1e-13)


def test_signs_and_table(holzinger_matrix):
    found = principal_components(holzinger_matrix)
    assert (found.loadings.sum() > 0).all()
    assert list(found.loadings.columns) == ["C1", "C2", "C3"]
    assert found.to_frame()["kept"].sum() == 3


def test_minimum_eigenvalue_is_a_parameter(holzinger_matrix):
    assert principal_components(holzinger_matrix, minimum_eigenvalue=1.5).n_components == 2
    assert principal_components(holzinger_matrix, n_components=4).minimum_eigenvalue is None


def test_pairwise_correlations_that_cannot_occur_together():
    # a with b and a with c go together perfectly, b with c against each other, on three rows each: eigenvalues 2, 2, -1
    up, down, gap = [1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [np.nan] * 3
    answers = pd.DataFrame({"a": up + up + gap, "b": up + gap + up, "c": gap + up + down})
    for refuse in (
        lambda: principal_components(answers, missing="pairwise"),
        lambda: exploratory(answers, n_factors=1, extraction="pca", missing="pairwise"),
        lambda: parallel_analysis(answers, n=50, missing="pairwise", rng=0),
        lambda: kmo(answers, missing="pairwise"),
    ):
        with pytest.raises(MatrixError, match=r"smallest eigenvalue is -1\..*use missing=\"listwise\" where"):
            refuse()


def test_errors():
    with pytest.raises(ParameterError, match="minimum_eigenvalue must be a number; found 'one'"):
        principal_components(pair(0.5), minimum_eigenvalue="one")
    with pytest.raises(ParameterError, match="from 1 to 2; found 3. Give one"):
        principal_components(pair(0.5), n_components=np.int64(3))
    with pytest.raises(ParameterError, match=r"none has an eigenvalue above 1 \(the largest is 1.0000\)"):
        principal_components(pair(0.0))
    with pytest.raises(ParameterError, match="n_components must be a whole number from 1 to 2; found 3"):
        principal_components(pair(0.5), n_components=3)
    with pytest.raises(MatrixError, match="component 2 has the eigenvalue"):
        principal_components(pair(1.0), n_components=2)
