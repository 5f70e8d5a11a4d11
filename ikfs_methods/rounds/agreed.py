"""How far a round's experts agree: coefficients, sources of variance, and consensus over Delphi rounds."""

from __future__ import annotations

from functools import cached_property
from typing import cast

import pandas as pd

from ikfs_methods import reliability, validity
from ikfs_methods.errors import ConvergenceError, TooFewError
from ikfs_methods.rounds.criteria import has_own_scale, scale_of
from ikfs_methods.rounds.opened import Absent, ByCriterion
from ikfs_methods.rounds.panelled import Panelled, tried


class Agreed(Panelled):
    """A round with its panel's agreement, how many experts are enough, and Delphi."""

    @cached_property
    def agreement(self) -> ByCriterion | Absent:
        """Every coefficient of agreement between the experts, criterion by criterion."""
        p = self.parameters
        if self.panel is None:
            return Absent("panel")

        def agreed(criterion: str) -> validity.PanelAgreementResult:
            low, high = scale_of(criterion, p)
            ratings = cast("pd.DataFrame", self.ratings(criterion)).T
            return validity.panel_agreement(
                ratings, low=low, high=high, draws=p.agreement_draws, level=p.level, rng=self.rng
            )

        return ByCriterion(*tried(self.criteria, agreed))

    @cached_property
    def generalisability(self) -> reliability.GeneralisabilityResult | Absent:
        """What of the ratings' differences is due to indicators, experts and criteria that share one scale.

        The criteria are fixed: others would be other questions, not more of the same. So what an indicator is on these
        criteria belongs to the indicator, and only the experts are a sample.
        """
        p = self.parameters
        if self._latest is None:
            return Absent("panel")
        part = self._latest[~self._latest["criterion"].map(has_own_scale).astype(bool)]
        try:
            return reliability.generalisability(
                part, fixed=("criterion",), low=p.rating_low, high=p.rating_high, level=p.level
            )
        except (TooFewError, ConvergenceError):  # too few, or too many gaps; what is wrong with the input is raised
            return Absent("generalisability")

    @cached_property
    def generalisability_by_criterion(self) -> ByCriterion | Absent:
        """The same of each criterion alone, those with a scale of their own included."""
        p, latest = self.parameters, self._latest
        if latest is None:
            return Absent("panel")

        def studied(criterion: str) -> reliability.GeneralisabilityResult:
            low, high = scale_of(criterion, p)
            part = latest[latest["criterion"] == criterion]
            return reliability.generalisability(part, facets=("expert",), low=low, high=high, level=p.level)

        return ByCriterion(*tried(self.criteria, studied))

    def delphi(self, criterion: str | None = None) -> validity.DelphiResult | Absent:
        """Consensus on every candidate and, after a second Delphi round, stability and who moved."""
        p, name = self.parameters, criterion or self.parameters.rating_criterion
        rounds = {number: self.ratings(name, number) for number in self.delphi_rounds(name)}
        if not rounds:
            return Absent("panel")
        low, high = scale_of(name, p)
        agreeing = self.relevant(name)
        return validity.delphi(
            cast("dict[int, pd.DataFrame]", rounds),
            low=low,
            high=high,
            band=(agreeing[0], agreeing[-1]),
            share=p.delphi_share,
            iqr=p.delphi_iqr,
            stable_share=p.delphi_change,
        )

    @cached_property
    def delphi_by_criterion(self) -> ByCriterion | Absent:
        """Consensus on every candidate, criterion by criterion."""
        if self.panel is None:
            return Absent("panel")
        return ByCriterion(*tried(self.criteria, lambda name: cast("validity.DelphiResult", self.delphi(name))))

    @cached_property
    def delphi_repeated(self) -> ByCriterion | Absent:
        """The criteria that were rated in several Delphi rounds."""
        found = self.delphi_by_criterion
        if isinstance(found, Absent):
            return found
        several = {name: one for name, one in found.results.items() if len(one.rounds) > 1}
        return ByCriterion(several) if several else Absent("delphi_rounds")
