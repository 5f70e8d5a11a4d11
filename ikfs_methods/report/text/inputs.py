"""Sentences on what came in and what was decided."""

from __future__ import annotations

from ikfs_methods.answers import Answers
from ikfs_methods.framework import Framework
from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.text.base import say
from ikfs_methods.report.text.gaps import fewer_gaps
from ikfs_methods.rounds import Round, views


@say.register
def _(result: Framework, words: Words, opened: Round) -> str:
    dimensions = [f"{result.label(code, words.language)} ({code})" for code in result.dimensions if code != result.root]
    counts = words.plural(
        "{name} has {n} candidate indicator.",
        "{name} has {n} candidate indicators.",
        len(result.indicators),
        name=f"{result.name[words.language]} ({result.root})",
    )
    if dimensions:
        counts += " " + words("Its dimensions are {dimensions}.", dimensions=words.listing(dimensions))
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
        *_gaps(result, words, opened),
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


def _gaps(result: Answers, words: Words, opened: Round) -> list[str]:
    """How much is missing, as far as no few respondents can be told from it."""
    may = views.gap_totals(opened)
    if may.few_gaps:
        return [fewer_gaps(words, opened)]
    complete = words.integer(result.n_complete)
    if may.complete_told and may.items["told"].all():
        missing = words.percent(float(result.items.isna().to_numpy().mean()))
        return [
            words(
                "{missing} of the answers are missing; {complete} respondents answered everything.",
                missing=missing,
                complete=complete,
            )
        ]
    return [words("{complete} respondents answered everything.", complete=complete)] if may.complete_told else []


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
        return words("No decision on the method is recorded; the parameters and the framework's defaults apply.")
    return words.plural(
        "{n} decision on the method is recorded.", "{n} decisions on the method are recorded.", len(result.table)
    )


@say.register
def _(result: views.Participants, words: Words, opened: Round) -> str:
    return words("The institutions at the table and their roles.")
