"""What speaks for a round's measures from beyond their own answers: outside measures, known groups, time, fairness."""

from __future__ import annotations

from functools import cached_property

from ikfs_methods import validity
from ikfs_methods.errors import TooFewError
from ikfs_methods.rounds.factored import Factored
from ikfs_methods.rounds.opened import Absent, ByDimension


class Validated(Factored):
    """A round with its evidence from outside."""

    @property
    def outside(self) -> list[str]:
        """The declared outside measures."""
        return [str(name) for name in self.answers.outside.columns]

    def criterion(self, measure: str | None = None) -> validity.CriterionResult | Absent:
        """Correlations of all candidates with an outside measure (None: the first), with the group held constant."""
        if not self.outside:
            return Absent("outside")
        p, groups = self.parameters, self.answers.group
        try:
            return validity.criterion(
                self.items(),
                self.answers.outside[measure or self.outside[0]],
                controls=None if groups is None else groups.to_frame(),
                level=p.level,
                missing=p.missing,
            )
        except TooFewError:
            return Absent("respondents")

    @cached_property
    def known_groups(self) -> validity.KnownGroupsResult | Absent:
        """How far the groups differ on every candidate."""
        groups = self.told_groups
        if isinstance(groups, Absent):
            return groups
        p = self.parameters
        try:
            return validity.known_groups(self.items(), groups, level=p.level, missing=p.missing)
        except TooFewError:
            return Absent("respondents")

    @cached_property
    def test_retest(self) -> ByDimension | Absent:
        """How steady the answers are over two occasions, by dimension."""
        if self.retest is None:
            return Absent("retest")
        second, level = self.retest.items, self.parameters.level
        return self.by_dimension(
            lambda first: validity.test_retest(first, second[list(first.columns)], level=level), tolerant=True
        )

    @cached_property
    def dif(self) -> ByDimension | Absent:
        """Which candidates a group finds harder than others who stand equally high on the dimension."""
        groups = self.told_groups
        if isinstance(groups, Absent):
            return groups
        p = self.parameters
        return self.by_dimension(
            validity.dif, tolerant=True, groups=groups, alpha=p.dif_alpha, effect=p.dif_effect, least=p.dif_minimum,
            missing=p.missing,
        )  # fmt: skip
