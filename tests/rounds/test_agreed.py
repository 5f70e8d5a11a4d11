"""What a round says of its experts' agreement: the same numbers by two ways, and what each part is about."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import ikfs_methods as ikfs
from ikfs_methods.errors import ScaleError
from ikfs_methods.rounds import Absent, ByCriterion

ROUND = "fgd-2020-03-26"


@pytest.fixture(scope="module")
def opened():
    return ikfs.open_round(ROUND)


def test_phi_of_one_criterion_is_the_absolute_agreement_of_the_mean(opened):
    # one facet without gaps: phi and G are ICC(A,k) and ICC(C,k), here by two modules
    studies, agreement = opened.generalisability_by_criterion, opened.agreement
    assert list(studies.results) == list(agreement.results) == opened.criteria
    for name, found in studies.results.items():
        table = agreement[name].table["estimate"]
        # both are ratios of mean squares, so only the rounding of sums over 288 ratings differs
        assert found.phi == pytest.approx(table["ICC(A,k)"], abs=1e-10)
        assert found.g_coefficient == pytest.approx(table["ICC(C,k)"], abs=1e-10)


def test_criteria_are_fixed_so_that_only_experts_make_error(opened):
    found = opened.generalisability
    v, experts, criteria = found.components["variance"], 12, 2
    true = v["indicator"] + v["indicator:criterion"] / criteria
    relative = v["indicator:expert"] / experts + v["residual"] / (experts * criteria)
    absolute = relative + v["expert"] / experts + v["expert:criterion"] / (experts * criteria)
    assert found.fixed == ("criterion",)
    assert found.g_coefficient == pytest.approx(true / (true + relative), rel=1e-12)
    assert found.phi == pytest.approx(true / (true + absolute), rel=1e-12)


def test_a_rating_off_the_scale_is_no_lack_of_ratings(round_copy):
    path = round_copy / "panel.csv"
    panel = pd.read_csv(path)
    assert (panel.loc[panel["criterion"] == "relevance", "rating"] == 4).any()
    asked = ikfs.open_round(round_copy)
    narrower = replace(asked, parameters=asked.parameters.model_copy(update={"rating_high": 3}))
    with pytest.raises(ScaleError):
        _ = narrower.generalisability


def test_only_criteria_of_several_rounds_are_repeated(opened):
    assert isinstance(opened.delphi_repeated, ByCriterion)
    assert list(opened.delphi_repeated.results) == ["clarity"]
    assert list(opened.delphi_by_criterion.results) == opened.criteria


def test_a_panel_asked_once_has_nothing_repeated(round_copy):
    path = round_copy / "panel.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.strip().endswith(",2")), encoding="utf-8")
    asked = ikfs.open_round(round_copy)
    assert asked.delphi_repeated == Absent("delphi_rounds")
    assert len(asked.delphi_by_criterion.results) == 4
