"""Whether Aiken's V differs between two groups of experts or between two rounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import flag, fraction, listed
from ikfs_methods.errors import ColumnError
from ikfs_methods.labels import flat_index, holm
from ikfs_methods.result import Shown
from ikfs_methods.validity.content.aiken import rating_sums
from ikfs_methods.validity.content.exact import score_limits
from ikfs_methods.validity.content.panel import Counts, Floats, RatingScale, on_scale, panel_frame, rating_scale
from ikfs_methods.validity.content.randomisation import Randomised, randomisation_p

LEAST_PAIRS = 3  # two pairs correlate by 1 or -1 whatever they are
# A score interval takes the ratings of an item to vary as the heads of k tosses of a coin do. Where they vary half as
# much again, its 1.96 standard errors are 1.60 real ones, which cover 89 %, so that the reader must be told.
_TOO_SPREAD = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class AikenDifferenceResult(Shown):
    """The difference of Aiken's V, second less first, of every item that both panels were asked about.

    `items` has a row per item: v_first, v_second, difference, ci_low, ci_high, p_value, p_adjusted (Holm over the
    items), n_first, n_second, n_both (experts who rated it both times), correlation (of the two V, as used in the
    interval) and spread (variance of the ratings over that which a score interval assumes; 0 where they do not vary).
    An item that one side did not rate has NaN, and `notes` says so.
    """

    items: pd.DataFrame
    low: int
    high: int
    level: float
    paired: bool
    n_first: int  # experts with at least one rating
    n_second: int
    n_both: int  # experts who are in both; 0 when not paired
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """The items, one row each."""
        return self.items.copy()


def aiken_difference(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    low: float,
    high: float,
    paired: bool | None = None,
    level: float = 0.95,
) -> AikenDifferenceResult:
    """Difference of Aiken's V between two panels (each experts by items, whole points from `low` to `high`).

    Two groups of experts, or two rounds in which all, some or none of the experts are the same. `paired`: whether
    equal row labels are the same person; None: yes when any label stands in both, and the result says what was
    taken. Both panels must have rated on one scale; ratings on another must be carried over to it beforehand.

    Interval: MOVER (Zou & Donner 2008, doi:10.1002/sim.3095), from the score limits l, u of each V,
    d - sqrt((v2-l2)² + (u1-v1)² - 2r(v2-l2)(u1-v1)) and d + sqrt((u2-v2)² + (v1-l1)² - 2r(u2-v2)(v1-l1)).
    r is the correlation of the two V: over the m experts who rated the item both times, the correlation of their
    ratings times (m-1)/(m+1), times m/sqrt(n1 n2), since only they bear on both. The first factor is a shrinkage:
    with the plain correlation of five pairs the interval covers 84 to 91 % in simulations of 95 %, with it 92 % or
    more. r is 0 for independent panels, for fewer than three pairs, and where one side's pairs do not vary.

    p_value is exact and two-sided: the share of all exchanges of the two ratings within experts who rated twice, and
    of places among those who rated once, that take the difference as far from its expectation as it is. It needs no
    assumption on how ratings are spread, and asks whether the two sides differ at all. p_adjusted is Holm's.
    Answers the questions: did the item improve after it was reworded; do two institutions see it differently.

    Raises what `aiken_v` raises for bad ratings, and ColumnError when no item is in both or `paired` is asked for
    and no expert is in both.
    """
    scale = rating_scale(low, high)
    fraction(level, name="level")
    one = on_scale(panel_frame(first, what="first"), scale, what="first")
    two = on_scale(panel_frame(second, what="second"), scale, what="second")
    items = [name for name in one.columns if name in two.columns]
    if not items:
        raise ColumnError(
            f"first and second must share at least one item; first has {listed(one.columns)}, second "
            f"{listed(two.columns)}. Name the same items alike."
        )
    both = one.index.intersection(two.index)
    pairs, said = _pairing(both, one, two, paired)
    shared = both if pairs else both[:0]
    sample = _Sample(one[items], two[items], shared, scale)
    table, remarks = _table(sample, level)
    return AikenDifferenceResult(
        items=table,
        low=scale.low,
        high=scale.high,
        level=level,
        paired=pairs,
        n_first=int(one.notna().to_numpy().any(axis=1).sum()),
        n_second=int(two.notna().to_numpy().any(axis=1).sum()),
        n_both=len(shared),
        notes=(said, *_only_in_one(one, two), *remarks),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """The two panels on their common items, and the experts who are in both."""

    first: pd.DataFrame
    second: pd.DataFrame
    shared: pd.Index
    scale: RatingScale


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """By item: how many experts rated it both times, and the correlation of the two V; whether it was estimated."""

    n: Counts
    correlation: Floats
    estimated: np.ndarray


def _pairing(both: pd.Index, one: pd.DataFrame, two: pd.DataFrame, paired: bool | None) -> tuple[bool, str]:  # noqa: FBT001
    """Whether equal labels are one person, and the sentence that says so."""
    pairs = len(both) > 0 if paired is None else flag(paired, name="paired")
    if pairs and not len(both):
        raise ColumnError(
            f"paired panels must share experts; no label of first ({listed(one.index[:3])} ...) is in second "
            f"({listed(two.index[:3])} ...). Give the experts the same labels, or paired=False."
        )
    if pairs:
        numbered = isinstance(one.index, pd.RangeIndex) and isinstance(two.index, pd.RangeIndex)
        hint = " The labels are row numbers: give paired=False if equal numbers are different people."
        said = f"Paired: {len(both)} of {len(one)} and {len(two)} experts are in both."
        return True, said + (hint if paired is None and numbered else "")
    if len(both):
        return False, f"Independent, as asked: the {len(both)} equal labels were taken as different experts."
    return False, f"Independent: none of the {len(one)} and {len(two)} experts is in both."


def _table(sample: _Sample, level: float) -> tuple[pd.DataFrame, list[str]]:
    """The rows of the items, and what must be known of them."""
    steps = sample.scale.points - 1
    n = [frame.notna().to_numpy().sum(axis=0).astype(np.int64) for frame in (sample.first, sample.second)]
    sums = [rating_sums(frame, sample.scale) for frame in (sample.first, sample.second)]
    trials = [(size * steps).astype(np.float64) for size in n]
    v1, v2 = (np.divide(s, t, out=np.full(len(t), np.nan), where=t > 0) for s, t in zip(sums, trials, strict=True))
    (l1, u1), (l2, u2) = score_limits(v1, trials[0], level), score_limits(v2, trials[1], level)
    pairs = _correlated(sample, n)
    gap, r = v2 - v1, pairs.correlation
    table = pd.DataFrame({"v_first": v1, "v_second": v2, "difference": gap})
    table["ci_low"] = np.clip(gap - _combined(v2 - l2, u1 - v1, r), -1, gap)
    table["ci_high"] = np.clip(gap + _combined(u2 - v2, v1 - l1, r), gap, 1)
    tested = _tested(sample)
    table["p_value"] = [p for p, _ in tested]
    table["p_adjusted"] = holm(table["p_value"])
    table["n_first"], table["n_second"], table["n_both"] = n[0], n[1], pairs.n
    table["correlation"] = np.where(np.isnan(gap), np.nan, r) + 0.0  # no -0
    table["spread"] = _spread(sample, v1, v2)
    table.index = flat_index(sample.first.columns, "item")
    return table, _remarks(table, pairs, approximate=np.array([not exact for _, exact in tested]))


def _combined(a: Floats, b: Floats, r: Floats) -> Floats:
    """MOVER's root, which rounding alone could take below 0."""
    root: Floats = np.sqrt(np.maximum(0, a**2 + b**2 - 2 * r * a * b))
    return root


