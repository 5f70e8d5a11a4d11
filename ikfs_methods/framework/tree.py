"""The tree of an index: its nodes, walked and thinned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import FrameworkError

COLUMNS = (
    "code",
    "parent",
    "name_id",
    "name_en",
    "definition_id",
    "definition_en",
    "column",
    "scale_min",
    "scale_max",
    "direction",
    "measurement",
    "owner",
    "source",
    "status",
)
STATUSES = ("official", "proposed", "unverified")
MEASUREMENTS = ("reflective", "formative")
NORMALISATIONS = ("scale", "minmax", "goalposts")
AGGREGATIONS = ("arithmetic", "geometric")
ORDERS = ("respondent-first", "unit-first")


@dataclass(frozen=True)
class Framework:
    """The tree of an index and its defaults; every node is a row of `nodes` (index: code).

    `nodes` has the columns of indicators.csv; `aggregation` names one method a level, lowest level first.
    """

    id: str
    name: Mapping[str, str]
    version: str
    status: str
    source: Mapping[str, str]
    nodes: pd.DataFrame
    normalisation: str = "scale"
    aggregation: tuple[str, ...] = ("arithmetic",)
    order: Literal["respondent-first", "unit-first"] = "respondent-first"
    classes: tuple[Mapping[str, Any], ...] = ()
    folder: Path | None = field(default=None, compare=False)

    @property
    def root(self) -> str:
        """Code of the node without a parent: the index itself."""
        return str(self.nodes.index[self.nodes["parent"] == ""][0])

    @property
    def indicators(self) -> list[str]:
        """Codes of the leaves, in table order."""
        parents = set(self.nodes["parent"])
        return [str(code) for code in self.nodes.index if code not in parents]

    @property
    def dimensions(self) -> list[str]:
        """Codes of the nodes whose children are indicators, in table order."""
        leaves = set(self.indicators)
        return [code for code in self.parents if set(self.children(code)) & leaves]

    @property
    def parents(self) -> list[str]:
        """Codes of all nodes with children, in table order (the root among them)."""
        leaves = set(self.indicators)
        return [str(code) for code in self.nodes.index if code not in leaves]

    def children(self, code: str) -> list[str]:
        """Codes of a node's children, in table order."""
        return [str(child) for child in self.nodes.index[self.nodes["parent"] == code]]

    def walk(self, code: str | None = None) -> list[str]:
        """Codes of a node (None: the root) and all below it, each parent before its children."""
        start = self.root if code is None else code
        return [start, *(found for child in self.children(start) for found in self.walk(child))]

    def indicators_of(self, code: str) -> list[str]:
        """Codes of those children of a node that are indicators, in table order."""
        leaves = set(self.indicators)
        return [child for child in self.children(code) if child in leaves]

    def parent(self, code: str) -> str:
        """Code of a node's parent; empty for the root."""
        return str(self.nodes.loc[code, "parent"])

    def level(self, code: str) -> int:
        """0 for an indicator, 1 for a node over indicators, and so on up to the root."""
        below = self.children(code)
        return 1 + max(self.level(child) for child in below) if below else 0

    def label(self, code: str, language: str) -> str:
        """A node's name in `id` or `en`."""
        return str(self.nodes.loc[code, f"name_{language}"])

    def labels(self, codes: Iterable[str], language: str) -> dict[str, str]:
        """Names by code."""
        return {code: self.label(code, language) for code in codes}

    def without(self, codes: Iterable[str]) -> Framework:
        """The framework with those indicators left out; a parent that loses all its children goes too.

        Raises FrameworkError for a code that is no indicator, or when nothing would be left.
        """
        gone = list(codes)
        unknown = [code for code in gone if code not in self.indicators]
        if unknown:
            raise FrameworkError(
                f"only indicators of framework {self.id!r} can be left out; found {listed(unknown)}."
                + did_you_mean(unknown[0], self.indicators)
            )
        kept = [code for code in self.indicators if code not in gone]
        if not kept:
            raise FrameworkError(f"framework {self.id!r} must keep at least one indicator; all of them were left out.")
        return replace(self, nodes=_above(self.nodes, kept))

    def moved(self, parents: Mapping[str, str]) -> Framework:
        """The framework with those indicators (code: new parent) under other dimensions, all of them at once.

        The rows keep their order; a dimension that loses all its children goes. Raises FrameworkError for a code that
        is no indicator, a parent that is no dimension or is the present one, and a scale beyond that of the dimension.
        """
        self._check_moves(parents)
        nodes = self.nodes.assign(
            parent=[parents.get(str(code), above) for code, above in self.nodes["parent"].items()]
        )
        return replace(self, nodes=_above(nodes, self.indicators))

    def _check_moves(self, parents: Mapping[str, str]) -> None:
        for code, parent in parents.items():
            if code not in self.indicators:
                raise FrameworkError(
                    f"only indicators of framework {self.id!r} can be moved; found {code!r}."
                    + did_you_mean(code, self.indicators)
                )
            if parent not in self.dimensions:
                raise FrameworkError(
                    f"{code} must move to a dimension of the framework ({listed(self.dimensions)}); found {parent!r}."
                    + did_you_mean(parent, self.dimensions)
                )
            if parent == self.parent(code):
                raise FrameworkError(
                    f"{code} must move to another dimension than its own; found {parent!r}, where it is already. "
                    "Name the new one, or decide keep."
                )
            own, wide = (self.nodes.loc[node, ["scale_min", "scale_max"]] for node in (code, parent))
            if own["scale_min"] < wide["scale_min"] or own["scale_max"] > wide["scale_max"]:
                raise FrameworkError(
                    f"the scale of an indicator must lie within that of its dimension; {code} has "
                    f"{own['scale_min']:g} to {own['scale_max']:g}, {parent} {wide['scale_min']:g} to "
                    f"{wide['scale_max']:g}. Move it elsewhere, or correct the scales."
                )

    def to_frame(self) -> pd.DataFrame:
        """The nodes with their level."""
        return self.nodes.assign(level=[self.level(code) for code in self.nodes.index])

    def _repr_html_(self) -> str:
        return self.to_frame()[["parent", "name_id", "name_en", "status"]].to_html(border=0)


def _above(nodes: pd.DataFrame, indicators: Iterable[str]) -> pd.DataFrame:
    """The rows of those indicators and of all nodes above them."""
    alive = set(indicators)
    for code in list(alive):
        while code := str(nodes.loc[code, "parent"]):
            alive.add(code)
    return nodes[nodes.index.isin(alive)]
