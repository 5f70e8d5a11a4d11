"""Covariances of items under a declared policy for missing answers, and alpha as a function of them.

Alpha and the item analysis both start here, so that they can never disagree about which rows were used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ikfs_methods.checks import complete_rows, listed, numeric_frame, one_of, varying
from ikfs_methods.errors import MatrixError, TooFewError
from ikfs_methods.result import Shown

Missing = Literal["listwise", "pairwise"]

# A total whose variance is below this share of the summed item variances is constant up to rounding: covariances of
# answers carry an error of about 1e-15 of their own size, and k² of them are summed.
NO_VARIANCE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class ItemCovariance(Shown):
    """Covariances of the items (divisor n - 1) and the answers that they were computed from."""

    matrix: pd.DataFrame
    used: pd.DataFrame  # rows used; gaps remain under pairwise only
    n_dropped: int
    missing: Missing

    def to_frame(self) -> pd.DataFrame:
        """The covariance matrix, items by items."""
        return self.matrix


def item_covariance(answers: pd.DataFrame, *, missing: Missing = "listwise", min_rows: int = 2) -> ItemCovariance:
    """Covariance matrix of keyed answers (respondents by items), in squared scale points.

    `listwise` uses the rows without a gap. `pairwise` computes each covariance from the rows where both items are
    answered, with the means of those rows, and each variance from all answers to the item; rows without any answer
    count as dropped. Answers the question: how do the items vary together.

    Raises TooFewError for fewer than `min_rows` usable rows or a pair of items that fewer than two respondents
    answered together, ConstantItemError for an item that does not vary, and what `checks.numeric_frame` raises.
    """
    one_of(missing, ("listwise", "pairwise"), name="missing")
    if missing == "listwise":
        used = complete_rows(answers, min_rows=min_rows)
    else:
        used = numeric_frame(answers).dropna(how="all")
        if len(used) < min_rows:
            raise TooFewError(
                f"answers must have at least {min_rows} rows with an answer; found {len(used)} of {len(answers)}. "
                "Supply more data."
            )
        _refuse_thin_pairs(used)
    varying(used)
    if missing == "listwise":
        matrix = pd.DataFrame(np.cov(used.to_numpy().T), index=used.columns, columns=used.columns)
    else:
        matrix = used.cov()
    return ItemCovariance(matrix, used, len(answers) - len(used), missing)


def _refuse_thin_pairs(used: pd.DataFrame) -> None:
    answered = used.notna().to_numpy().astype(np.int64)
    together = answered.T @ answered
    thin = np.argwhere(np.triu(together < 2))
    if len(thin):
        pairs = [f"{used.columns[i]} with {used.columns[j]} ({together[i, j]})" for i, j in thin]
        raise TooFewError(
            f"each pair of items must be answered together by at least 2 respondents; found fewer for {listed(pairs)}. "
            "Leave out the items with most gaps."
        )


def alpha_of(covariance: NDArray[np.float64]) -> float:
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
    defined = (total > NO_VARIANCE * trace) & (total <= k * trace * (1 + NO_VARIANCE))
    alphas = k / (k - 1) * (1 - trace[defined] / total[defined])
    return pd.Series(alphas, index=covariance.columns[defined], name="if_dropped")


def correlation_of(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """The correlations that belong to a covariance matrix with positive variances."""
    deviations = np.sqrt(np.diag(covariance))
    correlation: NDArray[np.float64] = covariance / np.outer(deviations, deviations)
    return correlation
