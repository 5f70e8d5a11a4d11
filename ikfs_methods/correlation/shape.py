"""Whether a frame holds answers or is a matrix of items by items."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ikfs_methods.errors import ParameterError

# A matrix copied from a program's output at 15 digits is symmetric to about 1e-15; one typed at six decimals is
# symmetric exactly. What differs by more than this is another kind of table.
SAME = 1e-8


def is_matrix(frame: pd.DataFrame, *, covariances: bool = False) -> bool:
    """Whether a frame of numbers is a matrix: of correlations, or of covariances, whose diagonal may be anything.

    It is one when it is symmetric (with a unit diagonal), or when rows and columns carry the same labels in any order,
    so that a matrix with a slip is refused for its slip and not taken for answers.
    """
    if frame.shape[0] != frame.shape[1]:
        return False
    values = frame.to_numpy(dtype=np.float64)
    size = float(np.nanmax(np.abs(values), initial=0.0)) if covariances else 1.0
    if np.allclose(values, values.T, rtol=0, atol=SAME * size) and (covariances or _ones(values)):
        return True
    # Labels 0, 1, 2 ... on both sides come by default and say nothing: as many respondents as items may answer.
    by_default = frame.columns.equals(pd.RangeIndex(len(frame)))
    return not by_default and frame.index.is_unique and set(frame.index) == set(frame.columns)


def refuse_matrix(answers: pd.DataFrame) -> None:
    """ParameterError for a correlation matrix where answers (respondents, items) are needed; nothing else is looked at.

    Its rows would be taken for respondents, and the number that comes out for a result.
    """
    if not isinstance(answers, pd.DataFrame) or answers.shape[0] != answers.shape[1]:
        return
    if not (answers.index.is_unique and answers.columns.is_unique and set(answers.index) == set(answers.columns)):
        return
    try:
        values = answers.loc[answers.columns].to_numpy(dtype=np.float64)
    except (TypeError, ValueError):
        return
    if np.allclose(values, values.T, rtol=0, atol=SAME) and _ones(values):
        raise ParameterError(
            f"answers are needed, respondents by items; found a correlation matrix of {len(values)} items. "
            "Give the answers, or, where the method takes one, the correlation result."
        )


def _ones(values: np.ndarray) -> bool:
    return bool(np.allclose(np.diag(values), 1, rtol=0, atol=SAME))
