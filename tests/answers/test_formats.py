"""The same 200 invented answers from every format that surveys deliver give the same keyed frames."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ikfs_methods.answers import Answers, load
from ikfs_methods.framework import Framework

FILES = Path(__file__).parents[1] / "formats"
ITEMS = ("A1", "A2", "A3", "A4", "B1", "B2", "B3")
POINTS = ("Sangat tidak setuju", "tidak setuju", "netral", "setuju", "sangat setuju")
POSITION = ("posisi", "_posisi_latitude", "_posisi_longitude", "_posisi_altitude", "_posisi_precision")
KOBO_PRIVATE = dict.fromkeys(POSITION, "drop")


@pytest.fixture
def six(tree: Callable[..., Framework]) -> Framework:
    """The framework of the answers: two dimensions, A3 worded in reverse, columns called as the indicators."""
    made = tree(("I", ""), ("A", "I"), ("B", "I"), *((code, code[0], 1, 5) for code in ITEMS))
    made.nodes["column"] = [code if code in ITEMS else "" for code in made.nodes.index]
    made.nodes["direction"] = [-1.0 if code == "A3" else 1.0 for code in made.nodes.index]
    return made


@pytest.fixture
def plain(six: Framework) -> Answers:
    return arrived(six, "answers.csv")


def arrived(tree: Framework, name: str, **options: Any) -> Answers:
    common: dict[str, Any] = {
        "respondent": "respondent", "weight": "weight", "group": "cluster", "region": "province",
        "region_codes": "bps-2020",
    }  # fmt: skip
    return load(FILES / name, tree, **(common | options))


def assert_same(one: Answers, other: Answers) -> None:
    for name in ("items", "as_given"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_names=False)
    for name in ("weight", "group", "region", "region_code"):
        pd.testing.assert_series_equal(getattr(one, name), getattr(other, name), check_names=False)


def test_the_plain_file_holds_what_it_should(plain: Answers) -> None:
    # read by hand from the second line of answers.csv: R001,anak,31,0.62,3,3,2,5,3,3,3
    assert plain.n == 200
    assert plain.items.iloc[0].tolist() == [3, 3, 4, 5, 3, 3, 3]  # A3: 1 + 5 - 2
    assert plain.as_given.iloc[0].tolist() == [3, 3, 2, 5, 3, 3, 3]
    assert (plain.group.iloc[0], plain.region.iloc[0], plain.weight.iloc[0]) == ("anak", "DKI Jakarta", 0.62)


@pytest.mark.parametrize(
    "name",
    ["answers_semicolon.csv", "answers_tab.txt", "answers_bom.csv", "libreoffice.csv", "libreoffice.xlsx", "pspp.sav",
     "haven.sav", "stata.dta", "answers.parquet"],
)  # fmt: skip
def test_files_of_other_programs(six: Framework, plain: Answers, name: str) -> None:
    assert_same(arrived(six, name), plain)


@pytest.mark.parametrize("name", ["kobo_values.csv", "kobo_labels.xlsx"])
def test_exports_of_kobotoolbox_with_their_form(six: Framework, plain: Answers, name: str) -> None:
    answers = arrived(six, name, form=FILES / "form.xlsx", private=KOBO_PRIVATE, started="start", ended="end")
    assert_same(answers, plain)
    assert answers.duration is not None
    # read by hand from the file: R001 from 09:01:00.123 to 09:05:37.123
    assert answers.duration.iloc[0] == 4 * 60 + 37


def test_google_forms_with_a_dictionary(six: Framework, plain: Answers, put: Callable[[str, str], Path]) -> None:
    grid = "Seberapa setuju Anda dengan pernyataan berikut? [{}]"
    single = "{} (pilih satu)"
    questions = {
        "A1": grid.format("Saya mudah mencapai layanan sosial"),
        "A2": grid.format("Saya tahu ke mana harus melapor"),
        "A3": grid.format("Petugas sulit ditemui"),
        "A4": grid.format("Layanan datang tepat waktu"),
        "B1": single.format("Petugas memperlakukan saya dengan hormat"),
        "B2": single.format("Saya dapat mengurus diri sendiri"),
        "B3": single.format("Saya ikut dalam kegiatan warga"),
    }
    rows = [f'"{text}",{code},setuju,,,confirmed,' for code, text in questions.items()]
    dictionary = put("dictionary.csv", "\n".join(["column,indicator,scale,missing,question,status,note", *rows, ""]))
    labels = [f"setuju,{code},{label}" for code, label in enumerate(POINTS, 1)]
    scales = put("scales.csv", "\n".join(["scale,code,label", *labels, ""]))
    answers = arrived(
        six, "google.csv", respondent="Kode responden", weight="Penimbang", group="Kelompok", region="Provinsi",
        dictionary=dictionary, scales=scales,
    )  # fmt: skip
    assert_same(answers, plain)
    assert set(answers.log.loc[answers.log["step"] == "label", "column"]) == set(ITEMS)
