from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ikfs_methods.correlation import (
    as_correlation,
    correlation_matrix,
    is_matrix,
    nonnegative_definite,
    permuted_correlations,
    positive_definite,
    recommended,
    refuse_matrix,
)
from ikfs_methods.errors import MatrixError, ParameterError
from ikfs_methods.factor import kmo

NAMES = ["a", "b", "c"]
MATRIX = pd.DataFrame([[1, 0.5, 0.2], [0.5, 1, 0.4], [0.2, 0.4, 1]], index=NAMES, columns=NAMES)
ANSWERS = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 2, 4, 4], "c": [1, 3, 3, np.nan]})


def changed(row: int, column: int, value: float) -> pd.DataFrame:
    matrix = MATRIX.copy()
    matrix.iloc[row, column] = value
    return matrix


def test_a_matrix_is_taken_as_it_is():
    found = as_correlation(MATRIX, n=50)
    pd.testing.assert_frame_equal(found.matrix, MATRIX)
    assert (found.n, found.n_rows, found.n_dropped, found.method, found.missing) == (50, None, None, "given", "given")
    assert as_correlation(MATRIX).n is None


def test_a_matrix_without_labels_is_one_too():
    bare = pd.DataFrame(MATRIX.to_numpy())
    assert as_correlation(bare).method == "given"


def test_as_many_respondents_as_items_are_answers():
    square = pd.DataFrame([[1, 2, 4], [2, 3, 1], [5, 1, 2]])
    assert as_correlation(square).method == "pearson"
    pd.testing.assert_frame_equal(as_correlation(square).matrix, correlation_matrix(square).matrix)


def test_answers_follow_method_and_policy():
    found = as_correlation(ANSWERS, method="spearman", missing="pairwise")
    assert (found.method, found.missing, found.n, found.n_rows) == ("spearman", "pairwise", 3, 4)


def test_a_result_passes_and_n_replaces_its_own():
    made = correlation_matrix(ANSWERS, missing="pairwise")
    assert as_correlation(made) is made
    assert as_correlation(made, n=4).n == 4
    assert as_correlation(ANSWERS, n=4).n == 4


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (changed(0, 1, 0.6), "must be symmetric; found 0.6 for a and b"),
        (changed(1, 1, 2.0), "must have ones on the diagonal; found 2.0 for b and b.*covariance"),
        (changed(0, 1, np.nan), "must have no gaps; found nan for a and b"),
        (
            pd.DataFrame([[1, 1.5], [1.5, 1]], index=["a", "b"], columns=["a", "b"]),
            "must lie between -1 and 1; found 1.5 for a and b",
        ),
        (MATRIX.set_axis(["a", "c", "b"]), "same labels, in the same order.*rows: a, c, b; columns: a, b, c"),
    ],
)
def test_what_is_no_correlation_matrix(matrix, message):
    with pytest.raises(MatrixError, match=message):
        as_correlation(matrix)


@pytest.mark.parametrize("n", [2, 10.5, True, "100", 10**30])
def test_n_must_be_a_count(n):
    with pytest.raises(ParameterError, match="n must be a whole number from 3 to 10000000000; found"):
        as_correlation(MATRIX, n=n)


def test_array_is_refused():
    with pytest.raises(ParameterError, match="answers or correlation matrix must be a pandas DataFrame; found ndarray"):
        as_correlation(MATRIX.to_numpy())


def test_repeated_item_is_not_positive_definite():
    answers = ANSWERS[["a", "b"]].assign(twin=ANSWERS["a"] * 2 + 1)
    with pytest.raises(
        MatrixError, match=r"positive definite; its smallest eigenvalue is .* a and twin \(r = 1.0000\)"
    ):
        positive_definite(correlation_matrix(answers).matrix)


def test_impossible_correlations_are_not_positive_definite():
    # r12 = r13 = .9 forces r23 >= .62; determinant 1 + 2(.9)(.9)(.1) - .81 - .81 - .01 < 0
    said = r"smallest eigenvalue is -0\.2.*most correlated pair is a and b \(r = 0\.9000\)"
    for refuse in (positive_definite, nonnegative_definite, as_correlation):
        with pytest.raises(MatrixError, match=said):
            refuse(three(0.9, 0.9, 0.1))


