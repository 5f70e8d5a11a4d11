"""Discrimination of items by extreme groups: the respondents with the highest totals against those with the lowest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr

from ikfs_methods.checks import complete_rows, fraction, listed, one_of, quoted, varying
from ikfs_methods.errors import ConstantItemError, ParameterError, TooFewError
from ikfs_methods.result import Shown
from ikfs_methods.validity.scale import Floats, computable

By = Literal["total", "rest"]
Missing = Literal["listwise", "pairwise"]

# Totals are compared on the scale from their least to their greatest value: sums of the same answers in another order
# differ there by about 1e-15, and totals that differ at all by far more.
_SAME_TOTAL = 12


@dataclass(frozen=True, slots=True, eq=False)
class ExtremeGroupsResult(Shown):
    """The two groups on every item.

    `items` has a row per item: n_low, n_high, mean_low, mean_high, difference (high minus low, scale points), t, df,
    p_value (Welch, two-sided), d (difference over the pooled standard deviation). t, df, p_value and d are NaN where a
    group has fewer than two answers or neither group varies; `notes` names those items.
    """

    items: pd.DataFrame
    share: float
    by: By
    n: int  # rows used
    n_dropped: int  # rows given but not used
    missing: Missing
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """The items, one row each."""
        return self.items.copy()


def extreme_groups(
    answers: pd.DataFrame, *, share: float = 0.27, by: By = "total", missing: Missing = "listwise"
) -> ExtremeGroupsResult:
    """Each item's mean in the upper and the lower group of respondents (keyed answers, respondents by items).

    The groups hold the `share` of respondents with the highest and lowest totals: 27 % is Kelley's (1939, Journal of
    Educational Psychology 30, 17-24) best compromise between distinct and large groups. `by`: total ranks respondents
    by the sum of all items, the item among them, as is usual (Edwards 1957, Techniques of Attitude Scale Construction,
    who takes 25 % and Student's t); rest leaves the item itself out of the sum, so that it cannot separate the groups
    by having made them. t is Welch's, for groups of unequal spread. Answers the question: do respondents who stand
    high on the whole also choose the higher answers of this item.

    Group size: share times n to the nearest whole number, at least two where n allows it. Everybody tied with the last
    one taken belongs to the group too, so that the order of rows does not matter. Where both groups would end at the
    same total, those who have it are left out of both, unless a group would be empty without them.

    missing: `listwise` uses rows without a gap; `pairwise` ranks by the mean of the answers given and compares the
    answers that exist.

    Raises TooFewError (fewer than 2 rows, an item without answers), ConstantItemError (an item, or the totals, do not
    vary), ParameterError (a share above one half), ScaleError, and what `checks.numeric_frame` raises.
    """
    checked_share(share, by)
    one_of(missing, ("listwise", "pairwise"), name="missing")
    frame = computable(answers, min_rows=2, min_columns=1 if by == "total" else 2)
    used = complete_rows(frame, min_columns=1) if missing == "listwise" else frame.dropna(how="all")
    empty = used.columns[used.notna().sum() == 0]
    if len(empty):
        raise TooFewError(f"each item must have an answer; none for {listed(empty)}. Leave the item out.")
    varying(used)
    items, notes = compared(used, share=share, by=by)
    return ExtremeGroupsResult(items, share, by, len(used), len(answers) - len(used), missing, notes)


def checked_share(share: float, by: By) -> None:
    """Raises ParameterError for a share above one half or an unknown way to rank respondents."""
    if fraction(share, name="share") > 0.5:
        raise ParameterError(
            f"share must be at most 0.5, or the groups would overlap; found {quoted(share)}. 0.27 is usual."
        )
    one_of(by, ("total", "rest"), name="by")


def compared(used: pd.DataFrame, *, share: float, by: By) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The table of `extreme_groups` for checked answers that vary, and notes on what is undefined in it."""
    values = used.to_numpy()
    low, high = _groups(_totals(used, by), share)
    answered = ~np.isnan(values)
    centre = np.nanmean(values, axis=0)
    centred = np.where(answered, values - centre, 0.0)
    n_low, mean_low, var_low = _moments(centred, low & answered)
    n_high, mean_high, var_high = _moments(centred, high & answered)
    difference = mean_high - mean_low
    error_low, error_high = var_low / n_low, var_high / n_high
    error = error_low + error_high
    # A spread below this is what rounding leaves of equal answers.
    defined = (n_low > 1) & (n_high > 1) & (error > 1e-28 * np.square(centred).max(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(defined, difference / np.sqrt(error), np.nan)
        # the two parts of the error as shares, so that their squares stay within doubles
        part = error_low / error
        df = np.where(defined, 1 / (part**2 / (n_low - 1) + (1 - part) ** 2 / (n_high - 1)), np.nan)
        pooled = ((n_low - 1) * var_low + (n_high - 1) * var_high) / (n_low + n_high - 2)
        d = np.where(defined, difference / np.sqrt(pooled), np.nan)
    table = {
        "n_low": n_low.astype(np.int64), "n_high": n_high.astype(np.int64), "mean_low": mean_low + centre,
        "mean_high": mean_high + centre, "difference": difference, "t": t, "df": df,
        "p_value": 2 * stdtr(df, -np.abs(t)), "d": d,
    }  # fmt: skip
    items = pd.DataFrame(table, index=used.columns.rename("item"))
    return items, _notes(items, defined)


def _notes(items: pd.DataFrame, defined: NDArray[np.bool_]) -> tuple[str, ...]:
    few = ((items["n_low"] < 2) | (items["n_high"] < 2)).to_numpy()
    said = []
    for wrong, why in (
        (few, "an extreme group has fewer than two answers"),
        (~defined & ~few, "neither extreme group varies"),
    ):
        if wrong.any():
            said.append(f"t of the extreme groups is undefined where {why}: {listed(items.index[wrong])}.")
    return tuple(said)


def _totals(used: pd.DataFrame, by: By) -> Floats:
    """Mean answer per respondent (n, 1), or per item the mean of the other items (n, k); NaN without any answer."""
    values = used.to_numpy()
    answered = ~np.isnan(values)
    filled = np.where(answered, values, 0.0)
    total, count = filled.sum(axis=1, keepdims=True), answered.sum(axis=1, keepdims=True)
    if by == "rest":
        total, count = total - filled, count - answered
    means = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    least, most = np.fmin.reduce(means, axis=0), np.fmax.reduce(means, axis=0)
    # Where the items cancel, rounding leaves about 1e-16 of the answers' size.
    flat = ~(most - least > 1e-12 * np.abs(filled).max())
    if flat.any():
        raise ConstantItemError(
            "the totals must vary, or there are no extreme groups; they do not"
            + (f" without {listed(used.columns[flat])}" if by == "rest" else f" over {len(used)} respondents")
            + ". Check the direction of the items."
        )
    return np.asarray(np.round((means - least) / (most - least), _SAME_TOTAL))


def _groups(totals: Floats, share: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Who belongs to the lower and the upper group, by column of `totals`."""
    ordered = np.sort(totals, axis=0)  # NaN last
    n = (~np.isnan(totals)).sum(axis=0)
    size = np.minimum(np.maximum(np.floor(share * n + 0.5), 2), np.maximum(n // 2, 1)).astype(np.int64)
    columns = np.arange(totals.shape[1])
    low_end, high_end = ordered[size - 1, columns], ordered[n - size, columns]
    low, high = totals <= low_end, totals >= high_end
    met = low_end == high_end
    below, above = met & (totals < low_end), met & (totals > high_end)
    low = np.where(met & below.any(axis=0), below, low)
    high = np.where(met & above.any(axis=0), above, high)
    # One side is empty without the shared total and takes it; the other keeps what lies beyond.
    return low, high


def _moments(centred: Floats, member: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Number, mean and variance (divisor n - 1) of the members' values, by column; NaN where they do not exist."""
    n = member.sum(axis=0).astype(np.float64)
    kept = np.where(member, centred, 0.0)
    mean = np.divide(kept.sum(axis=0), n, out=np.full(len(n), np.nan), where=n > 0)
    squares = np.where(member, np.square(centred - mean), 0.0).sum(axis=0)
    return n, mean, np.divide(squares, n - 1, out=np.full(len(n), np.nan), where=n > 1)
