"""A set of weights with its name, its origin, and the promise that it sums to 1 within each parent."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ikfs_methods.checks import did_you_mean, listed, quoted, sum_to_one, weight_numbers
from ikfs_methods.errors import ParameterError, WeightError
from ikfs_methods.framework import Framework
from ikfs_methods.result import Shown


@dataclass(frozen=True, slots=True, eq=False)
class WeightSet(Shown):
    """Weights by code (not negative, summing to 1 within each parent), with how they were made.

    `parents`: parent of each code, "" for one that was not named. `n_judges`: experts behind the weights; `n`: rows of
    data behind them; each None where it does not apply. `diagnostics`: frames and numbers of the method.
    Raises WeightError when the weights are missing, negative, not named once each, or do not sum to 1 within 1e-9.
    """

    weights: pd.Series
    parents: pd.Series
    method: str
    n_judges: int | None = None
    n: int | None = None
    diagnostics: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_weights(self.weights, self.parents)

    def to_frame(self) -> pd.DataFrame:
        """One row per code: parent, weight, method."""
        return pd.DataFrame({"parent": self.parents, "weight": self.weights, "method": self.method})

    def within(self, codes: Iterable[str]) -> WeightSet:
        """The weights of those codes alone, scaled up to sum to 1 within each parent.

        Raises WeightError for a code that has no weight, or when a parent would be left with zeros only.
        """
        wanted = list(codes)
        self._known(wanted)
        kept = [code for code in self.weights.index if code in set(wanted)]
        if not kept:
            raise WeightError("at least one node must keep its weight; none was named.")
        parents = self.parents[kept]
        total = self.weights[kept].groupby(parents).sum()
        empty = [str(parent) or "(unnamed)" for parent in total.index[total == 0]]
        if empty:
            raise WeightError(
                f"what is left within a parent must have some weight; only zeros are left within {listed(empty)}. "
                "Keep a weighted node there, or weight its nodes anew."
            )
        scaled = self.weights[kept] / parents.map(total)
        return WeightSet(scaled, parents, self.method, self.n_judges, self.n, self.diagnostics)

    def without(self, codes: Iterable[str]) -> WeightSet:
        """The weights with those codes left out, the others scaled up to sum to 1 within each parent."""
        gone = list(codes)
        self._known(gone)
        return self.within([code for code in self.weights.index if code not in set(gone)])

    def _known(self, codes: list[str]) -> None:
        unknown = [code for code in codes if code not in self.weights.index]
        if unknown:
            raise WeightError(
                f"only nodes with a weight can be named; found {listed(unknown)}."
                + did_you_mean(str(unknown[0]), [str(code) for code in self.weights.index])
            )


def check_weights(weights: pd.Series, parents: pd.Series) -> None:
    """WeightError unless the weights can be a set: one per code, finite, not negative, summing to 1 in each parent."""
    number = weight_numbers(weights)
    if not isinstance(parents, pd.Series) or not len(number) or not number.index.equals(parents.index):
        raise WeightError(
            "weights must be one or more, with a parent for each code in the same order; "
            f"found codes {listed(weights.index) or 'none'} and parents of {listed(getattr(parents, 'index', []))}."
        )
    orphans = parents.index[parents.isna()]
    if len(orphans):
        raise WeightError(
            f"each weight must have a parent; none is given for {listed(orphans)}. "
            'Name it, or give "" for children of one unnamed parent.'
        )
    for parent, own in number.groupby(parents, sort=False):
        sum_to_one({str(code): float(weight) for code, weight in own.items()}, str(parent))


def equal(framework_or_codes: Framework | Iterable[str]) -> WeightSet:
    """The same weight for all children of a parent: 1/k each of k.

    Takes a framework (all nodes below its root) or the codes of one unnamed parent's children.
    Raises WeightError for no codes or repeated codes, ParameterError for what is no list of codes.
    Answers the question: what if nobody prefers one part to another?
    """
    if isinstance(framework_or_codes, Framework):
        parents = framework_or_codes.nodes["parent"]
        parents = parents[parents != ""].rename("parent")
    else:
        codes = _codes(framework_or_codes)
        if not codes or len(set(codes)) < len(codes):
            raise WeightError(
                f"equal weights need at least one code, each once; found {listed(codes) or 'none'}. "
                "Name each child of the parent once."
            )
        parents = pd.Series("", index=pd.Index(codes), name="parent", dtype=object)
    weights = (1 / parents.groupby(parents).transform("size")).rename("weight")
    return WeightSet(weights, parents, "equal")


def _codes(given: object) -> list[str]:
    if isinstance(given, pd.DataFrame):
        raise ParameterError(
            f"codes must be a list of codes; found a DataFrame of {given.shape[0]} rows and {given.shape[1]} columns. "
            "To weigh its columns alike, give list(frame.columns)."
        )
    if isinstance(given, str):
        raise ParameterError(
            f"codes must be a list of codes; found the text {quoted(given)}. Give a list, also of one code."
        )
    codes = list(given) if isinstance(given, Iterable) else None
    if codes is None or not all(isinstance(code, Hashable) for code in codes):
        raise ParameterError(
            f"codes must be a framework or a list of codes; found {quoted(given)}. "
            "Read the framework with framework.read(folder), or name the codes one by one."
        )
    return codes


def combine(*sets: WeightSet) -> WeightSet:
    """Several sets, each for other parents, as one; the diagnostics hold the sets' own, and `methods` by parent.

    Raises WeightError when two sets weight the same parent or node. Answers the question: which weights does the
    whole tree carry when its parts were weighted in different ways?
    """
    if not sets:
        raise WeightError("there must be at least one set of weights to combine; found none.")
    methods = pd.concat([pd.Series(item.method, index=pd.Index(item.parents.unique()), dtype=object) for item in sets])
    twice = [str(parent) or "(unnamed)" for parent in methods.index[methods.index.duplicated()].unique()]
    if twice:
        raise WeightError(
            f"each parent must be weighted by one set; weighted more than once: {listed(twice)}. Choose one of them."
        )
    named = list(dict.fromkeys(item.method for item in sets))
    diagnostics = {"methods": methods.rename("method"), "sets": sets}
    weights = pd.concat([item.weights for item in sets]).rename("weight")
    parents = pd.concat([item.parents for item in sets]).rename("parent")
    return WeightSet(weights, parents, " + ".join(named), diagnostics=diagnostics)
