"""What a round's experts rated and judged: content validity, and the weights that they give."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Self, TypeVar, cast

import pandas as pd

from ikfs_methods import validity, weighting
from ikfs_methods.errors import IkfsError, ParameterError
from ikfs_methods.result import Result
from ikfs_methods.rounds.criteria import ABOUT, CONGRUENCE, ESSENTIAL, has_own_scale, scale_of
from ikfs_methods.rounds.opened import Absent, BySet, Opened
from ikfs_methods.rounds.tables import stated

T = TypeVar("T", bound=Result)


class Panelled(Opened):
    """An opened round with its panel's ratings, content validity, and the weight sets of its experts."""

    # Ratings

    @cached_property
    def criteria(self) -> list[str]:
        """The criteria on which the panel rated, in the file's order."""
        return [] if self._rated is None else list(dict.fromkeys(self._rated["criterion"]))

    @cached_property
    def _rated(self) -> pd.DataFrame | None:
        """The panel's rows with a rating; a form that came back empty, or a Delphi round to come, rates nothing."""
        return None if self.panel is None else self.panel[self.panel["rating"].notna()]

    @cached_property
    def _latest(self) -> pd.DataFrame | None:
        """Of each indicator and criterion the ratings of its last Delphi round; agreed items are not asked again."""
        if self._rated is None:
            return None
        last = self._rated.groupby(["criterion", "indicator"])["delphi_round"].transform("max")
        return self._rated[self._rated["delphi_round"] == last]

    @cached_property
    def institutions(self) -> pd.Series:
        """The institution or field of each expert of the panel, where one is told."""
        parts = [table for table in (self.panel, self.experts) if table is not None]
        if not parts:
            return pd.Series(dtype="object", name="institution")
        told = pd.concat([part[["expert", "institution"]] for part in parts])
        told = told[told["institution"].fillna("").map(stated) != ""].drop_duplicates("expert")
        return told.set_index("expert")["institution"]

    def delphi_rounds(self, criterion: str) -> list[int]:
        """The Delphi rounds in which a criterion was rated, in order; one where the panel rated once."""
        if self._rated is None:
            return []
        return sorted({int(one) for one in self._rated.loc[self._rated["criterion"] == criterion, "delphi_round"]})

    def ratings(self, criterion: str, delphi_round: int | None = None) -> pd.DataFrame | Absent:
        """The panel's ratings on one criterion (experts, indicators), of the Delphi round named.

        Without one, each indicator's last. Experts and indicators without any rating are not in it.
        """
        source = self._latest if delphi_round is None else self._rated
        if source is None:
            return Absent("panel")
        part = source[source["criterion"] == criterion]
        if delphi_round is not None:
            part = part[part["delphi_round"] == delphi_round]
        if part.empty:
            return Absent("panel")
        wide = part.pivot_table(
            index="expert", columns="indicator", values="rating", aggfunc="first", sort=False, dropna=False
        )
        return wide.reindex(columns=[code for code in self.framework.indicators if code in wide.columns])

    def relevant(self, criterion: str) -> tuple[int, ...]:
        """The ratings on a criterion that count as agreement: from `relevant_from`, else above the scale's middle."""
        low, high = scale_of(criterion, self.parameters)
        least = self.parameters.relevant_from
        if least is not None and least > high and not has_own_scale(criterion):
            raise ParameterError(
                f"relevant_from must be a point of the panel's scale from {low} to {high}; found {least}. "
                "Lower it, or set rating_high."
            )
        if least is None or has_own_scale(criterion):
            return tuple(point for point in range(low, high + 1) if 2 * point > low + high)
        return tuple(range(max(least, low), high + 1))

    # Content validity

    def aiken(self, criterion: str | None = None) -> validity.AikenResult | Absent:
        """Aiken's V of every candidate on a criterion (None: the one that the verdict uses)."""
        p, name = self.parameters, criterion or self.parameters.rating_criterion
        ratings = self.ratings(name)
        if isinstance(ratings, Absent):
            return ratings
        low, high = scale_of(name, p)
        return validity.aiken_v(ratings, low=low, high=high, level=p.level, alpha=p.aiken_alpha)

    def aiken_by_institution(self, criterion: str | None = None) -> validity.AikenGroupsResult | Absent:
        """Aiken's V of every candidate, by the experts' institution or field."""
        p, name = self.parameters, criterion or self.parameters.rating_criterion
        ratings = self.ratings(name)
        if isinstance(ratings, Absent):
            return ratings
        groups = self.institutions.reindex(ratings.index)
        if groups.nunique() < 2:
            return _too_few(groups)
        low, high = scale_of(name, p)
        return validity.aiken_by_group(ratings, groups, low=low, high=high, level=p.level, alpha=p.aiken_alpha)

    def aiken_change(self, criterion: str | None = None) -> validity.AikenDifferenceResult | Absent:
        """How Aiken's V moved since the panel of the round before: its V first, this round's second."""
        p, name = self.parameters, criterion or self.parameters.rating_criterion
        before = self.earlier
        if isinstance(before, Absent):
            return before
        first, second = before.ratings(name), self.ratings(name)
        if isinstance(first, Absent) or isinstance(second, Absent):
            return Absent("panels")
        both = [code for code in second.columns if code in first.columns]
        if not both or scale_of(name, before.parameters) != scale_of(name, p):
            return Absent("panels")
        low, high = scale_of(name, p)
        return validity.aiken_difference(first[both], second[both], low=low, high=high, level=p.level)

    @cached_property
    def content_ratio(self) -> validity.ContentRatioResult | Absent:
        """Lawshe's CVR of every candidate, from the criterion `essential`."""
        ratings, p = self.ratings(ESSENTIAL), self.parameters
        if isinstance(ratings, Absent):
            return Absent("essential") if self.panel is not None else ratings
        return validity.content_validity_ratio(ratings, level=p.level, alpha=p.cvr_alpha)

    @cached_property
    def content_index(self) -> validity.ContentIndexResult | Absent:
        """I-CVI with its modified kappa, and S-CVI, on the criterion that the verdict uses."""
        p = self.parameters
        ratings = self.ratings(p.rating_criterion)
        if isinstance(ratings, Absent):
            return ratings
        low, high = scale_of(p.rating_criterion, p)
        own: dict[str, Any] = (
            {} if p.i_cvi_cutoff is None else {"cutoff": p.i_cvi_cutoff, "small_cutoff": p.i_cvi_cutoff}
        )
        return validity.content_validity_index(
            ratings,
            relevant=self.relevant(p.rating_criterion),
            low=low,
            high=high,
            level=p.level,
            alpha=p.cvr_alpha,
            draws=p.agreement_draws,
            rng=self.rng,
            **own,
        )

    @cached_property
    def congruence(self) -> validity.CongruenceIndexResult | Absent:
        """Item-objective congruence, of each indicator with its own dimension or with every dimension."""
        p = self.parameters
        if self._latest is None:
            return Absent("panel")
        told = self._latest["criterion"].str.partition(ABOUT)
        part = self._latest.assign(objective=told[2])[told[0] == CONGRUENCE]
        if part.empty:
            return Absent("congruence")
        if (part["objective"] == "").all():
            wide = cast("pd.DataFrame", self.ratings(CONGRUENCE))
            return validity.item_objective_congruence(wide, cutoff=p.congruence_cutoff, level=p.level)
        named = part[part["objective"] != ""].rename(columns={"indicator": "item"})
        tree = self.framework
        intended = pd.Series({code: tree.parent(code) for code in dict.fromkeys(named["item"])})
        return validity.item_objective_congruence(
            named[["expert", "item", "objective", "rating"]],
            intended=intended,
            cutoff=p.congruence_cutoff,
            level=p.level,
        )

    @cached_property
    def earlier(self) -> Self | Absent:
        """The round before this one."""
        return Absent("previous") if self.before is None else cast("Self", self.before())

    # Weights

    @cached_property
    def ahp(self) -> weighting.AhpResult | Absent:
        """Priorities and consistency from the pairwise judgements."""
        if self.judgements is None:
            return Absent("judgements")
        return weighting.ahp(self.judgements, **self._ahp_options)

    @cached_property
    def ahp_by_institution(self) -> weighting.AhpGroupsResult | Absent:
        """Priorities and consistency of the experts of each institution or field."""
        if self.judgements is None:
            return Absent("judgements")
        groups = self.institutions.reindex(self.judgements["expert"].unique())
        if groups.nunique() < 2:
            return _too_few(groups)
        return weighting.ahp_by_group(self.judgements, self.institutions, **self._ahp_options)

    @property
    def _ahp_options(self) -> dict[str, Any]:
        p = self.parameters
        return {
            "priority": p.ahp_priority,
            "aggregation": p.ahp_aggregation,
            "cutoff": p.consistency_cutoff,
            "incomplete": p.ahp_incomplete,
        }

    @cached_property
    def budget_set(self) -> weighting.BudgetResult | Absent:
        """Weights from the points that experts shared out."""
        return Absent("budget") if self.budget is None else weighting.budget_allocation(self.budget)

    @cached_property
    def best_worst_set(self) -> weighting.BestWorstResult | Absent:
        """Weights from comparisons with the best and with the worst."""
        return Absent("best_worst") if self.best_worst is None else weighting.best_worst(self.best_worst)

    @cached_property
    def expert_sets(self) -> dict[str, weighting.WeightSet]:
        """The weight sets that experts gave, by name."""
        found = {"ahp": self.ahp, "budget": self.budget_set, "best_worst": self.best_worst_set}
        return {name: one for name, one in found.items() if not isinstance(one, Absent)}

    @cached_property
    def expert_uncertainty(self) -> BySet | Absent:
        """How far each weight set of the experts would move with other experts, and who moves it most."""
        if not self.expert_sets:
            return Absent("expert_weights")
        p = self.parameters

        def resampled(name: str) -> weighting.ExpertUncertaintyResult:
            found = self.expert_sets[name]
            # As in force: what was dropped has handed its weight to its siblings.
            kept = [str(code) for code in found.weights.index if code in self.structure.nodes.index]
            return weighting.expert_uncertainty(found, draws=p.expert_draws, level=p.level, rng=self.rng, codes=kept)

        return BySet(*tried(list(self.expert_sets), resampled))


def _too_few(groups: pd.Series) -> Absent:
    """What stands for a comparison of fewer than two groups: nobody's is told, or all experts are of the same."""
    return Absent("two_institutions" if groups.nunique() else "institutions")


def tried(names: list[str], method: Callable[[str], T]) -> tuple[dict[str, T], dict[str, str]]:
    """The method's results by name, and for the names that do not allow it, why."""
    results, failed = {}, {}
    for name in names:
        try:
            results[name] = method(name)
        except IkfsError as error:
            failed[name] = str(error)
    return results, failed
