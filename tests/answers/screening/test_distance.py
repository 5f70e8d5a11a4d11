"""Mean, covariance and distances of answers with gaps."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import mahalanobis

from ikfs_methods.answers.screening import condensed, little_mcar, notes, screen
from ikfs_methods.answers.screening.normal import normal_fit
from ikfs_methods.errors import (
    ColumnError,
    ConstantItemError,
    ConvergenceError,
    MatrixError,
    NotNumericError,
    TooFewError,
)


def made(seed: int, n: int, items: int, share: float) -> pd.DataFrame:
    """Invented answers of one factor with a share of them missing."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, 1)) + rng.normal(size=(n, items))
    values[rng.random(values.shape) < share] = np.nan
    return pd.DataFrame(values, columns=[f"i{j}" for j in range(items)])


@pytest.mark.parametrize("name", ["airquality", "answers"])
def test_mean_and_covariance_as_an_optimiser_finds_them(name, from_r, request):
    found, expected = little_mcar(request.getfixturevalue(name)), from_r[f"{name}_fit"]
    # both stop where nothing moves by 1e-10 standard deviations; largest relative deviation seen 7e-12
    np.testing.assert_allclose(found.mean, expected["mean"], rtol=1e-9)
    np.testing.assert_allclose(found.covariance, expected["covariance"], rtol=1e-8, atol=1e-9)
    # the likelihood is flat at its top; both sum about 1,000 terms
    assert found.log_likelihood == pytest.approx(expected["log_likelihood"], rel=1e-12)


@pytest.mark.parametrize("name", ["airquality", "answers"])
def test_distances_over_what_was_answered_as_r(name, from_r, request):
    frame = request.getfixturevalue(name)
    expected = from_r[f"{name}_fit"]["distance"]
    # two estimates that agree to 1e-10; largest relative deviation seen 6e-12
    np.testing.assert_allclose(screen(frame).respondents["distance"], expected, rtol=1e-8)


def test_distances_without_gaps_as_r_and_scipy(airquality, from_r):
    whole = airquality.dropna()
    found = screen(whole).respondents
    # the same formula; largest relative deviation seen 4e-15
    np.testing.assert_allclose(found["distance"], from_r["airquality_whole"]["distance"], rtol=1e-11)
    inverse = np.linalg.inv(whole.cov())
    again = [mahalanobis(row, whole.mean(), inverse) ** 2 for row in whole.to_numpy()]
    np.testing.assert_allclose(found["distance"], again, rtol=1e-11)
    # of n points with their own mean and covariance (n - 1), the squared distances sum to (n - 1) k
    assert found["distance"].sum() == pytest.approx(110 * 6, rel=1e-12)


def test_monotone_gaps_have_a_closed_form():
    # x is always there, y sometimes missing: the mean and variance of x are those of all rows, and y follows x as in
    # the complete rows (Anderson 1957, Journal of the American Statistical Association 52, 200-203)
    frame = made(3, 60, 2, 0.0)
    frame.loc[frame["i0"] > 0.5, "i1"] = np.nan
    complete, x = frame.dropna(), frame["i0"]
    slope = complete.cov(ddof=0).loc["i0", "i1"] / complete["i0"].var(ddof=0)
    rest = complete["i1"].var(ddof=0) - slope**2 * complete["i0"].var(ddof=0)
    mean = complete["i1"].mean() + slope * (x.mean() - complete["i0"].mean())
    found = little_mcar(frame)
    # the last step moved nothing by 1e-10
    np.testing.assert_allclose(found.mean, [x.mean(), mean], rtol=0, atol=1e-9)
    variance = x.var(ddof=0)
    expected = [[variance, slope * variance], [slope * variance, rest + slope**2 * variance]]
    np.testing.assert_allclose(found.covariance, expected, rtol=0, atol=1e-9)


