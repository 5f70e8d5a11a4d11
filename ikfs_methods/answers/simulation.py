"""Invented answers, ratings and judgements of one round, drawn from a population that a file describes.

For planning a round before its fieldwork (is n large enough to see a weak item?), and for the shipped example.
`python -m ikfs_methods.answers.simulation FOLDER` reads FOLDER/population.yaml and writes the tables beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.answers import simulated_experts
from ikfs_methods.answers.population import Population, read_population
from ikfs_methods.checks import listed
from ikfs_methods.errors import IkfsError, InputFileError, ParameterError
from ikfs_methods.result import Shown

TABLES = ("answers", "panel", "judgements", "budget", "retest", "best_worst", "experts", "comments")


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedRound(Shown):
    """The tables of a simulated round; a table that was not asked for has no rows.

    `answers` has respondent, cluster, province, weight (mean 1), the measures from outside and one column an item (1,
    2 ..., missing where not answered; a reverse-worded item stands as it was answered); `retest` has respondent and the
    items of those who answered twice; the others are long. `panel` has delphi_round where a criterion is rated twice.
    """

    answers: pd.DataFrame
    panel: pd.DataFrame
    judgements: pd.DataFrame
    budget: pd.DataFrame
    retest: pd.DataFrame
    best_worst: pd.DataFrame
    experts: pd.DataFrame
    comments: pd.DataFrame
    seed: int

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables that have rows, by name."""
        named = {name: getattr(self, name) for name in TABLES}
        return {name: table for name, table in named.items() if len(table)}

    def to_frame(self) -> pd.DataFrame:
        """Rows, columns and missing cells of each table."""
        sizes = {name: (*table.shape, int(table.isna().sum().sum())) for name, table in self.tables.items()}
        return pd.DataFrame.from_dict(sizes, orient="index", columns=["rows", "columns", "missing"])

    def write(self, folder: str | Path) -> list[Path]:
        """The tables as `<name>.csv` in an existing folder: UTF-8, LF, weights with four decimals; the paths written.

        The same population gives the same bytes, which is what lets a shipped example be checked against its file.
        """
        place = Path(folder)
        if not place.is_dir():
            raise InputFileError(f"the tables must go to an existing folder; not found: {place}. Make it first.")
        written = []
        for name, table in self.tables.items():
            text = table.to_csv(index=False, lineterminator="\n", float_format="%.4f")
            path = place / f"{name}.csv"
            path.write_bytes(text.encode())
            written.append(path)
        return written