def three(ab: float, ac: float, bc: float) -> pd.DataFrame:
    return pd.DataFrame([[1, ab, ac], [ab, 1, bc], [ac, bc, 1]], index=NAMES, columns=NAMES)


def test_rounding_of_a_printed_matrix_is_let_pass_and_no_more():
    # r12 = r13 = r and r23 = 2 r^2 - 1 have a determinant of 0: with r = .9, r23 = .62. Of two decimals, each may be
    # off by .005; an eigenvalue moves as much as the sum of the changes in a row, .01, at most.
    assert as_correlation(three(0.9, 0.9, 0.62)).method == "given"
    printed = three(0.905, 0.905, 0.615)
    assert -0.01 < np.linalg.eigvalsh(printed)[0] < -0.005
    assert as_correlation(printed).method == "given"
    with pytest.raises(MatrixError, match="positive definite"):
        positive_definite(printed)
    # a bit further is no rounding
    further = three(0.91, 0.91, 0.61)
    assert np.linalg.eigvalsh(further)[0] < -0.015
    with pytest.raises(
        MatrixError, match=r"occur together.*eigenvalue is -0\.0.*a and b .*Correct a matrix that was typed"
    ):
        as_correlation(further)


def test_weights_go_with_answers_only():
    weights = [1, 2, 1, 1]
    found = as_correlation(ANSWERS[["a", "b"]], weights=weights)
    pd.testing.assert_frame_equal(found.matrix, correlation_matrix(ANSWERS[["a", "b"]], weights=weights).matrix)
    for made in (MATRIX, found):
        with pytest.raises(ParameterError, match="weights must come with answers; found weights with correlations"):
            as_correlation(made, weights=weights)


@pytest.mark.parametrize("method", ["polychoric", "mixed"])
def test_ordered_answers_pass_through(method):
    answers = pd.DataFrame({"a": [1, 2, 3, 1, 2, 3, 2], "b": [1, 1, 2, 2, 1, 2, 2]})
    found = as_correlation(answers, method=method)
    assert found.method == method
    assert set(found.thresholds) == {"a", "b"}


def test_reordered_rows_are_a_slip_and_no_answers():
    with pytest.raises(MatrixError, match="same labels, in the same order, on rows and columns"):
        as_correlation(MATRIX.iloc[::-1])


@pytest.mark.parametrize("method", ["pearson", "polychoric"])
def test_a_matrix_is_refused_where_answers_are_needed(method):
    three = pd.DataFrame([[1, 0.2, 0.3], [0.2, 1, 0.4], [0.3, 0.4, 1]], index=list("abc"), columns=list("abc"))
    for table in (three, three.iloc[::-1]):
        with pytest.raises(ParameterError, match="answers are needed, .* found a correlation matrix of 3 items"):
            correlation_matrix(table, method=method)
        with pytest.raises(ParameterError, match="answers are needed"):
            permuted_correlations(table, rng=1)
        with pytest.raises(ParameterError, match="answers are needed"):
            recommended(table)
    # as many respondents as items are answers all the same, and so is a table with other labels
    answers = pd.DataFrame([[1, 2, 5], [2, 1, 3], [3, 3, 1]], index=list("abc"), columns=list("abc"))
    assert correlation_matrix(answers).n == 3
    refuse_matrix(three.set_axis([1, 2, 3]))
    refuse_matrix(three.astype(object).replace(1.0, "x"))
    assert not is_matrix(answers.set_axis(range(3), axis=0).set_axis(range(3), axis=1))
    assert is_matrix(three * 4, covariances=True)


def test_why_a_matrix_cannot_be_inverted():
    rng = np.random.default_rng(3)
    few = pd.DataFrame(rng.standard_normal((5, 6))).add_prefix("q")
    with pytest.raises(MatrixError, match="5 respondents cannot determine the correlations of 6 items"):
        kmo(few)
    many = (
        pd.DataFrame(rng.standard_normal((50, 4))).add_prefix("q").assign(total=lambda frame: frame["q1"] + frame["q3"])
    )
    with pytest.raises(MatrixError, match=r"follow from each other: q1, q3, total\. Drop an item"):
        kmo(many)


def test_smooth_is_true_or_false():
    answers = pd.DataFrame({"a": [1, 2, 3, 1], "b": [1, 3, 2, 1]})
    with pytest.raises(ParameterError, match="smooth must be True or False; found 'False'"):
        correlation_matrix(answers, smooth="False")
