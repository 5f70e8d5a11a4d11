from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import ColumnError, ParameterError, ScaleError, TooFewError
from ikfs_methods.validity.content import content_validity_index

SHARES = json.loads((Path(__file__).parents[1] / "reference" / "content_binomial.json").read_text())["shares"]


def panel(**counts: tuple[int, int]) -> pd.DataFrame:
    """A column for each (relevant, experts): 4 or 2, the others' ratings missing."""
    rows = max(n for _, n in counts.values())
    columns = {name: [4.0] * yes + [2.0] * (n - yes) + [np.nan] * (rows - n) for name, (yes, n) in counts.items()}
    return pd.DataFrame(columns)


def test_eight_of_ten_as_polit_beck_and_owen_have_it() -> None:
    # chance .044 and kappa .79 (Polit, Beck & Owen 2007, table 4), two and three decimals
    item = content_validity_index(panel(a=(8, 10))).items.loc["a"]
    assert item["i_cvi"] == 0.8
    assert round(item["chance"], 3) == 0.044
    assert round(item["kappa"], 2) == 0.79
    assert item["kappa_band"] == "excellent"
    assert item["passes"]


@pytest.mark.parametrize("share", SHARES, ids=lambda share: f"{share['count']}of{share['n']}")
def test_interval_chance_and_p_are_those_of_r(share: dict[str, Any]) -> None:
    item = content_validity_index(panel(a=(share["count"], share["n"]))).items.loc["a"]
    # R inverts the beta distribution by its own iteration; both keep about 14 digits
    assert [item["ci_low"], item["ci_high"]] == pytest.approx(share["ci_95"], abs=1e-12)
    # logarithms of factorials up to 100! lose three digits
    assert item["chance"] == pytest.approx(share["chance"], rel=1e-12)
    assert item["p_value"] == pytest.approx(share["p_value"], rel=1e-12)


def test_indices_worked_by_hand() -> None:
    # five experts: 5, 4 and 3 of them; chances 1/32, 5/32, 10/32
    ratings = pd.DataFrame({"a": [4, 4, 3, 3, 4], "b": [3, 3, 4, 4, 1], "c": [2, 3, 3, 4, 2]}, index=list("ABCDE"))
    result = content_validity_index(ratings)
    assert result.items["i_cvi"].tolist() == [1, 0.8, 0.6]
    kappa = [1, (0.8 - 5 / 32) / (27 / 32), (0.6 - 10 / 32) / (22 / 32)]
    assert result.items["kappa"].tolist() == pytest.approx(kappa, rel=1e-12)  # a few roundings
    assert result.items["kappa_band"].tolist() == ["excellent", "excellent", "fair"]
    assert result.items["cutoff"].tolist() == [1, 1, 1]
    assert result.items["passes"].tolist() == [True, False, False]
    assert result.items["p_value"].tolist() == [1 / 32, 6 / 32, 16 / 32]
    assert result.items["critical_n"].tolist() == [5, 5, 5]
    assert result.s_cvi_ave == pytest.approx(0.8, rel=1e-15)  # one mean
    assert result.s_cvi_ua == 1 / 3
    assert result.experts.loc["A"].tolist() == [3, 2 / 3]
    assert result.experts["share"].mean() == pytest.approx(result.s_cvi_ave, rel=1e-15)  # the same sum by rows
    assert (result.s_cvi_ave_low, result.s_cvi_ave_high, result.notes) == (None, None, ())


@pytest.mark.parametrize(
    ("relevant", "n", "cutoff", "passes"),
    [
        (2, 2, None, None),
        (3, 3, 1, True),
        (4, 5, 1, False),
        (5, 6, 0.78, True),
        (7, 9, 0.78, True),
        (6, 9, 0.78, False),
    ],
)
def test_the_cutoff_depends_on_the_panel(relevant: int, n: int, cutoff: float | None, passes: bool | None) -> None:
    # 7 of 9 is .778: the case for which .78 was published
    result = content_validity_index(panel(a=(relevant, n)))
    item = result.items.loc["a"]
    assert (None if item["cutoff"] is pd.NA else item["cutoff"]) == cutoff
    assert (None if item["passes"] is pd.NA else item["passes"]) == passes
    assert any("no cut-off is published" in note for note in result.notes) == (n < 3)


def test_declared_cutoffs_are_used() -> None:
    result = content_validity_index(panel(a=(7, 8), b=(4, 5)), cutoff=0.9, small_cutoff=0.8, small_panel=6)
    assert result.items["passes"].tolist() == [False, True]


def test_items_have_panels_of_their_own() -> None:
    result = content_validity_index(panel(a=(6, 7), b=(3, 3), c=(0, 1)))
    assert result.items["n_experts"].tolist() == [7, 3, 1]
    assert result.s_cvi_ave == pytest.approx((6 / 7 + 1) / 3, rel=1e-15)  # one mean
    assert result.s_cvi_ua == 1 / 3


