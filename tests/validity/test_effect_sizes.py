from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau, ncf, nct
from statsmodels.stats.oneway import confint_effectsize_oneway

from ikfs_methods.validity.effect_sizes import cliff_delta, eta_squared, hedges_g, omega_squared, trend


def table_of(*groups: list[float]) -> np.ndarray:
    points = sorted({value for group in groups for value in group})
    return np.array([[group.count(value) for value in points] for group in groups], dtype=float)


@given(
    first=st.lists(st.integers(1, 5), min_size=2, max_size=12),
    second=st.lists(st.integers(1, 5), min_size=2, max_size=12),
)
def test_delta_and_its_variance_are_those_of_all_pairs(first: list[float], second: list[float]) -> None:
    d = np.sign(np.subtract.outer(second, first)).astype(float)
    n2, n1 = d.shape
    delta = d.mean()
    found = cliff_delta(table_of(first, second), level=0.95)
    assert found.value == pytest.approx(delta, abs=1e-14)
    if abs(delta) == 1:
        return
    rows, columns = d.mean(axis=1) - delta, d.mean(axis=0) - delta
    variance = (n1**2 * (rows**2).sum() + n2**2 * (columns**2).sum() - ((d - delta) ** 2).sum()) / (
        n1 * n2 * (n1 - 1) * (n2 - 1)
    )
    variance = max(variance, (1 - delta**2) / (n1 * n2 - 1))
    z = 1.959963984540054
    spread = z * np.sqrt(variance * ((1 - delta**2) ** 2 + z**2 * variance))
    ends = (delta - delta**3 + np.array([-spread, spread])) / (1 - delta**2 + z**2 * variance)
    assert [found.low, found.high] == pytest.approx(np.clip(ends, -1, 1).tolist(), abs=1e-12)


def test_delta_of_groups_apart() -> None:
    found = cliff_delta(table_of([1, 1, 2, 2], [3, 3, 4, 5, 5]), level=0.95)
    z2 = 1.959963984540054**2
    assert (found.value, found.high) == (1, 1)
    assert found.low == pytest.approx((4 - z2) / (4 + z2), abs=1e-12)
    turned = cliff_delta(table_of([3, 3, 4, 5, 5], [1, 1, 2, 2]), level=0.95)
    assert (turned.value, turned.low, turned.high) == (-1, -1, pytest.approx(-found.low))


@pytest.mark.parametrize(
    ("d", "n"), [(0.0, (5, 5)), (0.4, (20, 30)), (-1.3, (8, 40)), (3.0, (600, 900)), (9.0, (50, 50))]
)
def test_limits_of_g_invert_the_noncentral_t(d: float, n: tuple[float, float]) -> None:
    found = hedges_g(d, 1.0, n, level=0.9)
    df, per_unit = sum(n) - 2, np.sqrt(n[0] * n[1] / sum(n))
    j = found.value / d if d else 1 - 3 / (4 * df - 1)
    chances = nct.cdf(d * per_unit, df, np.array([found.low, found.high]) / j * per_unit)
    # the same distribution, read the other way; at d = 0, j above is approximate to 1e-4
    assert chances.tolist() == pytest.approx([0.95, 0.05], abs=1e-9 if d else 1e-4)


def test_g_far_out_goes_on_smoothly() -> None:
    # around the t at which the exact inversion ends, the approximation must meet it
    n = (300.0, 300.0)
    edge = 1000 / np.sqrt(150)
    inside, outside = (hedges_g(edge * (1 + step), 1.0, n, level=0.95) for step in (-1e-9, 1e-9))
    assert [outside.low, outside.high] == pytest.approx([inside.low, inside.high], rel=1e-5)  # seen: 9e-7
    huge = hedges_g(-1e12, 1.0, n, level=0.95)
    assert huge.low < huge.value < huge.high < 0


@pytest.mark.parametrize(("f", "df"), [(0.3, (2, 20)), (5.0, (4, 400)), (60.0, (3, 50)), (900.0, (2, 3000))])
def test_limits_of_eta_invert_the_noncentral_f(f: float, df: tuple[float, float]) -> None:
    found = eta_squared(f, df, level=0.95)
    n = sum(df) + 1
    assert found.value == pytest.approx(f * df[0] / (f * df[0] + df[1]), rel=1e-14)
    for end, chance in ((found.low, 0.975), (found.high, 0.025)):
        if end:
            assert ncf.cdf(f, *df, n * end / (1 - end)) == pytest.approx(chance, abs=1e-9)
        else:
            assert ncf.cdf(f, *df, 1e-9) <= chance


