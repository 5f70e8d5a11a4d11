from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import TooFewError
from ikfs_methods.reliability import cronbach_alpha, interval
from ikfs_methods.reliability.alpha import Interval
from ikfs_methods.reliability.covariance import Missing

ExactAnswers = Callable[..., pd.DataFrame]


def test_bonett_agrees_with_the_r_package_presize(exact_answers: ExactAnswers) -> None:
    # presize's reference page for prec_cronb(k = 5, calpha = 0.7, n = 349): 0.6467151, 0.7467059
    r = 0.7 / (5 - 4 * 0.7)  # five parallel items with this correlation have an alpha of .7
    result = cronbach_alpha(exact_answers(np.full((5, 5), r) + (1 - r) * np.eye(5), 349), interval="bonett")
    assert [result.ci_low, result.ci_high] == pytest.approx([0.6467151, 0.7467059], abs=5e-8)  # as printed


@given(alpha=st.floats(-2, 0.99), n=st.integers(3, 500), k=st.integers(2, 30), level=st.floats(0.5, 0.999))
def test_bonett_is_symmetric_in_the_logarithm_around_the_corrected_value(
    alpha: float, n: int, k: int, level: float
) -> None:
    low, high = interval.bonett(alpha, n=n, k=k, level=level)
    centre = (np.log(1 - low) + np.log(1 - high)) / 2
    # 1 - high loses digits when the upper end is near 1
    assert centre == pytest.approx(np.log(1 - alpha) - np.log(n / (n - 1)), abs=1e-6)
    assert low < high


@given(n=st.integers(2, 500), k=st.integers(2, 30), level=st.floats(0.5, 0.999))
def test_feldt_at_alpha_zero_is_the_f_distribution_upside_down(n: int, k: int, level: float) -> None:
    # swapping the degrees of freedom turns F into 1/F, so the ends for F and for 1/F are reciprocal
    from scipy.stats import f

    low, high = interval.feldt(0.0, n=n, k=k, level=level)
    swapped = np.asarray(f.isf([(1 + level) / 2, (1 - level) / 2], (n - 1) * (k - 1), n - 1))
    assert [1 / (1 - low), 1 / (1 - high)] == pytest.approx(swapped.tolist(), rel=1e-6)  # quantiles are iterated


@pytest.mark.parametrize("method", ["feldt", "bonett"])
def test_a_perfect_alpha_has_no_width(method: Interval) -> None:
    column = [1, 2, 3, 5]
    result = cronbach_alpha(pd.DataFrame({"a": column, "b": column}), interval=method)
    assert (result.alpha, result.ci_low, result.ci_high) == pytest.approx((1, 1, 1), abs=1e-12)  # rounding only


@pytest.mark.parametrize("method", ["feldt", "bonett", "bootstrap"])
def test_a_higher_level_is_wider_and_alpha_lies_inside(exact_answers: ExactAnswers, method: Interval) -> None:
    answers = exact_answers(np.full((4, 4), 0.4) + 0.6 * np.eye(4), 100)
    narrow, wide = (cronbach_alpha(answers, interval=method, level=level, rng=1) for level in (0.8, 0.99))
    assert wide.ci_low < narrow.ci_low < narrow.alpha < narrow.ci_high < wide.ci_high


def _direct(values: np.ndarray) -> float:
    covariance = pd.DataFrame(values).cov().to_numpy()
    k = len(covariance)
    return float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))


def _counts(rows: np.ndarray) -> np.ndarray:
    return np.array([np.bincount(row, minlength=rows.shape[1]) for row in rows], dtype=float)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), gaps=st.booleans())
def test_resampled_alphas_are_those_of_the_resampled_answers(seed: int, gaps: bool) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(1, 6, size=(30, 1)) + rng.integers(0, 3, size=(30, 4)).astype(float)
    if gaps:
        values[rng.integers(0, 30, 6), rng.integers(0, 4, 6)] = np.nan
    rows = rng.integers(0, 30, size=(8, 30))
    alphas, without = interval.resampled_alphas(values)(_counts(rows))
    # the same covariances by two ways of summing 30 small numbers
    assert alphas == pytest.approx([_direct(values[row]) for row in rows], abs=1e-9)
    for item in range(4):
        left = np.delete(values, item, axis=1)
        assert without[item] == pytest.approx([_direct(left[row]) for row in rows], abs=1e-9)


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_a_drawn_respondent_brings_the_weight(missing: Missing) -> None:
    rng = np.random.default_rng(4)
    values = pd.DataFrame(rng.integers(1, 6, size=(25, 1)) + rng.integers(0, 3, size=(25, 4)).astype(float))
    if missing == "pairwise":
        values.iloc[3, 1] = values.iloc[7, 2] = np.nan
    weights = rng.integers(1, 5, 25).astype(float)
    rows = rng.integers(0, 25, size=(6, 25))
    alphas, _ = interval.resampled_alphas(values.to_numpy(), weights)(_counts(rows))
    for row, alpha in zip(rows, alphas, strict=True):
        drawn = values.iloc[row].reset_index(drop=True)
        direct = cronbach_alpha(drawn, weights=pd.Series(weights[row]), missing=missing).alpha
        assert alpha == pytest.approx(direct, abs=1e-9)  # two ways of summing, as above


