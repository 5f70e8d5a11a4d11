"""AHP of a panel: what to look at again, consensus, groups of experts, the weights of other panels."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import ColumnError, ParameterError, TooFewError
from ikfs_methods.weighting.ahp import AhpResult, ahp, ahp_by_group

COLUMNS = ["expert", "parent", "left", "right", "favours", "strength"]
CODES = ["A", "B", "C", "D", "E"]


def rows(expert: str, ratios: dict[tuple[str, str], float], parent: str = "I") -> pd.DataFrame:
    """Long rows from ratios left over right."""
    table = [(expert, parent, a, b, "left" if r >= 1 else "right", max(r, 1 / r)) for (a, b), r in ratios.items()]
    return pd.DataFrame(table, columns=COLUMNS)


def consistent(expert: str, weights: dict[str, float], parent: str = "I") -> pd.DataFrame:
    return rows(expert, {(a, b): weights[a] / weights[b] for a, b in combinations(weights, 2)}, parent)


def panel(rng: np.random.Generator, experts: int, n: int, kept: float = 1.0) -> pd.DataFrame:
    """Random judgements; a share of the pairs off a random chain is left out."""
    parts = []
    for expert in range(experts):
        order = rng.permutation(n)
        chain = {frozenset(order[k : k + 2].tolist()) for k in range(n - 1)}
        pairs = [(i, j) for i, j in combinations(range(n), 2) if {i, j} in chain or rng.random() < kept]
        ratios = {(f"e{i}", f"e{j}"): float(rng.integers(1, 10)) ** rng.choice([-1, 1]) for i, j in pairs}
        parts.append(rows(f"E{expert}", ratios))
    return pd.concat(parts, ignore_index=True)


# Triads and suspects


def test_the_worst_triad_worked_by_hand():
    # A/B 2, B/C 3 would make A/C 6; given 1. With D (all 1) the other circles are off by 2 or 3 at most.
    table = rows(
        "E1", {("A", "B"): 2, ("B", "C"): 3, ("A", "C"): 1, ("A", "D"): 1, ("B", "D"): 1, ("C", "D"): 1}
    )  # fmt: skip
    row = ahp(table).triads.loc[("E1", "I")]
    assert row[["first", "second", "third"]].tolist() == ["A", "B", "C"]
    given_ratios = row[["first_second", "second_third", "first_third", "implied"]].astype(float)
    np.testing.assert_allclose(given_ratios, [2, 3, 1, 6], rtol=1e-14)
    # Koczkodaj: min(|1 - 1/6|, |1 - 6|)
    assert row["inconsistency"] == pytest.approx(5 / 6, rel=1e-14)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(3, 6))
def test_the_worst_triad_is_koczkodajs_index(seed, n):
    table = panel(np.random.default_rng(seed), 1, n)
    found = ahp(table)
    a = pd.DataFrame(1.0, index=[f"e{i}" for i in range(n)], columns=[f"e{i}" for i in range(n)])
    for row in table.itertuples():
        ratio = row.strength if row.favours == "left" else 1 / row.strength
        a.loc[row.left, row.right], a.loc[row.right, row.left] = ratio, 1 / ratio
    most = max(
        min(abs(1 - a.loc[i, j] * a.loc[j, k] / a.loc[i, k]), abs(1 - a.loc[i, k] / (a.loc[i, j] * a.loc[j, k])))
        for i, j, k in permutations(a.index, 3)
    )
    shown = found.triads["inconsistency"].max() if len(found.triads) else 0.0
    assert shown == pytest.approx(most, abs=1e-12)
    if len(found.triads):
        t = found.triads.iloc[0]
        assert a.loc[t["first"], t["second"]] * a.loc[t["second"], t["third"]] == pytest.approx(t["implied"], rel=1e-12)
        assert a.loc[t["first"], t["third"]] == pytest.approx(t["first_third"], rel=1e-12)


@pytest.mark.parametrize(("left", "right"), list(combinations(CODES, 2)))
def test_the_one_judgement_turned_round_is_the_one_to_look_at_again(left, right):
    weights = {"A": 16.0, "B": 8.0, "C": 4.0, "D": 2.0, "E": 2.0}
    ratios = {(a, b): weights[a] / weights[b] for a, b in combinations(CODES, 2)}
    true = ratios[left, right]
    ratios[left, right] = 1 / true if true > 1 else 7.0
    row = ahp(rows("E1", ratios)).suspects.loc[("E1", "I")]
    assert (row["left"], row["right"]) == (left, right)
    assert row["favours"] == ("right" if true > 1 else "left")
    # The other judgements agree on the weights, so that what they imply is the truth, and nothing is left to mend.
    assert (row["suggested_favours"], row["suggested_strength"]) == ("left", true)
    assert row["cr_then"] == pytest.approx(0, abs=1e-12)
    assert row["cr"] > 0.05


def test_the_ratio_then_is_that_of_the_corrected_table():
    table = panel(np.random.default_rng(5), 6, 5, kept=0.7)
    found = ahp(table)
    assert len(found.suspects) >= 4
    for (expert, _), row in found.suspects.iterrows():
        own = table[(table["expert"] == expert)].reset_index(drop=True)
        assert found.judges.loc[(expert, "I"), "cr"] == row["cr"]
        pair = own[["left", "right"]].apply(frozenset, axis=1) == frozenset((row["left"], row["right"]))
        assert pair.sum() == 1
        own.loc[pair, ["left", "right", "favours"]] = [row["left"], row["right"], row["suggested_favours"]]
        own.loc[pair, "strength"] = row["suggested_strength"]
        # Two solutions of the same matrix, each to about 1e-12.
        assert ahp(own).group_consistency == pytest.approx(row["cr_then"], abs=1e-10)
        assert row["cr_then"] < row["cr"]


def test_who_contradicts_nothing_has_nothing_to_look_at():
    found = ahp(consistent("E1", {"A": 4, "B": 2, "C": 1}))
    assert found.triads.empty
    assert found.suspects.empty
    assert list(found.suspects.columns)[:4] == ["left", "right", "favours", "strength"]


def test_of_three_judgements_the_smallest_step_is_named():
    # A/B 1, A/C 2, C/B 4: A/B should be 8, or A/C 1/4, or C/B 1/2; 7 steps, 4 steps, 4 steps on the scale.
    row = ahp(rows("E1", {("A", "B"): 1, ("A", "C"): 2, ("C", "B"): 4})).suspects.loc[("E1", "I")]
    assert row[["left", "right", "favours", "strength"]].tolist() == ["A", "C", "left", 2]
    assert row[["suggested_favours", "suggested_strength"]].tolist() == ["right", 4]


# Consensus


def test_consensus_at_its_ends():
    same = pd.concat([consistent(e, {"A": 4, "B": 2, "C": 1}) for e in ("E1", "E2", "E3")], ignore_index=True)
    one = ahp(same).consensus.loc["I"]
    # Differences of equal numbers: rounding of logarithms.
    assert one["s_star"] == pytest.approx(1, abs=1e-12)
    assert one["mean_distance"] == pytest.approx(0, abs=1e-12)
    assert one["kendall_w"] == pytest.approx(1, abs=1e-12)
    # Each of three judges puts another element nine times above the others: the least that the scale allows.
    far = pd.concat(
        [
            consistent(expert, {code: 9.0 if code == first else 1.0 for code in "ABC"})
            for expert, first in zip(["E1", "E2", "E3"], "ABC", strict=True)
        ],
        ignore_index=True,
    )
    none = ahp(far).consensus.loc["I"]
    assert none["s_star"] == pytest.approx(0, abs=1e-12)
    assert none["mean_distance"] == pytest.approx(8 / 11, rel=1e-12)  # 9/11 against 1/11, twice, halved
    assert none["kendall_w"] == pytest.approx(0, abs=1e-12)


def test_consensus_worked_by_hand():
    # Priorities (.8, .2) and (.5, .5); S* from H(.8) = .500402, H(.5) = .693147, H(.65) = .647447, extreme (.9, .1).
    table = pd.concat([rows("E1", {("A", "B"): 4}), rows("E2", {("A", "B"): 1})], ignore_index=True)
    row = ahp(table).consensus.loc["I"]
    h = lambda p: -p * np.log(p) - (1 - p) * np.log(1 - p)  # noqa: E731 - the entropy of two shares
    ratio, least = np.exp((h(0.8) + h(0.5)) / 2 - h(0.65)), np.exp(h(0.9)) / 2
    assert row["s_star"] == pytest.approx((ratio - least) / (1 - least), rel=1e-12)
    assert row["mean_distance"] == pytest.approx(0.3, rel=1e-12)
    # ranks (2, 1) and (1.5, 1.5): totals 3.5 and 2.5, sums of squares .5 of at most 2 (.5 + 0)
    assert row["kendall_w"] == pytest.approx(0.5, rel=1e-12)
    assert row["n_judges"] == 2


def test_mean_distance_is_that_of_all_pairs_of_judges():
    found = ahp(panel(np.random.default_rng(3), 7, 4))
    own = found.judge_weights.to_numpy()
    distances = [np.abs(own[a] - own[b]).sum() / 2 for a, b in combinations(range(7), 2)]
    assert found.consensus.loc["I", "mean_distance"] == pytest.approx(np.mean(distances), rel=1e-12)


def test_one_judge_has_no_consensus_and_is_told_so():
    found = ahp(consistent("E1", {"A": 4, "B": 2, "C": 1}))
    assert found.consensus.loc["I"].isna().tolist() == [False, True, True, True]
    assert found.notes == ("One expert judged the elements of I: there is no consensus to measure.",)


def test_judges_without_an_order_have_no_rank_agreement():
    table = pd.concat([consistent(e, dict.fromkeys("ABC", 1.0)) for e in ("E1", "E2")], ignore_index=True)
    row = ahp(table).consensus.loc["I"]
    assert np.isnan(row["kendall_w"])
    assert row["s_star"] == pytest.approx(1, abs=1e-12)


# Groups of experts


def test_each_group_is_the_analysis_of_its_own_rows():
    table = pd.concat([panel(np.random.default_rng(1), 6, 4), rows("E2", {("a1", "a2"): 3}, "A")], ignore_index=True)
    groups = pd.Series({"E0": "health", "E1": "law", "E2": "health", "E3": "law", "E4": "health", "E9": "law"})
    for options in ({}, {"priority": "geometric", "aggregation": "aip"}):
        found = ahp_by_group(table, groups, **options)
        for name, own in {"health": ["E0", "E2", "E4"], "law": ["E1", "E3"]}.items():
            alone = ahp(table[table["expert"].isin(own)], **options)
            np.testing.assert_allclose(found.weights[name].dropna(), alone.weights, rtol=1e-13)  # the same sums
            assert found.groups.loc[(name, "I"), "cr"] == pytest.approx(alone.groups.loc["I", "cr"], rel=1e-12)
    assert found.weights.loc[["a1", "a2"], "law"].isna().all()
    assert found.groups["n_judges"].to_dict() == {("health", "I"): 3, ("health", "A"): 1, ("law", "I"): 2}
    assert found.notes == ("Left out, since no group was given: E5.",)
    frame = found.to_frame()
    assert frame.columns.tolist() == ["group", "parent", "code", "weight", "n_judges", "cr"]
    assert len(frame) == 4 + 2 + 4
    assert frame.groupby(["group", "parent"])["weight"].sum().to_numpy() == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(
    ("groups", "error", "said"),
    [
        ({"E0": "a"}, ParameterError, "groups must be a pandas Series by expert; found dict"),
        (pd.Series(["a", "b"], index=["E0", "E0"]), ColumnError, "give each expert one group; several .* for E0. Keep"),
        (
            pd.Series({"X": "a"}),
            TooFewError,
            r"at least one expert of the table \(E0, E1\); found groups of X\. Give both",
        ),
        (pd.Series({"E0": None}), TooFewError, "at least one expert"),
        (pd.Series(dtype=object), TooFewError, "found groups of nobody"),
    ],
)
def test_groups_that_do_not_fit_are_refused(groups, error, said):
    with pytest.raises(error, match=said):
        ahp_by_group(panel(np.random.default_rng(0), 2, 3), groups)


# Other panels of the same experts


@pytest.mark.parametrize("aggregation", ["aij", "aip"])
@pytest.mark.parametrize("priority", ["eigenvector", "geometric"])
@pytest.mark.parametrize("kept", [1.0, 0.3])
def test_counting_experts_is_repeating_and_dropping_their_rows(priority, aggregation, kept):
    rng = np.random.default_rng(8)
    table = pd.concat([panel(rng, 5, 4, kept), rows("E3", {("a1", "a2"): 5}, "A")], ignore_index=True)
    found = ahp(table, priority=priority, aggregation=aggregation)
    assert found.experts == ("E0", "E1", "E2", "E3", "E4")
    counts = rng.multinomial(5, np.full(5, 0.2), size=8).astype(float)
    drawn = found.reweighted(counts)
    for weights, times in zip(drawn, counts, strict=True):
        copies = [
            table[table["expert"] == expert].assign(expert=f"{expert}.{copy}")
            for expert, count in zip(found.experts, times, strict=True)
            for copy in range(int(count))
        ]
        alone = ahp(pd.concat(copies, ignore_index=True), priority=priority, aggregation=aggregation).weights
        # Two completions of one matrix, each to about 1e-12; the rest is sums in another order.
        np.testing.assert_allclose(weights, alone.reindex(found.weights.index), rtol=1e-9)
    np.testing.assert_allclose(found.reweighted(np.ones((1, 5)))[0], found.weights, rtol=1e-12)
    np.testing.assert_allclose(found.reweighted(np.full((1, 5), 3.0))[0], found.weights, rtol=1e-12)


def test_a_draw_in_which_nobody_judged_a_parent_has_no_weights_there():
    table = pd.concat([panel(np.random.default_rng(2), 2, 3), rows("E1", {("a1", "a2"): 5}, "A")], ignore_index=True)
    drawn = ahp(table).reweighted(np.array([[1.0, 0.0], [0.0, 0.0]]))
    assert np.isnan(drawn).tolist() == [[False] * 3 + [True] * 2, [True] * 5]


@pytest.mark.parametrize("counts", [np.ones(2), np.ones((1, 3)), [[1.0, -1.0]], [[1.0, np.nan]], "two", [["a", "b"]]])
def test_counts_of_another_shape_are_refused(counts):
    result = ahp(panel(np.random.default_rng(2), 2, 3))
    with pytest.raises(ParameterError, match=r"array \(draws, experts\) of finite numbers of at least 0 for 2 experts"):
        result.reweighted(counts)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), experts=st.integers(2, 5), n=st.integers(2, 6))
def test_order_of_experts_and_rows_changes_nothing(seed, experts, n):
    rng = np.random.default_rng(seed)
    table = panel(rng, experts, n, kept=0.5)
    mixed = table.sample(frac=1, random_state=int(rng.integers(2**31))).reset_index(drop=True)
    one, other = ahp(table), ahp(mixed)
    # Completions of one matrix with its rows in another order, each to about 1e-12.
    np.testing.assert_allclose(one.weights, other.weights[one.weights.index], rtol=1e-9)
    np.testing.assert_allclose(one.judges["cr"], other.judges["cr"].reindex(one.judges.index), atol=1e-9)
    np.testing.assert_allclose(one.consensus, other.consensus, atol=1e-9)
    assert one.weights.sum() == pytest.approx(1, abs=1e-12)


def test_another_table_of_random_indices_is_named():
    table = panel(np.random.default_rng(4), 2, 4)
    own = ahp(table, random_index={3: 0.5245, 4: 0.8815}, random_index_source="Alonso & Lamata 2006")
    usual = ahp(table)
    np.testing.assert_allclose(own.judges["cr"] * 0.8815, usual.judges["cr"] * 0.90, rtol=1e-12)
    assert own.random_index_source == "Alonso & Lamata 2006"
    assert isinstance(own, AhpResult)


def test_more_elements_need_a_longer_table():
    values = dict(zip(range(3, 13), np.linspace(0.5, 1.54, 10), strict=True))
    weights = {f"e{i}": float(1 + i % 3) for i in range(12)}
    found = ahp(consistent("E1", weights), random_index=values, random_index_source="a simulation")
    np.testing.assert_allclose(found.weights, np.array(list(weights.values())) / 24, rtol=1e-12)
