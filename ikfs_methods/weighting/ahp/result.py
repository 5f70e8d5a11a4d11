"""What AHP answers: weights, the consistency behind them, what to look at again, and the weights of other panels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ikfs_methods.errors import ParameterError
from ikfs_methods.weighting.ahp.consistency import RANDOM_INDEX, RANDOM_INDEX_SOURCE
from ikfs_methods.weighting.ahp.matrices import Floats, Truths, least_squares, shares, solved
from ikfs_methods.weighting.ahp.stacks import Stack
from ikfs_methods.weighting.sets import WeightSet


@dataclass(frozen=True, slots=True, eq=False)
class AhpResult(WeightSet):
    """Weights of the group, and how consistent each judge and the group are.

    `judges`: frame by (expert, parent): n (elements), n_pairs, n_judged, lambda_max, ci, ri (random index for as many
    pairs), cr, acceptable (cr <= cutoff); `groups`: the same by parent for the geometric mean of all judgements, which
    looks good whatever the judges are. `judge_weights`: frame judge x element, missing where a judge did not judge the
    parent. `random_index`: the table behind ri, named in `random_index_source`; `scale`: the strongest judgement.

    `triads` by (expert, parent) and `group_triads` by parent: the three judgements that contradict each other most
    (first, second, third, first_second, second_third, first_third, implied, inconsistency); `suspects` by (expert,
    parent): the judgement to look at again (left, right, favours, strength, suggested_favours, suggested_strength, cr,
    cr_then). All three leave out who contradicts nothing.

    `consensus` by parent: n_judges, s_star (Goepel's, 1 is full consensus), mean_distance (share of weight by which two
    judges differ on average), kendall_w (of their rank orders); missing with one judge.
    `experts`: all experts of the set, in table order; `stacks`: their judgements, parent by parent.
    """

    judges: pd.DataFrame = field(default_factory=pd.DataFrame)
    groups: pd.DataFrame = field(default_factory=pd.DataFrame)
    judge_weights: pd.DataFrame = field(default_factory=pd.DataFrame)
    priority: str = "eigenvector"
    aggregation: str = "aij"
    cutoff: float = 0.10
    random_index: Mapping[int, float] = field(default_factory=lambda: RANDOM_INDEX)
    random_index_source: str = RANDOM_INDEX_SOURCE
    scale: float = 9.0
    triads: pd.DataFrame = field(default_factory=pd.DataFrame)
    group_triads: pd.DataFrame = field(default_factory=pd.DataFrame)
    suspects: pd.DataFrame = field(default_factory=pd.DataFrame)
    consensus: pd.DataFrame = field(default_factory=pd.DataFrame)
    experts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    stacks: tuple[Stack, ...] = field(default=(), repr=False)

    @property
    def consistency(self) -> pd.Series:
        """Consistency ratio by judge; by (expert, parent) when several parents were judged."""
        ratios = self.judges["cr"].rename("consistency")
        return ratios.droplevel("parent") if len(self.groups) == 1 else ratios

    @property
    def group_consistency(self) -> float:
        """Consistency ratio of the group's matrix; of several parents the largest."""
        return float(self.groups["cr"].max())

    def judge_frame(self) -> pd.DataFrame:
        """One row per judge and parent: expert, parent, the columns of `judges`, then the judge's weights."""
        own = self.judge_weights.reindex(self.judges.index.get_level_values("expert"))
        own = own.set_axis(self.judges.index, axis=0)
        # A row shows the weights of its own parent's elements only.
        elsewhere = (
            self.parents[own.columns].to_numpy()[None] != own.index.get_level_values("parent").to_numpy()[:, None]
        )
        return pd.concat([self.judges, own.mask(elsewhere)], axis=1).reset_index()

    def reweighted(self, counts: Floats) -> Floats:
        """Group weights (draws, codes) when each expert counts so many times, in the order of `weights.index`.

        `counts` (draws, experts): 0, 1, 2 ... in the order of `experts`, as a bootstrap or jackknife has them; any
        numbers of at least 0 will do. NaN for the codes of a parent that nobody left in a draw judged. With all counts
        equal these are the weights themselves. Raises ParameterError for counts of another kind or shape.
        """
        given = _checked_counts(counts, len(self.experts))
        seat = {expert: number for number, expert in enumerate(self.experts)}
        found = np.full((len(given), len(self.weights)), np.nan)
        start = 0
        for stack in self.stacks:
            own = given[:, [seat[judge] for judge in stack.judges]]
            present = own.sum(axis=1) > 0
            stop = start + len(stack.elements)
            if present.any():
                priorities = self.judge_weights.loc[stack.judges, stack.elements].to_numpy(dtype=np.float64)
                found[present, start:stop] = self._weights_of(stack, priorities, own[present])
            start = stop
        return found

    def _weights_of(self, stack: Stack, priorities: Floats, counts: Floats) -> Floats:
        if self.aggregation == "aip":
            return group_priorities(priorities, counts)
        if stack.known.all():
            return matrix_priorities(*stack.group(counts), self.priority)
        # With few experts many draws are alike, and a matrix with gaps takes longer to solve.
        distinct, draw = np.unique(counts, axis=0, return_inverse=True)
        return matrix_priorities(*stack.group(distinct), self.priority)[draw.reshape(-1)]


def matrix_priorities(logs: Floats, known: Truths, priority: str) -> Floats:
    """Priorities (matrices x n), each row summing to 1."""
    if priority == "geometric":
        return shares(least_squares(logs, known))
    return shares(solved(logs, known).eigenvector)


def group_priorities(priorities: Floats, counts: Floats) -> Floats:
    """Geometric mean of the judges' priorities (judges x n), each counted (draws x judges) times; draws x n."""
    return shares((counts / counts.sum(axis=1, keepdims=True)) @ np.log(priorities))


def _checked_counts(counts: Floats, experts: int) -> Floats:
    try:
        given = np.asarray(counts, dtype=np.float64)
    except (TypeError, ValueError):
        given = np.empty(0)
    if given.ndim != 2 or given.shape[1] != experts or not (np.isfinite(given) & (given >= 0)).all():
        raise ParameterError(
            f"counts must be an array (draws, experts) of finite numbers of at least 0 for {experts} experts; found "
            f"one of shape {np.shape(counts)}. Give a row per draw, a column per expert in the order of `experts`."
        )
    return given
