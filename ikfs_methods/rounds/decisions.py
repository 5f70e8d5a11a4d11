"""Decisions of a round held against its framework: each must name what exists and choose what can be computed."""

from __future__ import annotations

from pathlib import Path

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import DecisionError, Problems
from ikfs_methods.framework import AGGREGATIONS, Framework
from ikfs_methods.rounds.parameters import Parameters, choices
from ikfs_methods.rounds.roundfile import MethodDecision, RoundFile


def check_decisions(path: Path, file: RoundFile, tree: Framework, parameters: Parameters) -> None:
    """Raises DecisionError for a decision that does not fit, naming the entry of the round.yaml at `path`.

    Several come together as InputProblemsError.
    """
    problems = Problems()
    codes = [entry.indicator for entry in file.decisions]
    for code in dict.fromkeys([*codes, *parameters.drop]):
        if code not in tree.indicators:
            problems.add(
                DecisionError(
                    f"{path}: a decision must name an indicator of framework {tree.id!r}; found {code!r}."
                    f"{did_you_mean(code, tree.indicators)} Correct the code."
                )
            )
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        problems.add(
            DecisionError(f"{path}: an indicator must have one decision; found several for {listed(twice)}. Keep one.")
        )
    gone = [entry.indicator for entry in file.decisions if entry.decision == "drop"]
    known = [code for code in dict.fromkeys([*gone, *parameters.drop]) if code in tree.indicators]
    problems.tried(lambda: tree.without(known))
    seen: set[tuple[str, str | None]] = set()
    for method in file.method_decisions:
        where = f"{path}: method decision {method.number} ({method.topic})"
        _check_choice(problems, where, method, tree)
        if (method.topic, method.parent) in seen:
            problems.add(
                DecisionError(f"{where} must be the only one on its topic and parent; found a second. Keep one.")
            )
        seen.add((method.topic, method.parent))
    problems.raise_any()


def _check_choice(problems: Problems, where: str, entry: MethodDecision, tree: Framework) -> None:
    if entry.parent is not None and entry.topic != "weights":
        problems.add(
            DecisionError(f"{where} holds for the whole tree; found parent {entry.parent!r}. Leave `parent` out.")
        )
    elif entry.parent is not None and entry.parent not in tree.parents:
        problems.add(
            DecisionError(
                f"{where} must name a parent of the framework ({listed(tree.parents)}); found {entry.parent!r}."
                f"{did_you_mean(entry.parent, tree.parents)}"
            )
        )
    if entry.topic == "factors":
        if isinstance(entry.choice, bool) or not isinstance(entry.choice, int) or entry.choice < 1:
            problems.add(
                DecisionError(f"{where}: the choice must be a number of factors from 1; found {entry.choice!r}.")
            )
        return
    known = list(AGGREGATIONS) if entry.topic == "aggregation" else choices(entry.topic)
    chosen = entry.choice if isinstance(entry.choice, list) and entry.topic == "aggregation" else [entry.choice]
    for choice in chosen:
        if choice not in known:
            problems.add(
                DecisionError(
                    f"{where}: the choice must be one of {listed(known)}; found {choice!r}."
                    f"{did_you_mean(str(choice), known)} Correct the entry."
                )
            )
