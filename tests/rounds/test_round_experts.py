"""Codes of experts, criteria and Delphi rounds that were mistyped: refused or asked about, never counted apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from test_checking import edit, replace

from ikfs_methods.errors import InputProblemsError, JudgementError, ScaleError
from ikfs_methods.rounds import check_round, open_round, tables
from ikfs_methods.rounds.criteria import meant
from ikfs_methods.rounds.parameters import Parameters
from ikfs_methods.rounds.roundfile import TableInput


def panel(folder: Path, *rows: str, **options: object) -> pd.DataFrame:
    path = folder / "panel.csv"
    head = "expert,institution,indicator,criterion,rating,delphi_round"
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return tables.panel(path, TableInput(file="panel.csv"), None, Parameters(), **options)  # type: ignore[arg-type]


SOUND = ("E1,bps,KD1,relevance,3,1", "E2,bps,KD1,relevance,3,1")


@pytest.mark.parametrize(
    ("criterion", "right"),
    [
        ("relevence", "relevance"), ("Relevance", "relevance"), ("relevansi", "relevance"), ("esential", "essential"),
        ("congruance:KD", "congruence:KD"), ("Clarity ", "clarity"), ("feasability", "feasibility"),
        ("coherence", ""), ("kejelasan", ""), ("importance", ""), ("feasibility", ""), ("congruence:KDD", ""),
    ],
)  # fmt: skip
def test_a_name_near_a_known_criterion_is_seen(criterion, right):
    assert meant(criterion, ["feasibility"]) == right


@pytest.mark.parametrize("wrong", ["relevence", "Relevance", "relevansi"])
def test_a_mistyped_criterion_is_refused_with_its_rows(tmp_path, wrong):
    with pytest.raises(
        JudgementError, match=rf"row 4, column 'criterion': .*found '{wrong}' .* Did you mean 'relevance'"
    ):
        panel(tmp_path, *SOUND, f"E3,bps,KD1,{wrong},3,1")


def test_an_invented_criterion_is_written_alike(tmp_path):
    rows = [f"E{number},bps,KD1,measurability,3,1" for number in range(3)]
    with pytest.raises(JudgementError, match=r"row 7, .*found 'Measurability' .* Did you mean 'measurability'\?"):
        panel(tmp_path, *SOUND, *rows, "E4,bps,KD1,Measurability,3,1")
    assert len(panel(tmp_path, *SOUND, *rows)) == 5
    with pytest.raises(JudgementError, match="Did you mean 'measurability'"):
        panel(tmp_path, *SOUND, "E3,bps,KD1,mesurability,3,1", criteria=["measurability"])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("E3,bps,KD1,congruence,0.5,1", "'congruence' must be a whole number from -1 to 1; found '0.5'"),
        ("E3,bps,KD1,clarity,2.5,1", "'clarity' must be a whole number from 1 to 4; found '2.5'"),
        ("E3,bps,KD1,essential,0.5,1", "'essential' must be a whole number from 0 to 1; found '0.5'"),
        ("E3,bps,KD1,relevance,3.5,1", "'relevance' must be a whole number from 1 to 4; found '3.5'"),
    ],
)
def test_a_broken_rating_is_refused_with_its_row(tmp_path, row, said):
    with pytest.raises(ScaleError, match=rf"row 4, column 'rating': a rating on {said}"):
        panel(tmp_path, *SOUND, row)


@pytest.mark.parametrize(
    ("number", "said"), [("5", "found 1, 5, without 2, 3, 4"), ("2020", "found 1, 2020, above 50")]
)
def test_delphi_rounds_follow_each_other(tmp_path, number, said):
    with pytest.raises(ScaleError, match=rf"row 4, column 'delphi_round': .*{said}"):
        panel(tmp_path, *SOUND, f"E1,bps,KD1,relevance,4,{number}")
    assert len(panel(tmp_path, *SOUND, "E1,bps,KD1,relevance,4,2")) == 3


@pytest.mark.parametrize(
    ("spoiling", "said"),
    [
        (lambda f: edit(f / "panel.csv", (2, "expert", "e01")), "beside 'E01': 'e01' in panel.csv, row(s) 2."),
        (lambda f: edit(f / "comments.csv", (2, "expert", "E 02")), "beside 'E02': 'E 02' in comments.csv, row(s) 2."),
        (lambda f: edit(f / "comments.csv", (2, "expert", "E77")), "found 'E77' in row(s) 2."),
        (lambda f: edit(f / "experts.csv", (2, "institution", "hukum")), "differ for E01 ('statistika'; 'hukum')"),
        (lambda f: edit(f / "experts.csv", (2, "expert", "Narasumber Satu")), "panel.csv: an expert must be one of"),
    ],
)  # fmt: skip
def test_experts_are_the_same_in_every_table(round_copy, spoiling, said):
    spoiling(round_copy)
    assert any(said in text for text in check_round(round_copy).problems)
    with pytest.raises((JudgementError, InputProblemsError)):
        open_round(round_copy)


def test_where_nobody_lists_the_experts_others_than_the_panel_s_are_asked_about(round_copy):
    replace(round_copy / "round.yaml", ("  experts: {file: experts.csv}\n", ""))
    edit(round_copy / "comments.csv", (2, "expert", "E77"))
    found = check_round(round_copy)
    assert found.problems == []
    assert any("comments.csv: E77 rated nothing in panel.csv. Are the codes right?" in text for text in found.questions)


def test_a_table_of_one_expert_is_asked_about(round_copy):
    path = round_copy / "best_worst.csv"
    table = pd.read_csv(path)
    table[table["expert"] == "E01"].to_csv(path, index=False)
    assert (
        "best_worst.csv: all rows are of one expert (E01). Did the others answer?" in check_round(round_copy).questions
    )


def test_a_criterion_of_the_round_s_own_is_asked_about_unless_it_is_declared(round_copy):
    path = round_copy / "panel.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",clarity,", ",kejelasan,"), encoding="utf-8")
    (told,) = [text for text in check_round(round_copy).questions if "kejelasan" in text]
    assert "a criterion of the round's own?" in told
    replace(round_copy / "round.yaml", ("parameters: {}", "forms: {criteria: [relevance, kejelasan]}\nparameters: {}"))
    found = check_round(round_copy)
    assert found.problems == []
    assert not any("kejelasan" in text for text in found.questions)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("criteria: [relevence]", "found 'relevence'. Did you mean 'relevance'?"),
        ("criteria: []", "forms.criteria must name at least one criterion"),
        ("criteria: ['congruence:KDD']", "Did you mean 'KD'?"),
        ("ahp: [KDD]", "forms.ahp must name parents with two or more children"),
        ("budget: [KD1]", "forms.budget must name parents with two or more children"),
    ],
)
def test_what_forms_could_not_ask_is_a_problem_of_the_round(spoil: Callable[[str, str, str], Path], entry, said):
    folder = spoil("round.yaml", "parameters: {}", f"forms: {{{entry}}}\nparameters: {{}}")
    (told,) = check_round(folder).problems
    assert said in told


def test_nobody_s_institution_is_no_institution(round_copy):
    whole = open_round(round_copy).institutions
    for name in ("panel", "experts"):
        table = pd.read_csv(round_copy / f"{name}.csv")
        table.loc[table["expert"].isin(["E01", "E02"]), "institution"] = "tidak disebutkan"
        table.to_csv(round_copy / f"{name}.csv", index=False)
    opened = open_round(round_copy)
    assert opened.institutions.to_dict() == whole.drop(["E01", "E02"]).to_dict()
    for found in (opened.aiken_by_institution(), opened.ahp_by_institution):
        assert "tidak disebutkan" not in found.to_frame().reset_index().to_csv()


def test_a_dimension_that_keeps_nothing_is_asked_about(round_copy):
    codes = [f"KD{number}" for number in range(1, 9)]
    said = "decisions: all 8 indicators of KD are dropped or moved"
    assert not any(said in text for text in check_round(round_copy).questions)
    assert any(said in text for text in check_round(round_copy, drop=codes).questions)
