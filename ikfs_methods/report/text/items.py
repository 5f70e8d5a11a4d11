"""Sentences on the item analysis, the use of the scale and its scale values."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ikfs_methods.report.language import Words
from ikfs_methods.report.tables.items import order_of
from ikfs_methods.report.text.base import reflective_of, say_each
from ikfs_methods.rounds import ByDimension, Round, views
from ikfs_methods.validity import CategoryUseResult, ItemAnalysisResult, SuccessiveIntervals


@say_each.register
def _(kind: ItemAnalysisResult, result: ByDimension, words: Words, opened: Round, *, part: str = "behaviour") -> str:
    reflective, aside = reflective_of(result, words, opened)
    if part == "discrimination":
        return f"{_discrimination(result, reflective, words, opened)} {aside}".strip()
    if not reflective:
        return aside
    items = pd.concat([found.items for found in reflective.values()])
    cutoff = opened.parameters.item_rest_cutoff
    weak = items[items["item_rest"] < cutoff]
    if weak.empty:
        said = words(
            "Every item correlates at least {cutoff} with the rest of its dimension.", cutoff=words.number(cutoff)
        )
        return f"{said} {aside}".strip()
    names = words.listing([f"{code} ({words.number(r, 3)})" for code, r in weak["item_rest"].items()])
    said = words.plural(
        "{n} item correlates less than {cutoff} with the rest of its dimension: **{names}**.",
        "{n} items correlate less than {cutoff} with the rest of their dimension: **{names}**.",
        len(weak),
        cutoff=words.number(cutoff),
        names=names,
    )
    return f"{said} {aside}".strip()


def _discrimination(result: ByDimension, reflective: dict[str, Any], words: Words, opened: Round) -> str:
    p, said = opened.parameters, []
    if reflective:
        items = pd.concat([found.items for found in reflective.values()])
        short = list(items.index[items["item_rest"] < items["critical_r"]])
        if short:
            said.append(
                words(
                    "Not clearly related to the rest of their dimension (r below its critical value): **{names}**.",
                    names=words.listing(short),
                )
            )
        else:
            said.append(
                words(
                    "The item-rest correlation of every item reaches its critical value; among so many respondents "
                    "{critical} does, so that this alone says little of an item.",
                    critical=words.number(items["critical_r"].max(), 3),
                )
                if items["critical_r"].max() < p.item_rest_cutoff / 2
                else words("The item-rest correlation of every item reaches its critical value.")
            )
        alike = list(items.index[items["discrimination_p"] >= 1 - p.level])
        if alike:
            said.append(
                words(
                    "Respondents who stand high on the whole do not clearly answer higher to **{names}** than those "
                    "who stand low.",
                    names=words.listing(alike),
                )
            )
    everything = pd.concat([found.items for found in result.results.values()])
    hard, easy = everything["difficulty"].idxmin(), everything["difficulty"].idxmax()
    said.append(
        words(
            "Hardest to agree with is {hard} (mean {low} of the scale from 0 to 1), easiest {easy} ({high}).",
            hard=hard,
            low=words.number(everything["difficulty"][hard]),
            easy=easy,
            high=words.number(everything["difficulty"][easy]),
        )
    )
    return " ".join(said)


@say_each.register
def _(kind: CategoryUseResult, result: ByDimension, words: Words, opened: Round) -> str:
    unused = {code: points for found in result.results.values() for code, points in found.unused.items() if points}
    order = pd.concat([order_of(found, opened) for found in result.results.values()])
    falling = order[order["steps"].map(len) > 0]
    if unused:
        names = [
            f"{code} ({words.listing([words.plain(point) for point in points])})" for code, points in unused.items()
        ]
        said = words("Scale points that nobody chose: **{names}**.", names=words.listing(names))
    else:
        said = words("Every scale point of every item was chosen by somebody.")
    if falling.empty:
        return f"{said} " + words(
            "The points are in order: whoever chose a higher one also answered higher to the other items."
        )
    steps = [
        f"{code} ({', '.join(f'{words.plain(a)}→{words.plain(b)}' for a, b in row['steps'])})"
        for code, row in falling.iterrows()
    ]
    return f"{said} " + words.plural(
        "In {n} item a higher point does not go with higher answers to the other items: **{names}**. There the "
        "wording or the labels of the points deserve a second look; merging points is the last resort.",
        "In {n} items a higher point does not go with higher answers to the other items: **{names}**. There the "
        "wording or the labels of the points deserve a second look; merging points is the last resort.",
        len(falling),
        names=words.listing(steps),
    )


@say_each.register
def _(
    kind: SuccessiveIntervals,
    result: ByDimension,
    words: Words,
    opened: Round,
    *,
    raw: ByDimension | None = None,
    scaled: ByDimension | None = None,
) -> str:
    """`raw` and `scaled`: the alphas of the raw and of the scaled answers."""
    told = views.category_shares(opened).hidden.any(axis=1)
    items = pd.concat([found.items for found in result.results.values()])
    items = items[~told.reindex(items.index)]
    said = []
    if not items.empty:
        least = items["correlation"].idxmin()
        said.append(
            words(
                "Raw and scaled answers to an item correlate at least {r} ({code}).",
                r=words.number(items["correlation"][least], 3),
                code=least,
            )
        )
    if raw is not None and scaled is not None:
        pairs = [
            words(
                "{code} {raw} raw and {scaled} scaled",
                code=code,
                raw=words.number(raw[code].alpha, 3),
                scaled=words.number(found.alpha, 3),
            )
            for code, found in scaled.results.items()
            if code in raw.results
        ]
        if pairs:
            said.append(words("Alpha: {pairs}.", pairs=words.listing(pairs)))
    said.append(
        words(
            "The index keeps the raw answers: scale values change with every sample, so that rounds could not be "
            "compared."
        )
    )
    return " ".join(said)
