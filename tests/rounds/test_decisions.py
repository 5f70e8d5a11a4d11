"""Decisions on indicators and on the method: checked, carried out, and held against the evidence."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import ikfs_methods as ikfs
from ikfs_methods.errors import DecisionError, InputProblemsError
from ikfs_methods.rounds import views

SAID = {"reason": {"id": "alasan", "en": "reason"}, "decided_by": "FGD"}
PLAIN = {"weights": "equal"}  # points given under the old parent weigh nothing under the new one


def decide(folder: Path, *entries: dict[str, object], method: list[dict[str, object]] | None = None) -> Path:
    """The round with its decision on each of these indicators replaced (a bare code: taken out); the method's too."""
    path = folder / "round.yaml"
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    named = {entry["indicator"] for entry in entries}
    kept = [entry for entry in given["decisions"] if entry["indicator"] not in named]
    given["decisions"] = [*kept, *({**SAID, **entry} for entry in entries if len(entry) > 1)]
    if method is not None:
        given["method_decisions"] = [{**SAID, **entry} for entry in method]
    path.write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            {"indicator": "KD5", "decision": "move"},
            r"\(move KD5\) must name the dimension to move to, as `parent` \(KD, PS, PM\); found none",
        ),
        (
            {"indicator": "KD5", "decision": "move", "parent": "KD"},
            r"\(move KD5\): KD5 must move to another dimension than its own",
        ),
        (
            {"indicator": "KD5", "decision": "move", "parent": "PP"},
            r"\(move KD5\): KD5 must move to a dimension .*; found 'PP'\. Did you mean",
        ),
        (
            {"indicator": "KD5", "decision": "keep", "parent": "PS"},
            r"\(keep KD5\): `parent` must stand with move or add alone; found it with keep",
        ),
        (
            {"indicator": "KD5", "decision": "drop", "name": {"id": "a", "en": "b"}},
            r"`name` must stand with add alone; found it with drop",
        ),
        (
            {"indicator": "KD9", "decision": "add"},
            r"\(add KD9\): framework 'ikfs' has no such indicator, .* missing: name, parent\. Did you mean 'KD\d'",
        ),
        (
            {"indicator": "KD9", "decision": "add", "parent": "DK", "name": {"id": "a", "en": "b"}},
            r"\(add KD9\) must name a parent of the framework .*; found 'DK'",
        ),
        (
            {"indicator": "KD", "decision": "add", "parent": "PS", "name": {"id": "a", "en": "b"}},
            r"\(add KD\) must give the new indicator a code of its own; found that of the dimension 'KD'",
        ),
        (
            {"indicator": "KD5", "decision": "add", "parent": "PS"},
            r"the framework has KD5 under KD; found parent 'PS'\. To put it elsewhere decide move",
        ),
        (
            {"indicator": "KD9", "decision": "revise"},
            r"a decision must name an indicator of framework 'ikfs'; found 'KD9'\. Did you mean 'KD\d'",
        ),
    ],
)
def test_decisions_that_do_not_fit_are_refused(round_copy, entry, message):
    with pytest.raises(DecisionError, match=message):
        ikfs.open_round(decide(round_copy, entry))


def test_faults_of_several_decisions_are_told_together(round_copy):
    folder = decide(
        round_copy, {"indicator": "KD5", "decision": "move"}, {"indicator": "KD6", "decision": "keep", "parent": "PS"}
    )
    with pytest.raises(InputProblemsError) as caught:
        ikfs.open_round(folder)
    assert len(caught.value.problems) == 2


def test_a_moved_indicator_is_weighed_and_scored_in_its_new_dimension(round_copy):
    folder = decide(round_copy, {"indicator": "PM7", "decision": "move", "parent": "PS"})
    opened = ikfs.open_round(folder, overrides=PLAIN)
    assert opened.framework.parent("PM7") == "PM"  # the evidence judges it where it was proposed
    assert opened.structure.parent("PM7") == "PS"
    weights = opened.weights.table
    assert weights.loc["PM7", "parent"] == "PS"
    assert weights.loc["PM7", "weight"] == pytest.approx(1 / len(opened.structure.children("PS")), rel=1e-12)
    expected = ikfs.reliability.cronbach_alpha(opened.answers.items[opened.structure.children("PS")]).alpha
    # the same call on the same columns, but for their order: sums of nine variances in doubles
    assert opened.alpha_retained["PS"].alpha == pytest.approx(expected, rel=1e-12)
    row = views.decisions(opened).table.set_index("indicator").loc["PM7"]
    assert row[["decision", "moved_to", "standing", "parent"]].tolist() == ["move", "PS", "", "PM"]


def test_points_given_under_the_old_parent_do_not_weigh_a_moved_indicator(round_copy):
    folder = decide(round_copy, {"indicator": "PM7", "decision": "move", "parent": "PS"})
    with pytest.raises(DecisionError, match=r"PM7 moved to PS by decision and was weighed under another parent"):
        _ = ikfs.open_round(folder).weights


