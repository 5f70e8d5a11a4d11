"""An opened round before anything is computed: checked inputs, parameters, decisions, and what they retain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
import pandas as pd

from ikfs_methods.answers import Answers, ScreenResult
from ikfs_methods.errors import IkfsError, ParameterError
from ikfs_methods.framework import Framework
from ikfs_methods.privacy import suppress_counts
from ikfs_methods.result import Result, Shown
from ikfs_methods.rounds.decisions import retained
from ikfs_methods.rounds.parameters import Parameters
from ikfs_methods.rounds.roundfile import RoundFile

T = TypeVar("T", bound=Result)


@dataclass(frozen=True, slots=True)
class Absent:
    """Stands for a result whose input the round does not have; the chapter says so and goes on."""

    input: str


@dataclass(frozen=True, slots=True)
class Several(Shown):
    """The same kind of result several times, by a name; `failed` says why a name has none."""

    results: Mapping[str, Any]
    failed: Mapping[str, str] = field(default_factory=dict)
    by: ClassVar[str] = "part"

    def __getitem__(self, name: str) -> Any:
        return self.results[name]

    def to_frame(self) -> pd.DataFrame:
        """The results' frames below each other, with the name as first index level."""
        parts: dict[str, pd.DataFrame] = {name: result.to_frame() for name, result in self.results.items()}
        return pd.concat(parts, names=[self.by]) if parts else pd.DataFrame()


class ByDimension(Several):
    """The same kind of result for several dimensions, by their codes."""

    __slots__ = ()
    by: ClassVar[str] = "dimension"


class ByCriterion(Several):
    """The same kind of result for several criteria of the panel."""

    __slots__ = ()
    by: ClassVar[str] = "criterion"


class BySet(Several):
    """The same kind of result for several weight sets, by their names."""

    __slots__ = ()
    by: ClassVar[str] = "weights"


