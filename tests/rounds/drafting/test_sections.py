"""Sections of a questionnaire from its headings."""

from __future__ import annotations

import pytest

from ikfs_methods.rounds.drafting.sections import ALONE, Section, row_of, sections


@pytest.mark.parametrize(
    ("names", "stem"),
    [
        (["KD1", "KD2", "KD10"], "KD"),
        (["kd_1", "kd_2"], "kd"),
        (["Q1_1", "Q1_2"], "Q1"),
        (["P101", "P102"], "P"),
        (["b3.1", "b3.2a"], "b3"),
    ],
)
def test_a_series_of_names(names: list[str], stem: str) -> None:
    assert {(found.key, found.kind) for found in sections(names).values()} == {(stem, "series")}


def test_what_stands_alone() -> None:
    names = ["KD1", "umur", "2019", "2020", "Apakah Anda setuju dengan pernyataan nomor 1", "makan"]
    assert all(found is ALONE for found in sections(names).values())


def test_a_matrix_of_questions() -> None:
    found = sections(["Seberapa setuju? [Saya makan]", "Seberapa setuju? [Saya tidur]", "Usul [bebas"])
    assert [one.kind for one in found.values()] == ["matrix", "matrix", ""]
    assert next(iter(found.values())).name == {"": "Seberapa setuju?"}
    assert row_of("Seberapa setuju? [Saya makan]") == "Saya makan"
    assert row_of("Saya makan") == "Saya makan"


def test_groups_go_before_names() -> None:
    group = Section("hh/kd", "group", {"id": "Kebutuhan dasar"})
    assert sections(["KD1", "KD2"], groups={"KD1": group})["KD1"] is group


@pytest.mark.parametrize("sign", ["/", "-"])
def test_a_group_that_the_survey_tool_put_before_the_name(sign: str) -> None:
    found = sections(["KD1", "KD2", "_id"], [f"hh{sign}kebutuhan{sign}KD1", f"hh{sign}kebutuhan{sign}KD2", "_id"])
    assert found["KD1"].kind == "group"
    assert found["KD1"].name == {"": "kebutuhan"}
    assert found["KD1"] == found["KD2"]
    assert found["_id"] is ALONE
