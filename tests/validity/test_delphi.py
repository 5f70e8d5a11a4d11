from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from ikfs_methods.errors import ColumnError, IkfsError, NotNumericError, ParameterError, ScaleError, TooFewError
from ikfs_methods.validity.agreement import cohen_kappa
from ikfs_methods.validity.delphi import delphi

EXPERTS = list("ABCDEFGH")
FIRST = pd.DataFrame(
    {
        "food": [5, 4, 4, 5, 4, 5, 3, 4],  # agreed
        "noise": [1, 2, 1, 2, 2, 1, 2, 4],  # agreed to reject
        "split": [1, 5, 1, 5, 1, 5, 1, 5],  # two camps
        "open": [1, 2, 3, 4, 5, 3, 2, 4],
    },
    index=EXPERTS,
)
SECOND = FIRST.assign(open=[3, 4, 4, 4, 5, 4, 1, 4])


def test_first_round_worked_by_hand() -> None:
    ours = delphi([FIRST], low=1, high=5)
    items = ours.items.xs(1, level="round")
    food = items.loc["food"]
    # 3 4 4 4 4 5 5 5: the quartiles stand at places 1.75, 3.5 and 5.25 from 0
    assert (food["q1"], food["median"], food["q3"], food["iqr"]) == (4, 4, 5, 1)
    assert (food["n"], food["mean"], food["share"], food["opposite_share"]) == (8, 34 / 8, 7 / 8, 0)
    assert items["consensus"].to_dict() == {"food": True, "noise": True, "split": False, "open": False}
    assert items["direction"].to_dict() == {"food": "in", "noise": "out", "split": "none", "open": "none"}
    # 1 2 2 3 3 4 4 5
    assert items.loc["open", ["q1", "median", "q3"]].tolist() == [2, 3, 4]
    assert ours.status.to_dict() == {
        "food": "consensus", "noise": "consensus", "split": "first round only", "open": "first round only",
    }  # fmt: skip
    assert (ours.verdict, ours.changes.empty, ours.movement.empty) == ("continue", True, True)
    assert ours.reason == "2 of 4 items of round 1 are not settled: split (first round only), open (first round only)."
    assert "One round only" in ours.notes[0]
    assert delphi([FIRST[["food", "noise"]]], low=1, high=5).verdict == "stop"


def test_second_round_worked_by_hand() -> None:
    ours = delphi([FIRST, SECOND], low=1, high=5)
    changes = ours.changes.xs(2, level="round")
    moved = changes.loc["open"]
    # 1 2 3 4 5 3 2 4 became 3 4 4 4 5 4 1 4: up 2, 2, 1, 0, 0, 1, down 1, 0
    assert (moved["n_up"], moved["n_down"], moved["n_both"]) == (4, 1, 8)
    assert (moved["share_changed"], moved["mean_move"], moved["mean_absolute_move"]) == (5 / 8, 5 / 8, 7 / 8)
    # counts of 1 to 5: 1 2 2 2 1 became 1 0 1 5 1; half of 0 + 2 + 1 + 3 + 0
    assert moved["net_change"] == 3 / 8
    # at most 1 of 5 one way: 2 (1 + 5) / 32
    assert moved["p_value"] == pytest.approx(12 / 32)
    # 1 3 4 4 4 4 4 5: quartiles 3.75, 4, 4
    assert (moved["change_median"], moved["change_iqr"]) == (1, 0.25 - 2)
    assert changes["stable"].to_dict() == {"food": True, "noise": True, "split": True, "open": False}
    same = changes.drop(index="open")
    assert (same["kappa"] == 1).all()
    assert (same["p_value"] == 1).all()
    # six of eight in the band and a range of .25: moving, yet agreed
    assert ours.status.to_dict() == {
        "food": "consensus", "noise": "consensus", "split": "stable dissent", "open": "consensus",
    }  # fmt: skip
    assert (ours.verdict, ours.notes) == ("stop", ())
    assert ours.reason == "All 4 items of round 2 are settled: 3 agreed, 1 in stable dissent."


def test_movement_of_experts_worked_by_hand() -> None:
    movement = delphi([FIRST, SECOND], low=1, high=5).movement.xs(2, level="round")
    # medians of round 1: 4, 2, 3, 3; of round 2: 4, 2, 3, 4
    g = movement.loc["G"]  # 3 2 1 2, then 3 2 1 1
    assert (g["n"], g["moved"], g["toward"], g["away"]) == (4, 1, 0, 1)
    assert (g["mean_move"], g["mean_absolute_move"]) == (-1 / 4, 1 / 4)
    assert (g["distance_before"], g["distance_after"]) == ((1 + 0 + 2 + 1) / 4, (1 + 0 + 2 + 3) / 4)
    # outside the quartiles in both rounds and no nearer: food (3 below 4); split lies on them; open was within them
    assert g["holds_out"] == 1
    a = movement.loc["A"]  # 5 1 1 1, then 5 1 1 3: open is the median now
    assert (a["moved"], a["toward"], a["away"]) == (1, 1, 0)
    assert (movement["n"] == 4).all()


