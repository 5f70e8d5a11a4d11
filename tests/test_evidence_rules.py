"""Every number beside its rule: the long table, the rules, and verdicts that follow a changed cut-off."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ikfs_methods as ikfs
from ikfs_methods import evidence, framework
from ikfs_methods.errors import ParameterError
from ikfs_methods.evidence import Rules
from ikfs_methods.report import tables
from ikfs_methods.report.language import Words
from ikfs_methods.rounds import Parameters, views
from ikfs_methods.rounds.ruled import sources
from ikfs_methods.validity.content import aiken_v, content_validity_index, content_validity_ratio

CODES = ["a1", "a2", "a3", "a4"]
SOURCES = {"aiken_cutoff": "a source", "clarity_cutoff": "ours"}
PANEL_NUMBERS = ["aiken_v", "aiken_p", "cvr", "i_cvi", "cvi_kappa", "clarity_v"]


def tree(measurement: str = "reflective") -> framework.Framework:
    nodes = pd.DataFrame(
        {"parent": ["", "I", *["A"] * 4], "measurement": ["reflective", measurement, *[""] * 4]},
        index=["I", "A", *CODES],
    )
    return framework.Framework("t", {"id": "t", "en": "t"}, "1", "proposed", {"id": "s", "en": "s"}, nodes)


def judged(measurement: str = "reflective", **given: object) -> evidence.EvidenceResult:
    """Four items with all numbers in the middle of what is usual, and what is given instead."""
    numbers = pd.DataFrame(
        {"item_rest": [0.60, 0.45, 0.55, 0.50], "critical_r": 0.1, "alpha_if_dropped": 0.8, "msa": 0.8, "h2": 0.5},
        index=CODES,
    )
    matrix = pd.DataFrame(0.4, index=CODES, columns=CODES)
    matrix.loc["a1", "a2"] = matrix.loc["a2", "a1"] = 0.85
    inputs = {
        "items": numbers,
        "alphas": {"A": 0.82},
        "matrix": matrix,
        "msa": numbers["msa"],
        "loadings": pd.DataFrame({"F1": 0.7, "F2": 0.3}, index=CODES),
        "communalities": numbers["h2"],
        "aiken": pd.DataFrame(
            {"v": 0.9, "ci_low": 0.8, "ci_high": 0.95, "p_value": 0.01, "critical_v": 0.7}, index=CODES
        ),
        "clarity": pd.DataFrame({"v": 0.8, "ci_low": 0.6, "ci_high": 0.9}, index=CODES),
        "content_ratio": pd.DataFrame({"cvr": 0.7, "critical_cvr": 0.667}, index=CODES),
        "content_index": pd.DataFrame({"i_cvi": 0.83, "kappa": 0.83, "n_experts": 12}, index=CODES),
        "dif": pd.DataFrame({"delta_r2": 0.005, "flagged": False}, index=CODES),
        "sources": SOURCES,
    }
    return evidence.indicators(tree(measurement), **{**inputs, **given})


# Each cut-off moved beyond the numbers above: what asks more than they are fails, on the named ground.
EVERY = ("aiken", "cvr", "i_cvi", "clarity")
TIGHTER = [
    (Rules(content=0.91), "aiken_v", "content"),
    (Rules(content_alpha=0.005), "aiken_p", "content"),
    (Rules(clarity=0.81), "clarity_v", "clarity"),
    (Rules(i_cvi=0.84, content_rules=EVERY), "i_cvi", "content"),
    (Rules(item_rest=0.61), "item_rest", "item_rest"),
    (Rules(msa=0.81), "msa", "msa"),
    (Rules(loading=0.71), "loading", "loading"),
    (Rules(gap=0.41), "gap", "gap"),
    (Rules(communality=0.51), "communality", "communality"),
]


@pytest.mark.parametrize(("rules", "number", "ground"), TIGHTER)
def test_a_tighter_cut_off_moves_the_verdict_and_says_which(rules, number, ground):
    loose, tight = judged(rules=Rules(content_rules=rules.content_rules)), judged(rules=rules)
    assert set(loose.indicators["verdict"]) == {"keep"}
    assert set(tight.indicators["verdict"]) == {"revise"}
    assert set(tight.indicators["failed"]) == {(ground,)}
    assert set(tight.failing["number"]) == {number}
    change = evidence.changed(loose, tight).table
    assert list(change.index) == CODES
    assert set(change["before"]) == {"keep"}
    assert set(change["failed_after"]) == {(ground,)}


def test_a_lower_limit_on_repetition_drops_the_weaker_twin():
    loose, tight = judged(), judged(rules=Rules(redundancy=0.8))
    assert evidence.changed(loose, tight).to_frame().to_dict("index") == {
        "a2": {"before": "keep", "after": "drop", "failed_before": "", "failed_after": "redundancy"}
    }
    twin = tight.long.set_index(["indicator", "number"]).loc[("a1", "nearest_r")]
    assert (twin["passes"], twin["why"]) == (True, "better twin")


def test_what_of_the_panel_counts_is_declared():
    ratio = pd.DataFrame({"cvr": [0.5, 0.7, 0.7, 0.7], "critical_cvr": 0.667}, index=CODES)
    silent, counted = judged(content_ratio=ratio), judged(content_ratio=ratio, rules=Rules(content_rules=("cvr",)))
    assert set(silent.indicators["verdict"]) == {"keep"}
    assert counted.indicators.loc["a1", "failed"] == ("content",)
    rows = counted.long.set_index(["indicator", "number"])
    assert not rows.loc[("a1", "cvr"), "passes"]
    assert rows.loc[("a1", "cvr"), "cutoff"] == 0.667
    assert rows.loc[("a1", "aiken_v"), "why"] == "not counted"
    assert rows.loc[("a1", "clarity_v"), "why"] == "not counted"
    assert silent.by_rule().set_index("number").loc["cvr", "why"] == "not counted"


def test_an_unclear_sentence_is_to_be_reworded():
    clarity = pd.DataFrame({"v": [0.49, 0.50, 0.9, 0.9]}, index=CODES)
    found = judged(clarity=clarity).indicators
    assert found["failed"].tolist() == [("clarity",), (), (), ()]
    assert found.loc["a1", "verdict"] == "revise"
    # the wording can be unclear whatever the model of measurement
    assert judged("formative", clarity=clarity).indicators.loc["a1", "failed"] == ("clarity",)


@pytest.mark.parametrize(
    ("experts", "share", "fails"), [(5, 0.8, True), (5, 1.0, False), (6, 0.8, False), (6, 0.77, True)]
)
def test_the_cut_off_of_the_i_cvi_depends_on_the_size_of_the_panel(experts, share, fails):
    # Lynn (1986): 1.00 up to five experts, .78 from six
    index = pd.DataFrame({"i_cvi": share, "kappa": share, "n_experts": experts}, index=CODES)
    found = judged(content_index=index, rules=Rules(content_rules=("i_cvi",)))
    assert set(found.indicators["failed"]) == {("content",) if fails else ()}


def test_a_panel_that_cannot_be_significant_fails_nobody_for_it():
    # two experts on four points: the best they can give has a chance of 1/16
    ratings = pd.DataFrame(4, index=["E1", "E2"], columns=CODES)
    found = judged(aiken=aiken_v(ratings, low=1, high=4).items)
    assert set(found.indicators["verdict"]) == {"keep"}
    row = found.long.set_index(["indicator", "number"]).loc[("a1", "aiken_p")]
    assert row["value"] == 1 / 16
    assert (pd.isna(row["passes"]), row["why"]) == (True, "panel too small")
    ratio = content_validity_ratio(pd.DataFrame(1, index=["E1", "E2"], columns=CODES)).items
    found = judged(content_ratio=ratio, rules=Rules(content_rules=("cvr",)))
    assert found.indicators["failed"].tolist() == [()] * 4
    assert "content" not in found.applied


def test_the_panel_of_the_package_fits():
    ratings = pd.DataFrame(4, index=[f"E{i}" for i in range(12)], columns=CODES).assign(a1=1)
    essential = (ratings > 2).astype(int)
    found = judged(
        aiken=aiken_v(ratings, low=1, high=4).items,
        content_ratio=content_validity_ratio(essential).items,
        content_index=content_validity_index(ratings).items,
        rules=Rules(content_rules=EVERY),
    )
    assert found.failing["number"].tolist() == ["aiken_v", "aiken_p", "cvr", "i_cvi"]
    # 10 of 12 are the fewest whose chance at p = .5 is at most .05 (79/4096), so the critical CVR is (10 - 6)/6
    assert found.indicators["critical_cvr"].tolist() == pytest.approx([4 / 6] * 4, rel=1e-12)


def test_the_long_table_has_every_number_with_rule_and_source():
    found = judged()
    assert found.long["number"].tolist() == [one.name for one in evidence.NUMBERS] * 4
    assert found.long["indicator"].tolist() == [code for code in CODES for _ in evidence.NUMBERS]
    row = found.long.set_index(["indicator", "number"]).loc[("a3", "aiken_v")]
    assert row[["group", "value", "low", "high", "ground", "operator", "cutoff", "parameter", "source"]].tolist() == [
        "panel", 0.9, 0.8, 0.95, "content", ">=", 0.7, "aiken_cutoff", "a source",
    ]  # fmt: skip
    reasons = found.long.loc[found.long["passes"].isna(), ["number", "why"]].drop_duplicates()
    assert dict(reasons.to_numpy()) == {
        "cvr": "not counted", "i_cvi": "not counted", "cvi_kappa": "no rule", "alpha": "no rule",
        "alpha_if_dropped": "no rule", "criterion_r": "no value", "retest_r": "no value",
    }  # fmt: skip


def test_a_formative_dimension_says_why_its_numbers_do_not_count():
    found = judged("formative").long
    silent = found[found["why"] == "formative"]
    assert set(silent["ground"]) == {"key", "item_rest", "msa", "loading", "gap", "communality", "dif"}


def test_without_a_panel_its_grounds_are_not_applied():
    found = judged(aiken=None, clarity=None, content_ratio=None, content_index=None)
    rows = found.long[found.long["number"].isin(PANEL_NUMBERS)]
    assert set(rows["why"]) == {"no value"}
    assert not {"content", "clarity"} & set(found.applied)
    assert found.indicators[["aiken_v", "clarity_v", "cvr", "i_cvi"]].isna().all(axis=None)


def test_no_source_speaks_for_a_cut_off_that_the_round_sets():
    defaults, own = sources(), sources(Parameters(aiken_cutoff=0.9, i_cvi_cutoff=0.9, item_rest_cutoff=0.30))
    assert set(defaults) == set(Parameters.model_fields)
    assert all(defaults.values())
    assert sources(Parameters()) == defaults
    # a default that is written out is still the default
    assert own == {**defaults, "aiken_cutoff": "", "i_cvi_cutoff": ""}


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_evidence_of_a_round_names_no_author_for_its_own_cut_offs(language):
    given = {"aiken_cutoff": 0.9, "clarity_cutoff": 0.75, "i_cvi_cutoff": 0.9}
    asked = ikfs.open_round("fgd-2020-03-26", language=language, content_rules=["aiken", "clarity", "i_cvi"], **given)
    rules = asked.evidence.by_rule().set_index("parameter")["source"]
    assert rules[list(given)].tolist() == ["", "", ""]
    assert rules["item_rest_cutoff"] == Parameters.model_fields["item_rest_cutoff"].json_schema_extra["source"]
    measures = views.content_rules(asked).rules.set_index("parameter")["source"]
    both = [name for name in measures.index if name in rules.index]
    assert measures[both].to_dict() == rules[both].to_dict()
    words = Words(asked.language)
    for view in ("rules", "failing"):
        said = tables.lay_out(asked.evidence, words, asked, view=view).frame.set_index("parameter")["said"]
        assert set(said[said.index.isin(given)]) == {words("set by the round")}


def test_an_unknown_rule_of_the_panel_is_refused():
    with pytest.raises(ParameterError, match="content_rules must be among aiken, cvr, i_cvi, clarity; found lawshe"):
        judged(rules=Rules(content_rules=("lawshe",)))


cuts = st.floats(0, 1)


@settings(max_examples=30, deadline=None)
@given(
    st.builds(
        Rules,
        content=cuts, item_rest=cuts, msa=cuts, loading=cuts, gap=cuts, communality=cuts, redundancy=cuts, clarity=cuts,
        content_rules=st.sets(st.sampled_from(EVERY)).map(tuple),
    ),
    st.sampled_from(["reflective", "formative"]),
)  # fmt: skip
def test_verdict_grounds_and_long_table_say_the_same(rules, measurement):
    found = judged(measurement, rules=rules)
    failing = found.failing.groupby("indicator")["ground"].agg(set).to_dict()
    for code, row in found.indicators.iterrows():
        assert set(row["failed"]) == failing.get(code, set())
        assert (row["verdict"] == "keep") == (not row["failed"])
    assert found.by_rule()["failing"].sum() == len(found.failing)
    assert set(found.failing["ground"]) <= set(found.applied)
    assert evidence.changed(found, found).table.empty
