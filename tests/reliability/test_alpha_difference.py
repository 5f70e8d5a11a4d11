from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import fdtr, fdtri

from ikfs_methods.errors import ColumnError, IkfsError, MatrixError, ParameterError, TooFewError
from ikfs_methods.reliability.alpha import cronbach_alpha
from ikfs_methods.reliability.covariance import Missing
from ikfs_methods.reliability.difference import alpha_difference, errors_correlation, feldt_t, feldt_w

ExactAnswers = Callable[..., pd.DataFrame]

REFERENCE = Path(__file__).parents[1] / "reference"
THEIRS = json.loads((REFERENCE / "reliability_alpha_family.json").read_text(encoding="utf-8"))
PS = [f"PS{number}" for number in range(1, 9)]
# R prints 15 digits; sums over a thousand answers lose about three. The largest deviation seen is 2e-14.
R_DIGITS = 1e-12


def equal_items(k: int, r: float) -> np.ndarray:
    return np.full((k, k), r) + (1 - r) * np.eye(k)


def test_w_with_many_items_is_the_published_short_form() -> None:
    # Charter & Feldt 1996: alphas .78 and .71 of 41 and 151: W 1.318 on 40 and 150 degrees of freedom, p .242
    w, df1, df2, p = feldt_w((0.78, 0.71), (41, 151), (1e9, 1e9))
    assert w == pytest.approx(1.318, abs=5e-4)  # as printed
    assert (df1, df2) == pytest.approx((40, 150), rel=1e-6)  # the items' part is about 1e-9
    assert p == pytest.approx(0.242, abs=1.1e-3)  # printed as twice a rounded half


def test_degrees_of_freedom_agree_with_the_r_package_cecpfuns() -> None:
    # CECPfuns' help page of getPdiff2alphas, 8 items, n 200 and 150: .5023525 for alphas .7 and .7, .007314514 for .7
    # and .8. It takes F with the degrees of freedom swapped, so that only they can be compared.
    w, df1, df2, _ = feldt_w((0.7, 0.7), (200, 150), (8, 8))
    assert fdtr(df2, df1, w) == pytest.approx(0.5023525, abs=5e-8)  # as printed
    w, df1, df2, _ = feldt_w((0.7, 0.8), (200, 150), (8, 8))
    assert fdtr(df2, df1, w) == pytest.approx(0.007314514, abs=5e-10)


def test_w_comes_near_the_distribution_that_it_approximates(pilot: pd.DataFrame) -> None:
    first, second = (pilot.loc[pilot["cluster"] == name, PS] for name in ("anak", "disabilitas"))
    result = alpha_difference(first, second)
    assert result.statistic == pytest.approx(THEIRS["pair_w"], abs=R_DIGITS)
    # R integrates the product of the two F; an F with the same two moments misses it by .0002 here
    assert result.p_value == pytest.approx(2 * (1 - THEIRS["pair_exact_cdf"]), abs=1e-3)


@settings(max_examples=30)
@given(n1=st.integers(12, 300), n2=st.integers(12, 300), k1=st.integers(2, 20), k2=st.integers(2, 20))
def test_the_f_of_w_has_the_moments_of_a_product_of_two(n1: int, n2: int, k1: int, k2: int) -> None:
    _, df1, df2, _ = feldt_w((0.5, 0.5), (n1, n2), (k1, k2))
    # mean and mean square of an F with (a, b): b/(b-2) and b²(a+2)/(a(b-2)(b-4)), multiplied for independent ones

    def moments(a: float, b: float) -> np.ndarray:
        return np.array([b / (b - 2), b**2 * (a + 2) / (a * (b - 2) * (b - 4))])

    product = moments((n2 - 1) * (k2 - 1), n2 - 1) * moments(n1 - 1, (n1 - 1) * (k1 - 1))
    assert moments(float(df1), float(df2)) == pytest.approx(product, rel=1e-9)  # differences of near numbers


