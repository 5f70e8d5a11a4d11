"""New rounds from files: what is written opens, the same answers in every format give the same items, and the verbs."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
import yaml

from ikfs_methods import framework
from ikfs_methods.cli import main
from ikfs_methods.errors import ColumnError, InputFileError, ParameterError
from ikfs_methods.rounds import check_round, open_round
from ikfs_methods.rounds.drafting import draft, new_round, summary
from ikfs_methods.rounds.partial import read as read_roundfile

FORMATS = Path(__file__).parents[2] / "formats"
ITEMS = ["A1", "A2", "A3", "A4", "B1", "B2", "B3"]
BASE = pd.read_csv(FORMATS / "answers.csv", dtype={"respondent": "str", "province": "str"})
DATA = {".csv", ".txt", ".tsv", ".xlsx", ".sav", ".zsav", ".dta", ".parquet"}
OTHER_THINGS = {"form.xlsx", "libreoffice_calculated.xlsx"}  # beside the deliveries of the 200 answers
DELIVERED = sorted(path.name for path in FORMATS.iterdir() if path.suffix in DATA and path.name not in OTHER_THINGS)
SHEETS = {"openpyxl.xlsx": "Data"}  # workbooks with more than one sheet


def form_of(name: str) -> Path | None:
    return FORMATS / "form.xlsx" if name.startswith("kobo") else None


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of the base's answers with some columns changed; its ending says the format."""

    def to(name: str, *, drop: tuple[str, ...] = (), **columns: object) -> Path:
        frame = BASE.assign(**columns).drop(columns=list(drop))
        path = tmp_path / name
        frame.to_excel(path, index=False) if path.suffix == ".xlsx" else frame.to_csv(path, index=False)
        return path

    return to


@pytest.mark.parametrize("name", DELIVERED)
def test_each_format_gives_the_same_round(tmp_path: Path, name: str) -> None:
    made = new_round(tmp_path / "baru", FORMATS / name, form=form_of(name), sheet=SHEETS.get(name))
    assert check_round(tmp_path / "baru").problems == []
    opened = open_round(tmp_path / "baru")
    assert len(made.undecided) == 0
    assert opened.answers.items.shape == (200, 7)
    # indicators stand in the file's order, whatever they are called
    expected = BASE.set_index("respondent")[ITEMS].astype("float64")
    found = opened.answers.items.set_axis(ITEMS, axis=1)
    pd.testing.assert_frame_equal(found, expected, check_names=False)
    np.testing.assert_array_equal(opened.answers.weight, BASE["weight"])
    assert opened.answers.group is not None
    assert opened.answers.group.nunique() == BASE["cluster"].nunique()
    (score,) = opened.index().scores[opened.framework.root]
    assert 0 < score < 100
    assert any("A3" in question.en or "_03" in question.en for question in made.questions if "against" in question.en)


def test_the_folder_holds_what_a_round_needs(tmp_path: Path) -> None:
    folder = tmp_path / "FGD Uji 2024-05-17"
    made = new_round(folder, FORMATS / "answers.csv", language="en")
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert names == {
        "answers.csv",
        "dictionary.csv",
        "round.yaml",
        "framework/framework.yaml",
        "framework/indicators.csv",
    }
    assert (folder / "answers.csv").read_bytes() == (FORMATS / "answers.csv").read_bytes()
    file = read_roundfile(folder / "round.yaml")
    assert (file.id, file.date.isoformat(), file.language) == ("fgd-uji-2024-05-17", "2024-05-17", "en")
    assert (file.inputs.answers.id, file.inputs.answers.weight) == ("respondent", "weight")
    tree = framework.read(folder / "framework")
    assert tree.dimensions == ["A", "B"]
    assert tree.indicators == ITEMS
    leaves = tree.nodes.loc[ITEMS]
    assert (leaves["status"] == "unverified").all()
    assert (leaves["source"] == "belum ditetapkan / to be decided").all()
    # worded in reverse, it seems; that is asked, not decided
    assert (leaves["direction"] == 1).all()
    assert [question.about for question in made.questions].count("date") == 0
    assert len(file.open) == len(made.questions)
    assert all(entry.question.id != entry.question.en for entry in file.open)