def test_those_left_behind_keep_their_points(round_copy):
    before = ikfs.open_round(round_copy).weights.weights
    decided = [
        {"topic": "weights", "parent": "PM", "choice": "budget"},
        {"topic": "weights", "parent": "PS", "choice": "equal"},
    ]
    folder = decide(round_copy, {"indicator": "PM7", "decision": "move", "parent": "PS"}, method=decided)
    weights = ikfs.open_round(folder).weights
    assert weights.table.loc["PM1", "method"] == "budget"
    assert weights.weights["PM1"] / weights.weights["PM2"] == pytest.approx(before["PM1"] / before["PM2"], rel=1e-12)
    assert weights.weights[weights.parents == "PM"].sum() == pytest.approx(1, abs=1e-12)


def test_an_added_indicator_is_a_proposal_and_touches_no_number(round_copy):
    before = ikfs.open_round(round_copy)
    new = {"indicator": "KD9", "decision": "add", "parent": "KD", "name": {"id": "Air bersih", "en": "Clean water"}}
    after = ikfs.open_round(decide(round_copy, new), language="en")
    assert after.index().scores.equals(before.index().scores)
    assert "KD9" not in after.structure.nodes.index
    row = views.decisions(after).table.set_index("indicator").loc["KD9"]
    assert row[["name", "parent", "verdict", "decision"]].tolist() == ["Clean water", "KD", "", "add"]
    assert row["proposed"]
    assert not row["against"]


def test_an_indicator_that_this_round_added_counts_as_kept(round_copy):
    opened = ikfs.open_round(decide(round_copy, {"indicator": "KD8", "decision": "add"}))
    assert "KD8" in opened.structure.indicators
    assert views.decisions(opened).against == ["KD8", "PM7"]


@pytest.mark.parametrize(
    ("code", "decision", "standing"),
    [
        ("KD8", "keep", "against"),
        ("KD8", "revise", "milder"),
        ("KD8", "drop", ""),
        ("PM7", "keep", "against"),
        ("PM7", "drop", "stricter"),
        ("KD1", "drop", "against"),
        ("KD1", "revise", "stricter"),
        ("KD1", "keep", ""),
    ],
)
def test_how_a_decision_stands_to_the_evidence(round_copy, code, decision, standing):
    verdicts = {"KD8": "drop", "PM7": "revise", "KD1": "keep"}
    opened = ikfs.open_round(decide(round_copy, {"indicator": code, "decision": decision}))
    row = views.decisions(opened).table.set_index("indicator").loc[code]
    assert (row["verdict"], row["standing"]) == (verdicts[code], standing)
    assert row["against"] == (standing == "against")


def test_what_nobody_decided_is_listed(round_copy):
    decided = views.decisions(ikfs.open_round(decide(round_copy, {"indicator": "KD3"}, method=[])))
    assert decided.undecided == ["KD3"]
    method = views.method_decisions(ikfs.open_round(round_copy))
    assert set(zip(method.undecided["topic"], method.undecided["parent"], strict=True)) == {
        ("weights", "IKFS"), ("weights", "KD"), ("weights", "PS"), ("weights", "PM"),
        ("factors", ""), ("normalisation", ""), ("aggregation", ""),
    }  # fmt: skip
    told = method.table.set_index(["topic", "parent"])[["in_force", "origin"]]
    assert told.loc[("weights", "KD")].tolist() == ["equal", "default"]
    assert told.loc[("normalisation", "")].tolist() == ["scale", "framework"]
    assert told.loc[("factors", "")].tolist() == ["3", "parallel analysis"]


def test_a_given_choice_shows_beside_the_decision():
    method = views.method_decisions(ikfs.open_round("fgd-2020-03-26", overrides=PLAIN)).table
    row = method.set_index(["topic", "parent"]).loc[("weights", "KD")]
    assert row[["choice", "in_force", "origin", "decided"]].tolist() == ["budget", "equal", "given for this run", True]


def test_ahp_weights_of_an_inconsistent_group_are_marked():
    plain, strict = (
        views.method_decisions(ikfs.open_round("fgd-2020-03-26", overrides=given)).table.iloc[0]
        for given in ({}, {"consistency_cutoff": 0.001})
    )
    assert (plain["check"], plain["against"], plain["named"]) == ("consistency", False, ("E08",))
    assert strict["against"]
    assert strict["value"] > strict["limit"] == 0.001


def test_a_number_of_factors_against_the_criteria_is_marked(round_copy):
    folder = decide(round_copy, method=[{"topic": "factors", "choice": 2}])
    row = views.method_decisions(ikfs.open_round(folder)).table.set_index("topic").loc["factors"]
    assert (row["check"], row["value"], row["limit"], row["against"]) == ("retention", 2.0, 3.0, True)


def test_editing_a_threshold_re_checks_verdicts_and_marks():
    plain = ikfs.open_round("fgd-2020-03-26")
    tight = ikfs.open_round("fgd-2020-03-26", overrides={"item_rest_cutoff": 0.53})
    change = ikfs.evidence.changed(plain.evidence, tight.evidence).table
    moved = list(change.index[(change["before"] == "keep") & (change["after"] == "revise")])
    assert moved
    assert (tight.evidence.indicators.loc[moved, "item_rest"] < 0.53).all()
    newly = set(views.decisions(tight).against) - set(views.decisions(plain).against)
    kept = {entry.indicator for entry in plain.file.decisions if entry.decision == "keep"}
    assert newly == set(moved) & kept
