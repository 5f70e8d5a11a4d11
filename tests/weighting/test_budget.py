import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods.errors import ColumnError, JudgementError, ParameterError
from ikfs_methods.weighting import budget_allocation

COLUMNS = ["expert", "parent", "indicator", "points"]
POINTS = pd.DataFrame(
    [
        ("E1", "A", "a", 50), ("E1", "A", "b", 30), ("E1", "A", "c", 20),
        ("E2", "A", "a", 20), ("E2", "A", "b", 30), ("E2", "A", "c", 50),
        ("E2", "K", "k", 100), ("E2", "K", "l", 0),
    ],
    columns=COLUMNS,
)  # fmt: skip


def test_mean_share_worked_by_hand():
    # A: (50 + 20)/200, (30 + 30)/200, (20 + 50)/200; K: one expert gave all to k
    found = budget_allocation(POINTS)
    assert found.weights.to_dict() == pytest.approx({"a": 0.35, "b": 0.3, "c": 0.35, "k": 1.0, "l": 0.0}, rel=1e-15)
    assert found.parents.to_dict() == {"a": "A", "b": "A", "c": "A", "k": "K", "l": "K"}
    assert (found.method, found.n_judges) == ("budget allocation", 2)
    spread = found.diagnostics["spread"]
    assert spread.loc["a", ["mean", "min", "max", "n_judges"]].tolist() == [0.35, 0.2, 0.5, 2]
    assert spread.loc["a", "sd"] == pytest.approx(0.3 / np.sqrt(2), rel=1e-15)  # half the difference times root 2
    assert np.isnan(spread.loc["k", "sd"])
    assert found.diagnostics["experts"].loc["E1", ["a", "b", "c"]].tolist() == [0.5, 0.3, 0.2]


@given(st.lists(st.lists(st.integers(1, 50), min_size=3, max_size=3), min_size=1, max_size=5))
def test_weights_are_the_mean_of_the_experts_shares_whatever_the_total(rows):
    shares = np.array(rows, dtype=float) / np.sum(rows, axis=1, keepdims=True)
    table = pd.DataFrame(
        [
            (f"E{i}", "A", code, share * 7)
            for i, row in enumerate(shares)
            for code, share in zip("abc", row, strict=True)
        ],
        columns=COLUMNS,
    )
    found = budget_allocation(table.iloc[::-1], total=7)
    np.testing.assert_allclose(found.weights[list("abc")], shares.mean(axis=0), rtol=1e-14)  # one more scaling by 7


def test_decimal_points_need_not_be_exact_in_doubles():
    thirds = pd.DataFrame([("E1", "A", code, value) for code, value in zip("abc", (33.3, 33.3, 33.4), strict=True)],
                          columns=COLUMNS)  # fmt: skip
    assert budget_allocation(thirds).weights.sum() == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize(
    ("row", "column", "value", "said"),
    [
        (0, "points", 40, "those of expert E1 within A sum to 90"),
        (0, "points", 50.01, r"those of expert E1 within A sum to 100\.01"),
        (
            1,
            "points",
            -30,
            "must not be negative; found 1 row.s., the first is row 1: expert E1, parent A, indicator b",
        ),
        (1, "indicator", "a", "give an indicator points once; found 2 row.s., the first is row 0: expert E1"),
        (2, "indicator", "d", "expert E1 must give every indicator of parent A points, 0 included; missing: c"),
        (3, "parent", "K", "an element must have one parent; a stands under A, K"),
        (4, "points", None, "points must be a number in every row; 1 row.s. are not, the first is row 4 with nan"),
        (5, "expert", " ", "expert must be filled in in every row; 1 row.s. are not, the first is row 5"),
    ],
)
def test_what_cannot_be_a_budget_is_refused(row, column, value, said):
    table = POINTS.astype({"points": float})
    table.loc[row, column] = value
    with pytest.raises(JudgementError, match=said):
        budget_allocation(table)


@pytest.mark.parametrize(("column", "value"), [("points", -30.0), ("points", np.nan), ("parent", None)])
def test_rows_of_a_filtered_table_are_named_plainly(column, value):
    table = POINTS.astype({"points": float, "parent": object}).set_index(pd.Index([4, 5, 7, 8, 11, 12, 20, 21]))
    table.loc[7, column] = value
    with pytest.raises(JudgementError, match=r"the first is row 7\b"):
        budget_allocation(table)


def test_tables_that_do_not_fit_are_refused():
    with pytest.raises(
        ColumnError, match="columns expert, parent, indicator, points; missing: parent. Supply them, or rename"
    ):
        budget_allocation(POINTS.drop(columns="parent"))
    with pytest.raises(JudgementError, match="at least one row; found none"):
        budget_allocation(POINTS.iloc[:0])
    for total in (0, np.inf, np.nan, "100", True):
        with pytest.raises(
            ParameterError, match=r"total must be a finite number of points above 0; found .*e\.g\. 100"
        ):
            budget_allocation(POINTS, total=total)
    with pytest.raises(ParameterError, match="points above 0; found -1. Give"):
        budget_allocation(POINTS, total=np.int64(-1))
    with pytest.raises(ParameterError, match="points must be a pandas DataFrame; found list"):
        budget_allocation([1, 2])


def test_shares_in_place_of_points_are_told_together():
    # E1 within A sums to 1, E2 within A to .99 (rounded), E2 within K to 1
    table = POINTS.assign(points=[0.5, 0.3, 0.2, 0.33, 0.33, 0.33, 1, 0])
    with pytest.raises(JudgementError) as caught:
        budget_allocation(table)
    assert str(caught.value) == (
        "the points of each expert must sum to 100 within each parent; those of E1 within A (1), E2 within A (0.99), "
        "E2 within K (1) sum to about 1. Are they shares? Write 12.5 for 12.5 %."
    )
    shares = POINTS.assign(points=POINTS["points"] / 100)
    assert budget_allocation(shares, total=1).weights.equals(budget_allocation(POINTS).weights)
