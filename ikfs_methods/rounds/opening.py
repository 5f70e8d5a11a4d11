"""Opening a round: its folder read, every input checked, its decisions held against the framework."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from ikfs_methods import framework as frameworks
from ikfs_methods.answers import Answers, load
from ikfs_methods.answers.dictionary import read_dictionary
from ikfs_methods.errors import ColumnError, InputFileError, ParameterError, Problems
from ikfs_methods.framework import Framework, check_language
from ikfs_methods.places import round_folder
from ikfs_methods.rounds import asking, exclusions, experts, tables
from ikfs_methods.rounds.decisions import check_decisions
from ikfs_methods.rounds.meeting import check_meeting
from ikfs_methods.rounds.parameters import Parameters, resolve
from ikfs_methods.rounds.partial import read_partial
from ikfs_methods.rounds.round import Round
from ikfs_methods.rounds.roundfile import AnswersInput, RetestInput, RoundFile, TableInput

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
    found = gather(folder, drop=drop, language=language, overrides=overrides, **parameters)
    found.problems.raise_any()
    return found.opened()


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What the folder of a round holds, as far as it could be read, and every problem that was met on the way.

    `framework` is None where anything in it is wrong. `guessed`: what the dictionary guessed and nobody has confirmed.
    """

    folder: Path
    file: RoundFile
    framework: Framework | None
    parameters: Parameters
    language: str
    overrides: Mapping[str, Any]
    delivered: Answers | None
    retest: Answers | None
    tables: Mapping[str, pd.DataFrame | None]
    kept: exclusions.Kept | None
    guessed: tuple[str, ...]
    problems: Problems

    def opened(self) -> Round:
        """The round; raises the problems when there are any."""
        if self.framework is None or self.delivered is None or self.kept is None or len(self.problems):
            raise self.problems.error()
        return Round(
            folder=self.folder,
            file=self.file,
            framework=self.framework,
            parameters=self.parameters,
            language=self.language,
            answers=self.kept.answers,
            delivered=self.delivered,
            retest=self.retest,
            excluded=self.kept.excluded,
            screened=self.kept.screened,
            before=self._before,
            **self.tables,
            overrides=self.overrides,
        )

    @property
    def _before(self) -> Callable[[], Round] | None:
        previous, language = self.file.previous, self.language
        return None if previous is None else lambda: open_round(self.folder / previous, language=language)


