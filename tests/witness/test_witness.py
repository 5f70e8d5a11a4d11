"""The other packages are seconds to import, so each is met once here, on answers whose coefficients are known."""

from __future__ import annotations

from collections.abc import Callable
from math import log, sqrt

import numpy as np
import pandas as pd
import pytest

from ikfs_methods import witness
from ikfs_methods.errors import (
    ColumnError,
    ConvergenceError,
    MatrixError,
    ParameterError,
    TooFewError,
    WeightError,
)
from ikfs_methods.reliability import cronbach_alpha
from ikfs_methods.reliability.covariance import Missing
from ikfs_methods.validity import item_analysis

N, K, R = 60, 4, 0.4
EQUAL = np.full((K, K), R) + (1 - R) * np.eye(K)  # every item correlates R with every other


def answers_with(correlation: np.ndarray, n: int = N) -> pd.DataFrame:
    """Answers with exactly this sample correlation: white noise, whitened and coloured, on a scale around 3."""
    noise = np.random.default_rng(0).normal(size=(n, len(correlation)))
    noise -= noise.mean(axis=0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(np.cov(noise.T))).T
    return pd.DataFrame(3 + white @ np.linalg.cholesky(correlation).T).add_prefix("KD")


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return answers_with(EQUAL)


def with_gaps(answers: pd.DataFrame) -> pd.DataFrame:
    gaps = answers.copy()
    gaps.iloc[3, 0] = gaps.iloc[8, 2] = np.nan
    gaps.loc[len(gaps)] = np.nan
    return gaps


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_pingouin_finds_our_alpha_and_its_interval(answers: pd.DataFrame, missing: Missing) -> None:
    gaps = with_gaps(answers)
    rows = witness.alpha(gaps, cronbach_alpha(gaps, missing=missing), subject="KD")
    assert [row.coefficient for row in rows] == ["alpha", "alpha_ci_low", "alpha_ci_high"]
    assert all(row.agrees for row in rows)
    assert all(row.theirs == round(row.theirs, 3) for row in rows[1:])
    assert rows[0].package == "pingouin"


def test_an_interval_of_another_kind_has_no_witness(answers: pd.DataFrame) -> None:
    assert len(witness.alpha(answers, cronbach_alpha(answers, interval="bonett"), subject="KD")) == 1


def test_a_wrong_alpha_is_noticed(answers: pd.DataFrame) -> None:
    wrong = cronbach_alpha(answers.assign(KD0=-answers["KD0"]))
    row = witness.alpha(answers, wrong, subject="KD")[0]
    assert not row.agrees
    # parallel items: 4 * .4 / (1 + 3 * .4)
    assert row.theirs == pytest.approx(1.6 / 2.2, abs=1e-12)  # rounding


def test_statsmodels_finds_our_item_rest_correlations_with_their_sign(answers: pd.DataFrame) -> None:
    turned = answers.assign(KD1=-answers["KD1"])
    rows = witness.item_rest(turned, item_analysis(turned).items["item_rest"], subject="KD")
    assert [row.subject for row in rows] == ["KD / KD0", "KD / KD1", "KD / KD2", "KD / KD3"]
    assert all(row.agrees for row in rows)
    # an item turned against three that correlate R: -3R / sqrt(3 + 6R)
    assert rows[1].theirs == pytest.approx(-3 * R / sqrt(3 + 6 * R), abs=1e-12)


def test_factor_analyzer_finds_kmo_and_bartlett_of_equal_correlations(answers: pd.DataFrame) -> None:
    partial = R / (1 + (K - 2) * R)
    determinant = (1 - R) ** (K - 1) * (1 + (K - 1) * R)
    kmo, chi2 = R**2 / (R**2 + partial**2), -(N - 1 - (2 * K + 5) / 6) * log(determinant)
    right = witness.suitability(answers, kmo=kmo, bartlett_chi2=chi2, subject="KD")
    wrong = witness.suitability(answers, kmo=kmo + 1e-6, bartlett_chi2=chi2 * (1 + 1e-6), subject="KD")
    assert [row.agrees for row in right] == [True, True]
    assert [row.agrees for row in wrong] == [False, False]


def test_kmo_of_nearly_repeated_items_is_compared_without_a_warning() -> None:
    # the determinant is below the bound under which factor_analyzer turns to a pseudo-inverse and warns
    r = 0.999
    near = answers_with(np.full((K, K), r) + (1 - r) * np.eye(K))
    partial = r / (1 + (K - 2) * r)
    row = witness.suitability(near, kmo=r**2 / (r**2 + partial**2), bartlett_chi2=0, subject="KD")[0]
    assert row.agrees


