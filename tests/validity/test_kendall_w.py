from __future__ import annotations

import json
import tracemalloc
from itertools import permutations, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ikfs_methods.errors import ColumnError, IkfsError, NotNumericError, ParameterError, ScaleError, TooFewError
from ikfs_methods.reliability.intraclass import intraclass_correlation
from ikfs_methods.validity.agreement.kendall import kendall_w
from ikfs_methods.validity.agreement.moments import middle_ranks
from ikfs_methods.validity.agreement.rank_test import exact_p, permutation_p

THEIRS = json.loads((Path(__file__).parents[1] / "reference" / "agreement_small.json").read_text(encoding="utf-8"))
THINGS = pd.DataFrame(THEIRS["things"], columns=list("abcd"))


def test_statistic_is_that_of_friedman_in_r() -> None:
    ours = kendall_w(THINGS)
    # sums of a few dozen half ranks: both programs are right to rounding
    assert ours.statistic == pytest.approx(THEIRS["friedman"], rel=1e-12)
    assert ours.estimate == pytest.approx(THEIRS["friedman"] / (4 * 8), rel=1e-12)
    assert ours.p_value == ours.p_chi2 == pytest.approx(THEIRS["friedman_p"], rel=1e-10)
    assert (ours.test, ours.df, ours.n_things, ours.n_raters, ours.n_dropped) == ("chi2", 8, 9, 4, 0)


def test_worked_by_hand() -> None:
    # rank sums 4, 5, 9 of three things and three raters: deviations from 6 squared 4 + 1 + 9 = 14; 12·14/(9·24) = 7/9
    ours = kendall_w(pd.DataFrame({"a": [1, 2, 3], "b": [10, 20, 30], "c": [2, 1, 3]}))
    assert ours.estimate == pytest.approx(7 / 9, abs=1e-14)
    assert ours.uncorrected == pytest.approx(7 / 9, abs=1e-14)
    assert ours.mean_rho == pytest.approx((1 + 0.5 + 0.5) / 3, abs=1e-14)


def test_ties_worked_by_hand() -> None:
    # ranks 1.5 1.5 3 and 1 2 3: sums 2.5, 3.5, 6, S = 2.25 + .25 + 4 = 6.5; T = 6: 12·6.5/(4·24 - 2·6) = 78/84
    ours = kendall_w(pd.DataFrame({"a": [1, 1, 3], "b": [1, 2, 3]}))
    assert ours.estimate == pytest.approx(78 / 84, abs=1e-14)
    assert ours.uncorrected == pytest.approx(78 / 96, abs=1e-14)


@pytest.mark.parametrize(
    ("n", "m", "s", "published"),
    # Friedman's chi-square and its chance, Siegel & Castellan 1988, table M: chi2 = 12 S / (m n (n + 1))
    [(3, 3, 18, 0.028), (3, 4, 26, 0.042), (3, 4, 32, 0.005), (3, 5, 50, 0.001), (4, 2, 20, 0.042), (4, 3, 37, 0.033)],
)
def test_exact_chance_agrees_with_published_tables(n: int, m: int, s: int, published: float) -> None:
    for orders in product(permutations(range(1, n + 1)), repeat=m - 1):
        ranks = np.array([range(1, n + 1), *orders], dtype=float).T
        if ((ranks.sum(axis=1) - m * (n + 1) / 2) ** 2).sum() == s:
            assert round(exact_p(ranks) or np.nan, 3) == published
            return
    raise AssertionError(f"no ranks with S = {s}")


def test_exact_chance_is_the_share_of_all_orders() -> None:
    ranks = middle_ranks(np.array([[1.0, 2, 2], [1, 1, 2], [2, 3, 1], [3, 3, 3]]))
    seen = (ranks.sum(axis=1) ** 2).sum()
    every = [list(permutations(column)) for column in ranks.T]
    sums = np.array([np.sum(choice, axis=0) for choice in product(*every)])
    # a share of 13,824 orders, added up in doubles
    assert exact_p(ranks) == pytest.approx(((sums**2).sum(axis=1) >= seen - 1e-9).mean(), abs=1e-12)
    drawn = permutation_p(ranks, np.random.default_rng(3), 20_000)
    assert drawn == pytest.approx(exact_p(ranks), abs=0.015)  # four standard errors of 20,000 draws


