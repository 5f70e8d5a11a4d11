"""Tables of weights: all sets side by side, and pairwise comparisons by expert, by group and judgement by judgement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.checks import one_of
from ikfs_methods.errors import DecisionError
from ikfs_methods.report.language import NONE, Words
from ikfs_methods.report.layout import Column, Columns, Laid
from ikfs_methods.report.tables.base import dimension, lay_out, named
from ikfs_methods.rounds import Round, views
from ikfs_methods.weighting import AhpGroupsResult, AhpResult, WeightSet

# Elements whose weights fit side by side on a page; of more the largest and the smallest are told.
SIDE_BY_SIDE = 8
# Weights that differ by less are equal but for rounding.
ALIKE = 1e-9


def chosen(opened: Round) -> pd.DataFrame | None:
    """The weights in force by code, as `opened.weights.table`; None where a decision on weights cannot be met.

    What experts said can then still be told; what is made with the weights goes on to say what is wrong.
    """
    try:
        return opened.weights.table
    except DecisionError:
        return None


@lay_out.register
def _(result: views.WeightTable, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    sets = [name for name in opened.weight_sets if result.table[name].notna().any()]
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Name")),
        *(c.number(name, words(name), 3) for name in sets),
        c.number("chosen", words("In force"), 3),
        c.translated("method", words("By")),
    )
    return Laid(result.table, columns, "parent", dimension(opened), {"chosen": lambda _: "strong"})


@lay_out.register
def _(result: WeightSet, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = named(result.weights.rename("weight").to_frame().rename_axis("code"), opened)
    columns = (c.text("code", words("Code")), c.text("name", words("Name")), c.number("weight", words("Weight"), 3))
    return Laid(frame, columns, "parent_code", dimension(opened))


@lay_out.register
def _(result: AhpResult, words: Words, opened: Round, *, view: str = "experts") -> Laid:
    """`experts`: a row each, then the group; `judgements`: what experts above the cut-off should look at again."""
    found = {"experts": _experts, "judgements": _judgements}
    return found[one_of(view, list(found), name="view")](result, words, opened)


def _experts(result: AhpResult, words: Words, opened: Round) -> Laid:
    c, cutoff = Columns(words), result.cutoff
    judges = result.judges.reset_index()
    group = result.groups.reset_index().assign(expert=words("Group"))
    own = result.judge_weights.reindex(judges["expert"])
    shared = pd.DataFrame([result.weights] * len(group), columns=result.weights.index)
    frame, full, columns = beside(
        pd.concat([judges, group], ignore_index=True), pd.concat([own, shared]), result.parents, words
    )
    pairs = (c.text("pairs", words("Pairs")),) if (frame["n_judged"] < frame["n_pairs"]).any() else ()
    told = (
        c.text("expert", words("Expert")),
        *pairs,
        *columns,
        c.number("lambda_max", "λ max", 3),
        c.number("cr", "CR", 3),
    )
    note = words(
        "CR: consistency ratio, red above {cutoff}, else green. Random index: {source}.",
        cutoff=words.number(cutoff),
        source=result.random_index_source,
    )
    if pairs:
        frame["pairs"] = [
            words("{made} of {all}", made=words.integer(made), all=words.integer(whole))
            for made, whole in zip(frame["n_judged"], frame["n_pairs"], strict=True)
        ]
        note += " " + words("Pairs: judged of all there are; the weights rest on those judged.")
    shades = {"cr": lambda row: "bad" if row["cr"] > cutoff else "good"}
    several = "parent" if len(result.groups) > 1 else None
    return Laid(frame, told, several, dimension(opened), shades, note, full)


@lay_out.register
def _(result: AhpGroupsResult, words: Words, opened: Round) -> Laid:
    c, cutoff = Columns(words), result.cutoff
    groups = result.groups.reset_index()
    own = result.weights.T.reindex(groups["group"])
    frame, full, columns = beside(groups, own, result.parents, words)
    told = (
        c.called("group", words("Group"), opened.called),
        c.integer("n_judges", words("Experts")),
        *columns,
        c.number("cr", "CR", 3),
    )
    note = words(
        "CR: consistency ratio of the group's matrix, red above {cutoff}, else green.", cutoff=words.number(cutoff)
    )
    shades = {"cr": lambda row: "bad" if row["cr"] > cutoff else "good"}
    several = "parent" if len(set(groups["parent"])) > 1 else None
    return Laid(frame, told, several, dimension(opened), shades, note, full)


def _judgements(result: AhpResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = suspected(result).reset_index()
    rows = frame.to_dict("records")
    frame["given"] = [given(row, words) for row in rows]
    frame["fits"] = [fitting(row, words) for row in rows]
    frame["triad"] = [triad(row, words) for row in rows]
    columns = (
        c.text("expert", words("Expert")),
        c.text("given", words("Judged")),
        c.text("fits", words("Would fit the others")),
        c.number("cr", words("CR now"), 3),
        c.number("cr_then", words("CR then"), 3),
        c.text("triad", words("Judgements most at odds")),
    )
    note = words(
        "Experts whose consistency ratio is above {cutoff}. Would fit the others: what the expert's other judgements "
        "imply, to the nearest whole strength.",
        cutoff=words.number(result.cutoff),
    )
    several = "parent" if len(set(frame["parent"])) > 1 else None
    return Laid(frame, columns, several, dimension(opened), {}, note)


def suspected(result: AhpResult) -> pd.DataFrame:
    """Experts above the cut-off by (expert, parent): cr, the judgement to look at again, the triad most at odds."""
    above = result.judges.loc[result.judges["cr"] > result.cutoff, ["cr"]]
    found = above.join(result.suspects.drop(columns="cr")).join(result.triads)
    order = list(result.groups.index)
    return found.sort_index(level="parent", key=lambda names: names.map(order.index), sort_remaining=False)


def compared(more: str, less: str, strength: float, words: Words) -> str:
    """One judgement as people say it: "KD over PS: 3"."""
    if np.isclose(strength, 1):
        return words("{left} and {right} equal", left=more, right=less)
    if strength < 1:
        more, less, strength = less, more, 1 / strength
    return words("{more} over {less}: {strength}", more=more, less=less, strength=words.plain(strength))


def given(row: Any, words: Words) -> str:
    """The judgement of a row of `suspected` as it was given."""
    return _favoured(row, "favours", "strength", words)


def fitting(row: Any, words: Words) -> str:
    """What the expert's other judgements would have let expect there."""
    return _favoured(row, "suggested_favours", "suggested_strength", words)


