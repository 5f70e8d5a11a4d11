from __future__ import annotations

import json
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import kurtosis, pearsonr, skew

from ikfs_methods.errors import (
    ColumnError,
    ConstantItemError,
    IkfsError,
    MatrixError,
    NotNumericError,
    ParameterError,
    ScaleError,
    TooFewError,
)
from ikfs_methods.reliability import cronbach_alpha
from ikfs_methods.reliability.covariance import Missing
from ikfs_methods.validity.extremes import By, extreme_groups
from ikfs_methods.validity.items import item_analysis

REFERENCE = Path(__file__).parents[1] / "reference"
PILOT = json.loads((REFERENCE / "reliability_pilot.json").read_text(encoding="utf-8"))
MORE = json.loads((REFERENCE / "items_pilot.json").read_text(encoding="utf-8"))
HAND = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 2, 4, 4], "c": [1, 3, 3, 5]})

# R prints 15 digits; sums over 1,200 answers lose about three of them. The largest deviation seen is 5e-15.
R_DIGITS = 1e-12


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
@pytest.mark.parametrize("dimension", ["KD", "PS", "PM"])
def test_items_agree_with_psych(pilot: pd.DataFrame, dimension: str, missing: Missing) -> None:
    block = PILOT[dimension]
    theirs = block[missing]
    result = item_analysis(pilot[block["items"]], missing=missing)
    names = {"mean": "mean", "sd": "sd", "item_total": "raw_r", "item_rest": "r_drop", "alpha_if_dropped": "alpha_drop"}
    for ours, name in names.items():
        assert result.items[ours].tolist() == pytest.approx(theirs[name], abs=R_DIGITS), ours
    assert result.items["n"].tolist() == theirs["n"]
    used = block["n_complete"] if missing == "listwise" else block["n_rows"]
    assert (result.n, result.n_dropped) == (used, block["n_rows"] - used)


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
@pytest.mark.parametrize("dimension", ["KD", "PS", "PM"])
def test_shape_and_further_correlations_agree_with_psych(pilot: pd.DataFrame, dimension: str, missing: Missing) -> None:
    theirs = MORE[dimension][missing]
    ours = item_analysis(pilot[MORE[dimension]["items"]], missing=missing).items
    names = {
        "skewness": "skew", "kurtosis": "kurtosis", "total_standardized": "std_r", "total_corrected": "r_cor",
        "item_total_p": "raw_r_p", "item_rest_p": "r_drop_p",
    }  # fmt: skip
    for name, other in names.items():
        assert ours[name].tolist() == pytest.approx(theirs[other], abs=R_DIGITS), name


def test_kurtosis_agrees_with_scipy(pilot: pd.DataFrame) -> None:
    answers = pilot[PILOT["PS"]["items"]].dropna()
    ours = item_analysis(answers).items["kurtosis"]
    assert ours.tolist() == pytest.approx(kurtosis(answers, bias=False).tolist(), abs=1e-12)  # another order of sums


def test_kurtosis_worked_by_hand() -> None:
    # 0, 0, 0, 4: m2 = 3, m4 = (1+1+1+81)/4 = 21, g2 = 21/9 - 3 = -2/3; 3/(2*1) (5 * -2/3 + 6) = 4
    answers = pd.DataFrame({"a": [0, 0, 0, 4], "b": [1, 2, 3, 3]})
    assert item_analysis(answers).items.loc["a", "kurtosis"] == pytest.approx(4, rel=1e-12)  # a few roundings


def test_three_answers_have_no_kurtosis_and_that_is_said() -> None:
    result = item_analysis(HAND.head(3))
    assert result.items["kurtosis"].isna().all()
    assert "kurtosis needs four answers; there are fewer for a, b, c." in result.notes


