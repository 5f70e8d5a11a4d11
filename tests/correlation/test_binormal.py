from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from ikfs_methods.correlation.binormal import cell_probabilities, cell_slopes, density, distribution

CUTS = np.array([[-2.1, -0.7, 0.0, 0.4, 2.5]])


@pytest.mark.parametrize("rho", [0.0, 0.2, -0.5, 0.74, 0.76, 0.92, 0.93, -0.97, 0.999, -0.9999])
def test_distribution_as_scipy(rho):
    both = multivariate_normal(cov=[[1, rho], [rho, 1]])
    expected = np.array([[both.cdf([h, k]) for k in CUTS[0]] for h in CUTS[0]])
    # both are good to about 1e-15; largest deviation seen 1.1e-15
    np.testing.assert_allclose(distribution(CUTS, CUTS, np.array([rho]))[0], expected, rtol=0, atol=1e-14)
    points = np.stack(np.meshgrid(CUTS[0], CUTS[0], indexing="ij"), axis=-1)
    # the exponent loses digits as 1 - rho^2 does: 4 of them at .9999
    np.testing.assert_allclose(density(CUTS, CUTS, np.array([rho]))[0], both.pdf(points), rtol=1e-9, atol=1e-14)


def test_at_the_medians_it_is_an_arcsine():
    rho = np.array([-0.99, -0.5, 0.0, 0.3, 0.95, 0.9999])
    zero = np.zeros((6, 1))
    expected = 0.25 + np.arcsin(rho) / (2 * np.pi)
    np.testing.assert_allclose(distribution(zero, zero, rho)[:, 0, 0], expected, rtol=0, atol=1e-15)


def test_cells_sum_to_one_and_slopes_to_zero():
    rho = np.array([0.3, 0.6, -0.96])
    first, second = np.tile(CUTS, (3, 1)), np.tile(CUTS[:, 1:3], (3, 1))
    cells, slopes = cell_probabilities(first, second, rho), cell_slopes(first, second, rho)
    assert cells.shape == slopes.shape == (3, 6, 3)
    np.testing.assert_allclose(cells.sum(axis=(1, 2)), 1, rtol=1e-14)
    np.testing.assert_allclose(slopes.sum(axis=(1, 2)), 0, atol=1e-14)
    step = 1e-6
    numeric = (cell_probabilities(first, second, rho + step) - cell_probabilities(first, second, rho - step)) / 2 / step
    # a central difference: rounding 1e-16 / 1e-6, and step^2 times the third derivative (up to 5e4 at -.96)
    np.testing.assert_allclose(slopes, numeric, rtol=0, atol=1e-7)
