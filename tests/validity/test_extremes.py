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
from scipy.stats import ttest_ind

from ikfs_methods.errors import ConstantItemError, IkfsError, ParameterError, TooFewError
from ikfs_methods.validity.extremes import By, Missing, extreme_groups

REFERENCE = Path(__file__).parents[1] / "reference"
PILOT = json.loads((REFERENCE / "items_pilot.json").read_text(encoding="utf-8"))
# Totals 2, 4, 6, 8, 10, 12, 14, 16 over items a and b
LADDER = pd.DataFrame({"a": [1, 1, 3, 4, 5, 6, 7, 7], "b": [1, 3, 3, 4, 5, 6, 7, 9]})


@pytest.mark.parametrize("by", ["total", "rest"])
@pytest.mark.parametrize("dimension", ["KD", "PS", "PM"])
def test_groups_agree_with_r(pilot: pd.DataFrame, dimension: str, by: By) -> None:
    result = extreme_groups(pilot[PILOT[dimension]["items"]], by=by)
    theirs = PILOT[dimension]["listwise"][f"extreme_{by}"]
    for name, values in theirs.items():
        # R prints 15 digits; the largest deviation seen is 7e-13, in degrees of freedom of about 550
        assert result.items[name].tolist() == pytest.approx(values, rel=1e-12, abs=1e-14), name
    assert result.notes == ()


def test_groups_worked_by_hand() -> None:
    # .27 of 8 is 2.16, so two each: totals 2, 4 against 14, 16
    result = extreme_groups(LADDER)
    b = result.items.loc["b"]
    assert b[["n_low", "n_high", "mean_low", "mean_high", "difference"]].tolist() == [2, 2, 2, 8, 6]
    # variances 2 and 2: t = 6/sqrt(1 + 1), df = 2 (1 + 1)²/(1 + 1) = 2, p = 1 - t/sqrt(2 + t²), d = 6/sqrt(2)
    t = 6 / sqrt(2)
    expected = [t, 2, 1 - t / sqrt(2 + t * t), t]
    assert b[["t", "df", "p_value", "d"]].tolist() == pytest.approx(expected, rel=1e-12)  # a few roundings


def test_a_group_that_does_not_vary_has_no_t_and_that_is_said() -> None:
    result = extreme_groups(LADDER)
    assert result.items.loc["a", ["t", "df", "p_value", "d"]].isna().all()
    assert result.items.loc["a", "difference"] == 6
    assert result.notes == ("t of the extreme groups is undefined where neither extreme group varies: a.",)


def test_ties_with_the_last_one_taken_belong_to_the_group_in_any_order() -> None:
    # totals 2, 4, 4, 6, 8, 10, 12, 12, 14: two each would split both pairs of equals
    answers = pd.DataFrame({"a": [1, 1, 3, 3, 4, 5, 5, 7, 7], "b": [1, 3, 1, 3, 4, 5, 7, 5, 7]})
    items = extreme_groups(answers).items
    assert items[["n_low", "n_high"]].to_numpy().tolist() == [[3, 3], [3, 3]]
    turned = extreme_groups(answers.sample(frac=1, random_state=3)).items
    pd.testing.assert_frame_equal(turned, items, rtol=1e-12)  # sums in another order


def test_a_total_that_both_groups_would_take_belongs_to_neither() -> None:
    middle = pd.DataFrame({"a": [1, *[3] * 7, 5], "b": [1, *[3] * 7, 5]})
    assert extreme_groups(middle).items.loc["a", ["n_low", "n_high"]].tolist() == [1, 1]
    # without anybody below, those who share it are the lower group
    bottom = pd.DataFrame({"a": [*[3] * 8, 5], "b": [*[3] * 8, 5]})
    assert extreme_groups(bottom).items.loc["a", ["n_low", "n_high"]].tolist() == [8, 1]


def test_the_rest_leaves_the_item_out(pilot: pd.DataFrame) -> None:
    # an item that nobody else goes along with separates groups that it made itself
    answers = pilot[["KD1", "KD2", "KD3"]].dropna().copy()
    answers["noise"] = np.random.default_rng(0).integers(1, 6, len(answers))
    total, rest = (extreme_groups(answers, by=by).items.loc["noise"] for by in ("total", "rest"))
    assert total["p_value"] < 1e-6
    assert rest["p_value"] > 0.01


