"""What each result says, in sentences made from its numbers: dispatches on the result's type."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import pandas as pd

from ikfs_methods.answers import Answers
from ikfs_methods.errors import ParameterError
from ikfs_methods.evidence import EvidenceResult
from ikfs_methods.factor import ExploratoryResult, KmoResult, ParallelResult
from ikfs_methods.framework import Framework
from ikfs_methods.index import IndexResult
from ikfs_methods.reliability import AlphaResult
from ikfs_methods.report.language import N_, Words
from ikfs_methods.robustness import LeaveOneOutResult
from ikfs_methods.rounds import Absent, ByDimension, Round, VariantComparison, WeightChoice, views
from ikfs_methods.validity import AikenResult, ItemAnalysisResult
from ikfs_methods.weighting import AhpResult
from ikfs_methods.witness import WitnessResult

_HOW_TO_SUPPLY = {
    "panel": N_("a file of expert ratings (`panel`: expert, institution, indicator, criterion, rating)"),
    "judgements": N_("a file of pairwise judgements (`judgements`: expert, parent, left, right, favours, strength)"),
    "budget": N_("a file of budget points (`budget`: expert, parent, indicator, points)"),
    "participants": N_("a file of participants (`participants`: institution, role, number)"),
    "group": N_("the column that holds the group of each respondent (`group` under `answers`)"),
    "region": N_("the column that holds the region of each respondent (`region` under `answers`)"),
}


@singledispatch
def say(result: Any, words: Words, opened: Round, **context: Any) -> str:
    """The result in plain sentences (Markdown) in the words' language."""
    raise ParameterError(f"a sentence must be asked of a result of this package; found {type(result).__name__}.")


def notice(opened: Round, words: Words) -> str:
    """The sentence that stands on every page of a round whose inputs were invented; else nothing."""
    if opened.file.invented is None:
        return ""
    return words(
        "Invented data: every answer, rating, judgement and decision in this round was made up for an example."
    )


def describe(result: Any, words: Words, opened: Round, *, caption: str) -> str:
    """The alternative text of a figure: its caption, then what it shows where the package can say it."""
    try:
        sentences = say(result, words, opened)
    except ParameterError:
        return caption
    return f"{caption}. {sentences}".replace("**", "").replace("`", "")


@say.register
def _(result: Absent, words: Words, opened: Round) -> str:
    return words(
        "This part is not available: the round has no such input. To supply it, declare {what} in `round.yaml`.",
        what=words(_HOW_TO_SUPPLY[result.input]),
    )


@say.register
def _(result: Framework, words: Words, opened: Round) -> str:
    dimensions = [f"{result.label(code, words.language)} ({code})" for code in result.dimensions]
    counts = words.plural(
        "{name} has {n} candidate indicator in the dimensions {dimensions}.",
        "{name} has {n} candidate indicators in the dimensions {dimensions}.",
        len(result.indicators),
        name=f"{result.name[words.language]} ({result.root})",
        dimensions=words.listing(dimensions),
    )
    standing = words("Standing of the framework: **{status}**.", status=words(result.status))
    return f"{counts} {standing} {result.source[words.language]}"


@say.register
def _(result: Answers, words: Words, opened: Round) -> str:
    parts = [
        words.plural(
            "The round holds the answers of **{n} respondent** to {items} candidate indicators.",
            "The round holds the answers of **{n} respondents** to {items} candidate indicators.",
            result.n,
            items=words.integer(result.items.shape[1]),
        ),
        words(
            "{missing} of the answers are missing; {complete} respondents answered everything.",
            missing=words.percent(float(result.items.isna().to_numpy().mean())),
            complete=words.integer(result.n_complete),
        ),
    ]
    if result.reversed_items:
        parts.append(
            words(
                "Turned once when read, so that high means more of what is measured: {items}.",
                items=words.listing(list(result.reversed_items)),
            )
        )
    if result.weighted:
        spread = result.weight / result.weight.mean()
        parts.append(
            words(
                "Design weights run from {low} to {high} times their mean.",
                low=words.number(spread.min()),
                high=words.number(spread.max()),
            )
        )
    return " ".join(parts)


@say.register
def _(result: AikenResult, words: Words, opened: Round) -> str:
    cutoff = opened.parameters.aiken_cutoff
    low = result.items[result.items["v"] < cutoff]
    best = result.items["v"].idxmax()
    head = words(
        "{experts} experts rated {items} indicators from {low} to {high}; V is highest for {best} ({v}).",
        experts=words.integer(result.n_experts),
        items=words.integer(len(result.items)),
        low=words.integer(result.low),
        high=words.integer(result.high),
        best=best,
        v=words.number(result.items["v"].max()),
    )
    if low.empty:
        return head + " " + words("Every indicator reaches the cut-off {cutoff}.", cutoff=words.number(cutoff))
    names = words.listing([f"{code} ({words.number(v)})" for code, v in low["v"].items()])
    tail = words("Below the cut-off {cutoff}: **{names}**.", cutoff=words.number(cutoff), names=names)
    return f"{head} {tail}"