def gather(
    folder: str | Path,
    *,
    drop: Sequence[str] | None = None,
    language: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> Gathered:
    """Everything in the folder of a round, read and checked; what is broken leaves the rest to be checked.

    Raises for a folder without a round, for a round.yaml that cannot be read at all, and for what was given for this
    run.
    """
    place = round_folder(folder)
    given = _given(drop, overrides, parameters)
    resolve({}, given, where="given for this run")
    path = place / "round.yaml"
    partial = read_partial(path)
    file, problems = partial.file, partial.problems
    spoken = check_language(language or file.language)
    resolved = _resolved(problems, file.parameters, given, path)
    found = _tree(problems, place, file)
    tree = found.framework
    whole = None if len(found.problems) else tree
    if tree is not None:
        problems.tried(lambda: check_decisions(path, file, tree, resolved))
    problems.tried(lambda: _check_places(place, file))
    problems.tried(lambda: check_meeting(path, file.meeting, file.date))
    if tree is not None:
        problems.tried(lambda: asking.check_forms(str(path), file.forms, tree, resolved))
    patterns = problems.tried(lambda: exclusions.impossible_of(path, file)) or {}
    before = len(problems)
    problems.tried(lambda: exclusions.check_exclusions(path, file))
    excludable = len(problems) == before
    answers = problems.tried(lambda: _answers(place, file, found, patterns)) if file.inputs.answers.file else None
    # What is wrong with the items would be told twice; without sound answers, only the rest of the file is checked.
    sound = found if answers is not None else frameworks.Partial(None, frozenset(), Problems())
    retest = problems.tried(lambda: _retest(place, file, sound)) if file.inputs.answers.file else None
    kept = None if answers is None else exclusions.Kept(answers, pd.DataFrame(columns=list(exclusions.COLUMNS)))
    # Without the items there is nothing to screen, and every respondent would pass.
    if answers is not None and whole is not None and excludable and file.exclusions:
        kept = problems.tried(lambda: exclusions.exclude(path, file, answers, resolved))
    parts = _tables(problems, place, file, tree, resolved)
    problems.tried(lambda: experts.check_experts(place, file, parts))
    guessed = _guessed(place, file, tree)
    return Gathered(place, file, whole, resolved, spoken, given, answers, retest, parts, kept, guessed, problems)


def _given(
    drop: Sequence[str] | None, overrides: Mapping[str, Any] | None, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    given = {name: value for name, value in (overrides or {}).items() if value is not None}
    given |= {name: value for name, value in parameters.items() if value is not None}
    if isinstance(drop, str):
        raise ParameterError(f"drop must be a list of indicators; found the text {drop!r}. Write [{drop!r}].")
    if drop is not None:
        given["drop"] = list(drop)
    return given


def _resolved(problems: Problems, own: Mapping[str, Any], given: dict[str, Any], path: Path) -> Parameters:
    """The parameters in force; one of the file's own that is unknown or wrong is kept as a problem and passed over."""
    order = {name: place for place, name in enumerate(Parameters.model_fields)}
    sound = {}
    for name in sorted(own, key=lambda name: order.get(name, -1)):
        if problems.tried(lambda name=name: resolve({name: own[name]}, where=str(path))) is not None:  # type: ignore[misc]
            sound[name] = own[name]
    return resolve(sound, given, where=str(path))


def _tree(problems: Problems, place: Path, file: RoundFile) -> frameworks.Partial:
    """The framework as far as it is sound; a row that is wrong leaves the others to check the rest by."""
    nothing = frameworks.Partial(None, frozenset(), Problems())
    if not file.framework:
        return nothing
    found = problems.tried(lambda: frameworks.read_partial((place / file.framework).resolve())) or nothing
    problems.add(*found.problems)
    return found


def _guessed(place: Path, file: RoundFile, tree: Framework | None) -> tuple[str, ...]:
    """The guesses of the dictionary, whatever is wrong with the answers (what is wrong with it was said there)."""
    source = file.inputs.answers
    said, _ = read_dictionary(tree, _beside(place, source.dictionary), _beside(place, source.scales))
    return said.guessed


def _beside(place: Path, name: str | None) -> Path | None:
    return None if name is None else place / name


def _check_places(place: Path, file: RoundFile) -> None:
    """The round before and the population that the inputs were drawn from must be where the file says."""
    problems = Problems()
    if file.previous is not None:
        problems.tried(lambda: round_folder(place / str(file.previous)))
    if file.invented is not None and not (place / file.invented).is_file():
        problems.add(
            InputFileError(
                f"{place / 'round.yaml'}: `invented` must name the file that the inputs were drawn from; not found: "
                f"{place / file.invented}. Correct the name, or take the entry out."
            )
        )
    problems.raise_any()


def _answers(place: Path, file: RoundFile, tree: frameworks.Partial, impossible: Mapping[str, str]) -> Answers:
    source = file.inputs.answers
    return load(
        place / source.file,
        tree.framework,
        unsound=tree.unsound,
        respondent=source.id,
        weight=source.weight,
        group=source.group,
        region=source.region,
        region_codes=source.region_codes,
        design=[name for name in (source.strata, source.psu, source.fpc) if name],
        started=source.started,
        ended=source.ended,
        duration=source.duration,
        outside=source.outside,
        day_first=source.day_first,
        **_as_told(source),
        form=_beside(place, source.form),
        dictionary=_beside(place, source.dictionary),
        scales=_beside(place, source.scales),
        missing=source.missing,
        corrections=_beside(place, source.corrections),
        private=source.private,
        impossible=impossible,
    )


def _as_told(entry: AnswersInput | RetestInput) -> dict[str, Any]:
    """What round.yaml says of a file that the file does not say of itself."""
    return {name: getattr(entry, name) for name in ("sheet", "encoding", "delimiter", "decimal")}


def _retest(place: Path, file: RoundFile, tree: frameworks.Partial) -> Answers | None:
    """The answers of the second occasion, through the same gate."""
    entry, first = file.inputs.retest, file.inputs.answers
    if entry is None:
        return None
    if first.id is None:
        raise ColumnError(
            f"{place / 'round.yaml'}: answers of a second occasion need to be matched to the first; found `id: null` "
            "under `answers`. Name the column that holds each respondent's id, or take `retest` out."
        )
    return load(
        place / entry.file,
        tree.framework,
        unsound=tree.unsound,
        respondent=entry.id,
        **_as_told(entry),
        dictionary=_beside(place, first.dictionary),
        scales=_beside(place, first.scales),
        missing=first.missing,
        private=entry.private,
    )


def _tables(
    problems: Problems, place: Path, file: RoundFile, tree: Framework | None, parameters: Parameters
) -> dict[str, pd.DataFrame | None]:
    given = file.inputs
    asked = (file.forms.criteria if file.forms else None) or ()

    def read(entry: TableInput | None, reader: Callable[[Path, TableInput], T]) -> T | None:
        return None if entry is None else problems.tried(lambda: reader(place / entry.file, entry))

    return {
        "panel": read(given.panel, lambda path, entry: tables.panel(path, entry, tree, parameters, criteria=asked)),
        "judgements": read(given.judgements, lambda path, entry: tables.judgements(path, entry, tree)),
        "budget": read(given.budget, lambda path, entry: tables.budget(path, entry, tree)),
        "best_worst": read(given.best_worst, lambda path, entry: tables.best_worst(path, entry, tree)),
        "experts": read(given.experts, tables.experts),
        "comments": read(given.comments, lambda path, entry: tables.comments(path, entry, tree)),
        "participants": read(given.participants, tables.participants),
        "review": read(given.review, tables.review),
    }
