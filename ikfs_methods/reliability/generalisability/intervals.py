"""Intervals of components and coefficients, from mean squares or from the information of the likelihood."""

from __future__ import annotations

from math import exp, inf, log, nan, sqrt

import numpy as np
from scipy.special import chdtri, fdtri, ndtri

from ikfs_methods.reliability.generalisability.design import Floats
from ikfs_methods.reliability.generalisability.squares import Squares

# A mean square on fewer degrees of freedom is known within a factor of ten or more: its interval would say nothing.
LEAST_DF = 4
# Large-sample intervals with gaps: below this many objects the normal approximation on the log scale is not claimed.
LEAST_OBJECTS = 15


def standard_errors(squares: Squares) -> Floats:
    """sqrt(2 sum (coefficient MS)² / (df + 2)) of every component (Brennan 2001, section 6.1), for normal ratings."""
    variances: Floats = 2 * (squares.coefficients**2 * squares.mean_squares**2 / (squares.df + 2)).sum(axis=1)
    return np.sqrt(variances)


def component_interval(coefficients: Floats, squares: Squares, level: float) -> tuple[float, float]:
    """Interval of a sum and difference of mean squares, by modified large samples.

    Ting, Burdick, Graybill, Jeyaratnam & Lu (1990, doi:10.1080/00949659008811240); Burdick & Graybill (1992, section
    3.3). Exact for one mean square. Limits below 0 stand for 0.
    """
    used = coefficients != 0
    size = np.abs(coefficients[used]) * squares.mean_squares[used]
    df, plus = squares.df[used], coefficients[used] > 0
    estimate = float(np.where(plus, size, -size).sum())
    tail = (1 - level) / 2
    down = _distance(size[plus], df[plus], size[~plus], df[~plus], tail)
    # the upper end is the lower end of the same sum with its signs turned
    up = _distance(size[~plus], df[~plus], size[plus], df[plus], tail)
    return max(0.0, estimate - down), max(0.0, estimate + up)


def _distance(plus: Floats, df_plus: Floats, minus: Floats, df_minus: Floats, tail: float) -> float:
    """How far below its estimate the lower limit of `sum plus - sum minus` lies."""
    shrink = 1 - df_plus / chdtri(df_plus, tail)  # G: 1 - 1/F at the upper point, df and infinity
    swell = df_minus / chdtri(df_minus, 1 - tail) - 1  # H: 1/F at the lower point less 1
    square = float((shrink**2 * plus**2).sum() + (swell**2 * minus**2).sum())
    if len(plus) and len(minus):
        f = fdtri(df_plus[:, None], df_minus[None, :], 1 - tail)
        mixed = ((f - 1) ** 2 - shrink[:, None] ** 2 * f**2 - swell[None, :] ** 2) / f
        square += float(plus @ mixed @ minus)
    if len(plus) > 1:
        both = df_plus[:, None] + df_plus
        joint = (1 - both / chdtri(both, tail)) ** 2 * both**2 / np.outer(df_plus, df_plus)
        ratio = df_plus[:, None] / df_plus
        joint -= shrink[:, None] ** 2 * ratio + shrink**2 / ratio
        square += float(plus @ np.triu(joint, 1) @ plus) / (len(plus) - 1)
    return sqrt(max(0.0, square))


def g_interval(error: Floats, squares: Squares, level: float) -> tuple[float, float]:
    """Interval of 1 - error / MS of the object, `error` being the coefficients of the relative error in mean squares.

    Both over the ratings of one object. Exact for normal ratings when the error is one mean square (one random facet);
    otherwise with Satterthwaite's degrees of freedom.
    """
    objects = 1 / squares.coefficients[0, 0]  # ratings of one object
    top, bottom = float(squares.mean_squares[0]) / objects, float(error @ squares.mean_squares)
    if bottom <= 0:
        return (1.0, 1.0) if bottom == 0 and top > 0 else (nan, nan)
    below, above = _f(float(squares.df[0]), _satterthwaite(error, squares), level)
    ratio = top / bottom
    return (1 - below / ratio, 1 - above / ratio) if ratio > 0 else (nan, nan)


def phi_interval(relative: Floats, absolute: Floats, squares: Squares, level: float) -> tuple[float, float]:
    """Interval of dependability, from the coefficients of both error variances in mean squares.

    The way of McGraw & Wong (1996) for ICC(A,1) taken to several facets: at phi = rho the object's mean square (over
    its ratings) expects rho/(1-rho) absolute + relative error, whose degrees of freedom are Satterthwaite's at the
    estimate of rho. With one facet these are the ends of ICC(A,1), stepped up.
    """
    top = float(squares.mean_squares[0]) * float(squares.coefficients[0, 0])
    delta, small = float(absolute @ squares.mean_squares), float(relative @ squares.mean_squares)
    odds = (top - small) / delta if delta > 0 else inf
    if delta <= 0 or odds <= 0:
        return (1.0, 1.0) if delta == 0 and top > 0 else (nan, nan)
    below, above = _f(float(squares.df[0]), _satterthwaite(odds * absolute + relative, squares), level)
    ends = [(top / f - small) / delta for f in (below, above)]
    return ends[0] / (1 + ends[0]), ends[1] / (1 + ends[1])


def _satterthwaite(coefficients: Floats, squares: Squares) -> float:
    parts = coefficients * squares.mean_squares
    return float(parts.sum()) ** 2 / float((parts**2 / squares.df).sum())


def _f(df1: float, df2: float, level: float) -> tuple[float, float]:
    """The upper and the lower point of F."""
    tail = (1 - level) / 2
    return float(fdtri(df1, df2, 1 - tail)), float(fdtri(df1, df2, tail))


def chi_square_interval(variance: float, se: float, level: float) -> tuple[float, float]:
    """Satterthwaite's interval of a component whose estimate has this standard error: df = 2 (variance / se)²."""
    df, tail = 2 * (variance / se) ** 2, (1 - level) / 2
    if df < LEAST_DF:
        return nan, nan
    return df * variance / float(chdtri(df, tail)), df * variance / float(chdtri(df, 1 - tail))


def ratio_interval(
    universe: Floats, error: Floats, components: Floats, covariance: Floats, level: float
) -> tuple[float, float]:
    """Large-sample interval of universe / (universe + error), both weights of components, on the scale of log odds."""
    top, bottom = float(universe @ components), float(error @ components)
    if not (top > 0 and bottom > 0):
        return nan, nan
    slope = universe / top - error / bottom
    used = ~np.isnan(np.diag(covariance))
    spread = float(slope[used] @ covariance[np.ix_(used, used)] @ slope[used])
    step = -float(ndtri((1 - level) / 2)) * sqrt(max(spread, 0.0))
    odds = log(top) - log(bottom)
    return _logistic(odds - step), _logistic(odds + step)


def _logistic(value: float) -> float:
    return 1 / (1 + exp(-value)) if value > -700 else 0.0