def test_the_interval_of_the_whole_is_that_of_resampling_experts_one_by_one() -> None:
    rng = np.random.default_rng(5)
    ratings = pd.DataFrame(rng.integers(1, 5, (8, 6)).astype(float))
    ratings.iloc[2, 3] = np.nan
    result = content_validity_index(ratings, draws=4000, rng=1)
    held, used = ratings.isin((3, 4)).to_numpy(), ratings.notna().to_numpy()
    rows = rng.integers(0, 8, (4000, 8))
    means = (held[rows].sum(axis=1) / used[rows].sum(axis=1)).mean(axis=1)
    # two independent sets of 4,000 draws: the standard error of a 2.5 % point is about .005 here
    assert [result.s_cvi_ave_low, result.s_cvi_ave_high] == pytest.approx(np.quantile(means, [0.025, 0.975]), abs=0.02)
    again = content_validity_index(ratings, draws=4000, rng=np.random.default_rng(1))
    assert (again.s_cvi_ave_low, again.s_cvi_ave_high) == (result.s_cvi_ave_low, result.s_cvi_ave_high)


def test_what_resampling_cannot_show_is_said() -> None:
    small = content_validity_index(panel(a=(3, 4)), draws=100, rng=0)
    assert small.s_cvi_ave_low is None
    assert any("resampling needs 5 experts, 4 have rated" in note for note in small.notes)
    agreed = content_validity_index(panel(a=(6, 6), b=(0, 6)), draws=100, rng=0)
    assert any("resampling them cannot show" in note for note in agreed.notes)


@settings(max_examples=15)
@given(
    ratings=st.lists(st.lists(st.sampled_from([1, 2, 3, 4, np.nan]), min_size=3, max_size=3), min_size=1, max_size=15),
    shift=st.integers(-4, 4),
    seed=st.integers(0, 99),
)
def test_order_silence_and_the_scales_origin_do_not_count(ratings: list[list[float]], shift: int, seed: int) -> None:
    frame = pd.DataFrame([*ratings, [3.0] * 3])
    there = content_validity_index(frame)
    mixed = content_validity_index(frame.sample(frac=1, random_state=seed))
    silent = content_validity_index(pd.concat([frame, pd.DataFrame(np.nan, index=[-1], columns=frame.columns)]))
    moved = content_validity_index(frame + shift, relevant=(3 + shift, 4 + shift), low=1 + shift, high=4 + shift)
    turned = content_validity_index(5 - frame, relevant=(1, 2), low=1, high=4)
    for other in (mixed, silent, moved, turned):
        pd.testing.assert_frame_equal(there.items, other.items)
        assert (other.s_cvi_ua, other.n_experts) == (there.s_cvi_ua, there.n_experts)
    assert (there.items["kappa"] <= there.items["i_cvi"]).all()


@pytest.mark.parametrize(
    ("ratings", "options", "error", "text"),
    [
        (pd.DataFrame({"a": [3, 5]}), {}, ScaleError, "must be the top of the scale; 1 rating.* first 5 in column 'a'"),
        (pd.DataFrame({"a": [3, 3.5]}), {}, ScaleError, "whole points of the scale; .* the first 3.5"),
        (pd.DataFrame({"a": [3, 6]}), {"low": 1, "high": 4}, ScaleError, "between 1 and 4; 1 value"),
        (
            pd.DataFrame({"a": [3, 4]}),
            {"low": 1, "high": 5},
            ParameterError,
            "one end of the scale from 1 to 5; found 3, 4",
        ),
        (pd.DataFrame({"a": [3, 4]}), {"low": 1}, ParameterError, "low and high must be given both"),
        (pd.DataFrame({"a": [3, 4]}), {"relevant": ()}, ParameterError, "whole points that mean relevant; found ()"),
        (
            pd.DataFrame({"a": [3, 4]}),
            {"relevant": "34"},
            ParameterError,
            "whole points that mean relevant; found '34'",
        ),
        (pd.DataFrame({"a": [3, 4]}), {"relevant": 3}, ParameterError, "found 3. Give"),
        (pd.DataFrame({"a": [3, 4]}), {"relevant": (np.nan,)}, ParameterError, "whole points that mean relevant"),
        (pd.DataFrame({"a": [3, 4]}), {"cutoff": 78}, ParameterError, "shares from 0 to 1; found 78"),
        (pd.DataFrame({"a": [3] * 6}), {"draws": 10}, ParameterError, "rng must be"),
        (
            pd.DataFrame({"a": [3, 4]}, index=["E", "E"]),
            {},
            ColumnError,
            "one row for each expert; more than one for E",
        ),
        (pd.DataFrame({"a": [np.nan]}), {}, TooFewError, "no rating for a"),
    ],
)
def test_bad_ratings_are_refused_in_plain_words(
    ratings: pd.DataFrame, options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        content_validity_index(ratings, **options)


def test_the_order_of_experts_does_not_move_the_interval() -> None:
    ratings = pd.DataFrame(np.random.default_rng(5).integers(1, 5, (12, 20)))
    ours, turned = (content_validity_index(part, draws=200, rng=0) for part in (ratings, ratings.iloc[::-1]))
    assert (turned.s_cvi_ave_low, turned.s_cvi_ave_high) == (ours.s_cvi_ave_low, ours.s_cvi_ave_high)
