import time
from itertools import product
from math import factorial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap, t

from ikfs_methods.errors import IkfsError, ParameterError, WeightError
from ikfs_methods.weighting.best_worst import best_worst
from ikfs_methods.weighting.budget import budget_allocation
from ikfs_methods.weighting.experts import INTERVALS, expert_uncertainty
from ikfs_methods.weighting.sets import equal

SHARES = np.array([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5], [0.6, 0.4, 0.0], [0.4, 0.2, 0.4], [0.7, 0.2, 0.1]])


def points(shares, parent="A", first=0):
    return pd.DataFrame(
        [
            (f"E{first + i}", parent, f"{parent}{j}", 100 * share)
            for i, row in enumerate(shares)
            for j, share in enumerate(row)
        ],
        columns=["expert", "parent", "indicator", "points"],
    )


def allocated(shares, **options):
    return budget_allocation(points(shares, **options))


def geometric(shares):
    """A set that keeps the contract alone: geometric means of the experts' weights (parents x experts x codes)."""
    panels, n, k = shares.shape
    codes = [f"{parent}-{j}" for parent in range(panels) for j in range(k)]
    logs = np.log(shares).swapaxes(0, 1).reshape(n, panels * k)

    def reweighted(counts):
        raw = np.exp(counts @ logs / counts.sum(axis=1, keepdims=True)).reshape(len(counts), panels, k)
        return (raw / raw.sum(axis=2, keepdims=True)).reshape(len(counts), panels * k)

    return SimpleNamespace(
        weights=pd.Series(reweighted(np.ones((1, n)))[0], codes),
        parents=pd.Series(np.repeat([str(parent) for parent in range(panels)], k), codes),
        method="geometric mean",
        experts=tuple(f"E{i}" for i in range(n)),
        reweighted=reweighted,
    )


def every_resample(n):
    """All ways to draw n of n with replacement (ways, n), and the probability of each."""
    counts = np.array([way for way in product(range(n + 1), repeat=n) if sum(way) == n])
    chance = [factorial(n) / np.prod([factorial(int(k)) for k in way]) / n**n for way in counts]
    return counts, np.array(chance)


