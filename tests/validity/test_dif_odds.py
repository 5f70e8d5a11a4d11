from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from ikfs_methods.validity.differential.proportional_odds import log_likelihood_alone, proportional_odds


def cells(rng: np.random.Generator, n: int, categories: int) -> tuple[np.ndarray, np.ndarray]:
    """One respondent a cell: answers that follow the model, every category given."""
    predictors = rng.normal(size=(n, 3))
    latent = predictors @ [1.0, -0.5, 0.3] + rng.logistic(size=n)
    answers = np.searchsorted(np.quantile(latent, np.linspace(0.1, 0.9, categories - 1)), latent)
    return np.eye(categories)[answers], predictors


@pytest.mark.parametrize("categories", [2, 3, 5, 9])
def test_fit_agrees_with_statsmodels(categories: int) -> None:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    counts, predictors = cells(np.random.default_rng(categories), 300, categories)
    ours = proportional_odds(counts, predictors)
    answers = pd.Series(pd.Categorical(counts.argmax(axis=1), ordered=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its optimiser overflows on its way
        theirs = OrderedModel(answers, predictors, distr="logit").fit(method="bfgs", disp=0, maxiter=1000, gtol=1e-8)
    assert ours.outcome == "converged"
    # BFGS ends on a small gradient, not on small steps; the largest deviations seen are 2e-13 and 1e-7
    assert ours.log_likelihood == pytest.approx(theirs.llf, abs=1e-9)
    assert ours.slopes == pytest.approx(np.asarray(theirs.params)[:3], abs=1e-6)
    thresholds = theirs.model.transform_threshold_params(np.asarray(theirs.params))[1:-1]
    assert ours.thresholds == pytest.approx(thresholds, abs=1e-6)


def test_two_categories_and_two_cells_are_an_odds_ratio() -> None:
    # 10 of 40 below in one cell, 30 of 50 in the other: thresholds log(10/30), slope minus the log odds ratio
    fit = proportional_odds(np.array([[10.0, 30], [30, 20]]), np.array([[0.0], [1]]))
    assert fit.thresholds == pytest.approx([np.log(10 / 30)], abs=1e-12)
    assert fit.slopes == pytest.approx([-np.log((30 / 20) / (10 / 30))], abs=1e-12)
    saturated = 10 * np.log(0.25) + 30 * np.log(0.75) + 30 * np.log(0.6) + 20 * np.log(0.4)
    assert fit.log_likelihood == pytest.approx(saturated, abs=1e-11)


def test_expected_counts_give_back_their_model() -> None:
    thresholds, slopes = np.array([-1.5, 0.2, 1.1]), np.array([0.8, -0.4])
    predictors = np.random.default_rng(5).normal(size=(60, 2))
    below = expit(thresholds - (predictors @ slopes)[:, None])
    shares = np.diff(np.column_stack([np.zeros(60), below, np.ones(60)]), axis=1)
    fit = proportional_odds(shares * 7, predictors)
    # the score equations hold exactly at the truth; Newton ends within its decrement of 1e-10
    assert fit.thresholds == pytest.approx(thresholds, abs=1e-9)
    assert fit.slopes == pytest.approx(slopes, abs=1e-9)


def test_cells_may_be_split_or_joined() -> None:
    counts, predictors = cells(np.random.default_rng(1), 200, 4)
    predictors = predictors.round()
    single = proportional_odds(counts, predictors)
    points, place = np.unique(predictors, axis=0, return_inverse=True)
    joined = np.zeros((len(points), 4))
    np.add.at(joined, place.ravel(), counts)
    # sums in another order
    assert proportional_odds(joined, points).log_likelihood == pytest.approx(single.log_likelihood, abs=1e-9)


def test_reversing_the_categories_reverses_the_slopes() -> None:
    counts, predictors = cells(np.random.default_rng(2), 200, 5)
    forth, back = proportional_odds(counts, predictors), proportional_odds(counts[:, ::-1], predictors)
    # the same maximum reached from the other side: Newton's decrement of 1e-10, squared by the last step
    assert back.slopes == pytest.approx(-forth.slopes, abs=1e-9)
    assert back.thresholds == pytest.approx(-forth.thresholds[::-1], abs=1e-9)


def test_separation_is_told_from_a_steep_slope() -> None:
    x = np.linspace(-2, 2, 41)[:, None]
    apart = np.column_stack([x[:, 0] < 0, x[:, 0] >= 0]).astype(float)
    assert proportional_odds(apart, x).outcome == "separated"
    one_across = apart.copy()
    one_across[[15, 25]] = one_across[[15, 25], ::-1]
    assert proportional_odds(one_across, x).outcome == "converged"


def test_a_group_with_one_answer_is_separated() -> None:
    counts = np.array([[5.0, 5, 5], [0, 0, 9]])
    assert proportional_odds(counts, np.array([[0.0], [1]])).outcome == "separated"
    # an empty lowest category alone is none: the others place its threshold
    assert proportional_odds(np.array([[5.0, 5, 5], [0, 4, 9]]), np.array([[0.0], [1]])).outcome == "converged"


@given(seed=st.integers(0, 10_000), categories=st.integers(2, 6), n=st.integers(5, 40))
def test_fit_never_loses_to_no_predictors(seed: int, categories: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.poisson(0.7, size=(n, categories)).astype(float)
    counts[0] += 1
    fit = proportional_odds(counts, rng.normal(size=(n, 2)))
    assert fit.outcome in {"converged", "separated"}
    assert fit.log_likelihood >= log_likelihood_alone(counts) - 1e-9
    assert (np.diff(fit.thresholds) > 0).all()
