from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import ortho_group

from ikfs_methods.errors import ColumnError, IkfsError, MatrixError, ParameterError
from ikfs_methods.factor.procrustes import procrustes

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


@pytest.fixture(scope="module")
def reference() -> dict:
    return json.loads((REFERENCE / "congruence_holzinger.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def schools(reference) -> dict[str, pd.DataFrame]:
    return {
        school: pd.DataFrame(solution["varimax"]["loadings"], index=reference["items"])
        for school, solution in reference["solutions"].items()
    }


def test_orthogonal_as_psych(reference, schools):
    found = procrustes(schools["Pasteur"], schools["Grant-White"])
    np.testing.assert_allclose(found.loadings, reference["procrustes"]["loadings"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.rotation, reference["procrustes"]["rotation"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.residual, schools["Grant-White"] - found.loadings, rtol=0, atol=1e-15)
    assert found.rms == pytest.approx(np.sqrt((found.residual.to_numpy() ** 2).mean()), rel=1e-14)


def test_orthogonal_as_gparotation(reference, schools):
    found = procrustes(schools["Pasteur"], pd.DataFrame(reference["wanted"], index=reference["items"]))
    # GPArotation stops when the slope is below 1e-7
    np.testing.assert_allclose(found.loadings, reference["target_orthogonal"]["loadings"], rtol=0, atol=1e-6)


def test_oblique_as_gparotation(reference, schools):
    wanted = pd.DataFrame(reference["wanted"], index=reference["items"])
    found = procrustes(schools["Pasteur"], wanted, oblique=True)
    # GPArotation stops when the slope is below 1e-7; largest deviation seen 1e-7
    np.testing.assert_allclose(found.loadings, reference["target_oblique"]["loadings"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.phi, reference["target_oblique"]["phi"], rtol=0, atol=1e-6)
    assert (found.residual.to_numpy() ** 2).sum() == pytest.approx(reference["target_oblique"]["distance"], abs=1e-10)
    assert found.rms < procrustes(schools["Pasteur"], wanted).rms


def test_two_factors_as_a_search_over_both_angles(schools):
    values = schools["Pasteur"].to_numpy()[:, :2]
    goal = schools["Grant-White"].to_numpy()[:, :2]

    def distance(angles: np.ndarray) -> float:
        directions = np.array([np.cos(angles), np.sin(angles)])
        return float(((goal - values @ np.linalg.inv(directions).T) ** 2).sum())

    starts = [np.array([a, a + b]) for a in np.arange(0, 6.3, 0.7) for b in (0.5, 1.5, -0.5, -1.5)]
    least = min(minimize(distance, start, method="BFGS").fun for start in starts)
    found = procrustes(pd.DataFrame(values), pd.DataFrame(goal), oblique=True)
    assert (found.residual.to_numpy() ** 2).sum() == pytest.approx(least, rel=1e-8)


@given(seed=st.integers(0, 2**16), m=st.integers(1, 4), power=st.integers(-280, 280))
@settings(max_examples=40, deadline=None)
def test_a_known_turn_is_found_again(seed, m, power):
    rng = np.random.default_rng(seed)
    loadings = pd.DataFrame(rng.normal(size=(12, m)) * 10.0**power)
    turn = ortho_group.rvs(m, random_state=rng) if m > 1 else np.array([[-1.0]])
    found = procrustes(loadings, pd.DataFrame(loadings.to_numpy() @ turn))
    np.testing.assert_allclose(found.rotation, turn, rtol=0, atol=1e-12)
    assert found.rms <= 1e-13 * 10.0**power
    np.testing.assert_allclose(found.congruence, 1.0, rtol=0, atol=1e-12)


@given(seed=st.integers(0, 2**16))
@settings(max_examples=30, deadline=None)
def test_a_known_oblique_turn_is_found_again(seed):
    rng = np.random.default_rng(seed)
    loadings = rng.normal(size=(12, 3))
    directions = np.eye(3) + 0.3 * rng.normal(size=(3, 3))
    directions /= np.sqrt((directions**2).sum(axis=0))
    if np.linalg.cond(directions) > 20:
        return
    goal = loadings @ np.linalg.inv(directions).T
    found = procrustes(pd.DataFrame(loadings), pd.DataFrame(goal), oblique=True)
    # a slope of 1e-8 over curvatures of at least about .1
    np.testing.assert_allclose(found.loadings, goal, rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.phi, directions.T @ directions, rtol=0, atol=1e-6)


def test_rotation_keeps_communalities(reference, schools):
    wanted = pd.DataFrame(reference["wanted"], index=reference["items"])
    for oblique in (False, True):
        found = procrustes(schools["Pasteur"], wanted, oblique=oblique)
        values = found.loadings.to_numpy()
        before = (schools["Pasteur"].to_numpy() ** 2).sum(axis=1)
        np.testing.assert_allclose((values @ found.phi.to_numpy() * values).sum(axis=1), before, rtol=0, atol=1e-12)


def test_the_targets_order_of_items_and_names_count():
    loadings = pd.DataFrame([[1.0, 0.0], [0.0, 1.0]], index=["a", "b"])
    target = pd.DataFrame([[1.0, 0.0], [0.0, 1.0]], index=["b", "a"], columns=["X", "Y"])
    found = procrustes(loadings, target)
    assert list(found.to_frame().index) == ["a", "b"]
    assert found.loadings.to_numpy().tolist() == [[0.0, 1.0], [1.0, 0.0]]
    assert list(found.loadings.columns) == ["X", "Y"]


def test_refusals():
    loadings = pd.DataFrame([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]], index=list("abc"))
    with pytest.raises(ParameterError, match=r"as many factors; found 2 and 1\. Extract the same number"):
        procrustes(loadings, loadings[[0]])
    with pytest.raises(ColumnError, match="only in loadings: c. Select"):
        procrustes(loadings, loadings.loc[["a", "b"]])
    with pytest.raises(ParameterError, match="oblique must be True or False; found 'no'"):
        procrustes(loadings, loadings, oblique="no")  # type: ignore[arg-type]
    flat = pd.DataFrame([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]], index=list("abc"))
    with pytest.raises(MatrixError, match="factors that are not made of each other; the singular values"):
        procrustes(flat, loadings, oblique=True)
    assert np.isfinite(procrustes(flat, loadings).loadings.to_numpy()).all()


def test_finite_or_a_named_error():
    computed = []

    @given(seed=st.integers(0, 2**16), p=st.integers(1, 7), m=st.integers(1, 4), oblique=st.booleans())
    @settings(max_examples=60, deadline=None)
    def refused_or_found(seed, p, m, oblique):
        rng = np.random.default_rng(seed)
        tables = [
            pd.DataFrame(rng.normal(size=(p, m)) * 10.0 ** rng.integers(-300, 300, size=(p, m))) for _ in range(2)
        ]
        try:
            found = procrustes(*tables, oblique=oblique)
        except IkfsError:
            return
        for table in (found.loadings, found.rotation, found.phi, found.residual, found.congruence):
            assert np.isfinite(table.to_numpy()).all()
        assert np.isfinite(found.rms)
        computed.append(1)

    refused_or_found()
    # not all of them may be refused, or the test would say nothing
    assert len(computed) >= 10


def test_a_target_of_like_factors_gives_a_solution():
    loadings = pd.DataFrame([[0.8, 0.1], [0.7, 0.2], [0.1, 0.6], [0.2, 0.7]])
    target = pd.DataFrame([[1.0, 1.0]] * 4)
    assert np.isfinite(procrustes(loadings, target).loadings.to_numpy()).all()
