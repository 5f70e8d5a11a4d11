"""Opening a round: what is refused, in which words, and what a clean one holds."""

from __future__ import annotations

import pandas as pd
import pytest

import ikfs_methods as ikfs
from ikfs_methods.errors import (
    ConstantItemError,
    DecisionError,
    FrameworkError,
    IkfsError,
    InputFileError,
    InputProblemsError,
    JudgementError,
    NotNumericError,
    ParameterError,
    ScaleError,
    WeightError,
)
from ikfs_methods.rounds import Absent


def test_shipped_round_opens_by_its_name():
    opened = ikfs.open_round("fgd-2020-03-26")
    assert opened.answers.n == len(pd.read_csv(opened.folder / "answers.csv"))
    assert opened.answers.reversed_items == ("PS8",)
    assert opened.dropped == ["KD8", "PM8"]
    assert len(opened.framework.indicators) == 24
    assert len(opened.structure.indicators) == 22


def test_reverse_item_is_turned_once_and_only_it():
    opened = ikfs.open_round("fgd-2020-03-26")
    raw = pd.read_csv(opened.folder / "answers.csv", index_col="respondent")
    keyed = opened.answers.items
    pd.testing.assert_series_equal(keyed["PS8"], 6 - raw["PS8"], check_names=False, check_dtype=False)
    pd.testing.assert_series_equal(keyed["PS7"], raw["PS7"], check_names=False, check_dtype=False)


@pytest.mark.parametrize(
    ("file", "old", "new", "error", "message"),
    [
        ("round.yaml", "parameters: {}", "parameters: {item_rest_cutof: .3}", ParameterError,
         r"round.yaml: 'item_rest_cutof' is no parameter. Did you mean 'item_rest_cutoff'\?"),
        ("round.yaml", "parameters: {}", "parameters: {level: high}", ParameterError,
         r"level must be a number, above 0, below 1; found 'high'"),
        ("round.yaml", "parameters: {}", "parameters: {level: 1.5}", ParameterError, r"level must be .* found 1.5"),
        ("round.yaml", "language: id", "langage: id", ParameterError,
         r"'langage' is no entry of round.yaml. Did you mean 'language'\?"),
        ("round.yaml", "language: id", "language: fr", ParameterError, r"'language' must be 'id' or 'en'; found 'fr'"),
        ("round.yaml", "framework: ../../frameworks/ikfs", "framework: ../elsewhere", InputFileError,
         r"must hold framework.yaml; not found"),
        ("round.yaml", "file: answers.csv", "file: answer.csv", InputFileError, r"the file must exist: .*answer.csv"),
        ("round.yaml", "group: cluster", "group: kluster", IkfsError, r"must have a column 'kluster'.*Did you mean"),
        ("round.yaml", "- indicator: KD1", "- indicator: KD11", DecisionError, r"found 'KD11'. Did you mean 'KD1'\?"),
        ("round.yaml", "title:", "title: [", InputFileError, r"round.yaml must be YAML in UTF-8: line \d+"),
        ("answers.csv", "respondent,cluster", "respondent,kluster", IkfsError, r"must have a column 'cluster'"),
        ("panel.csv", "relevance,", "relevance,x", NotNumericError, r"panel.csv, row 2, column 'rating'"),
        ("panel.csv", "KD1", "KDX", JudgementError, r"panel.csv, row 2, column 'indicator': .* found 'KDX'"),
        ("budget.csv", ",KD,KD1,", ",KD,KD1,-", JudgementError, r"points must not be negative|must sum to"),
    ],
)  # fmt: skip
def test_each_mistake_is_named(spoil, file, old, new, error, message):
    folder = spoil(file, old, new)
    with pytest.raises(error, match=message):
        _ = ikfs.open_round(folder).weights


def spoiled_answers(folder, row, column, value):
    path = folder / "answers.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.loc[row, column] = value
    table.to_csv(path, index=False)
    return folder


def test_answers_off_the_scale_and_text_name_file_row_and_column(round_copy):
    spoiled_answers(round_copy, 10, "KD3", "9")
    with pytest.raises(ScaleError, match=r"answers.csv, row 12, column 'KD3': .* between 1 and 5; found '9'"):
        ikfs.open_round(round_copy)
    spoiled_answers(round_copy, 10, "KD3", "tiga")
    with pytest.raises(NotNumericError, match=r"answers.csv, row 12, column 'KD3': a number .* found 'tiga'"):
        ikfs.open_round(round_copy)


