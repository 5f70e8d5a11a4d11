"""Percent agreement: how often two raters say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import fraction
from ikfs_methods.validity.agreement.linearised import contributions, from_contributions, remarks, untested
from ikfs_methods.validity.agreement.pairs import (
    Tally,
    corrected,
    observed_agreement,
    tally,
    thing_agreement,
)
from ikfs_methods.validity.agreement.rated import Rated, rated
from ikfs_methods.validity.agreement.result import ALL_EQUAL, AgreementResult, Interval, paradox, told
from ikfs_methods.validity.agreement.weights import agreement_weights
from ikfs_methods.validity.scale import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Agreement seen: of each thing (0 where it has no pair), which things have a pair, their mean, and unweighted."""

    tallied: Tally
    weights: Floats
    agreement: Floats
    paired: Floats
    mean: float
    plain: float


def percent_agreement(
    ratings: pd.DataFrame,
    *,
    weights: str = "unweighted",
    categories: Sequence[object] | None = None,
    level: float = 0.95,
) -> AgreementResult:
    """Share of pairs of ratings of the same thing that agree (rows the things rated, columns the raters; gaps allowed).

    Of each thing with at least two ratings, the mean agreement of its pairs; then the mean over those things (Gwet
    2014, Handbook of Inter-Rater Reliability, chapter 2). `weights` ("unweighted", "linear", "quadratic", "ordinal")
    give partial agreement between categories; `categories` are the scale's points, those that occur if None. Interval
    at `level` by linearisation, t with n - 1 degrees of freedom: it speaks of other things of this kind rated by
    these raters. There is no test, since agreement of 0 is what no rater is expected to show. Answers the question:
    how often do two raters say the same, chance included.

    Raises ParameterError, ColumnError, NotNumericError, ScaleError and TooFewError as `rated` does.
    """
    fraction(level, name="level")
    table = rated(ratings, categories=categories)
    seen = observed(table, weights)
    n = seen.agreement.size
    values = contributions(seen.agreement, seen.paired, 0.0, np.zeros(n), 0.0)
    found = from_contributions(values, seen.mean, level=level, lowest=0.0)
    no_test = "No test is made of percent agreement: 0 is not what chance would give."
    return result(
        "percent agreement",
        table,
        seen,
        expected=0.0,
        estimate=seen.mean,
        found=Interval(found.se, found.low, found.high, found.kind),
        level=level,
        weights=weights,
        notes=(no_test, remarks(found, seen.mean, n)),
    )


def observed(table: Rated, weights: str) -> Observed:
    """Agreement seen in a table, under the named weights."""
    matrix = agreement_weights(table, weights)
    tallied = tally(table)
    agreement = thing_agreement(tallied, matrix)
    plain = agreement if weights == "unweighted" else thing_agreement(tallied)
    return Observed(
        tallied,
        matrix,
        agreement[0],
        (tallied.pairs[0] > 0).astype(np.float64),
        float(observed_agreement(tallied, agreement)[0]),
        float(observed_agreement(tallied, plain)[0]),
    )


def chance_corrected(
    coefficient: str,
    table: Rated,
    seen: Observed,
    *,
    expected: float,
    chance: Floats,
    level: float,
    weights: str,
    remedy: str | None = None,
) -> AgreementResult:
    """(observed - expected) / (1 - expected), its linearised standard error, interval and t test.

    `remedy` is the note on what to do where it is undefined.
    """
    value = float(corrected(np.array(seen.mean), np.array(expected)))
    found = Interval()
    if np.isfinite(value):
        values = contributions(seen.agreement, seen.paired, expected, chance, value)
        found = from_contributions(values, value, level=level)
    return result(
        coefficient,
        table,
        seen,
        expected=expected,
        estimate=value,
        found=found,
        level=level,
        weights=weights,
        notes=(
            None if np.isfinite(value) else remedy,
            remarks(found, value, len(chance)),
            untested(found),
            paradox([value], seen.plain),
        ),
    )


def result(
    coefficient: str,
    table: Rated,
    seen: Observed,
    *,
    expected: float,
    estimate: float,
    found: Interval,
    level: float,
    weights: str,
    notes: tuple[str | None, ...],
) -> AgreementResult:
    """The result, with what was used and the notes that hold for every coefficient."""
    alone = int((seen.paired == 0).sum())
    lonely = f"Rated by one rater only, and so without a pair: {alone} thing(s)." if alone else None
    return AgreementResult(
        coefficient=coefficient,
        estimate=estimate,
        ci_low=found.low,
        ci_high=found.high,
        se=found.se,
        interval=found.kind,
        level=level,
        statistic=found.statistic,
        df=found.df,
        p_value=found.p_value,
        test=found.test,
        percent_agreement=seen.plain,
        observed=seen.mean,
        expected=expected,
        weights=weights,
        categories=table.categories,
        n_things=len(table.places),
        n_raters=len(table.raters),
        n_ratings=int((table.places >= 0).sum()),
        n_dropped=table.n_dropped,
        notes=told(None if np.isfinite(estimate) else ALL_EQUAL, *notes, lonely, *table.notes),
    )
