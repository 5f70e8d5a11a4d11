"""Little's test of whether answers are missing completely at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from ikfs_methods.answers.screening import notes
from ikfs_methods.answers.screening.arguments import of_usable_size
from ikfs_methods.answers.screening.condensed import Rows, Standardised, condensed, standardised
from ikfs_methods.answers.screening.normal import NormalFit, normal_fit, squared_distances
from ikfs_methods.checks import numeric_frame
from ikfs_methods.errors import TooFewError
from ikfs_methods.result import Shown


@dataclass(frozen=True, slots=True, eq=False)
class McarResult(Shown):
    """Little's test, with the mean and covariance (divisor n) of the answers that it rests on.

    `n`: respondents with at least one answer. `n_patterns`: their patterns of missing answers, that without a gap
    among them. `iterations`: steps of EM. `log_likelihood`: of the answers given, under the normal distribution.
    """

    chi2: float
    df: int
    p_value: float
    n: int
    n_patterns: int
    n_items: int
    iterations: int
    log_likelihood: float
    mean: pd.Series
    covariance: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """One row: chi2, df, p_value, n, n_patterns, n_items, iterations."""
        names = ("chi2", "df", "p_value", "n", "n_patterns", "n_items", "iterations")
        return pd.DataFrame({name: [getattr(self, name)] for name in names}, index=["little"])


def little_mcar(frame: pd.DataFrame) -> McarResult:
    """Little's test that answers (respondents by items, NaN missing) are missing completely at random.

    chi2 = sum over the patterns j of n_j (y_j - m_j)' S_j^-1 (y_j - m_j), where y_j is the mean of the n_j respondents
    of a pattern on the items that they answered, m_j and S_j the maximum-likelihood mean and covariance (divisor n, EM)
    of those items; df = items answered, summed over patterns, minus all items (Little 1988, Journal of the American
    Statistical Association 83, 1198-1202). Respondents without any answer are left out. Same as R's
    `naniar::mcar_test`. It compares means only, presumes roughly normal answers, and cannot prove randomness.
    Answers the question: do those who skipped answer differently from those who did not?

    Raises TooFewError when nothing is missing, when respondents are not more than items or fewer than two answered a
    pair of items together, ConstantItemError, MatrixError when items determine each other, ConvergenceError, and what
    `checks.numeric_frame` raises.
    """
    data = standardised(of_usable_size(numeric_frame(frame)))
    rows = condensed(data)
    return mcar_of(frame, data, rows, normal_fit(data, rows))


def mcar_of(frame: pd.DataFrame, data: Standardised, rows: Rows, fit: NormalFit) -> McarResult:
    """Little's test from a fit that is already there."""
    patterns = data.patterns
    answered = patterns.gaps[patterns.answered]
    if not answered.any():
        raise TooFewError(notes.NOTHING_MISSING)
    means = rows.weight > 0
    each = Rows(rows.cells[means], rows.weight[means], rows.pattern[means], rows.gaps)
    chi2 = float(squared_distances(each, fit.mean, fit.covariance).sum())
    df = int((~answered).sum()) - len(data.items)
    return McarResult(
        chi2=chi2,
        df=df,
        p_value=float(chdtrc(df, chi2)),
        n=patterns.n,
        n_patterns=len(answered),
        n_items=len(data.items),
        iterations=fit.iterations,
        log_likelihood=fit.log_likelihood,
        mean=pd.Series(data.mean + data.sd * fit.mean, index=frame.columns, name="mean"),
        covariance=pd.DataFrame(
            fit.covariance * np.outer(data.sd, data.sd), index=frame.columns, columns=frame.columns
        ),
    )
