"""Sentences on budget points and on comparisons with the best and the worst."""

from __future__ import annotations

import pandas as pd

from ikfs_methods.report.language import Words
from ikfs_methods.report.text.base import say
from ikfs_methods.report.text.weight_order import SAME
from ikfs_methods.rounds import Round
from ikfs_methods.weighting import BestWorstResult, BudgetResult


@say.register
def _(result: BudgetResult, words: Words, opened: Round) -> str:
    spread, total = result.diagnostics["spread"], result.total
    said = []
    for parent, own in spread.groupby("parent", sort=False):
        most, least = own["mean"].idxmax(), own["mean"].idxmin()
        if len(own) > 1 and own["mean"].max() - own["mean"].min() <= SAME:
            said.append(
                words("{parent}: each {points}", parent=parent, points=words.number(total * own["mean"][most], 1))
            )
            continue
        part = _pointed(most, total * own["mean"][most], words, opened)
        if len(own) > 1:
            low = _pointed(least, total * own["mean"][least], words, opened)
            part = words("{most}, least {least}", most=part, least=low)
        said.append(f"{parent}: {part}")
    head = words.plural(
        "{n} expert shared out {total} points within each parent.",
        "{n} experts shared out {total} points within each parent.",
        result.n_judges or 0,
        total=words.plain(total),
    )
    most = words("Most points on average: {told}.", told="; ".join(said))
    if spread["sd"].isna().all() or spread["sd"].max() <= SAME:
        return f"{head} {most}"
    code = spread["sd"].idxmax()
    apart = words(
        "Experts differ most on {code}: from {low} to {high} points. Where they lie far apart, ask for their reasons "
        "before taking the mean.",
        code=code,
        low=words.plain(total * spread["min"][code]),
        high=words.plain(total * spread["max"][code]),
    )
    return f"{head} {most} {apart}"


def _pointed(code: str, points: float, words: Words, opened: Round) -> str:
    """An element with its mean points; experts weighed also what was dropped afterwards."""
    told = words.number(points, 1)
    if code in opened.dropped:
        return words("{code} ({points}, dropped)", code=code, points=told)
    return f"{code} ({told})"


@say.register
def _(result: BestWorstResult, words: Words, opened: Round) -> str:
    judges, said = result.judges, []
    said.append(
        words.plural(
            "{n} expert compared the elements with the best and the worst only.",
            "{n} experts compared the elements with the best and the worst only.",
            result.n_judges or 0,
        )
    )
    if result.n_judges != 1:
        for parent, own in judges.groupby(level="parent", sort=False):
            best, worst = own["best"].value_counts(), own["worst"].value_counts()
            said.append(
                words(
                    "Within {parent} {best} was named best by {bests} of {n} and {worst} worst by {worsts}.",
                    parent=parent,
                    best=best.idxmax(),
                    bests=words.integer(best.max()),
                    n=words.integer(len(own)),
                    worst=worst.idxmax(),
                    worsts=words.integer(worst.max()),
                )
            )
    return " ".join([*said, *_thresholds(judges, words(result.threshold_source), words)])


def _thresholds(judges: pd.DataFrame, source: str, words: Words) -> list[str]:
    verdict = judges["acceptable"]
    bad = judges[~verdict.fillna(value=True).astype(bool)]
    several = len(judges.index.unique("parent")) > 1
    said = []
    if bad.empty and not verdict.isna().all():
        said.append(words("All are as consistent as the thresholds ask ({source}).", source=source))
    elif len(bad):
        names = [
            f"{row['expert']} ({row['parent'] + ', ' if several else ''}{row['look_again']})"
            for row in bad.reset_index().to_dict("records")
        ]
        said.append(
            words.plural(
                "{n} expert is above the threshold ({source}) and should look again at the element in brackets: "
                "{names}.",
                "{n} experts are above the threshold ({source}) and should look again at the element in brackets: "
                "{names}.",
                len(bad.index.unique("expert")),
                source=source,
                names=words.listing(names),
            )
        )
        if (bad["best_over_worst"] == 2).any():
            said.append(words("At a best over worst of two the thresholds forgive no contradiction at all."))
    unknown = judges.index[verdict.isna()].unique("expert")
    if len(unknown):
        said.append(
            words(
                "No threshold was published for what {names} judged: their ratio stands without a verdict.",
                names=words.listing([str(name) for name in unknown]),
            )
        )
    return said
