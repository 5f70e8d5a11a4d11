from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ikfs_methods import validity
from ikfs_methods.errors import ParameterError
from ikfs_methods.validity.scale import scale_ends

FACTOR = np.random.default_rng(4).normal(size=(60, 1))
NOISE = np.random.default_rng(5).normal(size=(60, 3))
ANSWERS = pd.DataFrame(np.clip(np.round(3 + FACTOR + NOISE), 1, 5), columns=list("abc"))
METHODS = {
    "item_analysis": validity.item_analysis,
    "extreme_groups": validity.extreme_groups,
    "category_use": validity.category_use,
    "successive_intervals": validity.successive_intervals,
    "test_retest": lambda frame: validity.test_retest(frame, frame.iloc[::-1].set_axis(frame.index)),
}


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_column_labels_of_several_levels_become_tuples(method: Callable[[pd.DataFrame], Any]) -> None:
    levels = pd.MultiIndex.from_tuples([("KD", name) for name in ANSWERS.columns])
    plain, found = method(ANSWERS), method(ANSWERS.set_axis(levels, axis=1))
    assert list(found.items.index) == [("KD", name) for name in ANSWERS.columns]
    pd.testing.assert_frame_equal(found.items.set_axis(plain.items.index), plain.items)
    assert len(found.to_frame()) == len(plain.to_frame())


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_a_correlation_matrix_is_no_answers(method: Callable[[pd.DataFrame], Any]) -> None:
    with pytest.raises(ParameterError, match="answers are needed, .* found a correlation matrix of 3 items"):
        method(ANSWERS.corr())


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_what_is_shown_is_a_copy(method: Callable[[pd.DataFrame], Any]) -> None:
    result = method(ANSWERS)
    kept, shown = result.items.copy(), result.to_frame()
    shown.iloc[0, 1] = 99
    pd.testing.assert_frame_equal(result.items, kept)


@pytest.mark.parametrize(
    "end", [10**400, -(10**400), 10**121, 1e121, np.inf, np.nan, True, "1"], ids=lambda end: f"{end!s:.6}"
)
def test_an_end_that_no_scale_can_have_is_refused(end: float) -> None:
    with pytest.raises(ParameterError, match=r"low must be a number or a series by item; found"):
        scale_ends(ANSWERS, end, None)


def test_a_whole_number_beyond_64_bits_is_a_number() -> None:
    low, high = scale_ends(ANSWERS, -(10**30), 10**30)
    assert (low == -1e30).all()
    assert (high == 1e30).all()
