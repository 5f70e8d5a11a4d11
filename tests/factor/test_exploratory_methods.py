from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.correlation import as_correlation
from ikfs_methods.errors import IkfsError, MatrixError, ParameterError
from ikfs_methods.factor import exploratory as module
from ikfs_methods.factor.exploratory import EXTRACTIONS, exploratory
from ikfs_methods.factor.kinds import ROTATIONS, TARGETED

FOLDER = Path(__file__).resolve().parents[1] / "reference"
HOLZINGER: dict[str, Any] = json.loads((FOLDER / "factor_fits_holzinger.json").read_text(encoding="utf-8"))
PILOT: dict[str, Any] = json.loads((FOLDER / "factor_fits_pilot.json").read_text(encoding="utf-8"))
# psych's names of what we name otherwise; its "promax" is Kaiser-scaled, its "Promax" not
EXTRACTION = {
    "minres": {"extraction": "minres"},
    "ml": {"extraction": "ml"},
    "pa": {"extraction": "paf", "paf_stop": "psych"},
}
ROTATION: dict[str, dict[str, Any]] = {
    "promax": {"rotation": "promax"},
    "Promax": {"rotation": "promax", "normalize": False},
    "geominQ": {"rotation": "geomin"},
    "bentlerQ": {"rotation": "bentler"},
}
HEYWOOD = pd.DataFrame([[1, 0.9, 0.9], [0.9, 1, 0.7], [0.9, 0.7, 1]], index=list("abc"), columns=list("abc"))


def ours(given: Any, name: str, **more: Any) -> module.ExploratoryResult:
    extraction, rotation = name.split("_")
    return exploratory(
        given, n_factors=3, **EXTRACTION[extraction], **ROTATION.get(rotation, {"rotation": rotation}), **more
    )


def check(found, block, matched, loadings_within):
    turn = matched(found.loadings, block["loadings"])
    phi = np.eye(len(turn)) if block["phi"] is None else np.array(block["phi"])
    np.testing.assert_allclose(found.loadings @ turn, block["loadings"], rtol=0, atol=loadings_within)
    np.testing.assert_allclose(turn.T @ found.phi @ turn, phi, rtol=0, atol=loadings_within)
    # not touched by rotation: psych's optimisers stop about 1e-5 from the minimum; largest deviation seen 7e-6
    np.testing.assert_allclose(found.communalities, block["communalities"], rtol=0, atol=2e-5)
    for name, value in block["fit"].items():
        assert found.fit[name] == pytest.approx(value, rel=2e-5, abs=2e-6), name
    # psych: SS loadings, Proportion Var, Cumulative Var, Proportion Explained, Cumulative Proportion
    shares = found.variance[["ss_loadings", "proportion", "explained"]].to_numpy()
    np.testing.assert_allclose(
        np.abs(turn).T @ shares, np.array(block["variance"])[[0, 1, 3]].T, rtol=0, atol=4 * loadings_within
    )


@pytest.mark.parametrize("name", HOLZINGER["fits"])
def test_holzinger_as_psych(holzinger_matrix, matched, name):
    found = ours(holzinger_matrix, name, n=301, rotation_options={"stop": "r"})
    # what is left is where psych's extraction stops; largest deviation seen 6.2e-6
    check(found, HOLZINGER["fits"][name], matched, 2e-5)


@pytest.mark.parametrize("name", PILOT["fits"])
def test_pilot_as_psych(pilot, matched, name):
    items = PILOT["items"]
    check(ours(pilot.dropna()[items], name, rotation_options={"stop": "r"}), PILOT["fits"][name], matched, 2e-5)
    # converged, promax is .0003 from psych's (largest seen 3.0e-4), varimax .003, the others 5e-5
    within = 5e-3 if "varimax" in name else 1e-3 if "promax" in name else 1e-4
    check(ours(pilot.dropna()[items], name), PILOT["fits"][name], matched, within)


@pytest.mark.parametrize("extraction", EXTRACTIONS)
@pytest.mark.parametrize("rotation", [name for name in ROTATIONS if name not in TARGETED])
def test_parts_add_up(holzinger_matrix, extraction, rotation):
    found = exploratory(holzinger_matrix, n_factors=3, extraction=extraction, rotation=rotation, n=301)
    model = found.loadings @ found.phi @ found.loadings.T
    np.testing.assert_allclose(found.communalities, np.diag(model), rtol=1e-12)
    np.testing.assert_allclose(found.structure, found.loadings @ found.phi, rtol=0, atol=1e-14)
    assert found.variance["ss_loadings"].sum() == pytest.approx(found.communalities.sum(), rel=1e-12)
    assert found.variance["cumulative_explained"].iloc[-1] == pytest.approx(1, rel=1e-12)
    assert found.variance["ss_loadings"].is_monotonic_decreasing
    assert found.normalize == (rotation in ("varimax", "promax"))
    assert found.notes == ()


def test_target_keeps_its_order(holzinger_matrix):
    target = pd.DataFrame(np.array(HOLZINGER["targets"]["partial"], dtype=float), index=holzinger_matrix.index)
    found = exploratory(holzinger_matrix, n_factors=3, rotation="target", target=target.sample(frac=1, random_state=1))
    # the first factor's zeros are x1, x2, x3, x7, x8: it is that of x4 to x6
    assert [found.loadings.loc[["x4", "x5", "x6"]].abs().sum().idxmax(), found.rotated.starts] == ["F1", 2]
    assert found.loadings.loc[["x7", "x8"]].abs().sum().idxmax() == "F2"


