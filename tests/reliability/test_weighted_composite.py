from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import (
    ColumnError,
    MatrixError,
    NotNumericError,
    ParameterError,
    ScaleError,
    TooFewError,
    WeightError,
)
from ikfs_methods.reliability.alpha import cronbach_alpha
from ikfs_methods.reliability.weighted import weighted_composite

ExactAnswers = Callable[..., pd.DataFrame]
HALF = pd.DataFrame([[1, 0.5], [0.5, 1]], ["a", "b"], ["a", "b"])


def test_composite_worked_by_hand() -> None:
    # variances 4 and 9, covariance 3; weights 2 and 1: 16 + 9 + 2*2*3 = 37; errors 4*4*.2 + 9*.3 = 5.9
    ours = weighted_composite({"a": 0.8, "b": 0.7}, {"b": 1, "a": 2}, sds={"a": 2, "b": 3}, correlations=HALF)
    assert ours.reliability == pytest.approx(1 - 5.9 / 37, abs=1e-14)  # rounding
    assert ours.sd == pytest.approx(np.sqrt(37), abs=1e-13)
    assert ours.standard_error == pytest.approx(np.sqrt(5.9), abs=1e-13)
    assert ours.parts["error_share"].to_dict() == pytest.approx({"a": 3.2 / 5.9, "b": 2.7 / 5.9}, abs=1e-14)
    assert ours.parts["sd"].to_dict() == pytest.approx({"a": 2, "b": 3}, abs=1e-14)
    frame = ours.to_frame().set_index(["coefficient", "part"])["estimate"]
    assert frame["reliability", ""] == ours.reliability
    assert frame["weight", "a"] == 2


def test_uncorrelated_parts_of_equal_spread_average_their_reliabilities() -> None:
    # Mosier (1943): with r = 0 and equal weighted variances the composite's reliability is the mean of the parts'
    apart = pd.DataFrame(np.eye(2), ["a", "b"], ["a", "b"])
    ours = weighted_composite({"a": 0.9, "b": 0.5}, {"a": 1, "b": 1}, sds={"a": 1, "b": 1}, correlations=apart)
    assert ours.reliability == pytest.approx(0.7, abs=1e-15)


def test_unit_weights_and_alphas_give_stratified_alpha() -> None:
    rng = np.random.default_rng(4)
    items = pd.DataFrame(rng.normal(size=(120, 7)) + rng.normal(size=(120, 1))).add_prefix("x")
    scales = {"first": ["x0", "x1", "x2"], "second": ["x3", "x4", "x5", "x6"]}
    scores = pd.DataFrame({name: items[columns].sum(axis=1) for name, columns in scales.items()})
    alphas = pd.Series({name: cronbach_alpha(items[columns]).alpha for name, columns in scales.items()})
    ours = weighted_composite(alphas, {"first": 1, "second": 1}, scores=scores)
    # by the definition of stratified alpha
    stratified = 1 - (scores.var() * (1 - alphas)).sum() / items.sum(axis=1).var()
    assert ours.reliability == pytest.approx(stratified, abs=1e-13)
    assert ours.sd == pytest.approx(items.sum(axis=1).std(), abs=1e-12)
    assert (ours.n, ours.n_dropped) == (120, 0)
    by_moments = weighted_composite(alphas, {"first": 1, "second": 1}, sds=scores.std(), correlations=scores.corr())
    assert by_moments.reliability == pytest.approx(ours.reliability, abs=1e-13)


def test_splitting_a_test_changes_nothing(exact_answers: ExactAnswers) -> None:
    """Parallel items as parts of reliability r each: their sum follows Spearman and Brown."""
    k, r = 5, 0.4
    scores = exact_answers(np.full((k, k), r) + (1 - r) * np.eye(k), 50)
    each = pd.Series(r, index=scores.columns)
    ours = weighted_composite(each, pd.Series(1.0, index=scores.columns), scores=scores)
    assert ours.reliability == pytest.approx(k * r / (1 + (k - 1) * r), abs=1e-12)  # made answers


