from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ortho_group

from ikfs_methods.errors import ColumnError, ParameterError
from ikfs_methods.factor.comparison import compare_solutions
from ikfs_methods.factor.exploratory import exploratory

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


@pytest.fixture(scope="module")
def reference() -> dict:
    return json.loads((REFERENCE / "congruence_holzinger.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def schools(reference) -> list[pd.DataFrame]:
    return [
        pd.DataFrame(reference["solutions"][school]["varimax"]["loadings"], index=reference["items"]).add_prefix("F")
        for school in ("Grant-White", "Pasteur")
    ]


def test_turned_as_psych_turns(reference, schools):
    found = compare_solutions(*schools)
    np.testing.assert_allclose(found.aligned, reference["procrustes"]["loadings"], rtol=0, atol=1e-12)
    assert list(found.aligned.columns) == list(schools[0].columns)
    np.testing.assert_allclose(found.differences, found.aligned - schools[0], rtol=0, atol=1e-15)
    assert not found.oblique
    assert (found.congruence["congruence"] > 0.95).all()
    assert list(found.congruence["other"]) == ["F0", "F2", "F1"]


def test_order_alone_as_psychs_congruence(reference, schools):
    found = compare_solutions(*schools, align="order")
    table = np.array(reference["congruence"]["varimax"])
    # psych rounds to twelve decimals
    expected = table[[0, 1, 2], [0, 2, 1]]
    np.testing.assert_allclose(found.to_frame()["congruence"], expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.congruence["by_order"], expected, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(found.aligned, schools[1][["F0", "F2", "F1"]])


def test_a_rotated_copy_is_the_same_solution(schools):
    turn = ortho_group.rvs(3, random_state=2)
    copy = pd.DataFrame(schools[0].to_numpy() @ turn, index=schools[0].index).sample(frac=1, random_state=3)
    found = compare_solutions(schools[0], copy)
    np.testing.assert_allclose(found.differences, 0.0, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.items, 1.0, rtol=0, atol=1e-12)
    assert (found.congruence["by_order"] < 0.99).any()


def test_two_rotations_of_one_sample_are_the_same_solution(holzinger_matrix):
    first, second = (exploratory(holzinger_matrix, n_factors=3, rotation=name) for name in ("oblimin", "varimax"))
    found = compare_solutions(first, second)
    assert found.oblique
    # where the rotations end: slopes of 1e-8
    np.testing.assert_allclose(found.differences, 0.0, rtol=0, atol=1e-6)
    assert (found.congruence["by_order"] < 0.999).any()
    other = compare_solutions(second, first)
    assert other.oblique
    assert other.rms < 1e-6


def test_reflected_and_reordered_factors_by_order(schools):
    changed = -schools[0][["F2", "F0", "F1"]]
    found = compare_solutions(schools[0], changed, align="order")
    np.testing.assert_array_equal(found.aligned, schools[0])
    assert found.rms == 0.0
    assert list(found.congruence["verdict"]) == ["equal"] * 3


def test_one_item_that_differs_is_found(schools):
    changed = schools[0].copy()
    changed.loc["x4"] = changed.loc["x4", ["F1", "F0", "F2"]].to_numpy()
    assert compare_solutions(schools[0], changed).items.idxmin() == "x4"


def test_refusals(schools):
    one, other = schools
    with pytest.raises(ParameterError, match="align must be one of procrustes, order; found 'best'"):
        compare_solutions(one, other, align="best")
    with pytest.raises(ParameterError, match=r"as many factors; found 3 and 2\. Extract the same number from both"):
        compare_solutions(one, other[["F0", "F1"]])
    with pytest.raises(ColumnError, match="only in first: x9"):
        compare_solutions(one, other.drop(index="x9"))
    with pytest.raises(ParameterError, match="second must be a pandas DataFrame; found str"):
        compare_solutions(one, "F1")  # type: ignore[arg-type]
