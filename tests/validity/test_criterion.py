from __future__ import annotations

import json
from collections.abc import Callable
from math import atanh, sqrt, tanh
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import (
    ColumnError,
    ConstantItemError,
    IkfsError,
    NotNumericError,
    ParameterError,
    TooFewError,
    WeightError,
)
from ikfs_methods.validity.criterion import criterion
from ikfs_methods.validity.partial import Against, correlation_row

REFERENCE = Path(__file__).parents[1] / "reference"
R = json.loads((REFERENCE / "criterion_pilot.json").read_text(encoding="utf-8"))
KD = [f"KD{i}" for i in range(1, 9)]
PARTIAL = ["partial_r", "partial_low", "partial_high", "partial_p"]

# R prints 15 digits; sums and projections over 1,000 respondents lose two or three. The largest deviation: 1e-14.
R_DIGITS = 1e-12


@pytest.fixture(scope="module")
def pilot() -> pd.DataFrame:
    answers = pd.read_csv(REFERENCE / "pilot.csv")
    answers["out"] = answers[[f"PM{i}" for i in range(1, 7)]].mean(axis=1, skipna=False)
    return answers


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_correlations_agree_with_r(pilot: pd.DataFrame, missing: Literal["listwise", "pairwise"]) -> None:
    result = criterion(pilot[KD], pilot["out"], controls=pilot[["weight", "cluster"]], missing=missing)
    ours = result.indicators[[name for name in R["columns"] if name != "spearman"]]
    theirs = pd.DataFrame([R[missing][name][:-1] for name in KD], index=KD, columns=ours.columns)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=R_DIGITS)
    assert result.controls == (
        "weight",
        *(f"cluster={name}" for name in ["disabilitas", "lansia", "napza", "tuna_sosial"]),
    )
    assert result.n_controls == 5


def test_total_ranks_and_adjusted_p_agree_with_r(pilot: pd.DataFrame) -> None:
    result = criterion(pilot[KD], pilot["out"], controls=pilot[["weight", "cluster"]])
    total = result.total[[name for name in R["columns"] if name != "spearman"]]
    assert total.tolist() == pytest.approx(R["listwise"]["total"][:-1], abs=R_DIGITS)
    assert result.total_note == ""
    assert result.indicators["p_adjusted"].tolist() == pytest.approx(R["holm"], abs=R_DIGITS)
    ranks = criterion(pilot[KD], pilot["out"], missing="pairwise", method="spearman")
    assert ranks.indicators["r"].tolist() == pytest.approx([R["pairwise"][name][-1] for name in KD], abs=R_DIGITS)


def test_weighted_correlation_agrees_with_r(pilot: pd.DataFrame) -> None:
    result = criterion(pilot[KD], pilot["out"], weights=pilot["weight"])
    assert result.weighted
    assert result.indicators["r"].tolist() == pytest.approx(R["weighted"], abs=R_DIGITS)


def test_equal_weights_change_nothing(pilot: pd.DataFrame) -> None:
    same = pd.Series(3.0, index=pilot.index)
    for method in ("pearson", "spearman"):
        how = {"controls": pilot[["weight", "cluster"]], "method": method}
        plain, weighted = (criterion(pilot[KD], pilot["out"], weights=w, **how) for w in (None, same))  # type: ignore[arg-type]
        columns = ["r", "ci_low", *PARTIAL]
        np.testing.assert_allclose(weighted.indicators[columns], plain.indicators[columns], rtol=0, atol=R_DIGITS)


def test_a_two_valued_measure_is_point_biserial(pilot: pd.DataFrame) -> None:
    older = (pilot["cluster"] == "lansia").map({True: "yes", False: "no"})
    listwise = pilot[[*KD, "out"]].notna().all(axis=1)  # R's rows
    result = criterion(pilot.loc[listwise, KD], older)
    assert result.indicators["r"].tolist() == pytest.approx(R["point_biserial_lansia"], abs=R_DIGITS)
    assert (result.kind, result.upper) == ("point-biserial", "yes")
    coded = criterion(pilot.loc[listwise, KD], (older == "yes") * 5.0 + 2)
    assert (coded.kind, coded.upper) == ("point-biserial", 7)
    assert coded.indicators["r"].tolist() == pytest.approx(result.indicators["r"].tolist(), abs=R_DIGITS)


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_partial_correlation_agrees_with_pingouin(pilot: pd.DataFrame, method: Literal["pearson", "spearman"]) -> None:
    controls = pilot[["weight", "PS1", "PS2"]]
    ours = criterion(pilot[["KD1"]], pilot["out"], controls=controls, method=method).indicators.loc["KD1"]
    theirs = pingouin.partial_corr(pilot, "KD1", "out", covar=list(controls), method=method).iloc[0]
    assert ours["n"] == theirs["n"]
    # its inverse of a covariance matrix loses a digit more than a projection; the largest deviation seen is 1e-15
    assert ours["partial_r"] == pytest.approx(theirs["r"], abs=1e-12)
    assert ours["partial_p"] == pytest.approx(theirs["p_val"], abs=1e-12)


