from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import ColumnError, ConstantItemError, IkfsError, ParameterError, TooFewError, WeightError
from ikfs_methods.reliability.intraclass import intraclass_correlation
from ikfs_methods.reliability.means import reliability_of_means


def one(values: list[float], groups: list[str], **options: object) -> pd.Series:
    return reliability_of_means(pd.Series(values), pd.Series(groups), **options).table.loc["score"]  # type: ignore[arg-type]


def sample(sizes: list[int], icc: float, rng: np.random.Generator) -> tuple[pd.Series, pd.Series]:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    level = rng.normal(size=len(sizes))[groups] * np.sqrt(icc)
    return pd.Series(level + rng.normal(size=len(groups)) * np.sqrt(1 - icc)), pd.Series(groups)


def test_means_worked_by_hand() -> None:
    # means 2, 5, 9; grand mean 25/6; the sums of squares within are 2, 2 and 0
    row = one([1, 2, 3, 4, 6, 9], ["a", "a", "a", "b", "b", "c"])
    between = (3 * (2 - 25 / 6) ** 2 + 2 * (5 - 25 / 6) ** 2 + (9 - 25 / 6) ** 2) / 2
    within = 4 / 3
    n0 = (6 - 14 / 6) / 2
    icc = (between - within) / (between + (n0 - 1) * within)
    assert row["mean_size"] == pytest.approx(n0, abs=1e-14)
    assert row["icc1"] == pytest.approx(icc, abs=1e-14)  # rounding
    assert row["icc2"] == pytest.approx(1 - within / between, abs=1e-14)
    assert row["within"] == pytest.approx(within, abs=1e-14)
    assert row["between"] == pytest.approx((between - within) / n0, abs=1e-13)
    assert row["design_effect"] == pytest.approx(1 + (14 / 6 - 1) * icc, abs=1e-14)
    assert row[["df1", "df2", "n", "n_groups", "n_dropped"]].tolist() == [2, 3, 6, 3, 0]
    means = reliability_of_means(
        pd.Series([1, 2, 3, 4, 6, 9]), pd.Series(["a", "a", "a", "b", "b", "c"])
    ).means.set_index("group")
    assert means.loc["b", "reliability"] == pytest.approx(2 * icc / (1 + icc), abs=1e-14)
    assert means.loc["c", "reliability"] == pytest.approx(icc, abs=1e-14)
    assert means.loc["a", "standard_error"] == pytest.approx(np.sqrt(within / 3), abs=1e-14)


def test_equal_sizes_agree_with_the_one_way_icc_of_a_table() -> None:
    rng = np.random.default_rng(0)
    wide = pd.DataFrame(rng.normal(size=(12, 5)) + rng.normal(size=(12, 1)))
    theirs = intraclass_correlation(wide).table
    long = wide.reset_index().melt(id_vars="index", value_name="score")
    result = reliability_of_means(long["score"], long["index"])
    row = result.table.loc["score"]
    for ours, form in (("icc1", "ICC(1)"), ("icc2", "ICC(k)")):
        expected = theirs.loc[form, ["estimate", "ci_low", "ci_high"]].tolist()
        assert row[[ours, f"{ours}_low", f"{ours}_high"]].tolist() == pytest.approx(expected, abs=1e-12)
    assert row[["F", "df1", "df2", "p_value"]].tolist() == pytest.approx(
        theirs.loc["ICC(1)", ["F", "df1", "df2", "p_value"]].tolist(), abs=1e-12
    )
    assert result.interval["score"] == "exact"


def test_equal_sizes_agree_with_pingouin_and_the_test_with_scipy() -> None:
    from scipy.stats import f_oneway

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pingouin's own, of newer pandas
        import pingouin

        rng = np.random.default_rng(1)
        wide = pd.DataFrame(rng.normal(size=(8, 4)) + rng.normal(size=(8, 1)))
        long = wide.reset_index().melt(id_vars="index")
        theirs = pingouin.intraclass_corr(long, targets="index", raters="variable", ratings="value")
    result = reliability_of_means(long["value"], long["index"]).table.loc["value"]
    assert result["icc1"] == pytest.approx(theirs["ICC"].iloc[0], abs=1e-10)
    assert result["icc2"] == pytest.approx(theirs["ICC"].iloc[3], abs=1e-10)
    values, groups = sample([3, 7, 2, 9], 0.3, rng)
    expected = f_oneway(*(values[groups == g] for g in range(4)))
    row = reliability_of_means(values, groups).table.loc["score"]
    assert row["F"] == pytest.approx(expected.statistic, rel=1e-11)  # sums of squares in another order
    assert row["p_value"] == pytest.approx(expected.pvalue, rel=1e-9)


