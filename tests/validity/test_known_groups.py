from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.oneway import anova_oneway

from ikfs_methods.errors import (
    ColumnError,
    ConstantItemError,
    IkfsError,
    NotNumericError,
    ParameterError,
    TooFewError,
    WeightError,
)
from ikfs_methods.validity.known_groups import known_groups

REFERENCE = Path(__file__).parents[1] / "reference"
R = json.loads((REFERENCE / "known_groups_pilot.json").read_text(encoding="utf-8"))
KD = [f"KD{i}" for i in range(1, 9)]
ORDER = ["tuna_sosial", "napza", "lansia", "disabilitas", "anak"]

# R prints 15 digits; sums over 1,000 respondents lose two or three. The largest deviation: 1e-12 (df2, near 400).
R_DIGITS = {"rtol": 1e-12, "atol": 1e-12}
# effectsize finds its noncentral t limits with optim() and stops early; the largest deviation seen is 3e-8.
OPTIM = 1e-6
# R's own inversion of pf by uniroot, to 1e-12 of the noncentrality at best; the largest deviation seen is 1e-10.
UNIROOT = 1e-9


@pytest.fixture(scope="module")
def pilot() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "pilot.csv")


@pytest.fixture(scope="module")
def complete(pilot: pd.DataFrame) -> pd.DataFrame:
    return pilot[pilot[KD].notna().all(axis=1)]


def frame_of(block: str) -> pd.DataFrame:
    return pd.DataFrame(R[block], index=R[f"columns_{block}"]).T.astype(float)


def test_two_groups_agree_with_r(pilot: pd.DataFrame) -> None:
    older = (pilot["cluster"] == "lansia").rename("older")
    result = known_groups(pilot[KD], older)
    theirs = frame_of("two")
    exact = ["statistic", "df2", "p_value", "difference", "difference_low", "difference_high", "hedges_g"]
    np.testing.assert_allclose(result.indicators[exact], theirs.loc[KD, exact], **R_DIGITS)
    np.testing.assert_allclose(result.indicators[["g_low", "g_high"]], theirs.loc[KD, ["g_low", "g_high"]], atol=OPTIM)
    assert result.total[exact].tolist() == pytest.approx(theirs.loc["total", exact].tolist(), rel=1e-12)
    assert (result.indicators["test"] == "welch_t").all()
    assert result.groups.to_dict() == {False: 776, True: 235}


def test_more_groups_agree_with_r(pilot: pd.DataFrame) -> None:
    result = known_groups(pilot[KD], pilot["cluster"], order=ORDER)
    theirs = frame_of("more")
    exact = ["statistic", "df1", "df2", "p_value", "eta_squared", "omega_squared", "trend_z", "trend_p"]
    np.testing.assert_allclose(result.indicators[exact].astype(float), theirs.loc[KD, exact], **R_DIGITS)
    limits = ["eta_low", "eta_high"]
    np.testing.assert_allclose(result.indicators[limits], theirs.loc[KD, limits], atol=UNIROOT)
    assert result.total[exact].tolist() == pytest.approx(theirs.loc["total", exact].tolist(), rel=1e-11)
    assert result.total[limits].tolist() == pytest.approx(theirs.loc["total", limits].tolist(), abs=UNIROOT)


def test_small_unequal_groups_agree_with_r(complete: pd.DataFrame) -> None:
    few = complete.head(60)
    row = known_groups(few[["KD1"]], few["cluster"], order=ORDER).indicators.loc["KD1"]
    theirs = frame_of("more").loc["first60_KD1"]
    ours = row[theirs.index].astype(float)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=UNIROOT)
    row = known_groups(few[["KD1"]], few["cluster"] == "lansia").indicators.loc["KD1"]
    theirs = frame_of("two").loc["first60_KD1"]
    np.testing.assert_allclose(row[theirs.index].astype(float), theirs, rtol=0, atol=OPTIM)


