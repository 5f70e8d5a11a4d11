"""Stratified alpha: the reliability of a sum of several scales that measure different things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import did_you_mean, listed, quoted
from ikfs_methods.errors import ColumnError, ParameterError, TooFewError
from ikfs_methods.reliability.covariance import Missing, alpha_of, item_covariance
from ikfs_methods.result import Shown


@dataclass(frozen=True, slots=True, eq=False)
class StratifiedAlphaResult(Shown):
    """Stratified alpha, the plain alpha of the same items, and the scales, a row each: n_items, variance, alpha."""

    alpha: float
    plain_alpha: float  # of all items as if they were one scale
    variance: float  # of the sum of all items
    scales: pd.DataFrame
    n_items: int
    n_respondents: int  # rows used
    n_dropped: int  # rows given but not used
    missing: Missing

    def to_frame(self) -> pd.DataFrame:
        """The scales, one row each, then the sum of all: its stratified alpha, and its plain one."""
        both = {"all, stratified": self.alpha, "all, plain": self.plain_alpha}
        whole = pd.DataFrame(
            [(self.n_items, self.variance, alpha) for alpha in both.values()],
            columns=self.scales.columns,
            index=pd.Index(list(both), name=self.scales.index.name),
        )
        return pd.concat([self.scales, whole])


def stratified_alpha(
    answers: pd.DataFrame, scales: Mapping[str, Sequence[str]], *, missing: Missing = "listwise"
) -> StratifiedAlphaResult:
    """Stratified alpha of keyed answers (respondents by items); `scales` names the items of each scale.

    1 - sum of s²_i (1 - alpha_i) / s²_T over the scales, s²_i the variance of a scale's sum in squared scale points
    and s²_T that of the sum of all (Cronbach, Schonemann & McKie 1965, Educational and Psychological Measurement 25,
    291-312). Answers the question: how reliable is the sum over dimensions that need not agree with each other? Plain
    alpha takes their disagreement for error. Items outside the scales are not used.

    Raises ColumnError (an unknown item, or one in two scales), TooFewError (a scale with one item, which has no alpha),
    ParameterError (no mapping), and what `cronbach_alpha` raises.
    """
    if not isinstance(answers, pd.DataFrame):
        raise ParameterError(f"answers must be a pandas DataFrame; found {type(answers).__name__}.")
    strata = _strata(answers.columns, scales)
    items = item_covariance(answers[[item for part in strata.values() for item in part]], missing=missing)
    total = items.matrix.to_numpy()
    plain_alpha = alpha_of(total)  # refuses a total that does not vary
    rows = []
    for part in strata.values():
        block = items.matrix.loc[part, part].to_numpy()
        rows.append((len(part), float(block.sum()), alpha_of(block)))
    index = pd.Index(list(strata), name="scale")
    table = pd.DataFrame(rows, columns=["n_items", "variance", "alpha"], index=index)
    error = float((table["variance"] * (1 - table["alpha"])).sum())
    return StratifiedAlphaResult(
        alpha=1 - error / float(np.sum(total)),
        plain_alpha=plain_alpha,
        variance=float(np.sum(total)),
        scales=table,
        n_items=len(total),
        n_respondents=len(items.used),
        n_dropped=items.n_dropped,
        missing=missing,
    )


def _strata(columns: pd.Index, scales: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    if not isinstance(scales, Mapping) or not scales:
        raise ParameterError(
            f"scales must be a mapping of each scale's name to its items; found {type(scales).__name__}"
            f"{' without entries' if isinstance(scales, Mapping) else ''}. Give e.g. {{'trust': ['t1', 't2']}}."
        )
    strata: dict[str, list[str]] = {}
    known = list(columns)
    owner: dict[str, str] = {}
    for name, items in scales.items():
        if isinstance(items, str) or not isinstance(items, Iterable):
            raise ParameterError(f"the items of scale {quoted(name)} must be a list; found {quoted(items)}.")
        strata[name] = list(items)
        for item in strata[name]:
            if item not in known:
                near = did_you_mean(str(item), map(str, columns))
                raise ColumnError(
                    f"each item of a scale must be a column of answers; {quoted(item)} of scale {quoted(name)} is not."
                    f"{near} Columns: {listed(columns)}."
                )
            if item in owner:
                raise ColumnError(
                    f"an item must stand once in one scale; {quoted(item)} stands in {quoted(owner[item])} and "
                    f"{quoted(name)}. Take it out of one."
                )
            owner[item] = name
    short = [f"{name} ({len(part)})" for name, part in strata.items() if len(part) < 2]
    if short:
        raise TooFewError(
            f"each scale must have at least 2 items, or it has no alpha; found {listed(short)}. "
            "Join it to another scale or leave it out."
        )
    return strata
