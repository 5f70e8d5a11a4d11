from __future__ import annotations

import json
from itertools import combinations, product
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import permutation_test
from statsmodels.stats.proportion import confint_proportions_2indep

from ikfs_methods.errors import ColumnError, ParameterError, ScaleError
from ikfs_methods.validity.content import aiken_difference, aiken_v, randomisation
from ikfs_methods.validity.content.randomisation import Randomised, randomisation_p

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "content_randomisation.json").read_text())


def panel(*ratings: float, prefix: str = "E") -> pd.DataFrame:
    return pd.DataFrame(
        {"a": [float(rating) for rating in ratings]}, index=[f"{prefix}{n}" for n in range(len(ratings))]
    )


@settings(max_examples=40)
@given(
    first=st.lists(st.integers(0, 4), min_size=1, max_size=20),
    second=st.lists(st.integers(0, 4), min_size=1, max_size=20),
    level=st.floats(0.5, 0.999),
)
def test_independent_interval_is_newcombes_on_nk_trials(first: list[int], second: list[int], level: float) -> None:
    # MOVER of two score intervals of proportions is Newcombe's (1998) method 10; V has nk trials
    result = aiken_difference(panel(*first), panel(*second, prefix="F"), low=0, high=4, level=level)
    low, high = confint_proportions_2indep(
        sum(second), 4 * len(second), sum(first), 4 * len(first), method="newcomb", compare="diff", alpha=1 - level
    )
    item = result.items.loc["a"]
    # the ends 0 and 1 of the single intervals come out of differences of equal numbers, and a root magnifies them
    assert [item["ci_low"], item["ci_high"]] == pytest.approx([low, high], abs=1e-7)
    assert item["correlation"] == 0
    assert not result.paired


def test_paired_interval_worked_by_hand() -> None:
    # deviations of the pairs (-1, 0, 1, 0) and (-1, 1, 1, -1): correlation 2/sqrt(8), shrunk by 3/5; all rated twice
    first, second = panel(2, 3, 4, 3), panel(2, 4, 4, 2)
    result = aiken_difference(first, second, low=1, high=4)
    item = result.items.loc["a"]
    r = 0.6 / sqrt(2)
    assert item["correlation"] == pytest.approx(r, rel=1e-12)  # some ten roundings
    one, two = (aiken_v(frame, low=1, high=4).items.loc["a"] for frame in (first, second))
    a, b = two["v"] - two["ci_low"], one["ci_high"] - one["v"]
    assert item["ci_low"] == pytest.approx(-sqrt(a * a + b * b - 2 * r * a * b), rel=1e-12)
    a, b = two["ci_high"] - two["v"], one["v"] - one["ci_low"]
    assert item["ci_high"] == pytest.approx(sqrt(a * a + b * b - 2 * r * a * b), rel=1e-12)
    assert (item["difference"], item["n_first"], item["n_both"]) == (0, 4, 4)
    # about the means 3 squares 2 and 4; assumed 3 * 2/3 * 1/3 * 3 each
    assert item["spread"] == pytest.approx(6 / 4, rel=1e-12)
    # two pairs differ, by 1 each in opposite ways: every exchange takes the sum as far
    assert item["p_value"] == 1
    assert result.paired
    assert result.notes[0].startswith("Paired: 4 of 4 and 4 experts are in both.")


def test_partial_overlap_weighs_the_correlation_by_who_bears_on_both() -> None:
    first = panel(1, 2, 3, 4, 4, 1)
    second = panel(1, 2, 3, 4)
    second.loc["new"] = 3.0
    item = aiken_difference(first, second, low=1, high=4).items.loc["a"]
    # the four pairs are equal: correlation 1, shrunk by 3/5, times 4/sqrt(6 * 5)
    assert item["correlation"] == pytest.approx(0.6 * 4 / sqrt(30), rel=1e-12)  # some ten roundings
    assert (item["n_first"], item["n_second"], item["n_both"]) == (6, 5, 4)


@pytest.mark.parametrize("kind", ["independent", "paired"])
def test_p_is_that_of_the_exact_tests_of_r(kind: str) -> None:
    for case in REFERENCE[kind]:
        first, second = panel(*case["first"]), panel(*case["second"])
        result = aiken_difference(first, second, low=1, high=7, paired=kind == "paired")
        # R prints 15 digits
        assert result.items.loc["a", "p_value"] == pytest.approx(case["p_value"], rel=1e-13)


