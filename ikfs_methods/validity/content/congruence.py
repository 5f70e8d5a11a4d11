"""Item-objective congruence: whether experts see an item measure the objective that it was written for."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import fraction, is_number, listed, quoted
from ikfs_methods.errors import ParameterError
from ikfs_methods.labels import flat_index
from ikfs_methods.result import Shown
from ikfs_methods.validity.content.exact import at_least, critical_sums, random_tails, score_limits
from ikfs_methods.validity.content.objectives import CONGRUENCE_SCALE, objective_rows
from ikfs_methods.validity.content.panel import on_scale, panel_frame, rated_items


@dataclass(frozen=True, slots=True, eq=False)
class CongruenceIndexResult(Shown):
    """Item-objective congruence of every item.

    `items` has a row per item: ioc, ci_low, ci_high, p_value, critical_ioc (nullable), n_experts, passes (nullable:
    ioc of at least `cutoff`); with several objectives also objective (the intended one), mean_intended, mean_others,
    nearest (the objective with the highest index) and n_experts, the fewest experts of any objective. `objectives`
    is then the index of each item on each objective (items by objectives), else None.
    """

    items: pd.DataFrame
    objectives: pd.DataFrame | None
    cutoff: float
    level: float
    alpha: float
    n_experts: int  # experts with at least one rating
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """The items, one row each."""
        return self.items.copy()


def item_objective_congruence(
    ratings: pd.DataFrame,
    *,
    intended: pd.Series | Mapping[Hashable, Hashable] | None = None,
    cutoff: float = 0.5,
    level: float = 0.95,
    alpha: float = 0.05,
) -> CongruenceIndexResult:
    """Index of item-objective congruence from ratings -1 (does not measure it), 0 (unclear), 1 (measures it).

    Two forms. Without `intended`: a frame of experts by items, rated on the intended objective alone; ioc is the
    mean, as practised with the cut-off .50. Interval: the score interval of Aiken's V, since ioc = 2V - 1; p_value:
    the exact chance of a sum of ratings at least this high if -1, 0 and 1 were equally likely.

    With `intended` (item -> objective): a long table expert, item, objective, rating, every item rated on all N
    objectives. Index of item i on objective k: N/(2N-2) (mean_ik - mean_i) (Rovinelli & Hambleton 1977), where
    mean_i is the mean over the objectives' means; it equals half the distance of mean_ik from the mean of the others,
    1 when all experts give 1 to the objective and -1 to all others, and -1 for the opposite. ioc is the index on the
    intended objective. p_value: the exact chance of an index at least this high if all ratings, on all objectives,
    were given at random. Interval: the score interval of (ioc + 1)/2 for as many trials as the objective with fewest
    experts has; nothing on that range varies more than a trial does, so that it covers at least about `level`,
    however an expert's ratings of the objectives hang together.

    critical_ioc is the least index whose p is at most `alpha`. Answers the question: does the item measure what it
    was written for, and nothing else. An item that lacks ratings on an objective has NaN, and `notes` says so.

    Raises ScaleError (a rating other than -1, 0, 1), ColumnError (columns, labels, objectives), JudgementError (an
    expert twice on one item and objective), TooFewError (no rating, one objective), ParameterError, NotNumericError.
    """
    for name, value in (("level", level), ("alpha", alpha)):
        fraction(value, name=name)
    if not (is_number(cutoff) and -1 <= cutoff <= 1):
        raise ParameterError(f"cutoff must be a number from -1 to 1; found {quoted(cutoff)}. Give .5, say.")
    if intended is None:
        items, experts = _simple(ratings, level, alpha)
        objectives, notes = None, []
    else:
        found = objective_rows(ratings, intended, level=level, alpha=alpha)
        items, objectives, experts, notes = found.items, found.objectives, found.n_experts, [*found.notes]
    # indices are sums of fractions, so that one which equals the cut-off may miss it by rounding
    items["passes"] = (items["ioc"].astype("Float64") >= cutoff - 1e-12).astype("boolean")
    weak = items.index[(items["critical_ioc"].isna() & items["ioc"].notna()).to_numpy()]
    if len(weak):
        notes.append(
            f"Too few experts for any index to be significant at {alpha:g}: no critical IOC for {listed(weak)}."
        )
    return CongruenceIndexResult(items, objectives, cutoff, level, alpha, experts, tuple(notes))


def _simple(ratings: pd.DataFrame, level: float, alpha: float) -> tuple[pd.DataFrame, int]:
    """The rows of ratings on the intended objective alone, and the number of experts."""
    frame = on_scale(panel_frame(ratings), CONGRUENCE_SCALE)
    n = rated_items(frame)
    sums = np.nansum(frame.to_numpy() + 1, axis=0).astype(np.int64)
    share, trials = sums / (2 * n), (2 * n).astype(np.float64)
    low, high = score_limits(share, trials, level)
    tails = random_tails(n, CONGRUENCE_SCALE.points)
    items = pd.DataFrame({"ioc": (sums - n) / n, "ci_low": 2 * low - 1, "ci_high": 2 * high - 1})
    items["p_value"] = at_least(tails, sums, n)
    items["critical_ioc"] = pd.array(critical_sums(tails, n, alpha) / n - 1, dtype="Float64")
    items["n_experts"] = n
    items.index = flat_index(frame.columns, "item")
    return items, int(frame.notna().to_numpy().any(axis=1).sum())