def test_two_halves_of_one_test_agree_with_r(pilot: pd.DataFrame) -> None:
    answers = pilot[PS].dropna()
    result = alpha_difference(answers[PS[:4]], answers[PS[4:]], dependent=True)
    assert [result.first_alpha, result.second_alpha] == pytest.approx(THEIRS["halves_alpha"], abs=R_DIGITS)
    assert result.r_totals == pytest.approx(THEIRS["halves_r"], abs=R_DIGITS)
    t, _, _, p = feldt_t((result.first_alpha, result.second_alpha), len(answers), THEIRS["halves_r"])
    assert t == pytest.approx(THEIRS["halves_t"], rel=R_DIGITS)
    assert p == pytest.approx(THEIRS["halves_p"], rel=1e-9)  # a tail of 1e-35 magnifies t's last digit
    assert (result.test, result.df1, result.df2) == ("adjusted_t", len(answers) - 2, None)
    # four items each: k/(k-1) = 4/3 in place of Feldt's 1
    shrunk = THEIRS["halves_t"] * np.sqrt((1 - result.r_totals**2) / (4 / 3 - result.r_totals**2))
    assert result.statistic == pytest.approx(shrunk, rel=R_DIGITS)


@pytest.mark.parametrize(("k", "r"), [((4, 4), 0.6), ((2, 7), 0.3), ((3, 3), 0.0)])
def test_errors_of_dependent_alphas_go_together_as_derived(k: tuple[int, int], r: float) -> None:
    # 8,000 pairs of parallel normal sets: the variance of a difference of logs to 1.6 % and a correlation to .011; the
    # terms left out are of the order 1/n, 1 % at n = 100
    rng, n, loading = np.random.default_rng(11), 100, 0.7
    within = np.sqrt(1 - loading**2)
    logs, sums = [], []
    for size in k:
        spread = loading**2 + within**2 / size
        shared = np.sqrt(r * spread / loading**2)  # both sums then correlate about r
        sums.append((size, min(shared, 1.0)))
    for _ in range(8):
        both = rng.normal(size=(1000, n, 1))
        drawn = []
        for size, shared in sums:
            common = shared * both + np.sqrt(1 - shared**2) * rng.normal(size=(1000, n, 1))
            answers = loading * common + within * rng.normal(size=(1000, n, size))
            share = answers.var(axis=1, ddof=1).sum(axis=1) / answers.sum(axis=2).var(axis=1, ddof=1)
            drawn.append(np.log(1 - size / (size - 1) * (1 - share)))
        logs.append(np.array(drawn))
    found = np.concatenate(logs, axis=1)
    true = loading**2 * np.prod([shared for _, shared in sums])
    true /= np.sqrt(np.prod([loading**2 + within**2 / size for size in k]))
    expected = 2 / (n - 1) * (k[0] / (k[0] - 1) + k[1] / (k[1] - 1) - 2 * true**2)
    assert (found[0] - found[1]).var() == pytest.approx(expected, rel=3 * 0.016 + 0.01)
    assert np.corrcoef(found)[0, 1] == pytest.approx(errors_correlation(true, k), abs=3 * 0.011)


def test_dependent_t_agrees_with_the_published_example() -> None:
    # Charter & Feldt 1996: alphas .82 and .89 of the same 27, r = .74: t = 1.849 on 25 degrees of freedom
    t, df, _, _ = feldt_t((0.89, 0.82), 27, 0.74)
    assert t == pytest.approx(1.849, abs=5e-4)  # as printed
    assert df == 25


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_respondents_are_matched_by_label_whatever_their_order(pilot: pd.DataFrame, missing: Missing) -> None:
    first, second = pilot[PS[:4]], pilot[PS[4:]].sample(frac=0.9, random_state=0)
    result = alpha_difference(first, second, dependent=True, missing=missing)
    same = alpha_difference(first.loc[second.index], second, dependent=True, missing=missing)
    assert result.statistic == pytest.approx(same.statistic, rel=1e-12)  # other order of the same sums
    assert result.n_first == result.n_second == len(first) - result.dropped_first
    if missing == "listwise":
        both = pilot[PS].loc[second.index].dropna()
        assert result.n_first == len(both)
        assert result.r_totals == pytest.approx(both[PS[:4]].sum(axis=1).corr(both[PS[4:]].sum(axis=1)), rel=1e-12)


