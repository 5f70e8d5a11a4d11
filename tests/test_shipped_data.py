"""The data that the project ships: complete in both languages, joined by its codes, free of persons and claims."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from ikfs_methods import framework

DATA = Path(__file__).parents[1] / "data"
ROUND = DATA / "rounds" / "fgd-2020-03-26"
TABLES = sorted(DATA.rglob("*.csv"))


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(ROUND / name, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def tree() -> framework.Framework:
    return framework.read(DATA / "frameworks" / "ikfs")


@pytest.fixture(scope="module")
def round_file() -> dict[str, Any]:
    content = yaml.safe_load((ROUND / "round.yaml").read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def test_framework_is_three_dimensions_of_eight(tree: framework.Framework) -> None:
    assert tree.root == "IKFS"
    assert tree.children("IKFS") == ["KD", "PS", "PM"]
    for dimension in tree.dimensions:
        assert tree.children(dimension) == [f"{dimension}{j}" for j in range(1, 9)]
    leaves = tree.nodes.loc[tree.indicators]
    assert (leaves[["scale_min", "scale_max"]] == [1, 5]).all(axis=None)
    assert leaves.index[leaves["direction"] == -1].tolist() == ["PS8"]


def test_every_node_is_said_in_both_languages(tree: framework.Framework) -> None:
    texts = tree.nodes[["name_id", "name_en", "definition_id", "definition_en"]]
    assert (texts.apply(lambda column: column.str.strip().str.len()) > 0).all(axis=None)
    for name in texts.columns:
        assert not texts[name].duplicated().any(), name
    for language in ("id", "en"):
        assert not (texts[f"name_{language}"] == texts[f"definition_{language}"]).any()
    words = texts.loc[tree.indicators, ["name_id", "name_en"]].apply(lambda column: column.str.split().str.len())
    assert ((words >= 2) & (words <= 6)).all(axis=None)
    # a statement in the first person, one sentence
    assert texts.loc[tree.indicators, "definition_id"].str.contains(r"\bsaya\b", case=False).all()
    assert texts.loc[tree.indicators, "definition_en"].str.contains(r"\b(?:I|my)\b").all()
    assert (
        texts.loc[tree.indicators, ["definition_id", "definition_en"]]
        .map(lambda text: text.count(".") == 1)
        .all(axis=None)
    )


def test_nothing_unverified_is_called_official(tree: framework.Framework) -> None:
    assert tree.status == "proposed"
    assert not tree.nodes["status"].eq("official").any()
    assert tree.nodes["source"].ne("").all()
    assert tree.nodes.loc[tree.indicators, "source"].str.contains("bukan instrumen resmi").all()
    assert tree.classes == ()


def test_round_names_its_framework_and_files(round_file: dict[str, Any], tree: framework.Framework) -> None:
    assert framework.read(ROUND / round_file["framework"]).id == tree.id
    assert round_file["id"] == ROUND.name
    assert str(round_file["date"]) in round_file["id"]
    assert (ROUND / round_file["invented"]).is_file()
    assert set(round_file["title"]) == {"id", "en"}
    for name, entry in round_file["inputs"].items():
        assert (ROUND / entry["file"]).is_file(), name


def test_every_indicator_has_one_decision_with_a_reason(round_file: dict[str, Any], tree: framework.Framework) -> None:
    decisions = round_file["decisions"]
    assert [entry["indicator"] for entry in decisions] == tree.indicators
    by_decision = {name: [e["indicator"] for e in decisions if e["decision"] == name] for name in ("drop", "revise")}
    assert by_decision == {"drop": ["KD8", "PM8"], "revise": ["KD5", "PS8"]}
    assert {entry["decision"] for entry in decisions} == {"keep", "drop", "revise"}
    for entry in decisions + round_file["method_decisions"]:
        assert set(entry["reason"]) == {"id", "en"}
        for reason in entry["reason"].values():
            # numbers belong to the evidence, which is computed; codes such as PM6 may be named
            assert not re.search(r"(?<![A-Z])\d", reason), reason
        assert "invented example" in round_file["labels"][entry["decided_by"]]["en"]


def test_method_decisions_cover_every_parent(round_file: dict[str, Any], tree: framework.Framework) -> None:
    decided = round_file["method_decisions"]
    weights = {entry["parent"]: entry["choice"] for entry in decided if entry["topic"] == "weights"}
    assert weights == {"IKFS": "ahp", "KD": "budget", "PS": "budget", "PM": "budget"}
    assert set(weights) == set(tree.parents)
    assert {entry["topic"]: entry["choice"] for entry in decided if entry["topic"] != "weights"} == {
        "normalisation": "scale",
        "aggregation": "arithmetic",
    }


def test_answers_join_the_framework_and_the_provinces(round_file: dict[str, Any], tree: framework.Framework) -> None:
    answers, entry = table("answers.csv"), round_file["inputs"]["answers"]
    about = [entry[name] for name in ("id", "group", "region", "weight")] + entry["outside"]
    assert answers.columns.tolist() == about + tree.nodes.loc[tree.indicators, "column"].tolist()
    assert answers["respondent"].is_unique
    assert set(answers[tree.indicators].to_numpy().ravel()) == {"", "1", "2", "3", "4", "5"}
    provinces = pd.read_csv(DATA / "reference" / "provinces.csv", dtype=str, keep_default_na=False)
    of_2020 = provinces.loc[provinces["in_34_of_2020"] == "1", "bps_2020"]
    assert set(answers["province"]) == set(of_2020)
    assert set(answers["cluster"]) == {"anak", "disabilitas", "lansia", "napza", "tuna_sosial"}


def test_expert_tables_join_the_framework(tree: framework.Framework) -> None:
    names = ("panel", "judgements", "budget", "best_worst", "experts", "comments")
    panel, judgements, budget, best_worst, listed, comments = (table(f"{name}.csv") for name in names)
    assert panel.columns.tolist() == ["expert", "institution", "indicator", "criterion", "rating", "delphi_round"]
    assert judgements.columns.tolist() == ["expert", "parent", "left", "right", "favours", "strength"]
    assert budget.columns.tolist() == ["expert", "parent", "indicator", "points"]
    experts = {f"E{number:02d}" for number in range(1, 13)}
    for frame in (panel, judgements, budget, best_worst, listed):
        assert set(frame["expert"]) == experts
    assert set(comments["expert"]) < experts
    assert set(comments["indicator"]) < set(tree.indicators)
    assert set(best_worst["parent"]) == {"IKFS"}
    assert set(best_worst["indicator"]) == set(tree.children("IKFS"))
    assert set(panel["indicator"]) == set(tree.indicators)
    assert set(panel["criterion"]) == {"relevance", "clarity", "essential", "congruence"}
    assert not panel.duplicated(["expert", "indicator", "criterion", "delphi_round"]).any()
    assert set(panel.loc[panel["delphi_round"] == "2", "criterion"]) == {"clarity"}
    # fields of expertise: invented ratings must not stand under the name of a real institution
    assert set(listed["institution"]) == set(panel["institution"])
    assert set(panel["institution"]) == {"statistika", "psikologi", "kesejahteraan sosial", "perencanaan"}
    assert set(judgements["left"]) | set(judgements["right"]) == set(tree.children("IKFS"))
    for parent, points in budget.groupby("parent"):
        assert set(points["indicator"]) == set(tree.children(str(parent)))
        assert (points["points"].astype(int).groupby(points["expert"]).sum() == 100).all()
    assert set(budget["parent"]) == set(tree.parents)


def test_participants_are_institutions_with_a_source() -> None:
    participants = table("participants.csv")
    assert participants.columns.tolist() == ["institution", "role", "number", "source"]
    assert participants["source"].ne("").all()
    # only the total is public
    assert participants.loc[participants["number"] != "", "number"].tolist() == ["44"]


def test_provinces_are_34_in_2020_and_38_since_2022() -> None:
    provinces = pd.read_csv(DATA / "reference" / "provinces.csv", dtype=str, keep_default_na=False)
    assert len(provinces) == 38
    assert provinces["name"].is_unique
    for system, count in (("kemendagri_2020", 34), ("bps_2020", 34), ("kemendagri_2022plus", 38), ("bps_2022plus", 38)):
        codes = provinces.loc[provinces[system] != "", system]
        assert len(codes) == count
        assert codes.is_unique
        assert codes.str.fullmatch(r"\d\d").all()
    old = provinces["in_34_of_2020"] == "1"
    assert (provinces.loc[old, "bps_2020"] != "").all()
    assert set(provinces.loc[~old, "parent_2020"]) == {"Papua", "Papua Barat"}
    # the digits that mean different provinces in different systems
    named = provinces.set_index("name")
    two = named.loc[["Papua", "Papua Barat"], ["bps_2020", "kemendagri_2020"]]
    assert two.to_numpy().tolist() == [["94", "91"], ["91", "92"]]
    assert named.loc["Papua Tengah", "kemendagri_2022plus"] == "94"


def test_population_uses_the_codes_and_names_of_the_provinces() -> None:
    population = yaml.safe_load((ROUND / "population.yaml").read_text(encoding="utf-8"))
    provinces = pd.read_csv(DATA / "reference" / "provinces.csv", dtype=str, keep_default_na=False)
    known = provinces[provinces["bps_2020"] != ""].set_index("bps_2020")["name"].to_dict()
    assert {code: entry["name"] for code, entry in population["provinces"].items()} == known


@pytest.mark.parametrize("path", TABLES, ids=lambda path: str(path.relative_to(DATA)))
def test_tables_are_plain_and_hold_no_persons(path: Path) -> None:
    content = path.read_bytes()
    assert b"\r" not in content
    assert content.endswith(b"\n")
    text = content.decode("utf-8")
    header = set(text.splitlines()[0].lower().split(","))
    assert not header & {"nik", "nama", "nama_lengkap", "phone", "telepon", "email", "address", "alamat", "birth_date"}
    assert not re.search(r"(?<![0-9a-f])\d{16}(?![0-9a-f])", text), "16 digits look like a NIK"
    assert not re.search(r"[\w.]+@[\w.]+", text), "an e-mail address"
    assert not re.search(r"\b(?:Dr|Prof|Drs|Ir|Bapak|Ibu)\.? [A-Z]", text), "a titled person"


def test_what_is_invented_is_said_loudly() -> None:
    assert "**INVENTED**" in (DATA / "README.md").read_text(encoding="utf-8")
    for name in ("round.yaml", "population.yaml"):
        assert "INVENTED" in (ROUND / name).read_text(encoding="utf-8").split("\nid:")[0][:400]
