from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from math import comb
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ikfs_methods.errors import ConstantItemError, IkfsError, MatrixError, ParameterError
from ikfs_methods.reliability.alpha import cronbach_alpha
from ikfs_methods.reliability.halves import all_splits, split_half

ExactAnswers = Callable[..., pd.DataFrame]

REFERENCE = Path(__file__).parents[1] / "reference"
PILOT = json.loads((REFERENCE / "halves_pilot.json").read_text(encoding="utf-8"))
HOLZINGER = json.loads((REFERENCE / "halves_holzinger.json").read_text(encoding="utf-8"))["HS"]
CORRELATIONS = json.loads((REFERENCE / "reliability_holzinger.json").read_text(encoding="utf-8"))["correlations"]
HAND = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 2, 4, 4], "c": [1, 3, 3, 5], "d": [2, 1, 3, 3]})

# R prints 15 digits; sums over 1,200 answers lose about three of them. The largest deviation seen is 1.3e-15.
R_DIGITS = 1e-12


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
@pytest.mark.parametrize("dimension", ["KD", "PS", "PM"])
def test_splits_agree_with_psych(pilot: pd.DataFrame, dimension: str, missing: str) -> None:
    block = PILOT[dimension]
    ours = split_half(pilot[block["items"]], standardized=True, missing=missing)  # type: ignore[arg-type]
    theirs = [block[missing][name] for name in ("maxrb", "minrb", "meanr")]
    assert [ours.maximum, ours.minimum, ours.mean] == pytest.approx(theirs, abs=R_DIGITS)
    assert ours.n_splits == block["n_splits"] == 35
    assert ours.exhaustive
    if missing == "listwise":
        assert ours.quantiles[[0.025, 0.5, 0.975]].tolist() == pytest.approx(block["quantiles"], abs=R_DIGITS)


# Chatterjee & Price 1977, 30 departments by item; R's data set `attitude`
ATTITUDE = """
    43 63 71 61 81 43 58 71 72 67 64 67 69 68 77 81 74 65 65 50 50 64 53 40 63 66 78 48 85 82
    51 64 70 63 78 55 67 75 82 61 53 60 62 83 77 90 85 60 70 58 40 61 66 37 54 77 75 57 85 82
    30 51 68 45 56 49 42 50 72 45 53 47 57 83 54 50 64 65 46 68 33 52 52 42 42 66 58 44 71 39
    39 54 69 47 66 44 56 55 67 47 58 39 42 45 72 72 69 75 57 54 34 62 50 58 48 63 74 45 71 59
    61 63 76 54 71 54 66 70 71 62 58 59 55 59 79 60 79 55 75 64 43 66 63 50 66 88 80 51 77 64
    92 73 86 84 83 49 68 66 83 80 67 74 63 77 77 54 79 80 85 78 64 80 80 57 75 76 78 83 74 78
    45 47 48 35 47 34 35 41 31 41 34 41 25 35 46 36 63 60 46 52 33 41 37 49 33 72 49 38 55 39
"""


@pytest.mark.parametrize(
    ("k", "n_splits", "theirs"),  # psych 2.2.9 or later: splitHalf(attitude[, 1:k], brute=TRUE): maxrb, minrb, meanr
    [
        (7, 18, [0.892632206338469, 0.743343837733485, 0.851179718227100]),
        (3, 2, [0.836120795955838, 0.756254685298011, 1.061583654169233]),
    ],
)
def test_psychs_slip_with_three_and_seven_items(k: int, n_splits: int, theirs: list[float]) -> None:
    answers = pd.DataFrame([list(map(int, line.split())) for line in ATTITUDE.split("\n")[1:-1]]).T.iloc[:, :k]
    ours = split_half(answers, standardized=True, odd="psych")
    assert ours.n_splits == n_splits
    assert [ours.maximum, ours.minimum, ours.mean] == pytest.approx(theirs, abs=R_DIGITS)
    assert split_half(answers, standardized=True).mean <= 1


def test_psychs_half_of_the_splits_of_an_odd_number_of_items() -> None:
    names = [f"x{i}" for i in range(1, 10)]
    matrix = pd.DataFrame(CORRELATIONS, names, names)
    ours = split_half(matrix, odd="psych")
    theirs = [HOLZINGER["listwise"][name] for name in ("maxrb", "minrb", "meanr")]
    assert [ours.maximum, ours.minimum, ours.mean] == pytest.approx(theirs, abs=R_DIGITS)
    assert ours.n_splits == HOLZINGER["n_splits"] == 63
    assert ours.quantiles[[0.025, 0.5, 0.975]].tolist() == pytest.approx(HOLZINGER["quantiles"], abs=R_DIGITS)
    # all 126, by the definition
    values = np.array(CORRELATIONS)
    between = [
        4 * values[np.ix_(half, np.setdiff1d(range(9), half))].sum() / values.sum()
        for half in map(list, combinations(range(9), 4))
    ]
    full = split_half(matrix)
    assert full.n_splits == 126
    assert [full.maximum, full.minimum, full.mean] == pytest.approx(
        [max(between), min(between), np.mean(between)],
        abs=1e-13,  # rounding
    )
    assert "do not halve evenly" in full.notes[0]