def test_errors_of_means_have_a_closed_form():
    found = expert_uncertainty(allocated(SHARES), draws=50_000, rng=1).table
    se = SHARES.std(axis=0, ddof=1) / np.sqrt(5)
    np.testing.assert_allclose(found["weight"], SHARES.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(found["se_jackknife"], se, rtol=1e-12)
    np.testing.assert_allclose(found["bias"], 0, atol=1e-15)
    # the standard deviation of 50,000 draws is itself off by some 1/sqrt(2 x 50,000) = .3 %: three times that and more
    np.testing.assert_allclose(found["se"], se * np.sqrt(4 / 5), rtol=0.012)
    assert found["n_experts"].tolist() == [5, 5, 5]
    assert found["parent"].tolist() == ["A", "A", "A"]


def test_draws_are_those_of_the_whole_bootstrap_distribution():
    # a nonlinear mean, of which all 5^5 resamples can be listed
    weight_set = geometric(SHARES[None] + 0.05)
    counts, chance = every_resample(5)
    values = weight_set.reweighted(counts.astype(float))
    found = expert_uncertainty(weight_set, draws=50_000, rng=2, interval="percentile", level=0.8)
    mean = chance @ values
    exact = np.sqrt(chance @ (values - mean) ** 2)
    np.testing.assert_allclose(found.table["se"], exact, rtol=0.012)
    for column, place in (("ci_low", 0.1), ("ci_high", 0.9)):
        end = found.table[column].to_numpy()
        below = [chance[values[:, j] < end[j] - 1e-9].sum() for j in range(3)]
        upto = [chance[values[:, j] <= end[j] + 1e-9].sum() for j in range(3)]
        # a share of 50,000 draws is off by up to 4 x sqrt(.09/50,000) = .0054
        assert np.max(below) <= place + 0.0054
        assert np.min(upto) >= place - 0.0054


def test_percentiles_of_another_program():
    shares = np.random.default_rng(4).dirichlet([2, 3, 4], size=12)
    found = expert_uncertainty(allocated(shares), draws=20_000, rng=0, interval="percentile", level=0.9).table
    for j in range(3):
        other = bootstrap((shares[:, j],), np.mean, n_resamples=20_000, method="percentile", confidence_level=0.9,
                          rng=np.random.default_rng(5)).confidence_interval  # fmt: skip
        # an end of 20,000 draws has a standard error of about sqrt(.05 x .95/20,000)/density = .015 se; two of them
        assert found[["ci_low", "ci_high"]].iloc[j].tolist() == pytest.approx(
            list(other), abs=0.07 * found["se"].iloc[j]
        )


def test_jackknife_worked_by_hand():
    # shares .2, .3, .7 of the first of two: means without each .5, .45, .25, with all .4
    found = expert_uncertainty(allocated([[0.2, 0.8], [0.3, 0.7], [0.7, 0.3]]), rng=0)
    np.testing.assert_allclose(found.without["A0"], [0.5, 0.45, 0.25], rtol=1e-14)
    assert found.influence.loc[("A", "E2"), ["shift", "change"]].tolist() == pytest.approx([0.15, -0.15], rel=1e-12)
    # without E0 both weigh .5: first and second no longer stand in this order
    assert found.influence["rank_changes"].tolist() == [True, False, False]
    assert found.most_influential.loc["A", ["expert", "code"]].tolist() == ["E2", "A0"]
    assert found.most_influential.loc["A", "shift"] == pytest.approx(0.15, rel=1e-12)
    angle = np.arcsin(np.sqrt([0.5, 0.45, 0.25]))
    half = t.ppf(0.975, 2) * np.sqrt(2 / 3 * ((angle - angle.mean()) ** 2).sum())
    low, high = np.clip([np.arcsin(np.sqrt(0.4)) - half, np.arcsin(np.sqrt(0.4)) + half], 0, np.pi / 2)
    ends = found.table.loc["A0", ["ci_low", "ci_high"]].tolist()
    assert ends == pytest.approx([np.sin(low) ** 2, np.sin(high) ** 2], rel=1e-12)


def test_the_expert_who_differs_is_found():
    shares = np.tile([0.25, 0.25, 0.5], (8, 1))
    shares[5] = [0.9, 0.05, 0.05]
    found = expert_uncertainty(allocated(shares), rng=3)
    assert found.most_influential.loc["A", "expert"] == "E5"
    # all others alike: E5 moves the first from .25 by .65/8
    assert found.most_influential.loc["A", "change"] == pytest.approx(-0.65 / 8, rel=1e-12)
    assert found.influence["shift"].drop(("A", "E5")).max() < found.influence.loc[("A", "E5"), "shift"]


@settings(max_examples=10)
@given(st.lists(st.lists(st.integers(1, 9), min_size=3, max_size=3), min_size=3, max_size=6), st.randoms())
def test_the_order_of_experts_changes_nothing(raw, chance):
    shares = np.array(raw) / np.sum(raw, axis=1, keepdims=True)
    table = points(shares)
    names = [f"E{i}" for i in range(len(raw))]
    chance.shuffle(names)
    turned = pd.concat([table[table["expert"] == name] for name in names])
    for interval in INTERVALS:
        first = expert_uncertainty(budget_allocation(table), draws=200, rng=7, interval=interval)
        second = expert_uncertainty(budget_allocation(turned), draws=200, rng=7, interval=interval)
        pd.testing.assert_frame_equal(first.table, second.table, rtol=1e-9, atol=1e-12)
        assert first.most_influential["expert"].equals(second.most_influential["expert"])
        ends = first.table.dropna()
        assert ((ends["ci_low"] <= ends["weight"] + 1e-12) & (ends["weight"] <= ends["ci_high"] + 1e-12)).all()
        assert ((ends["ci_low"] >= 0) & (ends["ci_high"] <= 1)).all()
    np.testing.assert_allclose(first.without.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(first.replicates.sum(axis=1), 1, rtol=1e-12)


def test_experts_count_only_where_they_judged():
    rows = pd.concat([points(SHARES), points(SHARES[:3], "B", first=2), points(SHARES[:2], "C", first=3)])
    weight_set = budget_allocation(rows)
    found = expert_uncertainty(weight_set, draws=400, rng=0)
    assert found.table.groupby("parent")["n_experts"].first().to_dict() == {"A": 5, "B": 3, "C": 2}
    # a parent's numbers are those that a table of it alone would have
    alone = expert_uncertainty(allocated(SHARES[:3], parent="B", first=2), draws=400, rng=0).table
    columns = ["weight", "ci_low", "ci_high", "se_jackknife", "bias"]
    pd.testing.assert_frame_equal(found.table.loc[alone.index, columns], alone[columns], rtol=1e-12, atol=1e-15)
    assert np.isfinite(found.replicates[["B0", "B1", "B2"]]).all(axis=None)
    shift = found.influence["shift"]
    assert shift.loc["B"].isna().tolist() == [True, True, False, False, False]
    assert found.influence["rank_changes"].loc["B"].isna().tolist() == [True, True, False, False, False]
    assert shift.loc["C"].isna().all()
    assert found.most_influential["expert"].isna().tolist() == [False, False, True]
    assert found.table.loc["C0", ["se", "se_jackknife", "ci_low", "ci_high", "bias"]].isna().all()
    assert found.table.loc["C0", "weight"] == pytest.approx(0.35)
    assert len(found.notes) == 1
    assert "need at least 3 experts for a parent; too few judged (their number in brackets): C (2)." in found.notes[0]
    resampled = expert_uncertainty(weight_set, draws=400, rng=0, interval="expanded")
    assert resampled.table.loc["B0", ["ci_low", "ci_high"]].isna().all()
    assert np.isfinite(resampled.table.loc["B0", "se"])
    assert "Intervals from resamples need at least 5 experts for a parent; too few judged: B (3)." in resampled.notes[1]


def test_part_of_the_codes_is_scaled_up_within_its_parent():
    weight_set = budget_allocation(pd.concat([points(SHARES), points(SHARES[:, ::-1], "B")]))
    part = expert_uncertainty(weight_set, draws=200, rng=0, codes=["B2", "A0", "A2"])
    kept = weight_set.within(["A0", "A2", "B2"])
    pd.testing.assert_series_equal(part.table["weight"], kept.weights, check_names=False)
    scaled = SHARES[:, [0, 2]].sum(axis=0) - SHARES[:, [0, 2]]
    np.testing.assert_allclose(part.without[["A0", "A2"]], scaled / scaled.sum(axis=1, keepdims=True), rtol=1e-13)
    assert part.table.loc["B2", ["weight", "ci_low", "ci_high"]].tolist() == [1, 1, 1]
    with pytest.raises(WeightError, match="only nodes with a weight can be named; found A9"):
        expert_uncertainty(weight_set, rng=0, codes=["A0", "A9"])


def test_weights_that_hang_on_one_expert_are_told():
    weight_set = geometric(SHARES[None] + 0.05)
    whole = weight_set.reweighted
    # as of incomplete comparisons that only the second expert connects
    weight_set.reweighted = lambda counts: np.where(
        (counts[:, [1]] == 0) & (counts.sum(axis=1, keepdims=True) > 1), np.nan, whole(counts)
    )
    found = expert_uncertainty(weight_set, rng=0)
    assert found.table[["se", "se_jackknife", "ci_low", "bias"]].isna().all(axis=None)
    assert found.notes[0].startswith("Without some expert no weights exist for 0-0, 0-1, 0-2")
    assert found.influence["shift"].isna().tolist() == [False, True, False, False, False]


def test_nobody_moves_what_all_agree_on():
    found = expert_uncertainty(allocated(np.tile([0.2, 0.3, 0.5], (6, 1))), draws=200, rng=0)
    np.testing.assert_allclose(found.table["ci_low"], [0.2, 0.3, 0.5], rtol=1e-12)
    np.testing.assert_allclose(found.table["ci_high"], [0.2, 0.3, 0.5], rtol=1e-12)
    assert found.most_influential.loc["A"].isna().tolist() == [True, False, True, True]
    assert not found.influence["rank_changes"].any()
    assert found.notes[0].startswith("No expert's leaving changes the weight of A0, A1, A2")


def test_best_worst_weights_have_it_too():
    judged = [([1, 2, 4], [4, 2, 1], "a", "c"), ([1, 3, 6], [6, 2, 1], "a", "c"), ([2, 1, 4], [2, 4, 1], "b", "c")]
    table = pd.DataFrame(
        [
            (f"E{i}", "P", best, worst, code, over[k], under[k])
            for i, (over, under, best, worst) in enumerate(judged)
            for k, code in enumerate("abc")
        ],
        columns=["expert", "parent", "best", "worst", "indicator", "best_over", "over_worst"],
    )
    weight_set = best_worst(table)
    found = expert_uncertainty(weight_set, draws=200, rng=0)
    se = weight_set.judge_weights.std(ddof=1) / np.sqrt(3)
    np.testing.assert_allclose(found.table["se_jackknife"], se, rtol=1e-12)
    assert found.most_influential.loc["P", "expert"] == "E2"
    assert found.method == "best-worst"
    pd.testing.assert_frame_equal(found.to_frame(), found.table)


def test_a_thousand_draws_take_no_time():
    shares = np.random.default_rng(0).dirichlet(np.ones(8), size=12)
    rows = [points(shares, parent) for parent in "ABC"]
    weight_set = budget_allocation(pd.concat([*rows, points(shares[:, :3] / shares[:, :3].sum(1, keepdims=True), "I")]))
    began = time.perf_counter()
    expert_uncertainty(weight_set, draws=1000, rng=0)
    assert time.perf_counter() - began < 1  # about .03 s on a free machine


@pytest.mark.parametrize(
    ("weight_set", "said"),
    [
        (
            equal(["a", "b"]),
            "as the results of ahp, budget_allocation and best_worst do; found 'equal', without experts",
        ),
        ({"a": 1}, "found dict, without weights, parents, method, experts, reweighted. Give such a result"),
    ],
)
def test_sets_without_experts_are_refused(weight_set, said):
    with pytest.raises(ParameterError, match=said):
        expert_uncertainty(weight_set, rng=0)


def test_a_set_that_breaks_its_promise_is_refused():
    broken = geometric(SHARES[None] + 0.05)
    broken.weights = pd.Series(1 / 3, broken.weights.index)
    with pytest.raises(ParameterError, match="set's own weights when every expert counts once; it differs for 0-0"):
        expert_uncertainty(broken, rng=0)
    broken.reweighted = lambda counts: np.ones((len(counts), 2))
    with pytest.raises(ParameterError, match=r"a row per draw and a column per code, \(5, 3\); found shape \(5, 2\)"):
        expert_uncertainty(broken, rng=0)
    broken.experts = ("E1", "E1")
    with pytest.raises(ParameterError, match="each named once; found E1, E1"):
        expert_uncertainty(broken, rng=0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"draws": 99}, "draws must be a whole number from 100 to 100000; found 99"),
        ({"draws": 1e3}, "draws must be a whole number"),
        ({"level": 95}, "level must be a number between 0 and 1"),
        ({"interval": "jacknife"}, "interval must be one of .* Did you mean 'jackknife'"),
        ({"rng": None}, "rng must be a numpy random Generator or a seed"),
    ],
)
def test_options_are_checked(options, said):
    with pytest.raises(ParameterError, match=said):
        expert_uncertainty(allocated(SHARES), **({"rng": 0} | options))


