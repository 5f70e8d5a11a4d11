"""One FGD round: every result that its chapters show, from its checked inputs."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods import evidence, index, reliability, robustness, weighting, witness
from ikfs_methods.errors import TooFewError
from ikfs_methods.result import Shown
from ikfs_methods.rounds.criteria import CLARITY
from ikfs_methods.rounds.opened import Absent, ByDimension, uncounted
from ikfs_methods.rounds.ruled import evidence_rules, sources
from ikfs_methods.rounds.validated import Validated
from ikfs_methods.rounds.weights import WeightChoice, choose_weights, weight_sets
from ikfs_methods.weighting import WeightSet
from ikfs_methods.witness import DefaultsResult


class Round(Validated, Shown):
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

    # Evidence

    @cached_property
    def evidence(self) -> evidence.EvidenceResult:
        """The evidence on every candidate and the verdict that the declared rules give."""
        p, ratio, share = self.parameters, self.content_ratio, self.content_index
        # Where the panel's verdict is on clarity itself, it must not count twice.
        aiken, clarity = self.aiken(), Absent("panel") if p.rating_criterion == CLARITY else self.aiken(CLARITY)
        adequacy, found, outside = self.kmo, self.factors, self.criterion()
        return evidence.indicators(
            self.framework,
            items=pd.concat([pd.DataFrame(), *(found.items for found in self.item_analysis.results.values())]),
            alphas={code: result.alpha for code, result in self.alpha.results.items()},
            matrix=self.items().corr(min_periods=3) if isinstance(found, Absent) else self.correlation.matrix,
            msa=None if isinstance(adequacy, Absent) else adequacy.items,
            loadings=None if isinstance(found, Absent) else found.loadings,
            communalities=None if isinstance(found, Absent) else found.communalities,
            aiken=None if isinstance(aiken, Absent) else aiken.items,
            clarity=None if isinstance(clarity, Absent) else clarity.items,
            content_ratio=None if isinstance(ratio, Absent) else ratio.items,
            content_index=None if isinstance(share, Absent) else share.items,
            criterion=None if isinstance(outside, Absent) else outside.indicators["r"],
            retest=_joined(self.test_retest, "r"),
            dif=_joined(self.dif, ["delta_r2", "flagged"]),
            rules=evidence_rules(p),
            sources=sources(p),
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
        return weight_sets(self, self.expert_sets, self.factor_sets)

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

    @cached_property
    def index_reliability(self) -> reliability.WeightedCompositeResult | Absent:
        """The reliability of the index as a weighted sum of its dimensions."""
        scores, alphas = self._scores, self.alpha_retained.results
        children = self.structure.children(self.structure.root)
        if scores is None or len(children) < 2 or not set(children) <= set(alphas):
            return Absent("alphas")
        return reliability.weighted_composite(
            {code: alphas[code].alpha for code in children},
            self.weights.weights.reindex(children),
            scores=scores[children],
        )

    def means_reliability(self, by: str) -> reliability.MeansReliabilityResult | Absent:
        """How reliably the means of the index and its dimensions tell groups or regions apart."""
        unit, scores = self.units(by), self._scores
        if isinstance(unit, Absent) or scores is None:
            return unit if isinstance(unit, Absent) else Absent("scores")
        nodes = [self.structure.root, *self.structure.dimensions]
        try:
            return reliability.reliability_of_means(
                scores[list(dict.fromkeys(nodes))], unit.reindex(scores.index), level=self.parameters.level
            )
        except TooFewError:  # a single region or group, or one respondent in each
            return Absent("means")

    @property
    def _scores(self) -> pd.DataFrame | None:
        """Scores of every respondent, where the index is built from them."""
        built = self.index()
        return None if isinstance(built, Absent) else built.respondent_scores

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

    @cached_property
    def program_defaults(self) -> DefaultsResult:
        """What other programs would give for the same candidates, each left to its own defaults."""
        p, found = self.parameters, self.factors
        told = None if isinstance(found, Absent) else found
        decided = self.in_force("n_factors", "factors")
        return witness.defaults(
            self.items(),
            scales={code: self.framework.indicators_of(code) for code in self.scales()},
            subject=self.framework.root,
            alphas=self.alpha.results,
            solution=told,
            missing=p.missing,
            level=p.level,
            correlation=p.correlation,
            rule="decided" if decided else "parallel analysis",
            rng=self.rng,
        )


def _joined(found: ByDimension | Absent, columns: Any) -> Any:
    """Columns of the item tables of all dimensions together; None where there are none."""
    if isinstance(found, Absent) or not found.results:
        return None
    return pd.concat([part.items for part in found.results.values()])[columns]
