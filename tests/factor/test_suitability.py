from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.correlation import correlation_matrix
from ikfs_methods.errors import MatrixError, ParameterError, TooFewError
from ikfs_methods.factor import (
    bartlett_sphericity,
    empirical_kaiser,
    exploratory,
    hull,
    kmo,
    kmo_band,
    msa_deletion,
    parallel_analysis,
    retention,
)


def equal_correlations(p: int, r: float) -> pd.DataFrame:
    names = [f"i{j}" for j in range(p)]
    return pd.DataFrame(np.full((p, p), r) + (1 - r) * np.eye(p), index=names, columns=names)


def test_kmo_as_psych_on_holzinger(holzinger, holzinger_matrix):
    found = kmo(holzinger_matrix)
    # same formula on 15-digit correlations; largest deviation seen 6e-16
    assert found.overall == pytest.approx(holzinger["kmo"]["overall"], abs=1e-12)
    np.testing.assert_allclose(found.items, pd.Series(holzinger["kmo"]["items"]), rtol=0, atol=1e-12)
    assert found.band == "middling"


def test_kmo_as_psych_on_pilot(pilot, pilot_values):
    found = kmo(pilot)
    # largest deviation seen 8e-16
    assert found.overall == pytest.approx(pilot_values["kmo"]["overall"], abs=1e-12)
    np.testing.assert_allclose(found.items, pd.Series(pilot_values["kmo"]["items"]), rtol=0, atol=1e-12)
    assert (found.n, found.n_dropped) == (745, 455)
    # the fault planted in KD8 shows
    assert found.items.idxmin() == "KD8"
    assert found.items["KD8"] < 0.5


@settings(max_examples=30, deadline=None)
@given(p=st.integers(3, 12), r=st.floats(0.05, 0.9))
def test_kmo_of_equal_correlations(p, r):
    # the partial correlation given the other p - 2 items is r / (1 + (p - 2) r)
    partial = r / (1 + (p - 2) * r)
    found = kmo(equal_correlations(p, r))
    # an inverse of condition up to 100 loses two digits
    assert found.overall == pytest.approx(r**2 / (r**2 + partial**2), rel=1e-11)
    assert found.items.to_numpy() == pytest.approx(found.overall, rel=1e-11)
    assert found.partial.iloc[0, 1] == pytest.approx(partial, rel=1e-11)
    assert found.anti_image.iloc[0, 1] == pytest.approx(-partial, rel=1e-11)
    assert found.anti_image.iloc[1, 1] == found.items.iloc[1]


def test_kmo_of_two_items_is_a_half():
    assert kmo(equal_correlations(2, 0.6)).overall == pytest.approx(0.5, rel=1e-14)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (0.9, "marvellous"),
        (0.8999, "meritorious"),
        (0.7, "middling"),
        (0.65, "mediocre"),
        (0.5, "miserable"),
        (0.49, "unacceptable"),
    ],
)
def test_bands(value, name):
    assert kmo_band(value) == name


def test_kmo_as_a_table(holzinger_matrix):
    table = kmo(holzinger_matrix).to_frame()
    assert list(table.index) == [*holzinger_matrix.columns, "overall"]
    assert table.loc["x7", "band"] == "miserable"


def test_kmo_refuses_repeated_and_lonely_items():
    repeated = equal_correlations(3, 0.4)
    repeated.iloc[0, 1] = repeated.iloc[1, 0] = 1.0
    with pytest.raises(MatrixError, match=r"must be positive definite"):
        kmo(repeated)
    with pytest.raises(ParameterError, match="i0, i1, i2 correlates with no other item"):
        kmo(equal_correlations(3, 0.0))


