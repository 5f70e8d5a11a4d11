"""A Delphi study: rounds of ratings of the same items by the same experts, with feedback between them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ikfs_methods.checks import listed
from ikfs_methods.validity.delphi.panels import Panels, Rounds, panelled
from ikfs_methods.validity.delphi.result import DelphiResult
from ikfs_methods.validity.delphi.rule import ConsensusRule, consensus_rule
from ikfs_methods.validity.delphi.statistics import CLASSES, between_rounds, by_expert, by_round, in_classes

CONSENSUS, DISSENT, MOVING, FIRST, FEW = (
    "consensus",
    "stable dissent",
    "still moving",
    "first round only",
    "too few ratings",
)


def delphi(
    rounds: Rounds,
    *,
    low: float,
    high: float,
    band: tuple[float, float] | None = None,
    share: float = 0.75,
    iqr: float | None = None,
    min_experts: int = 3,
    stable_share: float = 0.15,
    median_change: float | None = None,
    iqr_change: float | None = None,
    kappa: float | None = None,
    max_rounds: int | None = None,
) -> DelphiResult:
    """Consensus and stability of ratings over rounds (frames of experts by items, in order or by round number).

    Experts are matched by row label and may join or leave; items may be added or dropped; gaps are allowed. The rule
    is declared by the arguments, before the rounds are looked at:

    - consensus on an item: at least `share` of its ratings within `band` (default: the points above the middle of
      the scale, 3-4 of 4, 4-5 of 5) or within its mirror image (agreed to reject), and an interquartile range of at
      most `iqr` points (default: a quarter of the scale, at least one point from four points on: 1 on 4 and 5 points,
      1.5 on 7, 2 on 9, 25 on 0-100), by at least `min_experts` ratings. 75 % is the median threshold of published
      studies (Diamond et al. 2014, doi:10.1016/j.jclinepi.2013.12.002). Quartiles by definition 7 (R's default).
    - stability between two rounds: the distribution changed by at most `stable_share` of the experts of both rounds
      (Scheibe, Skutsch & Schofer 1975: 15 %), and, where given, the median and the interquartile range by at most
      `median_change` and `iqr_change` points, and kappa with quadratic weights is at least `kappa`.
    - the end: every item of the latest round has consensus or is stable, or `max_rounds` are reached.

    On scales of more than 11 points the distribution is counted in ten classes of equal width. p_value is the exact
    sign test of the moves. Answers the questions: on what do the experts agree, who moved, is another round needed.

    Raises ParameterError, ColumnError (an expert or item twice, no expert in common), ScaleError, TooFewError (no
    round, no rating), and what `checks.numeric_frame` raises.
    """
    rule = consensus_rule(
        low, high, band=band, share=share, iqr=iqr, min_experts=min_experts, stable_share=stable_share,
        median_change=median_change, iqr_change=iqr_change, kappa=kappa, max_rounds=max_rounds,
    )  # fmt: skip
    panels = panelled(rounds, rule.low, rule.high)
    items = by_round(panels, rule)
    changes = between_rounds(panels, rule)
    status = _status(items, changes, rule)
    verdict, reason = _verdict(status[panels.rated[-1]], panels.numbers[-1], rule)
    index = pd.Index(panels.numbers, name="round")
    return DelphiResult(
        items=items, changes=changes, movement=by_expert(panels), status=status, verdict=verdict, reason=reason,
        rule=rule, rounds=panels.numbers,
        n_experts=pd.Series((~np.isnan(panels.ratings)).any(axis=2).sum(axis=1), index=index, name="n_experts"),
        notes=_notes(panels, items, changes, rule),
    )  # fmt: skip


def _status(items: pd.DataFrame, changes: pd.DataFrame, rule: ConsensusRule) -> pd.Series:
    """Where each item stands after the latest round in which it was rated."""
    last = items.groupby(level="item", sort=False).tail(1)
    stable = changes["stable"].reindex(last.index)
    choices = [
        (last["consensus"], CONSENSUS),
        (last["n"] < rule.min_experts, FEW),
        (stable.isna(), FIRST),
        (stable.eq(True), DISSENT),  # noqa: FBT003 - missing where the item was rated once
    ]
    found = np.select([mark.to_numpy(dtype=bool) for mark, _ in choices], [name for _, name in choices], MOVING)
    return pd.Series(found, index=last.index.get_level_values("item"), name="status", dtype=object)


def _verdict(status: pd.Series, number: int, rule: ConsensusRule) -> tuple[str, str]:
    """Stop or continue, and why; `status` is that of the items of the latest round."""
    open_items = status[~status.isin([CONSENSUS, DISSENT])]
    agreed = int((status == CONSENSUS).sum())
    if not len(open_items):
        rest = len(status) - agreed
        return (
            "stop",
            f"All {len(status)} items of round {number} are settled: {agreed} agreed, {rest} in stable dissent.",
        )
    left = f"{listed(f'{item} ({state})' for item, state in open_items.items())}"
    if rule.max_rounds is not None and number >= rule.max_rounds:
        return "stop", f"The declared {rule.max_rounds} rounds are reached; not settled: {left}."
    return "continue", f"{len(open_items)} of {len(status)} items of round {number} are not settled: {left}."


def _notes(panels: Panels, items: pd.DataFrame, changes: pd.DataFrame, rule: ConsensusRule) -> tuple[str, ...]:
    notes = []
    if len(panels.numbers) == 1:
        notes.append("One round only: stability between rounds cannot be judged.")
    latest = panels.rated[-1].tolist()
    closed = [item for item, there in zip(panels.items, latest, strict=True) if not there]
    if closed:
        notes.append(f"Not rated in the latest round, so that their status is of an earlier one: {listed(closed)}.")
    few = items[items["n"] < rule.min_experts].index
    if len(few):
        told = listed(f"{item} in round {number}" for item, number in few)
        notes.append(f"Fewer than {rule.min_experts} ratings, so that no consensus can be stated: {told}.")
    unmatched = changes[changes["n_both"] < rule.min_experts].index
    if len(unmatched):
        told = listed(f"{item} in round {number}" for item, number in unmatched)
        notes.append(f"Rated by fewer than {rule.min_experts} experts in both rounds, so not called stable: {told}.")
    undefined = changes[changes["kappa"].isna() & (changes["n_both"] > 0)].index
    if len(undefined):
        told = listed(f"{item} in round {number}" for item, number in undefined)
        notes.append(f"Everybody gave one and the same rating in both rounds, so that kappa is undefined: {told}.")
    if rule.opposite is None:
        notes.append("The band overlaps its mirror image, so that agreement to reject is not looked for.")
    if len(panels.numbers) > 1 and in_classes(panels, rule):
        notes.append(f"Changes of the distribution are counted in {CLASSES} classes of equal width.")
    return tuple(notes)
