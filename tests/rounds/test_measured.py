"""What a round says of its items, its reliability and its evidence from outside."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ikfs_methods as ikfs
from ikfs_methods import reliability, validity
from ikfs_methods.rounds import Absent, views

ROUND = "fgd-2020-03-26"


@pytest.fixture(scope="module")
def opened():
    return ikfs.open_round(ROUND)


@pytest.fixture
def copied(tmp_path, home):
    """The shipped round where it can be changed: its folder, and a function that rewrites its answers."""
    shutil.copytree(home / "data", tmp_path / "data")
    folder = tmp_path / "data" / "rounds" / ROUND

    def change(edit):
        table = pd.read_csv(folder / "answers.csv", dtype=str, keep_default_na=False)
        edit(table).to_csv(folder / "answers.csv", index=False)
        return folder

    return change


@pytest.fixture
def home():
    return Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "name",
    [
        "item_analysis", "category_use", "successive_intervals", "alpha_retained", "alpha_scaled", "ordinal_alpha",
        "guttman", "split_halves", "lower_bound", "omega", "measurement_error", "alpha_by_group", "test_retest", "dif",
    ],
)  # fmt: skip
def test_every_dimension_is_measured(opened, name):
    found = getattr(opened, name)
    assert list(found.results) == ["KD", "PS", "PM"]
    assert not found.failed


def test_bounds_stand_in_their_order(opened):
    table = views.reliability_table(opened).table.set_index("code")
    # Guttman (1945): lambda2 is at least alpha; the greatest lower bound is at least every one of the bounds, within
    # the gap of its certificate (below 1e-9).
    assert (table["lambda2"] >= table["alpha"]).all()
    for bound in ("alpha", "lambda2", "lambda4", "lambda6"):
        assert (table["glb"] >= table[bound] - 1e-8).all()
    # Over all splits of an even number of items the mean half is alpha (Cronbach 1951).
    assert table.loc["PS", "n_items"] == 8
    assert table.loc["PS", "mean_half"] == pytest.approx(table.loc["PS", "alpha"], rel=1e-12)


def test_policy_for_gaps_reaches_every_coefficient():
    pairwise = ikfs.open_round(ROUND, missing="pairwise")
    found = [pairwise.alpha_retained, pairwise.guttman, pairwise.split_halves, pairwise.lower_bound,
             pairwise.measurement_error]  # fmt: skip
    assert {result.missing for kind in found for result in kind.results.values()} == {"pairwise"}
    assert pairwise.criterion().missing == "pairwise"
    assert pairwise.known_groups.missing == "pairwise"
    assert {result.missing for result in pairwise.dif.results.values()} == {"pairwise"}


def test_measurement_error_is_in_points_of_the_mean(opened):
    found = opened.measurement_error["KD"]
    alpha = opened.alpha_retained["KD"].alpha
    answers = opened.items("KD", retained=True).dropna()
    by_hand = answers.mean(axis=1).std() * np.sqrt(1 - alpha)
    assert found.sem == pytest.approx(by_hand, rel=1e-12)


def test_what_has_no_input_is_absent(copied):
    folder = copied(lambda table: table)
    text = (folder / "round.yaml").read_text(encoding="utf-8")
    plain = text.replace(", group: cluster", "").replace(", outside: [officer_rating]", "")
    plain = plain.replace("  retest: {file: retest.csv, id: respondent}\n", "")
    assert plain != text
    (folder / "round.yaml").write_text(plain, encoding="utf-8")
    answers = pd.read_csv(folder / "answers.csv").drop(columns=["cluster", "officer_rating"])
    answers.to_csv(folder / "answers.csv", index=False)
    bare = ikfs.open_round(folder)
    assert bare.alpha_by_group == bare.known_groups == bare.dif == Absent("group")
    assert bare.criterion() == Absent("outside")
    assert bare.test_retest == Absent("retest")
    assert bare.alpha_change == Absent("previous")


def test_too_few_complete_respondents_are_no_error(copied):
    def edit(table):
        few = table.head(40).copy()
        few.loc[few.index[3:], "KD8"] = ""
        return few

    folder = copied(edit)
    text = (folder / "round.yaml").read_text(encoding="utf-8")
    text = text.replace("  retest: {file: retest.csv, id: respondent}\n", "")
    (folder / "round.yaml").write_text(text, encoding="utf-8")
    opened = ikfs.open_round(folder)
    assert opened.criterion() == Absent("respondents")


def test_alpha_is_held_against_the_round_before(copied):
    folder = copied(lambda table: table)
    earlier = folder.parent / "earlier"
    shutil.copytree(folder, earlier)
    answers = pd.read_csv(earlier / "answers.csv", dtype=str, keep_default_na=False)
    keep = answers.iloc[::2]
    keep.to_csv(earlier / "answers.csv", index=False)
    retest = pd.read_csv(earlier / "retest.csv", dtype=str, keep_default_na=False)
    retest[retest["respondent"].isin(keep["respondent"])].to_csv(earlier / "retest.csv", index=False)
    text = (earlier / "round.yaml").read_text(encoding="utf-8")
    (earlier / "round.yaml").write_text(text.replace(f"id: {ROUND}", "id: earlier"), encoding="utf-8")
    text = (folder / "round.yaml").read_text(encoding="utf-8")
    (folder / "round.yaml").write_text(text.replace("previous: null", "previous: ../earlier"), encoding="utf-8")
    opened = ikfs.open_round(folder)
    change = opened.alpha_change["KD"]
    assert change.first_alpha == ikfs.open_round(earlier).alpha_retained["KD"].alpha
    assert change.second_alpha == opened.alpha_retained["KD"].alpha


def test_planted_item_is_found(opened):
    # KD5 was invented harder for older persons at the same standing (population.yaml).
    flagged = opened.dif["KD"].items["flagged"]
    assert list(flagged.index[flagged]) == ["KD5"]
    assert opened.dif["KD"].items.loc["KD5", ["group", "direction"]].tolist() == ["lansia", "harder"]


def test_results_are_those_of_the_methods(opened):
    answers = opened.items("PM", retained=True)
    assert opened.omega["PM"].omega_total == reliability.mcdonald_omega(answers, n_factors=1).omega_total
    scaled = validity.successive_intervals(answers).values  # noqa: PD011 - the result's own frame
    assert opened.alpha_scaled["PM"].alpha == reliability.cronbach_alpha(scaled).alpha