def test_splits_worked_by_hand() -> None:
    # Each split by its definition, 4 cov(A, B)/var(A + B)
    ours = split_half(HAND)
    total = HAND.sum(axis=1).var()
    values = []
    for other in "bcd":
        mine = HAND[["a", other]].sum(axis=1)
        values.append(4 * mine.cov(HAND.sum(axis=1) - mine) / total)
    assert sorted(ours.values) == pytest.approx(sorted(values), abs=1e-13)  # rounding
    odd, even = HAND["a"] + HAND["c"], HAND["b"] + HAND["d"]
    r = odd.corr(even)
    assert ours.odd_even == pytest.approx(r, abs=1e-13)
    assert ours.spearman_brown == pytest.approx(2 * r / (1 + r), abs=1e-13)
    # Rulon's form: 1 - var(difference)/var(total)
    assert ours.flanagan_rulon == pytest.approx(1 - (odd - even).var() / total, abs=1e-13)
    best = HAND[list(ours.best[0])].sum(axis=1)
    assert ours.maximum == pytest.approx(4 * best.cov(HAND.sum(axis=1) - best) / total, abs=1e-13)
    frame = ours.to_frame().set_index("coefficient")["estimate"]
    assert frame["mean"] == ours.mean
    assert frame["quantile_0.5"] == ours.quantiles[0.5]


@settings(max_examples=60)
@given(
    hnp.arrays(
        np.float64, st.tuples(st.integers(9, 20), st.sampled_from([2, 4, 6, 8])), elements=st.floats(-5, 5, width=16)
    )
)
def test_mean_over_all_splits_is_alpha(values: np.ndarray) -> None:
    """Cronbach (1951): alpha is the mean of all split-half coefficients of an even number of items."""
    answers = pd.DataFrame(values).add_prefix("x")
    try:
        ours = split_half(answers)
    except (ConstantItemError, MatrixError):
        reject()
    alpha = cronbach_alpha(answers).alpha
    assert ours.mean == pytest.approx(alpha, abs=1e-8 * (1 + abs(alpha)))  # totals that hardly vary cost digits
    assert ours.minimum <= ours.mean + 1e-8 * (1 + abs(alpha))


@pytest.mark.parametrize("k", range(2, 17))
def test_every_split_comes_once(k: int) -> None:
    signs = all_splits(k)
    assert len(signs) == comb(k, k // 2) // (2 if k % 2 == 0 else 1)
    assert ((signs > 0).sum(axis=1) == k // 2).all()
    turned = signs if k % 2 else signs * signs[:, [0]]  # the two names of an even split are one
    assert len(np.unique(turned, axis=0)) == len(signs)


def test_sampled_splits_lie_among_all_and_centre_on_alpha() -> None:
    rng = np.random.default_rng(2)
    answers = pd.DataFrame(rng.normal(size=(200, 18)) + rng.normal(size=(200, 1))).add_prefix("x")
    ours = split_half(answers, draws=4000, rng=7)
    assert not ours.exhaustive
    assert ours.n_splits == 4000
    assert "4,000 random ones" in ours.notes[0]
    alpha = cronbach_alpha(answers).alpha
    # the mean of 4,000 draws; four standard errors of it
    assert ours.mean == pytest.approx(alpha, abs=4 * np.std(ours.values) / np.sqrt(4000))
    again = split_half(answers, draws=4000, rng=np.random.default_rng(7))
    np.testing.assert_array_equal(ours.values, again.values)


def test_beyond_sixteen_items_the_seed_is_zero_unless_given() -> None:
    wide = pd.DataFrame(np.random.default_rng(0).normal(size=(30, 17))).add_prefix("x")
    np.testing.assert_array_equal(split_half(wide, draws=50).values, split_half(wide, draws=50, rng=0).values)


def test_errors_say_what_to_do() -> None:
    wide = pd.DataFrame(np.random.default_rng(0).normal(size=(30, 17))).add_prefix("x")
    for answers in (wide, HAND):  # also where no chance is needed
        with pytest.raises(ParameterError, match="rng must be a numpy random Generator or a seed"):
            split_half(answers, rng="x")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="rng must be a numpy random Generator or a seed"):
        split_half(wide, rng=None)
    with pytest.raises(ParameterError, match="draws must be a whole number from 1 to 100000; found 0"):
        split_half(HAND, draws=0)
    with pytest.raises(ParameterError, match="odd must be one of all, psych"):
        split_half(HAND, odd="half")  # type: ignore[arg-type]
    opposed = pd.DataFrame({"a": [1, 2, 3, 4], "b": [1, 3, 2, 5], "c": [4, 3, 2, 1], "d": [2, 3, 2, 4]})
    with pytest.raises(MatrixError, match="odd and of the even items must both vary"):
        split_half(opposed)
    with pytest.raises(MatrixError, match="must not oppose each other completely"):
        split_half(pd.DataFrame({"a": [1, 2, 3, 4], "b": [8, 6, 4, 2]}))


def test_whatever_is_given_ends_in_numbers_or_a_named_error() -> None:
    finished = []

    @settings(max_examples=80)
    @given(
        hnp.arrays(
            np.float64,
            st.tuples(st.integers(1, 6), st.integers(1, 5)),
            elements=st.sampled_from([0.0, 1.0, 2.0, 5.0, -3.0, np.nan, 1e300, 1e-300, np.inf]),
        ),
        st.sampled_from(["listwise", "pairwise"]),
    )
    def check(values: np.ndarray, missing: str) -> None:
        try:
            ours = split_half(pd.DataFrame(values).add_prefix("x"), missing=missing)  # type: ignore[arg-type]
        except IkfsError:
            return
        assert np.isfinite(ours.to_frame()["estimate"]).all()
        finished.append(True)

    check()
    assert finished  # not all were refused