@settings(max_examples=20)
@given(st.integers(1, 7), st.integers(1, 4), st.integers(0, 10**6), st.sampled_from(INTERVALS))
def test_any_panel_gives_numbers_or_says_why_not(n_experts, n_codes, seed, interval):
    rng = np.random.default_rng(seed)
    shares = rng.multinomial(5, np.full(n_codes, 1 / n_codes), size=n_experts) / 5  # many zeros
    try:
        found = expert_uncertainty(allocated(shares), draws=100, rng=rng, interval=interval)
    except IkfsError:
        return
    enough = n_experts >= (3 if interval == "jackknife" else 5)
    assert np.isfinite(found.table[["ci_low", "ci_high"]]).all(axis=None) == enough
    assert enough or any("too few judged" in note for note in found.notes)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "jackknife", "expanded", "percentile"), [(5, 0.92, 0.89, 0.8), (8, 0.92, 0.92, 0.86), (12, 0.93, 0.93, 0.89)]
)
def test_intervals_cover_the_weights_of_all_who_could_be_asked(n, jackknife, expanded, percentile):
    # A population of experts whose log weights scatter by .75; its group weights are the normalised geometric mean,
    # known exactly. 1,000 panels of four weights, each panel a parent: a coverage of .93 has a standard error near .006
    # (the weights of one panel hang together). The floors are two to three such errors below what panels
    # of this kind gave.
    rng = np.random.default_rng(n)
    true = np.array([0.4, 0.3, 0.2, 0.1])
    raw = true * np.exp(0.75 * rng.standard_normal((1000, n, 4)))
    weight_set = geometric(raw / raw.sum(axis=2, keepdims=True))
    found = {}
    for interval in INTERVALS:
        table = expert_uncertainty(weight_set, draws=1000, rng=rng, interval=interval).table
        inside = (table["ci_low"] <= np.tile(true, 1000)) & (np.tile(true, 1000) <= table["ci_high"])
        found[interval] = float(inside.mean())
    assert jackknife < found["jackknife"] < 0.97
    assert found["expanded"] > expanded
    assert found["percentile"] > percentile
    assert found["percentile"] < found["expanded"]
