"""The evidence on each candidate: wide, long, by rule, and what of it changes between two versions."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ikfs_methods.evidence.rules import Rules
from ikfs_methods.result import Shown


@dataclass(frozen=True, slots=True, eq=False)
class EvidenceResult(Shown):
    """The evidence on each candidate.

    `indicators` has a row per candidate: parent; of the panel aiken_v with its interval v_low, v_high, aiken_p,
    clarity_v (Aiken's V of the ratings on clarity), cvr, critical_cvr, i_cvi, cvi_kappa; of the answers item_rest,
    critical_r, alpha_if_dropped, alpha, msa, loading (largest absolute), factor, gap (to the next loading),
    communality, nearest_r and nearest (the item of the same dimension that it resembles most), criterion_r (with an
    outside measure), retest_r (with itself on a second occasion), dif_r2 and dif (what the group adds to the prediction
    of the answers, and whether it counts); failed (tuple of grounds) and verdict. A number that no input supports is
    NaN and its rule is not applied. Alpha, cvi_kappa, criterion_r and retest_r are shown without a rule.

    `long` has a row per candidate and number: group (panel, item, reliability, factor, validity), number, value, low,
    high (its interval, where there is one), ground, operator and cutoff (the rule; NaN without one), parameter and
    source of the cut-off, passes (missing where it was not judged), why (no rule, no value, not counted, formative,
    panel too small; of a number that passes beyond its cut-off: better twin, not significant), and the candidate's
    verdict. The number `key` is the item-rest correlation against minus the critical r. `applied` names the grounds on
    which at least one candidate was judged.
    """

    indicators: pd.DataFrame
    rules: Rules
    applied: tuple[str, ...]
    long: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """The evidence, a row per candidate, with the failed grounds as text."""
        return self.indicators.assign(failed=self.indicators["failed"].map(", ".join))

    def by_rule(self) -> pd.DataFrame:
        """The rules, a row each: what they ask, who says so, and who falls short.

        Columns: group, number, ground, operator, cutoff_low and cutoff_high (equal unless the cut-off depends on the
        number of experts or respondents), parameter, source, judged and failing (numbers of candidates), failed (their
        codes), why (the reason where no candidate was judged).
        """
        ruled = self.long[self.long["ground"] != ""]
        rows = []
        for _, part in ruled.groupby("number", sort=False):
            first, falls = part.iloc[0], part.loc[part.index.isin(self.failing.index), "indicator"]
            judged = int(part["passes"].notna().sum())
            rows.append(
                {
                    **first[["group", "number", "ground", "operator"]],
                    "cutoff_low": part["cutoff"].min(),
                    "cutoff_high": part["cutoff"].max(),
                    **first[["parameter", "source"]],
                    "judged": judged,
                    "failing": len(falls),
                    "failed": tuple(falls),
                    "why": "" if judged else str(part["why"].mode().iloc[0]),
                }
            )
        return pd.DataFrame(rows)

    @property
    def failing(self) -> pd.DataFrame:
        """The numbers by which candidates fall short, as rows of `long`."""
        return self.long[self.long["passes"].eq(False).fillna(value=False)]  # noqa: FBT003 - what was judged and fails


@dataclass(frozen=True, slots=True, eq=False)
class EvidenceChange(Shown):
    """What the evidence says otherwise after a change, by indicator: before, after, failed_before, failed_after.

    `table` holds verdicts and tuples of failed grounds. Only indicators whose verdict or failed grounds differ are
    listed; one that stands on one side alone has "" on the other.
    """

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """The changes, with grounds as text."""
        text = {name: self.table[name].map(", ".join) for name in ("failed_before", "failed_after")}
        return self.table.assign(**text)


def changed(before: EvidenceResult, after: EvidenceResult) -> EvidenceChange:
    """Which verdicts and failed grounds differ between two versions of the evidence, of two variants of a round, say.

    Answers the question: whose standing hangs on the threshold that was changed?
    """
    first, second = before.indicators, after.indicators
    codes = [*first.index, *(code for code in second.index if code not in first.index)]
    rows = {}
    for code in codes:
        then, now = (
            (table.loc[code, "verdict"], table.loc[code, "failed"]) if code in table.index else ("", ())
            for table in (first, second)
        )
        if then != now:
            rows[code] = {"before": then[0], "after": now[0], "failed_before": then[1], "failed_after": now[1]}
    columns = ["before", "after", "failed_before", "failed_after"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("indicator")
    return EvidenceChange(table)
