"""The gate of the coefficients of agreement: ratings as places in a list of categories, and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ikfs_methods.checks import is_number, listed, numeric_frame, quoted
from ikfs_methods.errors import ColumnError, NotNumericError, ParameterError, ScaleError, TooFewError
from ikfs_methods.labels import flat_index
from ikfs_methods.validity.scale import Floats

# Squares of ratings, and sums of a million of them, must stay within doubles.
LARGEST = 1e120
NARROWEST = 1e-120
MOST_CATEGORIES = 2000  # weights are a square table of the categories: 32 MB at this number


@dataclass(frozen=True, slots=True, eq=False)
class Rated:
    """Ratings of things (rows) by raters (columns) as places in `categories`, -1 for a missing one.

    Things without a rating and raters without one are left out. `scores` are the categories as numbers from 0 to 1,
    None where they are names.
    """

    places: NDArray[np.int64]
    categories: tuple[object, ...]
    declared: bool  # the categories were given, so that their order is known
    scores: Floats | None
    values: Floats | None  # the categories as they are, where they are numbers
    raters: pd.Index
    n_dropped: int
    notes: tuple[str, ...]

    @property
    def one_hot(self) -> Floats:
        """(things, raters, categories): 1 where that rater chose that category."""
        return np.asarray(self.places[..., None] == np.arange(len(self.categories)), dtype=np.float64)

    @property
    def counts(self) -> Floats:
        """(things, categories): how many raters chose each."""
        n, _ = self.places.shape
        q = len(self.categories)
        seen = self.places >= 0
        flat = (self.places + q * np.arange(n)[:, None])[seen]
        return np.asarray(np.bincount(flat, minlength=n * q).reshape(n, q), dtype=np.float64)


def rated(ratings: pd.DataFrame, *, categories: Sequence[object] | None = None) -> Rated:
    """The ratings, checked and sorted into categories (given ones, else those that occur, rising).

    Names whose columns share one ordered categorical type have its categories, and a note says so.

    Raises ParameterError, ColumnError (repeated things or raters), NotNumericError (names mixed with numbers, infinite
    values, dates), ScaleError (a rating outside the declared categories), TooFewError (no thing with two ratings).
    """
    frame, names = rating_frame(ratings)
    typed = _typed(ratings) if names and categories is None else None
    categories = categories if typed is None else typed
    cells = frame.to_numpy()
    there = frame.notna().to_numpy() if names else ~np.isnan(cells)
    rows, columns = np.asarray(there.any(axis=1)), np.asarray(there.any(axis=0))
    if not (there.sum(axis=1) >= 2).any():
        raise TooFewError(
            f"at least one thing must be rated by two raters; found {len(frame)} things with at most "
            f"{int(there.sum(axis=1).max())} rating(s) each. Supply more ratings."
        )
    given = cells[there]
    found = sorted(set(given.tolist())) if names else np.unique(given).tolist()
    points = found if categories is None else _declared(categories, names=names)
    _within(frame, there, points, found)
    if len(points) > MOST_CATEGORIES:
        raise ScaleError(
            f"ratings must fall into at most {MOST_CATEGORIES} categories; found {len(points)}. Group the ratings."
        )
    place = {point: number for number, point in enumerate(points)}
    places = np.full(cells.shape, -1, dtype=np.int64)
    places[there] = [place[value] for value in given.tolist()]
    values = None if names else np.array(points, dtype=np.float64)
    scores = None
    if values is not None:
        width = float(values[-1] - values[0])
        scores = (values - values[0]) / width if width > 0 else np.zeros(1)
    silent = frame.columns[~columns]
    return Rated(
        places=places[rows][:, columns],
        categories=tuple(_shown(point) for point in points),
        declared=categories is not None,
        scores=scores,
        values=values,
        raters=frame.columns[columns],
        n_dropped=int((~rows).sum()),
        notes=_notes(silent, typed),
    )


def _notes(silent: pd.Index, typed: list[object] | None) -> tuple[str, ...]:
    ordered = () if typed is None else (f"The categories are those of the columns' ordered type: {listed(typed, 20)}.",)
    return (*((f"Without any rating and not counted: {listed(silent)}.",) if len(silent) else ()), *ordered)


def _typed(ratings: pd.DataFrame) -> list[object] | None:
    """The categories that all columns declare by one ordered type of names, or None."""
    kinds = list(ratings.dtypes)
    ordered = [kind for kind in kinds if isinstance(kind, pd.CategoricalDtype) and kind.ordered]
    points = list(ordered[0].categories) if ordered else []
    same = len(ordered) == len(kinds) and all(list(kind.categories) == points for kind in ordered)
    return points if same and len(points) > 1 and all(isinstance(point, str) for point in points) else None


def rating_frame(ratings: pd.DataFrame) -> tuple[pd.DataFrame, bool]:
    """The ratings as floats, or as they are where they are names (second value True).

    Raises ParameterError, ColumnError, TooFewError (fewer than two raters), NotNumericError and ScaleError.
    """
    if not isinstance(ratings, pd.DataFrame):
        raise ParameterError(
            f"ratings must be a pandas DataFrame, rows the things rated and columns the raters; "
            f"found {type(ratings).__name__}."
        )
    twice = ratings.index[ratings.index.duplicated()]
    if len(twice):
        raise ColumnError(f"ratings must name each thing once; repeated rows: {listed(twice)}. Remove the repeats.")
    frame = ratings
    if frame.columns.nlevels > 1:
        frame = frame.set_axis(flat_index(frame.columns, "rater"), axis=1)
    if frame.shape[1] < 2:
        raise TooFewError(
            f"ratings must have at least 2 columns (raters); found {listed(frame.columns) or 'none'}. "
            "Give one column per rater, one row per thing rated."
        )
    # Plain numbers have no names to look for, and looking costs more than the coefficient.
    if frame.columns.is_unique and any(kind.kind not in "iuf" for kind in frame.dtypes):
        if any(_names(column) for _, column in frame.items()):
            return _named(frame), True
        coded = [name for name, kind in frame.dtypes.items() if isinstance(kind, pd.CategoricalDtype)]
        frame = frame.astype(dict.fromkeys(coded, "object")) if coded else frame
    try:
        return _sized(numeric_frame(frame, what="ratings", min_rows=1)), False
    except OverflowError:  # a whole number may have more digits than a double can hold
        raise ScaleError(
            f"ratings must be of a size that can be squared (up to {LARGEST:g}); found a whole number of more than 300 "
            "digits. Correct it or declare it as missing."
        ) from None


def _names(column: pd.Series) -> bool:
    """True for a column with a text that is no number."""
    texts = [value for value in column if isinstance(value, str)] if column.dtype.kind not in "iufb" else []
    return bool(texts) and bool(pd.to_numeric(pd.Series(texts, dtype="object"), errors="coerce").isna().any())


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.astype("object")
    for rater, column in frame.items():
        wrong = [(thing, value) for thing, value in column.dropna().items() if not isinstance(value, str)]
        if wrong:
            raise NotNumericError(
                f"ratings must be all names or all numbers; column {quoted(rater)} has {quoted(wrong[0][1])} in row "
                f"{quoted(wrong[0][0])} while others are names. Write them in one way."
            )
    return frame


def _sized(frame: pd.DataFrame) -> pd.DataFrame:
    """The ratings, when a double can hold their squares."""
    cells = frame.to_numpy()
    used = cells[~np.isnan(cells)]
    if used.size and (np.abs(used).max() > LARGEST or 0 < np.ptp(used) < NARROWEST):
        raise ScaleError(
            f"ratings must be of a size that can be squared (up to {LARGEST:g}, spread of at least {NARROWEST:g}); "
            f"they run from {used.min():g} to {used.max():g}. Correct them, or change their unit."
        )
    # no -0.0, which would be shown as a category of its own
    return pd.DataFrame(cells + 0.0, index=frame.index, columns=frame.columns)


def _declared(categories: Sequence[object], *, names: bool) -> list[object]:
    """The declared categories: names in their order, numbers rising."""
    if isinstance(categories, str) or not isinstance(categories, Sequence | np.ndarray | pd.Index):
        raise ParameterError(
            f"categories must be a list of the scale's categories; found {quoted(categories)}. Give [1, 2, 3, 4], say."
        )
    given = [value.item() if isinstance(value, np.generic) else value for value in categories]
    kind = "names" if names else "numbers"
    wrong = [value for value in given if not (isinstance(value, str) if names else _finite(value))]
    if wrong:
        raise ParameterError(
            f"categories must be {kind}, as the ratings are; found {listed(map(quoted, wrong))}. Give them as {kind}."
        )
    if len(set(given)) < max(len(given), 2):
        raise ParameterError(
            f"categories must be at least two, each named once; found {listed(given)}. Give all points of the scale."
        )
    return [*given] if names else [*sorted(float(str(value)) for value in given)]


def _shown(point: object) -> object:
    """A whole number as one: 4, not 4.0."""
    return int(point) if isinstance(point, float) and point.is_integer() and abs(point) < 2**53 else point


def _finite(value: object) -> bool:
    return is_number(value) and abs(float(str(value))) <= LARGEST


def _within(frame: pd.DataFrame, there: NDArray[np.bool_], points: list[object], found: list[object]) -> None:
    outside = set(found) - set(points)
    if not outside:
        return
    wrong = frame.isin(list(outside)).to_numpy() & there
    row, column = (int(place) for place in np.argwhere(wrong)[0])
    scale = listed(quoted(_shown(point)) for point in points)
    raise ScaleError(
        f"ratings must be among the declared categories {scale}; {int(wrong.sum())} are not, the first "
        f"{quoted(_shown(frame.iloc[row, column]))} in column {quoted(frame.columns[column])}, row "
        f"{quoted(frame.index[row])}. Correct them, declare them as missing, or correct the categories."
    )
