"""Sentences on what came in and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ikfs_methods.answers import Answers
from ikfs_methods.framework import Framework, ResponsibilityMatrix
from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.tables.inputs import in_words
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
    candidates = table[~table["proposed"]]
    parts = [
        words.plural(
            "A decision is recorded on {decided} of {n} candidate.",
            "A decision is recorded on {decided} of {n} candidates.",
            len(candidates),
            decided=words.integer((candidates["decision"] != "").sum()),
        )
    ]
    for decision, sentence in (
        ("drop", N_("Decided to drop: {names}.")),
        ("revise", N_("Decided to revise: {names}.")),
        ("move", N_("Decided to move: {names}.")),
        ("add", N_("Added in this round: {names}.")),
    ):
        rows = candidates[candidates["decision"] == decision].to_dict("records")
        names = [_moved(row, words) if row["moved_to"] else str(row["indicator"]) for row in rows]
        if names:
            parts.append(words(sentence, names=words.listing(names)))
    new = [f"{row['indicator']} ({row['name']})" for row in table[table["proposed"]].to_dict("records")]
    if new:
        parts.append(words("Proposed anew, without data, and so not in the index: {names}.", names=words.listing(new)))
    if result.undecided:
        parts.append(words("**Still to be decided**: {names}.", names=words.listing(result.undecided)))
    return " ".join([*parts, *_departures(result, words)])


def _moved(row: Mapping[Any, Any], words: Words) -> str:
    return words("{code} (from {old} to {new})", code=row["indicator"], old=row["parent"], new=row["moved_to"])


def _departures(result: views.Decisions, words: Words) -> list[str]:
    """Which decisions stand otherwise than the evidence, the gravest first."""
    said = []
    for standing, sentence in (
        ("against", N_("**Against the evidence**: {names}; the meeting should look again at the reasons.")),
        ("stricter", N_("Stricter than the evidence: {names}.")),
        ("milder", N_("Milder than the evidence: {names}.")),
    ):
        rows = result.table[result.table["standing"] == standing].to_dict("records")
        names = [
            words(
                "{code} ({decision}, evidence: {verdict})",
                code=row["indicator"],
                decision=words(row["decision"]),
                verdict=words(row["verdict"]),
            )
            for row in rows
        ]
        if names:
            said.append(words(sentence, names=words.listing(names)))
    if not said and not result.undecided:
        said.append(words("Every decision agrees with the evidence."))
    return said


@say.register
def _(result: views.MethodDecisions, words: Words, opened: Round) -> str:
    decided = int(result.table["decided"].sum())
    parts = [
        words.plural("{n} choice of method is decided.", "{n} choices of method are decided.", decided)
        if decided
        else words("No decision on the method is recorded; the parameters and the framework's defaults apply.")
    ]
    rows = result.undecided.to_dict("records")
    if rows:
        names = [
            words(
                "{topic} ({in_force}, by: {origin})",
                topic=" ".join(part for part in (words(row["topic"]), row["parent"]) if part),
                in_force=in_words(row["in_force"], words),
                origin=words(row["origin"]),
            )
            for row in rows
        ]
        parts.append(words("**Still to be decided**: {names}.", names=words.listing(names)))
    parts += [_checked(row, words) for row in result.table.to_dict("records") if row["check"]]
    return " ".join(parts)


def _checked(row: Mapping[Any, Any], words: Words) -> str:
    """What a choice of method was held against."""
    if row["check"] == "retention":
        sentence = (
            N_("**Against the evidence**: {value} factors are in force, the criteria recommend {limit}.")
            if row["against"]
            else N_("The criteria recommend {limit} factors as well.")
        )
        return words(sentence, value=words.integer(row["value"]), limit=words.integer(row["limit"]))
    sentence = (
        N_("**Against the evidence**: the group's consistency ratio for {parent} is {value}, above {limit}.")
        if row["against"]
        else N_("The group's consistency ratio for {parent} is {value}, within {limit}.")
    )
    values = {"parent": row["parent"], "value": words.number(row["value"], 3), "limit": words.number(row["limit"])}
    said = words(sentence, **values)
    if row["named"]:
        names = list(row["named"])
        said += " " + words.plural(
            "Of the experts {names} exceeds {limit}.",
            "Of the experts {names} exceed {limit}.",
            len(names),
            names=words.listing(names),
            limit=values["limit"],
        )
    return said


@say.register
def _(result: ResponsibilityMatrix, words: Words, opened: Round) -> str:
    if not result.units:
        return words("No unit is named yet for any indicator (column `owner` of indicators.csv).")
    leads = result.by_unit["lead"]
    leads = leads[leads > 0].sort_values(ascending=False, kind="stable")
    names = [f"{result.names[str(unit)][words.language]} ({words.integer(n)})" for unit, n in leads.items()]
    parts = [
        words.plural("{n} unit has a part in the index.", "{n} units have a part in the index.", len(result.units))
    ]
    if names:
        parts.append(words("Lead, with the number of indicators: {names}.", names=words.listing(names)))
    if result.without_lead:
        parts.append(words("Without a lead: {names}.", names=words.listing(result.without_lead)))
    if result.unassigned:
        parts.append(words("**Nobody is named yet** for {names}.", names=words.listing(result.unassigned)))
    return " ".join(parts)


@say.register
def _(result: views.Participants, words: Words, opened: Round) -> str:
    return words("The institutions at the table and their roles.")
