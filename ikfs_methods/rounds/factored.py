"""What a round says of the structure of its answers: correlations, number of factors, factors and their stability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods import factor, reliability
from ikfs_methods.correlation import CorrelationChoice, CorrelationResult, correlation_matrix, recommended
from ikfs_methods.errors import IkfsError
from ikfs_methods.result import Shown
from ikfs_methods.rounds.measured import Measured
from ikfs_methods.rounds.opened import Absent

# A solution of a group needs respondents enough to be told from chance: five an item, the least that is usual
# (Gorsuch 1983).
PER_ITEM = 5
# A polychoric matrix costs a hundred times a Pearson one; draws beyond these only where the round asks for them.
COSTLY_DRAWS = 300


@dataclass(frozen=True, slots=True)
class Unsettled(Absent):
    """Stands for a result that the answers do not allow; `why` is the method's own message."""

    why: str


@dataclass(frozen=True, slots=True)
class FactorNumber(Shown):
    """How many factors are extracted of all candidates and of what is retained, and who says so.

    `source`: given (for this run), decision (of the round), parameter (of the round), parallel (analysis of each).
    """

    candidates: int
    retained: int
    source: str
    decided_by: str

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        return pd.DataFrame([[self.candidates, self.retained, self.source, self.decided_by]], columns=self.__slots__)


@dataclass(frozen=True, slots=True, eq=False)
class FactorsByGroup(Shown):
    """The solution of every group held against that of all; `n` counts the respondents behind each.

    `n` is left empty where the numbers together would give away a smaller one. `few` names the groups with fewer than
    `least` usable respondents, `unsettled` those whose answers give no solution.
    """

    results: Mapping[str, factor.SolutionComparison]
    n: pd.Series
    few: tuple[str, ...]
    unsettled: tuple[str, ...]
    least: int

    def to_frame(self) -> pd.DataFrame:
        """One row a group and factor: by_order, congruence, verdict."""
        parts = {name: found.congruence for name, found in self.results.items()}
        return pd.concat(parts, names=["group", "factor"]) if parts else pd.DataFrame()


