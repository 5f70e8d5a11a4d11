"""The tree of an index: read, walked, thinned, and refused when broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from ikfs_methods import framework
from ikfs_methods.errors import FrameworkError, InputFileError

HEAD = ",".join(framework.COLUMNS)
SETTINGS = "id: t\nname: {id: Uji, en: Test}\nversion: '1'\nstatus: proposed\nsource: invented\n"


def write(folder: Path, *rows: str, settings: str = SETTINGS) -> Path:
    (folder / "framework.yaml").write_text(settings, encoding="utf-8")
    (folder / "indicators.csv").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return folder


def node(code: str, parent: str = "") -> str:
    return f"{code},{parent},n,n,d,d,,,,,reflective,o,s,proposed"


def leaf(code: str, parent: str, *, low: str = "1", high: str = "5", direction: str = "1", column: str = "") -> str:
    return f"{code},{parent},n,n,d,d,{column},{low},{high},{direction},,o,s,unverified"


TREE = (node("I"), node("A", "I"), node("B", "I"), leaf("a1", "A"), leaf("a2", "A"), leaf("b1", "B"))


def test_tree_is_walked_in_table_order(tmp_path):
    tree = framework.read(write(tmp_path, *TREE))
    assert tree.root == "I"
    assert tree.indicators == ["a1", "a2", "b1"]
    assert tree.dimensions == ["A", "B"]
    assert tree.indicators_of("A") == ["a1", "a2"]
    assert tree.indicators_of("I") == []
    assert [tree.level(code) for code in ("a1", "A", "I")] == [0, 1, 2]
    assert tree.nodes.loc["a1", "column"] == "a1"  # an empty column means the code itself


def test_dropping_the_only_child_drops_its_parent(tmp_path):
    tree = framework.read(write(tmp_path, *TREE)).without(["b1"])
    assert list(tree.nodes.index) == ["I", "A", "a1", "a2"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ((*TREE, leaf("c1", "C")), r"every parent must be the code of another row; found in c1 \(row 8, parent 'C'\)"),
        ((*TREE, leaf("a1", "B")), r"codes must be unique; found in a1 \(row 5.*a1 \(row 8"),
        ((*TREE, node("J")), "exactly one row, the index itself, must have no parent"),
        ((node("I"), node("A", "B"), node("B", "A"), leaf("a1", "A")), "not in a circle"),
        ((*TREE, leaf("b2", "B", low="5", high="1")), "scale_min must be below scale_max; found in b2"),
        ((*TREE, leaf("b2", "B", direction="2")), "direction must be 1 or -1; found in b2"),
        ((*TREE, leaf("b2", "B", low="one")), "scale_min of an indicator must be a number; found in b2"),
        ((*TREE, leaf("b2", "B", column="a1")), "each indicator must name its own column"),
    ],
)
def test_broken_tables_are_refused_with_rule_and_row(tmp_path, rows, message):
    with pytest.raises(FrameworkError, match=message):
        framework.read(write(tmp_path, *rows))


def test_settings_are_strict(tmp_path):
    with pytest.raises(FrameworkError, match="unknown entry 'agregation'. Did you mean 'aggregation'"):
        framework.read(write(tmp_path, *TREE, settings=SETTINGS + "agregation: [arithmetic]\n"))
    with pytest.raises(FrameworkError, match="status must be one of official, proposed, unverified; found 'final'"):
        framework.read(write(tmp_path, *TREE, settings=SETTINGS.replace("proposed", "final")))
    with pytest.raises(InputFileError, match="must hold framework.yaml"):
        framework.read(tmp_path / "nowhere")


def test_only_indicators_can_be_left_out(tmp_path):
    tree = framework.read(write(tmp_path, *TREE))
    with pytest.raises(FrameworkError, match="only indicators .* found A1. Did you mean 'a1'"):
        tree.without(["A1"])
    with pytest.raises(FrameworkError, match="at least one indicator"):
        tree.without(["a1", "a2", "b1"])
