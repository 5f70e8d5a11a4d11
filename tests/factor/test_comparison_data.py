from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from ikfs_methods.correlation import correlation_matrix
from ikfs_methods.errors import ConstantItemError, IkfsError, ParameterError
from ikfs_methods.factor.retention import comparison_data
from ikfs_methods.factor.retention.comparison import _less, _population, _sampled_eigenvalues, _unit

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def with_correlations(matrix: pd.DataFrame, n: int, seed: int = 0) -> pd.DataFrame:
    """Normal answers of n respondents with exactly these correlations."""
    drawn = np.random.default_rng(seed).standard_normal((n, len(matrix)))
    centred = drawn - drawn.mean(axis=0)
    white = np.linalg.solve(np.linalg.cholesky(centred.T @ centred / n), centred.T)
    return pd.DataFrame(white.T @ np.linalg.cholesky(matrix.to_numpy()).T, columns=matrix.columns)


def test_distances_as_efatools(holzinger_matrix):
    theirs = json.loads((REFERENCE / "retention_holzinger.json").read_text(encoding="utf-8"))["comparison_data"]
    # The answers are not stored: normal ones with the same correlations stand in, and these scores are nearly normal.
    found = comparison_data(with_correlations(holzinger_matrix, 301), rng=2)
    table = pd.DataFrame({"mean": found.distances.mean(), "sd": found.distances.std()})
    # Means differ by the population that each seed draws, about .003; largest deviation seen .006
    np.testing.assert_allclose(table["mean"], theirs["mean"][: len(table)], rtol=0, atol=0.012)
    np.testing.assert_allclose(table["sd"], theirs["sd"][: len(table)], rtol=0, atol=0.006)
    assert found.n_factors == theirs["n_factors"] == 3
    assert (found.n, found.n_dropped, len(found.distances)) == (301, 0, 500)


def test_pilot_holds_its_three_dimensions_by_comparison(pilot):
    found = comparison_data(pilot, rng=1, samples=100, population=3000)
    table = found.distances.mean().to_frame("mean")
    assert (found.n, found.n_dropped) == (745, 455)
    # the third dimension brings a sixth of the distance; whether a fourth is added is left to chance by the .30
    assert found.n_factors >= 3
    assert table["mean"].iloc[:3].is_monotonic_decreasing
    assert table["mean"][3] < 0.9 * table["mean"][2]
    assert table["mean"][4] > 0.9 * table["mean"][3]


def test_population_has_the_answers_margins_and_correlations(pilot):
    values = _unit(pilot.dropna())
    people = _population(values, 3, 20_000, np.random.default_rng(1))
    for ours, theirs in zip(people.T, values.T, strict=True):
        assert set(np.round(ours, 9)) <= set(np.round(theirs, 9))
    # three factors leave a root mean square of .03 of the pilot's correlations, most of it in PM6 with PM8
    rest = (np.corrcoef(people.T) - np.corrcoef(values.T))[np.tril_indices(24, -1)]
    assert np.sqrt((rest**2).mean()) < 0.05


def test_sampled_eigenvalues_are_those_of_samples():
    # weights of people give the correlations of the sample itself: two ways, the same draws
    rng = np.random.default_rng(3)
    people = rng.standard_normal((50, 4))
    ours = np.concatenate(list(_sampled_eigenvalues(people, 30, 3, np.random.default_rng(9))))
    chosen = np.random.default_rng(9).integers(50, size=(3, 30))
    theirs = [np.linalg.eigvalsh(np.corrcoef(people[rows].T))[::-1] for rows in chosen]
    # sums of 30 products of numbers near 1; largest deviation seen 1e-15
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def test_rank_test_as_scipy():
    rng = np.random.default_rng(5)
    first, second = rng.random(60), rng.random(80) + 0.02
    theirs = mannwhitneyu(first, second, alternative="less", method="asymptotic").pvalue
    assert _less(first, second) == pytest.approx(theirs, rel=1e-12)


