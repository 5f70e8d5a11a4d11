"""What a form asks, as the form itself carries it, so that a returned one is read by what it asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from ikfs_methods.checks import listed
from ikfs_methods.errors import InputFileError, ParameterError, Problems
from ikfs_methods.framework import Framework
from ikfs_methods.rounds import asking
from ikfs_methods.rounds.asking import MOST_IN_AHP, criteria_faults, parent_faults, weighable
from ikfs_methods.rounds.criteria import CLARITY, ESSENTIAL, RELEVANCE, has_own_scale
from ikfs_methods.rounds.parameters import Parameters
from ikfs_methods.rounds.roundfile import FormsEntry, RoundFile

CRITERIA = (RELEVANCE, CLARITY, ESSENTIAL)
AHP, BUDGET, BEST_WORST = WAYS = asking.WAYS
# Five elements are ten comparisons, which a meeting has time for; eight are 28.
MOST_IN_PAIRS = 5
_ALL = 10_000  # names in a message that must be complete

Children = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form asks: indicators on criteria from `low` to `high`, and children by parent to weigh, by way.

    `statements` is a digest of the name and definition of every node in both languages, so that a reworded indicator is
    known for another one; `delphi` is the Delphi round, from 1.
    """

    round: str
    delphi: int
    indicators: Sequence[str]
    criteria: Sequence[str]
    low: int
    high: int
    ahp: Children
    budget: Children
    best_worst: Children
    statements: Mapping[str, str]

    def children(self, way: str) -> Children:
        """Children by parent that are weighed in one of the WAYS."""
        found: Children = getattr(self, way)
        return found

    def text(self) -> str:
        """The whole as one line of JSON."""
        held = {field.name: getattr(self, field.name) for field in fields(self)}
        return json.dumps(held, ensure_ascii=True, separators=(",", ":"))

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits of what is asked: equal for equal questions, whatever the language."""
        return hashlib.sha256(self.text().encode()).hexdigest()[:16]


def read_asked(text: str) -> Asked:
    """What a form says that it asked; ValueError where it was damaged."""
    try:
        held: dict[str, Any] = json.loads(text)
        made = Asked(**held)
    except (TypeError, ValueError) as error:
        raise ValueError("what the form asked cannot be read") from error
    whole = (
        isinstance(made.round, str)
        and all(isinstance(value, int) for value in (made.delphi, made.low, made.high))
        and all(isinstance(part, list) and all(isinstance(x, str) for x in part) for part in _lists(made))
        and all(isinstance(part, dict) for part in (*map(made.children, WAYS), made.statements))
    )
    if not whole:
        raise ValueError("what the form asked cannot be read")
    return made


def _lists(made: Asked) -> list[Any]:
    weighed = (made.children(way) for way in WAYS)
    return [
        made.indicators,
        made.criteria,
        *(part for way in weighed if isinstance(way, dict) for part in way.values()),
    ]


def asked_of(
    where: str, file: RoundFile, tree: Framework, parameters: Parameters, *, delphi: int, criteria: Sequence[str]
) -> Asked:
    """What the forms of a round ask: all candidates on the criteria, and in the first Delphi round the weighing.

    `criteria`: those given for this run, else those of `forms` in round.yaml, else relevance, clarity, essential. Each
    parent is weighed as `forms` says; ways left open there take the parents that it does not name: as the round decided
    on their weights, else in pairs up to 5 children and by budget above. Raises ParameterError for unknown parents and
    criteria, all together.
    """
    entry = file.forms or FormsEntry()
    problems = Problems()
    chosen = list(dict.fromkeys(criteria or (CRITERIA if entry.criteria is None else entry.criteria)))
    problems.add(*criteria_faults(where, chosen, tree, parameters))
    low, high = parameters.rating_low, parameters.rating_high
    if not low < high and not all(map(has_own_scale, chosen)):
        problems.add(
            ParameterError(
                f"{where}: rating_low must be below rating_high; found {low} and {high}. Correct the parameters."
            )
        )
    weighed = _weighed(problems, where, file, entry, tree) if delphi == 1 else {way: [] for way in WAYS}
    problems.raise_any()
    return Asked(
        round=file.id, delphi=delphi, indicators=tree.indicators, criteria=chosen, low=low, high=high,
        **{way: {parent: tree.children(parent) for parent in parents} for way, parents in weighed.items()},
        statements={str(code): _digest(tree, str(code)) for code in tree.nodes.index},
    )  # fmt: skip


def _weighed(
    problems: Problems, where: str, file: RoundFile, entry: FormsEntry, tree: Framework
) -> dict[str, list[str]]:
    """Parents by way of weighing, in the order of the framework."""
    problems.add(*parent_faults(where, entry, tree))
    able = weighable(tree)
    named: dict[str, list[str] | None] = {way: getattr(entry, way) for way in WAYS}
    taken = {parent for parents in named.values() for parent in parents or []}
    chosen: dict[str, list[str]] = {way: list(parents or []) for way, parents in named.items()}
    for parent in able:
        way = _default(file, tree, parent)
        if parent not in taken and named[way] is None:
            chosen[way].append(parent)
    return {way: [parent for parent in able if parent in parents] for way, parents in chosen.items()}


def _default(file: RoundFile, tree: Framework, parent: str) -> str:
    decided = {entry.parent: entry.choice for entry in file.method_decisions if entry.topic == "weights"}
    choice = decided.get(parent, decided.get(None))
    few = len(tree.children(parent))
    if choice in WAYS and not (choice == AHP and few > MOST_IN_AHP):
        return str(choice)
    return AHP if few <= MOST_IN_PAIRS else BUDGET


def _digest(tree: Framework, code: str) -> str:
    texts = [
        str(tree.nodes.loc[code, f"{part}_{language}"]) for part in ("name", "definition") for language in ("id", "en")
    ]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Usable:
    """Which parts of a form still ask what the round asks: indicators, criteria, parents by way.

    `changes`: what was added, dropped or reworded since; `remarks`: what the form was made without.
    """

    indicators: frozenset[str]
    criteria: frozenset[str]
    parents: frozenset[tuple[str, str]]
    changes: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def usable(form: Asked, now: Asked, children: Children) -> Usable:
    """What of a form's answers is about the same things as today, and what was added, dropped or reworded since.

    `children`: today's children of every parent. Raises InputFileError for a form of another round.
    """
    if form.round != now.round:
        raise InputFileError(
            f"a form of round {form.round!r}; this is round {now.round!r}. Collect it there, or hand out a form of "
            "this round; nothing was read from it"
        )
    same = {code for code, digest in form.statements.items() if now.statements.get(code) == digest}
    changes = _changed(form, now, same)
    rescaled = (form.low, form.high) != (now.low, now.high)
    lost = {name for name in form.criteria if rescaled and not has_own_scale(name)}
    if lost:
        changes.append(
            f"the scale was {form.low} to {form.high} on the form and is {now.low} to {now.high} now: ratings on "
            f"{listed(sorted(lost))} were not read"
        )
    kept = set()
    for way in WAYS:
        for parent, weighed in form.children(way).items():
            # Whatever was added, dropped or reworded would have drawn points and judgements of its own.
            if parent in same and set(weighed) <= same and set(weighed) == set(children.get(parent, ())):
                kept.add((way, parent))
            else:
                changes.append(f"what belongs to {parent} has changed: its answers on the sheet {way} were not read")
    return Usable(
        frozenset(code for code in form.indicators if code in same and code in now.indicators),
        frozenset(name for name in form.criteria if name not in lost),
        frozenset(kept),
        tuple(changes),
        _remarks(form, now),
    )


def _remarks(form: Asked, now: Asked) -> tuple[str, ...]:
    lacking = [name for name in now.criteria if form.delphi == now.delphi and name not in form.criteria]
    return (f"criteria of the round that are not on the form: {listed(lacking)}",) if lacking else ()


def _changed(form: Asked, now: Asked, same: set[str]) -> list[str]:
    was, today = list(form.indicators), list(now.indicators)
    said = []
    if added := [code for code in today if code not in was]:
        said.append(f"not on the form: {listed(added, _ALL)}")
    if gone := [code for code in was if code not in today]:
        said.append(f"no longer in the framework, not read: {listed(gone, _ALL)}")
    if reworded := [code for code in was if code in today and code not in same]:
        said.append(f"reworded since, not read: {listed(reworded, _ALL)}")
    return said
