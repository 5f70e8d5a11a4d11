"""The tree of an index: read, walked, thinned, and refused when broken."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods import framework
from ikfs_methods.errors import FrameworkError, InputFileError, InputProblemsError, PrivacyError

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


# Each mistake changes a row or a setting of its own, so that any number of them can be planted together.
WIDE = (node("I"), node("A", "I"), node("B", "I"), *(leaf(f"a{i}", "A") for i in range(1, 10)), leaf("b1", "B"))
MISTAKES = {
    (leaf("a1", "A"), leaf("a1", "AA")): r"every parent must be .*; found in a1 \(row 5, parent 'AA'\)\. Did you mean",
    (leaf("a2", "A"), leaf("a2", "A", low="5", high="1")): r"scale_min must be below scale_max; found in a2 \(row 6",
    (leaf("a3", "A"), leaf("a3", "A", direction="2")): r"direction must be 1 or -1; found in a3 .* with '2'",
    (
        leaf("a4", "A"),
        leaf("a4", "A", high="five"),
    ): r"scale_max of an indicator must be a number; found in a4 .*'five'",
    (
        leaf("a5", "A"),
        leaf("a5", "A", column="b1"),
    ): r"each indicator must name its own column of the answers; found in "
    r"a5 \(row 9, parent 'A'\) with 'b1', b1",
    (leaf("a6", "A"), leaf("a6", "A").replace("unverified", "sure")): r"status must be one of .* found in a6 .* 'sure'",
    (leaf("a7", "A"), leaf("a7", "a7")): r"a row must not be its own parent; found in a7",
    (leaf("a8", "A"), leaf("a8", "A", low="")): r"scale_min of an indicator must be a number; found in a8 .* with ''",
    (node("B", "I"), node("B", "I").replace("reflective", "")): r"measurement of a dimension must be .*; found in B",
    ("status: proposed", "status: final"): r"framework.yaml: status must be one of .*; found 'final'",
    ("version: '1'\n", "versoin: '1'\n"): r"unknown entry 'versoin'. Did you mean 'version'",
    ("source: invented\n", "source: invented\naggregation: [mean]\n"): r"aggregation must be one of .*; found 'mean'",
    ("name: {id: Uji, en: Test}", "name: Uji"): r"name must be given as {id: ..., en: ...}; found 'Uji'",
}


@given(st.sets(st.sampled_from(sorted(MISTAKES)), min_size=2))
def test_any_mistakes_together_are_all_told(planted):
    text, settings = "\n".join([HEAD, *WIDE]) + "\n", SETTINGS
    for old, new in planted:
        assert (old in text) != (old in settings)
        text, settings = text.replace(old, new), settings.replace(old, new)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "framework.yaml").write_text(settings, encoding="utf-8")
        (place / "indicators.csv").write_text(text, encoding="utf-8")
        with pytest.raises(InputProblemsError) as caught:
            framework.read(place)
    for mistake in planted:
        assert any(re.search(MISTAKES[mistake], problem) for problem in caught.value.problems), MISTAKES[mistake]
    # A misspelt setting is one that is unknown and one that is missing.
    assert len(caught.value.problems) == len(planted) + any("versoin" in new for _, new in planted)


def test_every_row_in_a_circle_is_named_and_no_other(tmp_path):
    rows = (*TREE, node("C", "D"), node("D", "E"), node("E", "C"), leaf("c1", "C"))
    with pytest.raises(
        FrameworkError, match=r"a circle; found in C \(row 8.*, D \(row 9.*, E \(row 10, parent 'C'\)\."
    ):
        framework.read(write(tmp_path, *rows))


def test_rows_of_a_broken_table_are_those_of_the_file(tmp_path):
    with pytest.raises(FrameworkError, match=r"found in b2 \(row 9, parent 'B'\)"):
        framework.read(write(tmp_path, *TREE, "," * 13, leaf("b2", "B", direction="3")))


def test_a_child_must_lie_within_the_scale_of_its_dimension(tmp_path):
    scaled = node("A", "I").replace("d,d,,,,", "d,d,,1,5,")
    assert scaled != node("A", "I")
    rows = [scaled if row == node("A", "I") else row for row in TREE]
    assert framework.read(write(tmp_path, *rows)).indicators == ["a1", "a2", "b1"]
    rows.append(leaf("a3", "A", high="7"))
    with pytest.raises(FrameworkError, match=r"a scale must lie within that of the parent.*; found in a3 \(row 8"):
        framework.read(write(tmp_path, *rows))


def test_columns_that_are_missing_do_not_hide_the_rest(tmp_path):
    write(tmp_path, *TREE, leaf("b2", "B", direction="2"))
    path = tmp_path / "indicators.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",owner,", ",ownr,", 1), encoding="utf-8")
    with pytest.raises(InputProblemsError, match=r"(?s)missing: owner. Did you mean 'ownr'.*direction must be 1 or -1"):
        framework.read(tmp_path)


def test_one_half_missing_leaves_the_other_checked(tmp_path):
    write(tmp_path, *TREE, leaf("b2", "B", direction="2"))
    (tmp_path / "framework.yaml").unlink()
    with pytest.raises(InputProblemsError, match=r"(?s)must hold framework.yaml; not found.*direction must be 1 or -1"):
        framework.read(tmp_path)
    write(tmp_path, *TREE)
    (tmp_path / "indicators.csv").unlink()
    with pytest.raises(InputFileError, match="must hold indicators.csv; not found"):
        framework.read(tmp_path)


def test_a_framework_names_no_person(tmp_path):
    with pytest.raises(PrivacyError, match=r"indicators.csv must hold no personal data .*'owner'"):
        framework.read(write(tmp_path, *TREE, leaf("b2", "B").replace(",o,s,", ",siti@contoh.example,s,")))


def test_settings_are_strict(tmp_path):
    with pytest.raises(FrameworkError, match="unknown entry 'agregation'. Did you mean 'aggregation'"):
        framework.read(write(tmp_path, *TREE, settings=SETTINGS + "agregation: [arithmetic]\n"))
    with pytest.raises(FrameworkError, match="status must be one of official, proposed, unverified; found 'final'"):
        framework.read(write(tmp_path, *TREE, settings=SETTINGS.replace("proposed", "final")))
    with pytest.raises(InputFileError, match="must hold framework.yaml"):
        framework.read(tmp_path / "nowhere")


def test_what_is_sound_can_be_used_for_checking_the_rest(tmp_path):
    rows = (*TREE, leaf("b2", "B", direction="2"), leaf("b3", "B", column="b4"), leaf("b4", "B"))
    found = framework.read_partial(write(tmp_path, *rows, settings="id: t\n"))
    assert found.framework.indicators == ["a1", "a2", "b1", "b2", "b3", "b4"]
    assert found.framework.nodes.loc["a1", ["column", "scale_min", "scale_max", "direction"]].tolist() == [
        "a1",
        1,
        5,
        1,
    ]
    assert found.unsound == {"b2", "b3", "b4"}
    assert len(found.problems) == 3
    for broken in (leaf("b2", "C"), leaf("b1", "B"), node("C"), leaf("b2", "b2"), leaf("", "B")):
        assert framework.read_partial(write(tmp_path, *TREE, broken)).framework is None
    write(tmp_path, *TREE)
    path = tmp_path / "indicators.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",scale_max,", ",scale_mx,", 1), encoding="utf-8")
    assert framework.read_partial(tmp_path).unsound == {"a1", "a2", "b1"}


def test_only_indicators_can_be_left_out(tmp_path):
    tree = framework.read(write(tmp_path, *TREE))
    with pytest.raises(FrameworkError, match="only indicators .* found A1. Did you mean 'a1'"):
        tree.without(["A1"])
    with pytest.raises(FrameworkError, match="at least one indicator"):
        tree.without(["a1", "a2", "b1"])
