"""The rule of consensus and stability, declared before the first round is looked at."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import floor

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ikfs_methods.checks import is_number, listed, quoted, whole
from ikfs_methods.errors import ParameterError

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

# What rounding may add to a quartile or a share before it counts as beyond its limit.
_ROUNDING = 1e-9
_LARGEST = 1e100  # no scale is longer, and sums of its ratings stay within the doubles


@dataclass(frozen=True, slots=True)
class ConsensusRule:
    """When an item counts as agreed, when as stable, and when the rounds end.

    Consensus: at least `min_experts` ratings, at least `share` of them within `band` (or within `opposite`: agreed to
    reject), and an interquartile range of at most `iqr` scale points. Stable between two rounds: at least
    `min_experts` rated both times, and every limit that is declared holds: `net_change`, the share of experts by
    which the distribution changed; `median_change` and `iqr_change`, in scale points; `kappa`, at least.
    """

    low: float
    high: float
    band: tuple[float, float]  # ratings that count as agreement, both ends included
    opposite: tuple[float, float] | None  # its mirror image on the scale; None where that overlaps the band
    share: float
    iqr: float
    min_experts: int
    net_change: float
    median_change: float | None
    iqr_change: float | None
    kappa: float | None
    max_rounds: int | None

    def to_frame(self) -> pd.DataFrame:
        """The rule, a row for each entry that is declared."""
        told = {name: value for name, value in asdict(self).items() if value is not None}
        texts = {
            name: " to ".join(f"{end:g}" for end in value) if isinstance(value, tuple) else f"{value:g}"
            for name, value in told.items()
        }
        return pd.DataFrame({"value": texts}).rename_axis("entry")

    def narrow(self, iqr: Floats) -> Marks:
        """Where the interquartile range is within its limit."""
        kept: Marks = iqr <= self.iqr + _ROUNDING * (self.high - self.low)
        return kept

    def agreed(self, shares: Floats) -> Marks:
        """Where a share of ratings is large enough."""
        kept: Marks = shares >= self.share - _ROUNDING
        return kept

    def stable(self, changes: pd.DataFrame) -> Marks:
        """Which rows of a table of changes are stable: n_both, net_change, change_median, change_iqr, kappa."""
        points = _ROUNDING * (self.high - self.low)
        kept = (changes["n_both"] >= self.min_experts) & (changes["net_change"] <= self.net_change + _ROUNDING)
        if self.median_change is not None:
            kept &= changes["change_median"].abs() <= self.median_change + points
        if self.iqr_change is not None:
            kept &= changes["change_iqr"].abs() <= self.iqr_change + points
        if self.kappa is not None:
            # kappa is undefined where all experts gave one rating in both rounds, which is as stable as can be
            kept &= (changes["kappa"] >= self.kappa - _ROUNDING) | (changes["mean_absolute_move"] == 0)
        marks: Marks = kept.to_numpy()
        return marks


def consensus_rule(
    low: float,
    high: float,
    *,
    band: tuple[float, float] | None,
    share: float,
    iqr: float | None,
    min_experts: int,
    stable_share: float,
    median_change: float | None,
    iqr_change: float | None,
    kappa: float | None,
    max_rounds: int | None,
) -> ConsensusRule:
    """The rule with its defaults filled in; raises ParameterError for what makes no rule on this scale."""
    for name, value in (("low", low), ("high", high)):
        if not (is_number(value) and abs(value) <= _LARGEST):
            raise ParameterError(f"{name} must be a finite number, an end of the scale; found {quoted(value)}.")
    bottom, top = float(low), float(high)
    if not bottom < top:
        raise ParameterError(f"the scale's low end must be below its high end; found low={low}, high={high}.")
    agreement = _band(bottom, top, band)
    for name, limit in (("median_change", median_change), ("iqr_change", iqr_change)):
        if limit is not None:
            _between(limit, 0, top - bottom, name)
    return ConsensusRule(
        low=bottom,
        high=top,
        band=agreement,
        opposite=_mirrored(agreement, bottom, top),
        share=_between(share, 0.5, 1, "share", "half of the ratings or fewer is no agreement"),
        iqr=default_iqr(bottom, top) if iqr is None else _between(iqr, 0, top - bottom, "iqr"),
        min_experts=whole(min_experts, name="min_experts"),
        net_change=_between(stable_share, 0, 1, "stable_share"),
        median_change=median_change,
        iqr_change=iqr_change,
        kappa=None if kappa is None else _between(kappa, -1, 1, "kappa"),
        max_rounds=None if max_rounds is None else whole(max_rounds, name="max_rounds"),
    )


def default_iqr(low: float, high: float) -> float:
    """A quarter of the scale's length, but one point at least from four points on.

    That is 1 on 4 and 5 points, 1.5 on 7, 2 on 9, 25 on 0-100; published rules (von der Gracht 2012,
    doi:10.1016/j.techfore.2012.04.013) take 1 on 4 or 5 points and 2 on 10.
    """
    quarter = (high - low) / 4
    return max(1.0, quarter) if high - low >= 3 else quarter


def _between(value: float, least: float, most: float, name: str, reason: str = "") -> float:
    if not (is_number(value) and least <= value <= most) or (reason and value == least):
        above = "above" if reason else "from"
        because = f": {reason}" if reason else ""
        raise ParameterError(f"{name} must be a number {above} {least:g} to {most:g}{because}; found {quoted(value)}.")
    return float(value)


def _band(low: float, high: float, band: tuple[float, float] | None) -> tuple[float, float]:
    """The ratings that count as agreement: by default the whole points above the middle, 3-4 of 4, 4-5 of 5."""
    if band is None:
        if not (low.is_integer() and high.is_integer()):
            raise ParameterError(
                f"a band must be declared for a scale from {low:g} to {high:g}, since its ends are not whole numbers; "
                "found none. Give band=(lowest, highest) of the ratings that count as agreement."
            )
        return float(floor((low + high) / 2) + 1), high
    ends = list(band) if isinstance(band, tuple | list) else []
    if len(ends) != 2 or not all(is_number(end) for end in ends) or not low <= ends[0] <= ends[1] <= high:
        raise ParameterError(
            f"band must be two numbers, the lowest and the highest rating that count as agreement, within {low:g} to "
            f"{high:g}; found {listed(ends) if ends else quoted(band)}. Give band=({_band_example(low, high)}), say."
        )
    if (ends[0], ends[1]) == (low, high):
        raise ParameterError(
            f"band must leave out some ratings; found the whole scale from {low:g} to {high:g}. Narrow it."
        )
    return float(ends[0]), float(ends[1])


def _band_example(low: float, high: float) -> str:
    return f"{floor((low + high) / 2) + 1 if high - low > 1 else high:g}, {high:g}"


def _mirrored(band: tuple[float, float], low: float, high: float) -> tuple[float, float] | None:
    mirror = low + high - band[1], low + high - band[0]
    return None if mirror[0] <= band[1] and band[0] <= mirror[1] else mirror
