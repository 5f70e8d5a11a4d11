"""Which correlation suits the answers: the rule of choice between polychoric and Pearson."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import is_number, numeric_frame, quoted, varying, whole
from ikfs_methods.correlation.categories import MOST_CATEGORIES, distinct_values
from ikfs_methods.correlation.moments import standardised
from ikfs_methods.correlation.shape import refuse_matrix
from ikfs_methods.errors import ParameterError
from ikfs_methods.result import Shown


@dataclass(frozen=True, slots=True, eq=False)
class CorrelationChoice(Shown):
    """`method` ("polychoric" or "pearson") and `reason`, a key for the report.

    `reason`: few_categories (every item has at most `most`), skewed (the others are skewed beyond `skewness`),
    many_categories (some item has more and is not), too_many_categories (some has more than a polychoric takes).
    `items`: by item, categories and skewness; `deciding`: the items behind the reason.
    """

    method: str
    reason: str
    items: pd.DataFrame
    deciding: tuple[str, ...]
    most: int
    skewness: float

    def to_frame(self) -> pd.DataFrame:
        """By item: categories, skewness."""
        return self.items.copy()


def recommended(answers: pd.DataFrame, *, most: int = 5, skewness: float = 1.0) -> CorrelationChoice:
    """Polychoric where every item of answers (respondents, items) has at most `most` categories or is skewed.

    Skewness is the third moment of the z-scores, skewed one beyond 1 either way; categories are the different answers
    that occur. Five categories: from six on, Pearson's coefficient with robust methods does as well (Rhemtulla,
    Brosseau-Liard & Savalei 2012, Psychological Methods 17, 354-373). Raises ParameterError for limits out of range,
    ConstantItemError. Answers the question: are these answers better taken as ordered or as measured?
    """
    refuse_matrix(answers)
    whole(most, name="most", least=2, remedy="5 is usual.")
    if not (is_number(skewness) and skewness > 0):
        raise ParameterError(f"skewness must be a number above 0; found {quoted(skewness)}. 1 is usual.")
    frame = varying(numeric_frame(answers, min_columns=1))
    count = distinct_values(frame)
    z = standardised(frame.to_numpy())
    skew = (z**3).sum(axis=0) / frame.notna().sum().to_numpy()
    items = pd.DataFrame({"categories": count, "skewness": skew}, index=frame.columns)
    few, skewed = count <= most, np.abs(skew) > skewness
    if (count > MOST_CATEGORIES).any():
        method, reason, deciding = "pearson", "too_many_categories", count > MOST_CATEGORIES
    elif few.all():
        method, reason, deciding = "polychoric", "few_categories", few
    elif (few | skewed).all():
        method, reason, deciding = "polychoric", "skewed", ~few
    else:
        method, reason, deciding = "pearson", "many_categories", ~(few | skewed)
    return CorrelationChoice(method, reason, items, tuple(items.index[deciding]), most, skewness)
