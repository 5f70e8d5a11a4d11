from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ikfs_methods.errors import ConvergenceError, MatrixError, ParameterError
from ikfs_methods.factor.retention import hull, most_factors
from ikfs_methods.factor.retention import hull as hull_function
from ikfs_methods.factor.retention.hull import _outline, _sharpest

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


@pytest.fixture(scope="module")
def efatools():
    return json.loads((REFERENCE / "retention_holzinger.json").read_text(encoding="utf-8"))


def theirs(efatools, extraction: str, index: str) -> np.ndarray:
    """Fit by number of factors. EFAtools divides RMSEA by df n - 1 where the formula has df (n - 1)."""
    table = np.array(efatools[f"hull_{extraction}"]["solutions"][index])
    if index != "rmsea":
        return table[:, 1]
    return 1 - (1 - table[:, 1]) * np.sqrt((table[:, 2] * 301 - 1) / (table[:, 2] * 300))


def test_minres_fit_as_efatools(efatools, holzinger_matrix):
    found = hull(holzinger_matrix, n=301, extraction="minres", rng=1)
    assert found.most == efatools["hull_minres"]["most"]
    assert found.by_index.to_dict() == efatools["hull_minres"]["n_factors"]
    for index in ("cfi", "rmsea"):
        # a minimum is flat, so that an optimiser's loadings good to 1e-6 give these to 1e-9; largest seen 3e-10
        np.testing.assert_allclose(
            found.solutions.loc[index, "fit"], theirs(efatools, "minres", index), rtol=0, atol=1e-8
        )
    # CAF inverts the residuals and feels the loadings themselves; largest seen 3.5e-6, at four factors
    np.testing.assert_allclose(found.solutions.loc["caf", "fit"], theirs(efatools, "minres", "caf"), rtol=0, atol=1e-5)
    assert found.solutions.loc["cfi", "df"].tolist() == [36, 27, 19, 12, 6]
    # st as EFAtools prints them: 5.12551 and 2.25256, and infinite at three, after which nothing is gained
    assert found.solutions.loc["cfi", "st"].tolist()[1:4] == pytest.approx([5.12551047, 2.25255732, np.inf], rel=1e-6)


def test_likelihood_fit_as_efatools(efatools, holzinger_matrix):
    found = hull(holzinger_matrix, n=301, most=4)
    assert found.n_factors == found.by_index["cfi"] == efatools["hull_ml"]["n_factors"]["cfi"]
    ours = found.solutions["fit"]
    # At four factors a Heywood case has several solutions as good, so CAF is compared up to three; seen 4e-7.
    np.testing.assert_allclose(ours["caf"].iloc[:4], theirs(efatools, "ml", "caf")[:4], rtol=0, atol=5e-6)
    # EFAtools sets the discrepancy of no factor to that of least squares also here, hence 1 to 4 alone; seen 1e-9
    np.testing.assert_allclose(ours["rmsea"].iloc[1:], theirs(efatools, "ml", "rmsea")[1:], rtol=0, atol=1e-7)


def test_likelihood_fit_of_no_factor_is_that_of_independence(holzinger_matrix):
    # F of no factor is -ln|R|: RMSEA = sqrt(((n - 1)F - df) / (df (n - 1))), and CFI of m follows from RMSEA
    found = hull(holzinger_matrix, n=301, most=3).solutions["fit"]
    excess = 300 * -np.linalg.slogdet(holzinger_matrix.to_numpy())[1] - 36
    assert 1 - found["rmsea"][0] == pytest.approx(np.sqrt(excess / (36 * 300)), rel=1e-12)
    assert found["cfi"][2] == pytest.approx(1 - (1 - found["rmsea"][2]) ** 2 * 19 * 300 / excess, rel=1e-12)


def test_outline_by_hand():
    # parameters 0, 10, 18, 25, 31 and fits: the third lies below the line from the second to the fourth
    outline = _outline(np.array([36, 26, 18, 11, 5]), np.array([0.0, 0.5, 0.55, 0.8, 0.83]))
    assert outline["on_hull"].tolist() == [True, True, False, True, True]
    # st of one factor (.5/10)/(.3/15) = 2.5; of three (.3/15)/(.03/6) = 4
    assert outline["st"].tolist() == pytest.approx([np.nan, 2.5, np.nan, 4.0, np.nan], nan_ok=True)
    assert _sharpest(outline) == 3


