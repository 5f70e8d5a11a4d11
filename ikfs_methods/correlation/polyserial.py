"""Correlations of a continuous with an ordered item: polyserial, in two steps or by full maximum likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import complete_rows, one_of, varying
from ikfs_methods.correlation.categories import categories, cross_tables, margins, thresholds
from ikfs_methods.correlation.probit import fit_ordered_probit
from ikfs_methods.correlation.scoring import LARGEST
from ikfs_methods.correlation.serial import serial_correlations
from ikfs_methods.correlation.weights import Weights, respondent_weights
from ikfs_methods.errors import ParameterError
from ikfs_methods.result import Shown

Floats = npt.NDArray[np.float64]
Values = pd.Series | npt.NDArray[np.float64] | Sequence[float]
METHODS = ("two-step", "ml")


@dataclass(frozen=True, slots=True, eq=False)
class PolyserialResult(Shown):
    """A polyserial correlation: `standard_error` (NaN at 1 and -1), `thresholds` of the ordered item, rows used.

    `at_bound`: the likelihood rises up to a correlation of 1 or -1, which is then given.
    """

    correlation: float
    standard_error: float
    thresholds: Floats
    n: int
    n_dropped: int
    method: str
    at_bound: bool
    weighted: bool

    def to_frame(self) -> pd.DataFrame:
        """One row per estimate: the correlation, its standard error where it has one, the thresholds t1, t2 ..."""
        rows = {"correlation": self.correlation}
        if not np.isnan(self.standard_error):
            rows["standard_error"] = self.standard_error
        rows |= {f"t{i + 1}": float(cut) for i, cut in enumerate(self.thresholds)}
        return pd.DataFrame({"estimate": rows})


def polyserial(
    continuous: Values, ordinal: Values, *, method: str = "two-step", weights: Weights | None = None
) -> PolyserialResult:
    """Correlation of a continuous variable with the normal variable behind an ordered item (respondents each).

    `method`: two-step takes the thresholds from the item's margins and z-scores from mean and standard deviation
    (n - 1), as polycor does; ml estimates correlation and thresholds together (Olsson, Drasgow & Dorans 1982,
    Psychometrika 47, 337-347). The standard error counts in that mean, standard deviation and thresholds are
    estimates; polycor's takes them as known. Rows with a missing answer are dropped. Raises ParameterError for
    series of other respondents, more than 15 categories, or weights with ml; TooFewError below three rows;
    ConstantItemError; WeightError. Answers the question: how strongly does the measure go with the item's trait?
    """
    one_of(method, METHODS, name="method")
    frame = _beside(continuous, ordinal)
    rows = np.ones(len(frame)) if weights is None else respondent_weights(weights, frame.index)
    if weights is not None and method == "ml":
        raise ParameterError('weights must come with method="two-step"; found "ml". Leave out one of the two.')
    kept = frame[rows > 0]
    used = varying(complete_rows(kept, what="continuous and ordinal", min_rows=3))
    rows = rows[frame.index.get_indexer(used.index)]
    coded = categories(used[["ordinal"]])
    own = margins(cross_tables(coded, rows))
    cuts = thresholds(own, coded.counts)
    x = used[["continuous"]].to_numpy()
    rho, error = serial_correlations(x, coded.codes, cuts, None if weights is None else rows, less=1)
    correlation, uncertain, cut = float(rho[0]), float(error[0]), cuts[0]
    if method == "ml" and abs(correlation) < 1:
        correlation, uncertain, cut = fit_ordered_probit(x[:, 0], coded.codes[:, 0], LARGEST)
    return PolyserialResult(
        correlation, uncertain, cut, len(used), len(frame) - len(used), method,
        at_bound=abs(correlation) == 1, weighted=weights is not None,
    )  # fmt: skip


def _beside(continuous: Values, ordinal: Values) -> pd.DataFrame:
    both = {"continuous": continuous, "ordinal": ordinal}
    series = {}
    for name, values in both.items():
        try:
            series[name] = pd.Series(values)
        except (TypeError, ValueError):
            raise ParameterError(f"{name} must be a series of numbers; found {type(values).__name__}.") from None
    first, second = series.values()
    labelled = isinstance(continuous, pd.Series) and isinstance(ordinal, pd.Series)
    if len(first) != len(second) or (labelled and not first.index.equals(second.index)):
        raise ParameterError(
            f"continuous and ordinal must name the same respondents in the same order; found {len(first)} and "
            f"{len(second)} values, or other labels. Take both columns from one table."
        )
    index = first.index if isinstance(continuous, pd.Series) else second.index
    return pd.DataFrame({name: values.array for name, values in series.items()}, index=index)
