from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from ikfs_methods.errors import ColumnError, NotNumericError, ParameterError, ScaleError, TooFewError
from ikfs_methods.validity import aiken_v


def panel(**items: Sequence[float | str]) -> pd.DataFrame:
    return pd.DataFrame(items)


def with_sum(total: int, n: int, k: int) -> list[int]:
    """Ratings of n experts from 0 to k that add up to `total`."""
    return [min(k, max(0, total - k * expert)) for expert in range(n)]


def test_v_and_its_interval_agree_with_the_r_package_contentvalidr() -> None:
    # printed by its page of examples, expert_validity(lo = 1, hi = 4) and aikens_v(lo = 1, hi = 5), two decimals
    four = aiken_v(panel(a=[4] * 6, b=[4, 4, 4, 3, 4, 4], c=[4, 3, 4, 4, 3, 4]), low=1, high=4).items
    assert four[["v", "ci_low", "ci_high"]].round(2).to_numpy().tolist() == [
        [1, 0.82, 1], [0.94, 0.74, 0.99], [0.89, 0.67, 0.97],
    ]  # fmt: skip
    sums = {"a": 12, "b": 6, "c": 14, "d": 7, "e": 13}
    five = aiken_v(pd.DataFrame({name: with_sum(total, 5, 4) for name, total in sums.items()}) + 1, low=1, high=5).items
    assert five[["v", "ci_low", "ci_high"]].round(2).to_numpy().tolist() == [
        [0.6, 0.39, 0.78], [0.3, 0.15, 0.52], [0.7, 0.48, 0.85], [0.35, 0.18, 0.57], [0.65, 0.43, 0.82],
    ]  # fmt: skip


@given(n=st.integers(1, 30), k=st.integers(1, 10), share=st.floats(0, 1), level=st.floats(0.5, 0.999))
def test_the_interval_is_wilsons_for_nk_trials(n: int, k: int, share: float, level: float) -> None:
    total = round(share * n * k)
    item = aiken_v(panel(a=with_sum(total, n, k)), low=0, high=k, level=level).items.loc["a"]
    low, high = proportion_confint(total, n * k, alpha=1 - level, method="wilson")
    # at V = 0 and V = 1 the ends 0 and 1 come out of a difference of equal numbers
    assert [item["ci_low"], item["ci_high"]] == pytest.approx([low, high], abs=1e-12)


def test_the_interval_solves_the_score_equation() -> None:
    result = aiken_v(panel(a=with_sum(32, 10, 4)), low=0, high=4)
    for limit in (result.items["ci_low"].iloc[0], result.items["ci_high"].iloc[0]):
        # 1.959964 has six decimals; the slope of this expression in the limit is about 20
        assert abs(0.8 - limit) / sqrt(limit * (1 - limit) / 40) == pytest.approx(1.959964, abs=1e-5)


@pytest.mark.parametrize(
    ("n", "points", "critical"),
    [(5, 4, 0.87), (5, 5, 0.80), (7, 4, 0.76), (7, 5, 0.75), (7, 7, 0.74), (10, 4, 0.73), (10, 5, 0.70), (25, 5, 0.63)],
)
def test_critical_v_is_that_of_the_right_tail_table(n: int, points: int, critical: float) -> None:
    # right-tail values at .05 as a table after Aiken 1985 prints them, two decimals
    items = aiken_v(panel(a=[points] * n), low=1, high=points).items
    assert items["critical_v"].round(2).tolist() == [critical]


@settings(max_examples=40)
@given(ratings=st.lists(st.integers(0, 3), min_size=1, max_size=5), alpha=st.floats(0.001, 0.999))
def test_p_and_critical_v_are_those_of_counting_every_outcome(ratings: list[int], alpha: float) -> None:
    n = len(ratings)
    totals = np.array([sum(outcome) for outcome in product(range(4), repeat=n)])
    item = aiken_v(panel(a=ratings), low=0, high=3, alpha=alpha).items.loc["a"]
    assert item["p_value"] == (totals >= sum(ratings)).mean()
    enough = [total for total in range(3 * n + 1) if (totals >= total).mean() <= alpha]
    assert item["critical_v"] is pd.NA if not enough else item["critical_v"] == min(enough) / (3 * n)


def test_v_worked_by_hand() -> None:
    # five experts on 1 to 4: (3 + 3 + 2 + 3 + 2) / 15; a sum of 13 or more of 15 has 1 + 5 + 15 = 21 of 1,024 outcomes
    result = aiken_v(panel(a=[4, 4, 3, 4, 3]), low=1, high=4)
    item = result.items.loc["a"]
    assert item["v"] == 13 / 15
    assert item["p_value"] == 21 / 1024
    assert item["critical_v"] == 13 / 15
    assert item.loc["mean"] == pytest.approx(3.6, rel=1e-15)  # one division
    assert (result.n_experts, result.low, result.high, result.level, result.alpha) == (5, 1, 4, 0.95, 0.05)


