"""The reliability of a weighted composite: an index of dimensions that are each measured with error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ikfs_methods.checks import listed, numeric_frame, plain, quoted, real_numbers, weight_numbers
from ikfs_methods.correlation import CorrelationResult, as_correlation
from ikfs_methods.errors import (
    ColumnError,
    MatrixError,
    NotNumericError,
    ParameterError,
    ScaleError,
    TooFewError,
    WeightError,
)
from ikfs_methods.reliability.covariance import NO_VARIANCE, Missing, item_covariance
from ikfs_methods.result import Shown

Floats = NDArray[np.float64]
Numbers = pd.Series | Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class WeightedCompositeResult(Shown):
    """The reliability of a weighted sum of parts.

    `parts` has a row a part: weight, sd, reliability and error_share (its share of the composite's error variance:
    where a better measure would pay most). `sd` is that of the composite and `standard_error` its standard error of
    measurement, both in the unit of the weighted scores.
    """

    reliability: float
    standard_error: float
    sd: float
    parts: pd.DataFrame
    n: int | None  # respondents or units behind scores
    n_dropped: int | None

    def to_frame(self) -> pd.DataFrame:
        """One row per coefficient: coefficient, part (empty for the composite), estimate."""
        rows = [(name, "", float(getattr(self, name))) for name in ("reliability", "standard_error", "sd")]
        rows += [
            (str(column), str(part), float(self.parts.loc[part, column]))
            for part in self.parts.index
            for column in self.parts.columns
        ]
        return pd.DataFrame(rows, columns=["coefficient", "part", "estimate"])


def weighted_composite(
    reliabilities: Numbers,
    weights: Numbers,
    *,
    scores: pd.DataFrame | None = None,
    sds: Numbers | None = None,
    correlations: pd.DataFrame | CorrelationResult | None = None,
    missing: Missing = "listwise",
) -> WeightedCompositeResult:
    """Reliability of a weighted sum from the reliability of each part, by Mosier's formula.

    1 - sum of w^2 s^2 (1 - r) / variance of the sum, with weights w, standard deviations s and reliabilities r of the
    parts, whose errors are taken to be uncorrelated (Mosier 1943, Psychometrika 8, 161-168, doi:10.1007/BF02288700).
    With weights of 1 and alphas it is the stratified alpha (Cronbach, Schoenemann & McKie 1965).

    Give either `scores` (rows respondents or units, columns the parts) or `sds` and `correlations` of the parts. Parts
    go by their labels, in the order of `reliabilities`; the weights need not sum to 1, and the result does not change
    when all are multiplied. Answers the question: how reliable is the index that is published?

    Raises ColumnError (a part that lacks a number), WeightError (weights below 0, or all 0), ScaleError (a
    reliability off 0 to 1, a standard deviation below 0), MatrixError (the sum does not vary), ParameterError, and
    what `item_covariance` or `as_correlation` raise.
    """
    reliability = _numbers(reliabilities, "reliabilities")
    parts = reliability.index
    _refuse(reliability[~reliability.between(0, 1)], "reliabilities must lie between 0 and 1")
    weight = _of_parts(weight_numbers(_series(weights, "weights")), parts, "weights")
    if not (weight > 0).any():
        raise WeightError("weights must not all be 0, or there is no composite. Give at least one above 0.")
    if scores is not None and not (sds is None and correlations is None):
        raise ParameterError("weighted_composite takes scores, or sds and correlations; found both. Leave out one.")
    found = _from_moments(parts, sds, correlations) if scores is None else _from_scores(parts, scores, missing)
    w = weight.to_numpy() / weight.max()  # the reliability ignores a common factor, and products stay within range
    variances = np.diag(found.covariance)
    variance, own = float(w @ found.covariance @ w), float((w**2) @ variances)
    if variance <= NO_VARIANCE * own or own == 0:
        raise MatrixError(
            f"the weighted sum must vary; its variance is {variance:.3g} against {own:.3g} of its parts. "
            "Check the direction of the parts and the correlations."
        )
    errors = w**2 * variances * (1 - reliability.to_numpy())
    error = float(errors.sum())
    unit = float(weight.max()) * found.unit  # back to the unit of the weighted scores
    table = pd.DataFrame({"weight": weight, "sd": np.sqrt(variances) * found.unit, "reliability": reliability})
    table["error_share"] = errors / error if error > 0 else 0.0
    return WeightedCompositeResult(
        reliability=1 - error / variance,
        standard_error=float(np.sqrt(error)) * unit,
        sd=float(np.sqrt(variance)) * unit,
        parts=table,
        n=found.n,
        n_dropped=found.n_dropped,
    )


@dataclass(frozen=True, slots=True)
class _Covariances:
    """Covariances of the parts in units of `unit` squared, and the rows behind them."""

    covariance: Floats
    unit: float
    n: int | None
    n_dropped: int | None


def _from_scores(parts: pd.Index, scores: pd.DataFrame, missing: Missing) -> _Covariances:
    frame = numeric_frame(scores, what="scores", min_columns=1)
    chosen = frame[_present(parts, frame.columns, "scores must have a column")]
    unit = float(np.nanmax(np.abs(chosen.to_numpy()), initial=0.0)) or 1.0
    items = item_covariance(chosen / unit, missing=missing)
    return _Covariances(items.matrix.to_numpy(), unit, len(items.used), items.n_dropped)


def _from_moments(
    parts: pd.Index, sds: Numbers | None, correlations: pd.DataFrame | CorrelationResult | None
) -> _Covariances:
    if sds is None or correlations is None:
        raise ParameterError(
            "weighted_composite needs scores, or both sds and correlations; one of these is missing. "
            "Give scores=a frame with a column a part."
        )
    deviations = _of_parts(_numbers(sds, "sds"), parts, "sds")
    _refuse(deviations[deviations < 0], "sds must be at least 0")
    found = as_correlation(correlations)
    names = _present(parts, found.matrix.columns, "correlations must have a row and a column")
    unit = float(deviations.max()) or 1.0
    relative = deviations.to_numpy() / unit
    matrix = found.matrix.loc[names, names].to_numpy()
    return _Covariances(matrix * np.outer(relative, relative), unit, found.n, found.n_dropped)


def _present(parts: pd.Index, columns: pd.Index, rule: str) -> list[object]:
    lacking = [part for part in parts if part not in columns]
    if lacking:
        raise ColumnError(f"{rule} for every part; missing: {listed(lacking)}. Supply them.")
    return list(parts)


def _series(numbers: Numbers, name: str) -> pd.Series:
    if isinstance(numbers, Mapping):
        return pd.Series(dict(numbers), name=name, dtype=object if not numbers else None)
    if not isinstance(numbers, pd.Series):
        raise ParameterError(f"{name} must be a Series or a dict by part; found {type(numbers).__name__}.")
    return numbers


def _numbers(numbers: Numbers, name: str) -> pd.Series:
    """Finite numbers by part."""
    given = _series(numbers, name)
    twice = given.index[given.index.duplicated()]
    if len(twice):
        raise ColumnError(f"{name} must name each part once; repeated: {listed(twice)}. Remove the repeats.")
    if given.empty:
        raise TooFewError(f"{name} must hold at least one part; found none. Supply them.")
    number = real_numbers(given)
    wrong = given[~np.isfinite(number.to_numpy())]
    if len(wrong):
        found = listed(f"{plain(part)}={quoted(value)}" for part, value in wrong.items())
        raise NotNumericError(f"{name} must be finite numbers; found {found}. Correct or supply them.")
    return number


def _of_parts(numbers: pd.Series, parts: pd.Index, name: str) -> pd.Series:
    """The numbers in the order of the parts."""
    lacking = [part for part in parts if part not in numbers.index]
    extra = [part for part in numbers.index if part not in parts]
    if lacking or extra:
        found = f"missing: {listed(lacking)}" if lacking else f"not a part: {listed(extra)}"
        raise ColumnError(f"{name} must have the same labels as the reliabilities; {found}. Match the labels.")
    return numbers.reindex(parts)


def _refuse(wrong: pd.Series, rule: str) -> None:
    if len(wrong):
        found = listed(f"{plain(part)}={value:g}" for part, value in wrong.items())
        raise ScaleError(f"{rule}; found {found}. Correct them.")
