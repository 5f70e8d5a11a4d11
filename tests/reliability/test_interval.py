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


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), gaps=st.booleans())
def test_resampled_alphas_are_those_of_the_resampled_answers(seed: int, gaps: bool) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(1, 6, size=(30, 1)) + rng.integers(0, 3, size=(30, 4)).astype(float)
    if gaps:
        values[rng.integers(0, 30, 6), rng.integers(0, 4, 6)] = np.nan
    rows = rng.integers(0, 30, size=(8, 30))
    # the same covariances by two ways of summing 30 small numbers
    assert interval.resampled_alphas(values, rows) == pytest.approx([_direct(values[row]) for row in rows], abs=1e-9)


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
