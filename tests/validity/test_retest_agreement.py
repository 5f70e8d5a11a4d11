from __future__ import annotations

import json
from math import sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ikfs_methods.errors import ColumnError, ConstantItemError, IkfsError, ParameterError, TooFewError
from ikfs_methods.validity.retest import test_retest as retest

REFERENCE = Path(__file__).parents[1] / "reference"
THEIRS = json.loads((REFERENCE / "items_pilot.json").read_text(encoding="utf-8"))["retest"]
FIRST = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [2.0, 2, 4, 4]}, index=list("wxyz"))


def test_every_number_agrees_with_r() -> None:
    answers = pd.read_csv(REFERENCE / "pilot.csv")
    items = [f"KD{i}" for i in range(1, 5)]
    answers["PS8"] = 6 - answers["PS8"]
    used = answers.dropna(subset=[*items, *(f"PS{i}" for i in range(1, 5))]).head(60)
    second = used[[f"PS{i}" for i in range(1, 5)]].set_axis(items, axis=1)
    table = retest(used[items], second.sample(frac=1, random_state=0)).to_frame()
    assert table.index.tolist() == [*items, "total"]
    for name, values in THEIRS.items():
        # R prints 15 digits; the largest deviation seen is 7e-15
        assert table[name].tolist() == pytest.approx(values, abs=1e-12), name


def test_change_worked_by_hand() -> None:
    second = FIRST + pd.DataFrame({"a": [1, 0, 1, 2], "b": [0, 1, 0, 1]}, index=FIRST.index)
    row = retest(FIRST, second).items.loc["a"]
    # changes 1, 0, 1, 2: mean 1, sd sqrt(2/3), t = 1/(sqrt(2/3)/2) = sqrt(6)
    assert row[["n", "mean_first", "mean_second", "change", "df"]].tolist() == [4, 2.5, 3.5, 1, 3]
    sd = sqrt(2 / 3)
    assert row[["t", "sd_change", "sem"]].tolist() == pytest.approx([sqrt(6), sd, sd / sqrt(2)], rel=1e-12)
    assert row["mdc"] == pytest.approx(1.959963984540054 * sd, rel=1e-12)
    # deviations -1.5 -.5 .5 1.5 and -1.5 -1.5 .5 2.5: products 7, squares 5 and 11
    assert row["r"] == pytest.approx(7 / sqrt(55), rel=1e-12)  # a few roundings


def test_a_common_shift_harms_agreement_but_not_consistency() -> None:
    row = retest(FIRST, FIRST + 1)
    assert row.items["icc_consistency"].tolist() == pytest.approx([1, 1], abs=1e-12)
    assert (row.items["icc_agreement"] < 1).all()
    assert row.items["r"].tolist() == pytest.approx([1, 1])
    assert row.items["r_low"].tolist() == pytest.approx([1, 1])
    assert row.items["t"].isna().all()
    assert "t of the change is undefined where every respondent changed by the same amount: a, b." in row.notes


def test_the_same_answers_again_agree_wholly() -> None:
    result = retest(FIRST, FIRST)
    assert result.items[["t", "change", "sem", "mdc"]].to_numpy().ravel().tolist() == [0] * 8
    assert result.items["p_value"].tolist() == [1, 1]
    assert result.total["r"] == pytest.approx(1)


def test_respondents_are_matched_by_label() -> None:
    second = FIRST.loc[["z", "y", "x"]].copy()
    second.loc["new"] = [5.0, 5.0]
    second.loc["x", "a"] = 1
    result = retest(FIRST, second[["b", "a"]])
    assert (result.n_matched, result.n_first_only, result.n_second_only) == (3, 1, 1)
    assert result.items.loc["a", "change"] == pytest.approx(-1 / 3)
    assert result.items["r_low"].isna().all()
    assert any(note.startswith("Fisher's interval needs four respondents") for note in result.notes)


