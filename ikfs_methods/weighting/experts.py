"""Uncertainty of weights that experts gave: what other experts might have said, and who moves the result."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr, stdtrit

from ikfs_methods.checks import fraction, generator, listed, one_of, plain, whole
from ikfs_methods.errors import ParameterError
from ikfs_methods.result import Shown
from ikfs_methods.weighting.influence import left_out, most_influential
from ikfs_methods.weighting.sets import WeightSet

Floats = np.ndarray[Any, np.dtype[np.float64]]
# Two experts give one difference, which says nothing of how far others would lie from them.
LEAST_EXPERTS = 3
# A resample of n experts cannot leave their own range, so that intervals from resamples of three or four cover the
# panel's weight in three of four cases instead of 95 in 100, however they are read off.
LEAST_RESAMPLED = 5
LEAST_DRAWS, MOST_DRAWS = 100, 100_000
CONTRACT = ("weights", "parents", "method", "experts", "reweighted")
INTERVALS = ("jackknife", "expanded", "percentile")
# A set's own weights and those that it gives anew differ by rounding, or by where an iteration stopped.
SAME_WEIGHTS = 1e-8
# Differences of weights below this are rounding of sums near 1.
NO_CHANGE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class ExpertUncertaintyResult(Shown):
    """How far weights from experts would move with other experts, and which expert moves them most.

    `table` by code: parent, weight, ci_low, ci_high (at `level`), se (of the resamples), se_jackknife, bias (of the
    jackknife), n_experts (who judged the parent). `without`: frame expert x code, the weights with that expert left
    out. `influence` by (parent, expert): shift (share of the whole weight that moves: half the sum of absolute
    changes), code (the most changed one), change (its weight without the expert minus with), rank_changes (whether any
    two elements change order). `most_influential` by parent: expert, shift, code, change; nobody where none moves any.
    `replicates`: frame draw x code. Missing: experts who did not judge the parent, and all of a parent with fewer than
    three experts; `notes` says which.
    """

    table: pd.DataFrame
    without: pd.DataFrame
    influence: pd.DataFrame
    most_influential: pd.DataFrame
    replicates: pd.DataFrame
    method: str
    interval: str
    level: float
    draws: int
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """The table, a row per code."""
        return self.table.copy()


def expert_uncertainty(
    weight_set: WeightSet,
    *,
    draws: int = 1000,
    level: float = 0.95,
    rng: np.random.Generator | int,
    interval: str = "jackknife",
    codes: Iterable[str] | None = None,
) -> ExpertUncertaintyResult:
    """Standard errors and intervals of a weight set from experts (AHP, budget allocation, best-worst), and influence.

    The experts count as a sample of those who could have been asked. Bootstrap (Efron 1979): `draws` panels of the same
    size, drawn with replacement among the experts who judged the parent; se is the standard deviation of their weights,
    for means sqrt((n - 1)/n) times that of the jackknife. Jackknife (Tukey 1958): each expert left out once;
    se_jackknife = sqrt((n - 1)/n sum (w_(i) - mean)²), bias = (n - 1)(mean - w).
    interval: "jackknife", t with n - 1 degrees of freedom and the jackknife's error on the scale arcsin(sqrt(w)), which
    keeps to 0-1 and bears weights of 0; "expanded", percentiles of the draws at Phi(-/+ sqrt(n/(n - 1)) t) instead of
    Phi(-/+ z) (Hesterberg 2015, doi:10.1080/00031305.2015.1089789); "percentile", those at (1 - level)/2. In
    simulations of nominal 95 % the three covered, with 5, 8 and 12 experts, about 93, 93 and 94 %; 89, 92 and 93 %; 81,
    86 and 89 %: hence the default.
    `codes`: these alone, scaled up to sum to 1 within each parent, as `WeightSet.within` does.

    Below three experts a parent has no errors or influence, below five none of the intervals from resamples: missing,
    with a note. Permuting the experts changes nothing.
    Raises ParameterError for a set without experts or an option, WeightError for codes that the set does not weigh.
    Answers the questions: how far can these weights be trusted with so few experts, and does one expert make them?
    """
    whole(draws, MOST_DRAWS, name="draws", least=LEAST_DRAWS, remedy="1000 is usual.")
    fraction(level, name="level")
    one_of(interval, INTERVALS, name="interval")
    rng = generator(rng)
    panel = _Panel(weight_set, codes)
    n = panel.judged.sum(axis=0)
    replicates = panel.resampled(draws, rng)
    without = panel.weights_for(1 - np.eye(len(panel.experts)))
    without = np.where(panel.judged & (n >= LEAST_EXPERTS), without, np.nan)
    if interval == "jackknife":
        ends = _from_jackknife(panel.weights, without, n, level)
    else:
        ends = _from_draws(replicates, n, level, expanded=interval == "expanded")
    table = _table(panel, without, replicates, ends)
    left = pd.DataFrame(without, pd.Index(panel.experts, name="expert"), panel.codes)
    influence = left_out(left, panel.weights, panel.parents, NO_CHANGE)
    return ExpertUncertaintyResult(
        table,
        left,
        influence,
        most_influential(influence, NO_CHANGE),
        pd.DataFrame(replicates, pd.RangeIndex(draws, name="draw"), panel.codes),
        panel.method,
        interval,
        level,
        draws,
        _notes(table, interval),
    )


class _Panel:
    """A weight set seen through what it promises: its experts, and its weights when they count differently."""

    def __init__(self, weight_set: WeightSet, codes: Iterable[str] | None) -> None:
        lacking = [name for name in CONTRACT if not hasattr(weight_set, name)]
        if lacking:
            kind = repr(weight_set.method) if isinstance(weight_set, WeightSet) else type(weight_set).__name__
            raise ParameterError(
                "weight_set must come from experts, as the results of ahp, budget_allocation and best_worst do; found "
                f"{kind}, without {listed(lacking)}. Give such a result itself, and `codes` for a part of it."
            )
        self._reweighted: Callable[[Floats], Floats] = weight_set.reweighted  # type: ignore[attr-defined]
        self.experts = [str(name) for name in weight_set.experts]  # type: ignore[attr-defined]
        if len(set(self.experts)) < len(self.experts) or not self.experts:
            raise ParameterError(
                f"experts must be one or more, each named once; found {listed(self.experts) or 'none'}. Rename them."
            )
        self.method = weight_set.method
        own = WeightSet(weight_set.weights, weight_set.parents, self.method)
        self._all = own.weights.index
        own = own if codes is None else own.within(codes)
        self.codes, self.parents = own.weights.index, own.parents
        self._kept = self._all.isin(self.codes)
        self._inside: Floats = pd.get_dummies(self.parents, dtype=np.float64).to_numpy()
        self.judged = np.isfinite(self.weights_for(np.eye(len(self.experts))))
        self.weights: Floats = self.weights_for(np.ones((1, len(self.experts))))[0]
        same = np.abs(self.weights - own.weights.to_numpy(dtype=np.float64)) <= SAME_WEIGHTS
        if not same.all():
            raise ParameterError(
                "reweighted must give the set's own weights when every expert counts once; it differs for "
                f"{listed(self.codes[~same])}. Give the result as it was made."
            )

    def weights_for(self, counts: Floats) -> Floats:
        """Weights (draws, codes) when experts count so often; missing where none who judged the parent is left."""
        given = np.asarray(self._reweighted(counts), dtype=np.float64)
        if given.shape != (len(counts), len(self._all)):
            raise ParameterError(
                f"reweighted must give a row per draw and a column per code, {(len(counts), len(self._all))}; "
                f"found shape {given.shape}. Give the result of ahp, budget_allocation or best_worst."
            )
        kept = given[:, self._kept]
        if self._kept.all():
            return kept
        total = (np.nan_to_num(kept) @ self._inside) @ self._inside.T
        return np.where((total > 0) & ~np.isnan(kept), kept / np.where(total > 0, total, 1), np.nan)

    def resampled(self, draws: int, rng: np.random.Generator) -> Floats:
        """Weights (draws, codes) of panels drawn with replacement among the experts who judged each parent.

        Parents with the same experts share their draws. The experts stand by name, so that the same draws fall to the
        same people in whatever order the table lists them. Missing below three experts.
        """
        found = np.full((draws, len(self.codes)), np.nan)
        by_name = np.argsort(np.array(self.experts), kind="stable")
        for panel in dict.fromkeys(map(tuple, self.judged.T.tolist())):
            judged = np.array(panel)
            members = by_name[judged[by_name]]
            n = len(members)
            if n >= LEAST_EXPERTS:
                counts = np.zeros((draws, len(self.experts)))
                counts[:, members] = rng.multinomial(n, np.full(n, 1 / n), size=draws)
                columns = (self.judged == judged[:, None]).all(axis=0)
                found[:, columns] = self.weights_for(counts)[:, columns]
        return found


def _table(panel: _Panel, without: Floats, replicates: Floats, ends: tuple[Floats, Floats]) -> pd.DataFrame:
    n = panel.judged.sum(axis=0)
    mean, sums = _moments(without, n)
    return pd.DataFrame(
        {
            "parent": panel.parents.to_numpy(),
            "weight": panel.weights,
            "ci_low": ends[0],
            "ci_high": ends[1],
            "se": replicates.std(axis=0, ddof=1),
            "se_jackknife": np.sqrt((n - 1) / n * sums),
            "bias": (n - 1) * (mean - panel.weights),
            "n_experts": n,
        },
        index=pd.Index(panel.codes, name="code"),
    )


def _moments(without: Floats, n: np.ndarray[Any, np.dtype[np.int_]]) -> tuple[Floats, Floats]:
    """Mean and sum of squared deviations of the left-out values, by column; missing where there are too few."""
    known = np.isfinite(without)
    enough = (n >= LEAST_EXPERTS) & (known.sum(axis=0) == n)
    mean = np.where(enough, np.where(known, without, 0).sum(axis=0) / n, np.nan)
    return mean, np.where(enough, np.where(known, (without - mean) ** 2, 0).sum(axis=0), np.nan)


def _from_jackknife(
    weights: Floats, without: Floats, n: np.ndarray[Any, np.dtype[np.int_]], level: float
) -> tuple[Floats, Floats]:
    def angle(share: Floats) -> Floats:
        return np.asarray(np.arcsin(np.sqrt(np.clip(share, 0, 1))))

    half = stdtrit(np.maximum(n - 1, 1), (1 + level) / 2) * np.sqrt((n - 1) / n * _moments(angle(without), n)[1])
    middle = angle(weights)
    low, high = np.clip(middle - half, 0, np.pi / 2), np.clip(middle + half, 0, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


def _from_draws(
    replicates: Floats, n: np.ndarray[Any, np.dtype[np.int_]], level: float, *, expanded: bool
) -> tuple[Floats, Floats]:
    low, high = np.full(len(n), np.nan), np.full(len(n), np.nan)
    for size in np.unique(n[n >= LEAST_RESAMPLED]):
        tail = (1 - level) / 2
        if expanded:
            tail = float(ndtr(np.sqrt(size / (size - 1)) * stdtrit(size - 1, tail)))
        columns = n == size
        low[columns], high[columns] = np.quantile(replicates[:, columns], [tail, 1 - tail], axis=0)
    return low, high


def _notes(table: pd.DataFrame, interval: str) -> tuple[str, ...]:
    notes = []
    counts = table.groupby("parent", sort=False)["n_experts"].first()

    def said(wanted: pd.Series) -> str:
        return listed(f"{plain(parent) or '(unnamed)'} ({n})" for parent, n in counts[wanted].items())

    few, resampled = counts < LEAST_EXPERTS, counts < LEAST_RESAMPLED
    if few.any():
        notes.append(
            f"Errors, intervals and influence need at least {LEAST_EXPERTS} experts for a parent; too few judged "
            f"(their number in brackets): {said(few)}."
        )
    if interval != "jackknife" and (resampled & ~few).any():
        notes.append(
            f"Intervals from resamples need at least {LEAST_RESAMPLED} experts for a parent; too few judged: "
            f'{said(resampled & ~few)}. interval="jackknife" gives theirs.'
        )
    broken = table["se_jackknife"].isna() & (table["n_experts"] >= LEAST_EXPERTS)
    if broken.any():
        notes.append(
            f"Without some expert no weights exist for {listed(table.index[broken])}: what that expert alone judged "
            "carries them, and their errors are not known."
        )
    siblings = table.groupby("parent")["weight"].transform("size").to_numpy()
    alike = (siblings > 1) & (table["se_jackknife"] <= NO_CHANGE).to_numpy()
    if alike.any():
        notes.append(
            f"No expert's leaving changes the weight of {listed(table.index[alike])}: an interval without width says "
            "that they agree, not that others would."
        )
    return tuple(notes)
