"""The owner column read as roles of units, refused when it cannot be, and laid out by indicator and unit."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods import framework
from ikfs_methods.errors import FrameworkError, InputProblemsError
from ikfs_methods.framework.responsibility import Unit, parse_owner

HEAD = ",".join(framework.COLUMNS)
SETTINGS = "id: t\nname: {id: Uji, en: Test}\nversion: '1'\nstatus: proposed\nsource: invented\n"


def owned(**owners: str) -> framework.Framework:
    """An index I over A (a1, a2) and B (b1), with those owners."""
    parents = {"I": "", "A": "I", "B": "I", "a1": "A", "a2": "A", "b1": "B"}
    nodes = pd.DataFrame({"parent": parents, "owner": {code: owners.get(code, "") for code in parents}})
    return framework.Framework("t", {"id": "t", "en": "t"}, "1", "proposed", {"id": "s", "en": "s"}, nodes)


@pytest.mark.parametrize(
    ("cell", "roles"),
    [
        ("lead: A; data: B, C; support: D", {"lead": ["A"], "data": ["B", "C"], "support": ["D"]}),
        ("pendukung: D; sumber data: B; utama: A;", {"lead": ["A"], "data": ["B"], "support": ["D"]}),
        ("Pengampu: A", {"lead": ["A"]}),
        ("Dinas Sosial", {"lead": ["Dinas Sosial"]}),
        ("Bappenas, Direktorat Kependudukan", {"lead": ["Bappenas, Direktorat Kependudukan"]}),
        ('data: "Bappenas, Direktorat Kependudukan", BPS', {"data": ["Bappenas, Direktorat Kependudukan", "BPS"]}),
        ("lead: A; data: belum ditetapkan", {"lead": ["A"]}),
        ("belum ditetapkan / to be decided", {}),
        ("-", {}),
        ("", {}),
    ],
)
def test_owners_are_roles_of_units(cell, roles):
    assert {role: [unit.id for unit in units] for role, units in parse_owner(cell).items()} == roles


def test_a_unit_has_a_name_in_both_languages():
    found = parse_owner("lead: dinas sosial / social services; data: BPS")
    assert found["lead"] == (Unit("dinas sosial", "social services"),)
    assert [found["lead"][0][language] for language in ("id", "en")] == ["dinas sosial", "social services"]
    assert found["data"][0]["en"] == "BPS"


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("led: A", r"a role must be lead, data or support .*; found 'led'\. Did you mean 'lead'\?"),
        ("lead: A, B", r"must have one lead, who answers for it; found A, B\. Name the others under data or support"),
        ("data: A; data: B", r"each role must be given once; data is given twice"),
        ("data: A, , B", r"data must be followed by units; found an empty one in 'data: A, , B'"),
        ("lead:", r"lead must be followed by units; found an empty one"),
        ("data: A, A", r"a unit must be named once in a role; data has A twice"),
        ("lead: A / ; data: B", r"must have a name on both sides of a slash; found 'A /'"),
        ('lead: "A', r"double quotes must come in pairs"),
        ("lead: A data: B", r"roles must be set apart by semicolons; found a second colon"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_remedy(cell, message):
    with pytest.raises(FrameworkError, match=message):
        parse_owner(cell)


def test_the_table_names_the_rows(tmp_path: Path):
    rows = ["I,,n,n,d,d,,,,,reflective,,s,proposed", "A,I,n,n,d,d,,,,,reflective,,s,proposed"]
    owners = ["led: A", "led: A", "utama: BPS", "data: bps"]
    rows += [f"a{i},A,n,n,d,d,,1,5,1,,{owner},s,proposed" for i, owner in enumerate(owners, 1)]
    (tmp_path / "framework.yaml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "indicators.csv").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    with pytest.raises(InputProblemsError) as caught:
        framework.read(tmp_path)
    roles, spelling = caught.value.problems
    assert "indicators.csv: owner in a1 (row 4), a2 (row 5): a role must be lead, data or support" in roles
    assert "a unit must be spelled in one way; a4 has 'bps', elsewhere it is 'BPS'" in spelling


def test_one_unit_has_one_english_name():
    with pytest.raises(FrameworkError, match=r"one English name; a2 calls 'BPS' 'Statistics', elsewhere it is 'BPS-St"):
        framework.responsibilities(owned(a1="BPS / BPS-Statistics", a2="BPS / Statistics"))


def test_the_matrix_and_what_a_dimension_hands_down():
    found = framework.responsibilities(
        owned(I="lead: Z", A="lead: X / Ex; data: Y", a2="data: X; support: Y", b1="belum ditetapkan")
    )
    assert found.units == ["X", "Y"]
    assert found.names["X"]["en"] == "Ex"
    assert found.matrix.loc["a1"].tolist() == [("lead",), ("data",)]
    assert found.matrix.loc["a2"].tolist() == [("data",), ("support",)]
    assert found.inherited == {"a1": "A"}
    # the owner of the index answers for the index, not for an indicator that nobody was named for
    assert found.unassigned == ["b1"]
    assert found.without_lead == ["a2"]
    assert found.by_unit.to_dict("index") == {
        "X": {"lead": 1, "data": 1, "support": 0},
        "Y": {"lead": 0, "data": 1, "support": 1},
    }
    assert found.to_frame().loc["b1"].tolist() == ["", ""]


def test_nobody_named_is_an_empty_matrix():
    found = framework.responsibilities(owned())
    assert found.unassigned == ["a1", "a2", "b1"]
    assert found.matrix.shape == (3, 0)
    assert found.by_unit.empty


names = st.text("abcXYZ ", min_size=1, max_size=8).map(str.strip).filter(bool)
parts = st.dictionaries(
    st.sampled_from(framework.ROLES), st.lists(names, min_size=1, max_size=3, unique_by=str.lower), max_size=3
)


@given(parts)
def test_what_is_written_is_read_back(roles):
    roles = {role: units[:1] if role == "lead" else units for role, units in roles.items()}
    roles = {role: [" ".join(name.split()) for name in units] for role, units in roles.items()}
    roles = {role: units for role, units in roles.items() if len(set(units)) == len(units)}
    cell = "; ".join(f"{role}: {', '.join(units)}" for role, units in roles.items())
    assert {role: [unit.id for unit in units] for role, units in parse_owner(cell).items()} == roles


@given(st.text('ab:;,/" ', max_size=20))
def test_any_text_is_read_or_refused(cell):
    try:
        found = parse_owner(cell)
    except FrameworkError:
        return
    assert all(unit.id for units in found.values() for unit in units)