def _correlated(sample: _Sample, n: list[Counts]) -> _Pairs:
    panels = (sample.first, sample.second)
    x, y = (frame.loc[sample.shared].to_numpy() - sample.scale.low for frame in panels)
    twice = ~(np.isnan(x) | np.isnan(y))
    m = twice.sum(axis=0).astype(np.int64)
    some = np.maximum(m, 1)
    dx, dy = (np.where(twice, z - np.where(twice, z, 0).sum(axis=0) / some, 0) for z in (x, y))
    squares = (dx**2).sum(axis=0) * (dy**2).sum(axis=0)
    # sums of squares of whole ratings are 0, or at least 1/2, so that anything below is rounding
    known = (m >= LEAST_PAIRS) & (squares > 1e-9)
    plain = np.divide((dx * dy).sum(axis=0), np.sqrt(squares), out=np.zeros(len(m)), where=known)
    bearing = m / np.sqrt(np.maximum(1, n[0] * n[1]))
    return _Pairs(m, np.clip(plain, -1, 1) * (m - 1) / (m + 1) * bearing, known)


def _tested(sample: _Sample) -> list[tuple[float, bool]]:
    """By item: p of the randomisation test, and whether it is exact."""
    twice = [frame.loc[sample.shared].to_numpy() for frame in (sample.first, sample.second)]
    once = [frame[~frame.index.isin(sample.shared)].to_numpy() for frame in (sample.first, sample.second)]
    found = []
    for item in range(twice[0].shape[1]):
        x, y = (values[:, item] for values in twice)
        here, there = ~np.isnan(x), ~np.isnan(y)
        one, two = (values[~np.isnan(values[:, item]), item] for values in once)
        parts = (x[here & there], y[here & there], np.r_[one, x[here & ~there]], np.r_[two, y[there & ~here]])
        rated = len(parts[0]) or (len(parts[2]) and len(parts[3]))
        ratings = Randomised(*(part.astype(np.int64) for part in parts))
        found.append(randomisation_p(ratings) if rated else (np.nan, True))
    return found


