from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as their_fleiss

from ikfs_methods.errors import ParameterError, ScaleError
from ikfs_methods.reliability.intraclass import intraclass_correlation
from ikfs_methods.validity.agreement.cohen import cohen_kappa
from ikfs_methods.validity.agreement.fleiss import fleiss_kappa

FOLDER = Path(__file__).parents[1] / "reference"
SMALL = json.loads((FOLDER / "agreement_small.json").read_text(encoding="utf-8"))
IRR = json.loads((FOLDER / "agreement_diagnoses.json").read_text(encoding="utf-8"))["diagnoses"]
PAIR = pd.DataFrame({"first": SMALL["first"], "second": SMALL["second"]})
pairs = hnp.arrays(np.int64, st.tuples(st.integers(5, 25), st.just(2)), elements=st.integers(1, 5))
tables = hnp.arrays(np.int64, st.tuples(st.integers(5, 15), st.integers(2, 6)), elements=st.integers(1, 4))
POINTS = [1, 2, 3, 4, 5]


def test_cohen_agrees_with_psych() -> None:
    ours = cohen_kappa(PAIR)
    assert ours.estimate == pytest.approx(SMALL["kappa"], abs=1e-14)
    assert ours.se**2 == pytest.approx(SMALL["variance"], abs=1e-14)
    assert (ours.ci_low, ours.ci_high) == pytest.approx((SMALL["low"], SMALL["high"]), abs=1e-12)
    assert cohen_kappa(PAIR, weights="quadratic").estimate == pytest.approx(SMALL["quadratic"], abs=1e-14)


def test_cohen_worked_by_hand() -> None:
    # 20 of 50 both yes, 15 both no: observed .70; yes by 25 and 30: expected .5·.6 + .5·.4 = .5; kappa .4
    frame = pd.DataFrame([["yes", "yes"]] * 20 + [["yes", "no"]] * 5 + [["no", "yes"]] * 10 + [["no", "no"]] * 15)
    ours = cohen_kappa(frame)
    assert (ours.observed, ours.expected, ours.percent_agreement) == pytest.approx((0.7, 0.5, 0.7))
    assert ours.estimate == pytest.approx(0.4, abs=1e-14)
    assert ours.table.loc["yes", "no"] == 5
    # of two categories every weighting is the same
    assert cohen_kappa(frame, weights="linear", categories=["no", "yes"]).estimate == pytest.approx(0.4)


@settings(max_examples=40)
@given(pairs, st.sampled_from(["unweighted", "linear", "quadratic"]))
def test_cohen_errors_are_those_of_statsmodels(values: np.ndarray, weights: str) -> None:
    ours = cohen_kappa(pd.DataFrame(values), weights=weights, categories=POINTS)
    if np.isnan(ours.estimate):
        assert len(np.unique(values)) == 1
        return
    kind = {"unweighted": None, "linear": "linear", "quadratic": "quadratic"}[weights]
    counts = ours.table.to_numpy()
    if min((counts.sum(axis=0) > 0).sum(), (counts.sum(axis=1) > 0).sum()) == 1:
        return  # statsmodels takes the root of a variance a hair below 0 there
    theirs = cohens_kappa(counts, wt=kind, return_results=True)
    assert ours.estimate == pytest.approx(float(theirs.kappa), abs=1e-12)
    # roots of variances: where they are near 0 their difference is the root of rounding
    assert ours.se == pytest.approx(float(np.sqrt(max(theirs.var_kappa, 0))), abs=1e-7)
    assert ours.se_null == pytest.approx(float(np.sqrt(max(theirs.var_kappa0, 0))), abs=1e-7)


def test_quadratic_kappa_is_the_intraclass_correlation_of_many_things() -> None:
    # Fleiss & Cohen 1973: kappa = ICC(A,1) up to terms of 1/n
    rng = np.random.default_rng(2)
    true = rng.normal(size=4000)
    values = np.clip(np.rint(3 + true[:, None] + rng.normal(size=(4000, 2)) + [0.2, -0.2]), 1, 5)
    frame = pd.DataFrame(values)
    icc = intraclass_correlation(frame).table.loc["ICC(A,1)", "estimate"]
    assert cohen_kappa(frame, weights="quadratic").estimate == pytest.approx(icc, abs=3 / 4000)


