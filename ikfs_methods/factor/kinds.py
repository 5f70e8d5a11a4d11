"""The rotations by name: criterion, orthogonal or oblique, and the options that each has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import is_number, listed, numeric_frame, one_of, quoted
from ikfs_methods.errors import ColumnError, ParameterError
from ikfs_methods.factor import criteria
from ikfs_methods.factor.criteria import Criterion

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Options:
    """What a rotation uses besides its name; `target` (items, factors) with NaN where a loading is free."""

    gamma: float = 0.0
    kappa: float | None = None
    delta: float = 0.01
    power: float = 4.0
    target: Floats | None = None
    stop: str = "converged"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rotation: its criterion, made from the options and the numbers of items and factors.

    `degree` is the power of the loadings' unit in the criterion; None where the unit matters (geomin's delta, a
    target).
    """

    oblique: bool
    degree: int | None
    criterion: Callable[[Options, int, int], Criterion]


def _indifferent(loadings: Floats) -> tuple[Floats, Floats]:
    """No preference: loadings stay as they are, but for order and signs."""
    return np.zeros(loadings.shape[:-2]), np.zeros_like(loadings)


def _oblimin(options: Options, _items: int, _factors: int) -> Criterion:
    return criteria.oblimin(options.gamma)


def _crawford_ferguson(options: Options, items: int, _factors: int) -> Criterion:
    return criteria.crawford_ferguson(1 / items if options.kappa is None else options.kappa)


def _equamax(_options: Options, items: int, factors: int) -> Criterion:
    return criteria.crawford_ferguson(factors / (2 * items))


def _geomin(options: Options, _items: int, _factors: int) -> Criterion:
    return criteria.geomin(options.delta)


def _towards(options: Options, items: int, factors: int) -> Criterion:
    return criteria.towards(np.full((items, factors), np.nan) if options.target is None else options.target)


def _always(criterion: Criterion) -> Callable[[Options, int, int], Criterion]:
    return lambda _options, _items, _factors: criterion


def _oblique(degree: int | None, criterion: Callable[[Options, int, int], Criterion]) -> Kind:
    return Kind(oblique=True, degree=degree, criterion=criterion)


def _orthogonal(degree: int | None, criterion: Callable[[Options, int, int], Criterion]) -> Kind:
    return Kind(oblique=False, degree=degree, criterion=criterion)


ROTATIONS: dict[str, Kind] = {
    "oblimin": _oblique(4, _oblimin),
    "quartimin": _oblique(4, _always(criteria.quartimin)),
    "geomin": _oblique(None, _geomin),
    "bentler": _oblique(0, _always(criteria.bentler)),
    "promax": _oblique(4, _always(criteria.varimax)),
    "crawford_ferguson": _oblique(4, _crawford_ferguson),
    "target": _oblique(None, _towards),
    "varimax": _orthogonal(4, _always(criteria.varimax)),
    "quartimax": _orthogonal(4, _always(criteria.quartimax)),
    "equamax": _orthogonal(4, _equamax),
    "geomin_orthogonal": _orthogonal(None, _geomin),
    "bentler_orthogonal": _orthogonal(0, _always(criteria.bentler)),
    "target_orthogonal": _orthogonal(None, _towards),
    "none": _orthogonal(4, _always(_indifferent)),
}
TARGETED = ("target", "target_orthogonal")
# R's programs stop short of the minimum, and the third or fourth digit printed depends on where.
AS_R = tuple(name for name in ROTATIONS if name not in (*TARGETED, "none"))
STOPS = ("converged", "r")
LARGEST = 1e6  # no table of loadings, in any unit, goes beyond it; their fourth powers must stay numbers
_BELONGS = {  # option: the methods that it belongs to
    "gamma": ("oblimin",),
    "kappa": ("crawford_ferguson",),
    "delta": ("geomin", "geomin_orthogonal"),
    "power": ("promax",),
    "target": TARGETED,
}
_RANGES = {  # option: lowest and highest value
    # beyond 1 oblimin has no least value: two axes fall together
    "gamma": (-1e3, 1.0),
    "kappa": (0.0, 1.0),
    "delta": (1e-12, 1e3),
    "power": (1.0, 20.0),
}


def checked_options(
    method: str,
    loadings: pd.DataFrame,
    *,
    target: pd.DataFrame | None,
    gamma: float,
    delta: float,
    power: float,
    kappa: float | None,
    stop: str,
) -> Options:
    """The options as the method uses them.

    Raises ParameterError for one that the method does not have or that is out of range, ColumnError for a target with
    other items than the loadings.
    """
    given = {"gamma": gamma, "kappa": kappa, "delta": delta, "power": power, "target": target, "stop": stop}
    standard = Options()
    for name, methods in _BELONGS.items():
        value = given[name]
        usual = value is None if name == "target" else value == getattr(standard, name)
        if not usual and method not in methods:
            raise ParameterError(
                f"{name} belongs to {' and '.join(methods)}; found it with method={method!r}. Leave it out."
            )
    for name, (low, high) in _RANGES.items():
        value = given[name]
        if not (value is None and name == "kappa") and not (is_number(value) and low <= value <= high):  # type: ignore[operator]
            raise ParameterError(
                f"{name} must be a number from {low:g} to {high:g}; found {quoted(value)}. Give one of these."
            )
    one_of(stop, STOPS, name="stop")
    wanted = _wanted(method, loadings, target)
    return Options(float(gamma), None if kappa is None else float(kappa), float(delta), float(power), wanted, stop)


def _wanted(method: str, loadings: pd.DataFrame, target: pd.DataFrame | None) -> Floats | None:
    """The target's numbers in the order of the loadings' items."""
    if method not in TARGETED:
        return None
    if target is None:
        raise ParameterError(
            f"method={method!r} needs a target: a frame of the loadings wanted, items by factors, with NaN where any "
            "will do. Give target=."
        )
    frame = numeric_frame(target, what="target", min_columns=1)
    repeated = frame.index[frame.index.duplicated()]
    lacking = [name for name in loadings.index if name not in frame.index]
    further = [name for name in frame.index if name not in loadings.index]
    if len(repeated) or lacking or further or frame.shape[1] != loadings.shape[1]:
        raise ColumnError(
            f"target must have the {len(loadings)} items of the loadings as rows, each once, and {loadings.shape[1]} "
            f"columns; found {frame.shape[0]} rows and {frame.shape[1]} columns, without: {listed(lacking) or 'none'}; "
            f"besides: {listed(further) or 'none'}; repeated: {listed(repeated) or 'none'}. Correct the target."
        )
    wanted = frame.loc[loadings.index].to_numpy()
    if np.nanmax(np.abs(wanted), initial=0.0) > LARGEST:
        raise ParameterError(
            f"a target must lie between {-LARGEST:g} and {LARGEST:g}; found {np.nanmax(np.abs(wanted)):g}. "
            "Standardised loadings lie between -1 and 1: check the table."
        )
    if np.isnan(wanted).all():
        raise ParameterError("target must want something; every cell is empty. Give at least the loadings wanted as 0.")
    return np.asarray(wanted)
