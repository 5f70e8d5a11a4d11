from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ikfs_methods.errors import ConstantItemError, IkfsError, NotNumericError, ParameterError, ScaleError, TooFewError
from ikfs_methods.reliability.alpha import cronbach_alpha
from ikfs_methods.reliability.intraclass import FORMS, intraclass_correlation

THEIRS = json.loads((Path(__file__).parents[1] / "reference" / "intraclass_shrout.json").read_text(encoding="utf-8"))
# Shrout & Fleiss (1979), table 2: six things and four raters
RATINGS = pd.DataFrame(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]],
    columns=["J1", "J2", "J3", "J4"],
)


def test_all_forms_agree_with_psych_and_irr() -> None:
    table = intraclass_correlation(RATINGS).table
    assert tuple(table.index) == FORMS
    for form, theirs in THEIRS["forms"].items():
        for name, value in theirs.items():
            # limits of F distributions agree to about 13 digits; the largest deviation seen is 3e-14
            assert table.loc[form, name] == pytest.approx(value, abs=1e-11), (form, name)


def test_forms_agree_with_the_published_table() -> None:
    # Shrout & Fleiss (1979), table 4
    table = intraclass_correlation(RATINGS).table["estimate"]
    assert table.round(2).to_dict() == {
        "ICC(1)": 0.17,
        "ICC(A,1)": 0.29,
        "ICC(C,1)": 0.71,
        "ICC(k)": 0.44,
        "ICC(A,k)": 0.62,
        "ICC(C,k)": 0.91,
    }


def test_components_worked_by_hand() -> None:
    # mean squares 11.2417 (things), 32.4861 (raters), 1.0194 (residual): the published analysis of variance
    components = intraclass_correlation(RATINGS).components
    assert components["residual"] == pytest.approx(15.2917 / 15, abs=1e-5)  # printed to four decimals
    assert components["things"] == pytest.approx((11.2417 - 1.0194) / 4, abs=1e-4)
    assert components["raters"] == pytest.approx((32.4861 - 1.0194) / 6, abs=1e-4)


ratings = hnp.arrays(np.float64, st.tuples(st.integers(3, 12), st.integers(2, 6)), elements=st.integers(1, 7))


@settings(max_examples=60)
@given(ratings)
def test_identities(values: np.ndarray) -> None:
    frame = pd.DataFrame(values).add_prefix("j")
    try:
        ours = intraclass_correlation(frame)
    except ConstantItemError:
        reject()
    table, k = ours.table, values.shape[1]
    if (np.ptp(values, axis=0) > 0).all() and table.loc["ICC(C,k)", "estimate"] > -20:
        alpha = cronbach_alpha(frame).alpha
        # alpha divides by the variance of the sum, which may be small: digits go by its size
        assert table.loc["ICC(C,k)", "estimate"] == pytest.approx(alpha, abs=1e-9 * (1 + abs(alpha)) ** 2)
    for one, many in (("ICC(1)", "ICC(k)"), ("ICC(A,1)", "ICC(A,k)"), ("ICC(C,1)", "ICC(C,k)")):
        single, average = table.loc[one, "estimate"], table.loc[many, "estimate"]
        if np.isfinite(average) and average > -20:  # Spearman and Brown
            assert k * single == pytest.approx(average * (1 + (k - 1) * single), abs=1e-8)
    for form in FORMS:
        low, estimate, high = table.loc[form, ["ci_low", "estimate", "ci_high"]]
        if np.isfinite([low, estimate, high]).all():
            assert low <= estimate + 1e-9
            assert estimate <= high + 1e-9
    if table.isna().to_numpy().any():
        assert "do not exist" in ours.notes[0]


def test_a_changed_frame_leaves_the_result_as_it_was() -> None:
    ours = intraclass_correlation(pd.DataFrame({"a": [1, 2, 4], "b": [1, 3, 4]}))
    frame = ours.to_frame()
    frame.iloc[0, 0] = -9
    assert ours.table.iloc[0, 0] > 0


