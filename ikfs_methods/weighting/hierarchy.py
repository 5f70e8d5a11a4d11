"""Analytic hierarchy process: priorities from paired comparisons, with every judge's consistency."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.checks import fraction, listed, one_of, real_numbers
from ikfs_methods.errors import JudgementError, ParameterError
from ikfs_methods.weighting.judged import Judged, long_table
from ikfs_methods.weighting.sets import WeightSet

Floats = np.ndarray[Any, np.dtype[np.float64]]
# Mean consistency index of random reciprocal matrices of order 1 to 10, where the table used here ends.
RANDOM_INDEX: Mapping[int, float] = MappingProxyType(
    {1: 0.0, 2: 0.0, 3: 0.58, 4: 0.90, 5: 1.12, 6: 1.24, 7: 1.32, 8: 1.41, 9: 1.45, 10: 1.49}
)
RANDOM_INDEX_SOURCE = "Saaty 1980"
# A reciprocal typed with three decimals is off by at most 9 x .0005; two decimals or a wrong cell are off by more.
RECIPROCAL_TOLERANCE = 0.005
UNNAMED_JUDGE = "matrix"
COLUMNS = ("expert", "parent", "left", "right", "favours", "strength")


@dataclass(frozen=True, slots=True, eq=False)
class AhpResult(WeightSet):
    """Weights of the group, and how consistent each judge and the group are.

    `judges`: frame by (expert, parent): n (elements), lambda_max, ci, cr, acceptable (cr <= cutoff); `groups`: the same
    by parent for the geometric mean of all judgements, which looks good whatever the judges are. `judge_weights`: frame
    judge x element, missing where a judge did not judge the parent. `random_index`: the table that cr divides by, named
    in `random_index_source`.
    """

    judges: pd.DataFrame = field(default_factory=pd.DataFrame)
    groups: pd.DataFrame = field(default_factory=pd.DataFrame)
    judge_weights: pd.DataFrame = field(default_factory=pd.DataFrame)
    priority: str = "eigenvector"
    aggregation: str = "aij"
    cutoff: float = 0.10
    random_index: Mapping[int, float] = field(default_factory=lambda: RANDOM_INDEX)
    random_index_source: str = RANDOM_INDEX_SOURCE

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
        """One row per judge and parent: expert, parent, n, lambda_max, ci, cr, acceptable, then the judge's weights."""
        own = self.judge_weights.reindex(self.judges.index.get_level_values("expert"))
        own = own.set_axis(self.judges.index, axis=0)
        # A row shows the weights of its own parent's elements only.
        elsewhere = (
            self.parents[own.columns].to_numpy()[None] != own.index.get_level_values("parent").to_numpy()[:, None]
        )
        return pd.concat([self.judges, own.mask(elsewhere)], axis=1).reset_index()


def ahp(
    judgements: pd.DataFrame, *, priority: str = "eigenvector", aggregation: str = "aij", cutoff: float = 0.10
) -> AhpResult:
    """Weights from paired comparisons on the 1-9 scale (Saaty 1980, The Analytic Hierarchy Process).

    `judgements`: one row per expert and pair, columns expert, parent, left, right, favours (left or right), strength
    (any number from 1 to 9), every pair of a parent's elements judged by each of its experts; or one reciprocal matrix
    as a frame (rows and columns the elements, a_ij = how many times i outweighs j).
    priority: "eigenvector" (of the largest eigenvalue lambda_max) or "geometric" (row geometric means; Crawford &
    Williams 1985). aggregation: "aij" takes the geometric mean of the judgements, "aip" that of the judges' priorities
    (Forman & Peniwati 1998). ci = (lambda_max - n)/(n - 1); cr = ci over the random index of Saaty 1980; cr is 0 for
    one or two elements, which cannot contradict each other. lambda_max is the matrix's own under either priority.

    Raises JudgementError, naming expert, parent, pair and row, for pairs left out, given twice, of an element with
    itself, favours or strength off their values, a matrix that is not reciprocal or leaves 1/9 to 9, and more than 10
    elements under one parent (the table of random indices used here ends at 10); ColumnError for a missing column;
    ParameterError for an option.
    Answers the question: how much does each element count for the panel, and did its members contradict themselves?
    """
    one_of(priority, ("eigenvector", "geometric"), name="priority")
    one_of(aggregation, ("aij", "aip"), name="aggregation")
    fraction(cutoff, name="cutoff")
    if not isinstance(judgements, pd.DataFrame):
        raise ParameterError(f"judgements must be a pandas DataFrame; found {type(judgements).__name__}.")
    is_long = bool({"left", "right", "favours", "strength"} & set(judgements.columns))
    stacks = _from_long(judgements) if is_long else [_from_matrix(judgements)]
    weights: dict[str, float] = {}
    judge_rows, group_rows, judge_weights = [], [], []
    for stack in stacks:
        own = _priorities(stack.matrices, priority)
        group = np.exp(np.log(stack.matrices).mean(axis=0))[None]
        shared = _priorities(group, priority)[0] if aggregation == "aij" else np.exp(np.log(own).mean(axis=0))
        weights |= dict(zip(stack.elements, shared / shared.sum(), strict=True))
        judge_rows.append(_consistency(stack.matrices, cutoff).assign(expert=stack.judges, parent=stack.parent))
        group_rows.append(_consistency(group, cutoff).assign(parent=stack.parent))
        judge_weights.append(pd.DataFrame(own, index=pd.Index(stack.judges, name="expert"), columns=stack.elements))
    judges = list(dict.fromkeys(judge for stack in stacks for judge in stack.judges))
    by_judge = pd.concat(judge_weights, axis=1).reindex(judges)
    group_table = pd.concat(group_rows).set_index("parent")
    return AhpResult(
        weights=pd.Series(weights, name="weight"),
        parents=pd.Series({code: stack.parent for stack in stacks for code in stack.elements}, name="parent"),
        method="ahp",
        n_judges=len(judges),
        diagnostics={
            "judges": pd.Series({stack.parent: len(stack.judges) for stack in stacks}, name="judges"),
        },
        judges=pd.concat(judge_rows).set_index(["expert", "parent"]),
        groups=group_table,
        judge_weights=by_judge,
        priority=priority,
        aggregation=aggregation,
        cutoff=cutoff,
    )