def test_ranks_forgive_a_monotone_change(pilot):
    answers = pilot.iloc[:, :6].dropna()
    options = {"correlation": "spearman", "samples": 20, "population": len(answers)}
    plain = comparison_data(answers, rng=4, **options)
    bent = comparison_data(np.exp(answers), rng=4, **options)
    pd.testing.assert_frame_equal(plain.distances, bent.distances)
    # and its eigenvalues are those of Spearman correlations
    theirs = np.linalg.eigvalsh(correlation_matrix(answers, method="spearman").matrix)[::-1]
    np.testing.assert_allclose(plain.eigenvalues, theirs, rtol=0, atol=1e-12)


def test_huge_and_tiny_answers_do_not_matter(pilot):
    answers = pilot.iloc[:, :5].dropna()
    options = {"samples": 10, "population": len(answers), "rng": 1}
    # scaling by powers of two changes no digit
    pd.testing.assert_frame_equal(
        comparison_data(answers, **options).distances, comparison_data(answers * 2.0**900, **options).distances
    )


def test_comparison_errors(holzinger_matrix, pilot):
    with pytest.raises(ParameterError, match="takes the distributions of the answers"):
        comparison_data(correlation_matrix(pilot), rng=1)
    with pytest.raises(ParameterError, match="takes the distributions of the answers"):
        comparison_data(holzinger_matrix, rng=1)
    with pytest.raises(ParameterError, match="at least 3 items, for one common factor; found 2"):
        comparison_data(pilot.iloc[:, :2], rng=1)
    with pytest.raises(ParameterError, match="rng must be"):
        comparison_data(pilot)
    with pytest.raises(ParameterError, match="samples must be a whole number"):
        comparison_data(pilot, samples=0, rng=1)
    with pytest.raises(ConstantItemError, match="KD1"):
        comparison_data(pilot.assign(KD1=3), rng=1)


def test_any_answers_give_distances_or_a_named_error():
    computed = []

    @settings(max_examples=20, deadline=None)
    @given(seed=st.integers(0, 10_000), n_items=st.integers(3, 6), n=st.integers(4, 20))
    def refused_or_found(seed, n_items, n):
        rng = np.random.default_rng(seed)
        answers = pd.DataFrame(rng.integers(0, rng.integers(2, 5), size=(n, n_items)))
        answers.columns = [f"q{i}" for i in range(n_items)]
        try:
            found = comparison_data(answers, samples=5, population=50, rng=1)
        except IkfsError:
            return
        assert np.isfinite(found.distances.to_numpy()).all()
        assert found.n_factors >= 1
        computed.append(1)

    refused_or_found()
    # not all of them may be refused, or the test would say nothing
    assert len(computed) >= 10


def test_the_table_leaves_out_the_test_of_one_factor(pilot):
    found = comparison_data(pilot.iloc[:, :6], rng=1, samples=20, population=1200)
    table = found.to_frame()
    assert table["value"].notna().all()
    assert table.loc[1].index.tolist() == ["mean", "sd"]
    assert table.loc[2].index.tolist() == ["mean", "sd", "p_value"]
    assert set(table.index.get_level_values(0)[table["chosen"]]) == {found.n_factors}
    np.testing.assert_allclose(table.xs("mean", level="coefficient")["value"], found.distances.mean(), rtol=1e-14)


def test_a_population_holds_the_sample(pilot):
    with pytest.raises(ParameterError, match="population must be a whole number from 745 to 1000000; found 1"):
        comparison_data(pilot, population=1, rng=1)


def test_equal_distances_are_no_evidence():
    first = np.random.default_rng(2).integers(0, 5, 40) / 10
    second = np.random.default_rng(3).integers(0, 5, 50) / 10
    # mid-ranks and their variance as scipy's, also where sums in another order leave 1e-16
    theirs = mannwhitneyu(first, second, alternative="less", method="asymptotic").pvalue
    assert _less(first + 1e-16, second) == pytest.approx(theirs, rel=1e-12)
    assert _less(np.full(5, 0.3), np.full(5, 0.1 + 0.2)) == 1
