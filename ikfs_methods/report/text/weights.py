"""Sentences on the weights in force, and on pairwise comparisons: who is consistent, what to look at again."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.tables.weights import chosen, fitting, given, suspected, triad
from ikfs_methods.report.text.base import say
from ikfs_methods.report.text.weight_order import SAME, orders
from ikfs_methods.rounds import Absent, Round, WeightChoice, views
from ikfs_methods.weighting import AhpGroupsResult, AhpResult

# Judgements told in words; of more than these the table tells all.
TOLD = 4


@say.register
def _(result: WeightChoice, words: Words, opened: Round, *, order: bool = False) -> str:
    """`order`: also whether the order of what is weighed would stand with other experts."""
    parts = []
    for parent, rows in result.table.groupby("parent", sort=False):
        places = {
            "parent": parent,
            "method": words(str(rows["method"].iloc[0])),
            "weight": words.number(rows["weight"].max(), 3),
        }
        if len(rows) > 1 and rows["weight"].max() - rows["weight"].min() <= SAME:
            parts.append(words("{parent}: {method}, each {weight}", **places))
            continue
        first = rows["weight"].idxmax()
        parts.append(words("{parent}: {method}, largest weight {first} ({weight})", first=first, **places))
    said = [words("Weights in force: {parts}.", parts="; ".join(parts))]
    gone = [code for code in opened.framework.parents if code not in opened.structure.parents]
    if gone:
        said.append(
            words(
                "**{names}** has no indicator left; its weight went to what stands beside it.",
                names=words.listing(gone),
            )
        )
    return " ".join([*said, *(orders(words, opened) if order else [])])


@say.register
def _(result: views.WeightTable, words: Words, opened: Round) -> str:
    """Which parents which set says nothing of."""
    tree, parts = opened.structure, []
    for name, found in opened.weight_sets.items():
        covered = set(found.weights.index)
        without = [parent for parent in tree.parents if not covered >= set(tree.children(parent))]
        if without:
            parts.append(f"{words(name)}: {words.listing(without)}")
    if not parts:
        return words("Every set weighs every parent.")
    return words(
        "Some sets give no weights within some parents ({parts}). A set can be put in force only where it weighs all "
        "of a parent's children.",
        parts="; ".join(parts),
    )


@say.register
def _(result: AhpResult, words: Words, opened: Round) -> str:
    """The group, then who is inconsistent, what they should look at again and what hangs on them."""
    ratios = result.judges["cr"].groupby(level="expert", sort=False).max()
    above = [str(expert) for expert in ratios.index[ratios > result.cutoff]]
    first = [_head(result, words), *_gaps(result, words), *_above(result, above, words, opened)]
    return "\n\n".join(part for part in (" ".join(first), _again(result, words)) if part)


def _head(result: AhpResult, words: Words) -> str:
    if result.n_judges == 1:
        return words(
            "One expert compared the elements two by two: the weights are that expert's own, and of agreement nothing "
            "can be said."
        )
    told = [f"{parent} {words.number(ratio, 3)}" for parent, ratio in result.groups["cr"].items()]
    return words(
        "{experts} experts compared the elements two by two; the consistency ratio of the group is {group}, but what "
        "counts are those of its members.",
        experts=words.integer(result.n_judges or 0),
        group=words.number(result.group_consistency, 3) if len(told) == 1 else words.listing(told),
    )


def _gaps(result: AhpResult, words: Words) -> list[str]:
    lacking = result.judges[result.judges["n_judged"] < result.judges["n_pairs"]].reset_index()
    if lacking.empty:
        return []
    several = len(result.groups) > 1
    told = [
        words(
            "{expert} {left} of {all}",
            expert=f"{row['expert']} ({row['parent']})" if several else row["expert"],
            left=words.integer(row["n_pairs"] - row["n_judged"]),
            all=words.integer(row["n_pairs"]),
        )
        for row in lacking.to_dict("records")
    ]
    return [
        words(
            "Pairs left out: {told}. What these experts did judge connects all elements; their weights rest on it, "
            "less surely.",
            told=words.listing(told),
        )
    ]


def _above(result: AhpResult, above: list[str], words: Words, opened: Round) -> list[str]:
    cutoff = words.number(result.cutoff)
    if not above:
        return [words("No expert exceeds {cutoff}.", cutoff=cutoff)]
    said = [
        words.plural(
            "{n} expert exceeds {cutoff} and should look at the judgements again: {names}.",
            "{n} experts exceed {cutoff} and should look at their judgements again: {names}.",
            len(above),
            cutoff=cutoff,
            names=words.listing(above),
        )
    ]
    parents = [parent for parent in result.groups.index if result.groups["cr"][parent] > result.cutoff]
    if parents and result.n_judges != 1:
        said.append(
            words(
                "The group's ratio exceeds it as well ({names}): its weights should wait until the judgements have "
                "been looked at again.",
                names=words.listing([str(parent) for parent in parents]),
            )
        )
    return [*said, *_hanging(result, words, opened)]


def _hanging(result: AhpResult, words: Words, opened: Round) -> list[str]:
    """What rests on the inconsistent experts: the weights in force, and what leaving one of them out would do."""
    table, said = chosen(opened), []
    in_force = set() if table is None else set(table.loc[table["method"] == "ahp", "parent"])
    pairs = [(str(parent), str(expert)) for expert, parent in suspected(result).index]
    decided = [(parent, expert) for parent, expert in pairs if parent in in_force]
    if decided:
        said.append(
            words(
                "**The weights of {parents} in force rest on judgements of {experts}.**",
                parents=words.listing(list(dict.fromkeys(parent for parent, _ in decided))),
                experts=words.listing(list(dict.fromkeys(expert for _, expert in decided))),
            )
        )
    return [*said, *_without(decided or pairs, words, opened)]


def _without(pairs: list[tuple[str, str]], words: Words, opened: Round) -> list[str]:
    """What leaving out one of these experts would do to the weights within the parent (parent, expert)."""
    found = opened.expert_uncertainty
    if isinstance(found, Absent) or "ahp" not in found.results:
        return []
    influence = found["ahp"].influence
    own = influence.reindex([pair for pair in pairs if pair in influence.index]).dropna(subset="shift")
    if own.empty:
        return []
    places = {
        "parents": words.listing([str(parent) for parent in own.index.unique("parent")]),
        "shift": words.number(100 * own["shift"].max(), 1),
    }
    if own["rank_changes"].fillna(value=False).any():
        sentence = N_(
            "Without {who}, up to {shift} percentage points of the weight within {parents} would move **and the order "
            "of elements would change**: settle this before deciding."
        )
    elif len(own) == 1:
        sentence = N_(
            "Without {who}, {shift} percentage points of the weight within {parents} would move, and the order would "
            "stay."
        )
    else:
        sentence = N_(
            "Without {who}, at most {shift} percentage points of the weight within {parents} would move, and the order "
            "would stay."
        )
    names = [str(expert) for expert in own.index.unique("expert")]
    who = names[0] if len(names) == 1 else words("any one of {names}", names=words.listing(names))
    return [words(sentence, who=who, **places)]


def _again(result: AhpResult, words: Words) -> str:
    """The judgement that each inconsistent expert should look at again."""
    rows = suspected(result).reset_index()
    if rows.empty:
        return ""
    told = []
    for row in rows.head(TOLD).to_dict("records"):
        expert, ratio = row["expert"], words.number(row["cr"], 3)
        if pd.isna(row["left"]):
            told.append(
                words(
                    "{expert} (CR {ratio}): no single judgement is at fault; most at odds: {triad}.",
                    expert=expert,
                    ratio=ratio,
                    triad=triad(row, words),
                )
            )
            continue
        told.append(
            words(
                "{expert}: judged “{given}”, while “{fits}” would fit the other judgements (CR {ratio} → {then}).",
                expert=expert,
                given=given(row, words),
                fits=fitting(row, words),
                ratio=ratio,
                then=words.number(row["cr_then"], 3),
            )
        )
    if len(rows) > TOLD:
        told.append(words("The table has all {n}.", n=words.integer(len(rows))))
    ask = words(
        "Ask the expert; do not correct: what stands out may be a slip of the side, or a view that the others lack."
    )
    if (result.groups["n"].reindex(rows["parent"]) == 3).any():
        ask += " " + words("With three elements the smallest change is named; another of the three could be meant.")
    return " ".join([words("To look at again:"), *told, ask])


@say.register
def _(result: AhpGroupsResult, words: Words, opened: Round) -> str:
    said = [part for parent in result.groups.index.unique("parent") for part in _groups(result, parent, words, opened)]
    said.append(
        words.plural(
            "A group has as few as {n} expert: that is one person's view, not a field's.",
            "A group has as few as {n} experts: read this as their view, not as that of their field, and ask for the "
            "reasons of differences.",
            int(result.groups["n_judges"].min()),
        )
    )
    grouped = sum(len(found.experts) for found in result.results.values())
    total = 0 if isinstance(opened.ahp, Absent) else len(opened.ahp.experts)
    if grouped < total:
        said.append(
            words.plural(
                "{n} expert has no group and is left out here.",
                "{n} experts have no group and are left out here.",
                total - grouped,
            )
        )
    return " ".join(said)


def _groups(result: AhpGroupsResult, parent: str, words: Words, opened: Round) -> list[str]:
    """How differently the groups weigh a parent's elements; nothing where only one judged it."""
    own = result.weights.loc[result.parents.index[result.parents == parent]].dropna(axis=1)
    if own.shape[1] < 2:
        return []
    gaps = own.max(axis=1) - own.min(axis=1)
    if gaps.max() <= SAME:
        return [words("Within {parent} all groups weigh alike.", parent=parent)]
    code = str(gaps.idxmax())
    row = own.loc[code].astype(float)
    differ = words(
        "Within {parent} the groups differ most on {code}: from {low} ({lowest}) to {high} ({highest}).",
        parent=parent,
        code=code,
        low=words.number(row.min(), 3),
        lowest=opened.called(row.idxmin()),
        high=words.number(row.max(), 3),
        highest=opened.called(row.idxmax()),
    )
    first = _shared_first(own)
    if first:
        return [differ, words("No group puts another element above {first}.", first=first)]
    firsts = words.listing(sorted({str(name) for name in own.idxmax()}))
    return [differ, words("They do not agree on what weighs most: {firsts}.", firsts=firsts)]


def _shared_first(own: pd.DataFrame) -> str:
    """The element that no group puts behind another, or nothing."""
    most = own.max()
    return next((str(code) for code, row in own.iterrows() if np.isclose(row, most).all()), "")
