"""Rounds of other shapes than the shipped one: few items, deep trees, formative dimensions, answers alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ikfs_methods as ikfs
from ikfs_methods import framework
from ikfs_methods.errors import DecisionError, JudgementError, ParameterError, ScaleError
from ikfs_methods.report import tables, text
from ikfs_methods.report.language import Words
from ikfs_methods.rounds import views

ROUND = "fgd-2020-03-26"


def make(folder: Path, tree: dict[str, list[str]], *, measurement: str = "reflective") -> Path:
    """A round with answers alone on a tree given as parent -> children; leaves are items with one common factor."""
    parents = {child: parent for parent, children in tree.items() for child in children}
    codes = ["I", *parents]
    rows = [",".join(framework.COLUMNS)]
    for code in codes:
        scale = ",,,," if code in tree else f"{code},1,5,1,"
        kind = measurement if code in tree else ""
        rows.append(f"{code},{parents.get(code, '')},{code},{code},d,d,{scale}{kind},o,s,unverified")
    (folder / "indicators.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "framework.yaml").write_text(
        "id: t\nname: {id: Uji, en: Test}\nversion: '1'\nstatus: proposed\nsource: invented\n", encoding="utf-8"
    )
    rng = np.random.default_rng(1)
    common = rng.standard_normal((300, 1))
    items = [code for code in codes if code not in tree]
    answers = np.clip(np.rint(3 + common + rng.standard_normal((300, len(items)))), 1, 5).astype(int)
    pd.DataFrame(answers, columns=items).to_csv(folder / "answers.csv", index=False)
    (folder / "round.yaml").write_text(
        "id: t\ntitle: {id: Uji, en: Test}\ndate: 2020-01-01\nframework: .\ninputs: {answers: {file: answers.csv}}\n",
        encoding="utf-8",
    )
    return folder


def everything(opened):
    """All that the chapters ask of a round, laid out and said."""
    words = Words(opened.language)
    shown = [opened.answers, opened.evidence, views.decisions(opened), views.weight_table(opened), opened.kmo,
             opened.factors, opened.index(), opened.witness, views.parameters(opened)]  # fmt: skip
    laid = [tables.lay_out(result, words, opened) for result in shown]
    said = [text.say(result, words, opened) for result in (opened.item_analysis, opened.alpha, opened.index())]
    if opened.item_analysis.results:
        laid += [tables.lay_out(result, words, opened) for result in (opened.item_analysis, opened.alpha)]
    compared = ikfs.compare_variants(opened, ikfs.rounds.variant_of(opened, weights="equal"))
    return laid, said, compared.to_frame()


@pytest.mark.parametrize(
    "tree",
    [
        {"I": ["A"], "A": ["a1", "a2", "a3", "a4"]},
        {"I": ["A", "B"], "A": ["a1", "a2"], "B": ["b1", "b2"]},
        {"I": ["A", "B", "C"], "A": ["a1"], "B": ["b1"], "C": ["c1"]},
        {"I": ["A", "B"], "A": ["a1", "S"], "S": ["s1", "s2", "s3"], "B": ["b1", "b2", "b3"]},
        {"I": ["A", "B"], "A": ["A1", "A2"], "A1": ["x1", "x2"], "A2": ["y1", "y2"], "B": ["B1"], "B1": ["z1", "z2"]},
    ],
    ids=["four items", "pairs", "single items", "mixed children", "four levels"],
)
def test_any_tree_gives_evidence_weights_and_index(tmp_path, tree):
    opened = ikfs.open_round(make(tmp_path, tree), n_factors=1)
    laid, said, compared = everything(opened)
    assert all(len(part.frame) for part in laid)
    assert all(said)
    assert not compared.empty
    weights = opened.weights.weights
    assert weights.groupby(opened.weights.parents).sum().to_numpy() == pytest.approx(1)
    assert 0 <= opened.index().scores["I"].iloc[0] <= 100


def test_formative_dimensions_are_not_judged_by_alpha(tmp_path):
    opened = ikfs.open_round(make(tmp_path, {"I": ["A"], "A": ["a1", "a2", "a3"]}, measurement="formative"))
    said = text.say(opened.alpha, Words("en"), opened)
    assert "A: formative" in said
    assert "0.70" not in said
    assert set(opened.evidence.indicators["verdict"]) == {"keep"}


@pytest.mark.parametrize(
    "change",
    [
        {"extraction": "pca"},
        {"rotation": "varimax", "n_factors": 2},
        {"normalisation": "minmax"},
        {"order": "unit-first"},
        {"missing": "pairwise"},
        {"weights": "factor"},
    ],
    ids=str,
)
def test_every_kind_of_variant_can_be_compared(change):
    opened = ikfs.open_round(ROUND)
    variant = ikfs.rounds.variant_of(opened, **change)
    table = ikfs.compare_variants(opened, variant).table
    assert variant.label in table.columns
    assert table.loc[("score", "IKFS")].notna().all()


def test_a_variant_keeps_what_its_round_was_opened_with():
    opened = ikfs.open_round(ROUND, drop=["PS8"], minimum_answered=1.0, seed=5)
    variant = ikfs.rounds.variant_of(opened, drop=["KD5"])
    assert variant.parameters.drop == ["PS8", "KD5"]
    assert (variant.parameters.minimum_answered, variant.parameters.seed) == (1.0, 5)


def test_what_is_given_beats_a_decision_which_beats_the_file(spoil):
    folder = spoil("round.yaml", "parameters: {}", "parameters: {normalisation: minmax, weights: equal}")
    decided = ikfs.open_round(folder)
    assert decided.build_options["normalisation"] == "scale"
    assert decided.weights.table["method"]["KD"] == "ahp"
    given = ikfs.open_round(folder, normalisation="minmax", weights="equal")
    assert given.build_options["normalisation"] == "minmax"
    assert set(given.weights.table["method"]) == {"equal"}


def test_a_given_set_leaves_decisions_where_it_has_no_weights():
    opened = ikfs.open_round(ROUND, weights="ahp")
    assert opened.weights.table["method"]["KD"] == "ahp"
    assert opened.weights.table["method"]["KD1"] == "budget"


def test_minmax_over_units_has_no_whole():
    with pytest.raises(ParameterError, match="normalisation minmax with order unit-first"):
        ikfs.open_round(ROUND, normalisation="minmax", order="unit-first").index()


def test_drop_must_be_a_list():
    with pytest.raises(ParameterError, match=r"found the text 'KD5'. Write \['KD5'\]"):
        ikfs.open_round(ROUND, drop="KD5")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("topic: aggregation\n    choice: arithmetic", "topic: aggregation\n    choice: aritmetic",
         r"decision 6 \(aggregation\): the choice must be one of arithmetic, geometric; found 'aritmetic'. Did you"),
        ("topic: normalisation\n    choice: scale", "topic: normalisation\n    choice: 3", "one of scale, minmax"),
        ("topic: normalisation\n    choice: scale", "topic: aggregation\n    choice: geometric", "only one on"),
        ("topic: normalisation\n    choice: scale", "topic: normalisation\n    parent: KD\n    choice: scale",
         "holds for the whole tree; found parent 'KD'"),
        ("parent: PM\n    choice: budget", "parent: PN\n    choice: budget", "found 'PN'. Did you mean 'P"),
        ("choice: ahp", "choice: aph",
         "must be one of equal, ahp, budget, best_worst, factor; found 'aph'. Did you mean 'ahp'"),
    ],
)  # fmt: skip
def test_method_decisions_are_checked_when_a_round_is_opened(spoil, old, new, message):
    with pytest.raises(DecisionError, match=message):
        ikfs.open_round(spoil("round.yaml", old, new))


def test_ratings_off_the_scale_and_unknown_criteria(round_copy):
    path = round_copy / "panel.csv"
    ratings = pd.read_csv(path)
    spoiled = ratings.astype({"rating": object})
    row = spoiled.index[spoiled["criterion"] == "clarity"][0]
    spoiled.loc[row, "rating"] = 9
    spoiled.to_csv(path, index=False)
    with pytest.raises(ScaleError, match=rf"panel.csv, row {row + 2}, .* 'clarity' must lie between 1 and 4; found 9"):
        ikfs.open_round(round_copy)
    ratings.to_csv(path, index=False)
    with pytest.raises(ParameterError, match=r"found 'relevence'. Did you mean 'relevance'"):
        ikfs.open_round(round_copy, rating_criterion="relevence")


def test_points_and_judgements_must_cover_the_children_of_their_parent(round_copy):
    path = round_copy / "budget.csv"
    points = pd.read_csv(path)
    points[points["indicator"] != "KD3"].to_csv(path, index=False)
    with pytest.raises(JudgementError, match="all children of KD must be weighed together; missing: KD3"):
        ikfs.open_round(round_copy)
    points.replace({"indicator": {"KD1": "PS1", "PS1": "KD1"}}).to_csv(path, index=False)
    with pytest.raises(JudgementError, match=r"a child of KD must stand here .* found 'PS1', which belongs to 'PS'"):
        ikfs.open_round(round_copy)


def test_a_declared_design_must_be_there_and_is_said_to_be_unused(spoil):
    with pytest.raises(ikfs.errors.ColumnError, match="must have a column 'stratum'"):
        ikfs.open_round(spoil("round.yaml", "strata: null", "strata: stratum"))
    opened = ikfs.open_round(spoil("round.yaml", "strata: stratum", "strata: province"))
    assert "not used yet" in text.say(opened.index(), Words("en"), opened)
