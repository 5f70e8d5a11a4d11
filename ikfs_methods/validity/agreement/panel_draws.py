"""The coefficients of a panel as functions of how often each expert, or each thing, is counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ikfs_methods.validity.agreement.differences import disagreement, ordinal_scores
from ikfs_methods.validity.agreement.drawn import blocks
from ikfs_methods.validity.agreement.moments import (
    intraclass_from,
    kendall_from,
    middle_ranks,
    of_raters,
    of_things,
)
from ikfs_methods.validity.agreement.pairs import (
    Tally,
    corrected,
    observed_agreement,
    over,
    shares,
    thing_agreement,
)
from ikfs_methods.validity.agreement.rated import Rated
from ikfs_methods.validity.scale import Floats

COUNTED = (
    "percent_agreement",
    "fleiss_kappa",
    "fleiss_kappa_quadratic",
    "krippendorff_nominal",
    "krippendorff_ordinal",
    "krippendorff_interval",
    "gwet_ac1",
    "gwet_ac2",
)
MEASURED = ("kendall_w", "ICC(A,1)", "ICC(A,k)", "ICC(C,k)", "ICC(C,1)")
COEFFICIENTS = (COUNTED[0], MEASURED[0], *COUNTED[1:], *MEASURED[1:4])
DRAWN = (*COEFFICIENTS, "ICC(C,1)")  # shown nowhere, but the interval of ICC(C,k) is made from it


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """A panel's ratings, prepared for any number of draws.

    `hot` (things, experts, categories) marks who chose what; `counts` (things, categories) their sums; `scores` the
    categories from 0 to 1; `values` (complete things, experts) the same of the things that all rated, `ranks` theirs.
    """

    hot: Floats
    there: Floats
    counts: Floats
    scores: Floats
    values: Floats
    ranks: Floats
    complete: NDArray[np.bool_]

    @classmethod
    def of(cls, table: Rated) -> Panel:
        """The panel of a table of numbers."""
        scores = np.zeros(1) if table.scores is None else table.scores
        complete = np.asarray((table.places >= 0).all(axis=1))
        values = scores[table.places[complete]]
        hot = table.one_hot
        return cls(hot, hot.sum(axis=2), table.counts, scores, values, middle_ranks(values), complete)

    @property
    def n_complete(self) -> int:
        """Things that all experts rated."""
        return len(self.values)

    def n_used(self, coefficient: str) -> int:
        """Things that enter the coefficient."""
        if coefficient in MEASURED:
            return self.n_complete
        if coefficient.startswith(("krippendorff", "percent")):
            return int((self.there.sum(axis=1) >= 2).sum())
        return len(self.there)


def estimates(panel: Panel) -> dict[str, float]:
    """Every coefficient of the panel as it is."""
    n, m = panel.there.shape
    everything = Tally(panel.counts[None], panel.there.sum(axis=1)[None], np.ones((1, n)))
    found = _counted(everything, panel.scores) | _by_expert(panel, np.ones((1, m)))
    return {name: float(found[name][0]) for name in COEFFICIENTS}


def resampled(panel: Panel, drawn: Floats, resample: str) -> dict[str, Floats]:
    """Every coefficient, and ICC(C,1), in every draw.

    `drawn` (draws, experts) or (draws, things) says how often each is counted.
    """
    n, m, q = panel.hot.shape
    cells = n * q if resample == "experts" else n * max(q, m)
    parts = [(_expert_draws if resample == "experts" else _thing_draws)(panel, block) for block in blocks(drawn, cells)]
    return {name: np.concatenate([part[name] for part in parts]) for name in DRAWN}


def _expert_draws(panel: Panel, drawn: Floats) -> dict[str, Floats]:
    n, m, q = panel.hot.shape
    counts = (drawn @ panel.hot.transpose(1, 0, 2).reshape(m, n * q)).reshape(-1, n, q)
    tallied = Tally(counts, drawn**2 @ panel.there.T, np.ones((1, n)))
    return _counted(tallied, panel.scores) | _by_expert(panel, drawn)


def _thing_draws(panel: Panel, times: Floats) -> dict[str, Floats]:
    tallied = Tally(panel.counts[None], panel.there.sum(axis=1)[None], times)
    complete = times[:, panel.complete]
    measured = {name: np.full(len(times), np.nan) for name in MEASURED}
    usable = complete.sum(axis=1) >= 2
    if usable.any():
        kept, m = complete[usable], panel.values.shape[1]
        ranks = middle_ranks(panel.ranks, kept)
        found = intraclass_from(of_things(panel.values, kept), kept.sum(axis=1), m)
        # centred, so that sums of squared ranks lose no digits
        found["kendall_w"] = kendall_from(of_things(ranks - (kept.sum(axis=1)[:, None, None] + 1) / 2, kept), m)
        for name in MEASURED:
            measured[name][usable] = found[name]
    return _counted(tallied, panel.scores) | measured


def _by_expert(panel: Panel, drawn: Floats) -> dict[str, Floats]:
    n, m = panel.values.shape
    if n < 2:
        return {name: np.full(len(drawn), np.nan) for name in MEASURED}
    found = intraclass_from(of_raters(panel.values, drawn), float(n), m)
    return found | {"kendall_w": kendall_from(of_raters(panel.ranks, drawn), m)}


def _counted(tallied: Tally, scores: Floats) -> dict[str, Floats]:
    """The coefficients that rest on counts of categories."""
    q = len(scores)
    share = shares(tallied)
    equal = observed_agreement(tallied, thing_agreement(tallied))
    near = observed_agreement(tallied, 1 - _mean_square(tallied, scores))
    alike = (share**2).sum(axis=-1)
    mean = share @ scores
    apart = 2 * (share @ scores**2 - mean**2)  # expected squared difference of two ratings by chance
    weight = q - 2 * (q * (scores**2).sum() - scores.sum() ** 2) / q  # sum of the quadratic weights, over q
    margins = (tallied.counts * ((tallied.pairs > 0) * tallied.times)[..., None]).sum(axis=-2)
    return {
        "percent_agreement": equal,
        "fleiss_kappa": corrected(equal, alike),
        "fleiss_kappa_quadratic": corrected(near, 1 - apart),
        "krippendorff_nominal": disagreement(tallied).alpha,
        "krippendorff_ordinal": disagreement(tallied, scores=ordinal_scores(margins)).alpha,
        "krippendorff_interval": disagreement(tallied, scores=scores).alpha,
        "gwet_ac1": corrected(equal, (1 - alike) / (q - 1)),
        "gwet_ac2": corrected(near, weight * (1 - alike) / (q - 1)),
    }


def _mean_square(tallied: Tally, scores: Floats) -> Floats:
    """(draws, things): mean squared difference of the pairs of ratings of each thing; 1 where it has none."""
    first = tallied.counts @ scores
    second = tallied.counts @ scores**2
    return over(2 * np.maximum(tallied.size * second - first**2, 0.0), tallied.pairs, 1.0)