def naive_fit(values: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """EM as it stands in textbooks: row by row, by regression of the missing on the given answers."""
    mean, cov = np.nanmean(values, axis=0), np.diag(np.nanvar(values, axis=0))
    for _ in range(steps):
        filled, spare = values.copy(), np.zeros_like(cov)
        for row in filled:
            m = np.isnan(row)
            weights = np.linalg.solve(cov[np.ix_(~m, ~m)], cov[np.ix_(~m, m)])
            row[m] = mean[m] + (row[~m] - mean[~m]) @ weights
            spare[np.ix_(m, m)] += cov[np.ix_(m, m)] - cov[np.ix_(m, ~m)] @ weights
        mean = filled.mean(axis=0)
        cov = ((filled - mean).T @ (filled - mean) + spare) / len(filled)
    return mean, cov


@pytest.mark.parametrize(("n", "share", "steps"), [(300, 0.1, 30), (120, 0.4, 160)])
def test_many_patterns_as_em_row_by_row(n, share, steps):
    frame = made(5, n, 5, share).dropna(how="all")
    found = little_mcar(frame)
    mean, cov = naive_fit(frame.to_numpy(), steps)
    # so many plain steps are settled; largest deviation seen 9e-11
    np.testing.assert_allclose(found.mean, mean, rtol=0, atol=1e-8)
    np.testing.assert_allclose(found.covariance, cov, rtol=0, atol=1e-8)


def test_condensed_rows_keep_sums_and_products():
    frame = made(1, 400, 3, 0.2)
    data = condensed.standardised(frame)
    rows = condensed.condensed(data)
    assert len(rows.cells) < 150
    for number in np.flatnonzero(data.patterns.answered):
        of_pattern, mine = data.cells[data.patterns.of_row == number], rows.pattern == number
        # sums of at most 400 standardised answers
        np.testing.assert_allclose(rows.weight[mine] @ rows.cells[mine], of_pattern.sum(axis=0), atol=1e-11)
        np.testing.assert_allclose(rows.cells[mine].T @ rows.cells[mine], of_pattern.T @ of_pattern, atol=1e-11)
        assert (rows.weight[mine] ** 2).sum() == pytest.approx(len(of_pattern), rel=1e-14)


def test_small_blocks_change_nothing(monkeypatch):
    frame = made(2, 500, 6, 0.2)
    whole = screen(frame)
    monkeypatch.setattr(condensed, "_BLOCK", 40)
    blocks = screen(frame)
    # sums in another order
    np.testing.assert_allclose(blocks.respondents["distance"], whole.respondents["distance"], rtol=1e-9)
    assert blocks.mcar.chi2 == pytest.approx(whole.mcar.chi2, rel=1e-9)


def test_degrees_of_freedom_are_the_items_answered():
    frame = made(4, 100, 4, 0.0)
    frame.iloc[0, :3] = np.nan
    frame.iloc[1, :] = np.nan
    found = screen(frame).respondents
    only = (frame.iloc[0, 3] - frame["i3"].mean()) ** 2 / frame["i3"].var()
    # i3 has no gaps but the row without any answer: its mean and variance are those of its answers
    assert found["distance"][0] == pytest.approx(only, rel=1e-9)
    # chi-square with one degree: two-sided normal probability
    assert found["distance_p"][0] == pytest.approx(2 * _normal_tail(np.sqrt(only)), rel=1e-8)
    assert np.isnan(found["distance"][1])
    assert np.isnan(found["distance_p"][1])


def _normal_tail(z: float) -> float:
    grid = np.linspace(z, z + 12, 200_001)
    density = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi)
    return float(np.trapezoid(density, grid))


def test_a_planted_outlier_is_flagged():
    frame = made(7, 500, 5, 0.05).fillna({"i0": 0.0})
    frame.loc[17] = [4.0, -4.0, 4.0, -4.0, np.nan]
    found = screen(frame)
    assert 17 in found.flagged("outlier")
    flag = found.flags[(found.flags["rule"] == "outlier") & (found.flags["respondent"] == 17)].iloc[0]
    assert flag["value"] == found.respondents["distance_p"][17] < flag["threshold"] == 0.001


def test_normal_answers_are_flagged_as_often_as_the_p_value_says():
    found = screen(made(8, 20_000, 6, 0.05), outlier_p=0.01)
    # 200 are expected; the standard error is 14
    assert 150 < found.rules.loc["outlier", "n_flagged"] < 250
    assert found.rules.loc["outlier", "note"] == (
        "Among 20000 respondents with normally distributed answers, about 200.0 would be flagged."
    )


