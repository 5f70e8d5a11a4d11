"""The gate of the experts' ratings: one row an expert, whole points of one scale, every item rated by somebody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import is_number, listed, numeric_frame, quoted, within_scale
from ikfs_methods.errors import ColumnError, ParameterError, ScaleError, TooFewError

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
MOST_POINTS = 1001  # 0 to 1000; the exact distribution of a panel's sum is then still counted in seconds
_MOST_END = 2**53  # doubles hold every whole number up to here, so that sums of ratings stay exact


@dataclass(frozen=True, slots=True)
class RatingScale:
    """A scale of whole points and its ends."""

    low: int
    high: int

    @property
    def points(self) -> int:
        """How many points the scale has."""
        return self.high - self.low + 1


def rating_scale(low: float, high: float) -> RatingScale:
    """The scale from `low` to `high`; ParameterError for ends that are no scale, ScaleError for too many points."""
    scale = RatingScale(_whole(low, "low"), _whole(high, "high"))
    if not scale.low < scale.high:
        raise ParameterError(f"the scale's low end must be below its high end; found low={low}, high={high}.")
    if scale.points > MOST_POINTS:
        raise ScaleError(
            f"a rating scale must have at most {MOST_POINTS} points, or the exact test counts for hours; found "
            f"{scale.points} from {scale.low} to {scale.high}. Check low and high, or divide the ratings by a common "
            "step."
        )
    return scale


def panel_frame(ratings: pd.DataFrame, *, what: str = "ratings") -> pd.DataFrame:
    """The ratings (experts by items) as floats, each expert in one row; raises as `checks.numeric_frame` does."""
    frame = numeric_frame(ratings, what=what, min_rows=1, min_columns=1)
    twice = frame.index[frame.index.duplicated()].unique()
    if len(twice):
        raise ColumnError(
            f"{what} must have one row for each expert; more than one for {listed(twice)}. "
            "Remove the repeats, or keep the later rating of each."
        )
    return frame


def on_scale(frame: pd.DataFrame, scale: RatingScale, *, what: str = "ratings") -> pd.DataFrame:
    """The frame, when every rating is a whole point of the scale; else a ScaleError."""
    return whole_points(within_scale(frame, scale.low, scale.high, what=what), what=what)


def whole_points(frame: pd.DataFrame, *, what: str = "ratings") -> pd.DataFrame:
    """The frame, when every rating is a whole number; else a ScaleError with the first that is not."""
    between = frame.notna() & (frame != frame.round())
    if between.to_numpy().any():
        label = next(name for name in frame.columns if between[name].any())
        first = frame.loc[between[label].to_numpy(), label].head(1)
        raise ScaleError(
            f"{what} must be whole points of the scale; {int(between.to_numpy().sum())} value(s) are not, "
            f"the first {first.iloc[0]:g} in column {quoted(label)}, row {quoted(first.index[0])}. "
            "Correct it or declare it as missing."
        )
    return frame


def rated_items(frame: pd.DataFrame) -> Counts:
    """How many experts rated each item; TooFewError that names the items which nobody rated."""
    n: Counts = frame.notna().to_numpy().sum(axis=0).astype(np.int64)
    if (n == 0).any():
        raise TooFewError(
            f"each item must be rated by at least one expert; no rating for {listed(frame.columns[n == 0])}. "
            "Leave the item out, or supply its ratings."
        )
    return n


def _whole(value: float, name: str) -> int:
    if not (is_number(value) and abs(value) <= _MOST_END and float(value).is_integer()):
        raise ParameterError(
            f"{name} must be a whole number, an end of the rating scale; found {quoted(value)}. Give 1 and 4, say."
        )
    return int(value)