def test_a_folder_without_a_date_asks_for_it(tmp_path: Path) -> None:
    copy = tmp_path / "answers.csv"
    copy.write_bytes((FORMATS / "answers.csv").read_bytes())
    os.utime(copy, (1_700_000_000, 1_700_000_000))  # 14 November 2023, UTC
    made = new_round(tmp_path / "fgd-2024-13-45", copy)
    assert made.date.isoformat() == "2023-11-14"
    assert made.questions[0].about == "date"


def test_a_form_gives_names_in_both_languages_and_dimensions() -> None:
    made = draft(FORMATS / "kobo_values.csv", form=FORMATS / "form.xlsx")
    names = made.nodes.set_index("code")[["name_id", "name_en"]]
    assert (names.loc[ITEMS, "name_id"] != names.loc[ITEMS, "name_en"]).all()
    assert made.nodes.loc[made.nodes["parent"] == "INDEX", "code"].tolist() == ["A", "B"]
    assert not any("one language so far" in question.en for question in made.questions)
    # the form names the provinces behind 91 and 94, which tells whose codes they are
    assert (made.answers["region"], made.answers["region_codes"]) == ("province", "bps-2020")
    assert {"started", "ended"} <= set(made.answers)
    assert "position" in made.private.values()


def test_personal_columns_are_dropped_and_no_cell_of_theirs_is_written(
    tmp_path: Path, write: Callable[..., Path]
) -> None:
    people = [f"Budi Santoso{'abcdefghij'[j % 10]}" for j in range(200)]
    source = write("pribadi.xlsx", **{"Nama lengkap": people, "No HP": [f"0812555{j:05d}" for j in range(200)]})
    made = new_round(tmp_path / "baru", source)
    assert set(made.private) == {"Nama lengkap", "No HP"}
    assert read_roundfile(tmp_path / "baru" / "round.yaml").inputs.answers.private == {
        "Nama lengkap": "drop",
        "No HP": "drop",
    }
    written = [path for path in (tmp_path / "baru").rglob("*") if path.is_file() and path.name != source.name]
    text = summary(made) + "".join(path.read_text(encoding="utf-8") for path in written)
    assert "Santoso" not in text
    assert "0812" not in text
    assert open_round(tmp_path / "baru").answers.n == 200


def test_spss_labels_and_missing_codes(tmp_path: Path) -> None:
    labels = {1.0: "Sangat tidak setuju", 2.0: "Tidak setuju", 3.0: "Netral", 4.0: "Setuju", 5.0: "Sangat setuju",
              9.0: "Tidak tahu"}  # fmt: skip
    source = tmp_path / "label.sav"
    frame = BASE.fillna(dict.fromkeys(ITEMS, 9.0))
    pyreadstat.write_sav(
        frame, source, column_labels={"A1": "Saya makan cukup"}, variable_value_labels=dict.fromkeys(ITEMS, labels)
    )
    new_round(tmp_path / "baru", source)
    opened = open_round(tmp_path / "baru")
    assert int(opened.answers.items.isna().sum().sum()) == int(BASE[ITEMS].isna().sum().sum())
    assert opened.framework.label("A1", "id") == "Saya makan cukup"


