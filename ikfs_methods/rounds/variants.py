"""Variants beside each other: what leaving out an item or changing a parameter does to the numbers that matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ikfs_methods.checks import listed
from ikfs_methods.errors import ParameterError
from ikfs_methods.factor import ExploratoryResult
from ikfs_methods.result import Shown
from ikfs_methods.rounds.opened import Absent
from ikfs_methods.rounds.opening import open_round
from ikfs_methods.rounds.round import Round


@dataclass(frozen=True, slots=True)
class VariantComparison(Shown):
    """`table`: a row per quantity and subject, a column per variant; a blank is a subject that a variant lacks."""

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """The comparison, with the difference of the last variant from the first where both have the number."""
        first, last = self.table.iloc[:, 0], self.table.iloc[:, -1]
        return self.table.assign(difference=last - first)

    def part(self, *quantities: str) -> VariantComparison:
        """The rows of some quantities only."""
        known = list(self.table.index.get_level_values("quantity").unique())
        unknown = [name for name in quantities if name not in known]
        if unknown:
            raise ParameterError(f"quantities must be among {listed(known, 20)}; found {listed(unknown)}.")
        return VariantComparison(self.table[self.table.index.get_level_values("quantity").isin(quantities)])


def variant_of(opened: Round, *, drop: Sequence[str] = (), **changes: Any) -> Round:
    """The same round with one thing changed: further indicators dropped, or other parameters; all else as it stands."""
    given = {**opened.overrides, **changes}
    gone = [*opened.overrides.get("drop", []), *drop]
    if gone:
        given["drop"] = gone
    return open_round(opened.folder, language=opened.language, overrides=given)


def compare_variants(*variants: Round) -> VariantComparison:
    """Items, alpha, factors and their fit, weights, scores by group and ranks by region of each variant, side by side.

    Answers the question: what would the FGD decide by choosing one variant over another? Raises ParameterError for
    fewer than two variants.
    """
    strange = [type(variant).__name__ for variant in variants if not isinstance(variant, Round)]
    if strange:
        raise ParameterError(f"compare_variants must be given opened rounds; found {listed(strange)}. Use open_round.")
    if len(variants) < 2:
        raise ParameterError(f"compare_variants must be given at least two rounds; found {len(variants)}.")
    columns = [_numbers(variant).rename(_label(variants, position)) for position, variant in enumerate(variants)]
    return VariantComparison(pd.concat(columns, axis=1))


def _label(variants: tuple[Round, ...], position: int) -> str:
    labels = [variant.label for variant in variants]
    return labels[position] if labels.count(labels[position]) == 1 else f"{labels[position]} ({position + 1})"


def _numbers(variant: Round) -> pd.Series:
    """Every compared number of one variant, by quantity and subject."""
    alphas = variant.alpha_retained.results
    factors = variant.factors_retained
    parts: dict[str, pd.Series] = {
        "items": pd.Series({code: float(result.n_items) for code, result in alphas.items()}),
        "alpha": pd.Series({code: result.alpha for code, result in alphas.items()}),
        "factors": _factors(factors),
        "weight": variant.weights.weights,
        "score": _index(variant, None).iloc[0],
    }
    root = variant.structure.root
    for by in ("group", "region"):
        if not isinstance(variant.units(by), Absent):
            scores = _index(variant, by)[root]
            parts[f"score_{by}"] = scores.rename(str)
            parts[f"rank_{by}"] = scores.rank(ascending=False, method="min").rename(str)
    joined: pd.Series = pd.concat(parts, names=["quantity", "subject"])
    return joined


def _factors(found: ExploratoryResult | Absent) -> pd.Series:
    if isinstance(found, Absent):
        return pd.Series(dtype="float64")
    return pd.Series({"n_factors": float(found.loadings.shape[1]), **found.fit.reindex(["rmsea", "tli"])})


def _index(variant: Round, by: str | None) -> pd.DataFrame:
    built = variant.index(by)
    if isinstance(built, Absent):
        raise ParameterError(f"the round {variant.id} has no {by}; declare it in round.yaml.")
    tree = variant.structure
    return built.scores[[code for code in built.scores.columns if code in tree.parents]]
