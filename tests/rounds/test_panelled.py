"""What a round says of its panel: each result from the ratings that it is about, and a word where it has none."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import ikfs_methods as ikfs
from ikfs_methods.rounds import Absent, ByCriterion, BySet, Parameters
from ikfs_methods.rounds.criteria import has_own_scale, scale_of
from ikfs_methods.rounds.tables import NOT_STATED

ROUND = "fgd-2020-03-26"


@pytest.fixture(scope="module")
def opened():
    return ikfs.open_round(ROUND)


def without_input(folder: Path, *names: str) -> Path:
    """The copied round with lines of its inputs taken out."""
    path = folder / "round.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.strip().startswith(tuple(f"{name}: {{file" for name in names))]
    assert len(kept) == len(lines) - len(names)
    path.write_text("".join(kept), encoding="utf-8")
    return folder


def rewrite(folder: Path, edit) -> Path:
    """The copied round with its panel changed."""
    path = folder / "panel.csv"
    edit(pd.read_csv(path)).to_csv(path, index=False)
    return folder


def test_criteria_have_scales_of_their_own():
    asked = Parameters(rating_low=1, rating_high=5)
    names = ("relevance", "clarity", "essential", "congruence", "congruence:KD")
    assert [scale_of(name, asked) for name in names] == [(1, 5), (1, 5), (0, 1), (-1, 1), (-1, 1)]
    assert [has_own_scale(name) for name in names] == [False, False, True, True, True]


def test_ratings_are_of_the_last_delphi_round_unless_one_is_named(opened):
    panel = opened.panel
    assert opened.delphi_rounds("relevance") == [1]
    assert opened.delphi_rounds("clarity") == [1, 2]
    assert opened.delphi_rounds("beauty") == []
    for number in (1, 2):
        part = panel[(panel["criterion"] == "clarity") & (panel["delphi_round"] == number)]
        wide = opened.ratings("clarity", number)
        assert wide.to_numpy().sum() == part["rating"].sum()
        one = part[(part["expert"] == "E05") & (part["indicator"] == "PS8")]
        assert wide.loc["E05", "PS8"] == one["rating"].item()
    assert opened.ratings("clarity").equals(opened.ratings("clarity", 2))
    assert not opened.ratings("clarity").equals(opened.ratings("clarity", 1))
    assert opened.ratings("beauty") == Absent("panel")


def test_ratings_that_agree_are_above_the_middle_or_as_the_round_says(opened, round_copy):
    assert opened.relevant("relevance") == (3, 4)
    assert opened.relevant("essential") == (1,)
    assert opened.relevant("congruence") == (1,)
    assert ikfs.open_round(ROUND, relevant_from=4).relevant("relevance") == (4,)
    assert ikfs.open_round(ROUND, relevant_from=4).relevant("essential") == (1,)
    wider = ikfs.open_round(round_copy, rating_high=5)  # the middle itself, 3 of 5, is no agreement
    assert wider.relevant("relevance") == (4, 5)


def test_content_validity_is_that_of_the_ratings(opened):
    essential, relevance = opened.ratings("essential"), opened.ratings("relevance")
    n = len(essential)
    ratio = opened.content_ratio.items
    assert ratio["cvr"].to_numpy(float) == pytest.approx((essential.sum() * 2 / n - 1).to_numpy(float), abs=1e-12)
    index = opened.content_index
    assert index.items["i_cvi"].to_numpy(float) == pytest.approx((relevance >= 3).mean().to_numpy(float), abs=1e-12)
    assert index.s_cvi_ave == pytest.approx((relevance >= 3).mean().mean(), abs=1e-12)
    congruent = opened.congruence.items["ioc"].to_numpy(float)
    assert congruent == pytest.approx(opened.ratings("congruence").mean().to_numpy(float), abs=1e-12)
    groups = opened.aiken_by_institution().items
    assert set(groups.index.get_level_values(1)) == {"statistika", "psikologi", "kesejahteraan sosial", "perencanaan"}
    # groups of the same size: the whole panel's V is the mean of theirs
    assert groups["v"].groupby(level=0).mean()[relevance.columns].tolist() == pytest.approx(
        opened.aiken().items["v"].tolist(), abs=1e-12
    )


def test_agreement_is_told_criterion_by_criterion(opened):
    found = opened.agreement
    assert isinstance(found, ByCriterion)
    assert list(found.results) == ["relevance", "clarity", "essential", "congruence"]
    frame = found.to_frame()
    assert frame.index.names[0] == "criterion"


def test_same_seed_same_intervals(opened):
    again = ikfs.open_round(ROUND)
    first, second = (one.agreement.to_frame() for one in (opened, again))
    pd.testing.assert_frame_equal(first, second)
    first, second = (one.expert_uncertainty["ahp"].table for one in (opened, again))
    pd.testing.assert_frame_equal(first, second)


def test_generalisability_leaves_out_criteria_of_other_scales(opened):
    components = opened.generalisability.components
    assert {"indicator", "expert", "criterion"} <= set(components.index)
    assert opened.generalisability.to_frame().notna().any(axis=None)


def test_delphi_needs_a_second_round_to_speak_of_movement(opened):
    once, twice = opened.delphi(), opened.delphi("clarity")
    assert len(once.movement) == 0
    assert len(twice.movement) == 12
    assert opened.delphi("beauty") == Absent("panel")


def test_every_weight_set_of_the_experts_can_be_resampled(opened):
    found = opened.expert_uncertainty
    assert isinstance(found, BySet)
    assert list(found.results) == ["ahp", "budget", "best_worst"]
    for name, one in found.results.items():
        weights = opened.weight_sets[name].weights  # of what is retained
        assert one.table["weight"].to_dict() == pytest.approx(weights.to_dict(), abs=1e-12)
        assert (one.table["ci_low"] <= one.table["weight"]).all()
        assert (one.table["weight"] <= one.table["ci_high"]).all()


def test_best_worst_weighs_what_it_was_asked_for(opened):
    assert set(opened.best_worst_set.weights.index) == {"KD", "PS", "PM"}
    chosen = ikfs.open_round(ROUND, weights="best_worst").weights
    assert set(chosen.table.loc[["KD", "PS", "PM"], "method"]) == {"best_worst"}


def test_a_round_without_its_panel_says_so(round_copy):
    bare = ikfs.open_round(without_input(round_copy, "panel", "judgements", "budget", "best_worst", "experts"))
    for name in ("content_ratio", "content_index", "congruence", "agreement", "generalisability"):
        assert getattr(bare, name) == Absent("panel"), name
    assert bare.aiken() == bare.aiken_by_institution() == bare.delphi() == Absent("panel")
    assert (bare.ahp, bare.budget_set, bare.best_worst_set) == (
        Absent("judgements"), Absent("budget"), Absent("best_worst")
    )  # fmt: skip
    assert bare.ahp_by_institution == Absent("judgements")
    assert bare.expert_uncertainty == Absent("expert_weights")
    assert bare.institutions.empty


def test_what_the_panel_was_not_asked_is_named(round_copy):
    rewrite(round_copy, lambda panel: panel[panel["criterion"] == "relevance"].assign(institution="x"))
    path = round_copy / "experts.csv"
    pd.read_csv(path).assign(institution="x").to_csv(path, index=False)
    asked = ikfs.open_round(round_copy)
    assert asked.content_ratio == Absent("essential")
    assert asked.congruence == Absent("congruence")
    # told, but all alike: nothing more can be supplied
    assert asked.aiken_by_institution() == Absent("two_institutions")
    assert asked.ahp_by_institution == Absent("two_institutions")
    assert asked.aiken_change() == Absent("previous")
    assert asked.criteria == ["relevance"]


def test_institutions_that_nobody_tells_can_be_supplied(round_copy):
    rewrite(without_input(round_copy, "experts"), lambda panel: panel.assign(institution=NOT_STATED["id"]))
    asked = ikfs.open_round(round_copy)
    assert asked.institutions.empty
    assert asked.aiken_by_institution() == asked.ahp_by_institution == Absent("institutions")


def test_agreement_of_one_expert_is_not_defined_and_the_rest_is(round_copy):
    asked = ikfs.open_round(rewrite(round_copy, lambda panel: panel[panel["expert"] == "E01"]))
    assert not asked.agreement.results
    assert "agreement needs at least two experts; found E01" in asked.agreement.failed["relevance"]
    assert asked.generalisability == Absent("generalisability")
    assert len(asked.aiken().items) == 24


def test_congruence_with_every_dimension_takes_the_full_index(round_copy):
    def each(panel):
        own = panel[panel["criterion"] == "congruence"]
        parts = [
            own.assign(criterion=f"congruence:{code}", rating=own["rating"].where(own["indicator"].str[:2] == code, -1))
            for code in ("KD", "PS", "PM")
        ]
        return pd.concat([panel[panel["criterion"] != "congruence"], *parts])

    asked = ikfs.open_round(rewrite(round_copy, each))
    own, simple = asked.congruence.items["ioc"], ikfs.open_round(ROUND).congruence.items["ioc"]
    # N = 3 objectives, mean m with its own and -1 with the others: 3/4 (m - (m - 2) / 3)
    expected = 0.75 * (simple - (simple - 2) / 3)
    assert own.to_numpy(float) == pytest.approx(expected.to_numpy(float), abs=1e-12)


def test_change_since_the_round_before_compares_what_both_rated(round_copy, tmp_path):
    import shutil

    second = tmp_path / "rounds" / "fgd-2020-06-01"
    shutil.copytree(round_copy, second)
    path = second / "round.yaml"
    text = path.read_text(encoding="utf-8").replace("previous: null", f"previous: ../{ROUND}")
    head, _, rest = text.partition("meeting:")
    text = head + "parameters:" + rest.partition("\nparameters:")[2]  # its follow-up was due before this round
    text = text.replace(f"id: {ROUND}", "id: fgd-2020-06-01").replace("date: 2020-03-26", "date: 2020-06-01")
    path.write_text(text, encoding="utf-8")
    rewrite(second, lambda panel: panel.assign(
        rating=panel["rating"].where((panel["criterion"] != "relevance") | (panel["indicator"] != "KD8"), 4)
    ))  # fmt: skip
    moved = ikfs.open_round(second).aiken_change().items
    assert moved["difference"].drop("KD8").tolist() == pytest.approx([0] * 23, abs=1e-12)
    first = ikfs.open_round(round_copy).aiken().items.loc["KD8", "v"]
    assert moved.loc["KD8", "difference"] == pytest.approx(1 - first, abs=1e-12)
    other_scale = text.replace("parameters: {}", "parameters: {rating_high: 5}")
    path.write_text(other_scale, encoding="utf-8")
    assert ikfs.open_round(second).aiken_change() == Absent("panels")
