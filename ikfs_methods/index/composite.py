"""What a build of the index returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd

from ikfs_methods.checks import listed, quoted
from ikfs_methods.errors import ParameterError
from ikfs_methods.privacy.suppression import suppress_means
from ikfs_methods.result import Shown
from ikfs_methods.survey import means_of_checked


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a build: `step` is one of select, missing, normalise, weights, aggregate, floor, means, withhold.

    `node` and `level` say where in the tree (level 0: the indicators); `count` of `total` cells, rows or nodes were
    changed in the way that `changed` says, for that `reason`.
    """

    step: str
    node: str
    level: int
    method: str
    changed: str = ""
    count: int = 0
    total: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class UnitScores(Shown):
    """Scores by unit (rows) and node (columns, root first), 0-100, and how many respondents stand behind each.

    A score without a respondent is NaN, and its `n` is 0.
    """

    scores: pd.DataFrame
    n: pd.DataFrame
    n_without_unit: int
    weighted: bool

    def to_frame(self) -> pd.DataFrame:
        """The scores, a row per unit."""
        return self.scores


@dataclass(frozen=True, slots=True, eq=False)
class IndexResult(Shown):
    """The index at every node of the tree, and how it was made.

    `scores`: 0-100, a row per unit (or per row of the values when no unit was named), a column per node, root first;
    NaN where too little was answered. `n`: rows behind each score. `respondent_scores`: the same nodes by respondent
    (order respondent-first; None in the other order). `weights`: by node, summing to 1 within each parent.
    `log`: one row per step: step, node, level, method, what changed, count of total, reason.
    `hidden`: where `publishable` withheld a score (NaN there), units by nodes; None for an index in full.
    """

    scores: pd.DataFrame
    n: pd.DataFrame
    respondent_scores: pd.DataFrame | None
    weights: pd.Series
    log: pd.DataFrame
    order: str
    normalisation: str
    aggregation: tuple[str, ...]
    minimum_answered: float
    floor: float | None
    n_rows: int
    n_without_unit: int
    design_weights: pd.Series | None
    hidden: pd.DataFrame | None = None

    def to_frame(self) -> pd.DataFrame:
        """The scores, a row per unit."""
        return self.scores

    def means(self, by: pd.Series) -> UnitScores:
        """Scores of another grouping from the same respondents, with the build's design weights.

        `by`: group of each respondent. Raises ParameterError when the build was unit-first: its scores belong to the
        units they were built for. Answers the question: what is the index of these groups?
        """
        if self.respondent_scores is None:
            raise ParameterError(
                "means of another grouping need scores of respondents; this index was built unit-first, or holds only "
                "what may be published. Build it again with by= that grouping."
            )
        found = means_of_checked(self.respondent_scores, weights=self.design_weights, by=by)
        return UnitScores(found.means, found.n, found.n_without_group, found.weighted)

    def ranks(self, node: str | None = None) -> pd.Series:
        """Rank of each unit at a node (the root when None), 1 the highest; ties share the best of their places.

        Ranks come from scores at full precision; a unit without a score, or with one that is withheld, has no rank
        (NaN) and counts for no other's.
        """
        code = self.scores.columns[0] if node is None else node
        if code not in self.scores.columns:
            raise ParameterError(
                f"ranks need a node of the tree; found {quoted(code)}. Give one of {listed(self.scores.columns)}."
            )
        return self.scores[code].rank(ascending=False, method="min").rename("rank")

    @property
    def withheld(self) -> list[str]:
        """The units whose score at the root is withheld."""
        return [] if self.hidden is None else [str(unit) for unit in self.hidden.index[self.hidden.iloc[:, 0]]]

    def publishable(self, *, minimum: int, minimum_count: int, together: Sequence[Sequence[str]] = ()) -> IndexResult:
        """The index without scores of fewer than `minimum` respondents, and without those that would give them away.

        Options as in `privacy.suppression.suppress_means`, which hides scores and n; `together` lists each parent with
        its children, since one of them follows from the others. Scores of respondents and design weights are left out.
        The log tells how many scores were withheld, and why. Answers the question: what of this may be published?
        """
        told = suppress_means(self.scores, self.n, minimum=minimum, minimum_count=minimum_count, together=together)
        root = self.scores.columns[0]
        small, more = int(told.primary[root].sum()), int(told.secondary[root].sum())
        step = Step(
            "withhold", "", 0, "publication", "scores withheld" if told.hidden.any(axis=None) else "",
            int(told.hidden.to_numpy().sum()), told.hidden.size,
            f"{small} of {len(self.scores)} units stand for fewer than {minimum} respondents; {more} more go with "
            "them, so that subtraction from the whole does not give them back",
        )  # fmt: skip
        log = pd.concat([self.log, pd.DataFrame([asdict(step)])], ignore_index=True)
        return replace(
            self,
            scores=told.frame,
            n=told.n.astype("Int64"),
            hidden=told.hidden,
            log=log,
            respondent_scores=None,
            design_weights=None,
        )


def presence(scores: pd.DataFrame) -> pd.DataFrame:
    """1 where there is a score, else 0: the n of scores that stand for one row each."""
    return pd.DataFrame((~np.isnan(scores.to_numpy())).astype(np.int64), index=scores.index, columns=scores.columns)
