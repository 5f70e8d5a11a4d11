"""The reliability of group means: whether provinces or clusters can be told apart by their mean scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import fdtrc, fdtri

from ikfs_methods.checks import fraction, listed, numeric_frame, within_scale
from ikfs_methods.correlation.weights import Weights, respondent_weights
from ikfs_methods.errors import ConstantItemError, ParameterError, TooFewError
from ikfs_methods.labels import Codes, group_codes
from ikfs_methods.reliability.intraclass import LARGEST
from ikfs_methods.result import Shown

Floats = NDArray[np.float64]

# A sum of squares below this share of all squares is rounding.
_NOTHING = 1e-14
# Answers whose range is below this share of their size differ by rounding only: doubles have 16 digits.
_SAME = 1e-15


@dataclass(frozen=True, slots=True, eq=False)
class MeansReliabilityResult(Shown):
    """How reliably groups differ in their means, a row a score.

    `table`: icc1 (of one respondent), icc1_low, icc1_high, icc2 (of a group mean), icc2_low, icc2_high, F, df1, df2,
    p_value, between and within (variances of groups and of respondents in a group, squared score points; between may
    come out below 0 and then stands for 0), mean_size (n0), design_effect, n_groups, n, n_dropped. `means`: a row a
    group and score, with score, group, n, mean, standard_error, reliability. `interval` names the method: exact
    (groups of equal size), thomas-hultquist (unequal sizes) or thomas-hultquist, effective sizes (weights).
    """

    table: pd.DataFrame
    means: pd.DataFrame
    interval: pd.Series
    level: float
    weighted: bool
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """The table, a row a score."""
        return self.table.copy()


def reliability_of_means(
    values: pd.Series | pd.DataFrame,
    groups: pd.Series,
    *,
    level: float = 0.95,
    weights: Weights | None = None,
) -> MeansReliabilityResult:
    """Intraclass correlations of scores (a series, or a frame of several) within groups, and of the groups' means.

    One-way random effects by analysis of variance with groups of unequal size: n0 = (N - sum n_j^2 / N)/(g - 1),
    ICC(1) = (MSB - MSW)/(MSB + (n0 - 1) MSW), ICC(2) = 1 - MSW/MSB (Bliese 2000; Bartko 1976). The reliability of a
    group's own mean is n_j icc/(1 + (n_j - 1) icc), with an ICC(1) below 0 counted as 0; its standard error
    sqrt(MSW/n_j). The design effect of a mean over all groups is 1 + (m - 1) ICC(1), m = sum n_j^2 / N (Kish 1987),
    with an ICC(1) below 0 counted as 0 too.
    Intervals at `level`: exact for equal sizes and normal scores; else Thomas & Hultquist's (1978, doi:10.1214/aos/
    1176344202), on the harmonic mean size; ICC(2) follows from ICC(1) at n0.

    `groups` and `weights` go by the index of `values`; the groups stand in the order of their categories, else sorted.
    Rows without a score or a group, or with a weight of 0, are dropped, score by score. With survey weights n_j becomes
    the effective size (sum w)^2 / sum w^2, and MSW weighs its squares; interval and test are then approximations.

    Answers the question: do the published means of provinces or clusters differ by more than the accident of who
    answered?

    Raises TooFewError (fewer than two groups; no group with two respondents), ConstantItemError (scores that do not
    vary), ColumnError (labels that do not match), WeightError, ScaleError, ParameterError, and what
    `checks.numeric_frame` raises.
    """
    fraction(level, name="level")
    if not isinstance(values, pd.Series | pd.DataFrame):
        raise ParameterError(f"values must be a pandas Series or DataFrame; found {type(values).__name__}.")
    if isinstance(values, pd.Series):
        frame = values.to_frame("score" if values.name is None else values.name)
    else:
        frame = values
    scores = within_scale(numeric_frame(frame, what="values", min_columns=1), -LARGEST, LARGEST, what="values")
    codes, labels = group_codes(groups, scores.index)
    mass = None if weights is None else respondent_weights(weights, scores.index)
    found = {name: _one_score(scores[name], codes, labels, mass, level) for name in scores.columns}
    table = pd.DataFrame.from_dict({name: one.row for name, one in found.items()}, orient="index")
    table.index.name = "score"
    return MeansReliabilityResult(
        table=table,
        means=pd.concat([one.means for one in found.values()], ignore_index=True),
        interval=pd.Series({name: one.interval for name, one in found.items()}, name="interval"),
        level=level,
        weighted=weights is not None,
        notes=(*_without_group(int((codes < 0).sum())), *(note for one in found.values() for note in one.notes)),
    )


@dataclass(frozen=True, slots=True)
class _One:
    row: dict[str, float]
    means: pd.DataFrame
    interval: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Groups:
    """What the formulas need of each group: respondents, effective size, mean; and the variance within."""

    labels: pd.Index
    counts: Floats
    sizes: Floats
    means: Floats
    within: float


def _without_group(count: int) -> tuple[str, ...]:
    return (f"{count} respondent(s) without a group are left out.",) if count else ()


def _one_score(score: pd.Series, codes: Codes, labels: pd.Index, weights: Floats | None, level: float) -> _One:
    keep = score.notna().to_numpy() & (codes >= 0)
    if weights is not None:
        keep &= weights > 0
    used = score[keep].to_numpy()
    present, own = np.unique(codes[keep], return_inverse=True)  # groups in which this score was answered
    name = str(score.name)
    if len(present) < 2 or len(used) <= len(present):
        raise TooFewError(
            f"the means of {name} need at least two groups, and one group with two respondents or more; found "
            f"{len(present)} groups of {len(used)} respondents with a score. Supply more data."
        )
    # Variances do not know the origin: deviations from the middle keep the digits of answers far from 0. Halves first,
    # since the sum of two large answers may be no number.
    origin = float(used.max() / 2 + used.min() / 2)
    apart = used - origin
    unit = float(np.abs(apart).max())
    if unit <= _SAME * abs(origin):
        raise ConstantItemError(f"the scores must vary; {name} is constant over {len(used)} respondents.")
    w = np.ones(len(used)) if weights is None else weights[keep] / weights[keep].max()
    parts = _groups(apart / unit, own, labels[present], w)
    return _summary(name, parts, (origin, unit), level, dropped=len(score) - len(used), weighted=weights is not None)


def _groups(values: Floats, codes: NDArray[np.intp], labels: pd.Index, weights: Floats) -> _Groups:
    """Sums within groups; the within variance is free of bias whatever the weights: its divisor is sum(W - w2/W)."""
    g = len(labels)
    counts = np.bincount(codes, minlength=g).astype(np.float64)
    sums, squares = np.bincount(codes, weights, g), np.bincount(codes, weights**2, g)
    means = np.bincount(codes, weights * values, g) / sums
    left = float((weights * (values - means[codes]) ** 2).sum())
    nothing = left <= _NOTHING * float((weights * values**2).sum())
    return _Groups(
        labels, counts, sums**2 / squares, means, 0.0 if nothing else left / float((sums - squares / sums).sum())
    )


def _summary(
    name: str, parts: _Groups, scale: tuple[float, float], level: float, *, dropped: int, weighted: bool
) -> _One:
    (origin, unit), sizes, g = scale, parts.sizes, len(parts.sizes)
    total = float(sizes.sum())
    centre = float(sizes @ parts.means) / total
    between_square = float(sizes @ (parts.means - centre) ** 2) / (g - 1)
    if between_square <= _NOTHING * float(sizes @ parts.means**2):
        between_square = 0.0
    n0 = (total - float((sizes**2).sum()) / total) / (g - 1)
    df1, df2 = float(g - 1), total - g
    icc1 = (between_square - parts.within) / (between_square + (n0 - 1) * parts.within)
    low, high = _limits(parts, df1, df2, level)
    ratio = between_square / parts.within if parts.within > 0 else np.inf
    row = {
        "icc1": icc1,
        "icc1_low": low,
        "icc1_high": high,
        **{key: _stepped_up(value, n0) for key, value in (("icc2", icc1), ("icc2_low", low), ("icc2_high", high))},
        "F": ratio,
        "df1": df1,
        "df2": df2,
        "p_value": float(fdtrc(df1, df2, ratio)) if np.isfinite(ratio) else 0.0,
        "between": (between_square - parts.within) / n0 * unit**2,
        "within": parts.within * unit**2,
        "mean_size": n0,
        "design_effect": 1 + (float((sizes**2).sum()) / total - 1) * max(icc1, 0.0),
        "n_groups": g,
        "n": int(parts.counts.sum()),
        "n_dropped": dropped,
    }
    equal = float(np.ptp(sizes)) <= 1e-9 * n0
    interval = "thomas-hultquist, effective sizes" if weighted else "exact" if equal else "thomas-hultquist"
    return _One(row, _means(name, parts, icc1, (origin, unit)), interval, _notes(name, row))


def _limits(parts: _Groups, df1: float, df2: float, level: float) -> tuple[float, float]:
    """Limits of ICC(1): the plain group means vary by between + within / harmonic mean size."""
    if parts.within == 0:
        return 1.0, 1.0
    harmonic = len(parts.sizes) / float((1 / parts.sizes).sum())
    ratio = harmonic * float(np.var(parts.means, ddof=1)) / parts.within
    tail = (1 - level) / 2
    low = ratio / float(fdtri(df1, df2, 1 - tail))
    high = ratio / float(fdtri(df1, df2, tail))
    return (low - 1) / (low + harmonic - 1), (high - 1) / (high + harmonic - 1)


def _stepped_up(icc: float, size: float) -> float:
    """Spearman and Brown's reliability of a mean of `size`; missing where it does not exist."""
    below = 1 + (size - 1) * icc
    return size * icc / below if below > 1e-12 else np.nan


def _means(name: str, parts: _Groups, icc1: float, scale: tuple[float, float]) -> pd.DataFrame:
    icc, (origin, unit) = max(icc1, 0.0), scale
    return pd.DataFrame(
        {
            "score": name,
            "group": parts.labels,
            "n": parts.counts.astype(np.int64),
            "mean": origin + parts.means * unit,
            "standard_error": np.sqrt(parts.within / parts.sizes) * unit,
            "reliability": parts.sizes * icc / (1 + (parts.sizes - 1) * icc),
        }
    )


def _notes(name: str, row: dict[str, float]) -> tuple[str, ...]:
    notes = []
    gaps = [key for key, value in row.items() if np.isnan(value)]
    if gaps:
        notes.append(f"{name}: the groups do not differ at all, so that these do not exist: {listed(gaps)}.")
    elif row["icc1"] < 0:
        notes.append(f"{name}: groups differ less than chance would have it; ICC(1) below 0 stands for 0.")
    if np.isinf(row["F"]):
        notes.append(f"{name}: respondents of a group do not differ, so that F is infinite and the interval a point.")
    return tuple(notes)
