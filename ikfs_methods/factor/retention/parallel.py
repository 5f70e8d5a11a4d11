"""Horn's parallel analysis: eigenvalues beside those of unrelated items."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import generator, is_number, one_of, quoted, whole
from ikfs_methods.correlation import (
    CorrelationResult,
    as_correlation,
    correlation_matrix,
    nonnegative_definite,
    permuted_correlations,
    positive_definite,
)
from ikfs_methods.correlation.smoothing import smoothed_many
from ikfs_methods.errors import ParameterError, TooFewError
from ikfs_methods.factor import remarks
from ikfs_methods.factor.extraction import unexplained
from ikfs_methods.factor.one_factor import one_factor_uniquenesses
from ikfs_methods.factor.suitability import counted_n, known_n
from ikfs_methods.result import Shown

Floats = npt.NDArray[np.float64]

KINDS = ("component", "factor")
COMMUNALITIES = ("minres", "smc")
CORRELATIONS = ("pearson", "spearman", "polychoric", "mixed")
NORMAL = ("pearson", "spearman", "given")  # matrices whose null is drawn from the Wishart distribution
_MOST_DRAWS = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class ParallelResult(Shown):
    """Eigenvalues of the answers beside those of unrelated items, numbered from 1, largest first.

    `simulated` is the chosen percentile over the draws, `simulated_mean` their mean; `n_factors` counts the leading
    eigenvalues above `simulated`, up to the first that is not, and `n_factors_mean` those above the mean.
    `communalities` is minres or smc for factors, None for components; `null` tells how the draws were made: wishart
    or permutation; `smoothed_draws` counts draws whose matrix had to be made positive definite first; `notes` says what
    a reader must know, in sentences.
    """

    observed: pd.Series
    simulated: pd.Series
    simulated_mean: pd.Series
    n_factors: int
    n_factors_mean: int
    kind: str
    communalities: str | None
    correlation: str
    null: str
    draws: int
    smoothed_draws: int
    percentile: float
    n: int
    n_dropped: int | None
    missing: str
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """One row an eigenvalue: observed, simulated, simulated_mean, retained."""
        table = pd.concat([self.observed, self.simulated, self.simulated_mean], axis=1)
        return table.assign(retained=[i < self.n_factors for i in range(len(table))])


def parallel_analysis(
    answers_or_matrix: pd.DataFrame | CorrelationResult,
    *,
    n: int | None = None,
    kind: str = "component",
    communalities: str = "minres",
    correlation: str = "pearson",
    draws: int = 500,
    percentile: float = 95,
    rng: np.random.Generator | int | None = None,
    missing: str = "listwise",
) -> ParallelResult:
    """Horn's parallel analysis: observed eigenvalues against those of as many unrelated items.

    `kind`: component takes the eigenvalues of the correlations (Horn 1965, Psychometrika 30, 179-185); factor those
    with communalities on the diagonal, observed and drawn alike: those of a one-factor minres solution (psych's
    fa.parallel), or squared multiple correlations (smc; Humphreys & Ilgen 1969). For Pearson and Spearman the matrices
    of unrelated items come straight from the Wishart distribution with n - 1 degrees of freedom (Bartlett's
    decomposition), at a cost that does not grow with n. Correlations of ordered categories spread more than that by
    chance, so with `correlation` polychoric or mixed the answers of each item are permuted instead, which needs the
    answers. `n` is needed with a matrix, and replaces the smallest number of a pair's rows where that matrix was made
    pairwise; that of weighted respondents is their effective number (Kish 1965). `rng` is a Generator or a seed and
    always needed. Raises ParameterError, TooFewError when n does not exceed the number of items, MatrixError (factor)
    when the correlations cannot be inverted. One minres factor of unrelated items is often a Heywood case (one draw in
    five at 10 items), which puts their first factor eigenvalue near 1; `simulated_mean` shows how far the percentile is
    driven by that.
    Answers the question: how many directions hold more than chance would give them at this n?
    """
    one_of(kind, KINDS, name="kind")
    one_of(communalities, COMMUNALITIES, name="communalities")
    one_of(correlation, CORRELATIONS, name="correlation")
    count_draws, share = draw_options(draws, percentile)
    random = generator(rng)
    given = as_correlation(answers_or_matrix, n=n, method=correlation, missing=missing)
    way = communalities if kind == "factor" else "one"
    values, count = comparable(given, correlation, inverted=kind == "factor")
    draw = null_draws(answers_or_matrix, given, count, random, missing=missing)
    # Batches of about a million cells stay in the processor's memory and bound what a long run needs.
    batch = max(1, 1_000_000 // len(values) ** 2)
    batches = (draw(min(batch, count_draws - start)) for start in range(0, count_draws, batch))
    return beside_drawn(given, values, batches, way, percentile=share)


def draw_options(draws: int, percentile: float) -> tuple[int, float]:
    """Number of draws and percentile; a ParameterError when either cannot be."""
    if not (is_number(percentile) and 0 < percentile < 100):
        raise ParameterError(
            f"percentile must be a number between 0 and 100, both excluded; found {quoted(percentile)}. 95 is usual."
        )
    return whole(draws, _MOST_DRAWS, name="draws"), float(percentile)


def beside_drawn(
    given: CorrelationResult, values: Floats, batches: Iterable[Floats], way: str, *, percentile: float
) -> ParallelResult:
    """The observed eigenvalues beside those of drawn matrices (in batches), both with the communalities `way`."""
    kind = "component" if way == "one" else "factor"
    parts, smoothed = [], 0
    for matrices in batches:
        inverted = way != "one" and given.method not in NORMAL  # drawn from a Wishart they can be
        definite, poor = smoothed_many(matrices) if inverted else (matrices, 0)
        parts.append(reduced_eigenvalues(definite, way))
        smoothed += poor
    drawn = np.concatenate(parts)
    observed = reduced_eigenvalues(values[None], way)[0]
    simulated, mean = np.percentile(drawn, percentile, axis=0), drawn.mean(axis=0)
    numbers = pd.RangeIndex(1, len(values) + 1, name=kind)
    return ParallelResult(
        observed=pd.Series(observed, index=numbers, name="observed"),
        simulated=pd.Series(simulated, index=numbers, name="simulated"),
        simulated_mean=pd.Series(mean, index=numbers, name="simulated_mean"),
        n_factors=leading(observed > simulated),
        n_factors_mean=leading(observed > mean),
        kind=kind,
        communalities=None if way == "one" else way,
        correlation=given.method,
        null="wishart" if given.method in NORMAL else "permutation",
        draws=len(drawn),
        smoothed_draws=smoothed,
        percentile=percentile,
        n=known_n(given, "parallel analysis"),
        n_dropped=given.n_dropped,
        missing=given.missing,
        notes=tuple(remarks.weighted(given, "the draws")),
    )


def leading(true: npt.NDArray[np.bool_]) -> int:
    """How many entries come before the first that is false; 0 of none."""
    return len(true) if true.all() else int(true.argmin())


def reduced_eigenvalues(matrices: Floats, communalities: str) -> Floats:
    """Eigenvalues (draws, items), largest first, of correlations with these communalities on the diagonal.

    `communalities`: minres (of one factor), smc, or one (the correlations as they are).
    """
    if communalities == "one":
        return np.asarray(np.linalg.eigvalsh(matrices)[:, ::-1])
    diagonal = np.arange(matrices.shape[-1])
    unique = unexplained(matrices) if communalities == "smc" else one_factor_uniquenesses(matrices)
    reduced = matrices.copy()
    reduced[:, diagonal, diagonal] -= unique
    return np.asarray(np.linalg.eigvalsh(reduced)[:, ::-1])


def unrelated_correlations(n: float, n_items: int, draws: int, rng: np.random.Generator) -> Floats:
    """Correlation matrices (draws, items, items) of samples of n from unrelated normal items.

    The cross-products of such a sample are TT', T lower triangular with independent standard normals below the diagonal
    and the roots of chi-squares with n - 1, n - 2 ... degrees of freedom on it (Bartlett 1933).
    """
    below = np.tril_indices(n_items, -1)
    diagonal = np.arange(n_items)
    root = np.zeros((draws, n_items, n_items))
    root[:, diagonal, diagonal] = np.sqrt(rng.chisquare(n - 1 - diagonal, size=(draws, n_items)))
    root[:, below[0], below[1]] = rng.standard_normal((draws, len(below[0])))
    root /= np.sqrt(np.einsum("dij,dij->di", root, root))[:, :, None]
    matrices = root @ np.ascontiguousarray(root.transpose(0, 2, 1))  # laid out anew: five times as fast
    matrices[:, diagonal, diagonal] = 1.0
    return np.asarray(matrices)


def null_draws(
    answers_or_matrix: pd.DataFrame | CorrelationResult,
    given: CorrelationResult,
    n: float,
    rng: np.random.Generator,
    *,
    missing: str,
) -> Callable[[int], Floats]:
    """A function from a number of draws to as many correlation matrices of unrelated items."""
    if given.method in NORMAL:
        return lambda draws: unrelated_correlations(n, len(given.matrix), draws, rng)
    if isinstance(answers_or_matrix, CorrelationResult):
        raise _needs_answers(given.method)
    answers = answers_or_matrix
    if given.method == "mixed":
        return lambda draws: _mixed(answers, draws, rng, missing)
    method = given.method
    return lambda draws: permuted_correlations(answers, method=method, draws=draws, rng=rng, missing=missing)


def _mixed(answers: pd.DataFrame, draws: int, rng: np.random.Generator, missing: str) -> Floats:
    """Mixed correlations (draws, items, items) of answers permuted item by item, one draw after the other."""
    used = answers.dropna() if missing == "listwise" else answers
    permuted = (rng.permuted(used.to_numpy(dtype=np.float64), axis=0) for _ in range(draws))
    frames = (pd.DataFrame(values, columns=used.columns) for values in permuted)
    return np.array([correlation_matrix(frame, method="mixed", missing=missing).matrix for frame in frames])


def comparable(given: CorrelationResult, correlation: str, *, inverted: bool) -> tuple[Floats, float]:
    """The correlations and their n, when drawn matrices can stand beside them (and be inverted, where asked for)."""
    if given.method not in NORMAL and given.method != correlation:
        raise ParameterError(
            f"parallel analysis draws the null of Pearson correlations; found a {given.method} matrix, whose "
            f'eigenvalues spread more by chance. Give the answers and correlation="{given.method}", so that they can '
            "be permuted, or their Pearson correlations."
        )
    if given.method in NORMAL and correlation not in NORMAL:
        raise _needs_answers(correlation)
    count = counted_n(given, "parallel analysis")
    values = positive_definite(given.matrix, n=given.n) if inverted else nonnegative_definite(given.matrix)
    if count <= len(values):
        raise TooFewError(
            f"parallel analysis needs more respondents than items; found {count:.6g} respondents and {len(values)} "
            "items. Collect more answers or analyse fewer items."
        )
    return values, count


def _needs_answers(correlation: str) -> ParameterError:
    return ParameterError(
        f"parallel analysis of {correlation} correlations must permute the answers, for their null depends on how the "
        f"categories are filled; found a matrix alone. Give the answers and correlation={quoted(correlation)}."
    )