def test_further_correlations_worked_by_hand() -> None:
    # two items correlate r = 4/sqrt(20): with the sum of the standardised ones (1 + r)/sqrt(2 + 2r), and with r² in
    # place of the ones (r + r²)/sqrt(2r + 2r²)
    r = 4 / sqrt(20)
    items = item_analysis(HAND[["a", "b"]]).items
    assert items["total_standardized"].tolist() == pytest.approx([sqrt((1 + r) / 2)] * 2, rel=1e-12)  # few roundings
    assert items["total_corrected"].tolist() == pytest.approx([sqrt((r + r * r) / 2)] * 2, rel=1e-12)
    # n = 4: t² = 2 r²/(1 - r²), and Student's p with two degrees of freedom is 1 - t/sqrt(2 + t²) = 1 - r
    assert items["item_rest_p"].tolist() == pytest.approx([1 - r] * 2, rel=1e-12)


def test_repeated_items_have_no_corrected_total_and_that_is_said() -> None:
    result = item_analysis(HAND.assign(d=HAND["a"]))
    assert result.items["total_corrected"].isna().all()
    assert any(note.startswith("total_corrected is undefined") for note in result.notes)
    assert result.items["total_standardized"].notna().all()


def test_gaps_and_scale_are_described() -> None:
    answers = pd.concat([HAND, pd.DataFrame({"a": [np.nan], "b": [2], "c": [2]})], ignore_index=True)
    items = item_analysis(answers, low=1, high=5).items
    assert items["n_missing"].tolist() == [1, 0, 0]
    assert items["missing"].tolist() == [0.2, 0, 0]
    assert items["difficulty"].tolist() == [1.5 / 4, 0.5, 0.5]  # means 2.5, 3, 3 of the complete rows
    assert items["categories"].tolist() == [5, 5, 5]
    assert items["categories_used"].tolist() == [4, 2, 3]
    assert item_analysis(answers).items["categories"].tolist() == [5, 5, 5]  # 1 to 5 all occur somewhere
    wide = pd.DataFrame({"a": np.arange(250.0), "b": np.arange(250.0) ** 2})
    assert item_analysis(wide).items["categories"].isna().all()


def test_discrimination_is_the_extreme_groups_difference_as_a_share_of_the_scale(pilot: pd.DataFrame) -> None:
    answers = pilot[PILOT["KD"]["items"]]
    for by in ("total", "rest"):
        items = item_analysis(answers, low=1, high=5, extreme_share=0.25, extreme_by=by).items
        groups = extreme_groups(answers, share=0.25, by=by).items
        assert items["discrimination"].tolist() == (groups["difference"] / 4).tolist()
        assert items["discrimination_t"].tolist() == groups["t"].tolist()
        assert items["discrimination_p"].tolist() == groups["p_value"].tolist()


def test_small_items_beside_large_ones_keep_their_digits() -> None:
    # one item in units of ten million: the rest of the others must not be taken off the whole sum
    large = HAND.assign(d=[3e7, 1e7, 4e7, 1e7])
    covariance = large.cov().to_numpy()
    rest = covariance[:3, :3].sum()  # of d
    expected = covariance[3, :3].sum() / sqrt(covariance[3, 3] * rest)
    assert item_analysis(large).items.loc["d", "item_rest"] == pytest.approx(expected, rel=1e-12)  # few roundings


def test_skewness_agrees_with_scipy(pilot: pd.DataFrame) -> None:
    answers = pilot[PILOT["PS"]["items"]]
    ours = item_analysis(answers, missing="pairwise").items["skewness"]
    theirs = skew(answers, bias=False, nan_policy="omit")
    assert ours.tolist() == pytest.approx(np.asarray(theirs).tolist(), abs=1e-12)  # sums of cubes in another order


def test_skewness_worked_by_hand() -> None:
    # 0, 0, 0, 4: mean 1, m2 = (1+1+1+9)/4 = 3, m3 = (-1-1-1+27)/4 = 6, g1 = 6/3^1.5; times sqrt(4*3)/2 gives 2
    answers = pd.DataFrame({"a": [0, 0, 0, 4], "b": [1, 2, 3, 3]})
    assert item_analysis(answers).items.loc["a", "skewness"] == pytest.approx(2, rel=1e-12)  # a few roundings