def test_kappa_is_that_of_two_raters_with_quadratic_weights() -> None:
    changes = delphi([FIRST, SECOND], low=1, high=5).changes
    for item in FIRST:
        both = pd.DataFrame({"first": FIRST[item], "second": SECOND[item]})
        theirs = cohen_kappa(both, weights="quadratic", categories=[1, 2, 3, 4, 5])
        # sums of small whole numbers; quadratic weights do not depend on the categories that nobody used
        assert changes.loc[(item, 2), "kappa"] == pytest.approx(theirs.estimate, abs=1e-12)


def test_quartiles_are_numpys() -> None:
    rng = np.random.default_rng(3)
    ratings = pd.DataFrame(rng.integers(1, 8, (11, 30)).astype(float))
    ratings = ratings.mask(rng.random(ratings.shape) < 0.3)
    items = delphi([ratings], low=1, high=7).items
    theirs = np.nanquantile(ratings, [0.25, 0.5, 0.75], axis=0)
    assert pytest.approx(theirs, abs=1e-12) == items[["q1", "median", "q3"]].to_numpy().T


@pytest.mark.parametrize(
    ("low", "high", "band", "iqr"),
    [
        (0, 1, (1, 1), 0.25),
        (1, 3, (3, 3), 0.5),
        (1, 4, (3, 4), 1),
        (1, 5, (4, 5), 1),
        (0, 4, (3, 4), 1),
        (1, 7, (5, 7), 1.5),
        (1, 9, (6, 9), 2),
        (0, 100, (51, 100), 25),
    ],
)
def test_the_rule_on_each_scale(low: int, high: int, band: tuple[int, int], iqr: float) -> None:
    ratings = pd.DataFrame({"a": [low, high, high]}, index=list("ABC"))
    rule = delphi([ratings], low=low, high=high).rule
    assert (rule.band, rule.iqr, rule.share, rule.net_change) == (band, iqr, 0.75, 0.15)
    assert rule.opposite == (low, low + high - band[0])
    assert rule.to_frame().loc["share", "value"] == "0.75"
    assert "kappa" not in rule.to_frame().index


def test_a_declared_rule_replaces_the_default() -> None:
    wide = delphi([FIRST, SECOND], low=1, high=5, band=(2, 5), share=0.6, iqr=4)
    assert wide.rule.opposite is None
    assert any("overlaps its mirror image" in note for note in wide.notes)
    assert wide.items["direction"].isin(["in", "none"]).all()
    strict = {"median_change": 0.5, "iqr_change": 0.5, "kappa": 0.7}
    for name, value in strict.items():
        loose = delphi([FIRST, SECOND], low=1, high=5, stable_share=1)
        assert loose.changes["stable"].all()
        tight = delphi([FIRST, SECOND], low=1, high=5, stable_share=1, **{name: value})  # type: ignore[arg-type]
        assert tight.changes["stable"].tolist() == [True, True, True, False], name
    # 8 experts of 15 % are one: two net changes are too many, one is not
    one = SECOND.assign(open=[1, 2, 3, 4, 5, 3, 2, 5])
    assert delphi([FIRST, one], low=1, high=5).status["open"] == "stable dissent"
    two = SECOND.assign(open=[1, 2, 3, 5, 5, 3, 2, 5])
    assert delphi([FIRST, two], low=1, high=5).status["open"] == "still moving"


def test_the_rounds_end_at_the_declared_number() -> None:
    moving = SECOND.assign(open=[5, 1, 5, 1, 1, 5, 5, 1])
    assert delphi([FIRST, moving], low=1, high=5).verdict == "continue"
    ended = delphi([FIRST, moving], low=1, high=5, max_rounds=2)
    assert (ended.verdict, ended.reason) == (
        "stop",
        "The declared 2 rounds are reached; not settled: open (still moving).",
    )


