"""Answers off the scale, columns on the scale of others, forms of several versions: asked about, never lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from openpyxl import Workbook

from ikfs_methods.errors import IkfsError, InputProblemsError
from ikfs_methods.rounds import check_round, open_round
from ikfs_methods.rounds.drafting import draft, new_round, summary

WORDS = {1: "Tidak puas", 2: "Kurang puas", 3: "Netral", 4: "Puas", 5: "Sangat puas"}
N = 60


def codes() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    base = rng.integers(1, 6, N)
    return pd.DataFrame({f"B{j}": np.clip(base + rng.integers(-1, 2, N), 1, 5) for j in range(1, 5)})


def written(frame: pd.DataFrame, path: Path) -> Path:
    labels = dict.fromkeys(frame.columns, WORDS)
    if path.suffix == ".sav":
        pyreadstat.write_sav(frame, path, variable_value_labels=labels)
    elif path.suffix == ".dta":
        pyreadstat.write_dta(frame, path, variable_value_labels=labels)
    elif path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("stray", [99, 55, 6])
def test_a_stray_code_keeps_a_column_in_the_draft_of_every_format(tmp_path: Path, stray: int) -> None:
    frame = codes()
    frame.loc[3, "B4"] = stray
    for ending in ("sav", "dta", "csv", "parquet"):
        made = draft(written(frame, tmp_path / f"b.{ending}"))
        assert made.dictionary["column"].tolist() == ["B1", "B2", "B3", "B4"], ending
        assert made.unused == ()
        if ending in ("sav", "dta"):
            assert made.undecided["column"].tolist() == ["B4"]
            assert f"'{stray}' (fewer than 5)" in made.undecided["note"].item()


def test_columns_of_known_words_that_are_no_items_are_asked_about(tmp_path: Path) -> None:
    frame = codes().assign(**{f"Ya {j}": np.resize(["Ya", "Tidak", "Tidak"], N) for j in (1, 2)})
    made = draft(written(frame, tmp_path / "ya.csv"))
    assert made.unused == ("Ya 1", "Ya 2")
    assert any("known scale" in question.en and "Ya 1, Ya 2" in question.en for question in made.questions)


def test_a_frequent_word_off_the_scale_leaves_the_scale_open(tmp_path: Path) -> None:
    frame = codes().replace({**WORDS, 3: "Cukup"})
    folder = tmp_path / "baru"
    made = new_round(folder, written(frame, tmp_path / "kata.csv"))
    assert made.undecided["column"].tolist() == ["B1", "B2", "B3", "B4"]
    count = int((frame == "Cukup").sum().sum())
    assert made.undecided["note"].str.contains(f"'Cukup' ({count})", regex=False).all()
    assert made.scales.set_index("label").loc["Cukup", "code"] == "?"
    # confirmed unread, the word is still unexplained
    table = pd.read_csv(folder / "dictionary.csv", dtype="str", keep_default_na=False, encoding="utf-8-sig")
    table.assign(status="confirmed").to_csv(folder / "dictionary.csv", index=False)
    with pytest.raises(InputProblemsError, match="found 'Cukup'"):
        open_round(folder)


def test_a_rare_word_off_the_scale_is_named(tmp_path: Path) -> None:
    sure = {1: "Sangat tidak puas", 2: "Tidak puas", 3: "Netral", 4: "Puas", 5: "Sangat puas"}
    frame = codes().replace(sure)
    frame.loc[7, "B2"] = "Pusa"
    made = draft(written(frame, tmp_path / "kata.csv"))
    assert set(made.dictionary["status"]) == {"guessed"}
    assert "'Pusa' (fewer than 5)" in summary(made)
    assert made.scales.set_index("label").loc["Pusa", "code"] == "?"


def kobo(folder: Path, *, versions: bool) -> Path:
    frame = codes().astype("Int64").add_prefix("sikap/")
    if versions:
        frame["sikap_v2/B1"] = frame["sikap/B1"].where(frame.index >= N // 2)
        frame["sikap/B1"] = frame["sikap/B1"].where(frame.index < N // 2)
    frame["_uuid"] = [f"u{row:032}" for row in range(N)]
    frame["_submission_time"] = "2026-01-01T00:00:00"
    return written(frame, folder / "kobo.csv")


def test_a_question_of_two_versions_of_the_form_is_asked_about(tmp_path: Path) -> None:
    made = draft(kobo(tmp_path, versions=True))
    (asked,) = (question for question in made.questions if "several versions" in " ".join(question.en.split()))
    assert "sikap/B1 + sikap_v2/B1" in asked.en
    assert "sikap/B1 + sikap_v2/B1" in summary(made)
    assert not any("versions" in question.en for question in draft(kobo(tmp_path, versions=False)).questions)


def test_what_is_said_of_many_headings_is_said_once(tmp_path: Path) -> None:
    new_round(tmp_path / "baru", kobo(tmp_path, versions=False))
    (fact,) = (fact for fact in check_round(tmp_path / "baru").facts if "group cut off" in fact)
    assert "group cut off the heading ... (4 times: 'sikap/B1', 'sikap/B2', 'sikap/B3' and 1 more)" in fact


def test_before_there_is_a_round_file_advice_names_the_options(tmp_path: Path) -> None:
    book = Workbook()
    for sheet in (book.active, book.create_sheet("Lain")):
        sheet.append(["a", "b"])
        sheet.append([1, 2])
    book.save(tmp_path / "dua.xlsx")
    for source, sheet, said in (
        ("dua.xlsx", None, r"Name the right one \(`--sheet`\)\."),
        ("dua.xlsx", "Lian", "Correct `--sheet`"),
        ("tidak-ada.csv", None, "Correct its name or put"),
    ):
        with pytest.raises(IkfsError, match=said) as raised:
            draft(tmp_path / source, sheet=sheet)
        assert "round.yaml" not in str(raised.value)


def test_correlations_are_written_as_each_language_writes_them(tmp_path: Path) -> None:
    frame = codes()
    made = draft(written(frame.assign(B2=6 - frame["B2"]), tmp_path / "balik.csv"))
    (asked,) = (question for question in made.questions if "against" in question.en)
    assert "B2 (r = -0." in asked.en
    assert "B2 (r = \u22120," in asked.id
