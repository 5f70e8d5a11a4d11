"""The rounds of a search for differential functioning: test, take flagged items out of the score, test again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ikfs_methods.labels import Codes, Floats
from ikfs_methods.validity.differential.item_tests import ItemTest, RSquared, item_test

Flags = npt.NDArray[np.bool_]

MOST_ROUNDS = 20
PART_OF = {"both": "total", "uniform": "uniform", "nonuniform": "nonuniform"}


@dataclass(frozen=True, slots=True)
class Rule:
    """When an item is flagged: the part's p value below `alpha` and its gain in `r2` at least `effect`."""

    kind: str
    r2: RSquared
    alpha: float
    effect: float

    @property
    def part(self) -> str:
        """The part of the test that decides: total, uniform or nonuniform."""
        return PART_OF[self.kind]

    def flags(self, test: ItemTest) -> bool:
        """Whether the item is flagged; one that could not be tested is not."""
        return bool(test.p_value[self.part] < self.alpha and test.delta[self.r2][self.part] >= self.effect)


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Answers as numbers (respondents x items, gaps NaN) and as categories, groups, and a standing where given."""

    values: Floats
    answers: list[Codes]  # by item; -1 for a gap
    groups: Codes
    labels: list[str]
    given: Floats | None


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """The last round's tests, the items behind its scores, the anchors and flags of every round."""

    tests: list[ItemTest]
    anchors: Flags
    rounds: list[tuple[Flags, Flags]]
    settled: bool


def searched(material: Material, *, match: str, purify: bool, rule: Rule) -> Search:
    """Rounds until the same items are flagged twice; not settled when a set returns later, or anchors run out.

    An item never matches by the items flagged in the round before; it does belong to its own score under `total`, as
    in the Mantel-Haenszel procedure (Holland & Thayer 1988), and never under `rest`.
    """
    k = len(material.answers)
    anchors = np.ones(k, dtype=bool)
    rounds: list[tuple[Flags, Flags]] = []
    while True:
        tests = [_test(material, item, anchors, match) for item in range(k)]
        flags = np.array([rule.flags(test) for test in tests])
        seen = [np.array_equal(flags, before) for _, before in rounds]
        rounds.append((anchors, flags))
        if match == "given" or not purify or np.array_equal(anchors, ~flags):
            return Search(tests, anchors, rounds, settled=True)
        # Every item needs another one to be matched by. A set of flags that returns would return for ever.
        if any(seen) or len(rounds) == MOST_ROUNDS or (~flags).sum() < 2:
            return Search(tests, anchors, rounds, settled=False)
        anchors = ~flags


def _test(material: Material, item: int, anchors: Flags, match: str) -> ItemTest:
    answers = material.answers[item]
    score = _score(material, item, anchors, match)
    rows = (answers >= 0) & ~np.isnan(score)
    # Categories of those who are compared: others may have been given only by respondents without a score.
    given, codes = np.unique(answers[rows], return_inverse=True)
    return item_test(codes, score[rows], material.groups[rows], n_categories=len(given), labels=material.labels)


def _score(material: Material, item: int, anchors: Flags, match: str) -> Floats:
    """The matching score of every respondent: the mean of the answers given to the items that match this one."""
    if material.given is not None:
        return material.given
    chosen = anchors.copy()
    chosen[item] = match == "total"
    part = material.values[:, chosen]
    answered = ~np.isnan(part)
    count = answered.sum(axis=1)
    total = np.where(answered, part, 0.0).sum(axis=1)
    return np.asarray(np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0))
