"""Components from sums of squares: the analysis of variance of a complete table, and Henderson's method with gaps."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np

from ikfs_methods.checks import listed
from ikfs_methods.errors import TooFewError
from ikfs_methods.reliability.generalisability.design import Design, Effect, Floats

# A sum of squares below this share of all variation is rounding: squares of ratings carry errors of about 1e-16.
_NOTHING = 1e-14
# Equations of components that are independent have condition numbers below about 1e6 in panels; those of two effects
# that cannot be told apart are singular up to rounding.
_DEPENDENT = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Squares:
    """Mean squares of a complete table and the components that they give: `estimates = coefficients @ mean_squares`."""

    df: Floats  # (effects,)
    mean_squares: Floats
    coefficients: Floats  # (effects, effects)

    @property
    def estimates(self) -> Floats:
        """The components, those below 0 among them."""
        return self.coefficients @ self.mean_squares


def mean_squares(design: Design) -> Squares:
    """Analysis of variance of a complete crossed table, all effects random (Brennan 2001, Generalizability Theory).

    E(MS of an effect) is the sum over all effects that contain it of their component times the number of ratings of
    one of their levels; turned round, a component is an alternating sum of mean squares over that number.
    """
    cells = np.empty(design.levels)
    cells[tuple(design.codes)] = design.values
    everything = range(len(design.levels))
    means = {
        effect: cells.mean(axis=tuple(at for at in everything if at not in effect), keepdims=True)
        for effect in ((), *design.effects)
    }
    total = float((cells**2).sum())
    floor = _NOTHING * (total + cells.size * (design.mean / design.unit) ** 2)
    df, squares = [], []
    for effect in design.effects:
        parts = [part for size in range(len(effect) + 1) for part in combinations(effect, size)]
        contrast = sum((-1) ** (len(effect) - len(part)) * means[part] for part in parts)
        of_squares = _outside(design, effect) * float((np.asarray(contrast) ** 2).sum())
        df.append(float(prod(design.levels[at] - 1 for at in effect)))
        squares.append(0.0 if of_squares <= floor else of_squares / df[-1])
    coefficients = [
        [
            (-1) ** (len(whole) - len(effect)) / _outside(design, effect) if set(effect) <= set(whole) else 0.0
            for whole in design.effects
        ]
        for effect in design.effects
    ]
    return Squares(np.array(df), np.array(squares), np.array(coefficients))


def _outside(design: Design, effect: Effect) -> int:
    """How many ratings of a complete table stand at one level of the effect."""
    return prod(count for at, count in enumerate(design.levels) if at not in effect)


def henderson(design: Design) -> Floats:
    """Components of a table with gaps by Henderson's method 1 (1953, Biometrics 9, 226-252): unbiased, some below 0.

    The uncorrected sums of squares of all effects are set equal to their expectations (Brennan 2001, chapter 7, calls
    them analogous T terms). On a complete table this is the analysis of variance.

    Raises TooFewError when the table cannot tell two effects apart.
    """
    numbered = [design.numbered(effect) for effect in design.effects]
    whole = (np.zeros(len(design.values), dtype=np.intp), 1)
    rows, found = [], []
    for codes, count in (whole, *numbered):
        sizes = np.bincount(codes, minlength=count)
        sums = np.bincount(codes, weights=design.values, minlength=count)
        found.append(float((sums**2 / sizes).sum()))
        rows.append([_share_of(codes, sizes, other, number) for other, number in numbered])
    # less the grand mean's own row, so that the mean drops out
    left, right = np.array(rows[1:]) - rows[0], np.array(found[1:]) - found[0]
    singular = np.linalg.svd(left / np.abs(left).max(axis=0), compute_uv=False)
    if singular[-1] <= _DEPENDENT * singular[0]:
        raise TooFewError(_inseparable(design, [count for _, count in numbered]))
    estimates = np.linalg.solve(left, right)
    floor = _NOTHING * (float((design.values**2).mean()) + (design.mean / design.unit) ** 2)
    return np.where(np.abs(estimates) <= floor, 0.0, estimates)


def _share_of(codes: np.ndarray, sizes: np.ndarray, other: np.ndarray, number: int) -> float:
    """Sum over the levels of both of (ratings at both)² / (ratings at the first): how often a component is counted."""
    met, together = np.unique(codes * number + other, return_counts=True)
    return float((together.astype(float) ** 2 / sizes[met // number]).sum())


def _inseparable(design: Design, counts: list[int]) -> str:
    """Which effects coincide in this table: as many levels of both as of the two together."""
    labels, pairs = design.labels, []
    for first, second in combinations(range(len(counts)), 2):
        together = design.numbered(tuple(sorted({*design.effects[first], *design.effects[second]})))[1]
        if counts[first] == counts[second] == together:
            pairs.append(f"{labels[first]} with {labels[second]}")
    which = f": {listed(pairs)}" if pairs else ""
    return (
        f"the ratings must tell all effects apart; with {len(design.values)} of {prod(design.levels)} combinations of "
        f"{listed(design.names)} rated, some coincide{which}. Supply the missing ratings, or leave a facet out."
    )
