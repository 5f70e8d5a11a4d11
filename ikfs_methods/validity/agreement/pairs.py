"""Agreement of pairs of raters and by chance, of one table of ratings or of many reweighted ones at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ikfs_methods.validity.agreement.rated import Rated
from ikfs_methods.validity.scale import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Ratings counted by thing and category, for each draw (a leading axis of length 1 serves all draws).

    `counts` (draws, things, categories): how many raters chose that category, each rater counting as often as the
    draw holds them. `own` (draws, things): pairs of a rating with itself or with a copy of itself, the sum over
    raters of squared counts; they are agreement with oneself and never enter. `times` (draws, things): how often the
    draw holds each thing.
    """

    counts: Floats
    own: Floats
    times: Floats

    @property
    def size(self) -> Floats:
        """(draws, things): ratings of each thing."""
        return np.asarray(self.counts.sum(axis=-1))

    @property
    def pairs(self) -> Floats:
        """(draws, things): ordered pairs of ratings of each thing by two different raters."""
        return np.asarray(self.size**2 - self.own)


def tally(table: Rated) -> Tally:
    """The table as it is: each thing and each rater once."""
    counts = table.counts[None]
    return Tally(counts, counts.sum(axis=-1), np.ones((1, counts.shape[1])))


def thing_agreement(tallied: Tally, weights: Floats | None = None) -> Floats:
    """(draws, things): mean agreement of the pairs of ratings of each thing, 0 where it has no pair.

    `weights` None means that only equal ratings agree; it is the same as the unit matrix, without the product.
    """
    counts = tallied.counts
    near = counts if weights is None else counts @ weights
    return over((counts * near).sum(axis=-1) - tallied.own, tallied.pairs)


def observed_agreement(tallied: Tally, agreement: Floats) -> Floats:
    """(draws,): mean over the things that have a pair of ratings, NaN where a draw has none."""
    paired = (tallied.pairs > 0) * tallied.times
    return over((agreement * paired).sum(axis=-1), paired.sum(axis=-1), np.nan)


def shares(tallied: Tally) -> Floats:
    """(draws, categories): share of each category, every thing with a rating counting alike."""
    size = tallied.size
    weight = over(tallied.times, size)[..., None]
    return over((tallied.counts * weight).sum(axis=-2), ((size > 0) * tallied.times).sum(axis=-1)[..., None], np.nan)


def over(top: Floats, bottom: Floats, otherwise: float = 0.0) -> Floats:
    """The quotient, `otherwise` where the divisor is 0."""
    top, bottom = np.broadcast_arrays(top, bottom)
    return np.asarray(np.divide(top, bottom, out=np.full(top.shape, otherwise), where=bottom != 0))


def corrected(observed: Floats, expected: Floats) -> Floats:
    """(observed - expected) / (1 - expected), NaN where chance alone gives full agreement."""
    left = 1 - expected
    return over(observed - expected, np.where(np.abs(left) > 1e-12, left, 0.0), np.nan)
