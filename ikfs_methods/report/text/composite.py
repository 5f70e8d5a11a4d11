"""Sentences on the index, its robustness, variants."""

from __future__ import annotations

import pandas as pd

from ikfs_methods.index import IndexResult
from ikfs_methods.report.language import Words
from ikfs_methods.report.text.base import say
from ikfs_methods.robustness import LeaveOneOutResult
from ikfs_methods.rounds import Round, VariantComparison


@say.register
def _(result: IndexResult, words: Words, opened: Round) -> str:
    tree = opened.structure
    root = tree.root
    if len(result.scores) == 1 and not result.withheld:
        row = result.scores.iloc[0]
        said = words("{root} is **{score}** on a scale from 0 to 100.", root=root, score=words.number(row[root]))
        parts = [f"{code} {words.number(row[code])}" for code in tree.dimensions if code != root]
        if parts:
            said += " " + words("By dimension: {parts}.", parts=words.listing(parts))
        how = words(
            "Normalisation: {normalisation}; aggregation: {aggregation}; order: {order}.",
            normalisation=words(result.normalisation),
            aggregation=words.listing([words(name) for name in dict.fromkeys(result.aggregation)]),
            order=words(result.order),
        )
        return " ".join(part for part in (said, how, _unused_design(words, opened)) if part)
    scores = result.scores[root].dropna().sort_values(ascending=False, kind="stable")
    return f"{_range_of_units(scores, root, words, opened)} {_withheld(result, words, opened)}".strip()


def _range_of_units(scores: pd.Series, root: str, words: Words, opened: Round) -> str:
    if scores.empty:
        return words("No unit has a score of {root} that may be published.", root=root)
    return words(
        "{root} runs from {low} ({last}) to {high} ({first}) over {n} units; these are estimates without their "
        "sampling error, so near ranks should not be read as an order.",
        root=root,
        low=words.number(scores.iloc[-1]),
        last=opened.called(scores.index[-1]),
        high=words.number(scores.iloc[0]),
        first=opened.called(scores.index[0]),
        n=words.integer(len(scores)),
    )


def _withheld(result: IndexResult, words: Words, opened: Round) -> str:
    """Says which units' scores are withheld, and why; nothing when none is."""
    if not result.withheld:
        return ""
    return words.plural(
        "The score of {n} unit is withheld, because it has fewer than {minimum} respondents or would give such a unit "
        "away by subtraction from the whole: {names}.",
        "The scores of {n} units are withheld, because they have fewer than {minimum} respondents or would give such a "
        "unit away by subtraction from the whole: {names}.",
        len(result.withheld),
        minimum=words.integer(opened.parameters.minimum_respondents),
        names=words.listing([opened.called(unit) for unit in result.withheld]),
    )


def _unused_design(words: Words, opened: Round) -> str:
    """Says that a declared design is not used for errors yet; nothing when none was declared."""
    source = opened.file.inputs.answers
    if not (source.strata or source.psu or source.fpc):
        return ""
    return words("The declared strata, clusters or population sizes are not used yet: no sampling error is computed.")


@say.register
def _(result: LeaveOneOutResult, words: Words, opened: Round) -> str:
    table = result.table
    if table["n_units"].max() < 2:
        return words("There is only one unit, so leaving out an indicator changes its score but no rank.")
    most = table["change"].abs().idxmax()
    shift = table["max_rank_change"].idxmax()
    return words(
        "Leaving out {most} moves the index most ({change} points). The largest change of rank, {ranks} places, comes "
        "with leaving out {shift}; the rank correlation with the full index is at least {rho}.",
        most=most,
        change=words.number(table["change"].iloc[int(table["change"].abs().argmax())]),
        ranks=words.integer(table["max_rank_change"].max()),
        shift=shift,
        rho=words.number(table["rank_correlation"].min(), 3),
    )


@say.register
def _(result: VariantComparison, words: Words, opened: Round) -> str:
    scores = result.table[result.table.index == ("score", opened.structure.root)]
    if scores.empty:
        return words("The variants are compared below.")
    shown = [f"{name} {words.number(scores[name].iloc[0])}" for name in scores.columns]
    return words("The index by variant: {shown}.", shown="; ".join(shown))
