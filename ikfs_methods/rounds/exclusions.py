"""Respondents left out by declared decisions: what a screening rule flags, or those named; never by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from ikfs_methods import answers as gate
from ikfs_methods.answers import Answers
from ikfs_methods.answers.screening import rules
from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import DecisionError, Problems
from ikfs_methods.rounds.parameters import Parameters
from ikfs_methods.rounds.roundfile import Exclusion, RoundFile

NAMED = "named"
COLUMNS = ("respondent", "rule", "entry")


class Kept(NamedTuple):
    """The answers that are kept, and who was left out: respondent, rule (or "named"), entry (its place in the file).

    `screened`: the screening that rules of exclusion looked at, with Little's test; None where none was needed.
    """

    answers: Answers
    excluded: pd.DataFrame
    screened: gate.ScreenResult | None = None


def impossible_of(path: Path, file: RoundFile) -> dict[str, str]:
    """The declared impossible patterns: condition by name.

    Raises DecisionError (several together) for a name that is given twice.
    """
    problems, found = Problems(), dict[str, str]()
    for entry in file.impossible:
        if entry.name in found:
            problems.add(
                DecisionError(
                    f"{path}: impossible pattern {entry.number} must have a name of its own; {entry.name!r} stands "
                    "above it already. Rename one."
                )
            )
        found[entry.name] = entry.when
    problems.raise_any()
    return found


def check_exclusions(path: Path, file: RoundFile) -> None:
    """Raises DecisionError (several together) for an exclusion that cannot be carried out, whatever the answers are."""
    problems, seen = Problems(), set[str]()
    known = [*rules.NAMES, *dict.fromkeys(rules.impossible_name(entry.name) for entry in file.impossible)]
    for entry in file.exclusions:
        where = f"{path}: exclusion {entry.number}"
        if (entry.rule is None) == (not entry.respondents):
            found = "neither" if entry.rule is None else "both"
            problems.add(
                DecisionError(
                    f"{where} must name either a screening rule (`rule`) or respondents (`respondents`); found "
                    f"{found}. {'Add one of them.' if found == 'neither' else 'Make two entries of it.'}"
                )
            )
        if entry.rule is None:
            continue
        if entry.rule not in known:
            problems.add(
                DecisionError(
                    f"{where}: rule must be one of {listed(known, 20)}; found {entry.rule!r}."
                    f"{did_you_mean(entry.rule, known)} Correct the entry."
                )
            )
        elif entry.rule in seen:
            problems.add(DecisionError(f"{where}: rule {entry.rule!r} stands in an entry above it already. Keep one."))
        seen.add(entry.rule)
    problems.raise_any()


def exclude(path: Path, file: RoundFile, answers: Answers, parameters: Parameters) -> Kept:
    """The answers that are kept, and who was left out.

    A rule that flags nobody is fine. Raises DecisionError (several together) for a respondent who is not there and for
    a rule that could not run, and TooFewError when nobody would be left. A respondent has a row for each entry that
    takes them out.
    """
    problems, parts = Problems(), [pd.DataFrame(columns=list(COLUMNS))]
    screened = screen(answers, parameters, mcar=True) if any(entry.rule for entry in file.exclusions) else None
    for entry in file.exclusions:
        found = (
            problems.tried(lambda entry=entry: _named(path, entry, answers))  # type: ignore[misc]
            if screened is None or entry.rule is None
            else problems.tried(lambda entry=entry, by=screened: _flagged(path, entry, by))  # type: ignore[misc]
        )
        if found is not None and len(found):
            parts.append(pd.DataFrame({"respondent": list(found), "rule": entry.rule or NAMED, "entry": entry.number}))
    problems.raise_any()
    filled = [part for part in parts if len(part)]
    excluded = pd.concat(filled, ignore_index=True) if filled else parts[0]
    return Kept(answers.without(excluded["respondent"]) if filled else answers, excluded, screened)


def screen(answers: Answers, parameters: Parameters, *, mcar: bool = False) -> gate.ScreenResult:
    """The screening of all delivered answers by the parameters of the round; `mcar`: with Little's test."""
    p, respondents = parameters, answers.items.index
    # Repeated ids are refused at the gate; without a column of ids the rows of the file stand for them.
    ids = None if respondents.equals(pd.Index(answers.rows)) else pd.Series(respondents, index=respondents)
    return gate.screen(
        answers.as_given,
        low=answers.bounds["scale_min"],
        high=answers.bounds["scale_max"],
        ids=ids,
        duration=answers.duration,
        groups=answers.group,
        impossible=answers.impossible,
        missing_share=p.screen_missing,
        run=p.screen_run,
        spread=p.screen_spread,
        seconds_per_item=p.screen_seconds,
        outlier_p=p.screen_outlier,
        mcar=mcar,
    )


def _flagged(path: Path, entry: Exclusion, screened: gate.ScreenResult) -> pd.Index:
    rule = str(entry.rule)
    row = screened.rules.loc[rule] if rule in screened.rules.index else None
    if row is None or not row["n_checked"] > 0:
        why = f" ({row['note']})" if row is not None and row["note"] else ""
        raise DecisionError(
            f"{path}: exclusion {entry.number}: rule {rule!r} must be one that can be applied to these answers; it "
            f"could not run{why}. Supply what it needs, or take the entry out."
        )
    flagged: pd.Index = screened.flagged(rule)
    return flagged


def _named(path: Path, entry: Exclusion, answers: Answers) -> pd.Index:
    # Ids are text; those of a round without a column of ids are rows of the file.
    by_text = {str(label): label for label in answers.items.index}
    wanted = [str(name) for name in entry.respondents]
    unknown = [name for name in wanted if name not in by_text]
    if unknown:
        raise DecisionError(
            f"{path}: exclusion {entry.number} must name respondents of {answers.source}; not there: "
            f"{listed(repr(name) for name in unknown)}. Correct the ids (in quotes, as they stand in the file, or the "
            "keyed codes where `private` replaces them), or take them out."
        )
    found: pd.Index = pd.Index([by_text[name] for name in dict.fromkeys(wanted)])
    return found