@say.register
def _(result: ByDimension, words: Words, opened: Round, *, after: ByDimension | None = None) -> str:
    kind = next(iter(result.results.values()))
    if isinstance(kind, ItemAnalysisResult):
        return _items(result, words, opened)
    if isinstance(kind, AlphaResult):
        return _alphas(result, after, words, opened)
    raise ParameterError(f"a sentence by dimension must be of item analyses or alphas; found {type(kind).__name__}.")


def _items(result: ByDimension, words: Words, opened: Round) -> str:
    items = pd.concat([part.items for part in result.results.values()])
    cutoff = opened.parameters.item_rest_cutoff
    weak = items[items["item_rest"] < cutoff]
    if weak.empty:
        return words(
            "Every item correlates at least {cutoff} with the rest of its dimension.", cutoff=words.number(cutoff)
        )
    names = words.listing([f"{code} ({words.number(r, 3)})" for code, r in weak["item_rest"].items()])
    return words.plural(
        "{n} item correlates less than {cutoff} with the rest of its dimension: **{names}**.",
        "{n} items correlate less than {cutoff} with the rest of their dimension: **{names}**.",
        len(weak),
        cutoff=words.number(cutoff),
        names=names,
    )


def _alphas(result: ByDimension, after: ByDimension | None, words: Words, opened: Round) -> str:
    cutoff = opened.parameters.alpha_cutoff
    shown = []
    for code, found in result.results.items():
        text = f"{code} {words.number(found.alpha, 3)}"
        if after is not None and code in after.results and after[code].n_items != found.n_items:
            text += words(" ({after} after the decisions)", after=words.number(after[code].alpha, 3))
        shown.append(text)
    head = words("Cronbach's alpha: {shown}.", shown=words.listing(shown))
    final = after or result
    low = [code for code, found in final.results.items() if found.alpha < cutoff]
    if low:
        tail = words("Below {cutoff}: **{names}**.", cutoff=words.number(cutoff), names=words.listing(low))
    else:
        tail = words("All of them reach {cutoff}.", cutoff=words.number(cutoff))
    return f"{head} {tail}"


@say.register
def _(result: KmoResult, words: Words, opened: Round) -> str:
    p, test = opened.parameters, opened.bartlett
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
def _(result: ParallelResult, words: Words, opened: Round) -> str:
    kind = words("components") if result.kind == "component" else words("common factors")
    return words.plural(
        "Parallel analysis on {kind} ({draws} random matrices, {percentile}th percentile, seed {seed}) keeps "
        "**{n}** dimension.",
        "Parallel analysis on {kind} ({draws} random matrices, {percentile}th percentile, seed {seed}) keeps "
        "**{n}** dimensions.",
        result.n_factors,
        kind=kind,
        draws=words.integer(result.draws),
        percentile=words.integer(result.percentile),
        seed=str(opened.parameters.seed),
    )


@say.register
def _(result: ExploratoryResult, words: Words, opened: Round) -> str:
    share = float(result.communalities.mean())
    head = words.plural(
        "{n} factor ({extraction}, {rotation}) explains {share} of the variance of {items} items (n = {rows}).",
        "{n} factors ({extraction}, {rotation}) explain {share} of the variance of {items} items (n = {rows}).",
        result.loadings.shape[1],
        extraction=result.extraction,
        rotation=result.rotation,
        share=words.percent(share),
        items=words.integer(len(result.loadings)),
        rows=words.integer(result.n or 0),
    )
    fit = result.fit
    if "rmsea" in fit.index:
        head += " " + words(
            "RMSEA {rmsea} ({low} to {high}), TLI {tli}, SRMR {srmr}.",
            rmsea=words.number(fit["rmsea"], 3),
            low=words.number(fit["rmsea_low"], 3),
            high=words.number(fit["rmsea_high"], 3),
            tli=words.number(fit["tli"], 3),
            srmr=words.number(fit["srmr"], 3),
        )
    if result.heywood:
        head += " " + words("Heywood case: {names}.", names=words.listing(list(result.heywood)))
    return head


