from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ikfs_methods.correlation import correlation_matrix, polyserial
from ikfs_methods.errors import ColumnError, ConstantItemError, ParameterError, TooFewError, WeightError

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
VALUES = json.loads((REFERENCE / "correlation_pilot.json").read_text(encoding="utf-8"))
KNOWN = VALUES["polyserial"]


@pytest.fixture(scope="module")
def pilot() -> pd.DataFrame:
    answers = pd.read_csv(REFERENCE / "pilot.csv")
    return answers.assign(total=answers[[f"PS{i}" for i in range(1, 7)]].sum(axis=1, skipna=False))


def sample(rho: float, n: int, rng: np.random.Generator) -> pd.DataFrame:
    first, other = rng.standard_normal((2, n))
    second = rho * first + np.sqrt(1 - rho**2) * other
    return pd.DataFrame({"x": 50 + 10 * first, "y": np.digitize(second, [-1, 0, 0.8])})


def test_two_step_as_polycor(pilot):
    found = polyserial(pilot["total"], pilot["PM7"])
    assert (found.n, found.n_dropped, found.method, found.at_bound) == (
        KNOWN["n"],
        1200 - KNOWN["n"],
        "two-step",
        False,
    )
    # polycor's optimiser stops near 1e-6 (seen 1.2e-6); its likelihood minimised to 1e-10 differs by 1e-11
    assert found.correlation == pytest.approx(KNOWN["twostep"], abs=1e-5)
    assert found.correlation == pytest.approx(KNOWN["twostep_tight"], abs=1e-8)
    # lavaan divides by n, polycor by n - 1: of rho, a share of 1 / 2n
    assert found.correlation == pytest.approx(KNOWN["lavaan"], rel=1 / KNOWN["n"])


def test_full_likelihood_as_polycor(pilot):
    found = polyserial(pilot["total"], pilot["PM7"], method="ml")
    r, n = found.correlation, found.n
    # polycor's optimiser without derivatives; deviations seen 2.3e-8 and 2.8e-8
    assert r == pytest.approx(KNOWN["ml"], abs=1e-6)
    np.testing.assert_allclose(found.thresholds, KNOWN["ml_cuts"], rtol=0, atol=1e-6)
    # polycor takes the standard deviation of x as known; its variance adds r^2 (1 - r^2)^2 / (2 (n - 1)).
    # A numerical Hessian has about six digits; deviation seen 1.1e-8
    own = found.standard_error**2 - r**2 * (1 - r**2) ** 2 / (2 * (n - 1))
    assert own == pytest.approx(KNOWN["ml_var"], abs=1e-7)


def test_mixed_matrix_as_lavaan_and_its_parts(pilot):
    names = VALUES["mixed"]["rho"]["rows"]
    found = correlation_matrix(pilot[names], method="mixed")
    assert list(found.kinds) == ["continuous", "continuous", "ordinal", "ordinal"]
    assert set(found.thresholds) == {"KD1", "PM6"}
    # lavaan's polyserial z-scores divide by n as well; its optimiser stops at about 1e-6
    np.testing.assert_allclose(found.matrix, VALUES["mixed"]["rho"]["values"], rtol=0, atol=1e-5)
    pair = polyserial(pilot[names].dropna()["total"], pilot[names].dropna()["KD1"])
    # polyserial's divide by n - 1, as polycor's: a share of up to 1 / 2n of rho
    assert found.matrix.loc["total", "KD1"] == pytest.approx(pair.correlation, rel=1 / (2 * found.n))
    assert found.standard_errors.loc["KD1", "total"] == pytest.approx(pair.standard_error, rel=2 / found.n)
    ordered = correlation_matrix(pilot[names].dropna()[["KD1", "PM6"]], method="polychoric")
    assert found.matrix.loc["KD1", "PM6"] == pytest.approx(ordered.matrix.iloc[0, 1], abs=1e-9)
    plain = correlation_matrix(pilot[names].dropna()[["total", "weight"]])
    assert found.matrix.loc["total", "weight"] == pytest.approx(plain.matrix.iloc[0, 1], abs=1e-12)


def test_kinds_may_be_named():
    answers = pd.DataFrame({"a": [1, 2, 3, 1, 2, 3, 3], "b": [1, 1, 2, 2, 3, 3, 3], "c": [0.1, 0.7, 0.2, 2, 5, 7, 8]})
    assert list(correlation_matrix(answers, method="mixed").kinds) == ["ordinal", "ordinal", "continuous"]
    found = correlation_matrix(answers, method="mixed", ordinal=["b"])
    assert list(found.kinds) == ["continuous", "ordinal", "continuous"]
    plain = correlation_matrix(answers[["a", "c"]])
    assert found.matrix.loc["a", "c"] == pytest.approx(plain.matrix.iloc[0, 1], abs=1e-12)
    with pytest.raises(ColumnError, match="ordinal must name items of the answers; not among them: d"):
        correlation_matrix(answers, method="mixed", ordinal=["d"])
    with pytest.raises(ParameterError, match="ordinal must come with method=\"mixed\"; found 'pearson'"):
        correlation_matrix(answers, ordinal=["b"])
    with pytest.raises(ParameterError, match="most_categories must be a whole number from 2 to 15; found 40"):
        correlation_matrix(answers, method="mixed", most_categories=40)


