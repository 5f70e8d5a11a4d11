"""What was judged of one parent, as a stack of matrices; from a long table or from one matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from ikfs_methods.checks import listed, plain, quoted, real_numbers
from ikfs_methods.errors import JudgementError
from ikfs_methods.weighting.ahp.matrices import Counts, Floats, Truths
from ikfs_methods.weighting.ahp.pairs import COLUMNS, LARGEST_SCALE, check_pairs, too_many, unconnected
from ikfs_methods.weighting.judged import long_table

# A reciprocal typed with three decimals is off by at most 9 x .0005; a wrong cell by more.
RECIPROCAL_TOLERANCE = 0.005
# Decimals to which spreadsheets show reciprocals: 1/7 as .14, 1/300 as .003.
_TYPED_DECIMALS = range(2, 7)
UNNAMED_JUDGE = "matrix"


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """The comparisons of one parent's elements.

    `logs` (judges x n x n): ln of how many times the row's element outweighs the column's, 0 where left out; `known`
    (same shape): where a comparison was made, the diagonal included.
    """

    parent: str
    elements: list[str]
    judges: list[str]
    logs: Floats
    known: Truths

    @property
    def n_pairs(self) -> int:
        """Pairs that the elements form."""
        return len(self.elements) * (len(self.elements) - 1) // 2

    @property
    def n_judged(self) -> Counts:
        """Pairs judged, by judge."""
        return pairs_known(self.known)

    def of(self, judges: Mapping[str, object]) -> Stack | None:
        """The part of these judges, or None when none of them judged the parent."""
        seats = [seat for seat, judge in enumerate(self.judges) if judge in judges]
        if not seats:
            return None
        kept = [self.judges[seat] for seat in seats]
        return Stack(self.parent, self.elements, kept, self.logs[seats], self.known[seats])

    def group(self, counts: Floats | None = None) -> tuple[Floats, Truths]:
        """The geometric mean of the judgements over those who made each, and which pairs anybody made.

        `counts` (draws x judges): how often each judge counts, once by default; the answer is (draws x n x n).
        """
        n = len(self.elements)
        counts = np.ones((1, len(self.judges))) if counts is None else counts
        known = self.known.reshape(len(self.judges), n * n)
        total = counts @ np.where(known, self.logs.reshape(len(self.judges), n * n), 0.0)
        judged = counts @ known.astype(np.float64)
        # Divided by 1 where nobody judged: the sum there is 0.
        means: Floats = total / np.where(judged > 0, judged, 1.0)
        shape = (len(counts), n, n)
        return means.reshape(shape), (judged > 0).reshape(shape)


def pairs_known(known: Truths) -> Counts:
    """Pairs known, by matrix."""
    n = known.shape[-1]
    made: Counts = (known.sum(axis=(1, 2)) - n) // 2
    return made


def stacks_of(
    judgements: pd.DataFrame, *, incomplete: str, scale: float, most: int
) -> tuple[tuple[Stack, ...], tuple[str, ...]]:
    """A stack by parent and the experts in table order, of a long table or of one reciprocal matrix."""
    if {"left", "right", "favours", "strength"} & set(judgements.columns):
        judged = long_table(judgements, COLUMNS, "strength", what="judgements")
        parents = check_pairs(judged, incomplete=incomplete, scale=scale, most=most, movable=True)
        judged.raise_any("judgements")
        stacks = tuple(
            _stack(str(parent), [str(code) for code in parents.index[parents == parent]], own)
            for parent, own in judged.rows.groupby("parent", sort=False)
        )
        return stacks, tuple(dict.fromkeys(judged.rows["expert"]))
    return (_from_matrix(judgements, incomplete=incomplete, most=most),), (UNNAMED_JUDGE,)


def _stack(parent: str, elements: list[str], table: pd.DataFrame) -> Stack:
    judges = list(dict.fromkeys(table["expert"]))
    place = {code: number for number, code in enumerate(elements)}
    seat = {judge: number for number, judge in enumerate(judges)}
    logs = np.zeros((len(judges), len(elements), len(elements)))
    known = np.broadcast_to(np.eye(len(elements), dtype=bool), logs.shape).copy()
    judge = np.array([seat[name] for name in table["expert"]])
    i, j = (np.array([place[code] for code in table[side]]) for side in ("left", "right"))
    strength = np.log(table["strength"].to_numpy(dtype=np.float64))
    ratio = np.where(table["favours"].to_numpy() == "left", strength, -strength)
    logs[judge, i, j], logs[judge, j, i] = ratio, -ratio
    known[judge, i, j] = known[judge, j, i] = True
    return Stack(parent, elements, judges, logs, known)


def _from_matrix(judgements: pd.DataFrame, *, incomplete: str, most: int) -> Stack:
    elements = [str(plain(code)) for code in judgements.columns]
    rows = [str(plain(code)) for code in judgements.index]
    if sorted(rows) != sorted(elements) or len(set(elements)) < len(elements) or len(elements) < 2:
        raise JudgementError(
            "a matrix of judgements must have the same two or more elements as rows and as columns; "
            f"found rows {listed(rows) or 'none'} and columns {listed(elements) or 'none'}. A long table has the "
            "columns expert, parent, left, right, favours, strength."
        )
    error = too_many(len(elements), "", most)
    if error is not None:
        raise error
    square = judgements.set_axis(rows, axis=0).set_axis(elements, axis=1).loc[elements, elements]
    numbers = square.apply(real_numbers).to_numpy(dtype=np.float64)
    given = square.notna().to_numpy()
    known = given | given.T | np.eye(len(elements), dtype=bool)
    logs = np.zeros(numbers.shape)
    for i, j in [(i, i) for i in range(len(elements))] + list(combinations(range(len(elements)), 2)):
        if known[i, j]:
            ratio = _ratio(square, numbers, i, j)
            logs[i, j], logs[j, i] = ratio, -ratio
    _check_gaps(elements, known, incomplete)
    return Stack("", elements, [UNNAMED_JUDGE], logs[None], known[None])


def _ratio(square: pd.DataFrame, numbers: Floats, i: int, j: int) -> float:
    """Logarithm of the judgement of one pair; its member at or above 1 is what was judged, the other may be rounded."""
    forth, back = float(numbers[i, j]), float(numbers[j, i])
    shown = [
        f"{number:g}" if not np.isnan(number) else quoted(square.iat[row, column])  # noqa: PD009 - by position
        for number, row, column in ((forth, i, j), (back, j, i))
    ]
    elements = square.columns
    found = f"found {shown[0]} for {elements[i]} over {elements[j]} and {shown[1]} for the reverse"
    if not (forth > 0 and back > 0 and _reciprocal(max(forth, back), min(forth, back))):
        both = forth > 0 and back > 0 and i != j
        raise JudgementError(
            f"a matrix of judgements must be positive and reciprocal (a_ij = 1/a_ji, 1 with itself); {found}"
            f"{', which do not match' if both else ''}. "
            "Correct the pair, reciprocals to two decimals at least, or leave both cells empty."
        )
    if max(forth, back) > LARGEST_SCALE:
        raise JudgementError(
            f"a ratio in a matrix of judgements must be at most {LARGEST_SCALE:g}; {found}. Correct the pair."
        )
    return 0.0 if i == j else float(np.log(forth) if forth >= back else -np.log(back))


def _reciprocal(large: float, small: float) -> bool:
    """Whether `small` stands for 1 / `large`, as it is or rounded to the decimals in which it was typed."""
    if abs(large * small - 1) <= RECIPROCAL_TOLERANCE:
        return True
    # Half a unit of the last decimal, and the rounding of doubles: 1/8 may be typed as .12 or .13.
    return any(
        abs(small - round(small, digits)) <= 1e-12 and abs(1 / large - small) <= 0.5 * 10.0**-digits + 1e-12
        for digits in _TYPED_DECIMALS
    )


def _check_gaps(elements: list[str], known: Truths, incomplete: str) -> None:
    pairs = [(a, b) for (i, a), (j, b) in combinations(enumerate(elements), 2) if known[i, j]]
    lacking = [f"{a} or {b}" for (i, a), (j, b) in combinations(enumerate(elements), 2) if not known[i, j]]
    if incomplete == "refuse" and lacking:
        raise JudgementError(
            f"a matrix of judgements must hold every pair; {len(lacking)} left out: {listed(lacking)}. "
            "Ask the expert, or take incomplete='accept'."
        )
    error = unconnected(elements, pairs, "the comparisons of a matrix", "Ask the expert for a comparison between them.")
    if error is not None:
        raise error