def test_items_worked_by_hand() -> None:
    items = item_analysis(HAND).items
    # deviations of a: -1.5 -.5 .5 1.5, of the total 4 7 10 13: three times as large; rest of a: 3 5 7 9, in line too
    assert list(items.loc["a", ["item_total", "item_rest"]]) == pytest.approx([1, 1], rel=1e-12)
    # b deviates -1 -1 1 1 (squares 4) and its rest 2 5 6 9 by -3.5 -.5 .5 3.5 (squares 25), products 8
    assert items.loc["b", "item_rest"] == pytest.approx(8 / 10, rel=1e-12)
    assert items["n"].tolist() == [4, 4, 4]
    assert items["mean"].tolist() == [2.5, 3, 3]
    assert items["floor"].tolist() == [0.25, 0, 0.25]  # the least answer to any item is 1
    assert items["ceiling"].tolist() == [0, 0, 0.25]  # the greatest is 5
    # df = 2: t at .975 solves t² = 2 (.95²/(1 - .95²)), so the critical r is .95
    assert items["critical_r"].tolist() == pytest.approx([0.95] * 3, rel=1e-12)


@pytest.mark.parametrize(("n", "critical"), [(30, 0.361), (50, 0.279), (100, 0.197)])
def test_critical_r_is_that_of_the_printed_tables(n: int, critical: float) -> None:
    # two-sided 5 per cent points of the correlation, three decimals
    answers = pd.DataFrame(np.random.default_rng(0).normal(size=(n, 2)), columns=["a", "b"])
    assert item_analysis(answers).items["critical_r"].round(3).tolist() == [critical] * 2


@settings(max_examples=30)
@given(n=st.integers(4, 60), level=st.floats(0.5, 0.999))
def test_a_correlation_at_the_critical_r_has_the_p_of_the_level(n: int, level: float) -> None:
    rng = np.random.default_rng(n)
    answers = pd.DataFrame(rng.normal(size=(n, 2)), columns=["a", "b"])
    r = float(item_analysis(answers, level=level).items["critical_r"].iloc[0])
    a = rng.normal(size=n)
    a = (a - a.mean()) / sqrt(((a - a.mean()) ** 2).sum())
    b = rng.normal(size=n)
    b = b - b.mean() - a * (a @ (b - b.mean()))
    b = r * a + sqrt(1 - r * r) * b / sqrt((b**2).sum())
    # scipy takes the p of r from a beta distribution; near r = 1 it amplifies the rounding of r
    assert pearsonr(a, b).pvalue == pytest.approx(1 - level, abs=1e-6)


@settings(max_examples=30)
@given(shift=st.integers(-20, 20), scale=st.floats(0.1, 10))
def test_correlations_ignore_origin_and_common_unit(shift: int, scale: float) -> None:
    names = ["skewness", "item_total", "item_rest", "alpha_if_dropped"]
    here, moved = (item_analysis(answers).items[names] for answers in (HAND, HAND * scale + shift))
    # a shift of 20 against deviations of 0.1 costs two or three of sixteen digits, cubed for the skewness
    assert moved.to_numpy().ravel().tolist() == pytest.approx(here.to_numpy().ravel().tolist(), abs=1e-9)


def test_alpha_if_dropped_worked_by_hand() -> None:
    # without a: totals 3, 5, 7, 9, variance 20/3, items 4/3 + 8/3: 2 (1 - 4/(20/3)) = 4/5; without b: totals 2, 5, 6,
    # 9, variance 25/3, items 13/3: 2 (1 - 13/25) = 24/25; without c: totals 3, 4, 7, 8, variance 17/3, items 3: 16/17
    dropped = item_analysis(HAND).items["alpha_if_dropped"]
    assert dropped.to_dict() == pytest.approx({"a": 4 / 5, "b": 24 / 25, "c": 16 / 17}, rel=1e-12)  # few roundings


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_alpha_if_dropped_is_the_alpha_of_the_other_items(pilot: pd.DataFrame, missing: Missing) -> None:
    # alpha of two sums of moments in another order; listwise, the rows must be those of the whole set
    answers = pilot[PILOT["KD"]["items"]]
    used = answers.dropna() if missing == "listwise" else answers
    dropped = item_analysis(answers, missing=missing).items["alpha_if_dropped"]
    for item in answers:
        alone = cronbach_alpha(used.drop(columns=item), missing=missing).alpha
        assert dropped[item] == pytest.approx(alone, abs=1e-12)


