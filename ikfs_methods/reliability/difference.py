"""Differences of two alphas, of two groups, two rounds, or two sets of items that the same respondents answered."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtr, fdtrc, stdtr

from ikfs_methods.checks import flag, fraction, generator, numeric_frame, one_of
from ikfs_methods.errors import ColumnError, MatrixError, TooFewError
from ikfs_methods.reliability.covariance import ItemCovariance, Missing, alpha_of, item_covariance
from ikfs_methods.reliability.interval import defined, feldt, resampled_alphas, resamples
from ikfs_methods.result import Shown

Floats = NDArray[np.float64]
# An alpha nearer to 1 than this is 1 up to rounding; 1 - alpha, which the tests divide by, has no digit left.
PERFECT = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class AlphaDifferenceResult(Shown):
    """Two alphas, their difference (first - second) with its interval, and a test that they are equal."""

    first_alpha: float
    second_alpha: float
    difference: float
    ci_low: float
    ci_high: float
    test: Literal["feldt_w", "adjusted_t"]  # independent (Feldt 1969); dependent (Feldt 1980, adjusted to few items)
    statistic: float  # W = (1 - second) / (1 - first), or t
    df1: float  # of F, or of t
    df2: float | None  # of F
    p_value: float  # two-sided
    r_totals: float | None  # correlation of the two sums, dependent only
    level: float
    interval: Literal["feldt", "bootstrap"]
    draws: int
    missing: Missing
    n_first: int  # rows used
    n_second: int
    dropped_first: int  # rows given but not used
    dropped_second: int

    def to_frame(self) -> pd.DataFrame:
        """One row per coefficient: coefficient, estimate; undefined ones left out."""
        names = ("first_alpha", "second_alpha", "difference", "ci_low", "ci_high", "statistic", "df1", "df2", "p_value")
        rows = [(name, getattr(self, name)) for name in (*names, "r_totals")]
        return pd.DataFrame([row for row in rows if row[1] is not None], columns=["coefficient", "estimate"])


def alpha_difference(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    dependent: bool = False,
    level: float = 0.95,
    interval: Literal["feldt", "bootstrap"] = "feldt",
    draws: int = 1000,
    rng: np.random.Generator | int | None = None,
    missing: Missing = "listwise",
) -> AlphaDifferenceResult:
    """Difference of the alphas of two sets of keyed answers (respondents by items), with a test and an interval.

    Independent samples (two groups, two rounds; the items may differ in number): W = (1 - alpha2)/(1 - alpha1) against
    F, its degrees of freedom from the first two moments of W (Feldt 1969, Psychometrika 34, 363-373).
    dependent: the same respondents, matched by row label: t = (alpha1 - alpha2) sqrt(n - 2) /
    sqrt(2 (1 - alpha1)(1 - alpha2)(k1/(k1-1) + k2/(k2-1) - 2r²)), r the correlation of the two sums, n - 2 degrees of
    freedom: Feldt's t (1980, Psychometrika 45, 99-105) for k1 and k2 items, our own adjustment, see `feldt_t`. Where
    the same items are answered twice their errors go together too, and the test finds differences too seldom.
    Answers the question: has the reliability changed, or does it differ between groups?

    interval: `feldt` joins the two Feldt intervals as Zou does (2007, Psychological Methods 12, 399-413), dependent
    alphas with the correlation that `errors_correlation` gives; `bootstrap` takes percentiles of `draws` resamples,
    chance from `rng`.

    Raises TooFewError (with fewer than about 7 respondents in a sample W has no second moment), MatrixError (an alpha
    of 1, or two sums that agree entirely), ColumnError (no common or repeated row labels when dependent), and what
    `cronbach_alpha` raises.
    """
    chance = _checked(dependent, level, interval, missing, rng)
    if dependent:
        first, second, lost_first, lost_second = _matched(first, second, missing)
    else:
        lost_first = lost_second = 0
    sets = (item_covariance(first, missing=missing), item_covariance(second, missing=missing))
    alphas = _imperfect(alpha_of(sets[0].matrix.to_numpy()), alpha_of(sets[1].matrix.to_numpy()))
    r = _totals_correlation(sets, missing) if dependent else None
    statistic, df1, df2, p = _tested(alphas, sets, r)
    if interval == "feldt" or chance is None:
        low, high = _joined(alphas, sets, r=r, level=level)
    else:
        low, high = _bootstrap(sets, dependent=dependent, level=level, draws=draws, chance=chance)
    return AlphaDifferenceResult(
        first_alpha=alphas[0],
        second_alpha=alphas[1],
        difference=alphas[0] - alphas[1],
        ci_low=low,
        ci_high=high,
        test="adjusted_t" if dependent else "feldt_w",
        statistic=statistic,
        df1=df1,
        df2=df2,
        p_value=p,
        r_totals=r,
        level=level,
        interval=interval,
        draws=draws if interval == "bootstrap" else 0,
        missing=missing,
        n_first=len(sets[0].used),
        n_second=len(sets[1].used),
        dropped_first=sets[0].n_dropped + lost_first,
        dropped_second=sets[1].n_dropped + lost_second,
    )


def _checked(
    dependent: object, level: float, interval: str, missing: str, rng: np.random.Generator | int | None
) -> np.random.Generator | None:
    """The random generator, where one is needed or given, when the options are what they must be."""
    flag(dependent, name="dependent")  # type: ignore[arg-type]
    fraction(level, name="level")
    one_of(interval, ("feldt", "bootstrap"), name="interval")
    one_of(missing, ("listwise", "pairwise"), name="missing")
    return generator(rng) if interval == "bootstrap" or rng is not None else None


def feldt_w(
    alphas: tuple[ArrayLike, ArrayLike], n: tuple[ArrayLike, ArrayLike], k: tuple[ArrayLike, ArrayLike]
) -> tuple[Floats, Floats, Floats, Floats]:
    """W = (1 - second)/(1 - first), its two degrees of freedom and two-sided p, for numbers or arrays of one shape.

    W is a product of two independent F, with n2-1 on the second's lower and (n1-1)(k1-1) on the first's lower degrees;
    the F that shares its first two moments has df2 = 2A/(A-1) and df1 = 2A²/(2B - AB - A²), A and B the mean and
    the mean square of W (Feldt 1969). With many items they come near n1-1 and n2-1, the short form of Charter & Feldt
    1996 (Perceptual and Motor Skills 82, 763-768), which with few items finds differences too often. NaN where samples
    are too small for these moments.
    """
    (a1, a2), (n1, n2), (k1, k2) = ([np.asarray(value, dtype=np.float64) for value in pair] for pair in (alphas, n, k))
    w = (1 - a2) / (1 - a1)
    m1, m2, b1, b2 = n1 - 1, (n1 - 1) * (k1 - 1), (n2 - 1) * (k2 - 1), n2 - 1
    with np.errstate(divide="ignore", invalid="ignore"):  # moments that do not exist are taken out below
        mean = b2 / (b2 - 2) * m2 / (m2 - 2)
        square = (b1 + 2) * b2**2 * (m1 + 2) * m2**2 / ((b2 - 2) * (b2 - 4) * (m2 - 2) * (m2 - 4) * b1 * m1)
        df1, df2 = 2 * mean**2 / (2 * square - mean * square - mean**2), 2 * mean / (mean - 1)
        exists = (m2 > 4) & (b2 > 4) & (df1 > 0) & (df2 > 4)
        df1, df2 = np.where(exists, df1, np.nan), np.where(exists, df2, np.nan)
        p = np.minimum(1.0, 2 * np.minimum(fdtr(df1, df2, w), fdtrc(df1, df2, w)))
    return w, df1, df2, p


def _tested(
    alphas: tuple[float, ...], sets: tuple[ItemCovariance, ItemCovariance], r: float | None
) -> tuple[float, float, float | None, float]:
    """Statistic, degrees of freedom (two of F, one of t) and p; `r` of dependent sets, None of independent ones."""
    (n1, k1), (n2, k2) = (part.used.shape for part in sets)
    if r is not None:
        return feldt_t((alphas[0], alphas[1]), n1, r, (k1, k2))
    w, df1, df2, p = (float(value) for value in feldt_w((alphas[0], alphas[1]), (n1, n2), (k1, k2)))
    if np.isnan(p):
        raise TooFewError(
            f"Feldt's test of two alphas needs more respondents; {n1} with {k1} items in the first and {n2} with {k2} "
            "items in the second leave its degrees of freedom undefined. Supply at least 10 in each."
        )
    return w, df1, df2, p


def feldt_t(
    alphas: tuple[float, float], n: int, r: float, k: tuple[float, float] = (inf, inf)
) -> tuple[float, float, None, float]:
    """Statistic t of two alphas of the same n respondents, its degrees of freedom and two-sided p.

    r is the correlation of the two sums, k the numbers of items; without end they give Feldt's own t (1980), which
    with few items finds differences too often. For k parallel normal items ln(1 - alpha) is, but for a constant, the
    log of the mean square of the residuals, on (n-1)(k-1) degrees of freedom, less that of the respondents, on n-1:
    its variance is 2/(n-1) (1 + 1/(k-1)). Two sets share what is in their sums, covariance 2r²/(n-1), not their
    residuals. The variance of the difference is 2/(n-1) (k1/(k1-1) + k2/(k2-1) - 2r²), Feldt's 4(1 - r²)/(n-1) in the
    limit. Raises MatrixError where r is 1 or -1.
    """
    if 1 - r**2 <= PERFECT:
        raise MatrixError(
            "the sums of first and second must not be perfectly correlated, or dependent alphas cannot be tested; "
            f"found r = {r:.6g}. Give two different sets of items or of answers."
        )
    spread = 2 * (1 / (1 - 1 / k[0]) + 1 / (1 - 1 / k[1]) - 2 * r**2)  # k/(k-1), also without end
    t = (alphas[0] - alphas[1]) * sqrt(n - 2) / sqrt((1 - alphas[0]) * (1 - alphas[1]) * spread)
    return t, float(n - 2), None, float(2 * stdtr(n - 2, -abs(t)))


def errors_correlation(r: float, k: tuple[int, int]) -> float:
    """How the sampling errors of two alphas of the same respondents correlate; r of the sums, k numbers of items.

    The covariance and variances of `feldt_t`: r² sqrt((k1-1)(k2-1)/(k1 k2)), r² with many items.
    """
    return r**2 * sqrt((1 - 1 / k[0]) * (1 - 1 / k[1]))


def _joined(
    alphas: tuple[float, ...], sets: tuple[ItemCovariance, ItemCovariance], *, r: float | None, level: float
) -> tuple[float, float]:
    """Zou's interval of a difference from the separate intervals."""
    (low1, high1), (low2, high2) = (
        feldt(alpha, n=part.used.shape[0], k=part.used.shape[1], level=level)
        for alpha, part in zip(alphas, sets, strict=True)
    )
    shared = 0.0 if r is None else errors_correlation(r, (sets[0].used.shape[1], sets[1].used.shape[1]))

    def reach(one: float, other: float) -> float:
        return sqrt(max(0.0, one**2 - 2 * shared * one * other + other**2))

    difference = alphas[0] - alphas[1]
    return difference - reach(alphas[0] - low1, high2 - alphas[1]), difference + reach(
        high1 - alphas[0], alphas[1] - low2
    )