def test_statsmodels_finds_the_eigenvalues_of_equal_correlations(answers: pd.DataFrame) -> None:
    # one eigenvalue 1 + (k-1) R, the others 1 - R
    rows = witness.eigenvalues(answers, np.array([1 + (K - 1) * R, *[1 - R] * (K - 1)]), subject="KD")
    assert [row.subject for row in rows] == ["KD / 1", "KD / 2", "KD / 3", "KD / 4"]
    assert all(row.agrees for row in rows)


PATTERN = np.array([[0.8, 0], [0.7, 0], [0.6, 0], [0, 0.75], [0, 0.65], [0, 0.55], [0, 0.5]])
PHI = np.array([[1, 0.5], [0.5, 1]])
IMPLIED = PATTERN @ PHI @ PATTERN.T + np.diag(1 - np.einsum("ij,jk,ik->i", PATTERN, PHI, PATTERN))
ITEMS = [f"KD{i}" for i in range(7)]


@pytest.mark.parametrize("kind", ["answers", "correlations"])
def test_factor_analyzer_finds_a_simple_structure_whatever_the_order_and_signs(kind: str) -> None:
    # minres recovers a pattern that fits exactly, and oblimin leaves a perfect simple structure as it is
    data = answers_with(IMPLIED) if kind == "answers" else pd.DataFrame(IMPLIED, index=ITEMS, columns=ITEMS)
    ours = pd.DataFrame(PATTERN[:, ::-1] * [-1, 1], index=ITEMS, columns=["F1", "F2"])
    row = witness.loadings(data, ours.iloc[::-1], subject="IKFS")[0]
    assert row.agrees
    assert row.reason == witness.OPTIMISER
    ours["F1"] += 0.01 * (ours.index == "KD4")
    row = witness.loadings(data, ours, subject="IKFS")[0]
    assert not row.agrees
    assert row.subject == "IKFS / KD4 / F1"
    assert row.difference == pytest.approx(0.01, abs=witness.LOADINGS)


def test_one_factor_is_compared_without_a_rotation(answers: pd.DataFrame) -> None:
    # equal correlations R: loadings sqrt(R)
    ours = pd.DataFrame(np.full((K, 1), sqrt(R)), index=answers.columns, columns=["F1"])
    assert witness.loadings(answers, ours, subject="KD")[0].agrees