@dataclass(frozen=True, repr=False)
class Opened:
    """The inputs of a round in memory; nothing here changes after opening.

    `structure` is the framework without the indicators that were dropped; evidence uses all candidates, weights and
    the index use what is retained. `delivered` holds all answers, `answers` those that declared exclusions leave;
    `excluded` names who was left out: respondent, rule (or "named"), entry (its place in round.yaml). `screened`: the
    screening that a declared exclusion has already needed. `retest`: what some of them
    answered a second time. `before` opens the round that came before this one.
    """

    folder: Path
    file: RoundFile
    framework: Framework
    parameters: Parameters
    language: str
    answers: Answers
    panel: pd.DataFrame | None
    judgements: pd.DataFrame | None
    budget: pd.DataFrame | None
    best_worst: pd.DataFrame | None
    experts: pd.DataFrame | None
    comments: pd.DataFrame | None
    participants: pd.DataFrame | None
    review: pd.DataFrame | None
    delivered: Answers
    retest: Answers | None
    excluded: pd.DataFrame
    screened: ScreenResult | None
    before: Callable[[], Opened] | None
    overrides: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The round's name."""
        return self.file.id

    def called(self, value: object) -> str:
        """What the round's `labels` call a group, role or institution in this language; else its own name."""
        found = self.file.labels.get(str(value))
        return str(value) if found is None else found[self.language]

    @property
    def label(self) -> str:
        """The round's name with what a variant changes."""
        changed = [
            f"{name}={'+'.join(value) if isinstance(value, list) else value}" for name, value in self.overrides.items()
        ]
        return " ".join([self.id, *changed])

    @cached_property
    def dropped(self) -> list[str]:
        """Indicators left out of weights and index: by decision, then by the parameter `drop`."""
        decided = [entry.indicator for entry in self.file.decisions if entry.decision == "drop"]
        return list(dict.fromkeys([*decided, *self.parameters.drop]))

    @cached_property
    def structure(self) -> Framework:
        """The framework of what is retained, with what was moved under its new parent."""
        return retained(self.framework, self.file.decisions, self.dropped)

    @property
    def rng(self) -> np.random.Generator:
        """A fresh generator from the round's seed, so that no result depends on what ran before it."""
        return np.random.default_rng(self.parameters.seed)

    def items(self, dimension: str | None = None, *, retained: bool = False) -> pd.DataFrame:
        """The keyed answers (respondents, indicators) of one dimension, or of all."""
        tree = self.structure if retained else self.framework
        codes = [code for code in tree.indicators if dimension is None or tree.parent(code) == dimension]
        return self.answers.items[codes]

    def scales(self, *, retained: bool = False) -> list[str]:
        """The dimensions with at least two indicators of their own: what an alpha can be computed for."""
        tree = self.structure if retained else self.framework
        return [code for code in tree.dimensions if len(tree.indicators_of(code)) > 1]

    def by_dimension(
        self, method: Callable[..., T], *, retained: bool = False, tolerant: bool = False, **options: Any
    ) -> ByDimension:
        """The method applied to the keyed answers of every dimension with at least two items.

        `tolerant`: a dimension whose answers do not allow it is named in `failed`, and the others are shown.
        """
        results, failed = {}, {}
        for code in self.scales(retained=retained):
            try:
                results[code] = method(self.items(code, retained=retained), **options)
            except IkfsError as error:
                if not tolerant:
                    raise
                failed[code] = str(error)
        return ByDimension(results, failed)

    def in_force(self, parameter: str, topic: str) -> Any:
        """The value given for this run, else decided by the round, else its parameter (None: nothing said)."""
        if parameter in self.overrides:
            return self.overrides[parameter]
        decided = [entry.choice for entry in self.file.method_decisions if entry.topic == topic]
        return decided[0] if decided else getattr(self.parameters, parameter)

    @cached_property
    def factorable(self) -> bool:
        """Whether there are more usable respondents than items; with fewer no factor analysis is defined."""
        used = self.items().dropna() if self.parameters.missing == "listwise" else self.items()
        return len(used) > len(self.framework.indicators) > 2

    @cached_property
    def build_options(self) -> dict[str, Any]:
        """Normalisation, aggregation, order and the like in force: parameter, else decision, else framework."""
        p = self.parameters
        aggregation = self.in_force("aggregation", "aggregation") or self.framework.aggregation
        options = {
            "normalisation": self.in_force("normalisation", "normalisation") or self.framework.normalisation,
            "aggregation": [aggregation] if isinstance(aggregation, str) else list(aggregation),
            "order": p.order or self.framework.order,
            "minimum_answered": p.minimum_answered,
            "floor": p.floor,
            "design_weights": self.answers.weight,
        }
        if options["order"] == "unit-first" and options["normalisation"] == "minmax":
            raise ParameterError(
                "normalisation minmax with order unit-first needs units to compare, which the index of the whole does "
                "not have. Choose normalisation=scale, or order=respondent-first."
            )
        return options

    @cached_property
    def told_groups(self) -> pd.Series | Absent:
        """The group of every respondent, without those of groups too small to be published (NaN)."""
        groups = self.answers.group
        if groups is None:
            return Absent("group")
        sizes = groups.value_counts()
        told = groups.where(groups.map(sizes).astype("int64") >= self.parameters.minimum_respondents)
        told = told.cat.remove_unused_categories()
        return told if len(told.cat.categories) > 1 else Absent("group")

    def units(self, by: str | None) -> pd.Series | Absent:
        """The unit of every respondent: `group`, `region`, or None for the whole."""
        if by is None:
            return pd.Series(self.id, index=self.answers.items.index, dtype="category")
        unit = self.answers.group if by == "group" else self.answers.region
        return Absent(by) if unit is None else unit


def uncounted(unit: pd.Series, minimum: int) -> list[str]:
    """Units whose number of respondents is not told: fewer than the minimum, or what gives such a one away.

    Every table by that unit leaves out the same numbers, so that no two tables complete each other.
    """
    sizes = unit.value_counts(sort=False)
    hidden = suppress_counts(sizes, minimum=minimum).hidden.iloc[:, 0]
    return [str(name) for name in sizes.index[hidden.to_numpy()]]