def test_a_scale_of_which_a_part_occurs_keeps_the_round_closed(
    tmp_path: Path, write: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    four = {name: BASE[name].clip(upper=4) for name in ITEMS[:4]}
    folder = tmp_path / "empat"
    assert main(["new", str(folder), "--from", str(write("empat.csv", **four))]) == 0
    said = capsys.readouterr().out
    assert "A          4: A1, A2, A3, A4  1 to 4  open" in said
    assert "To decide before the round opens (dictionary.csv, status open):" in said
    assert main(["check", str(folder)]) == 2
    told = capsys.readouterr()
    assert "rows 2, 3, 4, 5: still open, columns 'A1', 'A2', 'A3', 'A4':" in told.err
    assert "is 1 to 4 the whole scale, or were other points offered that nobody chose?" in told.err
    assert "still open, or answered by a guess:" in told.out
    # a person decides: five points were offered
    table = pd.read_csv(folder / "dictionary.csv", dtype="str", keep_default_na=False, encoding="utf-8-sig")
    table.assign(status="confirmed").to_csv(folder / "dictionary.csv", index=False)
    nodes = pd.read_csv(
        folder / "framework" / "indicators.csv", dtype="str", keep_default_na=False, encoding="utf-8-sig"
    )
    nodes.replace({"scale_max": {"4": "5"}}).to_csv(folder / "framework" / "indicators.csv", index=False)
    assert main(["check", str(folder)]) == 0
    assert "Nothing to mend" in capsys.readouterr().out


def test_labels_of_the_questionnaires_own_stop_even_when_they_are_confirmed_unread(
    tmp_path: Path, write: Callable[..., Path]
) -> None:
    colours = {name: BASE[name].map({1: "merah", 2: "merah", 3: "kuning", 4: "hijau", 5: "hijau"}) for name in ITEMS}
    folder = tmp_path / "warna"
    new_round(folder, write("warna.csv", **colours))
    path = folder / "dictionary.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace(",open,", ",confirmed,"), encoding="utf-8")
    problems = check_round(folder).problems
    assert len(problems) == len(ITEMS)
    assert all("no answer at all" in problem for problem in problems)


@pytest.mark.parametrize(
    ("columns", "role", "said"),
    [
        ({"respondent": ["R1", *BASE["respondent"][1:-1], "R1"]}, "id", "some are empty or repeated"),
        ({"weight": [0.0, *BASE["weight"][1:]]}, "weight", "not above 0"),
        ({"cluster": [None, *BASE["cluster"][1:]]}, "group", "1 empty cells"),
        ({"province": ["Atlantis", *BASE["province"][1:]]}, "region", "holds what is no province"),
    ],
)
def test_a_column_that_does_not_bear_out_its_heading_is_asked_about(
    write: Callable[..., Path], columns: dict[str, object], role: str, said: str
) -> None:
    made = draft(write("ragu.csv", **columns))
    assert role not in made.answers
    assert any(said in question.en for question in made.questions)


def test_what_cannot_be_drafted(tmp_path: Path, write: Callable[..., Path]) -> None:
    none = write("tanpa.csv", drop=tuple(ITEMS))
    with pytest.raises(ColumnError, match="must have columns that look like items: several columns answered on one"):
        new_round(tmp_path / "baru", none)
    assert not (tmp_path / "baru").exists()
    with pytest.raises(InputFileError, match="nowhere.csv"):
        new_round(tmp_path / "baru", tmp_path / "nowhere.csv")
    with pytest.raises(ParameterError, match="language must be 'id' or 'en'"):
        draft(FORMATS / "answers.csv", language="fr")
    assert [path.name for path in tmp_path.iterdir()] == ["tanpa.csv"]


def test_nothing_is_written_over(tmp_path: Path) -> None:
    folder = tmp_path / "lama"
    folder.mkdir()
    (folder / "notulen.txt").write_text("rapat", encoding="utf-8")
    with pytest.raises(InputFileError, match="a new round needs a folder that does not exist yet, or an empty one"):
        new_round(folder, FORMATS / "answers.csv")
    with pytest.raises(InputFileError, match=r"a new round needs a folder; .*notulen.txt is a file"):
        new_round(folder / "notulen.txt", FORMATS / "answers.csv")
    assert [path.name for path in folder.iterdir()] == ["notulen.txt"]
    (folder / "notulen.txt").unlink()
    new_round(folder, FORMATS / "answers.csv")  # an empty folder is as good as none
    assert (folder / "round.yaml").is_file()


def test_a_file_named_like_a_drafted_one_is_copied_under_another_name(tmp_path: Path) -> None:
    source = tmp_path / "dictionary.csv"
    source.write_bytes((FORMATS / "answers.csv").read_bytes())
    new_round(tmp_path / "baru", source)
    assert (tmp_path / "baru" / "answers-dictionary.csv").read_bytes() == source.read_bytes()
    assert open_round(tmp_path / "baru").answers.n == 200


def test_nothing_half_made_remains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ikfs_methods.rounds.drafting.files._framework_lines", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        new_round(tmp_path / "baru", FORMATS / "answers.csv")
    assert list(tmp_path.iterdir()) == []


def test_round_yaml_says_awkward_texts_as_they_are(tmp_path: Path) -> None:
    source = tmp_path / "a: b #1 'x'.xlsx"
    book = openpyxl.Workbook()
    heading = ["no: yes #", *(f"Setuju? \"x\" {{x}}: 'y' [Butir {j}]" for j in range(1, 5))]
    book.active.append(heading)
    for row in range(40):
        book.active.append([f"R{row}", *((row * j) % 5 + 1 for j in (1, 2, 3, 4))])
    book.save(source)
    made = new_round(tmp_path / "baru", source)
    content = yaml.safe_load((tmp_path / "baru" / "round.yaml").read_text(encoding="utf-8"))
    assert content["inputs"]["answers"]["file"] == source.name
    assert content["open"][1]["question"] == {"id": made.questions[1].id, "en": made.questions[1].en}
    assert open_round(tmp_path / "baru").answers.items.shape == (40, 4)


def test_the_verb_says_what_was_found_and_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "fgd baru", "--from", str(FORMATS / "answers.csv"), "--language", "en"]) == 0
    said = capsys.readouterr().out
    assert "Draft of round fgd-baru from answers.csv (" in said
    assert "200 respondents, 11 columns." in said
    assert "A3 (r = -0." in said
    assert "  ikfs check 'fgd baru'\n" in said
    assert all(len(line) <= 100 for line in said.splitlines())
    assert main(["check", "fgd baru"]) == 0
    said = capsys.readouterr().out
    assert "200 respondents" in said
    assert "Nothing to mend" in said
    assert main(["new", "fgd baru", "--from", str(FORMATS / "answers.csv")]) == 2
    assert capsys.readouterr().err.startswith("ikfs: a new round needs a folder that does not exist yet")
    assert main(["new", "lain", "--from", "tidak-ada.sav"]) == 2
    assert "tidak-ada.sav" in capsys.readouterr().err


