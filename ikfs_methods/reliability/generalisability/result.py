"""What a generalisability study finds, and what it foresees for other numbers of experts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import ceil, inf, nan

import numpy as np
import pandas as pd

from ikfs_methods.checks import fraction, listed, one_of, whole
from ikfs_methods.errors import ParameterError
from ikfs_methods.reliability.generalisability.design import Floats
from ikfs_methods.result import Shown

PANELS = (3, 5, 8, 12, 20)
MOST_LEVELS = 1_000_000  # more raters than any panel has


@dataclass(frozen=True, slots=True, eq=False)
class GeneralisabilityResult(Shown):
    """Variance components of ratings and the coefficients of the panel's mean.

    `components` is indexed by effect: df, mean_square, estimate (may be below 0), variance (estimate, or 0 where that
    is below), share of the sum of variances, se, ci_low, ci_high. `g_coefficient` and `phi` with their ends are of the
    mean over the ratings that an object received. `notes` says what is missing and why.
    """

    components: pd.DataFrame
    g_coefficient: float
    g_low: float
    g_high: float
    phi: float
    phi_low: float
    phi_high: float
    universe_variance: float  # of what the mean of endless ratings would be, in squared rating points
    relative_error: float  # variance of the error in comparing objects
    absolute_error: float  # variance of the error in an object's own mean
    mean: float
    n_levels: pd.Series  # of the object and of each facet used
    n_ratings: int
    n_missing: int  # rows without a rating
    fixed: tuple[str, ...]
    method: str
    level: float
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """The components, a row per effect."""
        return self.components.copy()

    def decision(self, n: Sequence[int] | Mapping[str, int | Sequence[int]] = PANELS) -> pd.DataFrame:
        """Coefficients that panels of other sizes would have (a decision study), every object rated by all of them.

        `n`: numbers of the first facet, the others as studied; or numbers by facet, of which all combinations are
        formed. A column for each facet, then g_coefficient, phi, relative_error and absolute_error (variances, in
        squared rating points). Answers the question: how many experts are enough.

        Raises ParameterError for a facet that was not studied, numbers below 1, and another number of a fixed facet.
        """
        grid = list(product(*self._numbers(n).values()))
        effects, shares = self._effects(), self.components["share"].to_numpy()
        total = float(self.components["variance"].sum())
        rows = []
        for at in grid:
            numbers = dict(zip(self._facets, at, strict=True))
            rows.append((*at, *coefficients(shares, *error_weights(effects, self._object, numbers, self.fixed), total)))
        columns = [*self._facets, "g_coefficient", "phi", "relative_error", "absolute_error"]
        return pd.DataFrame(rows, columns=columns)

    def needed(self, target: float = 0.80, *, coefficient: str = "phi") -> int | None:
        """The least number of the first facet (experts) whose mean reaches `target`, the other facet as studied.

        None where no number does, and where the coefficient is undefined. Raises ParameterError.
        """
        fraction(target, name="target")
        one_of(coefficient, ("phi", "g_coefficient"), name="coefficient")
        one, endless = self.decision([1, MOST_LEVELS])[coefficient]
        if np.isnan(one) or endless < target:
            return None
        # error over universe variance is a / n + b in the number n of experts
        first, last = (1 / one - 1 if one > 0 else inf), 1 / endless - 1
        allowed = 1 / target - 1
        slope = (first - last) / (1 - 1 / MOST_LEVELS)
        base = first - slope
        # less what rounding may add, so that a panel that meets the target exactly is taken
        return max(1, ceil(slope / (allowed - base) - 1e-9)) if allowed > base else None

    @property
    def _object(self) -> str:
        return str(self.n_levels.index[0])

    @property
    def _facets(self) -> tuple[str, ...]:
        return tuple(str(name) for name in self.n_levels.index[1:])

    def _effects(self) -> list[frozenset[str]]:
        names = [str(name) for name in self.n_levels.index]
        return [frozenset(some) for size in range(1, len(names) + 1) for some in combinations(names, size)]

    def _numbers(self, n: Sequence[int] | Mapping[str, int | Sequence[int]]) -> dict[str, list[int]]:
        asked: Mapping[str, int | Sequence[int]] = n if isinstance(n, Mapping) else {self._facets[0]: n}
        unknown = [name for name in asked if name not in self._facets]
        if unknown:
            raise ParameterError(
                f"numbers must be those of a facet studied ({listed(self._facets)}); found {listed(unknown)}. "
                "Name one of them."
            )
        numbers = {}
        for name in self._facets:
            studied = int(self.n_levels[name])
            given = asked.get(name, studied)
            some = [given] if isinstance(given, int | np.integer) else list(given)
            numbers[name] = [whole(one, MOST_LEVELS, name=f"the number of {name}") for one in some]
            if name in self.fixed and set(numbers[name]) - {studied}:
                raise ParameterError(
                    f"a fixed facet must keep its {studied} levels; found {listed(numbers[name])} for {name!r}. "
                    "Leave it out, or study it as random."
                )
        return numbers


def error_weights(
    effects: Sequence[frozenset[str]], thing: str, n: Mapping[str, int], fixed: Sequence[str]
) -> tuple[Floats, Floats, Floats]:
    """Weight of each component in universe variance, relative and absolute error of a mean over `n` levels of facets.

    What meets with fixed facets alone belongs to the object, divided by their levels; their own effects drop out
    (Brennan 2001, section 4.4).
    """
    universe, relative, absolute = np.zeros((3, len(effects)))
    for at, effect in enumerate(effects):
        facets = effect - {thing}
        share = float(np.prod([1 / n[name] for name in facets]))
        if facets <= set(fixed):
            universe[at] = share if thing in effect else 0.0
            continue
        absolute[at] = share
        relative[at] = share if thing in effect else 0.0
    return universe, relative, absolute


def coefficients(
    shares: Floats, universe: Floats, relative: Floats, absolute: Floats, total: float
) -> tuple[float, float, float, float]:
    """G, phi and both error variances; NaN for a coefficient where nothing varies."""
    true, small, large = (float(weights @ shares) for weights in (universe, relative, absolute))
    g = true / (true + small) if true + small > 0 else nan
    phi = true / (true + large) if true + large > 0 else nan
    return g, phi, small * total, large * total