def simulate(population: str | Path | Mapping[str, Any]) -> SimulatedRound:
    """A round of invented data, drawn from the population in a YAML file or a mapping.

    The model, in standard deviations of an item within a cluster and province. Factor scores are normal with
    `factor_correlations`, moved by the shifts of the respondent's cluster and province. A latent answer is
    y = sum of loading x factor + error, of unit variance, so that items correlate as L phi L' (common factor model,
    Thurstone 1947); an item that `repeats` another one is y = r y' + sqrt(1 - r^2) error. `dif` moves y in one cluster.
    An outside measure is mean + sd x (sum of loading x factor + error), rounded and kept on its scale. On a second
    occasion, some of the respondents' latent answers are stability x y + sqrt(1 - stability^2) error.
    The answer is 1 + the number of `thresholds` (plus the item's difficulty) below y (Muthen 1984). Cells go missing
    completely at random at `missing_rate`.

    Sample: `minimum_per_province` each, the rest of n by province share; within a province by the clusters' sample
    share (largest remainders). Weight = population share of the cell (province x cluster) / its sample share; mean 1.

    Experts: rating = quality + range x (leniency of the expert + noise), rounded to the criterion's scale. Judgements:
    each expert perturbs the log priorities (view_sd) and each comparison again (noise_sd); ratios become whole
    strengths 1..9. Budget: shares from a Dirichlet distribution about the mean points, in lots of `step`, 100 a parent.

    In a second Delphi round a rating goes the share `pull` of the way to the panel's median, plus noise. Best-worst:
    each expert perturbs the log priorities and each comparison again, as in judgements. Comments are as written.

    One generator, seeded by `seed`, has one child each for answers, panel, judgements, budget, outside measures, the
    second occasion, the second Delphi round and best-worst: what is changed in one leaves the others as they were.
    Answers draw factors, errors, gaps; the panel leniency, then noise by criterion; judgements and best-worst, by
    parent, views, then comparisons; the budget, by parent, shares; the second occasion who answers, errors, gaps.

    Answers the question: what would a round show if the truth were known and were this? Raises InputFileError for an
    unreadable file, and ParameterError for an entry that is unknown, of the wrong kind or impossible.
    """
    checked = read_population(population)
    answers, panel, judgements, budget, outside, again, delphi, best = np.random.default_rng(checked.seed).spawn(8)
    sampled = _sample(checked, answers)
    return SimulatedRound(
        answers=_answers(checked, sampled, outside),
        retest=_retest(checked, sampled, again),
        panel=simulated_experts.with_second_round(checked, simulated_experts.panel(checked, panel), delphi),
        judgements=simulated_experts.judgements(checked, judgements),
        budget=simulated_experts.budget(checked, budget),
        best_worst=simulated_experts.best_worst(checked, best),
        experts=pd.DataFrame(list(checked.expert_fields.items()), columns=simulated_experts.EXPERTS),
        comments=pd.DataFrame([dict(one) for one in checked.comments], columns=simulated_experts.COMMENTS),
        seed=checked.seed,
    )


def _allocation(population: Population) -> np.ndarray:
    """Respondents by province (rows) and cluster (columns)."""
    shares = np.array([province.share for province in population.provinces.values()])
    base = population.minimum_per_province
    by_province = base + simulated_experts.largest_remainders(population.n - base * len(shares), shares)
    clusters = population.clusters.values()
    sampled = np.array([c.share if c.sample_share is None else c.sample_share for c in clusters])
    cells = np.array([simulated_experts.largest_remainders(int(count), sampled) for count in by_province])
    rows, columns = np.nonzero(cells == 0)
    if len(rows):
        provinces, names = list(population.provinces), list(population.clusters)
        empty = [f"{provinces[i]} {names[j]}" for i, j in zip(rows, columns, strict=True)]
        raise ParameterError(
            "every cluster must have a respondent in every province, or its weight does not exist; "
            f"{len(empty)} of {cells.size} cells are empty: {listed(empty)}. "
            "Raise n or minimum_per_province, or name fewer provinces or clusters."
        )
    return cells


def _weights(population: Population, cells: np.ndarray) -> np.ndarray:
    """Population share over sample share, by province and cluster."""
    provinces = np.array([province.share for province in population.provinces.values()])
    clusters = np.array([cluster.share for cluster in population.clusters.values()])
    share = np.outer(provinces / provinces.sum(), clusters / clusters.sum())
    return np.asarray(share * population.n / cells)


@dataclass(frozen=True, slots=True)
class _Sample:
    """Who is in the sample, by position of province and cluster, and what they would say if answers had no steps."""

    cells: np.ndarray
    province: np.ndarray
    cluster: np.ndarray
    factors: np.ndarray
    latent: np.ndarray
    gaps: np.ndarray

    @property
    def ids(self) -> list[str]:
        digits = max(4, len(str(len(self.latent))))
        return [f"R{number:0{digits}d}" for number in range(1, len(self.latent) + 1)]


def _sample(population: Population, rng: np.random.Generator) -> _Sample:
    cells = _allocation(population)
    province, cluster = (np.repeat(side.ravel(), cells.ravel()) for side in np.indices(cells.shape))
    factors, latent = _latent(population, province, cluster, rng)
    gaps = rng.random(latent.shape) < population.missing_rate
    return _Sample(cells, province, cluster, factors, latent, gaps)