def _spread(sample: _Sample, v1: Floats, v2: Floats) -> Floats:
    """Variance of the ratings about their panel's mean over V(1-V)k, which the score interval assumes, both panels."""
    steps = sample.scale.points - 1
    seen, assumed = np.zeros(len(v1)), np.zeros(len(v1))
    for frame, v in ((sample.first, v1), (sample.second, v2)):
        values = frame.to_numpy()
        n = (~np.isnan(values)).sum(axis=0)
        squares = np.nansum((values - sample.scale.low - v * steps) ** 2, axis=0)
        seen += np.where(n > 1, squares, 0)
        assumed += np.where(n > 1, (n - 1) * np.nan_to_num(v * (1 - v)) * steps, 0)
    spread: Floats = np.divide(seen, assumed, out=np.where(np.isnan(v2 - v1), np.nan, 0.0), where=assumed > 0)
    return spread


def _only_in_one(one: pd.DataFrame, two: pd.DataFrame) -> list[str]:
    sides = (("first", one.columns, two.columns), ("second", two.columns, one.columns))
    left_out = [(side, [name for name in names if name not in other]) for side, names, other in sides]
    return [f"Asked in {side} alone, so left out: {listed(names)}." for side, names in left_out if names]


def _remarks(table: pd.DataFrame, pairs: _Pairs, *, approximate: np.ndarray) -> list[str]:
    silent = table["difference"].isna().to_numpy()
    loose = (pairs.n > 0) & ~pairs.estimated & ~silent
    wide = (table["spread"] > _TOO_SPREAD).to_numpy()
    said = (
        ("No rating on one of the two sides, so no difference: {}.", silent),
        (f"Fewer than {LEAST_PAIRS} pairs, or pairs that do not vary: correlation taken as 0 for {{}}.", loose),
        (
            "Ratings vary more than the interval assumes, so that it is too short; go by the exact p: {}.",
            wide & ~silent,
        ),
        ("Too many ratings on too wide a scale for the exact test; p by the normal distribution: {}.", approximate),
    )
    return [text.format(listed(table.index[which])) for text, which in said if which.any()]
