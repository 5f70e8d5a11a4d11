"""Gwet's AC1 and AC2, and Brennan and Prediger's coefficient: agreement beyond chance that survives near-unanimity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ikfs_methods.checks import fraction
from ikfs_methods.validity.agreement.pairs import over, shares
from ikfs_methods.validity.agreement.percent import chance_corrected, observed
from ikfs_methods.validity.agreement.rated import rated
from ikfs_methods.validity.agreement.result import AgreementResult
from ikfs_methods.validity.scale import Floats

_DECLARE = "Declare the categories of the scale, used or not, and it is defined: categories=[...]."


def gwet_ac(
    ratings: pd.DataFrame,
    *,
    weights: str = "unweighted",
    categories: Sequence[object] | None = None,
    level: float = 0.95,
) -> AgreementResult:
    """Gwet's AC1 (unweighted) or AC2 of ratings (rows the things rated, columns the raters; gaps allowed).

    (observed - expected) / (1 - expected), expected = sum of the weights / (q(q - 1)) · sum p(1 - p) over the q
    categories, p the share of each, things counting alike (Gwet 2008, doi:10.1348/000711006X126600; 2014, chapters 4
    and 5). `weights` are "unweighted", "linear", "quadratic" or "ordinal"; `categories` are the points of the scale,
    which count even where nobody chose them (those that occur if None). Standard error by linearisation; interval at
    `level` and test of 0 by t with n - 1 degrees of freedom, speaking of other things rated by these raters, as the R
    package irrCAC's gwet.ac1.raw. Answers the question: how far do raters agree beyond chance, where nearly all
    ratings may fall into one category.

    Where all ratings are equal it is 1, as long as two categories are declared, else NaN with a note. Raises
    ParameterError, ColumnError, NotNumericError, ScaleError and TooFewError as `rated` does.
    """
    fraction(level, name="level")
    table = rated(ratings, categories=categories)
    seen = observed(table, weights)
    q = len(table.categories)
    share = shares(seen.tallied)[0]
    scale = float(seen.weights.sum()) / (q * (q - 1)) if q > 1 else np.nan
    expected = scale * float((share * (1 - share)).sum())
    profile = over(seen.tallied.counts[0], seen.tallied.size[0][:, None])
    chance = scale * ((profile - share) @ (1 - 2 * share))
    name = "Gwet AC1" if weights == "unweighted" else "Gwet AC2"
    return chance_corrected(
        name, table, seen, expected=expected, chance=chance, level=level, weights=weights, remedy=_DECLARE
    )


def brennan_prediger(
    ratings: pd.DataFrame,
    *,
    weights: str = "unweighted",
    categories: Sequence[object] | None = None,
    level: float = 0.95,
) -> AgreementResult:
    """Brennan and Prediger's coefficient (rows the things rated, columns the raters; gaps allowed).

    As `gwet_ac`, with chance that knows nothing of the raters: expected = sum of the weights / q² (Brennan & Prediger
    1981, doi:10.1177/001316448104100307; with weights Gwet 2014, chapter 4). Answers the question: how far do raters
    agree beyond throwing a die with as many sides as the scale has points.

    Raises what `gwet_ac` raises.
    """
    fraction(level, name="level")
    table = rated(ratings, categories=categories)
    seen = observed(table, weights)
    q = len(table.categories)
    expected = float(seen.weights.sum()) / q**2 if q > 1 else np.nan
    chance: Floats = np.zeros(len(seen.agreement))
    return chance_corrected(
        "Brennan-Prediger",
        table,
        seen,
        expected=expected,
        chance=chance,
        level=level,
        weights=weights,
        remedy=_DECLARE,
    )
