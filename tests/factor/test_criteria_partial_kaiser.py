from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import MatrixError, ParameterError
from ikfs_methods.factor.retention import empirical_kaiser, kaiser, minimum_average_partial

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


@pytest.fixture(scope="module")
def values():
    return {
        name: json.loads((REFERENCE / f"retention_{name}.json").read_text(encoding="utf-8"))
        for name in ("holzinger", "pilot")
    }


def equal_correlations(p: int, r: float) -> pd.DataFrame:
    names = [f"i{j}" for j in range(p)]
    return pd.DataFrame(np.full((p, p), r) + (1 - r) * np.eye(p), index=names, columns=names)


def test_map_as_psych(values, holzinger_matrix, pilot):
    found = minimum_average_partial(holzinger_matrix, n=301)
    theirs = values["holzinger"]["map"]["values"]
    # psych begins at one component removed; means of squares of 15-digit correlations, largest deviation seen 1.3e-15
    np.testing.assert_allclose(found.criterion.iloc[1 : len(theirs) + 1], theirs, rtol=0, atol=1e-12)
    assert (found.n_factors, found.n) == (2, 301)
    found = minimum_average_partial(pilot)
    theirs = values["pilot"]["map"]["values"]
    # largest deviation seen 1.5e-16
    np.testing.assert_allclose(found.criterion.iloc[1 : len(theirs) + 1], theirs, rtol=0, atol=1e-12)
    assert (found.n_factors, found.n_factors_fourth, found.n, found.n_dropped) == (3, 3, 745, 455)


@settings(max_examples=30, deadline=None)
@given(p=st.integers(3, 12), r=st.floats(0.05, 0.9))
def test_map_of_equal_correlations(p, r):
    found = minimum_average_partial(equal_correlations(p, r))
    # Without the first component (1 - r)(I - 11'/p) is left: every partial correlation is -1/(p - 1).
    # The square of a partial correlation of rounded remains keeps about 12 digits.
    assert found.criterion[0] == pytest.approx(r**2, rel=1e-11)
    assert found.criterion_fourth[0] == pytest.approx(r**4, rel=1e-11)
    assert found.criterion[1] == pytest.approx((p - 1) ** -2, rel=1e-9)
    assert found.criterion_fourth[1] == pytest.approx((p - 1) ** -4, rel=1e-9)
    # with 1 found where it lowers the criterion; further components only raise it
    if abs(r - 1 / (p - 1)) > 1e-6:
        assert (found.n_factors, found.n_factors_fourth) == ((1, 1) if r > 1 / (p - 1) else (0, 0))


def test_map_of_unrelated_items_is_none():
    found = minimum_average_partial(equal_correlations(6, 0.0))
    assert (found.n_factors, found.n_factors_fourth, found.criterion[0]) == (0, 0, 0.0)
    assert found.to_frame().columns.tolist() == ["criterion", "criterion_fourth", "least", "least_fourth"]
    assert found.to_frame()["least"].tolist()[0] is True


def test_map_of_blocks_counts_the_blocks():
    # Two unrelated blocks of four items that correlate .6: partial correlations given both components are -1/3 within
    # a block and 0 across, their mean square (12/28)(1/9).
    blocks = np.kron(np.eye(2), equal_correlations(4, 0.6))
    labels = [f"q{i}" for i in range(8)]
    # eigenvalues of both blocks tie, so the first axis is arbitrary; a touch of difference settles it
    blocks[:4, :4] += 0.01 * (np.ones((4, 4)) - np.eye(4))
    found = minimum_average_partial(pd.DataFrame(blocks, index=labels, columns=labels))
    assert found.n_factors == 2
    assert found.criterion[2] == pytest.approx(12 / 28 / 9, rel=1e-9)


def test_map_ends_where_nothing_is_left():
    # two items: one component leaves (1 - r)/2 of each, partial correlation -1; the second leaves nothing
    found = minimum_average_partial(equal_correlations(2, 0.3))
    assert found.criterion.tolist() == pytest.approx([0.09, 1.0], rel=1e-12)
    repeated = equal_correlations(3, 0.4)
    repeated.iloc[0, 1] = repeated.iloc[1, 0] = 1.0
    assert np.isfinite(minimum_average_partial(repeated).criterion).all()


def test_kaiser_as_efatools(values, holzinger_matrix):
    theirs = values["holzinger"]["kaiser"]
    for kind in ("component", "smc"):
        found = kaiser(holzinger_matrix, kind=kind)
        # largest deviation seen 3e-15
        np.testing.assert_allclose(found.eigenvalues, theirs[kind], rtol=0, atol=1e-12)
        assert found.n_factors == theirs[f"n_{kind}"]
    assert kaiser(holzinger_matrix, kind="factor").n_factors == theirs["n_factor"]


def test_empirical_kaiser_as_efatools(values, holzinger_matrix):
    theirs = values["holzinger"]["ekc"]
    found = empirical_kaiser(holzinger_matrix, n=301, form="adapted")
    # largest deviation seen 5e-15
    np.testing.assert_allclose(found.reference, theirs["references"], rtol=0, atol=1e-12)
    assert found.n_factors == theirs["n_factors"]
    assert empirical_kaiser(holzinger_matrix, n=301).n_factors == 3


def test_empirical_kaiser_by_hand():
    # Four items that correlate .4: eigenvalues 2.2 and three of .6. At n = 100 the first bar is (1 + .2)^2 = 1.44; the
    # second 1.44 (4 - 2.2)/3 = .864, raised to 1.
    found = empirical_kaiser(equal_correlations(4, 0.4), n=100)
    assert found.reference.tolist() == pytest.approx([1.44, 1, 1, 1], rel=1e-12)
    assert found.to_frame()["retained"].tolist() == [True, False, False, False]
    # the adapted form subtracts the bar itself: 1.44 (4 - 1.44)/3 = 1.2288, then 1.44 (4 - 2.6688)/2, below 1
    adapted = empirical_kaiser(equal_correlations(4, 0.4), n=100, form="adapted")
    assert adapted.reference.tolist() == pytest.approx([1.44, 1.2288, 1, 1], rel=1e-12)


def test_unrelated_items_have_no_eigenvalue_above_one():
    assert kaiser(equal_correlations(7, 0.0)).n_factors == 0
    assert empirical_kaiser(equal_correlations(7, 0.0), n=50).n_factors == 0


def test_errors_of_single_criteria(holzinger_matrix):
    with pytest.raises(ParameterError, match="the empirical Kaiser criterion needs the number of respondents"):
        empirical_kaiser(holzinger_matrix)
    with pytest.raises(ParameterError, match=r"form must be one of original, adapted; found 'new'"):
        empirical_kaiser(holzinger_matrix, n=301, form="new")
    with pytest.raises(ParameterError, match=r"kind must be one of component, smc, factor"):
        kaiser(holzinger_matrix, kind="all")
    repeated = equal_correlations(3, 0.4)
    repeated.iloc[0, 1] = repeated.iloc[1, 0] = 1.0
    with pytest.raises(MatrixError, match="must be positive definite"):
        kaiser(repeated, kind="smc")
