from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ikfs_methods.errors import IkfsError, NotNumericError, ParameterError, ScaleError, TooFewError
from ikfs_methods.validity.agreement.differences import METRICS
from ikfs_methods.validity.agreement.fleiss import fleiss_kappa
from ikfs_methods.validity.agreement.krippendorff import krippendorff_alpha

THEIRS = json.loads((Path(__file__).parents[1] / "reference" / "agreement_raw4.json").read_text(encoding="utf-8"))
GAP = np.nan
# Krippendorff (2011), example C: four observers, twelve units
RATINGS = pd.DataFrame(
    [
        *([1, 1, GAP, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4]),
        *([4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [GAP, 5, 5, 5], [GAP, GAP, 1, 1], [GAP, GAP, 3, GAP]),
    ],
    columns=list("ABCD"),
)
# Shrout & Fleiss (1979), table 2: no gaps
COMPLETE = pd.DataFrame([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])


@pytest.mark.parametrize("metric", METRICS)
def test_published_example_and_irr(metric: str) -> None:
    ours = krippendorff_alpha(RATINGS, metric=metric)
    published = {"nominal": 0.743, "ordinal": 0.815, "interval": 0.849, "ratio": 0.797}
    assert round(ours.estimate, 3) == published[metric]
    # both are sums of a few dozen numbers of size 1; the largest deviation seen is 4e-16
    assert ours.estimate == pytest.approx(THEIRS["alpha"][metric], abs=1e-13)
    assert (ours.n_things, ours.n_raters, ours.n_ratings, ours.n_dropped) == (11, 4, 40, 1)
    assert "Left out because only one rater rated them: 1 thing(s)." in ours.notes
    assert (ours.observed - ours.expected) / (1 - ours.expected) == pytest.approx(ours.estimate, abs=1e-12)


def test_published_coincidences() -> None:
    # Krippendorff (2011), the coincidence matrix of example C
    published = [[7, 4 / 3, 1 / 3, 1 / 3, 0], [4 / 3, 10, 4 / 3, 1 / 3, 0], [1 / 3, 4 / 3, 8, 1 / 3, 0]]
    table = krippendorff_alpha(RATINGS).coincidences
    assert table.to_numpy()[:3] == pytest.approx(np.array(published), abs=1e-12)
    assert list(table.sum()) == pytest.approx([9, 13, 10, 5, 3])


@pytest.mark.parametrize(("kind", "metric"), [("unweighted", "nominal"), ("quadratic", "interval")])
def test_error_is_near_that_of_irrcac(kind: str, metric: str) -> None:
    theirs = THEIRS[kind]["krippen"]
    ours = krippendorff_alpha(RATINGS, metric=metric)
    # irrCAC 1.0 puts the agreement with its small-sample term where the formula has the one without, which moves the
    # error by 6 in 10,000 where raters are missing; later versions of irrCAC have the formula
    assert ours.se == pytest.approx(theirs["coeff.se"], rel=1e-3)
    assert ours.p_value == pytest.approx(theirs["p.value"], rel=6e-3)
    assert ours.df == 10


def by_pairs(frame: pd.DataFrame, metric: str) -> float:
    """Alpha from its definition, pair by pair, over all ratings of things that have two."""
    units = [row[~np.isnan(row)] for row in frame.to_numpy(dtype=float)]
    units = [row for row in units if len(row) > 1]
    every = np.concatenate(units)
    codes, counts = np.unique(every, return_counts=True)

    def square(a: float, b: float) -> float:
        if metric == "ordinal":
            low, high = sorted((np.searchsorted(codes, a), np.searchsorted(codes, b)))
            return float(counts[low : high + 1].sum() - (counts[low] + counts[high]) / 2) ** 2
        differ = {"nominal": float(a != b), "interval": a - b, "ratio": (a - b) / (a + b) if a + b else 0.0}
        return float(differ[metric]) ** 2

    seen = sum(sum(square(a, b) for a in row for b in row) / (len(row) - 1) for row in units) / len(every)
    expected = sum(square(a, b) for a in every for b in every) / (len(every) * (len(every) - 1))
    return 1 - seen / expected if expected else np.nan


@settings(max_examples=40)
@given(
    hnp.arrays(
        np.float64,
        st.tuples(st.integers(2, 7), st.integers(2, 5)),
        elements=st.sampled_from([0.0, 1.0, 2.0, 4.0, np.nan]),
    ),
    st.sampled_from(METRICS),
)
def test_any_table_agrees_with_the_definition(values: np.ndarray, metric: str) -> None:
    frame = pd.DataFrame(values)
    try:
        ours = krippendorff_alpha(frame, metric=metric)
    except TooFewError:
        return
    assert ours.estimate == pytest.approx(by_pairs(frame, metric), abs=1e-11, nan_ok=True)


def test_no_gaps_and_more_than_two_raters() -> None:
    # the formula, not irr's kripp.alpha, which gives -.0957 here
    assert krippendorff_alpha(COMPLETE).estimate == pytest.approx(by_pairs(COMPLETE, "nominal"), abs=1e-13)
    assert krippendorff_alpha(COMPLETE).estimate == pytest.approx(-0.0648, abs=5e-5)  # four digits given
    # nominal alpha and Fleiss' kappa differ by the small-sample term: 1 - alpha = (1 - kappa)(N - 1)/N
    kappa = fleiss_kappa(COMPLETE).estimate
    assert 1 - krippendorff_alpha(COMPLETE).estimate == pytest.approx((1 - kappa) * 23 / 24, abs=1e-13)


@pytest.mark.parametrize("metric", METRICS)
def test_error_is_that_of_the_derivatives(metric: str) -> None:
    """Thing i counted 1 + e times changes alpha by e times its part; without the factor (N - 1)/N, as Gwet has it."""
    many = pd.concat([RATINGS] * 40, ignore_index=True)
    ours = krippendorff_alpha(many, metric=metric)
    # with 440 things the jackknife and the linearised error are the same up to terms of 1/n, and so is (N - 1)/N
    left = [krippendorff_alpha(many.drop(i), metric=metric).estimate for i in range(12)]  # the others are copies
    spread = 40 * np.sum((np.array(left[:11]) - np.mean(left[:11])) ** 2)
    assert ours.se == pytest.approx(np.sqrt(439 / 440 * spread), rel=0.005)


def test_bootstrap_is_repeatable_and_of_the_same_size() -> None:
    for metric in METRICS:
        many = pd.concat([RATINGS] * 10, ignore_index=True)
        ours = krippendorff_alpha(many, metric=metric, interval="bootstrap", rng=5)
        again = krippendorff_alpha(many, metric=metric, interval="bootstrap", rng=np.random.default_rng(5))
        assert (ours.ci_low, ours.ci_high, ours.interval) == (again.ci_low, again.ci_high, "bootstrap")
        # the spread of 1,000 draws is known to 2.2 %, and 110 things leave terms of 1 % between the two
        assert ours.se == pytest.approx(krippendorff_alpha(many, metric=metric).se, rel=0.1)
        assert ours.ci_low < ours.estimate < ours.ci_high


@settings(max_examples=8)
@given(st.permutations(range(4)), st.permutations(range(12)), st.floats(0.1, 50), st.floats(-20, 20))
def test_order_origin_and_unit_do_not_matter(raters: list[int], things: list[int], unit: float, origin: float) -> None:
    moved = RATINGS.iloc[things, raters]
    for metric in METRICS:
        ours, other = krippendorff_alpha(RATINGS, metric=metric), krippendorff_alpha(moved, metric=metric)
        assert other.estimate == pytest.approx(ours.estimate, abs=1e-12)
        assert other.se == pytest.approx(ours.se, abs=1e-12)
    for metric in ("ordinal", "interval"):
        scaled = krippendorff_alpha(moved * unit + origin, metric=metric)
        assert scaled.estimate == pytest.approx(krippendorff_alpha(RATINGS, metric=metric).estimate, abs=1e-9)
    ratio = krippendorff_alpha(moved * unit, metric="ratio").estimate
    assert ratio == pytest.approx(THEIRS["alpha"]["ratio"], abs=1e-9)


def test_names_in_their_order_are_ordinal() -> None:
    names = RATINGS.map(lambda code: code if np.isnan(code) else f"{'abcde'[5 - int(code)]}")
    ours = krippendorff_alpha(names, metric="ordinal", categories=list("abcde"))
    assert ours.estimate == pytest.approx(THEIRS["alpha"]["ordinal"], abs=1e-12)  # reversed: ordinal does not mind
    assert krippendorff_alpha(names).estimate == pytest.approx(THEIRS["alpha"]["nominal"], abs=1e-12)


def test_all_ratings_equal() -> None:
    ours = krippendorff_alpha(pd.DataFrame(3, index=range(6), columns=list("ab")), metric="interval")
    assert np.isnan([ours.estimate, ours.se, ours.ci_low, ours.p_value]).all()
    assert ours.percent_agreement == 1
    assert ours.notes[0].startswith("No rating differs from another")


def test_errors_say_what_to_do() -> None:
    with pytest.raises(ParameterError, match="metric must be one of nominal, ordinal, interval, ratio; found 'ordnal'"):
        krippendorff_alpha(RATINGS, metric="ordnal")
    with pytest.raises(ScaleError, match='metric="ratio" needs ratings of at least 0'):
        krippendorff_alpha(RATINGS - 3, metric="ratio")
    with pytest.raises(NotNumericError, match='metric="interval" needs numbers; the ratings are names'):
        krippendorff_alpha(pd.DataFrame({"a": ["x", "y"], "b": ["x", "x"]}), metric="interval")
    with pytest.raises(TooFewError, match="needs at least 2 things with two ratings each; found 1"):
        krippendorff_alpha(RATINGS.iloc[[0, 11]])
    with pytest.raises(
        TooFewError, match="at least one thing must be rated by two raters; found 1 things with at most 1"
    ):
        krippendorff_alpha(RATINGS.iloc[[11]])
    with pytest.raises(ParameterError, match="rng must be a numpy random Generator or a seed"):
        krippendorff_alpha(RATINGS, interval="bootstrap")


def test_whatever_is_given_ends_in_numbers_or_a_named_error() -> None:
    finished = []

    @settings(max_examples=80)
    @given(
        hnp.arrays(
            np.float64,
            st.tuples(st.integers(0, 7), st.integers(0, 4)),
            elements=st.sampled_from([0.0, 1.0, 2.0, -3.0, np.nan, 1e100, 1e300, 1e-300, np.inf]),
        ),
        st.sampled_from(METRICS),
    )
    def check(values: np.ndarray, metric: str) -> None:
        try:
            ours = krippendorff_alpha(pd.DataFrame(values).add_prefix("x"), metric=metric)
        except IkfsError:
            return
        assert ours.notes or np.isfinite([ours.estimate, ours.se, ours.ci_low, ours.p_value]).all()
        finished.append(True)

    check()
    assert finished


@pytest.mark.parametrize("metric", METRICS)
def test_the_order_of_things_and_raters_does_not_move_the_bootstrap(metric: str) -> None:
    ours, turned = (
        krippendorff_alpha(part, metric=metric, interval="bootstrap", draws=200, rng=3)
        for part in (RATINGS, RATINGS.iloc[::-1, ::-1])
    )
    assert (turned.ci_low, turned.ci_high, turned.se) == (ours.ci_low, ours.ci_high, ours.se)
