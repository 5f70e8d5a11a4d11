from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ikfs_methods.errors import MatrixError, ParameterError
from ikfs_methods.reliability.covariance import Missing, alpha_of, alphas_without_each, correlation_of, item_covariance

# The example of Julia's StatsBase.cronbachalpha: alpha 0.8136; without each item 0.7500, 0.7606, 0.7714, 0.7826.
COVARIANCE = np.full((4, 4), 6.0) + np.diag([4.0, 5.0, 6.0, 7.0])


def test_alpha_of_a_matrix_agrees_with_statsbase() -> None:
    assert alpha_of(COVARIANCE) == pytest.approx(0.8136, abs=5e-5)  # printed to four decimals
    without = alphas_without_each(pd.DataFrame(COVARIANCE))
    assert without.tolist() == pytest.approx([0.7500, 0.7606, 0.7714, 0.7826], abs=5e-5)


def test_alpha_of_a_matrix_worked_by_hand() -> None:
    # trace 46, sum 118: 4/3 (1 - 46/118) = 48/59; without the first: trace 36, sum 72: 3/2 (1/2) = 3/4
    assert alpha_of(COVARIANCE) == pytest.approx(48 / 59, rel=1e-14)  # four roundings
    assert alphas_without_each(pd.DataFrame(COVARIANCE))[0] == pytest.approx(3 / 4, rel=1e-14)


def test_dropping_an_item_equals_leaving_it_out_from_the_start() -> None:
    frame = pd.DataFrame(COVARIANCE)
    for item, alpha in alphas_without_each(frame).items():
        # the same sums in another order
        assert alpha == pytest.approx(alpha_of(frame.drop(index=item, columns=item).to_numpy()), rel=1e-13)


def test_correlations_have_ones_on_the_diagonal_and_keep_the_signs() -> None:
    correlation = correlation_of(np.array([[4.0, -3.0], [-3.0, 9.0]]))
    assert correlation.tolist() == [[1.0, -0.5], [-0.5, 1.0]]


def test_the_result_says_which_rows_were_used() -> None:
    answers = pd.DataFrame({"a": [1, 2, np.nan, 4], "b": [2, 1, 3, 5]}, index=list("pqrs"))
    assert list(item_covariance(answers).used.index) == ["p", "q", "s"]
    assert item_covariance(answers).n_dropped == 1
    pairwise = item_covariance(answers, missing="pairwise")
    assert (len(pairwise.used), pairwise.n_dropped) == (4, 0)
    assert pairwise.to_frame().loc["b", "b"] == pytest.approx(np.var([2, 1, 3, 5], ddof=1), rel=1e-14)  # rounding


@pytest.mark.parametrize("min_rows", [None, "x", np.nan, True, 1])
def test_the_least_number_of_rows_is_a_whole_number(min_rows: object) -> None:
    with pytest.raises(ParameterError, match="min_rows must be a whole number of at least 2"):
        item_covariance(pd.DataFrame({"a": [1, 2], "b": [2, 1]}), min_rows=min_rows)  # type: ignore[arg-type]


def test_a_changed_frame_leaves_the_result_as_it_was() -> None:
    items = item_covariance(pd.DataFrame({"a": [1, 2, 4], "b": [2, 1, 3]}))
    frame = items.to_frame()
    frame.iloc[0, 0] = -1
    assert items.matrix.iloc[0, 0] > 0


def test_a_total_without_variance_is_refused() -> None:
    with pytest.raises(MatrixError, match="the sum of the 2 items must vary"):
        alpha_of(np.array([[1.0, -1.0], [-1.0, 1.0]]))


def test_weighted_covariances_agree_with_base_r() -> None:
    folder = Path(__file__).parents[1] / "reference"
    theirs = json.loads((folder / "reliability_alpha_family.json").read_text(encoding="utf-8"))
    pilot = pd.read_csv(folder / "pilot.csv")
    pilot["PS8"] = 6 - pilot["PS8"]
    items = item_covariance(pilot[[f"PS{number}" for number in range(1, 9)]], weights=pilot["weight"])
    # R prints 15 digits; the largest deviation seen is 3e-15
    assert items.matrix.loc["PS1"].tolist() == pytest.approx(theirs["weighted_covariance_first_row"], abs=1e-12)


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_weights_and_pairs_agree_with_pandas(missing: Missing) -> None:
    answers = pd.DataFrame({"a": [1, 2, np.nan, 4, 5], "b": [2, 1, 3, 5, np.nan], "c": [1.5, 2, 2, 6, 3]})
    expected = answers.cov() if missing == "pairwise" else answers.dropna().cov()
    equal = pd.Series(0.3, index=answers.index)
    for weights in (None, equal):
        matrix = item_covariance(answers, missing=missing, weights=weights).matrix
        np.testing.assert_allclose(matrix, expected, rtol=1e-13)  # a dozen roundings


def test_pairwise_weights_belong_to_the_rows_of_each_pair() -> None:
    answers = pd.DataFrame({"a": [1, 2, np.nan, 4], "b": [2, 1, 3, 5], "c": [1, 2, 2, 6]})
    weights = pd.Series([1.0, 2.0, 3.0, 0.5])
    matrix = item_covariance(answers, missing="pairwise", weights=weights).matrix
    both = answers[["a", "b"]].dropna()
    direct = np.cov(both.to_numpy().T, aweights=weights[both.index])  # numpy's aweights: the same divisor
    assert matrix.loc["a", "b"] == pytest.approx(direct[0, 1], rel=1e-13)  # rounding
    assert item_covariance(answers, weights=weights).effective_n == pytest.approx(3.5**2 / 5.25, rel=1e-14)
