"""Sentences on content validity, items, reliability, factors and the evidence they make together."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ikfs_methods.errors import ParameterError
from ikfs_methods.evidence import EvidenceResult
from ikfs_methods.factor import ExploratoryResult, KmoResult, ParallelResult
from ikfs_methods.reliability import AlphaResult
from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.text.base import say
from ikfs_methods.rounds import Absent, ByDimension, Round
from ikfs_methods.validity import AikenResult, ItemAnalysisResult


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
    kind = next(iter(result.results.values()), None)
    if kind is None:
        return words("No dimension has two indicators or more, so there is nothing to compute here.")
    if isinstance(kind, ItemAnalysisResult):
        return _items(result, words, opened)
    if isinstance(kind, AlphaResult):
        return _alphas(result, after, words, opened)
    raise ParameterError(f"a sentence by dimension must be of item analyses or alphas; found {type(kind).__name__}.")


def _items(result: ByDimension, words: Words, opened: Round) -> str:
    reflective, aside = _reflective(result, words, opened)
    if not reflective:
        return aside
    items = pd.concat([part.items for part in reflective.values()])
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


def _reflective(result: ByDimension, words: Words, opened: Round) -> tuple[dict[str, Any], str]:
    """The results of dimensions whose items should go together, and a sentence on the others."""
    measurement = opened.framework.nodes["measurement"]
    formative = [code for code in result.results if measurement[code] == "formative"]
    kept = {code: found for code, found in result.results.items() if code not in formative}
    if not formative:
        return kept, ""
    aside = words(
        "{names}: formative, so its indicators need not go together; these coefficients are no ground to judge them.",
        names=words.listing(formative),
    )
    return kept, aside


def _alphas(result: ByDimension, after: ByDimension | None, words: Words, opened: Round) -> str:
    cutoff = opened.parameters.alpha_cutoff
    shown = []
    for code, found in result.results.items():
        text = f"{code} {words.number(found.alpha, 3)}"
        if after is not None and code in after.results and after[code].n_items != found.n_items:
            text += words(" ({after} after the decisions)", after=words.number(after[code].alpha, 3))
        shown.append(text)
    head = words("Cronbach's alpha: {shown}.", shown=words.listing(shown))
    reflective, aside = _reflective(after or result, words, opened)
    low = [code for code, found in reflective.items() if found.alpha < cutoff]
    tail = ""
    if low:
        tail = words("Below {cutoff}: **{names}**.", cutoff=words.number(cutoff), names=words.listing(low))
    elif reflective:
        reach = N_("All of them reach {cutoff} after the decisions.") if after else N_("All of them reach {cutoff}.")
        tail = words(reach, cutoff=words.number(cutoff))
    return " ".join(part for part in (head, tail, aside) if part)


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
