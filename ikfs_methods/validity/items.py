"""Item analysis: how each item behaves by itself and with the rest of its dimension."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from ikfs_methods.checks import fraction, is_number, listed, numeric_frame, quoted, within_scale
from ikfs_methods.errors import ColumnError, ConstantItemError, MatrixError, ParameterError, TooFewError
from ikfs_methods.reliability.covariance import (
    NO_VARIANCE,
    ItemCovariance,
    Missing,
    alpha_of,
    alphas_without_each,
    item_covariance,
)
from ikfs_methods.result import Shown


@dataclass(frozen=True, slots=True, eq=False)
class ItemAnalysisResult(Shown):
    """The items of one dimension, a row each.

    `items` has n, mean, sd, skewness, floor, ceiling, item_total, item_rest, critical_r, alpha_if_dropped (this last
    column only with three items or more). low and high are the scale points of floor and ceiling, by item.
    """

    items: pd.DataFrame
    n: int  # rows used
    n_dropped: int  # rows given but not used
    level: float
    missing: Missing
    low: pd.Series
    high: pd.Series

    def to_frame(self) -> pd.DataFrame:
        """The items, one row each."""
        return self.items


def item_analysis(
    answers: pd.DataFrame,
    *,
    low: float | pd.Series | None = None,
    high: float | pd.Series | None = None,
    level: float = 0.95,
    missing: Missing = "listwise",
) -> ItemAnalysisResult:
    """Item statistics of keyed answers (respondents by items of one dimension, in scale points).

    mean, sd (divisor n - 1) and skewness (bias-corrected G1 = g1 sqrt(n(n-1))/(n-2), Joanes & Gill 1998) of each item;
    floor and ceiling, the shares of answers at `low` and `high` (a number, or a series by item; by default
    the least and the greatest answer given to any item); item_total and item_rest, the correlations with the
    sum of all items and of the other items (the corrected one, Nunnally & Bernstein 1994); critical_r, the two-sided
    critical correlation at 1 - level, t/sqrt(df + t²) with df = n - 2; and alpha of the other items. Answers the
    questions: which items separate respondents, and which do not go along with their dimension.

    missing: `listwise` uses rows without a gap. `pairwise` uses each item's own answers and follows the R package
    psych: item_total correlates the item with the mean of the answers a respondent gave; item_rest and
    alpha_if_dropped come from the pairwise covariances.

    Raises TooFewError (fewer than 3 rows or 2 items), ConstantItemError (an item, or the sum of the others, does not
    vary), MatrixError, ScaleError (an answer off a given scale), ColumnError (a scale end that lacks an item), and
    what `checks.numeric_frame` raises.
    """
    fraction(level, name="level")
    frame = numeric_frame(answers, min_rows=3)
    values = frame.to_numpy()
    covariance = item_covariance(frame, missing=missing, min_rows=3)
    bottom = _scale_end(low, frame.columns, float(np.nanmin(values)), "low")
    top = _scale_end(high, frame.columns, float(np.nanmax(values)), "high")
    for item in frame.columns:
        within_scale(frame[[item]], float(bottom[item]), float(top[item]), what="answers")
    return ItemAnalysisResult(
        items=_items(covariance, bottom, top, level),
        n=len(covariance.used),
        n_dropped=covariance.n_dropped,
        level=level,
        missing=missing,
        low=bottom,
        high=top,
    )


def _items(covariance: ItemCovariance, bottom: pd.Series, top: pd.Series, level: float) -> pd.DataFrame:
    used = covariance.used
    n = used.count()
    if (n < 3).any():
        raise TooFewError(
            f"each item must have at least 3 answers; found fewer for {listed(n.index[n < 3])}. Leave the item out."
        )
    item_total, item_rest = _with_total(covariance)
    critical = -stdtrit(n - 2, (1 - level) / 2)
    items = pd.DataFrame(
        {
            "n": n,
            "mean": used.mean(),
            "sd": used.std(ddof=1),
            "skewness": used.skew(),
            "floor": used.eq(bottom, axis=1).sum() / n,
            "ceiling": used.eq(top, axis=1).sum() / n,
            "item_total": item_total,
            "item_rest": item_rest,
            "critical_r": critical / np.sqrt(n - 2 + critical**2),
        },
        index=used.columns,
    )
    items.index.name = "item"
    if len(items) > 2:
        items["alpha_if_dropped"] = alphas_without_each(covariance.matrix)
        _refuse_impossible(items["alpha_if_dropped"].isna(), "alpha without the item must exist")
    return items


def _with_total(covariance: ItemCovariance) -> tuple[pd.Series, pd.Series]:
    """Correlation of each item with the total, and with the total of the other items."""
    matrix = covariance.matrix.to_numpy()
    alpha_of(matrix)  # refuses a total that does not vary
    variances = np.diag(matrix)
    rest = matrix.sum() - 2 * matrix.sum(axis=1) + variances
    flat = rest <= NO_VARIANCE * (variances.sum() - variances)
    if flat.any():
        raise ConstantItemError(
            f"the sum of the other items must vary; it does not without {listed(covariance.matrix.columns[flat])}. "
            "Check the direction of the items."
        )
    item_rest = pd.Series((matrix.sum(axis=1) - variances) / np.sqrt(variances * rest), index=covariance.matrix.columns)
    _refuse_impossible(item_rest.abs() > 1 + NO_VARIANCE, "item-rest correlations must not exceed 1")
    item_total = covariance.used.corrwith(covariance.used.mean(axis=1))
    _refuse_impossible(item_total.isna(), "the mean of a respondent's answers must vary where the item is answered")
    return item_total, item_rest


def _refuse_impossible(broken: pd.Series, rule: str) -> None:
    """Only answers with many gaps, taken pairwise, can contradict each other in these ways."""
    if broken.any():
        raise MatrixError(
            f"{rule}; the pairwise answers contradict this for {listed(broken.index[broken])}. "
            'Use missing="listwise", or leave out the items with most gaps.'
        )


def _scale_end(end: float | pd.Series | None, items: pd.Index, seen: float, name: str) -> pd.Series:
    """The scale's end for every item."""
    if end is None:
        return pd.Series(seen, index=items, name=name)
    if isinstance(end, pd.Series):
        lacking = [item for item in items if item not in end.index]
        if lacking:
            raise ColumnError(f"{name} must be given for every item; missing: {listed(lacking)}. Supply it.")
        column = end.reindex(items).rename(name).to_frame()
        return numeric_frame(column, what=name, min_rows=1, min_columns=1)[name]
    if not is_number(end):
        raise ParameterError(
            f"{name} must be a number or a series by item; found {quoted(end)}. Give a scale point, e.g. 1."
        )
    return pd.Series(float(end), index=items, name=name)