@settings(max_examples=40)
@given(tables)
def test_fleiss_agrees_with_statsmodels(values: np.ndarray) -> None:
    ours = fleiss_kappa(pd.DataFrame(values))
    if np.isnan(ours.estimate):
        assert ours.notes[0].startswith("No rating differs from another")
        return
    counts = np.stack([(values == point).sum(axis=1) for point in np.unique(values)], axis=1)
    assert ours.estimate == pytest.approx(their_fleiss(counts), abs=1e-12)


def test_fleiss_published_example() -> None:
    # fourteen raters, ten things, five categories: kappa .210 (agreement seen .378, expected .213)
    counts = [
        *([0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1]),
        *([7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]),
    ]
    ours = fleiss_kappa(pd.DataFrame([np.repeat(POINTS, row) for row in counts]))
    assert (round(ours.observed, 3), round(ours.expected, 3), round(ours.estimate, 3)) == (0.378, 0.213, 0.21)


def test_error_under_chance_is_that_of_irr() -> None:
    """It rests on the categories' totals alone, so that any table with those totals has it."""
    flat = np.repeat(POINTS, IRR["chosen"])
    ours = fleiss_kappa(pd.DataFrame(np.random.default_rng(1).permutation(flat).reshape(IRR["n"], IRR["m"])))
    assert ours.se_null == pytest.approx(IRR["value"] / IRR["statistic"], rel=1e-12)
    assert ours.statistic == pytest.approx(ours.estimate / ours.se_null)
    assert ours.test == "z"


def test_error_under_chance_is_the_spread_of_kappa_when_raters_guess() -> None:
    rng = np.random.default_rng(6)
    shares = [0.2, 0.5, 0.3]
    drawn = [fleiss_kappa(pd.DataFrame(rng.choice(3, p=shares, size=(40, 5)))) for _ in range(120)]
    # the spread of 120 draws is known to 1/sqrt(240), 6.5 %; three of those
    assert np.std([one.estimate for one in drawn]) == pytest.approx(np.mean([one.se_null for one in drawn]), rel=0.2)


@settings(max_examples=40)
@given(tables)
def test_two_raters_and_categories(values: np.ndarray) -> None:
    frame = pd.DataFrame(values)
    ours = fleiss_kappa(frame, categories=[1, 2, 3, 4])
    if np.isnan(ours.estimate):
        return
    # overall kappa is the mean of those of the categories, weighted by p (1 - p) (Fleiss 1971)
    weight = (ours.by_category["share"] * (1 - ours.by_category["share"])).to_numpy()
    used = weight > 0
    assert np.average(ours.by_category["kappa"][used], weights=weight[used]) == pytest.approx(ours.estimate, abs=1e-10)
    assert fleiss_kappa(frame, exact=True, categories=[1, 2, 3, 4]).estimate == pytest.approx(ours.conger, abs=1e-14)
    first = frame.iloc[:, :2]
    if len(np.unique(first)) > 1:
        # of two raters Conger's and Light's are Cohen's, Fleiss' is Scott's pi
        cohen, two = cohen_kappa(first), fleiss_kappa(first)
        assert two.conger == pytest.approx(cohen.estimate, abs=1e-12)
        assert two.light == pytest.approx(cohen.estimate, abs=1e-12)
        p = np.array([(first == point).to_numpy().mean() for point in (1, 2, 3, 4)])
        scott = (cohen.observed - (p**2).sum()) / (1 - (p**2).sum())
        assert two.estimate == pytest.approx(scott, abs=1e-12)


def test_light_is_the_mean_of_cohens_kappas() -> None:
    frame = pd.DataFrame(np.random.default_rng(3).integers(1, 5, size=(12, 4)))
    for weights in ("unweighted", "quadratic"):
        every = [
            cohen_kappa(frame[[a, b]], weights=weights, categories=POINTS).estimate
            for a in range(4)
            for b in range(a + 1, 4)
        ]
        assert fleiss_kappa(frame, weights=weights, categories=POINTS).light == pytest.approx(np.mean(every), abs=1e-12)