def test_limits_of_eta_agree_with_statsmodels() -> None:
    theirs = confint_effectsize_oneway(5.0, (4, 400), alpha=0.05)
    found = eta_squared(5.0, (4, 400), level=0.95)
    # scipy's inverse, on which statsmodels rests, stops at 5e-5 of the chance; the largest deviation seen is 2e-6
    assert [found.low, found.high] == pytest.approx(theirs.ci_eta**2, abs=1e-5)


def test_eta_far_out_goes_on_smoothly() -> None:
    inside, outside = (eta_squared(1e6 / 4 * (1 + step), (4.0, 40.0), level=0.95) for step in (-1e-9, 1e-9))
    assert [1 - outside.low, 1 - outside.high] == pytest.approx([1 - inside.low, 1 - inside.high], rel=1e-4)  # 7e-6
    assert eta_squared(1e30, (4.0, 40.0), level=0.95).high <= 1


def test_omega_is_hays_ratio() -> None:
    # SSb 30 on 2, SSw 60 on 27: F = 6.75; (30 - 2 * 60/27) / (90 + 60/27)
    assert omega_squared(6.75, (2, 27)) == pytest.approx((30 - 2 * 60 / 27) / (90 + 60 / 27), rel=1e-13)


@given(
    groups=st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=8), min_size=2, max_size=4).filter(
        lambda groups: len({value for group in groups for value in group}) > 1 and sum(map(len, groups)) > 2
    )
)
def test_trend_is_kendalls_test(groups: list[list[float]]) -> None:
    x = np.repeat(range(len(groups)), [len(group) for group in groups])
    y = np.concatenate(groups)
    found = trend(table_of(*groups))
    rises = sum(np.sign(y[j] - y[i]) for i in range(len(x)) for j in range(len(x)) if x[i] < x[j])
    pairs = sum(x[i] < x[j] for i in range(len(x)) for j in range(len(x)))
    assert found.share == pytest.approx(rises / pairs, abs=1e-14)
    # scipy's tau has the same null variance under ties
    assert found.p_value == pytest.approx(kendalltau(x, y, method="asymptotic").pvalue, abs=1e-12)


@pytest.mark.slow
def test_intervals_cover() -> None:
    rng = np.random.default_rng(5)
    hits = np.zeros(3)
    runs = 1000
    for _ in range(runs):
        first, second = rng.normal(size=40), 0.5 + rng.normal(size=60)
        pooled = np.sqrt((39 * first.var(ddof=1) + 59 * second.var(ddof=1)) / 98)
        g = hedges_g(second.mean() - first.mean(), pooled, (40, 60), level=0.95)
        cut_first, cut_second = np.round(first).clip(-2, 2), np.round(second).clip(-2, 2)
        delta = cliff_delta(table_of(cut_first.tolist(), cut_second.tolist()), level=0.95)
        three = [first, second, rng.normal(size=50)]
        means = np.array([group.mean() for group in three])
        n = np.array([40, 60, 50])
        within = sum(((group - group.mean()) ** 2).sum() for group in three) / 147
        eta = eta_squared(float((n * (means - n @ means / 150) ** 2).sum() / 2 / within), (2, 147), level=0.95)
        spread = (n * (np.array([0, 0.5, 0]) - 0.2) ** 2).sum()
        true = np.array([0.5, TRUE_DELTA, spread / (spread + 150)])
        hits += [
            low <= value <= high
            for value, low, high in zip(true, (g.low, delta.low, eta.low), (g.high, delta.high, eta.high), strict=True)
        ]
    # three Monte Carlo errors of .0069; Cliff's interval is asymptotic
    assert (hits / runs).tolist() == pytest.approx([0.95] * 3, abs=0.021)


def cut_shares(mean: float) -> np.ndarray:
    from scipy.special import ndtr

    return np.diff(np.concatenate([[0], ndtr(np.array([-1.5, -0.5, 0.5, 1.5]) - mean), [1]]))


# Of two normal variables .5 apart, rounded to whole points from -2 to 2
TRUE_DELTA = float(
    sum(np.sign(j - i) * a * b for i, a in enumerate(cut_shares(0.0)) for j, b in enumerate(cut_shares(0.5)))
)
