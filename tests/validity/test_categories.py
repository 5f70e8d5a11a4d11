from __future__ import annotations

from math import exp, log
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ikfs_methods.errors import ColumnError, IkfsError, ParameterError, ScaleError, TooFewError
from ikfs_methods.validity.categories import category_use

# b falls from its category 2 to 3: those who chose 3 have the lower answers to a
ANSWERS = pd.DataFrame({"a": [1, 1, 2, 4, 4, 2, np.nan, 4], "b": [1, 1, 2, 2, 2, 3, 3, 2]})


def test_use_worked_by_hand() -> None:
    result = category_use(ANSWERS, low=1, high=4, sparse=0.3)
    a = result.items.loc["a"]
    assert a[["n", "n_missing", "categories", "used", "unused", "sparse"]].tolist() == [7, 1, 4, 3, 1, 2]
    assert a["missing"] == 1 / 8
    assert result.counts.loc["a"].tolist() == [2, 2, 0, 3]
    assert result.shares.loc["a"].tolist() == pytest.approx([2 / 7, 2 / 7, 0, 3 / 7])
    assert a["largest"] == 3 / 7
    entropy = -(2 * 2 / 7 * log(2 / 7) + 3 / 7 * log(3 / 7))
    assert a[["evenness", "effective"]].tolist() == pytest.approx([entropy / log(4), exp(entropy)], rel=1e-12)
    assert result.unused == {"a": (3,), "b": (4,)}
    assert result.sparse == {"a": (1, 2), "b": (1, 3)}


def test_order_worked_by_hand() -> None:
    result = category_use(ANSWERS)
    # the other answers of those who chose 1, 2, 4 of a: 1, 1 and 2, 3 and 2, 2, 2; of 1, 2, 3 of b: 1, 1; 2, 4, 4, 4; 2
    assert result.rest_means.loc["a", [1, 2, 4]].tolist() == [1, 2.5, 2]
    assert result.rest_means.loc["b", [1, 2, 3]].tolist() == [1, 3.5, 2]
    assert result.items["ordered"].tolist() == [False, False]
    assert result.items["reversals"].tolist() == [1, 1]
    straight = category_use(ANSWERS.assign(b=ANSWERS["a"]))
    assert straight.items["ordered"].tolist() == [True, True]


def test_without_ends_the_codes_that_occur_are_the_categories() -> None:
    result = category_use(pd.DataFrame({"a": [1, 3, 5, 5], "b": [1, 1, 3, 3]}))
    assert result.counts.columns.tolist() == [1, 3, 5]
    assert result.unused == {"b": (5,)}


def test_scales_may_differ_by_item() -> None:
    answers = pd.DataFrame({"a": [0, 1, 1, 0], "b": [1, 5, 4, 2]})
    result = category_use(answers, low=pd.Series({"a": 0, "b": 1}), high=pd.Series({"a": 1, "b": 5}))
    assert result.items["categories"].tolist() == [2, 5]
    assert result.counts.loc["a"].isna().tolist() == [False, False, True, True, True, True]
    assert result.unused == {"b": (3,)}
    table = result.to_frame()
    assert table.columns.tolist() == ["item", "category", "count", "share", "rest_mean", "status"]
    # nobody chose 3 for b, so that nobody's other answers have a mean there
    assert table["rest_mean"].isna().tolist() == [False, False, False, False, True, False, False]
    assert table["rest_mean"].iloc[4] is pd.NA
    assert table["status"].tolist() == ["used", "used", "used", "used", "unused", "used", "used"]


def test_an_item_that_everybody_answers_alike_is_described() -> None:
    result = category_use(pd.DataFrame({"a": [3, 3, 3]}), low=1, high=5)
    row = result.items.loc["a"]
    assert row[["used", "unused", "largest", "evenness", "effective"]].tolist() == [1, 4, 1, 0, 1]
    assert row["ordered"] is pd.NA
    assert row["reversals"] == 0


def test_answers_between_the_points_are_categories_of_their_own() -> None:
    result = category_use(pd.DataFrame({"a": [1, 2.5, 3], "b": [1, 2, 3]}), low=1, high=4)
    assert result.items["categories"].tolist() == [3, 4]