def test_a_chance_that_equals_alpha_counts() -> None:
    # two experts on five points: only 1 of 25 outcomes has the greatest sum, and .04 is exactly that chance
    assert aiken_v(panel(a=[5, 1]), low=1, high=5, alpha=0.04).items.loc["a", "critical_v"] == 1


def test_a_panel_too_small_for_significance_has_no_critical_v() -> None:
    items = aiken_v(panel(a=[4, 4], b=[3, np.nan]), low=1, high=4, alpha=0.05).items
    assert items["critical_v"].isna().tolist() == [True, True]  # 1/16 and 1/4 are the least chances
    assert items["critical_v"].dtype == "Float64"
    assert items["n_experts"].tolist() == [2, 1]


def test_each_item_counts_its_own_experts_and_a_silent_expert_counts_nowhere() -> None:
    ratings = panel(a=[4, 3, np.nan, np.nan], b=[4, 2, 3, np.nan])
    result = aiken_v(ratings, low=1, high=4)
    assert result.items["n_experts"].tolist() == [2, 3]
    assert result.n_experts == 3
    alone = aiken_v(panel(a=[4, 3]), low=1, high=4).items.loc["a"]
    assert list(result.items.loc["a"])[:4] == list(alone)[:4]


@settings(max_examples=30)
@given(ratings=st.lists(st.integers(1, 5), min_size=1, max_size=12), shift=st.integers(-5, 5))
def test_v_ignores_where_the_scale_begins_and_turns_with_it(ratings: list[int], shift: int) -> None:
    here = aiken_v(panel(a=ratings), low=1, high=5).items.loc["a"]
    moved = aiken_v(panel(a=ratings) + shift, low=1 + shift, high=5 + shift).items.loc["a"]
    turned = aiken_v(6 - panel(a=ratings), low=1, high=5).items.loc["a"]
    assert list(moved)[:-1] == list(here)[:-1]  # all but the mean
    # V and 1 - V are rounded apart
    assert [turned["v"], turned["ci_low"]] == pytest.approx([1 - here["v"], 1 - here["ci_high"]], abs=1e-12)
    assert 0 <= here["ci_low"] <= here["v"] <= here["ci_high"] <= 1


@pytest.mark.parametrize(
    ("ratings", "options", "error", "text"),
    [
        (panel(a=[1, 5]), {}, ScaleError, "between 1 and 4; 1 value.s. do not, the first .*5.* in column 'a', row 1"),
        (panel(a=[1, 2.5]), {}, ScaleError, "whole points of the scale; .* the first 2.5 in column 'a', row 1"),
        (panel(a=[1, 2], b=[np.nan, np.nan]), {}, TooFewError, "at least one expert; no rating for b"),
        (panel(a=[1, 2.5, 2]).set_axis([3, 5, 9]), {}, ScaleError, "the first 2.5 in column 'a', row 5"),
        (panel(a=[1, "good"]), {}, NotNumericError, "'good' in row 1"),
        (panel(a=[1, 2]), {"low": 1.5}, ParameterError, "low must be a whole number.*found 1.5"),
        (panel(a=[1, 2]), {"high": 1}, ParameterError, "low end must be below its high end"),
        (panel(a=[1, 2]), {"high": "4"}, ParameterError, "high must be a whole number"),
        (panel(a=[1, 2]), {"level": 0}, ParameterError, "level must be a number between 0 and 1"),
        (panel(a=[1, 2]), {"alpha": 5}, ParameterError, "alpha must be a number between 0 and 1"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), {}, ColumnError, "repeated: a"),
        ([[1, 2]], {}, ParameterError, "ratings must be a pandas DataFrame; found list"),
    ],
)
def test_bad_ratings_are_refused_in_plain_words(
    ratings: pd.DataFrame, options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        aiken_v(ratings, **{"low": 1, "high": 4} | options)


def test_a_scale_too_wide_for_the_exact_test_is_refused():
    with pytest.raises(ScaleError, match=r"at most 1001 points.*found 1000001 from 0 to 1000000. Check low and high"):
        aiken_v(pd.DataFrame({"a": [1, 2], "b": [3, 4]}), low=0, high=1_000_000)


def test_what_is_shown_is_a_copy() -> None:
    result = aiken_v(panel(a=[1, 2, 4], b=[3, 4, 4]), low=1, high=4)
    shown = result.to_frame()
    shown["n_experts"] = 0
    assert (result.items["n_experts"] == 3).all()
