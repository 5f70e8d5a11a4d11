"""Decisions of a round held against its framework: each must name what exists and choose what can be computed."""

from __future__ import annotations

from pathlib import Path

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import DecisionError
from ikfs_methods.framework import AGGREGATIONS, Framework
from ikfs_methods.rounds.parameters import Parameters, choices
from ikfs_methods.rounds.roundfile import MethodDecision, RoundFile


def check_decisions(path: Path, file: RoundFile, tree: Framework, parameters: Parameters) -> None:
    """Raises DecisionError for a decision that does not fit, naming the entry of the round.yaml at `path`."""
    codes = [entry.indicator for entry in file.decisions]
    for code in [*codes, *parameters.drop]:
        if code not in tree.indicators:
            raise DecisionError(
                f"{path}: a decision must name an indicator of framework {tree.id!r}; found {code!r}."
                f"{did_you_mean(code, tree.indicators)} Correct the code."
            )
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise DecisionError(
            f"{path}: an indicator must have one decision; found several for {listed(twice)}. Keep one."
        )
    gone = [entry.indicator for entry in file.decisions if entry.decision == "drop"]
    tree.without(dict.fromkeys([*gone, *parameters.drop]))
    seen: set[tuple[str, str | None]] = set()
    for number, method in enumerate(file.method_decisions, 1):
        where = f"{path}: method decision {number} ({method.topic})"
        _check_choice(where, method, tree)
        if (method.topic, method.parent) in seen:
            raise DecisionError(f"{where} must be the only one on its topic and parent; found a second. Keep one.")
        seen.add((method.topic, method.parent))


def _check_choice(where: str, entry: MethodDecision, tree: Framework) -> None:
    if entry.parent is not None and entry.topic != "weights":
        raise DecisionError(f"{where} holds for the whole tree; found parent {entry.parent!r}. Leave `parent` out.")
    if entry.parent is not None and entry.parent not in tree.parents:
        raise DecisionError(
            f"{where} must name a parent of the framework ({listed(tree.parents)}); found {entry.parent!r}."
            f"{did_you_mean(entry.parent, tree.parents)}"
        )
    if entry.topic == "factors":
        if isinstance(entry.choice, bool) or not isinstance(entry.choice, int) or entry.choice < 1:
            raise DecisionError(f"{where}: the choice must be a number of factors from 1; found {entry.choice!r}.")
        return
    known = list(AGGREGATIONS) if entry.topic == "aggregation" else choices(entry.topic)
    chosen = entry.choice if isinstance(entry.choice, list) and entry.topic == "aggregation" else [entry.choice]
    for choice in chosen:
        if choice not in known:
            raise DecisionError(
                f"{where}: the choice must be one of {listed(known)}; found {choice!r}."
                f"{did_you_mean(str(choice), known)} Correct the entry."
            )