@settings(max_examples=25)
@given(
    scale=st.lists(st.floats(0.01, 100), min_size=4, max_size=4),
    shift=st.lists(st.floats(-50, 50), min_size=4, max_size=4),
    seed=st.integers(0, 1000),
)
def test_units_origins_and_order_of_rows_do_not_matter(scale, shift, seed):
    frame = made(9, 80, 4, 0.15)
    changed = (frame * scale + shift).iloc[np.random.default_rng(seed).permutation(80)]
    before, after = screen(frame), screen(changed)
    # shifts of thousands of standard deviations cost up to four digits
    np.testing.assert_allclose(
        after.respondents["distance"].loc[frame.index], before.respondents["distance"], rtol=1e-7
    )
    assert after.mcar.chi2 == pytest.approx(before.mcar.chi2, rel=1e-7)


@pytest.mark.parametrize(
    ("spoil", "message", "error"),
    [
        (
            lambda f: f.assign(i1=f["i0"]),
            "no item may follow exactly from the others.* concerns i[01], i[01] ",
            MatrixError,
        ),
        (lambda f: f.assign(i3=f["i0"] + f["i1"]), "this concerns i3, i[01], i[01] ", MatrixError),
        (lambda f: f.assign(i2=3.0), "items must vary; constant over 40 respondents: i2", ConstantItemError),
        (lambda f: f.assign(i2=np.nan), "items must vary; constant over 40 respondents: i2", ConstantItemError),
        (lambda f: f.head(4), "covariance of 4 items needs more respondents than items; found 4", TooFewError),
        (
            lambda f: f.assign(i0=f["i0"].where(f.index < 20), i1=f["i1"].where(f.index >= 20)),
            r"together by at least 2 respondents, or their covariance is unknown; found fewer for i0 with i1 \(0\)",
            TooFewError,
        ),
    ],
)
def test_where_there_is_no_distance_the_rule_does_not_run(spoil, message, error):
    frame = made(11, 40, 4, 0.0)
    frame.iloc[5, 3] = np.nan if error is not MatrixError else frame.iloc[5, 3]
    spoiled = spoil(frame)
    with pytest.raises(error, match=message):
        little_mcar(spoiled)
    found = screen(spoiled)
    rule = found.rules.loc["outlier"]
    assert (rule["n_checked"], rule["n_flagged"]) == (0, 0)
    assert re.search(message, rule["note"])
    assert found.mcar is None
    assert found.mcar_note == rule["note"]
    assert found.respondents["distance"].isna().all()
    assert len(found.flagged("outlier")) == 0


def test_a_copied_item_with_gaps_is_found():
    frame = made(12, 300, 3, 0.1)
    frame["copy"] = frame["i0"].where(frame.index % 7 > 0)
    assert "no item may follow exactly from the others" in screen(frame).rules.loc["outlier", "note"]


def test_an_iteration_that_does_not_settle():
    data = condensed.standardised(made(13, 100, 4, 0.4))
    with pytest.raises(
        ConvergenceError, match=r"must settle within 2 steps of EM; the last one still moved them by \d"
    ):
        normal_fit(data, condensed.condensed(data), max_steps=2)


def test_few_respondents_weaken_the_rule():
    note = screen(made(14, 19, 4, 0.0)).rules.loc["outlier", "note"]
    assert note == notes.FEW_FOR_OUTLIERS.format(items=4, n=19)


@pytest.mark.parametrize("size", [1e50, 1e-50])
def test_the_unit_of_the_answers_changes_no_distance(size):
    rng = np.random.default_rng(5)
    plain = pd.DataFrame(rng.normal(3, 1, (60, 4)), columns=list("abcd"))
    plain.iloc[::7, 1] = np.nan
    one, other = (screen(frame, low=None).respondents["distance"] for frame in (plain, plain * size))
    # the scaled answers themselves are rounded to one part in 2e16, and EM stops at 1e-10
    np.testing.assert_allclose(other, one, rtol=1e-8)


@pytest.mark.parametrize("size", [1.7e308, 1e-300])
def test_answers_whose_squares_do_not_exist_are_refused(size):
    frame = pd.DataFrame({"a": [1.0, 0.2, 0.3], "b": [0.1, 0.5, 0.2]})
    with pytest.raises(NotNumericError, match="numbers whose squares exist .* found others in a, b"):
        screen(frame * size)
    with pytest.raises(NotNumericError, match="numbers whose squares exist"):
        little_mcar((frame * size).mask(frame == 0.2))
    with pytest.raises(ColumnError, match="one name each; found 2 levels"):
        screen(pd.concat({"x": frame}, axis=1))
