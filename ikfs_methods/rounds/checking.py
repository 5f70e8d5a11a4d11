"""All that is to be mended, asked or known about a round before anything runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import InputProblemsError, Problems
from ikfs_methods.result import Shown
from ikfs_methods.rounds import experts
from ikfs_methods.rounds.criteria import KNOWN, is_known
from ikfs_methods.rounds.opening import Gathered, gather
from ikfs_methods.rounds.round import Round

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_SHOWN = 3  # of the names for which one and the same thing is said


@dataclass(frozen=True, slots=True)
class RoundCheck(Shown):
    """What there is to say about the inputs of a round, each a text.

    `problems` must be mended before the round opens; `questions` are open or were answered by guessing; `facts` say
    what was read.
    """

    problems: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)

    def to_frame(self) -> pd.DataFrame:
        """One row a text: its kind (problem, question, fact) and the text."""
        rows = [
            (kind, text)
            for kind, texts in (("problem", self.problems), ("question", self.questions), ("fact", self.facts))
            for text in texts
        ]
        return pd.DataFrame(rows, columns=["kind", "text"])


def check_round(
    folder: str | Path,
    *,
    drop: Sequence[str] | None = None,
    language: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> RoundCheck:
    """Every problem of a round's inputs at once, the open questions, and what was read; arguments as of `open_round`.

    What is broken leaves the rest to be checked: a wrong row of the framework leaves out the answers to that indicator
    alone, and with codes that make no tree the answers and the tables are still looked at for all that needs none. A
    round without a problem has passed what its chapters ask for first: weights, factors, evidence and index. Raises
    only when there is no round to look at (no round.yaml, one that is no YAML or holds neither `framework` nor
    `inputs`) or when what was given for this run is wrong.
    """
    found = gather(folder, drop=drop, language=language, overrides=overrides, **parameters)
    problems = Problems()
    problems.add(*found.problems)
    opened = None if len(problems) else found.opened()
    if opened is not None:
        for step in (
            lambda: opened.weights,
            lambda: opened.factors,
            lambda: opened.factors_retained,
            lambda: opened.evidence,
            opened.index,
        ):
            problems.tried(step)
    return RoundCheck(
        # The same thing may stop several steps.
        problems=list(dict.fromkeys(_texts(problems))),
        questions=list(_questions(found)),
        facts=list(_facts(found, opened)),
    )


def _texts(errors: Problems) -> Iterator[str]:
    for error in errors:
        yield from error.problems if isinstance(error, InputProblemsError) else [str(error)]


def _questions(found: Gathered) -> Iterator[str]:
    for entry in found.file.open:
        yield f"{entry.about}: {entry.question['en']}"
    yield from found.guessed
    yield from _criteria(found)
    yield from experts.questions(found.file, found.tables)
    yield from _emptied(found)


def _criteria(found: Gathered) -> Iterator[str]:
    """Criteria that neither the methods nor the round name: people invent some, and mistype others."""
    panel, entry = found.tables.get("panel"), found.file.inputs.panel
    if panel is None or entry is None:
        return
    named = [*((found.file.forms.criteria if found.file.forms else None) or ()), found.parameters.rating_criterion]
    for criterion, count in panel["criterion"].value_counts(sort=False).items():
        if not is_known(str(criterion), named):
            near = did_you_mean(str(criterion), [one for one in dict.fromkeys(panel["criterion"]) if one != criterion])
            yield (
                f"{entry.file}: is {criterion!r} ({count} rating(s)) a criterion of the round's own? The methods "
                f"know {listed(KNOWN)}.{near} Name it under forms.criteria in round.yaml, or correct it."
            )


def _emptied(found: Gathered) -> Iterator[str]:
    """Dimensions whose indicators all go."""
    tree = found.framework
    if tree is None:
        return
    gone = {entry.indicator for entry in found.file.decisions if entry.decision in ("drop", "move")}
    gone |= set(found.parameters.drop)
    arrived = {entry.parent for entry in found.file.decisions if entry.decision == "move"}
    for code in tree.dimensions:
        own = tree.indicators_of(code)
        if own and gone.issuperset(own) and code not in arrived:
            yield (
                f"decisions: all {len(own)} indicators of {code} are dropped or moved, so that dimension {code} has no "
                "part in the index. Is that meant?"
            )


def _facts(found: Gathered, opened: Round | None) -> Iterator[str]:
    answers = found.delivered
    if answers is not None:
        yield f"{answers.source.name}: {answers.n} respondents."
        for step, part in answers.log.groupby("step", sort=False):
            columns = part["column"][part["column"] != ""].nunique()
            within = f" in {columns} column{'' if columns == 1 else 's'}" if columns else ""
            cells = int(part["cells"].sum())
            # A step that touches no cell says how the file was read.
            said = f"{cells} cell{'' if cells == 1 else 's'}{within}" if cells else "; ".join(_once(part["detail"]))
            yield f"{answers.source.name}: {step}: {said.removesuffix('.')}."
    for name, table in found.tables.items():
        entry = getattr(found.file.inputs, name)
        if entry is not None and table is not None:
            yield f"{entry.file}: {len(table)} rows ({name})."
    if found.kept is not None:
        for (entry, rule), part in found.kept.excluded.groupby(["entry", "rule"], sort=False):
            yield f"exclusion {entry} ({rule}): respondents left out: {len(part)}."
    if opened is not None:
        candidates, retained = len(opened.framework.indicators), len(opened.structure.indicators)
        yield f"{opened.answers.n} respondents used, {candidates} candidate indicators, {retained} retained."


def _once(details: Iterable[str]) -> Iterator[str]:
    """Details that differ only in the name they quote, as one with their number and the first names."""
    alike: dict[str, list[str]] = {}
    for detail in details:
        alike.setdefault(_QUOTED.sub("...", detail, count=1), []).append(detail)
    for said, same in alike.items():
        if len(same) <= _SHOWN or "..." not in said:
            yield from same
        else:
            names = [name[0] for detail in same if (name := _QUOTED.search(detail))]
            yield f"{said} ({len(same)} times: {listed(names, _SHOWN)})"
