"""Views of the panel: who rated what, V by criterion and institution, what each measure says, comments."""

from __future__ import annotations

import pandas as pd
import pytest

import ikfs_methods as ikfs
from ikfs_methods.rounds import Absent, views

ROUND = "fgd-2020-03-26"


@pytest.fixture(scope="module")
def opened():
    return ikfs.open_round(ROUND)


@pytest.fixture
def with_panel(round_copy):
    """Opens the copied round with its panel changed."""

    def change(edit, *, experts=None, **parameters):
        path = round_copy / "panel.csv"
        edit(pd.read_csv(path)).to_csv(path, index=False)
        if experts is not None:
            path = round_copy / "experts.csv"
            experts(pd.read_csv(path)).to_csv(path, index=False)
        return ikfs.open_round(round_copy, **parameters)

    return change


def alone(frame: pd.DataFrame, *codes: str) -> pd.DataFrame:
    """Each of these experts becomes the only one of an institution."""
    return frame.assign(institution=frame["institution"].mask(frame["expert"].isin(codes), "only " + frame["expert"]))


def test_the_panel_is_counted_by_criterion_and_institution(opened):
    found = views.panel(opened)
    assert found.n_experts == 12
    assert found.institutions.to_dict() == dict.fromkeys(
        ["statistika", "psikologi", "kesejahteraan sosial", "perencanaan"], 3
    )
    assert (found.n_without, found.silent, found.gaps, found.unrated) == (0, 0, (), {})
    rows = found.table.set_index("criterion")
    assert rows.loc["essential", ["low", "high"]].tolist() == [0, 1]
    assert rows.loc["clarity", "delphi_rounds"] == 2
    assert (rows["n_ratings"] == 12 * 24).all()


def test_gaps_of_the_panel_are_named(with_panel):
    def spoilt(panel):
        rated = panel["criterion"] == "relevance"
        panel.loc[rated & (panel["indicator"] == "KD2") & (panel["expert"] == "E03"), "rating"] = None
        panel.loc[rated & (panel["indicator"] == "PM8"), "rating"] = None
        return panel[panel["expert"] != "E12"]

    found = views.panel(with_panel(spoilt))
    rows = found.table.set_index("criterion")
    # 11 experts on 23 indicators, one of them left out; nobody rated PM8, so that it is not asked of anybody
    assert rows.loc["relevance", ["n_items", "n_ratings", "n_missing"]].tolist() == [23, 11 * 23 - 1, 1]
    assert (found.gaps, found.unrated, found.silent) == (("KD2",), {"relevance": ("PM8",)}, 1)


def test_an_indicator_keeps_its_last_ratings_when_it_is_not_asked_again(with_panel, opened):
    kept = with_panel(lambda panel: panel[(panel["delphi_round"] == 1) | panel["indicator"].isin(["KD4", "PS8"])])
    now, first, second = kept.ratings("clarity"), opened.ratings("clarity", 1), opened.ratings("clarity", 2)
    assert now[["KD4", "PS8"]].equals(second[["KD4", "PS8"]])
    others = [code for code in now.columns if code not in ("KD4", "PS8")]
    assert len(others) == 22
    assert now[others].equals(first[others])


def test_v_by_criterion_stands_side_by_side(opened):
    found = views.aiken_by_criterion(opened)
    assert found.criteria == ("relevance", "clarity")  # 0 or 1 and -1 to 1 are other scales
    wide = found.wide()
    for name in found.criteria:
        assert wide[name].tolist() == pytest.approx(opened.aiken(name).items["v"].tolist(), abs=1e-15)
    assert found.below("relevance") == ["KD8", "PM8"]


def test_clarity_is_held_against_its_own_cut_off(opened):
    # the verdict asks .70 of relevance and .50 of clarity, so PS8 alone is unclear, and so says the evidence
    found = views.aiken_by_criterion(opened)
    assert found.cutoffs == {"relevance": 0.70, "clarity": 0.50}
    assert found.below("clarity") == ["PS8"]
    strict = ikfs.open_round(ROUND, clarity_cutoff=0.75)
    v = strict.aiken("clarity").items["v"]
    below = views.aiken_by_criterion(strict).below("clarity")
    assert below == [code for code in v.index if v[code] < 0.75]
    assert len(below) > 1
    grounds = strict.evidence.indicators["failed"]
    assert {code for code in grounds.index if "clarity" in grounds[code]} == set(below)
    assert views.aiken_by_criterion(strict).below("relevance") == found.below("relevance")


def test_the_verdicts_own_criterion_keeps_the_verdicts_cut_off():
    asked = ikfs.open_round(ROUND, rating_criterion="clarity", clarity_cutoff=0.6, aiken_cutoff=0.8)
    assert views.aiken_by_criterion(asked).cutoffs == {"relevance": 0.8, "clarity": 0.8}


def test_one_criterion_has_nothing_beside_it(with_panel):
    asked = with_panel(lambda panel: panel[panel["criterion"] == "relevance"])
    assert views.aiken_by_criterion(asked) == Absent("criteria")


def test_v_by_institution_is_told_for_groups_of_several(opened):
    found = views.aiken_by_institution(opened)
    assert not found.hidden.to_numpy().any()
    assert found.step == pytest.approx(1 / 9, abs=1e-15)  # three experts, three steps from 1 to 4
    assert found.table.mean(axis=1).tolist() == pytest.approx(opened.aiken().items["v"].tolist(), abs=1e-12)
    ends = found.spread()
    assert ends.loc["PS8", ["lowest_group", "highest_group", "split"]].tolist() == [
        "kesejahteraan sosial", "statistika", True
    ]  # fmt: skip
    assert ends.loc["PS8", "range"] == pytest.approx(1 - 2 / 3, abs=1e-12)
    assert not ends.loc["KD8", "split"]


