"""Numbers of each item in each round, between two rounds, and of each expert."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import bdtr

from ikfs_methods.labels import flat_index
from ikfs_methods.validity.delphi.panels import Panels
from ikfs_methods.validity.delphi.rule import ConsensusRule, Floats, Marks

# Ratings on a longer scale are counted in as many classes of equal width, or a change of one point in a hundred would
# count as a change of the distribution.
CLASSES = 10


def quartiles(values: Floats) -> Floats:
    """Lower quartile, median and upper quartile over the experts (..., experts, items), NaN without a rating.

    Quantile definition 7 of Hyndman & Fan (1996), as in R, numpy and Excel's QUARTILE.INC.
    """
    ordered = np.sort(values, axis=-2)
    last = (~np.isnan(values)).sum(axis=-2) - 1
    ends = []
    for share in (0.25, 0.5, 0.75):
        place = np.maximum(last, 0) * share
        below = np.floor(place).astype(np.intp)
        above = np.minimum(below + 1, np.maximum(last, 0))
        low, high = (np.take_along_axis(ordered, at[..., None, :], axis=-2)[..., 0, :] for at in (below, above))
        ends.append(low + (place - below) * (high - low))
    return np.array(ends)


def _mean(values: Floats | Marks, rated: Marks, axis: int) -> Floats:
    """Mean of the rated cells along an axis, NaN without one."""
    count = rated.sum(axis=axis)
    total = np.where(rated, values, 0.0).sum(axis=axis)
    means: Floats = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
    return means


def by_round(panels: Panels, rule: ConsensusRule) -> pd.DataFrame:
    """A row per item and round in which it was rated: place, spread, shares and consensus."""
    values, rated = panels.ratings, ~np.isnan(panels.ratings)
    q1, median, q3 = quartiles(values)
    n = rated.sum(axis=1)
    iqr = q3 - q1
    inside = _mean((values >= rule.band[0]) & (values <= rule.band[1]), rated, 1)
    outside = np.where(n > 0, 0.0, np.nan)
    if rule.opposite is not None:
        outside = _mean((values >= rule.opposite[0]) & (values <= rule.opposite[1]), rated, 1)
    enough = (n >= rule.min_experts) & rule.narrow(iqr)
    kept, rejected = enough & rule.agreed(inside), enough & rule.agreed(outside)
    table = {
        "n": n, "median": median, "q1": q1, "q3": q3, "iqr": iqr, "mean": _mean(values, rated, 1),
        "share": inside, "opposite_share": outside, "consensus": kept | rejected,
        "direction": np.select([kept, rejected], ["in", "out"], "none"),
    }  # fmt: skip
    return _long(panels, table, n > 0)


def between_rounds(panels: Panels, rule: ConsensusRule) -> pd.DataFrame:
    """A row per item and round that follows one in which the item was rated: what changed since then."""
    earlier = panels.earlier
    follows, at = (earlier >= 0) & panels.rated, np.maximum(earlier, 0)
    q1, median, q3 = quartiles(panels.ratings)
    iqr = q3 - q1
    before = np.take_along_axis(panels.ratings, at[:, None, :], axis=0)
    after = panels.ratings
    both = ~(np.isnan(before) | np.isnan(after))
    move = np.where(both, after - before, 0.0)
    up, down = (move > 0).sum(axis=1), (move < 0).sum(axis=1)
    moved = up + down
    table = {
        "from_round": np.array(panels.numbers)[at], "n_both": both.sum(axis=1),
        "change_median": median - np.take_along_axis(median, at, axis=0),
        "change_iqr": iqr - np.take_along_axis(iqr, at, axis=0),
        "net_change": _net_change(panels, before, after, both, rule),
        "kappa": _kappa(_on_unit(before, rule), _on_unit(after, rule), both),
        "share_changed": _mean(move != 0, both, 1), "mean_move": _mean(move, both, 1),
        "mean_absolute_move": _mean(np.abs(move), both, 1), "n_up": up, "n_down": down,
        # chance of moves at least as one-sided when up and down are equally likely
        "p_value": np.minimum(1.0, 2 * bdtr(np.minimum(up, down).astype(float), moved, 0.5)),
    }  # fmt: skip
    changes = _long(panels, table, follows)
    changes["stable"] = rule.stable(changes)
    return changes


def _long(panels: Panels, table: dict[str, np.ndarray], shown: Marks) -> pd.DataFrame:
    """Columns of (rounds, items) as rows by item and then round, those that are `shown`."""
    item, number = np.nonzero(shown.T)
    index = pd.MultiIndex.from_arrays(
        [flat_index(pd.Index(panels.items, tupleize_cols=False), "item")[item], np.array(panels.numbers)[number]],
        names=["item", "round"],
    )
    return pd.DataFrame({name: values.T[item, number] for name, values in table.items()}, index=index)


def in_classes(panels: Panels, rule: ConsensusRule) -> bool:
    """Whether the scale, or what was used of it, has too many points to count each by itself."""
    points = np.unique(panels.ratings[~np.isnan(panels.ratings)])
    return rule.high - rule.low > CLASSES or len(points) > CLASSES + 1


def _on_unit(ratings: Floats, rule: ConsensusRule) -> Floats:
    """Ratings from 0 at the low end of the scale to 1 at its high end."""
    return (ratings - rule.low) / (rule.high - rule.low)


def _net_change(panels: Panels, before: Floats, after: Floats, both: Marks, rule: ConsensusRule) -> Floats:
    """Half the sum of absolute differences of the two distributions, as a share of the experts of both rounds.

    Scheibe, Skutsch & Schofer (1975, in Linstone & Turoff, The Delphi Method, 262-287) call an item stable at 15 %.
    """
    long = in_classes(panels, rule)
    points = np.arange(CLASSES) if long else np.unique(panels.ratings[~np.isnan(panels.ratings)])
    if long:
        # a rating that rounding put just below the edge of a class belongs to the class
        before, after = (
            np.minimum(np.floor(_on_unit(part, rule) * CLASSES + 1e-9), CLASSES - 1) for part in (before, after)
        )
    total = np.zeros(both.sum(axis=1).shape)
    for point in points:
        first, second = (((part == point) & both).sum(axis=1) for part in (before, after))
        total += np.abs(second - first)
    count = both.sum(axis=1)
    net: Floats = np.divide(total / 2, count, out=np.full(count.shape, np.nan), where=count > 0)
    return net


def _kappa(before: Floats, after: Floats, both: Marks) -> Floats:
    """Cohen's kappa of the two rounds with quadratic weights, over the experts who rated the item in both.

    Written out for these weights: 1 - mean squared move / (both variances + squared change of the mean), over n.
    """
    means = [_mean(part, both, 1) for part in (before, after)]
    squares = [
        _mean((part - mean[:, None, :]) ** 2, both, 1) for part, mean in zip((before, after), means, strict=True)
    ]
    chance = squares[0] + squares[1] + (means[1] - means[0]) ** 2
    seen = _mean((after - before) ** 2, both, 1)
    # equal ratings of everybody leave a variance of rounding, if any
    varies = chance > 1e-24
    kappa: Floats = 1 - np.divide(seen, chance, out=np.full(chance.shape, np.nan), where=varies)
    # what rounding leaves of an agreement that is just what chance gives would be shown as -0.00
    return np.where(np.abs(kappa) < 1e-12, 0.0, kappa)


def by_expert(panels: Panels) -> pd.DataFrame:
    """A row per expert and round: how they moved since the earlier round, over the items they rated in both."""
    earlier = panels.earlier
    known = (earlier >= 0)[:, None, :]
    at = np.maximum(earlier, 0)
    before = np.take_along_axis(panels.ratings, at[:, None, :], axis=0)
    after = panels.ratings
    both = known & ~(np.isnan(before) | np.isnan(after))
    q1, median, q3 = (part[:, None, :] for part in quartiles(panels.ratings))
    old_q1, old, old_q3 = (np.take_along_axis(part, at[:, None, :], axis=0) for part in (q1, median, q3))
    start, end = np.abs(before - old), np.abs(after - old)
    held = (before < old_q1) | (before > old_q3)
    held &= ((after < q1) | (after > q3)) & (end >= start)
    cells = {"moved": after != before, "toward": end < start, "away": end > start, "holds_out": held}
    table = {"n": both.sum(axis=2), **{name: (mark & both).sum(axis=2) for name, mark in cells.items()}}
    table |= {
        "mean_move": _mean(after - before, both, 2), "mean_absolute_move": _mean(np.abs(after - before), both, 2),
        "distance_before": _mean(start, both, 2), "distance_after": _mean(np.abs(after - median), both, 2),
    }  # fmt: skip
    expert, number = np.nonzero(both.any(axis=2).T)
    index = pd.MultiIndex.from_arrays(
        [flat_index(pd.Index(panels.experts, tupleize_cols=False), "expert")[expert],
         np.array(panels.numbers)[number]], names=["expert", "round"],
    )  # fmt: skip
    return pd.DataFrame({name: values.T[expert, number] for name, values in table.items()}, index=index)