def test_near_unanimity_is_said() -> None:
    frame = pd.DataFrame(4, index=range(20), columns=list("abcde")).astype(float)
    for thing, rater in ((0, "a"), (5, "b"), (11, "c"), (17, "d")):
        frame.loc[thing, rater] = 3
    ours = fleiss_kappa(frame)
    assert ours.percent_agreement > 0.9
    assert ours.estimate < 0
    assert "yet chance-corrected agreement is -0.04: where nearly all ratings fall into one category" in ours.notes[0]


def test_all_ratings_equal() -> None:
    frame = pd.DataFrame(4, index=range(6), columns=["a", "b"])
    for ours in (fleiss_kappa(frame), cohen_kappa(frame), cohen_kappa(frame, categories=POINTS)):
        assert np.isnan([ours.estimate, ours.ci_low, ours.p_value, ours.se]).all()
        assert ours.percent_agreement == 1
        assert "undefined; percent agreement is 100 %" in ours.notes[0]


def test_few_things_and_gaps() -> None:
    three = fleiss_kappa(pd.DataFrame({"a": [1, 2, 3], "b": [1, 2, 2]}))
    assert np.isfinite(three.estimate)
    assert np.isnan([three.ci_low, three.p_value]).all()
    assert "With fewer than 5 things" in three.notes[0]
    gap = PAIR.astype(float)
    gap.iloc[0, 0] = np.nan
    ours = cohen_kappa(gap)
    assert (ours.n_things, ours.n_dropped) == (14, 1)
    assert ours.estimate == pytest.approx(cohen_kappa(PAIR.iloc[1:]).estimate, abs=1e-14)
    assert np.isnan(fleiss_kappa(gap).se_null)
    assert fleiss_kappa(gap).test == "t"


def test_errors_say_what_to_do() -> None:
    with pytest.raises(ParameterError, match="must have the ratings of two raters; found 3 columns"):
        cohen_kappa(PAIR.assign(third=1))
    with pytest.raises(ParameterError, match='weights="linear" needs categories in their order; the ratings are names'):
        fleiss_kappa(pd.DataFrame({"a": ["low", "high"], "b": ["low", "low"]}), weights="linear")
    with pytest.raises(
        ParameterError, match="weights must be one of unweighted, linear, quadratic, ordinal; found 'sq"
    ):
        cohen_kappa(PAIR, weights="squared")
    with pytest.raises(ScaleError, match="among the declared categories 1, 2, 3, 4; 4 are not, the first 5 in"):
        cohen_kappa(PAIR, categories=[1, 2, 3, 4])
    with pytest.raises(ParameterError, match="exact must be True or False"):
        fleiss_kappa(PAIR, exact="yes")  # type: ignore[arg-type]


def test_perfect_agreement_has_a_z_test_and_says_no_other() -> None:
    same = pd.DataFrame({"a": [1, 2, 3, 1, 2, 3], "b": [1, 2, 3, 1, 2, 3]})
    for ours in (cohen_kappa(same), fleiss_kappa(same)):
        assert ours.test == "z"
        assert ours.p_value < 0.01
        assert ours.notes[0].startswith("Every thing contributes alike")
        assert not any("t test" in note for note in ours.notes)
    untested = fleiss_kappa(same, weights="quadratic")
    assert untested.test == "none"
    assert "With a standard error of 0 there is no t test." in untested.notes


def test_an_ordered_type_declares_names_and_their_order() -> None:
    points = ["low", "middling", "high", "top"]
    names = pd.DataFrame({"a": [0, 1, 2, 0, 1, 2], "b": [0, 2, 2, 1, 1, 2]}).map(points.__getitem__)
    typed = names.astype(pd.CategoricalDtype(points, ordered=True))
    ours, declared = cohen_kappa(typed, weights="quadratic"), cohen_kappa(names, weights="quadratic", categories=points)
    assert (ours.estimate, ours.se, ours.categories) == (declared.estimate, declared.se, tuple(points))
    assert "The categories are those of the columns' ordered type: low, middling, high, top." in ours.notes
    for unordered in (names, typed.assign(a=names["a"]), names.astype("category")):
        with pytest.raises(ParameterError, match="needs categories in their order"):
            cohen_kappa(unordered, weights="quadratic")