def _answered(population: Population, latent: np.ndarray, gaps: np.ndarray) -> pd.DataFrame:
    """Scale points (respondents, items) of latent answers."""
    difficulty = np.array([item.difficulty for item in population.items.values()])
    cuts = np.array(population.thresholds)[:, None, None] + difficulty
    points = pd.DataFrame(1 + (latent > cuts).sum(axis=0), columns=list(population.items), dtype="Int64")
    return points.mask(gaps)


def _answers(population: Population, sample: _Sample, rng: np.random.Generator) -> pd.DataFrame:
    about = {
        "respondent": sample.ids,
        "cluster": np.array(list(population.clusters), dtype=object)[sample.cluster],
        "province": np.array(list(population.provinces), dtype=object)[sample.province],
        "weight": _weights(population, sample.cells)[sample.province, sample.cluster],
        **_outside(population, sample, rng),
    }
    return pd.concat([pd.DataFrame(about), _answered(population, sample.latent, sample.gaps)], axis=1)


def _outside(population: Population, sample: _Sample, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """The outside measures, in whole points of their scales."""
    found = {}
    for name, measure in population.outside.items():
        loadings = np.array([measure.loadings.get(dimension, 0.0) for dimension in population.dimensions])
        rest = np.sqrt(1 - loadings @ np.array(population.factor_correlations) @ loadings)
        exact = measure.mean + measure.sd * (sample.factors @ loadings + rest * rng.standard_normal(population.n))
        found[name] = np.clip(np.rint(exact), measure.low, measure.high).astype(int)
    return found


def _retest(population: Population, sample: _Sample, rng: np.random.Generator) -> pd.DataFrame:
    asked = population.retest
    if asked is None:
        return pd.DataFrame(columns=["respondent", *population.items])
    who = np.sort(rng.choice(population.n, asked.n, replace=False))
    errors = rng.standard_normal((asked.n, len(population.items)))
    latent = asked.stability * sample.latent[who] + np.sqrt(1 - asked.stability**2) * errors
    answered = _answered(population, latent, rng.random(latent.shape) < population.missing_rate)
    answered.insert(0, "respondent", np.array(sample.ids, dtype=object)[who])
    return answered


def _latent(
    population: Population, province: np.ndarray, cluster: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Factor scores (respondents, dimensions) and latent answers (respondents, items), by province and cluster."""
    by_cluster = [[c.shift.get(name, 0.0) for name in population.dimensions] for c in population.clusters.values()]
    by_province = np.array([entry.shift for entry in population.provinces.values()])
    root = np.linalg.cholesky(np.array(population.factor_correlations))
    factors = rng.standard_normal((population.n, len(root))) @ root.T
    factors += np.array(by_cluster)[cluster] + by_province[province][:, None]
    errors = rng.standard_normal((population.n, len(population.items)))
    latent: np.ndarray = factors @ population.loadings.T + errors * np.sqrt(population.uniquenesses)
    codes = list(population.items)
    for j, item in enumerate(population.items.values()):
        if item.repeats is not None and item.correlation is not None:
            original = latent[:, codes.index(item.repeats)]
            latent[:, j] = item.correlation * original + np.sqrt(1 - item.correlation**2) * errors[:, j]
    names = list(population.clusters)
    for dif in population.dif:
        latent[cluster == names.index(dif.cluster), codes.index(dif.item)] += dif.shift
    return factors, latent


def main(arguments: list[str]) -> int:
    """Writes the tables of FOLDER/population.yaml into FOLDER; 0, or 2 with the reason on stderr."""
    if len(arguments) != 1:
        sys.stderr.write("use: python -m ikfs_methods.answers.simulation FOLDER (a folder with population.yaml)\n")
        return 2
    try:
        simulate(Path(arguments[0]) / "population.yaml").write(arguments[0])
    except IkfsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
