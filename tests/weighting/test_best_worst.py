import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from ikfs_methods.errors import ColumnError, IkfsError, JudgementError, ParameterError, TooFewError
from ikfs_methods.weighting.best_worst import best_worst, consistency_index

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "best_worst_lpsolve.json").read_text(encoding="utf-8")
)
CODES = list("abcdefghi")
COLUMNS = ["expert", "parent", "best", "worst", "indicator", "best_over", "over_worst"]
TABLE = pd.DataFrame(
    [
        ("E1", "P", "a", "c", "a", 1, 8), ("E1", "P", "a", "c", "b", 2, 4), ("E1", "P", "a", "c", "c", 8, 1),
        ("E2", "P", "b", "c", "a", 2, 3), ("E2", "P", "b", "c", "b", 1, 6), ("E2", "P", "b", "c", "c", 6, 1),
        ("E2", "Q", "d", "e", "d", 1, 3), ("E2", "Q", "d", "e", "e", 3, 1),
    ],
    columns=COLUMNS,
).astype({"best_over": float, "over_worst": float})  # fmt: skip


def series(values):
    return pd.Series(values, index=CODES[: len(values)], dtype=float)


def rows(best_over, over_worst, best, worst, expert="E1"):
    codes = CODES[: len(best_over)]
    return pd.DataFrame(
        {"expert": expert, "parent": "P", "best": codes[best], "worst": codes[worst], "indicator": codes,
         "best_over": best_over, "over_worst": over_worst}
    )  # fmt: skip


@st.composite
def judgements(draw, most=7):
    n = draw(st.integers(2, most))
    numbers = st.lists(st.integers(1, 9), min_size=n, max_size=n)
    best_over, over_worst = draw(numbers), draw(numbers)
    best, worst = draw(st.permutations(range(n)))[:2]
    best_over[best] = over_worst[worst] = 1
    best_over[worst] = over_worst[best]
    return best_over, over_worst, best, worst


def bounded(best_over, over_worst, best, worst, xi=None):
    """Linear program of either model: the linear one, or whether the nonlinear one allows this xi."""
    n, lines = len(best_over), []
    pairs = [(best, j, a) for j, a in enumerate(best_over) if j != best]
    pairs += [(j, worst, a) for j, a in enumerate(over_worst) if j != worst]
    for above, below, a in pairs:
        for sign in (1, -1):
            line = np.zeros(n + 1)
            line[above] += sign
            line[below] -= sign * a
            line[n if xi is None else below] -= 1 if xi is None else xi
            lines.append(line)
    cost = np.append(np.zeros(n), 1 if xi is None else 0)
    return linprog(cost, np.array(lines), np.zeros(len(lines)), np.append(np.ones(n), 0)[None], [1], method="highs")


@pytest.mark.parametrize("name", [name for name in REFERENCE if name != "origin"])
def test_weights_of_another_solver(name):
    case = REFERENCE[name]
    judged = rows(case["best_over"], case["over_worst"], case["best"], case["worst"])
    found = best_worst(judged)
    np.testing.assert_allclose(found.weights, case["weights"], atol=1e-12)  # its printed digits end at 1e-15
    assert found.judges["xi"].tolist() == pytest.approx([case["xi"]], abs=1e-12)
    if name != "tied_best":
        alone = best_worst(series(case["best_over"]), series(case["over_worst"]))
        assert alone.weights.tolist() == found.weights.tolist()
        assert alone.experts == ("judge",)


@settings(max_examples=40)
@given(judgements())
def test_closed_form_is_the_linear_program_and_its_only_solution(judged):
    found = best_worst(rows(*judged))
    solved = bounded(*judged)
    # HiGHS leaves a constraint open by up to 1e-7; here it arrives at a vertex, exact but for rounding
    np.testing.assert_allclose(found.weights, solved.x[:-1], atol=1e-9)
    assert found.judges["xi"].iloc[0] == pytest.approx(solved.fun, abs=1e-9)


@settings(max_examples=40)
@given(st.lists(st.floats(1, 3), min_size=2, max_size=9))
def test_consistent_judgements_give_their_weights_back(raw):
    wanted = np.array(raw) / np.sum(raw)
    best, worst = int(wanted.argmax()), int(wanted.argmin())
    worst = worst if worst != best else len(wanted) - 1
    found = best_worst(rows(wanted[best] / wanted, wanted / wanted[worst], best, worst))
    np.testing.assert_allclose(found.weights, wanted, rtol=1e-12)
    assert found.judges["xi"].iloc[0] < 1e-12
    assert found.judges.iloc[0][["cr_input", "cr_output", "look_again"]].tolist() == pytest.approx(
        [0, 0, ""], abs=1e-12
    )
    assert found.judges["acceptable"].all()


