"""Rotation of loadings to simple structure or towards a target, orthogonal and oblique."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import flag, generator, numeric_frame, one_of, quoted, whole
from ikfs_methods.errors import ConvergenceError, ParameterError, TooFewError
from ikfs_methods.factor.kinds import AS_R, LARGEST, ROTATIONS, TARGETED, Options, checked_options
from ikfs_methods.factor.projection import Ends, nearest_orthogonal, project, random_starts
from ikfs_methods.factor.promax import promax_matrix, r_varimax
from ikfs_methods.result import Shown

Floats = npt.NDArray[np.float64]

_R_VARIMAX = ("varimax", "promax")
_SAME = 1e-7  # values of the criterion nearer than this are one minimum: where slopes end, they differ by 1e-8 at most


@dataclass(frozen=True, slots=True, eq=False)
class RotationResult(Shown):
    """Rotated loadings (pattern), factor correlations `phi`, and `rotation` with loadings = given loadings @ rotation.

    `criterion` is the value reached (promax: by the varimax that it starts from) and `gradient` the length of its
    slope there; a rotation that does not converge raises, so `converged` is True in every result. `minima` lists the
    different minima, the least first: criterion, and starts, how many of the `starts` ended there. `first` is the
    value to which the axes as given led. `options` holds gamma, kappa, delta, power, target and stop as used.
    """

    loadings: pd.DataFrame
    phi: pd.DataFrame
    rotation: pd.DataFrame
    method: str
    oblique: bool
    normalize: bool
    criterion: float
    gradient: float
    iterations: int
    converged: bool = True
    starts: int = 1
    minima: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"criterion": [], "starts": []}))
    first: float = np.nan
    options: Options = field(default_factory=Options)

    def to_frame(self) -> pd.DataFrame:
        """The rotated loadings, items by factors."""
        return self.loadings.copy()


def rotate(
    loadings: pd.DataFrame,
    *,
    method: str = "oblimin",
    normalize: bool = False,
    starts: int = 1,
    rng: np.random.Generator | int | None = None,
    target: pd.DataFrame | None = None,
    gamma: float = 0.0,
    delta: float = 0.01,
    power: float = 4.0,
    kappa: float | None = None,
    stop: str = "auto",
) -> RotationResult:
    """Loadings (items, factors) turned to simple structure by gradient projection (Jennrich 2001, 2002).

    Oblique `method`: oblimin (direct, with `gamma`; 0 is quartimin), quartimin, geomin (with `delta`), bentler, promax
    (with `power`), crawford_ferguson (with `kappa`; None takes varimax's, 1/items), target. Orthogonal: varimax,
    quartimax, equamax, geomin_orthogonal, bentler_orthogonal, target_orthogonal, none. `target`: loadings wanted, items
    by factors, NaN where any will do.

    `normalize`: Kaiser's scaling of each item to communality 1 while rotating. R's varimax and psych's "promax" do so;
    GPArotation, and stats::promax after its varimax, do not: promax with normalize=False is stats::promax and psych's
    "Promax". `stop`: converged, or r, where R's programs stop, short of the minimum: stats::varimax (and so promax)
    when a step gains less than a share of 1e-5, GPArotation, all others, at a slope of 1e-5. Loadings then differ from
    the minimum's by up to .003 in varimax and bentler, whose criteria are flat, .0006 in equamax, .0003 in promax and
    .0001 in oblimin and geomin. auto is r with one start, so that loadings agree with R's as printed, and converged
    with several, which are told apart by where they end, towards a target, and where R's steps do not settle at all.

    It starts from the loadings as given, psych's single start, and from `starts` - 1 random orthogonal turns besides
    (`rng`); towards a target also from the nearest orthogonal turn. The least minimum is kept. Factors come in order of
    their sums of squares, with positive column sums; towards a target in the target's order and signs.

    Raises ParameterError for an unknown method, an option that the method does not have, or gaps, ColumnError for a
    target with other items, TooFewError for fewer items than factors, ConvergenceError.
    Answers the question: seen from which directions does each item belong to few factors?
    """
    one_of(method, ROTATIONS, name="method")
    normalize = flag(normalize, name="normalize")
    stream = None if rng is None else generator(rng)
    values = _checked_loadings(loadings)
    auto = stop == "auto"
    if auto:
        stop = "r" if starts == 1 and method in AS_R else "converged"
    n_starts = _checked_starts(starts, stop)
    options = checked_options(
        method, loadings, target=target, gamma=gamma, delta=delta, power=power, kappa=kappa, stop=stop
    )
    if normalize and method in TARGETED:
        raise ParameterError(
            f"normalize must be False for method={method!r}: a target is in the loadings' own unit. Leave it out."
        )
    length = _lengths(values) if normalize else np.ones((len(values), 1))
    try:
        found = _found(values, length, method, options, n_starts, rng=stream)
    except ConvergenceError:
        if not auto or stop == "converged":
            raise
        options = replace(options, stop="converged")  # R ends without a solution here; longer steps may find one
        found = _found(values, length, method, options, n_starts, rng=stream)
    return _result(loadings, found, method, options, normalize=normalize)


def _result(loadings: pd.DataFrame, found: _Found, method: str, options: Options, *, normalize: bool) -> RotationResult:
    names = _names(len(found.matrix))
    return RotationResult(
        loadings=pd.DataFrame(loadings.to_numpy(dtype=np.float64) @ found.matrix, index=loadings.index, columns=names),
        phi=pd.DataFrame(found.phi, index=names, columns=names),
        rotation=pd.DataFrame(found.matrix, index=loadings.columns, columns=names),
        method=method,
        oblique=ROTATIONS[method].oblique,
        normalize=normalize,
        criterion=found.reached,
        gradient=found.size,
        iterations=found.rounds,
        starts=found.starts,
        minima=found.minima,
        first=found.first,
        options=options,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """The rotation matrix kept, the factor correlations, and what the starts came to."""

    matrix: Floats
    phi: Floats
    reached: float
    size: float
    rounds: int
    starts: int
    minima: pd.DataFrame
    first: float


def _found(
    values: Floats, length: Floats, method: str, options: Options, n_starts: int, *, rng: np.random.Generator | None
) -> _Found:
    ends, unit = _ends(values / length, method, options, n_starts, rng)
    minima, best = _minima(ends, method, unit)
    matrix = _matrix(values, length, ends.matrices[best], method, options)
    return _Found(
        matrix=matrix,
        phi=_phi(matrix) if ROTATIONS[method].oblique else np.eye(len(matrix)),
        reached=float(ends.reached[best]) * unit,
        size=float(ends.sizes[best]) * unit,
        rounds=int(ends.rounds[best]),
        starts=len(ends.reached),
        minima=minima,
        first=float(ends.reached[0]) * unit if ends.settled[0] else np.nan,
    )


def _matrix(values: Floats, length: Floats, turn: Floats, method: str, options: Options) -> Floats:
    """From where the projection ended to the rotation matrix: promax's regression, order and signs."""
    if method == "promax":
        turn = turn @ promax_matrix((values / length) @ turn, options.power)
    if method in TARGETED:
        return turn
    return turn @ _order_and_signs(values @ turn, _phi(turn))


@cache
def _names(n_factors: int) -> pd.Index:
    return pd.Index([f"F{i + 1}" for i in range(n_factors)])


def sign_of_columns(loadings: Floats) -> Floats:
    """1 or -1 for each column, so that column sums become positive; where a sum is 0, its largest loading."""
    sums = loadings.sum(axis=0)
    # a sum below the rounding error of its parts has a sign by accident
    even = np.abs(sums) <= 1e-12 * np.abs(loadings).sum(axis=0)
    largest = loadings[np.abs(loadings).argmax(axis=0), np.arange(loadings.shape[1])]
    return np.where(np.where(even, largest, sums) < 0, -1.0, 1.0)


def sums_of_squares(loadings: Floats, phi: Floats) -> Floats:
    """Variance that goes with each factor: the diagonal of phi L'L; its sum is the sum of communalities."""
    return np.asarray((phi * (loadings.T @ loadings)).sum(axis=0))


def _checked_loadings(loadings: pd.DataFrame) -> Floats:
    given = numeric_frame(loadings, what="loadings", min_columns=1)
    values = given.to_numpy()
    if np.isnan(values).any():
        raise ParameterError("loadings must have no gaps; found missing values. Supply the complete table.")
    if len(values) < values.shape[1]:
        raise TooFewError(
            f"loadings must have at least as many items as factors; found {len(values)} and {values.shape[1]}. "
            "Items are rows, factors columns: transpose the table, or keep fewer factors."
        )
    if np.abs(values).max() > LARGEST:
        raise ParameterError(
            f"loadings must lie between {-LARGEST:g} and {LARGEST:g}; found "
            f"{values.flat[np.abs(values).argmax()]:g}. Standardised"
            " loadings lie between -1 and 1, or a little beyond: check the table."
        )
    return values


def _checked_starts(starts: int, stop: str) -> int:
    count = whole(starts, name="starts", remedy="1 starts from the loadings as given.")
    if count > 1 and stop != "converged":
        raise ParameterError(
            f"several starts are told apart by where they converge; found starts={starts} with stop={quoted(stop)}. "
            'Use stop="converged", or one start.'
        )
    return count


def _ends(
    loadings: Floats, method: str, options: Options, n_starts: int, rng: np.random.Generator | None
) -> tuple[Ends, float]:
    """Where the starts lead, and the unit in which their criterion is counted."""
    kind, (p, m) = ROTATIONS[method], loadings.shape
    largest = np.abs(loadings).max()
    # Loadings of ordinary size turn as they are, along GPArotation's path; others in a unit of their own.
    unit = 1.0 if kind.degree is None or largest == 0 or 0.1 <= largest <= 10 else float(largest)
    scaled = loadings / unit
    if options.stop == "r" and method in _R_VARIMAX:
        turn, rounds = r_varimax(_rows_of_length_one(scaled) if method == "promax" else scaled)
        value, _ = kind.criterion(options, p, m)(scaled @ turn)
        return Ends(turn[None], np.array([value]), np.zeros(1), np.array([rounds])), unit ** (kind.degree or 0)
    starts = [np.eye(m)[None]]
    if options.target is not None and options.stop == "converged":
        starts.append(nearest_orthogonal(scaled.T @ np.nan_to_num(options.target))[None])
    if n_starts > 1 and m > 1 and method != "none":
        starts.append(random_starts(n_starts - 1, m, generator(rng)))
    # promax starts from varimax with Kaiser's scaling, whether or not its own regression is on scaled rows
    turned = _rows_of_length_one(scaled) if method == "promax" else scaled
    oblique = kind.oblique and method != "promax"
    ends = project(turned, kind.criterion(options, p, m), np.concatenate(starts), oblique=oblique, stop=options.stop)
    return ends, unit ** (kind.degree or 0)


def _rows_of_length_one(loadings: Floats) -> Floats:
    return loadings / _lengths(loadings)


def _lengths(loadings: Floats) -> Floats:
    """Length of each row; 1 for an item without loadings, which stays where it is."""
    length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    return np.where(length == 0, 1.0, length)


def _minima(ends: Ends, method: str, unit: float) -> tuple[pd.DataFrame, int]:
    """The different minima, least first, and the start whose end is kept: the first that reached the least."""
    settled = np.flatnonzero(ends.settled)
    if len(settled) == 0:
        slopes = ends.sizes[np.isfinite(ends.reached) & np.isfinite(ends.sizes)]
        found = f"the slope of its criterion is still {slopes.min():.2g}" if len(slopes) else "its axes fall together"
        raise ConvergenceError(
            f"the rotation {method} must settle; after {int(ends.rounds.max())} steps {found}, from "
            f"{len(ends.reached)} start(s). Ask for fewer factors, more starts or another rotation."
        )
    order = settled[np.argsort(ends.reached[settled], kind="stable")]
    values = ends.reached[order]
    group = np.cumsum(np.diff(values, prepend=values[0]) > _SAME * np.maximum(1.0, np.abs(values)))
    counts = np.bincount(group)
    least = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return pd.DataFrame({"criterion": values[least] * unit, "starts": counts}), int(order[group == 0].min())


def _phi(matrix: Floats) -> Floats:
    """Factor correlations that go with a rotation matrix: the inverse of M'M, with ones on the diagonal."""
    phi = np.linalg.inv(matrix.T @ matrix)
    np.fill_diagonal(phi, 1.0)
    return np.asarray((phi + phi.T) / 2)


def _order_and_signs(loadings: Floats, phi: Floats) -> Floats:
    """The signed permutation that puts the factors in order of their sums of squares, column sums positive."""
    order = np.argsort(-sums_of_squares(loadings, phi), kind="stable")
    return np.asarray(np.eye(len(phi))[:, order] * sign_of_columns(loadings[:, order]))
