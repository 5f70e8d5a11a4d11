"""Sentences on reliability: of dimensions, of differences between respondents, of the index and of means."""

from __future__ import annotations

import pandas as pd

from ikfs_methods.reliability import (
    AlphaByGroupResult,
    AlphaDifferenceResult,
    AlphaResult,
    MeansReliabilityResult,
    MeasurementErrorResult,
    WeightedCompositeResult,
)
from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.text.base import reflective_of, say, say_each
from ikfs_methods.rounds import ByDimension, Round, views

NEAR = 0.02  # alpha and omega nearer than this tell the reader the same


@say_each.register
def _(kind: AlphaResult, result: ByDimension, words: Words, opened: Round, *, after: ByDimension | None = None) -> str:
    cutoff = opened.parameters.alpha_cutoff
    shown = []
    for code, found in result.results.items():
        text = f"{code} {words.number(found.alpha, 3)}"
        if after is not None and code in after.results and after[code].n_items != found.n_items:
            text += words(" ({after} after the decisions)", after=words.number(after[code].alpha, 3))
        shown.append(text)
    head = words("Cronbach's alpha: {shown}.", shown=words.listing(shown))
    reflective, aside = reflective_of(after or result, words, opened)
    low = [code for code, found in reflective.items() if found.alpha < cutoff]
    tail = ""
    if low:
        tail = words("Below {cutoff}: **{names}**.", cutoff=words.number(cutoff), names=words.listing(low))
    elif reflective:
        reach = N_("All of them reach {cutoff} after the decisions.") if after else N_("All of them reach {cutoff}.")
        tail = words(reach, cutoff=words.number(cutoff))
    return " ".join(part for part in (head, tail, aside) if part)


@say.register
def _(result: views.ReliabilityTable, words: Words, opened: Round) -> str:
    table = result.table.set_index("code")
    if table.empty:
        return words("No dimension has two indicators or more, so there is nothing to compute here.")
    reflective, aside = reflective_of(ByDimension({str(code): row for code, row in table.iterrows()}), words, opened)
    rows = table.loc[list(reflective)]
    if rows.empty:
        return aside
    known = rows["lambda2"].dropna()
    said = []
    if len(known):
        pairs = words.listing([f"{code} {words.number(value, 3)}" for code, value in known.items()])
        said.append(
            words("Whatever the items are like, the scores are reliable to at least about (λ2): {pairs}.", pairs=pairs)
        )
    gain = (rows["omega_total"] - rows["alpha"]).dropna()
    unequal = gain.index[gain > NEAR]
    if len(unequal):
        said.append(
            words(
                "In **{names}** omega exceeds alpha by more than {near}: the items are not equally good, and alpha is "
                "too low a bound there.",
                names=words.listing(list(unequal)),
                near=words.number(NEAR),
            )
        )
    elif len(gain):
        said.append(
            words(
                "Omega is nowhere more than {near} above alpha, so alpha understates little.", near=words.number(NEAR)
            )
        )
    if result.chance and rows["glb"].notna().any():
        said.append(
            words(
                "With fewer than {n} respondents the greatest lower bound and λ4 profit from chance: read them as too "
                "high rather than as bounds.",
                n=words.integer(views.CERTAIN),
            )
        )
    return " ".join([*said, *([aside] if aside else [])])


@say_each.register
def _(kind: MeasurementErrorResult, result: ByDimension, words: Words, opened: Round) -> str:
    mean = pd.DataFrame({code: found.scores.loc["mean"] for code, found in result.results.items()}).T
    widest = str(mean["half_width"].idxmax())
    _, aside = reflective_of(result, words, opened)
    pairs = [f"{code} {words.number(mean['mdc'][code])}" for code in mean.index]
    said = words(
        "At {level}, the mean score of one respondent lies within {width} points of the true one in {widest}, the "
        "least exact dimension. Two people, or one person on two occasions, differ by more than error only from these "
        "points on: {pairs}.",
        width=words.number(mean["half_width"][widest]),
        widest=widest,
        level=words.percent(kind.level, 0),
        pairs=words.listing(pairs),
    )
    return f"{said} {aside}".strip()


