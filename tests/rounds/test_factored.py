"""What a round computes of its structure: number of factors and who says so, solutions beside each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ikfs_methods as ikfs
from ikfs_methods.factor import ExploratoryResult
from ikfs_methods.rounds import Absent
from ikfs_methods.rounds.factored import COSTLY_DRAWS, FactorNumber, Unsettled

ROUND = "fgd-2020-03-26"
QUICK = {"parallel_draws": 50, "bootstrap_draws": 100}
DECISION = """method_decisions:
  - topic: factors
    choice: 2
    reason: {id: a, en: a}
    decided_by: Panel
"""


@pytest.fixture(scope="module")
def opened():
    return ikfs.open_round(ROUND, **QUICK)


def test_a_repeated_item_passes_for_a_factor_until_it_is_left_out(opened):
    # PM8 of the invented answers nearly repeats PM6
    assert opened.retention.recommended == 4
    assert opened.retention_retained.recommended == 3
    assert opened.retention_retained.reason.key == "unanimous"


def test_the_number_of_factors_names_its_source(opened, spoil):
    assert opened.factor_number.to_frame().to_dict("records") == [
        {"candidates": 3, "retained": 3, "source": "parallel", "decided_by": ""}
    ]
    given = ikfs.open_round(ROUND, n_factors=4, **QUICK)
    assert given.factor_number == FactorNumber(4, 4, "given", "")
    folder = spoil("round.yaml", "method_decisions:\n", DECISION)
    assert ikfs.open_round(folder).factor_number == FactorNumber(2, 2, "decision", "Panel")
    spoil("round.yaml", DECISION, "method_decisions:\n")
    spoil("round.yaml", "parameters: {}", "parameters: {n_factors: 5}")
    assert ikfs.open_round(folder).factor_number == FactorNumber(5, 5, "parameter", "")


def test_resampling_leaves_the_solution_as_it_is(opened):
    resampled, plain = opened.factors_resampled, opened.factors_retained
    pd.testing.assert_frame_equal(resampled.loadings, plain.loadings)
    found = resampled.bootstrap
    assert found.draws == QUICK["bootstrap_draws"]
    assert found.level == opened.parameters.level
    main = plain.loadings.abs().idxmax(axis=1)
    inside = [
        found.loadings_low.loc[code, name] < plain.loadings.loc[code, name] < found.loadings_high.loc[code, name]
        for code, name in main.items()
    ]
    assert np.mean(inside) > 0.9  # percentile intervals may miss an estimate that lies at the edge of its draws


def test_polychoric_draws_stop_early_unless_the_round_asks_for_more():
    short = ikfs.open_round(ROUND, correlation="polychoric", drop=["KD8", "PM8"])
    assert "bootstrap_draws" not in short.parameters.model_fields_set
    asked = ikfs.open_round(ROUND, correlation="polychoric", bootstrap_draws=100)
    assert asked.factors_resampled.bootstrap.draws == 100 < COSTLY_DRAWS < short.parameters.bootstrap_draws


def test_the_other_kind_of_correlation_is_held_against_that_in_force(opened):
    assert np.array_equal(opened.factors_beside.first, opened.factors_retained.loadings)
    assert (opened.factors_beside.congruence["congruence"] > 0.99).all()
    # Polychoric correlations of five ordered categories are larger than Pearson's, and so are the loadings.
    own = opened.factors_retained.loadings.to_numpy().argmax(axis=1)
    change = opened.factors_beside.differences.to_numpy()[np.arange(len(own)), own]
    assert (change > 0).all()


def test_groups_are_compared_where_they_are_large_enough(opened):
    found = opened.factors_by_group
    assert list(found.results) == list(opened.told_groups.cat.categories)
    items = opened.items(retained=True).dropna()
    assert found.n.to_dict() == opened.answers.group[items.index].value_counts(sort=False).to_dict()
    assert found.least == 5 * items.shape[1]
    shown = found.to_frame()
    assert len(shown) == len(found.results) * opened.factors_retained.n_factors
    assert shown["congruence"].between(-1, 1).all()


def test_a_small_group_is_named_without_a_number(round_copy):
    answers = pd.read_csv(round_copy / "answers.csv")
    group = answers["cluster"].to_numpy(dtype=object)
    group[np.flatnonzero(group == "napza")[60:]] = "anak"
    answers.assign(cluster=group).to_csv(round_copy / "answers.csv", index=False)
    found = ikfs.open_round(round_copy, **QUICK).factors_by_group
    assert found.few == ("napza",)
    assert "napza" not in found.results
    assert "napza" not in found.n.index


def test_the_numbers_of_groups_are_left_out_where_they_give_away_a_small_one(round_copy):
    answers = pd.read_csv(round_copy / "answers.csv")
    codes = ikfs.open_round(round_copy).structure.indicators
    group = answers["cluster"].to_numpy(dtype=object)
    complete = answers[codes].notna().all(axis=1).to_numpy()
    napza = np.flatnonzero(group == "napza")
    kept = {*napza[complete[napza]][:2], *napza[~complete[napza]][:20]}
    group[[place for place in napza if place not in kept]] = "anak"
    answers.assign(cluster=group).to_csv(round_copy / "answers.csv", index=False)
    opened = ikfs.open_round(round_copy, **QUICK)
    assert "napza" in opened.told_groups.cat.categories
    assert opened.factors_by_group.few == ("napza",)
    assert opened.factors_by_group.n.isna().all()  # their sum would leave two


def test_the_round_before_has_the_same_factors_in_the_same_answers(opened, spoil):
    assert opened.factors_change == Absent("previous")
    later = ikfs.open_round(spoil("round.yaml", "previous: null", "previous: ."), **QUICK)
    found = later.factors_change
    assert found.congruence["congruence"].to_numpy() == pytest.approx(1, abs=1e-9)  # the same matrix twice
    assert set(found.first.index) == set(later.structure.indicators)


def test_omega_of_all_items_uses_the_factors_in_force(opened):
    found = opened.omega_general
    assert found.n_factors == opened.factors_retained.n_factors
    assert found.correlations is opened.correlation_retained
    assert 0 < found.omega_hierarchical < found.omega_total < 1
    assert ikfs.open_round(ROUND, n_factors=1, **QUICK).omega_general == Absent("factors")


def test_two_retained_items_have_no_factors():
    codes = ikfs.open_round(ROUND).framework.indicators
    keep = ["KD1", "KD2", "PS1", "PM1"]
    small = ikfs.open_round(ROUND, drop=[code for code in codes if code not in keep], n_factors=1, **QUICK)
    assert isinstance(small.factors_retained, ExploratoryResult)
    assert isinstance(small.factors_resampled, ExploratoryResult)


def test_without_enough_respondents_everything_is_absent(round_copy):
    answers = pd.read_csv(round_copy / "answers.csv")
    answers.head(20).to_csv(round_copy / "answers.csv", index=False)
    (round_copy / "retest.csv").write_text("respondent\n", encoding="utf-8")
    text = (round_copy / "round.yaml").read_text(encoding="utf-8")
    text = text.replace("  retest: {file: retest.csv, id: respondent}\n", "")
    (round_copy / "round.yaml").write_text(text, encoding="utf-8")
    opened = ikfs.open_round(round_copy)
    shown = [
        opened.kmo, opened.bartlett, opened.msa_deletion, opened.retention, opened.retention_retained,
        opened.factor_number, opened.factors, opened.factors_retained, opened.factors_resampled, opened.factors_beside,
        opened.factors_by_group, opened.factors_change, opened.omega_general,
    ]  # fmt: skip
    assert all(isinstance(result, Absent) for result in shown)


def test_what_the_answers_do_not_allow_is_absent_with_its_reason():
    answers = Unsettled("answers", "why")
    assert isinstance(answers, Absent)
    assert answers.why == "why"