def test_consistency_worked_by_hand():
    # car_inconsistent of the reference: only d departs, 3 x 3 = 9 for 8, of 8² - 8 = 56; scale 8, five elements
    case = REFERENCE["car_inconsistent"]
    found = best_worst(series(case["best_over"]), series(case["over_worst"])).judges.iloc[0]
    assert found["cr_input"] == pytest.approx(1 / 56, rel=1e-14)
    assert found[["best", "worst", "best_over_worst", "look_again", "n"]].tolist() == ["b", "e", 8, "d", 5]
    assert (found["threshold"], found["acceptable"]) == (0.2958, True)
    assert (found["ordinal_ratio"], found["ordinal_consistent"]) == (0, True)
    # car_turned: best over c, d is 4, 3, so d outranks c, yet over the worst they are 4, 2: reversed for c and for d;
    # a and c, 2 and 4 in the first list, are tied at 4 in the second: c has 1 + 1/2 of 5 elements out of order
    turned = REFERENCE["car_turned"]
    judge = best_worst(series(turned["best_over"]), series(turned["over_worst"])).judges.iloc[0]
    assert judge["ordinal_ratio"] == pytest.approx(1.5 / 5, rel=1e-14)
    assert not judge["ordinal_consistent"]


def test_the_published_consistency_index_and_ratio():
    # Rezaei (2015, doi:10.1016/j.omega.2014.11.009), table 1, two decimals
    published = [0.00, 0.44, 1.00, 1.63, 2.30, 3.00, 3.73, 4.47, 5.23]
    np.testing.assert_allclose(consistency_index(np.arange(1.0, 10)), published, atol=0.005)
    # and its example of three criteria, (8, 2, 1) and (1, 5, 8): xi .26, consistency ratio .058
    judge = best_worst(series([8, 2, 1]), series([1, 5, 8])).judges.iloc[0]
    assert judge["cr_output"] == pytest.approx(0.058, abs=0.0005)
    assert judge["cr_output"] * consistency_index(8.0) == pytest.approx(0.26, abs=0.005)


@settings(max_examples=40)
@given(judgements(most=6))
def test_output_ratio_is_the_least_that_the_nonlinear_model_allows(judged):
    found = best_worst(rows(*judged)).judges.iloc[0]
    if np.isnan(found["cr_output"]):
        assert judged[0][judged[3]] == 1
        return
    xi = found["cr_output"] * float(consistency_index(found["best_over_worst"]))
    # a linear program once xi is given; 1e-5 above and below, since HiGHS allows a breach of 1e-7 of each constraint
    assert bounded(*judged, xi=xi + 1e-5).status == 0
    assert xi < 1e-4 or bounded(*judged, xi=xi - 1e-4).status == 2


@settings(max_examples=40)
@given(st.integers(2, 9), st.integers(3, 9))
def test_both_ratios_are_one_where_nothing_could_be_less_consistent(over, n):
    best_over, over_worst = [1.0, *[over] * (n - 2), over], [over, *[over] * (n - 2), 1.0]
    judge = best_worst(series(best_over), series(over_worst)).judges.iloc[0]
    assert judge[["cr_input", "cr_output"]].tolist() == pytest.approx([1, 1], rel=1e-12)
    assert not judge["acceptable"]


@settings(max_examples=15)
@given(judgements(), st.randoms())
def test_the_order_of_rows_changes_nothing(judged, chance):
    table = pd.concat([rows(*judged), rows(*judged, expert="E2")], ignore_index=True)
    order = list(range(len(table)))
    chance.shuffle(order)
    first, second = best_worst(table), best_worst(table.iloc[order])
    assert second.weights[first.weights.index].tolist() == pytest.approx(first.weights.tolist(), abs=1e-15)
    assert first.weights.sum() == pytest.approx(1, abs=1e-14)
    pd.testing.assert_frame_equal(second.judges.loc[first.judges.index].drop(columns="look_again"),
                                  first.judges.drop(columns="look_again"))  # fmt: skip


