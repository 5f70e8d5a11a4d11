"""Whatever is put in, a number comes out, or a gap that a note explains, or an error in plain words."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import ColumnError, IkfsError, ParameterError
from ikfs_methods.validity.content import (
    aiken_by_group,
    aiken_difference,
    aiken_v,
    content_validity_index,
    content_validity_ratio,
    item_objective_congruence,
)

CELLS = st.sampled_from([-1, 0, 1, 2, 3, 4, 5, 2.5, np.nan, None, np.inf, -np.inf, 1e300, "x", "", True, False, pd.NaT])
FRAMES = st.integers(0, 3).flatmap(
    lambda k: st.lists(st.lists(CELLS, min_size=k, max_size=k), max_size=5).map(
        lambda rows: pd.DataFrame(rows, columns=[f"i{n % 2}" if k == 3 else f"i{n}" for n in range(k)], dtype="object")
    )
)
TAME = st.integers(1, 3).flatmap(
    lambda k: st.lists(
        st.lists(st.sampled_from([1.0, 0.0, 1.0, np.nan]), min_size=k, max_size=k), min_size=1, max_size=6
    ).map(lambda rows: pd.DataFrame(rows, columns=[f"i{n}" for n in range(k)]))
)
ENDS = st.sampled_from([(1, 4), (-1, 1), (0, 1), (4, 1), (1, np.inf), (np.nan, 4), (1, 10**400), (True, 4), ("1", 4)])
METHODS: dict[str, Callable[[pd.DataFrame, Any], Any]] = {
    "aiken": lambda frame, ends: aiken_v(frame, low=ends[0], high=ends[1]),
    "groups": lambda frame, ends: aiken_by_group(
        frame, pd.Series(["u", "v", None] * 2)[: len(frame)], low=ends[0], high=ends[1]
    ),
    "difference": lambda frame, ends: aiken_difference(frame, frame.iloc[::-1], low=ends[0], high=ends[1]),
    "ratio": lambda frame, _: content_validity_ratio(frame),
    "index": lambda frame, _: content_validity_index(frame, relevant=(1,), draws=20, rng=0),
    "scaled": lambda frame, ends: content_validity_index(frame, relevant=(1,), low=ends[0], high=ends[1]),
    "congruence": lambda frame, _: item_objective_congruence(frame),
}


def explained(result: Any) -> bool:
    numbers = result.to_frame().select_dtypes("number")
    gaps = numbers.isna().to_numpy().any() or getattr(result, "cvi_lawshe", 0) != getattr(result, "cvi_lawshe", 0)
    finite = np.isfinite(numbers.astype("float64").to_numpy()) | numbers.isna().to_numpy()
    return bool(finite.all()) and (not gaps or len(result.notes) > 0)


@pytest.mark.parametrize("name", METHODS)
@settings(max_examples=60)
@given(frame=st.one_of(FRAMES, TAME), ends=ENDS)
def test_bad_input_ends_in_words(name: str, frame: pd.DataFrame, ends: Any) -> None:
    try:
        result = METHODS[name](frame, ends)
    except IkfsError as error:
        result, said = None, str(error)
    if result is None:
        assert said.endswith((".", "?"))
    else:
        assert explained(result)


def test_an_expert_may_stand_in_one_row_only() -> None:
    twice = pd.DataFrame({"a": [4, 2, 3]}, index=["E1", "E2", "E1"])
    with pytest.raises(ColumnError, match="ratings must have one row for each expert; more than one for E1. Remove"):
        aiken_v(twice, low=1, high=4)


def test_an_end_of_the_scale_must_be_a_number() -> None:
    for low in (True, 10**400, np.nan, "1"):
        with pytest.raises(ParameterError, match="low must be a whole number"):
            aiken_v(pd.DataFrame({"a": [1, 2]}), low=low, high=4)


def test_what_was_given_stays_as_it_was() -> None:
    ratings = pd.DataFrame({"a": [1.0, 0, 1], "b": [0.0, 1, 1]})
    before = ratings.copy()
    for name, method in METHODS.items():
        method(ratings, (0, 1))
        pd.testing.assert_frame_equal(ratings, before, obj=name)
        assert (ratings.columns.name, ratings.index.name) == (None, None)


def test_a_panel_too_small_is_said_by_aiken_too() -> None:
    result = aiken_v(pd.DataFrame({"a": [4, 4], "b": [4, 3]}), low=1, high=4)
    assert result.notes == ("Too few experts for any V to be significant at 0.05: no critical V for a, b.",)


def test_a_hundred_experts_and_a_hundred_items_take_no_time() -> None:
    rng = np.random.default_rng(1)
    ratings = pd.DataFrame(rng.integers(1, 8, (100, 100)).astype(float)).mask(rng.random((100, 100)) < 0.1)
    start = perf_counter()
    aiken_v(ratings, low=1, high=7)
    assert perf_counter() - start < 1  # .03 s when nothing else runs
