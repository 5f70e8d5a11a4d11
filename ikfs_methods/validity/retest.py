"""Test-retest: the same respondents asked twice, item by item and in their total."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import betainc, ndtri, stdtr

from ikfs_methods.checks import fraction, listed, varying
from ikfs_methods.errors import ColumnError, IkfsError, TooFewError
from ikfs_methods.reliability.intraclass import intraclass_correlation
from ikfs_methods.result import Shown
from ikfs_methods.validity.scale import Floats, computable

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Differences of answers of size 1 carry an error of about 1e-16; a spread below this is rounding.
_NO_SPREAD = 1e-14


@dataclass(frozen=True, slots=True, eq=False)
class TestRetestResult(Shown):
    """Agreement of two occasions.

    `items` has a row per item and `total` is the same of the sum of all items: n, mean_first, mean_second, change
    (second minus first), t, df, p_value (paired), sd_change, r with r_low and r_high, r_p, icc_agreement and
    icc_consistency each with _low and _high, sem and mdc. `notes` says which cells are NaN and why.
    """

    __test__ = False  # pytest would take the class for one of its own

    items: pd.DataFrame
    total: pd.Series
    n_matched: int  # respondents on both occasions
    n_first_only: int
    n_second_only: int
    level: float
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """The items, one row each, and a last row `total`."""
        whole = self.total.to_frame().T.astype(self.items.dtypes.to_dict())
        return pd.concat([self.items, whole]).rename_axis("item")


def test_retest(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    level: float = 0.95,  # noqa: PT028 - named for the method; no test
) -> TestRetestResult:
    """Stability of keyed answers over two occasions (each respondents by items, the same items, matched by row label).

    Per item, over the respondents who answered it both times, and for the sum of all items, over those who answered
    all of them both times: Pearson's r with Fisher's interval (four respondents or more); the mean change with the
    paired t; ICC(A,1), which counts a general shift as disagreement, and ICC(C,1), which does not, both with the
    intervals of McGraw & Wong (1996, doi:10.1037/1082-989X.1.1.30) for two occasions; sem = sd_change / sqrt(2), the
    standard error of measurement of one occasion; and mdc = z sqrt(2) sem, the least change of one respondent that
    measurement error alone would not explain at `level` (Weir 2005, Journal of Strength and Conditioning Research 19,
    231-240). Answers the question: would the same respondents give the same answers again.

    Raises ColumnError (other items on one side; a respondent twice), TooFewError (fewer than 3 respondents with both
    answers to an item, or without a gap for the total), ConstantItemError (an item does not vary on an occasion),
    ScaleError, and what `checks.numeric_frame` raises.
    """
    fraction(level, name="level")
    before = computable(first, what="first answers", min_columns=1)
    after = computable(second, what="second answers", min_columns=1)
    _same_items(before, after)
    for frame, name in ((before, "first"), (after, "second")):
        twice = frame.index[frame.index.duplicated()]
        if len(twice):
            raise ColumnError(
                f"respondents must be matched by row label; the {name} answers repeat {listed(twice)}. "
                "Set the respondent's code as the index."
            )
    both = before.index[before.index.isin(after.index)]
    x, y = before.loc[both], after.loc[both, before.columns]
    answered = (x.notna() & y.notna()).to_numpy()
    _enough(answered, x.columns, len(before), len(after))
    complete = answered.all(axis=1)
    whole = [pd.DataFrame({"total": frame.to_numpy()[complete].sum(axis=1)}) for frame in (x, y)]
    for table in (x.where(answered), y.where(answered), *whole):
        varying(table)
    items, notes = _table(x.to_numpy(), y.to_numpy(), x.columns.rename("item"), level)
    total, more = _table(whole[0].to_numpy(), whole[1].to_numpy(), whole[0].columns, level)
    return TestRetestResult(
        items, total.iloc[0], len(both), len(before) - len(both), len(after) - len(both), level, notes + more
    )


test_retest.__test__ = False  # type: ignore[attr-defined]  # nor for a test


def _same_items(before: pd.DataFrame, after: pd.DataFrame) -> None:
    one_side = before.columns.symmetric_difference(after.columns, sort=False)
    if len(one_side):
        raise ColumnError(
            f"both occasions must have the same items; only on one of them: {listed(one_side)}. Leave them out."
        )


def _enough(answered: NDArray[np.bool_], items: pd.Index, n_first: int, n_second: int) -> None:
    count = answered.sum(axis=0)
    if (count < 3).any():
        few = listed(f"{name} ({number})" for name, number in zip(items, count, strict=True) if number < 3)
        raise TooFewError(
            "each item must be answered on both occasions by at least 3 respondents; found fewer for "
            f"{few} among {n_first} and {n_second} rows. Check that the row labels are the respondents' codes."
        )
    if answered.all(axis=1).sum() < 3:
        raise TooFewError(
            "at least 3 respondents must have answered every item on both occasions, for the total; found "
            f"{int(answered.all(axis=1).sum())} of {len(answered)}. Leave out the items with most gaps."
        )


def _table(first: Floats, second: Floats, labels: pd.Index, level: float) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """All numbers of the columns of two arrays (respondents, columns), over the cells where both are answered."""
    both = ~(np.isnan(first) | np.isnan(second))
    n = both.sum(axis=0)
    mean_first, x = _centred(first, both, n)
    mean_second, y = _centred(second, both, n)
    # in units of the largest deviation, so that no square leaves the doubles
    unit = np.maximum(np.abs(x).max(axis=0), np.abs(y).max(axis=0))
    x, y = x / unit, y / unit
    change = mean_second - mean_first
    sd_change = np.sqrt(((y - x) ** 2).sum(axis=0) / (n - 1))
    moved = sd_change > _NO_SPREAD
    t = np.divide(change / unit, sd_change / np.sqrt(n), out=np.full(len(n), np.nan), where=moved)
    t = np.where(~moved & (change == 0), 0.0, t)
    r = np.clip((x * y).sum(axis=0) / np.sqrt((x**2).sum(axis=0) * (y**2).sum(axis=0)), -1.0, 1.0)
    low, high = _fisher(r, n, level)
    table = {
        "n": n, "mean_first": mean_first, "mean_second": mean_second, "change": change, "t": t, "df": n - 1,
        "p_value": 2 * stdtr(n - 1, -np.abs(t)), "sd_change": sd_change * unit,
        "r": r, "r_low": low, "r_high": high, "r_p": betainc((n - 2) / 2, 0.5, 1 - r**2),
        **_intraclass(first, second, both, level),
        "sem": sd_change * unit / np.sqrt(2), "mdc": -ndtri((1 - level) / 2) * sd_change * unit,
    }  # fmt: skip
    frame = pd.DataFrame(table, index=labels)
    return frame, _notes(frame)


def _centred(values: Floats, both: NDArray[np.bool_], n: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Mean of the cells in use, and their deviations from it (0 elsewhere), by column."""
    shift = np.fmin.reduce(np.where(both, values, np.nan), axis=0)  # near numbers subtract without rounding
    shifted = np.where(both, values - shift, 0.0)
    mean = shifted.sum(axis=0) / n
    return shift + mean, np.where(both, shifted - mean, 0.0)


