from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import (
    ColumnError,
    JudgementError,
    NotNumericError,
    ParameterError,
    ScaleError,
    TooFewError,
)
from ikfs_methods.validity.content import aiken_v, item_objective_congruence

COLUMNS = ["expert", "item", "objective", "rating"]


def long(*rows: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS)


def one_item(*experts: tuple[float, ...]) -> pd.DataFrame:
    """Each expert's ratings of item i on the objectives A, B, C ..."""
    return long(*((f"E{n}", "i", "ABCDE"[k], value) for n, row in enumerate(experts) for k, value in enumerate(row)))


def test_simple_index_worked_by_hand() -> None:
    # 1, 1, 1, 0, 1: 4/5; a sum of 4 or more in 1 + 5 of 243 outcomes; a sum of 3 in 5 + 10 more, 21/243 > .05
    result = item_objective_congruence(pd.DataFrame({"a": [1, 1, 1, 0, 1], "b": [1, -1, np.nan, 0, 1]}))
    assert result.items["ioc"].tolist() == [0.8, 0.25]
    assert result.items.loc["a", "p_value"] == 6 / 243
    assert result.items.loc["a", "critical_ioc"] == pytest.approx(0.8, rel=1e-12)  # 9/5 - 1
    assert result.items["passes"].tolist() == [True, False]
    assert result.items["n_experts"].tolist() == [5, 4]
    assert result.objectives is None


@settings(max_examples=30)
@given(ratings=st.lists(st.sampled_from([-1, 0, 1]), min_size=1, max_size=30), level=st.floats(0.5, 0.999))
def test_the_simple_index_is_aikens_v_on_three_points(ratings: list[int], level: float) -> None:
    frame = pd.DataFrame({"a": ratings})
    here = item_objective_congruence(frame, level=level).items.loc["a"]
    there = aiken_v(frame, low=-1, high=1, level=level).items.loc["a"]
    expected = [2 * there[name] - 1 for name in ("v", "ci_low", "ci_high")]
    assert [here["ioc"], here["ci_low"], here["ci_high"]] == pytest.approx(expected, abs=1e-12)  # a few roundings
    assert here["p_value"] == there["p_value"]


def test_full_index_worked_by_hand() -> None:
    # two experts, three objectives: means 1, -1/2, 0, of all 1/6; on A 3/4 (1 - 1/6), on B 3/4 (-4/6), on C 3/4 (-1/6)
    result = item_objective_congruence(one_item((1, -1, 0), (1, 0, 0)), intended={"i": "A"})
    item = result.items.loc["i"]
    assert result.objectives is not None
    assert result.objectives.loc["i"].tolist() == pytest.approx([5 / 8, -1 / 2, -1 / 8], rel=1e-12)  # three roundings
    assert item["ioc"] == pytest.approx(5 / 8, rel=1e-12)
    assert (item["objective"], item["nearest"], item["n_experts"], bool(item["passes"])) == ("A", "A", 2, True)
    assert [item["mean_intended"], item["mean_others"]] == pytest.approx([1, -1 / 4], rel=1e-12)


def test_perfect_congruence_is_one_and_its_opposite_minus_one() -> None:
    table = one_item(*[(1, -1, -1, -1)] * 4)
    assert item_objective_congruence(table, intended={"i": "A"}).items.loc["i", "ioc"] == 1
    worst = item_objective_congruence(table.assign(rating=-table["rating"]), intended={"i": "A"}).items.loc["i"]
    assert worst["ioc"] == -1
    assert worst["p_value"] == pytest.approx(1, rel=1e-12)  # a sum of all chances
    astray = item_objective_congruence(table, intended={"i": "B"}).items.loc["i"]
    assert (astray["nearest"], astray["passes"]) == ("A", False)


@pytest.mark.parametrize("experts", [[(1, -1), (1, 0)], [(1, -1, 0), (0, -1, -1)], [(1, np.nan), (1, -1), (0, -1)]])
def test_p_and_critical_index_are_those_of_counting_every_outcome(experts: list[tuple[float, ...]]) -> None:
    item = item_objective_congruence(one_item(*experts), intended={"i": "A"}).items.loc["i"]
    given_ratings = ~np.isnan(np.array(experts))
    values = []
    for outcome in product((-1, 0, 1), repeat=int(given_ratings.sum())):
        table = np.full(given_ratings.shape, np.nan)
        table[given_ratings] = outcome
        mean = np.nanmean(table, axis=0)
        values.append((mean[0] - mean[1:].mean()) / 2)
    lattice = np.array(values)
    chances = {value: (lattice >= value - 1e-9).mean() for value in np.unique(lattice.round(9))}
    # thirds are rounded, and powers of 1/3 summed
    assert item["p_value"] == pytest.approx((lattice >= item["ioc"] - 1e-9).mean(), rel=1e-12)
    enough = [value for value, chance in chances.items() if chance <= 0.05]
    assert item["critical_ioc"] == pytest.approx(min(enough), abs=1e-8)