def test_partial_correlation_has_a_closed_form_with_one_control(pilot: pd.DataFrame) -> None:
    used = pilot[["KD1", "out", "KD2"]].dropna()
    xy, xz, yz = used.corr().to_numpy()[[0, 0, 1], [1, 2, 2]]
    row = criterion(used[["KD1"]], used["out"], controls=used[["KD2"]]).indicators.loc["KD1"]
    partial = (xy - xz * yz) / sqrt((1 - xz**2) * (1 - yz**2))
    assert row["partial_r"] == pytest.approx(partial, abs=1e-13)
    assert row["partial_low"] == pytest.approx(
        tanh(atanh(partial) - 1.959963984540054 / sqrt(len(used) - 4)), abs=1e-13
    )


def test_partial_correlation_of_a_given_matrix() -> None:
    # psych::partial.r of x1 and x2 given x3..x9 of HolzingerSwineford1939, from answers made to have R's correlations
    stored = json.loads((REFERENCE / "factor_holzinger.json").read_text(encoding="utf-8"))
    matrix = np.array(stored["pearson"]["values"])
    draws = np.random.default_rng(1).normal(size=(301, 9))
    draws -= draws.mean(axis=0)
    left, _, right = np.linalg.svd(draws, full_matrices=False)
    answers = pd.DataFrame(left @ right @ np.linalg.cholesky(matrix).T, columns=[f"x{i}" for i in range(1, 10)])
    row = criterion(answers[["x1"]], answers["x2"], controls=answers.iloc[:, 2:]).indicators.loc["x1"]
    assert row["r"] == pytest.approx(matrix[0, 1], abs=1e-12)
    assert row["partial_r"] == pytest.approx(0.10495262571036, abs=1e-12)


def test_worked_by_hand() -> None:
    # deviations -2 -1 0 1 2 and -1 -2 1 0 2: products 8, squares 10 and 10
    answers = pd.DataFrame({"a": [1, 2, 3, 4, 5]})
    row = criterion(answers, pd.Series([2, 1, 4, 3, 5])).indicators.loc["a"]
    assert row["r"] == pytest.approx(0.8, abs=1e-14)
    assert row["ci_high"] == pytest.approx(tanh(atanh(0.8) + 1.959963984540054 / sqrt(2)), abs=1e-14)


def test_rank_interval_is_wider_by_bonett_and_wright() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=80)
    answers, outside = pd.DataFrame({"a": x}), pd.Series(x + rng.normal(size=80))
    row = criterion(answers, outside, method="spearman").indicators.loc["a"]
    half = 1.959963984540054 * sqrt((1 + row["r"] ** 2 / 2) / 77)
    assert row["ci_low"] == pytest.approx(tanh(atanh(row["r"]) - half), abs=1e-13)


def test_perfect_correlation_has_no_room() -> None:
    answers = pd.DataFrame({"a": [1.0, 2, 3, 4, 5, 6], "b": [1.0, 5, 2, 2, 4, 4]})
    row = criterion(answers, answers["a"] * -2).indicators.loc["a"]
    assert row[["r", "ci_low", "ci_high"]].tolist() == pytest.approx([-1, -1, -1], abs=1e-6)
    assert row["p_value"] == pytest.approx(0, abs=1e-12)


def test_controls_that_determine_an_indicator_are_told(pilot: pd.DataFrame) -> None:
    controls = pd.DataFrame({"twice": pilot["KD2"] * 2, "again": pilot["KD2"] + 1, "same": 4.0})
    result = criterion(pilot[KD], pilot["out"], controls=controls)
    assert result.n_controls == 1
    row = result.indicators.loc["KD2"]
    assert row[PARTIAL].isna().all()
    assert row["note"] == "no partial correlation: the controls determine KD2"
    assert result.indicators["note"].drop("KD2").eq("").all()
    assert result.indicators["partial_p_adjusted"].notna().sum() == 7
    told = criterion(pilot[KD], pilot["out"], controls=pilot[["out"]])
    assert told.total_note == "no partial correlation: the controls determine the outside measure"