def test_statsmodels_sees_the_same_variance_components_in_equal_groups() -> None:
    from statsmodels.regression.mixed_linear_model import MixedLM

    values, groups = sample([6] * 25, 0.4, np.random.default_rng(3))
    fitted = MixedLM(values, np.ones((150, 1)), groups).fit(reml=True)
    row = reliability_of_means(values, groups).table.loc["score"]
    # restricted likelihood equals analysis of variance when sizes are equal; the optimiser stops at about 1e-5
    assert row["within"] == pytest.approx(float(fitted.scale), rel=1e-4)
    assert row["between"] == pytest.approx(float(fitted.cov_re.to_numpy()[0, 0]), rel=1e-3)


@settings(max_examples=50)
@given(st.lists(st.integers(1, 9), min_size=2, max_size=8), st.integers(0, 1000))
def test_equal_weights_change_nothing_but_the_name(sizes: list[int], seed: int) -> None:
    values, groups = sample([*sizes, 2], 0.3, np.random.default_rng(seed))
    plain = reliability_of_means(values, groups)
    weighted = reliability_of_means(values, groups, weights=pd.Series(3.7, index=values.index))
    for name in plain.table.columns:
        assert weighted.table.loc["score", name] == pytest.approx(
            plain.table.loc["score", name],
            rel=1e-7,
            abs=1e-9,
            nan_ok=True,  # rounding, where groups hardly differ
        )
    assert weighted.weighted
    assert weighted.interval["score"] == "thomas-hultquist, effective sizes"
    assert plain.means["reliability"].between(0, 1).all()
    low, icc, high = plain.table.loc["score", ["icc1_low", "icc1", "icc1_high"]]
    assert low <= high
    assert icc <= 1 + 1e-12


def test_a_weight_of_zero_drops_the_row() -> None:
    values, groups = sample([4, 5, 6], 0.5, np.random.default_rng(2))
    weights = pd.Series(1.0, index=values.index)
    weights.iloc[[0, 7]] = 0
    ours = reliability_of_means(values, groups, weights=weights).table.loc["score"]
    fewer = reliability_of_means(values.drop([0, 7]), groups.drop([0, 7])).table.loc["score"]
    assert ours["icc1"] == pytest.approx(fewer["icc1"], abs=1e-13)
    assert ours["n_dropped"] == 2


def test_several_scores_gaps_and_order_of_rows() -> None:
    values, groups = sample([4, 5, 6], 0.5, np.random.default_rng(2))
    frame = pd.DataFrame({"index": values, "needs": values**2})
    frame.loc[3, "needs"] = np.nan
    shuffled = groups.sample(frac=1, random_state=1).astype("object")
    shuffled[5] = None
    ours = reliability_of_means(frame, shuffled)
    assert ours.table["n"].tolist() == [14, 13]
    assert ours.table["n_dropped"].tolist() == [1, 2]
    assert list(ours.means.columns) == ["score", "group", "n", "mean", "standard_error", "reliability"]
    assert len(ours.to_frame()) == 2
    expected = values.drop(5).groupby(groups.drop(5)).mean()
    found = ours.means[ours.means["score"] == "index"].set_index("group")["mean"]
    assert found.to_dict() == pytest.approx(expected.to_dict(), abs=1e-13)


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [[8] * 20, [3, 5, 8, 12, 20] * 4])
def test_intervals_cover_at_their_level(sizes: list[int]) -> None:
    rng = np.random.default_rng(8)
    covered = 0
    for _ in range(1000):
        row = reliability_of_means(*sample(sizes, 0.25, rng)).table.loc["score"]
        covered += bool(row["icc1_low"] <= 0.25 <= row["icc1_high"])
    assert 929 <= covered <= 971  # 950 and three standard deviations of 6.9


@pytest.mark.slow
def test_weighted_estimates_are_free_of_bias() -> None:
    """Weights that have nothing to do with the answers leave both variances unbiased."""
    rng = np.random.default_rng(9)
    found = []
    for _ in range(600):
        values, groups = sample([5, 9, 14] * 6, 0.3, rng)
        weights = pd.Series(rng.choice([0.5, 1.0, 3.0], len(values)))
        row = reliability_of_means(values, groups, weights=weights).table.loc["score"]
        found.append((row["between"], row["within"]))
    mean, error = np.mean(found, axis=0), np.std(found, axis=0) / np.sqrt(600)
    assert (np.abs(mean - [0.3, 0.7]) < 4 * error).all()


