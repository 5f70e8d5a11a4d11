from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import (
    ConstantItemError,
    IkfsError,
    MatrixError,
    NotNumericError,
    ParameterError,
    ScaleError,
    TooFewError,
    WeightError,
)
from ikfs_methods.reliability import cronbach_alpha
from ikfs_methods.reliability.alpha import Interval
from ikfs_methods.reliability.covariance import Missing

ExactAnswers = Callable[..., pd.DataFrame]

REFERENCE = Path(__file__).parents[1] / "reference"
PILOT = json.loads((REFERENCE / "reliability_pilot.json").read_text(encoding="utf-8"))
HOLZINGER = json.loads((REFERENCE / "reliability_holzinger.json").read_text(encoding="utf-8"))
FAMILY = json.loads((REFERENCE / "reliability_alpha_family.json").read_text(encoding="utf-8"))
PS = [f"PS{number}" for number in range(1, 9)]
HAND = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 2, 4, 4], "c": [1, 3, 3, 5]})

# R prints 15 digits; sums over 1,200 answers lose about three of them. The largest deviation seen is 5e-15.
R_DIGITS = 1e-12


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
@pytest.mark.parametrize("dimension", ["KD", "PS", "PM"])
def test_alpha_agrees_with_psych(pilot: pd.DataFrame, dimension: str, missing: Missing) -> None:
    block = PILOT[dimension]
    theirs = block[missing]
    ours = cronbach_alpha(pilot[block["items"]], missing=missing)
    assert ours.alpha == pytest.approx(theirs["raw_alpha"], abs=R_DIGITS)
    assert ours.standardized_alpha == pytest.approx(theirs["std_alpha"], abs=R_DIGITS)
    assert ours.average_r == pytest.approx(theirs["average_r"], abs=R_DIGITS)
    assert [ours.ci_low, ours.ci_high] == pytest.approx(theirs["feldt"], abs=R_DIGITS)
    assert ours.if_dropped.tolist() == pytest.approx(theirs["alpha_drop"], abs=R_DIGITS)
    assert list(ours.if_dropped.index) == block["items"]


def test_alpha_of_published_moments_agrees_with_psych(exact_answers: ExactAnswers) -> None:
    deviations = np.array(HOLZINGER["sd"])
    covariance = np.array(HOLZINGER["correlations"]) * np.outer(deviations, deviations)
    ours = cronbach_alpha(exact_answers(covariance, HOLZINGER["n_respondents"]))
    # whitening and colouring the answers cost a few more digits than reading them
    assert ours.alpha == pytest.approx(HOLZINGER["raw_alpha"], abs=1e-11)
    assert ours.standardized_alpha == pytest.approx(HOLZINGER["std_alpha"], abs=1e-11)
    assert [ours.ci_low, ours.ci_high] == pytest.approx(HOLZINGER["feldt"], abs=1e-11)
    assert ours.if_dropped.tolist() == pytest.approx(HOLZINGER["alpha_drop"], abs=1e-11)


def test_alpha_worked_by_hand() -> None:
    # item variances 5/3, 4/3, 8/3; totals 4, 7, 10, 13, variance 15: 3/2 * (1 - (17/3)/15) = 14/15
    result = cronbach_alpha(HAND)
    assert result.alpha == pytest.approx(14 / 15, rel=1e-12)  # a handful of roundings
    # without a: totals 3, 5, 7, 9, variance 20/3, items 4: 2 (1 - 4/(20/3)) = 4/5; b: totals 2, 5, 6, 9, variance
    # 25/3, items 13/3: 2 (1 - 13/25) = 24/25; c: totals 3, 4, 7, 8, variance 17/3, items 3: 2 (1 - 9/17) = 16/17
    assert result.if_dropped.to_dict() == pytest.approx({"a": 4 / 5, "b": 24 / 25, "c": 16 / 17}, rel=1e-12)


@settings(max_examples=40)
@given(shift=st.integers(-50, 50), scale=st.floats(0.1, 10))
def test_alpha_ignores_origin_and_common_unit(shift: int, scale: float) -> None:
    # a shift of 50 against deviations of 0.1 costs three of sixteen digits, twice
    assert cronbach_alpha(HAND * scale + shift).alpha == pytest.approx(14 / 15, rel=1e-9)


