"""The population that a simulated round is drawn from: its file, and the checks that make it a possible population."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field, ValidationError

from ikfs_methods import yamlfile
from ikfs_methods.answers.expert_population import (
    MODELS as EXPERT_MODELS,
)
from ikfs_methods.answers.expert_population import BestWorst, Budget, Comment, Judgements, Panel, Positive, Strict
from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import ParameterError


class Item(Strict):
    """Standardised loadings by dimension (negative: worded in reverse), or the item repeated and the correlation."""

    loadings: dict[str, float] = Field(default_factory=dict)
    repeats: str | None = None
    correlation: Annotated[float, Field(gt=0, lt=1)] | None = None
    difficulty: float = 0.0  # added to every threshold, in standard deviations


class Cluster(Strict):
    """Relative size in the population and in the sample (None: as in the population); mean shift by dimension."""

    share: Positive
    sample_share: Positive | None = None
    shift: dict[str, float] = Field(default_factory=dict)


class Province(Strict):
    """Relative size in the population; mean shift of all dimensions, in standard deviations."""

    name: str
    share: Positive
    shift: float = 0.0


class Dif(Strict):
    """Uniform differential functioning: the item's latent answer moves in one cluster, at the same standing."""

    item: str
    cluster: str
    shift: float


class Outside(Strict):
    """A whole-number measure beside the items, such as a rating: loadings on dimensions, mean, SD."""

    loadings: dict[str, float]
    mean: float
    sd: Positive
    low: float
    high: float


class Retest(Strict):
    """A second occasion: how many answer again, and the correlation of an item's latent answers on both occasions."""

    n: Annotated[int, Field(ge=2)]
    stability: Annotated[float, Field(gt=0, le=1)]


class Population(Strict):
    """Everything that a simulated round is drawn from; see `simulation.simulate` for the model."""

    seed: Annotated[int, Field(ge=0)]
    n: Annotated[int, Field(ge=2)]
    minimum_per_province: Annotated[int, Field(ge=1)] = 1
    missing_rate: Annotated[float, Field(ge=0, lt=1)] = 0.0
    thresholds: Annotated[list[float], Field(min_length=1)]
    dimensions: Annotated[list[str], Field(min_length=1)]
    factor_correlations: list[list[float]]
    items: Annotated[dict[str, Item], Field(min_length=2)]
    clusters: Annotated[dict[str, Cluster], Field(min_length=1)]
    provinces: Annotated[dict[str, Province], Field(min_length=1)]
    dif: list[Dif] = Field(default_factory=list)
    outside: dict[str, Outside] = Field(default_factory=dict)
    retest: Retest | None = None
    experts: dict[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)  # number of experts by field
    panel: Panel | None = None
    judgements: Judgements | None = None
    budget: Budget | None = None
    best_worst: BestWorst | None = None
    comments: list[Comment] = Field(default_factory=list)

    @property
    def expert_fields(self) -> dict[str, str]:
        """Field of expertise by expert: E01, E02 ... in the order of the file."""
        fields = [field for field, count in self.experts.items() for _ in range(count)]
        return {f"E{number:02d}": field for number, field in enumerate(fields, 1)}

    @property
    def loadings(self) -> np.ndarray:
        """Loadings (items, dimensions); zero rows for items that repeat another one."""
        return np.array([[item.loadings.get(name, 0.0) for name in self.dimensions] for item in self.items.values()])

    @property
    def uniquenesses(self) -> np.ndarray:
        """What the dimensions leave of each item's unit variance within a cluster and province: 1 - l' phi l."""
        loadings = self.loadings
        explained = np.einsum("id,de,ie->i", loadings, np.array(self.factor_correlations), loadings)
        return np.asarray(1 - explained)


def read_population(population: str | Path | Mapping[str, Any]) -> Population:
    """The population in a YAML file or a mapping, checked.

    Raises InputFileError for a missing or unreadable file and ParameterError for an entry that is unknown, missing,
    of the wrong kind, or at odds with the others; the message names the entry.
    """
    entries = (
        dict(population)
        if isinstance(population, Mapping)
        else yamlfile.entries(Path(population), missing="a population must be a YAML file", error=ParameterError)
    )
    try:
        checked = Population.model_validate(entries)
    except ValidationError as error:
        raise ParameterError("the population is not usable: " + " ".join(_plain(error))) from None
    _check_model(checked)
    _check_items(checked)
    _check_names(checked)
    _check_beside(checked)
    _check_experts(checked)
    return checked


def _plain(error: ValidationError) -> Iterable[str]:
    """One sentence a problem: the entry, what must hold, what was found."""
    for problem in error.errors():
        entry = " > ".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            name = str(problem["loc"][-1])
            # the nearest known name may belong to any level: the file is small and its names are distinct
            yield f"{entry}: unknown entry.{did_you_mean(name, _known_entries())}"
        elif problem["type"] == "missing":
            yield f"{entry}: this entry is missing."
        elif problem["loc"][-1:] == ("[key]",):
            yield f"{entry}: a code must be text; write it in quotes; found {problem['input']!r}."
        elif problem["type"] == "value_error":
            yield f"{entry}: {problem['msg'].removeprefix('Value error, ')}."
        else:
            rule = problem["msg"].replace("Input should be", "must be").replace("Input should have", "must have")
            yield f"{entry}: {rule}; found {problem['input']!r}."


