"""Rules for a long table of paired comparisons: wrong rows, contradictions, pairs that do not hang together."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import combinations

import pandas as pd

from ikfs_methods.checks import listed, quoted
from ikfs_methods.errors import JudgementError
from ikfs_methods.weighting.ahp.consistency import RANDOM_INDEX
from ikfs_methods.weighting.judged import Judged

COLUMNS = ("expert", "parent", "left", "right", "favours", "strength")
# A ratio of two weights computed in doubles may miss the end of the scale by about 1e-16 of it.
SCALE_TOLERANCE = 1e-9
# Beyond this the products of a few judgements would leave what doubles can hold.
LARGEST_SCALE = 1e6


def check_pairs(
    judged: Judged,
    *,
    skip: Collection[str] = (),
    incomplete: str = "accept",
    scale: float = 9.0,
    most: int = max(RANDOM_INDEX),
    movable: bool = False,
) -> pd.Series:
    """Parent by element of a long table of paired comparisons; its problems gain whatever is wrong with the pairs.

    Every wrong row, every pair that an expert judged twice (said whether the two contradict), every element under two
    parents, every parent with more than `most` elements, and every expert whose comparisons do not connect all elements
    of a parent (with incomplete="refuse": who left a pair out), but for the parents in `skip`, of which it is known
    that something is missing. `movable`: the caller can give another `scale`, which the message then says.
    """
    rows = judged.rows
    rows["favours"] = rows["favours"].str.lower()
    judged.refuse(~rows["favours"].isin(["left", "right"]), ["favours"], "favours must be left or right", _comparison)
    on_scale = rows["strength"].between(1 - SCALE_TOLERANCE, scale * (1 + SCALE_TOLERANCE))

    def described(row: pd.Series) -> str:
        beyond = movable and row["strength"] > scale
        return _comparison(row) + (" (scale=... gives the scale another end)" if beyond else "")

    judged.refuse(~on_scale, ["strength"], f"strength must be a number from 1 to {scale:g}", described)
    sides = ["left", "right"]
    judged.refuse(rows["left"] == rows["right"], sides, "an element must not be compared with itself", _comparison)
    _refuse_repeats(judged)
    parents = judged.parents_of(sides, what="judgements")
    large = {}
    for parent, count in parents.value_counts(sort=False).items():
        error = too_many(int(count), str(parent), most)
        if error is not None:
            large[parent] = error
    judged.problems.add(*large.values())
    children = {str(parent): [str(code) for code in own] for parent, own in parents.groupby(parents).groups.items()}
    compared = list(zip(rows["left"], rows["right"], strict=True))
    for expert, parent, own in judged.groups():
        if parent in large or parent in skip:
            continue
        given = [compared[position] for position in own]
        check = _left_out if incomplete == "refuse" else _apart
        judged.problems.add(*check(expert, parent, children[parent], given))
    return parents


def too_many(n: int, parent: str, most: int) -> JudgementError | None:
    """What to say of a parent with more elements than the table of random indices reaches."""
    if n <= most:
        return None
    return JudgementError(
        f"a parent must have at most {most} elements to be judged in pairs (the table of random "
        f"indices used here ends at {most}); {parent or 'the matrix'} has {n}. "
        "Group them under more parents."
    )


def unconnected(
    elements: list[str], pairs: Iterable[tuple[str, str]], whose: str, remedy: str
) -> JudgementError | None:
    """What to say when the pairs leave the elements in groups that no comparison connects."""
    group = {code: {code} for code in elements}
    for a, b in pairs:
        joined = group[a] | group[b]
        group |= dict.fromkeys(joined, joined)
    parts = list({id(part): part for part in group.values()}.values())
    if len(parts) < 2:
        return None
    named = " and ".join(f"({listed(code for code in elements if code in part)})" for part in parts)
    return JudgementError(
        f"{whose} must connect all {len(elements)} elements, directly or through others; no comparison connects "
        f"{named}. {remedy}"
    )


def _apart(expert: str, parent: str, elements: list[str], given: list[tuple[str, str]]) -> list[JudgementError]:
    error = unconnected(
        elements,
        given,
        f"the comparisons of expert {expert} within parent {parent}",
        "Ask the expert for a comparison between them, or leave that expert's rows of the parent out.",
    )
    return [] if error is None else [error]


def _left_out(expert: str, parent: str, elements: list[str], given: list[tuple[str, str]]) -> list[JudgementError]:
    made = {frozenset(pair) for pair in given}
    lacking = [f"{a} or {b}" for a, b in combinations(elements, 2) if frozenset((a, b)) not in made]
    if not lacking:
        return []
    return [
        JudgementError(
            f"expert {expert} must judge every pair of parent {parent}; {len(lacking)} left out: "
            f"{listed(lacking)}. Ask the expert, or leave that expert's rows of the parent out."
        )
    ]


def _refuse_repeats(judged: Judged) -> None:
    rows = judged.rows
    named = ["expert", "parent", "left", "right"]
    pairs = ["\0".join(sorted(two)) for two in zip(rows["left"], rows["right"], strict=True)]
    used = rows.assign(pair=pairs)[judged.sound(named)]
    key = ["expert", "parent", "pair"]
    again = used.duplicated(key)
    if not again.any():
        return
    # Position of the first row on the same pair, by label.
    place = pd.Series(range(len(used)), index=used.index).groupby([used[name] for name in key]).transform("first")
    first = dict(zip(used.index, place.tolist(), strict=True))

    def described(row: pd.Series) -> str:
        before = used.iloc[int(first[row.name])]
        relation = "repeats" if _same(before, row) else "contradicts"
        return f"{_comparison(row)}, which {relation} row {quoted(before.name)}: {_claim(before)}"

    judged.refuse(
        again.reindex(rows.index, fill_value=False), named[2:], "a pair must be judged once by an expert", described
    )


def _claim(row: pd.Series) -> str:
    return f"{row['left']} or {row['right']}, favours {row['favours']}, strength {row['strength']:g}"


def _comparison(row: pd.Series) -> str:
    return f"expert {row['expert']}, parent {row['parent']}, {_claim(row)}"


def _same(one: pd.Series, other: pd.Series) -> bool:
    """Whether two rows on one pair say the same; with strength 1 either side may be favoured."""
    strengths = [one["strength"], other["strength"]]
    favoured = [row["left"] if row["favours"] == "left" else row["right"] for row in (one, other)]
    return bool(strengths[0] == strengths[1] and (favoured[0] == favoured[1] or strengths[0] == 1))
