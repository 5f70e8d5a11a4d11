"""Roles of the columns beside the items: what a heading announces must be borne out by the cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ikfs_methods.reading import Table
from ikfs_methods.rounds.drafting.roles import Roles, about_persons, roles


def found(columns: Mapping[str, Sequence[str]], labels: Mapping[str, Mapping[str, str]] | None = None) -> Roles:
    """The roles in a table with these cells, each list repeated to the longest one's length."""
    rows = max(map(len, columns.values()))
    cells = pd.DataFrame({name: np.resize(np.array(values, dtype=object), rows) for name, values in columns.items()})
    return roles(Table(cells.astype("str"), Path("answers.csv"), "csv", value_labels=labels or {}))


@pytest.mark.parametrize("name", ["respondent", "ID Responden", "id_responden", "RespondentID", "No.", "_uuid"])
def test_ids(name: str) -> None:
    assert found({name: ["a1", "a2", "a3"]}).columns == {"id": name}


def test_the_better_name_wins_where_it_holds() -> None:
    assert found({"No": ["1", "2", "3"], "responden": ["a", "b", "c"]}).columns["id"] == "responden"
    both = found({"No": ["1", "2", "3"], "responden": ["a", "b", "b"]})
    assert both.columns["id"] == "No"
    assert both.questions == []


@pytest.mark.parametrize("name", ["weight", "Penimbang", "BOBOT", "timbang"])
def test_weights(name: str) -> None:
    assert found({name: ["0,5", "1,25", "2"]}).columns == {"weight": name}
    assert "not above 0" in found({name: ["0", "1", "2"]}).questions[0].en


def test_strata_and_clusters_of_the_sample() -> None:
    assert found({"strata": ["1", "2"], "PSU": ["7", "8"]}).columns == {"strata": "strata", "psu": "PSU"}
    assert "has empty cells" in found({"strata": ["1", ""]}).questions[0].en


def test_codes_on_which_all_systems_agree_need_no_system() -> None:
    assert found({"provinsi": ["31", "32", "33"]}).columns == {"region": "provinsi"}


def test_names_of_provinces_need_no_system() -> None:
    assert found({"provinsi": ["Papua", "DKI Jakarta", "jawa barat"]}).columns == {"region": "provinsi"}


def test_codes_of_papua_are_asked_about_unless_their_labels_tell() -> None:
    codes = ["31", "91", "94"]
    asked = found({"prov": codes})
    assert asked.columns == {}
    assert "bps-2020, bps-2022, kemendagri-2022" in asked.questions[0].en
    # 94 is Papua for BPS and Papua Tengah for Kemendagri since 2022
    bps = found({"prov": codes}, {"prov": {"31": "DKI Jakarta", "91": "Papua Barat", "94": "Papua"}})
    assert bps.columns == {"region": "prov", "region_codes": "bps-2020"}
    interior = found({"prov": codes}, {"prov": {"31": "DKI Jakarta", "91": "Papua", "94": "Papua Tengah"}})
    assert interior.columns == {"region": "prov", "region_codes": "kemendagri-2022"}


def test_codes_that_only_one_meaning_fits_need_no_question() -> None:
    # 97 is a code of BPS since 2022 alone: Papua Pegunungan
    assert found({"prov": ["31", "97"]}).columns == {"region": "prov", "region_codes": "bps-2022"}


def test_regions_that_are_no_provinces_and_provinces_with_a_mistake() -> None:
    other = found({"wilayah": ["Barat", "Tengah", "Timur"]})
    assert other.columns == {"region": "wilayah", "region_codes": "none"}
    assert "3 of 3 values are no provinces' names" in other.questions[0].en
    assert "holds what is no province" in found({"provinsi": ["Jawa Barat", "Atlantis"]}).questions[0].en


def test_start_and_end() -> None:
    times = {"start": ["2020-03-26T09:00:00+07:00"] * 2, "end": ["2020-03-26T09:20:00+07:00"] * 2}
    assert found(times).columns == {"started": "start", "ended": "end"}
    backwards = {"start": times["end"], "end": times["start"]}
    assert "started" not in found(backwards).columns
    assert "(`day_first`)" in found({"start": ["3/4/2020 9:00:00"], "end": ["3/4/2020 9:20:00"]}).questions[0].en
    assert found({"end": times["end"]}).columns == {}


def test_a_duration_of_unknown_unit_is_asked_about() -> None:
    assert "in seconds?" in found({"durasi": ["12", "15"]}).questions[0].en
    assert found({"Duration (seconds)": ["720", "900"]}).columns == {"duration": "Duration (seconds)"}


@pytest.mark.parametrize(
    ("name", "is_fact"),
    [
        ("jenis_kelamin", True),
        ("Umur", True),
        ("tahun lahir", True),
        ("jml", False),
        ("KD1", False),
        ("Pada bulan lalu saya dapat makan cukup setiap hari", False),
    ],
)
def test_facts_about_persons_are_no_ratings(name: str, is_fact: bool) -> None:
    assert about_persons(name) is is_fact
