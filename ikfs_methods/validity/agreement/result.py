"""What the coefficients of agreement share: their result, and the notes that go with one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.result import Shown
from ikfs_methods.validity.scale import Floats

# Where raters agree on nearly everything, chance alone would have them agree nearly as often, and chance-corrected
# coefficients collapse (Feinstein & Cicchetti 1990, doi:10.1016/0895-4356(90)90158-L): high agreement, low kappa.
PARADOX_AGREEMENT = 0.8
PARADOX_COEFFICIENT = 0.4
# The standard error rests on how the things differ; the spread of fewer than five numbers says next to nothing, and
# the normal and t distributions of the tests are approximations that need more of them, not fewer.
FEWEST_THINGS = 5
# Below this a variance of contributions of size 1 is rounding.
NO_VARIANCE = 1e-28

ALL_EQUAL = (
    "No rating differs from another, so that chance-corrected agreement is undefined; percent agreement is 100 %."
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AgreementResult(Shown):
    """One coefficient of agreement of one table of ratings; what is undefined is NaN and told in `notes`.

    `observed` and `expected` are the agreement seen and the agreement by chance that enter the coefficient, as shares,
    weighted as `weights` says; `percent_agreement` is always the plain one: of all pairs of ratings of the same thing,
    the share that are equal, averaged over things. `test` names the test of 0 that gives `p_value`: "z", "t", "chi2",
    "exact", "permutation" or "none"; `interval` how the ends came about: "analytic", "jackknife", "bootstrap" or
    "none".
    """

    coefficient: str
    estimate: float
    ci_low: float
    ci_high: float
    se: float
    interval: str
    level: float
    statistic: float
    df: float  # of the test; inf for a z test
    p_value: float
    test: str
    percent_agreement: float
    observed: float
    expected: float
    weights: str  # or the metric
    categories: tuple[object, ...]
    n_things: int  # rows used
    n_raters: int  # columns with a rating
    n_ratings: int  # ratings used
    n_dropped: int  # rows not used
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row, indexed by the coefficient."""
        shown = [
            *("estimate", "ci_low", "ci_high", "se", "interval", "level", "statistic", "df", "p_value", "test"),
            *("percent_agreement", "observed", "expected", "weights", "n_things", "n_raters", "n_ratings", "n_dropped"),
        ]
        row = {name: getattr(self, name) for name in shown}
        return pd.DataFrame([row], index=pd.Index([self.coefficient], name="coefficient"))


@dataclass(frozen=True, slots=True)
class Interval:
    """Standard error, ends and test of a coefficient."""

    se: float = np.nan
    low: float = np.nan
    high: float = np.nan
    kind: str = "none"
    statistic: float = np.nan
    df: float = np.nan
    p_value: float = np.nan
    test: str = "none"


def paradox(estimates: Iterable[float], percent_agreement: float) -> str | None:
    """The note on high agreement and low chance-corrected agreement, where it applies to one of the estimates."""
    low = [estimate for estimate in estimates if estimate < PARADOX_COEFFICIENT]
    if not low or percent_agreement < PARADOX_AGREEMENT:
        return None
    return (
        f"Raters agree in {percent_agreement:.0%} of the pairs of ratings, yet chance-corrected agreement is "
        f"{min(low):.2f}: where nearly all ratings fall into one category, chance explains nearly all agreement and "
        "kappa and alpha collapse. Read percent agreement and Gwet's AC beside it."
    )


def told(*notes: str | None) -> tuple[str, ...]:
    """The notes that apply."""
    return tuple(note for note in notes if note)


def held(end: Floats | float, low: float = -1.0) -> float:
    """An end of an interval within what a coefficient can be."""
    return float(np.clip(end, low, 1.0))
