"""Intraclass correlations of ratings: whether raters agree, one by one and as a panel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import fdtrc, fdtri

from ikfs_methods.checks import complete_rows, fraction, listed, within_scale
from ikfs_methods.errors import ConstantItemError
from ikfs_methods.result import Shown

FORMS = ("ICC(1)", "ICC(A,1)", "ICC(C,1)", "ICC(k)", "ICC(A,k)", "ICC(C,k)")
# A mean square below this share of all variation is rounding: squares of ratings carry errors of about 1e-16.
_NOTHING = 1e-14
LARGEST = 1e150  # the square of a larger number does not exist in doubles


@dataclass(frozen=True, slots=True, eq=False)
class IntraclassResult(Shown):
    """Six intraclass correlations of one table of ratings.

    `table` is indexed by form: estimate, ci_low, ci_high, F, df1, df2, p_value (of the test that the correlation is
    0). `components` are the variances of things, raters and residual, in squared rating points, as estimated: one
    below 0 stands for 0. A value that does not exist is missing in `table` and named in `notes`.
    """

    table: pd.DataFrame
    components: pd.Series
    level: float
    n_things: int  # rows used
    n_raters: int
    n_dropped: int  # rows with a missing rating
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """The table, a row a form."""
        return self.table.copy()


@dataclass(frozen=True, slots=True)
class _Squares:
    """Mean squares of a two-way table of n things and k raters."""

    things: float
    raters: float
    residual: float
    within: float
    n: int
    k: int


def intraclass_correlation(ratings: pd.DataFrame, *, level: float = 0.95) -> IntraclassResult:
    """Intraclass correlations of ratings (rows the things rated, columns the raters), rows with a gap left out.

    McGraw & Wong (1996, doi:10.1037/1082-989X.1.1.30), with Shrout & Fleiss's (1979) names: ICC(1), ICC(k): each thing
    has raters of its own (ICC1, ICC1k); ICC(A,1), ICC(A,k): the same raters, absolute agreement (ICC2, ICC2k);
    ICC(C,1), ICC(C,k): consistency, rater means aside (ICC3, ICC3k). The first of each pair is the reliability of one
    rater, the second that of the mean of all k. ICC(C,k) is Cronbach's alpha of the raters. The intervals at `level`
    are exact for normal ratings in the forms 1 and C and Satterthwaite's approximation in the forms A, each with its
    own degrees of freedom, so that the ends of ICC(A,k) are not those of ICC(A,1) stepped up by Spearman and Brown's
    formula, as its estimate is. F tests a correlation of 0, in the forms A as in C; so does psych, while the R package
    irr gives other degrees of freedom to the test of the forms A.

    Answers the questions: how well do different raters give the same thing the same rating, and how good is their mean?

    Raises ConstantItemError when the things do not differ in their mean rating, TooFewError below two rows or columns,
    ParameterError, and what `checks.numeric_frame` raises.
    """
    fraction(level, name="level")
    used = complete_rows(ratings, what="ratings")
    values = within_scale(used, -LARGEST, LARGEST).to_numpy()
    # Correlations do not change with the unit of the ratings; this one, a power of two, keeps squares within range.
    unit = float(np.ldexp(1.0, int(np.frexp(np.abs(values).max())[1])))
    squares = _squares(values / unit)
    rows = {**_own_raters(squares, level), **_consistency(squares, level), **_agreement(squares, level)}
    columns = ["estimate", "ci_low", "ci_high", "F", "df1", "df2", "p_value"]
    table = pd.DataFrame.from_dict({form: rows[form] for form in FORMS}, orient="index", columns=columns)
    table.index.name = "form"
    return IntraclassResult(
        table=table,
        components=_components(squares) * unit**2,
        level=level,
        n_things=squares.n,
        n_raters=squares.k,
        n_dropped=len(ratings) - squares.n,
        notes=_notes(table),
    )


def _squares(values: np.ndarray) -> _Squares:
    n, k = values.shape
    centred = values - values.mean()
    rows, columns = centred.mean(axis=1), centred.mean(axis=0)
    residual = centred - rows[:, None] - columns
    within = centred - rows[:, None]
    things = k * float((rows**2).sum()) / (n - 1)
    all_of_it = float((centred**2).sum()) + _NOTHING * float((values**2).sum())
    if things * (n - 1) <= _NOTHING * all_of_it or all_of_it == 0:
        raise ConstantItemError(
            f"the things rated must differ in their mean rating; all {n} have the same. "
            "Check that things are rows and raters are columns."
        )
    parts = [
        n * float((columns**2).sum()) / (k - 1),
        float((residual**2).sum()) / ((n - 1) * (k - 1)),
        float((within**2).sum()) / (n * (k - 1)),
    ]
    raters, left, inside = (0.0 if part <= _NOTHING * all_of_it else part for part in parts)
    return _Squares(things, raters, left, inside, n, k)


def _interval_of_ratio(ratio: float, df1: float, df2: float, level: float) -> tuple[float, float]:
    """Limits of the ratio of two expected mean squares."""
    tail = (1 - level) / 2
    return ratio / float(fdtri(df1, df2, 1 - tail)), ratio * float(fdtri(df2, df1, 1 - tail))


def _single(ratio: float, k: float) -> float:
    """Reliability of one rater from the ratio of mean squares: (F - 1) / (F + k - 1), 1 for an infinite ratio."""
    return 1.0 if np.isinf(ratio) else (ratio - 1) / (ratio + k - 1)


def _test(top: float, bottom: float, df1: int, df2: int) -> tuple[float, float, float, float]:
    ratio = top / bottom if bottom > 0 else np.inf
    return ratio, float(df1), float(df2), float(fdtrc(df1, df2, ratio)) if bottom > 0 else 0.0


def _one_and_many(ratio: float, test: tuple[float, ...], k: int, level: float) -> tuple[list[float], list[float]]:
    """Rows of the single and the average form: both are functions of one ratio of mean squares."""
    limits = (ratio, *_interval_of_ratio(ratio, test[1], test[2], level))
    return [*(_single(limit, k) for limit in limits), *test], [*(1 - 1 / limit for limit in limits), *test]


def _own_raters(squares: _Squares, level: float) -> dict[str, list[float]]:
    n, k = squares.n, squares.k
    test = _test(squares.things, squares.within, n - 1, n * (k - 1))
    single, average = _one_and_many(test[0], test, k, level)
    return {"ICC(1)": single, "ICC(k)": average}


def _consistency(squares: _Squares, level: float) -> dict[str, list[float]]:
    n, k = squares.n, squares.k
    test = _test(squares.things, squares.residual, n - 1, (n - 1) * (k - 1))
    single, average = _one_and_many(test[0], test, k, level)
    return {"ICC(C,1)": single, "ICC(C,k)": average}


def _agreement(squares: _Squares, level: float) -> dict[str, list[float]]:
    n, k, things = squares.n, squares.k, squares.things
    raters, residual = squares.raters, squares.residual
    test = _test(things, residual, n - 1, (n - 1) * (k - 1))
    rows = {}
    for form, other in (
        ("ICC(A,1)", (k * (raters - residual) + (k - 1) * n * residual) / n),
        ("ICC(A,k)", (raters - residual) / n),
    ):
        estimate = _share(things - residual, things + other)
        low = high = 1.0
        if residual > 0 or raters > 0:
            f_low, f_high = _satterthwaite(estimate, squares, level)
            low = _share(things - f_low * residual, things + f_low * other)
            high = _share(f_high * things - residual, f_high * things + other)
        rows[form] = [estimate, low, high, *test]
    return rows


def _share(top: float, bottom: float) -> float:
    """A share that does not exist where raters differ so little, and things so little, that nothing is left below."""
    return top / bottom if bottom > 0 else np.nan


def _satterthwaite(estimate: float, squares: _Squares, level: float) -> tuple[float, float]:
    """Critical F of both tails, with the df of a mixture of rater and residual mean squares (McGraw & Wong, table 7).

    The average form enters its own estimate, as the R package irr does; psych and pingouin enter that of one rater.
    """
    n, k = squares.n, squares.k
    if np.isnan(estimate):
        return np.nan, np.nan
    scale = k / n
    raters = scale * estimate * squares.raters
    residual = ((1 - estimate) + scale * (n - 1) * estimate) * squares.residual
    spread = raters**2 / (k - 1) + residual**2 / ((n - 1) * (k - 1))
    df = (raters + residual) ** 2 / spread if spread > 0 else 0.0
    if df <= 0:
        return np.nan, np.nan
    tail = (1 - level) / 2
    return float(fdtri(n - 1, df, 1 - tail)), float(fdtri(df, n - 1, 1 - tail))


def _components(squares: _Squares) -> pd.Series:
    return pd.Series(
        {
            "things": (squares.things - squares.residual) / squares.k,
            "raters": (squares.raters - squares.residual) / squares.n,
            "residual": squares.residual,
        },
        name="components",
    )


def _notes(table: pd.DataFrame) -> tuple[str, ...]:
    notes = []
    gaps = [
        f"{column} of {form}" for form in table.index for column in table.columns if np.isnan(table.loc[form, column])
    ]
    if gaps:
        notes.append(
            f"The things differ less than the raters' disagreement leads one to expect, so that these do not exist: "
            f"{listed(gaps)}."
        )
    if np.isinf(table["F"]).any():
        notes.append("Raters agree without any residue in some forms: F is infinite and the interval a point there.")
    return tuple(notes)
