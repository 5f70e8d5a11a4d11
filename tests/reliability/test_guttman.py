from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ikfs_methods.correlation import correlation_matrix
from ikfs_methods.errors import ConstantItemError, IkfsError, MatrixError, ParameterError, ScaleError, TooFewError
from ikfs_methods.reliability.alpha import cronbach_alpha
from ikfs_methods.reliability.bound import greatest_lower_bound
from ikfs_methods.reliability.guttman import guttman_lambdas, searched_split
from ikfs_methods.reliability.halves import split_half
from ikfs_methods.reliability.moments import item_moments

ExactAnswers = Callable[..., pd.DataFrame]

REFERENCE = Path(__file__).parents[1] / "reference"
PILOT = json.loads((REFERENCE / "halves_pilot.json").read_text(encoding="utf-8"))
HOLZINGER = json.loads((REFERENCE / "halves_holzinger.json").read_text(encoding="utf-8"))["HS"]
CORRELATIONS = json.loads((REFERENCE / "reliability_holzinger.json").read_text(encoding="utf-8"))["correlations"]
HAND = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 2, 4, 4], "c": [1, 3, 3, 5]})

# R prints 15 digits; sums over 1,200 answers lose about three of them. The largest deviation seen is 7e-16.
R_DIGITS = 1e-12
NAMES = [f"lambda{i}" for i in range(1, 7)]


@pytest.mark.parametrize("dimension", ["KD", "PS", "PM"])
def test_lambdas_agree_with_psych(pilot: pd.DataFrame, dimension: str) -> None:
    block = PILOT[dimension]
    ours = guttman_lambdas(pilot[block["items"]], standardized=True, missing="pairwise")
    assert [getattr(ours, name) for name in NAMES] == pytest.approx(block["guttman"], abs=R_DIGITS)
    # the same correlations given as a result
    again = guttman_lambdas(correlation_matrix(pilot[block["items"]], missing="pairwise"))
    assert [getattr(again, name) for name in NAMES] == pytest.approx(block["guttman"], abs=R_DIGITS)


def test_lambdas_of_published_correlations_agree_with_psych() -> None:
    names = [f"x{i}" for i in range(1, 10)]
    matrix = pd.DataFrame(CORRELATIONS, names, names)
    ours = guttman_lambdas(matrix, odd="psych")
    assert [getattr(ours, name) for name in NAMES] == pytest.approx(HOLZINGER["guttman"], abs=R_DIGITS)
    # psych stops after half of the splits of nine items; the best of all is better
    assert guttman_lambdas(matrix).lambda4 > ours.lambda4 + 0.005


def test_lambdas_worked_by_hand() -> None:
    # covariances ab 4/3, ac 2, bc 4/3; variances 5/3, 4/3, 8/3; V = 17/3 + 28/3 = 15
    ours = guttman_lambdas(HAND)
    assert ours.lambda1 == pytest.approx(28 / 45, rel=1e-12)  # 1 - (17/3)/15; a handful of roundings
    squares = 2 * ((4 / 3) ** 2 + 4 + (4 / 3) ** 2)
    assert ours.lambda2 == pytest.approx(28 / 45 + np.sqrt(1.5 * squares) / 15, rel=1e-12)
    assert ours.lambda3 == pytest.approx(14 / 15, rel=1e-12)
    # 4 cov(A, B)/V: a against bc, c against ab: 4 (10/3)/15; b against ac: 4 (8/3)/15
    assert ours.lambda4 == pytest.approx(8 / 9, rel=1e-12)
    assert ours.lambda5 == pytest.approx(28 / 45 + 2 * np.sqrt((4 / 3) ** 2 + 4) / 15, rel=1e-12)
    # a on b and c: error 5/3 - [4/3, 2] S^-1 [4/3, 2]' and so on: the inverse's diagonal tells them
    covariance = np.cov(HAND.to_numpy().T)
    assert ours.lambda6 == pytest.approx(1 - (1 / np.diag(np.linalg.inv(covariance))).sum() / 15, rel=1e-10)
    assert ours.n_respondents == 4
    assert ours.to_frame()["estimate"].tolist() == [getattr(ours, name) for name in NAMES]