def test_a_worse_fit_with_more_factors_leaves_the_outline():
    outline = _outline(np.array([10, 5, 1]), np.array([0.2, 0.7, 0.6]))
    assert outline["on_hull"].tolist() == [True, True, False]
    # no bend is left: the best fit with the fewest factors
    assert _sharpest(outline) == 1
    assert _sharpest(_outline(np.array([10, 5, 1]), np.ones(3))) == 0


def test_a_trifle_at_the_ceiling_is_no_bend():
    # Three factors reach .997 and a fourth 1, after which nothing is gained: its st is infinite, its gain .3 %.
    outline = _outline(np.array([66, 54, 43, 33, 24, 16]), np.array([0, 0.4, 0.7, 0.997, 1, 1]))
    assert outline["st"][4] == np.inf
    assert _sharpest(outline) == 3


@pytest.mark.parametrize("extraction", ["ml", "minres"])
def test_one_exact_factor(extraction):
    loadings = np.array([0.8, 0.7, 0.6, 0.5, 0.4, 0.7])
    matrix = np.outer(loadings, loadings)
    np.fill_diagonal(matrix, 1)
    labels = list("abcdef")
    found = hull(pd.DataFrame(matrix, index=labels, columns=labels), n=200, extraction=extraction, most=1)
    assert found.solutions.loc["cfi", "fit"].tolist() == pytest.approx([0, 1])


def test_fewer_solutions_when_one_does_not_settle(monkeypatch, holzinger_matrix):
    import sys

    module = sys.modules[hull_function.__module__]
    real = module.minres

    def stuck(matrix, n_factors):
        if n_factors == 3:
            raise ConvergenceError("stuck")
        return real(matrix, n_factors)

    monkeypatch.setattr(module, "minres", stuck)
    found = hull(holzinger_matrix, n=301, extraction="minres", most=4)
    assert (found.unsettled, found.most, len(found.solutions.loc["cfi"])) == (3, 4, 3)


def test_most_factors_is_the_ledermann_bound():
    # p = 3, 6, 10, 15 are where (p - m)^2 = p + m has whole solutions: m = 1, 3, 6, 10
    assert [most_factors(p) for p in (2, 3, 5, 6, 9, 10, 15)] == [0, 1, 2, 3, 5, 6, 10]


def test_hull_errors(holzinger_matrix):
    four = holzinger_matrix.iloc[:4, :4]
    with pytest.raises(ParameterError, match="the Hull method needs at least 5 items.*found 4"):
        hull(four, n=301, most=1)
    with pytest.raises(ParameterError, match="the Hull method needs the number of respondents"):
        hull(holzinger_matrix, most=3)
    with pytest.raises(ParameterError, match="most must be a whole number from 1 to 5; found 6"):
        hull(holzinger_matrix, n=301, most=6)
    with pytest.raises(ParameterError, match="index must be one of cfi, caf, rmsea; found 'tli'"):
        hull(holzinger_matrix, n=301, most=3, index="tli")
    with pytest.raises(ParameterError, match="rng must be"):
        hull(holzinger_matrix, n=301)
    repeated = holzinger_matrix.copy()
    repeated.iloc[0, :], repeated.iloc[:, 0] = repeated.iloc[1, :], repeated.iloc[:, 1]
    repeated.iloc[0, :2] = repeated.iloc[:2, 0] = 1.0
    with pytest.raises(MatrixError, match="positive definite"):
        hull(repeated, n=301, most=3)


def test_the_table_leaves_out_what_does_not_exist_and_marks_what_is_chosen(holzinger_matrix):
    found = hull(holzinger_matrix, n=301, most=4)
    before = found.solutions.copy()
    table = found.to_frame()
    assert table["value"].notna().all()
    # as many st as solutions within the ends of the hull
    assert (table.index.get_level_values("coefficient") == "st").sum() == found.solutions["st"].notna().sum()
    marked = table[table["chosen"]].xs("fit", level="coefficient")
    assert dict(marked.index.tolist()) == found.by_index.to_dict()
    np.testing.assert_array_equal(table.xs("fit", level="coefficient")["value"], found.solutions["fit"])
    assert f"{found.n_factors} is the number of factors by cfi" in found.notes[0]
    pd.testing.assert_frame_equal(found.solutions, before)
    with pytest.raises(ParameterError, match="rng must be a numpy random Generator or a seed"):
        hull(holzinger_matrix, n=301, most=2, rng="x")
