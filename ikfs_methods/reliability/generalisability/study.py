"""A generalisability study of crossed ratings with one or two facets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import fraction, listed, one_of
from ikfs_methods.errors import ConvergenceError, ParameterError
from ikfs_methods.reliability.generalisability.design import Design, Floats, designed
from ikfs_methods.reliability.generalisability.intervals import (
    LEAST_DF,
    LEAST_OBJECTS,
    chi_square_interval,
    component_interval,
    g_interval,
    phi_interval,
    ratio_interval,
    standard_errors,
)
from ikfs_methods.reliability.generalisability.remarks import remarks
from ikfs_methods.reliability.generalisability.restricted import LEAST_RESIDUAL, WIDEST, restricted, width
from ikfs_methods.reliability.generalisability.result import GeneralisabilityResult, coefficients, error_weights
from ikfs_methods.reliability.generalisability.squares import Squares, henderson, mean_squares

METHODS = ("auto", "anova", "reml")


@dataclass(frozen=True, slots=True, eq=False)
class _Estimates:
    """Components in squared units of the design, and what is known of their error."""

    method: str
    components: Floats
    squares: Squares | None = None  # of a complete table
    covariance: Floats | None = None  # of restricted likelihood
    fallen_back: str = ""


def generalisability(
    table: pd.DataFrame,
    *,
    object: str = "indicator",  # noqa: A002 - the field's word for what is measured
    facets: Sequence[str] = ("expert", "criterion"),
    value: str = "rating",
    fixed: Sequence[str] = (),
    low: float | None = None,
    high: float | None = None,
    method: str = "auto",
    level: float = 0.95,
) -> GeneralisabilityResult:
    """Variance components of crossed ratings (a long table, one row per rating) and the reliability of their mean.

    Each object is rated by each level of one or two facets, all random: object + facets + what meets + residual
    (Shavelson & Webb 1991; Brennan 2001, Generalizability Theory). A facet of one level, after the first facet, is
    left out. Ratings are in points of one scale; give its ends as `low` and `high`. `method`: anova, expected mean
    squares, with gaps Henderson's method 1 (1953), where negative estimates stand for 0; reml, restricted maximum
    likelihood, no component below 0; auto, anova for a complete table and reml with gaps. Both agree on a complete
    table without negative estimates.

    G = universe variance / (universe + relative error), for comparing objects; phi = universe / (universe + absolute
    error), for an object's own mean. With one facet they are ICC(C,k) and ICC(A,k) of `intraclass_correlation`; the
    interval of phi is then that of ICC(A,1) stepped up, while McGraw & Wong give ICC(A,k) degrees of freedom of its
    own, so that their ends differ a little. Over `fixed` facets (those criteria and no others) is averaged: what object
    and fixed facets share belongs to the object. With gaps the errors are those of the means over the ratings that each
    object received, the relative one half the mean variance of the error in the difference between two objects.

    Complete tables: se of Brennan (2001), intervals of components by modified large samples (Ting et al. 1990), of G
    and phi by F with Satterthwaite's degrees of freedom, all for normal ratings, none on fewer than 4 degrees of
    freedom. Under reml se and intervals are large-sample ones; those of G and phi need 15 objects, those of components
    4 of Satterthwaite's degrees of freedom. Answers the questions: where does the variance of the ratings come from,
    and (`decision`, `needed`) how many experts are enough.

    Raises ParameterError, ColumnError (column missing, level unnamed), JudgementError (a combination rated twice),
    ScaleError (off the scale, two scales pooled), NotNumericError, TooFewError (fewer than two objects or levels,
    effects that the gaps make inseparable), ConvergenceError (method="reml").
    """
    fraction(level, name="level")
    one_of(method, METHODS, name="method")
    names = (facets,) if isinstance(facets, str) else tuple(facets)
    averaged = (fixed,) if isinstance(fixed, str) else tuple(fixed)
    _check_facets(names, averaged)
    design = designed(table, (object, *names), value, low=low, high=high)
    averaged = tuple(name for name in averaged if name not in design.dropped)
    return _result(design, _estimated(design, method), averaged, level)


def _result(design: Design, found: _Estimates, averaged: tuple[str, ...], level: float) -> GeneralisabilityResult:
    variance = np.maximum(found.components, 0.0)
    total = float(variance.sum())
    shares = variance / total if total > 0 else np.full(len(variance), np.nan)
    weights = _weights(design, averaged)
    unit = design.unit**2
    g, phi, relative, absolute = coefficients(shares, *weights, total)
    ends = _coefficient_ends(design, found, weights, level) if total > 0 else (np.nan,) * 4
    components = _components(design, found, level)
    components.insert(4, "share", shares)
    return GeneralisabilityResult(
        components=components,
        g_coefficient=g, g_low=ends[0], g_high=ends[1], phi=phi, phi_low=ends[2], phi_high=ends[3],
        universe_variance=float(weights[0] @ variance) * unit,
        relative_error=relative * unit, absolute_error=absolute * unit,
        mean=design.mean,
        n_levels=pd.Series(design.levels, index=pd.Index(design.names, name="factor"), name="n"),
        n_ratings=len(design.values), n_missing=design.n_missing,
        fixed=averaged, method=found.method, level=level,
        notes=remarks(
            design, components, fixed=averaged, method=found.method, fallen_back=found.fallen_back, ends=ends
        ),
    )  # fmt: skip


def _check_facets(names: tuple[str, ...], fixed: tuple[str, ...]) -> None:
    if len(names) not in {1, 2}:
        raise ParameterError(
            f"there must be one or two facets; found {len(names)}: {listed(names)}. Average over the others first."
        )
    unknown = [name for name in fixed if name not in names]
    if unknown or len(set(fixed)) == len(names):
        raise ParameterError(
            f"fixed must name facets ({listed(names)}) and leave one random; found {listed(fixed)}. "
            "Without a random facet no error is left to measure."
        )


def _estimated(design: Design, method: str) -> _Estimates:
    if design.complete and method != "reml":
        squares = mean_squares(design)
        return _Estimates("anova", squares.estimates, squares=squares)
    start = henderson(design)
    if method == "anova":
        return _Estimates("anova", start)
    # also true where nothing varies at all
    if start[-1] <= LEAST_RESIDUAL * design.mean_square:
        return _Estimates("anova", start, fallen_back="no residual is left")
    if width(design) > WIDEST:
        return _Estimates("anova", start, fallen_back=f"there are more than {WIDEST} levels to solve for")
    try:
        fit = restricted(design, start)
    except ConvergenceError:
        if method == "reml":
            raise
        return _Estimates("anova", start, fallen_back="its likelihood showed no maximum")
    return _Estimates("reml", fit.components, covariance=fit.covariance)


def _weights(design: Design, fixed: tuple[str, ...]) -> tuple[Floats, Floats, Floats]:
    """Weights of the components in universe variance, relative and absolute error of the objects' means as rated."""
    sets = [frozenset(design.names[at] for at in effect) for effect in design.effects]
    if design.complete:
        return error_weights(sets, design.names[0], dict(zip(design.names[1:], design.levels[1:], strict=True)), fixed)
    universe, relative, absolute = np.zeros((3, len(sets)))
    objects, n = design.codes[0], design.levels[0]
    received = np.bincount(objects, minlength=n).astype(float)
    for at, effect in enumerate(sets):
        codes, count = design.numbered(design.effects[at])
        met, times = np.unique(objects * count + codes, return_counts=True)
        share = times / received[met // count]  # of an object's ratings that stand at that level
        own = float((share**2).sum())
        common = float((np.bincount(met % count, weights=share, minlength=count) ** 2).sum()) - own
        if effect - {design.names[0]} <= set(fixed):
            universe[at] = own / n if design.names[0] in effect else 0.0
            continue
        absolute[at] = own / n
        relative[at] = own / n - common / (n * (n - 1))
    return universe, relative, absolute


def _components(design: Design, found: _Estimates, level: float) -> pd.DataFrame:
    unit, blank = design.unit**2, np.full(len(found.components), np.nan)
    df, squares, se = blank, blank, blank
    ends = np.column_stack([blank, blank])
    if found.squares is not None:
        df, squares, se = found.squares.df, found.squares.mean_squares, standard_errors(found.squares)
        for at, weights in enumerate(found.squares.coefficients):
            if df[at] >= LEAST_DF and se[at] > 0:
                ends[at] = component_interval(weights, found.squares, level)
    elif found.covariance is not None:
        # an information matrix that is singular up to rounding may leave a variance below 0
        variances = np.diag(found.covariance)
        se = np.sqrt(np.where(variances > 0, variances, np.nan))
        for at, (variance, error) in enumerate(zip(found.components, se, strict=True)):
            if error > 0:
                ends[at] = chi_square_interval(float(variance), float(error), level)
    return pd.DataFrame(
        {
            "df": df, "mean_square": squares * unit, "estimate": found.components * unit,
            "variance": np.maximum(found.components, 0.0) * unit, "se": se * unit,
            "ci_low": ends[:, 0] * unit, "ci_high": ends[:, 1] * unit,
        },
        index=pd.Index(design.labels, name="effect"),
    )  # fmt: skip


def _coefficient_ends(
    design: Design, found: _Estimates, weights: tuple[Floats, Floats, Floats], level: float
) -> tuple[float, float, float, float]:
    """Ends of G and of phi."""
    universe, relative, absolute = weights
    if found.squares is not None and found.squares.df[0] >= LEAST_DF:
        small, large = relative @ found.squares.coefficients, absolute @ found.squares.coefficients
        return (*g_interval(small, found.squares, level), *phi_interval(small, large, found.squares, level))
    if found.covariance is not None and design.levels[0] >= LEAST_OBJECTS:
        given = found.components, found.covariance, level
        return (*ratio_interval(universe, relative, *given), *ratio_interval(universe, absolute, *given))
    return np.nan, np.nan, np.nan, np.nan