def test_lambda3_is_alpha(pilot: pd.DataFrame) -> None:
    items = pilot[PILOT["KD"]["items"]]
    alpha = cronbach_alpha(items)
    assert guttman_lambdas(items).lambda3 == pytest.approx(alpha.alpha, abs=1e-14)  # rounding
    ours = guttman_lambdas(items, standardized=True)
    assert ours.lambda3 == pytest.approx(alpha.standardized_alpha, abs=1e-14)
    assert (ours.n_respondents, ours.n_dropped) == (1011, 189)
    covariance = items.dropna().cov()
    assert guttman_lambdas(covariance).to_frame()["estimate"].tolist() == pytest.approx(
        guttman_lambdas(items).to_frame()["estimate"].tolist(),
        abs=1e-12,  # two ways to the same covariances
    )


@pytest.mark.parametrize(("k", "r"), [(4, 0.3), (6, 0.8)])
def test_parallel_items_make_all_but_three_bounds_equal(exact_answers: ExactAnswers, k: int, r: float) -> None:
    ours = guttman_lambdas(exact_answers(np.full((k, k), r) + (1 - r) * np.eye(k), 40))
    for name in ("lambda2", "lambda3", "lambda4"):
        assert getattr(ours, name) == pytest.approx(k * r / (1 + (k - 1) * r), abs=1e-12)  # exact but for rounding


@settings(max_examples=60)
@given(hnp.arrays(np.float64, st.tuples(st.integers(12, 30), st.integers(2, 6)), elements=st.integers(1, 5)))
def test_bounds_stand_in_guttmans_order(values: np.ndarray) -> None:
    try:
        ours = guttman_lambdas(pd.DataFrame(values).add_prefix("x"))
    except (ConstantItemError, MatrixError):
        reject()
    slack = 1e-9 * (1 + abs(ours.lambda1))  # rounding grows with the size of negative bounds
    assert ours.lambda1 <= ours.lambda3 + slack or ours.lambda1 < 0
    assert ours.lambda2 >= ours.lambda3 - slack
    assert ours.lambda5 >= ours.lambda1 - slack
    assert ours.lambda6 >= ours.lambda1 - slack


def test_a_given_matrix_says_how_it_was_made() -> None:
    answers = pd.DataFrame(np.random.default_rng(2).normal(size=(40, 4)) + 1).add_prefix("x")
    answers.iloc[0, 0] = np.nan
    for coefficient in (guttman_lambdas, split_half, greatest_lower_bound):
        pairwise = coefficient(correlation_matrix(answers + 0.0, missing="pairwise"))
        assert (pairwise.missing, pairwise.standardized) == ("pairwise", True)
        alone = coefficient(answers.corr())
        assert (alone.missing, alone.standardized, alone.n_respondents) == ("given", True, None)
        covariances = coefficient(answers.cov())
        assert (covariances.missing, covariances.standardized) == ("given", False)


def test_a_matrix_in_another_order_of_rows_is_refused_and_not_taken_for_answers() -> None:
    matrix = pd.DataFrame([[1, 0.3, 0.5], [0.3, 1, 0.2], [0.5, 0.2, 1]], list("abc"), list("abc"))
    with pytest.raises(MatrixError, match="rows and columns in the same order; found c, b, a and a, b, c first"):
        guttman_lambdas(matrix.iloc[::-1])


def test_items_too_far_apart_in_size_are_refused() -> None:
    answers = pd.DataFrame({"a": [1.0, 2, 3, 5], "b": [2.0, 1, 4, 3], "c": [1e300, 3e300, 2e300, 4e300]})
    for frame in (answers, answers * 1e-200):
        with pytest.raises(ScaleError, match="within 1e150 of each other.*next to nothing beside c: a, b"):
            guttman_lambdas(frame)
    with pytest.raises(ParameterError, match="standardized must be True or False"):
        guttman_lambdas(answers, standardized="False")  # type: ignore[arg-type]


