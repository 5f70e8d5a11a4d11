"""AHP: weights, consistency of judges and group, what is refused."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import ColumnError, JudgementError, ParameterError
from ikfs_methods.weighting import RANDOM_INDEX, ahp

COLUMNS = ["expert", "parent", "left", "right", "favours", "strength"]
PUBLISHED = json.loads(
    (Path(__file__).parents[1] / "reference" / "weighting_published.json").read_text(encoding="utf-8")
)
TWO = pd.DataFrame(
    [
        ("E1", "I", "A", "B", "left", 3), ("E1", "I", "A", "C", "left", 5), ("E1", "I", "B", "C", "left", 2),
        ("E2", "I", "B", "A", "left", 3), ("E2", "I", "A", "C", "right", 1), ("E2", "I", "C", "B", "right", 4),
        ("E2", "A", "a1", "a2", "left", 9),
    ],
    columns=COLUMNS,
)  # fmt: skip
STRENGTHS = st.lists(st.floats(1 / 9, 9), min_size=3, max_size=3)


def one_judge(ratios: dict[tuple[str, str], float], expert: str = "E1") -> pd.DataFrame:
    """A long table from ratios left over right."""
    rows = [(expert, "I", a, b, "left" if r >= 1 else "right", max(r, 1 / r)) for (a, b), r in ratios.items()]
    return pd.DataFrame(rows, columns=COLUMNS)


def test_published_example_comes_out():
    # Published to three decimals, the priorities made to sum to 1.000: one of them is rounded to the other side.
    leader = PUBLISHED["leader"]
    table = pd.DataFrame([("board", "leader", *row) for row in leader["matrix"]], columns=COLUMNS)
    found = ahp(table)
    np.testing.assert_allclose(found.weights[leader["criteria"]], leader["priorities"], atol=1e-3)
    assert found.judges.loc[("board", "leader"), "cr"] == pytest.approx(leader["inconsistency"], abs=5e-4)


@settings(max_examples=40)
@given(strengths=STRENGTHS)
def test_three_elements_have_a_closed_form(strengths):
    # The characteristic polynomial of a reciprocal 3 x 3 matrix has the root 1 + d + 1/d, d = (a13/(a12 a23))^(1/3),
    # and its eigenvector is the row geometric means. eigvals finds it to about 1e-14; 1e-10 leaves room for cr / .58.
    a12, a13, a23 = strengths
    found = ahp(one_judge({("A", "B"): a12, ("A", "C"): a13, ("B", "C"): a23}))
    d = (a13 / (a12 * a23)) ** (1 / 3)
    row = found.judges.iloc[0]
    assert row["lambda_max"] == pytest.approx(1 + d + 1 / d, rel=1e-10)
    assert row["cr"] == pytest.approx((d + 1 / d - 2) / 2 / 0.58, abs=1e-9)
    means = np.cbrt([a12 * a13, a23 / a12, 1 / (a13 * a23)])
    np.testing.assert_allclose(found.weights, means / means.sum(), rtol=1e-9)


@settings(max_examples=40)
@given(raw=st.lists(st.floats(1, 9), min_size=2, max_size=10))
def test_judgements_without_contradiction_give_their_weights_back(raw):
    weights = np.array(raw) / np.sum(raw)
    codes = [f"e{i}" for i in range(len(raw))]
    ratios = {(codes[i], codes[j]): weights[i] / weights[j] for i, j in combinations(range(len(raw)), 2)}
    for priority in ("eigenvector", "geometric"):
        found = ahp(one_judge(ratios), priority=priority)
        np.testing.assert_allclose(found.weights[codes], weights, rtol=1e-12)  # sums and powers of ten doubles
        assert found.group_consistency == pytest.approx(0, abs=1e-12)
        assert found.judges["acceptable"].all()


@settings(max_examples=40)
@given(one=STRENGTHS, other=STRENGTHS)
def test_row_geometric_means_make_both_aggregations_the_same(one, other):
    # Geometric means of rows and over judges commute.
    pairs = [("A", "B"), ("A", "C"), ("B", "C")]
    table = pd.concat([one_judge(dict(zip(pairs, s, strict=True)), e) for e, s in (("E1", one), ("E2", other))])
    table = table.reset_index(drop=True)
    judgements = ahp(table, priority="geometric", aggregation="aij")
    priorities = ahp(table, priority="geometric", aggregation="aip")
    np.testing.assert_allclose(judgements.weights, priorities.weights, rtol=1e-12)  # logs and powers of doubles


def test_two_judges_worked_by_hand():
    # geometric means of the pairs: A/B (3 x 1/3)^(1/2) = 1, A/C (5 x 1)^(1/2), B/C (2 x 4)^(1/2)
    found = ahp(TWO)
    raw = np.cbrt([1 * 5**0.5, 1 * 8**0.5, 1 / (5 * 8) ** 0.5])
    np.testing.assert_allclose(found.weights[["A", "B", "C"]], raw / raw.sum(), rtol=1e-12)
    assert found.weights[["a1", "a2"]].tolist() == pytest.approx([0.9, 0.1], rel=1e-14)
    assert found.parents.to_dict() == {"A": "I", "B": "I", "C": "I", "a1": "A", "a2": "A"}
    assert (found.method, found.n_judges) == ("ahp", 2)
    assert found.diagnostics["judges"].to_dict() == {"I": 2, "A": 1}
    assert found.judges.loc[("E2", "A"), "cr"] == 0  # a pair cannot contradict itself
    assert found.judge_weights.loc["E1", ["a1", "a2"]].isna().all()
    flat = found.judge_frame()
    assert flat[["expert", "parent"]].to_numpy().tolist() == [["E1", "I"], ["E2", "I"], ["E2", "A"]]
    assert flat.loc[2, ["a1", "a2"]].tolist() == pytest.approx([0.9, 0.1], rel=1e-14)
    assert flat.loc[2, ["A", "B", "C"]].isna().all()


def test_a_group_looks_consistent_whatever_its_members_are():
    # Two judges who each contradict themselves in opposite ways: their geometric mean is all ones.
    circle = {("A", "B"): 5.0, ("B", "C"): 5.0, ("A", "C"): 1 / 5}
    table = pd.concat([one_judge(circle, "E1"), one_judge({p: 1 / r for p, r in circle.items()}, "E2")])
    found = ahp(table.reset_index(drop=True), cutoff=0.2)
    assert not found.judges["acceptable"].any()
    assert found.group_consistency == pytest.approx(0, abs=1e-12)
    assert found.cutoff == 0.2


def test_one_matrix_equals_its_long_table_and_takes_three_decimals():
    codes = ["A", "B", "C"]
    matrix = pd.DataFrame([[1, 3, 5], [0.333, 1, 2], [0.2, 0.5, 1]], index=codes, columns=codes)
    found, long = ahp(matrix.loc[["C", "A", "B"]]), ahp(TWO[TWO["expert"] == "E1"])
    np.testing.assert_allclose(found.weights[codes], long.weights[codes], rtol=1e-14)
    assert found.parents.tolist() == ["", "", ""]
    assert found.group_consistency == pytest.approx(long.group_consistency, abs=1e-12)


def test_the_random_index_is_named_and_ends_at_ten():
    assert ahp(TWO).random_index_source == "Saaty 1980"
    assert max(RANDOM_INDEX) == 10
    codes = [f"e{i}" for i in range(11)]
    with pytest.raises(
        JudgementError, match=r"at most 10 elements .*table of random indices used here ends at 10\); I has 11"
    ):
        ahp(one_judge(dict.fromkeys(combinations(codes, 2), 1.0)))
    with pytest.raises(JudgementError, match=r"at most 10 elements .* the matrix has 11"):
        ahp(pd.DataFrame(1.0, index=codes, columns=codes))


@pytest.mark.parametrize(
    ("row", "column", "value", "said"),
    [
        (
            0,
            "favours",
            "both",
            "favours must be left or right; found 1 row.s., the first is row 0: expert E1, parent I, A or B",
        ),
        (1, "strength", 9.5, r"number from 1 to 9; found 1 row.s., the first is row 1: .* strength 9\.5"),
        (1, "strength", 0.5, r"number from 1 to 9; .* row 1: expert E1, parent I, A or C, favours left, strength 0\.5"),
        (
            2,
            "right",
            "B",
            "not be compared with itself; found 1 row.s., the first is row 2: expert E1, parent I, B or B",
        ),
        (
            2,
            "right",
            "A",
            "judged once by an expert; found 1 row.s., .* row 2: .* I, B or A, .* which contradicts row 0: A or B",
        ),
        (
            6,
            "parent",
            "I",
            "comparisons of expert E1 within parent I must connect all 5 .* connects .A, B, C. and .a1. and .a2.",
        ),
        (6, "left", "B", "an element must have one parent; B stands under I, A"),
        (3, "strength", None, "strength must be a number in every row; .* row 3"),
        (3, "expert", None, "expert must be filled in in every row; .* row 3 with None"),
    ],
)
def test_judgements_that_do_not_fit_are_refused(row, column, value, said):
    table = TWO.astype({"strength": float}).astype({"expert": object})
    table.loc[row, column] = value
    with pytest.raises(JudgementError, match=said):
        ahp(table)


def test_rows_of_a_filtered_table_are_named_plainly():
    table = TWO.astype({"strength": float}).set_index(pd.Index([4, 5, 7, 8, 11, 12, 20]))
    table.loc[7, "strength"] = 10.0
    with pytest.raises(JudgementError, match=r"from 1 to 9; found 1 row.s., the first is row 7: expert"):
        ahp(table)


def test_incomplete_judgements_name_expert_and_pair():
    with pytest.raises(JudgementError, match="expert E2 must judge every pair of parent I; 1 left out: A or C"):
        ahp(TWO.drop(4), incomplete="refuse")
    with pytest.raises(ColumnError, match="missing: strength. Supply them, or rename"):
        ahp(TWO.drop(columns="strength"))


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [
        (("A", "B"), 4.0, r"positive and reciprocal .*found 4 for A over B and 0\.333333 for the reverse"),
        (("B", "B"), 2.0, "found 2 for B over B and 2 for the reverse"),
        (("C", "A"), -0.2, "found 5 for A over C and -0.2 for the reverse"),
        (("C", "A"), np.nan, "found 5 for A over C and nan for the reverse"),
    ],
)
def test_matrices_that_are_not_reciprocal_are_refused(cell, value, said):
    codes = ["A", "B", "C"]
    matrix = pd.DataFrame([[1, 3, 5], [1 / 3, 1, 2], [1 / 5, 1 / 2, 1]], index=codes, columns=codes)
    matrix.loc[cell] = value
    with pytest.raises(JudgementError, match=said):
        ahp(matrix)


def test_other_matrices_and_options_are_refused():
    with pytest.raises(JudgementError, match="same two or more elements as rows and as columns; found rows 0, 1"):
        ahp(pd.DataFrame([[1, 2], [0.5, 1]], columns=["A", "B"]))
    with pytest.raises(JudgementError, match="at most 1e[+]06; found 1e[+]07 for A over B"):
        ahp(pd.DataFrame([[1, 1e7], [1e-7, 1]], columns=["A", "B"], index=["A", "B"]))
    with pytest.raises(ParameterError, match="priority must be one of eigenvector, geometric"):
        ahp(TWO, priority="mean")
    with pytest.raises(ParameterError, match="aggregation must be one of aij, aip"):
        ahp(TWO, aggregation="mean")
    with pytest.raises(ParameterError, match="cutoff must be a number between 0 and 1"):
        ahp(TWO, cutoff=10)
    with pytest.raises(ParameterError, match="judgements must be a pandas DataFrame; found dict"):
        ahp({})


@settings(max_examples=40)
@given(st.lists(st.floats(0.002, 1), min_size=2, max_size=6))
def test_a_matrix_of_known_weights_gives_them_back(raw):
    weights = np.array(raw) / sum(raw)
    codes = list("ABCDEF")[: len(raw)]
    found = ahp(pd.DataFrame(np.outer(weights, 1 / weights), codes, codes))
    # sums of six logarithms of doubles
    assert found.weights.to_numpy() == pytest.approx(weights, abs=1e-13)
    beyond = any("ratios beyond the scale of 1 to 9" in note for note in found.notes)
    assert beyond == (weights.max() / weights.min() > 9 * (1 + 1e-9))


def test_ratios_beyond_the_scale_are_named():
    matrix = pd.DataFrame([[1, 10], [0.1, 1]], columns=["A", "B"], index=["A", "B"])
    assert ahp(matrix).notes[-1].startswith("The matrix has ratios beyond the scale of 1 to 9: 10 for A over B.")
    assert len(ahp(matrix, scale=10).notes) == 1
    table = TWO.astype({"strength": float})
    table.loc[0, "strength"] = 10
    with pytest.raises(JudgementError, match=r"from 1 to 9; .* strength 10 \(scale=... gives the scale another end\)"):
        ahp(table)
    assert ahp(table, scale=10).scale == 10


@pytest.mark.parametrize(("strength", "typed"), [(3, 0.33), (6, 0.17), (7, 0.14), (9, 0.11), (8, 0.12), (8, 0.13)])
def test_reciprocals_may_be_typed_with_two_decimals(strength, typed):
    codes = ["A", "B"]
    found = ahp(pd.DataFrame([[1, strength], [typed, 1]], codes, codes))
    assert found.weights["A"] == pytest.approx(strength / (strength + 1), abs=1e-14)
    with pytest.raises(JudgementError, match="which do not match"):
        ahp(pd.DataFrame([[1, strength], [typed + 0.02, 1]], codes, codes))