@settings(max_examples=60)
@given(
    answers=arrays(
        np.float64, st.tuples(st.integers(1, 40), st.integers(1, 5)), elements=st.sampled_from([1.0, 2, 3, 4])
    )
)
def test_counts_are_those_of_pandas_and_entropy_is_bounded(answers: np.ndarray) -> None:
    frame = pd.DataFrame(answers).add_prefix("i")
    result = category_use(frame, low=1, high=4)
    for item in frame:
        expected = frame[item].value_counts().reindex([1.0, 2, 3, 4], fill_value=0)
        assert result.counts.loc[item].tolist() == expected.tolist()
        if frame.shape[1] > 1:
            rest = frame.drop(columns=item).mean(axis=1).groupby(frame[item]).mean()
            # sums in another order
            assert result.rest_means.loc[item].dropna().tolist() == pytest.approx(rest.tolist(), abs=1e-12)
    assert result.shares.sum(axis=1).tolist() == pytest.approx([1] * frame.shape[1])
    assert result.items["evenness"].between(0, 1 + 1e-12).all()  # rounding of the logarithms
    assert (result.items["used"] <= 4).all()


@settings(max_examples=20)
@given(times=st.integers(1, 4))
def test_equal_use_is_fully_even(times: int) -> None:
    result = category_use(pd.DataFrame({"a": list(range(1, 6)) * times}), low=1, high=5)
    assert result.items.loc["a", ["evenness", "effective"]].tolist() == pytest.approx([1, 5], rel=1e-12)


@pytest.mark.parametrize(
    ("answers", "options", "error", "text"),
    [
        (ANSWERS, {"low": 2, "high": 4}, ScaleError, "answers must lie between 2 and 4; 2 value.s. do not"),
        (ANSWERS, {"low": 4, "high": 1}, ParameterError, "low end must be below"),
        (ANSWERS, {"low": pd.Series({"a": 1}), "high": 5}, ColumnError, "low must be given for every item; missing: b"),
        (ANSWERS, {"sparse": 0}, ParameterError, "sparse must be a number between 0 and 1"),
        (ANSWERS, {"low": 0, "high": 1000}, ScaleError, "at most 200 categories; a, b has more"),
        (ANSWERS.assign(a=np.nan), {}, TooFewError, "each item must have an answer; none for a"),
        (pd.DataFrame({"a": np.arange(300)}), {}, ScaleError, "at most 200 different ones; found 300"),
    ],
)
def test_bad_answers_are_refused_in_plain_words(
    answers: pd.DataFrame, options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        category_use(answers, **options)


ORDINARY = [1.0, 2.0, 3.0, 4.0, 5.0] * 4 + [np.nan]


def test_any_answers_are_described_or_refused() -> None:
    computed: list[bool] = []

    @settings(max_examples=50)
    @given(
        answers=st.one_of(
            arrays(
                np.float64,
                st.tuples(st.integers(0, 8), st.integers(0, 3)),
                elements=st.sampled_from([np.nan, 1.0, 2.0, 2.5, 1e8, -1e100, 1e300, 1e-300, np.inf]),
            ),
            # mostly what a survey brings; without a fill, or most cells would be one and the same
            arrays(
                np.float64,
                st.tuples(st.integers(5, 12), st.integers(1, 3)),
                elements=st.sampled_from(ORDINARY),
                fill=st.nothing(),
            ),
        ),
        low=st.sampled_from([None, 0, -2e100]),
        high=st.sampled_from([None, 3, 1e9]),
    )
    def search(answers: np.ndarray, low: float | None, high: float | None) -> None:
        frame = pd.DataFrame(answers).add_prefix("i")
        try:
            result = category_use(frame, low=low, high=high)
        except IkfsError:
            return
        computed.append(True)
        assert result.items.drop(columns="ordered").notna().all(axis=None)
        assert (result.items["n"] == frame.notna().sum()).all()

    search()
    assert len(computed) >= 8  # where every draw is refused, nothing is tested