@settings(max_examples=60)
@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=5),
    st.integers(0, 1000),
    st.floats(1e-3, 1e3),
)
def test_only_the_ratio_of_weights_matters(reliabilities: list[float], seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    k = len(reliabilities)
    scores = pd.DataFrame(rng.normal(size=(30, k))).add_prefix("d")
    weights = pd.Series(rng.uniform(0.1, 1, k), index=scores.columns)
    each = pd.Series(reliabilities, index=scores.columns)
    ours = weighted_composite(each, weights, scores=scores)
    again = weighted_composite(each, weights * factor, scores=scores)
    assert again.reliability == pytest.approx(ours.reliability, abs=1e-12)  # rounding
    assert again.sd == pytest.approx(ours.sd * factor, rel=1e-12)
    assert ours.reliability <= 1
    if sum(1 - r for r in reliabilities) > 0:
        assert ours.parts["error_share"].sum() == pytest.approx(1, abs=1e-12)


def test_a_part_without_weight_does_not_count() -> None:
    scores = pd.DataFrame({"a": [1, 2, 3, 5], "b": [2, 1, 4, 3], "c": [0, 9, 1, 7]})
    ours = weighted_composite({"a": 0.8, "b": 0.7, "c": 0}, {"a": 1, "b": 1, "c": 0}, scores=scores)
    fewer = weighted_composite({"a": 0.8, "b": 0.7}, {"a": 1, "b": 1}, scores=scores)
    assert ours.reliability == pytest.approx(fewer.reliability, abs=1e-14)
    huge = weighted_composite({"a": 0.8, "b": 0.7}, {"a": 1, "b": 1}, scores=scores * 1e300)
    assert huge.reliability == pytest.approx(fewer.reliability, abs=1e-12)


def test_errors_say_what_to_do() -> None:
    each, unit, sds = {"a": 0.8, "b": 0.7}, {"a": 1, "b": 1}, {"a": 1, "b": 1}
    cases: list[tuple[type[Exception], str, dict]] = [
        (ParameterError, "needs scores, or both sds and correlations", {"weights": unit}),
        (ParameterError, "needs scores, or both", {"weights": unit, "sds": sds}),
        (ParameterError, "found both", {"weights": unit, "sds": sds, "scores": HALF}),
        (ParameterError, "weights must be a Series or a dict", {"weights": [1, 2]}),
        (WeightError, "weights must not all be 0", {"weights": {"a": 0, "b": 0}}),
        (WeightError, "at least 0; found a=-1", {"weights": {"a": -1, "b": 1}}),
        (WeightError, "at least 0; found a=nan", {"weights": {"a": np.nan, "b": 1}}),
        (ColumnError, "same labels as the reliabilities; missing: b", {"weights": {"a": 1}}),
        (ColumnError, "not a part: c", {"weights": {"a": 1, "b": 1, "c": 1}}),
        (ColumnError, "scores must have a column for every part; missing: b", {"scores": HALF[["a"]]}),
        (ScaleError, "reliabilities must lie between 0 and 1; found b=1.2", {"reliabilities": {"a": 0.8, "b": 1.2}}),
        (NotNumericError, "reliabilities must be finite numbers; found b='x'", {"reliabilities": {"a": 0.8, "b": "x"}}),
        (TooFewError, "reliabilities must hold at least one part", {"reliabilities": {}}),
        (ScaleError, "sds must be at least 0; found a=-1", {"sds": {"a": -1, "b": 1}, "correlations": HALF}),
        (MatrixError, "the weighted sum must vary", {"sds": {"a": 0, "b": 0}, "correlations": HALF}),
    ]
    for error, message, options in cases:
        with pytest.raises(error, match=message):
            weighted_composite(**{"reliabilities": each, "weights": unit, **options})
    against = pd.DataFrame([[1, -1], [-1, 1]], ["a", "b"], ["a", "b"])
    with pytest.raises(MatrixError, match="Check the direction of the parts"):
        weighted_composite(each, unit, sds=sds, correlations=against)
