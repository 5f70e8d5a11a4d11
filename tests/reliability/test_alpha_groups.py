from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import ColumnError, IkfsError, ParameterError, TooFewError, WeightError
from ikfs_methods.reliability.alpha import cronbach_alpha
from ikfs_methods.reliability.difference import alpha_difference
from ikfs_methods.reliability.groups import _all_equal, alpha_by_group

ExactAnswers = Callable[..., pd.DataFrame]

REFERENCE = Path(__file__).parents[1] / "reference"
THEIRS = json.loads((REFERENCE / "reliability_alpha_family.json").read_text(encoding="utf-8"))
PS = [f"PS{number}" for number in range(1, 9)]
HAND = pd.DataFrame({"a": [1, 2, 3, 4, 5, 2], "b": [2, 2, 4, 4, 3, 1], "c": [1, 3, 3, 5, 4, 2]})
# R prints 15 digits; the largest deviation seen is 4e-15.
R_DIGITS = 1e-12


def test_clusters_agree_with_psych_and_metafor(pilot: pd.DataFrame) -> None:
    result = alpha_by_group(pilot[PS], pilot["cluster"])
    assert list(result.groups.index) == THEIRS["clusters"]
    assert result.groups["n"].tolist() == THEIRS["cluster_n"]
    for ours, theirs in (("alpha", "cluster_alpha"), ("ci_low", "cluster_low"), ("ci_high", "cluster_high")):
        assert result.groups[ours].tolist() == pytest.approx(THEIRS[theirs], abs=R_DIGITS)
    assert (result.chi2, result.p_value) == pytest.approx((THEIRS["cluster_chi2"], THEIRS["cluster_p"]), rel=1e-10)
    assert (result.df, result.n_items, result.n_without_group) == (4, 8, 0)
    assert result.groups["n"].sum() + result.groups["n_dropped"].sum() == len(pilot)


def test_the_test_of_published_alphas_agrees_with_metafor() -> None:
    # the alphas of the example of Feldt, Woodruff & Salih 1987
    chi2, df, p = _all_equal(np.array([0.784, 0.875, 0.936]), np.array([51.0, 101, 151]), 5)
    assert (chi2, p) == pytest.approx((THEIRS["example_chi2"], THEIRS["example_p"]), rel=1e-10)  # twenty roundings
    assert df == 2


def test_pairs_are_the_differences_of_two_groups_with_holm_steps(pilot: pd.DataFrame) -> None:
    result = alpha_by_group(pilot[PS], pilot["cluster"])
    assert len(result.pairs) == 10
    for pair in result.pairs.itertuples():
        two = [pilot.loc[pilot["cluster"] == name, PS] for name in (pair.first, pair.second)]
        alone = alpha_difference(two[0], two[1])
        assert (pair.difference, pair.w, pair.p_value) == pytest.approx(
            (alone.difference, alone.statistic, alone.p_value), rel=1e-12
        )  # the same numbers
    ordered = result.pairs.sort_values("p_value")
    assert ordered["p_holm"].iloc[0] == pytest.approx(10 * ordered["p_value"].iloc[0], rel=1e-12)
    assert all(low <= high for low, high in pairwise(ordered["p_holm"]))
    assert (ordered["p_holm"] >= ordered["p_value"]).all()
    assert ordered["p_holm"].max() <= 1


def test_groups_with_the_same_answers_do_not_differ() -> None:
    answers = pd.concat([HAND] * 3, ignore_index=True)
    result = alpha_by_group(answers, pd.Series(np.repeat(["p", "q", "r"], 6)))
    assert result.chi2 == pytest.approx(0, abs=1e-12)  # rounding
    assert result.p_value == pytest.approx(1, abs=1e-6)  # the root of a chi-square near 0
    assert result.pairs["w"].tolist() == pytest.approx([1] * len(result.pairs), rel=1e-12)


def test_a_group_without_an_alpha_is_named_and_the_others_stay() -> None:
    answers = pd.concat([HAND, HAND.assign(b=3), HAND.iloc[:1], HAND + 0.5], ignore_index=True)
    names = pd.Categorical(["p"] * 6 + ["q"] * 6 + ["r"] + ["s"] * 6, categories=["s", "q", "r", "p", "empty"])
    result = alpha_by_group(answers, pd.Series(names, name="cluster"))
    assert list(result.groups.index) == ["s", "p"]
    assert result.groups.index.name == "cluster"
    assert "constant over 6 respondents: b" in result.not_computed["q"]
    assert "at least 2 rows" in result.not_computed["r"]
    assert "empty" not in result.not_computed  # a category that nobody has is no group of these respondents
    assert result.groups.loc["p", "alpha"] == cronbach_alpha(HAND).alpha
    assert result.df == 1
    pd.testing.assert_frame_equal(result.to_frame(), result.groups)
    shown = result._repr_html_()
    assert "All alphas equal: chi-square(1) = 0" in shown
    assert "q has no alpha: items must vary" in shown


def test_rows_without_a_group_are_counted_and_enter_none() -> None:
    result = alpha_by_group(HAND, pd.Series(["p", "p", "p", None, "p", "p"]))
    assert (result.n_without_group, result.groups.loc["p", "n"]) == (1, 5)
    assert result.groups.loc["p", "alpha"] == cronbach_alpha(HAND.drop(index=3)).alpha
    assert (result.chi2, result.df, result.p_value) == (None, None, None)
    assert result.pairs.empty