def test_statistics_agree_with_pingouin_and_statsmodels(complete: pd.DataFrame) -> None:
    two = complete["cluster"] == "napza"
    row = known_groups(complete[["KD2"]], two).indicators.loc["KD2"]
    second, first = complete.loc[two, "KD2"], complete.loc[~two, "KD2"]
    t = pingouin.ttest(second, first, correction=True).iloc[0]
    assert row[["statistic", "df2", "p_value"]].tolist() == pytest.approx([t["T"], t["dof"], t["p_val"]], rel=1e-12)
    ranks = pingouin.mwu(second, first).iloc[0]
    # pingouin's rank-biserial correlation is Cliff's delta, its CLES the superiority
    assert row[["cliff_delta", "superiority"]].tolist() == pytest.approx([ranks["RBC"], ranks["CLES"]], abs=1e-12)
    g = pingouin.compute_effsize(second, first, eftype="hedges")
    assert row["hedges_g"] == pytest.approx(g, rel=1e-6)  # its correction is 1 - 3/(4n - 9), ours the exact one
    row = known_groups(complete[["KD2"]], complete["cluster"]).indicators.loc["KD2"]
    f = pingouin.welch_anova(complete, dv="KD2", between="cluster").iloc[0]
    ours = row[["statistic", "df2", "p_value", "eta_squared"]].tolist()
    assert ours == pytest.approx([f["F"], f["ddof2"], f["p_unc"], f["np2"]], rel=1e-11)


def test_a_group_of_one_answer_is_tested_by_brown_and_forsythe(complete: pd.DataFrame) -> None:
    answers = complete[["KD1"]].copy()
    answers.loc[complete["cluster"] == "napza", "KD1"] = 3
    result = known_groups(answers, complete["cluster"])
    row = result.indicators.loc["KD1"]
    assert row["test"] == "brown_forsythe"
    assert row["note"] == "napza gave one and the same answer: F* in place of Welch's F"
    samples = [answers.loc[complete["cluster"] == name, "KD1"].to_numpy(float) for name in result.groups.index]
    theirs = anova_oneway(samples, use_var="bf")
    assert row["p_value"] == pytest.approx(theirs.pvalue, rel=1e-10)
    # F* by its formula: sum n (mean - grand)² / sum (1 - n/N) s²
    n, mean = np.array([len(x) for x in samples]), np.array([x.mean() for x in samples])
    between = (n * (mean - n @ mean / n.sum()) ** 2).sum()
    within = ((1 - n / n.sum()) * [x.var(ddof=1) for x in samples]).sum()
    assert row["statistic"] == pytest.approx(between / within, rel=1e-10)


def test_moments_by_group(complete: pd.DataFrame) -> None:
    result = known_groups(complete[KD], complete["cluster"])
    grouped = complete.groupby("cluster")[KD]
    np.testing.assert_allclose(result.means, grouped.mean().T, rtol=1e-14)
    np.testing.assert_allclose(result.sds, grouped.std().T, rtol=1e-13)
    assert (result.counts == grouped.count().T).all(axis=None)
    totals = complete[KD].mean(axis=1).groupby(complete["cluster"])
    np.testing.assert_allclose(result.total_groups["mean"], totals.mean(), rtol=1e-14)
    np.testing.assert_allclose(result.total_groups["sd"], totals.std(), rtol=1e-13)


def test_reference_comes_first_and_turns_the_signs() -> None:
    answers = pd.DataFrame({"a": [1, 2, 3, 4, 3, 4, 5, 5.0]})
    groups = pd.Series(list("xxxxyyyy"))
    forth = known_groups(answers, groups).indicators.loc["a"]
    back = known_groups(answers, groups, reference="y").indicators.loc["a"]
    for name in ("statistic", "difference", "hedges_g", "cliff_delta"):
        assert back[name] == pytest.approx(-forth[name], rel=1e-12)
    assert [back["g_low"], back["delta_low"]] == pytest.approx([-forth["g_high"], -forth["delta_high"]], abs=1e-12)
    assert back["superiority"] == pytest.approx(1 - forth["superiority"], abs=1e-14)


def test_worked_by_hand() -> None:
    # means 2 and 4, variances 1 and 1, n 3 and 3: t = 2 / sqrt(2/3), df 4; g = (1 - 3/(4*4 - 1)) * 2 nearly
    result = known_groups(pd.DataFrame({"a": [1, 2, 3, 3, 4, 5]}), pd.Series(list("xxxyyy")))
    row = result.indicators.loc["a"]
    assert row[["statistic", "df2", "difference"]].tolist() == pytest.approx([2 / np.sqrt(2 / 3), 4, 2], rel=1e-12)
    assert row["hedges_g"] == pytest.approx(2 * np.sqrt(2 / np.pi), rel=1e-12)  # J(4) = Gamma(2)/(sqrt 2 Gamma(3/2))
    # of the nine pairs one is tied, the others rise
    assert row["cliff_delta"] == pytest.approx(8 / 9, rel=1e-12)
    assert row["superiority"] == pytest.approx(8.5 / 9, rel=1e-12)