def test_perfect_agreement_is_one_and_said() -> None:
    ours = intraclass_correlation(pd.DataFrame({"a": [1, 2, 4], "b": [1, 2, 4], "c": [1, 2, 4]}))
    assert (ours.table[["estimate", "ci_low", "ci_high"]] == 1).to_numpy().all()
    assert (ours.table["p_value"] == 0).all()
    assert "F is infinite" in ours.notes[-1]
    shifted = intraclass_correlation(pd.DataFrame({"a": [1.0, 2, 4], "b": [2.0, 3, 5]})).table["estimate"]
    assert shifted["ICC(C,1)"] == 1
    # without a residual ICC(A,1) = MSR/(MSR + k MSC/n)
    msr, msc = 2 * np.var([1.5, 2.5, 4.5], ddof=1), 3 * np.var([7 / 3, 10 / 3], ddof=1)
    assert shifted["ICC(A,1)"] == pytest.approx(msr / (msr + 2 * msc / 3), abs=1e-14)


def test_rows_with_a_gap_are_left_out() -> None:
    wider = pd.concat([RATINGS, pd.DataFrame([[5, np.nan, 5, 5]], columns=RATINGS.columns)], ignore_index=True)
    ours = intraclass_correlation(wider)
    assert (ours.n_things, ours.n_raters, ours.n_dropped) == (6, 4, 1)
    pd.testing.assert_frame_equal(ours.table, intraclass_correlation(RATINGS).table)
    pd.testing.assert_frame_equal(ours.to_frame(), ours.table)


@pytest.mark.slow
@pytest.mark.parametrize("raters", [0.0, 0.7])
def test_intervals_cover_at_their_level(raters: float) -> None:
    """95 % intervals over 1,000 samples of 30 things, 4 raters, thing and residual variances of 1."""
    rng = np.random.default_rng(11)
    one = {"ICC(1)": 0.5} if raters == 0 else {"ICC(A,1)": 1 / (2 + raters**2), "ICC(C,1)": 0.5}
    true = one | {form.replace("1", "k"): 4 * rho / (1 + 3 * rho) for form, rho in one.items()}
    covered = dict.fromkeys(true, 0)
    for _ in range(1000):
        values = rng.normal(size=(30, 1)) + raters * rng.normal(size=(1, 4)) + rng.normal(size=(30, 4))
        table = intraclass_correlation(pd.DataFrame(values)).table
        for form, rho in true.items():
            covered[form] += bool(table.loc[form, "ci_low"] <= rho <= table.loc[form, "ci_high"])
    # exact forms: 950 +- 3 standard deviations (6.9); the forms A are approximate with few raters
    for form, count in covered.items():
        assert 929 <= count <= 971 if "A" not in form else 915 <= count <= 985, covered


def test_errors_say_what_to_do() -> None:
    with pytest.raises(ConstantItemError, match="the things rated must differ in their mean rating; all 3 have"):
        intraclass_correlation(pd.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1]}))
    with pytest.raises(TooFewError, match="at least 2 rows without a missing answer; found 1 of 2"):
        intraclass_correlation(pd.DataFrame({"a": [1, 2], "b": [3, np.nan]}))
    with pytest.raises(NotNumericError, match="has text in 1 row"):
        intraclass_correlation(pd.DataFrame({"a": [1, "x"], "b": [3, 4]}))
    with pytest.raises(ParameterError, match="level must be a number between 0 and 1"):
        intraclass_correlation(RATINGS, level=95)
    with pytest.raises(ScaleError, match="must lie between -1e\\+150 and 1e\\+150"):
        intraclass_correlation(RATINGS * 1e200)


def test_whatever_is_given_ends_in_numbers_or_a_named_error() -> None:
    finished = []

    @settings(max_examples=80)
    @given(
        hnp.arrays(
            np.float64,
            st.tuples(st.integers(1, 5), st.integers(1, 4)),
            elements=st.sampled_from([0.0, 1.0, 2.0, -3.0, np.nan, 1e300, 1e150, 1e-300, 1e-160, np.inf]),
        )
    )
    def check(values: np.ndarray) -> None:
        try:
            ours = intraclass_correlation(pd.DataFrame(values).add_prefix("x"))
        except IkfsError:
            return
        assert np.isfinite(ours.components).all()
        assert ours.notes or np.isfinite(ours.table.to_numpy()).all()
        finished.append(True)

    check()
    assert finished  # not all were refused
