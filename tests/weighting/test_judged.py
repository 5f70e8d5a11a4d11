"""Tables of judgements: every expert and row that is wrong, each mistake told once and its consequences not at all."""

from __future__ import annotations

from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods.errors import JudgementError
from ikfs_methods.weighting import ahp, budget_allocation

EXPERTS = [f"E{i}" for i in range(1, 5)]
TREE = {"I": ["A", "B", "C"], "A": ["a1", "a2"]}


def pairs() -> pd.DataFrame:
    rows = [
        (expert, parent, a, b, "left", 2.0)
        for expert in EXPERTS
        for parent, children in TREE.items()
        for a, b in combinations(children, 2)
    ]
    return pd.DataFrame(rows, columns=["expert", "parent", "left", "right", "favours", "strength"])


def points() -> pd.DataFrame:
    rows = [
        (expert, parent, child, 100 / len(children))
        for expert in EXPERTS
        for parent, children in TREE.items()
        for child in children
    ]
    return pd.DataFrame(rows, columns=["expert", "parent", "indicator", "points"])


def told(call, table) -> list[str]:
    with pytest.raises(JudgementError) as caught:
        call(table)
    lines = str(caught.value).split("\n")
    return lines if len(lines) == 1 else [line.split(". ", 1)[1] for line in lines[1:]]


def test_every_kind_of_mistake_in_pairs_is_told_at_once():
    # rows by expert: A or B, A or C, B or C within I, then a1 or a2 within A
    table = pairs()
    table.loc[0, "favours"], table.loc[1, "strength"] = "both", 10.0
    table.loc[[5, 9], "strength"] = 0.5
    table.loc[6, "right"] = "B"
    table.loc[15, "strength"] = float("nan")
    table = table.drop(index=[12, 13])
    assert told(ahp, table) == [
        (
            "judgements: strength must be a number in every row; 1 row(s) are not, the first is row 15 with nan. "
            "Correct or remove it."
        ),
        (
            "favours must be left or right; found 1 row(s), the first is row 0: expert E1, parent I, A or B, favours "
            "both, strength 2. Correct the table."
        ),
        (
            "strength must be a number from 1 to 9; found 3 row(s), the first is row 1: expert E1, parent I, A or C, "
            "favours left, strength 10 (scale=... gives the scale another end); all such rows: 1, 5, 9. Correct the "
            "table."
        ),
        (
            "an element must not be compared with itself; found 1 row(s), the first is row 6: expert E2, parent I, B "
            "or B, favours left, strength 2. Correct the table."
        ),
        (
            "the comparisons of expert E4 within parent I must connect all 3 elements, directly or through others; no "
            "comparison connects (A) and (B, C). Ask the expert for a comparison between them, or leave that expert's "
            "rows of the parent out."
        ),
    ]


def test_every_kind_of_mistake_in_points_is_told_at_once():
    # rows by expert: A, B, C within I, then a1, a2 within A
    table = points()
    table.loc[0, "points"], table.loc[3, "points"] = -1.0, 49.0
    table.loc[6, "indicator"] = "A"
    table.loc[8, "points"], table.loc[13, "points"] = 51.0, 52.0
    table = table.drop(index=[16])
    found = told(budget_allocation, table)
    assert [text.split("; ")[0] for text in found[:2]] == [
        "points must not be negative",
        "an expert must give an indicator points once",
    ]
    assert "all such rows: 5, 6" in found[1]
    assert found[2:] == [
        *(
            f"the points of each expert must sum to 100 within each parent; those of expert {expert} within A sum to "
            f"{total}. Ask the expert, or correct the table."
            for expert, total in (("E1", 99), ("E2", 101), ("E3", 102))
        ),
        (
            "expert E4 must give every indicator of parent I points, 0 included; missing: B. Ask the expert, or leave "
            "that expert's rows of the parent out."
        ),
    ]


@given(st.sets(st.sampled_from([(expert, parent) for expert in EXPERTS for parent in TREE]), min_size=1))
def test_exactly_the_experts_whose_points_are_off_are_named(wrong):
    table = points()
    for expert, parent in wrong:
        first = table.index[(table["expert"] == expert) & (table["parent"] == parent)][0]
        table.loc[first, "points"] += 1
    found = told(budget_allocation, table)
    assert len(found) == len(wrong)
    assert all(any(f"expert {expert} within {parent} sum to 101" in text for text in found) for expert, parent in wrong)


def test_a_row_without_expert_or_parent_casts_doubt_only_where_it_may_belong():
    table = points()
    table.loc[0, "expert"] = ""  # of somebody, within I
    table.loc[8, "parent"] = ""  # of E2, within A
    table.loc[13, "points"] = 60.0  # E3 within A
    found = told(budget_allocation, table)
    assert len(found) == 3
    assert "expert must be filled in" in found[0]
    assert "parent must be filled in" in found[1]
    assert "expert E3 within A sum to 110" in found[2]


def test_elements_under_two_parents_and_parents_that_are_too_large():
    large = [f"e{i}" for i in range(11)]
    rows = [("E1", "L", a, b, "left", 1.0) for a, b in combinations(large, 2)]
    table = pd.concat([pairs(), pd.DataFrame(rows, columns=pairs().columns)], ignore_index=True)
    table.loc[3, "left"] = "B"
    found = told(ahp, table)
    assert len(found) == 2
    assert found[0].startswith("judgements: an element must have one parent; B stands under I, A")
    assert found[1].startswith("a parent must have at most 10 elements to be judged in pairs")
    assert "L has 11" in found[1]