def test_expected_order() -> None:
    answers = pd.DataFrame({"a": [1, 2, 2, 3, 3, 4, 5, 5], "b": [5, 4, 4, 3, 3, 3, 2, 1]})
    groups = pd.Series(list("zzyyyxxx"))
    items = known_groups(answers, groups, order=["z", "y", "x"]).indicators
    assert items["in_order"].tolist() == [True, False]
    assert items.loc["a", "trend"] > 0.8
    assert items.loc["b", "trend"] < -0.8
    assert items["lowest"].tolist() == ["z", "x"]
    some = known_groups(answers, groups, order=["z", "x"])
    assert some.left_out.to_dict() == {"y": 3}
    assert some.indicators.loc["a", "trend"] == some.indicators.loc["a", "cliff_delta"] == 1


def test_weights_one_change_nothing_and_zeros_leave_out(complete: pd.DataFrame) -> None:
    plain = known_groups(complete[KD], complete["cluster"], order=ORDER).indicators
    numbers = list(plain.select_dtypes("number"))
    same = known_groups(complete[KD], complete["cluster"], order=ORDER, weights=pd.Series(2.0, index=complete.index))
    np.testing.assert_allclose(same.indicators[numbers], plain[numbers], rtol=1e-9, atol=1e-12)
    weights = pd.Series(np.where(np.arange(len(complete)) < 300, 0.0, 1.0), index=complete.index)
    half = known_groups(complete[KD], complete["cluster"], order=ORDER, weights=weights)
    rest = known_groups(complete[KD].iloc[300:], complete["cluster"].iloc[300:], order=ORDER)
    np.testing.assert_allclose(half.indicators[numbers], rest.indicators[numbers], rtol=1e-9, atol=1e-12)
    assert half.n == rest.n == len(complete) - 300


def test_weighted_means(complete: pd.DataFrame) -> None:
    result = known_groups(complete[KD], complete["cluster"], weights=complete["weight"])
    for name, rows in complete.groupby("cluster"):
        mean = np.average(rows[KD], weights=rows["weight"], axis=0)
        np.testing.assert_allclose(result.means[name], mean, rtol=1e-13)


def test_counts_of_who_was_used(pilot: pd.DataFrame) -> None:
    groups = pilot["cluster"].where(pilot.index >= 30)
    groups.iloc[30] = "one"
    result = known_groups(pilot[KD], groups.sample(frac=1, random_state=1))
    complete = pilot[KD].notna().all(axis=1)
    assert result.left_out.to_dict() == {"one": int(complete[30])}
    assert (result.n, result.n_without_group) == (complete[31:].sum(), 30)
    assert result.n_dropped == 1200 - result.n
    pairwise = known_groups(pilot[KD], groups, missing="pairwise")
    assert pairwise.indicators["n"].tolist() == pilot[KD][31:].notna().sum().tolist()


def test_too_few_answers_in_one_indicator_are_named() -> None:
    answers = pd.DataFrame({"a": [1, 2, 3, 4, 5, 4.0], "b": [1, 2, np.nan, np.nan, 3, 4]})
    result = known_groups(answers, pd.Series(list("xxyyzz")), missing="pairwise")
    assert result.indicators.loc["b", "note"] == "too few answers in y"
    assert np.isfinite(result.indicators.loc["b", "statistic"])
    assert result.counts.loc["b"].tolist() == [2, 0, 2]
    two = known_groups(answers, pd.Series([*list("xxyy"), None, None]), missing="pairwise")
    assert two.indicators.loc["b", "note"] == "too few answers in y"
    assert np.isnan(two.indicators.loc["b", "statistic"])
    assert two.indicators.loc["a", "p_adjusted"] == two.indicators.loc["a", "p_value"]