@settings(max_examples=25)
@given(
    pairs=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), max_size=4),
    first=st.lists(st.integers(1, 5), max_size=4),
    second=st.lists(st.integers(1, 5), max_size=4),
)
def test_p_is_that_of_counting_every_exchange(
    pairs: list[tuple[int, int]], first: list[int], second: list[int]
) -> None:
    one = pd.Series(
        [x for x, _ in pairs] + first, [f"B{i}" for i in range(len(pairs))] + [f"F{i}" for i in range(len(first))]
    )
    two = pd.Series(
        [y for _, y in pairs] + second, [f"B{i}" for i in range(len(pairs))] + [f"S{i}" for i in range(len(second))]
    )
    if not (len(one) and len(two)):
        return
    once = first + second
    gaps = []
    for turned in product((False, True), repeat=len(pairs)):
        for places in combinations(range(len(once)), len(second)):
            later = sum(pair[not turn] for pair, turn in zip(pairs, turned, strict=True)) + sum(once[i] for i in places)
            rest = sum(map(sum, pairs)) + sum(once) - later
            gaps.append(later / len(two) - rest / len(one))
    centre = np.mean(gaps)
    seen = two.mean() - one.mean()
    # rounding of means must not part what is equally far
    expected = np.mean(np.abs(np.array(gaps) - centre) >= abs(seen - centre) - 1e-9)
    found = aiken_difference(one.to_frame("a"), two.to_frame("a"), low=1, high=5)
    assert found.items.loc["a", "p_value"] == pytest.approx(expected, rel=1e-12)  # sums of up to 1,120 doubles


def test_p_of_larger_panels_is_that_of_scipys_resampling() -> None:
    rng = np.random.default_rng(3)
    first, second = rng.integers(1, 8, 40), np.minimum(7, rng.integers(2, 9, 35))
    drawn = permutation_test(
        (second, first), lambda x, y, axis: x.mean(axis=axis) - y.mean(axis=axis), vectorized=True,
        n_resamples=20_000, rng=rng, permutation_type="independent",
    )  # fmt: skip
    found = aiken_difference(panel(*first), panel(*second, prefix="F"), low=1, high=7).items.loc["a", "p_value"]
    # the standard error of a share p of 20,000 draws; scipy doubles the smaller tail, which adds asymmetry of its own
    assert found == pytest.approx(drawn.pvalue, abs=5 * sqrt(found / 20_000) + 0.01 * found)