def test_bartlett_as_psych(holzinger, holzinger_matrix, pilot, pilot_values):
    found = bartlett_sphericity(holzinger_matrix, n=301)
    # same formula on 15-digit correlations; largest deviations seen 5e-13 of 904 and 6e-17
    assert found.chi2 == pytest.approx(holzinger["bartlett"]["chisq"], rel=1e-12)
    assert found.determinant == pytest.approx(holzinger["bartlett"]["determinant"], rel=1e-12)
    assert found.df == holzinger["bartlett"]["df"]
    # the tail probability is 2e-166: a relative change of chi2 by 1e-14 moves it by 1e-11
    assert found.p_value == pytest.approx(holzinger["bartlett"]["p"], rel=1e-9)
    on_pilot = bartlett_sphericity(pilot)
    assert on_pilot.chi2 == pytest.approx(pilot_values["bartlett"]["chisq"], rel=1e-12)
    assert (on_pilot.df, on_pilot.n, on_pilot.n_dropped) == (276, 745, 455)


@settings(max_examples=30, deadline=None)
@given(p=st.integers(2, 10), r=st.floats(0.05, 0.9), n=st.integers(30, 1000))
def test_bartlett_of_equal_correlations(p, r, n):
    determinant = (1 - r) ** (p - 1) * (1 + (p - 1) * r)
    found = bartlett_sphericity(equal_correlations(p, r), n=n)
    # the logarithm of a determinant near 1 keeps about 13 digits
    assert found.determinant == pytest.approx(determinant, rel=1e-11)
    assert found.chi2 == pytest.approx(-(n - 1 - (2 * p + 5) / 6) * np.log(determinant), rel=1e-9)


def test_bartlett_of_unrelated_items_finds_nothing():
    found = bartlett_sphericity(equal_correlations(4, 0.0), n=100)
    assert (found.chi2, found.p_value) == (0.0, 1.0)
    assert list(found.to_frame().columns) == ["chi2", "df", "p_value", "determinant", "n"]


def test_bartlett_pairwise_takes_the_smallest_pair_or_the_given_n(pilot):
    least = bartlett_sphericity(pilot, missing="pairwise")
    all_rows = bartlett_sphericity(pilot, missing="pairwise", n=1200)
    counts = pilot.notna().astype(int)
    pairs = (counts.T @ counts).to_numpy()
    assert least.n == pairs[~np.eye(24, dtype=bool)].min()
    # chi2 is proportional to n - 1 - (2p + 5)/6 and nothing else differs
    assert all_rows.chi2 / least.chi2 == pytest.approx((1199 - 53 / 6) / (least.n - 1 - 53 / 6), rel=1e-12)


def test_bartlett_errors():
    with pytest.raises(ParameterError, match=r"the test of sphericity needs the number of respondents.*Give n="):
        bartlett_sphericity(equal_correlations(3, 0.4))
    with pytest.raises(TooFewError, match=r"needs more than 5\.2 respondents for 10 items; found 5"):
        bartlett_sphericity(equal_correlations(10, 0.4), n=5)


def ordered(n: int) -> pd.DataFrame:
    """Five items of five answers with one common factor."""
    rng = np.random.default_rng(0)
    latent = 0.7 * rng.standard_normal((n, 1)) + 0.7 * rng.standard_normal((n, 5))
    return pd.DataFrame(np.clip(np.round(1.2 * latent) + 3, 1, 5), columns=list("abcde"))


def test_what_rests_on_a_smoothed_eigenvalue_is_said():
    twins = ordered(300).assign(twin=lambda frame: frame["a"])
    smoothed, sound = (correlation_matrix(frame, method="polychoric") for frame in (twins, ordered(300)))
    assert smoothed.smoothed
    for found in (kmo(smoothed), bartlett_sphericity(smoothed)):
        assert "to which smoothing raised it" in found.notes[0]
        assert "Drop an item that repeats others" in found._repr_html_()
        assert found.correlation == "polychoric"
    assert "do not interpret chi2, RMSEA, TLI and BIC" in " ".join(exploratory(smoothed, n_factors=1).notes)
    assert "do not interpret the fit" in " ".join(hull(smoothed, most=2).notes)
    # a matrix that needs none has no such sentence; its chi2 is a description all the same
    assert kmo(sound).notes == ()
    (said,) = bartlett_sphericity(sound).notes
    assert "read them as descriptions, not as tests" in said
    assert bartlett_sphericity(ordered(300)).notes == ()
    # without the twin the smoothed matrix is sound again
    left = msa_deletion(smoothed, cutoff=0.999)
    assert len(left.kept) == 3


