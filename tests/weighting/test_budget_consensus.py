import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import IkfsError, JudgementError, ParameterError
from ikfs_methods.weighting.budget import budget_allocation

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "budget_friedman.json").read_text(encoding="utf-8"))
COLUMNS = ["expert", "parent", "indicator", "points"]


def table(points, parent="A", total=100):
    return pd.DataFrame(
        [(f"E{i}", parent, f"{parent}{j}", value) for i, row in enumerate(points) for j, value in enumerate(row)],
        columns=COLUMNS,
    ).assign(points=lambda frame: frame["points"] * total / 100)


def allocations():
    cuts = st.lists(st.integers(0, 20), min_size=3, max_size=3)
    some = st.lists(cuts, min_size=2, max_size=6)
    return some.map(lambda rows: np.diff(np.sort(np.c_[np.zeros(len(rows)), rows, [20] * len(rows)])))


def test_agreement_and_spread_of_another_program():
    found = budget_allocation(table(REFERENCE["points"]))
    consensus = found.consensus.loc["A"]
    # R prints 15 digits
    assert consensus["kendall_w"] == pytest.approx(REFERENCE["kendall_w"], rel=1e-13)
    assert consensus["mean_distance"] == pytest.approx(REFERENCE["mean_distance"], rel=1e-13)
    assert consensus["consensus"] == pytest.approx(1 - REFERENCE["mean_distance"], rel=1e-13)
    spread = found.diagnostics["spread"]
    np.testing.assert_allclose(spread["mean"], REFERENCE["mean"], rtol=1e-13)
    np.testing.assert_allclose(spread["sd"], REFERENCE["sd"], rtol=1e-13)
    np.testing.assert_allclose(spread["cv"], np.divide(REFERENCE["sd"], REFERENCE["mean"]), rtol=1e-13)
    assert found.weights.tolist() == pytest.approx(REFERENCE["mean"], rel=1e-13)


def test_consensus_worked_by_hand():
    # (60, 40), (40, 60), (50, 50): distances .2, .1, .1; the orders 1 and 2 are opposite, 3 prefers none
    found = budget_allocation(table([[60, 40], [40, 60], [50, 50]])).consensus.loc["A"]
    assert found.to_dict() == pytest.approx(
        {"n_judges": 3, "mean_distance": 0.4 / 3, "consensus": 1 - 0.4 / 3, "kendall_w": 0}, abs=1e-15
    )
    alike = budget_allocation(table([[60, 40], [90, 10]])).consensus.loc["A"]
    assert alike[["mean_distance", "kendall_w"]].tolist() == pytest.approx([0.3, 1], rel=1e-14)
    # nobody prefers anything: there is no order to agree on
    flat = budget_allocation(table([[50, 50], [50, 50]])).consensus.loc["A"]
    assert flat["consensus"] == 1
    assert np.isnan(flat["kendall_w"])


@settings(max_examples=40)
@given(allocations())
def test_distance_is_the_mean_over_all_pairs_of_experts(points):
    found = budget_allocation(table(points * 5)).consensus.loc["A"]
    shares = points / 20
    pairs = [np.abs(a - b).sum() / 2 for a, b in combinations(shares, 2)]
    assert found["mean_distance"] == pytest.approx(np.mean(pairs), abs=1e-14)
    assert 0 <= found["consensus"] <= 1
    assert np.isnan(found["kendall_w"]) or -1e-12 <= found["kendall_w"] <= 1 + 1e-12


@settings(max_examples=15)
@given(allocations(), st.sampled_from([10, 100, 1000, 7]))
def test_totals_and_the_order_of_experts_change_nothing(points, total):
    first = budget_allocation(table(points * 5))
    second = budget_allocation(table(points[::-1] * 5, total=total), total=total)
    np.testing.assert_allclose(second.weights, first.weights, atol=1e-14)
    pd.testing.assert_frame_equal(second.consensus, first.consensus, check_exact=False, rtol=1e-12, atol=1e-12)
    assert second.total == total


def test_experts_count_as_often_as_asked():
    rows = pd.concat([table([[60, 40], [20, 80], [70, 30]]), table([[50, 50]], "B"), table([[10, 90]], "C")])
    rows.loc[rows["parent"] == "C", "expert"] = "E9"
    found = budget_allocation(rows)
    assert found.experts == ("E0", "E1", "E2", "E9")
    assert found.judge_weights.equals(found.diagnostics["experts"])
    once = found.reweighted(np.ones((1, 4)))[0]
    np.testing.assert_allclose(once, found.weights, rtol=1e-15)
    draws = found.reweighted(np.array([[2, 1, 0, 0], [0, 0, 1, 5], [0, 0, 0, 0]]))
    np.testing.assert_allclose(draws[0, :4], [(0.6 * 2 + 0.2) / 3, (0.4 * 2 + 0.8) / 3, 0.5, 0.5], rtol=1e-15)
    assert np.isnan(draws[0, 4:]).all()
    np.testing.assert_allclose(draws[1, [0, 1, 4, 5]], [0.7, 0.3, 0.1, 0.9], rtol=1e-15)
    assert np.isnan(draws[1, 2:4]).all()
    assert np.isnan(draws[2]).all()
    assert found.notes == ("One expert only weighed the children of B, C: how experts differ there is not known.",)
    for counts in (np.ones(4), np.ones((2, 3)), [[1, 1, 1, -1]], [[1, 1, 1, np.nan]], "x"):
        with pytest.raises(ParameterError, match="one row per draw and 4 columns .experts., numbers of at least 0"):
            found.reweighted(counts)


def test_other_totals_are_told():
    with pytest.raises(
        JudgementError, match=r"must sum to 100 within each parent; those of expert E0 within A sum to 10\. Ask"
    ):
        budget_allocation(table([[60, 40]], total=10))
    with pytest.raises(JudgementError, match="within A sum to inf"):
        budget_allocation(table([[50, 50]]).assign(points=1e308))


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["E1", "E2", None]),
            st.sampled_from(["a", "b", ""]),
            st.one_of(st.floats(), st.integers(-1, 100), st.booleans(), st.text(max_size=2), st.just(1e300)),
        ),
        max_size=5,
    )
)
def test_any_table_gives_shares_or_a_plain_error(rows):
    frame = pd.DataFrame([(e, "P", i, p) for e, i, p in rows], columns=COLUMNS)
    try:
        found = budget_allocation(frame)
    except IkfsError:
        return
    assert np.isfinite(found.weights).all()