def test_swapping_the_samples_turns_the_difference_round(exact_answers: ExactAnswers) -> None:
    one, other = exact_answers(equal_items(4, 0.5), 60), exact_answers(equal_items(6, 0.2), 90, seed=1)
    there, back = alpha_difference(one, other), alpha_difference(other, one)
    assert there.difference == pytest.approx(4 * 0.5 / 2.5 - 6 * 0.2 / 2, abs=1e-12)  # Spearman-Brown twice
    assert (there.ci_low, there.ci_high) == pytest.approx((-back.ci_high, -back.ci_low), abs=1e-12)
    assert there.statistic * back.statistic == pytest.approx(1, rel=1e-12)
    assert there.ci_low < there.difference < there.ci_high


@pytest.mark.parametrize("dependent", [False, True])
def test_both_intervals_come_near_each_other_for_normal_answers(dependent: bool) -> None:
    rng = np.random.default_rng(3)
    common = rng.normal(size=(800, 1))
    first = pd.DataFrame(common + rng.normal(size=(800, 4)))
    second = pd.DataFrame((common if dependent else rng.normal(size=(800, 1))) + 1.3 * rng.normal(size=(800, 5)))
    feldt = alpha_difference(first, second, dependent=dependent)
    drawn = alpha_difference(first, second, dependent=dependent, interval="bootstrap", draws=2000, rng=1)
    # an end of 2,000 draws errs by about .001; the largest difference of the methods seen is .004
    assert [drawn.ci_low, drawn.ci_high] == pytest.approx([feldt.ci_low, feldt.ci_high], abs=0.008)
    assert (drawn.draws, feldt.draws, drawn.interval) == (2000, 0, "bootstrap")


def test_the_frame_leaves_out_what_is_undefined(exact_answers: ExactAnswers) -> None:
    result = alpha_difference(exact_answers(equal_items(4, 0.5), 60), exact_answers(equal_items(4, 0.4), 60))
    assert "r_totals" not in set(result.to_frame()["coefficient"])
    assert result.to_frame()["estimate"].notna().all()


HAND = pd.DataFrame({"a": [1, 2, 3, 4, 5, 2, 1], "b": [2, 2, 4, 4, 3, 1, 2], "c": [1, 3, 3, 5, 4, 2, 1]})