def test_respondents_are_brought_together_by_label(pilot: pd.DataFrame) -> None:
    outside = pilot["out"].sample(frac=1, random_state=1).iloc[100:]
    controls = pilot[["cluster"]].iloc[::-1].iloc[50:]
    result = criterion(pilot[KD], outside, controls=controls)
    used = pilot[KD].notna().all(axis=1) & pilot.index.isin(outside.dropna().index) & pilot.index.isin(controls.index)
    assert (result.n, result.n_dropped) == (used.sum(), 1200 - used.sum())
    assert result.n_without_outside == 1200 - outside.notna().sum()
    assert result.n_without_controls == 50
    plain = criterion(pilot.loc[used, KD], pilot.loc[used, "out"], controls=pilot.loc[used, ["cluster"]])
    pd.testing.assert_frame_equal(result.indicators, plain.indicators)


def test_the_table_ends_with_the_total_and_is_a_copy(pilot: pd.DataFrame) -> None:
    result = criterion(pilot[KD], pilot["out"], controls=pilot[["weight", "KD1"]])
    shown = result.to_frame()
    assert list(shown.index) == [*KD, "total"]
    assert list(shown.columns) == list(result.indicators.columns)
    pd.testing.assert_frame_equal(shown.drop("total"), result.indicators)
    theirs = shown.loc["total", list(result.total.index)].astype(float)
    pd.testing.assert_series_equal(theirs, result.total)
    assert shown.loc["total", ["p_adjusted", "partial_p_adjusted"]].isna().all()
    assert shown.dtypes["n"] == np.dtype("int64")
    assert "total" in result._repr_html_()
    shown.iloc[:, 1] = 99.0
    assert (result.indicators["r"] < 1).all()


def test_the_total_says_why_it_has_no_partial_correlation(pilot: pd.DataFrame) -> None:
    told = criterion(pilot[KD], pilot["out"], controls=pilot[["out"]])
    assert told.to_frame().loc["total", "note"] == told.total_note != ""


@pytest.mark.parametrize("form", [np.asarray, list, pd.Series])
def test_weights_come_as_series_array_or_list(pilot: pd.DataFrame, form: Callable[[pd.Series], object]) -> None:
    weights = form(pilot["weight"])
    found = criterion(pilot[KD], pilot["out"], weights=weights)  # type: ignore[arg-type]
    assert found.indicators["r"].tolist() == pytest.approx(R["weighted"], abs=R_DIGITS)


def test_weight_zero_leaves_a_respondent_out(pilot: pd.DataFrame) -> None:
    weights = pd.Series(np.where(pilot.index < 200, 0, 1.0), index=pilot.index)
    weighted = criterion(pilot[KD], pilot["out"], weights=weights)
    plain = criterion(pilot[KD].iloc[200:], pilot["out"])
    np.testing.assert_allclose(
        weighted.indicators.drop(columns="note"), plain.indicators.drop(columns="note"), atol=1e-14
    )
    assert weighted.n == plain.n