def test_search_finds_the_best_of_all_splits() -> None:
    rng = np.random.default_rng(5)
    found = 0
    for k in (7, 8, 10):
        for _ in range(20):
            matrix = np.cov((rng.normal(size=(60, k)) @ rng.normal(size=(k, k))).T)
            rows = [np.where(np.isin(np.arange(k), half), 1.0, -1.0) for half in combinations(range(k), k // 2)]
            best = min(signs @ matrix @ signs for signs in rows)
            signs = searched_split(matrix)
            assert (signs > 0).sum() == k // 2
            found += signs @ matrix @ signs <= best * (1 + 1e-9)  # rounding
    assert found >= 57  # a local search may miss; it missed 0 of these 60


def test_beyond_sixteen_items_lambda4_is_searched() -> None:
    rng = np.random.default_rng(1)
    answers = pd.DataFrame(rng.normal(size=(300, 20)) + rng.normal(size=(300, 1))).add_prefix("x")
    ours = guttman_lambdas(answers)
    assert not ours.lambda4_exact
    assert "found by search" in ours.notes[0]
    assert ours.lambda4 >= ours.lambda3
    first, second = ours.halves
    a, b = answers[list(first)].sum(axis=1), answers[list(second)].sum(axis=1)
    assert ours.lambda4 == pytest.approx(4 * np.cov(a, b)[0, 1] / (a + b).var(), abs=1e-12)  # the definition


def test_identical_items_and_few_rows_have_bounds() -> None:
    twice = HAND.assign(d=HAND["a"])
    ours = guttman_lambdas(twice)
    assert np.isfinite(ours.to_frame()["estimate"]).all()
    # what others repeat has no error: at n <= k every item is repeated
    assert guttman_lambdas(HAND.iloc[:3].assign(b=[2, 1, 3])).lambda6 == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("size", [1e300, 1e-300, 1e150])
def test_the_unit_of_the_answers_does_not_matter(size: float) -> None:
    expected = guttman_lambdas(HAND).to_frame()["estimate"].tolist()
    assert guttman_lambdas(HAND * size).to_frame()["estimate"].tolist() == pytest.approx(expected, abs=1e-9)


def test_errors_say_what_to_do() -> None:
    with pytest.raises(ConstantItemError, match="constant over 4 respondents: b"):
        guttman_lambdas(HAND.assign(b=1))
    with pytest.raises(MatrixError, match="the sum of the 2 items must vary"):
        guttman_lambdas(pd.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1]}))
    with pytest.raises(TooFewError, match="at least .* 2 columns"):
        guttman_lambdas(HAND[["a"]])
    with pytest.raises(MatrixError, match="symmetric"):
        guttman_lambdas(pd.DataFrame([[1, 0.5], [0.2, 1]], ["a", "b"], ["a", "b"]))
    with pytest.raises(MatrixError, match="variances above 0"):
        guttman_lambdas(pd.DataFrame([[0, 0.5], [0.5, 1]], ["a", "b"], ["a", "b"]))
    wrong = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    with pytest.raises(MatrixError, match="without an eigenvalue below 0"):
        guttman_lambdas(pd.DataFrame(wrong, list("abc"), list("abc")))


ODD_VALUES = st.sampled_from([0.0, 1.0, 2.0, 5.0, -3.0, np.nan, 1e300, -1e300, 1e-300, np.inf])


def test_whatever_is_given_ends_in_numbers_or_a_named_error() -> None:
    finished = []

    @settings(max_examples=80)
    @given(
        hnp.arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=ODD_VALUES),
        st.sampled_from(["listwise", "pairwise"]),
        st.booleans(),
    )
    def check(
        values: np.ndarray,
        missing: str,
        standardized: bool,
    ) -> None:
        answers = pd.DataFrame(values).add_prefix("x")
        try:
            ours = guttman_lambdas(answers, missing=missing, standardized=standardized)  # type: ignore[arg-type]
        except IkfsError:
            return
        assert np.isfinite(ours.to_frame()["estimate"]).all()
        finished.append(True)

    check()
    assert finished  # not all were refused


def test_moments_know_a_matrix_from_answers() -> None:
    square = pd.DataFrame([[1, 2, 3], [3, 1, 2], [2, 3, 5]], columns=list("abc"))
    assert item_moments(square, standardized=False, missing="listwise").n == 3
    assert item_moments(HAND.cov(), standardized=False, missing="listwise").n is None
    named = HAND.cov()
    both = item_moments(named, standardized=True, missing="listwise").matrix
    np.testing.assert_allclose(both, HAND.corr(), atol=1e-12)  # rounding