def test_pairwise_compares_the_answers_that_exist() -> None:
    answers = LADDER.astype(float)
    answers.loc[7, "a"] = np.nan  # ranked by its other answer, 9
    result = extreme_groups(answers, missing="pairwise")
    assert (result.n, result.n_dropped) == (8, 0)
    assert result.items.loc["a", ["n_low", "n_high", "mean_high"]].tolist() == [2, 1, 7]
    assert result.items.loc["b", ["n_low", "n_high", "mean_high"]].tolist() == [2, 2, 8]
    assert "an extreme group has fewer than two answers: a" in result.notes[0]
    assert extreme_groups(answers).n_dropped == 1


@settings(max_examples=40)
@given(shift=st.integers(-50, 50), scale=st.floats(1e-3, 1e3), share=st.floats(0.05, 0.5))
def test_t_and_d_ignore_origin_and_unit(shift: int, scale: float, share: float) -> None:
    answers = pd.DataFrame(np.random.default_rng(1).integers(1, 6, (40, 4))).add_prefix("i")
    here, moved = (extreme_groups(frame, share=share).items for frame in (answers, answers * scale + shift))
    assert moved[["n_low", "n_high"]].equals(here[["n_low", "n_high"]])
    # a shift of 50 against deviations of .001 costs five of sixteen digits
    pd.testing.assert_frame_equal(moved[["t", "df", "p_value", "d"]], here[["t", "df", "p_value", "d"]], rtol=1e-8)


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), share=st.floats(0.1, 0.5))
def test_t_is_that_of_scipy(seed: int, share: float) -> None:
    answers = pd.DataFrame(np.random.default_rng(seed).normal(size=(30, 3))).add_prefix("i")
    order = answers.sum(axis=1).sort_values().index
    size = max(2, int(np.floor(share * 30 + 0.5)))
    found = ttest_ind(answers.loc[order[-size:]], answers.loc[order[:size]], equal_var=False)
    items = extreme_groups(answers, share=share).items
    assert items["t"].tolist() == pytest.approx(found.statistic.tolist(), rel=1e-10)  # sums in another order
    assert items["p_value"].tolist() == pytest.approx(found.pvalue.tolist(), rel=1e-8)


@pytest.mark.parametrize(
    ("answers", "options", "error", "text"),
    [
        (LADDER, {"share": 0.51}, ParameterError, "at most 0.5, or the groups would overlap; found 0.51"),
        (LADDER, {"share": 0}, ParameterError, "share must be a number between 0 and 1"),
        (LADDER, {"by": "sum"}, ParameterError, "by must be one of total, rest; found 'sum'"),
        (LADDER, {"missing": "drop"}, ParameterError, "missing must be one of listwise, pairwise"),
        (LADDER.assign(b=8 - LADDER["a"]), {}, ConstantItemError, "they do not over 8 respondents. Check"),
        (
            LADDER.assign(b=8 - LADDER["a"], c=LADDER["b"]),
            {"by": "rest"}, ConstantItemError, "they do not without c. Check the direction",
        ),
        (LADDER.assign(a=3), {}, ConstantItemError, "constant over 8 respondents: a"),
        (LADDER.assign(a=np.nan), {}, TooFewError, "without a missing answer; found 0 of 8"),
        (LADDER.assign(a=np.nan), {"missing": "pairwise"}, TooFewError, "each item must have an answer; none for a"),
        (LADDER[["a"]], {"by": "rest"}, TooFewError, "2 columns; found 8 and 1"),
        (LADDER.head(1), {}, TooFewError, "at least 2 rows"),
    ],
)  # fmt: skip
def test_bad_answers_are_refused_in_plain_words(
    answers: pd.DataFrame, options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        extreme_groups(answers, **options)


ORDINARY = [1.0, 2.0, 3.0, 4.0, 5.0] * 4 + [np.nan]


def test_any_answers_give_groups_or_a_named_error() -> None:
    computed: list[bool] = []

    @settings(max_examples=60)
    @given(
        answers=st.one_of(
            arrays(
                np.float64,
                st.tuples(st.integers(0, 8), st.integers(0, 4)),
                elements=st.sampled_from([np.nan, 1.0, 2.0, 2.5, 1e8, -1e100, 1e300, 1e-300, np.inf]),
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
        try:
            result = extreme_groups(pd.DataFrame(answers).add_prefix("i"), missing=missing, by=by)
        except IkfsError:
            return
        computed.append(True)
        assert bool(result.items.isna().any(axis=None)) == bool(result.notes)
        assert (result.items["mean_high"].notna() | (result.items["n_high"] == 0)).all()
        assert result.to_frame().index.name == "item"

    search()
    assert len(computed) >= 8  # where every draw is refused, nothing is tested
