"""Sentences on missing answers: how many, in which patterns, in which groups, and whether by chance."""

from __future__ import annotations

import pandas as pd

from ikfs_methods.report.language import Words
from ikfs_methods.report.phrases import retold
from ikfs_methods.report.tables.base import MARK
from ikfs_methods.report.text.base import say
from ikfs_methods.rounds import Round, views


@say.register
def _(result: views.MissingPatterns, words: Words, opened: Round, *, guide: bool = False) -> str:
    if guide:
        return _guide(result, words)
    if result.n_complete == result.n:
        return words("Nobody left an item unanswered.")
    parts = [_complete(result, words, opened)]
    most = result.items.sort_values(ascending=False, kind="stable").head(3)
    if most.any():
        parts.append(
            words(
                "Most often unanswered: {items}.",
                items=words.listing([f"{code} ({words.percent(share)})" for code, share in most[most > 0].items()]),
            )
        )
    if opened.answers.n < result.n:
        parts.append(words("Those whom the round left out are counted here as well."))
    if result.table.empty:
        parts.append(words("The patterns of the gaps are not shown: they would tell of too few respondents."))
        return " ".join(filter(None, parts))
    gappy = result.n_patterns - bool(opened.delivered.n_complete)
    parts.append(words.plural("The gaps form {n} pattern.", "The gaps form {n} patterns.", gappy))
    merged = int(result.table.loc[result.table["n_patterns"] > 1, "n_patterns"].sum())
    if merged:
        parts.append(
            words(
                "The {merged} rarest of them are drawn together by their number of missing answers, so that no row "
                "stands for fewer than {minimum} respondents.",
                merged=words.integer(merged),
                minimum=words.integer(opened.parameters.minimum_count),
            )
        )
    return " ".join(filter(None, parts))


def _complete(result: views.MissingPatterns, words: Words, opened: Round) -> str:
    """How many have no gap; where that is withheld, that few have one, or nothing."""
    if result.n_complete is not None:
        return words(
            "{complete} of {n} respondents ({share}) answered every item.",
            complete=words.integer(result.n_complete),
            n=words.integer(result.n),
            share=words.percent(result.n_complete / result.n),
        )
    if views.gap_totals(opened).few_gaps:
        return fewer_gaps(words, opened)
    return ""


def fewer_gaps(words: Words, opened: Round) -> str:
    """That so few respondents left something out that their number is withheld."""
    minimum = words.integer(opened.parameters.minimum_count)
    return words("Fewer than {minimum} respondents left an item unanswered.", minimum=minimum)


def _guide(result: views.MissingPatterns, words: Words) -> str:
    """How to read the map; nothing where there is none."""
    if result.table.empty:
        return ""
    return words(
        "Each row of @fig-missing is one pattern of missing answers, or several rare ones together; each column is an "
        "item. The bars on top show the share missing of each item, those on the right the number of respondents. Dark "
        "cells below each other mark an item that is often skipped; dark cells side by side mark a part of the "
        "questionnaire that was left out as a whole."
    )


@say.register
def _(result: views.MissingByGroup, words: Words, opened: Round) -> str:
    if result.table.empty:
        return ""
    highest = result.table.max(axis=1)
    if highest.isna().all():
        return words("In no group are so many answers to one item missing that the share may be published.")
    item = str(highest.idxmax())
    group = result.table.loc[item].idxmax()
    overall = result.overall[item]
    if result.quiet or pd.isna(overall):
        found = ""
    else:
        found = words(
            "The share of missing answers is highest for {item} in the group {group}: {share}, against {overall} over "
            "all groups.",
            overall=words.percent(overall),
            item=item,
            group=opened.called(group),
            share=words.percent(highest.max()),
        )
    meaning = words(
        "An item that one group leaves out far more often than the others may not apply to it or be hard to "
        "understand: that is a matter of the questionnaire, not of arithmetic."
    )
    mark = words(
        "In @fig-missing-group a {mark} stands for fewer than {minimum} missing answers, or for a number that would "
        "give such a one away.",
        mark=MARK,
        minimum=words.integer(opened.parameters.minimum_count),
    )
    shown = words(
        "The figure shows the {n} items with the highest shares of {all} with gaps.",
        n=words.integer(len(result.most)),
        all=words.integer(len(result.table)),
    )
    some = len(result.most) < len(result.table)
    told = [found, meaning, shown if some else "", mark if result.hidden.to_numpy().any() else ""]
    return " ".join(filter(None, told))


@say.register
def _(result: views.Mcar, words: Words, opened: Round) -> str:
    if result.withheld:
        return words("Little's MCAR test is not shown: its numbers would tell of too few respondents.")
    if result.table.empty:
        reason = retold(result.note, words)
        return words("Little's MCAR test was not computed. {reason}", reason=reason[:1].upper() + reason[1:])
    row, level = result.table.iloc[0], words.percent(1 - opened.parameters.level, 0)
    found = words(
        "Little's MCAR test over {n} respondents and {patterns} patterns of missing answers: χ²({df}) = {chi2}, p {p}.",
        n=words.integer(row["n"]),
        patterns=words.integer(row["n_patterns"]),
        df=words.integer(row["df"]),
        chi2=words.number(row["chi2"]),
        p=("" if row["p_value"] < 0.001 else "=\u202f") + words.p_value(row["p_value"]),
    )
    if row["p_value"] < 1 - opened.parameters.level:
        verdict = words(
            "**Chance alone does not explain the gaps** (level {level}): those who left items unanswered answered the "
            "other items differently on average, so that leaving out incomplete rows may shift results. With many "
            "respondents even trifles become significant; @fig-missing shows whether the gaps are large enough to "
            "matter.",
            level=level,
        )
    else:
        verdict = words(
            "The gaps may be pure chance (level {level}): the averages of the answered items differ between the "
            "patterns no more than chance would make them. This does not prove it, least of all with few gaps.",
            level=level,
        )
    limits = words(
        "The test compares averages only and presumes normal distributions; it cannot show whether an answer is "
        "missing because of what it would have been."
    )
    rough = words("Many patterns of gaps are rare: where answers are far from normal, the p value is rough.")
    note = " ".join(filter(None, (retold(result.note, words), rough if result.rough else "")))
    return " ".join(part for part in (found, verdict, note, limits) if part)