@given(unit=st.sampled_from([1e-300, 1e-3, 1, 1e6, 1e300]), origin=st.integers(-5, 5), flip=st.sampled_from([-1, 1]))
@settings(max_examples=15)
def test_units_do_not_matter(unit: float, origin: int, flip: int) -> None:
    rng = np.random.default_rng(7)
    answers = pd.DataFrame(rng.integers(1, 6, size=(40, 3)).astype(float), columns=list("abc"))
    outside, controls = answers.sum(axis=1) + rng.normal(size=40), pd.DataFrame({"z": rng.normal(size=40)})
    plain = criterion(answers, outside, controls=controls).indicators
    other = criterion((answers + origin) * unit, outside * unit * flip, controls=controls * unit).indicators
    for name in ("r", "partial_r"):
        assert (flip * other[name]).tolist() == pytest.approx(plain[name].tolist(), abs=1e-12)


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"outside": [1, 2]}, ParameterError, "the outside measure must be a pandas Series by respondent; found list"),
        ({"outside": pd.Series(list("abcd"))}, ParameterError, "numeric or have two values; found 4 values"),
        ({"outside": pd.Series([1.0, np.inf, 2, 3])}, NotNumericError, "the outside measure must be finite numbers"),
        ({"outside": pd.Series(2.0, index=range(9))}, ConstantItemError, "the outside measure must vary over the 9"),
        ({"outside": pd.Series([1.0, 2], index=["x", "y"])}, ColumnError, "none of the 9 labels of the answers"),
        ({"outside": pd.Series([1.0, 2, 4])}, TooFewError, "at least 4 respondents must have a"),
        ({"controls": pd.Series(range(9))}, ParameterError, "controls must be a pandas DataFrame; found Series"),
        ({"controls": pd.DataFrame(np.ones((9, 2)), columns=["z", "z"])}, ColumnError, "controls must have unique"),
        ({"controls": pd.DataFrame(np.eye(9))}, TooFewError, "at least 12 respondents .* with 8 independent controls"),
        ({"weights": pd.Series(-1.0, index=range(9))}, WeightError, "respondents must be numbers of at least 0; 9 are"),
        ({"weights": pd.Series(1.0, index=range(5))}, WeightError, "must be one per respondent; found 5 for 9 rows"),
        ({"weights": pd.Series(1.0, index=range(1, 10))}, WeightError, "same respondents .* without a weight: 0"),
        ({"weights": pd.Series(0.0, index=range(9))}, WeightError, "at least one weight must be above 0; all 9 are 0"),
        ({"weights": np.array([1e-300, *[1.0] * 8])}, WeightError, "within twelve powers of ten of each other"),
        ({"level": 95}, ParameterError, "level must be a number between 0 and 1"),
        ({"method": "kendall"}, ParameterError, "method must be one of pearson, spearman"),
        ({"missing": "fiml"}, ParameterError, "missing must be one of listwise, pairwise"),
    ],
)
def test_wrong_input_is_named(change: dict[str, object], error: type[IkfsError], text: str) -> None:
    answers = pd.DataFrame({"a": [1, 2, 3, 4, 5, 4, 3, 2, 1], "b": [1, 1, 2, 2, 3, 3, 4, 4, 5]})
    outside = change.pop("outside", answers["a"] + answers["b"])
    with pytest.raises(error, match=text):
        criterion(answers, outside, **change)  # type: ignore[arg-type]
    with pytest.raises(ConstantItemError, match="c must vary over the 9 respondents"):
        criterion(answers.assign(c=1), answers["a"])


ORDINARY = st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0] * 4 + [np.nan])
VALUES = st.sampled_from([0.0, 1.0, 2.0, 5.0, 1e300, -1e300, 1e-300, 1.7e308, np.nan, np.inf])


def test_any_input_gives_finite_numbers_or_a_named_error() -> None:
    computed: list[bool] = []

    @given(data=st.data(), n=st.integers(0, 20), k=st.integers(0, 3), g=st.integers(0, 2))
    @settings(max_examples=60)
    def search(data: st.DataObject, n: int, k: int, g: int) -> None:
        cells = data.draw(st.sampled_from([VALUES, ORDINARY]))

        def column() -> list[float]:
            return data.draw(st.lists(cells, min_size=n, max_size=n))

        answers = pd.DataFrame({f"i{j}": column() for j in range(k)}, index=range(n))
        controls = pd.DataFrame({f"z{j}": column() for j in range(g)}, index=range(n))
        method, missing = (
            data.draw(st.sampled_from(["pearson", "spearman"])),
            data.draw(st.sampled_from(["listwise", "pairwise"])),
        )
        try:
            result = criterion(
                answers,
                pd.Series(column(), dtype=float),
                controls=controls if g else None,
                method=method,
                missing=missing,
            )
        except IkfsError:
            return
        computed.append(True)
        numbers = result.indicators.drop(columns="note")
        assert (np.isfinite(numbers).all(axis=1) | (result.indicators["note"] != "")).all()
        assert np.isfinite(result.total).all() or result.total_note

    search()
    assert len(computed) >= 8  # where every draw is refused, nothing is tested


@pytest.mark.slow
@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_intervals_cover(method: Literal["pearson", "spearman"]) -> None:
    rng = np.random.default_rng(11)
    # normal x, y with r = .5 given z; Spearman's rho of a bivariate normal is 6/pi asin(r/2)
    rho = 0.5 if method == "pearson" else 6 / np.pi * np.arcsin(0.25)
    column = "partial" if method == "pearson" else "ci"
    hits = 0
    for _ in range(1000):
        z, x, e = rng.normal(size=(3, 60))
        y = 0.5 * x + sqrt(0.75) * e
        held = z[:, None] if method == "pearson" else z[:, None][:, :0]
        shift = z if method == "pearson" else 0 * z
        row = correlation_row(x + shift, "a", Against(y - shift, held, np.ones(60), method, 0.95))
        hits += bool(row[f"{column}_low"] <= rho <= row[f"{column}_high"])  # type: ignore[operator]
    assert hits / 1000 == pytest.approx(0.95, abs=0.021)  # three Monte Carlo errors of .0069
