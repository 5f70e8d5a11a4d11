from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ikfs_methods.errors import ParameterError, ScaleError
from ikfs_methods.reliability.measurement_error import standard_error_of_measurement

ExactAnswers = Callable[..., pd.DataFrame]

REFERENCE = Path(__file__).parents[1] / "reference"
THEIRS = json.loads((REFERENCE / "reliability_alpha_family.json").read_text(encoding="utf-8"))
HAND = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 2, 4, 4], "c": [1, 3, 3, 5]})


def test_both_scores_agree_with_r() -> None:
    pilot = pd.read_csv(REFERENCE / "pilot.csv")
    pilot["PS8"] = 6 - pilot["PS8"]
    result = standard_error_of_measurement(pilot[[f"PS{number}" for number in range(1, 9)]], level=0.9)
    # R prints 15 digits; the largest deviation seen is 2e-14
    assert result.sem == pytest.approx(THEIRS["sem_sum"], abs=1e-12)
    assert result.scores.loc["mean", "sem"] == pytest.approx(THEIRS["sem_mean"], abs=1e-12)
    assert result.mdc == pytest.approx(THEIRS["mdc90_sum"], abs=1e-11)


def test_worked_by_hand() -> None:
    # alpha 14/15, variance of the sum 15: SEM² = 15/15 = 1; z = 1.959964 for 95 %
    result = standard_error_of_measurement(HAND)
    assert (result.sem, result.sd) == pytest.approx((1, np.sqrt(15)), rel=1e-12)  # a dozen roundings
    assert result.mdc == pytest.approx(1.959963984540054 * np.sqrt(2), rel=1e-12)
    assert result.scores.loc["mean"].tolist() == pytest.approx((result.scores.loc["sum"] / 3).tolist(), rel=1e-15)
    assert (result.n_respondents, result.n_dropped, result.n_items, result.score) == (4, 0, 3, "sum")


def test_another_reliability_and_the_mean_score() -> None:
    result = standard_error_of_measurement(HAND, reliability=0.75, score="mean")
    assert result.sem == pytest.approx(np.sqrt(15) / 3 * 0.5, rel=1e-12)  # sqrt(1 - .75) = .5
    assert result.reliability == 0.75
    assert standard_error_of_measurement(HAND, reliability=1).mdc == 0


def test_a_true_score_is_missed_by_the_standard_error() -> None:
    # parallel items: the score differs from the true one by errors with variance k (1 - r), here 5 * .6 = 3
    rng = np.random.default_rng(2)
    true, errors = rng.normal(size=(20_000, 1)) * np.sqrt(0.4), rng.normal(size=(20_000, 5)) * np.sqrt(0.6)
    result = standard_error_of_measurement(pd.DataFrame(true + errors))
    miss = np.abs(errors.sum(axis=1))
    assert result.sem == pytest.approx(np.sqrt(3), abs=0.03)  # of 20,000: about .009
    assert (miss < result.scores.loc["sum", "half_width"]).mean() == pytest.approx(0.95, abs=0.006)  # error .0015


@pytest.mark.parametrize(
    ("answers", "options", "error", "text"),
    [
        (HAND, {"reliability": 1.2}, ScaleError, "must be a number between 0 and 1; found 1.2"),
        (HAND, {"reliability": float("nan")}, ScaleError, "found nan"),
        (HAND, {"reliability": "high"}, ScaleError, "found 'high'"),
        (HAND.assign(a=[4, 3, 2, 2], b=[1, 1, 4, 5])[["a", "b"]], {}, ScaleError, "alpha of these answers is -"),
        (HAND, {"score": "total"}, ParameterError, "score must be one of sum, mean"),
        (HAND, {"level": 95}, ParameterError, "level must be"),
    ],
)
def test_bad_input_is_refused_in_plain_words(
    answers: pd.DataFrame, options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        standard_error_of_measurement(answers, **options)