@pytest.mark.parametrize("extraction", ["minres", "ml", "paf"])
def test_heywood_case_is_named(extraction):
    found = exploratory(HEYWOOD, n_factors=1, extraction=extraction, n=100)
    assert found.heywood == ("a",)
    assert found.notes[0].startswith("Heywood case: the uniqueness of a ")
    assert "too many factors, too few respondents" in found.notes[0]
    psychs = exploratory(HEYWOOD, n_factors=1, extraction="paf", paf_stop="psych", n=100)
    assert psychs.heywood == ("a",)
    assert "the uniqueness of a is negative, which no item can have" in psychs.notes[0]


def test_notes(pilot, holzinger_matrix):
    items = ["KD1", "KD2", "KD3", "KD4", "KD5"]
    without_n = exploratory(holzinger_matrix, n_factors=2)
    assert without_n.notes == (
        "Without the number of respondents behind the matrix, the fit has neither chi2 nor what rests on it.",
    )
    pairwise = exploratory(pilot[items], n_factors=1, missing="pairwise")
    assert pairwise.notes == (f"The fit takes n = {pairwise.n}, the smallest number of rows behind any pair of items.",)
    few = exploratory(holzinger_matrix, n_factors=3, n=5)
    assert "too few respondents for the items" in few.notes[0]
    assert "chi2" not in few.fit


def test_polychoric(pilot):
    items = ["KD1", "KD2", "KD3", "KD4", "KD5"]
    found = exploratory(pilot[items], n_factors=1, correlation="polychoric")
    pearson = exploratory(pilot[items], n_factors=1)
    assert found.correlation == "polychoric"
    # correlations of categories are closer to 0 than those of the normal variables behind them
    assert (found.communalities > pearson.communalities).all()
    said = " ".join(found.notes)
    assert "chi2, RMSEA, TLI and BIC take the polychoric correlations for Pearson" in said
    assert "Factor scores weigh standardised answers by polychoric correlations and are approximate" in said


def test_bootstrap(pilot):
    items = ["KD1", "KD2", "KD3", "PS1", "PS2", "PS3"]
    found = exploratory(pilot[items], n_factors=2, bootstrap=100, rng=4)
    assert (found.bootstrap.draws, found.bootstrap.level) == (100, 0.95)
    inside = (found.bootstrap.loadings_low <= found.loadings) & (found.loadings <= found.bootstrap.loadings_high)
    assert inside.to_numpy().all()
    assert exploratory(pilot[items], n_factors=2).bootstrap is None


def test_options_that_do_not_go_together(pilot, holzinger_matrix):
    for wrong, text in (
        ({"bootstrap": 100, "rng": 0}, "a bootstrap draws respondents, and needs their answers; found correlations"),
        ({"bootstrap": -1}, "bootstrap must be a whole number of at least 0; found -1. 0 is none"),
        ({"rotation_options": {"gama": 1}}, "each key of rotation_options must be one of gamma.*Did you mean 'gamma'"),
        ({"rotation_options": {"delta": 0.1}}, "delta belongs to geomin and geomin_orthogonal; found it with"),
        ({"paf_stop": "soon"}, "paf_stop must be one of converged, psych"),
        ({"extraction": "paf", "n_factors": 6}, "n_factors must be at most 5 for 9 items; found 6"),
        ({"extraction": "ml", "n_factors": 0}, "n_factors must be a whole number from 1 to 5; found 0"),
    ):
        with pytest.raises(ParameterError, match=text):
            exploratory(holzinger_matrix, **{"n_factors": 2, **wrong})
    with pytest.raises(ParameterError, match="needs their answers; found correlations"):
        exploratory(as_correlation(pilot), n_factors=2, bootstrap=100, rng=0)
    answers = pilot[["KD1", "KD2", "KD3"]].dropna()
    for extraction in ("minres", "ml", "paf"):
        with pytest.raises(MatrixError, match=r"must be positive definite.*KD1 and twin"):
            exploratory(answers.assign(twin=answers["KD1"]), n_factors=1, extraction=extraction)
        with pytest.raises(MatrixError, match="must be positive definite; its smallest eigenvalue is"):
            exploratory(pilot.dropna().head(20), n_factors=2, extraction=extraction)


def test_any_answers_give_numbers_or_a_named_error():
    computed = []

    @settings(max_examples=80, deadline=None)
    @given(
        seed=st.integers(0, 100_000),
        n=st.integers(3, 40),
        p=st.integers(2, 8),
        m=st.integers(1, 4),
        extraction=st.sampled_from(EXTRACTIONS),
        rotation=st.sampled_from([name for name in ROTATIONS if name not in TARGETED]),
        fault=st.sampled_from(["none", "twin", "reversed", "constant", "huge", "tiny", "gap", "infinite"]),
    )
    def refused_or_found(seed, n, p, m, extraction, rotation, fault):
        rng = np.random.default_rng(seed)
        values = np.round(rng.normal(size=(n, p)) + rng.normal(size=(n, 1)), 0)
        changed = {"twin": values[:, 1], "reversed": -values[:, 1], "constant": np.ones(n),
                   "huge": values[:, 0] * 1e300,
                   "tiny": values[:, 0] * 1e-300, "gap": np.where(np.arange(n) < 2, np.nan, values[:, 0]),
                   "infinite": np.where(np.arange(n) < 1, np.inf, values[:, 0])}  # fmt: skip
        values[:, 0] = changed.get(fault, values[:, 0])
        answers = pd.DataFrame(values, columns=[f"i{j}" for j in range(p)])
        with contextlib.suppress(IkfsError):
            found = exploratory(answers, n_factors=m, extraction=extraction, rotation=rotation)
            for part in (found.loadings, found.phi, found.structure, found.variance, found.fit, found.communalities):
                assert np.isfinite(part.to_numpy()).all()
            computed.append(1)

    refused_or_found()
    # not all of them may be refused, or the test would say nothing
    assert len(computed) >= 10
