"""What a Delphi study says after its latest round."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ikfs_methods.result import Shown
from ikfs_methods.validity.delphi.rule import ConsensusRule


@dataclass(frozen=True, slots=True, eq=False)
class DelphiResult(Shown):
    """Consensus, stability and movement over the rounds, and whether another round is needed.

    `items` by (item, round): n, median, q1, q3, iqr, mean, share in the band, opposite_share, consensus, direction
    (in: agreed; out: agreed to reject; none). `changes` by (item, round), since the latest earlier round in which the
    item was rated: from_round, n_both, change_median, change_iqr, net_change, kappa, share_changed, mean_move,
    mean_absolute_move, n_up, n_down, p_value (exact sign test of the moves), stable. `movement` by (expert, round): n,
    moved, toward and away from the group's earlier median, holds_out, mean_move, mean_absolute_move, distance_before
    and distance_after. `status` by item, as of its latest round: consensus, stable dissent, still moving, first round
    only, too few ratings.
    """

    items: pd.DataFrame
    changes: pd.DataFrame
    movement: pd.DataFrame
    status: pd.Series
    verdict: str  # stop or continue
    reason: str
    rule: ConsensusRule
    rounds: tuple[int, ...]
    n_experts: pd.Series  # with a rating, by round
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """A row per item: its latest round, the numbers of that round, what changed until then, and its status."""
        last = self.items.reset_index("round").groupby(level="item", sort=False).tail(1)
        frame = last.set_index("round", append=True)
        found = frame.join(self.changes).reset_index("round")
        found["status"] = self.status.reindex(found.index)
        return found
