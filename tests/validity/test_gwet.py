from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ikfs_methods.errors import IkfsError, ParameterError
from ikfs_methods.validity.agreement.fleiss import fleiss_kappa
from ikfs_methods.validity.agreement.gwet import brennan_prediger, gwet_ac
from ikfs_methods.validity.agreement.percent import percent_agreement
from ikfs_methods.validity.agreement.weights import WEIGHTS

THEIRS = json.loads((Path(__file__).parents[1] / "reference" / "agreement_raw4.json").read_text(encoding="utf-8"))
GAP = np.nan
# Krippendorff (2011), example C: four observers, twelve units; cac.raw4raters of irrCAC
RATINGS = pd.DataFrame(
    [
        *([1, 1, GAP, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4]),
        *([4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [GAP, 5, 5, 5], [GAP, GAP, 1, 1], [GAP, GAP, 3, GAP]),
    ],
    columns=list("ABCD"),
)


def conger(ratings: pd.DataFrame, **options: Any) -> Any:
    return fleiss_kappa(ratings, exact=True, **options)


CALLS = {"gwet": gwet_ac, "fleiss": fleiss_kappa, "conger": conger, "bp": brennan_prediger, "pa": percent_agreement}


@pytest.mark.parametrize("weights", ["unweighted", "quadratic"])
@pytest.mark.parametrize("name", CALLS)
def test_agrees_with_irrcac(name: str, weights: str) -> None:
    theirs, ours = THEIRS[weights][name], CALLS[name](RATINGS, weights=weights)
    # a dozen things: pa, pe and the p value (and with it the error) agree to rounding
    assert ours.observed == pytest.approx(theirs["pa"], abs=1e-13)
    assert ours.expected == pytest.approx(theirs["pe"], abs=1e-13)
    assert ours.estimate == pytest.approx((theirs["pa"] - theirs["pe"]) / (1 - theirs["pe"]), abs=1e-13)
    assert ours.se == pytest.approx(theirs["coeff.se"], abs=5.1e-6)  # printed to five digits
    if name != "pa":
        assert ours.p_value == pytest.approx(theirs["p.value"], rel=1e-9)
    assert ours.ci_high == 1
    assert (ours.n_things, ours.n_ratings, ours.n_dropped) == (12, 41, 0)
    assert "Rated by one rater only, and so without a pair: 1 thing(s)." in ours.notes


def test_worked_by_hand() -> None:
    # two raters, ten things, one disagreement; share of yes 17/20: expected 2 · .85 · .15 = .255, AC1 = (.9-.255)/.745
    frame = pd.DataFrame({"a": [1] * 8 + [0, 0], "b": [1] * 8 + [1, 0]})
    ours = gwet_ac(frame)
    assert ours.coefficient == "Gwet AC1"
    assert ours.expected == pytest.approx(0.255, abs=1e-14)
    assert ours.estimate == pytest.approx(0.645 / 0.745, abs=1e-14)
    assert brennan_prediger(frame).estimate == pytest.approx(0.8, abs=1e-14)
    # on five points AC2's quadratic weights of 0 and 1 are those of neighbours: 1 - 1/16
    wide = gwet_ac(frame, weights="quadratic", categories=[0, 1, 2, 3, 4])
    assert wide.coefficient == "Gwet AC2"
    assert wide.observed == pytest.approx(1 - 0.1 / 16, abs=1e-14)
    # sum of weights: 25 - 2 (4·1 + 3·4 + 2·9 + 1·16)/16 = 18.75, over 5·4
    assert wide.expected == pytest.approx(18.75 / 20 * 0.255, abs=1e-14)


def test_weights_worked_by_hand() -> None:
    frame = pd.DataFrame({"a": [1, 1, 2, 4, 4], "b": [1, 2, 4, 1, 4]})
    seen = {kind: percent_agreement(frame, weights=kind, categories=[1, 2, 3, 4]).estimate for kind in WEIGHTS}
    # distances 0, 1, 2, 3, 0 on four points; ordinal: 1 - (1, 3, 6)/6
    assert seen["unweighted"] == pytest.approx(2 / 5)
    assert seen["linear"] == pytest.approx((2 + 2 / 3 + 1 / 3) / 5)
    assert seen["quadratic"] == pytest.approx((2 + 8 / 9 + 5 / 9) / 5)
    assert seen["ordinal"] == pytest.approx((2 + 5 / 6 + 3 / 6) / 5)


def test_near_unanimity_does_not_bring_it_down() -> None:
    frame = pd.DataFrame(4, index=range(20), columns=list("abcde"))
    frame.iloc[0, 0] = frame.iloc[9, 3] = 3
    ours, kappa = gwet_ac(frame, categories=[1, 2, 3, 4]), fleiss_kappa(frame)
    assert ours.estimate > 0.95
    assert kappa.estimate < 0
    assert not ours.notes


def test_all_ratings_equal_need_the_scale() -> None:
    frame = pd.DataFrame(4, index=range(6), columns=["a", "b", "c"])
    for call in (gwet_ac, brennan_prediger):
        ours = call(frame)
        assert np.isnan(ours.estimate)
        assert "Declare the categories of the scale" in " ".join(ours.notes)
        known = call(frame, categories=[1, 2, 3, 4])
        assert (known.estimate, known.se, known.ci_low, known.ci_high) == (1, 0, 1, 1)
        assert np.isnan(known.p_value)
        assert "Every thing contributes alike" in known.notes[0]


@settings(max_examples=4)
@given(hnp.arrays(np.int64, st.tuples(st.integers(5, 10), st.integers(2, 6)), elements=st.integers(1, 4)))
def test_linearised_error_is_near_the_jackknife(values: np.ndarray) -> None:
    many = pd.DataFrame(np.tile(values, (60, 1)))
    points = [1, 2, 3, 4]
    for call in (gwet_ac, fleiss_kappa, conger, brennan_prediger, percent_agreement):
        ours = call(many, weights="quadratic", categories=points)
        if np.isnan(ours.estimate):
            continue
        left = [call(many.drop(i), weights="quadratic", categories=points).estimate for i in range(len(values))]
        n = len(many)
        spread = 60 * np.sum((np.array(left) - np.mean(left)) ** 2)
        # many copies, so that what the linear approximation leaves is of size 1/n; rounding of `left` where se is ~0
        assert ours.se == pytest.approx(np.sqrt((n - 1) / n * spread), rel=0.03, abs=1e-6)


@pytest.mark.slow
def test_intervals_cover_at_their_level() -> None:
    """95 % intervals over 300 samples of 30 things; the true value is that of 20,000 things."""
    rng = np.random.default_rng(7)

    def sample(n: int) -> pd.DataFrame:
        return pd.DataFrame(np.clip(np.rint(3 + rng.normal(size=(n, 1)) + 0.8 * rng.normal(size=(n, 5))), 1, 5))

    calls = {"ac": gwet_ac, "kappa": fleiss_kappa, "conger": conger}
    options: dict[str, Any] = {"weights": "quadratic", "categories": [1, 2, 3, 4, 5]}
    large = sample(20_000)
    true = {name: call(large, **options).estimate for name, call in calls.items()}
    covered = dict.fromkeys(calls, 0)
    for _ in range(300):
        frame = sample(30)
        for name, call in calls.items():
            ours = call(frame, **options)
            covered[name] += ours.ci_low <= true[name] <= ours.ci_high
    # 285 expected, standard deviation 3.8; the t interval of a skewed estimate falls short by a point or two
    assert all(268 <= count <= 297 for count in covered.values()), covered


def test_errors_say_what_to_do() -> None:
    with pytest.raises(ParameterError, match="categories must be at least two, each named once; found 1, 2, 2"):
        gwet_ac(RATINGS, categories=[1, 2, 2])
    with pytest.raises(ParameterError, match="categories must be numbers, as the ratings are; found 'low'"):
        gwet_ac(RATINGS, categories=["low", 1, 2])
    with pytest.raises(ParameterError, match="categories must be a list of the scale's categories; found 5"):
        gwet_ac(RATINGS, categories=5)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="level must be a number between 0 and 1"):
        gwet_ac(RATINGS, level=95)


def test_whatever_is_given_ends_in_numbers_or_a_named_error() -> None:
    finished = []

    @settings(max_examples=80)
    @given(
        hnp.arrays(
            np.float64,
            st.tuples(st.integers(0, 7), st.integers(0, 4)),
            elements=st.sampled_from([0.0, 1.0, 2.0, -3.0, np.nan, 1e100, 1e300, 1e-300, np.inf]),
        ),
        st.sampled_from(WEIGHTS),
        st.sampled_from(sorted(CALLS)),
    )
    def check(values: np.ndarray, weights: str, name: str) -> None:
        try:
            ours = CALLS[name](pd.DataFrame(values).add_prefix("x"), weights=weights)
        except IkfsError:
            return
        assert ours.notes or np.isfinite([ours.estimate, ours.se, ours.ci_low, ours.p_value]).all()
        finished.append(True)

    check()
    assert finished