def test_few_things_and_many_raters_need_a_generator() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.integers(1, 6, size=(7, 12))).add_prefix("e")
    ours = kendall_w(frame)
    assert np.isnan(ours.p_value)
    assert "8 things are needed), and 12 raters have too many orders to count" in ours.notes[0]
    drawn = kendall_w(frame, rng=1, draws=4000)
    assert drawn.test == "permutation"
    assert drawn.p_value == pytest.approx(ours.p_chi2, abs=0.05)  # the approximation is rough, not wrong
    assert kendall_w(frame, rng=1, draws=4000).ci_low == drawn.ci_low


@settings(max_examples=60)
@given(hnp.arrays(np.float64, st.tuples(st.integers(3, 12), st.integers(2, 8)), elements=st.integers(1, 7)))
def test_identities(values: np.ndarray) -> None:
    frame = pd.DataFrame(values).add_prefix("r")
    ours = kendall_w(frame)
    if np.isnan(ours.estimate):
        assert "W is undefined" in ours.notes[0]
        return
    n, m = values.shape
    # Kendall's own form with its correction for ties
    ranks = frame.rank().to_numpy()
    tied = sum((t**3 - t) for column in values.T for t in np.unique(column, return_counts=True)[1])
    s = ((ranks.sum(axis=1) - m * (n + 1) / 2) ** 2).sum()
    assert ours.estimate == pytest.approx(12 * s / (m**2 * (n**3 - n) - m * tied), abs=1e-12)
    assert -1e-12 <= ours.estimate <= 1 + 1e-12
    # any rising change of a rater's scale, and any order of raters, leave all of it as it was
    other = kendall_w(np.exp(frame[frame.columns[::-1]]))
    assert other.estimate == pytest.approx(ours.estimate, abs=1e-12)
    if np.isfinite(ours.ci_low):
        assert other.ci_low == pytest.approx(ours.ci_low, abs=1e-9)
        assert ours.ci_low <= ours.estimate + 1e-12
        assert ours.estimate <= ours.ci_high + 1e-12


def test_without_ties_w_is_a_mean_of_spearman_correlations() -> None:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.normal(size=(15, 6)))
    ours = kendall_w(frame)
    rho = frame.corr("spearman").to_numpy()[np.triu_indices(6, 1)].mean()
    assert ours.mean_rho == pytest.approx(rho, abs=1e-12)
    assert ours.estimate == pytest.approx((1 + 5 * rho) / 6, abs=1e-12)
    # and the reliability of the mean ranks is ICC(C,k) = 1 - (1 - W) / ((m - 1) W) ... from the same two mean squares
    icc = intraclass_correlation(frame.rank()).table.loc["ICC(C,k)", "estimate"]
    assert icc == pytest.approx((6 * ours.estimate - 1) / (5 * ours.estimate), abs=1e-10)


def test_the_jackknife_leaves_out_each_rater() -> None:
    frame = pd.DataFrame(np.random.default_rng(8).integers(1, 6, size=(10, 6))).add_prefix("r")
    # the agreement of pairs without each rater, brought to a panel of six
    rows = []
    for rater in frame:
        w = kendall_w(frame.drop(columns=rater)).estimate
        rows.append((1 + 5 * (5 * w - 1) / 4) / 6)
    ours = kendall_w(frame)
    assert ours.se == pytest.approx(np.sqrt(5 / 6 * np.sum((np.array(rows) - np.mean(rows)) ** 2)), rel=1e-10)
    assert ours.interval == "jackknife"
    assert kendall_w(frame, rng=0).interval == "bootstrap"