@dataclass(frozen=True, slots=True)
class _Stack:
    """The matrices (judges x n x n) of one parent."""

    parent: str
    elements: list[str]
    judges: list[str]
    matrices: Floats


def _priorities(matrices: Floats, method: str) -> Floats:
    """Priorities (judges x n), each row summing to 1."""
    if method == "geometric":
        raw = np.exp(np.log(matrices).mean(axis=2))
    else:
        values, vectors = np.linalg.eig(matrices)
        largest = values.real.argmax(axis=1)
        # Perron: the eigenvector of the largest eigenvalue of a positive matrix is real and of one sign.
        raw = np.abs(np.take_along_axis(vectors, largest[:, None, None], axis=2)[:, :, 0].real)
    share: Floats = raw / raw.sum(axis=1, keepdims=True)
    return share


def _consistency(matrices: Floats, cutoff: float) -> pd.DataFrame:
    n = matrices.shape[1]
    lambda_max = np.linalg.eigvals(matrices).real.max(axis=1)
    # lambda_max is n at least; rounding can put it a hair below, and a ratio below 0 would be nonsense.
    ci = np.maximum((lambda_max - n) / (n - 1), 0)
    cr = ci / RANDOM_INDEX[n] if n > 2 else np.zeros_like(ci)
    return pd.DataFrame({"n": n, "lambda_max": lambda_max, "ci": ci, "cr": cr, "acceptable": cr <= cutoff})


def _too_many(n: int, parent: str) -> JudgementError | None:
    if n <= max(RANDOM_INDEX):
        return None
    return JudgementError(
        f"a parent must have at most {max(RANDOM_INDEX)} elements to be judged in pairs (the table of random "
        f"indices used here ends at {max(RANDOM_INDEX)}); {parent or 'the matrix'} has {n}. "
        "Group them under more parents."
    )


def _from_long(judgements: pd.DataFrame) -> list[_Stack]:
    judged = long_table(judgements, COLUMNS, "strength", what="judgements")
    parents = check_pairs(judged)
    judged.raise_any("judgements")
    return [
        _stack(str(parent), [str(code) for code in parents.index[parents == parent]], own)
        for parent, own in judged.rows.groupby("parent", sort=False)
    ]


