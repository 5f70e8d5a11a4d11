"""Krippendorff's alpha: agreement of any number of raters, on any kind of scale, with gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from ikfs_methods.checks import fraction, generator, one_of, whole
from ikfs_methods.errors import TooFewError
from ikfs_methods.validity.agreement.differences import (
    METRICS,
    Disagreement,
    disagreement,
    ordinal_scores,
    squared_differences,
)
from ikfs_methods.validity.agreement.drawn import FEWEST_DRAWS, MOST_DRAWS, blocks, multinomial, quantile_ends
from ikfs_methods.validity.agreement.linearised import from_contributions, remarks, untested
from ikfs_methods.validity.agreement.pairs import Tally, observed_agreement, tally, thing_agreement
from ikfs_methods.validity.agreement.percent import Observed, result
from ikfs_methods.validity.agreement.rated import Rated, rated
from ikfs_methods.validity.agreement.result import FEWEST_THINGS, AgreementResult, Interval, paradox
from ikfs_methods.validity.scale import Floats


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class KrippendorffResult(AgreementResult):
    """Krippendorff's alpha; `weights` names the metric.

    `observed` and `expected` are here 1 less the disagreement seen and expected, each as a share of the greatest
    difference between two categories, so that alpha = (observed - expected) / (1 - expected). `coincidences` is his
    matrix: how often each two categories meet in one thing.
    """

    coincidences: pd.DataFrame


def krippendorff_alpha(
    ratings: pd.DataFrame,
    *,
    metric: str = "nominal",
    categories: Sequence[object] | None = None,
    level: float = 0.95,
    interval: str = "analytic",
    draws: int = 1000,
    rng: np.random.Generator | int | None = None,
) -> KrippendorffResult:
    """Krippendorff's alpha (rows the things rated, columns the raters; gaps allowed).

    alpha = 1 - disagreement seen / disagreement expected, from the coincidence matrix of the pairs of ratings of each
    thing (Krippendorff 2011, Computing Krippendorff's alpha-reliability; 2019, Content Analysis, chapter 12). Things
    with a single rating are left out. `metric` says how far two categories differ: "nominal" (equal or not), "ordinal"
    (ratings between them), "interval" (a - b), "ratio" ((a - b) / (a + b)). `categories` are the points of the scale
    in order; needed where they are names and `metric` is "ordinal". (The R package irr computes something else
    with three or more raters and no gaps.)

    With `interval` "analytic", ends at `level` by linearisation, t with n - 1 degrees of freedom (Gwet 2014, chapter
    5; R: irrCAC's krippen.alpha.raw, whose version 1.0 differs by less than 1 % of the error where ratings are
    missing), to which the dependence of ordinal differences on the ratings is added; with "bootstrap", from `draws`
    resamples of the things (`rng`), the percentiles widened for a small number of things (see `panel_agreement`).
    Both, and the t test of 0, speak of other things rated by these raters, and are not given below 5 things. Answers
    the question: how far do raters agree beyond chance on this kind of scale.

    Where all ratings are equal it is NaN with a note. Raises what `rated` and `squared_differences` raise.
    """
    fraction(level, name="level")
    one_of(metric, METRICS, name="metric")
    one_of(interval, ("analytic", "bootstrap"), name="interval")
    table, alone = _paired(rated(ratings, categories=categories))
    tallied = tally(table)
    squares = squared_differences(table, metric, tallied.counts[0].sum(axis=0))
    sums = disagreement(tallied, metric=squares)
    alpha = float(sums.alpha[0])
    found = from_contributions(_contributions(tallied, sums, squares, metric), alpha, level=level)
    if interval == "bootstrap":
        found = _resampled(table, metric, squares, found, level=level, draws=draws, rng=rng)
    return _result(table, tallied, sums, squares, found, metric=metric, level=level, alone=alone)


def _paired(table: Rated) -> tuple[Rated, int]:
    """The things with two ratings or more, and how many have one."""
    keep = (table.places >= 0).sum(axis=1) >= 2
    places = table.places[keep]
    columns = (places >= 0).any(axis=0)
    if keep.sum() < 2:
        raise TooFewError(
            "Krippendorff's alpha needs at least 2 things with two ratings each; found 1. Supply more ratings."
        )
    alone = int((~keep).sum())
    return Rated(
        places[:, columns],
        table.categories,
        table.declared,
        table.scores,
        table.values,
        table.raters[columns],
        table.n_dropped + alone,
        table.notes,
    ), alone


def _contributions(tallied: Tally, sums: Disagreement, squares: Floats, metric: str) -> Floats:
    """(things,): alpha plus n times its derivative in each thing's weight.

    The factor (N - 1) / N of N ratings is left out, as Gwet does: the error comes out larger by that much.
    """
    counts, unit, size = tallied.counts[0], sums.unit[0], tallied.size[0]
    seen, total, between = float(sums.seen[0]), float(sums.total[0]), float(sums.between[0])
    if not np.isfinite(sums.alpha[0]):
        return np.full(len(unit), np.nan)
    margins = sums.margins[0]
    ratio = seen * total / between
    moved = (unit * total + seen * size - ratio * 2 * (counts @ squares @ margins)) / between
    if metric == "ordinal":
        moved += _moved_ranks(tallied, sums, ratio)
    return np.asarray(sums.alpha[0] - len(unit) * moved)


def _moved_ranks(tallied: Tally, sums: Disagreement, ratio: float) -> Floats:
    """What each thing adds by moving the middle ranks, and with them the ordinal differences.

    With scores s, the derivative of a sum of t_kl (s_k - s_l)² in s_k is 4 times the sum over l of t_kl (s_k - s_l).
    """
    counts, size, margins = tallied.counts[0], tallied.size[0], sums.margins[0]
    total, between = float(sums.total[0]), float(sums.between[0])
    scores = ordinal_scores(margins)
    each = counts / (size - 1)[:, None]  # counts times ratings over pairs, r / (r (r - 1))
    within = 4 * scores * (size @ each) - 4 * each.T @ (counts @ scores)
    across = 4 * margins * (total * scores - float(margins @ scores))
    # in shares of all ratings; the common shift and scale of scores leave alpha as it is
    middle = (np.cumsum(counts, axis=1) - counts / 2) / total
    return np.asarray(middle @ (within * total - ratio * across) / between)


def _resampled(
    table: Rated,
    metric: str,
    squares: Floats,
    found: Interval,
    *,
    level: float,
    draws: int,
    rng: np.random.Generator | int | None,
) -> Interval:
    """The interval from resampled things; the test stays the analytic one."""
    source = generator(rng)
    whole(draws, MOST_DRAWS, name="draws", least=FEWEST_DRAWS)
    n = len(table.places)
    if n < FEWEST_THINGS or np.isnan(found.low):
        return found
    # Alpha knows a thing by its counts alone: sorted by them, the things have one order, whatever the table's.
    counts = table.counts[np.lexsort(table.counts.T)]
    base = Tally(counts[None], counts.sum(axis=1)[None], np.ones((1, n)))
    alphas = []
    for times in blocks(multinomial(source, draws, n), table.counts.size):
        drawn = Tally(base.counts, base.own, times)
        if metric == "ordinal":
            margins = times @ base.counts[0]
            alphas.append(disagreement(drawn, scores=ordinal_scores(margins)).alpha)
        else:
            alphas.append(disagreement(drawn, metric=squares).alpha)
    values = np.concatenate(alphas)
    values = values[np.isfinite(values)]
    if len(values) < FEWEST_DRAWS:
        return Interval()
    low, high = quantile_ends(values, n, level)
    return Interval(
        float(values.std(ddof=1)), low, high, "bootstrap", found.statistic, found.df, found.p_value, found.test
    )


def _result(
    table: Rated,
    tallied: Tally,
    sums: Disagreement,
    squares: Floats,
    found: Interval,
    *,
    metric: str,
    level: float,
    alone: int,
) -> KrippendorffResult:
    alpha = float(sums.alpha[0])
    counts, greatest = tallied.counts[0], float(squares.max())
    defined = np.isfinite(alpha)
    agreement = thing_agreement(tallied)
    plain = float(observed_agreement(tallied, agreement)[0])
    mean = 1 - float(sums.seen[0]) / float(sums.total[0]) / greatest if defined else 1.0
    base = result(
        "Krippendorff alpha",
        table,
        Observed(tallied, 1 - squares, agreement[0], np.ones(len(counts)), mean, plain),
        expected=1 - float(sums.between[0]) / float(sums.pairs[0]) / greatest if defined else 1.0,
        estimate=alpha,
        found=found,
        level=level,
        weights=metric,
        notes=(
            remarks(found, alpha, len(counts)),
            untested(found),
            paradox([alpha], plain),
            f"Left out because only one rater rated them: {alone} thing(s)." if alone else None,
        ),
    )
    pairs = counts / (tallied.size[0] - 1)[:, None]
    names = pd.Index(table.categories, name="category")
    return KrippendorffResult(
        **{field.name: getattr(base, field.name) for field in fields(base)},
        coincidences=pd.DataFrame(pairs.T @ counts - np.diag(pairs.sum(axis=0)), index=names, columns=names),
    )