def test_pairwise_uses_the_rows_of_each_pair(pilot):
    found = correlation_matrix(pilot[["total", "weight", "KD1", "PM7"]], method="mixed", missing="pairwise")
    assert found.n == found.pair_n.to_numpy()[~np.eye(4, dtype=bool)].min()
    assert found.pair_n.loc["total", "PM7"] == KNOWN["n"]
    # thresholds and z-scores from all rows of each, the likelihood from the shared ones: close to those alone
    assert found.matrix.loc["total", "PM7"] == pytest.approx(KNOWN["twostep"], abs=0.01)


@pytest.mark.parametrize("method", ["two-step", "ml"])
def test_origin_unit_and_sign(method):
    data = sample(0.6, 300, np.random.default_rng(1))
    found = polyserial(data["x"], data["y"], method=method)
    moved = polyserial(data["x"] * 1e200, 10 - 2 * data["y"], method=method)
    # the same likelihood from the other side
    assert moved.correlation == pytest.approx(-found.correlation, abs=1e-8)
    assert moved.standard_error == pytest.approx(found.standard_error, rel=1e-6)


def test_weights_are_repeated_rows():
    rng = np.random.default_rng(2)
    data = sample(0.5, 100, rng)
    times = rng.integers(0, 4, 100)
    long = data.loc[data.index.repeat(times)]
    # of repeated rows, z-scores divide by one less than another n: a share of 1 / 2n of rho
    assert polyserial(data["x"], data["y"], weights=times).correlation == pytest.approx(
        polyserial(long["x"].to_numpy(), long["y"].to_numpy()).correlation, rel=1 / 50
    )
    doubled = polyserial(data["x"], data["y"], weights=np.full(100, 2.0))
    alike = polyserial(data["x"], data["y"])
    assert doubled.correlation == pytest.approx(alike.correlation, abs=1e-12)
    assert doubled.standard_error == pytest.approx(alike.standard_error, rel=1e-9)


def test_separated_answers():
    x = np.array([1.0, 2, 3, 10, 11, 12])
    found = polyserial(x, [0, 0, 0, 1, 1, 1], method="ml")
    assert found.at_bound
    assert found.correlation == 1
    assert np.isnan(found.standard_error)
    # no standard error, and so no row of it
    assert found.to_frame().index.tolist() == ["correlation", "t1"]


def test_bad_input():
    with pytest.raises(TooFewError, match="at least 3 rows without a missing answer; found 2 of 3"):
        polyserial([1.0, 2.0, np.nan], [1, 2, 1])
    with pytest.raises(ConstantItemError, match="items must vary.*ordinal"):
        polyserial([1.0, 2.0, 3.0], [1, 1, 1])
    with pytest.raises(ParameterError, match="same respondents in the same order; found 3 and 2 values"):
        polyserial([1.0, 2.0, 3.0], [1, 2])
    with pytest.raises(ParameterError, match='weights must come with method="two-step"'):
        polyserial([1.0, 2.0, 3.0], [1, 2, 1], method="ml", weights=[1, 1, 1])
    with pytest.raises(WeightError, match="must be numbers of at least 0"):
        polyserial([1.0, 2.0, 3.0], [1, 2, 1], weights=[1, -1, 1])
    data = pd.DataFrame({"y": [1, 1, 1, 2, 2], "x": [1.5, 2.5, 3.5, np.nan, np.nan], "z": [1.0, 2, 3, 4, 6]})
    with pytest.raises(ConstantItemError, match="vary in the rows that a pair shares; one does not in y with x"):
        correlation_matrix(data, method="mixed", missing="pairwise", ordinal=["y"])


@pytest.mark.slow
@pytest.mark.parametrize("method", ["two-step", "ml"])
def test_intervals_cover(method):
    rng = np.random.default_rng(21)
    found = [polyserial(data["x"], data["y"], method=method) for data in (sample(0.6, 400, rng) for _ in range(600))]
    r = np.array([one.correlation for one in found])
    se = np.array([one.standard_error for one in found])
    # three Monte Carlo errors each, as for the polychoric
    assert abs(r.mean() - 0.6) < 3 * r.std() / np.sqrt(600) + 1 / 400
    assert r.std() == pytest.approx(se.mean(), rel=0.087)
    covered = np.abs(np.arctanh(r) - np.arctanh(0.6)) < 1.96 * se / (1 - r**2)
    assert covered.mean() == pytest.approx(0.95, abs=0.027)
