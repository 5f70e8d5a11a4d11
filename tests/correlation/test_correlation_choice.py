from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ikfs_methods.correlation import recommended
from ikfs_methods.errors import ConstantItemError, ParameterError

FIVE = [1, 2, 3, 4, 5, 3]
SEVEN = [1, 2, 3, 4, 5, 6, 7]
SKEWED = [1] * 30 + [2, 3, 4, 5, 6, 7]


def frame(**items: list[int]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(values, dtype=float) for name, values in items.items()})


@pytest.mark.parametrize(
    ("answers", "method", "reason", "deciding"),
    [
        (frame(a=FIVE, b=FIVE), "polychoric", "few_categories", ("a", "b")),
        (frame(a=FIVE, b=SEVEN), "pearson", "many_categories", ("b",)),
        (frame(a=FIVE, b=SKEWED), "polychoric", "skewed", ("b",)),
        (frame(a=FIVE, b=list(range(20))), "pearson", "too_many_categories", ("b",)),
    ],
)
def test_rule(answers, method, reason, deciding):
    found = recommended(answers)
    assert (found.method, found.reason, found.deciding) == (method, reason, deciding)
    shown = found.to_frame()
    shown.iloc[0, 0] = 99
    assert found.items.iloc[0, 0] != 99


def test_skewness_by_hand():
    # 0, 0, 0, 4: mean 1, variance 3, third moment (27 - 3) / 4 = 6; 6 / 3^1.5
    assert recommended(frame(a=[0, 0, 0, 4])).items.loc["a", "skewness"] == pytest.approx(6 / 3**1.5, rel=1e-12)


def test_bad_input():
    with pytest.raises(ConstantItemError, match="items must vary"):
        recommended(frame(a=[2, 2, 2]))
    with pytest.raises(ParameterError, match="most must be a whole number of at least 2; found 1"):
        recommended(frame(a=FIVE), most=1)
    for skewness in (None, "x", 0, np.nan):
        with pytest.raises(ParameterError, match="skewness must be a number above 0; found"):
            recommended(frame(a=FIVE), skewness=skewness)
