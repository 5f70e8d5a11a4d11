"""Covariances of items under a declared policy for missing answers, and alpha as a function of them.

Alpha and the item analysis both start here, so that they can never disagree about which rows were used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ikfs_methods.checks import complete_rows, listed, numeric_frame, one_of, varying, whole
from ikfs_methods.correlation.shape import refuse_matrix
from ikfs_methods.correlation.weights import Weights, respondent_weights
from ikfs_methods.errors import MatrixError, ScaleError, TooFewError, WeightError
from ikfs_methods.labels import effective_number
from ikfs_methods.result import Shown

Missing = Literal["listwise", "pairwise"]
Floats = NDArray[np.float64]

# A total whose variance is below this share of the summed item variances is constant up to rounding: covariances of
# answers carry an error of about 1e-15 of their own size, and k² of them are summed.
NO_VARIANCE = 1e-12
# Where all others together weigh less than this next to one respondent, the divisor of a covariance loses its digits.
ALONE = 1e-9
# Spreads whose squares, summed over millions of answers, stay inside the range of doubles (1e-308 to 1e308).
SPREADS = (1e-140, 1e140)


@dataclass(frozen=True, slots=True, eq=False)
class ItemCovariance(Shown):
    """Covariances of the items (divisor n - 1) and the answers that they were computed from."""

    matrix: pd.DataFrame
    used: pd.DataFrame  # rows used; gaps remain under pairwise only
    n_dropped: int
    missing: Missing
    weights: Floats | None = None  # of the rows used, the largest 1, none 0; None = every row counts the same

    @property
    def effective_n(self) -> float:
        """The number of equally weighted respondents that would say as much (Kish 1965, 11.7)."""
        if self.weights is None:
            return float(len(self.used))
        return effective_number(self.weights)

    def to_frame(self) -> pd.DataFrame:
        """The covariance matrix, items by items."""
        return self.matrix.copy()


def item_covariance(
    answers: pd.DataFrame,
    *,
    missing: Missing = "listwise",
    min_rows: int = 2,
    weights: Weights | None = None,
) -> ItemCovariance:
    """Covariance matrix of keyed answers (respondents by items), in squared scale points.

    `listwise` uses the rows without a gap. `pairwise` computes each covariance from the rows where both items are
    answered, with the means of those rows, and each variance from all answers to the item; rows without any answer
    count as dropped. `weights` by respondent, of any sum: sum w (x - m)(y - m) / (W - sum w²/W) with W = sum w, which
    is the divisor n - 1 when all weigh the same (R's cov.wt, unbiased); a respondent of weight 0 counts as dropped.
    Answers the question: how do the items vary together.

    Raises TooFewError for fewer than `min_rows` usable rows or a pair of items that fewer than two respondents
    answered together, ConstantItemError for an item that does not vary, ScaleError for a spread whose square is no
    computer number, WeightError, ParameterError (a correlation matrix in place of answers), and what
    `checks.numeric_frame` raises.
    """
    one_of(missing, ("listwise", "pairwise"), name="missing")
    whole(min_rows, name="min_rows", least=2, remedy="One row has no variance.")
    refuse_matrix(answers)
    frame = numeric_frame(answers, min_rows=1)
    mass = None if weights is None else respondent_weights(weights, frame.index)
    kept = np.ones(len(frame), dtype=bool) if mass is None else mass > 0
    answered = frame.notna().to_numpy()
    kept &= answered.all(axis=1) if missing == "listwise" else answered.any(axis=1)
    used = frame if kept.all() else frame[kept]
    if missing == "listwise" and len(used) < min_rows:
        complete_rows(frame if mass is None else frame[mass > 0], min_rows=min_rows)  # refuses, naming the gaps
    elif len(used) < min_rows:
        raise TooFewError(
            f"answers must have at least {min_rows} rows with an answer; found {len(used)} of {len(answers)}. "
            "Supply more data."
        )
    if missing == "pairwise":
        _refuse_thin_pairs(used)
    _measurable(varying(used))
    mass = None if mass is None else mass[kept] / mass[kept].max()
    matrix = pd.DataFrame(_covariances(used, mass), index=used.columns, columns=used.columns)
    if mass is not None:
        _resting_on_several(matrix, used, mass)
    return ItemCovariance(matrix, used, len(frame) - len(used), missing, mass)


def _refuse_thin_pairs(used: pd.DataFrame) -> None:
    answered = used.notna().to_numpy().astype(np.float64)
    together = (answered.T @ answered).astype(np.int64)
    thin = np.argwhere(np.triu(together < 2))
    if len(thin):
        pairs = [f"{used.columns[i]} with {used.columns[j]} ({together[i, j]})" for i, j in thin]
        raise TooFewError(
            f"each pair of items must be answered together by at least 2 respondents; found fewer for {listed(pairs)}. "
            "Leave out the items with most gaps."
        )


def _measurable(used: pd.DataFrame) -> None:
    values = used.to_numpy()
    with np.errstate(over="ignore"):  # an overflow is one of the spreads that are refused here
        spread = np.fmax.reduce(values, axis=0) - np.fmin.reduce(values, axis=0)
    outside = (spread < SPREADS[0]) | (spread > SPREADS[1])
    if outside.any():
        found = listed(
            f"{name} ({wide:.3g})" for name, wide in zip(used.columns[outside], spread[outside], strict=True)
        )
        raise ScaleError(
            f"the range of an item's answers must lie between {SPREADS[0]:g} and {SPREADS[1]:g}, or its variance "
            f"cannot be computed; found {found}. Check the values; divide them by a common unit."
        )


def _covariances(used: pd.DataFrame, mass: Floats | None) -> Floats:
    """Covariances under the weights; without gaps every pair rests on all rows, so that one product serves all."""
    values = used.to_numpy()
    # Near numbers subtract without rounding: after this first shift the mean keeps its digits however far 0 is.
    values = values - np.fmin.reduce(values, axis=0)
    answered = ~np.isnan(values)
    if mass is None and answered.all():
        centred = values - values.mean(axis=0)
        return np.asarray(centred.T @ centred / (len(values) - 1))
    each = answered.astype(np.float64)
    weighted = each if mass is None else mass[:, None] * each
    centred = np.where(answered, values, 0.0)
    centred = (centred - (weighted * centred).sum(axis=0) / weighted.sum(axis=0)) * each
    pairs = weighted.T @ each
    squares = pairs if mass is None else weighted.T @ weighted
    sums = (weighted * centred).T @ each  # of item i over the rows that answer j
    with np.errstate(divide="ignore", invalid="ignore"):  # a weight next to nothing, refused by the caller
        matrix = ((weighted * centred).T @ centred - sums * sums.T / pairs) / (pairs - squares / pairs)
    return np.asarray((matrix + matrix.T) / 2)


def _resting_on_several(matrix: pd.DataFrame, used: pd.DataFrame, mass: Floats) -> None:
    """WeightError where one respondent outweighs the others so far that no spread is left."""
    share = mass[:, None] * used.notna().to_numpy()
    alone = (share.max(axis=0) / share.sum(axis=0) > 1 - ALONE) | ~(np.diag(matrix) > 0)
    if alone.any() or not np.isfinite(matrix.to_numpy()).all():
        raise WeightError(
            "weights must let at least 2 respondents count for each pair of items; next to the largest weight the "
            f"others vanish, for {listed(matrix.columns[alone]) or 'some pairs'}. Check the weights."
        )


def alpha_of(covariance: Floats) -> float:
    """Alpha of a covariance or correlation matrix (k, k): k/(k-1) (1 - trace/sum), Cronbach 1951.

    Raises MatrixError when the total has no variance, or when the sum exceeds k times the trace, which no set of
    answers can give but pairwise covariances can.
    """
    k, trace, total = len(covariance), float(np.trace(covariance)), float(covariance.sum())
    if total <= NO_VARIANCE * trace:
        raise MatrixError(
            f"the sum of the {k} items must vary, or alpha is undefined; the covariances sum to {total:.3g} against "
            f'item variances of {trace:.3g}. Check the direction of the items and, under missing="pairwise", the gaps.'
        )
    if total > k * trace * (1 + NO_VARIANCE):
        raise MatrixError(
            f"the covariances of {k} items must not sum to more than {k} times their variances; found {total:.6g} "
            f'against {trace:.6g}: the pairwise covariances contradict each other. Use missing="listwise".'
        )
    return k / (k - 1) * (1 - trace / total)


def alphas_without_each(covariance: pd.DataFrame) -> pd.Series:
    """Alpha of the remaining items when each item in turn is dropped; items where it is undefined are left out.

    It is undefined with two items, and where the sum of the remaining items does not vary.
    """
    matrix = covariance.to_numpy()
    k = len(matrix) - 1
    if k < 2:
        return pd.Series(dtype="float64", name="if_dropped")
    variances = np.diag(matrix)
    trace = variances.sum() - variances
    total = matrix.sum() - 2 * matrix.sum(axis=1) + variances
    alphas = alphas_from(trace, total, k)
    return pd.Series(alphas, index=covariance.columns, name="if_dropped").dropna()


def alphas_from(trace: Floats, total: Floats, k: int) -> Floats:
    """Alpha from sums of k item variances and the variances of their totals, of one shape; NaN where undefined."""
    defined = (total > NO_VARIANCE * trace) & (total <= k * trace * (1 + NO_VARIANCE))
    share = np.divide(trace, total, out=np.full(np.shape(total), np.nan), where=defined)
    return np.asarray(k / (k - 1) * (1 - share))


def correlation_of(covariance: Floats) -> Floats:
    """The correlations that belong to a covariance matrix with positive variances."""
    deviations = np.sqrt(np.diag(covariance))
    correlation: Floats = covariance / np.outer(deviations, deviations)
    return correlation