def test_experts_and_items_come_and_go() -> None:
    second = SECOND.drop(columns="food").assign(new=[3, 3, 1, 5, 2, 4, 3, 3]).drop(index=["G", "H"])
    third = SECOND.rename(index={"A": "Z"})
    ours = delphi({3: third, 1: FIRST, 2: second}, low=1, high=5)
    assert ours.rounds == (1, 2, 3)
    assert ours.n_experts.tolist() == [8, 6, 8]
    assert ours.changes.loc[("food", 3), ["from_round", "n_both"]].tolist() == [1, 7]
    assert ours.changes.loc[("open", 2), "n_both"] == 6
    assert ours.status["new"] == "first round only"
    assert any("Not rated in the latest round" in note and "new" in note for note in ours.notes)
    assert ours.verdict == "stop"  # what is no longer asked keeps nobody
    frame = ours.to_frame()
    assert frame.index.tolist() == ["food", "noise", "split", "open", "new"]
    assert frame["round"].tolist() == [3, 3, 3, 3, 2]
    assert frame.loc["new", "status"] == "first round only"
    assert frame["n"].tolist() == [8, 8, 8, 8, 6]


def test_small_panels_are_not_given_a_consensus() -> None:
    two = FIRST.iloc[:2]
    ours = delphi([two, two], low=1, high=5)
    assert set(ours.status) == {"too few ratings"}
    assert ours.verdict == "continue"
    assert any("Fewer than 3 ratings" in note for note in ours.notes)
    assert any("by fewer than 3 experts in both rounds" in note for note in ours.notes)
    assert delphi([two, two], low=1, high=5, min_experts=2).status["food"] == "consensus"


def test_one_rating_of_everybody_has_no_kappa_but_is_stable() -> None:
    same = pd.DataFrame({"a": [3, 3, 3, 3]}, index=list("ABCD"))
    ours = delphi([same, same], low=1, high=5, kappa=0.8)
    assert np.isnan(ours.changes["kappa"].item())
    assert ours.status["a"] == "stable dissent"
    assert any("kappa is undefined: a in round 2" in note for note in ours.notes)


def test_long_scales_are_counted_in_classes() -> None:
    first = pd.DataFrame({"a": [10.0, 35, 55, 72, 90, 100]}, index=list("ABCDEF"))
    nudged = first.add([3, 2, -4, 5, 4, 0], axis=0)
    ours = delphi([first, nudged], low=0, high=100)
    assert ours.changes["share_changed"].item() == 5 / 6
    assert ours.changes["net_change"].item() == 0
    assert any("in 10 classes of equal width" in note for note in ours.notes)


rounds_of_ratings = st.integers(0, 2**32 - 1).map(
    lambda seed: [
        pd.DataFrame(np.random.default_rng(seed + at).integers(1, 6, (9, 5)).astype(float), index=list("ABCDEFGHI"))
        for at in range(3)
    ]
)


@settings(max_examples=12)
@given(rounds=rounds_of_ratings, seed=st.integers(0, 99), shift=st.sampled_from([-7, 3, 100]))
def test_order_of_experts_and_origin_of_the_scale_change_nothing(
    rounds: list[pd.DataFrame], seed: int, shift: int
) -> None:
    one = delphi(rounds, low=1, high=5)
    other = delphi([r.sample(frac=1, random_state=seed) + shift for r in rounds], low=1 + shift, high=5 + shift)
    place = ["median", "q1", "q3", "mean"]
    pd.testing.assert_frame_equal(one.items.drop(columns=place), other.items.drop(columns=place))
    pd.testing.assert_frame_equal(one.items[place] + shift, other.items[place])
    pd.testing.assert_frame_equal(one.changes, other.changes)
    pd.testing.assert_frame_equal(one.movement, other.movement.loc[one.movement.index], check_like=True)
    assert (one.verdict, one.reason) == (other.verdict, other.reason)


@settings(max_examples=12)
@given(rounds=rounds_of_ratings)
def test_a_turned_scale_turns_agreement_into_rejection(rounds: list[pd.DataFrame]) -> None:
    one, turned = delphi(rounds, low=1, high=5), delphi([6 - r for r in rounds], low=1, high=5)
    assert one.items["share"].tolist() == turned.items["opposite_share"].tolist()
    assert one.items["direction"].map({"in": "out", "out": "in", "none": "none"}).tolist() == (
        turned.items["direction"].tolist()
    )
    assert one.changes["p_value"].tolist() == turned.changes["p_value"].tolist()
    assert one.changes["n_up"].tolist() == turned.changes["n_down"].tolist()


