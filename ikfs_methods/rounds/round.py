"""One FGD round: every result that its chapters show, from its checked inputs."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods import evidence, factor, index, reliability, robustness, validity, weighting, witness
from ikfs_methods.answers import ScreenResult
from ikfs_methods.correlation import CorrelationResult, correlation_matrix
from ikfs_methods.result import Shown
from ikfs_methods.rounds.exclusions import screen
from ikfs_methods.rounds.opened import Absent, ByDimension, Opened, uncounted
from ikfs_methods.rounds.weights import WeightChoice, choose_weights, weight_sets
from ikfs_methods.weighting import WeightSet


class Round(Opened, Shown):
    """A round in memory. Results are computed when first asked for, then kept."""

    def to_frame(self) -> pd.DataFrame:
        """The round at a glance: what JupyterLab shows of it."""
        scores = self.index()
        shown = {
            "round": self.label,
            "respondents": self.answers.n,
            "indicators": f"{len(self.structure.indicators)} of {len(self.framework.indicators)} retained",
            "weights": self.weights.method,
            "index": "" if isinstance(scores, Absent) else f"{scores.scores[self.structure.root].iloc[0]:.2f}",
        }
        return pd.DataFrame({"": pd.Series(shown)})

    # Screening

    @cached_property
    def screening(self) -> ScreenResult:
        """Screening of all delivered answers as given, by the round's thresholds; it takes nobody out."""
        return screen(self.delivered, self.parameters, mcar=True) if self.screened is None else self.screened

    # Expert panel

    def aiken(self, criterion: str | None = None) -> validity.AikenResult | Absent:
        """Aiken's V of every candidate on a criterion (None: the one that the verdict uses)."""
        p = self.parameters
        ratings = self.ratings(criterion or p.rating_criterion)
        if isinstance(ratings, Absent):
            return ratings
        return validity.aiken_v(ratings, low=p.rating_low, high=p.rating_high, level=p.level, alpha=p.aiken_alpha)

    # Items and reliability

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
        )

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

    # Factors

    @cached_property
    def correlation(self) -> CorrelationResult:
        """Correlations of all candidates."""
        return correlation_matrix(self.items(), missing=self.parameters.missing)

    @cached_property
    def correlation_retained(self) -> CorrelationResult:
        """Correlations of what is retained."""
        return correlation_matrix(self.items(retained=True), missing=self.parameters.missing)

    @cached_property
    def kmo(self) -> factor.KmoResult | Absent:
        """Sampling adequacy of all candidates."""
        return factor.kmo(self.correlation) if self.factorable else Absent("respondents")

    @cached_property
    def bartlett(self) -> factor.BartlettResult | Absent:
        """Bartlett's test of all candidates."""
        return factor.bartlett_sphericity(self.correlation) if self.factorable else Absent("respondents")

    def parallel(self, kind: str | None = None, *, retained: bool = False) -> factor.ParallelResult | Absent:
        """Parallel analysis of the candidates, or of what is retained."""
        if not self.factorable:
            return Absent("respondents")
        p = self.parameters
        matrix = self.correlation_retained if retained else self.correlation
        return factor.parallel_analysis(
            matrix, kind=kind or p.parallel_kind, draws=p.parallel_draws, percentile=p.parallel_percentile, rng=self.rng
        )

    @cached_property
    def factors(self) -> factor.ExploratoryResult | Absent:
        """Exploratory factors of all candidates."""
        return self._factors(retained=False)

    @cached_property
    def factors_retained(self) -> factor.ExploratoryResult | Absent:
        """Exploratory factors of what is retained."""
        return self._factors(retained=True)

    def _factors(self, *, retained: bool) -> factor.ExploratoryResult | Absent:
        p = self.parameters
        chance = self.parallel(retained=retained)
        if isinstance(chance, Absent):
            return chance
        matrix = self.correlation_retained if retained else self.correlation
        wanted = self.in_force("n_factors", "factors") or max(1, chance.n_factors)
        return factor.exploratory(matrix, n_factors=wanted, extraction=p.extraction, rotation=p.rotation)

    # Evidence

    @cached_property
    def evidence(self) -> evidence.EvidenceResult:
        """The evidence on every candidate and the verdict that the declared rules give."""
        p = self.parameters
        aiken, adequacy, found = self.aiken(), self.kmo, self.factors
        return evidence.indicators(
            self.framework,
            items=pd.concat([pd.DataFrame(), *(found.items for found in self.item_analysis.results.values())]),
            alphas={code: result.alpha for code, result in self.alpha.results.items()},
            matrix=self.items().corr(min_periods=3) if isinstance(found, Absent) else self.correlation.matrix,
            msa=None if isinstance(adequacy, Absent) else adequacy.items,
            loadings=None if isinstance(found, Absent) else found.loadings,
            communalities=None if isinstance(found, Absent) else found.communalities,
            aiken=None if isinstance(aiken, Absent) else aiken.items,
            rules=evidence.Rules(
                content=p.aiken_cutoff,
                content_alpha=p.aiken_alpha,
                item_rest=p.item_rest_cutoff,
                msa=p.msa_cutoff,
                loading=p.loading_cutoff,
                gap=p.loading_gap,
                communality=p.communality_cutoff,
                redundancy=p.redundancy_cutoff,
            ),
        )

    @cached_property
    def doubtful(self) -> list[str]:
        """Retained indicators whose evidence is not clean: what a variant would leave out first.

        A dimension keeps at least two indicators, those that fail least; a variant without the rest still has it.
        """
        table = self.evidence.indicators
        gone = []
        for parent in self.structure.dimensions:
            codes = self.structure.indicators_of(parent)
            worst_first = sorted(codes, key=lambda code: -len(table["failed"][code]))
            gone += [code for code in worst_first[: max(0, len(codes) - 2)] if table["verdict"][code] != "keep"]
        return [code for code in self.structure.indicators if code in gone]

    # Weights and index

    @cached_property
    def ahp(self) -> weighting.AhpResult | Absent:
        """Priorities and consistency from the pairwise judgements."""
        p = self.parameters
        if self.judgements is None:
            return Absent("judgements")
        return weighting.ahp(
            self.judgements, priority=p.ahp_priority, aggregation=p.ahp_aggregation, cutoff=p.consistency_cutoff
        )

    @cached_property
    def factor_sets(self) -> list[weighting.WeightSet]:
        """Factor weights of every dimension whose children are all indicators, two or more."""
        tree, p = self.structure, self.parameters
        # The procedure weighs indicators against each other, not against a sub-dimension.
        codes = [code for code in self.scales(retained=True) if tree.indicators_of(code) == tree.children(code)]
        return [
            weighting.factor_weights(
                self.items(code, retained=True),
                minimum_eigenvalue=p.minimum_eigenvalue,
                parent=code,
                missing=p.missing,
            )
            for code in codes
        ]

    @cached_property
    def weight_sets(self) -> dict[str, WeightSet]:
        """Every weight set that the inputs support, by name; each covers the parents that it can."""
        return weight_sets(self, None if isinstance(self.ahp, Absent) else self.ahp, self.factor_sets)

    @cached_property
    def weights(self) -> WeightChoice:
        """The weights in force, parent by parent, and who chose them."""
        return choose_weights(self, self.weight_sets)

    def index(self, by: str | None = None, **changes: Any) -> index.IndexResult | Absent:
        """Scores at every node of the tree, for the whole (None), by `group` or by `region`.

        By group or region it is what may be published: scores of fewer than `minimum_respondents`, and those that would
        give them away, are withheld (`hidden`, `withheld`). `index.build` gives all of them to who computes in memory.
        """
        unit = self.units(by)
        if isinstance(unit, Absent):
            return unit
        tree, p = self.structure, self.parameters
        options = {"weights": self.weights.weights, **self.build_options, **changes}
        built = index.build(tree, self.items(retained=True), by=unit, **options)
        if by is None:
            return built
        families = [[code, *tree.children(code)] for code in tree.parents]
        told = built.publishable(minimum=p.minimum_respondents, minimum_count=p.minimum_count, together=families)
        few = told.n.index.astype(str).isin(uncounted(unit, p.minimum_count))
        return replace(told, n=told.n.mask(np.broadcast_to(few[:, None], told.n.shape)))

    def leave_one_out(self, by: str | None = None) -> robustness.LeaveOneOutResult | Absent:
        """What leaving out each retained indicator does to scores and ranks of the regions, or else of the groups.

        Units whose score is withheld are left out of the comparison; where all are, it is of the whole alone.
        """
        chosen = by or ("group" if self.answers.region is None else "region")
        unit, built = self.units(chosen), self.index(chosen)
        if isinstance(unit, Absent) or isinstance(built, Absent):
            return Absent(chosen)
        told = unit.where(~unit.astype(str).isin(built.withheld))
        unit = told if told.notna().any() else pd.Series(self.id, index=unit.index)
        values = self.items(retained=True)
        return robustness.leave_one_out(
            self.structure, values, by=unit, weights=self.weights.weights, **self.build_options
        )

    # Second witness

    @cached_property
    def witness(self) -> witness.WitnessResult:
        """The coefficients of this round that another program computes as well, both values side by side."""
        rows: list[witness.WitnessRow] = []
        for code, result in self.alpha.results.items():
            rows += witness.alpha(self.items(code), result, subject=code)
        everything = self.framework.root
        adequacy, sphericity, found = self.kmo, self.bartlett, self.factors
        if self.parameters.missing == "listwise":
            for code, analysed in self.item_analysis.results.items():
                rows += witness.item_rest(self.items(code), analysed.items["item_rest"], subject=code)
            if not (isinstance(adequacy, Absent) or isinstance(sphericity, Absent)):
                rows += witness.suitability(
                    self.items(), kmo=adequacy.overall, bartlett_chi2=sphericity.chi2, subject=everything
                )
            chance = self.parallel("component")
            if not isinstance(chance, Absent):
                rows += witness.eigenvalues(self.items(), chance.observed, subject=everything)
            if not isinstance(found, Absent) and (found.extraction, found.rotation) == ("minres", "oblimin"):
                rows += witness.loadings(self.items(), found.loadings, subject=everything)
            for part in self.factor_sets:
                code = str(part.parents.iloc[0])
                rows += witness.components(
                    self.items(code, retained=True), part.diagnostics["loadings"], subject=code, normalize=True
                )
        built = self.index()
        if isinstance(built, index.IndexResult) and built.respondent_scores is not None:
            root = self.structure.root
            ours = float(built.scores[root].iloc[0])
            rows += witness.weighted_mean(built.respondent_scores[root], self.answers.weight, ours, subject=root)
        return witness.compare(rows)
