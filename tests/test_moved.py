"""Indicators moved to another dimension: the tree afterwards, and moves that are refused."""

from __future__ import annotations

import pytest

from ikfs_methods.errors import FrameworkError


def test_a_moved_indicator_stands_under_its_new_dimension(small):
    moved = small.moved({"x2": "Y"})
    assert moved.children("X") == ["x1"]
    assert moved.children("Y") == ["x2", "y1"]
    assert moved.indicators == small.indicators
    assert small.parent("x2") == "X"  # the framework itself stays


def test_a_dimension_without_children_goes(small):
    moved = small.moved({"y1": "X"})
    assert moved.parents == ["I", "X"]
    assert moved.indicators == small.indicators


def test_moves_are_taken_together(small):
    # one by one, Y would be gone when x1 comes
    moved = small.moved({"y1": "X", "x1": "Y"})
    assert (moved.children("X"), moved.children("Y")) == (["x2", "y1"], ["x1"])


def test_moving_there_and_back_changes_nothing(small):
    assert small.moved({"x1": "Y"}).moved({"x1": "X"}).nodes.equals(small.nodes)


@pytest.mark.parametrize(
    ("moves", "message"),
    [
        ({"x9": "Y"}, r"only indicators .* can be moved; found 'x9'\. Did you mean"),
        ({"X": "Y"}, r"only indicators .* can be moved; found 'X'"),
        ({"x1": "Z"}, r"x1 must move to a dimension of the framework \(X, Y\); found 'Z'"),
        ({"x1": "I"}, r"x1 must move to a dimension of the framework \(X, Y\); found 'I'"),
        ({"x1": "X"}, r"x1 must move to another dimension than its own; found 'X', where it is already"),
    ],
)
def test_moves_that_fit_nothing_are_refused(small, moves, message):
    with pytest.raises(FrameworkError, match=message):
        small.moved(moves)


def test_a_scale_must_lie_within_that_of_the_dimension(tree):
    found = tree(("I", ""), ("X", "I"), ("Y", "I", 1, 4), ("x1", "X", 1, 5), ("x2", "X", 1, 5), ("y1", "Y", 1, 4))
    with pytest.raises(FrameworkError, match="x1 has 1 to 5, Y 1 to 4"):
        found.moved({"x1": "Y"})
