"""Items against the others: a planted one is found, its correlation is Pearson's, and chance alone asks nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ikfs_methods.rounds.drafting.direction import against_the_rest


def answers(n: int = 300, k: int = 6, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    trait = rng.standard_normal(n)
    values = np.clip(np.rint(3 + trait[:, None] + rng.standard_normal((n, k))), 1, 5)
    return pd.DataFrame(values, columns=[f"x{j}" for j in range(1, k + 1)])


def test_a_turned_item_is_found_with_its_correlation() -> None:
    frame = answers()
    frame["x4"] = 6 - frame["x4"]
    found = against_the_rest(frame)
    assert list(found) == ["x4"]
    rest = frame.drop(columns="x4")
    standard = (rest - rest.mean()) / rest.std(ddof=1)
    # Two ways to the same number: scipy's Pearson r; rounding of doubles is all that may differ.
    assert found["x4"] == pytest.approx(stats.pearsonr(frame["x4"], standard.mean(axis=1)).statistic, rel=1e-12)


def test_gaps_are_left_out_by_pairs() -> None:
    frame = answers()
    frame["x2"] = 6 - frame["x2"]
    frame.loc[:49, "x2"] = np.nan
    frame.loc[100:149, "x5"] = np.nan
    assert list(against_the_rest(frame)) == ["x2"]


def test_which_side_is_turned_does_not_matter_for_the_smaller_side() -> None:
    frame = answers()
    turned = frame.copy()
    turned[["x1", "x2", "x3", "x4"]] = 6 - turned[["x1", "x2", "x3", "x4"]]
    assert sorted(against_the_rest(turned)) == ["x5", "x6"]


def test_of_two_equal_sides_the_one_without_the_first_item_is_asked_about() -> None:
    frame = answers(k=4)
    frame[["x1", "x2"]] = 6 - frame[["x1", "x2"]]
    assert sorted(against_the_rest(frame)) == ["x3", "x4"]


def test_nothing_is_said_of_items_that_are_unrelated_or_few() -> None:
    rng = np.random.default_rng(3)
    noise = pd.DataFrame(rng.integers(1, 6, (400, 8)).astype(float)).rename(columns=str)
    assert against_the_rest(noise) == {}
    turned = answers().assign(x1=lambda frame: 6 - frame["x1"])
    assert against_the_rest(turned.iloc[:19]) == {}  # too few respondents
    assert against_the_rest(turned[["x1"]]) == {}
    assert against_the_rest(turned.assign(x1=3.0)) == {}  # does not vary
