"""Known-groups validity: whether indicators tell apart groups that are known to differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ikfs_methods.checks import fraction, listed, numeric_frame, one_of, quoted, varying, whole
from ikfs_methods.correlation.weights import Weights
from ikfs_methods.errors import ColumnError, ParameterError, TooFewError
from ikfs_methods.labels import Codes, Floats, group_codes, holm
from ikfs_methods.result import Shown
from ikfs_methods.validity.alongside import MISSING, row_weights, with_total
from ikfs_methods.validity.group_contrast import ColumnContrast, Comparison, column_contrast
from ikfs_methods.validity.partial import row_means


@dataclass(frozen=True, slots=True, eq=False)
class KnownGroupsResult(Shown):
    """Indicators, and their mean, compared between groups.

    `indicators` has a row per indicator: n, test, statistic, df1, df2, p_value, p_adjusted (Holm over the indicators)
    and note; with two groups difference (second less first), difference_low, difference_high, hedges_g, g_low, g_high,
    cliff_delta, delta_low, delta_high, superiority; with more eta_squared, eta_low, eta_high, omega_squared, lowest
    and highest (groups); with an order trend, trend_z, trend_p, in_order. What is undefined is NaN, and note says why.
    `total` has the same for the mean of the indicators.

    `means`, `sds` and `counts` are indicators x groups; `total_groups` has mean, sd and n of the total by group.
    """

    indicators: pd.DataFrame
    total: pd.Series
    means: pd.DataFrame
    sds: pd.DataFrame
    counts: pd.DataFrame
    total_groups: pd.DataFrame
    groups: pd.Series  # respondents used, by group, in the order of comparison
    left_out: pd.Series  # respondents of the groups too small to be compared, or not in the order
    ordered: bool
    missing: str
    level: float
    weighted: bool
    n: int  # respondents used
    n_dropped: int  # respondents given but not used
    n_without_group: int  # of these, those who have no group

    def to_frame(self) -> pd.DataFrame:
        """The indicators, one row each, and a last row `total`, whose p value stands unadjusted."""
        return with_total(self.indicators, self.total.to_dict())


def known_groups(
    answers: pd.DataFrame,
    groups: pd.Series,
    *,
    level: float = 0.95,
    reference: object | None = None,
    order: Sequence[object] | None = None,
    missing: Literal["listwise", "pairwise"] = "listwise",
    weights: Weights | None = None,
    least: int = 2,
) -> KnownGroupsResult:
    """Differences between groups in keyed indicators (respondents x indicators, in scale points).

    Answers the question: do the indicators tell apart groups that, by all else known, must differ, and by how much?

    Two groups: Welch's t (Welch 1947), Hedges' g with a noncentral-t interval, Cliff's delta, and superiority, the
    chance that a respondent of the second group lies above one of the first, ties counted half (McGraw & Wong 1992;
    Vargha & Delaney 2000). The first group is `reference`, by default the first in the order of the category.
    More groups: Welch's F (Welch 1951), eta² with a noncentral-F interval and omega². Where a group gave one and the
    same answer Welch's F has no value; Brown and Forsythe's F* (1974) takes its place, and `test` says so. Formulas
    and their sources: `effect_sizes`. `order`: the groups from low to high as theory expects them (all that are to be
    compared); adds the Jonckheere-Terpstra trend and whether the means rise in that order.

    A group with fewer than `least` respondents is left out and named. `weights` (a series by respondent, or one per
    row): means are weighted, and each group counts as its Kish effective number; an approximation that ignores strata
    and clusters. missing: `listwise` uses rows with every indicator; `pairwise` each indicator's own, and the mean of
    the answers given as total.

    Raises TooFewError (fewer than two groups), ConstantItemError, ParameterError, ColumnError, WeightError,
    NotNumericError.
    """
    fraction(level, name="level")
    one_of(missing, MISSING, name="missing")
    whole(least, name="least", least=2, remedy="A variance needs two.")
    frame = numeric_frame(answers, min_columns=1)
    sample = _sample(frame, groups, row_weights(weights, frame.index), reference, order, missing, least)
    how = Comparison(sample.codes, sample.weights, sample.groups.index, ordered=order is not None, level=level)
    used = sample.used
    found = [column_contrast(column, how) for column in used.to_numpy().T]
    unit, means_of_rows = row_means(used.to_numpy())
    total = column_contrast(means_of_rows * unit, how)
    return KnownGroupsResult(
        indicators=_rows(found, used.columns),
        total=pd.Series(total.row, name="total", dtype="object"),
        means=_by_group([contrast.means for contrast in found], used.columns, how.groups),
        sds=_by_group([contrast.sds for contrast in found], used.columns, how.groups),
        counts=_by_group([contrast.counts for contrast in found], used.columns, how.groups),
        total_groups=pd.DataFrame({"mean": total.means, "sd": total.sds, "n": total.counts}, index=how.groups),
        groups=sample.groups,
        left_out=sample.left_out,
        ordered=how.ordered,
        missing=missing,
        level=level,
        weighted=weights is not None,
        n=len(used),
        n_dropped=len(frame) - len(used),
        n_without_group=sample.n_without_group,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """The respondents compared: answers, group numbers, weights; and the sizes of the groups, compared or left out."""

    used: pd.DataFrame
    codes: Codes
    weights: Floats
    groups: pd.Series
    left_out: pd.Series
    n_without_group: int


def _sample(  # noqa: PLR0917  a step of known_groups, with its arguments
    frame: pd.DataFrame,
    groups: pd.Series,
    weight: Floats,
    reference: object | None,
    order: Sequence[object] | None,
    missing: str,
    least: int,
) -> _Sample:
    codes, labels = group_codes(groups, frame.index)
    wanted = _arranged(labels, reference=reference, order=order)
    answered = frame.notna().to_numpy()
    usable = (codes >= 0) & (weight > 0) & (answered.all(axis=1) if missing == "listwise" else answered.any(axis=1))
    sizes = np.bincount(codes[usable], minlength=len(labels))
    chosen = _large(sizes, labels, wanted, least)
    others = np.setdiff1d(np.arange(len(labels)), chosen)
    place = np.full(len(labels) + 1, -1, dtype=np.intp)  # the last one serves code -1
    place[chosen] = np.arange(len(chosen))
    usable &= place[codes] >= 0
    return _Sample(
        used=varying(frame[usable]),
        codes=place[codes[usable]],
        weights=weight[usable],
        groups=pd.Series(sizes[chosen], index=labels[chosen], name="n"),
        left_out=pd.Series(sizes[others], index=labels[others], name="n"),
        n_without_group=int((codes < 0).sum()),
    )


def _rows(found: list[ColumnContrast], names: pd.Index) -> pd.DataFrame:
    """A row per indicator, with Holm's p value beside the plain one."""
    rows = pd.DataFrame([contrast.row for contrast in found], index=names)
    rows.index.name = "indicator"
    rows.insert(list(rows).index("p_value") + 1, "p_adjusted", holm(rows["p_value"]))
    return rows


