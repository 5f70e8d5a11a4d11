"""Variants: an item fewer, a parameter changed, and what that does to the numbers."""

from __future__ import annotations

import numpy as np
import pytest

import ikfs_methods as ikfs
from ikfs_methods.errors import DecisionError, ParameterError
from ikfs_methods.reliability import cronbach_alpha

ROUND = "fgd-2020-03-26"


def test_dropping_an_item_equals_computing_without_it():
    plain, without = ikfs.open_round(ROUND), ikfs.open_round(ROUND, drop=["KD5"])
    table = ikfs.compare_variants(plain, without).table
    kept = [code for code in plain.structure.indicators if code.startswith("KD") and code != "KD5"]
    expected = cronbach_alpha(plain.answers.items[kept]).alpha
    # the same call on the same columns
    assert table.loc[("alpha", "KD"), without.label] == pytest.approx(expected, rel=1e-15)
    assert table.loc[("items", "KD"), without.label] == len(kept)
    assert np.isnan(table.loc[("weight", "KD5"), without.label])


def test_weights_of_a_variant_keep_their_proportions_and_sum():
    plain, without = ikfs.open_round(ROUND), ikfs.open_round(ROUND, drop=["KD5"])
    before, after = plain.weights.weights, without.weights.weights
    # sums of seven shares in doubles
    assert after[["KD1", "KD2", "KD3", "KD4", "KD6", "KD7"]].sum() == pytest.approx(1, abs=1e-12)
    assert after["KD1"] / after["KD2"] == pytest.approx(before["KD1"] / before["KD2"], rel=1e-12)


def test_index_is_the_weighted_sum_of_its_dimensions():
    opened = ikfs.open_round(ROUND)
    scores = opened.index().scores.iloc[0]
    weights = opened.weights.weights
    by_hand = sum(weights[code] * scores[code] for code in opened.structure.dimensions)
    complete = opened.index().respondent_scores[opened.structure.dimensions].notna().all(axis=1)
    assert complete.all()  # so that means of sums are sums of means
    assert scores["IKFS"] == pytest.approx(by_hand, rel=1e-12)


def test_a_parameter_makes_a_variant_too():
    plain, equal = ikfs.open_round(ROUND), ikfs.open_round(ROUND, weights="equal")
    assert equal.weights.weights["KD"] == pytest.approx(1 / 3)
    assert set(equal.weights.table["method"]) == {"equal"}
    table = ikfs.compare_variants(plain, equal).to_frame()
    assert list(table.columns) == [plain.label, equal.label, "difference"]
    assert table["difference"].abs().max() > 0


def test_geometric_needs_a_floor_where_scores_reach_zero():
    geometric = ikfs.open_round(ROUND, aggregation=["geometric"], floor=1.0)
    assert geometric.index().scores["IKFS"].iloc[0] < ikfs.open_round(ROUND).index().scores["IKFS"].iloc[0]


def test_wrong_variants_are_refused():
    with pytest.raises(DecisionError, match="found 'KD9'. Did you mean"):
        ikfs.open_round(ROUND, drop=["KD9"])
    with pytest.raises(ParameterError, match="'weight' is no parameter. Did you mean 'weights'"):
        ikfs.open_round(ROUND, weight="equal")
    with pytest.raises(ParameterError, match="at least two rounds; found 1"):
        ikfs.compare_variants(ikfs.open_round(ROUND))


def test_a_wrong_key_shows_in_the_evidence(round_copy):
    table = round_copy.parent.parent / "frameworks" / "ikfs" / "indicators.csv"
    text = table.read_text(encoding="utf-8")
    assert ",PS8,1,5,-1," in text
    table.write_text(text.replace(",PS8,1,5,-1,", ",PS8,1,5,1,"), encoding="utf-8")
    row = ikfs.open_round(round_copy).evidence.indicators.loc["PS8"]
    assert row["item_rest"] < 0
    assert "key" in row["failed"]
    assert row["verdict"] == "revise"


def test_planted_faults_are_found():
    found = ikfs.open_round(ROUND).evidence.indicators
    assert found.loc["KD8", "verdict"] == "drop"  # the dead item
    assert found.loc["PM8", "failed"][-1] == "redundancy"  # the near-duplicate of PM6
    assert found.loc["PM6", "nearest"] == "PM8"
    assert "gap" in found.loc["PM7", "failed"]  # the cross-loading one


def test_results_do_not_depend_on_what_ran_before():
    first, second = ikfs.open_round(ROUND), ikfs.open_round(ROUND)
    _ = first.parallel("factor")
    assert first.parallel().simulated.equals(second.parallel().simulated)
