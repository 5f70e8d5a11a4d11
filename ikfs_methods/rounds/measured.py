"""What a round says of its panel, its items and the reliability of its dimensions."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from ikfs_methods import reliability, validity
from ikfs_methods.answers import ScreenResult
from ikfs_methods.errors import IkfsError
from ikfs_methods.rounds.agreed import Agreed
from ikfs_methods.rounds.exclusions import screen
from ikfs_methods.rounds.opened import Absent, ByDimension


class Measured(Agreed):
    """A round with its panel, and with its screening, item analysis and reliability."""

    # Screening

    @cached_property
    def screening(self) -> ScreenResult:
        """Screening of all delivered answers as given, by the round's thresholds; it takes nobody out."""
        return screen(self.delivered, self.parameters, mcar=True) if self.screened is None else self.screened

    # Items

    @cached_property
    def item_analysis(self) -> ByDimension:
        """Item analysis of all candidates, dimension by dimension."""
        bounds, p = self.framework.nodes, self.parameters
        return self.by_dimension(
            validity.item_analysis,
            low=bounds["scale_min"],
            high=bounds["scale_max"],
            level=p.level,
            missing=p.missing,
            extreme_share=p.extreme_share,
        )

    @cached_property
    def category_use(self) -> ByDimension:
        """How the scale points of every candidate are used, and whether they are in order."""
        bounds = self.framework.nodes
        return self.by_dimension(
            validity.category_use, tolerant=True, low=bounds["scale_min"], high=bounds["scale_max"]
        )

    @cached_property
    def successive_intervals(self) -> ByDimension:
        """Every candidate's scale points on the interval scale of MSI, beside the raw ones."""
        return self.by_dimension(validity.successive_intervals, tolerant=True)

    # Reliability

    @cached_property
    def alpha(self) -> ByDimension:
        """Cronbach's alpha of all candidates, by dimension."""
        return self._alpha(retained=False)

    @cached_property
    def alpha_retained(self) -> ByDimension:
        """Cronbach's alpha of what is retained, by dimension."""
        return self._alpha(retained=True)

    def _alpha(self, *, retained: bool) -> ByDimension:
        p = self.parameters
        return self.by_dimension(reliability.cronbach_alpha, retained=retained, level=p.level, missing=p.missing)

    @cached_property
    def alpha_scaled(self) -> ByDimension:
        """Cronbach's alpha of what is retained, from answers on the scale of MSI."""
        p = self.parameters

        def scaled(answers: pd.DataFrame) -> reliability.AlphaResult:
            values = validity.successive_intervals(answers).values  # noqa: PD011 - the result's own frame
            return reliability.cronbach_alpha(values, level=p.level, missing=p.missing)

        return self.by_dimension(scaled, retained=True, tolerant=True)

    @cached_property
    def ordinal_alpha(self) -> ByDimension:
        """Alpha of the polychoric correlations of what is retained."""
        return self.by_dimension(
            reliability.ordinal_alpha, retained=True, tolerant=True, missing=self.parameters.missing
        )

    @cached_property
    def guttman(self) -> ByDimension:
        """Guttman's six bounds of what is retained."""
        return self.by_dimension(
            reliability.guttman_lambdas, retained=True, tolerant=True, missing=self.parameters.missing
        )

    @cached_property
    def split_halves(self) -> ByDimension:
        """Split-half reliabilities of what is retained: all splits, or drawn ones of more than 16 items."""
        return self.by_dimension(
            reliability.split_half, retained=True, tolerant=True, rng=self.rng, missing=self.parameters.missing
        )

    @cached_property
    def lower_bound(self) -> ByDimension:
        """The greatest lower bound of what is retained."""
        return self.by_dimension(
            reliability.greatest_lower_bound, retained=True, tolerant=True, missing=self.parameters.missing
        )

    @cached_property
    def omega(self) -> ByDimension:
        """McDonald's omega total of one factor in each dimension of what is retained."""
        return self.by_dimension(
            reliability.mcdonald_omega, retained=True, tolerant=True, n_factors=1, missing=self.parameters.missing
        )

    @cached_property
    def measurement_error(self) -> ByDimension:
        """Standard error of measurement and minimal detectable change of the mean score of each dimension."""
        p = self.parameters
        return self.by_dimension(
            reliability.standard_error_of_measurement,
            retained=True,
            tolerant=True,
            score="mean",
            level=p.level,
            missing=p.missing,
        )

    @cached_property
    def alpha_change(self) -> ByDimension | Absent:
        """Cronbach's alpha of what was retained before (first) and is now (second), in the dimensions of both."""
        before = self.earlier
        if isinstance(before, Absent):
            return before
        p, results, failed = self.parameters, {}, {}
        for code in [code for code in self.scales(retained=True) if code in before.scales(retained=True)]:
            first, second = before.items(code, retained=True), self.items(code, retained=True)
            try:
                results[code] = reliability.alpha_difference(first, second, level=p.level, missing=p.missing)
            except IkfsError as error:
                failed[code] = str(error)
        return ByDimension(results, failed)

    @cached_property
    def alpha_by_group(self) -> ByDimension | Absent:
        """Cronbach's alpha of what is retained in every group, and the test that it is the same in all."""
        groups = self.told_groups
        if isinstance(groups, Absent):
            return groups
        p = self.parameters
        return self.by_dimension(
            reliability.alpha_by_group, retained=True, tolerant=True, groups=groups, level=p.level, missing=p.missing
        )
