"""Split-half reliability over all ways to halve the items, and of the odd against the even items."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, islice
from math import comb
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ikfs_methods.checks import generator, one_of, whole
from ikfs_methods.correlation import CorrelationResult
from ikfs_methods.errors import MatrixError
from ikfs_methods.reliability.covariance import NO_VARIANCE, Missing, alpha_of
from ikfs_methods.reliability.interval import MOST_DRAWS
from ikfs_methods.reliability.moments import item_moments
from ikfs_methods.result import Shown

Floats = NDArray[np.float64]
Odd = Literal["all", "psych"]

MOST_ITEMS = 16  # 6,435 splits; 17 items have 24,310, and each further pair of items about four times as many
_QUANTILES = (0.0, 0.025, 0.25, 0.5, 0.75, 0.975, 1.0)
_BLOCK = 2_000_000  # cells (splits times items) held at once: 16 MB an array


@dataclass(frozen=True, slots=True, eq=False)
class SplitHalfResult(Shown):
    """Split-half coefficients of one set of items.

    `values` holds the coefficient of every split that was tried, `quantiles` describe them. `odd_even` is the
    correlation of the sums of the 1st, 3rd, 5th ... and of the 2nd, 4th, 6th ... items, `spearman_brown` and
    `flanagan_rulon` are the reliabilities that follow from this one split.
    """

    maximum: float
    minimum: float
    mean: float
    quantiles: pd.Series
    odd_even: float
    spearman_brown: float
    flanagan_rulon: float
    n_splits: int
    exhaustive: bool  # every split was tried
    values: Floats
    best: tuple[tuple[str, ...], tuple[str, ...]]
    worst: tuple[tuple[str, ...], tuple[str, ...]]
    standardized: bool  # of correlations
    missing: str  # as the correlations were made; "given" for a matrix
    n_items: int
    n_respondents: int | None  # None for a matrix
    n_dropped: int | None
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per coefficient: coefficient, estimate."""
        names = ("maximum", "minimum", "mean", "odd_even", "spearman_brown", "flanagan_rulon")
        rows = [(name, float(getattr(self, name))) for name in names]
        rows += [(f"quantile_{share:g}", float(value)) for share, value in self.quantiles.items()]
        return pd.DataFrame(rows, columns=["coefficient", "estimate"])


def split_half(
    answers: pd.DataFrame | CorrelationResult,
    *,
    draws: int = 10_000,
    rng: np.random.Generator | int | None = 0,
    standardized: bool = False,
    missing: Missing = "listwise",
    odd: Odd = "all",
) -> SplitHalfResult:
    """Reliability of the sum of keyed answers (respondents by items) from the halves it can be split into.

    Of halves A and B the coefficient is 4 cov(A, B) / var(A + B) (Flanagan; Rulon 1939; Guttman 1945, doi:10.1007/
    BF02288892, eq. 37): a lower bound of reliability, for each split. Its mean over all splits of an even number of
    items is alpha (Cronbach 1951, doi:10.1007/BF02310555, eq. 16). Up to 16 items all splits are tried; beyond,
    `draws` random ones, chance from `rng` (a Generator or a seed; without one seed 0, so that the result can be made
    again). `spearman_brown` is 2r/(1+r) of the odd-even split.
    A covariance or correlation matrix may stand in place of answers.

    An odd number of items is split into halves that differ by one item, in all ways. The R package psych (2.2.9) tries
    only the first half of them in lexicographic order, so that its extremes depend on the order of the items; and of 3,
    7 or 15 items, whose splits are odd in number, it takes one more than half but divides their sum by the half, so
    that its mean comes out too high. psych also gives the items equal variances first. Its numbers are those of
    `odd="psych"` with `standardized=True`. missing: see `cronbach_alpha`.

    Answers the question: how far does the reliability depend on which items happen to face each other?

    Raises ParameterError, MatrixError where the sum, or the odd or even items, do not vary, and whatever
    `item_covariance` raises.
    """
    one_of(odd, ("all", "psych"), name="odd")
    whole(draws, MOST_DRAWS, name="draws", remedy="10000 is usual.")
    chance = None if rng is None else generator(rng)  # a wrong seed is refused also where no chance is needed
    given = item_moments(answers, standardized=standardized, missing=missing)
    matrix, k = given.array, len(given.matrix)
    alpha_of(matrix)  # refuses a sum that does not vary
    exhaustive = k <= MOST_ITEMS
    signs = all_splits(k, odd) if exhaustive else _random_splits(k, int(draws), generator(chance))
    values = split_coefficients(matrix, signs)
    r, rulon = _odd_even(matrix)
    return SplitHalfResult(
        maximum=float(values.max()),
        minimum=float(values.min()),
        mean=_mean(values, k, psych=odd == "psych" and exhaustive),
        quantiles=pd.Series(np.quantile(values, _QUANTILES), index=_QUANTILES, name="quantiles"),
        odd_even=r,
        spearman_brown=2 * r / (1 + r),
        flanagan_rulon=rulon,
        n_splits=len(values),
        exhaustive=exhaustive,
        values=values,
        best=halves_of(signs[values.argmax()], given.matrix.columns),
        worst=halves_of(signs[values.argmin()], given.matrix.columns),
        standardized=given.standardized,
        missing=given.missing,
        n_items=k,
        n_respondents=given.n,
        n_dropped=given.n_dropped,
        notes=_notes(k, exhaustive=exhaustive, draws=int(draws)),
    )


