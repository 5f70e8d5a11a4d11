"""Sentences on how far the weights of experts hang on the method, on who was asked, and on single experts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.checks import one_of
from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.tables.expert_weights import agreement, influence_rows
from ikfs_methods.report.tables.weights import chosen
from ikfs_methods.report.text.base import say
from ikfs_methods.report.text.weight_order import SAME, in_force, standing
from ikfs_methods.rounds import BySet, Round
from ikfs_methods.weighting import ExpertUncertaintyResult

# Experts told by their codes; more are counted.
NAMED = 6


@say.register
def _(result: BySet, words: Words, opened: Round, *, about: str = "methods") -> str:
    """`methods`: whether they agree, and how far the experts do; `influence`: whose leaving moves what."""
    found = {"methods": _methods, "influence": _influence}
    return found[one_of(about, list(found), name="about")](result, words, opened)


def _methods(result: BySet, words: Words, opened: Round) -> str:
    several = {}
    for parent in opened.structure.walk():
        own = {name: one for name, one in result.results.items() if (one.table["parent"] == parent).sum() > 1}
        if len(own) > 1:
            several[parent] = own
    said = [
        words("No parent was weighed by two methods, so that the methods cannot be held against each other.")
    ]  # fmt: skip
    if several:
        # The highest parent in full; the figure and the table have the others.
        first = next(iter(several))
        said = _side_by_side(several.pop(first), first, words)
        differing = [parent for parent, own in several.items() if len(_orders_by(own, parent)) > 1]
        if differing:
            said.append(
                words("Within {names} the methods give different orders too.", names=words.listing(differing))
            )  # fmt: skip
    few = {
        str(parent)
        for one in result.results.values()
        for parent in one.table.loc[one.table["ci_low"].isna(), "parent"].unique()
    }
    if few:
        said.append(
            words(
                "Fewer than three experts weighed {names} by at least one method: no interval there.",
                names=words.listing([parent for parent in opened.framework.walk() if parent in few]),
            )
        )
    return " ".join([*said, *_apart(words, opened)])


def _orders_by(own: dict[str, ExpertUncertaintyResult], parent: str) -> set[str]:
    return {standing(name, one, parent).order for name, one in own.items()}


def _side_by_side(own: dict[str, ExpertUncertaintyResult], parent: str, words: Words) -> list[str]:
    found = [standing(name, one, parent) for name, one in own.items()]
    said = []
    if len({one.order for one in found}) == 1:
        sentence = (
            N_("Within {parent} both methods give the same order: **{order}**.")
            if len(found) == 2
            else N_("Within {parent} all {n} methods give the same order: **{order}**.")
        )
        said.append(words(sentence, parent=parent, n=words.integer(len(found)), order=found[0].order))
    else:
        told = [f"{one.order} ({words(one.name)})" for one in found]
        said.append(
            words("Within {parent} **the methods give different orders**: {told}.", parent=parent, told="; ".join(told))
        )
    return [*said, *_widest(own, parent, words)]


def _widest(own: dict[str, ExpertUncertaintyResult], parent: str, words: Words) -> list[str]:
    """The element that the methods weigh most differently, and whether their intervals allow it."""
    tables = {name: one.table[one.table["parent"] == parent] for name, one in own.items()}
    weights = pd.DataFrame({name: table["weight"] for name, table in tables.items()}).dropna()
    gaps = weights.max(axis=1) - weights.min(axis=1)
    if weights.empty or gaps.max() <= SAME:
        return []
    code = str(gaps.idxmax())
    row = weights.loc[code].astype(float)
    high, low = str(row.idxmax()), str(row.idxmin())
    places = {
        "code": code,
        "high": words.number(row[high], 3),
        "highest": words(high),
        "low": words.number(row[low], 3),
        "lowest": words(low),
    }
    ends = (float(tables[high]["ci_low"][code]), float(tables[low]["ci_high"][code]))
    if np.isnan(ends).any():
        return [words("They differ most on {code}: {high} by {highest}, {low} by {lowest}.", **places)]
    if ends[0] <= ends[1]:
        return [
            words(
                "They differ most on {code}: {high} by {highest}, {low} by {lowest}, with intervals that overlap.",
                **places,
            )
        ]
    return [
        words(
            "They differ most on {code}: {high} by {highest}, {low} by {lowest}, with intervals that do not overlap. "
            "**How experts are asked matters here more than which experts are asked**: the choice of the method needs "
            "a reason of its own.",
            **places,
        )
    ]


def _apart(words: Words, opened: Round) -> list[str]:
    """How far two experts differ within the highest parent that was weighed."""
    table = agreement(opened).dropna(subset="mean_distance")
    if table.empty:
        return []
    parent = table["parent"].iloc[0]
    told = [
        f"{words.percent(row['mean_distance'], 0)} ({words(str(row['weights']))})"
        for row in table[table["parent"] == parent].to_dict("records")
    ]
    return [
        words(
            "Two experts differ on average by this share of the weight within {parent}: {told}.",
            parent=parent,
            told=words.listing(told),
        )
    ]


def _influence(result: BySet, words: Words, opened: Round) -> str:
    table = influence_rows(result, opened)
    deciding = in_force(opened, result)
    wanted = deciding or list(zip(table["weights"], table["parent"], strict=True))
    rows = [row for row in table.to_dict("records") if (row["weights"], row["parent"]) in wanted]
    known = [row for row in rows if not pd.isna(row["shift"])]
    if not known:
        return words("Influence needs at least three experts for a parent; there are fewer.")
    said = []
    if chosen(opened) is None:
        said.append(
            words("A decision on weights cannot be met; this is what would hang on whom if these were in force.")
        )
    elif not deciding:
        said.append(words("No weights of experts are in force; this is what would hang on whom if they were."))
    root = [row for row in known if row["parent"] == opened.structure.root]
    said += [_moved(row, words) for row in root]
    below = [row for row in known if row["parent"] != opened.structure.root]
    turning = [row for row in below if row["turning"]]
    if below and max(row["shift"] for row in below) > SAME:
        most = max(below, key=lambda row: row["shift"])
        said.append(
            words(
                "Further down no one expert moves more than {shift} percentage points (within {parent}).",
                shift=words.number(100 * most["shift"], 1),
                parent=most["parent"],
            )
        )
    if turning:
        names = dict.fromkeys(str(row["parent"]) for row in turning)
        said.append(
            words(
                "Within {names} some elements change places when one expert is left out: weights that lie so close "
                "together should not be read as an order.",
                names=words.listing(list(names)),
            )
        )
    return " ".join(said)


def _moved(row: dict[Any, Any], words: Words) -> str:
    turning = list(row["turning"])
    method, parent = words(str(row["weights"])), row["parent"]
    if pd.isna(row["expert"]):
        alike = words("all experts weigh alike, so that no one moves it")
        return f"{parent} ({method}): {alike}."
    moved = words(
        "{parent} ({method}): {expert} moves most, {shift} percentage points of the weight.",
        parent=parent,
        method=method,
        expert=row["expert"],
        shift=words.number(100 * row["shift"], 1),
    )
    if not turning:
        return f"{moved} " + words("Whoever is left out, the order stays.")
    if len(turning) > NAMED:
        return f"{moved} " + words(
            "**The order changes without any one of {n} experts**: it hangs on single experts.",
            n=words.integer(len(turning)),
        )
    return f"{moved} " + words(
        "**The order changes without {names}**: it hangs on single experts.", names=words.listing(turning)
    )
