from __future__ import annotations

import numpy as np
import pytest

from ikfs_methods.factor import criteria

TARGET = np.array([[0.7, 0, np.nan], [0.6, np.nan, 0], [0, 0.7, 0], [np.nan, 0.6, 0], [0, 0, 0.8], [0, np.nan, 0.5]])
CRITERIA = {
    "quartimin": criteria.quartimin,
    "oblimin": criteria.oblimin(0.5),
    "crawford_ferguson": criteria.crawford_ferguson(0.25),
    "varimax": criteria.varimax,
    "quartimax": criteria.quartimax,
    "geomin": criteria.geomin(0.01),
    "bentler": criteria.bentler,
    "target": criteria.towards(TARGET),
}
LOADINGS = np.random.default_rng(3).uniform(-0.8, 0.8, (4, 6, 3))


@pytest.mark.parametrize("name", CRITERIA)
def test_slopes_by_differences(name):
    criterion, values, width = CRITERIA[name], LOADINGS[0], 1e-6
    slope = np.zeros_like(values)
    for i, j in np.ndindex(values.shape):
        bump = np.zeros_like(values)
        bump[i, j] = width
        slope[i, j] = (criterion(values + bump)[0] - criterion(values - bump)[0]) / (2 * width)
    # central differences: 1e-16 / 1e-6 of rounding
    np.testing.assert_allclose(criterion(values)[1], slope, rtol=0, atol=2e-8)


@pytest.mark.parametrize("name", CRITERIA)
def test_many_tables_at_once_are_each_by_itself(name):
    values, slopes = CRITERIA[name](LOADINGS)
    for table, value, slope in zip(LOADINGS, values, slopes, strict=True):
        # a product of stacked matrices may add in another order
        assert value == pytest.approx(CRITERIA[name](table)[0], rel=1e-12)
        np.testing.assert_allclose(slope, CRITERIA[name](table)[1], rtol=1e-11, atol=1e-14)


def test_members_of_the_family():
    # Crawford & Ferguson: kappa 0 is quartimin; for orthogonal turns, which keep row sums of squares h, kappa 1/p is
    # varimax but for a constant: sum h^2 (1 - 1/p) / 4 ... checked as a constant difference over two orthogonal turns
    first = LOADINGS[0]
    assert criteria.crawford_ferguson(0)(first)[0] == pytest.approx(criteria.quartimin(first)[0], rel=1e-14)
    assert criteria.oblimin(0) is criteria.quartimin
    turn = np.linalg.qr(LOADINGS[1][:3])[0]
    apart = [
        criteria.crawford_ferguson(1 / 6)(table)[0] - criteria.varimax(table)[0] for table in (first, first @ turn)
    ]
    assert apart[0] == pytest.approx(apart[1], rel=1e-12)


def test_worked_by_hand():
    table = np.array([[1.0, 2.0], [3.0, 1.0]])
    assert criteria.quartimin(table)[0] == (2 * 4 + 2 * 9) / 4
    assert criteria.quartimax(table)[0] == -(1 + 16 + 81 + 1) / 4
    assert criteria.varimax(table)[0] == -(4**2 * 2 + 1.5**2 * 2) / 4
    assert criteria.geomin(0.0)(table)[0] == pytest.approx(2 + 3, rel=1e-14)
    # the products of squares: 1 + 81 and 16 + 1 on the diagonal, 4 + 9 off it
    assert criteria.bentler(table)[0] == pytest.approx(-np.log((82 * 17 - 13**2) / (82 * 17)) / 4, rel=1e-13)
    assert criteria.towards(np.array([[0, np.nan], [3, 0]]))(table)[0] == 1 + 1


def test_a_singular_matrix_spoils_no_other():
    found = criteria.inverses(np.array([np.diag([2.0, 4.0]), np.zeros((2, 2)), np.eye(2)]))
    np.testing.assert_array_equal(found[0], np.diag([0.5, 0.25]))
    assert np.isnan(found[1]).all()
    np.testing.assert_array_equal(found[2], np.eye(2))
    empty = np.array([[0.8, 0.0], [0.7, 0.0], [0.6, 0.0]])
    assert np.isnan(criteria.bentler(empty)[0])