@pytest.mark.parametrize(("k", "r"), [(2, 0.5), (5, 0.3), (8, 0.9), (3, -0.2)])
def test_parallel_items_follow_spearman_brown(exact_answers: ExactAnswers, k: int, r: float) -> None:
    result = cronbach_alpha(exact_answers(np.full((k, k), r) + (1 - r) * np.eye(k), 40))
    assert result.alpha == pytest.approx(k * r / (1 + (k - 1) * r), abs=1e-12)  # exact but for rounding
    assert result.standardized_alpha == pytest.approx(result.alpha, abs=1e-12)
    assert result.average_r == pytest.approx(r, abs=1e-12)


def test_standardized_alpha_ignores_the_units_of_items() -> None:
    other = HAND * [1, 10, 0.1]
    assert cronbach_alpha(other).standardized_alpha == pytest.approx(
        cronbach_alpha(HAND).standardized_alpha, rel=1e-12
    )  # the same correlations but for rounding


def test_alpha_is_negative_where_items_oppose_each_other() -> None:
    # variances 5/3 each, covariance -4/3: 2 (1 - (10/3) / (2/3)) = -8
    opposed = pd.DataFrame({"a": [1, 2, 3, 4], "b": [4, 3, 1, 2]})
    assert cronbach_alpha(opposed).alpha == pytest.approx(-8, rel=1e-12)


def test_a_row_with_a_gap_leaves_everything_as_if_it_were_not_there() -> None:
    with_gap = pd.concat([HAND, pd.DataFrame({"a": [5], "b": [1], "c": [np.nan]})], ignore_index=True)
    result, without = cronbach_alpha(with_gap), cronbach_alpha(HAND)
    assert (result.ci_low, result.ci_high) == (without.ci_low, without.ci_high)
    assert (result.n_respondents, result.n_dropped, without.n_dropped) == (4, 1, 0)


def test_pairwise_takes_each_pair_by_itself_and_counts_respondents_with_an_answer() -> None:
    answers = pd.DataFrame(
        {"a": [1, 2, 3, 4, np.nan, np.nan], "b": [2, 2, 4, np.nan, 3, np.nan], "c": [1, 3, 3, 5, 1, np.nan]}
    )
    result = cronbach_alpha(answers, missing="pairwise")
    # by hand: variances 5/3, 11/12, 14/5; cov(a,b) on rows 1-3 is 1, cov(a,c) on rows 1-4 is 2, cov(b,c) on rows 1-3
    # and 5: means 11/4 and 2, products 2+6+12+3 = 23, (23 - 4 (11/4) 2)/3 = 1/3; the sum of all is 5.38333 + 6.66667
    trace = 5 / 3 + 11 / 12 + 14 / 5
    assert result.alpha == pytest.approx(1.5 * (1 - trace / (trace + 2 * (1 + 2 + 1 / 3))), rel=1e-12)
    assert (result.n_respondents, result.n_dropped, result.missing) == (5, 1, "pairwise")


def test_without_gaps_both_policies_agree() -> None:
    pairwise, listwise = cronbach_alpha(HAND, missing="pairwise"), cronbach_alpha(HAND)
    assert pairwise.to_frame().equals(listwise.to_frame())


def test_two_items_leave_nothing_to_drop() -> None:
    result = cronbach_alpha(HAND[["a", "b"]])
    assert result.if_dropped.empty
    assert "alpha_if_dropped" not in set(result.to_frame()["coefficient"])


def test_an_item_whose_rest_is_constant_is_left_out_of_if_dropped() -> None:
    answers = pd.DataFrame({"a": [1, 2, 3, 4], "b": [4, 3, 2, 1], "c": [1, 2, 2, 4]})
    assert list(cronbach_alpha(answers).if_dropped.index) == ["a", "b"]


def test_the_frame_has_one_row_per_coefficient_and_none_undefined() -> None:
    frame = cronbach_alpha(HAND).to_frame()
    assert frame["coefficient"].tolist()[:5] == ["alpha", "ci_low", "ci_high", "standardized_alpha", "average_r"]
    assert frame["item"].tolist()[5:] == ["a", "b", "c"]
    assert frame["estimate"].notna().all()
    assert "<table" in cronbach_alpha(HAND)._repr_html_()