@pytest.mark.parametrize(
    ("second", "options", "error", "text"),
    [
        (HAND.iloc[:4], {}, TooFewError, "7 with 3 items in the first and 4 with 3 items in the second"),
        (HAND.assign(b=HAND["a"], c=HAND["a"]), {}, MatrixError, "that of second is 1: its items repeat"),
        (HAND, {"dependent": True}, MatrixError, "must not be perfectly correlated"),
        (HAND.set_axis(list("pqrstuv")), {"dependent": True}, ColumnError, "none is shared"),
        (HAND.set_axis([0] * 7), {"dependent": True}, ColumnError, "row labels of second must name each"),
        (HAND.iloc[:2], {"dependent": True}, TooFewError, "at least 3 respondents must have answered both"),
        (HAND, {"interval": "bonett"}, ParameterError, "interval must be one of feldt, bootstrap"),
        (HAND, {"interval": "bootstrap"}, ParameterError, "rng must be"),
        (HAND, {"dependent": "False"}, ParameterError, "dependent must be True or False; found 'False'"),
        (HAND, {"level": 0}, ParameterError, "level must be a number between 0 and 1"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_plain_words(
    second: pd.DataFrame, options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        alpha_difference(HAND, second, **options)


def sound_but_for(seed: int, n: int, odd: list[tuple[int, int, float]]) -> pd.DataFrame:
    """Answers of n respondents, in which a few odd values are planted."""
    values = np.random.default_rng(seed).integers(1, 4, (n, 2)).astype(float)
    for row, item, value in odd:
        values[row % n, item] = value
    return pd.DataFrame(values, columns=["a", "b"])


ODD = st.tuples(st.integers(0, 11), st.integers(0, 1), st.sampled_from([np.nan, np.inf, 1e300, 1e-300]))
FRAMES = st.builds(sound_but_for, st.integers(0, 10_000), st.integers(1, 20), st.lists(ODD, max_size=2))


def test_any_answers_give_finite_numbers_or_a_named_error() -> None:
    finished = []

    @settings(max_examples=100)
    @given(first=FRAMES, second=FRAMES, dependent=st.booleans(), missing=st.sampled_from(["listwise", "pairwise"]))
    def check(first: pd.DataFrame, second: pd.DataFrame, dependent: bool, missing: Missing) -> None:
        try:
            result = alpha_difference(first, second, dependent=dependent, missing=missing)
        except IkfsError:
            return
        assert np.isfinite(result.to_frame()["estimate"]).all()
        finished.append(True)

    check()
    assert finished  # not all were refused


@pytest.mark.slow
@pytest.mark.parametrize(("n1", "n2", "k"), [(30, 50, 5), (100, 100, 2)])
def test_w_holds_its_level(n1: int, n2: int, k: int) -> None:
    # equal alphas, 4,000 pairs of samples: a share of .05 has a Monte Carlo error of .0034; .046 to .052 were seen
    rng = np.random.default_rng(7)

    def alphas(n: int) -> np.ndarray:
        answers = np.sqrt(0.4) * rng.normal(size=(4000, n, 1)) + np.sqrt(0.6) * rng.normal(size=(4000, n, k))
        share = answers.var(axis=1, ddof=1).sum(axis=1) / answers.sum(axis=2).var(axis=1, ddof=1)
        return np.asarray(k / (k - 1) * (1 - share))

    *_, p = feldt_w((alphas(n1), alphas(n2)), (n1, n2), (k, k))
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=3 * 0.0034)


@pytest.mark.slow
def test_intervals_of_a_difference_cover_at_their_level() -> None:
    # 1,000 pairs of samples of 80 and 120 with alphas 10/13 and 12/17: Monte Carlo error .0069
    rng = np.random.default_rng(8)
    true, inside = 10 / 13 - 12 / 17, 0
    for _ in range(1000):
        first = np.sqrt(0.4) * rng.normal(size=(80, 1)) + np.sqrt(0.6) * rng.normal(size=(80, 5))
        second = np.sqrt(0.375) * rng.normal(size=(120, 1)) + np.sqrt(0.625) * rng.normal(size=(120, 4))
        result = alpha_difference(pd.DataFrame(first), pd.DataFrame(second))
        inside += result.ci_low <= true <= result.ci_high
    assert inside / 1000 == pytest.approx(0.95, abs=3 * 0.0069)


@pytest.mark.slow
@pytest.mark.parametrize("k", [(4, 4), (2, 6)])
def test_dependent_alphas_keep_level_and_coverage_with_few_items(k: tuple[int, int]) -> None:
    # 1,500 times 80 respondents whose two sums correlate about .6; Monte Carlo error .0056 of both shares
    rng = np.random.default_rng(12)
    # parallel items with one alpha of .75 whatever their number, so that the null holds
    noise = [np.sqrt(size / 3) for size in k]
    inside = rejected = 0
    for _ in range(1500):
        both = rng.normal(size=(80, 1))
        sets = []
        for size, wide in zip(k, noise, strict=True):
            common = np.sqrt(0.8) * both + np.sqrt(0.2) * rng.normal(size=(80, 1))
            sets.append(pd.DataFrame(common + wide * rng.normal(size=(80, size))))
        result = alpha_difference(sets[0], sets[1], dependent=True)
        rejected += result.p_value < 0.05
        inside += result.ci_low <= 0 <= result.ci_high
    assert rejected / 1500 == pytest.approx(0.05, abs=3 * 0.0056)
    assert inside / 1500 == pytest.approx(0.95, abs=3 * 0.0056)


def test_the_interval_end_of_one_sure_alpha_is_that_of_the_other(exact_answers: ExactAnswers) -> None:
    # an enormous second sample adds next to no error: what is left is Feldt's own interval, shifted
    first, second = exact_answers(equal_items(3, 0.5), 50), exact_answers(equal_items(3, 0.5), 200_000, seed=2)
    result, alone = alpha_difference(first, second), cronbach_alpha(first)
    assert result.ci_low == pytest.approx(alone.ci_low - alone.alpha, abs=1e-4)  # (.0009)² / (2 * .13) of joining
    assert 1 - (1 - 0.75) * fdtri(49, 98, 0.975) == pytest.approx(alone.ci_low, abs=1e-10)
