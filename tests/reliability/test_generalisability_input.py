from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from ikfs_methods.errors import (
    ColumnError,
    IkfsError,
    JudgementError,
    NotNumericError,
    ParameterError,
    ScaleError,
    TooFewError,
)
from ikfs_methods.reliability.generalisability import generalisability
from ikfs_methods.reliability.generalisability.design import Design, designed
from ikfs_methods.reliability.generalisability.restricted import restricted
from ikfs_methods.reliability.generalisability.squares import henderson, mean_squares


def crossed(n: tuple[int, int, int], seed: int = 0, gap: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([range(count) for count in n], names=["indicator", "expert", "criterion"])
    parts = [rng.standard_normal(shape) for shape in ((n[0], 1, 1), (1, n[1], 1), (1, 1, n[2]), (n[0], n[1], 1), n)]
    table = pd.DataFrame({"rating": sum(parts).ravel()}, index=index).reset_index()
    return table[rng.random(len(table)) >= gap]


def design(table: pd.DataFrame) -> Design:
    return designed(table, ["indicator", "expert", "criterion"], "rating", low=None, high=None)


@settings(max_examples=30)
@given(n=st.tuples(st.integers(2, 5), st.integers(2, 5), st.integers(1, 4)), seed=st.integers(0, 99))
def test_henderson_is_the_analysis_of_variance_of_a_complete_table(n: tuple[int, int, int], seed: int) -> None:
    made = design(crossed(n, seed))
    assert henderson(made) == pytest.approx(mean_squares(made).estimates, abs=1e-10)


@pytest.mark.parametrize("criteria", [1, 3])
def test_henderson_is_unbiased_whatever_the_gaps(criteria: int) -> None:
    """The estimates are quadratic forms y'Ay; over the columns of an effect they add up to tr(A Z Z'), which is 1 for
    the effect itself and 0 for each other."""
    table = crossed((6, 5, criteria), 1, gap=0.25)
    made = design(table)
    expected = np.zeros((len(made.effects), len(made.effects)))
    for at, effect in enumerate(made.effects):
        codes, count = made.numbered(effect)
        for level in range(count):
            expected[:, at] += henderson(design(table.assign(rating=(codes == level).astype(float))))
    # units: an indicator column is divided by 2, its estimates by 4
    assert 4 * expected == pytest.approx(np.eye(len(made.effects)), abs=1e-10)


@pytest.mark.parametrize("criteria", [1, 3])
def test_restricted_likelihood_is_highest_at_the_components(criteria: int) -> None:
    """The likelihood of the whole covariance matrix, written out, and its slope at the solution."""
    made = design(crossed((7, 5, criteria), 2, gap=0.15))
    ratings = made.values  # noqa: PD011 - not a frame's
    n = len(ratings)
    parts = [np.equal.outer(*[made.numbered(effect)[0]] * 2).astype(float) for effect in made.effects]

    def log_likelihood(theta: np.ndarray) -> float:
        covariance = sum(v * part for v, part in zip(theta, parts, strict=True))
        inverse, ones = np.linalg.inv(covariance), np.ones(n)
        information = ones @ inverse @ ones
        left = ratings - (ones @ inverse @ ratings) / information
        return -(np.linalg.slogdet(covariance)[1] + np.log(information) + left @ inverse @ left) / 2

    fit = restricted(made, henderson(made))
    best = log_likelihood(fit.components)
    for at in range(len(parts)):
        for step in (1e-3, -1e-3):
            moved = fit.components.copy()
            moved[at] = max(0.0, moved[at] + step)
            assert log_likelihood(moved) <= best + 1e-12
        if fit.components[at] > 1e-3:
            up, down = fit.components.copy(), fit.components.copy()
            up[at], down[at] = up[at] + 1e-5, down[at] - 1e-5
            # central differences of a number near 100 carry an error of 1e-14 / 1e-5 and of the step squared
            assert log_likelihood(up) - log_likelihood(down) == pytest.approx(0, abs=1e-9)


def test_negative_estimates_are_said_and_taken_as_zero() -> None:
    table = pd.DataFrame({"indicator": [1, 1, 2, 2], "expert": [1, 2, 1, 2], "rating": [1, 2, 2, 1]})
    ours = generalisability(table, facets="expert")
    assert ours.components["estimate"].iloc[0] < 0
    assert (ours.g_coefficient, ours.phi) == (0, 0)
    assert any("Estimated below 0 and taken as 0: indicator, expert" in note for note in ours.notes)
    assert any("do not tell the levels of indicator apart" in note for note in ours.notes)
    assert ours.needed() is None


def test_equal_ratings_leave_the_coefficients_undefined() -> None:
    for table in (crossed((4, 3, 2)), crossed((6, 5, 2), gap=0.1)):
        ours = generalisability(table.assign(rating=3))
        assert np.isnan([ours.g_coefficient, ours.phi, ours.g_low]).all()
        assert (ours.components["variance"] == 0).all()
        assert any("All ratings are equal" in note for note in ours.notes)
        assert ours.decision()["phi"].isna().all()
        assert ours.needed() is None


def test_ratings_that_are_missing_are_counted() -> None:
    table = crossed((5, 4, 2))
    with_gap = table.assign(rating=table["rating"].where(table.index != 3))
    ours = generalisability(with_gap)
    assert (ours.n_ratings, ours.n_missing, ours.method) == (39, 1, "reml")
    pd.testing.assert_frame_equal(ours.components, generalisability(table.drop(index=3)).components)


def test_yes_or_no_marks_are_not_pooled_with_points() -> None:
    table = crossed((4, 3, 2))
    marks = table.assign(rating=np.where(table["criterion"] == 0, table["expert"] % 2, table["indicator"] + 1))
    with pytest.raises(ScaleError, match="those on criterion 0 run from 0 to 1, those on 1 from 1 to 4"):
        generalisability(marks)
    with pytest.raises(ScaleError, match="run from -1 to 1"):
        generalisability(
            marks.assign(rating=marks["rating"].mask((marks["criterion"] == 0) & (marks["expert"] == 0), -1))
        )
    assert generalisability(marks, low=0, high=4).n_ratings == 24
    with pytest.raises(ScaleError, match="between 1 and 4"):
        generalisability(marks, low=1, high=4)


def test_effects_that_coincide_are_named() -> None:
    table = crossed((4, 3, 2))
    # every expert on one criterion only
    nested = table[table["expert"] % 2 == table["criterion"]]
    with pytest.raises(TooFewError, match=r"some coincide: .*indicator:expert with residual"):
        generalisability(nested)


def test_a_table_without_residual_is_said() -> None:
    table = crossed((5, 4, 2))
    sums = table.assign(rating=table["indicator"] + 2 * table["expert"] + table["criterion"]).drop(index=7)
    ours = generalisability(sums)
    assert ours.method == "anova"
    assert any("because no residual is left" in note for note in ours.notes)


GOOD = crossed((4, 3, 2))
WRONG: list[tuple[Callable[[], Any], type[IkfsError], str]] = [
    (lambda: generalisability(GOOD, facets=()), ParameterError, "one or two facets; found 0"),
    (lambda: generalisability(GOOD, facets=("a", "b", "c")), ParameterError, "found 3: a, b, c"),
    (lambda: generalisability(GOOD, fixed=("expert", "criterion")), ParameterError, "leave one random"),
    (lambda: generalisability(GOOD, fixed="judge"), ParameterError, "fixed must name facets .expert, criterion."),
    (lambda: generalisability(GOOD, object="expert"), ParameterError, "must be different columns"),
    (lambda: generalisability(GOOD, method="lmer"), ParameterError, "method must be one of auto, anova, reml"),
    (lambda: generalisability(GOOD, level=95), ParameterError, "level must be a number between 0 and 1"),
    (lambda: generalisability(GOOD, low=np.inf), ParameterError, "low must be a finite number"),
    (lambda: generalisability([1]), ParameterError, "must be a pandas DataFrame; found list"),  # type: ignore[arg-type]
    (lambda: generalisability(GOOD.drop(columns="expert")), ColumnError, "missing: expert"),
    (lambda: generalisability(GOOD.iloc[:0]), TooFewError, "at least 1 rows"),
    (lambda: generalisability(GOOD.assign(expert=None)), ColumnError, "must name a level for every rating"),
    (lambda: generalisability(GOOD.assign(rating="good")), NotNumericError, "ratings must be numbers"),
    (lambda: generalisability(GOOD.assign(rating=np.inf)), NotNumericError, "ratings must be finite"),
    (lambda: generalisability(GOOD.assign(rating=np.nan)), TooFewError, "all 24 in 'rating' are missing"),
    (lambda: generalisability(GOOD.assign(rating=1e300)), ScaleError, "ratings must lie between"),
    (lambda: generalisability(GOOD.assign(expert=1)), JudgementError, "must be rated once; 24 rows repeat"),
    (lambda: generalisability(GOOD[GOOD["expert"] == 1]), TooFewError, "column 'expert' has 1 with a rating"),
    (
        lambda: generalisability(GOOD[GOOD["indicator"] == 1]),
        TooFewError,
        "objects rated; column 'indicator' has 1",
    ),
    (lambda: generalisability(pd.concat([GOOD, GOOD])), JudgementError, "the first indicator 0, expert 0, criterion"),
    (lambda: generalisability(GOOD).decision([0]), ParameterError, "the number of expert must be a whole number"),
    (lambda: generalisability(GOOD).decision({"judge": 3}), ParameterError, r"\(expert, criterion\); found judge"),
    (
        lambda: generalisability(GOOD, fixed="criterion").decision({"criterion": 3}),
        ParameterError,
        "a fixed facet must keep its 2 levels; found 3 for 'criterion'",
    ),
    (lambda: generalisability(GOOD).needed(1.0), ParameterError, "target must be a number between 0 and 1"),
    (lambda: generalisability(GOOD).needed(0.8, coefficient="alpha"), ParameterError, "coefficient must be one of"),
]


@pytest.mark.parametrize("at", range(len(WRONG)))
def test_bad_input_is_refused_in_plain_words(at: int) -> None:
    asked, error, words = WRONG[at]
    with pytest.raises(error, match=words):
        asked()


ODD = [np.nan, np.inf, -np.inf, 1e300, 1e149, 1e-300, 1e14, 0.0, -3.0, True, "x", None]


def drawn(seed: int) -> pd.DataFrame:
    """A small table with gaps, of whole ratings, now and then with something odd in it."""
    rng = np.random.default_rng(seed)
    counts = [range(n) for n in rng.integers(1, 5, 3)]
    index = pd.MultiIndex.from_product(counts, names=["indicator", "expert", "criterion"])
    values = rng.integers(1, rng.integers(2, 8), len(index)).astype(object)
    if rng.random() < 0.3:
        values[rng.integers(len(values))] = ODD[rng.integers(len(ODD))]
    table = pd.DataFrame({"rating": values}, index=index).reset_index()
    return table[rng.random(len(table)) >= rng.choice([0.0, 0.1, 0.3, 0.6])]


# Many of the drawn tables are refused; what is asked is that nothing but an IkfsError refuses them.
@settings(max_examples=100, suppress_health_check=[HealthCheck.filter_too_much])
@given(seed=st.integers(0, 10_000), method=st.sampled_from(["auto", "anova", "reml"]))
def test_any_table_gives_finite_numbers_reasons_or_an_error(seed: int, method: str) -> None:
    try:
        ours = generalisability(drawn(seed), method=method)
    except IkfsError:
        reject()
    assert np.isfinite(ours.components[["estimate", "variance"]].to_numpy()).all()
    assert np.isfinite([ours.mean, ours.universe_variance]).all()
    ends = [ours.g_coefficient, ours.g_low, ours.g_high, ours.phi, ours.phi_low, ours.phi_high]
    if np.isnan([*ends, *ours.components["ci_low"], ours.relative_error]).any():
        assert ours.notes
    if np.isfinite(ours.g_coefficient):
        assert 0 <= ours.phi <= ours.g_coefficient + 1e-9 <= 1 + 2e-9