def test_one_respondent_drawn_n_times_has_no_alpha() -> None:
    values = np.array([[0.1, 0.7, 0.3], [1.3, 2.1, 0.9], [0.2, 0.8, 1.7]])
    alphas, without = interval.resampled_alphas(values)(np.array([[0.0, 3.0, 0.0]]))
    assert np.isnan(alphas).all()
    assert np.isnan(without).all()


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_the_bootstrap_comes_near_feldt_for_parallel_normal_items(
    exact_answers: ExactAnswers, missing: Missing
) -> None:
    answers = exact_answers(np.full((5, 5), 0.5) + 0.5 * np.eye(5), 600)
    feldt = cronbach_alpha(answers)
    drawn = cronbach_alpha(answers, interval="bootstrap", draws=2000, rng=3, missing=missing)
    # an end of 2,000 draws has a simulation error of about .0007, and the methods differ by about as much
    assert [drawn.ci_low, drawn.ci_high] == pytest.approx([feldt.ci_low, feldt.ci_high], abs=0.005)
    assert drawn.draws == 2000


def test_the_same_seed_gives_the_same_interval_and_zero_is_a_seed(exact_answers: ExactAnswers) -> None:
    answers = exact_answers(np.full((3, 3), 0.5) + 0.5 * np.eye(3), 50)
    seeds = (0, 0, np.random.default_rng(0), 1)
    ends = [cronbach_alpha(answers, interval="bootstrap", draws=200, rng=rng).ci_low for rng in seeds]
    assert ends[0] == ends[1] == ends[2] != ends[3]


def test_memory_blocks_do_not_change_which_alphas_are_drawn(
    exact_answers: ExactAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = exact_answers(np.full((3, 3), 0.5) + 0.5 * np.eye(3), 50)
    monkeypatch.setattr(interval, "BLOCK", 50 * 30)  # 200 draws in blocks of 30
    rng = np.random.default_rng(5)
    rows = np.concatenate([rng.integers(0, 50, (size, 50)) for size in [30] * 6 + [20]])
    drawn = [_direct(answers.to_numpy()[row]) for row in rows]
    result = cronbach_alpha(answers, interval="bootstrap", draws=200, rng=5)
    # the same alphas but for rounding
    assert [result.ci_low, result.ci_high] == pytest.approx(np.quantile(drawn, [0.025, 0.975]).tolist(), abs=1e-9)


def test_resamples_without_an_alpha_are_refused() -> None:
    answers = pd.DataFrame({"a": [1, 1, 2], "b": [2, 1, 2]})
    with pytest.raises(TooFewError, match=r"undefined in \d+ of 100 resamples of 3 respondents"):
        cronbach_alpha(answers, interval="bootstrap", draws=100, rng=0)


def test_the_interval_of_each_item_deleted_alpha_comes_from_the_same_draws(exact_answers: ExactAnswers) -> None:
    answers = exact_answers(np.full((4, 4), 0.5) + 0.5 * np.eye(4), 80)
    result = cronbach_alpha(answers, interval="bootstrap", draws=400, rng=2)
    for item in answers.columns:
        alone = cronbach_alpha(answers.drop(columns=item), interval="bootstrap", draws=400, rng=2)
        ends = [result.if_dropped_low[item], result.if_dropped_high[item]]
        assert ends == pytest.approx([alone.ci_low, alone.ci_high], abs=1e-9)  # other sums of the same numbers
    frame = result.to_frame()
    assert list(frame["coefficient"].unique()[-2:]) == ["alpha_if_dropped_low", "alpha_if_dropped_high"]
    assert cronbach_alpha(answers).if_dropped_low.empty


def test_feldt_agrees_with_the_published_example() -> None:
    # Feldt, Woodruff & Salih 1987, p. 95: alpha .790, n = 41, k = 26, level .90; the R package cocron gives .705, .862
    assert interval.feldt(0.790, n=41, k=26, level=0.9) == pytest.approx((0.705, 0.862), abs=5e-4)  # as printed


@pytest.mark.slow
def test_intervals_cover_at_their_level() -> None:
    # five parallel normal items with correlations of .4: alpha 10/13. 1,000 samples of 100 respondents; a share of .95
    # has a Monte Carlo error of .0069. Feldt is exact here and Bonett nearly so; the coverage of two-sided percentiles
    # of a bootstrap errs by the order of 1/n (Hall 1992, The Bootstrap and Edgeworth Expansion, 3.3), here .01.
    rng = np.random.default_rng(20)
    true, inside = 5 * 0.4 / (1 + 4 * 0.4), {"feldt": 0, "bonett": 0, "bootstrap": 0}
    for _ in range(1000):
        common = rng.normal(size=(100, 1)) * np.sqrt(0.4)
        answers = pd.DataFrame(common + np.sqrt(0.6) * rng.normal(size=(100, 5)))
        for method in inside:
            result = cronbach_alpha(answers, interval=method, draws=500, rng=rng)
            inside[method] += result.ci_low <= true <= result.ci_high
    shares = {method: count / 1000 for method, count in inside.items()}
    assert shares["feldt"] == pytest.approx(0.95, abs=3 * 0.0069)
    assert shares["bonett"] == pytest.approx(0.95, abs=3 * 0.0069)
    assert shares["bootstrap"] == pytest.approx(0.95, abs=3 * 0.0069 + 1 / 100)