class Factored(Measured):
    """A round with its exploratory factors."""

    @cached_property
    def correlation(self) -> CorrelationResult:
        """Correlations of all candidates."""
        return self._correlation(retained=False)

    @cached_property
    def correlation_retained(self) -> CorrelationResult:
        """Correlations of what is retained."""
        return self._correlation(retained=True)

    def _correlation(self, *, retained: bool, method: str | None = None) -> CorrelationResult:
        p = self.parameters
        return correlation_matrix(self.items(retained=retained), method=method or p.correlation, missing=p.missing)

    @cached_property
    def correlation_rule(self) -> CorrelationChoice:
        """Which correlations the rule of choice would take for these answers, and why."""
        return recommended(self.items())

    @cached_property
    def kmo(self) -> factor.KmoResult | Absent:
        """Sampling adequacy of all candidates."""
        return factor.kmo(self.correlation) if self.factorable else Absent("respondents")

    @cached_property
    def bartlett(self) -> factor.BartlettResult | Absent:
        """Bartlett's test of all candidates."""
        return factor.bartlett_sphericity(self.correlation) if self.factorable else Absent("respondents")

    @cached_property
    def msa_deletion(self) -> factor.MsaDeletionResult | Absent:
        """What would be left if the item with the lowest MSA went, one at a time, while below the cut-off."""
        if not self.factorable:
            return Absent("respondents")
        return factor.msa_deletion(self.correlation, cutoff=self.parameters.msa_cutoff)

    # Number of factors

    def _factorable(self, *, retained: bool) -> bool:
        """Whether a factor analysis is defined; what is retained may be fewer than three items."""
        return self.factorable and (not retained or len(self.structure.indicators) > 2)

    def parallel(self, kind: str | None = None, *, retained: bool = False) -> factor.ParallelResult | Absent:
        """Parallel analysis of the candidates, or of what is retained."""
        if not self._factorable(retained=retained):
            return Absent("respondents")
        p = self.parameters
        given, draws = self._drawn(retained=retained)
        return factor.parallel_analysis(
            given, kind=kind or p.parallel_kind, draws=draws, percentile=p.parallel_percentile, rng=self.rng,
            correlation=p.correlation, missing=p.missing,
        )  # fmt: skip

    def _drawn(self, *, retained: bool) -> tuple[Any, int]:
        """What random matrices are drawn from, and how many: polychoric ones need the answers themselves."""
        p = self.parameters
        if p.correlation == "polychoric":
            return self.items(retained=retained), p.permuted_draws
        return (self.correlation_retained if retained else self.correlation), p.parallel_draws

    @cached_property
    def retention(self) -> factor.RetentionResult | Absent:
        """Every criterion for the number of factors of all candidates, side by side, with a recommendation."""
        return self._retention(retained=False)

    @cached_property
    def retention_retained(self) -> factor.RetentionResult | Absent:
        """The same of what is retained."""
        return self._retention(retained=True)

    def _retention(self, *, retained: bool) -> factor.RetentionResult | Absent:
        if not self._factorable(retained=retained):
            return Absent("respondents")
        p = self.parameters
        return factor.retention(
            self.items(retained=retained), correlation=p.correlation, missing=p.missing,
            draws=self._drawn(retained=retained)[1], percentile=p.parallel_percentile, rng=self.rng,
        )  # fmt: skip

    @cached_property
    def factor_number(self) -> FactorNumber | Absent:
        """How many factors are extracted, and who says so."""
        before, after = (self._wanted(retained=retained) for retained in (False, True))
        if isinstance(before, Absent):
            return before
        if isinstance(after, Absent):
            return after
        decided = [entry.decided_by for entry in self.file.method_decisions if entry.topic == "factors"]
        source = "parallel" if self.in_force("n_factors", "factors") is None else "parameter"
        if source == "parameter" and "n_factors" in self.overrides:
            source = "given"
        elif decided:
            source = "decision"
        return FactorNumber(before, after, source, decided[0] if source == "decision" else "")

    # Factors

    @cached_property
    def factors(self) -> factor.ExploratoryResult | Absent:
        """Exploratory factors of all candidates."""
        return self._factors(retained=False)

    @cached_property
    def factors_retained(self) -> factor.ExploratoryResult | Absent:
        """Exploratory factors of what is retained."""
        return self._factors(retained=True)

    def _factors(self, *, retained: bool) -> factor.ExploratoryResult | Absent:
        wanted = self._wanted(retained=retained)
        if isinstance(wanted, Absent):
            return wanted
        return self._solved(self.correlation_retained if retained else self.correlation, wanted)

    def _wanted(self, *, retained: bool) -> int | Absent:
        """The number of factors that is decided, or that parallel analysis finds."""
        decided = self.in_force("n_factors", "factors")
        if decided and self._factorable(retained=retained):
            return int(decided)
        chance = self.parallel(retained=retained)
        return chance if isinstance(chance, Absent) else max(1, chance.n_factors)

    def _solved(self, given: Any, n_factors: int, **options: Any) -> factor.ExploratoryResult:
        p = self.parameters
        return factor.exploratory(
            given, n_factors=n_factors, extraction=p.extraction, rotation=p.rotation, starts=p.rotation_starts,
            rng=self.rng, correlation=p.correlation, missing=p.missing, **options,
        )  # fmt: skip

    def solution(self, codes: list[str], n_factors: int) -> factor.ExploratoryResult:
        """Exploratory factors of these indicators, by the round's parameters."""
        return self._solved(self.items()[codes], n_factors)

    @cached_property
    def factors_resampled(self) -> factor.ExploratoryResult | Absent:
        """The factors of what is retained, with intervals from resampled respondents where these have solutions."""
        found, p = self.factors_retained, self.parameters
        if isinstance(found, Absent):
            return found
        draws = p.bootstrap_draws
        if p.correlation == "polychoric" and "bootstrap_draws" not in p.model_fields_set:
            draws = min(draws, COSTLY_DRAWS)
        try:
            return self._solved(self.items(retained=True), found.n_factors, bootstrap=draws, level=p.level)
        except IkfsError:
            return found

    @cached_property
    def factors_beside(self) -> factor.SolutionComparison | Absent:
        """The factors of what is retained from the other kind of correlation, held against those in force."""
        found = self.factors_retained
        if isinstance(found, Absent):
            return found
        other = "pearson" if self.parameters.correlation == "polychoric" else "polychoric"
        try:
            solved = self._solved(self._correlation(retained=True, method=other), found.n_factors)
            return factor.compare_solutions(found, solved)
        except IkfsError as error:
            return Unsettled("answers", str(error))

    @cached_property
    def factors_by_group(self) -> FactorsByGroup | Absent:
        """The factors of what is retained in every group that is large enough, each held against those of all."""
        found, groups = self.factors_retained, self.told_groups
        if isinstance(found, Absent):
            return found
        if isinstance(groups, Absent):
            return groups
        items = self.items(retained=True)
        used = items.dropna() if self.parameters.missing == "listwise" else items
        sizes, least = groups[used.index].value_counts(sort=False), PER_ITEM * items.shape[1]
        few = [name for name in groups.cat.categories if sizes[name] < least]
        results: dict[str, factor.SolutionComparison] = {}
        for name in groups.cat.categories.difference(few, sort=False):
            try:
                solved = self._solved(items[np.asarray(groups == name)], found.n_factors)
                results[str(name)] = factor.compare_solutions(found, solved)
            except IkfsError:
                continue
        n = sizes[list(results)].astype("Int64")
        # What the numbers shown leave of all is a number of its own.
        if 0 < len(used) - n.sum() < self.parameters.minimum_count:
            n = n.mask(n.notna())
        lost = [str(name) for name in groups.cat.categories if name not in few and str(name) not in results]
        return FactorsByGroup(results, n, tuple(map(str, few)), tuple(lost), least)

    @cached_property
    def factors_change(self) -> factor.SolutionComparison | Absent:
        """The factors of the indicators that both rounds retain, now held against the round before."""
        now, before = self.factors_retained, self.earlier
        if isinstance(now, Absent):
            return now
        if isinstance(before, Absent):
            return before
        both = [code for code in self.structure.indicators if code in before.structure.indicators]
        try:
            then, here = (part.solution(both, now.n_factors) for part in (before, self))
            return factor.compare_solutions(then, here)
        except IkfsError as error:
            return Unsettled("previous", str(error))

    @cached_property
    def omega_general(self) -> reliability.OmegaResult | Absent:
        """Omega of all retained items together: how much of the total one general factor carries."""
        found, p = self.factors_retained, self.parameters
        if isinstance(found, Absent):
            return found
        if found.n_factors < 2:
            return Absent("factors")
        extraction = "minres" if p.extraction == "pca" else p.extraction
        try:
            return reliability.mcdonald_omega(
                self.correlation_retained, n_factors=found.n_factors, extraction=extraction
            )
        except IkfsError as error:
            return Unsettled("answers", str(error))
