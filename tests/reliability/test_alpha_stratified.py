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

from ikfs_methods.errors import ColumnError, IkfsError, ParameterError, TooFewError
from ikfs_methods.reliability.alpha import cronbach_alpha
from ikfs_methods.reliability.stratified import stratified_alpha

ExactAnswers = Callable[..., pd.DataFrame]

REFERENCE = Path(__file__).parents[1] / "reference"
THEIRS = json.loads((REFERENCE / "reliability_alpha_family.json").read_text(encoding="utf-8"))
HAND = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 2, 4, 4], "c": [1, 3, 3, 5], "d": [2, 1, 4, 3]})


def test_three_dimensions_agree_with_r() -> None:
    pilot = pd.read_csv(REFERENCE / "pilot.csv")
    pilot["PS8"] = 6 - pilot["PS8"]
    scales = {name: [f"{name}{number}" for number in range(1, 8 + (name == "PS"))] for name in ("KD", "PS", "PM")}
    result = stratified_alpha(pilot, scales)
    # R prints 15 digits; the largest deviation seen is 2e-14, of a variance of 35
    assert result.alpha == pytest.approx(THEIRS["stratified_alpha"], abs=1e-12)
    assert result.plain_alpha == pytest.approx(THEIRS["strata_plain"], abs=1e-12)
    assert result.scales["alpha"].tolist() == pytest.approx(THEIRS["strata_alpha"], abs=1e-12)
    assert result.scales["variance"].tolist() == pytest.approx(THEIRS["strata_variance"], abs=1e-12)
    assert (result.n_respondents, result.n_items) == (THEIRS["strata_n"], 22)
    assert result.n_dropped == len(pilot) - THEIRS["strata_n"]


def test_two_scales_worked_by_hand() -> None:
    # a+b: 3, 4, 7, 8, variance 17/3, items 5/3 + 4/3: alpha 2 (1 - 9/17) = 16/17; c+d: 3, 4, 7, 8 too, items 8/3 +
    # 5/3 = 13/3: alpha 2 (1 - 13/17) = 8/17; total 6, 8, 14, 16, variance 68/3: 1 - (17/3 (1/17) + 17/3 (9/17))/(68/3)
    result = stratified_alpha(HAND, {"one": ["a", "b"], "two": ["c", "d"]})
    assert result.alpha == pytest.approx(1 - 10 / 68, rel=1e-12)  # a dozen roundings
    assert result.scales["alpha"].tolist() == pytest.approx([16 / 17, 8 / 17], rel=1e-12)
    frame = result.to_frame()
    assert frame.index.name == "scale"
    assert frame.index.tolist() == ["one", "two", "all, stratified", "all, plain"]
    assert frame["n_items"].tolist() == [2, 2, 4, 4]
    assert frame["variance"].tolist() == pytest.approx([17 / 3, 17 / 3, 68 / 3, 68 / 3], rel=1e-12)
    assert frame["alpha"].tolist() == pytest.approx([16 / 17, 8 / 17, 58 / 68, result.plain_alpha], rel=1e-12)
    assert result.scales.shape == (2, 3)


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_one_scale_gives_alpha(missing: Any) -> None:
    answers = HAND.astype(float)
    answers.iloc[0, 3] = np.nan
    result = stratified_alpha(answers, {"all": ["a", "b", "c", "d"]}, missing=missing)
    expected = cronbach_alpha(answers, missing=missing)
    assert result.alpha == pytest.approx(expected.alpha, rel=1e-12)  # the same sums
    assert result.plain_alpha == pytest.approx(expected.alpha, rel=1e-12)
    assert (result.n_respondents, result.missing) == (expected.n_respondents, missing)


def test_unrelated_scales_of_parallel_items(exact_answers: ExactAnswers) -> None:
    # two unrelated scales of alpha .8 and variance 10 each: the sum is as reliable as its parts, plain alpha is not
    block = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    answers = exact_answers(np.kron(np.eye(2), block), 50)
    result = stratified_alpha(answers, {"one": [f"x{i}" for i in range(4)], "two": [f"x{i}" for i in range(4, 8)]})
    assert result.alpha == pytest.approx(0.8, abs=1e-12)
    assert result.plain_alpha == pytest.approx(8 / 7 * (1 - 8 / 20), abs=1e-12)


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000))
def test_stratified_alpha_is_not_below_plain_alpha_for_parallel_scales(seed: int) -> None:
    # Cronbach, Schonemann & McKie 1965: equal where all items agree alike, above it where scales hang together more
    rng = np.random.default_rng(seed)
    within, between = np.sort(rng.uniform(0.05, 0.8, 2))[::-1]
    covariance = np.full((6, 6), between)
    covariance[:3, :3] = covariance[3:, 3:] = within
    np.fill_diagonal(covariance, 1.0)
    root = np.linalg.cholesky(covariance)
    noise = rng.normal(size=(20, 6))
    noise -= noise.mean(axis=0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(np.cov(noise.T))).T
    answers = pd.DataFrame(white @ root.T, columns=list("abcdef"))
    result = stratified_alpha(answers, {"one": list("abc"), "two": list("def")})
    assert result.alpha >= result.plain_alpha - 1e-12  # equal but for rounding where both correlations agree


@pytest.mark.parametrize(
    ("scales", "error", "text"),
    [
        ({"one": ["a", "bb"]}, ColumnError, "'bb' of scale 'one' is not"),
        ({"one": ["a", "b"], "two": ["b", "c"]}, ColumnError, "'b' stands in 'one' and 'two'"),
        ({"one": ["a", "b"], "two": ["c"]}, TooFewError, r"at least 2 items, or it has no alpha; found two \(1\)"),
        ({}, ParameterError, "found dict without entries"),
        ([["a", "b"]], ParameterError, "must be a mapping .* found list"),
        ({"one": "ab"}, ParameterError, "must be a list; found 'ab'"),
        ({"one": 3}, ParameterError, "must be a list; found 3"),
    ],
)
def test_bad_scales_are_refused_in_plain_words(scales: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        stratified_alpha(HAND, scales)


def sound_but_for(seed: int, n: int, odd: list[tuple[int, int, float]]) -> pd.DataFrame:
    """Answers of n respondents, in which a few odd values are planted."""
    values = np.random.default_rng(seed).integers(1, 4, (n, 4)).astype(float)
    for row, item, value in odd:
        values[row % n, item] = value
    return pd.DataFrame(values, columns=list("abcd"))


def test_any_answers_give_finite_numbers_or_a_named_error() -> None:
    finished = []

    @settings(max_examples=60)
    @given(
        answers=st.builds(
            sound_but_for,
            st.integers(0, 10_000),
            st.integers(1, 30),
            st.lists(st.tuples(st.integers(0, 29), st.integers(0, 3), st.sampled_from([np.nan, 1e300])), max_size=2),
        ),
        missing=st.sampled_from(["listwise", "pairwise"]),
    )
    def check(answers: pd.DataFrame, missing: Any) -> None:
        try:
            result = stratified_alpha(answers, {"one": ["a", "b"], "two": ["c", "d"]}, missing=missing)
        except IkfsError:
            return
        assert np.isfinite([result.alpha, result.plain_alpha]).all()
        finished.append(True)

    check()
    assert finished  # not all were refused