def _known_entries() -> list[str]:
    models = (Population, Item, Cluster, Province, Dif, *EXPERT_MODELS)
    return sorted({name for model in models for name in model.model_fields})


def _check_model(population: Population) -> None:
    thresholds, size = np.array(population.thresholds), len(population.dimensions)
    if (np.diff(thresholds) <= 0).any():
        raise ParameterError(f"thresholds must rise; found {population.thresholds}. Put them in order.")
    if len(set(population.dimensions)) < size:
        raise ParameterError(f"dimensions must differ; found {population.dimensions}. Name each one once.")
    rows = population.factor_correlations
    if len(rows) != size or any(len(row) != size for row in rows):
        raise ParameterError(
            f"factor_correlations must be {size} rows of {size} numbers, one a dimension; found {rows}."
        )
    phi = np.array(rows)
    if (phi != phi.T).any() or (np.diag(phi) != 1).any() or np.linalg.eigvalsh(phi).min() <= 0:
        raise ParameterError(
            "factor_correlations must be a correlation matrix: symmetric, with 1 on the diagonal and positive "
            f"eigenvalues; found {rows}. Correct the entries, or make them smaller."
        )
    needed = population.minimum_per_province * len(population.provinces)
    if population.n < needed:
        raise ParameterError(
            f"n must be at least minimum_per_province times the number of provinces, {needed}; found {population.n}. "
            "Raise n, lower the minimum, or name fewer provinces."
        )


def _check_items(population: Population) -> None:
    for code, item in population.items.items():
        known(item.loadings, population.dimensions, f"items > {code} > loadings")
        if (item.repeats is None) == (not item.loadings) or (item.repeats is None) != (item.correlation is None):
            raise ParameterError(
                f"items > {code} must have either loadings, or both repeats and correlation; found "
                f"{listed(sorted(item.model_fields_set)) or 'nothing'}. Leave one of the two out, or complete it."
            )
        if item.repeats is not None:
            originals = [name for name, other in population.items.items() if other.repeats is None]
            known([item.repeats], originals, f"items > {code} > repeats")
    for code, left in zip(population.items, population.uniquenesses.tolist(), strict=True):
        if left < 0:
            raise ParameterError(
                f"items > {code}: the loadings must explain no more than the item's variance of 1; they explain "
                f"{1 - left:g}. Lower them."
            )


def _check_beside(population: Population) -> None:
    """What stands beside the answers: outside measures, and who answers twice."""
    phi = np.array(population.factor_correlations)
    for name, measure in population.outside.items():
        where = f"outside > {name}"
        known(measure.loadings, population.dimensions, f"{where} > loadings")
        loadings = np.array([measure.loadings.get(dimension, 0.0) for dimension in population.dimensions])
        explained = float(loadings @ phi @ loadings)
        if explained > 1:
            raise ParameterError(
                f"{where}: the loadings must explain no more than the measure's variance of 1; they explain "
                f"{explained:g}. Lower them."
            )
        if not measure.low < measure.high:
            raise ParameterError(f"{where} must have low below high; found low {measure.low}, high {measure.high}.")
        if name in {"respondent", "cluster", "province", "weight", *population.items}:
            raise ParameterError(f"{where} must have a name of its own; another column has it. Rename it.")
    if population.retest is not None and population.retest.n > population.n:
        raise ParameterError(
            f"retest > n must be at most the number of respondents, {population.n}; found {population.retest.n}."
        )


def _check_names(population: Population) -> None:
    for code, cluster in population.clusters.items():
        known(cluster.shift, population.dimensions, f"clusters > {code} > shift")
    for number, dif in enumerate(population.dif, 1):
        known([dif.item], population.items, f"dif > {number} > item")
        known([dif.cluster], population.clusters, f"dif > {number} > cluster")
    for name, criterion in (population.panel.criteria if population.panel else {}).items():
        known(criterion.exceptions, population.items, f"panel > criteria > {name} > exceptions")


def _check_experts(population: Population) -> None:
    asked = [name for name in ("panel", "judgements", "budget", "best_worst") if getattr(population, name) is not None]
    if asked and not population.experts:
        raise ParameterError(f"experts must be given (number by field) for {listed(asked)}; found none.")
    if population.judgements:
        known(population.judgements.exceptions, population.expert_fields, "judgements > exceptions")
    for number, one in enumerate(population.comments, 1):
        known([one.expert], population.expert_fields, f"comments > {number} > expert")
        known([one.indicator], population.items, f"comments > {number} > indicator")


def known(names: Iterable[str], options: Collection[str], entry: str) -> None:
    """Nothing when every name is one of the options; else a ParameterError that names the entry."""
    for name in names:
        if name not in options:
            raise ParameterError(
                f"{entry} must name one of {listed(options, 12)}; found {name!r}.{did_you_mean(name, options)}"
            )
