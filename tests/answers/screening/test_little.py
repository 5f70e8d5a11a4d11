"""Little's test."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ikfs_methods.answers.screening import little_mcar, screen
from ikfs_methods.errors import NotNumericError, TooFewError

NAN = np.nan


@pytest.mark.parametrize("name", ["airquality", "answers"])
def test_as_an_optimiser_in_r(name, from_r, request):
    found, expected = little_mcar(request.getfixturevalue(name)), from_r[f"{name}_fit"]
    # two estimates that agree to 1e-10; largest relative deviation seen 2e-12
    assert found.chi2 == pytest.approx(expected["chi2"], rel=1e-9)
    assert found.p_value == pytest.approx(expected["p_value"], rel=1e-8)
    assert (found.df, found.n, found.n_patterns) == (expected["df"], expected["n"], expected["n_patterns"])


def test_as_naniar(airquality, from_r):
    found, expected = little_mcar(airquality), from_r["naniar"]
    # its EM stops when parameters move by less than 1e-4 of themselves; deviation seen 1.3e-6
    assert found.chi2 == pytest.approx(expected["chi2"], rel=1e-5)
    assert found.p_value == pytest.approx(expected["p_value"], rel=1e-4)
    assert (found.df, found.n_patterns, found.n_items, found.n) == (expected["df"], expected["n_patterns"], 6, 153)


def test_worked_by_hand():
    # x: mean 3.5, squares around it 17.5; those with y have mean 2.5, those without 5.5: between them 4*1 + 2*4 = 12.
    # y is estimated from x alone, so that the test is that of x: 6 * 12 / 17.5
    frame = pd.DataFrame({"x": [1.0, 2, 3, 4, 5, 6], "y": [1, 3, 2, 5, NAN, NAN]})
    found = little_mcar(frame)
    # the last step moved nothing by 1e-10
    assert found.chi2 == pytest.approx(6 * 12 / 17.5, rel=1e-8)
    assert (found.df, found.n, found.n_patterns, found.n_items) == (1, 6, 2, 2)
    # chi-square with one degree of freedom, table value of 4.1143
    assert found.p_value == pytest.approx(0.0425, abs=5e-5)


@settings(max_examples=40)
@given(
    rows=st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.booleans()), min_size=8, max_size=40),
)
def test_two_items_of_which_one_has_gaps(rows):
    x = np.array([row[0] for row in rows], dtype=float)
    gone = np.array([row[2] for row in rows])
    y = np.where(gone, NAN, [row[1] for row in rows])
    assume(gone.any())
    assume((~gone).sum() >= 4)
    assume(np.linalg.matrix_rank(np.cov(x[~gone], y[~gone])) == 2)
    assume(abs(np.corrcoef(x[~gone], y[~gone])[0, 1]) < 0.99)
    between = sum(part.sum() * (x[part].mean() - x.mean()) ** 2 for part in (gone, ~gone))
    found = little_mcar(pd.DataFrame({"x": x, "y": y}))
    # the closed form of the hand-worked case; correlations up to .99 cost two of ten digits
    assert found.chi2 == pytest.approx(len(x) * between / ((x - x.mean()) ** 2).sum(), rel=1e-6, abs=1e-7)


def test_respondents_without_any_answer_are_left_out(airquality):
    empty = pd.DataFrame(NAN, index=[500, 501], columns=airquality.columns)
    found, before = little_mcar(pd.concat([airquality, empty])), little_mcar(airquality)
    # the same sums
    assert found.chi2 == pytest.approx(before.chi2, rel=1e-12)
    assert (found.n, found.n_patterns, found.df) == (153, 4, 14)


def test_degrees_of_freedom_count_what_each_pattern_answered():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(60, 4)), columns=list("abcd"))
    frame.iloc[:10, 0] = NAN
    frame.iloc[10:20, 1:3] = NAN
    # 4 + 3 + 2 answered, less 4 items
    assert little_mcar(frame).df == 5


def test_as_a_table(answers):
    table = little_mcar(answers).to_frame()
    assert list(table.columns) == ["chi2", "df", "p_value", "n", "n_patterns", "n_items", "iterations"]
    assert table.loc["little", "n"] == 200
    assert "<table" in little_mcar(answers)._repr_html_()


def test_nothing_missing(airquality):
    with pytest.raises(TooFewError, match="Little's test needs at least one missing answer; found none"):
        little_mcar(airquality.dropna())
    found = screen(airquality.dropna())
    assert found.mcar is None
    assert found.mcar_note.startswith("Little's test needs at least one missing answer; found none.")


def test_text_is_refused():
    with pytest.raises(NotNumericError, match="column 'x' has text in 1 row"):
        little_mcar(pd.DataFrame({"x": ["a", 1], "y": [1, 2]}))


def test_screen_gives_the_same_test(airquality):
    found = screen(airquality)
    assert found.mcar.chi2 == pytest.approx(little_mcar(airquality).chi2, rel=1e-12)
    assert 0.001 < found.mcar.p_value < 0.05  # rejected at 95 %, not at 99.9 %
    assert found.mcar_note == ""
    assert screen(airquality, mcar=False).mcar is None
    assert screen(airquality, mcar=False).mcar_note == "Little's test was not asked for."


def test_patterns_of_one_respondent_each_are_told():
    frame = pd.DataFrame(np.random.default_rng(2).normal(size=(40, 6)))
    for row in range(6):
        frame.iloc[row, row] = NAN
    assert screen(frame).mcar_note == (
        "6 of 7 patterns of missing answers belong to one respondent each; where answers are far from normal, "
        "the p value is rough."
    )


def _rejections(draws: int, *, at_random: bool) -> float:
    rng = np.random.default_rng(20200326)
    rejected = 0
    for _ in range(draws):
        values = rng.normal(size=(200, 1)) + rng.normal(size=(200, 4))
        gone = np.zeros(values.shape, dtype=bool)
        # the gaps of the second and third item: by chance alone, or more likely where the first answer is high
        chance = np.full(200, 0.15) if not at_random else 0.3 / (1 + np.exp(-2 * values[:, 0]))
        gone[:, 1], gone[:, 2] = rng.random(200) < chance, rng.random(200) < chance
        values[gone] = NAN
        rejected += little_mcar(pd.DataFrame(values)).p_value < 0.05
    return rejected / draws


@pytest.mark.slow
def test_size_and_power():
    # 1,000 draws at 5 %: standard error .7 %; seen 5.2 %. The chi-square law itself is an approximation at n = 200.
    assert 0.03 < _rejections(1000, at_random=False) < 0.07
    # gaps that depend on another item's answer are what the test is made to find; seen 99.5 %
    assert _rejections(200, at_random=True) > 0.9