def test_an_indicator_of_one_answer_among_those_compared_has_no_trend() -> None:
    # who answered 5 is alone in z, so that only the ones of x and y are compared
    answers = pd.DataFrame({"a": [1, 1, 1, 1, 5, np.nan], "b": [1, 2, 3, 2, 3, 1.0]})
    result = known_groups(answers, pd.Series(list("xxyyzz")), order=["x", "y", "z"], missing="pairwise")
    row = result.indicators.loc["a"]
    assert row["note"] == (
        "too few answers in z; no group varies: no test; all answers compared are the same: no trend"
    )
    assert row[["trend", "trend_z", "trend_p", "in_order", "lowest", "highest"]].isna().all()
    assert np.isfinite(result.indicators.loc["b", "trend_z"])


def test_a_total_that_does_not_vary_has_no_trend() -> None:
    # b mirrors a, so that everybody has the mean 3
    answers = pd.DataFrame({"a": [1, 2, 4, 5], "b": [5, 4, 2, 1]})
    result = known_groups(answers, pd.Series(list("xxyy")), order=["x", "y"])
    assert result.total["note"] == "neither group varies: no test; all answers compared are the same: no trend"
    assert np.isnan(result.total["trend"])
    assert result.indicators.loc["a", "trend"] == 1


def test_the_table_ends_with_the_total_and_is_a_copy(pilot: pd.DataFrame) -> None:
    result = known_groups(pilot[KD], pilot["cluster"], order=ORDER)
    shown = result.to_frame()
    assert list(shown.index) == [*KD, "total"]
    pd.testing.assert_frame_equal(shown.drop("total"), result.indicators)
    assert shown.loc["total", list(result.total.index)].tolist() == result.total.tolist()
    assert np.isnan(shown.loc["total", "p_adjusted"])
    assert "total" in result._repr_html_()
    shown["n"] = 0
    assert (result.indicators["n"] > 0).all()


@pytest.mark.parametrize("form", [np.asarray, list])
def test_weights_come_as_series_array_or_list(complete: pd.DataFrame, form: Callable[[pd.Series], object]) -> None:
    series = known_groups(complete[KD], complete["cluster"], weights=complete["weight"])
    other = known_groups(complete[KD], complete["cluster"], weights=form(complete["weight"]))  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(series.indicators, other.indicators)


def test_groups_of_one_answer_each_have_no_test() -> None:
    answers = pd.DataFrame({"a": [1, 1, 2, 2], "b": [1, 2, 2, 3]})
    row = known_groups(answers, pd.Series(list("xxyy"))).indicators.loc["a"]
    assert row["note"] == "neither group varies: no test"
    assert np.isnan(row["statistic"])
    assert (row["difference"], row["cliff_delta"]) == (1, 1)
    answers = pd.DataFrame({"a": [1, 1, 2, 2, 4, 4], "b": [1, 2, 2, 3, 5, 4]})
    row = known_groups(answers, pd.Series(list("xxyyzz"))).indicators.loc["a"]
    assert row["note"] == "no group varies: no test"
    assert (row["lowest"], row["highest"]) == ("x", "z")


