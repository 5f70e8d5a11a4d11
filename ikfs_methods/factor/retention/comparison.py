"""Comparison data: eigenvalues beside those of samples from populations with 1, 2 ... factors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from ikfs_methods.checks import complete_rows, fraction, generator, one_of, varying, whole
from ikfs_methods.correlation import CorrelationResult, as_correlation
from ikfs_methods.errors import ParameterError
from ikfs_methods.factor.fit import degrees_of_freedom
from ikfs_methods.factor.retention.parallel import leading
from ikfs_methods.result import Shown

Floats = npt.NDArray[np.float64]

COMPARISON_CORRELATIONS = ("pearson", "spearman")
_LARGEST = 1_000_000
_ENOUGH = 10_000  # people in a population, however many respondents there are (the authors' number)
_DIGITS = 12  # of a distance: eigenvalues have 13 after the point
_TRIALS = 5  # attempts without gain after which the population is as close as it gets (Ruscio & Kaczetow 2008)
_STILL, _AXIS_ROUNDS = 1e-3, 50  # principal axis: a communality's last move, and when to stop waiting for it
_ROUNDING = 1e-13
_CELLS = 4_000_000  # numbers held at once while samples are drawn


@dataclass(frozen=True, slots=True, eq=False)
class ComparisonResult(Shown):
    """Distances between the eigenvalues of the answers and those of samples from populations of 1, 2 ... factors.

    `distances` has a row a sample and a column a number of factors tried; `p_values` tell whether each comes closer
    than one factor less. `n` counts the complete rows.
    """

    n_factors: int
    distances: pd.DataFrame
    p_values: pd.Series
    eigenvalues: pd.Series
    population: int
    samples: int
    alpha: float
    correlation: str
    n: int
    n_dropped: int

    def to_frame(self) -> pd.DataFrame:
        """One row a number of factors tried and coefficient: value, retained, chosen.

        The coefficients are mean and standard deviation (sd) of the distance, and p_value from two factors on.
        """
        table = pd.DataFrame(
            {"mean": self.distances.mean(), "sd": self.distances.std(ddof=1), "p_value": self.p_values}
        )
        table = table.assign(retained=table.index <= self.n_factors, chosen=table.index == self.n_factors)
        long = table.reset_index().melt(["n_factors", "retained", "chosen"], var_name="coefficient").dropna()
        long = long.sort_values("n_factors", kind="stable").set_index(["n_factors", "coefficient"])
        return long[["value", "retained", "chosen"]]


def comparison_data(
    answers: pd.DataFrame,
    *,
    most: int | None = None,
    population: int = 10_000,
    samples: int = 500,
    alpha: float = 0.30,
    correlation: str = "pearson",
    rng: np.random.Generator | int | None = None,
) -> ComparisonResult:
    """Comparison data of Ruscio & Roche (2012, Psychological Assessment 24, 282-292, doi 10.1037/a0025697).

    For 1, 2 ... `most` factors (as far as there are degrees of freedom) a population is made with the answers' own
    distributions and, as nearly as so many factors can, their correlations (Ruscio & Kaczetow 2008, Multivariate
    Behavioral Research 43, 355-381). Samples of n, drawn with replacement, give eigenvalues whose root mean square
    distance from the observed ones is taken; factors are added while the distances fall (one-sided Mann-Whitney test at
    `alpha`, .30 by the authors). Complete rows only; spearman puts mid-ranks in place of the answers. It finds at least
    1 factor, and with thousands of respondents it adds factors that no other criterion sees. Raises ParameterError for
    a matrix and below 3 items, and what `complete_rows` and `varying` raise.
    Answers the question: how many factors do answers distributed like these need to have such eigenvalues?
    """
    one_of(correlation, COMPARISON_CORRELATIONS, name="correlation")
    draws, level, random = whole(samples, _LARGEST, name="samples"), fraction(alpha, name="alpha"), generator(rng)
    if isinstance(answers, CorrelationResult) or as_correlation(answers, method=correlation).n_rows is None:
        raise ParameterError(
            "comparison data takes the distributions of the answers; found their correlations alone. Give the answers."
        )
    used = varying(complete_rows(answers, min_rows=3))
    limit = _most(used.shape[1])
    size = _people(population, len(used))
    values = _unit(used.rank() if correlation == "spearman" else used)
    observed = _eigenvalues(_correlations(values)[None])[0]
    highest = limit if most is None else whole(most, limit, name="most")
    distances, p_values = _tried(values, observed, most=highest, size=size, draws=draws, alpha=level, rng=random)
    numbers = pd.RangeIndex(1, len(distances) + 1, name="n_factors")
    return ComparisonResult(
        n_factors=1 + leading(np.array(p_values[1:]) < level),
        distances=pd.DataFrame(np.column_stack(distances), columns=numbers),
        p_values=pd.Series(p_values, index=numbers, name="p_value"),
        eigenvalues=pd.Series(observed, index=pd.RangeIndex(1, len(observed) + 1), name="eigenvalue"),
        population=size,
        samples=draws,
        alpha=level,
        correlation=correlation,
        n=len(used),
        n_dropped=len(answers) - len(used),
    )


def _people(population: int, n: int) -> int:
    return whole(
        population, _LARGEST, name="population", least=min(n, _ENOUGH),
        remedy="It stands for all people, of whom the respondents are a sample.",
    )  # fmt: skip


def _most(n_items: int) -> int:
    """The most factors to try: as far as there are degrees of freedom, one for three items; else a ParameterError."""
    most = max((m for m in range(1, n_items) if degrees_of_freedom(n_items, m) > 0), default=int(n_items == 3))
    if not most:
        raise ParameterError(
            f"comparison data needs at least 3 items, for one common factor; found {n_items}. "
            "Analyse more items together."
        )
    return most


def _tried(
    values: Floats, observed: Floats, *, most: int, size: int, draws: int, alpha: float, rng: np.random.Generator
) -> tuple[list[Floats], list[float]]:
    """Distances and p-values by number of factors, up to the first that comes no closer."""
    distances: list[Floats] = []
    p_values: list[float] = []
    for m in range(1, most + 1):
        people = _population(values, m, size, rng)
        drawn = np.concatenate(list(_sampled_eigenvalues(people, len(values), draws, rng)))
        distances.append(np.sqrt(((drawn - observed) ** 2).mean(axis=1)))
        p_values.append(np.nan if m == 1 else _less(distances[-1], distances[-2]))
        if m > 1 and not p_values[-1] < alpha:
            break
    return distances, p_values


def _unit(frame: pd.DataFrame) -> Floats:
    """Columns centred, of mean square 1; scaled by their largest first, so that huge answers do not overflow."""
    values = frame.to_numpy(dtype=np.float64)
    values = values / np.abs(values).max(axis=0)
    values = values - values.mean(axis=0)
    values = values / np.abs(values).max(axis=0)
    return np.asarray(values / np.sqrt((values**2).mean(axis=0)))


def _correlations(values: Floats) -> Floats:
    centred = values - values.mean(axis=0)
    spread = np.sqrt((centred**2).sum(axis=0))
    unit = centred / np.where(spread > 0, spread, 1.0)
    matrix = unit.T @ unit
    np.fill_diagonal(matrix, 1.0)
    return np.asarray(matrix)


def _eigenvalues(matrices: Floats) -> Floats:
    return np.asarray(np.linalg.eigvalsh(matrices)[:, ::-1])


def _population(values: Floats, n_factors: int, size: int, rng: np.random.Generator) -> Floats:
    """People (size, items) with the answers' distributions and nearly their correlations, by so many factors.

    Normal factor scores are turned into answers by rank; what that takes off the correlations is put on those aimed at,
    and undone by halves when it did not help.
    """
    k = values.shape[1]
    sorted_answers = np.sort(values[rng.integers(len(values), size=(size, k)), np.arange(k)], axis=0)
    shared, unique = rng.standard_normal((size, n_factors)), rng.standard_normal((size, k))
    goal = _correlations(values)
    below = np.tril_indices(k, -1)
    aim, closest, failed = goal, np.inf, 0
    best_aim, best_rest, best = goal, np.zeros_like(goal), values
    while failed < _TRIALS:
        people = _made(_axis_loadings(aim, n_factors), shared, unique, sorted_answers)
        rest = goal - _correlations(people)
        distance = float(np.sqrt((rest[below] ** 2).mean()))
        if distance < closest:
            closest, failed, best_aim, best_rest, best = distance, 0, aim, rest, people
            aim = best_aim + best_rest
        else:
            failed += 1
            aim = best_aim + best_rest * 0.5**failed
    return best


def _made(loadings: Floats, shared: Floats, unique: Floats, sorted_answers: Floats) -> Floats:
    left = np.sqrt(np.maximum(1 - (loadings**2).sum(axis=1), 0.0))
    scores = shared @ loadings.T + unique * left
    people = np.empty_like(scores)
    np.put_along_axis(people, np.argsort(scores, axis=0), sorted_answers, axis=0)
    return np.asarray(people)


def _axis_loadings(matrix: Floats, n_factors: int) -> Floats:
    """Principal-axis loadings between -1 and 1 of a matrix that need not be definite, from communalities of 1 on."""
    reduced, communalities = matrix.copy(), np.ones(len(matrix))
    for _ in range(_AXIS_ROUNDS):
        np.fill_diagonal(reduced, communalities)
        values, vectors = np.linalg.eigh(reduced)
        loadings = vectors[:, -n_factors:] * np.sqrt(np.maximum(values[-n_factors:], 0.0))
        before, communalities = communalities, (loadings**2).sum(axis=1)
        if np.abs(communalities - before).max() < _STILL:
            break
    return np.asarray(np.clip(loadings, -1.0, 1.0))


def _sampled_eigenvalues(people: Floats, n: int, draws: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Eigenvalues of the correlations of samples of n from the people, with replacement, batch by batch.

    A sample is how often each person was drawn, so that its sums of products are counts times the people's products.
    """
    size, k = people.shape
    first, second = np.triu_indices(k)
    products = np.column_stack([people, people[:, first] * people[:, second]])
    batch = max(1, min(draws, _CELLS // max(n, size)))
    for start in range(0, draws, batch):
        rows = min(batch, draws - start)
        drawn = rng.integers(size, size=(rows, n)) + size * np.arange(rows)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * size).reshape(rows, size)
        sums = counts.astype(np.float64) @ products / n
        covariances = np.empty((rows, k, k))
        covariances[:, first, second] = covariances[:, second, first] = sums[:, k:]
        covariances -= sums[:, :k, None] * sums[:, None, :k]
        variances = np.diagonal(covariances, axis1=1, axis2=2)
        # An item that happens not to vary in a sample correlates with none there; rounding leaves about 1e-16.
        scale = np.sqrt(np.where(variances > _ROUNDING, variances, np.inf))
        matrices = covariances / (scale[:, :, None] * scale[:, None, :])
        matrices[:, np.arange(k), np.arange(k)] = 1.0
        yield _eigenvalues(matrices)


def _less(first: Floats, second: Floats) -> float:
    """P-value of the Mann-Whitney test that the first tend to be less; normal approximation, equals with mid-ranks.

    Distances that differ by rounding alone are equal: they lie between 0 and the number of items.
    """
    a, b = len(first), len(second)
    values = np.round(np.concatenate([first, second]), _DIGITS)
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    u = rank[:a].sum() - a * (a + 1) / 2
    tied = float((count.astype(np.float64) ** 3 - count).sum()) / max(1, (a + b) * (a + b - 1))
    variance = a * b * (a + b + 1 - tied) / 12
    return float(ndtr((u - a * b / 2 + 0.5) / np.sqrt(variance))) if variance > 0 else 1.0