def test_a_search_that_fails_is_no_witness(answers: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    import factor_analyzer.factor_analyzer as module

    search = module.minimize
    monkeypatch.setattr(module, "minimize", lambda *args, **named: search(*args, **named | {"options": {"maxiter": 1}}))
    uneven = answers.assign(KD0=answers["KD0"] + 3 * answers["KD1"])
    ours = pd.DataFrame(np.ones((K, 1)), index=answers.columns, columns=["F1"])
    with pytest.raises(ConvergenceError, match="factor_analyzer must converge"):
        witness.loadings(uneven, ours, subject="KD")


@pytest.mark.parametrize("normalize", [True, False])
def test_statsmodels_finds_the_components_of_two_blocks(normalize: bool) -> None:
    # two unrelated blocks, 3 items correlated .6 and 4 items correlated .5: eigenvalues 2.2, 2.5
    matrix = np.eye(7)
    matrix[:3, :3] += 0.6 * (1 - np.eye(3))
    matrix[3:, 3:] += 0.5 * (1 - np.eye(4))
    ours = pd.DataFrame(0.0, index=ITEMS, columns=["C1", "C2"])
    ours.loc[ITEMS[:3], "C2"] = -sqrt(2.2 / 3)
    ours.loc[ITEMS[3:], "C1"] = sqrt(2.5 / 4)
    row = witness.components(answers_with(matrix), ours, subject="IKFS", normalize=normalize)[0]
    assert row.agrees
    assert row.reason == witness.ROTATION


def test_one_component_needs_no_rotation(answers: pd.DataFrame) -> None:
    ours = pd.DataFrame(np.full((K, 1), sqrt((1 + (K - 1) * R) / K)), index=answers.columns, columns=["C1"])
    assert witness.components(answers, ours, subject="KD")[0].agrees


def test_statsmodels_finds_the_weighted_mean_of_the_answered_rows() -> None:
    values, weights = pd.Series([1.0, 4.0, np.nan]), pd.Series([3.0, 1.0, 5.0])
    row = witness.weighted_mean(values, weights, 7 / 4, subject="KD1")[0]
    assert (row.theirs, row.agrees) == (1.75, True)


def test_the_comparison_is_one_table_with_versions(answers: pd.DataFrame) -> None:
    rows = witness.alpha(answers, cronbach_alpha(answers), subject="KD")
    result = witness.compare([*rows, witness.WitnessRow("x", "KD", 1.0, 2.0, 0.5, "because", "numpy")])
    assert tuple(result.frame.columns) == witness.COLUMNS
    assert result.frame["version"].iloc[-1] == np.__version__
    assert result.frame["difference"].iloc[-1] == -1
    assert result.frame["agrees"].tolist() == [True, True, True, False]
    assert not result.agrees
    assert witness.compare(rows).agrees
    shown = result.to_frame()
    shown["ours"] = 0
    assert (result.frame["ours"] > 0).all()


def test_the_worst_of_each_coefficient_and_scale_is_measured_against_its_tolerance() -> None:
    def row(subject: str, theirs: float, tolerance: float, coefficient: str = "item_rest") -> witness.WitnessRow:
        return witness.WitnessRow(coefficient, subject, 0.0, theirs, tolerance, "because", "numpy")

    # the second differs less than the first but strains its tolerance more; an undefined one strains it most
    rows = [row("KD / 1", 0.3, 1), row("KD / 2", -0.2, 0.1), row("PS / 1", 0.1, 1), row("PS / 2", float("nan"), 1)]
    worst = witness.compare([*rows, row("KD", 5, 1, "alpha")]).worst()
    assert worst["subject"].tolist() == ["KD / 2", "PS / 2", "KD"]
    assert worst["compared"].tolist() == [2, 2, 1]


def test_an_undefined_number_never_agrees() -> None:
    assert not witness.WitnessRow("x", "KD", float("nan"), 1.0, 0.5, "because", "numpy").agrees


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda _: witness.compare([]), TooFewError, "at least one row; found none"),
        (lambda a: witness.eigenvalues(a, np.ones(3), subject="KD"), ParameterError, "found 3 for 4 items"),
        (
            lambda a: witness.item_rest(a, pd.Series({"KD0": 0.1, "KD9": 0.2}), subject="KD"),
            ColumnError, "only on one side: KD1, KD2, KD3, KD9",
        ),
        (
            lambda a: witness.suitability(a.head(4), kmo=0.5, bartlett_chi2=1, subject="KD"),
            TooFewError, "more complete rows than items; found 4 rows and 4 items",
        ),
        (
            lambda a: witness.weighted_mean(a["KD0"], -a["KD1"].abs(), 1.0, subject="KD0"),
            WeightError, "0 missing and 60 negative among 60",
        ),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_plain_words(
    answers: pd.DataFrame, call: Callable[[pd.DataFrame], object], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        call(answers)


@pytest.mark.parametrize(
    ("compute", "error", "text"),
    [
        (lambda a: witness.loadings(a, np.ones((4, 1)), subject="KD"), ParameterError, "our loadings must be a pandas"),
        (lambda a: witness.components(a, np.ones((4, 1)), subject="KD"), ParameterError, "our loadings must be a pan"),
        (
            lambda a: witness.loadings(a, pd.DataFrame({"F": [0.5, np.nan, 0.4, 0.3]}, index=a.columns), subject="KD"),
            ParameterError, "our loadings must have no gaps; missing for: KD1",
        ),
        (
            lambda a: witness.loadings(a.corr().iloc[::-1], pd.DataFrame({"F": 0.5}, index=a.columns), subject="KD"),
            MatrixError, "must carry the same labels, in the same order",
        ),
        (lambda a: witness.weighted_mean(a["KD0"], np.ones(3), 1.0, subject="x"), ParameterError, "weights must be"),
        (lambda a: witness.weighted_mean(a["KD0"], a, 1.0, subject="x"), ParameterError, "found DataFrame. Give one"),
        (lambda a: witness.weighted_mean(a, a["KD0"], 1.0, subject="x"), ParameterError, "values must be a pandas Ser"),
        (
            lambda a: witness.weighted_mean(a["KD0"], pd.Series(1.0, index=[0] * len(a)), 1.0, subject="x"),
            ColumnError, "must name each respondent once; repeated: 0",
        ),
    ],
)  # fmt: skip
def test_what_is_no_table_of_ours_is_refused(
    answers: pd.DataFrame, compute: Callable[[pd.DataFrame], object], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        compute(answers)


def test_weights_are_matched_by_label() -> None:
    values, weights = pd.Series([1.0, 2.0], index=["x", "y"]), pd.Series([3.0, 1.0], index=["y", "x"])
    assert witness.weighted_mean(values, weights, 7 / 4, subject="KD1")[0].agrees
