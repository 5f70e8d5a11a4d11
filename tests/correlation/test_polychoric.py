from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from ikfs_methods.correlation import correlation_matrix
from ikfs_methods.errors import ConstantItemError, ParameterError

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
VALUES = json.loads((REFERENCE / "correlation_pilot.json").read_text(encoding="utf-8"))


def frame_of(table: list[list[int]]) -> pd.DataFrame:
    """One row per respondent of a table of two items."""
    cells = [(a, b) for a, row in enumerate(table) for b, count in enumerate(row) for _ in range(count)]
    return pd.DataFrame(cells, columns=["a", "b"])


def cut_sample(rho: float, n: int, cuts: list[float], rng: np.random.Generator) -> pd.DataFrame:
    first, other = rng.standard_normal((2, n))
    second = rho * first + np.sqrt(1 - rho**2) * other
    return pd.DataFrame({"a": np.digitize(first, cuts), "b": np.digitize(second, cuts)})


def rho_of(answers: pd.DataFrame, **options: object) -> float:
    return float(correlation_matrix(answers, method="polychoric", **options).matrix.iloc[0, 1])


@pytest.fixture(scope="module")
def pilot() -> pd.DataFrame:
    answers = pd.read_csv(REFERENCE / "pilot.csv")[VALUES["items"]]
    return answers.assign(PS8=6 - answers["PS8"])


def test_listwise_as_lavaan(pilot):
    found, known = correlation_matrix(pilot, method="polychoric"), VALUES["lavaan_listwise"]
    assert (found.n, found.method, found.smoothed) == (known["n"], "polychoric", False)
    # lavaan's own optimiser stops within 1e-7; largest deviation seen 1.6e-8
    np.testing.assert_allclose(found.matrix, known["rho"]["values"], rtol=0, atol=1e-7)
    # quantiles of counts; largest deviation seen 4e-15
    np.testing.assert_allclose(
        np.concatenate(list(found.thresholds.values())), list(known["thresholds"].values()), rtol=0, atol=1e-12
    )
    # depend on rho alone, an order of magnitude less; largest deviation seen 4.5e-11
    np.testing.assert_allclose(found.standard_errors, known["se"]["values"], rtol=0, atol=1e-8)


def test_pairwise_as_lavaan_and_psych(pilot):
    found = correlation_matrix(pilot, method="polychoric", missing="pairwise")
    # largest deviation seen 1.6e-8
    np.testing.assert_allclose(found.matrix, VALUES["lavaan_pairwise"]["rho"]["values"], rtol=0, atol=1e-7)
    # psych minimises with a tolerance of 1e-4; largest deviation seen 2.0e-5
    np.testing.assert_allclose(found.matrix, VALUES["psych_pairwise"]["rho"]["values"], rtol=0, atol=1e-4)
    np.testing.assert_allclose(
        list(found.thresholds.values()), VALUES["psych_pairwise"]["tau"]["values"], rtol=0, atol=1e-12
    )


def test_unequal_numbers_of_categories_and_gaps_in_the_codes(pilot):
    recoded = pilot.assign(
        KD2=pilot["KD2"].map({1: 1, 2: 1, 3: 2, 4: 3, 5: 3}), KD5=pilot["KD5"].map({1: 0, 2: 0, 3: 0, 4: 9, 5: 9})
    )
    found = correlation_matrix(recoded, method="polychoric")
    # largest deviation seen 1.6e-8
    np.testing.assert_allclose(found.matrix, VALUES["lavaan_unequal"]["rho"]["values"], rtol=0, atol=1e-7)
    assert [len(cuts) for cuts in found.thresholds.values()] == [4, 2, 1, 4, 4, 4, 4]


@pytest.mark.parametrize("table", [[[30, 10], [10, 30]], [[17, 33], [33, 17]], [[49, 1], [1, 49]]])
def test_tetrachoric_at_the_medians_is_a_sine(table):
    # Sheppard 1899: with both thresholds 0, P(00) = 1/4 + arcsin(rho) / (2 pi)
    share = table[0][0] / np.sum(table)
    # the search leaves an error below 1e-12
    assert rho_of(frame_of(table)) == pytest.approx(np.sin(2 * np.pi * (share - 0.25)), abs=1e-11)


def test_independence_gives_zero():
    table = np.outer([2, 3, 5], [1, 4, 1, 2])
    assert rho_of(frame_of(table.tolist())) == pytest.approx(0, abs=1e-12)


def test_maximum_of_the_likelihood_written_out():
    table = [[12, 5, 1], [7, 20, 9], [2, 6, 15]]
    counts = np.array(table)
    cuts = [np.r_[-9, norm.ppf(np.cumsum(counts.sum(axis=axis))[:-1] / counts.sum()), 9] for axis in (1, 0)]

    def likelihood(rho: float) -> float:
        both = multivariate_normal(cov=[[1, rho], [rho, 1]])
        corners = np.array([[both.cdf([h, k]) for k in cuts[1]] for h in cuts[0]])
        return float((counts * np.log(np.diff(np.diff(corners, axis=0), axis=1))).sum())

    rho = rho_of(frame_of(table))
    # the likelihood is flat at its maximum: the step must be large beside the root of the rounding
    assert likelihood(rho) > max(likelihood(rho - 1e-5), likelihood(rho + 1e-5))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), rho=st.floats(-0.9, 0.9))