@say.register
def _(result: EvidenceResult, words: Words, opened: Round) -> str:
    verdicts = result.indicators["verdict"]
    parts = [
        words.plural(
            "By the declared rules the evidence supports {n} candidate as it stands.",
            "By the declared rules the evidence supports {n} candidates as they stand.",
            int((verdicts == "keep").sum()),
        )
    ]
    for verdict, sentence in (
        ("revise", N_("It asks for revision of {names}.")),
        ("drop", N_("It speaks against keeping **{names}**.")),
    ):
        rows = result.indicators[verdicts == verdict]
        if len(rows):
            names = [f"{code} ({', '.join(words(name) for name in row['failed'])})" for code, row in rows.iterrows()]
            parts.append(words(sentence, names=words.listing(names)))
    return " ".join(parts)


@say.register
def _(result: views.Decisions, words: Words, opened: Round) -> str:
    table = result.table
    open_ = list(table.loc[table["decision"] == "", "indicator"])
    differs = list(table.loc[table["differs"], "indicator"])
    parts = []
    for decision, sentence in (
        ("drop", N_("Decided to drop: {names}.")),
        ("revise", N_("Decided to revise: {names}.")),
    ):
        names = list(table.loc[table["decision"] == decision, "indicator"])
        if names:
            parts.append(words(sentence, names=words.listing(names)))
    if open_:
        parts.append(words("**Still to be decided**: {names}.", names=words.listing(open_)))
    if differs:
        parts.append(
            words(
                "Decision and evidence differ on {names}; the meeting should look again.", names=words.listing(differs)
            )
        )
    return " ".join(parts) or words("All candidates are kept, as the evidence proposes.")


@say.register
def _(result: views.MethodDecisions, words: Words, opened: Round) -> str:
    if result.table.empty:
        return words("No decision on the method is recorded; the defaults of the framework and equal weights apply.")
    return words.plural(
        "{n} decision on the method is recorded.", "{n} decisions on the method are recorded.", len(result.table)
    )


@say.register
def _(result: views.Participants, words: Words, opened: Round) -> str:
    return words.plural(
        "The table names {n} institution or group.", "The table names {n} institutions or groups.", len(result.table)
    )


@say.register
def _(result: WeightChoice, words: Words, opened: Round) -> str:
    parts = []
    for parent, rows in result.table.groupby("parent", sort=False):
        method = words(str(rows["method"].iloc[0]))
        first = rows["weight"].idxmax()
        parts.append(
            words(
                "{parent}: {method}, largest weight {first} ({weight})",
                parent=parent,
                method=method,
                first=first,
                weight=words.number(rows["weight"].max(), 3),
            )
        )
    return words("Weights in force: {parts}.", parts="; ".join(parts))


@say.register
def _(result: AhpResult, words: Words, opened: Round) -> str:
    cutoff = opened.parameters.consistency_cutoff
    ratios = result.judges["cr"].groupby(level="expert", sort=False).max()
    above = [str(expert) for expert in ratios.index[ratios > cutoff]]
    head = words(
        "{experts} experts compared the dimensions; the consistency ratio of the group is {group}.",
        experts=words.integer(result.n_judges or 0),
        group=words.number(result.group_consistency, 3),
    )
    if not above:
        return f"{head} " + words("No expert exceeds {cutoff}.", cutoff=words.number(cutoff))
    return f"{head} " + words.plural(
        "{n} expert exceeds {cutoff} and should look at the judgements again: {names}.",
        "{n} experts exceed {cutoff} and should look at their judgements again: {names}.",
        len(above),
        cutoff=words.number(cutoff),
        names=words.listing(above),
    )


@say.register
def _(result: IndexResult, words: Words, opened: Round) -> str:
    tree = opened.structure
    root = tree.root
    if len(result.scores) == 1:
        row = result.scores.iloc[0]
        parts = [f"{code} {words.number(row[code])}" for code in tree.dimensions]
        return words(
            "{root} is **{score}** on a scale from 0 to 100; by dimension: {parts}.",
            root=root,
            score=words.number(row[root]),
            parts=words.listing(parts),
        )
    scores = result.scores[root].sort_values(ascending=False, kind="stable")
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


@say.register
def _(result: LeaveOneOutResult, words: Words, opened: Round) -> str:
    table = result.table
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
    frame = result.to_frame()
    score = frame.xs((("score"), opened.structure.root)) if ("score", opened.structure.root) in frame.index else None
    if score is None:
        return words("The variants are compared below.")
    return words(
        "The index is {first} in the round and {last} in the variant.",
        first=words.number(score.iloc[0]),
        last=words.number(score.iloc[-2]),
    )


@say.register
def _(result: WitnessResult, words: Words, opened: Round) -> str:
    table = result.frame
    agree = int(table["agrees"].sum())
    programs = words.listing(
        [f"{name} {version}" for name, version in dict(zip(table["package"], table["version"], strict=True)).items()]
    )
    return words(
        "{agree} of {all} coefficients were found again by a second program ({programs}) within the stated tolerance.",
        agree=words.integer(agree),
        all=words.integer(len(table)),
        programs=programs,
    )