def test_floor_and_ceiling_take_a_scale_by_item() -> None:
    low, high = pd.Series({"a": 1, "b": 2, "c": 0}), pd.Series({"a": 4, "b": 5, "c": 5})
    result = item_analysis(HAND, low=low, high=high)
    assert result.items["floor"].tolist() == [0.25, 0.5, 0]
    assert result.items["ceiling"].tolist() == [0.25, 0, 0.25]
    assert (result.low["b"], result.high["a"]) == (2, 4)


def test_the_scale_seen_does_not_depend_on_the_policy() -> None:
    answers = pd.concat([HAND, pd.DataFrame({"a": [9], "b": [np.nan], "c": [2]})], ignore_index=True)
    assert item_analysis(answers).high["a"] == 9
    assert item_analysis(answers).items["ceiling"].tolist() == [0, 0, 0]
    assert item_analysis(answers).n_dropped == 1


def test_pairwise_uses_each_items_own_answers() -> None:
    answers = pd.DataFrame({"a": [1, 2, 3, 4, 5, np.nan], "b": [3, np.nan, 1, 5, 2, 2], "c": [2, 3, 1, 4, 5, 1]})
    result = item_analysis(answers, missing="pairwise")
    assert result.items["n"].tolist() == [5, 5, 6]
    assert result.items["mean"].tolist() == [3, 2.6, 16 / 6]
    assert result.items["floor"].tolist() == [1 / 5, 1 / 5, 2 / 6]
    assert (result.n, result.n_dropped, result.missing) == (6, 0, "pairwise")
    critical = result.items["critical_r"]
    assert critical["c"] < critical["a"] == critical["b"]


def test_two_items_have_no_alpha_if_dropped() -> None:
    items = item_analysis(HAND[["a", "b"]]).items
    assert "alpha_if_dropped" not in items
    # each is the other's rest: 4 / sqrt(5 * 4)
    assert items["item_rest"].tolist() == pytest.approx([4 / sqrt(20)] * 2, rel=1e-12)
    # 2, 2 against 4, 4: the extreme groups of b differ, but neither varies
    assert items.columns[items.isna().any()].tolist() == ["discrimination_t", "discrimination_p"]
    assert item_analysis(HAND[["a", "b"]]).notes == (
        "t of the extreme groups is undefined where neither extreme group varies: b.",
    )
    assert item_analysis(HAND).to_frame().index.name == "item"


