from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods.errors import MatrixError, NotNumericError, ParameterError, ScaleError, TooFewError
from ikfs_methods.reliability.composite import composite_reliability

THEIRS = json.loads(
    (Path(__file__).parents[1] / "reference" / "reliability_alpha_family.json").read_text(encoding="utf-8")
)["composite"]


@pytest.mark.parametrize("factor", ["KD", "PS", "PM"])
def test_factors_agree_with_r(factor: str) -> None:
    pairs = zip(THEIRS["factor"], THEIRS["loading"], strict=True)
    loadings = pd.Series([loading for name, loading in pairs if name == factor])
    # R prints 15 digits; the largest deviation seen is 4e-16
    assert composite_reliability(loadings) == pytest.approx(THEIRS["reliability"][factor], abs=1e-14)


def test_worked_by_hand_in_every_form() -> None:
    # sum 2, squares .36 + .64 + .36: 4 / (4 + 1.64)
    values = [0.6, 0.8, 0.6]
    for form in (values, tuple(values), np.array(values), pd.Series(values), pd.DataFrame({"F1": values})):
        assert composite_reliability(form) == pytest.approx(4 / 5.64, rel=1e-14)  # a few roundings


@given(k=st.integers(2, 40), loading=st.floats(0.01, 0.99))
def test_equal_loadings_follow_spearman_brown(k: int, loading: float) -> None:
    r = loading**2
    assert composite_reliability([loading] * k) == pytest.approx(k * r / (1 + (k - 1) * r), rel=1e-12)  # rounding


@given(st.lists(st.floats(-0.99, 0.99), min_size=2, max_size=20))
def test_it_is_a_share(loadings: list[float]) -> None:
    assert 0 <= composite_reliability(loadings) <= 1


@pytest.mark.parametrize(
    ("loadings", "error", "text"),
    [
        (pd.Series({"x1": 0.5, "x2": 1.1}), ScaleError, r"found x2 \(1.1\).*Heywood"),
        (pd.Series([0.5, np.nan]), ScaleError, r"without gaps; found 1 \(nan\)"),
        ([0.7], TooFewError, "at least 2 rows"),
        ([1.0, -1.0], MatrixError, "cancel each other"),
        (pd.DataFrame({"F1": [0.5, 0.6], "F2": [0.1, 0.2]}), ParameterError, "of one factor; found 2 columns: F1, F2"),
        (0.7, ParameterError, "a series, a list or a frame of one column; found float"),
        ("0.7", ParameterError, "found str"),
        ([[0.5], [0.6, 0.7]], ParameterError, "numbers, one per item; found list"),
        (np.array([[0.5, 0.6]]), ParameterError, "numbers, one per item; found ndarray"),
        (pd.Series(["high", "low"]), NotNumericError, "'high'"),
    ],
)
def test_bad_input_is_refused_in_plain_words(loadings: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        composite_reliability(loadings)