@pytest.mark.parametrize("shift", [0.0, 1e6, 1e8, -1e10])
def test_the_origin_of_the_scores_does_not_matter(shift: float) -> None:
    values, groups = sample([4, 5, 6], 0.5, np.random.default_rng(2))
    values = (values * 64).round() / 64  # numbers that keep all their digits when shifted
    here, there = reliability_of_means(values, groups), reliability_of_means(values + shift, groups)
    pd.testing.assert_frame_equal(here.table, there.table, rtol=1e-12)  # rounding of the middle
    slack = 1e-12 + 1e-15 * abs(shift)  # the last digit of a shifted mean
    assert (there.means["mean"] - shift).tolist() == pytest.approx(here.means["mean"].tolist(), abs=slack)
    pd.testing.assert_frame_equal(here.means.drop(columns="mean"), there.means.drop(columns="mean"), rtol=1e-12)


def test_a_negative_icc_makes_no_sample_worth_more_than_its_size() -> None:
    # means 2 and 2.5 within spreads of 1: less between than chance has it
    row = one([1, 3, 1, 3, 1.5, 3.5, 1.5, 3.5], list("aaaabbbb"))
    assert row["icc1"] < 0
    assert row["design_effect"] == 1


def test_who_has_no_group_is_left_out_and_told_and_groups_are_sorted() -> None:
    values = pd.Series([1.0, 2, 3, 5, 9])
    result = reliability_of_means(values, pd.Series(["b", "b", "a", "a"]), weights=np.ones(5))
    assert result.notes[0] == "1 respondent(s) without a group are left out."
    assert result.table.loc["score", "n_dropped"] == 1
    assert result.means["group"].tolist() == ["a", "b"]
    kinds = pd.Series(pd.Categorical(list("bbaac"), categories=["b", "c", "a"]))
    assert reliability_of_means(values, kinds).means["group"].tolist() == ["b", "c", "a"]


def test_notes_on_what_does_not_exist() -> None:
    flat = reliability_of_means(pd.Series([1.0, 3, 1, 3]), pd.Series(list("aabb")))
    assert "score: the groups do not differ at all" in flat.notes[0]
    assert flat.table.loc["score", "icc1"] == pytest.approx(-1, abs=1e-12)
    perfect = reliability_of_means(pd.Series([1.0, 1, 3, 3]), pd.Series(list("aabb")))
    assert perfect.table.loc["score", "icc1"] == 1
    assert "F is infinite" in perfect.notes[0]


def test_errors_say_what_to_do() -> None:
    values, groups = pd.Series([1.0, 2, 3, 4]), pd.Series(list("aabb"))
    with pytest.raises(TooFewError, match="at least two groups.*found 1 groups of 4"):
        reliability_of_means(values, pd.Series(list("aaaa")))
    with pytest.raises(TooFewError, match="found 4 groups of 4"):
        reliability_of_means(values, pd.Series(list("abcd")))
    with pytest.raises(ConstantItemError, match="score is constant over 4 respondents"):
        reliability_of_means(values * 0 + 2, groups)
    with pytest.raises(WeightError, match="at least 0; 1 are not, by row 1: -1"):
        reliability_of_means(values, groups, weights=pd.Series([1, -1, 1, 1]))
    with pytest.raises(WeightError, match="at least one weight must be above 0; all 4 are 0"):
        reliability_of_means(values, groups, weights=pd.Series([0, 0, 0, 0]))
    with pytest.raises(WeightError, match="one per respondent; found 3 for 4 rows"):
        reliability_of_means(values, groups, weights=pd.Series([1.0, 1, 1]))
    with pytest.raises(ColumnError, match="none of the 4 labels"):
        reliability_of_means(values, groups.set_axis(list("wxyz")))
    with pytest.raises(ParameterError, match="groups must be a pandas Series"):
        reliability_of_means(values, list("aabb"))  # type: ignore[arg-type]


def test_whatever_is_given_ends_in_numbers_or_a_named_error() -> None:
    finished = []

    @settings(max_examples=80)
    @given(
        st.lists(st.sampled_from([0.0, 1.0, 2.0, -3.0, np.nan, 1e300, 1e150, 1e-300, np.inf]), min_size=1, max_size=8),
        st.integers(0, 100),
    )
    def check(values: list[float], seed: int) -> None:
        rng = np.random.default_rng(seed)
        weights = pd.Series(rng.choice([0.0, 1.0, 2.0], len(values))) if seed % 2 else None
        groups = pd.Series(rng.choice(list("abc"), len(values)))
        try:
            ours = reliability_of_means(pd.Series(values), groups, weights=weights)
        except IkfsError:
            return
        assert ours.notes or np.isfinite(ours.table.to_numpy(dtype=float)).all()
        assert np.isfinite(ours.means[["mean", "standard_error", "reliability"]].to_numpy()).all()
        finished.append(True)

    check()
    assert finished  # not all were refused
