from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import ColumnError, ConvergenceError, MatrixError, ParameterError
from ikfs_methods.factor import exploratory

PATTERN = np.array([[0.8, 0], [0.7, 0], [0.6, 0], [0.5, 0], [0, 0.75], [0, 0.65], [0, 0.55]])
PHI = np.array([[1, 0.4], [0.4, 1]])
HEYWOOD = pd.DataFrame([[1, 0.9, 0.9], [0.9, 1, 0.7], [0.9, 0.7, 1]], index=list("abc"), columns=list("abc"))


def exact_matrix() -> pd.DataFrame:
    names = list("abcdefg")
    matrix = PATTERN @ PHI @ PATTERN.T
    np.fill_diagonal(matrix, 1)
    return pd.DataFrame(matrix, index=names, columns=names)


def check_solution(found, block, matched, atol):
    turn = matched(found.loadings, block["loadings"])
    phi = np.eye(len(turn)) if block["phi"] is None else np.array(block["phi"])
    np.testing.assert_allclose(found.loadings @ turn, block["loadings"], rtol=0, atol=atol)
    np.testing.assert_allclose(turn.T @ found.phi @ turn, phi, rtol=0, atol=atol)
    # a sum of 9 to 22 squares, each off by twice loading times deviation
    np.testing.assert_allclose(found.variance["ss_loadings"] @ turn**2, block["ss_loadings"], rtol=0, atol=4 * atol)
    # not touched by rotation: psych's optimiser stops about 1e-5 from the minimum
    np.testing.assert_allclose(found.communalities, pd.Series(block["communalities"]), rtol=0, atol=2e-5)
    for name in ("chi2", "df", "p_value", "rmsea", "rmsea_low", "rmsea_high", "tli", "srmr", "bic"):
        assert found.fit[name] == pytest.approx(block["fit"][name], rel=2e-5, abs=2e-6), name


# Largest deviations seen: oblimin 1.1e-5, quartimax 2.1e-5 (GPArotation stops at a slope of 1e-5); varimax 7.4e-4
# (stats::varimax stops at a relative gain of 1e-5; test_rotation.py shows where its iteration leads)
TOLERANCE = {"none": 2e-5, "oblimin": 3e-5, "quartimin": 3e-5, "quartimax": 5e-5, "varimax": 2e-3}


@pytest.mark.parametrize("rotation", TOLERANCE)
def test_holzinger_as_psych(holzinger, holzinger_matrix, matched, rotation):
    found = exploratory(holzinger_matrix, n_factors=3, rotation=rotation, n=301)
    check_solution(found, holzinger["exploratory"][rotation], matched, TOLERANCE[rotation])
    assert found.heywood == ()


@pytest.mark.parametrize("rotation", ["none", "oblimin", "varimax"])
def test_pilot_as_psych(pilot, pilot_values, matched, rotation):
    block = pilot_values["exploratory"][rotation]
    found = exploratory(pilot[block["items"]].loc[pilot.dropna().index], n_factors=3, rotation=rotation)
    check_solution(found, block, matched, TOLERANCE[rotation])
    assert (found.n, found.n_dropped, found.rotation, found.correlation) == (745, 0, rotation, "pearson")


def test_an_exact_model_is_found_again():
    found = exploratory(exact_matrix(), n_factors=2, n=300, rotation_options={"stop": "converged"})
    # extraction to 1e-10, rotation to a slope of 1e-9
    np.testing.assert_allclose(found.loadings, PATTERN, rtol=0, atol=1e-7)
    np.testing.assert_allclose(found.phi, PHI, rtol=0, atol=1e-7)
    np.testing.assert_allclose(found.structure, PATTERN @ PHI, rtol=0, atol=1e-7)
    assert found.fit["chi2"] == pytest.approx(0, abs=1e-8)
    assert found.fit["srmr"] == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize("rotation", TOLERANCE)
def test_parts_add_up(holzinger_matrix, rotation):
    found = exploratory(holzinger_matrix, n_factors=3, rotation=rotation)
    model = found.loadings @ found.phi @ found.loadings.T
    np.testing.assert_allclose(found.communalities, np.diag(model), rtol=1e-13)
    np.testing.assert_allclose(found.communalities + found.uniquenesses, 1, rtol=1e-14)
    assert found.variance["ss_loadings"].sum() == pytest.approx(found.communalities.sum(), rel=1e-12)
    assert found.variance["cumulative"].iloc[-1] == pytest.approx(found.communalities.mean(), rel=1e-12)
    assert found.variance["ss_loadings"].is_monotonic_decreasing
    assert (found.loadings.sum() > 0).all()


