"""Cohen's kappa of two raters, plain and weighted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import sqrt

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from ikfs_methods.checks import fraction
from ikfs_methods.errors import ParameterError, TooFewError
from ikfs_methods.validity.agreement.linearised import NO_SPREAD, TOO_FEW
from ikfs_methods.validity.agreement.pairs import corrected
from ikfs_methods.validity.agreement.percent import Observed, observed, result
from ikfs_methods.validity.agreement.rated import Rated, rated
from ikfs_methods.validity.agreement.result import (
    FEWEST_THINGS,
    NO_VARIANCE,
    AgreementResult,
    Interval,
    held,
    paradox,
)
from ikfs_methods.validity.scale import Floats


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CohenResult(AgreementResult):
    """Cohen's kappa; `se_null` is its standard error under no agreement beyond chance, `table` the two raters' counts.

    `table` has the first rater's categories as rows and the second's as columns.
    """

    se_null: float
    table: pd.DataFrame


def cohen_kappa(
    ratings: pd.DataFrame,
    *,
    weights: str = "unweighted",
    categories: Sequence[object] | None = None,
    level: float = 0.95,
) -> CohenResult:
    """Cohen's kappa of two raters (rows the things rated, two columns; things without both ratings are left out).

    (observed - expected) / (1 - expected), expected from each rater's own shares (Cohen 1960,
    doi:10.1177/001316446002000104; weighted 1968, doi:10.1037/h0026256). `weights` are "unweighted", "linear",
    "quadratic" or "ordinal", of the categories' values where they are numbers; `categories` are the points of the
    scale (those that occur if None). The interval at `level` is normal, with the standard error `se` of Fleiss, Cohen &
    Everitt (1969, doi:10.1037/h0028106); the test of 0 is z = kappa / `se_null`, their standard error under no
    agreement beyond chance (R: irr's kappa2 for the test, psych's cohen.kappa for the unweighted interval). Below 5
    things there is neither. Answers the question: how far do two raters agree beyond chance, or one rater with himself.

    Where both raters use one and the same category throughout it is NaN with a note. Raises ParameterError (not two
    columns), TooFewError (no thing with both ratings), and what `rated` raises.
    """
    fraction(level, name="level")
    if isinstance(ratings, pd.DataFrame) and ratings.shape[1] != 2:
        raise ParameterError(
            f"Cohen's kappa must have the ratings of two raters; found {ratings.shape[1]} columns. "
            "Choose two, or take fleiss_kappa for all of them."
        )
    table = _complete(rated(ratings, categories=categories))
    seen = observed(table, weights)
    counts = table.one_hot[:, 0].T @ table.one_hot[:, 1]
    n = len(table.places)
    cells = counts / n
    expected = float(((cells.sum(axis=1)[:, None] * cells.sum(axis=0)) * seen.weights).sum())
    estimate = float(corrected(np.array(seen.mean), np.array(expected)))
    se, null = _errors(cells, seen, expected, n) if np.isfinite(estimate) else (np.nan, np.nan)
    base = result(
        "Cohen kappa",
        table,
        seen,
        expected=expected,
        estimate=estimate,
        found=_interval(estimate, se, null, level) if n >= FEWEST_THINGS else Interval(),
        level=level,
        weights=weights,
        notes=(_remarks(estimate, se, null, n), paradox([estimate], seen.plain)),
    )
    names = pd.Index(table.categories)
    return CohenResult(
        **{field.name: getattr(base, field.name) for field in fields(base)},
        se_null=null,
        table=pd.DataFrame(
            counts.astype(int), index=names.rename(table.raters[0]), columns=names.rename(table.raters[1])
        ),
    )


def _complete(table: Rated) -> Rated:
    """The things that both raters rated."""
    if len(table.raters) < 2:
        raise TooFewError("both raters must have rated; one column is empty. Supply its ratings.")
    both = (table.places >= 0).all(axis=1)
    return Rated(
        table.places[both],
        table.categories,
        table.declared,
        table.scores,
        table.values,
        table.raters,
        table.n_dropped + int((~both).sum()),
        table.notes,
    )


def _errors(cells: Floats, seen: Observed, expected: float, n: int) -> tuple[float, float]:
    """Standard error of kappa, and the one that holds when kappa is 0."""
    first, second = cells.sum(axis=1), cells.sum(axis=0)
    mean = (seen.weights @ second)[:, None] + first @ seen.weights
    left = 1 - expected
    inside = float((cells * (seen.weights * left - mean * (1 - seen.mean)) ** 2).sum())
    variance = (inside - (seen.mean * expected - 2 * expected + seen.mean) ** 2) / (n * left**4)
    null = (float((first[:, None] * second * (seen.weights - mean) ** 2).sum()) - expected**2) / (n * left**2)
    return tuple(sqrt(value) if value > NO_VARIANCE else 0.0 for value in (variance, null))  # type: ignore[return-value]


def _interval(estimate: float, se: float, null: float, level: float) -> Interval:
    if not np.isfinite(estimate):
        return Interval()
    step = -float(ndtri((1 - level) / 2)) * se
    ends = held(estimate - step), held(estimate + step)
    if null <= 0:
        return Interval(se, *ends, "analytic")
    z = estimate / null
    return Interval(se, *ends, "analytic", z, np.inf, float(2 * ndtr(-abs(z))), "z")


def _remarks(estimate: float, se: float, null: float, n: int) -> str | None:
    if not np.isfinite(estimate):
        return None
    if n < FEWEST_THINGS:
        return TOO_FEW
    if se > 0 and null > 0:
        return None
    if null > 0:
        return NO_SPREAD
    return "One rater uses a single category, so that agreement beyond chance cannot vary and is not tested."