def test_what_a_spreadsheet_would_run_is_drafted_as_text_and_still_matches(tmp_path: Path) -> None:
    words = ["=HYPERLINK(1)", "tidak setuju", "netral", "setuju"]
    rows = [f"{words[i % 4]},{words[(i + 1) % 4]},{words[(i * 3) % 4]}" for i in range(40)]
    source = tmp_path / "in.csv"
    source.write_text("=cmd|q1,=cmd|q2,q3\n" + "\n".join(rows) + "\n", encoding="utf-8")
    folder = tmp_path / "baru"
    new_round(folder, source)
    for name in ("dictionary.csv", "scales.csv", "framework/indicators.csv"):
        cells = pd.read_csv(folder / name, dtype="str", keep_default_na=False, encoding="utf-8-sig")
        cells = cells.drop(columns="direction", errors="ignore")  # which holds numbers
        assert not cells.map(lambda text: text.startswith(("=", "@", "+", "-"))).any(axis=None), name
    # a person says what the words mean
    scales = pd.read_csv(folder / "scales.csv", dtype="str", keep_default_na=False, encoding="utf-8-sig")
    scales["code"] = [str(1 + i % 4) for i in range(len(scales))]
    scales.to_csv(folder / "scales.csv", index=False)
    table = pd.read_csv(folder / "dictionary.csv", dtype="str", keep_default_na=False, encoding="utf-8-sig")
    table.assign(status="confirmed").to_csv(folder / "dictionary.csv", index=False)
    nodes = pd.read_csv(folder / "framework" / "indicators.csv", dtype="str", keep_default_na=False)
    leaf = nodes["column"] != ""
    nodes.loc[leaf, ["scale_min", "scale_max"]] = ["1", "4"]
    nodes.to_csv(folder / "framework" / "indicators.csv", index=False)
    assert open_round(folder).answers.items.shape == (40, 3)