def _fisher(r: Floats, n: NDArray[np.int64], level: float) -> tuple[Floats, Floats]:
    """Fisher's interval of r, tanh(atanh r -/+ z / sqrt(n - 3)); r itself where |r| is 1, NaN below n = 4."""
    perfect = np.abs(r) >= 1
    centre = np.arctanh(np.where(perfect, 0.0, r))
    step = np.divide(-ndtri((1 - level) / 2), np.sqrt(n - 3), out=np.full(len(r), np.nan), where=n > 3)
    low, high = (np.where(perfect & (n > 3), r, np.tanh(centre + sign * step)) for sign in (-1, 1))
    return low, high


def _intraclass(first: Floats, second: Floats, both: NDArray[np.bool_], level: float) -> dict[str, Floats]:
    """ICC(A,1) and ICC(C,1) with their intervals, column by column."""
    forms = {"icc_agreement": "ICC(A,1)", "icc_consistency": "ICC(C,1)"}
    ends = {"": "estimate", "_low": "ci_low", "_high": "ci_high"}
    rows = []
    for x, y, used in zip(first.T, second.T, both.T, strict=True):
        pair = pd.DataFrame({"first": x[used], "second": y[used]})
        try:
            table = intraclass_correlation(pair, level=level).table
        except IkfsError:  # the note names the item
            rows.append(dict.fromkeys([name + end for name in forms for end in ends], np.nan))
            continue
        rows.append({n + end: float(table[c][f]) for n, f in forms.items() for end, c in ends.items()})
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _notes(table: pd.DataFrame) -> tuple[str, ...]:
    said = []
    for column, why in (
        ("t", "t of the change is undefined where every respondent changed by the same amount"),
        ("r_low", "Fisher's interval needs four respondents; there are fewer"),
        ("icc_agreement", "the intraclass correlations are undefined"),
    ):
        undefined = table.index[table[column].isna()]
        if len(undefined):
            said.append(f"{why}: {listed(undefined)}.")
    return tuple(said)
