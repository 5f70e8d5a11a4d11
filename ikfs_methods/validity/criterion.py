"""Criterion validity: how each indicator goes along with a measure taken outside the instrument."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import fraction, listed, numeric_frame, one_of, quoted
from ikfs_methods.correlation.weights import Weights
from ikfs_methods.errors import ColumnError, ParameterError
from ikfs_methods.labels import by_label, holm
from ikfs_methods.result import Shown
from ikfs_methods.validity.alongside import MISSING, row_weights, with_total, within_reach
from ikfs_methods.validity.partial import Against, correlation_row, rank, row_means

METHODS = ("pearson", "spearman")


@dataclass(frozen=True, slots=True, eq=False)
class CriterionResult(Shown):
    """Correlations of indicators, and of their mean, with an outside measure.

    `indicators` has a row per indicator: n, r, ci_low, ci_high, p_value, p_adjusted (Holm over the indicators) and,
    with controls, partial_r, partial_low, partial_high, partial_p, partial_p_adjusted; note says why a correlation is
    undefined. `total` and `total_note` have the same for the mean of the indicators, without the adjusted values.
    """

    indicators: pd.DataFrame
    total: pd.Series
    total_note: str
    kind: str  # pearson, spearman, or point-biserial: the outside measure has two values
    upper: object | None  # of a two-valued measure, the value that a positive r goes with
    controls: tuple[str, ...]  # columns held constant, in their coded form
    n_controls: int  # of these, how many are independent: each costs one degree of freedom
    method: str
    missing: str
    level: float
    weighted: bool
    n: int  # respondents used for any coefficient
    n_dropped: int  # respondents with answers but not used
    n_without_outside: int  # of these, those without the outside measure
    n_without_controls: int  # and those without one of the controls

    def to_frame(self) -> pd.DataFrame:
        """The indicators, one row each, and a last row `total`, whose p values stand unadjusted."""
        return with_total(self.indicators, {**self.total, "n": int(self.total["n"]), "note": self.total_note})


def criterion(
    answers: pd.DataFrame,
    outside: pd.Series,
    *,
    controls: pd.DataFrame | None = None,
    level: float = 0.95,
    missing: Literal["listwise", "pairwise"] = "listwise",
    method: Literal["pearson", "spearman"] = "pearson",
    weights: Weights | None = None,
) -> CriterionResult:
    """Correlation of each keyed indicator (respondents x indicators) with an outside measure, raw and partial.

    Answers the question: does the indicator go along with what it should go along with, also among respondents who
    are alike in the controls? `outside` is numeric, or has two values of any kind (point-biserial correlation, which
    is Pearson's with the values as 0 and 1); `controls`: a frame, numeric columns as they are, others as dummies. All
    are brought together by the respondents' labels; who lacks one is counted.

    Intervals: Fisher's z, arctanh r -/+ z / sqrt(n - 3 - g) with g independent controls (Fisher 1924); for spearman
    the variance is (1 + r²/2) / (n - 3 - g) (Bonett & Wright 2000, doi:10.1007/BF02294183). p values: t with n - 2 -
    g degrees of freedom. spearman ranks the rows used, controls included. `weights` (a series by respondent, or one
    per row) enter means and products, and n becomes Kish's effective number: an approximation that ignores strata and
    clusters.

    missing: `listwise` uses rows with every indicator, the outside measure and the controls; `pairwise` takes for
    each indicator the rows that have it, the measure and the controls, and the mean of the answers given as total.

    Raises TooFewError (fewer than 4 + g rows), ConstantItemError (an indicator or the measure does not vary),
    ParameterError, ColumnError, WeightError, NotNumericError.
    """
    fraction(level, name="level")
    one_of(missing, MISSING, name="missing")
    one_of(method, METHODS, name="method")
    frame = numeric_frame(answers, min_columns=1)
    measure, upper = _measure(by_label(outside, frame.index, what="the outside measure"))
    held = _controls(controls, frame.index)
    weight = row_weights(weights, frame.index)
    has_measure, has_controls = measure.notna().to_numpy(), held.notna().all(axis=1).to_numpy()
    usable = has_measure & has_controls & _answered(frame, missing) & (weight > 0)
    against = Against(measure.to_numpy()[usable], held.to_numpy()[usable], weight[usable], method, level)
    indicators, total = _rows(frame[usable], against)
    note = total.pop("note")
    return CriterionResult(
        indicators=indicators,
        total=pd.Series(total, name="total", dtype="float64"),
        total_note=str(note),
        kind="point-biserial" if upper is not None and method == "pearson" else method,
        upper=upper,
        controls=tuple(str(name) for name in held.columns),
        n_controls=rank(against.held, against.weight),
        method=method,
        missing=missing,
        level=level,
        weighted=weights is not None,
        n=int(usable.sum()),
        n_dropped=int((~usable).sum()),
        n_without_outside=int((~has_measure).sum()),
        n_without_controls=int((~has_controls).sum()),
    )


def _answered(frame: pd.DataFrame, missing: str) -> npt.NDArray[np.bool_]:
    there = frame.notna().to_numpy()
    return np.asarray(there.all(axis=1) if missing == "listwise" else there.any(axis=1))


def _rows(used: pd.DataFrame, against: Against) -> tuple[pd.DataFrame, dict[str, object]]:
    """The rows of the indicators, with Holm's p values beside the plain ones, and that of their mean."""
    values = within_reach(used.to_numpy())
    rows = [correlation_row(column, str(name), against) for name, column in zip(used.columns, values.T, strict=True)]
    indicators = pd.DataFrame(rows, index=used.columns)
    indicators.index.name = "indicator"
    for name, adjusted in (("p_value", "p_adjusted"), ("partial_p", "partial_p_adjusted")):
        if name in indicators:
            indicators.insert(list(indicators).index(name) + 1, adjusted, holm(indicators[name]))
    return indicators, correlation_row(row_means(used.to_numpy())[1], "the total", against)


def _measure(outside: pd.Series) -> tuple[pd.Series, object | None]:
    """The measure as numbers, and of a two-valued one the value coded 1."""
    numeric = bool((pd.to_numeric(outside, errors="coerce").notna() | outside.isna()).all())
    if numeric:
        column = outside.rename("outside").to_frame()
        outside = numeric_frame(column, what="the outside measure", min_rows=1, min_columns=1)["outside"]
    points = outside.dropna().astype("category").cat.remove_unused_categories().cat.categories
    if len(points) == 2:
        return (outside == points[1]).astype("float64").where(outside.notna()), points[1]
    if not numeric:
        raise ParameterError(
            f"the outside measure must be numeric or have two values; found {len(points)} values, among them "
            f"{listed((quoted(point) for point in points), 4)}. Use known_groups for a measure that names groups."
        )
    return outside, None


def _controls(controls: pd.DataFrame | None, index: pd.Index) -> pd.DataFrame:
    """Numeric controls as they are, two-valued and other ones as dummies against their first value."""
    if controls is None:
        return pd.DataFrame(index=index)
    if not isinstance(controls, pd.DataFrame):
        raise ParameterError(f"controls must be a pandas DataFrame; found {type(controls).__name__}. Use to_frame().")
    repeated = controls.columns[controls.columns.duplicated()]
    if len(repeated):
        raise ColumnError(f"controls must have unique column names; repeated: {listed(repeated)}. Rename or drop them.")
    columns: dict[str, pd.Series] = {}
    for name in controls.columns:
        column = by_label(controls[name], index, what="controls")
        if pd.api.types.is_numeric_dtype(column):
            columns[str(name)] = numeric_frame(column.to_frame(), what="controls", min_rows=1, min_columns=1)[name]
            continue
        category = column.astype("category").cat.remove_unused_categories()
        for value in category.cat.categories[1:]:
            columns[f"{name}={value}"] = (category == value).astype("float64").where(category.notna())
    return pd.DataFrame(columns, index=index)