def test_the_rating_of_a_single_expert_is_not_told(with_panel):
    asked = with_panel(lambda panel: alone(panel, "E01"), experts=lambda table: alone(table, "E01"))
    found = views.aiken_by_institution(asked)
    assert found.hidden["only E01"].all()
    # one group alone would follow from V of the whole; E02 and E03, the smallest group left, go with it
    assert found.hidden["statistika"].all()
    assert found.hidden.sum(axis=1).eq(2).all()
    assert found.table[["only E01", "statistika"]].isna().all(axis=None)
    assert found.table[["psikologi", "perencanaan"]].notna().all(axis=None)
    assert found.step == pytest.approx(1 / 9, abs=1e-15)


def test_two_single_experts_hide_each_other(with_panel):
    asked = with_panel(lambda panel: alone(panel, "E01", "E05"), experts=lambda table: alone(table, "E01", "E05"))
    hidden = views.aiken_by_institution(asked).hidden
    assert hidden[["only E01", "only E05"]].all(axis=None)
    assert not hidden.drop(columns=["only E01", "only E05"]).to_numpy().any()


def test_a_single_expert_of_an_indicator_is_hidden_there_alone(with_panel):
    def spoilt(panel):
        left_out = (panel["indicator"] == "KD1") & panel["expert"].isin(["E02", "E03"])
        return panel.assign(rating=panel["rating"].mask(left_out))

    found = views.aiken_by_institution(with_panel(spoilt))
    assert list(found.hidden.index[found.hidden.any(axis=1)]) == ["KD1"]
    assert found.hidden.loc["KD1", "statistika"]
    assert found.hidden.loc["KD1"].sum() == 2


def test_institutions_of_one_expert_each_tell_nothing(with_panel):
    every = [f"E{number:02d}" for number in range(1, 13)]
    asked = with_panel(lambda panel: alone(panel, *every), experts=lambda table: alone(table, *every))
    found = views.aiken_by_institution(asked)
    assert found.hidden.all(axis=None)
    assert found.spread().empty
    assert pd.isna(found.step)
    assert set(views.comments(asked).table["institution"]) == {""}


def test_each_measure_is_held_against_its_own_rule(opened):
    found = views.content_rules(opened)
    assert found.measures == ["aiken", "cvr", "i_cvi", "congruence"]
    rules = found.rules.set_index("measure")
    assert rules.loc["aiken", "failing"] == ("KD8", "PM8")
    assert rules.loc["cvr", "cutoff_low"] == pytest.approx(2 * 10 / 12 - 1, abs=1e-12)  # 10 of 12: P = .0193 < .05
    assert rules["counts"].to_dict() == {"aiken": True, "cvr": False, "i_cvi": False, "congruence": False}
    ratio = opened.content_ratio.items
    assert list(rules.loc["cvr", "failing"]) == list(ratio.index[~ratio["kept"]])
    assert found.failing()["KD8"] == tuple(found.measures)
    assert found.judged().eq(4).all()


def test_a_cut_off_that_the_round_sets_moves_the_measure(with_panel):
    asked = with_panel(lambda panel: panel, aiken_cutoff=0.15, content_rules=["cvr"])
    rules = views.content_rules(asked).rules.set_index("measure")
    # KD8 reaches .15, but so low a V comes about by chance
    assert rules.loc["aiken", "failing"] == ("KD8",)
    assert rules.loc["aiken", "source"] == ""
    assert rules.loc["cvr", "source"] != ""
    assert rules.loc[["aiken", "cvr"], "counts"].tolist() == [False, True]


def test_measures_that_nobody_asked_for_are_left_out(with_panel):
    asked = with_panel(lambda panel: panel[panel["criterion"] == "relevance"])
    assert views.content_rules(asked).measures == ["aiken", "i_cvi"]


def test_a_panel_of_two_is_judged_by_the_cut_off_alone(with_panel):
    asked = with_panel(lambda panel: panel[panel["expert"].isin(["E01", "E02"])])
    found = views.content_rules(asked)
    rules = found.rules.set_index("measure")
    assert rules["judged"].to_dict() == {"aiken": 24, "cvr": 0, "i_cvi": 0, "congruence": 24}
    assert pd.isna(rules.loc["cvr", "cutoff_low"])
    assert found.judged().eq(2).all()


def test_comments_come_without_their_authors(opened):
    found = views.comments(opened)
    assert found.n_experts == 6
    assert list(found.table["indicator"]) == ["KD5", "KD8", "PS8", "PS8", "PM7", "PM8"]
    assert not found.table.astype(str).apply(lambda cells: cells.str.fullmatch(r"E\d\d")).any(axis=None)
    assert (found.table["institution"] != "").all()


def test_a_round_without_a_panel_has_none_of_it(spoil):
    folder = spoil("round.yaml", "  panel: {file: panel.csv}\n", "")
    folder = spoil("round.yaml", "  comments: {file: comments.csv}\n", "")
    bare = ikfs.open_round(folder)
    found = [
        views.panel(bare), views.aiken_by_criterion(bare), views.aiken_by_institution(bare), views.content_rules(bare)
    ]  # fmt: skip
    assert found == [Absent("panel")] * 4
    assert views.comments(bare) == Absent("comments")