@settings(max_examples=12)
@given(
    ratings=st.lists(st.tuples(*[st.sampled_from([-1, 0, 1])] * 3), min_size=1, max_size=12), seed=st.integers(0, 99)
)
def test_the_index_is_the_mean_of_the_experts_own_and_their_order_is_free(
    ratings: list[tuple[int, ...]], seed: int
) -> None:
    table = one_item(*ratings)
    result = item_objective_congruence(table, intended=pd.Series({"i": "B"}))
    item = result.items.loc["i"]
    own = [(row[1] - (row[0] + row[2]) / 2) / 2 for row in ratings]
    assert item["ioc"] == pytest.approx(np.mean(own), abs=1e-12)  # a few roundings
    assert -1 <= item["ci_low"] <= item["ioc"] <= item["ci_high"] <= 1
    mixed = item_objective_congruence(table.sample(frac=1, random_state=seed), intended={"i": "B"}).items.loc["i"]
    assert mixed["p_value"] == pytest.approx(item["p_value"], rel=1e-12)
    gaps = table.assign(expert="silent", rating=np.nan)
    pd.testing.assert_frame_equal(
        item_objective_congruence(pd.concat([table, gaps.drop_duplicates("objective")]), intended={"i": "B"}).items,
        result.items,
    )


def test_an_item_not_rated_on_every_objective_has_no_index_and_is_named() -> None:
    table = pd.concat([one_item((1, -1), (1, -1)), long(("E0", "j", "A", 1))])
    result = item_objective_congruence(table, intended={"j": "A", "i": "A"})
    assert list(result.items.index) == ["j", "i"]
    assert result.items.loc["j", ["ioc", "p_value", "critical_ioc", "passes", "nearest"]].isna().all()
    assert "Not rated on every objective, so no index: j." in result.notes


def test_numbers_of_experts_too_unequal_for_the_exact_chance_are_named() -> None:
    sizes = (89, 97, 83, 79)
    rows = [(f"E{n}", "i", "ABCD"[k], (n + k) % 3 - 1) for k, size in enumerate(sizes) for n in range(size)]
    result = item_objective_congruence(long(*rows), intended={"i": "A"})
    assert np.isnan(result.items.loc["i", "p_value"])
    assert np.isfinite(result.items.loc["i", "ioc"])
    assert "Too unequal numbers of experts for the exact chance, so no p: i." in result.notes


def test_two_experts_are_too_few_for_significance() -> None:
    result = item_objective_congruence(pd.DataFrame({"a": [1, 1]}))
    assert result.items["critical_ioc"].isna().all()
    assert any("no critical IOC for a" in note for note in result.notes)


GOOD = one_item((1, -1), (1, 0))


@pytest.mark.parametrize(
    ("ratings", "options", "error", "text"),
    [
        (pd.DataFrame({"a": [2, 1]}), {}, ScaleError, "between -1 and 1; 1 value.* first 2 in column 'a'"),
        (pd.DataFrame({"a": [0.5, 1]}), {}, ScaleError, "whole points"),
        (pd.DataFrame({"a": ["x", 1]}), {}, NotNumericError, "'x' in row 0"),
        (pd.DataFrame({"a": [1, 1]}), {"cutoff": 50}, ParameterError, "cutoff must be a number from -1 to 1; found 50"),
        (pd.DataFrame({"a": [1, 1]}, index=["E", "E"]), {}, ColumnError, "one row for each expert"),
        (GOOD, {"intended": "A"}, ParameterError, "series or dictionary .* found str"),
        (GOOD, {"intended": {"i": "a"}}, ColumnError, "not among them: a. Did you mean 'A'"),
        (GOOD, {"intended": {}}, ColumnError, "none for i. Add it"),
        (GOOD, {"intended": {"i": None}}, ColumnError, "none for i. Add it"),
        (GOOD, {"intended": {"i": "A", "j": "B"}}, ColumnError, "no rating for j"),
        (GOOD, {"intended": pd.Series(["A", "B"], index=["i", "i"])}, ColumnError, "each item once; repeated: i"),
        (GOOD.drop(columns="objective"), {"intended": {"i": "A"}}, ColumnError, "missing: objective"),
        (GOOD.rename(columns={"rating": "ratings"}), {"intended": {"i": "A"}}, ColumnError, "Did you mean 'ratings'"),
        (GOOD[GOOD["objective"] == "A"], {"intended": {"i": "A"}}, TooFewError, "at least two; found only A"),
        (GOOD.assign(rating=np.nan), {"intended": {"i": "A"}}, TooFewError, "all are missing"),
        (GOOD.assign(expert=None), {"intended": {"i": "A"}}, ColumnError, "name its expert; 4 do not"),
        (pd.concat([GOOD, GOOD.head(1)]), {"intended": {"i": "A"}}, JudgementError, "the first E0 on i .A.. Remove"),
        (GOOD.assign(rating=3), {"intended": {"i": "A"}}, ScaleError, "between -1 and 1"),
        ([1, 2], {"intended": {"i": "A"}}, ParameterError, "must be a pandas DataFrame; found list"),
    ],
)
def test_bad_ratings_are_refused_in_plain_words(
    ratings: Any, options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        item_objective_congruence(ratings, **options)
