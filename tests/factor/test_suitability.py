from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import MatrixError, ParameterError, TooFewError
from ikfs_methods.factor import bartlett_sphericity, kmo, kmo_band


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
