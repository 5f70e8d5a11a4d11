"""Opening a round: its folder read, every input checked, its decisions held against the framework."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from ikfs_methods import framework as frameworks
from ikfs_methods.answers import load
from ikfs_methods.errors import IkfsError, InputProblemsError, ParameterError
from ikfs_methods.framework import Framework, check_language
from ikfs_methods.places import round_folder
from ikfs_methods.rounds import tables
from ikfs_methods.rounds.decisions import check_decisions
from ikfs_methods.rounds.parameters import resolve
from ikfs_methods.rounds.round import Round
from ikfs_methods.rounds.roundfile import RoundFile, TableInput, read

T = TypeVar("T")


def open_round(
    folder: str | Path,
    *,
    drop: Sequence[str] | None = None,
    language: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> Round:
    """The round in a folder (or a shipped one by its name), or a variant of it, in memory.

    `drop` leaves out indicators besides the round's own decisions; further names are parameters (`ikfs parameters`
    lists them), None meaning "as the round says"; `overrides` gives parameters as a dictionary, which one given by its
    name beats. Every input is checked first: one problem is raised as itself, several
    together as InputProblemsError. Answers the question: what would come out if ...?
    """
    place = round_folder(folder)
    file = read(place / "round.yaml")
    given = {name: value for name, value in (overrides or {}).items() if value is not None}
    given |= {name: value for name, value in parameters.items() if value is not None}
    if isinstance(drop, str):
        raise ParameterError(f"drop must be a list of indicators; found the text {drop!r}. Write [{drop!r}].")
    if drop is not None:
        given["drop"] = list(drop)
    found: list[IkfsError] = []
    resolve({}, given, where="given for this run")
    resolved = _tried(found, lambda: resolve(file.parameters, given, where=str(place / "round.yaml")))
    tree = _tried(found, lambda: frameworks.read((place / file.framework).resolve()))
    if tree is None:
        raise _together(found)
    parts = _inputs(found, place, file, tree)
    if resolved is not None:
        _tried(found, lambda: check_decisions(place / "round.yaml", file, tree, resolved))
        if file.inputs.panel is not None and parts["panel"] is not None:
            panel = place / file.inputs.panel.file
            _tried(found, lambda: tables.check_ratings(panel, parts["panel"], resolved))
    if file.previous is not None:
        _tried(found, lambda: round_folder(place / str(file.previous)))
    if found or resolved is None:
        raise _together(found)
    return Round(place, file, tree, resolved, check_language(language or file.language), **parts, overrides=given)


def _inputs(found: list[IkfsError], place: Path, file: RoundFile, tree: Framework) -> dict[str, Any]:
    given = file.inputs
    source = given.answers
    answers = _tried(
        found,
        lambda: load(
            place / source.file,
            tree,
            respondent=source.id,
            weight=source.weight,
            group=source.group,
            region=source.region,
            region_codes=source.region_codes,
            design=[name for name in (source.strata, source.psu, source.fpc) if name],
        ),
    )

    def optional(entry: TableInput | None, reader: Callable[[Path], T]) -> T | None:
        return None if entry is None else _tried(found, lambda: reader(place / entry.file))

    return {
        "answers": answers,
        "panel": optional(given.panel, lambda path: tables.panel(path, tree)),
        "judgements": optional(given.judgements, lambda path: tables.judgements(path, tree)),
        "budget": optional(given.budget, lambda path: tables.budget(path, tree)),
        "participants": optional(given.participants, tables.participants),
    }


def _tried(found: list[IkfsError], step: Callable[[], T]) -> T | None:
    """The step's result, or None with its error kept, so that all problems of a round are told at once."""
    try:
        return step()
    except IkfsError as error:
        found.append(error)
        return None


def _together(found: list[IkfsError]) -> IkfsError:
    if len(found) == 1:
        return found[0]
    flat = [text for error in found for text in (error.problems if isinstance(error, InputProblemsError) else [error])]
    return InputProblemsError(flat)
