"""What reliability means for one respondent's score: the standard error of measurement and the least real change."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import pandas as pd
from scipy.special import ndtri

from ikfs_methods.checks import fraction, is_number, one_of, quoted
from ikfs_methods.errors import ScaleError
from ikfs_methods.reliability.covariance import Missing, alpha_of, item_covariance
from ikfs_methods.result import Shown


@dataclass(frozen=True, slots=True, eq=False)
class MeasurementErrorResult(Shown):
    """Error of a respondent's score, in points of the score named by `score`; both scores in `scores`.

    `scores` has the rows sum and mean, and the columns sd, sem, half_width (of the interval around one score) and mdc.
    """

    sem: float
    mdc: float  # a smaller change between two measurements may be error alone
    sd: float
    reliability: float
    score: Literal["sum", "mean"]
    level: float
    scores: pd.DataFrame
    n_items: int
    n_respondents: int  # rows used
    n_dropped: int  # rows given but not used
    missing: Missing

    def to_frame(self) -> pd.DataFrame:
        """One row per score."""
        return self.scores.copy()


def standard_error_of_measurement(
    answers: pd.DataFrame,
    *,
    reliability: float | None = None,
    score: Literal["sum", "mean"] = "sum",
    level: float = 0.95,
    missing: Missing = "listwise",
) -> MeasurementErrorResult:
    """Standard error of measurement and minimal detectable change of keyed answers (respondents by items).

    SEM = sd sqrt(1 - reliability), sd of the sum or of the mean of the items; half_width = z SEM; MDC = z sqrt(2) SEM,
    since a difference of two scores carries two errors (z = 1.96 at level .95; Weir 2005, Journal of Strength and
    Conditioning Research 19, 231-240). The reliability is the answers' alpha, or the one given (omega, a retest). With
    gaps taken pairwise, the sd is that of the summed pairwise covariances. Answers the questions: how far may a
    respondent's score lie from the true one, and how large must a change be to be more than error?

    Raises ScaleError (a reliability outside 0 to 1, also a negative alpha), and what `cronbach_alpha` raises.
    """
    fraction(level, name="level")
    one_of(score, ("sum", "mean"), name="score")
    items = item_covariance(answers, missing=missing)
    matrix = items.matrix.to_numpy()
    alpha = alpha_of(matrix)  # refuses a total that does not vary
    used = _reliability(alpha, reliability)
    z, k = -float(ndtri((1 - level) / 2)), len(matrix)
    sd = sqrt(float(matrix.sum()))
    sem = sd * sqrt(1 - used)
    scores = pd.DataFrame(
        {"sd": [sd, sd / k], "sem": [sem, sem / k], "half_width": [z * sem, z * sem / k]},
        index=pd.Index(["sum", "mean"], name="score"),
    )
    scores["mdc"] = sqrt(2) * scores["half_width"]
    return MeasurementErrorResult(
        sem=float(scores["sem"][score]),
        mdc=float(scores["mdc"][score]),
        sd=float(scores["sd"][score]),
        reliability=used,
        score=score,
        level=level,
        scores=scores,
        n_items=k,
        n_respondents=len(items.used),
        n_dropped=items.n_dropped,
        missing=missing,
    )


def _reliability(alpha: float, given: float | None) -> float:
    if given is None:
        if alpha < 0:
            raise ScaleError(
                f"the reliability must lie between 0 and 1; alpha of these answers is {alpha:.3f}. "
                "Check the direction of the items, or give another reliability."
            )
        return min(alpha, 1.0)
    if not (is_number(given) and 0 <= given <= 1):
        raise ScaleError(
            f"the reliability must be a number between 0 and 1; found {quoted(given)}. Give it as a share."
        )
    return float(given)