@settings(max_examples=15, deadline=None)
@given(item=st.sampled_from(["x2", "x5", "x9"]))
def test_turning_an_item_turns_its_loadings_only(holzinger_matrix, item):
    signs = pd.Series(1.0, index=holzinger_matrix.columns)
    signs[item] = -1
    turned = exploratory(holzinger_matrix.mul(signs, axis=0).mul(signs, axis=1), n_factors=3, rotation="varimax")
    found = exploratory(holzinger_matrix, n_factors=3, rotation="varimax")
    np.testing.assert_allclose(turned.communalities, found.communalities, rtol=0, atol=1e-9)
    np.testing.assert_allclose(turned.loadings.abs(), found.loadings.abs(), rtol=0, atol=1e-7)


def test_order_of_items_does_not_matter(holzinger_matrix):
    order = ["x9", "x1", "x5", "x7", "x2", "x8", "x4", "x3", "x6"]
    shuffled = exploratory(holzinger_matrix.loc[order, order], n_factors=3)
    found = exploratory(holzinger_matrix, n_factors=3)
    np.testing.assert_allclose(shuffled.loadings.loc[found.loadings.index], found.loadings, rtol=0, atol=1e-7)


def test_components(holzinger, holzinger_matrix, matched):
    found = exploratory(holzinger_matrix, n_factors=3, extraction="pca", rotation="varimax", n=301)
    expected = pd.Series(holzinger["principal_varimax"]["communalities"])
    # rotation leaves communalities alone, so these are exact to the printed digits
    np.testing.assert_allclose(found.communalities, expected, rtol=0, atol=1e-12)
    reference = np.array(holzinger["principal_varimax"]["loadings"])
    # stats::varimax stops early; largest deviation seen 4.6e-4
    np.testing.assert_allclose(found.loadings @ matched(found.loadings, reference), reference, rtol=0, atol=1e-3)
    assert list(found.fit.index) == ["srmr"]


def test_kaiser_scaling_by_default_for_varimax_only(holzinger_matrix):
    assert exploratory(holzinger_matrix, n_factors=2, rotation="varimax").normalize
    assert not exploratory(holzinger_matrix, n_factors=2, rotation="varimax", normalize=False).normalize
    assert not exploratory(holzinger_matrix, n_factors=2).normalize
    assert exploratory(holzinger_matrix, n_factors=2, normalize=True).normalize


def test_single_factor_of_three_items():
    matrix = pd.DataFrame([[1, 0.56, 0.48], [0.56, 1, 0.42], [0.48, 0.42, 1]], index=list("abc"), columns=list("abc"))
    found = exploratory(matrix, n_factors=1, n=100)
    np.testing.assert_allclose(found.loadings["F1"], [0.8, 0.7, 0.6], rtol=0, atol=1e-9)
    assert (found.rotation, found.normalize) == ("none", False)
    assert list(found.fit.index) == ["chi2", "df", "srmr", "null_chi2", "null_df"]
    assert found.notes == (
        "The model has no degrees of freedom: it fits whatever was answered, and its fit cannot be tested.",
    )


def test_heywood_case_is_said():
    found = exploratory(HEYWOOD, n_factors=1, n=100)
    assert found.heywood == ("a",)
    assert not found.fit.isna().any()


@pytest.mark.parametrize("method", ["regression", "bartlett", "tenberge"])
def test_scores(pilot, method):
    items = ["KD1", "KD2", "KD3", "PS1", "PS2", "PS3"]
    found = exploratory(pilot[items], n_factors=2)
    scores = found.scores(pilot, method=method)
    assert list(scores.index) == list(pilot[items].dropna().index)
    assert len(scores) == found.n
    np.testing.assert_allclose(scores.mean(), 0, atol=1e-13)
    # each method's scores point along their own factor: correlation of score and best item, as the structure says
    assert scores["F1"].corr(pilot[found.structure["F1"].idxmax()]) > 0.7
    if method == "tenberge":
        np.testing.assert_allclose(scores.corr(), found.phi, rtol=0, atol=1e-12)


def test_component_scores_are_uncorrelated_with_unit_variance(pilot):
    items = ["KD1", "KD2", "KD3", "PS1", "PS2", "PS3"]
    found = exploratory(pilot[items], n_factors=2, extraction="pca", rotation="none")
    np.testing.assert_allclose(found.scores(pilot).cov(), np.eye(2), rtol=0, atol=1e-12)
    with pytest.raises(ParameterError, match="components have no uniquenesses to weigh by; found method='bartlett'"):
        found.scores(pilot, method="bartlett")