@say_each.register
def _(kind: AlphaByGroupResult, result: ByDimension, words: Words, opened: Round) -> str:
    reflective, aside = reflective_of(result, words, opened)
    alpha = 1 - opened.parameters.level
    tested = {code: found for code, found in reflective.items() if found.p_value is not None}
    apart = [_span(code, found, words, opened) for code, found in tested.items() if found.p_value < alpha]
    said = []
    if apart:
        said.append(
            words(
                "Alpha differs between groups by more than chance in **{names}**: the same items do not measure "
                "equally consistently everywhere.",
                names=words.listing(apart),
            )
        )
    elif tested:
        pairs = [f"{code} {words.p_value(found.p_value)}" for code, found in tested.items()]
        said.append(
            words(
                "Nothing speaks against the same alpha in all groups (p of the test: {pairs}).",
                pairs=words.listing(pairs),
            )
        )
    left = {str(name) for found in result.results.values() for name in found.not_computed.index}
    sizes = opened.answers.group.value_counts() if opened.answers.group is not None else pd.Series(dtype=int)
    small = {str(name) for name, n in sizes.items() if 0 < n < opened.parameters.minimum_respondents}
    if left | small:
        said.append(
            words(
                "Without an alpha, because too few answered or their answers do not vary: {names}.",
                names=words.listing([opened.called(name) for name in sorted(left | small)]),
            )
        )
    return " ".join([*said, *([aside] if aside else [])])


def _span(code: str, found: AlphaByGroupResult, words: Words, opened: Round) -> str:
    alphas = found.groups["alpha"]
    return words(
        "{code} (from {low} for {lowest} to {high} for {highest}, p {p})",
        code=code,
        low=words.number(alphas.min(), 3),
        lowest=opened.called(alphas.idxmin()),
        high=words.number(alphas.max(), 3),
        highest=opened.called(alphas.idxmax()),
        p=words.p_value(found.p_value),
    )


@say_each.register
def _(kind: AlphaDifferenceResult, result: ByDimension, words: Words, opened: Round) -> str:
    reflective, aside = reflective_of(result, words, opened)
    changed = [
        f"{code} ({words.number(found.first_alpha, 3)} → {words.number(found.second_alpha, 3)})"
        for code, found in reflective.items()
        if found.p_value < 1 - found.level
    ]
    if changed:
        said = words(
            "Since the round before, alpha has changed by more than chance in **{names}**.",
            names=words.listing(changed),
        )
    elif reflective:
        said = words("Since the round before, no alpha has changed by more than chance would explain.")
    else:
        said = ""
    return f"{said} {aside}".strip()


@say.register
def _(result: WeightedCompositeResult, words: Words, opened: Round) -> str:
    worst = str(result.parts["error_share"].idxmax())
    formative = [code for code in result.parts.index if opened.framework.nodes["measurement"][code] == "formative"]
    said = words(
        "About {share} of the differences between respondents in the index are differences in what it measures; the "
        "index of one respondent has a standard error of {error} points of 100. Most of the error ({part}) comes from "
        "{worst}: better items there pay most.",
        share=words.percent(result.reliability, 0),
        error=words.number(result.standard_error, 1),
        part=words.percent(result.parts["error_share"][worst], 0),
        worst=worst,
    )
    if not formative:
        return said
    aside = words(
        "{names}: formative, so that alpha does not measure its reliability, and that of the index is less certain.",
        names=words.listing(formative),
    )
    return f"{said} {aside}"


@say.register
def _(result: MeansReliabilityResult, words: Words, opened: Round, *, by: str = "region") -> str:
    root, cutoff = opened.structure.root, opened.parameters.alpha_cutoff
    row = result.table.loc[root]
    own = result.means[result.means["score"] == root]["reliability"]
    enough, many = int((own >= cutoff).sum()), len(own)
    units = words("regions") if by == "region" else words("groups")
    unit = words("a region") if by == "region" else words("a group")
    said = words(
        "Of the differences between respondents in the index, {share} lie between {units} (ICC(1)); the mean of {unit} "
        "of average size tells it from the others with a reliability of {icc2} (ICC(2)).",
        share=words.percent(max(0.0, row["icc1"]), 1),
        units=units,
        unit=unit,
        icc2=words.number(max(0.0, row["icc2"])),
    )
    if enough == many:
        return f"{said} " + words("The means of all {units} reach {cutoff}.", units=units, cutoff=words.number(cutoff))
    return f"{said} " + words(
        "Only {enough} of {many} {units} have a mean that reaches {cutoff}: the order of the others rests largely on "
        "who happened to answer, and should not be read as a ranking.",
        enough=words.integer(enough),
        many=words.integer(many),
        units=units,
        cutoff=words.number(cutoff),
    )