def test_gaps_leave_the_item_and_the_total() -> None:
    many = pd.concat([FIRST, FIRST.set_axis(list("abcd")) + 1])
    second = many.copy()
    second.iloc[0, 0] = np.nan
    second.iloc[5, 1] += 2
    result = retest(many, second)
    assert result.items["n"].tolist() == [7, 8]
    assert result.total["n"] == 7


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), n=st.integers(4, 30))
def test_swapping_the_occasions_turns_only_the_change(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    first = pd.DataFrame(rng.normal(size=(n, 2)), columns=["a", "b"])
    second = first + rng.normal(size=(n, 2))
    there, back = retest(first, second).to_frame(), retest(second, first).to_frame()
    same = ["r", "r_low", "r_high", "icc_agreement", "icc_consistency", "sem", "mdc", "p_value"]
    pd.testing.assert_frame_equal(there[same], back[same], rtol=1e-10)  # sums in another order
    pd.testing.assert_frame_equal(there[["change", "t"]], -back[["change", "t"]], rtol=1e-10)
    # the standard error of measurement is the root of the residual mean square, so ICC(C,1) follows from it
    shared = pd.concat([first["a"], second["a"]], axis=1)
    between = 2 * shared.mean(axis=1).var()
    sem = there.loc["a", "sem"] ** 2
    assert there.loc["a", "icc_consistency"] == pytest.approx((between - sem) / (between + sem), rel=1e-9)


@pytest.mark.slow
def test_intervals_of_r_cover_at_their_level() -> None:
    # 1,000 draws of n = 25 at r = .6: the Monte Carlo error of a coverage of .95 is .007
    rng = np.random.default_rng(0)
    n, draws = 25, 1000
    truth = rng.normal(size=(n, draws)) * sqrt(0.6)
    first, second = (pd.DataFrame(truth + rng.normal(size=(n, draws)) * sqrt(0.4)) for _ in range(2))
    items = retest(first.add_prefix("i"), second.add_prefix("i")).items
    for low, high in (("r_low", "r_high"), ("icc_agreement_low", "icc_agreement_high")):
        covered = ((items[low] <= 0.6) & (items[high] >= 0.6)).mean()
        assert covered == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize(
    ("first", "second", "error", "text"),
    [
        (FIRST, FIRST.rename(columns={"b": "c"}), ColumnError, "same items; only on one of them: b, c"),
        (FIRST, FIRST.set_axis(list("wxyy")), ColumnError, "the second answers repeat y. Set the respondent's code"),
        (FIRST, FIRST.set_axis(list("abcd")), TooFewError, r"fewer for a \(0\), b \(0\) among 4 and 4 rows"),
        (FIRST.assign(b=3), FIRST, ConstantItemError, "items must vary; constant over 4 respondents: b"),
        (FIRST, FIRST.assign(b=6 - FIRST["a"]), ConstantItemError, "constant over 4 respondents: total"),
        (
            FIRST.assign(a=[1, 2, 3, np.nan]), FIRST.assign(b=[np.nan, 2, 4, 5]),
            TooFewError, "for the total; found 2 of 4. Leave out",
        ),
    ],
)  # fmt: skip
def test_bad_answers_are_refused_in_plain_words(
    first: pd.DataFrame, second: pd.DataFrame, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        retest(first, second)


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(ParameterError, match="level must be a number between 0 and 1"):
        retest(FIRST, FIRST, level=95)


ORDINARY = [1.0, 2.0, 3.0, 4.0, 5.0] * 4 + [np.nan]


def test_any_answers_give_a_result_or_a_named_error() -> None:
    computed: list[bool] = []

    @settings(max_examples=50)
    @given(
        answers=st.one_of(
            arrays(
                np.float64,
                st.tuples(st.integers(0, 6), st.just(4)),
                elements=st.sampled_from([np.nan, 1.0, 2.0, 2.5, 3.0, 1e8, -1e100, 1e300, 1e-300, np.inf]),
            ),
            # mostly what a survey brings; without a fill, or most cells would be one and the same
            arrays(
                np.float64,
                st.tuples(st.integers(5, 12), st.just(4)),
                elements=st.sampled_from(ORDINARY),
                fill=st.nothing(),
            ),
        )
    )
    def search(answers: np.ndarray) -> None:
        first, second = (pd.DataFrame(part, columns=["a", "b"]) for part in (answers[:, :2], answers[:, 2:]))
        try:
            result = retest(first, second)
        except IkfsError:
            return
        computed.append(True)
        assert bool(result.to_frame().isna().any(axis=None)) == bool(result.notes)

    search()
    assert len(computed) >= 8  # where every draw is refused, nothing is tested
