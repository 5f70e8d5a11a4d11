"""The mixed-model equations of crossed ratings, with the largest effect absorbed.

Every pair of factors makes an effect with as many levels as combinations were met, most of them expert by object.
Ratings that share a level of that largest pair form small blocks whose covariance matrix has a closed inverse, so that
only the levels of the other effects enter a dense system, however many ratings there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ikfs_methods.reliability.generalisability.design import Codes, Design, Floats


@dataclass(frozen=True, slots=True, eq=False)
class Equations:
    """What of the ratings does not change with the components.

    The columns of the system are the mean and then the levels of each effect in `kept`; `cross` is their matrix of
    products, `by_size[m]` the part of it that comes from pairs of ratings within a block of m ratings.
    """

    values: Floats
    kept: tuple[int, ...]  # positions among the design's effects
    absorbed: int | None  # that of the effect whose levels are the blocks; None with one facet
    columns: Codes  # (1 + kept, ratings): the column of each rating
    bounds: Codes  # where the columns of the mean and of each effect start, and the end
    blocks: Codes  # (ratings,)
    sizes: Codes  # ratings in each block
    cross: Floats
    by_size: dict[int, Floats]

    @property
    def width(self) -> int:
        """Columns of the dense system."""
        return int(self.bounds[-1])

    def spread(self, solution: Floats) -> Floats:
        """The sum of the columns' values at each rating: (width, ...) to (ratings, ...)."""
        whole: Floats = sum((solution[at] for at in self.columns), start=np.zeros(1))
        return whole

    def gathered(self, ratings: Floats) -> Floats:
        """The sum of ratings at each column: (ratings, m) to (width, m)."""
        return np.stack(
            [sum(np.bincount(at, weights=one, minlength=self.width) for at in self.columns) for one in ratings.T],
            axis=1,
        )

    def block_sums(self, ratings: Floats) -> Floats:
        """The sum of ratings of each block: (ratings, m) to (blocks, m)."""
        return np.stack([np.bincount(self.blocks, weights=one, minlength=len(self.sizes)) for one in ratings.T], axis=1)

    def within(self, ratings: Floats, pull: Floats) -> Floats:
        """Ratings (ratings, m) less the sum of their block times `pull` of that block."""
        less: Floats = (pull[:, None] * self.block_sums(ratings))[self.blocks]
        return ratings - less


def equations(design: Design) -> Equations:
    """The equations of a design."""
    numbered = [design.numbered(effect) for effect in design.effects[:-1]]
    pairs = [at for at, effect in enumerate(design.effects[:-1]) if len(effect) == 2]
    absorbed = max(pairs, key=lambda at: numbered[at][1]) if pairs else None
    kept = tuple(at for at in range(len(numbered)) if at != absorbed)
    starts = np.cumsum([0, 1, *(numbered[at][1] for at in kept)])
    whole = np.zeros(len(design.values), dtype=np.intp)
    columns = np.array([whole, *(numbered[at][0] + start for at, start in zip(kept, starts[1:-1], strict=True))])
    blocks = np.arange(len(whole)) if absorbed is None else numbered[absorbed][0]
    sizes = np.bincount(blocks)
    width = int(starts[-1])
    by_size = {} if absorbed is None else _within(columns, blocks, sizes, width)
    cross = _products(columns, columns, width)
    return Equations(design.values, kept, absorbed, columns, starts, blocks, sizes, cross, by_size)


def _products(left: Codes, right: Codes, width: int) -> Floats:
    """How often each two columns meet at the ratings lined up in `left` and `right`."""
    total = np.zeros(width * width)
    for one in left:
        for other in right:
            total += np.bincount(one * width + other, minlength=width * width)
    return total.reshape(width, width)


def _within(columns: Codes, blocks: Codes, sizes: Codes, width: int) -> dict[int, Floats]:
    """By size of block, the products over all pairs of ratings of the same block."""
    order = np.argsort(blocks, kind="stable")
    first = np.cumsum(sizes) - sizes
    parts = {}
    for size in np.unique(sizes):
        rows = order[first[sizes == size][:, None] + np.arange(size)]  # (blocks of this size, their ratings)
        one, other = np.repeat(rows, size, axis=1).ravel(), np.tile(rows, (1, size)).ravel()
        parts[int(size)] = _products(columns[:, one], columns[:, other], width)
    return parts