def test_constant_item_and_bad_weight(round_copy):
    spoiled_answers(round_copy, slice(None), "PM1", "3")
    spoiled_answers(round_copy, 0, "weight", "0")
    with pytest.raises(InputProblemsError) as caught:
        ikfs.open_round(round_copy)
    assert any("column 'PM1': an item must vary" in text for text in caught.value.problems)
    assert any("a design weight must be above 0; found '0'" in text for text in caught.value.problems)
    spoiled_answers(round_copy, 0, "weight", "1")
    with pytest.raises(ConstantItemError, match=r"all 1182 answers are the same \(3\)|are the same \(3\)"):
        ikfs.open_round(round_copy)


def test_indicator_without_a_parent(round_copy):
    table = round_copy.parent.parent / "frameworks" / "ikfs" / "indicators.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("\nKD1,KD,", "\nKD1,KX,"), encoding="utf-8")
    with pytest.raises(FrameworkError, match=r"every parent must be the code of another row; found in KD1"):
        ikfs.open_round(round_copy)


def test_points_that_do_not_sum(round_copy):
    path = round_copy / "budget.csv"
    points = pd.read_csv(path)
    points.loc[0, "points"] += 10
    points.to_csv(path, index=False)
    with pytest.raises((JudgementError, WeightError), match=r"E01.*110|110.*E01"):
        _ = ikfs.open_round(round_copy).weight_sets


def test_problems_of_several_files_come_together(round_copy):
    spoiled_answers(round_copy, 3, "KD1", "x")
    path = round_copy / "panel.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("rating", "rate", 1), encoding="utf-8")
    with pytest.raises(InputProblemsError) as caught:
        ikfs.open_round(round_copy)
    assert len(caught.value.problems) == 2


def test_optional_inputs_may_be_absent(spoil):
    folder = spoil("round.yaml", "  panel: {file: panel.csv}\n", "")
    opened = ikfs.open_round(folder)
    assert opened.aiken() == Absent("panel")
    assert opened.evidence.indicators["aiken_v"].isna().all()
    assert "content" not in opened.evidence.applied


def test_a_decision_that_the_inputs_cannot_serve(spoil):
    folder = spoil("round.yaml", "  judgements: {file: judgements.csv}\n", "")
    with pytest.raises(DecisionError, match=r"for IKFS asks for weights by 'ahp', .* it has equal, budget"):
        _ = ikfs.open_round(folder).weights


def test_unknown_round_names_the_nearest():
    with pytest.raises(InputFileError, match="Did you mean 'fgd-2020-03-26'"):
        ikfs.open_round("fgd-2020-03-27")


def test_several_wrong_parameters_come_together(spoil):
    folder = spoil("round.yaml", "parameters: {}", "parameters: {level: 2, seed: -1}")
    with pytest.raises(
        InputProblemsError, match=r"(?s)seed must be a whole number, at least 0; found -1.*level must be a number"
    ):
        ikfs.open_round(folder)


def test_judgement_errors_name_their_file(round_copy):
    path = round_copy / "judgements.csv"
    table = pd.read_csv(path)
    table.loc[0, "favours"] = "both"
    table.to_csv(path, index=False)
    with pytest.raises(JudgementError, match=r"judgements.csv: .*both"):
        ikfs.open_round(round_copy)


def test_an_empty_drop_undoes_the_files(spoil):
    folder = spoil("round.yaml", "parameters: {}", "parameters: {drop: [PM7]}")
    assert "PM7" in ikfs.open_round(folder).dropped
    assert "PM7" not in ikfs.open_round(folder, drop=[]).dropped


def test_a_parameter_by_name_beats_the_dictionary():
    opened = ikfs.open_round("fgd-2020-03-26", overrides={"level": 0.9, "seed": 1}, level=0.8, seed=None)
    assert (opened.parameters.level, opened.parameters.seed) == (0.8, 1)


def test_a_small_pilot_still_gives_what_it_can(round_copy):
    path = round_copy / "answers.csv"
    pd.read_csv(path, dtype=str, keep_default_na=False).groupby("cluster").head(5).to_csv(path, index=False)
    opened = ikfs.open_round(round_copy)
    assert opened.kmo == opened.factors == Absent("respondents")
    assert opened.evidence.applied == ("content", "clarity", "key", "item_rest", "redundancy")
    assert opened.index().scores["IKFS"].notna().all()


def test_an_emptied_dimension_is_told(round_copy):
    from ikfs_methods.report import text
    from ikfs_methods.report.language import Words

    opened = ikfs.open_round(round_copy, drop=[f"KD{i}" for i in range(1, 9)])
    assert opened.structure.dimensions == ["PS", "PM"]
    assert "**KD** has no indicator left" in text.say(opened.weights, Words("en"), opened)


def test_doubtful_items_never_empty_a_dimension():
    opened = ikfs.open_round("fgd-2020-03-26", item_rest_cutoff=0.9)
    left = set(opened.structure.indicators) - set(opened.doubtful)
    assert {code[:2] for code in left} == {"KD", "PS", "PM"}
    assert len(left) == 6