def _favoured(row: Any, side: str, strength: str, words: Words) -> str:
    if pd.isna(row["left"]):
        return NONE
    pair = (row["left"], row["right"]) if row[side] == "left" else (row["right"], row["left"])
    return compared(*pair, row[strength], words)


def triad(row: Any, words: Words) -> str:
    """The three judgements of a row of `suspected` that contradict each other most."""
    if pd.isna(row["first"]):
        return NONE
    first, second, third = row["first"], row["second"], row["third"]
    return words(
        "{one} and {two} make {implied}; judged was {judged}",
        one=compared(first, second, row["first_second"], words),
        two=compared(second, third, row["second_third"], words),
        implied=compared(first, third, row["implied"], words),
        judged=compared(first, third, row["first_third"], words),
    )


def beside(
    frame: pd.DataFrame, weights: pd.DataFrame, parents: pd.Series, words: Words
) -> tuple[pd.DataFrame, pd.DataFrame | None, Sequence[Column]]:
    """Rows with their weights beside them: those shown, those for the file where they differ, and the columns.

    `frame` has a column parent; `weights` the same rows, all codes as columns. Parents stand one below the other. Many
    codes do not fit on a page, so that of them only the largest and smallest weight of the row are shown.
    """
    c = Columns(words)
    own = weights.set_axis(frame.index, axis=0)
    elsewhere = parents[own.columns].to_numpy()[None] != frame["parent"].to_numpy()[:, None]
    whole = pd.concat([frame, own.mask(elsewhere)], axis=1)
    order = list(dict.fromkeys(parents))
    whole = whole.sort_values("parent", key=lambda names: names.map(order.index), kind="stable")
    if len(own.columns) <= SIDE_BY_SIDE:
        return whole, None, [c.number(code, code, 3) for code in own.columns]
    ends = [_ends(row, words) for _, row in whole[own.columns].iterrows()]
    shown = whole.assign(largest=[most for most, _ in ends], smallest=[least for _, least in ends])
    return shown, whole, [c.text("largest", words("Largest weight")), c.text("smallest", words("Smallest weight"))]


def _ends(row: pd.Series, words: Words) -> tuple[str, str]:
    known = row.dropna().astype(float)
    if known.empty:
        return NONE, NONE
    if len(known) > 1 and known.max() - known.min() <= ALIKE:
        return words("each {weight}", weight=words.number(known.max(), 3)), NONE
    most, least = str(known.idxmax()), str(known.idxmin())
    return f"{most} ({words.number(known[most], 3)})", f"{least} ({words.number(known[least], 3)})"