def _by_group(rows: list[Floats] | list[Codes], names: pd.Index, groups: pd.Index) -> pd.DataFrame:
    frame = pd.DataFrame(rows, index=names, columns=groups)
    frame.index.name = "indicator"
    return frame


def _arranged(labels: pd.Index, *, reference: object | None, order: Sequence[object] | None) -> Codes:
    """Numbers of the groups to compare: in their expected order, or the reference first."""
    if order is not None and reference is not None:
        raise ParameterError("either reference or order may be given: an order says already who comes first. Drop one.")
    if order is None:
        wanted = list(labels) if reference is None else [reference, *(label for label in labels if label != reference)]
    else:
        wanted = _listed_once(order)
    unknown = [name for name in wanted if name not in list(labels)]
    if unknown:
        raise ColumnError(
            f"order and reference must name groups that occur; not among {listed(labels)}: {listed(unknown)}. "
            "Correct it."
        )
    known = list(labels)
    return np.array([known.index(name) for name in wanted], dtype=np.intp)


def _listed_once(order: Sequence[object]) -> list[object]:
    """The groups of the order; ParameterError when it is no list, or names one twice."""
    named = [] if isinstance(order, str) or not isinstance(order, Iterable) else list(order)
    if not named or any(name in named[:place] for place, name in enumerate(named)):
        raise ParameterError(
            f"order must be a list that names each group once; found {quoted(order)}. Give the groups."
        )
    return named


def _large(sizes: Codes, labels: pd.Index, wanted: Codes, least: int) -> Codes:
    """Those of the wanted groups that have enough respondents."""
    large = sizes[wanted] >= least
    if large.sum() < 2:
        found = listed(f"{labels[group]} ({sizes[group]})" for group in wanted)
        raise TooFewError(
            f"at least two groups must have {least} respondents or more; found {found}. "
            'Merge groups; use missing="pairwise" where gaps took the rows.'
        )
    return np.asarray(wanted[large])
