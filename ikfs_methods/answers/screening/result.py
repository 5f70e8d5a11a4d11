"""What the screening found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from ikfs_methods.answers.screening.missingness import McarResult
from ikfs_methods.checks import one_of
from ikfs_methods.result import Shown


@dataclass(frozen=True, slots=True, eq=False)
class ScreenResult(Shown):
    """Flags on respondents, and what is missing. A flag is a question to people; nothing was dropped or changed.

    `rules`: by rule, threshold (NaN: the rule has none), n_checked, n_flagged, share of those checked, note (why it
    could not run, or is weak; one of `notes.FORMS`). Rules: `rules.NAMES`, then `impossible: NAME` for each declared
    pattern.
    `flags`: respondent, rule, value, threshold, one row a flag; value and threshold have the same unit.
    `respondents`: by respondent, missing_share, longest_run (answers), spread (share of the scale), distance (squared
    Mahalanobis distance), distance_p, seconds (per answered item); NaN where it is undefined.
    `items`: by item, n answered, missing answers, share missing. `patterns`: a pattern of missing answers a row, most
    frequent first: True per missing item, n, share. `empty_categories`: group ("" without groups), item, category, one
    row for each answer of the scale that nobody in the group gave; `empty_note` names the items that were left out.
    `mcar`: Little's test, or None for the reason in `mcar_note`.
    """

    flags: pd.DataFrame
    rules: pd.DataFrame
    items: pd.DataFrame
    patterns: pd.DataFrame
    respondents: pd.DataFrame
    empty_categories: pd.DataFrame
    empty_note: str
    mcar: McarResult | None
    mcar_note: str
    n: int

    def flagged(self, rule: str) -> pd.Index[Any]:
        """The respondents that a rule flags, in the order of the file. Raises ParameterError for an unknown rule."""
        one_of(rule, list(self.rules.index), name="the rule of the screening")
        chosen = self.flags["rule"] == rule
        found: pd.Index[Any] = pd.Index(self.flags.loc[chosen, "respondent"], name=self.respondents.index.name)
        return found

    def to_frame(self) -> pd.DataFrame:
        """The rules, one row each."""
        return self.rules
