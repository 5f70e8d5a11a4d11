"""Invented answers, ratings and judgements of one round, drawn from a population that a file describes.

For planning a round before its fieldwork (is n large enough to see a weak item?), and for the shipped example.
`python -m ikfs_methods.answers.simulation FOLDER` reads FOLDER/population.yaml and writes the tables beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.answers.population import Population, read_population
from ikfs_methods.checks import listed
from ikfs_methods.errors import IkfsError, InputFileError, ParameterError
from ikfs_methods.result import Shown

PANEL = ["expert", "institution", "indicator", "criterion", "rating"]
JUDGEMENTS = ["expert", "parent", "left", "right", "favours", "strength"]
BUDGET = ["expert", "parent", "indicator", "points"]
POINTS = 100  # what each expert gives out within a parent


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedRound(Shown):
    """The tables of a simulated round, long except for the answers; a table that was not asked for has no rows.

    `answers` has respondent, cluster, province, weight (mean 1) and one column an item (1, 2 ..., missing where not
    answered; a reverse-worded item stands as it was answered).
    """

    answers: pd.DataFrame
    panel: pd.DataFrame
    judgements: pd.DataFrame
    budget: pd.DataFrame
    seed: int

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables that have rows, by name."""
        named = {name: getattr(self, name) for name in ("answers", "panel", "judgements", "budget")}
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
    The answer is 1 + the number of `thresholds` (plus the item's difficulty) below y (Muthen 1984). Cells go missing
    completely at random at `missing_rate`.

    Sample: `minimum_per_province` each, the rest of n by province share; within a province by the clusters' sample
    share (largest remainders). Weight = population share of the cell (province x cluster) / its sample share; mean 1.

    Experts: rating = quality + range x (leniency of the expert + noise), rounded to the criterion's scale. Judgements:
    each expert perturbs the log priorities (view_sd) and each comparison again (noise_sd); ratios become whole
    strengths 1..9. Budget: shares from a Dirichlet distribution about the mean points, in lots of `step`, 100 a parent.

    One generator, seeded by `seed`, has one child a table, in the order answers, panel, judgements, budget: a changed
    table leaves the others as they were. Answers draw factors, errors, gaps; the panel leniency, then noise by
    criterion; judgements, by parent, views, then comparisons; the budget, by parent, shares.

    Answers the question: what would a round show if the truth were known and were this? Raises InputFileError for an
    unreadable file, and ParameterError for an entry that is unknown, of the wrong kind or impossible.
    """
    checked = read_population(population)
    answers, panel, judgements, budget = np.random.default_rng(checked.seed).spawn(4)
    return SimulatedRound(
        answers=_answers(checked, answers),
        panel=_panel(checked, panel),
        judgements=_judgements(checked, judgements),
        budget=_budget(checked, budget),
        seed=checked.seed,
    )


def _largest_remainders(total: int, shares: np.ndarray) -> np.ndarray:
    """Whole numbers in proportion to the shares that sum to the total (Hamilton's method); ties go to the first."""
    exact = total * shares / shares.sum()
    whole: np.ndarray = np.floor(exact).astype(int)
    # rounded so that equal remainders stay ties whatever the last bit says
    order = np.argsort(-np.round(exact - whole, 9), kind="stable")
    whole[order[: total - whole.sum()]] += 1
    return whole


def _allocation(population: Population) -> np.ndarray:
    """Respondents by province (rows) and cluster (columns)."""
    shares = np.array([province.share for province in population.provinces.values()])
    base = population.minimum_per_province
    by_province = base + _largest_remainders(population.n - base * len(shares), shares)
    clusters = population.clusters.values()
    sampled = np.array([c.share if c.sample_share is None else c.sample_share for c in clusters])
    cells = np.array([_largest_remainders(int(count), sampled) for count in by_province])
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


def _answers(population: Population, rng: np.random.Generator) -> pd.DataFrame:
    cells = _allocation(population)
    province, cluster = (np.repeat(side.ravel(), cells.ravel()) for side in np.indices(cells.shape))
    latent = _latent(population, province, cluster, rng)
    difficulty = np.array([item.difficulty for item in population.items.values()])
    cuts = np.array(population.thresholds)[:, None, None] + difficulty
    answered = pd.DataFrame(1 + (latent > cuts).sum(axis=0), columns=list(population.items), dtype="Int64")
    gaps = rng.random(answered.shape) < population.missing_rate
    digits = max(4, len(str(population.n)))
    about = pd.DataFrame(
        {
            "respondent": [f"R{number:0{digits}d}" for number in range(1, population.n + 1)],
            "cluster": np.array(list(population.clusters), dtype=object)[cluster],
            "province": np.array(list(population.provinces), dtype=object)[province],
            "weight": _weights(population, cells)[province, cluster],
        }
    )
    return pd.concat([about, answered.mask(gaps)], axis=1)


def _latent(population: Population, province: np.ndarray, cluster: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Latent answers (respondents, items) of respondents in those provinces and clusters (by position)."""
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
    return latent


def _panel(population: Population, rng: np.random.Generator) -> pd.DataFrame:
    if population.panel is None:
        return pd.DataFrame(columns=PANEL)
    fields, codes = population.expert_fields, list(population.items)
    leniency = rng.normal(0, population.panel.leniency_sd, len(fields))
    rows = []
    for name, criterion in population.panel.criteria.items():
        quality = np.array([criterion.exceptions.get(code, criterion.quality) for code in codes])
        noise = rng.normal(0, population.panel.noise_sd, (len(fields), len(codes)))
        exact = quality + (criterion.high - criterion.low) * (leniency[:, None] + noise)
        ratings = np.clip(np.rint(exact), criterion.low, criterion.high).astype(int)
        rows += [
            (expert, field, code, name, rating)
            for (expert, field), given in zip(fields.items(), ratings.tolist(), strict=True)
            for code, rating in zip(codes, given, strict=True)
        ]
    return pd.DataFrame(rows, columns=PANEL)


def _judgements(population: Population, rng: np.random.Generator) -> pd.DataFrame:
    asked = population.judgements
    if asked is None:
        return pd.DataFrame(columns=JUDGEMENTS)
    experts, rows = list(population.expert_fields), []
    spread = np.array([asked.exceptions.get(expert, asked.noise_sd) for expert in experts])
    for parent, priorities in asked.parents.items():
        views = np.log(list(priorities.values())) + rng.normal(0, asked.view_sd, (len(experts), len(priorities)))
        pairs = list(combinations(range(len(priorities)), 2))
        noise = rng.standard_normal((len(experts), len(pairs))) * spread[:, None]
        children = list(priorities)
        for i, expert in enumerate(experts):
            for p, (left, right) in enumerate(pairs):
                ratio = views[i, left] - views[i, right] + noise[i, p]
                strength = int(np.clip(np.rint(np.exp(abs(ratio))), 1, 9))
                favours = "right" if ratio < 0 and strength > 1 else "left"  # equal strength favours neither
                rows.append((expert, parent, children[left], children[right], favours, strength))
    return pd.DataFrame(rows, columns=JUDGEMENTS)


def _budget(population: Population, rng: np.random.Generator) -> pd.DataFrame:
    asked = population.budget
    if asked is None:
        return pd.DataFrame(columns=BUDGET)
    experts, rows = list(population.expert_fields), []
    for parent, means in asked.parents.items():
        average = np.array(list(means.values()))
        shares = rng.dirichlet(asked.concentration * average / average.sum(), len(experts))
        for expert, share in zip(experts, shares, strict=True):
            points = asked.step * _largest_remainders(POINTS // asked.step, share)
            rows += [(expert, parent, code, int(given)) for code, given in zip(means, points, strict=True)]
    return pd.DataFrame(rows, columns=BUDGET)


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