def test_correlation_and_missing_policy(pilot):
    items = ["KD1", "KD2", "KD3", "KD4"]
    spearman = exploratory(pilot[items], n_factors=1, correlation="spearman", missing="pairwise")
    assert (spearman.correlation, spearman.correlations.missing) == ("spearman", "pairwise")
    assert spearman.n == spearman.correlations.n


def test_table(holzinger_matrix):
    table = exploratory(holzinger_matrix, n_factors=2).to_frame()
    assert list(table.columns) == ["F1", "F2", "communality", "uniqueness"]


@pytest.mark.parametrize(("n_items", "most"), [(3, 1), (4, 1), (5, 2), (6, 3), (7, 3), (8, 4), (9, 5)])
def test_no_more_factors_than_the_items_can_tell_apart(n_items, most):
    # Ledermann's bound, p + 1/2 - sqrt(8p + 1)/2, is where the degrees of freedom reach 0
    assert most == int(np.floor(n_items + 0.5 - np.sqrt(8 * n_items + 1) / 2))
    rng = np.random.default_rng(n_items)
    answers = pd.DataFrame(rng.normal(size=(200, n_items)) + rng.normal(size=(200, 1)))
    assert exploratory(answers, n_factors=1).fit["df"] >= 0
    for factors in range(most + 1, n_items):
        found = f"n_factors must be at most {most} for {n_items} items; found {factors}, which leaves -"
        with pytest.raises(ParameterError, match=found):
            exploratory(answers, n_factors=factors)
        assert exploratory(answers, n_factors=factors, extraction="pca").n_factors == factors


def test_two_items_have_no_common_factor():
    answers = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 2, 4, 4]})
    with pytest.raises(ParameterError, match="one common factor needs at least 3 items; found 2. Analyse more"):
        exploratory(answers, n_factors=1)
    assert exploratory(answers, n_factors=1, extraction="pca").n_factors == 1


def test_errors(holzinger_matrix, pilot):
    with pytest.raises(ParameterError, match=r"extraction must be one of minres, ml, paf, pca; found 'gls'"):
        exploratory(holzinger_matrix, n_factors=2, extraction="gls")
    with pytest.raises(ParameterError, match=r"rotation must be one of .*; found 'simplimax'"):
        exploratory(holzinger_matrix, n_factors=2, rotation="simplimax")
    with pytest.raises(ParameterError, match="correlation must be one of pearson, spearman, polychoric, mixed"):
        exploratory(pilot, n_factors=2, correlation="kendall")
    with pytest.raises(ParameterError, match=r"n_factors must be a whole number from 1 to 5; found 2.0"):
        exploratory(holzinger_matrix, n_factors=2.0)
    with pytest.raises(MatrixError, match=r"must be positive definite.*KD1 and twin"):
        exploratory(pilot[["KD1", "KD2", "KD3"]].assign(twin=pilot["KD1"]), n_factors=1)
    with pytest.raises(ConvergenceError, match="every factor must explain something"):
        exploratory(pd.DataFrame(np.eye(5), index=list("abcde"), columns=list("abcde")), n_factors=2)
    found = exploratory(pilot[["KD1", "KD2", "KD3", "KD4"]], n_factors=1)
    with pytest.raises(ColumnError, match="answers must have every analysed item; missing: KD2"):
        found.scores(pilot.drop(columns="KD2"))
    with pytest.raises(ParameterError, match="method must be one of regression, bartlett, tenberge, anderson"):
        found.scores(pilot, method="sum")
    with pytest.raises(ParameterError, match="answers must be a pandas DataFrame; found ndarray"):
        found.scores(pilot.to_numpy())


def test_jupyterlab_shows_factor_correlations_and_fit(holzinger_matrix):
    two = exploratory(holzinger_matrix, n_factors=2, n=301)
    shown = two._repr_html_()
    assert shown.count("<table") == 4
    for part in ("ss_loadings", "rmsea", "communality"):
        assert part in shown
    assert exploratory(holzinger_matrix, n_factors=1, n=301)._repr_html_().count("<table") == 3
    # scales of no use are refused by name, and what is shown may be changed without changing the result
    for wrong in (5, "x", [2]):
        with pytest.raises(ParameterError, match="rotation_options must name options with their values; found"):
            exploratory(holzinger_matrix, n_factors=2, rotation_options=wrong)
    with pytest.raises(ParameterError, match="normalize must be True or False; found 'False'"):
        exploratory(holzinger_matrix, n_factors=2, normalize="False")
    with pytest.raises(ParameterError, match="rng must be a numpy random Generator or a seed"):
        exploratory(holzinger_matrix, n_factors=2, rng=-1)
