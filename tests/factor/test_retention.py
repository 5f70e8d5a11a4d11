from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import t as student

from ikfs_methods.correlation import CorrelationResult
from ikfs_methods.correlation.smoothing import smoothed_many
from ikfs_methods.errors import IkfsError, MatrixError, ParameterError, TooFewError
from ikfs_methods.factor import parallel_analysis
from ikfs_methods.factor.extraction import minres
from ikfs_methods.factor.one_factor import one_factor_uniquenesses
from ikfs_methods.factor.retention import unrelated_correlations

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
LOADINGS = np.array([0.8, 0.7, 0.6, 0.5, 0.4])


@pytest.fixture(scope="module")
def holzinger_retention():
    return json.loads((REFERENCE / "retention_holzinger.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pilot_retention():
    return json.loads((REFERENCE / "retention_pilot.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def cut_normals() -> pd.DataFrame:
    """Unrelated items of four unequal categories, 300 respondents."""
    normal = np.random.default_rng(20).standard_normal((300, 10))
    return pd.DataFrame(np.digitize(normal, [-1.0, 0.2, 1.1]) + 1, columns=[f"q{i}" for i in range(10)])


def one_factor_matrix() -> pd.DataFrame:
    matrix = np.outer(LOADINGS, LOADINGS)
    np.fill_diagonal(matrix, 1)
    return pd.DataFrame(matrix, index=list("abcde"), columns=list("abcde"))


def test_components_as_psych(holzinger, holzinger_matrix):
    found = parallel_analysis(holzinger_matrix, n=301, rng=1)
    # eigenvalues of 15-digit correlations; largest deviation seen 3e-15
    np.testing.assert_allclose(found.observed, holzinger["parallel"]["component"], rtol=0, atol=1e-12)
    # means of 100 random draws against 500: standard error of the first is about .005
    np.testing.assert_allclose(found.simulated_mean, holzinger["parallel"]["component_mean"], rtol=0, atol=0.02)
    assert found.n_factors == holzinger["parallel"]["n_components"]


def test_factors_as_psych(holzinger, holzinger_matrix):
    found = parallel_analysis(holzinger_matrix, n=301, kind="factor", draws=2000, rng=1)
    # psych's optimiser stops about 1e-6 from the minimum; largest deviation seen 9.5e-7
    np.testing.assert_allclose(found.observed, holzinger["parallel"]["factor"], rtol=0, atol=5e-6)
    # psych's are means of 100 draws. From the second on a draw has a standard deviation of .034 at most: 4 standard
    # errors of the difference are .014. The first has a long tail of Heywood cases and .277: psych's mean is known to
    # .028, ours to .006, and 4 standard errors are .11. The next test holds the first without that chance.
    theirs = holzinger["parallel"]["factor_mean"]
    np.testing.assert_allclose(found.simulated_mean.iloc[1:], theirs[1:], rtol=0, atol=0.014)
    assert found.simulated_mean[1] == pytest.approx(theirs[0], abs=0.11)
    assert found.n_factors == holzinger["parallel"]["n_factors"]


def test_factors_of_each_draw_as_another_optimiser_finds_them():
    # The way of psych: L-BFGS-B over the uniquenesses from .005 to 1, here scipy's, from the same start.
    drawn = unrelated_correlations(301, 9, 100, np.random.default_rng(1))
    ours = one_factor_uniquenesses(drawn)
    theirs = np.array([_minimised(matrix) for matrix in drawn])
    gain = np.array([_loss(b, m)[0] - _loss(a, m)[0] for a, b, m in zip(ours, theirs, drawn, strict=True)])
    # Both stop within about 1e-12 of their minimum. It ends in a worse one in 6 of 1,000 draws, and ours never does.
    assert (gain > -1e-9).all()
    same = gain < 1e-9
    assert same.mean() >= 0.95
    first, other = (
        np.array([np.linalg.eigvalsh(m - np.diag(u))[-1] for u, m in zip(found, drawn, strict=True)])
        for found in (ours, theirs)
    )
    # it stops at a slope of 1e-8; largest deviation seen 1.5e-6, in a flat valley
    np.testing.assert_allclose(first[same], other[same], rtol=0, atol=1e-5)


def _loss(unique: np.ndarray, matrix: np.ndarray) -> tuple[float, np.ndarray]:
    """Half the squared residuals of the best single factor at these uniquenesses, and the slope."""
    values, vectors = np.linalg.eigh(matrix - np.diag(unique))
    return float((values[:-1] ** 2).sum()) / 2, -(vectors[:, :-1] ** 2) @ values[:-1]


def _minimised(matrix: np.ndarray) -> np.ndarray:
    start = 1 / np.diag(np.linalg.inv(matrix))
    options = {"maxiter": 2000, "ftol": 1e-13, "gtol": 1e-8}
    bounds = [(0.005, 1)] * len(matrix)
    return minimize(_loss, start, args=(matrix,), jac=True, bounds=bounds, method="L-BFGS-B", options=options).x


def test_pilot_holds_its_three_dimensions(pilot, pilot_values):
    found = parallel_analysis(pilot, rng=3)
    # largest deviation seen 1.3e-14
    np.testing.assert_allclose(found.observed, pilot_values["eigenvalues"], rtol=0, atol=1e-12)
    assert (found.n, found.n_dropped, found.n_factors) == (745, 455, 3)
    assert parallel_analysis(pilot, kind="factor", rng=3, draws=100).n_factors == 3


@pytest.mark.parametrize("n", [30, 100])
def test_percentile_of_two_items_is_the_critical_r(n):
    # of two items the larger eigenvalue is 1 + |r|, and |r| passes the two-sided critical r in 5 % of samples
    quantile = student.ppf(0.975, n - 2)
    critical = quantile / np.sqrt(n - 2 + quantile**2)
    matrix = pd.DataFrame([[1, 0.5], [0.5, 1]], index=["a", "b"], columns=["a", "b"])
    found = parallel_analysis(matrix, n=n, draws=40_000, rng=11)
    # standard error of a 95th percentile over 40,000 draws is about .001 at n = 30
    assert found.simulated[1] - 1 == pytest.approx(critical, abs=0.005)


def test_drawn_correlations_have_variance_one_over_n_minus_one():
    drawn = unrelated_correlations(21, 4, 20_000, np.random.default_rng(5))
    below = drawn[:, *np.tril_indices(4, -1)]
    # 120,000 correlations with standard deviation .224: standard errors .0006 of the mean, .0002 of the variance
    assert below.mean() == pytest.approx(0, abs=0.003)
    assert (below**2).mean() == pytest.approx(1 / 20, abs=0.001)
    np.testing.assert_allclose(drawn, drawn.transpose(0, 2, 1), rtol=0, atol=1e-15)


def test_component_eigenvalues_sum_to_the_items(holzinger_matrix):
    found = parallel_analysis(holzinger_matrix, n=301, rng=2)
    assert found.observed.sum() == pytest.approx(9, rel=1e-12)
    assert found.simulated_mean.sum() == pytest.approx(9, rel=1e-12)


def test_factor_eigenvalues_of_one_exact_factor():
    found = parallel_analysis(one_factor_matrix(), n=200, kind="factor", rng=2, draws=50)
    # R - U has rank one and the eigenvalue sum of squared loadings; the slope is brought below 1e-9
    expected = [float((LOADINGS**2).sum()), 0, 0, 0, 0]
    np.testing.assert_allclose(found.observed, expected, rtol=0, atol=1e-8)
    assert found.n_factors == 1


def test_batched_one_factor_solution_is_the_minres_solution(holzinger_matrix, pilot_values):
    for values in (holzinger_matrix.to_numpy(), np.array(pilot_values["spearman"]["values"])):
        ours = one_factor_uniquenesses(values[None])[0]
        # two routes to one minimum, each with a slope below 1e-9
        np.testing.assert_allclose(ours, 1 - minres(values, 1)[:, 0] ** 2, rtol=0, atol=1e-8)


def test_one_factor_bound_holds():
    # r12 r13 / r23 = .81/.7 > 1: the best communality of the first item lies beyond 1
    matrix = np.array([[1, 0.9, 0.9], [0.9, 1, 0.7], [0.9, 0.7, 1]])
    assert one_factor_uniquenesses(matrix[None])[0, 0] == 0.005


def test_stops_at_the_first_eigenvalue_that_is_not_above():
    # Ten items that all correlate .1 have one direction: eigenvalues 1.9 and nine times .9. By chance alone, at
    # n = 100, they fall from 1.7 to .6: .9 is below the second and above the last, which must not be counted.
    labels = [f"q{i}" for i in range(10)]
    alike = pd.DataFrame(np.where(np.eye(10), 1, 0.1), index=labels, columns=labels)
    found = parallel_analysis(alike, n=100, rng=4)
    np.testing.assert_allclose(found.observed, [1.9] + [0.9] * 9, rtol=1e-13)
    assert found.simulated[2] > 1.3
    assert found.simulated[10] < 0.7
    assert found.n_factors == 1
    assert found.to_frame()["retained"].tolist() == [True] + [False] * 9


def test_pilot_draws_as_psych(pilot, pilot_retention):
    theirs = pilot_retention["parallel"]
    components = parallel_analysis(pilot, draws=1000, rng=8)
    factors = parallel_analysis(pilot, kind="factor", draws=1000, rng=8)
    # psych's optimiser stops about 1e-6 from the minimum; largest deviations seen 3e-14 and 4e-7
    np.testing.assert_allclose(components.observed, theirs["component"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(factors.observed, theirs["factor"], rtol=0, atol=5e-6)
    # Draws have a standard deviation of .03 at most (.075 for the first factor): means of 500 and 1,000 differ by
    # .002 (.004) and 95th percentiles by twice that, one standard error each; four of them are allowed.
    for ours, name in ((components, "component"), (factors, "factor")):
        first = 2.5 if name == "factor" else 1
        np.testing.assert_allclose(ours.simulated_mean.iloc[1:], theirs[f"{name}_mean"][1:], rtol=0, atol=0.008)
        np.testing.assert_allclose(ours.simulated.iloc[1:], theirs[f"{name}_95"][1:], rtol=0, atol=0.016)
        assert ours.simulated_mean[1] == pytest.approx(theirs[f"{name}_mean"][0], abs=0.008 * first)
        assert ours.simulated[1] == pytest.approx(theirs[f"{name}_95"][0], abs=0.016 * first)
    assert (components.n_factors, factors.n_factors) == (theirs["n_components"], theirs["n_factors"])


def test_smc_factors_as_efatools(holzinger_matrix, holzinger_retention):
    found = parallel_analysis(holzinger_matrix, n=301, kind="factor", communalities="smc", draws=2000, rng=1)
    theirs = np.array(holzinger_retention["parallel_smc"]["values"])
    # eigenvalues of 15-digit correlations; largest deviation seen 8e-16
    np.testing.assert_allclose(found.observed, theirs[:, 0], rtol=0, atol=1e-12)
    # draws have a standard deviation of .05 at most: four standard errors of means of 1,000 and 2,000 are .008
    np.testing.assert_allclose(found.simulated_mean, theirs[:, 1], rtol=0, atol=0.008)
    # and of their 95th percentiles about twice as much; largest deviation seen .018
    np.testing.assert_allclose(found.simulated, theirs[:, 2], rtol=0, atol=0.025)
    assert found.n_factors == found.n_factors_mean == holzinger_retention["parallel_smc"]["n_factors"]
    assert (found.communalities, found.null, found.smoothed_draws) == ("smc", "wishart", 0)


def test_permuted_answers_spread_polychorics_more(cut_normals):
    # METHODS: first eigenvalue of unrelated items at n = 300 and p = 10 is 1.41 for polychorics, 1.37 for Pearson
    pearson = parallel_analysis(cut_normals, rng=1, draws=200)
    polychoric = parallel_analysis(cut_normals, correlation="polychoric", rng=1, draws=200)
    assert polychoric.null == "permutation"
    # the mean of 200 first eigenvalues has a standard error of .004
    assert pearson.simulated_mean[1] == pytest.approx(1.30, abs=0.03)
    assert polychoric.simulated_mean[1] > pearson.simulated_mean[1] + 0.02
    assert polychoric.n_factors <= 1
    assert parallel_analysis(cut_normals, correlation="polychoric", kind="factor", rng=1, draws=50).n_factors <= 1


def test_mixed_answers_are_permuted(cut_normals):
    answers = cut_normals.iloc[:, :3].assign(q9=np.random.default_rng(4).standard_normal(300))
    found = parallel_analysis(answers, correlation="mixed", rng=1, draws=30)
    assert (found.null, found.correlation, found.n_factors <= 1) == ("permutation", "mixed", True)


def test_draws_that_are_not_definite_are_mended():
    # correlations that cannot occur together, as pair by pair estimates may give
    matrix = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    mended, count = smoothed_many(np.stack([matrix, np.eye(3)]))
    assert count == 1
    assert np.linalg.eigvalsh(mended[0])[0] > 0
    np.testing.assert_allclose(np.diag(mended[0]), 1, rtol=1e-14)
    np.testing.assert_array_equal(mended[1], np.eye(3))


def test_a_saddle_is_left():
    # Two unrelated pairs, r = .3 and .5: the best single factor takes the stronger pair, l1 l2 = .5, and no other item
    matrix = np.eye(4)
    matrix[0, 1] = matrix[1, 0] = 0.3
    matrix[2, 3] = matrix[3, 2] = 0.5
    drawn = unrelated_correlations(60, 4, 300, np.random.default_rng(3))
    unique = one_factor_uniquenesses(np.concatenate([matrix[None], drawn]))
    assert unique[0, :2].min() == pytest.approx(1, abs=1e-6)
    assert (1 - unique[0, 2]) * (1 - unique[0, 3]) == pytest.approx(0.25, abs=1e-6)
    for one, correlations in zip(unique[1:], drawn, strict=True):
        values, vectors = np.linalg.eigh(correlations - np.diag(one))
        loadings = vectors[:, -1] * np.sqrt(max(values[-1], 0))
        # half the second derivatives of the squared residuals by the loadings
        curvature = 2 * np.outer(loadings, loadings) - correlations
        np.fill_diagonal(curvature, (loadings**2).sum() - loadings**2)
        free = one > 0.0051
        # at a minimum no direction among the free items bends down; rounding is about 1e-9
        assert np.linalg.eigvalsh(curvature[np.ix_(free, free)])[0] > -1e-5


def test_any_answers_give_numbers_or_a_named_error():
    computed = []

    @settings(max_examples=40, deadline=None)
    @given(seed=st.integers(0, 10_000), n_items=st.integers(2, 8), n=st.integers(5, 40), power=st.integers(-30, 30))
    def refused_or_found(seed, n_items, n, power):
        rng = np.random.default_rng(seed)
        answers = pd.DataFrame(rng.integers(1, rng.integers(2, 6), size=(n, n_items)) * 10.0**power)
        answers.columns = [f"q{i}" for i in range(n_items)]
        for options in ({}, {"kind": "factor"}, {"kind": "factor", "communalities": "smc"}):
            try:
                found = parallel_analysis(answers, draws=5, rng=1, **options)
            except IkfsError:
                continue
            assert np.isfinite(
                found.to_frame()[["observed", "simulated", "simulated_mean"]].to_numpy(dtype=float)
            ).all()
            computed.append(1)

    refused_or_found()
    # not all of them may be refused, or the test would say nothing
    assert len(computed) >= 10


def test_a_higher_percentile_keeps_no_more(holzinger_matrix):
    levels = [parallel_analysis(holzinger_matrix, n=301, percentile=q, rng=4).simulated for q in (50, 95, 99)]
    assert (levels[0] <= levels[1]).all()
    assert (levels[1] <= levels[2]).all()


def test_seed_zero_is_a_seed(holzinger_matrix):
    first = parallel_analysis(holzinger_matrix, n=301, rng=0)
    again = parallel_analysis(holzinger_matrix, n=301, rng=np.random.default_rng(0))
    other = parallel_analysis(holzinger_matrix, n=301, rng=1)
    pd.testing.assert_series_equal(first.simulated, again.simulated)
    assert not first.simulated.equals(other.simulated)


def test_errors(holzinger_matrix):
    with pytest.raises(ParameterError, match=r"rng must be a numpy random Generator or a seed.*found None"):
        parallel_analysis(holzinger_matrix, n=301)
    with pytest.raises(ParameterError, match=r"rng must be .*found True"):
        parallel_analysis(holzinger_matrix, n=301, rng=True)
    with pytest.raises(ParameterError, match="parallel analysis needs the number of respondents"):
        parallel_analysis(holzinger_matrix, rng=0)
    with pytest.raises(
        ParameterError, match=r"kind must be one of component, factor; found 'factors'.*Did you mean 'factor'"
    ):
        parallel_analysis(holzinger_matrix, n=301, kind="factors", rng=0)
    with pytest.raises(ParameterError, match=r"draws must be a whole number from 1 to 100000; found 0"):
        parallel_analysis(holzinger_matrix, n=301, draws=0, rng=0)
    with pytest.raises(ParameterError, match="percentile must be a number between 0 and 100, both excluded; found 100"):
        parallel_analysis(holzinger_matrix, n=301, percentile=100, rng=0)
    with pytest.raises(TooFewError, match="more respondents than items; found 9 respondents and 9 items"):
        parallel_analysis(holzinger_matrix, n=9, rng=0)
    with pytest.raises(ParameterError, match=r"communalities must be one of minres, smc; found 'one'"):
        parallel_analysis(holzinger_matrix, n=301, communalities="one", rng=0)
    repeated = holzinger_matrix.copy()
    repeated.iloc[0, 1] = repeated.iloc[1, 0] = 0.999
    with pytest.raises(MatrixError, match="without an eigenvalue below 0"):
        parallel_analysis(repeated, n=301, rng=0)


def test_a_matrix_of_categories_needs_its_answers(holzinger_matrix):
    ordinal = CorrelationResult(holzinger_matrix, 301, 301, 0, "polychoric", "listwise")
    with pytest.raises(
        ParameterError, match="null of Pearson correlations; found a polychoric matrix.*Give the answers"
    ):
        parallel_analysis(ordinal, rng=0)
    with pytest.raises(ParameterError, match="must permute the answers.*found a matrix alone"):
        parallel_analysis(ordinal, correlation="polychoric", rng=0)
    with pytest.raises(ParameterError, match="must permute the answers.*found a matrix alone"):
        parallel_analysis(holzinger_matrix, n=301, correlation="polychoric", rng=0)


@pytest.mark.parametrize("n_items", [3, 8, 15])
def test_factor_kind_settles_on_draws_of_unrelated_items(n_items):
    # Saddles and flat valleys are common among unrelated items; a real round of ten items once stopped at one of them.
    labels = [f"q{i}" for i in range(n_items)]
    unrelated = pd.DataFrame(np.eye(n_items), index=labels, columns=labels)
    for n, seed in ((300, 0), (1000, 2), (2600, 20200326)):
        found = parallel_analysis(unrelated, n=n, kind="factor", draws=500, rng=seed)
        assert found.n_factors == 0