def split_coefficients(matrix: Floats, signs: Floats) -> Floats:
    """4 cov(A, B) / var(A + B) of each split: 1 - s'Cs / 1'C1, where s is 1 for A and -1 for B; signs (splits, k)."""
    size = max(1, _BLOCK // len(matrix))
    parts = [np.einsum("si,si->s", block @ matrix, block) for block in _blocks(signs, size)]
    return np.asarray(1.0 - np.concatenate(parts) / matrix.sum())


def _blocks(signs: Floats, size: int) -> list[Floats]:
    return [signs[start : start + size] for start in range(0, len(signs), size)]


@lru_cache(maxsize=4)
def all_splits(k: int, odd: Odd = "all") -> Floats:
    """Every split of k items into halves of k // 2 and k - k // 2 items, once, as rows of 1 and -1."""
    if odd == "psych" and k % 2:
        many = -(-comb(k, k // 2) // 2)  # rounded up
        half = islice(combinations(range(k), k // 2), many)
        signs = np.full((many, k), -1.0)
        np.put_along_axis(signs, np.array(list(half)), 1.0, axis=1)
    else:
        # Even halves come in pairs that say the same, of which the one without the last item in A is kept.
        codes = np.arange(2 ** (k - 1 if k % 2 == 0 else k), dtype=np.uint32)
        codes = codes[np.bitwise_count(codes) == k // 2]
        signs = 2.0 * ((codes[:, None] >> np.arange(k, dtype=np.uint32)) & 1) - 1.0
    signs.setflags(write=False)
    return signs


def _random_splits(k: int, draws: int, rng: np.random.Generator) -> Floats:
    places = np.tile(np.arange(k), (draws, 1))
    return np.where(rng.permuted(places, axis=1) < k // 2, 1.0, -1.0)


def halves_of(signs: Floats, names: pd.Index) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the items in A and in B."""
    return tuple(str(name) for name in names[signs > 0]), tuple(str(name) for name in names[signs < 0])


def _mean(values: Floats, k: int, *, psych: bool) -> float:
    """The mean coefficient; psych divides by half the number of splits, which may be a half less than it took."""
    return float(values.sum() / (comb(k, k // 2) / 2)) if psych and k % 2 else float(values.mean())


def _odd_even(matrix: Floats) -> tuple[float, float]:
    """Correlation of the sums of odd and even items, and the coefficient of that split."""
    odd, even = slice(0, None, 2), slice(1, None, 2)
    first, second = float(matrix[odd, odd].sum()), float(matrix[even, even].sum())
    between = float(matrix[odd, even].sum())
    trace = float(np.trace(matrix))
    if min(first, second) <= NO_VARIANCE * trace:
        raise MatrixError(
            f"the sums of the odd and of the even items must both vary; their variances are {first:.3g} and "
            f"{second:.3g} against {trace:.3g} of all items. Check the direction of the items."
        )
    r = float(np.clip(between / np.sqrt(first * second), -1.0, 1.0))
    if 1 + r <= NO_VARIANCE:
        raise MatrixError(
            "the odd and the even items must not oppose each other completely; their sums correlate -1. "
            "Check the direction of the items."
        )
    return r, 4 * between / float(matrix.sum())


def _notes(k: int, *, exhaustive: bool, draws: int) -> tuple[str, ...]:
    notes = []
    if not exhaustive:
        notes.append(
            f"{k} items have {comb(k, k // 2) // (2 if k % 2 == 0 else 1):,} splits; {draws:,} random ones were tried, "
            "so that the maximum and minimum lie within those of all splits."
        )
    if k % 2:
        notes.append(
            f"{k} items do not halve evenly: halves of {k // 2} and {k - k // 2} items understate the reliability, "
            "and the mean over splits is not alpha."
        )
    return tuple(notes)
