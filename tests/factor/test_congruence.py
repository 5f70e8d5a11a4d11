from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ortho_group

from ikfs_methods.errors import ColumnError, IkfsError, ParameterError
from ikfs_methods.factor.congruence import congruence, congruence_verdict
from ikfs_methods.factor.matching import best_pairs

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def frame(values: object, **names: object) -> pd.DataFrame:
    table = pd.DataFrame(np.asarray(values, dtype=float), **names)
    return table if "index" in names else table.set_axis([f"i{row}" for row in range(len(table))])


@pytest.mark.parametrize("method", ["varimax", "oblimin"])
def test_as_psych(method):
    psych = json.loads((REFERENCE / "congruence_holzinger.json").read_text(encoding="utf-8"))
    one, other = (
        frame(psych["solutions"][school][method]["loadings"], index=psych["items"])
        for school in ("Grant-White", "Pasteur")
    )
    found = congruence(one, other)
    # psych rounds to twelve decimals
    np.testing.assert_allclose(found.matrix, psych["congruence"][method], rtol=0, atol=1e-12)
    assert list(found.matched["other"]) == [0, 2, 1]
    assert list(found.matched["verdict"]) == ["equal"] * 3


def test_worked_by_hand():
    # (3, 4) and (4, 3): 24/25; (3, 4) and (-4, 3): 0; (1, 1) and (4, 3): 7/(5 sqrt 2)
    first = frame([[3, 1], [4, 1]], columns=["A", "B"])
    second = frame([[-4, 4], [3, 3]], columns=["X", "Y"])
    found = congruence(first, second)
    expected = [[0, 24 / 25], [-1 / (5 * np.sqrt(2)), 7 / (5 * np.sqrt(2))]]
    np.testing.assert_allclose(found.matrix, expected, rtol=0, atol=1e-15)
    # A with Y and B with -X adds to .96 + .141, A with X and B with Y to 0 + .990
    assert found.to_frame().to_numpy()[:, :3].tolist() == [["A", "Y", 1], ["B", "X", -1]]
    assert found.matched["congruence"].tolist() == pytest.approx([24 / 25, 1 / (5 * np.sqrt(2))])
    assert list(found.matched["verdict"]) == ["equal", "different"]
    # items over the pairs A-Y and B-(-X): (3, 1) with (4, 4) and (4, 1) with (3, -3)
    assert found.items.tolist() == pytest.approx([16 / np.sqrt(10 * 32), 9 / np.sqrt(17 * 18)])


@pytest.mark.parametrize(
    ("value", "verdict"), [(1, "equal"), (0.95, "equal"), (0.9499, "fair"), (0.85, "fair"), (0.8499, "different")]
)
def test_verdicts(value, verdict):
    assert congruence_verdict(value) == verdict


@given(seed=st.integers(0, 2**16), p=st.integers(3, 20), m=st.integers(1, 3), power=st.integers(-300, 300))
def test_reordered_reflected_and_rescaled_factors_are_the_same(seed, p, m, power):
    rng = np.random.default_rng(seed)
    loadings = frame(rng.normal(size=(p, m)))
    order, signs = rng.permutation(m), rng.choice([-1.0, 1.0], size=m)
    other = (loadings.iloc[:, order] * signs * 10.0**power).set_axis([f"G{k}" for k in range(m)], axis=1)
    found = congruence(loadings, other.sample(frac=1, random_state=seed))
    np.testing.assert_allclose(found.matched["congruence"], 1.0, rtol=0, atol=1e-12)
    assert list(found.matched["other"]) == [f"G{list(order).index(k)}" for k in range(m)]
    assert list(found.matched["sign"]) == [int(signs[list(order).index(k)]) for k in range(m)]
    np.testing.assert_allclose(found.items, 1.0, rtol=0, atol=1e-12)


def test_more_factors_on_one_side_leave_some_without_a_partner():
    three = frame(ortho_group.rvs(6, random_state=1)[:, :3], columns=["A", "B", "C"])
    found = congruence(three[["C", "A"]], three)
    assert list(found.matched["factor"]) == ["C", "A"]
    assert list(found.matched["other"]) == ["C", "A"]
    assert found.matrix.shape == (2, 3)


def test_item_without_loadings_has_no_congruence():
    first = frame([[1, 0], [0, 1], [0, 0]])
    assert list(congruence(first, first).items.index) == ["i0", "i1"]


def test_items_that_differ_are_named():
    first = frame([[1.0], [1.0]], index=["a", "b"])
    second = frame([[1.0], [1.0], [1.0]], index=["b", "c", "d"])
    with pytest.raises(ColumnError, match=r"only in first: a; only in second: c, d\. Select the common items"):
        congruence(first, second)


@pytest.mark.parametrize(
    ("second", "error", "message"),
    [
        (frame([[0.0], [0.0]], columns=["F"]), ParameterError, "all are zero in second for: F. Drop it"),
        (frame([[np.nan], [1.0]]), ParameterError, "second must have no gaps; missing for: i0"),
        (frame([[np.inf], [1.0]]), IkfsError, "second must be finite numbers"),
        (frame([[1.0], [1.0]], index=["i0", "i0"]), ColumnError, "second must name each item once; repeated: i0"),
        (frame([[1.0, 1.0]] * 2, columns=["F", "F"]), ColumnError, "second must have unique column names"),
        ([1.0, 2.0], ParameterError, "second must be a pandas DataFrame; found list"),
        (pd.DataFrame(index=["i0", "i1"]), IkfsError, "second must have at least 1 rows and 1 columns"),
    ],
)
def test_tables_that_cannot_be_compared(second, error, message):
    with pytest.raises(error, match=message):
        congruence(frame([[1.0], [2.0]]), second)


@given(seed=st.integers(0, 2**16), m=st.integers(1, 5))
def test_best_pairs_are_an_assignment(seed, m):
    strength = np.random.default_rng(seed).normal(size=(20, m, m))
    pairs = best_pairs(strength)
    for table, chosen in zip(np.abs(strength), pairs, strict=True):
        best = max(table[range(m), list(order)].sum() for order in permutations(range(m)))
        assert table[range(m), chosen].sum() == pytest.approx(best, abs=1e-12)