@pytest.mark.parametrize(
    ("answers", "options", "error", "text"),
    [
        (HAND.assign(b=3), {}, ConstantItemError, "items must vary; constant over 4 respondents: b"),
        (HAND[["a"]], {}, TooFewError, "and 2 columns; found 4 and 1"),
        (HAND.assign(a=[1, np.nan, np.nan, np.nan]), {}, TooFewError, r"found 1 of 4.*a \(3\)"),
        (HAND.assign(a=["1", "2", "three", "4"]), {}, NotNumericError, "'three' in row 2"),
        (HAND, {"level": 95}, ParameterError, "level must be a number between 0 and 1"),
        (HAND, {"interval": "bonet"}, ParameterError, "Did you mean 'bonett'"),
        (HAND, {"missing": "pairs"}, ParameterError, "missing must be one of listwise, pairwise; found 'pairs'"),
        (HAND, {"interval": "bootstrap"}, ParameterError, "rng must be .* seed"),
        (HAND, {"interval": "bootstrap", "rng": 0, "draws": 1}, ParameterError, "from 2 to 100000; found 1"),
        (HAND.iloc[[0, 3]], {"interval": "bonett"}, TooFewError, "needs more than 2 respondents; found 2"),
        (
            pd.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1]}), {}, MatrixError, "the sum of the 2 items must vary",
        ),
        (
            pd.DataFrame({"a": [1, 2, np.nan, 4], "b": [2, np.nan, 3, np.nan]}),
            {"missing": "pairwise"}, TooFewError, r"at least 2 respondents; found fewer for a with b \(1\)",
        ),
        (
            pd.DataFrame({"a": [np.nan, np.nan], "b": [np.nan, 1]}),
            {"missing": "pairwise"}, TooFewError, "at least 2 rows with an answer; found 1 of 2",
        ),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_plain_words(
    answers: pd.DataFrame, options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        cronbach_alpha(answers, **options)


def test_contradicting_pairwise_covariances_are_refused() -> None:
    # two common rows far apart make the pairwise covariance larger than the two variances allow
    near = [0.0] * 8
    answers = pd.DataFrame({"a": [10, -10, *near, *[np.nan] * 8], "b": [10, -10, *[np.nan] * 8, *near]})
    with pytest.raises(MatrixError, match=r"pairwise covariances contradict each other. Use missing=.listwise"):
        cronbach_alpha(answers, missing="pairwise")


def test_weighted_alpha_agrees_with_base_r(pilot: pd.DataFrame) -> None:
    result = cronbach_alpha(pilot[PS], weights=pilot["weight"])
    assert result.alpha == pytest.approx(FAMILY["weighted_alpha"], abs=R_DIGITS)
    assert result.standardized_alpha == pytest.approx(FAMILY["weighted_standardized"], abs=R_DIGITS)
    assert result.if_dropped.tolist() == pytest.approx(FAMILY["weighted_drop"], abs=R_DIGITS)
    assert result.effective_n == pytest.approx(FAMILY["weighted_effective_n"], rel=R_DIGITS)
    assert [result.ci_low, result.ci_high] == pytest.approx(FAMILY["weighted_feldt"], abs=R_DIGITS)


def test_the_bootstrap_agrees_with_that_of_psych(pilot: pd.DataFrame) -> None:
    result = cronbach_alpha(pilot[PS], interval="bootstrap", draws=5000, rng=1)
    # an end of 5,000 draws errs by about .0003 in either program; the largest deviation seen is .0006
    assert [result.ci_low, result.ci_high] == pytest.approx(FAMILY["psych_boot"], abs=0.0012)


@settings(max_examples=40)
@given(weights=st.lists(st.integers(0, 4), min_size=6, max_size=6).filter(lambda w: sum(x > 0 for x in w) > 3))
def test_whole_weights_repeat_respondents(weights: list[int]) -> None:
    answers = pd.DataFrame({"a": [1, 2, 3, 4, 5, 2], "b": [2, 2, 4, 4, 3, 1], "c": [1, 3, 3, 5, 4, 2]})
    repeated = answers.loc[answers.index.repeat(weights)].reset_index(drop=True)
    weighted = cronbach_alpha(answers, weights=pd.Series(weights))
    assert weighted.alpha == pytest.approx(cronbach_alpha(repeated).alpha, rel=1e-9)  # other sums of small numbers
    assert weighted.n_dropped == weights.count(0)


def test_equal_weights_change_nothing() -> None:
    weighted, unweighted = cronbach_alpha(HAND, weights=pd.Series([2.5] * 4)), cronbach_alpha(HAND)
    # the same sums times 2.5
    assert weighted.to_frame()["estimate"].tolist() == pytest.approx(unweighted.to_frame()["estimate"].tolist())
    assert (weighted.effective_n, unweighted.effective_n) == (4, None)


@pytest.mark.parametrize(
    ("weights", "text"),
    [
        (pd.Series([1, 1, -1, 1]), "at least 0"),
        (pd.Series([1, 1, np.nan, 1]), "at least 0"),
        (pd.Series([0, 0, 0, 0]), "at least one weight must be above 0"),
        (pd.Series([1, 1e-11, 1e-11, 1e-11]), "at least 2 respondents count"),
    ],
)
def test_impossible_weights_are_refused(weights: pd.Series, text: str) -> None:
    with pytest.raises(WeightError, match=text):
        cronbach_alpha(HAND, weights=weights)


def test_digits_survive_a_distant_origin() -> None:
    # 1e15 leaves whole numbers exact, but their sum does not fit into 53 bits
    assert cronbach_alpha(HAND + 1e15).alpha == pytest.approx(14 / 15, rel=1e-12)


@pytest.mark.parametrize("size", [1e300, 1e-300, 1e200])
def test_a_spread_beyond_computer_numbers_is_refused(size: float) -> None:
    with pytest.raises(ScaleError, match="range of an item's answers must lie between 1e-140 and 1e.140"):
        cronbach_alpha(HAND * size)


CELLS = st.one_of(st.sampled_from([0.0, 1.0, 2.0, np.nan, np.inf, 1e300, 1e-300, -1e300]), st.integers(-3, 3))


def test_a_correlation_matrix_is_not_taken_for_answers() -> None:
    with pytest.raises(ParameterError, match="answers are needed.*found a correlation matrix of 3 items"):
        cronbach_alpha(HAND.corr())


@pytest.mark.parametrize("options", [{"rng": "x"}, {"rng": -1}, {"interval": "bootstrap", "rng": 0, "draws": 10**30}])
def test_chance_is_checked_also_where_none_is_drawn(options: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=r"(rng|draws) must be"):
        cronbach_alpha(HAND, **options)


def test_any_answers_give_finite_numbers_or_a_named_error() -> None:
    finished = []

    @settings(max_examples=150)
    @given(
        seed=st.integers(0, 10_000),
        n=st.integers(0, 20),
        odd=st.lists(st.tuples(st.integers(0, 19), st.integers(0, 2), CELLS), max_size=3),
        k=st.integers(0, 3),
        missing=st.sampled_from(["listwise", "pairwise"]),
        method=st.sampled_from(["feldt", "bonett", "bootstrap"]),
        weighted=st.booleans(),
    )
    def check(
        seed: int,
        n: int,
        odd: list[tuple[int, int, float]],
        k: int,
        missing: Missing,
        method: Interval,
        weighted: bool,
    ) -> None:
        values = np.random.default_rng(seed).integers(1, 6, (n, 3)).astype(float)
        for row, item, value in odd if n else []:
            values[row % n, item] = value
        answers = pd.DataFrame(values, columns=["a", "b", "c"]).iloc[:, :k]
        weights = pd.Series(np.arange(len(answers)), index=answers.index) if weighted else None
        try:
            result = cronbach_alpha(answers, missing=missing, interval=method, draws=20, rng=0, weights=weights)
        except IkfsError:
            return
        assert np.isfinite(result.to_frame()["estimate"]).all()
        finished.append(True)

    check()
    assert finished  # not all were refused