def test_who_is_not_in_the_groups_at_all_is_counted_too() -> None:
    result = alpha_by_group(HAND, pd.Series(["p"] * 5))
    assert (result.n_without_group, result.groups.loc["p", "n"]) == (1, 5)
    assert "1 respondent(s) without a group are left out." in result.notes


def test_names_of_groups_may_be_tuples() -> None:
    names = [("a", 1)] * 6 + [("b", 2)] * 6 + [("c", 3)]
    answers = pd.concat([HAND, HAND, HAND.iloc[:1]], ignore_index=True)
    result = alpha_by_group(answers, pd.Series(names))
    assert list(result.groups.index) == [("a", 1), ("b", 2)]
    assert list(result.not_computed.index) == [("c", 3)]


def test_a_changed_frame_leaves_the_result_as_it_was() -> None:
    result = alpha_by_group(HAND, pd.Series(["p"] * 6))
    frame = result.to_frame()
    frame.iloc[0, 0] = -1
    assert result.groups.iloc[0, 0] == 6


def test_a_perfect_alpha_enters_no_test(exact_answers: ExactAnswers) -> None:
    perfect = pd.DataFrame({name: [1.0, 2, 3, 5, 2, 4, 1, 3] for name in ("x0", "x1")})
    other = exact_answers(np.array([[1, 0.5], [0.5, 1]]), 20)
    answers = pd.concat([perfect, other], ignore_index=True)
    result = alpha_by_group(answers, pd.Series(["same"] * 8 + ["other"] * 20))
    assert result.groups.loc["same", "alpha"] == pytest.approx(1, abs=1e-12)
    assert result.chi2 is None
    assert result.pairs.empty


def test_groups_may_stand_in_another_order_than_the_answers(pilot: pd.DataFrame) -> None:
    shuffled = pilot["cluster"].sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        alpha_by_group(pilot[PS], shuffled).groups, alpha_by_group(pilot[PS], pilot["cluster"]).groups
    )


def test_weights_and_bootstrap_reach_each_group(pilot: pd.DataFrame) -> None:
    result = alpha_by_group(pilot[PS], pilot["cluster"], weights=pilot["weight"], interval="bootstrap", draws=50, rng=0)
    rows = pilot["cluster"] == "anak"
    alone = cronbach_alpha(
        pilot.loc[rows, PS], weights=pilot.loc[rows, "weight"], interval="bootstrap", draws=50, rng=0
    )
    assert result.groups.loc["anak", "alpha"] == alone.alpha
    assert result.groups.loc["anak", "ci_low"] == alone.ci_low
    assert result.weighted


@pytest.mark.parametrize(
    ("groups", "options", "error", "text"),
    [
        (["p"] * 6, {}, ParameterError, "groups must be a pandas Series by respondent; found list"),
        (pd.Series(["p"] * 6, index=list("uvwxyz")), {}, ColumnError, "none of the 6 labels of the answers"),
        (pd.Series(["p"] * 6, index=[0, 0, 1, 2, 3, 4]), {}, ColumnError, "each respondent once; repeated: 0"),
        (pd.Series([None] * 6), {}, TooFewError, "at least one respondent; all 6 are missing"),
        (pd.Series(list("pqrstu")), {}, TooFewError, "at least one group must have an alpha; none of 6 has"),
        (pd.Series(["p"] * 6), {"weights": pd.Series([-1.0] * 6)}, WeightError, "at least 0"),
        (pd.Series(["p"] * 6), {"interval": "bootstrap"}, ParameterError, "rng must be"),
        (pd.Series(["p"] * 6), {"missing": "none"}, ParameterError, "missing must be one of listwise, pairwise"),
    ],
)
def test_bad_input_is_refused_in_plain_words(
    groups: pd.Series, options: dict[str, object], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        alpha_by_group(HAND, groups, **options)  # type: ignore[arg-type]


def test_any_groups_give_finite_numbers_or_a_named_error() -> None:
    finished = []

    @settings(max_examples=80)
    @given(
        rows=st.lists(
            st.tuples(
                st.sampled_from(["p", "q", None]),
                *[st.one_of(st.sampled_from([np.nan, 1e300, 1e-300]), st.integers(1, 4)) for _ in range(2)],
            ),
            max_size=25,
        )
    )
    def check(rows: list[tuple[object, ...]]) -> None:
        table = pd.DataFrame(rows, columns=["group", "a", "b"])
        try:
            result = alpha_by_group(table[["a", "b"]].astype(float), table["group"])
        except IkfsError:
            return
        assert np.isfinite(result.groups.to_numpy(dtype=float)).all()
        assert np.isfinite(result.pairs.select_dtypes("number").to_numpy()).all()
        assert result.chi2 is None or np.isfinite(result.chi2)
        finished.append(True)

    check()
    assert finished  # not all were refused


@pytest.mark.slow
def test_the_test_of_all_groups_holds_its_level() -> None:
    # equal alphas, 3,000 times three groups: a share of .05 has a Monte Carlo error of .004; .051 was seen
    rng, sizes = np.random.default_rng(9), (30, 60, 120)

    def alphas(n: int) -> np.ndarray:
        answers = np.sqrt(0.4) * rng.normal(size=(3000, n, 1)) + np.sqrt(0.6) * rng.normal(size=(3000, n, 5))
        share = answers.var(axis=1, ddof=1).sum(axis=1) / answers.sum(axis=2).var(axis=1, ddof=1)
        return np.asarray(5 / 4 * (1 - share))

    drawn = np.stack([alphas(n) for n in sizes], axis=1)
    p = np.array([_all_equal(row, np.array(sizes, dtype=float), 5)[2] for row in drawn])
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=3 * 0.004)