def _bootstrap(
    sets: tuple[ItemCovariance, ItemCovariance],
    *,
    dependent: bool,
    level: float,
    draws: int,
    chance: np.random.Generator,
) -> tuple[float, float]:
    values = [part.used.to_numpy() for part in sets]
    of = [resampled_alphas(part) for part in values]
    if dependent:  # one draw of respondents serves both
        parts = [[alphas(counts)[0] for alphas in of] for counts in resamples(len(values[0]), draws=draws, rng=chance)]
        drawn = [np.concatenate([part[side] for part in parts]) for side in (0, 1)]
    else:
        drawn = [
            np.concatenate([of[side](counts)[0] for counts in resamples(len(values[side]), draws=draws, rng=chance)])
            for side in (0, 1)
        ]
    first, second = (defined(alphas, n=len(part)) for alphas, part in zip(drawn, values, strict=True))
    low, high = np.quantile(first - second, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return low, high


def _imperfect(first: float, second: float) -> tuple[float, float]:
    """Both alphas, when below 1; else a MatrixError."""
    perfect = [name for name, alpha in (("first", first), ("second", second)) if 1 - alpha <= PERFECT]
    if perfect:
        raise MatrixError(
            f"both alphas must be below 1 to be compared; that of {' and '.join(perfect)} is 1: its items repeat each "
            "other. Leave out the repeats."
        )
    return first, second


def _matched(
    first: pd.DataFrame, second: pd.DataFrame, missing: Missing
) -> tuple[pd.DataFrame, pd.DataFrame, int, int]:
    """The answers to both of those who answered both (under the policy), in one order; how many rows each lost."""
    frames = [numeric_frame(frame, what=what, min_rows=1) for frame, what in ((first, "first"), (second, "second"))]
    for frame, what in zip(frames, ("first", "second"), strict=True):
        if frame.index.has_duplicates:
            raise ColumnError(f"row labels of {what} must name each respondent once to be matched. Set a unique index.")
    common = frames[0].index.intersection(frames[1].index, sort=False)
    if not len(common):
        raise ColumnError("first and second must share row labels when dependent; none is shared. Set a common index.")
    answered = [frame.loc[common].notna().to_numpy() for frame in frames]
    enough = [part.all(axis=1) if missing == "listwise" else part.any(axis=1) for part in answered]
    both = common[np.asarray(enough[0] & enough[1], dtype=np.bool_)]
    if len(both) < 3:
        raise TooFewError(
            f"at least 3 respondents must have answered both first and second; found {len(both)} of {len(common)}. "
            "Supply more data."
        )
    return frames[0].loc[both], frames[1].loc[both], len(first) - len(both), len(second) - len(both)


def _totals_correlation(sets: tuple[ItemCovariance, ItemCovariance], missing: Missing) -> float:
    """Correlation of the sum of one set with the sum of the other, from the covariances of all their items."""
    k = sets[0].used.shape[1]
    joined = pd.concat([part.used.add_prefix(name) for name, part in zip(("1: ", "2: "), sets, strict=True)], axis=1)
    matrix = item_covariance(joined, missing=missing).matrix.to_numpy()
    return float(matrix[:k, k:].sum() / sqrt(matrix[:k, :k].sum() * matrix[k:, k:].sum()))
