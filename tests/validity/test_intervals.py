from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ikfs_methods.errors import ConstantItemError, IkfsError, ScaleError, TooFewError
from ikfs_methods.validity.intervals import successive_intervals

REFERENCE = Path(__file__).parents[1] / "reference"
PILOT = json.loads((REFERENCE / "items_pilot.json").read_text(encoding="utf-8"))
COUNTS = [3, 4, 13, 6, 4]


def answers_of(*codes: float) -> pd.DataFrame:
    return pd.DataFrame({"a": np.repeat(codes, COUNTS).astype(float)})


@pytest.mark.parametrize("dimension", ["KD", "PS", "PM"])
def test_scale_values_agree_with_r(dimension: str) -> None:
    answers = pd.read_csv(REFERENCE / "pilot.csv")
    answers["PS8"] = 6 - answers["PS8"]
    result = successive_intervals(answers[PILOT[dimension]["items"]])
    for item, theirs in zip(PILOT[dimension]["items"], PILOT[dimension]["msi"], strict=True):
        # the largest deviation seen is 7e-15
        assert result.scale_values.loc[item].dropna().tolist() == pytest.approx(theirs, abs=1e-12)


def test_the_published_check_comes_out() -> None:
    # the five scale values of 3, 4, 13, 6, 4 answers, worked out from tables of the normal curve to six decimals
    scale = successive_intervals(answers_of(1, 2, 3, 4, 5)).scale_values.loc["a"]
    assert scale.tolist() == pytest.approx([1, 1.775526, 2.622275, 3.496614, 4.369536], abs=5e-7)


def test_two_categories_worked_by_hand() -> None:
    # halves of a normal curve: their means are -/+ sqrt(2/pi), so the values are 1 and 1 + 2 sqrt(2/pi)
    result = successive_intervals(pd.DataFrame({"a": [0, 1, 0, 1, np.nan]}))
    upper = 1 + 2 * np.sqrt(2 / np.pi)
    assert result.scale_values.loc["a"].tolist() == pytest.approx([1, upper], rel=1e-12)  # a few roundings
    scaled = result.values  # noqa: PD011 - a field of the result
    assert scaled["a"].tolist() == pytest.approx([1, upper, 1, upper, np.nan], nan_ok=True)
    assert result.items.loc["a"].tolist() == pytest.approx([4, 1, 2, 1])  # two points always lie on a line


def test_codes_need_not_follow_each_other_and_unused_ones_are_passed_over() -> None:
    near, far = answers_of(1, 2, 3, 4, 5), answers_of(-3, 0, 2, 7, 100)
    both = pd.DataFrame({"a": near["a"], "b": far["a"]})
    result = successive_intervals(both)
    assert result.scale_values.loc["b"].dropna().tolist() == result.scale_values.loc["a"].dropna().tolist()
    assert result.scale_values.loc["a", 100.0] != result.scale_values.loc["a", 100.0]  # nobody chose it
    assert result.counts.loc["a"].sum() == 30
    scaled = result.values  # noqa: PD011
    assert scaled["a"].tolist() == scaled["b"].tolist()
    table = result.to_frame()
    assert table.columns.tolist() == ["item", "category", "count", "share", "scale_value"]
    assert table.loc[table["item"] == "b", "category"].tolist() == [-3, 0, 2, 7, 100]
    assert table.groupby("item")["share"].sum().tolist() == pytest.approx([1, 1])


@settings(max_examples=60)
@given(
    answers=arrays(np.float64, st.tuples(st.integers(4, 60), st.just(3)), elements=st.sampled_from([1.0, 2, 3, 5, 9]))
)
def test_scale_values_rise_from_one_and_keep_the_mean_of_the_curve(answers: np.ndarray) -> None:
    frame = pd.DataFrame(answers).add_prefix("i")
    if (frame.nunique() < 2).any():
        with pytest.raises(ConstantItemError, match="items must vary"):
            successive_intervals(frame)
        return
    result = successive_intervals(frame)
    for item in frame:
        scale = result.scale_values.loc[item].dropna()
        assert scale.iloc[0] == 1
        assert (scale.diff().dropna() > 0).all()
        # raw and scaled answers rise together, and the pieces of a normal curve have mean 0 before the shift
        scaled = result.values[item]  # noqa: PD011
        assert result.items.loc[item, "correlation"] == pytest.approx(frame[item].corr(scaled), abs=1e-10)
        share = (result.counts.loc[item] / len(frame))[scale.index]
        bottom = frame[item] == scale.index[0]
        assert (share * scale).sum() == pytest.approx(1 + normal_piece(float(bottom.mean())), abs=1e-12)


def normal_piece(share: float) -> float:
    """Minus the mean of the lowest `share` of a standard normal curve."""
    from statistics import NormalDist

    return NormalDist().pdf(NormalDist().inv_cdf(share)) / share


def test_a_cut_normal_sample_gets_the_distances_of_its_cuts() -> None:
    # equal steps on the curve, answered as 1, 2, 3 ... with unequal shares: the scale values are nearly equally spaced
    z = np.random.default_rng(0).normal(size=20_000)
    cut = pd.DataFrame({"a": np.digitize(z, [-1.5, -0.5, 0.5, 1.5])})
    inner = successive_intervals(cut).scale_values.loc["a"].diff().to_numpy()[2:4]
    # means of the pieces between -1.5, -.5, .5, 1.5 of a normal curve lie .9176 apart; error about .01 at this n
    assert inner == pytest.approx([0.9176, 0.9176], abs=0.03)


@pytest.mark.parametrize(
    ("answers", "error", "text"),
    [
        (pd.DataFrame({"a": [1, 2], "b": [3, 3]}), ConstantItemError, "constant over 2 respondents: b"),
        (pd.DataFrame({"a": [1, 2], "b": [np.nan, np.nan]}), TooFewError, "each item must have an answer; none for b"),
        (pd.DataFrame({"a": np.arange(300)}), ScaleError, "at most 200 different ones; found 300 between 0 and 299"),
        (pd.DataFrame({"a": [1]}), TooFewError, "at least 2 rows"),
    ],
)
def test_bad_answers_are_refused_in_plain_words(answers: pd.DataFrame, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        successive_intervals(answers)


ORDINARY = [1.0, 2.0, 3.0, 4.0, 5.0] * 4 + [np.nan]


def test_any_answers_give_scale_values_or_a_named_error() -> None:
    computed: list[bool] = []

    @settings(max_examples=50)
    @given(
        answers=st.one_of(
            arrays(
                np.float64,
                st.tuples(st.integers(0, 8), st.integers(0, 3)),
                elements=st.sampled_from([np.nan, 1.0, 2.0, 1e8, -1e100, 1e300, 1e-300, np.inf]),
            ),
            # mostly what a survey brings; without a fill, or most cells would be one and the same
            arrays(
                np.float64,
                st.tuples(st.integers(5, 12), st.integers(1, 3)),
                elements=st.sampled_from(ORDINARY),
                fill=st.nothing(),
            ),
        )
    )
    def search(answers: np.ndarray) -> None:
        frame = pd.DataFrame(answers).add_prefix("i")
        try:
            result = successive_intervals(frame)
        except IkfsError:
            return
        computed.append(True)
        assert result.values.isna().equals(frame.isna())  # noqa: PD011
        assert result.items["correlation"].between(0, 1).all()

    search()
    assert len(computed) >= 8  # where every draw is refused, nothing is tested