def repeated(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(index={"A": "B"})


WRONG: list[tuple[Callable[[], Any], type[IkfsError], str]] = [
    (lambda: delphi([], low=1, high=5), TooFewError, "at least one round; found none"),
    (lambda: delphi(FIRST, low=1, high=5), ParameterError, "Put a single round into a list"),  # type: ignore[arg-type]
    (lambda: delphi([FIRST, 3], low=1, high=5), ParameterError, "ratings of round 2 must be a pandas DataFrame"),  # type: ignore[list-item]
    (lambda: delphi({0: FIRST}, low=1, high=5), ParameterError, "the number of a round must be a whole number"),
    (lambda: delphi([FIRST.iloc[:0]], low=1, high=5), TooFewError, "ratings of round 1 must have at least 1 rows"),
    (lambda: delphi([FIRST * np.nan], low=1, high=5), TooFewError, "the rounds must hold ratings; all are missing"),
    (lambda: delphi([FIRST], low=1, high=4), ScaleError, "ratings of round 1 must lie between 1 and 4"),
    (lambda: delphi([FIRST.assign(food="x")], low=1, high=5), NotNumericError, "column 'food' has text in 8 row"),
    (lambda: delphi([FIRST * np.inf], low=1, high=5), NotNumericError, "must be finite numbers"),
    (lambda: delphi([repeated(FIRST)], low=1, high=5), ColumnError, "must have each expert once; repeated: B"),
    (lambda: delphi([FIRST.rename(index={"A": None})], low=1, high=5), ColumnError, "must name the expert of each row"),
    (lambda: delphi([FIRST.rename(columns={"food": "open"})], low=1, high=5), ColumnError, "repeated: open"),
    (
        lambda: delphi([FIRST, SECOND.rename(index=str.lower)], low=1, high=5),
        ColumnError,
        "none of the 8 of round 2, the first 'a', is among those of round 1, the first 'A'",
    ),
    (lambda: delphi([FIRST], low=5, high=1), ParameterError, "low end must be below its high end"),
    (lambda: delphi([FIRST], low=1, high=np.inf), ParameterError, "high must be a finite number"),
    (lambda: delphi([FIRST], low=0.5, high=5), ParameterError, "a band must be declared for a scale from 0.5 to 5"),
    (lambda: delphi([FIRST], low=1, high=5, band=4), ParameterError, r"found 4. Give band=\(4, 5\)"),  # type: ignore[arg-type]
    (lambda: delphi([FIRST], low=1, high=5, band=(1, 5)), ParameterError, "band must leave out some ratings"),
    (lambda: delphi([FIRST], low=1, high=5, share=0.5), ParameterError, "share must be a number above 0.5 to 1"),
    (lambda: delphi([FIRST], low=1, high=5, share=75), ParameterError, "share must be a number above 0.5 to 1"),
    (lambda: delphi([FIRST], low=1, high=5, iqr=-1), ParameterError, "iqr must be a number from 0 to 4"),
    (lambda: delphi([FIRST], low=1, high=5, stable_share=15), ParameterError, "stable_share must be a number"),
    (lambda: delphi([FIRST], low=1, high=5, kappa=2), ParameterError, "kappa must be a number from -1 to 1"),
    (lambda: delphi([FIRST], low=1, high=5, min_experts=0), ParameterError, "min_experts must be a whole number"),
    (lambda: delphi([FIRST], low=1, high=5, max_rounds=0), ParameterError, "max_rounds must be a whole number"),
]


@pytest.mark.parametrize("at", range(len(WRONG)))
def test_bad_input_is_refused_in_plain_words(at: int) -> None:
    asked, error, words = WRONG[at]
    with pytest.raises(error, match=words):
        asked()


cells = st.one_of(
    st.integers(1, 5), st.sampled_from([np.nan, None, 2.5, np.inf, 1e300, True, "x", 0, pd.Timestamp("2020-03-26")])
)
frames = st.tuples(st.integers(0, 4), st.integers(0, 3)).flatmap(
    lambda shape: st.lists(
        st.lists(cells, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
    ).map(lambda rows: pd.DataFrame(rows, columns=list("abc")[: shape[1]], dtype=object))
)


# Most of the drawn rounds are refused; what is asked is that nothing but an IkfsError refuses them.
@settings(max_examples=50, suppress_health_check=[HealthCheck.filter_too_much])
@given(rounds=st.lists(frames, max_size=3))
def test_any_rounds_give_finite_numbers_reasons_or_an_error(rounds: list[pd.DataFrame]) -> None:
    try:
        ours = delphi(rounds, low=1, high=5)
    except IkfsError:
        reject()
    assert np.isfinite(ours.items[["n", "median", "iqr", "mean", "share"]].to_numpy()).all()
    matched = ours.changes[ours.changes["n_both"] > 0]
    assert np.isfinite(matched[["net_change", "mean_move", "p_value"]].to_numpy()).all()
    assert np.isfinite(ours.movement.to_numpy()).all()
    assert ours.verdict in {"stop", "continue"}
    if matched["kappa"].isna().any():
        assert any("kappa is undefined" in note for note in ours.notes)
    assert len(ours.to_frame()) == len(ours.status)
    assert "<table" in ours._repr_html_()
