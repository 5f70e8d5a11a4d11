"""The rounds of a Delphi study as one array: rounds by experts by items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ikfs_methods.checks import listed, numeric_frame, quoted, whole, within_scale
from ikfs_methods.errors import ColumnError, ParameterError, TooFewError
from ikfs_methods.validity.delphi.rule import Floats, Marks

Rounds = Sequence[pd.DataFrame] | Mapping[int, pd.DataFrame]


@dataclass(frozen=True, slots=True, eq=False)
class Panels:
    """All ratings, NaN where an expert did not rate an item in a round; experts and items in order of appearance."""

    ratings: Floats  # (rounds, experts, items)
    numbers: tuple[int, ...]  # of the rounds
    experts: tuple[object, ...]
    items: tuple[object, ...]

    @property
    def rated(self) -> Marks:
        """(rounds, items): whether anybody rated the item in the round."""
        marks: Marks = (~np.isnan(self.ratings)).sum(axis=1) > 0
        return marks

    @property
    def earlier(self) -> NDArray[np.intp]:
        """(rounds, items): the latest earlier round in which the item was rated, -1 without one."""
        at = np.where(self.rated, np.arange(len(self.numbers))[:, None], -1)
        before = np.full_like(at, -1)
        before[1:] = np.maximum.accumulate(at, axis=0)[:-1]
        return before


def panelled(rounds: Rounds, low: float, high: float) -> Panels:
    """The rounds, checked; raises ParameterError, ColumnError, TooFewError and what the gates of `checks` raise."""
    by_number = _numbered(rounds)
    frames = {}
    for number, frame in by_number.items():
        what = f"ratings of round {number}"
        checked = within_scale(numeric_frame(frame, what=what, min_rows=1, min_columns=1), low, high, what=what)
        twice = checked.index[checked.index.duplicated()]
        if len(twice):
            raise ColumnError(f"{what} must have each expert once; repeated: {listed(twice)}. Keep one row of each.")
        for labels, kind in ((checked.index, "expert of each row"), (checked.columns, "item of each column")):
            if pd.isna(np.array([*labels, None], dtype=object)[:-1]).any():
                raise ColumnError(f"{what} must name the {kind}; some labels are empty. Fill them in.")
            if len({isinstance(label, tuple) for label in labels}) > 1:
                raise ColumnError(f"{what} must name the {kind} in one way; some labels are tuples, some not. Rename.")
        frames[number] = checked
    _refuse_strangers(frames)
    experts = list(dict.fromkeys(label for frame in frames.values() for label in frame.index))
    items = list(dict.fromkeys(label for frame in frames.values() for label in frame.columns))
    values = np.full((len(frames), len(experts), len(items)), np.nan)
    row, column = ({label: at for at, label in enumerate(labels)} for labels in (experts, items))
    for at, frame in enumerate(frames.values()):
        cells = np.ix_([at], [row[label] for label in frame.index], [column[label] for label in frame.columns])
        values[cells] = frame.to_numpy()
    rated = (~np.isnan(values)).any(axis=(0, 1))
    if not rated.any():
        raise TooFewError("the rounds must hold ratings; all are missing. Supply them.")
    known = tuple(item for item, there in zip(items, rated.tolist(), strict=True) if there)
    return Panels(values[:, :, rated], tuple(frames), tuple(experts), known)


def _numbered(rounds: Rounds) -> dict[int, pd.DataFrame]:
    if isinstance(rounds, Mapping):
        numbers = [whole(number, name="the number of a round") for number in rounds]
        given = dict(zip(numbers, rounds.values(), strict=True))
        by_number = {number: given[number] for number in sorted(given)}
    elif isinstance(rounds, Sequence):
        by_number = dict(enumerate(rounds, start=1))
    else:
        raise ParameterError(
            f"rounds must be a list of frames (experts by items) or a mapping from round number to frame; found "
            f"{type(rounds).__name__}. Put a single round into a list."
        )
    if not by_number:
        raise TooFewError("there must be at least one round; found none. Give its ratings.")
    return by_number


def _refuse_strangers(frames: Mapping[int, pd.DataFrame]) -> None:
    """Experts may join and leave, but two rounds without one in common carry different labels for them."""
    numbers = list(frames)
    for before, after in pairwise(numbers):
        one, other = frames[before].index, frames[after].index
        if not other.isin(one).any():
            raise ColumnError(
                f"rounds must name the same experts alike; none of the {len(other)} of round {after}, the first "
                f"{quoted(other[0])}, is among those of round {before}, the first {quoted(one[0])}. "
                "Set the expert's code as the index of each round."
            )
