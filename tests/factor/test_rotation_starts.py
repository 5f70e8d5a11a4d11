from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ikfs_methods.factor.criteria import geomin
from ikfs_methods.factor.exploratory import exploratory
from ikfs_methods.factor.projection import nearest_orthogonal, project, random_starts
from ikfs_methods.factor.rotation import rotate

# Each item on two of four factors: geomin sees several ways to put the axes.
PATTERN = np.kron(np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [1, 0, 0, 1]]), np.array([[0.6], [0.5], [0.4]]))
TANGLED = pd.DataFrame(PATTERN + np.random.default_rng(1).normal(0, 0.05, PATTERN.shape))


def test_each_start_goes_its_own_way():
    # in one batch or one by one, the ends are the same
    starts = random_starts(4, 4, np.random.default_rng(0))
    values = TANGLED.to_numpy()
    together = project(values, geomin(0.01), starts, oblique=True)
    alone = [project(values, geomin(0.01), start[None], oblique=True) for start in starts]
    # paths part by rounding near a saddle, but no start does here
    np.testing.assert_allclose(together.reached, [end.reached[0] for end in alone], rtol=0, atol=1e-9)
    assert together.settled.all()


def test_the_least_of_several_minima_is_kept():
    single = rotate(TANGLED, method="geomin", stop="converged")
    found = rotate(TANGLED, method="geomin", starts=10, rng=0)
    assert (single.starts, found.starts) == (1, 10)
    assert len(found.minima) > 1
    assert found.minima["starts"].sum() == 10
    assert found.minima["criterion"].is_monotonic_increasing
    assert found.criterion == pytest.approx(found.minima["criterion"].iloc[0], abs=1e-9)
    assert found.criterion <= single.criterion + 1e-12
    assert found.first == pytest.approx(single.criterion, abs=1e-9)
    again = rotate(TANGLED, method="geomin", starts=10, rng=np.random.default_rng(0))
    pd.testing.assert_frame_equal(found.loadings, again.loadings)


def test_one_minimum_wherever_it_starts():
    simple = pd.DataFrame(np.kron(np.eye(3), np.array([[0.8], [0.7], [0.6]])))
    found = rotate(simple, method="varimax", starts=30, rng=1)
    assert list(found.minima["starts"]) == [30]
    # the start from the axes as given is kept among equals, so that the loadings are those of one start
    pd.testing.assert_frame_equal(found.loadings, rotate(simple, method="varimax").loadings)


def test_several_minima_are_said():
    matrix = TANGLED.to_numpy() @ TANGLED.to_numpy().T
    np.fill_diagonal(matrix, 1)
    frame = pd.DataFrame(matrix, index=[f"i{j}" for j in range(12)], columns=[f"i{j}" for j in range(12)])
    found = exploratory(frame, n_factors=4, rotation="geomin", starts=30, rng=3, n=500)
    assert found.starts == 30
    assert len(found.minima) > 1
    said = " ".join(found.notes)
    values = found.minima["criterion"].to_numpy()
    assert ("ends in a worse minimum" in said) == (found.rotated.first > found.rotated.criterion * 1.01)
    assert ("minima nearly as good as each other" in said) == (values[1] <= values[0] * 1.01)
    assert "minim" in said


def test_random_starts_are_orthogonal_and_fair():
    starts = random_starts(4000, 3, np.random.default_rng(2))
    np.testing.assert_allclose(np.swapaxes(starts, 1, 2) @ starts, np.tile(np.eye(3), (4000, 1, 1)), atol=1e-13)
    # each entry of a fair turn has mean 0 and variance 1/3: five standard errors
    np.testing.assert_allclose(starts.mean(axis=0), 0, atol=5 * np.sqrt(1 / 3 / 4000))
    assert nearest_orthogonal(2 * starts[0]) == pytest.approx(starts[0], abs=1e-13)