def test_a_group_is_the_mean_of_its_judges():
    found = best_worst(TABLE)
    # consistent: E1 8 : 4 : 1 of 13, E2 3 : 6 : 1 of 10; of Q one judge, 3 : 1
    own = np.array([[8 / 13, 4 / 13, 1 / 13], [0.3, 0.6, 0.1]])
    np.testing.assert_allclose(found.judge_weights[list("abc")], own, rtol=1e-14)
    assert found.judge_weights.loc["E1", ["d", "e"]].isna().all()
    np.testing.assert_allclose(found.weights, [*own.mean(axis=0), 0.75, 0.25], rtol=1e-14)
    assert found.parents.to_dict() == dict(zip("abcde", "PPPQQ", strict=True))
    assert (found.method, found.n_judges, found.experts) == ("best-worst", 2, ("E1", "E2"))
    assert found.judges.index.tolist() == [("E1", "P"), ("E2", "P"), ("E2", "Q")]
    assert found.notes == ("One expert only weighed the children of Q: how experts differ there is not known.",)
    # E2 counted three times and E1 not; then E1 alone, who did not judge Q
    draws = found.reweighted(np.array([[0.0, 3], [1, 0]]))
    np.testing.assert_allclose(draws[0], [0.3, 0.6, 0.1, 0.75, 0.25], rtol=1e-14)
    np.testing.assert_allclose(draws[1, :3], own[0], rtol=1e-14)
    assert np.isnan(draws[1, 3:]).all()


def test_best_and_worst_need_not_be_named_where_the_judgements_tell_them():
    found = best_worst(TABLE.drop(columns=["best", "worst"]))
    assert found.weights.tolist() == best_worst(TABLE).weights.tolist()
    # two equal bests, told apart by what they have over the worst; two bests alike in all, of consistent judgements
    assert best_worst(series([1, 1, 3]), series([3, 2, 1])).judges["best"].iloc[0] == "a"
    np.testing.assert_allclose(best_worst(series([1, 1, 3]), series([3, 3, 1])).weights, [3 / 7, 3 / 7, 1 / 7])
    np.testing.assert_allclose(best_worst(series([1, 1, 1]), series([1, 1, 1])).weights, 1 / 3)


def test_no_verdict_where_no_threshold_was_published():
    found = best_worst(series([1, 2, 3.5]), series([3.5, 1.5, 1]))
    assert found.judges["acceptable"].isna().all()
    assert found.judges["threshold"].isna().all()
    assert "No threshold of the consistency ratio was published" in " ".join(found.notes)
    # a_BW 1, yet b is 2 and 3 times off: the ratio would divide by 0
    odd = best_worst(rows([1, 2, 1], [1, 3, 1], 0, 2))
    assert odd.judges[["cr_input", "cr_output"]].isna().all(axis=None)
    assert odd.judges["acceptable"].tolist() == [False]
    assert "Best and worst weigh alike, yet others differ from them: E1, P." in " ".join(odd.notes)


@pytest.mark.parametrize(
    ("row", "column", "value", "said"),
    [
        (1, "best_over", 0, "best_over must be a number from 1 to 9; found 1 row.s., the first is row 1: expert E1"),
        (1, "best_over", 9.5, "best_over must be a number from 1 to 9"),
        (1, "over_worst", -4, "over_worst must be a number from 1 to 9"),
        (1, "over_worst", np.nan, "over_worst must be a number in every row; 1 row.s. are not, the first is row 1"),
        (1, "over_worst", np.inf, "over_worst must be a number in every row"),
        (1, "indicator", "a", "an expert must judge an indicator once; found 2 row.s., the first is row 0"),
        (1, "indicator", "z", "expert E1, parent P: every indicator must be judged; missing: b"),
        (2, "parent", "Q", "an element must have one parent; c stands under Q, P"),
        (1, "best", "b", "expert E1, parent P: best must be the same in all rows; found a, b"),
        (2, "over_worst", 2, "expert E1, parent P: the worst, c, must have over_worst 1 .* found 2"),
        (0, "best_over", 3, "expert E1, parent P: the best, a, must have best_over 1 .* found 3"),
        (2, "best_over", 7, "best_over of the worst and as over_worst of the best; found 7 and 8"),
        (4, "expert", " ", "expert must be filled in in every row"),
    ],
)
def test_what_cannot_be_a_judgement_is_refused(row, column, value, said):
    table = TABLE.copy()
    table.loc[row, column] = value
    with pytest.raises(JudgementError, match=said):
        best_worst(table)


def test_a_best_or_worst_that_cannot_be_is_refused():
    with pytest.raises(JudgementError, match="best must be one of a, b, c; found 'z'. Ask the expert"):
        best_worst(TABLE.replace({"best": {"a": "z"}}))
    with pytest.raises(JudgementError, match="the best and the worst must be two indicators; found a as both"):
        best_worst(rows([1, 2], [1, 2], 0, 0))
    with pytest.raises(JudgementError, match=r"one indicator must have best_over 1 \(the best itself\); none has"):
        best_worst(series([2, 3]), series([2, 1]))
    with pytest.raises(JudgementError, match="only one has best_over 1 and over_worst 1"):
        best_worst(series([1, 3]), series([1, 2]))
    with pytest.raises(JudgementError, match="judged alike .* found 3 and 4"):
        best_worst(series([1, 3]), series([4, 1]))
    with pytest.raises(JudgementError, match="several indicators can be the best .* series alone do not tell. Correct"):
        best_worst(series([1, 1, 2, 4]), series([4, 4, 3, 1]))
    with pytest.raises(JudgementError, match="at least two indicators must be compared; found one"):
        best_worst(rows([1], [1], 0, 0))