def check_pairs(judged: Judged, *, skip: Collection[str] = ()) -> pd.Series:
    """Parent by element of a long table of paired comparisons; its problems gain whatever is wrong with the pairs.

    Every wrong row, every element under two parents, every parent with too many elements, and every expert who left
    pairs of a parent out (but for the parents in `skip`, of which it is known that something is missing).
    """
    rows = judged.rows
    rows["favours"] = rows["favours"].str.lower()
    judged.refuse(~rows["favours"].isin(["left", "right"]), ["favours"], "favours must be left or right", _comparison)
    judged.refuse(~rows["strength"].between(1, 9), ["strength"], "strength must be a number from 1 to 9", _comparison)
    sides = ["left", "right"]
    judged.refuse(rows["left"] == rows["right"], sides, "an element must not be compared with itself", _comparison)
    pair = pd.Series(
        ["\0".join(sorted(two)) for two in zip(rows["left"], rows["right"], strict=True)], index=rows.index
    )
    named = ["expert", "parent", *sides]
    again = rows.assign(pair=pair)[judged.sound(named)].duplicated(["expert", "parent", "pair"])
    judged.refuse(
        again.reindex(rows.index, fill_value=False), named[2:], "a pair must be judged once by an expert", _comparison
    )
    parents = judged.parents_of(sides, what="judgements")
    large = {}
    for parent, count in parents.value_counts(sort=False).items():
        error = _too_many(int(count), str(parent))
        if error is not None:
            large[parent] = error
    judged.problems.add(*large.values())
    compared = np.array([frozenset(two) for two in zip(rows["left"], rows["right"], strict=True)], dtype=object)
    for expert, parent, own in judged.groups():
        if parent not in large and parent not in skip:
            _check_complete(judged, expert, parent, set(compared[own]), parents)
    return parents


def _check_complete(judged: Judged, expert: str, parent: str, given: set[frozenset[str]], parents: pd.Series) -> None:
    elements = [str(code) for code in parents.index[parents == parent]]
    lacking = [f"{a} or {b}" for a, b in combinations(elements, 2) if frozenset((a, b)) not in given]
    if lacking:
        judged.problems.add(
            JudgementError(
                f"expert {expert} must judge every pair of parent {parent}; {len(lacking)} left out: "
                f"{listed(lacking)}. Ask the expert, or leave that expert's rows of the parent out."
            )
        )


def _comparison(row: pd.Series) -> str:
    return (
        f"expert {row['expert']}, parent {row['parent']}, {row['left']} or {row['right']}, favours {row['favours']}, "
        f"strength {row['strength']:g}"
    )


def _stack(parent: str, elements: list[str], table: pd.DataFrame) -> _Stack:
    judges = list(dict.fromkeys(table["expert"]))
    place = {code: number for number, code in enumerate(elements)}
    seat = {judge: number for number, judge in enumerate(judges)}
    matrices = np.ones((len(judges), len(elements), len(elements)))
    judge = np.array([seat[name] for name in table["expert"]])
    i, j = (np.array([place[code] for code in table[side]]) for side in ("left", "right"))
    strength = table["strength"].to_numpy(dtype=np.float64)
    ratio = np.where(table["favours"].to_numpy() == "left", strength, 1 / strength)
    matrices[judge, i, j], matrices[judge, j, i] = ratio, 1 / ratio
    return _Stack(parent, elements, judges, matrices)


def _from_matrix(judgements: pd.DataFrame) -> _Stack:
    elements = [str(code) for code in judgements.columns]
    rows = [str(code) for code in judgements.index]
    if sorted(rows) != sorted(elements) or len(set(elements)) < len(elements) or len(elements) < 2:
        raise JudgementError(
            "a matrix of judgements must have the same two or more elements as rows and as columns; "
            f"found rows {listed(rows)} and columns {listed(elements)}. A long table has the columns expert, parent, "
            "left, right, favours, strength."
        )
    error = _too_many(len(elements), "")
    if error is not None:
        raise error
    square = judgements.set_axis(rows, axis=0).set_axis(elements, axis=1).loc[elements, elements]
    a = square.apply(real_numbers).to_numpy(dtype=np.float64, copy=True)
    for i, j in [(i, i) for i in range(len(a))] + list(combinations(range(len(a)), 2)):
        found = f"found {a[i, j]:g} for {elements[i]} over {elements[j]} and {a[j, i]:g} for the reverse"
        if not (a[i, j] > 0 and a[j, i] > 0 and abs(a[i, j] * a[j, i] - 1) <= RECIPROCAL_TOLERANCE):
            raise JudgementError(
                f"a matrix of judgements must be positive and reciprocal (a_ij = 1/a_ji, 1 with itself); {found}. "
                "Correct the pair, reciprocals to three decimals at least."
            )
        strong = max(a[i, j], a[j, i])
        if strong > 9:
            raise JudgementError(f"strength must be a number from 1 to 9; {found}. Correct the pair.")
        # The member at or above 1 is what was judged; its reciprocal is exact, whatever was typed for it.
        a[i, j], a[j, i] = (strong, 1 / strong) if a[i, j] >= a[j, i] else (1 / strong, strong)
    np.fill_diagonal(a, 1.0)
    return _Stack("", elements, [UNNAMED_JUDGE], a[None])