def test_the_normal_distribution_takes_over_only_where_it_is_as_good(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(8)
    ratings = Randomised(np.array([40, 60]), np.array([70, 30]), rng.integers(0, 101, 60), rng.integers(5, 101, 55))
    p, exact = randomisation_p(ratings)
    assert exact
    monkeypatch.setattr(randomisation, "MOST_ADDITIONS", 0)
    approximate, said = randomisation_p(ratings)
    assert not said
    # with 115 ratings of a hundred points the next term of the approximation is of the order of 1/115
    assert approximate == pytest.approx(p, abs=0.005)
    found = aiken_difference(panel(1, 2), panel(3, 4, prefix="F"), low=1, high=4)
    assert any("p by the normal distribution: a" in note for note in found.notes)


@settings(max_examples=12)
@given(
    first=st.lists(st.sampled_from([1.0, 2.0, 3.0, 4.0, np.nan]), min_size=2, max_size=12),
    second=st.lists(st.sampled_from([1.0, 2.0, 3.0, 4.0, np.nan]), min_size=2, max_size=12),
    paired=st.booleans(),
    shift=st.integers(-9, 9),
    seed=st.integers(0, 99),
)
def test_order_silence_origin_and_direction(
    first: list[float], second: list[float], paired: bool, shift: int, seed: int
) -> None:
    one, two = panel(2, *first), panel(3, *second)
    there = aiken_difference(one, two, low=1, high=4, paired=paired).items.loc["a"]
    mixed = aiken_difference(one.sample(frac=1, random_state=seed), two, low=1, high=4, paired=paired).items.loc["a"]
    moved = aiken_difference(one + shift, two + shift, low=1 + shift, high=4 + shift, paired=paired).items.loc["a"]
    quiet = pd.concat([one, pd.DataFrame({"a": [np.nan]}, index=["quiet"])])
    silent = aiken_difference(quiet, two, low=1, high=4, paired=paired).items.loc["a"]
    back = aiken_difference(two, one, low=1, high=4, paired=paired).items.loc["a"]
    turned = aiken_difference(5 - one, 5 - two, low=1, high=4, paired=paired).items.loc["a"]
    for other in (mixed, moved, silent):
        # sums in another order
        pd.testing.assert_series_equal(other, there, rtol=1e-12, atol=1e-12)
    for other in (back, turned):
        ends = [-other["ci_high"], -other["ci_low"], -other["difference"]]
        # a root magnifies what rounding leaves of a difference of equal numbers
        assert ends == pytest.approx([there["ci_low"], there["ci_high"], there["difference"]], abs=1e-7)
        assert other["p_value"] == pytest.approx(there["p_value"], rel=1e-9)
    assert there["ci_low"] <= there["difference"] <= there["ci_high"]
    assert 0 < there["p_value"] <= 1


def test_who_is_paired_is_decided_by_label_and_said() -> None:
    one, two = panel(2, 3, 4), panel(4, 4, 4)
    assert aiken_difference(one, two, low=1, high=4).paired
    asked = aiken_difference(one, two, low=1, high=4, paired=False)
    assert (asked.paired, asked.n_both) == (False, 0)
    assert "the 3 equal labels were taken as different experts" in asked.notes[0]
    apart = aiken_difference(one, panel(4, 4, prefix="F"), low=1, high=4)
    assert apart.notes[0] == "Independent: none of the 3 and 2 experts is in both."
    numbered = aiken_difference(one.reset_index(drop=True), two.reset_index(drop=True), low=1, high=4)
    assert "row numbers: give paired=False" in numbered.notes[0]


def test_what_is_undefined_is_missing_and_named() -> None:
    one = pd.DataFrame({"a": [2.0, 3, 4], "b": [np.nan] * 3, "old": [1.0, 2, 3]}, index=["E0", "E1", "E2"])
    two = pd.DataFrame({"new": [1.0, 1], "b": [2.0, 3], "a": [3.0, 3]}, index=["E0", "E1"])
    result = aiken_difference(one, two, low=1, high=4)
    assert list(result.items.index) == ["a", "b"]
    assert result.items.loc["b", ["difference", "ci_low", "p_value", "correlation"]].isna().all()
    said = " ".join(result.notes)
    assert "Asked in first alone, so left out: old." in said
    assert "Asked in second alone, so left out: new." in said
    assert "no difference: b." in said
    assert "correlation taken as 0 for a." in said
    divided = aiken_difference(panel(1, 5, 1, 5), panel(1, 5, 5, 1, prefix="F"), low=1, high=5)
    assert any("vary more than the interval assumes" in note for note in divided.notes)


def test_holm_adjusts_over_the_items() -> None:
    one = pd.concat([panel(1, 1, 2, 1, 2), panel(2, 3, 2, 3, 3).rename(columns={"a": "b"})], axis=1)
    two = pd.concat([panel(4, 4, 3, 4, 4), panel(3, 2, 3, 3, 4).rename(columns={"a": "b"})], axis=1)
    items = aiken_difference(one, two, low=1, high=4).items
    assert items["p_value"].iloc[0] == 2 / 32  # all five rose: only this exchange and its opposite are as far
    assert items["p_adjusted"].tolist() == [4 / 32, max(4 / 32, items["p_value"].iloc[1])]


@pytest.mark.parametrize(
    ("first", "second", "options", "error", "text"),
    [
        (panel(1, 2), panel(1, 2).rename(columns={"a": "b"}), {}, ColumnError, "share at least one item; first has a,"),
        (panel(1, 2), panel(1, 2, prefix="F"), {"paired": True}, ColumnError, "no label of first .E0, E1 ...."),
        (
            panel(1, 9),
            panel(1, 2),
            {},
            ScaleError,
            "first must lie between 1 and 4; 1 value.* 9 in column 'a', row 'E1'",
        ),
        (panel(1, 2), panel(1, 2.5), {}, ScaleError, "second must be whole points of the scale"),
        (panel(1, 2), panel(1, 2), {"paired": "no"}, ParameterError, "paired must be True or False; found 'no'"),
        (panel(1, 2), panel(1, 2), {"level": 1}, ParameterError, "level must be"),
        (panel(1, 2).set_axis(["E", "E"]), panel(1, 2), {}, ColumnError, "first must have one row for each expert"),
    ],
)
def test_bad_panels_are_refused_in_plain_words(
    first: pd.DataFrame, second: pd.DataFrame, options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        aiken_difference(first, second, **{"low": 1, "high": 4} | options)


@pytest.mark.slow
@pytest.mark.parametrize("n", [5, 10, 20])
@pytest.mark.parametrize(("latent", "least"), [(None, 0.93), (0.0, 0.92), (0.5, 0.92), (0.9, 0.92)])
def test_the_interval_covers_the_true_difference(n: int, latent: float | None, least: float) -> None:
    # ratings as the score interval takes them, heads of three tosses, V .7 and .8; pairs tied by a normal variable
    rng = np.random.default_rng(n)
    draws = 2000
    x = rng.standard_normal((n, draws))
    y = rng.standard_normal((n, draws))
    if latent is not None:
        y = latent * x + sqrt(1 - latent**2) * y
    heads = (np.array([0.027, 0.216, 0.657]), np.array([0.008, 0.104, 0.488]))  # cumulative, 3 tosses at .7 and .8
    one, two = (pd.DataFrame(np.searchsorted(ndtri(cut), z)) for cut, z in zip(heads, (x, y), strict=True))
    items = aiken_difference(one, two, low=0, high=3, paired=latent is not None).items
    covered = ((items["ci_low"] <= 0.1) & (items["ci_high"] >= 0.1)).mean()
    # the standard error of a share of .95 of 2,000 draws is .005; pairs of five have fallen to .927
    assert covered >= least - 0.01


@pytest.mark.slow
def test_p_keeps_its_level_when_nothing_differs() -> None:
    rng = np.random.default_rng(4)
    one, two = (pd.DataFrame(rng.choice([1, 2, 3, 4], (8, 2000), p=[0.4, 0.1, 0.1, 0.4])) for _ in range(2))
    for paired in (True, False):
        p = aiken_difference(one, two, low=1, high=4, paired=paired).items["p_value"]
        # an exact test may reject less often than its level; .05 of 2,000 has a standard error of .005
        assert (p <= 0.05).mean() <= 0.065