def test_all_that_is_wrong_is_told_at_once():
    table = TABLE.copy()
    table.loc[1, "best_over"], table.loc[7, "over_worst"] = 12, 2
    with pytest.raises(JudgementError, match=r"(?s)must be mended in 2 places:.*row 1: expert E1.*expert E2, parent Q"):
        best_worst(table)


def test_arguments_of_another_kind_are_refused():
    with pytest.raises(ColumnError, match="missing: over_worst. Supply them"):
        best_worst(TABLE.drop(columns="over_worst"))
    with pytest.raises(ColumnError, match="missing: worst. Supply them"):
        best_worst(TABLE.drop(columns="worst"))
    with pytest.raises(JudgementError, match="at least one row; found none"):
        best_worst(TABLE.iloc[:0])
    with pytest.raises(ParameterError, match="a long table holds both comparisons; found others_to_worst beside it"):
        best_worst(TABLE, series([1, 2]))
    with pytest.raises(ParameterError, match="others_to_worst must be a pandas Series by code, .* found NoneType"):
        best_worst(series([1, 2]))
    with pytest.raises(ParameterError, match="best_to_others must be a pandas Series by code, .* found list"):
        best_worst([1, 2], [2, 1])
    with pytest.raises(ColumnError, match="must have the same codes; only in one of them: b, z"):
        best_worst(series([1, 2]), series([2, 1]).rename({"b": "z"}))
    with pytest.raises(ColumnError, match="best_to_others must name each code once; repeated: a"):
        best_worst(series([1, 2]).rename({"b": "a"}), series([2, 1]))
    with pytest.raises(JudgementError, match="others_to_worst must be numbers from 1 to 9; found b='x'. Correct them"):
        best_worst(series([1, 2]), pd.Series({"a": 2, "b": "x"}))
    with pytest.raises(TooFewError, match="at least 2 elements; found 1"):
        best_worst(series([1]), series([1]))


ODD = st.one_of(st.floats(), st.integers(-3, 12), st.booleans(), st.none(), st.text(max_size=3), st.just(1e300))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(["E1", "E2"]), st.sampled_from("ab"), ODD, ODD), max_size=6))
def test_any_table_gives_weights_or_a_plain_error(given_rows):
    table = pd.DataFrame([(e, "P", i, a, b) for e, i, a, b in given_rows],
                         columns=["expert", "parent", "indicator", "best_over", "over_worst"])  # fmt: skip
    try:
        found = best_worst(table)
    except IkfsError:
        return
    assert np.isfinite(found.weights).all()


def test_series_with_two_that_could_be_the_best_take_their_names():
    over, under = series([1, 1, 3, 8]), series([8, 8, 2, 1])
    first, second = (best_worst(over, under, best=end, worst=over.index[3]).weights for end in over.index[:2])
    # the two were judged alike, so that naming the other one changes their places and nothing else
    assert second.to_numpy() == pytest.approx(first.to_numpy()[[1, 0, 2, 3]], abs=1e-14)
    assert first.iloc[0] != pytest.approx(first.iloc[1], abs=0.01)
    table = pd.DataFrame({"expert": "E", "parent": "P", "indicator": over.index, "best_over": over.to_numpy(),
                          "over_worst": under.to_numpy(), "best": over.index[0], "worst": over.index[3]})  # fmt: skip
    assert best_worst(table).weights.to_numpy() == pytest.approx(first.to_numpy(), abs=1e-14)
    with pytest.raises(ParameterError, match="best and worst must be given both or not at all; found .* and None"):
        best_worst(over, under, best=over.index[0])
    with pytest.raises(
        JudgementError, match="must have best_over 1 .compared with itself.; found 3. Correct the series"
    ):
        best_worst(over, under, best=over.index[2], worst=over.index[3])
    with pytest.raises(JudgementError, match="worst must be one of .*; found 'nobody'"):
        best_worst(over, under, best=over.index[0], worst="nobody")
    with pytest.raises(ParameterError, match="found best beside it. Give the table alone"):
        best_worst(table, best="x")