@pytest.mark.parametrize(
    ("answers", "options", "error", "text"),
    [
        (HAND.assign(b=3), {}, ConstantItemError, "constant over 4 respondents: b"),
        (HAND.head(2), {}, TooFewError, "at least 3 rows"),
        (HAND.assign(a=[1, 2, np.nan, np.nan]), {}, TooFewError, "at least 3 rows without a missing answer; found 2"),
        (HAND.assign(a=[1, 2, np.nan, np.nan]), {"missing": "pairwise"}, TooFewError, "3 answers; found fewer for a"),
        (HAND[["a"]], {}, TooFewError, "2 columns; found 4 and 1"),
        (HAND.assign(a=list("1x34")), {}, NotNumericError, "'x' in row 1"),
        (HAND, {"low": 2}, ScaleError, "answers must lie between 2 and 5; 1 value.s. do not"),
        (HAND, {"high": pd.Series({"a": 5, "b": 5})}, ColumnError, "high must be given for every item; missing: c"),
        (HAND, {"high": pd.Series({"a": 5, "b": 5, "c": "top"})}, NotNumericError, "'top' in row 'c'"),
        (HAND, {"low": np.bool_(True)}, ParameterError, "by item; found True. Give a scale point"),
        (HAND, {"low": "1"}, ParameterError, "low must be a number or a series by item; found '1'"),
        (HAND, {"low": 5, "high": 1}, ParameterError, "low end must be below"),
        (HAND, {"missing": "drop"}, ParameterError, "missing must be one of listwise, pairwise"),
        (HAND, {"low": np.inf}, ParameterError, "low must be a number or a series by item; found inf"),
        (HAND, {"low": pd.Series([1, 1], index=["a", "a"])}, ColumnError, "low must name each item once; repeated: a"),
        (HAND, {"extreme_share": 0.6}, ParameterError, "share must be at most 0.5"),
        (HAND, {"extreme_by": "both"}, ParameterError, "by must be one of total, rest"),
        (HAND * 1e300, {}, ScaleError, "column 'a' runs from 1e.300 to 4e.300. Correct it, or change its unit"),
        (HAND * 1e-300, {}, ScaleError, "spread of at least 1e-120"),
        (HAND.set_axis(["a", "a", "b"], axis=1), {}, ColumnError, "repeated: a"),
        (HAND.assign(a=[1, 2, np.inf, 3]), {}, NotNumericError, "must be finite"),
        (HAND, {"level": 1}, ParameterError, "level must be a number between 0 and 1"),
        (pd.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1]}), {}, MatrixError, "the sum of the 2 items must vary"),
        (
            pd.DataFrame({"a": [1, 2, 3, 4], "b": [4, 3, 2, 1], "c": [1, 2, 2, 4]}),
            {}, ConstantItemError, "the sum of the other items must vary; it does not without c",
        ),
    ],
)  # fmt: skip
def test_bad_answers_are_refused_in_plain_words(
    answers: pd.DataFrame, options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        item_analysis(answers, **options)


def test_contradicting_pairwise_answers_are_refused() -> None:
    # the pair a, b has a covariance of 100 on two common rows, while each alone varies little
    near = [0.0, 1.0] * 6
    gap = [np.nan] * 12
    answers = pd.DataFrame({"a": [10, -10, *near, *gap], "b": [10, -10, *gap, *near]})
    answers["c"] = np.tile([3.0, -3.0, 2.0], 9)[: len(answers)] * 30
    with pytest.raises(MatrixError, match="pairwise"):
        item_analysis(answers, missing="pairwise")


ORDINARY = [1.0, 2.0, 3.0, 4.0, 5.0] * 4 + [np.nan]


def test_any_answers_give_a_result_or_a_named_error() -> None:
    computed: list[bool] = []

    @settings(max_examples=60)
    @given(
        answers=st.one_of(
            arrays(
                np.float64,
                st.tuples(st.integers(0, 8), st.integers(0, 4)),
                elements=st.sampled_from([np.nan, 1.0, 2.0, 2.5, 3.0, 1e8, -1e100, 1e300, 1e-300, np.inf]),
            ),
            # mostly what a survey brings; without a fill, or most cells would be one and the same
            arrays(
                np.float64,
                st.tuples(st.integers(5, 12), st.integers(2, 4)),
                elements=st.sampled_from(ORDINARY),
                fill=st.nothing(),
            ),
        ),
        missing=st.sampled_from(["listwise", "pairwise"]),
        by=st.sampled_from(["total", "rest"]),
    )
    def search(answers: np.ndarray, missing: Missing, by: By) -> None:
        frame = pd.DataFrame(answers).add_prefix("i")
        try:
            result = item_analysis(frame, missing=missing, extreme_by=by)
        except IkfsError:
            return
        computed.append(True)
        undefined = result.items.columns[result.items.isna().any()]
        assert bool(len(undefined)) == bool(result.notes)
        for name in ("item_total", "item_rest"):
            assert result.items[name].between(-1, 1).all()

    search()
    assert len(computed) >= 8  # where every draw is refused, nothing is tested
