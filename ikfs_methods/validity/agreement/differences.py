"""Krippendorff's alpha as disagreement seen over disagreement expected, of one table or of many reweighted ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ikfs_methods.checks import one_of
from ikfs_methods.errors import NotNumericError, ScaleError
from ikfs_methods.validity.agreement.pairs import Tally, over
from ikfs_methods.validity.agreement.rated import Rated
from ikfs_methods.validity.agreement.weights import in_order
from ikfs_methods.validity.scale import Floats

METRICS = ("nominal", "ordinal", "interval", "ratio")


@dataclass(frozen=True, slots=True, eq=False)
class Disagreement:
    """The sums alpha is made of; `metric` squared differences between categories, or None for squared scores.

    `unit` (draws, things): of each thing, its ratings times the mean squared difference of its pairs. `seen` is their
    sum, `total` (draws,) the number of ratings in things with a pair, `pairs` that of pairs of ratings other than of
    one with itself, `between` the sum of squared differences of all pairs. alpha = 1 - (seen / total) / (between /
    pairs).
    """

    unit: Floats
    seen: Floats
    total: Floats
    pairs: Floats
    margins: Floats
    between: Floats
    alpha: Floats


def disagreement(tallied: Tally, *, metric: Floats | None = None, scores: Floats | None = None) -> Disagreement:
    """The sums for each draw, from a table of squared differences or from scores of the categories.

    `scores` (categories,) or (draws, categories) stand for (a - b)²; with neither, categories differ by 1 (nominal).
    """
    paired = tallied.pairs > 0
    size = tallied.size * paired
    unit = over(size * _within(tallied.counts, tallied.size, metric, scores), tallied.pairs)
    margins = (tallied.counts * (paired * tallied.times)[..., None]).sum(axis=-2)
    total = margins.sum(axis=-1)
    between = _within(margins[:, None], total[:, None], metric, scores)[:, 0]
    seen = (unit * tallied.times).sum(axis=-1)
    pairs = total**2 - (tallied.own * paired * tallied.times).sum(axis=-1)
    # sums of squares of scores of size 1, of `total` ratings each: below this, rounding
    alpha = 1 - over(seen * pairs, np.where(between > 1e-13 * total**2, between, 0.0) * total, np.nan)
    return Disagreement(unit, seen, total, pairs, margins, between, alpha)


def _within(counts: Floats, size: Floats, metric: Floats | None, scores: Floats | None) -> Floats:
    """Sum of squared differences over all ordered pairs of what was counted (last axis: categories)."""
    if metric is not None:
        return np.asarray(((counts @ metric) * counts).sum(axis=-1))
    if scores is None:
        return np.asarray(size**2 - (counts**2).sum(axis=-1))
    at = scores if scores.ndim == 1 else scores[:, None]
    first = (counts * at).sum(axis=-1)
    # rounding may leave a hair below 0 where all ratings of a thing are equal
    return np.asarray(np.maximum(2 * (size * (counts * at**2).sum(axis=-1) - first**2), 0.0))


def ordinal_scores(margins: Floats) -> Floats:
    """Scores whose squared differences are Krippendorff's ordinal ones: middle ranks, as shares of all ratings.

    His difference of two categories is the number of ratings from one to the other, half of the two ends not counted,
    which is the difference of their middle ranks. Centred, so that the sums of squares lose no digits.
    """
    middle = np.cumsum(margins, axis=-1) - margins / 2
    return np.asarray(over(middle, margins.sum(axis=-1)[..., None]) - 0.5)


def squared_differences(table: Rated, metric: str, margins: Floats) -> Floats:
    """Squared differences of the categories under the metric, scaled to size 1 (alpha does not change with the scale).

    Raises ParameterError for an unknown metric and for names without a declared order, NotNumericError for names under
    "interval" and "ratio", ScaleError for a rating below 0 under "ratio".
    """
    one_of(metric, METRICS, name="metric")
    q = len(table.categories)
    if metric == "nominal":
        return 1 - np.eye(q)
    if metric == "ordinal":
        in_order(table, 'metric="ordinal"')
        middle = ordinal_scores(margins)
        return np.asarray((middle[:, None] - middle) ** 2)
    if table.values is None or table.scores is None:
        raise NotNumericError(
            f'metric="{metric}" needs numbers; the ratings are names, the first {str(table.categories[0])!r}. '
            'Take metric="nominal", or "ordinal" with the categories declared in their order.'
        )
    if metric == "interval":
        return np.asarray((table.scores[:, None] - table.scores) ** 2)
    if table.values[0] < 0:
        raise ScaleError(
            f'metric="ratio" needs ratings of at least 0, its zero being none at all; found {table.values[0]:g}. '
            'Take metric="interval".'
        )
    values = table.values
    return np.asarray(over(values[:, None] - values, values[:, None] + values) ** 2)
