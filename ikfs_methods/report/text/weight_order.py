"""Sentences on the order of weighed elements: what it is, and whether it would stand with other experts."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ikfs_methods.report.language import Words
from ikfs_methods.report.tables.weights import chosen
from ikfs_methods.rounds import Absent, BySet, Round
from ikfs_methods.weighting import ExpertUncertaintyResult

# Weights that differ by less are equal but for rounding.
SAME = 1e-9


class Standing(NamedTuple):
    """The order of a parent's elements by one set, and how it holds up with other experts."""

    name: str
    parent: str
    order: str  # A > B = C
    apart: bool | None  # no interval reaches that of the next element; None where there are no intervals
    kept: float  # share of the resampled panels with the same order
    overlapping: list[tuple[str, str]]
    n: int
    level: bool  # all elements weigh the same, so that there is no order


def standing(name: str, found: ExpertUncertaintyResult, parent: str) -> Standing:
    """How a parent's order stands by one set."""
    table = found.table[found.table["parent"] == parent].sort_values("weight", ascending=False, kind="stable")
    codes, weights = [str(code) for code in table.index], table["weight"].to_numpy()
    pairs = list(pairwise(codes))
    tied = [bool(gap <= SAME) for gap in -np.diff(weights)]
    n = int(table["n_experts"].iloc[0])
    order = codes[0] + "".join(f" {'=' if same else '>'} {code}" for same, code in zip(tied, codes[1:], strict=True))
    if table["ci_low"].isna().any():
        return Standing(name, parent, order, None, np.nan, [], n, all(tied))
    reaching = table["ci_low"].to_numpy()[:-1] <= table["ci_high"].to_numpy()[1:]
    meeting = [pair for pair, one in zip(pairs, reaching, strict=True) if one]
    drawn = found.replicates[codes].to_numpy(dtype=np.float64)
    kept = float((np.diff(drawn, axis=1) < -SAME).all(axis=1).mean()) if not any(tied) else np.nan
    return Standing(name, parent, order, not meeting, kept, meeting, n, all(tied))


def in_force(opened: Round, result: BySet) -> list[tuple[str, str]]:
    """Set and parent wherever weights of experts are in force for two or more elements."""
    table, pairs = chosen(opened), []
    if table is None:
        return []
    for parent, rows in table.groupby("parent", sort=False):
        name = str(rows["method"].iloc[0])
        if name in result.results and len(rows) > 1 and parent in set(result[name].table["parent"]):
            pairs.append((name, str(parent)))
    return pairs


def orders(words: Words, opened: Round) -> list[str]:
    """Whether the order of the weights in force would stand with other experts; nothing where experts gave none."""
    result = opened.expert_uncertainty
    if isinstance(result, Absent):
        return []
    found = [standing(name, result[name], parent) for name, parent in in_force(opened, result)]
    known = [one for one in found if one.apart is not None]
    few = [one.parent for one in found if one.apart is None]
    above = [one for one in known if one.parent == opened.structure.root]
    below = [one for one in known if one.parent != opened.structure.root]
    said = [_order(one, words, opened) for one in above]
    loose = [one.parent for one in below if not (one.apart or one.level)]
    if loose:
        said.append(
            words(
                "Within {names} intervals of neighbouring elements overlap: small differences between their weights "
                "are no order.",
                names=words.listing(loose),
            )
        )
    if few:
        said.append(
            words("Too few experts weighed {names} to say how certain the weights are.", names=words.listing(few))
        )
    return said


def _order(one: Standing, words: Words, opened: Round) -> str:
    level = words.percent(opened.parameters.level, 0)
    places = {"parent": one.parent, "order": one.order, "level": level, "n": words.integer(one.n)}
    if one.level:
        return words("Within {parent} all weigh the same, so that there is no order.", parent=one.parent)
    if one.apart:
        return words(
            "The order within {parent}, **{order}**, holds up: with {n} experts the {level} intervals of neighbours do "
            "not overlap, and {kept} of the panels drawn again from these experts give the same order.",
            kept=_share(one.kept, words),
            **places,
        )
    pairs = words.listing([f"{first}–{second}" for first, second in one.overlapping])
    said = words(
        "**The order within {parent}, {order}, is uncertain**: with {n} experts the {level} intervals of {pairs} "
        "overlap, so that other experts might have given another order.",
        pairs=pairs,
        **places,
    )
    if np.isnan(one.kept):
        return said
    kept = words(
        "Of the panels drawn again from these experts {kept} give the same order.", kept=_share(one.kept, words)
    )
    return f"{said} {kept}"


def _share(kept: float, words: Words) -> str:
    # With the decimal that a thousand panels have: 99.7 % must not read as all of them.
    return f"{words.plain(round(100 * kept, 1))}\u202f%"
