"""Alpha in each group of respondents, and whether the groups differ."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TypedDict, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc

from ikfs_methods.checks import fraction, generator, listed, numeric_frame, one_of, plain
from ikfs_methods.correlation.weights import Weights, respondent_weights
from ikfs_methods.errors import (
    ConstantItemError,
    IkfsError,
    MatrixError,
    ScaleError,
    TooFewError,
    WeightError,
)
from ikfs_methods.labels import Codes, group_codes, holm
from ikfs_methods.reliability.alpha import INTERVALS, AlphaResult, Interval, cronbach_alpha
from ikfs_methods.reliability.covariance import Missing
from ikfs_methods.reliability.difference import PERFECT, feldt_w
from ikfs_methods.result import Shown

# What the answers of one group may lack while those of another do not.
_OF_A_GROUP = (ConstantItemError, MatrixError, ScaleError, TooFewError, WeightError)
_GROUP_COLUMNS = ("n", "n_dropped", "alpha", "ci_low", "ci_high")


@dataclass(frozen=True, slots=True, eq=False)
class AlphaByGroupResult(Shown):
    """Alpha of one set of items in each group.

    `groups` has a row per group with an alpha: n (rows used), n_dropped, alpha, ci_low, ci_high. `not_computed` says
    for each other group why it has none. chi2, df, p_value test that all alphas are equal (None with fewer than two
    alphas below 1). `pairs` has a row per two groups: first, second, difference of their alphas, W, df1, df2, two-sided
    p_value and p_holm (adjusted for the number of pairs); pairs too small for W, or with an alpha of 1, are left out.
    """

    groups: pd.DataFrame
    not_computed: pd.Series  # reason by group
    chi2: float | None
    df: int | None
    p_value: float | None
    pairs: pd.DataFrame
    n_without_group: int  # rows whose group is missing; they enter no group
    n_items: int
    level: float
    interval: Interval
    missing: Missing
    weighted: bool

    @property
    def notes(self) -> tuple[str, ...]:
        """What the frame of groups cannot hold: the test that all alphas are equal, and who is not in it."""
        notes = []
        if self.chi2 is not None:
            notes.append(f"All alphas equal: chi-square({self.df}) = {self.chi2:.4g}, p = {self.p_value:.3g}.")
        notes += [f"{plain(name)} has no alpha: {reason}" for name, reason in self.not_computed.items()]
        if self.n_without_group:
            notes.append(f"{self.n_without_group} respondent(s) without a group are left out.")
        return tuple(notes)

    def to_frame(self) -> pd.DataFrame:
        """The groups with an alpha, one row each."""
        return self.groups.copy()


def alpha_by_group(
    answers: pd.DataFrame,
    groups: pd.Series,
    *,
    level: float = 0.95,
    interval: Interval = "feldt",
    draws: int = 1000,
    rng: np.random.Generator | int | None = None,
    missing: Missing = "listwise",
    weights: Weights | None = None,
) -> AlphaByGroupResult:
    """Alpha of keyed answers (respondents by items) in each group of respondents, with tests that they are equal.

    `groups`: the group of each respondent by row label, in the order of its categories, else sorted; who has none is
    counted in `n_without_group` and left out. The other options are those of `cronbach_alpha`, applied in each group. A
    group in which alpha does not exist (an item that does not vary there, too few rows) is named with the reason, the
    others are still computed.

    All groups: with T = (1 - alpha)^(1/3) and v = 18 k (n - 1)(1 - alpha)^(2/3) / ((k - 1)(9n - 11)²), the sum of
    (T - weighted mean of T)²/v is chi-square with one degree of freedom less than groups (Hakstian & Whalen 1976,
    Psychometrika 41, 219-231). Two groups: W (Feldt 1969, see `difference.feldt_w`), adjusted by Holm's steps.
    Under weights, both take Kish's effective n. Answers the question: is the set of items as consistent everywhere?

    Raises ColumnError (groups of other respondents), TooFewError (no group with an alpha), ParameterError, and what
    `checks.numeric_frame` raises.
    """
    fraction(level, name="level")
    one_of(interval, INTERVALS, name="interval")
    one_of(missing, ("listwise", "pairwise"), name="missing")
    chance = generator(rng) if interval == "bootstrap" or rng is not None else None
    frame = numeric_frame(answers, min_rows=1)
    mass = None if weights is None else pd.Series(respondent_weights(weights, frame.index), index=frame.index)
    codes, names = group_codes(groups, frame.index)
    found, reasons = _each(
        frame, codes, names, mass, level=level, interval=interval, draws=draws, rng=chance, missing=missing
    )
    if not found:
        raise _none_found(reasons)
    table = _table(found, names.name)
    n = np.array([result.effective_n or result.n_respondents for result in found.values()], dtype=np.float64)
    chi2, df, p_value = _all_equal(table["alpha"].to_numpy(), n, frame.shape[1])
    return AlphaByGroupResult(
        groups=table,
        not_computed=_reasons(reasons),
        chi2=chi2,
        df=df,
        p_value=p_value,
        pairs=_pairs(table, n, frame.shape[1]),
        n_without_group=int((codes < 0).sum()),
        n_items=frame.shape[1],
        level=level,
        interval=interval,
        missing=missing,
        weighted=weights is not None,
    )


class _Options(TypedDict):
    """What `cronbach_alpha` takes beside answers and weights."""

    level: float
    interval: Interval
    draws: int
    rng: np.random.Generator | None
    missing: Missing


def _each(
    frame: pd.DataFrame, codes: Codes, names: pd.Index, mass: pd.Series | None, **options: Unpack[_Options]
) -> tuple[dict[object, AlphaResult], dict[object, str]]:
    """The alpha of each group that has one, and for each other group why it has none."""
    found: dict[object, AlphaResult] = {}
    reasons: dict[object, str] = {}
    for number, name in enumerate(names):
        rows = codes == number
        try:
            found[name] = cronbach_alpha(frame[rows], weights=None if mass is None else mass[rows], **options)
        except _OF_A_GROUP as error:
            reasons[name] = str(error)
    return found, reasons


def _none_found(reasons: dict[object, str]) -> IkfsError:
    each = "; ".join(f"{plain(name)}: {reason}" for name, reason in list(reasons.items())[:3])
    return TooFewError(
        f"at least one group must have an alpha; none of {len(reasons)} has ({listed(reasons)}). The first: {each} "
        "Use fewer groups or items."
    )


def _reasons(reasons: dict[object, str]) -> pd.Series:
    index = pd.Index(list(reasons), dtype=None if reasons else "object", tupleize_cols=False)
    return pd.Series(list(reasons.values()), index=index, dtype="object", name="reason")


def _table(found: dict[object, AlphaResult], name: object) -> pd.DataFrame:
    rows = [(r.n_respondents, r.n_dropped, r.alpha, r.ci_low, r.ci_high) for r in found.values()]
    index = pd.Index(list(found), name=name or "group", tupleize_cols=False)
    return pd.DataFrame(rows, columns=list(_GROUP_COLUMNS), index=index)


def _all_equal(
    alphas: NDArray[np.float64], n: NDArray[np.float64], k: int
) -> tuple[float | None, int | None, float | None]:
    below = 1 - alphas > PERFECT
    apart, n = 1 - alphas[below], n[below]
    if len(apart) < 2:
        return None, None, None
    root = np.cbrt(apart)
    weight = (k - 1) * (9 * n - 11) ** 2 / (18 * k * (n - 1) * root**2)
    chi2 = float((weight * (root - (weight * root).sum() / weight.sum()) ** 2).sum())
    return chi2, len(apart) - 1, float(chdtrc(len(apart) - 1, chi2))


def _pairs(table: pd.DataFrame, n: NDArray[np.float64], k: int) -> pd.DataFrame:
    alphas = table["alpha"].to_numpy()
    usable = np.flatnonzero(1 - alphas > PERFECT)
    i, j = np.array(list(combinations(usable, 2)), dtype=np.intp).reshape(-1, 2).T
    w, df1, df2, p = feldt_w((alphas[i], alphas[j]), (n[i], n[j]), (k, k))
    frame = pd.DataFrame(
        {
            "first": table.index.to_numpy()[i],
            "second": table.index.to_numpy()[j],
            "difference": alphas[i] - alphas[j],
            "w": w,
            "df1": df1,
            "df2": df2,
            "p_value": p,
        }
    )[~np.isnan(p)].reset_index(drop=True)
    frame["p_holm"] = holm(frame["p_value"])
    return frame