def test_reversed_item_turns_the_sign_and_codes_do_not_matter(seed, rho):
    answers = cut_sample(rho, 60, [-0.8, 0.1, 0.9], np.random.default_rng(seed))
    if answers.nunique().min() < 2:
        return
    found = rho_of(answers)
    # the same likelihood from the other side
    assert rho_of(answers.assign(a=7 - answers["a"])) == pytest.approx(-found, abs=1e-8)
    assert rho_of(answers.assign(a=np.exp(answers["a"] * 1.7))) == pytest.approx(found, abs=1e-8)


def test_weights_are_repeated_rows():
    rng = np.random.default_rng(3)
    answers = cut_sample(0.6, 80, [-0.5, 0.5], rng)
    times = rng.integers(0, 4, len(answers))
    repeated = correlation_matrix(answers.loc[answers.index.repeat(times)], method="polychoric")
    weighted = correlation_matrix(answers, method="polychoric", weights=times)
    np.testing.assert_allclose(weighted.matrix, repeated.matrix, rtol=0, atol=1e-9)
    for name in answers:
        np.testing.assert_allclose(weighted.thresholds[name], repeated.thresholds[name], rtol=0, atol=1e-12)
    assert weighted.weighted
    assert weighted.n == (times > 0).sum()


def test_high_correlations_are_found():
    # thresholds of 40,000 rows; the standard error at .999 is about 5e-5
    for rho in (0.95, 0.99, 0.999, -0.995):
        found = correlation_matrix(cut_sample(rho, 40_000, [-1, 0, 1], np.random.default_rng(1)), method="polychoric")
        assert abs(found.matrix.iloc[0, 1] - rho) < 4 * found.standard_errors.iloc[0, 1]
        assert found.at_bound.empty


def test_empty_cell_of_two_by_two_counts_one_half():
    found, known = correlation_matrix(frame_of([[25, 0], [15, 20]]), method="polychoric"), VALUES["tetrachoric_empty"]
    # psych minimises with a tolerance of 1e-4; deviation seen 1.1e-5
    assert found.matrix.iloc[0, 1] == pytest.approx(known["rho"], abs=1e-4)
    assert found.empty_cells.to_numpy().tolist() == [["a", "b", 1, 4]]
    assert found.notes[-1] == "An empty cell of a table of two by two answers counts as one half: a with b."


def test_larger_tables_keep_their_empty_cells():
    found = correlation_matrix(frame_of([[5, 0, 1], [2, 6, 0], [0, 2, 7]]), method="polychoric")
    assert found.empty_cells.to_numpy().tolist() == [["a", "b", 3, 9]]
    assert len(found.notes) == 1


def test_identical_items_are_marked():
    answers = cut_sample(0.3, 60, [-0.5, 0.5], np.random.default_rng(0))
    found = correlation_matrix(answers.assign(twin=answers["a"], turned=-answers["a"]), method="polychoric")
    # smoothing lifts the eigenvalues of 0 to 1e-10 and moves the correlations as little
    assert found.matrix.loc["a", "twin"] == pytest.approx(1, abs=1e-8)
    assert found.matrix.loc["a", "turned"] == pytest.approx(-1, abs=1e-8)
    assert found.at_bound.to_numpy().tolist() == [["a", "twin", 1.0], ["a", "turned", -1.0], ["twin", "turned", -1.0]]
    assert np.isnan(found.standard_errors.loc["a", "twin"])
    assert found.smoothed
    assert any("no room for a correlation short of perfect" in note for note in found.notes)


def test_rows_of_a_pair_must_vary():
    answers = pd.DataFrame({"a": [1, 1, 1, 2, 3], "b": [1, 2, 3, np.nan, np.nan]})
    with pytest.raises(ConstantItemError, match="vary in the rows that a pair shares; one does not in a with b"):
        correlation_matrix(answers, method="polychoric", missing="pairwise")


def test_too_many_categories():
    answers = pd.DataFrame({"income": range(20), "b": [1, 2] * 10})
    with pytest.raises(ParameterError, match=r'at most 15 of them; found income \(20\).*method="mixed"'):
        correlation_matrix(answers, method="polychoric")


@pytest.mark.slow
@pytest.mark.parametrize(("rho", "gaps", "weighted"), [(0.5, 0.0, False), (-0.7, 0.2, False), (0.4, 0.0, True)])
def test_intervals_cover(rho, gaps, weighted):
    rng = np.random.default_rng(20)
    estimates, errors = [], []
    for _ in range(600):
        answers = cut_sample(rho, 600, [-1, 0, 0.8], rng).astype(float)
        answers = answers.mask(rng.random(answers.shape) < gaps)
        weights = rng.gamma(4, size=len(answers)) if weighted else None
        found = correlation_matrix(answers, method="polychoric", missing="pairwise", weights=weights)
        estimates.append(found.matrix.iloc[0, 1])
        errors.append(found.standard_errors.iloc[0, 1])
    r, se = np.array(estimates), np.array(errors)
    # Monte Carlo errors: of the mean sd / sqrt(600); of the standard deviation 1 / sqrt(1200) = 2.9 %, and of a
    # coverage of .95, .0089. Each is given three of its own, the bias also the 1/n of a nonlinear estimate.
    assert abs(r.mean() - rho) < 3 * r.std() / np.sqrt(600) + 1 / 600
    assert r.std() == pytest.approx(se.mean(), rel=0.087)
    covered = np.abs(np.arctanh(r) - np.arctanh(rho)) < 1.96 * se / (1 - r**2)
    assert covered.mean() == pytest.approx(0.95, abs=0.027)
