"""The content validity index: what share of the experts holds an item relevant, beyond chance."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaln

from ikfs_methods.checks import fraction, generator, is_number, listed, quoted, whole
from ikfs_methods.errors import ParameterError, ScaleError
from ikfs_methods.labels import flat_index
from ikfs_methods.result import Shown
from ikfs_methods.validity.agreement.drawn import by_label
from ikfs_methods.validity.content.exact import at_least, critical_sums, exact_limits, random_tails
from ikfs_methods.validity.content.panel import (
    Counts,
    Floats,
    on_scale,
    panel_frame,
    rated_items,
    rating_scale,
    whole_points,
)

S_CVI_AVE_CUTOFF = 0.90  # of the whole scale (Waltz, Strickland & Lenz 2005, taken up by Polit & Beck 2006)
S_CVI_UA_CUTOFF = 0.80
LEAST_PANEL = 3  # no cut-off is published for fewer experts
# Resampling four experts gives 35 panels at most, too few to have a 2.5 % tail; five give 126.
LEAST_RESAMPLED = 5
_BANDS = ((0.75, "excellent"), (0.60, "good"), (0.40, "fair"))  # Cicchetti & Sparrow 1981; below .40 poor
# Cut-offs are published with two decimals: 7 of 9 experts (.778) meet the .78 that was made for them. The small part
# is the rounding of a difference of doubles.
_STATED = 0.005 + 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class ContentIndexResult(Shown):
    """Content validity indices of the items and of the whole.

    `items` has a row per item: i_cvi, ci_low, ci_high, n_relevant, n_experts, chance, kappa, kappa_band (poor, fair,
    good, excellent), p_value, critical_i_cvi, critical_n, cutoff, passes. The last four are nullable: <NA> where the
    panel is too small to have such a value. `experts` has a row per expert with a rating: n_items, share (of the
    items rated, those held relevant).
    """

    items: pd.DataFrame
    experts: pd.DataFrame
    s_cvi_ave: float
    s_cvi_ave_low: float | None  # None when no draws were asked for, or the panel is too small to resample
    s_cvi_ave_high: float | None
    s_cvi_ua: float
    relevant: tuple[int, ...]
    level: float
    alpha: float
    draws: int
    n_experts: int  # experts with at least one rating
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """The items, one row each."""
        return self.items.copy()


def content_validity_index(
    ratings: pd.DataFrame,
    *,
    relevant: Collection[int] = (3, 4),
    low: float | None = None,
    high: float | None = None,
    level: float = 0.95,
    alpha: float = 0.05,
    cutoff: float = 0.78,
    small_cutoff: float = 1.0,
    small_panel: int = 5,
    draws: int = 0,
    rng: np.random.Generator | int | None = None,
) -> ContentIndexResult:
    """Content validity indices from ratings (experts by items, whole points; gaps allowed).

    I-CVI = A/N, the share of the N experts of an item whose rating is one of `relevant` (Lynn 1986). chance =
    C(N, A) .5^N, kappa = (I-CVI - chance) / (1 - chance) (Polit, Beck & Owen 2007, doi:10.1002/nur.20199), its bands
    by Cicchetti & Sparrow 1981: from .40 fair, .60 good, .75 excellent. Interval: the exact one of Clopper & Pearson
    1934. p_value: the exact chance of A or more if each expert tossed a coin; critical_n is the least A whose p is at
    most `alpha`, critical_i_cvi = critical_n/N. passes compares I-CVI, at two decimals, with the declared `cutoff`
    (.78), `small_cutoff` (1.00) for panels of up to `small_panel` (5); below three experts there is none.
    `s_cvi_ave` is the mean of I-CVI, `s_cvi_ua` the share of items that all their experts hold relevant. `draws`
    above 0 adds the percentile interval of s_cvi_ave over `draws` resamples of the experts, for five or more of them.
    Answers the question: do the experts hold each item, and the set as a whole, relevant.

    `relevant` is the top of the scale, unless `low` and `high` say that it is the bottom: a rating above it is
    refused, since (3, 4) on five points would count a 5 as not relevant.

    Raises ParameterError (options), ScaleError (a rating off the scale or between its points), ColumnError (an item
    or an expert twice), TooFewError (an item that nobody rated), and what `checks.numeric_frame` raises.
    """
    for name, value in (("level", level), ("alpha", alpha)):
        fraction(value, name=name)
    _cutoffs(cutoff, small_cutoff)
    whole(small_panel, name="small_panel", least=0)
    whole(draws, name="draws", least=0)
    wanted = _relevant(relevant)
    frame = _rated(ratings, wanted, low, high)
    n = rated_items(frame)
    held = frame.isin(wanted).to_numpy()
    items = _rows(held.sum(axis=0).astype(np.int64), n, level, alpha)
    limits = np.where(n < LEAST_PANEL, np.nan, np.where(n <= small_panel, small_cutoff, cutoff))
    items["cutoff"] = pd.array(limits, dtype="Float64")
    items["passes"] = (items["i_cvi"] >= items["cutoff"] - _STATED).astype("boolean")
    items.index = flat_index(frame.columns, "item")
    used = frame.notna().to_numpy()
    present = np.asarray(used.any(axis=1))
    experts = pd.DataFrame({"n_items": used.sum(axis=1)[present]}, index=flat_index(frame.index[present], "expert"))
    experts["share"] = held.sum(axis=1)[present] / experts["n_items"]
    order = np.flatnonzero(present)[by_label(frame.index[present])]
    ends = _resampled(held[order], used[order], draws, level, rng)
    return ContentIndexResult(
        items=items,
        experts=experts,
        s_cvi_ave=float(items["i_cvi"].mean()),
        s_cvi_ave_low=ends[0],
        s_cvi_ave_high=ends[1],
        s_cvi_ua=float((items["n_relevant"] == items["n_experts"]).mean()),
        relevant=wanted,
        level=level,
        alpha=alpha,
        draws=draws,
        n_experts=len(experts),
        notes=tuple(_remarks(items, alpha, draws, len(experts))),
    )


def _rows(held: Counts, n: Counts, level: float, alpha: float) -> pd.DataFrame:
    share = held / n
    chance = np.exp(gammaln(n + 1) - gammaln(held + 1) - gammaln(n - held + 1) - n * np.log(2))
    low, high = exact_limits(held, n, level)
    rows = pd.DataFrame({"i_cvi": share, "ci_low": low, "ci_high": high, "n_relevant": held, "n_experts": n})
    rows["chance"] = chance
    kappa = (share - chance) / (1 - chance)
    rows["kappa"] = kappa
    rows["kappa_band"] = np.select([kappa >= least for least, _ in _BANDS], [band for _, band in _BANDS], "poor")
    tails = random_tails(n, 2)
    critical = critical_sums(tails, n, alpha)
    rows["p_value"] = at_least(tails, held, n)
    rows["critical_i_cvi"] = pd.array(critical / n, dtype="Float64")
    rows["critical_n"] = pd.array(critical, dtype="Float64").astype("Int64")
    return rows


def _resampled(
    held: np.ndarray, used: np.ndarray, draws: int, level: float, rng: np.random.Generator | int | None
) -> tuple[float, float] | tuple[None, None]:
    """Percentile interval of the mean I-CVI over resampled experts; an item nobody left has rated counts not."""
    n = len(held)
    if not draws or n < LEAST_RESAMPLED:
        return None, None
    counts = generator(rng).multinomial(n, np.full(n, 1 / n), size=draws).astype(np.float64)
    rated: Floats = counts @ used
    with_rating = rated > 0
    shares = np.divide(counts @ held, rated, out=np.zeros_like(rated), where=with_rating)
    means = shares.sum(axis=1) / with_rating.sum(axis=1)  # every expert here has rated something
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _relevant(relevant: object) -> tuple[int, ...]:
    given = [] if isinstance(relevant, str) or not isinstance(relevant, Iterable) else list(relevant)
    if not given or not all(is_number(value) and float(value).is_integer() for value in given):
        raise ParameterError(
            f"relevant must list the whole points that mean relevant; found {quoted(relevant)}. Give (3, 4), say."
        )
    return tuple(sorted({int(value) for value in given}))


def _rated(ratings: pd.DataFrame, wanted: tuple[int, ...], low: float | None, high: float | None) -> pd.DataFrame:
    """The ratings, when each is a whole point, and `wanted` is an end of the scale."""
    frame = panel_frame(ratings)
    if (low is None) != (high is None):
        raise ParameterError(f"low and high must be given both or not at all; found {low!r} and {high!r}. Give both.")
    if low is not None and high is not None:
        scale = rating_scale(low, high)
        inside = scale.low <= wanted[0] and wanted[-1] <= scale.high
        if not inside or (wanted[0] != scale.low and wanted[-1] != scale.high):
            raise ParameterError(
                f"relevant must be points at one end of the scale from {scale.low} to {scale.high}; found "
                f"{listed(wanted)}. Correct it, or the scale."
            )
        return on_scale(frame, scale)
    above = whole_points(frame) > wanted[-1]
    if above.to_numpy().any():
        label = next(name for name in frame.columns if above[name].any())
        first = frame.loc[above[label].to_numpy(), label].head(1)
        raise ScaleError(
            f"relevant ({listed(wanted)}) must be the top of the scale; {int(above.to_numpy().sum())} rating(s) lie "
            f"above it, the first {first.iloc[0]:g} in column {quoted(label)}, row {quoted(first.index[0])}. Name the "
            "points that mean relevant, or give low and high if the low end does."
        )
    return frame


def _cutoffs(*cutoffs: float) -> None:
    for value in cutoffs:
        if not (is_number(value) and 0 <= value <= 1):
            raise ParameterError(
                f"cutoff and small_cutoff must be shares from 0 to 1; found {quoted(value)}. Give .78, say."
            )


def _remarks(items: pd.DataFrame, alpha: float, draws: int, n_experts: int) -> list[str]:
    notes = []
    small = items.index[items["cutoff"].isna().to_numpy()]
    if len(small):
        notes.append(f"Fewer than {LEAST_PANEL} experts, for whom no cut-off is published: {listed(small)}.")
    weak = items.index[items["critical_n"].isna().to_numpy()]
    if len(weak):
        notes.append(
            f"Too few experts for any share to be significant at {alpha:g}: no critical I-CVI for {listed(weak)}."
        )
    if draws and n_experts < LEAST_RESAMPLED:
        notes.append(f"No interval of S-CVI/Ave: resampling needs {LEAST_RESAMPLED} experts, {n_experts} have rated.")
    elif draws and (items["i_cvi"].isin((0, 1))).all():
        notes.append("All experts agree on each item, so that resampling them cannot show how uncertain S-CVI/Ave is.")
    return notes