@given(unit=st.sampled_from([1e-290, 0.1, 1, 1e290]), origin=st.integers(-9, 9))
@settings(max_examples=10)
def test_effects_have_no_unit(unit: float, origin: int) -> None:
    answers = pd.DataFrame({"a": [1, 2, 3, 4, 3, 4, 5, 5, 2.0], "b": [3, 1, 2, 2, 1, 3, 4, 5, 1.0]})
    for groups, names in (
        (pd.Series(list("xxxxyyyyy")), ["statistic", "hedges_g", "g_low", "cliff_delta", "p_value"]),
        (pd.Series(list("xxxyyyzzz")), ["statistic", "eta_squared", "eta_high", "omega_squared"]),
    ):
        plain = known_groups(answers, groups).indicators
        other = known_groups((answers + origin) * unit, groups).indicators
        np.testing.assert_allclose(other[names], plain[names], rtol=1e-9)
    difference = known_groups(answers * unit, pd.Series(list("xxxxyyyyy"))).indicators["difference"]
    assert (difference / unit).tolist() == pytest.approx([1.3, 0.8], rel=1e-12)  # 3.8 - 2.5 and 2.8 - 2


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"groups": list("xxyy")}, ParameterError, "groups must be a pandas Series by respondent; found list"),
        (
            {"groups": pd.Series(["x"] * 8)},
            TooFewError,
            r"at least two groups must have 2 respondents or more; found x",
        ),
        ({"groups": pd.Series(list("xxy"), index=list("abc"))}, ColumnError, "none of the 8 labels"),
        ({"reference": "q"}, ColumnError, "must name groups that occur; not among x, y, z: q"),
        ({"order": ["x", "x"]}, ParameterError, "order must be a list that names each group once"),
        ({"order": "xy"}, ParameterError, "order must be a list"),
        ({"order": ["x"]}, TooFewError, "at least two groups"),
        ({"order": ["x", "y"], "reference": "x"}, ParameterError, "either reference or order may be given"),
        ({"least": 1}, ParameterError, "least must be a whole number of at least 2; found 1. A variance needs two."),
        ({"least": 4}, TooFewError, r"4 respondents or more; found x \(3\), y \(3\), z \(2\)"),
        ({"level": 0}, ParameterError, "level must be a number between 0 and 1"),
        ({"missing": "none"}, ParameterError, "missing must be one of listwise, pairwise"),
        (
            {"weights": pd.Series(np.nan, index=range(8))},
            WeightError,
            "respondents must be numbers of at least 0; 8 are",
        ),
        ({"weights": np.zeros(8)}, WeightError, "at least one weight must be above 0; all 8 are 0"),
        ({"weights": pd.Series(1.0, index=range(5))}, WeightError, "must be one per respondent; found 5 for 8 rows"),
        ({"order": 5}, ParameterError, "order must be a list that names each group once; found 5"),
        ({"order": []}, ParameterError, "order must be a list"),
        ({"order": [["x"], "y"]}, ColumnError, r"must name groups that occur; not among x, y, z: \['x'\]"),
        ({"groups": pd.Series([["x"], ["y"]] * 4)}, ParameterError, "groups must be names or numbers; found a list"),
        ({"answers": pd.DataFrame({"a": [2] * 8})}, ConstantItemError, "constant over 8 respondents: a"),
        ({"answers": pd.DataFrame({"a": [*list("1234567"), "q"]})}, NotNumericError, "'q' in row 7"),
    ],
)
def test_wrong_input_is_named(change: dict[str, object], error: type[IkfsError], text: str) -> None:
    answers = change.pop("answers", pd.DataFrame({"a": [1, 2, 3, 2, 4, 5, 4, 3]}))
    groups = change.pop("groups", pd.Series(list("xxxyyyzz")))
    with pytest.raises(error, match=text):
        known_groups(answers, groups, **change)  # type: ignore[arg-type]


ORDINARY = st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, 5.0, 5.0, np.nan])
VALUES = st.sampled_from([0.0, 1.0, 2.0, 5.0, 1e300, -1e300, 1e-300, 1.7e308, np.nan, np.inf])


def test_any_input_gives_numbers_or_a_reason() -> None:
    computed: list[bool] = []

    @given(data=st.data(), n=st.integers(0, 20), k=st.integers(0, 3))
    @settings(max_examples=100)
    def search(data: st.DataObject, n: int, k: int) -> None:
        cells = data.draw(st.sampled_from([VALUES, ORDINARY]))
        answers = pd.DataFrame(
            {f"i{j}": data.draw(st.lists(cells, min_size=n, max_size=n)) for j in range(k)}, index=range(n)
        )
        groups = pd.Series(
            data.draw(st.lists(st.sampled_from(["x", "y", "z", None]), min_size=n, max_size=n)), dtype=object
        )
        missing: Literal["listwise", "pairwise"] = data.draw(st.sampled_from(["listwise", "pairwise"]))
        weights = pd.Series(
            data.draw(st.lists(st.sampled_from([0.0, 1.0, 3.0, 1e-9]), min_size=n, max_size=n)), dtype=float
        )
        try:
            order = sorted(groups.dropna().unique()) if data.draw(st.booleans()) else None
            weighing = data.draw(st.sampled_from([None, weights]))
            result = known_groups(answers, groups, missing=missing, weights=weighing, order=order)
        except IkfsError:
            return
        computed.append(True)
        numbers = result.indicators.select_dtypes("number")
        assert (np.isfinite(numbers).all(axis=1) | (result.indicators["note"] != "")).all()

    search()
    assert len(computed) >= 8  # where every draw is refused, nothing is tested