def test_what_is_left_out_is_said() -> None:
    frame = THINGS.astype(float)
    frame.iloc[2, 1] = np.nan
    frame["silent"] = np.nan
    frame["flat"] = 3
    ours = kendall_w(frame)
    assert (ours.n_things, ours.n_raters, ours.n_dropped) == (8, 5, 1)
    assert "Left out because a rating is missing: 1 thing(s)." in ours.notes
    assert "Without any rating and not counted: silent." in ours.notes
    assert "Rate all things alike, so that their order says nothing: flat." in ours.notes
    assert "With fewer than 5 raters no interval" in kendall_w(THINGS).notes[0]
    assert list(ours.to_frame().index) == ["Kendall W"]


def test_no_order_at_all_is_undefined_and_said() -> None:
    ours = kendall_w(pd.DataFrame({"a": [3, 3, 3], "b": [2, 2, 2]}))
    assert np.isnan([ours.estimate, ours.p_value, ours.ci_low, ours.mean_rho]).all()
    assert ours.notes[0].startswith("No rater tells any two things apart")
    assert ours.percent_agreement == 0


def test_errors_say_what_to_do() -> None:
    with pytest.raises(TooFewError, match="by every rater; found 1 of 2. Leave out the raters with most gaps: b .1."):
        kendall_w(pd.DataFrame({"a": [1, 2], "b": [3, np.nan]}))
    with pytest.raises(NotNumericError, match="needs ratings or ranks as numbers; found names"):
        kendall_w(pd.DataFrame({"a": ["x", "y"], "b": ["y", "y"]}))
    with pytest.raises(ColumnError, match="name each thing once; repeated rows: q"):
        kendall_w(pd.DataFrame({"a": [1, 2], "b": [3, 1]}, index=["q", "q"]))
    with pytest.raises(ParameterError, match="draws must be a whole number from 20 to 100000"):
        kendall_w(THINGS, draws=0)
    with pytest.raises(ParameterError, match="rng must be a numpy random Generator or a seed"):
        kendall_w(THINGS, rng="today")  # type: ignore[arg-type]
    with pytest.raises(ScaleError, match="of a size that can be squared"):
        kendall_w(THINGS * 1e200)


def test_whatever_is_given_ends_in_numbers_or_a_named_error() -> None:
    finished = []

    @settings(max_examples=80)
    @given(
        hnp.arrays(
            np.float64,
            st.tuples(st.integers(0, 5), st.integers(0, 6)),
            elements=st.sampled_from([0.0, 1.0, 2.0, -3.0, 3.0, np.nan, 1e300, 1e-300, np.inf]),
        )
    )
    def check(values: np.ndarray) -> None:
        try:
            ours = kendall_w(pd.DataFrame(values).add_prefix("x"))
        except IkfsError:
            return
        assert ours.notes or np.isfinite([ours.estimate, ours.p_value, ours.ci_low]).all()
        finished.append(True)

    check()
    assert finished


def test_draws_fall_to_the_same_raters_and_things_in_whatever_order_they_stand() -> None:
    frame = pd.DataFrame(np.random.default_rng(0).integers(1, 6, size=(7, 15))).add_prefix("e")
    ours, turned = (kendall_w(part, rng=1) for part in (frame, frame.iloc[::-1, ::-1]))
    assert ours.test == "permutation"
    assert (turned.p_value, turned.ci_low, turned.ci_high, turned.se) == (
        ours.p_value,
        ours.ci_low,
        ours.ci_high,
        ours.se,
    )


def test_many_things_need_little_memory() -> None:
    frame = pd.DataFrame(np.random.default_rng(0).integers(1, 6, size=(10_000, 4)))
    tracemalloc.start()
    try:
        kendall_w(frame)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 50e6  # a comparison of all pairs of things would take 3 GB


def test_gaps_in_every_thing_say_whose() -> None:
    frame = pd.DataFrame(np.ones((4, 3)), columns=list("abc"))
    frame.iloc[:3, 1] = frame.iloc[3, 0] = np.nan
    with pytest.raises(
        TooFewError,
        match=r"rated by every rater; found 0 of 4. Leave out the raters with most gaps: b \(3\), a \(1\)\.$",
    ):
        kendall_w(frame)
    with pytest.raises(TooFewError, match="found 1 of 1. Supply more things"):
        kendall_w(frame.iloc[:1, [0, 2]])
