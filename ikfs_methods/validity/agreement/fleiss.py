"""Fleiss' kappa of many raters, with Conger's and Light's beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from math import sqrt

import numpy as np
import pandas as pd
from scipy.special import ndtr

from ikfs_methods.checks import flag, fraction
from ikfs_methods.validity.agreement.linearised import NO_TEST
from ikfs_methods.validity.agreement.pairs import Tally, corrected, observed_agreement, over, shares, thing_agreement
from ikfs_methods.validity.agreement.percent import Observed, chance_corrected, observed
from ikfs_methods.validity.agreement.rated import Rated, rated
from ikfs_methods.validity.agreement.result import FEWEST_THINGS, AgreementResult
from ikfs_methods.validity.scale import Floats


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FleissResult(AgreementResult):
    """Fleiss' kappa, with what is told beside it.

    `se_null` is Fleiss' standard error under no agreement beyond chance (NaN with gaps or weights). `by_category` has
    a row per category: kappa of that category against all others, z, p_value, share (of the ratings). `conger` lets
    each rater have shares of his own, `light` is the mean of Cohen's kappas of all pairs of raters; both under the same
    weights.
    """

    se_null: float
    by_category: pd.DataFrame
    conger: float
    light: float


def fleiss_kappa(
    ratings: pd.DataFrame,
    *,
    weights: str = "unweighted",
    exact: bool = False,
    categories: Sequence[object] | None = None,
    level: float = 0.95,
) -> FleissResult:
    """Fleiss' kappa (rows the things rated, columns the raters; gaps and categories that are names allowed).

    (observed - expected) / (1 - expected), expected = sum of weight · p · p over pairs of categories, p the share of
    each, things counting alike (Fleiss 1971, doi:10.1037/h0031619; weights and gaps: Gwet 2014, chapters 2 and 3).
    With `exact` it is Conger's coefficient instead (1980, doi:10.1037/0033-2909.88.2.322): chance from each rater's
    own shares, over pairs of raters. `weights` are "unweighted", "linear", "quadratic" or "ordinal"; `categories` the
    points of the scale (those that occur if None).

    `se` and the interval at `level` are by linearisation, t with n - 1 degrees of freedom, and speak of other things
    rated by these raters (R: irrCAC's fleiss.kappa.raw and conger.kappa.raw). The test of 0 is Fleiss' z with
    the standard error under no agreement (Fleiss, Nee & Landis 1979, doi:10.1037/0033-2909.86.5.974; R: irr's
    kappam.fleiss) where no rating is missing and no weights are used; else t = kappa / se. Below 5 things there
    is neither. Answers the question: how far do several raters agree beyond chance on categories.

    Where all ratings are equal it is NaN with a note. Raises ParameterError, ColumnError, NotNumericError, ScaleError
    and TooFewError as `rated` does.
    """
    fraction(level, name="level")
    flag(exact, name="exact")
    table = rated(ratings, categories=categories)
    seen = observed(table, weights)
    hot = table.one_hot
    own = _conger_chance(hot, seen.weights)
    expected, chance = own if exact else _fleiss_chance(seen)
    name = "Conger kappa" if exact else "Fleiss kappa"
    base = chance_corrected(name, table, seen, expected=expected, chance=chance, level=level, weights=weights)
    plain = weights == "unweighted" and bool((table.places >= 0).all())
    null = _null_error(seen, len(table.raters)) if plain else np.nan
    if plain and not exact and np.isfinite(base.estimate) and len(table.places) >= FEWEST_THINGS:
        z = base.estimate / null
        said = tuple(note for note in base.notes if note != NO_TEST)
        base = replace(base, statistic=z, df=np.inf, p_value=float(2 * ndtr(-abs(z))), test="z", notes=said)
    return FleissResult(
        **{field.name: getattr(base, field.name) for field in fields(base)},
        se_null=null,
        by_category=_by_category(table, seen, plain=plain),
        conger=float(corrected(np.array(seen.mean), np.array(own[0]))),
        light=_light(hot, seen.weights),
    )


def _fleiss_chance(seen: Observed) -> tuple[float, Floats]:
    """Agreement by chance, and what each thing adds to it."""
    share = shares(seen.tallied)[0]
    profile = over(seen.tallied.counts[0], seen.tallied.size[0][:, None])
    expected = float(share @ seen.weights @ share)
    return expected, 2 * (profile @ seen.weights @ share - expected)


def _conger_chance(hot: Floats, weights: Floats) -> tuple[float, Floats]:
    """Mean over pairs of different raters of the agreement that their own shares lead one to expect.

    The second part is its derivative in each thing's weight; a rater's shares rest on the things he rated.
    """
    n, m, _ = hot.shape
    rated_by = hot.sum(axis=(0, 2))  # each rater has at least one rating
    own = hot.sum(axis=0) / rated_by[:, None]
    others = own.sum(axis=0) - own
    towards = others @ weights  # (raters, categories)
    pairs = m * (m - 1)
    expected = float((own * towards).sum()) / pairs
    moved = np.einsum("ngq,gq->ng", hot, towards) - hot.sum(axis=2) * (own * towards).sum(axis=1)
    return expected, np.asarray(2 * n / pairs * (moved / rated_by).sum(axis=1))


def _null_error(seen: Observed, m: int) -> float:
    """Fleiss' standard error of kappa when raters agree by chance only; NaN for a single category in use."""
    p = shares(seen.tallied)[0]
    spread = float((p * (1 - p)).sum())
    if spread <= 0:
        return np.nan
    n = len(seen.agreement)
    within = spread**2 - float((p * (1 - p) * (1 - 2 * p)).sum())
    return sqrt(max(0.0, 2 * within / (n * m * (m - 1)))) / spread


def _by_category(table: Rated, seen: Observed, *, plain: bool) -> pd.DataFrame:
    """Kappa of each category against all others: the dichotomised tables, one draw each."""
    counts, size = seen.tallied.counts[0].T, seen.tallied.size
    split = Tally(np.stack([counts, size - counts], axis=-1), size, seen.tallied.times)
    share = shares(split)
    kappa = corrected(observed_agreement(split, thing_agreement(split)), (share**2).sum(axis=-1))
    n, m = table.places.shape
    tested = plain and n >= FEWEST_THINGS
    z = kappa / sqrt(2 / (n * m * (m - 1))) if tested else np.full(len(kappa), np.nan)
    columns = {"kappa": kappa, "z": z, "p_value": 2 * ndtr(-np.abs(z)), "share": share[:, 0]}
    return pd.DataFrame(columns, index=pd.Index(table.categories, name="category"))


def _light(hot: Floats, weights: Floats) -> float:
    """Mean of Cohen's kappas over all pairs of raters, each over the things that both rated; NaN if one is undefined.

    Light 1971, doi:10.1037/h0031643.
    """
    n, m, q = hot.shape
    there = hot.sum(axis=2)
    near = (hot.reshape(n * m, q) @ weights).reshape(n, m, q)
    both = there.T @ there
    left, right = np.triu_indices(m, 1)
    agreed = np.einsum("nhk,ngk->gh", near, hot)[left, right]
    # shares of g's ratings over the things that h rated too: (raters, raters, categories)
    own = np.einsum("ngk,nh->ghk", hot, there)[left, right]
    other = np.einsum("nhk,ng->ghk", near, there)[left, right]
    count = both[left, right]
    kappa = corrected(over(agreed, count, np.nan), over((own * other).sum(axis=1), count**2, np.nan))
    return float(kappa.mean())
