"""Decisions of a round held against its framework: each must name what exists and choose what can be computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import DecisionError, FrameworkError, Problems
from ikfs_methods.framework import AGGREGATIONS, Framework
from ikfs_methods.rounds.parameters import Parameters, choices
from ikfs_methods.rounds.roundfile import Decision, MethodDecision, RoundFile

# What of a decision is for which kinds of decision.
_MEANT_FOR = {"parent": ("move", "add"), "name": ("add",)}


def moves(entries: Iterable[Decision]) -> dict[str, str]:
    """The new parent of each indicator that is to move."""
    return {entry.indicator: entry.parent for entry in entries if entry.decision == "move" and entry.parent}


def proposals(entries: Iterable[Decision], tree: Framework) -> list[Decision]:
    """The decisions to add an indicator that the framework does not have: listed, without data, never in the index."""
    return [entry for entry in entries if entry.decision == "add" and entry.indicator not in tree.indicators]


def retained(tree: Framework, entries: Iterable[Decision], dropped: Iterable[str]) -> Framework:
    """The framework that weights and index use: what moves stands under its new parent, what is dropped is out."""
    new, gone = moves(entries), list(dropped)
    found = tree.moved(new) if new else tree
    return found.without(gone) if gone else found


def check_decisions(path: Path, file: RoundFile, tree: Framework, parameters: Parameters) -> None:
    """Raises DecisionError for a decision that does not fit, naming the entry of the round.yaml at `path`.

    Several come together as InputProblemsError.
    """
    problems = Problems()
    codes = [entry.indicator for entry in file.decisions]
    added = {entry.indicator for entry in proposals(file.decisions, tree)}
    for code in dict.fromkeys([*(code for code in codes if code not in added), *parameters.drop]):
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
    sound = []
    for entry in file.decisions:
        faults = list(_faults(f"{path}: decision {entry.number} ({entry.decision} {entry.indicator})", entry, tree))
        problems.add(*faults)
        if entry.indicator in tree.indicators and not faults:
            sound.append(entry)
    gone = [entry.indicator for entry in sound if entry.decision == "drop"]
    known = [code for code in dict.fromkeys([*gone, *parameters.drop]) if code in tree.indicators]
    problems.tried(lambda: retained(tree, sound, known))
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


def _faults(where: str, entry: Decision, tree: Framework) -> Iterator[DecisionError]:
    """What is wrong with the parts of one decision that its kind asks for."""
    for part, kinds in _MEANT_FOR.items():
        if getattr(entry, part) is not None and entry.decision not in kinds:
            yield DecisionError(
                f"{where}: `{part}` must stand with {' or '.join(kinds)} alone; found it with {entry.decision}. "
                "Take it out, or change the decision."
            )
    if entry.decision == "move" and entry.indicator in tree.indicators:
        if entry.parent is None:
            yield DecisionError(
                f"{where} must name the dimension to move to, as `parent` ({listed(tree.dimensions)}); found none. "
                "Add it."
            )
        else:
            try:
                tree.moved({entry.indicator: entry.parent})
            except FrameworkError as error:
                yield DecisionError(f"{where}: {error}")
    if entry.decision == "add":
        yield from _addition_faults(where, entry, tree)


def _addition_faults(where: str, entry: Decision, tree: Framework) -> Iterator[DecisionError]:
    """An indicator that is new needs a name and a dimension; one that is there already, neither."""
    if entry.indicator in tree.indicators:
        if entry.parent not in (None, tree.parent(entry.indicator)):
            yield DecisionError(
                f"{where}: the framework has {entry.indicator} under {tree.parent(entry.indicator)}; found parent "
                f"{entry.parent!r}. To put it elsewhere decide move; else take `parent` out."
            )
        return
    if entry.indicator in tree.nodes.index:
        yield DecisionError(
            f"{where} must give the new indicator a code of its own; found that of the dimension {entry.indicator!r}. "
            "Choose another code."
        )
        return
    lacking = [part for part in ("name", "parent") if getattr(entry, part) is None]
    if lacking:
        yield DecisionError(
            f"{where}: framework {tree.id!r} has no such indicator, so `name` and `parent` must say what it is to be "
            f"and where; missing: {listed(lacking)}.{did_you_mean(entry.indicator, tree.indicators)} Add them, or "
            "correct the code."
        )
    if entry.parent is not None and entry.parent not in tree.parents:
        yield DecisionError(
            f"{where} must name a parent of the framework ({listed(tree.parents)}); found {entry.parent!r}."
            f"{did_you_mean(entry.parent, tree.parents)} Correct it."
        )


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