def test_weighted_respondents_count_by_their_effective_number():
    # weights 1 and 3, half of each: (sum w)^2 / sum w^2 = (2n)^2 / (5n) = .8 n
    answers, weights = ordered(400), np.tile([1.0, 3.0], 200)
    weighted = correlation_matrix(answers, weights=weights)
    assert weighted.effective_n == pytest.approx(320, rel=1e-12)
    found = bartlett_sphericity(weighted)
    as_matrix = bartlett_sphericity(weighted.matrix, n=320)
    assert (found.n, found.chi2) == (400, pytest.approx(as_matrix.chi2, rel=1e-12))
    assert "effective number of respondents, 320.0, in place of 400" in found.notes[0]
    ours, alone = exploratory(weighted, n_factors=1), exploratory(weighted.matrix, n_factors=1, n=320)
    np.testing.assert_allclose(ours.fit, alone.fit, rtol=1e-10)
    assert "in place of 400" in ours.notes[-1]
    pd.testing.assert_series_equal(
        empirical_kaiser(weighted).reference, empirical_kaiser(weighted.matrix, n=320).reference
    )
    assert hull(weighted, most=2).solutions.equals(hull(weighted.matrix, n=320, most=2).solutions)
    drawn, plain = parallel_analysis(weighted, rng=1), parallel_analysis(weighted.matrix, n=320, rng=1)
    pd.testing.assert_series_equal(drawn.simulated, plain.simulated)
    for result in (empirical_kaiser(weighted), hull(weighted, most=2), drawn, retention(weighted, rng=1, draws=20)):
        assert "in place of 400" in result.notes[-1]
    # a number that is given is taken, and equal weights cost nothing
    assert bartlett_sphericity(weighted, n=400).chi2 == pytest.approx(bartlett_sphericity(weighted.matrix, n=400).chi2)
    assert correlation_matrix(answers, weights=np.ones(400)).effective_n == pytest.approx(400, rel=1e-12)
    assert correlation_matrix(answers).effective_n is None


def test_unrelated_weighted_items_are_rejected_as_often_as_they_should():
    # unrelated normal items and weights apart from them: by the nominal n of 300 nearly every sample would be rejected
    rng = np.random.default_rng(5)
    rejected, nominal = 0, 0
    for _ in range(150):
        frame = pd.DataFrame(rng.standard_normal((300, 5)))
        weighted = correlation_matrix(frame.add_prefix("q"), weights=rng.gamma(0.5, size=300) + 0.01)
        rejected += bartlett_sphericity(weighted).p_value < 0.05
        nominal += bartlett_sphericity(weighted, n=300).p_value < 0.05
    # .05 with a Monte Carlo error of .0178; three of them, and .01 for the small effective number of about 105
    assert abs(rejected / 150 - 0.05) < 3 * 0.0178 + 0.01
    assert nominal / 150 > 0.5


def test_pairwise_weights_count_by_the_poorest_pair():
    answers, weights = ordered(6), np.array([1.0, 1, 1, 1, 2, 2])
    answers.loc[4:, "a"] = np.nan
    answers["a"] = [1, 2, 3, 4, np.nan, np.nan]
    answers["b"], answers["c"] = [1, 2, 2, 1, 2, 1], [2, 1, 3, 1, 2, 4]
    # a with any other: four weights of 1, 4; the others: (4 + 4)^2 / (4 + 8) = 5.33
    assert correlation_matrix(answers[["a", "b", "c"]], weights=weights, missing="pairwise").effective_n == 4
    assert correlation_matrix(answers[["b", "c"]], weights=weights).effective_n == pytest.approx(64 / 12)
