"""Sentences on correlations, suitability and the number of factors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ikfs_methods.correlation import CorrelationChoice, CorrelationResult
from ikfs_methods.factor import KmoResult, MsaDeletionResult, ParallelResult, RetentionResult
from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.text.base import say
from ikfs_methods.rounds import Absent, Round
from ikfs_methods.rounds.factored import FactorNumber, Unsettled

# How the criteria are called where people read of them.
CRITERIA = {
    "parallel_component": N_("parallel analysis of components"),
    "parallel_factor": N_("parallel analysis of common factors"),
    "map": N_("Velicer's MAP"),
    "map_fourth": N_("MAP, fourth powers"),
    "empirical_kaiser": N_("the empirical Kaiser criterion"),
    "hull": N_("Hull"),
    "comparison_data": N_("comparison data"),
    "kaiser": N_("Kaiser's rule (eigenvalue above 1)"),
}
KINDS = {
    "pearson": N_("Pearson's correlations"),
    "polychoric": N_("Polychoric correlations"),
    "spearman": N_("Spearman's rank correlations"),
}
_INSIDE = {"pearson": N_("Pearson's"), "polychoric": N_("polychoric")}
_RULE = {
    "few_categories": N_("no item has more than {most} different answers"),
    "skewed": N_("the items with more than {most} different answers are skewed"),
    "many_categories": N_("some items have more than {most} different answers and are not skewed ({names})"),
    "too_many_categories": N_("some items have more different answers than such a correlation takes ({names})"),
}


@say.register
def _(result: Unsettled, words: Words, opened: Round, **context: Any) -> str:
    return words(
        "This part is not available: these answers give no stable solution here (too few of them, or items that repeat "
        "each other)."
    )


@say.register
def _(result: CorrelationResult, words: Words, opened: Round) -> str:
    kind = words(KINDS[result.method])
    form = {
        "listwise": N_("{kind} of {items} items, from the {n} respondents without a gap in them."),
        "pairwise": N_("{kind} of {items} items; each pair uses all who answered both, at least {n} respondents."),
    }[result.missing]
    head = words(form, kind=kind, items=words.integer(len(result.matrix)), n=words.integer(result.n or 0))
    return " ".join([head, _extremes(result, words), *_polychoric(result, words), _chosen(result, words, opened)])


def strongest(result: CorrelationResult) -> tuple[str, str, float]:
    """The pair of items with the correlation of largest size."""
    values = result.matrix.to_numpy()
    first, second = np.triu_indices(len(values), 1)
    at = int(np.abs(values[first, second]).argmax())
    names = result.matrix.columns
    return str(names[first[at]]), str(names[second[at]]), float(values[first[at], second[at]])


def _extremes(result: CorrelationResult, words: Words) -> str:
    one, other, value = strongest(result)
    return words("The strongest is that of {one} and {other} ({r}).", one=one, other=other, r=words.number(value))


def _polychoric(result: CorrelationResult, words: Words) -> list[str]:
    """What must be said of correlations of ordered answers."""
    said, pairs = [], len(result.matrix) * (len(result.matrix) - 1) // 2
    if len(result.empty_cells):
        said.append(
            words(
                "In {some} of {all} pairs of items there are combinations of answers that nobody gave; with many of "
                "them a polychoric correlation is unsteady.",
                some=words.integer(len(result.empty_cells)),
                all=words.integer(pairs),
            )
        )
    if result.smoothed:
        said.append(
            words(
                "The matrix could not occur as it was estimated and was smoothed; correlations moved by at most "
                "{change}.",
                change=words.number(result.largest_change, 3),
            )
        )
    return said


def _chosen(result: CorrelationResult, words: Words, opened: Round) -> str:
    """The rule of choice between the kinds, and whether it was followed."""
    rule: CorrelationChoice = opened.correlation_rule
    reason = words(
        _RULE[rule.reason],
        most=words.integer(rule.most),
        names=words.listing(list(rule.deciding[:5])),
    )
    if rule.method == result.method:
        return words("The rule of choice takes them as well: {reason}.", reason=reason)
    return words(
        "The rule of choice would take {kind} correlations: {reason}. How much that would change is told under "
        "stability.",
        kind=words(_INSIDE[rule.method]),
        reason=reason,
    )


@say.register
def _(result: KmoResult, words: Words, opened: Round) -> str:
    p, test = opened.parameters, opened.bartlett
    if isinstance(test, Absent):
        return say(test, words, opened)
    low = result.items[result.items < p.msa_cutoff]
    head = words(
        "KMO is **{kmo}** ({band} in Kaiser's words); Bartlett's test gives chi-square {chi2} with {df} degrees of "
        "freedom (p {p}), n = {n}.",
        kmo=words.number(result.overall, 3),
        band=words(result.band),
        chi2=words.number(test.chi2, 1),
        df=words.integer(test.df),
        p=words.p_value(test.p_value) if test.p_value < 0.001 else f"= {words.p_value(test.p_value)}",
        n=words.integer(opened.correlation.n),
    )
    fit = result.overall >= p.kmo_cutoff and test.p_value < 1 - p.level
    verdict = (
        words("The correlations suit a factor analysis.")
        if fit
        else words("The correlations do not suit a factor analysis.")
    )
    if low.empty:
        return f"{head} {verdict}"
    names = words.listing([f"{code} ({words.number(value, 3)})" for code, value in low.items()])
    return f"{head} {verdict} " + words("MSA below {cutoff}: {names}.", cutoff=words.number(p.msa_cutoff), names=names)


@say.register
def _(result: MsaDeletionResult, words: Words, opened: Round) -> str:
    cutoff = words.number(result.cutoff)
    if not result.dropped:
        return words("No item falls below an MSA of {cutoff}: on this ground none would have to go.", cutoff=cutoff)
    said = words.plural(
        "Taken out one at a time while below an MSA of {cutoff}, {n} item would go ({names}); KMO rises from {before} "
        "to {after}. This is evidence for the decision, not the decision.",
        "Taken out one at a time while below an MSA of {cutoff}, {n} items would go ({names}); KMO rises from {before} "
        "to {after}. This is evidence for the decision, not the decision.",
        len(result.dropped),
        cutoff=cutoff,
        names=words.listing(list(result.dropped)),
        before=words.number(result.log["overall_before"].iloc[0], 3),
        after=words.number(result.final.overall, 3),
    )
    if result.settled:
        return said
    return f"{said} " + words("Items below it remain; what they share is too little for factors.")


@say.register
def _(result: ParallelResult, words: Words, opened: Round) -> str:
    kind = words("components") if result.kind == "component" else words("common factors")
    said = words.plural(
        "Parallel analysis on {kind} ({draws} random matrices, percentile {percentile}, seed {seed}) keeps "
        "**{n}** dimension.",
        "Parallel analysis on {kind} ({draws} random matrices, percentile {percentile}, seed {seed}) keeps "
        "**{n}** dimensions.",
        result.n_factors,
        kind=kind,
        draws=words.integer(result.draws),
        percentile=words.plain(result.percentile),
        seed=str(opened.parameters.seed),
    )
    if result.n_factors:
        return said
    return said + " " + words("None exceeds chance; one factor is shown all the same, to be read with that in mind.")


@say.register
def _(result: RetentionResult, words: Words, opened: Round, *, after: RetentionResult | Absent | None = None) -> str:
    if not isinstance(after, RetentionResult):
        said = _recommended(result, words)
        return said[:1].upper() + said[1:]
    parts = [
        words("All candidates: {said}", said=_recommended(result, words)),
        words("After the decisions: {said}", said=_recommended(after, words)),
    ]
    if result.recommended > after.recommended and opened.dropped:
        parts.append(_fewer(result, after, words, opened))
    return " ".join(parts)


def _recommended(result: RetentionResult, words: Words) -> str:
    reason = result.reason
    agreeing = words.listing([words(CRITERIA[name]) for name in reason.agreeing])
    against = words.listing(
        [
            words("{name} finds {n}", name=words(CRITERIA[name]), n=words.integer(number))
            for name, number in reason.dissenting.items()
        ]
    )
    values = {"k": words.integer(len(reason.agreeing)), "agreeing": agreeing, "against": against}
    if reason.key == "unanimous":
        return words.plural(
            "all {votes} criteria with a vote find **{n}** factor.",
            "all {votes} criteria with a vote find **{n}** factors.",
            result.recommended,
            votes=words.integer(reason.votes),
        )
    if reason.key in ("majority", "plurality"):
        return words.plural(
            "{k} of {votes} criteria with a vote find **{n}** factor ({agreeing}); {against}.",
            "{k} of {votes} criteria with a vote find **{n}** factors ({agreeing}); {against}.",
            result.recommended,
            votes=words.integer(reason.votes),
            **values,
        )
    rule = {
        "tie_parallel": N_("Where votes are equal, parallel analysis decides."),
        "tie_smallest": N_("Where votes are equal and parallel analysis stands apart, the smallest number is taken."),
    }[reason.key]
    return words.plural(
        "the criteria are divided; **{n}** factor is recommended ({agreeing}); {against}. {rule}",
        "the criteria are divided; **{n}** factors are recommended ({agreeing}); {against}. {rule}",
        result.recommended,
        rule=words(rule),
        **values,
    )


def _fewer(before: RetentionResult, after: RetentionResult, words: Words, opened: Round) -> str:
    """Why fewer factors are found once some indicators are left out."""
    said = words(
        "The number falls from {before} to {after} once {names} are left out.",
        before=words.integer(before.recommended),
        after=words.integer(after.recommended),
        names=words.listing(opened.dropped),
    )
    one, other, value = strongest(opened.correlation)
    if not {one, other} & set(opened.dropped):
        return said
    return f"{said} " + words(
        "The strongest correlation of all was between {one} and {other} ({r}): two items that say nearly the same can "
        "pass for a factor of their own.",
        one=one,
        other=other,
        r=words.number(value),
    )


@say.register
def _(result: FactorNumber, words: Words, opened: Round) -> str:
    source = {
        "given": N_("as given for this run"),
        "decision": N_("by decision of {who}"),
        "parameter": N_("as the round's parameters say"),
        "parallel": N_("as parallel analysis finds; no decision and no parameter names a number"),
    }[result.source]
    said = words.plural(
        "In force: **{n}** factor for all candidates and {retained} after the decisions, {source}.",
        "In force: **{n}** factors for all candidates and {retained} after the decisions, {source}.",
        result.candidates,
        retained=words.integer(result.retained),
        source=words(source, who=opened.called(result.decided_by)),
    )
    other = opened.retention_retained
    if isinstance(other, Absent) or other.recommended == result.retained:
        return said
    return f"{said} " + words(
        "The criteria together recommend {other} after the decisions: the choice deserves a decision with its reason.",
        other=words.integer(other.recommended),
    )
